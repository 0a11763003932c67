/*
 * The octets of a CMS file in order, as they stand or out of PEM (RFC 7468 8, 9), through a window
 * of fixed size: the content may be far larger than memory.
 */
#ifndef ANTIN_DOC_CMS_STREAM_H
#define ANTIN_DOC_CMS_STREAM_H

#include <antin/file.h>
#include <antin/key.h>

enum { CMS_WINDOW = 128 * 1024, CMS_AHEAD = 64 * 1024 };

struct cms_stream {
	struct antin_source *source; /* borrowed */
	uint64_t next;               /* octet of the source that is read next */
	uint64_t at;                 /* octets given so far */
	uint8_t *window;             /* owned */
	size_t from, to;             /* what it holds */
	bool ended;                  /* nothing follows what it holds */

	const char *label; /* of the PEM; NULL: as it stands */
	uint32_t bits;     /* base64 not yet given out */
	unsigned int n_bits, n_pads;
	bool dashes; /* the end line was reached */
};
void cms_stream_done(struct cms_stream *s);
ANTIN_SCOPED_S(cms_stream, cms_stream_done);

bool cms_is_space(uint8_t c);
/* Whether these first octets begin a PEM of a CMS. */
bool cms_stream_armoured(struct antin_slice head);
enum antin_rc cms_stream_open(struct antin_source *source, struct cms_stream *out,
                              struct antin_err *err) ANTIN_MUST;
/* What comes next, at least `wanted` (at most CMS_AHEAD) octets unless the end is nearer. */
enum antin_rc cms_stream_peek(struct cms_stream *s, size_t wanted, struct antin_slice *out,
                              struct antin_err *err) ANTIN_MUST;
/* Goes on by `len` octets and hashes them (h NULL: does not); ANTIN_E_FORMAT past the end. */
enum antin_rc cms_stream_pass(struct cms_stream *s, uint64_t len, struct antin_hash *h,
                              struct antin_err *err) ANTIN_MUST;
/* The same, and appends them. */
enum antin_rc cms_stream_copy(struct cms_stream *s, uint64_t len, struct antin_bytes *out,
                              struct antin_err *err) ANTIN_MUST;

#endif
