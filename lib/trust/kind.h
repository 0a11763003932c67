/*
 * Inside of lib/trust: the rules of kinds as read from their file.
 */
#ifndef ANTIN_KIND_INNER_H
#define ANTIN_KIND_INNER_H

#include <antin/json.h>
#include <antin/kind.h>

/* What one type of attribute must be like in a name. */
struct kind_attr {
	char *type;    /* "CN", "2.5.4.97" */
	char **like;   /* some value is like one of these; "*" at either end stands for any text */
	bool absent;   /* no such attribute */
	bool capitals; /* every value has no small letter */
};

/* A rule about an authority: what it is, by its certificates and keys, or by its name. */
struct kind_authority {
	char *id, *note;
	int class;
	char **certificates, **keys; /* SHA-256 in hex, of the certificate and of the whole SPKI */
	json_t *name_json;
	struct kind_attr *name; /* what its name is like; proves nothing */
	size_t n_name;
};

/* A rule about what holds a certificate; every part that is given must fit. */
struct kind_holder {
	char *id, *note;
	int holder;
	uint32_t classes; /* by enum antin_class; 0 any */
	char **policies, **purposes;
	char **order; /* types of the subject in their order, "OU*" any number; NULL any */
	json_t *subject_json;
	struct kind_attr *subject;
	size_t n_subject;
};

struct antin_kinds {
	char *schema, *note;
	int64_t version;
	json_t *authorities_json, *holders_json;
	struct kind_authority *authorities;
	size_t n_authorities;
	struct kind_holder *holders;
	size_t n_holders;
	struct antin_bytes text;
};

/* "*" at either end of the pattern stands for any text. */
bool kind_like(const char *pattern, struct antin_slice value);

#endif
