/*
 * The key store over PKCS#11: modules are loaded at the first use, each call opens the one token
 * that its URI names.
 */
#include "p11.h"

#include <stdlib.h>
#include <string.h>

struct store {
	struct antin_keystore base;
	char *module;
	struct antin_modules modules;
};

/* A module named in the URI counts when none was named for the store. */
static enum antin_rc
store_token(struct store *s, const char *text, struct antin_p11_uri **uri,
            struct antin_token **token, struct antin_err *err)
{
	ANTIN_OWN_S(antin_p11_uri) u = NULL;
	ANTIN_SCOPED(antin_modules) named = {0};
	enum antin_rc rc = antin_p11_uri_parse(text, &u, err);

	if (rc != ANTIN_OK)
		return rc;
	if (!s->module && antin_p11_uri_module(u))
		rc = antin_modules_load(antin_p11_uri_module(u), &named, err);
	else if (s->modules.n == 0)
		rc = antin_modules_load(s->module, &s->modules, err);
	if (rc == ANTIN_OK)
		rc = antin_token_open(named.n ? &named : &s->modules, text, token, err);
	if (rc == ANTIN_OK)
		*uri = ANTIN_TAKE(u);
	return rc;
}

static enum antin_rc
store_find(struct antin_keystore *base, const char *text, struct antin_key **out,
           struct antin_err *err)
{
	ANTIN_OWN_S(antin_p11_uri) uri = NULL;
	ANTIN_OWN_S(antin_token) token = NULL;
	enum antin_rc rc = store_token((struct store *)base, text, &uri, &token, err);

	return rc == ANTIN_OK ? antin_p11_key_find(token, uri, base->pins, out, err) : rc;
}

static enum antin_rc
store_generate(struct antin_keystore *base, const char *text, const struct antin_keygen *spec,
               struct antin_key **out, struct antin_err *err)
{
	ANTIN_OWN_S(antin_p11_uri) uri = NULL;
	ANTIN_OWN_S(antin_token) token = NULL;
	enum antin_rc rc = store_token((struct store *)base, text, &uri, &token, err);

	return rc == ANTIN_OK ? antin_p11_generate(token, uri, spec, base->pins, out, err) : rc;
}

static const struct antin_key_fact *
store_facts(struct antin_keystore *base, const struct antin_key *k)
{
	(void)base;
	return ((const struct antin_p11_key *)k)->facts;
}

static enum antin_rc
store_store(struct antin_keystore *base, const char *text, struct antin_cert *cert,
            struct antin_err *err)
{
	ANTIN_OWN_S(antin_p11_uri) uri = NULL;
	ANTIN_OWN_S(antin_token) token = NULL;
	enum antin_rc rc = store_token((struct store *)base, text, &uri, &token, err);

	return rc == ANTIN_OK ? antin_p11_store(token, cert, base->pins, err) : rc;
}

static void
store_free(struct antin_keystore *base)
{
	struct store *s = (struct store *)base;

	antin_modules_done(&s->modules);
	free(s->module);
	free(s);
}

static const struct antin_keystore_ops store_ops = {
        .name = "pkcs11",
        .find = store_find,
        .generate = store_generate,
        .facts = store_facts,
        .store = store_store,
        .free = store_free,
};

enum antin_rc
antin_keystore_pkcs11(const char *module, const struct antin_pin_source *pins,
                      struct antin_keystore **out, struct antin_err *err)
{
	struct store *s = calloc(1, sizeof(*s));

	if (!s)
		return antin_fail_memory(err);
	s->base.ops = &store_ops;
	s->base.pins = pins;
	s->module = module ? strdup(module) : NULL;
	if (module && !s->module) {
		free(s);
		return antin_fail_memory(err);
	}
	*out = (struct antin_keystore *)s;
	return ANTIN_OK;
}
