/*
 * OCSP requests: 1 to 16 CertIDs inside the bytes, written again they are the same questions, and a
 * CertID is of the issuer whose hashes it has and of no other.
 */
#include <antin/ocsp.h>

#include "fuzz.h"

/* An issuer with the name that the input gives, and a key of one octet. */
static const uint8_t key[] = {0x30, 0x0b, 0x30, 0x05, 0x06, 0x03, 0x55,
                              0x04, 0x03, 0x03, 0x02, 0x00, 0x07};

static void
asked_of(const struct antin_certid *id, struct antin_slice name)
{
	struct antin_cert issuer = {.subject = name, .spki = {key, sizeof(key)}};
	ANTIN_SCOPED(antin_bytes) der = {0};
	struct antin_certid_issuer hashes;
	struct antin_certid made;

	fuzz_never(antin_certid_add(&der, ANTIN_SHA384, &issuer, id->serial, NULL) == ANTIN_OK);
	if (!fuzz_must(antin_certid_issuer(&issuer, &hashes, NULL) == ANTIN_OK &&
	               antin_certid_add(&der, id->digest, &issuer, id->serial, NULL) == ANTIN_OK &&
	               antin_certid_read(antin_bytes_slice(&der), &made, NULL) == ANTIN_OK))
		return;
	fuzz_never(!antin_slice_equal(made.serial, id->serial) || made.digest != id->digest);
	fuzz_never(!antin_certid_matches(&made, &hashes));
	fuzz_never(antin_certid_matches(id, &hashes) !=
	           (antin_slice_equal(id->name_hash, made.name_hash) &&
	            antin_slice_equal(id->key_hash, made.key_hash)));
	made.digest = ANTIN_SHA384;
	fuzz_never(antin_certid_matches(&made, &hashes));
}

static void
ask_again(const struct antin_ocsp_request *r)
{
	ANTIN_SCOPED(antin_bytes) ids = {0};
	ANTIN_SCOPED(antin_bytes) again = {0};
	struct antin_ocsp_request s;

	for (size_t i = 0; i < r->n; i++)
		antin_bytes_add(&ids, r->ids[i].der.p, r->ids[i].der.len);
	fuzz_must(antin_ocsp_request_write(antin_bytes_slice(&ids), r->nonce, &again, NULL) ==
	                  ANTIN_OK &&
	          antin_ocsp_request_read(antin_bytes_slice(&again), &s, NULL) == ANTIN_OK &&
	          s.n == r->n && antin_slice_equal(s.nonce, r->nonce));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct antin_slice whole = {data, size};
	struct antin_certid_issuer hashes;
	struct antin_ocsp_request r;
	struct antin_certid id;

	/* The octets as one CertID, and as the key of an issuer. */
	if (antin_certid_read(whole, &id, NULL) == ANTIN_OK)
		fuzz_never(!antin_slice_equal(id.der, whole));
	(void)!antin_certid_hashes((struct antin_slice){0}, whole, &hashes, NULL);
	if (antin_ocsp_request_read(whole, &r, NULL) != ANTIN_OK)
		return 0;
	fuzz_never(r.n < 1 || r.n > ANTIN_OCSP_IDS || r.nonce.len > ANTIN_OCSP_NONCE);
	for (size_t i = 0; i < r.n; i++) {
		fuzz_inside(whole, r.ids[i].der);
		fuzz_must(antin_certid_read(r.ids[i].der, &id, NULL) == ANTIN_OK);
		asked_of(&id, r.ids[0].name_hash);
	}
	ask_again(&r);
	return 0;
}
