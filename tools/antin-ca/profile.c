/*
 * antin-ca profile list and show.
 */
#include "ca.h"

#include <string.h>

static enum antin_rc
list_one(struct cli *c, struct ca *ca, const char *name, json_t *list, struct antin_err *err)
{
	ANTIN_OWN_S(antin_profile) p = NULL;
	char hash[65];
	enum antin_rc rc = antin_ca_profile(ca_signer(ca), name, &p, err);

	if (rc != ANTIN_OK)
		return antin_wrap(err, rc, N_("profile %s"), name);
	(void)antin_hex_text((struct antin_slice){p->sha256, 32}, hash, sizeof(hash));
	cli_say(c, "%-14s %lld  %-9s %s%s\n", p->id, (long long)p->version,
	        antin_profile_kind_name(p->kind), p->title ? p->title : "",
	        p->provisional ? _(" (provisional)") : "");
	(void)json_array_append_new(list, json_pack("{ss sI ss ss sb ss}", "id", p->id, "version",
	                                            (json_int_t)p->version, "kind",
	                                            antin_profile_kind_name(p->kind), "title",
	                                            p->title ? p->title : "", "provisional",
	                                            p->provisional, "sha256", hash));
	return ANTIN_OK;
}

static enum antin_rc
run_list(struct cli *c, const void *args, char **operands, struct antin_err *err)
{
	ANTIN_OWN_S(ca) ca = NULL;
	ANTIN_OWN(json_t) list = json_array();
	ANTIN_SCOPED(antin_bytes) names = {0};
	char *next = NULL;
	enum antin_rc rc = ca_open(c, NULL, CA_THERE, &ca, err);

	(void)args;
	(void)operands;
	if (rc == ANTIN_OK)
		rc = antin_ca_profiles(ca_signer(ca), &names, err);
	if (rc == ANTIN_OK && !antin_bytes_cstr(&names))
		rc = antin_fail_memory(err);
	if (rc != ANTIN_OK)
		return rc;
	for (char *p = strtok_r((char *)names.p, "\n", &next); rc == ANTIN_OK && p;
	     p = strtok_r(NULL, "\n", &next))
		rc = list_one(c, ca, p, list, err);
	if (rc == ANTIN_OK)
		cli_json(c, json_pack("{ss sO}", "schema", "antin-ca.profile.list/1", "profiles",
		                      list));
	return rc;
}

static enum antin_rc
run_show(struct cli *c, const void *args, char **operands, struct antin_err *err)
{
	ANTIN_OWN_S(ca) ca = NULL;
	ANTIN_OWN_S(antin_profile) p = NULL;
	ANTIN_OWN(json_t) body = NULL;
	ANTIN_SCOPED(antin_bytes) text = {0};
	enum antin_rc rc = ca_open(c, NULL, CA_THERE, &ca, err);

	(void)args;
	if (rc == ANTIN_OK)
		rc = antin_ca_profile(ca_signer(ca), operands[0], &p, err);
	if (rc == ANTIN_OK)
		rc = antin_json_parse(antin_bytes_slice(&p->text), operands[0], &body, err);
	if (rc == ANTIN_OK)
		rc = antin_json_write(body, true, &text, err);
	if (rc != ANTIN_OK)
		return rc;
	cli_say(c, "%.*s", (int)text.len, (const char *)text.p);
	cli_json(c, json_pack("{ss sO}", "schema", "antin-ca.profile.show/1", "profile", body));
	return ANTIN_OK;
}

static const char *const list_examples[] = {"antin-ca profile list", NULL};
const struct cli_cmd cmd_profile_list = {
        .name = "profile list",
        .operands = "",
        .summary = N_("List the profiles that certificates can be issued under"),
        .examples = list_examples,
        .run = run_list,
};

static const char *const show_examples[] = {"antin-ca profile show vn-person", NULL};
const struct cli_cmd cmd_profile_show = {
        .name = "profile show",
        .operands = "NAME",
        .min_operands = 1,
        .max_operands = 1,
        .summary = N_("Show what a profile says"),
        .examples = show_examples,
        .run = run_show,
};
