/*
 * What a check is given.  See given.h.
 */
#include "given.h"

#include <antin/memory.h>

#include "trust.h"

void
given_done(struct given *g)
{
	antin_trust_done(&g->trust);
	antin_evidence_done(&g->evidence);
	antin_kinds_free(g->kinds);
	antin_algorithms_free(g->algorithms);
	antin_net_free(g->net);
	antin_memory_free(g->memory);
	antin_worker_free(g->worker);
}

static enum antin_rc
take_files(const struct given_paths *p, struct antin_given *out, struct antin_err *err)
{
	const struct cli_texts *const lists[ANTIN_GIVEN_KINDS] = {
	        [ANTIN_GIVEN_CERTS] = p->intermediate,
	        [ANTIN_GIVEN_CRL] = p->crl,
	        [ANTIN_GIVEN_OCSP] = p->ocsp,
	};
	enum antin_rc rc = ANTIN_OK;

	for (int kind = 0; kind < ANTIN_GIVEN_KINDS; kind++)
		for (size_t i = 0; rc == ANTIN_OK && i < lists[kind]->n; i++)
			rc = antin_given_add(out, (enum antin_given_kind)kind,
			                     lists[kind]->items[i], err);
	return rc;
}

static enum antin_rc
load_kinds(struct antin_trust *t, struct antin_kinds **kinds, struct antin_err *err)
{
	enum antin_rc rc = trust_kinds(kinds, err);

	if (rc == ANTIN_OK)
		antin_kinds_classify(*kinds, t);
	return rc;
}

enum antin_rc
given_trust(struct antin_trust *t, struct antin_evidence *evidence, const struct given_paths *p,
            struct antin_kinds **kinds, struct antin_err *err)
{
	ANTIN_SCOPED(antin_given) files = {0};
	enum antin_rc rc = take_files(p, &files, err);

	if (rc == ANTIN_OK)
		rc = antin_given_read_all(&files, &t->intermediates, evidence, err);
	return rc == ANTIN_OK ? load_kinds(t, kinds, err) : rc;
}

enum antin_rc
given_load(struct cli *c, const struct given_paths *p, enum cli_network network, struct given *g,
           struct antin_verify_options *o, struct antin_err *err)
{
	ANTIN_SCOPED(antin_given) files = {0};
	enum antin_rc rc = take_files(p, &files, err);

	if (rc == ANTIN_OK && !g->worker)
		rc = antin_given_read_all(&files, &g->trust.intermediates, &g->evidence, err);
	if (rc == ANTIN_OK)
		rc = load_kinds(&g->trust, &g->kinds, err);
	if (rc == ANTIN_OK)
		rc = trust_algorithms(&g->algorithms, err);
	if (rc == ANTIN_OK)
		rc = cli_network(c, network, &g->net, err);
	if (rc == ANTIN_OK)
		rc = antin_memory_new(NULL, &g->memory, err);
	/* Last, because it waits until the worker has read them. */
	if (rc == ANTIN_OK && g->worker)
		rc = antin_worker_give(g->worker, &files, err);
	if (rc != ANTIN_OK)
		return rc;
	o->trust = &g->trust;
	o->evidence = &g->evidence;
	o->kinds = g->kinds;
	o->algorithms = g->algorithms;
	o->fetcher = antin_net_fetcher(g->net);
	o->memory = g->memory;
	return ANTIN_OK;
}

enum antin_rc
given_worker(struct cli *c, struct antin_worker **out, struct antin_err *err)
{
	ANTIN_SCOPED(antin_bytes) program = {0};
	struct antin_worker_config config = {0};
	bool isolate = false;
	enum antin_rc rc = cli_setting_flag(c, "verify.isolate", &isolate, err);

	if (rc == ANTIN_OK && isolate)
		rc = cli_helper("antin-worker", &program, err);
	if (rc != ANTIN_OK || !isolate)
		return rc;
	config.program = antin_bytes_cstr(&program);
	return antin_worker_new(&config, out, err);
}

enum antin_rc
given_isolation(struct antin_worker *w, json_t *json, struct antin_err *err)
{
	const char *how = "none";
	int landlock = 0;
	enum antin_rc rc = w ? antin_worker_landlock(w, &landlock, err) : ANTIN_OK;

	if (w)
		how = landlock ? "full" : "without-landlock";
	if (rc == ANTIN_OK && json_object_set_new(json, "isolation", json_string(how)) != 0)
		rc = antin_fail_memory(err);
	return rc;
}

enum antin_rc
given_time(const struct cli *c, int64_t at, struct antin_verify_options *o, struct antin_err *err)
{
	o->now = o->time = c->now;
	o->assumed = at != INT64_MIN;
	if (!o->assumed)
		return ANTIN_OK;
	if (at > c->now)
		return antin_fail(err, ANTIN_E_USAGE, N_("--at lies in the future"));
	o->time = at;
	return ANTIN_OK;
}

struct antin_report_style
given_style(const struct cli *c)
{
	return (struct antin_report_style){
	        .good = cli_style(c, CLI_GOOD),
	        .doubt = cli_style(c, CLI_DOUBT),
	        .bad = cli_style(c, CLI_BAD),
	        .bold = cli_style(c, CLI_BOLD),
	        .plain = cli_style(c, CLI_PLAIN),
	};
}
