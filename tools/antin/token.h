/*
 * What the antin token commands share: the modules of a run, a token as text and as JSON.
 */
#ifndef ANTIN_TOOLS_TOKEN_H
#define ANTIN_TOOLS_TOKEN_H

#include "cli.h"

#include <antin_p11.h>

#define TOKEN_OPT(args, field)                                                                     \
	CLI_OPT_TEXT(args, field, "token", 0, "LABEL|URI", N_("Label or PKCS#11 URI of the token"))
#define TOKEN_MODULE_OPT(args, field)                                                              \
	CLI_OPT_TEXT(args, field, "module", 0, "PATH|NAME",                                        \
	             N_("PKCS#11 module of the token: a path, or a name known to p11-kit"))

/* --module or the setting; with neither every known one. */
enum antin_rc token_modules(struct cli *c, const char *option, struct antin_modules *out,
                            struct antin_err *err) ANTIN_MUST;
/* A PKCS#11 URI from what a person gave: a URI or a label; "pkcs11:" for NULL. */
enum antin_rc token_uri(const char *given, struct antin_bytes *out, struct antin_err *err)
        ANTIN_MUST;

/* Octets as the value of an attribute of a PKCS#11 URI (RFC 7512 2.3). */
void token_uri_add(struct antin_bytes *uri, struct antin_slice octets);

/* A token of a list, by its label and serial. */
enum antin_rc token_open_listed(const struct antin_modules *modules,
                                const struct antin_token_info *info, struct antin_token **out,
                                struct antin_err *err) ANTIN_MUST;

/* The token that a command is about, and where its PINs come from. */
struct token_run {
	struct antin_modules modules;
	struct cli_pins *pins;
	struct antin_token *token;
};
/* `named` as of token_uri; without `pins` there are none. */
enum antin_rc token_run_begin(struct cli *c, const char *named, const char *module,
                              const struct cli_pin_args *pins, struct token_run *out,
                              struct antin_err *err) ANTIN_MUST;
void token_run_done(struct token_run *r);
ANTIN_SCOPED_S(token_run, token_run_done);

json_t *token_json(const struct antin_token_info *t);
void token_say(struct cli *c, const struct antin_token_info *t);
const char *token_pin_words(enum antin_pin_state s);
/* A certificate that lies on a token; expiry against the run's clock. */
json_t *token_cert_json(struct cli *c, const struct antin_cert *cert);
void token_cert_say(struct cli *c, const struct antin_cert *cert);
/* An object of a token: for JSON, and as one line. */
json_t *token_object_json(struct cli *c, const struct antin_token_object *o);
void token_object_text(const struct antin_token_object *o, struct antin_bytes *out);
/*
 * Asks for the end of the token's serial, or takes what --confirm gave; CANCELLED when it differs.
 */
enum antin_rc token_confirm(struct cli *c, const char *given, const char *serial,
                            const char *question, struct antin_err *err) ANTIN_MUST;
/* Sets a text made safe to show. */
void token_set_text(json_t *object, const char *key, const char *text);
/* Facts of a key, as the device reports them. */
json_t *token_facts_json(const struct antin_key_fact *facts);
void token_facts_say(struct cli *c, const struct antin_key_fact *facts);

#endif
