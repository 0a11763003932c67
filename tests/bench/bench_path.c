/*
 * The search for a path over ten graphs made to cost much, beside OpenSSL's own in the same run.
 */
#include <stdio.h>
#include <time.h>

#include <openssl/x509_vfy.h>

#include "../unit/costly.h"

static const double bar_ms = 300;

static double
milliseconds(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static double
ours(struct world *w, struct antin_cert *target, struct antin_path *p)
{
	double start = milliseconds();

	world_find(w, target, NULL, p);
	return milliseconds() - start;
}

static double
theirs(const struct world *w, const struct antin_cert *target, bool *valid)
{
	X509_STORE *store = X509_STORE_new();
	STACK_OF(X509) *others = sk_X509_new_null();
	X509_STORE_CTX *ctx = X509_STORE_CTX_new();
	X509 *leaf = NULL;
	double start;

	for (size_t i = 0; i < w->n; i++) {
		const unsigned char *der = w->certs[i]->der.p;
		X509 *x = d2i_X509(NULL, &der, (long)w->certs[i]->der.len);

		ck_assert_ptr_nonnull(x);
		if (w->certs[i] == target)
			leaf = x;
		else if (w->anchors[i])
			ck_assert_int_eq(X509_STORE_add_cert(store, x), 1);
		if (w->certs[i] != target && !w->anchors[i])
			ck_assert_int_gt(sk_X509_push(others, x), 0);
		else if (w->certs[i] != target)
			X509_free(x);
	}
	start = milliseconds();
	ck_assert_int_eq(X509_STORE_CTX_init(ctx, store, leaf, others), 1);
	X509_STORE_CTX_set_time(ctx, 0, PKI_NOW);
	X509_STORE_CTX_set_flags(ctx, X509_V_FLAG_POLICY_CHECK);
	*valid = X509_verify_cert(ctx) == 1;
	start = milliseconds() - start;
	X509_STORE_CTX_free(ctx);
	X509_STORE_free(store);
	sk_X509_pop_free(others, X509_free);
	X509_free(leaf);
	return start;
}

/* The makers of certificates report to libcheck, so that this has to be a test of it. */
START_TEST(families)
{
	double most = 0;

	costly_begin();
	(void)printf("%-46s %9s %9s %7s %6s %6s %8s %9s\n", "", "ours, ms", "OpenSSL", "steps",
	             "signs", "tries", "names", "policies");
	for (int i = 0; i < COSTLY_FAMILIES; i++) {
		struct world w = {0};
		ANTIN_SCOPED(antin_path) p = {0};
		struct antin_cert *target = costly_families[i].make(&w);
		bool valid = false;
		double a = ours(&w, target, &p), b = theirs(&w, target, &valid);

		(void)printf("%-46s %9.2f %9.2f %7zu %6zu %6zu %8zu %9zu%s\n",
		             costly_families[i].name, a, b, p.work.steps, p.work.signatures,
		             p.work.tries, p.work.names, p.work.policies,
		             p.valid != valid ? "  verdicts differ" : "");
		(void)fflush(stdout);
		most = a > most ? a : most;
		world_done(&w);
	}
	costly_end();
	(void)printf("the slowest takes %.0f ms: the bar of %.0f ms is %s\n", most, bar_ms,
	             most < bar_ms ? "met" : "NOT met");
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("bench");
	TCase *c = tcase_create("path");
	SRunner *r = srunner_create(s);
	int failed;

	tcase_add_test(c, families);
	suite_add_tcase(s, c);
	srunner_set_fork_status(r, CK_NOFORK);
	srunner_run_all(r, CK_SILENT);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? 1 : 0;
}
