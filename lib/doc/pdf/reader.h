/*
 * The PDF reader: cross-reference sections with their history, objects as of a revision, streams.
 * Strict: nothing is repaired or searched for (ISO 32000-1, 7.5; ISO 32000-2 7.5.8 for streams).
 */
#ifndef ANTIN_PDF_READER_H
#define ANTIN_PDF_READER_H

#include <antin/doc.h>

#include "object.h"

enum pdf_entry_type { PDF_FREE, PDF_PLAIN, PDF_PACKED, PDF_BROKEN };

struct pdf_entry {
	uint64_t at : 56;    /* offset; for PDF_PACKED the number of the object stream */
	uint64_t type : 7;   /* enum pdf_entry_type */
	uint64_t hidden : 1; /* free in the table of a hybrid, which some readers go by alone */
	uint32_t num;
	uint32_t gen; /* for PDF_PACKED the index in the object stream */
};

/* One cross-reference section: a table (with what its XRefStm adds) or a stream. */
struct pdf_section {
	uint64_t offset, end;  /* first byte, and the byte behind trailer or endobj */
	uint64_t stm, stm_end; /* of the XRefStm of a hybrid; 0 none */
	bool forks;            /* that has a /Prev of its own, which some readers follow */
	bool stream;
	uint32_t own;     /* number of the stream's object, 0 for a table */
	uint32_t own_stm; /* the same of the XRefStm */
	struct pdf_tree trailer;
	struct pdf_entry *entries; /* by number */
	size_t n;
	unsigned int revision;
};

/* One state of the file: its sections, newest last; two when linearised. */
struct pdf_revision {
	size_t first, n;    /* sections */
	uint64_t startxref; /* what leads to it */
	uint64_t start;     /* where it begins: the end of the one before */
	uint64_t mark;      /* first byte after its %%EOF; 0 not found */
	uint64_t end;       /* mark plus one end of line */
};

/* A decoded object stream. */
struct pdf_packed {
	uint32_t container;
	unsigned int revision;
	uint64_t used; /* the clock of the last use */
	struct antin_bytes data;
	uint32_t n;
	uint32_t *nums;    /* n */
	uint32_t *offsets; /* n and the end, rising, from the beginning of data */
};
enum { PDF_PACKED_KEPT = 4 };

/* Where a signature comes from: the revision it made, the object that holds its dictionary. */
struct pdf_made {
	unsigned int revision;
	uint32_t num;
};

struct pdf {
	struct antin_doc doc;         /* first: the part every format has */
	struct pdf_section *sections; /* oldest first */
	size_t n_sections;
	struct pdf_revision *revisions;
	unsigned int n_revisions;
	uint64_t limit;             /* first byte behind the last end mark */
	uint64_t tail, tail_offset; /* bytes behind it other than white space */
	uint32_t size;              /* one more than the highest object number */
	size_t n_entries;           /* of all sections */
	uint64_t decoded;           /* octets so far */
	uint64_t clock;
	bool linearized;
	struct pdf_made *made; /* one for each of doc.sigs */
	bool remains;          /* a signature that no field shows is among them */
	bool unpacking;        /* an object stream is being read */
	struct pdf_packed packed[PDF_PACKED_KEPT];
	struct antin_bytes window; /* scratch of the loader */
};

/* An object as it stands in the file or in its object stream. */
struct pdf_object {
	uint32_t num, gen;
	struct pdf_tree tree;
	bool packed;
	uint64_t at, end; /* plain: first byte of "num gen obj", behind "endobj" */
	bool stream;
	uint64_t data, data_len; /* of the stream, encoded */
};
void pdf_object_done(struct pdf_object *o);
ANTIN_SCOPED_S(pdf_object, pdf_object_done);

/* xref.c: the chain of sections; fills sections, revisions, limit, tail, size. */
enum antin_rc pdf_xref_read(struct pdf *d, struct antin_err *err) ANTIN_MUST;
void pdf_xref_done(struct pdf *d);
/* The entry of an object as of a revision, the newest first; NULL if there is none. */
const struct pdf_entry *pdf_entry_of(const struct pdf *d, unsigned int revision, uint32_t num);
const struct pdf_section *pdf_newest_section(const struct pdf *d, unsigned int revision);
bool pdf_in_use(const struct pdf *d, unsigned int revision, uint32_t num);

/* section.c: one section at an offset. */
enum antin_rc pdf_section_read(struct pdf *d, uint64_t offset, struct pdf_section *out,
                               struct antin_err *err) ANTIN_MUST;
void pdf_section_done(struct pdf_section *s);

/* load.c */
/* Reads a window: up to `want` bytes at `at`, not beyond `limit`. */
enum antin_rc pdf_window(struct pdf *d, uint64_t at, uint64_t limit, size_t want,
                         struct antin_err *err) ANTIN_MUST;
/* The value at an offset; *end is the byte behind it. */
enum antin_rc pdf_tree_at(struct pdf *d, uint64_t at, struct pdf_tree *out, uint64_t *end,
                          struct antin_err *err) ANTIN_MUST;
/* The object at an offset; `revision` is for an indirect /Length. */
enum antin_rc pdf_object_at(struct pdf *d, unsigned int revision, uint64_t at,
                            struct pdf_object *out, struct antin_err *err) ANTIN_MUST;
enum { PDF_NO_REVISION = 0xffffffff }; /* while the sections are still being read */
/* ANTIN_E_NOT_FOUND if the object does not exist in that revision (a null value to readers). */
enum antin_rc pdf_load(struct pdf *d, unsigned int revision, uint32_t num, struct pdf_object *out,
                       struct antin_err *err) ANTIN_MUST;
/* The value itself, or what it refers to (then `holder` keeps it); missing objects are null. */
enum antin_rc pdf_follow(struct pdf *d, unsigned int revision, struct pdf_value v,
                         struct pdf_object *holder, struct pdf_value *out, struct antin_err *err)
        ANTIN_MUST;
/* As pdf_follow of a dictionary's key. */
enum antin_rc pdf_follow_key(struct pdf *d, unsigned int revision, struct pdf_value dict,
                             const char *key, struct pdf_object *holder, struct pdf_value *out,
                             struct antin_err *err) ANTIN_MUST;
void pdf_packed_done(struct pdf *d);
/*
 * Takes note of damage and goes on; any other failure is handed to `err`.  For parts without which
 * the signatures can still be listed: the document keeps the first cause.
 */
enum antin_rc pdf_note_damage(struct pdf *d, enum antin_rc rc, struct antin_err *cause,
                              struct antin_err *err) ANTIN_MUST;

/* filter.c: the stream decoded (no filter, or FlateDecode with a predictor). */
enum antin_rc pdf_decode(struct pdf *d, const struct pdf_object *o, struct antin_bytes *out,
                         struct antin_err *err) ANTIN_MUST;

static inline unsigned int
pdf_last(const struct pdf *d)
{
	return d->n_revisions - 1;
}
struct pdf_value pdf_trailer(const struct pdf *d, unsigned int revision);
/* The catalogue as of a revision. */
enum antin_rc pdf_catalog(struct pdf *d, unsigned int revision, struct pdf_object *out,
                          struct antin_err *err) ANTIN_MUST;

/* form.c: the field tree of a revision, breadth first. */
struct pdf_field {
	uint32_t num;
	size_t parent; /* SIZE_MAX at the top */
	unsigned int depth;
	bool signature;           /* /FT /Sig, its own or inherited */
	bool has_value;           /* a /V of its own */
	uint32_t value;           /* what /V refers to; 0 if it is direct */
	struct antin_bytes title; /* /T, UTF-8 */
};
struct pdf_field_key {
	uint32_t num, index;
};
struct pdf_form {
	bool present, xfa;
	struct pdf_field *fields;
	size_t n, cap;
	struct pdf_field_key *keys; /* by number */
};
enum { PDF_FIELDS = 100000, PDF_FIELD_DEPTH = 64 };
enum antin_rc pdf_form_read(struct pdf *d, unsigned int revision, struct pdf_form *out,
                            struct antin_err *err) ANTIN_MUST;
void pdf_form_done(struct pdf_form *f);
ANTIN_SCOPED_S(pdf_form, pdf_form_done);
/* Titles from the top, joined by dots. */
void pdf_field_name(const struct pdf_form *f, size_t i, struct antin_bytes *out);
const struct pdf_field *pdf_field_of(const struct pdf_form *f, uint32_t num);
/* The field or one above it has a value. */
bool pdf_field_valued(const struct pdf_form *f, const struct pdf_field *field);

/* signature.c */
enum antin_rc pdf_signatures(struct pdf *d, struct antin_err *err) ANTIN_MUST;
/* Lists the signature whose dictionary stands inside of the object. */
enum antin_rc pdf_add_signature(struct pdf *d, const struct pdf_object *o, struct pdf_value dict,
                                struct antin_doc_sig **out, struct antin_err *err) ANTIN_MUST;
/* remains.c: signatures that no field shows are listed too, as such. */
enum antin_rc pdf_find_remains(struct pdf *d, struct antin_err *err) ANTIN_MUST;
/* changes.c */
enum antin_rc pdf_changes(struct antin_doc *doc, size_t index, struct antin_changes *out,
                          struct antin_err *err) ANTIN_MUST;
/* prepare.c */
enum antin_rc pdf_prepare(struct antin_doc *doc, const struct antin_doc_place *place,
                          struct antin_slot *out, struct antin_err *err) ANTIN_MUST;
/* signature_dictionary.c */
enum antin_rc pdf_hold(const struct antin_doc_place *place, struct antin_slot *s,
                       struct antin_err *err) ANTIN_MUST;

extern const struct antin_doc_ops pdf_ops;

#endif
