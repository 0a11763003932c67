/*
 * Chains drawn by chance: three to five certificates, each chain with up to two things made wrong
 * in places drawn too; and now and then one that is too long.
 */
#ifndef TEST_DRAWN_CHAIN_H
#define TEST_DRAWN_CHAIN_H

#include "util.h"
#include "world.h"

enum { MIDDLE = 3, LONGEST = 20, KEYS = LONGEST + 2 };

static EVP_PKEY *keys[KEYS], *short_key, *odd_key;

/* One chain: certificates from the root (0) down to the leaf (n - 1), and what is asked. */
struct chain {
	uint64_t state;
	int n;
	struct pki_spec spec[LONGEST + 2];
	struct pki_list list[LONGEST + 2];
	bool no_cert[LONGEST + 2], no_list[LONGEST + 2], trusted, ask_policy;
	struct antin_bytes text[16]; /* values of extensions */
	size_t n_text;
};

PKI_UNUSED static uint32_t
draw(struct chain *c, uint32_t below)
{
	c->state ^= c->state << 13;
	c->state ^= c->state >> 7;
	c->state ^= c->state << 17;
	return (uint32_t)(c->state >> 33) % below;
}

/* ---- values of extensions ---- */

PKI_UNUSED static struct antin_bytes *
value(struct chain *c)
{
	ck_assert_uint_lt(c->n_text, sizeof(c->text) / sizeof(c->text[0]));
	return &c->text[c->n_text++];
}

PKI_UNUSED static void
extend(struct pki_spec *s, const char *oid, bool critical, const struct antin_bytes *v)
{
	for (size_t i = 0; i < 4; i++)
		if (!s->exts[i].oid) {
			s->exts[i] = (struct pki_ext){oid, critical, antin_bytes_slice(v)};
			return;
		} else if (strcmp(s->exts[i].oid, oid) == 0) {
			return; /* one of a kind */
		}
}

PKI_UNUSED static void
extend_oid_list(struct chain *c, int at, const char *ext, const char *oid, bool nested)
{
	struct antin_bytes *v = value(c);
	size_t seq = antin_der_open(v, ANTIN_SEQUENCE), inner = 0;

	if (nested)
		inner = antin_der_open(v, ANTIN_SEQUENCE);
	antin_der_add_oid(v, oid);
	if (nested)
		antin_der_close(v, inner);
	antin_der_close(v, seq);
	extend(&c->spec[at], ext, false, v);
}

PKI_UNUSED static void
extend_bytes(struct chain *c, int at, const char *ext, bool critical, const char *text, size_t len)
{
	struct antin_bytes *v = value(c);

	antin_bytes_add(v, text, len);
	extend(&c->spec[at], ext, critical, v);
}
#define BYTES(c, at, ext, critical, text)                                                          \
	extend_bytes(c, at, ext, critical, "" text, sizeof(text) - 1)

/* ---- what can be made wrong; `at` is a place of the kind the row names ---- */

PKI_UNUSED static void
expire(struct chain *c, int at)
{
	c->spec[at].to = PKI_NOW - 1 - draw(c, 1000);
	c->spec[at].from = c->spec[at].to - PKI_YEAR;
}
PKI_UNUSED static void
last_second(struct chain *c, int at)
{
	c->spec[at].to = PKI_NOW;
}
PKI_UNUSED static void
first_second(struct chain *c, int at)
{
	c->spec[at].from = PKI_NOW;
}
PKI_UNUSED static void
not_yet(struct chain *c, int at)
{
	c->spec[at].from = PKI_NOW + 1 + draw(c, 1000);
	c->spec[at].to = c->spec[at].from + PKI_YEAR;
}
PKI_UNUSED static void
other_purpose(struct chain *c, int at)
{
	static const char *const uses[] = {"1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.8",
	                                   "1.3.6.1.5.5.7.3.9", "1.3.6.1.5.5.7.3.3"};

	extend_oid_list(c, at, "2.5.29.37", uses[draw(c, 4)], false);
}
PKI_UNUSED static void
right_purpose(struct chain *c, int at)
{
	extend_oid_list(c, at, "2.5.29.37", "1.3.6.1.5.5.7.3.4", false);
}
PKI_UNUSED static void
wide_purpose(struct chain *c, int at)
{
	static const char *const uses[] = {"2.5.29.37.0", "1.3.6.1.5.5.7.3.36", "1.3.6.1.5.5.7.3.2",
	                                   "1.2.840.113583.1.1.5"};

	extend_oid_list(c, at, "2.5.29.37", uses[draw(c, 4)], false);
}
PKI_UNUSED static void
other_usage(struct chain *c, int at)
{
	c->spec[at].usage =
	        draw(c, 2) ? 1u << ANTIN_KU_KEY_ENCIPHERMENT : 1u << ANTIN_KU_KEY_AGREEMENT;
}
PKI_UNUSED static void
no_usage(struct chain *c, int at)
{
	c->spec[at].usage = 0;
}
PKI_UNUSED static void
no_cert_sign(struct chain *c, int at)
{
	c->spec[at].usage = 1u << ANTIN_KU_CRL_SIGN;
}
PKI_UNUSED static void
no_crl_sign(struct chain *c, int at)
{
	c->spec[at].usage = 1u << ANTIN_KU_KEY_CERT_SIGN;
}
PKI_UNUSED static void
no_authority(struct chain *c, int at)
{
	c->spec[at].ca = 0;
}
PKI_UNUSED static void
no_constraints(struct chain *c, int at)
{
	c->spec[at].ca = -1;
}
PKI_UNUSED static void
no_room(struct chain *c, int at)
{
	c->spec[at].path_len = (int)draw(c, 2);
}
PKI_UNUSED static void
old_version(struct chain *c, int at)
{
	c->spec[at].v1 = true;
}
PKI_UNUSED static void
strange_critical(struct chain *c, int at)
{
	BYTES(c, at, "1.2.3.4.5", true, "\x05\x00");
}
PKI_UNUSED static void
strange(struct chain *c, int at)
{
	BYTES(c, at, "1.2.3.4.5", false, "\x05\x00");
}
/* O=xyz: no name of the chain. */
#define XYZ "\xa4\x10\x30\x0e\x31\x0c\x30\x0a\x06\x03\x55\x04\x0a\x0c\x03xyz"
/* O=G: every name of the chain. */
#define G "\xa4\x0e\x30\x0c\x31\x0a\x30\x08\x06\x03\x55\x04\x0a\x0c\x01G"
PKI_UNUSED static void
other_names(struct chain *c, int at)
{
	if (draw(c, 2))
		BYTES(c, at, "2.5.29.30", true, "\x30\x16\xa0\x14\x30\x12" XYZ);
	else
		BYTES(c, at, "2.5.29.30", true, "\x30\x14\xa1\x12\x30\x10" G);
}
PKI_UNUSED static void
right_names(struct chain *c, int at)
{
	if (draw(c, 2))
		BYTES(c, at, "2.5.29.30", true, "\x30\x14\xa0\x12\x30\x10" G);
	else
		BYTES(c, at, "2.5.29.30", true, "\x30\x16\xa1\x14\x30\x12" XYZ);
}
/* A registeredID in the leaf, and a limit on such names above it. */
PKI_UNUSED static void
odd_names(struct chain *c, int at)
{
	BYTES(c, at, "2.5.29.30", true, "\x30\x09\xa0\x07\x30\x05\x88\x03\x2a\x03\x04");
	BYTES(c, c->n - 1, "2.5.29.17", false, "\x30\x05\x88\x03\x2a\x03\x05");
}
/* policyConstraints and certificatePolicies that are no such thing. */
PKI_UNUSED static void
malformed(struct chain *c, int at)
{
	if (draw(c, 2))
		BYTES(c, at, "2.5.29.36", true, "\x30\x03\x80\x02\x00\x00");
	else
		BYTES(c, at, "2.5.29.32", false, "\x30\x02\x30\x01");
}
PKI_UNUSED static void
maps_any(struct chain *c, int at)
{
	BYTES(c, at, "2.5.29.33", true,
	      "\x30\x0d\x30\x0b\x06\x04\x55\x1d\x20\x00\x06\x03\x2a\x03\x01");
}
PKI_UNUSED static void
other_policy(struct chain *c, int at)
{
	c->ask_policy = true;
	extend_oid_list(c, at, "2.5.29.32", "1.2.9", true);
}
PKI_UNUSED static void
needs_policy(struct chain *c, int at)
{
	BYTES(c, at, "2.5.29.36", true, "\x30\x03\x80\x01\x00");
}
PKI_UNUSED static void
weak_digest(struct chain *c, int at)
{
	c->spec[at].sha1 = true;
}
PKI_UNUSED static void
key_becomes(struct chain *c, int at, EVP_PKEY *key)
{
	c->spec[at].key = key;
	c->list[at].signer = key;
	if (at == 0)
		c->spec[0].signer = key;
	if (at + 1 < c->n)
		c->spec[at + 1].signer = key;
}
PKI_UNUSED static void
short_rsa(struct chain *c, int at)
{
	key_becomes(c, at, short_key);
}
PKI_UNUSED static void
odd_curve(struct chain *c, int at)
{
	key_becomes(c, at, odd_key);
}
PKI_UNUSED static void
bad_signature(struct chain *c, int at)
{
	c->spec[at].bad_signature = true;
}
PKI_UNUSED static void
missing(struct chain *c, int at)
{
	c->no_cert[at] = true;
}
PKI_UNUSED static void
distrust(struct chain *c, int at)
{
	(void)at;
	c->trusted = false;
}
PKI_UNUSED static void
lose_list(struct chain *c, int at)
{
	c->no_list[at] = true;
}
PKI_UNUSED static void
old_list(struct chain *c, int at)
{
	c->list[at].from = PKI_NOW - 7200;
	c->list[at].to = PKI_NOW - 1 - draw(c, 3600);
}
PKI_UNUSED static void
early_list(struct chain *c, int at)
{
	c->list[at].from = PKI_NOW + 1 + draw(c, 100);
	c->list[at].to = 0;
}
PKI_UNUSED static void
false_list(struct chain *c, int at)
{
	c->list[at].bad_signature = true;
}
PKI_UNUSED static void
odd_list(struct chain *c, int at)
{
	c->list[at].unknown_critical = true;
}
PKI_UNUSED static void
revoke(struct chain *c, int at)
{
	c->list[at].revoked[0] = (struct pki_revoked){.serial = c->spec[at + 1].serial,
	                                              .at = PKI_NOW - 5000,
	                                              .reason = (int)draw(c, 6)};
}
PKI_UNUSED static void
hold(struct chain *c, int at)
{
	revoke(c, at);
	c->list[at].revoked[0].reason = ANTIN_REASON_HOLD;
}
PKI_UNUSED static void
revoke_other(struct chain *c, int at)
{
	revoke(c, at);
	c->list[at].revoked[0].serial += 1000000;
}
enum place { ANY, CA, SUB_CA, LEAF, WHOLE };
static const struct defect {
	const char *name;
	enum place place;
	void (*make)(struct chain *c, int at);
} defects[] = {
        {"expired", ANY, expire},
        {"in its last second", ANY, last_second},
        {"in its first second", ANY, first_second},
        {"not yet valid", ANY, not_yet},
        {"for another purpose", ANY, other_purpose},
        {"for the purpose", ANY, right_purpose},
        {"for a wide purpose", LEAF, wide_purpose},
        {"key usage of another kind", LEAF, other_usage},
        {"no key usage", ANY, no_usage},
        {"must not sign certificates", CA, no_cert_sign},
        {"must not sign lists", CA, no_crl_sign},
        {"cA false", CA, no_authority},
        {"no basicConstraints", CA, no_constraints},
        {"pathLenConstraint", CA, no_room},
        {"version 1", ANY, old_version},
        {"unknown critical extension", ANY, strange_critical},
        {"unknown extension", ANY, strange},
        {"names of others", CA, other_names},
        {"its own names", CA, right_names},
        {"names of an odd form", CA, odd_names},
        {"malformed extension", ANY, malformed},
        {"maps anyPolicy", SUB_CA, maps_any},
        {"another policy", ANY, other_policy},
        {"needs a policy", CA, needs_policy},
        {"SHA-1", ANY, weak_digest},
        {"RSA-1024", ANY, short_rsa},
        {"a curve of no standard", ANY, odd_curve},
        {"bad signature", ANY, bad_signature},
        {"issuer missing", SUB_CA, missing},
        {"root not trusted", WHOLE, distrust},
        {"no list", CA, lose_list},
        {"old list", CA, old_list},
        {"list of tomorrow", CA, early_list},
        {"list with a bad signature", CA, false_list},
        {"list with an unknown critical extension", CA, odd_list},
        {"revoked", CA, revoke},
        {"on hold", CA, hold},
        {"another one revoked", CA, revoke_other},
};
enum { DEFECTS = sizeof(defects) / sizeof(defects[0]) };

PKI_UNUSED static int
place_of(struct chain *c, enum place p)
{
	switch (p) {
	case ANY:
		return (int)draw(c, (uint32_t)c->n);
	case CA:
		return (int)draw(c, (uint32_t)c->n - 1);
	case SUB_CA:
		return 1 + (int)draw(c, (uint32_t)c->n - 2);
	case LEAF:
		return c->n - 1;
	case WHOLE:
		break;
	}
	return 0;
}

/* ---- a chain as drawn ---- */

PKI_UNUSED static const char *
name_of(int at)
{
	static char names[LONGEST + 2][16];

	(void)snprintf(names[at], sizeof(names[at]), "G/%d", at);
	return names[at];
}

PKI_UNUSED static void
spec_begin(struct chain *c)
{
	for (int i = 0; i < LONGEST + 2; i++) {
		int by = i > 0 ? i - 1 : 0;

		c->spec[i] = pki_ca(name_of(i), name_of(by), keys[i], keys[by]);
		c->spec[i].serial = 7000 + (uint64_t)i;
		c->list[i] = (struct pki_list){.issuer = name_of(i), .signer = keys[i]};
	}
}

/* Draws what is wrong; returns how often each defect was put in by `made`. */
PKI_UNUSED static void
chain_draw(struct chain *c, uint64_t seed, unsigned int *made)
{
	uint32_t wrong;

	*c = (struct chain){.state = seed * UINT64_C(0x9e3779b97f4a7c15) + 1, .trusted = true};
	for (int i = 0; i < 5; i++)
		(void)draw(c, 2);
	c->n = 3 + (int)draw(c, MIDDLE);
	spec_begin(c);
	wrong = draw(c, 8);
	wrong = wrong == 0 ? 0 : wrong < 5 ? 1 : 2;
	if (draw(c, 100) == 0)
		c->n = LONGEST + 1; /* more authorities than a path may have */
	c->spec[c->n - 1].ca = 0;
	c->spec[c->n - 1].usage = PKI_LEAF_USAGE;
	for (uint32_t i = 0; i < wrong; i++) {
		uint32_t d = draw(c, DEFECTS);

		defects[d].make(c, place_of(c, defects[d].place));
		made[d]++;
	}
	if (c->ask_policy)
		for (int i = 1; i < c->n && c->n_text < 12; i++)
			extend_oid_list(c, i, "2.5.29.32", "1.2.3", true);
}

#endif
