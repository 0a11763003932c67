/*
 * The report as one page of HTML: every text goes through one function that escapes;
 * what is foreign was made safe to show before.
 */
#include <antin/report_html.h>

#include <stdlib.h>
#include <string.h>

#include <antin/clock.h>
#include <antin/text.h>

#include "report.h"

enum { HTML_MAX = 256 * 1024 * 1024 };

/* No colour says what words do not; a sheet of A4 a signature. */
static const char style[] =
        "@page{size:A4;margin:10mm 14mm}"
        "body{font:10pt/1.35 'Liberation Serif','Times New Roman',serif;color:#111;background:#fff;"
        "max-width:182mm;margin:1em auto;padding:0 1em}"
        "h1{font-size:13pt;margin:.2em 0}h2{font-size:15pt;margin:.3em 0;padding:.3em .5em;"
        "border:2px solid #444;overflow-wrap:anywhere}"
        "h3{font-size:11pt;margin:.7em 0 .2em}p{margin:.25em 0}"
        "article{border-top:3px double #444;margin-top:2em;padding-top:.5em}"
        ".passed h2{border-color:#0a5c1f;color:#0a5c1f}.failed h2{border-color:#8f0d0d;"
        "color:#8f0d0d}.doubt h2{border-color:#7a4b00;color:#7a4b00}"
        "table{border-collapse:collapse;width:100%}caption{text-align:left;font-weight:bold;"
        "margin-top:.6em}"
        "th,td{border:1px solid #999;padding:.12em .4em;text-align:left;vertical-align:top;"
        "overflow-wrap:anywhere}th{font-weight:normal;background:#f2f2f2;width:28%}"
        "thead th{font-weight:bold;width:auto}"
        "ol.chain{list-style:none;margin:.2em 0;padding:0}"
        "ol.chain li{border:1px solid #666;border-radius:3px;padding:.15em .5em;"
        "overflow-wrap:anywhere}"
        "ol.chain li+li{margin-top:1.5em;position:relative}"
        "ol.chain li+li::before{content:'\\2191';position:absolute;top:-1.45em;left:1.5em}"
        "code,.hex{font-family:'Liberation Mono',monospace;font-size:8.5pt;"
        "overflow-wrap:anywhere}"
        "ul{margin:.1em 0;padding-left:1.2em}footer{font-size:8.5pt;margin-top:.6em}"
        "@media print{body{margin:0;padding:0;max-width:none;font:8pt/1.22 'Liberation "
        "Serif','Times New Roman',serif}footer{display:none}"
        "article{border:0;margin:0;padding:0}*+article{break-before:page;"
        "page-break-before:always}h2{font-size:12pt}h3,caption{font-size:9pt;margin:.4em 0 "
        ".1em}th,td{padding:.05em .4em}"
        "tr,li,h3{break-inside:avoid}code,.hex{font-size:7pt}small{font-size:7pt}}";

struct antin_html {
	char *lang, *version;
	antin_translate_fn *tr;
	struct antin_bytes rows, articles; /* of the table of all files; of the signatures */
	size_t files, sheets;
};

void
antin_html_free(struct antin_html *h)
{
	if (!h)
		return;
	free(h->lang);
	free(h->version);
	antin_bytes_done(&h->rows);
	antin_bytes_done(&h->articles);
	free(h);
}

enum antin_rc
antin_html_new(const char *lang, antin_translate_fn *tr, const char *version,
               struct antin_html **out, struct antin_err *err)
{
	ANTIN_OWN_S(antin_html) h = calloc(1, sizeof(*h));
	enum antin_rc rc;

	if (!h)
		return antin_fail_memory(err);
	h->tr = tr;
	rc = antin_text_copy(lang, &h->lang, err);
	if (rc == ANTIN_OK)
		rc = antin_text_copy(version, &h->version, err);
	if (rc == ANTIN_OK)
		*out = ANTIN_TAKE(h);
	return rc;
}

static const char *
say(const struct antin_html *h, const char *marked)
{
	return h->tr ? h->tr(marked) : marked;
}

/* ---- the only ways in which text comes into the page ---- */

/* Text that is safe to show. */
static void
put(struct antin_bytes *b, const char *text)
{
	antin_text_html_add(b, antin_slice_text(text));
}

static void
put_bytes(struct antin_bytes *b, const struct antin_bytes *text)
{
	antin_text_html_add(b, antin_bytes_slice(text));
}

/* Text as strangers wrote it; a command is of use only whole. */
enum { COMMAND_MAX = 16384 };
static void
put_up_to(struct antin_bytes *b, const char *text, size_t max)
{
	ANTIN_SCOPED(antin_bytes) safe = {0};

	antin_text_safe_add(&safe, antin_slice_text(text), max);
	put_bytes(b, &safe);
}

static void
put_foreign(struct antin_bytes *b, const char *text)
{
	put_up_to(b, text, ANTIN_SAFE_MAX);
}

static void
put_said(const struct antin_html *h, struct antin_bytes *b, const char *marked)
{
	put(b, say(h, marked));
}

/* A letter that Vietnamese has and few other languages: ă đ ơ ư, and those with two marks. */
static bool
vietnamese(struct antin_slice s)
{
	static const uint8_t after_e1[] = {0xba, 0xbb}, after_c4[] = {0x82, 0x83, 0x90, 0x91},
	                     after_c6[] = {0xa0, 0xa1, 0xaf, 0xb0};
	static const struct {
		uint8_t first;
		struct antin_slice second;
	} rows[] = {{0xe1, {after_e1, sizeof(after_e1)}},
	            {0xc4, {after_c4, sizeof(after_c4)}},
	            {0xc6, {after_c6, sizeof(after_c6)}}};

	for (size_t i = 0; i + 1 < s.len; i++)
		for (size_t r = 0; r < sizeof(rows) / sizeof(rows[0]); r++)
			if (s.p[i] == rows[r].first &&
			    memchr(rows[r].second.p, s.p[i + 1], rows[r].second.len))
				return true;
	return false;
}

/* A name, safe to show; read aloud in its own language on a page in another. */
static void
put_own(const struct antin_html *h, struct antin_bytes *b, struct antin_slice name)
{
	bool other = strcmp(h->lang, "vi") != 0 && vietnamese(name);

	antin_bytes_text(b, other ? "<span lang=\"vi\">" : "");
	antin_text_html_add(b, name);
	antin_bytes_text(b, other ? "</span>" : "");
}

static void
put_time(struct antin_bytes *b, int64_t t)
{
	char text[ANTIN_TIME_CAP];

	put(b, antin_time_people(t, ANTIN_VIETNAM_OFFSET, text));
}

static void
put_name(const struct antin_html *h, struct antin_bytes *b, struct antin_slice name)
{
	ANTIN_SCOPED(antin_bytes) text = {0};

	antin_name_text_add(&text, name);
	put_own(h, b, antin_bytes_slice(&text));
}

/* The tags are ours, and never hold a text of others. */
static void
tag(struct antin_bytes *b, const char *markup)
{
	antin_bytes_text(b, markup);
}

/* Splits off the next line; false at the end. */
static bool
next_line(struct antin_in *in, struct antin_slice *line)
{
	const uint8_t *end;

	if (in->p == in->end)
		return false;
	end = memchr(in->p, '\n', antin_in_left(in));
	*line = (struct antin_slice){in->p, end ? (size_t)(end - in->p) : antin_in_left(in)};
	in->p += line->len + (end ? 1 : 0);
	return true;
}

/* ---- parts of a signature's sheet ---- */

static void
row_begin(const struct antin_html *h, struct antin_bytes *b, const char *label)
{
	tag(b, "<tr><th scope=\"row\">");
	put_said(h, b, label);
	tag(b, "</th><td>");
}

static void
row_end(struct antin_bytes *b)
{
	tag(b, "</td></tr>\n");
}

/* The label of a line "  label: value" or "  label:", and what is behind it. */
static void
begin_fact(const struct antin_html *h, struct antin_bytes *b, struct antin_slice line)
{
	const uint8_t *colon = memmem(line.p, line.len, ": ", 2);
	size_t label = colon ? (size_t)(colon - line.p) : line.len - 1;
	size_t from = colon ? label + 2 : line.len;
	struct antin_slice value = {line.p + from, line.len - from};

	tag(b, "<tr><th scope=\"row\">");
	antin_text_html_add(b, (struct antin_slice){line.p + 2, label - 2});
	tag(b, "</th><td>");
	/* With our words before it, it is no name alone. */
	if (memchr(value.p, ';', value.len))
		antin_text_html_add(b, value);
	else
		put_own(h, b, value);
}

/* Lines of the text report as rows; "    - item" goes on in the row before. */
static void
rows_of(const struct antin_html *h, struct antin_bytes *b, const struct antin_bytes *text)
{
	struct antin_in in = antin_in_of(antin_bytes_slice(text));
	struct antin_slice line;
	bool open = false;

	while (next_line(&in, &line)) {
		if (line.len > 6 && memcmp(line.p, "    - ", 6) == 0) {
			tag(b, "<br/>– ");
			antin_text_html_add(b, (struct antin_slice){line.p + 6, line.len - 6});
			continue;
		}
		if (open)
			row_end(b);
		begin_fact(h, b, line);
		open = true;
	}
	if (open)
		row_end(b);
}

static void
facts(const struct antin_html *h, struct antin_bytes *b, const struct antin_report *r,
      const struct antin_verdict *v)
{
	ANTIN_SCOPED(antin_bytes) text = {0};
	const struct report_writer w = {r, h->tr, &report_plain, &text};

	report_facts(&w, v);
	tag(b, "<table><caption>");
	put_said(h, b, N_("The signature"));
	tag(b, "</caption><tbody>\n");
	rows_of(h, b, &text);
	tag(b, "</tbody></table>\n");
}

static void
checks(const struct antin_html *h, struct antin_bytes *b, const struct antin_verdict *v)
{
	static const char *const results[] = {
	        [REPORT_PASSED] = N_("passed"),
	        [REPORT_FAILED] = N_("failed"),
	        [REPORT_UNDECIDED] = N_("not decided"),
	        [REPORT_NOT_DONE] = N_("not shown"),
	};
	struct report_check list[REPORT_CHECKS];

	report_checks(v, h->tr, list);
	tag(b, "<table><caption>");
	put_said(h, b, N_("The checks and their evidence"));
	tag(b, "</caption><thead><tr><th scope=\"col\">");
	put_said(h, b, N_("Check"));
	tag(b, "</th><th scope=\"col\">");
	put_said(h, b, N_("Result"));
	tag(b, "</th><th scope=\"col\">");
	put_said(h, b, N_("Evidence"));
	tag(b, "</th></tr></thead><tbody>\n");
	for (size_t i = 0; i < REPORT_CHECKS; i++) {
		struct antin_in in = antin_in_of(antin_bytes_slice(&list[i].evidence));
		struct antin_slice line;
		const char *between = "";

		if (!list[i].what)
			continue;
		row_begin(h, b, list[i].what);
		put_said(h, b, results[list[i].result]);
		tag(b, "</td><td>");
		for (; next_line(&in, &line); between = "<br/>") {
			tag(b, between);
			antin_text_html_add(b, line);
		}
		row_end(b);
	}
	tag(b, "</tbody></table>\n");
	report_checks_done(list);
}

static void
chain(const struct antin_html *h, struct antin_bytes *b, const struct antin_verdict *v)
{
	const struct antin_path *p = &v->path;

	if (!p->chain.n)
		return;
	tag(b, "<h3>");
	put_said(h, b, N_("Chain"));
	tag(b, "</h3>\n<ol class=\"chain\">\n");
	for (size_t i = 0; i < p->chain.n; i++) {
		const struct antin_cert *c = p->chain.items[i];
		bool last = v->anchor && i + 1 == p->chain.n;
		char groups[80];

		tag(b, "<li>");
		put_name(h, b, c->subject);
		tag(b, "<br/><span class=\"hex\">");
		put_said(h, b, N_("serial"));
		tag(b, " ");
		put(b, antin_hex_groups(c->serial, groups, sizeof(groups)));
		tag(b, "</span>, ");
		put_time(b, c->not_before);
		tag(b, " – ");
		put_time(b, c->not_after);
		if (last) {
			tag(b, "<br/>");
			put_said(h, b, N_("trusted"));
			tag(b, "; ");
			put_said(h, b, antin_class_text(v->anchor->class));
		}
		tag(b, "</li>\n");
	}
	tag(b, "</ol>\n");
}

static void
finding(const struct antin_html *h, struct antin_bytes *b, const struct antin_finding *f,
        const char *kind)
{
	ANTIN_SCOPED(antin_bytes) text = {0};

	antin_finding_text(f, h->tr, &text);
	row_begin(h, b, kind);
	put_bytes(b, &text);
	tag(b, "<br/><small>");
	put(b, f->clause ? f->clause : f->row->clause);
	if (f->certificate[0]) {
		tag(b, "; ");
		put(b, f->certificate);
	}
	if (antin_finding_field(f)[0]) {
		tag(b, "; ");
		put(b, antin_finding_field(f));
	}
	tag(b, "</small>");
	row_end(b);
}

static void
findings(const struct antin_html *h, struct antin_bytes *b, const struct antin_verdict *v)
{
	if (!v->n_errors && !v->n_warnings)
		return;
	tag(b, "<table><caption>");
	put_said(h, b, N_("Reasons and notes"));
	tag(b, "</caption><tbody>\n");
	if (v->n_errors) {
		row_begin(h, b, N_("Result"));
		put(b, antin_indication_id(v->indication));
		tag(b, "/");
		put(b, antin_sub_id(v->sub));
		row_end(b);
	}
	for (size_t i = 0; i < v->n_errors; i++)
		finding(h, b, &v->errors[i], i ? N_("Also") : N_("Why"));
	if (v->n_errors) {
		row_begin(h, b, N_("What to do"));
		put_said(h, b, v->errors[0].row->advice);
		row_end(b);
	}
	for (size_t i = 0; i < v->n_warnings; i++)
		finding(h, b, &v->warnings[i], N_("Note"));
	tag(b, "</tbody></table>\n");
}

/* ---- sheets ---- */

static const char *const classes[] = {
        [ANTIN_TOTAL_PASSED] = "passed",
        [ANTIN_INDETERMINATE] = "doubt",
        [ANTIN_TOTAL_FAILED] = "failed",
};

/* The file, and how to do the check again; on every sheet, which must stand alone. */
static void
about_file(const struct antin_html *h, struct antin_bytes *b, const struct antin_report *r,
           const char *command)
{
	ANTIN_SCOPED(antin_bytes) hash = {0};

	antin_hex_add(&hash, (struct antin_slice){r->sha256, 32});
	tag(b, "<table><caption>");
	put_said(h, b, N_("The file"));
	tag(b, "</caption><tbody>\n");
	row_begin(h, b, N_("File"));
	put_foreign(b, r->file);
	row_end(b);
	row_begin(h, b, N_("SHA-256 of the file"));
	tag(b, "<span class=\"hex\">");
	put_bytes(b, &hash);
	tag(b, "</span>");
	row_end(b);
	if (r->content) {
		row_begin(h, b, N_("Checked over the file"));
		put_foreign(b, r->content);
		row_end(b);
	}
	row_begin(h, b, N_("Checked on"));
	put_time(b, r->now);
	tag(b, "; antin ");
	put(b, h->version);
	row_end(b);
	if (r->assumed) {
		row_begin(h, b, N_("As if it were this time, which proves nothing"));
		put_time(b, r->time);
		row_end(b);
	}
	if (r->rules) {
		row_begin(h, b, N_("Judged by the rules"));
		put_foreign(b, antin_rules_name(r->rules));
		row_end(b);
	}
	if (command) {
		row_begin(h, b, N_("Check it again with"));
		tag(b, "<code>");
		put_up_to(b, command, COMMAND_MAX);
		tag(b, "</code>");
		row_end(b);
	}
	tag(b, "</tbody></table>\n");
}

static void
article_begin(struct antin_html *h, const char *class)
{
	struct antin_bytes *b = &h->articles;

	h->sheets++;
	antin_bytes_printf(b, "<article class=\"%s\" aria-labelledby=\"s%zu\"><h2 id=\"s%zu\">",
	                   class, h->sheets, h->sheets);
}

/* What the network was asked for this file. */
static void
addresses(struct antin_html *h, struct antin_bytes *b, const struct antin_fetch_log *l)
{
	bool begun = false;

	for (size_t i = 0; i < l->n; i++) {
		ANTIN_SCOPED(antin_bytes) text = {0};

		if (!fetch_told(&l->items[i]))
			continue;
		if (!begun) {
			tag(b, "<h3>");
			put_said(h, b, N_("Addresses for evidence"));
			tag(b, "</h3>\n<ul>");
		}
		begun = true;
		fetch_text(&l->items[i], h->tr, &text);
		tag(b, "<li>");
		put_bytes(b, &text);
		tag(b, "</li>\n");
	}
	if (begun)
		tag(b, l->omitted ? "<li>…</li>\n</ul>\n" : "</ul>\n");
}

/* Our words, a colon, and the name. */
static void
heading(const struct antin_html *h, struct antin_bytes *b, const struct antin_verdict *v)
{
	ANTIN_SCOPED(antin_bytes) text = {0};
	const struct report_writer w = {NULL, h->tr, &report_plain, &text};
	struct antin_slice s;
	const uint8_t *colon;
	size_t words;

	report_heading(&w, v);
	if (text.failed || !text.len)
		return;
	s = (struct antin_slice){text.p, text.len - 1}; /* without the line's end */
	colon = memmem(s.p, s.len, ": ", 2);
	words = colon ? (size_t)(colon - s.p) + 2 : 0;
	antin_text_html_add(b, (struct antin_slice){s.p, words});
	put_own(h, b, (struct antin_slice){s.p + words, s.len - words});
}

static void
sheet(struct antin_html *h, const struct antin_report *r, size_t number, const char *command)
{
	const struct antin_verdict *v = &r->verdicts[number];
	struct antin_bytes *b = &h->articles;

	article_begin(h, classes[v->indication]);
	heading(h, b, v);
	tag(b, "</h2>\n");
	if (r->n > 1) {
		tag(b, "<p>");
		put_said(h, b, N_("Signature"));
		antin_bytes_printf(b, " %zu/%zu</p>\n", number + 1, r->n);
	}
	about_file(h, b, r, command);
	findings(h, b, v);
	facts(h, b, r, v);
	chain(h, b, v);
	checks(h, b, v);
	addresses(h, b, &r->fetches);
	tag(b, "</article>\n");
}

static void
sheet_unsigned(struct antin_html *h, const struct antin_report *r, const char *command)
{
	struct antin_bytes *b = &h->articles;
	ANTIN_SCOPED(antin_bytes) said = {0};

	article_begin(h, "doubt");
	put_said(h, b, N_("NO SIGNATURE"));
	tag(b, ": ");
	put_foreign(b, r->file);
	tag(b, "</h2>\n<p>");
	report_unsigned(r, h->tr, &said);
	put_bytes(b, &said);
	tag(b, "</p>\n");
	about_file(h, b, r, command);
	tag(b, "</article>\n");
}

/* ---- the table of all files ---- */

/* File, result, signatures, signers, with a link to the first sheet. */
static void
table_row(struct antin_html *h, const char *file, const char *result, size_t first,
          const struct antin_report *r)
{
	struct antin_bytes *b = &h->rows;

	tag(b, "<tr><th scope=\"row\">");
	antin_bytes_printf(b, "<a href=\"#s%zu\">", first);
	put_foreign(b, file);
	tag(b, "</a></th><td>");
	put_said(h, b, result);
	antin_bytes_printf(b, "</td><td>%zu</td><td>", r ? r->n : 0);
	for (size_t i = 0; r && i < r->n; i++) {
		ANTIN_SCOPED(antin_bytes) name = {0};

		antin_text_safe_add(&name, antin_bytes_slice(&r->verdicts[i].signer.name),
		                    ANTIN_SAFE_MAX);
		tag(b, i ? "<br/>" : "");
		put_own(h, b, antin_bytes_slice(&name));
	}
	row_end(b);
}

static enum antin_rc
room(const struct antin_html *h, struct antin_err *err)
{
	enum antin_rc rc = antin_bytes_check(&h->articles, err);

	if (rc == ANTIN_OK)
		rc = antin_bytes_check(&h->rows, err);
	if (rc == ANTIN_OK && h->articles.len > HTML_MAX)
		return antin_fail(err, ANTIN_E_TOO_LARGE,
		                  N_("too many signatures for one page; use --csv"));
	return rc;
}

enum antin_rc
antin_html_add(struct antin_html *h, const struct antin_report *r, const char *command,
               struct antin_err *err)
{
	h->files++;
	table_row(h, r->file, antin_report_outcome(r), h->sheets + 1, r);
	for (size_t i = 0; i < r->n; i++)
		sheet(h, r, i, command);
	if (!r->n)
		sheet_unsigned(h, r, command);
	return room(h, err);
}

enum antin_rc
antin_html_add_error(struct antin_html *h, const char *file, const struct antin_err *cause,
                     struct antin_err *err)
{
	struct antin_bytes *b = &h->articles;
	char text[1024];

	h->files++;
	table_row(h, file, N_("NOT READABLE"), h->sheets + 1, NULL);
	article_begin(h, "failed");
	put_said(h, b, N_("NOT READABLE"));
	tag(b, ": ");
	put_foreign(b, file);
	tag(b, "</h2>\n<p>");
	put(b, antin_err_frame_text(cause, 0, h->tr, text, sizeof(text)));
	tag(b, "</p>\n<p>");
	put_said(h, b, N_("What to do"));
	tag(b, ": ");
	put_foreign(b, cause->hint[0] ? say(h, cause->hint) : antin_err_hint(cause, h->tr));
	tag(b, "</p></article>\n");
	return room(h, err);
}

/* ---- the page ---- */

/* 'sha256-...' of the style element's text. */
static enum antin_rc
style_hash(struct antin_bytes *out, struct antin_err *err)
{
	ANTIN_OWN_S(antin_hash) hash = NULL;
	uint8_t digest[ANTIN_DIGEST_MAX];
	enum antin_rc rc = antin_hash_new(ANTIN_SHA256, &hash, err);

	if (rc == ANTIN_OK)
		rc = antin_hash_add(hash, style, sizeof(style) - 1, err);
	if (rc == ANTIN_OK)
		rc = antin_hash_end(hash, digest, err);
	if (rc == ANTIN_OK)
		antin_base64_add(out, (struct antin_slice){digest, 32});
	return rc;
}

static void
page_head(const struct antin_html *h, struct antin_bytes *b, const struct antin_bytes *hash)
{
	tag(b, "<!DOCTYPE html>\n<html lang=\"");
	put(b, h->lang);
	tag(b,
	    "\">\n<head>\n<meta charset=\"utf-8\"/>\n<meta http-equiv=\"Content-Security-Policy\" "
	    "content=\"default-src 'none'; style-src 'sha256-");
	put_bytes(b, hash);
	tag(b,
	    "'; base-uri 'none'; form-action 'none'\"/>\n"
	    "<meta name=\"referrer\" content=\"no-referrer\"/>\n"
	    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n<title>");
	put_said(h, b, N_("Report on the checking of digital signatures"));
	tag(b, "</title>\n<style>");
	tag(b, style);
	tag(b, "</style>\n</head>\n<body>\n<header><h1>");
	put_said(h, b, N_("Report on the checking of digital signatures"));
	tag(b, "</h1></header>\n<main>\n");
}

static void
page_table(const struct antin_html *h, struct antin_bytes *b)
{
	static const char *const heads[] = {N_("File"), N_("Result"), N_("Signatures"),
	                                    N_("Signers")};

	tag(b, "<section class=\"all\" aria-labelledby=\"all\"><h2 id=\"all\">");
	put_said(h, b, N_("All files"));
	antin_bytes_printf(b, ": %zu</h2>\n<table><thead><tr>", h->files);
	for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++) {
		tag(b, "<th scope=\"col\">");
		put_said(h, b, heads[i]);
		tag(b, "</th>");
	}
	tag(b, "</tr></thead><tbody>\n");
	antin_bytes_add(b, h->rows.p, h->rows.len);
	tag(b, "</tbody></table></section>\n");
}

enum antin_rc
antin_html_end(struct antin_html *h, struct antin_bytes *out, struct antin_err *err)
{
	ANTIN_SCOPED(antin_bytes) hash = {0};
	enum antin_rc rc = style_hash(&hash, err);

	if (rc != ANTIN_OK)
		return rc;
	page_head(h, out, &hash);
	if (h->files > 1)
		page_table(h, out);
	antin_bytes_add(out, h->articles.p, h->articles.len);
	tag(out, "</main>\n<footer><p>");
	put_said(h, out,
	         N_("Made by antin after ETSI EN 319 102-1. This page proves nothing by "
	            "itself: check the file again with the command above."));
	tag(out, "</p></footer>\n</body>\n</html>\n");
	return antin_bytes_check(out, err);
}
