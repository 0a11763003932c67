/*
 * Digests: the table of those in use and the running hash (FIPS 180-4).  See key.h.
 */
#include <antin/key.h>

#include <stdlib.h>

#include <openssl/evp.h>

#include <antin/der.h>
#include <antin/file.h>

#include "key_internal.h"

struct digest_row {
	const char *name, *fetch, *oid;
	size_t size;
};

static const struct digest_row rows[ANTIN_DIGESTS] = {
        [ANTIN_SHA1] = {"SHA-1", "SHA1", "1.3.14.3.2.26", 20},
        [ANTIN_SHA256] = {"SHA-256", "SHA256", "2.16.840.1.101.3.4.2.1", 32},
        [ANTIN_SHA384] = {"SHA-384", "SHA384", "2.16.840.1.101.3.4.2.2", 48},
        [ANTIN_SHA512] = {"SHA-512", "SHA512", "2.16.840.1.101.3.4.2.3", 64},
};

size_t
antin_digest_size(enum antin_digest d)
{
	return rows[d].size;
}

const char *
antin_digest_name(enum antin_digest d)
{
	return rows[d].name;
}

const char *
antin_digest_oid(enum antin_digest d)
{
	return rows[d].oid;
}

const char *
antin_digest_fetch(enum antin_digest d)
{
	return rows[d].fetch;
}

bool
antin_digest_by_oid(struct antin_slice oid, enum antin_digest *out)
{
	char dotted[64];
	struct antin_slice text;

	text = antin_slice_text(antin_oid_text(oid, dotted, sizeof(dotted)));
	for (enum antin_digest d = 0; d < ANTIN_DIGESTS; d++) {
		if (antin_slice_is(text, rows[d].oid)) {
			*out = d;
			return true;
		}
	}
	return false;
}

struct antin_hash {
	enum antin_digest digest;
	EVP_MD *md;
	EVP_MD_CTX *ctx;
};

void
antin_hash_free(struct antin_hash *h)
{
	if (!h)
		return;
	EVP_MD_CTX_free(h->ctx);
	EVP_MD_free(h->md);
	free(h);
}

enum antin_rc
antin_hash_new(enum antin_digest d, struct antin_hash **out, struct antin_err *err)
{
	ANTIN_OWN_S(antin_hash) h = calloc(1, sizeof(*h));

	if (!h)
		return antin_fail_memory(err);
	h->digest = d;
	h->md = EVP_MD_fetch(NULL, rows[d].fetch, NULL);
	h->ctx = EVP_MD_CTX_new();
	if (!h->md || !h->ctx || EVP_DigestInit_ex2(h->ctx, h->md, NULL) != 1)
		return antin_fail_crypto(err, ANTIN_E_INTERNAL, rows[d].name);
	*out = ANTIN_TAKE(h);
	return ANTIN_OK;
}

enum antin_rc
antin_hash_add(struct antin_hash *h, const void *p, size_t len, struct antin_err *err)
{
	if (len && EVP_DigestUpdate(h->ctx, p, len) != 1)
		return antin_fail_crypto(err, ANTIN_E_INTERNAL, rows[h->digest].name);
	return ANTIN_OK;
}

enum antin_rc
antin_hash_source(struct antin_hash *h, struct antin_source *src, uint64_t offset, uint64_t len,
                  struct antin_err *err)
{
	enum { PIECE = 256 * 1024 };
	uint8_t *piece = malloc(PIECE);
	enum antin_rc rc = ANTIN_OK;

	if (!piece)
		return antin_fail_memory(err);
	while (rc == ANTIN_OK && len > 0) {
		size_t n = len < PIECE ? (size_t)len : PIECE;

		rc = antin_source_read(src, offset, piece, n, err);
		if (rc == ANTIN_OK)
			rc = antin_hash_add(h, piece, n, err);
		offset += n;
		len -= n;
	}
	free(piece);
	return rc;
}

enum antin_rc
antin_hash_end(struct antin_hash *h, uint8_t out[ANTIN_DIGEST_MAX], struct antin_err *err)
{
	if (EVP_DigestFinal_ex(h->ctx, out, NULL) != 1)
		return antin_fail_crypto(err, ANTIN_E_INTERNAL, rows[h->digest].name);
	return ANTIN_OK;
}

enum antin_rc
antin_digest_of(enum antin_digest d, struct antin_slice s, uint8_t out[ANTIN_DIGEST_MAX],
                struct antin_err *err)
{
	const uint8_t *p = s.p ? s.p : (const uint8_t *)"";

	if (EVP_Q_digest(NULL, rows[d].fetch, NULL, p, s.len, out, NULL) != 1)
		return antin_fail_crypto(err, ANTIN_E_INTERNAL, rows[d].name);
	return ANTIN_OK;
}
