/*
 * The review of what was appended after a signature: every object that a later revision lists must
 * be explained by a rule, or the change is ANTIN_CHANGE_OTHER.  Each revision is compared with the
 * one before it, since a middle one may hide what it did from the last.
 */
#ifndef ANTIN_PDF_REVIEW_H
#define ANTIN_PDF_REVIEW_H

#include "reader.h"

/* An object that the revision under review lists. */
struct pdf_touch {
	uint32_t num;
	bool existed;   /* in use before */
	bool explained; /* by a rule, or it is what it was */
	uint64_t at, end;
	bool plain;
};

/* A reference of the document so far to an object that later revisions list. */
struct pdf_backref {
	uint32_t target;
	uint32_t from;   /* the object whose own key it is; 0 deeper inside, and in a trailer */
	const char *key; /* the key it stands under, if it is one that rules ask for, else "" */
	bool item;       /* inside an array */
};

/* 12.8.2.4: fields that a signature locked. */
enum pdf_lock_action { PDF_LOCK_ALL, PDF_LOCK_INCLUDE, PDF_LOCK_EXCLUDE };
struct pdf_lock {
	enum pdf_lock_action action;
	struct antin_bytes names; /* each followed by a NUL */
};

/* The field that is being judged. */
struct pdf_fill {
	uint32_t num;
	bool valued;           /* its value, own or inherited, is another one */
	struct pdf_value type; /* /FT, own or inherited */
	const char *problem;   /* a marked sentence with one %s, more telling than the usual one */
};

enum { PDF_CHANGES = 1000, PDF_LOCKS = 64, PDF_LATER = 256, PDF_ITEMS = 5000 };

struct pdf_review {
	struct pdf *d;
	struct antin_changes *out;
	unsigned int base;       /* the signed revision */
	unsigned int old, young; /* the two that are compared */
	bool certified;
	struct pdf_touch *touched; /* by number */
	size_t n_touched;
	uint32_t *targets; /* numbers that any later revision lists, sorted */
	size_t n_targets;
	struct pdf_backref *refs;
	size_t n_refs, cap_refs;
	bool refs_sorted;
	uint32_t *drawn; /* objects in which /Widget or /FreeText stands */
	size_t n_drawn, cap_drawn;
	struct pdf_lock locks[PDF_LOCKS];
	size_t n_locks;
	struct pdf_form old_form, young_form;
	struct pdf_fill fill;
};

/* One pair of values that a rule judges: as they stand, and resolved. */
struct pdf_pair {
	struct pdf_value old_raw, young_raw, old, young;
	struct pdf_object old_holder, young_holder;
};
void pdf_pair_done(struct pdf_pair *p);
ANTIN_SCOPED_S(pdf_pair, pdf_pair_done);

/* touched.c */
enum antin_rc pdf_review_targets(struct pdf_review *v, struct antin_err *err) ANTIN_MUST;
enum antin_rc pdf_review_scan_base(struct pdf_review *v, struct antin_err *err) ANTIN_MUST;
/* Known: objects that are explained or stood there before, and the trailer; else the others. */
enum antin_rc pdf_review_scan_touched(struct pdf_review *v, bool known, struct antin_err *err)
        ANTIN_MUST;
enum antin_rc pdf_review_collect(struct pdf_review *v, struct antin_err *err) ANTIN_MUST;
enum antin_rc pdf_review_bytes(struct pdf_review *v, struct antin_err *err) ANTIN_MUST;
/* Same dictionary, same octets. */
enum antin_rc pdf_objects_same(struct pdf *d, const struct pdf_object *a,
                               const struct pdf_object *b, bool *same, struct antin_err *err)
        ANTIN_MUST;

/* explain.c */
enum antin_rc pdf_change_add(struct pdf_review *v, enum antin_change_level level, const char *what,
                             struct antin_slice detail, uint32_t object, struct antin_err *err);
struct pdf_touch *pdf_touch_of(const struct pdf_review *v, uint32_t num);
/* The signed version already referred to this number: filling it later changes what it shows. */
bool pdf_was_referred(struct pdf_review *v, uint32_t num);
/* Each reference to the object stands under this key, as its whole value; of `from` if not 0. */
bool pdf_only_under(struct pdf_review *v, uint32_t num, const char *key, uint32_t from);
/* Some reference to the object stands under this key. */
bool pdf_is_under(struct pdf_review *v, uint32_t num, const char *key);
/* Nothing takes the object for a list of resources or looks, whose names its author chose. */
bool pdf_names_nothing(struct pdf_review *v, uint32_t num);
#define PDF_REPLACED     N_("a part of the signed version was replaced")
#define PDF_TWO_PURPOSES N_("a part of the document that serves another purpose too was changed")
/* Marks the object a rule has followed to; false if it has other roles. */
bool pdf_explain_role(struct pdf_review *v, struct pdf_value raw, const char *key);
/* Marks every new object that a value reaches; *good false if one of them must not be. */
enum antin_rc pdf_explain_tree(struct pdf_review *v, struct pdf_value value, bool *good,
                               struct antin_err *err) ANTIN_MUST;
enum antin_rc pdf_pair_of(struct pdf_review *v, struct pdf_value old, struct pdf_value young,
                          const char *key, struct pdf_pair *out, struct antin_err *err) ANTIN_MUST;
/*
 * Both values are arrays of objects, or null; an array that begins otherwise can be a colour space
 * too (8.6), since its author chooses how those are called.
 */
enum antin_rc pdf_pair_is_list(struct pdf_review *v, const struct pdf_pair *p, bool *yes,
                               struct antin_err *err) ANTIN_MUST;
/* Nothing differs: neither as written nor in an object one step or two away. */
bool pdf_pair_same(const struct pdf_review *v, const struct pdf_pair *p);

/* A rule for one key of a dictionary: *good false if the change is not explained. */
struct pdf_rule {
	const char *key;
	enum antin_rc (*judge)(struct pdf_review *v, const struct pdf_pair *p,
	                       const struct pdf_rule *rule, bool *good, struct antin_err *err);
};
/* Judges each key that differs; *bad names the first that no rule explains, else is "". */
enum antin_rc pdf_judge_dict(struct pdf_review *v, struct pdf_value old, struct pdf_value young,
                             const struct pdf_rule *rules, char bad[PDF_NAME + 1],
                             struct antin_err *err) ANTIN_MUST;

/* rules.c: catalogue, properties, validation data; returns after marking what it explains. */
enum antin_rc pdf_review_catalog(struct pdf_review *v, struct antin_err *err) ANTIN_MUST;
enum antin_rc pdf_review_info(struct pdf_review *v, struct antin_err *err) ANTIN_MUST;

/* fields.c: the form, its fields and signatures. */
enum antin_rc pdf_judge_form(struct pdf_review *v, const struct pdf_pair *p,
                             const struct pdf_rule *rule, bool *good, struct antin_err *err)
        ANTIN_MUST;
enum antin_rc pdf_review_fields(struct pdf_review *v, struct antin_err *err) ANTIN_MUST;
/* A signature field that was added, or signed. */
struct pdf_new_signature {
	size_t index;                /* in young_form */
	bool valued, visible, there; /* there: the field is older than the update */
};
enum antin_rc pdf_report_signature(struct pdf_review *v, const struct pdf_new_signature *s,
                                   struct antin_err *err) ANTIN_MUST;
bool pdf_widget_visible(struct pdf_value dict);

/*
 * drawing.c: a font or style that comes to the form, or NeedAppearances that goes, must not change
 * what the signed version shows; *bad names the one that does.
 */
enum antin_rc pdf_judge_drawing(struct pdf_review *v, const struct pdf_pair *p,
                                char bad[PDF_NAME + 1], struct antin_err *err) ANTIN_MUST;

/* fill.c: a field that was there and is written anew. */
enum antin_rc pdf_review_filled(struct pdf_review *v, size_t index, struct antin_err *err)
        ANTIN_MUST;
/* A key of field `i`, of the younger form or the older, as it stands or is inherited (12.7.3.1). */
enum antin_rc pdf_inherited(struct pdf_review *v, bool young, size_t i, const char *key,
                            struct pdf_object *holder, struct pdf_value *out, struct antin_err *err)
        ANTIN_MUST;
/* Appearances are streams of the update, or were appearances of the field before. */
enum antin_rc pdf_judge_looks(struct pdf_review *v, struct pdf_value old, struct pdf_value young,
                              bool *good, struct antin_err *err) ANTIN_MUST;

/* locks.c */
enum antin_rc pdf_review_locks(struct pdf_review *v, struct antin_err *err) ANTIN_MUST;
bool pdf_is_locked(const struct pdf_review *v, struct antin_slice name);

/* annotations.c: pages and what stands on them. */
enum antin_rc pdf_review_pages(struct pdf_review *v, struct antin_err *err) ANTIN_MUST;

#endif
