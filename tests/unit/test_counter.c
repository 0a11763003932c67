/*
 * Counter-signatures (RFC 5652 11.4): each is judged under the signature that it confirms, and
 * makes its verdict neither better nor worse; what is wrong with one is said.
 */
#include "cms_file.h"
#include "stamped.h"

#include <antin/report.h>

#include "../../lib/verify/worker.h"

Suite *suite_counter(void);

static const char TEXT[] = "Công văn số 12";
enum { BINH = 4711 };

/* What is odd about one. */
struct odd {
	bool type, no_ess, no_attributes, twice, other_value, other_key, no_time;
	bool stamped;
	struct token stamp;
};

/* The attributes of `from` but content-type, and what the case has in its place. */
static void
attributes_of(struct antin_slice from, const struct odd *o, struct antin_bytes *out)
{
	static const char *const oids[] = {"1.2.840.113549.1.9.3", "1.2.840.113549.1.9.16.2.47",
	                                   "1.2.840.113549.1.9.4"};
	struct antin_in in = antin_in_of(from), set, one;
	struct antin_slice oid;
	struct antin_tlv tlv;
	size_t mark = antin_der_open(out, ANTIN_SET);

	ck_assert(antin_der_enter(&in, ANTIN_SET, &set));
	while (antin_der_next(&set, &tlv)) {
		one = antin_in_of(tlv.value);
		ck_assert(antin_der_take(&one, ANTIN_OID, &oid));
		if ((antin_oid_is(oid, oids[0]) && !o->type) ||
		    (antin_oid_is(oid, oids[1]) && o->no_ess))
			continue;
		antin_bytes_add(out, tlv.whole.p, tlv.whole.len);
		if (o->twice && antin_oid_is(oid, oids[2]))
			antin_bytes_add(out, tlv.whole.p, tlv.whole.len);
	}
	antin_der_close(out, mark);
}

static void
unsigned_add(struct antin_bytes *out, const struct antin_bytes *counters, size_t n)
{
	size_t a = antin_der_open(out, ANTIN_CONTEXT_CONS(1)), b, c;

	b = antin_der_open(out, ANTIN_SEQUENCE);
	antin_der_add_oid(out, "1.2.840.113549.1.9.6");
	c = antin_der_open(out, ANTIN_SET);
	for (size_t i = 0; i < n; i++)
		antin_bytes_add(out, counters->p, counters->len);
	antin_der_close(out, c);
	antin_der_close(out, b);
	antin_der_close(out, a);
}

static void
value_over(struct antin_slice value, const struct antin_cert *signer, const struct odd *o,
           struct antin_bytes *attrs, struct antin_bytes *signature)
{
	const struct antin_cades_spec spec = {.alg = {ANTIN_ECDSA, ANTIN_SHA256},
	                                      .signer = signer,
	                                      .signing_time =
	                                              o->no_time ? INT64_MIN : PKI_NOW - 30};
	ANTIN_SCOPED(antin_bytes) whole = {0};
	struct antin_err err = {0};
	uint8_t digest[ANTIN_DIGEST_MAX];

	if (o->other_value)
		value.len--;
	util_ok(antin_digest_of(ANTIN_SHA256, value, digest, &err));
	util_ok(antin_cades_attributes(&spec, (struct antin_slice){digest, 32}, &whole, &err));
	attributes_of(antin_bytes_slice(&whole), o, attrs);
	raw_sign(o->other_key ? leaf_key : other_key, EVP_sha256(),
	         o->no_attributes ? value : antin_bytes_slice(attrs), signature);
}

/* A time stamp over these octets, as the only unsigned attribute. */
static void
stamp_add(const struct token *t, struct antin_slice value, struct antin_bytes *out)
{
	ANTIN_SCOPED(antin_bytes) token = {0};
	size_t set = antin_der_open(out, ANTIN_CONTEXT_CONS(1)), marks[2];

	make_authority(&(struct stamped){.what = "people"});
	make_token(t, value, &token);
	antin_cert_free(authority);
	open_attribute(out, marks);
	antin_bytes_add(out, token.p, token.len);
	close_attribute(out, marks);
	antin_der_close(out, set);
}

/* A SignerInfo over these octets, with counter-signatures of itself, so many below each other. */
static void
counter_make(struct antin_slice value, const struct antin_cert *signer, const struct odd *o,
             unsigned int deeper, struct antin_bytes *out)
{
	ANTIN_SCOPED(antin_bytes) attrs = {0};
	ANTIN_SCOPED(antin_bytes) signature = {0};
	ANTIN_SCOPED(antin_bytes) inner = {0};
	size_t info, seq;

	value_over(value, signer, o, &attrs, &signature);
	info = antin_der_open(out, ANTIN_SEQUENCE);
	antin_der_add_uint(out, 1);
	seq = antin_der_open(out, ANTIN_SEQUENCE);
	antin_bytes_add(out, signer->issuer.p, signer->issuer.len);
	antin_der_add(out, ANTIN_INTEGER, signer->serial);
	antin_der_close(out, seq);
	seq = antin_der_open(out, ANTIN_SEQUENCE);
	antin_der_add_oid(out, "2.16.840.1.101.3.4.2.1");
	antin_der_close(out, seq);
	if (!o->no_attributes) {
		attrs.p[0] = ANTIN_CONTEXT_CONS(0);
		antin_bytes_add(out, attrs.p, attrs.len);
	}
	seq = antin_der_open(out, ANTIN_SEQUENCE);
	antin_der_add_oid(out, "1.2.840.10045.4.3.2");
	antin_der_close(out, seq);
	antin_der_add(out, ANTIN_OCTET_STRING, antin_bytes_slice(&signature));
	if (deeper) {
		counter_make(antin_bytes_slice(&signature), signer, o, deeper - 1, &inner);
		unsigned_add(out, &inner, 1);
	} else if (o->stamped) {
		stamp_add(&o->stamp, antin_bytes_slice(&signature), out);
	}
	antin_der_close(out, info);
}

/* ---- a signature with counter-signatures ---- */

struct table {
	struct scene s;
	struct antin_cert *binh;
	struct antin_bytes cms;
	struct antin_slice value; /* of the signature */
	struct antin_cades *read;
};

static void
table_set(struct table *t, const struct how *people, bool known, int64_t begins)
{
	struct pki_spec spec = pki_leaf("Sở Nội vụ/Trần Thị Bình", "Agency/CA", other_key, ca_key);
	struct antin_err err = {0};

	*t = (struct table){.value = {NULL, 0}};
	make_how(&t->s, people);
	antin_bytes_clear(&t->s.pdf);
	spec.serial = BINH;
	spec.from = begins;
	t->binh = pki_cert(spec);
	if (known)
		util_ok(antin_certs_add(&t->s.trust.intermediates, t->binh, &err));
	cms_sign(&t->s, antin_slice_text(TEXT), leaf_key, INT64_MIN, &t->cms);
	util_ok(antin_cades_read(antin_bytes_slice(&t->cms), &t->read, &err));
	t->value = t->read->signature;
}

static void
table_clear(struct table *t)
{
	antin_cades_free(t->read);
	antin_cert_free(t->binh);
	antin_bytes_done(&t->cms);
	scene_done(&t->s);
}

static void
table_judge(struct table *t, const struct antin_bytes *counters, size_t n, const char *content,
            struct antin_report *r)
{
	ANTIN_SCOPED(antin_bytes) attrs = {0};
	ANTIN_OWN_S(antin_source) beside = NULL;
	struct antin_err err = {0};

	unsigned_add(&attrs, counters, n);
	antin_bytes_clear(&t->s.pdf);
	antin_bytes_add(&t->s.pdf, t->cms.p, t->cms.len);
	cms_insert(&t->s.pdf, (struct antin_slice){0}, antin_bytes_slice(&attrs));
	util_ok(antin_source_memory(antin_slice_text(content), "x", &beside, &err));
	t->s.options.detached = beside;
	util_ok(check(&t->s, "x.p7s", r, &err));
	t->s.options.detached = NULL;
	ck_assert_uint_eq(r->n, 1);
}

static const struct antin_finding *
warning(const struct antin_verdict *v, const char *code)
{
	for (size_t i = 0; i < v->n_warnings; i++)
		if (strcmp(v->warnings[i].row->code, code) == 0)
			return &v->warnings[i];
	return NULL;
}

#define GONE            .of_leaf = {BINH, PKI_NOW - 9, 1}
#define STAMPED(t, ...) .stamped = true, .stamp = {.time = (t), ##__VA_ARGS__}
#define NOT_LIFTED(w)   .people = {GONE}, .indication = ANTIN_INDETERMINATE, .why = (w)
static const struct counter_case {
	const char *what;
	struct odd odd;
	struct how people;
	bool unknown, cut;
	enum antin_indication indication;
	const char *why;
	int64_t begins,
	        best; /* of the certificate; of the counter-signature, 0 nothing is proven */
} cases[] = {
        {.what = "good"},
        {.what = "good, without a time", .odd = {.no_time = true}},
        {.what = "revoked",
         .people = {.of_leaf = {BINH, PKI_NOW - 9, 1}},
         .indication = ANTIN_INDETERMINATE,
         .why = "revoked"},
        {.what = "signer unknown",
         .unknown = true,
         .indication = ANTIN_INDETERMINATE,
         .why = "not at hand"},
        {.what = "over another value",
         .odd = {.other_value = true},
         .indication = ANTIN_TOTAL_FAILED,
         .why = "not over this signature"},
        {.what = "by another key",
         .odd = {.other_key = true},
         .indication = ANTIN_TOTAL_FAILED,
         .why = "not over this signature"},
        {.what = "with a type of content",
         .odd = {.type = true},
         .indication = ANTIN_TOTAL_FAILED,
         .why = "type of content"},
        {.what = "not bound",
         .odd = {.no_ess = true},
         .indication = ANTIN_TOTAL_FAILED,
         .why = "does not bind"},
        {.what = "no attributes",
         .odd = {.no_attributes = true},
         .indication = ANTIN_TOTAL_FAILED,
         .why = "no signed attributes"},
        {.what = "a digest twice",
         .odd = {.twice = true},
         .indication = ANTIN_TOTAL_FAILED,
         .why = "given twice"},
        {.what = "revoked, stamped before", .odd = {STAMPED(0)}, .people = {GONE}, .best = BEFORE},
        {.what = "good, and stamped", .odd = {STAMPED(0)}},
        {.what = "good, and a stamp that does not count", .odd = {STAMPED(0, .forged = true)}},
        {.what = "revoked, stamped after", .odd = {STAMPED(PKI_NOW - 5)}, NOT_LIFTED("revoked")},
        {.what = "revoked in the second of its stamp",
         .odd = {STAMPED(PKI_NOW - 9)},
         NOT_LIFTED("revoked")},
        {.what = "a stamp over something else",
         .odd = {STAMPED(0, .over_other = true)},
         NOT_LIFTED("revoked")},
        {.what = "a stamp by another key",
         .odd = {STAMPED(0, .of_stranger = true)},
         NOT_LIFTED("revoked")},
        {.what = "a stamp whose time was changed",
         .odd = {STAMPED(0, .forged = true)},
         NOT_LIFTED("revoked")},
        {.what = "a stamp with SHA-1",
         .odd = {STAMPED(0, .sha1_imprint = true)},
         NOT_LIFTED("revoked")},
        {.what = "stamped before the certificate began",
         .odd = {STAMPED(0)},
         .begins = BEFORE + 60,
         NOT_LIFTED("revoked")},
        {.what = "stamped, and over another value",
         .odd = {STAMPED(0), .other_value = true},
         .indication = ANTIN_TOTAL_FAILED,
         .why = "not over this signature"},
        {.what = "cut",
         .cut = true,
         .indication = ANTIN_TOTAL_FAILED,
         .why = "damaged and cannot be read"},
};

/* What crosses from a worker to its parent is the same. */
static void
crosses(struct table *t, const struct antin_report *r)
{
	ANTIN_SCOPED(antin_bytes) message = {0};
	ANTIN_SCOPED(antin_report) there = {0};
	const struct antin_counter *a = r->verdicts[0].counters, *b;
	struct antin_err err = {0};

	util_ok(worker_report_write(r, &t->s.trust, &message, &err));
	util_ok(worker_report_read(antin_bytes_slice(&message), &t->s.options, NULL, &there, &err));
	b = there.verdicts[0].counters;
	ck_assert_uint_eq(there.verdicts[0].n_counters, r->verdicts[0].n_counters);
	for (size_t i = 0; i < r->verdicts[0].n_counters; i++) {
		ck_assert_uint_eq(a[i].depth, b[i].depth);
		ck_assert_int_eq(a[i].indication, b[i].indication);
		ck_assert_int_eq(a[i].signing_time, b[i].signing_time);
		ck_assert_int_eq(a[i].judged_at, b[i].judged_at);
		ck_assert_int_eq(a[i].has_status, b[i].has_status);
		ck_assert_int_eq(a[i].status.kind, b[i].status.kind);
		ck_assert_ptr_eq(a[i].anchor, b[i].anchor);
		ck_assert_int_eq(!a[i].code, !b[i].code);
		ck_assert(!a[i].code || strcmp(a[i].code, b[i].code) == 0);
		ck_assert(!a[i].why || strcmp(a[i].why, b[i].why) == 0);
		ck_assert(!a[i].signer ||
		          memcmp(a[i].signer->sha256, b[i].signer->sha256, 32) == 0);
	}
}

static void
shown(const struct antin_report *r, const struct counter_case *k)
{
	static const char *const words[] = {
	        [ANTIN_TOTAL_PASSED] = "Counter-signature: VALID",
	        [ANTIN_INDETERMINATE] = "Counter-signature: NOT YET DECIDED",
	        [ANTIN_TOTAL_FAILED] = "Counter-signature: NOT VALID",
	};
	ANTIN_SCOPED(antin_bytes) text = {0};
	static const struct antin_report_style plain = {"", "", "", "", ""};
	json_t *o = NULL, *c;
	struct antin_err err = {0};

	util_ok(antin_report_json(r, NULL, &o, &err));
	c = json_array_get(json_object_get(json_array_get(json_object_get(o, "signatures"), 0),
	                                   "counterSignatures"),
	                   0);
	ck_assert_str_eq(json_string_value(json_object_get(c, "indication")),
	                 antin_indication_id(k->indication));
	ck_assert_int_eq(json_integer_value(json_object_get(c, "depth")), 1);
	ck_assert_int_eq(json_object_get(c, "why") != NULL, k->why != NULL);
	ck_assert_int_eq(json_object_get(c, "judgedAt") != NULL,
	                 r->verdicts[0].counters[0].judged_at != ANTIN_NO_TIME);
	json_decref(o);
	util_ok(antin_report_text(r, NULL, &plain, &text, &err));
	ck_assert_msg(strstr(antin_bytes_cstr(&text), words[k->indication]) != NULL, "%s",
	              antin_bytes_cstr(&text));
	ck_assert_msg((strstr(antin_bytes_cstr(&text), ", proven\n") != NULL) == (k->best != 0),
	              "%s", antin_bytes_cstr(&text));
}

START_TEST(each)
{
	static const char *const codes[] = {
	        [ANTIN_TOTAL_PASSED] = "counter-signature",
	        [ANTIN_INDETERMINATE] = "counter-signature-undecided",
	        [ANTIN_TOTAL_FAILED] = "counter-signature-broken",
	};
	const struct counter_case *k = &cases[_i];
	ANTIN_SCOPED(antin_bytes) counter = {0};
	ANTIN_SCOPED(antin_report) r = {0};
	ANTIN_SCOPED(antin_report) changed = {0};
	const struct antin_counter *c;
	const struct antin_finding *f;
	struct table t;

	table_set(&t, &k->people, !k->unknown, k->begins);
	counter_make(t.value, t.binh, &k->odd, 0, &counter);
	if (k->cut) { /* an element of a type that is none here */
		antin_bytes_clear(&counter);
		antin_der_add_oid(&counter, "1.2.3");
	}
	table_judge(&t, &counter, 1, TEXT, &r);
	ck_assert_msg(r.verdicts[0].sub == ANTIN_SUB_NONE, "%s", k->what);
	ck_assert_uint_eq(r.verdicts[0].n_counters, 1);
	c = &r.verdicts[0].counters[0];
	ck_assert_msg(c->indication == k->indication, "%s: %s", k->what, c->why ? c->why : "good");
	f = warning(&r.verdicts[0], codes[k->indication]);
	ck_assert_msg(f != NULL, "%s", k->what);
	ck_assert_uint_eq(r.verdicts[0].n_warnings, 1);
	if (k->why) {
		ck_assert_str_eq(c->code, codes[k->indication]);
		ck_assert_msg(strstr(c->why, k->why) != NULL, "%s: %s", k->what, c->why);
	} else {
		ck_assert_str_eq(f->detail, "Trần Thị Bình");
		ck_assert_ptr_null(c->code);
		ck_assert_ptr_nonnull(c->anchor);
		ck_assert_int_eq(c->status.kind, ANTIN_STATUS_GOOD);
		ck_assert_int_eq(c->signing_time, k->odd.no_time ? ANTIN_NO_TIME : PKI_NOW - 30);
		ck_assert_int_eq(c->judged_at, k->best ? k->best : PKI_NOW);
	}
	/* It proves nothing of the signature. */
	ck_assert_int_eq(r.verdicts[0].best_time, PKI_NOW);
	ck_assert_uint_eq(r.verdicts[0].n_stamps, 0);
	ck_assert_str_eq(r.verdicts[0].level, "B-B");
	crosses(&t, &r);
	shown(&r, k);
	/* It makes nothing better. */
	table_judge(&t, &counter, 1, "another text", &changed);
	ck_assert_int_eq(changed.verdicts[0].sub, ANTIN_SUB_HASH_FAILURE);
	ck_assert_int_eq(changed.verdicts[0].counters[0].indication, k->indication);
	table_clear(&t);
}
END_TEST

/* Rules may refuse a signature for a broken one, or be silent. */
START_TEST(by_rules)
{
	static const struct {
		const char *mode;
		bool broken;
		enum antin_sub sub;
		size_t n_warnings;
	} rows[] = {
	        {"fail", true, ANTIN_SUB_SIG_CONSTRAINTS_FAILURE, 0},
	        {"warn", true, ANTIN_SUB_NONE, 1},
	        {"ignore", true, ANTIN_SUB_NONE, 0},
	        {"fail", false, ANTIN_SUB_NONE, 1},
	};
	const struct odd odd = {.other_key = rows[_i].broken};
	ANTIN_SCOPED(antin_bytes) counter = {0};
	ANTIN_SCOPED(antin_bytes) text = {0};
	ANTIN_SCOPED(antin_report) r = {0};
	struct antin_rules *rules = NULL;
	struct antin_err err = {0};
	struct table t;

	antin_bytes_printf(&text,
	                   "{\"schema\":\"antin.rules/1\",\"name\":\"n\",\"version\":1,"
	                   "\"checks\":{\"counter-signature-broken\":\"%s\"}}",
	                   rows[_i].mode);
	util_ok(antin_rules_read(antin_bytes_slice(&text), "n", &rules, &err));
	table_set(&t, &(struct how){.what = "people"}, true, 0);
	t.s.options.rules = rules;
	counter_make(t.value, t.binh, &odd, 0, &counter);
	table_judge(&t, &counter, 1, TEXT, &r);
	ck_assert_int_eq(r.verdicts[0].sub, rows[_i].sub);
	ck_assert_uint_eq(r.verdicts[0].n_warnings, rows[_i].n_warnings);
	table_clear(&t);
	antin_rules_free(rules);
}
END_TEST

/* So deep and so many, and then it is said that there are more. */
static const struct {
	unsigned int deeper;
	size_t wide, judged;
	bool more;
} heaps[] = {{0, 8, 8, false}, {0, 9, 8, true}, {0, 40, 8, true}, {1, 1, 2, false},
             {2, 1, 3, false}, {3, 1, 3, true}, {40, 1, 3, true}, {2, 3, 8, true},
             {1, 4, 8, false}, {1, 5, 8, true}};

START_TEST(bounded)
{
	const struct odd none = {.type = false};
	ANTIN_SCOPED(antin_bytes) counter = {0};
	ANTIN_SCOPED(antin_report) r = {0};
	const struct antin_verdict *v;
	struct table t;

	table_set(&t, &(struct how){.what = "people"}, true, 0);
	counter_make(t.value, t.binh, &none, heaps[_i].deeper, &counter);
	table_judge(&t, &counter, heaps[_i].wide, TEXT, &r);
	v = &r.verdicts[0];
	ck_assert_int_eq(v->sub, ANTIN_SUB_NONE);
	ck_assert_uint_eq(v->n_counters, heaps[_i].judged);
	ck_assert_int_eq(warning(v, "counter-signatures-many") != NULL, heaps[_i].more);
	for (size_t i = 0; i < v->n_counters; i++) {
		ck_assert_int_eq(v->counters[i].indication, ANTIN_TOTAL_PASSED);
		ck_assert_uint_eq(v->counters[i].depth,
		                  1 + i % (heaps[_i].deeper < 3 ? heaps[_i].deeper + 1 : 3));
	}
	crosses(&t, &r);
	table_clear(&t);
}
END_TEST

/* Any octet of it changed: the signature stays as it was or becomes unreadable, and the
 * counter-signature holds only where what was changed is not signed by anybody. */
START_TEST(mutated)
{
	const struct odd none = {.type = false};
	ANTIN_SCOPED(antin_bytes) counter = {0};
	size_t held = 0;
	struct table t;

	table_set(&t, &(struct how){.what = "people"}, true, 0);
	counter_make(t.value, t.binh, &none, 0, &counter);
	for (size_t i = 0; i < counter.len; i++) {
		ANTIN_SCOPED(antin_report) r = {0};
		const struct antin_verdict *v;

		counter.p[i] ^= 0x01;
		table_judge(&t, &counter, 1, TEXT, &r);
		v = &r.verdicts[0];
		ck_assert_msg(v->sub == ANTIN_SUB_NONE || v->sub == ANTIN_SUB_FORMAT_FAILURE,
		              "octet %zu: %s", i, antin_sub_id(v->sub));
		held += v->n_counters && v->counters[0].indication == ANTIN_TOTAL_PASSED;
		counter.p[i] ^= 0x01;
	}
	/* Its version, and what only names algorithms. */
	ck_assert_uint_le(held, 2);
	table_clear(&t);
}
END_TEST

Suite *
suite_counter(void)
{
	Suite *s = suite_create("counter");
	TCase *t = tcase_create("counter");

	tcase_add_checked_fixture(t, make_keys, free_keys);
	tcase_set_timeout(t, 60);
	tcase_add_loop_test(t, each, 0, (int)UTIL_COUNT(cases));
	tcase_add_loop_test(t, by_rules, 0, 4);
	tcase_add_loop_test(t, bounded, 0, (int)UTIL_COUNT(heaps));
	tcase_add_test(t, mutated);
	suite_add_tcase(s, t);
	return s;
}
