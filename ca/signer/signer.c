/*
 * The signer in this process: its store, and the keys it has opened.
 */
#include "inner.h"

#include <antin/file.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char *
copy(const char *text)
{
	return text ? strdup(text) : NULL;
}

enum antin_rc
antin_signer_direct(const struct antin_signer_config *config, struct antin_signer **out,
                    struct antin_err *err)
{
	ANTIN_OWN_S(antin_signer) s = calloc(1, sizeof(*s));
	struct antin_store_info info;
	enum antin_rc rc;

	if (!s)
		return antin_fail_memory(err);
	s->opener = config->keys;
	s->clock = config->clock;
	rc = antin_store_open(config->store, config->create, &s->store, err);
	if (rc != ANTIN_OK)
		return rc;
	antin_store_info(s->store, &info);
	s->folder = copy(config->folder ? config->folder : info.folder);
	s->profiles = copy(config->profiles ? config->profiles : "");
	s->actor = copy(config->actor ? config->actor : "?");
	if (!s->folder || !s->profiles || !s->actor)
		return antin_fail_memory(err);
	*out = ANTIN_TAKE(s);
	return ANTIN_OK;
}

void
antin_signer_free(struct antin_signer *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < s->n_keys; i++) {
		antin_key_free(s->keys[i]);
		free(s->uris[i]);
	}
	antin_store_free(s->store);
	free(s->folder);
	free(s->profiles);
	free(s->actor);
	free(s);
}

struct antin_store *
antin_signer_store(struct antin_signer *s)
{
	return s->store;
}

const char *
antin_signer_folder(const struct antin_signer *s)
{
	return s->folder[0] ? s->folder : NULL;
}

struct antin_store_act
antin_signer_act(const struct antin_signer *s)
{
	return (struct antin_store_act){.at = antin_now(&s->clock), .actor = s->actor};
}

/* A name without a scheme and not absolute is a key of the authority's own folder, without PIN. */
static bool
own_key(const char *uri)
{
	return uri[0] != '/' && !strchr(uri, ':');
}

bool
antin_signer_key_gone(const struct antin_signer *s, const char *uri)
{
	ANTIN_SCOPED(antin_bytes) path = {0};

	antin_bytes_printf(&path, "%s/%s", s->folder, uri);
	return own_key(uri) && s->folder[0] && antin_bytes_cstr(&path) &&
	       access((const char *)path.p, F_OK) != 0 && (errno == ENOENT || errno == ENOTDIR);
}

/* A new key of the authority's own folder, for those who work with the store, as antind does. */
static enum antin_rc
key_make_own(const struct antin_signer *s, struct antin_keystore *files, const char *path,
             const struct antin_keygen *generate, struct antin_key **out, struct antin_err *err)
{
	ANTIN_OWN_S(antin_key) key = NULL;
	ANTIN_SCOPED(antin_bytes) folder = {0};
	enum antin_rc rc;

	antin_bytes_printf(&folder, "%s/responder", s->folder);
	if (!antin_bytes_cstr(&folder))
		return antin_fail_memory(err);
	rc = antin_folder_make((const char *)folder.p, err);
	if (rc == ANTIN_OK)
		rc = antin_keystore_generate(files, path, generate, &key, err);
	if (rc != ANTIN_OK)
		return rc;
	/* The folder is another's when that one made it: then it is right already. */
	(void)!chmod((const char *)folder.p, antin_mode_shared(s->folder, 0700));
	if (chmod(path, antin_mode_shared(s->folder, 0600) & ~(unsigned int)S_IWGRP) != 0)
		return antin_fail_errno(err, errno, path, path);
	*out = ANTIN_TAKE(key);
	return ANTIN_OK;
}

static enum antin_rc
key_open_own(struct antin_signer *s, const char *uri, const struct antin_keygen *generate,
             struct antin_key **out, struct antin_err *err)
{
	ANTIN_OWN_S(antin_keystore) files = NULL;
	ANTIN_SCOPED(antin_bytes) path = {0};
	enum antin_rc rc;

	if (!s->folder[0])
		return antin_fail(err, ANTIN_E_UNSUPPORTED,
		                  N_("a store in memory has no folder for keys"));
	antin_bytes_printf(&path, "%s/%s", s->folder, uri);
	if (!antin_bytes_cstr(&path))
		return antin_fail_memory(err);
	rc = antin_keystore_file(NULL, &files, err);
	if (rc != ANTIN_OK)
		return rc;
	return generate ? key_make_own(s, files, (const char *)path.p, generate, out, err)
	                : antin_keystore_find(files, (const char *)path.p, out, err);
}

static enum antin_rc
key_open(struct antin_signer *s, const char *uri, const struct antin_keygen *generate,
         struct antin_key **out, struct antin_err *err)
{
	if (own_key(uri))
		return key_open_own(s, uri, generate, out, err);
	if (!s->opener.open)
		return antin_fail(err, ANTIN_E_UNSUPPORTED, N_("no key can be opened here"));
	return s->opener.open(s->opener.user, uri, generate, out, err);
}

/* The last one is the one used last. */
static void
key_use(struct antin_signer *s, size_t at)
{
	struct antin_key *key = s->keys[at];
	char *uri = s->uris[at];

	for (; at + 1 < s->n_keys; at++) {
		s->keys[at] = s->keys[at + 1];
		s->uris[at] = s->uris[at + 1];
	}
	s->keys[at] = key;
	s->uris[at] = uri;
}

/*
 * A service that runs for years sees many responders: the key that was not used for longest goes.
 * One operation needs three at most.
 */
static enum antin_rc
key_keep(struct antin_signer *s, const char *uri, struct antin_key **key, struct antin_err *err)
{
	char *name = strdup(uri);

	if (!name)
		return antin_fail_memory(err);
	if (s->n_keys == ANTIN_SIGNER_KEYS) {
		key_use(s, 0);
		s->n_keys--;
		antin_key_free(s->keys[s->n_keys]);
		free(s->uris[s->n_keys]);
	}
	s->uris[s->n_keys] = name;
	s->keys[s->n_keys++] = ANTIN_TAKE(*key);
	return ANTIN_OK;
}

enum antin_rc
antin_signer_key(struct antin_signer *s, const char *uri, struct antin_slice spki,
                 const struct antin_keygen *generate, struct antin_key **out, struct antin_err *err)
{
	struct antin_key *found;
	size_t n = generate ? 0 : s->n_keys;
	enum antin_rc rc;

	while (n > 0 && strcmp(s->uris[n - 1], uri) != 0)
		n--;
	if (n > 0) {
		key_use(s, n - 1);
	} else {
		ANTIN_OWN_S(antin_key) key = NULL;

		rc = key_open(s, uri, generate, &key, err);
		if (rc == ANTIN_OK)
			rc = key_keep(s, uri, &key, err);
		if (rc != ANTIN_OK)
			return rc;
	}
	found = s->keys[s->n_keys - 1];
	if (spki.len && !antin_slice_equal(antin_public_spki(found->public_key), spki))
		return antin_fail(err, ANTIN_E_KEY_MISMATCH,
		                  N_("the key %s is not the one of this authority"), uri);
	*out = found;
	return ANTIN_OK;
}

enum antin_rc
antin_signer_key_tried(struct antin_signer *s, const struct antin_keygen *generate,
                       struct antin_key **out, struct antin_err *err)
{
	ANTIN_OWN_S(antin_key) key = NULL;
	enum antin_rc rc = antin_key_mock(generate, ANTIN_OK, 0, &key, err);

	if (rc == ANTIN_OK)
		rc = key_keep(s, "", &key, err);
	if (rc == ANTIN_OK)
		*out = s->keys[s->n_keys - 1];
	return rc;
}

void
antin_signer_issued_done(struct antin_signer_issued *i)
{
	antin_bytes_done(&i->der);
	antin_bytes_done(&i->warnings);
}

void
antin_signer_crl_done(struct antin_signer_crl *c)
{
	antin_bytes_done(&c->der);
}

void
antin_signer_ocsp_done(struct antin_signer_ocsp *o)
{
	antin_bytes_done(&o->der);
}
