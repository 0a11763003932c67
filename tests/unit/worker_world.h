/*
 * What tests of verification apart share: a signed document, the true worker and ones that do as
 * they are bidden (fake_worker.h), messages made to order.
 */
#ifndef TEST_WORKER_WORLD_H
#define TEST_WORKER_WORLD_H

#include <antin/worker.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <antin/helper.h>

#include "how.h"

static char *folder;
static struct scene scene;

PKI_UNUSED static const char *
program_of(const char *how)
{
	static char path[4200], self[4096];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 40);

	ck_assert(n > 0);
	self[n] = '\0';
	if (!how) {
		(void)snprintf(path, sizeof(path), "%s", self);
		for (int up = 0; up < 3; up++)
			*strrchr(path, '/') = '\0';
		n = (ssize_t)strlen(path);
		(void)snprintf(path + n, sizeof(path) - (size_t)n, "/libexec/antin/antin-worker");
		return path;
	}
	(void)snprintf(path, sizeof(path), "%s/fake-worker-%s", folder, how);
	(void)unlink(path);
	ck_assert(symlink(self, path) == 0);
	return path;
}

PKI_UNUSED static struct antin_worker *
worker(const char *how, unsigned int ms)
{
	struct antin_worker_config c = {program_of(how), ms};
	struct antin_worker *w = NULL;
	struct antin_err err = {0};

	util_ok(antin_worker_new(&c, &w, &err));
	return w;
}

/* Who is waited for in vain is not waited for long; the others answer, however busy it is. */
PKI_UNUSED static struct antin_worker *
worker_failing(const char *how, const char *says)
{
	return worker(how, strstr(says, "in time") ? 200 : 60000);
}

PKI_UNUSED static enum antin_rc
judge_bytes(struct antin_worker *w, struct antin_slice bytes, struct antin_report *r,
            struct antin_err *err)
{
	ANTIN_OWN_S(antin_source) src = NULL;

	ck_assert(antin_source_memory(bytes, "x.pdf", &src, err) == ANTIN_OK);
	return antin_verify_isolated(w, src, "x.pdf", &scene.options, r, err);
}

PKI_UNUSED static void
judge(struct antin_worker *w, struct antin_report *r)
{
	struct antin_err err = {0};

	util_ok(judge_bytes(w, antin_bytes_slice(&scene.pdf), r, &err));
}

PKI_UNUSED static void
same_report(const struct antin_report *a, const struct antin_report *b)
{
	char *x = ways_json(a), *y = ways_json(b);

	ck_assert_str_eq(x, y);
	free(x);
	free(y);
}

static size_t n_open;

PKI_UNUSED static void
set_up(void)
{
	static const struct plan good = {.at = 0};

	folder = util_scratch();
	scene_make(&scene, &good);
	n_open = util_entries("/proc/self/fd");
}

/* No descriptor and no process is left. */
PKI_UNUSED static void
tear_down(void)
{
	ck_assert_uint_eq(util_entries("/proc/self/fd"), n_open);
	ck_assert(waitpid(-1, NULL, WNOHANG) < 0 && errno == ECHILD);
	scene_done(&scene);
	util_scratch_remove(folder);
}

PKI_UNUSED static void
message(uint32_t type, struct antin_slice body, struct antin_bytes *out)
{
	uint32_t len = (uint32_t)body.len;

	antin_bytes_add(out, &type, sizeof(type));
	antin_bytes_add(out, &len, sizeof(len));
	antin_bytes_add(out, body.p, body.len);
}

PKI_UNUSED static void
true_report(struct antin_bytes *body)
{
	ANTIN_SCOPED(antin_report) r = {0};

	must_check(&scene, &r);
	ck_assert(worker_report_write(&r, scene.options.trust, body, NULL) == ANTIN_OK);
}

static const uint8_t for_stamps[] = {0x30, 10, 6, 8, 0x2b, 6, 1, 5, 5, 7, 3, 8};

/* One who makes time stamps, below the root. */
PKI_UNUSED static struct pki_spec
stamper(void)
{
	struct pki_spec s = pki_leaf("State/Stamps", "State/Root", other_key, root_key);

	s.exts[0] = (struct pki_ext){"2.5.29.37", true, {for_stamps, sizeof(for_stamps)}};
	return s;
}

/* A time stamp that is said to count, of somebody below `above`, or below the root; the chain. */
PKI_UNUSED static struct antin_stamp *
say_stamped(struct antin_verdict *v, struct pki_spec of, struct antin_cert *above)
{
	struct antin_stamp *s = &v->stamps[v->n_stamps++];
	struct antin_cert *const chain[] = {pki_cert(of), above, scene.root};

	*s = (struct antin_stamp){.valid = true,
	                          .time = PKI_NOW - 60,
	                          .judged_at = PKI_NOW,
	                          .tsa = chain[0],
	                          .anchor = v->anchor};
	for (size_t i = 0; i < UTIL_COUNT(chain); i++)
		if (chain[i])
			ck_assert(antin_certs_add(&s->chain, chain[i], NULL) == ANTIN_OK);
	return s;
}

/* Short by any octet it is refused; with any octet changed it is refused or fits its tables. */
PKI_UNUSED static void
words_hold(enum antin_rc (*read)(struct antin_slice, struct antin_err *), struct antin_bytes *body)
{
	struct antin_err err = {0};
	size_t refused = 0;

	util_ok(read(antin_bytes_slice(body), &err));
	for (size_t at = 0; at < body->len; at++) {
		util_fails(read((struct antin_slice){body->p, at}, &err), ANTIN_E_FORMAT);
		antin_err_clear(&err);
		for (unsigned int bit = 0; bit < 8; bit++) {
			body->p[at] ^= (uint8_t)(1u << bit);
			refused += read(antin_bytes_slice(body), &err) != ANTIN_OK;
			antin_err_clear(&err);
			body->p[at] ^= (uint8_t)(1u << bit);
		}
	}
	ck_assert_uint_gt(refused, body->len / 100);
	antin_bytes_byte(body, 0);
	util_fails(read(antin_bytes_slice(body), &err), ANTIN_E_FORMAT);
}

/* A thread that kills the workers after as many nanoseconds as `user` points to. */
PKI_UNUSED static void *
kill_soon(void *user)
{
	const struct timespec soon = {0, *(long *)user};
	char command[64];

	(void)nanosleep(&soon, NULL);
	(void)snprintf(command, sizeof(command), "pkill -KILL -P %d", (int)getpid());
	(void)!system(command);
	return NULL;
}

#define WORKER_TCASE(tc, title)                                                                    \
	TCase *tc = tcase_create(title);                                                           \
	tcase_set_timeout(tc, 120);                                                                \
	tcase_add_unchecked_fixture(tc, make_keys, free_keys);                                     \
	tcase_add_checked_fixture(tc, set_up, tear_down)

#endif
