/*
 * Public keys that must never be certified: weak RSA (research: Boulder's goodkey checks; ROCA is
 * CVE-2017-15361).  EC points were checked to lie on their curve when they were read.
 */
#include <antin/issue.h>

#include <openssl/bn.h>

#include <antin/der.h>

ANTIN_OWNER(BIGNUM, BN_free);
ANTIN_OWNER(BN_CTX, BN_CTX_free);

enum { PRIME_MAX = 751, ROCA_PRIME_MAX = 167, FERMAT_ROUNDS = 100 };

static bool
is_prime(unsigned int n)
{
	for (unsigned int d = 2; d * d <= n; d++)
		if (n % d == 0)
			return false;
	return n > 1;
}

static bool
has_small_factor(const BIGNUM *n)
{
	for (unsigned int p = 2; p <= PRIME_MAX; p++)
		if (is_prime(p) && BN_mod_word(n, p) == 0)
			return true;
	return false;
}

/* True when r is a power of 65537 modulo p. */
static bool
is_power(unsigned int r, unsigned int p)
{
	unsigned int x = 1;

	do {
		if (x == r)
			return true;
		x = x * (65537 % p) % p;
	} while (x != 1);
	return false;
}

/* Moduli of the flawed generator are powers of 65537 modulo every small prime. */
static bool
has_roca_fingerprint(const BIGNUM *n)
{
	for (unsigned int p = 3; p <= ROCA_PRIME_MAX; p++)
		if (is_prime(p) && !is_power((unsigned int)BN_mod_word(n, p), p))
			return false;
	return true;
}

/* Floor of the square root, by Newton's method from above. */
static bool
square_root(const BIGNUM *n, BIGNUM *root, BN_CTX *ctx)
{
	BIGNUM *next;
	bool ok;

	BN_CTX_start(ctx);
	next = BN_CTX_get(ctx);
	ok = next != NULL;
	BN_zero(root);
	ok = ok && BN_set_bit(root, (BN_num_bits(n) + 1) / 2);
	while (ok) {
		ok = BN_div(next, NULL, n, root, ctx) && BN_add(next, next, root) &&
		     BN_rshift1(next, next);
		if (!ok || BN_cmp(next, root) >= 0)
			break;
		ok = BN_copy(root, next) != NULL;
	}
	BN_CTX_end(ctx);
	return ok;
}

/* Cheap: squares leave few remainders modulo 64, 63, 65 and 11. */
static bool
may_be_square(const BIGNUM *n)
{
	static const unsigned int moduli[] = {64, 63, 65, 11};

	for (size_t i = 0; i < sizeof(moduli) / sizeof(moduli[0]); i++) {
		unsigned int m = moduli[i], r = (unsigned int)BN_mod_word(n, m), x = 0;

		while (x < m && x * x % m != r)
			x++;
		if (x == m)
			return false;
	}
	return true;
}

struct fermat {
	BN_CTX *ctx;
	BIGNUM *a, *rest, *root, *square;
};

static bool
is_square(struct fermat *f, bool *yes)
{
	*yes = false;
	if (!may_be_square(f->rest))
		return true;
	if (!square_root(f->rest, f->root, f->ctx) || !BN_sqr(f->square, f->root, f->ctx))
		return false;
	*yes = BN_cmp(f->square, f->rest) == 0;
	return true;
}

/* a from the root of n upwards: n = (a - b)(a + b) when a^2 - n is a square b^2. */
static bool
factor(struct fermat *f, const BIGNUM *n, bool *found)
{
	bool ok = square_root(n, f->a, f->ctx) && BN_add_word(f->a, 1) &&
	          BN_sqr(f->rest, f->a, f->ctx) && BN_sub(f->rest, f->rest, n);

	*found = false;
	for (int i = 0; ok && !*found && i < FERMAT_ROUNDS; i++) {
		ok = is_square(f, found);
		/* (a + 1)^2 - n = a^2 - n + 2a + 1 */
		ok = ok && BN_add(f->rest, f->rest, f->a) && BN_add(f->rest, f->rest, f->a) &&
		     BN_add_word(f->rest, 1) && BN_add_word(f->a, 1);
	}
	return ok;
}

static enum antin_rc
check_fermat(const BIGNUM *n, struct antin_err *err)
{
	ANTIN_OWN(BN_CTX) ctx = BN_CTX_new();
	struct fermat f = {.ctx = ctx};
	bool found = false, ok;

	if (!ctx)
		return antin_fail_memory(err);
	BN_CTX_start(ctx);
	f.a = BN_CTX_get(ctx);
	f.rest = BN_CTX_get(ctx);
	f.root = BN_CTX_get(ctx);
	f.square = BN_CTX_get(ctx);
	ok = f.square && factor(&f, n, &found);
	BN_CTX_end(ctx);
	if (!ok)
		return antin_fail_crypto(err, ANTIN_E_INTERNAL, N_("judging an RSA key"));
	return found ? antin_fail(err, ANTIN_E_POLICY,
	                          N_("the factors of the RSA modulus are too close"))
	             : ANTIN_OK;
}

/* RSAPublicKey out of the SubjectPublicKeyInfo, which was decoded strictly before. */
static bool
rsa_numbers(struct antin_slice spki, struct antin_slice *n, struct antin_slice *e)
{
	struct antin_in outer = antin_in_of(spki), in, key, numbers;
	struct antin_slice part;
	unsigned int unused;

	if (!antin_der_enter(&outer, ANTIN_SEQUENCE, &in) ||
	    !antin_der_take(&in, ANTIN_SEQUENCE, &part) || !antin_der_bits(&in, &part, &unused))
		return false;
	key = antin_in_of(part);
	return antin_der_enter(&key, ANTIN_SEQUENCE, &numbers) && antin_der_integer(&numbers, n) &&
	       antin_der_integer(&numbers, e);
}

enum antin_rc
antin_issue_key(const struct antin_public *key, struct antin_err *err)
{
	static const uint8_t f4[] = {0x01, 0x00, 0x01};
	struct antin_slice modulus, e;
	ANTIN_OWN(BIGNUM) n = NULL;

	if (antin_public_type(key) != ANTIN_KEY_RSA)
		return ANTIN_OK;
	if (antin_public_bits(key) < 2048 || antin_public_bits(key) > 4096)
		return antin_fail(err, ANTIN_E_POLICY,
		                  N_("an RSA key must have 2048 to 4096 bits to be certified"));
	if (!rsa_numbers(antin_public_spki(key), &modulus, &e))
		return antin_fail(err, ANTIN_E_FORMAT, N_("the public key is not readable"));
	if (!antin_slice_equal(e, (struct antin_slice){f4, sizeof(f4)}))
		return antin_fail(err, ANTIN_E_POLICY,
		                  N_("the exponent of an RSA key must be 65537"));
	n = BN_bin2bn(modulus.p, (int)modulus.len, NULL);
	if (!n)
		return antin_fail_memory(err);
	if (has_small_factor(n))
		return antin_fail(err, ANTIN_E_POLICY, N_("the RSA modulus has a small factor"));
	if (has_roca_fingerprint(n))
		return antin_fail(err, ANTIN_E_POLICY,
		                  N_("the RSA key was made by a flawed chip (ROCA)"));
	return check_fermat(n, err);
}
