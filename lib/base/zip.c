/*
 * Zip archives in one canonical form (PKWARE APPNOTE 4.3): stored entries and nothing optional.
 */
#include <antin/zip.h>

#include <stdlib.h>
#include <string.h>

#include <zlib.h>

enum {
	LOCAL_SIZE = 30,
	VERSION = 10,         /* 1.0: stored entries (4.4.3.2) */
	DAY_ONE = 1 << 5 | 1, /* 1980-01-01: the archive tells no time */
};
static const uint8_t local_mark[] = {'P', 'K', 3, 4};
static const uint8_t central_mark[] = {'P', 'K', 1, 2};
static const uint8_t end_mark[] = {'P', 'K', 5, 6};

void
antin_zip_done(struct antin_zip *z)
{
	free(z->items);
	*z = (struct antin_zip){0};
}

static bool
name_octet(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
}

static bool
name_good(const char *name)
{
	char before = '/';

	for (const char *p = name; *p; before = *p++) {
		if (*p == '/' ? before == '/' : !name_octet(*p))
			return false;
		if (*p == '.' && before == '/')
			return false;
	}
	return before != '/' && strlen(name) < ANTIN_ZIP_NAME;
}

const struct antin_zip_entry *
antin_zip_find(const struct antin_zip *z, const char *name)
{
	for (size_t i = 0; i < z->n; i++)
		if (strcmp(z->items[i].name, name) == 0)
			return &z->items[i];
	return NULL;
}

enum antin_rc
antin_zip_add(struct antin_zip *z, const char *name, struct antin_slice bytes,
              struct antin_err *err)
{
	if (!name_good(name))
		return antin_fail(err, ANTIN_E_FORMAT,
		                  N_("%s is no name for an entry of an archive"), name);
	if (antin_zip_find(z, name))
		return antin_fail(err, ANTIN_E_FORMAT,
		                  N_("two entries of the archive are named %s"), name);
	if (z->n == ANTIN_ZIP_ENTRIES || bytes.len > ANTIN_ZIP_MAX)
		return antin_fail(err, ANTIN_E_TOO_LARGE, N_("the archive has too much content"));
	if (z->n == z->cap) {
		struct antin_zip_entry *more = antin_array_grow(z->items, &z->cap, sizeof(*more));

		if (!more)
			return antin_fail_memory(err);
		z->items = more;
	}
	z->items[z->n] = (struct antin_zip_entry){.bytes = bytes};
	memcpy(z->items[z->n++].name, name, strlen(name) + 1);
	return ANTIN_OK;
}

static void
add16(struct antin_bytes *b, size_t v)
{
	antin_bytes_byte(b, (uint8_t)v);
	antin_bytes_byte(b, (uint8_t)(v >> 8));
}

static void
add32(struct antin_bytes *b, size_t v)
{
	add16(b, v & 0xffff);
	add16(b, v >> 16 & 0xffff);
}

/* What the local header and the directory tell alike (4.3.7 from "version needed" on). */
static void
add_common(struct antin_bytes *b, const struct antin_zip_entry *e)
{
	/* zlib counts in unsigned int; ANTIN_ZIP_MAX keeps every entry within it. */
	const uLong crc = crc32(0, e->bytes.p, (uInt)e->bytes.len);

	add16(b, VERSION);
	add16(b, 0);
	add16(b, 0);
	add16(b, 0);
	add16(b, DAY_ONE);
	add32(b, (size_t)crc);
	add32(b, e->bytes.len);
	add32(b, e->bytes.len);
	add16(b, strlen(e->name));
	add16(b, 0);
}

static void
add_directory(struct antin_bytes *b, const struct antin_zip_entry *e, size_t offset)
{
	antin_bytes_add(b, central_mark, sizeof(central_mark));
	add16(b, VERSION);
	add_common(b, e);
	add16(b, 0);
	add16(b, 0);
	add16(b, 0);
	add32(b, 0);
	add32(b, offset);
	antin_bytes_text(b, e->name);
}

enum antin_rc
antin_zip_write(const struct antin_zip *z, struct antin_bytes *out, struct antin_err *err)
{
	ANTIN_SCOPED(antin_bytes) directory = {0};
	const size_t start = out->len;
	size_t at;

	for (size_t i = 0; i < z->n; i++) {
		add_directory(&directory, &z->items[i], out->len - start);
		antin_bytes_add(out, local_mark, sizeof(local_mark));
		add_common(out, &z->items[i]);
		antin_bytes_text(out, z->items[i].name);
		antin_bytes_add(out, z->items[i].bytes.p, z->items[i].bytes.len);
	}
	at = out->len - start;
	if (at > ANTIN_ZIP_MAX) {
		out->len = start;
		return antin_fail(err, ANTIN_E_TOO_LARGE, N_("the archive has too much content"));
	}
	antin_bytes_add(out, directory.p, directory.len);
	antin_bytes_add(out, end_mark, sizeof(end_mark));
	add32(out, 0);
	add16(out, z->n);
	add16(out, z->n);
	add32(out, directory.len);
	add32(out, at);
	add16(out, 0);
	return directory.failed ? antin_fail_memory(err) : antin_bytes_check(out, err);
}

static size_t
get16(const uint8_t *p)
{
	return (size_t)p[0] | (size_t)p[1] << 8;
}

/* The next entry as its local header tells it; the comparison at the end makes sure of the rest. */
static bool
take_entry(struct antin_in *in, char name[ANTIN_ZIP_NAME], struct antin_slice *bytes)
{
	struct antin_slice header, text;
	size_t len;

	if (!antin_in_take(in, LOCAL_SIZE, &header))
		return false;
	len = get16(header.p + 26);
	if (len >= ANTIN_ZIP_NAME || !antin_in_take(in, len, &text) || memchr(text.p, 0, len))
		return false;
	memcpy(name, text.p, len);
	name[len] = 0;
	return antin_in_take(in, get16(header.p + 18) | get16(header.p + 20) << 16, bytes);
}

bool
antin_zip_is(struct antin_slice in)
{
	return in.len >= sizeof(local_mark) && memcmp(in.p, local_mark, sizeof(local_mark)) == 0;
}

static enum antin_rc
broken(const struct antin_slice *whole, const struct antin_in *in, struct antin_err *err)
{
	antin_err_set_where(err, "byte %zu", whole->len - antin_in_left(in));
	return antin_fail(err, ANTIN_E_FORMAT, N_("the archive is not in its only allowed form"));
}

enum antin_rc
antin_zip_read(struct antin_slice in, struct antin_zip *out, struct antin_err *err)
{
	ANTIN_SCOPED(antin_zip) z = {0};
	ANTIN_SCOPED(antin_bytes) again = {0};
	struct antin_in rest = antin_in_of(in);
	enum antin_rc rc = ANTIN_OK;

	if (in.len > ANTIN_ZIP_MAX)
		return antin_fail(err, ANTIN_E_TOO_LARGE, N_("the archive has too much content"));
	while (rc == ANTIN_OK && antin_zip_is((struct antin_slice){rest.p, antin_in_left(&rest)})) {
		char name[ANTIN_ZIP_NAME];
		struct antin_slice bytes;

		if (!take_entry(&rest, name, &bytes))
			return broken(&in, &rest, err);
		rc = antin_zip_add(&z, name, bytes, err);
	}
	if (rc == ANTIN_OK && !z.n)
		return broken(&in, &rest, err);
	if (rc == ANTIN_OK)
		rc = antin_zip_write(&z, &again, err);
	if (rc != ANTIN_OK)
		return rc;
	if (!antin_slice_equal(in, antin_bytes_slice(&again)))
		return broken(&in, &rest, err);
	*out = z;
	z = (struct antin_zip){0};
	return ANTIN_OK;
}
