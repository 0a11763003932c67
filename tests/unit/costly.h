/*
 * Graphs made to cost much: ten families of certificates on which a search that is not bounded
 * would go on for seconds or for ever.  Shared by the test of the counters and by the bench.
 */
#ifndef TEST_COSTLY_H
#define TEST_COSTLY_H

#include <openssl/core_names.h>
#include <openssl/param_build.h>
#include <openssl/rand.h>

#include "world.h"

enum { COSTLY_KEYS = 16, COSTLY_MANY = 900, COSTLY_HEAVY = 300, COSTLY_LEVELS = 14 };
static EVP_PKEY *costly_keys[COSTLY_KEYS];

PKI_UNUSED static void
costly_begin(void)
{
	for (int i = 0; i < COSTLY_KEYS; i++)
		costly_keys[i] = pki_key();
}

PKI_UNUSED static void
costly_end(void)
{
	for (int i = 0; i < COSTLY_KEYS; i++)
		EVP_PKEY_free(costly_keys[i]);
}

/* A name and key for each level of a chain: level 0 is the trusted one. */
static const char *
costly_name(int level)
{
	static char names[2][32];
	static int turn;

	turn = !turn;
	(void)snprintf(names[turn], sizeof(names[turn]), "X/level %d", level);
	return names[turn];
}

static struct pki_spec
costly_ca(int level)
{
	int up = level ? level - 1 : 0;

	return pki_ca(costly_name(level), costly_name(up), costly_keys[level % COSTLY_KEYS],
	              costly_keys[up % COSTLY_KEYS]);
}

static struct pki_spec
costly_leaf(int level)
{
	return pki_leaf("X/leaf", costly_name(level), costly_keys[COSTLY_KEYS - 1],
	                costly_keys[level % COSTLY_KEYS]);
}

static struct antin_cert *
costly_add_leaf(struct world *w, int level)
{
	return world_add(w, costly_leaf(level), false);
}

/* Certificates of one authority by the hundred, whose own issuer nobody has. */
static struct antin_cert *
costly_same_name(struct world *w)
{
	for (int i = 0; i < COSTLY_MANY; i++) {
		struct pki_spec s = costly_ca(1);

		s.issuer = "X/gone";
		(void)world_add(w, s, false);
	}
	(void)world_add(w, costly_ca(0), true);
	return costly_add_leaf(w, 1);
}

/* Trusted ones of the right name by the hundred, each with a key that signed nothing. */
static struct antin_cert *
costly_impostors(struct world *w)
{
	for (int i = 0; i < COSTLY_MANY; i++) {
		EVP_PKEY *key = pki_key();

		(void)world_add(w, pki_ca(costly_name(0), costly_name(0), key, key), true);
		EVP_PKEY_free(key);
	}
	return costly_add_leaf(w, 0);
}

/* A key of 8192 bits that nobody holds: its exponent is the largest that is taken. */
static EVP_PKEY *
costly_heavy_key(void)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
	OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
	OSSL_PARAM *params;
	uint8_t modulus[1024];
	BIGNUM *n;
	EVP_PKEY *key = NULL;

	ck_assert_int_eq(RAND_bytes(modulus, sizeof(modulus)), 1);
	modulus[0] |= 0x80;
	modulus[sizeof(modulus) - 1] |= 1;
	n = BN_bin2bn(modulus, sizeof(modulus), NULL);
	ck_assert(OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_N, n) == 1 &&
	          OSSL_PARAM_BLD_push_uint64(build, OSSL_PKEY_PARAM_RSA_E, 0xffffffff) == 1);
	params = OSSL_PARAM_BLD_to_param(build);
	ck_assert(EVP_PKEY_fromdata_init(ctx) == 1 &&
	          EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_PUBLIC_KEY, params) == 1);
	OSSL_PARAM_free(params);
	OSSL_PARAM_BLD_free(build);
	EVP_PKEY_CTX_free(ctx);
	BN_free(n);
	return key;
}

/* A certificate with a signature of chance, as long as such a key's. */
static void
costly_add_forged(struct world *w, struct pki_spec s, bool anchor)
{
	ANTIN_SCOPED(antin_bytes) tbs = {0};
	ANTIN_SCOPED(antin_bytes) der = {0};
	uint8_t sig[1024];
	size_t seq;

	ck_assert_int_eq(RAND_bytes(sig, sizeof(sig)), 1);
	sig[0] = 0;
	pki_add_tbs(&tbs, &s);
	seq = antin_der_open(&der, ANTIN_SEQUENCE);
	antin_bytes_add(&der, tbs.p, tbs.len);
	pki_add_alg(&der, s.signer, false);
	antin_der_add_bits(&der, (struct antin_slice){sig, sizeof(sig)});
	antin_der_close(&der, seq);
	ck_assert_uint_lt(w->n, WORLD_MAX);
	w->anchors[w->n] = anchor;
	ck_assert_int_eq(antin_cert_read(antin_bytes_slice(&der), &w->certs[w->n++], NULL),
	                 ANTIN_OK);
}

/* The same with keys that are as slow to use as any that is taken. */
static struct antin_cert *
costly_heavy_keys(struct world *w)
{
	EVP_PKEY *key = NULL;
	struct pki_spec leaf;

	for (int i = 0; i < COSTLY_HEAVY; i++) {
		EVP_PKEY_free(key);
		key = costly_heavy_key();
		costly_add_forged(w, pki_ca(costly_name(0), costly_name(0), key, key), true);
	}
	leaf = pki_leaf("X/leaf", costly_name(0), costly_keys[0], key);
	leaf.no_ids = true;
	costly_add_forged(w, leaf, false);
	EVP_PKEY_free(key);
	return w->certs[w->n - 1];
}

/* Two certificates a level, alike but for their serials: two to the power of the levels ways. */
static void
costly_add_ladder(struct world *w, const struct pki_ext *ext, const struct pki_ext *top)
{
	for (int level = 0; level < COSTLY_LEVELS; level++)
		for (int twin = 0; twin < 2; twin++) {
			struct pki_spec s = costly_ca(level);

			if (ext)
				memcpy(s.exts, ext, 3 * sizeof(*ext));
			if (level == 0 && top)
				s.exts[0] = *top;
			(void)world_add(w, s, level == 0);
		}
}

/* Every way ends at a trusted certificate that has expired: none is ever a whole path. */
static struct antin_cert *
costly_ladder(struct world *w)
{
	for (int level = 0; level < COSTLY_LEVELS; level++)
		for (int twin = 0; twin < 2; twin++) {
			struct pki_spec s = costly_ca(level);

			s.to = level ? s.to : PKI_NOW - 1;
			(void)world_add(w, s, level == 0);
		}
	return costly_add_leaf(w, COSTLY_LEVELS - 1);
}

/* Every way is a whole path, and each fails by a constraint that only its top has. */
static struct antin_cert *
costly_whole_paths(struct world *w)
{
	/* permitted: directoryName O=xyz */
	static const uint8_t names[] = {0x30, 0x16, 0xa0, 0x14, 0x30, 0x12, 0xa4, 0x10,
	                                0x30, 0x0e, 0x31, 0x0c, 0x30, 0x0a, 0x06, 0x03,
	                                0x55, 0x04, 0x0a, 0x0c, 0x03, 'x',  'y',  'z'};
	struct pki_ext top = {"2.5.29.30", true, {names, sizeof(names)}};

	costly_add_ladder(w, NULL, &top);
	return costly_add_leaf(w, COSTLY_LEVELS - 1);
}

/* Thirty authorities that all certify one another: cycles without end, and nobody trusted. */
static struct antin_cert *
costly_mesh(struct world *w)
{
	enum { ALL = 30 };

	for (int a = 0; a < ALL; a++)
		for (int b = 0; b < ALL; b++)
			(void)world_add(w,
			                pki_ca(costly_name(a), costly_name(b),
			                       costly_keys[a % COSTLY_KEYS],
			                       costly_keys[b % COSTLY_KEYS]),
			                false);
	return costly_add_leaf(w, 0);
}

/* A chain of hundreds, with a trusted one at its end. */
static struct antin_cert *
costly_deep(struct world *w)
{
	for (int level = 0; level < COSTLY_MANY; level++)
		(void)world_add(w, costly_ca(level), level == 0);
	return costly_add_leaf(w, COSTLY_MANY - 1);
}

/* n names of the form of the tag; in subtrees when they are constraints. */
static void
costly_add_names(struct antin_bytes *out, int n, uint8_t tag, bool subtrees)
{
	for (int i = 0; i < n; i++) {
		size_t seq = subtrees ? antin_der_open(out, ANTIN_SEQUENCE) : 0;
		size_t name;
		char text[64];

		(void)snprintf(text, sizeof(text), "%s %d.gov.vn",
		               subtrees ? "Constrained" : "Named", i);
		if (tag == ANTIN_CONTEXT(2)) {
			antin_der_add_text(out, tag, strchr(text, ' ') + 1);
		} else {
			name = antin_der_open(out, tag);
			pki_add_name(out, text);
			antin_der_close(out, name);
		}
		if (subtrees)
			antin_der_close(out, seq);
	}
}

/* Constraints by the thousand at every level, and as many names as fit below, of one form. */
static struct antin_cert *
costly_constraints(struct world *w, uint8_t tag)
{
	ANTIN_SCOPED(antin_bytes) limits = {0};
	ANTIN_SCOPED(antin_bytes) names = {0};
	size_t seq = antin_der_open(&limits, ANTIN_SEQUENCE), part;
	int n = tag == ANTIN_CONTEXT(2) ? 2500 : 1000;
	struct pki_spec leaf = costly_leaf(COSTLY_LEVELS - 1);
	struct pki_ext exts[3] = {{0}};

	part = antin_der_open(&limits, ANTIN_CONTEXT_CONS(1));
	costly_add_names(&limits, n, tag, true);
	antin_der_close(&limits, part);
	antin_der_close(&limits, seq);
	seq = antin_der_open(&names, ANTIN_SEQUENCE);
	costly_add_names(&names, n, tag, false);
	antin_der_close(&names, seq);
	exts[0] = (struct pki_ext){"2.5.29.30", true, antin_bytes_slice(&limits)};
	leaf.exts[0] = (struct pki_ext){"2.5.29.17", false, antin_bytes_slice(&names)};
	costly_add_ladder(w, exts, NULL);
	return world_add(w, leaf, false);
}

static struct antin_cert *
costly_dns_constraints(struct world *w)
{
	return costly_constraints(w, ANTIN_CONTEXT(2));
}

static struct antin_cert *
costly_directory_constraints(struct world *w)
{
	return costly_constraints(w, ANTIN_CONTEXT_CONS(4));
}

/* Policies by the hundred at every level, each mapped to another, and explicit policy asked. */
static struct antin_cert *
costly_policies(struct world *w)
{
	enum { ALL = 250 };
	ANTIN_SCOPED(antin_bytes) policies = {0};
	ANTIN_SCOPED(antin_bytes) maps = {0};
	static const uint8_t explicit_now[] = {0x30, 3, 0x80, 1, 0};
	struct pki_ext exts[3];
	size_t all = antin_der_open(&policies, ANTIN_SEQUENCE);
	size_t seq = antin_der_open(&maps, ANTIN_SEQUENCE), one;
	char oid[64];

	for (int i = 0; i < ALL; i++) {
		one = antin_der_open(&policies, ANTIN_SEQUENCE);
		(void)snprintf(oid, sizeof(oid), "1.3.6.1.4.1.99999.1.2.3.4.5.6.7.8.9.%d", i + 1);
		antin_der_add_oid(&policies, oid);
		antin_der_close(&policies, one);
		one = antin_der_open(&maps, ANTIN_SEQUENCE);
		antin_der_add_oid(&maps, oid);
		(void)snprintf(oid, sizeof(oid), "1.3.6.1.4.1.99999.1.2.3.4.5.6.7.8.9.%d",
		               (i + 7) % ALL + 1);
		antin_der_add_oid(&maps, oid);
		antin_der_close(&maps, one);
	}
	one = antin_der_open(&policies, ANTIN_SEQUENCE);
	antin_der_add_oid(&policies, "2.5.29.32.0");
	antin_der_close(&policies, one);
	antin_der_close(&policies, all);
	antin_der_close(&maps, seq);
	exts[0] = (struct pki_ext){"2.5.29.32", false, antin_bytes_slice(&policies)};
	exts[1] = (struct pki_ext){"2.5.29.33", false, antin_bytes_slice(&maps)};
	exts[2] = (struct pki_ext){"2.5.29.36", true, {explicit_now, 5}};
	costly_add_ladder(w, exts, NULL);
	/* No policy of its own: every one of the ways fails at its very end. */
	return costly_add_leaf(w, COSTLY_LEVELS - 1);
}

/* How the search of a family must end: the fault of its nearest path, and whether a counter did it.
 */
static const struct costly {
	const char *name;
	struct antin_cert *(*make)(struct world *w);
	enum antin_fault fault;
	bool limited;
} costly_families[] = {
        {"hundreds of one name and key, no way up", costly_same_name, ANTIN_FAULT_NO_ISSUER, false},
        {"hundreds of impostors with keys of their own", costly_impostors, ANTIN_FAULT_LIMIT, true},
        {"hundreds of impostors with the slowest keys", costly_heavy_keys, ANTIN_FAULT_LIMIT, true},
        {"a ladder of twins to an expired anchor", costly_ladder, ANTIN_FAULT_EXPIRED, true},
        {"a ladder of whole paths that all fail", costly_whole_paths, ANTIN_FAULT_NAME_CONSTRAINT,
         true},
        {"a mesh of thirty, all certified by all", costly_mesh, ANTIN_FAULT_LIMIT, true},
        {"a chain of hundreds", costly_deep, ANTIN_FAULT_LIMIT, true},
        {"thousands of DNS constraints at each level", costly_dns_constraints, ANTIN_FAULT_LIMIT,
         true},
        {"a thousand directory names at each level", costly_directory_constraints,
         ANTIN_FAULT_LIMIT, true},
        {"policies and mappings by the hundred", costly_policies, ANTIN_FAULT_LIMIT, true},
};
enum { COSTLY_FAMILIES = sizeof(costly_families) / sizeof(costly_families[0]) };

#endif
