/*
 * An authority for time stamps, for the suites about them: its key, certificate and a usual token.
 */
#ifndef TEST_TIMESTAMP_WORLD_H
#define TEST_TIMESTAMP_WORLD_H

#include "pki.h"
#include "util.h"

#include <antin/keystore.h>
#include <antin/timestamp.h>

#define TS_POLICY "1.2.3.4.1"

static const char ts_document[] = "C\xc3\xb4ng v\xc4\x83n s\xe1\xbb\x91 2/2026\n";
static const uint8_t ts_serial[] = {0x01, 0x80, 0x17}, ts_nonce[] = {0x00, 0xd4, 0x31};

struct ts_world {
	struct antin_key *key;
	EVP_PKEY *public_key, *ca_key;
	struct antin_cert *cert, *ca;
	uint8_t digest[ANTIN_DIGEST_MAX];
};

/* The value of an extendedKeyUsage with these identifiers, blanks between. */
PKI_UNUSED static void
ts_eku(const char *oids, struct antin_bytes *out)
{
	size_t sequence = antin_der_open(out, ANTIN_SEQUENCE);
	char list[128], *rest = list;

	(void)snprintf(list, sizeof(list), "%s", oids);
	for (char *oid = strsep(&rest, " "); oid; oid = strsep(&rest, " "))
		antin_der_add_oid(out, oid);
	antin_der_close(out, sequence);
}

/* A certificate for the world's key; `oids` NULL: without extendedKeyUsage. */
PKI_UNUSED static struct antin_cert *
ts_cert(const struct ts_world *w, const char *oids, bool critical)
{
	struct pki_spec s =
	        pki_leaf("TSA/D\xe1\xba\xa5u th\xe1\xbb\x9di gian", "CA", w->public_key, w->ca_key);
	ANTIN_SCOPED(antin_bytes) eku = {0};

	if (oids) {
		ts_eku(oids, &eku);
		s.exts[0] = (struct pki_ext){"2.5.29.37", critical, antin_bytes_slice(&eku)};
	}
	return pki_cert(s);
}

PKI_UNUSED static void
ts_begin(struct ts_world *w, enum antin_key_type type)
{
	struct antin_keygen spec = {.type = type, .rsa_bits = 2048, .label = "tsa"};
	struct antin_err err = {0};
	struct antin_slice spki;
	const unsigned char *p;

	util_ok(antin_key_mock(&spec, ANTIN_OK, 0, &w->key, &err));
	spki = antin_public_spki(w->key->public_key);
	p = spki.p;
	w->public_key = d2i_PUBKEY(NULL, &p, (long)spki.len);
	w->ca_key = pki_key();
	w->ca = pki_cert(pki_ca("CA", "CA", w->ca_key, w->ca_key));
	w->cert = ts_cert(w, "1.3.6.1.5.5.7.3.8", true);
}

PKI_UNUSED static void
ts_end(struct ts_world *w)
{
	antin_key_free(w->key);
	antin_cert_free(w->cert);
	antin_cert_free(w->ca);
	EVP_PKEY_free(w->public_key);
	EVP_PKEY_free(w->ca_key);
}

/* The usual wish; change what the test is about. */
PKI_UNUSED static struct antin_timestamp_spec
ts_spec(struct ts_world *w, enum antin_digest imprint)
{
	struct antin_err err = {0};

	util_ok(antin_digest_of(imprint, antin_slice_text(ts_document), w->digest, &err));
	return (struct antin_timestamp_spec){
	        .cms = {.alg = antin_sigalg_default(antin_public_type(w->key->public_key)),
	                .signer = w->cert,
	                .chain = &w->ca,
	                .n_chain = 1,
	                .signing_time = INT64_MIN},
	        .policy = TS_POLICY,
	        .imprint = {imprint, {w->digest, antin_digest_size(imprint)}},
	        .serial = {ts_serial, sizeof(ts_serial)},
	        .time = PKI_NOW,
	};
}

/* A token around any octets, good or bad, properly signed. */
PKI_UNUSED static void
ts_wrap(const struct ts_world *w, const struct antin_timestamp_spec *s, struct antin_slice info,
        struct antin_bytes *out)
{
	ANTIN_SCOPED(antin_bytes) attributes = {0};
	ANTIN_SCOPED(antin_bytes) signature = {0};
	struct antin_err err = {0};

	util_ok(antin_timestamp_attributes(s, info, &attributes, &err));
	util_ok(antin_key_sign_message(w->key, s->cms.alg, antin_bytes_slice(&attributes),
	                               &signature, &err));
	util_ok(antin_timestamp_build(s, info, antin_bytes_slice(&attributes),
	                              antin_bytes_slice(&signature), out, &err));
}

#endif
