/*
 * All unit suites in one program.  usage: unit [SUITE]   (CK_FORK=no for debuggers and valgrind)
 * A suite is a function `Suite *suite_NAME(void)` in test_NAME.c; suites.h lists them, made by the
 * Makefile from the file names.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <check.h>

#define SUITE(name) Suite *suite_##name(void);
#include "suites.h"
#undef SUITE

/* The program that test_worker.c starts in place of the worker: this one, by another name. */
int fake_worker(const char *how);

struct suite_row {
	const char *name;
	Suite *(*make)(void);
};

static const struct suite_row rows[] = {
#define SUITE(name) {#name, suite_##name},
#include "suites.h"
#undef SUITE
};

int
main(int argc, char **argv)
{
	static const char fake[] = "/fake-worker-";
	const char *how = strstr(argv[0], fake);
	SRunner *runner;
	int chosen = 0, failed;

	if (how)
		return fake_worker(how + sizeof(fake) - 1);
	runner = srunner_create(NULL);
	/* A hang is caught late rather than a busy machine called a fault. */
	(void)setenv("CK_DEFAULT_TIMEOUT", "300", 0);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (argc > 1 && strcmp(argv[1], rows[i].name) != 0)
			continue;
		srunner_add_suite(runner, rows[i].make());
		chosen++;
	}
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	if (chosen == 0)
		(void)fprintf(stderr, "no suite %s\n", argc > 1 ? argv[1] : "");
	return failed == 0 && chosen > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
