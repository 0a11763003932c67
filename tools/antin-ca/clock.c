/*
 * antin-ca clock: the way out after a clock that ran ahead.
 */
#include "ca.h"

struct args {
	const char *note;
	int64_t now, since;
	bool dry_run;
};

static const struct cli_opt opts[] = {
        CLI_OPT_TIME(struct args, now, "now", 0,
                     N_("The present, read off another clock than this computer's"),
                     .required = true),
        CLI_OPT_TIME(struct args, since, "since", 0,
                     N_("When the clock was right last; without it, the last entry of the log that "
                        "is not of the future")),
        CLI_OPT_TEXT(struct args, note, "note", 0, "TEXT",
                     N_("Remark that is kept with it and shown to nobody outside"),
                     .required = true),
        CLI_OPT_FLAG(struct args, dry_run, "dry-run", 0, N_("Only try: nothing is changed")),
        CLI_OPT_END,
};

struct dated_back {
	struct ca *ca;
	json_t *list;
};

static enum antin_rc
dated_back(void *user, const struct antin_cert_row *cert, const struct antin_changed *done,
           struct antin_err *err)
{
	struct dated_back *d = user;
	char serial[CA_SERIAL_CAP];
	json_t *o = json_pack("{ss ss}", "ca", ca_name(d->ca, cert->issuer), "serial",
	                      ca_serial_hex(antin_bytes_slice(&cert->serial), serial));

	if (!o || antin_json_set_time(o, "before", done->revoked_at) != 0 ||
	    json_array_append_new(d->list, o) != 0)
		return antin_fail_memory(err);
	return ANTIN_OK;
}

static void
tell(struct cli *c, const struct antin_clock_corrected *done, json_t *list)
{
	char ahead[ANTIN_TIME_CAP], now[ANTIN_TIME_CAP], since[ANTIN_TIME_CAP];
	json_t *o = json_pack("{ss sb sI sO}", "schema", "antin-ca.clock/1", "dryRun",
	                      done->log == 0, "log", (json_int_t)done->log, "datedBack", list);
	const json_t *item;
	size_t i;

	(void)ca_time(done->ahead, ahead);
	(void)ca_time(done->now, now);
	if (done->log == 0)
		cli_say(c, _("Only tried: the log would go back from %s to %s\n"), ahead, now);
	else
		cli_say(c, _("The log goes back from %s to %s; log %llu\n"), ahead, now,
		        (unsigned long long)done->log);
	cli_say(c, _("Revocations under a date to come, dated back to %s: %zu\n"),
	        ca_time(done->since, since), json_array_size(list));
	json_array_foreach (list, i, item) {
		cli_say(c, "  %s  %s\n", json_string_value(json_object_get(item, "serial")),
		        json_string_value(json_object_get(item, "ca")));
	}
	if (done->log)
		cli_note(c, _("note: publish the CRL of every authority now, and see what "
		              "antin-ca check says is due\n"));
	if (!o)
		return;
	(void)antin_json_set_time(o, "ahead", done->ahead);
	(void)antin_json_set_time(o, "now", done->now);
	(void)antin_json_set_time(o, "since", done->since);
	cli_json(c, o);
}

static enum antin_rc
run(struct cli *c, const void *args, char **operands, struct antin_err *err)
{
	const struct args *a = args;
	ANTIN_OWN_S(ca) ca = NULL;
	ANTIN_OWN(json_t) list = json_array();
	struct dated_back d = {.list = list};
	struct antin_clock_correction asked = {.now = a->now,
	                                       .since = a->since,
	                                       .note = a->note,
	                                       .also = dated_back,
	                                       .user = &d,
	                                       .dry_run = a->dry_run};
	struct antin_clock_corrected done;
	enum antin_rc rc = ca_open(c, NULL, CA_THERE, &ca, err);

	(void)operands;
	d.ca = ca;
	if (rc == ANTIN_OK)
		rc = antin_ca_clock(ca_signer(ca), &asked, &done, err);
	if (rc == ANTIN_OK)
		tell(c, &done, list);
	return rc;
}

static const char *const examples[] = {
        "antin-ca clock --now 2026-11-22T20:50:00+07:00 --note \"the battery was empty\" --dry-run",
        NULL};
const struct cli_cmd cmd_clock = {
        .name = "clock",
        .operands = "",
        .summary = N_("Go back to the present after a clock that ran ahead"),
        .description = N_(
                "An authority writes nothing before the time of its last log entry. When the clock "
                "of the computer once ran ahead and something was written, correct the clock, then "
                "say the present here as another clock shows it: both must agree within ten "
                "minutes. Log and CRL numbers go on, nothing is taken back. What was revoked under "
                "a date to come would count as good until then, so it is dated back to --since. "
                "Then publish every CRL; antin-ca check names the certificates that begin in the "
                "future, which are to be revoked."),
        .opts = opts,
        .args_size = sizeof(struct args),
        .examples = examples,
        .run = run,
};
