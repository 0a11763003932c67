/*
 * The state of certificates: every move from every state, reasons and dates, CRLs and OCSP answers
 * after each.
 */
#include "one_authority.h"

#include <antin/crl.h>
#include <antin/ocsp.h>

/* r: revoke, R: with keyCompromise dated back by 10 s, h: hold, u: resume; upper case of refused.
 */
static enum antin_rc
apply(const struct antin_cert_row *row, char move, struct antin_changed *done,
      struct antin_err *err)
{
	struct antin_change c = {.kind = ANTIN_CHANGE_REVOKE, .invalidity_at = ANTIN_NULL};

	if (move == 'h')
		c.kind = ANTIN_CHANGE_HOLD;
	if (move == 'u')
		c.kind = ANTIN_CHANGE_RESUME;
	if (move == 'r')
		c.reason = ANTIN_REASON_SUPERSEDED;
	if (move == 'k' || move == 'K')
		c.reason = ANTIN_REASON_KEY_COMPROMISE;
	if (move == 'K')
		c.invalidity_at = w.now - 10;
	w.now++;
	return antin_ca_change(w.signer, row, &c, done, err);
}

START_TEST(moves)
{
	static const struct {
		const char *moves; /* all but the last succeed */
		enum antin_rc rc;  /* of the last */
		int64_t state, reason;
	} cases[] = {
	        {"r", ANTIN_OK, ANTIN_CERT_REVOKED, 4},
	        {"h", ANTIN_OK, ANTIN_CERT_HOLD, 6},
	        {"n", ANTIN_OK, ANTIN_CERT_REVOKED, ANTIN_NULL},
	        {"u", ANTIN_E_STATE, ANTIN_CERT_VALID, ANTIN_NULL},
	        {"hu", ANTIN_OK, ANTIN_CERT_VALID, ANTIN_NULL},
	        {"hh", ANTIN_E_STATE, ANTIN_CERT_HOLD, 6},
	        {"hr", ANTIN_OK, ANTIN_CERT_REVOKED, 4},
	        {"hk", ANTIN_OK, ANTIN_CERT_REVOKED, 1},
	        {"huhur", ANTIN_OK, ANTIN_CERT_REVOKED, 4},
	        {"huu", ANTIN_E_STATE, ANTIN_CERT_VALID, ANTIN_NULL},
	        {"rr", ANTIN_E_STATE, ANTIN_CERT_REVOKED, 4},
	        {"rh", ANTIN_E_STATE, ANTIN_CERT_REVOKED, 4},
	        {"ru", ANTIN_E_STATE, ANTIN_CERT_REVOKED, 4},
	        {"rn", ANTIN_E_STATE, ANTIN_CERT_REVOKED, 4},
	        {"rk", ANTIN_E_STATE, ANTIN_CERT_REVOKED, 4},
	        {"rK", ANTIN_OK, ANTIN_CERT_REVOKED, 1},
	        {"kr", ANTIN_E_STATE, ANTIN_CERT_REVOKED, 1},
	        {"kk", ANTIN_E_STATE, ANTIN_CERT_REVOKED, 1},
	        {"rKK", ANTIN_E_STATE, ANTIN_CERT_REVOKED, 1},
	        {"hrK", ANTIN_OK, ANTIN_CERT_REVOKED, 1},
	};
	ANTIN_SCOPED(antin_cert_row) row = {0};
	ANTIN_SCOPED(antin_cert_row) after = {0};
	ANTIN_SCOPED(antin_revocation_row) r = {0};
	struct antin_changed done = {0};
	size_t n = strlen(cases[_i].moves);
	int64_t first = 0;
	struct antin_err err = {0};
	enum antin_rc rc;

	authority_person(&w, "An", &row);
	w.now += 100;
	for (size_t i = 0; i + 1 < n; i++) {
		util_ok(apply(&row, cases[_i].moves[i], &done, &err));
		first = cases[_i].moves[i] == 'u' ? 0 : first ? first : done.revoked_at;
	}
	rc = apply(&row, cases[_i].moves[n - 1], &done, &err);
	ck_assert_msg(rc == cases[_i].rc, "%s: %s", cases[_i].moves, util_line(&err));
	util_ok(antin_store_cert_by_id(store(), row.id, &after, &err));
	ck_assert_int_eq(after.state, cases[_i].state);
	ck_assert_uint_eq(authority_faults(&w), 0);
	if (after.state == ANTIN_CERT_VALID)
		return;
	util_ok(antin_store_revocation_get(store(), row.issuer, antin_bytes_slice(&row.serial), &r,
	                                   &err));
	ck_assert_int_eq(r.reason, cases[_i].reason);
	/* The first date stays, whatever comes after. */
	if (first)
		ck_assert_int_eq(r.revoked_at, first);
	if (strchr(cases[_i].moves, 'K'))
		ck_assert_int_lt(r.invalidity_at, r.revoked_at);
}
END_TEST

START_TEST(reasons_and_dates)
{
	static const struct {
		int reason;
		int64_t invalidity; /* from now; 1: absent */
		enum antin_rc rc;
	} cases[] = {
	        {ANTIN_REASON_UNSPECIFIED, 1, ANTIN_OK},
	        {ANTIN_REASON_KEY_COMPROMISE, -5, ANTIN_OK},
	        {ANTIN_REASON_CA_COMPROMISE, 1, ANTIN_E_POLICY},
	        {ANTIN_REASON_AFFILIATION_CHANGED, 1, ANTIN_OK},
	        {ANTIN_REASON_CESSATION, 0, ANTIN_OK},
	        {ANTIN_REASON_HOLD, 1, ANTIN_E_USAGE},
	        {ANTIN_REASON_REMOVE, 1, ANTIN_E_POLICY},
	        {ANTIN_REASON_PRIVILEGE_WITHDRAWN, 1, ANTIN_OK},
	        {ANTIN_REASON_AA_COMPROMISE, 1, ANTIN_E_POLICY},
	        {ANTIN_REASON_KEY_COMPROMISE, 60, ANTIN_E_POLICY},
	        {ANTIN_REASON_KEY_COMPROMISE, -1000000, ANTIN_E_POLICY},
	};
	ANTIN_SCOPED(antin_cert_row) row = {0};
	struct antin_change c = {.kind = ANTIN_CHANGE_REVOKE, .reason = cases[_i].reason};
	struct antin_changed done = {0};
	struct antin_err err = {0};
	int64_t log;
	enum antin_rc rc;

	authority_person(&w, "An", &row);
	w.now += 100;
	c.invalidity_at = cases[_i].invalidity == 1 ? ANTIN_NULL : w.now + cases[_i].invalidity;
	log = authority_log(&w);
	c.dry_run = true;
	rc = antin_ca_change(w.signer, &row, &c, &done, &err);
	ck_assert_int_eq(rc, cases[_i].rc);
	ck_assert_int_eq(authority_log(&w), log);
	c.dry_run = false;
	antin_err_clear(&err);
	rc = antin_ca_change(w.signer, &row, &c, &done, &err);
	ck_assert_msg(rc == cases[_i].rc, "%s", util_line(&err));
	if (rc != ANTIN_OK)
		ck_assert_int_eq(authority_log(&w), log);
	else
		ck_assert_uint_eq(done.log, (uint64_t)authority_log(&w));
	ck_assert_uint_eq(authority_faults(&w), 0);
}
END_TEST

START_TEST(compromise_blocks_the_key)
{
	static const struct antin_keygen p256 = {.type = ANTIN_KEY_P256};
	ANTIN_OWN_S(antin_key) key = NULL;
	ANTIN_SCOPED(antin_bytes) csr = {0};
	ANTIN_SCOPED(antin_signer_issued) one = {0};
	ANTIN_SCOPED(antin_signer_issued) two = {0};
	ANTIN_SCOPED(antin_cert_row) row = {0};
	struct antin_signer_issued none = {0};
	struct antin_changed done = {0};
	struct antin_err err = {0};
	char serial[64];

	util_ok(antin_key_mock(&p256, ANTIN_OK, 0, &key, &err));
	authority_csr(key, "An", &csr);
	util_ok(authority_issue(&w, antin_bytes_slice(&csr), NULL, &one, &err));
	util_ok(authority_issue(&w, antin_bytes_slice(&csr), NULL, &two, &err));
	(void)antin_hex_groups((struct antin_slice){one.serial, one.serial_len}, serial,
	                       sizeof(serial));
	util_ok(antin_ca_find(w.signer, NULL, serial, &row, &err));
	util_ok(apply(&row, 'k', &done, &err));
	ck_assert_uint_eq(authority_in_state(&w, ANTIN_CERT_REVOKED, NULL), 2);
	util_fails(authority_issue(&w, antin_bytes_slice(&csr), NULL, &none, &err), ANTIN_E_POLICY);
}
END_TEST

/* ---- the clock ---- */

START_TEST(a_clock_behind_the_log_writes_nothing)
{
	static const struct {
		int64_t step;
		enum antin_rc rc;
	} cases[] = {
	        {0, ANTIN_OK},          {-1, ANTIN_OK},         {-5, ANTIN_OK},
	        {-6, ANTIN_E_STATE},    {-3600, ANTIN_E_STATE}, {-86400 * 30, ANTIN_E_STATE},
	        {86400 * 30, ANTIN_OK},
	};
	struct antin_change hold = {.kind = ANTIN_CHANGE_HOLD, .invalidity_at = ANTIN_NULL};
	ANTIN_SCOPED(antin_cert_row) row = {0};
	ANTIN_SCOPED(antin_bytes) csr = {0};
	ANTIN_SCOPED(antin_cert_row) revoked = {0};
	ANTIN_SCOPED(antin_signer_crl) before = {0};
	struct antin_changed gone;
	enum antin_rc want = cases[_i].rc;
	size_t signatures;
	int64_t log;

	w.now += INT64_C(60) * 86400;
	authority_person(&w, "An", &row);
	authority_person(&w, "Cường", &revoked);
	ck_assert_int_eq(apply(&revoked, 'r', &gone, NULL), ANTIN_OK);
	ck_assert_int_eq(antin_signer_crl(w.signer, "nn", 0, &before, NULL), ANTIN_OK);
	authority_csr(NULL, "Bình", &csr);
	log = authority_log(&w);
	signatures = w.signatures;
	w.now += cases[_i].step;
	for (int op = 0; op < 4; op++) {
		struct antin_signer_issued made = {0};
		struct antin_signer_crl crl = {0};
		struct antin_changed done = {0};
		struct antin_err err = {0};
		size_t n = 0;
		enum antin_rc rc;

		if (op == 0)
			rc = antin_ca_recover(w.signer, &n, &err);
		else if (op == 1)
			rc = authority_issue(&w, antin_bytes_slice(&csr), NULL, &made, &err);
		else if (op == 2)
			rc = antin_signer_crl(w.signer, "nn", 0, &crl, &err);
		else
			rc = antin_ca_change(w.signer, &row, &hold, &done, &err);
		ck_assert_msg(rc == want, "%d: %s", op, util_line(&err));
		if (want != ANTIN_OK)
			ck_assert_ptr_nonnull(strstr(util_line(&err), "correct the clock"));
		/* Never a list from before the last one, or from before what stands on it. */
		if (op == 2 && want == ANTIN_OK) {
			ck_assert_int_ge(crl.this_update, before.this_update);
			ck_assert_int_ge(crl.this_update, gone.revoked_at);
		}
		antin_signer_issued_done(&made);
		antin_signer_crl_done(&crl);
	}
	if (want != ANTIN_OK) {
		ck_assert_int_eq(authority_log(&w), log);
		ck_assert_uint_eq(w.signatures, signatures);
		/* Put right, it goes on; what is only read was never refused. */
		w.now -= cases[_i].step;
	}
	ck_assert_uint_eq(authority_faults(&w), 0);
}
END_TEST

/* ---- CRLs ---- */

static void
read_crl(struct antin_signer_crl *made, struct antin_crl **out)
{
	ANTIN_SCOPED(antin_bytes) der = {0};
	struct antin_err err = {0};

	antin_bytes_add(&der, made->der.p, made->der.len);
	util_ok(antin_crl_read(&der, out, &err));
}

START_TEST(crls_say_what_the_store_says)
{
	enum { PEOPLE = 12 };
	struct antin_cert_row rows[PEOPLE] = {0};
	struct antin_changed done;
	struct antin_err err = {0};
	uint64_t number = 0;

	for (int i = 0; i < PEOPLE; i++)
		authority_person(&w, "An", &rows[i]);
	for (int round = 0; round < PEOPLE; round++) {
		ANTIN_SCOPED(antin_signer_crl) made = {0};
		ANTIN_OWN_S(antin_crl) crl = NULL;

		util_ok(apply(&rows[round], round % 3 == 1 ? 'h' : 'r', &done, &err));
		if (round % 6 == 4)
			util_ok(apply(&rows[round], 'u', &done, &err));
		util_ok(antin_signer_crl(w.signer, "nn", 0, &made, &err));
		ck_assert_uint_gt(made.number, number);
		number = made.number;
		read_crl(&made, &crl);
		for (int i = 0; i < PEOPLE; i++) {
			bool want = i <= round && i % 6 != 4;
			struct antin_crl_entry e;

			ck_assert_int_eq(antin_crl_lookup(crl, antin_bytes_slice(&rows[i].serial),
			                                  (struct antin_slice){0}, &e),
			                 want);
			if (want)
				ck_assert_int_eq(e.reason, i % 3 == 1 ? 6 : 4);
		}
		ck_assert_int_ge(crl->this_update, done.revoked_at);
	}
	ck_assert_uint_eq(authority_faults(&w), 0);
	for (int i = 0; i < PEOPLE; i++)
		antin_cert_row_done(&rows[i]);
}
END_TEST

START_TEST(a_number_is_spent_even_when_signing_fails)
{
	struct antin_signer_crl made = {0};
	struct antin_err err = {0};

	w.fault = ANTIN_E_TOKEN;
	util_fails(antin_signer_crl(w.signer, "nn", 0, &made, &err), ANTIN_E_TOKEN);
	w.fault = ANTIN_OK;
	antin_err_clear(&err);
	util_ok(antin_signer_crl(w.signer, "nn", 0, &made, &err));
	ck_assert_uint_eq(made.number, 2);
	antin_signer_crl_done(&made);
	util_fails(antin_signer_crl(w.signer, "nn", 1, &made, &err), ANTIN_E_NOT_FOUND);
	ck_assert_uint_eq(authority_faults(&w), 0);
}
END_TEST

START_TEST(published_never_steps_back)
{
	ANTIN_SCOPED(antin_signer_crl) one = {0};
	ANTIN_SCOPED(antin_signer_crl) two = {0};
	ANTIN_SCOPED(antin_signer_crl) other = {0};
	ANTIN_SCOPED(antin_bytes) file = {0};
	ANTIN_SCOPED(antin_bytes) path = {0};
	struct antin_err err = {0};
	uint64_t log = 0;

	util_ok(antin_signer_crl(w.signer, "nn", 0, &one, &err));
	util_ok(antin_signer_crl(w.signer, "nn", 0, &two, &err));
	util_ok(antin_signer_crl(w.signer, "goc", 0, &other, &err));
	util_ok(antin_ca_publish_crl(w.signer, "nn", 0, &two, &log, &err));
	util_ok(antin_ca_publish_crl(w.signer, "nn", 0, &two, &log, &err)); /* again is no harm */
	util_fails(antin_ca_publish_crl(w.signer, "nn", 0, &one, &log, &err), ANTIN_E_STATE);
	antin_err_clear(&err);
	util_ok(antin_published_path(w.folder, "nn.crl", &path, &err));
	util_read((const char *)path.p, &file);
	util_slice_eq(antin_bytes_slice(&file), antin_bytes_slice(&two.der));
	/* Another authority's list in our place is left as it is. */
	util_write((const char *)path.p, antin_bytes_slice(&other.der));
	util_fails(antin_ca_publish_crl(w.signer, "nn", 0, &two, &log, &err), ANTIN_E_CONFLICT);
	antin_err_clear(&err);
	/* Nor is one that only says it is ours, however high its number. */
	antin_bytes_clear(&file);
	antin_bytes_add(&file, two.der.p, two.der.len);
	file.p[file.len - 1] ^= 1;
	util_write((const char *)path.p, antin_bytes_slice(&file));
	util_fails(antin_ca_publish_crl(w.signer, "nn", 0, &two, &log, &err), ANTIN_E_CONFLICT);
	ck_assert_ptr_nonnull(strstr(antin_err_hint(&err, NULL), ".damaged"));
	antin_err_clear(&err);
	util_write((const char *)path.p, antin_slice_text("no list"));
	ck_assert_int_ne(antin_ca_publish_crl(w.signer, "nn", 0, &two, &log, &err), ANTIN_OK);
	ck_assert_uint_gt(authority_faults(&w), 0);
}
END_TEST

START_TEST(published_names)
{
	static const char *const bad[] = {"",    ".",     "..",    "../store.db",
	                                  "a/b", ".lock", "nn%2e", "nn crl"};
	ANTIN_SCOPED(antin_bytes) path = {0};
	struct antin_err err = {0};

	for (size_t i = 0; i < UTIL_COUNT(bad); i++) {
		util_fails(antin_published_path("/f", bad[i], &path, &err), ANTIN_E_NOT_FOUND);
		antin_err_clear(&err);
	}
	antin_published_crl_name(&path, "nn", 3);
	ck_assert_str_eq(antin_bytes_cstr(&path), "nn.3.crl");
	antin_bytes_clear(&path);
	util_ok(antin_published_path("/f", "nn.3.crl", &path, &err));
	ck_assert_str_eq((const char *)path.p, "/f/published/nn.3.crl");
}
END_TEST

/* ---- OCSP ---- */

static void
responder(void)
{
	struct antin_err err = {0};
	bool renewed;

	util_ok(antin_authority_responder_renew(w.signer, "nn", &renewed, &err));
	util_ok(antin_authority_responder_renew(w.signer, "goc", &renewed, &err));
}

static void
issuer_cert(const char *ca, struct antin_cert **out)
{
	ANTIN_SCOPED(antin_issuer_row) by = {0};
	struct antin_err err = {0};

	util_ok(antin_store_issuer_find(store(), ca, &by, &err));
	util_ok(antin_cert_read(antin_bytes_slice(&by.cert), out, &err));
}

static void
cert_id(const char *ca, enum antin_digest d, struct antin_slice serial, struct antin_bytes *out)
{
	ANTIN_OWN_S(antin_cert) issuer = NULL;
	struct antin_err err = {0};

	issuer_cert(ca, &issuer);
	util_ok(antin_certid_add(out, d, issuer, serial, &err));
}

/* The status in the answer for one serial, its signature verified; -1 - status for errors. */
static int
ask(const char *ca, enum antin_digest d, struct antin_slice serial, struct antin_ocsp_single *out)
{
	ANTIN_SCOPED(antin_bytes) id = {0};
	ANTIN_SCOPED(antin_signer_ocsp) made = {0};
	ANTIN_OWN_S(antin_ocsp_response) r = NULL;
	ANTIN_OWN_S(antin_cert) issuer = NULL;
	const struct antin_public *key;
	struct antin_slice ids[1];
	struct antin_err err = {0};

	cert_id(ca, d, serial, &id);
	ids[0] = antin_bytes_slice(&id);
	util_ok(antin_signer_ocsp(w.signer, ids, 1, UTIL_LITERAL("nonce"), &made, &err));
	util_ok(antin_ocsp_response_read(antin_bytes_slice(&made.der), &r, &err));
	ck_assert_int_eq(r->status, made.status);
	if (made.status != ANTIN_OCSP_SUCCESSFUL)
		return -1 - (int)made.status;
	ck_assert(!made.cacheable);
	util_slice_eq(r->nonce, UTIL_LITERAL("nonce"));
	ck_assert_uint_eq(r->certs.n, 1);
	issuer_cert(ca, &issuer);
	util_ok(antin_cert_public(issuer, &key, &err));
	util_ok(antin_cert_verify(r->certs.items[0], key, NULL, &err));
	ck_assert(antin_cert_has_eku(r->certs.items[0], "1.3.6.1.5.5.7.3.9"));
	util_ok(antin_cert_public(r->certs.items[0], &key, &err));
	util_ok(antin_ocsp_verify(r, key, NULL, &err));
	ck_assert_uint_eq(r->n, 1);
	ck_assert_int_le(r->singles[0].this_update, r->produced_at);
	ck_assert_int_gt(r->singles[0].next_update, w.now);
	*out = r->singles[0];
	return r->singles[0].status;
}

START_TEST(ocsp_follows_each_change)
{
	static const enum antin_digest digests[] = {ANTIN_SHA1, ANTIN_SHA256};
	ANTIN_SCOPED(antin_cert_row) row = {0};
	struct antin_ocsp_single got = {0};
	struct antin_changed done;
	struct antin_slice serial;
	struct antin_err err = {0};

	authority_person(&w, "An", &row);
	serial = antin_bytes_slice(&row.serial);
	ck_assert_int_eq(ask("nn", digests[_i], serial, &got), -1 - ANTIN_OCSP_UNAUTHORIZED);
	responder();
	ck_assert_int_eq(ask("nn", digests[_i], serial, &got), ANTIN_OCSP_GOOD);
	util_ok(apply(&row, 'h', &done, &err));
	ck_assert_int_eq(ask("nn", digests[_i], serial, &got), ANTIN_OCSP_REVOKED);
	ck_assert_int_eq(got.reason, ANTIN_REASON_HOLD);
	util_ok(apply(&row, 'u', &done, &err));
	ck_assert_int_eq(ask("nn", digests[_i], serial, &got), ANTIN_OCSP_GOOD);
	util_ok(apply(&row, 'r', &done, &err));
	ck_assert_int_eq(ask("nn", digests[_i], serial, &got), ANTIN_OCSP_REVOKED);
	ck_assert_int_eq(got.reason, ANTIN_REASON_SUPERSEDED);
	ck_assert_int_eq(got.revoked, done.revoked_at);
	/* The serial of one authority is nobody's at another. */
	ck_assert_int_eq(ask("goc", digests[_i], serial, &got), ANTIN_OCSP_UNKNOWN);
}
END_TEST

static int during;

static void
ask_during(struct authority *world)
{
	ANTIN_SCOPED(antin_cert_row) row = {0};
	struct antin_ocsp_single got = {0};
	struct antin_err err = {0};
	int64_t id = 0;

	ck_assert_uint_eq(authority_in_state(world, ANTIN_CERT_INTENT, &id), 1);
	util_ok(antin_store_cert_by_id(store(), id, &row, &err));
	during = ask("nn", ANTIN_SHA1, antin_bytes_slice(&row.serial), &got);
}

START_TEST(ocsp_never_calls_an_intent_good)
{
	ANTIN_SCOPED(antin_bytes) csr = {0};
	ANTIN_SCOPED(antin_cert_row) row = {0};
	struct antin_signer_issued made = {0};
	struct antin_ocsp_single got = {0};
	struct antin_err err = {0};
	int64_t id = 0;

	responder();
	during = -99;
	authority_csr(NULL, "An", &csr);
	w.hook = ask_during;
	w.fault = ANTIN_E_TOKEN;
	util_fails(authority_issue(&w, antin_bytes_slice(&csr), NULL, &made, &err), ANTIN_E_TOKEN);
	ck_assert_int_eq(during, ANTIN_OCSP_UNKNOWN);
	w.fault = ANTIN_OK;
	antin_err_clear(&err);
	ck_assert_uint_eq(authority_in_state(&w, ANTIN_CERT_REVOKED, &id), 1);
	util_ok(antin_store_cert_by_id(store(), id, &row, &err));
	ck_assert_int_eq(ask("nn", ANTIN_SHA1, antin_bytes_slice(&row.serial), &got),
	                 ANTIN_OCSP_REVOKED);
	ck_assert_int_eq(got.reason, 0);
}
END_TEST

static int
ask_raw(const struct antin_slice *ids, size_t n, struct antin_slice nonce)
{
	ANTIN_SCOPED(antin_signer_ocsp) made = {0};
	ANTIN_OWN_S(antin_ocsp_response) r = NULL;
	struct antin_err err = {0};

	util_ok(antin_signer_ocsp(w.signer, ids, n, nonce, &made, &err));
	antin_err_clear(&err);
	util_ok(antin_ocsp_response_read(antin_bytes_slice(&made.der), &r, &err));
	ck_assert_int_eq(r->status, made.status);
	ck_assert(made.cacheable == (made.status == ANTIN_OCSP_SUCCESSFUL && nonce.len == 0));
	return (int)made.status;
}

START_TEST(ocsp_refuses)
{
	static const uint8_t serial[16] = {1, 2, 3}, long_nonce[129];
	ANTIN_SCOPED(antin_bytes) nn = {0};
	ANTIN_SCOPED(antin_bytes) goc = {0};
	ANTIN_SCOPED(antin_bytes) none = {0};
	struct antin_slice ids[ANTIN_OCSP_IDS + 1], empty = {0};

	responder();
	cert_id("nn", ANTIN_SHA1, (struct antin_slice){serial, sizeof(serial)}, &nn);
	cert_id("goc", ANTIN_SHA1, (struct antin_slice){serial, sizeof(serial)}, &goc);
	antin_bytes_add(&none, nn.p, nn.len);
	none.p[20] ^= 1; /* another name hash */
	for (size_t i = 0; i < UTIL_COUNT(ids); i++)
		ids[i] = antin_bytes_slice(&nn);
	ck_assert_int_eq(ask_raw(ids, 1, empty), ANTIN_OCSP_SUCCESSFUL);
	ck_assert_int_eq(ask_raw(ids, 0, empty), ANTIN_OCSP_MALFORMED);
	ck_assert_int_eq(ask_raw(ids, UTIL_COUNT(ids), empty), ANTIN_OCSP_MALFORMED);
	ck_assert_int_eq(ask_raw(ids, 1, (struct antin_slice){long_nonce, 129}),
	                 ANTIN_OCSP_MALFORMED);
	ck_assert_int_eq(ask_raw(ids, 1, (struct antin_slice){long_nonce, 128}),
	                 ANTIN_OCSP_SUCCESSFUL);
	ids[1] = antin_bytes_slice(&goc); /* of two authorities */
	ck_assert_int_eq(ask_raw(ids, 2, empty), ANTIN_OCSP_UNAUTHORIZED);
	ids[0] = antin_bytes_slice(&none);
	ck_assert_int_eq(ask_raw(ids, 1, empty), ANTIN_OCSP_UNAUTHORIZED);
	for (size_t len = 0; len < nn.len; len++) {
		ids[0] = (struct antin_slice){nn.p, len};
		ck_assert_int_eq(ask_raw(ids, 1, empty), ANTIN_OCSP_MALFORMED);
	}
	/* A responder that has expired says so rather than sign. */
	ids[0] = antin_bytes_slice(&nn);
	w.now += INT64_C(200) * 86400;
	ck_assert_int_eq(ask_raw(ids, 1, empty), ANTIN_OCSP_INTERNAL);
}
END_TEST

/* Told of a time before the last change, an answer would be older than what it leaves out. */
START_TEST(ocsp_is_never_older_than_the_log)
{
	static const struct {
		int64_t step;
		int status;
	} cases[] = {
	        {0, ANTIN_OCSP_REVOKED},
	        {-1, ANTIN_OCSP_REVOKED},
	        {-5, ANTIN_OCSP_REVOKED},
	        {-6, -1 - ANTIN_OCSP_TRY_LATER},
	        {-86400, -1 - ANTIN_OCSP_TRY_LATER},
	        {-86400 * 400, -1 - ANTIN_OCSP_TRY_LATER},
	        {86400, ANTIN_OCSP_REVOKED},
	};
	ANTIN_SCOPED(antin_cert_row) row = {0};
	struct antin_ocsp_single got = {0};
	struct antin_changed done;
	struct antin_slice serial;
	struct antin_err err = {0};

	authority_person(&w, "An", &row);
	serial = antin_bytes_slice(&row.serial);
	responder();
	ck_assert_int_eq(ask("nn", ANTIN_SHA1, serial, &got), ANTIN_OCSP_GOOD);
	w.now += 5000;
	util_ok(apply(&row, 'r', &done, &err));
	w.now += cases[_i].step;
	ck_assert_int_eq(ask("nn", ANTIN_SHA1, serial, &got), cases[_i].status);
	if (cases[_i].status == ANTIN_OCSP_REVOKED)
		ck_assert_int_ge(got.this_update, got.revoked);
	w.now -= cases[_i].step < 0 ? cases[_i].step : 0;
	ck_assert_int_eq(ask("nn", ANTIN_SHA1, serial, &got), ANTIN_OCSP_REVOKED);
}
END_TEST

Suite *suite_ca_status(void);
Suite *
suite_ca_status(void)
{
	Suite *suite = suite_create("ca_status");
	TCase *tc = tcase_create("status");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_loop_test(tc, moves, 0, 20);
	tcase_add_loop_test(tc, reasons_and_dates, 0, 11);
	tcase_add_test(tc, compromise_blocks_the_key);
	tcase_add_loop_test(tc, a_clock_behind_the_log_writes_nothing, 0, 7);
	tcase_add_test(tc, crls_say_what_the_store_says);
	tcase_add_test(tc, a_number_is_spent_even_when_signing_fails);
	tcase_add_test(tc, published_never_steps_back);
	tcase_add_test(tc, published_names);
	tcase_add_loop_test(tc, ocsp_follows_each_change, 0, 2);
	tcase_add_test(tc, ocsp_never_calls_an_intent_good);
	tcase_add_test(tc, ocsp_refuses);
	tcase_add_loop_test(tc, ocsp_is_never_older_than_the_log, 0, 7);
	suite_add_tcase(suite, tc);
	return suite;
}
