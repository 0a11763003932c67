/*
 * antin-ca list: the certificates of the store, by state, authority, profile, expiry or likeness.
 */
#include "ca.h"

#include <string.h>

#include <antin/text.h>

enum { TABLE, CSV, JSON };
static const struct antin_choice formats[] = {{"table", TABLE},
                                              {"csv", CSV},
                                              {"json", JSON},
                                              {NULL, 0}};
static const struct antin_choice states[] = {{"any", -1},
                                             {"intent", ANTIN_CERT_INTENT},
                                             {"valid", ANTIN_CERT_VALID},
                                             {"hold", ANTIN_CERT_HOLD},
                                             {"revoked", ANTIN_CERT_REVOKED},
                                             {NULL, 0}};

struct args {
	const char *ca, *profile, *find;
	int state, format;
	int64_t expires_before;
};

static const struct cli_opt opts[] = {
        CLI_OPT_TEXT(struct args, ca, "ca", 0, "NAME", N_("Only those of this authority")),
        CLI_OPT_CHOICE(struct args, state, "state", 0, "STATE", states,
                       N_("Only those in this state"), .initial = -1),
        CLI_OPT_TEXT(struct args, profile, "profile", 0, "PROFILE",
                     N_("Only those of this profile")),
        CLI_OPT_TIME(struct args, expires_before, "expires-before", 0,
                     N_("Only those that end before")),
        CLI_OPT_TEXT(struct args, find, "find", 0, "TEXT",
                     N_("Only those whose name or e-mail has this in it; marks and case do not "
                        "matter")),
        CLI_OPT_CHOICE(struct args, format, "format", 0, "FORMAT", formats,
                       N_("How to print: table, csv or json")),
        CLI_OPT_END,
};

struct listing {
	struct cli *c;
	struct ca *ca;
	int format;
	json_t *rows;
	size_t n;
};

static void
csv_cell(struct antin_bytes *b, const char *text, const char *end)
{
	antin_text_csv_add(b, antin_slice_text(text));
	antin_bytes_text(b, end);
}

static void
csv_row(struct listing *l, const struct antin_cert_row *r, const char *serial)
{
	ANTIN_SCOPED(antin_bytes) line = {0};
	char from[ANTIN_TIME_CAP], to[ANTIN_TIME_CAP];

	csv_cell(&line, serial, ",");
	csv_cell(&line, ca_name(l->ca, r->issuer), ",");
	csv_cell(&line, antin_cert_state_name(r->state), ",");
	csv_cell(&line, (const char *)r->profile.p, ",");
	csv_cell(&line, antin_time_iso(r->not_before, from), ",");
	csv_cell(&line, antin_time_iso(r->not_after, to), ",");
	csv_cell(&line, ca_safe(&r->subject_text), "\n");
	cli_say(l->c, "%.*s", (int)line.len, (const char *)line.p);
}

static enum antin_rc
row(void *user, const struct antin_cert_row *r, struct antin_err *err)
{
	struct listing *l = user;
	char serial[CA_SERIAL_CAP], when[ANTIN_TIME_CAP];
	json_t *o;

	l->n++;
	if (l->rows) {
		o = ca_cert_json(l->ca, r);
		if (!o || json_array_append_new(l->rows, o) != 0)
			return antin_fail_memory(err);
	} else if (l->format == CSV) {
		csv_row(l, r, ca_serial_hex(antin_bytes_slice(&r->serial), serial));
	} else {
		cli_say(l->c, "%s  %-8s %-12s %s  %s\n",
		        ca_serial(antin_bytes_slice(&r->serial), serial),
		        antin_cert_state_name(r->state), ca_name(l->ca, r->issuer),
		        ca_time(r->not_after, when), ca_safe(&r->subject_text));
	}
	return ANTIN_OK;
}

static enum antin_rc
filter(struct ca *ca, const struct args *a, struct antin_bytes *find, struct antin_cert_filter *f,
       struct antin_err *err)
{
	struct antin_issuer_row by = {0};
	enum antin_rc rc = ANTIN_OK;

	f->profile = a->profile;
	f->expires_before = a->expires_before;
	if (a->state >= 0)
		f->state = a->state;
	if (a->find)
		rc = antin_text_likeness(antin_slice_text(a->find), true, find, err);
	if (rc == ANTIN_OK && a->find)
		f->find = antin_bytes_cstr(find);
	if (rc == ANTIN_OK && a->ca)
		rc = antin_store_issuer_find(ca_store(ca), a->ca, &by, err);
	if (rc == ANTIN_OK && a->ca)
		f->issuer = by.id;
	antin_issuer_row_done(&by);
	return rc;
}

static enum antin_rc
run(struct cli *c, const void *args, char **operands, struct antin_err *err)
{
	const struct args *a = args;
	ANTIN_OWN_S(ca) ca = NULL;
	ANTIN_OWN(json_t) rows = NULL;
	ANTIN_SCOPED(antin_bytes) find = {0};
	struct antin_cert_filter f = ANTIN_CERT_ANY;
	struct listing l = {.c = c, .format = a->format};
	enum antin_rc rc = ca_open(c, NULL, CA_THERE, &ca, err);

	(void)operands;
	if (rc == ANTIN_OK)
		rc = filter(ca, a, &find, &f, err);
	if (rc != ANTIN_OK)
		return rc;
	if (a->format == JSON)
		c->json = true;
	if (c->json)
		l.rows = rows = json_array();
	l.ca = ca;
	/* The names are read before the rows: both come from one connection. */
	(void)ca_name(ca, 0);
	if (a->format == CSV)
		cli_say(c, "serial,ca,state,profile,notBefore,notAfter,subject\n");
	rc = antin_store_cert_each(ca_store(ca), &f, row, &l, err);
	if (rc == ANTIN_OK && c->json)
		cli_json(c,
		         json_pack("{ss sO}", "schema", "antin-ca.list/1", "certificates", rows));
	else if (rc == ANTIN_OK && a->format == TABLE && l.n == 0)
		cli_note(c, _("no certificate\n"));
	return rc;
}

static const char *const examples[] = {"antin-ca list --state valid --find nguyen",
                                       "antin-ca list --format csv", NULL};
const struct cli_cmd cmd_list = {
        .name = "list",
        .operands = "",
        .summary = N_("List certificates"),
        .opts = opts,
        .args_size = sizeof(struct args),
        .examples = examples,
        .run = run,
};
