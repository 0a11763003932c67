/*
 * antind: the network side of an authority.  Ends cleanly on SIGTERM and SIGINT, which arrive
 * through a descriptor and nowhere else.
 */
#include "cli.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "service.h"

enum { FIRST_SOCKET = 3 }; /* sd_listen_fds(3) */

struct args {
	const char *config;
	bool check;
};

static const struct cli_opt opts[] = {
        CLI_OPT_TEXT(struct args, config, "config", 'c', "FILE",
                     N_("Configuration: address, port, store of the authority"), .required = true),
        CLI_OPT_FLAG(struct args, check, "check", 0,
                     N_("Only check the configuration and the store, then end")),
        CLI_OPT_END,
};

static enum antin_rc
open_signals(int *out, struct antin_err *err)
{
	sigset_t set;
	int fd;

	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGTERM);
	(void)sigaddset(&set, SIGINT);
	if (sigprocmask(SIG_BLOCK, &set, NULL) != 0 ||
	    (fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK)) < 0)
		return antin_fail_errno(err, errno, "signals", NULL);
	*out = fd;
	return ANTIN_OK;
}

/* A socket that the service manager opened for this process, or -1. */
static int
socket_handed_over(void)
{
	const char *pid = getenv("LISTEN_PID"), *n = getenv("LISTEN_FDS");

	if (!pid || !n || strtol(pid, NULL, 10) != (long)getpid() || strcmp(n, "1") != 0)
		return -1;
	return FIRST_SOCKET;
}

/* Until a signal says to end. */
static enum antin_rc
serve(struct service *s, int signals, struct antin_err *err)
{
	struct antin_online *server = service_server(s);
	struct pollfd fds[] = {
	        {.fd = signals, .events = POLLIN},
	        {.fd = antin_online_descriptor(server), .events = POLLIN},
	};

	for (;;) {
		int ready = poll(fds, 2, -1);

		if (ready < 0 && errno != EINTR)
			return antin_fail_errno(err, errno, "poll", NULL);
		if (ready > 0 && fds[0].revents)
			return ANTIN_OK;
		antin_online_run(server);
	}
}

static enum antin_rc
run(struct cli *c, const void *user, char **operands, struct antin_err *err)
{
	const struct args *args = user;
	ANTIN_SCOPED(config) config = {0};
	ANTIN_OWN_S(service) s = NULL;
	int signals = -1;
	enum antin_rc rc = config_load(args->config, &config, err);

	(void)operands;
	if (rc == ANTIN_OK && !args->check)
		rc = open_signals(&signals, err);
	if (rc == ANTIN_OK)
		rc = service_open(c, &config, &s, err);
	if (rc == ANTIN_OK && args->check) {
		cli_say(c, _("The configuration %s is sound."), args->config);
		cli_json(c, json_pack("{s:s, s:b}", "schema", "antin.antind/1", "sound", 1));
		return ANTIN_OK;
	}
	if (rc == ANTIN_OK)
		rc = service_start(s, socket_handed_over(), err);
	if (rc == ANTIN_OK)
		rc = serve(s, signals, err);
	if (signals >= 0)
		(void)close(signals);
	return rc;
}

static const char *const examples[] = {
        "antind --config antind.json --check",
        NULL,
};

static const struct cli_cmd command = {
        .name = "",
        .operands = "",
        .summary = N_("Answer OCSP and hand out CRLs and certificates over HTTP"),
        .description = N_("Runs until SIGTERM or SIGINT.  Every OCSP answer is looked up in the "
                          "store when it is asked for; what is published is handed out as files."),
        .opts = opts,
        .args_size = sizeof(struct args),
        .examples = examples,
        .run = run,
};

static const struct cli_cmd *const commands[] = {&command, NULL};

static const struct cli_program program = {
        .name = "antind",
        .section = 8,
        .summary = N_("Answer OCSP and hand out CRLs and certificates over HTTP"),
        .commands = commands,
};

int
main(int argc, char **argv)
{
	return cli_main(&program, argc, argv);
}
