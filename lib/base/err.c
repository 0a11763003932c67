/*
 * The error object: frames with typed arguments, text made only when printed.  See err.h.
 */
#include <antin/err.h>

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <openssl/err.h>

#include <antin/text.h>

struct class_row {
	const char *id;
	int exit_code;
	const char *hint;
};

static const struct class_row classes[ANTIN_RC_COUNT] = {[ANTIN_OK] = {"ok", 0, ""},
#define ROW(sym, id, code, hint) [ANTIN_E_##sym] = {id, code, hint},
                                                         ANTIN_CLASSES(ROW)
#undef ROW
};

static const struct class_row *
class_of(enum antin_rc rc)
{
	return (unsigned int)rc < ANTIN_RC_COUNT ? &classes[rc] : &classes[ANTIN_E_INTERNAL];
}

const char *
antin_rc_id(enum antin_rc rc)
{
	return class_of(rc)->id;
}

int
antin_rc_exit(enum antin_rc rc)
{
	return class_of(rc)->exit_code;
}

const char *
antin_rc_hint(enum antin_rc rc)
{
	return class_of(rc)->hint;
}

/* One conversion of a format: its length in the format and what it takes. */
struct conversion {
	size_t len;
	char type; /* d u s %, 0 at the end of the text */
	int longs; /* l or ll */
	bool size; /* z */
};

static struct conversion
conversion_at(const char *p)
{
	struct conversion c = {.len = 1, .type = 0};
	const char *q = p + 1;

	for (; *q == 'l'; q++)
		c.longs++;
	if (*q == 'z') {
		c.size = true;
		q++;
	}
	c.type = *q;
	if (c.type == 'i')
		c.type = 'd';
	c.len = (size_t)(q - p) + (*q ? 1 : 0);
	return c;
}

static size_t
keep_text(struct antin_err *err, const char *text)
{
	size_t at = err->pool_used;
	size_t room = ANTIN_ERR_POOL - at;
	size_t len = text ? strlen(text) : 0;

	if (room < 2)
		return ANTIN_ERR_POOL - 1;
	if (len > room - 1)
		len = room - 1;
	if (len)
		memcpy(err->pool + at, text, len);
	err->pool[at + len] = '\0';
	err->pool_used = at + len + 1;
	return at;
}

static void
keep_arg(struct antin_err *err, struct antin_err_frame *f, struct conversion c, va_list *args)
{
	struct antin_err_arg *a = &f->args[f->n_args++];

	if (c.type == 's') {
		a->kind = ANTIN_ARG_TEXT;
		a->value.text = keep_text(err, va_arg(*args, const char *));
	} else if (c.type == 'd') {
		a->kind = ANTIN_ARG_INT;
		a->value.number = c.longs == 0 && !c.size ? va_arg(*args, int)
		                  : c.longs == 1          ? va_arg(*args, long)
		                  : c.size                ? (int64_t)va_arg(*args, ssize_t)
		                                          : va_arg(*args, long long);
	} else {
		a->kind = ANTIN_ARG_UINT;
		a->value.unsigned_number = c.longs == 0 && !c.size ? va_arg(*args, unsigned int)
		                           : c.longs == 1          ? va_arg(*args, unsigned long)
		                           : c.size                ? va_arg(*args, size_t)
		                                    : va_arg(*args, unsigned long long);
	}
}

static void
push(struct antin_err *err, enum antin_rc rc, const char *func, const char *format, va_list *args)
{
	struct antin_err_frame *f;

	if (err->n_frames == 0)
		err->rc = rc;
	if (err->n_frames == ANTIN_ERR_FRAMES)
		return;
	f = &err->frames[err->n_frames++];
	*f = (struct antin_err_frame){.func = func, .format = format};
	for (const char *p = strchr(format, '%'); p; p = strchr(p, '%')) {
		struct conversion c = conversion_at(p);

		if (strchr("dus", c.type) && c.type && f->n_args < ANTIN_ERR_ARGS)
			keep_arg(err, f, c, args);
		p += c.len;
	}
}

enum antin_rc
antin_err_push(struct antin_err *err, enum antin_rc rc, const char *func, const char *format, ...)
{
	va_list args;

	if (!err)
		return rc;
	va_start(args, format);
	push(err, rc, func, format, &args);
	va_end(args);
	return err->rc;
}

enum antin_rc
antin_err_push_crypto(struct antin_err *err, enum antin_rc rc, const char *func, const char *what)
{
	unsigned long code = ERR_peek_error();
	const char *reason = code ? ERR_reason_error_string(code) : NULL;

	rc = antin_err_push(err, rc, func, N_("%s: %s"), what, reason ? reason : "no detail");
	ERR_clear_error();
	return rc;
}

/* A frame whose format comes from a table and takes one text. */
static enum antin_rc
push_text(struct antin_err *err, enum antin_rc rc, const char *func, const char *format,
          const char *text)
{
	struct antin_err_frame *f;

	if (!err)
		return rc;
	if (err->n_frames == 0)
		err->rc = rc;
	if (err->n_frames < ANTIN_ERR_FRAMES) {
		f = &err->frames[err->n_frames++];
		*f = (struct antin_err_frame){.func = func, .format = format, .n_args = 1};
		f->args[0].kind = ANTIN_ARG_TEXT;
		f->args[0].value.text = keep_text(err, text);
	}
	return err->rc;
}

void
antin_err_add(struct antin_err *err, enum antin_rc rc, const struct antin_err_frame *frame,
              const char *const texts[ANTIN_ERR_ARGS])
{
	struct antin_err_frame *f;

	if (!err)
		return;
	if (err->n_frames == 0)
		err->rc = rc;
	if (err->n_frames == ANTIN_ERR_FRAMES)
		return;
	f = &err->frames[err->n_frames++];
	*f = *frame;
	f->func = __func__;
	f->kept = keep_text(err, frame->format);
	f->format = NULL;
	for (size_t i = 0; i < f->n_args; i++)
		if (f->args[i].kind == ANTIN_ARG_TEXT)
			f->args[i].value.text = keep_text(err, texts[i]);
}

struct errno_row {
	int saved;
	enum antin_rc rc;
	const char *format;
};

static const struct errno_row errno_rows[] = {
        {ENOENT, ANTIN_E_MISSING, N_("%s: no such file or folder")},
        {ENOTDIR, ANTIN_E_MISSING, N_("%s: part of the path is not a folder")},
        {EISDIR, ANTIN_E_FOLDER, N_("%s: it is a folder")},
        {EACCES, ANTIN_E_UNREADABLE, N_("%s: permission denied")},
        {EPERM, ANTIN_E_UNREADABLE, N_("%s: permission denied")},
        {EROFS, ANTIN_E_NOT_WRITABLE, N_("%s: the disk is read-only")},
        {ENOSPC, ANTIN_E_DISK_FULL, N_("%s: the disk is full")},
        {EDQUOT, ANTIN_E_DISK_FULL, N_("%s: the disk quota is used up")},
        {EFBIG, ANTIN_E_DISK_FULL, N_("%s: the file would become too large")},
        {EEXIST, ANTIN_E_EXISTS, N_("%s: it exists already")},
        {ENAMETOOLONG, ANTIN_E_MISSING, N_("%s: the name is too long")},
        {ELOOP, ANTIN_E_MISSING, N_("%s: too many links")},
        {ENOMEM, ANTIN_E_MEMORY, N_("%s: not enough memory")},
        {ETIMEDOUT, ANTIN_E_TIMEOUT, N_("%s: no answer in time")},
};

enum antin_rc
antin_err_push_errno(struct antin_err *err, int saved, const char *func, const char *what,
                     const char *path)
{
	antin_err_set_file(err, path);
	for (size_t i = 0; i < sizeof(errno_rows) / sizeof(errno_rows[0]); i++) {
		const struct errno_row *r = &errno_rows[i];

		if (r->saved == saved)
			return push_text(err, r->rc, func, r->format, what);
	}
	return antin_err_push(err, ANTIN_E_IO, func, N_("%s: system error %d (%s)"), what, saved,
	                      strerrorname_np(saved) ? strerrorname_np(saved) : "?");
}

void
antin_err_set_file(struct antin_err *err, const char *path)
{
	if (err && path && !err->file[0])
		(void)snprintf(err->file, sizeof(err->file), "%s", path);
}

void
antin_err_set_where(struct antin_err *err, const char *format, ...)
{
	va_list args;

	if (!err || err->where[0])
		return;
	va_start(args, format);
	(void)vsnprintf(err->where, sizeof(err->where), format, args);
	va_end(args);
}

void
antin_err_set_hint(struct antin_err *err, const char *format, ...)
{
	va_list args;

	if (!err || err->hint[0])
		return;
	va_start(args, format);
	(void)vsnprintf(err->hint, sizeof(err->hint), format, args);
	va_end(args);
}

void
antin_err_clear(struct antin_err *err)
{
	if (err)
		memset(err, 0, sizeof(*err));
}

/* A line being written into a fixed buffer; what does not fit is dropped at a character. */
struct line {
	char *out;
	size_t cap, len;
	bool full; /* something was dropped: nothing may follow it */
};

static void
line_add_part(struct line *l, const char *text, size_t len)
{
	if (l->full)
		return;
	if (len > l->cap - 1 - l->len) {
		l->full = true;
		len = l->cap - 1 - l->len;
		while (len && ((unsigned char)text[len] & 0xc0) == 0x80)
			len--;
	}
	memcpy(l->out + l->len, text, len);
	l->len += len;
	l->out[l->len] = '\0';
}

static void
line_add(struct line *l, const char *text)
{
	line_add_part(l, text, strlen(text));
}

static void
line_add_arg(struct line *l, const struct antin_err *err, const struct antin_err_arg *a)
{
	char buf[ANTIN_SAFE_MAX * 4 + 16];

	if (a->kind == ANTIN_ARG_TEXT) {
		const char *text = err->pool + a->value.text;
		struct antin_slice s = {(const uint8_t *)text, strlen(text)};

		line_add(l, antin_text_safe(s, buf, sizeof(buf)));
		return;
	}
	if (a->kind == ANTIN_ARG_INT)
		(void)snprintf(buf, sizeof(buf), "%lld", (long long)a->value.number);
	else
		(void)snprintf(buf, sizeof(buf), "%llu",
		               (unsigned long long)a->value.unsigned_number);
	line_add(l, buf);
}

/* Translations may reorder: %2$s.  Returns the argument's index and moves *p behind the digits. */
static size_t
arg_index(const char **p, size_t next)
{
	if ((*p)[1] >= '1' && (*p)[1] <= '9' && (*p)[2] == '$') {
		size_t i = (size_t)((*p)[1] - '1');

		*p += 2;
		return i;
	}
	return next;
}

static void
line_add_frame(struct line *l, const struct antin_err *err, const struct antin_err_frame *f,
               antin_translate_fn *tr)
{
	const char *format = f->format ? f->format : err->pool + f->kept;
	const char *p = tr && format[0] ? tr(format) : format;
	size_t next = 0;

	while (*p) {
		struct conversion c;
		size_t i;

		if (*p != '%') {
			size_t len = strcspn(p, "%");

			line_add_part(l, p, len);
			p += len;
			continue;
		}
		i = arg_index(&p, next);
		c = conversion_at(p);
		p += c.len;
		if (c.type == '%')
			line_add(l, "%");
		else if (i < f->n_args)
			line_add_arg(l, err, &f->args[i]);
		next = i + (c.type != '%');
	}
}

char *
antin_err_frame_text(const struct antin_err *err, size_t i, antin_translate_fn *tr, char *out,
                     size_t cap)
{
	struct line l = {out, cap, 0, false};

	out[0] = '\0';
	if (err && i < err->n_frames)
		line_add_frame(&l, err, &err->frames[i], tr);
	return out;
}

char *
antin_err_line(const struct antin_err *err, antin_translate_fn *tr, char *out, size_t cap)
{
	struct line l = {out, cap, 0, false};
	char buf[ANTIN_SAFE_MAX * 4 + 16];

	out[0] = '\0';
	if (!err)
		return out;
	for (size_t i = err->n_frames; i-- > 0;) {
		line_add_frame(&l, err, &err->frames[i], tr);
		if (i > 0)
			line_add(&l, ": ");
	}
	if (err->where[0]) {
		struct antin_slice s = {(const uint8_t *)err->where, strlen(err->where)};

		line_add(&l, " (");
		line_add(&l, antin_text_safe(s, buf, sizeof(buf)));
		line_add(&l, ")");
	}
	line_add(&l, " [");
	line_add(&l, antin_rc_id(err->rc));
	line_add(&l, "]");
	return out;
}

const char *
antin_err_hint(const struct antin_err *err, antin_translate_fn *tr)
{
	const char *hint = antin_rc_hint(err->rc);

	if (err->hint[0])
		return err->hint;
	return tr && hint[0] ? tr(hint) : hint;
}
