/*
 * antin-ca check: whether all that the store says agrees.
 */
#include "ca.h"

#include <antin/text.h>

enum { ROWS = 32 };
struct checking {
	json_t *faults[ROWS], *alarms[ROWS];
	size_t n;
};

static enum antin_rc
fault(void *user, const struct antin_check_fault *f, struct antin_err *err)
{
	struct checking *k = user;
	json_t **list = f->alarm ? &k->alarms[f->row] : &k->faults[f->row];
	ANTIN_SCOPED(antin_bytes) safe = {0};

	antin_text_safe_add(&safe, antin_slice_text(f->object), 200);
	if (!*list)
		*list = json_array();
	if (json_array_append_new(*list, json_pack("{ss ss#}", "text", _(f->what), "object",
	                                           safe.p ? (const char *)safe.p : "",
	                                           (int)safe.len)) != 0)
		return antin_fail_memory(err);
	return ANTIN_OK;
}

static void
say_list(struct cli *c, const json_t *list)
{
	json_t *item;
	size_t i;

	json_array_foreach ((json_t *)(uintptr_t)list, i, item) {
		cli_say(c, "      %s: %s\n", json_string_value(json_object_get(item, "text")),
		        json_string_value(json_object_get(item, "object")));
	}
}

/* Prints the rows; returns whether all of them hold. */
static bool
report(struct cli *c, struct checking *k, const struct antin_check_row *rows, json_t *out)
{
	bool sound = true;

	for (size_t i = 0; i < k->n; i++) {
		bool ok = !k->faults[i];

		sound = sound && ok;
		cli_say(c, "%s%-4s %s%s  %s\n", cli_style(c, ok ? CLI_GOOD : CLI_BAD), rows[i].id,
		        !ok            ? _("WRONG")
		        : k->alarms[i] ? _("due")
		                       : _("ok"),
		        cli_style(c, CLI_PLAIN), _(rows[i].text));
		say_list(c, k->faults[i]);
		say_list(c, k->alarms[i]);
		(void)json_array_append_new(
		        out,
		        json_pack("{ss ss sb so so}", "id", rows[i].id, "text", _(rows[i].text),
		                  "holds", ok, "faults",
		                  k->faults[i] ? json_incref(k->faults[i]) : json_array(), "alarms",
		                  k->alarms[i] ? json_incref(k->alarms[i]) : json_array()));
	}
	return sound;
}

static enum antin_rc
run(struct cli *c, const void *args, char **operands, struct antin_err *err)
{
	ANTIN_OWN_S(ca) ca = NULL;
	ANTIN_OWN(json_t) out = json_array();
	struct checking k = {0};
	const struct antin_check_row *rows = antin_check_rows(&k.n);
	enum antin_rc rc = ca_open(c, NULL, CA_THERE, &ca, err);
	bool sound = false;

	(void)args;
	(void)operands;
	if (rc == ANTIN_OK && k.n > ROWS)
		rc = antin_fail(err, ANTIN_E_INTERNAL, N_("too many invariants"));
	if (rc == ANTIN_OK)
		rc = antin_ca_check(ca_signer(ca), fault, &k, err);
	if (rc == ANTIN_OK) {
		sound = report(c, &k, rows, out);
		cli_say(c, "%s\n", sound ? _("The store is sound") : _("The store is NOT sound"));
		cli_json(c, json_pack("{ss sb sO}", "schema", "antin-ca.check/1", "sound", sound,
		                      "invariants", out));
		c->exit_code = sound ? 0 : 1;
	}
	for (size_t i = 0; i < ROWS; i++) {
		json_decref(k.faults[i]);
		json_decref(k.alarms[i]);
	}
	return rc;
}

static const char *const examples[] = {"antin-ca check", "antin-ca check --json", NULL};
const struct cli_cmd cmd_check = {
        .name = "check",
        .operands = "",
        .summary = N_("Check that store, certificates, CRLs and log agree"),
        .description = N_(
                "Reads everything and changes nothing. Exit 0: sound; 1: something is wrong, and "
                "named with its number. What is only overdue is shown as due."),
        .examples = examples,
        .run = run,
};
