/*
 * A module in a process of its own (helper/main.c): started when the module is initialised, killed
 * when a call is late, found dead when it died, and started again when the module is initialised
 * anew.  A thread keeps it: the kernel ends the helper with the thread that started it, and
 * somebody must wait for its end.
 */
#include "p11.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <antin/helper.h>

enum {
	CHANNELS = 32, /* calls at the same time */
	KEEPER_STACK = 256 * 1024,
	STARTS_FREE = 2, /* in a row, before the next is put off */
	WAIT_MIN_MS = 100,
	WAIT_MAX_MS = 5000,
	DEFER_MAX_MS = 60000,
};

struct channel {
	int fd;
	unsigned int run; /* of the helper that it leads to */
	unsigned int ms;  /* how long the socket waits */
	uint8_t *buffer;
};

struct antin_p11_helper {
	char *program, *module;
	pthread_mutex_t lock;   /* all below */
	pthread_cond_t changed; /* the state, or a channel came back */
	enum { HELPER_DOWN, HELPER_SPAWNING, HELPER_UP, HELPER_DEAD } state;
	bool kept; /* the keeper is to be joined */
	pthread_t keeper;
	int control, far, pidfd;
	int failure;      /* errno of a start that failed */
	unsigned int run; /* grows with each start */
	struct channel idle[CHANNELS];
	size_t n_idle, n_out;
	unsigned int starts; /* since it was last of use */
	int64_t not_before;  /* the next start */
};

/* ---- what the helper gets from us ---- */

/* By whose names drivers and what they stand on are configured. */
static const char *const environment[] = {
        "PATH",     "HOME",      "USER",         "LOGNAME",      "LANG",    "LC_",       "TZ",
        "TMPDIR",   "XDG_",      "DBUS_",        "PKCS11",       "P11_KIT", "SOFTHSM2",  "OPENSC",
        "PCSCLITE", "TPM2",      "TSS2",         "YKCS11",       "YUBIHSM", "Chrystoki", "CKNFAST",
        "NFAST",    "CS_PKCS11", "CRYPTOSERVER", "SLOT_MANAGER",
};

static bool
begins(const char *text, const char *with, size_t n)
{
	return strncmp(text, with, n) == 0;
}

/* Whether `names`, separated by blanks, has the name of the entry. */
static bool
is_named(const char *entry, const char *names)
{
	size_t len = strcspn(entry, "=");

	while (names && *names) {
		size_t n = strcspn(names, " ");

		if (n == len && begins(entry, names, n))
			return true;
		names += n + strspn(names + n, " ");
	}
	return false;
}

/* `names`: more of them, from the settings. */
static bool
is_passed(const char *entry, void *names)
{
	for (size_t i = 0; i < sizeof(environment) / sizeof(environment[0]); i++)
		if (begins(entry, environment[i], strlen(environment[i])))
			return true;
	return is_named(entry, names);
}

/* Nothing but /dev/null, stderr for what drivers write there, and the control socket. */
static int
spawn(const struct antin_p11_helper *h, pid_t *pid)
{
	char *const words[] = {h->program, h->module, NULL};
	union {
		const char *read;
		void *p;
	} names = {antin_p11_config().helper_environment};
	const int fds[] = {-1, -1, fcntl(STDERR_FILENO, F_GETFD) < 0 ? -1 : STDERR_FILENO, h->far};
	struct antin_spawn how = {.program = h->program,
	                          .words = words,
	                          .environment = antin_environment(is_passed, names.p),
	                          .fds = fds,
	                          .n_fds = ANTIN_WIRE_CONTROL + 1};
	int failed = how.environment ? antin_spawn(&how, pid) : ENOMEM;

	free((void *)(uintptr_t)how.environment);
	return failed;
}

/* ---- its life ---- */

static void
channel_close(struct channel *c)
{
	(void)close(c->fd);
	free(c->buffer);
}

/* With the lock held: nobody gets a channel any more, and who waits for an answer gets none. */
static void
end(struct antin_p11_helper *h)
{
	h->state = HELPER_DEAD;
	if (h->pidfd >= 0)
		(void)pidfd_send_signal(h->pidfd, SIGKILL, NULL, 0);
	while (h->n_idle)
		channel_close(&h->idle[--h->n_idle]);
	(void)pthread_cond_broadcast(&h->changed);
}

/* Somebody else in the process may have waited for every child there is: then it is over, too. */
static void *
keep(void *user)
{
	struct antin_p11_helper *h = user;
	siginfo_t info;
	pid_t pid = -1;
	int failed = spawn(h, &pid);
	int fd = failed ? -1 : pidfd_open(pid, 0);

	(void)pthread_mutex_lock(&h->lock);
	(void)close(h->far);
	h->pidfd = fd;
	h->failure = failed ? failed : fd < 0 ? errno : 0;
	h->state = h->failure ? HELPER_DEAD : HELPER_UP;
	(void)pthread_cond_broadcast(&h->changed);
	(void)pthread_mutex_unlock(&h->lock);
	if (!failed && fd < 0) {
		(void)kill(pid, SIGKILL);
		(void)waitpid(pid, NULL, 0);
	}
	while (fd >= 0 && waitid(P_PIDFD, (id_t)fd, &info, WEXITED) < 0 && errno == EINTR)
		continue;
	(void)pthread_mutex_lock(&h->lock);
	end(h);
	(void)pthread_mutex_unlock(&h->lock);
	return NULL;
}

static int
keeper_begin(struct antin_p11_helper *h)
{
	sigset_t all, before;
	pthread_attr_t how;
	int failed = pthread_attr_init(&how);

	if (failed)
		return failed;
	(void)pthread_attr_setstacksize(&how, KEEPER_STACK);
	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &before);
	failed = pthread_create(&h->keeper, &how, keep, h);
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	(void)pthread_attr_destroy(&how);
	return failed;
}

static void
helper_stop(struct antin_p11_helper *h)
{
	if (!h->kept)
		return;
	(void)pthread_mutex_lock(&h->lock);
	end(h);
	(void)pthread_mutex_unlock(&h->lock);
	(void)pthread_join(h->keeper, NULL);
	if (h->pidfd >= 0)
		(void)close(h->pidfd);
	(void)close(h->control);
	h->kept = false;
	h->pidfd = h->control = -1;
	h->state = HELPER_DOWN;
}

/* Waits for what the helper says of its module; the control socket has one message from it. */
static enum antin_rc
hear(struct antin_p11_helper *h, struct antin_err *err)
{
	struct antin_p11_config config = antin_p11_config();
	struct timeval wait = {config.call_ms / 1000, (suseconds_t)(config.call_ms % 1000) * 1000};
	struct antin_wire_hello hello;
	ssize_t got;

	(void)setsockopt(h->control, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait));
	do
		got = recv(h->control, &hello, sizeof(hello), 0);
	while (got < 0 && errno == EINTR);
	if (got < 0 && (errno == EAGAIN))
		return antin_p11_fail(err, ANTIN_P11_RV_LATE, "dlopen");
	if (got != sizeof(hello))
		return antin_p11_fail(err, ANTIN_P11_RV_DIED, "dlopen");
	hello.text[sizeof(hello.text) - 1] = '\0';
	return antin_p11_loaded((enum antin_wire_start)hello.start, hello.text, (CK_RV)hello.rv,
	                        err);
}

static enum antin_rc
begin(struct antin_p11_helper *h, struct antin_err *err)
{
	int ends[2], failed;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
		return antin_fail_errno(err, errno, h->program, NULL);
	h->control = ends[0];
	h->far = ends[1];
	h->state = HELPER_SPAWNING;
	h->run++;
	failed = keeper_begin(h);
	if (failed) {
		(void)close(ends[0]);
		(void)close(ends[1]);
		h->state = HELPER_DOWN;
		return antin_fail_errno(err, failed, h->program, NULL);
	}
	h->kept = true;
	(void)pthread_mutex_lock(&h->lock);
	while (h->state == HELPER_SPAWNING)
		(void)pthread_cond_wait(&h->changed, &h->lock);
	failed = h->failure;
	(void)pthread_mutex_unlock(&h->lock);
	return failed ? antin_fail_errno(err, failed, h->program, NULL) : hear(h, err);
}

/* A module that dies each time is not started as fast as requests come in. */
static bool
put_off(struct antin_p11_helper *h)
{
	unsigned int wait = WAIT_MIN_MS;
	int64_t now = antin_p11_now();
	bool off;

	(void)pthread_mutex_lock(&h->lock);
	off = now < h->not_before;
	if (!off && ++h->starts > STARTS_FREE) {
		for (unsigned int i = STARTS_FREE + 1; i < h->starts && wait < WAIT_MAX_MS; i++)
			wait *= 2;
		h->not_before = now + (wait < WAIT_MAX_MS ? wait : WAIT_MAX_MS);
	}
	(void)pthread_mutex_unlock(&h->lock);
	return off;
}

void
antin_p11_helper_defer(struct antin_p11_helper *h, int64_t took)
{
	int64_t until = antin_p11_now() + (took < DEFER_MAX_MS / 2 ? 2 * took : DEFER_MAX_MS);

	(void)pthread_mutex_lock(&h->lock);
	if (h->starts >= STARTS_FREE && h->not_before < until)
		h->not_before = until;
	(void)pthread_mutex_unlock(&h->lock);
}

enum antin_rc
antin_p11_helper_start(struct antin_p11_helper *h, struct antin_err *err)
{
	enum antin_rc rc;

	helper_stop(h);
	if (put_off(h))
		return antin_fail(err, ANTIN_E_BUSY,
		                  N_("the token's driver ended again and again; it is started "
		                     "again in a moment"));
	rc = begin(h, err);
	if (rc != ANTIN_OK)
		helper_stop(h);
	return rc;
}

void
antin_p11_helper_good(struct antin_p11_helper *h)
{
	(void)pthread_mutex_lock(&h->lock);
	h->starts = 0;
	h->not_before = 0;
	(void)pthread_mutex_unlock(&h->lock);
}

enum antin_rc
antin_p11_helper_new(const char *program, const char *module, struct antin_p11_helper **out,
                     struct antin_err *err)
{
	struct antin_p11_helper *h = calloc(1, sizeof(*h));

	if (!h)
		return antin_fail_memory(err);
	(void)pthread_mutex_init(&h->lock, NULL);
	(void)pthread_cond_init(&h->changed, NULL);
	h->control = h->pidfd = -1;
	h->program = strdup(program);
	h->module = strdup(module);
	if (!h->program || !h->module) {
		antin_p11_helper_free(h, true);
		return antin_fail_memory(err);
	}
	*out = h;
	return ANTIN_OK;
}

/* In a child of fork the keeper does not exist, and the helper is the parent's. */
void
antin_p11_helper_free(struct antin_p11_helper *h, bool ours)
{
	if (!h)
		return;
	if (ours)
		helper_stop(h);
	(void)pthread_cond_destroy(&h->changed);
	(void)pthread_mutex_destroy(&h->lock);
	free(h->program);
	free(h->module);
	free(h);
}

/* ---- calls ---- */

static bool
hand_over(int control, int fd)
{
	union {
		struct cmsghdr head;
		char space[CMSG_SPACE(sizeof(int))];
	} ancillary = {.space = {0}};
	char octet = 0;
	struct iovec data = {&octet, 1};
	struct msghdr m = {.msg_iov = &data,
	                   .msg_iovlen = 1,
	                   .msg_control = &ancillary,
	                   .msg_controllen = sizeof(ancillary)};
	struct cmsghdr *head = CMSG_FIRSTHDR(&m);

	head->cmsg_level = SOL_SOCKET;
	head->cmsg_type = SCM_RIGHTS;
	head->cmsg_len = CMSG_LEN(sizeof(fd));
	memcpy(CMSG_DATA(head), &fd, sizeof(fd));
	return sendmsg(control, &m, MSG_NOSIGNAL) == 1;
}

/* With the lock held, to a helper that is up. */
static bool
channel_open(struct antin_p11_helper *h, struct channel *c)
{
	uint8_t *buffer = malloc(ANTIN_WIRE_MAX);
	int ends[2];
	bool there;

	if (!buffer || socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) {
		free(buffer);
		return false;
	}
	*c = (struct channel){.fd = ends[0], .run = h->run, .buffer = buffer};
	there = hand_over(h->control, ends[1]);
	(void)close(ends[1]);
	if (!there)
		channel_close(c);
	return there;
}

static CK_RV
channel_take(struct antin_p11_helper *h, int64_t until, struct channel *c)
{
	CK_RV rv = ANTIN_P11_RV_DIED;

	(void)pthread_mutex_lock(&h->lock);
	while (h->state == HELPER_UP && !h->n_idle && h->n_out >= CHANNELS &&
	       antin_p11_now() < until)
		(void)antin_p11_wait(&h->changed, &h->lock, WAIT_MIN_MS);
	if (h->state == HELPER_UP && h->n_idle) {
		*c = h->idle[--h->n_idle];
		rv = CKR_OK;
	} else if (h->state == HELPER_UP && h->n_out >= CHANNELS) {
		rv = CKR_SESSION_COUNT;
	} else if (h->state == HELPER_UP && channel_open(h, c)) {
		rv = CKR_OK;
	}
	h->n_out += rv == CKR_OK;
	(void)pthread_mutex_unlock(&h->lock);
	return rv;
}

/* After anything but an answer the helper is of no more use. */
static void
channel_give(struct antin_p11_helper *h, struct channel *c, bool good)
{
	(void)pthread_mutex_lock(&h->lock);
	h->n_out--;
	if (good && h->state == HELPER_UP && c->run == h->run) {
		h->idle[h->n_idle++] = *c;
		(void)pthread_cond_signal(&h->changed);
	} else {
		if (!good && h->state == HELPER_UP && c->run == h->run)
			end(h);
		channel_close(c);
	}
	(void)pthread_mutex_unlock(&h->lock);
}

static void
wait_at_most(struct channel *c, unsigned int ms)
{
	struct timeval wait = {ms / 1000, (suseconds_t)(ms % 1000) * 1000};

	if (c->ms == ms)
		return;
	(void)setsockopt(c->fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait));
	c->ms = ms;
}

/* A signal's handler does not make the wait longer. */
static CK_RV
receive(struct channel *c, int64_t until, size_t *len)
{
	for (;;) {
		ssize_t got = recv(c->fd, c->buffer, ANTIN_WIRE_MAX, 0);

		if (got > 0) {
			*len = (size_t)got;
			return CKR_OK;
		}
		if (got == 0 || (errno != EINTR && errno != EAGAIN))
			return ANTIN_P11_RV_DIED;
		if (errno != EINTR || antin_p11_now() >= until)
			return ANTIN_P11_RV_LATE;
	}
}

/* PINs and plain texts pass through the buffer: nothing of a call stays in it. */
static CK_RV
exchange(struct channel *c, const struct antin_p11_call *call, enum antin_wire_function f,
         const struct antin_wire_arg *args, size_t n)
{
	struct antin_wire w = {.p = c->buffer, .cap = ANTIN_WIRE_MAX};
	CK_RV rv, answer = CKR_OK;
	size_t used, got = 0;

	antin_wire_call_put(&w, f, args, n);
	used = w.len;
	if (w.bad) {
		explicit_bzero(c->buffer, used);
		return CKR_HOST_MEMORY;
	}
	wait_at_most(c, call->ms);
	rv = send(c->fd, c->buffer, w.len, MSG_NOSIGNAL) == (ssize_t)w.len ? CKR_OK
	                                                                   : ANTIN_P11_RV_DIED;
	explicit_bzero(c->buffer, used);
	if (rv == CKR_OK)
		rv = receive(c, call->until, &got);
	w = (struct antin_wire){.p = c->buffer, .len = got};
	if (rv == CKR_OK && !antin_wire_answer_get(&w, args, n, &answer))
		rv = ANTIN_P11_RV_DIED;
	explicit_bzero(c->buffer, got);
	return rv == CKR_OK ? answer : rv;
}

CK_RV
antin_p11_remote(struct antin_p11_helper *h, const struct antin_p11_call *call,
                 enum antin_wire_function f, const struct antin_wire_arg *args, size_t n)
{
	struct channel c;
	CK_RV rv = channel_take(h, call->until, &c);

	if (rv != CKR_OK)
		return rv;
	rv = exchange(&c, call, f, args, n);
	channel_give(h, &c, !antin_p11_is_gone(rv));
	return rv;
}
