/*
 * Time stamps in verdicts: what they prove of a signer whose certificate ended, was revoked or grew
 * weak, and every way in which one does not count.  None makes anything better that it does not
 * prove.
 */
#include "stamped.h"

static void
tsa_of_old(struct pki_spec *s)
{
	s->from = YEAR_2015 - PKI_YEAR;
}
static void
tsa_ended(struct pki_spec *s)
{
	s->to = PKI_NOW - DAY;
}
static void
tsa_begins(struct pki_spec *s)
{
	s->from = PKI_NOW + DAY;
}
static void
tsa_recent(struct pki_spec *s)
{
	s->from = BEFORE + 60;
}
static void
tsa_not_critical(struct pki_spec *s)
{
	eku_of(s, NULL, false);
}
static void
tsa_also_mail(struct pki_spec *s)
{
	eku_of(s, "1.3.6.1.5.5.7.3.4", true);
}
static void
tsa_for_nothing(struct pki_spec *s)
{
	s->exts[0] = (struct pki_ext){0};
}
static void
tsa_encipher(struct pki_spec *s)
{
	s->usage = 1u << ANTIN_KU_KEY_ENCIPHERMENT;
}
static void
tsa_sha1(struct pki_spec *s)
{
	s->sha1 = true;
}

/* The root as it was in 2015 beside the one of today. */
static void
around_old_root(struct scene *s)
{
	struct pki_spec root = pki_ca("State/Root", "State/Root", root_key, root_key);
	struct antin_err err = {0};

	root.from = YEAR_2015 - PKI_YEAR;
	util_ok(antin_trust_add(&s->trust, world_add(&s->w, root, false),
	                        ANTIN_CLASS_PUBLIC_SERVICE, "old.crt", &err));
}

/* The root told of its authorities last before they ended. */
static void
around_last_list(struct scene *s)
{
	add_list(s, (struct pki_list){.issuer = "State/Root",
	                              .signer = root_key,
	                              .from = PKI_NOW - DAY - 900,
	                              .to = PKI_NOW + 60});
}

/* Two lists of the root name the service of the stamp: an old one, and that of today perhaps. */
static void
around_old_list_names(struct scene *s)
{
	add_list(s, (struct pki_list){.issuer = "State/Root",
	                              .signer = root_key,
	                              .from = PKI_NOW - 7200,
	                              .to = PKI_NOW - 1,
	                              .revoked = {{TSA_SERIAL, BEFORE + 1, 4}}});
}

/* The root counts for signers until then; for time stamps always. */
static void
withdrawn(struct scene *s, int64_t until)
{
	struct antin_anchor *a = &s->trust.anchors[0], stamps = *a;
	struct antin_err err = {0};

	stamps.limits.purposes = 1u << ANTIN_PURPOSE_TIMESTAMP;
	a->limits = (struct antin_limits){ANTIN_NO_TIME, until, 1u << ANTIN_PURPOSE_SIGN};
	util_ok(antin_trust_add_anchor(&s->trust, &stamps, "stamps.crt", &err));
}
static void
around_withdrawn_after(struct scene *s)
{
	withdrawn(s, THEN);
}
static void
around_withdrawn_before(struct scene *s)
{
	withdrawn(s, BEFORE - 1);
}

static void
leaf_ended(struct pki_spec *s)
{
	s->from = PKI_NOW - 2 * PKI_YEAR;
	s->to = PKI_NOW - DAY;
}
static void
leaf_short(struct pki_spec *s)
{
	s->from = PKI_NOW - 2 * DAY;
	s->to = PKI_NOW - DAY;
}
static void
leaf_new(struct pki_spec *s)
{
	s->from = BEFORE + 60;
}
static void
old_sha1(struct pki_spec *s)
{
	s->from = YEAR_2015 - 1000;
	s->sha1 = true;
}
static void
old(struct pki_spec *s)
{
	s->from = YEAR_2015 - 1000;
}
static void
leaf_encipher(struct pki_spec *s)
{
	s->usage = 1u << ANTIN_KU_KEY_ENCIPHERMENT;
}

#define NOT_COUNTED(c)    .code = (c), .how = {REVOKED, .sub = ANTIN_SUB_REVOKED_NO_POE}
#define TSA_REVOKED(t, r) .of_ca = {TSA_SERIAL, (t), (r)}

static const struct stamped rows[] = {
        /* ---- what a stamp proves ---- */
        {.what = "nothing wrong", .best = BEFORE},
        {.what = "revoked after it", COUNTED},
        {.what = "root trusted no more since, and nothing proves what it said before",
         .best = BEFORE,
         .how = {.around = around_withdrawn_after,
                 .sub = ANTIN_SUB_NO_CERTIFICATE_CHAIN_FOUND,
                 .code = "anchor-limited"}},
        {.what = "root trusted no more since, and revoked before",
         .best = BEFORE,
         .how = {.around = around_withdrawn_after,
                 .of_leaf = {SERIAL, BEFORE - 1, 1},
                 .sub = ANTIN_SUB_NO_CERTIFICATE_CHAIN_FOUND,
                 .code = "cert-revoked"}},
        {.what = "root trusted no more before it",
         .best = BEFORE,
         .how = {.around = around_withdrawn_before,
                 .sub = ANTIN_SUB_NO_CERTIFICATE_CHAIN_FOUND,
                 .code = "anchor-limited"}},
        {.what = "revoked before it",
         .best = THEN + 60,
         .tokens = {{.time = THEN + 60}},
         .how = {REVOKED, .sub = ANTIN_SUB_REVOKED_NO_POE, .code = "cert-revoked"}},
        {.what = "revoked in its second",
         .best = THEN,
         .tokens = {{.time = THEN}},
         .how = {REVOKED, .sub = ANTIN_SUB_REVOKED_NO_POE, .code = "cert-revoked"}},
        {.what = "revoked in the second after it",
         .best = THEN - 1,
         .tokens = {{.time = THEN - 1}},
         .how = {REVOKED, .code = "revoked-after-stamp"}},
        {.what = "revoked within its accuracy",
         .best = THEN + 400,
         .tokens = {{.accuracy = 1000000000}},
         .how = {REVOKED, .sub = ANTIN_SUB_REVOKED_NO_POE, .code = "cert-revoked"}},
        {.what = "accuracy of a thousandth is a second",
         .best = THEN,
         .tokens = {{.time = THEN - 1, .accuracy = 1}},
         .how = {REVOKED, .sub = ANTIN_SUB_REVOKED_NO_POE, .code = "cert-revoked"}},
        {.what = "suspended after it",
         .best = BEFORE,
         .how = {.of_leaf = {SERIAL, THEN, 6}, .code = "revoked-after-stamp"}},
        {.what = "suspended before it",
         .best = THEN + 1,
         .tokens = {{.time = THEN + 1}},
         .how = {.of_leaf = {SERIAL, THEN, 6}, .sub = ANTIN_SUB_TRY_LATER, .code = "cert-on-hold"}},
        {.what = "authority superseded after it",
         .best = BEFORE,
         .how = {.of_ca = {CA_SERIAL, PKI_NOW - 60, 4}, .code = "revoked-after-stamp"}},
        {.what = "authority superseded before its list",
         .best = BEFORE - 600,
         .tokens = {{.time = BEFORE - 600}},
         .how = {.of_ca = {CA_SERIAL, BEFORE - 60, 4},
                 .sub = ANTIN_SUB_TRY_LATER,
                 .code = "revocation-unknown",
                 .says = "whose own certificate had ended"}},
        {.what = "authority compromised after it",
         .best = BEFORE,
         .how = {.of_ca = {CA_SERIAL, PKI_NOW - 60, 2},
                 .sub = ANTIN_SUB_TRY_LATER,
                 .code = "revocation-unknown",
                 .says = "whose own certificate had ended"}},
        {.what = "authority revoked before it",
         .best = BEFORE,
         .how = {.of_ca = {CA_SERIAL, BEFORE - 1, 4},
                 .sub = ANTIN_SUB_REVOKED_CA_NO_POE,
                 .code = "ca-revoked"}},
        {.what = "expired after it, list from between",
         .best = PKI_NOW - 2 * DAY,
         .tokens = {{.time = PKI_NOW - 2 * DAY}},
         .how = {.leaf = leaf_ended,
                 .list_from = PKI_NOW - DAY - 600,
                 .list_to = PKI_NOW - 600,
                 .code = "judged-at-proven-time"}},
        {.what = "expired after it, list older than the stamp and out of date",
         .best = PKI_NOW - 2 * DAY,
         .tokens = {{.time = PKI_NOW - 2 * DAY}},
         .how = {.leaf = leaf_ended,
                 .list_from = PKI_NOW - 3 * DAY,
                 .list_to = PKI_NOW - DAY,
                 .sub = ANTIN_SUB_TRY_LATER,
                 .code = "revocation-unknown",
                 .says = "out of date"}},
        {.what = "expired after it, list older than the stamp and in force",
         .best = PKI_NOW - 2 * DAY,
         .tokens = {{.time = PKI_NOW - 2 * DAY}},
         .how = {.leaf = leaf_ended,
                 .list_from = PKI_NOW - 3 * DAY,
                 .list_to = PKI_NOW + DAY,
                 .code = "judged-at-proven-time"}},
        {.what = "expired after it, list that may have forgotten",
         .best = PKI_NOW - 2 * DAY,
         .tokens = {{.time = PKI_NOW - 2 * DAY}},
         .how = {.leaf = leaf_ended,
                 .sub = ANTIN_SUB_TRY_LATER,
                 .code = "revocation-unknown",
                 .says = "may omit it"}},
        {.what = "expired before it",
         .best = BEFORE,
         .how = {.leaf = leaf_ended,
                 .list_from = PKI_NOW - DAY - 600,
                 .list_to = PKI_NOW + 600,
                 .sub = ANTIN_SUB_OUT_OF_BOUNDS_NOT_REVOKED,
                 .code = "cert-expired-not-revoked"}},
        {.what = "authority expired after it, its list from before its end",
         .best = PKI_NOW - 2 * DAY,
         .tokens = {{.time = PKI_NOW - 2 * DAY}},
         .how = {.ca = leaf_ended,
                 .list_from = PKI_NOW - DAY - 600,
                 .list_to = PKI_NOW - 600,
                 .sub = ANTIN_SUB_TRY_LATER,
                 .code = "ca-revocation-unknown",
                 .says = "may omit it"}},
        {.what = "authority expired after it, both lists from before its end",
         .best = PKI_NOW - 2 * DAY,
         .tokens = {{.time = PKI_NOW - 2 * DAY}},
         .how = {.ca = leaf_ended,
                 .no_root_list = true,
                 .around = around_last_list,
                 .list_from = PKI_NOW - DAY - 600,
                 .list_to = PKI_NOW - 600,
                 .code = "judged-at-proven-time"}},
        {.what = "authority expired after it, and made a list after its end",
         .best = PKI_NOW - 2 * DAY,
         .tokens = {{.time = PKI_NOW - 2 * DAY}},
         .how = {.ca = leaf_ended,
                 .no_root_list = true,
                 .around = around_last_list,
                 .sub = ANTIN_SUB_TRY_LATER,
                 .code = "revocation-unknown",
                 .says = "whose own certificate had ended"}},
        {.what = "authority expired after it, revoked in a list after its end",
         .best = PKI_NOW - 2 * DAY,
         .tokens = {{.time = PKI_NOW - 2 * DAY}},
         .how = {.ca = leaf_ended,
                 .no_root_list = true,
                 .around = around_last_list,
                 .of_leaf = {SERIAL, PKI_NOW - 3 * DAY, 1},
                 .sub = ANTIN_SUB_REVOKED_NO_POE,
                 .code = "cert-revoked"}},
        {.what = "older than the certificate, which expired",
         .best = PKI_NOW - 3 * DAY,
         .tokens = {{.time = PKI_NOW - 3 * DAY}},
         .how = {.leaf = leaf_short,
                 .sub = ANTIN_SUB_NOT_YET_VALID,
                 .code = "signed-before-certificate",
                 .says = "older than the signer's certificate"}},
        {.what = "older than the certificate, which is in force",
         .code = "time-stamp-early",
         .best = BEFORE,
         .how = {.leaf = leaf_new}},
        {.what = "SHA-1 signature of 2015",
         .best = YEAR_2015,
         .tsa = tsa_of_old,
         .tokens = {{.time = YEAR_2015}},
         .how = {.leaf = old,
                 .ca = old,
                 .sha1 = true,
                 .around = around_old_root,
                 .code = "judged-at-proven-time"}},
        {.what = "SHA-1 certificate of 2015",
         .best = YEAR_2015,
         .tsa = tsa_of_old,
         .tokens = {{.time = YEAR_2015}},
         .how = {.leaf = old_sha1,
                 .ca = old,
                 .around = around_old_root,
                 .code = "judged-at-proven-time"}},
        {.what = "SHA-1 certificate of 2015 that nothing binds",
         .best = YEAR_2015,
         .tsa = tsa_of_old,
         .tokens = {{.time = YEAR_2015}},
         .how = {.leaf = old_sha1,
                 .ca = old,
                 .around = around_old_root,
                 .subfilter = "adbe.pkcs7.detached",
                 .no_ess = true,
                 .sub = ANTIN_SUB_CRYPTO_CONSTRAINTS_FAILURE_NO_POE,
                 .code = "weak-certificate"}},
        {.what = "SHA-1 authority of 2015",
         .best = YEAR_2015,
         .tsa = tsa_of_old,
         .tokens = {{.time = YEAR_2015}},
         .how = {.leaf = old,
                 .ca = old_sha1,
                 .around = around_old_root,
                 .sub = ANTIN_SUB_CRYPTO_CONSTRAINTS_FAILURE_NO_POE,
                 .code = "weak-certificate"}},
        {.what = "SHA-1 signature of today",
         .best = BEFORE,
         .how = {.sha1 = true,
                 .sub = ANTIN_SUB_CRYPTO_CONSTRAINTS_FAILURE_NO_POE,
                 .code = "weak-algorithm"}},
        {.what = "purpose is no question of time",
         .best = BEFORE,
         .how = {REVOKED, .leaf = leaf_encipher, .sub = ANTIN_SUB_REVOKED_NO_POE,
                 .code = "key-usage"}},
        {.what = "level T wanted", .best = BEFORE, .how = {.min_level = ANTIN_LEVEL_T}},
        {.what = "level LT wanted",
         .best = BEFORE,
         .how = {.min_level = ANTIN_LEVEL_LT,
                 .sub = ANTIN_SUB_SIG_CONSTRAINTS_FAILURE,
                 .code = "level-too-low",
                 .says = "level of the signature is B-T"}},
        {.what = "changed page",
         .best = 0,
         .how = {REVOKED, .file = page_flipped, .sub = ANTIN_SUB_HASH_FAILURE}},
        {.what = "another key signed",
         .best = 0,
         .how = {REVOKED, .stranger_signs = true, .sub = ANTIN_SUB_SIG_CRYPTO_FAILURE}},
        {.what = "older form",
         .best = BEFORE,
         .how = {REVOKED, .subfilter = "adbe.pkcs7.detached", .code = "revoked-after-stamp"}},

        /* ---- the claim beside the proof ---- */
        {.what = "claims a later time",
         .best = BEFORE,
         .how = {.doc_time = BEFORE + 1000, .code = "claimed-time-after-stamp"}},
        {.what = "claims the hour of Viet Nam",
         .best = PKI_NOW - 8 * 3600,
         .tokens = {{.time = PKI_NOW - 8 * 3600}},
         .how = {.doc_time = PKI_NOW - 3600 - 20, .code = "local-time-as-utc"}},
        {.what = "claims six hours later",
         .best = PKI_NOW - 8 * 3600,
         .tokens = {{.time = PKI_NOW - 8 * 3600}},
         .how = {.doc_time = PKI_NOW - 2 * 3600, .code = "claimed-time-after-stamp"}},

        /* ---- tokens of every kind that count ---- */
        {.what = "nonce", COUNTED, .tokens = {{.nonce = true}}},
        {.what = "names its authority", COUNTED, .tokens = {{.name_tsa = true}}},
        {.what = "two, the earlier counts",
         COUNTED,
         .n = 2,
         .tokens = {{.time = THEN - 20}, {.time = BEFORE}}},
        {.what = "two in one attribute",
         COUNTED,
         .n = 2,
         .one_attribute = true,
         .tokens = {{.time = BEFORE}, {.time = THEN - 20}}},
        {.what = "a bad one and a good one",
         .code = "time-stamp-over-other",
         COUNTED,
         .n = 2,
         .tokens = {{.time = BEFORE - 60, .over_other = true}, {.time = BEFORE}}},
        {.what = "more than are judged",
         .code = "time-stamps-many",
         COUNTED,
         .n = 9,
         .tokens = {{.time = BEFORE}, {.time = BEFORE}, {.time = BEFORE}}},
        {.what = "slow clock here", .best = PKI_NOW, .tokens = {{.time = PKI_NOW + 300}}},
        {.what = "authority out of use after it",
         .best = BEFORE,
         .how = {REVOKED, TSA_REVOKED(PKI_NOW - 60, 5)}},
        {.what = "authority superseded after it",
         .best = BEFORE,
         .how = {REVOKED, TSA_REVOKED(BEFORE + 1, 4)}},
        {.what = "authority superseded after it, in two lists",
         .best = BEFORE,
         .how = {REVOKED, TSA_REVOKED(BEFORE + 1, 4), .around = around_old_list_names}},
        {.what = "authority renamed after it",
         .best = BEFORE,
         .how = {REVOKED, TSA_REVOKED(BEFORE + 1, 3)}},

        /* ---- and those that do not ---- */
        {.what = "over another signature",
         NOT_COUNTED("time-stamp-over-other"),
         .tokens = {{.over_other = true}}},
        {.what = "SHA-1 imprint",
         NOT_COUNTED("time-stamp-weak"),
         .tokens = {{.sha1_imprint = true}}},
        {.what = "SHA-1 token",
         NOT_COUNTED("time-stamp-weak"),
         .tokens = {{.sha1_signature = true}}},
        {.what = "forged time", NOT_COUNTED("time-stamp-wrong"), .tokens = {{.forged = true}}},
        {.what = "another key", NOT_COUNTED("time-stamp-wrong"), .tokens = {{.of_stranger = true}}},
        {.what = "another name",
         NOT_COUNTED("time-stamp-wrong"),
         .tokens = {{.name_tsa = true, .other_name = true}}},
        {.what = "without its certificate",
         NOT_COUNTED("time-stamp-authority-missing"),
         .tokens = {{.no_cert = true}}},
        {.what = "not readable", NOT_COUNTED("time-stamp-unreadable"), .tokens = {{.cut = true}}},
        {.what = "of tomorrow",
         .code = "time-stamp-ahead",
         .tokens = {{.time = PKI_NOW + DAY}},
         .how = {REVOKED, .sub = ANTIN_SUB_REVOKED_NO_POE}},
        {.what = "a second too far ahead",
         .code = "time-stamp-ahead",
         .tokens = {{.time = PKI_NOW + 301}}},
        {.what = "before its authority", NOT_COUNTED("time-stamp-outside"), .tsa = tsa_recent},
        {.what = "accuracy reaches behind its authority",
         NOT_COUNTED("time-stamp-outside"),
         .tokens = {{.accuracy = UINT64_C(1) << 50}}},
        {.what = "authority expired, stamped before",
         .code = "time-stamp-authority",
         .tsa = tsa_ended,
         .tokens = {{.time = PKI_NOW - 2 * DAY}},
         .how = {.of_leaf = {SERIAL, PKI_NOW - DAY, 1}, .sub = ANTIN_SUB_REVOKED_NO_POE}},
        {.what = "authority expired, stamped after",
         NOT_COUNTED("time-stamp-outside"),
         .tsa = tsa_ended},
        {.what = "authority not valid yet", NOT_COUNTED("time-stamp-outside"), .tsa = tsa_begins},
        {.what = "purpose not critical", NOT_COUNTED("time-stamp-wrong"), .tsa = tsa_not_critical},
        {.what = "another purpose too", NOT_COUNTED("time-stamp-wrong"), .tsa = tsa_also_mail},
        {.what = "no purpose", NOT_COUNTED("time-stamp-wrong"), .tsa = tsa_for_nothing},
        {.what = "key for encipherment", NOT_COUNTED("time-stamp-authority"), .tsa = tsa_encipher},
        {.what = "SHA-1 authority", NOT_COUNTED("time-stamp-authority"), .tsa = tsa_sha1},
        {.what = "authority of a stranger", NOT_COUNTED("time-stamp-authority"), .untrusted = true},
        {.what = "authority compromised after it",
         .code = "time-stamp-authority-revoked",
         .how = {REVOKED, TSA_REVOKED(PKI_NOW - 60, 1), .sub = ANTIN_SUB_REVOKED_NO_POE}},
        {.what = "authority revoked without a reason",
         .code = "time-stamp-authority-revoked",
         .how = {REVOKED, TSA_REVOKED(PKI_NOW - 60, 0), .sub = ANTIN_SUB_REVOKED_NO_POE}},
        {.what = "authority superseded before it",
         .code = "time-stamp-authority-revoked",
         .how = {REVOKED, TSA_REVOKED(BEFORE - 60, 4), .sub = ANTIN_SUB_REVOKED_NO_POE}},
        {.what = "authority superseded in its second",
         .code = "time-stamp-authority-revoked",
         .how = {REVOKED, TSA_REVOKED(BEFORE, 4), .sub = ANTIN_SUB_REVOKED_NO_POE}},
        {.what = "authority superseded within the accuracy",
         .code = "time-stamp-authority-revoked",
         .tokens = {{.accuracy = 1000001}},
         .how = {REVOKED, TSA_REVOKED(BEFORE + 2, 4), .sub = ANTIN_SUB_REVOKED_NO_POE}},
        {.what = "authority superseded after it, compromised since",
         .code = "time-stamp-authority-revoked",
         .how = {REVOKED, TSA_REVOKED(PKI_NOW - 60, 1), .around = around_old_list_names,
                 .sub = ANTIN_SUB_REVOKED_NO_POE}},
        {.what = "authority superseded after it, in an old list alone",
         .code = "time-stamp-authority-revoked",
         .how = {REVOKED, .around = around_old_list_names, .sub = ANTIN_SUB_REVOKED_NO_POE}},
        {.what = "authority suspended",
         .code = "time-stamp-authority",
         .how = {REVOKED, TSA_REVOKED(PKI_NOW - 60, 6), .sub = ANTIN_SUB_REVOKED_NO_POE}},
        {.what = "status of the authority not known",
         .code = "time-stamp-authority",
         .how = {REVOKED, .no_root_list = true, .sub = ANTIN_SUB_REVOKED_NO_POE}},
        {.what = "nobody is trusted",
         .code = "time-stamp-authority",
         .how = {.no_anchor = true, .sub = ANTIN_SUB_NO_CERTIFICATE_CHAIN_FOUND}},
};

static bool
is_code(const char *code, const struct antin_finding *f)
{
	return f && strcmp(code_of(f), code) == 0;
}

START_TEST(test_stamp)
{
	const struct stamped *c = &rows[_i];
	ANTIN_SCOPED(antin_report) r = {0};
	ANTIN_SCOPED(antin_bytes) text = {0};
	const struct antin_verdict *v;
	struct antin_err err = {0};
	bool some = false;
	struct scene s;

	make_stamped(&s, c);
	must_check(&s, &r);
	v = &r.verdicts[0];
	ck_assert_msg(v->sub == c->how.sub, "%s: %s:%s", c->what, antin_sub_id(v->sub), codes(v));
	ck_assert_msg(v->best_time == (c->best ? c->best : PKI_NOW) || !v->intact, "%s: %lld",
	              c->what, (long long)(v->best_time - PKI_NOW));
	if (c->code)
		ck_assert_msg(find_code(v, c->code) != NULL, "%s:%s", c->what, codes(v));
	if (c->how.code)
		ck_assert_msg(find_code(v, c->how.code) != NULL, "%s:%s", c->what, codes(v));
	ck_assert_uint_eq(v->n_stamps, c->n > 8 ? 8 : c->n ? c->n : 1);
	for (size_t i = 0; i < v->n_stamps; i++) {
		ck_assert(v->stamps[i].valid == (v->stamps[i].code == NULL));
		some = some || v->stamps[i].valid;
		if (v->stamps[i].code)
			ck_assert(is_code(v->stamps[i].code, find_code(v, v->stamps[i].code)));
	}
	ck_assert_msg(some == (c->best || !v->intact || c->tokens[0].time == PKI_NOW + 300),
	              "%s:%s", c->what, codes(v));
	if (v->intact && !c->how.subfilter)
		ck_assert_str_eq(v->level, some ? "B-T" : "B-B");
	util_ok(antin_report_text(&r, NULL, NULL, &text, &err));
	if (c->how.says)
		ck_assert_msg(strstr(antin_bytes_cstr(&text), c->how.says) != NULL, "%s: %s",
		              c->what, antin_bytes_cstr(&text));
	ck_assert_ptr_nonnull(strstr(antin_bytes_cstr(&text), "Time stamp: "));
	ck_assert((strstr(antin_bytes_cstr(&text), ", proven; ") != NULL) == some);
	ck_assert_ptr_null(strstr(antin_bytes_cstr(&text), "%s"));
	stamped_done(&s);
}
END_TEST

/* Without the stamp it is never worse, but where the stamp says that the signature is too old. */
START_TEST(test_no_better_than_without)
{
	const struct stamped *c = &rows[_i];
	ANTIN_SCOPED(antin_report) with = {0};
	ANTIN_SCOPED(antin_report) without = {0};
	const struct antin_verdict *a, *b;
	struct scene s;

	make_stamped(&s, c);
	must_check(&s, &with);
	stamped_done(&s);
	make_how(&s, &c->how);
	must_check(&s, &without);
	a = &with.verdicts[0];
	b = &without.verdicts[0];
	ck_assert_uint_eq(b->n_stamps, 0);
	ck_assert_int_eq(b->best_time, PKI_NOW);
	if (!c->best) {
		ck_assert_msg(a->sub == b->sub, "%s", c->what);
		ck_assert_str_eq(a->level, b->level);
	} else if (c->how.sub != ANTIN_SUB_NOT_YET_VALID) {
		ck_assert_msg(a->indication <= b->indication, "%s", c->what);
	}
	if (b->indication == ANTIN_TOTAL_FAILED)
		ck_assert_msg(a->indication == ANTIN_TOTAL_FAILED, "%s", c->what);
	scene_done(&s);
}
END_TEST

/* JSON carries each stamp, by the schema. */
START_TEST(test_stamp_json)
{
	const struct stamped *c = &rows[_i];
	ANTIN_SCOPED(antin_report) r = {0};
	ANTIN_OWN(json_t) schema = NULL;
	ANTIN_OWN(json_t) json = NULL;
	struct antin_err err = {0};
	json_t *sig, *list;
	struct scene s;

	make_stamped(&s, c);
	must_check(&s, &r);
	util_ok(antin_json_load("docs/schema/antin.verify-1.json", &schema, &err));
	util_ok(antin_report_json(&r, NULL, &json, &err));
	util_ok(antin_json_check(schema, json, &err));
	sig = json_array_get(json_object_get(json, "signatures"), 0);
	list = json_object_get(sig, "timestamps");
	ck_assert_uint_eq(json_array_size(list), r.verdicts[0].n_stamps);
	for (size_t i = 0; i < json_array_size(list); i++) {
		const struct antin_stamp *st = &r.verdicts[0].stamps[i];
		json_t *o = json_array_get(list, i);

		ck_assert(json_is_true(json_object_get(o, "valid")) == st->valid);
		ck_assert((json_object_get(o, "code") == NULL) == st->valid);
		ck_assert((json_object_get(o, "time") == NULL) == (st->time == ANTIN_NO_TIME));
		ck_assert((json_object_get(o, "authority") == NULL) == (st->tsa == NULL));
		if (st->valid) {
			ck_assert_ptr_nonnull(json_object_get(o, "trust"));
			ck_assert_ptr_nonnull(json_object_get(o, "revocation"));
		}
	}
	stamped_done(&s);
}
END_TEST

START_TEST(test_every_stamp_row_is_reached)
{
	bool reached[UTIL_COUNT(stamp_codes)] = {false};

	for (size_t i = 0; i < UTIL_COUNT(rows); i++)
		for (size_t k = 0; k < UTIL_COUNT(stamp_codes); k++)
			if ((rows[i].code && strcmp(rows[i].code, stamp_codes[k]) == 0) ||
			    (rows[i].how.code && strcmp(rows[i].how.code, stamp_codes[k]) == 0))
				reached[k] = true;
	for (size_t k = 0; k < UTIL_COUNT(stamp_codes); k++)
		ck_assert_msg(reached[k], "%s is in no case", stamp_codes[k]);
}
END_TEST

Suite *suite_stamp(void);
Suite *
suite_stamp(void)
{
	Suite *s = suite_create("stamp");
	TCase *c = tcase_create("stamp");
	const int n = (int)UTIL_COUNT(rows);

	tcase_add_unchecked_fixture(c, make_keys, free_keys);
	tcase_add_loop_test(c, test_stamp, 0, n);
	tcase_add_loop_test(c, test_no_better_than_without, 0, n);
	tcase_add_loop_test(c, test_stamp_json, 0, n);
	tcase_add_test(c, test_every_stamp_row_is_reached);
	suite_add_tcase(s, c);
	return s;
}
