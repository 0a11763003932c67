/*
 * The memory of verified signatures and read certificates: it answers only for the very octets that
 * were verified, never for a failure, keeps to its room, is safe between threads, and a chain that
 * it knows is still judged by everything but its signatures.
 */
#include <pthread.h>

#include <antin/memory.h>

#include "issued.h"
#include "status_scene.h"
#include "timestamp_world.h"

static struct antin_memory *
memory_of(size_t entries, size_t octets)
{
	const struct antin_memory_room room = {entries, octets};
	struct antin_memory *m = NULL;
	struct antin_err err = {0};

	util_ok(antin_memory_new(&room, &m, &err));
	return m;
}

static struct antin_memory_work
work_of(struct antin_memory *m)
{
	struct antin_memory_work w;

	antin_memory_work(m, &w);
	return w;
}

#define must_work(m, a, b, c)                                                                      \
	do {                                                                                       \
		struct antin_memory_work must_w = work_of(m);                                      \
		ck_assert_uint_eq(must_w.known, (a));                                              \
		ck_assert_uint_eq(must_w.verified, (b));                                           \
		ck_assert_uint_eq(must_w.refused, (c));                                            \
	} while (0)

/* ---- which signatures it answers for ---- */

static const char *const key_kinds[] = {"p256", "p384", "rsa2048"};

/* A signed digest and all that decides whether it verifies. */
struct sample {
	struct antin_key *key;
	struct antin_sigalg alg;
	uint8_t digest[ANTIN_DIGEST_MAX];
	struct antin_slice hash;
	struct antin_bytes signature;
};

static void
sample_make(struct sample *s, const char *kind, uint8_t first)
{
	struct antin_err err = {0};

	*s = (struct sample){.key = issued_key(kind), .digest = {first}};
	s->alg = antin_sigalg_default(antin_public_type(s->key->public_key));
	s->hash = (struct antin_slice){s->digest, antin_digest_size(s->alg.digest)};
	util_ok(antin_key_sign(s->key, s->alg, s->hash, &s->signature, &err));
}

static void
sample_done(struct sample *s)
{
	antin_key_free(s->key);
	antin_bytes_done(&s->signature);
}

static enum antin_rc
ask(struct antin_memory *m, const struct sample *s)
{
	return antin_memory_verify(m, s->key->public_key, s->alg, s->hash,
	                           antin_bytes_slice(&s->signature), NULL);
}

START_TEST(known)
{
	ANTIN_OWN_S(antin_memory) m = memory_of(16, 65536);
	ANTIN_OWN_S(antin_public) again = NULL;
	struct antin_err err = {0};
	struct sample s;

	sample_make(&s, key_kinds[_i], 1);
	util_ok(antin_public_read(antin_public_spki(s.key->public_key), &again, &err));
	for (uint64_t round = 0; round < 3; round++) {
		ck_assert_int_eq(ask(NULL, &s), ANTIN_OK);
		ck_assert_int_eq(ask(m, &s), ANTIN_OK);
		must_work(m, 2 * round, 1, 0);
		/* It is the key's octets that count, whichever object holds them. */
		util_ok(antin_memory_verify(m, again, s.alg, s.hash,
		                            antin_bytes_slice(&s.signature), &err));
		must_work(m, 2 * round + 1, 1, 0);
	}
	ck_assert_uint_eq(work_of(m).entries, 1);
	sample_done(&s);
}
END_TEST

/* One bit changed in the digest or in the signature: verified, refused and not kept, each time. */
START_TEST(changed)
{
	ANTIN_OWN_S(antin_memory) m = memory_of(16, 65536);
	struct sample s;
	uint64_t refused = 0;

	sample_make(&s, key_kinds[_i], 1);
	ck_assert_int_eq(ask(m, &s), ANTIN_OK);
	for (int round = 0; round < 2; round++) {
		for (size_t i = 0; i < s.hash.len; i += 5, refused++) {
			s.digest[i] ^= 1;
			ck_assert_int_eq(ask(m, &s), ANTIN_E_BAD_SIGNATURE);
			s.digest[i] ^= 1;
		}
		for (size_t i = 0; i < s.signature.len; i += 11, refused++) {
			s.signature.p[i] ^= 0x80;
			ck_assert_int_eq(ask(m, &s), ANTIN_E_BAD_SIGNATURE);
			s.signature.p[i] ^= 0x80;
		}
		must_work(m, (uint64_t)round, 1, refused);
		ck_assert_int_eq(ask(m, &s), ANTIN_OK);
	}
	ck_assert_uint_eq(work_of(m).entries, 1);
	sample_done(&s);
}
END_TEST

/* What was verified with one key, algorithm or division into parts says nothing of another. */
START_TEST(other)
{
	ANTIN_OWN_S(antin_memory) m = memory_of(16, 65536);
	struct antin_slice signature;
	struct sample s, stranger;

	sample_make(&s, key_kinds[_i], 1);
	sample_make(&stranger, key_kinds[_i], 2);
	signature = antin_bytes_slice(&s.signature);
	ck_assert_int_eq(ask(m, &s), ANTIN_OK);
	ck_assert_int_eq(antin_memory_verify(m, stranger.key->public_key, s.alg, s.hash, signature,
	                                     NULL),
	                 ANTIN_E_BAD_SIGNATURE);
	must_work(m, 0, 1, 1);
	/* Of one size, so that only the word in the key of the memory keeps them apart. */
	for (int scheme = ANTIN_RSA_PKCS1; scheme <= ANTIN_DSA; scheme++) {
		const struct antin_sigalg a = {(enum antin_scheme)scheme, s.alg.digest};

		if (a.scheme != s.alg.scheme)
			ck_assert_int_ne(antin_memory_verify(m, s.key->public_key, a, s.hash,
			                                     signature, NULL),
			                 ANTIN_OK);
	}
	must_work(m, 0, 1, 4);
	/* The same octets in the same order, but one of them on the other side. */
	s.hash.len--;
	ck_assert_int_ne(antin_memory_verify(m, s.key->public_key, s.alg, s.hash, signature, NULL),
	                 ANTIN_OK);
	must_work(m, 0, 1, 5);
	sample_done(&s);
	sample_done(&stranger);
}
END_TEST

/* ---- whatever carries a signature ---- */

struct carriers {
	struct scene scene;
	struct antin_ocsp_response *answer;
	struct ts_world service;
	struct antin_timestamp *token;
};

static void
carriers_make(struct carriers *k)
{
	ANTIN_SCOPED(antin_bytes) der = {0};
	struct antin_timestamp_spec spec;
	struct antin_err err = {0};

	make_keys();
	scene_make(&k->scene, NULL, 0);
	k->answer = pki_ocsp((struct pki_answer){.issuer = k->scene.ca,
	                                         .serial = k->scene.leaf->serial,
	                                         .signer = ca_key});
	ts_begin(&k->service, ANTIN_KEY_P256);
	spec = ts_spec(&k->service, ANTIN_SHA256);
	util_ok(antin_timestamp_sign(&spec, k->service.key, &der, &err));
	util_ok(antin_timestamp_read(antin_bytes_slice(&der), &k->token, &err));
}

static void
carriers_done(struct carriers *k)
{
	antin_timestamp_free(k->token);
	ts_end(&k->service);
	antin_ocsp_response_free(k->answer);
	scene_done(&k->scene);
	free_keys();
}

enum carrier { CERT, LIST, ANSWER, TOKEN, CARRIERS };

/* Checks one of them by the key of a certificate. */
static enum antin_rc
check(const struct carriers *k, enum carrier which, struct antin_cert *by, struct antin_memory *m)
{
	const struct antin_public *key;

	ck_assert_int_eq(antin_cert_public(by, &key, NULL), ANTIN_OK);
	if (which == CERT)
		return antin_cert_verify(k->scene.leaf, key, m, NULL);
	if (which == LIST)
		return antin_crl_verify(k->scene.evidence.items[0].crl, key, m, NULL);
	if (which == ANSWER)
		return antin_ocsp_verify(k->answer, key, m, NULL);
	return antin_timestamp_verify(k->token, by, m, NULL);
}

/* Each is verified once by the right key, and each time by a wrong one. */
START_TEST(carried)
{
	ANTIN_OWN_S(antin_memory) m = memory_of(16, 65536);
	struct carriers k;
	struct antin_cert *right, *wrong;
	/* A token names its certificate: with another one it never comes to the signature. */
	uint64_t refused = _i != TOKEN;

	carriers_make(&k);
	right = _i == LIST ? k.scene.root : _i == TOKEN ? k.service.cert : k.scene.ca;
	wrong = _i == LIST ? k.scene.ca : k.scene.root;
	for (uint64_t round = 0; round < 3; round++) {
		ck_assert_int_eq(check(&k, (enum carrier)_i, right, NULL), ANTIN_OK);
		ck_assert_int_eq(check(&k, (enum carrier)_i, right, m), ANTIN_OK);
		must_work(m, round, 1, round * refused);
		ck_assert_int_ne(check(&k, (enum carrier)_i, wrong, NULL), ANTIN_OK);
		ck_assert_int_ne(check(&k, (enum carrier)_i, wrong, m), ANTIN_OK);
		must_work(m, round, 1, (round + 1) * refused);
	}
	carriers_done(&k);
}
END_TEST

/* ---- room ---- */

enum { SAMPLES = 6 };
static struct sample samples[SAMPLES];

/* A line of samples asked for one after the other, and how many of them were known. */
static const struct {
	size_t entries;
	const char *asked;
	uint64_t known, forgotten;
} lines[] = {
        {3, "abcabc", 3, 0},  /* all fit */
        {3, "abcda", 0, 2},   /* the first went when the fourth came, and came back for b */
        {3, "abcadab", 2, 2}, /* what was used last stays: b went for d, c for b */
        {1, "aabba", 2, 2},   /* room for one */
        {0, "aaa", 0, 0},     /* room for none */
        {6, "abcdeffedcba", 6, 0},
};

START_TEST(entries)
{
	ANTIN_OWN_S(antin_memory) m = memory_of(lines[_i].entries, 65536);
	struct antin_memory_work w;

	for (size_t i = 0; i < SAMPLES; i++)
		sample_make(&samples[i], "p256", (uint8_t)i);
	for (const char *p = lines[_i].asked; *p; p++)
		ck_assert_int_eq(ask(m, &samples[*p - 'a']), ANTIN_OK);
	w = work_of(m);
	ck_assert_uint_eq(w.known, lines[_i].known);
	ck_assert_uint_eq(w.known + w.verified, strlen(lines[_i].asked));
	ck_assert_uint_eq(w.forgotten, lines[_i].forgotten);
	ck_assert_uint_le(w.entries, lines[_i].entries);
	for (size_t i = 0; i < SAMPLES; i++)
		sample_done(&samples[i]);
}
END_TEST

/* ---- certificates ---- */

START_TEST(certs)
{
	ANTIN_OWN_S(antin_memory) m = memory_of(16, 65536);
	ANTIN_SCOPED(antin_bytes) copy = {0};
	ANTIN_OWN_S(antin_cert) first = NULL;
	ANTIN_OWN_S(antin_cert) second = NULL;
	ANTIN_OWN_S(antin_cert) third = NULL;
	const struct antin_public *key, *again;
	struct antin_err err = {0};
	struct scene s;

	make_keys();
	scene_make(&s, NULL, 0);
	antin_bytes_add(&copy, s.leaf->der.p, s.leaf->der.len);
	util_ok(antin_memory_cert(m, s.leaf->der, &first, &err));
	util_ok(antin_memory_cert(m, antin_bytes_slice(&copy), &second, &err));
	ck_assert_ptr_eq(first, second);
	ck_assert_ptr_ne(first, s.leaf);
	util_slice_eq(first->der, s.leaf->der);
	util_ok(antin_cert_public(first, &key, &err));
	util_ok(antin_cert_public(second, &again, &err));
	ck_assert_ptr_eq(key, again);
	ck_assert_uint_eq(work_of(m).certs, 1);
	ck_assert_uint_eq(work_of(m).read, 1);
	/* Another signature makes another certificate. */
	copy.p[copy.len - 1] ^= 1;
	util_ok(antin_memory_cert(m, antin_bytes_slice(&copy), &third, &err));
	ck_assert_ptr_ne(first, third);
	ck_assert_uint_eq(work_of(m).read, 2);
	/* It is one's own, though the memory has ended. */
	antin_memory_free(ANTIN_TAKE(m));
	util_slice_eq(first->der, s.leaf->der);
	scene_done(&s);
	free_keys();
}
END_TEST

/* What cannot be read is told as without memory, each time, and not kept. */
START_TEST(unreadable)
{
	ANTIN_OWN_S(antin_memory) m = memory_of(16, 65536);
	ANTIN_SCOPED(antin_bytes) large = {0};
	struct antin_cert *c = NULL;
	struct antin_err err = {0}, plain = {0};
	struct scene s;
	struct antin_slice der;
	char a[400], b[400];

	make_keys();
	scene_make(&s, NULL, 0);
	der = s.leaf->der;
	for (size_t len = 0; len < der.len; len += len < 40 ? 1 : 50) {
		ck_assert_int_eq(antin_cert_read((struct antin_slice){der.p, len}, &c, &plain),
		                 ANTIN_E_FORMAT);
		util_fails(antin_memory_cert(m, (struct antin_slice){der.p, len}, &c, &err),
		           ANTIN_E_FORMAT);
		ck_assert_str_eq(antin_err_line(&err, NULL, a, sizeof(a)),
		                 antin_err_line(&plain, NULL, b, sizeof(b)));
		antin_err_clear(&err);
		antin_err_clear(&plain);
	}
	antin_bytes_add(&large, NULL, 0);
	while (large.len <= ANTIN_CERT_MAX)
		antin_bytes_add(&large, der.p, der.len);
	util_fails(antin_memory_cert(m, antin_bytes_slice(&large), &c, &err), ANTIN_E_TOO_LARGE);
	ck_assert_ptr_null(c);
	ck_assert_uint_eq(work_of(m).entries, 0);
	ck_assert_uint_eq(work_of(m).read, 0);
	scene_done(&s);
	free_keys();
}
END_TEST

/* Certificates come and go by what they take, signatures beside them; never more than the room. */
START_TEST(octets)
{
	enum { MANY = 12, ROOM = 24000 };
	ANTIN_OWN_S(antin_memory) m = memory_of(1000, ROOM);
	ANTIN_OWN_S(antin_memory) tiny = memory_of(1000, 1000);
	struct antin_err err = {0};
	struct antin_memory_work w;
	struct sample signature;

	make_keys();
	sample_make(&signature, "p256", 1);
	for (int i = 0; i < MANY; i++) {
		ANTIN_OWN_S(antin_cert) made = pki_cert(pki_leaf("leaf", "ca", leaf_key, ca_key));
		ANTIN_OWN_S(antin_cert) one = NULL;
		ANTIN_OWN_S(antin_cert) two = NULL;

		util_ok(antin_memory_cert(m, made->der, &one, &err));
		ck_assert_int_eq(ask(m, &signature), ANTIN_OK);
		w = work_of(m);
		ck_assert_uint_le(w.octets, ROOM);
		ck_assert_uint_eq(w.entries + w.forgotten, (size_t)i + 2);
		/* What is larger than all the room is read, and not kept. */
		util_ok(antin_memory_cert(tiny, made->der, &two, &err));
		util_slice_eq(one->der, two->der);
	}
	ck_assert_uint_ge(w.entries, 3);
	ck_assert_uint_gt(w.forgotten, 0);
	/* Used each time, the signature was never the oldest. */
	ck_assert_uint_eq(w.known, MANY - 1);
	ck_assert_uint_eq(work_of(tiny).entries, 0);
	ck_assert_uint_eq(work_of(tiny).forgotten, 0);
	ck_assert_uint_eq(work_of(tiny).octets, 0);
	sample_done(&signature);
	free_keys();
}
END_TEST

/* ---- threads ---- */

enum { THREADS = 4, TURNS = 60 };
static struct crowd {
	struct antin_memory *m;
	struct antin_cert *der[SAMPLES];
	struct sample forged;
} crowd;

static void *
in_the_crowd(void *number)
{
	for (int turn = 0; turn < TURNS; turn++) {
		size_t i = (size_t)(turn * 7 + *(const int *)number) % SAMPLES;
		ANTIN_OWN_S(antin_cert) c = NULL;
		const struct antin_public *key;

		ck_assert_int_eq(ask(crowd.m, &samples[i]), ANTIN_OK);
		ck_assert_int_eq(antin_memory_cert(crowd.m, crowd.der[i]->der, &c, NULL), ANTIN_OK);
		ck_assert_int_eq(antin_cert_public(c, &key, NULL), ANTIN_OK);
		if (turn % 8 == 0)
			ck_assert_int_eq(ask(crowd.m, &crowd.forged), ANTIN_E_BAD_SIGNATURE);
	}
	return NULL;
}

/* Room for some of what they ask for, so that one takes while another forgets. */
START_TEST(threads)
{
	struct antin_memory_work w;
	pthread_t thread[THREADS];
	int numbers[THREADS];

	make_keys();
	crowd.m = memory_of(5, 20000);
	sample_make(&crowd.forged, "p256", 99);
	crowd.forged.digest[0] ^= 1;
	for (size_t i = 0; i < SAMPLES; i++) {
		sample_make(&samples[i], "p256", (uint8_t)i);
		crowd.der[i] = pki_cert(pki_leaf("leaf", "ca", leaf_key, ca_key));
	}
	for (int i = 0; i < THREADS; i++) {
		numbers[i] = i;
		ck_assert_int_eq(pthread_create(&thread[i], NULL, in_the_crowd, &numbers[i]), 0);
	}
	for (int i = 0; i < THREADS; i++)
		ck_assert_int_eq(pthread_join(thread[i], NULL), 0);
	w = work_of(crowd.m);
	ck_assert_uint_eq(w.known + w.verified, THREADS * TURNS);
	ck_assert_uint_eq(w.certs + w.read, THREADS * TURNS);
	ck_assert_uint_eq(w.refused, THREADS * ((TURNS + 7) / 8));
	ck_assert_uint_gt(w.forgotten, 0);
	ck_assert_uint_le(w.entries, 5);
	for (size_t i = 0; i < SAMPLES; i++) {
		sample_done(&samples[i]);
		antin_cert_free(crowd.der[i]);
	}
	sample_done(&crowd.forged);
	antin_memory_free(crowd.m);
	free_keys();
}
END_TEST

/* ---- chains ---- */

static uint64_t
verified_by(struct scene *s, enum antin_status_kind want)
{
	uint64_t before = work_of(s->ops.memory).verified;

	antin_revocation_done(&s->revocation);
	s->revocation = (struct antin_revocation){.evidence = &s->evidence,
	                                          .world = &s->ops,
	                                          .now = PKI_NOW,
	                                          .time = PKI_NOW};
	ck_assert_int_eq(scene_ask(s)->kind, want);
	return work_of(s->ops.memory).verified - before;
}

/* A chain of three with its two lists: four signatures once, then none, however often. */
START_TEST(warm)
{
	ANTIN_OWN_S(antin_memory) m = memory_of(16, 65536);
	struct scene s;

	make_keys();
	scene_make(&s, NULL, 0);
	add_crl(&s, (struct pki_list){.issuer = "ca", .signer = ca_key});
	s.ops.memory = m;
	ck_assert_uint_eq(verified_by(&s, ANTIN_STATUS_GOOD), 4);
	for (int i = 0; i < 3; i++) {
		ck_assert_uint_eq(verified_by(&s, ANTIN_STATUS_GOOD), 0);
		ck_assert(s.path.valid);
		/* The bound of a search counts them all the same. */
		ck_assert_uint_eq(s.path.work.signatures, 2);
	}
	must_work(m, 12, 4, 0);
	scene_done(&s);
	free_keys();
}
END_TEST

/* What may turn against a chain of which every signature is known. */
static void
now_revoked(struct scene *s)
{
	add_crl(s, (struct pki_list){.issuer = "ca",
	                             .signer = ca_key,
	                             .from = PKI_NOW - 60,
	                             .revoked = {{.serial = SERIAL, .at = PKI_NOW - 120}}});
}
static void
now_forged(struct scene *s)
{
	struct pki_spec spec = pki_leaf("leaf", "ca", leaf_key, ca_key);

	spec.serial = SERIAL;
	spec.bad_signature = true;
	antin_cert_free(s->leaf);
	s->w.certs[s->w.n - 1] = s->leaf = pki_cert(spec);
}
static void
now_by_another(struct scene *s)
{
	struct pki_spec spec = pki_leaf("leaf", "ca", leaf_key, other_key);

	spec.serial = SERIAL;
	antin_cert_free(s->leaf);
	s->w.certs[s->w.n - 1] = s->leaf = pki_cert(spec);
}
static void
now_ended(struct scene *s)
{
	s->w.now = PKI_NOW + 2 * PKI_YEAR;
}
static void
now_distrusted(struct scene *s)
{
	s->w.anchors[0] = false;
}
static void
now_weak(struct scene *s)
{
	static const char none[] =
	        "{\"schema\": \"antin.algorithms/1\", \"version\": 1, \"digests\": [{\"digest\": "
	        "\"SHA-512\", \"clause\": \"c\"}], \"keys\": []}";
	static struct antin_algorithms *a;
	struct antin_err err = {0};

	if (!a)
		util_ok(antin_algorithms_read(antin_slice_text(none), "none", &a, &err));
	s->ops.algorithms = a;
}

static const struct {
	const char *name;
	void (*turn)(struct scene *s);
	enum antin_fault fault;
} turns[] = {
        {"revoked", now_revoked, ANTIN_FAULT_REVOKED},
        {"forged", now_forged, ANTIN_FAULT_BAD_SIGNATURE},
        {"signed by another key", now_by_another, ANTIN_FAULT_BAD_SIGNATURE},
        {"ended", now_ended, ANTIN_FAULT_EXPIRED},
        {"distrusted", now_distrusted, ANTIN_FAULT_UNTRUSTED},
        {"weak", now_weak, ANTIN_FAULT_WEAK},
};

static int64_t
now_of_world(void *user)
{
	return world_of_now(&((struct scene *)user)->w);
}

static void
must_refuse(const struct antin_path *p, enum antin_fault fault, const char *name)
{
	bool told = false;

	for (size_t i = 0; i < p->n_faults; i++)
		told = told || p->faults[i].fault == fault;
	for (size_t i = 0; i < p->n_rejects; i++)
		told = told || p->rejects[i].fault == fault;
	ck_assert_msg(!p->valid && told, "%s: valid %d", name, (int)p->valid);
}

START_TEST(judged_anew)
{
	static const struct antin_path_rules rules = {.max_depth = -1};
	ANTIN_OWN_S(antin_memory) m = memory_of(16, 65536);
	ANTIN_SCOPED(antin_path) cold = {0};
	struct antin_err err = {0};
	struct scene s;

	make_keys();
	scene_make(&s, NULL, 0);
	add_crl(&s, (struct pki_list){.issuer = "ca", .signer = ca_key});
	s.ops.now = now_of_world;
	s.ops.memory = m;
	(void)verified_by(&s, ANTIN_STATUS_GOOD);
	ck_assert(s.path.valid);
	turns[_i].turn(&s);
	antin_path_done(&s.path);
	util_ok(antin_path_find(&s.ops, s.leaf, &rules, &s.path, &err));
	must_refuse(&s.path, turns[_i].fault, turns[_i].name);
	s.ops.memory = NULL;
	util_ok(antin_path_find(&s.ops, s.leaf, &rules, &cold, &err));
	must_refuse(&cold, turns[_i].fault, turns[_i].name);
	ck_assert_int_eq(antin_path_worst(&cold)->fault, antin_path_worst(&s.path)->fault);
	scene_done(&s);
	free_keys();
}
END_TEST

Suite *suite_memory(void);
Suite *
suite_memory(void)
{
	Suite *s = suite_create("memory");
	TCase *c = tcase_create("memory");

	tcase_add_loop_test(c, known, 0, UTIL_COUNT(key_kinds));
	tcase_add_loop_test(c, changed, 0, UTIL_COUNT(key_kinds));
	tcase_add_loop_test(c, other, 0, UTIL_COUNT(key_kinds));
	tcase_add_loop_test(c, carried, 0, CARRIERS);
	tcase_add_loop_test(c, entries, 0, UTIL_COUNT(lines));
	tcase_add_test(c, certs);
	tcase_add_test(c, unreadable);
	tcase_add_test(c, octets);
	tcase_add_test(c, threads);
	tcase_add_test(c, warm);
	tcase_add_loop_test(c, judged_anew, 0, UTIL_COUNT(turns));
	suite_add_tcase(s, c);
	return s;
}
