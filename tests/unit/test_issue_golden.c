/*
 * One certificate of each shipped profile from fixed keys, names, times and serial numbers, octet
 * by octet as text beside tests/data/profiles; ANTIN_GOLDEN=write writes the texts anew.
 */
#include "issued.h"

#define DIRECTORY "tests/data/profiles"

struct golden {
	const char *profile, *subject, *key;
	const char *emails[3];
	bool by_root;
};

static const struct golden golden[] = {
        {"vn-root", ROOT_NAME, "p384.pem", {NULL}, false},
        {"vn-sub-ca", SUB_NAME, "p256.pem", {NULL}, true},
        {"vn-person",
         "CN=Nguyễn Văn Ấn,title=Chánh Văn phòng,OU=Phòng Văn thư,OU=Văn phòng,O=Bộ Tài "
         "chính,L=Hà Nội,C=VN,UID=0123456789",
         "rsa2048.pem",
         {"an@mof.gov.vn", "vanthu@mof.gov.vn", NULL},
         false},
        {"vn-agency",
         "C=VN,O=BỘ TÀI CHÍNH,CN=CỤC THUẾ",
         "rsa3072.pem",
         {"a@gdt.gov.vn", NULL},
         false},
        {"vn-software", "CN=Phần mềm ký,O=Bộ Tài chính,C=VN", "rsa3072.pem", {NULL}, false},
        {"vn-device", "CN=may-chu-1,O=Bộ Tài chính,C=VN", "rsa3072.pem", {NULL}, false},
        {"vn-tsa", "CN=Dấu thời gian,O=Ban Cơ yếu Chính phủ,C=VN", "rsa3072.pem", {NULL}, false},
        {"vn-ocsp", "CN=OCSP,O=Ban Cơ yếu Chính phủ,C=VN", "rsa2048.pem", {NULL}, false},
};

static struct antin_key *
file_key(const char *name)
{
	ANTIN_OWN_S(antin_keystore) store = NULL;
	struct antin_err err = {0};
	struct antin_key *k = NULL;
	char path[128];

	(void)snprintf(path, sizeof(path), "tests/data/x509/%s", name);
	util_ok(antin_keystore_file(NULL, &store, &err));
	util_ok(antin_keystore_find(store, path, &k, &err));
	return k;
}

/* The same serial, the same second, every time. */
static struct antin_issue
fixed_spec(const struct antin_profile *p, const struct issued *issuer, struct antin_key *key,
           struct antin_slice subject)
{
	struct antin_issue i = issued_spec(p, issuer, key, subject);

	for (size_t k = 0; k < sizeof(i.serial); k++)
		i.serial[k] = (uint8_t)(0x2a + k);
	return i;
}

static struct issued
fixed_make(const struct golden *g, const struct issued *issuer)
{
	ANTIN_OWN_S(antin_profile) p = issued_profile(g->profile);
	ANTIN_SCOPED(antin_bytes) name = {0};
	struct issued made = {.key = file_key(g->key)};
	struct antin_err err = {0};
	struct antin_issue i;

	util_ok(antin_name_parse(g->subject, &name, &err));
	i = fixed_spec(p, issuer, made.key, antin_bytes_slice(&name));
	i.emails = g->emails;
	made.cert = issued_finish(&i, issuer ? issuer->key : made.key);
	return made;
}

static const struct {
	uint8_t tag;
	const char *name;
} tags[] = {
        {ANTIN_BOOLEAN, "BOOLEAN"},
        {ANTIN_INTEGER, "INTEGER"},
        {ANTIN_BIT_STRING, "BIT STRING"},
        {ANTIN_OCTET_STRING, "OCTET STRING"},
        {ANTIN_NULL, "NULL"},
        {ANTIN_OID, "OBJECT IDENTIFIER"},
        {ANTIN_UTF8, "UTF8String"},
        {ANTIN_PRINTABLE, "PrintableString"},
        {ANTIN_IA5, "IA5String"},
        {ANTIN_UTCTIME, "UTCTime"},
        {ANTIN_GENERALIZEDTIME, "GeneralizedTime"},
        {ANTIN_SEQUENCE, "SEQUENCE"},
        {ANTIN_SET, "SET"},
};

static bool
printable(const struct antin_tlv *e)
{
	return e->tag == ANTIN_UTF8 || e->tag == ANTIN_PRINTABLE || e->tag == ANTIN_IA5 ||
	       e->tag == ANTIN_UTCTIME || e->tag == ANTIN_GENERALIZEDTIME;
}

static void
dump_tag(uint8_t tag, struct antin_bytes *out)
{
	for (size_t i = 0; i < UTIL_COUNT(tags); i++)
		if (tags[i].tag == tag) {
			antin_bytes_text(out, tags[i].name);
			return;
		}
	antin_bytes_printf(out, "[%u]", tag & 0x1fU);
}

static void
dump_value(const struct antin_tlv *e, struct antin_bytes *out)
{
	char oid[64];

	antin_bytes_byte(out, ' ');
	if (e->tag == ANTIN_OID)
		antin_bytes_text(out, antin_oid_text(e->value, oid, sizeof(oid)));
	else if (printable(e))
		antin_bytes_add(out, e->value.p, e->value.len);
	else
		antin_hex_add(out, e->value);
	antin_bytes_byte(out, '\n');
}

/* One line an element, indented; OCTET STRINGs that hold elements are opened too. */
static void
dump(struct antin_slice der, unsigned int depth, struct antin_bytes *out)
{
	struct antin_in in = antin_in_of(der);
	struct antin_tlv e;

	while (!antin_der_end(&in)) {
		struct antin_in inside;
		struct antin_tlv first;

		ck_assert(antin_der_next(&in, &e) && depth < 20);
		for (unsigned int i = 0; i < depth; i++)
			antin_bytes_text(out, "  ");
		dump_tag(e.tag, out);
		inside = antin_in_of(e.value);
		if (e.tag & 0x20 || (e.tag == ANTIN_OCTET_STRING && depth == 4 &&
		                     antin_der_next(&inside, &first) && antin_der_end(&inside))) {
			antin_bytes_byte(out, '\n');
			dump(e.value, depth + 1, out);
		} else {
			dump_value(&e, out);
		}
	}
}

/* The line that differs first, for the message. */
static void
first_difference(const char *a, const char *b, char line[256])
{
	while (*a && *a == *b) {
		a++;
		b++;
	}
	(void)snprintf(line, 256, "<%.100s> instead of <%.100s>", a, b);
}

static struct issued root, sub;

static void
make(void)
{
	root = fixed_make(&golden[0], NULL);
	sub = fixed_make(&golden[1], &root);
}

static void
drop(void)
{
	issued_done(&sub);
	issued_done(&root);
}

START_TEST(as_written_down)
{
	const struct golden *g = &golden[_i];
	struct issued made = fixed_make(g, _i == 0 ? NULL : g->by_root ? &root : &sub);
	ANTIN_SCOPED(antin_bytes) text = {0};
	ANTIN_SCOPED(antin_bytes) want = {0};
	const char *write = getenv("ANTIN_GOLDEN");
	char path[128], line[256];

	dump(made.cert->tbs, 0, &text);
	(void)snprintf(path, sizeof(path), DIRECTORY "/%s.txt", g->profile);
	if (write && strcmp(write, "write") == 0)
		util_write(path, antin_bytes_slice(&text));
	util_read(path, &want);
	ck_assert_ptr_nonnull(antin_bytes_cstr(&text));
	ck_assert_ptr_nonnull(antin_bytes_cstr(&want));
	first_difference((const char *)text.p, (const char *)want.p, line);
	ck_assert_msg(antin_bytes_equal(&text, &want), "%s: %s", path, line);
	issued_done(&made);
}
END_TEST

/* The same input gives the same octets to be signed, whatever ran before. */
START_TEST(reproducible)
{
	for (size_t i = 2; i < UTIL_COUNT(golden); i++) {
		struct issued a = fixed_make(&golden[i], &sub), b = fixed_make(&golden[i], &sub);

		util_slice_eq(a.cert->tbs, b.cert->tbs);
		issued_done(&a);
		issued_done(&b);
	}
}
END_TEST

/* What each profile makes passes the lint, under its issuer, with exceptions at most. */
START_TEST(lint)
{
	const struct golden *g = &golden[_i];
	const struct issued *issuer = _i == 0 ? NULL : g->by_root ? &root : &sub;
	struct issued made = fixed_make(g, issuer);
	ANTIN_OWN_S(antin_profile) p = issued_profile(g->profile);
	ANTIN_SCOPED(antin_lint) l = {0};
	struct antin_err err = {0};

	util_ok(antin_lint_cert(made.cert, issuer ? issuer->cert : NULL, p, &l, &err));
	util_ok(antin_lint_check(&l, &err));
	ck_assert_uint_eq(l.errors, 0);
	ck_assert_uint_le(l.n, p->n_exceptions);
	issued_done(&made);
}
END_TEST

/* Every extension of the profile, in its order and with its criticality, and none besides. */
START_TEST(extensions)
{
	static const char *const oids[ANTIN_EXT_KINDS] = {
	        [ANTIN_EXT_BASIC_CONSTRAINTS] = "2.5.29.19",
	        [ANTIN_EXT_AKI] = "2.5.29.35",
	        [ANTIN_EXT_AIA] = "1.3.6.1.5.5.7.1.1",
	        [ANTIN_EXT_SAN] = "2.5.29.17",
	        [ANTIN_EXT_POLICIES] = "2.5.29.32",
	        [ANTIN_EXT_EKU] = "2.5.29.37",
	        [ANTIN_EXT_CDP] = "2.5.29.31",
	        [ANTIN_EXT_SKI] = "2.5.29.14",
	        [ANTIN_EXT_KEY_USAGE] = "2.5.29.15",
	        [ANTIN_EXT_OCSP_NOCHECK] = "1.3.6.1.5.5.7.48.1.5",
	};
	const struct golden *g = &golden[_i];
	struct issued made = fixed_make(g, _i == 0 ? NULL : g->by_root ? &root : &sub);
	ANTIN_OWN_S(antin_profile) p = issued_profile(g->profile);
	size_t at = 0;

	for (size_t k = 0; k < p->n_exts; k++) {
		const struct antin_ext *e = &made.cert->exts[at];
		char oid[64];

		if (p->exts[k].kind == ANTIN_EXT_SAN && !g->emails[0])
			continue;
		ck_assert_uint_lt(at, made.cert->n_exts);
		ck_assert_str_eq(antin_oid_text(e->oid, oid, sizeof(oid)), oids[p->exts[k].kind]);
		ck_assert_int_eq(e->critical, p->exts[k].critical);
		at++;
	}
	ck_assert_uint_eq(at, made.cert->n_exts);
	ck_assert_int_eq(made.cert->is_ca, p->ca);
	ck_assert_int_eq(made.cert->path_len, p->path_len);
	ck_assert_uint_eq(made.cert->key_usage, p->key_usage);
	issued_done(&made);
}
END_TEST

/* Purposes, policies, addresses and e-mail, as the profile and the request say. */
START_TEST(contents)
{
	const struct golden *g = &golden[_i];
	struct issued made = fixed_make(g, _i == 0 ? NULL : g->by_root ? &root : &sub);
	ANTIN_OWN_S(antin_profile) p = issued_profile(g->profile);
	ANTIN_SCOPED(antin_bytes) emails = {0};
	ANTIN_SCOPED(antin_bytes) want = {0};
	ANTIN_SCOPED(antin_bytes) policies = {0};
	static const char *const which[] = {"aia-issuers", "aia-ocsp", "cdp"};
	char *const *const patterns[] = {p->ca_issuers, p->ocsp, p->crl};

	for (size_t k = 0; p->eku && p->eku[k]; k++)
		ck_assert_msg(antin_cert_has_eku(made.cert, p->eku[k]), "%s", p->eku[k]);
	ck_assert_int_eq(made.cert->has_eku, p->eku != NULL);
	antin_cert_emails(made.cert, &emails);
	for (size_t k = 0; g->emails[k]; k++)
		antin_bytes_printf(&want, "%s\n", g->emails[k]);
	util_slice_eq(antin_bytes_slice(&emails), antin_bytes_slice(&want));
	antin_bytes_clear(&want);
	antin_cert_policies(made.cert, &policies);
	for (size_t k = 0; k < p->n_policies; k++)
		antin_bytes_printf(&want, "%s\n", p->policies[k].oid);
	util_slice_eq(antin_bytes_slice(&policies), antin_bytes_slice(&want));
	for (size_t w = 0; w < UTIL_COUNT(which); w++) {
		ANTIN_SCOPED(antin_bytes) got = {0};
		struct antin_err err = {0};

		antin_bytes_clear(&want);
		for (size_t k = 0; patterns[w] && patterns[w][k]; k++) {
			util_ok(antin_profile_url(patterns[w][k], issued_settings, &want, &err));
			antin_bytes_byte(&want, '\n');
		}
		antin_cert_uris(made.cert, which[w], &got);
		util_slice_eq(antin_bytes_slice(&got), antin_bytes_slice(&want));
	}
	issued_done(&made);
}
END_TEST

Suite *suite_issue_golden(void);
Suite *
suite_issue_golden(void)
{
	Suite *s = suite_create("issue_golden");
	TCase *t = tcase_create("issue_golden");

	tcase_add_unchecked_fixture(t, make, drop);
	tcase_add_loop_test(t, as_written_down, 0, UTIL_COUNT(golden));
	tcase_add_test(t, reproducible);
	tcase_add_loop_test(t, lint, 0, UTIL_COUNT(golden));
	tcase_add_loop_test(t, extensions, 0, UTIL_COUNT(golden));
	tcase_add_loop_test(t, contents, 0, UTIL_COUNT(golden));
	suite_add_tcase(s, t);
	return s;
}
