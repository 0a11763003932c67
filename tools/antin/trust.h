/*
 * The trust folders of this user and machine, shared by the commands that judge.
 */
#ifndef TOOL_TRUST_H
#define TOOL_TRUST_H

#include "cli.h"

#include <antin/kind.h>
#include <antin/rules.h>

/* POLICY where the administrator has bound that only the machine's own anchors count. */
enum antin_rc trust_may_give(struct cli *c, struct antin_err *err) ANTIN_MUST;
/* Adds what the user and the administrator trust, unless anchors were given for this run. */
enum antin_rc trust_configured(struct cli *c, struct antin_trust *t, struct antin_err *err)
        ANTIN_MUST;
/* Rules about kinds of signers: the administrator's in place of those that came with the program.
 */
enum antin_rc trust_kinds(struct antin_kinds **out, struct antin_err *err) ANTIN_MUST;
/* Rules of a verification by name or path. */
enum antin_rc trust_rules(const char *wanted, struct antin_rules **out, struct antin_err *err)
        ANTIN_MUST;
/* Until when algorithms count, found in the same way. */
enum antin_rc trust_algorithms(struct antin_algorithms **out, struct antin_err *err) ANTIN_MUST;

#endif
