/*
 * Checks documents in a process that can do nothing but read them: a file that is made to take its
 * reader over finds no network, no other file, no key and no other document there.
 * usage: verify_isolated WORKER TRUSTED LIST FILE...
 * WORKER is libexec/antin/antin-worker as installed, TRUSTED the certificate of a root that you
 * compared by its fingerprint, LIST a revocation list or a folder of them.  Exit 0: all hold.
 */
#include <stdio.h>
#include <time.h>

#include <antin/file.h>
#include <antin/report.h>
#include <antin/worker.h>

/* One worker for all files: it makes a new process for each of them. */
static enum antin_rc
start(char **argv, struct antin_worker **worker, struct antin_trust *trust, struct antin_err *err)
{
	const struct antin_worker_config config = {.program = argv[1]};
	ANTIN_SCOPED(antin_given) lists = {0};
	enum antin_rc rc = antin_worker_new(&config, worker, err);

	if (rc == ANTIN_OK)
		rc = antin_trust_give(trust, argv[2], err);
	/* Lists come from strangers, too: this program only hands their octets on. */
	if (rc == ANTIN_OK)
		rc = antin_given_add(&lists, ANTIN_GIVEN_CRL, argv[3], err);
	return rc == ANTIN_OK ? antin_worker_give(*worker, &lists, err) : rc;
}

static enum antin_rc
check(struct antin_worker *worker, const char *path, const struct antin_verify_options *options,
      int *exit_code, struct antin_err *err)
{
	ANTIN_OWN_S(antin_source) source = NULL;
	ANTIN_SCOPED(antin_report) report = {0};
	ANTIN_SCOPED(antin_bytes) text = {0};
	enum antin_rc rc = antin_source_open(path, &source, err);

	if (rc == ANTIN_OK)
		rc = antin_verify_isolated(worker, source, path, options, &report, err);
	if (rc == ANTIN_OK)
		rc = antin_report_text(&report, NULL, NULL, &text, err);
	if (rc != ANTIN_OK)
		return rc;
	(void)fputs(antin_bytes_cstr(&text), stdout);
	*exit_code = antin_exit_worse(*exit_code, antin_report_exit(&report));
	return ANTIN_OK;
}

/* No verdict: the file cannot be read (5), or the worker failed in one of its ways (6). */
static int
failed(const struct antin_err *err)
{
	char line[1024];

	(void)fprintf(stderr, "%s: %s\n", err->file, antin_err_line(err, NULL, line, sizeof(line)));
	return antin_rc_exit(err->rc);
}

int
main(int argc, char **argv)
{
	const int64_t now = (int64_t)time(NULL);
	ANTIN_OWN_S(antin_worker) worker = NULL;
	ANTIN_SCOPED(antin_trust) trust = {0};
	const struct antin_verify_options options = {.trust = &trust, .now = now, .time = now};
	struct antin_err err = {0};
	int code = 0;

	if (argc < 5) {
		(void)fputs("usage: verify_isolated WORKER TRUSTED LIST FILE...\n", stderr);
		return 2;
	}
	if (start(argv, &worker, &trust, &err) != ANTIN_OK)
		return failed(&err);
	for (int i = 4; i < argc; i++)
		if (check(worker, argv[i], &options, &code, &err) != ANTIN_OK) {
			code = antin_exit_worse(code, failed(&err));
			antin_err_clear(&err); /* and the next file is judged as if nothing was */
		}
	return code;
}
