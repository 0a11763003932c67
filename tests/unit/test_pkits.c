/*
 * NIST PKITS: 249 rows of path validation with revocation and policies, verdicts and both policy
 * sets.  The certificates are looked for at $ANTIN_PKITS and beside the source; without them the
 * suite says so and passes nothing off as checked.
 */
#include <stdio.h>
#include <unistd.h>

#include <antin/clock.h>
#include <antin/json.h>
#include <antin/revocation.h>

#include "world.h"

static const char *folder;

static const char *
find_folder(void)
{
	static const char *const places[] = {"../shared/data/pkits", "../../shared/data/pkits"};
	const char *named = getenv("ANTIN_PKITS");

	if (named)
		return named;
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		if (access(places[i], R_OK) == 0)
			return places[i];
	return NULL;
}

/* Rows that need DSA keys, which this library does not have. */
static bool
needs_dsa(const json_t *row)
{
	size_t i;
	const json_t *word;

	json_array_foreach (json_object_get(row, "needs"), i, word)
		if (strncmp(json_string_value(word), "dsa", 3) == 0)
			return true;
	return false;
}

struct row_world {
	struct world world;
	struct antin_evidence evidence;
	struct antin_revocation revocation;
	struct antin_path_ops ops;
	struct antin_cert *target;
	int64_t time;
};

static void
full_path(char *out, size_t cap, const json_t *name)
{
	(void)snprintf(out, cap, "%s/%s", folder, json_string_value(name));
}

static struct antin_cert *
add_file(struct row_world *w, const json_t *name, bool anchor)
{
	ANTIN_SCOPED(antin_certs) read = {0};
	struct antin_err err = {0};
	char path[400];

	full_path(path, sizeof(path), name);
	if (antin_certs_load(path, &read, &err) != ANTIN_OK)
		return NULL;
	w->world.certs[w->world.n] = antin_cert_ref(read.items[0]);
	w->world.anchors[w->world.n] = anchor;
	return w->world.certs[w->world.n++];
}

static enum antin_rc
row_issuers(void *user, const struct antin_path_query *q, struct antin_path_candidates *out,
            struct antin_err *err)
{
	return world_of_issuers(&((struct row_world *)user)->world, q, out, err);
}
static bool
row_anchor(void *user, const struct antin_cert *c)
{
	return world_of_anchor(&((struct row_world *)user)->world, c);
}
static int64_t
row_now(void *user)
{
	return ((struct row_world *)user)->time;
}
static enum antin_rc
row_status(void *user, const struct antin_path *p, size_t index, struct antin_status *out,
           struct antin_err *err)
{
	return antin_revocation_status(&((struct row_world *)user)->revocation, p, index, out, err);
}

/* False when a certificate cannot even be read: then there is no path. */
static bool
row_load(struct row_world *w, const json_t *row)
{
	const json_t *chain = json_object_get(row, "chain"), *name;
	struct antin_err err = {0};
	bool whole = add_file(w, json_object_get(row, "trust_anchor"), true) != NULL;
	char path[400];
	size_t i;

	json_array_foreach (chain, i, name) {
		w->target = add_file(w, name, false);
		whole &= w->target != NULL;
	}
	json_array_foreach (json_object_get(row, "extra_certs"), i, name)
		(void)add_file(w, name, false);
	json_array_foreach (json_object_get(row, "crls"), i, name) {
		full_path(path, sizeof(path), name);
		/* An unreadable list is one that is not there. */
		if (antin_evidence_load_crls(&w->evidence, path, &err) != ANTIN_OK)
			antin_err_clear(&err);
	}
	w->ops = (struct antin_path_ops){row_issuers, row_anchor, row_status, row_now, NULL, w};
	w->revocation = (struct antin_revocation){.evidence = &w->evidence,
	                                          .world = &w->ops,
	                                          .now = w->time,
	                                          .time = w->time};
	return whole;
}

static void
row_done(struct row_world *w)
{
	world_done(&w->world);
	antin_evidence_done(&w->evidence);
	antin_revocation_done(&w->revocation);
}

static bool
flag(const json_t *inputs, const char *name)
{
	return json_is_true(json_object_get(inputs, name));
}

/* The lines of `have` are exactly the texts of `want`. */
static bool
same_set(const json_t *want, struct antin_bytes *have)
{
	size_t i, lines = 0;
	const json_t *oid;
	const char *text = antin_bytes_cstr(have);

	for (size_t k = 0; k < have->len; k++)
		lines += have->p[k] == '\n';
	if (lines != json_array_size(want))
		return false;
	json_array_foreach (want, i, oid)
		if (!text || !strstr(text, json_string_value(oid)))
			return false;
	return true;
}

/* The first difference from what is expected, or NULL. */
static const char *
compare(const json_t *expect, struct antin_path *p, bool loaded)
{
	bool valid = loaded && p->valid;

	if (valid != flag(expect, "valid"))
		return valid ? "accepted" : "refused";
	if (!valid)
		return NULL;
	if (!same_set(json_object_get(expect, "user_constrained_policy_set"), &p->user_policies))
		return "user set";
	if (!same_set(json_object_get(expect, "authorities_constrained_policy_set"),
	              &p->authority_policies))
		return "authority set";
	if (p->explicit_policy != flag(expect, "explicit_policy_indicator"))
		return "indicator";
	return NULL;
}

static const char *
run_row(const json_t *row, int64_t time, char *detail, size_t cap)
{
	const json_t *inputs = json_object_get(row, "inputs");
	const json_t *set = json_object_get(inputs, "initial_policy_set");
	const char *policies[8] = {NULL};
	struct antin_path_rules rules = {
	        .policies = policies,
	        .explicit_policy = flag(inputs, "explicit_policy"),
	        .inhibit_mapping = flag(inputs, "inhibit_policy_mapping"),
	        .inhibit_any = flag(inputs, "inhibit_any_policy"),
	        .max_depth = -1,
	};
	ANTIN_SCOPED(antin_path) p = {0};
	struct row_world w = {.time = time};
	struct antin_err err = {0};
	const struct antin_path_fault *worst;
	bool loaded = row_load(&w, row);
	const char *diff;

	for (size_t i = 0; i < json_array_size(set) && i < 7; i++)
		policies[i] = json_string_value(json_array_get(set, i));
	if (policies[0] && strcmp(policies[0], "2.5.29.32.0") == 0)
		rules.policies = NULL;
	if (loaded)
		ck_assert_int_eq(antin_path_find(&w.ops, w.target, &rules, &p, &err), ANTIN_OK);
	diff = compare(json_object_get(row, "expect"), &p, loaded);
	worst = antin_path_worst(&p);
	(void)snprintf(detail, cap, "%s %zu %s", worst ? antin_fault_info(worst->fault)->id : "-",
	               worst ? worst->index : 0,
	               worst && p.statuses && p.statuses[worst->index].why
	                       ? p.statuses[worst->index].why
	                       : "");
	row_done(&w);
	return diff;
}

START_TEST(test_pkits)
{
	json_t *all = NULL;
	struct antin_err err = {0};
	const json_t *row;
	char path[400], detail[300];
	int64_t time;
	size_t i, run = 0, left_out = 0, wrong = 0;

	folder = find_folder();
	if (!folder) {
		(void)fprintf(stderr, "skipped: PKITS is not there (ANTIN_PKITS)\n");
		return;
	}
	(void)snprintf(path, sizeof(path), "%s/pkits.json", folder);
	ck_assert_int_eq(antin_json_load(path, &all, &err), ANTIN_OK);
	ck_assert_int_eq(antin_time_parse("2026-01-01T00:00:00Z", &time, &err), ANTIN_OK);
	json_array_foreach (json_object_get(all, "tests"), i, row) {
		const char *diff;

		if (needs_dsa(row) && flag(json_object_get(row, "expect"), "valid")) {
			left_out++;
			continue;
		}
		run++;
		diff = run_row(row, time, detail, sizeof(detail));
		if (!diff)
			continue;
		wrong++;
		(void)fprintf(stderr, "PKITS %s %s: %s (%s)\n",
		              json_string_value(json_object_get(row, "id")),
		              json_string_value(json_object_get(row, "name")), diff, detail);
	}
	(void)fprintf(stderr, "PKITS: %zu rows run, %zu left out (DSA), %zu differ\n", run,
	              left_out, wrong);
	ck_assert_uint_eq(wrong, 0);
	ck_assert_uint_eq(run + left_out, 249);
	ck_assert_uint_le(left_out, 2);
	json_decref(all);
}
END_TEST

Suite *suite_pkits(void);
Suite *
suite_pkits(void)
{
	Suite *s = suite_create("pkits");
	TCase *c = tcase_create("pkits");

	tcase_set_timeout(c, 120);
	tcase_add_test(c, test_pkits);
	suite_add_tcase(s, c);
	return s;
}
