/*
 * Archives in their one form: what is written is read back, is what unzip would see, and nothing
 * else is read: every octet changed, every length cut, every freedom that the format gives.
 */
#include <stdio.h>
#include <string.h>

#include <antin/zip.h>

#include "util.h"

static void
put16(struct antin_bytes *b, size_t at, unsigned int v)
{
	b->p[at] = (uint8_t)v;
	b->p[at + 1] = (uint8_t)(v >> 8);
}

static void
sample(struct antin_bytes *out)
{
	ANTIN_SCOPED(antin_zip) z = {0};
	struct antin_err err = {0};

	util_ok(antin_zip_add(&z, "manifest.json", UTIL_LITERAL("{}"), &err));
	util_ok(antin_zip_add(&z, "anchors/a_b-9.crt", UTIL_LITERAL("PK\3\4 inside"), &err));
	util_ok(antin_zip_add(&z, "empty", (struct antin_slice){0}, &err));
	util_ok(antin_zip_write(&z, out, &err));
}

START_TEST(test_round_trip)
{
	ANTIN_SCOPED(antin_bytes) b = {0};
	ANTIN_SCOPED(antin_zip) z = {0};
	struct antin_err err = {0};

	sample(&b);
	ck_assert(antin_zip_is(antin_bytes_slice(&b)));
	util_ok(antin_zip_read(antin_bytes_slice(&b), &z, &err));
	ck_assert_uint_eq(z.n, 3);
	ck_assert_str_eq(z.items[0].name, "manifest.json");
	util_slice_eq(z.items[0].bytes, UTIL_LITERAL("{}"));
	util_slice_eq(antin_zip_find(&z, "anchors/a_b-9.crt")->bytes,
	              UTIL_LITERAL("PK\3\4 inside"));
	ck_assert_uint_eq(antin_zip_find(&z, "empty")->bytes.len, 0);
	ck_assert_ptr_null(antin_zip_find(&z, "anchors"));
}
END_TEST

/* Written behind other bytes, an archive is the same as alone. */
START_TEST(test_appended)
{
	ANTIN_SCOPED(antin_bytes) alone = {0};
	ANTIN_SCOPED(antin_bytes) behind = {0};

	sample(&alone);
	antin_bytes_text(&behind, "before");
	sample(&behind);
	antin_bytes_insert(&alone, 0, "before", 6);
	util_slice_eq(antin_bytes_slice(&behind), antin_bytes_slice(&alone));
}
END_TEST

START_TEST(test_names)
{
	static const struct {
		const char *name;
		bool good;
	} rows[] = {
	        {"a", true},           {"a/b", true},   {"0-_.x", true}, {"a/b/c.d", true},
	        {"", false},           {"/a", false},   {"a/", false},   {"a//b", false},
	        {".a", false},         {"..", false},   {"a/..", false}, {"../a", false},
	        {"a/./b", false},      {"A", false},    {"a b", false},  {"a\\b", false},
	        {"c:a", false},        {"ấn", false},   {"a\n", false},  {"a\x7f", false},
	        {"anchors/.x", false}, {"a.crt", true}, {"~a", false},   {"a/b.c/d", true},
	};
	char longest[ANTIN_ZIP_NAME + 1];
	struct antin_err err = {0};

	for (size_t i = 0; i < UTIL_COUNT(rows); i++) {
		ANTIN_SCOPED(antin_zip) z = {0};
		enum antin_rc rc = antin_zip_add(&z, rows[i].name, UTIL_LITERAL("x"), &err);

		ck_assert_msg(rc == (rows[i].good ? ANTIN_OK : ANTIN_E_FORMAT), "%s", rows[i].name);
		ck_assert_uint_eq(z.n, rows[i].good ? 1 : 0);
		antin_err_clear(&err);
	}
	for (size_t len = ANTIN_ZIP_NAME - 1; len <= ANTIN_ZIP_NAME; len++) {
		ANTIN_SCOPED(antin_zip) z = {0};

		memset(longest, 'a', len);
		longest[len] = '\0';
		ck_assert_int_eq(antin_zip_add(&z, longest, UTIL_LITERAL("x"), &err),
		                 len < ANTIN_ZIP_NAME ? ANTIN_OK : ANTIN_E_FORMAT);
	}
}
END_TEST

START_TEST(test_twice_and_too_many)
{
	ANTIN_SCOPED(antin_zip) z = {0};
	struct antin_err err = {0};
	char name[16];

	for (int i = 0; i < ANTIN_ZIP_ENTRIES; i++) {
		(void)snprintf(name, sizeof(name), "e%d", i);
		util_ok(antin_zip_add(&z, name, UTIL_LITERAL("x"), &err));
	}
	util_fails(antin_zip_add(&z, "one-more", UTIL_LITERAL("x"), &err), ANTIN_E_TOO_LARGE);
	antin_err_clear(&err);
	util_fails(antin_zip_add(&z, "e7", UTIL_LITERAL("y"), &err), ANTIN_E_FORMAT);
	antin_err_clear(&err);
	{
		ANTIN_SCOPED(antin_zip) large = {0};
		const struct antin_slice huge = {(const uint8_t *)"", (size_t)ANTIN_ZIP_MAX + 1};

		util_fails(antin_zip_add(&large, "a", huge, &err), ANTIN_E_TOO_LARGE);
	}
}
END_TEST

START_TEST(test_cut)
{
	ANTIN_SCOPED(antin_bytes) b = {0};

	sample(&b);
	for (size_t len = 0; len < b.len; len++) {
		ANTIN_SCOPED(antin_zip) z = {0};
		struct antin_err err = {0};

		util_fails(antin_zip_read((struct antin_slice){b.p, len}, &z, &err),
		           ANTIN_E_FORMAT);
		ck_assert_uint_eq(z.n, 0);
		ck_assert_uint_eq(strncmp(err.where, "byte ", 5), 0);
	}
}
END_TEST

/* No octet is free: content changes its checksum, everything else is fixed or a name. */
START_TEST(test_every_octet)
{
	ANTIN_SCOPED(antin_bytes) b = {0};

	sample(&b);
	for (size_t i = 0; i < b.len; i++) {
		for (unsigned int bit = 0; bit < 8; bit++) {
			ANTIN_SCOPED(antin_zip) z = {0};
			struct antin_err err = {0};

			b.p[i] ^= (uint8_t)(1u << bit);
			ck_assert_msg(antin_zip_read(antin_bytes_slice(&b), &z, &err) != ANTIN_OK,
			              "octet %zu, bit %u", i, bit);
			b.p[i] ^= (uint8_t)(1u << bit);
		}
	}
}
END_TEST

/* ---- forms that other readers take ---- */

static void
at_end(struct antin_bytes *b)
{
	antin_bytes_byte(b, 0);
}
static void
in_front(struct antin_bytes *b)
{
	antin_bytes_insert(b, 0, "PK", 2);
}
static void
comment(struct antin_bytes *b)
{
	put16(b, b->len - 2, 3);
	antin_bytes_text(b, "abc");
}
static void
deflated(struct antin_bytes *b)
{
	put16(b, 8, 8);
}
static void
flagged(struct antin_bytes *b)
{
	put16(b, 6, 0x800);
}
static void
dated(struct antin_bytes *b)
{
	put16(b, 12, 0x5c21);
}
static void
extra(struct antin_bytes *b)
{
	put16(b, 28, 4);
	antin_bytes_insert(b, 30 + 13, "\0\0\0\0", 4);
}
/* Two directories, as readers that look from the end and from the start would see them. */
static void
two_directories(struct antin_bytes *b)
{
	ANTIN_SCOPED(antin_bytes) other = {0};
	ANTIN_SCOPED(antin_zip) z = {0};
	struct antin_err err = {0};

	util_ok(antin_zip_add(&z, "manifest.json", UTIL_LITERAL("[]"), &err));
	util_ok(antin_zip_write(&z, &other, &err));
	antin_bytes_add(b, other.p, other.len);
}
static void
gap(struct antin_bytes *b)
{
	uint8_t *at = memmem(b->p, b->len, "PK\1\2", 4);

	antin_bytes_insert(b, (size_t)(at - b->p), "hidden", 6);
}
static void
other_name_in_directory(struct antin_bytes *b)
{
	uint8_t *at = memmem(b->p, b->len, "PK\1\2", 4);

	at[46] = 'n';
}
static void
counted_less(struct antin_bytes *b)
{
	put16(b, b->len - 22 + 8, 2);
	put16(b, b->len - 22 + 10, 2);
}
static void
only_end(struct antin_bytes *b)
{
	antin_bytes_clear(b);
	antin_bytes_add(b, "PK\5\6\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 22);
}
static void
same_name_twice(struct antin_bytes *b)
{
	ANTIN_SCOPED(antin_bytes) two = {0};
	const size_t first = 30 + 13 + 2;

	antin_bytes_add(&two, b->p, first);
	antin_bytes_insert(b, 0, two.p, two.len);
}

START_TEST(test_other_forms)
{
	static const struct {
		const char *what;
		void (*make)(struct antin_bytes *b);
	} rows[] = {
	        {"octet behind", at_end},
	        {"octets in front", in_front},
	        {"comment", comment},
	        {"compressed", deflated},
	        {"flag", flagged},
	        {"date", dated},
	        {"extra field", extra},
	        {"two directories", two_directories},
	        {"gap before the directory", gap},
	        {"other name in the directory", other_name_in_directory},
	        {"counted less", counted_less},
	        {"no entry", only_end},
	        {"same name twice", same_name_twice},
	};

	for (size_t i = 0; i < UTIL_COUNT(rows); i++) {
		ANTIN_SCOPED(antin_bytes) b = {0};
		ANTIN_SCOPED(antin_zip) z = {0};
		struct antin_err err = {0};

		sample(&b);
		rows[i].make(&b);
		ck_assert_msg(antin_zip_read(antin_bytes_slice(&b), &z, &err) == ANTIN_E_FORMAT,
		              "%s", rows[i].what);
	}
}
END_TEST

/* A length that points past the end, and one that wraps. */
START_TEST(test_lengths)
{
	static const size_t places[] = {18, 19, 20, 21, 26, 27};

	for (size_t i = 0; i < UTIL_COUNT(places); i++) {
		ANTIN_SCOPED(antin_bytes) b = {0};
		ANTIN_SCOPED(antin_zip) z = {0};
		struct antin_err err = {0};

		sample(&b);
		b.p[places[i]] = 0xff;
		util_fails(antin_zip_read(antin_bytes_slice(&b), &z, &err), ANTIN_E_FORMAT);
	}
}
END_TEST

Suite *suite_zip(void);
Suite *
suite_zip(void)
{
	Suite *s = suite_create("zip");
	TCase *c = tcase_create("zip");

	tcase_add_test(c, test_round_trip);
	tcase_add_test(c, test_appended);
	tcase_add_test(c, test_names);
	tcase_add_test(c, test_twice_and_too_many);
	tcase_add_test(c, test_cut);
	tcase_add_test(c, test_every_octet);
	tcase_add_test(c, test_other_forms);
	tcase_add_test(c, test_lengths);
	suite_add_tcase(s, c);
	return s;
}
