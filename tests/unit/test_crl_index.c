/*
 * How entries are found: the quick reading of plain entries agrees with the strict one on every
 * octet, lists in order and out of it give the same answers.
 */
#include <antin/crl.h>

#include "../../lib/x509/crl_internal.h"
#include "../../lib/x509/crl_plain.h"
#include "issued.h"

#define WHEN   "170d3236303232383233353935395a"
#define REASON "300c300a0603551d1504030a01"

/* Entries, and whether the quick reading takes them; what it leaves, the strict one judges. */
static const struct {
	const char *hex;
	bool plain, strict;
} entries[] = {
        {"3012020105" WHEN, true, true},
        {"30220211007fffffffffffffffffffffffffffffff" WHEN, false, false}, /* not minimal */
        {"302202110080ffffffffffffffffffffffffffffff" WHEN, true, true},
        {"3012020180" WHEN, true, true}, /* below zero */
        {"30130202ff80" WHEN, false, false},
        {"30130202ff7f" WHEN, true, true},
        {"30110200" WHEN, false, false},
        {"3026021501000000000000000000000000000000000000ffff" WHEN, true, true},
        {"3027021601000000000000000000000000000000000000ffffff" WHEN, false, false},
        {"3020020105" WHEN REASON "01", true, true},
        {"3020020105" WHEN REASON "00", true, true},
        {"3020020105" WHEN REASON "0a", true, true},
        {"3020020105" WHEN REASON "07", false, false},
        {"3020020105" WHEN REASON "0b", false, false},
        {"3020020105" WHEN REASON "81", false, false},
        /* Right, but not of the plain shape. */
        {"3014020105180f32303236303232383233353935395a", false, true},
        {"302302010517"
         "0d3236303232383233353935395a300f300d0603551d150101ff04030a0101",
         false, true},
        {"302e020105" WHEN "301a30180603551d180411180f32303236303130313030303030305a", false, true},
        {"301202010517"
         "0d3236303232393233353935395a",
         false, false}, /* no leap year */
        {"301202010517"
         "0d3234303232393233353935395a",
         true, true},
        {"301202010517"
         "0d3030303232393233353935395a",
         true, true},
        {"301202010517"
         "0d3236303433313030303030305a",
         false, false},
        {"301202010517"
         "0d3236303030313030303030305a",
         false, false},
        {"301202010517"
         "0d3236313330313030303030305a",
         false, false},
        {"301202010517"
         "0d3236303130303030303030305a",
         false, false},
        {"301202010517"
         "0d3236303130313234303030305a",
         false, false},
        {"301202010517"
         "0d3236303130313233363030305a",
         false, false},
        {"301202010517"
         "0d3236303130313233353936305a",
         false, false},
};

static struct antin_bytes
octets(const char *hex)
{
	struct antin_bytes b = {0};
	struct antin_err err = {0};

	util_ok(antin_hex_parse(hex, &b, &err));
	return b;
}

/*
 * What both readings say of the octets, whatever follows them; the quick one may only say yes where
 * the strict one does, of the same serial and end, and never where a list may end too soon.
 */
static bool
plain(const struct antin_bytes *b, unsigned int version, bool *strict)
{
	struct antin_in slow = antin_in_of(antin_bytes_slice(b));
	uint8_t room[2][2 * PLAIN_ROOM];
	struct antin_crl_decoded d;
	const uint8_t *next[2];

	ck_assert_uint_le(b->len, PLAIN_ROOM);
	*strict = antin_crl_entry_read(&slow, version, &d);
	for (int i = 0; i < 2; i++) {
		memset(room[i], i ? 0xff : 0, sizeof(room[i]));
		memcpy(room[i], b->p, b->len);
		ck_assert_ptr_null(plain_entry(room[i], room[i] + PLAIN_ROOM - 1, version == 2));
		next[i] = plain_entry(room[i], room[i] + PLAIN_ROOM, version == 2);
	}
	if (!next[0]) {
		ck_assert_ptr_null(next[1]);
		return false;
	}
	ck_assert(*strict);
	ck_assert_ptr_eq(next[0], room[0] + (slow.p - b->p));
	ck_assert_ptr_eq(next[1], room[1] + (slow.p - b->p));
	ck_assert_ptr_eq(b->p + 4, d.e.serial.p);
	ck_assert_uint_eq(b->p[3], d.e.serial.len);
	ck_assert(!d.unknown.p && !d.cert_issuer.p && d.e.invalidity == ANTIN_NO_TIME);
	return true;
}

START_TEST(shapes)
{
	ANTIN_SCOPED(antin_bytes) b = octets(entries[_i].hex);
	bool strict, reason = b.len > 0x20 && entries[_i].plain && b.p[3] == 1;

	ck_assert_msg(plain(&b, 2, &strict) == entries[_i].plain, "%s", entries[_i].hex);
	ck_assert_msg(strict == entries[_i].strict, "%s", entries[_i].hex);
	/* A list of version 1 has no extensions. */
	ck_assert(plain(&b, 1, &strict) == (entries[_i].plain && !reason));
}
END_TEST

/* Every value of every octet of every entry, and every shorter piece. */
START_TEST(quick_as_strict)
{
	ANTIN_SCOPED(antin_bytes) b = octets(entries[_i].hex);
	size_t len = b.len;
	struct antin_crl_decoded d;
	bool strict;

	for (size_t at = 0; at < len; at++) {
		uint8_t was = b.p[at];

		for (unsigned int value = 0; value < 256; value++) {
			b.p[at] = (uint8_t)value;
			(void)plain(&b, 2, &strict);
			(void)plain(&b, 1, &strict);
		}
		b.p[at] = was;
	}
	for (b.len = 0; b.len < len; b.len++) {
		struct antin_in in = antin_in_of(antin_bytes_slice(&b));

		ck_assert_ptr_null(plain_entry(in.p, in.end, true));
		ck_assert(!antin_crl_entry_read(&in, 2, &d));
	}
}
END_TEST

/* Each value of two digits at each place of a time, each day of four years: as the strict one. */
START_TEST(quick_times)
{
	ANTIN_SCOPED(antin_bytes) b = octets(entries[0].hex);
	unsigned int days = 0;
	uint8_t *time = b.p + 7;
	bool strict;

	for (int place = 0; place < 6; place++) {
		uint8_t was[2] = {time[place * 2], time[place * 2 + 1]};

		for (int n = 0; n < 100; n++) {
			time[place * 2] = (uint8_t)('0' + n / 10);
			time[place * 2 + 1] = (uint8_t)('0' + n % 10);
			ck_assert(plain(&b, 2, &strict) == strict);
		}
		memcpy(time + place * 2, was, 2);
	}
	for (unsigned int day = 0; day < 4 * 10000; day++) {
		char text[8];

		(void)snprintf(text, sizeof(text), "%02u%04u", 48 + day / 10000, day % 10000);
		memcpy(time, text, 6);
		ck_assert(plain(&b, 2, &strict) == strict);
		days += strict;
	}
	ck_assert_uint_eq(days, 4 * 365 + 1);
}
END_TEST

/* ---- lists ---- */

/* Serials of lengths 1 to 20, some that begin alike in more octets than a key holds. */
static size_t
serial_at(size_t i, uint8_t serial[ANTIN_SERIAL_MAX])
{
	size_t len = i < 100 ? 1 : i < 1000 ? 2 : i < 2000 ? 8 : i < 3000 ? 16 : ANTIN_SERIAL_MAX;

	memset(serial, 0x11, ANTIN_SERIAL_MAX);
	serial[len - 1] = (uint8_t)(i & 0x7f);
	if (len > 1)
		serial[len - 2] = (uint8_t)(1 + (i >> 7));
	return len;
}

static enum antin_rc
give(void *user, struct antin_crl_writer *w, struct antin_err *err)
{
	const size_t *n = user;
	enum antin_rc rc = ANTIN_OK;
	uint8_t serial[ANTIN_SERIAL_MAX];

	for (size_t i = 0; i < *n && rc == ANTIN_OK; i++) {
		struct antin_crl_entry e = {.serial = {serial, serial_at(i, serial)},
		                            .revoked = ISSUED_NOW - (int64_t)i,
		                            .reason = (int)(i % 6),
		                            .invalidity = i % 50 ? ANTIN_NO_TIME : ISSUED_NOW};

		rc = antin_crl_add(w, &e, err);
	}
	return rc;
}

static void
make(const struct issued *ca, size_t n, struct antin_bytes *der)
{
	uint8_t number = 1;
	struct antin_crl_spec spec = {
	        .issuer = ca->cert->subject,
	        .aki = ca->cert->ski,
	        .number = {&number, 1},
	        .this_update = ISSUED_NOW,
	        .next_update = ISSUED_NOW + 86400,
	        .expired_on_crl = ANTIN_NO_TIME,
	        .sigalg = antin_sigalg_default(antin_public_type(ca->key->public_key)),
	        .rows = give,
	        .user = &n,
	};
	struct antin_err err = {0};

	util_ok(antin_crl_write_bytes(&spec, ca->key, der, NULL, &err));
}

static enum antin_rc
read_copy(const struct antin_bytes *der, struct antin_crl **out, struct antin_err *err)
{
	ANTIN_SCOPED(antin_bytes) copy = {0};

	antin_bytes_add(&copy, der->p, der->len);
	return antin_crl_read(&copy, out, err);
}

static void
check_all(const struct antin_crl *c, size_t n)
{
	struct antin_crl_entry e;
	uint8_t serial[ANTIN_SERIAL_MAX + 2];

	ck_assert_uint_eq(c->n_entries, n);
	for (size_t i = 0; i < n + 200; i++) {
		struct antin_slice s = {serial, serial_at(i, serial)};
		bool there = antin_crl_lookup(c, s, (struct antin_slice){0}, &e);

		ck_assert_msg(there == (i < n), "entry %zu of %zu", i, n);
		if (there) {
			util_slice_eq(e.serial, s);
			ck_assert_int_eq(e.revoked, ISSUED_NOW - (int64_t)i);
			ck_assert_int_eq(e.reason, (int)(i % 6));
		}
		/* Longer and shorter ones are others. */
		memset(serial + s.len, 0x11, 2);
		for (size_t len = 0; len <= s.len + 2 && s.len > 2; len += s.len + 1)
			ck_assert(!antin_crl_lookup(c, (struct antin_slice){serial, len},
			                            (struct antin_slice){0}, &e));
	}
}

/* Swaps two entries of one size, or makes the second a copy of the first. */
static void
change_entries(struct antin_bytes *der, size_t a, size_t b, bool copy)
{
	ANTIN_OWN_S(antin_crl) c = NULL;
	struct antin_err err = {0};
	struct antin_slice found[2] = {{0}};
	struct antin_in in;
	struct antin_tlv tlv;
	uint8_t held[64];

	util_ok(read_copy(der, &c, &err));
	in = antin_in_of(c->index->entries);
	for (size_t i = 0; antin_der_next(&in, &tlv); i++)
		if (i == a || i == b)
			found[i == b] = tlv.whole;
	ck_assert(found[0].len == found[1].len && found[0].len < sizeof(held));
	for (int k = 0; k < 2; k++)
		found[k].p = der->p + (found[k].p - c->der.p);
	memcpy(held, found[0].p, found[0].len);
	if (!copy)
		memcpy((uint8_t *)(uintptr_t)found[0].p, found[1].p, found[0].len);
	memcpy((uint8_t *)(uintptr_t)found[1].p, held, found[0].len);
}

static const size_t sizes[] = {0, 1, 2, 15, 16, 17, 31, 32, 33, 99, 1001, 4000};

START_TEST(in_order)
{
	struct issued root = issued_make("vn-root", ROOT_NAME, NULL, "p256");
	size_t n = sizes[_i];
	ANTIN_SCOPED(antin_bytes) der = {0};
	ANTIN_OWN_S(antin_crl) c = NULL;
	struct antin_err err = {0};

	make(&root, n, &der);
	util_ok(read_copy(&der, &c, &err));
	ck_assert(c->index->ascending && !c->index->table);
	ck_assert_uint_eq(c->index->n_blocks, (n + ANTIN_CRL_BLOCK - 1) / ANTIN_CRL_BLOCK);
	check_all(c, n);
	issued_done(&root);
}
END_TEST

/* Entries change places, first, last, across a block: answered the same, by the table. */
static const size_t swaps[][2] = {{1, 7}, {2001, 2007}, {1001, 1991}, {3001, 3997}};

START_TEST(out_of_order)
{
	struct issued root = issued_make("vn-root", ROOT_NAME, NULL, "p256");
	ANTIN_SCOPED(antin_bytes) der = {0};
	ANTIN_OWN_S(antin_crl) c = NULL;
	struct antin_err err = {0};

	make(&root, 4000, &der);
	change_entries(&der, swaps[_i][0], swaps[_i][1], false);
	util_ok(read_copy(&der, &c, &err));
	ck_assert(!c->index->ascending && c->index->table && !c->index->blocks);
	check_all(c, 4000);
	issued_done(&root);
}
END_TEST

/* The same serial twice, side by side or far apart, is refused whatever the order. */
START_TEST(twice)
{
	struct issued root = issued_make("vn-root", ROOT_NAME, NULL, "p256");
	ANTIN_SCOPED(antin_bytes) der = {0};
	ANTIN_OWN_S(antin_crl) c = NULL;
	struct antin_err err = {0};

	make(&root, 4000, &der);
	change_entries(&der, swaps[_i][0], swaps[_i][_i % 2 ? 0 : 1] + (_i % 2 ? 6 : 0), true);
	util_fails(read_copy(&der, &c, &err), ANTIN_E_FORMAT);
	ck_assert_str_eq(err.where, "revokedCertificates: the same serial twice");
	ck_assert_ptr_null(c);
	issued_done(&root);
}
END_TEST

/* ---- the hash that is made while the entries are read ---- */

/* Lists of less than one piece, of one and a little, of several: as the signer hashed them. */
static const size_t counts[] = {0, 1, 3000, 3500, 4000, 9000, 16000};
enum { HASHED = sizeof(counts) / sizeof(counts[0]) };

START_TEST(hashed)
{
	struct issued root = issued_make("vn-root", ROOT_NAME, NULL, "p256");
	ANTIN_SCOPED(antin_bytes) der = {0};
	ANTIN_OWN_S(antin_crl) c = NULL;
	uint8_t digest[ANTIN_DIGEST_MAX];
	struct antin_err err = {0};

	make(&root, counts[_i], &der);
	util_ok(read_copy(&der, &c, &err));
	util_ok(antin_digest_of(c->index->sigalg.digest, c->tbs, digest, &err));
	ck_assert_mem_eq(c->index->digest, digest, antin_digest_size(c->index->sigalg.digest));
	util_ok(antin_crl_verify(c, root.key->public_key, NULL, &err));
	/* One digit of a time, wherever it stands: another list, that nobody signed. */
	for (size_t at = 0; at + 14 < c->tbs.len; at++) {
		ANTIN_OWN_S(antin_crl) other = NULL;
		size_t place = (size_t)(c->tbs.p - c->der.p) + at + 13;

		if (memcmp(c->tbs.p + at, "\x17\x0d", 2) != 0 || at % 61)
			continue;
		der.p[place] = der.p[place] == '9' ? '8' : '9';
		util_ok(read_copy(&der, &other, &err));
		util_fails(antin_crl_verify(other, root.key->public_key, NULL, &err),
		           ANTIN_E_BAD_SIGNATURE);
		antin_err_clear(&err);
		der.p[place] = c->der.p[place];
	}
	issued_done(&root);
}
END_TEST

/* ---- malformed entries ---- */

/* Octets in place of others, counted from the entry, its serial, its time or its reason. */
static const struct {
	const char *what, *from;
	size_t at, n;
	uint8_t octets[3];
} faults[] = {
        {"another tag", "entry", 0, 1, {0x31}},
        {"one octet more", "entry", 1, 1, {0x32}},
        {"one octet less", "entry", 1, 1, {0x30}},
        {"a length not in its shortest form", "entry", 1, 2, {0x81, 0x30}},
        {"the indefinite length", "entry", 1, 1, {0x80}},
        {"a serial of another tag", "entry", 2, 1, {0x0a}},
        {"an empty serial", "entry", 3, 1, {0}},
        {"a serial too long", "entry", 3, 1, {22}},
        {"a serial that ends early", "entry", 3, 1, {15}},
        {"zeros before the serial", "serial", 0, 2, {0, 0x7f}},
        {"ones before the serial", "serial", 0, 2, {0xff, 0x80}},
        {"a time of another tag", "time", 0, 1, {0x16}},
        {"a time too short", "time", 1, 1, {0x0c}},
        {"a time that is not UTC", "time", 14, 1, {'z'}},
        {"a year of letters", "time", 2, 1, {':'}},
        {"a year below the digits", "time", 3, 1, {'/'}},
        {"month 0", "time", 4, 2, {'0', '0'}},
        {"month 13", "time", 4, 2, {'1', '3'}},
        {"month 20", "time", 4, 2, {'2', '0'}},
        {"month 1:", "time", 4, 2, {'1', ':'}},
        {"day 0", "time", 6, 2, {'0', '0'}},
        {"day 32", "time", 6, 2, {'3', '2'}},
        {"day 40", "time", 6, 2, {'4', '0'}},
        {"hour 24", "time", 8, 2, {'2', '4'}},
        {"hour 30", "time", 8, 2, {'3', '0'}},
        {"hour 1:", "time", 8, 2, {'1', ':'}},
        {"minute 60", "time", 10, 2, {'6', '0'}},
        {"second 60", "time", 12, 2, {'6', '0'}},
        {"second 5:", "time", 12, 2, {'5', ':'}},
        {"extensions of another tag", "reason", 0, 1, {0x31}},
        {"an extension of another tag", "reason", 2, 1, {0x31}},
        {"an extension that ends early", "reason", 3, 1, {0x09}},
        {"no identifier", "reason", 4, 1, {0x05}},
        {"a value of another tag", "reason", 9, 1, {0x05}},
        {"a value too long", "reason", 10, 1, {0x04}},
        {"a reason of another tag", "reason", 11, 1, {0x02}},
        {"an empty reason", "reason", 12, 1, {0x00}},
        {"reason 7", "reason", 13, 1, {7}},
        {"reason 11", "reason", 13, 1, {11}},
        {"reason below 0", "reason", 13, 1, {0x81}},
};

enum { ALIKE = 9000 };

/* Every entry of one shape, so that each fault can stand at each place: 16 octets and a reason. */
static enum antin_rc
give_alike(void *user, struct antin_crl_writer *w, struct antin_err *err)
{
	enum antin_rc rc = ANTIN_OK;
	uint8_t serial[16] = {0x11};

	(void)user;
	for (size_t i = 0; i < ALIKE && rc == ANTIN_OK; i++) {
		const struct antin_crl_entry e = {.serial = {serial, sizeof(serial)},
		                                  .revoked = ISSUED_NOW - (int64_t)i,
		                                  .reason = ANTIN_REASON_SUPERSEDED,
		                                  .invalidity = ANTIN_NO_TIME};

		serial[1] = (uint8_t)(i >> 8);
		serial[2] = (uint8_t)i;
		rc = antin_crl_add(w, &e, err);
	}
	return rc;
}

static void
make_alike(struct antin_bytes *der)
{
	struct issued root = issued_make("vn-root", ROOT_NAME, NULL, "p256");
	uint8_t number = 1;
	struct antin_crl_spec spec = {.issuer = root.cert->subject,
	                              .aki = root.cert->ski,
	                              .number = {&number, 1},
	                              .this_update = ISSUED_NOW,
	                              .next_update = ISSUED_NOW + 86400,
	                              .expired_on_crl = ANTIN_NO_TIME,
	                              .sigalg = {ANTIN_ECDSA, ANTIN_SHA256},
	                              .rows = give_alike};
	struct antin_err err = {0};

	util_ok(antin_crl_write_bytes(&spec, root.key, der, NULL, &err));
	issued_done(&root);
}

static size_t
fault_offset(size_t f)
{
	const char *from = faults[f].from;
	size_t at = faults[f].at;

	at += strcmp(from, "serial") == 0 ? 4 : 0;
	at += strcmp(from, "time") == 0 ? 20 : 0;
	return at + (strcmp(from, "reason") == 0 ? 35 : 0);
}

enum { SIZE = 49, PIECE = 131072 / SIZE };
static const size_t places[] = {0,         1,         15,        PIECE - 1, PIECE,
                                PIECE + 1, ALIKE / 2, ALIKE - 2, ALIKE - 1};
enum { PLACES = sizeof(places) / sizeof(places[0]) };

/* Refused in the first entry, the last, beside the hash's pieces and in the middle of them. */
START_TEST(malformed)
{
	ANTIN_SCOPED(antin_bytes) der = {0};
	ANTIN_OWN_S(antin_crl) sound = NULL;
	struct antin_err err = {0};
	size_t first;

	make_alike(&der);
	util_ok(read_copy(&der, &sound, &err));
	ck_assert_uint_eq(sound->index->entries.len, (size_t)SIZE * ALIKE);
	first = (size_t)(sound->index->entries.p - sound->der.p);
	for (size_t f = 0; f < UTIL_COUNT(faults); f++) {
		size_t at = first + places[_i] * SIZE + fault_offset(f);
		ANTIN_OWN_S(antin_crl) c = NULL;
		uint8_t held[sizeof(faults[0].octets)];

		memcpy(held, der.p + at, faults[f].n);
		memcpy(der.p + at, faults[f].octets, faults[f].n);
		ck_assert_msg(read_copy(&der, &c, &err) == ANTIN_E_FORMAT, "%s at entry %zu",
		              faults[f].what, places[_i]);
		ck_assert_msg(strcmp(err.where, "revokedCertificates") == 0 || faults[f].at < 2,
		              "%s: %s", faults[f].what, err.where);
		antin_err_clear(&err);
		memcpy(der.p + at, held, faults[f].n);
	}
}
END_TEST

Suite *suite_crl_index(void);
Suite *
suite_crl_index(void)
{
	Suite *s = suite_create("crl_index");
	TCase *tc = tcase_create("entries");

	tcase_add_loop_test(tc, shapes, 0, (int)UTIL_COUNT(entries));
	tcase_add_loop_test(tc, quick_as_strict, 0, (int)UTIL_COUNT(entries));
	tcase_add_test(tc, quick_times);
	suite_add_tcase(s, tc);
	tc = tcase_create("lists");
	tcase_add_loop_test(tc, in_order, 0, (int)UTIL_COUNT(sizes));
	tcase_add_loop_test(tc, out_of_order, 0, (int)UTIL_COUNT(swaps));
	tcase_add_loop_test(tc, twice, 0, (int)UTIL_COUNT(swaps));
	tcase_add_loop_test(tc, hashed, 0, HASHED);
	tcase_add_loop_test(tc, malformed, 0, PLACES);
	suite_add_tcase(s, tc);
	return s;
}
