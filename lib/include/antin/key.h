/*
 * Keys: anything that signs.  A digest and a scheme go in, a signature comes out, the same for
 * software, tokens, HSMs, remote services and the tests' mock; and the public half, which verifies.
 */
#ifndef ANTIN_KEY_H
#define ANTIN_KEY_H

#include <antin/bytes.h>

enum antin_digest { ANTIN_SHA1, ANTIN_SHA256, ANTIN_SHA384, ANTIN_SHA512, ANTIN_DIGESTS };
enum { ANTIN_DIGEST_MAX = 64 };
size_t antin_digest_size(enum antin_digest d);
const char *antin_digest_name(enum antin_digest d); /* "SHA-256" */
const char *antin_digest_oid(enum antin_digest d);
/* By OID content octets; false if it is none of these. */
bool antin_digest_by_oid(struct antin_slice oid, enum antin_digest *out);

/* A running hash; of the octets of a file, too (file.h). */
struct antin_source;
struct antin_hash;
enum antin_rc antin_hash_new(enum antin_digest d, struct antin_hash **out, struct antin_err *err)
        ANTIN_MUST;
/* So many octets of a file from `offset` on. */
enum antin_rc antin_hash_source(struct antin_hash *h, struct antin_source *src, uint64_t offset,
                                uint64_t len, struct antin_err *err) ANTIN_MUST;
enum antin_rc antin_hash_add(struct antin_hash *h, const void *p, size_t len, struct antin_err *err)
        ANTIN_MUST;
/* Ends it: `out` gets antin_digest_size octets. */
enum antin_rc antin_hash_end(struct antin_hash *h, uint8_t out[ANTIN_DIGEST_MAX],
                             struct antin_err *err) ANTIN_MUST;
void antin_hash_free(struct antin_hash *h);
ANTIN_OWNER_S(antin_hash, antin_hash_free);
enum antin_rc antin_digest_of(enum antin_digest d, struct antin_slice s,
                              uint8_t out[ANTIN_DIGEST_MAX], struct antin_err *err) ANTIN_MUST;

/* DSA: read and verified only, for old archives and conformance; nothing here makes such keys. */
enum antin_key_type { ANTIN_KEY_RSA, ANTIN_KEY_P256, ANTIN_KEY_P384, ANTIN_KEY_DSA };
enum antin_scheme {
	ANTIN_RSA_PKCS1, /* RSASSA-PKCS1-v1_5 */
	ANTIN_RSA_PSS,   /* salt as long as the digest, MGF1 with the same digest */
	ANTIN_ECDSA,     /* signature as DER ECDSA-Sig-Value */
	ANTIN_DSA,       /* signature as DER Dss-Sig-Value */
};

/* Signature algorithms of certificates, CRLs, OCSP answers and CMS: scheme and digest together. */
struct antin_sigalg {
	enum antin_scheme scheme;
	enum antin_digest digest;
};
/* Appends the whole AlgorithmIdentifier as certificates carry it (RFC 4055, RFC 5758). */
void antin_sigalg_add(struct antin_bytes *b, struct antin_sigalg a);
/* From a whole AlgorithmIdentifier, parameters checked strictly. */
enum antin_rc antin_sigalg_read(struct antin_slice der, struct antin_sigalg *out,
                                struct antin_err *err) ANTIN_MUST;
const char *antin_sigalg_name(struct antin_sigalg a); /* "sha256WithRSAEncryption" */
/* What a key of this type signs with by default: PKCS#1 v1.5 or ECDSA; SHA-384 for P-384. */
struct antin_sigalg antin_sigalg_default(enum antin_key_type t);

/* A public key: immutable, counted, safe to use from several threads. */
struct antin_public;
/* From a whole SubjectPublicKeyInfo: RSA and DSA 1024..8192 bits, P-256, P-384, point on curve. */
enum antin_rc antin_public_read(struct antin_slice spki, struct antin_public **out,
                                struct antin_err *err) ANTIN_MUST;
struct antin_public *antin_public_ref(struct antin_public *p);
void antin_public_free(struct antin_public *p);
ANTIN_OWNER_S(antin_public, antin_public_free);
enum antin_key_type antin_public_type(const struct antin_public *p);
unsigned int antin_public_bits(const struct antin_public *p);
struct antin_slice antin_public_spki(const struct antin_public *p);
const char *antin_public_name(const struct antin_public *p); /* "RSA-3072", "P-256" */
/* SHA-1 of the BIT STRING's octets: RFC 5280 4.2.1.2 method 1, also OCSP's issuerKeyHash. */
enum antin_rc antin_public_key_id(const struct antin_public *p, uint8_t out[20],
                                  struct antin_err *err) ANTIN_MUST;
/* ANTIN_E_BAD_SIGNATURE when it does not verify. */
enum antin_rc antin_public_verify(const struct antin_public *p, struct antin_sigalg a,
                                  struct antin_slice digest, struct antin_slice signature,
                                  struct antin_err *err) ANTIN_MUST;

struct antin_cert;
struct antin_key;
struct antin_memory; /* memory.h */

/* What an implementation of a signing key provides. */
struct antin_key_ops {
	const char *name; /* "software", "token", "mock" */
	/* Signs a digest of the size that `a` says; appends the signature. */
	enum antin_rc (*sign)(struct antin_key *k, struct antin_sigalg a, struct antin_slice digest,
	                      struct antin_bytes *signature, struct antin_err *err);
	void (*free)(struct antin_key *k); /* frees the implementation's part and k itself */
	/*
	 * The same where the message is known besides its digest; NULL: the digest is enough.  For
	 * devices that sign nothing but what they hash themselves.
	 */
	enum antin_rc (*sign_message)(struct antin_key *k, struct antin_sigalg a,
	                              struct antin_slice digest, struct antin_slice message,
	                              struct antin_bytes *signature, struct antin_err *err);
};

/* The part every implementation begins with.  Belongs to one thread at a time. */
struct antin_key {
	const struct antin_key_ops *ops;
	struct antin_public *public_key; /* always set */
	struct antin_cert **chain;       /* own certificate first, as far as stored; may be empty */
	size_t n_chain;
	char label[128]; /* for people: token label, or the file's name */
	char serial[40]; /* the token's serial, "" for software */
	char uri[512];   /* how it was named */
};

/* Signs and verifies the result before handing it out: a wrong signature never leaves. */
enum antin_rc antin_key_sign(struct antin_key *k, struct antin_sigalg a, struct antin_slice digest,
                             struct antin_bytes *signature, struct antin_err *err) ANTIN_MUST;
/* The same from the message itself: also with a device that does not take digests. */
enum antin_rc antin_key_sign_message(struct antin_key *k, struct antin_sigalg a,
                                     struct antin_slice message, struct antin_bytes *signature,
                                     struct antin_err *err) ANTIN_MUST;
void antin_key_free(struct antin_key *k); /* also frees chain and public key; takes NULL */
ANTIN_OWNER_S(antin_key, antin_key_free);

#endif
