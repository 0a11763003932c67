/*
 * One run's use of the network: each address once, so much time and so many octets in
 * all, kept copies before anything is sent.  See net.h.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <antin/clock.h>

#include "fetch_wire.h"
#include "kept.h"

enum {
	KIB = 1024,
	ENTRIES_MAX = 8192,
	LEAST_MS = 20,  /* with less left nothing is begun */
	GRACE_MS = 500, /* for antin-fetch itself, beyond the time that it is given */
	NOT_MODIFIED = 304,
};

static const struct {
	uint32_t max;  /* octets of an answer */
	int64_t fresh; /* seconds for which a copy is taken without asking, beside antin_net.keep */
	bool marked;   /* the server is told of the copy at hand */
} kinds[ANTIN_FETCH_KINDS] = {
        [ANTIN_FETCH_ISSUER] = {1024 * KIB, DAYS(7), false},
        [ANTIN_FETCH_CRL] = {WIRE_ANSWER_MAX, 0, true},
        [ANTIN_FETCH_OCSP] = {1024 * KIB, 0, false},
        [ANTIN_FETCH_TRUST] = {WIRE_ANSWER_MAX, 0, false},
};

/* What came of one question; the address alone for those that are of no more use. */
struct entry {
	enum antin_fetch_kind kind;
	uint8_t address[32], question[32];
	struct antin_fetch_answer answer;
};

struct antin_net {
	struct antin_fetcher fetcher;
	bool offline;
	char *program, *allow, *proxy, *cache;
	uint32_t address_ms, run_ms, keep;
	int64_t now, begun; /* the clock of the caller, and that of antin_milliseconds then */
	struct antin_helper helper;
	struct entry *entries;
	size_t n, cap;
	struct antin_net_spent spent, for_issuers; /* of the first, the second */
};

/* ---- what was asked before ---- */

static enum antin_rc
hash_question(const struct antin_fetch_request *q, struct entry *e, struct antin_err *err)
{
	ANTIN_SCOPED(antin_bytes) all = {0};
	enum antin_rc rc = antin_sha256(q->url, e->address, err);

	e->kind = q->kind;
	antin_bytes_byte(&all, (uint8_t)q->kind);
	antin_bytes_add(&all, e->address, sizeof(e->address));
	antin_bytes_add(&all, q->body.p, q->body.len);
	if (rc == ANTIN_OK)
		rc = antin_bytes_check(&all, err);
	return rc == ANTIN_OK ? antin_sha256(antin_bytes_slice(&all), e->question, err) : rc;
}

static struct entry *
known(struct antin_net *n, const struct entry *e)
{
	for (size_t i = 0; i < n->n; i++) {
		struct entry *k = &n->entries[i];
		enum antin_fetch_dead dead = antin_fetch_info(k->answer.result)->dead;

		if (k->kind == e->kind && dead == ANTIN_FETCH_DEAD_KIND)
			dead = ANTIN_FETCH_DEAD_ANY;
		if (memcmp(k->question, e->question, sizeof(e->question)) == 0 ||
		    (dead == ANTIN_FETCH_DEAD_ANY &&
		     memcmp(k->address, e->address, sizeof(e->address)) == 0))
			return k;
	}
	return NULL;
}

static enum antin_rc
copy_answer(const struct antin_fetch_answer *from, struct antin_fetch_answer *to,
            struct antin_err *err)
{
	to->result = from->result;
	to->status = from->status;
	to->fetched = from->fetched;
	to->came = from->came;
	to->how = from->how == ANTIN_FETCH_ASKED ? ANTIN_FETCH_BEFORE : from->how;
	antin_bytes_add(&to->body, from->body.p, from->body.len);
	return antin_bytes_check(&to->body, err);
}

/* In place of what is known of the same question, if there is any. */
static enum antin_rc
remember(struct antin_net *n, struct entry *made, const struct antin_fetch_answer *a,
         struct antin_err *err)
{
	struct entry *e = NULL;
	enum antin_rc rc;

	rc = copy_answer(a, &made->answer, err);
	if (rc != ANTIN_OK)
		return rc;
	for (size_t i = 0; i < n->n && !e; i++)
		if (memcmp(n->entries[i].question, made->question, sizeof(made->question)) == 0)
			e = &n->entries[i];
	if (!e && n->n == n->cap) {
		void *more = antin_array_grow(n->entries, &n->cap, sizeof(*n->entries));

		if (!more)
			return antin_fail_memory(err);
		n->entries = more;
	}
	if (!e)
		e = &n->entries[n->n++];
	else
		antin_fetch_answer_done(&e->answer);
	*e = *made;
	made->answer = (struct antin_fetch_answer){0};
	return ANTIN_OK;
}

/* ---- asking ---- */

static uint64_t
rest(uint64_t most, uint64_t spent)
{
	return spent < most ? most - spent : 0;
}

static uint64_t
least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/*
 * What is left for one more question.  Anybody can make certificates that name issuers at addresses
 * that hang or send what is of no use: a third of the time, and half of everything else, is kept
 * for revocation data, which are asked for of chains to an anchor alone.
 */
static void
room_for(const struct antin_net *n, enum antin_fetch_kind kind, uint32_t *ms, uint64_t *bytes)
{
	const struct antin_net_spent *issuers = &n->for_issuers;
	uint64_t time = rest(n->run_ms, n->spent.ms);

	*bytes = rest(ANTIN_NET_RUN_BYTES, n->spent.bytes);
	if (kind == ANTIN_FETCH_ISSUER) {
		time = least(time, rest(n->run_ms - n->run_ms / 3, issuers->ms));
		*bytes = least(*bytes, rest(ANTIN_NET_RUN_BYTES / 2, issuers->bytes));
	}
	if (kind == ANTIN_FETCH_ISSUER && issuers->sent >= ENTRIES_MAX / 2)
		time = 0;
	*ms = (uint32_t)least(time, n->address_ms);
}

static void
spend(struct antin_net_spent *spent, const struct antin_fetch_answer *a)
{
	spent->ms += a->ms;
	spent->bytes += a->body.len;
	spent->sent++;
}

/* What came, or what it is that nothing did, and its mark; an error only for memory. */
static enum antin_rc
exchange(struct antin_net *n, const struct wire_request *r, struct antin_fetch_answer *out,
         struct antin_bytes *mark, struct antin_err *err)
{
	const int64_t until = antin_milliseconds() + r->ms + GRACE_MS;
	const struct antin_message_wanted wanted = {.max = WIRE_ANSWER_HEAD + (size_t)r->max,
	                                            .until = until};
	struct antin_message m = {.type = WIRE_REQUEST}, got;
	ANTIN_SCOPED(antin_bytes) text = {0};
	ANTIN_SCOPED(antin_bytes) body = {0};
	struct antin_err quiet = {0};
	struct wire_answer a;
	enum antin_rc rc;

	wire_request_put(r, &text);
	rc = antin_bytes_check(&text, err);
	if (rc != ANTIN_OK)
		return rc;
	m.body = antin_bytes_slice(&text);
	rc = antin_message_send(n->helper.fd, &m, until, &quiet);
	if (rc == ANTIN_OK)
		rc = antin_message_receive(n->helper.fd, &wanted, &got, &body, &quiet);
	if (rc == ANTIN_E_MEMORY)
		return antin_fail_memory(err);
	out->result = rc == ANTIN_E_TIMEOUT ? ANTIN_FETCHED_LATE : ANTIN_FETCHED_BROKEN;
	if (rc != ANTIN_OK || got.type != WIRE_ANSWER || !wire_answer_get(got.body, r->max, &a)) {
		antin_helper_stop(&n->helper);
		return ANTIN_OK;
	}
	out->result = a.result;
	out->status = a.status;
	antin_bytes_add(mark, a.mark.p, a.mark.len);
	antin_bytes_add(&out->body, a.body.p, a.body.len);
	return mark->failed ? antin_fail_memory(err) : antin_bytes_check(&out->body, err);
}

static bool
is_running(struct antin_net *n)
{
	struct antin_err quiet = {0};

	return n->helper.fd >= 0 ||
	       antin_helper_start(n->program, NULL, -1, &n->helper, &quiet) == ANTIN_OK;
}

/*
 * Without an environment: no proxy, no folder, no option of it reaches libcurl or OpenSSL.  *mark
 * is that of a copy at hand, and becomes that of what came.
 */
static enum antin_rc
ask(struct antin_net *n, const struct antin_fetch_request *q, struct antin_bytes *mark,
    struct antin_fetch_answer *out, struct antin_err *err)
{
	ANTIN_SCOPED(antin_bytes) new_mark = {0};
	const int64_t begin = antin_milliseconds();
	uint64_t room;
	struct wire_request r = {.kind = q->kind,
	                         .max = kinds[q->kind].max,
	                         .url = q->url,
	                         .body = q->body,
	                         .allow = antin_slice_text(n->allow),
	                         .proxy = antin_slice_text(n->proxy),
	                         .mark = antin_bytes_slice(mark)};
	enum antin_rc rc;

	room_for(n, q->kind, &r.ms, &room);
	out->how = ANTIN_FETCH_REFUSED;
	out->result = n->offline ? ANTIN_FETCHED_OFFLINE : ANTIN_FETCHED_SPENT;
	if (n->offline || r.ms < LEAST_MS || room == 0 || n->n >= ENTRIES_MAX ||
	    q->body.len > WIRE_BODY_MAX)
		return ANTIN_OK;
	if (r.max > room)
		r.max = (uint32_t)room;
	out->result = ANTIN_FETCHED_NO_HELPER;
	if (!is_running(n))
		return ANTIN_OK;
	out->how = ANTIN_FETCH_ASKED;
	rc = exchange(n, &r, out, &new_mark, err);
	antin_bytes_move(mark, &new_mark);
	out->ms = (uint32_t)(antin_milliseconds() - begin);
	out->came = n->now + (antin_milliseconds() - n->begun + 999) / 1000;
	spend(&n->spent, out);
	if (q->kind == ANTIN_FETCH_ISSUER)
		spend(&n->for_issuers, out);
	return rc;
}

static bool
stored(const struct antin_net *n, const struct antin_fetch_request *q, struct copy *out)
{
	return n->cache && cache_get(n->cache, q, n->now, out);
}

/* Whether the copy is taken before anybody is asked. */
static bool
taken(const struct antin_net *n, const struct antin_fetch_request *q, const struct copy *c)
{
	const int64_t fresh = kinds[q->kind].marked ? n->keep : kinds[q->kind].fresh;

	return !q->anew && !n->offline && fresh && n->now - c->fetched <= fresh;
}

/*
 * Whether the server need only send what is newer.  Not for ever: who came between once, with an
 * old list that claims to be of tomorrow, would have it confirmed by the true server until then.
 */
static bool
asked_newer(const struct antin_net *n, const struct antin_fetch_request *q, const struct copy *c)
{
	return !q->anew && kinds[q->kind].marked && n->now - c->fetched <= DAYS(1);
}

static void
take_copy(struct copy *c, enum antin_fetch_how how, struct antin_fetch_answer *out)
{
	antin_bytes_move(&out->body, &c->body);
	out->fetched = c->fetched;
	out->how = how;
}

/*
 * Who stands between, such as the portal of a hotel's network, answers every question with a page:
 * none of what is asked for begins like one but a trusted list.
 */
static bool
is_page(const struct antin_fetch_request *q, const struct antin_fetch_answer *a)
{
	static const char blank[] = " \t\r\n\xef\xbb\xbf";
	size_t i = 0;

	while (i < a->body.len && a->body.p[i] && strchr(blank, a->body.p[i]))
		i++;
	return q->kind != ANTIN_FETCH_TRUST && i < a->body.len && a->body.p[i] == '<';
}

/* An older copy is better than none: what it can prove is for the judge to say. */
static enum antin_rc
ask_or_stored(struct antin_net *n, const struct antin_fetch_request *q,
              struct antin_fetch_answer *out, struct antin_err *err)
{
	ANTIN_SCOPED(copy) c = {0};
	ANTIN_SCOPED(antin_bytes) mark = {0};
	const bool at_hand = stored(n, q, &c);
	bool marked = false;
	enum antin_rc rc;

	if (at_hand && taken(n, q, &c)) {
		take_copy(&c, ANTIN_FETCH_STORED, out);
		return ANTIN_OK;
	}
	if (at_hand && asked_newer(n, q, &c))
		antin_bytes_move(&mark, &c.mark);
	marked = mark.len > 0;
	rc = ask(n, q, &mark, out, err);
	if (rc != ANTIN_OK)
		return rc;
	if (out->result == ANTIN_FETCHED_ANSWERED && is_page(q, out)) {
		antin_bytes_clear(&out->body);
		out->result = ANTIN_FETCHED_UNREADABLE;
	}
	if (out->result == ANTIN_FETCHED_ANSWERED && at_hand && copy_is_newer(&c, q, out, n->now)) {
		/* Who stands between may send an older list.  Anew, since the copy was of no use.
		 */
		if (!q->anew) {
			take_copy(&c, ANTIN_FETCH_STORED, out);
			out->came = 0;
		}
	} else if (out->result == ANTIN_FETCHED_ANSWERED) {
		if (n->cache)
			cache_put(n->cache, q, n->now, antin_bytes_slice(&mark),
			          antin_bytes_slice(&out->body));
	} else if (marked && out->status == NOT_MODIFIED) {
		out->result = ANTIN_FETCHED_ANSWERED;
		take_copy(&c, ANTIN_FETCH_CONFIRMED, out);
	} else if (at_hand) {
		take_copy(&c, ANTIN_FETCH_STORED, out);
	}
	return ANTIN_OK;
}

static enum antin_rc
fetch(void *user, const struct antin_fetch_request *q, struct antin_fetch_answer *out,
      struct antin_err *err)
{
	struct antin_net *n = user;
	struct entry e = {.answer = {0}};
	struct entry *before;
	enum antin_rc rc;

	if (!antin_net_url_valid(q->url)) {
		out->result = ANTIN_FETCHED_URL;
		out->how = ANTIN_FETCH_REFUSED;
		return ANTIN_OK;
	}
	rc = hash_question(q, &e, err);
	if (rc != ANTIN_OK)
		return rc;
	before = known(n, &e);
	if (before && !(q->anew && antin_fetch_kept(&before->answer)))
		return copy_answer(&before->answer, out, err);
	rc = ask_or_stored(n, q, out, err);
	/* What was not asked for want of time stays unasked: the time does not come back. */
	if (rc == ANTIN_OK && n->n < ENTRIES_MAX &&
	    (out->result != ANTIN_FETCHED_SPENT || out->body.len))
		rc = remember(n, &e, out, err);
	antin_fetch_answer_done(&e.answer);
	return rc;
}

/* ---- its life ---- */

void
antin_net_free(struct antin_net *n)
{
	if (!n)
		return;
	antin_helper_stop(&n->helper);
	for (size_t i = 0; i < n->n; i++)
		antin_fetch_answer_done(&n->entries[i].answer);
	free(n->entries);
	free(n->program);
	free(n->allow);
	free(n->proxy);
	free(n->cache);
	free(n);
}

static uint32_t
at_most(uint32_t wanted, uint32_t most)
{
	return wanted && wanted < most ? wanted : most;
}

enum antin_rc
antin_net_new(const struct antin_net_config *c, struct antin_net **out, struct antin_err *err)
{
	ANTIN_OWN_S(antin_net) n = NULL;
	enum antin_rc rc = c->allow ? antin_net_allow_check(c->allow, err) : ANTIN_OK;

	if (rc == ANTIN_OK && c->proxy)
		rc = antin_net_proxy_check(c->proxy, err);
	if (rc != ANTIN_OK)
		return rc;
	n = calloc(1, sizeof(*n));
	if (!n)
		return antin_fail_memory(err);
	n->helper = (struct antin_helper){.fd = -1, .watch = -1};
	n->fetcher = (struct antin_fetcher){fetch, n};
	n->offline = c->offline;
	n->program = strdup(c->program);
	n->allow = strdup(c->allow ? c->allow : "");
	n->proxy = strdup(c->proxy ? c->proxy : "");
	n->cache = c->cache ? strdup(c->cache) : NULL;
	n->address_ms = at_most(c->address_ms, ANTIN_NET_ADDRESS_MS);
	n->run_ms = at_most(c->run_ms, ANTIN_NET_RUN_MS);
	n->keep = c->keep;
	n->now = c->now;
	n->begun = antin_milliseconds();
	if (!n->program || !n->allow || !n->proxy || (c->cache && !n->cache))
		return antin_fail_memory(err);
	*out = ANTIN_TAKE(n);
	return ANTIN_OK;
}

const struct antin_fetcher *
antin_net_fetcher(const struct antin_net *n)
{
	return &n->fetcher;
}

struct antin_net_spent
antin_net_spent(const struct antin_net *n)
{
	return n->spent;
}

bool
antin_net_url_valid(struct antin_slice url)
{
	struct url u;

	return url_read(url.p, url.len, &u);
}

enum antin_rc
antin_net_allow_check(const char *list, struct antin_err *err)
{
	size_t at = 0, len = 0;
	char word[64];

	if (strlen(list) > WIRE_CONFIG_MAX)
		return antin_fail(err, ANTIN_E_CONFIG, N_("net.allow is too long"));
	if (allow_valid(list, &at, &len))
		return ANTIN_OK;
	(void)snprintf(word, sizeof(word), "%.*s", (int)(len < 60 ? len : 60), list + at);
	return antin_fail(err, ANTIN_E_CONFIG,
	                  N_("net.allow: %s is no host name, address or network like 10.1.0.0/16"),
	                  word);
}

enum antin_rc
antin_net_proxy_check(const char *proxy, struct antin_err *err)
{
	struct url u;
	const char *path = NULL;

	if (url_read((const uint8_t *)proxy, strlen(proxy), &u))
		path = strpbrk(strstr(u.text, "://") + 3, "/?");
	else
		proxy = NULL;
	if (proxy && (!path || strcmp(path, "/") == 0))
		return ANTIN_OK;
	return antin_fail(err, ANTIN_E_CONFIG,
	                  N_("network.proxy must be like http://proxy.example.vn:3128"));
}
