/*
 * The table of attribute types that reading, writing and parsing of names share.
 */
#ifndef ANTIN_X509_NAME_INTERNAL_H
#define ANTIN_X509_NAME_INTERNAL_H

#include <antin/name.h>

/* One attribute type: how it is named in text, written in DER, and how long it may be. */
struct antin_name_type {
	const char *oid;
	const char *name;  /* RFC 4514 spelling where there is one */
	const char *other; /* a second spelling that is read, or NULL */
	uint8_t tag;       /* string type written */
	size_t max;        /* characters */
};

const struct antin_name_type *antin_name_type_by_oid(const char *dotted);
/* By either spelling in any case, or by dotted OID of a type in the table; NULL if none. */
const struct antin_name_type *antin_name_type_by_name(const char *name);
/* All spellings, NULL-terminated, for suggestions. */
const char *const *antin_name_type_names(void);

#endif
