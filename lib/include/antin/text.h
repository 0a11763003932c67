/*
 * Text from strangers and names of people: UTF-8 checks, NFC, likeness, and the one function
 * through which every foreign text reaches a screen, a log or a report.
 */
#ifndef ANTIN_TEXT_H
#define ANTIN_TEXT_H

#include <antin/bytes.h>

/* Well-formed UTF-8 without NUL. */
bool antin_utf8_valid(struct antin_slice s);

/*
 * Appends `s` made safe to show: control, bidirectional, invisible, private and unassigned
 * characters and broken UTF-8 become \u{...} (bytes \x{..}), a backslash \\, at most `max`
 * characters then "…".
 */
enum { ANTIN_SAFE_MAX = 200 };
void antin_text_safe_add(struct antin_bytes *b, struct antin_slice s, size_t max);
/* The same into a buffer, NUL-terminated, ANTIN_SAFE_MAX characters; returns out. */
char *antin_text_safe(struct antin_slice s, char *out, size_t cap);

/* A copy of the text for *out, which frees what it held; free() it. */
enum antin_rc antin_text_copy(const char *text, char **out, struct antin_err *err) ANTIN_MUST;

/* Further escapes, for text already safe. */
void antin_text_html_add(struct antin_bytes *b, struct antin_slice s); /* & < > " ' */
void antin_text_csv_add(struct antin_bytes *b, struct antin_slice s); /* quoted; = + - @ first: ' */

/* Appends the NFC form; ANTIN_E_FORMAT if not valid UTF-8. */
enum antin_rc antin_text_nfc(struct antin_slice s, struct antin_bytes *out, struct antin_err *err)
        ANTIN_MUST;
bool antin_text_is_nfc(struct antin_slice s);
size_t antin_text_characters(struct antin_slice s); /* code points of valid UTF-8 */

/*
 * Appends the likeness key: two Vietnamese names that a clerk would call the same have the same key
 * (case, runs of white space, old and new place of the tone mark, Đ/Ð/Ɖ, tones and marks dropped
 * when `fold_marks`).  For search and warnings of duplicates, never for merging.
 */
enum antin_rc antin_text_likeness(struct antin_slice s, bool fold_marks, struct antin_bytes *out,
                                  struct antin_err *err) ANTIN_MUST;
/* Letters of more than one script (Latin with Cyrillic...), or Ð/Ɖ in place of Đ. */
bool antin_text_mixed_scripts(struct antin_slice s);
/* Valid text without a small letter: a name written in capitals. */
bool antin_text_capitals(struct antin_slice s);

/* The entry of a NULL-terminated list nearest to `word` (edit distance <= 2), or NULL. */
const char *antin_text_nearest(const char *word, const char *const *list);

#endif
