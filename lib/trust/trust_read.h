/*
 * Inside of lib/trust: what is written about an anchor, in the metadata beside it and in bundles.
 */
#ifndef ANTIN_TRUST_READ_H
#define ANTIN_TRUST_READ_H

#include <antin/json.h>
#include <antin/trust.h>

/* As written; given to antin_fields_done with the table it was read by. */
struct anchor_text {
	char *schema, *imported, *file, *sha256;
	char *from, *until;
	int class;
	uint32_t purposes;
};
/* Class and limits: rows for a table of fields. */
#define ANCHOR_FIELDS                                                                              \
	{"class",                                                                                  \
	 ANTIN_FIELD_CHOICE,                                                                       \
	 offsetof(struct anchor_text, class),                                                      \
	 0,                                                                                        \
	 0,                                                                                        \
	 antin_class_choices,                                                                      \
	 false,                                                                                    \
	 "Whose service it is"},                                                                   \
	        {"trustedFrom",                                                                    \
	         ANTIN_FIELD_TEXT,                                                                 \
	         offsetof(struct anchor_text, from),                                               \
	         1,                                                                                \
	         40,                                                                               \
	         NULL,                                                                             \
	         false,                                                                            \
	         "What is proven to be older is not trusted"},                                     \
	        {"trustedUntil",                                                                   \
	         ANTIN_FIELD_TEXT,                                                                 \
	         offsetof(struct anchor_text, until),                                              \
	         1,                                                                                \
	         40,                                                                               \
	         NULL,                                                                             \
	         false,                                                                            \
	         "What is not proven to be older is not trusted"},                                 \
	{                                                                                          \
		"purposes", ANTIN_FIELD_BITS, offsetof(struct anchor_text, purposes), 0, 0,        \
		        trust_purposes, false, "What alone it is trusted for"                      \
	}
extern const struct antin_choice trust_purposes[];

/* Class and limits of `text`, whose JSON is `json`; on failure the anchor is untouched. */
enum antin_rc trust_limits(const struct anchor_text *text, const json_t *json,
                           struct antin_anchor *a, struct antin_err *err) ANTIN_MUST;
/*
 * What stands beside an anchor: {"schema": "antin.anchor/1", "class": ..., "imported": ...} and its
 * limits.  On failure the anchor is untouched.
 */
enum antin_rc trust_metadata(const json_t *json, struct antin_anchor *a, struct antin_err *err)
        ANTIN_MUST;
/* Adds the anchors and intermediates of a folder that stand alone, without signed bundles. */
enum antin_rc trust_alone(struct antin_trust *t, const char *folder, struct antin_err *err)
        ANTIN_MUST;
/* Frees the origin and the anchors that came from it. */
void trust_drop_origin(struct antin_trust *t, const struct antin_origin *o);

#endif
