/*
 * libp11's second opinion on a key of the matrix: in a process of its own it must see the same
 * public key, and make signatures that OpenSSL verifies; those of PKCS#1 v1.5 are ours, octet for
 * octet. Where MATRIX_LIBP11 is "must" (SoftHSM) nothing may be missing; elsewhere it may be
 * refused.
 */
#ifndef ANTIN_TESTS_MATRIX_LIBP11_H
#define ANTIN_TESTS_MATRIX_LIBP11_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"

#include <antin_p11.h>

struct second {
	struct cli_libp11 *process;
	size_t key; /* its number there */
	struct antin_err err;
	enum antin_rc rc; /* of reaching the key */
};

static void
second_done(struct second *s)
{
	struct antin_err err = {0};

	if (s->process && s->rc == ANTIN_OK)
		(void)!cli_libp11_close(s->process, &err);
	cli_libp11_free(s->process);
	*s = (struct second){0};
}

static enum antin_rc
second_find(struct second *s, const struct antin_public *key)
{
	ANTIN_SCOPED(cli_libp11_keys) keys = {0};
	enum antin_rc rc = cli_libp11_keys(s->process, &keys, &s->err);

	for (size_t i = 0; rc == ANTIN_OK && i < keys.n; i++)
		if (antin_slice_equal(antin_bytes_slice(&keys.items[i].spki),
		                      antin_public_spki(key))) {
			s->key = i;
			return ANTIN_OK;
		}
	return rc == ANTIN_OK ? antin_fail(&s->err, ANTIN_E_NOT_FOUND, "libp11 sees no such key")
	                      : rc;
}

/* The core has logged in with this PIN; each process is given it once. */
static void
second_begin(struct second *s, const struct antin_token_info *token, const char *args,
             const struct antin_public *key)
{
	char path[4096], program[4096 + 64];
	const char *pin = getenv("P11_PIN");
	ssize_t len = readlink("/proc/self/exe", path, sizeof(path) - 1);
	char *end;

	path[len > 0 ? len : 0] = '\0';
	for (int up = 0; up < 3 && (end = strrchr(path, '/')); up++)
		*end = '\0';
	(void)snprintf(program, sizeof(program), "%s/libexec/antin/antin-libp11", path);
	*s = (struct second){0};
	s->rc = cli_libp11_new(program, &s->process, &s->err);
	if (s->rc == ANTIN_OK)
		s->rc = cli_libp11_open(s->process, token, args, &s->err);
	if (s->rc == ANTIN_OK)
		s->rc = cli_libp11_login(s->process, antin_slice_text(pin ? pin : ""), &s->err);
	if (s->rc == ANTIN_OK)
		s->rc = second_find(s, key);
}

static enum antin_rc
second_sign(struct second *s, struct antin_sigalg a, struct antin_slice text,
            struct antin_bytes *signature)
{
	if (s->rc != ANTIN_OK)
		return s->rc;
	antin_err_clear(&s->err);
	return cli_libp11_sign(s->process, s->key, a, text, signature, &s->err);
}

/* libp11 would ask for it again. */
static bool
wants_pin_each_time(struct antin_keystore *s, const struct antin_key *k)
{
	const struct antin_key_fact *f = antin_keystore_facts(s, k);

	for (; f && f->name; f++)
		if (strcmp(f->name, "CKA_ALWAYS_AUTHENTICATE") == 0)
			return f->value == 1;
	return false;
}

#endif
