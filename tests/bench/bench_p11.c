/*
 * Signatures a second on a SoftHSM token: our core, raw C_SignInit and C_Sign on the same key, and
 * libp11's EVP_PKEY, in one process under one login, in alternating rounds; the medians of their
 * ratios, for one thread and for two.  Then one key found among very many.
 */
#include "../unit/p11_world.h"

#include <pthread.h>
#include <time.h>

#include <libp11.h>
#include <p11-kit/pkcs11.h>

#include <openssl/evp.h>

enum { ROUNDS = 9, LANES_MAX = 2 };

/*
 * The ways that are compared, each in threads of its own.  COPY is raw on a copy of the key in
 * memory, which is what ours uses: no core can be faster.  APART is ours in the helper process.
 */
enum way { RAW, COPY, OURS, LIBP11, CHECKED, APART, WAYS };

struct row {
	const char *label, *type, *name;
	struct antin_sigalg a;
	CK_MECHANISM_TYPE mechanism;
	CK_ULONG len;
	int count;
	double of_libp11; /* times its rate that are wanted; 0 any */
};
static const struct row rows[] = {
        {"rsa", "rsa2048", "RSA-2048", {ANTIN_RSA_PKCS1, ANTIN_SHA256}, CKM_RSA_PKCS, 51, 60, 0},
        {"ec", "p256", "P-256", {ANTIN_ECDSA, ANTIN_SHA256}, CKM_ECDSA, 32, 600, 1.3},
};
enum { OF_RAW = 95 }; /* percent of its rate that are wanted */

struct bench {
	const struct row *row;
	struct antin_key *key, *apart;
	EVP_PKEY *theirs;
	CK_FUNCTION_LIST *f;
	CK_SLOT_ID slot;
	pthread_barrier_t start;
};

/* What one thread works with. */
struct lane {
	struct bench *b;
	enum way way;
	CK_SESSION_HANDLE session;
	CK_OBJECT_HANDLE handle;
	EVP_PKEY_CTX *context;
	bool good;
};

static double
seconds(clockid_t clock)
{
	struct timespec t;

	(void)clock_gettime(clock, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static bool
raw_find(const struct bench *b, struct lane *l)
{
	CK_OBJECT_CLASS kind = CKO_PRIVATE_KEY;
	char name[16];
	CK_ATTRIBUTE match[] = {{CKA_CLASS, &kind, sizeof(kind)},
	                        {CKA_LABEL, name, strlen(b->row->label)}};
	CK_ULONG n = 0;

	(void)snprintf(name, sizeof(name), "%s", b->row->label);
	if (b->f->C_FindObjectsInit(l->session, match, 2) != CKR_OK)
		return false;
	(void)b->f->C_FindObjects(l->session, &l->handle, 1, &n);
	(void)b->f->C_FindObjectsFinal(l->session);
	return n == 1;
}

static bool
raw_copy(const struct bench *b, struct lane *l)
{
	CK_BBOOL no = CK_FALSE;
	CK_ATTRIBUTE in_memory = {CKA_TOKEN, &no, sizeof(no)};
	CK_OBJECT_HANDLE of = l->handle;

	return b->f->C_CopyObject(l->session, of, &in_memory, 1, &l->handle) == CKR_OK;
}

/* The module is initialised and logged in by our core; only the calls are raw. */
static bool
raw_open(struct bench *b)
{
	void *library = dlopen(w_module, RTLD_NOW | RTLD_LOCAL);
	void *symbol = library ? dlsym(library, "C_GetFunctionList") : NULL;
	CK_C_GetFunctionList get;
	CK_SLOT_ID slots[8];
	CK_ULONG n = 8;
	CK_TOKEN_INFO info;

	if (!symbol)
		return false;
	memcpy(&get, &symbol, sizeof(get));
	if (get(&b->f) != CKR_OK || b->f->C_GetSlotList(CK_TRUE, slots, &n) != CKR_OK)
		return false;
	for (CK_ULONG i = 0; i < n; i++) {
		b->slot = slots[i];
		if (b->f->C_GetTokenInfo(slots[i], &info) == CKR_OK &&
		    memcmp(info.label, "thu ", 4) == 0)
			return true;
	}
	return false;
}

/* Never given back: libp11 would close the sessions of our core too. */
static EVP_PKEY *
libp11_key(PKCS11_CTX *c, const char *label)
{
	PKCS11_SLOT *slots = NULL, *slot;
	PKCS11_KEY *keys = NULL;
	unsigned int n_slots = 0, n = 0;

	if (PKCS11_enumerate_slots(c, &slots, &n_slots) != 0)
		return NULL;
	slot = PKCS11_find_token(c, slots, n_slots);
	if (!slot || PKCS11_enumerate_keys(slot->token, &keys, &n) != 0)
		return NULL;
	for (unsigned int i = 0; i < n; i++)
		if (keys[i].label && strcmp(keys[i].label, label) == 0)
			return PKCS11_get_private_key(&keys[i]);
	return NULL;
}

static bool
lane_open(struct lane *l)
{
	struct bench *b = l->b;

	if (l->way == RAW || l->way == COPY)
		return b->f->C_OpenSession(b->slot, CKF_SERIAL_SESSION, NULL, NULL, &l->session) ==
		               CKR_OK &&
		       raw_find(b, l) && (l->way == RAW || raw_copy(b, l));
	if (l->way != LIBP11)
		return true;
	l->context = EVP_PKEY_CTX_new(b->theirs, NULL);
	return l->context && EVP_PKEY_sign_init(l->context) > 0 &&
	       EVP_PKEY_CTX_set_signature_md(l->context, EVP_sha256()) > 0;
}

static void
lane_close(struct lane *l)
{
	if (l->session)
		(void)l->b->f->C_CloseSession(l->session);
	EVP_PKEY_CTX_free(l->context);
}

static bool
sign_raw(struct lane *l)
{
	CK_MECHANISM mechanism = {l->b->row->mechanism, NULL, 0};
	CK_BYTE data[64] = {1}, out[512];
	CK_ULONG len = sizeof(out);

	return l->b->f->C_SignInit(l->session, &mechanism, l->handle) == CKR_OK &&
	       l->b->f->C_Sign(l->session, data, l->b->row->len, out, &len) == CKR_OK;
}

static bool
sign(struct antin_key *k, struct antin_sigalg a, bool verify)
{
	ANTIN_SCOPED(antin_bytes) sig = {0};
	uint8_t digest[32] = {1};
	struct antin_slice d = {digest, sizeof(digest)};

	return (verify ? antin_key_sign(k, a, d, &sig, NULL) : k->ops->sign(k, a, d, &sig, NULL)) ==
	       ANTIN_OK;
}

static bool
sign_ours(struct lane *l)
{
	return sign(l->way == APART ? l->b->apart : l->b->key, l->b->row->a, l->way == CHECKED);
}

static bool
sign_libp11(struct lane *l)
{
	uint8_t digest[32] = {1}, out[512];
	size_t len = sizeof(out);

	return EVP_PKEY_sign(l->context, out, &len, digest, sizeof(digest)) > 0;
}

static void *
work(void *user)
{
	static bool (*const one[WAYS])(struct lane *) = {
	        [RAW] = sign_raw,       [COPY] = sign_raw,     [OURS] = sign_ours,
	        [LIBP11] = sign_libp11, [CHECKED] = sign_ours, [APART] = sign_ours,
	};
	struct lane *l = user;

	l->good = true;
	(void)pthread_barrier_wait(&l->b->start);
	for (int i = 0; l->good && i < l->b->row->count; i++)
		l->good = one[l->way](l);
	return NULL;
}

/* By the wall clock, and by what the process itself took: the first tells of its neighbours too. */
struct rates {
	double wall[WAYS][ROUNDS], cpu[WAYS][ROUNDS];
};

/* False when a signature failed. */
static bool
take_rate(struct bench *b, struct lane *lanes, unsigned int n, double *by_wall, double *by_cpu)
{
	pthread_t threads[LANES_MAX];
	double start, cpu, count = n * (unsigned int)b->row->count;
	bool good = true;

	(void)pthread_barrier_init(&b->start, NULL, n + 1);
	for (unsigned int i = 0; i < n; i++)
		W_TRUE(pthread_create(&threads[i], NULL, work, &lanes[i]) == 0);
	start = seconds(CLOCK_MONOTONIC);
	cpu = seconds(CLOCK_PROCESS_CPUTIME_ID);
	(void)pthread_barrier_wait(&b->start);
	for (unsigned int i = 0; i < n; i++) {
		(void)pthread_join(threads[i], NULL);
		good = good && lanes[i].good;
	}
	*by_wall = count / (seconds(CLOCK_MONOTONIC) - start);
	*by_cpu = count / (seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu);
	(void)pthread_barrier_destroy(&b->start);
	return good;
}

static int
by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double
median(const double *v)
{
	double sorted[ROUNDS];

	memcpy(sorted, v, sizeof(sorted));
	qsort(sorted, ROUNDS, sizeof(*sorted), by_size);
	return sorted[ROUNDS / 2];
}

static double
median_ratio(const double *of, const double *to)
{
	double r[ROUNDS];

	for (int i = 0; i < ROUNDS; i++)
		r[i] = of[i] / to[i];
	return median(r);
}

static const char *
met(bool good)
{
	return good ? "bar met" : "bar NOT met";
}

static void
tell(const struct row *row, unsigned int n, const struct rates *r)
{
	double raw = 100 * median_ratio(r->wall[OURS], r->wall[RAW]);
	double theirs = median_ratio(r->wall[OURS], r->wall[LIBP11]);

	(void)printf("token signing, %s, %u thread%s: ours %.0f/s; raw C_Sign %.0f/s, ours %.1f %% "
	             "of it (wanted: %d; %s); libp11 %.0f/s, ours %.2f times it",
	             row->name, n, n > 1 ? "s" : "", median(r->wall[OURS]), median(r->wall[RAW]),
	             raw, OF_RAW, met(raw >= OF_RAW), median(r->wall[LIBP11]), theirs);
	if (row->of_libp11 > 0)
		(void)printf(" (wanted: %.1f; %s; raw on the copy: %.2f)", row->of_libp11,
		             met(theirs >= row->of_libp11),
		             median_ratio(r->wall[COPY], r->wall[LIBP11]));
	(void)printf("; by CPU time %.1f %% and %.2f times; each verified %.0f/s; "
	             "driver in a process of its own %.0f/s\n",
	             100 * median_ratio(r->cpu[OURS], r->cpu[RAW]),
	             median_ratio(r->cpu[OURS], r->cpu[LIBP11]), median(r->wall[CHECKED]),
	             median(r->wall[APART]));
}

static bool
measure(struct bench *b, unsigned int n)
{
	static struct rates rates;
	struct lane lanes[WAYS][LANES_MAX];
	bool good = true;

	for (enum way w = 0; w < WAYS; w++) {
		for (unsigned int i = 0; i < n; i++) {
			lanes[w][i] = (struct lane){.b = b, .way = w};
			good = lane_open(&lanes[w][i]) && good;
		}
	}
	for (int round = 0; good && round < ROUNDS; round++) {
		for (enum way i = 0; i < WAYS; i++) { /* none is always the one after another */
			enum way w = (i + (unsigned int)round) % WAYS;

			good = take_rate(b, lanes[w], n, &rates.wall[w][round],
			                 &rates.cpu[w][round]) &&
			       good;
		}
	}
	if (good)
		tell(b->row, n, &rates);
	for (enum way w = 0; w < WAYS; w++)
		for (unsigned int i = 0; i < n; i++)
			lane_close(&lanes[w][i]);
	return good;
}

static bool
measure_row(struct antin_keystore *s, struct antin_keystore *apart, PKCS11_CTX *libp11,
            const struct row *row)
{
	struct bench b = {.row = row};
	char uri[64];
	bool good;

	b.key = w_generate(s, "pkcs11:token=thu", row->type, row->label);
	(void)snprintf(uri, sizeof(uri), "pkcs11:token=thu;object=%s", row->label);
	good = antin_keystore_find(apart, uri, &b.apart, NULL) == ANTIN_OK &&
	       sign(b.apart, row->a, true) && sign(b.key, row->a, true); /* logs in */
	b.theirs = libp11_key(libp11, row->label);
	good = good && b.theirs && raw_open(&b);
	for (unsigned int n = 1; good && n <= LANES_MAX; n++)
		good = measure(&b, n);
	EVP_PKEY_free(b.theirs);
	antin_key_free(b.apart);
	antin_key_free(b.key);
	return good;
}

/* By another path the same driver is another module, which is opened in the helper. */
static struct antin_keystore *
store_apart(const struct w_pins *pins)
{
	struct antin_keystore *s;

	antin_p11_configure(&(struct antin_p11_config){.helper = w_helper,
	                                               .helper_environment = "ANTIN_FAULT_MODULE"});
	s = w_store(w_fault, pins);
	antin_p11_configure(&(struct antin_p11_config){0});
	return s;
}

enum { KEYS = 1006, FIND_MS = 70 };

/* Raw: our own way looks for the label among all others first. */
static bool
make_many(struct bench *b)
{
	static uint8_t curve[] = {0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07};
	CK_MECHANISM mechanism = {CKM_EC_KEY_PAIR_GEN, NULL, 0};
	CK_BBOOL yes = CK_TRUE, no = CK_FALSE;
	CK_SESSION_HANDLE h = 0;
	CK_RV rv =
	        b->f->C_OpenSession(b->slot, CKF_SERIAL_SESSION | CKF_RW_SESSION, NULL, NULL, &h);

	for (int i = 0; rv == CKR_OK && i < KEYS; i++) {
		char label[32];
		CK_ULONG len = (CK_ULONG)snprintf(label, sizeof(label), "khoa-%d", i);
		CK_ATTRIBUTE public[] = {{CKA_TOKEN, &yes, 1},    {CKA_PRIVATE, &no, 1},
		                         {CKA_LABEL, label, len}, {CKA_ID, label, len},
		                         {CKA_VERIFY, &yes, 1},   {CKA_EC_PARAMS, curve, 10}};
		CK_ATTRIBUTE private[] = {{CKA_TOKEN, &yes, 1},     {CKA_PRIVATE, &yes, 1},
		                          {CKA_LABEL, label, len},  {CKA_ID, label, len},
		                          {CKA_SENSITIVE, &yes, 1}, {CKA_SIGN, &yes, 1}};
		CK_OBJECT_HANDLE made[2];

		rv = b->f->C_GenerateKeyPair(h, &mechanism, public, 6, private, 6, &made[0],
		                             &made[1]);
	}
	if (h)
		(void)b->f->C_CloseSession(h);
	return rv == CKR_OK;
}

/* By CPU time: the wall clock tells of the neighbours too. */
static bool
find_among_many(struct antin_keystore *s)
{
	struct bench b = {.row = &rows[1]};
	double ms[ROUNDS];

	if (!raw_open(&b) || !make_many(&b))
		return false;
	for (int i = 0; i < ROUNDS; i++) {
		struct antin_key *k = NULL;
		char uri[64];
		double start = seconds(CLOCK_PROCESS_CPUTIME_ID);

		(void)snprintf(uri, sizeof(uri), "pkcs11:token=thu;object=khoa-%d", 101 * i + 7);
		if (antin_keystore_find(s, uri, &k, NULL) != ANTIN_OK)
			return false;
		ms[i] = 1000 * (seconds(CLOCK_PROCESS_CPUTIME_ID) - start);
		if (!sign(k, rows[1].a, true))
			return false;
		antin_key_free(k);
	}
	(void)printf("token with %d keys: one found by URI in %.1f ms of CPU (wanted: %d; %s), the "
	             "first in %.1f ms\n",
	             KEYS, median(ms), FIND_MS, met(median(ms) <= FIND_MS), ms[0]);
	return true;
}

int
main(void)
{
	struct w_pins pins;
	struct antin_keystore *s, *apart;
	PKCS11_CTX *libp11 = PKCS11_CTX_new();
	bool good = libp11 != NULL;

	(void)setvbuf(stdout, NULL, _IOLBF, 0);
	if (!w_begin("thu"))
		return 0;
	w_pins_set(&pins, W_PIN);
	apart = store_apart(&pins);
	s = w_store(w_module, &pins);
	good = good && PKCS11_CTX_load(libp11, w_module) == 0;
	for (size_t i = 0; good && i < sizeof(rows) / sizeof(rows[0]); i++)
		good = measure_row(s, apart, libp11, &rows[i]);
	good = good && find_among_many(s);
	antin_keystore_free(apart);
	antin_keystore_free(s);
	w_end();
	return good ? 0 : 1;
}
