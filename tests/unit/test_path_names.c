/*
 * Names against constraints, form by form (RFC 5280 4.2.1.10), and purposes of certificates.
 */
#include <antin/path.h>

#include "pki.h"

/* Inside of lib/path. */
bool path_name_within(uint8_t tag, struct antin_slice name, struct antin_slice base, bool *known);

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
	tcase_add_test(c, test_addresses);
	tcase_add_test(c, test_directory);
	suite_add_tcase(s, c);
	return s;
}
