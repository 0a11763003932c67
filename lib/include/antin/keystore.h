/*
 * Key stores: where keys live.  Found by URI, generated, their certificates stored; the same for
 * files (PKCS#8, PKCS#12) and tokens (PKCS#11).
 */
#ifndef ANTIN_KEYSTORE_H
#define ANTIN_KEYSTORE_H

#include <antin/cert.h>
#include <antin/key.h>

enum antin_pin_why {
	ANTIN_PIN_USER,       /* the user PIN of a token */
	ANTIN_PIN_SO,         /* the security officer's PIN */
	ANTIN_PIN_CONTEXT,    /* the user PIN again, for one signature (CKA_ALWAYS_AUTHENTICATE) */
	ANTIN_PIN_NEW,        /* a new PIN being set: asked twice */
	ANTIN_PIN_PASSPHRASE, /* of a key file */
	ANTIN_PIN_PUK,        /* the code that unblocks a locked PIN */
};

/* What is asked, and of what; foreign text in it is not yet made safe to show. */
struct antin_pin_request {
	enum antin_pin_why why;
	const char *label;  /* token label or file name */
	const char *serial; /* token serial, "" for files */
	int tries_left;     /* -1 unknown */
	bool last_try;      /* asking may lock the token: needs consent */
	bool pad; /* it is typed on the pad of the reader: only the consent is asked for */
};

/*
 * Who gives PINs.  `get` fills `pin` (marked secret) or fails with PIN_NEEDED, CANCELLED or
 * PIN_LAST_TRY; it is never asked twice for the same wrong PIN.  `notice` may be NULL.
 */
struct antin_pin_source {
	enum antin_rc (*get)(void *user, const struct antin_pin_request *request,
	                     struct antin_bytes *pin, struct antin_err *err);
	void (*notice)(void *user, const char *text);
	void *user;
	bool stored; /* a file, a variable: gives the same PIN again, without anybody thinking */
};

struct antin_keystore;

struct antin_keygen {
	enum antin_key_type type;
	unsigned int rsa_bits; /* 2048..4096, for RSA */
	const char *label;
	struct antin_slice id; /* CKA_ID; empty: derived from the public key */
	bool decrypts;         /* also decrypts (RSA) or agrees on keys (EC); tokens only */
};
/* "rsa2048", "rsa3072", "rsa4096", "p256", "p384" in any case. */
enum antin_rc antin_keygen_parse(const char *text, struct antin_keygen *out, struct antin_err *err)
        ANTIN_MUST;

/* One attribute of a generated key as the device itself reports it. */
struct antin_key_fact {
	const char *name; /* "CKA_SENSITIVE" */
	int value;        /* 0, 1, -1 unknown */
};

struct antin_keystore_ops {
	const char *name; /* "file", "pkcs11" */
	/* The one key that the URI names; none NOT_FOUND, several AMBIGUOUS (both listed). */
	enum antin_rc (*find)(struct antin_keystore *s, const char *uri, struct antin_key **out,
	                      struct antin_err *err);
	enum antin_rc (*generate)(struct antin_keystore *s, const char *uri,
	                          const struct antin_keygen *spec, struct antin_key **out,
	                          struct antin_err *err);
	/* Facts of a key of this store, read back; NULL-named entry ends. */
	const struct antin_key_fact *(*facts)(struct antin_keystore *s, const struct antin_key *k);
	/* Stores the certificate beside its key (matched by public key). */
	enum antin_rc (*store)(struct antin_keystore *s, const char *uri, struct antin_cert *cert,
	                       struct antin_err *err);
	void (*free)(struct antin_keystore *s);
};

struct antin_keystore {
	const struct antin_keystore_ops *ops;
	const struct antin_pin_source *pins; /* borrowed; NULL: no PIN can be had */
};

enum antin_rc antin_keystore_find(struct antin_keystore *s, const char *uri, struct antin_key **out,
                                  struct antin_err *err) ANTIN_MUST;
enum antin_rc antin_keystore_generate(struct antin_keystore *s, const char *uri,
                                      const struct antin_keygen *spec, struct antin_key **out,
                                      struct antin_err *err) ANTIN_MUST;
const struct antin_key_fact *antin_keystore_facts(struct antin_keystore *s,
                                                  const struct antin_key *k);
enum antin_rc antin_keystore_store(struct antin_keystore *s, const char *uri,
                                   struct antin_cert *cert, struct antin_err *err) ANTIN_MUST;
void antin_keystore_free(struct antin_keystore *s);
ANTIN_OWNER_S(antin_keystore, antin_keystore_free);

/*
 * Software keys in files: "uri" is a path to PKCS#8 (PEM or DER, encrypted or not) or PKCS#12.
 * generate writes encrypted PKCS#8 (PBES2, AES-256, PBKDF2) or, when no passphrase is to be had,
 * an unencrypted one with mode 0600; EXISTS if the file is there.  A passphrase is asked only for
 * an encrypted file, once; of a file without one that others can read a notice is given.  store
 * writes PATH.crt (PEM, the key's certificate first), which find reads besides what stands in the
 * key's own file; of several certificates of the key the one that ends last heads the chain.
 */
enum antin_rc antin_keystore_file(const struct antin_pin_source *pins, struct antin_keystore **out,
                                  struct antin_err *err) ANTIN_MUST;
/*
 * The key of a file with its chain, and its PKCS#8 in clear (appended, marked secret), for who
 * carries it onto a token.
 */
enum antin_rc antin_key_file_secret(const char *path, const struct antin_pin_source *pins,
                                    struct antin_key **out, struct antin_bytes *pkcs8,
                                    struct antin_err *err) ANTIN_MUST;
/*
 * A fresh key in memory for tests: sign fails with `fault` after `after` signatures (ANTIN_OK:
 * never; BAD_SIGNATURE: the device itself computes wrongly).
 */
enum antin_rc antin_key_mock(const struct antin_keygen *spec, enum antin_rc fault,
                             unsigned int after, struct antin_key **out, struct antin_err *err)
        ANTIN_MUST;

#endif
