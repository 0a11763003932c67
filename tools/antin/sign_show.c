/*
 * antin sign: what is shown before the PIN and after it.
 */
#include "sign.h"

#include <string.h>

#include <antin/clock.h>
#include <antin/text.h>

#include "given.h"

enum { SHOWN_MAX = 1024 };

/* A text attribute of the subject, made safe to show; "" if there is none. */
static const char *
subject_text(const struct antin_cert *cert, const char *type, char out[SHOWN_MAX])
{
	ANTIN_SCOPED(antin_bytes) text = {0};

	out[0] = '\0';
	if (antin_name_get_all(cert->subject, type, &text))
		(void)antin_text_safe(antin_bytes_slice(&text), out, SHOWN_MAX);
	return out;
}

static void
note_row(struct cli *c, const char *what, const char *text)
{
	if (*text)
		cli_note(c, "  %s: %s\n", _(what), text);
}

static void
note_who(struct cli *c, const struct antin_cert *cert)
{
	char text[SHOWN_MAX], when[ANTIN_TIME_CAP];

	note_row(c, N_("As"), subject_text(cert, "CN", text));
	note_row(c, N_("Title"), subject_text(cert, "2.5.4.12", text));
	note_row(c, N_("Unit"), subject_text(cert, "OU", text));
	note_row(c, N_("Office"), subject_text(cert, "O", text));
	note_row(c, N_("Certificate valid until"),
	         antin_time_people(cert->not_after, ANTIN_VIETNAM_OFFSET, when));
}

static void
note_with(struct cli *c, const struct sign_plan *plan)
{
	const struct antin_key *key = plan->key;
	char text[SHOWN_MAX];

	if (!key && !plan->args->key)
		return;
	if (!key) {
		note_row(c, N_("With the key in"),
		         antin_text_safe(antin_slice_text(plan->args->key), text, sizeof(text)));
		return;
	}
	(void)antin_text_safe(antin_slice_text(key->label), text, sizeof(text));
	if (!*key->serial) {
		note_row(c, N_("With the key in"), text);
		return;
	}
	note_row(c, N_("With the token"), text);
	note_row(c, N_("Its serial ends with"),
	         antin_text_safe(antin_slice_text(cli_serial_end(key->serial)), text,
	                         sizeof(text)));
}

static void
note_file(struct cli *c, const struct sign_item *item)
{
	const struct antin_doc_about *doc = antin_sign_about(item->job);
	char text[SHOWN_MAX];

	cli_note(c, "  %s: %s (%s: %u, %s: %zu)\n", _("File"),
	         antin_text_safe(antin_slice_text(item->path), text, sizeof(text)), _("pages"),
	         doc->pages, _("signatures already there"), doc->n_sigs);
}

void
sign_plan_show(struct cli *c, struct sign_plan *plan)
{
	if (plan->files_shown && plan->who_shown)
		return;
	cli_note(c, "%s\n", _("About to sign:"));
	if (plan->cert)
		note_who(c, plan->cert);
	note_with(c, plan);
	plan->who_shown = plan->cert != NULL;
	if (plan->files_shown)
		return;
	for (size_t i = 0; i < plan->items->n; i++)
		if (plan->items->list[i].job && !plan->items->list[i].exists)
			note_file(c, &plan->items->list[i]);
	note_row(c, N_("Level"), _("B-B, without a visible image"));
	plan->files_shown = true;
}

static json_t *
signer_json(const struct antin_cert *cert)
{
	static const struct {
		const char *key, *type;
	} rows[] = {{"name", "CN"}, {"organization", "O"}, {"unit", "OU"}, {"title", "2.5.4.12"}};
	json_t *o = json_object();

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		ANTIN_SCOPED(antin_bytes) text = {0};

		if (antin_name_get_all(cert->subject, rows[i].type, &text))
			(void)antin_json_set_text(o, rows[i].key, antin_bytes_slice(&text));
	}
	(void)antin_json_set_hex(o, "serial", cert->serial);
	(void)antin_json_set_hex(o, "sha256", (struct antin_slice){cert->sha256, 32});
	return o;
}

void
sign_result_show(struct cli *c, const struct sign_item *item, const struct antin_sign_who *who,
                 struct antin_worker *worker)
{
	char result[SHOWN_MAX], name[SHOWN_MAX];
	json_t *o;

	if (strcmp(item->result, "-") == 0)
		return;
	cli_say(c, "%s: %s%s%s, %s, B-B\n",
	        antin_text_safe(antin_slice_text(item->result), result, sizeof(result)),
	        cli_style(c, CLI_GOOD), item->exists ? _("signed already") : _("signed"),
	        cli_style(c, CLI_PLAIN), subject_text(who->cert, "CN", name));
	o = json_pack("{ss}", "schema", "antin.sign/1");
	(void)antin_json_set_text(o, "file", antin_slice_text(item->path));
	(void)antin_json_set_text(o, "result", antin_slice_text(item->result));
	(void)json_object_set_new(o, "format", json_string(antin_sign_about(item->job)->format));
	(void)json_object_set_new(o, "level", json_string("B-B"));
	(void)json_object_set_new(o, "algorithm", json_string(antin_sigalg_name(who->alg)));
	/* Of an earlier run only antin verify can tell the time. */
	if (item->exists)
		(void)json_object_set_new(o, "already", json_true());
	else
		(void)antin_json_set_time(o, "signingTime", c->now);
	(void)json_object_set_new(o, "signer", signer_json(who->cert));
	/* Left out where the worker has ended meanwhile and no other can be asked. */
	if (c->json && given_isolation(worker, o, NULL) != ANTIN_OK)
		(void)json_object_del(o, "isolation");
	cli_json(c, o);
}

void
sign_summary_show(struct cli *c, const struct sign_items *items)
{
	size_t done = 0;

	for (size_t i = 0; i < items->n; i++)
		done += items->list[i].done;
	cli_say(c, "%s: %zu, %s: %zu\n", _("signed"), done, _("not signed"), items->n - done);
	cli_json(c, json_pack("{ss s{sI sI}}", "schema", "antin.sign/1", "summary", "signed",
	                      (json_int_t)done, "failed", (json_int_t)(items->n - done)));
}
