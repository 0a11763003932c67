/*
 * Time-stamp tokens: ours judged by OpenSSL, each field of a TSTInfo wrong once, certificates that
 * may not stamp, cut and changed at every octet.  OpenSSL's own are read in tests/interop.
 */
#include "timestamp_world.h"

#include <openssl/pkcs7.h>
#include <openssl/ts.h>

/* OpenSSL's opinion of a token over a text. */
static bool
openssl_accepts(struct antin_slice token, const struct ts_world *w, const char *text)
{
	const unsigned char *p = token.p, *q = w->ca->der.p;
	PKCS7 *seven = d2i_PKCS7(NULL, &p, (long)token.len);
	X509 *ca = d2i_X509(NULL, &q, (long)w->ca->der.len);
	TS_VERIFY_CTX *ctx = TS_VERIFY_CTX_new();
	X509_STORE *store = X509_STORE_new();
	bool good;

	ck_assert_ptr_nonnull(seven);
	ck_assert_ptr_eq(p, token.p + token.len);
	X509_STORE_add_cert(store, ca);
	X509_VERIFY_PARAM_set_time(X509_STORE_get0_param(store), (time_t)PKI_NOW);
	TS_VERIFY_CTX_set_store(ctx, store);
	TS_VERIFY_CTX_set_data(ctx, BIO_new_mem_buf(text, (int)strlen(text)));
	TS_VERIFY_CTX_set_flags(ctx, TS_VFY_SIGNATURE | TS_VFY_VERSION | TS_VFY_DATA);
	good = TS_RESP_verify_token(ctx, seven) == 1;
	TS_VERIFY_CTX_free(ctx);
	X509_free(ca);
	PKCS7_free(seven);
	return good;
}

/* Ours: read, the certificate found in it, verified, over this text. */
static bool
accepted(struct antin_slice token, const char *text, struct antin_err *err)
{
	ANTIN_OWN_S(antin_timestamp) t = NULL;
	struct antin_cert *tsa;

	if (antin_timestamp_read(token, &t, err) != ANTIN_OK)
		return false;
	tsa = antin_cades_signer(t->cms);
	return tsa && antin_timestamp_verify(t, tsa, NULL, err) == ANTIN_OK &&
	       antin_timestamp_covers(t, antin_slice_text(text), err) == ANTIN_OK;
}

static const struct {
	enum antin_key_type type;
	struct antin_sigalg alg;
	enum antin_digest imprint;
} ways[] = {
        {ANTIN_KEY_P256, {ANTIN_ECDSA, ANTIN_SHA256}, ANTIN_SHA256},
        {ANTIN_KEY_P256, {ANTIN_ECDSA, ANTIN_SHA256}, ANTIN_SHA512},
        {ANTIN_KEY_P384, {ANTIN_ECDSA, ANTIN_SHA384}, ANTIN_SHA384},
        {ANTIN_KEY_RSA, {ANTIN_RSA_PKCS1, ANTIN_SHA256}, ANTIN_SHA256},
        {ANTIN_KEY_RSA, {ANTIN_RSA_PKCS1, ANTIN_SHA512}, ANTIN_SHA384},
};

START_TEST(openssl_agrees)
{
	ANTIN_OWN_S(antin_timestamp) t = NULL;
	ANTIN_SCOPED(antin_bytes) token = {0};
	struct antin_timestamp_spec s;
	struct antin_err err = {0};
	struct ts_world w;
	char oid[64];

	ts_begin(&w, ways[_i].type);
	s = ts_spec(&w, ways[_i].imprint);
	s.cms.alg = ways[_i].alg;
	s.accuracy = 61002003;
	s.ordering = true;
	s.name_tsa = true;
	s.nonce = (struct antin_slice){ts_nonce, sizeof(ts_nonce)};
	util_ok(antin_timestamp_sign(&s, w.key, &token, &err));
	ck_assert(openssl_accepts(antin_bytes_slice(&token), &w, ts_document));
	ck_assert(!openssl_accepts(antin_bytes_slice(&token), &w, "other"));
	ck_assert(accepted(antin_bytes_slice(&token), ts_document, &err));
	ck_assert(!accepted(antin_bytes_slice(&token), "other", &err));
	util_ok(antin_timestamp_read(antin_bytes_slice(&token), &t, &(struct antin_err){0}));
	ck_assert_str_eq(antin_oid_text(t->policy, oid, sizeof(oid)), TS_POLICY);
	ck_assert_int_eq(t->imprint.digest, ways[_i].imprint);
	util_slice_eq(t->serial, s.serial);
	util_slice_eq(t->nonce, s.nonce);
	ck_assert_int_eq(t->time, PKI_NOW);
	ck_assert(t->has_accuracy && t->accuracy == 61002003 && t->ordering && t->tsa.p);
	ck_assert(t->cms->version_fits && t->cms->digest_declared);
	ts_end(&w);
}
END_TEST

/* Each value of a field comes back as it went in, and OpenSSL takes it. */
static const struct {
	uint64_t accuracy;
	const char *serial, *nonce; /* hex; the nonce as INTEGER content */
} values[] = {
        {0, "01", NULL},
        {1, "00", "00"},
        {999, "7f", "7f"},
        {1000, "80", "0080"},
        {127000, "ff00", "ff"},
        {128000, "0100", "8000"},
        {999999, "ffffffffffffffffffffffffffffffffffffffff", "01"},
        {1000000, "7fffffffffffffffffffffffffffffffffffffff", "0102030405060708090a0b0c0d0e0f10"},
        {4294967295999999, "01", NULL},
};

START_TEST(values_come_back)
{
	ANTIN_SCOPED(antin_bytes) serial = {0};
	ANTIN_SCOPED(antin_bytes) nonce = {0};
	ANTIN_SCOPED(antin_bytes) token = {0};
	ANTIN_OWN_S(antin_timestamp) t = NULL;
	struct antin_timestamp_spec s;
	struct antin_err err = {0};
	struct ts_world w;
	size_t sign;

	ts_begin(&w, ANTIN_KEY_P256);
	s = ts_spec(&w, ANTIN_SHA256);
	util_hex(values[_i].serial, &serial);
	s.serial = antin_bytes_slice(&serial);
	s.accuracy = values[_i].accuracy;
	if (values[_i].nonce) {
		util_hex(values[_i].nonce, &nonce);
		s.nonce = antin_bytes_slice(&nonce);
	}
	util_ok(antin_timestamp_sign(&s, w.key, &token, &err));
	/* OpenSSL keeps seconds in an int, and has no opinion above. */
	if (s.accuracy < 1000000000)
		ck_assert(openssl_accepts(antin_bytes_slice(&token), &w, ts_document));
	util_ok(antin_timestamp_read(antin_bytes_slice(&token), &t, &err));
	ck_assert_uint_eq(t->accuracy, values[_i].accuracy);
	ck_assert_int_eq(t->has_accuracy, values[_i].accuracy != 0);
	sign = t->serial.len - serial.len;
	ck_assert_uint_le(sign, 1);
	util_slice_eq(((struct antin_slice){t->serial.p + sign, serial.len}), s.serial);
	ck_assert_int_eq(t->nonce.p != NULL, values[_i].nonce != NULL);
	util_slice_eq(t->nonce, s.nonce);
	ck_assert(!t->ordering && !t->tsa.p);
	ts_end(&w);
}
END_TEST

/*
 * A TSTInfo from its parts, in hex; NULL takes the usual part, "" leaves it out.  `where` NULL: it
 * must be read.
 */
struct parts {
	const char *version, *policy, *imprint, *serial, *time;
	const char *rest; /* what follows genTime */
	const char *where;
	enum antin_rc class;
};
#define SHA256_IMPRINT                                                                             \
	"302f300b0609608648016503040201"                                                           \
	"0420"                                                                                     \
	"0000000000000000000000000000000000000000000000000000000000000000"
#define SERIAL_20                                                                                  \
	"0214"                                                                                     \
	"7f00000000000000000000000000000000000001"
#define SERIAL_21                                                                                  \
	"0215"                                                                                     \
	"00ff00000000000000000000000000000000000001"
#define SERIAL_22                                                                                  \
	"0215"                                                                                     \
	"01ff00000000000000000000000000000000000001"

static const struct parts parts[] = {
        {0},
        {.serial = SERIAL_20},
        {.serial = SERIAL_21},
        {.serial = "020100"},
        {.time = "1813"
                 "32303236313132323034303030302e3132335a"},
        {.time = "1811"
                 "32303236313132323034303030302e355a"},
        {.rest = "3000"},
        {.rest = "3003020101"},
        {.rest = "30038001"
                 "7f"},
        {.rest = "3004800203e7"},
        {.rest = "300b02010a800201f4810200c8"},
        {.rest = "0101ff"},
        {.rest = "020100"},
        {.rest = "0201ff"},
        {.rest = "a004"
                 "820274"
                 "73"},
        {.rest = "a10b3009"
                 "06032a0304"
                 "04020500"},
        {.version = "020102", .where = "TSTInfo.version", .class = ANTIN_E_FORMAT},
        {.version = "020100", .where = "TSTInfo.version", .class = ANTIN_E_FORMAT},
        {.version = "", .where = "TSTInfo.version", .class = ANTIN_E_FORMAT},
        {.policy = "", .where = "TSTInfo.policy", .class = ANTIN_E_FORMAT},
        {.policy = "0600", .where = "TSTInfo.policy", .class = ANTIN_E_FORMAT},
        {.policy = "0500", .where = "TSTInfo.policy", .class = ANTIN_E_FORMAT},
        {.imprint = "", .where = "TSTInfo.messageImprint", .class = ANTIN_E_FORMAT},
        {.imprint = "3010300b06096086480165030402010401"
                    "00",
         .where = "TSTInfo.messageImprint",
         .class = ANTIN_E_FORMAT},
        {.imprint = "300a300506032a03040401"
                    "00",
         .where = "messageImprint",
         .class = ANTIN_E_UNSUPPORTED},
        {.serial = "", .where = "TSTInfo.serialNumber", .class = ANTIN_E_FORMAT},
        {.serial = SERIAL_22, .where = "TSTInfo.serialNumber", .class = ANTIN_E_FORMAT},
        {.serial = "0201ff", .where = "TSTInfo.serialNumber", .class = ANTIN_E_FORMAT},
        {.serial = "02020001", .where = "TSTInfo.serialNumber", .class = ANTIN_E_FORMAT},
        {.serial = "0200", .where = "TSTInfo.serialNumber", .class = ANTIN_E_FORMAT},
        {.time = "", .where = "TSTInfo.genTime", .class = ANTIN_E_FORMAT},
        /* UTCTime; a trailing zero; no digit; a comma; no seconds; no Z; an offset; 31 November */
        {.time = "170d"
                 "3236313132323034303030305a",
         .where = "TSTInfo.genTime",
         .class = ANTIN_E_FORMAT},
        {.time = "1812"
                 "32303236313132323034303030302e35305a",
         .where = "TSTInfo.genTime",
         .class = ANTIN_E_FORMAT},
        {.time = "1811"
                 "32303236313132323034303030302e305a",
         .where = "TSTInfo.genTime",
         .class = ANTIN_E_FORMAT},
        {.time = "1810"
                 "32303236313132323034303030302e5a",
         .where = "TSTInfo.genTime",
         .class = ANTIN_E_FORMAT},
        {.time = "1811"
                 "32303236313132323034303030302c355a",
         .where = "TSTInfo.genTime",
         .class = ANTIN_E_FORMAT},
        {.time = "180d"
                 "3230323631313232303430305a",
         .where = "TSTInfo.genTime",
         .class = ANTIN_E_FORMAT},
        {.time = "180e"
                 "3230323631313232303430303030",
         .where = "TSTInfo.genTime",
         .class = ANTIN_E_FORMAT},
        {.time = "1813"
                 "32303236313132323034303030302b30373030",
         .where = "TSTInfo.genTime",
         .class = ANTIN_E_FORMAT},
        {.time = "180f"
                 "32303236313133313034303030305a",
         .where = "TSTInfo.genTime",
         .class = ANTIN_E_FORMAT},
        {.rest = "30030201ff", .where = "TSTInfo.accuracy", .class = ANTIN_E_FORMAT},
        {.rest = "30078005"
                 "0100000000",
         .where = "TSTInfo.accuracy",
         .class = ANTIN_E_FORMAT},
        {.rest = "3003800100", .where = "TSTInfo.accuracy", .class = ANTIN_E_FORMAT},
        {.rest = "3002"
                 "8000",
         .where = "TSTInfo.accuracy",
         .class = ANTIN_E_FORMAT},
        {.rest = "3003800180", .where = "TSTInfo.accuracy", .class = ANTIN_E_FORMAT},
        {.rest = "300480020001", .where = "TSTInfo.accuracy", .class = ANTIN_E_FORMAT},
        {.rest = "3004810203e8", .where = "TSTInfo.accuracy", .class = ANTIN_E_FORMAT},
        {.rest = "3006810101800101", .where = "TSTInfo.accuracy", .class = ANTIN_E_FORMAT},
        {.rest = "30020500", .where = "TSTInfo.accuracy", .class = ANTIN_E_FORMAT},
        {.rest = "010100", .where = "TSTInfo.ordering", .class = ANTIN_E_FORMAT},
        {.rest = "010101", .where = "TSTInfo.ordering", .class = ANTIN_E_FORMAT},
        {.rest = "02020001", .where = "TSTInfo.nonce", .class = ANTIN_E_FORMAT},
        {.rest = "a000", .where = "TSTInfo.tsa", .class = ANTIN_E_FORMAT},
        {.rest = "a006"
                 "820174"
                 "820174",
         .where = "TSTInfo.tsa",
         .class = ANTIN_E_FORMAT},
        {.rest = "a100", .where = "TSTInfo.extensions", .class = ANTIN_E_FORMAT},
        {.rest = "a116"
                 "3009"
                 "06032a0304"
                 "04020500"
                 "3009"
                 "06032a0304"
                 "04020500",
         .where = "TSTInfo.extensions",
         .class = ANTIN_E_FORMAT},
        {.rest = "a10e300c"
                 "06032a0304"
                 "0101ff"
                 "04020500",
         .where = "",
         .class = ANTIN_E_UNSUPPORTED},
        /* out of order, twice, something behind */
        {.rest = "0101ff3000", .where = "TSTInfo", .class = ANTIN_E_FORMAT},
        {.rest = "0101ff0101ff", .where = "TSTInfo", .class = ANTIN_E_FORMAT},
        {.rest = "0500", .where = "TSTInfo", .class = ANTIN_E_FORMAT},
};

static void
info_of(const struct parts *p, struct antin_bytes *out)
{
	size_t info = antin_der_open(out, ANTIN_SEQUENCE);

	util_hex(p->version ? p->version : "020101", out);
	util_hex(p->policy ? p->policy : "06042a030401", out);
	util_hex(p->imprint ? p->imprint : SHA256_IMPRINT, out);
	util_hex(p->serial ? p->serial : "020105", out);
	util_hex(p->time ? p->time : "180f32303236313132323034303030305a", out);
	util_hex(p->rest ? p->rest : "", out);
	antin_der_close(out, info);
}

START_TEST(each_field)
{
	ANTIN_SCOPED(antin_bytes) info = {0};
	ANTIN_SCOPED(antin_bytes) token = {0};
	ANTIN_OWN_S(antin_timestamp) t = NULL;
	struct antin_timestamp_spec s;
	struct antin_err err = {0};
	struct ts_world w;

	ts_begin(&w, ANTIN_KEY_P256);
	s = ts_spec(&w, ANTIN_SHA256);
	info_of(&parts[_i], &info);
	ts_wrap(&w, &s, antin_bytes_slice(&info), &token);
	if (!parts[_i].where) {
		util_ok(antin_timestamp_read(antin_bytes_slice(&token), &t, &err));
		/* 2026-11-22T04:00:00Z, whatever the fraction. */
		ck_assert_int_eq(t->time, INT64_C(1795320000));
	} else {
		util_fails(antin_timestamp_read(antin_bytes_slice(&token), &t, &err),
		           parts[_i].class);
		ck_assert_str_eq(err.where, parts[_i].where);
		ck_assert_ptr_null(t);
	}
	ts_end(&w);
}
END_TEST

/* Certificates that the token was made with, properly bound, and what is said of each. */
static const struct {
	const char *oids;
	bool critical;
	enum antin_rc class;
} usages[] = {
        {"1.3.6.1.5.5.7.3.8", true, ANTIN_OK},
        {"1.3.6.1.5.5.7.3.8", false, ANTIN_E_POLICY},
        {"1.3.6.1.5.5.7.3.8 1.3.6.1.5.5.7.3.4", true, ANTIN_E_POLICY},
        {"1.3.6.1.5.5.7.3.4 1.3.6.1.5.5.7.3.8", true, ANTIN_E_POLICY},
        {"1.3.6.1.5.5.7.3.8 2.5.29.37.0", true, ANTIN_E_POLICY},
        {"2.5.29.37.0", true, ANTIN_E_POLICY},
        {"1.3.6.1.5.5.7.3.4", true, ANTIN_E_POLICY},
        {NULL, false, ANTIN_E_POLICY},
};

START_TEST(certificate_for_stamps_alone)
{
	ANTIN_OWN_S(antin_cert) cert = NULL;
	ANTIN_SCOPED(antin_bytes) info = {0};
	ANTIN_SCOPED(antin_bytes) token = {0};
	ANTIN_OWN_S(antin_timestamp) t = NULL;
	struct antin_timestamp_spec s;
	struct antin_err err = {0};
	struct ts_world w;

	ts_begin(&w, ANTIN_KEY_P256);
	cert = ts_cert(&w, usages[_i].oids, usages[_i].critical);
	s = ts_spec(&w, ANTIN_SHA256);
	s.cms.signer = cert;
	ck_assert_int_eq(antin_timestamp_sign(&s, w.key, &token, &err), usages[_i].class);
	ck_assert_int_eq(token.len != 0, usages[_i].class == ANTIN_OK);
	token.len = 0;
	err = (struct antin_err){0};
	util_ok(antin_timestamp_info(&s, &info, &err));
	ts_wrap(&w, &s, antin_bytes_slice(&info), &token);
	util_ok(antin_timestamp_read(antin_bytes_slice(&token), &t, &err));
	if (usages[_i].class == ANTIN_OK)
		util_ok(antin_timestamp_verify(t, cert, NULL, &err));
	else
		util_fails(antin_timestamp_verify(t, cert, NULL, &err), usages[_i].class);
	/* OpenSSL wants the same, but knows anyExtendedKeyUsage beside it as well. */
	ck_assert_int_eq(openssl_accepts(antin_bytes_slice(&token), &w, ts_document),
	                 usages[_i].class == ANTIN_OK);
	ts_end(&w);
}
END_TEST

/* The name given in the token is one of the certificate's, or it is refused. */
START_TEST(name_of_the_authority)
{
	ANTIN_SCOPED(antin_bytes) alt = {0};
	ANTIN_SCOPED(antin_bytes) eku = {0};
	static const struct {
		const char *rest;
		enum antin_rc class;
	} names[] = {
	        {"a00a"
	         "8208"
	         "7473612e74657374",
	         ANTIN_OK}, /* dNSName tsa.test */
	        {"a00a"
	         "8208"
	         "7473622e74657374",
	         ANTIN_E_POLICY}, /* tsb.test */
	        {"a00a"
	         "8108"
	         "7473612e74657374",
	         ANTIN_E_POLICY}, /* another kind */
	        {"a004"
	         "a4023000",
	         ANTIN_E_POLICY}, /* an empty directoryName */
	};
	size_t list = antin_der_open(&alt, ANTIN_SEQUENCE);
	struct antin_timestamp_spec s;
	struct pki_spec cert_spec;
	struct antin_cert *cert;
	struct ts_world w;

	ts_begin(&w, ANTIN_KEY_P256);
	antin_der_add_text(&alt, ANTIN_NAME_DNS, "tsa.test");
	antin_der_close(&alt, list);
	ts_eku("1.3.6.1.5.5.7.3.8", &eku);
	cert_spec = pki_leaf("TSA", "CA", w.public_key, w.ca_key);
	cert_spec.exts[0] = (struct pki_ext){"2.5.29.37", true, antin_bytes_slice(&eku)};
	cert_spec.exts[1] = (struct pki_ext){"2.5.29.17", false, antin_bytes_slice(&alt)};
	cert = pki_cert(cert_spec);
	s = ts_spec(&w, ANTIN_SHA256);
	s.cms.signer = cert;
	for (size_t i = 0; i < UTIL_COUNT(names); i++) {
		ANTIN_SCOPED(antin_bytes) info = {0};
		ANTIN_SCOPED(antin_bytes) token = {0};
		ANTIN_OWN_S(antin_timestamp) t = NULL;
		struct antin_err err = {0};

		info_of(&(struct parts){.rest = names[i].rest}, &info);
		ts_wrap(&w, &s, antin_bytes_slice(&info), &token);
		util_ok(antin_timestamp_read(antin_bytes_slice(&token), &t, &err));
		ck_assert_int_eq(antin_timestamp_verify(t, cert, NULL, &err), names[i].class);
	}
	antin_cert_free(cert);
	ts_end(&w);
}
END_TEST

/* The right key under another certificate, another key, and a signature that is no token. */
START_TEST(another_certificate)
{
	ANTIN_OWN_S(antin_timestamp) t = NULL;
	ANTIN_SCOPED(antin_bytes) token = {0};
	ANTIN_SCOPED(antin_bytes) plain = {0};
	ANTIN_OWN_S(antin_cert) twin = NULL;
	struct antin_timestamp_spec s;
	struct antin_err err = {0};
	struct ts_world w, other;

	ts_begin(&w, ANTIN_KEY_P256);
	ts_begin(&other, ANTIN_KEY_P256);
	s = ts_spec(&w, ANTIN_SHA256);
	util_fails(antin_timestamp_sign(&s, other.key, &token, &err), ANTIN_E_KEY_MISMATCH);
	err = (struct antin_err){0};
	s.cms.n_chain = 0;
	util_ok(antin_timestamp_sign(&s, w.key, &token, &err));
	util_ok(antin_timestamp_read(antin_bytes_slice(&token), &t, &err));
	twin = ts_cert(&w, "1.3.6.1.5.5.7.3.8", true);
	util_fails(antin_timestamp_verify(t, twin, NULL, &err), ANTIN_E_BAD_SIGNATURE);
	err = (struct antin_err){0};
	util_fails(antin_timestamp_verify(t, other.cert, NULL, &err), ANTIN_E_BAD_SIGNATURE);
	err = (struct antin_err){0};
	util_ok(antin_cades_sign(&s.cms, w.key, s.imprint.hash, &plain, &err));
	antin_timestamp_free(ANTIN_TAKE(t));
	util_fails(antin_timestamp_read(antin_bytes_slice(&plain), &t, &err), ANTIN_E_FORMAT);
	ck_assert_str_eq(err.where, "eContentType");
	ts_end(&w);
	ts_end(&other);
}
END_TEST

/* What a token is not made of. */
START_TEST(refused_wishes)
{
	static const uint8_t long_serial[ANTIN_TIMESTAMP_SERIAL + 1] = {1};
	static const uint8_t long_nonce[ANTIN_TIMESTAMP_NONCE + 1] = {1};
	ANTIN_SCOPED(antin_bytes) out = {0};
	struct antin_timestamp_spec bad[6];
	struct antin_timestamp_spec s;
	struct ts_world w;

	ts_begin(&w, ANTIN_KEY_P256);
	s = ts_spec(&w, ANTIN_SHA256);
	for (size_t i = 0; i < UTIL_COUNT(bad); i++)
		bad[i] = s;
	bad[0].imprint = (struct antin_imprint){ANTIN_SHA1, {w.digest, 20}};
	bad[1].imprint.hash.len--;
	bad[2].serial.len = 0;
	bad[3].serial = (struct antin_slice){long_serial, sizeof(long_serial)};
	bad[4].nonce = (struct antin_slice){long_nonce, sizeof(long_nonce)};
	bad[5].accuracy = (uint64_t)1 << 53;
	for (size_t i = 0; i < UTIL_COUNT(bad); i++) {
		struct antin_err err = {0};

		util_fails(antin_timestamp_sign(&bad[i], w.key, &out, &err),
		           i == 0 ? ANTIN_E_POLICY : ANTIN_E_INTERNAL);
		ck_assert_uint_eq(out.len, 0);
	}
	ts_end(&w);
}
END_TEST

/* Whatever is changed: what is accepted says what the authority signed. */
START_TEST(cut_and_changed)
{
	static const uint8_t masks[] = {0x01, 0x80, 0xff};
	ANTIN_SCOPED(antin_bytes) info = {0};
	ANTIN_SCOPED(antin_bytes) token = {0};
	struct antin_timestamp_spec s;
	struct antin_err err = {0};
	struct ts_world w;
	size_t good = 0;

	ts_begin(&w, ANTIN_KEY_P256);
	s = ts_spec(&w, ANTIN_SHA256);
	s.cms.n_chain = 0;
	s.accuracy = 1001001;
	s.name_tsa = true;
	s.nonce = (struct antin_slice){ts_nonce, sizeof(ts_nonce)};
	util_ok(antin_timestamp_info(&s, &info, &err));
	util_ok(antin_timestamp_sign(&s, w.key, &token, &err));
	for (size_t len = 0; len < token.len; len++)
		ck_assert(!accepted((struct antin_slice){token.p, len}, ts_document, NULL));
	for (size_t at = 0; at < token.len * UTIL_COUNT(masks); at++) {
		uint8_t *octet = &token.p[at / UTIL_COUNT(masks)];
		ANTIN_OWN_S(antin_timestamp) t = NULL;
		struct antin_cert *tsa;

		*octet ^= masks[at % UTIL_COUNT(masks)];
		if (antin_timestamp_read(antin_bytes_slice(&token), &t, NULL) == ANTIN_OK &&
		    (tsa = antin_cades_signer(t->cms)) != NULL &&
		    antin_timestamp_verify(t, tsa, NULL, NULL) == ANTIN_OK) {
			good++;
			util_slice_eq(t->cms->content, antin_bytes_slice(&info));
			util_slice_eq(tsa->der, w.cert->der);
		}
		*octet ^= masks[at % UTIL_COUNT(masks)];
	}
	/* Outside of what is signed stand versions and the list of digests: some twenty octets. */
	ck_assert_uint_gt(good, 0);
	ck_assert_uint_lt(good, 60);
	ts_end(&w);
}
END_TEST

Suite *suite_timestamp(void);
Suite *
suite_timestamp(void)
{
	Suite *s = suite_create("timestamp");
	TCase *t = tcase_create("timestamp");

	tcase_add_loop_test(t, openssl_agrees, 0, UTIL_COUNT(ways));
	tcase_add_loop_test(t, values_come_back, 0, UTIL_COUNT(values));
	tcase_add_loop_test(t, each_field, 0, UTIL_COUNT(parts));
	tcase_add_loop_test(t, certificate_for_stamps_alone, 0, UTIL_COUNT(usages));
	tcase_add_test(t, name_of_the_authority);
	tcase_add_test(t, another_certificate);
	tcase_add_test(t, refused_wishes);
	tcase_add_test(t, cut_and_changed);
	suite_add_tcase(s, t);
	return s;
}
