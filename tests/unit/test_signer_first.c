/*
 * Who is asked first: the signer's issuers, before what anybody can add to a signature (time stamps
 * that nobody trusts, at addresses that give nothing) may use up what the network is allowed.
 */
#include "stamped.h"

/* A desk that is shut after so many questions. */
static struct desk {
	size_t open, asked, lists;
	bool revoked;
	char first[64];
} desk;

static enum antin_rc
desk_fetch(void *user, const struct antin_fetch_request *q, struct antin_fetch_answer *out,
           struct antin_err *err)
{
	const struct pki_revoked leaf = {desk.revoked ? SERIAL : 5, THEN, 1};
	struct antin_crl *crl;

	(void)user;
	if (desk.asked == 0)
		(void)snprintf(desk.first, sizeof(desk.first), "%.*s", (int)q->url.len,
		               (const char *)q->url.p);
	if (desk.asked++ >= desk.open) {
		out->result = ANTIN_FETCHED_SPENT;
		return ANTIN_OK;
	}
	out->result = ANTIN_FETCHED_LATE;
	out->how = ANTIN_FETCH_ASKED;
	if (q->kind != ANTIN_FETCH_CRL)
		return ANTIN_OK;
	desk.lists++;
	out->result = ANTIN_FETCHED_ANSWERED;
	crl = pki_crl(
	        (struct pki_list){.issuer = "Agency/CA", .signer = ca_key, .revoked = {leaf}});
	antin_bytes_add(&out->body, crl->der.p, crl->der.len);
	antin_crl_free(crl);
	return antin_bytes_check(&out->body, err);
}

/* crlDistributionPoints, or caIssuers: `n` addresses of this name. */
static struct pki_ext
addresses(const char *oid, const char *name, size_t n)
{
	static uint8_t der[2][512];
	const bool points = strcmp(oid, "2.5.29.31") == 0;
	ANTIN_SCOPED(antin_bytes) b = {0};
	size_t outer = antin_der_open(&b, ANTIN_SEQUENCE), marks[2];
	char url[64];

	for (size_t i = 0; i < n; i++) {
		size_t one = antin_der_open(&b, ANTIN_SEQUENCE);

		if (!points)
			antin_der_add_oid(&b, "1.3.6.1.5.5.7.48.2");
		for (int k = 0; points && k < 2; k++)
			marks[k] = antin_der_open(&b, ANTIN_CONTEXT_CONS(0));
		(void)snprintf(url, sizeof(url), "http://%s/%zu", name, i);
		antin_der_add_text(&b, ANTIN_NAME_URI, url);
		for (int k = 2; points && k-- > 0;)
			antin_der_close(&b, marks[k]);
		antin_der_close(&b, one);
	}
	antin_der_close(&b, outer);
	ck_assert_uint_le(b.len, sizeof(der[0]));
	memcpy(der[points], b.p, b.len);
	return (struct pki_ext){oid, false, {der[points], b.len}};
}

static void
leaf_with_list(struct pki_spec *s)
{
	s->exts[0] = addresses("2.5.29.31", "ca.vn", 1);
}

static void
tsa_with_issuers(struct pki_spec *s)
{
	s->exts[1] = addresses("1.3.6.1.5.5.7.1.1", "slow.vn", 4);
}

/* However soon the desk is shut, and however many stamps there are, the signer's list is had. */
START_TEST(test_signer_first)
{
	static const struct antin_fetcher fetcher = {desk_fetch, NULL};
	static const struct stamped c = {.what = "junk stamps",
	                                 .how = {.leaf = leaf_with_list, .no_ca_list = true},
	                                 .tsa = tsa_with_issuers,
	                                 .untrusted = true,
	                                 .n = 8};
	const size_t opens[] = {1, 4, 64};

	for (size_t i = 0; i < UTIL_COUNT(opens); i++) {
		ANTIN_SCOPED(antin_report) r = {0};
		ANTIN_OWN_S(antin_source) src = NULL;
		const struct antin_verdict *v;
		struct antin_err err = {0};
		struct scene s;

		make_stamped(&s, &c);
		desk = (struct desk){.open = opens[i], .revoked = _i == 1};
		s.options.fetcher = &fetcher;
		util_ok(antin_source_memory(antin_bytes_slice(&s.pdf), "x.pdf", &src, &err));
		util_ok(antin_verify(src, "x.pdf", &s.options, &r, &err));
		v = &r.verdicts[0];
		ck_assert_str_eq(desk.first, "http://ca.vn/0");
		ck_assert_uint_gt(desk.lists, 0);
		ck_assert_uint_gt(desk.asked, 4);
		ck_assert_msg(v->sub == (_i ? ANTIN_SUB_REVOKED_NO_POE : ANTIN_SUB_NONE), "%zu: %s",
		              opens[i], codes(v));
		ck_assert_uint_eq(v->n_stamps, 8);
		ck_assert_ptr_nonnull(find_code(v, "time-stamp-authority"));
		stamped_done(&s);
	}
}
END_TEST

Suite *suite_signer_first(void);
Suite *
suite_signer_first(void)
{
	Suite *s = suite_create("signer_first");
	TCase *c = tcase_create("signer_first");

	tcase_add_unchecked_fixture(c, make_keys, free_keys);
	tcase_add_loop_test(c, test_signer_first, 0, 2);
	suite_add_tcase(s, c);
	return s;
}
