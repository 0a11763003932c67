/*
 * PDF: a signed letter changed at random, several octets at a time, always the same way: a
 * signature never comes out sound over other bytes, and what is appended never makes it better.
 */
#include "pdf_file.h"

/* A small generator, so that each run is the same (xorshift). */
struct dice {
	uint64_t state;
};

static uint64_t
roll(struct dice *d, uint64_t sides)
{
	d->state ^= d->state << 13;
	d->state ^= d->state >> 7;
	d->state ^= d->state << 17;
	return d->state % sides;
}

/* What readers look at: likely to change what a file means. */
static const char *const words[] = {
        "/Prev", "/Root", "/Sig", "/Kids", "null", "[]",  "<<",        ">>", "endobj", "stream",
        "0 R",   "xref",  "obj",  "%%EOF", "/V",   "/AP", "startxref", "f ", "n ",     "9999999999",
};
enum { WORDS = sizeof(words) / sizeof(words[0]) };

/* One edit of the octets from..to; the length may change. */
static void
edit(struct antin_bytes *b, size_t from, size_t to, struct dice *d)
{
	size_t at = from + roll(d, to - from), n = 1 + roll(d, 6);
	const char *word = words[roll(d, WORDS)];
	size_t len = strlen(word), other = from + roll(d, to - from);
	uint8_t *p;

	switch (roll(d, 7)) {
	case 0:
		b->p[at] ^= (uint8_t)(1u << roll(d, 8));
		break;
	case 1:
		b->p[at] = (uint8_t)roll(d, 256);
		break;
	case 2:
		if (at + len <= to)
			memcpy(b->p + at, word, len);
		break;
	case 3: /* a digit: offsets, lengths, numbers of objects */
		while (at < to && (b->p[at] < '0' || b->p[at] > '9'))
			at++;
		if (at < to)
			b->p[at] = (uint8_t)('0' + roll(d, 10));
		break;
	case 4: /* copied over from elsewhere */
		if (at + n <= to && other + n <= to)
			memmove(b->p + at, b->p + other, n);
		break;
	case 5: /* taken out */
		if (at + n <= to) {
			memmove(b->p + at, b->p + at + n, b->len - at - n);
			b->len -= n;
		}
		break;
	default: /* put in */
		p = antin_bytes_grow(b, len);
		ck_assert_ptr_nonnull(p);
		memmove(b->p + at + len, b->p + at, b->len - len - at);
		memcpy(b->p + at, word, len);
		break;
	}
}

/* A signature that could be called whole: nothing but its key is left to judge. */
static bool
is_sound(struct antin_doc *d, size_t i, const uint8_t want[ANTIN_DIGEST_MAX])
{
	const struct antin_doc_sig *s = &d->sigs[i];
	uint8_t got[ANTIN_DIGEST_MAX];

	return !s->problem && d->damage.rc == ANTIN_OK &&
	       s->coverage <= ANTIN_COVERAGE_ENTIRE_REVISION && s->cms.len == sizeof(small_cms) &&
	       antin_doc_digest(d, i, ANTIN_SHA256, got, NULL) == ANTIN_OK &&
	       memcmp(got, want, 32) == 0;
}

struct counts {
	size_t refused, listed, sound;
};

static void
look(const struct antin_bytes *b, const uint8_t want[ANTIN_DIGEST_MAX], struct counts *n,
     enum antin_change_level *level)
{
	struct antin_err err = {0};
	struct antin_doc *d = pdf_open_bytes(b, &err);

	*level = ANTIN_CHANGE_NONE;
	n->refused += !d;
	n->listed += d != NULL;
	for (size_t i = 0; d && i < d->n_sigs; i++) {
		ANTIN_SCOPED(antin_changes) c = {0};

		if (!is_sound(d, i, want))
			continue;
		n->sound++;
		if (antin_doc_changes(d, i, &c, NULL) != ANTIN_OK)
			*level = ANTIN_CHANGE_OTHER;
		else if (c.level > *level)
			*level = c.level;
	}
	antin_doc_free(d);
}

static const char *const samples[] = {"classic.pdf", "form.pdf",   "updated.pdf",
                                      "objstm.pdf",  "hybrid.pdf", "linear.pdf"};
enum { ROUNDS = 1500 };

static struct antin_bytes
signed_file(const char *name, uint8_t want[ANTIN_DIGEST_MAX], struct antin_range ranges[2])
{
	struct antin_bytes base = pdf_sample(name), b = pdf_sign(&base);
	struct antin_doc *d = pdf_must_open(&b);

	ck_assert_int_eq(antin_doc_digest(d, 0, ANTIN_SHA256, want, NULL), ANTIN_OK);
	memcpy(ranges, d->sigs[0].ranges, sizeof(d->sigs[0].ranges));
	antin_doc_free(d);
	antin_bytes_done(&base);
	return b;
}

/* Inside of the signed bytes: whatever is done, no signature is sound over what came out. */
START_TEST(inside)
{
	uint8_t want[ANTIN_DIGEST_MAX];
	struct antin_range ranges[2];
	struct antin_bytes b = signed_file(samples[_i], want, ranges);
	struct dice d = {0x9e3779b97f4a7c15u + (uint64_t)_i};
	struct counts n = {0};

	for (size_t round = 0; round < ROUNDS; round++) {
		struct antin_bytes copy = {0};
		enum antin_change_level level;
		bool second = roll(&d, 2);

		antin_bytes_add(&copy, b.p, b.len);
		for (size_t k = 1 + roll(&d, 3); k-- > 0;) {
			size_t to = second ? copy.len : (size_t)ranges[0].length;

			edit(&copy, second ? (size_t)ranges[1].offset : 0, to, &d);
		}
		if (copy.len != b.len || memcmp(copy.p, b.p, b.len) != 0) {
			n.sound = 0;
			look(&copy, want, &n, &level);
			ck_assert_msg(n.sound == 0, "%s: round %zu", samples[_i], round);
		}
		antin_bytes_done(&copy);
	}
	ck_assert_uint_gt(n.refused, ROUNDS / 20);
	ck_assert_uint_gt(n.listed, ROUNDS / 20);
	antin_bytes_done(&b);
}
END_TEST

/* The value itself: other octets in the gap are another value, or a broken one. */
START_TEST(in_the_gap)
{
	uint8_t want[ANTIN_DIGEST_MAX];
	struct antin_range ranges[2];
	struct antin_bytes b = signed_file("classic.pdf", want, ranges);
	struct dice d = {0x2545f4914f6cdd1du};
	size_t from = (size_t)ranges[0].length, to = (size_t)ranges[1].offset;

	for (size_t round = 0; round < ROUNDS; round++) {
		struct antin_err err = {0};
		size_t at = from + roll(&d, to - from);
		uint8_t was = b.p[at];
		struct antin_doc *doc;

		b.p[at] = (uint8_t)roll(&d, 256);
		doc = b.p[at] == was ? NULL : pdf_open_bytes(&b, &err);
		for (size_t i = 0; doc && i < doc->n_sigs; i++) {
			const struct antin_doc_sig *s = &doc->sigs[i];
			bool same = s->cms.len == sizeof(small_cms) &&
			            memcmp(s->cms.p, small_cms, sizeof(small_cms)) == 0;

			/* The same value again only where a letter of a digit was turned. */
			ck_assert_msg(s->problem || !same || (was | 0x20) == (b.p[at] | 0x20),
			              "octet %zu is %u", at, b.p[at]);
		}
		antin_doc_free(doc);
		b.p[at] = was;
	}
	antin_bytes_done(&b);
}
END_TEST

/* A forbidden update, changed at random: the signature before it stays whole, the verdict bad. */
static const struct pdf_part updates[][3] = {
        {{4, "<< /Length 6 >>\nstream\n9 9 m \nendstream"}},
        {{3, "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Contents 4 0 R >>"}},
        {{1, "<< /Type /Catalog /Pages 20 0 R >>"}, {20, PDF_PAGES}},
        {{2, "<< /Type /Pages /Kids [20 0 R] /Count 1 >>"}, {20, PDF_PAGE}},
};

START_TEST(behind)
{
	uint8_t want[ANTIN_DIGEST_MAX];
	struct antin_range ranges[2];
	struct antin_bytes b = signed_file("classic.pdf", want, ranges);
	struct dice d = {0xd1342543de82ef95u + (uint64_t)_i};
	size_t end = b.len, parts = updates[_i][1].num ? 2 : 1;
	struct counts n = {0};
	size_t good = 0;

	pdf_append(&b, updates[_i], parts, PDF_ROOT);
	for (size_t round = 0; round < ROUNDS; round++) {
		struct antin_bytes copy = {0};
		enum antin_change_level level;

		antin_bytes_add(&copy, b.p, b.len);
		for (size_t k = 1 + roll(&d, 3); k-- > 0;)
			edit(&copy, end, copy.len, &d);
		n.sound = 0;
		look(&copy, want, &n, &level);
		/*
		 * An edit may turn the update into one that changes nothing: its objects are then
		 * not of the page any more, or the same as before.
		 */
		good += n.sound && level < ANTIN_CHANGE_OTHER;
		antin_bytes_done(&copy);
	}
	ck_assert_uint_gt(n.listed, 0);
	(void)printf("update %d: %zu refused, %zu listed, %zu without effect\n", _i, n.refused,
	             n.listed, good);
	ck_assert_uint_le(good, 2);
	antin_bytes_done(&b);
}
END_TEST

Suite *suite_pdf_mutate(void);
Suite *
suite_pdf_mutate(void)
{
	Suite *s = suite_create("pdf_mutate");
	TCase *t = tcase_create("mutations");

	tcase_add_loop_test(t, inside, 0, sizeof(samples) / sizeof(samples[0]));
	tcase_add_test(t, in_the_gap);
	tcase_add_loop_test(t, behind, 0, sizeof(updates) / sizeof(updates[0]));
	suite_add_tcase(s, t);
	return s;
}
