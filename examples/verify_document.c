/*
 * Checks the signatures of a document and says whose they are, whether they hold, why not, and what
 * to do.
 * usage: verify_document FILE TRUSTED [INTERMEDIATE-OR-CRL]...
 * TRUSTED is the certificate of a root that you compared by its fingerprint; files whose names end
 * in .crl are revocation lists.  Nothing is asked of the network.  Exit 0: all signatures hold.
 */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <antin/clock.h>
#include <antin/file.h>
#include <antin/given.h>
#include <antin/report.h>
#include <antin/text.h>

static enum antin_rc
load(char **paths, struct antin_trust *trust, struct antin_evidence *lists, struct antin_err *err)
{
	ANTIN_SCOPED(antin_given) files = {0};
	enum antin_rc rc = antin_trust_give(trust, *paths, err);

	while (rc == ANTIN_OK && *++paths) {
		const char *dot = strrchr(*paths, '.');
		bool list = dot && strcmp(dot, ".crl") == 0;

		rc = antin_given_add(&files, list ? ANTIN_GIVEN_CRL : ANTIN_GIVEN_CERTS, *paths,
		                     err);
	}
	return rc == ANTIN_OK ? antin_given_read_all(&files, &trust->intermediates, lists, err)
	                      : rc;
}

/* What a program of yours would act on; for people there is antin_report_text. */
static void
tell(const struct antin_verdict *v)
{
	char name[512], t[ANTIN_TIME_CAP];

	/* The name comes from a stranger's certificate: never shown as it is. */
	(void)antin_text_safe(antin_bytes_slice(&v->signer.name), name, sizeof(name));
	(void)printf("%s %s: %s, as of %s\n", antin_indication_id(v->indication),
	             antin_sub_id(v->sub), name,
	             antin_time_people(v->best_time, ANTIN_VIETNAM_OFFSET, t));
	for (size_t i = 0; i < v->n_errors; i++) {
		ANTIN_SCOPED(antin_bytes) why = {0};

		antin_finding_text(&v->errors[i], NULL, &why);
		(void)printf("  %s [%s]\n", antin_bytes_cstr(&why), v->errors[i].row->code);
	}
	if (v->n_errors)
		(void)printf("  -> %s\n", v->errors[0].row->advice);
}

static enum antin_rc
check(const char *path, const struct antin_trust *trust, const struct antin_evidence *lists,
      int *exit_code, struct antin_err *err)
{
	const int64_t now = (int64_t)time(NULL);
	const struct antin_verify_options options = {.trust = trust,
	                                             .evidence = lists,
	                                             .now = now,
	                                             .time = now};
	ANTIN_OWN_S(antin_source) source = NULL;
	ANTIN_SCOPED(antin_report) report = {0};
	enum antin_rc rc = antin_source_open(path, &source, err);

	if (rc == ANTIN_OK)
		rc = antin_verify(source, path, &options, &report, err);
	if (rc != ANTIN_OK)
		return rc;
	for (size_t i = 0; i < report.n; i++)
		tell(&report.verdicts[i]);
	if (!report.n)
		(void)puts("the file carries no signature");
	/* 0 all hold, 1 one does not, 3 one cannot be decided, 4 there is none. */
	*exit_code = antin_report_exit(&report);
	return ANTIN_OK;
}

int
main(int argc, char **argv)
{
	ANTIN_SCOPED(antin_trust) trust = {0};
	ANTIN_SCOPED(antin_evidence) lists = {0};
	struct antin_err err = {0};
	char line[1024];
	int code = 0;
	enum antin_rc rc;

	if (argc < 3) {
		(void)fputs("usage: verify_document FILE TRUSTED [INTERMEDIATE-OR-CRL]...\n",
		            stderr);
		return 2;
	}
	rc = load(argv + 2, &trust, &lists, &err);
	if (rc == ANTIN_OK)
		rc = check(argv[1], &trust, &lists, &code, &err);
	if (rc == ANTIN_OK)
		return code;
	(void)fprintf(stderr, "%s\n", antin_err_line(&err, NULL, line, sizeof(line)));
	return antin_rc_exit(rc);
}
