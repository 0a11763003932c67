/*
 * Ten families of graphs made to cost much: each search ends by its counters, says so, and takes
 * little memory; and the counters are those of the whole search, not of one path.
 */
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <antin/memory.h>

#include "costly.h"
#include "util.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED 1
#endif
#endif

/* What one step may take a counter over its limit: the longest names, the most policies. */
enum { NAMES_OVER = 16384, POLICIES_OVER = 1 << 20 };

static void
bounded(const struct world *w, const struct antin_path *p, const char *what)
{
	const struct {
		const char *counter;
		size_t got, most;
	} rows[] = {
	        {"steps", p->work.steps, ANTIN_PATH_STEPS + 1},
	        {"signatures", p->work.signatures, ANTIN_PATH_SIGNATURES},
	        {"tries", p->work.tries, ANTIN_PATH_TRIES + 16},
	        {"names", p->work.names, ANTIN_PATH_NAMES + NAMES_OVER},
	        {"policies", p->work.policies, ANTIN_PATH_POLICIES + POLICIES_OVER},
	        {"depth", p->chain.n, ANTIN_PATH_DEPTH + 2},
	        {"rejects", p->n_rejects, ANTIN_PATH_REJECTS},
	        {"asked for issuers", w->asked, ANTIN_PATH_SIGNATURES + 1},
	};

	for (size_t i = 0; i < UTIL_COUNT(rows); i++)
		ck_assert_msg(rows[i].got <= rows[i].most, "%s: %s: %zu of %zu", what,
		              rows[i].counter, rows[i].got, rows[i].most);
}

/* What was verified before saves time and nothing else: every limit is reached as without it. */
static void
must_not_help(struct world *w, struct antin_cert *target, const struct antin_path *cold,
              const char *what)
{
	ANTIN_OWN_S(antin_memory) m = NULL;
	struct antin_memory_work work;

	ck_assert_int_eq(antin_memory_new(NULL, &m, NULL), ANTIN_OK);
	w->memory = m;
	for (int i = 0; i < 2; i++) {
		ANTIN_SCOPED(antin_path) p = {0};

		world_find(w, target, NULL, &p);
		world_same(cold, &p, what);
		antin_memory_work(m, &work);
		ck_assert_uint_ge(work.known, i ? work.verified : 0);
	}
	w->memory = NULL;
}

START_TEST(test_counters)
{
	const struct costly *f = &costly_families[_i];
	struct world w = {0};
	ANTIN_SCOPED(antin_path) p = {0};
	struct antin_cert *target = f->make(&w);
	const struct antin_path_fault *worst;

	world_find(&w, target, NULL, &p);
	bounded(&w, &p, f->name);
	worst = antin_path_worst(&p);
	ck_assert_msg(!p.valid && worst, "%s: valid", f->name);
	ck_assert_msg(worst->fault == f->fault && p.limited == f->limited, "%s: %s, limited %d",
	              f->name, antin_fault_info(worst->fault)->id, (int)p.limited);
	/* It ended after work, not at once. */
	ck_assert_uint_gt(p.work.steps, 10);
	must_not_help(&w, target, &p, f->name);
	world_done(&w);
}
END_TEST

#ifndef SANITIZED
static rlim_t
address_space(void)
{
	FILE *f = fopen("/proc/self/statm", "r");
	char line[128] = "";
	unsigned long pages;

	ck_assert_ptr_nonnull(f);
	ck_assert_ptr_nonnull(fgets(line, sizeof(line), f));
	(void)fclose(f);
	pages = strtoul(line, NULL, 10);
	ck_assert_uint_gt(pages, 0);
	return (rlim_t)pages * (rlim_t)sysconf(_SC_PAGESIZE);
}
#endif

/* The same in a process that has 64 MiB more than it began with. */
START_TEST(test_memory)
{
#ifndef SANITIZED
	struct world w = {0};
	struct antin_cert *target = costly_families[_i].make(&w);
	struct antin_path_ops ops = world_ops(&w);
	static const struct antin_path_rules rules = {.max_depth = -1,
	                                              .purpose = ANTIN_PURPOSE_SIGN};
	rlim_t most = address_space() + ((rlim_t)64 << 20);
	struct rlimit limit = {most, most};
	pid_t child = fork();
	int status;

	ck_assert_int_ge(child, 0);
	if (child == 0) {
		struct antin_path p = {0};

		if (setrlimit(RLIMIT_AS, &limit) != 0)
			_exit(2);
		_exit(antin_path_find(&ops, target, &rules, &p, NULL) == ANTIN_OK && !p.valid ? 0
		                                                                              : 1);
	}
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == 0, "%s: status %d",
	              costly_families[_i].name, status);
	world_done(&w);
#endif
}
END_TEST

/* Beside a costly family a valid path is still found when a hint leads to it. */
START_TEST(test_found_among)
{
	static const int families[] = {0, 1, 2, 5};

	for (size_t i = 0; i < UTIL_COUNT(families); i++) {
		struct world w = {0};
		ANTIN_SCOPED(antin_path) p = {0};
		struct antin_cert *target;

		(void)costly_families[families[i]].make(&w);
		(void)world_add(&w, costly_ca(0), true);
		(void)world_add(&w, costly_ca(1), false);
		target = costly_add_leaf(&w, 1);
		world_find(&w, target, NULL, &p);
		bounded(&w, &p, costly_families[families[i]].name);
		ck_assert_msg(p.valid && !p.limited, "%s: not found",
		              costly_families[families[i]].name);
		world_done(&w);
	}
}
END_TEST

/* One key is checked once against one child, in however many certificates it stands. */
START_TEST(test_one_check_a_key)
{
	struct world w = {0};
	ANTIN_SCOPED(antin_path) p = {0};
	struct antin_cert *target = costly_families[0].make(&w);

	world_find(&w, target, NULL, &p);
	ck_assert_uint_eq(p.work.signatures, 1);
	ck_assert_uint_ge(p.work.steps, COSTLY_MANY);
	world_done(&w);
}
END_TEST

Suite *suite_costly(void);
Suite *
suite_costly(void)
{
	Suite *s = suite_create("costly");
	TCase *c = tcase_create("costly");

	tcase_set_timeout(c, 60);
	tcase_add_unchecked_fixture(c, costly_begin, costly_end);
	tcase_add_loop_test(c, test_counters, 0, COSTLY_FAMILIES);
	tcase_add_loop_test(c, test_memory, 0, COSTLY_FAMILIES);
	tcase_add_test(c, test_found_among);
	tcase_add_test(c, test_one_check_a_key);
	suite_add_tcase(s, c);
	return s;
}
