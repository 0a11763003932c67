/*
 * antin doctor: drivers, readers, tokens, PINs and certificates.
 */
#include "doctor.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <antin/text.h>

#include "token.h"

enum { SOON = 30 * 24 * 3600 };

static void
look_at_service(struct doctor *d)
{
	const char *path = getenv("PCSCLITE_CSOCK_NAME"); /* as pcsclite itself has it */

	if (!path || !*path)
		path = "/run/pcscd/pcscd.comm";
	doctor_find(d, access(path, F_OK) == 0 ? DOCTOR_SERVICE_OK : DOCTOR_SERVICE_NONE, path);
}

/* One that nobody named may be missing, and may fail: OpenSC does where no service runs. */
static enum antin_rc
try_module(struct doctor *d, const char *name, bool named, struct antin_modules *l,
           struct antin_err *err)
{
	struct antin_module_info info;
	struct antin_module *m = NULL;
	struct antin_err why = {0};
	char subject[600];
	enum antin_rc rc = antin_module_open(name, &m, &why);

	if (rc == ANTIN_E_NOT_FOUND && !named)
		return ANTIN_OK;
	if (rc == ANTIN_OK)
		rc = antin_module_info(m, &info, &why);
	if (rc != ANTIN_OK) {
		antin_module_free(m);
		doctor_find_error(d, named ? DOCTOR_MODULE_BROKEN : DOCTOR_MODULE_IDLE, name, &why);
		return ANTIN_OK;
	}
	(void)snprintf(subject, sizeof(subject), "%s (%s %s)", antin_module_path(m),
	               info.description, info.version);
	doctor_find(d, DOCTOR_MODULE_OK, subject);
	return antin_modules_add(l, m, err);
}

/* How they are run here; antind has an option of its own. */
static enum antin_rc
look_at_isolation(struct doctor *d, struct antin_err *err)
{
	ANTIN_SCOPED(antin_bytes) helper = {0};
	const char *path;
	bool isolate = false;
	enum antin_rc rc = cli_setting_flag(d->c, "token.isolate", &isolate, err);

	if (rc == ANTIN_OK)
		rc = cli_helper("antin-module", &helper, err);
	if (rc != ANTIN_OK)
		return rc;
	path = (const char *)helper.p;
	if (!isolate)
		doctor_find(d, DOCTOR_ISOLATION_OFF, "");
	else
		doctor_find(d,
		            access(path, X_OK) == 0 ? DOCTOR_ISOLATION_ON : DOCTOR_ISOLATION_BROKEN,
		            path);
	return ANTIN_OK;
}

static enum antin_rc
look_at_modules(struct doctor *d, struct antin_modules *l, struct antin_err *err)
{
	const char *named = NULL;
	unsigned int before = d->counts[DOCTOR_PROBLEM];
	enum antin_rc rc = cli_token_module(d->c, d->module, &named, err);

	if (rc == ANTIN_OK && named)
		return try_module(d, named, true, l, err);
	for (size_t i = 0; rc == ANTIN_OK && antin_module_known(i); i++)
		rc = try_module(d, antin_module_known(i), false, l, err);
	if (rc == ANTIN_OK && l->n == 0 && d->counts[DOCTOR_PROBLEM] == before)
		doctor_find(d, DOCTOR_MODULE_NONE, "");
	return rc;
}

static void
look_at_readers(struct doctor *d, const struct antin_modules *l)
{
	size_t all = 0;

	for (size_t i = 0; i < l->n; i++) {
		size_t n = 0;

		if (antin_module_readers(l->items[i], &n, NULL) == ANTIN_OK)
			all += n;
	}
	if (l->n && all == 0)
		doctor_find(d, DOCTOR_READER_NONE, "");
}

static void
look_at_cert(struct doctor *d, const struct antin_cert *cert)
{
	ANTIN_SCOPED(antin_bytes) name = {0};
	char subject[400], when[ANTIN_TIME_CAP];
	enum doctor_code code = DOCTOR_CERT_OK;

	if (!antin_name_get(cert->subject, "CN", &name))
		antin_name_text_add(&name, cert->subject);
	(void)snprintf(subject, sizeof(subject), "%.*s, %s", name.len > 300 ? 300 : (int)name.len,
	               (const char *)name.p,
	               antin_time_people(cert->not_after, ANTIN_VIETNAM_OFFSET, when));
	if (d->c->now < cert->not_before)
		code = DOCTOR_CERT_EARLY;
	else if (d->c->now > cert->not_after)
		code = DOCTOR_CERT_EXPIRED;
	else if (d->c->now > cert->not_after - SOON)
		code = DOCTOR_CERT_SOON;
	doctor_find(d, code, subject);
}

/* How many certificates of people lie on it. */
static size_t
look_at_token(struct doctor *d, const struct antin_modules *modules,
              const struct antin_token_info *t)
{
	static const enum doctor_code pins[] = {
	        [ANTIN_PIN_OK] = DOCTOR_PIN_OK,       [ANTIN_PIN_LOW] = DOCTOR_PIN_LOW,
	        [ANTIN_PIN_FINAL] = DOCTOR_PIN_FINAL, [ANTIN_PIN_LOCKED] = DOCTOR_PIN_LOCKED,
	        [ANTIN_PIN_UNSET] = DOCTOR_PIN_UNSET,
	};
	ANTIN_SCOPED(antin_token_objects) l = {0};
	ANTIN_OWN_S(antin_token) token = NULL;
	struct antin_err why = {0};
	char subject[128];
	size_t n = 0;
	enum antin_rc rc;

	(void)snprintf(subject, sizeof(subject), "%s (%s, %s)",
	               t->initialized ? t->label : t->model, t->model, t->serial);
	if (!t->initialized) {
		doctor_find(d, DOCTOR_TOKEN_BLANK, t->model);
		return 0;
	}
	rc = token_open_listed(modules, t, &token, &why);
	if (rc == ANTIN_OK)
		rc = antin_token_objects(token, NULL, &l, &why);
	if (rc != ANTIN_OK)
		doctor_find_error(d, DOCTOR_TOKEN_SILENT, subject, &why);
	else
		doctor_find(d, DOCTOR_TOKEN_OK, subject);
	doctor_find(d, pins[t->user_pin], subject);
	for (size_t i = 0; i < l.n; i++) {
		if (!l.items[i].cert || l.items[i].cert->is_ca)
			continue;
		look_at_cert(d, l.items[i].cert);
		/* Without memory it is left out of what follows. */
		(void)!antin_certs_add(&d->certs, l.items[i].cert, NULL);
		n++;
	}
	return n;
}

static void
look_at_tokens(struct doctor *d, struct antin_module *m, size_t *tokens, size_t *certs)
{
	struct antin_modules one = {&m, 1};
	ANTIN_SCOPED(antin_token_infos) l = {0};
	struct antin_err why = {0};

	if (antin_token_list(&one, &l, &why) != ANTIN_OK) {
		doctor_find_error(d, DOCTOR_TOKEN_SILENT, antin_module_path(m), &why);
		*tokens += 1;
	}
	for (size_t i = 0; i < l.n; i++)
		*certs += look_at_token(d, &one, &l.items[i]);
	*tokens += l.n;
}

enum antin_rc
doctor_tokens(struct doctor *d, struct antin_err *err)
{
	ANTIN_SCOPED(antin_modules) modules = {0};
	size_t tokens = 0, certs = 0;
	enum antin_rc rc = look_at_isolation(d, err);

	if (rc == ANTIN_OK)
		rc = look_at_modules(d, &modules, err);
	if (rc != ANTIN_OK)
		return rc;
	look_at_service(d);
	look_at_readers(d, &modules);
	for (size_t i = 0; i < modules.n; i++)
		look_at_tokens(d, modules.items[i], &tokens, &certs);
	if (tokens == 0)
		doctor_find(d, DOCTOR_TOKEN_NONE, "");
	else if (certs == 0)
		doctor_find(d, DOCTOR_CERT_NONE, "");
	return ANTIN_OK;
}
