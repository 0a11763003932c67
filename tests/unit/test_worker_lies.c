/*
 * What comes from a worker is hostile: an answer that is cut, changed, contradicts itself or was
 * not asked for is refused, and what is taken is safe to show.
 */
#include "worker_world.h"

START_TEST(cut_at_every_octet)
{
	struct antin_worker *w = worker("echo", 60000);
	ANTIN_SCOPED(antin_bytes) body = {0};
	ANTIN_SCOPED(antin_bytes) whole = {0};
	size_t step;

	true_report(&body);
	message(WORKER_REPORT, antin_bytes_slice(&body), &whole);
	step = whole.len / 400 + 1;
	for (size_t cut = 0; cut <= whole.len; cut += cut < 64 || cut + 64 > whole.len ? 1 : step) {
		ANTIN_SCOPED(antin_report) r = {0};
		struct antin_err err = {0};
		enum antin_rc rc = judge_bytes(w, (struct antin_slice){whole.p, cut}, &r, &err);

		ck_assert_msg((rc == ANTIN_OK) == (cut == whole.len), "cut at %zu: %s", cut,
		              util_line(&err));
		ck_assert(rc == ANTIN_OK || rc == ANTIN_E_SERVICE);
	}
	antin_worker_free(w);
}
END_TEST

/* The body shorter than it was, in a message that is whole. */
START_TEST(short_at_every_octet)
{
	ANTIN_SCOPED(antin_bytes) body = {0};

	true_report(&body);
	for (size_t cut = 0; cut < body.len; cut++) {
		ANTIN_SCOPED(antin_report) r = {0};
		struct antin_slice part = {body.p, cut};
		struct antin_err err = {0};

		util_fails(worker_report_read(part, &scene.options, NULL, &r, &err),
		           ANTIN_E_FORMAT);
		ck_assert(!r.verdicts && !r.texts);
	}
	antin_bytes_byte(&body, 0);
	{
		ANTIN_SCOPED(antin_report) r = {0};
		struct antin_err err = {0};

		util_fails(worker_report_read(antin_bytes_slice(&body), &scene.options, NULL, &r,
		                              &err),
		           ANTIN_E_FORMAT);
	}
}
END_TEST

/* Whatever is changed: no fault of memory, and nobody is VALID whom no anchor stands behind. */
START_TEST(changed_at_every_octet)
{
	ANTIN_SCOPED(antin_bytes) body = {0};
	size_t refused = 0, taken = 0;

	true_report(&body);
	for (size_t at = 0; at < body.len; at++)
		for (unsigned int bit = 0; bit < 8; bit += 3) {
			ANTIN_SCOPED(antin_report) r = {0};
			struct antin_bytes text = {0};
			struct antin_err err = {0};
			enum antin_rc rc;

			body.p[at] ^= (uint8_t)(1u << bit);
			rc = worker_report_read(antin_bytes_slice(&body), &scene.options, NULL, &r,
			                        &err);
			body.p[at] ^= (uint8_t)(1u << bit);
			refused += rc != ANTIN_OK;
			taken += rc == ANTIN_OK;
			if (rc != ANTIN_OK)
				continue;
			r.file = strdup("x.pdf");
			free(ways_json(&r));
			ways_text(&r, &text);
			antin_bytes_done(&text);
			for (size_t i = 0; i < r.n; i++)
				ck_assert(r.verdicts[i].indication != ANTIN_TOTAL_PASSED ||
				          r.verdicts[i].anchor == scene.trust.anchors);
		}
	ck_assert_uint_gt(refused, taken);
}
END_TEST

static void
lie_chain(struct antin_verdict *v)
{
	struct antin_cert *swap = v->path.chain.items[1];

	v->path.chain.items[1] = v->path.chain.items[2];
	v->path.chain.items[2] = swap;
}
static void
lie_short(struct antin_verdict *v)
{
	antin_cert_free(v->path.chain.items[--v->path.chain.n]);
	free(v->path.statuses);
	v->path.statuses = NULL;
}
static void
lie_middle(struct antin_verdict *v)
{
	antin_cert_free(v->path.chain.items[1]);
	v->path.chain.items[1] = v->path.chain.items[2];
	v->path.chain.n = 2;
	free(v->path.statuses);
	v->path.statuses = NULL;
}
static void
lie_anchor(struct antin_verdict *v)
{
	v->anchor = NULL;
}
static void
lie_intact(struct antin_verdict *v)
{
	v->intact = false;
}
static void
lie_signer(struct antin_verdict *v)
{
	antin_cert_free(v->signer.cert);
	v->signer.cert = antin_cert_ref(v->path.chain.items[1]);
}
static void
lie_nobody(struct antin_verdict *v)
{
	antin_cert_free(v->signer.cert);
	v->signer.cert = NULL;
}
static void
lie_warning(struct antin_verdict *v)
{
	v->warnings[v->n_warnings++] = (struct antin_finding){.row = antin_finding_row(60)};
	ck_assert(antin_finding_row(60)->sub != ANTIN_SUB_NONE);
}
static void
lie_error(struct antin_verdict *v)
{
	v->errors[v->n_errors++] = (struct antin_finding){.row = antin_finding_row(0)};
}
static void
lie_fault(struct antin_verdict *v)
{
	v->path.faults = calloc(1, sizeof(*v->path.faults));
	v->path.faults[0].index = v->path.chain.n;
	v->path.n_faults = 1;
}
static void
lie_time(struct antin_verdict *v)
{
	v->signing_time++;
}

/* ---- chains in which each signature holds ---- */

/* The signer is another, whose certificate may have an issuer that is not in the chain yet. */
static void
lie_named(struct antin_verdict *v, struct pki_spec s, bool below)
{
	struct antin_certs *chain = &v->path.chain;
	struct antin_cert *c = pki_cert(s);

	free(v->path.statuses);
	v->path.statuses = NULL;
	if (below) {
		ck_assert(antin_certs_add(chain, c, NULL) == ANTIN_OK);
		antin_cert_free(c);
		c = chain->items[chain->n - 1];
		for (size_t i = chain->n; i-- > 1;)
			chain->items[i] = chain->items[i - 1];
	} else {
		antin_cert_free(chain->items[0]);
	}
	chain->items[0] = c;
	antin_cert_free(v->signer.cert);
	v->signer.cert = antin_cert_ref(c);
}
static struct pki_spec
another(void)
{
	return pki_leaf("Chủ tịch", "Agency/CA", other_key, ca_key);
}
static void
lie_another(struct antin_verdict *v)
{
	lie_named(v, another(), false);
}
/* The key of a person who has a true certificate makes one for somebody else. */
static void
lie_by_person(struct antin_verdict *v)
{
	lie_named(v, pki_leaf("Chủ tịch", "Sở Nội vụ/Nguyễn Văn An", other_key, leaf_key), true);
}
static void
lie_expired(struct antin_verdict *v)
{
	struct pki_spec s = another();

	s.to = PKI_NOW - 1;
	lie_named(v, s, false);
}
static void
lie_proven(struct antin_verdict *v)
{
	lie_expired(v);
	v->best_time = PKI_NOW - 60;
}
/* Who has a true time stamp of an authority can put it beside any signature. */
static void
lie_stamped(struct antin_verdict *v)
{
	lie_proven(v);
	(void)say_stamped(v, stamper(), NULL);
}
static void
lie_early(struct antin_verdict *v)
{
	lie_stamped(v);
	v->best_time = PKI_NOW - 2 * PKI_YEAR;
}
static void
lie_unmarked(struct antin_verdict *v)
{
	lie_stamped(v);
	v->stamps[0].anchor = NULL;
}
static void
lie_of_content(struct antin_verdict *v)
{
	lie_stamped(v);
	v->stamps[0].kind = ANTIN_STAMP_CONTENT;
}
static void
lie_tls(struct antin_verdict *v)
{
	static const uint8_t server[] = {0x30, 10, 6, 8, 0x2b, 6, 1, 5, 5, 7, 3, 1};
	struct pki_spec s = another();

	s.exts[0] = (struct pki_ext){"2.5.29.37", false, {server, sizeof(server)}};
	lie_named(v, s, false);
}
static void
lie_end_anchor(struct antin_verdict *v)
{
	lie_short(v);
	lie_short(v);
	ck_assert(antin_trust_add(&scene.trust, v->signer.cert, ANTIN_CLASS_UNKNOWN, "x", NULL) ==
	          ANTIN_OK);
	v->anchor = &scene.trust.anchors[1];
}
static void
lie_purpose(struct antin_verdict *v)
{
	(void)v;
	scene.trust.anchors[0].limits.purposes = 1u << ANTIN_PURPOSE_TIMESTAMP;
}
static void
lie_too_late(struct antin_verdict *v)
{
	(void)v;
	scene.trust.anchors[0].limits.until = PKI_NOW - 1;
}
static void
lie_wanted(struct antin_verdict *v)
{
	static const char *const signers[] = {"Trần Thị Bình", NULL};

	(void)v;
	scene.options.signers = signers;
}
static void
lie_source(struct antin_verdict *v)
{
	v->path.statuses[0].source = NULL;
}

/* Some cannot be seen; the rows show that the others are seen for theirs. */
static const struct {
	void (*lie)(struct antin_verdict *v);
	bool seen;
	const char *rules;
} lies[] = {
        {lie_chain, true},           {lie_short, true},
        {lie_middle, true},          {lie_anchor, true},
        {lie_intact, true},          {lie_nobody, true},
        {lie_signer, true},          {lie_warning, true},
        {lie_error, true},           {lie_fault, true},
        {lie_time, false},           {lie_another, false},
        {lie_by_person, true},       {lie_expired, true},
        {lie_proven, true},          {lie_stamped, false},
        {lie_early, true},           {lie_unmarked, true},
        {lie_of_content, true},      {lie_tls, true},
        {lie_tls, false, "warn"},    {lie_tls, true, "fail"},
        {lie_expired, true, "warn"}, {lie_by_person, true, "warn"},
        {lie_end_anchor, true},      {lie_purpose, true},
        {lie_too_late, true},        {lie_wanted, true},
        {lie_source, false},
};

/* What a lie changed around it is as it was. */
static void
tell_truth(const struct antin_verify_options *options)
{
	struct antin_trust *t = &scene.trust;

	scene.options = *options;
	while (t->n_anchors > 1)
		antin_anchor_done(&t->anchors[--t->n_anchors]);
	t->anchors[0].limits = ANTIN_NO_LIMITS;
}

static void
tell_lie(struct antin_worker *w, void (*lie)(struct antin_verdict *v), bool seen)
{
	const struct antin_verify_options options = scene.options;
	ANTIN_SCOPED(antin_report) r = {0};
	ANTIN_SCOPED(antin_report) got = {0};
	ANTIN_SCOPED(antin_bytes) body = {0};
	ANTIN_SCOPED(antin_bytes) whole = {0};
	struct antin_bytes text = {0};
	struct antin_err err = {0};
	enum antin_rc rc;

	must_check(&scene, &r);
	if (lie)
		lie(&r.verdicts[0]);
	ck_assert(worker_report_write(&r, scene.options.trust, &body, NULL) == ANTIN_OK);
	message(WORKER_REPORT, antin_bytes_slice(&body), &whole);
	rc = judge_bytes(w, antin_bytes_slice(&whole), &got, &err);
	tell_truth(&options);
	ck_assert_int_eq(rc, seen ? ANTIN_E_INTERNAL : ANTIN_OK);
	if (seen) {
		ck_assert_msg(strstr(util_line(&err), "answered what was not agreed"), "%s",
		              util_line(&err));
		return;
	}
	ck_assert_int_eq(got.verdicts[0].indication, ANTIN_TOTAL_PASSED);
	free(ways_json(&got));
	ways_text(&got, &text);
	antin_bytes_done(&text);
}

static struct antin_rules *
rules_of(const char *mode)
{
	ANTIN_SCOPED(antin_bytes) text = {0};
	struct antin_rules *rules = NULL;
	struct antin_err err = {0};

	if (!mode)
		return NULL;
	antin_bytes_printf(&text,
	                   "{\"schema\":\"antin.rules/1\",\"name\":\"n\",\"version\":1,"
	                   "\"checks\":{\"key-usage\":\"%s\"}}",
	                   mode);
	util_ok(antin_rules_read(antin_bytes_slice(&text), "n", &rules, &err));
	return rules;
}

/* Also by a parent that knows every signature of the true report. */
START_TEST(lies_are_seen)
{
	struct antin_worker *w = worker("echo", 60000);
	struct antin_rules *rules = rules_of(lies[_i].rules);
	ANTIN_OWN_S(antin_memory) memory = NULL;

	scene.options.rules = rules;
	tell_lie(w, lies[_i].lie, lies[_i].seen);
	ck_assert_int_eq(antin_memory_new(NULL, &memory, NULL), ANTIN_OK);
	scene.options.memory = memory;
	tell_lie(w, NULL, false);
	tell_lie(w, lies[_i].lie, lies[_i].seen);
	scene.options.memory = NULL;
	scene.options.rules = NULL;
	antin_rules_free(rules);
	antin_worker_free(w);
}
END_TEST

/* ---- a verdict on a certificate that was asked for more than it is ---- */

static const char *const a_policy[] = {"1.2.3", NULL};
static const struct {
	struct antin_cert_demands demands;
	bool seen;
} more_asked[] = {
        {{.rules = {.max_depth = -1}}, false},
        {{.rules = {.max_depth = 1, .purpose = ANTIN_PURPOSE_SIGN}}, false},
        {{.rules = {.max_depth = -1, .inhibit_any = true, .policies = a_policy}}, false},
        {{.rules = {.max_depth = 0}}, true},
        {{.rules = {.max_depth = -1, .purpose = ANTIN_PURPOSE_TIMESTAMP}}, true},
        {{.rules = {.max_depth = -1, .explicit_policy = true, .policies = a_policy}}, true},
        {{.rules = {.max_depth = -1}, .name = "email:an@example.vn"}, true},
        {{.rules = {.max_depth = -1}, .name = "nothing that can be asked for"}, true},
};

START_TEST(more_was_asked)
{
	ANTIN_SCOPED(antin_report) r = {0};
	ANTIN_SCOPED(antin_report) got = {0};
	ANTIN_SCOPED(antin_bytes) body = {0};
	struct antin_err err = {0};
	enum antin_rc rc;

	must_check(&scene, &r);
	ck_assert(worker_report_write(&r, scene.options.trust, &body, NULL) == ANTIN_OK);
	rc = worker_report_read(antin_bytes_slice(&body), &scene.options, &more_asked[_i].demands,
	                        &got, &err);
	ck_assert_int_eq(rc, more_asked[_i].seen ? ANTIN_E_FORMAT : ANTIN_OK);
}
END_TEST

/* The digest of the file is the parent's, whatever the worker judged. */
START_TEST(digest_is_ours)
{
	struct antin_worker *w = worker("echo", 60000);
	ANTIN_SCOPED(antin_bytes) body = {0};
	ANTIN_SCOPED(antin_bytes) whole = {0};
	ANTIN_SCOPED(antin_report) r = {0};
	uint8_t sha256[32];
	struct antin_err err = {0};

	true_report(&body);
	message(WORKER_REPORT, antin_bytes_slice(&body), &whole);
	util_ok(judge_bytes(w, antin_bytes_slice(&whole), &r, &err));
	util_ok(antin_sha256(antin_bytes_slice(&whole), sha256, &err));
	ck_assert_mem_eq(r.sha256, sha256, 32);
	antin_worker_free(w);
}
END_TEST

static const struct {
	uint32_t type;
	const char *body;
	size_t len;
} garbage[] = {
        {WORKER_HELLO, "", 0},         {WORKER_ANSWER, "", 0},
        {WORKER_ENDED, "\0\0\0\0", 4}, {WORKER_REPORT, "", 0},
        {WORKER_ERROR, "", 0},         {WORKER_ERROR, "\1\0\0\0\1\0\0\0", 8},
        {WORKER_ASK, "", 0},           {WORKER_ASK, "\1\0\0\0\1\0\0\0\0\0\0\0\0", 13},
        {WORKER_JOB, "x", 1},          {77, "x", 1},
        {0xffffffff, "", 0},           {WORKER_REPORT, "\5\0\0\0evil", 8},
};

START_TEST(garbage_is_refused)
{
	struct antin_worker *w = worker("echo", 60000);
	ANTIN_SCOPED(antin_bytes) whole = {0};
	struct antin_slice body = {(const uint8_t *)garbage[_i].body, garbage[_i].len};
	ANTIN_SCOPED(antin_report) r = {0};
	struct antin_err err = {0};

	message(garbage[_i].type, body, &whole);
	util_fails(judge_bytes(w, antin_bytes_slice(&whole), &r, &err), ANTIN_E_INTERNAL);
	ck_assert_msg(strstr(util_line(&err), "answered what was not agreed"), "%s",
	              util_line(&err));
	antin_worker_free(w);
}
END_TEST

/* Texts that would move the cursor or hide the end of a line cannot reach a screen. */
START_TEST(texts_are_made_safe)
{
	struct antin_worker *w = worker("echo", 60000);
	ANTIN_SCOPED(antin_report) r = {0};
	ANTIN_SCOPED(antin_report) got = {0};
	ANTIN_SCOPED(antin_bytes) body = {0};
	ANTIN_SCOPED(antin_bytes) whole = {0};
	struct antin_bytes text = {0};
	struct antin_err err = {0};

	must_check(&scene, &r);
	r.verdicts[0].level = "\33[2JB-LTA\xe2\x80\xae";
	r.verdicts[0].warnings[0] = (struct antin_finding){.row = antin_finding_row(0),
	                                                   .text = "a\nb %s",
	                                                   .detail = "\r\33]0;x\7"};
	r.verdicts[0].n_warnings = 1;
	ck_assert(worker_report_write(&r, scene.options.trust, &body, NULL) == ANTIN_OK);
	message(WORKER_REPORT, antin_bytes_slice(&body), &whole);
	util_ok(judge_bytes(w, antin_bytes_slice(&whole), &got, &err));
	ck_assert_str_eq(got.verdicts[0].level, "\\u{1b}[2JB-LTA\\u{202e}");
	ways_text(&got, &text);
	ck_assert(!strchr((char *)text.p, '\33') && !strchr((char *)text.p, '\r'));
	ck_assert_msg(strstr((char *)text.p, "A\\u{a}b \\u{d}\\u{1b}]0;x\\u{7}"), "%s",
	              (char *)text.p);
	antin_bytes_done(&text);
	antin_worker_free(w);
}
END_TEST

/* ---- questions ---- */

static size_t asked;

static enum antin_rc
fetch(void *user, const struct antin_fetch_request *q, struct antin_fetch_answer *a,
      struct antin_err *err)
{
	(void)user;
	(void)err;
	asked++;
	ck_assert_int_eq(q->kind, ANTIN_FETCH_CRL);
	ck_assert(antin_slice_is(q->url, "http://x.vn/a.crl"));
	ck_assert(antin_slice_is(q->body, "body") && q->anew);
	a->result = ANTIN_FETCHED_ANSWERED;
	a->how = ANTIN_FETCH_ASKED;
	antin_bytes_text(&a->body, "answer");
	return ANTIN_OK;
}

START_TEST(asks)
{
	static const struct antin_fetcher fetcher = {fetch, NULL};
	const struct antin_fetch_request q = {.kind = ANTIN_FETCH_CRL,
	                                      .url = antin_slice_text("http://x.vn/a.crl"),
	                                      .body = antin_slice_text("body"),
	                                      .anew = true};
	struct antin_worker *w = worker("echo", 60000);
	ANTIN_SCOPED(antin_bytes) ask = {0};
	ANTIN_SCOPED(antin_bytes) body = {0};
	ANTIN_SCOPED(antin_bytes) whole = {0};
	ANTIN_SCOPED(antin_report) r = {0};
	struct antin_err err = {0};
	static const size_t numbers[] = {2, WORKER_ASKS + 5, WORKER_ASKS_AT_ALL,
	                                 WORKER_ASKS_AT_ALL + 1};
	size_t n = numbers[_i];

	ck_assert(worker_ask_write(&q, &ask, NULL) == ANTIN_OK);
	true_report(&body);
	for (size_t i = 0; i < n; i++)
		message(WORKER_ASK, antin_bytes_slice(&ask), &whole);
	message(WORKER_REPORT, antin_bytes_slice(&body), &whole);
	/* Without a network nothing may be asked. */
	util_fails(judge_bytes(w, antin_bytes_slice(&whole), &r, &err), ANTIN_E_INTERNAL);
	antin_err_clear(&err);
	scene.options.fetcher = &fetcher;
	asked = 0;
	if (n > WORKER_ASKS_AT_ALL)
		util_fails(judge_bytes(w, antin_bytes_slice(&whole), &r, &err), ANTIN_E_INTERNAL);
	else
		util_ok(judge_bytes(w, antin_bytes_slice(&whole), &r, &err));
	ck_assert_uint_eq(asked, n < WORKER_ASKS ? n : WORKER_ASKS);
	scene.options.fetcher = NULL;
	antin_worker_free(w);
	if (n > WORKER_ASKS_AT_ALL)
		return;
	ck_assert_uint_eq(r.fetches.n, 1);
	ck_assert_str_eq(r.fetches.items[0].url, "http://x.vn/a.crl");
	ck_assert_int_eq(r.fetches.items[0].result, ANTIN_FETCHED_ANSWERED);
	ck_assert_uint_eq(r.fetches.items[0].size, 6);
}
END_TEST

/* The time for one file does not begin anew with each question. */
START_TEST(asks_without_end)
{
	static const struct antin_fetcher fetcher = {fetch, NULL};
	const struct antin_fetch_request q = {.kind = ANTIN_FETCH_CRL,
	                                      .url = antin_slice_text("http://x.vn/a.crl"),
	                                      .body = antin_slice_text("body"),
	                                      .anew = true};
	struct antin_worker *w = worker("drip", 300);
	ANTIN_SCOPED(antin_bytes) ask = {0};
	ANTIN_SCOPED(antin_bytes) whole = {0};
	ANTIN_SCOPED(antin_report) r = {0};
	struct antin_err err = {0};

	ck_assert(worker_ask_write(&q, &ask, NULL) == ANTIN_OK);
	message(WORKER_ASK, antin_bytes_slice(&ask), &whole);
	scene.options.fetcher = &fetcher;
	asked = 0;
	util_fails(judge_bytes(w, antin_bytes_slice(&whole), &r, &err), ANTIN_E_TIMEOUT);
	ck_assert_uint_gt(asked, 0);
	scene.options.fetcher = NULL;
	antin_worker_free(w);
}
END_TEST

/* ---- what one message may make its reader do ---- */

struct heap {
	bool *items;
	size_t n;
};
static const struct pack_row one_row[] = {{.kind = PACK_BOOL, .name = "item"}};
static const struct pack_row heap_rows[] = {
        PACK_AT_ITEMS(PACK_LIST, heap, items, n, bool, PACK_ITEMS + 10, one_row)};

START_TEST(items_are_bounded)
{
	const size_t n = (size_t)PACK_ITEMS + (size_t)_i;
	struct heap from = {calloc(n, sizeof(bool)), n}, to = {0};
	ANTIN_SCOPED(antin_bytes) body = {0};
	struct packing p = {.out = &body};
	struct antin_err err = {0};

	util_ok(pack_write(&p, heap_rows, 1, &from, &err));
	p = (struct packing){.in = antin_in_of(antin_bytes_slice(&body))};
	if (_i)
		util_fails(pack_read(&p, heap_rows, 1, &to, &err), ANTIN_E_FORMAT);
	else
		util_ok(pack_read(&p, heap_rows, 1, &to, &err));
	ck_assert_uint_eq(to.n, _i ? 0 : n);
	free(from.items);
	free(to.items);
}
END_TEST

/* Sentences that are all different, and a chain as long as no search makes it. */
static const struct {
	size_t texts, chain;
	bool taken;
} much[] = {
        {.texts = PACK_TEXTS - 50, .taken = true},
        {.texts = PACK_TEXTS + 1},
        {.chain = ANTIN_PATH_DEPTH + 2, .taken = true},
        {.chain = ANTIN_PATH_DEPTH + 3},
};

START_TEST(reports_are_bounded)
{
	ANTIN_SCOPED(antin_report) r = {0};
	ANTIN_SCOPED(antin_report) got = {0};
	ANTIN_SCOPED(antin_bytes) body = {0};
	static char texts[PACK_TEXTS + 1][24];
	struct antin_verdict *v;
	struct antin_err err = {0};

	must_check(&scene, &r);
	v = &r.verdicts[0];
	v->errors[v->n_errors++].row = antin_finding_row(60); /* so that the chain need not hold */
	v->changes.items = calloc(much[_i].texts + 1, sizeof(*v->changes.items));
	for (v->changes.n = 0; v->changes.n < much[_i].texts; v->changes.n++) {
		(void)snprintf(texts[v->changes.n], sizeof(texts[0]), "%zu", v->changes.n);
		v->changes.items[v->changes.n].what = texts[v->changes.n];
	}
	free(v->path.statuses);
	v->path.statuses = NULL;
	while (v->path.chain.n < much[_i].chain) {
		struct antin_cert **more = antin_array_grow(v->path.chain.items, &v->path.chain.cap,
		                                            sizeof(struct antin_cert *));

		v->path.chain.items = more;
		more[v->path.chain.n++] = antin_cert_ref(scene.ca);
	}
	ck_assert(worker_report_write(&r, scene.options.trust, &body, NULL) == ANTIN_OK);
	if (much[_i].taken)
		util_ok(worker_report_read(antin_bytes_slice(&body), &scene.options, NULL, &got,
		                           &err));
	else
		util_fails(worker_report_read(antin_bytes_slice(&body), &scene.options, NULL, &got,
		                              &err),
		           ANTIN_E_FORMAT);
}
END_TEST

START_TEST(answers_travel)
{
	struct antin_fetch_answer a = {.result = ANTIN_FETCHED_STATUS,
	                               .how = ANTIN_FETCH_STORED,
	                               .status = 503,
	                               .ms = 17,
	                               .fetched = 99,
	                               .came = 98};
	ANTIN_SCOPED(antin_bytes) body = {0};
	struct antin_err err = {0};

	antin_bytes_text(&a.body, "some octets");
	util_ok(worker_answer_write(&a, &body, &err));
	for (size_t cut = 0; cut <= body.len; cut++) {
		ANTIN_SCOPED(antin_fetch_answer) got = {0};
		struct antin_slice part = {body.p, cut};
		enum antin_rc rc = worker_answer_read(part, &got, &err);

		ck_assert_int_eq(rc, cut == body.len ? ANTIN_OK : ANTIN_E_FORMAT);
		if (rc != ANTIN_OK)
			continue;
		ck_assert(got.result == a.result && got.how == a.how && got.status == 503);
		ck_assert(got.ms == 17 && got.fetched == 99 && got.came == 98);
		ck_assert(antin_slice_is(antin_bytes_slice(&got.body), "some octets"));
	}
	antin_fetch_answer_done(&a);
}
END_TEST

Suite *suite_worker_lies(void);

Suite *
suite_worker_lies(void)
{
	Suite *s = suite_create("worker_lies");
	WORKER_TCASE(tc, "worker_lies");

	tcase_add_test(tc, cut_at_every_octet);
	tcase_add_test(tc, short_at_every_octet);
	tcase_add_test(tc, changed_at_every_octet);
	tcase_add_loop_test(tc, lies_are_seen, 0, UTIL_COUNT(lies));
	tcase_add_loop_test(tc, more_was_asked, 0, UTIL_COUNT(more_asked));
	tcase_add_test(tc, digest_is_ours);
	tcase_add_loop_test(tc, garbage_is_refused, 0, UTIL_COUNT(garbage));
	tcase_add_test(tc, texts_are_made_safe);
	tcase_add_loop_test(tc, asks, 0, 4);
	tcase_add_test(tc, asks_without_end);
	tcase_add_loop_test(tc, items_are_bounded, 0, 2);
	tcase_add_loop_test(tc, reports_are_bounded, 0, UTIL_COUNT(much));
	tcase_add_test(tc, answers_travel);
	suite_add_tcase(s, tc);
	return s;
}
