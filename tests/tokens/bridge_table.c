/*
 * The table of the bridge: every use of every key, at first and after each thing that happens to a
 * token.  Also written as lines of words to the file BRIDGE_CELLS, for a table of many tokens.
 */
#include <dlfcn.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <openssl/err.h>

#include "bridge.h"

const struct bridge_use bridge_uses[] = {
        {"sign SHA-256/384/512", ANTIN_BRIDGE_SIGN, true, true, bridge_sign_digests},
        {"sign PSS SHA-256/384/512", ANTIN_BRIDGE_PSS, true, false, bridge_sign_pss},
        {"certificate request", ANTIN_BRIDGE_SIGN, true, true, bridge_sign_request},
        {"CMS signed", ANTIN_BRIDGE_SIGN, true, true, bridge_sign_cms},
        {"TLS 1.2, v1.5 only", ANTIN_BRIDGE_SIGN, true, false, bridge_tls_v15},
        {"TLS 1.2", ANTIN_BRIDGE_TLS, true, true, bridge_tls_12},
        {"TLS 1.3", ANTIN_BRIDGE_TLS, true, true, bridge_tls_13},
        {"libcurl, TLS 1.2", ANTIN_BRIDGE_TLS, true, true, bridge_curl_12},
        {"libcurl, TLS 1.3", ANTIN_BRIDGE_TLS, true, true, bridge_curl_13},
        {"CMS opened, v1.5", ANTIN_BRIDGE_DECRYPT, true, false, bridge_cms_v15},
        {"CMS opened, OAEP SHA-1", ANTIN_BRIDGE_OAEP, true, false, bridge_cms_oaep},
        {"CMS opened, OAEP SHA-256", ANTIN_BRIDGE_OAEP, true, false, bridge_cms_oaep_sha256},
        {"CMS opened, ECDH", ANTIN_BRIDGE_DERIVE, false, true, bridge_cms_ecdh},
        {"CMP initial request", ANTIN_BRIDGE_SIGN, true, true, bridge_cmp},
};
enum { USES = sizeof(bridge_uses) / sizeof(bridge_uses[0]) };
const size_t bridge_uses_n = USES;

/* ---- what happens to a token ---- */

CK_FUNCTION_LIST *
bridge_raw_module(void)
{
	struct antin_module *m = NULL;
	CK_C_GetFunctionList get;
	CK_FUNCTION_LIST *f = NULL;
	void *library, *symbol;

	if (antin_module_open(bridge_module, &m, NULL) != ANTIN_OK)
		return NULL;
	library = dlopen(antin_module_path(m), RTLD_NOW | RTLD_LOCAL);
	symbol = library ? dlsym(library, "C_GetFunctionList") : NULL;
	if (symbol) {
		memcpy(&get, &symbol, sizeof(get));
		(void)get(&f);
	}
	antin_module_free(m);
	return f;
}

void
bridge_sessions_close(const CK_FUNCTION_LIST *f)
{
	CK_SLOT_ID slots[16];
	CK_ULONG n = 16;

	if (f->C_GetSlotList(CK_TRUE, slots, &n) == CKR_OK)
		while (n)
			(void)f->C_CloseAllSessions(slots[--n]);
}

static bool
nothing(void)
{
	return true;
}

static bool
sessions_lost(void)
{
	CK_FUNCTION_LIST *f = bridge_raw_module();

	if (f)
		bridge_sessions_close(f);
	return f != NULL;
}

/* Finalised and initialised behind the core's back, with the text that the module wants. */
static bool
module_restarted(void)
{
	CK_FUNCTION_LIST *f = bridge_raw_module();
	struct antin_module *m = NULL;
	CK_C_INITIALIZE_ARGS how = {.flags = CKF_OS_LOCKING_OK};

	if (!f || antin_module_open(bridge_module, &m, NULL) != ANTIN_OK)
		return false;
	how.pReserved = (void *)(uintptr_t)antin_module_args(m);
	(void)f->C_Finalize(NULL);
	(void)f->C_Initialize(&how);
	antin_module_free(m);
	return true;
}

static double
seconds(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static struct lent *
first_lent(void)
{
	for (struct lent *l = lent; l < lent + BRIDGE_KEYS; l++)
		if (l->key)
			return l;
	return NULL;
}

/* Only where a virtual card is there to be pulled out (tests/tokens/pcsc.sh). */
static bool
card_pulled(void)
{
	const char *card = getenv("P11_CARD");
	struct lent *l = first_lent();
	pid_t pid = card ? (pid_t)strtol(card, NULL, 10) : 0;
	double start;
	bool good = false;

	if (pid <= 0 || !l)
		return false;
	(void)kill(pid, SIGUSR1);
	(void)sleep(1);
	(void)bridge_say("without the card a signature fails", l, !bridge_sign(l));
	(void)bridge_say("and the reason is that it was taken out", l,
	                 antin_bridge_failure(l->key, NULL) == ANTIN_E_REMOVED);
	ERR_clear_error();
	(void)kill(pid, SIGUSR2);
	for (start = seconds(); !good && seconds() < start + 30; good = bridge_sign(l))
		(void)usleep(50000);
	ERR_clear_error();
	(void)printf("       the same key signs again %.1f s after the card was put back\n",
	             seconds() - start);
	return bridge_say("with the card put back it signs", l, good);
}

const struct bridge_event bridge_events[BRIDGE_EVENTS] = {
        {"at first", nothing},
        {"sessions closed", sessions_lost},
        {"module started anew", module_restarted},
        {"card pulled and put back", card_pulled},
        {NULL, NULL},
};

/* ---- the table ---- */

enum cell { CELL_NONE, CELL_OK, CELL_FAILED, CELL_LACKS, CELL_ABSENT };
struct table {
	enum cell cells[USES][BRIDGE_KEYS][BRIDGE_EVENTS];
	char why[USES][BRIDGE_KEYS][256], absent[BRIDGE_KEYS][256];
	bool happened[BRIDGE_EVENTS];
};

/* Whether the key has the use; asked once, before anything of it is begun. */
static enum cell
offered(struct table *t, size_t u, size_t k)
{
	const struct bridge_use *use = &bridge_uses[u];
	struct antin_err err = {0};
	char line[256];
	enum antin_rc rc = bridge_lend(&lent[k], 0, &err);

	if (rc == ANTIN_E_NOT_FOUND || (rc == ANTIN_E_NO_MECHANISM && !lent[k].plain)) {
		(void)snprintf(t->absent[k], sizeof(t->absent[k]), "%s",
		               antin_err_line(&err, NULL, line, sizeof(line)));
		return CELL_ABSENT;
	}
	if (rc == ANTIN_OK && !(bridge_is_rsa(&lent[k]) ? use->rsa : use->ec))
		return CELL_NONE;
	if (rc == ANTIN_OK)
		rc = bridge_lend(&lent[k], use->needs, &err);
	if (rc == ANTIN_OK)
		return CELL_OK;
	(void)snprintf(t->why[u][k], sizeof(t->why[u][k]), "%s; %s",
	               antin_err_line(&err, NULL, line, sizeof(line)), antin_err_hint(&err, NULL));
	return rc == ANTIN_E_NO_MECHANISM ? CELL_LACKS : CELL_FAILED;
}

static enum cell
try(const struct bridge_use *use, const struct bridge_event *e, const struct lent *l)
{
	struct antin_err err = {0};
	char line[512];

	if (use->run(l)) {
		ERR_clear_error();
		return CELL_OK;
	}
	(void)printf("FAILED %s, %s, %s\n", use->name, l->name, e->name);
	if (antin_bridge_failure(l->key, &err) != ANTIN_OK)
		(void)printf("    %s\n", antin_err_line(&err, NULL, line, sizeof(line)));
	ERR_print_errors_fp(stdout);
	return CELL_FAILED;
}

static void
fill(struct table *t, size_t e)
{
	for (size_t u = 0; u < USES; u++)
		for (size_t k = 0; k < BRIDGE_KEYS; k++) {
			enum cell first = e ? t->cells[u][k][0] : offered(t, u, k);
			bool tried = first == CELL_OK || (first == CELL_FAILED && !*t->why[u][k]);

			t->cells[u][k][e] =
			        tried ? try(&bridge_uses[u], &bridge_events[e], &lent[k]) : first;
			if (first == CELL_FAILED && !tried && e == 0)
				(void)printf("FAILED %s, %s: %s\n", bridge_uses[u].name,
				             lent[k].name, t->why[u][k]);
		}
}

static unsigned int
count(const struct table *t, size_t u, size_t k, enum cell what)
{
	unsigned int n = 0;

	for (size_t e = 0; e < BRIDGE_EVENTS; e++)
		n += t->happened[e] && t->cells[u][k][e] == what;
	return n;
}

static void
cell_text(const struct table *t, size_t u, size_t k, char *out, size_t cap)
{
	unsigned int good = count(t, u, k, CELL_OK), bad = count(t, u, k, CELL_FAILED);

	if (good + bad)
		(void)snprintf(out, cap, "%u of %u", good, good + bad);
	else
		(void)snprintf(out, cap, "%s", count(t, u, k, CELL_LACKS) ? "lacks" : "-");
}

/* One line for each reason, not for each use that has it. */
static void
print_reasons(const struct table *t)
{
	for (size_t k = 0; k < BRIDGE_KEYS; k++) {
		if (*t->absent[k])
			(void)printf("  %s is not there: %s\n", lent[k].name, t->absent[k]);
		for (size_t u = 0; u < USES; u++) {
			bool told = !t->why[u][k][0];

			for (size_t v = 0; v < u; v++)
				told = told || strcmp(t->why[u][k], t->why[v][k]) == 0;
			if (!told)
				(void)printf("  %s lacks: %s\n", lent[k].name, t->why[u][k]);
		}
	}
}

static void
print(const struct table *t)
{
	char text[32];

	(void)printf("%-26s", "use");
	for (size_t k = 0; k < BRIDGE_KEYS; k++)
		(void)printf(" %s%-*s", lent[k].name,
		             (int)(strlen(lent[k].name) < 10 ? 10 - strlen(lent[k].name) : 0),
		             lent[k].each_time ? "*" : "");
	(void)printf("\n");
	for (size_t u = 0; u < USES; u++) {
		(void)printf("%-26s", bridge_uses[u].name);
		for (size_t k = 0; k < BRIDGE_KEYS; k++) {
			cell_text(t, u, k, text, sizeof(text));
			(void)printf(" %-10s", text);
		}
		(void)printf("\n");
	}
	(void)printf("  done:");
	for (size_t e = 0; e < BRIDGE_EVENTS; e++)
		if (t->happened[e])
			(void)printf("%s %s", e ? "," : "", bridge_events[e].name);
	(void)printf("; * wants the PIN for each signature\n");
	print_reasons(t);
}

static void
write_cells(const struct table *t)
{
	const char *path = getenv("BRIDGE_CELLS");
	FILE *f = path ? fopen(path, "w") : NULL;

	for (size_t u = 0; f && u < USES; u++)
		for (size_t k = 0; k < BRIDGE_KEYS; k++)
			(void)fprintf(f, "%s|%s|%u|%u|%d\n", bridge_uses[u].name, lent[k].name,
			              count(t, u, k, CELL_OK), count(t, u, k, CELL_FAILED),
			              count(t, u, k, CELL_LACKS) > 0);
	if (f)
		(void)fclose(f);
}

unsigned int
bridge_table(void)
{
	struct table *t = calloc(1, sizeof(*t));
	unsigned int bad = 0;

	if (!t)
		return 1;
	for (size_t e = 0; e < BRIDGE_EVENTS && bridge_events[e].name; e++) {
		t->happened[e] = bridge_events[e].happens();
		if (t->happened[e])
			fill(t, e);
	}
	print(t);
	write_cells(t);
	for (size_t u = 0; u < USES; u++)
		for (size_t k = 0; k < BRIDGE_KEYS; k++)
			bad += count(t, u, k, CELL_FAILED);
	free(t);
	return bad;
}
