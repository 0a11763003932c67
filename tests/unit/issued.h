/*
 * Certificates issued by our own code for tests: profiles as shipped, mock keys, a standing clock.
 */
#ifndef TESTS_ISSUED_H
#define TESTS_ISSUED_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/x509.h>

#include <antin/issue.h>
#include <antin/keystore.h>
#include <antin/lint.h>

#include "util.h"

#define ISSUED_NOW    INT64_C(1795000000) /* 2026-11-18 */
#define ISSUED_UNUSED __attribute__((unused))

struct issued {
	struct antin_key *key;
	struct antin_cert *cert;
};

static const struct antin_profile_setting issued_settings[] = {
        {"base", "http://ca.gov.vn/pki/pub"},
        {"ca", "cpcag2"},
        {"ocsp", "http://ocsp.ca.gov.vn"},
        {NULL, NULL},
};

ISSUED_UNUSED static struct antin_profile *
issued_profile(const char *id)
{
	struct antin_err err = {0};
	struct antin_profile *p = NULL;
	char path[128];

	(void)snprintf(path, sizeof(path), "ca/profiles/%s.json", id);
	util_ok(antin_profile_load(path, &p, &err));
	return p;
}

ISSUED_UNUSED static struct antin_key *
issued_key(const char *algorithm)
{
	struct antin_err err = {0};
	struct antin_keygen spec = {0};
	struct antin_key *k = NULL;

	static const struct issued_file {
		const char *algorithm, *path;
	} files[] = {{"rsa2048", "tests/data/x509/rsa2048.pem"},
	             {"rsa3072", "tests/data/x509/rsa3072.pem"}};
	static bool taken[2];
	ANTIN_OWN_S(antin_keystore) store = NULL;

	/* Making an RSA key takes half a second: the first one of a test lies in a file. */
	for (size_t i = 0; i < UTIL_COUNT(files); i++) {
		if (taken[i] || strcmp(files[i].algorithm, algorithm) != 0)
			continue;
		taken[i] = true;
		util_ok(antin_keystore_file(NULL, &store, &err));
		util_ok(antin_keystore_find(store, files[i].path, &k, &err));
		return k;
	}
	util_ok(antin_keygen_parse(algorithm, &spec, &err));
	spec.label = "test";
	util_ok(antin_key_mock(&spec, ANTIN_OK, 0, &k, &err));
	return k;
}

/* The TBS and what it was made from; change a field and build it again. */
ISSUED_UNUSED static struct antin_issue
issued_spec(const struct antin_profile *p, const struct issued *issuer, struct antin_key *key,
            struct antin_slice subject)
{
	struct antin_err err = {0};
	struct antin_issue i = {
	        .profile = p,
	        .issuer = issuer ? issuer->cert : NULL,
	        .subject = subject,
	        .public_key = key->public_key,
	        .settings = issued_settings,
	};

	i.sigalg = antin_issue_sigalg(p, issuer ? issuer->key->public_key : key->public_key);
	util_ok(antin_issue_serial(0x2a, i.serial, &err));
	util_ok(antin_issue_period(p, i.issuer, ISSUED_NOW, 0, &i.period, &err));
	return i;
}

ISSUED_UNUSED static struct antin_cert *
issued_finish(const struct antin_issue *i, struct antin_key *signer)
{
	ANTIN_SCOPED(antin_bytes) tbs = {0};
	ANTIN_SCOPED(antin_bytes) signature = {0};
	ANTIN_SCOPED(antin_bytes) der = {0};
	struct antin_err err = {0};
	struct antin_cert *c = NULL;

	util_ok(antin_issue_tbs(i, &tbs, &err));
	util_ok(antin_key_sign_message(signer, i->sigalg, antin_bytes_slice(&tbs), &signature,
	                               &err));
	util_ok(antin_issue_finish(antin_bytes_slice(&tbs), i->sigalg,
	                           antin_bytes_slice(&signature), &der, &err));
	util_ok(antin_cert_read(antin_bytes_slice(&der), &c, &err));
	return c;
}

ISSUED_UNUSED static struct issued
issued_make(const char *profile, const char *subject, const struct issued *issuer,
            const char *algorithm)
{
	ANTIN_OWN_S(antin_profile) p = issued_profile(profile);
	static const char *const emails[] = {"vanthu@example.gov.vn", NULL};
	ANTIN_SCOPED(antin_bytes) name = {0};
	struct antin_err err = {0};
	struct issued made = {.key = issued_key(algorithm)};
	struct antin_issue i;

	util_ok(antin_name_parse(subject, &name, &err));
	i = issued_spec(p, issuer, made.key, antin_bytes_slice(&name));
	i.emails = p->email == ANTIN_EMAIL_REQUIRED ? emails : NULL;
	made.cert = issued_finish(&i, issuer ? issuer->key : made.key);
	return made;
}

ISSUED_UNUSED static void
issued_done(struct issued *i)
{
	antin_key_free(i->key);
	antin_cert_free(i->cert);
}

/* The same certificate for OpenSSL, which judges. */
ISSUED_UNUSED static X509 *
issued_x509(const struct antin_cert *c)
{
	const unsigned char *p = c->der.p;
	X509 *x = d2i_X509(NULL, &p, (long)c->der.len);

	ck_assert_ptr_nonnull(x);
	return x;
}

#define ROOT_NAME "CN=Gốc thử nghiệm,O=Ban Cơ yếu Chính phủ,C=VN"
#define SUB_NAME  "CN=CA thử nghiệm,O=Ban Cơ yếu Chính phủ,C=VN"
#define EE_NAME   "CN=Nguyễn Văn Ấn,OU=Phòng Văn thư,O=Bộ Tài chính,L=Hà Nội,C=VN"

#endif
