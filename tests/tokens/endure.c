/*
 * Endurance on a SoftHSM token of its own: signatures in a row while the module fails, loses its
 * sessions, takes its token out and is finalised behind our back, each as a seed says.  Wanted:
 * every signature delivered, every one valid, none made twice.
 * usage: endure COUNT EVERY RESTARTS SEED [THREADS]    a fault each EVERY signatures
 */
#include "../unit/p11_world.h"

#include <pthread.h>
#include <time.h>

#include <p11-kit/pkcs11.h>

enum { THREADS_MAX = 48 };

/* What one fault is; each leaves a way to go on, so that nothing may be lost. */
static const struct fault {
	const char *name;
	enum fault_function function;
	unsigned long rv;
	bool lose;
} faults[] = {
        {"sessions lost", FAULT_C_SignInit, CKR_OK, true},
        {"C_SignInit: session handle", FAULT_C_SignInit, CKR_SESSION_HANDLE_INVALID, false},
        {"C_SignInit: session closed", FAULT_C_SignInit, CKR_SESSION_CLOSED, false},
        {"C_SignInit: key handle", FAULT_C_SignInit, CKR_KEY_HANDLE_INVALID, false},
        {"C_SignInit: not logged in", FAULT_C_SignInit, CKR_USER_NOT_LOGGED_IN, false},
        {"C_SignInit: device error", FAULT_C_SignInit, CKR_DEVICE_ERROR, false},
        {"C_Sign: device error", FAULT_C_Sign, CKR_DEVICE_ERROR, false},
        {"C_Sign: device removed", FAULT_C_Sign, CKR_DEVICE_REMOVED, false},
        {"C_Sign: token not present", FAULT_C_Sign, CKR_TOKEN_NOT_PRESENT, false},
        {"C_Sign: session handle", FAULT_C_Sign, CKR_SESSION_HANDLE_INVALID, false},
        {"C_Sign: session closed", FAULT_C_Sign, CKR_SESSION_CLOSED, false},
};
enum { FAULTS = sizeof(faults) / sizeof(faults[0]) };

struct run {
	struct antin_key *key;
	struct fault_control *control;
	unsigned long count, every, restarts, seed, threads;
	unsigned long done, delivered, valid; /* guarded by the lock */
	unsigned long injected[FAULTS];
	uint8_t (*seen)[32]; /* hashes of the signatures */
	char line[512];
	unsigned long flying; /* signatures being made */
	bool injecting;
	pthread_mutex_t lock;
	pthread_cond_t changed;
};

/* xorshift: the same faults in the same places for the same seed. */
static unsigned long
next(struct run *r)
{
	r->seed ^= r->seed << 13;
	r->seed ^= r->seed >> 7;
	r->seed ^= r->seed << 17;
	return r->seed;
}

static bool
stop_due(const struct run *r, unsigned long i)
{
	unsigned long step = r->restarts ? r->count / (r->restarts + 1) : 0;

	return step && i % step == step / 2 + 1 && i / step < r->restarts;
}

static bool
fault_due(const struct run *r, unsigned long i)
{
	return !stop_due(r, i) && i % r->every == r->every / 2;
}

static void
inject(struct run *r, unsigned long i)
{
	size_t which = next(r) % FAULTS;

	if (stop_due(r, i))
		r->control->stopped = true;
	if (!fault_due(r, i))
		return;
	r->injected[which]++;
	r->control->lose_sessions = faults[which].lose;
	r->control->rules[0] = (struct fault_rule){faults[which].function, faults[which].rv, 0,
	                                           faults[which].lose ? 0 : 1};
	r->control->n_rules = 1;
}

static bool
sign(struct run *r, unsigned long i)
{
	struct antin_sigalg a = {ANTIN_ECDSA, ANTIN_SHA256};
	ANTIN_SCOPED(antin_bytes) sig = {0};
	uint8_t digest[ANTIN_DIGEST_MAX] = {0}, hash[ANTIN_DIGEST_MAX] = {0};
	struct antin_slice d = {digest, antin_digest_size(a.digest)};
	struct antin_err err = {0};
	bool delivered, valid;

	memcpy(digest, &i, sizeof(i));
	delivered = r->key->ops->sign(r->key, a, d, &sig, &err) == ANTIN_OK;
	valid = delivered && antin_public_verify(r->key->public_key, a, d, antin_bytes_slice(&sig),
	                                         &err) == ANTIN_OK;
	if (valid)
		valid = antin_digest_of(ANTIN_SHA256, antin_bytes_slice(&sig), hash, &err) ==
		        ANTIN_OK;
	(void)pthread_mutex_lock(&r->lock);
	r->delivered += delivered;
	r->valid += valid;
	memcpy(r->seen[i], hash, sizeof(r->seen[i]));
	if (!valid && !r->line[0])
		(void)snprintf(r->line, sizeof(r->line), "signature %lu: %s", i, w_line(&err));
	(void)pthread_mutex_unlock(&r->lock);
	return valid;
}

/* A fault comes while nobody signs, so that no signature meets two: one retry is all there is. */
static bool
begin(struct run *r, unsigned long *i)
{
	bool more;

	(void)pthread_mutex_lock(&r->lock);
	while (r->injecting)
		(void)pthread_cond_wait(&r->changed, &r->lock);
	*i = r->done;
	more = r->done < r->count;
	if (more) {
		r->done++;
		r->injecting = stop_due(r, *i) || fault_due(r, *i);
		while (r->injecting && r->flying)
			(void)pthread_cond_wait(&r->changed, &r->lock);
		inject(r, *i);
		r->injecting = false;
		r->flying++;
		(void)pthread_cond_broadcast(&r->changed);
	}
	(void)pthread_mutex_unlock(&r->lock);
	return more;
}

static void *
work(void *user)
{
	struct run *r = user;
	unsigned long i;

	while (begin(r, &i)) {
		(void)sign(r, i);
		(void)pthread_mutex_lock(&r->lock);
		r->flying--;
		(void)pthread_cond_broadcast(&r->changed);
		(void)pthread_mutex_unlock(&r->lock);
	}
	return NULL;
}

static int
by_octets(const void *a, const void *b)
{
	return memcmp(a, b, 32);
}

/* ECDSA takes a fresh number for each signature, so no two are the same; missing ones come first.
 */
static unsigned long
doubles(struct run *r)
{
	unsigned long n = 0;

	qsort(r->seen, r->count, sizeof(*r->seen), by_octets);
	for (unsigned long i = r->count - r->valid + 1; i < r->count; i++)
		n += memcmp(r->seen[i - 1], r->seen[i], sizeof(*r->seen)) == 0;
	return n;
}

/* One fault costs one login at most: threads that saw it do not ask for the PIN in turn. */
static bool
judge(struct run *r, double seconds)
{
	long made = r->control->good_signs;
	unsigned long n = 0, twice = doubles(r);

	for (size_t i = 0; i < FAULTS; i++) {
		n += r->injected[i];
		(void)printf("  %lu x %s\n", r->injected[i], faults[i].name);
	}
	(void)printf("%lu signatures by %lu threads, %lu faults, %ld times finalised: %lu "
	             "delivered, %lu valid, %lu twice; made by the module %ld; %ld logins, %ld "
	             "refused; %.1f s\n",
	             r->count, r->threads, n, r->control->stops, r->delivered, r->valid, twice,
	             made, r->control->good_logins, r->control->bad_logins, seconds);
	if (r->line[0])
		(void)printf("first failure: %s\n", r->line);
	return r->delivered == r->count && r->valid == r->count && twice == 0 &&
	       made == (long)r->count && r->control->bad_logins == 0 && n > 0 &&
	       r->control->stops == (long)r->restarts &&
	       r->control->good_logins <= 1 + (long)n + r->control->stops;
}

static bool
endure(struct run *r)
{
	pthread_t threads[THREADS_MAX];
	struct timespec a, b;
	unsigned long started = 0;

	r->control->good_signs = 0;
	(void)clock_gettime(CLOCK_MONOTONIC, &a);
	while (started < r->threads && pthread_create(&threads[started], NULL, work, r) == 0)
		started++;
	for (unsigned long i = 0; i < started; i++)
		(void)pthread_join(threads[i], NULL);
	(void)clock_gettime(CLOCK_MONOTONIC, &b);
	return judge(r, (double)(b.tv_sec - a.tv_sec) + (double)(b.tv_nsec - a.tv_nsec) / 1e9) &&
	       started == r->threads;
}

/* Everything given back: no session stays open when the last user lets the module go. */
static bool
finish(struct run *r, struct antin_keystore *s)
{
	antin_key_free(r->key);
	antin_keystore_free(s);
	if (r->control->sessions_at_finalize != 0)
		(void)printf("%ld sessions were left open\n", r->control->sessions_at_finalize);
	return r->control->sessions_at_finalize == 0;
}

int
main(int argc, char **argv)
{
	static struct run r = {.lock = PTHREAD_MUTEX_INITIALIZER,
	                       .changed = PTHREAD_COND_INITIALIZER};
	unsigned long v[5] = {0, 0, 0, 0, 1};
	struct antin_keystore *s;
	struct w_pins pins;
	bool good;

	for (int i = 1; i < argc && i <= 5; i++)
		v[i - 1] = strtoul(argv[i], NULL, 10);
	if (argc < 5 || !v[0] || !v[1] || !v[3] || !v[4] || v[4] > THREADS_MAX)
		return 2;
	if (!w_begin("thu"))
		return 77;
	r.count = v[0], r.every = v[1], r.restarts = v[2], r.seed = v[3], r.threads = v[4];
	r.seen = calloc(r.count, sizeof(*r.seen));
	W_TRUE(r.seen);
	w_pins_set(&pins, W_PIN);
	s = w_store(w_fault, &pins);
	r.key = w_generate(s, "pkcs11:token=thu", "p256", "ben");
	r.control = w_control();
	good = endure(&r);
	good = finish(&r, s) && good;
	free(r.seen);
	w_end();
	return good ? 0 : 1;
}
