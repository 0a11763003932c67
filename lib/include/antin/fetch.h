/*
 * What a verification asks of the network: an issuer's certificate (RFC 5280 4.2.2.1), a CRL
 * (4.2.1.13), an OCSP answer (RFC 6960 A.1).  One request, one answer, through a seam that knows no
 * socket: net.h is behind it, or a sandboxed process that hands each request to its parent.  What
 * may be asked is decided behind it, never before it.
 */
#ifndef ANTIN_FETCH_H
#define ANTIN_FETCH_H

#include <antin/bytes.h>

enum antin_fetch_kind {
	ANTIN_FETCH_ISSUER, /* GET: a certificate, or several */
	ANTIN_FETCH_CRL,    /* GET */
	ANTIN_FETCH_OCSP,   /* POST of a request */
	ANTIN_FETCH_TRUST,  /* GET: a signed bundle or trusted list */
	ANTIN_FETCH_KINDS
};
const char *antin_fetch_kind_id(enum antin_fetch_kind k); /* "issuer" */
const char *
antin_fetch_kind_text(enum antin_fetch_kind k); /* marked: "certificate of the issuer" */

/*
 * What came of asking: symbol, identifier, class, for which questions the address is of no more use
 * in this run, sentence part.  Not for ANY where it may have been for what was asked, or for how
 * little time was left: whoever names it as that of an issuer must not close it to revocation data.
 */
enum antin_fetch_dead { ANTIN_FETCH_DEAD_NO, ANTIN_FETCH_DEAD_KIND, ANTIN_FETCH_DEAD_ANY };
#define ANTIN_FETCH_RESULTS(X)                                                                     \
	X(ANSWERED, "answered", OK, NO, N_("answered"))                                            \
	X(OFFLINE, "offline", STATE, NO, N_("not asked: the network is switched off"))             \
	X(SPENT, "budget-spent", TIMEOUT, NO,                                                      \
	  N_("not asked: the time or the amount allowed for the network in one run is used up"))   \
	X(URL, "bad-url", FORMAT, ANY,                                                             \
	  N_("not asked: not a well-formed address of http or https"))                             \
	X(PRIVATE, "private-address", POLICY, ANY,                                                 \
	  N_("refused: it leads to this computer or a private network, and net.allow does not "    \
	     "name it"))                                                                           \
	X(REDIRECT, "redirected", POLICY, KIND,                                                    \
	  N_("refused: it sends on to another server, or too often"))                              \
	X(NO_NAME, "no-such-host", SERVICE, ANY, N_("its name leads nowhere"))                     \
	X(NO_CONNECTION, "no-connection", SERVICE, ANY, N_("no connection could be made"))         \
	X(TLS, "tls", SERVICE, ANY, N_("its TLS certificate cannot be relied on"))                 \
	X(LATE, "timeout", TIMEOUT, KIND, N_("gave no whole answer in time"))                      \
	X(BROKEN, "broken-answer", SERVICE, KIND, N_("its answer broke off or is not HTTP"))       \
	X(STATUS, "http-status", SERVICE, KIND, N_("refused with an HTTP status"))                 \
	X(LARGE, "too-large", TOO_LARGE, KIND, N_("its answer is larger than accepted"))           \
	X(EMPTY, "empty", FORMAT, KIND, N_("its answer is empty"))                                 \
	X(UNREADABLE, "unreadable", FORMAT, NO, N_("answered, but not with what was asked for"))   \
	X(NO_HELPER, "no-helper", SERVICE, NO,                                                     \
	  N_("not asked: the program antin-fetch cannot be run"))

enum antin_fetch_result {
#define ANTIN_FETCH_ENUM(sym, id, class, dead, text) ANTIN_FETCHED_##sym,
	ANTIN_FETCH_RESULTS(ANTIN_FETCH_ENUM)
#undef ANTIN_FETCH_ENUM
	        ANTIN_FETCHED_COUNT
};
struct antin_fetch_info {
	const char *id;
	enum antin_rc class;
	enum antin_fetch_dead dead;
	const char *text; /* marked */
};
const struct antin_fetch_info *antin_fetch_info(enum antin_fetch_result r);

/* Where an answer, or the want of one, comes from. */
enum antin_fetch_how {
	ANTIN_FETCH_REFUSED, /* nothing was sent */
	ANTIN_FETCH_ASKED,   /* over the network, now */
	ANTIN_FETCH_BEFORE,  /* asked earlier in this run */
	ANTIN_FETCH_STORED,  /* the copy kept from an earlier run; `result` tells of a try before it
	                      */
	ANTIN_FETCH_CONFIRMED, /* that copy; the server said just now that nothing has changed */
	ANTIN_FETCH_HOWS
};
const char *antin_fetch_how_id(enum antin_fetch_how h); /* "network" */

struct antin_fetch_request {
	enum antin_fetch_kind kind;
	struct antin_slice url;  /* as it was found: foreign */
	struct antin_slice body; /* to post */
	bool anew;               /* a copy of an earlier run will not do */
};
/* Zeroed before.  The body is to be judged like any evidence that was given: it proves nothing. */
struct antin_fetch_answer {
	enum antin_fetch_result result;
	enum antin_fetch_how how;
	int status;      /* of HTTP; 0: none */
	uint32_t ms;     /* waited in this call */
	int64_t fetched; /* when a stored copy was fetched; 0 otherwise */
	int64_t came;    /* when it came over the network: evidence may be as new; 0 otherwise */
	struct antin_bytes body;
};
/* A copy of an earlier run that was taken: when it is of no use, all may be asked for anew. */
bool antin_fetch_kept(const struct antin_fetch_answer *a);
void antin_fetch_answer_done(struct antin_fetch_answer *a);
ANTIN_SCOPED_S(antin_fetch_answer, antin_fetch_answer_done);

/*
 * The seam.  ANTIN_OK whenever the answer says what came of it; an error only for memory or when
 * the other side is gone, and then the verification ends with it.
 */
struct antin_fetcher {
	enum antin_rc (*fetch)(void *user, const struct antin_fetch_request *request,
	                       struct antin_fetch_answer *out, struct antin_err *err);
	void *user;
};

/* One address that was asked, or was not and why; for the report. */
struct antin_fetch_record {
	enum antin_fetch_kind kind;
	enum antin_fetch_result result;
	enum antin_fetch_how how;
	int status;
	uint32_t ms;
	int64_t fetched;
	uint64_t size;
	char url[256]; /* safe to show, cut */
};
/* Repeats of one address with one result are kept once. */
struct antin_fetch_log {
	struct antin_fetch_record *items;
	size_t n, cap;
	size_t omitted; /* beyond ANTIN_FETCH_RECORDS */
};
enum { ANTIN_FETCH_RECORDS = 256 };
void antin_fetch_log_done(struct antin_fetch_log *l);
ANTIN_SCOPED_S(antin_fetch_log, antin_fetch_log_done);

/* Asks and records; without a fetcher nothing is asked, nothing recorded, and the result OFFLINE.
 */
enum antin_rc antin_fetch(const struct antin_fetcher *f, const struct antin_fetch_request *request,
                          struct antin_fetch_log *log, struct antin_fetch_answer *out,
                          struct antin_err *err) ANTIN_MUST;
/* The last answer recorded was not what was asked for. */
void antin_fetch_log_unreadable(struct antin_fetch_log *l, struct antin_slice url);

#endif
