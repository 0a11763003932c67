/*
 * Lint: one certificate that breaks no rule, and for every rule one that breaks it.
 */
#include "issued.h"

#include <antin/text.h>

/* An extension to put in, in place of the one with this OID; value NULL takes it out. */
struct change {
	const char *oid;
	bool critical;
	const char *value; /* hex */
};

struct lint_case {
	const char *rule, *field;
	const char *serial;  /* hex, NULL: the good one */
	const char *subject; /* "C=p:VN|O=u:Tên|CN=u:Tên", "+" joins; NULL: the good one */
	const char *dates;   /* hex of both times; NULL: the good ones */
	const char *tail;    /* hex put before the extensions */
	bool v1, sha1, root;
	const char *key; /* algorithm; NULL: P-256 */
	struct change changes[3];
};

#define SKI        "2.5.29.14"
#define KU         "2.5.29.15"
#define SAN        "2.5.29.17"
#define IAN        "2.5.29.18"
#define BC         "2.5.29.19"
#define CDP        "2.5.29.31"
#define POLICIES   "2.5.29.32"
#define AKI        "2.5.29.35"
#define EKU        "2.5.29.37"
#define AIA        "1.3.6.1.5.5.7.1.1"
#define NAMES      "2.5.29.30"
#define MAPPINGS   "2.5.29.33"
#define LIMITS     "2.5.29.36"
#define FRESHEST   "2.5.29.46"
#define ANY        "2.5.29.54"
#define ATTRIBUTES "2.5.29.9"
#define NOCHECK    "1.3.6.1.5.5.7.48.1.5"

#define EKU_EMAIL "06082b06010505070304"
#define EKU_TSA   "06082b06010505070308"
#define EKU_OCSP  "06082b06010505070309"

static const struct change good[] = {
        {BC, true, "3000"},
        {AKI, false, "3006800411223344"},
        {AIA, false, "3019301706082b06010505073001860b687474703a2f2f6f2e766e"},
        {SAN, false,
         "3006810461"
         "4062"
         "63"},
        {POLICIES, false,
         "300a3008060660840101"
         "0101"},
        {EKU, false, "300a" EKU_EMAIL},
        {CDP, false, "30133011a00fa00d860b687474703a2f2f632e766e"},
        {SKI, false, "040455667788"},
        {KU, true, "030206c0"},
};

#define GOOD_SUBJECT "C=p:VN|L=u:Hà Nội|O=u:Bộ Tài chính|CN=u:Nguyễn Văn Đức"
#define CA_KU                                                                                      \
	{                                                                                          \
		KU, true, "03020106"                                                               \
	}

#define CA_BC                                                                                      \
	{                                                                                          \
		BC, true, "30030101ff"                                                             \
	}

static const struct lint_case cases[] = {
        {"version", "version", .v1 = true},
        {"unique-ids", "tbsCertificate.issuerUniqueID", .tail = "81020001"},
        {"serial-positive", "serialNumber", .serial = "8000112233445566"},
        {"serial-positive", "serialNumber", .serial = "00"},
        {"serial-short", "serialNumber", .serial = "2a"},
        {"serial-long", "serialNumber", .serial = "2a00112233445566778899aabbccddeeff00112233"},
        {"sigalg-weak", "signatureAlgorithm", .sha1 = true},
        {"validity-order", "validity",
         .dates = "170d3330303130313030303030305a170d3235303130313030303030305a"},
        {"time-form", "validity.notAfter",
         .dates = "170d3235303130313030303030305a180f32303430303130313030303030305a"},
        {"validity-issuer", "validity.notAfter",
         .dates = "170d3235303130313030303030305a180f32303930303130313030303030305a"},
        {"name-country", "subject.C", .subject = "C=u:VN|CN=u:A"},
        {"name-country", "subject.C", .subject = "C=p:vn|CN=u:A"},
        {"name-country", "subject.C", .subject = "C=p:VNM|CN=u:A"},
        {"name-string", "subject.CN", .subject = "C=p:VN|CN=t:A"},
        {"name-string", "subject.serialNumber", .subject = "C=p:VN|CN=u:A|serialNumber=u:12"},
        {"name-utf8", "subject.CN", .subject = "C=p:VN|CN=u:A\xff"},
        {"name-nfc", "subject.CN", .subject = "C=p:VN|CN=u:Ha\xcc\x80"},
        {"name-control", "subject.CN",
         .subject = "C=p:VN|CN=u:A\x07"
                    "B"},
        {"name-control", "subject.O", .subject = "C=p:VN|O=u:A\xe2\x80\xaeZ|CN=u:A"},
        {"name-space", "subject.CN", .subject = "C=p:VN|CN=u: A"},
        {"name-space", "subject.CN", .subject = "C=p:VN|CN=u:A "},
        {"name-space", "subject.CN", .subject = "C=p:VN|CN=u:A  B"},
        {"name-empty", "subject.O", .subject = "C=p:VN|O=u:|CN=u:A"},
        {"name-length", "subject.CN",
         .subject =
                 "C=p:VN|CN=u:ơơơơơơơơơơơơơơơơơơơơơơơơơơơơơơơơơơơơơơơơơơơơơơơơơơơơơơơơơơơơơơơơơ"},
        {"name-joined", "subject", .subject = "C=p:VN+O=u:A|CN=u:A"},
        {"name-scripts", "subject.CN", .subject = "C=p:VN|CN=u:Nguy\xd0\xb5n"},
        {"name-scripts", "subject.CN",
         .subject = "C=p:VN|CN=u:\xc3\x90\xe1\xbb\xa9"
                    "c"},
        {"name-twice", "subject.CN", .subject = "C=p:VN|CN=u:A|CN=u:B"},
        {"name-misread", "subject.CN", .subject = "C=p:VN|CN=u:H\xc3\x83\xc2\xa0"},
        {"name-unknown", "subject.1.2.3.4", .subject = "C=p:VN|1.2.3.4=u:A|CN=u:A"},
        {"subject-empty", "subject", .subject = ""},
        {"email-subject", "subject.emailAddress", .subject = "C=p:VN|CN=u:A|emailAddress=i:z@b.c"},
        {"san-empty", "extensions.subjectAltName", .changes = {{SAN, false, "3000"}}},
        {"san-empty", "extensions.subjectAltName", .changes = {{SAN, false, "30028100"}}},
        {"san-email", "extensions.subjectAltName",
         .changes = {{SAN, false,
                      "3005810361206"
                      "2"}}},
        {"ian-empty", "extensions.issuerAltName", .changes = {{IAN, false, "3000"}}},
        {"ku-missing", "extensions.keyUsage", .changes = {{KU, false, NULL}}},
        {"ku-critical", "extensions.keyUsage", .changes = {{KU, false, "030206c0"}}},
        {"ku-cert-sign", "extensions.keyUsage", .changes = {CA_KU}},
        {"ku-authority", "extensions.keyUsage", .changes = {{BC, true, "30030101ff"}}},
        {"ku-ec", "extensions.keyUsage", .changes = {{KU, true, "030205a0"}}},
        {"ku-mixed", "extensions.keyUsage", .key = "rsa2048", .changes = {{KU, true, "030205e0"}}},
        {"eku-twice", "extensions.extKeyUsage",
         .changes = {{EKU, false, "3014" EKU_EMAIL EKU_EMAIL}}},
        {"eku-any", "extensions.extKeyUsage", .changes = {{EKU, false, "30060604551d2500"}}},
        {"eku-usage", "extensions.keyUsage", .changes = {{KU, true, "03020102"}}},
        {"eku-tsa", "extensions.extKeyUsage", .changes = {{EKU, false, "300a" EKU_TSA}}},
        {"eku-tsa", "extensions.extKeyUsage", .changes = {{EKU, true, "3014" EKU_TSA EKU_EMAIL}}},
        {"eku-root", "extensions.extKeyUsage", .root = true,
         .changes = {CA_KU, {BC, true, "30030101ff"}}},
        {"eku-ocsp", "extensions.ocsp-nocheck", .changes = {{EKU, false, "300a" EKU_OCSP}}},
        {"nocheck-place", "extensions.ocsp-nocheck", .changes = {{NOCHECK, false, "0500"}}},
        {"bc-missing", "extensions.basicConstraints", .changes = {CA_KU, {BC, false, NULL}}},
        {"bc-critical", "extensions.basicConstraints",
         .changes = {CA_KU, {BC, false, "30030101ff"}}},
        {"bc-path-len", "extensions.basicConstraints", .changes = {{BC, true, "30060101ff020100"}}},
        {"bc-issuer", "extensions.basicConstraints", .changes = {CA_KU, {BC, true, "30030101ff"}}},
        {"ski-missing", "extensions.subjectKeyIdentifier", .changes = {{SKI, false, NULL}}},
        {"ski-critical", "extensions.subjectKeyIdentifier",
         .changes = {{SKI, true, "040455667788"}}},
        {"aki-missing", "extensions.authorityKeyIdentifier", .changes = {{AKI, false, NULL}}},
        {"aki-match", "extensions.authorityKeyIdentifier",
         .changes = {{AKI, false, "3006800411223344"}}},
        {"policies-twice", "extensions.certificatePolicies",
         .changes = {{POLICIES, false,
                      "3014300806066084010101013008060660840101"
                      "0101"}}},
        {"policies-missing", "extensions.certificatePolicies",
         .changes = {{POLICIES, false, NULL}}},
        {"cps-url", "extensions.certificatePolicies",
         .changes = {{POLICIES, false,
                      "301f301d060660840101010130133011"
                      "06082b060105050702011605"
                      "667470"
                      "3a61"}}},
        {"access-critical", "extensions.authorityInfoAccess",
         .changes = {{AIA, true, "3019301706082b06010505073001860b687474703a2f2f6f2e766e"}}},
        {"limit-critical", "extensions.nameConstraints",
         .changes = {CA_KU, CA_BC, {NAMES, false, "3008a00630048202766e"}}},
        {"limit-critical", "extensions.policyConstraints",
         .changes = {CA_KU, CA_BC, {LIMITS, false, "3003800100"}}},
        {"limit-critical", "extensions.inhibitAnyPolicy",
         .changes = {CA_KU, CA_BC, {ANY, false, "020100"}}},
        {"limit-place", "extensions.nameConstraints",
         .changes = {{NAMES, true, "3008a00630048202766e"}}},
        {"limit-place", "extensions.policyConstraints", .changes = {{LIMITS, true, "3003800100"}}},
        {"limit-place", "extensions.inhibitAnyPolicy", .changes = {{ANY, true, "020100"}}},
        {"limit-place", "extensions.policyMappings",
         .changes = {{MAPPINGS, false, "300a300806022a0306022a04"}}},
        {"limit-empty", "extensions.nameConstraints",
         .changes = {CA_KU, CA_BC, {NAMES, true, "3000"}}},
        {"limit-empty", "extensions.policyConstraints",
         .changes = {CA_KU, CA_BC, {LIMITS, true, "3000"}}},
        {"limit-empty", "extensions.policyMappings",
         .changes = {CA_KU, CA_BC, {MAPPINGS, true, "3000"}}},
        {"limit-empty", "extensions.freshestCRL", .changes = {{FRESHEST, false, "3000"}}},
        {"never-critical", "extensions.freshestCRL",
         .changes = {{FRESHEST, true, "30133011a00fa00d860b687474703a2f2f632e766e"}}},
        {"never-critical", "extensions.subjectDirectoryAttributes",
         .changes = {{ATTRIBUTES, true,
                      "300a300806022a033102"
                      "0500"}}},
        {"mapping-any", "extensions.policyMappings",
         .changes = {CA_KU, CA_BC, {MAPPINGS, true, "300c300a0604551d200006022a04"}}},
        {"mapping-any", "extensions.policyMappings",
         .changes = {CA_KU, CA_BC, {MAPPINGS, true, "300c300a06022a040604551d2000"}}},
        {"san-critical", "extensions.subjectAltName",
         .changes = {{SAN, true,
                      "3006810461"
                      "4062"
                      "63"}}},
        {"url-form", "extensions.cRLDistributionPoints",
         .changes = {{CDP, false, "30133011a00fa00d860b6c6461703a2f2f632e766e"}}},
        {"url-form", "extensions.authorityInfoAccess",
         .changes = {{AIA, false, "3019301706082b06010505073001860b687474703a2f2f6f0a766e"}}},
        {"url-form", "extensions.authorityInfoAccess",
         .changes = {{AIA, false, "3019301706082b06010505073001860b687474703a2f2f2f2e766e"}}},
        {"unknown-critical", "extensions.1.2.3.4", .changes = {{"1.2.3.4", true, "0500"}}},
        {"form", "certificate", .changes = {{KU, true, "03020700"}}},
        {"form", "certificate", .dates = "170d3235303130313030303030305a"},
};

static uint8_t
tag_of(char letter)
{
	static const struct {
		char letter;
		uint8_t tag;
	} tags[] = {{'p', ANTIN_PRINTABLE},
	            {'u', ANTIN_UTF8},
	            {'i', ANTIN_IA5},
	            {'t', ANTIN_TELETEX}};

	for (size_t i = 0; i < UTIL_COUNT(tags); i++)
		if (tags[i].letter == letter)
			return tags[i].tag;
	ck_abort_msg("no string type %c", letter);
	return 0;
}

static const char *
type_of(const char *name)
{
	static const char *const types[][2] = {
	        {"C", "2.5.4.6"},
	        {"L", "2.5.4.7"},
	        {"O", "2.5.4.10"},
	        {"CN", "2.5.4.3"},
	        {"serialNumber", "2.5.4.5"},
	        {"emailAddress", "1.2.840.113549.1.9.1"},
	};

	for (size_t i = 0; i < UTIL_COUNT(types); i++)
		if (strcmp(types[i][0], name) == 0)
			return types[i][1];
	return name;
}

/* "C=p:VN|CN=u:A" to a Name. */
static void
add_subject(struct antin_bytes *b, const char *text)
{
	size_t name = antin_der_open(b, ANTIN_SEQUENCE), set = 0;
	bool joined = false;

	while (*text) {
		const char *equals = strchr(text, '=');
		size_t len = strcspn(equals + 3, "|+"), seq;
		char type[32];

		(void)snprintf(type, sizeof(type), "%.*s", (int)(equals - text), text);
		if (!joined)
			set = antin_der_open(b, ANTIN_SET);
		seq = antin_der_open(b, ANTIN_SEQUENCE);
		antin_der_add_oid(b, type_of(type));
		antin_der_add(b, tag_of(equals[1]),
		              (struct antin_slice){(const uint8_t *)equals + 3, len});
		antin_der_close(b, seq);
		text = equals + 3 + len;
		joined = *text == '+';
		if (!joined)
			antin_der_close(b, set);
		if (*text)
			text++;
	}
	antin_der_close(b, name);
}

static void
add_ext(struct antin_bytes *b, const struct change *e)
{
	ANTIN_SCOPED(antin_bytes) value = {0};
	size_t seq = antin_der_open(b, ANTIN_SEQUENCE);

	util_hex(e->value, &value);
	antin_der_add_oid(b, e->oid);
	if (e->critical)
		antin_der_add_bool(b, true);
	antin_der_add(b, ANTIN_OCTET_STRING, antin_bytes_slice(&value));
	antin_der_close(b, seq);
}

static const struct change *
changed(const struct lint_case *c, const char *oid)
{
	for (size_t i = 0; i < UTIL_COUNT(c->changes); i++)
		if (c->changes[i].oid && strcmp(c->changes[i].oid, oid) == 0)
			return &c->changes[i];
	return NULL;
}

static void
add_exts(struct antin_bytes *b, const struct lint_case *c)
{
	size_t outer = antin_der_open(b, ANTIN_CONTEXT_CONS(3));
	size_t list = antin_der_open(b, ANTIN_SEQUENCE);

	for (size_t i = 0; i < UTIL_COUNT(good); i++) {
		const struct change *e = changed(c, good[i].oid);

		if (!e)
			add_ext(b, &good[i]);
		else if (e->value)
			add_ext(b, e);
	}
	for (size_t i = 0; i < UTIL_COUNT(c->changes); i++) {
		bool old = false;

		for (size_t k = 0; k < UTIL_COUNT(good); k++)
			old |= c->changes[i].oid && strcmp(good[k].oid, c->changes[i].oid) == 0;
		if (c->changes[i].oid && !old)
			add_ext(b, &c->changes[i]);
	}
	antin_der_close(b, list);
	antin_der_close(b, outer);
}

/* The TBSCertificate of a case, with the algorithm of an EC issuer. */
static void
build(const struct lint_case *c, const struct issued *issuer, struct antin_key *key,
      struct antin_bytes *b)
{
	static const char good_dates[] =
	        "170d3235303130313030303030305a170d3330303130313030303030305a";
	struct antin_slice spki = antin_public_spki(key->public_key);
	ANTIN_SCOPED(antin_bytes) serial = {0};
	ANTIN_SCOPED(antin_bytes) subject = {0};
	size_t outer = antin_der_open(b, ANTIN_SEQUENCE), part;

	util_hex(c->serial ? c->serial : "2a00112233445566778899aabbccddee", &serial);
	add_subject(&subject, c->subject ? c->subject : GOOD_SUBJECT);
	if (!c->v1) {
		part = antin_der_open(b, ANTIN_CONTEXT_CONS(0));
		antin_der_add_uint(b, 2);
		antin_der_close(b, part);
	}
	antin_der_add(b, ANTIN_INTEGER, antin_bytes_slice(&serial));
	antin_sigalg_add(b,
	                 (struct antin_sigalg){ANTIN_ECDSA, c->sha1 ? ANTIN_SHA1 : ANTIN_SHA256});
	if (c->root)
		antin_bytes_add(b, subject.p, subject.len);
	else
		antin_bytes_add(b, issuer->cert->subject.p, issuer->cert->subject.len);
	part = antin_der_open(b, ANTIN_SEQUENCE);
	util_hex(c->dates ? c->dates : good_dates, b);
	antin_der_close(b, part);
	antin_bytes_add(b, subject.p, subject.len);
	antin_bytes_add(b, spki.p, spki.len);
	if (c->tail)
		util_hex(c->tail, b);
	if (!c->v1)
		add_exts(b, c);
	antin_der_close(b, outer);
	ck_assert(!b->failed);
}

static bool
found(const struct antin_lint *l, const char *rule, const char *field)
{
	for (size_t i = 0; i < l->n; i++)
		if (strcmp(l->items[i].rule, rule) == 0 && strcmp(l->items[i].field, field) == 0)
			return true;
	return false;
}

static void
lint_case(const struct lint_case *c, struct antin_lint *out)
{
	struct issued root = issued_make("vn-root", ROOT_NAME, NULL, "p256");
	struct issued sub = issued_make("vn-sub-ca", SUB_NAME, &root, "p256");
	ANTIN_OWN_S(antin_key) key = issued_key(c->key ? c->key : "p256");
	ANTIN_SCOPED(antin_bytes) tbs = {0};
	struct antin_sigalg a = {ANTIN_ECDSA, c->sha1 ? ANTIN_SHA1 : ANTIN_SHA256};
	struct antin_err err = {0};

	build(c, &sub, key, &tbs);
	util_ok(antin_lint_tbs(antin_bytes_slice(&tbs), a, c->root ? NULL : sub.cert, NULL, out,
	                       &err));
	issued_done(&sub);
	issued_done(&root);
}

START_TEST(each_rule)
{
	const struct lint_case *c = &cases[_i];
	ANTIN_SCOPED(antin_lint) l = {0};
	ANTIN_SCOPED(antin_bytes) seen = {0};

	lint_case(c, &l);
	for (size_t i = 0; i < l.n; i++)
		antin_bytes_printf(&seen, " %s@%s", l.items[i].rule, l.items[i].field);
	ck_assert_msg(found(&l, c->rule, c->field), "%s@%s is missing:%s", c->rule, c->field,
	              antin_bytes_cstr(&seen));
	/* Few others: a case must not trip over half of the table. */
	ck_assert_msg(l.n <= 6, "%s:%s", c->rule, antin_bytes_cstr(&seen));
}
END_TEST

/* The certificate that every case starts from breaks only what its made-up identifiers must. */
START_TEST(good_one)
{
	const struct lint_case plain = {"", ""};
	ANTIN_SCOPED(antin_lint) l = {0};

	lint_case(&plain, &l);
	for (size_t i = 0; i < l.n; i++)
		ck_assert_msg(strcmp(l.items[i].rule, "aki-match") == 0, "%s at %s",
		              l.items[i].rule, l.items[i].field);
}
END_TEST

/* Limits as they should be, and what may stand either way, break none of these rules. */
static const struct lint_case limits_right[] = {
        {"names", "", .changes = {CA_KU, CA_BC, {NAMES, true, "3008a00630048202766e"}}},
        {"policies", "", .changes = {CA_KU, CA_BC, {LIMITS, true, "3003800100"}}},
        {"any", "", .changes = {CA_KU, CA_BC, {ANY, true, "020100"}}},
        {"mapped", "", .changes = {CA_KU, CA_BC, {MAPPINGS, true, "300a300806022a0306022a04"}}},
        {"mapped", "", .changes = {CA_KU, CA_BC, {MAPPINGS, false, "300a300806022a0306022a04"}}},
        {"delta", "", .changes = {{FRESHEST, false, "30133011a00fa00d860b687474703a2f2f632e766e"}}},
        {"attributes", "", .changes = {{ATTRIBUTES, false, "300a300806022a0331020500"}}},
        {"no name", "", .subject = "", .changes = {{SAN, true, "3006810461406263"}}},
};

START_TEST(limits_kept)
{
	static const char *const rules[] = {"limit-critical", "limit-place", "limit-empty",
	                                    "never-critical", "mapping-any", "san-critical"};
	ANTIN_SCOPED(antin_lint) l = {0};

	lint_case(&limits_right[_i], &l);
	for (size_t i = 0; i < l.n; i++)
		for (size_t k = 0; k < UTIL_COUNT(rules); k++)
			ck_assert_msg(strcmp(l.items[i].rule, rules[k]) != 0, "%s: %s at %s",
			              limits_right[_i].rule, rules[k], l.items[i].field);
}
END_TEST

/* Rules that need an issuer, a profile or a key of their own: below and in test_lint_more. */
static const char *const elsewhere[] = {
        "issuer-match",       "size",          "key-small",
        "key-weak",           "sigalg-issuer", "issuer-empty",
        "profile-subject",    "profile-key",   "profile-digest",
        "profile-extensions", "profile-usage", "profile-validity",
        "profile-authority",  "profile-email", "profile-purposes",
        "profile-policies",
};

START_TEST(every_rule_is_tested)
{
	size_t n;
	const struct antin_lint_rule *rules = antin_lint_rules(&n);

	ck_assert_uint_ge(n, 25);
	for (size_t i = 0; i < n; i++) {
		bool tested = false;

		for (size_t c = 0; c < UTIL_COUNT(cases); c++)
			tested |= strcmp(cases[c].rule, rules[i].id) == 0;
		for (size_t e = 0; e < UTIL_COUNT(elsewhere); e++)
			tested |= strcmp(elsewhere[e], rules[i].id) == 0;
		ck_assert_msg(tested, "no case for %s", rules[i].id);
		ck_assert(antin_lint_known(rules[i].id));
		ck_assert(rules[i].text[strlen(rules[i].text) - 1] == '.');
		ck_assert_uint_gt(strlen(rules[i].source), 0);
		for (size_t j = 0; j < i; j++)
			ck_assert_str_ne(rules[i].id, rules[j].id);
	}
	ck_assert(!antin_lint_known("no-such-rule"));
}
END_TEST

/* A certificate under another issuer, and one that a profile would not make. */
START_TEST(issuer_and_profile)
{
	struct issued root = issued_make("vn-root", ROOT_NAME, NULL, "p256");
	struct issued sub = issued_make("vn-sub-ca", SUB_NAME, &root, "p256");
	struct issued other = issued_make("vn-root", SUB_NAME, NULL, "rsa3072");
	struct issued ee = issued_make("vn-person", EE_NAME, &sub, "p256");
	ANTIN_OWN_S(antin_profile) device = issued_profile("vn-device");
	ANTIN_OWN_S(antin_profile) agency = issued_profile("vn-agency");
	ANTIN_SCOPED(antin_lint) l = {0};
	ANTIN_SCOPED(antin_lint) p = {0};
	ANTIN_SCOPED(antin_lint) q = {0};
	struct antin_err err = {0};

	util_ok(antin_lint_cert(ee.cert, root.cert, NULL, &l, &err));
	ck_assert(found(&l, "issuer-match", "issuer"));
	ck_assert(found(&l, "aki-match", "extensions.authorityKeyIdentifier"));
	util_fails(antin_lint_check(&l, &err), ANTIN_E_LINT);
	ck_assert_ptr_nonnull(strstr(util_line(&err), "issuer-match"));
	antin_err_clear(&err);
	util_ok(antin_lint_cert(ee.cert, other.cert, NULL, &q, &err));
	ck_assert(found(&q, "sigalg-issuer", "signatureAlgorithm"));
	util_ok(antin_lint_cert(ee.cert, sub.cert, device, &p, &err));
	ck_assert(found(&p, "profile-extensions", "extensions.certificatePolicies"));
	ck_assert(found(&p, "profile-usage", "extensions.keyUsage"));
	ck_assert(found(&p, "profile-validity", "validity"));
	ck_assert(found(&p, "profile-email", "extensions.subjectAltName"));
	ck_assert(found(&p, "profile-purposes", "extensions.extendedKeyUsage"));
	ck_assert_str_eq(p.items[p.n - 1].source, "vn-device");
	ck_assert(found(&p, "profile-subject", "subject.serialNumber") ||
	          found(&p, "profile-subject", "subject.OU") ||
	          found(&p, "profile-subject", "subject.L"));
	ck_assert_uint_eq(p.errors, 6);
	issued_done(&ee);
	issued_done(&other);
	issued_done(&sub);
	issued_done(&root);
}
END_TEST

/* The exception of the agency profile is named with its reason and does not count. */
START_TEST(exceptions)
{
	struct issued root = issued_make("vn-root", ROOT_NAME, NULL, "p256");
	struct issued sub = issued_make("vn-sub-ca", SUB_NAME, &root, "p256");
	struct issued ee = issued_make("vn-agency", EE_NAME, &sub, "rsa3072");
	ANTIN_OWN_S(antin_profile) agency = issued_profile("vn-agency");
	ANTIN_SCOPED(antin_lint) with = {0};
	ANTIN_SCOPED(antin_lint) without = {0};
	struct antin_err err = {0};

	util_ok(antin_lint_cert(ee.cert, sub.cert, agency, &with, &err));
	ck_assert(found(&with, "ku-mixed", "extensions.keyUsage"));
	ck_assert_uint_eq(with.errors, 0);
	util_ok(antin_lint_check(&with, &err));
	for (size_t i = 0; i < with.n; i++)
		ck_assert_ptr_nonnull(with.items[i].exception);
	util_ok(antin_lint_cert(ee.cert, sub.cert, NULL, &without, &err));
	ck_assert_uint_eq(without.errors, 1);
	util_fails(antin_lint_check(&without, &err), ANTIN_E_LINT);
	issued_done(&ee);
	issued_done(&sub);
	issued_done(&root);
}
END_TEST

Suite *suite_lint(void);
Suite *
suite_lint(void)
{
	Suite *s = suite_create("lint");
	TCase *t = tcase_create("lint");

	tcase_add_loop_test(t, each_rule, 0, UTIL_COUNT(cases));
	tcase_add_test(t, good_one);
	tcase_add_loop_test(t, limits_kept, 0, (int)UTIL_COUNT(limits_right));
	tcase_add_test(t, every_rule_is_tested);
	tcase_add_test(t, issuer_and_profile);
	tcase_add_test(t, exceptions);
	suite_add_tcase(s, t);
	return s;
}
