/*
 * The enveloped signature of a whole XML document (W3C XML Signature 1.1 3.2): structure first,
 * then the digests of what is referenced, then the value.  Every element has one place; what is not
 * expected there is refused.
 */
#include <antin/xmldsig.h>

#include <string.h>

#include <antin/der.h>

#define DS         ANTIN_XMLDSIG_NS
#define XADES      "http://uri.etsi.org/01903/v1.3.2#"
#define EXCLUSIVE  "http://www.w3.org/2001/10/xml-exc-c14n#"
#define ENVELOPED  DS "enveloped-signature"
#define PROPERTIES "http://uri.etsi.org/01903#SignedProperties"

enum { METHOD_URIS = 128, VALUE_MAX = 2048, CERTS_MAX = 16 };

void
antin_xmldsig_done(struct antin_xmldsig *s)
{
	antin_certs_done(&s->certs);
}

/* ---- algorithms ---- */

static const struct {
	const char *uri;
	enum antin_xml_canon how;
} canons[] = {
        {"http://www.w3.org/TR/2001/REC-xml-c14n-20010315", ANTIN_XML_C14N},
        {EXCLUSIVE, ANTIN_XML_C14N_EXCLUSIVE},
        {"http://www.w3.org/2006/12/xml-c14n11", ANTIN_XML_C14N_11},
};
static const struct {
	const char *uri;
	enum antin_digest digest;
} digests[] = {
        {"http://www.w3.org/2001/04/xmlenc#sha256", ANTIN_SHA256},
        {"http://www.w3.org/2001/04/xmldsig-more#sha384", ANTIN_SHA384},
        {"http://www.w3.org/2001/04/xmlenc#sha512", ANTIN_SHA512},
        {DS "sha1", ANTIN_SHA1},
};
#define MORE  "http://www.w3.org/2001/04/xmldsig-more#"
#define NEWER "http://www.w3.org/2007/05/xmldsig-more#"
static const struct {
	const char *uri;
	struct antin_sigalg alg;
} methods[] = {
        {MORE "rsa-sha256", {ANTIN_RSA_PKCS1, ANTIN_SHA256}},
        {MORE "rsa-sha384", {ANTIN_RSA_PKCS1, ANTIN_SHA384}},
        {MORE "rsa-sha512", {ANTIN_RSA_PKCS1, ANTIN_SHA512}},
        {NEWER "sha256-rsa-MGF1", {ANTIN_RSA_PSS, ANTIN_SHA256}},
        {NEWER "sha384-rsa-MGF1", {ANTIN_RSA_PSS, ANTIN_SHA384}},
        {NEWER "sha512-rsa-MGF1", {ANTIN_RSA_PSS, ANTIN_SHA512}},
        {MORE "ecdsa-sha256", {ANTIN_ECDSA, ANTIN_SHA256}},
        {MORE "ecdsa-sha384", {ANTIN_ECDSA, ANTIN_SHA384}},
        {MORE "ecdsa-sha512", {ANTIN_ECDSA, ANTIN_SHA512}},
        {DS "rsa-sha1", {ANTIN_RSA_PKCS1, ANTIN_SHA1}},
};
#define ROWS(table) (sizeof(table) / sizeof((table)[0]))

static enum antin_rc
unknown(const char *uri, struct antin_err *err)
{
	return antin_fail(err, ANTIN_E_UNSUPPORTED,
	                  N_("the XML signature uses an algorithm that is not known here: %s"),
	                  uri);
}

static enum antin_rc
too_weak(struct antin_err *err)
{
	return antin_fail(err, ANTIN_E_POLICY, N_("the XML signature relies on SHA-1"));
}

static enum antin_rc
find_method(const char *uri, struct antin_sigalg *out, struct antin_err *err)
{
	for (size_t i = 0; i < ROWS(methods); i++) {
		if (strcmp(methods[i].uri, uri) != 0)
			continue;
		*out = methods[i].alg;
		return out->digest == ANTIN_SHA1 ? too_weak(err) : ANTIN_OK;
	}
	return unknown(uri, err);
}

static enum antin_rc
find_digest(const char *uri, enum antin_digest *out, struct antin_err *err)
{
	for (size_t i = 0; i < ROWS(digests); i++) {
		if (strcmp(digests[i].uri, uri) != 0)
			continue;
		*out = digests[i].digest;
		return *out == ANTIN_SHA1 ? too_weak(err) : ANTIN_OK;
	}
	return unknown(uri, err);
}

/* r and s behind each other, each as long as the order (XML Signature 1.1 6.4.3), as DER. */
static enum antin_rc
ecdsa_der(const struct antin_public *key, struct antin_slice value, struct antin_bytes *out,
          struct antin_err *err)
{
	const size_t half = (antin_public_bits(key) + 7) / 8;
	size_t seq;

	if (value.len != 2 * half)
		return antin_fail(err, ANTIN_E_BAD_SIGNATURE,
		                  N_("the signature value has a wrong length"));
	seq = antin_der_open(out, ANTIN_SEQUENCE);
	antin_der_add_integer(out, (struct antin_slice){value.p, half});
	antin_der_add_integer(out, (struct antin_slice){value.p + half, half});
	antin_der_close(out, seq);
	return antin_bytes_check(out, err);
}

enum antin_rc
antin_xmldsig_value(const struct antin_public *key, const char *method,
                    struct antin_slice signed_info, struct antin_slice value, struct antin_err *err)
{
	ANTIN_SCOPED(antin_bytes) der = {0};
	struct antin_sigalg alg;
	uint8_t digest[ANTIN_DIGEST_MAX];
	enum antin_rc rc = find_method(method, &alg, err);

	if (rc == ANTIN_OK)
		rc = antin_digest_of(alg.digest, signed_info, digest, err);
	if (rc == ANTIN_OK && alg.scheme == ANTIN_ECDSA) {
		rc = ecdsa_der(key, value, &der, err);
		value = antin_bytes_slice(&der);
	}
	return rc == ANTIN_OK
	               ? antin_public_verify(key, alg,
	                                     (struct antin_slice){digest,
	                                                          antin_digest_size(alg.digest)},
	                                     value, err)
	               : rc;
}

/* ---- structure ---- */

/* One signature being verified. */
struct checking {
	const struct antin_xml *x;
	const struct antin_xml_node *signature, *info;
	struct antin_xmldsig *out;
};

static enum antin_rc
wrong(const struct checking *c, const struct antin_xml_node *n, struct antin_err *err)
{
	antin_err_set_where(err, "line %u", antin_xml_line(c->x, n));
	return antin_fail(err, ANTIN_E_FORMAT,
	                  N_("the XML signature is not of the only form that is accepted"));
}

/* `*n` is that element, and is moved on to the next. */
static bool
take(const struct checking *c, const struct antin_xml_node **n, const char *name,
     const struct antin_xml_node **out)
{
	if (!*n || !antin_xml_is(c->x, *n, DS, name))
		return false;
	*out = *n;
	*n = antin_xml_next(c->x, *n);
	return true;
}

static bool
algorithm_of(const struct checking *c, const struct antin_xml_node *n, const char **out)
{
	*out = antin_xml_attribute(c->x, n, "Algorithm");
	return *out && strlen(*out) < METHOD_URIS;
}

/* A method of canonicalisation, with InclusiveNamespaces as its only possible child. */
static enum antin_rc
read_canon(const struct checking *c, const struct antin_xml_node *n, struct antin_xml_part *part,
           struct antin_err *err)
{
	const struct antin_xml_node *inner = antin_xml_first(c->x, n);
	const char *uri;

	if (!algorithm_of(c, n, &uri))
		return wrong(c, n, err);
	if (inner) {
		part->prefixes = antin_xml_attribute(c->x, inner, "PrefixList");
		if (!antin_xml_is(c->x, inner, EXCLUSIVE, "InclusiveNamespaces") ||
		    !part->prefixes || strcmp(uri, EXCLUSIVE) != 0 || antin_xml_next(c->x, inner))
			return wrong(c, inner, err);
	}
	for (size_t i = 0; i < ROWS(canons); i++) {
		if (strcmp(canons[i].uri, uri) != 0)
			continue;
		part->how = canons[i].how;
		return ANTIN_OK;
	}
	return unknown(uri, err);
}

static enum antin_rc
base64_of(const struct checking *c, const struct antin_xml_node *n, struct antin_bytes *out,
          struct antin_err *err)
{
	ANTIN_SCOPED(antin_bytes) text = {0};

	if (!antin_xml_text(c->x, n, &text) || !text.len)
		return wrong(c, n, err);
	return antin_base64_parse(antin_bytes_slice(&text), out, err);
}

/* ---- references ---- */

/* Transforms: enveloped where it must be, then at most one canonicalisation. */
static enum antin_rc
read_transforms(const struct checking *c, const struct antin_xml_node *transforms, bool enveloped,
                struct antin_xml_part *part, struct antin_err *err)
{
	const struct antin_xml_node *n = antin_xml_first(c->x, transforms), *t = NULL;
	const char *uri;

	if (enveloped) {
		if (!take(c, &n, "Transform", &t) || !algorithm_of(c, t, &uri) ||
		    strcmp(uri, ENVELOPED) != 0 || antin_xml_first(c->x, t))
			return wrong(c, transforms, err);
	}
	if (n) {
		enum antin_rc rc;

		if (!take(c, &n, "Transform", &t) || n)
			return wrong(c, transforms, err);
		rc = read_canon(c, t, part, err);
		if (rc != ANTIN_OK)
			return rc;
	}
	return ANTIN_OK;
}

static enum antin_rc
check_digest(const struct checking *c, const struct antin_xml_part *part, const char *method,
             const struct antin_xml_node *value, struct antin_err *err)
{
	ANTIN_SCOPED(antin_bytes) wanted = {0};
	ANTIN_SCOPED(antin_bytes) canonical = {0};
	enum antin_digest d;
	uint8_t digest[ANTIN_DIGEST_MAX];
	enum antin_rc rc = find_digest(method, &d, err);

	if (rc == ANTIN_OK)
		rc = base64_of(c, value, &wanted, err);
	if (rc == ANTIN_OK)
		rc = antin_xml_canonical(c->x, part, &canonical, err);
	if (rc == ANTIN_OK)
		rc = antin_digest_of(d, antin_bytes_slice(&canonical), digest, err);
	if (rc == ANTIN_OK &&
	    (wanted.len != antin_digest_size(d) || memcmp(wanted.p, digest, wanted.len) != 0))
		rc = antin_fail(err, ANTIN_E_BAD_SIGNATURE,
		                N_("the document was changed after it was signed"));
	return rc;
}

/* The digest of `part`, canonicalised as the reference says. */
static enum antin_rc
check_reference(const struct checking *c, const struct antin_xml_node *reference,
                struct antin_xml_part *part, struct antin_err *err)
{
	const struct antin_xml_node *n = antin_xml_first(c->x, reference), *transforms = NULL;
	const struct antin_xml_node *method = NULL, *value = NULL;
	const char *uri;
	enum antin_rc rc = ANTIN_OK;

	part->how = ANTIN_XML_C14N;
	if (take(c, &n, "Transforms", &transforms))
		rc = read_transforms(c, transforms, !part->of, part, err);
	else if (!part->of)
		return wrong(c, reference, err);
	if (rc != ANTIN_OK)
		return rc;
	if (!take(c, &n, "DigestMethod", &method) || !take(c, &n, "DigestValue", &value) || n ||
	    !algorithm_of(c, method, &uri))
		return wrong(c, reference, err);
	return check_digest(c, part, uri, value, err);
}

/* SignedProperties at its only place: Object, QualifyingProperties, SignedProperties. */
static const struct antin_xml_node *
signed_properties(const struct checking *c)
{
	const struct antin_xml_node *n = antin_xml_only(c->x, c->signature, DS, "Object");

	n = n ? antin_xml_only(c->x, n, XADES, "QualifyingProperties") : NULL;
	return n ? antin_xml_only(c->x, n, XADES, "SignedProperties") : NULL;
}

/* SigningCertificate or its second version names the signer's certificate by a hash. */
static enum antin_rc
check_binding(const struct checking *c, const struct antin_xml_node *properties,
              struct antin_err *err)
{
	static const char *const names[] = {"SigningCertificate", "SigningCertificateV2"};
	const struct antin_cert *signer = c->out->certs.items[0];
	const struct antin_xml_node *n =
	        antin_xml_only(c->x, properties, XADES, "SignedSignatureProperties");
	const struct antin_xml_node *found = NULL, *method, *value;
	ANTIN_SCOPED(antin_bytes) wanted = {0};
	uint8_t digest[ANTIN_DIGEST_MAX];
	enum antin_digest d;
	const char *uri;
	enum antin_rc rc;

	for (size_t i = 0; n && !found && i < ROWS(names); i++)
		found = antin_xml_only(c->x, n, XADES, names[i]);
	if (!found)
		return ANTIN_OK;
	n = antin_xml_only(c->x, found, XADES, "Cert");
	n = n ? antin_xml_only(c->x, n, XADES, "CertDigest") : NULL;
	method = n ? antin_xml_only(c->x, n, DS, "DigestMethod") : NULL;
	value = n ? antin_xml_only(c->x, n, DS, "DigestValue") : NULL;
	if (!method || !value || !algorithm_of(c, method, &uri))
		return wrong(c, found, err);
	rc = find_digest(uri, &d, err);
	if (rc == ANTIN_OK)
		rc = base64_of(c, value, &wanted, err);
	if (rc == ANTIN_OK)
		rc = antin_digest_of(d, signer->der, digest, err);
	if (rc != ANTIN_OK)
		return rc;
	if (wanted.len != antin_digest_size(d) || memcmp(wanted.p, digest, wanted.len) != 0)
		return antin_fail(err, ANTIN_E_BAD_SIGNATURE,
		                  N_("the XML signature names another certificate than the one "
		                     "that made it"));
	c->out->bound = true;
	return ANTIN_OK;
}

/* The reference to the signed properties: by type, and by the Id of the very element. */
static enum antin_rc
check_properties(const struct checking *c, const struct antin_xml_node *reference,
                 struct antin_err *err)
{
	const struct antin_xml_node *properties = signed_properties(c);
	const char *type = antin_xml_attribute(c->x, reference, "Type");
	const char *uri = antin_xml_attribute(c->x, reference, "URI");
	const char *id = properties ? antin_xml_attribute(c->x, properties, "Id") : NULL;
	struct antin_xml_part part = {.of = properties};
	enum antin_rc rc;

	if (!type || strcmp(type, PROPERTIES) != 0 || !uri || uri[0] != '#' || !uri[1] || !id ||
	    strcmp(uri + 1, id) != 0)
		return wrong(c, reference, err);
	rc = check_reference(c, reference, &part, err);
	return rc == ANTIN_OK ? check_binding(c, properties, err) : rc;
}

static enum antin_rc
check_whole(const struct checking *c, const struct antin_xml_node *reference, struct antin_err *err)
{
	const char *uri = antin_xml_attribute(c->x, reference, "URI");
	struct antin_xml_part part = {.without = c->signature};

	if (!uri || uri[0])
		return wrong(c, reference, err);
	return check_reference(c, reference, &part, err);
}

/* ---- the signature ---- */

static enum antin_rc
read_certs(const struct checking *c, const struct antin_xml_node *info, struct antin_err *err)
{
	const struct antin_xml_node *data = antin_xml_only(c->x, info, DS, "X509Data");
	enum antin_rc rc = ANTIN_OK;

	for (const struct antin_xml_node *n = data ? antin_xml_first(c->x, data) : NULL;
	     rc == ANTIN_OK && n; n = antin_xml_next(c->x, n)) {
		ANTIN_SCOPED(antin_bytes) der = {0};
		ANTIN_OWN_S(antin_cert) cert = NULL;

		if (!antin_xml_is(c->x, n, DS, "X509Certificate"))
			continue;
		if (c->out->certs.n == CERTS_MAX)
			return wrong(c, n, err);
		rc = base64_of(c, n, &der, err);
		if (rc == ANTIN_OK)
			rc = antin_cert_read(antin_bytes_slice(&der), &cert, err);
		if (rc == ANTIN_OK)
			rc = antin_certs_add(&c->out->certs, cert, err);
	}
	return rc == ANTIN_OK && !c->out->certs.n ? wrong(c, info, err) : rc;
}

static enum antin_rc
check_value(const struct checking *c, const struct antin_xml_node *canon,
            const struct antin_xml_node *method, const struct antin_xml_node *value,
            struct antin_err *err)
{
	ANTIN_SCOPED(antin_bytes) info = {0};
	ANTIN_SCOPED(antin_bytes) bytes = {0};
	struct antin_xml_part part = {.of = c->info};
	const struct antin_public *key = NULL;
	const char *uri;
	enum antin_rc rc = read_canon(c, canon, &part, err);

	if (rc != ANTIN_OK)
		return rc;
	if (!algorithm_of(c, method, &uri) || antin_xml_first(c->x, method))
		return wrong(c, method, err);
	rc = find_method(uri, &c->out->alg, err);
	if (rc == ANTIN_OK)
		rc = base64_of(c, value, &bytes, err);
	if (rc == ANTIN_OK && bytes.len > VALUE_MAX)
		rc = wrong(c, value, err);
	if (rc == ANTIN_OK)
		rc = antin_xml_canonical(c->x, &part, &info, err);
	if (rc == ANTIN_OK)
		rc = antin_cert_public(c->out->certs.items[0], &key, err);
	return rc == ANTIN_OK ? antin_xmldsig_value(key, uri, antin_bytes_slice(&info),
	                                            antin_bytes_slice(&bytes), err)
	                      : rc;
}

static enum antin_rc
check_info(const struct checking *c, const struct antin_xml_node *value, struct antin_err *err)
{
	const struct antin_xml_node *n = antin_xml_first(c->x, c->info);
	const struct antin_xml_node *canon = NULL, *method = NULL, *whole = NULL, *more = NULL;
	enum antin_rc rc;

	if (!take(c, &n, "CanonicalizationMethod", &canon) ||
	    !take(c, &n, "SignatureMethod", &method) || !take(c, &n, "Reference", &whole))
		return wrong(c, c->info, err);
	if (n && (!take(c, &n, "Reference", &more) || n))
		return wrong(c, c->info, err);
	/* In either order. */
	if (more && antin_xml_attribute(c->x, whole, "Type")) {
		n = whole;
		whole = more;
		more = n;
	}
	rc = check_value(c, canon, method, value, err);
	if (rc == ANTIN_OK)
		rc = check_whole(c, whole, err);
	return rc == ANTIN_OK && more ? check_properties(c, more, err) : rc;
}

enum antin_rc
antin_xmldsig_verify(const struct antin_xml *x, struct antin_xmldsig *out, struct antin_err *err)
{
	ANTIN_SCOPED(antin_xmldsig) made = {0};
	struct checking c = {.x = x, .out = &made};
	const struct antin_xml_node *n, *value = NULL, *key = NULL, *object = NULL;
	enum antin_rc rc;

	c.signature = antin_xml_only(x, antin_xml_root(x), DS, "Signature");
	if (!c.signature || antin_xml_count(x, DS, "Signature") != 1 ||
	    antin_xml_count(x, DS, "SignedInfo") != 1)
		return antin_fail(
		        err, ANTIN_E_FORMAT,
		        N_("the document does not carry exactly one XML signature, at the "
		           "top of it"));
	n = antin_xml_first(x, c.signature);
	if (!take(&c, &n, "SignedInfo", &c.info) || !take(&c, &n, "SignatureValue", &value) ||
	    !take(&c, &n, "KeyInfo", &key) || (n && (!take(&c, &n, "Object", &object) || n)))
		return wrong(&c, c.signature, err);
	rc = read_certs(&c, key, err);
	if (rc == ANTIN_OK)
		rc = check_info(&c, value, err);
	if (rc != ANTIN_OK)
		return rc;
	*out = made;
	made = (struct antin_xmldsig){0};
	return ANTIN_OK;
}
