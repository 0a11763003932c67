/*
 * Verdicts: a small signed PDF under every circumstance, whole tables of sentences, and mutations
 * that must never make a verdict better.
 */

#include <antin/verify_cert.h>

#include "scene.h"

static void
expired(struct pki_spec *s)
{
	s->from = PKI_NOW - 2 * PKI_YEAR;
	s->to = PKI_NOW - 86400;
}
static void
future(struct pki_spec *s)
{
	s->from = PKI_NOW + 86400;
}
static void
encipher(struct pki_spec *s)
{
	s->usage = 1u << ANTIN_KU_KEY_ENCIPHERMENT;
}
static void
sha1(struct pki_spec *s)
{
	s->sha1 = true;
}
static void
no_ca(struct pki_spec *s)
{
	s->ca = 0;
}
static void
critical(struct pki_spec *s)
{
	static const uint8_t null[] = {5, 0};

	s->exts[0] = (struct pki_ext){"1.2.3.4.5", true, {null, 2}};
}
static void
foreign_names(struct pki_spec *s)
{
	static const uint8_t der[] = {0x30, 0x16, 0xa0, 0x14, 0x30, 0x12, 0xa4, 0x10,
	                              0x30, 0x0e, 0x31, 0x0c, 0x30, 0x0a, 0x06, 0x03,
	                              0x55, 0x04, 0x0a, 0x0c, 0x03, 'x',  'y',  'z'};

	s->exts[0] = (struct pki_ext){"2.5.29.30", true, {der, sizeof(der)}};
}

#define THEN (PKI_NOW - 3000)

static const struct plan plans[] = {
        {.name = "valid", .sub = ANTIN_SUB_NONE},
        {.name = "no anchor",
         .no_anchor = true,
         .sub = ANTIN_SUB_NO_CERTIFICATE_CHAIN_FOUND,
         .code = "no-anchors"},
        {.name = "another anchor",
         .other_anchor = true,
         .sub = ANTIN_SUB_NO_CERTIFICATE_CHAIN_FOUND,
         .code = "issuer-unknown"},
        {.name = "intermediate missing",
         .no_chain = true,
         .sub = ANTIN_SUB_NO_CERTIFICATE_CHAIN_FOUND,
         .code = "issuer-unknown"},
        {.name = "no revocation data",
         .no_lists = true,
         .sub = ANTIN_SUB_TRY_LATER,
         .code = "ca-revocation-unknown"},
        {.name = "old list",
         .list_to = PKI_NOW - 1,
         .sub = ANTIN_SUB_TRY_LATER,
         .code = "revocation-unknown"},
        {.name = "revoked",
         .revoked = {SERIAL, THEN, 1},
         .sub = ANTIN_SUB_REVOKED_NO_POE,
         .code = "cert-revoked"},
        {.name = "superseded",
         .revoked = {SERIAL, THEN, 4},
         .sub = ANTIN_SUB_REVOKED_NO_POE,
         .code = "cert-revoked"},
        {.name = "on hold",
         .revoked = {SERIAL, THEN, 6},
         .sub = ANTIN_SUB_TRY_LATER,
         .code = "cert-on-hold"},
        {.name = "revoked and expired",
         .leaf = expired,
         .revoked = {SERIAL, PKI_NOW - 100000, 1},
         .sub = ANTIN_SUB_REVOKED_NO_POE,
         .code = "cert-revoked"},
        {.name = "expired",
         .leaf = expired,
         .sub = ANTIN_SUB_OUT_OF_BOUNDS_NO_POE,
         .code = "cert-expired"},
        {.name = "not yet valid",
         .leaf = future,
         .sub = ANTIN_SUB_NOT_YET_VALID,
         .code = "cert-not-yet-valid"},
        {.name = "assumed too early",
         .at = PKI_NOW - 3 * PKI_YEAR,
         .sub = ANTIN_SUB_OUT_OF_BOUNDS_NO_POE,
         .code = "ca-outside-validity"},
        {.name = "assumed before revocation",
         .at = THEN - 10,
         .revoked = {SERIAL, THEN, 1},
         .sub = ANTIN_SUB_NONE},
        {.name = "ca expired",
         .ca = expired,
         .sub = ANTIN_SUB_OUT_OF_BOUNDS_NO_POE,
         .code = "ca-outside-validity"},
        {.name = "for encipherment",
         .leaf = encipher,
         .sub = ANTIN_SUB_CHAIN_CONSTRAINTS_FAILURE,
         .code = "key-usage"},
        {.name = "SHA-1 certificate",
         .leaf = sha1,
         .sub = ANTIN_SUB_CRYPTO_CONSTRAINTS_FAILURE_NO_POE,
         .code = "weak-certificate"},
        {.name = "ca is none",
         .ca = no_ca,
         .sub = ANTIN_SUB_CERTIFICATE_CHAIN_GENERAL_FAILURE,
         .code = "chain-invalid"},
        {.name = "unknown critical",
         .leaf = critical,
         .sub = ANTIN_SUB_CERTIFICATE_CHAIN_GENERAL_FAILURE,
         .code = "chain-invalid"},
        {.name = "name outside",
         .ca = foreign_names,
         .sub = ANTIN_SUB_CHAIN_CONSTRAINTS_FAILURE,
         .code = "chain-constraints"},
        {.name = "another key signed",
         .wrong_key = true,
         .sub = ANTIN_SUB_SIG_CRYPTO_FAILURE,
         .code = "signature-wrong"},
        {.name = "this signer", .signer = "Nguyễn Văn An", .sub = ANTIN_SUB_NONE},
        {.name = "this office", .signer = "Sở Nội vụ", .sub = ANTIN_SUB_NONE},
        {.name = "another signer",
         .signer = "Nguyễn Văn Bình",
         .sub = ANTIN_SUB_SIG_CONSTRAINTS_FAILURE,
         .code = "other-signer"},
        {.name = "part of the name",
         .signer = "Nguyễn",
         .sub = ANTIN_SUB_SIG_CONSTRAINTS_FAILURE,
         .code = "other-signer"},
};

START_TEST(test_verdict)
{
	const struct plan *p = &plans[_i];
	static const int exits[] = {0, 3, 1};
	ANTIN_SCOPED(antin_report) r = {0};
	ANTIN_SCOPED(antin_bytes) text = {0};
	struct antin_err err = {0};
	const struct antin_verdict *v;
	struct scene s;
	json_t *json = NULL;

	scene_make(&s, p);
	must_check(&s, &r);
	v = &r.verdicts[0];
	ck_assert_msg(v->sub == p->sub, "%s: %s", p->name, antin_sub_id(v->sub));
	ck_assert_int_eq(v->indication, antin_sub_indication(p->sub));
	ck_assert_int_eq(antin_report_exit(&r), exits[v->indication]);
	if (p->code)
		ck_assert_msg(strcmp(v->errors[0].row->code, p->code) == 0, "%s: %s", p->name,
		              v->errors[0].row->code);
	ck_assert(v->intact == !p->wrong_key);
	ck_assert_int_eq(v->coverage, ANTIN_COVERAGE_ENTIRE_FILE);
	ck_assert_int_eq(antin_report_text(&r, NULL, NULL, &text, &err), ANTIN_OK);
	ck_assert_ptr_nonnull(strstr(antin_bytes_cstr(&text), "Nguyễn Văn An"));
	ck_assert_ptr_nonnull(strstr(antin_bytes_cstr(&text), "Sở Nội vụ"));
	if (p->sub)
		ck_assert_ptr_nonnull(strstr(antin_bytes_cstr(&text), antin_sub_id(p->sub)));
	ck_assert(!strstr(antin_bytes_cstr(&text), "%s"));
	ck_assert_int_eq(antin_report_json(&r, NULL, &json, &err), ANTIN_OK);
	ck_assert_str_eq(json_string_value(json_object_get(json, "schema")), "antin.verify/1");
	json_decref(json);
	scene_done(&s);
}
END_TEST

/* Flips and appendages: each has its sub-indication. */
START_TEST(test_damage)
{
	static const struct {
		const char *what, *find; /* changed at the end of what is found */
		const char *append;
		enum antin_sub sub;
		const char *code;
	} rows[] = {
	        {"a byte of the page", "BT", NULL, ANTIN_SUB_HASH_FAILURE, "hash-mismatch"},
	        {"a tail", NULL, "hidden", ANTIN_SUB_FORMAT_FAILURE, "unsigned-tail"},
	        {"white space", NULL, "\n \n", ANTIN_SUB_NONE, NULL},
	};
	const struct plan plain = {.name = "plain"};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		ANTIN_SCOPED(antin_report) r = {0};
		struct scene s;
		const struct antin_verdict *v;

		scene_make(&s, &plain);
		if (rows[i].find)
			pdf_find(&s.pdf, rows[i].find)[3] ^= 1;
		if (rows[i].append)
			antin_bytes_text(&s.pdf, rows[i].append);
		must_check(&s, &r);
		v = &r.verdicts[0];
		ck_assert_msg(v->sub == rows[i].sub, "%s: %s", rows[i].what, antin_sub_id(v->sub));
		if (rows[i].code)
			ck_assert_str_eq(v->errors[0].row->code, rows[i].code);
		ck_assert_int_eq(antin_report_exit(&r), rows[i].sub ? 1 : 0);
		scene_done(&s);
	}
}
END_TEST

/* A verdict on a document of which a part cannot be read: failed, by the digest or by the damage.
 */
START_TEST(test_damaged_parts)
{
	const struct plan plain = {.name = "plain"};
	struct scene s;
	size_t hole, after, exits[7] = {0};

	scene_make(&s, &plain);
	hole = (size_t)(pdf_find(&s.pdf, "/Contents <") - s.pdf.p) + 10;
	after = (size_t)((uint8_t *)memchr(s.pdf.p + hole, '>', s.pdf.len - hole) - s.pdf.p) + 1;
	for (size_t at = 0; at < s.pdf.len; at++) {
		ANTIN_SCOPED(antin_report) r = {0};
		struct antin_err err = {0};
		int code = 5;

		if (at >= hole && at < after)
			continue;
		s.pdf.p[at] ^= 1;
		if (check(&s, "x.pdf", &r, &err) == ANTIN_OK)
			code = antin_report_exit(&r);
		else
			ck_assert(err.rc == ANTIN_E_DAMAGED || err.rc == ANTIN_E_FORMAT ||
			          err.rc == ANTIN_E_UNSUPPORTED || err.rc == ANTIN_E_TOO_LARGE ||
			          err.rc == ANTIN_E_ENCRYPTED);
		ck_assert_msg(code == 1 || code == 5 || code == 4, "octet %zu: exit %d", at, code);
		exits[code]++;
		if (code == 1 && s.pdf.p[at] != '\n')
			ck_assert(r.verdicts[0].errors[0].row->sub == ANTIN_SUB_HASH_FAILURE ||
			          r.verdicts[0].errors[0].row->sub == ANTIN_SUB_FORMAT_FAILURE);
		s.pdf.p[at] ^= 1;
	}
	(void)printf("flips: %zu failed, %zu damaged, %zu without signature\n", exits[1], exits[5],
	             exits[4]);
	ck_assert_uint_gt(exits[1], 3 * exits[5]);
	ck_assert_uint_lt(exits[4], s.pdf.len / 50);
	scene_done(&s);
}
END_TEST

/*
 * Whatever octet changes: not valid again.  The exception is the frame of the CMS that nobody signs
 * (versions, list of digest algorithms): there the verdict must complain, if only with a warning.
 */
START_TEST(test_mutations_never_better)
{
	const struct plan plain = {.name = "plain"};
	size_t refused = 0, undecided = 0, failed = 0;
	struct scene s;

	scene_make(&s, &plain);
	for (size_t at = (size_t)_i; at < s.pdf.len; at += 7) {
		ANTIN_SCOPED(antin_report) r = {0};
		struct antin_err err = {0};
		uint8_t was = s.pdf.p[at];

		s.pdf.p[at] ^= at % 2 ? 0x01 : 0x10;
		if (check(&s, "x.pdf", &r, &err) != ANTIN_OK) {
			refused++;
		} else if (r.n == 0) {
			undecided++;
		} else {
			ck_assert_msg(r.verdicts[0].indication != ANTIN_TOTAL_PASSED ||
			                      r.verdicts[0].n_warnings > 0,
			              "octet %zu of %zu: %02x to %02x", at, s.pdf.len, was,
			              s.pdf.p[at]);
			failed++;
		}
		s.pdf.p[at] = was;
	}
	ck_assert_uint_gt(failed, 100);
	ck_assert_uint_gt(refused + undecided + failed, s.pdf.len / 7 - 2);
	scene_done(&s);
}
END_TEST

START_TEST(test_truncations)
{
	const struct plan plain = {.name = "plain"};
	struct scene s;
	size_t whole;

	scene_make(&s, &plain);
	whole = s.pdf.len;
	for (size_t n = 0; n < whole - 1; n += 13) {
		ANTIN_SCOPED(antin_report) r = {0};
		struct antin_err err = {0};

		s.pdf.len = n;
		if (check(&s, "x.pdf", &r, &err) == ANTIN_OK)
			for (size_t i = 0; i < r.n; i++)
				ck_assert_int_ne(r.verdicts[i].indication, ANTIN_TOTAL_PASSED);
	}
	s.pdf.len = whole;
	scene_done(&s);
}
END_TEST

/* Inside of lib/verify. */
enum antin_change_level document_limit(const struct antin_doc *doc, size_t index, bool strict);

/* A certification limits itself and what follows; one added later widens nothing before it. */
START_TEST(test_limits)
{
	static const struct {
		int docmdp[3];
		enum antin_change_level limits[3];
	} limits[] = {
	        {{0, 0, 0}, {ANTIN_CHANGE_FILL, ANTIN_CHANGE_FILL, ANTIN_CHANGE_FILL}},
	        {{1, 0, 0}, {ANTIN_CHANGE_LTA, ANTIN_CHANGE_LTA, ANTIN_CHANGE_LTA}},
	        {{3, 0, 0}, {ANTIN_CHANGE_ANNOTATE, ANTIN_CHANGE_ANNOTATE, ANTIN_CHANGE_ANNOTATE}},
	        {{0, 3, 0}, {ANTIN_CHANGE_FILL, ANTIN_CHANGE_ANNOTATE, ANTIN_CHANGE_ANNOTATE}},
	        {{0, 0, 3}, {ANTIN_CHANGE_FILL, ANTIN_CHANGE_FILL, ANTIN_CHANGE_ANNOTATE}},
	        {{2, 3, 1}, {ANTIN_CHANGE_FILL, ANTIN_CHANGE_FILL, ANTIN_CHANGE_LTA}},
	        {{7, -1, 0}, {ANTIN_CHANGE_FILL, ANTIN_CHANGE_FILL, ANTIN_CHANGE_FILL}},
	};

	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
		struct antin_doc_sig sigs[3] = {{.docmdp = limits[i].docmdp[0]},
		                                {.docmdp = limits[i].docmdp[1]},
		                                {.docmdp = limits[i].docmdp[2]}};
		const struct antin_doc doc = {.sigs = sigs, .n_sigs = 3};

		for (size_t k = 0; k < 3; k++) {
			ck_assert_msg(document_limit(&doc, k, false) == limits[i].limits[k],
			              "row %zu, signature %zu", i, k);
			ck_assert_int_eq(document_limit(&doc, k, true), ANTIN_CHANGE_LTA);
		}
	}
}
END_TEST

START_TEST(test_exit_precedence)
{
	static const int order[] = {2, 1, 5, 6, 3, 4, 0};

	for (size_t i = 0; i < 7; i++)
		for (size_t k = i; k < 7; k++) {
			ck_assert_int_eq(antin_exit_worse(order[i], order[k]), order[i]);
			ck_assert_int_eq(antin_exit_worse(order[k], order[i]), order[i]);
		}
}
END_TEST

static void
hostile(struct pki_spec *s)
{
	s->subject = "<b>O\x1b[31m/=1+1\xe2\x80\xae\xe2\x80\x8b\nVALID";
}

/* Control, bidirectional and invisible characters of a certificate never reach a reader. */
START_TEST(test_hostile_names)
{
	const struct plan plan = {.name = "hostile", .leaf = hostile};
	ANTIN_SCOPED(antin_report) r = {0};
	ANTIN_SCOPED(antin_bytes) text = {0};
	ANTIN_SCOPED(antin_bytes) dump = {0};
	static const char *const bad[] = {"\x1b", "\xe2\x80\xae", "\xe2\x80\x8b", "\nVALID"};
	struct antin_err err = {0};
	struct scene s;
	json_t *json = NULL;

	scene_make(&s, &plan);
	ck_assert_int_eq(check(&s, "a\x1b[2J\xe2\x80\xae.pdf", &r, &err), ANTIN_OK);
	ck_assert_int_eq(r.verdicts[0].indication, ANTIN_TOTAL_PASSED);
	ck_assert_int_eq(antin_report_text(&r, NULL, NULL, &text, &err), ANTIN_OK);
	ck_assert_int_eq(antin_report_json(&r, NULL, &json, &err), ANTIN_OK);
	ck_assert_int_eq(antin_json_write(json, false, &dump, &err), ANTIN_OK);
	for (size_t i = 0; i < 4; i++) {
		ck_assert(!strstr(antin_bytes_cstr(&text), bad[i]));
		ck_assert(!strstr(antin_bytes_cstr(&dump), bad[i]));
	}
	ck_assert_ptr_nonnull(strstr(antin_bytes_cstr(&text), "\\u{202e}"));
	json_decref(json);
	scene_done(&s);
}
END_TEST

Suite *suite_verify(void);
Suite *
suite_verify(void)
{
	Suite *s = suite_create("verify");
	TCase *c = tcase_create("verify");

	tcase_add_unchecked_fixture(c, make_keys, free_keys);
	tcase_add_loop_test(c, test_verdict, 0, (int)(sizeof(plans) / sizeof(plans[0])));
	tcase_add_test(c, test_damage);
	tcase_add_test(c, test_damaged_parts);
	tcase_add_loop_test(c, test_mutations_never_better, 0, 3);
	tcase_add_test(c, test_truncations);
	tcase_add_test(c, test_limits);
	tcase_add_test(c, test_exit_precedence);
	tcase_add_test(c, test_hostile_names);
	suite_add_tcase(s, c);
	return s;
}
