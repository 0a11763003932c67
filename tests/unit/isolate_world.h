/*
 * What the suites of isolated modules share: the fault module in a helper, told by a file what to
 * do; a service that signs with it; and what is left of a helper afterwards.
 */
#ifndef ANTIN_TEST_ISOLATE_WORLD_H
#define ANTIN_TEST_ISOLATE_WORLD_H

#include "p11_world.h"

#include <ctype.h>
#include <dirent.h>
#include <signal.h>

#define TOKEN    "pkcs11:token=thu"
#define PASSED   "ANTIN_FAULT_MODULE ANTIN_FAULT_RULES ANTIN_FAULT_ONCE ANTIN_FAULT_COUNTS"
#define HANGS    "0x8000fa17"
#define CRASHES  "0x8000dead"
#define SLOW_MS  20000 /* for calls that are to come back */
#define HASTY_MS 800

static char rules[128], once[128], counts[128];

static __attribute__((unused)) void
make_key(void)
{
	struct w_pins pins;
	struct antin_keystore *s;

	w_pins_set(&pins, W_PIN);
	s = w_store(w_module, &pins);
	antin_key_free(w_generate(s, TOKEN, "p256", "p256"));
	antin_keystore_free(s);
}

static __attribute__((unused)) void
setup(void)
{
	if (!w_begin("thu"))
		return;
	(void)snprintf(rules, sizeof(rules), "%s/rules", w_dir);
	(void)snprintf(once, sizeof(once), "%s/once", w_dir);
	(void)snprintf(counts, sizeof(counts), "%s/counts", w_dir);
	(void)setenv("ANTIN_FAULT_RULES", rules, 1);
	(void)setenv("ANTIN_FAULT_ONCE", once, 1);
	(void)setenv("ANTIN_FAULT_COUNTS", counts, 1);
	w_apart(make_key);
}

static __attribute__((unused)) void
configure(unsigned int ms)
{
	struct antin_p11_config config = {.call_ms = ms,
	                                  .pad_ms = ms,
	                                  .generate_ms = ms,
	                                  .helper = w_helper,
	                                  .helper_environment = PASSED};

	antin_p11_configure(&config);
}

static __attribute__((unused)) void
put_file(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	ck_assert_ptr_nonnull(f);
	ck_assert_int_ge(fputs(text, f), 0);
	ck_assert_int_eq(fclose(f), 0);
}

static __attribute__((unused)) void
rule(const char *how, const char *function, const char *what)
{
	char line[128];

	(void)snprintf(line, sizeof(line), "%s %s %s\n", how, function, what);
	put_file(rules, line);
}

static __attribute__((unused)) bool
is_there(const char *path)
{
	return access(path, F_OK) == 0;
}

static __attribute__((unused)) size_t
count_entries(const char *folder)
{
	DIR *d = opendir(folder);
	size_t n = 0;

	ck_assert_ptr_nonnull(d);
	while (readdir(d))
		n++;
	(void)closedir(d);
	return n;
}

/* The process whose parent is this one and that is no zombie; 0 when there is none. */
static __attribute__((unused)) pid_t
child_of(pid_t parent)
{
	DIR *d = opendir("/proc");
	struct dirent *e;
	pid_t found = 0;

	ck_assert_ptr_nonnull(d);
	while (!found && (e = readdir(d)) != NULL) {
		char path[300], line[512] = "";
		const char *end;
		FILE *f;

		if (!isdigit((unsigned char)e->d_name[0]))
			continue;
		(void)snprintf(path, sizeof(path), "/proc/%s/stat", e->d_name);
		f = fopen(path, "r");
		/* "PID (name) state parent ...", and the state is one letter. */
		if (f && fgets(line, sizeof(line), f) && (end = strrchr(line, ')')) &&
		    strlen(end) > 4 && strtol(end + 4, NULL, 10) == parent && end[2] != 'Z')
			found = (pid_t)strtol(e->d_name, NULL, 10);
		if (f)
			(void)fclose(f);
	}
	(void)closedir(d);
	return found;
}

static __attribute__((unused)) bool
alive(pid_t pid)
{
	char path[64], line[512] = "", state = 'X';
	const char *end;
	FILE *f;

	(void)snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	f = fopen(path, "r");
	if (f && fgets(line, sizeof(line), f) && (end = strrchr(line, ')')))
		(void)sscanf(end, ") %c", &state);
	if (f)
		(void)fclose(f);
	return state != 'X' && state != 'Z';
}

static __attribute__((unused)) bool
dies(pid_t pid)
{
	for (int i = 0; i < 2000 && alive(pid); i++)
		(void)usleep(10000);
	return !alive(pid);
}

struct service {
	struct w_pins pins;
	struct antin_keystore *store;
	struct antin_key *key;
	struct antin_err err;
	size_t descriptors;
};

static __attribute__((unused)) void
service_open(struct service *s)
{
	memset(s, 0, sizeof(*s));
	s->descriptors = count_entries("/proc/self/fd");
	w_pins_set(&s->pins, W_PIN);
	s->pins.source.stored = true;
	s->store = w_store(w_fault, &s->pins);
	ck_assert_msg(antin_keystore_find(s->store, TOKEN ";object=p256", &s->key, &s->err) ==
	                      ANTIN_OK,
	              "%s", w_line(&s->err));
}

static __attribute__((unused)) enum antin_rc
sign(struct service *s)
{
	ANTIN_SCOPED(antin_bytes) sig = {0};
	uint8_t octets[32] = {3};
	struct antin_slice digest = {octets, sizeof(octets)};
	struct antin_sigalg a = {ANTIN_ECDSA, ANTIN_SHA256};
	enum antin_rc rc;

	antin_err_clear(&s->err);
	rc = antin_key_sign(s->key, a, digest, &sig, &s->err);
	if (rc == ANTIN_OK)
		ck_assert_int_eq(antin_public_verify(s->key->public_key, a, digest,
		                                     antin_bytes_slice(&sig), NULL),
		                 ANTIN_OK);
	return rc;
}

/* After several deaths in a row the next start waits a moment. */
static __attribute__((unused)) void
sign_at_last(struct service *s)
{
	for (int i = 0; i < 1200 && sign(s) != ANTIN_OK; i++)
		(void)usleep(10000);
	ck_assert_msg(sign(s) == ANTIN_OK, "%s", w_line(&s->err));
}

static __attribute__((unused)) long
counted(const char *name)
{
	FILE *f = fopen(counts, "r");
	char line[128];
	size_t len = strlen(name);
	long n = -1;

	while (f && fgets(line, sizeof(line), f))
		if (strncmp(line, name, len) == 0 && line[len] == ' ')
			n = strtol(line + len, NULL, 10);
	if (f)
		(void)fclose(f);
	return n;
}

/* Nothing of it is left: no child, living or dead, no descriptor, no session in the module. */
static __attribute__((unused)) void
service_close(struct service *s, bool ends_well)
{
	antin_key_free(s->key);
	antin_keystore_free(s->store);
	ck_assert_int_eq(child_of(getpid()), 0);
	ck_assert_int_eq(waitpid(-1, NULL, WNOHANG), -1); /* ECHILD: no zombie */
	ck_assert_uint_eq(count_entries("/proc/self/fd"), s->descriptors);
	if (ends_well)
		ck_assert_int_eq(counted("sessions"), 0);
}

#endif
