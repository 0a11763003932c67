/*
 * What is named on the command line: keys and their stores, certificates, subjects.  See cli.h.
 */
#include "cli.h"

#include <string.h>

#include <antin/given.h>
#include <antin/name.h>
#include <antin_p11.h>

bool
cli_is_token_uri(const char *key)
{
	return strncmp(key, "pkcs11:", 7) == 0;
}

enum antin_rc
cli_token_module(struct cli *c, const char *option, const char **out, struct antin_err *err)
{
	if (option && cli_setting_locked(c, "token.module"))
		return antin_fail(err, ANTIN_E_POLICY,
		                  N_("setting %s is locked by the administrator"), "token.module");
	if (!option)
		return cli_setting(c, "token.module", out, err);
	*out = option;
	return ANTIN_OK;
}

enum antin_rc
cli_keystore(struct cli *c, const char *key, const char *module,
             const struct antin_pin_source *pins, struct antin_keystore **out,
             struct antin_err *err)
{
	enum antin_rc rc;

	if (!cli_is_token_uri(key))
		return antin_keystore_file(pins, out, err);
	rc = antin_p11_uri_check(key, err);
	if (rc == ANTIN_OK)
		rc = cli_token_module(c, module, &module, err);
	return rc == ANTIN_OK ? antin_keystore_pkcs11(module, pins, out, err) : rc;
}

static enum antin_rc
check_any(const struct antin_certs *read, const char *path, struct antin_err *err)
{
	if (read->n)
		return ANTIN_OK;
	antin_err_set_file(err, path);
	antin_err_set_hint(err, N_("Name a certificate, or a folder with files *.crt, *.cer, "
	                           "*.der or *.pem."));
	return antin_fail(err, ANTIN_E_NOT_FOUND, N_("there is no certificate in %s"), path);
}

enum antin_rc
cli_certs(const char *path, struct antin_certs *out, struct antin_err *err)
{
	ANTIN_SCOPED(antin_given) files = {0};
	enum antin_rc rc = antin_given_add(&files, ANTIN_GIVEN_CERTS, path, err);

	return rc == ANTIN_OK ? cli_certs_read(&files, path, out, err) : rc;
}

enum antin_rc
cli_certs_read(struct antin_given *files, const char *path, struct antin_certs *out,
               struct antin_err *err)
{
	enum antin_rc rc = antin_given_read_all(files, out, NULL, err);

	return rc == ANTIN_OK ? check_any(out, path, err) : rc;
}

enum antin_rc
cli_subject(const char *subject, struct antin_bytes *der, struct antin_err *err)
{
	enum antin_rc rc = antin_name_parse(subject, der, err);

	if (rc != ANTIN_E_FORMAT)
		return rc;
	err->rc = ANTIN_E_USAGE;
	antin_err_set_hint(err, "--subject \"C=VN,O=...,CN=...\"");
	return ANTIN_E_USAGE;
}
