/*
 * That a signature was verified, remembered inside of the immutable object that carries it: the
 * object cannot change, so the same key need not look again.  A failure is never remembered.
 */
#ifndef ANTIN_X509_VERIFIED_H
#define ANTIN_X509_VERIFIED_H

#include <stdatomic.h>

#include <antin/key.h>

/* The first key that verified it; NULL none.  Safe to use from several threads. */
typedef _Atomic(struct antin_public *) antin_verified;

bool antin_verified_by(antin_verified *v, const struct antin_public *key);
void antin_verified_add(antin_verified *v, const struct antin_public *key);
void antin_verified_done(antin_verified *v);

#endif
