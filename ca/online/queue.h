/*
 * OCSP requests between the thread that speaks HTTP and the one that has the keys: each is answered
 * or, once its time is over, given up, so that a key that does not answer stops nobody else.
 */
#ifndef ANTIN_ONLINE_QUEUE_H
#define ANTIN_ONLINE_QUEUE_H

#include <antin_online.h>

struct antin_queue;
struct antin_job {
	struct antin_bytes request;
	bool get; /* came with a GET */
	void *connection;

	/* For whoever asked, once it is settled. */
	bool answered; /* else it was given up */
	struct antin_signer_ocsp answer;
	struct antin_err err;
	enum antin_rc rc;

	/* Of the queue. */
	struct antin_job *next;
	int64_t until;
	bool settled, left;
};

/* How many may wait, how long, and what is called, by either thread, for each that is settled. */
struct antin_queue_config {
	size_t max;
	unsigned int wait_ms;
	void (*resume)(void *user, void *connection);
	void *user;
};
enum antin_rc antin_queue_new(const struct antin_queue_config *config, struct antin_queue **out,
                              struct antin_err *err) ANTIN_MUST;
void antin_queue_free(struct antin_queue *q); /* by whoever made it, when nobody else is left */
ANTIN_OWNER_S(antin_queue, antin_queue_free);

/* The thread that asks.  A job that was put belongs to it until antin_queue_leave. */
struct antin_job *antin_job_new(void *connection, struct antin_slice request, bool get);
/* Given up at once when too many wait. */
void antin_queue_put(struct antin_queue *q, struct antin_job *j);
bool antin_job_settled(struct antin_queue *q, const struct antin_job *j);
void antin_queue_leave(struct antin_queue *q, struct antin_job *j);
/* Gives up those whose time is over, or all; the milliseconds until the next one's, or -1. */
int antin_queue_sweep(struct antin_queue *q, bool all);

/* The thread that answers: readable when a job waits. */
int antin_queue_descriptor(const struct antin_queue *q);
struct antin_job *antin_queue_take(struct antin_queue *q); /* NULL: none */
void antin_queue_settle(struct antin_queue *q, struct antin_job *j);

#endif
