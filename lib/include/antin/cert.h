/*
 * Certificates (RFC 5280): an immutable, counted, strictly decoded view over its own copy of the
 * DER.  Decoding checks form, not trust: see path.h for that.
 */
#ifndef ANTIN_CERT_H
#define ANTIN_CERT_H

#include <string.h>

#include <antin/key.h>
#include <antin/name.h>

enum antin_key_usage { /* bit numbers, RFC 5280 4.2.1.3 */
	               ANTIN_KU_DIGITAL_SIGNATURE,
	               ANTIN_KU_NON_REPUDIATION,
	               ANTIN_KU_KEY_ENCIPHERMENT,
	               ANTIN_KU_DATA_ENCIPHERMENT,
	               ANTIN_KU_KEY_AGREEMENT,
	               ANTIN_KU_KEY_CERT_SIGN,
	               ANTIN_KU_CRL_SIGN,
	               ANTIN_KU_ENCIPHER_ONLY,
	               ANTIN_KU_DECIPHER_ONLY,
};

struct antin_ext {
	struct antin_slice oid; /* content octets */
	bool critical;
	struct antin_slice value; /* content of the OCTET STRING */
};
enum { ANTIN_CERT_EXTS = 64, ANTIN_CERT_MAX = 65536 };
/* All of a SEQUENCE OF Extension, at least one, at most `max`, no type twice. */
bool antin_exts_read(struct antin_in *in, struct antin_ext *out, size_t max, size_t *n) ANTIN_MUST;

/* Read-only for everyone but cert.c.  Absent slices have p == NULL. */
struct antin_cert {
	struct antin_slice der, tbs;
	unsigned int version;               /* 1..3 */
	struct antin_slice serial;          /* INTEGER content */
	struct antin_slice issuer, subject; /* whole Name elements */
	int64_t not_before, not_after;      /* both inclusive */
	struct antin_slice spki;            /* whole SubjectPublicKeyInfo */
	struct antin_slice sigalg;          /* whole AlgorithmIdentifier; inner equals outer */
	struct antin_slice signature;       /* octets of the BIT STRING */
	uint8_t sha256[32];                 /* of the DER */

	size_t n_exts;
	struct antin_ext exts[ANTIN_CERT_EXTS]; /* no type twice */

	bool has_basic_constraints, is_ca;
	int64_t path_len; /* -1 none */
	bool has_key_usage;
	uint32_t key_usage;          /* by bit number */
	struct antin_slice ski, aki; /* key identifiers, content octets */
	bool has_eku;
	struct antin_slice eku; /* content of the SEQUENCE of OIDs */
};

enum antin_rc antin_cert_read(struct antin_slice der, struct antin_cert **out,
                              struct antin_err *err) ANTIN_MUST;
struct antin_cert *antin_cert_ref(struct antin_cert *c);
/* The same octets: two readings of one certificate. */
static inline bool
antin_cert_equal(const struct antin_cert *a, const struct antin_cert *b)
{
	return memcmp(a->sha256, b->sha256, sizeof(a->sha256)) == 0;
}
void antin_cert_free(struct antin_cert *c);
ANTIN_OWNER_S(antin_cert, antin_cert_free);

const struct antin_ext *antin_cert_ext(const struct antin_cert *c, const char *dotted);
bool antin_cert_has_eku(const struct antin_cert *c, const char *dotted); /* listed by name */
/* Listed alone, in an extension that is critical (RFC 3161 2.3). */
bool antin_cert_eku_alone(const struct antin_cert *c, const char *dotted);
bool antin_cert_self_issued(const struct antin_cert *c);
/* The public key, decoded once and kept. */
enum antin_rc antin_cert_public(struct antin_cert *c, const struct antin_public **out,
                                struct antin_err *err) ANTIN_MUST;
/* ANTIN_E_BAD_SIGNATURE unless the issuer's key made this certificate's signature. */
enum antin_rc antin_cert_verify(const struct antin_cert *c, const struct antin_public *issuer,
                                struct antin_memory *memory, struct antin_err *err) ANTIN_MUST;
/* The URIs of an extension, each appended with a newline: "aia-issuers", "aia-ocsp", "cdp",
 * "freshest" (delta CRLs, RFC 5280 4.2.1.15). */
void antin_cert_uris(const struct antin_cert *c, const char *which, struct antin_bytes *out);
/* The rfc822Name entries of subjectAltName, one a line. */
void antin_cert_emails(const struct antin_cert *c, struct antin_bytes *out);

/*
 * The GeneralName entries of subjectAltName, to be stepped through with antin_der_next; the tag
 * says the kind.  False if there is none or it is malformed.
 */
enum antin_general_name {
	ANTIN_NAME_EMAIL = ANTIN_CONTEXT(1),
	ANTIN_NAME_DNS = ANTIN_CONTEXT(2),
	ANTIN_NAME_DIRECTORY = ANTIN_CONTEXT_CONS(4),
	ANTIN_NAME_URI = ANTIN_CONTEXT(6),
	ANTIN_NAME_IP = ANTIN_CONTEXT(7),
};
bool antin_cert_alt_names(const struct antin_cert *c, struct antin_in *names);
/* The policies of certificatePolicies as dotted OIDs, one a line. */
void antin_cert_policies(const struct antin_cert *c, struct antin_bytes *out);

/* A counted list of certificates. */
enum { ANTIN_CERTS_MAX = 64 * 1024 * 1024 /* octets of a file of them */ };
struct antin_certs {
	struct antin_cert **items;
	size_t n, cap;
};
void antin_certs_done(struct antin_certs *l);
ANTIN_SCOPED_S(antin_certs, antin_certs_done);
/* Takes its own reference; the same certificate twice is kept once. */
enum antin_rc antin_certs_add(struct antin_certs *l, struct antin_cert *c, struct antin_err *err)
        ANTIN_MUST;
/* The first `most` of the other list, or, where that fails, none. */
enum antin_rc antin_certs_join(struct antin_certs *l, const struct antin_certs *more, size_t most,
                               struct antin_err *err) ANTIN_MUST;
/* Whether a file of a folder is taken for certificates: *.crt *.cer *.der *.pem, not hidden. */
bool antin_certs_named(const char *path);
/* The first that issued the certificate by name and signature: of the same name with another key
 * it would mislead; NULL: none. */
struct antin_cert *antin_certs_issuer(const struct antin_certs *l, const struct antin_cert *c);
/* PEM (one or more, other blocks refused) or one DER; a folder means its files of such names; at
 * most 10,000. */
enum antin_rc antin_certs_load(const char *path, struct antin_certs *out, struct antin_err *err)
        ANTIN_MUST;
enum antin_rc antin_certs_read(struct antin_slice bytes, const char *name, struct antin_certs *out,
                               struct antin_err *err) ANTIN_MUST;
/*
 * Steps through PEM: the label (a slice of the input) and the DER (appended) of the next block, or
 * *found false at the end.  Text between blocks is skipped, a broken block is ANTIN_E_FORMAT.
 */
enum antin_rc antin_pem_next(struct antin_in *in, struct antin_slice *label,
                             struct antin_bytes *der, bool *found, struct antin_err *err)
        ANTIN_MUST;
bool antin_pem_looks(struct antin_slice bytes); /* some line begins a PEM block */
/* Fills a key's chain: own certificate (by public key), then issuers as far as found. */
enum antin_rc antin_key_chain(struct antin_key *k, const struct antin_certs *found,
                              struct antin_err *err) ANTIN_MUST;
/* Appends the PEM form of a DER object with this label ("CERTIFICATE", "X509 CRL"). */
void antin_pem_add(struct antin_bytes *b, const char *label, struct antin_slice der);
/* The DER in PEM or DER bytes; PEM must hold exactly one block with this label. */
enum antin_rc antin_pem_or_der(struct antin_slice bytes, const char *label, struct antin_bytes *der,
                               struct antin_err *err) ANTIN_MUST;

#endif
