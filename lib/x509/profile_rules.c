/*
 * Certificate profiles applied: the subject, the key and the addresses of one certificate.  See
 * profile.h.
 */
#include <antin/profile.h>

#include <string.h>

#include <antin/text.h>

#include "name_internal.h"

/* `text` has one %s, for the attribute's type. */
#define REFUSE(err, type, text)                                                                    \
	(antin_err_set_where((err), "subject.%s", (type)),                                         \
	 antin_fail((err), ANTIN_E_POLICY, text, (type)))

/* The value in the string type that the table of attributes gives it. */
static enum antin_rc
add_attr(struct antin_bytes *b, const struct antin_name_type *t, const struct antin_name_attr *a,
         struct antin_err *err)
{
	ANTIN_SCOPED(antin_bytes) nfc = {0};
	size_t set, seq;
	enum antin_rc rc;

	if (a->tag != ANTIN_UTF8 && a->tag != ANTIN_PRINTABLE && a->tag != ANTIN_IA5)
		return REFUSE(err, t->name, N_("the subject's %s has an outdated string type"));
	rc = antin_text_nfc(a->value, &nfc, err);
	if (rc != ANTIN_OK)
		return antin_wrap(err, rc, N_("the subject's %s"), t->name);
	set = antin_der_open(b, ANTIN_SET);
	seq = antin_der_open(b, ANTIN_SEQUENCE);
	antin_der_add_oid(b, t->oid);
	antin_der_add(b, t->tag, antin_bytes_slice(&nfc));
	antin_der_close(b, seq);
	antin_der_close(b, set);
	return antin_bytes_check(b, err);
}

/* All attributes of the name that this line of the profile speaks of. */
static enum antin_rc
take_attrs(const struct antin_profile_attr *rule, const struct antin_name *name,
           bool used[ANTIN_NAME_ATTRS], struct antin_bytes *b, struct antin_err *err)
{
	const struct antin_name_type *t = antin_name_type_by_name(rule->type);
	enum antin_rc rc = ANTIN_OK;
	size_t found = 0;

	for (size_t i = 0; rc == ANTIN_OK && i < name->n_attrs; i++) {
		const struct antin_name_attr *a = &name->attrs[i];

		if (!antin_oid_is(a->oid, t->oid))
			continue;
		used[i] = true;
		if (found++ > 0 && !rule->repeat)
			return REFUSE(err, rule->type, N_("the subject may have only one %s"));
		if (rule->value && !antin_slice_is(a->value, rule->value))
			return REFUSE(err, rule->type,
			              N_("the subject's %s is not the one allowed"));
		rc = add_attr(b, t, a, err);
	}
	if (rc == ANTIN_OK && found == 0 && rule->required)
		return REFUSE(err, rule->type, N_("the subject needs %s"));
	return rc;
}

static enum antin_rc
refuse_rest(const struct antin_name *name, const bool used[ANTIN_NAME_ATTRS], struct antin_err *err)
{
	char oid[64];

	for (size_t i = 0; i < name->n_attrs; i++) {
		const struct antin_name_type *t;

		if (used[i])
			continue;
		t = antin_name_type_by_oid(antin_oid_text(name->attrs[i].oid, oid, sizeof(oid)));
		return REFUSE(err, t ? t->name : oid,
		              N_("the profile does not allow %s in the subject"));
	}
	return ANTIN_OK;
}

enum antin_rc
antin_profile_subject(const struct antin_profile *p, struct antin_slice from,
                      struct antin_bytes *der, struct antin_err *err)
{
	ANTIN_SCOPED(antin_bytes) b = {0};
	bool used[ANTIN_NAME_ATTRS] = {false};
	struct antin_name name;
	size_t seq = antin_der_open(&b, ANTIN_SEQUENCE);
	enum antin_rc rc = antin_name_read(from, &name, err);

	if (rc != ANTIN_OK)
		return rc;
	if (name.n_attrs != name.n_rdns)
		return antin_fail(err, ANTIN_E_POLICY,
		                  N_("the subject joins attributes into one step"));
	for (size_t i = 0; rc == ANTIN_OK && i < p->n_subject; i++)
		rc = take_attrs(&p->subject[i], &name, used, &b, err);
	if (rc == ANTIN_OK)
		rc = refuse_rest(&name, used, err);
	if (rc != ANTIN_OK)
		return rc;
	antin_der_close(&b, seq);
	return antin_bytes_join(der, &b, err);
}

enum antin_rc
antin_profile_key(const struct antin_profile *p, const struct antin_public *key,
                  struct antin_err *err)
{
	static const unsigned int sizes[] = {
	        [ANTIN_PROFILE_RSA_2048] = 2048,
	        [ANTIN_PROFILE_RSA_3072] = 3072,
	        [ANTIN_PROFILE_RSA_4096] = 4096,
	};
	enum antin_key_type type = antin_public_type(key);
	bool allowed = p->key_types & 1U << type;

	if (allowed && type == ANTIN_KEY_RSA) {
		allowed = false;
		for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
			allowed |= (p->rsa_bits & 1U << i) && antin_public_bits(key) == sizes[i];
	}
	if (allowed)
		return ANTIN_OK;
	return antin_fail(err, ANTIN_E_POLICY, N_("the profile %s does not allow a key %s"), p->id,
	                  antin_public_name(key));
}

static const char *
find_setting(const struct antin_profile_setting *settings, struct antin_slice name)
{
	for (; settings && settings->name; settings++)
		if (antin_slice_is(name, settings->name))
			return settings->value;
	return NULL;
}

enum antin_rc
antin_profile_url(const char *pattern, const struct antin_profile_setting *settings,
                  struct antin_bytes *out, struct antin_err *err)
{
	ANTIN_SCOPED(antin_bytes) url = {0};
	enum antin_rc rc;

	for (const char *p = pattern; *p; p++) {
		const char *end = *p == '{' ? strchr(p, '}') : NULL, *value;

		if (!end) {
			antin_bytes_byte(&url, (uint8_t)*p);
			continue;
		}
		value = find_setting(settings, (struct antin_slice){(const uint8_t *)p + 1,
		                                                    (size_t)(end - p - 1)});
		if (!value || !*value)
			return antin_fail(err, ANTIN_E_CONFIG,
			                  N_("the authority has no value for %s"), pattern);
		antin_bytes_text(&url, value);
		p = end;
	}
	rc = antin_bytes_check(&url, err);
	if (rc != ANTIN_OK)
		return rc;
	antin_bytes_add(out, url.p, url.len);
	return antin_bytes_check(out, err);
}
