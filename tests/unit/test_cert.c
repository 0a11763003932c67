/*
 * Certificates: strict decoding, the quirks that must be read, extensions, signatures.
 */
#include "x509_util.h"

#include <unistd.h>

#include <antin/der.h>

START_TEST(fields)
{
	ANTIN_OWN_S(antin_cert) c = load_cert("person.crt");
	ANTIN_SCOPED(antin_bytes) issuer = {0};
	ANTIN_SCOPED(antin_bytes) subject = {0};
	char serial[80];

	ck_assert_uint_eq(c->version, 3);
	ck_assert_str_eq(antin_hex_groups(c->serial, serial, sizeof(serial)),
	                 "01A4 9F00 1122 3344 5566 7788 99AA BBCC");
	antin_name_text_add(&issuer, c->issuer);
	assert_text(issuer, "C=VN, O=Ban Cơ yếu Chính phủ, CN=CA thử");
	antin_name_text_add(&subject, c->subject);
	assert_text(subject, "C=VN, L=Hà Nội, O=Ủy ban nhân dân tỉnh Lào Cai, OU=Sở Nội vụ, "
	                     "OU=Văn phòng\\, Một cửa, title=Chánh văn phòng, CN=Nguyễn Thị Ánh");
	ck_assert_int_eq(c->not_after - c->not_before, 7300LL * 86400);
	ck_assert(c->has_basic_constraints && !c->is_ca);
	ck_assert_int_eq(c->path_len, -1);
	ck_assert(c->has_key_usage);
	ck_assert_uint_eq(c->key_usage,
	                  1U << ANTIN_KU_DIGITAL_SIGNATURE | 1U << ANTIN_KU_NON_REPUDIATION);
	ck_assert(c->has_eku);
	ck_assert(antin_cert_has_eku(c, "1.3.6.1.5.5.7.3.2"));
	ck_assert(antin_cert_has_eku(c, "1.3.6.1.5.5.7.3.4"));
	ck_assert(!antin_cert_has_eku(c, "1.3.6.1.5.5.7.3.1"));
	ck_assert_uint_eq(c->ski.len, 20);
	ck_assert_uint_eq(c->aki.len, 20);
	ck_assert(!antin_cert_self_issued(c));
	ck_assert_ptr_nonnull(antin_cert_ext(c, "2.5.29.32"));
	ck_assert_ptr_null(antin_cert_ext(c, "2.5.29.54"));
	ck_assert(antin_cert_ext(c, "2.5.29.15")->critical);
	ck_assert(!antin_cert_ext(c, "2.5.29.37")->critical);
}
END_TEST

START_TEST(authority_fields)
{
	ANTIN_OWN_S(antin_cert) root = load_cert("root.crt");
	ANTIN_OWN_S(antin_cert) sub = load_cert("sub.crt");

	ck_assert(root->is_ca && sub->is_ca);
	ck_assert_int_eq(root->path_len, -1);
	ck_assert_int_eq(sub->path_len, 0);
	ck_assert_uint_eq(sub->key_usage, 1U << ANTIN_KU_KEY_CERT_SIGN | 1U << ANTIN_KU_CRL_SIGN);
	ck_assert(antin_cert_self_issued(root) && !antin_cert_self_issued(sub));
	ck_assert(!sub->has_eku && sub->eku.p == NULL);
	ck_assert(!antin_cert_has_eku(sub, "1.3.6.1.5.5.7.3.1"));
	ck_assert_ptr_null(root->aki.p);
	ck_assert(antin_slice_equal(sub->aki, root->ski));
}
END_TEST

START_TEST(addresses)
{
	ANTIN_OWN_S(antin_cert) c = load_cert("person.crt");
	ANTIN_OWN_S(antin_cert) bare = load_cert("root.crt");
	static const struct {
		const char *which, *text;
	} cases[] = {
	        {"aia-ocsp", "http://ocsp.example.vn/\n"},
	        {"aia-issuers", "http://ca.example.vn/sub.crt\n"},
	        {"cdp", "http://ca.example.vn/sub.crl\nhttp://b.example.vn/sub.crl\n"},
	};
	ANTIN_SCOPED(antin_bytes) emails = {0};

	for (size_t i = 0; i < COUNT(cases); i++) {
		ANTIN_SCOPED(antin_bytes) got = {0};

		antin_cert_uris(c, cases[i].which, &got);
		assert_text(got, cases[i].text);
		antin_bytes_clear(&got);
		antin_cert_uris(bare, cases[i].which, &got);
		ck_assert_uint_eq(got.len, 0);
	}
	antin_cert_emails(c, &emails);
	assert_text(emails, "anh.nt@laocai.gov.vn\nvp@laocai.gov.vn\n");
	antin_bytes_clear(&emails);
	antin_cert_emails(bare, &emails);
	ck_assert_uint_eq(emails.len, 0);
}
END_TEST

START_TEST(alternative_names)
{
	static const struct {
		uint8_t tag;
		const char *text;
	} want[] = {{ANTIN_NAME_EMAIL, "anh.nt@laocai.gov.vn"},
	            {ANTIN_NAME_EMAIL, "vp@laocai.gov.vn"},
	            {ANTIN_NAME_DNS, "laocai.gov.vn"}};
	ANTIN_OWN_S(antin_cert) c = load_cert("person.crt");
	ANTIN_OWN_S(antin_cert) bare = load_cert("root.crt");
	ANTIN_SCOPED(antin_bytes) policies = {0};
	struct antin_in names = {0};
	struct antin_tlv name;

	ck_assert(antin_cert_alt_names(c, &names));
	for (size_t i = 0; i < COUNT(want); i++) {
		ck_assert(antin_der_next(&names, &name));
		ck_assert_uint_eq(name.tag, want[i].tag);
		ck_assert(antin_slice_is(name.value, want[i].text));
	}
	ck_assert(antin_der_end(&names));
	ck_assert(!antin_cert_alt_names(bare, &names));
	antin_cert_policies(bare, &policies);
	ck_assert_uint_eq(policies.len, 0);
	antin_cert_policies(c, &policies);
	assert_text(policies, "2.16.704.1.1.1.1.1\n");
}
END_TEST

START_TEST(signatures)
{
	static const struct {
		const char *file, *issuer;
	} cases[] = {
	        {"person.crt", "sub.crt"},
	        {"sub.crt", "root.crt"},
	        {"root.crt", "root.crt"},
	        {"quirk.crt", "sub.crt"},
	};
	static const char *const keys[] = {"rsa", "p256", "p384", "pss"};
	static const int digests[] = {1, 256, 384, 512};

	for (size_t i = 0; i < COUNT(cases); i++) {
		ANTIN_OWN_S(antin_cert) c = load_cert(cases[i].file);
		ANTIN_OWN_S(antin_cert) issuer = load_cert(cases[i].issuer);
		const struct antin_public *p, *own;

		ck_assert_int_eq(antin_cert_public(issuer, &p, NULL), ANTIN_OK);
		ck_assert_int_eq(antin_cert_verify(c, p, NULL, NULL), ANTIN_OK);
		ck_assert_int_eq(antin_cert_public(c, &own, NULL), ANTIN_OK);
		if (!antin_slice_equal(c->spki, issuer->spki))
			ck_assert_int_ne(antin_cert_verify(c, own, NULL, NULL), ANTIN_OK);
	}
	for (size_t k = 0; k < COUNT(keys); k++)
		for (size_t d = 0; d < COUNT(digests); d++) {
			ANTIN_OWN_S(antin_cert) c = NULL;
			const struct antin_public *p;
			char file[64];

			(void)snprintf(file, sizeof(file), "alg-%s-sha%d.crt", keys[k], digests[d]);
			c = load_cert(file);
			ck_assert_int_eq(antin_cert_public(c, &p, NULL), ANTIN_OK);
			ck_assert_msg(antin_cert_verify(c, p, NULL, NULL) == ANTIN_OK, "%s", file);
		}
}
END_TEST

START_TEST(quirks)
{
	ANTIN_OWN_S(antin_cert) c = load_cert("quirk.crt");
	ANTIN_SCOPED(antin_bytes) uid = {0};
	ANTIN_SCOPED(antin_bytes) units = {0};
	const struct antin_ext *alternative = antin_cert_ext(c, "2.5.29.18");

	ck_assert_uint_eq(c->serial.len, 3);
	ck_assert(antin_name_get(c->subject, "UID", &uid));
	assert_text(uid, "MST:0100231226");
	ck_assert(antin_name_get_all(c->subject, "OU", &units));
	assert_text(units, "Tong cuc Thue, Cuc Thue");
	ck_assert_ptr_nonnull(alternative);
	ck_assert_uint_eq(alternative->value.len, 2);
	ck_assert_ptr_nonnull(antin_cert_ext(c, "2.16.840.1.113730.1.1"));
	ck_assert_ptr_null(antin_cert_ext(c, "2.5.29.32"));
	ck_assert(antin_cert_has_eku(c, "1.3.6.1.4.1.311.20.2.2"));
}
END_TEST

START_TEST(odd_serials)
{
	static const struct {
		const char *file, *hex;
	} cases[] = {
	        {"odd-serial-negative.crt", "fb"},
	        {"odd-serial-zero.crt", "00"},
	        {"odd-serial-long.crt", "0102030405060708090a0b0c0d0e0f1011121314151617"},
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		ANTIN_OWN_S(antin_cert) c = load_cert(cases[i].file);
		char text[80];

		ck_assert_str_eq(antin_hex_text(c->serial, text, sizeof(text)), cases[i].hex);
	}
}
END_TEST

START_TEST(counted)
{
	struct antin_cert *c = load_cert("person.crt"), *other = antin_cert_ref(c);
	const struct antin_public *p = NULL, *q = NULL;

	ck_assert_ptr_eq(other, c);
	antin_cert_free(c);
	ck_assert_int_eq(antin_cert_public(other, &p, NULL), ANTIN_OK);
	ck_assert_int_eq(antin_cert_public(other, &q, NULL), ANTIN_OK);
	ck_assert_ptr_eq(p, q);
	antin_cert_free(other);
	antin_cert_free(NULL);
}
END_TEST

START_TEST(own_copy)
{
	ANTIN_SCOPED(antin_bytes) der = load_der("person.crt");
	ANTIN_OWN_S(antin_cert) c = NULL;
	uint8_t first = der.p[0];

	ck_assert_int_eq(antin_cert_read(antin_bytes_slice(&der), &c, NULL), ANTIN_OK);
	memset(der.p, 0, der.len);
	ck_assert_uint_eq(c->der.p[0], first);
	ck_assert_uint_eq(c->tbs.p[0], 0x30);
}
END_TEST

START_TEST(cut_anywhere)
{
	ANTIN_SCOPED(antin_bytes) der = load_der("person.crt");

	for (size_t len = 0; len < der.len; len++) {
		struct antin_cert *c = NULL;
		struct antin_err err = {0};

		ck_assert_int_eq(antin_cert_read((struct antin_slice){der.p, len}, &c, &err),
		                 ANTIN_E_FORMAT);
		ck_assert_ptr_null(c);
		ck_assert_uint_gt(err.n_frames, 0);
	}
	antin_bytes_byte(&der, 0);
	{
		struct antin_cert *c = NULL;

		ck_assert_int_eq(antin_cert_read(antin_bytes_slice(&der), &c, NULL),
		                 ANTIN_E_FORMAT);
		ck_assert_ptr_null(c);
	}
}
END_TEST

/* Every octet of every one of three certificates changed: refused, or its signature fails. */
START_TEST(changed_anywhere)
{
	static const struct {
		const char *file, *issuer;
	} cases[] = {{"person.crt", "sub.crt"},
	             {"quirk.crt", "sub.crt"},
	             {"alg-p256-sha256.crt", "alg-p256-sha256.crt"}};
	static const uint8_t masks[] = {0x01, 0x20, 0x80, 0xff};

	for (size_t i = 0; i < COUNT(cases); i++) {
		ANTIN_SCOPED(antin_bytes) der = load_der(cases[i].file);
		ANTIN_OWN_S(antin_cert) good = load_cert(cases[i].file);
		ANTIN_OWN_S(antin_cert) issuer = load_cert(cases[i].issuer);
		const struct antin_public *key;

		ck_assert_int_eq(antin_cert_public(issuer, &key, NULL), ANTIN_OK);
		for (size_t at = 0; at < der.len * COUNT(masks); at++) {
			ANTIN_OWN_S(antin_cert) c = NULL;
			uint8_t *octet = &der.p[at / COUNT(masks)];

			*octet ^= masks[at % COUNT(masks)];
			if (antin_cert_read(antin_bytes_slice(&der), &c, NULL) == ANTIN_OK) {
				ck_assert_mem_ne(c->sha256, good->sha256, 32);
				ck_assert_msg(antin_cert_verify(c, key, NULL, NULL) != ANTIN_OK,
				              "%s octet %zu", cases[i].file, at / COUNT(masks));
			}
			*octet ^= masks[at % COUNT(masks)];
		}
	}
}
END_TEST

/* A certificate in parts, each of which a case may replace (by hexadecimal text). */
struct parts {
	const char *version, *serial, *inner, *issuer, *validity, *subject, *spki, *ids, *exts;
	const char *outer, *signature, *tail;
};

#define ALG  "300a06082a8648ce3d040302"
#define NAME "300c310a300806035504030c0141"
#define SPKI "300f300906072a8648ce3d0201030200 04"
#define YEAR "301e170d3236303130313030303030305a170d3237303130313030303030305a"

static const struct parts usual = {
        .version = "a003020102",
        .serial = "020101",
        .inner = ALG,
        .issuer = NAME,
        .validity = YEAR,
        .subject = NAME,
        .spki = SPKI,
        .ids = "",
        .exts = "a30f300d300b0603551d0f0404 03020780",
        .outer = ALG,
        .signature = "03020001",
        .tail = "",
};

static void
add_hex(struct antin_bytes *b, const char *text)
{
	ANTIN_SCOPED(antin_bytes) octets = hex(text);

	antin_bytes_add(b, octets.p, octets.len);
}

static struct antin_bytes
build(const struct parts *p)
{
	struct antin_bytes b = {0};
	size_t certificate = antin_der_open(&b, ANTIN_SEQUENCE);
	size_t tbs = antin_der_open(&b, ANTIN_SEQUENCE);
	const char *const list[] = {p->version, p->serial, p->inner, p->issuer, p->validity,
	                            p->subject, p->spki,   p->ids,   p->exts};

	for (size_t i = 0; i < COUNT(list); i++)
		add_hex(&b, list[i]);
	antin_der_close(&b, tbs);
	add_hex(&b, p->outer);
	add_hex(&b, p->signature);
	add_hex(&b, p->tail);
	antin_der_close(&b, certificate);
	return b;
}

#define CASE(what_, where_, ok_, field, value)                                                     \
	{                                                                                          \
		what_, where_, ok_, offsetof(struct parts, field), value                           \
	}

static const struct {
	const char *what, *where;
	bool ok;
	size_t offset;
	const char *value;
} form_cases[] = {
        CASE("usual", "", true, tail, ""),
        CASE("version 2 without extensions would be fine, with them not", "extensions", false,
             version, "a003020101"),
        CASE("version 1 written out", "version", false, version, "a003020100"),
        CASE("version 4", "version", false, version, "a003020103"),
        CASE("version negative", "version", false, version, "a0030201ff"),
        CASE("version in two octets", "version", false, version, "a00402020002"),
        CASE("something behind the version", "version", false, version, "a0050201020500"),
        CASE("version 1 with extensions", "extensions", false, version, ""),
        CASE("serial zero", "", true, serial, "020100"),
        CASE("serial negative", "", true, serial, "0201ff"),
        CASE("serial of 40 octets", "", true, serial,
             "02287f00000000000000000000000000000000000000000000000000000000000000000000000000000"
             "0"),
        CASE("serial empty", "serialNumber", false, serial, "0200"),
        CASE("serial not minimal", "serialNumber", false, serial, "02020001"),
        CASE("serial not minimal, negative", "serialNumber", false, serial, "0202ff80"),
        CASE("serial of another type", "serialNumber", false, serial, "0a0101"),
        CASE("inner algorithm differs", "signatureAlgorithm", false, inner,
             "300a06082a8648ce3d040303"),
        CASE("inner algorithm has parameters", "signatureAlgorithm", false, inner,
             "300c06082a8648ce3d0403020500"),
        CASE("inner algorithm is a set", "signature", false, inner, "310a06082a8648ce3d040302"),
        CASE("outer algorithm empty", "signatureAlgorithm", false, outer, "3000"),
        CASE("outer algorithm with two parameters", "signatureAlgorithm", false, outer,
             "300e06082a8648ce3d04030205000500"),
        CASE("issuer empty", "", true, issuer, "3000"),
        CASE("issuer no name", "issuer", false, issuer, "30020500"),
        CASE("subject empty", "", true, subject, "3000"),
        CASE("subject no name", "subject", false, subject, "300431023000"),
        CASE("validity with one time", "validity", false, validity,
             "300f170d3236303130313030303030305a"),
        CASE("validity with three times", "validity", false, validity,
             "302d170d3236303130313030303030305a170d3237303130313030303030305a"
             "170d3237303130313030303030305a"),
        CASE("without seconds", "validity", false, validity,
             "301c170b323630313031303030305a170d3237303130313030303030305a"),
        CASE("with an offset", "validity", false, validity,
             "3022171132363031303130303030 30302b30303030170d3237303130313030303030305a"),
        CASE("31 February", "validity", false, validity,
             "301e170d3236303233313030303030305a170d3237303130313030303030305a"),
        CASE("hour 24", "validity", false, validity,
             "301e170d3236303130313234303030305a170d3237303130313030303030305a"),
        CASE("GeneralizedTime", "", true, validity,
             "3020170d3236303130313030303030305a180f39393939313233313233353935395a"),
        CASE("GeneralizedTime with a fraction", "validity", false, validity,
             "3022170d3236303130313030303030305a1811393939393132333132333539353 92e315a"),
        CASE("ends before it begins: judged elsewhere", "", true, validity,
             "301e170d3237303130313030303030305a170d3236303130313030303030305a"),
        CASE("key not bits", "subjectPublicKeyInfo", false, spki,
             "300f300906072a8648ce3d0201040200 04"),
        CASE("key with unused bits set", "subjectPublicKeyInfo", false, spki,
             "300f300906072a8648ce3d0201030207 04"),
        CASE("key with something behind", "subjectPublicKeyInfo", false, spki,
             "3011300906072a8648ce3d0201030200 040500"),
        CASE("key of an unknown algorithm", "", true, spki, "300b300506032a03040302 0004"),
        CASE("unique ids", "", true, ids, "8102000182020001"),
        CASE("unique ids in the wrong order", "extensions", false, ids, "8202000181020001"),
        CASE("unique id empty", "uniqueID", false, ids, "8100"),
        CASE("no extensions", "", true, exts, ""),
        CASE("extensions empty", "extensions", false, exts, "a3023000"),
        CASE("extension twice", "extensions", false, exts,
             "a31c301a300b0603551d0f040403020780300b0603551d0f040403020780"),
        CASE("critical false written out: common, so taken", "", true, exts,
             "a312 3010 300e 0603551d0f 010100 0404 03020780"),
        CASE("critical true", "", true, exts, "a312 3010 300e 0603551d0f 0101ff 0404 03020780"),
        CASE("critical 01", "extensions", false, exts,
             "a312 3010 300e 0603551d0f 010101 0404 03020780"),
        CASE("extension without value", "extensions", false, exts, "a309300730050603551d0f"),
        CASE("extension with two values", "extensions", false, exts,
             "a311300f300d0603551d0f0404030207800500"),
        CASE("behind the list", "extensions", false, exts,
             "a311300d300b0603551d0f0404030207800500"),
        CASE("behind the extensions", "extensions", false, exts,
             "a30f300d300b0603551d0f0404030207800500"),
        CASE("keyUsage not minimal", "keyUsage", false, exts,
             "a310300e300c0603551d0f04050303078000"),
        CASE("keyUsage unused bits set", "keyUsage", false, exts,
             "a30f300d300b0603551d0f0404030207 81"),
        CASE("keyUsage with something behind", "keyUsage", false, exts,
             "a311300f300d0603551d0f0406030207800500"),
        CASE("keyUsage without bits: judged elsewhere", "", true, exts,
             "a30e300c300a0603551d0f0403030100"),
        CASE("keyUsage an octet string", "keyUsage", false, exts,
             "a30f300d300b0603551d0f040404020780"),
        CASE("basicConstraints empty", "", true, exts, "a30d300b30090603551d1304023000"),
        CASE("basicConstraints CA false written out", "", true, exts,
             "a310300e300c0603551d1304053003010100"),
        CASE("basicConstraints path length negative", "basicConstraints", false, exts,
             "a313301130 0f0603551d13040830060101ff0201ff"),
        CASE("basicConstraints in the wrong order", "basicConstraints", false, exts,
             "a313301130 0f0603551d1304083006 020100 0101ff"),
        CASE("basicConstraints a set", "basicConstraints", false, exts,
             "a30d300b30090603551d1304023100"),
        CASE("subjectKeyIdentifier", "", true, exts, "a30e300c300a0603551d0e0403040141"),
        CASE("subjectKeyIdentifier no octets", "subjectKeyIdentifier", false, exts,
             "a30e300c300a0603551d0e0403020141"),
        CASE("authorityKeyIdentifier empty", "", true, exts, "a30d300b30090603551d2304023000"),
        CASE("authorityKeyIdentifier out of order", "authorityKeyIdentifier", false, exts,
             "a313301130 0f0603551d23040830068201018001 41"),
        CASE("authorityKeyIdentifier unknown field", "authorityKeyIdentifier", false, exts,
             "a310300e300c0603551d2304053003830141"),
        CASE("extKeyUsage empty", "extKeyUsage", false, exts, "a30d300b30090603551d2504023000"),
        CASE("extKeyUsage not OIDs", "extKeyUsage", false, exts,
             "a30f300d300b0603551d250404 30020500"),
        CASE("extKeyUsage empty OID", "extKeyUsage", false, exts,
             "a30f300d300b0603551d250404 30020600"),
        CASE("unknown extension with nonsense", "", true, exts, "a30d300b30090603 2a03040402ffff"),
        CASE("signature with unused bits", "signatureValue", false, signature, "03020102"),
        CASE("signature empty", "signatureValue", false, signature, "030100"),
        CASE("signature an octet string", "signatureValue", false, signature, "04020001"),
        CASE("something behind the signature", "signatureValue", false, tail, "0500"),
};

START_TEST(form)
{
	for (size_t i = 0; i < COUNT(form_cases); i++) {
		struct parts p = usual;
		ANTIN_SCOPED(antin_bytes) der = {0};
		ANTIN_OWN_S(antin_cert) c = NULL;
		struct antin_err err = {0};
		enum antin_rc rc;

		*(const char **)(void *)((char *)&p + form_cases[i].offset) = form_cases[i].value;
		der = build(&p);
		rc = antin_cert_read(antin_bytes_slice(&der), &c, &err);
		ck_assert_msg((rc == ANTIN_OK) == form_cases[i].ok, "%s: %s at %s",
		              form_cases[i].what, antin_rc_id(rc), err.where);
		ck_assert_msg(strcmp(err.where, form_cases[i].where) == 0, "%s: at %s",
		              form_cases[i].what, err.where);
	}
}
END_TEST

START_TEST(caps)
{
	ANTIN_SCOPED(antin_bytes) big = {0};
	ANTIN_OWN_S(antin_cert) c = NULL;

	(void)antin_bytes_grow(&big, ANTIN_CERT_MAX + 1);
	ck_assert_int_eq(antin_cert_read(antin_bytes_slice(&big), &c, NULL), ANTIN_E_TOO_LARGE);
	for (size_t n = ANTIN_CERT_EXTS; n <= ANTIN_CERT_EXTS + 1; n++) {
		ANTIN_SCOPED(antin_bytes) exts = {0};
		ANTIN_SCOPED(antin_bytes) text = {0};
		ANTIN_SCOPED(antin_bytes) der = {0};
		ANTIN_OWN_S(antin_cert) many = NULL;
		struct parts p = usual;
		size_t outer = antin_der_open(&exts, ANTIN_CONTEXT_CONS(3));
		size_t list = antin_der_open(&exts, ANTIN_SEQUENCE);

		for (size_t i = 0; i < n; i++) {
			size_t one = antin_der_open(&exts, ANTIN_SEQUENCE);
			char oid[32];

			(void)snprintf(oid, sizeof(oid), "1.2.3.%zu", i);
			antin_der_add_oid(&exts, oid);
			antin_der_add_text(&exts, ANTIN_OCTET_STRING, "");
			antin_der_close(&exts, one);
		}
		antin_der_close(&exts, list);
		antin_der_close(&exts, outer);
		antin_hex_add(&text, antin_bytes_slice(&exts));
		p.exts = antin_bytes_cstr(&text);
		der = build(&p);
		ck_assert_int_eq(antin_cert_read(antin_bytes_slice(&der), &many, NULL),
		                 n > ANTIN_CERT_EXTS ? ANTIN_E_FORMAT : ANTIN_OK);
	}
}
END_TEST

/* subjectAltName that is no list of names: none, rather than the part that can be read. */
START_TEST(alternative_names_form)
{
	static const struct {
		const char *value; /* of the extension */
		bool ok;
		const char *emails;
	} cases[] = {
	        {"3000", true, ""},
	        {"300581036140 62", true, "a@b\n"},
	        {"300a 8103614062 8203614062", true, "a@b\n"},
	        {"300a 8103614062 8103634064", true, "a@b\nc@d\n"},
	        {"3005 8103614062 0500", false, ""},
	        {"3005 8103614062 00", false, ""},
	        {"3105 8103614062", false, ""},
	        {"8103614062", false, ""},
	        {"3006 8103614062", false, ""},
	        {"308105 8103614062", false, ""},
	        {"3080 8103614062 0000", false, ""},
	        {"", false, ""},
	        {"30", false, ""},
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		ANTIN_SCOPED(antin_bytes) value = hex(cases[i].value);
		ANTIN_SCOPED(antin_bytes) exts = {0};
		ANTIN_SCOPED(antin_bytes) text = {0};
		ANTIN_SCOPED(antin_bytes) der = {0};
		ANTIN_SCOPED(antin_bytes) emails = {0};
		ANTIN_OWN_S(antin_cert) c = NULL;
		struct parts p = usual;
		struct antin_in names;
		size_t outer = antin_der_open(&exts, ANTIN_CONTEXT_CONS(3));
		size_t list = antin_der_open(&exts, ANTIN_SEQUENCE);
		size_t one = antin_der_open(&exts, ANTIN_SEQUENCE);

		antin_der_add_oid(&exts, "2.5.29.17");
		antin_der_add(&exts, ANTIN_OCTET_STRING, antin_bytes_slice(&value));
		antin_der_close(&exts, one);
		antin_der_close(&exts, list);
		antin_der_close(&exts, outer);
		antin_hex_add(&text, antin_bytes_slice(&exts));
		p.exts = antin_bytes_cstr(&text);
		der = build(&p);
		ck_assert_int_eq(antin_cert_read(antin_bytes_slice(&der), &c, NULL), ANTIN_OK);
		ck_assert_msg(antin_cert_alt_names(c, &names) == cases[i].ok, "%s", cases[i].value);
		antin_cert_emails(c, &emails);
		assert_text(emails, cases[i].emails);
	}
}
END_TEST

/* Addresses that could forge a line of the list are left out; broken extensions give none. */
START_TEST(hostile_addresses)
{
	static const struct {
		const char *exts, *aia, *cdp, *email;
	} cases[] = {
	        /* AIA with "http://a", one with a newline, one that is a directory name */
	        {"a3433041303f06082b0601050507010104333031300f06082b060105050730028603 612f62"
	         "301006082b06010505073002860461 0a6263300c06082b06010505073002a400",
	         "a/b\n", "", ""},
	        /* CDP whose name is relative; SAN with a space and a NUL */
	        {"a3333031 30130603551d1f040c300a3008a006a10430020500 301a0603551d1104133011"
	         "8103614062810461 206263810461 006263",
	         "", "", "a@b\n"},
	        /* all three broken */
	        {"a32f302d 301006082b06010505070101040430028602 300c0603551d1f04053003a00102"
	         "300b0603551d11040430028109",
	         "", "", ""},
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct parts p = usual;
		ANTIN_SCOPED(antin_bytes) der = {0};
		ANTIN_SCOPED(antin_bytes) aia = {0};
		ANTIN_SCOPED(antin_bytes) cdp = {0};
		ANTIN_SCOPED(antin_bytes) email = {0};
		ANTIN_OWN_S(antin_cert) c = NULL;
		struct antin_err err = {0};

		p.exts = cases[i].exts;
		der = build(&p);
		ck_assert_msg(antin_cert_read(antin_bytes_slice(&der), &c, &err) == ANTIN_OK,
		              "case %zu: %s", i, err.where);
		antin_cert_uris(c, "aia-issuers", &aia);
		antin_cert_uris(c, "cdp", &cdp);
		antin_cert_emails(c, &email);
		assert_text(aia, cases[i].aia);
		assert_text(cdp, cases[i].cdp);
		assert_text(email, cases[i].email);
	}
}
END_TEST

/* The real certificates of the service, where the data folder is at hand. */
static const char *
real_folder(void)
{
	static char path[512];
	const char *shared = getenv("ANTIN_SHARED");
	const char *const places[] = {shared ? shared : "../shared", "../shared", "../../shared"};

	for (size_t i = 0; i < COUNT(places); i++) {
		(void)snprintf(path, sizeof(path), "%s/data/vn", places[i]);
		if (access(path, R_OK) == 0)
			return path;
	}
	(void)printf("skipped: the real certificates (no folder shared/data/vn)\n");
	return NULL;
}

static struct antin_cert *
real_cert(const char *folder, const char *name)
{
	ANTIN_SCOPED(antin_certs) l = {0};
	struct antin_err err = {0};
	char path[600], line[256];

	(void)snprintf(path, sizeof(path), "%s/%s", folder, name);
	ck_assert_msg(antin_certs_load(path, &l, &err) == ANTIN_OK, "%s: %s", name,
	              antin_err_line(&err, NULL, line, sizeof(line)));
	ck_assert_uint_eq(l.n, 1);
	return antin_cert_ref(l.items[0]);
}

START_TEST(real_chain)
{
	static const struct {
		const char *file, *issuer; /* NULL: not at hand */
	} cases[] = {
	        {"root-g2.crt", "root-g2.crt"},
	        {"sub-state-agencies-g2.crt", "root-g2.crt"},
	        {"agency-g2-2021.der", "sub-state-agencies-g2.crt"},
	        {"agency-g2-2021b.der", "sub-state-agencies-g2.crt"},
	        {"agency-g2-2025.der", "sub-state-agencies-g2.crt"},
	        {"national-root.crt", "national-root.crt"},
	        {"agency-g1-2020.der", NULL},
	        {"agency-2015.der", NULL},
	        {"sim-test-g1-2016.der", NULL},
	};
	const char *folder = real_folder();

	for (size_t i = 0; folder && i < COUNT(cases); i++) {
		ANTIN_OWN_S(antin_cert) c = real_cert(folder, cases[i].file);
		ANTIN_OWN_S(antin_cert) issuer = NULL;
		ANTIN_SCOPED(antin_bytes) text = {0};
		const struct antin_public *key = NULL;

		antin_name_text_add(&text, c->subject);
		ck_assert_msg(strstr(antin_bytes_cstr(&text), "C=VN") != NULL, "%.*s",
		              (int)text.len, (const char *)text.p);
		ck_assert_int_eq(antin_cert_public(c, &key, NULL), ANTIN_OK);
		if (!cases[i].issuer)
			continue;
		issuer = real_cert(folder, cases[i].issuer);
		ck_assert(antin_name_equal(c->issuer, issuer->subject));
		ck_assert_int_eq(antin_cert_public(issuer, &key, NULL), ANTIN_OK);
		ck_assert_msg(antin_cert_verify(c, key, NULL, NULL) == ANTIN_OK, "%s",
		              cases[i].file);
	}
}
END_TEST

START_TEST(real_quirks)
{
	const char *folder = real_folder();
	ANTIN_OWN_S(antin_cert) old = NULL;
	ANTIN_OWN_S(antin_cert) new = NULL;
	ANTIN_SCOPED(antin_bytes) uid = {0};
	ANTIN_SCOPED(antin_bytes) uris = {0};
	const struct antin_public *key = NULL;

	if (!folder)
		return;
	old = real_cert(folder, "agency-g1-2020.der");
	ck_assert_uint_eq(old->serial.len, 3);
	ck_assert(antin_name_get(old->subject, "UID", &uid));
	ck_assert_mem_eq(uid.p, "MST:", 4);
	ck_assert_uint_eq(antin_cert_ext(old, "2.5.29.18")->value.len, 2);
	new = real_cert(folder, "agency-g2-2025.der");
	ck_assert_int_eq(antin_cert_public(new, &key, NULL), ANTIN_OK);
	ck_assert_str_eq(antin_public_name(key), "RSA-3072");
	antin_cert_uris(new, "aia-ocsp", &uris);
	assert_text(uris, "http://ocsp.ca.gov.vn\n");
}
END_TEST

Suite *suite_cert(void);
Suite *
suite_cert(void)
{
	Suite *s = suite_create("cert");
	TCase *tc = tcase_create("cert");

	tcase_add_test(tc, fields);
	tcase_add_test(tc, authority_fields);
	tcase_add_test(tc, addresses);
	tcase_add_test(tc, alternative_names);
	tcase_add_test(tc, alternative_names_form);
	tcase_add_test(tc, signatures);
	tcase_add_test(tc, quirks);
	tcase_add_test(tc, odd_serials);
	tcase_add_test(tc, counted);
	tcase_add_test(tc, own_copy);
	tcase_add_test(tc, cut_anywhere);
	tcase_add_test(tc, changed_anywhere);
	tcase_add_test(tc, form);
	tcase_add_test(tc, caps);
	tcase_add_test(tc, hostile_addresses);
	tcase_add_test(tc, real_chain);
	tcase_add_test(tc, real_quirks);
	suite_add_tcase(s, tc);
	return s;
}
