/*
 * What every verdict on a document made to order must hold, and changes of its CMS.
 */
#ifndef TEST_HOW_JUDGED_H
#define TEST_HOW_JUDGED_H

#include "../../lib/verify/report.h"
#include "how.h"

/* ---- changes of the CMS ---- */

PKI_UNUSED static void
cms_tiny(struct antin_bytes *cms)
{
	antin_bytes_clear(cms);
	antin_bytes_add(cms, small_cms, sizeof(small_cms));
}

PKI_UNUSED static void
cms_good_lists(struct antin_bytes *cms)
{
	struct antin_crl *root =
	        pki_crl((struct pki_list){.issuer = "State/Root", .signer = root_key});
	struct antin_crl *ca = pki_crl((struct pki_list){.issuer = "Agency/CA", .signer = ca_key});
	ANTIN_SCOPED(antin_bytes) lists = {0};
	size_t mark = antin_der_open(&lists, ANTIN_CONTEXT_CONS(1));

	antin_bytes_add(&lists, root->der.p, root->der.len);
	antin_bytes_add(&lists, ca->der.p, ca->der.len);
	antin_der_close(&lists, mark);
	cms_insert(cms, antin_bytes_slice(&lists), (struct antin_slice){0});
	antin_crl_free(root);
	antin_crl_free(ca);
}

/* The signer's certificate in the CMS becomes one of somebody else. */
PKI_UNUSED static void
cms_other_name(struct antin_bytes *cms)
{
	uint8_t *p = memmem(cms->p, cms->len, "V\xc4\x83n An", 7);

	ck_assert_ptr_nonnull(p);
	p[6] = 'x';
}

/* Two faults of one signature are never told in the same words. */
PKI_UNUSED static void
told_apart(const struct antin_finding *f, size_t before, const struct antin_bytes *text)
{
	for (size_t k = 1; k <= before; k++) {
		ANTIN_SCOPED(antin_bytes) other = {0};

		antin_finding_text(f - k, NULL, &other);
		ck_assert(!antin_bytes_equal(text, &other));
	}
}

/* Every refusal names clause, certificate (where there is one) and field. */
PKI_UNUSED static void
refusals_named(const struct antin_verdict *v, const char *what)
{
	for (size_t i = 0; i < v->n_errors; i++) {
		const struct antin_finding *f = &v->errors[i];
		const char *clause = f->clause ? f->clause : f->row->clause;
		ANTIN_SCOPED(antin_bytes) text = {0};

		antin_finding_text(f, NULL, &text);
		ck_assert_msg(clause && *clause, "%s: %s", what, antin_bytes_cstr(&text));
		ck_assert_msg(antin_finding_field(f)[0], "%s: %s", what, antin_bytes_cstr(&text));
		ck_assert_msg(!v->signer.cert || f->certificate[0], "%s: %s", what,
		              antin_bytes_cstr(&text));
		told_apart(f, i, &text);
	}
}

/* What the page lists as passed or not is what the verdict says. */
PKI_UNUSED static void
checks_agree(const struct antin_verdict *v, const char *what)
{
	struct report_check checks[REPORT_CHECKS];
	size_t failed = 0, undecided = 0, passed = 0;

	report_checks(v, NULL, checks);
	for (size_t i = 0; i < REPORT_CHECKS; i++) {
		failed += checks[i].result == REPORT_FAILED;
		undecided += checks[i].result == REPORT_UNDECIDED;
		passed += checks[i].result == REPORT_PASSED;
		ck_assert_msg(checks[i].result == REPORT_NOT_DONE || checks[i].what, "%s", what);
		if (checks[i].result == REPORT_FAILED || checks[i].result == REPORT_UNDECIDED)
			ck_assert_msg(checks[i].evidence.len, "%s: no evidence", what);
	}
	ck_assert_msg((failed > 0) == (v->indication == ANTIN_TOTAL_FAILED), "%s", what);
	ck_assert_msg(v->indication != ANTIN_INDETERMINATE || undecided > 0, "%s", what);
	if (v->indication == ANTIN_TOTAL_PASSED)
		ck_assert_msg(!undecided && passed >= 7, "%s: %zu passed", what, passed);
	report_checks_done(checks);
}

#endif
