/*
 * Long-term data of CMS signatures: archive time stamps, values, stamps over the content.  For each
 * fault that a proof of existence lifts there are the twins in which it does not exist.
 */
#include "long_term.h"

#define ONE          .n_archives = 1, .archives = {{.tsa = SECOND}}
#define ONE_BUT(...) .n_archives = 1, .archives = {{.tsa = SECOND, __VA_ARGS__}}
#define TWO(...)     .n_archives = 2, .archives = {{.tsa = SECOND}, {.tsa = THIRD, __VA_ARGS__}}
/* The first service has ended: without a proof its stamp is nothing, and the signer has ended. */
#define NOT_LIFTED .sub = ANTIN_SUB_TRY_LATER
#define ENDED      .sub = ANTIN_SUB_OUT_OF_BOUNDS_NO_POE

enum { KEY = 1, CA_KEY = 2, SUPERSEDED = 4 };

static const struct lt rows[] = {
        /* ---- a proof and its absence ---- */
        {.what = "an archive time stamp", ONE},
        {.what = "no archive time stamp", ENDED, .code = "time-stamp-authority"},
        {.what = "over another content",
         ENDED,
         ONE_BUT(.other_content = true),
         .code = "time-stamp-wrong"},
        {.what = "signed by another key",
         ENDED,
         ONE_BUT(.stranger = true),
         .code = "time-stamp-wrong"},
        {.what = "no index", ENDED, ONE_BUT(.no_index = true), .code = "time-stamp-wrong"},
        {.what = "two indexes", ENDED, ONE_BUT(.two_indexes = true), .code = "time-stamp-wrong"},
        {.what = "an index of another algorithm",
         ENDED,
         ONE_BUT(.sha384_index = true),
         .code = "time-stamp-wrong"},
        {.what = "an index that names what is not there",
         ENDED,
         ONE_BUT(.false_entry = true),
         .code = "time-stamp-wrong"},
        {.what = "an index with more behind",
         ENDED,
         ONE_BUT(.cut_index = true),
         .code = "time-stamp-wrong"},
        {.what = "made by a service that has ended too",
         ENDED,
         .n_archives = 1,
         .archives = {{.tsa = FIRST}},
         .code = "time-stamp-authority"},

        /* ---- what the index leaves out ---- */
        {.what = "certificates left out",
         ONE_BUT(.no_certs = true),
         .level = "B-LT",
         .code = "time-stamp-parts"},
        {.what = "lists left out",
         ONE_BUT(.no_lists = true),
         NOT_LIFTED,
         .best = T_ARCH,
         .code = "time-stamp-parts"},
        {.what = "the list about the signer left out",
         ONE_BUT(.no_second_list = true),
         .level = "B-LT",
         .code = "time-stamp-parts"},
        {.what = "the stamp left out",
         ONE_BUT(.no_stamp = true),
         .best = T_ARCH,
         .level = "B-B",
         .code = "time-stamp-parts"},
        {.what = "everything left out",
         NOT_LIFTED,
         ONE_BUT(.no_stamp = true, .no_certs = true, .no_lists = true),
         .best = T_ARCH,
         .code = "revocation-unknown"},

        /* ---- the signer ---- */
        {.what = "signer revoked after the stamp",
         ONE,
         .of_leaf = {SERIAL, T_STAMP + 10, KEY},
         .code = "revoked-after-stamp"},
        {.what = "signer revoked before the stamp",
         ONE,
         .sub = ANTIN_SUB_REVOKED_NO_POE,
         .best = T_STAMP,
         .of_leaf = {SERIAL, T_STAMP - 10, KEY},
         .code = "cert-revoked"},
        {.what = "signer revoked between stamp and archive, stamp left out",
         .sub = ANTIN_SUB_REVOKED_NO_POE,
         .best = T_ARCH,
         ONE_BUT(.no_stamp = true),
         .of_leaf = {SERIAL, T_STAMP + 10, KEY},
         .code = "cert-revoked"},
        {.what = "signer revoked, no stamp but the archive's",
         .sub = ANTIN_SUB_REVOKED_NO_POE,
         .best = T_ARCH,
         ONE,
         .no_stamp = true,
         .of_leaf = {SERIAL, T_STAMP + 10, KEY},
         .code = "cert-revoked"},
        {.what = "lists from before the stamp, in force at the archive",
         ONE,
         .list_from = T_STAMP - 3 * DAY},
        {.what = "lists from before the stamp, not in force any more at the archive",
         NOT_LIFTED,
         ONE,
         .list_from = T_STAMP - 7 * DAY + 3600,
         .best = T_ARCH,
         .code = "revocation-unknown"},
        {.what = "the archive stamp alone proves the time",
         ONE,
         .no_stamp = true,
         .level = "B-B",
         .best = T_ARCH},

        /* ---- the authority above ---- */
        {.what = "authority compromised later",
         ONE,
         .today_ca = {CA_SERIAL, T_ENDED - DAY, CA_KEY},
         .code = "revoked-after-stamp"},
        {.what = "authority compromised later, lists not proven",
         NOT_LIFTED,
         ONE_BUT(.no_second_list = true),
         .best = T_STAMP,
         .today_ca = {CA_SERIAL, T_ENDED - DAY, CA_KEY},
         .code = "revocation-unknown"},
        {.what = "authority compromised later, lists dated after their proof",
         NOT_LIFTED,
         ONE_BUT(.time = T_LIST - 1800),
         .best = T_STAMP,
         .today_ca = {CA_SERIAL, T_ENDED - DAY, CA_KEY},
         .code = "revocation-unknown"},
        {.what = "lists dated a minute after their proof",
         ONE_BUT(.time = T_LIST - 60),
         .today_ca = {CA_SERIAL, T_ENDED - DAY, CA_KEY},
         .code = "revoked-after-stamp"},
        {.what = "authority compromised before the archive",
         NOT_LIFTED,
         ONE,
         .best = T_STAMP,
         .today_ca = {CA_SERIAL, T_ARCH - 60, CA_KEY},
         .code = "revocation-unknown"},
        {.what = "authority compromised in the second of the archive",
         NOT_LIFTED,
         ONE,
         .best = T_STAMP,
         .today_ca = {CA_SERIAL, T_ARCH, CA_KEY},
         .code = "revocation-unknown"},
        {.what = "authority superseded before the archive, after its list",
         ONE,
         .today_ca = {CA_SERIAL, T_ARCH - 60, SUPERSEDED},
         .code = "revoked-after-stamp"},
        {.what = "authority revoked before the stamp",
         .sub = ANTIN_SUB_REVOKED_CA_NO_POE,
         ONE,
         .best = T_STAMP,
         .today_ca = {CA_SERIAL, T_STAMP - 1, CA_KEY},
         .code = "ca-revoked"},

        /* ---- one more above: with its stolen key an authority below can be made up ---- */
        {.what = "two authorities", ONE, .top = true},
        {.what = "the upper one compromised later",
         ONE,
         .top = true,
         .today_ca = {CA_SERIAL, T_ENDED - DAY, CA_KEY},
         .code = "revoked-after-stamp"},
        {.what = "the upper one compromised later, certificates left out",
         ONE_BUT(.no_certs = true),
         .top = true,
         .today_ca = {CA_SERIAL, T_ENDED - DAY, CA_KEY},
         .sub = ANTIN_SUB_REVOKED_CA_NO_POE,
         .best = T_STAMP,
         .code = "ca-revoked"},
        {.what = "the upper one superseded later, certificates left out",
         ONE_BUT(.no_certs = true),
         .top = true,
         .level = "B-LT",
         .today_ca = {CA_SERIAL, T_ENDED - DAY, SUPERSEDED},
         .code = "revoked-after-stamp"},
        {.what = "two authorities, certificates left out",
         ONE_BUT(.no_certs = true),
         .top = true,
         .level = "B-LT"},

        /* ---- the root, trusted no more ---- */
        {.what = "withdrawn after the archive", ONE, .withdrawn = T_ARCH},
        {.what = "withdrawn after the stamp, before the archive",
         ONE,
         .withdrawn = T_ARCH - 1,
         .best = T_STAMP,
         .sub = ANTIN_SUB_NO_CERTIFICATE_CHAIN_FOUND,
         .code = "anchor-limited"},
        {.what = "withdrawn before the stamp",
         ONE,
         .withdrawn = T_STAMP - 1,
         .best = T_STAMP,
         .sub = ANTIN_SUB_NO_CERTIFICATE_CHAIN_FOUND,
         .code = "anchor-limited"},
        {.what = "withdrawn after the archive, lists left out",
         ONE_BUT(.no_second_list = true),
         .withdrawn = T_ARCH,
         .best = T_STAMP,
         .sub = ANTIN_SUB_NO_CERTIFICATE_CHAIN_FOUND,
         .code = "anchor-limited"},
        {.what = "withdrawn after the archive, certificates left out",
         ONE_BUT(.no_certs = true),
         .withdrawn = T_ARCH,
         .best = T_STAMP,
         .sub = ANTIN_SUB_NO_CERTIFICATE_CHAIN_FOUND,
         .code = "anchor-limited"},

        /* ---- the first service ---- */
        {.what = "service compromised later", ONE, .today_tsa = {TSA_SERIAL, T_ARCH + 60, KEY}},
        {.what = "service compromised before the archive",
         ONE,
         .best = T_ARCH,
         .level = "B-B",
         .today_tsa = {TSA_SERIAL, T_ARCH - 60, KEY},
         .code = "time-stamp-authority-revoked"},
        {.what = "service superseded before the archive",
         ONE,
         .today_tsa = {TSA_SERIAL, T_ARCH - 60, SUPERSEDED}},
        {.what = "service compromised before the archive, signer before",
         ONE,
         .best = T_ARCH,
         .today_tsa = {TSA_SERIAL, T_ARCH - 60, KEY},
         .of_leaf = {SERIAL, T_STAMP + 10, KEY},
         .sub = ANTIN_SUB_REVOKED_NO_POE,
         .code = "cert-revoked"},
        {.what = "service superseded before its stamp",
         ONE,
         .best = T_ARCH,
         .level = "B-B",
         .today_tsa = {TSA_SERIAL, T_STAMP, SUPERSEDED},
         .code = "time-stamp-authority-revoked"},
        {.what = "the stamp over something else",
         ONE,
         .other_stamp = true,
         .level = "B-B",
         .best = T_ARCH,
         .code = "time-stamp-over-other"},

        /* ---- stamps of stamps ---- */
        {.what = "two archives", TWO(.time = 0)},
        {.what = "second service ended, kept by the third",
         TWO(.time = 0),
         .tsa_2_to = PKI_NOW - DAY},
        {.what = "second service ended, kept by the third without a list about it",
         ENDED,
         TWO(.no_fresh_list = true),
         .tsa_2_to = PKI_NOW - DAY,
         .code = "time-stamp-authority"},
        {.what = "second service ended, nothing keeps it",
         ENDED,
         ONE,
         .tsa_2_to = PKI_NOW - DAY,
         .code = "time-stamp-authority"},
        {.what = "second service ended, the third stamped later",
         TWO(.time = PKI_NOW - 3600),
         .tsa_2_to = PKI_NOW - DAY,
         ENDED},
        {.what = "second service compromised, kept by the third",
         TWO(.time = 0),
         .today_tsa_2 = {TSA_2_SERIAL, T_AGAIN + 60, KEY}},
        {.what = "second service compromised before the third stamped",
         ENDED,
         TWO(.time = 0),
         .today_tsa_2 = {TSA_2_SERIAL, T_AGAIN - 60, KEY},
         .best = T_AGAIN,
         .code = "time-stamp-authority-revoked"},
        {.what = "second service compromised, the third does not name its stamp",
         ENDED,
         TWO(.no_archive = true),
         .today_tsa_2 = {TSA_2_SERIAL, T_AGAIN + 60, KEY},
         .best = T_AGAIN,
         .code = "time-stamp-authority-revoked"},

        /* ---- algorithms ---- */
        {.what = "SHA-1 fell later", ONE, .sha1 = true, .sha1_until = "2026-01-01T00:00:00Z"},
        {.what = "SHA-1 fell before the archive",
         .sub = ANTIN_SUB_CRYPTO_CONSTRAINTS_FAILURE_NO_POE,
         ONE,
         .sha1 = true,
         .sha1_until = "2023-11-01T00:00:00Z",
         .best = T_ARCH},
        {.what = "SHA-1 fell between stamp and archive",
         .sub = ANTIN_SUB_CRYPTO_CONSTRAINTS_FAILURE_NO_POE,
         ONE,
         .sha1 = true,
         .sha1_until = "2023-11-19T23:59:59Z",
         .code = "weak-certificate"},
        {.what = "SHA-1 fell later, certificates left out",
         .sub = ANTIN_SUB_CRYPTO_CONSTRAINTS_FAILURE_NO_POE,
         ONE_BUT(.no_certs = true),
         .sha1 = true,
         .sha1_until = "2026-01-01T00:00:00Z",
         .best = T_STAMP,
         .code = "weak-certificate"},
        {.what = "a service superseded below that authority",
         ONE,
         .below = true,
         .sha1 = true,
         .sha1_until = "2026-01-01T00:00:00Z",
         .of_leaf = {TSA_SERIAL, T_ARCH - 60, SUPERSEDED}},
        {.what = "the same, certificates left out",
         .sub = ANTIN_SUB_CRYPTO_CONSTRAINTS_FAILURE_NO_POE,
         ONE_BUT(.no_certs = true),
         .below = true,
         .sha1 = true,
         .sha1_until = "2026-01-01T00:00:00Z",
         .of_leaf = {TSA_SERIAL, T_ARCH - 60, SUPERSEDED},
         .best = T_ARCH,
         .code = "weak-certificate"},
        {.what = "SHA-1 fell later, lists left out",
         NOT_LIFTED,
         ONE_BUT(.no_lists = true),
         .sha1 = true,
         .sha1_until = "2026-01-01T00:00:00Z",
         .code = "revocation-unknown"},

        /* ---- how the data is carried ---- */
        {.what = "certificate-values and revocation-values", ONE, .values = true},
        {.what = "values left out of the index",
         ONE_BUT(.no_values = true),
         .values = true,
         NOT_LIFTED,
         .best = T_ARCH,
         .code = "time-stamp-parts"},
        {.what = "values left out, authority compromised",
         NOT_LIFTED,
         ONE_BUT(.no_values = true),
         .values = true,
         .today_ca = {CA_SERIAL, T_ENDED - DAY, CA_KEY},
         .best = T_ARCH},
        {.what = "values named, authority compromised",
         ONE,
         .values = true,
         .today_ca = {CA_SERIAL, T_ENDED - DAY, CA_KEY}},
        {.what = "an OCSP answer among the lists", ONE, .ocsp = true},
        {.what = "a basic OCSP answer among the lists", ONE, .basic_ocsp = true},
        {.what = "an OCSP answer among the values", ONE, .ocsp = true, .values = true},
        {.what = "an answer by a delegate who has ended", ONE, .ocsp = true, .delegate = true},
        {.what = "the same among the values",
         ONE,
         .basic_ocsp = true,
         .delegate = true,
         .values = true},
        {.what = "an answer by a delegate who has ended, not proven",
         NOT_LIFTED,
         ONE_BUT(.no_second_list = true),
         .ocsp = true,
         .delegate = true,
         .best = T_STAMP},
        {.what = "no lists at all", NOT_LIFTED, ONE, .no_lists = true},
        {.what = "no certificate of the authority",
         .sub = ANTIN_SUB_NO_CERTIFICATE_CHAIN_FOUND,
         ONE,
         .no_certs = true,
         .best = T_STAMP},

        /* ---- the content ---- */
        {.what = "content stamped before", ONE, .content = T_SIGN - 60},
        {.what = "content stamped after",
         ONE,
         .content = T_STAMP + 60,
         .sub = ANTIN_SUB_TIMESTAMP_ORDER_FAILURE,
         .best = T_STAMP,
         .code = "time-stamp-order"},
        {.what = "another content stamped",
         ONE,
         .content = T_STAMP + 60,
         .content_other = true,
         .code = "time-stamp-over-other"},

        /* ---- levels ---- */
        {.what = "young",
         .young = true,
         .list_from = PKI_NOW - 3600,
         .level = "B-LT",
         .best = PKI_NOW - 7000},
        {.what = "young, lists from before",
         .young = true,
         .list_from = PKI_NOW - 8 * DAY,
         .level = "B-T",
         .best = PKI_NOW - 7000},
        {.what = "young, no lists",
         .young = true,
         .no_lists = true,
         .level = "B-T",
         .best = PKI_NOW - 7000},
        {.what = "young and archived",
         ONE,
         .young = true,
         .list_from = PKI_NOW - 3600,
         .best = PKI_NOW - 7000,
         .min_level = ANTIN_LEVEL_LTA},
        {.what = "young, archived without the lists",
         ONE_BUT(.no_lists = true),
         .young = true,
         .list_from = PKI_NOW - 3600,
         .level = "B-LT",
         .best = PKI_NOW - 7000},
        {.what = "young, LTA demanded",
         .young = true,
         .list_from = PKI_NOW - 3600,
         .level = "B-LT",
         .best = PKI_NOW - 7000,
         .min_level = ANTIN_LEVEL_LTA,
         .sub = ANTIN_SUB_SIG_CONSTRAINTS_FAILURE,
         .code = "level-too-low"},
};

static const char *
stamps_of(const struct antin_verdict *v)
{
	static char out[600];
	size_t n = 0;

	out[0] = 0;
	for (size_t i = 0; i < v->n_stamps; i++)
		n += (size_t)snprintf(out + n, sizeof(out) - n, " [%d %s %+lld]",
		                      (int)v->stamps[i].kind,
		                      v->stamps[i].valid ? "counts" : v->stamps[i].code,
		                      (long long)(v->stamps[i].judged_at - T_SIGN));
	return out;
}

START_TEST(test_long_term)
{
	const struct lt *r = &rows[_i];
	ANTIN_SCOPED(antin_report) report = {0};
	const struct antin_verdict *v;
	struct lt_scene l;

	lt_make(&l, r);
	ck_assert_int_eq(lt_check(&l, LT_TEXT, &report), ANTIN_OK);
	ck_assert_uint_eq(report.n, 1);
	v = &report.verdicts[0];
	ck_assert_msg(v->sub == r->sub, "%s: %s (%s)%s best %+lld", r->what, antin_sub_id(v->sub),
	              codes(v), stamps_of(v), (long long)(v->best_time - T_SIGN));
	ck_assert_msg(!r->code || find_code(v, r->code), "%s: %s", r->what, codes(v));
	if (r->level || r->sub == ANTIN_SUB_NONE)
		ck_assert_msg(strcmp(v->level, r->level ? r->level : "B-LTA") == 0, "%s: %s (%s)%s",
		              r->what, v->level, codes(v), stamps_of(v));
	if (r->best || r->sub == ANTIN_SUB_NONE)
		ck_assert_msg(v->best_time == (r->best ? r->best : T_STAMP), "%s: %+lld%s", r->what,
		              (long long)(v->best_time - T_SIGN), stamps_of(v));
	ck_assert(v->intact);
	lt_done(&l);
}
END_TEST

/* Rules may ask for a proof of the signature's time: a stamp over its content is none. */
START_TEST(test_proof_demanded)
{
	static const struct {
		struct lt of;
		enum antin_sub sub;
	} demands[] = {
	        {{.young = true, .no_stamp = true, .content = PKI_NOW - 7200},
	         ANTIN_SUB_SIG_CONSTRAINTS_FAILURE},
	        {{.young = true, .no_stamp = true}, ANTIN_SUB_SIG_CONSTRAINTS_FAILURE},
	        {{.young = true, .content = PKI_NOW - 7200}, ANTIN_SUB_NONE},
	        {{.young = true, .no_stamp = true, .content = PKI_NOW - 7200, ONE}, ANTIN_SUB_NONE},
	};
	ANTIN_SCOPED(antin_report) report = {0};
	struct antin_rules *rules = NULL;
	const struct antin_verdict *v;
	struct antin_err err = {0};
	struct lt_scene l;

	util_ok(antin_rules_read(
	        antin_slice_text("{\"schema\":\"antin.rules/1\",\"name\":\"n\",\"version\":1,"
	                         "\"checks\":{\"time-stamp-missing\":\"fail\"}}"),
	        "n", &rules, &err));
	lt_make(&l, &demands[_i].of);
	l.s.options.rules = rules;
	ck_assert_int_eq(lt_check(&l, LT_TEXT, &report), ANTIN_OK);
	v = &report.verdicts[0];
	ck_assert_msg(v->sub == demands[_i].sub, "%d: %s (%s)%s", _i, antin_sub_id(v->sub),
	              codes(v), stamps_of(v));
	ck_assert(demands[_i].sub == ANTIN_SUB_NONE || find_code(v, "time-stamp-missing"));
	lt_done(&l);
	antin_rules_free(rules);
}
END_TEST

/*
 * What is unsigned can be changed by everybody: whatever octet is another, a case that fails is
 * never valid, and one that is valid is never older or of a higher level than it was.
 */
START_TEST(test_never_better)
{
	static const char *const cases[] = {"the stamp over something else",
	                                    "signer revoked, no stamp but the archive's",
	                                    "second service compromised before the third stamped",
	                                    "authority compromised later, lists not proven"};
	enum { STRIDE = 61 };
	const struct lt *r = NULL;
	size_t tried = 0;
	struct lt_scene l;

	for (size_t i = 0; i < UTIL_COUNT(rows); i++)
		if (strcmp(rows[i].what, cases[_i]) == 0)
			r = &rows[i];
	ck_assert_ptr_nonnull(r);
	lt_make(&l, r);
	for (size_t at = (size_t)_i; at < l.s.pdf.len; at += STRIDE) {
		ANTIN_SCOPED(antin_report) report = {0};
		const struct antin_verdict *v;

		l.s.pdf.p[at] ^= (uint8_t)(1u << at % 8);
		if (lt_check(&l, LT_TEXT, &report) == ANTIN_OK && report.n) {
			v = &report.verdicts[0];
			tried++;
			ck_assert_msg(v->indication != ANTIN_TOTAL_PASSED ||
			                      r->sub == ANTIN_SUB_NONE,
			              "%s: valid with octet %zu changed", r->what, at);
			ck_assert_msg(v->best_time >= r->best, "%s: older by octet %zu", r->what,
			              at);
			ck_assert(!v->level || strncmp(v->level, "B-LT", 4) != 0);
		}
		l.s.pdf.p[at] ^= (uint8_t)(1u << at % 8);
	}
	ck_assert_uint_gt(tried, 20);
	lt_done(&l);
}
END_TEST

/* Stamps of each kind in the report for programs. */
START_TEST(test_json)
{
	static const char *const kinds[] = {"signature", "content", "archive"};
	ANTIN_SCOPED(antin_report) report = {0};
	ANTIN_OWN(json_t) json = NULL;
	struct antin_err err = {0};
	const json_t *list;
	struct lt_scene l;
	size_t i = 0;

	while (strcmp(rows[i].what, "content stamped before") != 0)
		i++;
	lt_make(&l, &rows[i]);
	ck_assert_int_eq(lt_check(&l, LT_TEXT, &report), ANTIN_OK);
	util_ok(antin_report_json(&report, NULL, &json, &err));
	list = json_object_get(json_array_get(json_object_get(json, "signatures"), 0),
	                       "timestamps");
	ck_assert_uint_eq(json_array_size(list), 3);
	for (i = 0; i < 3; i++) {
		const json_t *stamp = json_array_get(list, i);

		ck_assert_str_eq(json_string_value(json_object_get(stamp, "kind")), kinds[i]);
		ck_assert(json_is_true(json_object_get(stamp, "valid")));
		/* Only the first service has ended. */
		ck_assert_str_eq(json_string_value(json_object_get(stamp, "judgedAt")),
		                 i ? "2026-11-18T11:06:40Z" : "2023-11-20T11:06:40Z");
	}
	lt_done(&l);
}
END_TEST

/* Without the content nothing about it is said to be proven. */
START_TEST(test_no_content)
{
	ANTIN_OWN_S(antin_source) src = NULL;
	ANTIN_SCOPED(antin_report) report = {0};
	struct antin_err err = {0};
	struct lt_scene l;

	lt_make(&l, &rows[0]);
	util_ok(antin_source_memory(antin_bytes_slice(&l.s.pdf), "x.p7s", &src, &err));
	util_ok(antin_verify(src, "x.p7s", &l.s.options, &report, &err));
	ck_assert_int_eq(report.verdicts[0].sub, ANTIN_SUB_SIGNED_DATA_NOT_FOUND);
	ck_assert_uint_eq(report.verdicts[0].n_stamps, 1);
	antin_report_done(&report);
	ck_assert_int_eq(lt_check(&l, "another", &report), ANTIN_OK);
	ck_assert_int_eq(report.verdicts[0].sub, ANTIN_SUB_HASH_FAILURE);
	ck_assert_str_eq(report.verdicts[0].stamps[1].code, "time-stamp-wrong");
	lt_done(&l);
}
END_TEST

Suite *suite_long_term(void);
Suite *
suite_long_term(void)
{
	Suite *s = suite_create("long_term");
	TCase *t = tcase_create("cases");

	tcase_add_unchecked_fixture(t, make_keys, free_keys);
	tcase_set_timeout(t, 60);
	tcase_add_loop_test(t, test_proof_demanded, 0, 4);
	tcase_add_loop_test(t, test_long_term, 0, UTIL_COUNT(rows));
	tcase_add_loop_test(t, test_never_better, 0, 4);
	tcase_add_test(t, test_json);
	tcase_add_test(t, test_no_content);
	suite_add_tcase(s, t);
	return s;
}
