/*
 * Time-stamp requests and answers: field by field, there and back, beside OpenSSL's own, cut and
 * changed at every octet.
 */
#include "timestamp_world.h"

#include <openssl/ts.h>

#define IMPRINT "302f300b06096086480165030402010420" HASH
#define HASH    "1111111111111111111111111111111111111111111111111111111111111111"

/* What follows the version and imprint of a request, and what is read from it. */
static const struct {
	const char *der; /* content of the SEQUENCE */
	const char *where;
	enum antin_rc class;
	const char *policy, *nonce; /* hex of their content */
	bool certificates, extensions;
} requests[] = {
        {"020101" IMPRINT, NULL, ANTIN_OK, NULL, NULL, false, false},
        {"020101" IMPRINT "06032a0304", NULL, ANTIN_OK, "2a0304", NULL, false, false},
        {"020101" IMPRINT "02020080", NULL, ANTIN_OK, NULL, "0080", false, false},
        {"020101" IMPRINT "0101ff", NULL, ANTIN_OK, NULL, NULL, true, false},
        {"020101" IMPRINT "06032a03040201070101ff", NULL, ANTIN_OK, "2a0304", "07", true, false},
        {"020101" IMPRINT "a00b3009"
         "06032a0304"
         "04020500",
         NULL, ANTIN_OK, NULL, NULL, false, true},
        /* parameters NULL, as OpenSSL writes them */
        {"020101"
         "3031300d060960864801650304020105000420" HASH,
         NULL, ANTIN_OK, NULL, NULL, false, false},
        {"", "version", ANTIN_E_FORMAT, NULL, NULL, false, false},
        {"020100" IMPRINT, "version", ANTIN_E_FORMAT, NULL, NULL, false, false},
        {"020102" IMPRINT, "version", ANTIN_E_FORMAT, NULL, NULL, false, false},
        {"020101", "messageImprint", ANTIN_E_FORMAT, NULL, NULL, false, false},
        {"0201013010300b0609608648016503040201040100", "messageImprint", ANTIN_E_FORMAT, NULL, NULL,
         false, false},
        {"020101300a300506032a0304040100", "messageImprint", ANTIN_E_UNSUPPORTED, NULL, NULL, false,
         false},
        {"020101" IMPRINT "0600", "reqPolicy", ANTIN_E_FORMAT, NULL, NULL, false, false},
        {"020101" IMPRINT "02020001", "nonce", ANTIN_E_FORMAT, NULL, NULL, false, false},
        {"020101" IMPRINT "0200", "nonce", ANTIN_E_FORMAT, NULL, NULL, false, false},
        {"020101" IMPRINT "010100", "certReq", ANTIN_E_FORMAT, NULL, NULL, false, false},
        {"020101" IMPRINT "a000", "extensions", ANTIN_E_FORMAT, NULL, NULL, false, false},
        {"020101" IMPRINT "0500", "extensions", ANTIN_E_FORMAT, NULL, NULL, false, false},
        {"020101" IMPRINT "0101ff0101ff", "extensions", ANTIN_E_FORMAT, NULL, NULL, false, false},
        {"020101" IMPRINT "0201070603550403", "extensions", ANTIN_E_FORMAT, NULL, NULL, false,
         false},
};

static void
hex_sequence(const char *content, struct antin_bytes *out)
{
	size_t outer = antin_der_open(out, ANTIN_SEQUENCE);

	util_hex(content, out);
	antin_der_close(out, outer);
}

static void
same_hex(struct antin_slice got, const char *want)
{
	ANTIN_SCOPED(antin_bytes) octets = {0};

	ck_assert_int_eq(got.p != NULL, want != NULL);
	util_hex(want ? want : "", &octets);
	util_slice_eq(got, antin_bytes_slice(&octets));
}

START_TEST(each_request)
{
	ANTIN_SCOPED(antin_bytes) der = {0};
	ANTIN_SCOPED(antin_bytes) again = {0};
	struct antin_timestamp_request r = {.certificates = true}, back;
	struct antin_err err = {0};

	hex_sequence(requests[_i].der, &der);
	if (requests[_i].where) {
		util_fails(antin_timestamp_request_read(antin_bytes_slice(&der), &r, &err),
		           requests[_i].class);
		ck_assert_str_eq(err.where, requests[_i].where);
		ck_assert(r.certificates && !r.imprint.hash.p);
		return;
	}
	util_ok(antin_timestamp_request_read(antin_bytes_slice(&der), &r, &err));
	ck_assert_int_eq(r.imprint.digest, ANTIN_SHA256);
	same_hex(r.imprint.hash, HASH);
	same_hex(r.policy, requests[_i].policy);
	same_hex(r.nonce, requests[_i].nonce);
	ck_assert_int_eq(r.certificates, requests[_i].certificates);
	ck_assert_int_eq(r.extensions, requests[_i].extensions);
	if (r.extensions) {
		util_fails(antin_timestamp_request_write(&r, &again, &err), ANTIN_E_INTERNAL);
		return;
	}
	util_ok(antin_timestamp_request_write(&r, &again, &err));
	util_ok(antin_timestamp_request_read(antin_bytes_slice(&again), &back, &err));
	util_slice_eq(back.imprint.hash, r.imprint.hash);
	util_slice_eq(back.policy, r.policy);
	util_slice_eq(back.nonce, r.nonce);
	ck_assert_int_eq(back.certificates, r.certificates);
}
END_TEST

/* OpenSSL reads in our request what we put there. */
START_TEST(request_read_by_openssl)
{
	static const uint8_t policy[] = {0x2a, 0x03, 0x04}, nonce[] = {0x00, 0xff, 0x02};
	const struct antin_timestamp_request r = {.imprint = {ANTIN_SHA384, {0}},
	                                          .policy = {policy, sizeof(policy)},
	                                          .nonce = {nonce, sizeof(nonce)},
	                                          .certificates = true};
	struct antin_timestamp_request full = r;
	ANTIN_SCOPED(antin_bytes) der = {0};
	uint8_t hash[ANTIN_DIGEST_MAX] = {7};
	struct antin_err err = {0};
	const unsigned char *p;
	ASN1_OCTET_STRING *msg;
	char oid[32];
	TS_REQ *q;

	full.imprint.hash = (struct antin_slice){hash, 48};
	util_ok(antin_timestamp_request_write(&full, &der, &err));
	p = der.p;
	q = d2i_TS_REQ(NULL, &p, (long)der.len);
	ck_assert_ptr_nonnull(q);
	ck_assert_ptr_eq(p, der.p + der.len);
	ck_assert_int_eq(TS_REQ_get_version(q), 1);
	ck_assert_int_eq(TS_REQ_get_cert_req(q), 1);
	ck_assert_int_gt(OBJ_obj2txt(oid, sizeof(oid), TS_REQ_get_policy_id(q), 1), 0);
	ck_assert_str_eq(oid, "1.2.3.4");
	ck_assert_int_eq(ASN1_INTEGER_get(TS_REQ_get_nonce(q)), 0xff02);
	msg = TS_MSG_IMPRINT_get_msg(TS_REQ_get_msg_imprint(q));
	ck_assert_int_eq(ASN1_STRING_length(msg), 48);
	ck_assert_mem_eq(ASN1_STRING_get0_data(msg), hash, 48);
	TS_REQ_free(q);
	full.imprint.hash.len = 32;
	util_fails(antin_timestamp_request_write(&full, &der, &err), ANTIN_E_INTERNAL);
}
END_TEST

static const struct {
	const char *der; /* content of the SEQUENCE */
	const char *where;
	int status;
	uint32_t failures;
	const char *text, *token; /* hex */
} responses[] = {
        {"3003020100"
         "3000",
         NULL, ANTIN_TIMESTAMP_GRANTED, 0, NULL, "3000"},
        {"3003020101"
         "3003020105",
         NULL, ANTIN_TIMESTAMP_GRANTED_CHANGED, 0, NULL, "3003020105"},
        {"3003020102", NULL, ANTIN_TIMESTAMP_REJECTED, 0, NULL, NULL},
        {"3007020102"
         "03020780",
         NULL, ANTIN_TIMESTAMP_REJECTED, 1U << ANTIN_TIMESTAMP_BAD_ALG, NULL, NULL},
        {"3007020102"
         "03020204",
         NULL, ANTIN_TIMESTAMP_REJECTED, 1U << ANTIN_TIMESTAMP_BAD_FORMAT, NULL, NULL},
        {"300a020102"
         "030506"
         "00000040",
         NULL, ANTIN_TIMESTAMP_REJECTED, 1U << ANTIN_TIMESTAMP_SYSTEM, NULL, NULL},
        {"3009020102"
         "3004"
         "0c026e6f",
         NULL, ANTIN_TIMESTAMP_REJECTED, 0, "6e6f", NULL},
        {"300c020102"
         "3007"
         "0c026e6f"
         "0c0178",
         NULL, ANTIN_TIMESTAMP_REJECTED, 0, "6e6f", NULL},
        {"3003020103", NULL, ANTIN_TIMESTAMP_WAITING, 0, NULL, NULL},
        {"3003020105", NULL, ANTIN_TIMESTAMP_REVOKED, 0, NULL, NULL},
        {"", "TimeStampResp", 0, 0, NULL, NULL},
        {"3000", "status", 0, 0, NULL, NULL},
        {"3003020106", "status", 0, 0, NULL, NULL},
        {"30030201ff", "status", 0, 0, NULL, NULL},
        {"3005020102"
         "3000",
         "statusString", 0, 0, NULL, NULL},
        {"3009020102"
         "3004"
         "13026e6f",
         "statusString", 0, 0, NULL, NULL},
        {"3007020102"
         "03020700",
         "failInfo", 0, 0, NULL, NULL},
        {"3005020102"
         "0500",
         "PKIStatusInfo", 0, 0, NULL, NULL},
        /* granted without a token, refused with one, two tokens, none that is a SEQUENCE */
        {"3003020100", "timeStampToken", 0, 0, NULL, NULL},
        {"3003020102"
         "3000",
         "timeStampToken", 0, 0, NULL, NULL},
        {"3003020100"
         "3000"
         "3000",
         "timeStampToken", 0, 0, NULL, NULL},
        {"3003020100"
         "0500",
         "timeStampToken", 0, 0, NULL, NULL},
};

START_TEST(each_response)
{
	ANTIN_SCOPED(antin_bytes) der = {0};
	ANTIN_SCOPED(antin_bytes) again = {0};
	struct antin_timestamp_response r = {.failures = 77};
	struct antin_err err = {0};

	hex_sequence(responses[_i].der, &der);
	if (responses[_i].where) {
		util_fails(antin_timestamp_response_read(antin_bytes_slice(&der), &r, &err),
		           ANTIN_E_FORMAT);
		ck_assert_str_eq(err.where, responses[_i].where);
		ck_assert_uint_eq(r.failures, 77);
		return;
	}
	util_ok(antin_timestamp_response_read(antin_bytes_slice(&der), &r, &err));
	ck_assert_int_eq((int)r.status, responses[_i].status);
	ck_assert_uint_eq(r.failures, responses[_i].failures);
	same_hex(r.text, responses[_i].text);
	same_hex(r.token, responses[_i].token);
	util_ok(antin_timestamp_response_write(&r, &again, &err));
	/* Only the first of several texts is kept. */
	if (!r.text.p || der.len == 13)
		util_slice_eq(antin_bytes_slice(&again), antin_bytes_slice(&der));
}
END_TEST

/* An answer that carries no token where it must, or one where it must not, is not written. */
START_TEST(responses_not_written)
{
	static const uint8_t token[] = {0x30, 0x00};
	ANTIN_SCOPED(antin_bytes) out = {0};

	for (int status = ANTIN_TIMESTAMP_GRANTED; status <= ANTIN_TIMESTAMP_REVOKED; status++) {
		struct antin_timestamp_response r = {.status = (enum antin_timestamp_status)status};
		struct antin_err err = {0};

		if (status > ANTIN_TIMESTAMP_GRANTED_CHANGED)
			r.token = (struct antin_slice){token, sizeof(token)};
		util_fails(antin_timestamp_response_write(&r, &out, &err), ANTIN_E_INTERNAL);
		ck_assert_uint_eq(out.len, 0);
	}
}
END_TEST

/* Our answer round our token is one that OpenSSL takes apart. */
START_TEST(response_read_by_openssl)
{
	ANTIN_SCOPED(antin_bytes) token = {0};
	ANTIN_SCOPED(antin_bytes) der = {0};
	struct antin_timestamp_response r = {.text = antin_slice_text("xong")};
	struct antin_timestamp_spec s;
	struct antin_err err = {0};
	const unsigned char *p;
	struct ts_world w;
	TS_RESP *q;

	ts_begin(&w, ANTIN_KEY_P256);
	s = ts_spec(&w, ANTIN_SHA256);
	util_ok(antin_timestamp_sign(&s, w.key, &token, &err));
	r.token = antin_bytes_slice(&token);
	util_ok(antin_timestamp_response_write(&r, &der, &err));
	p = der.p;
	q = d2i_TS_RESP(NULL, &p, (long)der.len);
	ck_assert_ptr_nonnull(q);
	ck_assert_ptr_eq(p, der.p + der.len);
	ck_assert_ptr_nonnull(TS_RESP_get_tst_info(q));
	ck_assert_int_eq(ASN1_INTEGER_get(TS_TST_INFO_get_serial(TS_RESP_get_tst_info(q))),
	                 0x018017);
	ck_assert_int_eq(ASN1_INTEGER_get(TS_STATUS_INFO_get0_status(TS_RESP_get_status_info(q))),
	                 0);
	TS_RESP_free(q);
	ts_end(&w);
}
END_TEST

/* Every prefix is refused; what a change leaves readable is written back as it was read. */
START_TEST(cut_and_changed)
{
	ANTIN_SCOPED(antin_bytes) request = {0};
	ANTIN_SCOPED(antin_bytes) response = {0};
	struct antin_timestamp_request q;
	struct antin_timestamp_response r;

	hex_sequence("020101" IMPRINT "06032a03040201070101ff", &request);
	hex_sequence("3010020102"
	             "3004"
	             "0c026e6f"
	             "0305060000"
	             "0040",
	             &response);
	for (size_t len = 0; len < request.len; len++)
		ck_assert_int_ne(antin_timestamp_request_read((struct antin_slice){request.p, len},
		                                              &q, NULL),
		                 ANTIN_OK);
	for (size_t len = 0; len < response.len; len++)
		ck_assert_int_ne(antin_timestamp_response_read((struct antin_slice){response.p,
		                                                                    len},
		                                               &r, NULL),
		                 ANTIN_OK);
	for (size_t at = 0; at < request.len * 8; at++) {
		ANTIN_SCOPED(antin_bytes) again = {0};

		request.p[at / 8] ^= (uint8_t)(1U << at % 8);
		if (antin_timestamp_request_read(antin_bytes_slice(&request), &q, NULL) ==
		    ANTIN_OK) {
			ck_assert_int_eq(antin_timestamp_request_write(&q, &again, NULL), ANTIN_OK);
			util_slice_eq(antin_bytes_slice(&again), antin_bytes_slice(&request));
		}
		request.p[at / 8] ^= (uint8_t)(1U << at % 8);
	}
	for (size_t at = 0; at < response.len * 8; at++) {
		ANTIN_SCOPED(antin_bytes) again = {0};

		response.p[at / 8] ^= (uint8_t)(1U << at % 8);
		if (antin_timestamp_response_read(antin_bytes_slice(&response), &r, NULL) ==
		    ANTIN_OK) {
			ck_assert_int_eq(antin_timestamp_response_write(&r, &again, NULL),
			                 ANTIN_OK);
			util_slice_eq(antin_bytes_slice(&again), antin_bytes_slice(&response));
		}
		response.p[at / 8] ^= (uint8_t)(1U << at % 8);
	}
}
END_TEST

/* A kilobyte more than the largest that is read. */
START_TEST(too_large)
{
	ANTIN_SCOPED(antin_bytes) big = {0};
	struct antin_timestamp_request q;
	struct antin_timestamp_response r;
	struct antin_timestamp *t = NULL;
	struct antin_err err[3] = {{0}};

	ck_assert_ptr_nonnull(antin_bytes_grow(&big, ANTIN_TIMESTAMP_MAX + 1));
	ck_assert_int_eq(antin_timestamp_request_read(
	                         (struct antin_slice){big.p, ANTIN_TIMESTAMP_REQUEST_MAX + 1}, &q,
	                         &err[0]),
	                 ANTIN_E_TOO_LARGE);
	ck_assert_int_eq(antin_timestamp_response_read(antin_bytes_slice(&big), &r, &err[1]),
	                 ANTIN_E_TOO_LARGE);
	ck_assert_int_eq(antin_timestamp_read(antin_bytes_slice(&big), &t, &err[2]),
	                 ANTIN_E_TOO_LARGE);
	ck_assert_str_ne(err[0].frames[0].format, err[1].frames[0].format);
	ck_assert_str_ne(err[1].frames[0].format, err[2].frames[0].format);
}
END_TEST

Suite *suite_timestamp_message(void);
Suite *
suite_timestamp_message(void)
{
	Suite *s = suite_create("timestamp_message");
	TCase *t = tcase_create("timestamp_message");

	tcase_add_loop_test(t, each_request, 0, UTIL_COUNT(requests));
	tcase_add_test(t, request_read_by_openssl);
	tcase_add_loop_test(t, each_response, 0, UTIL_COUNT(responses));
	tcase_add_test(t, responses_not_written);
	tcase_add_test(t, response_read_by_openssl);
	tcase_add_test(t, cut_and_changed);
	tcase_add_test(t, too_large);
	suite_add_tcase(s, t);
	return s;
}
