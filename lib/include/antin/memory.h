/*
 * What was verified and read before, remembered from one verification to the next: signatures that
 * keys made, by everything that decided it, and certificates with their decoded keys, by their DER.
 * Nothing is remembered of what either was good for: names, times, policies, algorithms and
 * revocation are judged anew each time, and a check remembered counts against every limit as one
 * made.
 */
#ifndef ANTIN_MEMORY_H
#define ANTIN_MEMORY_H

#include <antin/cert.h>

/*
 * Belongs to the caller, who frees it after its last use; locked inside, so that threads may share
 * it.  Wherever one is asked for, NULL means that nothing is remembered.
 */
struct antin_memory;

/* Whatever was used least recently is forgotten as soon as there is more of anything. */
struct antin_memory_room {
	size_t entries; /* signatures and certificates together */
	size_t octets;  /* about what they take */
};
enum { ANTIN_MEMORY_ENTRIES = 4096, ANTIN_MEMORY_OCTETS = 16 << 20 };
/* `room` NULL: the above. */
enum antin_rc antin_memory_new(const struct antin_memory_room *room, struct antin_memory **out,
                               struct antin_err *err) ANTIN_MUST;
void antin_memory_free(struct antin_memory *m);
ANTIN_OWNER_S(antin_memory, antin_memory_free);

/* As antin_public_verify; only what verifies is remembered, never a failure. */
enum antin_rc antin_memory_verify(struct antin_memory *m, const struct antin_public *key,
                                  struct antin_sigalg a, struct antin_slice digest,
                                  struct antin_slice signature, struct antin_err *err) ANTIN_MUST;
/* As antin_cert_read; the same DER gives the same certificate, with its key once that was asked. */
enum antin_rc antin_memory_cert(struct antin_memory *m, struct antin_slice der,
                                struct antin_cert **out, struct antin_err *err) ANTIN_MUST;

/* What it has done so far, and what it holds. */
struct antin_memory_work {
	uint64_t known;     /* signatures that were found */
	uint64_t verified;  /* those that had to be verified, and did */
	uint64_t refused;   /* those that did not */
	uint64_t certs;     /* certificates that were found */
	uint64_t read;      /* those that had to be read */
	uint64_t forgotten; /* for want of room */
	size_t entries, octets;
};
void antin_memory_work(struct antin_memory *m, struct antin_memory_work *out);

#endif
