/*
 * antin sign: documents in, signed documents beside them.  Everything that can be known without
 * the PIN is checked and shown before it is asked.
 */
#include "sign.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <antin/file.h>

#include "given.h"
#include "token.h"

static const struct antin_choice levels[] = {{"b", 0}, {NULL, 0}};

static const struct cli_opt sign_opts[] = {
        CLI_OPT_TEXT(struct sign_args, key, "key", 'k', "URI|FILE",
                     N_("Key: a PKCS#11 URI or the file that holds it")),
        CLI_OPT_TEXT(struct sign_args, cert, "cert", 0, "FILE",
                     N_("Certificate of the key, and those above it")),
        TOKEN_MODULE_OPT(struct sign_args, module),
        CLI_PIN_OPTS(struct sign_args, pins),
        CLI_OPT_CHOICE(struct sign_args, level, "level", 'l', "LEVEL", levels,
                       N_("Level of the signature")),
        CLI_OPT_TEXT(struct sign_args, out, "out", 'o', "FILE",
                     N_("Name of the result; - writes it to standard output")),
        CLI_OPT_TEXT(struct sign_args, out_dir, "out-dir", 0, "DIR", N_("Folder for the results")),
        CLI_OPT_FLAG(struct sign_args, force, "force", 'f', N_("Replace a result that exists")),
        CLI_OPT_FLAG(struct sign_args, in_place, "in-place", 0,
                     N_("Replace the document by the result")),
        CLI_OPT_TEXT(struct sign_args, reason, "reason", 0, "TEXT",
                     N_("Reason of signing, kept in the signature")),
        CLI_OPT_TEXT(struct sign_args, location, "location", 0, "TEXT",
                     N_("Place of signing, kept in the signature")),
        CLI_OPT_END,
};

/* One run of the command. */
struct work {
	struct cli *c;
	const struct sign_args *args;
	struct antin_worker *worker; /* reads the documents; NULL: this process does */
	struct sign_items items;
	struct sign_plan plan;
	struct antin_sign_what what;
	struct antin_certs given, chain;
	struct antin_bytes name;
	struct sign_choice choice;
	struct antin_keystore *store;
	struct antin_key *key;
	struct antin_sign_who who;
	const struct antin_pin_source *inner; /* where the PIN comes from */
	struct antin_pin_source pins;         /* the same, but the plan is shown first */
};

static enum antin_rc
get_pin(void *user, const struct antin_pin_request *request, struct antin_bytes *pin,
        struct antin_err *err)
{
	struct work *w = user;

	sign_plan_show(w->c, &w->plan);
	return w->inner->get(w->inner->user, request, pin, err);
}

static void
pin_notice(void *user, const char *text)
{
	struct work *w = user;

	if (w->inner->notice)
		w->inner->notice(w->inner->user, text);
}

/* Of several documents one that fails is told at once, and the others go on. */
static enum antin_rc
settle(struct work *w, struct sign_item *item, enum antin_rc rc, struct antin_err *err)
{
	item->rc = rc;
	if (rc == ANTIN_OK || rc == ANTIN_E_USAGE || w->items.n == 1)
		return rc;
	cli_error(w->c, err);
	antin_err_clear(err);
	return ANTIN_OK;
}

static enum antin_rc
open_items(struct work *w, struct antin_err *err)
{
	enum antin_rc rc = ANTIN_OK;

	for (size_t i = 0; rc == ANTIN_OK && i < w->items.n; i++) {
		struct sign_item *item = &w->items.list[i];

		rc = antin_sign_open_isolated(w->worker, item->path, &w->what, &item->job, err);
		if (rc == ANTIN_E_FORMAT)
			antin_err_set_hint(err, N_("Save the document as PDF and sign that file."));
		if (rc == ANTIN_OK)
			rc = sign_item_check(w->args, item, err);
		/* A batch that was interrupted is run again: what is done is skipped. */
		if (rc == ANTIN_E_EXISTS && w->items.n > 1 &&
		    antin_sign_done(item->job, item->result, NULL)) {
			item->exists = true;
			antin_err_clear(err);
			rc = ANTIN_OK;
		}
		if (rc != ANTIN_OK) {
			antin_sign_free(item->job);
			item->job = NULL;
		}
		rc = settle(w, item, rc, err);
	}
	return rc;
}

static bool
anything_left(const struct sign_items *l)
{
	for (size_t i = 0; i < l->n; i++)
		if (l->list[i].job)
			return true;
	return false;
}

static enum antin_rc
open_key(struct work *w, struct cli_pins *pins, struct antin_err *err)
{
	const char *key = w->args->key;
	enum antin_rc rc = ANTIN_OK;

	w->inner = cli_pins_source(pins);
	w->pins = (struct antin_pin_source){get_pin, pin_notice, w};
	if (sign_choice_open(key))
		rc = sign_choose(w->c, w->args, &w->given, &w->choice, err);
	if (rc == ANTIN_OK && w->choice.cert) {
		key = w->choice.uri;
		rc = antin_certs_add(&w->given, w->choice.cert, err);
	}
	w->plan.cert = w->given.n ? w->given.items[0] : NULL;
	if (rc == ANTIN_OK)
		rc = cli_keystore(w->c, key, w->args->module, &w->pins, &w->store, err);
	if (rc == ANTIN_OK)
		rc = antin_keystore_find(w->store, key, &w->key, err);
	return rc;
}

/* As whom: certificate, chain, algorithm. */
static enum antin_rc
settle_who(struct work *w, struct antin_err *err)
{
	struct antin_cert *cert = NULL;
	enum antin_rc rc = antin_sign_cert(w->key, &w->given, &cert, err);

	if (rc == ANTIN_OK)
		rc = antin_sign_usable(cert, w->c->now, err);
	if (rc == ANTIN_OK)
		rc = antin_sign_chain(w->key, cert, &w->given, &w->chain, err);
	if (rc != ANTIN_OK)
		return rc;
	(void)antin_name_get(cert->subject, "CN", &w->name);
	w->what.name = antin_bytes_cstr(&w->name);
	w->who = (struct antin_sign_who){
	        .key = w->key,
	        .cert = cert,
	        .chain = w->chain.items,
	        .n_chain = w->chain.n,
	        .alg = antin_sigalg_default(antin_public_type(w->key->public_key)),
	};
	w->plan.who_shown = w->plan.who_shown && w->plan.cert == cert;
	w->plan.cert = cert;
	w->plan.key = w->key;
	return ANTIN_OK;
}

/* The document replaced keeps its mode. */
static enum antin_rc
keep_mode(const struct work *w, const struct sign_item *item, const struct antin_output *o,
          struct antin_err *err)
{
	struct stat st;

	if (!w->args->in_place)
		return ANTIN_OK;
	if (stat(item->path, &st) != 0 || chmod(antin_output_temporary(o), st.st_mode & 07777) != 0)
		return antin_fail(err, ANTIN_E_IO, N_("the mode of %s cannot be kept"), item->path);
	return ANTIN_OK;
}

static enum antin_rc
sign_one(struct work *w, struct sign_item *item, struct antin_err *err)
{
	unsigned int flags = w->args->force || w->args->in_place ? ANTIN_OUTPUT_REPLACE : 0;
	ANTIN_OWN_S(antin_output) o = NULL;
	enum antin_rc rc;

	item->done = item->exists && antin_sign_done(item->job, item->result, w->who.cert);
	if (item->done) {
		sign_result_show(w->c, item, &w->who, w->worker);
		return ANTIN_OK;
	}
	rc = antin_output_open(item->result, flags, &o, err);
	if (rc == ANTIN_OK)
		rc = keep_mode(w, item, o, err);
	if (rc == ANTIN_OK)
		rc = antin_sign_run(item->job, &w->who, &w->what, o, err);
	if (rc != ANTIN_OK)
		return rc;
	item->done = true;
	sign_result_show(w->c, item, &w->who, w->worker);
	return ANTIN_OK;
}

/* After one of these the key does not answer for the other documents either: no try is wasted. */
static bool
ends_all(enum antin_rc rc)
{
	static const enum antin_rc classes[] = {
	        ANTIN_E_PIN_NEEDED, ANTIN_E_PIN_WRONG, ANTIN_E_PIN_LAST_TRY,
	        ANTIN_E_PIN_LOCKED, ANTIN_E_CANCELLED, ANTIN_E_TOKEN,
	        ANTIN_E_REMOVED,    ANTIN_E_DISK_FULL, ANTIN_E_MEMORY,
	};

	for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++)
		if (classes[i] == rc)
			return true;
	return false;
}

static enum antin_rc
sign_all(struct work *w, struct antin_err *err)
{
	enum antin_rc rc = ANTIN_OK;

	for (size_t i = 0; rc == ANTIN_OK && i < w->items.n; i++) {
		struct sign_item *item = &w->items.list[i];
		bool ends;

		if (!item->job)
			continue;
		if (w->items.n > 1)
			cli_progress(w->c, _("Signing"), i, w->items.n);
		rc = sign_one(w, item, err);
		ends = ends_all(rc);
		rc = settle(w, item, rc, err);
		if (ends)
			break;
	}
	cli_progress_end(w->c);
	return rc;
}

/* Of several: 0 all, 7 some, else what the first one failed with. */
static void
settle_exit(struct work *w)
{
	enum antin_rc first = ANTIN_OK;
	size_t done = 0;

	for (size_t i = 0; i < w->items.n; i++) {
		const struct sign_item *item = &w->items.list[i];

		done += item->done;
		if (first == ANTIN_OK)
			first = item->rc;
	}
	if (done == w->items.n)
		return;
	w->c->exit_code = done > 0 ? 7 : antin_rc_exit(first);
}

static enum antin_rc
run_steps(struct work *w, char **operands, struct antin_err *err)
{
	ANTIN_OWN_S(cli_pins) pins = NULL;
	enum antin_rc rc = given_worker(w->c, &w->worker, err);

	if (rc == ANTIN_OK)
		rc = sign_items_collect(w->args, operands, &w->items, err);
	if (rc == ANTIN_OK)
		rc = cli_pins_new(w->c, &w->args->pins, &pins, err);
	if (rc == ANTIN_OK && w->args->cert)
		rc = cli_certs(w->args->cert, &w->given, err);
	if (rc == ANTIN_OK)
		rc = open_items(w, err);
	if (rc == ANTIN_OK && anything_left(&w->items)) {
		rc = open_key(w, pins, err);
		if (rc == ANTIN_OK)
			rc = settle_who(w, err);
		if (rc == ANTIN_OK) {
			sign_plan_show(w->c, &w->plan);
			rc = sign_all(w, err);
		}
	}
	if (rc == ANTIN_OK && w->items.n > 1) {
		sign_summary_show(w->c, &w->items);
		settle_exit(w);
	}
	antin_key_free(w->key);
	antin_keystore_free(w->store);
	return rc;
}

static enum antin_rc
run_sign(struct cli *c, const void *args, char **operands, struct antin_err *err)
{
	const struct sign_args *a = args;
	struct work w = {.c = c, .args = a};
	enum antin_rc rc;

	if (a->module && cli_setting_locked(c, "token.module"))
		return antin_fail(err, ANTIN_E_POLICY,
		                  N_("setting %s is locked by the administrator"), "token.module");
	if (a->out && strcmp(a->out, "-") == 0 && c->json)
		return antin_fail(err, ANTIN_E_USAGE,
		                  N_("--out - and --json would both write to standard output"));
	w.what = (struct antin_sign_what){c->now, NULL, a->reason, a->location, NULL, 0};
	w.plan = (struct sign_plan){.args = a, .items = &w.items};
	rc = run_steps(&w, operands, err);
	sign_items_done(&w.items);
	antin_worker_free(w.worker);
	antin_cert_free(w.choice.cert);
	antin_certs_done(&w.given);
	antin_certs_done(&w.chain);
	antin_bytes_done(&w.name);
	return rc;
}

static const char *const sign_examples[] = {
        "antin sign cong-van.pdf --key huong.p12 --pin-file pin",
        "antin sign cong-van.pdf --key huong.key --cert huong.crt --out da-ky.pdf --reason \"Phê "
        "duyệt\"",
        NULL};
const struct cli_cmd cmd_sign = {
        .name = "sign",
        .operands = "FILE...",
        .min_operands = 1,
        .max_operands = SIZE_MAX,
        .summary = N_("Sign documents"),
        .description =
                N_("The result is written beside the document: x.pdf gives x.signed.pdf, the next "
                   "signature x.signed-2.pdf. Nothing that exists is overwritten. Before the PIN "
                   "is asked, it is shown as whom, with what and which files are signed; typing "
                   "the PIN is the consent. A folder stands for the documents in it. Without --key "
                   "the "
                   "certificate is looked for on the connected tokens, by what it may be used "
                   "for, its validity and its chain; when several remain they are listed, and "
                   "the setting sign.certificate remembers one by its SHA-256."),
        .opts = sign_opts,
        .args_size = sizeof(struct sign_args),
        .examples = sign_examples,
        .run = run_sign,
};
