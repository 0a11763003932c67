/*
 * What a check works with besides its anchors: certificates, revocation data and rules that were
 * given or configured, the time, the network.  Shared by the commands that judge.
 */
#ifndef TOOL_GIVEN_H
#define TOOL_GIVEN_H

#include "cli.h"

#include <antin/worker.h>

struct given {
	struct antin_trust trust; /* anchors come first, from the command itself */
	struct antin_evidence evidence;
	struct antin_kinds *kinds;
	struct antin_algorithms *algorithms;
	struct antin_net *net;
	struct antin_memory *memory; /* of this run */
	struct antin_worker *worker; /* NULL: files of strangers are read in this process */
};
void given_done(struct given *g);
ANTIN_SCOPED_S(given, given_done);

struct given_paths {
	const struct cli_texts *intermediate, *crl, *ocsp;
};
/* CRLs and OCSP answers go to `evidence`, the rest to the trust; the anchors get their class. */
enum antin_rc given_trust(struct antin_trust *t, struct antin_evidence *evidence,
                          const struct given_paths *p, struct antin_kinds **kinds,
                          struct antin_err *err) ANTIN_MUST;
/*
 * First of all, so that it starts while this process reads what it is to be told: the process that
 * reads the files of strangers; NULL when the setting verify.isolate is false.
 */
enum antin_rc given_worker(struct cli *c, struct antin_worker **out, struct antin_err *err)
        ANTIN_MUST;
/* What kept the reading of files from doing harm, as the member "isolation"; NULL: nothing did. */
enum antin_rc given_isolation(struct antin_worker *w, json_t *json, struct antin_err *err)
        ANTIN_MUST;
/* All of that, the algorithms and the network, put into the options; files by the worker. */
enum antin_rc given_load(struct cli *c, const struct given_paths *p, enum cli_network network,
                         struct given *g, struct antin_verify_options *o, struct antin_err *err)
        ANTIN_MUST;
/* --at; INT64_MIN: it was not given. */
enum antin_rc given_time(const struct cli *c, int64_t at, struct antin_verify_options *o,
                         struct antin_err *err) ANTIN_MUST;
/* How a report looks on this terminal. */
struct antin_report_style given_style(const struct cli *c);

#endif
