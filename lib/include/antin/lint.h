/*
 * Lint: what a certificate gets wrong, by a table of rules with their sources.  Run before each
 * signature on the octets to be signed, and on any certificate by `antin cert lint`.
 */
#ifndef ANTIN_LINT_H
#define ANTIN_LINT_H

#include <antin/cert.h>
#include <antin/profile.h>

enum antin_lint_level { ANTIN_LINT_ERROR, ANTIN_LINT_WARN };

struct antin_lint_finding {
	const char *rule;      /* "name-nfc" */
	int level;             /* enum antin_lint_level */
	const char *source;    /* "RFC 5280 4.1.2.4" */
	const char *text;      /* one sentence, untranslated, marked */
	char field[96];        /* "subject.CN", "extensions.keyUsage" */
	const char *exception; /* the profile's reason, or NULL: then it counts */
};

struct antin_lint {
	struct antin_lint_finding *items;
	size_t n, cap;
	size_t errors, warnings; /* without exceptions */
};
void antin_lint_done(struct antin_lint *l);
ANTIN_SCOPED_S(antin_lint, antin_lint_done);

/* `issuer` and `profile` may be NULL: their rules are left out. */
enum antin_rc antin_lint_cert(const struct antin_cert *c, const struct antin_cert *issuer,
                              const struct antin_profile *profile, struct antin_lint *out,
                              struct antin_err *err) ANTIN_MUST;
/* The TBS under a signature of zeros; one that does not decode is one finding, "form". */
enum antin_rc antin_lint_tbs(struct antin_slice tbs, struct antin_sigalg a,
                             const struct antin_cert *issuer, const struct antin_profile *profile,
                             struct antin_lint *out, struct antin_err *err) ANTIN_MUST;
/* ANTIN_E_LINT naming the first error that counts; ANTIN_OK when there is none. */
enum antin_rc antin_lint_check(const struct antin_lint *l, struct antin_err *err) ANTIN_MUST;

/* The table, for documentation and for checking a profile's exceptions. */
struct antin_lint_rule {
	const char *id;
	int level;
	const char *source;
	const char *text;
};
const struct antin_lint_rule *antin_lint_rules(size_t *n);
bool antin_lint_known(const char *id);

#endif
