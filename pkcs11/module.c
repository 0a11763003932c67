/*
 * Modules (PKCS#11 v2.40, 11.4): loaded alone, initialised once in the process, finalised by us
 * only when we initialised them.  C_Initialize counts for the whole process, so the table of what
 * is open is the process's too: two key stores over one module share it, and the last one ends it.
 */
#include "p11.h"

#include <dlfcn.h>
#include <limits.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static pthread_mutex_t table_lock = PTHREAD_MUTEX_INITIALIZER;
static struct antin_module *table;
static _Atomic pid_t table_pid; /* asked before the lock is known to be ours */

/* What a helper that died leaves is nothing: another one begins where a first one would. */
static enum antin_rc
helper_begin(struct antin_module *m, struct antin_err *err)
{
	return m->helper ? antin_p11_helper_start(m->helper, err) : ANTIN_OK;
}

/* A module that cannot lock is called with no arguments and then by one thread at a time. */
static enum antin_rc
initialize(struct antin_module *m, struct antin_err *err)
{
	CK_C_INITIALIZE_ARGS how = {.flags = CKF_OS_LOCKING_OK};
	CK_RV rv = CKR_CANT_LOCK;
	enum antin_rc rc = helper_begin(m, err);

	if (rc != ANTIN_OK)
		return rc;
	how.pReserved = m->args;
	if (!antin_p11_locks_badly(m->path))
		rv = ANTIN_P11_CALL(m, C_Initialize, &how);
	if (rv == CKR_CANT_LOCK) {
		m->one_by_one = true;
		rv = ANTIN_P11_CALL(m, C_Initialize, NULL);
	}
	if (rv == CKR_CRYPTOKI_ALREADY_INITIALIZED)
		return ANTIN_OK;
	if (rv != CKR_OK)
		return antin_p11_fail(err, rv, "C_Initialize");
	m->initialized = true;
	return ANTIN_OK;
}

/* A module that does not tell what it is has no quirks. */
static void
identify(struct antin_module *m)
{
	CK_INFO info = {0};

	if (ANTIN_P11_CALL(m, C_GetInfo, &info) == CKR_OK)
		m->quirks = antin_p11_quirks_of(&info);
	m->one_by_one = m->one_by_one || m->quirks.one_operation;
}

/*
 * Only a module that is ours: another part of the process may be inside one that was initialised
 * before us.  What C_Finalize says does not matter, the module may be beyond it.
 */
enum antin_rc
antin_p11_restart(struct antin_module *m, unsigned int epoch, struct antin_err *err)
{
	int64_t began;
	enum antin_rc rc;

	if (antin_p11_epoch(m) != epoch)
		return ANTIN_OK;
	if (!m->initialized)
		return antin_fail(err, ANTIN_E_BUSY,
		                  N_("another part of this program has initialised the module"));
	if (!antin_p11_close_gate(m, epoch))
		return antin_p11_epoch(m) != epoch
		               ? ANTIN_OK
		               : antin_fail(err, ANTIN_E_BUSY,
		                            N_("the module is busy and cannot be started again"));
	(void)ANTIN_P11_CALL(m, C_Finalize, NULL);
	began = antin_p11_now();
	rc = initialize(m, err);
	if (rc != ANTIN_OK && m->helper)
		antin_p11_helper_defer(m->helper, antin_p11_now() - began);
	antin_p11_open_gate(m);
	return rc;
}

static void
module_destroy(struct antin_module *m)
{
	if (m->initialized && m->pid == getpid())
		(void)ANTIN_P11_CALL(m, C_Finalize, NULL);
	antin_p11_helper_free(m->helper, m->pid == getpid());
	if (m->library)
		(void)dlclose(m->library);
	(void)pthread_mutex_destroy(&m->operation_lock);
	(void)pthread_rwlock_destroy(&m->copy_lock);
	(void)pthread_mutex_destroy(&m->lock);
	free(m->path);
	free(m->args);
	free(m);
}

enum antin_rc
antin_p11_loaded(enum antin_wire_start start, const char *text, CK_RV rv, struct antin_err *err)
{
	switch (start) {
	case ANTIN_WIRE_STARTED:
		return ANTIN_OK;
	case ANTIN_WIRE_NOT_LOADED:
		return antin_fail(err, ANTIN_E_FORMAT, N_("this file cannot be loaded: %s"), text);
	case ANTIN_WIRE_NO_MODULE:
		return antin_fail(err, ANTIN_E_FORMAT, N_("this file is not a PKCS#11 module"));
	case ANTIN_WIRE_TOO_OLD:
		return antin_fail(err, ANTIN_E_UNSUPPORTED,
		                  N_("this module is older than PKCS#11 2"));
	case ANTIN_WIRE_NO_LIST:
	default:
		return antin_p11_fail(err, rv, "C_GetFunctionList");
	}
}

/*
 * RTLD_NODELETE: vendors' modules leave threads and exit handlers behind that point into them.
 * What they do while they are loaded may hang as any call may.
 */
static void *
library_open(struct antin_module *m)
{
	struct antin_p11_call call = {.function = "dlopen"};
	void *library = NULL;

	if (antin_p11_enter(m, 0, &call) == CKR_OK) {
		library = dlopen(m->path, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
		antin_p11_leave(m, &call);
	}
	return library;
}

static CK_RV
list_get(struct antin_module *m, CK_C_GetFunctionList get)
{
	struct antin_p11_call call = {.function = "C_GetFunctionList"};
	CK_RV rv = antin_p11_enter(m, 0, &call);

	if (rv == CKR_OK) {
		rv = get(&m->f);
		antin_p11_leave(m, &call);
	}
	return rv;
}

static enum antin_rc
module_load(struct antin_module *m, struct antin_err *err)
{
	CK_C_GetFunctionList get;
	void *symbol;
	CK_RV rv;

	m->library = library_open(m);
	if (!m->library) {
		const char *why = dlerror();

		return antin_p11_loaded(ANTIN_WIRE_NOT_LOADED, why ? why : "", CKR_OK, err);
	}
	symbol = dlsym(m->library, "C_GetFunctionList");
	if (!symbol)
		return antin_p11_loaded(ANTIN_WIRE_NO_MODULE, NULL, CKR_OK, err);
	memcpy(&get, &symbol, sizeof(get));
	rv = list_get(m, get);
	if (rv != CKR_OK)
		return antin_p11_loaded(ANTIN_WIRE_NO_LIST, NULL, rv, err);
	if (!m->f || m->f->version.major < 2)
		return antin_p11_loaded(ANTIN_WIRE_TOO_OLD, NULL, CKR_OK, err);
	return ANTIN_OK;
}

/* In this process, or in a helper that will load it when it is initialised. */
static enum antin_rc
module_place(struct antin_module *m, struct antin_err *err)
{
	struct antin_p11_config config = antin_p11_config();

	if (!config.helper)
		return module_load(m, err);
	return antin_p11_helper_new(config.helper, m->path, &m->helper, err);
}

static enum antin_rc
module_new(const char *path, const char *args, struct antin_module **out, struct antin_err *err)
{
	struct antin_module *m = calloc(1, sizeof(*m));
	enum antin_rc rc;

	if (!m)
		return antin_fail_memory(err);
	m->refs = 1;
	m->epoch = 1;
	m->pid = getpid();
	(void)pthread_mutex_init(&m->operation_lock, NULL);
	(void)pthread_rwlock_init(&m->copy_lock, NULL);
	(void)pthread_mutex_init(&m->lock, NULL);
	m->path = strdup(path);
	m->args = args ? strdup(args) : NULL;
	rc = m->path && (m->args || !args) ? module_place(m, err) : antin_fail_memory(err);
	if (rc == ANTIN_OK)
		rc = initialize(m, err);
	if (rc != ANTIN_OK) {
		antin_err_set_file(err, path);
		module_destroy(m);
		return rc;
	}
	identify(m);
	*out = m;
	return ANTIN_OK;
}

/* Opened before a fork it belongs to the parent: the child gets one of its own. */
static struct antin_module *
table_find(const char *path)
{
	for (struct antin_module *m = table; m; m = m->next)
		if (strcmp(m->path, path) == 0 && m->pid == getpid())
			return m;
	return NULL;
}

/* A child of fork begins anew: its parent's threads, and what they held, are not its own. */
static void
own_process(void)
{
	pid_t self = getpid(), was = table_pid;

	while (was != self) {
		/* The first thread of a child begins the table anew; the others wait for it. */
		if (was != -self && atomic_compare_exchange_strong(&table_pid, &was, -self)) {
			if (was) {
				table_lock = (pthread_mutex_t)PTHREAD_MUTEX_INITIALIZER;
				antin_p11_watch_forget();
			}
			table_pid = self;
			return;
		}
		(void)sched_yield();
		was = table_pid;
	}
}

static enum antin_rc
table_open(const char *path, const char *args, struct antin_module **out, struct antin_err *err)
{
	struct antin_module *m;
	enum antin_rc rc = ANTIN_OK;

	own_process();
	(void)pthread_mutex_lock(&table_lock);
	antin_p11_watch_begin();
	m = table_find(path);
	if (m) {
		m->refs++;
	} else {
		rc = module_new(path, args, &m, err);
		if (rc == ANTIN_OK && m) {
			m->next = table;
			table = m;
		}
	}
	if (!table)
		antin_p11_watch_end();
	(void)pthread_mutex_unlock(&table_lock);
	if (rc == ANTIN_OK)
		*out = m;
	return rc;
}

enum antin_rc
antin_module_open(const char *name, struct antin_module **out, struct antin_err *err)
{
	ANTIN_SCOPED(antin_bytes) path = {0};
	ANTIN_SCOPED(antin_bytes) args = {0};
	char real[PATH_MAX];
	const char *text;
	enum antin_rc rc = antin_p11_module_resolve(name, &path, &args, err);

	if (rc != ANTIN_OK)
		return rc;
	text = antin_bytes_cstr(&path);
	if (!text)
		return antin_fail_memory(err);
	if (!realpath(text, real)) {
		rc = antin_fail(err, ANTIN_E_MISSING, N_("there is no such PKCS#11 module"));
		antin_err_set_file(err, text);
		return rc;
	}
	if (strstr(real, "p11-kit-proxy"))
		return antin_fail(err, ANTIN_E_UNSUPPORTED,
		                  N_("the p11-kit proxy loads every module; name one of them"));
	return table_open(real, args.len ? antin_bytes_cstr(&args) : NULL, out, err);
}

struct antin_module *
antin_module_ref(struct antin_module *m)
{
	(void)pthread_mutex_lock(&table_lock);
	m->refs++;
	(void)pthread_mutex_unlock(&table_lock);
	return m;
}

void
antin_module_free(struct antin_module *m)
{
	if (!m)
		return;
	(void)pthread_mutex_lock(&table_lock);
	if (--m->refs == 0) {
		struct antin_module **at = &table;

		while (*at && *at != m)
			at = &(*at)->next;
		if (*at)
			*at = m->next;
		module_destroy(m);
		if (!table && table_pid == getpid())
			antin_p11_watch_end();
	}
	(void)pthread_mutex_unlock(&table_lock);
}

const char *
antin_module_path(const struct antin_module *m)
{
	return m->path;
}

const char *
antin_module_args(const struct antin_module *m)
{
	return m->args;
}

bool
antin_module_isolated(const struct antin_module *m)
{
	return m->helper != NULL;
}

enum antin_rc
antin_module_info(struct antin_module *m, struct antin_module_info *out, struct antin_err *err)
{
	CK_INFO info = {0};
	CK_RV rv = ANTIN_P11_CALL(m, C_GetInfo, &info);

	if (rv != CKR_OK)
		return antin_p11_fail(err, rv, "C_GetInfo");
	antin_p11_text(info.manufacturerID, sizeof(info.manufacturerID), out->manufacturer,
	               sizeof(out->manufacturer));
	antin_p11_text(info.libraryDescription, sizeof(info.libraryDescription), out->description,
	               sizeof(out->description));
	(void)snprintf(out->version, sizeof(out->version), "%u.%u", info.libraryVersion.major,
	               info.libraryVersion.minor);
	(void)snprintf(out->cryptoki, sizeof(out->cryptoki), "%u.%u", info.cryptokiVersion.major,
	               info.cryptokiVersion.minor);
	return ANTIN_OK;
}

static CK_RV
slot_list(struct antin_module *m, CK_SLOT_ID slots[ANTIN_P11_SLOTS_MAX], CK_ULONG *count)
{
	/* Without a buffer first: SoftHSM and others look for new tokens only then. */
	CK_RV rv = ANTIN_P11_CALL(m, C_GetSlotList, CK_TRUE, NULL, count);

	*count = ANTIN_P11_SLOTS_MAX;
	return rv == CKR_OK ? ANTIN_P11_CALL(m, C_GetSlotList, CK_TRUE, slots, count) : rv;
}

/* Where every look at tokens begins: a helper that died while nobody used it is no failure. */
enum antin_rc
antin_p11_slots(struct antin_module *m, CK_SLOT_ID slots[ANTIN_P11_SLOTS_MAX], size_t *n,
                struct antin_err *err)
{
	unsigned int epoch = antin_p11_epoch(m);
	CK_ULONG count = ANTIN_P11_SLOTS_MAX;
	CK_RV rv = slot_list(m, slots, &count);

	if (rv == ANTIN_P11_RV_DIED && antin_p11_restart(m, epoch, NULL) == ANTIN_OK)
		rv = slot_list(m, slots, &count);
	if (rv != CKR_OK) {
		enum antin_rc rc = antin_p11_fail(err, rv, "C_GetSlotList");

		antin_err_set_file(err, m->path);
		return rc;
	}
	*n = count < ANTIN_P11_SLOTS_MAX ? count : ANTIN_P11_SLOTS_MAX;
	return ANTIN_OK;
}

void
antin_modules_done(struct antin_modules *l)
{
	for (size_t i = 0; i < l->n; i++)
		antin_module_free(l->items[i]);
	free(l->items);
	*l = (struct antin_modules){0};
}

enum antin_rc
antin_modules_add(struct antin_modules *l, struct antin_module *m, struct antin_err *err)
{
	struct antin_module **items;

	for (size_t i = 0; i < l->n; i++) {
		if (l->items[i] == m) {
			antin_module_free(m);
			return ANTIN_OK;
		}
	}
	items = realloc(l->items, (l->n + 1) * sizeof(struct antin_module *));
	if (!items) {
		antin_module_free(m);
		return antin_fail_memory(err);
	}
	items[l->n++] = m;
	l->items = items;
	return ANTIN_OK;
}

/* A known file that does not load or start is no reason to see none of the others. */
static enum antin_rc
modules_known(struct antin_modules *l, struct antin_err *err)
{
	ANTIN_SCOPED(antin_bytes) path = {0};
	enum antin_rc last = ANTIN_OK;

	for (size_t i = 0; antin_p11_known_at(i, &path); i++) {
		struct antin_module *m = NULL;
		const char *text = path.len ? antin_bytes_cstr(&path) : NULL;

		if (!text)
			continue;
		antin_err_clear(err);
		last = antin_module_open(text, &m, err);
		if (last == ANTIN_OK)
			last = antin_modules_add(l, m, err);
	}
	if (l->n)
		antin_err_clear(err);
	else if (last == ANTIN_OK)
		return antin_fail(err, ANTIN_E_NOT_FOUND,
		                  N_("no known token driver is installed on this computer"));
	return l->n ? ANTIN_OK : last;
}

enum antin_rc
antin_modules_load(const char *name, struct antin_modules *out, struct antin_err *err)
{
	ANTIN_SCOPED(antin_modules) l = {0};
	struct antin_module *m = NULL;
	enum antin_rc rc;

	if (name) {
		rc = antin_module_open(name, &m, err);
		if (rc == ANTIN_OK)
			rc = antin_modules_add(&l, m, err);
	} else {
		rc = modules_known(&l, err);
	}
	if (rc != ANTIN_OK)
		return rc;
	antin_modules_done(out);
	*out = l;
	l = (struct antin_modules){0};
	return ANTIN_OK;
}
