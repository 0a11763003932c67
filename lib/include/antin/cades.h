/*
 * CAdES signatures (RFC 5652 SignedData, RFC 5035, ETSI EN 319 122-1 and EN 319 142-1): reading,
 * the facts a verifier judges, checking against a key, and building in two steps.  No policy here:
 * whether the signer may be trusted is for path.h and verify.h.
 */
#ifndef ANTIN_CADES_H
#define ANTIN_CADES_H

#include <antin/cert.h>
#include <antin/der.h>

enum {
	ANTIN_CADES_CERTS = 64,
	ANTIN_CADES_CRLS = 64,
	ANTIN_CADES_ATTRS = 64,
	ANTIN_CADES_STAMPS = 8,
	ANTIN_CADES_COUNTERS = 8,
	ANTIN_CADES_HELD = 64,
	ANTIN_CADES_MAX = 8 * 1024 * 1024,
};

/* The reference to the signer's certificate inside the signed attributes (RFC 5035). */
struct antin_cades_ess {
	bool present, v1; /* v1: signingCertificate with SHA-1 */
	enum antin_digest digest;
	struct antin_slice hash;
	bool has_issuer;           /* issuerSerial given: the two below */
	struct antin_slice issuer; /* whole Name of its only directoryName */
	struct antin_slice serial; /* INTEGER content */
};

/* A piece of revocation data that is carried along. */
enum antin_held_kind { ANTIN_HELD_CRL, ANTIN_HELD_OCSP, ANTIN_HELD_BASIC_OCSP };
struct antin_cades_held {
	enum antin_held_kind kind;
	struct antin_slice der; /* whole CertificateList, OCSPResponse or BasicOCSPResponse */
};

/* What the bytes say, before any judgement.  Slices point into `der`. */
struct antin_cades {
	struct antin_bytes der;
	struct antin_memory *memory;  /* inner, while it is read */
	bool version_fits;            /* the version numbers are those of RFC 5652 5.1 and 5.3 */
	size_t n_signers;             /* all below is of the one that was asked for */
	enum antin_digest digest;     /* SignerInfo's digestAlgorithm */
	bool digest_declared;         /* it is among SignedData's digestAlgorithms */
	struct antin_sigalg alg;      /* of the signature value */
	struct antin_slice algorithm; /* the same as it is encoded, whole */
	struct antin_slice issuer;    /* signer: whole Name and serial, or key identifier */
	struct antin_slice serial, ski;
	struct antin_slice content_type;      /* eContentType, OID octets */
	struct antin_slice attr_content_type; /* the attribute; p NULL when absent */
	bool has_content;
	struct antin_slice content; /* eContent's octets */
	struct antin_slice message_digest;
	int64_t signing_time;          /* the attribute; INT64_MIN none */
	struct antin_cades_ess ess;    /* of two references that of version 2 */
	struct antin_cades_ess ess_v1; /* that of version 1, alone or besides */
	struct antin_slice protection; /* CMSAlgorithmProtection (RFC 6211), whole; p NULL none */
	bool has_attributes, attributes_sorted;
	bool attribute_twice; /* a signed one: one type twice, or a known one without one value */
	struct antin_bytes attributes; /* signed attributes as SET OF: what was signed */
	struct antin_slice signature;

	struct antin_certs certs; /* those that decode, in the order given */
	size_t n_foreign_certs;   /* others: version 1 attributes, other formats, damaged ones */
	struct antin_slice crls[ANTIN_CADES_CRLS]; /* whole CertificateList elements */
	size_t n_crls;
	struct antin_slice revocation; /* Adobe's RevocationInfoArchival value, whole; or p NULL */
	struct antin_slice time_stamps[ANTIN_CADES_STAMPS]; /* signature time stamps, whole */
	size_t n_time_stamps;                               /* kept, of `given_time_stamps` */
	size_t given_time_stamps;
	struct antin_slice content_stamps[ANTIN_CADES_STAMPS]; /* EN 319 122-1 5.2.8, whole */
	size_t n_content_stamps;
	struct antin_slice archives[ANTIN_CADES_STAMPS]; /* archive-time-stamp-v3, whole */
	size_t n_archives;                               /* kept, of `given_archives` */
	size_t given_archives;
	struct antin_slice hash_index; /* of a token: ats-hash-index-v3, whole; p NULL none */
	bool hash_index_twice;
	/* Besides `certs` and `crls`: certificate-values, revocation-values, answers by RFC 5940.
	 */
	struct antin_certs more_certs;
	struct antin_cades_held held[ANTIN_CADES_HELD];
	size_t n_held;
	size_t n_broken_values; /* of these, what cannot be read */
	/* What an archive time stamp is over (5.5.3): octets as they stand. */
	struct antin_slice signed_part; /* SignerInfo from its version to the signature */
	struct antin_slice cert_set, list_set, unsigned_set; /* content; p NULL absent */
	struct antin_slice counters[ANTIN_CADES_COUNTERS];   /* whole SignerInfos of those */
	size_t n_counters, given_counters;                   /* who signed this signature */
};

/* ANTIN_E_FORMAT, with its place, for anything that is not one strict DER SignedData. */
enum antin_rc antin_cades_read(struct antin_slice der, struct antin_cades **out,
                               struct antin_err *err) ANTIN_MUST;
/*
 * As that, of the SignerInfo `index` of several; ANTIN_E_NOT_FOUND when there are fewer.  `memory`
 * of certificates read before, or NULL.
 */
enum antin_rc antin_cades_read_signer(struct antin_slice der, size_t index,
                                      struct antin_memory *memory, struct antin_cades **out,
                                      struct antin_err *err) ANTIN_MUST;
void antin_cades_free(struct antin_cades *c);
ANTIN_OWNER_S(antin_cades, antin_cades_free);

/* Named by the signer identifier and, where there is one, by the ESS reference. */
bool antin_cades_is_signer(const struct antin_cades *c, const struct antin_cert *cert);
/* The first embedded certificate of which that is true (borrowed), or NULL. */
struct antin_cert *antin_cades_signer(const struct antin_cades *c);

/*
 * One of c->counters as a signature of its own, over the octets of c->signature (RFC 5652 11.4).
 * It carries no certificates; counter-signatures of it are in its own `counters`.
 */
enum antin_rc antin_cades_read_counter(const struct antin_cades *parent, size_t index,
                                       struct antin_cades **out, struct antin_err *err) ANTIN_MUST;

/* Which rules hold: what the container says it carries. */
enum antin_cades_form {
	ANTIN_FORM_CADES,      /* a CAdES file */
	ANTIN_FORM_PADES,      /* PDF, ETSI.CAdES.detached */
	ANTIN_FORM_PKCS7,      /* PDF, adbe.pkcs7.detached: older, no ESS reference demanded */
	ANTIN_FORM_TIME_STAMP, /* a time-stamp token (RFC 3161 2.4.2) around its TSTInfo */
	ANTIN_FORM_COUNTER,    /* what antin_cades_read_counter gives */
};
struct antin_cades_problem {
	const char *code; /* "two-signers" */
	const char *text; /* a marked sentence without arguments */
	const char *clause;
	bool fatal; /* the signature cannot be accepted with it */
};
enum { ANTIN_CADES_PROBLEMS = 20 };
/* Which rules the signature breaks; `signer` may be NULL (not known).  Returns how many. */
size_t antin_cades_problems(const struct antin_cades *c, enum antin_cades_form form,
                            const struct antin_cert *signer,
                            const struct antin_cades_problem *out[ANTIN_CADES_PROBLEMS]);

/*
 * ANTIN_E_BAD_SIGNATURE unless the attributes carry this content digest (made with c->digest) and
 * the key made the signature over the attributes.  Does not look at antin_cades_problems: a
 * signature without signed attributes is refused in any case.
 */
enum antin_rc antin_cades_verify(const struct antin_cades *c, const struct antin_public *key,
                                 struct antin_slice content_digest, struct antin_memory *memory,
                                 struct antin_err *err) ANTIN_MUST;

/* A new signature: who signs, how, and what goes along. */
struct antin_cades_spec {
	struct antin_sigalg alg;
	const struct antin_cert *signer;
	struct antin_cert *const
	        *chain; /* further certificates to embed; the signer's is skipped */
	size_t n_chain;
	int64_t signing_time; /* INT64_MIN: none, as PAdES wants it (EN 319 142-1 6.3) */
};
/* Step one: the signed attributes, a DER SET OF; its digest is what the key signs. */
enum antin_rc antin_cades_attributes(const struct antin_cades_spec *spec,
                                     struct antin_slice content_digest, struct antin_bytes *out,
                                     struct antin_err *err) ANTIN_MUST;
/* Step two: the ContentInfo with detached content. */
enum antin_rc antin_cades_build(const struct antin_cades_spec *spec, struct antin_slice attributes,
                                struct antin_slice signature, struct antin_bytes *out,
                                struct antin_err *err) ANTIN_MUST;
/* Both with a key in between; the result is read back and verified before it is handed out. */
enum antin_rc antin_cades_sign(const struct antin_cades_spec *spec, struct antin_key *key,
                               struct antin_slice content_digest, struct antin_bytes *out,
                               struct antin_err *err) ANTIN_MUST;
/* Octets that the ContentInfo will need at most, for reserving room. */
size_t antin_cades_size(const struct antin_cades_spec *spec);

#endif
