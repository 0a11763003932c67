/*
 * CMS files as documents: every form of BER around a content gives its digest, every damage is told
 * or fails, and memory does not grow with the content.
 */
#include "cms_file.h"

#include <stdlib.h>
#include <sys/resource.h>

enum { LARGE = 200001 };
static uint8_t large[LARGE];
static struct scene people;
static struct antin_bytes over_large; /* detached */

static void
set_up(void)
{
	make_keys();
	for (size_t i = 0; i < LARGE; i++)
		large[i] = (uint8_t)(i * 7 + i / 251);
	cms_scene(&people, (struct antin_slice){0});
	cms_sign(&people, (struct antin_slice){large, LARGE}, leaf_key, INT64_MIN, &over_large);
}
static void
tear_down(void)
{
	antin_bytes_done(&over_large);
	scene_done(&people);
	free_keys();
}

static struct antin_slice
first(size_t len)
{
	return (struct antin_slice){large, len};
}

/* ---- the forms ---- */

static void
same_digest(struct antin_slice file, size_t len, const char *what)
{
	ANTIN_OWN_S(antin_doc) d = NULL;
	uint8_t want[ANTIN_DIGEST_MAX], got[ANTIN_DIGEST_MAX];
	struct antin_err err = {0};
	enum antin_rc rc = cms_open_doc(file, &d, &err);

	ck_assert_msg(rc == ANTIN_OK, "%s of %zu: %s", what, len, util_line(&err));
	ck_assert_str_eq(d->ops->name, "cms");
	ck_assert_uint_eq(d->n_sigs, 1);
	ck_assert(!d->detached);
	for (int alg = ANTIN_SHA1; alg < ANTIN_DIGESTS; alg++) {
		util_ok(antin_digest_of((enum antin_digest)alg, first(len), want, &err));
		/* The second time it is remembered. */
		for (int i = 0; i < 2; i++) {
			util_ok(antin_doc_digest(d, 0, (enum antin_digest)alg, got, &err));
			ck_assert_msg(memcmp(want, got,
			                     antin_digest_size((enum antin_digest)alg)) == 0,
			              "%s of %zu, %s", what, len,
			              antin_digest_name((enum antin_digest)alg));
		}
	}
	util_slice_eq(antin_doc_cms(d, 0), antin_bytes_slice(&over_large));
}

/* Each frame definite or not, the content in each way: 160 forms of three sizes. */
START_TEST(test_frames)
{
	static const size_t sizes[] = {0, 1, 500};

	for (unsigned int bits = 0; bits < 32; bits++)
		for (const char *o = "plidn"; *o; o++)
			for (size_t k = 0; k < UTIL_COUNT(sizes); k++) {
				ANTIN_SCOPED(antin_bytes) file = {0};
				char form[F_ALL + 1] = "dddddd";

				for (int i = 0; i < F_OCTETS; i++)
					if (bits >> i & 1)
						form[i] = 'i';
				form[F_OCTETS] = *o;
				cms_form(antin_bytes_slice(&over_large), form, 7, first(sizes[k]),
				         &file);
				same_digest(antin_bytes_slice(&file), sizes[k], form);
			}
}
END_TEST

/* Around the size of the window and of what is looked ahead; and lengths of more octets. */
START_TEST(test_sizes)
{
	static const size_t sizes[] = {65535, 65536, 131071, 131072, 131073, LARGE};
	static const size_t pieces[] = {4096, 65536, 131072, 150000};

	for (size_t k = 0; k < UTIL_COUNT(sizes); k++) {
		for (size_t i = 0; i < UTIL_COUNT(pieces); i++) {
			ANTIN_SCOPED(antin_bytes) file = {0};
			ANTIN_SCOPED(antin_bytes) text = {0};

			cms_form(antin_bytes_slice(&over_large), i % 2 ? FORM_STREAM : "lllllp",
			         pieces[i], first(sizes[k]), &file);
			same_digest(antin_bytes_slice(&file), sizes[k], "window");
			cms_pem(antin_bytes_slice(&file), i % 2 ? "CMS" : "PKCS7", 64 + i * 997,
			        i % 2 ? "\n" : "\r\n", &text);
			same_digest(antin_bytes_slice(&text), sizes[k], "window of PEM");
		}
	}
}
END_TEST

/* PEM of every length modulo three, lines of every width modulo four. */
START_TEST(test_armour)
{
	for (size_t len = 0; len < 6; len++)
		for (size_t width = 1; width < 80; width += 6) {
			ANTIN_SCOPED(antin_bytes) file = {0};
			ANTIN_SCOPED(antin_bytes) text = {0};

			cms_form(antin_bytes_slice(&over_large), FORM_DER, 1, first(len), &file);
			antin_bytes_text(&text, len % 2 ? "\n \r\n" : "");
			cms_pem(antin_bytes_slice(&file), "CMS", width, "\n", &text);
			same_digest(antin_bytes_slice(&text), len, "PEM");
		}
}
END_TEST

/* ---- what is refused ---- */

/* Replaces the first of these octets (hex) in a file of this form; `with` may be longer. */
static const struct broken {
	const char *what, *form, *from, *with;
	enum antin_rc rc;
} broken[] = {
        {"pieces that are no octets", "dddddi", "2480", "2780", ANTIN_E_FORMAT},
        {"a piece that is no octets", "dddddi", "24800403", "24800303", ANTIN_E_FORMAT},
        {"a piece without an end", "dddddi", "0000a082", "0400a082", ANTIN_E_FORMAT},
        {"an indefinite primitive", "iiiiip", "8004", "800480", ANTIN_E_FORMAT},
        {"a piece beyond the string", "dddddd", "24", "2403", ANTIN_E_FORMAT},
        {"a reserved length", "dddddi", "2480", "24ff", ANTIN_E_FORMAT},
        {"a length of nine octets", "dddddi", "2480", "2489", ANTIN_E_FORMAT},
        {"the greatest length", "iiiiii", "2480", "2488ffffffffffffffff", ANTIN_E_FORMAT},
        {"a length that wraps around", "iiiiii", "2480", "2488fffffffffffffff0", ANTIN_E_FORMAT},
        {"a high tag", "dddddi", "2480", "3f81", ANTIN_E_FORMAT},
        {"another content type", "iiiiii", "06092a864886f70d010701", "05092a864886f70d010701",
         ANTIN_E_FORMAT},
        {"the content tagged [1]", "iiiiii", "a0802480", "a1802480", ANTIN_E_FORMAT},
        {"SignedData that is a set", "iiiiii", "a0803080", "a0803180", ANTIN_E_FORMAT},
        {"enveloped data", "dddddp", "2a864886f70d010702", "2a864886f70d010703", ANTIN_E_FORMAT},
        {"a set of digests of 16 MiB", "iiiiii", "310d300b", "31840100000030", ANTIN_E_TOO_LARGE},
        {"two contents", "iiiiii", "00000000a082", "040100a082", ANTIN_E_FORMAT},
        {"no version", "iiiiii", "020101", "040101", ANTIN_E_FORMAT},
        {"no digests", "iiiiii", "310d", "300d", ANTIN_E_FORMAT},
        {"no signers", "iiiiii", "3182", "3082", ANTIN_E_FORMAT},
};

static void
replace(struct antin_bytes *b, const char *from, const char *with)
{
	ANTIN_SCOPED(antin_bytes) old = {0};
	ANTIN_SCOPED(antin_bytes) new = {0};
	uint8_t *p;
	size_t at;

	util_hex(from, &old);
	util_hex(with, &new);
	p = memmem(b->p, b->len, old.p, old.len);
	ck_assert_msg(p != NULL, "%s is not there", from);
	at = (size_t)(p - b->p);
	if (new.len > old.len)
		antin_bytes_insert(b, at, new.p, new.len - old.len);
	memcpy(b->p + at, new.p, new.len);
}

START_TEST(test_broken)
{
	const struct broken *r = &broken[_i];
	ANTIN_SCOPED(antin_bytes) file = {0};
	ANTIN_OWN_S(antin_doc) d = NULL;
	struct antin_err err = {0};
	enum antin_rc rc;

	cms_form(antin_bytes_slice(&over_large), r->form, 3, first(6), &file);
	replace(&file, r->from, r->with);
	rc = cms_open_doc(antin_bytes_slice(&file), &d, &err);
	ck_assert_msg(rc == r->rc, "%s: %s %s", r->what, antin_rc_id(rc), util_line(&err));
	ck_assert_ptr_null(d);
}
END_TEST

static const struct armoured {
	const char *what, *text;
	bool good;
} armoured[] = {
        {"as it should be", "-----BEGIN CMS-----\n%s\n-----END CMS-----\n", true},
        {"no line end", "-----BEGIN CMS-----\n%s\n-----END CMS-----", true},
        {"the end in the same line", "-----BEGIN CMS-----\n%s-----END CMS-----", true},
        {"white space around", " \n-----BEGIN PKCS7----- \n%s\n-----END PKCS7-----\n \t\r\n", true},
        {"no end", "-----BEGIN CMS-----\n%s\n", false},
        {"half an end", "-----BEGIN CMS-----\n%s\n-----END CM", false},
        {"another end", "-----BEGIN CMS-----\n%s\n-----END PKCS7-----\n", false},
        {"something behind", "-----BEGIN CMS-----\n%s\n-----END CMS-----\nx", false},
        {"another one behind",
         "-----BEGIN CMS-----\n%s\n-----END CMS-----\n-----BEGIN CMS-----\nMAA=\n", false},
        {"a character that is none", "-----BEGIN CMS-----\n*%s\n-----END CMS-----\n", false},
        {"a header line", "-----BEGIN CMS-----\nA: b\n\n%s\n-----END CMS-----\n", false},
        {"one character more", "-----BEGIN CMS-----\n%sA\n-----END CMS-----\n", false},
        {"padding more", "-----BEGIN CMS-----\n%s=\n-----END CMS-----\n", false},
        {"two paddings more", "-----BEGIN CMS-----\n%s==\n-----END CMS-----\n", false},
        {"nothing inside", "-----BEGIN CMS-----\n-----END CMS-----\n", false},
        {"a certificate", "-----BEGIN CERTIFICATE-----\n%s\n-----END CERTIFICATE-----\n", false},
        {"the label and more", "-----BEGIN CMS-----x%s\n-----END CMS-----\n", false},
};

START_TEST(test_armoured)
{
	const struct armoured *r = &armoured[_i];

	/* Of each length modulo three. */
	for (size_t len = 10; len < 13; len++) {
		ANTIN_SCOPED(antin_bytes) file = {0};
		ANTIN_SCOPED(antin_bytes) text = {0};
		ANTIN_SCOPED(antin_bytes) body = {0};
		ANTIN_OWN_S(antin_doc) d = NULL;
		const char *place = strstr(r->text, "%s");
		struct antin_err err = {0};
		enum antin_rc rc;

		cms_form(antin_bytes_slice(&over_large), FORM_DER, 1, first(len), &file);
		antin_base64_add(&body, antin_bytes_slice(&file));
		if (place) {
			antin_bytes_add(&text, r->text, (size_t)(place - r->text));
			antin_bytes_add(&text, body.p, body.len);
		}
		antin_bytes_text(&text, place ? place + 2 : r->text);
		rc = cms_open_doc(antin_bytes_slice(&text), &d, &err);
		ck_assert_msg(rc == (r->good ? ANTIN_OK : ANTIN_E_FORMAT), "%s: %s", r->what,
		              antin_rc_id(rc));
	}
}
END_TEST

/* What is made to cost much: refused, or done in the order of its size. */
START_TEST(test_hostile)
{
	static const struct {
		const char *what, *before, *again;
		size_t times;
		enum antin_rc rc;
	} rows[] = {
	        {"pieces inside of pieces",
	         "308006092a864886f70d010702a080308002010131003080"
	         "06092a864886f70d010701a080",
	         "2480", 500000, ANTIN_E_FORMAT},
	        {"pieces without end",
	         "308006092a864886f70d010702a080308002010131003080"
	         "06092a864886f70d010701a0802480",
	         "0400", 500000, ANTIN_E_FORMAT},
	        {"certificates inside of certificates",
	         "308006092a864886f70d010702a08030800201013100"
	         "300b06092a864886f70d010701",
	         "a080", 500000, ANTIN_E_FORMAT},
	        {"elements of nothing",
	         "308006092a864886f70d010702a08030800201013100"
	         "300b06092a864886f70d010701a080",
	         "30800000", 5000000, ANTIN_E_TOO_LARGE},
	        {"a digest list without end", "308006092a864886f70d010702a08030800201013180",
	         "3000", 5000000, ANTIN_E_TOO_LARGE},
	};

	for (size_t i = 0; i < UTIL_COUNT(rows); i++) {
		ANTIN_SCOPED(antin_bytes) file = {0};
		ANTIN_SCOPED(antin_bytes) again = {0};
		ANTIN_OWN_S(antin_doc) d = NULL;
		struct antin_err err = {0};
		enum antin_rc rc;

		util_hex(rows[i].before, &file);
		util_hex(rows[i].again, &again);
		for (size_t k = 0; k < rows[i].times; k++)
			antin_bytes_add(&file, again.p, again.len);
		rc = cms_open_doc(antin_bytes_slice(&file), &d, &err);
		ck_assert_msg(rc == rows[i].rc, "%s: %s", rows[i].what, antin_rc_id(rc));
	}
}
END_TEST

/* ---- verdicts ---- */

#define TEXT "C\xc3\xb4ng v\xc4\x83n s\xe1\xbb\x91 4/2026\n"

/* A file and what is named or found beside it. */
static const struct verdict_row {
	const char *what, *form, *content, *behind, *beside;
	bool named, stranger, nul;
	enum antin_sub sub;
	const char *code;
} verdicts[] = {
        {"attached in DER", FORM_DER, TEXT, "", NULL},
        {"attached in pieces", FORM_STREAM, TEXT, "", NULL},
        {"white space behind", FORM_STREAM, TEXT, " \r\n\n", NULL},
        {"detached", FORM_DETACHED, "", "", TEXT},
        {"detached and named", FORM_DETACHED, "", "", TEXT, true},
        {"detached in an indefinite frame", "iiii--", "", "", TEXT},
        {"attached, and named what it carries", FORM_DER, TEXT, "", TEXT, true},
        {"attached, what it carries beside", FORM_DER, TEXT, "", TEXT},
        {"attached, another beside", FORM_DER, TEXT, "", "another", .sub = ANTIN_SUB_HASH_FAILURE,
         .code = "content-beside"},
        {"attached in pieces, nothing in the file beside", FORM_STREAM, TEXT, "", "",
         .sub = ANTIN_SUB_HASH_FAILURE, .code = "content-beside"},
        {"attached another, and what was signed beside", FORM_DER, "another", "", TEXT,
         .sub = ANTIN_SUB_HASH_FAILURE, .code = "hash-mismatch"},
        {"another content", FORM_DER, TEXT "x", "", NULL, .sub = ANTIN_SUB_HASH_FAILURE,
         .code = "hash-mismatch"},
        {"an empty content", FORM_DER, "", "", NULL, .sub = ANTIN_SUB_HASH_FAILURE,
         .code = "hash-mismatch"},
        {"another content named", FORM_DETACHED, "", "", TEXT "x", true,
         .sub = ANTIN_SUB_HASH_FAILURE, .code = "hash-mismatch"},
        {"attached, and named another", FORM_DER, TEXT, "", "another", true,
         .sub = ANTIN_SUB_HASH_FAILURE, .code = "content-other"},
        {"attached another, and named what was signed", FORM_DER, "another", "", TEXT, true,
         .sub = ANTIN_SUB_HASH_FAILURE, .code = "hash-mismatch"},
        {"nothing named", FORM_DETACHED, "", "", NULL, .sub = ANTIN_SUB_SIGNED_DATA_NOT_FOUND,
         .code = "content-missing"},
        {"something behind", FORM_DER, TEXT, "\nx", NULL, .sub = ANTIN_SUB_FORMAT_FAILURE,
         .code = "unsigned-tail"},
        {"something behind pieces", FORM_STREAM, TEXT, "", NULL, .nul = true,
         .sub = ANTIN_SUB_FORMAT_FAILURE, .code = "unsigned-tail"},
        {"another key", FORM_DER, TEXT, "", NULL, .stranger = true,
         .sub = ANTIN_SUB_SIG_CRYPTO_FAILURE, .code = "signature-wrong"},
};

static void
make_file(const struct verdict_row *r, struct scene *s)
{
	ANTIN_SCOPED(antin_bytes) cms = {0};

	cms_scene(s, (struct antin_slice){0});
	cms_sign(s, antin_slice_text(TEXT), r->stranger ? other_key : leaf_key, PKI_NOW - 60, &cms);
	antin_bytes_clear(&s->pdf);
	cms_form(antin_bytes_slice(&cms), r->form, 5, antin_slice_text(r->content), &s->pdf);
	antin_bytes_text(&s->pdf, r->behind);
	if (r->nul)
		antin_bytes_byte(&s->pdf, 0);
}

START_TEST(test_verdicts)
{
	const struct verdict_row *r = &verdicts[_i];
	ANTIN_OWN_S(antin_source) beside = NULL;
	ANTIN_SCOPED(antin_report) report = {0};
	struct antin_err err = {0};
	const struct antin_verdict *v;
	struct scene s;

	make_file(r, &s);
	if (r->beside)
		util_ok(antin_source_memory(antin_slice_text(r->beside), "x", &beside, &err));
	s.options.detached = beside;
	s.options.detached_named = r->named;
	must_check(&s, &report);
	v = &report.verdicts[0];
	ck_assert_msg(v->sub == r->sub, "%s: %s (%s)", r->what, antin_sub_id(v->sub), codes(v));
	ck_assert_msg(!r->code || find_code(v, r->code), "%s: %s", r->what, codes(v));
	ck_assert_str_eq(report.format, "cms");
	ck_assert_str_eq(v->level, "B-B");
	ck_assert_msg(v->intact ==
	                      (r->sub == ANTIN_SUB_NONE || r->sub == ANTIN_SUB_FORMAT_FAILURE ||
	                       (r->code && strncmp(r->code, "content-", 8) == 0 && r->beside)),
	              "%s", r->what);
	/* The report names what was looked at, and only that. */
	if (r->beside && r->form[F_OCTETS] == '-') {
		uint8_t digest[ANTIN_DIGEST_MAX];

		util_ok(antin_digest_of(ANTIN_SHA256, antin_slice_text(r->beside), digest, &err));
		ck_assert_str_eq(report.content, "x");
		ck_assert_mem_eq(report.content_sha256, digest, 32);
	} else {
		ck_assert_ptr_null(report.content);
	}
	scene_done(&s);
}
END_TEST

/* --detached with a document that carries its content in every case. */
START_TEST(test_named_for_pdf)
{
	static const struct how plain = {.what = "a PDF"};
	ANTIN_OWN_S(antin_source) beside = NULL;
	ANTIN_SCOPED(antin_report) report = {0};
	struct antin_err err = {0};
	struct scene s;

	make_how(&s, &plain);
	util_ok(antin_source_memory(antin_slice_text(TEXT), "x", &beside, &err));
	s.options.detached = beside;
	util_ok(check(&s, "x.pdf", &report, &err));
	ck_assert_int_eq(report.verdicts[0].indication, ANTIN_TOTAL_PASSED);
	s.options.detached_named = true;
	antin_report_done(&report);
	util_fails(check(&s, "x.pdf", &report, &err), ANTIN_E_USAGE);
	scene_done(&s);
}
END_TEST

/* A CMS file is checked, not signed. */
START_TEST(test_prepare)
{
	ANTIN_SCOPED(antin_bytes) file = {0};
	ANTIN_SCOPED(antin_slot) slot = {0};
	ANTIN_OWN_S(antin_doc) d = NULL;
	const struct antin_doc_place place = {.time = PKI_NOW};
	struct antin_err err = {0};

	cms_form(antin_bytes_slice(&over_large), FORM_DER, 1, first(9), &file);
	util_ok(cms_open_doc(antin_bytes_slice(&file), &d, &err));
	util_fails(antin_doc_prepare(d, &place, &slot, &err), ANTIN_E_FORMAT);
}
END_TEST

/* ---- several signers ---- */

/* The signers of both in one, with the certificates of the first. */
static void
add_signer(struct antin_bytes *cms, struct antin_slice other, size_t times)
{
	struct antin_in in = antin_in_of(antin_bytes_slice(cms)), from = antin_in_of(other);
	struct antin_bytes out = {0};
	struct antin_slice oid, mine, theirs;
	struct antin_tlv tlv;
	size_t marks[4];

	marks[0] = antin_der_open(&out, ANTIN_SEQUENCE);
	ck_assert(antin_der_enter(&in, ANTIN_SEQUENCE, &in));
	ck_assert(antin_der_enter(&from, ANTIN_SEQUENCE, &from));
	ck_assert(antin_der_whole(&in, ANTIN_OID, &oid));
	ck_assert(antin_der_next(&from, &tlv));
	antin_bytes_add(&out, oid.p, oid.len);
	for (int i = 1; i < 3; i++) {
		uint8_t tag = i == 1 ? ANTIN_CONTEXT_CONS(0) : ANTIN_SEQUENCE;

		marks[i] = antin_der_open(&out, tag);
		ck_assert(antin_der_enter(&in, tag, &in));
		ck_assert(antin_der_enter(&from, tag, &from));
	}
	for (int i = 0; i < 4; i++) {
		ck_assert(antin_der_next(&in, &tlv));
		antin_bytes_add(&out, tlv.whole.p, tlv.whole.len);
		ck_assert(antin_der_next(&from, &tlv));
	}
	ck_assert(antin_der_take(&in, ANTIN_SET, &mine));
	ck_assert(antin_der_take(&from, ANTIN_SET, &theirs));
	marks[3] = antin_der_open(&out, ANTIN_SET);
	antin_bytes_add(&out, mine.p, mine.len);
	for (size_t i = 0; i < times; i++)
		antin_bytes_add(&out, theirs.p, theirs.len);
	for (int i = 3; i >= 0; i--)
		antin_der_close(&out, marks[i]);
	antin_bytes_done(cms);
	*cms = out;
}

static void
check_content(struct scene *s, const char *content, struct antin_report *r)
{
	ANTIN_OWN_S(antin_source) beside = NULL;
	struct antin_err err = {0};

	util_ok(antin_source_memory(antin_slice_text(content), "x", &beside, &err));
	s->options.detached = beside;
	util_ok(check(s, "x.p7s", r, &err));
	s->options.detached = NULL;
}

START_TEST(test_two_signers)
{
	ANTIN_SCOPED(antin_bytes) one = {0};
	ANTIN_SCOPED(antin_bytes) forged = {0};
	ANTIN_SCOPED(antin_report) r = {0};
	struct scene s;

	cms_scene(&s, (struct antin_slice){0});
	cms_sign(&s, antin_slice_text(TEXT), leaf_key, PKI_NOW - 60, &one);
	cms_sign(&s, antin_slice_text(TEXT), other_key, PKI_NOW - 50, &forged);
	add_signer(&one, antin_bytes_slice(&forged), 1);
	antin_bytes_add(&s.pdf, one.p, one.len);
	check_content(&s, TEXT, &r);
	ck_assert_uint_eq(r.n, 2);
	ck_assert_msg(r.verdicts[0].sub == ANTIN_SUB_NONE, "%s", codes(&r.verdicts[0]));
	ck_assert_int_eq(r.verdicts[0].signing_time, PKI_NOW - 60);
	ck_assert_int_eq(r.verdicts[1].sub, ANTIN_SUB_SIG_CRYPTO_FAILURE);
	ck_assert_int_eq(r.verdicts[1].signing_time, PKI_NOW - 50);
	ck_assert_int_eq(antin_report_exit(&r), 1);
	scene_done(&s);
}
END_TEST

START_TEST(test_many_signers)
{
	static const struct {
		size_t more;
		enum antin_rc rc;
	} rows[] = {{31, ANTIN_OK}, {32, ANTIN_E_TOO_LARGE}};

	for (size_t i = 0; i < UTIL_COUNT(rows); i++) {
		ANTIN_SCOPED(antin_bytes) one = {0};
		ANTIN_OWN_S(antin_doc) d = NULL;
		struct antin_err err = {0};

		cms_sign(&people, antin_slice_text(TEXT), leaf_key, INT64_MIN, &one);
		add_signer(&one, antin_bytes_slice(&over_large), rows[i].more);
		ck_assert_int_eq(cms_open_doc(antin_bytes_slice(&one), &d, &err), rows[i].rc);
		ck_assert(rows[i].rc != ANTIN_OK || d->n_sigs == rows[i].more + 1);
	}
}
END_TEST

/* Certificates alone (.p7b): read, and no signature. */
START_TEST(test_no_signer)
{
	ANTIN_SCOPED(antin_bytes) file = {0};
	ANTIN_SCOPED(antin_report) r = {0};
	struct scene s;

	util_hex("302506092a864886f70d010702a01830160201013100300b06092a864886f70d010701a0003100",
	         &file);
	cms_scene(&s, antin_bytes_slice(&file));
	check_content(&s, TEXT, &r);
	ck_assert_uint_eq(r.n, 0);
	ck_assert_int_eq(antin_report_exit(&r), 4);
	scene_done(&s);
}
END_TEST

/* ---- damage ---- */

static bool
inside(const struct antin_bytes *file, size_t at, struct antin_slice of)
{
	const uint8_t *p = memmem(file->p, file->len, of.p, of.len);

	ck_assert_ptr_nonnull(p);
	return at >= (size_t)(p - file->p) && at < (size_t)(p - file->p) + of.len;
}

/* What nobody may change without being found out: content, attributes, value, the certificate. */
static bool protected(const struct antin_bytes *file, const struct antin_cades *c, size_t at)
{
	const struct antin_slice attrs = {c->attributes.p + 4, c->attributes.len - 4};

	return inside(file, at, antin_slice_text(TEXT)) || inside(file, at, c->signature) ||
	       inside(file, at, attrs) || inside(file, at, c->certs.items[0]->der);
}

/* Each octet in two ways, and each length: never valid where something that counts is another. */
START_TEST(test_damage)
{
	static const uint8_t flips[] = {0x01, 0xff};
	const char *form = _i ? "iiiiip" : "dddddp";
	ANTIN_SCOPED(antin_bytes) cms = {0};
	ANTIN_OWN_S(antin_cades) c = NULL;
	struct antin_err err = {0};
	size_t passed = 0, failed = 0, unread = 0;
	struct scene s;

	cms_scene(&s, (struct antin_slice){0});
	cms_sign(&s, antin_slice_text(TEXT), leaf_key, INT64_MIN, &cms);
	util_ok(antin_cades_read(antin_bytes_slice(&cms), &c, &err));
	cms_form(antin_bytes_slice(&cms), form, 5, antin_slice_text(TEXT), &s.pdf);
	for (size_t i = 0; i < 2 * s.pdf.len; i++) {
		ANTIN_SCOPED(antin_report) r = {0};
		size_t at = i / 2;

		s.pdf.p[at] ^= flips[i % 2];
		if (check(&s, "x.p7m", &r, &err) != ANTIN_OK || !r.n) {
			unread++;
		} else if (r.verdicts[0].indication != ANTIN_TOTAL_PASSED) {
			failed++;
		} else {
			struct antin_bytes was = {.p = s.pdf.p, .len = s.pdf.len};

			passed++;
			s.pdf.p[at] ^= flips[i % 2];
			ck_assert_msg(!protected(&was, c, at), "valid with octet %zu changed", at);
			s.pdf.p[at] ^= flips[i % 2];
			ck_assert(r.verdicts[0].intact);
			ck_assert_mem_eq(r.verdicts[0].signer.cert->sha256, s.leaf->sha256, 32);
		}
		s.pdf.p[at] ^= flips[i % 2];
	}
	ck_assert_msg(failed > 2000 && unread > 80 && passed < 60, "%zu %zu %zu", passed, failed,
	              unread);
	for (size_t len = 0, all = s.pdf.len; len < all; len++) {
		ANTIN_SCOPED(antin_report) r = {0};

		s.pdf.len = len;
		ck_assert_msg(check(&s, "x.p7m", &r, &err) != ANTIN_OK, "cut at %zu", len);
		s.pdf.len = all;
	}
	scene_done(&s);
}
END_TEST

/* ---- memory ---- */

static size_t
address_space(void)
{
	FILE *f = fopen("/proc/self/statm", "r");
	char line[128];

	ck_assert(f && fgets(line, sizeof(line), f));
	(void)fclose(f);
	return strtoul(line, NULL, 10) * 4096;
}

/* A content of 96 MiB in pieces, in 12 MiB more than the program has anyway. */
START_TEST(test_memory)
{
	enum { MEBI = 1 << 20, PIECES = 96 };
	ANTIN_SCOPED(antin_bytes) head = {0};
	ANTIN_SCOPED(antin_bytes) cms = {0};
	ANTIN_OWN_S(antin_source) src = NULL;
	ANTIN_SCOPED(antin_report) r = {0};
	char *folder = util_scratch();
	const char *path = util_path(folder, "big.p7m");
	FILE *f = fopen(path, "wb");
	uint8_t *piece = calloc(1, MEBI);
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	uint8_t digest[ANTIN_DIGEST_MAX];
	struct antin_err err = {0};
	struct rlimit limit;
	size_t end;

	ck_assert(f && piece && EVP_DigestInit(ctx, EVP_sha256()) == 1);
	/* The frame, with the content between its two halves. */
	cms_sign(&people, (struct antin_slice){0}, leaf_key, INT64_MIN, &cms);
	cms_form(antin_bytes_slice(&cms), FORM_STREAM, 1, (struct antin_slice){0}, &head);
	end = (size_t)((uint8_t *)memmem(head.p, head.len, "\x24\x80", 2) - head.p) + 2;
	ck_assert_uint_eq(fwrite(head.p, 1, end, f), end);
	for (size_t i = 0; i < PIECES; i++) {
		memset(piece, (int)i, MEBI);
		ck_assert_uint_eq(fwrite("\x04\x83\x10\x00\x00", 1, 5, f), 5);
		ck_assert_uint_eq(fwrite(piece, 1, MEBI, f), MEBI);
		ck_assert(EVP_DigestUpdate(ctx, piece, MEBI) == 1);
	}
	ck_assert(EVP_DigestFinal(ctx, digest, NULL) == 1);
	EVP_MD_CTX_free(ctx);
	free(piece);
	ck_assert_uint_eq(fwrite(head.p + end, 1, head.len - end, f), head.len - end);
	ck_assert(fclose(f) == 0);
	limit.rlim_cur = limit.rlim_max = address_space() + 12 * MEBI;
#if !defined(__SANITIZE_ADDRESS__)
	ck_assert(setrlimit(RLIMIT_AS, &limit) == 0);
#endif
	util_ok(antin_source_open(path, &src, &err));
	util_ok(antin_verify(src, path, &people.options, &r, &err));
	/* Nobody signed this content: the digest is that of a file, not of nothing. */
	ck_assert_int_eq(r.verdicts[0].sub, ANTIN_SUB_HASH_FAILURE);
	{
		ANTIN_OWN_S(antin_doc) d = NULL;
		uint8_t got[ANTIN_DIGEST_MAX];

		util_ok(antin_doc_open(src, &d, &err));
		util_ok(antin_doc_digest(d, 0, ANTIN_SHA256, got, &err));
		ck_assert_mem_eq(got, digest, 32);
	}
	util_scratch_remove(folder);
}
END_TEST

Suite *suite_cms_file(void);
Suite *
suite_cms_file(void)
{
	Suite *s = suite_create("cms_file");
	TCase *t = tcase_create("forms");

	tcase_add_unchecked_fixture(t, set_up, tear_down);
	tcase_set_timeout(t, 60);
	tcase_add_test(t, test_frames);
	tcase_add_test(t, test_sizes);
	tcase_add_test(t, test_armour);
	tcase_add_loop_test(t, test_broken, 0, UTIL_COUNT(broken));
	tcase_add_loop_test(t, test_armoured, 0, UTIL_COUNT(armoured));
	tcase_add_test(t, test_hostile);
	tcase_add_loop_test(t, test_verdicts, 0, UTIL_COUNT(verdicts));
	tcase_add_test(t, test_named_for_pdf);
	tcase_add_test(t, test_prepare);
	tcase_add_test(t, test_two_signers);
	tcase_add_test(t, test_many_signers);
	tcase_add_test(t, test_no_signer);
	tcase_add_loop_test(t, test_damage, 0, 2);
	tcase_add_test(t, test_memory);
	suite_add_tcase(s, t);
	return s;
}
