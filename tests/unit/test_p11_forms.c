/*
 * What C_Sign is given and what it gives back, in the forms of the standards (RFC 8017 9.1 and 9.2,
 * RFC 3279 2.2.3): taken apart here octet by octet.  And the words and flags that modules, kinds
 * and states go by.
 */
#include <stdlib.h>
#include <sys/stat.h>

#include "p11_world.h"

#include "../../pkcs11/p11.h"

Suite *suite_p11_forms(void);

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* DigestInfo prefixes, RFC 8017 9.2 note 1. */
static const struct {
	enum antin_digest digest;
	CK_MECHANISM_TYPE hash;
	CK_RSA_PKCS_MGF_TYPE mgf;
	size_t prefix_len;
	uint8_t prefix[20];
} digests[] = {
        {ANTIN_SHA1,
         CKM_SHA_1,
         CKG_MGF1_SHA1,
         15,
         {0x30, 0x21, 0x30, 0x09, 0x06, 0x05, 0x2b, 0x0e, 0x03, 0x02, 0x1a, 0x05, 0, 4, 0x14}},
        {ANTIN_SHA256,
         CKM_SHA256,
         CKG_MGF1_SHA256,
         19,
         {0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01,
          0x05, 0x00, 0x04, 0x20}},
        {ANTIN_SHA384,
         CKM_SHA384,
         CKG_MGF1_SHA384,
         19,
         {0x30, 0x41, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x02,
          0x05, 0x00, 0x04, 0x30}},
        {ANTIN_SHA512,
         CKM_SHA512,
         CKG_MGF1_SHA512,
         19,
         {0x30, 0x51, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x03,
          0x05, 0x00, 0x04, 0x40}},
};

static struct antin_key *
key_of(enum antin_key_type type, unsigned int bits)
{
	struct antin_keygen spec = {.type = type, .rsa_bits = bits};
	struct antin_key *k = NULL;
	struct antin_err err = {0};

	T_OK(antin_key_mock(&spec, ANTIN_OK, 0, &k, &err));
	return k;
}

static void
fill(uint8_t *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		p[i] = (uint8_t)(i * 7 + 1);
}

/* CKM_RSA_PKCS is given the DigestInfo alone; CKM_RSA_X_509 the whole block. */
START_TEST(rsa_v15)
{
	ANTIN_OWN_S(antin_key) k = key_of(ANTIN_KEY_RSA, 2048);
	enum antin_digest d = digests[_i].digest;
	struct antin_sigalg a = {ANTIN_RSA_PKCS1, d};
	struct antin_p11_rung pkcs = {.type = CKM_RSA_PKCS}, raw = {.type = CKM_RSA_X_509};
	ANTIN_SCOPED(antin_bytes) info = {0};
	ANTIN_SCOPED(antin_bytes) block = {0};
	struct antin_err err = {0};
	uint8_t hash[ANTIN_DIGEST_MAX];
	struct antin_slice s = {hash, antin_digest_size(d)};
	size_t n = digests[_i].prefix_len, pad;

	fill(hash, sizeof(hash));
	T_OK(antin_p11_prepare(k->public_key, a, &pkcs, s, &info, &err));
	ck_assert_uint_eq(info.len, n + s.len);
	ck_assert_mem_eq(info.p, digests[_i].prefix, n);
	ck_assert_mem_eq(info.p + n, hash, s.len);
	ck_assert(!pkcs.has_pss);
	T_OK(antin_p11_prepare(k->public_key, a, &raw, s, &block, &err));
	ck_assert_uint_eq(block.len, 256);
	ck_assert_int_eq(block.p[0], 0);
	ck_assert_int_eq(block.p[1], 1);
	pad = block.len - info.len - 1;
	for (size_t i = 2; i < pad; i++)
		ck_assert_int_eq(block.p[i], 0xff);
	ck_assert_uint_ge(pad - 2, 8); /* at least eight octets of padding */
	ck_assert_int_eq(block.p[pad], 0);
	ck_assert_mem_eq(block.p + pad + 1, info.p, info.len);
	ck_assert(!raw.has_pss);
}
END_TEST

/* MGF1 by the book, to open a PSS block again (RFC 8017 9.1.2). */
static void
mask(enum antin_digest d, const uint8_t *seed, size_t seed_len, uint8_t *to, size_t len)
{
	size_t size = antin_digest_size(d);

	for (size_t done = 0, counter = 0; done < len; counter++) {
		ANTIN_SCOPED(antin_bytes) in = {0};
		uint8_t out[ANTIN_DIGEST_MAX];

		antin_bytes_add(&in, seed, seed_len);
		for (int shift = 24; shift >= 0; shift -= 8)
			antin_bytes_byte(&in, (uint8_t)(counter >> shift));
		ck_assert_int_eq(antin_digest_of(d, antin_bytes_slice(&in), out, NULL), ANTIN_OK);
		for (size_t i = 0; i < size && done < len; i++)
			to[done++] ^= out[i];
	}
}

static void
open_pss(enum antin_digest d, uint8_t *em, size_t em_len, const uint8_t *hash)
{
	size_t h = antin_digest_size(d), db = em_len - h - 1, zeros = db - h - 1;
	ANTIN_SCOPED(antin_bytes) in = {0};
	uint8_t again[ANTIN_DIGEST_MAX];

	ck_assert_int_eq(em[em_len - 1], 0xbc);
	ck_assert_int_eq(em[0] & 0x80, 0);
	mask(d, em + db, h, em, db);
	em[0] &= 0x7f;
	for (size_t i = 0; i < zeros; i++)
		ck_assert_int_eq(em[i], 0);
	ck_assert_int_eq(em[zeros], 1);
	(void)antin_bytes_grow(&in, 8);
	antin_bytes_add(&in, hash, h);
	antin_bytes_add(&in, em + zeros + 1, h); /* the salt, as long as the digest */
	ck_assert_int_eq(antin_digest_of(d, antin_bytes_slice(&in), again, NULL), ANTIN_OK);
	ck_assert_mem_eq(again, em + db, h);
}

START_TEST(rsa_pss)
{
	ANTIN_OWN_S(antin_key) k = key_of(ANTIN_KEY_RSA, 2048);
	enum antin_digest d = digests[_i].digest;
	struct antin_sigalg a = {ANTIN_RSA_PSS, d};
	struct antin_p11_rung pss = {.type = CKM_RSA_PKCS_PSS}, raw = {.type = CKM_RSA_X_509};
	ANTIN_SCOPED(antin_bytes) given = {0};
	ANTIN_SCOPED(antin_bytes) one = {0};
	ANTIN_SCOPED(antin_bytes) two = {0};
	struct antin_err err = {0};
	uint8_t hash[ANTIN_DIGEST_MAX];
	struct antin_slice s = {hash, antin_digest_size(d)};

	fill(hash, sizeof(hash));
	T_OK(antin_p11_prepare(k->public_key, a, &pss, s, &given, &err));
	ck_assert_uint_eq(given.len, s.len);
	ck_assert_mem_eq(given.p, hash, s.len);
	ck_assert(pss.has_pss);
	ck_assert_uint_eq(pss.pss.hashAlg, digests[_i].hash);
	ck_assert_uint_eq(pss.pss.mgf, digests[_i].mgf);
	ck_assert_uint_eq(pss.pss.sLen, s.len);
	T_OK(antin_p11_prepare(k->public_key, a, &raw, s, &one, &err));
	T_OK(antin_p11_prepare(k->public_key, a, &raw, s, &two, &err));
	ck_assert_uint_eq(one.len, 256);
	ck_assert_mem_ne(one.p, two.p, one.len); /* a fresh salt each time */
	open_pss(d, one.p, one.len, hash);
	open_pss(d, two.p, two.len, hash);
}
END_TEST

/* A digest of another size than the scheme says never gets into a PSS block. */
START_TEST(pss_wrong_digest)
{
	ANTIN_OWN_S(antin_key) k = key_of(ANTIN_KEY_RSA, 2048);
	struct antin_err err = {0};
	uint8_t hash[80] = {0};

	for (size_t d = 0; d < COUNT(digests); d++) {
		size_t right = antin_digest_size(digests[d].digest);

		for (size_t n = 0; n <= sizeof(hash); n++) {
			struct antin_p11_rung raw = {.type = CKM_RSA_X_509};
			struct antin_sigalg a = {ANTIN_RSA_PSS, digests[d].digest};
			ANTIN_SCOPED(antin_bytes) out = {0};

			if (n == right)
				continue;
			antin_err_clear(&err);
			T_FAILS(antin_p11_prepare(k->public_key, a, &raw,
			                          (struct antin_slice){hash, n}, &out, &err),
			        ANTIN_E_NO_MECHANISM);
			ck_assert_uint_eq(out.len, 0);
		}
	}
}
END_TEST

/* ECDSA: the leftmost octets, as many as the order has (FIPS 186-5 6.4.1). */
static const struct {
	enum antin_key_type type;
	enum antin_digest digest;
	size_t len;
} cuts[] = {
        {ANTIN_KEY_P256, ANTIN_SHA1, 20},   {ANTIN_KEY_P256, ANTIN_SHA256, 32},
        {ANTIN_KEY_P256, ANTIN_SHA384, 32}, {ANTIN_KEY_P256, ANTIN_SHA512, 32},
        {ANTIN_KEY_P384, ANTIN_SHA1, 20},   {ANTIN_KEY_P384, ANTIN_SHA256, 32},
        {ANTIN_KEY_P384, ANTIN_SHA384, 48}, {ANTIN_KEY_P384, ANTIN_SHA512, 48},
};

START_TEST(ecdsa_cut)
{
	ANTIN_OWN_S(antin_key) k = key_of(cuts[_i].type, 0);
	struct antin_p11_rung rung = {.type = CKM_ECDSA};
	ANTIN_SCOPED(antin_bytes) out = {0};
	struct antin_err err = {0};
	uint8_t hash[ANTIN_DIGEST_MAX];

	fill(hash, sizeof(hash));
	T_OK(antin_p11_prepare(k->public_key, (struct antin_sigalg){ANTIN_ECDSA, cuts[_i].digest},
	                       &rung,
	                       (struct antin_slice){hash, antin_digest_size(cuts[_i].digest)}, &out,
	                       &err));
	ck_assert_uint_eq(out.len, cuts[_i].len);
	ck_assert_mem_eq(out.p, hash, out.len);
}
END_TEST

/* Signatures come back with the size of the key, or they are the fault of the token. */
static const struct {
	enum antin_key_type type;
	unsigned int bits;
	size_t len;
} sizes[] = {{ANTIN_KEY_RSA, 2048, 256}, {ANTIN_KEY_P256, 0, 64}, {ANTIN_KEY_P384, 0, 96}};

START_TEST(signature_sizes)
{
	ANTIN_OWN_S(antin_key) k = key_of(sizes[_i].type, sizes[_i].bits);
	struct antin_err err = {0};
	uint8_t raw[600];
	char want[64];

	memset(raw, 0x5a, sizeof(raw));
	(void)snprintf(want, sizeof(want), "not %zu", sizes[_i].len);
	for (size_t n = 0; n <= sizeof(raw); n++) {
		ANTIN_SCOPED(antin_bytes) out = {0};
		struct antin_slice s = {raw, n};

		antin_err_clear(&err);
		if (n == sizes[_i].len) {
			T_OK(antin_p11_signature(k->public_key, s, &out, &err));
			ck_assert_uint_ge(out.len, n);
			continue;
		}
		T_FAILS(antin_p11_signature(k->public_key, s, &out, &err), ANTIN_E_TOKEN);
		ck_assert_ptr_nonnull(strstr(w_line(&err), want));
		ck_assert_uint_eq(out.len, 0);
	}
}
END_TEST

/* Halves of an ECDSA signature become positive integers without useless zeros. */
static const struct {
	const char *what;
	uint8_t first, second; /* of r and s */
	size_t zeros;          /* leading ones of both */
	size_t r_len, s_len;   /* octets of the INTEGERs */
} halves[] = {
        {"high bits clear", 0x12, 0x7f, 0, 32, 32}, {"high bits set", 0x80, 0xff, 0, 33, 33},
        {"one of each", 0x7f, 0x80, 0, 32, 33},     {"a zero in front", 0x12, 0x12, 1, 31, 31},
        {"many zeros", 0x12, 0x80, 20, 12, 13},     {"almost nothing", 0x01, 0x80, 31, 1, 2},
};

START_TEST(ecdsa_integers)
{
	ANTIN_OWN_S(antin_key) k = key_of(ANTIN_KEY_P256, 0);
	ANTIN_SCOPED(antin_bytes) out = {0};
	struct antin_err err = {0};
	struct antin_in in, inner;
	struct antin_slice r, s;
	uint8_t raw[64];
	size_t z = halves[_i].zeros;

	memset(raw, 0x33, sizeof(raw));
	memset(raw, 0, z);
	memset(raw + 32, 0, z);
	raw[z] = halves[_i].first;
	raw[32 + z] = halves[_i].second;
	T_OK(antin_p11_signature(k->public_key, (struct antin_slice){raw, 64}, &out, &err));
	in = antin_in_of(antin_bytes_slice(&out));
	ck_assert(antin_der_enter(&in, ANTIN_SEQUENCE, &inner) && antin_der_end(&in));
	ck_assert(antin_der_integer(&inner, &r) && antin_der_integer(&inner, &s));
	ck_assert(antin_der_end(&inner));
	ck_assert_msg(r.len == halves[_i].r_len && s.len == halves[_i].s_len, "%s: %zu, %zu",
	              halves[_i].what, r.len, s.len);
	ck_assert_mem_eq(r.p + r.len - (32 - z), raw + z, 32 - z);
	ck_assert_mem_eq(s.p + s.len - (32 - z), raw + 32 + z, 32 - z);
}
END_TEST

/* Words of JSON and of scripts: stable, each once. */
START_TEST(words)
{
	static const char *const states[] = {
	        [ANTIN_PIN_OK] = "ok",           [ANTIN_PIN_LOW] = "low",
	        [ANTIN_PIN_FINAL] = "final-try", [ANTIN_PIN_LOCKED] = "locked",
	        [ANTIN_PIN_UNSET] = "unset",
	};
	static const char *const kinds[] = {
	        [ANTIN_OBJECT_PRIVATE] = "private-key",
	        [ANTIN_OBJECT_PUBLIC] = "public-key",
	        [ANTIN_OBJECT_CERT] = "certificate",
	};

	for (size_t i = 0; i < COUNT(states); i++)
		ck_assert_str_eq(antin_pin_state_name((enum antin_pin_state)i), states[i]);
	for (size_t i = 0; i < COUNT(kinds); i++)
		ck_assert_str_eq(antin_object_kind_name((enum antin_object_kind)i), kinds[i]);
}
END_TEST

/* Flags of a token as a person must see its PIN: the worst that is true (v2.40, 4.2). */
static const struct {
	CK_FLAGS flags;
	enum antin_pin_state user, so;
	bool initialized, pinpad, protected;
} flags[] = {
        {0, ANTIN_PIN_UNSET, ANTIN_PIN_UNSET, false, false, false},
        {CKF_TOKEN_INITIALIZED, ANTIN_PIN_UNSET, ANTIN_PIN_OK, true, false, false},
        {CKF_TOKEN_INITIALIZED | CKF_USER_PIN_INITIALIZED, ANTIN_PIN_OK, ANTIN_PIN_OK, true, false,
         false},
        {CKF_TOKEN_INITIALIZED | CKF_USER_PIN_INITIALIZED | CKF_USER_PIN_COUNT_LOW, ANTIN_PIN_LOW,
         ANTIN_PIN_OK, true, false, false},
        {CKF_TOKEN_INITIALIZED | CKF_USER_PIN_INITIALIZED | CKF_USER_PIN_FINAL_TRY, ANTIN_PIN_FINAL,
         ANTIN_PIN_OK, true, false, false},
        {CKF_TOKEN_INITIALIZED | CKF_USER_PIN_INITIALIZED | CKF_USER_PIN_COUNT_LOW |
                 CKF_USER_PIN_FINAL_TRY,
         ANTIN_PIN_FINAL, ANTIN_PIN_OK, true, false, false},
        {CKF_TOKEN_INITIALIZED | CKF_USER_PIN_INITIALIZED | CKF_USER_PIN_LOCKED, ANTIN_PIN_LOCKED,
         ANTIN_PIN_OK, true, false, false},
        {CKF_TOKEN_INITIALIZED | CKF_USER_PIN_INITIALIZED | CKF_USER_PIN_LOCKED |
                 CKF_USER_PIN_FINAL_TRY | CKF_USER_PIN_COUNT_LOW,
         ANTIN_PIN_LOCKED, ANTIN_PIN_OK, true, false, false},
        {CKF_TOKEN_INITIALIZED | CKF_USER_PIN_INITIALIZED | CKF_SO_PIN_COUNT_LOW, ANTIN_PIN_OK,
         ANTIN_PIN_LOW, true, false, false},
        {CKF_TOKEN_INITIALIZED | CKF_USER_PIN_INITIALIZED | CKF_SO_PIN_FINAL_TRY, ANTIN_PIN_OK,
         ANTIN_PIN_FINAL, true, false, false},
        {CKF_TOKEN_INITIALIZED | CKF_USER_PIN_INITIALIZED | CKF_SO_PIN_LOCKED, ANTIN_PIN_OK,
         ANTIN_PIN_LOCKED, true, false, false},
        {CKF_TOKEN_INITIALIZED | CKF_USER_PIN_INITIALIZED | CKF_PROTECTED_AUTHENTICATION_PATH,
         ANTIN_PIN_OK, ANTIN_PIN_OK, true, true, false},
        {CKF_TOKEN_INITIALIZED | CKF_USER_PIN_INITIALIZED | CKF_WRITE_PROTECTED, ANTIN_PIN_OK,
         ANTIN_PIN_OK, true, false, true},
};

/* Slot 99999 is none of the module's: what is not told by the token stays at its default. */
START_TEST(info_flags)
{
	struct antin_module *m = NULL;
	struct antin_token_info info;
	struct antin_err err = {0};
	CK_TOKEN_INFO from = {0};

	if (!w_ready)
		return;
	T_OK(antin_module_open(w_module, &m, &err));
	memset(&from, ' ', offsetof(CK_TOKEN_INFO, flags));
	memcpy(from.label, "Nguy\xe1\xbb\x85n", 8);
	memcpy(from.serialNumber, "0123456789abcdef", 16);
	from.flags = flags[_i].flags;
	from.ulMinPinLen = 6;
	from.ulMaxPinLen = CK_UNAVAILABLE_INFORMATION;
	from.firmwareVersion = (CK_VERSION){2, 6};
	antin_p11_info_of(m, 99999, &from, &info);
	ck_assert_int_eq(info.user_pin, flags[_i].user);
	ck_assert_int_eq(info.so_pin, flags[_i].so);
	ck_assert_int_eq(info.initialized, flags[_i].initialized);
	ck_assert_int_eq(info.pinpad, flags[_i].pinpad);
	ck_assert_int_eq(info.write_protected, flags[_i].protected);
	ck_assert_str_eq(info.label, "Nguy\xe1\xbb\x85n");
	ck_assert_str_eq(info.serial, "0123456789abcdef");
	ck_assert_str_eq(info.model, "");
	ck_assert_str_eq(info.module, antin_module_path(m));
	ck_assert_uint_eq(info.slot, 99999);
	ck_assert_uint_eq(info.pin_min, 6);
	ck_assert_uint_eq(info.pin_max, 0); /* unknown, not endless */
	antin_module_free(m);
}
END_TEST

static void
setup(void)
{
	(void)w_begin("thu");
}

Suite *
suite_p11_forms(void)
{
	Suite *s = suite_create("p11_forms");
	TCase *tc = tcase_create("forms"), *tokens = tcase_create("tokens");

	tcase_add_loop_test(tc, rsa_v15, 0, COUNT(digests));
	tcase_add_loop_test(tc, rsa_pss, 0, COUNT(digests));
	tcase_add_test(tc, pss_wrong_digest);
	tcase_add_loop_test(tc, ecdsa_cut, 0, COUNT(cuts));
	tcase_add_loop_test(tc, signature_sizes, 0, COUNT(sizes));
	tcase_add_loop_test(tc, ecdsa_integers, 0, COUNT(halves));
	tcase_add_test(tc, words);
	suite_add_tcase(s, tc);
	tcase_add_unchecked_fixture(tokens, setup, w_end);
	tcase_add_loop_test(tokens, info_flags, 0, COUNT(flags));
	suite_add_tcase(s, tokens);
	return s;
}
