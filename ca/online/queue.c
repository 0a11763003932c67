/*
 * The queue of OCSP requests.  See queue.h.
 */
#include "queue.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

struct antin_queue {
	pthread_mutex_t lock;
	struct antin_job *first, *working;
	size_t n;
	struct antin_queue_config config;
	int fd;
};

static int64_t
now_ms(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

enum antin_rc
antin_queue_new(const struct antin_queue_config *config, struct antin_queue **out,
                struct antin_err *err)
{
	struct antin_queue *q = calloc(1, sizeof(*q));

	if (!q)
		return antin_fail_memory(err);
	q->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (q->fd < 0) {
		free(q);
		return antin_fail_errno(err, errno, "eventfd", NULL);
	}
	(void)pthread_mutex_init(&q->lock, NULL);
	q->config = *config;
	*out = q;
	return ANTIN_OK;
}

static void
job_free(struct antin_job *j)
{
	antin_bytes_done(&j->request);
	antin_bytes_done(&j->answer.der);
	free(j);
}

void
antin_queue_free(struct antin_queue *q)
{
	if (!q)
		return;
	(void)pthread_mutex_destroy(&q->lock);
	(void)close(q->fd);
	free(q);
}

struct antin_job *
antin_job_new(void *connection, struct antin_slice request, bool get)
{
	struct antin_job *j = calloc(1, sizeof(*j));

	if (!j)
		return NULL;
	j->connection = connection;
	j->get = get;
	antin_bytes_add(&j->request, request.p, request.len);
	if (!j->request.failed)
		return j;
	job_free(j);
	return NULL;
}

void
antin_queue_put(struct antin_queue *q, struct antin_job *j)
{
	const uint64_t one = 1;
	struct antin_job **at = &q->first;

	(void)pthread_mutex_lock(&q->lock);
	if (q->n < q->config.max) {
		j->until = now_ms() + (int64_t)q->config.wait_ms;
		while (*at)
			at = &(*at)->next;
		*at = j;
		q->n++;
		(void)!write(q->fd, &one, sizeof(one));
	} else {
		j->settled = true;
		q->config.resume(q->config.user, j->connection);
	}
	(void)pthread_mutex_unlock(&q->lock);
}

bool
antin_job_settled(struct antin_queue *q, const struct antin_job *j)
{
	bool settled;

	(void)pthread_mutex_lock(&q->lock);
	settled = j->settled;
	(void)pthread_mutex_unlock(&q->lock);
	return settled;
}

/* Under the lock. */
static void
unlink_job(struct antin_queue *q, struct antin_job *j)
{
	for (struct antin_job **at = &q->first; *at; at = &(*at)->next) {
		if (*at == j) {
			*at = j->next;
			j->next = NULL;
			q->n--;
			return;
		}
	}
}

void
antin_queue_leave(struct antin_queue *q, struct antin_job *j)
{
	bool working;

	(void)pthread_mutex_lock(&q->lock);
	unlink_job(q, j);
	j->left = j->settled = true;
	working = q->working == j;
	(void)pthread_mutex_unlock(&q->lock);
	if (!working)
		job_free(j);
}

/* Under the lock: the answer, if one comes, is for nobody. */
static void
give_up(struct antin_queue *q, struct antin_job *j)
{
	unlink_job(q, j);
	j->settled = true;
	q->config.resume(q->config.user, j->connection);
}

int
antin_queue_sweep(struct antin_queue *q, bool all)
{
	int64_t now = now_ms(), next = -1;
	struct antin_job *w;

	(void)pthread_mutex_lock(&q->lock);
	while (q->first && (all || q->first->until <= now))
		give_up(q, q->first);
	w = q->working;
	if (w && !w->settled && (all || w->until <= now))
		give_up(q, w);
	if (q->first)
		next = q->first->until - now;
	if (w && !w->settled)
		next = w->until - now; /* it came before those that wait */
	(void)pthread_mutex_unlock(&q->lock);
	return (int)next;
}

int
antin_queue_descriptor(const struct antin_queue *q)
{
	return q->fd;
}

struct antin_job *
antin_queue_take(struct antin_queue *q)
{
	struct antin_job *j;
	uint64_t count;

	(void)pthread_mutex_lock(&q->lock);
	j = q->first;
	if (j) {
		unlink_job(q, j);
		q->working = j;
	} else {
		(void)!read(q->fd, &count, sizeof(count));
	}
	(void)pthread_mutex_unlock(&q->lock);
	return j;
}

void
antin_queue_settle(struct antin_queue *q, struct antin_job *j)
{
	bool left;

	(void)pthread_mutex_lock(&q->lock);
	q->working = NULL;
	left = j->left;
	if (!j->settled) {
		j->settled = j->answered = true;
		q->config.resume(q->config.user, j->connection);
	}
	(void)pthread_mutex_unlock(&q->lock);
	if (left)
		job_free(j);
}
