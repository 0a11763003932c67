/*
 * OCSP (RFC 6960, RFC 5019, RFC 9654): requests and responses, both directions, by direct DER;
 * responses are signed in two steps.
 */
#ifndef ANTIN_OCSP_H
#define ANTIN_OCSP_H

#include <antin/crl.h>

enum {
	ANTIN_OCSP_IDS = 16,     /* CertIDs of one request */
	ANTIN_OCSP_SINGLES = 64, /* answers read from one response */
	ANTIN_OCSP_NONCE = 128,  /* octets, RFC 9654 */
	ANTIN_OCSP_REQUEST_MAX = 8192,
	ANTIN_OCSP_RESPONSE_MAX = 1024 * 1024,
};

struct antin_certid {
	enum antin_digest digest; /* SHA-1 or SHA-256 */
	struct antin_slice name_hash, key_hash;
	struct antin_slice serial; /* INTEGER content */
	struct antin_slice der;    /* whole CertID */
};
/* Appends the CertID of a serial under an issuer. */
enum antin_rc antin_certid_add(struct antin_bytes *b, enum antin_digest d,
                               struct antin_cert *issuer, struct antin_slice serial,
                               struct antin_err *err) ANTIN_MUST;
/* The two hashes of an issuer, to keep beside it and compare with requests. */
struct antin_certid_issuer {
	uint8_t name_sha1[20], key_sha1[20], name_sha256[32], key_sha256[32];
};
enum antin_rc antin_certid_issuer(struct antin_cert *issuer, struct antin_certid_issuer *out,
                                  struct antin_err *err) ANTIN_MUST;
/* The same from the subject Name and the SubjectPublicKeyInfo. */
enum antin_rc antin_certid_hashes(struct antin_slice name, struct antin_slice spki,
                                  struct antin_certid_issuer *out, struct antin_err *err)
        ANTIN_MUST;
/* Name hash and key hash both match. */
bool antin_certid_matches(const struct antin_certid *id, const struct antin_certid_issuer *issuer);
enum antin_rc antin_certid_read(struct antin_slice der, struct antin_certid *out,
                                struct antin_err *err) ANTIN_MUST;

/* ---- requests ---- */

/* A view into the request's bytes, which must outlive it. */
struct antin_ocsp_request {
	size_t n;
	struct antin_certid ids[ANTIN_OCSP_IDS];
	struct antin_slice nonce; /* its octets; p NULL absent */
};
/* Strict: 1..16 CertIDs, nonce of 1..128 octets, unknown critical extensions refused. */
enum antin_rc antin_ocsp_request_read(struct antin_slice der, struct antin_ocsp_request *out,
                                      struct antin_err *err) ANTIN_MUST;
/* `ids` are n whole CertIDs one after another; an empty nonce leaves it out. */
enum antin_rc antin_ocsp_request_write(struct antin_slice ids, struct antin_slice nonce,
                                       struct antin_bytes *out, struct antin_err *err) ANTIN_MUST;

/* ---- responses ---- */

enum antin_ocsp_status { /* OCSPResponseStatus */
	                 ANTIN_OCSP_SUCCESSFUL = 0,
	                 ANTIN_OCSP_MALFORMED = 1,
	                 ANTIN_OCSP_INTERNAL = 2,
	                 ANTIN_OCSP_TRY_LATER = 3,
	                 ANTIN_OCSP_SIG_REQUIRED = 5,
	                 ANTIN_OCSP_UNAUTHORIZED = 6,
};
const char *antin_ocsp_status_name(int status); /* "malformedRequest" */

enum antin_ocsp_cert_status { ANTIN_OCSP_GOOD, ANTIN_OCSP_REVOKED, ANTIN_OCSP_UNKNOWN };

struct antin_ocsp_single {
	struct antin_certid id;
	int status;      /* enum antin_ocsp_cert_status */
	int64_t revoked; /* when ANTIN_OCSP_REVOKED */
	int reason;      /* 0: absent */
	int64_t this_update;
	int64_t next_update;    /* ANTIN_NO_TIME: absent */
	int64_t archive_cutoff; /* ANTIN_NO_TIME: absent */
	int64_t invalidity;     /* ANTIN_NO_TIME: absent; CRL entry extension, RFC 6960 4.4.5 */
};

/* What a responder says; everything is borrowed. */
struct antin_ocsp_answer {
	uint8_t key_hash[20]; /* responderID byKey: SHA-1 of the responder's key */
	int64_t produced_at;
	size_t n;
	const struct antin_ocsp_single *singles; /* only id.der of the id is used */
	struct antin_slice nonce;                /* echoed; empty: absent */
};
/* Step one: the whole ResponseData to sign. */
enum antin_rc antin_ocsp_tbs(const struct antin_ocsp_answer *a, struct antin_bytes *tbs,
                             struct antin_err *err) ANTIN_MUST;
/* Step two: the whole OCSPResponse; `cert` is the responder's certificate, may be empty. */
enum antin_rc antin_ocsp_finish(struct antin_slice tbs, struct antin_sigalg a,
                                struct antin_slice signature, struct antin_slice cert,
                                struct antin_bytes *out, struct antin_err *err) ANTIN_MUST;
/* Both steps; the key hash is that of the key. */
enum antin_rc antin_ocsp_sign(struct antin_ocsp_answer *a, struct antin_key *key,
                              struct antin_slice cert, struct antin_bytes *out,
                              struct antin_err *err) ANTIN_MUST;
/* Appends an unsigned error response; `status` other than successful. */
void antin_ocsp_error_add(struct antin_bytes *b, enum antin_ocsp_status status);

/* Read-only for everyone but ocsp_response.c; owns its DER. */
struct antin_ocsp_response {
	struct antin_slice der;
	int status; /* enum antin_ocsp_status; the rest only when successful */
	struct antin_slice tbs, sigalg, signature;
	struct antin_slice by_name; /* whole Name; p NULL when by key */
	struct antin_slice by_key;  /* SHA-1 of the key, 20 octets; p NULL when by name */
	int64_t produced_at;
	size_t n;
	struct antin_ocsp_single singles[ANTIN_OCSP_SINGLES];
	struct antin_slice nonce; /* p NULL absent */
	bool unknown_critical;    /* an extension nobody here understands: must not be used */
	bool contradicting;       /* two different answers for one CertID: it clears nobody */
	struct antin_certs certs;
	uint8_t sha256[32]; /* of the DER */
};
/* Strict in form; what it says is for antin_revocation_status to weigh. */
enum antin_rc antin_ocsp_response_read(struct antin_slice der, struct antin_ocsp_response **out,
                                       struct antin_err *err) ANTIN_MUST;
enum antin_rc antin_ocsp_response_load(const char *path, struct antin_ocsp_response **out,
                                       struct antin_err *err) ANTIN_MUST;
struct antin_ocsp_response *antin_ocsp_response_ref(struct antin_ocsp_response *r);
void antin_ocsp_response_free(struct antin_ocsp_response *r);
ANTIN_OWNER_S(antin_ocsp_response, antin_ocsp_response_free);
/* The answer for a serial under that issuer, or NULL. */
const struct antin_ocsp_single *antin_ocsp_find(const struct antin_ocsp_response *r,
                                                const struct antin_certid_issuer *issuer,
                                                struct antin_slice serial);
/* True when the responderID names this certificate. */
bool antin_ocsp_is_responder(const struct antin_ocsp_response *r, struct antin_cert *c);
/* ANTIN_E_BAD_SIGNATURE unless that key made the signature. */
enum antin_rc antin_ocsp_verify(const struct antin_ocsp_response *r,
                                const struct antin_public *responder, struct antin_memory *memory,
                                struct antin_err *err) ANTIN_MUST;

#endif
