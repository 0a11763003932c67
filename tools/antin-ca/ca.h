/*
 * What the commands of antin-ca share: the store that is meant, the signer over it, keys by URI,
 * and results in text and JSON.
 */
#ifndef ANTIN_TOOLS_CA_H
#define ANTIN_TOOLS_CA_H

#include "cli.h"

#include <antin/file.h>

#include <antin_ca.h>

/* Options of the program, before the command. */
struct ca_common {
	const char *store;
	bool direct;
};

/* What a command that signs says about keys. */
struct ca_key_args {
	struct cli_pin_args pins;
	const char *module;
	bool isolate;
};
#define CA_KEY_OPTS(args, field)                                                                   \
	CLI_OPT_TEXT(args, field.module, "module", 0, "PATH|NAME",                                 \
	             N_("PKCS#11 module of the token that holds the key")),                        \
	        CLI_OPT_FLAG(args, field.isolate, "isolate", 0,                                    \
	                     N_("Run the module in a process of its own, which is killed when it " \
	                        "hangs")),                                                         \
	        CLI_PIN_OPTS(args, field.pins)

/* What a command that makes a certificate says about its result. */
struct ca_made_args {
	const char *out;
	bool force, dry_run;
	struct ca_key_args keys;
};
#define CA_MADE_OPTS(args, field)                                                                  \
	CLI_OPT_TEXT(args, field.out, "out", 'o', "FILE", N_("Write the certificate to a file")),  \
	        CLI_OPT_FLAG(args, field.force, "force", 0, N_("Replace a file that exists")),     \
	        CLI_OPT_FLAG(args, field.dry_run, "dry-run", 0,                                    \
	                     N_("Only try: nothing is signed or changed")),                        \
	        CA_KEY_OPTS(args, field.keys)

struct ca;
enum ca_open_mode {
	CA_THERE, /* the store must be there */
	CA_MADE,  /* it is made with its folder when it is missing */
	CA_TRIED, /* when it is missing there is one in memory: a rehearsal leaves nothing */
};
/* Opens the store with a signer in this process; `keys` NULL: none needed. */
enum antin_rc ca_open(struct cli *c, const struct ca_key_args *keys, enum ca_open_mode mode,
                      struct ca **out, struct antin_err *err) ANTIN_MUST;
void ca_free(struct ca *ca);
ANTIN_OWNER_S(ca, ca_free);
struct antin_signer *ca_signer(struct ca *ca);
struct antin_store *ca_store(struct ca *ca);
/* A text of the configuration ("url"), or NULL. */
const char *ca_setting(struct ca *ca, const char *name);
/* The store's address: --store, ANTIN_CA_STORE, configuration; CONFIG when none says it. */
enum antin_rc ca_address(struct cli *c, struct antin_bytes *out, struct antin_err *err) ANTIN_MUST;

/* Opens the result's file, so that what stands in the way is known before the key is used. */
enum antin_rc ca_out_open(const char *path, bool force, struct antin_output **out,
                          struct antin_err *err) ANTIN_MUST;
/* The certificate as PEM into the open output (NULL: to stdout, unless quiet or JSON). */
enum antin_rc ca_out_cert(struct cli *c, struct antin_output *out, struct antin_slice der,
                          struct antin_err *err) ANTIN_MUST;
/* Serial in groups of four, or hex for JSON. */
enum { CA_SERIAL_CAP = 64 };
char *ca_serial(struct antin_slice serial, char out[CA_SERIAL_CAP]);
char *ca_serial_hex(struct antin_slice serial, char out[CA_SERIAL_CAP]);
/* A time for people in a buffer of the caller. */
char *ca_time(int64_t t, char out[ANTIN_TIME_CAP]);
/* The state of a certificate as a word for people; JSON has antin_cert_state_name. */
const char *ca_state(int64_t state);
/*
 * A command that makes a certificate: opens its output first, then the store, calls `make`, and
 * prints what was issued in text and JSON with this schema.
 */
typedef enum antin_rc ca_make_fn(struct cli *c, struct ca *ca, const void *args,
                                 struct antin_signer_issued *made, struct antin_err *err);
struct ca_making {
	const char *schema;
	const struct ca_made_args *result;
	enum ca_open_mode mode;
	ca_make_fn *make;
};
enum antin_rc ca_run_making(struct cli *c, const struct ca_making *m, const void *args,
                            struct antin_err *err) ANTIN_MUST;
/* The key of --key and --keygen; `*generate` NULL: it must exist. */
struct ca_key_wish {
	struct antin_bytes uri; /* empty without --key */
	struct antin_keygen keygen;
	const struct antin_keygen *generate;
};
void ca_key_wish_done(struct ca_key_wish *w);
ANTIN_SCOPED_S(ca_key_wish, ca_key_wish_done);
enum antin_rc ca_key_wished(const char *key, const char *keygen, const char *label,
                            struct ca_key_wish *out, struct antin_err *err) ANTIN_MUST;
/* A row of a certificate as JSON: serial, authority, state, subject, profile, times. */
json_t *ca_cert_json(struct ca *ca, const struct antin_cert_row *r);
/* The name of an issuer by its row number; "?" when it is gone. */
const char *ca_name(struct ca *ca, int64_t issuer);
/* A text that came from outside, safe to show, kept until the eighth call after. */
const char *ca_safe(const struct antin_bytes *text);

extern const char *const ca_no_examples[];

#endif
