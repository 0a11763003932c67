/*
 * Enveloped XML signatures over a whole document (W3C XML Signature 1.1, ETSI EN 319 132-1), as
 * trusted lists carry them: one signed tree, the document itself, and nothing that could point
 * elsewhere.
 */
#ifndef ANTIN_XMLDSIG_H
#define ANTIN_XMLDSIG_H

#include <antin/cert.h>
#include <antin/xml.h>

#define ANTIN_XMLDSIG_NS "http://www.w3.org/2000/09/xmldsig#"

struct antin_xmldsig {
	struct antin_certs certs; /* of KeyInfo; the first is the signer's, whose key made it */
	struct antin_sigalg alg;
	bool bound; /* the signed properties name the signer's certificate by its hash */
};
void antin_xmldsig_done(struct antin_xmldsig *s);
ANTIN_SCOPED_S(antin_xmldsig, antin_xmldsig_done);

/*
 * Verifies the only signature of the document: a child of its root, with one reference to the whole
 * document ("", enveloped) and at most one to the signed properties inside of the signature.
 * Anything else is FORMAT; a digest or value that does not fit is BAD_SIGNATURE; SHA-1 is POLICY.
 * Whether the certificate may be relied on is the caller's to say.
 */
enum antin_rc antin_xmldsig_verify(const struct antin_xml *x, struct antin_xmldsig *out,
                                   struct antin_err *err) ANTIN_MUST;
/*
 * The last step alone, for SignedInfo in canonical form and a value that came apart; `method` is
 * the URI of SignatureMethod.
 */
enum antin_rc antin_xmldsig_value(const struct antin_public *key, const char *method,
                                  struct antin_slice signed_info, struct antin_slice value,
                                  struct antin_err *err) ANTIN_MUST;

#endif
