/*
 * Whose certificate it is: --signer by name, office, address and SHA-256, with several of each; and
 * what the reports say of the holder.
 */
#include <antin/verify_cert.h>

#include "../../lib/verify/verify.h"
#include "pki.h"
#include "util.h"

static EVP_PKEY *key;

static void
setup(void)
{
	key = pki_key();
}
static void
teardown(void)
{
	EVP_PKEY_free(key);
}

struct asked {
	const char *wanted;
	bool yes;
};
static const struct signer_case {
	const char *subject, *email; /* as in pki.h */
	const char *boxes[3];        /* rfc822Name; with U in front SmtpUTF8Mailbox */
	const char *shown;           /* addresses in reports */
	struct asked asked[16];
} cases[] = {
        {"Sở Y tế/Nguyễn Văn An",
         NULL,
         {"an@soyte.haivan.gov.vn", "vanthu@soyte.haivan.gov.vn"},
         "an@soyte.haivan.gov.vn, vanthu@soyte.haivan.gov.vn",
         {{"Nguyễn Văn An", true},
          {"Sở Y tế", true},
          {"an@soyte.haivan.gov.vn", true},
          {"vanthu@soyte.haivan.gov.vn", true},
          {"vanthu@SOYTE.HAIVAN.GOV.VN", true},
          {"Vanthu@soyte.haivan.gov.vn", false},
          {"an@soyte.haivan.gov.vn, vanthu@soyte.haivan.gov.vn", false},
          {"soyte.haivan.gov.vn", false},
          {"NGUYỄN VĂN AN", false},
          {"nguyễn văn an", false},
          {"Nguyen Van An", false},
          {"Nguyễn Văn", false},
          {"Nguyễn Văn An ", false},
          {"", false},
          {"CN=Nguyễn Văn An", false}}},
        /* The same letters, composed another way: as a Mac types them. */
        {"Nguye\xcc\x82\xcc\x83n Va\xcc\x86n An",
         NULL,
         {NULL},
         "",
         {{"Nguyễn Văn An", true},
          {"Nguye\xcc\x82\xcc\x83n Văn An", true},
          {"Nguyên Văn An", false}}},
        {"Nguyễn Văn An",
         NULL,
         {NULL},
         "",
         {{"Nguye\xcc\x82\xcc\x83n Va\xcc\x86n An", true},
          {"\xff", false},
          {"Nguy\xe1\xbb", false}}},
        /* An address of the subject counts where no other stands. */
        {"An", "an@haivan.gov.vn", {NULL}, "an@haivan.gov.vn", {{"an@haivan.gov.vn", true}}},
        {"An",
         "an@haivan.gov.vn",
         {"khac@haivan.gov.vn"},
         "khac@haivan.gov.vn",
         {{"an@haivan.gov.vn", false}, {"khac@haivan.gov.vn", true}}},
        {"An",
         NULL,
         {"Uhường@haivan.gov.vn"},
         "",
         {{"hường@haivan.gov.vn", true},
          {"hu\xcc\x9bo\xcc\x9bng@haivan.gov.vn", false},
          {"hu\xcc\x9bo\xcc\x9b\xcc\x80ng@haivan.gov.vn", true},
          {"huong@haivan.gov.vn", false}}},
        /* A name that looks like an address is still a name. */
        {"an@haivan.gov.vn",
         NULL,
         {NULL},
         "",
         {{"an@haivan.gov.vn", true}, {"an@HAIVAN.gov.vn", false}}},
};

static struct antin_cert *
make(const struct signer_case *c)
{
	ANTIN_SCOPED(antin_bytes) san = {0};
	struct pki_spec s = pki_leaf(c->subject, "CA", key, key);
	size_t seq = antin_der_open(&san, ANTIN_SEQUENCE), other, explicit;

	for (size_t i = 0; i < 3 && c->boxes[i]; i++) {
		if (c->boxes[i][0] != 'U') {
			antin_der_add_text(&san, ANTIN_NAME_EMAIL, c->boxes[i]);
			continue;
		}
		other = antin_der_open(&san, ANTIN_CONTEXT_CONS(0));
		antin_der_add_oid(&san, "1.3.6.1.5.5.7.8.9");
		explicit = antin_der_open(&san, ANTIN_CONTEXT_CONS(0));
		antin_der_add_text(&san, ANTIN_UTF8, c->boxes[i] + 1);
		antin_der_close(&san, explicit);
		antin_der_close(&san, other);
	}
	antin_der_close(&san, seq);
	if (c->boxes[0])
		s.exts[0] = (struct pki_ext){"2.5.29.17", false, antin_bytes_slice(&san)};
	s.email = c->email;
	return pki_cert(s);
}

static bool
signer_is(const struct antin_cert *cert, const char *wanted)
{
	const char *const one[] = {wanted, NULL};

	return signer_wanted(cert, one);
}

START_TEST(test_wanted)
{
	const struct signer_case *c = &cases[_i];
	struct antin_cert *cert = make(c);

	for (size_t i = 0; c->asked[i].wanted; i++)
		ck_assert_msg(signer_is(cert, c->asked[i].wanted) == c->asked[i].yes, "%s: %s",
		              c->subject, c->asked[i].wanted);
	antin_cert_free(cert);
}
END_TEST

START_TEST(test_shown)
{
	struct antin_verdict v = {0};
	struct antin_err err = {0};
	struct antin_cert *cert = make(&cases[_i]);

	util_ok(read_signer(&v.signer, cert, &err));
	ck_assert_uint_eq(v.signer.email.len, strlen(cases[_i].shown));
	ck_assert(memcmp(cases[_i].shown, v.signer.email.len ? (char *)v.signer.email.p : "",
	                 v.signer.email.len) == 0);
	antin_verdict_done(&v);
	antin_cert_free(cert);
}
END_TEST

/* In any case, with colons, in groups as the reports print them; any other digit is another one. */
START_TEST(test_hash)
{
	struct antin_cert *cert = make(&cases[0]);
	char hex[65], groups[100], colons[96];
	size_t n = 0;

	(void)antin_hex_text((struct antin_slice){cert->sha256, 32}, hex, sizeof(hex));
	(void)antin_hex_groups((struct antin_slice){cert->sha256, 32}, groups, sizeof(groups));
	for (size_t i = 0; i < 64; i += 2)
		n += (size_t)snprintf(colons + n, sizeof(colons) - n, "%s%.2s", i ? ":" : "",
		                      hex + i);
	ck_assert(signer_is(cert, hex));
	ck_assert(signer_is(cert, groups));
	ck_assert(signer_is(cert, colons));
	for (size_t i = 0; i < 64; i++) {
		char was = hex[i];

		hex[i] = was == '0' ? '1' : '0';
		ck_assert(!signer_is(cert, hex));
		hex[i] = was;
	}
	hex[63] = '\0';
	ck_assert(!signer_is(cert, hex));
	antin_cert_free(cert);
}
END_TEST

Suite *suite_signer(void);
Suite *
suite_signer(void)
{
	Suite *s = suite_create("signer");
	TCase *c = tcase_create("signer");

	tcase_add_checked_fixture(c, setup, teardown);
	tcase_add_loop_test(c, test_wanted, 0, UTIL_COUNT(cases));
	tcase_add_loop_test(c, test_shown, 0, UTIL_COUNT(cases));
	tcase_add_test(c, test_hash);
	suite_add_tcase(s, c);
	return s;
}
