/*
 * Tokens by identity (label, manufacturer, model, serial): listed, found by URI, found again when
 * their slot changed.  A slot number is never kept as a name.
 */
#include "p11.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>

static const char *const pin_states[] = {
        [ANTIN_PIN_OK] = "ok",         [ANTIN_PIN_LOW] = "low",     [ANTIN_PIN_FINAL] = "final-try",
        [ANTIN_PIN_LOCKED] = "locked", [ANTIN_PIN_UNSET] = "unset",
};

const char *
antin_pin_state_name(enum antin_pin_state s)
{
	return pin_states[s];
}

void
antin_p11_text(const CK_UTF8CHAR *padded, size_t len, char *out, size_t cap)
{
	while (len && (padded[len - 1] == ' ' || padded[len - 1] == '\0'))
		len--;
	if (len >= cap)
		len = cap - 1;
	memcpy(out, padded, len);
	out[len] = '\0';
}

static enum antin_pin_state
user_pin(CK_FLAGS flags)
{
	if (!(flags & CKF_USER_PIN_INITIALIZED))
		return ANTIN_PIN_UNSET;
	if (flags & CKF_USER_PIN_LOCKED)
		return ANTIN_PIN_LOCKED;
	if (flags & CKF_USER_PIN_FINAL_TRY)
		return ANTIN_PIN_FINAL;
	return flags & CKF_USER_PIN_COUNT_LOW ? ANTIN_PIN_LOW : ANTIN_PIN_OK;
}

static enum antin_pin_state
so_pin(CK_FLAGS flags)
{
	if (!(flags & CKF_TOKEN_INITIALIZED))
		return ANTIN_PIN_UNSET;
	if (flags & CKF_SO_PIN_LOCKED)
		return ANTIN_PIN_LOCKED;
	if (flags & CKF_SO_PIN_FINAL_TRY)
		return ANTIN_PIN_FINAL;
	return flags & CKF_SO_PIN_COUNT_LOW ? ANTIN_PIN_LOW : ANTIN_PIN_OK;
}

unsigned long
antin_p11_told(CK_ULONG given)
{
	return given == CK_UNAVAILABLE_INFORMATION ? 0 : given;
}

void
antin_p11_info_of(struct antin_module *m, CK_SLOT_ID slot, const CK_TOKEN_INFO *from,
                  struct antin_token_info *to)
{
	CK_SLOT_INFO where = {0};

	memset(to, 0, sizeof(*to));
	antin_p11_text(from->label, sizeof(from->label), to->label, sizeof(to->label));
	antin_p11_text(from->manufacturerID, sizeof(from->manufacturerID), to->manufacturer,
	               sizeof(to->manufacturer));
	antin_p11_text(from->model, sizeof(from->model), to->model, sizeof(to->model));
	antin_p11_text(from->serialNumber, sizeof(from->serialNumber), to->serial,
	               sizeof(to->serial));
	(void)snprintf(to->module, sizeof(to->module), "%s", m->path);
	(void)snprintf(to->firmware, sizeof(to->firmware), "%u.%u", from->firmwareVersion.major,
	               from->firmwareVersion.minor);
	(void)snprintf(to->hardware, sizeof(to->hardware), "%u.%u", from->hardwareVersion.major,
	               from->hardwareVersion.minor);
	to->slot = slot;
	to->initialized = from->flags & CKF_TOKEN_INITIALIZED;
	to->login_required = from->flags & CKF_LOGIN_REQUIRED;
	to->pinpad = from->flags & CKF_PROTECTED_AUTHENTICATION_PATH;
	to->write_protected = from->flags & CKF_WRITE_PROTECTED;
	to->user_pin = user_pin(from->flags);
	to->so_pin = so_pin(from->flags);
	to->pin_min = antin_p11_told(from->ulMinPinLen);
	to->pin_max = antin_p11_told(from->ulMaxPinLen);
	to->sessions_max = antin_p11_told(from->ulMaxSessionCount);
	to->flags = from->flags;
	if (ANTIN_P11_CALL(m, C_GetSlotInfo, slot, &where) == CKR_OK)
		to->removable = where.flags & CKF_REMOVABLE_DEVICE;
}

static bool
same_identity(const CK_TOKEN_INFO *info, const struct antin_p11_identity *identity)
{
	return memcmp(info->label, identity->label, sizeof(identity->label)) == 0 &&
	       memcmp(info->manufacturerID, identity->manufacturer,
	              sizeof(identity->manufacturer)) == 0 &&
	       memcmp(info->model, identity->model, sizeof(identity->model)) == 0 &&
	       memcmp(info->serialNumber, identity->serial, sizeof(identity->serial)) == 0;
}

static void
identity_of(const CK_TOKEN_INFO *info, struct antin_p11_identity *identity)
{
	memcpy(identity->label, info->label, sizeof(identity->label));
	memcpy(identity->manufacturer, info->manufacturerID, sizeof(identity->manufacturer));
	memcpy(identity->model, info->model, sizeof(identity->model));
	memcpy(identity->serial, info->serialNumber, sizeof(identity->serial));
}

/* A token that is pulled out between the list and the question is simply not there. */
static bool
gone(CK_RV rv)
{
	return rv == CKR_TOKEN_NOT_PRESENT || rv == CKR_SLOT_ID_INVALID ||
	       rv == CKR_DEVICE_REMOVED || rv == CKR_TOKEN_NOT_RECOGNIZED;
}

static enum antin_rc
each_slot(struct antin_module *m,
          enum antin_rc (*visit)(void *user, const struct antin_p11_seen *seen,
                                 struct antin_err *err),
          void *user, struct antin_err *err)
{
	CK_SLOT_ID slots[ANTIN_P11_SLOTS_MAX];
	size_t n;
	enum antin_rc rc = antin_p11_slots(m, slots, &n, err);

	for (size_t i = 0; rc == ANTIN_OK && i < n; i++) {
		struct antin_p11_seen seen = {.module = m, .slot = slots[i]};
		CK_RV rv = ANTIN_P11_CALL(m, C_GetTokenInfo, slots[i], &seen.info);

		if (rv == CKR_OK)
			rc = visit(user, &seen, err);
		else if (!gone(rv))
			rc = antin_p11_fail(err, rv, "C_GetTokenInfo");
	}
	return rc;
}

void
antin_token_infos_done(struct antin_token_infos *l)
{
	free(l->items);
	*l = (struct antin_token_infos){0};
}

static enum antin_rc
info_add(void *user, const struct antin_p11_seen *seen, struct antin_err *err)
{
	struct antin_token_infos *l = user;
	struct antin_token_info *items = realloc(l->items, (l->n + 1) * sizeof(*items));

	if (!items)
		return antin_fail_memory(err);
	l->items = items;
	antin_p11_info_of(seen->module, seen->slot, &seen->info, &items[l->n++]);
	return ANTIN_OK;
}

enum antin_rc
antin_token_list(const struct antin_modules *modules, struct antin_token_infos *out,
                 struct antin_err *err)
{
	ANTIN_SCOPED(antin_token_infos) l = {0};

	for (size_t i = 0; i < modules->n; i++) {
		enum antin_rc rc = each_slot(modules->items[i], info_add, &l, err);

		if (rc != ANTIN_OK)
			return rc;
	}
	antin_token_infos_done(out);
	*out = l;
	l = (struct antin_token_infos){0};
	return ANTIN_OK;
}

static bool
same_token(const struct antin_p11_seen *a, const struct antin_p11_seen *b)
{
	struct antin_p11_identity identity;

	identity_of(&b->info, &identity);
	return a->module != b->module && b->info.serialNumber[0] != ' ' &&
	       same_identity(&a->info, &identity);
}

/* The same token seen through two drivers counts once. */
static enum antin_rc
choice_add(void *user, const struct antin_p11_seen *seen, struct antin_err *err)
{
	struct antin_p11_choice *c = user;

	(void)err;
	if (c->blank != !(seen->info.flags & CKF_TOKEN_INITIALIZED))
		return ANTIN_OK;
	if (c->uri && !antin_p11_uri_matches(c->uri, seen->module, seen->slot, &seen->info))
		return ANTIN_OK;
	if (c->n && same_token(&c->first, seen))
		return ANTIN_OK;
	if (c->n == 0)
		c->first = *seen;
	else if (c->n == 1)
		c->second = *seen;
	c->n++;
	return ANTIN_OK;
}

static enum antin_rc
fail_ambiguous(const struct antin_p11_choice *c, struct antin_err *err)
{
	char label[2][40], serial[2][24];
	const struct antin_p11_seen *seen[2] = {&c->first, &c->second};
	enum antin_rc rc;

	for (size_t i = 0; i < 2; i++) {
		antin_p11_text(seen[i]->info.label, 32, label[i], sizeof(label[i]));
		antin_p11_text(seen[i]->info.serialNumber, 16, serial[i], sizeof(serial[i]));
	}
	rc = antin_fail(err, ANTIN_E_AMBIGUOUS,
	                N_("several tokens match: \"%s\" with serial %s, \"%s\" with serial %s"),
	                label[0], serial[0], label[1], serial[1]);
	antin_err_set_hint(err, N_("Name the token by its serial: pkcs11:serial=%s"), serial[0]);
	return rc;
}

enum antin_rc
antin_p11_choose(const struct antin_modules *modules, struct antin_p11_choice *c,
                 struct antin_err *err)
{
	for (size_t i = 0; i < modules->n; i++) {
		enum antin_rc rc = each_slot(modules->items[i], choice_add, c, err);

		if (rc != ANTIN_OK)
			return rc;
	}
	if (c->n > 1)
		return fail_ambiguous(c, err);
	return ANTIN_OK;
}

static struct antin_token *
token_known(struct antin_module *m, const struct antin_p11_seen *seen)
{
	struct antin_token *t;

	for (t = m->tokens; t; t = t->next)
		if (same_identity(&seen->info, &t->identity))
			break;
	if (t)
		t->refs++;
	return t;
}

/* One of them is for the login; what the token says is not always so, and is corrected later. */
static size_t
sessions_max(const CK_TOKEN_INFO *info)
{
	unsigned long told = antin_p11_told(info->ulMaxSessionCount);

	if (told == 0 || told > ANTIN_P11_IDLE_MAX)
		return ANTIN_P11_IDLE_MAX;
	return told > 1 ? told - 1 : 1;
}

static struct antin_token *
token_new(const struct antin_p11_seen *seen)
{
	struct antin_token *t = calloc(1, sizeof(*t));

	if (!t)
		return NULL;
	if (antin_random(t->salt, sizeof(t->salt), NULL) != ANTIN_OK) {
		free(t);
		return NULL;
	}
	t->refs = 1;
	t->generation = 1;
	t->slot = seen->slot;
	identity_of(&seen->info, &t->identity);
	(void)pthread_mutex_init(&t->lock, NULL);
	(void)pthread_mutex_init(&t->pin_lock, NULL);
	(void)pthread_cond_init(&t->given, NULL);
	t->lent_max = sessions_max(&seen->info);
	t->epoch = antin_p11_epoch(seen->module);
	t->module = antin_module_ref(seen->module);
	t->next = seen->module->tokens;
	seen->module->tokens = t;
	return t;
}

struct antin_token *
antin_p11_token_of(const struct antin_p11_seen *seen)
{
	struct antin_module *m = seen->module;
	struct antin_token *t;

	(void)pthread_mutex_lock(&m->lock);
	t = token_known(m, seen);
	if (!t)
		t = token_new(seen);
	(void)pthread_mutex_unlock(&m->lock);
	return t;
}

enum antin_rc
antin_token_open(const struct antin_modules *modules, const char *uri, struct antin_token **out,
                 struct antin_err *err)
{
	ANTIN_OWN_S(antin_p11_uri) u = NULL;
	struct antin_token *t;
	struct antin_p11_choice c = {0};
	enum antin_rc rc = antin_p11_uri_parse(uri, &u, err);

	if (rc != ANTIN_OK)
		return rc;
	c.uri = u;
	rc = antin_p11_choose(modules, &c, err);
	if (rc != ANTIN_OK)
		return rc;
	if (c.n == 0) {
		rc = antin_fail(err, ANTIN_E_NOT_FOUND, N_("no token matches %s"), uri);
		antin_err_set_hint(err, N_("See the tokens with: antin token list"));
		return rc;
	}
	t = antin_p11_token_of(&c.first);
	if (!t)
		return antin_fail_memory(err);
	*out = t;
	return ANTIN_OK;
}

struct antin_token *
antin_p11_token_ref(struct antin_token *t)
{
	(void)pthread_mutex_lock(&t->module->lock);
	t->refs++;
	(void)pthread_mutex_unlock(&t->module->lock);
	return t;
}

CK_SLOT_ID
antin_p11_slot(struct antin_token *t)
{
	CK_SLOT_ID slot;

	(void)pthread_mutex_lock(&t->lock);
	slot = t->slot;
	(void)pthread_mutex_unlock(&t->lock);
	return slot;
}

/* Whether it was called lost, as often as it says, and not looked for since. */
static bool
is_lost(struct antin_token *t, unsigned int *losses)
{
	bool lost;

	(void)pthread_mutex_lock(&t->lock);
	*losses = t->losses;
	lost = t->found != t->losses;
	(void)pthread_mutex_unlock(&t->lock);
	return lost;
}

static void
token_destroy(struct antin_token *t)
{
	antin_p11_sessions_close(t);
	(void)pthread_mutex_destroy(&t->lock);
	(void)pthread_mutex_destroy(&t->pin_lock);
	(void)pthread_cond_destroy(&t->given);
	OPENSSL_cleanse(t->failed, sizeof(t->failed));
	free(t->mechanisms);
	antin_module_free(t->module);
	free(t);
}

void
antin_token_free(struct antin_token *t)
{
	struct antin_token **at;
	bool last;

	if (!t)
		return;
	(void)pthread_mutex_lock(&t->module->lock);
	last = --t->refs == 0;
	for (at = &t->module->tokens; last && *at; at = &(*at)->next) {
		if (*at == t) {
			*at = t->next;
			break;
		}
	}
	(void)pthread_mutex_unlock(&t->module->lock);
	if (last)
		token_destroy(t);
}

/* What this thread saw: another one may call the token lost again meanwhile. */
struct search {
	struct antin_token *token;
	unsigned int losses; /* that it came after */
	bool found, moved;
};

static enum antin_rc
find_again(void *user, const struct antin_p11_seen *seen, struct antin_err *err)
{
	struct search *look = user;
	struct antin_token *t = look->token;

	(void)err;
	if (same_identity(&seen->info, &t->identity)) {
		look->found = true;
		(void)pthread_mutex_lock(&t->lock);
		look->moved = t->slot != seen->slot;
		t->slot = seen->slot;
		t->found = look->losses;
		t->restart_ms = 0;
		(void)pthread_mutex_unlock(&t->lock);
	}
	return ANTIN_OK;
}

bool
antin_p11_others_in(struct antin_token *t)
{
	unsigned int epoch = antin_p11_epoch(t->module);
	bool found = false;

	(void)pthread_mutex_lock(&t->module->lock);
	for (struct antin_token *o = t->module->tokens; o && !found; o = o->next) {
		(void)pthread_mutex_lock(&o->lock);
		found = o->epoch == epoch &&
		        (o->lent > 0 || (o != t && o->logged_in == o->generation));
		(void)pthread_mutex_unlock(&o->lock);
	}
	(void)pthread_mutex_unlock(&t->module->lock);
	return found;
}

enum { RESTART_MIN_MS = 250, RESTART_MAX_MS = 5000 };

/* Some modules see a token that came back only when they begin anew; each time later than before.
 */
static bool
restart_due(struct antin_token *t)
{
	int64_t now = antin_p11_now();
	bool due;

	(void)pthread_mutex_lock(&t->lock);
	due = t->restart_ms == 0 || now >= t->restart_at;
	if (due) {
		t->restart_ms = t->restart_ms ? 2 * t->restart_ms : RESTART_MIN_MS;
		if (t->restart_ms > RESTART_MAX_MS)
			t->restart_ms = RESTART_MAX_MS;
		t->restart_at = now + t->restart_ms;
	}
	(void)pthread_mutex_unlock(&t->lock);
	return due && !antin_p11_others_in(t);
}

/* Looks for a lost token in the slots; initialises the module anew when it is in none. */
static enum antin_rc
token_locate(struct antin_token *t, struct antin_err *err)
{
	struct search look = {.token = t};
	char label[40], serial[24];
	enum antin_rc rc;

	if (!is_lost(t, &look.losses))
		return ANTIN_OK;
	rc = each_slot(t->module, find_again, &look, err);
	if (!look.found && restart_due(t) &&
	    antin_p11_restart(t->module, antin_p11_epoch(t->module), NULL) == ANTIN_OK) {
		antin_err_clear(err);
		antin_p11_sessions_forget(t);
		(void)is_lost(t, &look.losses);
		rc = each_slot(t->module, find_again, &look, err);
	}
	if (!look.found || look.moved) /* what was opened where it was is dead */
		antin_p11_sessions_end(t);
	if (look.found)
		antin_err_clear(err);
	if (look.found || rc != ANTIN_OK)
		return look.found ? ANTIN_OK : rc;
	antin_p11_text(t->identity.label, 32, label, sizeof(label));
	antin_p11_text(t->identity.serial, 16, serial, sizeof(serial));
	return antin_fail(err, ANTIN_E_REMOVED, N_("token \"%s\" with serial %s is not there"),
	                  label, serial);
}

enum { LOOK_MS = 100 };

enum antin_rc
antin_p11_token_await(struct antin_token *t, const struct antin_pin_source *pins,
                      struct antin_err *err)
{
	int64_t until = antin_p11_now() + (int64_t)antin_p11_config().return_ms;
	enum antin_rc rc = token_locate(t, err);

	if (rc == ANTIN_E_REMOVED && pins && pins->notice && antin_p11_now() < until)
		pins->notice(pins->user, N_("The token was taken out. Put it back to go on."));
	while (rc == ANTIN_E_REMOVED && antin_p11_now() < until) {
		antin_p11_nap(LOOK_MS);
		antin_err_clear(err);
		rc = token_locate(t, err);
	}
	return rc;
}

enum antin_rc
antin_p11_token_ask(struct antin_token *t, CK_TOKEN_INFO *out, struct antin_err *err)
{
	CK_TOKEN_INFO info;
	CK_RV rv;
	enum antin_rc rc = token_locate(t, err);

	if (rc != ANTIN_OK)
		return rc;
	rv = ANTIN_P11_CALL(t->module, C_GetTokenInfo, antin_p11_slot(t), &info);
	if (rv != CKR_OK)
		return antin_p11_fail(err, rv, "C_GetTokenInfo");
	if (!same_identity(&info, &t->identity))
		return antin_fail(err, ANTIN_E_REMOVED, N_("another token is in its place"));
	*out = info;
	return ANTIN_OK;
}

void
antin_p11_tries_of(struct antin_token *t, struct antin_token_info *out)
{
	struct antin_p11_tally y;

	antin_p11_tally_load(t, &y);
	out->wrong_pins = antin_p11_tally_count(&y, ANTIN_P11_OWNER_USER);
	out->pin_last = antin_p11_pin_last(t, ANTIN_PIN_USER, out);
	out->so_pin_last = antin_p11_pin_last(t, ANTIN_PIN_SO, out);
}

enum antin_rc
antin_token_info(struct antin_token *t, struct antin_token_info *out, struct antin_err *err)
{
	CK_TOKEN_INFO info = {0};
	enum antin_rc rc = antin_p11_token_ask(t, &info, err);

	if (rc != ANTIN_OK)
		return rc;
	antin_p11_info_of(t->module, antin_p11_slot(t), &info, out);
	antin_p11_tries_of(t, out);
	return ANTIN_OK;
}
