/*
 * Result codes of modules (PKCS#11 v2.40, 11.1): the name a support desk asks for, the error class
 * of ours, and whether an operation may be tried once more.  A session that is no more counts as a
 * token that is away: taking the token out closes its sessions (11.1.2).
 */
#include "p11.h"

#include <stdio.h>

struct ckr_row {
	CK_RV rv;
	const char *name;
	enum antin_rc rc;
	enum antin_p11_after after;
};

#define ROW(code, class, then)                                                                     \
	{                                                                                          \
		code, #code, ANTIN_E_##class, ANTIN_P11_##then                                     \
	}
static const struct ckr_row rows[] = {
        ROW(CKR_CANCEL, CANCELLED, GIVE_UP),
        ROW(CKR_HOST_MEMORY, MEMORY, GIVE_UP),
        ROW(CKR_SLOT_ID_INVALID, REMOVED, RELOCATE),
        ROW(CKR_GENERAL_ERROR, TOKEN, RESTART),
        ROW(CKR_FUNCTION_FAILED, TOKEN, GIVE_UP),
        ROW(CKR_ARGUMENTS_BAD, INTERNAL, GIVE_UP),
        ROW(CKR_NO_EVENT, TOKEN, GIVE_UP),
        ROW(CKR_NEED_TO_CREATE_THREADS, TOKEN, GIVE_UP),
        ROW(CKR_CANT_LOCK, TOKEN, GIVE_UP),
        ROW(CKR_ATTRIBUTE_READ_ONLY, UNSUPPORTED, GIVE_UP),
        ROW(CKR_ATTRIBUTE_SENSITIVE, UNSUPPORTED, GIVE_UP),
        ROW(CKR_ATTRIBUTE_TYPE_INVALID, UNSUPPORTED, GIVE_UP),
        ROW(CKR_ATTRIBUTE_VALUE_INVALID, UNSUPPORTED, GIVE_UP),
        ROW(CKR_ACTION_PROHIBITED, POLICY, GIVE_UP),
        ROW(CKR_DATA_INVALID, TOKEN, GIVE_UP),
        ROW(CKR_DATA_LEN_RANGE, TOKEN, GIVE_UP),
        ROW(CKR_DEVICE_ERROR, TOKEN, RELOCATE),
        ROW(CKR_DEVICE_MEMORY, TOKEN, GIVE_UP),
        ROW(CKR_DEVICE_REMOVED, REMOVED, RELOCATE),
        ROW(CKR_FUNCTION_CANCELED, CANCELLED, GIVE_UP),
        ROW(CKR_FUNCTION_NOT_PARALLEL, TOKEN, GIVE_UP),
        ROW(CKR_FUNCTION_NOT_SUPPORTED, UNSUPPORTED, GIVE_UP),
        ROW(CKR_KEY_HANDLE_INVALID, TOKEN, RENEW),
        ROW(CKR_KEY_SIZE_RANGE, UNSUPPORTED, GIVE_UP),
        ROW(CKR_KEY_TYPE_INCONSISTENT, NO_MECHANISM, GIVE_UP),
        ROW(CKR_KEY_FUNCTION_NOT_PERMITTED, POLICY, GIVE_UP),
        ROW(CKR_MECHANISM_INVALID, NO_MECHANISM, GIVE_UP),
        ROW(CKR_MECHANISM_PARAM_INVALID, NO_MECHANISM, GIVE_UP),
        ROW(CKR_OBJECT_HANDLE_INVALID, TOKEN, RENEW),
        ROW(CKR_OPERATION_ACTIVE, TOKEN, RENEW),
        ROW(CKR_OPERATION_NOT_INITIALIZED, TOKEN, RENEW),
        ROW(CKR_PIN_INCORRECT, PIN_WRONG, GIVE_UP),
        ROW(CKR_PIN_INVALID, PIN_WRONG, GIVE_UP),
        ROW(CKR_PIN_LEN_RANGE, PIN_WRONG, GIVE_UP),
        ROW(CKR_PIN_EXPIRED, STATE, GIVE_UP),
        ROW(CKR_PIN_LOCKED, PIN_LOCKED, GIVE_UP),
        ROW(CKR_PIN_TOO_WEAK, POLICY, GIVE_UP),
        ROW(CKR_SESSION_CLOSED, REMOVED, RENEW),
        ROW(CKR_SESSION_COUNT, BUSY, GIVE_UP),
        ROW(CKR_SESSION_HANDLE_INVALID, REMOVED, RENEW),
        ROW(CKR_SESSION_PARALLEL_NOT_SUPPORTED, TOKEN, GIVE_UP),
        ROW(CKR_SESSION_READ_ONLY, STATE, GIVE_UP),
        ROW(CKR_SESSION_EXISTS, BUSY, GIVE_UP),
        ROW(CKR_SESSION_READ_ONLY_EXISTS, BUSY, GIVE_UP),
        ROW(CKR_SESSION_READ_WRITE_SO_EXISTS, BUSY, GIVE_UP),
        ROW(CKR_SIGNATURE_INVALID, TOKEN, GIVE_UP),
        ROW(CKR_SIGNATURE_LEN_RANGE, TOKEN, GIVE_UP),
        ROW(CKR_TEMPLATE_INCOMPLETE, UNSUPPORTED, GIVE_UP),
        ROW(CKR_TEMPLATE_INCONSISTENT, UNSUPPORTED, GIVE_UP),
        ROW(CKR_TOKEN_NOT_PRESENT, REMOVED, RELOCATE),
        ROW(CKR_TOKEN_NOT_RECOGNIZED, TOKEN, RELOCATE),
        ROW(CKR_TOKEN_WRITE_PROTECTED, POLICY, GIVE_UP),
        ROW(CKR_USER_ALREADY_LOGGED_IN, STATE, GIVE_UP),
        ROW(CKR_USER_NOT_LOGGED_IN, STATE, RENEW),
        ROW(CKR_USER_PIN_NOT_INITIALIZED, STATE, GIVE_UP),
        ROW(CKR_USER_TYPE_INVALID, STATE, GIVE_UP),
        ROW(CKR_USER_ANOTHER_ALREADY_LOGGED_IN, BUSY, GIVE_UP),
        ROW(CKR_USER_TOO_MANY_TYPES, BUSY, GIVE_UP),
        ROW(CKR_DOMAIN_PARAMS_INVALID, UNSUPPORTED, GIVE_UP),
        ROW(CKR_CURVE_NOT_SUPPORTED, UNSUPPORTED, GIVE_UP),
        ROW(CKR_BUFFER_TOO_SMALL, TOKEN, GIVE_UP),
        ROW(CKR_INFORMATION_SENSITIVE, UNSUPPORTED, GIVE_UP),
        ROW(CKR_CRYPTOKI_NOT_INITIALIZED, TOKEN, RESTART),
        ROW(CKR_CRYPTOKI_ALREADY_INITIALIZED, TOKEN, GIVE_UP),
        ROW(CKR_MUTEX_BAD, TOKEN, GIVE_UP),
        ROW(CKR_MUTEX_NOT_LOCKED, TOKEN, GIVE_UP),
        ROW(CKR_FUNCTION_REJECTED, CANCELLED, GIVE_UP),
        {ANTIN_P11_RV_STALE, "module started again", ANTIN_E_TOKEN, ANTIN_P11_RENEW},
        {ANTIN_P11_RV_DIED, "module died", ANTIN_E_TOKEN, ANTIN_P11_RESTART},
        {ANTIN_P11_RV_LATE, "module killed", ANTIN_E_TIMEOUT, ANTIN_P11_RESTART},
        {ANTIN_P11_RV_FORKED, "used after fork", ANTIN_E_INTERNAL, ANTIN_P11_GIVE_UP},
};

static const struct ckr_row *
row_of(CK_RV rv)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].rv == rv)
			return &rows[i];
	return NULL;
}

enum antin_rc
antin_p11_rc_of(CK_RV rv)
{
	const struct ckr_row *row = row_of(rv);

	if (rv == CKR_OK)
		return ANTIN_OK;
	return row ? row->rc : ANTIN_E_TOKEN;
}

enum antin_p11_after
antin_p11_after(CK_RV rv)
{
	const struct ckr_row *row = row_of(rv);

	return row ? row->after : ANTIN_P11_GIVE_UP;
}

const char *
antin_p11_rv_name(CK_RV rv, char buffer[32])
{
	const struct ckr_row *row = row_of(rv);

	if (row)
		return row->name;
	(void)snprintf(buffer, 32, "0x%lx", rv);
	return buffer;
}

enum antin_rc
antin_p11_fail(struct antin_err *err, CK_RV rv, const char *function)
{
	char buffer[32];

	if (rv == ANTIN_P11_RV_DIED)
		return antin_fail(err, antin_p11_rc_of(rv),
		                  N_("the token's driver ended by itself at %s"), function);
	if (rv == ANTIN_P11_RV_LATE)
		return antin_fail(err, antin_p11_rc_of(rv),
		                  N_("the token's driver did not answer to %s in time and was "
		                     "stopped"),
		                  function);
	return antin_fail(err, antin_p11_rc_of(rv), N_("the token answered %s to %s"),
	                  antin_p11_rv_name(rv, buffer), function);
}
