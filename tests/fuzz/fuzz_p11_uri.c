/*
 * PKCS#11 URIs: what one of strangers may do to us; a label made into a URI is always one that is
 * accepted; and the URI written of an object (from octets that a token may show as its label,
 * serial number, the object's label and id) means that object on that token.
 */
#include <string.h>

#include "../../pkcs11/p11.h"
#include "fuzz.h"

/* Whether the URI's attribute is this one; none is as good as an empty one. */
static bool
is(const CK_ATTRIBUTE *a, struct antin_slice s)
{
	return a ? antin_slice_equal((struct antin_slice){a->pValue, a->ulValueLen}, s) : !s.len;
}

static void
written(struct antin_slice octets)
{
	struct antin_in in = antin_in_of(octets);
	struct antin_p11_identity who = {0};
	CK_TOKEN_INFO info = {0};
	struct antin_slice token, id, label;
	ANTIN_OWN_S(antin_p11_uri) u = NULL;
	CK_OBJECT_CLASS kind;
	uint8_t class, len;
	char uri[512];

	if (!antin_in_take(&in, 48, &token) || !antin_in_u8(&in, &class) ||
	    !antin_in_u8(&in, &len) || !antin_in_take(&in, len, &id))
		return;
	kind = class;
	label = (struct antin_slice){in.p, antin_in_left(&in)};
	memcpy(who.label, token.p, sizeof(who.label));
	memcpy(who.serial, token.p + 32, sizeof(who.serial));
	memcpy(info.label, who.label, sizeof(who.label));
	memcpy(info.serialNumber, who.serial, sizeof(who.serial));
	antin_p11_uri_write(&who, class ? &kind : NULL, id, label, uri, sizeof(uri));
	/* Fields of a token are padded with blanks, and one is told by its serial number. */
	if (!uri[0] || memchr(token.p, 0, token.len) || token.p[32] == ' ')
		return;
	if (!fuzz_must(antin_p11_uri_parse(uri, &u, NULL) == ANTIN_OK))
		return;
	fuzz_never(!antin_p11_uri_matches(u, NULL, 7, &info) || antin_p11_uri_module(u));
	fuzz_never(!is(antin_p11_uri_id(u), id) || !is(antin_p11_uri_label(u), label));
	fuzz_never(!antin_p11_uri_kind(u, kind));
	info.serialNumber[0] ^= 1;
	fuzz_never(antin_p11_uri_matches(u, NULL, 7, &info));
}

static void
read(const char *text)
{
	const size_t path = strcspn(text, "?");
	const CK_TOKEN_INFO info = {.label = "a                               "};
	ANTIN_OWN_S(antin_p11_uri) u = NULL;
	bool slot;

	if (antin_p11_uri_parse(text, &u, NULL) != ANTIN_OK)
		return;
	fuzz_never(strncmp(text, "pkcs11:", 7) != 0);
	slot = strncmp(text + 7, "slot-id=", 8) == 0 || memmem(text, path, ";slot-id=", 9);
	fuzz_never(slot && antin_p11_uri_matches(u, NULL, 1, &info) &&
	           antin_p11_uri_matches(u, NULL, 2, &info));
	fuzz_never(antin_p11_uri_module(u) && !strstr(text, "module-"));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	ANTIN_SCOPED(antin_bytes) text = {0};
	ANTIN_SCOPED(antin_bytes) uri = {0};
	const char *given;

	if (size > 4096)
		return 0;
	written((struct antin_slice){data, size});
	antin_bytes_add(&text, data, size);
	given = antin_bytes_cstr(&text);
	if (!given)
		return 0;
	read(given);
	if (antin_p11_uri_of_label(given, &uri, NULL) == ANTIN_OK)
		fuzz_must(antin_bytes_cstr(&uri) &&
		          antin_p11_uri_check((const char *)uri.p, NULL) == ANTIN_OK);
	return 0;
}
