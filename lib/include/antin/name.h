/*
 * Distinguished names (RFC 5280 4.1.2.4, RFC 4514): kept as DER, compared as RFC 5280 7.1 demands,
 * read from and written as text.
 */
#ifndef ANTIN_NAME_H
#define ANTIN_NAME_H

#include <antin/der.h>
#include <antin/json.h>

struct antin_name_attr {
	struct antin_slice oid;   /* content octets */
	uint8_t tag;              /* string type */
	struct antin_slice value; /* octets as encoded */
	size_t rdn;               /* which RDN it stands in */
};
enum { ANTIN_NAME_ATTRS = 32, ANTIN_NAME_MAX = 16384 };

/* A decoded view; slices point into the DER it was read from. */
struct antin_name {
	size_t n_attrs, n_rdns;
	struct antin_name_attr attrs[ANTIN_NAME_ATTRS];
};

/* `der` is a whole Name element.  Values of any type are taken; the order inside a SET is not
 * judged. */
enum antin_rc antin_name_read(struct antin_slice der, struct antin_name *out, struct antin_err *err)
        ANTIN_MUST;
/* Equal after RFC 5280 7.1 preparation (case, inner white space, string type); broken: false. */
bool antin_name_equal(struct antin_slice a, struct antin_slice b);
/* True if `name` begins with all RDNs of `base`: the subtree of RFC 5280 4.2.1.10; broken: false.
 */
bool antin_name_within(struct antin_slice base, struct antin_slice name);
bool antin_name_empty(struct antin_slice der);
/* Appends the attribute's value in UTF-8; false if it is no string or a broken one. */
bool antin_name_value(const struct antin_name_attr *a, struct antin_bytes *out);
/* "CN" for its OID; the dotted form, written into `out`, for a type without a short name. */
const char *antin_name_type(struct antin_slice oid, char *out, size_t cap);
/* Text value, in UTF-8, of the last attribute of that type ("CN", "O", "2.5.4.12"); false if none.
 */
bool antin_name_get(struct antin_slice der, const char *type, struct antin_bytes *out);
/* Text of every attribute of that type, joined with ", ". */
bool antin_name_get_all(struct antin_slice der, const char *type, struct antin_bytes *out);
/*
 * RFC 4514 style, but in the order of the encoding ("C=VN, O=..., CN=..."), values made safe to
 * show; appends.
 */
void antin_name_text_add(struct antin_bytes *b, struct antin_slice der);
/* That text as a member of an object; not 0: out of memory, noticed when the object is written. */
int antin_json_set_name(json_t *object, const char *key, struct antin_slice der);
/*
 * "CN=Nguyễn Văn A,O=...,C=VN" with RFC 4514 escapes, in the order written, to DER.  Values become
 * NFC UTF8String (countryName, serialNumber, dnQualifier PrintableString; DC and emailAddress
 * IA5String).  Unknown types, empty values, control characters and upper bounds are refused, each
 * with its place.
 */
enum antin_rc antin_name_parse(const char *text, struct antin_bytes *der, struct antin_err *err)
        ANTIN_MUST;

#endif
