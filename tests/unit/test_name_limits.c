/*
 * Name constraints through whole certificates (RFC 5280 4.2.1.10, 6.1.3 (b)(c)): each form of name,
 * permitted and excluded, that fits, does not, or is malformed, set by the root or by the authority
 * below it; and what several constraints mean together.
 */
#include "util.h"
#include "world.h"

static EVP_PKEY *keys[3];

static void
make_keys(void)
{
	for (size_t i = 0; i < 3; i++)
		keys[i] = pki_key();
}

static void
free_keys(void)
{
	for (size_t i = 0; i < 3; i++)
		EVP_PKEY_free(keys[i]);
}

enum { MAIL = 0x81, DNS = 0x82, DIRECTORY = 0xa4, URI = 0x86, IP = 0x87, OTHER = 0xa0 };
/* How the name of a leaf lies to the base of a constraint. */
enum relation { INSIDE, OUTSIDE, BROKEN_NAME, BROKEN_BASE };

#define TEXT(s)    (const uint8_t *)(s), sizeof(s) - 1
#define BYTES(...) (const uint8_t[]){__VA_ARGS__}, sizeof((const uint8_t[]){__VA_ARGS__})

/* Directory names are made from text, "O/CN". */
static const struct row {
	uint8_t tag;
	const char *what;
	const uint8_t *name;
	size_t name_len;
	const uint8_t *base;
	size_t base_len;
	enum relation relation;
} rows[] = {
        {DNS, "host below", TEXT("a.gov.vn"), TEXT("gov.vn"), INSIDE},
        {DNS, "the base itself", TEXT("gov.vn"), TEXT("gov.vn"), INSIDE},
        {DNS, "other case", TEXT("A.Gov.VN"), TEXT("gov.vn"), INSIDE},
        {DNS, "only the end alike", TEXT("xgov.vn"), TEXT("gov.vn"), OUTSIDE},
        {DNS, "base in front", TEXT("gov.vn.evil.com"), TEXT("gov.vn"), OUTSIDE},
        {DNS, "space", TEXT("a gov.vn"), TEXT("gov.vn"), BROKEN_NAME},
        {DNS, "zero octet", TEXT("evil.com\0.gov.vn"), TEXT("gov.vn"), BROKEN_NAME},
        {DNS, "empty label", TEXT("a..gov.vn"), TEXT("gov.vn"), BROKEN_NAME},
        {DNS, "empty", TEXT(""), TEXT("gov.vn"), BROKEN_NAME},

        {MAIL, "host", TEXT("an@gov.vn"), TEXT("gov.vn"), INSIDE},
        {MAIL, "domain", TEXT("an@a.gov.vn"), TEXT(".gov.vn"), INSIDE},
        {MAIL, "mailbox", TEXT("an@gov.vn"), TEXT("an@gov.vn"), INSIDE},
        {MAIL, "host of another", TEXT("an@evil.com"), TEXT("gov.vn"), OUTSIDE},
        {MAIL, "host below a host", TEXT("an@a.gov.vn"), TEXT("gov.vn"), OUTSIDE},
        {MAIL, "another mailbox", TEXT("binh@gov.vn"), TEXT("an@gov.vn"), OUTSIDE},
        {MAIL, "no host", TEXT("an"), TEXT("gov.vn"), BROKEN_NAME},
        {MAIL, "no mailbox", TEXT("@gov.vn"), TEXT("gov.vn"), BROKEN_NAME},

        {URI, "host", TEXT("https://gov.vn/x"), TEXT("gov.vn"), INSIDE},
        {URI, "domain", TEXT("https://a.gov.vn:8443/x"), TEXT(".gov.vn"), INSIDE},
        {URI, "user of another host", TEXT("https://gov.vn@evil.com/"), TEXT("gov.vn"), OUTSIDE},
        {URI, "path of another host", TEXT("https://evil.com/gov.vn"), TEXT("gov.vn"), OUTSIDE},
        {URI, "no host", TEXT("urn:x:y"), TEXT("gov.vn"), BROKEN_NAME},
        {URI, "address", TEXT("https://10.0.0.1/"), TEXT("gov.vn"), BROKEN_NAME},

        {IP, "v4", BYTES(10, 1, 2, 3), BYTES(10, 0, 0, 0, 255, 0, 0, 0), INSIDE},
        {IP, "v4, all", BYTES(10, 1, 2, 3), BYTES(0, 0, 0, 0, 0, 0, 0, 0), INSIDE},
        {IP, "v4, one", BYTES(10, 1, 2, 3), BYTES(10, 1, 2, 3, 255, 255, 255, 255), INSIDE},
        {IP, "v4 outside", BYTES(11, 1, 2, 3), BYTES(10, 0, 0, 0, 255, 0, 0, 0), OUTSIDE},
        {IP, "v6", BYTES(0x20, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9),
         BYTES(0x20, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 0, 0, 0, 0, 0, 0, 0, 0,
               0, 0, 0, 0, 0, 0),
         INSIDE},
        {IP, "v6 outside", BYTES(0x20, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9),
         BYTES(0x20, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 0, 0, 0, 0, 0, 0, 0, 0,
               0, 0, 0, 0, 0, 0),
         OUTSIDE},
        {IP, "v6 in v4", BYTES(0x20, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9),
         BYTES(0, 0, 0, 0, 0, 0, 0, 0), OUTSIDE},
        {IP, "three octets", BYTES(10, 1, 2), BYTES(10, 0, 0, 0, 255, 0, 0, 0), BROKEN_NAME},
        {IP, "seven octets of base", BYTES(10, 1, 2, 3), BYTES(10, 0, 0, 0, 255, 0, 0),
         BROKEN_BASE},
        {IP, "mask with holes", BYTES(10, 1, 2, 3), BYTES(10, 0, 0, 0, 255, 0, 255, 0),
         BROKEN_BASE},

        {DIRECTORY, "below", TEXT("State/An"), TEXT("State/"), INSIDE},
        {DIRECTORY, "other case", TEXT("STATE/An"), TEXT("State/"), INSIDE},
        {DIRECTORY, "another", TEXT("Lạ/An"), TEXT("State/"), OUTSIDE},
        {DIRECTORY, "deeper base", TEXT("State/An"), TEXT("State/Binh"), OUTSIDE},
};

static void
add_name(struct antin_bytes *b, uint8_t tag, const uint8_t *p, size_t len)
{
	size_t mark;
	char text[32] = {0};

	if (tag != DIRECTORY) {
		antin_der_add(b, tag, (struct antin_slice){p, len});
		return;
	}
	memcpy(text, p, len);
	mark = antin_der_open(b, tag);
	pki_add_name(b, text);
	antin_der_close(b, mark);
}

/* nameConstraints with one subtree of permitted (0) or excluded (1). */
static void
add_limits(struct antin_bytes *b, int excluded, const struct row *r)
{
	size_t outer = antin_der_open(b, ANTIN_SEQUENCE);
	size_t list = antin_der_open(b, (uint8_t)ANTIN_CONTEXT_CONS(excluded));
	size_t one = antin_der_open(b, ANTIN_SEQUENCE);

	add_name(b, r->tag, r->base, r->base_len);
	antin_der_close(b, one);
	antin_der_close(b, list);
	antin_der_close(b, outer);
}

static void
add_alt(struct antin_bytes *b, const struct row *const *names, size_t n)
{
	size_t list = antin_der_open(b, ANTIN_SEQUENCE);

	for (size_t i = 0; i < n; i++)
		add_name(b, names[i]->tag, names[i]->name, names[i]->name_len);
	antin_der_close(b, list);
}

/* root -> ca -> leaf; `limits` of the root or of the ca, `alt` of the leaf. */
static enum antin_fault
judge(struct antin_slice limits, bool at_root, bool critical, struct antin_slice alt,
      const char *subject)
{
	struct pki_spec s[3] = {
	        pki_ca("State/Root", "State/Root", keys[0], keys[0]),
	        pki_ca("State/CA", "State/Root", keys[1], keys[0]),
	        pki_leaf(subject, "State/CA", keys[2], keys[1]),
	};
	ANTIN_SCOPED(antin_path) p = {0};
	const struct antin_path_fault *worst;
	struct antin_cert *leaf = NULL;
	struct world w = {0};
	enum antin_fault f;

	if (limits.p)
		s[at_root ? 0 : 1].exts[0] = (struct pki_ext){"2.5.29.30", critical, limits};
	if (alt.p)
		s[2].exts[0] = (struct pki_ext){"2.5.29.17", false, alt};
	for (int i = 0; i < 3; i++)
		leaf = world_add(&w, s[i], i == 0);
	world_find(&w, leaf, NULL, &p);
	worst = antin_path_worst(&p);
	f = worst ? worst->fault : ANTIN_FAULT_NONE;
	ck_assert(p.valid == (f == ANTIN_FAULT_NONE));
	world_done(&w);
	return f;
}

static bool
refused(enum antin_fault f)
{
	return f == ANTIN_FAULT_NAME_CONSTRAINT || f == ANTIN_FAULT_NAME_FORM ||
	       f == ANTIN_FAULT_EXTENSION;
}

START_TEST(test_matrix)
{
	const struct row *r = &rows[_i];

	for (int n = 0; n < 8; n++) {
		bool excluded = n & 1, at_root = n & 2, critical = n & 4, good;
		bool root_named = r->tag == DIRECTORY && at_root;
		ANTIN_SCOPED(antin_bytes) limits = {0};
		ANTIN_SCOPED(antin_bytes) alt = {0};
		struct antin_slice names = {0};
		char subject[32] = "State/Leaf";
		enum antin_fault f;

		add_limits(&limits, excluded, r);
		if (r->tag == DIRECTORY) {
			memset(subject, 0, sizeof(subject));
			memcpy(subject, r->name, r->name_len);
		} else {
			add_alt(&alt, &r, 1);
			names = antin_bytes_slice(&alt);
		}
		f = judge(antin_bytes_slice(&limits), at_root, critical, names, subject);
		good = r->relation == (excluded ? OUTSIDE : INSIDE);
		/* The constraints of the root bind the name of the authority below it as well. */
		if (root_named && excluded)
			good = good && strncmp((const char *)r->base, "State/Binh", 10) == 0;
		if (root_named && !excluded &&
		    strncmp((const char *)r->base, "State/Binh", 10) == 0)
			good = false;
		ck_assert_msg(good ? f == ANTIN_FAULT_NONE : refused(f), "%s %s, at %s: %s",
		              r->what, excluded ? "excluded" : "permitted", at_root ? "root" : "ca",
		              antin_fault_info(f)->id);
	}
}
END_TEST

/* A constraint on one form says nothing about the others. */
START_TEST(test_forms_apart)
{
	for (size_t a = 0; a < UTIL_COUNT(rows); a++) {
		for (size_t b = 0; b < UTIL_COUNT(rows); b += 3) {
			ANTIN_SCOPED(antin_bytes) limits = {0};
			ANTIN_SCOPED(antin_bytes) alt = {0};
			const struct row *name = &rows[b];

			if (rows[a].tag == name->tag || rows[a].tag == DIRECTORY ||
			    rows[a].relation != INSIDE || name->tag == DIRECTORY)
				continue;
			add_limits(&limits, 0, &rows[a]);
			add_alt(&alt, &name, 1);
			ck_assert_msg(judge(antin_bytes_slice(&limits), false, true,
			                    antin_bytes_slice(&alt),
			                    "State/Leaf") == ANTIN_FAULT_NONE,
			              "%s against %s", name->what, rows[a].what);
		}
	}
}
END_TEST

/* One name outside is enough, wherever it stands among others that are inside. */
START_TEST(test_each_name_counts)
{
	const struct row *inside = &rows[0], *outside = &rows[3];

	ck_assert(inside->relation == INSIDE && outside->relation == OUTSIDE);
	for (int at = -1; at < 5; at++) {
		const struct row *names[5];
		ANTIN_SCOPED(antin_bytes) limits = {0};
		ANTIN_SCOPED(antin_bytes) alt = {0};
		enum antin_fault f;

		for (int i = 0; i < 5; i++)
			names[i] = i == at ? outside : inside;
		add_limits(&limits, 0, inside);
		add_alt(&alt, names, 5);
		f = judge(antin_bytes_slice(&limits), false, true, antin_bytes_slice(&alt),
		          "State/Leaf");
		ck_assert_int_eq(f, at < 0 ? ANTIN_FAULT_NONE : ANTIN_FAULT_NAME_CONSTRAINT);
	}
}
END_TEST

/* Without a name of that form nothing is constrained; with none at all neither. */
START_TEST(test_absent_names)
{
	for (size_t i = 0; i < UTIL_COUNT(rows); i++) {
		ANTIN_SCOPED(antin_bytes) limits = {0};

		if (rows[i].tag == DIRECTORY)
			continue;
		add_limits(&limits, 0, &rows[i]);
		ck_assert_int_eq(judge(antin_bytes_slice(&limits), false, true,
		                       (struct antin_slice){0}, "State/Leaf"),
		                 ANTIN_FAULT_NONE);
	}
}
END_TEST

/* Cut at every octet and changed in every octet: never accepted for a name outside. */
START_TEST(test_broken_limits)
{
	const struct row *r = &rows[3];
	ANTIN_SCOPED(antin_bytes) limits = {0};
	ANTIN_SCOPED(antin_bytes) alt = {0};
	size_t accepted = 0;

	add_limits(&limits, 0, r);
	add_alt(&alt, &r, 1);
	for (size_t n = 0; n < limits.len; n++)
		ck_assert(judge((struct antin_slice){limits.p, n}, false, true,
		                antin_bytes_slice(&alt), "State/Leaf") != ANTIN_FAULT_NONE);
	for (size_t i = 0; i < limits.len; i++) {
		limits.p[i] ^= 0x20;
		accepted += judge(antin_bytes_slice(&limits), false, true, antin_bytes_slice(&alt),
		                  "State/Leaf") == ANTIN_FAULT_NONE;
		limits.p[i] ^= 0x20;
	}
	/* What is left is a constraint on another form, which then says nothing about this one. */
	ck_assert_uint_le(accepted, 1);
}
END_TEST

Suite *suite_name_limits(void);
Suite *
suite_name_limits(void)
{
	Suite *s = suite_create("name_limits");
	TCase *c = tcase_create("name_limits");

	tcase_add_unchecked_fixture(c, make_keys, free_keys);
	tcase_add_loop_test(c, test_matrix, 0, (int)UTIL_COUNT(rows));
	tcase_add_test(c, test_forms_apart);
	tcase_add_test(c, test_each_name_counts);
	tcase_add_test(c, test_absent_names);
	tcase_add_test(c, test_broken_limits);
	suite_add_tcase(s, c);
	return s;
}
