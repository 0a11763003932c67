/*
 * What was heard when everything was judged as of the check counts still when it is judged as of a
 * proven time: who has the stolen key of an authority can date a list back, and old lists that he
 * puts beside it do not know yet that the key was stolen.
 */
#include "stamped.h"

static struct antin_bytes newest;

/* Every address has the newest list of the root. */
static enum antin_rc
desk_fetch(void *user, const struct antin_fetch_request *q, struct antin_fetch_answer *out,
           struct antin_err *err)
{
	size_t *asked = user;

	++*asked;
	out->result = ANTIN_FETCHED_STATUS;
	out->how = ANTIN_FETCH_ASKED;
	if (q->kind != ANTIN_FETCH_CRL)
		return ANTIN_OK;
	out->result = ANTIN_FETCHED_ANSWERED;
	antin_bytes_add(&out->body, newest.p, newest.len);
	return antin_bytes_check(&out->body, err);
}

static struct pki_ext
point(void)
{
	static uint8_t der[100];
	ANTIN_SCOPED(antin_bytes) b = {0};
	size_t marks[4];

	for (int i = 0; i < 4; i++)
		marks[i] = antin_der_open(&b, i < 2 ? ANTIN_SEQUENCE : ANTIN_CONTEXT_CONS(0));
	antin_der_add_text(&b, ANTIN_NAME_URI, "http://root.vn/1.crl");
	for (int i = 4; i-- > 0;)
		antin_der_close(&b, marks[i]);
	memcpy(der, b.p, b.len);
	return (struct pki_ext){"2.5.29.31", false, {der, b.len}};
}

static void
ca_with_point(struct pki_spec *s)
{
	s->exts[0] = point();
}
static void
tsa_with_point(struct pki_spec *s)
{
	s->exts[1] = point();
}
/* Of the hour after the stamp: then everybody was good. */
static void
around_old_root_list(struct scene *s)
{
	add_list(s, (struct pki_list){.issuer = "State/Root",
	                              .signer = root_key,
	                              .from = BEFORE + 30,
	                              .to = BEFORE + 90});
}

static const struct {
	const char *what;
	struct pki_revoked today; /* on the newest list */
	bool ended;               /* the signer's certificate */
	enum antin_sub sub;
	const char *code;
} rows[] = {
        {"nobody", {5, THEN, 1}, false, ANTIN_SUB_NONE, NULL},
        {"nobody, signer ended", {5, THEN, 1}, true, ANTIN_SUB_NONE, "judged-at-proven-time"},
        {"authority compromised",
         {CA_SERIAL, THEN, 1},
         false,
         ANTIN_SUB_TRY_LATER,
         "revocation-unknown"},
        {"authority compromised, signer ended",
         {CA_SERIAL, THEN, 1},
         true,
         ANTIN_SUB_TRY_LATER,
         "revocation-unknown"},
        {"authority replaced", {CA_SERIAL, THEN, 4}, false, ANTIN_SUB_NONE, "revoked-after-stamp"},
        {"authority compromised before the stamp",
         {CA_SERIAL, BEFORE - 1, 1},
         false,
         ANTIN_SUB_REVOKED_CA_NO_POE,
         "ca-revoked"},
        {"service compromised",
         {TSA_SERIAL, THEN, 1},
         true,
         ANTIN_SUB_OUT_OF_BOUNDS_NOT_REVOKED,
         "time-stamp-authority-revoked"},
};

static void
leaf_ended(struct pki_spec *s)
{
	s->to = THEN;
}

START_TEST(test_heard_since)
{
	const struct stamped c = {.how = {.ca = ca_with_point,
	                                  .leaf = rows[_i].ended ? leaf_ended : NULL,
	                                  .no_root_list = true,
	                                  .list_from = BEFORE + 60,
	                                  .list_to = PKI_NOW + 60,
	                                  .around = around_old_root_list},
	                          .tsa = tsa_with_point};
	size_t asked = 0;
	const struct antin_fetcher fetcher = {desk_fetch, &asked};
	ANTIN_OWN_S(antin_source) src = NULL;
	ANTIN_SCOPED(antin_report) r = {0};
	const struct antin_verdict *v;
	struct antin_crl *crl = pki_crl((struct pki_list){.issuer = "State/Root",
	                                                  .signer = root_key,
	                                                  .revoked = {rows[_i].today}});
	struct antin_err err = {0};
	struct scene s;

	antin_bytes_add(&newest, crl->der.p, crl->der.len);
	antin_crl_free(crl);
	make_stamped(&s, &c);
	s.options.fetcher = &fetcher;
	util_ok(antin_source_memory(antin_bytes_slice(&s.pdf), "x.pdf", &src, &err));
	util_ok(antin_verify(src, "x.pdf", &s.options, &r, &err));
	v = &r.verdicts[0];
	ck_assert_uint_gt(asked, 0);
	ck_assert_msg(v->sub == rows[_i].sub, "%s: %s%s", rows[_i].what, antin_sub_id(v->sub),
	              codes(v));
	if (rows[_i].code)
		ck_assert_msg(find_code(v, rows[_i].code) != NULL, "%s:%s", rows[_i].what,
		              codes(v));
	antin_bytes_done(&newest);
	stamped_done(&s);
}
END_TEST

Suite *suite_heard_since(void);
Suite *
suite_heard_since(void)
{
	Suite *s = suite_create("heard_since");
	TCase *c = tcase_create("heard_since");

	tcase_add_unchecked_fixture(c, make_keys, free_keys);
	tcase_add_loop_test(c, test_heard_since, 0, UTIL_COUNT(rows));
	suite_add_tcase(s, c);
	return s;
}
