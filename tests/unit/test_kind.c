/*
 * Kinds of signers: the rules that came with the program against names of every profile that was
 * seen, what proves a class and what does not, and wrong files of rules.
 */
#include <stdio.h>

#include <antin/text.h>

#include "../../lib/trust/kind.h"
#include "scene.h"
#include "util.h"

#define SHIPPED "lib/verify/data/signers.json"

static struct antin_kinds *
shipped(void)
{
	struct antin_kinds *k = NULL;
	struct antin_err err = {0};

	util_ok(antin_kinds_load(SHIPPED, &k, &err));
	return k;
}

static void
add_policy(struct antin_bytes *b, const char *oid)
{
	size_t list = antin_der_open(b, ANTIN_SEQUENCE), info = antin_der_open(b, ANTIN_SEQUENCE);

	antin_der_add_oid(b, oid);
	antin_der_close(b, info);
	antin_der_close(b, list);
}

static void
add_purpose(struct antin_bytes *b, const char *oid)
{
	size_t list = antin_der_open(b, ANTIN_SEQUENCE);

	antin_der_add_oid(b, oid);
	antin_der_close(b, list);
}

/* A certificate whose subject is any name, with a policy and a purpose; only its words count. */
struct described {
	const char *subject, *policy, *purpose;
};

static struct antin_cert *
make(const struct described *d, EVP_PKEY *key)
{
	ANTIN_SCOPED(antin_bytes) policy = {0};
	ANTIN_SCOPED(antin_bytes) purpose = {0};
	struct pki_spec s = pki_leaf("x", "Agency/CA", key, key);
	size_t n = 0;

	if (d->policy) {
		add_policy(&policy, d->policy);
		s.exts[n++] = (struct pki_ext){"2.5.29.32", false, antin_bytes_slice(&policy)};
	}
	if (d->purpose) {
		add_purpose(&purpose, d->purpose);
		s.exts[n] = (struct pki_ext){"2.5.29.37", false, antin_bytes_slice(&purpose)};
	}
	return pki_cert(s);
}

#define GOVERNMENT "2.16.704.1.1.1.1.1"

static const struct {
	struct described d;
	enum antin_class class;
	enum antin_holder holder;
	const char *rule;
} names[] = {
        /* the Government's service since 2021 */
        {{"C=VN,L=Hà Nội,O=BỘ TÀI CHÍNH,CN=CỤC THUẾ", GOVERNMENT, NULL},
         ANTIN_CLASS_PUBLIC_SERVICE,
         ANTIN_HOLDER_AGENCY,
         "vn-agency-2025"},
        {{"C=VN,L=Hồ Chí Minh,O=BỘ TÀI CHÍNH,OU=TỔNG CỤC THUẾ,OU=CỤC THUẾ TP,CN=CHI CỤC THUẾ THỦ "
          "ĐỨC",
          GOVERNMENT, NULL},
         ANTIN_CLASS_PUBLIC_SERVICE,
         ANTIN_HOLDER_AGENCY,
         "vn-agency-2025"},
        /* each part of the profile is needed */
        {{"C=VN,L=Hà Nội,O=BỘ TÀI CHÍNH,CN=CỤC THUẾ", GOVERNMENT, NULL},
         ANTIN_CLASS_UNKNOWN,
         ANTIN_HOLDER_UNKNOWN,
         NULL},
        {{"C=VN,L=Hà Nội,O=BỘ TÀI CHÍNH,CN=CỤC THUẾ", GOVERNMENT, NULL},
         ANTIN_CLASS_PUBLIC_CA,
         ANTIN_HOLDER_UNKNOWN,
         NULL},
        {{"C=VN,L=Hà Nội,O=BỘ TÀI CHÍNH,CN=CỤC THUẾ", NULL, NULL},
         ANTIN_CLASS_PUBLIC_SERVICE,
         ANTIN_HOLDER_UNKNOWN,
         NULL},
        {{"C=VN,L=Hà Nội,O=BỘ TÀI CHÍNH,CN=CỤC THUẾ", "2.16.704.1.1.1.1.11", NULL},
         ANTIN_CLASS_PUBLIC_SERVICE,
         ANTIN_HOLDER_UNKNOWN,
         NULL},
        {{"C=VN,O=BỘ TÀI CHÍNH,L=Hà Nội,CN=CỤC THUẾ", GOVERNMENT, NULL},
         ANTIN_CLASS_PUBLIC_SERVICE,
         ANTIN_HOLDER_UNKNOWN,
         NULL},
        {{"C=VN,L=Hà Nội,O=BỘ TÀI CHÍNH,CN=Cục Thuế", GOVERNMENT, NULL},
         ANTIN_CLASS_PUBLIC_SERVICE,
         ANTIN_HOLDER_UNKNOWN,
         NULL},
        {{"C=VN,L=Hà Nội,O=BỘ TÀI CHÍNH,CN=NGUYỄN VĂN AN", GOVERNMENT, NULL},
         ANTIN_CLASS_PUBLIC_SERVICE,
         ANTIN_HOLDER_UNKNOWN,
         NULL},
        {{"C=VN,L=Hà Nội,O=BỘ TÀI CHÍNH,CN=TRƯƠNG THỊ SỞ", GOVERNMENT, NULL},
         ANTIN_CLASS_PUBLIC_SERVICE,
         ANTIN_HOLDER_UNKNOWN,
         NULL},
        {{"C=VN,L=Hà Nội,O=BỘ TÀI CHÍNH,CN=CỤC", GOVERNMENT, NULL},
         ANTIN_CLASS_PUBLIC_SERVICE,
         ANTIN_HOLDER_UNKNOWN,
         NULL},
        {{"C=US,L=Hà Nội,O=BỘ TÀI CHÍNH,CN=CỤC THUẾ", GOVERNMENT, NULL},
         ANTIN_CLASS_PUBLIC_SERVICE,
         ANTIN_HOLDER_UNKNOWN,
         NULL},
        {{"C=VN,L=Hà Nội,O=UBND TỈNH,title=CHỦ TỊCH,CN=CỤC THUẾ", GOVERNMENT, NULL},
         ANTIN_CLASS_PUBLIC_SERVICE,
         ANTIN_HOLDER_PERSON,
         "person-title"},
        /* the older hierarchy, and the public authorities */
        {{"C=VN,O=Bộ Tài chính,L=Hà Nội,CN=Chi cục thuế,UID=MST:0301519977-029", NULL, NULL},
         ANTIN_CLASS_PUBLIC_SERVICE,
         ANTIN_HOLDER_AGENCY,
         "vn-tax-code"},
        {{"C=VN,O=Công ty A,CN=Công ty A,UID=MST:0100231226", NULL, NULL},
         ANTIN_CLASS_PUBLIC_CA,
         ANTIN_HOLDER_AGENCY,
         "vn-tax-code"},
        {{"C=VN,CN=Nguyễn Văn An,UID=CCCD:001080000001", NULL, NULL},
         ANTIN_CLASS_PUBLIC_CA,
         ANTIN_HOLDER_PERSON,
         "vn-person-number"},
        {{"C=VN,O=Công ty A,CN=Nguyễn Văn An,UID=CMND:011234567", NULL, NULL},
         ANTIN_CLASS_PUBLIC_CA,
         ANTIN_HOLDER_PERSON,
         "vn-person-number"},
        {{"C=VN,CN=Nguyễn Văn An,UID=0301519977", NULL, NULL},
         ANTIN_CLASS_PUBLIC_CA,
         ANTIN_HOLDER_UNKNOWN,
         NULL},
        {{"C=VN,CN=Nguyễn Văn An,UID=xMST:0301519977", NULL, NULL},
         ANTIN_CLASS_PUBLIC_CA,
         ANTIN_HOLDER_UNKNOWN,
         NULL},
        /* a tax code of the employer makes a person with a title no agency */
        {{"C=VN,O=Sở Nội vụ,title=Giám đốc,CN=Nguyễn Văn An,UID=MST:0301519977", NULL, NULL},
         ANTIN_CLASS_PUBLIC_SERVICE,
         ANTIN_HOLDER_UNKNOWN,
         NULL},
        {{"C=VN,O=Sở Nội vụ,title=Giám đốc,CN=Nguyễn Văn An", NULL, NULL},
         ANTIN_CLASS_PUBLIC_SERVICE,
         ANTIN_HOLDER_PERSON,
         "person-title"},
        /* foreign: ETSI */
        {{"C=EE,CN=A", "0.4.0.194112.1.2", NULL},
         ANTIN_CLASS_FOREIGN,
         ANTIN_HOLDER_PERSON,
         "etsi-natural-person"},
        {{"C=EE,CN=A", "0.4.0.194112.1.3", NULL},
         ANTIN_CLASS_FOREIGN,
         ANTIN_HOLDER_AGENCY,
         "etsi-legal-person"},
        {{"C=EE,CN=A", "0.4.0.194112.1.4", NULL}, ANTIN_CLASS_FOREIGN, ANTIN_HOLDER_UNKNOWN, NULL},
        {{"C=EE,givenName=A,SN=B,CN=A B", NULL, NULL},
         ANTIN_CLASS_FOREIGN,
         ANTIN_HOLDER_PERSON,
         "person-names"},
        {{"C=EE,givenName=A,CN=A B", NULL, NULL}, ANTIN_CLASS_FOREIGN, ANTIN_HOLDER_UNKNOWN, NULL},
        /* purposes come first */
        {{"C=VN,O=Bộ Tài chính,CN=Dấu thời gian,UID=MST:0301519977", NULL, "1.3.6.1.5.5.7.3.8"},
         ANTIN_CLASS_PUBLIC_SERVICE,
         ANTIN_HOLDER_SERVICE,
         "purpose-service"},
        {{"C=VN,CN=Nguyễn Văn An", NULL, "1.3.6.1.5.5.7.3.4"},
         ANTIN_CLASS_PUBLIC_SERVICE,
         ANTIN_HOLDER_UNKNOWN,
         NULL},
};

/* With an anchor of the class, and without a path: the holder is the same, the proof is not. */
START_TEST(test_holders)
{
	ANTIN_OWN_S(antin_kinds) k = shipped();
	const struct antin_anchor anchor = {.class = names[_i].class};
	const struct antin_path proven = {.anchored = true}, none = {0};
	ANTIN_SCOPED(antin_bytes) subject = {0};
	ANTIN_OWN_S(antin_cert) c = make(&names[_i].d, leaf_key);
	const struct antin_slice before = c->subject;
	struct antin_err err = {0};
	struct antin_kind kind;

	util_ok(antin_name_parse(names[_i].d.subject, &subject, &err));
	c->subject = antin_bytes_slice(&subject);
	kind = antin_kind_of(k, c, &proven, &anchor);
	ck_assert_int_eq(kind.holder, names[_i].holder);
	ck_assert_int_eq(kind.class, names[_i].class);
	ck_assert_pstr_eq(kind.rule, names[_i].rule);
	ck_assert(kind.proven && !kind.authority);
	kind = antin_kind_of(NULL, c, &proven, &anchor);
	ck_assert_int_eq(kind.holder, ANTIN_HOLDER_UNKNOWN);
	ck_assert_int_eq(kind.class, names[_i].class);
	kind = antin_kind_of(k, c, &none, NULL);
	ck_assert(!kind.proven);
	ck_assert_int_eq(kind.class, ANTIN_CLASS_UNKNOWN);
	if (!names[_i].rule)
		ck_assert_int_eq(kind.holder, ANTIN_HOLDER_UNKNOWN);
	c->subject = before;
}
END_TEST

/* ---- what proves a class ---- */

static void
rules_for(const struct antin_cert *c, const char *what, struct antin_bytes *out)
{
	uint8_t key[32];
	char hex[65];
	struct antin_err err = {0};

	util_ok(antin_sha256(c->spki, key, &err));
	(void)antin_hex_text((struct antin_slice){strcmp(what, "keys") == 0 ? key : c->sha256, 32},
	                     hex, sizeof(hex));
	antin_bytes_printf(out,
	                   "{\"schema\":\"antin.signers/1\",\"version\":1,\"authorities\":[{\"id\":"
	                   "\"it\",\"class\":\"public-ca\",\"%s\":[\"%s\"]}],\"holders\":[]}",
	                   what, hex);
}

static struct antin_kinds *
read_rules(const char *text)
{
	struct antin_kinds *k = NULL;
	struct antin_err err = {0};

	util_ok(antin_kinds_read(antin_slice_text(text), "test", &k, &err));
	return k;
}

/* By key or certificate of the root or of the authority between; never the signer's own. */
START_TEST(test_authorities)
{
	static const char *const whats[] = {"keys", "certificates"};

	for (int w = 0; w < 6; w++) {
		static const struct plan plan = {.name = "kind"};
		struct scene s;
		ANTIN_SCOPED(antin_report) r = {0};
		ANTIN_SCOPED(antin_bytes) text = {0};
		ANTIN_OWN_S(antin_kinds) k = NULL;
		struct antin_cert *of[3];

		scene_make(&s, &plan);
		of[0] = s.root, of[1] = s.ca, of[2] = s.leaf;
		rules_for(of[w / 2], whats[w % 2], &text);
		k = read_rules(antin_bytes_cstr(&text));
		s.options.kinds = k;
		must_check(&s, &r);
		ck_assert_int_eq(r.verdicts[0].indication, ANTIN_TOTAL_PASSED);
		ck_assert(r.verdicts[0].kind.proven);
		if (of[w / 2] == s.leaf) {
			ck_assert_int_eq(r.verdicts[0].kind.class, ANTIN_CLASS_PUBLIC_SERVICE);
			ck_assert_ptr_null(r.verdicts[0].kind.authority);
		} else {
			ck_assert_int_eq(r.verdicts[0].kind.class, ANTIN_CLASS_PUBLIC_CA);
			ck_assert_str_eq(r.verdicts[0].kind.authority, "it");
		}
		antin_report_done(&r);
		scene_done(&s);
	}
}
END_TEST

/* The name of an authority proves nothing, and counts for nothing beside a path. */
START_TEST(test_names_prove_nothing)
{
	static const char rules[] =
	        "{\"schema\":\"antin.signers/1\",\"version\":1,\"holders\":[],\"authorities\":[{"
	        "\"id\":\"it\",\"class\":\"foreign\",\"name\":[{\"type\":\"CN\",\"like\":[\"C*\"]},"
	        "{\"type\":\"O\",\"like\":[\"*gen*\"]}]}]}";
	static const struct {
		struct plan plan;
		enum antin_class class;
		bool proven;
	} rows[] = {
	        {{.name = "whole"}, ANTIN_CLASS_PUBLIC_SERVICE, true},
	        {{.name = "no lists", .no_lists = true}, ANTIN_CLASS_PUBLIC_SERVICE, true},
	        {{.name = "revoked", .revoked = {SERIAL, PKI_NOW - 3000, 1}},
	         ANTIN_CLASS_PUBLIC_SERVICE,
	         true},
	        {{.name = "no anchor", .no_anchor = true}, ANTIN_CLASS_FOREIGN, false},
	        {{.name = "other anchor", .other_anchor = true}, ANTIN_CLASS_FOREIGN, false},
	        {{.name = "no chain", .no_chain = true}, ANTIN_CLASS_FOREIGN, false},
	};
	ANTIN_OWN_S(antin_kinds) k = read_rules(rules);

	for (size_t i = 0; i < UTIL_COUNT(rows); i++) {
		struct scene s;
		ANTIN_SCOPED(antin_report) r = {0};
		ANTIN_SCOPED(antin_bytes) text = {0};
		struct antin_err err = {0};

		scene_make(&s, &rows[i].plan);
		s.options.kinds = k;
		must_check(&s, &r);
		ck_assert_msg(r.verdicts[0].kind.class == rows[i].class, "%s", rows[i].plan.name);
		ck_assert(r.verdicts[0].kind.proven == rows[i].proven);
		util_ok(antin_report_text(&r, NULL, NULL, &text, &err));
		ck_assert_ptr_nonnull(strstr(antin_bytes_cstr(&text), "Kind of signer: holder of "
		                                                      "unknown kind; "));
		ck_assert(rows[i].proven ==
		          !strstr(antin_bytes_cstr(&text), "not proven)\n  Time"));
		antin_report_done(&r);
		scene_done(&s);
	}
}
END_TEST

/* ---- patterns and files ---- */

START_TEST(test_patterns)
{
	static const struct {
		const char *pattern, *value;
		bool fits;
	} rows[] = {
	        {"a", "a", true},     {"a", "ab", false},    {"a", "", false},
	        {"a*", "a", true},    {"a*", "ab", true},    {"a*", "ba", false},
	        {"*a", "a", true},    {"*a", "ba", true},    {"*a", "ab", false},
	        {"*a*", "bab", true}, {"*a*", "bbb", false}, {"*", "", true},
	        {"*", "x", true},     {"**", "", true},      {"**", "x", true},
	        {"", "", true},       {"", "x", false},      {"a*b", "axb", false},
	        {"a*b", "a*b", true}, {"ab*", "a", false},   {"*ab", "b", false},
	};

	for (size_t i = 0; i < UTIL_COUNT(rows); i++)
		ck_assert_msg(kind_like(rows[i].pattern, antin_slice_text(rows[i].value)) ==
		                      rows[i].fits,
		              "%s on %s", rows[i].pattern, rows[i].value);
}
END_TEST

START_TEST(test_capitals)
{
	static const struct {
		const char *text;
		bool capitals;
	} rows[] = {
	        {"", true},           {"CỤC THUẾ", true},  {"CỤC THUẾ QUẬN 12 - Đ", true},
	        {"Cục", false},       {"CỤC THUế", false}, {"đ", false},
	        {"ĐẢNG ỦY", true},    {"12", true},        {"\xc4", false},
	        {"A\xc4\x91", false}, {"ß", false},        {"漢", true},
	};

	for (size_t i = 0; i < UTIL_COUNT(rows); i++)
		ck_assert_msg(antin_text_capitals(antin_slice_text(rows[i].text)) ==
		                      rows[i].capitals,
		              "%s", rows[i].text);
}
END_TEST

#define FILE_OF(authorities, holders)                                                              \
	"{\"schema\":\"antin.signers/1\",\"version\":1,\"authorities\":[" authorities              \
	"],\"holders\":[" holders "]}"
#define HOLDER(rest)    FILE_OF("", "{\"id\":\"h\",\"holder\":\"person\"," rest "}")
#define AUTHORITY(rest) FILE_OF("{\"id\":\"a\",\"class\":\"foreign\"" rest "}", "")

START_TEST(test_wrong_files)
{
	static const struct {
		const char *text, *where;
	} rows[] = {
	        {"[]", ""},
	        {"{}", "schema"},
	        {"{\"schema\":\"antin.signers/2\",\"version\":1,\"authorities\":[],\"holders\":[]}",
	         "schema"},
	        {"{\"schema\":\"antin.signers/1\",\"version\":0,\"authorities\":[],\"holders\":[]}",
	         "version"},
	        {"{\"schema\":\"antin.signers/1\",\"version\":1,\"holders\":[]}", "authorities"},
	        {"{\"schema\":\"antin.signers/1\",\"version\":1,\"authorities\":{},\"holders\":[]}",
	         "authorities"},
	        {"{\"schema\":\"antin.signers/1\",\"version\":1,\"authorities\":[],\"holders\":0}",
	         "holders"},
	        {FILE_OF("7", ""), "authorities[0]"},
	        {AUTHORITY(""), "authorities[0]"},
	        {AUTHORITY(",\"name\":[]"), "authorities[0]"},
	        {AUTHORITY(",\"keys\":[\"00\"]"), "authorities[0]"},
	        {AUTHORITY(",\"keys\":[]"), "authorities[0].keys"},
	        {AUTHORITY(",\"certificates\":[\"zz\"]"), "authorities[0]"},
	        {AUTHORITY(",\"color\":1"), "authorities[0].color"},
	        {AUTHORITY(",\"name\":[{\"type\":\"CN\"}]"), "authorities[0].name[0]"},
	        {AUTHORITY(",\"name\":[{\"like\":[\"x\"]}]"), "authorities[0].name[0].type"},
	        {FILE_OF("{\"id\":\"a\",\"class\":\"unknown\",\"keys\":[\"0000000000000000000000000"
	                 "000000000000000000000000000000000000000\"]}",
	                 ""),
	         "authorities[0]"},
	        {FILE_OF("{\"id\":\"a\",\"class\":\"own\"}", ""), "authorities[0].class"},
	        {FILE_OF("", "{\"id\":\"h\",\"holder\":\"person\"}"), "holders[0]"},
	        {FILE_OF("", "{\"id\":\"h\",\"holder\":\"unknown\"}"), "holders[0].holder"},
	        {HOLDER("\"order\":[\"CN\"]"), "holders[0]"},
	        {HOLDER("\"classes\":[\"foreign\"]"), "holders[0]"},
	        {HOLDER("\"classes\":[\"own\"]"), "holders[0].classes"},
	        {HOLDER("\"policies\":[\"1.2\",\"x\"]"), "holders[0].policies"},
	        {HOLDER("\"purposes\":\"1.2\""), "holders[0].purposes"},
	        {HOLDER("\"subject\":[{\"type\":\"CN\",\"absent\":true,\"like\":[\"x\"]}]"),
	         "holders[0].subject[0]"},
	        {HOLDER("\"subject\":[{\"type\":\"CN\",\"absent\":true,\"capitals\":true}]"),
	         "holders[0].subject[0]"},
	        {HOLDER("\"subject\":{}"), "holders[0].subject"},
	};

	for (size_t i = 0; i < UTIL_COUNT(rows); i++) {
		ANTIN_OWN_S(antin_kinds) k = NULL;
		struct antin_err err = {0};
		enum antin_rc rc = antin_kinds_read(antin_slice_text(rows[i].text), "t", &k, &err);

		ck_assert_msg(rc == ANTIN_E_CONFIG, "%s: %s", rows[i].text, antin_rc_id(rc));
		ck_assert_ptr_null(k);
		ck_assert_msg(strncmp(err.where, rows[i].where, strlen(rows[i].where)) == 0,
		              "%s: %s", rows[i].text, err.where);
	}
}
END_TEST

/* The shipped file cut at every octet is refused, and changed in any octet never crashes. */
START_TEST(test_damaged)
{
	ANTIN_SCOPED(antin_bytes) text = {0};
	struct antin_err err = {0};

	util_ok(antin_file_read(SHIPPED, ANTIN_KINDS_MAX, &text, &err));
	while (text.len && text.p[text.len - 1] == '\n')
		text.len--;
	for (size_t n = 0; n < text.len; n += n < 600 ? 1 : 41) {
		struct antin_kinds *k = NULL;

		ck_assert_int_ne(antin_kinds_read((struct antin_slice){text.p, n}, "t", &k, NULL),
		                 ANTIN_OK);
		ck_assert_ptr_null(k);
	}
	for (size_t i = 0; i < text.len; i += 7) {
		ANTIN_OWN_S(antin_kinds) k = NULL;

		text.p[i] ^= 1;
		if (antin_kinds_read(antin_bytes_slice(&text), "t", &k, NULL) == ANTIN_OK)
			ck_assert_uint_eq(k->n_authorities, 3);
		text.p[i] ^= 1;
	}
}
END_TEST

START_TEST(test_too_large)
{
	ANTIN_SCOPED(antin_bytes) text = {0};
	struct antin_kinds *k = NULL;
	struct antin_err err = {0};

	for (size_t i = 0; i <= ANTIN_KINDS_MAX; i++)
		antin_bytes_byte(&text, ' ');
	util_fails(antin_kinds_read(antin_bytes_slice(&text), "t", &k, &err), ANTIN_E_TOO_LARGE);
	err = (struct antin_err){0};
	util_fails(antin_kinds_load("/nowhere/signers.json", &k, &err), ANTIN_E_MISSING);
}
END_TEST

/* ---- real certificates, where they are at hand ---- */

START_TEST(test_real)
{
	static const struct {
		const char *file;
		enum antin_class class;
		enum antin_holder holder;
	} rows[] = {
	        {"agency-g2-2025.der", ANTIN_CLASS_PUBLIC_SERVICE, ANTIN_HOLDER_AGENCY},
	        {"agency-g2-2021.der", ANTIN_CLASS_PUBLIC_SERVICE, ANTIN_HOLDER_AGENCY},
	        {"agency-g2-2021b.der", ANTIN_CLASS_PUBLIC_SERVICE, ANTIN_HOLDER_AGENCY},
	        {"agency-g1-2020.der", ANTIN_CLASS_PUBLIC_SERVICE, ANTIN_HOLDER_AGENCY},
	        {"agency-2015.der", ANTIN_CLASS_PUBLIC_SERVICE, ANTIN_HOLDER_UNKNOWN},
	        {"sim-test-g1-2016.der", ANTIN_CLASS_PUBLIC_SERVICE, ANTIN_HOLDER_UNKNOWN},
	};
	ANTIN_OWN_S(antin_kinds) k = shipped();

	for (size_t i = 0; i < UTIL_COUNT(rows); i++) {
		const struct antin_path none = {0};
		ANTIN_SCOPED(antin_certs) list = {0};
		struct antin_kind kind;
		char path[128];

		(void)snprintf(path, sizeof(path), "../../shared/data/vn/%s", rows[i].file);
		if (antin_certs_load(path, &list, NULL) != ANTIN_OK)
			continue; /* not carried by the project */
		kind = antin_kind_of(k, list.items[0], &none, NULL);
		ck_assert_msg(kind.class == rows[i].class && kind.holder == rows[i].holder,
		              "%s: %s %s", rows[i].file, antin_class_id(kind.class),
		              antin_holder_id(kind.holder));
		ck_assert(!kind.proven);
	}
}
END_TEST

/* Anchors get their class from the same rules: by certificate or key, never over what was told. */
START_TEST(test_anchors)
{
	static const struct {
		const char *sha256;
		enum antin_class told, class;
	} rows[] = {
	        {"f04ba4b459a7c9a1b971ad9b1cb833e695a80c79aea63b174b66a70edfe2fdb8",
	         ANTIN_CLASS_UNKNOWN, ANTIN_CLASS_PUBLIC_SERVICE},
	        {"f7bc89054cec7f12730d7b8cd3eb7955b163835087e5eb873edfb584763b3f90",
	         ANTIN_CLASS_UNKNOWN, ANTIN_CLASS_PUBLIC_SERVICE},
	        {"bac8bf609ab420a8ee1780d74f4de5c7f7184959d2a7375b0a75e4c29f0908e7",
	         ANTIN_CLASS_UNKNOWN, ANTIN_CLASS_PUBLIC_CA},
	        {"f04ba4b459a7c9a1b971ad9b1cb833e695a80c79aea63b174b66a70edfe2fdb8",
	         ANTIN_CLASS_PUBLIC_CA, ANTIN_CLASS_PUBLIC_CA},
	        {"f04ba4b459a7c9a1b971ad9b1cb833e695a80c79aea63b174b66a70edfe2fdb9",
	         ANTIN_CLASS_UNKNOWN, ANTIN_CLASS_UNKNOWN},
	};
	ANTIN_OWN_S(antin_kinds) k = shipped();
	struct antin_err err = {0};

	for (size_t i = 0; i < UTIL_COUNT(rows); i++) {
		ANTIN_OWN_S(antin_cert) c = pki_cert(pki_ca("O/a", "O/a", root_key, root_key));
		ANTIN_SCOPED(antin_bytes) hash = {0};
		struct antin_anchor a = {.cert = c, .class = rows[i].told};
		struct antin_trust t = {.anchors = &a, .n_anchors = 1};

		util_ok(antin_hex_parse(rows[i].sha256, &hash, &err));
		memcpy(c->sha256, hash.p, sizeof(c->sha256));
		ck_assert_int_eq(antin_kinds_class(NULL, c), ANTIN_CLASS_UNKNOWN);
		antin_kinds_classify(NULL, &t);
		ck_assert_int_eq(a.class, rows[i].told);
		antin_kinds_classify(k, &t);
		ck_assert_int_eq(a.class, rows[i].class);
	}
}
END_TEST

Suite *suite_kind(void);
Suite *
suite_kind(void)
{
	Suite *s = suite_create("kind");
	TCase *t = tcase_create("kind");

	tcase_add_unchecked_fixture(t, make_keys, free_keys);
	tcase_add_loop_test(t, test_holders, 0, (int)UTIL_COUNT(names));
	tcase_add_test(t, test_authorities);
	tcase_add_test(t, test_anchors);
	tcase_add_test(t, test_names_prove_nothing);
	tcase_add_test(t, test_patterns);
	tcase_add_test(t, test_capitals);
	tcase_add_test(t, test_wrong_files);
	tcase_add_test(t, test_damaged);
	tcase_add_test(t, test_too_large);
	tcase_add_test(t, test_real);
	suite_add_tcase(s, t);
	return s;
}
