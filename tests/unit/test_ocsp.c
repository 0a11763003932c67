/*
 * OCSP: requests and responses in both directions, judged by OpenSSL; broken octets.
 */
#include <openssl/ocsp.h>

#include <antin/ocsp.h>

#include "issued.h"

struct service {
	struct issued root, sub, ee, responder;
	struct antin_certid_issuer hashes;
};

static void
service_make(struct service *s)
{
	struct antin_err err = {0};

	s->root = issued_make("vn-root", ROOT_NAME, NULL, "p256");
	s->sub = issued_make("vn-sub-ca", SUB_NAME, &s->root, "p256");
	s->ee = issued_make("vn-person", EE_NAME, &s->sub, "p256");
	s->responder = issued_make("vn-ocsp", "CN=OCSP,O=Thử,C=VN", &s->sub, "p256");
	util_ok(antin_certid_issuer(s->sub.cert, &s->hashes, &err));
}

static void
service_done(struct service *s)
{
	issued_done(&s->responder);
	issued_done(&s->ee);
	issued_done(&s->sub);
	issued_done(&s->root);
}

static const uint8_t nonce_octets[130] = {1, 2, 3, 4, 5, 6, 7, 8};

static struct antin_slice
nonce_of(size_t len)
{
	return (struct antin_slice){nonce_octets, len};
}

static void
make_request(struct service *s, enum antin_digest d, size_t n, size_t nonce,
             struct antin_bytes *out)
{
	ANTIN_SCOPED(antin_bytes) ids = {0};
	struct antin_err err = {0};

	for (size_t i = 0; i < n; i++)
		util_ok(antin_certid_add(&ids, d, s->sub.cert, s->ee.cert->serial, &err));
	util_ok(antin_ocsp_request_write(antin_bytes_slice(&ids), nonce_of(nonce), out, &err));
}

START_TEST(request_both_ways)
{
	static const size_t nonces[] = {0, 1, 32, 128};
	struct service s;

	service_make(&s);
	for (size_t i = 0; i < UTIL_COUNT(nonces); i++) {
		enum antin_digest d = i % 2 ? ANTIN_SHA256 : ANTIN_SHA1;
		ANTIN_SCOPED(antin_bytes) der = {0};
		struct antin_ocsp_request r;
		struct antin_err err = {0};
		const unsigned char *p;
		OCSP_REQUEST *theirs;

		make_request(&s, d, i + 1, nonces[i], &der);
		util_ok(antin_ocsp_request_read(antin_bytes_slice(&der), &r, &err));
		ck_assert_uint_eq(r.n, i + 1);
		ck_assert_int_eq(r.ids[0].digest, d);
		util_slice_eq(r.ids[0].serial, s.ee.cert->serial);
		ck_assert(antin_certid_matches(&r.ids[0], &s.hashes));
		util_slice_eq(r.nonce, nonces[i] ? nonce_of(nonces[i]) : (struct antin_slice){0});
		p = der.p;
		theirs = d2i_OCSP_REQUEST(NULL, &p, (long)der.len);
		ck_assert_ptr_nonnull(theirs);
		ck_assert_int_eq(OCSP_request_onereq_count(theirs), (int)i + 1);
		OCSP_REQUEST_free(theirs);
	}
	service_done(&s);
}
END_TEST

/* What OpenSSL asks for is understood, and its CertID is the one that we make. */
START_TEST(request_of_openssl)
{
	struct service s;
	X509 *issuer, *subject;
	OCSP_REQUEST *theirs = OCSP_REQUEST_new();
	ANTIN_SCOPED(antin_bytes) ours = {0};
	struct antin_ocsp_request r;
	struct antin_err err = {0};
	unsigned char *der = NULL;
	int len;

	service_make(&s);
	issuer = issued_x509(s.sub.cert);
	subject = issued_x509(s.ee.cert);
	ck_assert_ptr_nonnull(OCSP_request_add0_id(theirs, OCSP_cert_to_id(NULL, subject, issuer)));
	ck_assert(OCSP_request_add1_nonce(theirs, NULL, 16));
	len = i2d_OCSP_REQUEST(theirs, &der);
	ck_assert_int_gt(len, 0);
	util_ok(antin_ocsp_request_read((struct antin_slice){der, (size_t)len}, &r, &err));
	ck_assert_uint_eq(r.nonce.len, 16);
	util_ok(antin_certid_add(&ours, ANTIN_SHA1, s.sub.cert, s.ee.cert->serial, &err));
	util_slice_eq(r.ids[0].der, antin_bytes_slice(&ours));
	OPENSSL_free(der);
	OCSP_REQUEST_free(theirs);
	X509_free(issuer);
	X509_free(subject);
	service_done(&s);
}
END_TEST

static const struct {
	const char *what, *hex;
} bad_requests[] = {
        {"empty", ""},
        {"no list", "30023000"},
        {"empty list", "300430023000"},
        {"version written", "30133011a003020100300a30083006300006000200"},
        {"no CertID", "30083006300430023000"},
        {"unknown hash",
         "30393037303530333031300d06096086480165030402030500"
         "040102040103020101000000000000000000000000000000000000000000000000000000"},
        {"trailing octets", "30043002300000"},
        {"text", "68656c6c6f"},
};

START_TEST(request_refused)
{
	ANTIN_SCOPED(antin_bytes) der = {0};
	struct antin_ocsp_request r = {.n = 99};
	struct antin_err err = {0};

	util_hex(bad_requests[_i].hex, &der);
	util_fails(antin_ocsp_request_read(antin_bytes_slice(&der), &r, &err), ANTIN_E_FORMAT);
	ck_assert_uint_eq(r.n, 99);
}
END_TEST

/* Seventeen questions, a nonce of 129 octets, a critical extension, too many octets. */
START_TEST(request_limits)
{
	struct service s;
	ANTIN_SCOPED(antin_bytes) many = {0};
	ANTIN_SCOPED(antin_bytes) der = {0};
	ANTIN_SCOPED(antin_bytes) large = {0};
	struct antin_slice nothing = {0};
	struct antin_ocsp_request r;
	struct antin_err err = {0};
	uint8_t *critical;

	service_make(&s);
	make_request(&s, ANTIN_SHA1, 16, 0, &der);
	util_ok(antin_ocsp_request_read(antin_bytes_slice(&der), &r, &err));
	make_request(&s, ANTIN_SHA1, 17, 0, &many);
	util_fails(antin_ocsp_request_read(antin_bytes_slice(&many), &r, &err), ANTIN_E_FORMAT);
	antin_err_clear(&err);
	util_fails(antin_ocsp_request_write(nothing, nothing, &many, &err), ANTIN_E_INTERNAL);
	antin_err_clear(&err);
	util_fails(antin_ocsp_request_write(r.ids[0].der, nonce_of(129), &many, &err),
	           ANTIN_E_INTERNAL);
	antin_err_clear(&err);
	/* The nonce's OID changed to one that nobody knows, and marked critical. */
	antin_bytes_clear(&der);
	make_request(&s, ANTIN_SHA1, 1, 3, &der);
	critical = memmem(der.p, der.len, "\x2b\x06\x01\x05\x05\x07\x30\x01\x02", 9);
	ck_assert_ptr_nonnull(critical);
	critical[8] = 0x63;
	util_ok(antin_ocsp_request_read(antin_bytes_slice(&der), &r, &err));
	ck_assert_ptr_null(r.nonce.p);
	/* The nonce's own octets: 04 05 04 03 n n n becomes TRUE and an empty one. */
	/* NOLINTNEXTLINE(bugprone-not-null-terminated-result): octets, not a string */
	memcpy(critical + 9, "\x01\x01\xff\x04\x02\x05\x00", 7);
	util_fails(antin_ocsp_request_read(antin_bytes_slice(&der), &r, &err), ANTIN_E_FORMAT);
	antin_err_clear(&err);
	ck_assert_ptr_nonnull(antin_bytes_grow(&large, ANTIN_OCSP_REQUEST_MAX + 1));
	util_fails(antin_ocsp_request_read(antin_bytes_slice(&large), &r, &err), ANTIN_E_TOO_LARGE);
	service_done(&s);
}
END_TEST

/* Every cut is refused; every changed octet is read as something else or refused. */
START_TEST(request_broken)
{
	struct service s;
	ANTIN_SCOPED(antin_bytes) der = {0};
	struct antin_ocsp_request r;

	service_make(&s);
	make_request(&s, ANTIN_SHA256, 2, 8, &der);
	for (size_t len = 0; len < der.len; len++)
		ck_assert_int_ne(antin_ocsp_request_read((struct antin_slice){der.p, len}, &r,
		                                         NULL),
		                 ANTIN_OK);
	for (size_t i = 0; i < der.len; i++)
		for (unsigned int bit = 0; bit < 8; bit++) {
			der.p[i] ^= (uint8_t)(1U << bit);
			if (antin_ocsp_request_read(antin_bytes_slice(&der), &r, NULL) == ANTIN_OK)
				ck_assert_uint_ge(r.n, 1);
			der.p[i] ^= (uint8_t)(1U << bit);
		}
	service_done(&s);
}
END_TEST

/* ---- responses ---- */

static void
make_response(struct service *s, struct antin_ocsp_single *single, size_t nonce,
              struct antin_bytes *ids, struct antin_bytes *out)
{
	struct antin_ocsp_answer a = {.produced_at = ISSUED_NOW + 100, .n = 1, .singles = single};
	struct antin_err err = {0};

	util_ok(antin_certid_add(ids, ANTIN_SHA1, s->sub.cert, s->ee.cert->serial, &err));
	single->id.der = antin_bytes_slice(ids);
	a.nonce = nonce_of(nonce);
	util_ok(antin_ocsp_sign(&a, s->responder.key, s->responder.cert->der, out, &err));
}

static struct antin_ocsp_single
single_of(int status)
{
	return (struct antin_ocsp_single){
	        .status = status,
	        .revoked = status == ANTIN_OCSP_REVOKED ? ISSUED_NOW + 50 : 0,
	        .reason = status == ANTIN_OCSP_REVOKED ? ANTIN_REASON_KEY_COMPROMISE : 0,
	        .this_update = ISSUED_NOW + 90,
	        .next_update = ISSUED_NOW + 690,
	        .archive_cutoff = ISSUED_NOW - 1000,
	        .invalidity = ANTIN_NO_TIME,
	};
}

/* OpenSSL accepts the signature, the responder's delegation and the status. */
static void
judge_response(const struct service *s, struct antin_slice der, int status)
{
	static const int theirs[] = {V_OCSP_CERTSTATUS_GOOD, V_OCSP_CERTSTATUS_REVOKED,
	                             V_OCSP_CERTSTATUS_UNKNOWN};
	const unsigned char *p = der.p;
	OCSP_RESPONSE *response = d2i_OCSP_RESPONSE(NULL, &p, (long)der.len);
	X509 *root = issued_x509(s->root.cert), *sub = issued_x509(s->sub.cert);
	X509 *ee = issued_x509(s->ee.cert);
	X509_STORE *store = X509_STORE_new();
	STACK_OF(X509) *others = sk_X509_new_null();
	OCSP_BASICRESP *basic;
	OCSP_CERTID *id;
	int got = -1, reason = -1;

	ck_assert_ptr_nonnull(response);
	ck_assert_int_eq(OCSP_response_status(response), OCSP_RESPONSE_STATUS_SUCCESSFUL);
	basic = OCSP_response_get1_basic(response);
	ck_assert_ptr_nonnull(basic);
	ck_assert(X509_STORE_add_cert(store, root) && sk_X509_push(others, sub));
	X509_VERIFY_PARAM_set_time(X509_STORE_get0_param(store), ISSUED_NOW + 120);
	ck_assert_int_eq(OCSP_basic_verify(basic, others, store, 0), 1);
	id = OCSP_cert_to_id(NULL, ee, sub);
	ck_assert(OCSP_resp_find_status(basic, id, &got, &reason, NULL, NULL, NULL));
	ck_assert_int_eq(got, theirs[status]);
	if (status == ANTIN_OCSP_REVOKED)
		ck_assert_int_eq(reason, OCSP_REVOKED_STATUS_KEYCOMPROMISE);
	OCSP_CERTID_free(id);
	OCSP_BASICRESP_free(basic);
	OCSP_RESPONSE_free(response);
	sk_X509_free(others);
	X509_STORE_free(store);
	X509_free(root);
	X509_free(sub);
	X509_free(ee);
}

START_TEST(response_both_ways)
{
	struct antin_ocsp_single single = single_of(_i);
	const struct antin_ocsp_single *found;
	ANTIN_OWN_S(antin_ocsp_response) r = NULL;
	ANTIN_SCOPED(antin_bytes) ids = {0};
	ANTIN_SCOPED(antin_bytes) der = {0};
	struct antin_err err = {0};
	struct service s;

	service_make(&s);
	make_response(&s, &single, 16, &ids, &der);
	judge_response(&s, antin_bytes_slice(&der), _i);
	util_ok(antin_ocsp_response_read(antin_bytes_slice(&der), &r, &err));
	ck_assert_int_eq(r->status, ANTIN_OCSP_SUCCESSFUL);
	ck_assert_int_eq(r->produced_at, ISSUED_NOW + 100);
	util_slice_eq(r->nonce, nonce_of(16));
	ck_assert_uint_eq(r->certs.n, 1);
	ck_assert(antin_ocsp_is_responder(r, r->certs.items[0]));
	ck_assert(!antin_ocsp_is_responder(r, s.sub.cert));
	util_ok(antin_ocsp_verify(r, s.responder.key->public_key, NULL, &err));
	util_fails(antin_ocsp_verify(r, s.sub.key->public_key, NULL, &err), ANTIN_E_BAD_SIGNATURE);
	found = antin_ocsp_find(r, &s.hashes, s.ee.cert->serial);
	ck_assert_ptr_nonnull(found);
	ck_assert_int_eq(found->status, _i);
	ck_assert_int_eq(found->revoked, single.revoked);
	ck_assert_int_eq(found->reason, single.reason);
	ck_assert_int_eq(found->this_update, single.this_update);
	ck_assert_int_eq(found->next_update, single.next_update);
	ck_assert_int_eq(found->archive_cutoff, single.archive_cutoff);
	ck_assert_int_eq(found->invalidity, ANTIN_NO_TIME);
	ck_assert_ptr_null(antin_ocsp_find(r, &s.hashes, s.sub.cert->serial));
	service_done(&s);
}
END_TEST

/* A cut is refused; a flipped bit is refused or breaks the signature, except outside of it. */
START_TEST(response_broken)
{
	struct antin_ocsp_single single = single_of(ANTIN_OCSP_GOOD);
	ANTIN_SCOPED(antin_bytes) ids = {0};
	ANTIN_SCOPED(antin_bytes) der = {0};
	struct antin_err err = {0};
	struct antin_slice tbs, signature;
	struct service s;
	size_t from, to;

	service_make(&s);
	make_response(&s, &single, 0, &ids, &der);
	{
		ANTIN_OWN_S(antin_ocsp_response) r = NULL;

		util_ok(antin_ocsp_response_read(antin_bytes_slice(&der), &r, &err));
		tbs = r->tbs;
		signature = r->signature;
		from = (size_t)(tbs.p - r->der.p);
		to = (size_t)(signature.p - r->der.p) + signature.len;
	}
	for (size_t len = 0; len < der.len; len++) {
		ANTIN_OWN_S(antin_ocsp_response) r = NULL;

		ck_assert_int_ne(antin_ocsp_response_read((struct antin_slice){der.p, len}, &r,
		                                          NULL),
		                 ANTIN_OK);
	}
	for (size_t i = 0; i < der.len; i++) {
		ANTIN_OWN_S(antin_ocsp_response) r = NULL;
		bool ok;

		der.p[i] ^= 0x01;
		ok = antin_ocsp_response_read(antin_bytes_slice(&der), &r, NULL) == ANTIN_OK &&
		     antin_ocsp_verify(r, s.responder.key->public_key, NULL, NULL) == ANTIN_OK;
		ck_assert_msg(!ok || i < from || i >= to, "octet %zu", i);
		der.p[i] ^= 0x01;
	}
	service_done(&s);
}
END_TEST

START_TEST(response_errors)
{
	static const int errors[] = {ANTIN_OCSP_MALFORMED, ANTIN_OCSP_INTERNAL,
	                             ANTIN_OCSP_TRY_LATER, ANTIN_OCSP_SIG_REQUIRED,
	                             ANTIN_OCSP_UNAUTHORIZED};

	for (size_t i = 0; i < UTIL_COUNT(errors); i++) {
		ANTIN_OWN_S(antin_ocsp_response) r = NULL;
		ANTIN_OWN_S(antin_key) k = issued_key("p256");
		ANTIN_SCOPED(antin_bytes) der = {0};
		struct antin_err err = {0};

		antin_ocsp_error_add(&der, (enum antin_ocsp_status)errors[i]);
		util_ok(antin_ocsp_response_read(antin_bytes_slice(&der), &r, &err));
		ck_assert_int_eq(r->status, errors[i]);
		ck_assert_uint_eq(r->n, 0);
		util_fails(antin_ocsp_verify(r, k->public_key, NULL, &err), ANTIN_E_SERVICE);
		ck_assert_ptr_nonnull(strstr(util_line(&err), antin_ocsp_status_name(errors[i])));
	}
	ck_assert_str_eq(antin_ocsp_status_name(ANTIN_OCSP_MALFORMED), "malformedRequest");
	ck_assert_str_eq(antin_ocsp_status_name(77), "unknown");
}
END_TEST

/* Two answers for one certificate: whether they differ is noted. */
START_TEST(response_contradiction)
{
	struct antin_ocsp_single singles[2] = {single_of(ANTIN_OCSP_GOOD), single_of(_i)};
	struct antin_ocsp_answer a = {.produced_at = ISSUED_NOW + 100, .n = 2, .singles = singles};
	ANTIN_OWN_S(antin_ocsp_response) r = NULL;
	ANTIN_SCOPED(antin_bytes) ids = {0};
	ANTIN_SCOPED(antin_bytes) der = {0};
	struct antin_err err = {0};
	struct service s;

	service_make(&s);
	util_ok(antin_certid_add(&ids, ANTIN_SHA1, s.sub.cert, s.ee.cert->serial, &err));
	singles[0].id.der = singles[1].id.der = antin_bytes_slice(&ids);
	util_ok(antin_ocsp_sign(&a, s.responder.key, (struct antin_slice){0}, &der, &err));
	util_ok(antin_ocsp_response_read(antin_bytes_slice(&der), &r, &err));
	ck_assert(r->contradicting == (_i != ANTIN_OCSP_GOOD));
	ck_assert_int_eq(antin_ocsp_find(r, &s.hashes, s.ee.cert->serial)->status, _i);
	service_done(&s);
}
END_TEST

/* The same under both kinds of hashes: the worse answer counts. */
START_TEST(response_worse_counts)
{
	struct antin_ocsp_single singles[2] = {single_of(ANTIN_OCSP_GOOD),
	                                       single_of(ANTIN_OCSP_REVOKED)};
	struct antin_ocsp_answer a = {.produced_at = ISSUED_NOW + 100, .n = 2, .singles = singles};
	ANTIN_OWN_S(antin_ocsp_response) r = NULL;
	ANTIN_SCOPED(antin_bytes) one = {0};
	ANTIN_SCOPED(antin_bytes) two = {0};
	ANTIN_SCOPED(antin_bytes) der = {0};
	struct antin_err err = {0};
	struct service s;

	service_make(&s);
	util_ok(antin_certid_add(&one, ANTIN_SHA1, s.sub.cert, s.ee.cert->serial, &err));
	util_ok(antin_certid_add(&two, ANTIN_SHA256, s.sub.cert, s.ee.cert->serial, &err));
	singles[0].id.der = antin_bytes_slice(&one);
	singles[1].id.der = antin_bytes_slice(&two);
	util_ok(antin_ocsp_sign(&a, s.responder.key, (struct antin_slice){0}, &der, &err));
	util_ok(antin_ocsp_response_read(antin_bytes_slice(&der), &r, &err));
	ck_assert_int_eq(antin_ocsp_find(r, &s.hashes, s.ee.cert->serial)->status,
	                 ANTIN_OCSP_REVOKED);
	service_done(&s);
}
END_TEST

START_TEST(response_not_made)
{
	struct antin_ocsp_single single = single_of(ANTIN_OCSP_GOOD);
	uint8_t id[] = {0x30, 0x00};
	struct antin_ocsp_answer a = {.produced_at = ISSUED_NOW + 100, .singles = &single};
	ANTIN_SCOPED(antin_bytes) tbs = {0};
	struct antin_err err = {0};

	util_fails(antin_ocsp_tbs(&a, &tbs, &err), ANTIN_E_INTERNAL); /* no answer */
	antin_err_clear(&err);
	a.n = 1;
	util_fails(antin_ocsp_tbs(&a, &tbs, &err), ANTIN_E_INTERNAL); /* no CertID */
	antin_err_clear(&err);
	single.id.der = (struct antin_slice){id, sizeof(id)};
	single.this_update = a.produced_at + 1;
	util_fails(antin_ocsp_tbs(&a, &tbs, &err), ANTIN_E_INTERNAL); /* from the future */
	antin_err_clear(&err);
	single.this_update = a.produced_at;
	single.next_update = single.this_update - 1;
	util_fails(antin_ocsp_tbs(&a, &tbs, &err), ANTIN_E_INTERNAL); /* ended already */
	antin_err_clear(&err);
	single.next_update = ANTIN_NO_TIME;
	a.nonce = nonce_of(129);
	util_fails(antin_ocsp_tbs(&a, &tbs, &err), ANTIN_E_INTERNAL);
	ck_assert_uint_eq(tbs.len, 0);
}
END_TEST

Suite *suite_ocsp(void);
Suite *
suite_ocsp(void)
{
	Suite *s = suite_create("ocsp");
	TCase *t = tcase_create("ocsp");

	tcase_add_test(t, request_both_ways);
	tcase_add_test(t, request_of_openssl);
	tcase_add_loop_test(t, request_refused, 0, UTIL_COUNT(bad_requests));
	tcase_add_test(t, request_limits);
	tcase_add_test(t, request_broken);
	tcase_add_loop_test(t, response_both_ways, 0, 3);
	tcase_add_test(t, response_broken);
	tcase_add_test(t, response_errors);
	tcase_add_loop_test(t, response_contradiction, 0, 3);
	tcase_add_test(t, response_worse_counts);
	tcase_add_test(t, response_not_made);
	suite_add_tcase(s, t);
	return s;
}
