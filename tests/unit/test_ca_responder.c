/*
 * What befalls an OCSP responder: revoked, held, its key gone, renewed again and again under a
 * service that never ends.  Nothing is signed by one that does not stand, and the next CRL of the
 * authority brings another, where its key is the authority's own.
 */
#include "one_authority.h"

#include <unistd.h>

#include <antin/ocsp.h>

/* The answer for a certificate that nobody issued: what counts is who would sign it. */
static enum antin_ocsp_status
ask(struct antin_signer *s)
{
	static const uint8_t serial[16] = {1, 2, 3};
	ANTIN_SCOPED(antin_issuer_row) by = {0};
	ANTIN_SCOPED(antin_bytes) id = {0};
	ANTIN_SCOPED(antin_signer_ocsp) made = {0};
	ANTIN_OWN_S(antin_cert) issuer = NULL;
	struct antin_slice ids[1];
	struct antin_err err = {0};

	util_ok(antin_store_issuer_find(store(), "nn", &by, &err));
	util_ok(antin_cert_read(antin_bytes_slice(&by.cert), &issuer, &err));
	util_ok(antin_certid_add(&id, ANTIN_SHA1, issuer,
	                         (struct antin_slice){serial, sizeof(serial)}, &err));
	ids[0] = antin_bytes_slice(&id);
	util_ok(antin_signer_ocsp(s, ids, 1, (struct antin_slice){0}, &made, &err));
	return made.status;
}

static void
responder_row(struct antin_responder_row *out)
{
	ANTIN_SCOPED(antin_issuer_row) by = {0};
	struct antin_err err = {0};

	util_ok(antin_store_issuer_find(store(), "nn", &by, &err));
	util_ok(antin_store_responder_get(store(), by.id, out, &err));
}

/* The state of its certificate is changed: h hold, u resume, s superseded, k compromised. */
static void
change(const char *ops)
{
	ANTIN_SCOPED(antin_responder_row) row = {0};
	ANTIN_SCOPED(antin_cert_row) cert_row = {0};
	ANTIN_OWN_S(antin_cert) cert = NULL;
	struct antin_err err = {0};

	responder_row(&row);
	util_ok(antin_cert_read(antin_bytes_slice(&row.cert), &cert, &err));
	util_ok(antin_store_cert_get(store(), row.issuer, cert->serial, &cert_row, &err));
	for (; *ops; ops++) {
		struct antin_change c = {.kind = ANTIN_CHANGE_REVOKE,
		                         .reason = *ops == 'k' ? ANTIN_REASON_KEY_COMPROMISE
		                                               : ANTIN_REASON_SUPERSEDED,
		                         .invalidity_at = ANTIN_NULL};
		struct antin_changed done;

		if (*ops == 'h' || *ops == 'u')
			c.kind = *ops == 'h' ? ANTIN_CHANGE_HOLD : ANTIN_CHANGE_RESUME;
		util_ok(antin_ca_change(w.signer, &cert_row, &c, &done, &err));
	}
}

static enum antin_rc
due(void *user, const struct antin_check_fault *f, struct antin_err *err)
{
	(void)err;
	ck_assert_msg(f->alarm, "%s", f->what);
	if (strstr(f->what, "OCSP responder")) {
		antin_bytes_clear(user);
		antin_bytes_text(user, f->what);
	}
	return ANTIN_OK;
}

static const struct {
	bool elsewhere;      /* its key is not of the authority's folder */
	const char *changes; /* of its certificate */
	bool gone;           /* its key */
	bool answers;
	const char *due; /* NULL: nothing */
	bool renewed;
} befallen[] = {
        {false, "", false, true, NULL, false},
        {false, "hu", false, true, NULL, false},
        {false, "h", false, false, "the OCSP responder is revoked or held", true},
        {false, "s", false, false, "the OCSP responder is revoked or held", true},
        {false, "k", false, false, "the OCSP responder is revoked or held", true},
        {false, "hk", false, false, "the OCSP responder is revoked or held", true},
        {false, "", true, false, "the key of the OCSP responder is gone", true},
        {false, "k", true, false, "the key of the OCSP responder is gone", true},
        {true, "", false, true, NULL, false},
        {true, "k", false, false, "the OCSP responder is revoked or held", false},
        {true, "", true, false, NULL, false}, /* as a token that was taken out */
};

START_TEST(one_that_does_not_stand_signs_nothing)
{
	static const struct antin_keygen p256 = {.type = ANTIN_KEY_P256};
	struct antin_authority_responder r = {.ca = "nn"};
	ANTIN_SCOPED(antin_signer_issued) made = {0};
	ANTIN_SCOPED(antin_responder_row) row = {0};
	ANTIN_SCOPED(antin_bytes) alarm = {0};
	ANTIN_OWN_S(antin_signer) service = NULL;
	struct antin_err err = {0};
	bool renewed = true;

	if (befallen[_i].elsewhere) {
		r.key_uri = util_path(w.folder, "elsewhere.key");
		r.keygen = &p256;
	}
	util_ok(antin_authority_responder(w.signer, &r, &made, &err));
	ck_assert_int_eq(ask(w.signer), ANTIN_OCSP_SUCCESSFUL);
	change(befallen[_i].changes);
	responder_row(&row);
	if (befallen[_i].gone)
		ck_assert_int_eq(remove(befallen[_i].elsewhere
		                                ? r.key_uri
		                                : util_path(w.folder, (const char *)row.key_uri.p)),
		                 0);
	service = authority_signer(&w); /* as a service that is started now */
	ck_assert_int_eq(ask(service) == ANTIN_OCSP_SUCCESSFUL, befallen[_i].answers);
	util_ok(antin_ca_check(w.signer, due, &alarm, &err));
	ck_assert_str_eq(antin_bytes_cstr(&alarm), befallen[_i].due ? befallen[_i].due : "");
	util_ok(antin_authority_responder_renew(w.signer, "nn", &renewed, &err));
	ck_assert_int_eq(renewed, befallen[_i].renewed);
	ck_assert_int_eq(ask(service) == ANTIN_OCSP_SUCCESSFUL,
	                 befallen[_i].answers || befallen[_i].renewed);
	ck_assert_uint_eq(authority_faults(&w), 0);
}
END_TEST

/* More renewals than a service keeps keys open: the one in use is always at hand. */
START_TEST(a_service_outlives_its_responders)
{
	ANTIN_OWN_S(antin_signer) service = authority_signer(&w);
	ANTIN_SCOPED(antin_cert_row) person = {0};
	struct antin_err err = {0};

	for (int i = 0; i < 40; i++) {
		struct antin_authority_responder r = {.ca = i % 8 == 7 ? "goc" : "nn"};
		ANTIN_SCOPED(antin_signer_issued) made = {0};

		util_ok(antin_authority_responder(w.signer, &r, &made, &err));
		if (i % 8 != 7)
			ck_assert_int_eq(ask(service), ANTIN_OCSP_SUCCESSFUL);
	}
	/* Keys that were not used for long are opened again. */
	authority_person(&w, "An", &person);
	ck_assert_int_eq(ask(w.signer), ANTIN_OCSP_SUCCESSFUL);
}
END_TEST

Suite *suite_ca_responder(void);
Suite *
suite_ca_responder(void)
{
	Suite *suite = suite_create("ca_responder");
	TCase *tc = tcase_create("responder");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_loop_test(tc, one_that_does_not_stand_signs_nothing, 0, UTIL_COUNT(befallen));
	tcase_add_test(tc, a_service_outlives_its_responders);
	suite_add_tcase(suite, tc);
	return suite;
}
