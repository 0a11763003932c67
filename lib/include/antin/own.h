/*
 * Ownership by scope: ANTIN_OWN(T) declares a pointer that is freed when its block is left, by the
 * free function that ANTIN_OWNER(T, free) bound to the type; ANTIN_TAKE hands it over.
 */
#ifndef ANTIN_OWN_H
#define ANTIN_OWN_H

#define ANTIN_OWNER(type, free_fn)                                                                 \
	static inline void antin_own_##type(type **p)                                              \
	{                                                                                          \
		if (*p)                                                                            \
			free_fn(*p);                                                               \
	}                                                                                          \
	struct antin_owner_semicolon_##type
#define ANTIN_OWN(type) __attribute__((cleanup(antin_own_##type))) type *

/* For a struct type: ANTIN_OWNER_S(antin_cert, antin_cert_free); ANTIN_OWN_S(antin_cert) c; */
#define ANTIN_OWNER_S(type, free_fn)                                                               \
	static inline void antin_own_##type(struct type **p)                                       \
	{                                                                                          \
		if (*p)                                                                            \
			free_fn(*p);                                                               \
	}                                                                                          \
	struct antin_owner_semicolon_##type
#define ANTIN_OWN_S(type) __attribute__((cleanup(antin_own_##type))) struct type *

/* For a struct held by value with a _done function: ANTIN_SCOPED(antin_bytes) b = {0}; */
#define ANTIN_SCOPED_S(type, done_fn)                                                              \
	static inline void antin_scoped_##type(struct type *p)                                     \
	{                                                                                          \
		done_fn(p);                                                                        \
	}                                                                                          \
	struct antin_scoped_semicolon_##type
#define ANTIN_SCOPED(type) __attribute__((cleanup(antin_scoped_##type))) struct type

#define ANTIN_TAKE(p)                                                                              \
	__extension__({                                                                            \
		__typeof__(p) antin_taken = (p);                                                   \
		(p) = NULL;                                                                        \
		antin_taken;                                                                       \
	})

#endif
