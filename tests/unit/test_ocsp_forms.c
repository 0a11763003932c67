/*
 * OCSP requests and responses in every form that a reader meets (RFC 6960 4, RFC 9654): each field
 * right and wrong, nonces of every length, who the responder is, several answers and their order.
 */
#include <antin/ocsp.h>

#include "issued.h"

#define SHA1_ALG   "300906052b0e03021a0500"
#define SHA256_ALG "300d06096086480165030402010500"
#define H20        "000102030405060708090a0b0c0d0e0f10111213"
#define H20B       "ff0102030405060708090a0b0c0d0e0f10111213"
#define H32                                                                                        \
	H20 "141516171819"                                                                         \
	    "1a1b1c1d1e1f"
#define ID                                                                                         \
	"303a" SHA1_ALG "0414" H20 "0414" H20 "02010"                                              \
	"5"
#define ID6                                                                                        \
	"303a" SHA1_ALG "0414" H20 "0414" H20 "02010"                                              \
	"6"

/* ---- CertID ---- */

static const struct {
	const char *what, *hex;
	bool good;
} ids[] = {
        {"SHA-1", "303a" SHA1_ALG "0414" H20 "0414" H20 "020105", true},
        {"SHA-256", "3056" SHA256_ALG "0420" H32 "0420" H32 "020105", true},
        {"without parameters",
         "3038"
         "300706052b0e03021a"
         "0414" H20 "0414" H20 "020105",
         true},
        {"parameters not NULL",
         "303a"
         "300906052b0e03021a0c00"
         "0414" H20 "0414" H20 "020105",
         false},
        {"NULL with content",
         "303b"
         "300a06052b0e03021a050100"
         "0414" H20 "0414" H20 "020105",
         false},
        {"something behind the parameters",
         "303c"
         "300b06052b0e03021a05000500"
         "0414" H20 "0414" H20 "020105",
         false},
        {"SHA-384",
         "303e"
         "300d06096086480165030402020500"
         "0414" H20 "0414" H20 "020105",
         false},
        {"hashes of SHA-1 under SHA-256", "303e" SHA256_ALG "0414" H20 "0414" H20 "020105", false},
        {"hashes of SHA-256 under SHA-1", "3052" SHA1_ALG "0420" H32 "0420" H32 "020105", false},
        {"name hash alone short",
         "3039" SHA1_ALG "0413"
         "0102030405060708090a0b0c0d0e0f10111213"
         "0414" H20 "020105",
         false},
        {"key hash missing", "3024" SHA1_ALG "0414" H20 "020105", false},
        {"serial missing", "3037" SHA1_ALG "0414" H20 "0414" H20, false},
        {"serial not minimal", "303b" SHA1_ALG "0414" H20 "0414" H20 "02020005", false},
        {"serial empty", "3039" SHA1_ALG "0414" H20 "0414" H20 "0200", false},
        {"serial of 21 octets with a zero in front",
         "304e" SHA1_ALG "0414" H20 "0414" H20 "0215"
         "00"
         "ff00000000000000000000000000000000000001",
         true},
        {"serial of 22 octets",
         "304f" SHA1_ALG "0414" H20 "0414" H20 "0216"
         "01ff00000000000000000000000000000000000000ff",
         false},
        {"serial below 0", "303a" SHA1_ALG "0414" H20 "0414" H20 "0201ff", true},
        {"something behind", "303c" SHA1_ALG "0414" H20 "0414" H20 "0201050500", false},
        {"something after the CertID", "303a" SHA1_ALG "0414" H20 "0414" H20 "0201050500", false},
        {"no SEQUENCE", "313a" SHA1_ALG "0414" H20 "0414" H20 "020105", false},
        {"empty", "3000", false},
        {"nothing", "", false},
};

START_TEST(certid)
{
	ANTIN_SCOPED(antin_bytes) der = {0};
	struct antin_certid id = {.digest = ANTIN_SHA512};
	struct antin_err err = {0};
	enum antin_rc rc;

	if (*ids[_i].hex)
		util_hex(ids[_i].hex, &der);
	rc = antin_certid_read(antin_bytes_slice(&der), &id, &err);
	ck_assert_msg(rc == (ids[_i].good ? ANTIN_OK : ANTIN_E_FORMAT), "%s", ids[_i].what);
	if (rc != ANTIN_OK) {
		ck_assert_int_eq(id.digest, ANTIN_SHA512); /* untouched */
		ck_assert_ptr_nonnull(strstr(util_line(&err), "not a CertID of OCSP"));
		return;
	}
	util_slice_eq(id.der, antin_bytes_slice(&der));
	ck_assert_uint_eq(id.name_hash.len, antin_digest_size(id.digest));
	ck_assert_uint_eq(id.key_hash.len, antin_digest_size(id.digest));
}
END_TEST

/* Only both hashes together make it the issuer's; a digest of another kind never does. */
START_TEST(certid_match)
{
	struct issued root = issued_make("vn-root", ROOT_NAME, NULL, "p256");
	struct issued other = issued_make("vn-root", ROOT_NAME, NULL, "p256");
	static const enum antin_digest digests[] = {ANTIN_SHA1, ANTIN_SHA256};
	struct antin_certid_issuer own, same_name;
	struct antin_err err = {0};

	util_ok(antin_certid_issuer(root.cert, &own, &err));
	util_ok(antin_certid_issuer(other.cert, &same_name, &err));
	for (size_t i = 0; i < UTIL_COUNT(digests); i++) {
		ANTIN_SCOPED(antin_bytes) der = {0};
		struct antin_certid id;

		util_ok(antin_certid_add(&der, digests[i], root.cert, root.cert->serial, &err));
		util_ok(antin_certid_read(antin_bytes_slice(&der), &id, &err));
		ck_assert(antin_certid_matches(&id, &own));
		ck_assert(!antin_certid_matches(&id, &same_name)); /* the name fits, the key not */
		id.digest = digests[!i];
		ck_assert(!antin_certid_matches(&id, &own));
		id.digest = ANTIN_SHA512;
		ck_assert(!antin_certid_matches(&id, &own));
	}
	{
		ANTIN_SCOPED(antin_bytes) der = {0};

		util_fails(antin_certid_add(&der, ANTIN_SHA384, root.cert, root.cert->serial, &err),
		           ANTIN_E_UNSUPPORTED);
		ck_assert_uint_eq(der.len, 0);
	}
	antin_err_clear(&err);
	util_fails(antin_certid_hashes(root.cert->subject, (struct antin_slice){0}, &own, &err),
	           ANTIN_E_FORMAT);
	issued_done(&root);
	issued_done(&other);
}
END_TEST

/* ---- requests ---- */

/* Parts of a request as hex; lengths are put in here. */
struct request {
	const char *what;
	const char *before;  /* in front of the list */
	const char *list;    /* Request elements */
	const char *after;   /* behind the list */
	const char *outside; /* behind the TBSRequest */
	const char *where;   /* of the error; NULL: read */
	size_t n, nonce;
};

#define ONE                    "303c" ID
#define NONCE_OID              "06092b0601050507300102"
#define EXTS(outer, list, ext) "a2" outer "30" list ext
#define NONCE4                                                                                     \
	EXTS("15", "13",                                                                           \
	     "3011" NONCE_OID "04040402"                                                           \
	     "0102")

static const struct request requests[] = {
        {"one", NULL, ONE, NULL, NULL, NULL, 1, 0},
        {"two", NULL, ONE "303c" ID6, NULL, NULL, NULL, 2, 0},
        {"the same twice", NULL, ONE ONE, NULL, NULL, NULL, 2, 0},
        {"none", NULL, "", NULL, NULL, "requestList", 0, 0},
        {"version written", "a003020100", ONE, NULL, NULL, "version", 0, 0},
        {"version 2", "a003020101", ONE, NULL, NULL, "version", 0, 0},
        {"requestor named",
         "a1068604"
         "61626364",
         ONE, NULL, NULL, NULL, 1, 0},
        {"requestor cut", "a17f", ONE, NULL, NULL, "requestorName", 0, 0},
        {"signed", NULL, ONE, NULL, "a0023000", NULL, 1, 0},
        {"signed twice", NULL, ONE, NULL, "a0023000a0023000", "OCSPRequest", 0, 0},
        {"something behind", NULL, ONE, NULL, "0500", "OCSPRequest", 0, 0},
        {"no CertID inside", NULL, "3000", NULL, NULL, "reqCert", 0, 0},
        {"a number inside", NULL, "020105", NULL, NULL, "reqCert", 0, 0},
        {"one good and one bad", NULL, ONE "3000", NULL, NULL, "reqCert", 0, 0},
        {"single extension", NULL, "304b" ID "a00d300b300906022a030403020105", NULL, NULL, NULL, 1,
         0},
        {"single extension critical", NULL, "304e" ID "a010300e300c06022a030101ff0403020105", NULL,
         NULL, "singleRequestExtensions", 0, 0},
        {"single extensions empty", NULL, "3040" ID "a0023000", NULL, NULL,
         "singleRequestExtensions", 0, 0},
        {"something behind the CertID", NULL, "303e" ID "0500", NULL, NULL,
         "singleRequestExtensions", 0, 0},
        {"nonce", NULL, ONE, NONCE4, NULL, NULL, 1, 2},
        {"nonce critical", NULL, ONE, EXTS("18", "16", "3014" NONCE_OID "0101ff040404020102"), NULL,
         NULL, 1, 2},
        {"nonce empty", NULL, ONE, EXTS("13", "11", "300f" NONCE_OID "04020400"), NULL,
         "requestExtensions", 0, 0},
        {"nonce without its OCTET STRING", NULL, ONE, EXTS("13", "11", "300f" NONCE_OID "04020102"),
         NULL, "requestExtensions", 0, 0},
        {"nonce as INTEGER", NULL, ONE, EXTS("14", "12", "3010" NONCE_OID "0403020105"), NULL,
         "requestExtensions", 0, 0},
        {"nonce twice", NULL, ONE,
         EXTS("28", "26",
              "3011" NONCE_OID "040404020102"
              "3011" NONCE_OID "040404020102"),
         NULL, "requestExtensions", 0, 0},
        {"unknown extension", NULL, ONE, EXTS("0d", "0b", "300906022a030403020105"), NULL, NULL, 1,
         0},
        {"unknown critical extension", NULL, ONE, EXTS("10", "0e", "300c06022a030101ff0403020105"),
         NULL, "requestExtensions", 0, 0},
        {"extensions empty", NULL, ONE, "a2023000", NULL, "requestExtensions", 0, 0},
        {"extensions under another tag", NULL, ONE, "a30d300b300906022a030403020105", NULL,
         "requestExtensions", 0, 0},
        {"extensions twice", NULL, ONE, NONCE4 NONCE4, NULL, "requestExtensions", 0, 0},
};

static void
hex_to(struct antin_bytes *b, const char *hex)
{
	if (hex && *hex)
		util_hex(hex, b);
}

static void
build_request(const struct request *r, struct antin_bytes *der)
{
	size_t outer = antin_der_open(der, ANTIN_SEQUENCE);
	size_t tbs = antin_der_open(der, ANTIN_SEQUENCE), list;

	hex_to(der, r->before);
	list = antin_der_open(der, ANTIN_SEQUENCE);
	hex_to(der, r->list);
	antin_der_close(der, list);
	hex_to(der, r->after);
	antin_der_close(der, tbs);
	hex_to(der, r->outside);
	antin_der_close(der, outer);
}

START_TEST(request_forms)
{
	const struct request *f = &requests[_i];
	ANTIN_SCOPED(antin_bytes) der = {0};
	struct antin_ocsp_request r = {.n = 77};
	struct antin_err err = {0};
	enum antin_rc rc;

	build_request(f, &der);
	rc = antin_ocsp_request_read(antin_bytes_slice(&der), &r, &err);
	if (f->where) {
		ck_assert_msg(rc == ANTIN_E_FORMAT, "%s is read", f->what);
		ck_assert_msg(strcmp(err.where, f->where) == 0, "%s: %s", f->what, util_line(&err));
		ck_assert_uint_eq(r.n, 77);
		return;
	}
	ck_assert_msg(rc == ANTIN_OK, "%s: %s", f->what, util_line(&err));
	ck_assert_uint_eq(r.n, f->n);
	ck_assert_uint_eq(r.nonce.len, f->nonce);
}
END_TEST

/* Every length of a nonce, written and read; 129 octets are neither. */
START_TEST(request_nonces)
{
	static const uint8_t octets[140] = {9};
	ANTIN_SCOPED(antin_bytes) id = {0};

	util_hex(ID, &id);
	for (size_t len = 0; len <= sizeof(octets); len++) {
		ANTIN_SCOPED(antin_bytes) der = {0};
		struct antin_slice nonce = {octets, len};
		struct antin_ocsp_request r = {0};
		struct antin_err err = {0};

		if (len > ANTIN_OCSP_NONCE) {
			util_fails(antin_ocsp_request_write(antin_bytes_slice(&id), nonce, &der,
			                                    &err),
			           ANTIN_E_INTERNAL);
			ck_assert_uint_eq(der.len, 0);
			continue;
		}
		util_ok(antin_ocsp_request_write(antin_bytes_slice(&id), nonce, &der, &err));
		util_ok(antin_ocsp_request_read(antin_bytes_slice(&der), &r, &err));
		ck_assert_uint_eq(r.nonce.len, len);
		ck_assert_int_eq(r.nonce.p != NULL, len > 0);
		ck_assert(!len || memcmp(r.nonce.p, octets, len) == 0);
	}
}
END_TEST

/* A nonce that is too long in a request of somebody else. */
START_TEST(request_long_nonce)
{
	for (size_t len = 127; len <= 130; len++) {
		ANTIN_SCOPED(antin_bytes) exts = {0};
		ANTIN_SCOPED(antin_bytes) text = {0};
		ANTIN_SCOPED(antin_bytes) der = {0};
		struct antin_ocsp_request r;
		struct request f = {.list = ONE};
		size_t a = antin_der_open(&exts, ANTIN_CONTEXT_CONS(2));
		size_t b = antin_der_open(&exts, ANTIN_SEQUENCE);
		size_t c = antin_der_open(&exts, ANTIN_SEQUENCE), d, e;

		util_hex(NONCE_OID, &exts);
		d = antin_der_open(&exts, ANTIN_OCTET_STRING);
		e = antin_der_open(&exts, ANTIN_OCTET_STRING);
		ck_assert_ptr_nonnull(antin_bytes_grow(&exts, len));
		antin_der_close(&exts, e);
		antin_der_close(&exts, d);
		antin_der_close(&exts, c);
		antin_der_close(&exts, b);
		antin_der_close(&exts, a);
		antin_hex_add(&text, antin_bytes_slice(&exts));
		f.after = antin_bytes_cstr(&text);
		build_request(&f, &der);
		ck_assert_int_eq(antin_ocsp_request_read(antin_bytes_slice(&der), &r, NULL),
		                 len <= 128 ? ANTIN_OK : ANTIN_E_FORMAT);
	}
}
END_TEST

/* The order of the questions is kept; sixteen are the most. */
START_TEST(request_order)
{
	for (size_t n = 1; n <= ANTIN_OCSP_IDS + 1; n++) {
		ANTIN_SCOPED(antin_bytes) list = {0};
		ANTIN_SCOPED(antin_bytes) der = {0};
		struct antin_ocsp_request r;
		struct antin_err err = {0};

		for (size_t i = 0; i < n; i++) {
			util_hex(ID, &list);
			list.p[list.len - 1] = (uint8_t)(n - i);
		}
		util_ok(antin_ocsp_request_write(antin_bytes_slice(&list), (struct antin_slice){0},
		                                 &der, &err));
		if (n > ANTIN_OCSP_IDS) {
			util_fails(antin_ocsp_request_read(antin_bytes_slice(&der), &r, &err),
			           ANTIN_E_FORMAT);
			ck_assert_str_eq(err.where, "requestList: too many");
			continue;
		}
		util_ok(antin_ocsp_request_read(antin_bytes_slice(&der), &r, &err));
		ck_assert_uint_eq(r.n, n);
		for (size_t i = 0; i < n; i++)
			ck_assert_uint_eq(r.ids[i].serial.p[0], n - i);
	}
}
END_TEST

/* ---- responses ---- */

/* A response by hand: hex of what stands where; NULL takes the usual, "" leaves it out. */
struct response {
	const char *what;
	const char *status;    /* responseStatus */
	const char *type;      /* responseType */
	const char *version;   /* in front of the responder */
	const char *responder; /* responderID */
	const char *produced;
	const char *singles; /* content of responses */
	const char *exts;    /* [1] and behind */
	const char *certs;   /* [0] and behind */
	const char *where;   /* of the error; NULL: read */
	bool unusable;       /* unknown critical */
	bool contradicting;  /* one certificate, two answers */
};

#define BASIC  "06092b0601050507300101"
#define BY_KEY "a2160414" H20
#define BY_NAME                                                                                    \
	"a10f300d310b300906035504"                                                                 \
	"0613"                                                                                     \
	"02564e"
#define WHEN                      "180f32303236303130313030303030305a"
#define LATER                     "180f32303236303130323030303030305a"
#define GOOD                      "8000"
#define UNKNOWN                   "8200"
#define REVOKED                   "a111" WHEN
#define SINGLE(len, status, rest) "30" len ID status WHEN rest
#define USUAL                     SINGLE("4f", GOOD, "")

static const struct response responses[] = {
        {.what = "usual"},
        {.what = "unknown", .singles = SINGLE("4f", UNKNOWN, "")},
        {.what = "revoked", .singles = SINGLE("60", REVOKED, "")},
        {.what = "revoked with a reason", .singles = SINGLE("65", "a116" WHEN "a0030a0101", "")},
        {.what = "revoked for reason 7",
         .singles = SINGLE("65", "a116" WHEN "a0030a0107", ""),
         .where = "SingleResponse"},
        {.what = "revoked for reason 11",
         .singles = SINGLE("65", "a116" WHEN "a0030a010b", ""),
         .where = "SingleResponse"},
        {.what = "revoked, reason as INTEGER",
         .singles = SINGLE("65", "a116" WHEN "a003020101", ""),
         .where = "SingleResponse"},
        {.what = "revoked, something behind the reason",
         .singles = SINGLE("67", "a118" WHEN "a0030a01010500", ""),
         .where = "SingleResponse"},
        {.what = "revoked, nobody knows when",
         .singles = SINGLE("4f", "a100", ""),
         .where = "SingleResponse"},
        {.what = "good with content",
         .singles = SINGLE("50", "800100", ""),
         .where = "SingleResponse"},
        {.what = "unknown with content",
         .singles = SINGLE("50", "820100", ""),
         .where = "SingleResponse"},
        {.what = "good constructed",
         .singles = SINGLE("4f", "a000", ""),
         .where = "SingleResponse"},
        {.what = "revoked primitive",
         .singles = SINGLE("4f", "8100", ""),
         .where = "SingleResponse"},
        {.what = "status of another kind",
         .singles = SINGLE("4f", "8300", ""),
         .where = "SingleResponse"},
        {.what = "no status", .singles = SINGLE("4d", "", ""), .where = "SingleResponse"},
        {.what = "no thisUpdate", .singles = "303e" ID GOOD, .where = "SingleResponse"},
        {.what = "thisUpdate as UTCTime",
         .singles = "304d" ID GOOD "170d3236303130313030303030305a",
         .where = "SingleResponse"},
        {.what = "thisUpdate with a fraction",
         .singles = "3051" ID GOOD "181132303236303130313030303030302e355a",
         .where = "SingleResponse"},
        {.what = "nextUpdate", .singles = SINGLE("62", GOOD, "a011" LATER)},
        {.what = "nextUpdate equal", .singles = SINGLE("62", GOOD, "a011" WHEN)},
        {.what = "nextUpdate before",
         .singles = SINGLE("62", GOOD,
                           "a011"
                           "180f32303235303130313030303030305a"),
         .where = "SingleResponse"},
        {.what = "nextUpdate twice",
         .singles = SINGLE("73", GOOD, "a022" LATER LATER),
         .where = "SingleResponse"},
        {.what = "nextUpdate primitive",
         .singles = SINGLE("62", GOOD, "8011" LATER),
         .where = "SingleResponse"},
        {.what = "unknown single extension",
         .singles = SINGLE("5e", GOOD, "a10d300b300906022a030403020105")},
        {.what = "unknown critical single extension",
         .singles = SINGLE("61", GOOD, "a110300e300c06022a030101ff0403020105"),
         .unusable = true},
        {.what = "single extensions empty",
         .singles = SINGLE("53", GOOD, "a1023000"),
         .where = "SingleResponse"},
        {.what = "archive cutoff",
         .singles = SINGLE("73", GOOD,
                           "a122"
                           "3020"
                           "301e06092b06010505073001060411" WHEN)},
        {.what = "archive cutoff as text",
         .singles = SINGLE("65", GOOD,
                           "a114"
                           "3012"
                           "301006092b060105050730010604030c0141"),
         .where = "SingleResponse"},
        {.what = "something behind a single",
         .singles = SINGLE("51", GOOD, "0500"),
         .where = "SingleResponse"},
        {.what = "a number among the singles", .singles = "020105", .where = "SingleResponse"},
        {.what = "no singles", .singles = "", .where = "responses"},
        {.what = "the same answer twice", .singles = USUAL USUAL},
        {.what = "two that differ",
         .singles = USUAL SINGLE("4f", UNKNOWN, ""),
         .contradicting = true},
        {.what = "good, then revoked",
         .singles = USUAL SINGLE("60", REVOKED, ""),
         .contradicting = true},
        {.what = "revoked at two times",
         .singles = SINGLE("60", REVOKED, "") SINGLE("60", "a111" LATER, ""),
         .contradicting = true},
        {.what = "revoked for two reasons",
         .singles = SINGLE("65", "a116" WHEN "a0030a0101", "")
                 SINGLE("65", "a116" WHEN "a0030a0104", ""),
         .contradicting = true},
        /* status */
        {.what = "status 4", .status = "0a0104", .where = "responseStatus"},
        {.what = "status 7", .status = "0a0107", .where = "responseStatus"},
        {.what = "status as INTEGER", .status = "020100", .where = "responseStatus"},
        {.what = "an error with an answer", .status = "0a0103", .where = "responseBytes"},
        {.what = "another type", .type = "06092b0601050507300102", .where = "responseType"},
        {.what = "no type", .type = "", .where = "responseBytes"},
        {.what = "version written", .version = "a003020100", .where = "tbsResponseData"},
        /* responder */
        {.what = "by name", .responder = BY_NAME},
        {.what = "by both", .responder = BY_NAME BY_KEY, .where = "producedAt"},
        {.what = "by nobody", .responder = "", .where = "responderID"},
        {.what = "by a key of 19 octets",
         .responder = "a2150413000102030405060708090a0b0c0d0e0f101112",
         .where = "responderID"},
        {.what = "by a key of 32 octets", .responder = "a2220420" H32, .where = "responderID"},
        {.what = "by a name that is none", .responder = "a1040c024142", .where = "responderID"},
        {.what = "by a name and more",
         .responder = "a111300d310b300906035504061302564e0500",
         .where = "responderID"},
        {.what = "by a primitive tag", .responder = "82160414" H20, .where = "responderID"},
        {.what = "produced as UTCTime",
         .produced = "170d3236303130313030303030305a",
         .where = "producedAt"},
        {.what = "produced never", .produced = "", .where = "producedAt"},
        /* extensions */
        {.what = "nonce",
         .exts = "a1153013"
                 "3011" NONCE_OID "040404020102"},
        {.what = "nonce empty",
         .exts = "a1133011"
                 "300f" NONCE_OID "04020400",
         .where = "nonce"},
        {.what = "unknown", .exts = "a10d300b300906022a030403020105"},
        {.what = "unknown critical",
         .exts = "a110300e300c06022a030101ff0403020105",
         .unusable = true},
        {.what = "extensions empty", .exts = "a1023000", .where = "responseExtensions"},
        {.what = "something behind", .exts = "0500", .where = "responseExtensions"},
        /* certificates */
        {.what = "certificates empty", .certs = "a0023000"},
        {.what = "no certificate", .certs = "a00430023000"},
        {.what = "a number as a certificate", .certs = "a0053003020105", .where = "certs"},
        {.what = "certificates and more", .certs = "a00230000500", .where = "certs"},
        {.what = "certificates under another tag", .certs = "a1023000", .where = "certs"},
};

static void
usual(struct antin_bytes *b, const char *hex, const char *otherwise)
{
	hex_to(b, hex ? hex : otherwise);
}

static void
build_response(const struct response *r, struct antin_bytes *der)
{
	static const uint8_t signature[8];
	size_t outer = antin_der_open(der, ANTIN_SEQUENCE), bytes, seq, value, basic, tbs, list;

	usual(der, r->status, "0a0100");
	bytes = antin_der_open(der, ANTIN_CONTEXT_CONS(0));
	seq = antin_der_open(der, ANTIN_SEQUENCE);
	usual(der, r->type, BASIC);
	value = antin_der_open(der, ANTIN_OCTET_STRING);
	basic = antin_der_open(der, ANTIN_SEQUENCE);
	tbs = antin_der_open(der, ANTIN_SEQUENCE);
	hex_to(der, r->version);
	usual(der, r->responder, BY_KEY);
	usual(der, r->produced, WHEN);
	list = antin_der_open(der, ANTIN_SEQUENCE);
	usual(der, r->singles, USUAL);
	antin_der_close(der, list);
	hex_to(der, r->exts);
	antin_der_close(der, tbs);
	antin_sigalg_add(der, (struct antin_sigalg){ANTIN_ECDSA, ANTIN_SHA256});
	antin_der_add_bits(der, (struct antin_slice){signature, sizeof(signature)});
	hex_to(der, r->certs);
	antin_der_close(der, basic);
	antin_der_close(der, value);
	antin_der_close(der, seq);
	antin_der_close(der, bytes);
	antin_der_close(der, outer);
}

START_TEST(response_forms)
{
	const struct response *f = &responses[_i];
	ANTIN_SCOPED(antin_bytes) der = {0};
	ANTIN_OWN_S(antin_ocsp_response) r = NULL;
	struct antin_err err = {0};
	enum antin_rc rc;

	build_response(f, &der);
	rc = antin_ocsp_response_read(antin_bytes_slice(&der), &r, &err);
	if (f->where) {
		ck_assert_msg(rc == ANTIN_E_FORMAT, "%s is read", f->what);
		ck_assert_msg(strcmp(err.where, f->where) == 0, "%s: %s", f->what, util_line(&err));
		ck_assert_ptr_null(r);
		return;
	}
	ck_assert_msg(rc == ANTIN_OK, "%s: %s", f->what, util_line(&err));
	ck_assert_msg(r->unknown_critical == f->unusable, "%s", f->what);
	ck_assert_msg(r->contradicting == f->contradicting, "%s", f->what);
	ck_assert_int_eq(r->by_name.p != NULL, f->responder != NULL);
	ck_assert_int_eq(r->by_key.p != NULL, f->responder == NULL);
}
END_TEST

/* Nobody's key made that signature: read, but never verified. */
START_TEST(response_unsigned)
{
	static const char *const keys[] = {"p256", "p384", "rsa2048"};
	const struct response f = {.what = "usual"};
	ANTIN_SCOPED(antin_bytes) der = {0};
	ANTIN_OWN_S(antin_ocsp_response) r = NULL;
	struct antin_err err = {0};

	build_response(&f, &der);
	util_ok(antin_ocsp_response_read(antin_bytes_slice(&der), &r, &err));
	for (size_t i = 0; i < UTIL_COUNT(keys); i++) {
		ANTIN_OWN_S(antin_key) k = issued_key(keys[i]);

		ck_assert_int_ne(antin_ocsp_verify(r, k->public_key, NULL, NULL), ANTIN_OK);
	}
}
END_TEST

/* Sixty-four answers are read in their order, one more is too many. */
START_TEST(response_many)
{
	for (size_t n = ANTIN_OCSP_SINGLES - 1; n <= ANTIN_OCSP_SINGLES + 1; n++) {
		ANTIN_SCOPED(antin_bytes) list = {0};
		ANTIN_SCOPED(antin_bytes) text = {0};
		ANTIN_SCOPED(antin_bytes) der = {0};
		ANTIN_OWN_S(antin_ocsp_response) r = NULL;
		struct response f = {.what = "many"};
		struct antin_err err = {0};

		for (size_t i = 0; i < n; i++) {
			util_hex(USUAL, &list);
			/* The serial stands in front of status and thisUpdate. */
			list.p[list.len - 20] = (uint8_t)(i + 1);
		}
		antin_hex_add(&text, antin_bytes_slice(&list));
		f.singles = antin_bytes_cstr(&text);
		build_response(&f, &der);
		if (n > ANTIN_OCSP_SINGLES) {
			util_fails(antin_ocsp_response_read(antin_bytes_slice(&der), &r, &err),
			           ANTIN_E_FORMAT);
			ck_assert_str_eq(err.where, "responses: too many");
			continue;
		}
		util_ok(antin_ocsp_response_read(antin_bytes_slice(&der), &r, &err));
		ck_assert_uint_eq(r->n, n);
		for (size_t i = 0; i < n; i++)
			ck_assert_uint_eq(r->singles[i].id.serial.p[0], i + 1);
	}
}
END_TEST

/* Names of the responder compare as names do; another name or key is not it. */
START_TEST(responder)
{
	struct issued root = issued_make("vn-root", ROOT_NAME, NULL, "p256");
	struct issued other = issued_make("vn-root", SUB_NAME, NULL, "p256");
	struct antin_certid_issuer hashes;
	struct antin_err err = {0};

	util_ok(antin_certid_issuer(root.cert, &hashes, &err));
	for (int by_name = 0; by_name < 2; by_name++) {
		ANTIN_SCOPED(antin_bytes) id = {0};
		ANTIN_SCOPED(antin_bytes) text = {0};
		ANTIN_SCOPED(antin_bytes) der = {0};
		ANTIN_OWN_S(antin_ocsp_response) r = NULL;
		struct response f = {.what = "responder"};
		size_t mark = antin_der_open(&id, by_name ? ANTIN_CONTEXT_CONS(1)
		                                          : ANTIN_CONTEXT_CONS(2));

		if (by_name)
			antin_bytes_add(&id, root.cert->subject.p, root.cert->subject.len);
		else
			antin_der_add(&id, ANTIN_OCTET_STRING,
			              (struct antin_slice){hashes.key_sha1, 20});
		antin_der_close(&id, mark);
		antin_hex_add(&text, antin_bytes_slice(&id));
		f.responder = antin_bytes_cstr(&text);
		build_response(&f, &der);
		util_ok(antin_ocsp_response_read(antin_bytes_slice(&der), &r, &err));
		ck_assert(antin_ocsp_is_responder(r, root.cert));
		ck_assert(!antin_ocsp_is_responder(r, other.cert));
	}
	issued_done(&root);
	issued_done(&other);
}
END_TEST

/* What the writer may say in one answer, and what of it comes back. */
START_TEST(writer_fields)
{
	static const int reasons[] = {0, 1, 2, 3, 4, 5, 6, 8, 9, 10};
	struct issued root = issued_make("vn-root", ROOT_NAME, NULL, "p256");
	ANTIN_SCOPED(antin_bytes) id = {0};
	struct antin_err err = {0};

	util_ok(antin_certid_add(&id, ANTIN_SHA256, root.cert, root.cert->serial, &err));
	for (size_t i = 0; i < 8 * UTIL_COUNT(reasons); i++) {
		struct antin_ocsp_single s = {
		        .id.der = antin_bytes_slice(&id),
		        .status = ANTIN_OCSP_REVOKED,
		        .revoked = ISSUED_NOW - 5,
		        .reason = reasons[i / 8],
		        .this_update = ISSUED_NOW,
		        .next_update = i & 1 ? ISSUED_NOW + 9 : ANTIN_NO_TIME,
		        .archive_cutoff = i & 2 ? ISSUED_NOW - 99 : ANTIN_NO_TIME,
		        .invalidity = i & 4 ? ISSUED_NOW - 50 : ANTIN_NO_TIME,
		};
		struct antin_ocsp_answer a = {.produced_at = ISSUED_NOW, .n = 1, .singles = &s};
		ANTIN_SCOPED(antin_bytes) der = {0};
		ANTIN_OWN_S(antin_ocsp_response) r = NULL;

		util_ok(antin_ocsp_sign(&a, root.key, (struct antin_slice){0}, &der, &err));
		util_ok(antin_ocsp_response_read(antin_bytes_slice(&der), &r, &err));
		util_ok(antin_ocsp_verify(r, root.key->public_key, NULL, &err));
		ck_assert_int_eq(r->singles[0].reason, s.reason);
		ck_assert_int_eq(r->singles[0].revoked, s.revoked);
		ck_assert_int_eq(r->singles[0].next_update, s.next_update);
		ck_assert_int_eq(r->singles[0].archive_cutoff, s.archive_cutoff);
		ck_assert_int_eq(r->singles[0].invalidity, s.invalidity);
		ck_assert(antin_ocsp_is_responder(r, root.cert));
		ck_assert_uint_eq(r->certs.n, 0);
	}
	issued_done(&root);
}
END_TEST

START_TEST(files)
{
	char *folder = util_scratch();
	const char *path = util_path(folder, "answer.der");
	const struct response f = {.what = "usual"};
	ANTIN_SCOPED(antin_bytes) der = {0};
	ANTIN_SCOPED(antin_bytes) large = {0};
	ANTIN_OWN_S(antin_ocsp_response) r = NULL;
	ANTIN_OWN_S(antin_ocsp_response) none = NULL;
	struct antin_err err = {0};

	build_response(&f, &der);
	util_write(path, antin_bytes_slice(&der));
	util_ok(antin_ocsp_response_load(path, &r, &err));
	util_slice_eq(r->der, antin_bytes_slice(&der));
	util_fails(antin_ocsp_response_load(util_path(folder, "none"), &none, &err),
	           ANTIN_E_MISSING);
	antin_err_clear(&err);
	util_write(path, UTIL_LITERAL("no response"));
	util_fails(antin_ocsp_response_load(path, &none, &err), ANTIN_E_FORMAT);
	ck_assert_str_eq(err.file, path);
	antin_err_clear(&err);
	ck_assert_ptr_nonnull(antin_bytes_grow(&large, ANTIN_OCSP_RESPONSE_MAX + 1));
	util_fails(antin_ocsp_response_read(antin_bytes_slice(&large), &none, &err),
	           ANTIN_E_TOO_LARGE);
	util_scratch_remove(folder);
}
END_TEST

Suite *suite_ocsp_forms(void);
Suite *
suite_ocsp_forms(void)
{
	Suite *s = suite_create("ocsp_forms");
	TCase *t = tcase_create("ocsp_forms");

	tcase_add_loop_test(t, certid, 0, UTIL_COUNT(ids));
	tcase_add_test(t, certid_match);
	tcase_add_loop_test(t, request_forms, 0, UTIL_COUNT(requests));
	tcase_add_test(t, request_nonces);
	tcase_add_test(t, request_long_nonce);
	tcase_add_test(t, request_order);
	tcase_add_loop_test(t, response_forms, 0, UTIL_COUNT(responses));
	tcase_add_test(t, response_unsigned);
	tcase_add_test(t, response_many);
	tcase_add_test(t, responder);
	tcase_add_test(t, writer_fields);
	tcase_add_test(t, files);
	suite_add_tcase(s, t);
	return s;
}
