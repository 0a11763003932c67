/*
 * Extensions of certificates, requests, CRLs and OCSP (RFC 5280 4.1): reading and writing the list
 * of them, for the codecs of this folder.
 */
#ifndef ANTIN_X509_EXTENSION_H
#define ANTIN_X509_EXTENSION_H

#include <antin/cert.h>

#define OID_EXT_SKI            "2.5.29.14"
#define OID_EXT_KEY_USAGE      "2.5.29.15"
#define OID_EXT_SAN            "2.5.29.17"
#define OID_EXT_BASIC          "2.5.29.19"
#define OID_EXT_CRL_NUMBER     "2.5.29.20"
#define OID_EXT_REASON         "2.5.29.21"
#define OID_EXT_INVALIDITY     "2.5.29.24"
#define OID_EXT_DELTA          "2.5.29.27"
#define OID_EXT_IDP            "2.5.29.28"
#define OID_EXT_CERT_ISSUER    "2.5.29.29"
#define OID_EXT_CDP            "2.5.29.31"
#define OID_EXT_POLICIES       "2.5.29.32"
#define OID_EXT_AKI            "2.5.29.35"
#define OID_EXT_EKU            "2.5.29.37"
#define OID_EXT_EXPIRED_ON_CRL "2.5.29.60"
#define OID_EXT_AIA            "1.3.6.1.5.5.7.1.1"
#define OID_AD_OCSP            "1.3.6.1.5.5.7.48.1"
#define OID_AD_CA_ISSUERS      "1.3.6.1.5.5.7.48.2"
#define OID_OCSP_BASIC         "1.3.6.1.5.5.7.48.1.1"
#define OID_OCSP_NONCE         "1.3.6.1.5.5.7.48.1.2"
#define OID_OCSP_NOCHECK       "1.3.6.1.5.5.7.48.1.5"
#define OID_OCSP_CUTOFF        "1.3.6.1.5.5.7.48.1.6"
#define OID_QT_CPS             "1.3.6.1.5.5.7.2.1"

/* One Extension; false when it is not one, critical FALSE written out included. */
bool antin_ext_read(struct antin_in *in, struct antin_ext *out) ANTIN_MUST;
const struct antin_ext *antin_exts_find(const struct antin_ext *exts, size_t n, const char *dotted);

/* Opens an Extension for its value to be written; close takes what open gave. */
struct antin_ext_mark {
	size_t outer, inner;
};
struct antin_ext_mark antin_ext_open(struct antin_bytes *b, const char *dotted, bool critical);
void antin_ext_close(struct antin_bytes *b, struct antin_ext_mark mark);

/* SIGNED{}: SEQUENCE of the octets signed, the algorithm, the signature; appended to `out`. */
enum antin_rc antin_signed_add(struct antin_slice tbs, struct antin_sigalg a,
                               struct antin_slice signature, struct antin_bytes *out,
                               struct antin_err *err) ANTIN_MUST;
/* A plain e-mail address: ASCII, one @, something on both sides, no space or quote. */
bool antin_email_plain(const char *email);

/* Printable ASCII, at least one character: what can stand in a line of a list. */
bool antin_address_plain(struct antin_slice s);
/* Content of GeneralNames: each rfc822Name appended with a newline; false when malformed, or with
 * octets in an address that no address has. */
bool antin_general_names_emails(struct antin_slice names, struct antin_bytes *out) ANTIN_MUST;

#endif
