/*
 * Addresses as certificates name them, networks that may not be reached, net.allow, the proxy.
 */
#include <string.h>

#include <antin/net.h>

#include "../../lib/net/fetch_wire.h"
#include "util.h"

Suite *suite_net_url(void);

static bool
read_text(const char *text, struct url *out)
{
	return url_read((const uint8_t *)text, strlen(text), out);
}

/* ---- addresses ---- */

static const struct {
	const char *text, *host;
	uint16_t port;
	bool tls, literal;
} good[] = {
        {"http://crl.vn", "crl.vn", 80, false, false},
        {"http://crl.vn/", "crl.vn", 80, false, false},
        {"HTTP://CRL.Gov.VN/Goc.crl", "crl.gov.vn", 80, false, false},
        {"https://crl.gov.vn:8443/a/b?c=d&e=%C3%A1", "crl.gov.vn", 8443, true, false},
        {"http://crl.vn?x", "crl.vn", 80, false, false},
        {"http://crl.vn:80/", "crl.vn", 80, false, false},
        {"http://crl.vn:65535/", "crl.vn", 65535, false, false},
        {"http://xn--n-ufa.vn/", "xn--n-ufa.vn", 80, false, false},
        {"http://a-b.3com.vn/x", "a-b.3com.vn", 80, false, false},
        {"http://localhost/", "localhost", 80, false, false},
        {"http://192.0.2.1/x", "192.0.2.1", 80, false, true},
        {"http://[2001:DB8::1]:8080/", "2001:db8::1", 8080, false, true},
        {"http://[::1]", "::1", 80, false, true},
        {"http://ocsp.vn/MFQwUjBQME4wTDAJBgUrDgMCGgUABBQ%2B%2Fx%3D", "ocsp.vn", 80, false, false},
        {"http://crl.vn/a;b=c,d!$&'()*+~@:", "crl.vn", 80, false, false},
};

START_TEST(url_good)
{
	struct url u;

	ck_assert_msg(read_text(good[_i].text, &u), "%s", good[_i].text);
	ck_assert_str_eq(u.host, good[_i].host);
	ck_assert_uint_eq(u.port, good[_i].port);
	ck_assert_int_eq(u.tls, good[_i].tls);
	ck_assert_int_eq(u.literal, good[_i].literal);
	ck_assert_str_eq(u.text, good[_i].text);
}
END_TEST

static const char *const bad[] = {
        "",
        "h",
        "http",
        "http:",
        "http:/",
        "http://",
        "http:///",
        "http://:80/",
        "http://?",
        " http://a.vn/",
        "http://a.vn/ ",
        "http://a vn/",
        "http://a.vn /",
        "http://a.vn\t/",
        "http://a.vn/\n",
        "http://a.vn/\x7f",
        "http://a.vn/\x01",
        "http://a.vn/%",
        "http://a.vn/%2",
        "http://a.vn/%zz",
        "http://a.vn/%00",
        "http://a.vn/%1F",
        "http://a.vn/%7f",
        "http://a.vn/%7F",
        "http://a.vn/?%0a",
        "http://a.vn/#f",
        "http://a.vn/\\x",
        "http://a.vn/\"x",
        "http://a.vn/<x>",
        "http://a.vn/{x}",
        "http://a.vn/|",
        "http://a.vn/^",
        "http://a.vn/`",
        "http://a.vn/[x]",
        "http://a%2evn/",
        "http://a_b.vn/",
        "http://-a.vn/",
        "http://a-.vn/",
        "http://a.-b/",
        "http://.a.vn/",
        "http://a..vn/",
        "http://a.vn./",
        "http://u@a.vn/",
        "http://u:p@a.vn/",
        "http://a.vn:80@b.vn/",
        "http://a.vn:/",
        "http://a.vn:0/",
        "http://a.vn:00000/",
        "http://a.vn:000080/",
        "http://a.vn:65536/",
        "http://a.vn:99999/",
        "http://a.vn:-1/",
        "http://a.vn:+80/",
        "http://a.vn:8a/",
        "http://a.vn:80:80/",
        "http://1/",
        "http://127.1/",
        "http://127.0.0.1.1/",
        "http://256.0.0.1/",
        "http://0x7f.0.0.1/",
        "http://127.0.0.0x1/",
        "http://2130706433/",
        "http://0x7f000001/",
        "http://017700000001/",
        "http://::1/",
        "http://[::1/",
        "http://::1]/",
        "http://[]/",
        "http://[127.0.0.1]/",
        "http://[::1]x/",
        "http://[::1%25eth0]/",
        "http://[fe80::1%eth0]/",
        "http://[v1.x]/",
        "http://a.vn[::1]/",
        "ftp://a.vn/",
        "ldap://a.vn/",
        "ldaps://a.vn/",
        "file:///etc/passwd",
        "file://a.vn/x",
        "httpx://a.vn/",
        "http//a.vn/",
        "http:a.vn",
        "a.vn",
        "//a.vn/",
        "data:,x",
        "http://\xc3\xa1n.vn/",
        "http://a.vn/\xc3\xa1n",
        "http://a.vn\xe2\x80\xae/",
};

START_TEST(url_bad)
{
	struct url u = {.port = 7};

	ck_assert_msg(!read_text(bad[_i], &u), "%s", bad[_i]);
	ck_assert_uint_eq(u.port, 7);
}
END_TEST

START_TEST(url_limits)
{
	char text[10300] = "http://a.vn/";
	struct url u;

	memset(text + 12, 'x', sizeof(text) - 12);
	ck_assert(url_read((uint8_t *)text, URL_MAX, &u));
	ck_assert(!url_read((uint8_t *)text, URL_MAX + 1, &u));
	ck_assert(!url_read((uint8_t *)text, 10240, &u));
	/* A NUL inside, where a C string would end. */
	text[20] = '\0';
	ck_assert(!url_read((uint8_t *)text, 30, &u));
	ck_assert(url_read((uint8_t *)text, 20, &u));
	/* Labels of 63 and names of 253 letters. */
	memset(text, 'a', sizeof(text));
	memcpy(text, "http://", 7);
	ck_assert(url_read((uint8_t *)text, 7 + 63, &u));
	ck_assert(!url_read((uint8_t *)text, 7 + 64, &u));
	for (size_t i = 0; i < 4; i++)
		text[7 + 63 + i * 64] = '.';
	ck_assert(url_read((uint8_t *)text, 7 + 253, &u));
	ck_assert(!url_read((uint8_t *)text, 7 + 254, &u));
}
END_TEST

/* Every octet at every place: what is read is printable, and has the host that is shown. */
START_TEST(url_mutated)
{
	static const char seed[] = "https://ca.gov.vn:8443/a%41?b=[";
	size_t taken = 0;

	for (size_t at = 0; at < sizeof(seed) - 1; at++) {
		for (int octet = 0; octet < 256; octet++) {
			uint8_t text[sizeof(seed)];
			struct url u;

			memcpy(text, seed, sizeof(seed) - 2); /* without the bracket */
			text[at] = (uint8_t)octet;
			if (!url_read(text, sizeof(seed) - 2, &u))
				continue;
			taken++;
			ck_assert_uint_ne(u.port, 0);
			ck_assert_uint_eq(strlen(u.text), sizeof(seed) - 2);
			ck_assert_uint_eq(strcspn(u.text, "\\# \"<>[]^`{|}"), strlen(u.text));
			for (const char *p = u.text; *p; p++)
				ck_assert(*p > ' ' && *p < 127);
			ck_assert(strcasestr(u.text, u.host) == u.text + (u.tls ? 8 : 7));
		}
	}
	ck_assert_uint_gt(taken, 500);
}
END_TEST

static const struct {
	const char *from, *to;
	bool same;
} moves[] = {
        {"http://a.vn/1", "http://a.vn/2", true},
        {"http://a.vn/", "http://A.VN/", true},
        {"http://a.vn/", "https://a.vn/", true},
        {"https://a.vn/", "http://a.vn/", false},
        {"https://a.vn:80/", "http://a.vn/", false},
        {"http://a.vn:8080/", "https://a.vn/", false},
        {"http://a.vn:8080/", "http://a.vn/", false},
        {"http://a.vn/", "http://a.vn:8080/", false},
        {"http://a.vn/", "http://b.a.vn/", false},
        {"http://b.a.vn/", "http://a.vn/", false},
        {"http://a.vn/", "http://a.vn.evil.vn/", false},
        {"http://127.0.0.1/", "http://localhost/", false},
        {"http://[::1]/", "http://[0:0:0:0:0:0:0:1]/", false},
};

START_TEST(url_moves)
{
	struct url from, to;

	ck_assert(read_text(moves[_i].from, &from) && read_text(moves[_i].to, &to));
	ck_assert_int_eq(url_same_host(&from, &to), moves[_i].same);
}
END_TEST

/* ---- networks ---- */

static const struct {
	const char *first, *last; /* of a special network */
} special[] = {
        {"0.0.0.0", "0.255.255.255"},
        {"10.0.0.0", "10.255.255.255"},
        {"100.64.0.0", "100.127.255.255"},
        {"127.0.0.0", "127.255.255.255"},
        {"169.254.0.0", "169.254.255.255"},
        {"172.16.0.0", "172.31.255.255"},
        {"192.0.0.0", "192.0.0.255"},
        {"192.0.2.0", "192.0.2.255"},
        {"192.168.0.0", "192.168.255.255"},
        {"198.18.0.0", "198.19.255.255"},
        {"224.0.0.0", "239.255.255.255"},
        {"240.0.0.0", "255.255.255.255"},
        {"::", "::1"},
        {"fc00::", "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"},
        {"fe80::", "febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff"},
        {"ff00::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"},
        {"2001::", "2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff"},
        {"2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff"},
        {"::ffff:10.0.0.1", "::ffff:127.0.0.1"},
        {"64:ff9b::10.0.0.1", "64:ff9b::127.0.0.1"},
        {"2002:a00:1::", "2002:7f00:1::1"},
        {"2002:c0a8:101::", "2002:a9fe:a9fe::"},
        {"::10.0.0.1", "::8.8.8.8"}, /* compatible: long given up */
        {"fec0::1", "feff::1"},
};
static const char *const public[] = {
        "1.1.1.1",         "9.255.255.255",   "11.0.0.0",         "100.63.255.255",
        "100.128.0.0",     "126.255.255.255", "128.0.0.0",        "169.253.255.255",
        "169.255.0.0",     "172.15.255.255",  "172.32.0.0",       "192.0.1.0",
        "192.167.255.255", "192.169.0.0",     "198.17.255.255",   "198.20.0.0",
        "223.255.255.255", "2001:200::1",     "2400:cb00::1",     "2606:4700::1111",
        "2001:dc8::1",     "::ffff:1.1.1.1",  "64:ff9b::1.1.1.1", "2002:101:101::1",
};

START_TEST(networks)
{
	struct ip a;

	for (size_t i = 0; i < UTIL_COUNT(special); i++) {
		ck_assert_msg(ip_read(special[i].first, &a) && !ip_is_public(&a), "%s",
		              special[i].first);
		ck_assert_msg(ip_read(special[i].last, &a) && !ip_is_public(&a), "%s",
		              special[i].last);
	}
	for (size_t i = 0; i < UTIL_COUNT(public); i++)
		ck_assert_msg(ip_read(public[i], &a) && ip_is_public(&a), "%s", public[i]);
	a = (struct ip){0};
	ck_assert(!ip_is_public(&a));
	ck_assert(!ip_read("", &a) && !ip_read("1.2.3", &a) && !ip_read("::g", &a));
}
END_TEST

static const struct {
	const char *list, *ip, *host;
	bool has_ip, has_host;
} lists[] = {
        {"", "10.0.0.1", "a.vn", false, false},
        {"10.0.0.1", "10.0.0.1", "10.0.0.1", true, true},
        {"10.0.0.1", "10.0.0.2", "a.vn", false, false},
        {"10.0.0.0/8", "10.255.0.1", "a.vn", true, false},
        {"10.0.0.0/8", "11.0.0.0", "a.vn", false, false},
        {"10.1.128.0/17", "10.1.128.0", "a.vn", true, false},
        {"10.1.128.0/17", "10.1.127.255", "a.vn", false, false},
        {"0.0.0.0/0", "127.0.0.1", "a.vn", true, false},
        {"0.0.0.0/0", "::1", "a.vn", false, false},
        {"::/0", "fe80::1", "a.vn", true, false},
        {"10.0.0.0/8", "::ffff:10.0.0.1", "a.vn", true, false},
        {"fd00::/8", "fd12::1", "a.vn", true, false},
        {"fd00::/9", "fd80::1", "a.vn", false, false},
        {"a.vn", "10.0.0.1", "a.vn", false, true},
        {" \t a.vn ,,\n10.0.0.0/8 ", "10.0.0.1", "a.vn", true, true},
        {"A.VN", "10.0.0.1", "a.vn", false, true},
        {"a.vn", "10.0.0.1", "b.a.vn", false, false},
        {"b.a.vn", "10.0.0.1", "a.vn", false, false},
        {"a.v", "10.0.0.1", "a.vn", false, false},
};

START_TEST(allow_lists)
{
	struct ip a;
	size_t at, len;

	ck_assert(allow_valid(lists[_i].list, &at, &len) && ip_read(lists[_i].ip, &a));
	ck_assert_int_eq(allow_has_ip(lists[_i].list, &a), lists[_i].has_ip);
	ck_assert_int_eq(allow_has_host(lists[_i].list, lists[_i].host), lists[_i].has_host);
}
END_TEST

static const struct {
	const char *list, *word;
} wrong_lists[] = {
        {"http://a.vn/", "http://a.vn/"},
        {"a.vn:80", "a.vn:80"},
        {"10.0.0.0/33", "10.0.0.0/33"},
        {"10.0.0.0/", "10.0.0.0/"},
        {"10.0.0.0/0008", "10.0.0.0/0008"},
        {"10.0.0.0/-1", "10.0.0.0/-1"},
        {"10.0.0.0/8/8", "10.0.0.0/8/8"},
        {"::/129", "::/129"},
        {"a.vn *.b.vn", "*.b.vn"},
        {"10.0.0.1 10.0.0", "10.0.0"},
        {"u@a.vn", "u@a.vn"},
        {"a.vn?", "a.vn?"},
        {"[::1]", "[::1]"},
};

START_TEST(allow_wrong)
{
	struct antin_err err = {0};

	util_fails(antin_net_allow_check(wrong_lists[_i].list, &err), ANTIN_E_CONFIG);
	ck_assert_msg(strstr(util_line(&err), wrong_lists[_i].word) != NULL, "%s", util_line(&err));
}
END_TEST

START_TEST(allow_long)
{
	static char list[WIRE_CONFIG_MAX + 2];
	static char word[400];
	struct antin_err err = {0};

	memset(list, ' ', sizeof(list) - 1);
	util_fails(antin_net_allow_check(list, &err), ANTIN_E_CONFIG);
	err = (struct antin_err){0};
	memset(word, 'a', sizeof(word) - 1);
	util_fails(antin_net_allow_check(word, &err), ANTIN_E_CONFIG);
}
END_TEST

START_TEST(proxies)
{
	static const struct {
		const char *proxy;
		enum antin_rc rc;
	} cases[] = {
	        {"http://proxy.vn:3128", ANTIN_OK},
	        {"http://proxy.vn:3128/", ANTIN_OK},
	        {"https://10.0.0.1", ANTIN_OK},
	        {"http://[fd00::1]:8080", ANTIN_OK},
	        {"proxy.vn:3128", ANTIN_E_CONFIG},
	        {"socks5://proxy.vn", ANTIN_E_CONFIG},
	        {"http://user:secret@proxy.vn", ANTIN_E_CONFIG},
	        {"http://proxy.vn/x", ANTIN_E_CONFIG},
	        {"http://proxy.vn?x", ANTIN_E_CONFIG},
	        {"", ANTIN_E_CONFIG},
	};

	for (size_t i = 0; i < UTIL_COUNT(cases); i++) {
		struct antin_err err = {0};
		enum antin_rc rc = antin_net_proxy_check(cases[i].proxy, &err);

		ck_assert_msg(rc == cases[i].rc, "%s: %s", cases[i].proxy, util_line(&err));
	}
}
END_TEST

/* What is wrong in the configuration is said before anything is asked. */
START_TEST(configured)
{
	static const struct antin_net_config cases[] = {
	        {.program = "x", .allow = "http://a"},
	        {.program = "x", .proxy = "a"},
	};

	for (size_t i = 0; i < UTIL_COUNT(cases); i++) {
		struct antin_err err = {0};
		struct antin_net *n = NULL;

		util_fails(antin_net_new(&cases[i], &n, &err), ANTIN_E_CONFIG);
		ck_assert_ptr_null(n);
	}
}
END_TEST

Suite *
suite_net_url(void)
{
	Suite *s = suite_create("net_url");
	TCase *t = tcase_create("addresses");

	tcase_add_loop_test(t, url_good, 0, (int)UTIL_COUNT(good));
	tcase_add_loop_test(t, url_bad, 0, (int)UTIL_COUNT(bad));
	tcase_add_test(t, url_limits);
	tcase_add_test(t, url_mutated);
	tcase_add_loop_test(t, url_moves, 0, (int)UTIL_COUNT(moves));
	tcase_add_test(t, networks);
	tcase_add_loop_test(t, allow_lists, 0, (int)UTIL_COUNT(lists));
	tcase_add_loop_test(t, allow_wrong, 0, (int)UTIL_COUNT(wrong_lists));
	tcase_add_test(t, allow_long);
	tcase_add_test(t, proxies);
	tcase_add_test(t, configured);
	suite_add_tcase(s, t);
	return s;
}
