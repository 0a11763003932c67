/*
 * Signatures a second on a SoftHSM token: our core beside raw C_SignInit and C_Sign in the same
 * process and login, in alternating rounds; the median of their ratios.  Wanted: 95 % without the
 * check of each signature.
 */
#include "../unit/p11_world.h"

#include <time.h>

#include <p11-kit/pkcs11.h>

enum { ROUNDS = 9 };

struct raw {
	CK_FUNCTION_LIST *f;
	CK_SESSION_HANDLE session;
	CK_OBJECT_HANDLE key;
	CK_MECHANISM mechanism;
	CK_BYTE data[64];
	CK_ULONG len;
};

static double
seconds(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* What the process itself took: the wall clock tells of its neighbours too. */
static double
cpu_seconds(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static bool
raw_find(struct raw *r, const char *label)
{
	CK_OBJECT_CLASS kind = CKO_PRIVATE_KEY;
	char name[16];
	CK_ATTRIBUTE match[] = {{CKA_CLASS, &kind, sizeof(kind)}, {CKA_LABEL, name, strlen(label)}};
	CK_ULONG n = 0;

	(void)snprintf(name, sizeof(name), "%s", label);
	if (r->f->C_FindObjectsInit(r->session, match, 2) != CKR_OK)
		return false;
	(void)r->f->C_FindObjects(r->session, &r->key, 1, &n);
	(void)r->f->C_FindObjectsFinal(r->session);
	return n == 1;
}

/* The module is initialised and logged in by our core; only the calls are raw. */
static bool
raw_open(struct raw *r, const char *label)
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
	if (get(&r->f) != CKR_OK || r->f->C_GetSlotList(CK_TRUE, slots, &n) != CKR_OK)
		return false;
	for (CK_ULONG i = 0; i < n; i++)
		if (r->f->C_GetTokenInfo(slots[i], &info) == CKR_OK &&
		    memcmp(info.label, "thu ", 4) == 0)
			return r->f->C_OpenSession(slots[i], CKF_SERIAL_SESSION, NULL, NULL,
			                           &r->session) == CKR_OK &&
			       raw_find(r, label);
	return false;
}

static double
raw_rate(struct raw *r, int count)
{
	CK_BYTE out[512];
	double start = seconds();

	for (int i = 0; i < count; i++) {
		CK_ULONG len = sizeof(out);

		if (r->f->C_SignInit(r->session, &r->mechanism, r->key) != CKR_OK ||
		    r->f->C_Sign(r->session, r->data, r->len, out, &len) != CKR_OK)
			return 0;
	}
	return count / (seconds() - start);
}

static double
our_rate(struct antin_key *k, struct antin_sigalg a, bool verify, int count)
{
	uint8_t digest[32] = {1};
	double start = seconds();

	for (int i = 0; i < count; i++) {
		ANTIN_SCOPED(antin_bytes) sig = {0};
		struct antin_slice d = {digest, sizeof(digest)};
		enum antin_rc rc = verify ? antin_key_sign(k, a, d, &sig, NULL)
		                          : k->ops->sign(k, a, d, &sig, NULL);

		if (rc != ANTIN_OK)
			return 0;
	}
	return count / (seconds() - start);
}

static int
by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double
median(double *v)
{
	qsort(v, ROUNDS, sizeof(*v), by_size);
	return v[ROUNDS / 2];
}

struct row {
	const char *label, *type;
	struct antin_sigalg a;
	CK_MECHANISM_TYPE mechanism;
	CK_ULONG len;
	int count;
};
static const struct row rows[] = {
        {"rsa", "rsa2048", {ANTIN_RSA_PKCS1, ANTIN_SHA256}, CKM_RSA_PKCS, 51, 300},
        {"ec", "p256", {ANTIN_ECDSA, ANTIN_SHA256}, CKM_ECDSA, 32, 3000},
};

static bool
measure(struct antin_keystore *s, const struct row *row)
{
	double raw[ROUNDS], ours[ROUNDS], checked[ROUNDS], ratio[ROUNDS], with[ROUNDS];
	struct antin_key *k = w_generate(s, "pkcs11:token=thu", row->type, row->label);
	struct raw r = {.mechanism = {row->mechanism, NULL, 0}, .len = row->len};
	bool good = our_rate(k, row->a, false, 10) > 0 && raw_open(&r, row->label);

	for (int i = 0; good && i < ROUNDS; i++) {
		raw[i] = raw_rate(&r, row->count);
		ours[i] = our_rate(k, row->a, false, row->count);
		checked[i] = our_rate(k, row->a, true, row->count);
		good = raw[i] > 0 && ours[i] > 0 && checked[i] > 0;
		ratio[i] = ours[i] / raw[i];
		with[i] = checked[i] / raw[i];
	}
	if (good)
		(void)printf("token signing, %s: raw %.0f/s, ours %.0f/s (%.1f %%), each verified "
		             "%.0f/s (%.1f %%)\n",
		             antin_public_name(k->public_key), median(raw), median(ours),
		             100 * median(ratio), median(checked), 100 * median(with));
	if (r.session)
		(void)r.f->C_CloseSession(r.session);
	antin_key_free(k);
	return good;
}

enum { KEYS = 1006, FINDS = 5 };

/* One key among very many, by its label; made only where time does not matter (ANTIN_LONG). */
static bool
find_among_many(struct antin_keystore *s)
{
	double best = 1e9;

	for (int i = 0; i < KEYS; i++) {
		char label[32];

		(void)snprintf(label, sizeof(label), "khoa-%d", i);
		antin_key_free(w_generate(s, "pkcs11:token=thu", "p256", label));
	}
	for (int i = 0; i < FINDS; i++) {
		struct antin_key *k = NULL;
		double start = cpu_seconds();

		if (antin_keystore_find(s, "pkcs11:token=thu;object=khoa-777", &k, NULL) !=
		    ANTIN_OK)
			return false;
		start = cpu_seconds() - start;
		best = start < best ? start : best;
		antin_key_free(k);
	}
	(void)printf("token with %d keys: one found by URI in %.1f ms of CPU (wanted: 70)\n", KEYS,
	             best * 1000);
	return best < 0.07;
}

int
main(void)
{
	struct w_pins pins;
	struct antin_keystore *s;
	bool good = true;

	if (!w_begin("thu"))
		return 0;
	w_pins_set(&pins, W_PIN);
	s = w_store(w_module, &pins);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		good = measure(s, &rows[i]) && good;
	if (getenv("ANTIN_LONG"))
		good = find_among_many(s) && good;
	antin_keystore_free(s);
	w_end();
	return good ? 0 : 1;
}
