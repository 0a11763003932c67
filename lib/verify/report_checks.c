/*
 * The checks of a validation (EN 319 102-1 5.2), each with its result and its evidence.  Only what
 * was done and shown to be right is "passed".
 */
#include <string.h>

#include <antin/clock.h>
#include <antin/text.h>

#include "report.h"

enum check {
	CHECK_FORMAT,
	CHECK_CONTENT,
	CHECK_SIGNATURE,
	CHECK_SIGNER,
	CHECK_CHAIN,
	CHECK_VALIDITY,
	CHECK_REVOCATION,
	CHECK_ALGORITHMS,
	CHECK_DEMANDS,
};

/* Which check a sub-indication speaks of. */
static const enum check of_sub[ANTIN_SUB_COUNT] = {
        [ANTIN_SUB_FORMAT_FAILURE] = CHECK_FORMAT,
        [ANTIN_SUB_HASH_FAILURE] = CHECK_CONTENT,
        [ANTIN_SUB_SIG_CRYPTO_FAILURE] = CHECK_SIGNATURE,
        [ANTIN_SUB_NOT_YET_VALID] = CHECK_VALIDITY,
        [ANTIN_SUB_SIG_CONSTRAINTS_FAILURE] = CHECK_DEMANDS,
        [ANTIN_SUB_CHAIN_CONSTRAINTS_FAILURE] = CHECK_CHAIN,
        [ANTIN_SUB_CERTIFICATE_CHAIN_GENERAL_FAILURE] = CHECK_CHAIN,
        [ANTIN_SUB_CRYPTO_CONSTRAINTS_FAILURE_NO_POE] = CHECK_ALGORITHMS,
        [ANTIN_SUB_NO_SIGNING_CERTIFICATE_FOUND] = CHECK_SIGNER,
        [ANTIN_SUB_NO_CERTIFICATE_CHAIN_FOUND] = CHECK_CHAIN,
        [ANTIN_SUB_REVOKED_NO_POE] = CHECK_REVOCATION,
        [ANTIN_SUB_REVOKED_CA_NO_POE] = CHECK_REVOCATION,
        [ANTIN_SUB_OUT_OF_BOUNDS_NO_POE] = CHECK_VALIDITY,
        [ANTIN_SUB_OUT_OF_BOUNDS_NOT_REVOKED] = CHECK_VALIDITY,
        [ANTIN_SUB_TRY_LATER] = CHECK_REVOCATION,
        [ANTIN_SUB_SIGNED_DATA_NOT_FOUND] = CHECK_CONTENT,
        [ANTIN_SUB_GENERIC] = CHECK_FORMAT,
};

/* ---- what shows that it is right; false: it was not done ---- */

static bool
format_done(const struct antin_verdict *v, struct antin_bytes *out, antin_translate_fn *tr)
{
	(void)tr;
	if (v->level)
		antin_bytes_printf(out, "%s\n", v->level);
	return v->level != NULL;
}

static bool
content_done(const struct antin_verdict *v, struct antin_bytes *out, antin_translate_fn *tr)
{
	(void)tr;
	if (v->intact)
		antin_bytes_printf(out, "%s\n", antin_digest_name(v->alg.digest));
	return v->intact;
}

static bool
signature_done(const struct antin_verdict *v, struct antin_bytes *out, antin_translate_fn *tr)
{
	(void)tr;
	if (v->alg_known)
		antin_bytes_printf(out, "%s\n", antin_sigalg_name(v->alg));
	return v->intact;
}

static bool
signer_done(const struct antin_verdict *v, struct antin_bytes *out, antin_translate_fn *tr)
{
	char groups[100];

	(void)tr;
	if (!v->signer.cert)
		return false;
	antin_name_text_add(out, v->signer.cert->subject);
	antin_bytes_printf(out, "\nSHA-256 %s\n",
	                   antin_hex_groups((struct antin_slice){v->signer.cert->sha256, 32},
	                                    groups, sizeof(groups)));
	return true;
}

static bool
chain_done(const struct antin_verdict *v, struct antin_bytes *out, antin_translate_fn *tr)
{
	(void)tr;
	if (v->path.anchored && v->anchor) {
		antin_name_text_add(out, v->anchor->cert->subject);
		antin_bytes_byte(out, '\n');
		antin_text_safe_add(out, antin_slice_text(v->anchor->file), ANTIN_SAFE_MAX);
		antin_bytes_byte(out, '\n');
	}
	return v->path.valid;
}

static bool
validity_done(const struct antin_verdict *v, struct antin_bytes *out, antin_translate_fn *tr)
{
	const char *as_of = N_("as of");
	char t[ANTIN_TIME_CAP];

	antin_bytes_printf(out, "%s %s\n", tr ? tr(as_of) : as_of,
	                   antin_time_people(v->best_time, ANTIN_VIETNAM_OFFSET, t));
	return v->path.valid;
}

static bool
revocation_done(const struct antin_verdict *v, struct antin_bytes *out, antin_translate_fn *tr)
{
	const struct antin_path *p = &v->path;
	bool all = p->statuses && p->chain.n > 1;

	for (size_t i = 0; p->statuses && i + 1 < p->chain.n; i++) {
		const struct antin_status *st = &p->statuses[i];
		const char *good = N_("not revoked, as of");
		char t[ANTIN_TIME_CAP], name[128];

		all = all && st->kind == ANTIN_STATUS_GOOD;
		if (st->kind != ANTIN_STATUS_GOOD || !st->source)
			continue;
		name_short(p->chain.items[i]->subject, name, sizeof(name));
		antin_bytes_printf(out, "%s: %s %s (%s, %s)\n", name, tr ? tr(good) : good,
		                   antin_time_people(st->this_update, ANTIN_VIETNAM_OFFSET, t),
		                   strcmp(st->source, "crl") == 0 ? "CRL" : "OCSP", st->file);
	}
	return all;
}

/* Those of the chain were judged with it. */
static bool
algorithms_done(const struct antin_verdict *v, struct antin_bytes *out, antin_translate_fn *tr)
{
	(void)tr;
	if (v->alg_known)
		antin_bytes_printf(out, "%s\n", antin_sigalg_name(v->alg));
	return v->alg_known && v->path.valid;
}

/* Of what was demanded besides only the failure is known. */
static const struct {
	const char *what;
	bool (*done)(const struct antin_verdict *v, struct antin_bytes *out,
	             antin_translate_fn *tr);
} rows[REPORT_CHECKS] = {
        [CHECK_FORMAT] = {N_("Form, coverage and later changes"), format_done},
        [CHECK_CONTENT] = {N_("The content is what was signed"), content_done},
        [CHECK_SIGNATURE] = {N_("The signer's key made the signature"), signature_done},
        [CHECK_SIGNER] = {N_("The signer's certificate is known"), signer_done},
        [CHECK_CHAIN] = {N_("The certificate leads to a trusted one"), chain_done},
        [CHECK_VALIDITY] = {N_("The certificates were in force"), validity_done},
        [CHECK_REVOCATION] = {N_("No certificate was revoked"), revocation_done},
        [CHECK_ALGORITHMS] = {N_("The algorithms are strong enough"), algorithms_done},
        [CHECK_DEMANDS] = {N_("What this check demanded besides"), NULL},
};

/* An error speaks louder than what shows the opposite. */
static enum report_result
worse(enum report_result now, const struct antin_finding *f)
{
	if (antin_sub_indication(f->row->sub) == ANTIN_TOTAL_FAILED)
		return REPORT_FAILED;
	return now == REPORT_FAILED ? now : REPORT_UNDECIDED;
}

void
report_checks(const struct antin_verdict *v, antin_translate_fn *tr,
              struct report_check checks[REPORT_CHECKS])
{
	for (size_t i = 0; i < REPORT_CHECKS; i++) {
		struct report_check *c = &checks[i];

		*c = (struct report_check){.result = REPORT_NOT_DONE};
		if (!rows[i].done)
			continue;
		c->what = rows[i].what;
		if (rows[i].done(v, &c->evidence, tr))
			c->result = REPORT_PASSED;
	}
	for (size_t i = 0; i < v->n_errors; i++) {
		const enum check k = of_sub[v->errors[i].row->sub];
		struct report_check *c = &checks[k];

		c->what = rows[k].what;
		c->result = worse(c->result, &v->errors[i]);
		antin_finding_text(&v->errors[i], tr, &c->evidence);
		antin_bytes_byte(&c->evidence, '\n');
	}
}

void
report_checks_done(struct report_check checks[REPORT_CHECKS])
{
	for (size_t i = 0; i < REPORT_CHECKS; i++)
		antin_bytes_done(&checks[i].evidence);
}
