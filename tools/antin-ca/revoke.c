/*
 * antin-ca revoke, hold and resume.
 */
#include "ca.h"

#include <stdlib.h>
#include <string.h>

#include <antin/crl.h>
#include <antin/text.h>

struct args {
	const char *ca, *reason, *note, *list;
	int64_t invalidity;
	bool dry_run;
};

#define COMMON_OPTS                                                                                \
	CLI_OPT_TEXT(struct args, ca, "ca", 0, "NAME",                                             \
	             N_("Authority that issued it, when several have the serial")),                \
	        CLI_OPT_TEXT(struct args, list, "list", 0, "FILE",                                 \
	                     N_("File with one serial or certificate file a line")),               \
	        CLI_OPT_TEXT(struct args, note, "note", 0, "TEXT",                                 \
	                     N_("Remark that is kept with it and shown to nobody outside")),       \
	        CLI_OPT_FLAG(struct args, dry_run, "dry-run", 0,                                   \
	                     N_("Only try: nothing is changed"))

static const struct cli_opt revoke_opts[] = {
        CLI_OPT_TEXT(struct args, reason, "reason", 0, "NAME",
                     N_("Why: keyCompromise, affiliationChanged, superseded, cessationOfOperation, "
                        "privilegeWithdrawn, cACompromise; without it none is given")),
        CLI_OPT_TIME(struct args, invalidity, "invalidity", 0,
                     N_("Since when the key may have been in other hands")),
        COMMON_OPTS,
        CLI_OPT_END,
};
static const struct cli_opt other_opts[] = {COMMON_OPTS, CLI_OPT_END};

static enum antin_rc
reason_of(const char *name, int *out, struct antin_err *err)
{
	static const char *const known[] = {"keyCompromise",        "cACompromise",
	                                    "affiliationChanged",   "superseded",
	                                    "cessationOfOperation", "privilegeWithdrawn",
	                                    "unspecified",          NULL};
	const char *near;
	enum antin_rc rc;

	if (!name || antin_crl_reason_parse(name, out))
		return ANTIN_OK;
	near = antin_text_nearest(name, known);
	rc = antin_fail(err, ANTIN_E_USAGE, N_("unknown reason %s"), name);
	if (near)
		antin_err_set_hint(err, "--reason %s", near);
	return rc;
}

/* One that went with another, as its key was the same. */
struct also {
	int64_t id;
	struct antin_changed done;
};

struct batch {
	struct cli *c;
	struct ca *ca;
	const struct args *args;
	const char *schema;
	struct antin_change change;
	struct antin_bytes also; /* struct also, of the whole run */
	size_t done, failed;
	int code;
};

static void
say(struct cli *c, const struct antin_cert_row *row, const struct antin_changed *done)
{
	char serial[CA_SERIAL_CAP], when[ANTIN_TIME_CAP];

	(void)ca_serial(antin_bytes_slice(&row->serial), serial);
	if (done->log == 0)
		cli_say(c, _("%s would go from %s to %s: %s\n"), serial, ca_state(done->from),
		        ca_state(done->to), ca_safe(&row->subject_text));
	else if (done->revoked_at == ANTIN_NULL)
		cli_say(c, _("%s is %s again: %s; log %llu\n"), serial, ca_state(done->to),
		        ca_safe(&row->subject_text), (unsigned long long)done->log);
	else
		cli_say(c, _("%s is %s since %s: %s; log %llu\n"), serial, ca_state(done->to),
		        ca_time(done->revoked_at, when), ca_safe(&row->subject_text),
		        (unsigned long long)done->log);
}

static struct also
also_at(const struct batch *b, size_t at)
{
	struct also a;

	memcpy(&a, b->also.p + at, sizeof(a));
	return a;
}

/* Those that went with this one, from `at` on. */
static enum antin_rc
tell_also(struct batch *b, size_t at, json_t *list, struct antin_err *err)
{
	enum antin_rc rc = ANTIN_OK;

	if (at < b->also.len)
		cli_say(b->c, _("Further certificates of the same key that go with it: %zu\n"),
		        (b->also.len - at) / sizeof(struct also));
	for (; rc == ANTIN_OK && at < b->also.len; at += sizeof(struct also)) {
		ANTIN_SCOPED(antin_cert_row) row = {0};
		struct also a = also_at(b, at);
		char serial[CA_SERIAL_CAP];

		rc = antin_store_cert_by_id(ca_store(b->ca), a.id, &row, err);
		if (rc != ANTIN_OK)
			return rc;
		say(b->c, &row, &a.done);
		(void)json_array_append_new(
		        list, json_pack("{ss ss ss}", "ca", ca_name(b->ca, row.issuer), "serial",
		                        ca_serial_hex(antin_bytes_slice(&row.serial), serial),
		                        "before", antin_cert_state_name(a.done.from)));
	}
	return rc;
}

static enum antin_rc
tell(struct batch *b, const struct antin_cert_row *row, const struct antin_changed *done, size_t at,
     struct antin_err *err)
{
	ANTIN_OWN(json_t) o = ca_cert_json(b->ca, row);
	ANTIN_OWN(json_t) list = json_array();
	enum antin_rc rc;

	if (!o || !list)
		return antin_fail_memory(err);
	say(b->c, row, done);
	rc = tell_also(b, at, list, err);
	(void)json_object_set_new(o, "schema", json_string(b->schema));
	(void)json_object_set_new(o, "state", json_string(antin_cert_state_name(done->to)));
	(void)json_object_set_new(o, "before", json_string(antin_cert_state_name(done->from)));
	(void)json_object_set_new(o, "dryRun", json_boolean(done->log == 0));
	(void)json_object_set_new(o, "log", json_integer((json_int_t)done->log));
	(void)json_object_set_new(o, "sameKey", json_integer((json_int_t)json_array_size(list)));
	if (b->change.kind == ANTIN_CHANGE_REVOKE)
		(void)json_object_set(o, "alsoRevoked", list);
	if (done->revoked_at != ANTIN_NULL)
		(void)antin_json_set_time(o, "revokedAt", done->revoked_at);
	if (rc == ANTIN_OK)
		cli_json(b->c, ANTIN_TAKE(o));
	return rc;
}

static enum antin_rc
went_along(void *user, const struct antin_cert_row *cert, const struct antin_changed *done,
           struct antin_err *err)
{
	struct batch *b = user;
	struct also a;

	memset(&a, 0, sizeof(a));
	a.id = cert->id;
	a.done = *done;
	antin_bytes_add(&b->also, &a, sizeof(a));
	return antin_bytes_check(&b->also, err);
}

/* Named itself after it went with another: done, and not refused as revoked already. */
static bool
gone_before(const struct batch *b, int64_t id, struct antin_changed *done)
{
	for (size_t at = 0; at < b->also.len; at += sizeof(struct also))
		if (also_at(b, at).id == id) {
			*done = also_at(b, at).done;
			return true;
		}
	return false;
}

static enum antin_rc
one(struct batch *b, const char *operand, struct antin_err *err)
{
	ANTIN_SCOPED(antin_cert_row) row = {0};
	struct antin_changed done = {0};
	size_t before = b->also.len;
	enum antin_rc rc = antin_ca_find(ca_signer(b->ca), b->args->ca, operand, &row, err);

	if (rc == ANTIN_OK && !gone_before(b, row.id, &done)) {
		rc = antin_ca_change(ca_signer(b->ca), &row, &b->change, &done, err);
		if (rc != ANTIN_OK)
			b->also.len = before; /* undone with it */
	}
	return rc == ANTIN_OK ? tell(b, &row, &done, before, err) : rc;
}

/* Several: each on its own, what failed is told, the rest goes on (exit 7). */
static void
each(struct batch *b, const char *operand)
{
	struct antin_err err = {0};
	enum antin_rc rc = one(b, operand, &err);

	if (rc == ANTIN_OK) {
		b->done++;
		return;
	}
	b->failed++;
	if (b->code == 0)
		b->code = antin_rc_exit(rc);
	cli_error(b->c, &err);
}

static enum antin_rc
each_line(struct batch *b, const char *path, struct antin_err *err)
{
	ANTIN_SCOPED(antin_bytes) text = {0};
	char *next = NULL;
	enum antin_rc rc = antin_file_read(path, (size_t)16 << 20, &text, err);

	if (rc != ANTIN_OK)
		return rc;
	if (!antin_bytes_cstr(&text))
		return antin_fail_memory(err);
	/* A NUL would end the list for us: what follows would be forgotten in silence. */
	if (memchr(text.p, '\0', text.len)) {
		antin_err_set_file(err, path);
		return antin_fail(err, ANTIN_E_FORMAT, N_("the list is no text"));
	}
	for (char *p = strtok_r((char *)text.p, "\r\n", &next); p;
	     p = strtok_r(NULL, "\r\n", &next)) {
		p += strspn(p, " \t");
		if (*p && *p != '#')
			each(b, p);
	}
	return ANTIN_OK;
}

/* An empty list is as wrong as none: whoever gave it believes that something was revoked. */
static enum antin_rc
none_named(struct antin_err *err)
{
	return antin_fail(err, ANTIN_E_USAGE, N_("name a serial or a certificate file"));
}

static enum antin_rc
run_change(struct cli *c, const struct args *a, char **operands, struct batch *b,
           struct antin_err *err)
{
	ANTIN_OWN_S(ca) ca = NULL;
	enum antin_rc rc;
	size_t n = 0;

	while (operands[n])
		n++;
	if (n == 0 && !a->list)
		return none_named(err);
	rc = ca_open(c, NULL, CA_THERE, &ca, err);
	if (rc != ANTIN_OK)
		return rc;
	b->c = c;
	b->ca = ca;
	b->args = a;
	b->change.note = a->note;
	b->change.dry_run = a->dry_run;
	b->change.also = went_along;
	b->change.user = b;
	if (n == 1 && !a->list)
		return one(b, operands[0], err);
	for (size_t i = 0; i < n; i++)
		each(b, operands[i]);
	if (a->list)
		rc = each_line(b, a->list, err);
	if (rc == ANTIN_OK && b->done + b->failed == 0)
		return none_named(err);
	if (rc == ANTIN_OK && b->failed)
		c->exit_code = b->done ? 7 : b->code;
	return rc;
}

static enum antin_rc
run_revoke(struct cli *c, const void *args, char **operands, struct antin_err *err)
{
	const struct args *a = args;
	struct batch b = {.schema = "antin-ca.revoke/1",
	                  .change = {.kind = ANTIN_CHANGE_REVOKE, .invalidity_at = a->invalidity}};
	enum antin_rc rc = reason_of(a->reason, &b.change.reason, err);

	if (rc == ANTIN_OK)
		rc = run_change(c, a, operands, &b, err);
	antin_bytes_done(&b.also);
	return rc;
}

static enum antin_rc
run_hold(struct cli *c, const void *args, char **operands, struct antin_err *err)
{
	struct batch b = {.schema = "antin-ca.hold/1",
	                  .change = {.kind = ANTIN_CHANGE_HOLD, .invalidity_at = ANTIN_NULL}};

	return run_change(c, args, operands, &b, err);
}

static enum antin_rc
run_resume(struct cli *c, const void *args, char **operands, struct antin_err *err)
{
	struct batch b = {.schema = "antin-ca.resume/1",
	                  .change = {.kind = ANTIN_CHANGE_RESUME, .invalidity_at = ANTIN_NULL}};

	return run_change(c, args, operands, &b, err);
}

static const char *const revoke_examples[] = {
        "antin-ca revoke person.crt --reason affiliationChanged", NULL};
const struct cli_cmd cmd_revoke = {
        .name = "revoke",
        .operands = "[SERIAL|FILE]...",
        .max_operands = 10000,
        .summary = N_("Revoke certificates for good"),
        .description = N_(
                "A certificate that is held keeps the date of the hold. What is revoked stays so; "
                "only keyCompromise with an earlier --invalidity can still be added. "
                "keyCompromise also blocks the key for ever and revokes every other certificate of "
                "that key, of all authorities of the store; --dry-run names them beforehand. CRLs "
                "show it from the next one on, OCSP from the next answer on."),
        .opts = revoke_opts,
        .args_size = sizeof(struct args),
        .examples = revoke_examples,
        .run = run_revoke,
};

static const char *const hold_examples[] = {"antin-ca hold person.crt --note \"token lost\"", NULL};
const struct cli_cmd cmd_hold = {
        .name = "hold",
        .operands = "[SERIAL|FILE]...",
        .max_operands = 10000,
        .summary = N_("Suspend certificates until it is known what is the matter"),
        .description = N_("Held certificates are on the CRL with reason certificateHold."),
        .opts = other_opts,
        .args_size = sizeof(struct args),
        .examples = hold_examples,
        .run = run_hold,
};

static const char *const resume_examples[] = {"antin-ca resume person.crt", NULL};
const struct cli_cmd cmd_resume = {
        .name = "resume",
        .operands = "[SERIAL|FILE]...",
        .max_operands = 10000,
        .summary = N_("Lift the suspension of certificates"),
        .description = N_("The certificate is good again, as if it had never been held."),
        .opts = other_opts,
        .args_size = sizeof(struct args),
        .examples = resume_examples,
        .run = run_resume,
};
