/*
 * The HTTP server (libmicrohttpd): which address and method means what, limits, and the headers
 * that let caches work (RFC 9110, RFC 5019 6).  See antin_online.h.
 */
#include "queue.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <microhttpd.h>

#include <antin/ocsp.h>

enum {
	CONNECTIONS = 256,
	TIMEOUT = 15,
	OCSP_MS = 5000,
	CONNECTION_MEMORY = 24 * 1024,
	LINE = 600,
};

/* Seconds; a driver that died is started again by the next request. */
#define RETRY_AFTER "5"

struct antin_online {
	struct antin_online_config config;
	struct MHD_Daemon *daemon;
	struct antin_queue *queue;
	pthread_t thread; /* runs the daemon; our caller's gives the answers */
	int wake;         /* it; an eventfd */
	bool running;
	atomic_bool ending;
	uint16_t port;
	char *folder;
};

/* One request while its body comes in, and while it waits for its answer. */
struct exchange {
	struct antin_online *o;
	struct antin_bytes body;
	struct antin_job *job;
};

static void
report(const struct antin_online *o, const struct antin_err *err)
{
	char line[LINE];

	if (o->config.report)
		o->config.report(o->config.user, antin_err_line(err, NULL, line, sizeof(line)));
}

/* Queues the response and lets go of it; NULL closes the connection. */
static enum MHD_Result
reply(struct MHD_Connection *c, unsigned int code, struct MHD_Response *r)
{
	enum MHD_Result done;

	if (!r)
		return MHD_NO;
	(void)MHD_add_response_header(r, "X-Content-Type-Options", "nosniff");
	done = MHD_queue_response(c, code, r);
	MHD_destroy_response(r);
	return done;
}

static enum MHD_Result
refuse(struct MHD_Connection *c, unsigned int code, const char *allow)
{
	struct MHD_Response *r = MHD_create_response_from_buffer(0, NULL, MHD_RESPMEM_PERSISTENT);

	if (r && allow)
		(void)MHD_add_response_header(r, MHD_HTTP_HEADER_ALLOW, allow);
	if (r)
		(void)MHD_add_response_header(r, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
	return reply(c, code, r);
}

static void
add_dates(struct MHD_Response *r, int64_t modified, int64_t expires)
{
	char date[ANTIN_HTTP_DATE];

	(void)MHD_add_response_header(r, MHD_HTTP_HEADER_LAST_MODIFIED,
	                              antin_http_date(modified, date));
	(void)MHD_add_response_header(r, MHD_HTTP_HEADER_EXPIRES, antin_http_date(expires, date));
}

/* ---- OCSP ---- */

/* Only answers to a GET without nonce may be kept, and never past their nextUpdate (RFC 5019 6). */
static void
add_ocsp_caching(const struct antin_online *o, struct MHD_Response *r,
                 const struct antin_signer_ocsp *answer, bool get)
{
	int64_t now = antin_now(&o->config.clock), age = answer->next_update - now;
	uint8_t digest[32];
	char text[80], hex[65];

	if (!get || !answer->cacheable || answer->status != ANTIN_OCSP_SUCCESSFUL || age <= 0) {
		(void)MHD_add_response_header(r, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
		return;
	}
	if (age > ANTIN_ONLINE_MAX_AGE)
		age = ANTIN_ONLINE_MAX_AGE;
	(void)snprintf(text, sizeof(text), "max-age=%d, public, no-transform, must-revalidate",
	               (int)age);
	(void)MHD_add_response_header(r, MHD_HTTP_HEADER_CACHE_CONTROL, text);
	add_dates(r, answer->this_update, now + age);
	if (antin_sha256(antin_bytes_slice(&answer->der), digest, NULL) != ANTIN_OK)
		return;
	(void)snprintf(text, sizeof(text), "\"%s\"",
	               antin_hex_text((struct antin_slice){digest, 16}, hex, sizeof(hex)));
	(void)MHD_add_response_header(r, MHD_HTTP_HEADER_ETAG, text);
}

static enum MHD_Result
reply_ocsp(const struct antin_online *o, struct MHD_Connection *c,
           const struct antin_signer_ocsp *answer, bool get)
{
	struct MHD_Response *r = MHD_create_response_from_buffer(answer->der.len, answer->der.p,
	                                                         MHD_RESPMEM_MUST_COPY);

	if (r) {
		(void)MHD_add_response_header(r, MHD_HTTP_HEADER_CONTENT_TYPE,
		                              "application/ocsp-response");
		if (answer->status == ANTIN_OCSP_TRY_LATER)
			(void)MHD_add_response_header(r, MHD_HTTP_HEADER_RETRY_AFTER, RETRY_AFTER);
		add_ocsp_caching(o, r, answer, get);
	}
	return reply(c, MHD_HTTP_OK, r);
}

/* An answer that needs no key: what went wrong. */
static enum MHD_Result
reply_ocsp_error(const struct antin_online *o, struct MHD_Connection *c,
                 enum antin_ocsp_status status)
{
	ANTIN_SCOPED(antin_bytes) der = {0};
	struct antin_signer_ocsp answer = {.status = status};

	antin_ocsp_error_add(&der, status);
	answer.der = der;
	return reply_ocsp(o, c, &answer, false);
}

/* The connection sleeps until the job is settled; then libmicrohttpd asks again. */
static enum MHD_Result
ask_ocsp(struct exchange *x, struct MHD_Connection *c, struct antin_slice request, bool get)
{
	struct antin_job *j = antin_job_new(c, request, get);

	if (!j)
		return MHD_NO;
	x->job = j;
	MHD_suspend_connection(c);
	antin_queue_put(x->o->queue, j);
	return MHD_YES;
}

static enum MHD_Result
tell_ocsp(const struct exchange *x, struct MHD_Connection *c)
{
	const struct antin_job *j = x->job;

	if (!antin_job_settled(x->o->queue, j))
		return MHD_YES;
	if (!j->answered)
		return reply_ocsp_error(x->o, c, ANTIN_OCSP_TRY_LATER);
	if (j->rc != ANTIN_OK)
		return reply_ocsp_error(x->o, c, ANTIN_OCSP_INTERNAL);
	return reply_ocsp(x->o, c, &j->answer, j->get);
}

/* ---- files ---- */

static bool
not_modified(struct MHD_Connection *c, const struct antin_online_file *f)
{
	const char *match =
	        MHD_lookup_connection_value(c, MHD_HEADER_KIND, MHD_HTTP_HEADER_IF_NONE_MATCH);
	const char *since =
	        MHD_lookup_connection_value(c, MHD_HEADER_KIND, MHD_HTTP_HEADER_IF_MODIFIED_SINCE);
	int64_t t;

	if (match) /* then the date does not count (RFC 9110 13.1.3) */
		return strcmp(match, "*") == 0 || strstr(match, f->etag);
	return since && antin_http_date_parse(since, &t) && f->modified <= t;
}

static enum MHD_Result
answer_file(const struct antin_online *o, struct MHD_Connection *c, const char *path)
{
	struct antin_online_file f;
	struct MHD_Response *r;
	char text[40];
	bool same;

	if (antin_online_file(o->folder, path, &f, NULL) != ANTIN_OK)
		return refuse(c, MHD_HTTP_NOT_FOUND, NULL);
	same = not_modified(c, &f);
	if (same) {
		(void)close(f.fd);
		r = MHD_create_response_from_buffer(0, NULL, MHD_RESPMEM_PERSISTENT);
	} else {
		r = MHD_create_response_from_fd64(f.size, f.fd); /* takes the descriptor over */
		if (!r)
			(void)close(f.fd);
	}
	if (r) {
		(void)snprintf(text, sizeof(text), "max-age=%u, public", f.max_age);
		(void)MHD_add_response_header(r, MHD_HTTP_HEADER_CACHE_CONTROL, text);
		(void)MHD_add_response_header(r, MHD_HTTP_HEADER_ETAG, f.etag);
		(void)MHD_add_response_header(r, MHD_HTTP_HEADER_CONTENT_TYPE, f.type);
		add_dates(r, f.modified, antin_now(&o->config.clock) + f.max_age);
	}
	return reply(c, same ? MHD_HTTP_NOT_MODIFIED : MHD_HTTP_OK, r);
}

/* ---- requests ---- */

static enum MHD_Result
answer_get(struct exchange *x, struct MHD_Connection *c, const char *path)
{
	ANTIN_SCOPED(antin_bytes) request = {0};

	if (path[0] != '/')
		return refuse(c, MHD_HTTP_BAD_REQUEST, NULL);
	if (strncmp(path, "/crl/", 5) == 0 || strncmp(path, "/crt/", 5) == 0)
		return answer_file(x->o, c, path);
	path = antin_online_request_at(path);
	if (!path)
		return refuse(c, MHD_HTTP_NOT_FOUND, NULL);
	if (antin_online_get_request(path, &request, NULL) != ANTIN_OK)
		antin_bytes_clear(&request);
	return ask_ocsp(x, c, antin_bytes_slice(&request), true);
}

/* What the headers of a POST say before its body is taken in: 0 when it may come. */
static unsigned int
judge_post(struct MHD_Connection *c, const char *path)
{
	const char *type =
	        MHD_lookup_connection_value(c, MHD_HEADER_KIND, MHD_HTTP_HEADER_CONTENT_TYPE);
	const char *length =
	        MHD_lookup_connection_value(c, MHD_HEADER_KIND, MHD_HTTP_HEADER_CONTENT_LENGTH);
	static const char wanted[] = "application/ocsp-request";

	if (strncmp(path, "/crl/", 5) == 0 || strncmp(path, "/crt/", 5) == 0)
		return MHD_HTTP_METHOD_NOT_ALLOWED;
	if (strcmp(antin_online_ocsp_path(path), "/") != 0)
		return MHD_HTTP_NOT_FOUND;
	if (!type || strncasecmp(type, wanted, sizeof(wanted) - 1) != 0 ||
	    strchr("; \t", type[sizeof(wanted) - 1]) == NULL)
		return MHD_HTTP_UNSUPPORTED_MEDIA_TYPE;
	if (length && strtoull(length, NULL, 10) > ANTIN_OCSP_REQUEST_MAX)
		return MHD_HTTP_CONTENT_TOO_LARGE;
	return 0;
}

static enum MHD_Result
take_post(struct exchange *x, struct MHD_Connection *c, const char *data, size_t *size)
{
	if (*size == 0)
		return ask_ocsp(x, c, antin_bytes_slice(&x->body), false);
	/* Without a length the body ends here at the latest. */
	if (*size > ANTIN_OCSP_REQUEST_MAX - x->body.len)
		return MHD_NO;
	antin_bytes_add(&x->body, data, *size);
	*size = 0;
	return x->body.failed ? MHD_NO : MHD_YES;
}

/* The parameters are libmicrohttpd's. NOLINTBEGIN(readability-function-size) */
static enum MHD_Result
handle(void *user, struct MHD_Connection *c, const char *path, const char *method,
       const char *version, const char *data, size_t *size, void **state)
{
	struct exchange *x = *state;
	bool post = strcmp(method, MHD_HTTP_METHOD_POST) == 0;
	bool get = strcmp(method, MHD_HTTP_METHOD_GET) == 0 ||
	           strcmp(method, MHD_HTTP_METHOD_HEAD) == 0;
	unsigned int code;

	(void)version;
	if (!x) {
		x = calloc(1, sizeof(*x));
		*state = x;
		if (!x)
			return MHD_NO;
		x->o = user;
		if (strlen(path) > ANTIN_ONLINE_URI_MAX)
			return refuse(c, MHD_HTTP_URI_TOO_LONG, NULL);
		if (!post && !get)
			return refuse(c, MHD_HTTP_METHOD_NOT_ALLOWED, "GET, HEAD, POST");
		code = post ? judge_post(c, path) : 0;
		if (code)
			return refuse(c, code,
			              code == MHD_HTTP_METHOD_NOT_ALLOWED ? "GET, HEAD" : NULL);
		return MHD_YES;
	}
	if (x->job)
		return tell_ocsp(x, c);
	if (post)
		return take_post(x, c, data, size);
	if (*size) { /* a GET has no body that matters */
		*size = 0;
		return MHD_YES;
	}
	return answer_get(x, c, path);
}
/* NOLINTEND(readability-function-size) */

static void
completed(void *user, struct MHD_Connection *c, void **state, enum MHD_RequestTerminationCode why)
{
	struct exchange *x = *state;

	(void)user;
	(void)c;
	(void)why;
	if (x && x->job)
		antin_queue_leave(x->o->queue, x->job);
	if (x)
		antin_bytes_done(&x->body);
	free(x);
	*state = NULL;
}

/* Addresses stay as they came: percent signs are decoded by us, where that means something. */
static size_t
keep_address(void *user, struct MHD_Connection *c, char *text)
{
	(void)user;
	(void)c;
	return strlen(text);
}

/* ---- the daemon ---- */

union address {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

static enum antin_rc
parse_address(const struct antin_online_config *config, union address *out, struct antin_err *err)
{
	union address a = {0};

	if (inet_pton(AF_INET, config->address, &a.v4.sin_addr) == 1) {
		a.v4.sin_family = AF_INET;
		a.v4.sin_port = htons(config->port);
	} else if (inet_pton(AF_INET6, config->address, &a.v6.sin6_addr) == 1) {
		a.v6.sin6_family = AF_INET6;
		a.v6.sin6_port = htons(config->port);
	} else {
		return antin_fail(err, ANTIN_E_CONFIG, N_("%s is not an IP address"),
		                  config->address);
	}
	*out = a;
	return ANTIN_OK;
}

static enum antin_rc
start(struct antin_online *o, struct antin_err *err)
{
	const struct antin_online_config *k = &o->config;
	union address address = {0};
	struct MHD_OptionItem options[] = {
	        {MHD_OPTION_CONNECTION_LIMIT, k->connections ? k->connections : CONNECTIONS, NULL},
	        {MHD_OPTION_CONNECTION_TIMEOUT, k->timeout ? k->timeout : TIMEOUT, NULL},
	        {MHD_OPTION_CONNECTION_MEMORY_LIMIT, CONNECTION_MEMORY, NULL},
	        {MHD_OPTION_LISTENING_ADDRESS_REUSE, 1, NULL},
	        {MHD_OPTION_NOTIFY_COMPLETED, (intptr_t)&completed, NULL},
	        {MHD_OPTION_UNESCAPE_CALLBACK, (intptr_t)&keep_address, NULL},
	        {MHD_OPTION_LISTEN_SOCKET, k->socket, NULL},
	        {MHD_OPTION_END, 0, NULL},
	};
	struct MHD_OptionItem *where = &options[sizeof(options) / sizeof(options[0]) - 2];
	const union MHD_DaemonInfo *info;
	unsigned int flags = MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME;
	enum antin_rc rc = k->socket < 0 ? parse_address(k, &address, err) : ANTIN_OK;

	if (rc != ANTIN_OK)
		return rc;
	if (k->socket < 0)
		*where = (struct MHD_OptionItem){MHD_OPTION_SOCK_ADDR, 0, &address.any};
	if (address.any.sa_family == AF_INET6)
		flags |= MHD_USE_IPv6;
	errno = 0;
	o->daemon = MHD_start_daemon(flags, k->port, NULL, NULL, handle, o, MHD_OPTION_ARRAY,
	                             options, MHD_OPTION_END);
	if (!o->daemon)
		return antin_fail_errno(err, errno ? errno : EADDRINUSE, k->address, NULL);
	info = MHD_get_daemon_info(o->daemon, MHD_DAEMON_INFO_BIND_PORT);
	o->port = info ? info->port : k->port;
	return ANTIN_OK;
}

static void
wake(const struct antin_online *o)
{
	const uint64_t one = 1;

	(void)!write(o->wake, &one, sizeof(one));
}

/* libmicrohttpd's own signal is lost when this comes before the turn that suspended has ended. */
static void
resume(void *user, void *connection)
{
	MHD_resume_connection(connection);
	wake(user);
}

/* Milliseconds until the daemon or the queue has something to do again; -1: nothing known. */
static int
pause_ms(const struct antin_online *o)
{
	int most = antin_queue_sweep(o->queue, false);
	MHD_UNSIGNED_LONG_LONG ms;

	if (MHD_get_timeout(o->daemon, &ms) == MHD_YES && (most < 0 || ms < (unsigned int)most))
		most = ms > 1000 ? 1000 : (int)ms;
	return most;
}

/* What waits when the end comes is told to try later, so that no client hangs on a closed door. */
static void *
work(void *user)
{
	struct antin_online *o = user;
	const union MHD_DaemonInfo *info = MHD_get_daemon_info(o->daemon, MHD_DAEMON_INFO_EPOLL_FD);
	struct pollfd fds[] = {{.fd = o->wake, .events = POLLIN},
	                       {.fd = info ? info->epoll_fd : -1, .events = POLLIN}};
	uint64_t times;

	while (!o->ending) {
		(void)poll(fds, 2, pause_ms(o));
		(void)!read(o->wake, &times, sizeof(times));
		(void)MHD_run(o->daemon);
	}
	(void)antin_queue_sweep(o->queue, true);
	(void)MHD_run(o->daemon);
	return NULL;
}

/* Signals are for the threads of the program. */
static enum antin_rc
run_thread(struct antin_online *o, struct antin_err *err)
{
	sigset_t all, before;
	int rc;

	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &before);
	rc = pthread_create(&o->thread, NULL, work, o);
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	o->running = rc == 0;
	return rc == 0 ? ANTIN_OK : antin_fail_errno(err, rc, "thread", NULL);
}

enum antin_rc
antin_online_start(const struct antin_online_config *config, struct antin_online **out,
                   struct antin_err *err)
{
	ANTIN_OWN_S(antin_online) o = calloc(1, sizeof(*o));
	unsigned int connections = config->connections ? config->connections : CONNECTIONS;
	const struct antin_queue_config waiting = {
	        .max = (connections + 1) / 2, /* the others are for files, which need no key */
	        .wait_ms = config->ocsp_ms ? config->ocsp_ms : OCSP_MS,
	        .resume = resume,
	        .user = o,
	};
	enum antin_rc rc;

	if (!o)
		return antin_fail_memory(err);
	o->config = *config;
	o->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (o->wake < 0)
		return antin_fail_errno(err, errno, "eventfd", NULL);
	if (config->folder && !(o->folder = strdup(config->folder)))
		return antin_fail_memory(err);
	rc = antin_queue_new(&waiting, &o->queue, err);
	if (rc == ANTIN_OK)
		rc = start(o, err);
	if (rc == ANTIN_OK)
		rc = run_thread(o, err);
	if (rc == ANTIN_OK)
		*out = ANTIN_TAKE(o);
	return rc;
}

uint16_t
antin_online_port(const struct antin_online *o)
{
	return o->port;
}

int
antin_online_descriptor(const struct antin_online *o)
{
	return antin_queue_descriptor(o->queue);
}

/* An error answer is an answer, but the reason inside is for the operator. */
void
antin_online_run(struct antin_online *o)
{
	struct antin_job *j = antin_queue_take(o->queue);

	if (!j)
		return;
	j->rc = antin_online_ocsp(&o->config, antin_bytes_slice(&j->request), &j->answer, &j->err);
	if (j->err.rc != ANTIN_OK &&
	    (j->rc != ANTIN_OK || j->answer.status != ANTIN_OCSP_UNAUTHORIZED))
		report(o, &j->err);
	antin_queue_settle(o->queue, j);
}

void
antin_online_free(struct antin_online *o)
{
	if (!o)
		return;
	o->ending = true;
	if (o->running) {
		wake(o);
		(void)pthread_join(o->thread, NULL);
	}
	if (o->daemon)
		MHD_stop_daemon(o->daemon);
	antin_queue_free(o->queue);
	if (o->wake >= 0)
		(void)close(o->wake);
	free(o->folder);
	free(o);
}
