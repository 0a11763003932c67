/*
 * Trusted lists: what is read out of a sound one, what a signature may look like, wrapping and
 * every other way to show one thing and sign another, hostile XML, the history of services.
 */
#include <stdio.h>

#include <antin/file.h>

#include "list_scene.h"

START_TEST(test_content)
{
	ANTIN_SCOPED(antin_bytes) text = {0};
	ANTIN_SCOPED(antin_bundle) b = {0};
	struct antin_err err = {0};
	const struct antin_trust *t = &b.content;
	static const struct {
		bool of_root;
		enum antin_purpose purpose;
		const char *time;
		bool trusted;
	} rows[] = {
	        {true, ANTIN_PURPOSE_SIGN, "2019-12-31T23:59:59Z", false},
	        {true, ANTIN_PURPOSE_SIGN, "2020-01-01T00:00:00Z", true},
	        {true, ANTIN_PURPOSE_SIGN, "2026-11-18T00:00:00Z", true},
	        {true, ANTIN_PURPOSE_TIMESTAMP, "2020-06-01T00:00:00Z", false},
	        {true, ANTIN_PURPOSE_TIMESTAMP, "2021-01-01T00:00:00Z", true},
	        {false, ANTIN_PURPOSE_SIGN, "2011-12-31T23:59:59Z", false},
	        {false, ANTIN_PURPOSE_SIGN, "2012-01-01T00:00:00Z", true},
	        {false, ANTIN_PURPOSE_SIGN, "2018-01-01T00:00:00Z", true},
	        {false, ANTIN_PURPOSE_SIGN, "2023-12-31T23:59:59Z", true},
	        {false, ANTIN_PURPOSE_SIGN, "2024-01-01T00:00:00Z", false},
	        {false, ANTIN_PURPOSE_SIGN, "2026-11-18T00:00:00Z", false},
	        {false, ANTIN_PURPOSE_TIMESTAMP, "2018-01-01T00:00:00Z", false},
	};

	make(&(struct list_how){0}, &text);
	ck_assert(antin_list_is(antin_bytes_slice(&text)));
	util_ok(read_it(&text, &b, &err));
	ck_assert_str_eq(b.origin.kind, "list");
	ck_assert_str_eq(b.origin.name, "VN:Test list");
	ck_assert_uint_eq(b.origin.sequence, 41);
	ck_assert_uint_eq(t->n_anchors, 3);
	ck_assert_uint_eq(t->intermediates.n, 1); /* the unit of the time-stamp authority */
	ck_assert_int_eq(t->anchors[0].class, ANTIN_CLASS_PUBLIC_CA);
	for (size_t i = 0; i < UTIL_COUNT(rows); i++) {
		int64_t time;

		util_ok(antin_time_parse(rows[i].time, &time, &err));
		ck_assert_msg((antin_trust_anchor_for(t, rows[i].of_root ? root : ca,
		                                      rows[i].purpose, time) != NULL) ==
		                      rows[i].trusted,
		              "row %zu", i);
	}
	ck_assert_int_eq(b.origin.expires - b.origin.as_of, (int64_t)151 * 86400);
}
END_TEST

/* Most countries write their lists in the default namespace, with several names. */
START_TEST(test_default_namespace)
{
	ANTIN_SCOPED(antin_bytes) body = {0};
	ANTIN_SCOPED(antin_bytes) text = {0};
	ANTIN_SCOPED(antin_bundle) b = {0};
	struct antin_err err = {0};

	usual(&body);
	list_replace(&body, "xmlns:tsl=", "xmlns=");
	while (memmem(body.p, body.len, "<tsl:", 5))
		list_replace(&body, "<tsl:", "<");
	while (memmem(body.p, body.len, "</tsl:", 6))
		list_replace(&body, "</tsl:", "</");
	list_replace(&body, "</Name></SchemeName>",
	             "</Name><Name xml:lang=\"vi\">Danh s\xc3\xa1"
	             "ch</Name></SchemeName>");
	list_sign(antin_bytes_cstr(&body), &(struct list_how){0}, leaf_key, signer, &text);
	util_ok(read_it(&text, &b, &err));
	ck_assert_uint_eq(b.content.n_anchors, 3);
	ck_assert_str_eq(b.origin.name, "VN:Test list");
	list_replace(&text, "xmlns=\"" LIST_NS "\"", "xmlns=\"\"");
	util_fails(read_it(&text, &b, &err), ANTIN_E_BAD_SIGNATURE);
}
END_TEST

/* ---- forms of the signature ---- */

#define MORE(name) "http://www.w3.org/2001/04/xmldsig-more#" name
#define C14N(uri)  LIST_ENV "<ds:Transform Algorithm=\"" uri "\"/>"
#define XPATH                                                                                      \
	LIST_ENV "<ds:Transform Algorithm=\"http://www.w3.org/TR/1999/REC-xpath-19991116\">"       \
	         "<ds:XPath>true()</ds:XPath></ds:Transform>"

static const struct {
	const char *what;
	struct list_how how;
	enum antin_rc rc;
} forms[] = {
        {"exclusive", {0}, ANTIN_OK},
        {"inclusive",
         {.canon = "Algorithm=\"" LIST_C14N "\">", .transforms = C14N(LIST_C14N)},
         ANTIN_OK},
        {"inclusive 1.1",
         {.canon = "Algorithm=\"" LIST_C14N1 "\">", .transforms = C14N(LIST_C14N1)},
         ANTIN_OK},
        {"enveloped alone", {.transforms = LIST_ENV}, ANTIN_OK},
        {"prefixes named",
         {.transforms = LIST_ENV "<ds:Transform Algorithm=\"" LIST_EXC
                                 "\"><ec:InclusiveNamespaces xmlns:ec=\"" LIST_EXC
                                 "\" PrefixList=\"tsl #default\"/></ds:Transform>"},
         ANTIN_OK},
        {"without properties", {.no_properties = true}, ANTIN_OK},
        {"not bound", {.no_binding = true}, ANTIN_OK},
        {"properties without transforms", {.bare = true}, ANTIN_OK},
        {"SHA-512", {.digest = "http://www.w3.org/2001/04/xmlenc#sha512"}, ANTIN_OK},
        {"SHA-384", {.digest = MORE("sha384")}, ANTIN_OK},
        {"value with SHA-512", {.method = MORE("ecdsa-sha512")}, ANTIN_OK},
        {"digest SHA-1", {.digest = ANTIN_XMLDSIG_NS "sha1"}, ANTIN_E_POLICY},
        {"value SHA-1", {.method = ANTIN_XMLDSIG_NS "rsa-sha1"}, ANTIN_E_POLICY},
        {"digest MD5", {.digest = MORE("md5")}, ANTIN_E_UNSUPPORTED},
        {"HMAC", {.method = MORE("hmac-sha256")}, ANTIN_E_UNSUPPORTED},
        {"HMAC cut short", {.method = ANTIN_XMLDSIG_NS "hmac-sha1"}, ANTIN_E_UNSUPPORTED},
        {"RSA under a key of ECDSA", {.method = MORE("rsa-sha256")}, ANTIN_E_NO_MECHANISM},
        {"with comments",
         {.canon = "Algorithm=\"" LIST_EXC "WithComments\">"},
         ANTIN_E_UNSUPPORTED},
        {"XPath", {.transforms = XPATH}, ANTIN_E_FORMAT},
        {"XSLT",
         {.transforms = C14N("http://www.w3.org/TR/1999/REC-xslt-19991116")},
         ANTIN_E_UNSUPPORTED},
        {"base64", {.transforms = C14N(ANTIN_XMLDSIG_NS "base64")}, ANTIN_E_UNSUPPORTED},
        {"not enveloped",
         {.transforms = "<ds:Transform Algorithm=\"" LIST_EXC "\"/>"},
         ANTIN_E_FORMAT},
        {"enveloped twice", {.transforms = LIST_ENV LIST_ENV}, ANTIN_E_UNSUPPORTED},
        {"three transforms",
         {.transforms = LIST_ENV "<ds:Transform Algorithm=\"" LIST_EXC
                                 "\"/><ds:Transform Algorithm=\"" LIST_EXC "\"/>"},
         ANTIN_E_FORMAT},
        {"reference to the root by Id", {.uri = "#l"}, ANTIN_E_FORMAT},
        {"reference by XPointer", {.uri = "#xpointer(/)"}, ANTIN_E_FORMAT},
        {"reference to a file", {.uri = "file:///etc/hostname"}, ANTIN_E_FORMAT},
        {"reference to a network", {.uri = "http://127.0.0.1/x"}, ANTIN_E_FORMAT},
        {"third reference",
         {.extra = "<ds:Reference URI=\"#l\"><ds:DigestMethod Algorithm=\"" LIST_SHA
                   "\"/><ds:DigestValue>AAAA</ds:DigestValue></ds:Reference>"},
         ANTIN_E_FORMAT},
        {"unknown element in SignedInfo", {.extra = "<ds:More/>"}, ANTIN_E_FORMAT},
        {"other certificate bound", {.other_cert = true}, ANTIN_E_BAD_SIGNATURE},
        {"unsigned anchors in Object",
         {.object = "<tsl:TrustServiceProviderList><tsl:TrustServiceProvider/>"
                    "</tsl:TrustServiceProviderList>"},
         ANTIN_OK},
        {"second properties beside",
         {.object = "<xades:QualifyingProperties xmlns:xades=\"http://uri.etsi.org/01903/"
                    "v1.3.2#\"/>"},
         ANTIN_E_FORMAT},
};

START_TEST(test_form)
{
	struct list_how how = forms[_i].how;
	ANTIN_SCOPED(antin_bytes) text = {0};
	ANTIN_SCOPED(antin_bundle) b = {0};
	struct antin_err err = {0};

	if (how.method && strstr(how.method, "sha512"))
		how.md = EVP_sha512();
	if (how.object && strstr(how.object, "xades:Qual")) {
		/* Made sound first: the maker itself looks for the only one. */
		make(&(struct list_how){0}, &text);
		list_replace(&text, "<ds:Object>",
		             "<ds:Object><xades:QualifyingProperties "
		             "xmlns:xades=\"http://uri.etsi.org/01903/v1.3.2#\"/>");
	} else {
		make(&how, &text);
	}
	ck_assert_msg(read_it(&text, &b, &err) == forms[_i].rc, "%s: %s", forms[_i].what,
	              util_line(&err));
	ck_assert_uint_eq(b.content.n_anchors, forms[_i].rc == ANTIN_OK ? 3 : 0);
}
END_TEST

START_TEST(test_rsa)
{
	static const struct {
		const char *method;
		bool pss;
	} rows[] = {{MORE("rsa-sha256"), false},
	            {"http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1", true}};
	EVP_PKEY *rsa = EVP_RSA_gen(2048);
	struct antin_cert *cert = pki_cert(pki_leaf("R/SA", "R/SA", rsa, rsa));

	for (size_t i = 0; i < UTIL_COUNT(rows); i++) {
		ANTIN_SCOPED(antin_bytes) body = {0};
		ANTIN_SCOPED(antin_bytes) text = {0};
		ANTIN_SCOPED(antin_bundle) b = {0};
		const struct list_how how = {.method = rows[i].method, .pss = rows[i].pss};
		struct antin_err err = {0};

		usual(&body);
		list_sign(antin_bytes_cstr(&body), &how, rsa, cert, &text);
		util_ok(antin_list_read(antin_bytes_slice(&text), "l", cert->sha256, &b, &err));
		list_replace(&text, rows[i].method, rows[1 - i].method);
		util_fails(antin_list_read(antin_bytes_slice(&text), "l", NULL, &b, &err),
		           ANTIN_E_BAD_SIGNATURE);
	}
	antin_cert_free(cert);
	EVP_PKEY_free(rsa);
}
END_TEST

START_TEST(test_pins)
{
	ANTIN_SCOPED(antin_bytes) text = {0};
	ANTIN_SCOPED(antin_bundle) b = {0};
	struct antin_err err = {0};

	make(&(struct list_how){0}, &text);
	util_fails(antin_list_read(antin_bytes_slice(&text), "l", other->sha256, &b, &err),
	           ANTIN_E_KEY_MISMATCH);
	antin_err_clear(&err);
	util_ok(antin_list_read(antin_bytes_slice(&text), "l", NULL, &b, &err));
	ck_assert_int_eq(memcmp(b.origin.signer->sha256, signer->sha256, 32), 0);
}
END_TEST

/* ---- signed nonsense ---- */

START_TEST(test_nonsense)
{
	static const struct {
		const char *what, *from, *to;
		enum antin_rc rc;
	} rows[] = {
	        {"version 5", "Identifier>6<", "Identifier>5<", ANTIN_OK},
	        {"version 4", "Identifier>6<", "Identifier>4<", ANTIN_E_UNSUPPORTED},
	        {"version 7", "Identifier>6<", "Identifier>7<", ANTIN_E_UNSUPPORTED},
	        {"version x", "Identifier>6<", "Identifier>x<", ANTIN_E_FORMAT},
	        {"number 0", "Number>41<", "Number>0<", ANTIN_E_FORMAT},
	        {"number negative", "Number>41<", "Number>-41<", ANTIN_E_FORMAT},
	        {"number too long", "Number>41<", "Number>1000000000000000<", ANTIN_E_FORMAT},
	        {"number empty", "Number>41<", "Number><", ANTIN_E_FORMAT},
	        {"number twice", "<tsl:SchemeName>",
	         "<tsl:TSLSequenceNumber>7</tsl:TSLSequenceNumber><tsl:SchemeName>",
	         ANTIN_E_FORMAT},
	        {"issued never", "2026-11-01T00:00:00Z", "soon", ANTIN_E_FORMAT},
	        {"issued before its signer", "2026-11-01T00:00:00Z", "2001-11-01T00:00:00Z",
	         ANTIN_E_POLICY},
	        {"next before issued", "2027-04-01T00:00:00Z", "2026-04-01T00:00:00Z",
	         ANTIN_E_FORMAT},
	        {"closed", "<tsl:dateTime>2027-04-01T00:00:00Z</tsl:dateTime>", "", ANTIN_OK},
	        {"no name", "<tsl:Name xml:lang=\"en\">VN:Test list</tsl:Name>", "",
	         ANTIN_E_FORMAT},
	        {"no providers", "<tsl:TrustServiceProvider><tsl:TSPServices>",
	         "<tsl:Other><tsl:TSPServices>", ANTIN_E_FORMAT},
	        {"root of another name", "tsl:TrustServiceStatusList", "tsl:Other", ANTIN_E_FORMAT},
	        {"certificate no base64", "<tsl:X509Certificate>", "<tsl:X509Certificate>!",
	         ANTIN_E_FORMAT},
	        {"certificate damaged", "<tsl:X509Certificate>MII", "<tsl:X509Certificate>AII",
	         ANTIN_E_FORMAT},
	        {"status starts never", "2020-01-01T00:00:00Z<", "x<", ANTIN_E_FORMAT},
	        {"history not in order", "2012-01-01T00:00:00Z", "2019-01-01T00:00:00Z",
	         ANTIN_E_FORMAT},
	        {"history from the future", "2016-07-01T00:00:00Z", "2025-01-01T00:00:00Z",
	         ANTIN_E_FORMAT},
	        {"foreign", "Territory>VN<", "Territory>SK<", ANTIN_OK},
	};

	for (size_t i = 0; i < UTIL_COUNT(rows); i++) {
		ANTIN_SCOPED(antin_bytes) body = {0};
		ANTIN_SCOPED(antin_bytes) text = {0};
		ANTIN_SCOPED(antin_bundle) b = {0};
		struct antin_err err = {0};

		usual(&body);
		while (memmem(body.p, body.len, rows[i].from, strlen(rows[i].from)) &&
		       !strstr(rows[i].to, rows[i].from)) {
			list_replace(&body, rows[i].from, rows[i].to);
			if (!strstr(rows[i].from, "tsl:Trust"))
				break;
		}
		if (strstr(rows[i].to, rows[i].from))
			list_replace(&body, rows[i].from, rows[i].to);
		if (strcmp(rows[i].what, "no providers") == 0)
			list_replace(&body, "</tsl:TrustServiceProvider>", "</tsl:Other>");
		list_sign(antin_bytes_cstr(&body), &(struct list_how){0}, leaf_key, signer, &text);
		ck_assert_msg(read_it(&text, &b, &err) == rows[i].rc, "%s: %s", rows[i].what,
		              util_line(&err));
		if (rows[i].rc == ANTIN_OK)
			ck_assert_int_eq(b.content.anchors[0].class,
			                 strstr(rows[i].to, "SK") ? ANTIN_CLASS_FOREIGN
			                                          : ANTIN_CLASS_PUBLIC_CA);
		else
			ck_assert_str_eq(err.file, "l.xml");
	}
}
END_TEST

/* ---- services ---- */

#define EXTENSION(inner)                                                                           \
	"<tsl:ServiceInformationExtensions><tsl:Extension Critical=\"true\">" inner                \
	"</tsl:Extension></tsl:ServiceInformationExtensions></tsl:ServiceInformation>"
#define USE(name)                                                                                  \
	"<tsl:AdditionalServiceInformation><tsl:URI "                                              \
	"xml:lang=\"en\">http://uri.etsi.org/TrstSvc/TrustedList/SvcInfoExt/" name                 \
	"</tsl:URI></tsl:AdditionalServiceInformation>"

START_TEST(test_services)
{
	static const struct {
		const char *type, *status, *more;
		size_t anchors;
	} rows[] = {
	        {"CA/QC", "granted", NULL, 1},
	        {"CA/PKC", "recognisedatnationallevel", NULL, 1},
	        {"NationalRootCA-QC", "granted", NULL, 1},
	        {"TSA", "recognisedatnationallevel", NULL, 1},
	        {"CA/QC", "withdrawn", NULL, 0},
	        {"CA/QC", "deprecatedatnationallevel", NULL, 0},
	        {"CA/QC", "supervisionceased", NULL, 0},
	        {"CA/QC", "Granted", NULL, 0},
	        {"CA/QC", "granted/", NULL, 0},
	        {"CA", "granted", NULL, 0},
	        {"CA/QC/", "granted", NULL, 0},
	        {"Certstatus/OCSP", "granted", NULL, 0},
	        {"EDS/Q", "granted", NULL, 0},
	        {"CA/QC", "granted", EXTENSION(USE("ForeSignatures")), 1},
	        {"CA/QC", "granted", EXTENSION(USE("ForeSeals")), 1},
	        {"CA/QC", "granted", EXTENSION(USE("ForWebSiteAuthentication")), 0},
	        {"CA/QC", "granted",
	         EXTENSION(USE("ForWebSiteAuthentication") USE("ForeSignatures")), 1},
	        {"CA/QC", "granted", EXTENSION("<tsl:NotKnown/>"), 0},
	        {"CA/QC", "granted", EXTENSION("<tsl:ExpiredCertsRevocationInfo/>"), 1},
	};

	for (size_t i = 0; i < UTIL_COUNT(rows); i++) {
		ANTIN_SCOPED(antin_bytes) services = {0};
		ANTIN_SCOPED(antin_bytes) body = {0};
		ANTIN_SCOPED(antin_bytes) text = {0};
		ANTIN_SCOPED(antin_bundle) b = {0};
		struct antin_err err = {0};

		list_add_service(&services, rows[i].type, rows[i].status, "2020-01-01T00:00:00Z",
		                 root, rows[i].more);
		list_body(&body, "1", antin_bytes_cstr(&services));
		list_sign(antin_bytes_cstr(&body), &(struct list_how){0}, leaf_key, signer, &text);
		util_ok(read_it(&text, &b, &err));
		ck_assert_msg(b.content.n_anchors == rows[i].anchors, "row %zu", i);
	}
}
END_TEST

/* ---- hostile XML ---- */

static void
nested(struct antin_bytes *b, size_t deep)
{
	for (size_t i = 0; i < deep; i++)
		antin_bytes_text(b, "<a>");
	for (size_t i = 0; i < deep; i++)
		antin_bytes_text(b, "</a>");
}

START_TEST(test_hostile)
{
	static const struct {
		const char *what, *text;
	} rows[] = {
	        {"laughs", "<?xml version=\"1.0\"?><!DOCTYPE l [<!ENTITY a \"ha\"><!ENTITY b "
	                   "\"&a;&a;&a;&a;&a;&a;&a;&a;\"><!ENTITY c \"&b;&b;&b;&b;&b;&b;\">]>"
	                   "<l>&c;</l>"},
	        {"file", "<!DOCTYPE l [<!ENTITY a SYSTEM \"file:///etc/hostname\">]><l>&a;</l>"},
	        {"network", "<!DOCTYPE l SYSTEM \"http://127.0.0.1:1/x.dtd\"><l/>"},
	        {"parameter entity", "<!DOCTYPE l [<!ENTITY % a SYSTEM \"file:///x\"> %a;]><l/>"},
	        {"empty DOCTYPE", "<!DOCTYPE l><l/>"},
	        {"default attributes", "<!DOCTYPE l [<!ATTLIST l Id CDATA \"x\">]><l/>"},
	        {"unknown entity", "<l>&what;</l>"},
	        {"version 1.1", "<?xml version=\"1.1\"?><l/>"},
	        {"Latin-1", "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><l>\xe9</l>"},
	        {"no UTF-8", "<l>\xff\xfe</l>"},
	        {"overlong", "<l>\xc0\x80</l>"},
	        {"not closed", "<l>"},
	        {"text behind", "<l/>x"},
	        {"two roots", "<l/><l/>"},
	        {"attribute twice", "<l a=\"1\" a=\"2\"/>"},
	        {"prefix not bound", "<x:l/>"},
	        {"control character", "<l>\x01</l>"},
	        {"NUL by reference", "<l>&#0;</l>"},
	        {"nothing", " "},
	        {"a byte-order mark alone", "\xef\xbb\xbf"},
	};

	for (size_t i = 0; i < UTIL_COUNT(rows); i++) {
		ANTIN_OWN_S(antin_xml) x = NULL;
		struct antin_err err = {0};

		ck_assert_msg(antin_xml_read(antin_slice_text(rows[i].text), &x, &err) ==
		                      ANTIN_E_FORMAT,
		              "%s: %s", rows[i].what, util_line(&err));
		ck_assert_ptr_null(x);
	}
}
END_TEST

START_TEST(test_caps)
{
	static const struct {
		size_t deep;
		bool good;
	} rows[] = {{1, true},
	            {ANTIN_XML_DEPTH, true},
	            {ANTIN_XML_DEPTH + 1, false},
	            {5000, false}};
	struct antin_err err = {0};
	ANTIN_OWN_S(antin_xml) x = NULL;

	for (size_t i = 0; i < UTIL_COUNT(rows); i++) {
		ANTIN_SCOPED(antin_bytes) b = {0};
		ANTIN_OWN_S(antin_xml) one = NULL;

		nested(&b, rows[i].deep);
		antin_err_clear(&err);
		ck_assert_int_eq(antin_xml_read(antin_bytes_slice(&b), &one, &err),
		                 rows[i].good ? ANTIN_OK : ANTIN_E_FORMAT);
		if (one)
			ck_assert_uint_eq(antin_xml_count(one, "", "a"), 0);
	}
	antin_err_clear(&err);
	util_fails(antin_xml_read((struct antin_slice){(const uint8_t *)"", ANTIN_XML_MAX + 1u}, &x,
	                          &err),
	           ANTIN_E_TOO_LARGE);
	antin_err_clear(&err);
	util_fails(antin_xml_read((struct antin_slice){0}, &x, &err), ANTIN_E_EMPTY);
	{
		ANTIN_SCOPED(antin_bytes) many = {0};

		antin_bytes_text(&many, "<l>");
		for (size_t i = 0; i < ANTIN_XML_ELEMENTS; i++)
			antin_bytes_text(&many, "<a/>");
		antin_bytes_text(&many, "</l>");
		antin_err_clear(&err);
		util_fails(antin_xml_read(antin_bytes_slice(&many), &x, &err), ANTIN_E_FORMAT);
		ck_assert_ptr_nonnull(strstr(util_line(&err), "too many elements"));
	}
}
END_TEST

/* ---- a real signature ---- */

static bool
real(const char *name, struct antin_bytes *out)
{
	static const char *const places[] = {"../shared/data/vn", "../../shared/data/vn"};
	const char *set = getenv("ANTIN_SHARED");
	char path[512];

	for (size_t i = 0; i < UTIL_COUNT(places); i++) {
		(void)snprintf(path, sizeof(path), "%s/%s", places[i], name);
		if (antin_file_read(path, 1 << 20, out, NULL) == ANTIN_OK)
			return true;
	}
	if (set) {
		(void)snprintf(path, sizeof(path), "%s/data/vn/%s", set, name);
		return antin_file_read(path, 1 << 20, out, NULL) == ANTIN_OK;
	}
	return false;
}

START_TEST(test_real_signed_info)
{
	ANTIN_SCOPED(antin_bytes) info = {0};
	ANTIN_SCOPED(antin_bytes) value = {0};
	ANTIN_SCOPED(antin_bytes) der = {0};
	ANTIN_OWN_S(antin_cert) cert = NULL;
	ANTIN_OWN_S(antin_xml) x = NULL;
	ANTIN_SCOPED(antin_bytes) again = {0};
	const struct antin_public *key;
	struct antin_err err = {0};

	if (!real("signedinfo-agency-2022.c14n.xml", &info) ||
	    !real("signedinfo-agency-2022.sig", &value) || !real("agency-g2-2021b.der", &der)) {
		(void)printf("skipped: the real signature (no folder shared/data/vn)\n");
		return;
	}
	util_ok(antin_cert_read(antin_bytes_slice(&der), &cert, &err));
	util_ok(antin_cert_public(cert, &key, &err));
	util_ok(antin_xmldsig_value(key, MORE("rsa-sha256"), antin_bytes_slice(&info),
	                            antin_bytes_slice(&value), &err));
	/* It is its own canonical form, by our writer too. */
	util_ok(antin_xml_read(antin_bytes_slice(&info), &x, &err));
	util_ok(antin_xml_canonical(x,
	                            &(struct antin_xml_part){.of = antin_xml_root(x),
	                                                     .how = ANTIN_XML_C14N},
	                            &again, &err));
	util_slice_eq(antin_bytes_slice(&again), antin_bytes_slice(&info));
	for (size_t i = 0; i < info.len; i++) {
		info.p[i] ^= 1;
		util_fails(antin_xmldsig_value(key, MORE("rsa-sha256"), antin_bytes_slice(&info),
		                               antin_bytes_slice(&value), &err),
		           ANTIN_E_BAD_SIGNATURE);
		info.p[i] ^= 1;
		antin_err_clear(&err);
	}
}
END_TEST

Suite *suite_list(void);
Suite *
suite_list(void)
{
	Suite *s = suite_create("list");
	TCase *c = tcase_create("list");

	tcase_set_timeout(c, 60);
	tcase_add_unchecked_fixture(c, begin, end);
	tcase_add_test(c, test_content);
	tcase_add_test(c, test_default_namespace);
	tcase_add_loop_test(c, test_form, 0, (int)UTIL_COUNT(forms));
	tcase_add_test(c, test_rsa);
	tcase_add_test(c, test_pins);
	tcase_add_test(c, test_nonsense);
	tcase_add_test(c, test_services);
	tcase_add_test(c, test_hostile);
	tcase_add_test(c, test_caps);
	tcase_add_test(c, test_real_signed_info);
	suite_add_tcase(s, c);
	return s;
}
