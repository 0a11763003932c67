/*
 * How the arguments of each function travel to a helper: the other half of the gate's macro.  One
 * row a function, in the words of wire.h.
 */
#ifndef ANTIN_P11_REMOTE_H
#define ANTIN_P11_REMOTE_H

#include <string.h>

#include "wire.h"

/* Lists of initializers, and types that sizeof must see bare. NOLINTBEGIN(bugprone-*) */
/* clang-format off */
#define REMOTE_WORD(v)     {.kind = ANTIN_WIRE_WORD, .n = (CK_ULONG)(v)}
#define REMOTE_IN(at, len) {.kind = ANTIN_WIRE_IN, .p = (at), .n = (len)}
#define REMOTE_OUT(at, to) {.kind = ANTIN_WIRE_OUT, .p = (at), .count = (to)}
#define REMOTE_LIST(at, to) {.kind = ANTIN_WIRE_LIST, .p = (at), .count = (to)}
#define REMOTE_FIXED(at)   {.kind = ANTIN_WIRE_FIXED, .p = (at), .n = sizeof(*(at))}
#define REMOTE_GIVE(at, len) {.kind = ANTIN_WIRE_TEMPLATE, .p = (at), .n = (len)}
#define REMOTE_ASK(at, len) {.kind = ANTIN_WIRE_ASK, .p = (at), .n = (len)}
#define REMOTE_MECHANISM(at) {.kind = ANTIN_WIRE_MECHANISM, .p = (at)}

#define REMOTE_C_Initialize(how) \
	REMOTE_WORD(remote_flags(how)), REMOTE_IN(remote_text(how), remote_text_len(how))
#define REMOTE_C_Finalize(unused) REMOTE_WORD(0)
#define REMOTE_C_GetInfo(info) REMOTE_FIXED(info)
#define REMOTE_C_GetSlotList(present, list, n) REMOTE_WORD(present), REMOTE_LIST(list, n)
#define REMOTE_C_GetSlotInfo(slot, info) REMOTE_WORD(slot), REMOTE_FIXED(info)
#define REMOTE_C_GetTokenInfo(slot, info) REMOTE_WORD(slot), REMOTE_FIXED(info)
#define REMOTE_C_GetMechanismList(slot, list, n) REMOTE_WORD(slot), REMOTE_LIST(list, n)
#define REMOTE_C_GetMechanismInfo(slot, type, info) \
	REMOTE_WORD(slot), REMOTE_WORD(type), REMOTE_FIXED(info)
#define REMOTE_C_InitToken(slot, pin, len, label) \
	REMOTE_WORD(slot), REMOTE_IN(pin, len), REMOTE_IN(label, 32)
#define REMOTE_C_InitPIN(h, pin, len) REMOTE_WORD(h), REMOTE_IN(pin, len)
#define REMOTE_C_SetPIN(h, old, old_len, pin, len) \
	REMOTE_WORD(h), REMOTE_IN(old, old_len), REMOTE_IN(pin, len)
#define REMOTE_C_OpenSession(slot, flags, app, notify, h) \
	REMOTE_WORD(slot), REMOTE_WORD(flags), REMOTE_FIXED(h)
#define REMOTE_C_CloseSession(h) REMOTE_WORD(h)
#define REMOTE_C_GetSessionInfo(h, info) REMOTE_WORD(h), REMOTE_FIXED(info)
#define REMOTE_C_Login(h, user, pin, len) REMOTE_WORD(h), REMOTE_WORD(user), REMOTE_IN(pin, len)
#define REMOTE_C_Logout(h) REMOTE_WORD(h)
#define REMOTE_C_CreateObject(h, a, n, object) REMOTE_WORD(h), REMOTE_GIVE(a, n), REMOTE_FIXED(object)
#define REMOTE_C_CopyObject(h, from, a, n, object) \
	REMOTE_WORD(h), REMOTE_WORD(from), REMOTE_GIVE(a, n), REMOTE_FIXED(object)
#define REMOTE_C_DestroyObject(h, object) REMOTE_WORD(h), REMOTE_WORD(object)
#define REMOTE_C_GetAttributeValue(h, object, a, n) \
	REMOTE_WORD(h), REMOTE_WORD(object), REMOTE_ASK(a, n)
#define REMOTE_C_SetAttributeValue(h, object, a, n) \
	REMOTE_WORD(h), REMOTE_WORD(object), REMOTE_GIVE(a, n)
#define REMOTE_C_FindObjectsInit(h, a, n) REMOTE_WORD(h), REMOTE_GIVE(a, n)
#define REMOTE_C_FindObjects(h, list, max, n) REMOTE_WORD(h), REMOTE_LIST(list, remote_room(n, max))
#define REMOTE_C_FindObjectsFinal(h) REMOTE_WORD(h)
#define REMOTE_C_SignInit(h, how, key) REMOTE_WORD(h), REMOTE_MECHANISM(how), REMOTE_WORD(key)
#define REMOTE_C_Sign(h, in, len, out, n) REMOTE_WORD(h), REMOTE_IN(in, len), REMOTE_OUT(out, n)
#define REMOTE_C_DecryptInit(h, how, key) REMOTE_WORD(h), REMOTE_MECHANISM(how), REMOTE_WORD(key)
#define REMOTE_C_Decrypt(h, in, len, out, n) REMOTE_WORD(h), REMOTE_IN(in, len), REMOTE_OUT(out, n)
#define REMOTE_C_GenerateKeyPair(h, how, a, n, b, m, public_key, private_key) \
	REMOTE_WORD(h), REMOTE_MECHANISM(how), REMOTE_GIVE(a, n), REMOTE_GIVE(b, m), \
	REMOTE_FIXED(public_key), REMOTE_FIXED(private_key)
#define REMOTE_C_DeriveKey(h, how, key, a, n, object) \
	REMOTE_WORD(h), REMOTE_MECHANISM(how), REMOTE_WORD(key), REMOTE_GIVE(a, n), REMOTE_FIXED(object)
/* clang-format on */
/* NOLINTEND(bugprone-*) */

/* No arguments at all are not the same as no flags. */
static inline CK_ULONG
remote_flags(const CK_C_INITIALIZE_ARGS *how)
{
	return how ? how->flags + 1 : 0;
}

static inline char *
remote_text(const CK_C_INITIALIZE_ARGS *how)
{
	return how ? how->pReserved : NULL;
}

static inline CK_ULONG
remote_text_len(const CK_C_INITIALIZE_ARGS *how)
{
	return remote_text(how) ? strlen(remote_text(how)) + 1 : 0;
}

static inline CK_ULONG *
remote_room(CK_ULONG *n, CK_ULONG max)
{
	*n = max;
	return n;
}

#endif
