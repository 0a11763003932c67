/*
 * A PKCS#11 module (v2.40) without a device: libp11 makes an EVP_PKEY of what it finds here, and
 * every use of the key goes to the core.  Initialize, Finalize, Login, Logout and the closing of
 * sessions reach nothing but numbers of this file, so nothing that libp11 does can take the core's
 * sessions or login away.  A PKCS#11 module has no context, so the tables belong to the process.
 */
#include "facade.h"

#include <stdlib.h>
#include <string.h>

#define UNUSED __attribute__((unused))

struct session {
	CK_SLOT_ID slot;    /* 0: not open */
	bool found;         /* the search has given its one object */
	bool match;         /* the search wanted private keys */
	bool busy, decrypt; /* an operation was begun */
	CK_MECHANISM_TYPE type;
};

static pthread_mutex_t tables = PTHREAD_MUTEX_INITIALIZER; /* never held during an operation */
static struct antin_facade_key *keys[ANTIN_FACADE_KEYS];   /* slot n is item n - 1; never freed */
static size_t n_keys;
static struct session sessions[ANTIN_FACADE_SESSIONS];
static struct antin_bytes secrets[ANTIN_FACADE_SECRETS]; /* agreed ones, until they are read */

enum { KEY_OBJECT = 1, FIRST_SECRET = 1000 };

/* ---- keys ---- */

/* SubjectPublicKeyInfo to what the objects of a token show (RFC 8017 A.1.1, RFC 5480 2). */
static bool
read_public(struct antin_facade_key *k)
{
	struct antin_in in = antin_in_of(antin_public_spki(k->key->public_key)), spki, alg, rsa;
	struct antin_slice bits, oid, n, e;
	unsigned int unused;

	if (!antin_der_enter(&in, ANTIN_SEQUENCE, &spki) ||
	    !antin_der_enter(&spki, ANTIN_SEQUENCE, &alg) ||
	    !antin_der_bits(&spki, &bits, &unused) || !antin_der_take(&alg, ANTIN_OID, &oid))
		return false;
	if (antin_public_type(k->key->public_key) != ANTIN_KEY_RSA) {
		if (!antin_der_whole(&alg, ANTIN_OID, &oid))
			return false;
		antin_bytes_add(&k->params, oid.p, oid.len);
		antin_der_add(&k->point, ANTIN_OCTET_STRING, bits);
		return !k->params.failed && !k->point.failed;
	}
	in = antin_in_of(bits);
	if (!antin_der_enter(&in, ANTIN_SEQUENCE, &rsa) || !antin_der_integer(&rsa, &n) ||
	    !antin_der_integer(&rsa, &e))
		return false;
	if (n.p[0] == 0) /* the octet of the sign */
		n = (struct antin_slice){n.p + 1, n.len - 1};
	antin_bytes_add(&k->modulus, n.p, n.len);
	antin_bytes_add(&k->exponent, e.p, e.len);
	return !k->modulus.failed && !k->exponent.failed;
}

static void
key_free(struct antin_facade_key *k)
{
	antin_bytes_done(&k->modulus);
	antin_bytes_done(&k->exponent);
	antin_bytes_done(&k->params);
	antin_bytes_done(&k->point);
	(void)pthread_mutex_destroy(&k->lock);
	free(k);
}

enum antin_rc
antin_facade_add(struct antin_key *key, size_t *slot, struct antin_err *err)
{
	struct antin_facade_key *k = calloc(1, sizeof(*k));
	enum antin_rc rc = ANTIN_OK;

	if (!k)
		return antin_fail_memory(err);
	(void)pthread_mutex_init(&k->lock, NULL);
	k->key = key;
	if (!read_public(k))
		rc = antin_fail(err, ANTIN_E_INTERNAL, N_("the public key cannot be read"));
	(void)pthread_mutex_lock(&tables);
	if (rc == ANTIN_OK && n_keys == ANTIN_FACADE_KEYS)
		rc = antin_fail(err, ANTIN_E_TOO_LARGE,
		                N_("more than %d token keys were lent to OpenSSL"),
		                ANTIN_FACADE_KEYS);
	if (rc == ANTIN_OK) {
		keys[n_keys++] = k;
		*slot = n_keys;
	}
	(void)pthread_mutex_unlock(&tables);
	if (rc != ANTIN_OK)
		key_free(k);
	return rc;
}

void
antin_facade_drop(void)
{
	struct antin_facade_key *k;

	(void)pthread_mutex_lock(&tables);
	k = keys[--n_keys];
	keys[n_keys] = NULL;
	for (size_t i = 0; i < ANTIN_FACADE_SESSIONS; i++)
		if (sessions[i].slot == n_keys + 1)
			sessions[i].slot = 0;
	(void)pthread_mutex_unlock(&tables);
	key_free(k);
}

static struct antin_facade_key *
key_at(CK_SLOT_ID slot)
{
	struct antin_facade_key *k = NULL;

	(void)pthread_mutex_lock(&tables);
	if (slot && slot <= n_keys)
		k = keys[slot - 1];
	(void)pthread_mutex_unlock(&tables);
	return k;
}

bool
antin_facade_find(const struct antin_key *key, size_t *slot)
{
	struct antin_facade_key *k;

	for (size_t i = 1; (k = key_at(i)); i++) {
		if (strcmp(k->key->serial, key->serial) != 0 ||
		    strcmp(k->key->label, key->label) != 0 ||
		    !antin_p11_same_public(k->key->public_key, key->public_key))
			continue;
		*slot = i;
		return true;
	}
	return false;
}

enum antin_rc
antin_facade_failure(size_t slot, struct antin_err *err)
{
	struct antin_facade_key *k = key_at(slot);

	if (!k)
		return ANTIN_OK;
	(void)pthread_mutex_lock(&k->lock);
	if (err)
		*err = k->failure;
	(void)pthread_mutex_unlock(&k->lock);
	return k->failure.rc;
}

/* ---- the module: what there is ---- */

static void
pad(CK_UTF8CHAR *field, size_t cap, const char *text)
{
	size_t len = strlen(text);

	memset(field, ' ', cap);
	memcpy(field, text, len < cap ? len : cap);
}

static CK_RV
do_nothing(void *unused UNUSED)
{
	return CKR_OK;
}

static CK_RV
get_info(CK_INFO *info)
{
	*info = (CK_INFO){.cryptokiVersion = {2, 40}};
	pad(info->manufacturerID, sizeof(info->manufacturerID), "antin");
	pad(info->libraryDescription, sizeof(info->libraryDescription), "keys lent to OpenSSL");
	return CKR_OK;
}

/* Only the newest: libp11 is shown one slot in each context, and keeps its number. */
static CK_RV
get_slot_list(CK_BBOOL present UNUSED, CK_SLOT_ID *slots, CK_ULONG *count)
{
	CK_ULONG room = *count;

	(void)pthread_mutex_lock(&tables);
	*count = n_keys ? 1 : 0;
	if (slots && room && n_keys)
		slots[0] = n_keys;
	(void)pthread_mutex_unlock(&tables);
	return slots && room < *count ? CKR_BUFFER_TOO_SMALL : CKR_OK;
}

static CK_RV
get_slot_info(CK_SLOT_ID slot, CK_SLOT_INFO *info)
{
	if (!key_at(slot))
		return CKR_SLOT_ID_INVALID;
	*info = (CK_SLOT_INFO){.flags = CKF_TOKEN_PRESENT};
	pad(info->slotDescription, sizeof(info->slotDescription), "a key lent to OpenSSL");
	pad(info->manufacturerID, sizeof(info->manufacturerID), "antin");
	return CKR_OK;
}

static CK_RV
get_token_info(CK_SLOT_ID slot, CK_TOKEN_INFO *info)
{
	struct antin_facade_key *k = key_at(slot);

	if (!k)
		return CKR_SLOT_ID_INVALID;
	*info = (CK_TOKEN_INFO){.flags = CKF_TOKEN_INITIALIZED | CKF_WRITE_PROTECTED,
	                        .ulMaxSessionCount = CK_EFFECTIVELY_INFINITE};
	pad(info->label, sizeof(info->label), k->key->label);
	pad(info->manufacturerID, sizeof(info->manufacturerID), "antin");
	pad(info->model, sizeof(info->model), "bridge");
	pad(info->serialNumber, sizeof(info->serialNumber), k->key->serial);
	return CKR_OK;
}

/* ---- sessions ---- */

static CK_RV
open_session(CK_SLOT_ID slot, CK_FLAGS flags UNUSED, void *user UNUSED, CK_NOTIFY notify UNUSED,
             CK_SESSION_HANDLE *out)
{
	CK_RV rv = CKR_SESSION_COUNT;

	if (!key_at(slot))
		return CKR_SLOT_ID_INVALID;
	(void)pthread_mutex_lock(&tables);
	for (size_t i = 0; rv != CKR_OK && i < ANTIN_FACADE_SESSIONS; i++) {
		if (sessions[i].slot)
			continue;
		sessions[i] = (struct session){.slot = slot};
		*out = i + 1;
		rv = CKR_OK;
	}
	(void)pthread_mutex_unlock(&tables);
	return rv;
}

/* A copy, and the key; with `put` the session as it shall be. */
static struct antin_facade_key *
session_get(CK_SESSION_HANDLE h, struct session *copy, const struct session *put)
{
	struct antin_facade_key *k = NULL;

	(void)pthread_mutex_lock(&tables);
	if (h && h <= ANTIN_FACADE_SESSIONS && sessions[h - 1].slot) {
		k = keys[sessions[h - 1].slot - 1];
		if (put)
			sessions[h - 1] = *put;
		*copy = sessions[h - 1];
	}
	(void)pthread_mutex_unlock(&tables);
	return k;
}

static CK_RV
close_session(CK_SESSION_HANDLE h)
{
	struct session s;

	return session_get(h, &s, &(struct session){0}) ? CKR_OK : CKR_SESSION_HANDLE_INVALID;
}

static CK_RV
close_all_sessions(CK_SLOT_ID slot)
{
	(void)pthread_mutex_lock(&tables);
	for (size_t i = 0; i < ANTIN_FACADE_SESSIONS; i++)
		if (sessions[i].slot == slot)
			sessions[i].slot = 0;
	(void)pthread_mutex_unlock(&tables);
	return CKR_OK;
}

static CK_RV
get_session_info(CK_SESSION_HANDLE h, CK_SESSION_INFO *info)
{
	struct session s;

	if (!session_get(h, &s, NULL))
		return CKR_SESSION_HANDLE_INVALID;
	*info = (CK_SESSION_INFO){.slotID = s.slot,
	                          .state = CKS_RO_USER_FUNCTIONS,
	                          .flags = CKF_SERIAL_SESSION};
	return CKR_OK;
}

static CK_RV
login(CK_SESSION_HANDLE h UNUSED, CK_USER_TYPE user UNUSED, CK_UTF8CHAR *pin UNUSED,
      CK_ULONG len UNUSED)
{
	return CKR_OK;
}

static CK_RV
logout(CK_SESSION_HANDLE h UNUSED)
{
	return CKR_OK;
}

/* ---- objects: the private key, and agreed secrets ---- */

static CK_RV
find_init(CK_SESSION_HANDLE h, CK_ATTRIBUTE *match, CK_ULONG n)
{
	struct session s;
	CK_OBJECT_CLASS kind = CKO_PRIVATE_KEY;

	if (!session_get(h, &s, NULL))
		return CKR_SESSION_HANDLE_INVALID;
	s.found = false;
	s.match = true;
	for (CK_ULONG i = 0; i < n; i++) {
		if (match[i].type == CKA_CLASS && match[i].ulValueLen == sizeof(kind))
			s.match = memcmp(match[i].pValue, &kind, sizeof(kind)) == 0;
	}
	(void)session_get(h, &(struct session){0}, &s);
	return CKR_OK;
}

static CK_RV
find(CK_SESSION_HANDLE h, CK_OBJECT_HANDLE *out, CK_ULONG max, CK_ULONG *n)
{
	struct session s;

	if (!session_get(h, &s, NULL))
		return CKR_SESSION_HANDLE_INVALID;
	*n = max && s.match && !s.found ? 1 : 0;
	if (*n)
		out[0] = KEY_OBJECT;
	s.found = true;
	(void)session_get(h, &(struct session){0}, &s);
	return CKR_OK;
}

static CK_RV
find_final(CK_SESSION_HANDLE h UNUSED)
{
	return CKR_OK;
}

static CK_RV
give(CK_ATTRIBUTE *a, const void *value, size_t len)
{
	CK_ULONG room = a->ulValueLen;

	if (!value) {
		a->ulValueLen = CK_UNAVAILABLE_INFORMATION;
		return CKR_ATTRIBUTE_TYPE_INVALID;
	}
	a->ulValueLen = len;
	if (!a->pValue)
		return CKR_OK;
	if (room < len) {
		a->ulValueLen = CK_UNAVAILABLE_INFORMATION;
		return CKR_BUFFER_TOO_SMALL;
	}
	memcpy(a->pValue, value, len);
	return CKR_OK;
}

static CK_RV
key_attribute(const struct antin_facade_key *k, CK_ATTRIBUTE *a)
{
	static const CK_OBJECT_CLASS kind = CKO_PRIVATE_KEY;
	static const CK_KEY_TYPE rsa = CKK_RSA, ec = CKK_EC;
	static const CK_BBOOL yes = CK_TRUE, no = CK_FALSE;
	static const CK_BYTE id[] = {1};
	bool is_rsa = k->modulus.len > 0;
	const struct {
		CK_ATTRIBUTE_TYPE type;
		const void *value;
		size_t len;
	} rows[] = {
	        {CKA_CLASS, &kind, sizeof(kind)},
	        {CKA_KEY_TYPE, is_rsa ? &rsa : &ec, sizeof(rsa)},
	        {CKA_LABEL, k->key->label, strlen(k->key->label)},
	        {CKA_ID, id, sizeof(id)},
	        {CKA_TOKEN, &yes, sizeof(yes)},
	        {CKA_SIGN, &yes, sizeof(yes)},
	        {CKA_DECRYPT, &yes, sizeof(yes)},
	        {CKA_DERIVE, &yes, sizeof(yes)},
	        {CKA_SENSITIVE, &yes, sizeof(yes)},
	        {CKA_EXTRACTABLE, &no, sizeof(no)},
	        {CKA_ALWAYS_AUTHENTICATE, &no, sizeof(no)},
	        {CKA_MODULUS, k->modulus.p, k->modulus.len},
	        {CKA_PUBLIC_EXPONENT, k->exponent.p, k->exponent.len},
	        {CKA_EC_PARAMS, k->params.p, k->params.len},
	        {CKA_EC_POINT, k->point.p, k->point.len},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].type == a->type)
			return give(a, rows[i].value, rows[i].len);
	return give(a, NULL, 0);
}

static CK_RV
secret_attribute(CK_OBJECT_HANDLE object, CK_ATTRIBUTE *a)
{
	CK_RV rv = CKR_OBJECT_HANDLE_INVALID;
	CK_OBJECT_HANDLE i = object - FIRST_SECRET;

	if (i >= ANTIN_FACADE_SECRETS)
		return rv;
	(void)pthread_mutex_lock(&tables);
	if (secrets[i].len)
		rv = a->type == CKA_VALUE ? give(a, secrets[i].p, secrets[i].len)
		                          : give(a, NULL, 0);
	(void)pthread_mutex_unlock(&tables);
	return rv;
}

static CK_RV
get_attributes(CK_SESSION_HANDLE h, CK_OBJECT_HANDLE object, CK_ATTRIBUTE *a, CK_ULONG n)
{
	struct session s;
	struct antin_facade_key *k = session_get(h, &s, NULL);
	CK_RV rv = CKR_OK;

	if (!k)
		return CKR_SESSION_HANDLE_INVALID;
	for (CK_ULONG i = 0; i < n; i++) {
		CK_RV one = object == KEY_OBJECT ? key_attribute(k, &a[i])
		                                 : secret_attribute(object, &a[i]);

		rv = one == CKR_OK ? rv : one;
	}
	return rv;
}

static CK_RV
destroy_object(CK_SESSION_HANDLE h UNUSED, CK_OBJECT_HANDLE object)
{
	CK_OBJECT_HANDLE i = object - FIRST_SECRET;

	if (i >= ANTIN_FACADE_SECRETS)
		return CKR_ACTION_PROHIBITED;
	(void)pthread_mutex_lock(&tables);
	antin_bytes_done(&secrets[i]);
	(void)pthread_mutex_unlock(&tables);
	return CKR_OK;
}

/* ---- operations: all go to the core ---- */

static CK_RV
rv_of(enum antin_rc rc)
{
	static const struct {
		enum antin_rc rc;
		CK_RV rv;
	} rows[] = {
	        {ANTIN_OK, CKR_OK},
	        {ANTIN_E_MEMORY, CKR_HOST_MEMORY},
	        {ANTIN_E_NO_MECHANISM, CKR_MECHANISM_INVALID},
	        {ANTIN_E_REMOVED, CKR_DEVICE_REMOVED},
	        {ANTIN_E_CANCELLED, CKR_FUNCTION_CANCELED},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].rc == rc)
			return rows[i].rv;
	return CKR_FUNCTION_FAILED;
}

static CK_RV
operate(struct antin_facade_key *k, struct antin_p11_operation *o, struct antin_bytes *out)
{
	enum antin_rc rc;

	(void)pthread_mutex_lock(&k->lock);
	antin_err_clear(&k->failure);
	rc = antin_p11_key_operate(k->key, o, out, &k->failure);
	(void)pthread_mutex_unlock(&k->lock);
	return rv_of(rc);
}

static CK_RV
operation_init(CK_SESSION_HANDLE h, const CK_MECHANISM *mechanism, CK_OBJECT_HANDLE object,
               bool decrypt)
{
	struct session s;

	if (!session_get(h, &s, NULL))
		return CKR_SESSION_HANDLE_INVALID;
	if (object != KEY_OBJECT)
		return CKR_KEY_HANDLE_INVALID;
	if (mechanism->ulParameterLen) /* libp11 encodes by itself */
		return CKR_MECHANISM_PARAM_INVALID;
	s.busy = true;
	s.decrypt = decrypt;
	s.type = mechanism->mechanism;
	(void)session_get(h, &(struct session){0}, &s);
	return CKR_OK;
}

static CK_RV
sign_init(CK_SESSION_HANDLE h, CK_MECHANISM *mechanism, CK_OBJECT_HANDLE object)
{
	return operation_init(h, mechanism, object, false);
}

static CK_RV
decrypt_init(CK_SESSION_HANDLE h, CK_MECHANISM *mechanism, CK_OBJECT_HANDLE object)
{
	return operation_init(h, mechanism, object, true);
}

/* The longest that an operation can give: the modulus, or two numbers below the order. */
static size_t
result_size(const struct antin_facade_key *k)
{
	if (k->modulus.len)
		return k->modulus.len;
	return antin_public_type(k->key->public_key) == ANTIN_KEY_P256 ? 64 : 96;
}

struct call {
	CK_BYTE *in;
	CK_ULONG in_len;
	CK_BYTE *out; /* NULL: only the size is asked for, which does not end the operation */
	CK_ULONG *len;
};

/* An operation ends with its first result or failure. */
static CK_RV
operation_end(CK_SESSION_HANDLE h, bool decrypt, const struct call *c)
{
	ANTIN_SCOPED(antin_bytes) out = {.secret = true};
	struct session s;
	struct antin_facade_key *k = session_get(h, &s, NULL);
	struct antin_p11_operation o = {.what = decrypt ? ANTIN_P11_DECRYPT : ANTIN_P11_SIGN,
	                                .in = {c->in, c->in_len}};
	CK_ULONG room = *c->len;
	CK_RV rv;

	if (!k)
		return CKR_SESSION_HANDLE_INVALID;
	if (!s.busy || s.decrypt != decrypt)
		return CKR_OPERATION_NOT_INITIALIZED;
	*c->len = result_size(k);
	if (!c->out)
		return CKR_OK;
	s.busy = false;
	(void)session_get(h, &(struct session){0}, &s);
	o.mechanism.mechanism = s.type;
	rv = operate(k, &o, &out);
	if (rv == CKR_OK && out.len > room)
		rv = CKR_BUFFER_TOO_SMALL;
	if (rv != CKR_OK)
		return rv;
	*c->len = out.len;
	memcpy(c->out, out.p, out.len);
	return CKR_OK;
}

static CK_RV
sign(CK_SESSION_HANDLE h, CK_BYTE *data, CK_ULONG data_len, CK_BYTE *out, CK_ULONG *len)
{
	return operation_end(h, false, &(struct call){data, data_len, out, len});
}

static CK_RV
decrypt(CK_SESSION_HANDLE h, CK_BYTE *data, CK_ULONG data_len, CK_BYTE *out, CK_ULONG *len)
{
	return operation_end(h, true, &(struct call){data, data_len, out, len});
}

static CK_RV
secret_keep(struct antin_bytes *secret, CK_OBJECT_HANDLE *out)
{
	CK_RV rv = CKR_DEVICE_MEMORY;

	(void)pthread_mutex_lock(&tables);
	for (size_t i = 0; rv != CKR_OK && i < ANTIN_FACADE_SECRETS; i++) {
		if (secrets[i].len)
			continue;
		secrets[i].secret = true;
		antin_bytes_move(&secrets[i], secret);
		*out = FIRST_SECRET + i;
		rv = CKR_OK;
	}
	(void)pthread_mutex_unlock(&tables);
	return rv;
}

static CK_RV
derive_key(CK_SESSION_HANDLE h, CK_MECHANISM *mechanism, CK_OBJECT_HANDLE object,
           CK_ATTRIBUTE *want UNUSED, CK_ULONG n UNUSED, CK_OBJECT_HANDLE *out)
{
	ANTIN_SCOPED(antin_bytes) secret = {.secret = true};
	struct session s;
	struct antin_facade_key *k = session_get(h, &s, NULL);
	struct antin_p11_operation o = {.what = ANTIN_P11_DERIVE, .mechanism = *mechanism};
	CK_RV rv;

	if (!k)
		return CKR_SESSION_HANDLE_INVALID;
	if (object != KEY_OBJECT)
		return CKR_KEY_HANDLE_INVALID;
	o.size = result_size(k) / 2;
	rv = operate(k, &o, &secret);
	return rv == CKR_OK ? secret_keep(&secret, out) : rv;
}

/* libp11 tries to encrypt where signing is not allowed. */
static CK_RV
encrypt_init(CK_SESSION_HANDLE h UNUSED, CK_MECHANISM *mechanism UNUSED,
             CK_OBJECT_HANDLE object UNUSED)
{
	return CKR_FUNCTION_NOT_SUPPORTED;
}

/* The functions that libp11 calls for what the bridge does; it is told of no others. */
static CK_FUNCTION_LIST functions = {
        .version = {2, 40},
        .C_Initialize = do_nothing,
        .C_Finalize = do_nothing,
        .C_GetInfo = get_info,
        .C_GetFunctionList = C_GetFunctionList,
        .C_GetSlotList = get_slot_list,
        .C_GetSlotInfo = get_slot_info,
        .C_GetTokenInfo = get_token_info,
        .C_OpenSession = open_session,
        .C_CloseSession = close_session,
        .C_CloseAllSessions = close_all_sessions,
        .C_GetSessionInfo = get_session_info,
        .C_Login = login,
        .C_Logout = logout,
        .C_FindObjectsInit = find_init,
        .C_FindObjects = find,
        .C_FindObjectsFinal = find_final,
        .C_GetAttributeValue = get_attributes,
        .C_DestroyObject = destroy_object,
        .C_SignInit = sign_init,
        .C_Sign = sign,
        .C_DecryptInit = decrypt_init,
        .C_Decrypt = decrypt,
        .C_DeriveKey = derive_key,
        .C_EncryptInit = encrypt_init,
};

CK_RV
C_GetFunctionList(CK_FUNCTION_LIST **out)
{
	*out = &functions;
	return CKR_OK;
}
