/*
 * Trusted lists for tests: a body, signed as a scheme operator would, with every part of the
 * signature open to change before it is made.
 */
#ifndef TEST_LIST_MAKER_H
#define TEST_LIST_MAKER_H

#include <antin/list.h>
#include <antin/xmldsig.h>

#include "pki.h"

#define LIST_NS    "http://uri.etsi.org/02231/v2#"
#define LIST_EXC   "http://www.w3.org/2001/10/xml-exc-c14n#"
#define LIST_C14N  "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
#define LIST_C14N1 "http://www.w3.org/2006/12/xml-c14n11"
#define LIST_SHA   "http://www.w3.org/2001/04/xmlenc#sha256"
#define LIST_ECDSA "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256"
#define LIST_ENV   "<ds:Transform Algorithm=\"" ANTIN_XMLDSIG_NS "enveloped-signature\"/>"

/* How a list is signed; NULL: as the standard says. */
struct list_how {
	const char *canon;      /* of SignedInfo, an element's attributes and content */
	const char *method;     /* SignatureMethod */
	const char *transforms; /* of the document */
	const char *digest;     /* DigestMethod of both */
	const char *uri;        /* of the document */
	const char *extra;      /* more in SignedInfo */
	const char *object;     /* more in Object, not signed */
	bool no_properties, other_cert, no_binding;
	bool bare;        /* the reference to the properties has no transforms */
	const EVP_MD *md; /* of the value */
	bool pss;
};

PKI_UNUSED static void
list_replace(struct antin_bytes *b, const char *what, const char *by)
{
	uint8_t *at = memmem(b->p, b->len, what, strlen(what));
	ANTIN_SCOPED(antin_bytes) out = {0};

	ck_assert_msg(at != NULL, "no %s in %.*s", what, (int)b->len, (const char *)b->p);
	antin_bytes_add(&out, b->p, (size_t)(at - b->p));
	antin_bytes_text(&out, by);
	antin_bytes_add(&out, at + strlen(what), b->len - (size_t)(at - b->p) - strlen(what));
	antin_bytes_move(b, &out);
}

PKI_UNUSED static void
list_replace_base64(struct antin_bytes *b, const char *what, struct antin_slice octets)
{
	ANTIN_SCOPED(antin_bytes) text = {0};

	antin_base64_add(&text, octets);
	list_replace(b, what, antin_bytes_cstr(&text));
}

static void
list_add_reference(struct antin_bytes *b, const char *attributes, const char *transforms,
                   const char *digest, const char *mark)
{
	antin_bytes_printf(b, "<ds:Reference %s>", attributes);
	if (transforms)
		antin_bytes_printf(b, "<ds:Transforms>%s</ds:Transforms>", transforms);
	antin_bytes_printf(b,
	                   "<ds:DigestMethod Algorithm=\"%s\"/><ds:DigestValue>%s</ds:DigestValue>"
	                   "</ds:Reference>",
	                   digest, mark);
}

static void
list_add_signature(struct antin_bytes *b, const struct list_how *h)
{
	const char *digest = h->digest ? h->digest : LIST_SHA;
	ANTIN_SCOPED(antin_bytes) uri = {0};

	antin_bytes_printf(&uri, "URI=\"%s\"", h->uri ? h->uri : "");
	antin_bytes_printf(b,
	                   "<ds:Signature xmlns:ds=\"%s\" Id=\"sig\"><ds:SignedInfo>"
	                   "<ds:CanonicalizationMethod %s</ds:CanonicalizationMethod>"
	                   "<ds:SignatureMethod Algorithm=\"%s\"/>",
	                   ANTIN_XMLDSIG_NS, h->canon ? h->canon : "Algorithm=\"" LIST_EXC "\">",
	                   h->method ? h->method : LIST_ECDSA);
	list_add_reference(b, antin_bytes_cstr(&uri),
	                   h->transforms ? h->transforms
	                                 : LIST_ENV "<ds:Transform Algorithm=\"" LIST_EXC "\"/>",
	                   digest, "@D0@");
	if (!h->no_properties)
		list_add_reference(
		        b, "Type=\"http://uri.etsi.org/01903#SignedProperties\" URI=\"#props\"",
		        h->bare ? NULL : "<ds:Transform Algorithm=\"" LIST_EXC "\"/>", digest,
		        "@D1@");
	antin_bytes_printf(b,
	                   "%s</ds:SignedInfo><ds:SignatureValue>@SV@</ds:SignatureValue>"
	                   "<ds:KeyInfo><ds:X509Data><ds:X509Certificate>@CERT@"
	                   "</ds:X509Certificate></ds:X509Data></ds:KeyInfo>",
	                   h->extra ? h->extra : "");
	if (!h->no_properties)
		antin_bytes_printf(
		        b,
		        "<ds:Object>%s<xades:QualifyingProperties "
		        "xmlns:xades=\"http://uri.etsi.org/01903/v1.3.2#\" Target=\"#sig\">"
		        "<xades:SignedProperties Id=\"props\"><xades:SignedSignatureProperties>"
		        "<xades:SigningTime>2026-11-18T00:00:00Z</xades:SigningTime>%s"
		        "</xades:SignedSignatureProperties></xades:SignedProperties>"
		        "</xades:QualifyingProperties></ds:Object>",
		        h->object ? h->object : "",
		        h->no_binding ? ""
		                      : "<xades:SigningCertificateV2><xades:Cert><xades:CertDigest>"
		                        "<ds:DigestMethod Algorithm=\"" LIST_SHA "\"/>"
		                        "<ds:DigestValue>@CD@</ds:DigestValue></xades:CertDigest>"
		                        "</xades:Cert></xades:SigningCertificateV2>");
	antin_bytes_text(b, "</ds:Signature>");
}

/* What the part canonicalised as `how` is, of the text as it stands. */
static void
list_canonical(const struct antin_bytes *text, bool document, const char *element,
               enum antin_xml_canon how, const char *prefixes, struct antin_bytes *out)
{
	ANTIN_OWN_S(antin_xml) x = NULL;
	struct antin_err err = {0};
	struct antin_xml_part part = {.how = how, .prefixes = prefixes};
	const struct antin_xml_node *sig, *n;

	ck_assert_msg(antin_xml_read(antin_bytes_slice(text), &x, &err) == ANTIN_OK, "%.*s",
	              (int)text->len, (const char *)text->p);
	sig = antin_xml_only(x, antin_xml_root(x), ANTIN_XMLDSIG_NS, "Signature");
	if (document) {
		part.without = sig;
	} else if (strcmp(element, "SignedInfo") == 0) {
		part.of = antin_xml_only(x, sig, ANTIN_XMLDSIG_NS, element);
	} else {
		n = antin_xml_only(x, sig, ANTIN_XMLDSIG_NS, "Object");
		n = antin_xml_only(x, n, "http://uri.etsi.org/01903/v1.3.2#",
		                   "QualifyingProperties");
		part.of = antin_xml_only(x, n, "http://uri.etsi.org/01903/v1.3.2#", element);
	}
	ck_assert(antin_xml_canonical(x, &part, out, &err) == ANTIN_OK);
}

static void
list_digest(struct antin_bytes *text, const char *mark, const struct antin_bytes *canonical,
            const char *method)
{
	uint8_t digest[EVP_MAX_MD_SIZE];
	unsigned int len;
	const EVP_MD *md = !method                    ? EVP_sha256()
	                   : strstr(method, "sha512") ? EVP_sha512()
	                   : strstr(method, "sha384") ? EVP_sha384()
	                   : strstr(method, "sha1")   ? EVP_sha1()
	                                              : EVP_sha256();

	ck_assert(EVP_Digest(canonical->p, canonical->len, digest, &len, md, NULL));
	list_replace_base64(text, mark, (struct antin_slice){digest, len});
}

/* r and s behind each other, as XML has them, out of DER. */
static void
list_raw(const uint8_t *der, size_t len, uint8_t out[64])
{
	const unsigned char *p = der;
	ECDSA_SIG *sig = d2i_ECDSA_SIG(NULL, &p, (long)len);

	ck_assert_int_eq(BN_bn2binpad(ECDSA_SIG_get0_r(sig), out, 32), 32);
	ck_assert_int_eq(BN_bn2binpad(ECDSA_SIG_get0_s(sig), out + 32, 32), 32);
	ECDSA_SIG_free(sig);
}

static void
list_value(struct antin_bytes *text, const struct antin_bytes *info, const struct list_how *h,
           EVP_PKEY *key)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	EVP_PKEY_CTX *p;
	uint8_t sig[1024], raw[64];
	size_t len = sizeof(sig);

	ck_assert(EVP_DigestSignInit(ctx, &p, h->md ? h->md : EVP_sha256(), NULL, key));
	if (h->pss) {
		ck_assert(EVP_PKEY_CTX_set_rsa_padding(p, RSA_PKCS1_PSS_PADDING) == 1);
		ck_assert(EVP_PKEY_CTX_set_rsa_pss_saltlen(p, RSA_PSS_SALTLEN_DIGEST) == 1);
	}
	ck_assert(EVP_DigestSign(ctx, sig, &len, info->p, info->len));
	EVP_MD_CTX_free(ctx);
	if (EVP_PKEY_get_base_id(key) == EVP_PKEY_EC) {
		list_raw(sig, len, raw);
		list_replace_base64(text, "@SV@", (struct antin_slice){raw, sizeof(raw)});
	} else {
		list_replace_base64(text, "@SV@", (struct antin_slice){sig, len});
	}
}

static enum antin_xml_canon
list_mode(const char *algorithms)
{
	return !algorithms || strstr(algorithms, LIST_EXC) ? ANTIN_XML_C14N_EXCLUSIVE
	       : strstr(algorithms, LIST_C14N1)            ? ANTIN_XML_C14N_11
	                                                   : ANTIN_XML_C14N;
}

/* `body` is the whole list with @SIG@ where the signature goes. */
PKI_UNUSED static void
list_sign(const char *body, const struct list_how *h, EVP_PKEY *key, struct antin_cert *cert,
          struct antin_bytes *out)
{
	ANTIN_SCOPED(antin_bytes) signature = {0};
	ANTIN_SCOPED(antin_bytes) c0 = {0};
	ANTIN_SCOPED(antin_bytes) c1 = {0};
	ANTIN_SCOPED(antin_bytes) info = {0};
	uint8_t hash[32];
	const char *prefixes =
	        h->transforms && strstr(h->transforms, "PrefixList") ? "tsl #default" : NULL;

	antin_bytes_clear(out);
	antin_bytes_text(out, body);
	list_add_signature(&signature, h);
	list_replace(out, "@SIG@", antin_bytes_cstr(&signature));
	list_replace_base64(out, "@CERT@", cert->der);
	memcpy(hash, cert->sha256, 32);
	hash[0] ^= h->other_cert ? 1 : 0;
	if (!h->no_properties && !h->no_binding)
		list_replace_base64(out, "@CD@", (struct antin_slice){hash, 32});
	list_canonical(out, true, NULL, list_mode(h->transforms), prefixes, &c0);
	list_digest(out, "@D0@", &c0, h->digest);
	if (!h->no_properties) {
		list_canonical(out, false, "SignedProperties",
		               h->bare ? ANTIN_XML_C14N : ANTIN_XML_C14N_EXCLUSIVE, NULL, &c1);
		list_digest(out, "@D1@", &c1, h->digest);
	}
	list_canonical(out, false, "SignedInfo", list_mode(h->canon), NULL, &info);
	list_value(out, &info, h, key);
}

/* ---- bodies ---- */

PKI_UNUSED static void
list_add_service(struct antin_bytes *b, const char *type, const char *status, const char *from,
                 const struct antin_cert *cert, const char *more)
{
	antin_bytes_printf(b,
	                   "<tsl:TSPService><tsl:ServiceInformation><tsl:ServiceTypeIdentifier>"
	                   "http://uri.etsi.org/TrstSvc/Svctype/%s</tsl:ServiceTypeIdentifier>"
	                   "<tsl:ServiceName><tsl:Name xml:lang=\"en\">s</tsl:Name>"
	                   "</tsl:ServiceName><tsl:ServiceDigitalIdentity><tsl:DigitalId>"
	                   "<tsl:X509Certificate>",
	                   type);
	antin_base64_add(b, cert->der);
	antin_bytes_printf(b,
	                   "</tsl:X509Certificate></tsl:DigitalId><tsl:DigitalId>"
	                   "<tsl:X509SubjectName>CN=x</tsl:X509SubjectName></tsl:DigitalId>"
	                   "</tsl:ServiceDigitalIdentity><tsl:ServiceStatus>"
	                   "http://uri.etsi.org/TrstSvc/TrustedList/Svcstatus/%s"
	                   "</tsl:ServiceStatus><tsl:StatusStartingTime>%s"
	                   "</tsl:StatusStartingTime>%s</tsl:TSPService>",
	                   status, from, more ? more : "</tsl:ServiceInformation>");
}

PKI_UNUSED static void
list_add_history(struct antin_bytes *b, const char *type, const char *status, const char *from)
{
	antin_bytes_printf(b,
	                   "<tsl:ServiceHistoryInstance><tsl:ServiceTypeIdentifier>"
	                   "http://uri.etsi.org/TrstSvc/Svctype/%s</tsl:ServiceTypeIdentifier>"
	                   "<tsl:ServiceStatus>http://uri.etsi.org/TrstSvc/TrustedList/Svcstatus/"
	                   "%s</tsl:ServiceStatus><tsl:StatusStartingTime>%s"
	                   "</tsl:StatusStartingTime></tsl:ServiceHistoryInstance>",
	                   type, status, from);
}

/* A list around `services`, with @SIG@. */
PKI_UNUSED static void
list_body(struct antin_bytes *b, const char *sequence, const char *services)
{
	antin_bytes_printf(b,
	                   "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
	                   "<tsl:TrustServiceStatusList xmlns:tsl=\"" LIST_NS "\" Id=\"l\" "
	                   "TSLTag=\"http://uri.etsi.org/19612/TSLTag\"><tsl:SchemeInformation>"
	                   "<tsl:TSLVersionIdentifier>6</tsl:TSLVersionIdentifier>"
	                   "<tsl:TSLSequenceNumber>%s</tsl:TSLSequenceNumber>"
	                   "<tsl:SchemeName><tsl:Name xml:lang=\"en\">VN:Test list</tsl:Name>"
	                   "</tsl:SchemeName><tsl:SchemeTerritory>VN</tsl:SchemeTerritory>"
	                   "<tsl:ListIssueDateTime>2026-11-01T00:00:00Z</tsl:ListIssueDateTime>"
	                   "<tsl:NextUpdate><tsl:dateTime>2027-04-01T00:00:00Z</tsl:dateTime>"
	                   "</tsl:NextUpdate></tsl:SchemeInformation><tsl:TrustServiceProviderList>"
	                   "<tsl:TrustServiceProvider><tsl:TSPServices>%s</tsl:TSPServices>"
	                   "</tsl:TrustServiceProvider></tsl:TrustServiceProviderList>@SIG@"
	                   "</tsl:TrustServiceStatusList>\n",
	                   sequence, services);
}

#endif
