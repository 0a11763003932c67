/*
 * A PKCS#11 module that stands in front of another one (ANTIN_FAULT_MODULE) and misbehaves as told:
 * by the struct of p11fault.h, or by the file ANTIN_FAULT_RULES, read at C_Initialize, one a line:
 *   rv FUNCTION CODE [SKIP [COUNT]] | hide MECHANISM | refuse MECHANISM | flags HEX | tries N |
 *   sessions N | short N | noise N | ecdsa-hashes yes | other-serial yes | mute 1 |
 *   card FILE (struct fault_card, made by who tests) |
 *   in PROGRAM (the lines behind it are for that program alone) | once FUNCTION CODE
 * CODE may be 0x8000fa17 (hangs) or 0x8000dead (crashes); `once` strikes when the file that
 * ANTIN_FAULT_ONCE names is there, and takes it away: in whatever process, at whatever time.
 * ANTIN_FAULT_COUNTS names a file that gets "FUNCTION CALLS" lines at C_Finalize; antin-libp11,
 * which stands beside the program that is tested, writes its own to FILE.libp11.
 */
#include "p11fault.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <p11-kit/pkcs11.h>

#include <openssl/evp.h>

static CK_FUNCTION_LIST *real, mine;
static struct fault_control control = {.tries = -1, .max_sessions = -1, .sessions_at_finalize = -1};
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t moved = PTHREAD_COND_INITIALIZER;
static bool losing; /* all others wait at the door or outside */
static CK_SLOT_ID last_slot;

static const char *const names[] = {
#define NAME(name) #name,
        FAULT_FUNCTIONS(NAME)
#undef NAME
};

struct fault_control *
antin_fault_control(void)
{
	return &control;
}

static void
rule_add(const char *function, unsigned long rv, long skip, long count, bool once)
{
	for (int f = 0; f < FAULT_FUNCTION_COUNT; f++)
		if (strcmp(names[f], function) == 0 && control.n_rules < FAULT_RULES)
			control.rules[control.n_rules++] =
			        (struct fault_rule){(enum fault_function)f, rv, skip, count, once};
}

static void
card_map(const char *path)
{
	int fd = open(path, O_RDWR | O_CLOEXEC);
	void *p = fd < 0 ? MAP_FAILED
	                 : mmap(NULL, sizeof(struct fault_card), PROT_READ | PROT_WRITE, MAP_SHARED,
	                        fd, 0);

	if (p != MAP_FAILED)
		control.card = p;
	if (fd >= 0)
		(void)close(fd);
}

/* Whether the line is for this program; `mine` is what the lines before it said. */
static bool
line_mine(const char *what, const char *program, bool mine_so_far)
{
	return strcmp(what, "in") == 0 ? strcmp(program, program_invocation_short_name) == 0
	                               : mine_so_far;
}

static bool
line_read(const char *line, bool for_me)
{
	char what[16] = "", a[100] = "", b[40] = "0", skip[24] = "0", count[24] = "-1";

	if (sscanf(line, "%15s %99s %39s %23s %23s", what, a, b, skip, count) < 2)
		return for_me;
	for_me = line_mine(what, a, for_me);
	if (!for_me)
		return false;
	if (strcmp(what, "rv") == 0)
		rule_add(a, strtoul(b, NULL, 0), strtol(skip, NULL, 10), strtol(count, NULL, 10),
		         false);
	else if (strcmp(what, "once") == 0)
		rule_add(a, strtoul(b, NULL, 0), 0, -1, true);
	else if (strcmp(what, "hide") == 0 && control.n_hidden < FAULT_HIDDEN)
		control.hidden[control.n_hidden++] = strtoul(a, NULL, 0);
	else if (strcmp(what, "refuse") == 0)
		control.refused = strtoul(a, NULL, 0);
	else if (strcmp(what, "flags") == 0)
		control.flags = strtoul(a, NULL, 16);
	else if (strcmp(what, "tries") == 0)
		control.tries = strtol(a, NULL, 10);
	else if (strcmp(what, "ecdsa-hashes") == 0)
		control.ecdsa_hashes = true;
	else if (strcmp(what, "other-serial") == 0)
		control.other_serial = true;
	else if (strcmp(what, "sessions") == 0)
		control.max_sessions = strtol(a, NULL, 10);
	else if (strcmp(what, "noise") == 0)
		control.noise = strtol(a, NULL, 10);
	else if (strcmp(what, "short") == 0)
		control.short_signature = strtol(a, NULL, 10);
	else if (strcmp(what, "serial") == 0)
		control.serial_octet = (unsigned char)strtoul(a, NULL, 16);
	else if (strcmp(what, "mute") == 0)
		control.mute = true;
	else if (strcmp(what, "card") == 0)
		card_map(a);
	return true;
}

static void
rules_read(void)
{
	const char *path = getenv("ANTIN_FAULT_RULES");
	FILE *f = path ? fopen(path, "r") : NULL;
	char line[200];
	bool for_me = true;

	while (f && fgets(line, sizeof(line), f))
		for_me = line_read(line, for_me);
	if (f)
		(void)fclose(f);
}

static void
counts_write(void)
{
	const char *path = getenv("ANTIN_FAULT_COUNTS");
	bool beside = strcmp(program_invocation_short_name, "antin-libp11") == 0;
	char name[4096];
	FILE *f;

	(void)snprintf(name, sizeof(name), "%s%s", path ? path : "", beside ? ".libp11" : "");
	f = path ? fopen(name, "w") : NULL;
	if (!f)
		return;
	for (int i = 0; i < FAULT_FUNCTION_COUNT; i++)
		(void)fprintf(f, "%s %ld\n", names[i], control.calls[i]);
	(void)fprintf(f, "sessions %ld\nbad_logins %ld\n", control.sessions, control.bad_logins);
	(void)fclose(f);
}

static void
hang(void)
{
	while (!control.released)
		(void)usleep(1000);
}

/* Whether it is now that the rule is wanted; only one process and thread gets it. */
static bool
strikes(const struct fault_rule *r)
{
	const char *file = r->once ? getenv("ANTIN_FAULT_ONCE") : NULL;

	return !r->once || (file && unlink(file) == 0);
}

/* Counts the call; the code of the rule that fires, else CKR_OK. */
static CK_RV
enter(enum fault_function f)
{
	CK_RV rv = CKR_OK;

	(void)pthread_mutex_lock(&lock);
	while (losing)
		(void)pthread_cond_wait(&moved, &lock);
	control.calls[f]++;
	if (++control.in_call > control.max_in_call)
		control.max_in_call = control.in_call;
	for (unsigned int i = 0; i < control.n_rules; i++) {
		struct fault_rule *r = &control.rules[i];

		if (r->function != f || r->skip-- > 0 || r->count == 0 || !strikes(r))
			continue;
		r->count -= r->count > 0;
		rv = r->rv;
	}
	(void)pthread_mutex_unlock(&lock);
	if (rv == FAULT_CRASH) {
		(void)signal(SIGSEGV, SIG_DFL); /* whatever a sanitizer would do with it */
		(void)raise(SIGSEGV);
	}
	if (rv == FAULT_HANG) {
		hang();
		rv = CKR_OK;
	}
	return rv;
}

static CK_SLOT_ID
real_slot(CK_SLOT_ID slot)
{
	return slot - control.slot_shift;
}

static CK_RV
leave(CK_RV rv)
{
	(void)pthread_mutex_lock(&lock);
	control.in_call--;
	(void)pthread_cond_broadcast(&moved);
	(void)pthread_mutex_unlock(&lock);
	return rv;
}

#define PASS(name, params, args)                                                                   \
	static CK_RV fault_##name params                                                           \
	{                                                                                          \
		CK_RV rv = enter(FAULT_##name);                                                    \
                                                                                                   \
		return leave(rv == CKR_OK ? real->name args : rv);                                 \
	}

PASS(C_GetInfo, (CK_INFO * a), (a))
PASS(C_GetSlotInfo, (CK_SLOT_ID a, CK_SLOT_INFO *b), (real_slot(a), b))
PASS(C_Decrypt, (CK_SESSION_HANDLE a, CK_BYTE *b, CK_ULONG c, CK_BYTE *d, CK_ULONG *e),
     (a, b, c, d, e))
PASS(C_DeriveKey,
     (CK_SESSION_HANDLE a, CK_MECHANISM *b, CK_OBJECT_HANDLE c, CK_ATTRIBUTE *d, CK_ULONG e,
      CK_OBJECT_HANDLE *f),
     (a, b, c, d, e, f))
PASS(C_Logout, (CK_SESSION_HANDLE a), (a))
PASS(C_CreateObject, (CK_SESSION_HANDLE a, CK_ATTRIBUTE *b, CK_ULONG c, CK_OBJECT_HANDLE *d),
     (a, b, c, d))
PASS(C_DestroyObject, (CK_SESSION_HANDLE a, CK_OBJECT_HANDLE b), (a, b))
PASS(C_SetAttributeValue, (CK_SESSION_HANDLE a, CK_OBJECT_HANDLE b, CK_ATTRIBUTE *c, CK_ULONG d),
     (a, b, c, d))
PASS(C_FindObjectsFinal, (CK_SESSION_HANDLE a), (a))
/* NOLINTNEXTLINE(readability-function-size): as many parameters as PKCS#11 gives it */
PASS(C_GenerateKeyPair,
     (CK_SESSION_HANDLE a, CK_MECHANISM *b, CK_ATTRIBUTE *c, CK_ULONG d, CK_ATTRIBUTE *e,
      CK_ULONG f, CK_OBJECT_HANDLE *g, CK_OBJECT_HANDLE *h),
     (a, b, c, d, e, f, g, h))

/* SoftHSM shows a copy as an object of the token until it is whole. */
static CK_RV
fault_C_CopyObject(CK_SESSION_HANDLE h, CK_OBJECT_HANDLE from, CK_ATTRIBUTE *a, CK_ULONG n,
                   CK_OBJECT_HANDLE *to)
{
	CK_RV rv = enter(FAULT_C_CopyObject);

	control.copying++;
	if (control.copy_us)
		(void)usleep((useconds_t)control.copy_us);
	rv = rv == CKR_OK ? real->C_CopyObject(h, from, a, n, to) : rv;
	control.copying--;
	return leave(rv);
}

static CK_RV
fault_C_FindObjectsInit(CK_SESSION_HANDLE h, CK_ATTRIBUTE *a, CK_ULONG n)
{
	CK_RV rv = enter(FAULT_C_FindObjectsInit);

	control.copies_seen += control.copying > 0;
	rv = rv == CKR_OK ? real->C_FindObjectsInit(h, a, n) : rv;
	control.copies_seen += control.copying > 0;
	return leave(rv);
}

enum { CARD_TRIES = 3, CARD_US = 30000 };

/* A PIN on its way into the card; CKR_PIN_LOCKED when it takes none any more. */
static CK_RV
card_enter(struct fault_card *card)
{
	long now = ++card->inside, most = card->max_inside;

	while (now > most && !atomic_compare_exchange_weak(&card->max_inside, &most, now))
		;
	(void)usleep(CARD_US);
	return card->tries > 0 ? CKR_OK : CKR_PIN_LOCKED;
}

static CK_RV
card_leave(struct fault_card *card, CK_RV rv)
{
	if (rv == CKR_OK) {
		card->right++;
		card->tries = CARD_TRIES;
	} else if (rv == CKR_PIN_INCORRECT) {
		card->wrong++;
		card->tries--;
	}
	card->inside--;
	return rv;
}

static CK_RV
fault_C_InitToken(CK_SLOT_ID slot, CK_UTF8CHAR *pin, CK_ULONG len, CK_UTF8CHAR *label)
{
	CK_RV rv = enter(FAULT_C_InitToken);

	control.pin_octets += (long)len;
	return leave(rv == CKR_OK ? real->C_InitToken(real_slot(slot), pin, len, label) : rv);
}

static CK_RV
fault_C_InitPIN(CK_SESSION_HANDLE h, CK_UTF8CHAR *pin, CK_ULONG len)
{
	CK_RV rv = enter(FAULT_C_InitPIN);

	control.pin_octets += (long)len;
	return leave(rv == CKR_OK ? real->C_InitPIN(h, pin, len) : rv);
}

static CK_RV
fault_C_SetPIN(CK_SESSION_HANDLE h, CK_UTF8CHAR *old, CK_ULONG old_len, CK_UTF8CHAR *pin,
               CK_ULONG len)
{
	CK_RV rv = enter(FAULT_C_SetPIN);

	control.pin_octets += (long)(old_len + len);
	if (rv == CKR_OK && control.card)
		rv = card_enter(control.card);
	rv = rv == CKR_OK ? real->C_SetPIN(h, old, old_len, pin, len) : rv;
	return leave(control.card ? card_leave(control.card, rv) : rv);
}

static CK_RV
fault_C_GetSlotList(CK_BBOOL present, CK_SLOT_ID *list, CK_ULONG *n)
{
	CK_RV rv = enter(FAULT_C_GetSlotList);

	rv = rv == CKR_OK ? real->C_GetSlotList(present, list, n) : rv;
	if (rv == CKR_OK && control.absent)
		*n = 0;
	for (CK_ULONG i = 0; rv == CKR_OK && list && i < *n; i++)
		list[i] += control.slot_shift;
	if (rv == CKR_OK && control.lie == FAULT_LIE_SLOTS)
		*n = 1000000;
	return leave(rv);
}

static CK_RV
fault_C_GetAttributeValue(CK_SESSION_HANDLE h, CK_OBJECT_HANDLE object, CK_ATTRIBUTE *a, CK_ULONG n)
{
	CK_RV rv = enter(FAULT_C_GetAttributeValue);

	rv = rv == CKR_OK ? real->C_GetAttributeValue(h, object, a, n) : rv;
	for (CK_ULONG i = 0; rv == CKR_OK && i < n; i++) {
		if (control.lie == FAULT_LIE_LENGTH && !a[i].pValue)
			a[i].ulValueLen = (CK_ULONG)1 << 60;
		if (control.lie == FAULT_LIE_GROWING && a[i].pValue)
			a[i].ulValueLen += 100;
		if (control.noise && a[i].pValue && a[i].ulValueLen > 8 &&
		    a[i].ulValueLen >= (CK_ULONG)control.noise)
			((CK_BYTE *)a[i].pValue)[control.noise - 1] ^= 0x10;
	}
	return leave(rv);
}

static CK_RV
fault_C_FindObjects(CK_SESSION_HANDLE h, CK_OBJECT_HANDLE *objects, CK_ULONG max, CK_ULONG *n)
{
	CK_RV rv = enter(FAULT_C_FindObjects);

	rv = rv == CKR_OK ? real->C_FindObjects(h, objects, max, n) : rv;
	if (rv == CKR_OK && control.lie == FAULT_LIE_FOUND)
		*n = max + 1000;
	if (rv == CKR_OK && control.lie == FAULT_LIE_FOREVER) {
		for (CK_ULONG i = 0; i < max; i++)
			objects[i] = 1;
		*n = max;
	}
	return leave(rv);
}

static CK_RV
fault_C_Initialize(void *args)
{
	CK_RV rv;

	rules_read();
	rv = enter(FAULT_C_Initialize);
	if (rv == CKR_OK && control.no_locking && args)
		rv = CKR_CANT_LOCK;
	return leave(rv == CKR_OK ? real->C_Initialize(args) : rv);
}

static CK_RV
fault_C_Finalize(void *reserved)
{
	CK_RV rv = enter(FAULT_C_Finalize);

	control.sessions_at_finalize = control.sessions;
	counts_write();
	rv = rv == CKR_OK ? real->C_Finalize(reserved) : rv;
	control.sessions = 0;
	return leave(rv);
}

static CK_RV
fault_C_GetTokenInfo(CK_SLOT_ID slot, CK_TOKEN_INFO *info)
{
	CK_RV rv = enter(FAULT_C_GetTokenInfo);
	long tries = control.tries;

	if (rv == CKR_OK && control.absent)
		rv = CKR_TOKEN_NOT_PRESENT;
	rv = rv == CKR_OK ? real->C_GetTokenInfo(real_slot(slot), info) : rv;
	if (rv == CKR_OK && control.other_serial)
		info->serialNumber[0] ^= 1;
	if (rv == CKR_OK && control.serial_octet)
		info->serialNumber[0] = control.serial_octet;
	if (rv == CKR_OK && control.mute)
		info->flags &= ~(CK_FLAGS)(CKF_USER_PIN_COUNT_LOW | CKF_USER_PIN_FINAL_TRY |
		                           CKF_SO_PIN_COUNT_LOW | CKF_SO_PIN_FINAL_TRY);
	if (control.card)
		tries = control.mute ? -1 : control.card->tries;
	if (rv == CKR_OK) {
		info->flags |= control.flags;
		if (tries >= 0 && tries < 3)
			info->flags |= CKF_USER_PIN_COUNT_LOW;
		if (tries == 1)
			info->flags |= CKF_USER_PIN_FINAL_TRY;
		if (tries == 0)
			info->flags |= CKF_USER_PIN_LOCKED;
	}
	return leave(rv);
}

static bool
hidden(CK_MECHANISM_TYPE type)
{
	for (unsigned int i = 0; i < control.n_hidden; i++)
		if (control.hidden[i] == type)
			return true;
	return false;
}

/* Three mechanisms that SoftHSM lacks: the digest is made here and signed by CKM_ECDSA. */
static const struct {
	CK_MECHANISM_TYPE type;
	const char *digest;
} hashing[] = {{CKM_ECDSA_SHA256, "SHA256"},
               {CKM_ECDSA_SHA384, "SHA384"},
               {CKM_ECDSA_SHA512, "SHA512"}};
enum { HASHING = sizeof(hashing) / sizeof(hashing[0]) };
static const char
        *_Atomic digest_next; /* for the C_Sign that follows; only for tests with one thread */

static const char *
digest_of(CK_MECHANISM_TYPE type)
{
	for (size_t i = 0; control.ecdsa_hashes && i < HASHING; i++)
		if (hashing[i].type == type && !hidden(type))
			return hashing[i].digest;
	return NULL;
}

static CK_RV
fault_C_GetMechanismInfo(CK_SLOT_ID slot, CK_MECHANISM_TYPE type, CK_MECHANISM_INFO *info)
{
	CK_RV rv = enter(FAULT_C_GetMechanismInfo);

	if (rv == CKR_OK && hidden(type))
		rv = CKR_MECHANISM_INVALID;
	type = digest_of(type) ? CKM_ECDSA : type;
	return leave(rv == CKR_OK ? real->C_GetMechanismInfo(real_slot(slot), type, info) : rv);
}

static CK_RV
fault_C_GetMechanismList(CK_SLOT_ID slot, CK_MECHANISM_TYPE *list, CK_ULONG *n)
{
	CK_RV rv = enter(FAULT_C_GetMechanismList);
	CK_ULONG kept = 0;

	rv = rv == CKR_OK ? real->C_GetMechanismList(real_slot(slot), list, n) : rv;
	if (rv == CKR_OK && !list && control.ecdsa_hashes)
		*n += HASHING;
	for (CK_ULONG i = 0; rv == CKR_OK && list && i < *n; i++)
		if (!hidden(list[i]))
			list[kept++] = list[i];
	for (size_t i = 0; rv == CKR_OK && list && i < HASHING; i++)
		if (digest_of(hashing[i].type))
			list[kept++] = hashing[i].type;
	if (rv == CKR_OK && list)
		*n = control.lie == FAULT_LIE_MECHANISMS ? kept + 100 : kept;
	return leave(rv);
}

static CK_RV
fault_C_OpenSession(CK_SLOT_ID slot, CK_FLAGS flags, void *app, CK_NOTIFY notify,
                    CK_SESSION_HANDLE *h)
{
	CK_RV rv = enter(FAULT_C_OpenSession);

	(void)pthread_mutex_lock(&lock);
	if (rv == CKR_OK && control.max_sessions >= 0 && control.sessions >= control.max_sessions)
		rv = CKR_SESSION_COUNT;
	control.sessions += rv == CKR_OK;
	last_slot = real_slot(slot);
	(void)pthread_mutex_unlock(&lock);
	if (rv != CKR_OK)
		return leave(rv);
	rv = real->C_OpenSession(real_slot(slot), flags, app, notify, h);
	(void)pthread_mutex_lock(&lock);
	control.sessions -= rv != CKR_OK;
	(void)pthread_mutex_unlock(&lock);
	return leave(rv);
}

static CK_RV
fault_C_CloseSession(CK_SESSION_HANDLE h)
{
	CK_RV rv = enter(FAULT_C_CloseSession);

	rv = rv == CKR_OK ? real->C_CloseSession(h) : rv;
	(void)pthread_mutex_lock(&lock);
	control.sessions -= rv == CKR_OK;
	(void)pthread_mutex_unlock(&lock);
	return leave(rv);
}

static CK_RV
fault_C_GetSessionInfo(CK_SESSION_HANDLE h, CK_SESSION_INFO *info)
{
	CK_RV rv = enter(FAULT_C_GetSessionInfo);

	rv = rv == CKR_OK ? real->C_GetSessionInfo(h, info) : rv;
	if (rv == CKR_OK && control.logged_out)
		info->state = CKS_RO_PUBLIC_SESSION;
	return leave(rv);
}

static CK_RV
fault_C_Login(CK_SESSION_HANDLE h, CK_USER_TYPE user, CK_UTF8CHAR *pin, CK_ULONG len)
{
	CK_RV rv = enter(FAULT_C_Login);

	control.pin_octets += (long)len;
	control.absent = control.absent || control.pulled;
	if (rv == CKR_OK && control.tries == 0)
		rv = CKR_PIN_LOCKED;
	if (rv == CKR_OK && control.logged_out && user == CKU_CONTEXT_SPECIFIC)
		rv = CKR_OPERATION_NOT_INITIALIZED;
	if (rv == CKR_OK && control.card)
		rv = card_enter(control.card);
	if (rv == CKR_OK && control.lie != FAULT_LIE_LOGIN)
		rv = real->C_Login(h, user, pin, len);
	if (control.card)
		rv = card_leave(control.card, rv);
	if (control.logged_out && (rv == CKR_OK || rv == CKR_USER_ALREADY_LOGGED_IN)) {
		control.logged_out = false;
		rv = CKR_OK;
	}
	control.good_logins += rv == CKR_OK;
	control.bad_logins += rv != CKR_OK;
	if (control.tries >= 0 && rv == CKR_OK)
		control.tries = 3;
	if (control.tries > 0 && rv == CKR_PIN_INCORRECT)
		control.tries--;
	return leave(rv);
}

/* Steps out of the call for as long as somebody else takes things away. */
static void
make_way(void)
{
	control.in_call--;
	(void)pthread_cond_broadcast(&moved);
	while (losing)
		(void)pthread_cond_wait(&moved, &lock);
	control.in_call++;
}

/*
 * At the first call after it was told, so that no operation that begins later meets it; once
 * nobody else is inside, for the real module would not live through it.
 */
static void
lose(void)
{
	(void)pthread_mutex_lock(&lock);
	if (losing)
		make_way();
	if (control.stopped || control.lose_sessions) {
		losing = true;
		while (control.in_call > 1)
			(void)pthread_cond_wait(&moved, &lock);
		if (control.stopped)
			(void)real->C_Finalize(NULL);
		else
			(void)real->C_CloseAllSessions(last_slot);
		control.stops += control.stopped;
		control.stopped = control.lose_sessions = false;
		control.sessions = 0;
		losing = false;
		(void)pthread_cond_broadcast(&moved);
	}
	(void)pthread_mutex_unlock(&lock);
}

static CK_RV
fault_C_SignInit(CK_SESSION_HANDLE h, CK_MECHANISM *mechanism, CK_OBJECT_HANDLE key)
{
	CK_RV rv = enter(FAULT_C_SignInit);
	const char *digest = digest_of(mechanism->mechanism);
	CK_MECHANISM bare = {CKM_ECDSA, NULL, 0};

	lose();
	if (rv == CKR_OK && (hidden(mechanism->mechanism) ||
	                     (control.refused && control.refused == mechanism->mechanism)))
		rv = CKR_MECHANISM_INVALID;
	rv = rv == CKR_OK ? real->C_SignInit(h, digest ? &bare : mechanism, key) : rv;
	if (rv == CKR_OK) {
		control.signs_by = mechanism->mechanism;
		digest_next = digest;
	}
	return leave(rv);
}

static CK_RV
fault_C_DecryptInit(CK_SESSION_HANDLE h, CK_MECHANISM *mechanism, CK_OBJECT_HANDLE key)
{
	CK_RV rv = enter(FAULT_C_DecryptInit);

	if (rv == CKR_OK && hidden(mechanism->mechanism))
		rv = CKR_MECHANISM_INVALID;
	return leave(rv == CKR_OK ? real->C_DecryptInit(h, mechanism, key) : rv);
}

static CK_RV
fault_C_Sign(CK_SESSION_HANDLE h, CK_BYTE *data, CK_ULONG len, CK_BYTE *out, CK_ULONG *out_len)
{
	CK_RV rv = enter(FAULT_C_Sign);
	unsigned char digest[EVP_MAX_MD_SIZE];
	size_t digest_len = 0;

	len -= control.other_message && len;
	if (rv == CKR_OK && digest_next) {
		(void)EVP_Q_digest(NULL, digest_next, NULL, data, len, digest, &digest_len);
		rv = real->C_Sign(h, digest, digest_len, out, out_len);
	} else if (rv == CKR_OK) {
		rv = real->C_Sign(h, data, len, out, out_len);
	}
	(void)pthread_mutex_lock(&lock);
	control.good_signs += rv == CKR_OK && out;
	(void)pthread_mutex_unlock(&lock);
	if (rv == CKR_OK && out)
		*out_len -= (CK_ULONG)control.short_signature;
	if (rv == CKR_OK && out && control.lie == FAULT_LIE_SIGNATURE)
		*out_len = 100000;
	return leave(rv);
}

/* A driver that hangs while it is loaded, or when it is asked for its functions. */
static void
hang_if(const char *where)
{
	const char *told = getenv("ANTIN_FAULT_LOAD");

	if (told && strcmp(told, where) == 0)
		hang();
}

__attribute__((constructor)) static void
loaded(void)
{
	hang_if("dlopen");
}

CK_RV
C_GetFunctionList(CK_FUNCTION_LIST **list)
{
	const char *path = getenv("ANTIN_FAULT_MODULE");
	CK_C_GetFunctionList get = NULL;
	void *library, *symbol;

	hang_if("C_GetFunctionList");
	if (!real) {
		library = dlopen(path ? path : "", RTLD_NOW | RTLD_LOCAL);
		symbol = library ? dlsym(library, "C_GetFunctionList") : NULL;
		if (!symbol)
			return CKR_GENERAL_ERROR;
		memcpy(&get, &symbol, sizeof(get));
		if (get(&real) != CKR_OK)
			return CKR_GENERAL_ERROR;
	}
	mine = *real;
#define SET(name) mine.name = fault_##name;
	FAULT_FUNCTIONS(SET)
#undef SET
	mine.C_GetFunctionList = C_GetFunctionList;
	*list = &mine;
	return CKR_OK;
}
