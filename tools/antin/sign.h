/*
 * What the files of antin sign share: the options, the documents of a run, the names of results.
 */
#ifndef ANTIN_TOOLS_SIGN_H
#define ANTIN_TOOLS_SIGN_H

#include "cli.h"

#include <antin/sign.h>

struct sign_args {
	const char *key, *cert, *module, *out, *out_dir, *reason, *location;
	struct cli_pin_args pins;
	int level;
	bool force, in_place;
};

/* One document of the run. */
struct sign_item {
	char *path, *result; /* result "-": standard output */
	struct antin_sign_job *job;
	enum antin_rc rc; /* why it failed */
	bool exists;      /* the result seems to be there from an earlier run */
	bool done;
};
struct sign_items {
	struct sign_item *list;
	size_t n, cap;
};
void sign_items_done(struct sign_items *l);
ANTIN_SCOPED_S(sign_items, sign_items_done);

/*
 * The documents named, folders replaced by the documents in them, each with the name of its
 * result.  USAGE for a document given twice and for two results with one name.
 */
enum antin_rc sign_items_collect(const struct sign_args *a, char **operands, struct sign_items *out,
                                 struct antin_err *err) ANTIN_MUST;
/* Whether the result may be written: EXISTS, NOT_WRITABLE, MISSING... before any PIN. */
enum antin_rc sign_item_check(const struct sign_args *a, const struct sign_item *item,
                              struct antin_err *err) ANTIN_MUST;

/* The certificate that signs and its key, when the key was not named by itself. */
enum { SIGN_URI_MAX = 1024 };
struct sign_choice {
	char uri[SIGN_URI_MAX];  /* of the key; "" when nothing was chosen */
	struct antin_cert *cert; /* owned */
};
/* Whether --key leaves a choice: none given, or a token without object and id. */
bool sign_choice_open(const char *key);
/*
 * Chooses among the certificates on the connected tokens, or on the one that --key names, without a
 * PIN.  Several that may sign are AMBIGUOUS with the option for each; nothing is chosen, and no
 * error, when the named token shows no certificate.  `given` comes from --cert.
 */
enum antin_rc sign_choose(struct cli *c, const struct sign_args *a, const struct antin_certs *given,
                          struct sign_choice *out, struct antin_err *err) ANTIN_MUST;

/* What is signed with, as far as it is known. */
struct sign_plan {
	const struct sign_args *args;
	const struct sign_items *items;
	const struct antin_key *key;   /* NULL before it is opened */
	const struct antin_cert *cert; /* NULL before it is known */
	bool files_shown, who_shown;
};
/* Before the PIN, to the person: as whom, with what, which files. */
void sign_plan_show(struct cli *c, struct sign_plan *plan);
/* One document is signed, which `worker` has read. */
void sign_result_show(struct cli *c, const struct sign_item *item, const struct antin_sign_who *who,
                      struct antin_worker *worker);
void sign_summary_show(struct cli *c, const struct sign_items *items);

#endif
