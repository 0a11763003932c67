/*
 * What the parts of antin token check share: our own view of the keys (token_check.c), and that of
 * programs with libp11 (token_libp11.c).
 */
#ifndef ANTIN_TOOLS_TOKEN_CHECK_H
#define ANTIN_TOOLS_TOKEN_CHECK_H

#include "token.h"

enum { CHECK_SCHEMES = 9 };
extern const struct antin_sigalg check_schemes[CHECK_SCHEMES];

/* A key that we have looked at. */
struct checked_key {
	const struct antin_token_object *object;
	struct antin_public *public_key; /* NULL: not to be found */
	bool each_time;                  /* it wants the PIN for each signature */
	unsigned int signs;              /* bit i: scheme i made a good signature */
	json_t *json, *findings;         /* borrowed from the result */
};

struct check {
	struct cli *c;
	struct antin_keystore *store;
	const struct antin_token_objects *objects;
	json_t *keys, *findings, *results; /* findings and results of the key at hand */
	unsigned int problems;
	struct checked_key *checked;
	size_t n_checked;
};

/* Says and notes it among the findings at hand. */
void check_found(struct check *ch, const char *code, bool problem, const char *text);
/* A line of a scheme's result; `why` NULL when a signature was verified. */
void check_say_scheme(struct check *ch, struct antin_sigalg a, bool bad, const char *why);
/* Notes the result of a scheme in the list of results. */
void check_result(json_t *list, struct antin_sigalg a, const char *result);

/* How the other program is asked. */
struct check_libp11 {
	const struct antin_token_info *token;
	const char *args; /* for the module */
	bool skip;        /* a person did not want it */
	struct antin_slice pin;
};
/* What libp11 sees, in text and as the member "libp11" of the result; never an error. */
void check_libp11(struct check *ch, const struct check_libp11 *how, json_t *result);

#endif
