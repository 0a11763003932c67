/*
 * antin-ca show: one certificate as the store has it, with its history.
 */
#include "ca.h"

#include <antin/crl.h>

struct args {
	const char *ca, *out;
	bool history, force;
};

static const struct cli_opt opts[] = {
        CLI_OPT_TEXT(struct args, ca, "ca", 0, "NAME",
                     N_("Authority that issued it, when several have the serial")),
        CLI_OPT_FLAG(struct args, history, "history", 0, N_("Every change of its status")),
        CLI_OPT_TEXT(struct args, out, "out", 'o', "FILE", N_("Write the certificate to a file")),
        CLI_OPT_FLAG(struct args, force, "force", 0, N_("Replace a file that exists")),
        CLI_OPT_END,
};

static const char *
reason_name(int64_t reason)
{
	return reason == ANTIN_NULL ? NULL : antin_crl_reason_name((int)reason);
}

struct history {
	struct cli *c;
	json_t *list;
};

static enum antin_rc
event(void *user, const struct antin_event_row *r, struct antin_err *err)
{
	struct history *h = user;
	const char *reason = reason_name(r->reason);
	char when[ANTIN_TIME_CAP];
	json_t *o = json_pack("{ss ss ss ss? sI}", "event", (const char *)r->event.p, "from",
	                      antin_cert_state_name(r->old_state), "to",
	                      antin_cert_state_name(r->new_state), "reason", reason, "log",
	                      (json_int_t)r->log_seq);

	if (!o || antin_json_set_time(o, "at", r->at) != 0 ||
	    json_array_append_new(h->list, o) != 0)
		return antin_fail_memory(err);
	cli_say(h->c, "  %s  %-17s %s -> %s  %s  log %lld\n", ca_time(r->at, when),
	        (const char *)r->event.p, ca_state(r->old_state), ca_state(r->new_state),
	        reason ? reason : "-", (long long)r->log_seq);
	return ANTIN_OK;
}

static enum antin_rc
say_revocation(struct cli *c, struct ca *ca, const struct antin_cert_row *row, json_t *o,
               struct antin_err *err)
{
	ANTIN_SCOPED(antin_revocation_row) r = {0};
	const char *reason;
	char when[ANTIN_TIME_CAP];
	enum antin_rc rc;

	if (row->state != ANTIN_CERT_HOLD && row->state != ANTIN_CERT_REVOKED)
		return ANTIN_OK;
	rc = antin_store_revocation_get(ca_store(ca), row->issuer, antin_bytes_slice(&row->serial),
	                                &r, err);
	if (rc != ANTIN_OK)
		return rc;
	reason = reason_name(r.reason);
	cli_say(c, _("Revoked:  %s, reason %s\n"), ca_time(r.revoked_at, when),
	        reason ? reason : _("not given"));
	if (r.invalidity_at != ANTIN_NULL)
		cli_say(c, _("Invalid:  since %s\n"), ca_time(r.invalidity_at, when));
	if (r.note.len)
		cli_say(c, _("Note:     %s\n"), ca_safe(&r.note));
	(void)json_object_set_new(o, "reason", reason ? json_string(reason) : json_null());
	(void)antin_json_set_time(o, "revokedAt", r.revoked_at);
	if (r.invalidity_at != ANTIN_NULL)
		(void)antin_json_set_time(o, "invalidityAt", r.invalidity_at);
	if (r.note.len)
		(void)antin_json_set_text(o, "note", antin_bytes_slice(&r.note));
	return ANTIN_OK;
}

static void
say_row(struct cli *c, struct ca *ca, const struct antin_cert_row *r)
{
	char serial[CA_SERIAL_CAP], from[ANTIN_TIME_CAP], to[ANTIN_TIME_CAP];

	cli_say(c, _("Serial:   %s\n"), ca_serial(antin_bytes_slice(&r->serial), serial));
	cli_say(c, _("Subject:  %s\n"), ca_safe(&r->subject_text));
	cli_say(c, _("Issuer:   %s, profile %s version %lld\n"), ca_name(ca, r->issuer),
	        (const char *)r->profile.p, (long long)r->profile_version);
	cli_say(c, _("Valid:    %s to %s\n"), ca_time(r->not_before, from),
	        ca_time(r->not_after, to));
	cli_say(c, _("State:    %s\n"), ca_state(r->state));
}

static enum antin_rc
show(struct cli *c, struct ca *ca, const struct args *a, const struct antin_cert_row *row,
     struct antin_err *err)
{
	ANTIN_OWN(json_t) o = ca_cert_json(ca, row);
	ANTIN_OWN(json_t) list = json_array();
	struct history h = {c, list};
	enum antin_rc rc;

	if (!o || !list)
		return antin_fail_memory(err);
	(void)json_object_set_new(o, "schema", json_string("antin-ca.show/1"));
	say_row(c, ca, row);
	rc = say_revocation(c, ca, row, o, err);
	if (rc == ANTIN_OK && a->history) {
		cli_say(c, _("History:\n"));
		rc = antin_store_event_each(ca_store(ca), row->issuer,
		                            antin_bytes_slice(&row->serial), event, &h, err);
		(void)json_object_set(o, "history", list);
	}
	if (rc == ANTIN_OK)
		cli_json(c, ANTIN_TAKE(o));
	return rc;
}

static enum antin_rc
run(struct cli *c, const void *args, char **operands, struct antin_err *err)
{
	const struct args *a = args;
	ANTIN_OWN_S(ca) ca = NULL;
	ANTIN_OWN_S(antin_output) out = NULL;
	ANTIN_SCOPED(antin_cert_row) row = {0};
	ANTIN_SCOPED(antin_bytes) der = {0};
	enum antin_rc rc = ca_out_open(a->out, a->force, &out, err);

	if (rc == ANTIN_OK)
		rc = ca_open(c, NULL, CA_THERE, &ca, err);
	if (rc == ANTIN_OK)
		rc = antin_ca_find(ca_signer(ca), a->ca, operands[0], &row, err);
	if (rc == ANTIN_OK && out)
		rc = antin_store_cert_der(ca_store(ca), row.id, ANTIN_BLOB_CERT, &der, err);
	if (rc == ANTIN_OK && out)
		rc = ca_out_cert(c, out, antin_bytes_slice(&der), err);
	return rc == ANTIN_OK ? show(c, ca, a, &row, err) : rc;
}

static const char *const examples[] = {"antin-ca show person.crt --history", NULL};
const struct cli_cmd cmd_show = {
        .name = "show",
        .operands = "SERIAL|FILE",
        .min_operands = 1,
        .max_operands = 1,
        .summary = N_("Show a certificate and what became of it"),
        .opts = opts,
        .args_size = sizeof(struct args),
        .examples = examples,
        .run = run,
};
