/*
 * Decryption and key agreement on tokens, against OpenSSL's own: every padding and digest, by the
 * token's mechanism and by the bare power; and the paddings alone, each octet of them changed.
 */
#include "p11_world.h"

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <p11-kit/pkcs11.h>

#include "../../pkcs11/p11.h"

#define TOKEN W_TOKEN

Suite *suite_p11_decrypt(void);

static const struct w_key token_keys[] = {{"rsa2048", "rsa", true},
                                          {"rsa2048", "ky", false},
                                          {"p256", "p256", true},
                                          {"p384", "p384", true},
                                          {NULL, NULL, false}};

static void
setup(void)
{
	(void)w_begin_with(token_keys);
}

static EVP_PKEY *
evp_of(const struct antin_public *p)
{
	struct antin_slice spki = antin_public_spki(p);
	const unsigned char *at = spki.p;
	EVP_PKEY *k = d2i_PUBKEY(NULL, &at, (long)spki.len);

	ck_assert_ptr_nonnull(k);
	return k;
}

static const char *const digest_names[] = {[ANTIN_SHA1] = "SHA1",
                                           [ANTIN_SHA256] = "SHA256",
                                           [ANTIN_SHA384] = "SHA384",
                                           [ANTIN_SHA512] = "SHA512"};

/* OpenSSL encrypts; `padding` is its own name, RSA_NO_PADDING for a block made by hand. */
static void
encrypt(EVP_PKEY *key, int padding, enum antin_digest d, struct antin_slice in,
        struct antin_bytes *out)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(key, NULL);
	const EVP_MD *md = EVP_get_digestbyname(digest_names[d]);
	size_t len = 1024;
	uint8_t *to = antin_bytes_grow(out, len);

	ck_assert(ctx && md && to);
	ck_assert_int_eq(EVP_PKEY_encrypt_init(ctx), 1);
	ck_assert_int_eq(EVP_PKEY_CTX_set_rsa_padding(ctx, padding), 1);
	if (padding == RSA_PKCS1_OAEP_PADDING) {
		ck_assert_int_eq(EVP_PKEY_CTX_set_rsa_oaep_md(ctx, md), 1);
		ck_assert_int_eq(EVP_PKEY_CTX_set_rsa_mgf1_md(ctx, md), 1);
	}
	ck_assert_int_eq(EVP_PKEY_encrypt(ctx, to, &len, in.p, in.len), 1);
	out->len = len;
	EVP_PKEY_CTX_free(ctx);
}

struct desk {
	struct fault_control *control;
	struct w_pins pins;
	struct antin_keystore *store;
	struct antin_key *key;
	EVP_PKEY *evp;
};

static void
desk_open(struct desk *d, const char *object)
{
	struct antin_err err = {0};
	char uri[80];

	memset(d, 0, sizeof(*d));
	d->control = w_control();
	*d->control =
	        (struct fault_control){.tries = -1, .max_sessions = -1, .sessions_at_finalize = -1};
	w_pins_set(&d->pins, W_PIN);
	d->store = w_store(w_fault, &d->pins);
	(void)snprintf(uri, sizeof(uri), TOKEN ";object=%s", object);
	T_OK(antin_keystore_find(d->store, uri, &d->key, &err));
	d->evp = evp_of(d->key->public_key);
}

static void
desk_close(struct desk *d)
{
	EVP_PKEY_free(d->evp);
	antin_key_free(d->key);
	antin_keystore_free(d->store);
	ck_assert_int_eq(d->control->sessions_at_finalize, 0);
}

static const struct {
	enum antin_padding padding;
	enum antin_digest digest;
	unsigned long hidden[2];
	enum antin_rc rc;
	const char *says;
} ways[] = {
        {ANTIN_PADDING_V15, ANTIN_SHA256, {0, 0}, ANTIN_OK, ""},
        {ANTIN_PADDING_V15, ANTIN_SHA256, {CKM_RSA_PKCS, 0}, ANTIN_OK, ""},
        {ANTIN_PADDING_V15, ANTIN_SHA256, {CKM_RSA_X_509, 0}, ANTIN_OK, ""},
        {ANTIN_PADDING_V15,
         ANTIN_SHA256,
         {CKM_RSA_PKCS, CKM_RSA_X_509},
         ANTIN_E_NO_MECHANISM,
         "CKM_RSA_PKCS"},
        {ANTIN_PADDING_OAEP, ANTIN_SHA1, {0, 0}, ANTIN_OK, ""},
        {ANTIN_PADDING_OAEP, ANTIN_SHA1, {CKM_RSA_X_509, 0}, ANTIN_OK, ""},
        {ANTIN_PADDING_OAEP, ANTIN_SHA256, {0, 0}, ANTIN_OK, ""}, /* SoftHSM refuses: raw */
        {ANTIN_PADDING_OAEP, ANTIN_SHA384, {0, 0}, ANTIN_OK, ""},
        {ANTIN_PADDING_OAEP, ANTIN_SHA512, {0, 0}, ANTIN_OK, ""},
        {ANTIN_PADDING_OAEP, ANTIN_SHA1, {CKM_RSA_PKCS_OAEP, 0}, ANTIN_OK, ""},
        {ANTIN_PADDING_OAEP, ANTIN_SHA512, {CKM_RSA_PKCS_OAEP, 0}, ANTIN_OK, ""},
        {ANTIN_PADDING_OAEP,
         ANTIN_SHA1,
         {CKM_RSA_PKCS_OAEP, CKM_RSA_X_509},
         ANTIN_E_NO_MECHANISM,
         "CKM_RSA_PKCS_OAEP"},
};

/* Messages of every length that fits at its ends, what does not open, and what is not for us. */
START_TEST(rsa)
{
	struct desk d;
	enum antin_padding padding = ways[_i].padding;
	enum antin_digest digest = ways[_i].digest;
	bool oaep = padding == ANTIN_PADDING_OAEP;
	size_t max = oaep ? 256 - 2 * antin_digest_size(digest) - 2 : 256 - 11;
	const size_t lengths[] = {1, 16, 32, max - 1, max};
	uint8_t message[256];
	struct antin_err err = {0};
	ANTIN_SCOPED(antin_bytes) box = {0};

	if (!w_ready)
		return;
	desk_open(&d, "rsa");
	for (int i = 0; i < 2 && ways[_i].hidden[i]; i++)
		d.control->hidden[d.control->n_hidden++] = ways[_i].hidden[i];
	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		ANTIN_SCOPED(antin_bytes) out = {.secret = true};
		enum antin_rc rc;

		ck_assert_int_eq(antin_random(message, sizeof(message), NULL), ANTIN_OK);
		antin_bytes_clear(&box);
		antin_err_clear(&err);
		encrypt(d.evp, oaep ? RSA_PKCS1_OAEP_PADDING : RSA_PKCS1_PADDING, digest,
		        (struct antin_slice){message, lengths[i]}, &box);
		rc = antin_token_decrypt(d.key, padding, digest, antin_bytes_slice(&box), &out,
		                         &err);
		ck_assert_msg(rc == ways[_i].rc, "%zu octets: %s", lengths[i], w_line(&err));
		if (rc != ANTIN_OK) {
			ck_assert_ptr_nonnull(strstr(w_line(&err), ways[_i].says));
			continue;
		}
		ck_assert_uint_eq(out.len, lengths[i]);
		ck_assert_mem_eq(out.p, message, out.len);
	}
	desk_close(&d);
}
END_TEST

/* Whatever is wrong, the class and the words are the same, and the next message opens. */
START_TEST(rsa_wrong)
{
	struct desk d, other;
	uint8_t message[32] = {5}, block[256];
	struct antin_err err = {0};
	char first[400] = "";

	if (!w_ready)
		return;
	for (int raw = 0; raw < 2; raw++)
		for (int oaep = 0; oaep < 2; oaep++) {
			enum antin_padding padding = oaep ? ANTIN_PADDING_OAEP : ANTIN_PADDING_V15;
			EVP_PKEY *foreign;
			int own = oaep ? RSA_PKCS1_OAEP_PADDING : RSA_PKCS1_PADDING;

			desk_open(&other, "ky");
			foreign = other.evp;
			other.evp = NULL;
			desk_close(&other);
			desk_open(&d, "rsa");
			if (raw) {
				d.control->hidden[d.control->n_hidden++] = CKM_RSA_PKCS;
				d.control->hidden[d.control->n_hidden++] = CKM_RSA_PKCS_OAEP;
			}
			for (int what = 0; what < 6; what++) {
				ANTIN_SCOPED(antin_bytes) box = {0};
				ANTIN_SCOPED(antin_bytes) out = {.secret = true};
				struct antin_slice in = {message, sizeof(message)};
				enum antin_rc rc;

				memset(block, 7, sizeof(block));
				block[0] = 0;
				if (what == 0) /* for another key */
					encrypt(foreign, own, ANTIN_SHA1, in, &box);
				else if (what == 1) /* the other padding */
					encrypt(d.evp,
					        oaep ? RSA_PKCS1_PADDING : RSA_PKCS1_OAEP_PADDING,
					        ANTIN_SHA1, in, &box);
				else if (what == 2) /* no padding at all */
					encrypt(d.evp, RSA_NO_PADDING, ANTIN_SHA1,
					        (struct antin_slice){block, 256}, &box);
				else
					encrypt(d.evp, own, ANTIN_SHA1, in, &box);
				if (what == 3)
					box.len--;
				if (what == 4)
					box.p[100] ^= 4;
				rc = antin_token_decrypt(d.key, padding, ANTIN_SHA1,
				                         antin_bytes_slice(&box), &out, &err);
				if (what == 5) {
					ck_assert_msg(rc == ANTIN_OK, "%s", w_line(&err));
					continue;
				}
				ck_assert_msg(rc == ANTIN_E_DAMAGED, "%d %d %d: %s", raw, oaep,
				              what, w_line(&err));
				ck_assert_uint_eq(out.len, 0);
				if (!first[0])
					(void)snprintf(first, sizeof(first), "%s", w_line(&err));
				ck_assert_str_eq(w_line(&err), first);
				antin_err_clear(&err);
			}
			ck_assert_int_eq(d.control->bad_logins, 0);
			ck_assert_int_le(d.control->good_logins, 1);
			EVP_PKEY_free(foreign);
			desk_close(&d);
		}
}
END_TEST

/* Keys that may not or cannot, and keys that are no token's. */
START_TEST(refused)
{
	struct antin_keygen spec = {.type = ANTIN_KEY_P256};
	struct antin_key *mock = NULL;
	struct antin_err err = {0};
	ANTIN_SCOPED(antin_bytes) out = {.secret = true};
	uint8_t zeros[256] = {0};
	struct antin_slice in = {zeros, sizeof(zeros)};
	struct desk d;

	if (!w_ready)
		return;
	T_OK(antin_key_mock(&spec, ANTIN_OK, 0, &mock, &err));
	ck_assert(!antin_key_is_token(mock));
	T_FAILS(antin_token_decrypt(mock, ANTIN_PADDING_V15, ANTIN_SHA256, in, &out, &err),
	        ANTIN_E_NO_MECHANISM);
	antin_err_clear(&err);
	T_FAILS(antin_token_agree(mock, in, &out, &err), ANTIN_E_NO_MECHANISM);
	antin_err_clear(&err);
	antin_key_free(mock);
	desk_open(&d, "ky"); /* made to sign only */
	ck_assert(antin_key_is_token(d.key));
	T_FAILS(antin_token_decrypt(d.key, ANTIN_PADDING_V15, ANTIN_SHA256, in, &out, &err),
	        ANTIN_E_POLICY);
	antin_err_clear(&err);
	T_FAILS(antin_token_agree(d.key, in, &out, &err), ANTIN_E_NO_MECHANISM);
	antin_err_clear(&err);
	desk_close(&d);
	desk_open(&d, "p256");
	T_FAILS(antin_token_decrypt(d.key, ANTIN_PADDING_V15, ANTIN_SHA256, in, &out, &err),
	        ANTIN_E_NO_MECHANISM);
	antin_err_clear(&err);
	T_FAILS(antin_token_agree(d.key, in, &out, &err), ANTIN_E_DAMAGED);
	antin_err_clear(&err);
	zeros[0] = 4; /* the right size, not on the curve */
	in.len = 65;
	ck_assert_int_ne(antin_token_agree(d.key, in, &out, &err), ANTIN_OK);
	ck_assert_uint_eq(out.len, 0);
	desk_close(&d);
}
END_TEST

/* ECDH: the same secret on both sides; OpenSSL holds the other key. */
START_TEST(agree)
{
	static const char *const objects[] = {"p256", "p384"};
	static const char *const curves[] = {"P-256", "P-384"};
	struct desk d;
	struct antin_err err = {0};

	if (!w_ready)
		return;
	desk_open(&d, objects[_i]);
	for (int round = 0; round < 4; round++) {
		EVP_PKEY *peer = EVP_EC_gen(curves[_i]);
		EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(peer, NULL);
		ANTIN_SCOPED(antin_bytes) ours = {.secret = true};
		uint8_t theirs[66], *point = NULL;
		size_t len = sizeof(theirs), point_len;

		ck_assert(peer && ctx && EVP_PKEY_derive_init(ctx) == 1 &&
		          EVP_PKEY_derive_set_peer(ctx, d.evp) == 1 &&
		          EVP_PKEY_derive(ctx, theirs, &len) == 1);
		point_len = EVP_PKEY_get1_encoded_public_key(peer, &point);
		T_OK(antin_token_agree(d.key, (struct antin_slice){point, point_len}, &ours, &err));
		ck_assert_uint_eq(ours.len, len);
		ck_assert_mem_eq(ours.p, theirs, len);
		OPENSSL_free(point);
		EVP_PKEY_CTX_free(ctx);
		EVP_PKEY_free(peer);
	}
	ck_assert_int_eq(d.pins.asked, 1);
	d.control->hidden[d.control->n_hidden++] = CKM_ECDH1_DERIVE;
	desk_close(&d);
}
END_TEST

/* A module that takes the point only in an OCTET STRING, and one that fails or lies. */
START_TEST(agree_faults)
{
	static const struct {
		unsigned long rv;
		long count;
		enum antin_rc rc;
		long calls;
	} faults[] = {
	        {CKR_MECHANISM_PARAM_INVALID, 1, ANTIN_OK, 2},
	        {CKR_MECHANISM_PARAM_INVALID, -1, ANTIN_E_NO_MECHANISM, 2},
	        {CKR_DEVICE_MEMORY, -1, ANTIN_E_TOKEN, 1},
	        {CKR_SESSION_HANDLE_INVALID, 1, ANTIN_OK, 2},
	        {CKR_SESSION_HANDLE_INVALID, -1, ANTIN_E_REMOVED, 2},
	};
	EVP_PKEY *peer = EVP_EC_gen("P-256");
	uint8_t *point = NULL;
	size_t len = EVP_PKEY_get1_encoded_public_key(peer, &point);
	struct desk d;

	if (!w_ready)
		return;
	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
		ANTIN_SCOPED(antin_bytes) out = {.secret = true};
		struct antin_err err = {0};
		enum antin_rc rc;

		desk_open(&d, "p256");
		d.control->rules[0] =
		        (struct fault_rule){FAULT_C_DeriveKey, faults[i].rv, 0, faults[i].count};
		d.control->n_rules = 1;
		rc = antin_token_agree(d.key, (struct antin_slice){point, len}, &out, &err);
		ck_assert_msg(rc == faults[i].rc, "%zu: [%s] %s", i, antin_rc_id(rc), w_line(&err));
		ck_assert_uint_eq(out.len, rc == ANTIN_OK ? 32 : 0);
		ck_assert_int_eq(d.control->calls[FAULT_C_DeriveKey], faults[i].calls);
		ck_assert_int_eq(d.control->calls[FAULT_C_DestroyObject], rc == ANTIN_OK);
		desk_close(&d);
	}
	OPENSSL_free(point);
	EVP_PKEY_free(peer);
}
END_TEST

/* The paddings alone.  A v1.5 block by hand, with each thing wrong that RFC 8017 7.2.2 names. */
static void
v15_block(uint8_t *b, size_t k, const char *message)
{
	size_t n = strlen(message);

	memset(b, 0xaa, k);
	b[0] = 0;
	b[1] = 2;
	b[k - n - 1] = 0;
	memcpy(b + k - n, message, n);
}

static enum antin_rc
unpad(enum antin_padding padding, enum antin_digest d, const uint8_t *block, size_t k,
      struct antin_bytes *out)
{
	ANTIN_SCOPED(antin_bytes) b = {.secret = true};

	antin_bytes_clear(out);
	antin_bytes_add(&b, block, k);
	return antin_p11_unpad(padding, d, &b, out, NULL);
}

START_TEST(v15_alone)
{
	ANTIN_SCOPED(antin_bytes) out = {.secret = true};
	uint8_t b[64];

	v15_block(b, sizeof(b), "xin chao");
	ck_assert_int_eq(unpad(ANTIN_PADDING_V15, ANTIN_SHA256, b, sizeof(b), &out), ANTIN_OK);
	ck_assert_uint_eq(out.len, 8);
	ck_assert_mem_eq(out.p, "xin chao", 8);
	for (size_t at = 0; at < sizeof(b); at++)
		for (int to = 0; to < 256; to++) {
			enum antin_rc rc;
			size_t end = sizeof(b) - 8, from = end;

			v15_block(b, sizeof(b), "xin chao");
			b[at] = (uint8_t)to;
			for (size_t i = sizeof(b); i-- > 2;)
				from = b[i] == 0 ? i + 1 : from;
			rc = unpad(ANTIN_PADDING_V15, ANTIN_SHA256, b, sizeof(b), &out);
			/* by the book: 00 02, eight or more octets that are not zero, 00 */
			if (b[0] != 0 || b[1] != 2 || from < 11 || memchr(b + 2, 0, 62) == NULL)
				ck_assert_msg(rc == ANTIN_E_DAMAGED, "octet %zu, %d", at, to);
			else
				ck_assert_msg(rc == ANTIN_OK && out.len == sizeof(b) - from &&
				                      memcmp(out.p, b + from, out.len) == 0,
				              "octet %zu, %d: %zu", at, to, out.len);
		}
	for (size_t k = 0; k < 11; k++)
		ck_assert_int_eq(unpad(ANTIN_PADDING_V15, ANTIN_SHA256, b, k, &out),
		                 ANTIN_E_DAMAGED);
	v15_block(b, sizeof(b), ""); /* an empty message is one */
	ck_assert_int_eq(unpad(ANTIN_PADDING_V15, ANTIN_SHA256, b, sizeof(b), &out), ANTIN_OK);
	ck_assert_uint_eq(out.len, 0);
}
END_TEST

/* OAEP blocks that OpenSSL padded; no changed octet of them opens. */
START_TEST(oaep_alone)
{
	static const enum antin_digest digests[] = {ANTIN_SHA1, ANTIN_SHA256, ANTIN_SHA384,
	                                            ANTIN_SHA512};
	enum antin_digest d = digests[_i];
	EVP_PKEY *key = EVP_RSA_gen(2048);
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(key, NULL);
	ANTIN_SCOPED(antin_bytes) box = {0};
	ANTIN_SCOPED(antin_bytes) out = {.secret = true};
	uint8_t block[256];
	size_t len = sizeof(block);

	ck_assert(key && ctx);
	encrypt(key, RSA_PKCS1_OAEP_PADDING, d, antin_slice_text("một bí mật"), &box);
	ck_assert(EVP_PKEY_decrypt_init(ctx) == 1 &&
	          EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_NO_PADDING) == 1 &&
	          EVP_PKEY_decrypt(ctx, block, &len, box.p, box.len) == 1 && len == 256);
	ck_assert_int_eq(unpad(ANTIN_PADDING_OAEP, d, block, len, &out), ANTIN_OK);
	ck_assert_uint_eq(out.len, strlen("một bí mật"));
	ck_assert_mem_eq(out.p, "một bí mật", out.len);
	for (size_t at = 0; at < len; at++)
		for (int bit = 0; bit < 8; bit++) {
			uint8_t changed[256];

			memcpy(changed, block, len);
			changed[at] ^= (uint8_t)(1 << bit);
			/* a bit of the message itself is nobody's to notice: it stands at the end
			 */
			if (unpad(ANTIN_PADDING_OAEP, d, changed, len, &out) == ANTIN_OK)
				ck_assert_msg(at >= len - strlen("một bí mật"), "octet %zu", at);
		}
	for (size_t cut = 0; cut < len; cut++)
		ck_assert_int_eq(unpad(ANTIN_PADDING_OAEP, d, block, cut, &out), ANTIN_E_DAMAGED);
	for (size_t i = 0; i < 4; i++)
		if (digests[i] != d)
			ck_assert_int_eq(unpad(ANTIN_PADDING_OAEP, digests[i], block, len, &out),
			                 ANTIN_E_DAMAGED);
	EVP_PKEY_CTX_free(ctx);
	EVP_PKEY_free(key);
}
END_TEST

Suite *
suite_p11_decrypt(void)
{
	Suite *s = suite_create("p11_decrypt");
	TCase *tc = tcase_create("token"), *alone = tcase_create("paddings");

	tcase_add_unchecked_fixture(tc, setup, w_end);
	tcase_add_loop_test(tc, rsa, 0, sizeof(ways) / sizeof(ways[0]));
	tcase_add_test(tc, rsa_wrong);
	tcase_add_test(tc, refused);
	tcase_add_loop_test(tc, agree, 0, 2);
	tcase_add_test(tc, agree_faults);
	suite_add_tcase(s, tc);
	tcase_add_test(alone, v15_alone);
	tcase_add_loop_test(alone, oaep_alone, 0, 4);
	suite_add_tcase(s, alone);
	return s;
}
