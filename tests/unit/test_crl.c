/*
 * CRLs: written as a stream, read with an index, judged by OpenSSL; a hundred thousand entries;
 * broken octets.
 */
#include <malloc.h>

#include <openssl/x509v3.h>

#include <antin/crl.h>

#include "issued.h"

enum { SERIAL = 16 };

/* Rows made on the fly: nothing is kept, so memory shows what the writer itself needs. */
struct rows {
	size_t n;
	unsigned int runs;
	size_t heap; /* the most that was in use at the end of a run */
	int order;   /* 1: two rows change places in every run; 2: one row less in the second run */
};

/* Entry i: ascending serials, every second with a reason, every third with an invalidity date. */
static struct antin_crl_entry
entry_at(size_t i, uint8_t serial[SERIAL])
{
	memset(serial, 0, SERIAL);
	serial[0] = 0x2a;
	for (size_t k = 0; k < 8; k++)
		serial[1 + k] = (uint8_t)((i * 1000 + 7) >> (56 - 8 * k));
	serial[15] = (uint8_t)(i * 31);
	return (struct antin_crl_entry){
	        .serial = {serial, SERIAL},
	        .revoked = ISSUED_NOW - (int64_t)(i % 5000) * 100,
	        .reason = i % 2 ? ANTIN_REASON_SUPERSEDED : 0,
	        .invalidity = i % 3 ? ANTIN_NO_TIME : ISSUED_NOW - 1000000,
	};
}

static enum antin_rc
give_rows(void *user, struct antin_crl_writer *w, struct antin_err *err)
{
	struct rows *r = user;
	enum antin_rc rc = ANTIN_OK;
	uint8_t serial[SERIAL];

	r->runs++;
	for (size_t i = 0; rc == ANTIN_OK && i < r->n; i++) {
		size_t which = r->order == 1 && i == 1 ? 0 : r->order == 1 && i == 0 ? 1 : i;
		struct antin_crl_entry e = entry_at(which, serial);

		if (r->order == 2 && r->runs > 1 && i == 0)
			continue;
		rc = antin_crl_add(w, &e, err);
	}
	if (mallinfo2().uordblks > r->heap)
		r->heap = mallinfo2().uordblks;
	return rc;
}

static const uint8_t number[] = {0x01, 0xff};

static struct antin_crl_spec
spec_of(const struct issued *ca, struct rows *rows)
{
	return (struct antin_crl_spec){
	        .issuer = ca->cert->subject,
	        .aki = ca->cert->ski,
	        .number = {number, sizeof(number)},
	        .this_update = ISSUED_NOW,
	        .next_update = ISSUED_NOW + 86400,
	        .expired_on_crl = ca->cert->not_before,
	        .sigalg = antin_sigalg_default(antin_public_type(ca->key->public_key)),
	        .rows = rows ? give_rows : NULL,
	        .user = rows,
	};
}

static struct antin_crl *
read_crl(const struct antin_bytes *der)
{
	ANTIN_SCOPED(antin_bytes) copy = {0};
	struct antin_crl *c = NULL;
	struct antin_err err = {0};

	antin_bytes_add(&copy, der->p, der->len);
	util_ok(antin_crl_read(&copy, &c, &err));
	return c;
}

/* OpenSSL reads it, verifies it, and finds the same number of entries. */
static void
judge(const struct antin_bytes *der, const struct issued *ca, size_t entries)
{
	const unsigned char *p = der->p;
	X509_CRL *crl = d2i_X509_CRL(NULL, &p, (long)der->len);
	X509 *x = issued_x509(ca->cert);
	STACK_OF(X509_REVOKED) * revoked;

	ck_assert_ptr_nonnull(crl);
	ck_assert_uint_eq((size_t)(p - der->p), der->len);
	ck_assert_int_eq(X509_CRL_verify(crl, X509_get0_pubkey(x)), 1);
	revoked = X509_CRL_get_REVOKED(crl);
	ck_assert_int_eq(revoked ? sk_X509_REVOKED_num(revoked) : 0, (int)entries);
	X509_CRL_free(crl);
	X509_free(x);
}

static const struct {
	size_t n;
	const char *key;
} sizes[] = {
        {0, "p256"}, {1, "p384"}, {2, "rsa3072"}, {3, "p256"}, {1000, "p256"}, {2000, "p384"},
};

static void
check_entries(const struct antin_crl *c, size_t n, size_t step)
{
	struct antin_slice none = {0};
	struct antin_crl_entry got;
	uint8_t serial[SERIAL];

	for (size_t i = 0; i < n; i += step) {
		struct antin_crl_entry want = entry_at(i, serial);

		ck_assert(antin_crl_lookup(c, want.serial, none, &got));
		util_slice_eq(got.serial, want.serial);
		ck_assert_int_eq(got.revoked, want.revoked);
		ck_assert_int_eq(got.reason, want.reason);
		ck_assert_int_eq(got.invalidity, want.invalidity);
		serial[15] ^= 1;
		ck_assert(!antin_crl_lookup(c, want.serial, none, &got));
	}
}

static void
check_hash(const struct antin_crl *c, const struct antin_crl_made *made)
{
	struct antin_err err = {0};
	uint8_t sha256[32];

	util_ok(antin_sha256(c->der, sha256, &err));
	ck_assert_mem_eq(sha256, made->sha256, 32);
}

START_TEST(both_ways)
{
	struct issued root = issued_make("vn-root", ROOT_NAME, NULL, sizes[_i].key);
	struct rows rows = {.n = sizes[_i].n};
	struct antin_crl_spec spec = spec_of(&root, &rows);
	ANTIN_SCOPED(antin_bytes) der = {0};
	ANTIN_OWN_S(antin_crl) c = NULL;
	struct antin_crl_made made = {0};
	struct antin_err err = {0};

	util_ok(antin_crl_write_bytes(&spec, root.key, &der, &made, &err));
	ck_assert_uint_eq(made.entries, sizes[_i].n);
	ck_assert_uint_eq(made.size, der.len);
	judge(&der, &root, sizes[_i].n);
	c = read_crl(&der);
	check_hash(c, &made);
	ck_assert_uint_eq(c->version, 2);
	ck_assert_uint_eq(c->n_entries, sizes[_i].n);
	ck_assert_int_eq(c->this_update, spec.this_update);
	ck_assert_int_eq(c->next_update, spec.next_update);
	ck_assert_int_eq(c->expired_on_crl, spec.expired_on_crl);
	util_slice_eq(c->issuer, spec.issuer);
	util_slice_eq(c->aki, spec.aki);
	util_slice_eq(c->number, spec.number);
	ck_assert_ptr_null(c->base.p);
	ck_assert(!c->unknown_critical && !c->idp.present);
	util_ok(antin_crl_verify(c, root.key->public_key, NULL, &err));
	check_entries(c, sizes[_i].n, 1);
	issued_done(&root);
}
END_TEST

/* Outer lengths on both sides of 65536 and 256, where that of an ECDSA signature matters. */
START_TEST(around_a_length)
{
	static const size_t from[] = {1275, 0}, to[] = {1295, 4};
	struct issued root = issued_make("vn-root", ROOT_NAME, NULL, _i ? "p384" : "p256");
	bool below = false, above = false;

	for (size_t n = from[_i]; n <= to[_i]; n++) {
		struct rows rows = {.n = n};
		struct antin_crl_spec spec = spec_of(&root, &rows);
		ANTIN_SCOPED(antin_bytes) der = {0};
		struct antin_err err = {0};

		util_ok(antin_crl_write_bytes(&spec, root.key, &der, NULL, &err));
		judge(&der, &root, n);
		below |= der.len < 65540;
		above |= der.len >= 65540;
	}
	ck_assert(below && (above || _i));
	issued_done(&root);
}
END_TEST

/* The length is announced by the store: one run less, the same octets but for the signature. */
START_TEST(size_known)
{
	struct issued root = issued_make("vn-root", ROOT_NAME, NULL, "p256");
	struct rows rows = {.n = 100};
	struct antin_crl_spec spec = spec_of(&root, &rows);
	ANTIN_SCOPED(antin_bytes) der = {0};
	ANTIN_SCOPED(antin_bytes) again = {0};
	struct antin_err err = {0};
	uint8_t serial[SERIAL];

	util_ok(antin_crl_write_bytes(&spec, root.key, &der, NULL, &err));
	ck_assert_uint_eq(rows.runs, 2);
	rows.runs = 0;
	spec.size_known = true;
	for (size_t i = 0; i < rows.n; i++) {
		struct antin_crl_entry e = entry_at(i, serial);

		spec.size += antin_crl_entry_size(&e);
	}
	util_ok(antin_crl_write_bytes(&spec, root.key, &again, NULL, &err));
	ck_assert_uint_eq(rows.runs, 1);
	{
		ANTIN_OWN_S(antin_crl) a = read_crl(&der);
		ANTIN_OWN_S(antin_crl) b = read_crl(&again);

		util_slice_eq(a->tbs, b->tbs);
	}
	again.len = 0;
	spec.size += 1;
	util_fails(antin_crl_write_bytes(&spec, root.key, &again, NULL, &err), ANTIN_E_INTERNAL);
	ck_assert_uint_eq(again.len, 0);
	issued_done(&root);
}
END_TEST

/* A hundred thousand entries into a file: memory stays flat, every answer is right. */
START_TEST(hundred_thousand)
{
	enum { N = 100000 };
	struct issued root = issued_make("vn-root", ROOT_NAME, NULL, "p256");
	struct rows rows = {.n = N};
	struct antin_crl_spec spec = spec_of(&root, &rows);
	char *folder = util_scratch();
	const char *path = util_path(folder, "big.crl");
	ANTIN_OWN_S(antin_output) out = NULL;
	ANTIN_OWN_S(antin_crl) c = NULL;
	ANTIN_SCOPED(antin_bytes) file = {0};
	struct antin_crl_made made = {0};
	struct antin_err err = {0};
	size_t before;

	util_ok(antin_output_open(path, 0, &out, &err));
	before = mallinfo2().uordblks;
	util_ok(antin_crl_write(&spec, root.key, out, &made, &err));
	ck_assert_uint_le(rows.heap, before + 256 * 1024);
	util_ok(antin_output_commit(out, &err));
	ck_assert_uint_eq(made.entries, N);
	util_read(path, &file);
	ck_assert_uint_eq(made.size, file.len);
	judge(&file, &root, N);
	util_ok(antin_crl_load(path, &c, &err));
	check_hash(c, &made);
	ck_assert_uint_eq(c->n_entries, N);
	util_ok(antin_crl_verify(c, root.key->public_key, NULL, &err));
	check_entries(c, N, 17);
	util_scratch_remove(folder);
	issued_done(&root);
}
END_TEST

START_TEST(wrong_rows)
{
	static const struct {
		size_t n;
		int order;
	} cases[] = {{3, 1}, {3, 2}};
	struct issued root = issued_make("vn-root", ROOT_NAME, NULL, "p256");
	struct rows rows = {.n = cases[_i].n, .order = cases[_i].order};
	struct antin_crl_spec spec = spec_of(&root, &rows);
	ANTIN_SCOPED(antin_bytes) der = {0};
	struct antin_err err = {0};

	util_fails(antin_crl_write_bytes(&spec, root.key, &der, NULL, &err), ANTIN_E_INTERNAL);
	ck_assert_uint_eq(der.len, 0);
	issued_done(&root);
}
END_TEST

static struct antin_crl_entry one_entry;

static enum antin_rc
give_one(void *user, struct antin_crl_writer *w, struct antin_err *err)
{
	(void)user;
	return antin_crl_add(w, &one_entry, err);
}

static const struct {
	const char *what, *serial;
	int reason;
	int64_t revoked, invalidity;
	bool good;
} entries[] = {
        {"good", "01", 1, ISSUED_NOW, ANTIN_NO_TIME, true},
        {"twenty octets", "7f00112233445566778899aabbccddeeff001122", 0, ISSUED_NOW, 0, true},
        {"after 2049", "0080", 0, INT64_C(2600000000), ANTIN_NO_TIME, true},
        {"before 1970", "01", 0, -1, -86401, true},
        {"removed from the list", "01", 8, ISSUED_NOW, ANTIN_NO_TIME, true},
        {"no serial", "", 0, ISSUED_NOW, ANTIN_NO_TIME, false},
        {"negative", "80", 0, ISSUED_NOW, ANTIN_NO_TIME, false},
        {"not minimal", "0001", 0, ISSUED_NOW, ANTIN_NO_TIME, false},
        {"too long", "7f00112233445566778899aabbccddeeff00112233", 0, ISSUED_NOW, 0, false},
        {"reason 7", "01", 7, ISSUED_NOW, ANTIN_NO_TIME, false},
        {"reason 11", "01", 11, ISSUED_NOW, ANTIN_NO_TIME, false},
        {"year 10000", "01", 0, INT64_C(253402300800), ANTIN_NO_TIME, false},
};

START_TEST(single_entries)
{
	struct issued root = issued_make("vn-root", ROOT_NAME, NULL, "p256");
	struct antin_crl_spec spec = spec_of(&root, NULL);
	ANTIN_SCOPED(antin_bytes) serial = {0};
	ANTIN_SCOPED(antin_bytes) der = {0};
	struct antin_err err = {0};
	enum antin_rc rc;

	util_hex(entries[_i].serial, &serial);
	one_entry = (struct antin_crl_entry){antin_bytes_slice(&serial), entries[_i].revoked,
	                                     entries[_i].reason, entries[_i].invalidity};
	spec.rows = give_one;
	rc = antin_crl_write_bytes(&spec, root.key, &der, NULL, &err);
	ck_assert_msg((rc == ANTIN_OK) == entries[_i].good, "%s: %s", entries[_i].what,
	              util_line(&err));
	if (rc == ANTIN_OK) {
		ANTIN_OWN_S(antin_crl) c = read_crl(&der);
		struct antin_crl_entry got;

		judge(&der, &root, 1);
		ck_assert(antin_crl_lookup(c, one_entry.serial, root.cert->subject, &got));
		ck_assert_int_eq(got.revoked, one_entry.revoked);
		ck_assert_int_eq(got.invalidity, one_entry.invalidity);
		ck_assert_int_eq(got.reason, one_entry.reason);
	}
	issued_done(&root);
}
END_TEST

START_TEST(wrong_specs)
{
	struct issued root = issued_make("vn-root", ROOT_NAME, NULL, "p256");
	struct antin_crl_spec good = spec_of(&root, NULL), cases[5];
	ANTIN_SCOPED(antin_bytes) der = {0};

	for (size_t i = 0; i < UTIL_COUNT(cases); i++)
		cases[i] = good;
	cases[0].issuer.len = 0;
	cases[1].aki.len = 0;
	cases[2].number.len = 0;
	cases[3].next_update = good.this_update;
	cases[4].sigalg.digest = ANTIN_SHA1;
	for (size_t i = 0; i < UTIL_COUNT(cases); i++) {
		struct antin_err err = {0};

		ck_assert_int_ne(antin_crl_write_bytes(&cases[i], root.key, &der, NULL, &err),
		                 ANTIN_OK);
		ck_assert_uint_eq(der.len, 0);
	}
	issued_done(&root);
}
END_TEST

/* A key that fails leaves nothing, in the folder either. */
START_TEST(key_fails)
{
	struct issued root = issued_make("vn-root", ROOT_NAME, NULL, "p256");
	struct rows rows = {.n = 3};
	struct antin_crl_spec spec = spec_of(&root, &rows);
	struct antin_keygen how = {.type = ANTIN_KEY_P256, .label = "faulty"};
	ANTIN_OWN_S(antin_key) key = NULL;
	char *folder = util_scratch();
	struct antin_err err = {0};

	util_ok(antin_key_mock(&how, ANTIN_E_REMOVED, 0, &key, &err));
	{
		ANTIN_OWN_S(antin_output) out = NULL;

		util_ok(antin_output_open(util_path(folder, "x.crl"), 0, &out, &err));
		util_fails(antin_crl_write(&spec, key, out, NULL, &err), ANTIN_E_REMOVED);
	}
	ck_assert_uint_eq(util_entries(folder), 0);
	util_scratch_remove(folder);
	issued_done(&root);
}
END_TEST

START_TEST(shard)
{
	struct issued root = issued_make("vn-root", ROOT_NAME, NULL, "p256");
	struct rows rows = {.n = 3};
	struct antin_crl_spec spec = spec_of(&root, &rows);
	ANTIN_SCOPED(antin_bytes) der = {0};
	ANTIN_OWN_S(antin_crl) c = NULL;
	struct antin_err err = {0};

	spec.shard_url = "http://ca.gov.vn/pki/pub/crl/cp.3.crl";
	util_ok(antin_crl_write_bytes(&spec, root.key, &der, NULL, &err));
	judge(&der, &root, 3);
	c = read_crl(&der);
	ck_assert(c->idp.present && !c->idp.indirect && !c->idp.some_reasons);
	ck_assert(!c->unknown_critical);
	ck_assert_ptr_nonnull(memmem(c->idp.full_name.p, c->idp.full_name.len, "cp.3.crl", 8));
	issued_done(&root);
}
END_TEST

/* A cut is refused; a flipped bit is refused, or the signature no longer fits. */
START_TEST(broken)
{
	struct issued root = issued_make("vn-root", ROOT_NAME, NULL, "p256");
	struct rows rows = {.n = 6};
	struct antin_crl_spec spec = spec_of(&root, &rows);
	ANTIN_SCOPED(antin_bytes) der = {0};
	struct antin_err err = {0};

	util_ok(antin_crl_write_bytes(&spec, root.key, &der, NULL, &err));
	for (size_t len = 0; len < der.len; len++) {
		ANTIN_SCOPED(antin_bytes) cut = {0};
		ANTIN_OWN_S(antin_crl) c = NULL;

		antin_bytes_add(&cut, der.p, len);
		ck_assert_int_ne(antin_crl_read(&cut, &c, NULL), ANTIN_OK);
	}
	for (size_t i = 0; i < der.len * 8; i++) {
		ANTIN_SCOPED(antin_bytes) copy = {0};
		ANTIN_OWN_S(antin_crl) c = NULL;

		antin_bytes_add(&copy, der.p, der.len);
		copy.p[i / 8] ^= (uint8_t)(1U << i % 8);
		if (antin_crl_read(&copy, &c, NULL) == ANTIN_OK)
			ck_assert_int_ne(antin_crl_verify(c, root.key->public_key, NULL, NULL),
			                 ANTIN_OK);
	}
	issued_done(&root);
}
END_TEST

/* ---- lists made by hand ---- */

struct by_hand {
	const char *what;
	const char *version; /* hex of the element, "" for v1 */
	const char *entries; /* hex of revokedCertificates, "" none */
	const char *exts;    /* hex of [0] with its extensions, "" none */
	enum antin_rc want;
	bool unknown; /* must not be used */
};

#define V2               "020101"
#define TIME             "170d3236303130313030303030305a"
#define NUMBER           "300a0603551d140403020105"
#define CRITICAL_UNKNOWN "300c06022a030101ff0403020105"

static const struct by_hand hand[] = {
        {"v1", "", "", "", ANTIN_OK, false},
        {"v1 with an entry", "",
         "3014"
         "3012020105" TIME,
         "", ANTIN_OK, false},
        {"v1 with extensions", "", "", "a00e300c" NUMBER, ANTIN_E_FORMAT, false},
        {"v2 written as v3", "020102", "", "", ANTIN_E_FORMAT, false},
        {"empty list", V2, "3000", "", ANTIN_E_FORMAT, false},
        {"number", V2, "", "a00e300c" NUMBER, ANTIN_OK, false},
        {"number twice", V2, "", "a01a3018" NUMBER NUMBER, ANTIN_E_FORMAT, false},
        {"negative number", V2, "", "a00e300c300a0603551d1404030201f0", ANTIN_E_FORMAT, false},
        {"unknown critical", V2, "", "a010300e" CRITICAL_UNKNOWN, ANTIN_OK, true},
        {"no extensions inside", V2, "", "a0023000", ANTIN_E_FORMAT, false},
        {"critical written FALSE", V2, "",
         "a010300e300c0603551d14010100"
         "0402050"
         "0",
         ANTIN_E_FORMAT, false},
        {"the same serial twice", V2,
         "302830120201"
         "05" TIME "3012020105" TIME,
         "", ANTIN_E_FORMAT, false},
        {"serial not minimal", V2,
         "3015"
         "301302020005" TIME,
         "", ANTIN_E_FORMAT, false},
        {"entry without a date", V2,
         "3005"
         "3003020105",
         "", ANTIN_E_FORMAT, false},
        {"entry with empty extensions", V2, "30163014020105" TIME "3000", "", ANTIN_E_FORMAT,
         false},
        {"reason 7", V2,
         "3022"
         "3020020105" TIME "300c300a0603551d1504030a0107",
         "", ANTIN_E_FORMAT, false},
        {"reason 1", V2,
         "3022"
         "3020020105" TIME "300c300a0603551d1504030a0101",
         "", ANTIN_OK, false},
        {"unknown critical in an entry", V2, "30243022020105" TIME "300e" CRITICAL_UNKNOWN, "",
         ANTIN_OK, true},
        {"an issuer in a direct list", V2,
         "302b3029020105" TIME "30153013"
         "0603551d1d0101ff0409300782056162632e64",
         "", ANTIN_E_FORMAT, false},
        {"only user and only CA", V2, "",
         "a0163014"
         "3012"
         "0603551d1c0101ff0408"
         "3006"
         "8101ff8201ff",
         ANTIN_E_FORMAT, false},
        {"only user", V2, "",
         "a0133011"
         "300f"
         "0603551d1c0101ff0405"
         "30038101ff",
         ANTIN_OK, false},
        {"delta", V2, "",
         "a011300f"
         "300d0603551d1b0101ff0403020105",
         ANTIN_OK, false},
};

static void
add_hex(struct antin_bytes *b, const char *text)
{
	if (*text)
		util_hex(text, b);
}

static void
make_by_hand(const struct by_hand *h, struct issued *root, struct antin_bytes *der)
{
	ANTIN_SCOPED(antin_bytes) tbs = {0};
	ANTIN_SCOPED(antin_bytes) signature = {0};
	struct antin_sigalg a = antin_sigalg_default(ANTIN_KEY_P256);
	struct antin_err err = {0};
	size_t seq = antin_der_open(&tbs, ANTIN_SEQUENCE);

	add_hex(&tbs, h->version);
	antin_sigalg_add(&tbs, a);
	antin_bytes_add(&tbs, root->cert->subject.p, root->cert->subject.len);
	add_hex(&tbs, TIME);
	add_hex(&tbs, h->entries);
	add_hex(&tbs, h->exts);
	antin_der_close(&tbs, seq);
	util_ok(antin_key_sign_message(root->key, a, antin_bytes_slice(&tbs), &signature, &err));
	seq = antin_der_open(der, ANTIN_SEQUENCE);
	antin_bytes_add(der, tbs.p, tbs.len);
	antin_sigalg_add(der, a);
	antin_der_add_bits(der, antin_bytes_slice(&signature));
	antin_der_close(der, seq);
}

START_TEST(made_by_hand)
{
	struct issued root = issued_make("vn-root", ROOT_NAME, NULL, "p256");
	ANTIN_SCOPED(antin_bytes) der = {0};
	ANTIN_OWN_S(antin_crl) c = NULL;
	struct antin_err err = {0};
	enum antin_rc rc;

	make_by_hand(&hand[_i], &root, &der);
	rc = antin_crl_read(&der, &c, &err);
	ck_assert_msg(rc == hand[_i].want, "%s: %s", hand[_i].what, util_line(&err));
	ck_assert_uint_eq(der.len, 0); /* taken over in any case */
	if (c) {
		ck_assert_msg(c->unknown_critical == hand[_i].unknown, "%s", hand[_i].what);
		ck_assert_int_eq(c->next_update, ANTIN_NO_TIME);
		util_ok(antin_crl_verify(c, root.key->public_key, NULL, &err));
	}
	issued_done(&root);
}
END_TEST

/* An indirect list: the second entry and those after it speak of another issuer. */
START_TEST(indirect)
{
	struct issued root = issued_make("vn-root", ROOT_NAME, NULL, "p256");
	struct issued sub = issued_make("vn-sub-ca", SUB_NAME, &root, "p256");
	ANTIN_SCOPED(antin_bytes) list = {0};
	ANTIN_SCOPED(antin_bytes) text = {0};
	ANTIN_SCOPED(antin_bytes) der = {0};
	ANTIN_OWN_S(antin_crl) c = NULL;
	struct by_hand h = {"indirect",
	                    V2,
	                    "",
	                    "a0133011"
	                    "300f"
	                    "0603551d1c0101ff0405"
	                    "30038401ff",
	                    ANTIN_OK,
	                    false};
	uint8_t five[] = {5}, six[] = {6};
	struct antin_slice serial5 = {five, 1}, serial6 = {six, 1}, none = {0};
	struct antin_crl_entry got;
	struct antin_err err = {0};
	size_t all = antin_der_open(&list, ANTIN_SEQUENCE), entry, exts, ext, value, names, name;

	util_hex("3012020105" TIME, &list);
	entry = antin_der_open(&list, ANTIN_SEQUENCE);
	util_hex("020105" TIME, &list);
	exts = antin_der_open(&list, ANTIN_SEQUENCE);
	ext = antin_der_open(&list, ANTIN_SEQUENCE);
	util_hex("0603551d1d0101ff", &list);
	value = antin_der_open(&list, ANTIN_OCTET_STRING);
	names = antin_der_open(&list, ANTIN_SEQUENCE);
	name = antin_der_open(&list, ANTIN_CONTEXT_CONS(4));
	antin_bytes_add(&list, sub.cert->subject.p, sub.cert->subject.len);
	antin_der_close(&list, name);
	antin_der_close(&list, names);
	antin_der_close(&list, value);
	antin_der_close(&list, ext);
	antin_der_close(&list, exts);
	antin_der_close(&list, entry);
	util_hex("3012020106" TIME, &list);
	antin_der_close(&list, all);
	antin_hex_add(&text, antin_bytes_slice(&list));
	h.entries = antin_bytes_cstr(&text);
	make_by_hand(&h, &root, &der);
	util_ok(antin_crl_read(&der, &c, &err));
	ck_assert(antin_crl_lookup(c, serial5, none, &got));
	ck_assert(antin_crl_lookup(c, serial5, root.cert->subject, &got));
	ck_assert(antin_crl_lookup(c, serial5, sub.cert->subject, &got));
	ck_assert(antin_crl_lookup(c, serial6, sub.cert->subject, &got));
	ck_assert(!antin_crl_lookup(c, serial6, root.cert->subject, &got));
	ck_assert(!antin_crl_lookup(c, serial6, none, &got));
	issued_done(&sub);
	issued_done(&root);
}
END_TEST

static enum antin_rc
count_entry(void *user, const struct antin_crl_entry *e, struct antin_err *err)
{
	size_t *n = user;

	(void)err;
	ck_assert_uint_eq(e->serial.len, SERIAL);
	return ++*n == 7 ? ANTIN_E_CANCELLED : ANTIN_OK;
}

START_TEST(each_and_pem)
{
	struct issued root = issued_make("vn-root", ROOT_NAME, NULL, "p256");
	struct rows rows = {.n = 5};
	struct antin_crl_spec spec = spec_of(&root, &rows);
	char *folder = util_scratch();
	const char *path = util_path(folder, "list.pem");
	ANTIN_SCOPED(antin_bytes) der = {0};
	ANTIN_SCOPED(antin_bytes) pem = {0};
	ANTIN_OWN_S(antin_crl) c = NULL;
	ANTIN_OWN_S(antin_crl) same = NULL;
	struct antin_err err = {0};
	size_t n = 0;

	util_ok(antin_crl_write_bytes(&spec, root.key, &der, NULL, &err));
	antin_pem_add(&pem, "X509 CRL", antin_bytes_slice(&der));
	util_write(path, antin_bytes_slice(&pem));
	util_ok(antin_crl_load(path, &c, &err));
	same = antin_crl_ref(c);
	util_slice_eq(same->der, antin_bytes_slice(&der));
	util_ok(antin_crl_each(c, count_entry, &n, &err));
	ck_assert_uint_eq(n, 5);
	ck_assert_int_eq(antin_crl_each(c, count_entry, &n, &err), ANTIN_E_CANCELLED);
	ck_assert_ptr_nonnull(antin_crl_ext(c, "2.5.29.20"));
	ck_assert_ptr_null(antin_crl_ext(c, "2.5.29.28"));
	util_scratch_remove(folder);
	issued_done(&root);
}
END_TEST

START_TEST(reasons)
{
	static const struct {
		const char *text;
		int reason; /* -1: none */
	} cases[] = {
	        {"keyCompromise", 1},   {"KEY-COMPROMISE", 1},
	        {"key_compromise", 1},  {"certificateHold", 6},
	        {"unspecified", 0},     {"removeFromCRL", 8},
	        {"aacompromise", 10},   {"keyCompromis", -1},
	        {"keyCompromises", -1}, {"", -1},
	        {"key Compromise", -1}, {"7", -1},
	};

	for (size_t i = 0; i < UTIL_COUNT(cases); i++) {
		int got = -1;

		ck_assert_msg(antin_crl_reason_parse(cases[i].text, &got) == (cases[i].reason >= 0),
		              "%s", cases[i].text);
		ck_assert_int_eq(got, cases[i].reason);
	}
	ck_assert_str_eq(antin_crl_reason_name(9), "privilegeWithdrawn");
	ck_assert_str_eq(antin_crl_reason_name(7), "unknown");
}
END_TEST

Suite *suite_crl(void);
Suite *
suite_crl(void)
{
	Suite *s = suite_create("crl");
	TCase *t = tcase_create("crl");

	tcase_add_loop_test(t, both_ways, 0, UTIL_COUNT(sizes));
	tcase_add_loop_test(t, around_a_length, 0, 2);
	tcase_add_test(t, size_known);
	tcase_add_test(t, hundred_thousand);
	tcase_add_loop_test(t, wrong_rows, 0, 2);
	tcase_add_loop_test(t, single_entries, 0, UTIL_COUNT(entries));
	tcase_add_test(t, wrong_specs);
	tcase_add_test(t, key_fails);
	tcase_add_test(t, shard);
	tcase_add_test(t, broken);
	tcase_add_loop_test(t, made_by_hand, 0, UTIL_COUNT(hand));
	tcase_add_test(t, indirect);
	tcase_add_test(t, each_and_pem);
	tcase_add_test(t, reasons);
	suite_add_tcase(s, t);
	return s;
}
