/*
 * antin trust: signed bundles: shown, imported, brought up to date.
 */
#include "cli.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <antin/file.h>
#include <antin/list.h>
#include <antin/net.h>
#include <antin/text.h>
#include <antin/zip.h>

#include "trust.h"

bool
trust_is_signed(const char *path)
{
	uint8_t first[4];
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	bool is = fd >= 0 && read(fd, first, sizeof(first)) == (ssize_t)sizeof(first) &&
	          (antin_bundle_is((struct antin_slice){first, sizeof(first)}) ||
	           antin_list_is((struct antin_slice){first, sizeof(first)}));

	if (fd >= 0)
		(void)close(fd);
	return is;
}

static bool
expired(const struct cli *c, const struct antin_origin *o)
{
	return o->expires != ANTIN_NO_TIME && o->expires < c->now;
}

void
trust_show_origin(struct cli *c, const struct antin_origin *o)
{
	ANTIN_SCOPED(antin_bytes) name = {0};
	ANTIN_SCOPED(antin_bytes) signer = {0};
	char time[ANTIN_TIME_CAP];

	antin_text_safe_add(&name, antin_slice_text(o->name), 200);
	antin_name_text_add(&signer, o->signer->subject);
	cli_say(c, "%s: %s\n",
	        strcmp(o->kind, "list") == 0 ? _("Trusted list") : _("Signed bundle"),
	        antin_bytes_cstr(&name));
	cli_say(c, "%s: %llu\n", _("Number"), (unsigned long long)o->sequence);
	cli_say(c, "%s: %s\n", _("State as of"),
	        antin_time_people(o->as_of, ANTIN_VIETNAM_OFFSET, time));
	if (o->expires != ANTIN_NO_TIME)
		cli_say(c, "%s: %s\n", _("To be replaced by"),
		        antin_time_people(o->expires, ANTIN_VIETNAM_OFFSET, time));
	if (expired(c, o))
		cli_say(c, "%s%s%s\n", cli_style(c, CLI_DOUBT),
		        _("It is out of date: bring it up to date with antin trust update."),
		        cli_style(c, CLI_PLAIN));
	cli_say(c, "%s: %s\n", _("Signed by"), antin_bytes_cstr(&signer));
}

json_t *
trust_origin_json(const struct cli *c, const struct antin_origin *o)
{
	json_t *json = json_pack("{ss}", "kind", o->kind);

	(void)antin_json_set_text(json, "name", antin_slice_text(o->name));
	(void)json_object_set_new(json, "sequence", json_integer((json_int_t)o->sequence));
	(void)antin_json_set_time(json, "asOf", o->as_of);
	if (o->expires != ANTIN_NO_TIME)
		(void)antin_json_set_time(json, "expires", o->expires);
	(void)json_object_set_new(json, "expired", json_boolean(expired(c, o)));
	(void)antin_json_set_name(json, "signer", o->signer->subject);
	(void)antin_json_set_hex(json, "signerSha256", (struct antin_slice){o->signer->sha256, 32});
	(void)antin_json_set_text(json, "file", antin_slice_text(o->file));
	return json;
}

/* A bundle with all that it holds, before or after it is taken. */
static json_t *
bundle_json(const struct cli *c, const struct antin_bundle *b)
{
	json_t *json = trust_origin_json(c, &b->origin);

	(void)json_object_set_new(json, "anchors", json_integer((json_int_t)b->content.n_anchors));
	(void)json_object_set_new(json, "intermediates",
	                          json_integer((json_int_t)b->content.intermediates.n));
	(void)json_object_set_new(json, "revocation",
	                          json_integer((json_int_t)b->content.evidence.n));
	return json;
}

static void
show_content(struct cli *c, const struct antin_bundle *b)
{
	trust_show_origin(c, &b->origin);
	for (size_t i = 0; i < b->content.n_anchors; i++) {
		ANTIN_SCOPED(antin_bytes) name = {0};

		antin_name_text_add(&name, b->content.anchors[i].cert->subject);
		cli_say(c, "  %s (%s)\n", antin_bytes_cstr(&name),
		        _(antin_class_text(b->content.anchors[i].class)));
	}
}

/* ---- import ---- */

enum antin_rc
trust_import_signed(struct cli *c, const char *path, const struct antin_bytes *hash,
                    struct antin_err *err)
{
	ANTIN_SCOPED(antin_bytes) bytes = {0};
	ANTIN_SCOPED(antin_bytes) folder = {0};
	ANTIN_SCOPED(antin_bundle) b = {0};
	enum antin_rc rc = antin_file_read(path, ANTIN_ZIP_MAX, &bytes, err);

	if (rc == ANTIN_OK)
		rc = antin_signed_read(antin_bytes_slice(&bytes), path, NULL, &b, err);
	if (rc == ANTIN_OK)
		rc = trust_folder(CLI_PLACE_CONFIG, &folder, err);
	if (rc != ANTIN_OK)
		return rc;
	show_content(c, &b);
	/* Compared once: then it is the certificate that is known, whatever it signs later. */
	if (hash->len || !antin_bundle_pinned(antin_bytes_cstr(&folder), &b.origin)) {
		trust_show(c, b.origin.signer, NULL);
		rc = trust_compare(c, b.origin.signer, hash, err);
	}
	if (rc == ANTIN_OK)
		rc = antin_bundle_store(antin_bytes_cstr(&folder), &b, antin_bytes_slice(&bytes),
		                        antin_now(&c->clock), err);
	if (rc != ANTIN_OK) {
		antin_err_set_file(err, path);
		return rc;
	}
	cli_say(c, "%s\n", _("It is trusted from now on."));
	cli_json(c, json_pack("{ss so}", "schema", "antin.trust.import/1", "signed",
	                      bundle_json(c, &b)));
	return ANTIN_OK;
}

/* ---- update ---- */

struct update {
	struct cli *c;
	struct antin_net *net;         /* made when the first address is asked */
	struct antin_bytes folders[2]; /* of the user, of the system */
	bool user, several;
	json_t *results;
	size_t n_taken, n_current, n_failed;
	struct antin_err first; /* that failed */
};

static void
update_done(struct update *u)
{
	antin_bytes_done(&u->folders[0]);
	antin_bytes_done(&u->folders[1]);
	json_decref(u->results);
	antin_net_free(u->net);
}
ANTIN_SCOPED_S(update, update_done);

/* Where a later bundle of a known signer belongs. */
static enum antin_rc
place_of(struct update *u, const struct antin_origin *o, const char **out, struct antin_err *err)
{
	const char *user = antin_bytes_cstr(&u->folders[0]),
	           *system = antin_bytes_cstr(&u->folders[1]);

	if (!user || !system)
		return antin_fail_memory(err);
	if (antin_bundle_pinned(system, o) && access(system, W_OK) == 0)
		*out = system;
	else if (u->user && (antin_bundle_pinned(user, o) || antin_bundle_pinned(system, o)))
		*out = user;
	else {
		antin_err_set_hint(err, "antin trust import FILE");
		return antin_fail(err, ANTIN_E_POLICY,
		                  N_("no bundle of this signer was ever imported"));
	}
	return ANTIN_OK;
}

static bool
is_address(const char *path)
{
	return strncmp(path, "http://", 7) == 0 || strncmp(path, "https://", 8) == 0;
}

/* Over the network, under its rules (antin/net.h). */
static enum antin_rc
fetch(struct update *u, const char *address, struct antin_bytes *out, struct antin_err *err)
{
	const struct antin_fetch_request q = {.kind = ANTIN_FETCH_TRUST,
	                                      .url = antin_slice_text(address),
	                                      .anew = true};
	ANTIN_SCOPED(antin_fetch_answer) answer = {0};
	const struct antin_fetch_info *info;
	enum antin_rc rc = u->net ? ANTIN_OK : cli_network(u->c, CLI_NETWORK_AS_SET, &u->net, err);

	if (rc == ANTIN_OK)
		rc = antin_fetch(antin_net_fetcher(u->net), &q, NULL, &answer, err);
	if (rc != ANTIN_OK)
		return rc;
	info = antin_fetch_info(answer.result);
	if (answer.result == ANTIN_FETCHED_OFFLINE)
		antin_err_set_hint(err, "antin config set network.mode auto");
	if (answer.result != ANTIN_FETCHED_ANSWERED)
		return antin_fail(err, info->class, N_("the address gave nothing: %s"),
		                  _(info->text));
	antin_bytes_move(out, &answer.body);
	return ANTIN_OK;
}

static enum antin_rc
take(struct update *u, const char *path, struct antin_bundle *b, struct antin_err *err)
{
	ANTIN_SCOPED(antin_bytes) bytes = {0};
	const char *folder = NULL;
	enum antin_rc rc = is_address(path) ? fetch(u, path, &bytes, err)
	                                    : antin_file_read(path, ANTIN_ZIP_MAX, &bytes, err);

	if (rc == ANTIN_OK && !antin_bundle_is(antin_bytes_slice(&bytes)) &&
	    !antin_list_is(antin_bytes_slice(&bytes))) {
		antin_err_set_hint(err, N_("A certificate is taken with antin trust import."));
		rc = antin_fail(err, ANTIN_E_FORMAT,
		                N_("this is no signed bundle and no trusted list"));
	}
	if (rc == ANTIN_OK)
		rc = antin_signed_read(antin_bytes_slice(&bytes), path, NULL, b, err);
	if (rc == ANTIN_OK)
		rc = place_of(u, &b->origin, &folder, err);
	if (rc == ANTIN_OK)
		rc = antin_bundle_store(folder, b, antin_bytes_slice(&bytes),
		                        antin_now(&u->c->clock), err);
	return rc;
}

static void
say_failed(struct update *u, const char *path, struct antin_err *err, json_t *row)
{
	char line[600];

	antin_err_set_file(err, path);
	(void)antin_err_line(err, cli_translate, line, sizeof(line));
	if (u->several) /* else the error of the run says it */
		cli_say(u->c, "%s\n", line);
	(void)json_object_set_new(row, "result", json_string("refused"));
	(void)json_object_set_new(row, "class", json_string(antin_rc_id(err->rc)));
	(void)json_object_set_new(row, "message", json_string(line));
	if (!u->n_failed++)
		u->first = *err;
}

static void
update_file(struct update *u, const char *path)
{
	ANTIN_SCOPED(antin_bundle) b = {0};
	struct antin_err err = {0};
	json_t *row = json_object();
	enum antin_rc rc = take(u, path, &b, &err);
	const bool current = rc == ANTIN_E_STATE && b.origin.signer;

	(void)antin_json_set_text(row, "file", antin_slice_text(path));
	if (rc == ANTIN_OK) {
		u->n_taken++;
		show_content(u->c, &b);
		(void)json_object_set_new(row, "result", json_string("updated"));
	} else if (current) {
		u->n_current++;
		trust_show_origin(u->c, &b.origin);
		cli_say(u->c, "%s\n", _("It is in use already."));
		(void)json_object_set_new(row, "result", json_string("current"));
	} else {
		say_failed(u, path, &err, row);
	}
	if (rc == ANTIN_OK || current)
		(void)json_object_set_new(row, "signed", bundle_json(u->c, &b));
	(void)json_array_append_new(u->results, row);
}

/* The bundles of a folder; other files in it are not looked at. */
static enum antin_rc
update_path(struct update *u, const char *path, struct antin_err *err)
{
	ANTIN_SCOPED(antin_paths) l = {0};
	struct stat st;
	enum antin_rc rc;

	if (stat(path, &st) != 0 || !S_ISDIR(st.st_mode)) {
		update_file(u, path);
		return ANTIN_OK;
	}
	rc = antin_folder_list(path, &l, err);
	u->several = true;
	for (size_t i = 0; rc == ANTIN_OK && i < l.n; i++)
		if (trust_is_signed(l.items[i]))
			update_file(u, l.items[i]);
	return rc;
}

static enum antin_rc
begin(struct update *u, struct antin_err *err)
{
	enum antin_rc rc = cli_setting_flag(u->c, "trust.user", &u->user, err);

	if (rc == ANTIN_OK)
		rc = trust_folder(CLI_PLACE_CONFIG, &u->folders[0], err);
	return rc == ANTIN_OK ? trust_folder(CLI_PLACE_SYSTEM, &u->folders[1], err) : rc;
}

static enum antin_rc
run_update(struct cli *c, const void *args, char **operands, struct antin_err *err)
{
	ANTIN_SCOPED(update)
	u = {.c = c, .several = operands[0] && operands[1], .results = json_array()};
	enum antin_rc rc = begin(&u, err);

	(void)args;
	for (; rc == ANTIN_OK && *operands; operands++)
		rc = update_path(&u, *operands, err);
	if (rc != ANTIN_OK)
		return rc;
	if (u.n_failed && !u.n_taken && !u.n_current) {
		*err = u.first;
		return u.first.rc;
	}
	if (!u.n_failed && !u.n_taken && !u.n_current)
		return antin_fail(err, ANTIN_E_NOT_FOUND, N_("there is no signed bundle"));
	/* Done in part. */
	c->exit_code = u.n_failed ? 7 : 0;
	cli_json(c, json_pack("{ss sO}", "schema", "antin.trust.update/1", "files", u.results));
	return ANTIN_OK;
}

static const char *const update_examples[] = {"antin trust update tin-cay-8.bundle", NULL};

const struct cli_cmd cmd_trust_update = {
        .name = "trust update",
        .operands = "FILE|URL...",
        .min_operands = 1,
        .max_operands = 1000,
        .summary = N_("Bring signed bundles of trusted authorities up to date"),
        .description =
                N_("Takes later bundles and lists of signers that were compared at an import, from "
                   "files, addresses of http or https, and folders, of which all in them. One with "
                   "a lower number than the one in use is refused. Whatever fails, the former one "
                   "stays in use as a whole."),
        .examples = update_examples,
        .run = run_update,
};
