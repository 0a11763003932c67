/*
 * PKCS#11 URIs and result codes: what is refused before any module is loaded, names that survive
 * the way to a URI and back, and a class for every code of the standard.
 */
#include "p11_world.h"

#include "../../pkcs11/p11.h"

Suite *suite_p11_uri(void);

static const struct {
	const char *uri;
	enum antin_rc rc;
} uris[] = {
        {"pkcs11:", ANTIN_OK},
        {"pkcs11:token=thu", ANTIN_OK},
        {"pkcs11:token=Nguy%E1%BB%85n;object=k%C3%BD;type=private;id=%01%02", ANTIN_OK},
        {"pkcs11:serial=12ab;manufacturer=x;model=y", ANTIN_OK},
        {"pkcs11:slot-id=3", ANTIN_OK},
        {"pkcs11:slot-id=0000000000000000003;token=a", ANTIN_OK},
        {"pkcs11:object=a%20b;token=slot-id=;serial=1", ANTIN_OK},
        {"pkcs11:token=token;object=token;", ANTIN_OK},
        {"pkcs11:object=a?module-path=/x.so", ANTIN_OK},
        {"pkcs11:object=a?module-name=opensc", ANTIN_OK},
        {"pkcs11:?module-path=/x.so&module-name=y", ANTIN_OK},
        {"pkcs11:?", ANTIN_OK},
        {"", ANTIN_E_USAGE},
        {"pkcs11", ANTIN_E_USAGE},
        {"PKCS11:token=a", ANTIN_E_USAGE},
        {"token=a", ANTIN_E_USAGE},
        {"file.key", ANTIN_E_USAGE},
        {"pkcs11:token", ANTIN_E_USAGE},
        {"pkcs11:token=%", ANTIN_E_USAGE},
        {"pkcs11:token=%4", ANTIN_E_USAGE},
        {"pkcs11:token=%4g", ANTIN_E_USAGE},
        {"pkcs11:type=wheel", ANTIN_E_USAGE},
        {"pkcs11:slot-id=x", ANTIN_E_USAGE},
        /* p11-kit takes these for the slots 0, 1, 1, any and 45, and for the last token. */
        {"pkcs11:slot-id=", ANTIN_E_USAGE},
        {"pkcs11:slot-id=18446744073709551617", ANTIN_E_USAGE},
        {"pkcs11:token=a;slot-id=18446744073709551617", ANTIN_E_USAGE},
        {"pkcs11:slot-id=18446744073709551615", ANTIN_E_USAGE},
        {"pkcs11:slot-id= 4 5", ANTIN_E_USAGE},
        {"pkcs11:token=My Token", ANTIN_E_USAGE},
        {"pkcs11:;token=a", ANTIN_E_USAGE},
        {"pkcs11:token=a;;serial=1", ANTIN_E_USAGE},
        {"pkcs11:token=a;slot-\nid=4", ANTIN_E_USAGE},
        {"pkcs11:token=a;serial=1;token=b", ANTIN_E_USAGE},
        {"pkcs11:id=%01;id=%01?module-name=a", ANTIN_E_USAGE},
        {"pkcs11:object=a?token=b", ANTIN_E_USAGE},
        {"pkcs11:object=a?module-name=b&slot-id=1", ANTIN_E_USAGE},
        {"pkcs11:?module", ANTIN_E_USAGE},
        {"pkcs11:colour=red", ANTIN_E_USAGE},
        {"pkcs11:x-vendor=1", ANTIN_E_USAGE},
        {"pkcs11:object=a?pin-value=1", ANTIN_E_USAGE},
        {"pkcs11:object=a?pin-source=/etc/pin", ANTIN_E_USAGE},
        {"pkcs11:object=a?module-path=/x.so&pin-value=1", ANTIN_E_USAGE},
};

START_TEST(check)
{
	struct antin_err err = {0};

	ck_assert_msg(antin_p11_uri_check(uris[_i].uri, &err) == uris[_i].rc, "%s: %s",
	              uris[_i].uri, w_line(&err));
	/* A PIN that was written into a URI by mistake is not repeated. */
	ck_assert_ptr_null(strstr(w_line(&err), "pin-value=1"));
}
END_TEST

/* Cut at every octet and every octet changed: refused or read, never more, never a crash. */
START_TEST(cut_and_changed)
{
	static const char whole[] =
	        "pkcs11:token=Nguy%E1%BB%85n;object=k%C3%BD;serial=12ab;id=%01%02?module-name=a";
	char text[sizeof(whole)];

	for (size_t n = 0; n < sizeof(whole); n++) {
		ANTIN_OWN_S(antin_p11_uri) u = NULL;

		memcpy(text, whole, n);
		text[n] = '\0';
		if (antin_p11_uri_parse(text, &u, NULL) == ANTIN_OK)
			ck_assert_ptr_nonnull(u);
		else
			ck_assert_ptr_null(u);
	}
	for (size_t at = 0; at + 1 < sizeof(whole); at++) {
		for (int bit = 0; bit < 8; bit++) {
			ANTIN_OWN_S(antin_p11_uri) u = NULL;

			memcpy(text, whole, sizeof(whole));
			text[at] = (char)(text[at] ^ (1 << bit));
			if (antin_p11_uri_parse(text, &u, NULL) == ANTIN_OK)
				ck_assert_int_eq(strncmp(text, "pkcs11:", 7), 0);
		}
	}
}
END_TEST

static const char *const labels[] = {
        "thu", "Nguyễn Thị Ánh", "a b", "100%", "a;b=c?d&e#f/g\"'", "\x1b[31m", "+-._~", "😀"};

/* The label names the token with that label, and no other. */
START_TEST(of_label)
{
	ANTIN_SCOPED(antin_bytes) text = {0};
	ANTIN_OWN_S(antin_p11_uri) u = NULL;
	struct antin_err err = {0};
	CK_TOKEN_INFO info = {0};
	const char *label = labels[_i];

	T_OK(antin_p11_uri_of_label(label, &text, &err));
	T_OK(antin_p11_uri_parse(antin_bytes_cstr(&text), &u, &err));
	memset(&info, ' ', offsetof(CK_TOKEN_INFO, flags));
	memcpy(info.label, label, strlen(label));
	ck_assert(antin_p11_uri_matches(u, NULL, 0, &info));
	info.label[strlen(label)] = 'x';
	ck_assert(!antin_p11_uri_matches(u, NULL, 0, &info));
	info.label[strlen(label)] = ' ';
	info.label[0] ^= 1;
	ck_assert(!antin_p11_uri_matches(u, NULL, 0, &info));
}
END_TEST

START_TEST(long_label)
{
	ANTIN_SCOPED(antin_bytes) text = {0};
	struct antin_err err = {0};

	T_OK(antin_p11_uri_of_label("01234567890123456789012345678901", &text, &err));
	T_FAILS(antin_p11_uri_of_label("012345678901234567890123456789012", &text, &err),
	        ANTIN_E_USAGE);
}
END_TEST

/* What we write of an object is read back as the same object on the same token. */
START_TEST(written)
{
	struct antin_p11_identity identity;
	CK_OBJECT_CLASS kind = CKO_PRIVATE_KEY;
	ANTIN_OWN_S(antin_p11_uri) u = NULL;
	struct antin_err err = {0};
	uint8_t id[20];
	char text[512], tight[40];
	const CK_ATTRIBUTE *a;
	CK_TOKEN_INFO info = {0};

	memset(&identity, ' ', sizeof(identity));
	memcpy(identity.label, labels[_i], strlen(labels[_i]));
	memcpy(identity.serial, "0a1b2c3d", 8);
	for (size_t i = 0; i < sizeof(id); i++)
		id[i] = (uint8_t)(i * 13);
	antin_p11_uri_write(&identity, &kind, (struct antin_slice){id, sizeof(id)},
	                    antin_slice_text(labels[_i]), text, sizeof(text));
	T_OK(antin_p11_uri_parse(text, &u, &err));
	a = antin_p11_uri_id(u);
	ck_assert(a && a->ulValueLen == sizeof(id) && memcmp(a->pValue, id, sizeof(id)) == 0);
	a = antin_p11_uri_label(u);
	ck_assert(a && a->ulValueLen == strlen(labels[_i]));
	ck_assert_int_eq(memcmp(a->pValue, labels[_i], a->ulValueLen), 0);
	memset(&info, ' ', offsetof(CK_TOKEN_INFO, flags));
	memcpy(info.label, identity.label, sizeof(identity.label));
	memcpy(info.serialNumber, identity.serial, sizeof(identity.serial));
	ck_assert(antin_p11_uri_matches(u, NULL, 7, &info));
	info.serialNumber[0] = '1';
	ck_assert(!antin_p11_uri_matches(u, NULL, 7, &info));
	antin_p11_uri_write(&identity, &kind, (struct antin_slice){id, sizeof(id)},
	                    antin_slice_text(labels[_i]), tight, sizeof(tight));
	ck_assert_str_eq(tight, ""); /* never cut in the middle */
}
END_TEST

static const struct {
	CK_RV rv;
	enum antin_rc rc;
	enum antin_p11_after after;
	const char *name;
} codes[] = {
        {CKR_PIN_INCORRECT, ANTIN_E_PIN_WRONG, ANTIN_P11_GIVE_UP, "CKR_PIN_INCORRECT"},
        {CKR_PIN_LOCKED, ANTIN_E_PIN_LOCKED, ANTIN_P11_GIVE_UP, "CKR_PIN_LOCKED"},
        {CKR_PIN_LEN_RANGE, ANTIN_E_PIN_WRONG, ANTIN_P11_GIVE_UP, "CKR_PIN_LEN_RANGE"},
        {CKR_SESSION_HANDLE_INVALID, ANTIN_E_REMOVED, ANTIN_P11_RENEW,
         "CKR_SESSION_HANDLE_INVALID"},
        {CKR_USER_NOT_LOGGED_IN, ANTIN_E_STATE, ANTIN_P11_RENEW, "CKR_USER_NOT_LOGGED_IN"},
        {CKR_DEVICE_REMOVED, ANTIN_E_REMOVED, ANTIN_P11_RELOCATE, "CKR_DEVICE_REMOVED"},
        {CKR_TOKEN_NOT_PRESENT, ANTIN_E_REMOVED, ANTIN_P11_RELOCATE, "CKR_TOKEN_NOT_PRESENT"},
        {CKR_SESSION_COUNT, ANTIN_E_BUSY, ANTIN_P11_GIVE_UP, "CKR_SESSION_COUNT"},
        {CKR_MECHANISM_INVALID, ANTIN_E_NO_MECHANISM, ANTIN_P11_GIVE_UP, "CKR_MECHANISM_INVALID"},
        {CKR_FUNCTION_CANCELED, ANTIN_E_CANCELLED, ANTIN_P11_GIVE_UP, "CKR_FUNCTION_CANCELED"},
        {CKR_VENDOR_DEFINED | 0x42, ANTIN_E_TOKEN, ANTIN_P11_GIVE_UP, "0x80000042"},
        {0x7fffffff, ANTIN_E_TOKEN, ANTIN_P11_GIVE_UP, "0x7fffffff"},
};

START_TEST(result_codes)
{
	struct antin_err err = {0};
	char buffer[32];

	ck_assert_int_eq(antin_p11_rc_of(codes[_i].rv), codes[_i].rc);
	ck_assert_int_eq(antin_p11_after(codes[_i].rv), codes[_i].after);
	ck_assert_str_eq(antin_p11_rv_name(codes[_i].rv, buffer), codes[_i].name);
	T_FAILS(antin_p11_fail(&err, codes[_i].rv, "C_Sign"), codes[_i].rc);
	ck_assert_ptr_nonnull(strstr(w_line(&err), codes[_i].name));
	ck_assert_ptr_nonnull(strstr(w_line(&err), "C_Sign"));
}
END_TEST

/* Nothing that says "the PIN was wrong" may ever be tried again by itself. */
START_TEST(no_code_is_success)
{
	for (CK_RV rv = 1; rv < 0x300; rv++) {
		enum antin_rc rc = antin_p11_rc_of(rv);

		ck_assert_int_ne(rc, ANTIN_OK);
		if (rc == ANTIN_E_PIN_WRONG || rc == ANTIN_E_PIN_LOCKED)
			ck_assert_int_eq(antin_p11_after(rv), ANTIN_P11_GIVE_UP);
	}
	ck_assert_int_eq(antin_p11_rc_of(CKR_OK), ANTIN_OK);
}
END_TEST

/* Encodings for C_Sign checked against what OpenSSL makes of the raw results elsewhere: sizes here.
 */
START_TEST(signatures_in_form)
{
	struct antin_keygen spec = {.type = ANTIN_KEY_P256};
	ANTIN_OWN_S(antin_key) k = NULL;
	struct antin_err err = {0};
	uint8_t raw[80];

	T_OK(antin_key_mock(&spec, ANTIN_OK, 0, &k, &err));
	memset(raw, 0xff, sizeof(raw));
	raw[0] = 0;
	for (size_t n = 0; n <= sizeof(raw); n++) {
		ANTIN_SCOPED(antin_bytes) der = {0};
		struct antin_in in, inner;
		struct antin_slice r, s;

		antin_err_clear(&err);
		if (n != 64) {
			T_FAILS(antin_p11_signature(k->public_key, (struct antin_slice){raw, n},
			                            &der, &err),
			        ANTIN_E_TOKEN);
			ck_assert_int_eq((int)der.len, 0);
			continue;
		}
		T_OK(antin_p11_signature(k->public_key, (struct antin_slice){raw, n}, &der, &err));
		in = antin_in_of(antin_bytes_slice(&der));
		ck_assert(antin_der_enter(&in, ANTIN_SEQUENCE, &inner) && antin_der_end(&in));
		ck_assert(antin_der_integer(&inner, &r) && antin_der_integer(&inner, &s));
		ck_assert(antin_der_end(&inner));
		ck_assert_int_eq((int)r.len, 32); /* leading zero cut, sign octet added */
		ck_assert_int_eq((int)s.len, 33);
	}
}
END_TEST

START_TEST(padded_text)
{
	static const struct {
		const char *padded, *text;
		size_t cap;
	} rows[] = {{"thu                 ", "thu", 40},
	            {"    ", "", 40},
	            {"a b  ", "a b", 40},
	            {"abcdef", "abc", 4},
	            {"", "", 4},
	            {"x", "", 1}};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char out[40];

		antin_p11_text((const CK_UTF8CHAR *)rows[i].padded, strlen(rows[i].padded), out,
		               rows[i].cap);
		ck_assert_str_eq(out, rows[i].text);
	}
}
END_TEST

Suite *
suite_p11_uri(void)
{
	Suite *s = suite_create("p11_uri");
	TCase *tc = tcase_create("uri");

	tcase_add_loop_test(tc, check, 0, sizeof(uris) / sizeof(uris[0]));
	tcase_add_test(tc, cut_and_changed);
	tcase_add_loop_test(tc, of_label, 0, sizeof(labels) / sizeof(labels[0]));
	tcase_add_test(tc, long_label);
	tcase_add_loop_test(tc, written, 0, sizeof(labels) / sizeof(labels[0]));
	tcase_add_loop_test(tc, result_codes, 0, sizeof(codes) / sizeof(codes[0]));
	tcase_add_test(tc, no_code_is_success);
	tcase_add_test(tc, signatures_in_form);
	tcase_add_test(tc, padded_text);
	suite_add_tcase(s, tc);
	return s;
}
