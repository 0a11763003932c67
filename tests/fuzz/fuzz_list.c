/*
 * antin_list_read: what is accepted names its signer and a number, is refused under any other pin,
 * and has only anchors that may be one; canonical forms are their own canonical form.  What comes
 * behind a plus is signed here before it is read, each at sign in it the certificate of the signer:
 * so the fuzzer reaches what only a signer can make.
 */
#include <string.h>

#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <antin/list.h>
#include <antin/xmldsig.h>

#include "fuzz.h"

/* Of nobody: a key for what is made below. */
#define KEY                                                                                        \
	"MHcCAQEEIMEMcuwa3Q7YiQudL3ewNAywe50Ghq7p2d/6lHSpyoLfoAoGCCqGSM49AwEHoUQDQgAE"             \
	"Uw1MFMJZIjOWmUGVvusW/A751MTptzbPd1ox35hrvblFQ6z6ueIogN0Yop2PRCe6k4iGFDiWOJ1h"             \
	"vGdSHQ4rmQ=="
#define CERT                                                                                       \
	"MIIBGTCBwKADAgECAgEBMAoGCCqGSM49BAMCMAwxCjAIBgNVBAMMAVMwHhcNMjAwMTAxMDAwMDAw"             \
	"WhcNNDkwMTAxMDAwMDAwWjAMMQowCAYDVQQDDAFTMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE"             \
	"Uw1MFMJZIjOWmUGVvusW/A751MTptzbPd1ox35hrvblFQ6z6ueIogN0Yop2PRCe6k4iGFDiWOJ1h"             \
	"vGdSHQ4rmaMTMBEwDwYDVR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNIADBFAiAc1+fKEDvfS6uy"             \
	"pWoz788VfzJvCzAYPMF0/O4I2vAhAwIhANmDnKB3qPHlBP6oOQL9Xm4epBHqxVYkJnGtXTqlbDws"
#define TSL  "http://uri.etsi.org/02231/v2#"
#define EXC  "http://www.w3.org/2001/10/xml-exc-c14n#"
#define ENV  ANTIN_XMLDSIG_NS "enveloped-signature"
#define MORE "http://www.w3.org/2001/04/"
/* As its canonical form is: what is written is what is signed. */
#define INFO                                                                                       \
	"<ds:SignedInfo xmlns:ds=\"" ANTIN_XMLDSIG_NS "\">"                                        \
	"<ds:CanonicalizationMethod Algorithm=\"" EXC "\"></ds:CanonicalizationMethod>"            \
	"<ds:SignatureMethod Algorithm=\"" MORE                                                    \
	"xmldsig-more#ecdsa-sha256\"></ds:SignatureMethod>"                                        \
	"<ds:Reference URI=\"\"><ds:Transforms><ds:Transform Algorithm=\"" ENV "\">"               \
	"</ds:Transform><ds:Transform Algorithm=\"" EXC "\"></ds:Transform></ds:Transforms>"       \
	"<ds:DigestMethod Algorithm=\"" MORE "xmlenc#sha256\"></ds:DigestMethod>"                  \
	"<ds:DigestValue>%s</ds:DigestValue></ds:Reference></ds:SignedInfo>"

static void
canonical_twice(struct antin_slice in)
{
	ANTIN_OWN_S(antin_xml) x = NULL;
	ANTIN_OWN_S(antin_xml) y = NULL;
	ANTIN_SCOPED(antin_bytes) once = {0};
	ANTIN_SCOPED(antin_bytes) twice = {0};
	const struct antin_xml_part whole = {.how = ANTIN_XML_C14N};

	if (antin_xml_read(in, &x, NULL) != ANTIN_OK ||
	    antin_xml_canonical(x, &whole, &once, NULL) != ANTIN_OK)
		return;
	if (fuzz_must(antin_xml_read(antin_bytes_slice(&once), &y, NULL) == ANTIN_OK) &&
	    fuzz_must(antin_xml_canonical(y, &whole, &twice, NULL) == ANTIN_OK))
		fuzz_never(!antin_bytes_equal(&once, &twice));
}

static void
judge(struct antin_slice in)
{
	static const uint8_t nobody[32];
	ANTIN_SCOPED(antin_bundle) b = {0};

	if (antin_signed_read(in, "l", NULL, &b, NULL) != ANTIN_OK) {
		fuzz_never(b.content.n_anchors || b.origin.signer || b.origin.name);
		return;
	}
	fuzz_never(!b.origin.signer || !b.origin.sequence || !b.origin.name);
	for (size_t i = 0; i < b.content.n_anchors; i++)
		fuzz_never(!b.content.anchors[i].limits.purposes);
	antin_bundle_done(&b);
	fuzz_never(antin_list_read(in, "l", nobody, &b, NULL) == ANTIN_OK);
}

/* ---- signing ---- */

/* What the signature of a list covers. */
static bool
covered(const struct antin_bytes *text, struct antin_bytes *out)
{
	ANTIN_OWN_S(antin_xml) x = NULL;
	struct antin_xml_part part = {.how = ANTIN_XML_C14N_EXCLUSIVE};

	if (antin_xml_read(antin_bytes_slice(text), &x, NULL) != ANTIN_OK)
		return false;
	part.without = antin_xml_only(x, antin_xml_root(x), ANTIN_XMLDSIG_NS, "Signature");
	return part.without && antin_xml_canonical(x, &part, out, NULL) == ANTIN_OK;
}

static EVP_PKEY *
key(void)
{
	static EVP_PKEY *made;
	BIO *in;

	if (made)
		return made;
	in = BIO_new_mem_buf("-----BEGIN EC PRIVATE KEY-----\n" KEY
	                     "\n-----END EC PRIVATE KEY-----\n",
	                     -1);
	made = PEM_read_bio_PrivateKey(in, NULL, NULL, NULL);
	(void)BIO_free(in);
	fuzz_never(!made);
	return made;
}

/* r and s behind each other, as XML has them. */
static void
sign(const struct antin_bytes *info, uint8_t out[64])
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	uint8_t der[128];
	const unsigned char *p = der;
	size_t len = sizeof(der);
	ECDSA_SIG *value;

	fuzz_never(!ctx || EVP_DigestSignInit(ctx, NULL, EVP_sha256(), NULL, key()) != 1 ||
	           EVP_DigestSign(ctx, der, &len, info->p, info->len) != 1);
	value = d2i_ECDSA_SIG(NULL, &p, (long)len);
	fuzz_never(!value || BN_bn2binpad(ECDSA_SIG_get0_r(value), out, 32) != 32 ||
	           BN_bn2binpad(ECDSA_SIG_get0_s(value), out + 32, 32) != 32);
	ECDSA_SIG_free(value);
	EVP_MD_CTX_free(ctx);
}

static void
put(struct antin_bytes *b, struct antin_slice body, const struct antin_bytes *info,
    const char *value)
{
	antin_bytes_clear(b);
	antin_bytes_text(b, "<tsl:TrustServiceStatusList xmlns:tsl=\"" TSL "\">");
	for (size_t i = 0; i < body.len; i++)
		antin_bytes_add(b, body.p[i] == '@' ? (const uint8_t *)CERT : body.p + i,
		                body.p[i] == '@' ? sizeof(CERT) - 1 : 1);
	antin_bytes_text(b, "<ds:Signature xmlns:ds=\"" ANTIN_XMLDSIG_NS "\">");
	antin_bytes_add(b, info->p, info->len);
	antin_bytes_printf(b,
	                   "<ds:SignatureValue>%s</ds:SignatureValue><ds:KeyInfo><ds:X509Data>"
	                   "<ds:X509Certificate>" CERT "</ds:X509Certificate></ds:X509Data>"
	                   "</ds:KeyInfo></ds:Signature></tsl:TrustServiceStatusList>",
	                   value);
}

/* A list of that content, and what its signature covers. */
static bool
make(struct antin_slice body, struct antin_bytes *out, struct antin_bytes *what)
{
	ANTIN_SCOPED(antin_bytes) info = {0};
	uint8_t digest[32], value[64];
	char text[89]; /* 64 octets in base64 */

	put(out, body, &info, "");
	if (out->failed || !covered(out, what) ||
	    antin_sha256(antin_bytes_slice(what), digest, NULL) != ANTIN_OK)
		return false;
	(void)EVP_EncodeBlock((unsigned char *)text, digest, sizeof(digest));
	antin_bytes_printf(&info, INFO, text);
	if (info.failed)
		return false;
	sign(&info, value);
	(void)EVP_EncodeBlock((unsigned char *)text, value, sizeof(value));
	put(out, body, &info, text);
	return !out->failed;
}

/* With a bit changed it is accepted only where what was signed is still the same. */
static void
changed(struct antin_bytes *list, const struct antin_bytes *what, size_t chosen)
{
	ANTIN_SCOPED(antin_bytes) now = {0};
	ANTIN_SCOPED(antin_bundle) b = {0};

	list->p[chosen / 8 % list->len] ^= (uint8_t)(1U << chosen % 8);
	if (antin_list_read(antin_bytes_slice(list), "l", NULL, &b, NULL) == ANTIN_OK &&
	    fuzz_must(covered(list, &now)))
		fuzz_never(!antin_bytes_equal(what, &now));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct antin_slice in = {data, size};
	ANTIN_SCOPED(antin_bytes) list = {0};
	ANTIN_SCOPED(antin_bytes) what = {0};

	if (!size || data[0] != '+') {
		canonical_twice(in);
		judge(in);
	} else if (make((struct antin_slice){data + 1, size - 1}, &list, &what)) {
		judge(antin_bytes_slice(&list));
		changed(&list, &what, size * 2654435761U);
	}
	return 0;
}
