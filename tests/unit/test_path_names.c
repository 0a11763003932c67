/*
 * Names against constraints, form by form (RFC 5280 4.2.1.10), and purposes of certificates.
 */
#include <antin/path.h>

#include "world.h"

/* Inside of lib/path. */
bool path_name_within(uint8_t tag, struct antin_slice name, struct antin_slice base, bool *known);
bool path_wildcard_meets(uint8_t tag, struct antin_slice name, struct antin_slice base);

enum { YES, NO, UNKNOWN };

static const struct row {
	uint8_t tag;
	const char *name, *base;
	int result;
} rows[] = {
        /* DNS: the base and everything below it */
        {0x82, "a.gov.vn", "gov.vn", YES},
        {0x82, "gov.vn", "gov.vn", YES},
        {0x82, "GOV.VN", "gov.vn", YES},
        {0x82, "a.b.gov.vn", "gov.vn", YES},
        {0x82, "a.gov.vn.", "gov.vn", YES},
        {0x82, "a.gov.vn", "gov.vn.", YES},
        {0x82, "a.gov.vn.", ".gov.vn.", YES},
        {0x82, "xgov.vn", "gov.vn.", NO},
        {0x82, "a.gov.vn", "g\xc3\xb3v.vn", UNKNOWN},
        {0x82, "xgov.vn", "gov.vn", NO},
        {0x82, "vn", "gov.vn", NO},
        {0x82, "gov.vn.evil.com", "gov.vn", NO},
        {0x82, "a.gov.vn", ".gov.vn", YES},
        {0x82, "gov.vn", ".gov.vn", NO},
        {0x82, "anything", "", YES},
        {0x82, "*.gov.vn", "gov.vn", YES},
        {0x82, "*.com", "gov.vn", NO},
        {0x82, "a gov.vn", "gov.vn", UNKNOWN},
        {0x82, "a..gov.vn", "gov.vn", UNKNOWN},
        {0x82, "a.gov.vn/x", "gov.vn", UNKNOWN},
        {0x82, "", "gov.vn", UNKNOWN},
        /* e-mail: a mailbox, a host, a domain */
        {0x81, "an@gov.vn", "gov.vn", YES},
        {0x81, "an@GOV.VN", "gov.vn", YES},
        {0x81, "an@a.gov.vn", "gov.vn", NO},
        {0x81, "an@a.gov.vn", ".gov.vn", YES},
        {0x81, "an@gov.vn", ".gov.vn", NO},
        {0x81, "an@gov.vn", "an@gov.vn", YES},
        {0x81, "an@gov.vn", "an@GOV.vn", YES},
        {0x81, "an@gov.vn.", "an@gov.vn", YES},
        {0x81, "an@gov.vn", "an@gov.vn.", YES},
        {0x81, "an@gov.vn", "gov.vn.", YES},
        {0x81, "an@gov.vn", "@gov.vn", UNKNOWN},
        {0x81, "an@gov.vn", "an@", UNKNOWN},
        {0x81, "an@gov.vn", "an@.gov.vn", UNKNOWN},
        {0x81, "an@gov.vn", "gov vn", UNKNOWN},
        {0x81, "an@gov.vn", "an@g\xc3\xb3v.vn", UNKNOWN},
        {0x81, "An@gov.vn", "an@gov.vn", NO},
        {0x81, "binh@gov.vn", "an@gov.vn", NO},
        {0x81, "an@evil.com@gov.vn", "gov.vn", YES}, /* the last @ divides */
        {0x81, "an@gov.vn@evil.com", "gov.vn", NO},
        {0x81, "gov.vn", "gov.vn", UNKNOWN},
        {0x81, "@gov.vn", "gov.vn", UNKNOWN},
        {0x81, "an@", "gov.vn", UNKNOWN},
        {0x81, "\"a@b\"@gov.vn", "gov.vn", UNKNOWN},
        /* URI: the host alone */
        {0x86, "http://gov.vn/x", "gov.vn", YES},
        {0x86, "https://a.gov.vn:8443/x?y", ".gov.vn", YES},
        {0x86, "https://a.gov.vn", "gov.vn", NO},
        {0x86, "https://gov.vn@evil.com/", "gov.vn", NO},
        {0x86, "https://evil.com/gov.vn", "gov.vn", NO},
        {0x86, "https://evil.com?gov.vn", "gov.vn", NO},
        {0x86, "https://evil.com#@gov.vn", "gov.vn", NO},
        {0x86, "https://gov.vn./", "gov.vn", YES},
        {0x86, "https://gov.vn/", "gov.vn.", YES},
        {0x86, "https://gov.vn/", "", UNKNOWN},
        {0x86, "urn:gov.vn", "gov.vn", UNKNOWN},
        {0x86, "http://10.0.0.1/", "gov.vn", UNKNOWN},
        {0x86, "http:///x", "gov.vn", UNKNOWN},
        /* a form nobody can judge */
        {0x88, "x", "x", UNKNOWN},
};

START_TEST(test_text_forms)
{
	const struct row *r = &rows[_i];
	bool known = true;
	bool within = path_name_within(r->tag, antin_slice_text(r->name), antin_slice_text(r->base),
	                               &known);

	ck_assert_msg(known == (r->result != UNKNOWN), "%s in %s: known %d", r->name, r->base,
	              (int)known);
	if (known)
		ck_assert_msg(within == (r->result == YES), "%s in %s", r->name, r->base);
	else
		ck_assert(!within || !r->base[0]);
}
END_TEST

/* What a wildcard may stand for is excluded with it. */
START_TEST(test_wildcards)
{
	static const struct {
		uint8_t tag;
		const char *name, *base;
		bool meets;
	} wild[] = {
	        {0x82, "*.gov.vn", "a.gov.vn", true},  {0x82, "*.gov.vn", "A.GOV.vn.", true},
	        {0x82, "*.gov.vn", "gov.vn", true},    {0x82, "*.gov.vn", "a.com.vn", false},
	        {0x82, "*.gov.vn", "xgov.vn", false},  {0x82, "a.gov.vn", "b.a.gov.vn", false},
	        {0x82, "*", "gov.vn", false},          {0x82, "*.", "gov.vn", false},
	        {0x81, "*.gov.vn", "a.gov.vn", false},
	};

	for (size_t i = 0; i < sizeof(wild) / sizeof(wild[0]); i++)
		ck_assert_msg(path_wildcard_meets(wild[i].tag, antin_slice_text(wild[i].name),
		                                  antin_slice_text(wild[i].base)) == wild[i].meets,
		              "%s meets %s", wild[i].name, wild[i].base);
}
END_TEST

/* In a path: subtrees of one DNS name, or of none, against one name. */
START_TEST(test_subtrees)
{
	static const struct {
		const char *name, *base; /* "" no base at all */
		bool excluded, valid;
	} trees[] = {
	        {"a.gov.vn", "gov.vn", false, true},  {"a.gov.vn", "gov.vn", true, false},
	        {"a.gov.vn", "gov.vn.", true, false}, {"*.gov.vn", "a.gov.vn", true, false},
	        {"*.gov.vn", "gov.vn", false, true},  {"*.gov.vn", "a.gov.vn", false, false},
	        {"*.com.vn", "a.gov.vn", true, true}, {"a.gov.vn", "", false, false},
	        {"a.gov.vn", "", true, false},
	};
	ANTIN_SCOPED(antin_bytes) limits = {0};
	ANTIN_SCOPED(antin_bytes) names = {0};
	ANTIN_SCOPED(antin_path) found = {0};
	EVP_PKEY *key = pki_key();
	struct pki_spec root = pki_ca("root", "root", key, key);
	struct pki_spec ca = pki_ca("ca", "root", key, key),
	                leaf = pki_leaf("leaf", "ca", key, key);
	size_t seq = antin_der_open(&limits, ANTIN_SEQUENCE);
	size_t list = antin_der_open(&limits, trees[_i].excluded ? 0xa1 : 0xa0), one;
	struct world w = {0};

	if (trees[_i].base[0]) {
		one = antin_der_open(&limits, ANTIN_SEQUENCE);
		antin_der_add_text(&limits, ANTIN_CONTEXT(2), trees[_i].base);
		antin_der_close(&limits, one);
	}
	antin_der_close(&limits, list);
	antin_der_close(&limits, seq);
	seq = antin_der_open(&names, ANTIN_SEQUENCE);
	antin_der_add_text(&names, ANTIN_CONTEXT(2), trees[_i].name);
	antin_der_close(&names, seq);
	ca.exts[0] = (struct pki_ext){"2.5.29.30", true, antin_bytes_slice(&limits)};
	leaf.exts[0] = (struct pki_ext){"2.5.29.17", false, antin_bytes_slice(&names)};
	(void)world_add(&w, root, true);
	(void)world_add(&w, ca, false);
	world_find(&w, world_add(&w, leaf, false), NULL, &found);
	ck_assert_msg(found.valid == trees[_i].valid, "%s, %s", trees[_i].name, trees[_i].base);
	world_done(&w);
	EVP_PKEY_free(key);
}
END_TEST

START_TEST(test_addresses)
{
	static const struct {
		uint8_t name[16], base[32];
		size_t name_len, base_len;
		int result;
	} ips[] = {
	        {{10, 1, 2, 3}, {10, 0, 0, 0, 255, 0, 0, 0}, 4, 8, YES},
	        {{11, 1, 2, 3}, {10, 0, 0, 0, 255, 0, 0, 0}, 4, 8, NO},
	        {{11, 1, 2, 3}, {0, 0, 0, 0, 0, 0, 0, 0}, 4, 8, YES},
	        {{10, 1, 2, 3}, {10, 1, 2, 3, 255, 255, 255, 255}, 4, 8, YES},
	        {{10, 1, 2, 3}, {10, 0, 0, 0, 255, 0, 255, 0}, 4, 8, UNKNOWN},
	        {{0x20, 1}, {10, 0, 0, 0, 255, 0, 0, 0}, 16, 8, NO},
	        {{0x20, 1}, {0x20, 1, [16] = 255, 255}, 16, 32, YES},
	        {{0x20, 2}, {0x20, 1, [16] = 255, 255}, 16, 32, NO},
	        {{10, 1, 2}, {10, 0, 0, 0, 255, 0, 0, 0}, 3, 8, UNKNOWN},
	        {{10, 1, 2, 3}, {10, 0, 0, 0, 255, 0, 0}, 4, 7, UNKNOWN},
	};

	for (size_t i = 0; i < sizeof(ips) / sizeof(ips[0]); i++) {
		bool known = true;
		bool within =
		        path_name_within(0x87, (struct antin_slice){ips[i].name, ips[i].name_len},
		                         (struct antin_slice){ips[i].base, ips[i].base_len},
		                         &known);

		ck_assert_msg(known == (ips[i].result != UNKNOWN), "row %zu", i);
		ck_assert_msg(within == (ips[i].result == YES), "row %zu", i);
	}
}
END_TEST

/* A directory name lies below a base whose RDNs are its first ones. */
START_TEST(test_directory)
{
	static const struct {
		const char *name, *base;
		bool within;
	} dns[] = {
	        {"O=Sở Nội vụ,CN=An", "O=Sở Nội vụ", true},
	        {"O=SỞ NỘI VỤ,CN=An", "O=Sở  Nội vụ", true},
	        {"O=Sở Nội vụ", "O=Sở Nội vụ", true},
	        {"O=Sở Nội vụ", "O=Sở Nội vụ,CN=An", false},
	        {"O=Sở Nội,CN=An", "O=Sở Nội vụ", false},
	        {"CN=An,O=Sở Nội vụ", "O=Sở Nội vụ", false},
	        {"C=VN,O=Sở Nội vụ,CN=An", "O=Sở Nội vụ", false},
	};

	for (size_t i = 0; i < sizeof(dns) / sizeof(dns[0]); i++) {
		ANTIN_SCOPED(antin_bytes) name = {0};
		ANTIN_SCOPED(antin_bytes) base = {0};
		struct antin_err err = {0};
		bool known = false;

		ck_assert(antin_name_parse(dns[i].name, &name, &err) == ANTIN_OK);
		ck_assert(antin_name_parse(dns[i].base, &base, &err) == ANTIN_OK);
		ck_assert(path_name_within(0xa4, antin_bytes_slice(&name), antin_bytes_slice(&base),
		                           &known) == dns[i].within);
		ck_assert(known);
		/* Cut anywhere, it is never within. */
		for (size_t n = 0; n < base.len; n++)
			ck_assert(!path_name_within(0xa4, antin_bytes_slice(&name),
			                            (struct antin_slice){base.p, n}, &known));
	}
}
END_TEST

Suite *suite_path_names(void);
Suite *
suite_path_names(void)
{
	Suite *s = suite_create("path_names");
	TCase *c = tcase_create("path_names");

	tcase_add_loop_test(c, test_text_forms, 0, (int)(sizeof(rows) / sizeof(rows[0])));
	tcase_add_test(c, test_wildcards);
	tcase_add_loop_test(c, test_subtrees, 0, 9);
	tcase_add_test(c, test_addresses);
	tcase_add_test(c, test_directory);
	suite_add_tcase(s, c);
	return s;
}
