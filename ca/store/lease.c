/*
 * Who works on what: leases with a fence that grows with each new holder, and the name by which a
 * process is known to be gone.
 */
#include "engine.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The first line of a file of the kernel's, without its newline; "" when it can't be read. */
static void
kernel_line(const char *path, char *out, size_t cap)
{
	FILE *f = fopen(path, "re");

	out[0] = '\0';
	if (!f)
		return;
	if (!fgets(out, (int)cap, f))
		out[0] = '\0';
	(void)fclose(f);
	out[strcspn(out, "\n")] = '\0';
}

/* The moment a process started, in ticks since boot: field 22, counted behind the name. */
static unsigned long long
started(long pid)
{
	char path[64], line[1024];
	const char *p;

	(void)snprintf(path, sizeof(path), "/proc/%ld/stat", pid);
	kernel_line(path, line, sizeof(line));
	p = strrchr(line, ')');
	for (int i = 0; p && i < 20; i++)
		p = strchr(p + 1, ' ');
	return p ? strtoull(p + 1, NULL, 10) : 0;
}

/* boot:namespace:pid:start */
static void
scope_text(char *out, size_t cap)
{
	char boot[64], space[64] = "";
	ssize_t n = readlink("/proc/self/ns/pid", space, sizeof(space) - 1);

	space[n > 0 ? n : 0] = '\0';
	kernel_line("/proc/sys/kernel/random/boot_id", boot, sizeof(boot));
	(void)snprintf(out, cap, "%.36s %.24s", boot, space);
}

char *
antin_holder_self(char out[ANTIN_HOLDER_CAP])
{
	char scope[80];

	scope_text(scope, sizeof(scope));
	(void)snprintf(out, ANTIN_HOLDER_CAP, "%s %ld %llu", scope, (long)getpid(),
	               started((long)getpid()));
	return out;
}

bool
antin_holder_gone(const char *holder)
{
	char scope[80];
	unsigned long long start;
	size_t len;
	char *end;
	long pid;

	scope_text(scope, sizeof(scope));
	len = strlen(scope);
	/* Another boot is over; another name space cannot be seen from here. */
	if (strncmp(holder, scope, 36) != 0)
		return strlen(holder) > 36 && scope[0] != ' ';
	if (strncmp(holder, scope, len) != 0 || holder[len] != ' ')
		return false;
	pid = strtol(holder + len + 1, &end, 10);
	start = *end == ' ' ? strtoull(end + 1, NULL, 10) : 0;
	if (pid <= 0 || start == 0)
		return false;
	return (kill((pid_t)pid, 0) != 0 && errno == ESRCH) || started(pid) != start;
}

struct lease {
	int64_t fence, until;
	bool found, ours, gone;
};

static enum antin_rc
lease_row(void *user, const struct antin_value *row, size_t n, struct antin_err *err)
{
	struct lease *l = user;
	ANTIN_SCOPED(antin_bytes) holder = {0};
	char self[ANTIN_HOLDER_CAP];
	const char *text;

	if (n != 3)
		return antin_fail(err, ANTIN_E_STORE, N_("a row of the store has another form"));
	antin_bytes_add(&holder, row[2].bytes.p, row[2].bytes.len);
	text = antin_bytes_cstr(&holder);
	if (!text)
		return antin_fail_memory(err);
	l->found = true;
	l->fence = row[0].number;
	l->until = row[1].number;
	l->ours = strcmp(text, antin_holder_self(self)) == 0;
	l->gone = antin_holder_gone(text);
	return ANTIN_OK;
}

static enum antin_rc
lease_get(struct antin_store *s, const char *name, struct lease *out, struct antin_err *err)
{
	struct antin_value v = antin_v_text(name);
	struct antin_run r = {ST_LEASE_GET, &v, 1, lease_row, out, 0};

	return s->ops->run(s, &r, err);
}

enum antin_rc
antin_store_lease_take(struct antin_store *s, const char *name, int64_t now, int64_t until,
                       int64_t *fence, struct antin_err *err)
{
	struct lease l = {0};
	char self[ANTIN_HOLDER_CAP];
	struct antin_value v[4] = {antin_v_text(name), antin_v_text(antin_holder_self(self)),
	                           antin_v_int(until)};
	enum antin_rc rc = lease_get(s, name, &l, err);

	if (rc != ANTIN_OK)
		return rc;
	/* Longer than any is given: by a clock that ran ahead. */
	if (l.found && l.until > now && l.until <= until + ANTIN_LOG_STEP && !l.ours && !l.gone)
		return antin_fail(err, ANTIN_E_BUSY, N_("another process works on %s"), name);
	v[3] = antin_v_int(l.fence + 1);
	rc = antin_store_do_one(s, l.found ? ST_LEASE_SET : ST_LEASE_ADD, v, 4, err);
	if (rc == ANTIN_OK)
		*fence = l.fence + 1;
	return rc;
}

enum antin_rc
antin_store_lease_check(struct antin_store *s, const char *name, int64_t fence,
                        struct antin_err *err)
{
	struct lease l = {0};
	enum antin_rc rc = lease_get(s, name, &l, err);

	if (rc == ANTIN_OK && (!l.found || l.fence != fence))
		return antin_fail(err, ANTIN_E_STATE, N_("another process took over %s"), name);
	return rc;
}

enum antin_rc
antin_store_lease_drop(struct antin_store *s, const char *name, int64_t fence,
                       struct antin_err *err)
{
	struct antin_value v[] = {antin_v_text(name), antin_v_int(fence)};

	return antin_store_do(s, ST_LEASE_DROP, v, 2, err);
}
