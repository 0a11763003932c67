/*
 * Copies of certificates and CRLs between runs.  One file an address:
 *
 *	"antin-net-2\n" octet of the kind, 8 octets of the time, SHA-256 of what follows,
 *	4 octets of the length of the address, the address, the same of the mark, the content
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <antin/der.h>
#include <antin/file.h>

#include "fetch_wire.h"
#include "kept.h"

static const char magic[] = "antin-net-2\n";
enum { MAGIC = sizeof(magic) - 1, HEAD = MAGIC + 1 + 8 + 32 + 4 + 4 };
enum {
	CACHE_BYTES_MAX = 256 * 1024 * 1024,
	FILE_MAX = HEAD + URL_MAX + WIRE_MARK_MAX + WIRE_ANSWER_MAX,
};

/* Beyond this age a copy is no longer looked at; 0: none is kept. */
static const int64_t ages[ANTIN_FETCH_KINDS] = {
        [ANTIN_FETCH_ISSUER] = DAYS(30),
        [ANTIN_FETCH_CRL] = DAYS(30),
};

static enum antin_rc
path_of(const char *folder, const struct antin_fetch_request *q, struct antin_bytes *out)
{
	ANTIN_SCOPED(antin_bytes) key = {0};
	uint8_t id[32];
	enum antin_rc rc;

	antin_bytes_byte(&key, (uint8_t)q->kind);
	antin_bytes_add(&key, q->url.p, q->url.len);
	rc = antin_bytes_check(&key, NULL);
	if (rc == ANTIN_OK)
		rc = antin_sha256(antin_bytes_slice(&key), id, NULL);
	if (rc != ANTIN_OK)
		return rc;
	antin_bytes_printf(out, "%s/", folder);
	antin_hex_add(out, (struct antin_slice){id, sizeof(id)});
	return antin_bytes_cstr(out) ? ANTIN_OK : ANTIN_E_MEMORY;
}

void
copy_done(struct copy *c)
{
	antin_bytes_done(&c->body);
	antin_bytes_done(&c->mark);
}

static bool
take_time(struct antin_in *in, int64_t *out)
{
	uint32_t high, low;

	if (!antin_in_u32(in, &high) || !antin_in_u32(in, &low))
		return false;
	*out = (int64_t)((uint64_t)high << 32 | low);
	return true;
}

static bool
take_part(struct antin_in *in, struct antin_slice *out)
{
	uint32_t len;

	return antin_in_u32(in, &len) && antin_in_take(in, len, out);
}

static bool
read_copy(struct antin_slice file, const struct antin_fetch_request *q, struct copy *out)
{
	struct antin_in in = antin_in_of(file);
	struct antin_slice head, digest, url, mark, rest;
	uint8_t kind, found[32];

	if (!antin_in_take(&in, MAGIC, &head) || !antin_slice_is(head, magic) ||
	    !antin_in_u8(&in, &kind) || kind != (uint8_t)q->kind ||
	    !take_time(&in, &out->fetched) || !antin_in_take(&in, sizeof(found), &digest))
		return false;
	rest = (struct antin_slice){in.p, antin_in_left(&in)};
	if (antin_sha256(rest, found, NULL) != ANTIN_OK ||
	    memcmp(found, digest.p, sizeof(found)) != 0 || !take_part(&in, &url) ||
	    !antin_slice_equal(url, q->url) || !take_part(&in, &mark) || !wire_mark_valid(mark) ||
	    !antin_in_left(&in))
		return false;
	antin_bytes_add(&out->mark, mark.p, mark.len);
	antin_bytes_add(&out->body, in.p, antin_in_left(&in));
	return !out->mark.failed && !out->body.failed;
}

bool
cache_get(const char *folder, const struct antin_fetch_request *q, int64_t now, struct copy *out)
{
	ANTIN_SCOPED(antin_bytes) path = {0};
	ANTIN_SCOPED(antin_bytes) file = {0};

	if (!ages[q->kind] || path_of(folder, q, &path) != ANTIN_OK ||
	    antin_file_read((const char *)path.p, FILE_MAX, &file, NULL) != ANTIN_OK ||
	    !read_copy(antin_bytes_slice(&file), q, out))
		return false;
	return out->fetched <= now && out->fetched >= now - ages[q->kind];
}

/* thisUpdate of what has the form of a list (RFC 5280 5.1). */
static bool
list_date(struct antin_slice list, int64_t *out)
{
	struct antin_in in = antin_in_of(list), crl, tbs;
	struct antin_slice skipped;

	return antin_der_enter(&in, ANTIN_SEQUENCE, &crl) &&
	       antin_der_enter(&crl, ANTIN_SEQUENCE, &tbs) &&
	       (!antin_der_peek(&tbs, ANTIN_INTEGER) ||
	        antin_der_take(&tbs, ANTIN_INTEGER, &skipped)) &&
	       antin_der_take(&tbs, ANTIN_SEQUENCE, &skipped) &&
	       antin_der_take(&tbs, ANTIN_SEQUENCE, &skipped) && antin_der_time(&tbs, out);
}

bool
copy_is_newer(const struct copy *c, const struct antin_fetch_request *q,
              const struct antin_fetch_answer *came, int64_t now)
{
	int64_t kept, other;

	return q->kind == ANTIN_FETCH_CRL && list_date(antin_bytes_slice(&c->body), &kept) &&
	       list_date(antin_bytes_slice(&came->body), &other) && other < kept && kept <= now;
}

/* ---- room ---- */

struct kept {
	char *path; /* of the list */
	int64_t when;
	uint64_t size;
};

static int
by_age(const void *a, const void *b)
{
	const struct kept *x = a, *y = b;

	return (x->when > y->when) - (x->when < y->when);
}

/* The oldest ones make room. */
static void
make_room(const char *folder, uint64_t size)
{
	ANTIN_SCOPED(antin_paths) l = {0};
	struct kept *all;
	uint64_t total = size;
	size_t n = 0;

	if (antin_folder_list(folder, &l, NULL) != ANTIN_OK)
		return;
	all = calloc(l.n + 1, sizeof(*all));
	for (size_t i = 0; all && i < l.n; i++) {
		struct stat st;

		if (lstat(l.items[i], &st) != 0 || !S_ISREG(st.st_mode))
			continue;
		all[n++] = (struct kept){l.items[i], st.st_mtime, (uint64_t)st.st_size};
		total += (uint64_t)st.st_size;
	}
	if (all)
		qsort(all, n, sizeof(*all), by_age);
	for (size_t i = 0; i < n && (total > CACHE_BYTES_MAX || n - i >= CACHE_FILES); i++) {
		(void)unlink(all[i].path);
		total -= all[i].size;
	}
	free(all);
}

static void
put_u32(struct antin_bytes *b, uint32_t v)
{
	for (int i = 24; i >= 0; i -= 8)
		antin_bytes_byte(b, (uint8_t)(v >> i));
}

void
cache_put(const char *folder, const struct antin_fetch_request *q, int64_t now,
          struct antin_slice mark, struct antin_slice body)
{
	ANTIN_SCOPED(antin_bytes) path = {0};
	ANTIN_SCOPED(antin_bytes) file = {0};
	ANTIN_SCOPED(antin_bytes) rest = {0};
	uint8_t digest[32];

	put_u32(&rest, (uint32_t)q->url.len);
	antin_bytes_add(&rest, q->url.p, q->url.len);
	put_u32(&rest, (uint32_t)mark.len);
	antin_bytes_add(&rest, mark.p, mark.len);
	antin_bytes_add(&rest, body.p, body.len);
	if (!ages[q->kind] || antin_bytes_check(&rest, NULL) != ANTIN_OK ||
	    antin_sha256(antin_bytes_slice(&rest), digest, NULL) != ANTIN_OK ||
	    path_of(folder, q, &path) != ANTIN_OK || antin_folder_make(folder, NULL) != ANTIN_OK)
		return;
	antin_bytes_text(&file, magic);
	antin_bytes_byte(&file, (uint8_t)q->kind);
	put_u32(&file, (uint32_t)((uint64_t)now >> 32));
	put_u32(&file, (uint32_t)now);
	antin_bytes_add(&file, digest, sizeof(digest));
	antin_bytes_add(&file, rest.p, rest.len);
	if (antin_bytes_check(&file, NULL) != ANTIN_OK)
		return;
	make_room(folder, file.len);
	(void)!antin_file_write((const char *)path.p, antin_bytes_slice(&file),
	                        ANTIN_OUTPUT_REPLACE | ANTIN_OUTPUT_PRIVATE, NULL);
}
