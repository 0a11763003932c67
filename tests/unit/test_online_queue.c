/*
 * A key that does not answer: who asked is told to try later, files go on, nothing is lost or
 * freed twice when the answer comes after all; and the queue in between, step by step.
 */
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "../../ca/online/queue.h"

#include <antin/ocsp.h>

#include "http_talk.h"

#define ASK       "GET /" QUESTION " HTTP/1.1\r\n" CLOSE "\r\n"
#define FILE_ASK  "GET /crl/a.crl HTTP/1.1\r\n" CLOSE "\r\n"
#define TRY_LATER "\x30\x03\x0a\x01\x03"

/* The key: while it is held nobody gets an answer. */
static struct {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	bool held, ending;
	size_t begun, ended;
} key = {.lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};

static enum antin_rc
answer(void *user, const struct antin_slice *ids, size_t n, struct antin_slice nonce,
       struct antin_signer_ocsp *out, struct antin_err *err)
{
	(void)user, (void)ids, (void)n, (void)nonce, (void)err;
	(void)pthread_mutex_lock(&key.lock);
	key.begun++;
	(void)pthread_cond_broadcast(&key.changed);
	while (key.held)
		(void)pthread_cond_wait(&key.changed, &key.lock);
	key.ended++;
	(void)pthread_mutex_unlock(&key.lock);
	antin_bytes_text(&out->der, "octets of an answer");
	return ANTIN_OK;
}

static void
hold(bool held)
{
	(void)pthread_mutex_lock(&key.lock);
	key.held = held;
	(void)pthread_cond_broadcast(&key.changed);
	(void)pthread_mutex_unlock(&key.lock);
}

static void
await_begun(size_t n)
{
	(void)pthread_mutex_lock(&key.lock);
	while (key.begun < n)
		(void)pthread_cond_wait(&key.changed, &key.lock);
	(void)pthread_mutex_unlock(&key.lock);
}

/* How many answers were begun, how many given. */
static size_t
count(const size_t *which)
{
	size_t n;

	(void)pthread_mutex_lock(&key.lock);
	n = *which;
	(void)pthread_mutex_unlock(&key.lock);
	return n;
}

static bool
is_ending(void)
{
	bool ending;

	(void)pthread_mutex_lock(&key.lock);
	ending = key.ending;
	(void)pthread_mutex_unlock(&key.lock);
	return ending;
}

static int64_t now_is = 1795000000;
static struct antin_online *server;
static char *folder;
static pthread_t signer;

/* As antind's own thread does. */
static void *
give_answers(void *unused)
{
	(void)unused;
	while (!is_ending()) {
		struct pollfd fd = {antin_online_descriptor(server), POLLIN, 0};

		(void)poll(&fd, 1, 5);
		antin_online_run(server);
	}
	return NULL;
}

static void
up(unsigned int ocsp_ms)
{
	struct antin_online_config config = {.address = "127.0.0.1",
	                                     .socket = -1,
	                                     .connections = 8,
	                                     .ocsp_ms = ocsp_ms,
	                                     .clock = util_clock(&now_is),
	                                     .ocsp = answer};
	struct antin_err err = {0};

	key.held = true;
	key.ending = false;
	key.begun = key.ended = 0;
	folder = util_scratch();
	config.folder = folder;
	ck_assert_int_eq(mkdir(util_path(folder, "published"), 0700), 0);
	util_write(util_path(folder, "published/a.crl"), UTIL_LITERAL("a list"));
	util_ok(antin_online_start(&config, &server, &err));
	ck_assert_int_eq(pthread_create(&signer, NULL, give_answers, NULL), 0);
}

static void
signer_end(void)
{
	(void)pthread_mutex_lock(&key.lock);
	key.ending = true;
	(void)pthread_mutex_unlock(&key.lock);
	hold(false);
	ck_assert_int_eq(pthread_join(signer, NULL), 0);
}

static void
down(void)
{
	antin_online_free(server);
	server = NULL;
	util_scratch_remove(folder);
}

static void
talk(const char *text, struct antin_bytes *said)
{
	http_talk(server, false, antin_slice_text(text), said);
	ck_assert_ptr_nonnull(said->p);
}

static void
says(const char *text, struct antin_slice has)
{
	ANTIN_SCOPED(antin_bytes) said = {0};

	talk(text, &said);
	ck_assert_msg(memmem(said.p, said.len, has.p, has.len), "%s: %s", text,
	              (const char *)said.p);
}

/* The answer; how often it was asked for, since on a busy machine one may come behind its time. */
static unsigned int
answers(void)
{
	static const char wanted[] = "octets of an answer";

	for (unsigned int times = 1; times < 20; times++) {
		ANTIN_SCOPED(antin_bytes) said = {0};

		talk(ASK, &said);
		if (memmem(said.p, said.len, wanted, strlen(wanted)))
			return times;
	}
	ck_abort_msg("there is never an answer");
	return 0;
}

START_TEST(others_go_on)
{
	unsigned int times;

	up(50);
	says(ASK, UTIL_LITERAL(TRY_LATER)); /* the one that the key hangs at */
	ck_assert_uint_eq(count(&key.begun), 1);
	for (int i = 0; i < 3; i++) {
		says(FILE_ASK, UTIL_LITERAL("a list"));
		says(ASK, UTIL_LITERAL("Retry-After"));
		says("GET /MAAA HTTP/1.1\r\n" CLOSE "\r\n", UTIL_LITERAL(TRY_LATER));
	}
	ck_assert_uint_eq(count(&key.begun), 1); /* what nobody waits for is not asked of the key */
	ck_assert_uint_eq(count(&key.ended), 0);
	hold(false);
	times = answers();
	ck_assert_uint_gt(count(&key.begun), 1);
	ck_assert_uint_le(count(&key.begun), 1 + times);
	signer_end();
	down();
}
END_TEST

/* Connected, asked, and not listened to. */
static int
ask(void)
{
	int s = http_open(server);
	struct pollfd fd = {s, POLLOUT, 0};

	ck_assert_int_eq(poll(&fd, 1, 10000), 1);
	ck_assert_int_eq(send(s, ASK, sizeof(ASK) - 1, MSG_NOSIGNAL), sizeof(ASK) - 1);
	return s;
}

static void
hears(int s, struct antin_slice has)
{
	ANTIN_SCOPED(antin_bytes) said = {0};
	char piece[4096];
	ssize_t n = 0;

	ck_assert_int_eq(fcntl(s, F_SETFL, 0), 0);
	while ((n = recv(s, piece, sizeof(piece), 0)) > 0)
		antin_bytes_add(&said, piece, (size_t)n);
	(void)close(s);
	ck_assert_ptr_nonnull(said.p);
	ck_assert_msg(memmem(said.p, said.len, has.p, has.len), "%zu octets", said.len);
}

/* Half of the connections may wait for the key; one more is told so at once. */
START_TEST(too_many)
{
	int s[5];

	up(600000);
	s[0] = ask();
	await_begun(1);
	for (int i = 1; i < 5; i++)
		s[i] = ask();
	says(ASK, UTIL_LITERAL(TRY_LATER));
	says(FILE_ASK, UTIL_LITERAL("a list"));
	ck_assert_uint_eq(count(&key.ended), 0);
	hold(false);
	for (int i = 0; i < 5; i++)
		hears(s[i], UTIL_LITERAL("octets of an answer"));
	ck_assert_uint_eq(count(&key.begun), 5);
	signer_end();
	down();
}
END_TEST

/* The service ends while some wait: they hear of it. */
START_TEST(ended)
{
	int s[3];

	up(600000);
	s[0] = ask();
	await_begun(1);
	for (int i = 1; i < 3; i++)
		s[i] = ask();
	says(FILE_ASK, UTIL_LITERAL("a list")); /* now the others have been read */
	signer_end();
	hears(s[0], UTIL_LITERAL("octets of an answer"));
	down();
	for (int i = 1; i < 3; i++) {
		bool later = key.ended < (size_t)i + 1; /* it may have had its turn before */

		hears(s[i], later ? UTIL_LITERAL(TRY_LATER) : UTIL_LITERAL("octets of an answer"));
	}
}
END_TEST

/* Who went away is asked for once at most, and its answer is thrown away. */
START_TEST(gone_away)
{
	unsigned int times;

	up(50);
	for (int i = 0; i < 6; i++)
		(void)close(ask());
	says(ASK, UTIL_LITERAL(TRY_LATER));
	hold(false);
	times = answers();
	ck_assert_uint_le(count(&key.begun), 7 + times);
	signer_end();
	down();
}
END_TEST

/* ---- the queue alone ---- */

static size_t resumed;

static void
resume(void *user, void *connection)
{
	ck_assert_ptr_eq(user, &resumed);
	resumed += connection == &resumed;
}

static struct antin_job *
job(struct antin_queue *q, const char *text)
{
	struct antin_job *j =
	        antin_job_new(&resumed, (struct antin_slice){(const uint8_t *)text, strlen(text)},
	                      true);

	ck_assert_ptr_nonnull(j);
	antin_queue_put(q, j);
	return j;
}

static struct antin_queue *
queue(size_t max, unsigned int wait_ms)
{
	const struct antin_queue_config config = {max, wait_ms, resume, &resumed};
	struct antin_queue *q = NULL;
	struct antin_err err = {0};

	resumed = 0;
	util_ok(antin_queue_new(&config, &q, &err));
	return q;
}

static bool
readable(const struct antin_queue *q)
{
	struct pollfd fd = {antin_queue_descriptor(q), POLLIN, 0};

	return poll(&fd, 1, 0) == 1;
}

START_TEST(in_order)
{
	ANTIN_OWN_S(antin_queue) q = queue(3, 600000);
	static const char *const texts[] = {"a", "b", "c"};
	struct antin_job *j[3];

	ck_assert(!readable(q));
	ck_assert_ptr_null(antin_queue_take(q));
	for (size_t i = 0; i < 3; i++)
		j[i] = job(q, texts[i]);
	ck_assert(readable(q));
	for (size_t i = 0; i < 3; i++) {
		struct antin_job *t = antin_queue_take(q);

		ck_assert_ptr_eq(t, j[i]);
		ck_assert_uint_eq(t->request.len, 1);
		ck_assert_uint_eq(t->request.p[0], texts[i][0]);
		ck_assert(!antin_job_settled(q, t));
		antin_queue_settle(q, t);
		ck_assert(antin_job_settled(q, t) && t->answered);
		ck_assert_uint_eq(resumed, i + 1);
	}
	ck_assert_ptr_null(antin_queue_take(q));
	ck_assert(!readable(q));
	for (size_t i = 0; i < 3; i++)
		antin_queue_leave(q, j[i]);
}
END_TEST

START_TEST(no_room)
{
	ANTIN_OWN_S(antin_queue) q = queue(2, 600000);
	struct antin_job *j[4];

	for (size_t i = 0; i < 4; i++) {
		j[i] = job(q, "x");
		ck_assert_int_eq(antin_job_settled(q, j[i]), i >= 2);
		ck_assert(!j[i]->answered);
	}
	ck_assert_uint_eq(resumed, 2);
	antin_queue_leave(q, j[0]); /* one that goes makes room */
	antin_queue_leave(q, j[3]);
	j[0] = job(q, "y");
	ck_assert(!antin_job_settled(q, j[0]));
	for (size_t i = 0; i < 3; i++)
		antin_queue_leave(q, j[i]);
	ck_assert_ptr_null(antin_queue_take(q));
}
END_TEST

/* Given up while it waits, while it is worked on, and left before its answer comes. */
START_TEST(given_up)
{
	ANTIN_OWN_S(antin_queue) q = queue(8, 600000);
	struct antin_job *waits, *works;
	int left;

	works = job(q, "w");
	waits = job(q, "v");
	left = antin_queue_sweep(q, false);
	ck_assert(left > 0 && left <= 600000);
	ck_assert_uint_eq(resumed, 0);
	ck_assert_ptr_eq(antin_queue_take(q), works);
	left = antin_queue_sweep(q, false);
	ck_assert(left > 0 && left <= 600000);
	ck_assert_int_eq(antin_queue_sweep(q, true), -1);
	ck_assert_uint_eq(resumed, 2);
	ck_assert(antin_job_settled(q, works) && !works->answered);
	ck_assert(antin_job_settled(q, waits) && !waits->answered);
	ck_assert_ptr_null(antin_queue_take(q));
	antin_queue_leave(q, waits);
	antin_queue_leave(q, works); /* lives until its answer came */
	ck_assert_uint_eq(works->request.p[0], 'w');
	antin_queue_settle(q, works);
	ck_assert_uint_eq(resumed, 2);
	ck_assert_int_eq(antin_queue_sweep(q, true), -1);
}
END_TEST

/* No time at all: each is given up at the first look, and none twice. */
START_TEST(no_time)
{
	ANTIN_OWN_S(antin_queue) q = queue(8, 0);
	struct antin_job *j[3], *works;

	works = job(q, "w");
	ck_assert_ptr_eq(antin_queue_take(q), works);
	for (size_t i = 0; i < 3; i++)
		j[i] = job(q, "x");
	for (int i = 0; i < 2; i++) {
		ck_assert_int_eq(antin_queue_sweep(q, false), -1);
		ck_assert_uint_eq(resumed, 4);
	}
	antin_queue_settle(q, works);
	ck_assert(!works->answered);
	ck_assert_uint_eq(resumed, 4);
	antin_queue_leave(q, works);
	for (size_t i = 0; i < 3; i++)
		antin_queue_leave(q, j[i]);
}
END_TEST

Suite *suite_online_queue(void);
Suite *
suite_online_queue(void)
{
	Suite *s = suite_create("online_queue");
	TCase *t = tcase_create("online_queue");

	tcase_add_test(t, others_go_on);
	tcase_add_test(t, too_many);
	tcase_add_test(t, ended);
	tcase_add_test(t, gone_away);
	tcase_add_test(t, in_order);
	tcase_add_test(t, no_room);
	tcase_add_test(t, given_up);
	tcase_add_test(t, no_time);
	tcase_set_timeout(t, 60);
	suite_add_tcase(s, t);
	return s;
}
