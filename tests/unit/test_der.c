/*
 * DER: every form that is not minimal is refused, round trips, cut at every octet.
 */
#include "util.h"

#include <string.h>

#include <antin/der.h>

static struct antin_in
in_of(struct antin_bytes *b, const char *hex)
{
	antin_bytes_clear(b);
	util_hex(hex, b);
	return antin_in_of(antin_bytes_slice(b));
}

static const char *const not_der[] = {
        "",
        "30",
        "3080",           /* indefinite */
        "30800000",       /* indefinite, ended */
        "308101",         /* long form of a short length */
        "30810100",       /* the same, content there */
        "3081",           /* length cut */
        "30820000",       /* length with a leading zero */
        "3082007f",       /* two octets where one does */
        "308200ff",       /* leading zero */
        "30850000000001", /* five octets of length */
        "30ff",           /* reserved */
        "3001",           /* content cut */
        "3084ffffffff",   /* content of 4 GiB */
        "1f8101",         /* high tag number */
        "bf2001",         /* the same, constructed */
        "0000",           /* end of contents */
        "2c030c0141",     /* strings in pieces */
        "240404020102",
        "23050303000102",
        "33020c00",
        "36021600",
        "2a00", /* numbers and times in pieces */
        "2203020105",
        "2500",
        "2600",
        "37020c00",
        "1000", /* structures that are primitive */
        "1100",
        "0800",
        "0b00",
        "1d00",
};

START_TEST(refused_elements)
{
	ANTIN_SCOPED(antin_bytes) b = {0};
	struct antin_in in = in_of(&b, not_der[_i]), before = in;
	struct antin_tlv tlv = {.tag = 0x77};

	ck_assert(!antin_der_next(&in, &tlv));
	ck_assert_ptr_eq(in.p, before.p);
	ck_assert_uint_eq(tlv.tag, 0x77);
}
END_TEST

/* Lengths around each change of form. */
START_TEST(lengths_round_trip)
{
	static const size_t lengths[] = {0,   1,     127,   128,   129,     255,
	                                 256, 65535, 65536, 70000, 1 << 20, (1 << 24) + 1};

	for (size_t i = 0; i < UTIL_COUNT(lengths); i++) {
		ANTIN_SCOPED(antin_bytes) value = {0};
		ANTIN_SCOPED(antin_bytes) one = {0};
		ANTIN_SCOPED(antin_bytes) two = {0};
		struct antin_in in;
		struct antin_tlv tlv;
		size_t mark;

		(void)antin_bytes_grow(&value, lengths[i]);
		antin_der_add(&one, ANTIN_OCTET_STRING, antin_bytes_slice(&value));
		mark = antin_der_open(&two, ANTIN_OCTET_STRING);
		antin_bytes_add(&two, value.p, value.len);
		antin_der_close(&two, mark);
		util_slice_eq(antin_bytes_slice(&one), antin_bytes_slice(&two));
		in = antin_in_of(antin_bytes_slice(&one));
		ck_assert(antin_der_next(&in, &tlv) && antin_der_end(&in));
		ck_assert_uint_eq(tlv.value.len, lengths[i]);
		ck_assert_uint_eq(tlv.whole.len, one.len);
	}
}
END_TEST

START_TEST(take_and_enter)
{
	ANTIN_SCOPED(antin_bytes) b = {0};
	struct antin_in in = in_of(&b, "30060201050401aa0500"), inner;
	struct antin_slice s;

	ck_assert(!antin_der_enter(&in, ANTIN_SET, &inner));
	ck_assert(antin_der_peek(&in, ANTIN_SEQUENCE));
	ck_assert(antin_der_enter(&in, ANTIN_SEQUENCE, &inner));
	ck_assert(!antin_der_take(&inner, ANTIN_OCTET_STRING, &s));
	ck_assert(antin_der_whole(&inner, ANTIN_INTEGER, &s) && s.len == 3);
	ck_assert(antin_der_take(&inner, ANTIN_OCTET_STRING, &s) && s.len == 1 && s.p[0] == 0xaa);
	ck_assert(antin_der_end(&inner) && !antin_der_peek(&inner, 0));
	ck_assert(antin_der_take(&in, ANTIN_NULL, &s) && s.len == 0 && antin_der_end(&in));
}
END_TEST

/* What one reader of primitives says about an element. */
struct primitive {
	const char *hex;
	bool ok;
	uint64_t value;
};

static const struct primitive uints[] = {
        {"020100", true, 0},
        {"02017f", true, 127},
        {"02020080", true, 128},
        {"0202ffff", false, 0},
        {"020900ffffffffffffffff", true, UINT64_MAX},
        {"02087fffffffffffffff", true, INT64_MAX},
        {"0200", false, 0},
        {"02020001", false, 0},
        {"0202007f", false, 0},
        {"0201ff", false, 0},
        {"020180", false, 0},
        {"0202ff80", false, 0},
        {"0209010000000000000000", false, 0},
        {"020a00010000000000000000", false, 0},
        {"0a0101", false, 0},
        {"020201", false, 0},
};

START_TEST(unsigned_integers)
{
	ANTIN_SCOPED(antin_bytes) b = {0};
	struct antin_in in = in_of(&b, uints[_i].hex);
	uint64_t n = 1234;
	char hex[64];

	ck_assert_int_eq(antin_der_uint(&in, UINT64_MAX, &n), uints[_i].ok);
	ck_assert_uint_eq(n, uints[_i].ok ? uints[_i].value : 1234);
	ck_assert_int_eq(in.p == b.p, !uints[_i].ok);
	if (!uints[_i].ok)
		return;
	antin_bytes_clear(&b);
	antin_der_add_uint(&b, n);
	ck_assert_str_eq(antin_hex_text(antin_bytes_slice(&b), hex, sizeof(hex)), uints[_i].hex);
	in = antin_in_of(antin_bytes_slice(&b));
	ck_assert(antin_der_uint(&in, n, &n) && antin_der_end(&in));
	in = antin_in_of(antin_bytes_slice(&b));
	ck_assert(n == 0 || !antin_der_uint(&in, n - 1, &n));
}
END_TEST

static const struct primitive integers[] = {
        {"020100", true, 1},   {"0201ff", true, 1},      {"020180", true, 1},
        {"0202ff7f", true, 2}, {"02020080", true, 2},    {"0202ffff", false, 0},
        {"0200", false, 0},    {"0203ff8000", false, 0}, {"02030000ff", false, 0},
        {"0401aa", false, 0},  {"0203008000", true, 3},
};

START_TEST(signed_integers)
{
	ANTIN_SCOPED(antin_bytes) b = {0};
	struct antin_in in = in_of(&b, integers[_i].hex);
	struct antin_slice s = {0};

	ck_assert_int_eq(antin_der_integer(&in, &s), integers[_i].ok);
	ck_assert_uint_eq(s.len, integers[_i].value);
}
END_TEST

static const struct primitive bools[] = {
        {"010100", true, 0}, {"0101ff", true, 1},    {"010101", false, 0},
        {"0100", false, 0},  {"0102ffff", false, 0}, {"020100", false, 0},
};

START_TEST(booleans)
{
	ANTIN_SCOPED(antin_bytes) b = {0};
	struct antin_in in = in_of(&b, bools[_i].hex);
	bool value = false;

	ck_assert_int_eq(antin_der_bool(&in, &value), bools[_i].ok);
	ck_assert_uint_eq(value, bools[_i].value);
}
END_TEST

static const struct primitive named[] = {
        {"03020780", true, 0x001},                                    /* digitalSignature */
        {"030206c0", true, 0x003},                                    /* and nonRepudiation */
        {"03020106", true, 0x060},                                    /* keyCertSign, cRLSign */
        {"0303070080", true, 0x100},  {"030100", true, 0},            /* none */
        {"03020680", false, 0},                                       /* last bit written is zero */
        {"0303000001", true, 0x8000}, {"03020781", false, 0},         /* an unused bit is one */
        {"03020880", false, 0},                                       /* eight unused bits */
        {"0300", false, 0},           {"030107", false, 0},           /* unused bits of nothing */
        {"03020700", false, 0},       {"0306000000000080", false, 0}, /* 40 bits */
};

START_TEST(named_bits)
{
	ANTIN_SCOPED(antin_bytes) b = {0};
	ANTIN_SCOPED(antin_bytes) back = {0};
	struct antin_in in = in_of(&b, named[_i].hex);
	uint32_t bits = 0;

	ck_assert_int_eq(antin_der_named_bits(&in, &bits), named[_i].ok);
	if (!named[_i].ok)
		return;
	antin_der_add_named_bits(&back, bits);
	util_slice_eq(antin_bytes_slice(&back), antin_bytes_slice(&b));
	ck_assert_uint_eq(bits, named[_i].value);
}
END_TEST

static const struct {
	const char *text;
	uint8_t tag;
	bool ok;
	int64_t time;
} times[] = {
        {"261121070509Z", ANTIN_UTCTIME, true, 1795244709},
        {"20261121070509Z", ANTIN_GENERALIZEDTIME, true, 1795244709},
        {"500101000000Z", ANTIN_UTCTIME, true, -631152000},
        {"491231235959Z", ANTIN_UTCTIME, true, 2524607999},
        {"99991231235959Z", ANTIN_GENERALIZEDTIME, true, 253402300799},
        {"2611210705Z", ANTIN_UTCTIME, false, 0},
        {"261121070509", ANTIN_UTCTIME, false, 0},
        {"261121070509+0700", ANTIN_UTCTIME, false, 0},
        {"261131070509Z", ANTIN_UTCTIME, false, 0},
        {"260229070509Z", ANTIN_UTCTIME, false, 0},
        {"261121240000Z", ANTIN_UTCTIME, false, 0},
        {"261121070560Z", ANTIN_UTCTIME, false, 0},
        {"20261121070509.5Z", ANTIN_GENERALIZEDTIME, false, 0},
        {"20261121070509z", ANTIN_GENERALIZEDTIME, false, 0},
        {"20261121070509ZZ", ANTIN_GENERALIZEDTIME, false, 0},
        {"2026112107050Z", ANTIN_GENERALIZEDTIME, false, 0},
        {"", ANTIN_GENERALIZEDTIME, false, 0},
        {"20261121070509Z", ANTIN_VISIBLE, false, 0},
        {" 0261121070509Z", ANTIN_GENERALIZEDTIME, false, 0},
};

START_TEST(times_as_certificates_have_them)
{
	ANTIN_SCOPED(antin_bytes) b = {0};
	ANTIN_SCOPED(antin_bytes) back = {0};
	struct antin_in in;
	int64_t t = 5;

	antin_der_add_text(&b, times[_i].tag, times[_i].text);
	in = antin_in_of(antin_bytes_slice(&b));
	ck_assert_int_eq(antin_der_time(&in, &t), times[_i].ok);
	ck_assert_int_eq(t, times[_i].ok ? times[_i].time : 5);
	if (!times[_i].ok)
		return;
	antin_der_add_time(&back, t);
	if (times[_i].tag == ANTIN_UTCTIME || times[_i].time > 2524607999)
		util_slice_eq(antin_bytes_slice(&back), antin_bytes_slice(&b));
	antin_bytes_clear(&back);
	antin_der_add_generalized(&back, t);
	in = antin_in_of(antin_bytes_slice(&back));
	ck_assert(antin_der_generalized(&in, false, &t) && t == times[_i].time);
}
END_TEST

START_TEST(fractions_of_time_stamps)
{
	static const struct {
		const char *text;
		bool ok;
	} rows[] = {
	        {"20261121070509Z", true},     {"20261121070509.5Z", true},
	        {"20261121070509.123Z", true}, {"20261121070509.Z", false},
	        {"20261121070509.50Z", false}, {"20261121070509.0Z", false},
	        {"20261121070509,5Z", false},  {"20261121070509.5", false},
	};

	for (size_t i = 0; i < UTIL_COUNT(rows); i++) {
		ANTIN_SCOPED(antin_bytes) b = {0};
		struct antin_in in;
		int64_t t = 0;

		antin_der_add_text(&b, ANTIN_GENERALIZEDTIME, rows[i].text);
		in = antin_in_of(antin_bytes_slice(&b));
		ck_assert_msg(antin_der_generalized(&in, true, &t) == rows[i].ok, "%s",
		              rows[i].text);
		ck_assert_int_eq(t, rows[i].ok ? 1795244709 : 0);
	}
}
END_TEST

static const struct {
	const char *text, *hex; /* hex NULL: refused */
} oids[] = {
        {"1.2.840.113549.1.1.11", "2a864886f70d01010b"},
        {"2.5.29.32.0", "551d2000"},
        {"2.999.3", "883703"},
        {"0.0", "00"},
        {"0.39", "27"},
        {"1.39", "4f"},
        {"2.0", "50"},
        {"2.16.704.1", "60854001"},
        {"1.2.72057594037927936", "2a8180808080808080"
                                  "00"},
        {"1.2.18446744073709551615", "2a81ffffffffffffffff7f"},
        {"2.18446744073709551535", "81ffffffffffffffff7f"},
        {"1.2.18446744073709551616", NULL},
        {"2.18446744073709551536", NULL},
        {"1", NULL},
        {"", NULL},
        {".1.2", NULL},
        {"1.2.", NULL},
        {"1..2", NULL},
        {"3.1", NULL},
        {"1.40", NULL},
        {"1.02", NULL},
        {"1.2.x", NULL},
        {"1.2 ", NULL},
        {"1.2.99999999999999999999", NULL},
        {"-1.2", NULL},
};

START_TEST(object_identifiers)
{
	ANTIN_SCOPED(antin_bytes) b = {0};
	struct antin_err err = {0};
	char text[64];

	if (!oids[_i].hex) {
		util_fails(antin_oid_parse(oids[_i].text, &b, &err), ANTIN_E_FORMAT);
		return;
	}
	util_ok(antin_oid_parse(oids[_i].text, &b, &err));
	ck_assert_str_eq(antin_hex_text(antin_bytes_slice(&b), text, sizeof(text)), oids[_i].hex);
	ck_assert_str_eq(antin_oid_text(antin_bytes_slice(&b), text, sizeof(text)), oids[_i].text);
	ck_assert_str_eq(antin_oid_text(antin_bytes_slice(&b), text, strlen(oids[_i].text)), "?");
	for (size_t i = 0; i < UTIL_COUNT(oids); i++)
		ck_assert(antin_oid_is(antin_bytes_slice(&b), oids[i].text) == (i == (size_t)_i));
	for (size_t len = 0; len < b.len; len++)
		ck_assert(!antin_oid_is((struct antin_slice){b.p, len}, oids[_i].text));
	antin_bytes_byte(&b, 1);
	ck_assert(!antin_oid_is(antin_bytes_slice(&b), oids[_i].text));
	ck_assert(!antin_oid_is(antin_bytes_slice(&b), ""));
}
END_TEST

START_TEST(bad_oid_octets)
{
	static const char *const rows[] = {"80", "2a80", "2a8001", "2aff",
	                                   "2affffffffffffffffff7f"};
	char text[64];

	for (size_t i = 0; i < UTIL_COUNT(rows); i++) {
		ANTIN_SCOPED(antin_bytes) b = {0};

		util_hex(rows[i], &b);
		ck_assert_str_eq(antin_oid_text(antin_bytes_slice(&b), text, sizeof(text)), "?");
	}
	ck_assert_str_eq(antin_oid_text((struct antin_slice){NULL, 0}, text, sizeof(text)), "?");
}
END_TEST

/* What is no OID is not taken as one; an arc that is too large for a number here still is one. */
START_TEST(oids_taken)
{
	static const struct {
		const char *hex;
		bool taken;
	} rows[] = {
	        {"060101", true},
	        {"06032a0304", true},
	        {"0603883703", true},
	        {"06092affffffffffffff7f", true},
	        {"060b2affffffffffffffffff7f", true},
	        {"0600", false},
	        {"060180", false},
	        {"06022a80", false},
	        {"06032a8001", false},
	        {"0603808001", false},
	        {"06042a038003", false},
	        {"06022aff", false},
	        {"06032a0381", false},
	};

	for (size_t i = 0; i < UTIL_COUNT(rows); i++) {
		ANTIN_SCOPED(antin_bytes) b = {0};
		struct antin_in in = in_of(&b, rows[i].hex);
		struct antin_slice oid = {NULL, 7};
		struct antin_tlv any;

		ck_assert_msg(antin_der_take(&in, ANTIN_OID, &oid) == rows[i].taken, "%s",
		              rows[i].hex);
		ck_assert_uint_eq(antin_in_left(&in), rows[i].taken ? 0 : b.len);
		ck_assert_uint_eq(oid.len, rows[i].taken ? b.len - 2 : 7);
		in = antin_in_of(antin_bytes_slice(&b));
		ck_assert(antin_der_next(&in, &any) == rows[i].taken);
	}
}
END_TEST

START_TEST(enumerated_both_ways)
{
	for (unsigned int value = 0; value < 256; value++) {
		ANTIN_SCOPED(antin_bytes) b = {0};
		struct antin_in in;
		uint64_t read = 999;

		antin_der_add_enum(&b, (uint8_t)value);
		in = antin_in_of(antin_bytes_slice(&b));
		ck_assert(antin_der_enum(&in, 255, &read) && antin_der_end(&in));
		ck_assert_uint_eq(read, value);
	}
}
END_TEST

START_TEST(writers)
{
	ANTIN_SCOPED(antin_bytes) b = {0};
	char hex[256];
	size_t mark = antin_der_open(&b, ANTIN_SEQUENCE);

	antin_der_add_bool(&b, true);
	antin_der_add_integer(&b, UTIL_LITERAL("\0\0\x80"));
	antin_der_add_integer(&b, UTIL_LITERAL("\0"));
	antin_der_add_integer(&b, (struct antin_slice){NULL, 0});
	antin_der_add_enum(&b, 5);
	antin_der_add_null(&b);
	antin_der_add_oid(&b, "2.5.4.3");
	antin_der_add_oid_der(&b, UTIL_LITERAL("\x55\x04\x0a"));
	antin_der_add_bits(&b, UTIL_LITERAL("\xab"));
	antin_der_add_text(&b, ANTIN_UTF8, "\xe1\xba\xa5");
	antin_der_close(&b, mark);
	ck_assert_str_eq(antin_hex_text(antin_bytes_slice(&b), hex, sizeof(hex)),
	                 "30250101ff02020080020100020100"
	                 "0a0105"
	                 "0500"
	                 "0603550403"
	                 "060355040a"
	                 "030200ab"
	                 "0c03e1baa5");
}
END_TEST

START_TEST(sets_are_sorted)
{
	ANTIN_SCOPED(antin_bytes) b = {0};
	ANTIN_SCOPED(antin_bytes) bad = {0};
	char hex[64];
	size_t mark = antin_der_open(&b, ANTIN_SET);

	antin_der_add(&b, ANTIN_OCTET_STRING, UTIL_LITERAL("bb"));
	antin_der_add(&b, ANTIN_OCTET_STRING, UTIL_LITERAL("c"));
	antin_der_add(&b, ANTIN_INTEGER, UTIL_LITERAL("\x09"));
	antin_der_add(&b, ANTIN_OCTET_STRING, UTIL_LITERAL("a"));
	antin_der_close_set(&b, mark);
	ck_assert_str_eq(antin_hex_text(antin_bytes_slice(&b), hex, sizeof(hex)),
	                 "310d02010904016104016304026262");
	mark = antin_der_open(&bad, ANTIN_SET);
	antin_bytes_text(&bad, "no DER");
	antin_der_close_set(&bad, mark);
	ck_assert(bad.failed);
	antin_bytes_clear(&bad);
	antin_der_add_oid(&bad, "not an oid");
	ck_assert(bad.failed);
}
END_TEST

/* Walks all elements to the end of what is there; counts them. */
static size_t
walk(struct antin_slice s, unsigned int depth)
{
	struct antin_in in = antin_in_of(s);
	struct antin_tlv tlv;
	size_t n = 0;

	while (antin_der_next(&in, &tlv)) {
		n++;
		ck_assert(tlv.whole.p >= s.p && tlv.value.p + tlv.value.len <= s.p + s.len);
		if ((tlv.tag & 0x20) && depth < 10)
			n += walk(tlv.value, depth + 1);
	}
	return n;
}

START_TEST(cut_and_changed)
{
	static const char hex[] = "3081853029020101310d300b0609608648016503040201301506092a864886f7"
	                          "0d010701a0080406616263646566305804510102030405060708090a0b0c0d0e"
	                          "0f101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e"
	                          "2f303132333435363738393a3b3c3d3e3f404142434445464748494a4b4c4d4e"
	                          "4f505101010000000000";
	ANTIN_SCOPED(antin_bytes) b = {0};
	struct antin_tlv tlv;

	util_hex(hex, &b);
	for (size_t len = 0; len < b.len; len++) {
		struct antin_in in = antin_in_of((struct antin_slice){b.p, len});

		(void)walk((struct antin_slice){b.p, len}, 0);
		if (len < 3 + 0x85)
			ck_assert(!antin_der_next(&in, &tlv));
	}
	for (size_t i = 0; i < b.len; i++)
		for (int bit = 0; bit < 8; bit++) {
			b.p[i] ^= (uint8_t)(1 << bit);
			(void)walk(antin_bytes_slice(&b), 0);
			b.p[i] ^= (uint8_t)(1 << bit);
		}
	ck_assert_uint_gt(walk(antin_bytes_slice(&b), 0), 5);
}
END_TEST

Suite *suite_der(void);
Suite *
suite_der(void)
{
	Suite *s = suite_create("der");
	TCase *tc = tcase_create("der");

	tcase_add_loop_test(tc, refused_elements, 0, (int)UTIL_COUNT(not_der));
	tcase_add_test(tc, lengths_round_trip);
	tcase_add_test(tc, take_and_enter);
	tcase_add_loop_test(tc, unsigned_integers, 0, (int)UTIL_COUNT(uints));
	tcase_add_loop_test(tc, signed_integers, 0, (int)UTIL_COUNT(integers));
	tcase_add_loop_test(tc, booleans, 0, (int)UTIL_COUNT(bools));
	tcase_add_loop_test(tc, named_bits, 0, (int)UTIL_COUNT(named));
	tcase_add_loop_test(tc, times_as_certificates_have_them, 0, (int)UTIL_COUNT(times));
	tcase_add_test(tc, fractions_of_time_stamps);
	tcase_add_loop_test(tc, object_identifiers, 0, (int)UTIL_COUNT(oids));
	tcase_add_test(tc, bad_oid_octets);
	tcase_add_test(tc, oids_taken);
	tcase_add_test(tc, writers);
	tcase_add_test(tc, sets_are_sorted);
	tcase_add_test(tc, enumerated_both_ways);
	tcase_add_test(tc, cut_and_changed);
	suite_add_tcase(s, tc);
	return s;
}
