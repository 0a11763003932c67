/*
 * A small authority for unit tests: root "goc", subordinate "nn", keys in files of a scratch
 * folder, a clock that the test moves, and a hook that runs whenever a key is about to sign.
 */
#ifndef TEST_AUTHORITY_H
#define TEST_AUTHORITY_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <antin/request.h>

#include <antin_ca.h>

#include "util.h"

#define AUTHORITY_UNUSED __attribute__((unused))
#define AUTHORITY_NOW    INT64_C(1795000000) /* 2026-11-18 */

struct authority {
	char *folder;
	char store[256];
	int64_t now;
	struct antin_signer *signer;
	enum antin_rc fault;               /* every signature fails with it */
	int64_t fault_after;               /* that many signatures are still made */
	void (*hook)(struct authority *w); /* before each signature */
	size_t signatures;
};

struct authority_key {
	struct antin_key base;
	struct antin_key *real;
	struct authority *world;
};

AUTHORITY_UNUSED static enum antin_rc
authority_sign(struct antin_key *k, struct antin_sigalg a, struct antin_slice digest,
               struct antin_bytes *signature, struct antin_err *err)
{
	struct authority_key *h = (struct authority_key *)k;
	struct authority *w = h->world;
	void (*hook)(struct authority *) = w->hook;

	w->signatures++;
	w->hook = NULL; /* once */
	if (hook)
		hook(w);
	if (w->fault != ANTIN_OK && w->fault_after-- <= 0)
		return antin_fail(err, w->fault, "told to fail");
	return h->real->ops->sign(h->real, a, digest, signature, err);
}

AUTHORITY_UNUSED static void
authority_key_free(struct antin_key *k)
{
	struct authority_key *h = (struct authority_key *)k;

	antin_key_free(h->real);
	free(h);
}

static const struct antin_key_ops authority_key_ops = {"hooked", authority_sign,
                                                       authority_key_free};

AUTHORITY_UNUSED static enum antin_rc
authority_open(void *user, const char *uri, const struct antin_keygen *generate,
               struct antin_key **out, struct antin_err *err)
{
	ANTIN_OWN_S(antin_keystore) files = NULL;
	struct authority_key *h = calloc(1, sizeof(*h));
	enum antin_rc rc = antin_keystore_file(NULL, &files, err);

	ck_assert_ptr_nonnull(h);
	if (rc == ANTIN_OK)
		rc = generate ? antin_keystore_generate(files, uri, generate, &h->real, err)
		              : antin_keystore_find(files, uri, &h->real, err);
	if (rc != ANTIN_OK) {
		free(h);
		return rc;
	}
	h->world = user;
	h->base.ops = &authority_key_ops;
	h->base.public_key = antin_public_ref(h->real->public_key);
	*out = (struct antin_key *)h;
	return ANTIN_OK;
}

/* Another process over the same store, as far as that can be had in one. */
AUTHORITY_UNUSED static struct antin_signer *
authority_signer(struct authority *w)
{
	struct antin_signer_config config = {.store = w->store,
	                                     .profiles = "ca/profiles",
	                                     .actor = "test",
	                                     .keys = {authority_open, w},
	                                     .clock = util_clock(&w->now),
	                                     .create = true};
	struct antin_signer *s = NULL;
	struct antin_err err = {0};

	util_ok(antin_signer_direct(&config, &s, &err));
	return s;
}

AUTHORITY_UNUSED static void
authority_name(const char *text, struct antin_bytes *out)
{
	struct antin_err err = {0};

	util_ok(antin_name_parse(text, out, &err));
}

AUTHORITY_UNUSED static enum antin_rc
authority_make(struct authority *w, const char *ca, const char *parent, struct antin_err *err)
{
	static const struct antin_keygen p256 = {.type = ANTIN_KEY_P256};
	ANTIN_SCOPED(antin_bytes) subject = {0};
	ANTIN_SCOPED(antin_signer_issued) made = {0};
	char dn[96], key[256];
	struct antin_authority a = {.ca = ca,
	                            .parent = parent,
	                            .key_uri = key,
	                            .keygen = &p256,
	                            .url = "http://ca.example.vn/pub/"};

	(void)snprintf(dn, sizeof(dn), "C=VN,O=Ban Cơ yếu,CN=CA %s", ca);
	(void)snprintf(key, sizeof(key), "%s/%s.key", w->folder, ca);
	authority_name(dn, &subject);
	a.subject = antin_bytes_slice(&subject);
	return antin_authority_make(w->signer, &a, &made, err);
}

AUTHORITY_UNUSED static void
authority_begin(struct authority *w)
{
	struct antin_err err = {0};

	memset(w, 0, sizeof(*w));
	w->now = AUTHORITY_NOW;
	w->folder = util_scratch();
	(void)snprintf(w->store, sizeof(w->store), "sqlite:%s/store.db", w->folder);
	w->signer = authority_signer(w);
	util_ok(authority_make(w, "goc", NULL, &err));
	util_ok(authority_make(w, "nn", "goc", &err));
}

AUTHORITY_UNUSED static void
authority_end(struct authority *w)
{
	antin_signer_free(w->signer);
	util_scratch_remove(w->folder);
}

/* A request by a fresh key, or by the key given. */
AUTHORITY_UNUSED static void
authority_csr(struct antin_key *key, const char *cn, struct antin_bytes *csr)
{
	static const struct antin_keygen p256 = {.type = ANTIN_KEY_P256};
	ANTIN_OWN_S(antin_key) fresh = NULL;
	ANTIN_SCOPED(antin_bytes) subject = {0};
	struct antin_err err = {0};
	char dn[160];

	(void)snprintf(dn, sizeof(dn), "C=VN,O=UBND tỉnh Hải Vân,CN=%s", cn);
	authority_name(dn, &subject);
	if (!key) {
		util_ok(antin_key_mock(&p256, ANTIN_OK, 0, &fresh, &err));
		key = fresh;
	}
	util_ok(antin_request_write(key, antin_bytes_slice(&subject), NULL, csr, &err));
}

AUTHORITY_UNUSED static enum antin_rc
authority_issue(struct authority *w, struct antin_slice csr, const char *request_key,
                struct antin_signer_issued *out, struct antin_err *err)
{
	static const char *const sans[] = {"email:a@haivan.gov.vn", NULL};
	struct antin_signer_issue q = {.ca = "nn",
	                               .profile = "vn-person",
	                               .csr = csr,
	                               .sans = sans,
	                               .request_key = request_key};

	return antin_signer_issue(w->signer, &q, out, err);
}

/* A certificate for a fresh key, its row in *row. */
AUTHORITY_UNUSED static void
authority_person(struct authority *w, const char *cn, struct antin_cert_row *row)
{
	ANTIN_SCOPED(antin_bytes) csr = {0};
	ANTIN_SCOPED(antin_signer_issued) made = {0};
	struct antin_err err = {0};
	char serial[64];

	authority_csr(NULL, cn, &csr);
	util_ok(authority_issue(w, antin_bytes_slice(&csr), NULL, &made, &err));
	(void)antin_hex_text((struct antin_slice){made.serial, made.serial_len}, serial,
	                     sizeof(serial));
	util_ok(antin_ca_find(w->signer, "nn", serial, row, &err));
}

struct authority_count {
	size_t n;
	int64_t last;
};

AUTHORITY_UNUSED static enum antin_rc
authority_count_row(void *user, const struct antin_cert_row *r, struct antin_err *err)
{
	struct authority_count *c = user;

	(void)err;
	c->n++;
	c->last = r->id;
	return ANTIN_OK;
}

/* How many certificates are in this state; *last the newest. */
AUTHORITY_UNUSED static size_t
authority_in_state(struct authority *w, int64_t state, int64_t *last)
{
	struct antin_cert_filter f = {.issuer = ANTIN_NULL,
	                              .state = state,
	                              .expires_before = ANTIN_NULL};
	struct authority_count c = {0};
	struct antin_err err = {0};

	util_ok(antin_store_cert_each(antin_signer_store(w->signer), &f, authority_count_row, &c,
	                              &err));
	if (last)
		*last = c.last;
	return c.n;
}

AUTHORITY_UNUSED static enum antin_rc
authority_fault(void *user, const struct antin_check_fault *f, struct antin_err *err)
{
	size_t *n = user;
	size_t rows;

	(void)err;
	if (!f->alarm) {
		++*n;
		(void)fprintf(stderr, "%s: %s: %s\n", antin_check_rows(&rows)[f->row].id, f->what,
		              f->object);
	}
	return ANTIN_OK;
}

/* How many faults the check finds, alarms left out. */
AUTHORITY_UNUSED static size_t
authority_faults(struct authority *w)
{
	struct antin_err err = {0};
	size_t n = 0;

	util_ok(antin_ca_check(w->signer, authority_fault, &n, &err));
	return n;
}

AUTHORITY_UNUSED static int64_t
authority_log(struct authority *w)
{
	struct antin_log_head head = {0};
	struct antin_err err = {0};

	util_ok(antin_store_log_head(antin_signer_store(w->signer), &head, &err));
	return head.seq;
}

#endif
