/*
 * The index of a revocation list's entries, and what crl_read.c and crl_index.c share.
 */
#ifndef ANTIN_X509_CRL_INTERNAL_H
#define ANTIN_X509_CRL_INTERNAL_H

#include <antin/crl.h>

/* From this entry on, an indirect list speaks of certificates of this issuer. */
struct antin_crl_run {
	uint32_t offset;
	struct antin_slice names; /* content of certificateIssuer's GeneralNames */
};

struct antin_crl_index {
	unsigned int refs;
	struct antin_bytes der; /* everything else points into it */
	bool has_digest;
	struct antin_sigalg sigalg;
	uint8_t digest[ANTIN_DIGEST_MAX]; /* of the TBSCertList */
	struct antin_slice entries;       /* content of revokedCertificates */
	/* Open addressing by a keyed hash of the serial: 1 + offset of an entry, 0 free. */
	uint32_t *table;
	size_t mask;
	uint64_t key[2];
	struct antin_crl_run *runs;
	size_t n_runs, cap_runs;
};

enum antin_rc antin_crl_broken(struct antin_err *err, const char *where);
void antin_crl_set_unknown(struct antin_crl *c, struct antin_slice oid);
/* Checks every entry and makes the index; `entries` may be empty. */
enum antin_rc antin_crl_index_build(struct antin_crl *c, struct antin_slice entries,
                                    struct antin_err *err) ANTIN_MUST;
void antin_crl_index_free(struct antin_crl_index *x);

#endif
