/*
 * A key pair from a file onto a token: every kind and scheme signs there, cut and changed PKCS#8 is
 * refused without a trace, and nothing is doubled.
 */
#include "p11_world.h"

Suite *suite_p11_import(void);

#define TOKEN "pkcs11:token=thu"

static const struct {
	const char *type;
	struct antin_sigalg algs[3];
	size_t n_algs;
} kinds[] = {
        {"rsa2048",
         {{ANTIN_RSA_PKCS1, ANTIN_SHA256},
          {ANTIN_RSA_PSS, ANTIN_SHA256},
          {ANTIN_RSA_PSS, ANTIN_SHA512}},
         3},
        {"p256", {{ANTIN_ECDSA, ANTIN_SHA256}, {ANTIN_ECDSA, ANTIN_SHA512}}, 2},
        {"p384", {{ANTIN_ECDSA, ANTIN_SHA384}}, 1},
};

static void
setup(void)
{
	(void)w_begin("thu");
}

struct bench {
	struct antin_modules modules;
	struct antin_token *token;
	struct antin_key *key; /* of the file */
	struct antin_bytes pkcs8;
	struct w_pins pins;
};

/* A fresh key in a file without a passphrase, read again. */
static void
bench_open(struct bench *b, const char *type)
{
	struct antin_keygen spec = {.label = "tep"};
	struct antin_keystore *files = NULL;
	struct antin_key *made = NULL;
	struct antin_err err = {0};
	char path[128];

	memset(b, 0, sizeof(*b));
	w_pins_set(&b->pins, W_PIN);
	(void)snprintf(path, sizeof(path), "%s/%s.%d.key", w_dir, type, (int)getpid());
	T_OK(antin_keygen_parse(type, &spec, &err));
	T_OK(antin_keystore_file(NULL, &files, &err));
	T_OK(antin_keystore_generate(files, path, &spec, &made, &err));
	T_OK(antin_key_file_secret(path, NULL, &b->key, &b->pkcs8, &err));
	ck_assert(b->pkcs8.secret);
	ck_assert(antin_slice_equal(antin_public_spki(b->key->public_key),
	                            antin_public_spki(made->public_key)));
	antin_key_free(made);
	antin_keystore_free(files);
	T_OK(antin_modules_load(w_module, &b->modules, &err));
	T_OK(antin_token_open(&b->modules, TOKEN, &b->token, &err));
}

static void
bench_close(struct bench *b)
{
	antin_token_free(b->token);
	antin_key_free(b->key);
	antin_bytes_done(&b->pkcs8);
	antin_modules_done(&b->modules);
}

static enum antin_rc
import(struct bench *b, const char *label, struct antin_slice pkcs8, struct antin_err *err)
{
	return antin_token_key_import(b->token,
	                              &(struct antin_key_import){label, b->key->public_key, pkcs8},
	                              &b->pins.source, err);
}

static size_t
objects(struct bench *b)
{
	struct antin_token_objects l = {0};
	struct antin_err err = {0};
	size_t n;

	T_OK(antin_token_objects(b->token, &b->pins.source, &l, &err));
	n = l.n;
	antin_token_objects_done(&l);
	return n;
}

START_TEST(every_kind)
{
	struct antin_keystore *s;
	struct antin_key *k = NULL;
	struct antin_err err = {0};
	struct bench b;
	uint8_t digest[ANTIN_DIGEST_MAX] = {7};
	char uri[128];

	if (!w_ready)
		return;
	bench_open(&b, kinds[_i].type);
	T_OK(import(&b, kinds[_i].type, antin_bytes_slice(&b.pkcs8), &err));
	(void)snprintf(uri, sizeof(uri), TOKEN ";object=%s", kinds[_i].type);
	s = w_store(w_module, &b.pins);
	T_OK(antin_keystore_find(s, uri, &k, &err));
	ck_assert(antin_slice_equal(antin_public_spki(k->public_key),
	                            antin_public_spki(b.key->public_key)));
	for (size_t i = 0; i < kinds[_i].n_algs; i++) {
		struct antin_sigalg a = kinds[_i].algs[i];
		struct antin_slice d = {digest, antin_digest_size(a.digest)};
		struct antin_bytes signature = {0};

		T_OK(antin_key_sign(k, a, d, &signature, &err));
		T_OK(antin_public_verify(b.key->public_key, a, d, antin_bytes_slice(&signature),
		                         &err));
		antin_bytes_done(&signature);
	}
	for (const struct antin_key_fact *f = antin_keystore_facts(s, k); f->name; f++) {
		if (strcmp(f->name, "CKA_EXTRACTABLE") == 0 || strcmp(f->name, "CKA_LOCAL") == 0)
			ck_assert_int_eq(f->value, 0);
		if (strcmp(f->name, "CKA_SENSITIVE") == 0)
			ck_assert_int_eq(f->value, 1);
	}
	/* The same key under another name, and another key under this one. */
	T_FAILS(import(&b, "khac", antin_bytes_slice(&b.pkcs8), &err), ANTIN_E_CONFLICT);
	antin_err_clear(&err);
	ck_assert_uint_eq(objects(&b), 2);
	antin_key_free(k);
	antin_keystore_free(s);
	bench_close(&b);
}
END_TEST

/* Each cut is refused before a PIN is asked; the same octets with more behind them are the key. */
START_TEST(cut)
{
	struct antin_err err = {0};
	struct bench b;

	if (!w_ready)
		return;
	bench_open(&b, kinds[_i].type);
	for (size_t len = 0; len < b.pkcs8.len; len++) {
		T_FAILS(import(&b, "cut", (struct antin_slice){b.pkcs8.p, len}, &err),
		        ANTIN_E_FORMAT);
		antin_err_clear(&err);
	}
	ck_assert_int_eq(b.pins.asked, 0);
	ck_assert_uint_eq(objects(&b), 0);
	bench_close(&b);
}
END_TEST

/* Structure that is broken at one octet: refused or, in a number, taken; never more than one key.
 */
START_TEST(changed)
{
	struct antin_err err = {0};
	struct bench b;
	size_t refused = 0;

	if (!w_ready)
		return;
	bench_open(&b, "p256");
	for (size_t at = 0; at < 32 && at < b.pkcs8.len; at++) {
		enum antin_rc rc;

		b.pkcs8.p[at] ^= 0x15;
		rc = import(&b, "changed", antin_bytes_slice(&b.pkcs8), &err);
		b.pkcs8.p[at] ^= 0x15;
		refused += rc == ANTIN_E_FORMAT;
		antin_err_clear(&err);
		if (rc == ANTIN_OK)
			T_OK(antin_token_delete(b.token, TOKEN ";object=changed;type=private",
			                        &b.pins.source, NULL, &err));
		ck_assert_uint_eq(objects(&b), 0);
	}
	ck_assert_uint_ge(refused, 12);
	bench_close(&b);
}
END_TEST

static const struct {
	const char *label;
	enum antin_rc rc;
} labels[] = {
        {"", ANTIN_E_USAGE},         {" a", ANTIN_E_USAGE},    {"a ", ANTIN_E_USAGE},
        {"a\nb", ANTIN_E_USAGE},     {"a\xff", ANTIN_E_USAGE}, {"a\u202e", ANTIN_E_USAGE},
        {"ký số của tôi", ANTIN_OK}, {"it's \"q\"", ANTIN_OK}, {"a\\b", ANTIN_OK},
};

START_TEST(named)
{
	struct antin_err err = {0};
	struct bench b;
	enum antin_rc rc;

	if (!w_ready)
		return;
	bench_open(&b, "p256");
	rc = import(&b, labels[_i].label, antin_bytes_slice(&b.pkcs8), &err);
	ck_assert_msg(rc == labels[_i].rc, "\"%s\": %s", labels[_i].label, w_line(&err));
	ck_assert_uint_eq(objects(&b), rc == ANTIN_OK ? 2 : 0);
	bench_close(&b);
}
END_TEST

/* Files that are no key to carry. */
START_TEST(no_key)
{
	static const struct {
		const char *text;
		enum antin_rc rc;
	} files[] = {
	        {"", ANTIN_E_EMPTY},
	        {"text\n", ANTIN_E_FORMAT},
	        {"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", ANTIN_E_FORMAT},
	        {"\x30\x03\x02\x01\x00", ANTIN_E_FORMAT},
	};
	struct antin_bytes pkcs8 = {0};
	struct antin_key *k = NULL;
	struct antin_err err = {0};
	char path[] = "/tmp/antin-nokey.XXXXXX";
	size_t len = _i == 3 ? 5 : strlen(files[_i].text);
	int fd = mkstemp(path);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq((int)write(fd, files[_i].text, len), (int)len);
	(void)close(fd);
	T_FAILS(antin_key_file_secret(path, NULL, &k, &pkcs8, &err), files[_i].rc);
	ck_assert_ptr_null(k);
	ck_assert_uint_eq(pkcs8.len, 0);
	ck_assert_str_eq(err.file, path);
	(void)unlink(path);
	antin_err_clear(&err);
	T_FAILS(antin_key_file_secret(path, NULL, &k, &pkcs8, &err), ANTIN_E_MISSING);
}
END_TEST

Suite *
suite_p11_import(void)
{
	Suite *s = suite_create("p11_import");
	TCase *tc = tcase_create("tokens"), *files = tcase_create("files");

	/* Each test in a token of its own. */
	tcase_add_checked_fixture(tc, setup, w_end);
	tcase_add_loop_test(tc, every_kind, 0, sizeof(kinds) / sizeof(kinds[0]));
	tcase_add_loop_test(tc, cut, 0, sizeof(kinds) / sizeof(kinds[0]));
	tcase_add_test(tc, changed);
	tcase_add_loop_test(tc, named, 0, sizeof(labels) / sizeof(labels[0]));
	suite_add_tcase(s, tc);
	tcase_add_loop_test(files, no_key, 0, 4);
	suite_add_tcase(s, files);
	return s;
}
