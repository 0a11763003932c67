/*
 * OCSP over HTTP (RFC 6960 appendix A, RFC 5019 5): the request out of an address or a body, and
 * the answer to it.  See antin_online.h.
 */
#include <antin_online.h>

#include <string.h>
#include <strings.h>

#include <antin/ocsp.h>

/* Percent signs decoded; false for a broken one. */
static bool
decode(const char *text, struct antin_bytes *out)
{
	for (; *text; text++) {
		int high, low;

		if (*text != '%') {
			antin_bytes_byte(out, (uint8_t)*text);
			continue;
		}
		high = antin_hex_digit(text[1]);
		low = high < 0 ? -1 : antin_hex_digit(text[2]);
		if (low < 0)
			return false;
		antin_bytes_byte(out, (uint8_t)(high << 4 | low));
		text += 2;
	}
	return true;
}

const char *
antin_online_ocsp_path(const char *path)
{
	static const char place[] = "/ocsp";

	if (strncmp(path, place, sizeof(place) - 1) != 0)
		return path;
	path += sizeof(place) - 1;
	return *path == '\0' ? "/" : path;
}

const char *
antin_online_request_at(const char *path)
{
	path = antin_online_ocsp_path(path);
	while (path[0] == '/' && path[1] == '/')
		path++;
	/* The base64 of every SEQUENCE begins with M: no file has an address like that. */
	if (path[0] != '/' || (path[1] != 'M' && strncasecmp(path + 1, "%4d", 3) != 0))
		return NULL;
	return path;
}

enum antin_rc
antin_online_get_request(const char *path, struct antin_bytes *der, struct antin_err *err)
{
	ANTIN_SCOPED(antin_bytes) text = {0};
	enum antin_rc rc;

	if (path[0] != '/' || !decode(path + 1, &text))
		return antin_fail(err, ANTIN_E_FORMAT, N_("the address holds no OCSP request"));
	rc = antin_bytes_check(&text, err);
	return rc == ANTIN_OK ? antin_base64_parse(antin_bytes_slice(&text), der, err) : rc;
}

enum antin_rc
antin_online_ocsp(const struct antin_online_config *config, struct antin_slice request,
                  struct antin_signer_ocsp *out, struct antin_err *err)
{
	struct antin_slice ids[ANTIN_OCSP_IDS];
	struct antin_signer_ocsp made = {.status = ANTIN_OCSP_MALFORMED};
	struct antin_ocsp_request r;
	enum antin_rc rc;

	if (antin_ocsp_request_read(request, &r, NULL) == ANTIN_OK) {
		for (size_t i = 0; i < r.n; i++)
			ids[i] = r.ids[i].der;
		return config->ocsp(config->user, ids, r.n, r.nonce, out, err);
	}
	antin_ocsp_error_add(&made.der, made.status);
	rc = antin_bytes_check(&made.der, err);
	if (rc == ANTIN_OK)
		*out = made;
	else
		antin_bytes_done(&made.der);
	return rc;
}
