/*
 * Requests: a file, DER or PEM, is read from a file as from its octets and keeps them.  "@" at the
 * start: the rest stands as attributes in a request that is signed, so that what only a requester
 * can make is reached too; the e-mail asked for there, asked for by us, is read again.
 */
#include <string.h>

#include <antin/keystore.h>
#include <antin/request.h>

#include "given_file.h"

static struct antin_key *
key(void)
{
	static const struct antin_keygen spec = {.type = ANTIN_KEY_P256};
	static struct antin_key *made;

	if (!made)
		fuzz_must(antin_key_mock(&spec, ANTIN_OK, 0, &made, NULL) == ANTIN_OK);
	return made;
}

static void
signed_with(struct antin_slice attributes, struct antin_bytes *der)
{
	struct antin_slice spki = antin_public_spki(key()->public_key);
	struct antin_sigalg a = antin_sigalg_default(ANTIN_KEY_P256);
	ANTIN_SCOPED(antin_bytes) info = {0};
	ANTIN_SCOPED(antin_bytes) signature = {0};
	size_t outer = antin_der_open(&info, ANTIN_SEQUENCE), inner;

	antin_der_add_uint(&info, 0);
	antin_der_add(&info, ANTIN_SEQUENCE, (struct antin_slice){0});
	antin_bytes_add(&info, spki.p, spki.len);
	inner = antin_der_open(&info, ANTIN_CONTEXT_CONS(0));
	antin_bytes_add(&info, attributes.p, attributes.len);
	antin_der_close(&info, inner);
	antin_der_close(&info, outer);
	fuzz_must(antin_bytes_check(&info, NULL) == ANTIN_OK &&
	          antin_key_sign_message(key(), a, antin_bytes_slice(&info), &signature, NULL) ==
	                  ANTIN_OK &&
	          antin_request_finish(antin_bytes_slice(&info), a, antin_bytes_slice(&signature),
	                               der, NULL) == ANTIN_OK);
}

/* What we would ask for with this subject and address says both. */
static void
check_written(struct antin_slice subject, const char *email)
{
	ANTIN_OWN_S(antin_request) r = NULL;
	ANTIN_SCOPED(antin_bytes) der = {0};
	ANTIN_SCOPED(antin_bytes) found = {0};

	if (antin_request_write(key(), subject, *email ? email : NULL, &der, NULL) != ANTIN_OK)
		return;
	if (!fuzz_must(antin_request_read(antin_bytes_slice(&der), &r, NULL) == ANTIN_OK))
		return;
	fuzz_never(!antin_slice_equal(r->subject, subject));
	if (fuzz_must(antin_request_emails(r, &found) && antin_bytes_cstr(&found)))
		fuzz_never(strncmp((char *)found.p, email, strlen(email)) != 0 ||
		           found.len != strlen(email) + !!*email);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	ANTIN_OWN_S(antin_request) r = NULL;
	ANTIN_OWN_S(antin_request) loaded = NULL;
	ANTIN_SCOPED(antin_bytes) der = {0};
	ANTIN_SCOPED(antin_bytes) emails = {0};
	char *all;

	if (!key())
		return 0;
	if (size && data[0] == '@')
		signed_with((struct antin_slice){data + 1, size - 1}, &der);
	else
		antin_bytes_add(&der, data, size);
	if (der.failed)
		return 0;
	fuzz_never(antin_request_load(fuzz_file(der.p, der.len), &loaded, NULL) == ANTIN_OK &&
	           !loaded);
	if (antin_request_read(antin_bytes_slice(&der), &r, NULL) != ANTIN_OK)
		return 0;
	fuzz_must(loaded != NULL);
	fuzz_never(loaded && memcmp(loaded->sha256, r->sha256, sizeof(r->sha256)) != 0);
	fuzz_never(!antin_slice_equal(r->der, antin_bytes_slice(&der)) || !r->public_key);
	fuzz_inside(r->der, r->subject);
	fuzz_inside(r->der, r->spki);
	if (!antin_request_emails(r, &emails))
		return 0;
	all = (char *)(uintptr_t)antin_bytes_cstr(&emails);
	for (char *email = all ? strsep(&all, "\n") : NULL; email; email = strsep(&all, "\n"))
		check_written(r->subject, email);
	return 0;
}
