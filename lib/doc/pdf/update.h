/*
 * Incremental updates (ISO 32000-1, 7.5.6): objects appended behind the file, then a
 * cross-reference section of the same form as the file's newest one.
 */
#ifndef ANTIN_PDF_UPDATE_H
#define ANTIN_PDF_UPDATE_H

#include "reader.h"

enum { PDF_UPDATED = 32 };
struct pdf_updated {
	uint32_t num, gen;
	uint64_t at;
};
struct pdf_update {
	struct pdf *d;
	struct antin_bytes *out; /* what is appended */
	struct pdf_updated objects[PDF_UPDATED];
	size_t n;
	uint32_t next; /* free object number */
};

/* A change of a dictionary: a new value as text, or NULL to leave the key out. */
struct pdf_edit {
	const char *key;
	const char *value;
};

/* The end of line that the file may lack before its update. */
enum antin_rc pdf_update_gap(struct antin_source *src, struct antin_bytes *out,
                             struct antin_err *err) ANTIN_MUST;
enum antin_rc pdf_update_begin(struct pdf *d, struct antin_bytes *out, struct pdf_update *u,
                               struct antin_err *err) ANTIN_MUST;
/* Writes "num gen obj"; the caller appends the value and calls _close. */
enum antin_rc pdf_update_open(struct pdf_update *u, uint32_t num, uint32_t gen,
                              struct antin_err *err) ANTIN_MUST;
void pdf_update_close(struct pdf_update *u);
enum antin_rc pdf_update_end(struct pdf_update *u, struct antin_err *err) ANTIN_MUST;

/* A dictionary as it was written, byte for byte, but for the edits. */
void pdf_edit_write(struct pdf_value dict, const struct pdf_edit *edits, size_t n,
                    struct antin_bytes *out);
/* An array as it was written with one more reference. */
void pdf_array_write(struct pdf_value array, uint32_t num, struct antin_bytes *out);

/* ---- signature_dictionary.c ---- */

bool pdf_place_sensible(const struct antin_doc_place *place);
/* The signature with its hole, which the slot is told, and a blank at *range in `out`. */
enum antin_rc pdf_dictionary_write(const struct antin_doc_place *place, struct antin_slot *s,
                                   struct antin_bytes *out, size_t *range, struct antin_err *err)
        ANTIN_MUST;
/* What is signed, when the update is whole, into that blank; the rest of it stays blank. */
enum antin_rc pdf_range_write(struct antin_slot *s, uint8_t *at, struct antin_err *err) ANTIN_MUST;

#endif
