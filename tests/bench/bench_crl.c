/*
 * Revocation lists of up to a million entries beside OpenSSL in the same run: read cold, asked
 * warm, and a chain of three with revocation.  The bars are 40 ms and 70 us of CPU; beside
 * them stands what one hash of the list and one verification of a signature cost here.
 * usage: bench_crl [ENTRIES]...
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <antin/keystore.h>
#include <antin/memory.h>
#include <antin/revocation.h>

enum { ROOT, SUB, LEAF, PLACES, NOW = 1795000000, YEAR = 31536000, SERIAL = 16, LEAVES = 16 };
static const double cold_bar_ms = 40, warm_bar_us = 70;

/* A chain in both worlds, the root's empty list, and the list of so many entries. */
static struct {
	EVP_PKEY *pkey[PLACES];
	X509 *x[PLACES];
	struct antin_bytes der[PLACES];
	struct antin_bytes leaves[LEAVES]; /* one leaf, signed anew each time */
	size_t turn, step;                 /* which of them comes next */
	struct antin_cert *cert[PLACES];
	struct antin_key *key[PLACES];
	struct antin_bytes small, big, shuffled;
	size_t entries;
	struct antin_evidence evidence;
	X509_STORE *store;
	STACK_OF(X509) * untrusted;
	struct antin_memory *memory; /* NULL: none is used */
	struct antin_crl *list;
	X509_CRL *theirs;
} w;

static void
must(bool ok, const char *what)
{
	if (ok)
		return;
	(void)fprintf(stderr, "bench_crl: %s failed\n", what);
	exit(1);
}

static double
microseconds(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

/* The best of some rounds: what the machine can do, whatever else it has to. */
static double
best(void (*call)(void), int rounds, int calls)
{
	double least = 1e18;

	for (int i = 0; i < rounds; i++) {
		double start = microseconds(), used;

		for (int j = 0; j < calls; j++)
			call();
		used = (microseconds() - start) / calls;
		least = used < least ? used : least;
	}
	return least;
}

/* ---- the chain ---- */

static void
extend(X509 *x, X509 *issuer, int nid, const char *value)
{
	X509V3_CTX ctx;
	X509_EXTENSION *e;

	X509V3_set_ctx(&ctx, issuer, x, NULL, NULL, 0);
	e = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
	must(e && X509_add_ext(x, e, -1) == 1, value);
	X509_EXTENSION_free(e);
}

static void
make_key(int place, const char *folder)
{
	ANTIN_OWN_S(antin_keystore) store = NULL;
	char path[128];
	FILE *f;

	(void)snprintf(path, sizeof(path), "%s/%d.pem", folder, place);
	f = fopen(path, "w");
	w.pkey[place] = EVP_EC_gen("P-256");
	must(f && w.pkey[place], path);
	(void)PEM_write_PrivateKey(f, w.pkey[place], NULL, NULL, 0, NULL, NULL);
	must(fclose(f) == 0 && antin_keystore_file(NULL, &store, NULL) == ANTIN_OK &&
	             antin_keystore_find(store, path, &w.key[place], NULL) == ANTIN_OK,
	     "key");
	(void)unlink(path);
}

static void
make_cert(int place)
{
	static const char *const names[] = {"Root", "Sub", "Leaf"};
	int by = place == ROOT ? ROOT : place - 1;
	X509 *x = X509_new();
	X509_NAME *name = X509_get_subject_name(x);
	unsigned char *der = NULL;
	int len;

	X509_set_version(x, X509_VERSION_3);
	/* Serials of the lists begin with a lower octet. */
	ASN1_INTEGER_set_uint64(X509_get_serialNumber(x), 0x7f00000000000001u + (unsigned)place);
	X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const unsigned char *)names[place],
	                           -1, -1, 0);
	ASN1_TIME_set(X509_getm_notBefore(x), NOW - YEAR);
	ASN1_TIME_set(X509_getm_notAfter(x), NOW + YEAR);
	X509_set_pubkey(x, w.pkey[place]);
	w.x[place] = x;
	X509_set_issuer_name(x, X509_get_subject_name(w.x[by]));
	extend(x, w.x[by], NID_basic_constraints,
	       place == LEAF ? "critical,CA:FALSE" : "critical,CA:TRUE");
	extend(x, w.x[by], NID_key_usage,
	       place == LEAF ? "critical,digitalSignature" : "critical,keyCertSign,cRLSign");
	extend(x, w.x[by], NID_subject_key_identifier, "hash");
	extend(x, w.x[by], NID_authority_key_identifier, "keyid");
	must(X509_sign(x, w.pkey[by], EVP_sha256()) > 0, "X509_sign");
	len = i2d_X509(x, &der);
	antin_bytes_add(&w.der[place], der, (size_t)len);
	OPENSSL_free(der);
	must(antin_cert_read(antin_bytes_slice(&w.der[place]), &w.cert[place], NULL) == ANTIN_OK,
	     "certificate");
}

static void
make_leaves(void)
{
	for (int i = 0; i < LEAVES; i++) {
		unsigned char *der = NULL;
		int len;

		must(X509_sign(w.x[LEAF], w.pkey[SUB], EVP_sha256()) > 0, "X509_sign");
		len = i2d_X509(w.x[LEAF], &der);
		antin_bytes_add(&w.leaves[i], der, (size_t)len);
		OPENSSL_free(der);
	}
}

/* ---- the lists ---- */

/* Every second entry, by chance, has a reason; serials ascend and look like chance. */
static enum antin_rc
rows(void *user, struct antin_crl_writer *writer, struct antin_err *err)
{
	size_t n = *(const size_t *)user;
	uint64_t state = 1;
	enum antin_rc rc = ANTIN_OK;

	for (size_t i = 0; i < n && rc == ANTIN_OK; i++) {
		uint8_t serial[SERIAL] = {1};
		struct antin_crl_entry e = {.serial = {serial, SERIAL},
		                            .invalidity = ANTIN_NO_TIME};

		state = state * 6364136223846793005u + 1442695040888963407u;
		e.revoked = NOW - (int64_t)(state >> 33) % YEAR;
		e.reason = state >> 63 ? ANTIN_REASON_SUPERSEDED : 0;
		for (int j = 0; j < 4; j++)
			serial[1 + j] = (uint8_t)(i << 8 >> (8 * (3 - j)));
		serial[4] = (uint8_t)(state >> 32);
		memcpy(serial + 5, &state, sizeof(state));
		rc = antin_crl_add(writer, &e, err);
	}
	return rc;
}

static void
make_list(int by, size_t n, struct antin_bytes *der)
{
	uint8_t number = 1;
	struct antin_crl_spec spec = {.issuer = w.cert[by]->subject,
	                              .aki = w.cert[by]->ski,
	                              .number = {&number, 1},
	                              .this_update = NOW - 60,
	                              .next_update = NOW + 86400,
	                              .expired_on_crl = ANTIN_NO_TIME,
	                              .sigalg = {ANTIN_ECDSA, ANTIN_SHA256},
	                              .rows = rows,
	                              .user = &n};

	antin_bytes_clear(der);
	must(antin_crl_write_bytes(&spec, w.key[by], der, NULL, NULL) == ANTIN_OK, "CRL");
}

static struct antin_crl *
read_list(const struct antin_bytes *der)
{
	ANTIN_SCOPED(antin_bytes) copy = {0};
	struct antin_crl *c = NULL;

	antin_bytes_add(&copy, der->p, der->len);
	must(antin_crl_read(&copy, &c, NULL) == ANTIN_OK, "reading a CRL");
	return c;
}

/* The same entries from last to first: what an authority writes that does not sort. */
static void
make_shuffled(void)
{
	ANTIN_OWN_S(antin_crl) c = read_list(&w.big);
	const uint8_t *from = w.big.p;
	uint8_t *to;
	size_t all = 0;

	must(c->n_entries == w.entries, "entries");
	while (memcmp(from, "\x02\x10\x01", 3) != 0)
		from++;
	from -= 2;
	for (size_t i = 0; i < w.entries; i++)
		all += 2u + from[all + 1];
	antin_bytes_clear(&w.shuffled);
	antin_bytes_add(&w.shuffled, w.big.p, w.big.len);
	to = w.shuffled.p + (from - w.big.p) + all;
	for (size_t i = 0, size; i < w.entries; i++, from += size) {
		size = 2u + from[1];
		to -= size;
		memcpy(to, from, size);
	}
}

/* ---- what is measured ---- */

static uint8_t absent[SERIAL] = {1, 0, 0, 9, 9};
static const struct antin_slice nobody = {NULL, 0};

static void
cold(const struct antin_bytes *der, bool verify)
{
	ANTIN_OWN_S(antin_crl) c = read_list(der);
	const struct antin_public *key;
	struct antin_crl_entry e;

	must(!verify || (antin_cert_public(w.cert[SUB], &key, NULL) == ANTIN_OK &&
	                 antin_crl_verify(c, key, NULL, NULL) == ANTIN_OK),
	     "signature of a CRL");
	must(!antin_crl_lookup(c, (struct antin_slice){absent, SERIAL}, nobody, &e), "look up");
}

static void
ours_cold(void)
{
	cold(&w.big, true);
}

static void
ours_shuffled(void)
{
	cold(&w.shuffled, false);
}

/* The copy of the list that reading takes over is no part of reading. */
static void
copy_only(void)
{
	ANTIN_SCOPED(antin_bytes) copy = {0};

	antin_bytes_add(&copy, w.big.p, w.big.len);
	must(copy.p[copy.len - 1] == w.big.p[copy.len - 1], "copy");
}

static void
theirs_cold(void)
{
	const unsigned char *p = w.big.p;
	X509_CRL *c = d2i_X509_CRL(NULL, &p, (long)w.big.len);
	ASN1_INTEGER *serial = ASN1_INTEGER_new();
	X509_REVOKED *found = NULL;

	ASN1_STRING_set(serial, absent, SERIAL);
	must(c && X509_CRL_verify(c, w.pkey[SUB]) == 1, "X509_CRL_verify");
	must(X509_CRL_get0_by_serial(c, &found, serial) == 0, "X509_CRL_get0_by_serial");
	ASN1_INTEGER_free(serial);
	X509_CRL_free(c);
}

/* Serials a step apart, so that no answer is near the one before. */
static void
next_serial(void)
{
	static uint32_t i;

	i = (uint32_t)((i + 7919 * 101u) % w.entries);
	absent[1] = (uint8_t)(i >> 16);
	absent[2] = (uint8_t)(i >> 8);
	absent[3] = (uint8_t)i;
}

static void
ours_warm(void)
{
	struct antin_crl_entry e;

	next_serial();
	must(!antin_crl_lookup(w.list, (struct antin_slice){absent, SERIAL}, nobody, &e),
	     "look up");
}

static void
theirs_warm(void)
{
	unsigned char octets[SERIAL];
	ASN1_INTEGER serial = {SERIAL, V_ASN1_INTEGER, octets, 0};
	X509_REVOKED *found = NULL;

	next_serial();
	memcpy(octets, absent, SERIAL);
	must(X509_CRL_get0_by_serial(w.theirs, &found, &serial) == 0, "look up of OpenSSL");
}

static enum antin_rc
issuers(void *user, const struct antin_path_query *query, struct antin_path_candidates *out,
        struct antin_err *err)
{
	(void)user;
	for (int i = ROOT; i <= SUB; i++)
		if (antin_name_equal(w.cert[i]->subject, query->name))
			return antin_path_candidates_add(out, w.cert[i], i == ROOT, err);
	return ANTIN_OK;
}

static bool
anchor(void *user, const struct antin_cert *cert)
{
	(void)user;
	return cert == w.cert[ROOT];
}

static int64_t
now(void *user)
{
	(void)user;
	return NOW;
}

static enum antin_rc
status(void *user, const struct antin_path *path, size_t index, struct antin_status *out,
       struct antin_err *err)
{
	return antin_revocation_status(user, path, index, out, err);
}

static void
ours_chain(void)
{
	const struct antin_path_ops world = {issuers, anchor, NULL, now, NULL, NULL, w.memory};
	static const struct antin_path_rules rules = {.purpose = ANTIN_PURPOSE_ANY,
	                                              .max_depth = -1};
	ANTIN_SCOPED(antin_revocation)
	r = {.evidence = &w.evidence, .world = &world, .now = NOW, .time = NOW};
	const struct antin_path_ops ops = {issuers, anchor, status, now, NULL, &r, w.memory};
	ANTIN_SCOPED(antin_path) found = {0};
	ANTIN_OWN_S(antin_cert) leaf = NULL;

	w.turn = (w.turn + w.step) % LEAVES;
	must(antin_memory_cert(w.memory, antin_bytes_slice(&w.leaves[w.turn]), &leaf, NULL) ==
	                     ANTIN_OK &&
	             antin_path_find(&ops, leaf, &rules, &found, NULL) == ANTIN_OK && found.valid &&
	             found.statuses[0].kind == ANTIN_STATUS_GOOD &&
	             found.statuses[1].kind == ANTIN_STATUS_GOOD,
	     "the chain");
}

static void
theirs_chain(void)
{
	const unsigned char *p = w.der[LEAF].p;
	X509 *leaf = d2i_X509(NULL, &p, (long)w.der[LEAF].len);
	X509_STORE_CTX *ctx = X509_STORE_CTX_new();

	must(leaf && ctx && X509_STORE_CTX_init(ctx, w.store, leaf, w.untrusted) == 1, "context");
	X509_STORE_CTX_set_time(ctx, 0, NOW);
	must(X509_verify_cert(ctx) == 1, "X509_verify_cert");
	X509_STORE_CTX_free(ctx);
	X509_free(leaf);
}

static uint8_t leaf_digest[32], hashed[32];

/* The least that a chain costs: the signature of a leaf not seen before. */
static void
bare_verify(void)
{
	const struct antin_public *key;

	must(antin_cert_public(w.cert[SUB], &key, NULL) == ANTIN_OK &&
	             antin_public_verify(key, (struct antin_sigalg){ANTIN_ECDSA, ANTIN_SHA256},
	                                 (struct antin_slice){leaf_digest, 32},
	                                 w.cert[LEAF]->signature, NULL) == ANTIN_OK,
	     "signature");
}

/* The least that a list costs. */
static void
bare_hash(void)
{
	must(antin_sha256(antin_bytes_slice(&w.big), hashed, NULL) == ANTIN_OK, "hash");
}

static void
measure_machine(void)
{
	must(antin_sha256(w.cert[LEAF]->tbs, leaf_digest, NULL) == ANTIN_OK, "hash");
	(void)printf("one P-256 verification takes %.0f us here\n", best(bare_verify, 20, 50));
}

static char file[64];

static void
write_file(void)
{
	FILE *f = fopen(file, "w");

	must(f && fwrite(w.big.p, 1, w.big.len, f) == w.big.len && fclose(f) == 0, file);
}

/* As a command meets it: from a file that the system has in memory. */
static void
ours_from_file(void)
{
	ANTIN_OWN_S(antin_crl) c = NULL;
	const struct antin_public *key;

	must(antin_crl_load(file, &c, NULL) == ANTIN_OK &&
	             antin_cert_public(w.cert[SUB], &key, NULL) == ANTIN_OK &&
	             antin_crl_verify(c, key, NULL, NULL) == ANTIN_OK,
	     "reading a CRL from a file");
}

/* ---- the run ---- */

static void
load_theirs(void)
{
	const unsigned char *p = w.small.p;
	X509_CRL *small = d2i_X509_CRL(NULL, &p, (long)w.small.len);

	p = w.big.p;
	w.theirs = d2i_X509_CRL(NULL, &p, (long)w.big.len);
	w.store = X509_STORE_new();
	w.untrusted = sk_X509_new_null();
	must(w.store && small && w.theirs && X509_STORE_add_cert(w.store, w.x[ROOT]) == 1 &&
	             X509_STORE_add_crl(w.store, small) == 1 &&
	             X509_STORE_add_crl(w.store, w.theirs) == 1 &&
	             sk_X509_push(w.untrusted, w.x[SUB]) == 1,
	     "store of OpenSSL");
	X509_STORE_set_flags(w.store, X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL);
	X509_CRL_free(small);
}

static void
unload(void)
{
	X509_STORE_free(w.store);
	X509_CRL_free(w.theirs);
	sk_X509_free(w.untrusted);
	antin_evidence_done(&w.evidence);
	antin_crl_free(w.list);
	w.list = NULL;
}

static void
row(const char *what, double ours, double theirs, const char *unit)
{
	char name[64];

	(void)snprintf(name, sizeof(name), "%s, %zu entries", what, w.entries);
	(void)printf("%-44s %10.2f %s", name, ours, unit);
	if (theirs > 0)
		(void)printf(" %12.2f %s %8.1fx", theirs, unit, theirs / ours);
	(void)printf("\n");
}

static void
bar(const char *what, double got, double most, const char *unit)
{
	(void)printf("%s: %s the bar of %.0f %s\n", what, got <= most ? "meets" : "OVER", most,
	             unit);
}

static uint64_t
verified(void)
{
	struct antin_memory_work work;

	antin_memory_work(w.memory, &work);
	return work.verified;
}

/* The chain with a memory of so much room, after it was met once; how many signatures each took. */
static double
chain_with(size_t entries, double *signatures)
{
	const struct antin_memory_room room = {entries, ANTIN_MEMORY_OCTETS};
	enum { ROUNDS = 20, CALLS = 100 };
	uint64_t before;
	double us;

	must(antin_memory_new(&room, &w.memory, NULL) == ANTIN_OK, "memory");
	ours_chain();
	before = verified();
	us = best(ours_chain, ROUNDS, CALLS);
	*signatures = (double)(verified() - before) / (ROUNDS * CALLS);
	antin_memory_free(ANTIN_TAKE(w.memory));
	return us;
}

/*
 * The chain as a service meets it: all of it seen before, or all but the leaf, for which there is
 * no room.  OpenSSL's store keeps issuers and lists decoded, and verifies and hashes all of them
 * again.
 */
static void
measure_chain(void)
{
	enum { ALL = 4096, BUT_LEAVES = 8 };
	double theirs = best(theirs_chain, 3, w.entries > 10000 ? 5 : 100), signatures, us;

	row("chain of three, no memory", best(ours_chain, 10, 20), theirs, "us");
	w.step = 1;
	us = chain_with(BUT_LEAVES, &signatures);
	row("chain of three, a new leaf", us, theirs, "us");
	(void)printf("chain, a new leaf: %.2f signatures verified each time\n", signatures);
	w.step = 0;
	us = chain_with(ALL, &signatures);
	row("chain of three, warm", us, theirs, "us");
	(void)printf("chain, warm: %.2f signatures verified each time\n", signatures);
	bar("chain", us, warm_bar_us, "us");
}

/* What the bar leaves after the hash, of which no reader can be without. */
static void
measure_cold(void)
{
	double hash = best(bare_hash, 25, 1), copy = best(copy_only, 25, 1),
	       ours = best(ours_cold, 25, 1) - copy, theirs = best(theirs_cold, 2, 1);

	row("the hash alone", hash / 1e3, 0, "ms");
	row("cold: read, verify, ask", ours / 1e3, theirs / 1e3, "ms");
	(void)printf("cold: %zu octets in %.2f times their hash\n", w.big.len, ours / hash);
	bar("cold", ours / 1e3, cold_bar_ms, "ms");
	if (hash / 1e3 > cold_bar_ms)
		(void)printf("cold: on this machine the hash alone is over that bar\n");
	row("cold, serials not in order", (best(ours_shuffled, 5, 1) - copy) / 1e3, 0, "ms");
	row("cold, from a file", best(ours_from_file, 5, 1) / 1e3, 0, "ms");
}

static void
run(size_t n)
{
	ANTIN_OWN_S(antin_crl) small = NULL;

	w.entries = n;
	make_list(SUB, n, &w.big);
	make_shuffled();
	measure_machine();
	write_file();
	measure_cold();

	w.list = read_list(&w.big);
	small = read_list(&w.small);
	load_theirs();
	theirs_warm(); /* sorts */
	row("warm: ask", best(ours_warm, 5, 20000), best(theirs_warm, 5, 20000), "us");
	must(antin_evidence_add_crl(&w.evidence, small, "root.crl", NULL) == ANTIN_OK &&
	             antin_evidence_add_crl(&w.evidence, w.list, "sub.crl", NULL) == ANTIN_OK,
	     "evidence");
	measure_chain();
	unload();
}

int
main(int argc, char **argv)
{
	static const size_t usual[] = {1000, 100000, 1000000};
	char folder[] = "/tmp/antin-bench-XXXXXX";

	must(mkdtemp(folder) != NULL, "folder");
	for (int i = 0; i < PLACES; i++)
		make_key(i, folder);
	(void)snprintf(file, sizeof(file), "%s/list.crl", folder);
	for (int i = 0; i < PLACES; i++)
		make_cert(i);
	make_leaves();
	make_list(ROOT, 0, &w.small);
	(void)printf("%-44s %13s %15s %9s\n", "", "ours", "OpenSSL", "ratio");
	for (int i = 1; i < argc; i++)
		run(strtoul(argv[i], NULL, 10));
	for (size_t i = 0; argc < 2 && i < sizeof(usual) / sizeof(usual[0]); i++)
		run(usual[i]);
	(void)unlink(file);
	(void)rmdir(folder);
	for (int i = 0; i < PLACES; i++) {
		antin_cert_free(w.cert[i]);
		antin_key_free(w.key[i]);
		X509_free(w.x[i]);
		EVP_PKEY_free(w.pkey[i]);
		antin_bytes_done(&w.der[i]);
	}
	for (int i = 0; i < LEAVES; i++)
		antin_bytes_done(&w.leaves[i]);
	antin_bytes_done(&w.small);
	antin_bytes_done(&w.big);
	antin_bytes_done(&w.shuffled);
	return 0;
}
