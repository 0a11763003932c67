/*
 * The network side of fetch.h: what may be asked, how long, how much and how often in one run, the
 * process that asks (antin-fetch), and the copies kept from earlier runs.  All of it is decided
 * here, in the process of the caller, whatever asks.
 */
#ifndef ANTIN_NET_H
#define ANTIN_NET_H

#include <antin/fetch.h>

enum {
	ANTIN_NET_ADDRESS_MS = 5000, /* at most, for one address */
	ANTIN_NET_RUN_MS = 15000,    /* and for all of one run */
	ANTIN_NET_RUN_BYTES = 256 * 1024 * 1024,
};

struct antin_net_config {
	bool offline;        /* nothing is asked; kept copies count */
	const char *program; /* antin-fetch */
	const char *allow;   /* as antin_net_allow_check has it; NULL none */
	const char *proxy;   /* "http://HOST:PORT"; NULL none, whatever the environment says */
	const char *cache;   /* folder of the copies; NULL: none are kept */
	uint32_t address_ms, run_ms; /* 0: the usual */
	uint32_t keep; /* seconds for which a list that was fetched is taken without asking */
	int64_t now;   /* for the age of copies */
};

/* One run: belongs to one thread at a time. */
struct antin_net;
/* Copies the configuration; nothing is started or sent before something is asked. */
enum antin_rc antin_net_new(const struct antin_net_config *config, struct antin_net **out,
                            struct antin_err *err) ANTIN_MUST;
void antin_net_free(struct antin_net *n);
ANTIN_OWNER_S(antin_net, antin_net_free);
const struct antin_fetcher *antin_net_fetcher(const struct antin_net *n);

/* What was spent so far. */
struct antin_net_spent {
	uint32_t ms;
	uint64_t bytes;
	size_t sent; /* requests handed to antin-fetch */
};
struct antin_net_spent antin_net_spent(const struct antin_net *n);

/*
 * net.allow: host names, addresses and networks ("10.1.0.0/16") with blanks between; the proxy: an
 * address of http or https without path.  CONFIG names the word that is neither.
 */
enum antin_rc antin_net_allow_check(const char *list, struct antin_err *err) ANTIN_MUST;
enum antin_rc antin_net_proxy_check(const char *proxy, struct antin_err *err) ANTIN_MUST;
/* An address as it may be asked: http or https, well formed. */
bool antin_net_url_valid(struct antin_slice url);

#endif
