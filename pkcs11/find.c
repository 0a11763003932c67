/*
 * Finding a key by URI: the token's public objects first, so that a person is not asked for a PIN
 * before it is known as whom they sign; the private ones after a login when the public ones do not
 * settle it.  None and several are errors, never "the first".
 */
#include "p11.h"

#include <stdlib.h>
#include <string.h>

struct find_job {
	struct antin_token *token;
	const struct antin_p11_uri *uri;
	const struct antin_pin_source *pins;
	struct antin_p11_objects found; /* usable keys, each public half once */
	size_t unusable;                /* private keys whose public half nobody tells */
	struct antin_p11_key *key;
	bool private_seen;
};

/*
 * Takes the public half from those that share the identifier: the only one of its type, else the
 * only one with its label too.
 */
static void
take_half(struct antin_p11_object *o, bool rsa, const struct antin_p11_objects *l)
{
	const struct antin_public *any = NULL, *labelled = NULL;
	size_t n = 0, n_labelled = 0;

	for (size_t i = 0; i < l->n; i++) {
		const struct antin_p11_object *half = &l->items[i];

		if (!half->public_key || antin_p11_same_public(half->public_key, any) ||
		    (antin_public_type(half->public_key) == ANTIN_KEY_RSA) != rsa)
			continue;
		any = half->public_key;
		n++;
		if (antin_bytes_equal(&half->label, &o->label)) {
			labelled = half->public_key;
			n_labelled++;
		}
	}
	if (n > 1)
		any = n_labelled == 1 ? labelled : NULL;
	for (size_t i = 0; i < l->n && any; i++)
		if (l->items[i].public_key == any)
			o->public_key = antin_public_ref(l->items[i].public_key);
}

/*
 * The same without a search, if exactly one of those seen with it has its identifier, type and
 * label: whatever else is on the token, that one would be taken.
 */
static void
take_seen(struct antin_p11_object *o, bool rsa, const struct antin_p11_objects *seen)
{
	const struct antin_p11_object *only = NULL;
	size_t n = 0;

	for (size_t i = 0; i < seen->n; i++) {
		const struct antin_p11_object *half = &seen->items[i];

		if (half->public_key &&
		    (antin_public_type(half->public_key) == ANTIN_KEY_RSA) == rsa &&
		    antin_bytes_equal(&half->id, &o->id) &&
		    antin_bytes_equal(&half->label, &o->label)) {
			only = half;
			n++;
		}
	}
	if (n == 1)
		o->public_key = antin_public_ref(only->public_key);
}

/* The public half of a private key, from the public key or certificate with its CKA_ID. */
static enum antin_rc
complete(struct antin_p11_session *s, const struct antin_p11_objects *seen,
         struct antin_p11_object *o, struct antin_err *err)
{
	static const CK_OBJECT_CLASS kinds[] = {CKO_PUBLIC_KEY, CKO_CERTIFICATE};
	CK_ATTRIBUTE id = {CKA_ID, o->id.p, o->id.len};
	CK_ULONG type;
	enum antin_rc rc = antin_p11_attribute_ulong(s, o->handle, CKA_KEY_TYPE, &type, err);

	if (rc == ANTIN_OK && o->id.len && (type == CKK_RSA || type == CKK_EC))
		take_seen(o, type == CKK_RSA, seen);
	for (size_t i = 0; rc == ANTIN_OK && i < 2 && !o->public_key && o->id.len; i++) {
		ANTIN_SCOPED(antin_p11_objects) l = {0};

		rc = antin_p11_objects_find(s, kinds[i], NULL, &id, &l, err);
		if (rc == ANTIN_OK && (type == CKK_RSA || type == CKK_EC))
			take_half(o, type == CKK_RSA, &l);
	}
	return rc;
}

/* A public key that lies there twice is one; two private ones that look the same are two. */
static bool
known(const struct antin_p11_objects *l, const struct antin_p11_object *o)
{
	if (o->kind == CKO_PRIVATE_KEY)
		return false;
	for (size_t i = 0; i < l->n; i++)
		if (antin_p11_same_public(l->items[i].public_key, o->public_key))
			return true;
	return false;
}

/* Keeps the usable ones in place. */
static enum antin_rc
settle(struct antin_p11_session *s, struct find_job *job, const struct antin_p11_objects *seen,
       struct antin_p11_objects *l, struct antin_err *err)
{
	struct antin_p11_objects kept = {l->items, 0};
	enum antin_rc rc = ANTIN_OK;

	for (size_t i = 0; i < l->n; i++) {
		struct antin_p11_object o = l->items[i];

		if (rc == ANTIN_OK && o.kind == CKO_PRIVATE_KEY && !o.public_key)
			rc = complete(s, seen, &o, err);
		if (rc != ANTIN_OK || !o.public_key || known(&kept, &o)) {
			job->unusable += rc == ANTIN_OK && !o.public_key;
			antin_p11_object_done(&o);
			continue;
		}
		l->items[kept.n++] = o;
	}
	l->n = kept.n;
	return rc;
}

static enum antin_rc
finish(struct antin_p11_session *s, struct find_job *job, struct antin_err *err)
{
	ANTIN_SCOPED(antin_certs) certs = {0};
	struct antin_p11_key *k = NULL;
	const struct antin_p11_object *o = &job->found.items[0];
	enum antin_rc rc = antin_p11_key_new(job->token, o, job->pins, &k, err);

	if (rc == ANTIN_OK)
		rc = antin_p11_certificates(s, &certs, err);
	if (rc == ANTIN_OK)
		rc = antin_key_chain(&k->base, &certs, err);
	if (rc == ANTIN_OK && o->kind == CKO_PRIVATE_KEY)
		rc = antin_p11_key_bind(s, k, o->handle, err);
	if (rc != ANTIN_OK) {
		antin_key_free(k ? &k->base : NULL);
		return rc;
	}
	job->key = k;
	return ANTIN_OK;
}

/* Moves those of a class out of a list; what is left is in no order. */
static enum antin_rc
part(struct antin_p11_objects *from, CK_OBJECT_CLASS kind, struct antin_p11_objects *to,
     struct antin_err *err)
{
	to->items = calloc(from->n ? from->n : 1, sizeof(*to->items));
	if (!to->items)
		return antin_fail_memory(err);
	for (size_t i = 0; i < from->n; i++) {
		if (from->items[i].kind != kind)
			continue;
		to->items[to->n++] = from->items[i];
		from->items[i--] = from->items[--from->n];
	}
	return ANTIN_OK;
}

/* One search for what is named so, in place of one for each class. */
static enum antin_rc
look_once(struct antin_p11_session *s, const struct antin_p11_uri *uri,
          struct antin_p11_objects *private, struct antin_p11_objects *public,
          struct antin_err *err)
{
	ANTIN_SCOPED(antin_p11_objects) all = {0};
	enum antin_rc rc = antin_p11_objects_named(s, antin_p11_uri_label(uri),
	                                           antin_p11_uri_id(uri), &all, err);

	if (rc == ANTIN_OK)
		rc = part(&all, CKO_PRIVATE_KEY, private, err);
	return rc == ANTIN_OK ? part(&all, CKO_PUBLIC_KEY, public, err) : rc;
}

/* A public key alone is enough only where private keys hide until the login. */
static enum antin_rc
look(struct antin_p11_session *s, const struct antin_p11_uri *uri,
     struct antin_p11_objects *private, struct antin_p11_objects *public, struct antin_err *err)
{
	const CK_ATTRIBUTE *label = antin_p11_uri_label(uri), *id = antin_p11_uri_id(uri);
	enum antin_rc rc;

	if (s->token->module->quirks.slow_search && (label || id))
		return look_once(s, uri, private, public, err);
	rc = antin_p11_objects_find(s, CKO_PRIVATE_KEY, label, id, private, err);
	if (rc == ANTIN_OK && private->n == 0 && !s->user)
		rc = antin_p11_objects_find(s, CKO_PUBLIC_KEY, label, id, public, err);
	return rc;
}

static enum antin_rc
find_run(struct antin_p11_session *s, void *user, struct antin_err *err)
{
	struct find_job *job = user;
	ANTIN_SCOPED(antin_p11_objects) private = {0};
	ANTIN_SCOPED(antin_p11_objects) public = {0};
	struct antin_p11_objects *l;
	enum antin_rc rc = look(s, job->uri, &private, &public, err);

	job->unusable = 0;
	job->private_seen = private.n > 0;
	l = private.n || s->user ? &private : &public;
	if (rc == ANTIN_OK)
		rc = settle(s, job, &public, l, err);
	if (rc != ANTIN_OK)
		return rc;
	antin_p11_objects_done(&job->found);
	job->found = *l;
	*l = (struct antin_p11_objects){0};
	return job->found.n == 1 ? finish(s, job, err) : ANTIN_OK;
}

static void
describe(const struct antin_p11_object *o, char *label, size_t cap, char *id, size_t id_cap)
{
	antin_p11_text(o->label.p ? o->label.p : (const CK_UTF8CHAR *)"", o->label.len, label, cap);
	(void)antin_hex_text(antin_bytes_slice(&o->id), id, id_cap);
}

static enum antin_rc
fail_count(const struct find_job *job, struct antin_err *err)
{
	char token[40], label[2][64], id[2][48];
	enum antin_rc rc;

	antin_p11_text(job->token->identity.label, 32, token, sizeof(token));
	if (job->found.n == 0 && job->unusable)
		return antin_fail(err, ANTIN_E_UNSUPPORTED,
		                  N_("token \"%s\" does not tell the public half of this key"),
		                  token);
	if (job->found.n == 0) {
		rc = antin_fail(err, ANTIN_E_NOT_FOUND, N_("no such key on token \"%s\""), token);
		antin_err_set_hint(err, N_("See its keys with: antin token show"));
		return rc;
	}
	for (size_t i = 0; i < 2; i++)
		describe(&job->found.items[i], label[i], sizeof(label[i]), id[i], sizeof(id[i]));
	rc = antin_fail(err, ANTIN_E_AMBIGUOUS,
	                N_("several keys match: \"%s\" with id %s, \"%s\" with id %s"), label[0],
	                id[0], label[1], id[1]);
	antin_err_set_hint(err, N_("Name one of them by object or id in the URI."));
	return rc;
}

enum antin_rc
antin_p11_key_find(struct antin_token *t, const struct antin_p11_uri *uri,
                   const struct antin_pin_source *pins, struct antin_key **out,
                   struct antin_err *err)
{
	struct find_job job = {.token = t, .uri = uri, .pins = pins};
	enum antin_rc rc = antin_token_run(t, 0, pins, find_run, &job, err);

	if (rc == ANTIN_OK && !job.key && !(job.private_seen && job.found.n > 1))
		rc = antin_token_run(t, ANTIN_P11_LOGIN, pins, find_run, &job, err);
	if (rc == ANTIN_OK && !job.key)
		rc = fail_count(&job, err);
	antin_p11_objects_done(&job.found);
	if (rc != ANTIN_OK)
		return rc;
	*out = &job.key->base;
	return ANTIN_OK;
}
