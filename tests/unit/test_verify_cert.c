/*
 * One certificate judged alone: every fault of a path is told with code, sub-indication,
 * certificate, field and clause; anchors, names and demands are what the header promises.
 */
#include <antin/verify_cert.h>

#include "pki.h"
#include "util.h"
#include "ways.h"

static EVP_PKEY *root_key, *ca_key, *leaf_key, *other_key;

/* A root, an authority, an end certificate, and what one case changes of them. */
struct made {
	struct pki_spec root, ca, leaf;
	struct pki_list root_list, ca_list;
	bool no_ca, no_root_list, no_ca_list, root_at_hand, no_anchor;
	bool leaf_anchor, ca_anchor, other_root;
	struct antin_cert_demands demands;
	int64_t at;
};

enum { LEAF_SERIAL = 77, CA_SERIAL = 55, THEN = 3000 };

struct judged {
	struct antin_trust trust;
	struct antin_evidence evidence;
	struct antin_verify_options o;
	struct antin_verdict v;
	json_t *json;
	struct antin_bytes text;
};

static void
setup(void)
{
	root_key = pki_key();
	ca_key = pki_key();
	leaf_key = pki_key();
	other_key = pki_key();
}

static void
teardown(void)
{
	EVP_PKEY_free(root_key);
	EVP_PKEY_free(ca_key);
	EVP_PKEY_free(leaf_key);
	EVP_PKEY_free(other_key);
}

static struct made
plain(void)
{
	struct made m = {
	        .root = pki_ca("Root", "Root", root_key, root_key),
	        .ca = pki_ca("CA", "Root", ca_key, root_key),
	        .leaf = pki_leaf("Sở Y tế/Nguyễn An", "CA", leaf_key, ca_key),
	        .root_list = {.issuer = "Root", .signer = root_key},
	        .ca_list = {.issuer = "CA", .signer = ca_key},
	        .demands = {.rules = {.max_depth = -1}},
	};

	m.leaf.serial = LEAF_SERIAL;
	m.ca.serial = CA_SERIAL;
	return m;
}

static void
give_list(struct judged *j, struct pki_list l, const char *name)
{
	struct antin_crl *crl = pki_crl(l);
	struct antin_err err = {0};

	util_ok(antin_evidence_add_crl(&j->evidence, crl, name, &err));
	antin_crl_free(crl);
}

static void
give(struct judged *j, struct antin_cert *c, bool anchor)
{
	struct antin_err err = {0};

	if (anchor)
		util_ok(antin_trust_add(&j->trust, c, ANTIN_CLASS_UNKNOWN, "x.crt", &err));
	else
		util_ok(antin_certs_add(&j->trust.intermediates, c, &err));
}

/* Judges, and holds text and JSON against each other and the schema. */
static void
judge(const struct made *m, struct judged *j)
{
	struct antin_cert *root = pki_cert(m->root), *ca = pki_cert(m->ca), *leaf;
	struct antin_err err = {0};
	const struct antin_cert_report r = {"an.crt", &j->o, &m->demands, &j->v};

	leaf = pki_cert(m->leaf);
	if (!m->no_anchor)
		give(j, root, true);
	if (m->root_at_hand)
		give(j, root, false);
	if (!m->no_ca)
		give(j, ca, m->ca_anchor);
	if (m->leaf_anchor)
		give(j, leaf, true);
	if (!m->no_root_list)
		give_list(j, m->root_list, "root.crl");
	if (!m->no_ca_list)
		give_list(j, m->ca_list, "ca.crl");
	j->o = (struct antin_verify_options){.trust = &j->trust,
	                                     .evidence = &j->evidence,
	                                     .now = PKI_NOW,
	                                     .time = m->at ? m->at : PKI_NOW,
	                                     .assumed = m->at != 0};
	util_ok(antin_verify_cert(leaf, &j->o, &m->demands, &j->v, &err));
	util_ok(antin_cert_report_json(&r, NULL, &j->json, &err));
	util_ok(antin_cert_report_text(&r, NULL, NULL, &j->text, &err));
	ways_cert(&r);
	antin_cert_free(root);
	antin_cert_free(ca);
	antin_cert_free(leaf);
}

static void
judged_done(struct judged *j)
{
	antin_verdict_done(&j->v);
	antin_trust_done(&j->trust);
	antin_evidence_done(&j->evidence);
	antin_bytes_done(&j->text);
	json_decref(j->json);
}

/* ---- every fault ---- */

static void
leaf_old(struct made *m)
{
	m->leaf.from = PKI_NOW - 2 * PKI_YEAR;
	m->leaf.to = PKI_NOW - 1;
	m->no_ca_list = true;
}
static void
leaf_old_good(struct made *m)
{
	leaf_old(m);
	m->no_ca_list = false;
}
static void
leaf_last_second(struct made *m)
{
	m->leaf.to = PKI_NOW;
}
static void
leaf_new(struct made *m)
{
	m->leaf.from = PKI_NOW + 1;
}
static void
leaf_first_second(struct made *m)
{
	m->leaf.from = PKI_NOW;
}
static void
ca_old(struct made *m)
{
	m->ca.from = PKI_NOW - 2 * PKI_YEAR;
	m->ca.to = PKI_NOW - 1;
}
static void
ca_new(struct made *m)
{
	m->ca.from = PKI_NOW + 1;
}
static void
ca_missing(struct made *m)
{
	m->no_ca = true;
}
static void
ca_of_another(struct made *m)
{
	m->leaf.signer = other_key;
	m->leaf.no_ids = true;
}
static void
leaf_forged(struct made *m)
{
	m->leaf.bad_signature = true;
}
static void
root_unknown(struct made *m)
{
	m->no_anchor = m->root_at_hand = true;
	m->leaf_anchor = false;
	m->demands.rules.purpose = ANTIN_PURPOSE_SIGN;
}
static void
lists_missing(struct made *m)
{
	m->no_ca_list = true;
}
static void
ca_lists_missing(struct made *m)
{
	m->no_root_list = true;
}
static void
leaf_revoked(struct made *m)
{
	m->ca_list.revoked[0] = (struct pki_revoked){LEAF_SERIAL, PKI_NOW - THEN, 1, false};
}
static void
leaf_replaced(struct made *m)
{
	m->ca_list.revoked[0] = (struct pki_revoked){LEAF_SERIAL, PKI_NOW - THEN, 4, false};
}
static void
leaf_held(struct made *m)
{
	m->ca_list.revoked[0] = (struct pki_revoked){LEAF_SERIAL, PKI_NOW - THEN, 6, false};
}
static void
ca_revoked(struct made *m)
{
	m->root_list.revoked[0] = (struct pki_revoked){CA_SERIAL, PKI_NOW - THEN, 2, false};
}
static void
ca_held(struct made *m)
{
	m->root_list.revoked[0] = (struct pki_revoked){CA_SERIAL, PKI_NOW - THEN, 6, false};
}
static void
ca_is_none(struct made *m)
{
	m->ca.ca = 0;
}
static void
ca_does_not_sign(struct made *m)
{
	m->ca.usage = 1u << ANTIN_KU_CRL_SIGN;
}
static void
root_no_depth(struct made *m)
{
	m->root.path_len = 0;
}
static void
depth_asked(struct made *m)
{
	m->demands.rules.max_depth = 0;
}
static void
leaf_enciphers(struct made *m)
{
	m->leaf.usage = 1u << ANTIN_KU_KEY_ENCIPHERMENT;
	m->demands.rules.purpose = ANTIN_PURPOSE_SIGN;
}
static void
leaf_no_server(struct made *m)
{
	/* emailProtection alone */
	static const uint8_t eku[] = {0x30, 10, 6, 8, 0x2b, 6, 1, 5, 5, 7, 3, 4};

	m->leaf.exts[0] = (struct pki_ext){"2.5.29.37", false, {eku, sizeof(eku)}};
	m->demands.rules.purpose = ANTIN_PURPOSE_TLS_SERVER;
}
static void
no_policy(struct made *m)
{
	m->demands.rules.explicit_policy = true;
}
static void
maps_any(struct made *m)
{
	/* 1.2.3 to anyPolicy */
	static const uint8_t map[] = {0x30, 12, 0x30, 10, 6, 2, 0x2a, 3, 6, 4, 0x55, 0x1d, 0x20, 0};

	m->ca.exts[0] = (struct pki_ext){"2.5.29.33", true, {map, sizeof(map)}};
}
static void
outside_names(struct made *m)
{
	/* permitted dNSName "gov.vn"; the leaf names "a.com" */
	static const uint8_t nc[] = {0x30, 12,  0xa0, 10,  0x30, 8,   0x82,
	                             6,    'g', 'o',  'v', '.',  'v', 'n'};
	static const uint8_t san[] = {0x30, 7, 0x82, 5, 'a', '.', 'c', 'o', 'm'};

	m->ca.exts[0] = (struct pki_ext){"2.5.29.30", true, {nc, sizeof(nc)}};
	m->leaf.exts[0] = (struct pki_ext){"2.5.29.17", false, {san, sizeof(san)}};
}
static void
odd_names(struct made *m)
{
	/* registeredID is constrained, and the leaf has one */
	static const uint8_t nc[] = {0x30, 8, 0xa0, 6, 0x30, 4, 0x88, 2, 0x2a, 3};
	static const uint8_t san[] = {0x30, 5, 0x88, 3, 0x2a, 3, 4};

	m->ca.exts[0] = (struct pki_ext){"2.5.29.30", true, {nc, sizeof(nc)}};
	m->leaf.exts[0] = (struct pki_ext){"2.5.29.17", false, {san, sizeof(san)}};
}
static void
broken_names(struct made *m)
{
	static const uint8_t nc[] = {0x30, 4, 0xa0, 2, 0x30, 1};

	m->ca.exts[0] = (struct pki_ext){"2.5.29.30", true, {nc, sizeof(nc)}};
}
static void
unknown_extension(struct made *m)
{
	static const uint8_t null[] = {5, 0};

	m->leaf.exts[0] = (struct pki_ext){"1.2.3.4.5", true, {null, sizeof(null)}};
}
static void
weak(struct made *m)
{
	m->ca.sha1 = true;
}
static void
other_name(struct made *m)
{
	m->demands.name = "email:an@haivan.gov.vn";
}
static void
no_anchors(struct made *m)
{
	m->no_anchor = true;
}
static void
anchor_itself(struct made *m)
{
	m->leaf_anchor = m->no_anchor = true;
}
static void
anchor_itself_revoked(struct made *m)
{
	leaf_revoked(m);
	m->leaf_anchor = true;
}
static void
anchor_below(struct made *m)
{
	m->ca_anchor = m->no_anchor = m->no_root_list = true;
}
static void
not_asked(struct made *m)
{
	m->demands.rules.revocation = ANTIN_REVOCATION_NONE;
	m->no_ca_list = m->no_root_list = true;
}
static void
leaf_asked(struct made *m)
{
	m->demands.rules.revocation = ANTIN_REVOCATION_LEAF;
	m->no_root_list = true;
}
static void
revoked_since(struct made *m)
{
	leaf_revoked(m);
	m->at = PKI_NOW - THEN - 1;
	m->ca_list.from = m->root_list.from = PKI_NOW - 2 * THEN;
}

static const struct fault_case {
	const char *what;
	void (*make)(struct made *m);
	enum antin_sub sub;
	/* Of the first error; without one, of the warning, if any. */
	const char *code, *certificate, *field, *clause, *says;
} cases[] = {
        {"good", NULL, ANTIN_SUB_NONE, NULL, NULL, NULL, NULL, "✔ VALID: Nguyễn An"},
        {"last second", leaf_last_second, ANTIN_SUB_NONE, NULL, NULL, NULL, NULL, "✔ VALID"},
        {"first second", leaf_first_second, ANTIN_SUB_NONE, NULL, NULL, NULL, NULL, "✔ VALID"},
        {"expired", leaf_old, ANTIN_SUB_OUT_OF_BOUNDS_NO_POE, "expired", "Nguyễn An", "notAfter",
         "RFC 5280 6.1.3 (a)(2)", "The certificate of \"Nguyễn An\" expired on 18/11/2026"},
        {"expired, known good", leaf_old_good, ANTIN_SUB_OUT_OF_BOUNDS_NOT_REVOKED, "expired",
         "Nguyễn An", "notAfter", "RFC 5280 6.1.3 (a)(2)", "until then it was not revoked."},
        {"not begun", leaf_new, ANTIN_SUB_OUT_OF_BOUNDS_NO_POE, "not-yet-valid", "Nguyễn An",
         "notBefore", "RFC 5280 6.1.3 (a)(2)", "is valid only from 18/11/2026"},
        {"authority expired", ca_old, ANTIN_SUB_OUT_OF_BOUNDS_NO_POE, "expired", "CA", "notAfter",
         "RFC 5280 6.1.3 (a)(2)", "The certificate of \"CA\" expired on"},
        {"authority not begun", ca_new, ANTIN_SUB_OUT_OF_BOUNDS_NO_POE, "not-yet-valid", "CA",
         "notBefore", "RFC 5280 6.1.3 (a)(2)", "The certificate of \"CA\" is valid only from"},
        {"no issuer", ca_missing, ANTIN_SUB_NO_CERTIFICATE_CHAIN_FOUND, "no-issuer", "Nguyễn An",
         "issuer", "RFC 5280 6.1",
         "The certificate of \"Nguyễn An\" was issued by \"CA\", whose certificate is missing."},
        {"another of that name", ca_of_another, ANTIN_SUB_CERTIFICATE_CHAIN_GENERAL_FAILURE,
         "bad-signature", "Nguyễn An", "signatureValue", "RFC 5280 6.1.3 (a)(1)",
         "was not signed by the key of \"CA\", which it names as its issuer."},
        {"forged", leaf_forged, ANTIN_SUB_CERTIFICATE_CHAIN_GENERAL_FAILURE, "bad-signature",
         "Nguyễn An", "signatureValue", "RFC 5280 6.1.3 (a)(1)", "it is forged, damaged"},
        {"root not trusted", root_unknown, ANTIN_SUB_NO_CERTIFICATE_CHAIN_FOUND, "no-anchors",
         "Nguyễn An", "issuer", "RFC 5280 6.1.1 (d)", "There is no trusted certificate"},
        {"status unknown", lists_missing, ANTIN_SUB_TRY_LATER, "status-unknown", "Nguyễn An",
         "cRLDistributionPoints", "RFC 5280 6.1.3 (a)(3)",
         "It is not known whether the certificate of \"Nguyễn An\" was revoked: "},
        {"authority's status unknown", ca_lists_missing, ANTIN_SUB_TRY_LATER, "status-unknown",
         "CA", "cRLDistributionPoints", "RFC 5280 6.1.3 (a)(3)",
         "It is not known whether the certificate of \"CA\" was revoked: "},
        {"revoked", leaf_revoked, ANTIN_SUB_REVOKED_NO_POE, "revoked", "Nguyễn An", "serialNumber",
         "RFC 5280 6.1.3 (a)(3)", "no longer in the hands of its owner alone."},
        {"replaced", leaf_replaced, ANTIN_SUB_REVOKED_NO_POE, "revoked", "Nguyễn An",
         "serialNumber", "RFC 5280 6.1.3 (a)(3)", "the key was not compromised."},
        {"held", leaf_held, ANTIN_SUB_TRY_LATER, "on-hold", "Nguyễn An", "serialNumber",
         "RFC 5280 5.3.1", "is suspended since 18/11/2026"},
        {"authority revoked", ca_revoked, ANTIN_SUB_REVOKED_CA_NO_POE, "revoked", "CA",
         "serialNumber", "RFC 5280 6.1.3 (a)(3)", "The authority \"CA\" above it was revoked: "},
        {"authority held", ca_held, ANTIN_SUB_TRY_LATER, "on-hold", "CA", "serialNumber",
         "RFC 5280 5.3.1", "The certificate of \"CA\" is suspended since"},
        {"no authority", ca_is_none, ANTIN_SUB_CERTIFICATE_CHAIN_GENERAL_FAILURE, "not-a-ca", "CA",
         "basicConstraints cA", "RFC 5280 6.1.4 (k)", "\"CA\" stands as an issuer, but"},
        {"may not issue", ca_does_not_sign, ANTIN_SUB_CERTIFICATE_CHAIN_GENERAL_FAILURE,
         "key-cert-sign", "CA", "keyUsage keyCertSign", "RFC 5280 6.1.4 (n)",
         "does not allow it to issue certificates."},
        {"too deep", root_no_depth, ANTIN_SUB_CHAIN_CONSTRAINTS_FAILURE, "path-length", "CA",
         "basicConstraints pathLenConstraint", "RFC 5280 6.1.4 (l)(m)",
         "The authority \"CA\" is one more than"},
        {"deeper than asked", depth_asked, ANTIN_SUB_CHAIN_CONSTRAINTS_FAILURE, "path-length", "CA",
         "basicConstraints pathLenConstraint", "RFC 5280 6.1.4 (l)(m)", "of the chain allows."},
        {"key usage", leaf_enciphers, ANTIN_SUB_CHAIN_CONSTRAINTS_FAILURE, "key-usage", "Nguyễn An",
         "keyUsage", "RFC 5280 4.2.1.3", "The key usage of the certificate"},
        {"purpose", leaf_no_server, ANTIN_SUB_CHAIN_CONSTRAINTS_FAILURE, "purpose", "Nguyễn An",
         "extKeyUsage", "RFC 5280 4.2.1.12", "The extended key usage of the certificate"},
        {"policy", no_policy, ANTIN_SUB_CHAIN_CONSTRAINTS_FAILURE, "policy", "CA",
         "certificatePolicies", "RFC 5280 6.1.5 (g)", "no acceptable certificate policy is left"},
        {"mapping", maps_any, ANTIN_SUB_CERTIFICATE_CHAIN_GENERAL_FAILURE, "policy-mapping", "CA",
         "policyMappings", "RFC 5280 6.1.4 (a)", "maps the policy anyPolicy"},
        {"name outside", outside_names, ANTIN_SUB_CHAIN_CONSTRAINTS_FAILURE, "name-constraint",
         "Nguyễn An", "subjectAltName", "RFC 5280 6.1.3 (b)(c)", "is outside of what"},
        {"odd name", odd_names, ANTIN_SUB_CHAIN_CONSTRAINTS_FAILURE, "name-form", "Nguyễn An",
         "subjectAltName", "RFC 5280 4.2.1.10", "whose limits cannot be judged."},
        {"broken constraints", broken_names, ANTIN_SUB_CERTIFICATE_CHAIN_GENERAL_FAILURE,
         "extension", "CA", "nameConstraints", "RFC 5280 4.2", "is malformed: nameConstraints."},
        {"critical", unknown_extension, ANTIN_SUB_CERTIFICATE_CHAIN_GENERAL_FAILURE,
         "critical-extension", "Nguyễn An", "1.2.3.4.5", "RFC 5280 6.1.4 (o)",
         "that is not known here: 1.2.3.4.5."},
        {"weak", weak, ANTIN_SUB_CRYPTO_CONSTRAINTS_FAILURE_NO_POE, "weak-algorithm", "CA",
         "signatureAlgorithm, subjectPublicKeyInfo", "ETSI TS 119 312",
         "relies on ecdsa-with-SHA1 (≤ 2016-12-31), which"},
        {"name", other_name, ANTIN_SUB_CHAIN_CONSTRAINTS_FAILURE, "name-mismatch", "Nguyễn An",
         "subjectAltName", "RFC 5280 4.2.1.6", "asked for: email:an@haivan.gov.vn."},
        {"no anchors", no_anchors, ANTIN_SUB_NO_CERTIFICATE_CHAIN_FOUND, "no-anchors", "Nguyễn An",
         "issuer", "RFC 5280 6.1.1 (d)", "Name the trusted certificates with --trust."},
        {"its own anchor", anchor_itself, ANTIN_SUB_NONE, "is-anchor", "Nguyễn An", "issuer",
         "RFC 5280 6.1.1 (d)", "is itself a trusted one"},
        {"its own anchor, revoked", anchor_itself_revoked, ANTIN_SUB_REVOKED_NO_POE, "revoked",
         "Nguyễn An", "serialNumber", "RFC 5280 6.1.3 (a)(3)", "was revoked: 18/11/2026"},
        {"authority as anchor", anchor_below, ANTIN_SUB_NONE, NULL, NULL, NULL, NULL, "✔ VALID"},
        {"revocation not asked", not_asked, ANTIN_SUB_NONE, "revocation-not-asked", "Nguyễn An",
         "serialNumber", "RFC 5280 6.1.3 (a)(3)", "Nobody asked whether the certificates"},
        {"revocation of the leaf", leaf_asked, ANTIN_SUB_NONE, "revocation-leaf-only", "Nguyễn An",
         "serialNumber", "RFC 5280 6.1.3 (a)(3)", "Nobody asked whether the authorities above"},
        {"revoked since", revoked_since, ANTIN_SUB_NONE, "revoked-later", "", "",
         "RFC 5280 6.1.3 (a)(3)", "As if it were the following time, which proves nothing: "},
};

static const char *
text_at(const json_t *o, const char *key)
{
	const char *text = json_string_value(json_object_get(o, key));

	return text ? text : "";
}

START_TEST(test_fault)
{
	const struct fault_case *c = &cases[_i];
	struct made m = plain();
	struct judged j = {0};
	const json_t *f;
	const char *kind = c->sub ? "errors" : "warnings";
	ANTIN_OWN(json_t) schema = NULL;
	struct antin_err err = {0};

	if (c->make)
		c->make(&m);
	judge(&m, &j);
	util_ok(antin_json_load("docs/schema/antin.cert.verify-1.json", &schema, &err));
	util_ok(antin_json_check(schema, j.json, &err));
	ck_assert_msg(j.v.sub == c->sub, "%s: %s\n%s", c->what, antin_sub_id(j.v.sub),
	              antin_bytes_cstr(&j.text));
	ck_assert(json_is_true(json_object_get(j.json, "valid")) == (c->sub == ANTIN_SUB_NONE));
	ck_assert_str_eq(text_at(j.json, "subIndication"), antin_sub_id(c->sub));
	ck_assert_msg(strstr(antin_bytes_cstr(&j.text), c->says), "%s:\n%s", c->what,
	              antin_bytes_cstr(&j.text));
	f = json_array_get(json_object_get(j.json, kind), 0);
	ck_assert_int_eq(f != NULL, c->code != NULL);
	if (f) {
		ck_assert_str_eq(text_at(f, "code"), c->code);
		ck_assert_str_eq(text_at(f, "certificate"), c->certificate);
		ck_assert_str_eq(text_at(f, "field"), c->field);
		ck_assert_str_eq(text_at(f, "clause"), c->clause);
	}
	judged_done(&j);
}
END_TEST

/* Every row of the table is reached by a case above, is the fault's, and has words of its own. */
START_TEST(test_rows)
{
	const struct antin_finding_row *row;

	for (size_t i = 0; (row = antin_cert_finding_row(i)); i++) {
		bool reached = i + 1 == ANTIN_FAULT_LIMIT || i + 1 == ANTIN_FAULT_UNTRUSTED ||
		               i + 1 == ANTIN_FAULT_ALGORITHM;

		for (size_t k = 0; k < UTIL_COUNT(cases); k++)
			reached = reached || (cases[k].code && cases[k].sub == row->sub &&
			                      strcmp(cases[k].code, row->code) == 0);
		ck_assert_msg(reached, "%s is reached by no case", row->code);
		ck_assert_ptr_nonnull(row->field);
		if (i + 1 < ANTIN_FAULT_COUNT) {
			const struct antin_fault_info *info =
			        antin_fault_info((enum antin_fault)(i + 1));

			ck_assert_str_eq(row->code, info->id);
			ck_assert_str_eq(row->clause, info->clause);
		}
		for (size_t k = 0; k < i; k++)
			ck_assert_str_ne(row->why, antin_cert_finding_row(k)->why);
	}
}
END_TEST

/* ---- two rows that need a world of their own ---- */

START_TEST(test_untrusted)
{
	struct made m = plain();
	struct judged j = {0};
	struct antin_cert *stranger =
	        pki_cert(pki_ca("Stranger", "Stranger", other_key, other_key));

	m.no_anchor = m.root_at_hand = true;
	give(&j, stranger, true);
	judge(&m, &j);
	ck_assert_int_eq(j.v.sub, ANTIN_SUB_NO_CERTIFICATE_CHAIN_FOUND);
	ck_assert_str_eq(j.v.errors[0].row->code, "untrusted");
	ck_assert_str_eq(j.v.errors[0].certificate, "Root");
	judged_done(&j);
	antin_cert_free(stranger);
}
END_TEST

START_TEST(test_too_many)
{
	struct made m = plain();
	struct judged j = {0};
	char names[22][8];

	m.ca.issuer = "D0";
	for (int i = 0; i < 21; i++) {
		struct antin_cert *c;

		(void)snprintf(names[i], sizeof(names[i]), "D%d", i);
		(void)snprintf(names[i + 1], sizeof(names[i + 1]), "D%d", i + 1);
		c = pki_cert(pki_ca(names[i], names[i + 1], root_key, root_key));
		give(&j, c, false);
		antin_cert_free(c);
	}
	judge(&m, &j);
	ck_assert_int_eq(j.v.sub, ANTIN_SUB_CERTIFICATE_CHAIN_GENERAL_FAILURE);
	ck_assert_str_eq(j.v.errors[0].row->code, "limit");
	judged_done(&j);
}
END_TEST

/* A twin that was refused is told with its reason, in both reports. */
START_TEST(test_rejected)
{
	struct made m = plain();
	struct judged j = {0};
	struct pki_spec twin = pki_ca("CA", "Root", ca_key, root_key);
	struct antin_cert *c;
	const json_t *r;

	twin.from = PKI_NOW - 2 * PKI_YEAR;
	twin.to = PKI_NOW - 5;
	twin.serial = 99;
	c = pki_cert(twin);
	give(&j, c, false);
	twin = pki_ca("CA", "Root", other_key, root_key);
	twin.no_ids = true;
	antin_cert_free(c);
	c = pki_cert(twin);
	m.leaf.no_ids = true;
	give(&j, c, false);
	judge(&m, &j);
	ck_assert_int_eq(j.v.sub, ANTIN_SUB_NONE);
	ck_assert_uint_ge(json_array_size(json_object_get(j.json, "rejected")), 1);
	r = json_array_get(json_object_get(j.json, "rejected"), 0);
	ck_assert_str_eq(text_at(r, "subject"), "CN=CA");
	ck_assert_ptr_nonnull(strstr(antin_bytes_cstr(&j.text), "Not used: CN=CA: "));
	judged_done(&j);
	antin_cert_free(c);
}
END_TEST

/* ---- names ---- */

struct named {
	const char *wanted;
	bool yes;
};

/* GeneralNames as written: D dns, E e-mail, I address, U SmtpUTF8Mailbox; NULL ends. */
static const struct name_case {
	const char *names[4];
	bool in_subject; /* an emailAddress "an@haivan.gov.vn" */
	struct named ask[9];
} name_cases[] = {
        {{"Dca.gov.vn", "D*.haivan.gov.vn"},
         false,
         {{"dns:ca.gov.vn", true},
          {"dns:CA.GOV.VN", true},
          {"dns:ca.gov.vn.", true},
          {"dns:a.haivan.gov.vn", true},
          {"dns:haivan.gov.vn", false},
          {"dns:b.a.haivan.gov.vn", false},
          {"dns:xca.gov.vn", false},
          {"email:an@ca.gov.vn", false}}},
        {{"D*.vn", "D*", "Da*.gov.vn"},
         false,
         {{"dns:gov.vn", false},
          {"dns:vn", false},
          {"dns:ab.gov.vn", false},
          {"dns:a.gov.vn", false}}},
        {{"Dwww.*.vn", "D*.*.gov.vn"},
         false,
         {{"dns:www.gov.vn", false}, {"dns:a.b.gov.vn", false}}},
        {{"I\xc0\xa8\x01\x02", "D192.168.1.3"},
         false,
         {{"ip:192.168.1.2", true},
          {"ip:192.168.1.3", false},
          {"dns:192.168.1.2", false},
          {"ip:::ffff:192.168.1.2", false}}},
        {{"I\x20\x01\x0d\xb8\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01"},
         false,
         {{"ip:2001:db8:101:101:101:101:101:101", true},
          {"ip:2001:0DB8:0101:101:101:101:101:101", true},
          {"ip:2001:db8:101:101:101:101:101:102", false}}},
        {{"Ean@haivan.gov.vn", "Evp@HAIVAN.gov.vn"},
         false,
         {{"email:an@haivan.gov.vn", true},
          {"email:an@HAIVAN.GOV.VN", true},
          {"email:An@haivan.gov.vn", false},
          {"email:vp@haivan.gov.vn", true},
          {"email:haivan.gov.vn@", false},
          {"dns:haivan.gov.vn", false}}},
        {{"Uhường@haivan.gov.vn"},
         false,
         {{"email:hường@haivan.gov.vn", true}, {"email:huong@haivan.gov.vn", false}}},
        {{NULL}, true, {{"email:an@haivan.gov.vn", true}, {"email:b@haivan.gov.vn", false}}},
        {{"Dca.gov.vn"}, true, {{"email:an@haivan.gov.vn", true}}},
        {{"Ekhac@haivan.gov.vn"},
         true,
         {{"email:an@haivan.gov.vn", false}, {"email:khac@haivan.gov.vn", true}}},
};

static void
add_general(struct antin_bytes *b, const char *name)
{
	size_t len = name[0] == 'I' ? (name[1] == ' ' ? 16 : 4) : strlen(name + 1);
	struct antin_slice value = {(const uint8_t *)name + 1, len};
	size_t other, explicit;

	if (name[0] != 'U') {
		antin_der_add(b,
		              name[0] == 'D'   ? ANTIN_NAME_DNS
		              : name[0] == 'E' ? ANTIN_NAME_EMAIL
		                               : ANTIN_NAME_IP,
		              value);
		return;
	}
	other = antin_der_open(b, ANTIN_CONTEXT_CONS(0));
	antin_der_add_oid(b, "1.3.6.1.5.5.7.8.9");
	explicit = antin_der_open(b, ANTIN_CONTEXT_CONS(0));
	antin_der_add(b, ANTIN_UTF8, value);
	antin_der_close(b, explicit);
	antin_der_close(b, other);
}

START_TEST(test_named)
{
	const struct name_case *c = &name_cases[_i];
	ANTIN_SCOPED(antin_bytes) san = {0};
	struct pki_spec s = pki_leaf("An", "CA", leaf_key, ca_key);
	struct antin_cert *cert;
	size_t seq = antin_der_open(&san, ANTIN_SEQUENCE);
	struct antin_err err = {0};

	for (size_t i = 0; i < 4 && c->names[i]; i++)
		add_general(&san, c->names[i]);
	antin_der_close(&san, seq);
	if (c->names[0])
		s.exts[0] = (struct pki_ext){"2.5.29.17", false, antin_bytes_slice(&san)};
	s.email = c->in_subject ? "an@haivan.gov.vn" : NULL;
	cert = pki_cert(s);
	for (size_t i = 0; c->ask[i].wanted; i++) {
		bool yes = !c->ask[i].yes;
		enum antin_rc rc = antin_cert_named(cert, c->ask[i].wanted, &yes, &err);

		/* What could never be such a name is a wrong question. */
		if (rc != ANTIN_OK) {
			ck_assert_int_eq(rc, ANTIN_E_USAGE);
			ck_assert_msg(!c->ask[i].yes, "%s", c->ask[i].wanted);
			antin_err_clear(&err);
			continue;
		}
		ck_assert_msg(yes == c->ask[i].yes, "%s", c->ask[i].wanted);
	}
	antin_cert_free(cert);
}
END_TEST

START_TEST(test_wrong_names)
{
	static const char *const wrong[] = {
	        "",          "dns",          "dns:",         "ca.gov.vn",    "DNS:ca.gov.vn",
	        "dns: a",    "dns:a b",      "dns:.vn",      "dns:a..vn",    "dns:-a.vn",
	        "dns:a-.vn", "dns:hải.vn",   "dns:*.vn",     "dns:a/b",      "ip:",
	        "ip:1.2.3",  "ip:1.2.3.4.5", "ip:1.2.3.256", "ip:01.2.3.4",  "ip:1.2.3.4/8",
	        "ip:g::1",   "ip:1:2:3",     "email:",       "email:a",      "email:@b",
	        "email:a@",  "email:a@b@c",  "email:\xff@b", "uri:http://a", "email",
	};
	struct pki_spec s = pki_leaf("An", "CA", leaf_key, ca_key);
	struct antin_cert *cert = pki_cert(s);

	for (size_t i = 0; i < UTIL_COUNT(wrong); i++) {
		struct antin_err err = {0};
		bool yes = true;

		ck_assert_msg(antin_cert_named(cert, wrong[i], &yes, &err) == ANTIN_E_USAGE, "%s",
		              wrong[i]);
		ck_assert(yes); /* untouched */
		antin_err_clear(&err);
	}
	antin_cert_free(cert);
}
END_TEST

Suite *suite_verify_cert(void);
Suite *
suite_verify_cert(void)
{
	Suite *s = suite_create("verify_cert");
	TCase *c = tcase_create("verify_cert");

	tcase_add_checked_fixture(c, setup, teardown);
	tcase_add_loop_test(c, test_fault, 0, UTIL_COUNT(cases));
	tcase_add_test(c, test_rows);
	tcase_add_test(c, test_untrusted);
	tcase_add_test(c, test_too_many);
	tcase_add_test(c, test_rejected);
	tcase_add_loop_test(c, test_named, 0, UTIL_COUNT(name_cases));
	tcase_add_test(c, test_wrong_names);
	suite_add_tcase(s, c);
	return s;
}
