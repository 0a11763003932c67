/*
 * Until when algorithms count: the shipped file against the table built in, every bound to the
 * second, wrong files with the place that is wrong, and verdicts under other dates than ours.
 */
#include <antin/algorithms.h>

#include "how.h"

#define SHIPPED "lib/verify/data/algorithms.json"
#define HEAD    "{\"schema\": \"antin.algorithms/1\", \"version\": 1, "
#define DIGESTS "\"digests\": [{\"digest\": \"SHA-256\", \"clause\": \"us\"}]"
#define KEYS    "\"keys\": [{\"key\": \"P-256\", \"clause\": \"us\"}]"

static struct antin_algorithms *
policy(const char *text)
{
	struct antin_algorithms *a = NULL;
	struct antin_err err = {0};

	util_ok(antin_algorithms_read(antin_slice_text(text), "x.json", &a, &err));
	return a;
}

/* A public key of any length that only its length is asked of. */
static const struct antin_public *
key_of(EVP_PKEY *pkey, struct antin_public **out)
{
	ANTIN_SCOPED(antin_bytes) spki = {0};
	struct antin_err err = {0};

	pki_add_spki(&spki, pkey);
	util_ok(antin_public_read(antin_bytes_slice(&spki), out, &err));
	EVP_PKEY_free(pkey);
	return *out;
}

enum { YEARS_FROM = 1995, YEARS_TO = 2060 };

/* The file that comes along says what the programs do without it, in every second half-year. */
START_TEST(test_shipped_is_built_in)
{
	static const char *const curves[] = {"P-256", "P-384"};
	static const unsigned int bits[] = {1024, 1536, 2048, 3072};
	struct antin_algorithms *a = NULL;
	struct antin_public *keys[6] = {NULL};
	struct antin_err err = {0};
	size_t refused = 0;

	util_ok(antin_algorithms_load(SHIPPED, &a, &err));
	for (size_t i = 0; i < 4; i++)
		(void)key_of(EVP_RSA_gen(bits[i]), &keys[i]);
	for (size_t i = 0; i < 2; i++)
		(void)key_of(EVP_EC_gen(curves[i]), &keys[4 + i]);
	for (int year = YEARS_FROM; year < YEARS_TO; year++) {
		for (int half = 0; half < 4; half++) {
			const struct antin_date d = {year,
			                             half < 2 ? 1 : 12,
			                             half < 2 ? 1 : 31,
			                             half < 2 ? 0 : 23,
			                             half < 2 ? 0 : 59,
			                             half < 2 ? half : 58 + half % 2};
			int64_t t = antin_date_seconds(&d);

			for (int n = 0; n < ANTIN_DIGESTS; n++) {
				const struct antin_sigalg alg = {ANTIN_RSA_PKCS1,
				                                 (enum antin_digest)n};

				ck_assert(antin_algorithms_allow(a, &alg, NULL, t, NULL) ==
				          antin_algorithms_allow(NULL, &alg, NULL, t, NULL));
			}
			for (size_t k = 0; k < 6; k++) {
				bool yes = antin_algorithms_allow(a, NULL, keys[k], t, NULL);

				refused += !yes;
				ck_assert(yes ==
				          antin_algorithms_allow(NULL, NULL, keys[k], t, NULL));
			}
		}
	}
	ck_assert_uint_gt(refused, 100);
	for (size_t i = 0; i < 6; i++)
		antin_public_free(keys[i]);
	antin_algorithms_free(a);
}
END_TEST

/* The last second and the first one after it; rows in any order; what is not named never counts. */
START_TEST(test_bounds)
{
	static const struct {
		unsigned int bits;
		int64_t time;
		bool yes;
		int64_t until;
	} cases[] = {
	        {1024, 0, false, ANTIN_ALGORITHM_NEVER},
	        {1536, 1000, true, 1000},
	        {1536, 1001, false, 1000},
	        {2048, 2000, true, 2000},
	        {2048, 2001, false, 2000},
	        {3072, INT64_MAX, true, INT64_MAX},
	};
	struct antin_algorithms *a =
	        policy(HEAD DIGESTS ", \"keys\": ["
	                            "{\"key\": \"RSA\", \"bits\": 3072, \"clause\": \"C3\"},"
	                            "{\"key\": \"RSA\", \"bits\": 1100, \"clause\": \"C1\","
	                            " \"until\": \"1970-01-01T00:16:40Z\"},"
	                            "{\"key\": \"RSA\", \"bits\": 2000, \"clause\": \"C2\","
	                            " \"until\": \"1970-01-01T07:33:20+07:00\"}]}");
	const struct antin_sigalg sha1 = {ANTIN_ECDSA, ANTIN_SHA1}, sha256 = {ANTIN_ECDSA, 1};
	struct antin_algorithm_end end;
	char text[80];

	for (size_t i = 0; i < UTIL_COUNT(cases); i++) {
		struct antin_public *key = NULL;

		(void)key_of(EVP_RSA_gen(cases[i].bits), &key);
		ck_assert_msg(antin_algorithms_allow(a, &sha256, key, cases[i].time, &end) ==
		                      cases[i].yes,
		              "%zu", i);
		ck_assert_int_eq(end.until, cases[i].until);
		antin_public_free(key);
	}
	ck_assert(!antin_algorithms_allow(a, &sha1, NULL, 0, &end));
	ck_assert_str_eq(antin_algorithm_text("SHA-1", &end, text, sizeof(text)),
	                 "ETSI TS 119 312");
	ck_assert_str_eq(text, "SHA-1");
	end.until = 1483228799;
	end.clause = "C";
	ck_assert_str_eq(antin_algorithm_text("SHA-1", &end, text, sizeof(text)), "C");
	ck_assert_str_eq(text, "SHA-1 (≤ 2016-12-31)");
	antin_algorithms_free(a);
}
END_TEST

static const struct {
	const char *text, *where, *says;
	enum antin_rc rc;
} wrongs[] = {
        {"", NULL, "", ANTIN_E_FORMAT},
        {"[]", "$", "object", ANTIN_E_CONFIG},
        {"{}", "schema", "missing", ANTIN_E_CONFIG},
        {"{\"schema\": \"antin.algorithms/2\", \"version\": 1, " DIGESTS ", " KEYS "}", "schema",
         "antin.algorithms/1", ANTIN_E_CONFIG},
        {"{\"schema\": \"antin.algorithms/1\", " DIGESTS ", " KEYS "}", "version", "missing",
         ANTIN_E_CONFIG},
        {HEAD KEYS "}", "digests", "missing", ANTIN_E_CONFIG},
        {HEAD DIGESTS "}", "keys", "missing", ANTIN_E_CONFIG},
        {HEAD DIGESTS ", \"key\": []}", "key", "unknown key", ANTIN_E_CONFIG},
        {HEAD "\"digests\": {}, " KEYS "}", "digests", "list", ANTIN_E_CONFIG},
        {HEAD "\"digests\": [1], " KEYS "}", "digests[0]", "object", ANTIN_E_CONFIG},
        {HEAD "\"digests\": [{\"digest\": \"MD5\", \"clause\": \"c\"}], " KEYS "}",
         "digests[0].digest", "", ANTIN_E_CONFIG},
        {HEAD "\"digests\": [{\"digest\": \"SHA-1\"}], " KEYS "}", "digests[0].clause", "missing",
         ANTIN_E_CONFIG},
        {HEAD "\"digests\": [{\"digest\": \"SHA-1\", \"clause\": \"c\", \"until\": "
              "\"2016-12-31\"}], " KEYS "}",
         "digests[0]", "2016-12-31T23:59:59Z", ANTIN_E_CONFIG},
        {HEAD "\"digests\": [{\"digest\": \"SHA-1\", \"clause\": \"c\", \"until\": "
              "\"2016-02-30T00:00:00Z\"}], " KEYS "}",
         "digests[0]", "2016-12-31T23:59:59Z", ANTIN_E_CONFIG},
        {HEAD "\"digests\": [{\"digest\": \"SHA-1\", \"clause\": \"c\"}, {\"digest\": \"SHA-1\", "
              "\"clause\": \"d\"}], " KEYS "}",
         "digests[1]", "earlier row", ANTIN_E_CONFIG},
        {HEAD DIGESTS ", \"keys\": [{\"key\": \"RSA\", \"clause\": \"c\", \"bits\": 2048}, "
                      "{\"key\": \"RSA\", \"clause\": \"c\", \"bits\": 2048}]}",
         "keys[1]", "earlier row", ANTIN_E_CONFIG},
        {HEAD DIGESTS ", \"keys\": [{\"key\": \"RSA\", \"clause\": \"c\", \"bits\": -1}]}",
         "keys[0].bits", "", ANTIN_E_CONFIG},
        {HEAD DIGESTS ", \"keys\": [{\"key\": \"RSA\", \"clause\": \"c\", \"bits\": 70000}]}",
         "keys[0].bits", "", ANTIN_E_CONFIG},
        {HEAD DIGESTS ", \"keys\": [{\"key\": \"Ed25519\", \"clause\": \"c\"}]}", "keys[0].key", "",
         ANTIN_E_CONFIG},
        {HEAD DIGESTS ", " KEYS "} {}", NULL, "", ANTIN_E_FORMAT},
};

START_TEST(test_wrong_files)
{
	struct antin_algorithms *a = NULL;
	struct antin_err err = {0};
	enum antin_rc rc =
	        antin_algorithms_read(antin_slice_text(wrongs[_i].text), "x.json", &a, &err);

	ck_assert_msg(rc == wrongs[_i].rc, "%s: %s", wrongs[_i].text, util_line(&err));
	ck_assert_ptr_null(a);
	if (wrongs[_i].where)
		ck_assert_msg(strstr(util_line(&err), wrongs[_i].where) != NULL, "%s",
		              util_line(&err));
	ck_assert_msg(strstr(util_line(&err), wrongs[_i].says) != NULL, "%s", util_line(&err));
}
END_TEST

/* Every prefix is refused; no flip makes SHA-1 strong but one of the year of its end. */
START_TEST(test_shipped_mutations)
{
	ANTIN_SCOPED(antin_bytes) text = {0};
	const struct antin_sigalg sha1 = {ANTIN_ECDSA, ANTIN_SHA1};
	struct antin_err err = {0};
	size_t read = 0, refused = 0, year;

	util_ok(antin_file_read(SHIPPED, 65536, &text, &err));
	year = (size_t)((uint8_t *)memmem(text.p, text.len, "2016-12-31T", 11) - text.p);
	for (size_t n = 0; n + 2 < text.len; n++) {
		ANTIN_OWN_S(antin_algorithms) a = NULL;

		ck_assert_int_ne(antin_algorithms_read((struct antin_slice){text.p, n}, "cut", &a,
		                                       NULL),
		                 ANTIN_OK);
	}
	for (size_t at = 0; at < text.len; at++) {
		ANTIN_OWN_S(antin_algorithms) a = NULL;
		uint8_t was = text.p[at];

		text.p[at] ^= 1;
		if (antin_algorithms_read(antin_bytes_slice(&text), "flip", &a, NULL) == ANTIN_OK) {
			read++;
			if (antin_algorithms_allow(a, &sha1, NULL, PKI_NOW, NULL) &&
			    (at < year || at >= year + 4))
				ck_abort_msg("octet %zu makes SHA-1 strong", at);
		} else {
			refused++;
		}
		text.p[at] = was;
	}
	ck_assert_uint_gt(refused, read);
	ck_assert_uint_gt(read, 100); /* notes and clauses */
}
END_TEST

static void
leaf_sha1(struct pki_spec *s)
{
	s->sha1 = true;
}

static void
root_list_then(struct scene *s)
{
	add_list(s, (struct pki_list){.issuer = "State/Root",
	                              .signer = root_key,
	                              .from = PKI_NOW - 3 * 86400,
	                              .to = PKI_NOW + 86400});
}

/* A verdict goes by the dates it is given: signature, chain and revocation data. */
START_TEST(test_verdicts)
{
	static const char until_yesterday[] = HEAD
	        "\"digests\": [{\"digest\": \"SHA-256\", \"clause\": \"Circular 1\", \"until\": "
	        "\"2026-11-17T23:59:59Z\"}], " KEYS "}";
	static const char no_curve[] =
	        HEAD DIGESTS ", \"keys\": [{\"key\": \"P-384\", \"clause\": \"us\"}]}";
	static const char sha1_too[] =
	        HEAD "\"digests\": [{\"digest\": \"SHA-256\", \"clause\": \"us\"}, {\"digest\": "
	             "\"SHA-1\", \"clause\": \"us\"}], " KEYS "}";
	static const struct {
		const char *policy;
		struct how how;
		const char *clause;
	} cases[] = {
	        {NULL, {.what = "ours"}, NULL},
	        {until_yesterday,
	         {.what = "ended",
	          .code = "weak-algorithm",
	          .sub = ANTIN_SUB_CRYPTO_CONSTRAINTS_FAILURE_NO_POE,
	          .says = "ecdsa-with-SHA256 (≤ 2026-11-17)"},
	         "Circular 1"},
	        {until_yesterday,
	         {.what = "in force then",
	          .at = PKI_NOW - 2 * 86400,
	          .list_from = PKI_NOW - 3 * 86400,
	          .list_to = PKI_NOW + 86400,
	          .no_root_list = true,
	          .around = root_list_then},
	         NULL},
	        /* A list counts as of when it was made. */
	        {until_yesterday,
	         {.what = "in force then, but its lists are of today",
	          .at = PKI_NOW - 2 * 86400,
	          .code = "weak-revocation-data",
	          .sub = ANTIN_SUB_TRY_LATER,
	          .says = "can show that a certificate was revoked but never that it is good"},
	         "ETSI TS 119 312"},
	        {no_curve,
	         {.what = "key not named",
	          .code = "weak-certificate",
	          .sub = ANTIN_SUB_CRYPTO_CONSTRAINTS_FAILURE_NO_POE,
	          .says = "The certificate of \"Nguyễn Văn An\" relies on P-256, which is no "
	                  "longer"},
	         "ETSI TS 119 312"},
	        {sha1_too, {.what = "SHA-1 certificate", .leaf = leaf_sha1}, NULL},
	        {sha1_too, {.what = "SHA-1 signature", .sha1 = true}, NULL},
	        {NULL,
	         {.what = "SHA-1 certificate of ours",
	          .leaf = leaf_sha1,
	          .code = "weak-certificate",
	          .sub = ANTIN_SUB_CRYPTO_CONSTRAINTS_FAILURE_NO_POE,
	          .says = "\"Nguyễn Văn An\" relies on ecdsa-with-SHA1 (≤ 2016-12-31), which"},
	         "ETSI TS 119 312"},
	};
	const struct how *h = &cases[_i].how;
	struct antin_algorithms *a = cases[_i].policy ? policy(cases[_i].policy) : NULL;
	ANTIN_SCOPED(antin_report) r = {0};
	ANTIN_SCOPED(antin_bytes) text = {0};
	const struct antin_finding *f;
	struct antin_err err = {0};
	struct scene s;

	make_how(&s, h);
	s.options.algorithms = a;
	must_check(&s, &r);
	ck_assert_msg(r.verdicts[0].sub == h->sub, "%s:%s", h->what, codes(&r.verdicts[0]));
	if (h->code) {
		f = find_code(&r.verdicts[0], h->code);
		ck_assert_ptr_nonnull(f);
		ck_assert_str_eq(f->clause ? f->clause : f->row->clause, cases[_i].clause);
		util_ok(antin_report_text(&r, NULL, NULL, &text, &err));
		ck_assert_msg(strstr(antin_bytes_cstr(&text), h->says) != NULL, "%s",
		              antin_bytes_cstr(&text));
	}
	scene_done(&s);
	antin_algorithms_free(a);
}
END_TEST

Suite *suite_algorithms(void);
Suite *
suite_algorithms(void)
{
	Suite *s = suite_create("algorithms");
	TCase *c = tcase_create("algorithms");

	tcase_add_unchecked_fixture(c, make_keys, free_keys);
	tcase_add_test(c, test_shipped_is_built_in);
	tcase_add_test(c, test_bounds);
	tcase_add_loop_test(c, test_wrong_files, 0, (int)UTIL_COUNT(wrongs));
	tcase_add_test(c, test_shipped_mutations);
	tcase_add_loop_test(c, test_verdicts, 0, 8);
	suite_add_tcase(s, c);
	return s;
}
