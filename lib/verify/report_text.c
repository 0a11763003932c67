/*
 * The report for people: per signature a heading in words, whose it is, when, what is
 * covered, what changed, who vouches, why and what to do.
 */
#include <string.h>

#include <antin/clock.h>
#include <antin/report.h>
#include <antin/text.h>

#include "report.h"

const struct antin_report_style report_plain = {"", "", "", "", ""};

const char *
report_say(const struct report_writer *w, const char *marked)
{
	return w->tr && marked[0] ? w->tr(marked) : marked;
}

/* Replaces the first %s of a sentence; returns what is behind it, NULL when there is none. */
static const char *
fill_first(struct antin_bytes *out, const char *sentence, struct antin_slice value)
{
	const char *place = strstr(sentence, "%s");

	if (!place)
		return NULL;
	antin_bytes_add(out, sentence, (size_t)(place - sentence));
	antin_bytes_add(out, value.p, value.len);
	return place + 2;
}

/* Replaces the one %s of a sentence. */
static void
fill(struct antin_bytes *out, const char *sentence, const struct antin_bytes *value)
{
	const char *rest = fill_first(out, sentence, antin_bytes_slice(value));

	antin_bytes_text(out, rest ? rest : sentence);
}

/* The value of %s: detail, argument, or "detail; argument". */
static void
value_of(const struct antin_finding *f, antin_translate_fn *tr, struct antin_bytes *out)
{
	antin_bytes_text(out, f->detail);
	if (f->detail[0] && f->arg)
		antin_bytes_text(out, "; ");
	if (f->arg)
		antin_bytes_text(out, tr ? tr(f->arg) : f->arg);
}

/* A sentence begins with a capital and ends with a stop, also when it was written as a part. */
static void
as_sentence(struct antin_bytes *out, size_t from)
{
	if (out->failed || out->len == from)
		return;
	if (out->p[from] >= 'a' && out->p[from] <= 'z')
		out->p[from] = (uint8_t)(out->p[from] - 32);
	if (out->p[out->len - 1] != '.')
		antin_bytes_byte(out, '.');
}

void
antin_finding_text(const struct antin_finding *f, antin_translate_fn *tr, struct antin_bytes *out)
{
	ANTIN_SCOPED(antin_bytes) value = {0};
	const char *sentence = f->text ? f->text : f->row->why, *rest = NULL, *place;
	struct antin_slice certificate = antin_slice_text(f->certificate);
	size_t from = out->len;

	sentence = tr ? tr(sentence) : sentence;
	place = strstr(sentence, "%s");
	value_of(f, tr, &value);
	if (place && (!value.len || strstr(place + 2, "%s")))
		rest = fill_first(out, sentence, certificate);
	fill(out, rest ? rest : sentence, &value);
	as_sentence(out, from);
}

const char *
antin_finding_field(const struct antin_finding *f)
{
	if (f->field[0])
		return f->field;
	return f->row->field ? f->row->field : "";
}

static void
safe(struct antin_bytes *out, const struct antin_bytes *text)
{
	antin_text_safe_add(out, antin_bytes_slice(text), ANTIN_SAFE_MAX);
}

/* "  label: " and then the caller's text and a line end. */
void
report_label(const struct report_writer *w, const char *marked)
{
	antin_bytes_printf(w->out, "  %s: ", report_say(w, marked));
}

void
report_heading(const struct report_writer *w, const struct antin_verdict *v)
{
	static const char *const marks[] = {
	        [ANTIN_TOTAL_PASSED] = "✔",
	        [ANTIN_INDETERMINATE] = "?",
	        [ANTIN_TOTAL_FAILED] = "✘",
	};
	const char *const styles[] = {
	        [ANTIN_TOTAL_PASSED] = w->style->good,
	        [ANTIN_INDETERMINATE] = w->style->doubt,
	        [ANTIN_TOTAL_FAILED] = w->style->bad,
	};

	antin_bytes_printf(w->out, "%s%s %s%s: ", styles[v->indication], marks[v->indication],
	                   report_say(w, antin_verdict_heading(v)), w->style->plain);
	antin_bytes_text(w->out, w->style->bold);
	if (v->signer.name.len)
		safe(w->out, &v->signer.name);
	else
		antin_bytes_text(w->out, report_say(w, N_("signer not known")));
	antin_bytes_printf(w->out, "%s\n", w->style->plain);
}

static void
line_of(const struct report_writer *w, const char *marked, const struct antin_bytes *text)
{
	if (!text->len)
		return;
	report_label(w, marked);
	safe(w->out, text);
	antin_bytes_byte(w->out, '\n');
}

/* What is unknown is said, too: silence would be taken for the usual kind. */
static void
kind(const struct report_writer *w, const struct antin_verdict *v)
{
	if (!v->signer.cert)
		return;
	report_label(w, N_("Kind of signer"));
	antin_bytes_printf(w->out, "%s; %s%s\n", report_say(w, antin_holder_text(v->kind.holder)),
	                   report_say(w, antin_class_text(v->kind.class)),
	                   v->kind.proven ? ""
	                                  : report_say(w, N_(" (by its own words, not proven)")));
}

void
report_holder(const struct report_writer *w, const struct antin_verdict *v)
{
	line_of(w, N_("Title"), &v->signer.title);
	line_of(w, N_("Office"), &v->signer.organization);
	line_of(w, N_("Unit"), &v->signer.unit);
	line_of(w, N_("E-mail"), &v->signer.email);
	kind(w, v);
}

static void
when(const struct report_writer *w, const struct antin_verdict *v)
{
	char t[ANTIN_TIME_CAP];

	report_label(w, N_("Time"));
	if (v->signing_time == ANTIN_NO_TIME)
		antin_bytes_text(w->out, report_say(w, N_("the signer claims none")));
	else
		antin_bytes_printf(w->out, "%s, %s",
		                   antin_time_people(v->signing_time, ANTIN_VIETNAM_OFFSET, t),
		                   report_say(w, N_("claimed by the signer, not proven")));
	antin_bytes_byte(w->out, '\n');
}

static void
stamps(const struct report_writer *w, const struct antin_verdict *v)
{
	static const char *const labels[] = {
	        [ANTIN_STAMP_SIGNATURE] = N_("Time stamp"),
	        [ANTIN_STAMP_CONTENT] = N_("Time stamp of the content"),
	        [ANTIN_STAMP_ARCHIVE] = N_("Archive time stamp"),
	};

	for (size_t i = 0; i < v->n_stamps; i++) {
		const struct antin_stamp *s = &v->stamps[i];
		char t[ANTIN_TIME_CAP];

		report_label(w, labels[s->kind]);
		if (s->time != ANTIN_NO_TIME)
			antin_bytes_printf(w->out, "%s, ",
			                   antin_time_people(s->time, ANTIN_VIETNAM_OFFSET, t));
		antin_bytes_text(w->out,
		                 report_say(w, s->valid ? N_("proven") : N_("does not count")));
		if (s->tsa) {
			antin_bytes_text(w->out, "; ");
			antin_name_text_add(w->out, s->tsa->subject);
		}
		antin_bytes_byte(w->out, '\n');
	}
}

/* A deeper one is over the one above it. */
static void
counters(const struct report_writer *w, const struct antin_verdict *v)
{
	static const char *const texts[] = {
	        [ANTIN_TOTAL_PASSED] = N_("VALID"),
	        [ANTIN_INDETERMINATE] = N_("NOT YET DECIDED"),
	        [ANTIN_TOTAL_FAILED] = N_("NOT VALID"),
	};

	for (size_t i = 0; i < v->n_counters; i++) {
		const struct antin_counter *c = &v->counters[i];
		char t[ANTIN_TIME_CAP];

		report_label(w, c->depth > 1 ? N_("Counter-signature of that one")
		                             : N_("Counter-signature"));
		antin_bytes_text(w->out, report_say(w, texts[c->indication]));
		if (c->signer) {
			antin_bytes_text(w->out, "; ");
			antin_name_text_add(w->out, c->signer->subject);
		}
		if (c->signing_time != ANTIN_NO_TIME)
			antin_bytes_printf(w->out, "; %s, %s",
			                   antin_time_people(c->signing_time, ANTIN_VIETNAM_OFFSET,
			                                     t),
			                   report_say(w, N_("claimed by the signer, not proven")));
		if (w->r && c->judged_at != ANTIN_NO_TIME && c->judged_at < w->r->time)
			antin_bytes_printf(w->out, "; %s, %s",
			                   antin_time_people(c->judged_at, ANTIN_VIETNAM_OFFSET, t),
			                   report_say(w, N_("proven")));
		antin_bytes_byte(w->out, '\n');
	}
}

/* Of a signature that does not fit what lies here, "nothing was changed" would mislead. */
static const char not_told[] = N_("cannot be told");

static void
coverage(const struct report_writer *w, const struct antin_verdict *v)
{
	static const char *const texts[] = {
	        [ANTIN_COVERAGE_ENTIRE_FILE] = N_("the whole file"),
	        [ANTIN_COVERAGE_ENTIRE_REVISION] =
	                N_("the whole file as it was when it was signed"),
	        [ANTIN_COVERAGE_PARTIAL] = N_("only parts of the document"),
	        [ANTIN_COVERAGE_UNCLEAR] = N_("not clear"),
	};

	report_label(w, N_("Covers"));
	antin_bytes_printf(w->out, "%s\n",
	                   report_say(w, v->sub == ANTIN_SUB_SIGNED_DATA_NOT_FOUND
	                                         ? not_told
	                                         : texts[v->coverage]));
}

enum { ITEMS_SHOWN = 20 };

static void
changes(const struct report_writer *w, const struct antin_verdict *v)
{
	static const char *const texts[] = {
	        [ANTIN_CHANGE_NONE] = N_("nothing"),
	        [ANTIN_CHANGE_LTA] = N_("evidence was added"),
	        [ANTIN_CHANGE_FILL] = N_("fields were filled in or signed"),
	        [ANTIN_CHANGE_ANNOTATE] = N_("comments were added"),
	        [ANTIN_CHANGE_OTHER] = N_("the document itself"),
	};

	report_label(w, N_("Changed since"));
	antin_bytes_printf(w->out, "%s\n",
	                   report_say(w, v->intact || v->changes.level ? texts[v->changes.level]
	                                                               : not_told));
	for (size_t i = 0; i < v->changes.n && i < ITEMS_SHOWN; i++) {
		const struct antin_change *c = &v->changes.items[i];
		ANTIN_SCOPED(antin_bytes) detail = {0};

		antin_text_safe_add(&detail, antin_slice_text(c->detail), ANTIN_SAFE_MAX);
		antin_bytes_text(w->out, "    - ");
		fill(w->out, report_say(w, c->what), &detail);
		antin_bytes_byte(w->out, '\n');
	}
	if (v->changes.n > ITEMS_SHOWN)
		antin_bytes_text(w->out, "    - …\n");
}

static void
certificate(const struct report_writer *w, const struct antin_verdict *v)
{
	const struct antin_cert *c = v->signer.cert;
	char groups[80], from[ANTIN_TIME_CAP], to[ANTIN_TIME_CAP];

	if (!c)
		return;
	report_label(w, N_("Certificate"));
	antin_bytes_printf(w->out, "%s %s, %s – %s\n", report_say(w, N_("serial")),
	                   antin_hex_groups(c->serial, groups, sizeof(groups)),
	                   antin_time_people(c->not_before, ANTIN_VIETNAM_OFFSET, from),
	                   antin_time_people(c->not_after, ANTIN_VIETNAM_OFFSET, to));
	report_label(w, N_("Issued by"));
	antin_name_text_add(w->out, c->issuer);
	antin_bytes_byte(w->out, '\n');
	if (!v->anchor)
		return;
	report_label(w, N_("Trusted through"));
	antin_name_text_add(w->out, v->anchor->cert->subject);
	antin_bytes_printf(w->out, " (%s)\n", report_say(w, antin_class_text(v->anchor->class)));
}

static void
revocation(const struct report_writer *w, const struct antin_verdict *v)
{
	const struct antin_status *st = v->path.statuses;
	char t[ANTIN_TIME_CAP];

	if (!st || st->kind != ANTIN_STATUS_GOOD || st->later || !st->source)
		return;
	report_label(w, N_("Revocation"));
	antin_bytes_printf(w->out, "%s %s (%s, %s)\n", report_say(w, N_("not revoked, as of")),
	                   antin_time_people(st->this_update, ANTIN_VIETNAM_OFFSET, t),
	                   strcmp(st->source, "crl") == 0 ? "CRL" : "OCSP", st->file);
}

/* Clause, certificate and field of a refusal. */
static void
basis(const struct report_writer *w, const struct antin_finding *f)
{
	report_label(w, N_("Basis"));
	antin_bytes_text(w->out, f->clause ? f->clause : f->row->clause);
	if (f->certificate[0])
		antin_bytes_printf(w->out, "; \"%s\"", f->certificate);
	if (antin_finding_field(f)[0])
		antin_bytes_printf(w->out, "; %s", antin_finding_field(f));
	antin_bytes_byte(w->out, '\n');
}

void
report_findings(const struct report_writer *w, const struct antin_verdict *v)
{
	if (v->n_errors) {
		report_label(w, N_("Result"));
		antin_bytes_printf(w->out, "%s/%s\n", antin_indication_id(v->indication),
		                   antin_sub_id(v->sub));
	}
	for (size_t i = 0; i < v->n_errors; i++) {
		report_label(w, i ? N_("Also") : N_("Why"));
		antin_finding_text(&v->errors[i], w->tr, w->out);
		antin_bytes_byte(w->out, '\n');
		basis(w, &v->errors[i]);
	}
	if (v->n_errors) {
		report_label(w, N_("What to do"));
		antin_bytes_printf(w->out, "%s\n", report_say(w, v->errors[0].row->advice));
	}
	for (size_t i = 0; i < v->n_warnings; i++) {
		report_label(w, N_("Note"));
		antin_finding_text(&v->warnings[i], w->tr, w->out);
		antin_bytes_byte(w->out, '\n');
	}
}

void
report_facts(const struct report_writer *w, const struct antin_verdict *v)
{
	report_holder(w, v);
	when(w, v);
	stamps(w, v);
	counters(w, v);
	if (v->level) {
		report_label(w, N_("Level"));
		antin_bytes_printf(w->out, "%s, %s\n", v->level,
		                   v->alg_known ? antin_sigalg_name(v->alg) : "?");
	}
	coverage(w, v);
	changes(w, v);
}

static void
signature(const struct report_writer *w, const struct antin_verdict *v, size_t number)
{
	if (w->r->n > 1)
		antin_bytes_printf(w->out, "%zu/%zu ", number, w->r->n);
	report_heading(w, v);
	report_facts(w, v);
	certificate(w, v);
	revocation(w, v);
	report_findings(w, v);
}

void
report_unsigned(const struct antin_report *r, antin_translate_fn *tr, struct antin_bytes *out)
{
	const struct report_writer w = {.tr = tr};
	ANTIN_SCOPED(antin_bytes) name = {0};

	antin_bytes_printf(out, "%s\n", report_say(&w, N_("The file carries no signature.")));
	if (r->beside) {
		antin_text_safe_add(&name, antin_slice_text(r->beside), ANTIN_SAFE_MAX);
		fill(out, report_say(&w, N_("One in a file of its own lies beside it: check %s.")),
		     &name);
	} else {
		antin_bytes_text(out, report_say(&w, N_("A picture of a seal or of a handwritten "
		                                        "signature is none: ask the sender for "
		                                        "the file that was signed digitally.")));
	}
	antin_bytes_byte(out, '\n');
}

const char *
antin_report_outcome(const struct antin_report *r)
{
	static const char *const words[] = {
	        [ANTIN_TOTAL_PASSED] = N_("VALID"),
	        [ANTIN_INDETERMINATE] = N_("NOT YET DECIDED"),
	        [ANTIN_TOTAL_FAILED] = N_("NOT VALID"),
	};
	enum antin_indication worst = ANTIN_TOTAL_PASSED;

	for (size_t i = 0; i < r->n; i++)
		if (r->verdicts[i].indication > worst)
			worst = r->verdicts[i].indication;
	return r->n ? words[worst] : N_("NO SIGNATURE");
}

enum antin_rc
antin_report_text(const struct antin_report *r, antin_translate_fn *tr,
                  const struct antin_report_style *style, struct antin_bytes *out,
                  struct antin_err *err)
{
	const struct report_writer w = {r, tr, style ? style : &report_plain, out};
	char t[ANTIN_TIME_CAP];

	antin_text_safe_add(out, antin_slice_text(r->file), ANTIN_SAFE_MAX);
	antin_bytes_byte(out, '\n');
	if (r->content) {
		antin_bytes_printf(out, "%s ", report_say(&w, N_("Checked over the file:")));
		antin_text_safe_add(out, antin_slice_text(r->content), ANTIN_SAFE_MAX);
		antin_bytes_byte(out, '\n');
	}
	if (r->assumed)
		antin_bytes_printf(out, "%s %s\n",
		                   report_say(&w,
		                              N_("As if it were the following time, which proves "
		                                 "nothing:")),
		                   antin_time_people(r->time, ANTIN_VIETNAM_OFFSET, t));
	if (r->rules) {
		antin_bytes_printf(out, "%s ", report_say(&w, N_("Judged by the rules:")));
		antin_text_safe_add(out, antin_slice_text(antin_rules_name(r->rules)),
		                    ANTIN_SAFE_MAX);
		antin_bytes_byte(out, '\n');
	}
	if (!r->n)
		report_unsigned(r, tr, out);
	for (size_t i = 0; i < r->n; i++)
		signature(&w, &r->verdicts[i], i + 1);
	fetches_text(&r->fetches, tr, out);
	return antin_bytes_check(out, err);
}
