/*
 * PKCS#11 URIs (RFC 7512) over p11-kit's parser: which token and object are meant, and the name of
 * an object in return.  What cannot be honoured is refused: a PIN in a URI ends in logs and lists
 * of processes, an unknown attribute would name fewer things than its writer meant.
 */
#include "p11.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct antin_p11_uri {
	P11KitUri *uri;
};

void
antin_p11_uri_free(struct antin_p11_uri *u)
{
	if (!u)
		return;
	p11_kit_uri_free(u->uri);
	free(u);
}

static enum antin_rc
fail_unknown(struct antin_err *err)
{
	return antin_fail(err, ANTIN_E_USAGE,
	                  N_("the PKCS#11 URI has an attribute that is not known"));
}

static enum antin_rc
refuse(P11KitUri *uri, struct antin_err *err)
{
	enum antin_rc rc;

	if (p11_kit_uri_get_pin_value(uri) || p11_kit_uri_get_pin_source(uri)) {
		rc = antin_fail(err, ANTIN_E_USAGE, N_("a PIN has no place in a PKCS#11 URI"));
		antin_err_set_hint(err, N_("Give the PIN at the prompt or with --pin-file."));
		return rc;
	}
	return p11_kit_uri_any_unrecognized(uri) ? fail_unknown(err) : ANTIN_OK;
}

/* p11-kit passes over what it does not know behind "?", like a token= in the wrong place. */
static enum antin_rc
refuse_query(const char *query, struct antin_err *err)
{
	static const char *const known[] = {"module-name=", "module-path=", "pin-source=",
	                                    "pin-value="};
	size_t i;

	for (const char *at = query; *at; at += strcspn(at, "&"), at += *at == '&') {
		for (i = 0; i < 4 && strncmp(at, known[i], strlen(known[i])) != 0;)
			i++;
		if (i == 4)
			return fail_unknown(err);
	}
	return ANTIN_OK;
}

/*
 * p11-kit would read another URI than was written: it drops white space, lets the number of a slot
 * run over, takes none for 0, and the last of two.
 */
static enum antin_rc
refuse_misread(const char *text, struct antin_err *err)
{
	size_t n, digits;

	if (text[strcspn(text, " \t\r\n\v\f")])
		return antin_fail(err, ANTIN_E_USAGE,
		                  N_("a PKCS#11 URI has no space; one in a name is written %%20"));
	for (const char *at = text + 7; *at && *at != '?'; at += n + (at[n] == ';')) {
		size_t name = strcspn(at, "=;?");

		n = strcspn(at, ";?");
		/* p11-kit reads nothing of what stands behind it. */
		if (n == 0)
			return fail_unknown(err);
		digits = strncmp(at, "slot-id=", 8) == 0 ? strspn(at + 8, "0123456789") : 1;
		if (digits == 0 || digits > 19)
			return antin_fail(err, ANTIN_E_USAGE,
			                  N_("the PKCS#11 URI has no number of a slot"));
		for (const char *p = at + n; *p == ';'; p += 1 + strcspn(p + 1, ";?"))
			if (at[name] == '=' && strncmp(p + 1, at, name + 1) == 0)
				return antin_fail(err, ANTIN_E_USAGE,
				                  N_("the PKCS#11 URI has an attribute twice"));
	}
	text += strcspn(text, "?");
	return refuse_query(text + (*text == '?'), err);
}

enum antin_rc
antin_p11_uri_parse(const char *text, struct antin_p11_uri **out, struct antin_err *err)
{
	ANTIN_OWN_S(antin_p11_uri) u = calloc(1, sizeof(*u));
	enum antin_rc rc;
	int result;

	if (!u)
		return antin_fail_memory(err);
	u->uri = p11_kit_uri_new();
	if (!u->uri)
		return antin_fail_memory(err);
	if (strncmp(text, "pkcs11:", 7) != 0)
		return antin_fail(err, ANTIN_E_USAGE, N_("a PKCS#11 URI begins with pkcs11:"));
	rc = refuse_misread(text, err);
	if (rc != ANTIN_OK)
		return rc;
	result = p11_kit_uri_parse(text, P11_KIT_URI_FOR_ANY, u->uri);
	if (result == P11_KIT_URI_NO_MEMORY)
		return antin_fail_memory(err);
	if (result != P11_KIT_URI_OK)
		return antin_fail(err, ANTIN_E_USAGE, N_("the PKCS#11 URI is not well formed"));
	rc = refuse(u->uri, err);
	if (rc != ANTIN_OK)
		return rc;
	*out = ANTIN_TAKE(u);
	return ANTIN_OK;
}

enum antin_rc
antin_p11_uri_check(const char *uri, struct antin_err *err)
{
	ANTIN_OWN_S(antin_p11_uri) u = NULL;

	return antin_p11_uri_parse(uri, &u, err);
}

enum antin_rc
antin_p11_uri_of_label(const char *label, struct antin_bytes *out, struct antin_err *err)
{
	static const char plain[] =
	        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";

	if (strlen(label) > 32)
		return antin_fail(err, ANTIN_E_USAGE,
		                  N_("the label of a token has 1 to 32 octets, this one %zu"),
		                  strlen(label));
	antin_bytes_text(out, "pkcs11:token=");
	for (const unsigned char *p = (const unsigned char *)label; *p; p++) {
		if (strchr(plain, *p))
			antin_bytes_byte(out, *p);
		else
			antin_bytes_printf(out, "%%%02X", *p);
	}
	return antin_bytes_check(out, err);
}

bool
antin_p11_uri_matches(const struct antin_p11_uri *u, const struct antin_module *m, CK_SLOT_ID slot,
                      const CK_TOKEN_INFO *info)
{
	CK_SLOT_ID wanted = p11_kit_uri_get_slot_id(u->uri);

	(void)m;
	if (wanted != (CK_SLOT_ID)-1 && wanted != slot)
		return false;
	return p11_kit_uri_match_token_info(u->uri, info) != 0;
}

const char *
antin_p11_uri_module(const struct antin_p11_uri *u)
{
	const char *path = p11_kit_uri_get_module_path(u->uri);

	return path ? path : p11_kit_uri_get_module_name(u->uri);
}

const CK_ATTRIBUTE *
antin_p11_uri_label(const struct antin_p11_uri *u)
{
	return p11_kit_uri_get_attribute(u->uri, CKA_LABEL);
}

const CK_ATTRIBUTE *
antin_p11_uri_id(const struct antin_p11_uri *u)
{
	return p11_kit_uri_get_attribute(u->uri, CKA_ID);
}

bool
antin_p11_uri_kind(const struct antin_p11_uri *u, CK_OBJECT_CLASS kind)
{
	const CK_ATTRIBUTE *a = p11_kit_uri_get_attribute(u->uri, CKA_CLASS);

	return !a || a->ulValueLen != sizeof(kind) || memcmp(a->pValue, &kind, sizeof(kind)) == 0;
}

static int
set_slice(P11KitUri *uri, CK_ATTRIBUTE_TYPE type, struct antin_slice s)
{
	CK_ATTRIBUTE a = antin_p11_attribute_of(type, s);

	return s.len ? p11_kit_uri_set_attribute(uri, &a) : P11_KIT_URI_OK;
}

void
antin_p11_uri_write(const struct antin_p11_identity *token, const CK_OBJECT_CLASS *kind,
                    struct antin_slice id, struct antin_slice label, char *out, size_t cap)
{
	P11KitUri *uri = p11_kit_uri_new();
	CK_TOKEN_INFO *info;
	char *text = NULL;

	out[0] = '\0';
	if (!uri)
		return;
	info = p11_kit_uri_get_token_info(uri);
	memcpy(info->label, token->label, sizeof(token->label));
	memcpy(info->serialNumber, token->serial, sizeof(token->serial));
	if (kind) {
		CK_OBJECT_CLASS class = *kind;
		CK_ATTRIBUTE a = {CKA_CLASS, &class, sizeof(class)};

		(void)p11_kit_uri_set_attribute(uri, &a);
	}
	if (set_slice(uri, CKA_ID, id) == P11_KIT_URI_OK &&
	    set_slice(uri, CKA_LABEL, label) == P11_KIT_URI_OK &&
	    p11_kit_uri_format(uri, P11_KIT_URI_FOR_OBJECT_ON_TOKEN, &text) == P11_KIT_URI_OK &&
	    strlen(text) < cap)
		(void)snprintf(out, cap, "%s", text);
	free(text);
	p11_kit_uri_free(uri);
}
