/*
 * main() of the fuzz targets in an ordinary build: runs each argument (a file, or the files of a
 * folder; none: standard input) through the target, and again for each allocation refused.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <antin/file.h>

#include "fuzz.h"

static int
run_file(const char *path)
{
	ANTIN_SCOPED(antin_bytes) b = {0};
	struct antin_err err = {0};
	char line[512];
	uint8_t *exact;

	if (antin_file_read(path, (size_t)1 << 26, &b, &err) != ANTIN_OK) {
		(void)fprintf(stderr, "%s\n", antin_err_line(&err, NULL, line, sizeof(line)));
		return 1;
	}
	/* A block of exactly this size: the sanitizer sees the first octet behind it. */
	exact = malloc(b.len ? b.len : 1);
	if (!exact)
		return 1;
	if (b.len)
		memcpy(exact, b.p, b.len);
	(void)LLVMFuzzerTestOneInput(exact, b.len);
	free(exact);
	return 0;
}

static int
run_folder(DIR *d, const char *folder)
{
	int failed = 0;

	for (struct dirent *e = readdir(d); e; e = readdir(d)) {
		ANTIN_SCOPED(antin_bytes) path = {0};

		if (e->d_name[0] == '.')
			continue;
		antin_bytes_printf(&path, "%s/%s", folder, e->d_name);
		failed |= run_file(antin_bytes_cstr(&path));
	}
	return failed;
}

int
main(int argc, char **argv)
{
	int failed = 0;

	fuzz_refuse_each = true;
	if (argc < 2)
		return run_file("-");
	for (int i = 1; i < argc; i++) {
		DIR *d = opendir(argv[i]);

		failed |= d ? run_folder(d, argv[i]) : run_file(argv[i]);
		if (d)
			(void)closedir(d);
	}
	return failed;
}
