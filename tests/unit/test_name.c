/*
 * Distinguished names: text to DER and back, strict reading, comparison after RFC 5280 7.1.
 */
#include "x509_util.h"

#include <strings.h>

#include <antin/name.h>
#include <antin/text.h>

static struct antin_bytes
name(const char *text)
{
	struct antin_bytes der = {0};
	struct antin_err err = {0};
	char line[400];

	ck_assert_msg(antin_name_parse(text, &der, &err) == ANTIN_OK, "%s: %s", text,
	              antin_err_line(&err, NULL, line, sizeof(line)));
	return der;
}

START_TEST(parse_and_show)
{
	static const struct {
		const char *text, *shown; /* NULL: as written */
	} cases[] = {
	        {"C=VN, O=Ban Cơ yếu Chính phủ, CN=Nguyễn Văn Ánh", NULL},
	        {"CN=A", NULL},
	        {"  cn = A  ,  c = VN  ", "CN=A, C=VN"},
	        {"commonName=A,countryName=VN", "CN=A, C=VN"},
	        {"2.5.4.3=A", "CN=A"},
	        {"CN=a\\, b", "CN=a\\, b"},
	        {"CN=\\#1", "CN=\\#1"},
	        {"CN=a#1", "CN=a#1"},
	        {"CN=\\ a\\ ", "CN=\\ a\\ "},
	        {"CN=a\\\\b", "CN=a\\\\b"},
	        {"CN=\\\"a\\\"", "CN=\\\"a\\\""},
	        {"CN=a\\=b", "CN=a=b"},
	        {"CN=a=b", "CN=a=b"},
	        {"CN=\\e1\\ba\\a4", "CN=Ấ"},
	        {"CN=\\E1\\BA\\A4n", "CN=Ấn"},
	        {"OU=x+CN=y", "CN=y + OU=x"}, /* a SET is sorted */
	        {"O=A,OU=B,OU=C", "O=A, OU=B, OU=C"},
	        {"UID=MST:0100231226", NULL},
	        {"E=a@b.vn", "emailAddress=a@b.vn"},
	        {"DC=vn,DC=gov", "DC=vn, DC=gov"},
	        {"organizationIdentifier=VATVN-1", NULL},
	        {"title=Chánh văn phòng, surname=Lê, givenName=An, serialNumber=12 34",
	         "title=Chánh văn phòng, SN=Lê, GN=An, serialNumber=12 34"},
	        {"street=Số 1, postalCode=100000, L=Hà Nội, ST=Hà Nội", NULL},
	        {"initials=A, pseudonym=B, dnQualifier=C, generationQualifier=III", NULL},
	        {"CN=\\<b\\>", NULL},
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		ANTIN_SCOPED(antin_bytes) der = {0};
		ANTIN_SCOPED(antin_bytes) text = {0};
		ANTIN_SCOPED(antin_bytes) again = {0};

		der = name(cases[i].text);
		antin_name_text_add(&text, antin_bytes_slice(&der));
		assert_text(text, cases[i].shown ? cases[i].shown : cases[i].text);
		/* What is shown can be read again. */
		again = name(antin_bytes_cstr(&text));
		ck_assert(antin_bytes_equal(&der, &again));
	}
}
END_TEST

START_TEST(parse_encoding)
{
	static const struct {
		const char *text, *hex;
	} cases[] = {
	        {"C=VN", "300d310b300906035504061302564e"},
	        {"CN=é", "300d310b300906035504030c02c3a9"},
	        {"CN=e\xcc\x81", "300d310b300906035504030c02c3a9"}, /* to NFC */
	        {"DC=vn", "30143112301006 0a0992268993f22c6401191602766e"},
	        {"serialNumber=7", "300c310a3008060355040513 0137"},
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		ANTIN_SCOPED(antin_bytes) der = name(cases[i].text);
		ANTIN_SCOPED(antin_bytes) want = hex(cases[i].hex);

		ck_assert_msg(antin_bytes_equal(&der, &want), "%s", cases[i].text);
	}
}
END_TEST

START_TEST(parse_refuses)
{
	static const struct {
		const char *text, *says, *where;
	} cases[] = {
	        {"", "needs a type and a value", "character 1"},
	        {"   ", "needs a type and a value", "character 4"},
	        {"CN", "no = after CN", "character 3"},
	        {"CN=", "CN has no value", "character 4"},
	        {"CN=   ", "CN has no value", "character 4"},
	        {"CN=a,", "needs a type and a value", "character 6"},
	        {",CN=a", "needs a type and a value", "character 1"},
	        {"CN=a,,O=b", "needs a type and a value", "character 6"},
	        {"CN=a+", "needs a type and a value", "character 6"},
	        {"=a", "needs a type and a value", "character 1"},
	        {"CN=a,XY=b", "XY is not a known type", "character 6"},
	        {"CN=Ấn,XY=b", "XY is not a known type", "character 7"},
	        {"1.2.3.4=x", "1.2.3.4 is not a known type", "character 1"},
	        {"CN=\"a\"", "needs a backslash", "character 4"},
	        {"CN=a;b", "needs a backslash", "character 5"},
	        {"CN=<", "needs a backslash", "character 4"},
	        {"CN=#0c0141", "needs a backslash", "character 4"},
	        {"CN=a\\", "backslash in the name must", "character 5"},
	        {"CN=a\\z", "backslash in the name must", "character 5"},
	        {"CN=a\\4", "backslash in the name must", "character 5"},
	        {"C=vn", "two capitals", "character 3"},
	        {"C=VNM", "two capitals", "character 3"},
	        {"C=V", "two capitals", "character 3"},
	        {"C=ĐĐ", "two capitals", "character 3"},
	        {"serialNumber=a_b", "plain letters", "character 14"},
	        {"serialNumber=ấ", "plain letters", "character 14"},
	        {"emailAddress=ấ@b.vn", "plain letters", "character 14"},
	        {"DC=a b", "plain letters", "character 4"},
	        {"CN=a\tb", "control, invisible", "character 4"},
	        {"CN=a\\0ab", "control, invisible", "character 4"},
	        {"CN=a\\00b", "not valid UTF-8", "character 4"},
	        {"CN=a\u202eb\u202c", "control, invisible", "character 4"},
	        {"CN=a\u200bb", "control, invisible", "character 4"},
	        {"CN=\ue000", "control, invisible", "character 4"},
	        {"CN=\\ff", "", "character 4"},
	        {"CN=\xff", "", "character 4"},
	        {"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa=b",
	         "needs a type and a value", "character 1"},
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		ANTIN_SCOPED(antin_bytes) der = {0};
		struct antin_err err = {0};
		enum antin_rc rc;
		char line[400];

		antin_bytes_text(&der, "kept");
		rc = antin_name_parse(cases[i].text, &der, &err);
		(void)antin_err_line(&err, NULL, line, sizeof(line));
		ck_assert_msg(rc == ANTIN_E_FORMAT, "<%s>: %s", cases[i].text, antin_rc_id(rc));
		ck_assert_msg(strstr(line, cases[i].says) != NULL, "<%s>: %s", cases[i].text, line);
		ck_assert_msg(strcmp(err.where, cases[i].where) == 0, "<%s>: %s", cases[i].text,
		              err.where);
		assert_text(der, "kept");
	}
}
END_TEST

START_TEST(parse_suggests)
{
	struct antin_err err = {0};
	ANTIN_SCOPED(antin_bytes) der = {0};

	ck_assert_int_eq(antin_name_parse("titel=x", &der, &err), ANTIN_E_FORMAT);
	ck_assert_str_eq(err.hint, "title=");
}
END_TEST

/* Upper bounds count characters after NFC, not octets. */
START_TEST(parse_bounds)
{
	static const struct {
		const char *type, *one;
		size_t max;
	} cases[] = {
	        {"CN", "a", 64},
	        {"CN", "ệ", 64},
	        {"CN", "e\xcc\x82\xcc\xa3", 64},
	        {"O", "Ố", 64},
	        {"OU", "x", 64},
	        {"L", "x", 128},
	        {"ST", "x", 128},
	        {"title", "x", 64},
	        {"UID", "x", 256},
	        {"emailAddress", "x", 255},
	        {"DC", "x", 63},
	        {"serialNumber", "1", 64},
	        {"description", "x", 1024},
	};

	for (size_t i = 0; i < COUNT(cases); i++)
		for (size_t extra = 0; extra < 2; extra++) {
			ANTIN_SCOPED(antin_bytes) text = {0};
			ANTIN_SCOPED(antin_bytes) der = {0};
			enum antin_rc want = extra ? ANTIN_E_FORMAT : ANTIN_OK;

			antin_bytes_printf(&text, "%s=", cases[i].type);
			for (size_t n = 0; n < cases[i].max + extra; n++)
				antin_bytes_text(&text, cases[i].one);
			ck_assert_int_eq(antin_name_parse(antin_bytes_cstr(&text), &der, NULL),
			                 want);
		}
}
END_TEST

START_TEST(parse_caps)
{
	ANTIN_SCOPED(antin_bytes) text = {0};
	ANTIN_SCOPED(antin_bytes) der = {0};
	ANTIN_SCOPED(antin_bytes) too_long = {0};

	for (int i = 0; i < ANTIN_NAME_ATTRS; i++)
		antin_bytes_text(&text, i ? ",OU=x" : "OU=x");
	ck_assert_int_eq(antin_name_parse(antin_bytes_cstr(&text), &der, NULL), ANTIN_OK);
	antin_bytes_text(&text, ",OU=x");
	ck_assert_int_eq(antin_name_parse(antin_bytes_cstr(&text), &der, NULL), ANTIN_E_TOO_LARGE);
	antin_bytes_text(&too_long, "CN=");
	for (int i = 0; i < ANTIN_NAME_MAX; i++)
		antin_bytes_byte(&too_long, 'x');
	ck_assert_int_eq(antin_name_parse(antin_bytes_cstr(&too_long), &der, NULL),
	                 ANTIN_E_TOO_LARGE);
}
END_TEST

/* Raw names: one attribute CN of the given string type. */
static struct antin_bytes
raw(uint8_t tag, const void *p, size_t len)
{
	struct antin_bytes b = {0};
	size_t sequence = antin_der_open(&b, ANTIN_SEQUENCE), set = antin_der_open(&b, ANTIN_SET);
	size_t attr = antin_der_open(&b, ANTIN_SEQUENCE);

	antin_der_add_oid(&b, "2.5.4.3");
	antin_der_add(&b, tag, (struct antin_slice){p, len});
	antin_der_close(&b, attr);
	antin_der_close(&b, set);
	antin_der_close(&b, sequence);
	return b;
}

START_TEST(value_types)
{
	static const struct {
		uint8_t tag;
		const char *octets;
		size_t len;
		const char *text; /* NULL: broken or no string */
	} cases[] = {
	        {ANTIN_UTF8, "Ấn", 4, "Ấn"},
	        {ANTIN_PRINTABLE, "An", 2, "An"},
	        {ANTIN_IA5, "a@b", 3, "a@b"},
	        {ANTIN_NUMERIC, "12", 2, "12"},
	        {ANTIN_VISIBLE, "x", 1, "x"},
	        {ANTIN_TELETEX, "\xe9", 1, "é"},
	        {ANTIN_BMP, "\x1e\xa4\0n", 4, "Ấn"},
	        {ANTIN_UNIVERSAL, "\0\0\x1e\xa4\0\0\0n", 8, "Ấn"},
	        {ANTIN_UNIVERSAL, "\0\x01\xf6\x00", 4, "😀"},
	        {ANTIN_UTF8, "", 0, ""},
	        {ANTIN_UTF8, "\xff", 1, NULL},
	        {ANTIN_UTF8, "a\0b", 3, NULL},
	        {ANTIN_UTF8, "\xc0\x80", 2, NULL},
	        {ANTIN_PRINTABLE, "\xe9", 1, NULL},
	        {ANTIN_IA5, "a\0", 2, NULL},
	        {ANTIN_BMP, "\x1e\xa4\0", 3, NULL},
	        {ANTIN_BMP, "\xd8\x3d\xde\0", 4, NULL},
	        {ANTIN_BMP, "\0\0", 2, NULL},
	        {ANTIN_UNIVERSAL, "\0\x11\0\0", 4, NULL},
	        {ANTIN_TELETEX, "a\0", 2, NULL},
	        {ANTIN_INTEGER, "\x01", 1, NULL},
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		ANTIN_SCOPED(antin_bytes) der = raw(cases[i].tag, cases[i].octets, cases[i].len);
		ANTIN_SCOPED(antin_bytes) text = {0};
		bool got;

		antin_bytes_text(&text, ">");
		got = antin_name_get(antin_bytes_slice(&der), "CN", &text);
		ck_assert_msg(got == (cases[i].text != NULL), "case %zu", i);
		ck_assert(antin_slice_is((struct antin_slice){text.p + 1, text.len - 1},
		                         cases[i].text ? cases[i].text : ""));
	}
}
END_TEST

START_TEST(show_broken_and_hostile)
{
	static const struct {
		uint8_t tag;
		const char *octets, *shown;
	} cases[] = {
	        {ANTIN_UTF8, "\xff\xfe", "CN=#fffe"},
	        {ANTIN_INTEGER, "\x01", "CN=#01"},
	        {ANTIN_UTF8, "a\nb", "CN=a\\u{A}b"},
	        {ANTIN_UTF8, "a\u202eb\u202c", "CN=a\\u{202E}b\\u{202C}"},
	        {ANTIN_UTF8, "a\u200bb", "CN=a\\u{200B}b"},
	        {ANTIN_UTF8, "a\x1b[31m", "CN=a\\u{1B}[31m"},
	        {ANTIN_UTF8, "a, CN=b", "CN=a\\, CN=b"},
	        {ANTIN_UTF8, " #x ", "CN=\\ #x\\ "},
	        {ANTIN_UTF8, "", "CN="},
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		ANTIN_SCOPED(antin_bytes)
		der = raw(cases[i].tag, cases[i].octets, strlen(cases[i].octets));
		ANTIN_SCOPED(antin_bytes) text = {0};

		antin_name_text_add(&text, antin_bytes_slice(&der));
		ck_assert_msg(strncasecmp((const char *)text.p, cases[i].shown, text.len) == 0 &&
		                      text.len == strlen(cases[i].shown),
		              "case %zu: %.*s", i, (int)text.len, (const char *)text.p);
	}
}
END_TEST

START_TEST(show_unknown)
{
	ANTIN_SCOPED(antin_bytes) der = hex("300c310a300806032a03040c0141");
	ANTIN_SCOPED(antin_bytes) text = {0};
	ANTIN_SCOPED(antin_bytes) got = {0};

	antin_name_text_add(&text, antin_bytes_slice(&der));
	assert_text(text, "1.2.3.4=A");
	ck_assert(antin_name_get(antin_bytes_slice(&der), "1.2.3.4", &got));
	assert_text(got, "A");
	antin_bytes_clear(&text);
	antin_name_text_add(&text, (struct antin_slice){der.p, der.len - 1});
	assert_text(text, "?");
}
END_TEST

/* A member of a JSON object is there also for the empty name and for what is none. */
START_TEST(show_as_json)
{
	static const struct {
		const char *hex, *text;
	} rows[] = {{"3000", ""},
	            {"300d310b300906035504061302564e", "C=VN"},
	            {"300d310b300906035504061302560a", "C=V\\u{a}"},
	            {"ff", "?"}};

	for (size_t i = 0; i < COUNT(rows); i++) {
		ANTIN_SCOPED(antin_bytes) der = hex(rows[i].hex);
		json_t *o = json_object();

		ck_assert_int_eq(antin_json_set_name(o, "issuer", antin_bytes_slice(&der)), 0);
		ck_assert_str_eq(json_string_value(json_object_get(o, "issuer")), rows[i].text);
		json_decref(o);
	}
}
END_TEST

START_TEST(read_strict)
{
	static const struct {
		const char *hex;
		bool ok;
	} cases[] = {
	        {"3000", true}, /* the empty name */
	        {"300c310a300806035504030c0141", true},
	        {"300c310a300806035504030c014100", false},   /* behind the name */
	        {"310c310a300806035504030c0141", false},     /* a set outside */
	        {"300c300a300806035504030c0141", false},     /* a sequence inside */
	        {"30023100", false},                         /* RDN without attributes */
	        {"30043102 3000", false},                    /* attribute without content */
	        {"300e310c300a06035504030c01410500", false}, /* behind the value */
	        {"30093107300506035504 03", false},          /* no value */
	        {"300a3108300606000c024142", false},         /* empty OID */
	        {"30810c310a300806035504030c0141", false},   /* length not minimal */
	        {"3080310a300806035504030c01410000", false}, /* indefinite */
	        {"", false},
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		ANTIN_SCOPED(antin_bytes) der = hex(cases[i].hex);
		struct antin_name n = {.n_attrs = 77};
		enum antin_rc rc;

		rc = antin_name_read(antin_bytes_slice(&der), &n, NULL);
		ck_assert_msg((rc == ANTIN_OK) == cases[i].ok, "%s", cases[i].hex);
		if (!cases[i].ok) {
			ck_assert_int_eq(rc, ANTIN_E_FORMAT);
			ck_assert_uint_eq(n.n_attrs, 77);
			ck_assert(!antin_name_equal(antin_bytes_slice(&der),
			                            antin_bytes_slice(&der)));
			ck_assert(!antin_name_within(antin_bytes_slice(&der),
			                             antin_bytes_slice(&der)));
		}
	}
}
END_TEST

START_TEST(read_cut_and_changed)
{
	ANTIN_SCOPED(antin_bytes) der = name("C=VN,O=Bo Noi vu,OU=A+CN=B,UID=MST:1");
	ANTIN_SCOPED(antin_bytes) changed = {0};
	struct antin_name n;

	for (size_t len = 0; len < der.len; len++)
		ck_assert_int_eq(antin_name_read((struct antin_slice){der.p, len}, &n, NULL),
		                 ANTIN_E_FORMAT);
	antin_bytes_add(&changed, der.p, der.len);
	for (size_t i = 0; i < der.len; i++)
		for (unsigned int bit = 0; bit < 8; bit++) {
			struct antin_slice s = antin_bytes_slice(&changed);
			ANTIN_SCOPED(antin_bytes) text = {0};

			changed.p[i] ^= (uint8_t)(1U << bit);
			/* Only the case of a letter may change without changing the name. */
			if (antin_name_equal(s, antin_bytes_slice(&der)))
				ck_assert_msg(bit == 5 || der.p[i] == ANTIN_UTF8 ||
				                      der.p[i] == ANTIN_PRINTABLE,
				              "octet %zu bit %u", i, bit);
			antin_name_text_add(&text, s);
			ck_assert(antin_utf8_valid(antin_bytes_slice(&text)));
			changed.p[i] ^= (uint8_t)(1U << bit);
		}
}
END_TEST

START_TEST(compare)
{
	static const struct {
		const char *a, *b;
		bool equal;
	} cases[] = {
	        {"C=VN,O=Bộ Nội vụ", "C=VN,O=Bộ Nội vụ", true},
	        {"C=VN,O=Bộ Nội vụ", "C=VN,O=BỘ NỘI VỤ", true},
	        {"O=Ban Cơ yếu", "O=ban   cơ    yếu", true},
	        {"O=a b", "O=\\ a b\\ ", true},
	        {"O=a b", "O=ab", false},
	        {"O=Đ", "O=đ", true},
	        {"O=Đ", "O=Ð", false}, /* Eth is another letter */
	        {"O=ắ", "O=a", false},
	        {"O=ﬁ", "O=fi", true}, /* compatibility form, RFC 4518 2.3 */
	        {"O=ß", "O=ss", true},
	        {"O=a,OU=b", "OU=b,O=a", false},
	        {"O=a,OU=b", "O=a", false},
	        {"O=a+OU=b", "OU=b+O=a", true},
	        {"O=a+OU=b", "O=a,OU=b", false},
	        {"OU=a+OU=b", "OU=B+OU=A", true},
	        {"OU=a+OU=a", "OU=a+OU=b", false},
	        {"OU=a+OU=b", "OU=a+OU=a", false},
	        {"O=a", "OU=a", false},
	        {"emailAddress=A@b.vn", "emailAddress=a@B.vn", true},
	        {"serialNumber=1 2", "serialNumber=1  2", true},
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		ANTIN_SCOPED(antin_bytes) a = name(cases[i].a);
		ANTIN_SCOPED(antin_bytes) b = name(cases[i].b);
		struct antin_slice x = antin_bytes_slice(&a), y = antin_bytes_slice(&b);

		ck_assert_msg(antin_name_equal(x, y) == cases[i].equal, "%s / %s", cases[i].a,
		              cases[i].b);
		ck_assert_int_eq(antin_name_equal(y, x), cases[i].equal);
		ck_assert(antin_name_equal(x, x));
	}
}
END_TEST

START_TEST(compare_string_types)
{
	static const struct {
		uint8_t tag;
		const char *octets;
		size_t len;
		bool equal; /* to UTF8String "An" */
	} cases[] = {
	        {ANTIN_PRINTABLE, "An", 2, true},  {ANTIN_PRINTABLE, "AN", 2, true},
	        {ANTIN_TELETEX, "an", 2, true},    {ANTIN_BMP, "\0A\0n", 4, true},
	        {ANTIN_IA5, "An", 2, true},        {ANTIN_UTF8, "An\0", 3, false},
	        {ANTIN_UTF8, "An\xff", 3, false},  {ANTIN_OCTET_STRING, "An", 2, false},
	        {ANTIN_UTF8, "A\u00adn", 4, true}, /* soft hyphen: mapped to nothing, RFC 4518 2.2
	                                            */
	        {ANTIN_UTF8, "A\tn", 3, false},    {ANTIN_UTF8, "An\t", 3, true},
	};
	ANTIN_SCOPED(antin_bytes) an = raw(ANTIN_UTF8, "An", 2);

	for (size_t i = 0; i < COUNT(cases); i++) {
		ANTIN_SCOPED(antin_bytes) b = raw(cases[i].tag, cases[i].octets, cases[i].len);

		ck_assert_msg(antin_name_equal(antin_bytes_slice(&an), antin_bytes_slice(&b)) ==
		                      cases[i].equal,
		              "case %zu", i);
		/* The same octets are the same name, whatever they mean. */
		ck_assert(antin_name_equal(antin_bytes_slice(&b), antin_bytes_slice(&b)));
	}
}
END_TEST

START_TEST(within)
{
	static const struct {
		const char *base, *name;
		bool within;
	} cases[] = {
	        {"C=VN", "C=VN,O=a", true},       {"C=VN,O=A", "C=VN,O=a,CN=x", true},
	        {"C=VN,O=a", "C=VN,O=a", true},   {"C=VN,O=a", "C=VN", false},
	        {"C=VN,O=a", "C=VN,O=ab", false}, {"O=a", "C=VN,O=a", false},
	        {"C=VN", "C=VN+O=a", false},
	};
	struct antin_slice empty = {(const uint8_t *)"\x30\x00", 2};

	for (size_t i = 0; i < COUNT(cases); i++) {
		ANTIN_SCOPED(antin_bytes) base = name(cases[i].base);
		ANTIN_SCOPED(antin_bytes) n = name(cases[i].name);

		ck_assert_msg(antin_name_within(antin_bytes_slice(&base), antin_bytes_slice(&n)) ==
		                      cases[i].within,
		              "%s / %s", cases[i].base, cases[i].name);
		ck_assert(antin_name_within(empty, antin_bytes_slice(&n)));
		ck_assert(!antin_name_empty(antin_bytes_slice(&n)));
	}
	ck_assert(antin_name_empty(empty));
}
END_TEST

START_TEST(get)
{
	ANTIN_SCOPED(antin_bytes) der = name("C=VN,O=A,OU=Sở Nội vụ,OU=Văn phòng,CN=x,CN=y");
	struct antin_slice s = antin_bytes_slice(&der);
	static const struct {
		const char *type, *last, *all;
	} cases[] = {
	        {"CN", "y", "x, y"},    {"OU", "Văn phòng", "Sở Nội vụ, Văn phòng"},
	        {"2.5.4.10", "A", "A"}, {"countryName", "VN", "VN"},
	        {"L", NULL, NULL},      {"nonsense", NULL, NULL},
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		ANTIN_SCOPED(antin_bytes) last = {0};
		ANTIN_SCOPED(antin_bytes) all = {0};
		bool want = cases[i].last != NULL;

		ck_assert_int_eq(antin_name_get(s, cases[i].type, &last), want);
		ck_assert_int_eq(antin_name_get_all(s, cases[i].type, &all), want);
		assert_text(last, want ? cases[i].last : "");
		assert_text(all, want ? cases[i].all : "");
	}
}
END_TEST

Suite *suite_name(void);
Suite *
suite_name(void)
{
	Suite *s = suite_create("name");
	TCase *tc = tcase_create("name");

	tcase_add_test(tc, parse_and_show);
	tcase_add_test(tc, parse_encoding);
	tcase_add_test(tc, parse_refuses);
	tcase_add_test(tc, parse_suggests);
	tcase_add_test(tc, parse_bounds);
	tcase_add_test(tc, parse_caps);
	tcase_add_test(tc, value_types);
	tcase_add_test(tc, show_broken_and_hostile);
	tcase_add_test(tc, show_unknown);
	tcase_add_test(tc, show_as_json);
	tcase_add_test(tc, read_strict);
	tcase_add_test(tc, read_cut_and_changed);
	tcase_add_test(tc, compare);
	tcase_add_test(tc, compare_string_types);
	tcase_add_test(tc, within);
	tcase_add_test(tc, get);
	suite_add_tcase(s, tc);
	return s;
}
