/*
 * The memory of verified signatures and of certificates read: a table of SHA-256 over what decided,
 * in the order of last use.  See memory.h.
 *
 * A hit can only say what was found out before.  Whether a signature verifies depends on the key,
 * the algorithm, the digest and the signature's octets, and on nothing else (antin_public_verify):
 * all of them, each with its length, are in the SHA-256 by which a success is kept, so that whoever
 * wants a hit for something else needs a second preimage.  Octets that only this memory knows stand
 * before them, so that nobody outside can choose where in the table something falls.
 */
#include <antin/memory.h>

#include <endian.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "key_internal.h"

enum { ID = 32, KEY_OCTETS = 2048 }; /* about what OpenSSL takes for a key that is decoded */

struct entry {
	uint8_t id[ID];
	struct antin_cert *cert; /* NULL: a signature that verified */
	size_t octets;
	struct entry *next; /* of its bucket */
	struct entry *newer, *older;
};

struct antin_memory {
	pthread_mutex_t lock; /* of all that follows `secret` */
	EVP_MD *md;
	uint8_t secret[ID];
	struct antin_memory_room room;
	struct entry **buckets;
	size_t mask;
	struct entry *newest, *oldest;
	struct antin_memory_work work;
};

enum antin_rc
antin_memory_new(const struct antin_memory_room *room, struct antin_memory **out,
                 struct antin_err *err)
{
	static const struct antin_memory_room usual = {ANTIN_MEMORY_ENTRIES, ANTIN_MEMORY_OCTETS};
	enum { BUCKETS_MIN = 16, BUCKETS_MAX = 1 << 20 };
	ANTIN_OWN_S(antin_memory) m = calloc(1, sizeof(*m));
	size_t buckets = BUCKETS_MIN;
	enum antin_rc rc;

	if (!m)
		return antin_fail_memory(err);
	(void)pthread_mutex_init(&m->lock, NULL);
	m->room = room ? *room : usual;
	while (buckets < m->room.entries && buckets < BUCKETS_MAX)
		buckets *= 2;
	m->mask = buckets - 1;
	m->buckets = calloc(buckets, sizeof(struct entry *));
	if (!m->buckets)
		return antin_fail_memory(err);
	m->md = EVP_MD_fetch(NULL, antin_digest_fetch(ANTIN_SHA256), NULL);
	if (!m->md)
		return antin_fail_crypto(err, ANTIN_E_INTERNAL, "SHA-256");
	rc = antin_random(m->secret, sizeof(m->secret), err);
	if (rc == ANTIN_OK)
		*out = ANTIN_TAKE(m);
	return rc;
}

static void
entry_free(struct entry *e)
{
	antin_cert_free(e->cert);
	free(e);
}

void
antin_memory_free(struct antin_memory *m)
{
	struct entry *next;

	if (!m)
		return;
	for (struct entry *e = m->newest; e; e = next) {
		next = e->older;
		entry_free(e);
	}
	free(m->buckets);
	EVP_MD_free(m->md);
	(void)pthread_mutex_destroy(&m->lock);
	free(m);
}

/* ---- by which it is kept ---- */

/* Of some parts, each after its length; false without memory, and then nothing is remembered. */
static bool
identify(const struct antin_memory *m, const struct antin_slice *parts, size_t n, uint8_t id[ID])
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	bool ok = ctx && EVP_DigestInit_ex2(ctx, m->md, NULL) == 1 &&
	          EVP_DigestUpdate(ctx, m->secret, sizeof(m->secret)) == 1;

	for (size_t i = 0; ok && i < n; i++) {
		uint64_t len = htobe64(parts[i].len);

		ok = EVP_DigestUpdate(ctx, &len, sizeof(len)) == 1 &&
		     (!parts[i].len || EVP_DigestUpdate(ctx, parts[i].p, parts[i].len) == 1);
	}
	ok = ok && EVP_DigestFinal_ex(ctx, id, NULL) == 1;
	EVP_MD_CTX_free(ctx);
	return ok;
}

/* ---- the table, under the lock ---- */

static struct entry **
bucket_of(struct antin_memory *m, const uint8_t id[ID])
{
	uint64_t head;

	memcpy(&head, id, sizeof(head));
	return &m->buckets[head & m->mask];
}

static void
unlink_use(struct antin_memory *m, struct entry *e)
{
	*(e->newer ? &e->newer->older : &m->newest) = e->older;
	*(e->older ? &e->older->newer : &m->oldest) = e->newer;
}

static void
link_use(struct antin_memory *m, struct entry *e)
{
	e->newer = NULL;
	e->older = m->newest;
	*(m->newest ? &m->newest->newer : &m->oldest) = e;
	m->newest = e;
}

static struct entry *
find(struct antin_memory *m, const uint8_t id[ID])
{
	struct entry *e = *bucket_of(m, id);

	while (e && memcmp(e->id, id, ID) != 0)
		e = e->next;
	if (e) {
		unlink_use(m, e);
		link_use(m, e);
	}
	return e;
}

static void
forget(struct antin_memory *m, struct entry *e)
{
	struct entry **at = bucket_of(m, e->id);

	while (*at != e)
		at = &(*at)->next;
	*at = e->next;
	unlink_use(m, e);
	m->work.entries--;
	m->work.octets -= e->octets;
	m->work.forgotten++;
	entry_free(e);
}

/* What does not fit, or finds no memory, is not kept: that costs time and nothing else. */
static void
keep(struct antin_memory *m, const uint8_t id[ID], struct antin_cert *cert)
{
	size_t octets = sizeof(struct entry);
	struct entry *e;

	if (cert)
		octets += sizeof(*cert) + cert->der.len + KEY_OCTETS;
	if (octets > m->room.octets || !m->room.entries || find(m, id))
		return;
	e = calloc(1, sizeof(*e));
	if (!e)
		return;
	while (m->oldest &&
	       (m->work.entries >= m->room.entries || m->work.octets > m->room.octets - octets))
		forget(m, m->oldest);
	memcpy(e->id, id, ID);
	e->cert = cert ? antin_cert_ref(cert) : NULL;
	e->octets = octets;
	e->next = *bucket_of(m, id);
	*bucket_of(m, id) = e;
	link_use(m, e);
	m->work.entries++;
	m->work.octets += octets;
}

/* ---- signatures ---- */

static bool
recall(struct antin_memory *m, const uint8_t id[ID])
{
	bool known;

	(void)pthread_mutex_lock(&m->lock);
	known = find(m, id) != NULL;
	m->work.known += known;
	(void)pthread_mutex_unlock(&m->lock);
	return known;
}

static void
note(struct antin_memory *m, const uint8_t id[ID], bool verified)
{
	(void)pthread_mutex_lock(&m->lock);
	m->work.verified += verified;
	m->work.refused += !verified;
	if (verified)
		keep(m, id, NULL);
	(void)pthread_mutex_unlock(&m->lock);
}

enum antin_rc
antin_memory_verify(struct antin_memory *m, const struct antin_public *key, struct antin_sigalg a,
                    struct antin_slice digest, struct antin_slice signature, struct antin_err *err)
{
	const uint8_t how[] = {'S', (uint8_t)a.scheme, (uint8_t)a.digest};
	const struct antin_slice decided[] = {{how, sizeof(how)},
	                                      antin_public_spki(key),
	                                      digest,
	                                      signature};
	uint8_t id[ID];
	enum antin_rc rc;

	if (!m || !identify(m, decided, sizeof(decided) / sizeof(decided[0]), id))
		return antin_public_verify(key, a, digest, signature, err);
	if (recall(m, id))
		return ANTIN_OK;
	rc = antin_public_verify(key, a, digest, signature, err);
	note(m, id, rc == ANTIN_OK);
	return rc;
}

/* ---- certificates ---- */

static struct antin_cert *
recall_cert(struct antin_memory *m, const uint8_t id[ID])
{
	struct antin_cert *cert = NULL;
	struct entry *e;

	(void)pthread_mutex_lock(&m->lock);
	e = find(m, id);
	if (e) {
		cert = antin_cert_ref(e->cert);
		m->work.certs++;
	}
	(void)pthread_mutex_unlock(&m->lock);
	return cert;
}

enum antin_rc
antin_memory_cert(struct antin_memory *m, struct antin_slice der, struct antin_cert **out,
                  struct antin_err *err)
{
	const struct antin_slice decided[] = {{(const uint8_t *)"C", 1}, der};
	struct antin_cert *cert;
	uint8_t id[ID];
	enum antin_rc rc;

	if (!m || der.len > ANTIN_CERT_MAX || !identify(m, decided, 2, id))
		return antin_cert_read(der, out, err);
	cert = recall_cert(m, id);
	if (cert) {
		*out = cert;
		return ANTIN_OK;
	}
	rc = antin_cert_read(der, &cert, err);
	if (rc != ANTIN_OK)
		return rc;
	(void)pthread_mutex_lock(&m->lock);
	m->work.read++;
	keep(m, id, cert);
	(void)pthread_mutex_unlock(&m->lock);
	*out = cert;
	return ANTIN_OK;
}

void
antin_memory_work(struct antin_memory *m, struct antin_memory_work *out)
{
	(void)pthread_mutex_lock(&m->lock);
	*out = m->work;
	(void)pthread_mutex_unlock(&m->lock);
}
