/*
 * PDF: processor time to open the letter, to prepare a signature in it, and to hash the signed
 * bytes of a large file beside the bare hash of the same bytes.  usage: bench_pdf [FILE.pdf
 * [MEBIBYTES]]
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <sys/resource.h>

#include <antin/doc.h>

static double
seconds(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static struct antin_doc *
open_file(const char *path)
{
	ANTIN_OWN_S(antin_source) src = NULL;
	struct antin_doc *d = NULL;
	struct antin_err err = {0};
	char line[1024];

	if (antin_source_open(path, &src, &err) == ANTIN_OK &&
	    antin_doc_open(src, &d, &err) == ANTIN_OK)
		return d;
	(void)fprintf(stderr, "%s\n", antin_err_line(&err, NULL, line, sizeof(line)));
	exit(1);
}

static void
bench_open(const char *path)
{
	enum { ROUNDS = 500 };
	struct antin_doc_place place = {.time = 0};
	double opened = 0, prepared = 0;

	for (int i = 0; i < ROUNDS; i++) {
		double begin = seconds();
		struct antin_doc *d = open_file(path);
		ANTIN_SCOPED(antin_slot) slot = {0};

		opened += seconds() - begin;
		begin = seconds();
		if (antin_doc_prepare(d, &place, &slot, NULL) != ANTIN_OK)
			exit(1);
		prepared += seconds() - begin;
		antin_doc_free(d);
	}
	(void)printf("open,%s,%.1f us\nprepare,%s,%.1f us\n", path, opened / ROUNDS * 1e6, path,
	             prepared / ROUNDS * 1e6);
}

/* A file of one page and one large stream, its bytes not all alike. */
static void
write_large(FILE *f, size_t mebibytes)
{
	enum { PIECE = 1 << 20 };
	uint8_t *piece = malloc(PIECE);
	long at[5], start;

	if (!piece || fputs("%PDF-1.7\n", f) < 0)
		exit(1);
	at[1] = ftell(f);
	(void)fputs("1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n", f);
	at[2] = ftell(f);
	(void)fputs("2 0 obj\n<< /Type /Pages /Kids [3 0 R] /Count 1 >>\nendobj\n", f);
	at[3] = ftell(f);
	(void)fputs("3 0 obj\n<< /Type /Page /Parent 2 0 R /Contents 4 0 R >>\nendobj\n", f);
	at[4] = ftell(f);
	(void)fprintf(f, "4 0 obj\n<< /Length %zu >>\nstream\n", mebibytes * PIECE);
	for (size_t i = 0; i < mebibytes; i++) {
		memset(piece, (int)('a' + i % 26), PIECE);
		if (fwrite(piece, 1, PIECE, f) != PIECE)
			exit(1);
	}
	free(piece);
	(void)fputs("\nendstream\nendobj\n", f);
	start = ftell(f);
	(void)fputs("xref\n0 5\n0000000000 65535 f \n", f);
	for (int i = 1; i < 5; i++)
		(void)fprintf(f, "%010ld 00000 n \n", at[i]);
	(void)fprintf(f, "trailer\n<< /Size 5 /Root 1 0 R >>\nstartxref\n%ld\n%%%%EOF\n", start);
}

static double
bare_hash(const char *path)
{
	enum { PIECE = 1 << 20 };
	ANTIN_OWN_S(antin_hash) h = NULL;
	uint8_t out[ANTIN_DIGEST_MAX], *piece = malloc(PIECE);
	FILE *f = fopen(path, "rb");
	double begin = seconds();
	size_t n;

	if (!piece || !f || antin_hash_new(ANTIN_SHA256, &h, NULL) != ANTIN_OK)
		exit(1);
	while ((n = fread(piece, 1, PIECE, f)) > 0)
		if (antin_hash_add(h, piece, n, NULL) != ANTIN_OK)
			exit(1);
	if (antin_hash_end(h, out, NULL) != ANTIN_OK)
		exit(1);
	(void)fclose(f);
	free(piece);
	return seconds() - begin;
}

static void
bench_large(size_t mebibytes)
{
	char path[] = "/tmp/antin-bench-XXXXXX";
	int fd = mkstemp(path);
	FILE *f = fd < 0 ? NULL : fdopen(fd, "wb");
	struct antin_doc_place place = {.time = 0};
	ANTIN_SCOPED(antin_slot) slot = {0};
	uint8_t digest[ANTIN_DIGEST_MAX];
	struct rusage use;
	struct antin_doc *d;
	double begin, ours, bare;

	if (!f)
		exit(1);
	write_large(f, mebibytes);
	if (fclose(f) != 0)
		exit(1);
	bare = bare_hash(path);
	begin = seconds();
	d = open_file(path);
	if (antin_doc_prepare(d, &place, &slot, NULL) != ANTIN_OK ||
	    antin_slot_digest(&slot, ANTIN_SHA256, digest, NULL) != ANTIN_OK)
		exit(1);
	ours = seconds() - begin;
	antin_doc_free(d);
	(void)remove(path);
	(void)getrusage(RUSAGE_SELF, &use);
	(void)printf("large,%zu MiB,%.3f s,bare hash %.3f s,ratio %.2f,rss %ld KiB\n", mebibytes,
	             ours, bare, ours / bare, use.ru_maxrss);
}

int
main(int argc, char **argv)
{
	bench_open(argc > 1 ? argv[1] : "examples/letter/cong-van.pdf");
	bench_large(argc > 2 ? strtoul(argv[2], NULL, 10) : 100);
	return 0;
}
