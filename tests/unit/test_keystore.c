/*
 * Keys in files: every dress of PKCS#8 and PKCS#12, passphrases, generation, certificates beside.
 */
#include "util.h"
#include "x509_util.h"

#include <sys/stat.h>
#include <unistd.h>

#include <openssl/pem.h>

#include <antin/keystore.h>

#define PASSPHRASE "mật khẩu"

/* A source that counts how often it is asked, and for what. */
struct pins {
	struct antin_pin_source source;
	const char *answer; /* NULL: fails with `rc` */
	enum antin_rc rc;
	int asked;
	enum antin_pin_why why;
	char label[256];
	int notices;
};

static void
note(void *user, const char *text)
{
	struct pins *p = user;

	ck_assert_ptr_nonnull(strstr(text, "0600"));
	p->notices++;
}

static enum antin_rc
give(void *user, const struct antin_pin_request *request, struct antin_bytes *pin,
     struct antin_err *err)
{
	struct pins *p = user;

	p->asked++;
	p->why = request->why;
	(void)snprintf(p->label, sizeof(p->label), "%s", request->label);
	ck_assert(pin->secret);
	if (!p->answer)
		return antin_fail(err, p->rc, N_("no answer"));
	antin_bytes_text(pin, p->answer);
	return ANTIN_OK;
}

static void
pins_init(struct pins *p, const char *answer)
{
	*p = (struct pins){.answer = answer, .rc = ANTIN_E_PIN_NEEDED};
	p->source = (struct antin_pin_source){.get = give, .notice = note, .user = p};
}

static enum antin_rc
find(const char *path, struct pins *p, struct antin_key **out, struct antin_err *err)
{
	ANTIN_OWN_S(antin_keystore) s = NULL;

	ck_assert_int_eq(antin_keystore_file(p ? &p->source : NULL, &s, NULL), ANTIN_OK);
	return antin_keystore_find(s, path, out, err);
}

static void
assert_signs(struct antin_key *k)
{
	ANTIN_SCOPED(antin_bytes) signature = {0};
	struct antin_sigalg a = antin_sigalg_default(antin_public_type(k->public_key));

	ck_assert_int_eq(antin_key_sign_message(k, a, antin_slice_text("x"), &signature, NULL),
	                 ANTIN_OK);
	ck_assert_str_eq(k->ops->name, "software");
}

START_TEST(every_dress)
{
	static const struct {
		const char *file, *key;
		int asked;
		size_t chain;
	} cases[] = {
	        {"p256.pem", "P-256", 0, 0},        {"p256.der", "P-256", 0, 0},
	        {"p256-enc.pem", "P-256", 1, 0},    {"p256-enc.der", "P-256", 1, 0},
	        {"p256-scrypt.pem", "P-256", 1, 0}, {"p384.pem", "P-384", 0, 0},
	        {"rsa2048.pem", "RSA-2048", 0, 0},  {"full.p12", "P-256", 1, 3},
	        {"empty.p12", "P-256", 0, 1},       {"nocert.p12", "P-256", 1, 0},
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		ANTIN_OWN_S(antin_key) k = NULL;
		struct antin_err err = {0};
		struct pins p;
		char line[256];

		pins_init(&p, PASSPHRASE);
		ck_assert_msg(find(data_path(cases[i].file), &p, &k, &err) == ANTIN_OK, "%s: %s",
		              cases[i].file, antin_err_line(&err, NULL, line, sizeof(line)));
		ck_assert_str_eq(antin_public_name(k->public_key), cases[i].key);
		ck_assert_msg(p.asked == cases[i].asked, "%s: asked %d", cases[i].file, p.asked);
		ck_assert_uint_eq(k->n_chain, cases[i].chain);
		ck_assert_str_eq(k->label, cases[i].file);
		ck_assert_str_eq(k->serial, "");
		ck_assert_str_eq(k->uri, data_path(cases[i].file));
		if (p.asked) {
			ck_assert_int_eq(p.why, ANTIN_PIN_PASSPHRASE);
			ck_assert_str_eq(p.label, data_path(cases[i].file));
		}
		assert_signs(k);
	}
}
END_TEST

START_TEST(chain_in_order)
{
	static const char *const subjects[] = {"Nguyễn Thị Ánh", "CA thử", "Gốc thử"};
	ANTIN_OWN_S(antin_key) k = NULL;
	struct pins p;

	pins_init(&p, PASSPHRASE);
	ck_assert_int_eq(find(data_path("full.p12"), &p, &k, NULL), ANTIN_OK);
	ck_assert_uint_eq(k->n_chain, COUNT(subjects));
	for (size_t i = 0; i < COUNT(subjects); i++) {
		ANTIN_SCOPED(antin_bytes) cn = {0};

		ck_assert(antin_name_get(k->chain[i]->subject, "CN", &cn));
		assert_text(cn, subjects[i]);
	}
	ck_assert(antin_slice_equal(k->chain[0]->spki, antin_public_spki(k->public_key)));
}
END_TEST

/* Which certificates become the chain of a key, from whatever lies together in a file. */
START_TEST(chain_of_many)
{
	static const struct {
		const char *files[5];
		const char *chain[4]; /* CN of each */
	} cases[] = {
	        {{"person.crt", "sub.crt", "root.crt"}, {"Nguyễn Thị Ánh", "CA thử", "Gốc thử"}},
	        {{"root.crt", "person.crt", "sub.crt"}, {"Nguyễn Thị Ánh", "CA thử", "Gốc thử"}},
	        {{"person.crt", "root.crt"}, {"Nguyễn Thị Ánh"}},
	        {{"sub.crt", "root.crt"}, {NULL}},
	        {{"person.crt", "quirk.crt"}, {"Nguyễn Thị Ánh"}},
	        /* the right name on another key is no issuer */
	        {{"alg-rsa-sha256.crt", "person.crt", "alg-p384-sha1.crt", "sub.crt"},
	         {"Nguyễn Thị Ánh", "CA thử", "Gốc thử"}},
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		ANTIN_SCOPED(antin_certs) l = {0};
		ANTIN_OWN_S(antin_key) k = NULL;
		size_t want = 0;

		for (size_t n = 0; n < COUNT(cases[i].files) && cases[i].files[n]; n++) {
			ANTIN_OWN_S(antin_cert) c = load_cert(cases[i].files[n]);

			ck_assert_int_eq(antin_certs_add(&l, c, NULL), ANTIN_OK);
		}
		ck_assert_int_eq(find(data_path("p256.pem"), NULL, &k, NULL), ANTIN_OK);
		ck_assert_int_eq(antin_key_chain(k, &l, NULL), ANTIN_OK);
		while (want < COUNT(cases[i].chain) && cases[i].chain[want])
			want++;
		ck_assert_msg(k->n_chain == want, "case %zu: %zu", i, k->n_chain);
		for (size_t n = 0; n < want; n++) {
			ANTIN_SCOPED(antin_bytes) cn = {0};

			ck_assert(antin_name_get(k->chain[n]->subject, "CN", &cn));
			assert_text(cn, cases[i].chain[n]);
		}
	}
}
END_TEST

START_TEST(wrong_passphrase)
{
	static const char *const files[] = {"p256-enc.pem", "p256-enc.der", "p256-scrypt.pem",
	                                    "full.p12", "nocert.p12"};
	static const char *const wrong[] = {"mat khau", "", "mật khẩu ", "x"};

	for (size_t i = 0; i < COUNT(files); i++)
		for (size_t w = 0; w < COUNT(wrong); w++) {
			ANTIN_OWN_S(antin_key) k = NULL;
			struct antin_err err = {0};
			struct pins p;
			char line[256];

			pins_init(&p, wrong[w]);
			ck_assert_msg(find(data_path(files[i]), &p, &k, &err) == ANTIN_E_PIN_WRONG,
			              "%s with '%s': %s", files[i], wrong[w],
			              antin_err_line(&err, NULL, line, sizeof(line)));
			ck_assert_int_eq(p.asked, 1);
			ck_assert_ptr_null(k);
			/* No dump of the library, no passphrase. */
			ck_assert_ptr_null(strstr(line, "error:"));
			ck_assert_ptr_null(strstr(line, "mat khau"));
		}
}
END_TEST

START_TEST(no_passphrase_to_be_had)
{
	static const enum antin_rc classes[] = {ANTIN_E_PIN_NEEDED, ANTIN_E_CANCELLED};

	for (size_t i = 0; i < COUNT(classes); i++) {
		ANTIN_OWN_S(antin_key) k = NULL;
		struct pins p;

		pins_init(&p, NULL);
		p.rc = classes[i];
		ck_assert_int_eq(find(data_path("p256-enc.pem"), &p, &k, NULL), classes[i]);
		ck_assert_int_eq(find(data_path("full.p12"), &p, &k, NULL), classes[i]);
		ck_assert_int_eq(find(data_path("p256-enc.pem"), NULL, &k, NULL),
		                 ANTIN_E_PIN_NEEDED);
		ck_assert_int_eq(find(data_path("p256.pem"), NULL, &k, NULL), ANTIN_OK);
	}
}
END_TEST

START_TEST(refused_files)
{
	static const struct {
		const char *file;
		enum antin_rc rc;
		const char *says;
	} cases[] = {
	        {"dsa.pem", ANTIN_E_UNSUPPORTED, "DSA"},
	        {"ed25519.pem", ANTIN_E_UNSUPPORTED, "ED25519"},
	        {"rsapss.pem", ANTIN_E_UNSUPPORTED, "RSA-PSS"},
	        {"explicit.pem", ANTIN_E_UNSUPPORTED, "curve"},
	        {"rsa-traditional.pem", ANTIN_E_UNSUPPORTED, "PKCS#8"},
	        {"p256-rc2.pem", ANTIN_E_UNSUPPORTED, "old method"},
	        {"legacy.p12", ANTIN_E_UNSUPPORTED, "old method"},
	        {"two-keys.pem", ANTIN_E_AMBIGUOUS, "more than one key"},
	        {"nomac.p12", ANTIN_E_UNSUPPORTED, "no integrity check"},
	        {"nokey.p12", ANTIN_E_NOT_FOUND, "no private key"},
	        {"person.crt", ANTIN_E_NOT_FOUND, "no private key"},
	        {"person.der", ANTIN_E_FORMAT, "not a readable key file"},
	        {"message.sig", ANTIN_E_FORMAT, "not a readable key file"},
	        {"make.sh", ANTIN_E_FORMAT, "not a readable key file"},
	        {"nothing.pem", ANTIN_E_MISSING, ""},
	        {"", ANTIN_E_FOLDER, ""},
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		ANTIN_OWN_S(antin_key) k = NULL;
		struct antin_err err = {0};
		struct pins p;
		enum antin_rc rc;
		char line[512];

		pins_init(&p, PASSPHRASE);
		rc = find(data_path(cases[i].file), &p, &k, &err);
		(void)antin_err_line(&err, NULL, line, sizeof(line));
		ck_assert_msg(rc == cases[i].rc, "%s: %s", cases[i].file, line);
		ck_assert_msg(strstr(line, cases[i].says) != NULL, "%s: %s", cases[i].file, line);
		ck_assert_ptr_null(strstr(line, "error:"));
		ck_assert_ptr_null(k);
	}
}
END_TEST

/* A folder of its own for what is written. */
static char *folder;

static void
make_folder(void)
{
	folder = util_scratch();
}

static void
remove_folder(void)
{
	util_scratch_remove(folder);
}

static const char *
in_folder(const char *name)
{
	static char paths[32][512];
	static unsigned int next;
	char *path = paths[next++ % 32];

	(void)snprintf(path, sizeof(paths[0]), "%s/%s", folder, name);
	return path;
}

static void
write_file(const char *name, const char *p, size_t len)
{
	ck_assert_int_eq(antin_file_write(in_folder(name),
	                                  (struct antin_slice){(const uint8_t *)p, len},
	                                  ANTIN_OUTPUT_REPLACE, NULL),
	                 ANTIN_OK);
}

START_TEST(damaged_files)
{
	static const char *const files[] = {"p256.der", "p256-enc.der", "empty.p12", "p256.pem"};

	for (size_t f = 0; f < COUNT(files); f++) {
		ANTIN_SCOPED(antin_bytes) b = load_file(files[f]);
		size_t step = b.len / 40 + 1, end = b.len - 1;

		for (size_t len = 0; len < end; len += step) {
			ANTIN_OWN_S(antin_key) k = NULL;
			struct pins p;

			write_file("cut", (const char *)b.p, len);
			pins_init(&p, PASSPHRASE);
			ck_assert_msg(find(in_folder("cut"), &p, &k, NULL) != ANTIN_OK,
			              "%s cut to %zu", files[f], len);
		}
		antin_bytes_text(&b, strcmp(files[f], "p256.pem") == 0 ? "-----x" : "x");
		write_file("longer", (const char *)b.p, b.len);
		{
			ANTIN_OWN_S(antin_key) k = NULL;
			struct pins p;

			pins_init(&p, PASSPHRASE);
			ck_assert_int_eq(find(in_folder("longer"), &p, &k, NULL), ANTIN_E_FORMAT);
		}
	}
}
END_TEST

START_TEST(generate_kinds)
{
	static const struct {
		const char *spec, *name, *label;
		const char *answer;
		int asked_again;
	} cases[] = {
	        {"p256", "P-256", "ENCRYPTED PRIVATE KEY", PASSPHRASE, 1},
	        {"P384", "P-384", "PRIVATE KEY", NULL, 0},
	        {"rsa2048", "RSA-2048", "PRIVATE KEY", "", 0},
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		ANTIN_OWN_S(antin_keystore) s = NULL;
		ANTIN_OWN_S(antin_key) k = NULL;
		ANTIN_OWN_S(antin_key) again = NULL;
		ANTIN_SCOPED(antin_bytes) b = {0};
		struct antin_keygen spec = {0};
		struct antin_in in;
		struct antin_slice label;
		ANTIN_SCOPED(antin_bytes) der = {0};
		struct stat st;
		struct pins p;
		bool found;
		const char *path = in_folder(cases[i].spec);

		pins_init(&p, cases[i].answer);
		ck_assert_int_eq(antin_keygen_parse(cases[i].spec, &spec, NULL), ANTIN_OK);
		ck_assert_int_eq(antin_keystore_file(&p.source, &s, NULL), ANTIN_OK);
		ck_assert_int_eq(antin_keystore_generate(s, path, &spec, &k, NULL), ANTIN_OK);
		ck_assert_int_eq(p.asked, 1);
		ck_assert_int_eq(p.why, ANTIN_PIN_NEW);
		ck_assert_str_eq(antin_public_name(k->public_key), cases[i].name);
		assert_signs(k);
		ck_assert_int_eq(stat(path, &st), 0);
		ck_assert_uint_eq(st.st_mode & 0777, 0600);
		ck_assert_int_eq(antin_file_read(path, 65536, &b, NULL), ANTIN_OK);
		in = antin_in_of(antin_bytes_slice(&b));
		ck_assert_int_eq(antin_pem_next(&in, &label, &der, &found, NULL), ANTIN_OK);
		ck_assert(found && antin_slice_is(label, cases[i].label));
		p.asked = 0;
		ck_assert_int_eq(antin_keystore_find(s, path, &again, NULL), ANTIN_OK);
		ck_assert_int_eq(p.asked, cases[i].asked_again);
		ck_assert(antin_slice_equal(antin_public_spki(again->public_key),
		                            antin_public_spki(k->public_key)));
	}
}
END_TEST

/* What generate wrote, opened by OpenSSL: the same key, and only with the passphrase. */
START_TEST(generated_for_others)
{
	static const char *const answers[] = {PASSPHRASE, NULL};

	for (size_t i = 0; i < COUNT(answers); i++) {
		ANTIN_OWN_S(antin_keystore) s = NULL;
		ANTIN_OWN_S(antin_key) k = NULL;
		struct antin_keygen spec = {.type = ANTIN_KEY_P256};
		const char *path = in_folder(i ? "plain" : "sealed");
		char passphrase[] = PASSPHRASE, wrong[] = "wrong";
		unsigned char *der = NULL;
		struct pins p;
		EVP_PKEY *theirs;
		FILE *f;
		int len;

		pins_init(&p, answers[i]);
		ck_assert_int_eq(antin_keystore_file(&p.source, &s, NULL), ANTIN_OK);
		ck_assert_int_eq(antin_keystore_generate(s, path, &spec, &k, NULL), ANTIN_OK);
		f = fopen(path, "r");
		ck_assert_ptr_nonnull(f);
		theirs = PEM_read_PrivateKey(f, NULL, NULL, wrong);
		ck_assert_int_eq(theirs != NULL, answers[i] == NULL);
		EVP_PKEY_free(theirs);
		rewind(f);
		theirs = PEM_read_PrivateKey(f, NULL, NULL, passphrase);
		(void)fclose(f);
		ck_assert_ptr_nonnull(theirs);
		len = i2d_PUBKEY(theirs, &der);
		ck_assert(antin_slice_equal((struct antin_slice){der, (size_t)len},
		                            antin_public_spki(k->public_key)));
		OPENSSL_free(der);
		EVP_PKEY_free(theirs);
	}
}
END_TEST

START_TEST(generate_refuses)
{
	ANTIN_OWN_S(antin_keystore) s = NULL;
	ANTIN_OWN_S(antin_key) k = NULL;
	ANTIN_SCOPED(antin_bytes) b = {0};
	struct antin_keygen spec = {.type = ANTIN_KEY_P256};
	struct antin_err err = {0};
	struct pins p;

	pins_init(&p, PASSPHRASE);
	ck_assert_int_eq(antin_keystore_file(&p.source, &s, NULL), ANTIN_OK);
	write_file("there", "keep", 4);
	ck_assert_int_eq(antin_keystore_generate(s, in_folder("there"), &spec, &k, &err),
	                 ANTIN_E_EXISTS);
	ck_assert_int_eq(p.asked, 0);
	ck_assert_int_eq(antin_file_read(in_folder("there"), 64, &b, NULL), ANTIN_OK);
	assert_text(b, "keep");
	ck_assert_int_eq(antin_keystore_generate(s, in_folder("no/such/folder"), &spec, &k, NULL),
	                 ANTIN_E_MISSING);
	p.answer = NULL;
	p.rc = ANTIN_E_CANCELLED;
	antin_err_clear(&err);
	ck_assert_int_eq(antin_keystore_generate(s, in_folder("new"), &spec, &k, &err),
	                 ANTIN_E_CANCELLED);
	ck_assert_int_eq(err.rc, ANTIN_E_CANCELLED);
	ck_assert_int_eq(access(in_folder("new"), F_OK), -1);
	ck_assert_ptr_null(k);
}
END_TEST

START_TEST(keygen_names)
{
	static const struct {
		const char *text;
		enum antin_key_type type;
		unsigned int bits;
	} cases[] = {
	        {"rsa2048", ANTIN_KEY_RSA, 2048}, {"RSA3072", ANTIN_KEY_RSA, 3072},
	        {"Rsa4096", ANTIN_KEY_RSA, 4096}, {"p256", ANTIN_KEY_P256, 0},
	        {"P384", ANTIN_KEY_P384, 0},
	};
	static const char *const wrong[] = {"", "rsa", "rsa1024", "rsa2048 ", "p521", "ed25519"};
	struct antin_keygen out = {.label = "kept"};

	for (size_t i = 0; i < COUNT(cases); i++) {
		ck_assert_int_eq(antin_keygen_parse(cases[i].text, &out, NULL), ANTIN_OK);
		ck_assert_int_eq(out.type, cases[i].type);
		ck_assert_uint_eq(out.rsa_bits, cases[i].bits);
		ck_assert_str_eq(out.label, "kept");
	}
	for (size_t i = 0; i < COUNT(wrong); i++)
		ck_assert_int_eq(antin_keygen_parse(wrong[i], &out, NULL), ANTIN_E_USAGE);
	ck_assert_int_eq(out.type, ANTIN_KEY_P384);
}
END_TEST

/* A copy of the test key in the folder, and a store over it. */
static struct antin_keystore *
copied_key(const char *name)
{
	ANTIN_SCOPED(antin_bytes) b = load_file("p256.pem");
	struct antin_keystore *s = NULL;

	write_file(name, (const char *)b.p, b.len);
	ck_assert_int_eq(antin_keystore_file(NULL, &s, NULL), ANTIN_OK);
	return s;
}

START_TEST(store_beside)
{
	ANTIN_OWN_S(antin_keystore) s = copied_key("k");
	ANTIN_OWN_S(antin_cert) person = load_cert("person.crt");
	ANTIN_OWN_S(antin_cert) newer = load_cert("alg-p256-sha256.crt");
	ANTIN_OWN_S(antin_cert) other = load_cert("sub.crt");
	ANTIN_SCOPED(antin_bytes) issuers = load_file("sub.crt");
	ANTIN_SCOPED(antin_bytes) joined = {0};
	const char *path = in_folder("k");

	ck_assert_int_eq(antin_keystore_store(s, path, other, NULL), ANTIN_E_KEY_MISMATCH);
	ck_assert_int_eq(access(in_folder("k.crt"), F_OK), -1);
	ck_assert_int_eq(antin_keystore_store(s, path, person, NULL), ANTIN_OK);
	{
		ANTIN_OWN_S(antin_key) k = NULL;

		ck_assert_int_eq(antin_keystore_find(s, path, &k, NULL), ANTIN_OK);
		ck_assert_uint_eq(k->n_chain, 1);
		ck_assert_mem_eq(k->chain[0]->sha256, person->sha256, 32);
	}
	/* Issuers put there by hand stay when the certificate is renewed. */
	ck_assert_int_eq(antin_file_read(in_folder("k.crt"), 65536, &joined, NULL), ANTIN_OK);
	antin_bytes_add(&joined, issuers.p, issuers.len);
	write_file("k.crt", (const char *)joined.p, joined.len);
	ck_assert_int_eq(antin_keystore_store(s, path, newer, NULL), ANTIN_OK);
	{
		ANTIN_SCOPED(antin_certs) l = {0};

		ck_assert_int_eq(antin_certs_load(in_folder("k.crt"), &l, NULL), ANTIN_OK);
		ck_assert_uint_eq(l.n, 2);
		ck_assert_mem_eq(l.items[0]->sha256, newer->sha256, 32);
		ck_assert_mem_eq(l.items[1]->sha256, other->sha256, 32);
	}
	ck_assert_int_eq(antin_keystore_store(s, path, person, NULL), ANTIN_OK);
	{
		ANTIN_OWN_S(antin_key) k = NULL;

		ck_assert_int_eq(antin_keystore_find(s, path, &k, NULL), ANTIN_OK);
		ck_assert_uint_eq(k->n_chain, 2);
	}
}
END_TEST

/* A word about a key that anybody can read, and none about one that is locked or private. */
START_TEST(open_key_noticed)
{
	static const struct {
		const char *file;
		mode_t mode;
		int notices;
	} cases[] = {
	        {"p256.pem", 0644, 1},     {"p256.pem", 0640, 1}, {"p256.pem", 0604, 1},
	        {"p256.pem", 0600, 0},     {"p256.pem", 0400, 0}, {"p256.der", 0644, 1},
	        {"p256-enc.pem", 0644, 0}, {"full.p12", 0644, 0}, {"empty.p12", 0644, 1},
	        {"dsa.pem", 0644, 0},
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		ANTIN_SCOPED(antin_bytes) b = load_file(cases[i].file);
		ANTIN_OWN_S(antin_key) k = NULL;
		struct pins p;

		pins_init(&p, PASSPHRASE);
		write_file("open", (const char *)b.p, b.len);
		ck_assert_int_eq(chmod(in_folder("open"), cases[i].mode), 0);
		(void)!find(in_folder("open"), &p, &k, NULL);
		ck_assert_msg(p.notices == cases[i].notices, "%s %o", cases[i].file,
		              (unsigned int)cases[i].mode);
		p.source.notice = NULL; /* may be absent */
		antin_key_free(ANTIN_TAKE(k));
		(void)!find(in_folder("open"), &p, &k, NULL);
		ck_assert_int_eq(k != NULL, strcmp(cases[i].file, "dsa.pem") != 0);
	}
}
END_TEST

START_TEST(store_never_destroys)
{
	static const char *const others[] = {"sub.crt", "make.sh"};
	ANTIN_OWN_S(antin_cert) person = load_cert("person.crt");

	for (size_t i = 0; i < COUNT(others); i++) {
		ANTIN_OWN_S(antin_keystore) s = copied_key("k2");
		ANTIN_SCOPED(antin_bytes) before = load_file(others[i]);
		ANTIN_SCOPED(antin_bytes) after = {0};

		write_file("k2.crt", (const char *)before.p, before.len);
		ck_assert_int_ne(antin_keystore_store(s, in_folder("k2"), person, NULL), ANTIN_OK);
		ck_assert_int_eq(antin_file_read(in_folder("k2.crt"), 65536, &after, NULL),
		                 ANTIN_OK);
		ck_assert(antin_bytes_equal(&before, &after));
	}
}
END_TEST

/* Key and certificates in one PEM file. */
START_TEST(key_with_certificates)
{
	ANTIN_SCOPED(antin_bytes) all = load_file("chain.pem");
	ANTIN_SCOPED(antin_bytes) key = load_file("p256.pem");
	ANTIN_OWN_S(antin_key) k = NULL;

	antin_bytes_add(&all, key.p, key.len);
	write_file("all.pem", (const char *)all.p, all.len);
	ck_assert_int_eq(find(in_folder("all.pem"), NULL, &k, NULL), ANTIN_OK);
	ck_assert_uint_eq(k->n_chain, 3);
}
END_TEST

START_TEST(facts)
{
	ANTIN_OWN_S(antin_keystore) s = copied_key("k3");
	ANTIN_OWN_S(antin_key) k = NULL;
	const struct antin_key_fact *f;
	int extractable = -1;

	ck_assert_int_eq(antin_keystore_find(s, in_folder("k3"), &k, NULL), ANTIN_OK);
	for (f = antin_keystore_facts(s, k); f->name; f++)
		if (strcmp(f->name, "CKA_EXTRACTABLE") == 0)
			extractable = f->value;
	ck_assert_int_eq(extractable, 1);
	ck_assert_str_eq(s->ops->name, "file");
	antin_keystore_free(NULL);
	antin_key_free(NULL);
}
END_TEST

Suite *suite_keystore(void);
Suite *
suite_keystore(void)
{
	Suite *s = suite_create("keystore");
	TCase *tc = tcase_create("keystore");

	tcase_add_checked_fixture(tc, make_folder, remove_folder);
	tcase_add_test(tc, every_dress);
	tcase_add_test(tc, chain_in_order);
	tcase_add_test(tc, chain_of_many);
	tcase_add_test(tc, wrong_passphrase);
	tcase_add_test(tc, no_passphrase_to_be_had);
	tcase_add_test(tc, refused_files);
	tcase_add_test(tc, damaged_files);
	tcase_add_test(tc, generate_kinds);
	tcase_add_test(tc, generated_for_others);
	tcase_add_test(tc, generate_refuses);
	tcase_add_test(tc, keygen_names);
	tcase_add_test(tc, store_beside);
	tcase_add_test(tc, open_key_noticed);
	tcase_add_test(tc, store_never_destroys);
	tcase_add_test(tc, key_with_certificates);
	tcase_add_test(tc, facts);
	suite_add_tcase(s, tc);
	return s;
}
