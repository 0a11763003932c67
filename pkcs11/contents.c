/*
 * What lies on a token, as a person or a support desk wants to see it.
 */
#include "p11.h"

#include <stdio.h>
#include <stdlib.h>

static const char *const kinds[] = {
        [ANTIN_OBJECT_PRIVATE] = "private-key",
        [ANTIN_OBJECT_PUBLIC] = "public-key",
        [ANTIN_OBJECT_CERT] = "certificate",
};
static const CK_OBJECT_CLASS classes[] = {
        [ANTIN_OBJECT_PRIVATE] = CKO_PRIVATE_KEY,
        [ANTIN_OBJECT_PUBLIC] = CKO_PUBLIC_KEY,
        [ANTIN_OBJECT_CERT] = CKO_CERTIFICATE,
};

const char *
antin_object_kind_name(enum antin_object_kind k)
{
	return kinds[k];
}

void
antin_token_objects_done(struct antin_token_objects *l)
{
	for (size_t i = 0; i < l->n; i++)
		antin_cert_free(l->items[i].cert);
	free(l->items);
	*l = (struct antin_token_objects){0};
}

/* Of the three classes that are looked for. */
static enum antin_object_kind
kind_of(CK_OBJECT_CLASS class)
{
	enum antin_object_kind kind = ANTIN_OBJECT_PRIVATE;

	while (kind < ANTIN_OBJECT_CERT && classes[kind] != class)
		kind++;
	return kind;
}

static void
fill(const struct antin_token *t, const struct antin_p11_object *from,
     struct antin_token_object *to)
{
	to->kind = kind_of(from->kind);
	if (from->label.len)
		antin_p11_text(from->label.p, from->label.len, to->label, sizeof(to->label));
	(void)antin_hex_text(antin_bytes_slice(&from->id), to->id, sizeof(to->id));
	if (from->public_key)
		(void)snprintf(to->algorithm, sizeof(to->algorithm), "%s",
		               antin_public_name(from->public_key));
	antin_p11_uri_write(&t->identity, &from->kind, antin_bytes_slice(&from->id),
	                    antin_bytes_slice(&from->label), to->uri, sizeof(to->uri));
	if (from->cert)
		to->cert = antin_cert_ref(from->cert);
}

enum antin_rc
antin_p11_objects_show(const struct antin_token *t, const struct antin_p11_objects *from,
                       struct antin_token_objects *to, struct antin_err *err)
{
	struct antin_token_object *items;

	items = realloc(to->items, (to->n + from->n + 1) * sizeof(*items));
	if (!items)
		return antin_fail_memory(err);
	to->items = items;
	for (size_t i = 0; i < from->n; i++) {
		items[to->n] = (struct antin_token_object){0};
		fill(t, &from->items[i], &items[to->n++]);
	}
	return ANTIN_OK;
}

static enum antin_rc
list_run(struct antin_p11_session *s, void *user, struct antin_err *err)
{
	struct antin_token_objects *out = user;
	ANTIN_SCOPED(antin_token_objects) l = {0};

	for (size_t kind = 0; kind < sizeof(classes) / sizeof(classes[0]); kind++) {
		ANTIN_SCOPED(antin_p11_objects) found = {0};
		enum antin_rc rc =
		        antin_p11_objects_find(s, classes[kind], NULL, NULL, &found, err);

		if (rc == ANTIN_OK)
			rc = antin_p11_objects_show(s->token, &found, &l, err);
		for (size_t i = 0; rc == ANTIN_OK && i < found.n && kind == ANTIN_OBJECT_PRIVATE;
		     i++)
			rc = antin_p11_facts(s, found.items[i].handle, l.items[i].facts, err);
		if (rc != ANTIN_OK)
			return rc;
	}
	antin_token_objects_done(out);
	*out = l;
	l = (struct antin_token_objects){0};
	return ANTIN_OK;
}

enum antin_rc
antin_token_objects(struct antin_token *t, const struct antin_pin_source *pins,
                    struct antin_token_objects *out, struct antin_err *err)
{
	return antin_token_run(t, pins ? ANTIN_P11_LOGIN : 0, pins, list_run, out, err);
}
