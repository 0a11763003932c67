/*
 * The gate that every call into a module passes: calls are timed, so that one that hangs is told
 * of, and counted, so that a module can be initialised anew while nobody is inside.  A call that
 * hangs cannot be ended from outside: what is to be done about it is the program's to say.
 */
#include "p11.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum {
	TICK_MIN_MS = 2,
	TICK_MAX_MS = 1000,
	CALL_MS = 30000,
	PAD_MS = 120000,
	GENERATE_MS = 300000,
};

/* Of the process, as C_Initialize is. */
static struct {
	pthread_mutex_t lock;
	pthread_cond_t changed; /* somebody left a module, or it was opened again */
	pthread_cond_t wake;    /* for the watcher */
	struct antin_p11_call *calls;
	struct antin_p11_config config;
	char state[4096], helper[4096], helper_environment[1024];
	pthread_t watcher;
	bool watching, stopping;
} gate = {.lock = PTHREAD_MUTEX_INITIALIZER,
          .changed = PTHREAD_COND_INITIALIZER,
          .wake = PTHREAD_COND_INITIALIZER,
          .config = {.call_ms = CALL_MS, .pad_ms = PAD_MS, .generate_ms = GENERATE_MS}};

int64_t
antin_p11_now(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* pthread_cond_timedwait counts by the wall clock. */
bool
antin_p11_wait(pthread_cond_t *c, pthread_mutex_t *lock, unsigned int ms)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_REALTIME, &t);
	t.tv_sec += ms / 1000;
	t.tv_nsec += (long)(ms % 1000) * 1000000;
	if (t.tv_nsec >= 1000000000) {
		t.tv_nsec -= 1000000000;
		t.tv_sec++;
	}
	return pthread_cond_timedwait(c, lock, &t) == 0;
}

static const char *
copy(char *to, size_t cap, const char *text)
{
	(void)snprintf(to, cap, "%s", text ? text : "");
	return to[0] ? to : NULL;
}

void
antin_p11_configure(const struct antin_p11_config *c)
{
	(void)pthread_mutex_lock(&gate.lock);
	gate.config = *c;
	gate.config.state = copy(gate.state, sizeof(gate.state), c->state);
	gate.config.helper = copy(gate.helper, sizeof(gate.helper), c->helper);
	gate.config.helper_environment =
	        copy(gate.helper_environment, sizeof(gate.helper_environment),
	             c->helper_environment);
	if (!c->call_ms)
		gate.config.call_ms = CALL_MS;
	if (!c->pad_ms)
		gate.config.pad_ms = PAD_MS;
	if (!c->generate_ms)
		gate.config.generate_ms = GENERATE_MS;
	(void)pthread_mutex_unlock(&gate.lock);
}

struct antin_p11_config
antin_p11_config(void)
{
	struct antin_p11_config c;

	(void)pthread_mutex_lock(&gate.lock);
	c = gate.config;
	(void)pthread_mutex_unlock(&gate.lock);
	return c;
}

static unsigned int
limit_of(enum antin_p11_limit limit)
{
	if (limit == ANTIN_P11_PAD)
		return gate.config.pad_ms;
	return limit == ANTIN_P11_LONG ? gate.config.generate_ms : gate.config.call_ms;
}

/* Who initialises the module anew passes the gate that it closed. */
static bool
is_closer(const struct antin_module *m)
{
	return m->closed && pthread_equal(m->closer, pthread_self());
}

CK_RV
antin_p11_enter(struct antin_module *m, unsigned int epoch, struct antin_p11_call *call)
{
	struct timespec now;
	CK_RV rv = CKR_OK;

	if (m->pid != getpid())
		return ANTIN_P11_RV_FORKED;
	(void)clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
	(void)pthread_mutex_lock(&gate.lock);
	/* Both at once: the gate may close while somebody waits for the one inside. */
	while (!is_closer(m) && (m->closed || (m->one_by_one && m->inside)))
		(void)pthread_cond_wait(&gate.changed, &gate.lock);
	if (epoch && epoch != m->epoch) {
		rv = ANTIN_P11_RV_STALE;
	} else {
		m->inside++;
		call->module = m;
		call->told = m->helper; /* it is killed by the call itself */
		call->ms = limit_of(call->limit);
		call->until =
		        (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000 + (int64_t)call->ms;
		call->next = gate.calls;
		if (gate.calls)
			gate.calls->previous = call;
		gate.calls = call;
	}
	(void)pthread_mutex_unlock(&gate.lock);
	return rv;
}

void
antin_p11_leave(struct antin_module *m, struct antin_p11_call *call)
{
	(void)pthread_mutex_lock(&gate.lock);
	if (call->previous)
		call->previous->next = call->next;
	else
		gate.calls = call->next;
	if (call->next)
		call->next->previous = call->previous;
	if (--m->inside == 0 && (m->closed || m->one_by_one))
		(void)pthread_cond_broadcast(&gate.changed);
	(void)pthread_mutex_unlock(&gate.lock);
}

/* The first call that is late and not told of yet. */
static struct antin_p11_call *
late_call(int64_t now)
{
	struct antin_p11_call *c = gate.calls;

	while (c && (c->told || c->until > now))
		c = c->next;
	return c;
}

static void
tell(struct antin_p11_call *c)
{
	char path[4096];
	struct antin_p11_late late = {.function = c->function, .module = path, .ms = c->ms};
	struct antin_p11_config config = gate.config;

	c->told = true;
	(void)snprintf(path, sizeof(path), "%s", c->module->path);
	(void)pthread_mutex_unlock(&gate.lock);
	config.late(config.user, &late);
	(void)pthread_mutex_lock(&gate.lock);
}

static unsigned int
tick(void)
{
	unsigned int ms = gate.config.call_ms / 4;

	return ms < TICK_MIN_MS ? TICK_MIN_MS : ms > TICK_MAX_MS ? TICK_MAX_MS : ms;
}

static void *
watch(void *unused)
{
	(void)unused;
	(void)pthread_mutex_lock(&gate.lock);
	while (!gate.stopping) {
		struct antin_p11_call *c;

		(void)antin_p11_wait(&gate.wake, &gate.lock, tick());
		while (!gate.stopping && gate.config.late &&
		       (c = late_call(antin_p11_now())) != NULL)
			tell(c);
	}
	(void)pthread_mutex_unlock(&gate.lock);
	return NULL;
}

/* Signals are for the threads of the program. */
void
antin_p11_watch_begin(void)
{
	sigset_t all, before;

	if (gate.watching || !antin_p11_config().late)
		return;
	gate.stopping = false;
	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &before);
	gate.watching = pthread_create(&gate.watcher, NULL, watch, NULL) == 0;
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
}

void
antin_p11_watch_end(void)
{
	if (!gate.watching)
		return;
	(void)pthread_mutex_lock(&gate.lock);
	gate.stopping = true;
	(void)pthread_cond_signal(&gate.wake);
	(void)pthread_mutex_unlock(&gate.lock);
	(void)pthread_join(gate.watcher, NULL);
	gate.watching = false;
}

/* In a child of fork there is no watcher, nobody is inside, and the locks are in any state. */
void
antin_p11_watch_forget(void)
{
	gate.lock = (pthread_mutex_t)PTHREAD_MUTEX_INITIALIZER;
	gate.changed = (pthread_cond_t)PTHREAD_COND_INITIALIZER;
	gate.wake = (pthread_cond_t)PTHREAD_COND_INITIALIZER;
	gate.calls = NULL;
	gate.watching = false;
	gate.stopping = false;
}

unsigned int
antin_p11_epoch(struct antin_module *m)
{
	unsigned int epoch;

	(void)pthread_mutex_lock(&gate.lock);
	while (m->closed && !is_closer(m))
		(void)pthread_cond_wait(&gate.changed, &gate.lock);
	epoch = m->epoch;
	(void)pthread_mutex_unlock(&gate.lock);
	return epoch;
}

bool
antin_p11_close_gate(struct antin_module *m, unsigned int epoch)
{
	int64_t until = antin_p11_now() + (int64_t)antin_p11_config().call_ms / 4;
	bool closed;

	(void)pthread_mutex_lock(&gate.lock);
	while (m->closed)
		(void)pthread_cond_wait(&gate.changed, &gate.lock);
	if (m->epoch != epoch) {
		(void)pthread_mutex_unlock(&gate.lock);
		return false;
	}
	m->closed = true;
	m->closer = pthread_self();
	while (m->inside && antin_p11_now() < until)
		(void)antin_p11_wait(&gate.changed, &gate.lock, TICK_MIN_MS * 10);
	closed = m->inside == 0;
	if (!closed) {
		m->closed = false;
		(void)pthread_cond_broadcast(&gate.changed);
	}
	(void)pthread_mutex_unlock(&gate.lock);
	return closed;
}

void
antin_p11_open_gate(struct antin_module *m)
{
	(void)pthread_mutex_lock(&gate.lock);
	m->epoch++;
	m->closed = false;
	(void)pthread_cond_broadcast(&gate.changed);
	(void)pthread_mutex_unlock(&gate.lock);
}
