/*
 * The virtual module that libp11 sees: one slot for each bridged key, no login, sessions that are
 * numbers.  Between bridge.c and facade.c only.
 */
#ifndef ANTIN_FACADE_H
#define ANTIN_FACADE_H

#include "p11.h"

enum { ANTIN_FACADE_KEYS = 64, ANTIN_FACADE_SESSIONS = 1024, ANTIN_FACADE_SECRETS = 64 };

/* What the module shows of a key, as attributes. */
struct antin_facade_key {
	struct antin_key *key;
	struct antin_bytes modulus, exponent; /* RSA */
	struct antin_bytes params, point;     /* EC: OID and OCTET STRING, DER */
	struct antin_err failure;             /* of the last operation */
	pthread_mutex_t lock;                 /* a key belongs to one thread at a time */
};

/* Puts the key into a slot of its own; the slots listed are then only this one. */
enum antin_rc antin_facade_add(struct antin_key *key, size_t *slot, struct antin_err *err)
        ANTIN_MUST;
void antin_facade_drop(void); /* the newest, which nobody got yet */
/* The slot that holds this key of this token already; false if none. */
bool antin_facade_find(const struct antin_key *key, size_t *slot);
enum antin_rc antin_facade_failure(size_t slot, struct antin_err *err);

#endif
