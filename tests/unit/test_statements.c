/*
 * Every statement of the store, run as it stands: how many columns and rows it gives, what it
 * changes, which columns may not be empty, which rows are refused, and that a disk that cannot be
 * read is told.  A statement without a row here fails the suite.
 */
#include "authority.h"

#include "sqlite_fault.h"

#include "../../ca/store/engine.h"

/* An empty value with a number stands for what a world has of its own: the serial of person n, the
 * number of the last leaf of the log and n more. */
enum { SERIAL = 1000, LOG_SEQ = 2000 };
#define I(n)                                                                                       \
	{                                                                                          \
		ANTIN_VALUE_INT, n,                                                                \
		{                                                                                  \
			NULL, 0                                                                    \
		}                                                                                  \
	}
#define B(hex)                                                                                     \
	{                                                                                          \
		ANTIN_VALUE_BLOB, 0,                                                               \
		{                                                                                  \
			(const uint8_t *)(hex), sizeof(hex) - 1                                    \
		}                                                                                  \
	}
#define T(text)                                                                                    \
	{                                                                                          \
		ANTIN_VALUE_TEXT, 0,                                                               \
		{                                                                                  \
			(const uint8_t *)(text), sizeof(text) - 1                                  \
		}                                                                                  \
	}
#define NIL                                                                                        \
	{                                                                                          \
		ANTIN_VALUE_NULL, 0,                                                               \
		{                                                                                  \
			NULL, 0                                                                    \
		}                                                                                  \
	}
#define PERSON(n)                                                                                  \
	{                                                                                          \
		ANTIN_VALUE_NULL, SERIAL + (n),                                                    \
		{                                                                                  \
			NULL, 0                                                                    \
		}                                                                                  \
	}
#define LOG(n)                                                                                     \
	{                                                                                          \
		ANTIN_VALUE_NULL, LOG_SEQ + (n),                                                   \
		{                                                                                  \
			NULL, 0                                                                    \
		}                                                                                  \
	}

#define HASH   B("0123456789abcdef0123456789abcdef")
#define SALT   B("0123456789abcdef")
#define NUMBER B("\x05\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f")

/* People: 0 stands, 1 held, 2 revoked with its key blocked.  Certificates 1 goc, 2 nn, 3 responder.
 */
enum { PEOPLE = 3, FIRST = 4 };
static struct authority w;
static struct antin_cert_row people[PEOPLE];

struct row {
	enum antin_stmt stmt;
	const char *what;
	struct antin_value v[ANTIN_VALUES];
	size_t n;
	int columns, rows; /* of a SELECT; -1: any number */
	int changed;
	enum antin_rc rc;
	uint32_t may_be_null; /* of an INSERT: bits of columns */
};
#define V(...)                                                                                     \
	{__VA_ARGS__}, sizeof((struct antin_value[]){__VA_ARGS__}) / sizeof(struct antin_value)
#define SELECT(st, what, cols, n_rows, ...)                                                        \
	{                                                                                          \
		.stmt = st, what, V(__VA_ARGS__), .columns = cols, .rows = n_rows                  \
	}
#define ALL(st, cols, n_rows)                                                                      \
	{                                                                                          \
		.stmt = st, "all", .columns = cols, .rows = n_rows                                 \
	}
#define CHANGE(st, what, n_changed, ...)                                                           \
	{                                                                                          \
		.stmt = st, what, V(__VA_ARGS__), .changed = n_changed                             \
	}
#define REFUSE(st, what, ...)                                                                      \
	{                                                                                          \
		.stmt = st, what, V(__VA_ARGS__), .rc = ANTIN_E_CONFLICT                           \
	}
#define INSERT(st, nulls, ...)                                                                     \
	{                                                                                          \
		.stmt = st, "insert", V(__VA_ARGS__), .changed = 1, .may_be_null = nulls           \
	}
#define BIT(n) (UINT32_C(1) << (n))

#define CERT(id, issuer, serial, state, req, profile, version, hash, replaces)                     \
	I(id), I(issuer), serial, I(state), I(0), req, T(profile), I(version), B("0"), T("s"),     \
	        T("l"), HASH, I(1), I(2), HASH, hash, I(1), NIL, replaces, T("h"), SALT
#define REVOCATION(id, issuer, serial, reason, date, seq)                                          \
	I(id), I(issuer), serial, I(0), I(5), I(5), reason, date, I(9), I(seq), T(""), SALT
#define ISSUER(id, ca, gen, state, cert, seconds)                                                  \
	I(id), T(ca), I(gen), I(state), NIL, B("0"), B("0"), cert, T("k"), T("p"), T("u"), T("o"), \
	        I(seconds), I(0), I(1), I(2), HASH, HASH, HASH, HASH, I(1), SALT

static const struct row rows[] = {
        SELECT(ST_META_GET, "there", 1, 1, T("instance")),
        SELECT(ST_META_GET, "absent", 1, 0, T("none")),
        CHANGE(ST_META_SET, "new", 1, T("none"), T("x")),
        CHANGE(ST_META_SET, "again", 1, T("instance"), T("02")),
        REFUSE(ST_META_SET, "nothing", T("none"), NIL),
        ALL(ST_LOG_HEAD, 2, 1),
        REFUSE(ST_LOG_HEAD_INIT, "second head", HASH),
        CHANGE(ST_LOG_HEAD_SET, "next", 1, LOG(1), HASH),
        CHANGE(ST_LOG_HEAD_SET, "the same", 0, LOG(0), HASH),
        CHANGE(ST_LOG_HEAD_SET, "one left out", 0, LOG(2), HASH),
        REFUSE(ST_LOG_HEAD_SET, "without chain", LOG(1), NIL),
        INSERT(ST_LOG_ADD, BIT(0) | BIT(6), LOG(1), I(1), T("a"), T("b"), T("cert"), T("1"), HASH,
               HASH, HASH),
        REFUSE(ST_LOG_ADD, "a number twice", LOG(0), I(1), T("a"), T("b"), T("cert"), T("1"), HASH,
               HASH, HASH),
        ALL(ST_LOG_EACH, 9, -1),
        SELECT(ST_LOG_LAST, "absent", 1, 0, T("cert"), T("nobody")),
        SELECT(ST_LOG_LAST, "there", 1, 1, T("issuer"), T("1")),
        ALL(ST_LOG_TIME, 1, 1),
        SELECT(ST_LOG_UNTIL, "any", 1, 1, I(1)),
        ALL(ST_LOG_STANDING, 1, -1),
        INSERT(ST_PROFILE_ADD, 0, T("new"), I(1), HASH, B("{}"), I(1), SALT),
        REFUSE(ST_PROFILE_ADD, "again", T("vn-person"), I(2), HASH, B("{}"), I(1), SALT),
        SELECT(ST_PROFILE_GET, "there", 6, 1, T("vn-person"), I(2)),
        SELECT(ST_PROFILE_GET, "another version", 6, 0, T("vn-person"), I(1)),
        ALL(ST_PROFILE_KEYS, 2, 4),
        ALL(ST_ISSUER_NEXT, 1, 1),
        SELECT(ST_ISSUER_GENERATION, "of one", 1, 1, T("nn")),
        SELECT(ST_ISSUER_GENERATION, "of none", 1, 1, T("none")),
        INSERT(ST_ISSUER_ADD, BIT(0) | BIT(4) | BIT(7), ISSUER(9, "new", 1, 0, NIL, 60)),
        REFUSE(ST_ISSUER_ADD, "id in use", ISSUER(1, "new", 1, 0, NIL, 60)),
        REFUSE(ST_ISSUER_ADD, "generation in use", ISSUER(9, "nn", 1, 0, NIL, 60)),
        REFUSE(ST_ISSUER_ADD, "second active", ISSUER(9, "nn", 2, 1, B("0"), 60)),
        REFUSE(ST_ISSUER_ADD, "active without certificate", ISSUER(9, "new", 1, 1, NIL, 60)),
        REFUSE(ST_ISSUER_ADD, "no such state", ISSUER(9, "new", 1, 4, B("0"), 60)),
        REFUSE(ST_ISSUER_ADD, "no time", ISSUER(9, "new", 1, 0, NIL, 0)),
        CHANGE(ST_ISSUER_ACTIVATE, "active already", 0, I(1), B("0"), I(1), I(2)),
        CHANGE(ST_ISSUER_RETIRE, "active", 0, I(1)),
        SELECT(ST_ISSUER_GET, "there", 22, 1, I(2)),
        SELECT(ST_ISSUER_GET, "absent", 22, 0, I(7)),
        SELECT(ST_ISSUER_FIND, "there", 22, 1, T("nn")),
        SELECT(ST_ISSUER_FIND, "in capitals", 22, 0, T("NN")),
        ALL(ST_ISSUER_EACH, 22, 2),
        ALL(ST_ISSUER_NAMES, 1, 2),
        ALL(ST_ISSUER_KEYS, 1, 2),
        ALL(ST_RESPONDER_NEXT, 1, 1),
        INSERT(ST_RESPONDER_ADD, BIT(0), I(9), I(2), T("k"), B("0"), I(1), I(1), SALT),
        REFUSE(ST_RESPONDER_ADD, "of nobody", I(9), I(7), T("k"), B("0"), I(1), I(1), SALT),
        SELECT(ST_RESPONDER_GET, "there", 7, 1, I(1)),
        SELECT(ST_RESPONDER_NEWEST, "there", 7, 1, I(2)),
        SELECT(ST_RESPONDER_NEWEST, "absent", 7, 0, I(1)),
        ALL(ST_RESPONDER_KEYS, 1, 1),
        ALL(ST_REQUEST_NEXT, 1, 1),
        INSERT(ST_REQUEST_ADD, BIT(0) | BIT(1) | BIT(6), I(99), T("k"), T("issue"), I(2), B("b"),
               HASH, NIL, I(1), SALT),
        REFUSE(ST_REQUEST_ADD, "key in use", I(99), T("key-0"), T("issue"), I(2), B("b"), HASH, NIL,
               I(1), SALT),
        REFUSE(ST_REQUEST_ADD, "of nobody", I(99), T("k"), T("issue"), I(7), B("b"), HASH, NIL,
               I(1), SALT),
        SELECT(ST_REQUEST_GET, "there", 9, 1, I(1)),
        SELECT(ST_REQUEST_FIND, "there", 9, 1, T("key-0")),
        SELECT(ST_REQUEST_FIND, "absent", 9, 0, T("key-9")),
        CHANGE(ST_REQUEST_CERT, "there", 1, I(1), I(4)),
        CHANGE(ST_REQUEST_CERT, "absent", 0, I(99), I(4)),
        ALL(ST_REQUEST_KEYS, 1, PEOPLE),
        ALL(ST_CERT_NEXT, 1, 1),
        INSERT(ST_CERT_ADD, BIT(0) | BIT(5) | BIT(15) | BIT(17) | BIT(18),
               CERT(99, 2, NUMBER, 0, NIL, "vn-person", 2, NIL, NIL)),
        REFUSE(ST_CERT_ADD, "serial in use",
               CERT(99, 2, PERSON(0), 0, NIL, "vn-person", 2, NIL, NIL)),
        REFUSE(ST_CERT_ADD, "short serial",
               CERT(99, 2,
                    B("\x05"
                      "234567"),
                    0, NIL, "vn-person", 2, NIL, NIL)),
        REFUSE(ST_CERT_ADD, "long serial",
               CERT(99, 2,
                    B("\x05"
                      "xxxxxxxxxxxxxxxxxxxx"),
                    0, NIL, "vn-person", 2, NIL, NIL)),
        REFUSE(ST_CERT_ADD, "of nobody", CERT(99, 7, NUMBER, 0, NIL, "vn-person", 2, NIL, NIL)),
        REFUSE(ST_CERT_ADD, "no such state",
               CERT(99, 2, NUMBER, 4, NIL, "vn-person", 2, HASH, NIL)),
        REFUSE(ST_CERT_ADD, "valid without certificate",
               CERT(99, 2, NUMBER, 1, NIL, "vn-person", 2, NIL, NIL)),
        REFUSE(ST_CERT_ADD, "held without certificate",
               CERT(99, 2, NUMBER, 2, NIL, "vn-person", 2, NIL, NIL)),
        REFUSE(ST_CERT_ADD, "profile unknown", CERT(99, 2, NUMBER, 0, NIL, "none", 1, NIL, NIL)),
        REFUSE(ST_CERT_ADD, "version unknown",
               CERT(99, 2, NUMBER, 0, NIL, "vn-person", 9, NIL, NIL)),
        REFUSE(ST_CERT_ADD, "request unknown",
               CERT(99, 2, NUMBER, 0, I(77), "vn-person", 2, NIL, NIL)),
        REFUSE(ST_CERT_ADD, "replaces nobody",
               CERT(99, 2, NUMBER, 0, NIL, "vn-person", 2, NIL, I(77))),
        SELECT(ST_CERT_GET, "there", 21, 1, I(2), PERSON(0)),
        SELECT(ST_CERT_GET, "of another", 21, 0, I(1), PERSON(0)),
        SELECT(ST_CERT_BY_ID, "there", 21, 1, I(FIRST)),
        SELECT(ST_CERT_BY_ID, "absent", 21, 0, I(99)),
        CHANGE(ST_CERT_ISSUE, "issued already", 0, I(FIRST), HASH, I(1)),
        CHANGE(ST_CERT_ISSUE, "revoked", 0, I(FIRST + 2), HASH, I(1)),
        CHANGE(ST_CERT_STATE, "from where it is", 1, I(FIRST), I(1), I(3)),
        CHANGE(ST_CERT_STATE, "from elsewhere", 0, I(FIRST), I(2), I(3)),
        REFUSE(ST_CERT_STATE, "no such state", I(FIRST), I(1), I(9)),
        SELECT(ST_CERT_EACH, "any", 21, FIRST + PEOPLE - 1, NIL, NIL, NIL, NIL, NIL, NIL, NIL),
        SELECT(ST_CERT_EACH, "valid", 21, 4, NIL, I(1), NIL, NIL, NIL, NIL, NIL),
        SELECT(ST_CERT_EACH, "people", 21, PEOPLE, NIL, NIL, NIL, T("vn-person"), NIL, NIL, NIL),
        SELECT(ST_CERT_EACH, "one serial", 21, 1, I(2), NIL, NIL, NIL, NIL, PERSON(1), NIL),
        SELECT(ST_CERT_EACH, "long expired", 21, 0, NIL, NIL, I(1), NIL, NIL, NIL, NIL),
        ALL(ST_CERT_KEYS, 2, FIRST + PEOPLE - 1),
        REFUSE(ST_BLOB_ADD, "again", I(FIRST), I(1), B("0")),
        REFUSE(ST_BLOB_ADD, "no such kind", I(FIRST), I(2), B("0")),
        REFUSE(ST_BLOB_ADD, "of nobody", I(99), I(1), B("0")),
        SELECT(ST_BLOB_GET, "there", 1, 1, I(FIRST), I(1)),
        SELECT(ST_BLOB_GET, "absent", 1, 0, I(99), I(1)),
        ALL(ST_REVOCATION_NEXT, 1, 1),
        ALL(ST_REVOCATION_SEQ, 1, 1),
        INSERT(ST_REVOCATION_ADD, BIT(0) | BIT(6) | BIT(7),
               REVOCATION(99, 2, PERSON(0), I(4), NIL, 99)),
        REFUSE(ST_REVOCATION_ADD, "twice", REVOCATION(99, 2, PERSON(2), I(4), NIL, 99)),
        REFUSE(ST_REVOCATION_ADD, "of nobody", REVOCATION(99, 2, NUMBER, I(4), NIL, 99)),
        REFUSE(ST_REVOCATION_ADD, "of another authority",
               REVOCATION(99, 1, PERSON(0), I(4), NIL, 99)),
        REFUSE(ST_REVOCATION_ADD, "a sequence twice", REVOCATION(99, 2, PERSON(0), I(4), NIL, 1)),
        REFUSE(ST_REVOCATION_ADD, "reason 0", REVOCATION(99, 2, PERSON(0), I(0), NIL, 99)),
        REFUSE(ST_REVOCATION_ADD, "reason 7", REVOCATION(99, 2, PERSON(0), I(7), NIL, 99)),
        REFUSE(ST_REVOCATION_ADD, "reason 8", REVOCATION(99, 2, PERSON(0), I(8), NIL, 99)),
        REFUSE(ST_REVOCATION_ADD, "reason 11", REVOCATION(99, 2, PERSON(0), I(11), NIL, 99)),
        REFUSE(ST_REVOCATION_ADD, "invalid after it", REVOCATION(99, 2, PERSON(0), I(1), I(6), 99)),
        CHANGE(ST_REVOCATION_CHANGE, "there", 1, I(2), PERSON(2), I(5), I(1), I(4), I(99), T("")),
        CHANGE(ST_REVOCATION_CHANGE, "absent", 0, I(2), PERSON(0), I(5), I(1), I(4), I(99), T("")),
        REFUSE(ST_REVOCATION_CHANGE, "dated forward", I(2), PERSON(2), I(5), I(1), I(6), I(99),
               T("")),
        CHANGE(ST_REVOCATION_REMOVE, "there", 1, I(2), PERSON(1)),
        CHANGE(ST_REVOCATION_REMOVE, "absent", 0, I(2), PERSON(0)),
        SELECT(ST_REVOCATION_GET, "there", 12, 1, I(2), PERSON(2)),
        SELECT(ST_REVOCATION_GET, "absent", 12, 0, I(2), PERSON(0)),
        SELECT(ST_REVOCATION_AFTER, "some", 12, 1, I(1)),
        SELECT(ST_REVOCATION_AFTER, "none", 12, 0, I(9000000000)),
        SELECT(ST_REVOCATION_SCAN, "there", 4, 2, I(2), I(0)),
        SELECT(ST_REVOCATION_SCAN, "of another", 4, 0, I(1), I(0)),
        SELECT(ST_REVOCATION_SCAN, "another shard", 4, 0, I(2), I(1)),
        SELECT(ST_REVOCATION_TOTAL, "none", 4, 1, I(1), I(0)),
        ALL(ST_REVOCATION_KEYS, 2, 2),
        ALL(ST_EVENT_NEXT, 1, 1),
        INSERT(ST_EVENT_ADD, BIT(0) | BIT(6), I(99), I(2), PERSON(0), T("revoke"), I(1), I(3), NIL,
               I(1), LOG(0)),
        REFUSE(ST_EVENT_ADD, "without leaf", I(99), I(2), PERSON(0), T("revoke"), I(1), I(3), NIL,
               I(1), LOG(9)),
        REFUSE(ST_EVENT_ADD, "of nobody", I(99), I(2), NUMBER, T("revoke"), I(1), I(3), NIL, I(1),
               LOG(0)),
        SELECT(ST_EVENT_EACH, "of the held one", 9, 2, I(2), PERSON(1)),
        SELECT(ST_SCOPE_GET, "there", 1, 1, I(2), I(0)),
        SELECT(ST_SCOPE_GET, "absent", 1, 0, I(1), I(0)),
        CHANGE(ST_SCOPE_ADD, "new", 1, I(1), I(0)),
        CHANGE(ST_SCOPE_ADD, "again", 0, I(2), I(0)),
        REFUSE(ST_SCOPE_ADD, "of nobody", I(7), I(0)),
        CHANGE(ST_SCOPE_BUMP, "newer fence", 1, I(2), I(0), I(99)),
        CHANGE(ST_SCOPE_BUMP, "older fence", 0, I(2), I(0), I(-1)),
        CHANGE(ST_SCOPE_RAISE, "higher", 1, I(2), I(0), I(99)),
        CHANGE(ST_SCOPE_RAISE, "never lower", 0, I(2), I(0), I(1)),
        INSERT(ST_CRL_ADD, BIT(9), I(2), I(0), I(99), I(0), I(1), I(2), I(0), I(0), HASH, B("0"),
               SALT),
        REFUSE(ST_CRL_ADD, "a number twice", I(2), I(0), I(1), I(0), I(1), I(2), I(0), I(0), HASH,
               B("0"), SALT),
        REFUSE(ST_CRL_ADD, "of nobody", I(7), I(0), I(1), I(0), I(1), I(2), I(0), I(0), HASH,
               B("0"), SALT),
        REFUSE(ST_CRL_ADD, "no such state", I(2), I(0), I(99), I(3), I(1), I(2), I(0), I(0), HASH,
               B("0"), SALT),
        SELECT(ST_CRL_GET, "there", 10, 1, I(2), I(0), I(1)),
        SELECT(ST_CRL_GET, "absent", 10, 0, I(2), I(0), I(9)),
        SELECT(ST_CRL_NEWEST, "there", 11, 1, I(2), I(0)),
        CHANGE(ST_CRL_STATE, "there", 1, I(2), I(0), I(1), I(1)),
        CHANGE(ST_CRL_STATE, "absent", 0, I(2), I(0), I(9), I(1)),
        REFUSE(ST_CRL_STATE, "no such state", I(2), I(0), I(1), I(7)),
        ALL(ST_CRL_EACH, 11, 1),
        ALL(ST_CRL_KEYS, 3, 1),
        SELECT(ST_CRL_LEAF, "of nobody", 1, 0, I(7), HASH),
        INSERT(ST_BLOCK_ADD, 0, HASH, T("x"), I(1), SALT),
        SELECT(ST_BLOCK_GET, "absent", 4, 0, HASH),
        ALL(ST_BLOCK_KEYS, 1, 1),
        SELECT(ST_LEASE_GET, "there", 3, 1, T("crl/2/0")),
        SELECT(ST_LEASE_GET, "absent", 3, 0, T("crl/1/0")),
        INSERT(ST_LEASE_ADD, 0, T("crl/1/0"), T("h"), I(1), I(1)),
        REFUSE(ST_LEASE_ADD, "held", T("crl/2/0"), T("h"), I(1), I(1)),
        CHANGE(ST_LEASE_SET, "there", 1, T("crl/2/0"), T("h"), I(1), I(9)),
        CHANGE(ST_LEASE_DROP, "there", 1, T("crl/2/0"), I(1)),
        CHANGE(ST_LEASE_DROP, "another fence", 0, T("crl/2/0"), I(9)),
        ALL(ST_ASK_FIRST + 0, 1, 0),
        ALL(ST_ASK_FIRST + 1, 1, 0),
        ALL(ST_ASK_FIRST + 2, 1, 0),
        ALL(ST_ASK_FIRST + 3, 1, 0),
        ALL(ST_ASK_FIRST + 4, 1, 0),
        ALL(ST_ASK_FIRST + 5, 1, 0),
        ALL(ST_ASK_FIRST + 6, 1, 0),
        ALL(ST_ASK_FIRST + 7, 1, 0),
        ALL(ST_ASK_FIRST + 8, 1, 0),
        ALL(ST_ASK_FIRST + 9, 1, 0),
        ALL(ST_ASK_FIRST + 10, 1, 0),
        ALL(ST_ASK_FIRST + 11, 1, 0),
        ALL(ST_ASK_FIRST + 12, 1, 0),
        ALL(ST_ASK_FIRST + 13, 1, 0),
        ALL(ST_ASK_FIRST + 14, 1, 0),
        ALL(ST_ASK_FIRST + 15, 1, 0),
        ALL(ST_ASK_FIRST + 16, 1, 0),
};

static void
setup(void)
{
	struct antin_change c = {.kind = ANTIN_CHANGE_HOLD, .invalidity_at = ANTIN_NULL};
	ANTIN_SCOPED(antin_signer_crl) crl = {0};
	struct antin_changed done;
	struct antin_err err = {0};
	bool renewed;

	fault_install();
	authority_begin(&w);
	util_ok(antin_authority_responder_renew(w.signer, "nn", &renewed, &err));
	for (int i = 0; i < PEOPLE; i++) {
		ANTIN_SCOPED(antin_bytes) csr = {0};
		ANTIN_SCOPED(antin_signer_issued) made = {0};
		char key[16];

		(void)snprintf(key, sizeof(key), "key-%d", i);
		authority_csr(NULL, "An", &csr);
		util_ok(authority_issue(&w, antin_bytes_slice(&csr), key, &made, &err));
		util_ok(antin_store_cert_by_id(antin_signer_store(w.signer), FIRST + i, &people[i],
		                               &err));
	}
	util_ok(antin_ca_change(w.signer, &people[1], &c, &done, &err));
	c.kind = ANTIN_CHANGE_REVOKE;
	c.reason = 1;
	util_ok(antin_ca_change(w.signer, &people[2], &c, &done, &err));
	util_ok(antin_signer_crl(w.signer, "nn", 0, &crl, &err));
	antin_signer_free(w.signer);
	w.signer = NULL;
}

static void
teardown(void)
{
	for (int i = 0; i < PEOPLE; i++) {
		antin_cert_row_done(&people[i]);
		memset(&people[i], 0, sizeof(people[i]));
	}
	authority_end(&w);
}

struct seen {
	const struct row *row;
	struct antin_value v[ANTIN_VALUES];
	int columns, rows, changed;
	bool disk_gone;
	enum antin_rc rc;
	struct antin_err err;
};

static enum antin_rc
see_row(void *user, const struct antin_value *row, size_t n, struct antin_err *err)
{
	struct seen *s = user;

	(void)row;
	(void)err;
	s->rows++;
	s->columns = (int)n;
	return ANTIN_OK;
}

/* Runs it and takes it back. */
static enum antin_rc
run_row(struct antin_store *s, void *user, struct antin_err *err)
{
	struct seen *seen = user;
	struct antin_run run = {.stmt = seen->row->stmt,
	                        .values = seen->v,
	                        .n = seen->row->n,
	                        .row = see_row,
	                        .user = seen};

	if (seen->disk_gone)
		fault_set(FAULT_READ, SQLITE_IOERR_READ, 1, true);
	seen->rc = s->ops->run(s, &run, &seen->err);
	fault_set(fault.kind, SQLITE_OK, 0, false);
	seen->changed = (int)run.changed;
	return antin_fail(err, ANTIN_E_CANCELLED, "taken back");
}

static struct seen
run(struct antin_store *s, const struct row *r, int null_column, bool disk_gone)
{
	struct seen seen = {.row = r, .columns = -1, .disk_gone = disk_gone};
	struct antin_log_head head = {0};
	struct antin_err err = {0};

	util_ok(antin_store_log_head(s, &head, &err));
	memcpy(seen.v, r->v, sizeof(seen.v));
	for (size_t i = 0; i < r->n; i++) {
		int64_t mark = r->v[i].kind == ANTIN_VALUE_NULL ? r->v[i].number : 0;

		if (mark >= LOG_SEQ - PEOPLE)
			seen.v[i] = antin_v_int(head.seq + mark - LOG_SEQ);
		else if (mark >= SERIAL)
			seen.v[i] = antin_v_bytes(&people[mark - SERIAL].serial);
	}
	if (null_column >= 0)
		seen.v[null_column] = antin_v_null();
	ck_assert_int_eq(antin_store_transact(s, ANTIN_STORE_WRITE, run_row, &seen, &err),
	                 ANTIN_E_CANCELLED);
	return seen;
}

static struct antin_store *
opened(void)
{
	struct antin_store *s = NULL;
	struct antin_err err = {0};

	util_ok(antin_store_open(w.store, false, &s, &err));
	return s;
}

START_TEST(each_does_what_it_says)
{
	ANTIN_OWN_S(antin_store) s = opened();

	for (size_t i = 0; i < UTIL_COUNT(rows); i++) {
		const struct row *r = &rows[i];
		struct seen seen = run(s, r, -1, false);

		ck_assert_msg(seen.rc == r->rc, "%d, %s: %s instead of %s: %s", (int)r->stmt,
		              r->what, antin_rc_id(seen.rc), antin_rc_id(r->rc),
		              util_line(&seen.err));
		if (r->rc != ANTIN_OK)
			continue;
		ck_assert_msg(seen.changed == r->changed, "%d, %s: changed %d", (int)r->stmt,
		              r->what, seen.changed);
		if (!r->columns)
			continue;
		ck_assert_msg(r->rows < 0 ? seen.rows > 0 : seen.rows == r->rows, "%d, %s: %d rows",
		              (int)r->stmt, r->what, seen.rows);
		ck_assert_msg(seen.rows == 0 || seen.columns == r->columns, "%d, %s: %d columns",
		              (int)r->stmt, r->what, seen.columns);
	}
}
END_TEST

START_TEST(none_is_left_out)
{
	bool told[ST_COUNT] = {[ST_NONE] = true};

	for (size_t i = 0; i < UTIL_COUNT(rows); i++)
		told[rows[i].stmt] = true;
	for (size_t i = 0; i < ST_COUNT; i++) {
		ck_assert_msg(told[i], "statement %zu has no row here", i);
		ck_assert_msg((i == ST_NONE) == (antin_statements[i] == NULL), "statement %zu", i);
	}
}
END_TEST

/* What is inserted is whole: each column in turn empty. */
START_TEST(no_column_is_forgotten)
{
	ANTIN_OWN_S(antin_store) s = opened();
	int inserts = 0;

	for (size_t i = 0; i < UTIL_COUNT(rows); i++) {
		const struct row *r = &rows[i];

		if (strcmp(r->what, "insert") != 0)
			continue;
		inserts++;
		for (size_t c = 0; c < r->n; c++) {
			struct seen seen = run(s, r, (int)c, false);
			bool may = r->may_be_null & BIT(c);

			ck_assert_msg(seen.rc == (may ? ANTIN_OK : ANTIN_E_CONFLICT),
			              "%d without column %zu: %s", (int)r->stmt, c,
			              antin_rc_id(seen.rc));
		}
	}
	ck_assert_int_ge(inserts, 11);
}
END_TEST

/* With nothing of the store in memory and a disk that gives nothing, no statement makes up a row.
 */
START_TEST(a_disk_that_cannot_be_read_is_told)
{
	int told = 0;

	for (size_t i = 0; i < UTIL_COUNT(rows); i++) {
		ANTIN_OWN_S(antin_store) s = opened();
		const struct row *r = &rows[i];
		struct seen seen = run(s, r, -1, true);

		if (seen.rc == ANTIN_E_IO) {
			told++;
			continue;
		}
		/* What little of the store was read already sufficed. */
		ck_assert_msg(fault.hits == 0, "%d, %s: %s after %ld failed reads", (int)r->stmt,
		              r->what, antin_rc_id(seen.rc), fault.hits);
	}
	ck_assert_int_gt(told, (int)UTIL_COUNT(rows) / 2);
}
END_TEST

Suite *suite_statements(void);
Suite *
suite_statements(void)
{
	Suite *suite = suite_create("statements");
	TCase *tc = tcase_create("statements");

	tcase_add_unchecked_fixture(tc, setup, teardown);
	tcase_add_test(tc, each_does_what_it_says);
	tcase_add_test(tc, none_is_left_out);
	tcase_add_test(tc, no_column_is_forgotten);
	tcase_add_test(tc, a_disk_that_cannot_be_read_is_told);
	suite_add_tcase(suite, tc);
	return suite;
}
