/*
 * Verdicts and errors between a worker and its parent.  The tables are the list of what crosses;
 * what follows from the certificates is worked out anew in the parent.
 */
#include <limits.h>
#include <string.h>

#include "verify.h"
#include "worker.h"

/* One more member in one of these needs a row below, and then the new size here. */
_Static_assert(sizeof(struct antin_verdict) == 49176, "a row for each member of antin_verdict");
_Static_assert(sizeof(struct antin_change) == 184, "a row for each member of antin_change");
_Static_assert(sizeof(struct antin_path_fault) == 144, "a row for each member");
_Static_assert(sizeof(struct antin_status) == 200, "a row for each member of antin_status");

enum {
	POLICIES_MAX = 1 << 20,
	FAULTS_MAX = 1024,
	CHANGES_MAX = 65536,
	VERDICTS_MAX = ANTIN_DOC_SIGS,
	CHAIN_MAX = ANTIN_PATH_DEPTH + 2,
	FIELD_MAX = 1 << 20,
};

static const struct pack_row status_rows[] = {
        PACK_AT_NUMBER(antin_status, kind, 0, ANTIN_STATUS_REVOKED),
        PACK_AT_TIME(antin_status, revoked_at),
        PACK_AT_TIME(antin_status, invalidity),
        PACK_AT_NUMBER(antin_status, reason, INT_MIN, INT_MAX),
        PACK_AT_FLAG(antin_status, later),
        PACK_AT_TEXT(antin_status, why),
        PACK_AT_TEXT(antin_status, source),
        PACK_AT_SAFE(antin_status, file),
        PACK_AT_TIME(antin_status, this_update),
        PACK_AT_TIME(antin_status, next_update),
        PACK_AT_TEXT(antin_status, weak),
};

static const struct pack_row fault_rows[] = {
        PACK_AT_NUMBER(antin_path_fault, fault, 0, ANTIN_FAULT_COUNT - 1),
        PACK_AT_SIZE(antin_path_fault, index),
        PACK_AT_SAFE(antin_path_fault, detail),
};

static const struct pack_row reject_rows[] = {
        PACK_AT_ROW(PACK_CERT, antin_path_reject, cert, .min = 1),
        PACK_AT_NUMBER(antin_path_reject, fault, 0, ANTIN_FAULT_COUNT - 1),
        PACK_AT_SAFE(antin_path_reject, detail),
};

static const struct pack_row cert_rows[] = {{.kind = PACK_CERT, .name = "chain", .min = 1}};

static const struct pack_row path_rows[] = {
        PACK_AT_FLAG(antin_path, valid),
        PACK_AT_ITEMS(PACK_LIST, antin_path, chain.items, chain.n, struct antin_cert *, CHAIN_MAX,
                      cert_rows),
        PACK_AT_FLAG(antin_path, anchored),
        PACK_AT_ITEMS(PACK_BESIDE, antin_path, statuses, chain.n, struct antin_status, CHAIN_MAX,
                      status_rows),
        PACK_AT_ITEMS(PACK_LIST, antin_path, faults, n_faults, struct antin_path_fault, FAULTS_MAX,
                      fault_rows),
        PACK_AT_ITEMS(PACK_ARRAY, antin_path, rejects, n_rejects, struct antin_path_reject,
                      ANTIN_PATH_REJECTS, reject_rows),
        PACK_AT_FLAG(antin_path, limited),
        PACK_AT_BYTES(antin_path, user_policies, POLICIES_MAX),
        PACK_AT_BYTES(antin_path, authority_policies, POLICIES_MAX),
        PACK_AT_FLAG(antin_path, explicit_policy),
        PACK_AT_SIZE(antin_path, work.steps),
        PACK_AT_SIZE(antin_path, work.signatures),
        PACK_AT_SIZE(antin_path, work.tries),
        PACK_AT_SIZE(antin_path, work.names),
        PACK_AT_SIZE(antin_path, work.policies),
};

static const struct pack_row finding_row[] = {
        PACK_AT_ROW(PACK_FINDING, antin_finding, row, .size = 0),
        PACK_AT_TEXT(antin_finding, text),
        PACK_AT_TEXT(antin_finding, clause),
        PACK_AT_TEXT(antin_finding, code),
        PACK_AT_SAFE(antin_finding, detail),
        PACK_AT_SAFE(antin_finding, certificate),
        PACK_AT_SAFE(antin_finding, field),
        PACK_AT_TEXT(antin_finding, arg),
};

static const struct pack_row change_rows[] = {
        PACK_AT_NUMBER(antin_change, level, 0, ANTIN_CHANGE_OTHER),
        PACK_AT_TEXT(antin_change, what),
        PACK_AT_ROW(PACK_FOREIGN, antin_change, detail,
                    .size = sizeof(((struct antin_change *)0)->detail)),
        PACK_AT_ROW(PACK_UINT32, antin_change, object, .size = 0),
};

static const struct pack_row changes_rows[] = {
        PACK_AT_NUMBER(antin_changes, level, 0, ANTIN_CHANGE_OTHER),
        PACK_AT_ITEMS(PACK_LIST, antin_changes, items, n, struct antin_change, CHANGES_MAX,
                      change_rows),
        PACK_AT_WIDE(antin_changes, unsigned_tail),
        PACK_AT_WIDE(antin_changes, tail_offset),
};

static const struct pack_row stamp_rows[] = {
        PACK_AT_NUMBER(antin_stamp, kind, 0, ANTIN_STAMP_ARCHIVE),
        PACK_AT_TIME(antin_stamp, judged_at),
        PACK_AT_FLAG(antin_stamp, valid),
        PACK_AT_TEXT(antin_stamp, code),
        PACK_AT_TIME(antin_stamp, time),
        PACK_AT_FLAG(antin_stamp, has_accuracy),
        PACK_AT_WIDE(antin_stamp, accuracy),
        PACK_AT_BYTES(antin_stamp, serial, 1024),
        PACK_AT_CERT(antin_stamp, tsa),
        PACK_AT_ITEMS(PACK_LIST, antin_stamp, chain.items, chain.n, struct antin_cert *, CHAIN_MAX,
                      cert_rows),
        PACK_AT_ROW(PACK_ANCHOR, antin_stamp, anchor, .size = 0),
        PACK_AT_FLAG(antin_stamp, has_status),
        PACK_AT_INNER(antin_stamp, status, status_rows),
};

static const struct pack_row counter_rows[] = {
        PACK_AT_ROW(PACK_UINT32, antin_counter, depth, .size = 0),
        PACK_AT_NUMBER(antin_counter, indication, 0, ANTIN_TOTAL_FAILED),
        PACK_AT_TEXT(antin_counter, code),
        PACK_AT_TEXT(antin_counter, why),
        PACK_AT_TIME(antin_counter, signing_time),
        PACK_AT_TIME(antin_counter, judged_at),
        PACK_AT_CERT(antin_counter, signer),
        PACK_AT_ITEMS(PACK_LIST, antin_counter, chain.items, chain.n, struct antin_cert *,
                      CHAIN_MAX, cert_rows),
        PACK_AT_ROW(PACK_ANCHOR, antin_counter, anchor, .size = 0),
        PACK_AT_FLAG(antin_counter, has_status),
        PACK_AT_INNER(antin_counter, status, status_rows),
};

/* The signer's names and kind come from its certificate, in the parent. */
static const struct pack_row verdict_rows[] = {
        PACK_AT_ITEMS(PACK_ARRAY, antin_verdict, errors, n_errors, struct antin_finding,
                      ANTIN_FINDINGS, finding_row),
        PACK_AT_ITEMS(PACK_ARRAY, antin_verdict, warnings, n_warnings, struct antin_finding,
                      ANTIN_FINDINGS, finding_row),
        PACK_AT_TEXT(antin_verdict, level),
        PACK_AT_CERT(antin_verdict, signer.cert),
        PACK_AT_NUMBER(antin_verdict, alg.scheme, 0, ANTIN_DSA),
        PACK_AT_NUMBER(antin_verdict, alg.digest, 0, ANTIN_DIGESTS - 1),
        PACK_AT_FLAG(antin_verdict, alg_known),
        PACK_AT_TIME(antin_verdict, signing_time),
        PACK_AT_FLAG(antin_verdict, time_attribute),
        PACK_AT_TIME(antin_verdict, best_time),
        PACK_AT_NUMBER(antin_verdict, coverage, 0, ANTIN_COVERAGE_UNCLEAR),
        PACK_AT_WIDE(antin_verdict, revision_end),
        PACK_AT_NUMBER(antin_verdict, docmdp, INT_MIN, INT_MAX),
        PACK_AT_BYTES(antin_verdict, field, FIELD_MAX),
        PACK_AT_INNER(antin_verdict, changes, changes_rows),
        PACK_AT_INNER(antin_verdict, path, path_rows),
        PACK_AT_ROW(PACK_ANCHOR, antin_verdict, anchor, .size = 0),
        PACK_AT_FLAG(antin_verdict, intact),
        PACK_AT_ITEMS(PACK_ARRAY, antin_verdict, stamps, n_stamps, struct antin_stamp, ANTIN_STAMPS,
                      stamp_rows),
        PACK_AT_ITEMS(PACK_ARRAY, antin_verdict, counters, n_counters, struct antin_counter,
                      ANTIN_CADES_COUNTERS, counter_rows),
};

static const struct pack_row fetch_rows[] = {
        PACK_AT_NUMBER(antin_fetch_record, kind, 0, ANTIN_FETCH_KINDS - 1),
        PACK_AT_NUMBER(antin_fetch_record, result, 0, ANTIN_FETCHED_COUNT - 1),
        PACK_AT_SAFE(antin_fetch_record, url),
};

static const struct pack_row report_rows[] = {
        PACK_AT_TEXT(antin_report, format),
        PACK_AT_ROW(PACK_HEAP, antin_report, content, .max = WORKER_NAME_MAX),
        PACK_AT_ITEMS(PACK_LIST, antin_report, fetches.items, fetches.n, struct antin_fetch_record,
                      ANTIN_FETCH_RECORDS, fetch_rows),
        PACK_AT_ITEMS(PACK_LIST, antin_report, verdicts, n, struct antin_verdict, VERDICTS_MAX,
                      verdict_rows),
};

uint64_t
worker_report_sum(void)
{
	return pack_sum(sizeof(struct antin_report), report_rows, PACK_COUNT(report_rows));
}

enum antin_rc
worker_report_write(const struct antin_report *r, const struct antin_trust *trust,
                    struct antin_bytes *out, struct antin_err *err)
{
	struct packing p = {.out = out, .trust = trust};

	return pack_write(&p, report_rows, PACK_COUNT(report_rows), r, err);
}

/* ---- what must hold between the members of a verdict ---- */

static bool
findings_fit(const struct antin_verdict *v)
{
	bool fit = true;

	for (size_t i = 0; i < v->n_errors; i++)
		fit &= v->errors[i].row->sub != ANTIN_SUB_NONE;
	for (size_t i = 0; i < v->n_warnings; i++)
		fit &= v->warnings[i].row->sub == ANTIN_SUB_NONE;
	for (size_t i = 0; i < v->path.n_faults; i++)
		fit &= v->path.faults[i].index < v->path.chain.n;
	for (size_t i = 0; i < v->changes.n; i++)
		fit &= v->changes.items[i].what != NULL;
	for (size_t i = 0; i < v->n_counters; i++) {
		const struct antin_counter *c = &v->counters[i];
		const bool passed = c->indication == ANTIN_TOTAL_PASSED;

		fit = fit && (passed ? c->signer && c->anchor && !c->code : c->code && c->why);
	}
	return fit;
}

static enum antin_rc
verdict_complete(struct antin_verdict *v, const struct antin_verify_options *o,
                 const struct antin_cert_demands *demands, struct antin_err *err)
{
	bool holds = findings_fit(v);
	enum antin_rc rc = ANTIN_OK;

	v->sub = holds && v->n_errors ? v->errors[0].row->sub : ANTIN_SUB_NONE;
	v->indication = antin_sub_indication(v->sub);
	if (holds && v->indication == ANTIN_TOTAL_PASSED)
		rc = worker_passed_holds(v, o, demands, &holds, err);
	if (rc == ANTIN_OK && holds)
		rc = worker_others_hold(v, o, &holds, err);
	if (rc == ANTIN_OK && !holds)
		return antin_fail(err, ANTIN_E_FORMAT,
		                  N_("the worker's verdict contradicts itself"));
	if (rc == ANTIN_OK && v->signer.cert) {
		struct antin_cert *cert = ANTIN_TAKE(v->signer.cert);

		rc = read_signer(&v->signer, cert, err);
		antin_cert_free(cert);
		v->kind = antin_kind_of(o->kinds, v->signer.cert, &v->path, v->anchor);
	}
	return rc;
}

enum antin_rc
worker_report_read(struct antin_slice body, const struct antin_verify_options *o,
                   const struct antin_cert_demands *demands, struct antin_report *out,
                   struct antin_err *err)
{
	ANTIN_SCOPED(antin_report)
	r = {.now = o->now, .time = o->time, .assumed = o->assumed, .rules = o->rules};
	struct packing p = {.in = antin_in_of(body),
	                    .trust = o->trust,
	                    .texts = &r.texts,
	                    .memory = o->memory};
	enum antin_rc rc = pack_read(&p, report_rows, PACK_COUNT(report_rows), &r, err);

	if (rc == ANTIN_OK && !r.format)
		rc = antin_fail(err, ANTIN_E_FORMAT, N_("the worker's %s is not as agreed"),
		                "format");
	for (size_t i = 0; i < r.n && rc == ANTIN_OK; i++)
		rc = verdict_complete(&r.verdicts[i], o, demands, err);
	if (rc != ANTIN_OK)
		return rc;
	*out = r;
	r = (struct antin_report){0};
	return ANTIN_OK;
}
