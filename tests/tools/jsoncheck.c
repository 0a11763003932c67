/*
 * Checks lines of JSON against a JSON Schema of docs/schema, for the command-line tests.
 * usage: jsoncheck SCHEMA-FILE|SCHEMA-FOLDER < LINES
 * With a folder the schema of each line is the one its "schema" names: "antin.config.list/1" is in
 * antin.config.list-1.json.  Exit 0 only if there is a line and every line fits.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <antin/json.h>

static bool
schema_path(const char *place, const json_t *value, char *out, size_t cap)
{
	const char *name = json_string_value(json_object_get(value, "schema"));
	struct stat st;
	char *slash;

	if (stat(place, &st) == 0 && !S_ISDIR(st.st_mode))
		return (size_t)snprintf(out, cap, "%s", place) < cap;
	/* Nothing that leaves the folder. */
	if (!name || strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789.-/") != strlen(name))
		return false;
	if ((size_t)snprintf(out, cap, "%s/%s.json", place, name) >= cap)
		return false;
	slash = strrchr(out, '/');
	if (slash == out + strlen(place))
		return false;
	*slash = '-';
	return true;
}

static enum antin_rc
check_line(const char *place, struct antin_slice line, struct antin_err *err)
{
	ANTIN_OWN(json_t) value = NULL;
	ANTIN_OWN(json_t) schema = NULL;
	char path[4096];
	enum antin_rc rc = antin_json_parse(line, "line", &value, err);

	if (rc != ANTIN_OK)
		return rc;
	if (json_object_get(value, "summary") && json_object_size(value) == 1)
		return ANTIN_OK;
	if (!schema_path(place, value, path, sizeof(path)))
		return antin_fail(err, ANTIN_E_FORMAT, "the line names no schema");
	rc = antin_json_load(path, &schema, err);
	return rc == ANTIN_OK ? antin_json_check(schema, value, err) : rc;
}

int
main(int argc, char **argv)
{
	char *line = NULL;
	size_t cap = 0, lines = 0;
	ssize_t len;
	int bad = 0;

	if (argc != 2) {
		(void)fprintf(stderr, "usage: jsoncheck SCHEMA-FILE|SCHEMA-FOLDER < LINES\n");
		return 2;
	}
	while ((len = getline(&line, &cap, stdin)) > 0) {
		struct antin_err err = {0};
		char text[2048];

		lines++;
		if (check_line(argv[1], (struct antin_slice){(uint8_t *)line, (size_t)len}, &err) ==
		    ANTIN_OK)
			continue;
		bad = 1;
		(void)printf("line %zu: %s\n  %.300s\n", lines,
		             antin_err_line(&err, NULL, text, sizeof(text)), line);
	}
	free(line);
	if (lines == 0)
		(void)printf("no line of JSON\n");
	return bad || lines == 0;
}
