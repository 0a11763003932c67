/*
 * Names: every attribute type by each of its names, and every value in every string type compared
 * with every other one (RFC 5280 7.1, RFC 4518), as a matrix.
 */
#include <ctype.h>

#include <openssl/x509.h>

#include "x509_util.h"

static const struct {
	const char *oid, *name, *other;
	uint8_t tag;
	size_t max;
	const char *value;
} types[] = {
        {"2.5.4.6", "C", "countryName", ANTIN_PRINTABLE, 2, "VN"},
        {"2.5.4.8", "ST", "stateOrProvinceName", ANTIN_UTF8, 128, "Hà Nội"},
        {"2.5.4.7", "L", "localityName", ANTIN_UTF8, 128, "Ba Đình"},
        {"2.5.4.9", "street", "streetAddress", ANTIN_UTF8, 128, "1 Hùng Vương"},
        {"2.5.4.17", "postalCode", NULL, ANTIN_UTF8, 40, "100000"},
        {"2.5.4.10", "O", "organizationName", ANTIN_UTF8, 64, "Bộ Nội vụ"},
        {"2.5.4.97", "organizationIdentifier", NULL, ANTIN_UTF8, 256, "VATVN-1"},
        {"2.5.4.11", "OU", "organizationalUnitName", ANTIN_UTF8, 64, "Văn phòng"},
        {"2.5.4.12", "title", "T", ANTIN_UTF8, 64, "Chánh Văn phòng"},
        {"2.5.4.4", "SN", "surname", ANTIN_UTF8, 64, "Nguyễn"},
        {"2.5.4.42", "GN", "givenName", ANTIN_UTF8, 64, "Ấn"},
        {"2.5.4.43", "initials", NULL, ANTIN_UTF8, 64, "N.V."},
        {"2.5.4.44", "generationQualifier", NULL, ANTIN_UTF8, 64, "III"},
        {"2.5.4.65", "pseudonym", NULL, ANTIN_UTF8, 128, "Tố Như"},
        {"2.5.4.3", "CN", "commonName", ANTIN_UTF8, 64, "Nguyễn Văn Ấn"},
        {"2.5.4.5", "serialNumber", NULL, ANTIN_PRINTABLE, 64, "CCCD-001"},
        {"2.5.4.46", "dnQualifier", NULL, ANTIN_PRINTABLE, 64, "q1"},
        {"2.5.4.13", "description", NULL, ANTIN_UTF8, 1024, "mô tả"},
        {"2.5.4.15", "businessCategory", NULL, ANTIN_UTF8, 128, "Cơ quan nhà nước"},
        {"2.5.4.20", "telephoneNumber", NULL, ANTIN_PRINTABLE, 32, "+84 24 1"},
        {"0.9.2342.19200300.100.1.1", "UID", "userId", ANTIN_UTF8, 256, "001"},
        {"0.9.2342.19200300.100.1.25", "DC", "domainComponent", ANTIN_IA5, 63, "gov"},
        {"1.2.840.113549.1.9.1", "emailAddress", "E", ANTIN_IA5, 255, "a@b.vn"},
};

static struct antin_bytes
parse(const char *type, const char *value)
{
	ANTIN_SCOPED(antin_bytes) text = {0};
	struct antin_bytes der = {0};
	struct antin_err err = {0};
	char line[400];

	antin_bytes_printf(&text, "%s=", type);
	if (*value == '+')
		antin_bytes_byte(&text, '\\');
	antin_bytes_text(&text, value);
	ck_assert_msg(antin_name_parse(antin_bytes_cstr(&text), &der, &err) == ANTIN_OK, "%s: %s",
	              type, antin_err_line(&err, NULL, line, sizeof(line)));
	return der;
}

/* By its names in any case and by its number, always the same octets, which OpenSSL reads. */
START_TEST(every_type)
{
	char upper[64];
	const char *const names[] = {types[_i].name, types[_i].oid, upper,
	                             types[_i].other ? types[_i].other : types[_i].name};
	ANTIN_SCOPED(antin_bytes) first = parse(types[_i].name, types[_i].value);
	struct antin_name n;
	const unsigned char *p = first.p;
	X509_NAME *theirs;
	char oid[64], shown[64];
	size_t i;

	for (i = 0; types[_i].name[i]; i++)
		upper[i] = (char)toupper((unsigned char)types[_i].name[i]);
	upper[i] = '\0';
	for (i = 0; i < COUNT(names); i++) {
		ANTIN_SCOPED(antin_bytes) der = parse(names[i], types[_i].value);

		ck_assert_msg(antin_bytes_equal(&der, &first), "%s", names[i]);
	}
	ck_assert_int_eq(antin_name_read(antin_bytes_slice(&first), &n, NULL), ANTIN_OK);
	ck_assert_uint_eq(n.n_attrs, 1);
	ck_assert_uint_eq(n.attrs[0].tag, types[_i].tag);
	ck_assert_str_eq(antin_oid_text(n.attrs[0].oid, oid, sizeof(oid)), types[_i].oid);
	ck_assert_str_eq(antin_name_type(n.attrs[0].oid, shown, sizeof(shown)), types[_i].name);
	ck_assert(antin_slice_is(n.attrs[0].value, types[_i].value));
	theirs = d2i_X509_NAME(NULL, &p, (long)first.len);
	ck_assert_ptr_nonnull(theirs);
	ck_assert_int_eq(X509_NAME_entry_count(theirs), 1);
	X509_NAME_free(theirs);
}
END_TEST

/* The upper bound to the character; a value beyond names the type in the error. */
START_TEST(every_bound)
{
	for (size_t extra = 0; extra < 2; extra++) {
		ANTIN_SCOPED(antin_bytes) text = {0};
		ANTIN_SCOPED(antin_bytes) der = {0};
		struct antin_err err = {0};
		char line[400];
		enum antin_rc rc;

		antin_bytes_printf(&text, "%s=", types[_i].name);
		for (size_t k = 0; k < types[_i].max + extra; k++)
			antin_bytes_byte(&text, 'A');
		rc = antin_name_parse(antin_bytes_cstr(&text), &der, &err);
		ck_assert_msg(rc == (extra ? ANTIN_E_FORMAT : ANTIN_OK), "%s", types[_i].name);
		ck_assert(!extra ||
		          strstr(antin_err_line(&err, NULL, line, sizeof(line)), types[_i].name) ||
		          strstr(line, "country"));
	}
}
END_TEST

/* Values that are the same text stand in the same class; all others differ. */
static const struct {
	int class;
	const char *text; /* UTF-8 */
} values[] = {
        {0, "Bo Noi vu"},
        {0, "BO NOI VU"},
        {0, "  bo  noi vu "},
        {1, "BoNoivu"},
        {2, "Bo Noi"},
        {3, "Bộ Nội vụ"},
        {3, "BỘ NỘI VỤ"},
        {3, "Bộ  Nội  vụ"},
        {4, "Bô Nôi vu"},
        {5, "Đông"},
        {5, "đông"},
        {6, "Dong"},
        {7, "Ðông"},
        {8, "A.B"},
        {9, "A-B"},
        {10, "AB"},
        {10, "ab"},
        {11, "1"},
        {12, "01"},
        {13, ""},
        {13, "  "},
        {14, "Nguyễn"},
        {14, "Nguye\xcc\x82\xcc\x83n"},
        {15, "Nguyển"},
        {3, "Bộ \u00adNội\u00a0vụ"},
};

/* The value in a string type; false when that type cannot say it. */
static bool
encode(const char *text, uint8_t tag, struct antin_bytes *out)
{
	const unsigned char *p = (const unsigned char *)text;
	bool plain = true;

	for (; *p; p++)
		plain &= *p < 0x80;
	if (tag == ANTIN_UTF8 || plain) {
		for (p = (const unsigned char *)text; *p; p++) {
			for (int zeros = tag == ANTIN_BMP         ? 1
			                 : tag == ANTIN_UNIVERSAL ? 3
			                                          : 0;
			     zeros > 0; zeros--)
				antin_bytes_byte(out, 0);
			antin_bytes_byte(out, *p);
		}
		return true;
	}
	return false;
}

static struct antin_bytes
whole(const char *text, uint8_t tag)
{
	ANTIN_SCOPED(antin_bytes) value = {0};
	struct antin_bytes b = {0};
	size_t seq, set, attr;

	if (!encode(text, tag, &value))
		return b;
	seq = antin_der_open(&b, ANTIN_SEQUENCE);
	set = antin_der_open(&b, ANTIN_SET);
	attr = antin_der_open(&b, ANTIN_SEQUENCE);
	antin_der_add_oid(&b, "2.5.4.10");
	antin_der_add(&b, tag, antin_bytes_slice(&value));
	antin_der_close(&b, attr);
	antin_der_close(&b, set);
	antin_der_close(&b, seq);
	return b;
}

static const uint8_t tags[] = {ANTIN_UTF8,    ANTIN_PRINTABLE, ANTIN_IA5,
                               ANTIN_TELETEX, ANTIN_BMP,       ANTIN_UNIVERSAL};

/* One value in one type against all values in all types. */
static void
compare_all(size_t i, uint8_t tag)
{
	ANTIN_SCOPED(antin_bytes) a = whole(values[i].text, tag);

	for (size_t k = 0; a.len && k < COUNT(values); k++)
		for (size_t t = 0; t < COUNT(tags); t++) {
			ANTIN_SCOPED(antin_bytes) b = whole(values[k].text, tags[t]);
			struct antin_slice x = antin_bytes_slice(&a), y = antin_bytes_slice(&b);
			bool want = values[i].class == values[k].class;

			if (!b.len)
				continue;
			ck_assert_msg(antin_name_equal(x, y) == want,
			              "<%s> in %02x and <%s> in %02x", values[i].text, tag,
			              values[k].text, tags[t]);
			ck_assert_int_eq(antin_name_within(x, y), want);
		}
}

START_TEST(matrix)
{
	for (size_t t = 0; t < COUNT(tags); t++)
		compare_all((size_t)_i, tags[t]);
}
END_TEST

/* Subtrees: the first steps of a name, each of them, and nothing else. */
START_TEST(subtrees)
{
	static const char *const steps[] = {"C=VN", "O=Bộ Nội vụ", "OU=Văn phòng", "CN=Ấn"};
	ANTIN_SCOPED(antin_bytes) text = {0};
	ANTIN_SCOPED(antin_bytes) full = {0};

	for (size_t i = 0; i < COUNT(steps); i++)
		antin_bytes_printf(&text, "%s%s", i ? "," : "", steps[i]);
	ck_assert_int_eq(antin_name_parse(antin_bytes_cstr(&text), &full, NULL), ANTIN_OK);
	for (size_t from = 0; from < COUNT(steps); from++)
		for (size_t to = from + 1; to <= COUNT(steps); to++) {
			ANTIN_SCOPED(antin_bytes) part = {0};
			ANTIN_SCOPED(antin_bytes) der = {0};

			for (size_t i = from; i < to; i++)
				antin_bytes_printf(&part, "%s%s", i > from ? "," : "", steps[i]);
			ck_assert_int_eq(antin_name_parse(antin_bytes_cstr(&part), &der, NULL),
			                 ANTIN_OK);
			ck_assert_msg(antin_name_within(antin_bytes_slice(&der),
			                                antin_bytes_slice(&full)) == (from == 0),
			              "%s", (const char *)part.p);
			ck_assert_int_eq(antin_name_within(antin_bytes_slice(&full),
			                                   antin_bytes_slice(&der)),
			                 from == 0 && to == COUNT(steps));
		}
}
END_TEST

Suite *suite_name_matrix(void);
Suite *
suite_name_matrix(void)
{
	Suite *s = suite_create("name_matrix");
	TCase *t = tcase_create("name_matrix");

	tcase_add_loop_test(t, every_type, 0, COUNT(types));
	tcase_add_loop_test(t, every_bound, 0, COUNT(types));
	tcase_add_loop_test(t, matrix, 0, COUNT(values));
	tcase_add_test(t, subtrees);
	suite_add_tcase(s, t);
	return s;
}
