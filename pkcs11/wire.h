/*
 * Calls of PKCS#11 (v2.40) between a process and the helper that holds the module: one message a
 * call and one an answer, each in words of eight octets.  Both ends are the same build on the same
 * machine, so numbers and fixed structures travel as they lie in memory.
 */
#ifndef ANTIN_P11_WIRE_H
#define ANTIN_P11_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <p11-kit/pkcs11.h>

enum {
	ANTIN_WIRE_MAX = 128 * 1024, /* octets of a message */
	ANTIN_WIRE_ARGS = 8,         /* arguments of a call */
	ANTIN_WIRE_ATTRIBUTES = 64,  /* in all templates of a call */
	ANTIN_WIRE_CONTROL = 3,      /* the helper's descriptor to its parent */
	ANTIN_WIRE_TEXT = 400,       /* octets of a reason, with its end */
};

/* The formatter would make stairs of this list. */
/* clang-format off */
#define ANTIN_WIRE_FUNCTIONS(X) \
	X(C_Initialize) X(C_Finalize) X(C_GetInfo) X(C_GetSlotList) X(C_GetSlotInfo) \
	X(C_GetTokenInfo) X(C_GetMechanismList) X(C_GetMechanismInfo) X(C_InitToken) \
	X(C_InitPIN) X(C_SetPIN) X(C_OpenSession) X(C_CloseSession) X(C_GetSessionInfo) \
	X(C_Login) X(C_Logout) X(C_CreateObject) X(C_CopyObject) X(C_DestroyObject) \
	X(C_GetAttributeValue) X(C_SetAttributeValue) X(C_FindObjectsInit) X(C_FindObjects) \
	X(C_FindObjectsFinal) X(C_SignInit) X(C_Sign) X(C_DecryptInit) X(C_Decrypt) \
	X(C_GenerateKeyPair) X(C_DeriveKey)
/* clang-format on */

enum antin_wire_function {
#define ANTIN_WIRE_ENUM(name) ANTIN_WIRE_##name,
	ANTIN_WIRE_FUNCTIONS(ANTIN_WIRE_ENUM)
#undef ANTIN_WIRE_ENUM
	        ANTIN_WIRE_FUNCTION_COUNT
};

/* The first message of the helper: whether the module could be loaded. */
enum antin_wire_start {
	ANTIN_WIRE_STARTED,
	ANTIN_WIRE_NOT_LOADED, /* `text` says why */
	ANTIN_WIRE_NO_MODULE,  /* it has no C_GetFunctionList */
	ANTIN_WIRE_NO_LIST,    /* C_GetFunctionList answered `rv` */
	ANTIN_WIRE_TOO_OLD,
};
struct antin_wire_hello {
	uint64_t start; /* enum antin_wire_start */
	uint64_t rv;
	char text[ANTIN_WIRE_TEXT];
};

/* What an argument is, and what of the rest of the structure it uses. */
enum antin_wire_kind {
	ANTIN_WIRE_WORD,     /* `n` */
	ANTIN_WIRE_IN,       /* `n` octets at `p`, which may be NULL */
	ANTIN_WIRE_OUT,      /* octets to `p`, which may be NULL; *count has room and gets length */
	ANTIN_WIRE_LIST,     /* the same for numbers */
	ANTIN_WIRE_FIXED,    /* a structure of `n` octets to `p` */
	ANTIN_WIRE_TEMPLATE, /* `n` attributes at `p` */
	ANTIN_WIRE_ASK,      /* the same, to be filled in */
	ANTIN_WIRE_MECHANISM, /* at `p` */
	ANTIN_WIRE_KINDS
};
struct antin_wire_arg {
	enum antin_wire_kind kind;
	CK_ULONG n;
	void *p;
	CK_ULONG *count;
};

/* A message that is read or written; `bad` once something did not fit. */
struct antin_wire {
	uint8_t *p;
	size_t len, cap;
	bool bad;
};

/* The caller's end: writes a call, reads its answer into the arguments; false when it is none. */
void antin_wire_call_put(struct antin_wire *w, enum antin_wire_function f,
                         const struct antin_wire_arg *args, size_t n);
bool antin_wire_answer_get(struct antin_wire *w, const struct antin_wire_arg *args, size_t n,
                           CK_RV *rv);

/* The helper's end: a call that came in, with memory of its own for what it gives back. */
struct antin_wire_call {
	uint64_t function;
	size_t n;
	struct antin_wire_arg args[ANTIN_WIRE_ARGS];
	CK_ULONG counts[ANTIN_WIRE_ARGS]; /* where args[].count points */
	CK_ULONG rooms[ANTIN_WIRE_ARGS];  /* octets at args[].p that are ours */
	CK_MECHANISM mechanism;
	union {
		CK_RSA_PKCS_OAEP_PARAMS oaep;
		CK_ECDH1_DERIVE_PARAMS ecdh;
	} parameter;
	CK_ATTRIBUTE attributes[ANTIN_WIRE_ATTRIBUTES];
	CK_ULONG attribute_rooms[ANTIN_WIRE_ATTRIBUTES];
	bool attribute_ours[ANTIN_WIRE_ATTRIBUTES];
	size_t n_attributes;
};
/* Points into `w`, which must live as long; false when it is no call. */
bool antin_wire_call_get(struct antin_wire *w, struct antin_wire_call *c);
void antin_wire_answer_put(struct antin_wire *w, const struct antin_wire_call *c, CK_RV rv);
void antin_wire_call_done(struct antin_wire_call *c);

#endif
