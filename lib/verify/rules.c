/*
 * The rules of a verification (EN 319 102-1 5.1.4, the signature validation policy): the table of
 * checks that may be changed, and the file that changes them.  See rules.h.
 */
#include <antin/rules.h>

#include <stdlib.h>
#include <string.h>

#include <antin/fields.h>
#include <antin/file.h>

/* First those that fail a signature unless a file says otherwise, then those that do not. */
static const struct antin_rules_check checks[] = {
        {"revocation-unknown", ANTIN_RULE_FAIL, true},
        {"ca-revocation-unknown", ANTIN_RULE_FAIL, true},
        {"key-usage", ANTIN_RULE_FAIL, true},
        {"no-ess-certificate", ANTIN_RULE_FAIL, true},

        {"revoked-later", ANTIN_RULE_WARN, true},
        {"revoked-after-stamp", ANTIN_RULE_WARN, true},
        {"weak-revocation-data", ANTIN_RULE_WARN, false},
        {"embedded-crl-ignored", ANTIN_RULE_WARN, false},
        {"signer-is-anchor", ANTIN_RULE_WARN, false},
        {"trust-out-of-date", ANTIN_RULE_WARN, true},
        {"other-service", ANTIN_RULE_WARN, false},
        {"counter-signature", ANTIN_RULE_WARN, false},
        {"counter-signature-undecided", ANTIN_RULE_WARN, false},
        {"counter-signature-broken", ANTIN_RULE_WARN, false},
        {"counter-signatures-many", ANTIN_RULE_WARN, false},

        {"permitted-changes", ANTIN_RULE_WARN, false},
        {"comments-added", ANTIN_RULE_WARN, false},
        {"evidence-added", ANTIN_RULE_WARN, false},

        {"local-time-as-utc", ANTIN_RULE_WARN, false},
        {"claimed-time-ahead", ANTIN_RULE_WARN, false},
        {"claimed-time-after-stamp", ANTIN_RULE_WARN, false},

        {"time-stamp-missing", ANTIN_RULE_IGNORE, false},
        {"time-stamp-unreadable", ANTIN_RULE_WARN, false},
        {"time-stamp-over-other", ANTIN_RULE_WARN, false},
        {"time-stamp-weak", ANTIN_RULE_WARN, false},
        {"time-stamp-authority-missing", ANTIN_RULE_WARN, false},
        {"time-stamp-wrong", ANTIN_RULE_WARN, false},
        {"time-stamp-ahead", ANTIN_RULE_WARN, false},
        {"time-stamp-outside", ANTIN_RULE_WARN, false},
        {"time-stamp-authority", ANTIN_RULE_WARN, false},
        {"time-stamp-authority-revoked", ANTIN_RULE_WARN, false},
        {"time-stamp-early", ANTIN_RULE_WARN, false},
        {"time-stamps-many", ANTIN_RULE_WARN, false},
        {"time-stamp-parts", ANTIN_RULE_WARN, false},
        {"judged-at-proven-time", ANTIN_RULE_WARN, false},

        {"digest-undeclared", ANTIN_RULE_WARN, false},
        {"ess-v1", ANTIN_RULE_WARN, false},
        {"no-signer-certificate", ANTIN_RULE_WARN, false},
        {"signing-time-in-pades", ANTIN_RULE_WARN, false},
        {"foreign-certificate", ANTIN_RULE_WARN, false},
        {"version", ANTIN_RULE_WARN, false},
        {"attributes-not-sorted", ANTIN_RULE_WARN, false},
};
enum { CHECKS = sizeof(checks) / sizeof(checks[0]) };

static const struct antin_choice mode_names[] = {
        {"fail", ANTIN_RULE_FAIL},
        {"warn", ANTIN_RULE_WARN},
        {"ignore", ANTIN_RULE_IGNORE},
        {NULL, 0},
};

struct antin_rules {
	char *schema, *name, *note;
	int64_t version;
	json_t *checks_json;
	enum antin_rule modes[CHECKS];
	struct antin_bytes text;
};

#define AT(member) offsetof(struct antin_rules, member)
static const struct antin_field fields[] = {
        {"schema", ANTIN_FIELD_TEXT, AT(schema), 1, 64, NULL, true, "antin.rules/1"},
        {"name", ANTIN_FIELD_TEXT, AT(name), 1, 64, NULL, true, "Shown in every report"},
        {"version", ANTIN_FIELD_INT, AT(version), 1, 1000000, NULL, true,
         "Rises with every change"},
        {"note", ANTIN_FIELD_TEXT, AT(note), 1, 1000, NULL, false, "Remark for people"},
        {"checks", ANTIN_FIELD_JSON, AT(checks_json), 0, 0, NULL, true,
         "Code of a check to fail, warn or ignore; those not named stay as they are"},
        ANTIN_FIELD_END,
};
#undef AT

const struct antin_rules_check *
antin_rules_check(size_t i)
{
	return i < CHECKS ? &checks[i] : NULL;
}

static size_t
check_by_code(const char *code)
{
	size_t i = 0;

	while (i < CHECKS && strcmp(checks[i].code, code) != 0)
		i++;
	return i;
}

static enum antin_rc
read_check(struct antin_rules *r, const char *code, const json_t *value, struct antin_err *err)
{
	size_t i = check_by_code(code), m = 0;
	const char *text = json_string_value(value);

	antin_err_set_where(err, "checks.%s", code);
	if (i == CHECKS)
		return antin_fail(err, ANTIN_E_CONFIG, N_("%s is no check that rules can change"),
		                  code);
	while (mode_names[m].name && (!text || strcmp(mode_names[m].name, text) != 0))
		m++;
	if (!mode_names[m].name)
		return antin_fail(err, ANTIN_E_CONFIG, N_("a check is fail, warn or ignore"));
	if (checks[i].told && mode_names[m].value == ANTIN_RULE_IGNORE)
		return antin_fail(err, ANTIN_E_CONFIG,
		                  N_("%s may be a warning but must not be ignored"), code);
	r->modes[i] = (enum antin_rule)mode_names[m].value;
	return ANTIN_OK;
}

static const struct antin_field_file file = {"antin.rules/1", fields, ANTIN_RULES_MAX,
                                             offsetof(struct antin_rules, text)};

static enum antin_rc
fill(struct antin_rules *r, struct antin_slice text, const char *name, struct antin_err *err)
{
	enum antin_rc rc = antin_fields_parse(&file, text, name, r, err);
	const char *code;
	json_t *value;

	if (rc != ANTIN_OK)
		return rc;
	if (!json_is_object(r->checks_json)) {
		antin_err_set_where(err, "checks");
		return antin_fail(err, ANTIN_E_CONFIG, N_("an object in braces is expected"));
	}
	for (size_t i = 0; i < CHECKS; i++)
		r->modes[i] = checks[i].initial;
	json_object_foreach (r->checks_json, code, value) {
		rc = read_check(r, code, value, err);
		if (rc != ANTIN_OK)
			return rc;
	}
	antin_err_clear(err);
	return ANTIN_OK;
}

enum antin_rc
antin_rules_read(struct antin_slice text, const char *name, struct antin_rules **out,
                 struct antin_err *err)
{
	ANTIN_OWN_S(antin_rules) r = calloc(1, sizeof(*r));
	enum antin_rc rc;

	if (!r)
		return antin_fail_memory(err);
	rc = fill(r, text, name, err);
	if (rc == ANTIN_OK)
		*out = ANTIN_TAKE(r);
	return rc;
}

enum antin_rc
antin_rules_load(const char *path, struct antin_rules **out, struct antin_err *err)
{
	ANTIN_SCOPED(antin_bytes) text = {0};
	enum antin_rc rc = antin_file_read(path, ANTIN_RULES_MAX, &text, err);

	if (rc == ANTIN_OK)
		rc = antin_rules_read(antin_bytes_slice(&text), path, out, err);
	if (rc != ANTIN_OK)
		antin_err_set_file(err, path);
	return rc;
}

void
antin_rules_free(struct antin_rules *r)
{
	if (!r)
		return;
	antin_fields_done(fields, r);
	antin_bytes_done(&r->text);
	free(r);
}

struct antin_slice
antin_rules_text(const struct antin_rules *r)
{
	return antin_bytes_slice(&r->text);
}

const char *
antin_rules_name(const struct antin_rules *r)
{
	return r->name;
}

bool
antin_rules_mode(const struct antin_rules *r, const char *code, enum antin_rule *mode)
{
	size_t i = check_by_code(code);

	if (i == CHECKS)
		return false;
	*mode = r ? r->modes[i] : checks[i].initial;
	return true;
}
