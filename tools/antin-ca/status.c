/*
 * antin-ca status: the store, its authorities, and what is due.
 */
#include "ca.h"

static const char *
state_name(int64_t state)
{
	static const char *const names[] = {
	        [ANTIN_ISSUER_PLANNED] = N_("planned"),
	        [ANTIN_ISSUER_ACTIVE] = N_("active"),
	        [ANTIN_ISSUER_REVOKE_ONLY] = N_("revoke-only"),
	        [ANTIN_ISSUER_RETIRED] = N_("retired"),
	};

	return state >= 0 && state <= ANTIN_ISSUER_RETIRED ? names[state] : "?";
}

struct status {
	struct cli *c;
	struct ca *ca;
	json_t *list;
};

static void
add_crl(struct status *s, const struct antin_issuer_row *r, json_t *o)
{
	ANTIN_SCOPED(antin_crl_row) crl = {0};
	struct antin_err none = {0};
	char when[ANTIN_TIME_CAP];

	if (antin_store_crl_newest(ca_store(s->ca), r->id, 0, &crl, &none) != ANTIN_OK) {
		cli_say(s->c, _("  no CRL yet\n"));
		return;
	}
	cli_say(s->c, _("  CRL %lld: %lld entries, good until %s%s\n"), (long long)crl.number,
	        (long long)crl.entries, ca_time(crl.next_update, when),
	        crl.next_update < s->c->now ? _(" (out of date)") : "");
	(void)json_object_set_new(o, "crlNumber", json_integer((json_int_t)crl.number));
	(void)json_object_set_new(o, "crlEntries", json_integer((json_int_t)crl.entries));
	(void)antin_json_set_time(o, "crlNextUpdate", crl.next_update);
}

static void
add_responder(struct status *s, const struct antin_issuer_row *r, json_t *o)
{
	ANTIN_SCOPED(antin_responder_row) responder = {0};
	struct antin_err none = {0};
	char when[ANTIN_TIME_CAP];

	if (antin_store_responder_get(ca_store(s->ca), r->id, &responder, &none) != ANTIN_OK) {
		cli_say(s->c, _("  no OCSP responder\n"));
		return;
	}
	cli_say(s->c, _("  OCSP responder until %s\n"), ca_time(responder.not_after, when));
	(void)antin_json_set_time(o, "responderNotAfter", responder.not_after);
}

static enum antin_rc
issuer(void *user, const struct antin_issuer_row *r, struct antin_err *err)
{
	struct status *s = user;
	char when[ANTIN_TIME_CAP];
	json_t *o = json_pack("{ss sI ss ss}", "ca", (const char *)r->ca.p, "generation",
	                      (json_int_t)r->generation, "state", state_name(r->state), "url",
	                      (const char *)r->url.p);

	if (!o || json_array_append_new(s->list, o) != 0)
		return antin_fail_memory(err);
	(void)antin_json_set_text(o, "key", antin_bytes_slice(&r->key_uri));
	(void)antin_json_set_time(o, "notAfter", r->not_after);
	cli_say(s->c, _("%s, generation %lld, %s until %s\n"), (const char *)r->ca.p,
	        (long long)r->generation, _(state_name(r->state)), ca_time(r->not_after, when));
	if (r->state == ANTIN_ISSUER_ACTIVE) {
		add_crl(s, r, o);
		add_responder(s, r, o);
	}
	return ANTIN_OK;
}

static enum antin_rc
run(struct cli *c, const void *args, char **operands, struct antin_err *err)
{
	ANTIN_OWN_S(ca) ca = NULL;
	ANTIN_OWN(json_t) list = json_array();
	struct status s = {.c = c, .list = list};
	struct antin_store_info info;
	struct antin_log_head head = {0};
	enum antin_rc rc = ca_open(c, NULL, CA_THERE, &ca, err);

	(void)args;
	(void)operands;
	if (rc == ANTIN_OK)
		rc = antin_store_log_head(ca_store(ca), &head, err);
	if (rc != ANTIN_OK)
		return rc;
	antin_store_info(ca_store(ca), &info);
	cli_say(c, _("Store %s, version %lld, %s; %lld log entries\n"), info.address,
	        (long long)info.version, info.durability, (long long)head.seq);
	s.ca = ca;
	rc = antin_store_issuer_each(ca_store(ca), issuer, &s, err);
	if (rc == ANTIN_OK)
		cli_json(c, json_pack("{ss ss sI ss sI sO}", "schema", "antin-ca.status/1", "store",
		                      info.address, "version", (json_int_t)info.version,
		                      "durability", info.durability, "log", (json_int_t)head.seq,
		                      "authorities", list));
	return rc;
}

static const char *const examples[] = {"antin-ca status", NULL};
const struct cli_cmd cmd_status = {
        .name = "status",
        .operands = "",
        .summary = N_("Show the store, its authorities and what is due"),
        .examples = examples,
        .run = run,
};
