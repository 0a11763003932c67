/*
 * PEM and lists of certificates, from bytes, files and folders.
 */
#include "util.h"
#include "x509_util.h"

#include <sys/stat.h>

static struct antin_slice
text(const char *s)
{
	return antin_slice_text(s);
}

START_TEST(pem_round_trip)
{
	for (size_t len = 0; len < 200; len++) {
		ANTIN_SCOPED(antin_bytes) octets = {0};
		ANTIN_SCOPED(antin_bytes) pem = {0};
		ANTIN_SCOPED(antin_bytes) der = {0};
		struct antin_slice label;
		struct antin_in in;
		bool found = false;

		for (size_t i = 0; i < len; i++)
			antin_bytes_byte(&octets, (uint8_t)(i * 7 + len));
		antin_bytes_text(&pem, "subject=...\n");
		antin_pem_add(&pem, "X509 CRL", antin_bytes_slice(&octets));
		ck_assert(antin_pem_looks(antin_bytes_slice(&pem)));
		in = antin_in_of(antin_bytes_slice(&pem));
		ck_assert_int_eq(antin_pem_next(&in, &label, &der, &found, NULL), ANTIN_OK);
		ck_assert(found && antin_slice_is(label, "X509 CRL"));
		ck_assert(antin_bytes_equal(&der, &octets));
		ck_assert_int_eq(antin_pem_next(&in, &label, &der, &found, NULL), ANTIN_OK);
		ck_assert(!found);
	}
}
END_TEST

START_TEST(pem_as_openssl_writes)
{
	static const char *const files[] = {"person.crt", "rsa2048.pem", "p256-enc.pem"};
	static const char *const labels[] = {"CERTIFICATE", "PRIVATE KEY", "ENCRYPTED PRIVATE KEY"};

	for (size_t i = 0; i < COUNT(files); i++) {
		ANTIN_SCOPED(antin_bytes) pem = load_file(files[i]);
		ANTIN_SCOPED(antin_bytes) der = {0};
		ANTIN_SCOPED(antin_bytes) ours = {0};

		ck_assert_int_eq(antin_pem_or_der(antin_bytes_slice(&pem), labels[i], &der, NULL),
		                 ANTIN_OK);
		antin_pem_add(&ours, labels[i], antin_bytes_slice(&der));
		ck_assert(antin_bytes_equal(&ours, &pem));
	}
}
END_TEST

#define BEGIN "-----BEGIN X-----\n"
#define END   "-----END X-----\n"

START_TEST(pem_strict)
{
	static const struct {
		const char *pem;
		bool ok;
	} cases[] = {
	        {BEGIN "MAA=\n" END, true},
	        {"text before\n" BEGIN "MAA=\n" END "and after", true},
	        {BEGIN "MAA=\n-----END X-----", true}, /* no line end at the end */
	        {"-----BEGIN X-----\r\nMAA=\r\n-----END X-----\r\n", true},
	        {BEGIN "M\nA\nA\n=\n" END, true},
	        {BEGIN END, false}, /* no DER inside: not one element */
	        {BEGIN "MAA=\n", false},
	        {BEGIN "MAA=\n-----END Y-----\n", false},
	        {BEGIN "MAA=\n-----END X----\n", false},
	        {BEGIN "MAA=\n" BEGIN "MAA=\n" END, false},
	        {BEGIN "MAA\n" END, false},
	        {BEGIN "MAA*\n" END, false},
	        {BEGIN "Proc-Type: 4,ENCRYPTED\n\nMAA=\n" END, false},
	        {BEGIN "MAA=\n" END BEGIN "MAA=\n" END, false},
	        {"-----BEGIN Y-----\nMAA=\n-----END Y-----\n", false},
	        {"-----BEGIN X----\nMAA=\n" END, false},
	        {"-----BEGIN X\nMAA=\n" END, false},
	        {" " BEGIN "MAA=\n" END, false},
	        {END, false},
	        {"no PEM at all", false},
	        {"", false},
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		ANTIN_SCOPED(antin_bytes) der = {0};
		enum antin_rc rc = antin_pem_or_der(text(cases[i].pem), "X", &der, NULL);

		if (strcmp(cases[i].pem, BEGIN END) == 0) {
			/* An empty block is PEM; what it lacks shows when it is read. */
			ck_assert_int_eq(rc, ANTIN_OK);
			ck_assert_uint_eq(der.len, 0);
			continue;
		}
		ck_assert_msg((rc == ANTIN_OK) == cases[i].ok, "%s: %s", cases[i].pem,
		              antin_rc_id(rc));
		ck_assert_uint_eq(der.len, cases[i].ok ? 2 : 0);
	}
}
END_TEST

START_TEST(der_as_itself)
{
	ANTIN_SCOPED(antin_bytes) file = load_file("person.der");
	ANTIN_SCOPED(antin_bytes) der = {0};

	ck_assert_int_eq(antin_pem_or_der(antin_bytes_slice(&file), "CERTIFICATE", &der, NULL),
	                 ANTIN_OK);
	ck_assert(antin_bytes_equal(&file, &der));
	antin_bytes_byte(&file, '\n');
	antin_bytes_clear(&der);
	ck_assert_int_eq(antin_pem_or_der(antin_bytes_slice(&file), "CERTIFICATE", &der, NULL),
	                 ANTIN_E_FORMAT);
}
END_TEST

START_TEST(read_list)
{
	ANTIN_SCOPED(antin_bytes) chain = load_file("chain.pem");
	ANTIN_SCOPED(antin_bytes) person = load_file("person.der");
	ANTIN_SCOPED(antin_certs) l = {0};

	ck_assert_int_eq(antin_certs_read(antin_bytes_slice(&chain), "a", &l, NULL), ANTIN_OK);
	ck_assert_uint_eq(l.n, 3);
	/* The same again, as DER: kept once. */
	ck_assert_int_eq(antin_certs_read(antin_bytes_slice(&person), "b", &l, NULL), ANTIN_OK);
	ck_assert_uint_eq(l.n, 3);
}
END_TEST

START_TEST(join_lists)
{
	ANTIN_SCOPED(antin_bytes) chain = load_file("chain.pem");
	ANTIN_SCOPED(antin_certs) more = {0};

	ck_assert_int_eq(antin_certs_read(antin_bytes_slice(&chain), "a", &more, NULL), ANTIN_OK);
	for (size_t most = 0; most < 5; most++) {
		ANTIN_SCOPED(antin_certs) l = {0};

		ck_assert_int_eq(antin_certs_add(&l, more.items[1], NULL), ANTIN_OK);
		ck_assert_int_eq(antin_certs_join(&l, &more, most, NULL), ANTIN_OK);
		/* The second was there. */
		ck_assert_uint_eq(l.n, most < 2 ? most + 1 : most < 3 ? 2 : 3);
		ck_assert_ptr_eq(l.items[0], more.items[1]);
		ck_assert(l.n < 2 || l.items[1] == more.items[0]);
		ck_assert(l.n < 3 || l.items[2] == more.items[2]);
	}
}
END_TEST

START_TEST(read_nothing_or_all)
{
	static const struct {
		const char *what, *file, *tail;
		enum antin_rc rc;
		const char *says;
	} cases[] = {
	        {"a key among them", "chain.pem", "p256.pem", ANTIN_E_FORMAT, "PEM block 4 is not"},
	        {"one broken", "chain.pem",
	         "-----BEGIN CERTIFICATE-----\nMAA=\n"
	         "-----END CERTIFICATE-----\n",
	         ANTIN_E_FORMAT, "PEM block 4"},
	        {"one cut short", "chain.pem", "-----BEGIN CERTIFICATE-----\nMAA=\n",
	         ANTIN_E_FORMAT, "no matching end"},
	        {"DER with a tail", "person.der", "x", ANTIN_E_FORMAT, "certificate"},
	        {"no certificate", "make.sh", "", ANTIN_E_FORMAT, "not a certificate"},
	        {"a key", "p256.pem", "", ANTIN_E_FORMAT, "PEM block 1 is not"},
	        {"a key in DER", "p256.der", "", ANTIN_E_FORMAT, "not readable"},
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		ANTIN_SCOPED(antin_bytes) bytes = load_file(cases[i].file);
		ANTIN_SCOPED(antin_certs) l = {0};
		struct antin_err err = {0};
		char line[300];
		enum antin_rc rc;

		if (strstr(cases[i].tail, ".pem")) {
			ANTIN_SCOPED(antin_bytes) more = load_file(cases[i].tail);

			antin_bytes_add(&bytes, more.p, more.len);
		} else {
			antin_bytes_text(&bytes, cases[i].tail);
		}
		rc = antin_certs_read(antin_bytes_slice(&bytes), "the file", &l, &err);
		(void)antin_err_line(&err, NULL, line, sizeof(line));
		ck_assert_msg(rc == cases[i].rc, "%s: %s", cases[i].what, line);
		ck_assert_msg(strstr(line, cases[i].says) != NULL, "%s: %s", cases[i].what, line);
		ck_assert_str_eq(err.file, "the file");
		ck_assert_uint_eq(l.n, 0);
	}
}
END_TEST

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

static void
put(const char *name, const char *from)
{
	ANTIN_SCOPED(antin_bytes) b = load_file(from);
	char path[256];

	(void)snprintf(path, sizeof(path), "%s/%s", folder, name);
	ck_assert_int_eq(antin_file_write(path, antin_bytes_slice(&b), 0, NULL), ANTIN_OK);
}

START_TEST(load_paths)
{
	ANTIN_SCOPED(antin_certs) l = {0};
	ANTIN_SCOPED(antin_certs) none = {0};
	struct antin_err err = {0};

	ck_assert_int_eq(antin_certs_load(folder, &none, NULL), ANTIN_OK);
	ck_assert_uint_eq(none.n, 0);
	put("a.crt", "root.crt");
	put("b.pem", "chain.pem");
	put("c.DER", "person.der");
	put("d.cer", "quirk.crt");
	put("notes.txt", "make.sh");
	put(".hidden.crt", "make.sh");
	put("crt", "make.sh");
	ck_assert_int_eq(antin_certs_load(folder, &l, NULL), ANTIN_OK);
	ck_assert_uint_eq(l.n, 4); /* root, sub, person, quirk */
	put("z.crt", "make.sh");
	ck_assert_int_eq(antin_certs_load(folder, &none, &err), ANTIN_E_FORMAT);
	ck_assert_msg(strstr(err.file, "/z.crt") != NULL, "%s", err.file);
	ck_assert_int_eq(antin_certs_load(data_path("no-such.crt"), &none, NULL), ANTIN_E_MISSING);
	ck_assert_int_eq(antin_certs_load("/dev/null", &none, NULL), ANTIN_E_EMPTY);
}
END_TEST

START_TEST(references)
{
	ANTIN_OWN_S(antin_cert) c = load_cert("person.crt");
	struct antin_certs l = {0};

	for (int i = 0; i < 3; i++)
		ck_assert_int_eq(antin_certs_add(&l, c, NULL), ANTIN_OK);
	ck_assert_uint_eq(l.n, 1);
	antin_certs_done(&l);
	ck_assert_uint_eq(l.n, 0);
	antin_certs_done(&l);
	ck_assert_uint_eq(c->version, 3); /* still ours */
}
END_TEST

Suite *suite_certs(void);
Suite *
suite_certs(void)
{
	Suite *s = suite_create("certs");
	TCase *tc = tcase_create("certs");

	tcase_add_checked_fixture(tc, make_folder, remove_folder);
	tcase_add_test(tc, pem_round_trip);
	tcase_add_test(tc, pem_as_openssl_writes);
	tcase_add_test(tc, pem_strict);
	tcase_add_test(tc, der_as_itself);
	tcase_add_test(tc, read_list);
	tcase_add_test(tc, join_lists);
	tcase_add_test(tc, read_nothing_or_all);
	tcase_add_test(tc, load_paths);
	tcase_add_test(tc, references);
	suite_add_tcase(s, tc);
	return s;
}
