/*
 * What is trusted on this computer, and by which rules.  See trust.h.
 */
#include "cli.h"

#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include <antin/text.h>

#include "trust.h"

enum antin_rc
trust_folder(enum cli_place place, struct antin_bytes *out, struct antin_err *err)
{
	return cli_path(place, "trust.d", out, err);
}

static enum antin_rc
bound(struct antin_err *err)
{
	return antin_fail(err, ANTIN_E_POLICY,
	                  N_("the setting %s keeps certificates of users from counting"),
	                  "trust.user");
}

enum antin_rc
trust_user_may(struct cli *c, struct antin_err *err)
{
	bool user = false;
	enum antin_rc rc = cli_setting_flag(c, "trust.user", &user, err);

	return rc == ANTIN_OK && !user ? bound(err) : rc;
}

enum antin_rc
trust_may_give(struct cli *c, struct antin_err *err)
{
	bool user = false;
	enum antin_rc rc = cli_setting_flag(c, "trust.user", &user, err);

	if (rc != ANTIN_OK || user || !cli_setting_locked(c, "trust.user"))
		return rc;
	return bound(err);
}

enum antin_rc
trust_take(struct antin_trust *t, const char *path, struct antin_err *err)
{
	struct stat st;

	if (stat(path, &st) != 0 || !S_ISDIR(st.st_mode))
		return antin_trust_give(t, path, err);
	t->given = true;
	return antin_trust_configured(t, path, err);
}

enum antin_rc
trust_configured(struct cli *c, struct antin_trust *t, struct antin_err *err)
{
	static const enum cli_place places[] = {CLI_PLACE_CONFIG, CLI_PLACE_SYSTEM};
	bool user = false;
	enum antin_rc rc = cli_setting_flag(c, "trust.user", &user, err);

	for (size_t i = user ? 0 : 1; !t->given && i < 2 && rc == ANTIN_OK; i++) {
		ANTIN_SCOPED(antin_bytes) folder = {0};

		rc = trust_folder(places[i], &folder, err);
		if (rc == ANTIN_OK)
			rc = antin_trust_configured(t, antin_bytes_cstr(&folder), err);
	}
	return rc;
}

/* A file of rules: the administrator's, else the one that came with the program; empty: none. */
static enum antin_rc
find_rules(const char *name, struct antin_bytes *path, struct antin_err *err)
{
	static const enum cli_place places[] = {CLI_PLACE_SYSTEM, CLI_PLACE_SHARE};

	for (size_t i = 0; i < 2; i++) {
		enum antin_rc rc;

		antin_bytes_clear(path);
		rc = cli_path(places[i], name, path, err);
		if (rc != ANTIN_OK || access(antin_bytes_cstr(path), F_OK) == 0)
			return rc;
	}
	antin_bytes_clear(path);
	return ANTIN_OK;
}

enum antin_rc
trust_kinds(struct antin_kinds **out, struct antin_err *err)
{
	ANTIN_SCOPED(antin_bytes) path = {0};
	enum antin_rc rc = find_rules("verify/signers.json", &path, err);

	return rc == ANTIN_OK && path.len ? antin_kinds_load(antin_bytes_cstr(&path), out, err)
	                                  : rc;
}

/* A name is that of a file found in the same way; anything with a slash or an ending is a path. */
enum antin_rc
trust_rules(const char *wanted, struct antin_rules **out, struct antin_err *err)
{
	ANTIN_SCOPED(antin_bytes) name = {0};
	ANTIN_SCOPED(antin_bytes) path = {0};
	enum antin_rc rc;

	if (strpbrk(wanted, "/."))
		return antin_rules_load(wanted, out, err);
	antin_bytes_printf(&name, "verify/rules-%s.json", wanted);
	rc = antin_bytes_cstr(&name) ? find_rules(antin_bytes_cstr(&name), &path, err)
	                             : antin_fail_memory(err);
	if (rc != ANTIN_OK)
		return rc;
	if (!path.len)
		return antin_fail(err, ANTIN_E_USAGE,
		                  N_("no rules have the name %s; there are public-service, foreign "
		                     "and archive, and files with a / or . in their name"),
		                  wanted);
	return antin_rules_load(antin_bytes_cstr(&path), out, err);
}

enum antin_rc
trust_algorithms(struct antin_algorithms **out, struct antin_err *err)
{
	ANTIN_SCOPED(antin_bytes) path = {0};
	enum antin_rc rc = find_rules("verify/algorithms.json", &path, err);

	return rc == ANTIN_OK && path.len ? antin_algorithms_load(antin_bytes_cstr(&path), out, err)
	                                  : rc;
}

void
trust_show(struct cli *c, const struct antin_cert *cert, const char *class)
{
	ANTIN_SCOPED(antin_bytes) name = {0};
	char groups[100], from[ANTIN_TIME_CAP], to[ANTIN_TIME_CAP];

	antin_name_text_add(&name, cert->subject);
	cli_say(c, "%s: %s\n", _("Subject"), antin_bytes_cstr(&name));
	cli_say(c, "%s: %s – %s\n", _("Validity"),
	        antin_time_people(cert->not_before, ANTIN_VIETNAM_OFFSET, from),
	        antin_time_people(cert->not_after, ANTIN_VIETNAM_OFFSET, to));
	if (class)
		cli_say(c, "%s: %s\n", _("Class"), _(class));
	cli_say(c, "SHA-256: %s\n",
	        antin_hex_groups((struct antin_slice){cert->sha256, 32}, groups, sizeof(groups)));
}

static enum antin_rc
fingerprint_given(const struct antin_cert *cert, const struct antin_bytes *hash,
                  struct antin_err *err)
{
	if (memcmp(hash->p, cert->sha256, 32) != 0)
		return antin_fail(err, ANTIN_E_KEY_MISMATCH,
		                  N_("the certificate does not have this fingerprint"));
	return ANTIN_OK;
}

/* The person compares with the fingerprint on paper and types its end. */
static enum antin_rc
fingerprint_typed(struct cli *c, const struct antin_cert *cert, struct antin_err *err)
{
	ANTIN_SCOPED(antin_bytes) answer = {0};
	ANTIN_SCOPED(antin_bytes) plain = {0};
	char hex[65];
	enum antin_rc rc;

	if (!c->terminal)
		return antin_fail(err, ANTIN_E_CANCELLED,
		                  N_("without a terminal the fingerprint is given with "
		                     "--fingerprint"));
	rc = cli_ask(c,
	             _("Compare it with the published fingerprint and type its last eight "
	               "digits: "),
	             &answer, err);
	if (rc != ANTIN_OK)
		return rc;
	for (size_t i = 0; i < answer.len; i++)
		if (answer.p[i] != ' ')
			antin_bytes_byte(&plain, answer.p[i]);
	(void)antin_hex_text((struct antin_slice){cert->sha256, 32}, hex, sizeof(hex));
	if (!antin_bytes_cstr(&plain) || strcasecmp(antin_bytes_cstr(&plain), hex + 56) != 0)
		return antin_fail(err, ANTIN_E_KEY_MISMATCH,
		                  N_("these are not the last eight digits of the fingerprint"));
	return ANTIN_OK;
}

enum antin_rc
trust_compare(struct cli *c, const struct antin_cert *cert, const struct antin_bytes *hash,
              struct antin_err *err)
{
	return hash->len ? fingerprint_given(cert, hash, err) : fingerprint_typed(c, cert, err);
}
