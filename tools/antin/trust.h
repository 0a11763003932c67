/*
 * The trust folders and rules of this user and machine, shared by the commands that judge.
 */
#ifndef TOOL_TRUST_H
#define TOOL_TRUST_H

#include "cli.h"

#include <antin/kind.h>
#include <antin/rules.h>

/* POLICY where anchors of users do not count. */
enum antin_rc trust_user_may(struct cli *c, struct antin_err *err) ANTIN_MUST;
/* POLICY where the administrator has bound that only the machine's own anchors count. */
enum antin_rc trust_may_give(struct cli *c, struct antin_err *err) ANTIN_MUST;
/* Adds what the user and the administrator trust, unless anchors were given for this run. */
enum antin_rc trust_configured(struct cli *c, struct antin_trust *t, struct antin_err *err)
        ANTIN_MUST;
/* The trust folder of a place. */
enum antin_rc trust_folder(enum cli_place place, struct antin_bytes *out, struct antin_err *err)
        ANTIN_MUST;

/* Anchors given for this run: certificates, or a trust folder with what stands beside them. */
enum antin_rc trust_take(struct antin_trust *t, const char *path, struct antin_err *err) ANTIN_MUST;

/* A certificate for people; class NULL: it is not told. */
void trust_show(struct cli *c, const struct antin_cert *cert, const char *class);
/* The hash given is that of the certificate; without one, the person is asked. */
enum antin_rc trust_compare(struct cli *c, const struct antin_cert *cert,
                            const struct antin_bytes *hash, struct antin_err *err) ANTIN_MUST;

/* What antin trust import does with a signed bundle. */
enum antin_rc trust_import_signed(struct cli *c, const char *path, const struct antin_bytes *hash,
                                  struct antin_err *err) ANTIN_MUST;
bool trust_is_signed(const char *path);
void trust_show_origin(struct cli *c, const struct antin_origin *o);
json_t *trust_origin_json(const struct cli *c, const struct antin_origin *o);

/* Rules about kinds of signers: the administrator's in place of those that came with the program.
 */
enum antin_rc trust_kinds(struct antin_kinds **out, struct antin_err *err) ANTIN_MUST;
/* Rules of a verification by name or path. */
enum antin_rc trust_rules(const char *wanted, struct antin_rules **out, struct antin_err *err)
        ANTIN_MUST;
/* Until when algorithms count, found in the same way. */
enum antin_rc trust_algorithms(struct antin_algorithms **out, struct antin_err *err) ANTIN_MUST;

#endif
