/*
 * Inside of pkcs11/: what its files share.  Every call into a module goes through ANTIN_P11_CALL,
 * every operation on a token through antin_token_run.
 */
#ifndef ANTIN_P11_INNER_H
#define ANTIN_P11_INNER_H

#include <pthread.h>
#include <sys/types.h>

#include <p11-kit/pkcs11.h>
#include <p11-kit/uri.h>

#include <antin/der.h>
#include <antin_p11.h>

#include "remote.h"

enum {
	ANTIN_P11_IDLE_MAX = 16,     /* sessions kept ready for one token */
	ANTIN_P11_COPIES = 8,        /* keys that a session has a copy of */
	ANTIN_P11_STALE_MAX = 16,    /* starts of a module that one operation lives through */
	ANTIN_P11_SLOTS_MAX = 256,   /* slots of one module */
	ANTIN_P11_FAILED_PINS = 16,  /* wrong PINs remembered for one token */
	ANTIN_P11_MARKS = 4,         /* of these, in the file of the token */
	ANTIN_P11_MARK_SIZE = 2,     /* octets of each */
	ANTIN_P11_TRIES_CAREFUL = 2, /* wrong tries after which the next may be the last */
	ANTIN_P11_FIND_BATCH = 64,   /* handles asked for at once */
	ANTIN_P11_FIND_MAX = 100000, /* objects of one search */
	ANTIN_P11_VALUE_MAX = 65536, /* octets of one attribute */
	ANTIN_P11_FACTS_MAX = ANTIN_OBJECT_FACTS,
};

/* ckr.c: what a CK_RV means to us. */

enum antin_p11_after { /* what an operation does after it */
	               ANTIN_P11_GIVE_UP,
	               ANTIN_P11_RENEW,    /* the session or handle is gone, the token is not: once
	                                      more with new ones */
	               ANTIN_P11_RELOCATE, /* the token went away or was reset: look for it in the
	                                      slots, once more */
	               ANTIN_P11_RESTART,  /* the module lost itself: initialise it anew, look for
	                                      the token, once more */
};
/*
 * Our own codes: the module was opened by another process, before a fork; was initialised anew; its
 * helper died; or was killed because a call was late.
 */
#define ANTIN_P11_RV_FORKED (CKR_VENDOR_DEFINED | 0x616e7401UL)
#define ANTIN_P11_RV_STALE  (CKR_VENDOR_DEFINED | 0x616e7402UL)
#define ANTIN_P11_RV_DIED   (CKR_VENDOR_DEFINED | 0x616e7403UL)
#define ANTIN_P11_RV_LATE   (CKR_VENDOR_DEFINED | 0x616e7404UL)
static inline bool
antin_p11_is_gone(CK_RV rv) /* with the helper, all that the module knew */
{
	return rv == ANTIN_P11_RV_DIED || rv == ANTIN_P11_RV_LATE;
}

enum antin_rc antin_p11_rc_of(CK_RV rv);
enum antin_p11_after antin_p11_after(CK_RV rv);
const char *antin_p11_rv_name(CK_RV rv,
                              char buffer[32]); /* "CKR_PIN_INCORRECT", else "0x80000001" */
/* Records the failure of a module's function with the name of the code; returns its class. */
enum antin_rc antin_p11_fail(struct antin_err *err, CK_RV rv, const char *function);

/* quirk.c: what a module wants that others do not. */

struct antin_p11_quirks {
	bool one_operation;  /* one thread at a time from C_SignInit to C_Sign */
	bool rsa_decrypts;   /* an RSA key must be made with CKA_DECRYPT to sign */
	bool no_public_uses; /* CKA_VERIFY and CKA_ENCRYPT must not be asked for */
	bool copies;         /* signs faster with a copy of the key in memory */
	bool slow_search;    /* each search looks at every object's file */
};
struct antin_p11_quirks antin_p11_quirks_of(const CK_INFO *info);
/* Known by its file's name, before it is started: it is called by one thread at a time instead. */
bool antin_p11_locks_badly(const char *path);

/* watch.c: the gate that every call passes. */

enum antin_p11_limit { ANTIN_P11_SOON, ANTIN_P11_PAD, ANTIN_P11_LONG };
struct antin_p11_call { /* one that runs now; lies on the stack of its caller */
	struct antin_p11_call *next, *previous;
	const struct antin_module *module;
	const char *function;
	enum antin_p11_limit limit;
	unsigned int ms;
	int64_t until;
	bool told;
};

CK_RV antin_p11_enter(struct antin_module *m, unsigned int epoch, struct antin_p11_call *call);
void antin_p11_leave(struct antin_module *m, struct antin_p11_call *call);
/* A call within an epoch (0: any), with its limit. */
#define ANTIN_P11_WITHIN(m, epoch_, limit_, name, ...)                                             \
	__extension__({                                                                            \
		struct antin_p11_call p11_call_ = {.function = #name, .limit = (limit_)};          \
		CK_RV p11_rv_ = antin_p11_enter((m), (epoch_), &p11_call_);                        \
		if (p11_rv_ == CKR_OK && (m)->helper) {                                            \
			struct antin_wire_arg p11_args_[] = {REMOTE_##name(__VA_ARGS__)};          \
			p11_rv_ = antin_p11_remote((m)->helper, &p11_call_, ANTIN_WIRE_##name,     \
			                           p11_args_,                                      \
			                           sizeof(p11_args_) / sizeof(p11_args_[0]));      \
			antin_p11_leave((m), &p11_call_);                                          \
		} else if (p11_rv_ == CKR_OK) {                                                    \
			p11_rv_ = (m)->f->name(__VA_ARGS__);                                       \
			antin_p11_leave((m), &p11_call_);                                          \
		}                                                                                  \
		p11_rv_;                                                                           \
	})
#define ANTIN_P11_CALL(m, name, ...) ANTIN_P11_WITHIN(m, 0, ANTIN_P11_SOON, name, __VA_ARGS__)
/* With handles of a session: refused when the module was initialised anew since it was opened. */
#define ANTIN_P11_IN(s, name, ...)                                                                 \
	ANTIN_P11_WITHIN((s)->token->module, (s)->epoch, ANTIN_P11_SOON, name, __VA_ARGS__)

struct antin_p11_config antin_p11_config(void);
int64_t antin_p11_now(void); /* milliseconds, of a clock that only goes forward */
/* Waits on a condition; false when the time is over. */
bool antin_p11_wait(pthread_cond_t *c, pthread_mutex_t *lock, unsigned int ms);
void antin_p11_watch_begin(void);
void antin_p11_watch_end(void);
void antin_p11_watch_forget(void); /* in a child of fork */
unsigned int antin_p11_epoch(struct antin_module *m);
/* Keeps all others out once nobody is inside; false when that is so for too long, or is done. */
bool antin_p11_close_gate(struct antin_module *m, unsigned int epoch);
void antin_p11_open_gate(struct antin_module *m); /* and begins an epoch */

/* isolate.c: a module in a process of its own. */

struct antin_p11_helper;
enum antin_rc antin_p11_helper_new(const char *program, const char *module,
                                   struct antin_p11_helper **out, struct antin_err *err) ANTIN_MUST;
void antin_p11_helper_free(struct antin_p11_helper *h, bool ours); /* by the process of _new */
/* Ends the one that runs, and starts another that has the module loaded; these while nobody calls.
 */
enum antin_rc antin_p11_helper_start(struct antin_p11_helper *h, struct antin_err *err) ANTIN_MUST;
/* After starts in vain, the last of which took so long: requests are not to wait for the next. */
void antin_p11_helper_defer(struct antin_p11_helper *h, int64_t took);
void antin_p11_helper_good(struct antin_p11_helper *h); /* an operation succeeded */
/* The module's answer, or a code of ours. */
CK_RV antin_p11_remote(struct antin_p11_helper *h, const struct antin_p11_call *call,
                       enum antin_wire_function f, const struct antin_wire_arg *args, size_t n);

/* module.c */

/* What came of loading a module, here or in a helper. */
enum antin_rc antin_p11_loaded(enum antin_wire_start start, const char *text, CK_RV rv,
                               struct antin_err *err) ANTIN_MUST;

struct antin_module {
	struct antin_module *next; /* in the table of open modules */
	unsigned int refs;         /* guarded by the table's lock */
	char *path;
	void *library;
	CK_FUNCTION_LIST *f;
	struct antin_p11_helper *helper; /* instead of both */
	char *args;                      /* for C_Initialize; may be NULL */
	pid_t pid;                       /* who opened it; nobody else may call it */
	bool initialized;                /* by us, so that C_Finalize is ours too */
	bool one_by_one;                 /* it cannot lock: one call at a time */

	unsigned int epoch;  /* grows with each C_Initialize: sessions of an older one are dead */
	unsigned int inside; /* calls that run now; these four belong to the gate */
	bool closed;         /* while it is initialised anew */
	pthread_t closer;

	struct antin_p11_quirks quirks;
	pthread_mutex_t operation_lock; /* for the quirk; not held during a login */
	pthread_rwlock_t copy_lock;     /* for the quirk: written while a copy is made */
	pthread_mutex_t lock;           /* the list of tokens and their counts */
	struct antin_token *tokens;
};

/* Initialises it anew, unless that was done since `epoch`; BUSY when it cannot be done now. */
enum antin_rc antin_p11_restart(struct antin_module *m, unsigned int epoch, struct antin_err *err)
        ANTIN_MUST;

/* Slots with a token in them. */
enum antin_rc antin_p11_slots(struct antin_module *m, CK_SLOT_ID slots[ANTIN_P11_SLOTS_MAX],
                              size_t *n, struct antin_err *err) ANTIN_MUST;

/* known.c: names to files. */
enum antin_rc antin_p11_module_resolve(const char *name, struct antin_bytes *path,
                                       struct antin_bytes *args, struct antin_err *err) ANTIN_MUST;
/* Row i of the table: the file if it stands on this computer; false at the end of the table. */
bool antin_p11_known_at(size_t i, struct antin_bytes *path);
/* The driver of that name in a folder. */
bool antin_p11_known_in(const char *name, const char *folder, struct antin_bytes *path);
/* The name of the driver that a file's name of any system belongs to; NULL when none does. */
const char *antin_p11_known_by_file(const char *file);

/* token.c */

struct antin_p11_uri;

struct antin_p11_identity {
	CK_UTF8CHAR label[32], manufacturer[32], model[16];
	CK_CHAR serial[16];
};

/* Wrong tries since the last right one, and stored PINs that were wrong. */
struct antin_p11_tally {
	unsigned int wrong[3]; /* by owner */
	bool unsure[3];        /* tries of which nobody knows: one more, however many they are */
	bool salted;
	uint8_t salt[16];
	size_t n_failed;
	struct antin_p11_failed {
		unsigned int owner;
		uint8_t mark[ANTIN_P11_MARK_SIZE];
	} failed[ANTIN_P11_MARKS];
};

/* Keys by handle, with the copy in memory that stands for them; 0 where none could be made. */
struct antin_p11_copies {
	struct antin_p11_copy {
		CK_OBJECT_HANDLE of, copy;
	} items[ANTIN_P11_COPIES];
	unsigned int made; /* ever; the next one takes the place of the oldest */
};

/* A session that rests, with what belongs to it. */
struct antin_p11_idle {
	CK_SESSION_HANDLE handle;
	struct antin_p11_copies copies;
};

struct antin_token {
	struct antin_token *next; /* in the module's list */
	unsigned int refs;        /* guarded by the module's lock */
	struct antin_module *module;
	struct antin_p11_identity identity;

	pthread_mutex_t lock; /* all below but the failed PINs; never held during a call */
	CK_SLOT_ID slot;
	unsigned int losses;     /* times that it was called lost */
	unsigned int found;      /* of these, how many a search came after; the slot must be
	                            looked for before the next use if it is not all */
	unsigned int epoch;      /* of the module, that all below was made in */
	unsigned int generation; /* handles and sessions of an older one are dead */
	unsigned int logged_in;  /* the generation that a login was made in; 0 none */
	struct antin_p11_idle idle[ANTIN_P11_IDLE_MAX];
	size_t n_idle;
	size_t lent, lent_max;   /* sessions in use, and how many may be */
	pthread_cond_t given;    /* one came back */
	CK_SESSION_HANDLE login; /* keeps the login alive, never lent; 0 none */
	unsigned int logins;     /* how many were made */
	int64_t restart_at;      /* not before: a module is not initialised anew all the time */
	unsigned int restart_ms; /* how long it was waited for that last */
	CK_MECHANISM_TYPE *mechanisms;
	size_t n_mechanisms;
	unsigned int mechanisms_of; /* generation they were read in; 0 never */

	pthread_mutex_t pin_lock; /* one login at a time; the failed PINs */
	uint8_t salt[16];
	uint8_t failed[ANTIN_P11_FAILED_PINS][32];
	size_t n_failed;
	struct antin_p11_tally tally;            /* as this process knows it */
	bool tally_kept;                         /* only here: the file could not be written */
	const struct antin_pin_source *accepted; /* its PIN was right, of the user's; never read */
};

struct antin_token *antin_p11_token_ref(struct antin_token *t);
CK_SLOT_ID antin_p11_slot(struct antin_token *t); /* where it was seen last */
void antin_p11_info_of(struct antin_module *m, CK_SLOT_ID slot, const CK_TOKEN_INFO *from,
                       struct antin_token_info *to);
/* Asks the token itself, at its present slot. */
enum antin_rc antin_p11_token_ask(struct antin_token *t, CK_TOKEN_INFO *out, struct antin_err *err)
        ANTIN_MUST;
/* The same, waiting for it as long as the program wants. */
enum antin_rc antin_p11_token_await(struct antin_token *t, const struct antin_pin_source *pins,
                                    struct antin_err *err) ANTIN_MUST;
/* Whether another token of the module is in use or logged in to. */
bool antin_p11_others_in(struct antin_token *t);
void antin_p11_nap(unsigned int ms);
/* A padded field as text in a buffer. */
void antin_p11_text(const CK_UTF8CHAR *padded, size_t len, char *out, size_t cap);

unsigned long antin_p11_told(CK_ULONG given); /* 0 for what the token does not say */

/* Adds what our own counts say. */
void antin_p11_tries_of(struct antin_token *t, struct antin_token_info *out);
/* The token seen, by its identity; NULL without memory. */
struct antin_p11_seen;
struct antin_token *antin_p11_token_of(const struct antin_p11_seen *seen);
/* One token seen in a slot, while a module is walked. */
struct antin_p11_seen {
	struct antin_module *module;
	CK_SLOT_ID slot;
	CK_TOKEN_INFO info;
};

/* The tokens that match: the first is kept, the second is named in the error. */
struct antin_p11_choice {
	const struct antin_p11_uri *uri;
	bool blank; /* look for tokens that are not initialised */
	size_t n;
	struct antin_p11_seen first, second;
};

/* Walks all modules; several matches are AMBIGUOUS, none leaves n at 0. */
enum antin_rc antin_p11_choose(const struct antin_modules *modules, struct antin_p11_choice *c,
                               struct antin_err *err) ANTIN_MUST;

/* session.c */

enum antin_p11_how {
	ANTIN_P11_LOGIN = 1, /* the user must be logged in */
	ANTIN_P11_WRITE = 2, /* a read-write session */
};
struct antin_p11_session {
	struct antin_token *token;
	const struct antin_pin_source *pins;
	CK_SESSION_HANDLE handle;
	struct antin_p11_copies copies; /* of keys, made in this session */
	unsigned int epoch, generation;
	bool lent;            /* counted among those in use */
	CK_OBJECT_HANDLE key; /* the private key to use */
	bool each_time;       /* which wants the PIN each time */
	bool write;
	bool user;            /* logged in for this operation */
	CK_RV rv;             /* of the last call that failed */
	const char *function; /* which that was */
	bool final;           /* something was changed: the operation may not be repeated */
};
/*
 * Runs an operation in a session of its own, logged in if asked, and once more when the session or
 * the token was lost before anything was changed.  The session is kept only after success.
 */
enum antin_rc antin_token_run(struct antin_token *t, unsigned int how,
                              const struct antin_pin_source *pins,
                              enum antin_rc (*run)(struct antin_p11_session *s, void *user,
                                                   struct antin_err *err),
                              void *user, struct antin_err *err) ANTIN_MUST;
/* ANTIN_OK for CKR_OK; otherwise records the failure in the session and the error. */
enum antin_rc antin_p11_check(struct antin_p11_session *s, CK_RV rv, const char *function,
                              struct antin_err *err) ANTIN_MUST;
/* A module may list a mechanism and refuse it for this key or with these parameters. */
bool antin_p11_refused(const struct antin_p11_session *s);
/* Forgets the failure, so that another way can be tried. */
void antin_p11_forget(struct antin_p11_session *s, struct antin_err *err);
void antin_p11_sessions_close(struct antin_token *t); /* all that are kept */
/* The same, and those in use now are not kept either. */
void antin_p11_sessions_end(struct antin_token *t);
/* After the module was initialised anew: the token has to be looked for, nothing is left to close.
 */
void antin_p11_sessions_forget(struct antin_token *t);

/* A PIN on its way to the token; without octets when the token has a pad of its own. */
struct antin_p11_pin {
	enum antin_pin_why why; /* whose it is */
	struct antin_bytes value;
	bool pad;
	bool consent;  /* who gave it knew that the try may be the last */
	bool renews;   /* a new one goes out with it, and may be what is refused */
	bool admitted; /* looked at once more and counted: to be sent now */
	int guard;     /* keeps other programs out, see tally.c; 0 none */
};
void antin_p11_tally_unlock(int *guard);
static inline void
antin_p11_pin_done(struct antin_p11_pin *p)
{
	antin_bytes_done(&p->value);
	antin_p11_tally_unlock(&p->guard);
}
ANTIN_SCOPED_S(antin_p11_pin, antin_p11_pin_done);

/* tally.c: wrong PINs, where the token does not tell. */

/* Whose PIN: what is wrong for one may be right for another. */
enum antin_p11_owner {
	ANTIN_P11_OWNER_USER,
	ANTIN_P11_OWNER_SO,
	ANTIN_P11_OWNER_PUK,
	ANTIN_P11_OWNERS
};
enum antin_p11_owner antin_p11_owner_of(enum antin_pin_why why);
/* Waits until no other program is giving a PIN to this token; BUSY when that takes too long. */
enum antin_rc antin_p11_tally_lock(struct antin_token *t, int *guard, struct antin_err *err)
        ANTIN_MUST;
/* What is known of a token; `out` is what its file says, else what this process saw. */
void antin_p11_tally_load(struct antin_token *t, struct antin_p11_tally *out);
void antin_p11_tally_save(struct antin_token *t, const struct antin_p11_tally *y);
void antin_p11_tally_remember(struct antin_p11_tally *y, const struct antin_p11_pin *pin);
bool antin_p11_tally_failed(const struct antin_p11_tally *y, const struct antin_p11_pin *pin);
void antin_p11_tally_clear(struct antin_p11_tally *y, enum antin_p11_owner owner);
unsigned int antin_p11_tally_count(const struct antin_p11_tally *y, enum antin_p11_owner owner);
bool antin_p11_tally_parse(struct antin_slice text, struct antin_p11_tally *out);
void antin_p11_tally_add(const struct antin_p11_tally *y, struct antin_bytes *out);

/* pin.c */

/* The PIN that `pin->why` names, for a person who may take his time. */
enum antin_rc antin_p11_pin_get(struct antin_p11_session *s, struct antin_p11_pin *pin,
                                struct antin_err *err) ANTIN_MUST;
/*
 * Just before it goes out: locks, looks once more, counts.  Every admitted PIN is judged, or
 * withdrawn when it was not sent.
 */
enum antin_rc antin_p11_pin_admit(struct antin_p11_session *s, struct antin_p11_pin *pin,
                                  struct antin_err *err) ANTIN_MUST;
/* The token as it is now. */
enum antin_rc antin_p11_pin_look(struct antin_p11_session *s, struct antin_token_info *info,
                                 struct antin_err *err) ANTIN_MUST;
enum antin_pin_state antin_p11_pin_state(enum antin_pin_why why,
                                         const struct antin_token_info *info);
/* Whether the next try may be the last. */
bool antin_p11_pin_last(struct antin_token *t, enum antin_pin_why why,
                        const struct antin_token_info *info);
void antin_p11_pin_remember(struct antin_token *t, const struct antin_p11_pin *pin);
enum antin_rc antin_p11_pin_locked(enum antin_pin_why why, const struct antin_token_info *info,
                                   struct antin_err *err);

/* pin_answer.c */

/* What the answer of a function that was given the PIN means: OK, or the failure recorded. */
enum antin_rc antin_p11_pin_judge(struct antin_p11_session *s, struct antin_p11_pin *pin, CK_RV rv,
                                  const char *function, struct antin_err *err) ANTIN_MUST;
void antin_p11_pin_withdraw(struct antin_p11_session *s, struct antin_p11_pin *pin);
void antin_p11_pin_renewed(struct antin_p11_session *s, enum antin_pin_why why); /* it was set */
/* The failure of a function that was given a new PIN: POLICY when it is this that is refused. */
enum antin_rc antin_p11_fail_fresh(CK_RV rv, const char *function, struct antin_err *err);

/* login.c */

/* Logs the user in if the token wants it. */
enum antin_rc antin_p11_login(struct antin_p11_session *s, struct antin_err *err) ANTIN_MUST;
/* The module's own word that the user is still logged in; else a failure to begin anew with. */
enum antin_rc antin_p11_still_in(struct antin_p11_session *s, struct antin_err *err) ANTIN_MUST;
/* C_Login; admits the PIN if that was not done. */
enum antin_rc antin_p11_pin_send(struct antin_p11_session *s, CK_SESSION_HANDLE handle,
                                 CK_USER_TYPE user, struct antin_p11_pin *pin,
                                 struct antin_err *err) ANTIN_MUST;
/* Tells the person what to type on the pad of the reader, if that is where it is typed. */
void antin_p11_pad_notice(const struct antin_p11_session *s, const struct antin_p11_pin *pin,
                          const char *text);

/* pin_change.c: the token's limits for a new PIN. */
enum antin_rc antin_p11_pin_fits(const CK_TOKEN_INFO *info, size_t len, struct antin_err *err)
        ANTIN_MUST;

/* uri.c */

enum antin_rc antin_p11_uri_parse(const char *text, struct antin_p11_uri **out,
                                  struct antin_err *err) ANTIN_MUST;
void antin_p11_uri_free(struct antin_p11_uri *u);
ANTIN_OWNER_S(antin_p11_uri, antin_p11_uri_free);
bool antin_p11_uri_matches(const struct antin_p11_uri *u, const struct antin_module *m,
                           CK_SLOT_ID slot, const CK_TOKEN_INFO *info);
const char *
antin_p11_uri_module(const struct antin_p11_uri *u); /* module-path, module-name or NULL */
/* The label or id asked for; NULL when none is. */
const CK_ATTRIBUTE *antin_p11_uri_label(const struct antin_p11_uri *u);
const CK_ATTRIBUTE *antin_p11_uri_id(const struct antin_p11_uri *u);
/* Whether objects of that class are meant: its type, or none. */
bool antin_p11_uri_kind(const struct antin_p11_uri *u, CK_OBJECT_CLASS kind);
/* Writes the URI of an object on a token; empty when it does not fit. */
void antin_p11_uri_write(const struct antin_p11_identity *token, const CK_OBJECT_CLASS *kind,
                         struct antin_slice id, struct antin_slice label, char *out, size_t cap);

/* object.c */

/* What we read of an object; unreadable parts stay empty. */
struct antin_p11_object {
	CK_OBJECT_HANDLE handle;
	CK_OBJECT_CLASS kind;
	struct antin_bytes id, label;
	struct antin_public *public_key; /* NULL when the object does not tell */
	struct antin_cert *cert;         /* of certificates that we can read */
};
struct antin_p11_objects {
	struct antin_p11_object *items;
	size_t n;
};
void antin_p11_object_done(struct antin_p11_object *o);
void antin_p11_objects_done(struct antin_p11_objects *l);
ANTIN_SCOPED_S(antin_p11_objects, antin_p11_objects_done);
/* Handles of all objects that match, by at most three attributes. */
enum antin_rc antin_p11_find(struct antin_p11_session *s, const CK_ATTRIBUTE *wanted,
                             size_t n_wanted, CK_OBJECT_HANDLE **out, size_t *n,
                             struct antin_err *err) ANTIN_MUST;
/* All objects of a class, with label and id if these are not NULL. */
enum antin_rc antin_p11_objects_find(struct antin_p11_session *s, CK_OBJECT_CLASS kind,
                                     const CK_ATTRIBUTE *label, const CK_ATTRIBUTE *id,
                                     struct antin_p11_objects *out, struct antin_err *err)
        ANTIN_MUST;
/* The same of every class. */
enum antin_rc antin_p11_objects_named(struct antin_p11_session *s, const CK_ATTRIBUTE *label,
                                      const CK_ATTRIBUTE *id, struct antin_p11_objects *out,
                                      struct antin_err *err) ANTIN_MUST;
/* An attribute's octets; ANTIN_OK and empty when the object has none to show. */
enum antin_rc antin_p11_attribute(struct antin_p11_session *s, CK_OBJECT_HANDLE object,
                                  CK_ATTRIBUTE_TYPE type, struct antin_bytes *out,
                                  struct antin_err *err) ANTIN_MUST;
/* A CK_ULONG; ANTIN_OK and CK_UNAVAILABLE_INFORMATION when there is none. */
enum antin_rc antin_p11_attribute_ulong(struct antin_p11_session *s, CK_OBJECT_HANDLE object,
                                        CK_ATTRIBUTE_TYPE type, CK_ULONG *out,
                                        struct antin_err *err) ANTIN_MUST;
/* 0, 1, or -1 when the token does not say. */
enum antin_rc antin_p11_attribute_bool(struct antin_p11_session *s, CK_OBJECT_HANDLE object,
                                       CK_ATTRIBUTE_TYPE type, int *out, struct antin_err *err)
        ANTIN_MUST;
/* The public half that the attributes of a private or public key tell; NULL when they do not. */
enum antin_rc antin_p11_public_of(struct antin_p11_session *s, CK_OBJECT_HANDLE object,
                                  struct antin_public **out, struct antin_err *err) ANTIN_MUST;
bool antin_p11_same_public(const struct antin_public *a, const struct antin_public *b);

/* template.c: attributes, for a call to make or to look for an object. */

enum { ANTIN_P11_TEMPLATE_MAX = 24 };
/* Points to the values that were put: they outlive it. */
struct antin_p11_template {
	CK_ATTRIBUTE a[ANTIN_P11_TEMPLATE_MAX];
	size_t n;
};
CK_ATTRIBUTE antin_p11_attribute_of(CK_ATTRIBUTE_TYPE type, struct antin_slice value);
void antin_p11_put(struct antin_p11_template *t, CK_ATTRIBUTE_TYPE type, const void *value,
                   size_t len);
void antin_p11_put_slice(struct antin_p11_template *t, CK_ATTRIBUTE_TYPE type,
                         struct antin_slice value);
void antin_p11_put_bool(struct antin_p11_template *t, CK_ATTRIBUTE_TYPE type, bool value);
/* How many objects of a class have this value of an attribute. */
enum antin_rc antin_p11_count(struct antin_p11_session *s, CK_OBJECT_CLASS kind,
                              CK_ATTRIBUTE_TYPE type, struct antin_slice value, size_t *n,
                              struct antin_err *err) ANTIN_MUST;

/* contents.c: adds them to what is shown to people. */
enum antin_rc antin_p11_objects_show(const struct antin_token *t,
                                     const struct antin_p11_objects *from,
                                     struct antin_token_objects *to, struct antin_err *err)
        ANTIN_MUST;

/* offer.c */

/* Reads what the token offers, once in each generation. */
enum antin_rc antin_p11_offer_refresh(struct antin_p11_session *s, struct antin_err *err)
        ANTIN_MUST;
bool antin_p11_offers(struct antin_token *t, CK_MECHANISM_TYPE type);
const char *antin_p11_mechanism_name(CK_MECHANISM_TYPE type); /* NULL when it is not known */

/* mechanism.c */

enum { ANTIN_P11_RUNGS = 3 };
struct antin_p11_rung { /* one way to make a signature */
	CK_MECHANISM_TYPE type;
	bool hashes; /* takes the message itself */
	CK_RSA_PKCS_PSS_PARAMS pss;
	bool has_pss;
};
/* The ways that the token offers, best first; those that hash only where the message is known. */
enum antin_rc antin_p11_ladder(struct antin_p11_session *s, struct antin_sigalg a, bool message,
                               struct antin_p11_rung rungs[ANTIN_P11_RUNGS], size_t *n,
                               struct antin_err *err) ANTIN_MUST;
/* The names of a digest in mechanism parameters. */
void antin_p11_hash_of(enum antin_digest d, CK_MECHANISM_TYPE *hash, CK_RSA_PKCS_MGF_TYPE *mgf);
/*
 * What C_Sign gets: the message for a rung that hashes; else of the digest its DigestInfo, the
 * padded block, or the digest cut to the order.
 */
enum antin_rc antin_p11_prepare(const struct antin_public *key, struct antin_sigalg a,
                                struct antin_p11_rung *rung, struct antin_slice given,
                                struct antin_bytes *out, struct antin_err *err) ANTIN_MUST;
/* What C_Sign gave to what the world reads; a wrong size is an error. */
enum antin_rc antin_p11_signature(const struct antin_public *key, struct antin_slice raw,
                                  struct antin_bytes *out, struct antin_err *err) ANTIN_MUST;

/* padding.c: blocks as long as the modulus, `k` octets or `bits` bits. */

enum antin_rc antin_p11_pad_v15(size_t k, const struct antin_bytes *info, struct antin_bytes *out,
                                struct antin_err *err) ANTIN_MUST;
enum antin_rc antin_p11_pad_pss(unsigned int bits, enum antin_digest d, struct antin_slice digest,
                                struct antin_bytes *out, struct antin_err *err) ANTIN_MUST;
/* The message in a block that was decrypted raw, which is overwritten; DAMAGED when there is none.
 */
enum antin_rc antin_p11_unpad(enum antin_padding padding, enum antin_digest d,
                              struct antin_bytes *block, struct antin_bytes *out,
                              struct antin_err *err) ANTIN_MUST;
enum antin_rc antin_p11_fail_padding(struct antin_err *err); /* DAMAGED, always the same words */

/* key.c */

struct antin_p11_key {
	struct antin_key base;
	struct antin_token *token;
	const struct antin_pin_source *pins;
	struct antin_bytes id;           /* CKA_ID */
	struct antin_bytes object_label; /* CKA_LABEL */
	CK_OBJECT_HANDLE handle;
	unsigned int handle_of; /* the generation the handle is good in; 0 none */
	int always_auth;        /* the PIN for each signature; -1 not read yet */
	struct antin_key_fact facts[ANTIN_P11_FACTS_MAX];
};
/* copy.c: puts a copy in memory in the place of the session's key, made once in each session. */
void antin_p11_copy(struct antin_p11_session *s);
/* Makes the key of a public half and what lies beside it; not bound to an object yet. */
enum antin_rc antin_p11_key_new(struct antin_token *t, const struct antin_p11_object *from,
                                const struct antin_pin_source *pins, struct antin_p11_key **out,
                                struct antin_err *err) ANTIN_MUST;
/* Takes the handle of its private key, good in this generation, and reads its facts. */
enum antin_rc antin_p11_key_bind(struct antin_p11_session *s, struct antin_p11_key *k,
                                 CK_OBJECT_HANDLE handle, struct antin_err *err) ANTIN_MUST;
/* Binds it in the session's generation, if it is not yet. */
enum antin_rc antin_p11_key_ready(struct antin_p11_session *s, struct antin_p11_key *k,
                                  struct antin_err *err) ANTIN_MUST;
enum antin_rc antin_p11_facts(struct antin_p11_session *s, CK_OBJECT_HANDLE object,
                              struct antin_key_fact facts[ANTIN_P11_FACTS_MAX],
                              struct antin_err *err) ANTIN_MUST;

/* operate.c: what a private key does, in the module's own terms. */

enum antin_p11_what { ANTIN_P11_SIGN, ANTIN_P11_DECRYPT, ANTIN_P11_DERIVE };
struct antin_p11_operation {
	enum antin_p11_what what;
	CK_MECHANISM mechanism;
	struct antin_slice in; /* to sign or decrypt */
	size_t size;           /* of the secret to derive */
};
/* In a session where a key is ready; appends the result as the module gave it. */
enum antin_rc antin_p11_operate(struct antin_p11_session *s, struct antin_p11_operation *op,
                                struct antin_bytes *out, struct antin_err *err) ANTIN_MUST;
/* The same in a session of its own, with login and reconnect; `base` is a key of a token. */
enum antin_rc antin_p11_key_operate(struct antin_key *base, struct antin_p11_operation *op,
                                    struct antin_bytes *out, struct antin_err *err) ANTIN_MUST;

/* find.c: the one key that a URI names, with its chain. */
enum antin_rc antin_p11_key_find(struct antin_token *t, const struct antin_p11_uri *uri,
                                 const struct antin_pin_source *pins, struct antin_key **out,
                                 struct antin_err *err) ANTIN_MUST;

/* label.c: USAGE for a new label that nobody could read aloud and type again. */
enum antin_rc antin_p11_label_check(const char *label, struct antin_err *err) ANTIN_MUST;

/* keygen.c */
enum antin_rc antin_p11_generate(struct antin_token *t, const struct antin_p11_uri *uri,
                                 const struct antin_keygen *spec,
                                 const struct antin_pin_source *pins, struct antin_key **out,
                                 struct antin_err *err) ANTIN_MUST;

/* certificate.c */
/* Every certificate on the token that can be read. */
enum antin_rc antin_p11_certificates(struct antin_p11_session *s, struct antin_certs *out,
                                     struct antin_err *err) ANTIN_MUST;
enum antin_rc antin_p11_store(struct antin_token *t, struct antin_cert *cert,
                              const struct antin_pin_source *pins, struct antin_err *err)
        ANTIN_MUST;

#endif
