/*
 * The fault module's controls: a test that loaded the module asks it for these by dlsym.  Programs
 * that are run by a script take the same from the file that ANTIN_FAULT_RULES names.
 */
#ifndef ANTIN_P11FAULT_H
#define ANTIN_P11FAULT_H

#include <stdbool.h>

/* Every function that stands in front of the real one. */
/* The formatter would make stairs of this list. */
/* clang-format off */
#define FAULT_FUNCTIONS(X) \
	X(C_Initialize) X(C_Finalize) X(C_GetInfo) X(C_GetSlotList) X(C_GetSlotInfo) \
	X(C_GetTokenInfo) X(C_GetMechanismList) X(C_InitToken) X(C_InitPIN) \
	X(C_OpenSession) X(C_CloseSession) X(C_GetSessionInfo) X(C_Login) X(C_Logout) \
	X(C_CreateObject) X(C_DestroyObject) X(C_GetAttributeValue) \
	X(C_SetAttributeValue) X(C_FindObjectsInit) X(C_FindObjects) \
	X(C_FindObjectsFinal) X(C_SignInit) X(C_Sign) X(C_GenerateKeyPair) \
	X(C_SetPIN) X(C_GetMechanismInfo) X(C_DecryptInit) X(C_Decrypt) X(C_DeriveKey) \
	X(C_CopyObject)
/* clang-format on */

enum fault_function {
#define FAULT_ENUM(name) FAULT_##name,
	FAULT_FUNCTIONS(FAULT_ENUM)
#undef FAULT_ENUM
	        FAULT_FUNCTION_COUNT
};

enum { FAULT_RULES = 16, FAULT_HIDDEN = 8 };

/* Answers that no honest module gives. */
enum fault_lie {
	FAULT_HONEST,
	FAULT_LIE_LENGTH,     /* an attribute longer than memory */
	FAULT_LIE_GROWING,    /* an attribute that grew between the two calls */
	FAULT_LIE_FOUND,      /* more objects than asked for */
	FAULT_LIE_FOREVER,    /* a search that never ends */
	FAULT_LIE_MECHANISMS, /* more mechanisms than there are */
	FAULT_LIE_SIGNATURE,  /* a signature longer than the buffer */
	FAULT_LIE_SLOTS,      /* more slots than the buffer holds */
	FAULT_LIE_LOGIN,      /* C_Login answers OK and does nothing */
	FAULT_LIES,
};

/* Not an answer: the call does not come back before `released` is set. */
#define FAULT_HANG 0x8000fa17UL
/* Nor this: the process gets a SIGSEGV. */
#define FAULT_CRASH 0x8000dead

struct fault_rule {
	enum fault_function function;
	unsigned long rv;
	long skip;  /* good calls before the first fault */
	long count; /* faults to give; -1 for ever */
	bool once;  /* only if the file that ANTIN_FAULT_ONCE names is there, which is taken away */
};

/* A card that several processes see: in memory that they share, or a file of such numbers. */
struct fault_card {
	_Atomic long tries;              /* left, of 3 */
	_Atomic long right, wrong;       /* PINs that came */
	_Atomic long inside, max_inside; /* at the same time */
};

struct fault_control {
	struct fault_rule rules[FAULT_RULES];
	_Atomic unsigned int n_rules;
	unsigned long hidden[FAULT_HIDDEN]; /* mechanisms neither listed nor taken */
	unsigned int n_hidden;
	unsigned long refused; /* a mechanism that is listed and not taken */
	unsigned long flags;   /* added to those of the token */
	long tries;            /* a PIN counter of 3 as real tokens have; -1 none */
	long max_sessions;     /* -1 no limit */
	long short_signature;  /* octets cut off */
	enum fault_lie lie;
	long noise; /* flips a bit of octet noise-1 of every attribute longer than it; 0 none */
	_Atomic bool lose_sessions; /* all sessions die before the next signature */
	_Atomic bool logged_out; /* as OpenSC after its sessions were closed: keys sign, but no PIN
	                            for one signature is taken before the next login */
	bool no_locking;         /* C_Initialize answers CKR_CANT_LOCK to arguments */
	_Atomic bool absent;     /* every token was taken out */
	bool pulled;             /* it is, while C_Login runs */
	_Atomic bool released;   /* calls that hang come back */
	_Atomic bool stopped;    /* finalised behind its user's back before a signature */
	_Atomic unsigned long slot_shift; /* added to the numbers of all slots */
	bool mute;                        /* the token tells nothing of wrong PINs */
	struct fault_card *card;          /* instead of `tries`, and PINs take their time */
	bool other_serial;                /* the token in the slot is another one */
	unsigned char serial_octet;       /* the serial number begins with this octet */
	bool other_message;               /* leaves the last octet unsigned */
	bool ecdsa_hashes;                /* offers CKM_ECDSA_SHA256, 384, 512 of its own */

	long copy_us; /* that a copy takes longer */

	_Atomic long calls[FAULT_FUNCTION_COUNT];
	_Atomic long copying, copies_seen; /* copies being made; searches meanwhile */
	long good_logins, bad_logins;
	long good_signs;                /* signatures given out */
	_Atomic unsigned long signs_by; /* the mechanism of the last C_SignInit that was taken */
	long stops;                     /* times that it was finalised so */
	long sessions;                  /* open now */
	long sessions_at_finalize;      /* open when C_Finalize came last; -1 not yet */
	long in_call, max_in_call;      /* calls at the same time */
	long pin_octets;                /* of all PINs given */
};

struct fault_control *antin_fault_control(void);

#endif
