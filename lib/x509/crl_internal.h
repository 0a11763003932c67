/*
 * The index of a revocation list's entries, and what crl_read.c, crl_entry.c and crl_index.c share.
 */
#ifndef ANTIN_X509_CRL_INTERNAL_H
#define ANTIN_X509_CRL_INTERNAL_H

#include <antin/crl.h>

/* From this entry on, an indirect list speaks of certificates of this issuer. */
struct antin_crl_run {
	uint32_t offset;
	struct antin_slice names; /* content of certificateIssuer's GeneralNames */
};

/* An entry as decoded. */
struct antin_crl_decoded {
	struct antin_crl_entry e;
	struct antin_slice cert_issuer; /* content of GeneralNames; p NULL absent */
	struct antin_slice unknown;     /* OID of a critical extension not understood */
};
/* The entry at the front, whatever its shape. */
bool antin_crl_entry_read(struct antin_in *in, unsigned int version, struct antin_crl_decoded *d)
        ANTIN_MUST;

/* The first of some entries whose serials follow one another, and a key that orders as they do. */
struct antin_crl_block {
	uint64_t key;
	uint32_t offset;
};
enum { ANTIN_CRL_BLOCK = 16 };

struct antin_crl_index {
	unsigned int refs;
	struct antin_bytes der; /* everything else points into it */
	bool has_digest;
	struct antin_sigalg sigalg;
	uint8_t digest[ANTIN_DIGEST_MAX]; /* of the TBSCertList */
	/* While it is read: what of the TBSCertList is not hashed yet. */
	struct antin_hash *hash;
	struct antin_in unhashed;
	struct antin_slice entries; /* content of revokedCertificates */
	/* Serials that ascend are searched by blocks: about an octet an entry. */
	bool ascending;
	struct antin_crl_block *blocks;
	size_t n_blocks, cap_blocks;
	/* Others by open addressing with a keyed hash of the serial: half of the hash above 1 +
	 * offset of the entry, 0 free. */
	uint64_t *table;
	size_t mask;
	uint64_t key[2];
	struct antin_crl_run *runs;
	size_t n_runs, cap_runs;
};

enum antin_rc antin_crl_broken(struct antin_err *err, const char *where);
void antin_crl_set_unknown(struct antin_crl *c, struct antin_slice oid);
/*
 * Hashes up to `to` and a piece further, so that what is read next lies in the processor's cache:
 * the list comes from main memory once, not a second time for its hash.
 */
enum antin_rc antin_crl_hash_ahead(struct antin_crl_index *x, const uint8_t *to,
                                   struct antin_err *err) ANTIN_MUST;
/* Checks every entry and makes the index; `entries` may be empty. */
enum antin_rc antin_crl_index_build(struct antin_crl *c, struct antin_slice entries,
                                    struct antin_err *err) ANTIN_MUST;
void antin_crl_index_free(struct antin_crl_index *x);

#endif
