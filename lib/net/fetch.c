/*
 * The words of fetching and the record of what was asked.  See fetch.h.
 */
#include <antin/fetch.h>

#include <stdlib.h>
#include <string.h>

#include <antin/text.h>

static const struct {
	const char *id, *text;
} kinds[ANTIN_FETCH_KINDS] = {
        [ANTIN_FETCH_ISSUER] = {"issuer", N_("certificate of the issuer")},
        [ANTIN_FETCH_CRL] = {"crl", N_("revocation list")},
        [ANTIN_FETCH_OCSP] = {"ocsp", N_("OCSP answer")},
        [ANTIN_FETCH_TRUST] = {"trust", N_("list of trusted authorities")},
};

const char *
antin_fetch_kind_id(enum antin_fetch_kind k)
{
	return kinds[k].id;
}

const char *
antin_fetch_kind_text(enum antin_fetch_kind k)
{
	return kinds[k].text;
}

const struct antin_fetch_info *
antin_fetch_info(enum antin_fetch_result r)
{
	static const struct antin_fetch_info rows[] = {
#define ROW(sym, id, class, dead, text) {id, ROW_##class, ANTIN_FETCH_DEAD_##dead, text},
#define ROW_OK                          ANTIN_OK
#define ROW_STATE                       ANTIN_E_STATE
#define ROW_TIMEOUT                     ANTIN_E_TIMEOUT
#define ROW_FORMAT                      ANTIN_E_FORMAT
#define ROW_POLICY                      ANTIN_E_POLICY
#define ROW_SERVICE                     ANTIN_E_SERVICE
#define ROW_TOO_LARGE                   ANTIN_E_TOO_LARGE
	        ANTIN_FETCH_RESULTS(ROW)
#undef ROW
	};

	return &rows[r];
}

const char *
antin_fetch_how_id(enum antin_fetch_how h)
{
	static const char *const ids[ANTIN_FETCH_HOWS] = {
	        [ANTIN_FETCH_REFUSED] = "not-asked",   [ANTIN_FETCH_ASKED] = "network",
	        [ANTIN_FETCH_BEFORE] = "asked-before", [ANTIN_FETCH_STORED] = "stored",
	        [ANTIN_FETCH_CONFIRMED] = "confirmed",
	};

	return ids[h];
}

bool
antin_fetch_kept(const struct antin_fetch_answer *a)
{
	return a->result == ANTIN_FETCHED_ANSWERED &&
	       (a->how == ANTIN_FETCH_STORED || a->how == ANTIN_FETCH_CONFIRMED);
}

void
antin_fetch_answer_done(struct antin_fetch_answer *a)
{
	antin_bytes_done(&a->body);
	*a = (struct antin_fetch_answer){0};
}

void
antin_fetch_log_done(struct antin_fetch_log *l)
{
	free(l->items);
	*l = (struct antin_fetch_log){0};
}

/* The same address in the same words: it says nothing new. */
static bool
is_known(const struct antin_fetch_log *l, const struct antin_fetch_record *r)
{
	for (size_t i = 0; i < l->n; i++)
		if (l->items[i].kind == r->kind && l->items[i].result == r->result &&
		    strcmp(l->items[i].url, r->url) == 0 &&
		    (r->how == ANTIN_FETCH_BEFORE || r->how == l->items[i].how) &&
		    l->items[i].size == r->size)
			return true;
	return false;
}

static enum antin_rc
record(struct antin_fetch_log *l, const struct antin_fetch_request *q,
       const struct antin_fetch_answer *a, struct antin_err *err)
{
	struct antin_fetch_record r = {.kind = q->kind,
	                               .result = a->result,
	                               .how = a->how,
	                               .status = a->status,
	                               .ms = a->ms,
	                               .fetched = a->fetched,
	                               .size = a->body.len};

	(void)antin_text_safe(q->url, r.url, sizeof(r.url));
	if (is_known(l, &r))
		return ANTIN_OK;
	if (l->n == ANTIN_FETCH_RECORDS) {
		l->omitted++;
		return ANTIN_OK;
	}
	if (l->n == l->cap) {
		void *more = antin_array_grow(l->items, &l->cap, sizeof(r));

		if (!more)
			return antin_fail_memory(err);
		l->items = more;
	}
	l->items[l->n++] = r;
	return ANTIN_OK;
}

enum antin_rc
antin_fetch(const struct antin_fetcher *f, const struct antin_fetch_request *request,
            struct antin_fetch_log *log, struct antin_fetch_answer *out, struct antin_err *err)
{
	enum antin_rc rc;

	if (!f) {
		out->result = ANTIN_FETCHED_OFFLINE;
		return ANTIN_OK;
	}
	rc = f->fetch(f->user, request, out, err);
	return rc == ANTIN_OK && log ? record(log, request, out, err) : rc;
}

void
antin_fetch_log_unreadable(struct antin_fetch_log *l, struct antin_slice url)
{
	char shown[sizeof(l->items[0].url)];

	(void)antin_text_safe(url, shown, sizeof(shown));
	for (size_t i = l->n; i-- > 0;) {
		if (strcmp(l->items[i].url, shown) != 0)
			continue;
		if (l->items[i].result == ANTIN_FETCHED_ANSWERED)
			l->items[i].result = ANTIN_FETCHED_UNREADABLE;
		return;
	}
}
