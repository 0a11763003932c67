/*
 * A key in other hands: every certificate of it goes with the one that is named, whoever of the
 * authorities issued it, in one transaction, on CRL and in OCSP; a rehearsal tells the same, a
 * failure undoes all of it, and nobody is sent away while one still stands.
 */
#include "one_authority.h"

#include <antin/crl.h>
#include <antin/ocsp.h>

enum { CERTS = 3, BEGUN = 100 }; /* the certificates of the key, by nn, nn and goc */

static struct antin_key *key;
static struct antin_cert_row rows[CERTS];

static void
certify(size_t i)
{
	static const char *const sans[] = {"email:a@haivan.gov.vn", NULL};
	ANTIN_SCOPED(antin_bytes) csr = {0};
	ANTIN_SCOPED(antin_signer_issued) made = {0};
	struct antin_signer_issue q = {.ca = i == 2 ? "goc" : "nn",
	                               .profile = "vn-person",
	                               .sans = sans};
	struct antin_err err = {0};
	char serial[64];

	authority_csr(key, "An", &csr);
	q.csr = antin_bytes_slice(&csr);
	util_ok(antin_signer_issue(w.signer, &q, &made, &err));
	(void)antin_hex_text((struct antin_slice){made.serial, made.serial_len}, serial,
	                     sizeof(serial));
	util_ok(antin_ca_find(w.signer, q.ca, serial, &rows[i], &err));
}

static void
begin(void)
{
	static const struct antin_keygen p256 = {.type = ANTIN_KEY_P256};
	struct antin_err err = {0};
	bool renewed;

	setup();
	util_ok(antin_authority_responder_renew(w.signer, "nn", &renewed, &err));
	util_ok(antin_authority_responder_renew(w.signer, "goc", &renewed, &err));
	util_ok(antin_key_mock(&p256, ANTIN_OK, 0, &key, &err));
	memset(rows, 0, sizeof(rows));
	for (size_t i = 0; i < CERTS; i++)
		certify(i);
	w.now += BEGUN;
}

static void
end(void)
{
	for (size_t i = 0; i < CERTS; i++)
		antin_cert_row_done(&rows[i]);
	antin_key_free(key);
	teardown();
}

struct told {
	size_t n;
	int64_t ids[CERTS];
	size_t fail_at; /* that many are taken, then it fails; 0: never */
};

static enum antin_rc
also(void *user, const struct antin_cert_row *cert, const struct antin_changed *done,
     struct antin_err *err)
{
	struct told *t = user;

	ck_assert_int_eq(done->from, cert->state);
	ck_assert_int_eq(done->to, ANTIN_CERT_REVOKED);
	ck_assert_uint_lt(t->n, CERTS);
	t->ids[t->n++] = cert->id;
	return t->fail_at && t->n == t->fail_at ? antin_fail(err, ANTIN_E_IO, "told to fail")
	                                        : ANTIN_OK;
}

/* h hold, u resume, s superseded */
static void
bring(size_t i, const char *path)
{
	for (; *path; path++) {
		struct antin_change c = {.kind = *path == 'h'   ? ANTIN_CHANGE_HOLD
		                                 : *path == 'u' ? ANTIN_CHANGE_RESUME
		                                                : ANTIN_CHANGE_REVOKE,
		                         .reason = *path == 's' ? ANTIN_REASON_SUPERSEDED : 0,
		                         .invalidity_at = ANTIN_NULL};
		struct antin_changed done;
		struct antin_err err = {0};

		util_ok(antin_ca_change(w.signer, &rows[i], &c, &done, &err));
	}
}

/* The state of one as the store, the next CRL of its authority and OCSP tell it: reason, 0 good. */
static int64_t
told_of(size_t i)
{
	const char *ca = i == 2 ? "goc" : "nn";
	ANTIN_SCOPED(antin_revocation_row) r = {0};
	ANTIN_SCOPED(antin_signer_crl) made = {0};
	ANTIN_SCOPED(antin_signer_ocsp) answer = {0};
	ANTIN_SCOPED(antin_issuer_row) by = {0};
	ANTIN_SCOPED(antin_bytes) der = {0};
	ANTIN_SCOPED(antin_bytes) id = {0};
	ANTIN_OWN_S(antin_cert) issuer = NULL;
	ANTIN_OWN_S(antin_ocsp_response) response = NULL;
	ANTIN_OWN_S(antin_crl) crl = NULL;
	struct antin_crl_entry e = {0};
	struct antin_slice serial = antin_bytes_slice(&rows[i].serial), ids[1];
	struct antin_err err = {0};
	bool gone =
	        antin_store_revocation_get(store(), rows[i].issuer, serial, &r, NULL) == ANTIN_OK;

	util_ok(antin_signer_crl(w.signer, ca, 0, &made, &err));
	antin_bytes_add(&der, made.der.p, made.der.len);
	util_ok(antin_crl_read(&der, &crl, &err));
	ck_assert_int_eq(antin_crl_lookup(crl, serial, (struct antin_slice){0}, &e), gone);
	util_ok(antin_store_issuer_find(store(), ca, &by, &err));
	util_ok(antin_cert_read(antin_bytes_slice(&by.cert), &issuer, &err));
	util_ok(antin_certid_add(&id, ANTIN_SHA1, issuer, serial, &err));
	ids[0] = antin_bytes_slice(&id);
	util_ok(antin_signer_ocsp(w.signer, ids, 1, (struct antin_slice){0}, &answer, &err));
	util_ok(antin_ocsp_response_read(antin_bytes_slice(&answer.der), &response, &err));
	ck_assert_int_eq(response->singles[0].status, gone ? ANTIN_OCSP_REVOKED : ANTIN_OCSP_GOOD);
	if (!gone)
		return 0;
	ck_assert_int_eq(e.reason, r.reason == ANTIN_NULL ? 0 : r.reason);
	ck_assert_int_eq(e.revoked, r.revoked_at);
	ck_assert_int_eq(response->singles[0].reason, e.reason);
	ck_assert_int_eq(response->singles[0].invalidity, r.invalidity_at);
	return r.reason;
}

static bool
blocked(void)
{
	struct antin_err err = {0};
	bool yes = false;

	util_ok(antin_store_key_blocked(store(), antin_bytes_slice(&rows[0].spki_hash), &yes,
	                                &err));
	return yes;
}

static const struct scene {
	const char *before[CERTS]; /* the first is named */
	int reason;
	int64_t back; /* seconds that the compromise lies back; 0: not said */
	enum antin_rc rc;
	size_t also;
	int64_t after[CERTS]; /* reasons */
	const char *hint;     /* NULL: the certificate that stands */
} scenes[] = {
        {{"", "", ""}, 1, 0, ANTIN_OK, 2, {1, 1, 1}, ""},
        {{"", "", ""}, 1, 50, ANTIN_OK, 2, {1, 1, 1}, ""},
        {{"", "h", ""}, 1, 0, ANTIN_OK, 2, {1, 1, 1}, ""},
        {{"h", "hu", "h"}, 1, 30, ANTIN_OK, 2, {1, 1, 1}, ""},
        {{"", "s", ""}, 1, 0, ANTIN_OK, 1, {1, 4, 1}, ""}, /* final, and no earlier date is known */
        {{"", "s", ""}, 1, 60, ANTIN_OK, 2, {1, 1, 1}, ""}, /* final, but dated back */
        {{"s", "", "hs"}, 1, 60, ANTIN_OK, 2, {1, 1, 1}, ""},
        {{"", "s", "s"}, 1, 0, ANTIN_OK, 0, {1, 4, 4}, ""},
        {{"", "", ""}, 4, 0, ANTIN_OK, 0, {4, 0, 0}, ""}, /* every other reason is for one alone */
        {{"", "h", ""}, 0, 0, ANTIN_OK, 0, {ANTIN_NULL, 6, 0}, ""},
        {{"s", "", "s"}, 1, 0, ANTIN_E_STATE, 0, {4, 0, 4}, NULL},
        {{"s", "h", "s"}, 1, 0, ANTIN_E_STATE, 0, {4, 6, 4}, NULL},
        {{"s", "s", "s"}, 1, 0, ANTIN_E_STATE, 0, {4, 4, 4}, "--invalidity TIME"},
};

START_TEST(every_certificate_of_the_key_goes)
{
	const struct scene *sc = &scenes[_i];
	struct told tried = {0}, told = {0};
	struct antin_change c = {.kind = ANTIN_CHANGE_REVOKE,
	                         .reason = sc->reason,
	                         .invalidity_at = ANTIN_NULL,
	                         .also = also,
	                         .user = &tried,
	                         .dry_run = true};
	struct antin_changed done;
	struct antin_err err = {0};
	char serial[64], hint[128];
	int64_t log;

	for (size_t i = 0; i < CERTS; i++)
		bring(i, sc->before[i]);
	if (sc->back)
		c.invalidity_at = w.now - sc->back;
	w.now += 5;
	log = authority_log(&w);
	ck_assert_int_eq(antin_ca_change(w.signer, &rows[0], &c, &done, NULL), sc->rc);
	ck_assert_int_eq(authority_log(&w), log);
	c.dry_run = false;
	c.user = &told;
	ck_assert_int_eq(antin_ca_change(w.signer, &rows[0], &c, &done, &err), sc->rc);
	ck_assert_uint_eq(told.n, sc->also);
	ck_assert_int_eq(memcmp(&tried, &told, sizeof(told)), 0);
	(void)snprintf(hint, sizeof(hint), "antin-ca revoke %s --reason keyCompromise",
	               antin_hex_text(antin_bytes_slice(&rows[1].serial), serial, sizeof(serial)));
	if (sc->rc == ANTIN_OK)
		ck_assert_int_eq((int64_t)done.log, authority_log(&w));
	else
		ck_assert_str_eq(antin_err_hint(&err, NULL), sc->hint ? sc->hint : hint);
	ck_assert_int_eq(blocked(), sc->rc == ANTIN_OK && sc->reason == 1);
	for (size_t i = 0; i < CERTS; i++)
		ck_assert_msg(told_of(i) == sc->after[i], "%d: certificate %zu: %lld", _i, i,
		              (long long)told_of(i));
	ck_assert_uint_eq(authority_faults(&w), 0);
}
END_TEST

/* Dated back before one of them began, that one counts for nothing from its beginning on. */
START_TEST(dated_back_at_most_to_the_beginning)
{
	struct antin_change c = {.kind = ANTIN_CHANGE_REVOKE,
	                         .reason = ANTIN_REASON_KEY_COMPROMISE};
	ANTIN_SCOPED(antin_cert_row) late = {0};
	ANTIN_SCOPED(antin_revocation_row) r = {0};
	struct antin_changed done;
	struct antin_err err = {0};

	w.now += INT64_C(400) * 86400;
	late = rows[1];
	memset(&rows[1], 0, sizeof(rows[1]));
	certify(1);
	w.now += INT64_C(10) * 86400;
	c.invalidity_at = w.now - INT64_C(30) * 86400;
	util_ok(antin_ca_change(w.signer, &rows[0], &c, &done, &err));
	util_ok(antin_store_revocation_get(store(), rows[1].issuer,
	                                   antin_bytes_slice(&rows[1].serial), &r, &err));
	ck_assert_int_eq(r.invalidity_at, rows[1].not_before);
	ck_assert_int_eq(authority_in_state(&w, ANTIN_CERT_REVOKED, NULL), 4);
	ck_assert_uint_eq(authority_faults(&w), 0);
}
END_TEST

START_TEST(all_of_them_or_none)
{
	struct told told = {.fail_at = (size_t)_i};
	struct antin_change c = {.kind = ANTIN_CHANGE_REVOKE,
	                         .reason = ANTIN_REASON_KEY_COMPROMISE,
	                         .invalidity_at = ANTIN_NULL,
	                         .also = also,
	                         .user = &told};
	struct antin_changed done;
	struct antin_err err = {0};
	int64_t log = authority_log(&w);

	util_fails(antin_ca_change(w.signer, &rows[0], &c, &done, &err), ANTIN_E_IO);
	ck_assert_int_eq(authority_log(&w), log);
	ck_assert(!blocked());
	for (size_t i = 0; i < CERTS; i++)
		ck_assert_int_eq(told_of(i), 0);
	ck_assert_uint_eq(authority_faults(&w), 0);
}
END_TEST

/* An authority whose key was given a person's certificate before: it is the same key. */
START_TEST(an_authority_and_a_person_with_one_key)
{
	static const char *const subject = "C=VN,O=UBND tỉnh Hải Vân,CN=Bình";
	static const int reasons[] = {ANTIN_REASON_CA_COMPROMISE, ANTIN_REASON_KEY_COMPROMISE};
	ANTIN_OWN_S(antin_keystore) files = NULL;
	ANTIN_OWN_S(antin_key) both = NULL;
	ANTIN_SCOPED(antin_bytes) csr = {0};
	ANTIN_SCOPED(antin_bytes) name = {0};
	ANTIN_SCOPED(antin_signer_issued) one = {0};
	ANTIN_SCOPED(antin_signer_issued) two = {0};
	ANTIN_SCOPED(antin_cert_row) row = {0};
	static const struct antin_keygen p256 = {.type = ANTIN_KEY_P256};
	struct antin_authority a = {.ca = "ba", .parent = "goc", .url = "http://ca.example.vn"};
	struct antin_change c = {.kind = ANTIN_CHANGE_REVOKE,
	                         .reason = reasons[_i],
	                         .invalidity_at = ANTIN_NULL};
	struct antin_changed done;
	struct antin_err err = {0};
	char path[256], serial[64];
	const struct antin_signer_issued *named = _i == 0 ? &two : &one;

	(void)snprintf(path, sizeof(path), "%s/both.key", w.folder);
	util_ok(antin_keystore_file(NULL, &files, &err));
	util_ok(antin_keystore_generate(files, path, &p256, &both, &err));
	authority_csr(both, "Bình", &csr);
	util_ok(authority_issue(&w, antin_bytes_slice(&csr), NULL, &one, &err));
	authority_name(subject, &name);
	a.subject = antin_bytes_slice(&name);
	a.key_uri = path;
	util_ok(antin_authority_make(w.signer, &a, &two, &err));
	(void)antin_hex_text((struct antin_slice){named->serial, named->serial_len}, serial,
	                     sizeof(serial));
	util_ok(antin_ca_find(w.signer, NULL, serial, &row, &err));
	ck_assert_int_eq(authority_in_state(&w, ANTIN_CERT_REVOKED, NULL), 0);
	util_ok(antin_ca_change(w.signer, &row, &c, &done, &err));
	ck_assert_int_eq(authority_in_state(&w, ANTIN_CERT_REVOKED, NULL), 2);
	ck_assert_uint_eq(authority_faults(&w), 0);
}
END_TEST

Suite *suite_ca_compromise(void);
Suite *
suite_ca_compromise(void)
{
	Suite *suite = suite_create("ca_compromise");
	TCase *tc = tcase_create("compromise");

	tcase_add_checked_fixture(tc, begin, end);
	tcase_add_loop_test(tc, every_certificate_of_the_key_goes, 0, UTIL_COUNT(scenes));
	tcase_add_test(tc, dated_back_at_most_to_the_beginning);
	tcase_add_loop_test(tc, all_of_them_or_none, 1, CERTS);
	tcase_add_loop_test(tc, an_authority_and_a_person_with_one_key, 0, 2);
	suite_add_tcase(suite, tc);
	return suite;
}
