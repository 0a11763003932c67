/*
 * Owned bytes, slices, hex, base64, the bounded reader.
 */
#include "util.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

START_TEST(empty_is_valid)
{
	ANTIN_SCOPED(antin_bytes) b = {0};
	struct antin_err err = {0};

	util_ok(antin_bytes_check(&b, &err));
	antin_bytes_add(&b, NULL, 0);
	antin_bytes_text(&b, "");
	antin_bytes_insert(&b, 0, NULL, 0);
	ck_assert_uint_eq(b.len, 0);
	ck_assert_str_eq(antin_bytes_cstr(&b), "");
	antin_bytes_done(&b);
	antin_bytes_done(&b);
	ck_assert_ptr_null(b.p);
}
END_TEST

START_TEST(appending_grows)
{
	ANTIN_SCOPED(antin_bytes) b = {0};

	for (int i = 0; i < 5000; i++)
		antin_bytes_byte(&b, (uint8_t)i);
	ck_assert_uint_eq(b.len, 5000);
	for (int i = 0; i < 5000; i++)
		ck_assert_uint_eq(b.p[i], (uint8_t)i);
	antin_bytes_clear(&b);
	antin_bytes_printf(&b, "%s-%d", "abc", 42);
	ck_assert_str_eq(antin_bytes_cstr(&b), "abc-42");
	ck_assert_uint_eq(b.len, 6);
	antin_bytes_insert(&b, 3, "XYZ", 3);
	ck_assert(antin_slice_is(antin_bytes_slice(&b), "abcXYZ-42"));
	antin_bytes_insert(&b, b.len, "!", 1);
	antin_bytes_insert(&b, 0, ">", 1);
	ck_assert(antin_slice_is(antin_bytes_slice(&b), ">abcXYZ-42!"));
}
END_TEST

/* Every length around the powers of two, where room for the NUL decides about growing. */
START_TEST(text_has_room_for_nul)
{
	for (size_t len = 1; len < 300; len++) {
		ANTIN_SCOPED(antin_bytes) b = {0};
		uint8_t *at = antin_bytes_grow(&b, len);

		ck_assert_ptr_nonnull(at);
		memset(at, 'a', len);
		ck_assert_uint_eq(strlen(antin_bytes_cstr(&b)), len);
		ck_assert_uint_eq(b.len, len);
	}
}
END_TEST

START_TEST(grown_bytes_are_zero)
{
	ANTIN_SCOPED(antin_bytes) b = {0};
	uint8_t *at;

	antin_bytes_text(&b, "secret text to be overwritten");
	antin_bytes_clear(&b);
	at = antin_bytes_grow(&b, 20);
	for (int i = 0; i < 20; i++)
		ck_assert_uint_eq(at[i], 0);
}
END_TEST

START_TEST(failure_sticks)
{
	ANTIN_SCOPED(antin_bytes) b = {0};
	struct antin_err err = {0};

	antin_bytes_text(&b, "kept");
	ck_assert_ptr_null(antin_bytes_grow(&b, ANTIN_BYTES_MAX));
	ck_assert_ptr_null(antin_bytes_grow(&b, SIZE_MAX));
	antin_bytes_text(&b, "dropped");
	ck_assert_uint_eq(b.len, 4);
	ck_assert_ptr_null(antin_bytes_cstr(&b));
	util_fails(antin_bytes_check(&b, &err), ANTIN_E_MEMORY);
	antin_bytes_clear(&b);
	antin_bytes_text(&b, "again");
	ck_assert(antin_slice_is(antin_bytes_slice(&b), "again"));
}
END_TEST

START_TEST(insert_outside_fails)
{
	ANTIN_SCOPED(antin_bytes) b = {0};
	struct antin_err err = {0};

	antin_bytes_text(&b, "ab");
	antin_bytes_insert(&b, 3, "x", 1);
	util_fails(antin_bytes_check(&b, &err), ANTIN_E_MEMORY);
}
END_TEST

START_TEST(secrets_are_wiped)
{
	ANTIN_SCOPED(antin_bytes) b = {.secret = true};
	ANTIN_SCOPED(antin_bytes) to = {0};

	antin_bytes_text(&b, "12345678");
	antin_bytes_clear(&b);
	ck_assert_mem_eq(b.p, "\0\0\0\0\0\0\0\0", 8);
	antin_bytes_text(&b, "12345678");
	antin_bytes_move(&to, &b);
	ck_assert(to.secret);
	ck_assert(b.secret);
	ck_assert_uint_eq(b.len, 0);
	ck_assert(antin_slice_is(antin_bytes_slice(&to), "12345678"));
	antin_bytes_done(&to);
	ck_assert(to.secret);
}
END_TEST

/* The flags of the mapping that an address lies in, by the kernel's own word. */
static bool
mapped_with(const void *address, const char *flag)
{
	FILE *f = fopen("/proc/self/smaps", "r");
	char line[1024];
	unsigned long at = (unsigned long)(uintptr_t)address;
	bool inside = false, found = false;

	ck_assert_ptr_nonnull(f);
	while (fgets(line, sizeof(line), f)) {
		char *end = line;
		unsigned long from = strtoul(line, &end, 16);

		if (*end == '-')
			inside = at >= from && at < strtoul(end + 1, NULL, 16);
		else if (inside && strncmp(line, "VmFlags:", 8) == 0)
			found = strstr(line, flag) != NULL;
	}
	(void)fclose(f);
	return found;
}

/* Excluded from core files ("dd"), at every size, after moves; the rest of memory is not. */
START_TEST(secrets_lie_apart)
{
	ANTIN_SCOPED(antin_bytes) secret = {.secret = true};
	ANTIN_SCOPED(antin_bytes) plain = {0};
	ANTIN_SCOPED(antin_bytes) late = {0};
	ANTIN_SCOPED(antin_bytes) to = {0};

	antin_bytes_text(&plain, "public");
	ck_assert(!mapped_with(plain.p, " dd"));
	for (size_t want = 1; want <= 70000; want = want * 3 + 1) {
		while (secret.len < want)
			antin_bytes_byte(&secret, (uint8_t)(secret.len * 7));
		ck_assert_int_eq(antin_bytes_check(&secret, NULL), ANTIN_OK);
		ck_assert_msg(mapped_with(secret.p, " dd"), "%zu octets", want);
		ck_assert(mapped_with(secret.p + secret.cap - 1, " dd"));
	}
	for (size_t i = 0; i < secret.len; i++)
		ck_assert_uint_eq(secret.p[i], (uint8_t)(i * 7));
	antin_bytes_move(&to, &secret);
	ck_assert(mapped_with(to.p, " dd"));
	ck_assert_ptr_null(secret.p);
	antin_bytes_text(&secret, "again");
	ck_assert(mapped_with(secret.p, " dd"));
	antin_bytes_text(&late, "told late that it is one");
	late.secret = true;
	antin_bytes_grow(&late, 5000);
	ck_assert(mapped_with(late.p, " dd"));
	ck_assert_int_eq(memcmp(late.p, "told late", 9), 0);
	antin_bytes_text(&plain, " and longer");
	plain.secret = true; /* given back in the way that it was taken */
}
END_TEST

static const struct {
	const char *a, *b;
	int order;
} orders[] = {
        {"", "", 0},    {"a", "", 1},    {"", "a", -1},    {"a", "a", 0},  {"a", "b", -1},
        {"ab", "a", 1}, {"a", "ab", -1}, {"\xff", "a", 1}, {"b", "ab", 1},
};

START_TEST(slices_compare)
{
	struct antin_slice a = antin_slice_text(orders[_i].a), b = antin_slice_text(orders[_i].b);
	int order = antin_slice_compare(a, b);

	ck_assert_int_eq((order > 0) - (order < 0), orders[_i].order);
	ck_assert_int_eq(antin_slice_equal(a, b), orders[_i].order == 0);
	ck_assert(antin_slice_is(a, orders[_i].a));
}
END_TEST

START_TEST(hex_round_trip)
{
	ANTIN_SCOPED(antin_bytes) b = {0};
	ANTIN_SCOPED(antin_bytes) hex = {0};
	struct antin_err err = {0};
	char text[64];

	util_ok(antin_hex_parse("00:fF:1a2B", &b, &err));
	antin_hex_add(&hex, antin_bytes_slice(&b));
	ck_assert_str_eq(antin_bytes_cstr(&hex), "00ff1a2b");
	ck_assert_str_eq(antin_hex_text(antin_bytes_slice(&b), text, sizeof(text)), "00ff1a2b");
	ck_assert_str_eq(antin_hex_text(antin_bytes_slice(&b), text, 5), "00ff");
	ck_assert_str_eq(antin_hex_text(antin_bytes_slice(&b), text, 1), "");
	ck_assert_str_eq(antin_hex_groups(antin_bytes_slice(&b), text, sizeof(text)), "00FF 1A2B");
	for (size_t cap = 1; cap < 12; cap++)
		ck_assert_uint_lt(strlen(antin_hex_groups(antin_bytes_slice(&b), text, cap)), cap);
}
END_TEST

static const char *const bad_hex[] = {"0",      "0g",  "g0",    "00:",
                                      "00::00", ":00", "00 11", "0\xc3\xa9"};

START_TEST(hex_refused)
{
	ANTIN_SCOPED(antin_bytes) b = {0};
	struct antin_err err = {0};

	util_fails(antin_hex_parse(bad_hex[_i], &b, &err), ANTIN_E_FORMAT);
}
END_TEST

/* RFC 4648 chapter 10. */
static const struct {
	const char *text, *base64;
} vectors[] = {
        {"", ""},
        {"f", "Zg=="},
        {"fo", "Zm8="},
        {"foo", "Zm9v"},
        {"foob", "Zm9vYg=="},
        {"fooba", "Zm9vYmE="},
        {"foobar", "Zm9vYmFy"},
};

START_TEST(base64_vectors)
{
	ANTIN_SCOPED(antin_bytes) made = {0};
	ANTIN_SCOPED(antin_bytes) back = {0};
	struct antin_err err = {0};

	antin_base64_add(&made, antin_slice_text(vectors[_i].text));
	ck_assert(antin_slice_is(antin_bytes_slice(&made), vectors[_i].base64));
	util_ok(antin_base64_parse(antin_slice_text(vectors[_i].base64), &back, &err));
	ck_assert(antin_slice_is(antin_bytes_slice(&back), vectors[_i].text));
}
END_TEST

START_TEST(base64_white_space)
{
	ANTIN_SCOPED(antin_bytes) b = {0};
	struct antin_err err = {0};

	util_ok(antin_base64_parse(antin_slice_text(" Zm\r\n9v\tYg =\n= \n"), &b, &err));
	ck_assert(antin_slice_is(antin_bytes_slice(&b), "foob"));
}
END_TEST

static const char *const bad_base64[] = {
        "Z",    "Zg",    "Zg=",      "=",    "==",   "====",     "Z===",  "Zg==Zg==",
        "Zg=a", "Zm9v!", "Zm9v-_==", "Zh==", "Zm9=", "Zg==\x01", "Zg===",
};

START_TEST(base64_refused)
{
	ANTIN_SCOPED(antin_bytes) b = {0};
	struct antin_err err = {0};

	antin_bytes_text(&b, "kept");
	util_fails(antin_base64_parse(antin_slice_text(bad_base64[_i]), &b, &err), ANTIN_E_FORMAT);
	ck_assert(antin_slice_is(antin_bytes_slice(&b), "kept"));
}
END_TEST

/* What has failed stays out of what has not, and the other way round. */
START_TEST(joining)
{
	static const struct {
		const char *to, *from, *want;
		bool to_failed, from_failed;
	} cases[] = {
	        {"", "", "", false, false},   {"a", "", "a", false, false},
	        {"", "b", "b", false, false}, {"a", "b", "ab", false, false},
	        {"a", "b", "a", false, true}, {"a", "b", "a", true, false},
	        {"a", "b", "a", true, true},  {"", "b", "", false, true},
	};

	for (size_t i = 0; i < UTIL_COUNT(cases); i++) {
		ANTIN_SCOPED(antin_bytes) to = {0};
		ANTIN_SCOPED(antin_bytes) from = {0};
		struct antin_err err = {0};
		bool good = !cases[i].to_failed && !cases[i].from_failed;

		antin_bytes_text(&to, cases[i].to);
		antin_bytes_text(&from, cases[i].from);
		to.failed = cases[i].to_failed;
		from.failed = cases[i].from_failed;
		ck_assert_int_eq(antin_bytes_join(&to, &from, &err),
		                 good ? ANTIN_OK : ANTIN_E_MEMORY);
		ck_assert_int_eq(err.rc, good ? ANTIN_OK : ANTIN_E_MEMORY);
		ck_assert_msg(antin_slice_is(antin_bytes_slice(&to), cases[i].want), "%zu", i);
		ck_assert(antin_slice_is(antin_bytes_slice(&from), cases[i].from));
	}
}
END_TEST

/* An array grows by doubling and keeps what it holds; a size that cannot be is no memory. */
START_TEST(arrays_grow)
{
	static const struct {
		size_t cap, item;
	} never[] = {
	        {SIZE_MAX, 1},         {SIZE_MAX / 2 + 1, 1},      {SIZE_MAX / 4, 8},
	        {0, SIZE_MAX / 8 + 1}, {(size_t)1 << 62, 1 << 10}, {SIZE_MAX / 2, SIZE_MAX},
	};
	uint64_t *items = NULL;
	size_t cap = 0;

	for (size_t n = 0, want = 8; n < 1000; n++) {
		if (n == cap) {
			uint64_t *more = antin_array_grow(items, &cap, sizeof(*items));

			ck_assert_ptr_nonnull(more);
			items = more;
			ck_assert_uint_eq(cap, want);
			want *= 2;
		}
		items[n] = n * n;
	}
	for (size_t n = 0; n < 1000; n++)
		ck_assert_uint_eq(items[n], n * n);
	for (size_t i = 0; i < UTIL_COUNT(never); i++) {
		size_t same = never[i].cap;

		ck_assert_ptr_null(antin_array_grow(items, &same, never[i].item));
		ck_assert_uint_eq(same, never[i].cap);
	}
	ck_assert_uint_eq(items[999], 999 * 999);
	free(items);
}
END_TEST

START_TEST(reader_is_bounded)
{
	static const uint8_t octets[] = {1, 2, 3, 4, 5, 6, 7};
	struct antin_in in = antin_in_of((struct antin_slice){octets, sizeof(octets)});
	struct antin_slice s = {0};
	uint8_t one = 0;
	uint16_t two = 0;
	uint32_t four = 0;

	ck_assert(antin_in_u8(&in, &one) && one == 1);
	ck_assert(antin_in_u16(&in, &two) && two == 0x0203);
	ck_assert(antin_in_u32(&in, &four) && four == 0x04050607);
	ck_assert(!antin_in_u8(&in, &one) && !antin_in_u16(&in, &two) && !antin_in_u32(&in, &four));
	ck_assert_uint_eq(one, 1);
	ck_assert(antin_in_take(&in, 0, &s) && s.len == 0);
	in = antin_in_of((struct antin_slice){octets, 3});
	ck_assert(!antin_in_u32(&in, &four) && antin_in_left(&in) == 3);
	ck_assert(!antin_in_take(&in, 4, &s) && !antin_in_take(&in, SIZE_MAX, &s));
	ck_assert(antin_in_take(&in, 3, &s) && s.p == octets);
	in = antin_in_of((struct antin_slice){NULL, 0});
	ck_assert(!antin_in_u8(&in, &one));
}
END_TEST

START_TEST(sha256_and_random)
{
	struct antin_err err = {0};
	uint8_t digest[32], a[16], b[16];
	char hex[65];

	util_ok(antin_sha256(antin_slice_text("abc"), digest, &err));
	ck_assert_str_eq(antin_hex_text((struct antin_slice){digest, 32}, hex, sizeof(hex)),
	                 "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	util_ok(antin_sha256((struct antin_slice){NULL, 0}, digest, &err));
	ck_assert_str_eq(antin_hex_text((struct antin_slice){digest, 32}, hex, sizeof(hex)),
	                 "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	util_ok(antin_random(a, sizeof(a), &err));
	util_ok(antin_random(b, sizeof(b), &err));
	ck_assert_mem_ne(a, b, sizeof(a));
}
END_TEST

Suite *suite_bytes(void);
Suite *
suite_bytes(void)
{
	Suite *s = suite_create("bytes");
	TCase *tc = tcase_create("bytes");

	tcase_add_test(tc, empty_is_valid);
	tcase_add_test(tc, appending_grows);
	tcase_add_test(tc, text_has_room_for_nul);
	tcase_add_test(tc, grown_bytes_are_zero);
	tcase_add_test(tc, failure_sticks);
	tcase_add_test(tc, insert_outside_fails);
	tcase_add_test(tc, secrets_are_wiped);
	tcase_add_test(tc, secrets_lie_apart);
	tcase_add_loop_test(tc, slices_compare, 0, (int)UTIL_COUNT(orders));
	tcase_add_test(tc, hex_round_trip);
	tcase_add_loop_test(tc, hex_refused, 0, (int)UTIL_COUNT(bad_hex));
	tcase_add_loop_test(tc, base64_vectors, 0, (int)UTIL_COUNT(vectors));
	tcase_add_test(tc, base64_white_space);
	tcase_add_loop_test(tc, base64_refused, 0, (int)UTIL_COUNT(bad_base64));
	tcase_add_test(tc, joining);
	tcase_add_test(tc, arrays_grow);
	tcase_add_test(tc, reader_is_bounded);
	tcase_add_test(tc, sha256_and_random);
	suite_add_tcase(s, tc);
	return s;
}
