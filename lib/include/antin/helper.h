/*
 * Helper programs: started with nothing of the caller's but one end of a socket, spoken to in typed
 * messages of bounded length, and ended for certain.
 */
#ifndef ANTIN_HELPER_H
#define ANTIN_HELPER_H

#include <sys/types.h>

#include <antin/bytes.h>

/*
 * A list for `environment` of those entries of our own that are wanted, borrowed; free() the list.
 * NULL without memory.
 */
char **antin_environment(bool (*wanted)(const char *entry, void *user), void *user);

/* How a program is started: a session of its own, no signal blocked or ignored. */
struct antin_spawn {
	const char *program;
	char *const *words;       /* NULL: its path alone */
	char *const *environment; /* NULL: none */
	const int *fds;           /* its descriptors from 0 on; -1: /dev/null */
	int n_fds;                /* all others are closed */
};
enum { ANTIN_SPAWN_FDS = 8 };
/* 0, or the errno of what failed. */
int antin_spawn(const struct antin_spawn *s, pid_t *pid) ANTIN_MUST;
/* Waits at most `ms` for its end; true when it has ended, also when somebody else waited for it. */
bool antin_spawn_ended(pid_t pid, unsigned int ms, int *status);

/* A helper that runs; {.fd = -1, .watch = -1} is none. */
struct antin_helper {
	pid_t pid;
	int fd;    /* our end of the socket */
	int watch; /* its pidfd: kills the helper and nobody who got its number later */
};
enum { ANTIN_HELPER_FD = 3 /* its end, in the helper */ };
/*
 * Starts it with /dev/null as its first two descriptors, `error` (-1: /dev/null) as its third.
 * SERVICE when it cannot be started.
 */
enum antin_rc antin_helper_start(const char *program, char *const *environment, int error,
                                 struct antin_helper *out, struct antin_err *err) ANTIN_MUST;
/* Kills it, and waits for its end. */
void antin_helper_stop(struct antin_helper *h);

/*
 * A message: a type, octets, and towards a helper open descriptors.  Both ends are of one build on
 * one machine.
 */
enum { ANTIN_MESSAGE_FDS = 3, ANTIN_MESSAGE_FOREVER = -1 };
struct antin_message {
	uint32_t type;
	struct antin_slice body;
	int fds[ANTIN_MESSAGE_FDS];
	int n_fds;
};
/* Until `until` (antin_milliseconds): TIMEOUT then, SERVICE when the other end is gone. */
enum antin_rc antin_message_send(int fd, const struct antin_message *m, int64_t until,
                                 struct antin_err *err) ANTIN_MUST;

/* What may come. */
struct antin_message_wanted {
	size_t max;    /* octets of the body: FORMAT if it says that it is longer */
	int n_fds;     /* descriptors that may come with it; without, none are taken */
	int64_t until; /* antin_milliseconds */
};
enum { ANTIN_MESSAGE_END = 0 /* no message: the other end was closed in between */ };
/* What the body held is gone.  Descriptors that came are the caller's to close. */
enum antin_rc antin_message_receive(int fd, const struct antin_message_wanted *wanted,
                                    struct antin_message *out, struct antin_bytes *body,
                                    struct antin_err *err) ANTIN_MUST;

#endif
