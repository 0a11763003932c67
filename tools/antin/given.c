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
}

enum antin_rc
given_trust(struct antin_trust *t, struct antin_evidence *evidence, const struct given_paths *p,
            struct antin_kinds **kinds, struct antin_err *err)
{
	enum antin_rc rc = ANTIN_OK;

	for (size_t i = 0; i < p->intermediate->n && rc == ANTIN_OK; i++)
		rc = antin_trust_intermediates(t, p->intermediate->items[i], err);
	for (size_t i = 0; i < p->crl->n && rc == ANTIN_OK; i++)
		rc = antin_evidence_load_crls(evidence, p->crl->items[i], err);
	for (size_t i = 0; i < p->ocsp->n && rc == ANTIN_OK; i++)
		rc = antin_evidence_load_ocsp(evidence, p->ocsp->items[i], err);
	if (rc == ANTIN_OK)
		rc = trust_kinds(kinds, err);
	if (rc == ANTIN_OK)
		antin_kinds_classify(*kinds, t);
	return rc;
}

enum antin_rc
given_load(struct cli *c, const struct given_paths *p, enum cli_network network, struct given *g,
           struct antin_verify_options *o, struct antin_err *err)
{
	enum antin_rc rc = given_trust(&g->trust, &g->evidence, p, &g->kinds, err);

	if (rc == ANTIN_OK)
		rc = trust_algorithms(&g->algorithms, err);
	if (rc == ANTIN_OK)
		rc = cli_network(c, network, &g->net, err);
	if (rc == ANTIN_OK)
		rc = antin_memory_new(NULL, &g->memory, err);
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
