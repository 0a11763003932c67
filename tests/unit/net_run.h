/*
 * One run's use of the network in tests: the server of net_server.h, a folder, and a question.
 */
#ifndef ANTIN_TEST_NET_RUN_H
#define ANTIN_TEST_NET_RUN_H

#include "net_server.h"

static struct server server;
static char *folder;
enum { NOW = 1800000000 };

static void
begin(void)
{
	server_begin(&server);
	folder = util_scratch();
}

static void
finish(void)
{
	server_end(&server);
	util_scratch_remove(folder);
}

static struct antin_net_config
config(void)
{
	return (struct antin_net_config){.program = fetch_program(),
	                                 .allow = "127.0.0.1",
	                                 .now = NOW};
}

static struct antin_net *
run_of(struct antin_net_config c)
{
	struct antin_err err = {0};
	struct antin_net *n = NULL;

	util_ok(antin_net_new(&c, &n, &err));
	return n;
}

/* "/path" is one of the server's; anything else stands for itself. */
static struct antin_slice
address(const char *path)
{
	static char url[4096];

	if (path[0] != '/')
		return antin_slice_text(path);
	(void)snprintf(url, sizeof(url), "http://127.0.0.1:%u%s", server.port, path);
	return antin_slice_text(url);
}

static void
get(struct antin_net *n, enum antin_fetch_kind kind, const char *path, struct antin_fetch_answer *a)
{
	struct antin_err err = {0};
	const struct antin_fetch_request q = {.kind = kind, .url = address(path)};

	antin_fetch_answer_done(a);
	util_ok(antin_fetch(antin_net_fetcher(n), &q, NULL, a, &err));
}

#endif
