/*
 * The verdict on one certificate for people, and as antin.cert.verify/1 for programs.
 */
#include <string.h>

#include <antin/clock.h>
#include <antin/text.h>
#include <antin/verify_cert.h>

#include "report.h"

static const char *const purposes[ANTIN_PURPOSES] = {
        [ANTIN_PURPOSE_ANY] = N_("any"),
        [ANTIN_PURPOSE_SIGN] = N_("signing documents"),
        [ANTIN_PURPOSE_TLS_SERVER] = N_("web server"),
        [ANTIN_PURPOSE_TLS_CLIENT] = N_("login to web servers"),
        [ANTIN_PURPOSE_TIMESTAMP] = N_("time stamps"),
        [ANTIN_PURPOSE_OCSP] = N_("answers about revocation"),
        [ANTIN_PURPOSE_CRL] = N_("signing revocation lists"),
};

/* ---- for people ---- */

static void
status_text(const struct report_writer *w, const struct antin_status *st)
{
	char t[ANTIN_TIME_CAP];

	if (st->kind != ANTIN_STATUS_GOOD || st->later || !st->source)
		return;
	antin_bytes_printf(w->out, "; %s %s (%s, %s)", report_say(w, N_("not revoked, as of")),
	                   antin_time_people(st->this_update, ANTIN_VIETNAM_OFFSET, t),
	                   strcmp(st->source, "crl") == 0 ? "CRL" : "OCSP", st->file);
}

static void
chain_text(const struct report_writer *w, const struct antin_verdict *v)
{
	const struct antin_path *p = &v->path;

	antin_bytes_printf(w->out, "  %s:\n", report_say(w, N_("Chain")));
	for (size_t i = 0; i < p->chain.n; i++) {
		const struct antin_cert *c = p->chain.items[i];
		char groups[80];

		antin_bytes_printf(w->out, "    %zu. ", i + 1);
		antin_name_text_add(w->out, c->subject);
		antin_bytes_printf(w->out, " (%s %s)", report_say(w, N_("serial")),
		                   antin_hex_groups(c->serial, groups, sizeof(groups)));
		if (p->statuses && i + 1 < p->chain.n)
			status_text(w, &p->statuses[i]);
		if (v->anchor && i + 1 == p->chain.n)
			antin_bytes_printf(w->out, "; %s, %s", report_say(w, N_("trusted")),
			                   report_say(w, antin_class_text(v->anchor->class)));
		antin_bytes_byte(w->out, '\n');
	}
}

/* The lines of a set on one line. */
static void
policies_text(const struct report_writer *w, const struct antin_verdict *v)
{
	const struct antin_bytes *set = &v->path.user_policies;

	if (!v->path.valid || !set->len)
		return;
	report_label(w, N_("Policies"));
	for (size_t i = 0; i + 1 < set->len; i++) {
		antin_bytes_byte(w->out, set->p[i] == '\n' ? ',' : set->p[i]);
		if (set->p[i] == '\n')
			antin_bytes_byte(w->out, ' ');
	}
	antin_bytes_byte(w->out, '\n');
}

/* Why other certificates of the same names were not taken; what is in the chain is told above. */
static void
rejects_text(const struct report_writer *w, const struct antin_verdict *v)
{
	const struct antin_path *p = &v->path;

	for (size_t i = 0; i < p->n_rejects; i++) {
		const struct antin_path_reject *r = &p->rejects[i];
		bool told = false;

		for (size_t k = 0; k < p->chain.n; k++)
			told = told || p->chain.items[k] == r->cert;
		if (told)
			continue;
		report_label(w, N_("Not used"));
		antin_name_text_add(w->out, r->cert->subject);
		antin_bytes_printf(w->out, ": %s", report_say(w, antin_fault_info(r->fault)->text));
		if (r->detail[0])
			antin_bytes_printf(w->out, " (%s)", r->detail);
		antin_bytes_byte(w->out, '\n');
	}
}

enum antin_rc
antin_cert_report_text(const struct antin_cert_report *r, antin_translate_fn *tr,
                       const struct antin_report_style *style, struct antin_bytes *out,
                       struct antin_err *err)
{
	const struct report_writer w = {NULL, tr, style ? style : &report_plain, out};
	const struct antin_verdict *v = r->verdict;
	char t[ANTIN_TIME_CAP];

	antin_text_safe_add(out, antin_slice_text(r->file), ANTIN_SAFE_MAX);
	antin_bytes_byte(out, '\n');
	if (r->o->assumed)
		antin_bytes_printf(out, "%s %s\n",
		                   report_say(&w, N_("As if it were the following time, which "
		                                     "proves nothing:")),
		                   antin_time_people(r->o->time, ANTIN_VIETNAM_OFFSET, t));
	report_heading(&w, v);
	report_holder(&w, v);
	report_label(&w, N_("Purpose asked for"));
	antin_bytes_printf(out, "%s\n", report_say(&w, purposes[r->demands->rules.purpose]));
	if (r->demands->name) {
		report_label(&w, N_("Name asked for"));
		antin_text_safe_add(out, antin_slice_text(r->demands->name), ANTIN_SAFE_MAX);
		antin_bytes_byte(out, '\n');
	}
	chain_text(&w, v);
	policies_text(&w, v);
	rejects_text(&w, v);
	report_findings(&w, v);
	if (r->o->fetches)
		fetches_text(r->o->fetches, tr, out);
	return antin_bytes_check(out, err);
}

/* ---- for programs ---- */

static json_t *
lines_json(const struct antin_bytes *lines, bool valid)
{
	struct antin_in in = antin_in_of(antin_bytes_slice(lines));
	json_t *list = json_array();

	while (valid && in.p < in.end) {
		const uint8_t *end = memchr(in.p, '\n', antin_in_left(&in));
		size_t len = end ? (size_t)(end - in.p) : antin_in_left(&in);

		(void)json_array_append_new(list, json_stringn((const char *)in.p, len));
		in.p += end ? len + 1 : len;
	}
	return list;
}

static json_t *
cert_json(const struct antin_cert *c)
{
	json_t *o = json_object();

	(void)antin_json_set_name(o, "subject", c->subject);
	(void)antin_json_set_name(o, "issuer", c->issuer);
	(void)antin_json_set_hex(o, "serial", c->serial);
	(void)antin_json_set_time(o, "notBefore", c->not_before);
	(void)antin_json_set_time(o, "notAfter", c->not_after);
	(void)antin_json_set_hex(o, "sha256", (struct antin_slice){c->sha256, 32});
	return o;
}

static json_t *
chain_json(const struct antin_verdict *v)
{
	const struct antin_path *p = &v->path;
	json_t *list = json_array();

	for (size_t i = 0; i < p->chain.n; i++) {
		json_t *o = cert_json(p->chain.items[i]);

		(void)json_object_set_new(o, "anchor",
		                          json_boolean(p->anchored && i + 1 == p->chain.n));
		if (p->statuses && i + 1 < p->chain.n)
			(void)json_object_set_new(o, "revocation",
			                          report_status_json(&p->statuses[i]));
		(void)json_array_append_new(list, o);
	}
	return list;
}

static json_t *
rejects_json(const struct antin_path *p, antin_translate_fn *tr)
{
	json_t *list = json_array();

	for (size_t i = 0; i < p->n_rejects; i++) {
		const struct antin_path_reject *r = &p->rejects[i];
		const struct antin_fault_info *info = antin_fault_info(r->fault);
		json_t *o = cert_json(r->cert);

		(void)json_object_set_new(o, "code", json_string(info->id));
		(void)json_object_set_new(o, "text", json_string(tr ? tr(info->text) : info->text));
		(void)json_object_set_new(o, "clause", json_string(info->clause));
		if (r->detail[0])
			(void)json_object_set_new(o, "detail", json_string(r->detail));
		(void)json_array_append_new(list, o);
	}
	return list;
}

static const char *
purpose_id(enum antin_purpose purpose)
{
	for (const struct antin_choice *c = antin_purpose_choices; c->name; c++)
		if (c->value == (int)purpose)
			return c->name;
	return "any";
}

enum antin_rc
antin_cert_report_json(const struct antin_cert_report *r, antin_translate_fn *tr, json_t **out,
                       struct antin_err *err)
{
	const struct antin_verdict *v = r->verdict;
	const bool valid = v->indication == ANTIN_TOTAL_PASSED;
	json_t *o = json_pack("{ss}", "schema", "antin.cert.verify/1");

	(void)report_set_safe(o, "file", antin_slice_text(r->file));
	(void)json_object_set_new(o, "valid", json_boolean(valid));
	(void)json_object_set_new(o, "indication", json_string(antin_indication_id(v->indication)));
	(void)json_object_set_new(o, "subIndication",
	                          v->n_errors ? json_string(antin_sub_id(v->sub)) : json_null());
	if (r->o->assumed) {
		(void)antin_json_set_time(o, "asOf", r->o->time);
		(void)json_object_set_new(o, "assumedTime", json_true());
	}
	(void)json_object_set_new(o, "purpose", json_string(purpose_id(r->demands->rules.purpose)));
	if (r->demands->name)
		(void)report_set_safe(o, "name", antin_slice_text(r->demands->name));
	(void)json_object_set_new(o, "kind", report_kind_json(&v->kind));
	(void)json_object_set_new(o, "trust",
	                          v->anchor ? report_trust_json(v->anchor) : json_null());
	(void)json_object_set_new(o, "policies", lines_json(&v->path.user_policies, valid));
	(void)json_object_set_new(o, "authorityPolicies",
	                          lines_json(&v->path.authority_policies, valid));
	(void)json_object_set_new(o, "explicitPolicy",
	                          json_boolean(valid && v->path.explicit_policy));
	(void)json_object_set_new(o, "chain", chain_json(v));
	(void)json_object_set_new(o, "errors", report_findings_json(v->errors, v->n_errors, tr));
	(void)json_object_set_new(o, "warnings",
	                          report_findings_json(v->warnings, v->n_warnings, tr));
	if (r->o->fetches)
		(void)json_object_set_new(o, "network", fetches_json(r->o->fetches, tr));
	if (json_object_set_new(o, "rejected", rejects_json(&v->path, tr)) != 0) {
		json_decref(o);
		return antin_fail_memory(err);
	}
	*out = o;
	return ANTIN_OK;
}
