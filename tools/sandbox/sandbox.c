/*
 * Shuts the cage (sandbox.h): descriptors, limits, rights, files, system calls, in this order.
 */
#include "sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/landlock.h>

/* ---- Landlock ---- */

/* As newer kernels have it: what is longer than a version knows is not given to it. */
struct ruleset {
	uint64_t files, network, scopes;
};
static const struct {
	int version;
	size_t size;
	struct ruleset handled;
} landlock[] = {
        {1, 8, {0x1fff, 0, 0}},  /* every access to files */
        {2, 8, {0x3fff, 0, 0}},  /* moving between folders */
        {3, 8, {0x7fff, 0, 0}},  /* truncation */
        {4, 16, {0x7fff, 3, 0}}, /* TCP: bind, connect */
        {5, 16, {0xffff, 3, 0}}, /* ioctl of devices */
        {6, 24, {0xffff, 3, 3}}, /* abstract sockets, signals to others */
};
enum { LANDLOCK_ROWS = sizeof(landlock) / sizeof(landlock[0]) };

int
sandbox_landlock(void)
{
	long version =
	        syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);

	return version > 0 ? (int)version : 0;
}

static bool
allow_reading(int set, const char *path)
{
	struct landlock_path_beneath_attr rule = {
	        .allowed_access = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR,
	        .parent_fd = open(path, O_PATH | O_CLOEXEC),
	};
	bool done;

	if (rule.parent_fd < 0)
		return errno == ENOENT;
	done = syscall(SYS_landlock_add_rule, set, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) == 0;
	if (!done && errno == EINVAL) { /* a folder's right for a file */
		rule.allowed_access = LANDLOCK_ACCESS_FS_READ_FILE;
		done = syscall(SYS_landlock_add_rule, set, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) ==
		       0;
	}
	(void)close(rule.parent_fd);
	return done;
}

static bool
shut_files(const struct sandbox *s)
{
	int version = sandbox_landlock(), set;
	struct ruleset handled;
	size_t row;
	bool done = true;

	if (!version)
		return true;
	row = (size_t)(version < LANDLOCK_ROWS ? version : LANDLOCK_ROWS) - 1;
	handled = landlock[row].handled;
	if (s->network)
		handled.network = 0;
	set = (int)syscall(SYS_landlock_create_ruleset, &handled, landlock[row].size, 0);
	if (set < 0)
		return false;
	for (size_t i = 0; done && s->readable && s->readable[i]; i++)
		done = allow_reading(set, s->readable[i]);
	done = done && syscall(SYS_landlock_restrict_self, set, 0) == 0;
	(void)close(set);
	return done;
}

/* ---- the rest ---- */

/* Or less, where less was allowed to us. */
static bool
limit(int what, uint64_t to)
{
	struct rlimit r;

	if (getrlimit((__rlimit_resource_t)what, &r) != 0)
		return false;
	if (r.rlim_max < to)
		to = r.rlim_max;
	r = (struct rlimit){to, to};
	return setrlimit((__rlimit_resource_t)what, &r) == 0;
}

/* The shadow memory of a sanitizer is larger than any limit. */
static bool
shut_resources(const struct sandbox *s)
{
	return limit(RLIMIT_CORE, 0) && (s->writes || limit(RLIMIT_FSIZE, 0)) &&
	       (!s->memory || !sandbox_kills() || limit(RLIMIT_AS, s->memory)) &&
	       (!s->seconds || limit(RLIMIT_CPU, s->seconds)) &&
	       (!s->descriptors || limit(RLIMIT_NOFILE, s->descriptors));
}

static bool
shut_rights(const struct sandbox *s)
{
	(void)s;
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
	       prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0;
}

static bool
shut_descriptors(const struct sandbox *s)
{
	closefrom(s->keep);
	return true;
}

static bool
shut_calls(const struct sandbox *s)
{
	return sandbox_narrow(s->rules, s->n_rules);
}

bool
sandbox_enter(const struct sandbox *s, const char **failed)
{
	static const struct {
		const char *name;
		bool (*shut)(const struct sandbox *s);
	} steps[] = {
	        {"descriptors", shut_descriptors}, {"limits", shut_resources},
	        {"rights", shut_rights},           {"Landlock", shut_files},
	        {"seccomp", shut_calls},
	};

	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++)
		if (!steps[i].shut(s)) {
			*failed = steps[i].name;
			return false;
		}
	return true;
}
