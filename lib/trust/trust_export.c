/*
 * Anchors for other programs: PEM (RFC 7468), PKCS#12 with trusted certificates (RFC 7292), CMS
 * with certificates alone (RFC 5652 5.1).
 */
#include <stdio.h>

#include <antin/der.h>
#include <antin/trust.h>

#define OID_DATA        "1.2.840.113549.1.7.1"
#define OID_SIGNED_DATA "1.2.840.113549.1.7.2"
#define OID_CERT_BAG    "1.2.840.113549.1.12.10.1.3"
#define OID_X509        "1.2.840.113549.1.9.22.1"
#define OID_FRIENDLY    "1.2.840.113549.1.9.20"
/* Java's mark of an entry that is trusted, and for what: everything. */
#define OID_JAVA_TRUST "2.16.840.1.113894.746875.1.1"
#define OID_ANY_USE    "2.5.29.37.0"

static enum antin_rc
export_pem(const struct antin_certs *l, struct antin_bytes *out, struct antin_err *err)
{
	for (size_t i = 0; i < l->n; i++) {
		ANTIN_SCOPED(antin_bytes) name = {0};

		antin_name_text_add(&name, l->items[i]->subject);
		antin_bytes_text(out, "# ");
		antin_bytes_add(out, name.p, name.len);
		antin_bytes_byte(out, '\n');
		antin_pem_add(out, "CERTIFICATE", l->items[i]->der);
	}
	return antin_bytes_check(out, err);
}

/* Attribute ::= SEQUENCE { type, SET { value } }; `value` is a whole element. */
static void
add_attribute(struct antin_bytes *b, const char *oid, struct antin_slice value)
{
	size_t seq = antin_der_open(b, ANTIN_SEQUENCE), set;

	antin_der_add_oid(b, oid);
	set = antin_der_open(b, ANTIN_SET);
	antin_bytes_add(b, value.p, value.len);
	antin_der_close(b, set);
	antin_der_close(b, seq);
}

/* A name that is the certificate's own in every export; Java shows and finds entries by it. */
static void
add_alias(struct antin_bytes *b, const struct antin_cert *c)
{
	ANTIN_SCOPED(antin_bytes) text = {0};
	ANTIN_SCOPED(antin_bytes) value = {0};
	char alias[40], hex[17];

	(void)snprintf(alias, sizeof(alias), "antin-%s",
	               antin_hex_text((struct antin_slice){c->sha256, 8}, hex, sizeof(hex)));
	for (const char *p = alias; *p; p++) {
		antin_bytes_byte(&text, 0);
		antin_bytes_byte(&text, (uint8_t)*p);
	}
	antin_der_add(&value, ANTIN_BMP, antin_bytes_slice(&text));
	add_attribute(b, OID_FRIENDLY, antin_bytes_slice(&value));
}

static void
add_bag(struct antin_bytes *b, const struct antin_cert *c)
{
	ANTIN_SCOPED(antin_bytes) any = {0};
	size_t bag = antin_der_open(b, ANTIN_SEQUENCE), outer, cert, value, set;

	antin_der_add_oid(b, OID_CERT_BAG);
	outer = antin_der_open(b, ANTIN_CONTEXT_CONS(0));
	cert = antin_der_open(b, ANTIN_SEQUENCE);
	antin_der_add_oid(b, OID_X509);
	value = antin_der_open(b, ANTIN_CONTEXT_CONS(0));
	antin_der_add(b, ANTIN_OCTET_STRING, c->der);
	antin_der_close(b, value);
	antin_der_close(b, cert);
	antin_der_close(b, outer);
	set = antin_der_open(b, ANTIN_SET);
	antin_der_add_oid(&any, OID_ANY_USE);
	add_attribute(b, OID_JAVA_TRUST, antin_bytes_slice(&any));
	add_alias(b, c);
	antin_der_close_set(b, set);
	antin_der_close(b, bag);
}

/* ContentInfo of type data around what is in `content`. */
static void
add_data(struct antin_bytes *b, const struct antin_bytes *content)
{
	size_t seq = antin_der_open(b, ANTIN_SEQUENCE), value;

	antin_der_add_oid(b, OID_DATA);
	value = antin_der_open(b, ANTIN_CONTEXT_CONS(0));
	antin_der_add(b, ANTIN_OCTET_STRING, antin_bytes_slice(content));
	antin_der_close(b, value);
	antin_der_close(b, seq);
}

/* Without a MAC: its password would be known to everybody, and prove nothing. */
static enum antin_rc
export_pkcs12(const struct antin_certs *l, struct antin_bytes *out, struct antin_err *err)
{
	ANTIN_SCOPED(antin_bytes) bags = {0};
	ANTIN_SCOPED(antin_bytes) safes = {0};
	size_t seq = antin_der_open(&bags, ANTIN_SEQUENCE);

	for (size_t i = 0; i < l->n; i++)
		add_bag(&bags, l->items[i]);
	antin_der_close(&bags, seq);
	seq = antin_der_open(&safes, ANTIN_SEQUENCE);
	add_data(&safes, &bags);
	antin_der_close(&safes, seq);
	seq = antin_der_open(out, ANTIN_SEQUENCE);
	antin_der_add_uint(out, 3);
	add_data(out, &safes);
	antin_der_close(out, seq);
	return bags.failed || safes.failed ? antin_fail_memory(err) : antin_bytes_check(out, err);
}

static enum antin_rc
export_cms(const struct antin_certs *l, struct antin_bytes *out, struct antin_err *err)
{
	size_t info = antin_der_open(out, ANTIN_SEQUENCE), outer, data, part;

	antin_der_add_oid(out, OID_SIGNED_DATA);
	outer = antin_der_open(out, ANTIN_CONTEXT_CONS(0));
	data = antin_der_open(out, ANTIN_SEQUENCE);
	antin_der_add_uint(out, 1);
	antin_der_close(out, antin_der_open(out, ANTIN_SET));
	part = antin_der_open(out, ANTIN_SEQUENCE);
	antin_der_add_oid(out, OID_DATA);
	antin_der_close(out, part);
	part = antin_der_open(out, ANTIN_CONTEXT_CONS(0));
	for (size_t i = 0; i < l->n; i++)
		antin_bytes_add(out, l->items[i]->der.p, l->items[i]->der.len);
	antin_der_close_set(out, part);
	antin_der_close(out, antin_der_open(out, ANTIN_SET));
	antin_der_close(out, data);
	antin_der_close(out, outer);
	antin_der_close(out, info);
	return antin_bytes_check(out, err);
}

enum antin_rc
antin_trust_export(const struct antin_trust *t, enum antin_trust_form form, int64_t time,
                   struct antin_bytes *out, size_t *left_out, struct antin_err *err)
{
	static enum antin_rc (*const forms[])(const struct antin_certs *, struct antin_bytes *,
	                                      struct antin_err *) = {
	        [ANTIN_TRUST_PEM] = export_pem,
	        [ANTIN_TRUST_PKCS12] = export_pkcs12,
	        [ANTIN_TRUST_CMS] = export_cms,
	};
	ANTIN_SCOPED(antin_certs) l = {0};
	size_t out_of_time = 0;
	enum antin_rc rc = ANTIN_OK;

	for (size_t i = 0; rc == ANTIN_OK && i < t->n_anchors; i++) {
		const struct antin_anchor *a = &t->anchors[i];

		if (antin_limits_allow(&a->limits, ANTIN_PURPOSE_ANY, time))
			rc = antin_certs_add(&l, a->cert, err);
		else if (!antin_trust_anchor_for(t, a->cert, ANTIN_PURPOSE_ANY, time))
			out_of_time++;
	}
	if (rc == ANTIN_OK && !l.n)
		rc = antin_fail(err, ANTIN_E_NOT_FOUND,
		                N_("no authority is trusted that could be exported"));
	if (rc == ANTIN_OK)
		rc = forms[form](&l, out, err);
	if (rc == ANTIN_OK)
		*left_out = out_of_time;
	return rc;
}
