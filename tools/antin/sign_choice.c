/*
 * antin sign: which certificate of the connected tokens signs when no single key is named.  By
 * what it may be used for, its validity and its chain; never the first of several.
 */
#include "sign.h"

#include <stdlib.h>
#include <string.h>

#include <antin/clock.h>
#include <antin/text.h>

#include "token.h"
#include "trust.h"

enum { CANDIDATES_MAX = 256, LONGEST = 8 };

struct candidate {
	struct antin_cert *cert;
	char uri[SIGN_URI_MAX]; /* names its key */
	char token[128];        /* label, for people */
	char module[256];       /* path of the driver that shows it */
};

struct choosing {
	struct cli *c;
	const struct sign_args *args;
	struct antin_certs on_tokens; /* of authorities, for chains */
	struct antin_trust trust;
	struct candidate *list;
	size_t n, unusable;
	bool drivers;         /* several: the URI must name one */
	struct antin_err why; /* the last one that may not sign */
};

static void
choosing_done(struct choosing *ch)
{
	for (size_t i = 0; i < ch->n; i++)
		antin_cert_free(ch->list[i].cert);
	free(ch->list);
	antin_certs_done(&ch->on_tokens);
	antin_trust_done(&ch->trust);
}
ANTIN_SCOPED_S(choosing, choosing_done);

bool
sign_choice_open(const char *key)
{
	const char *end;

	if (!key)
		return true;
	if (!cli_is_token_uri(key))
		return false;
	end = key + strcspn(key, "?");
	for (const char *at = key + 7; at < end; at += strcspn(at, ";?") + 1)
		if (strncmp(at, "object=", 7) == 0 || strncmp(at, "id=", 3) == 0)
			return false;
	return true;
}

/* A certificate whose key the token does not show is somebody else's, if it shows keys at all. */
static bool
has_key(const struct antin_token_objects *l, const struct antin_token_object *cert)
{
	bool any = false;

	for (size_t i = 0; i < l->n; i++) {
		if (l->items[i].kind == ANTIN_OBJECT_CERT)
			continue;
		any = true;
		if (strcmp(l->items[i].id, cert->id) == 0)
			return true;
	}
	return !any;
}

static enum antin_rc
name_key(const struct choosing *ch, const struct antin_token_info *t,
         const struct antin_token_object *o, char out[SIGN_URI_MAX], struct antin_err *err)
{
	ANTIN_SCOPED(antin_bytes) uri = {0};

	antin_bytes_text(&uri, "pkcs11:serial=");
	token_uri_add(&uri, antin_slice_text(t->serial));
	antin_bytes_text(&uri, *o->id ? ";id=" : ";object=");
	for (const char *p = o->id; *p; p++)
		antin_bytes_printf(&uri, "%s%c", (p - o->id) % 2 ? "" : "%", *p);
	if (!*o->id)
		token_uri_add(&uri, antin_slice_text(o->label));
	if (ch->drivers) {
		antin_bytes_text(&uri, "?module-path=");
		token_uri_add(&uri, antin_slice_text(t->module));
	}
	if (uri.failed)
		return antin_fail_memory(err);
	if (uri.len >= SIGN_URI_MAX)
		return antin_fail(err, ANTIN_E_TOO_LARGE, N_("the URI of a key is too long"));
	(void)snprintf(out, SIGN_URI_MAX, "%.*s", (int)uri.len, (const char *)uri.p);
	return ANTIN_OK;
}

/* The same card through a driver that calls it otherwise: the vendor's, which comes first, counts.
 */
static bool
seen_elsewhere(const struct choosing *ch, const struct antin_token_info *t,
               const struct antin_cert *cert)
{
	for (size_t i = 0; i < ch->n; i++)
		if (antin_cert_equal(ch->list[i].cert, cert) &&
		    strcmp(ch->list[i].module, t->module) != 0)
			return true;
	return false;
}

static enum antin_rc
consider(struct choosing *ch, const struct antin_certs *given, const struct antin_token_info *t,
         const struct antin_token_object *o, struct antin_err *err)
{
	struct candidate *to;

	if (o->cert->is_ca)
		return antin_certs_add(&ch->on_tokens, o->cert, err);
	if (given->n && !antin_cert_equal(given->items[0], o->cert))
		return ANTIN_OK;
	if (seen_elsewhere(ch, t, o->cert))
		return ANTIN_OK;
	antin_err_clear(&ch->why);
	if (antin_sign_usable(o->cert, ch->c->now, &ch->why) != ANTIN_OK) {
		ch->unusable++;
		return ANTIN_OK;
	}
	if (ch->n == CANDIDATES_MAX)
		return antin_fail(err, ANTIN_E_TOO_LARGE, N_("more than %d certificates"),
		                  CANDIDATES_MAX);
	to = &ch->list[ch->n];
	if (name_key(ch, t, o, to->uri, err) != ANTIN_OK)
		return err->rc;
	to->cert = antin_cert_ref(o->cert);
	(void)snprintf(to->token, sizeof(to->token), "%s", t->label);
	(void)snprintf(to->module, sizeof(to->module), "%s", t->module);
	ch->n++;
	return ANTIN_OK;
}

static enum antin_rc
look_at(struct choosing *ch, const struct antin_certs *given, struct antin_token *t,
        struct antin_err *err)
{
	ANTIN_SCOPED(antin_token_objects) l = {0};
	struct antin_token_info info;
	enum antin_rc rc = antin_token_info(t, &info, err);

	if (rc == ANTIN_OK)
		rc = antin_token_objects(t, NULL, &l, err);
	for (size_t i = 0; rc == ANTIN_OK && i < l.n; i++)
		if (l.items[i].cert && (l.items[i].cert->is_ca || has_key(&l, &l.items[i])))
			rc = consider(ch, given, &info, &l.items[i], err);
	return rc;
}

/* A token that two drivers show alike is opened through the first of them anyhow. */
static bool
listed_before(const struct antin_token_infos *l, size_t at)
{
	const struct antin_token_info *t = &l->items[at];

	for (size_t i = 0; i < at; i++)
		if (strcmp(l->items[i].module, t->module) != 0 && *t->serial &&
		    strcmp(l->items[i].serial, t->serial) == 0 &&
		    strcmp(l->items[i].label, t->label) == 0)
			return true;
	return false;
}

/* The token that the URI names, or with no URI each that is connected and can be read. */
static enum antin_rc
collect(struct choosing *ch, const struct antin_modules *modules, const struct antin_certs *given,
        struct antin_err *err)
{
	ANTIN_SCOPED(antin_token_infos) tokens = {0};
	enum antin_rc rc;

	if (ch->args->key) {
		ANTIN_OWN_S(antin_token) t = NULL;

		rc = antin_token_open(modules, ch->args->key, &t, err);
		return rc == ANTIN_OK ? look_at(ch, given, t, err) : rc;
	}
	rc = antin_token_list(modules, &tokens, err);
	for (size_t i = 0; rc == ANTIN_OK && i < tokens.n; i++) {
		ANTIN_OWN_S(antin_token) t = NULL;

		if (tokens.items[i].initialized && !listed_before(&tokens, i) &&
		    token_open_listed(modules, &tokens.items[i], &t, NULL) == ANTIN_OK)
			rc = look_at(ch, given, t, err);
	}
	return rc;
}

static bool
chains(struct choosing *ch, const struct candidate *k)
{
	const struct antin_cert *c = k->cert;
	const struct antin_public *key;

	for (int i = 0; c && i < LONGEST; i++) {
		const struct antin_cert *up;

		for (size_t a = 0; a < ch->trust.n_anchors; a++)
			if (antin_name_equal(ch->trust.anchors[a].cert->subject, c->issuer) &&
			    antin_cert_public(ch->trust.anchors[a].cert, &key, NULL) == ANTIN_OK &&
			    antin_cert_verify(c, key, NULL, NULL) == ANTIN_OK)
				return true;
		up = antin_certs_issuer(&ch->on_tokens, c);
		c = up ? up : antin_certs_issuer(&ch->trust.intermediates, c);
	}
	return false;
}

/* A certificate for signing documents, not one that also or only opens doors. */
static bool
for_documents(struct choosing *ch, const struct candidate *k)
{
	(void)ch;
	return k->cert->has_key_usage && k->cert->key_usage & 1U << ANTIN_KU_NON_REPUDIATION;
}

/* Of several certificates of one key and name the one that ends last: the others were renewed. */
static bool
not_renewed(struct choosing *ch, const struct candidate *k)
{
	for (size_t i = 0; i < ch->n; i++) {
		const struct antin_cert *other = ch->list[i].cert;

		if (other->not_after > k->cert->not_after &&
		    antin_slice_equal(other->spki, k->cert->spki) &&
		    antin_name_equal(other->subject, k->cert->subject))
			return false;
	}
	return true;
}

static bool
is_remembered(struct choosing *ch, const struct candidate *k)
{
	const char *text = NULL;
	ANTIN_SCOPED(antin_bytes) hash = {0};

	return cli_setting(ch->c, "sign.certificate", &text, NULL) == ANTIN_OK && text &&
	       antin_hex_parse(text, &hash, NULL) == ANTIN_OK && hash.len == 32 &&
	       memcmp(hash.p, k->cert->sha256, 32) == 0;
}

/* Keeps those that have the property, unless none has it. */
static void
prefer(struct choosing *ch, bool (*has)(struct choosing *ch, const struct candidate *k))
{
	bool keep[CANDIDATES_MAX] = {false};
	size_t n = 0, kept = 0;

	for (size_t i = 0; i < ch->n; i++)
		n += keep[i] = has(ch, &ch->list[i]);
	for (size_t i = 0; n && i < ch->n; i++) {
		if (keep[i])
			ch->list[kept++] = ch->list[i];
		else
			antin_cert_free(ch->list[i].cert);
	}
	if (n)
		ch->n = kept;
}

/* "Name, serial 1A2B, valid until ..., token X" */
static const char *
describe(const struct candidate *k, char out[512])
{
	ANTIN_SCOPED(antin_bytes) name = {0};
	char serial[64], when[ANTIN_TIME_CAP];

	if (!antin_name_get(k->cert->subject, "CN", &name))
		antin_name_text_add(&name, k->cert->subject);
	(void)snprintf(out, 512, "%.*s (%s, %s, %s)", name.len > 200 ? 200 : (int)name.len,
	               (const char *)name.p,
	               antin_hex_groups(k->cert->serial, serial, sizeof(serial)),
	               antin_time_people(k->cert->not_after, ANTIN_VIETNAM_OFFSET, when), k->token);
	return out;
}

static enum antin_rc
fail_several(const struct choosing *ch, struct antin_err *err)
{
	char one[512], other[512];

	for (size_t i = 0; i < ch->n; i++) {
		ANTIN_SCOPED(antin_bytes) hash = {0};
		char text[1024];

		(void)describe(&ch->list[i], one);
		antin_hex_add(&hash, (struct antin_slice){ch->list[i].cert->sha256, 32});
		cli_note(ch->c, "%s\n  --key '%s'\n  antin config set sign.certificate %.*s\n",
		         antin_text_safe(antin_slice_text(one), text, sizeof(text)),
		         ch->list[i].uri, (int)hash.len, (const char *)hash.p);
	}
	antin_err_set_hint(err, "--key '%s'", ch->list[0].uri);
	return antin_fail(err, ANTIN_E_AMBIGUOUS,
	                  N_("%zu certificates can sign, choose one with --key: %s; %s"), ch->n,
	                  describe(&ch->list[0], one), describe(&ch->list[1], other));
}

static enum antin_rc
settle(struct choosing *ch, struct sign_choice *out, struct antin_err *err)
{
	prefer(ch, is_remembered);
	prefer(ch, chains);
	prefer(ch, for_documents);
	prefer(ch, not_renewed);
	if (ch->n > 1)
		return fail_several(ch, err);
	if (ch->n == 1) {
		(void)snprintf(out->uri, sizeof(out->uri), "%s", ch->list[0].uri);
		out->cert = antin_cert_ref(ch->list[0].cert);
		return ANTIN_OK;
	}
	if (ch->unusable == 1) {
		*err = ch->why;
		return err->rc;
	}
	if (ch->unusable)
		return antin_fail(err, ANTIN_E_POLICY,
		                  N_("none of the %zu certificates on the token may sign now"),
		                  ch->unusable);
	if (ch->args->key)
		return ANTIN_OK;
	antin_err_set_hint(err, "--key URI|FILE");
	return antin_fail(err, ANTIN_E_NOT_FOUND,
	                  N_("no connected token holds a certificate to sign with"));
}

enum antin_rc
sign_choose(struct cli *c, const struct sign_args *a, const struct antin_certs *given,
            struct sign_choice *out, struct antin_err *err)
{
	ANTIN_SCOPED(choosing) ch = {.c = c, .args = a};
	ANTIN_SCOPED(antin_modules) modules = {0};
	enum antin_rc rc = a->key ? antin_p11_uri_check(a->key, err) : ANTIN_OK;

	ch.list = calloc(CANDIDATES_MAX, sizeof(*ch.list));
	if (!ch.list)
		return antin_fail_memory(err);
	if (rc == ANTIN_OK)
		rc = token_modules(c, a->module, &modules, err);
	ch.drivers = modules.n > 1;
	if (rc == ANTIN_OK)
		rc = trust_configured(c, &ch.trust, err);
	if (rc == ANTIN_OK)
		rc = collect(&ch, &modules, given, err);
	return rc == ANTIN_OK ? settle(&ch, out, err) : rc;
}
