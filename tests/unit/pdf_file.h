/*
 * Help for the tests of PDF: samples, editing bytes, signing in memory.
 */
#ifndef ANTIN_TEST_PDF_FILE_H
#define ANTIN_TEST_PDF_FILE_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <check.h>

#include <antin/doc.h>

#define PDF_FOLDER "tests/data/pdf/"

/* What every reader of structure accepts as a signature: SEQUENCE { INTEGER 1 }. */
static const uint8_t small_cms[] = {0x30, 0x03, 0x02, 0x01, 0x01};

static inline struct antin_bytes
pdf_sample(const char *name)
{
	struct antin_bytes b = {0};
	struct antin_err err = {0};
	char path[256];

	(void)snprintf(path, sizeof(path), PDF_FOLDER "%s", name);
	ck_assert_msg(antin_file_read(path, 1 << 20, &b, &err) == ANTIN_OK, "%s", path);
	return b;
}

/* Opens bytes in memory; on failure NULL with the error filled. */
static inline struct antin_doc *
pdf_open_bytes(const struct antin_bytes *b, struct antin_err *err)
{
	struct antin_source *src = NULL;
	struct antin_doc *d = NULL;
	enum antin_rc rc = antin_source_memory(antin_bytes_slice(b), "x.pdf", &src, err);

	ck_assert(rc == ANTIN_OK);
	rc = antin_doc_open(src, &d, err);
	ck_assert((rc == ANTIN_OK) == (d != NULL));
	ck_assert(rc == err->rc);
	antin_source_free(src);
	return d;
}

static inline struct antin_doc *
pdf_must_open(const struct antin_bytes *b)
{
	struct antin_err err = {0};
	struct antin_doc *d = pdf_open_bytes(b, &err);
	char line[1024];

	ck_assert_msg(d != NULL, "%s", antin_err_line(&err, NULL, line, sizeof(line)));
	return d;
}

static inline void
pdf_print(const struct antin_err *err, char *line, size_t cap)
{
	(void)antin_err_line(err, NULL, line, cap);
}

/* Fails to open with this class and text. */
static inline void
pdf_must_refuse(const struct antin_bytes *b, enum antin_rc rc, const char *text, const char *what)
{
	struct antin_err err = {0};
	struct antin_doc *d = pdf_open_bytes(b, &err);
	char line[1024];

	ck_assert_msg(d == NULL, "%s: was opened", what);
	pdf_print(&err, line, sizeof(line));
	ck_assert_msg(err.rc == rc && strstr(line, text), "%s: %s", what, line);
	antin_doc_free(d);
}

/* What slot_write puts into a file, in memory. */
static inline struct antin_bytes
pdf_slot_bytes(const struct antin_bytes *base, struct antin_slot *s, struct antin_slice cms)
{
	struct antin_bytes out = {0}, hex = {0};

	antin_hex_add(&hex, cms);
	ck_assert(hex.len <= s->hole_len);
	memcpy(s->tail.p + s->hole, hex.p, hex.len);
	antin_bytes_add(&out, base->p, base->len);
	antin_bytes_add(&out, s->tail.p, s->tail.len);
	antin_bytes_done(&hex);
	ck_assert(!out.failed);
	return out;
}

static inline struct antin_bytes
pdf_sign_at(const struct antin_bytes *base, const struct antin_doc_place *place)
{
	struct antin_doc *d = pdf_must_open(base);
	ANTIN_SCOPED(antin_slot) slot = {0};
	struct antin_err err = {0};
	struct antin_bytes out;
	char line[1024];

	pdf_print(&err, line, sizeof(line));
	if (antin_doc_prepare(d, place, &slot, &err) != ANTIN_OK)
		pdf_print(&err, line, sizeof(line));
	ck_assert_msg(err.rc == ANTIN_OK, "%s", line);
	out = pdf_slot_bytes(base, &slot, (struct antin_slice){small_cms, sizeof(small_cms)});
	antin_doc_free(d);
	return out;
}

static inline struct antin_bytes
pdf_sign(const struct antin_bytes *base)
{
	struct antin_doc_place place = {.reserve = 64, .time = 1795000000, .name = "An"};

	return pdf_sign_at(base, &place);
}

/* Where `text` stands for the first or the last time. */
static inline uint8_t *
pdf_find(const struct antin_bytes *b, const char *text)
{
	uint8_t *p = memmem(b->p, b->len, text, strlen(text));

	ck_assert_msg(p != NULL, "no %s", text);
	return p;
}

static inline size_t
pdf_find_last(const struct antin_bytes *b, const char *text)
{
	size_t len = strlen(text);

	for (size_t i = b->len - len + 1; i-- > 0;)
		if (memcmp(b->p + i, text, len) == 0)
			return i;
	ck_abort_msg("no %s", text);
	return 0;
}

/* Overwrites the first `from` by `to` of the same length. */
static inline void
pdf_swap(struct antin_bytes *b, const char *from, const char *to)
{
	ck_assert_uint_eq(strlen(from), strlen(to));
	/* NOLINTNEXTLINE(bugprone-not-null-terminated-result): octets, not a string */
	memcpy(pdf_find(b, from), to, strlen(to));
}

/* One object of a file that a test makes: its text without "obj" and "endobj"; NULL deletes it. */
struct pdf_part {
	uint32_t num;
	const char *text;
};

static inline uint64_t
pdf_startxref(const struct antin_bytes *b)
{
	return strtoull((const char *)b->p + pdf_find_last(b, "startxref") + 9, NULL, 10);
}

/* Ends a revision: table, trailer with `extra`, end mark. */
static inline void
pdf_end(struct antin_bytes *b, const struct pdf_part *parts, const uint64_t *at, size_t n,
        const char *extra)
{
	uint64_t start = b->len;

	antin_bytes_text(b, "xref\n");
	for (size_t i = 0; i < n; i++)
		antin_bytes_printf(b, "%u 1\n%010llu %05d %c \n", parts[i].num,
		                   parts[i].text ? (unsigned long long)at[i] : 0ULL,
		                   parts[i].text ? 0 : 1, parts[i].text ? 'n' : 'f');
	antin_bytes_printf(b, "trailer\n<< %s >>\nstartxref\n%llu\n%%%%EOF\n", extra,
	                   (unsigned long long)start);
	ck_assert(!b->failed);
}

/* Appends objects with a table; `extra` is the trailer without /Prev. */
static inline void
pdf_append(struct antin_bytes *b, const struct pdf_part *parts, size_t n, const char *extra)
{
	char trailer[512];
	uint64_t at[32];

	ck_assert_uint_le(n, 32);
	(void)snprintf(trailer, sizeof(trailer), "%s", extra);
	if (b->len)
		(void)snprintf(trailer, sizeof(trailer), "%s /Prev %llu", extra,
		               (unsigned long long)pdf_startxref(b));
	else
		antin_bytes_text(b, "%PDF-1.7\n");
	for (size_t i = 0; i < n; i++) {
		at[i] = b->len;
		if (parts[i].text)
			antin_bytes_printf(b, "%u 0 obj\n%s\nendobj\n", parts[i].num,
			                   parts[i].text);
	}
	pdf_end(b, parts, at, n, trailer);
}

#define PDF_ROOT    "/Size 60 /Root 1 0 R"
#define PDF_CATALOG "<< /Type /Catalog /Pages 2 0 R >>"
#define PDF_PAGES   "<< /Type /Pages /Kids [3 0 R] /Count 1 >>"
#define PDF_PAGE    "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R >>"
#define PDF_STREAM  "<< /Length 6 >>\nstream\n0 0 m \nendstream"

/* Runs a judge over the bytes; true when it ends 0, and when it is not installed. */
static inline bool
pdf_judge(const struct antin_bytes *b, const char *program, const char *arguments)
{
	char path[] = "/tmp/antin-pdf-XXXXXX", command[512];
	int fd = mkstemp(path), rc;
	FILE *f = fd >= 0 ? fdopen(fd, "wb") : NULL;

	ck_assert(f != NULL);
	ck_assert_uint_eq(fwrite(b->p, 1, b->len, f), b->len);
	ck_assert_int_eq(fclose(f), 0);
	(void)snprintf(command, sizeof(command),
	               "command -v %s >/dev/null || exit 0; %s %s %s >/dev/null 2>&1", program,
	               program, arguments, path);
	rc = system(command);
	(void)remove(path);
	return rc == 0;
}

#endif
