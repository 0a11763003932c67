/*
 * Tokens and HSMs through PKCS#11 (v2.40): modules, tokens by identity, and the key store that
 * gives their keys as struct antin_key.  No PKCS#11 type stands in this header.
 *
 * One module is loaded and initialised once in a process, whoever asks, and finalised when its last
 * user lets go; nothing here may be used in a child after fork.
 */
#ifndef ANTIN_P11_H
#define ANTIN_P11_H

#include <antin/cert.h>
#include <antin/keystore.h>

/* A call into a module that did not come back in time. */
struct antin_p11_late {
	const char *function; /* "C_Sign" */
	const char *module;   /* path */
	unsigned int ms;      /* how long was waited */
};
/*
 * A PIN that a token refused, or may have: for the log of the system, where a person who finds a
 * token locked can see why.  The texts are the token's own, foreign; the PIN is not among them.
 */
enum antin_pin_state {
	ANTIN_PIN_OK,
	ANTIN_PIN_LOW,    /* a wrong PIN was given since the last right one */
	ANTIN_PIN_FINAL,  /* one try is left */
	ANTIN_PIN_LOCKED, /* no try is left */
	ANTIN_PIN_UNSET,  /* no user PIN yet */
};
const char *antin_pin_state_name(enum antin_pin_state s); /* "ok" "low" "final-try"... */
struct antin_p11_refusal {
	const char *label, *serial, *module; /* path */
	enum antin_pin_why why;              /* whose it was */
	const char *answer;                  /* "CKR_PIN_INCORRECT" */
	enum antin_pin_state state;          /* of that PIN now, by the token's word */
	unsigned int wrong;                  /* by our count; 0 where the token counts */
};
/*
 * For the whole process, to be set before the first module is opened.  A call that hangs cannot be
 * ended: `late` is told of it once, in a thread of its own, and decides (a command says so, wipes
 * and ends; a service lets itself be started again).  With NULL nobody watches.  A module in a
 * helper is never late: the call fails with TIMEOUT and the helper is killed.
 */
struct antin_p11_config {
	const char *state;        /* folder for the counts of wrong PINs; NULL: only in memory */
	unsigned int call_ms;     /* for a call; 0: 30 s */
	unsigned int pad_ms;      /* for a PIN on the pad of a reader; 0: 120 s */
	unsigned int generate_ms; /* for making a key or a token; 0: 300 s */
	unsigned int return_ms;   /* how long a token that was taken out is waited for */
	/*
	 * The program antin-module: modules run in it, each in a process of its own, which is
	 * killed when a call is late and started again; NULL: in this process.  It gets the
	 * variables that drivers are known to read, and those named here, separated by blanks.
	 */
	const char *helper, *helper_environment;
	void (*late)(void *user, const struct antin_p11_late *what);
	void (*refused)(void *user, const struct antin_p11_refusal *what); /* may be NULL */
	void *user;
};
void antin_p11_configure(const struct antin_p11_config *c);

/* A loaded module; counted, safe to use from several threads. */
struct antin_module;
void antin_module_free(struct antin_module *m); /* drops one reference; takes NULL */
ANTIN_OWNER_S(antin_module, antin_module_free);
struct antin_module *antin_module_ref(struct antin_module *m);
const char *antin_module_path(const struct antin_module *m);
/* The text that its C_Initialize is given, for who starts it elsewhere; NULL for most. */
const char *antin_module_args(const struct antin_module *m);
bool antin_module_isolated(const struct antin_module *m); /* in a process of its own */
/* What the module says of itself; foreign text. */
struct antin_module_info {
	char manufacturer[40], description[40];
	char version[8], cryptoki[8]; /* "2.6", "2.40" */
};
enum antin_rc antin_module_info(struct antin_module *m, struct antin_module_info *out,
                                struct antin_err *err) ANTIN_MUST;
/*
 * A path (with a slash), the name of a module that p11-kit's configuration knows ("opensc"), or a
 * name of the table of known modules ("softhsm2").  Never the p11-kit proxy.
 */
enum antin_rc antin_module_open(const char *name, struct antin_module **out, struct antin_err *err)
        ANTIN_MUST;
/* The names of the table of known modules, without those that are loaded only by name; NULL ends.
 */
const char *antin_module_known(size_t i);
/* How many readers it sees, with a token in them or not. */
enum antin_rc antin_module_readers(struct antin_module *m, size_t *readers, struct antin_err *err)
        ANTIN_MUST;

struct antin_modules {
	struct antin_module **items;
	size_t n;
};
void antin_modules_done(struct antin_modules *l);
ANTIN_SCOPED_S(antin_modules, antin_modules_done);
/* Takes the reference, also when it fails; a module that is there already stays once. */
enum antin_rc antin_modules_add(struct antin_modules *l, struct antin_module *m,
                                struct antin_err *err) ANTIN_MUST;
/* The module of that name; with NULL every module of the table that stands on this computer. */
enum antin_rc antin_modules_load(const char *name, struct antin_modules *out, struct antin_err *err)
        ANTIN_MUST;

/* A token as it answers now; texts are foreign: make them safe before showing. */
struct antin_token_info {
	char label[40], manufacturer[40], model[24], serial[24]; /* padding cut */
	char module[256];                                        /* path of its module */
	unsigned long slot;
	bool initialized, login_required, pinpad, write_protected, removable;
	enum antin_pin_state user_pin, so_pin;
	unsigned long pin_min, pin_max; /* lengths in octets; 0 unknown */
	unsigned long sessions_max;     /* 0 unknown or without limit */
	unsigned long flags;            /* CK_TOKEN_INFO's, for a support desk */
	unsigned int wrong_pins;    /* of the user, counted by us where the token does not tell */
	bool pin_last, so_pin_last; /* a wrong one may lock it, by the token's word or our count */
	char firmware[8], hardware[8]; /* "2.6" */
};

struct antin_token_infos {
	struct antin_token_info *items;
	size_t n;
};
void antin_token_infos_done(struct antin_token_infos *l);
ANTIN_SCOPED_S(antin_token_infos, antin_token_infos_done);
/* Every token of the modules, also those not initialised. */
enum antin_rc antin_token_list(const struct antin_modules *modules, struct antin_token_infos *out,
                               struct antin_err *err) ANTIN_MUST;

/*
 * Waits until the token that the URI names (NULL: any that is initialised) is there, or is not
 * there any more.  Many modules cannot be asked to wait, so the slots are looked at several times a
 * second.  TIMEOUT when nothing came; `out` (may be NULL) gets the token that is there.
 */
enum antin_rc antin_token_wait(const struct antin_modules *modules, const char *uri, bool present,
                               unsigned int timeout_ms, struct antin_token_info *out,
                               struct antin_err *err) ANTIN_MUST;

/* A token by identity; counted; survives removal and re-insertion. */
struct antin_token;
void antin_token_free(struct antin_token *t);
ANTIN_OWNER_S(antin_token, antin_token_free);
/* The one token that the URI names: none NOT_FOUND, several AMBIGUOUS (both listed). */
enum antin_rc antin_token_open(const struct antin_modules *modules, const char *uri,
                               struct antin_token **out, struct antin_err *err) ANTIN_MUST;
/* Asked of the token at each call. */
enum antin_rc antin_token_info(struct antin_token *t, struct antin_token_info *out,
                               struct antin_err *err) ANTIN_MUST;

enum antin_object_kind {
	ANTIN_OBJECT_PRIVATE,
	ANTIN_OBJECT_PUBLIC,
	ANTIN_OBJECT_CERT,
};
const char *antin_object_kind_name(enum antin_object_kind k); /* "private-key"... */

enum { ANTIN_OBJECT_FACTS = 16 };

/* One object on a token; the label is foreign text. */
struct antin_token_object {
	enum antin_object_kind kind;
	char label[128];
	char id[136];            /* CKA_ID in hex, cut */
	char algorithm[16];      /* of keys: "RSA-3072"; "" when it is none of ours */
	char uri[512];           /* names the object on its token */
	struct antin_cert *cert; /* of certificates that can be read; else NULL */
	/* Of private keys in a list; the one without a name ends. */
	struct antin_key_fact facts[ANTIN_OBJECT_FACTS];
};

struct antin_token_objects {
	struct antin_token_object *items;
	size_t n;
};
void antin_token_objects_done(struct antin_token_objects *l);
ANTIN_SCOPED_S(antin_token_objects, antin_token_objects_done);
/* What can be seen without a login; with `pins` after one. */
enum antin_rc antin_token_objects(struct antin_token *t, const struct antin_pin_source *pins,
                                  struct antin_token_objects *out, struct antin_err *err)
        ANTIN_MUST;

/*
 * The objects that the URI names by object, id and type, among those that can be seen.  A private
 * key brings its public key of the same identifier with it.  NOT_FOUND when there is none.
 */
enum antin_rc antin_token_match(struct antin_token *t, const char *uri,
                                const struct antin_pin_source *pins,
                                struct antin_token_objects *out, struct antin_err *err) ANTIN_MUST;
/*
 * Deletes what the URI names: one certificate, or one key (both halves); several certificates or
 * keys are AMBIGUOUS.  `out` (may be NULL) gets what was deleted.
 */
enum antin_rc antin_token_delete(struct antin_token *t, const char *uri,
                                 const struct antin_pin_source *pins,
                                 struct antin_token_objects *out, struct antin_err *err) ANTIN_MUST;

/* A key pair from outside. */
struct antin_key_import {
	const char *label;
	const struct antin_public *public_key;
	struct antin_slice pkcs8; /* RFC 5958, in clear */
};
/* Writes it with the key identifier as CKA_ID; CONFLICT when the key or its label is there. */
enum antin_rc antin_token_key_import(struct antin_token *t, const struct antin_key_import *what,
                                     const struct antin_pin_source *pins, struct antin_err *err)
        ANTIN_MUST;

/* One mechanism that a token offers. */
struct antin_token_mechanism {
	unsigned long type;
	const char *name;       /* "CKM_ECDSA"; NULL when it is none that we know */
	unsigned long min, max; /* sizes of keys, in the unit of the mechanism; 0 unknown */
	bool sign, decrypt, derive, generate, hardware;
};
struct antin_token_mechanisms {
	struct antin_token_mechanism *items;
	size_t n;
};
void antin_token_mechanisms_done(struct antin_token_mechanisms *l);
ANTIN_SCOPED_S(antin_token_mechanisms, antin_token_mechanisms_done);
enum antin_rc antin_token_mechanisms(struct antin_token *t, struct antin_token_mechanisms *out,
                                     struct antin_err *err) ANTIN_MUST;

/*
 * PINs.  `now` is asked for the PIN in force, `fresh` for the new one (why NEW, in the way of the
 * token's limits); each is sent once.  On a token with a pad of its own neither is asked: the
 * notice of `now` says that the pad waits.
 */
enum antin_rc antin_token_pin_change(struct antin_token *t, const struct antin_pin_source *now,
                                     const struct antin_pin_source *fresh, struct antin_err *err)
        ANTIN_MUST;
/* The security officer's own PIN. */
enum antin_rc antin_token_so_pin_change(struct antin_token *t, const struct antin_pin_source *now,
                                        const struct antin_pin_source *fresh, struct antin_err *err)
        ANTIN_MUST;
enum antin_unblock {
	ANTIN_UNBLOCK_SO,  /* by the security officer's PIN (why SO) */
	ANTIN_UNBLOCK_PUK, /* by the unblocking code (why PUK), only when the PIN is locked */
};
/* A new user PIN, its tries counted from the start again. */
enum antin_rc antin_token_pin_unblock(struct antin_token *t, enum antin_unblock by,
                                      const struct antin_pin_source *now,
                                      const struct antin_pin_source *fresh, struct antin_err *err)
        ANTIN_MUST;

/*
 * How to begin anew with a token.  One that is initialised wants the officer's PIN in force: a
 * wrong one uses up a try, so it comes from a source as for a login.  On a token with a pad all
 * PINs are typed there; the source's notice says when.
 */
struct antin_token_setup {
	const char *label;                      /* 1..32 octets of UTF-8 */
	struct antin_slice so_pin;              /* of a blank token: set at once */
	struct antin_slice user_pin;            /* set at once */
	bool erase;                             /* an initialised token too: its content is lost */
	const struct antin_pin_source *so_pins; /* then for the PIN in force; and for notices */
};
/*
 * The token that would be initialised: the one not initialised yet that the URI names, or with NULL
 * the only such one.  With `erase` and a URI one that is initialised already, else CONFLICT.
 */
enum antin_rc antin_token_blank(const struct antin_modules *modules, const char *uri, bool erase,
                                struct antin_token_info *out, struct antin_err *err) ANTIN_MUST;
/* Chooses as above and initialises it; `out` (may be NULL) gets the token as it is then. */
enum antin_rc antin_token_init(const struct antin_modules *modules, const char *uri,
                               const struct antin_token_setup *setup, struct antin_token_info *out,
                               struct antin_err *err) ANTIN_MUST;

/*
 * URIs (RFC 7512).  `check` refuses what cannot be honoured: pin-value, pin-source, unknown
 * attributes.  `of_label` makes the URI of the token with that label.
 */
enum antin_rc antin_p11_uri_check(const char *uri, struct antin_err *err) ANTIN_MUST;
enum antin_rc antin_p11_uri_of_label(const char *label, struct antin_bytes *out,
                                     struct antin_err *err) ANTIN_MUST;

bool antin_key_is_token(const struct antin_key *k); /* found in the key store below */

/*
 * Decryption with a token's RSA key; a message that was not encrypted for it is DAMAGED,
 * whatever was wrong with it.  `out` must be marked secret.
 */
enum antin_padding {
	ANTIN_PADDING_V15,
	ANTIN_PADDING_OAEP, /* MGF1 with the same digest, no label */
};
enum antin_rc antin_token_decrypt(struct antin_key *k, enum antin_padding padding,
                                  enum antin_digest digest, struct antin_slice in,
                                  struct antin_bytes *out, struct antin_err *err) ANTIN_MUST;
/* ECDH with a token's EC key: `peer` is an uncompressed point; `out` gets the x coordinate. */
enum antin_rc antin_token_agree(struct antin_key *k, struct antin_slice peer,
                                struct antin_bytes *out, struct antin_err *err) ANTIN_MUST;

/*
 * The key store over PKCS#11.  `module` as in antin_modules_load (a module-path or module-name in
 * a URI counts when it is NULL); nothing is loaded before the first call.  `pins` is borrowed.
 * A key whose public half can be seen without login is found without a PIN; the PIN is asked for at
 * the first signature.
 */
enum antin_rc antin_keystore_pkcs11(const char *module, const struct antin_pin_source *pins,
                                    struct antin_keystore **out, struct antin_err *err) ANTIN_MUST;

#endif
