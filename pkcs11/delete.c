/*
 * Naming and deleting objects of a token (PKCS#11 v2.40, 11.7 C_DestroyObject).  A key goes with
 * both its halves, certificates stay until they are named themselves.
 */
#include "p11.h"

#include <stdlib.h>

struct match_job {
	const struct antin_p11_uri *uri;
	struct antin_token_objects *out;
	bool destroy;
};

static const CK_OBJECT_CLASS kinds[] = {CKO_PRIVATE_KEY, CKO_PUBLIC_KEY, CKO_CERTIFICATE};
enum { KINDS = sizeof(kinds) / sizeof(kinds[0]), PRIVATE = 0, PUBLIC = 1, CERT = 2 };

static bool
has_id(const struct antin_p11_objects *l, const struct antin_bytes *id)
{
	for (size_t i = 0; i < l->n; i++)
		if (l->items[i].id.len && antin_bytes_equal(&l->items[i].id, id))
			return true;
	return false;
}

/* The public halves of the private keys that were named, whatever their own labels are. */
static enum antin_rc
halves_find(struct antin_p11_session *s, const struct antin_p11_objects *private,
            struct antin_p11_objects *out, struct antin_err *err)
{
	ANTIN_SCOPED(antin_p11_objects) all = {0};
	enum antin_rc rc = antin_p11_objects_find(s, CKO_PUBLIC_KEY, NULL, NULL, &all, err);
	size_t kept = 0;

	for (size_t i = 0; i < all.n; i++) {
		struct antin_p11_object o = all.items[i];

		if (has_id(private, &o.id))
			all.items[kept++] = o;
		else
			antin_p11_object_done(&o);
	}
	all.n = kept;
	antin_p11_objects_done(out);
	*out = all;
	all = (struct antin_p11_objects){0};
	return rc;
}

static enum antin_rc
find_all(struct antin_p11_session *s, const struct antin_p11_uri *uri,
         struct antin_p11_objects found[KINDS], struct antin_err *err)
{
	const CK_ATTRIBUTE *label = antin_p11_uri_label(uri), *id = antin_p11_uri_id(uri);
	enum antin_rc rc = ANTIN_OK;

	for (size_t i = 0; rc == ANTIN_OK && i < KINDS; i++)
		if (antin_p11_uri_kind(uri, kinds[i]))
			rc = antin_p11_objects_find(s, kinds[i], label, id, &found[i], err);
	if (rc == ANTIN_OK && found[PRIVATE].n)
		rc = halves_find(s, &found[PRIVATE], &found[PUBLIC], err);
	if (rc == ANTIN_OK && found[PRIVATE].n + found[PUBLIC].n + found[CERT].n == 0)
		return antin_fail(err, ANTIN_E_NOT_FOUND, N_("nothing on the token is named so"));
	return rc;
}

/* One key or one certificate at a time, so that a short URI never empties a token. */
static enum antin_rc
one_only(const struct antin_p11_objects found[KINDS], struct antin_err *err)
{
	size_t keys = found[PRIVATE].n ? found[PRIVATE].n : found[PUBLIC].n;
	enum antin_rc rc;

	if (keys + found[CERT].n == 1)
		return ANTIN_OK;
	rc = antin_fail(err, ANTIN_E_AMBIGUOUS, N_("%zu keys and %zu certificates are named so"),
	                keys, found[CERT].n);
	antin_err_set_hint(err, N_("Add object, id and type (private or cert) to the URI."));
	return rc;
}

static enum antin_rc
destroy_one(struct antin_p11_session *s, CK_OBJECT_HANDLE object, struct antin_err *err)
{
	CK_RV rv = ANTIN_P11_IN(s, C_DestroyObject, s->handle, object);

	if (rv != CKR_OK)
		return antin_p11_check(s, rv, "C_DestroyObject", err);
	s->final = true;
	return ANTIN_OK;
}

/* The private half last: while it stands the rest can be made again. */
static enum antin_rc
destroy(struct antin_p11_session *s, const struct antin_p11_objects found[KINDS],
        struct antin_err *err)
{
	enum antin_rc rc = ANTIN_OK;

	for (size_t kind = KINDS; kind-- > 0;)
		for (size_t i = 0; rc == ANTIN_OK && i < found[kind].n; i++)
			rc = destroy_one(s, found[kind].items[i].handle, err);
	return rc;
}

static enum antin_rc
match_run(struct antin_p11_session *s, void *user, struct antin_err *err)
{
	struct match_job *job = user;
	ANTIN_SCOPED(antin_token_objects) l = {0};
	struct antin_p11_objects found[KINDS] = {{0}};
	enum antin_rc rc = find_all(s, job->uri, found, err);

	if (rc == ANTIN_OK && job->destroy)
		rc = one_only(found, err);
	for (size_t i = 0; rc == ANTIN_OK && i < KINDS; i++)
		rc = antin_p11_objects_show(s->token, &found[i], &l, err);
	if (rc == ANTIN_OK && job->destroy)
		rc = destroy(s, found, err);
	for (size_t i = 0; i < KINDS; i++)
		antin_p11_objects_done(&found[i]);
	if (rc == ANTIN_OK && job->out) {
		antin_token_objects_done(job->out);
		*job->out = l;
		l = (struct antin_token_objects){0};
	}
	return rc;
}

enum antin_rc
antin_token_match(struct antin_token *t, const char *uri, const struct antin_pin_source *pins,
                  struct antin_token_objects *out, struct antin_err *err)
{
	ANTIN_OWN_S(antin_p11_uri) u = NULL;
	struct match_job job = {.out = out};
	enum antin_rc rc = antin_p11_uri_parse(uri, &u, err);

	job.uri = u;
	return rc == ANTIN_OK
	               ? antin_token_run(t, pins ? ANTIN_P11_LOGIN : 0, pins, match_run, &job, err)
	               : rc;
}

enum antin_rc
antin_token_delete(struct antin_token *t, const char *uri, const struct antin_pin_source *pins,
                   struct antin_token_objects *out, struct antin_err *err)
{
	ANTIN_OWN_S(antin_p11_uri) u = NULL;
	struct match_job job = {.out = out, .destroy = true};
	enum antin_rc rc = antin_p11_uri_parse(uri, &u, err);

	job.uri = u;
	if (rc == ANTIN_OK)
		rc = antin_token_run(t, ANTIN_P11_LOGIN | ANTIN_P11_WRITE, pins, match_run, &job,
		                     err);
	antin_p11_sessions_end(t); /* and with them what was copied to memory */
	return rc;
}
