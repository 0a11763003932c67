/*
 * The helper's calls into the module (PKCS#11 v2.40): arguments of wire.h to functions.
 */
#include "serve.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

CK_FUNCTION_LIST *
serve_load(const char *path, struct antin_wire_hello *hello)
{
	void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL), *symbol;
	CK_C_GetFunctionList get;
	CK_FUNCTION_LIST *f = NULL;

	memset(hello, 0, sizeof(*hello));
	if (!library) {
		const char *why = dlerror();

		hello->start = ANTIN_WIRE_NOT_LOADED;
		(void)snprintf(hello->text, sizeof(hello->text), "%s", why ? why : "");
		return NULL;
	}
	symbol = dlsym(library, "C_GetFunctionList");
	if (!symbol) {
		hello->start = ANTIN_WIRE_NO_MODULE;
		return NULL;
	}
	memcpy(&get, &symbol, sizeof(get));
	hello->rv = get(&f);
	if (hello->rv != CKR_OK)
		hello->start = ANTIN_WIRE_NO_LIST;
	else if (!f || f->version.major < 2)
		hello->start = ANTIN_WIRE_TOO_OLD;
	return hello->start == ANTIN_WIRE_STARTED ? f : NULL;
}

/* Flags one higher than they are, 0 for no arguments at all; what else the module is to know. */
static CK_RV
initialize(CK_FUNCTION_LIST *f, const struct antin_wire_arg *a)
{
	CK_C_INITIALIZE_ARGS how = {.flags = a[0].n - 1, .pReserved = a[1].p};

	return f->C_Initialize(a[0].n ? &how : NULL);
}

/* Each row: how the function is called, and the kinds of its arguments, a letter each. */
#define N(i) (a[i].n)
#define P(i) (a[i].p)
#define C(i) (a[i].count)
#define ROW(name, kinds, ...)                                                                      \
	case ANTIN_WIRE_##name:                                                                    \
		return fits(c, kinds) ? f->name(__VA_ARGS__) : CKR_GENERAL_ERROR

static bool
fits(const struct antin_wire_call *c, const char *kinds)
{
	static const char letters[] = "wiolftam"; /* by enum antin_wire_kind */

	if (c->n != strlen(kinds))
		return false;
	for (size_t i = 0; i < c->n; i++)
		if (letters[c->args[i].kind] != kinds[i])
			return false;
	return true;
}

/* A table in the form that the compiler checks. NOLINTBEGIN(readability-function-size) */
CK_RV
serve_call(CK_FUNCTION_LIST *f, struct antin_wire_call *c)
{
	const struct antin_wire_arg *a = c->args;

	switch (c->function) {
	case ANTIN_WIRE_C_Initialize:
		return fits(c, "wi") ? initialize(f, a) : CKR_GENERAL_ERROR;
		ROW(C_Finalize, "w", NULL);
		ROW(C_GetInfo, "f", P(0));
		ROW(C_GetSlotList, "wl", (CK_BBOOL)N(0), P(1), C(1));
		ROW(C_GetSlotInfo, "wf", N(0), P(1));
		ROW(C_GetTokenInfo, "wf", N(0), P(1));
		ROW(C_GetMechanismList, "wl", N(0), P(1), C(1));
		ROW(C_GetMechanismInfo, "wwf", N(0), N(1), P(2));
		ROW(C_InitToken, "wii", N(0), P(1), N(1), P(2));
		ROW(C_InitPIN, "wi", N(0), P(1), N(1));
		ROW(C_SetPIN, "wii", N(0), P(1), N(1), P(2), N(2));
		ROW(C_OpenSession, "wwf", N(0), N(1), NULL, NULL, P(2));
		ROW(C_CloseSession, "w", N(0));
		ROW(C_GetSessionInfo, "wf", N(0), P(1));
		ROW(C_Login, "wwi", N(0), N(1), P(2), N(2));
		ROW(C_Logout, "w", N(0));
		ROW(C_CreateObject, "wtf", N(0), P(1), N(1), P(2));
		ROW(C_CopyObject, "wwtf", N(0), N(1), P(2), N(2), P(3));
		ROW(C_DestroyObject, "ww", N(0), N(1));
		ROW(C_GetAttributeValue, "wwa", N(0), N(1), P(2), N(2));
		ROW(C_SetAttributeValue, "wwt", N(0), N(1), P(2), N(2));
		ROW(C_FindObjectsInit, "wt", N(0), P(1), N(1));
		ROW(C_FindObjects, "wl", N(0), P(1), N(1), C(1));
		ROW(C_FindObjectsFinal, "w", N(0));
		ROW(C_SignInit, "wmw", N(0), P(1), N(2));
		ROW(C_Sign, "wio", N(0), P(1), N(1), P(2), C(2));
		ROW(C_DecryptInit, "wmw", N(0), P(1), N(2));
		ROW(C_Decrypt, "wio", N(0), P(1), N(1), P(2), C(2));
		ROW(C_GenerateKeyPair, "wmttff", N(0), P(1), P(2), N(2), P(3), N(3), P(4), P(5));
		ROW(C_DeriveKey, "wmwtf", N(0), P(1), N(2), P(3), N(3), P(4));
	default:
		return CKR_GENERAL_ERROR;
	}
}
/* NOLINTEND(readability-function-size) */

/* PINs and plain texts pass through here: nothing of a call outlives it. */
static bool
serve_one(CK_FUNCTION_LIST *f, int fd, uint8_t *in, uint8_t *out)
{
	struct antin_wire_call c;
	struct antin_wire ask = {.p = in}, answer = {.p = out, .cap = ANTIN_WIRE_MAX};
	CK_RV rv = CKR_GENERAL_ERROR;
	ssize_t got;
	bool sent;

	do
		got = recv(fd, in, ANTIN_WIRE_MAX, 0);
	while (got < 0 && errno == EINTR);
	if (got <= 0)
		return false;
	ask.len = (size_t)got;
	if (antin_wire_call_get(&ask, &c))
		rv = serve_call(f, &c);
	else
		antin_wire_call_done(&c);
	antin_wire_answer_put(&answer, &c, rv);
	antin_wire_call_done(&c);
	explicit_bzero(in, (size_t)got);
	sent = !answer.bad && send(fd, out, answer.len, MSG_NOSIGNAL) == (ssize_t)answer.len;
	explicit_bzero(out, answer.len);
	return sent;
}

void
serve_connection(CK_FUNCTION_LIST *f, int fd)
{
	uint8_t *in = malloc(ANTIN_WIRE_MAX), *out = malloc(ANTIN_WIRE_MAX);

	while (in && out && serve_one(f, fd, in, out))
		continue;
	free(in);
	free(out);
}
