/*
 * Token keys that OpenSSL holds, tested use by use: what the files of the program "bridge" share.
 * See bridge.c.
 */
#ifndef ANTIN_TESTS_BRIDGE_H
#define ANTIN_TESTS_BRIDGE_H

#include <stdbool.h>
#include <stdio.h>

#include <p11-kit/pkcs11.h>

#include <openssl/evp.h>
#include <openssl/x509.h>

#include <antin_bridge.h>

enum { BRIDGE_KEYS = 4, BRIDGE_EVENTS = 5 };

/* A key of the token; "each-time" wants the PIN for each signature. */
struct lent {
	const char *name, *type;
	bool decrypts; /* asked for when it is made */
	bool each_time;
	EVP_PKEY *key, *plain; /* of the token, and its public half alone */
	X509 *cert;
	unsigned int cmp_port;
};
extern struct lent lent[BRIDGE_KEYS];
bool bridge_is_rsa(const struct lent *l);
enum antin_rc bridge_key_of(const struct lent *l, struct antin_key **out, struct antin_err *err)
        ANTIN_MUST;
/* Lends it for these uses; with what error when the token cannot do them or does not have it. */
enum antin_rc bridge_lend(struct lent *l, unsigned int uses, struct antin_err *err) ANTIN_MUST;
/* The same for a check that has nothing to do without it. */
bool bridge_lent(struct lent *l, unsigned int uses);

/* The world of the run. */
extern const char *bridge_dir, *bridge_module, *bridge_pin;
extern unsigned int bridge_asked;    /* for a PIN */
extern unsigned int bridge_tls_port; /* of a server that wants a client certificate */
extern X509 *bridge_ca;
const char *bridge_path(const char *name, const char *end);
/* A line "ok what key" or "FAILED what key", with why; returns `good`. */
bool bridge_say(const char *what, const struct lent *l, bool good);

/* One use; each judged by the plain public key or by another program. */
struct bridge_use {
	const char *name;
	unsigned int needs; /* ANTIN_BRIDGE_... */
	bool rsa, ec;       /* keys that have it */
	bool (*run)(const struct lent *l);
};
extern const struct bridge_use bridge_uses[];
extern const size_t bridge_uses_n;

bool bridge_sign(const struct lent *l); /* SHA-256, the usual scheme */
bool bridge_sign_digests(const struct lent *l);
bool bridge_sign_pss(const struct lent *l);
bool bridge_sign_request(const struct lent *l);
bool bridge_sign_cms(const struct lent *l);
bool bridge_tls_v15(const struct lent *l); /* TLS 1.2 without PSS */
bool bridge_tls_12(const struct lent *l);
bool bridge_tls_13(const struct lent *l);
bool bridge_curl_12(const struct lent *l);
bool bridge_curl_13(const struct lent *l);
bool bridge_server_judges(void); /* that the server does want a certificate, and not any */
bool bridge_cms_v15(const struct lent *l);
bool bridge_cms_oaep(const struct lent *l);
bool bridge_cms_oaep_sha256(const struct lent *l);
bool bridge_cms_ecdh(const struct lent *l);
bool bridge_cmp(const struct lent *l);

/* What the token goes through; false where it cannot be done here, with the reason printed. */
struct bridge_event {
	const char *name;
	bool (*happens)(void);
};
extern const struct bridge_event bridge_events[BRIDGE_EVENTS];
CK_FUNCTION_LIST *bridge_raw_module(void); /* the module's own functions, behind the core's back */
void bridge_sessions_close(const CK_FUNCTION_LIST *f);

/* bridge_table.c: all uses of all keys, before and after each event. */
unsigned int bridge_table(void); /* how many failed */

/* bridge_care.c */
void bridge_check_threads(void);
void bridge_check_fork(void);
void bridge_check_wrong_pin(void);
void bridge_check_refusals(void);
void bridge_check_no_raw_rsa(void);

#endif
