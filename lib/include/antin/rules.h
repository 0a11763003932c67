/*
 * Rules of a verification, antin.rules/1: for each check that may be changed, whether it fails a
 * signature, is told, or is left out.  What makes a signature wrong for everybody is no such check.
 */
#ifndef ANTIN_RULES_H
#define ANTIN_RULES_H

#include <antin/json.h>

enum antin_rule { ANTIN_RULE_FAIL, ANTIN_RULE_WARN, ANTIN_RULE_IGNORE };

/* A check that may be changed. */
struct antin_rules_check {
	const char *code;        /* as in errors and warnings */
	enum antin_rule initial; /* without a file, and where a file does not name it */
	bool told;               /* may not be ignored */
};
/* The table; NULL past its end. */
const struct antin_rules_check *antin_rules_check(size_t i);

/* Immutable once read. */
struct antin_rules;
enum { ANTIN_RULES_MAX = 65536 };
/* Reads and checks the JSON; every error names the place. */
enum antin_rc antin_rules_read(struct antin_slice text, const char *name, struct antin_rules **out,
                               struct antin_err *err) ANTIN_MUST;
enum antin_rc antin_rules_load(const char *path, struct antin_rules **out, struct antin_err *err)
        ANTIN_MUST;
void antin_rules_free(struct antin_rules *r);
ANTIN_OWNER_S(antin_rules, antin_rules_free);
struct antin_slice antin_rules_text(const struct antin_rules *r); /* of its file */
const char *antin_rules_name(const struct antin_rules *r);

/*
 * What is to be done about a finding: *mode is set, and true returned, for a check that may be
 * changed.  `r` NULL: as without a file.
 */
bool antin_rules_mode(const struct antin_rules *r, const char *code, enum antin_rule *mode);

#endif
