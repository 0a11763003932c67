/*
 * Errors: every call that can fail returns enum antin_rc and takes, last, a struct antin_err owned
 * by the caller (usually on its stack; may be NULL).  The cause is recorded first, context is added
 * on the way out; text is made, and translated, only when it is printed.
 */
#ifndef ANTIN_ERR_H
#define ANTIN_ERR_H

#include <stddef.h>
#include <stdint.h>

#define ANTIN_MUST __attribute__((warn_unused_result))

/* Marks a text for translation without translating it; xgettext knows the name. */
#define N_(text) text

/*
 * The error classes: symbol, identifier seen by people and scripts, exit code of a command that
 * ends with it (contract: 1 refused or failed, 2 usage, 5 not what it claims to be, 6 a service,
 * token or disk failed), and what to do, in a sentence.
 */
#define ANTIN_CLASSES(X)                                                                           \
	X(USAGE, "usage", 2, N_("Run the command with --help to see what it takes."))              \
	X(CONFIG, "config", 2, N_("Correct the setting, or see the settings with config list."))   \
	X(MEMORY, "memory", 6, N_("Close other programs and try again."))                          \
	X(IO, "io", 6, N_("Check the disk and try again."))                                        \
	X(DISK_FULL, "disk-full", 6, N_("Free some space on that disk and try again."))            \
	X(MISSING, "missing", 1, N_("Check the name and the folder."))                             \
	X(UNREADABLE, "unreadable", 1, N_("Ask the owner for permission to read it."))             \
	X(NOT_WRITABLE, "not-writable", 1, N_("Choose another place with --out."))                 \
	X(FOLDER, "folder", 1, N_("Name a file, not a folder."))                                   \
	X(EXISTS, "exists", 1, N_("Choose another name for the result, or remove what is there.")) \
	X(EMPTY, "empty", 5, N_("The file has no content; ask the sender for it again."))          \
	X(TOO_LARGE, "too-large", 5, N_("The data is larger than this program accepts."))          \
	X(FORMAT, "format", 5, N_("The file is not what it claims to be; ask for it again."))      \
	X(DAMAGED, "damaged", 5, N_("The file is damaged; ask the sender for it again."))          \
	X(UNSUPPORTED, "unsupported", 1, N_("This cannot be done yet; nothing was changed."))      \
	X(ENCRYPTED, "encrypted", 1, N_("Remove the password or encryption first."))               \
	X(CHANGED, "changed-while-signing", 1, N_("Close programs using the file; sign again."))   \
	X(NOT_FOUND, "not-found", 1, N_("Check the name or number."))                              \
	X(AMBIGUOUS, "ambiguous", 1, N_("Several match; name one of them exactly."))               \
	X(CONFLICT, "conflict", 1, N_("It stands already; see it with the show command."))         \
	X(STATE, "state", 1, N_("It is not in a state that allows this."))                         \
	X(POLICY, "policy", 1, N_("The rules in force do not allow this."))                        \
	X(LINT, "lint", 1, N_("Correct the named field and ask again."))                           \
	X(EXPIRED, "expired", 1, N_("Ask your registration officer for a renewed certificate."))   \
	X(NOT_YET_VALID, "not-yet-valid", 1, N_("Check the clock of this computer."))              \
	X(REVOKED, "revoked", 1, N_("Ask your registration officer for a new certificate."))       \
	X(BAD_SIGNATURE, "bad-signature", 1, N_("The content was changed or damaged."))            \
	X(KEY_MISMATCH, "key-mismatch", 1,                                                         \
	  N_("Name the key and certificate that belong together."))                                \
	X(PIN_NEEDED, "pin-needed", 1, N_("Give the PIN at a terminal, or with --pin-file."))      \
	X(PIN_WRONG, "pin-wrong", 1, N_("Check the PIN; do not guess."))                           \
	X(PIN_LAST_TRY, "pin-last-try", 1,                                                         \
	  N_("One try is left; ask your officer before using it."))                                \
	X(PIN_LOCKED, "pin-locked", 1, N_("Ask your registration officer to unblock the token."))  \
	X(CANCELLED, "cancelled", 1, N_("Nothing was done."))                                      \
	X(NO_MECHANISM, "no-mechanism", 1, N_("Choose another key or signature scheme."))          \
	X(TOKEN, "token", 6, N_("Reconnect the token and try again."))                             \
	X(REMOVED, "token-removed", 6, N_("Put the token back and try again."))                    \
	X(BUSY, "busy", 6, N_("Wait a moment and try again."))                                     \
	X(TIMEOUT, "timeout", 6, N_("Try again later."))                                           \
	X(SERVICE, "service", 6, N_("Try again later."))                                           \
	X(STORE, "store", 6, N_("Run antin-ca check before going on."))                            \
	X(INTERNAL, "internal", 6, N_("This is a fault of the program; please report it."))

enum antin_rc {
	ANTIN_OK = 0,
#define ANTIN_CLASS_ENUM(sym, id, code, hint) ANTIN_E_##sym,
	ANTIN_CLASSES(ANTIN_CLASS_ENUM)
#undef ANTIN_CLASS_ENUM
	        ANTIN_RC_COUNT
};

enum antin_err_limit {
	ANTIN_ERR_FRAMES = 8,  /* further context is dropped, the cause never */
	ANTIN_ERR_ARGS = 4,    /* typed arguments of one frame */
	ANTIN_ERR_POOL = 1600, /* bytes for the text arguments of all frames; cut short beyond */
};

struct antin_err_arg {
	enum { ANTIN_ARG_INT, ANTIN_ARG_UINT, ANTIN_ARG_TEXT } kind;
	union {
		int64_t number;
		uint64_t unsigned_number;
		size_t text; /* offset into the pool */
	} value;
};

struct antin_err_frame {
	const char *func;   /* where in the source; for developers */
	const char *format; /* untranslated, static; NULL: it is in the pool, at `kept` */
	size_t kept;
	size_t n_args;
	struct antin_err_arg args[ANTIN_ERR_ARGS];
};

struct antin_err {
	enum antin_rc rc; /* the class: the first one recorded wins */
	size_t n_frames;  /* frame 0 is the cause */
	struct antin_err_frame frames[ANTIN_ERR_FRAMES];
	char file[512];  /* the file concerned, or "" */
	char where[160]; /* the place in it (object, field, byte), or "" */
	char hint[320];  /* a command that helps, or "" for the hint of the class */
	size_t pool_used;
	char pool[ANTIN_ERR_POOL];
};

/* An empty error is all zero: `struct antin_err err = {0};`. */

/*
 * Record a cause / add context.  `format` is a printf format of %s, %d, %u, %ld, %lu, %lld, %llu,
 * %zu and %%, at most ANTIN_ERR_ARGS of them, in lower case without a final stop, and is marked for
 * translation where it is written: antin_fail(err, ANTIN_E_FORMAT, N_("bad number %d"), n).
 * fail returns the class given, wrap the one recorded first.
 */
static inline enum antin_rc
antin_rc_given(enum antin_rc given, enum antin_rc recorded)
{
	(void)recorded;
	return given;
}

static inline enum antin_rc
antin_rc_failed(enum antin_rc rc)
{
	return rc == ANTIN_OK ? ANTIN_E_INTERNAL : rc;
}
#define antin_fail(err, rc, ...)                                                                   \
	antin_rc_given((rc), antin_err_push((err), (rc), __func__, __VA_ARGS__))
#define antin_wrap(err, rc, ...) antin_rc_failed(antin_err_push((err), (rc), __func__, __VA_ARGS__))
enum antin_rc antin_err_push(struct antin_err *err, enum antin_rc rc, const char *func,
                             const char *format, ...) __attribute__((format(printf, 4, 5)));

/* Out of memory, recorded without allocating. */
#define antin_fail_memory(err) antin_fail((err), ANTIN_E_MEMORY, N_("not enough memory"))

/* Drains OpenSSL's error queue into one frame; `format` says what was being done. */
#define antin_fail_crypto(err, rc, what)                                                           \
	antin_rc_given((rc), antin_err_push_crypto((err), (rc), __func__, (what)))
enum antin_rc antin_err_push_crypto(struct antin_err *err, enum antin_rc rc, const char *func,
                                    const char *what);

/* Records errno `saved` with the class that fits it (ENOSPC disk-full, ENOENT missing...). */
#define antin_fail_errno(err, saved, what, path)                                                   \
	antin_rc_failed(antin_err_push_errno((err), (saved), __func__, (what), (path)))
enum antin_rc antin_err_push_errno(struct antin_err *err, int saved, const char *func,
                                   const char *what, const char *path);

/*
 * Adds a frame as another process told it: the format is kept in the pool, texts are those of
 * `texts`, one an argument, NULL for numbers.
 */
void antin_err_add(struct antin_err *err, enum antin_rc rc, const struct antin_err_frame *frame,
                   const char *const texts[ANTIN_ERR_ARGS]);

/* Each sets its field once (the innermost speaks); later calls change nothing. */
void antin_err_set_file(struct antin_err *err, const char *path);
void antin_err_set_where(struct antin_err *err, const char *format, ...)
        __attribute__((format(printf, 2, 3)));
void antin_err_set_hint(struct antin_err *err, const char *format, ...)
        __attribute__((format(printf, 2, 3)));

void antin_err_clear(struct antin_err *err);

/* Translates a marked text; gettext has this shape.  NULL everywhere means English. */
typedef const char *antin_translate_fn(const char *text);

/*
 * Writes frame `i` as text, NUL-terminated and cut to `cap` at a character boundary; foreign text
 * in arguments is escaped by antin_text_safe.  Returns `out`.
 */
char *antin_err_frame_text(const struct antin_err *err, size_t i, antin_translate_fn *tr, char *out,
                           size_t cap);

/* The whole error in one line: outermost context first, "a: b: detail [class]". */
char *antin_err_line(const struct antin_err *err, antin_translate_fn *tr, char *out, size_t cap);

/* The hint set, else the hint of the class, translated. */
const char *antin_err_hint(const struct antin_err *err, antin_translate_fn *tr);

const char *antin_rc_id(enum antin_rc rc);   /* "not-found"; "ok" for ANTIN_OK */
int antin_rc_exit(enum antin_rc rc);         /* exit code of the class */
const char *antin_rc_hint(enum antin_rc rc); /* untranslated */

#endif
