/*
 * The report for programs: antin.verify/1 (docs/schema/antin.verify-1.json).
 */
#include <antin/report.h>

#include <string.h>

#include <antin/text.h>

#include "report.h"

/* Sets a text when there is one; nothing foreign is left out of antin_text_safe. */
int
report_set_safe(json_t *o, const char *key, struct antin_slice s)
{
	ANTIN_SCOPED(antin_bytes) b = {0};

	if (!s.len)
		return 0;
	antin_text_safe_add(&b, s, ANTIN_SAFE_MAX);
	return json_object_set_new(o, key, json_stringn((const char *)b.p, b.len));
}

static int
set_time(json_t *o, const char *key, int64_t t)
{
	return t == ANTIN_NO_TIME ? 0 : antin_json_set_time(o, key, t);
}

static json_t *
signer_json(const struct antin_signer *s)
{
	json_t *o = json_object();

	(void)report_set_safe(o, "name", antin_bytes_slice(&s->name));
	(void)report_set_safe(o, "organization", antin_bytes_slice(&s->organization));
	(void)report_set_safe(o, "unit", antin_bytes_slice(&s->unit));
	(void)report_set_safe(o, "title", antin_bytes_slice(&s->title));
	(void)report_set_safe(o, "email", antin_bytes_slice(&s->email));
	(void)antin_json_set_hex(o, "serial", s->cert->serial);
	(void)antin_json_set_hex(o, "sha256", (struct antin_slice){s->cert->sha256, 32});
	(void)antin_json_set_name(o, "issuer", s->cert->issuer);
	return o;
}

json_t *
report_kind_json(const struct antin_kind *k)
{
	return json_pack("{ss ss sb ss* ss*}", "holder", antin_holder_id(k->holder), "class",
	                 antin_class_id(k->class), "proven", k->proven, "authority", k->authority,
	                 "rule", k->rule);
}

static json_t *
changes_json(const struct antin_changes *c, antin_translate_fn *tr)
{
	static const char *const levels[] = {
	        [ANTIN_CHANGE_NONE] = "none",   [ANTIN_CHANGE_LTA] = "lta",
	        [ANTIN_CHANGE_FILL] = "fill",   [ANTIN_CHANGE_ANNOTATE] = "annotate",
	        [ANTIN_CHANGE_OTHER] = "other",
	};
	json_t *items = json_array();

	for (size_t i = 0; i < c->n; i++) {
		const struct antin_finding_row row = {.why = c->items[i].what};
		struct antin_finding f = {.row = &row};
		ANTIN_SCOPED(antin_bytes) text = {0};
		json_t *item = json_pack("{ss}", "level", levels[c->items[i].level]);

		(void)antin_text_safe(antin_slice_text(c->items[i].detail), f.detail,
		                      sizeof(f.detail));
		antin_finding_text(&f, tr, &text);
		(void)json_object_set_new(item, "text",
		                          json_stringn((const char *)text.p, text.len));
		if (c->items[i].object)
			(void)json_object_set_new(item, "object", json_integer(c->items[i].object));
		(void)json_array_append_new(items, item);
	}
	if (c->unsigned_tail)
		return json_pack("{ss so s{sI sI}}", "level", levels[c->level], "items", items,
		                 "unsignedTail", "bytes", (json_int_t)c->unsigned_tail, "offset",
		                 (json_int_t)c->tail_offset);
	return json_pack("{ss so}", "level", levels[c->level], "items", items);
}

json_t *
report_trust_json(const struct antin_anchor *a)
{
	json_t *o = json_object();

	(void)antin_json_set_name(o, "anchor", a->cert->subject);
	(void)antin_json_set_hex(o, "sha256", (struct antin_slice){a->cert->sha256, 32});
	(void)report_set_safe(o, "store", antin_slice_text(a->file));
	(void)json_object_set_new(o, "class", json_string(antin_class_id(a->class)));
	(void)set_time(o, "asOf", a->origin ? a->origin->as_of : a->imported);
	if (a->origin)
		(void)report_set_safe(o, "origin", antin_slice_text(a->origin->name));
	return o;
}

json_t *
report_status_json(const struct antin_status *st)
{
	static const char *const kinds[] = {
	        [ANTIN_STATUS_UNKNOWN] = "unknown",
	        [ANTIN_STATUS_GOOD] = "good",
	        [ANTIN_STATUS_REVOKED] = "revoked",
	};
	json_t *o = json_pack("{ss}", "status", kinds[st->kind]);

	if (st->kind == ANTIN_STATUS_REVOKED || st->later)
		(void)json_object_set_new(o, "reason",
		                          json_string(antin_crl_reason_name(st->reason)));
	if (st->later)
		(void)json_object_set_new(o, "revokedLater", json_true());
	(void)set_time(o, "revokedAt", st->revoked_at);
	(void)set_time(o, "invalidityDate", st->invalidity);
	if (st->source)
		(void)json_object_set_new(o, "source", json_string(st->source));
	(void)report_set_safe(o, "file", antin_slice_text(st->file));
	(void)set_time(o, "thisUpdate", st->this_update);
	(void)set_time(o, "nextUpdate", st->next_update);
	if (st->why)
		(void)json_object_set_new(o, "why", json_string(st->why));
	return o;
}

static json_t *
counters_json(const struct antin_verdict *v, antin_translate_fn *tr)
{
	json_t *list = json_array();

	for (size_t i = 0; i < v->n_counters; i++) {
		const struct antin_counter *c = &v->counters[i];
		json_t *o = json_pack("{si ss ss* ss*}", "depth", (int)c->depth, "indication",
		                      antin_indication_id(c->indication), "code", c->code, "why",
		                      c->why && tr ? tr(c->why) : c->why);

		(void)set_time(o, "signingTime", c->signing_time);
		(void)set_time(o, "judgedAt", c->judged_at);
		if (c->signer) {
			(void)antin_json_set_name(o, "signer", c->signer->subject);
			(void)antin_json_set_hex(o, "sha256",
			                         (struct antin_slice){c->signer->sha256, 32});
		}
		if (c->anchor)
			(void)json_object_set_new(o, "trust", report_trust_json(c->anchor));
		if (c->has_status)
			(void)json_object_set_new(o, "revocation", report_status_json(&c->status));
		(void)json_array_append_new(list, o);
	}
	return list;
}

static json_t *
stamps_json(const struct antin_verdict *v)
{
	static const char *const kinds[] = {
	        [ANTIN_STAMP_SIGNATURE] = "signature",
	        [ANTIN_STAMP_CONTENT] = "content",
	        [ANTIN_STAMP_ARCHIVE] = "archive",
	};
	json_t *list = json_array();

	for (size_t i = 0; i < v->n_stamps; i++) {
		const struct antin_stamp *st = &v->stamps[i];
		json_t *o = json_pack("{ss sb ss*}", "kind", kinds[st->kind], "valid", st->valid,
		                      "code", st->code);

		(void)set_time(o, "time", st->time);
		(void)set_time(o, "judgedAt", st->judged_at);
		if (st->has_accuracy)
			(void)json_object_set_new(o, "accuracyMicroseconds",
			                          json_integer((json_int_t)st->accuracy));
		if (st->serial.len)
			(void)antin_json_set_hex(o, "serial", antin_bytes_slice(&st->serial));
		if (st->tsa) {
			(void)antin_json_set_name(o, "authority", st->tsa->subject);
			(void)antin_json_set_hex(o, "sha256",
			                         (struct antin_slice){st->tsa->sha256, 32});
		}
		if (st->anchor)
			(void)json_object_set_new(o, "trust", report_trust_json(st->anchor));
		if (st->has_status)
			(void)json_object_set_new(o, "revocation", report_status_json(&st->status));
		(void)json_array_append_new(list, o);
	}
	return list;
}

static json_t *
chain_json(const struct antin_path *p)
{
	json_t *list = json_array();

	for (size_t i = 0; i < p->chain.n; i++) {
		const struct antin_cert *c = p->chain.items[i];
		json_t *o = json_object();

		(void)antin_json_set_name(o, "subject", c->subject);
		(void)antin_json_set_hex(o, "sha256", (struct antin_slice){c->sha256, 32});
		if (p->statuses && i + 1 < p->chain.n)
			(void)json_object_set_new(o, "revocation",
			                          report_status_json(&p->statuses[i]));
		(void)json_array_append_new(list, o);
	}
	return list;
}

json_t *
report_findings_json(const struct antin_finding *f, size_t n, antin_translate_fn *tr)
{
	json_t *list = json_array();

	for (size_t i = 0; i < n; i++, f++) {
		ANTIN_SCOPED(antin_bytes) text = {0};
		json_t *args = json_array(), *o;

		if (f->detail[0])
			(void)json_array_append_new(args, json_string(f->detail));
		if (f->arg)
			(void)json_array_append_new(args, json_string(f->arg));
		antin_finding_text(f, tr, &text);
		o = json_pack("{ss so ss% ss}", "code", f->code ? f->code : f->row->code, "args",
		              args, "text", (const char *)text.p, text.len, "clause",
		              f->clause ? f->clause : f->row->clause);
		if (f->certificate[0])
			(void)json_object_set_new(o, "certificate", json_string(f->certificate));
		if (antin_finding_field(f)[0])
			(void)json_object_set_new(o, "field", json_string(antin_finding_field(f)));
		(void)json_array_append_new(list, o);
	}
	return list;
}

static json_t *
verdict_json(const struct antin_verdict *v, antin_translate_fn *tr)
{
	static const char *const covers[] = {
	        [ANTIN_COVERAGE_ENTIRE_FILE] = "entire-file",
	        [ANTIN_COVERAGE_ENTIRE_REVISION] = "entire-revision",
	        [ANTIN_COVERAGE_PARTIAL] = "partial",
	        [ANTIN_COVERAGE_UNCLEAR] = "unclear",
	};
	json_t *o = json_pack("{ss ss? ss?}", "indication", antin_indication_id(v->indication),
	                      "subIndication", v->n_errors ? antin_sub_id(v->sub) : NULL, "level",
	                      v->level);

	(void)report_set_safe(o, "field", antin_bytes_slice(&v->field));
	(void)json_object_set_new(o, "signer",
	                          v->signer.cert ? signer_json(&v->signer) : json_null());
	(void)json_object_set_new(o, "kind",
	                          v->signer.cert ? report_kind_json(&v->kind) : json_null());
	(void)set_time(o, "signingTime", v->signing_time);
	(void)set_time(o, "bestSignatureTime", v->best_time);
	(void)json_object_set_new(o, "intact", json_boolean(v->intact));
	(void)json_object_set_new(o, "coverage", json_string(covers[v->coverage]));
	(void)json_object_set_new(o, "changes", changes_json(&v->changes, tr));
	(void)json_object_set_new(o, "trust",
	                          v->anchor ? report_trust_json(v->anchor) : json_null());
	(void)json_object_set_new(o, "revocation",
	                          v->path.statuses ? report_status_json(v->path.statuses)
	                                           : json_null());
	(void)json_object_set_new(o, "chain", chain_json(&v->path));
	(void)json_object_set_new(o, "timestamps", stamps_json(v));
	if (v->n_counters)
		(void)json_object_set_new(o, "counterSignatures", counters_json(v, tr));
	(void)json_object_set_new(o, "errors", report_findings_json(v->errors, v->n_errors, tr));
	(void)json_object_set_new(o, "warnings",
	                          report_findings_json(v->warnings, v->n_warnings, tr));
	return o;
}

static json_t *
content_json(const struct antin_report *r)
{
	json_t *o = json_object();

	(void)report_set_safe(o, "file", antin_slice_text(r->content));
	(void)antin_json_set_hex(o, "sha256", (struct antin_slice){r->content_sha256, 32});
	return o;
}

enum antin_rc
antin_report_json(const struct antin_report *r, antin_translate_fn *tr, json_t **out,
                  struct antin_err *err)
{
	json_t *list = json_array(), *o = json_pack("{ss}", "schema", "antin.verify/1");

	(void)report_set_safe(o, "file", antin_slice_text(r->file));
	(void)antin_json_set_hex(o, "sha256", (struct antin_slice){r->sha256, 32});
	(void)json_object_set_new(o, "format", json_string(r->format));
	if (r->content)
		(void)json_object_set_new(o, "content", content_json(r));
	if (r->beside)
		(void)report_set_safe(o, "beside", antin_slice_text(r->beside));
	if (r->assumed) {
		(void)set_time(o, "asOf", r->time);
		(void)json_object_set_new(o, "assumedTime", json_true());
	}
	if (r->rules)
		(void)report_set_safe(o, "rules", antin_slice_text(antin_rules_name(r->rules)));
	for (size_t i = 0; i < r->n; i++)
		(void)json_array_append_new(list, verdict_json(&r->verdicts[i], tr));
	(void)json_object_set_new(o, "network", fetches_json(&r->fetches, tr));
	if (json_object_set_new(o, "signatures", list) != 0) {
		json_decref(o);
		return antin_fail_memory(err);
	}
	*out = o;
	return ANTIN_OK;
}
