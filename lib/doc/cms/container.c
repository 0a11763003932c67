/*
 * The frame of a CMS file: everything but the content goes, definite, into one small SignedData;
 * of the content only its place is kept.  See container.h.
 */
#include "container.h"

#include <stdlib.h>
#include <string.h>

#include <antin/der.h>

#include "stream.h"

#define OID_SIGNED_DATA "1.2.840.113549.1.7.2"
enum {
	SIGNERS_MAX = 32,
	PIECES_DEEP = 8,  /* strings in pieces inside of one another (X.690 8.7.3.2) */
	FRAMES_DEEP = 16, /* elements of indefinite length inside of one another */
	HEADER_MAX = 16,  /* octets of tag and length, or of an end of contents */
};

/* An element that was entered: where it ends, in octets of the stream. */
struct frame {
	bool indefinite;
	uint64_t end; /* of an indefinite one: that of the one around it */
};

enum { INFO, EXPLICIT, DATA, ENCAPSULATED, CONTENT, FRAMES };

struct cms_doc {
	struct antin_doc base;
	bool embedded;
	uint64_t content_at;    /* its OCTET STRING, in octets of the stream */
	uint64_t content_limit; /* what it must not go beyond */
	uint64_t tail, tail_at; /* octets behind the end that are no white space */
	struct {
		bool known;
		uint8_t value[ANTIN_DIGEST_MAX];
	} digests[ANTIN_DIGESTS]; /* of the content */
};

static enum antin_rc
malformed(const struct cms_stream *s, struct antin_err *err)
{
	antin_err_set_where(err, "byte %llu", (unsigned long long)s->at);
	return antin_fail(err, ANTIN_E_FORMAT, N_("the file is not a well-formed CMS signature"));
}

static enum antin_rc
too_large(const char *where, struct antin_err *err)
{
	antin_err_set_where(err, "%s", where);
	return antin_fail(err, ANTIN_E_TOO_LARGE,
	                  N_("the signature carries more than is accepted"));
}

/* ---- elements of the frame ---- */

/* Tag and length, the latter in any form of BER (X.690 8.1.3); *len counts both. */
static bool
read_header(struct antin_slice s, uint8_t *tag, uint64_t *length, bool *indefinite, size_t *len)
{
	size_t n;

	if (s.len < 2 || (s.p[0] & 0x1f) == 0x1f)
		return false;
	*tag = s.p[0];
	*indefinite = s.p[1] == 0x80;
	*length = s.p[1] & 0x80 ? 0 : s.p[1];
	n = s.p[1] & 0x80 ? s.p[1] & 0x7f : 0;
	*len = 2 + n;
	if (n > 8 || s.len < *len || (*indefinite && !(*tag & 0x20)))
		return false;
	for (size_t i = 0; i < n; i++)
		*length = *length << 8 | s.p[2 + i];
	return true;
}

/* Enters the element that comes next, which must lie inside `limit`. */
static enum antin_rc
enter(struct cms_stream *s, uint64_t limit, uint8_t *tag, struct frame *out, struct antin_err *err)
{
	struct antin_slice head;
	uint64_t length;
	size_t n;
	enum antin_rc rc = cms_stream_peek(s, HEADER_MAX, &head, err);

	if (rc != ANTIN_OK)
		return rc;
	if (!read_header(head, tag, &length, &out->indefinite, &n) || n > limit - s->at)
		return malformed(s, err);
	rc = cms_stream_pass(s, n, NULL, err);
	if (rc != ANTIN_OK)
		return rc;
	if (length > limit - s->at)
		return malformed(s, err);
	out->end = out->indefinite ? limit : s->at + length;
	return ANTIN_OK;
}

static enum antin_rc
enter_as(struct cms_stream *s, uint64_t limit, uint8_t tag, struct frame *out,
         struct antin_err *err)
{
	uint8_t found;
	enum antin_rc rc = enter(s, limit, &found, out, err);

	return rc == ANTIN_OK && found != tag ? malformed(s, err) : rc;
}

/* Whether the element ends here; of an indefinite one the end is passed over. */
static enum antin_rc
at_end(struct cms_stream *s, const struct frame *f, bool *yes, struct antin_err *err)
{
	struct antin_slice head;
	enum antin_rc rc;

	*yes = !f->indefinite && s->at == f->end;
	if (!f->indefinite)
		return ANTIN_OK;
	rc = cms_stream_peek(s, HEADER_MAX, &head, err);
	if (rc != ANTIN_OK || head.len < 2 || head.p[0] || head.p[1])
		return rc;
	if (f->end - s->at < 2)
		return malformed(s, err);
	*yes = true;
	return cms_stream_pass(s, 2, NULL, err);
}

static enum antin_rc
leave(struct cms_stream *s, const struct frame *f, struct antin_err *err)
{
	bool yes = false;
	enum antin_rc rc = at_end(s, f, &yes, err);

	return rc == ANTIN_OK && !yes ? malformed(s, err) : rc;
}

/* Copies the element that comes next, what is indefinite of it made definite. */
static enum antin_rc
copy_any(struct cms_stream *s, uint64_t limit, unsigned int depth, struct antin_bytes *out,
         struct antin_err *err)
{
	struct frame f;
	uint64_t begin = s->at;
	size_t mark;
	uint8_t tag;
	bool end = false;
	enum antin_rc rc = enter(s, limit, &tag, &f, err);

	if (rc != ANTIN_OK)
		return rc;
	if (out->len > ANTIN_CMS_MAX ||
	    (!f.indefinite && f.end - begin > (uint64_t)ANTIN_CMS_MAX - out->len))
		return too_large("signedData", err);
	if (depth == FRAMES_DEEP ||
	    (f.indefinite && tag != ANTIN_SEQUENCE && tag != ANTIN_SET && (tag & 0xe0) != 0xa0))
		return malformed(s, err);
	mark = antin_der_open(out, tag);
	if (!f.indefinite)
		rc = cms_stream_copy(s, f.end - s->at, out, err);
	while (rc == ANTIN_OK && f.indefinite && !end) {
		rc = at_end(s, &f, &end, err);
		if (rc == ANTIN_OK && !end)
			rc = copy_any(s, f.end, depth + 1, out, err);
	}
	antin_der_close(out, mark);
	return rc;
}

/* The same of one that must have this tag. */
static enum antin_rc
copy(struct cms_stream *s, uint64_t limit, uint8_t tag, struct antin_bytes *out,
     struct antin_err *err)
{
	struct antin_slice have;
	enum antin_rc rc = cms_stream_peek(s, 1, &have, err);

	if (rc != ANTIN_OK)
		return rc;
	return have.len && have.p[0] == tag ? copy_any(s, limit, 0, out, err) : malformed(s, err);
}

/* ---- the content ---- */

/* An OCTET STRING, whole or in pieces; its octets are hashed, or only passed over. */
static enum antin_rc
pass_octets(struct cms_stream *s, uint64_t limit, unsigned int depth, struct antin_hash *h,
            struct antin_err *err)
{
	struct frame f;
	uint8_t tag;
	bool end = false;
	enum antin_rc rc = enter(s, limit, &tag, &f, err);

	if (rc != ANTIN_OK)
		return rc;
	if (tag == ANTIN_OCTET_STRING)
		return cms_stream_pass(s, f.end - s->at, h, err);
	if (tag != (ANTIN_OCTET_STRING | 0x20) || depth == PIECES_DEEP)
		return malformed(s, err);
	for (;;) {
		rc = at_end(s, &f, &end, err);
		if (rc == ANTIN_OK && !end)
			rc = pass_octets(s, f.end, depth + 1, h, err);
		if (rc != ANTIN_OK || end)
			return rc;
	}
}

/* EncapsulatedContentInfo: its type is kept, of the content only the place. */
static enum antin_rc
read_content(struct cms_doc *d, struct cms_stream *s, struct frame frames[FRAMES],
             struct antin_bytes *out, struct antin_err *err)
{
	struct frame *outer = &frames[ENCAPSULATED], *explicit = &frames[CONTENT];
	size_t mark = antin_der_open(out, ANTIN_SEQUENCE);
	bool end = false;
	enum antin_rc rc = enter_as(s, frames[DATA].end, ANTIN_SEQUENCE, outer, err);

	if (rc == ANTIN_OK)
		rc = copy(s, outer->end, ANTIN_OID, out, err);
	antin_der_close(out, mark);
	if (rc == ANTIN_OK)
		rc = at_end(s, outer, &end, err);
	if (rc != ANTIN_OK || end)
		return rc;
	rc = enter_as(s, outer->end, ANTIN_CONTEXT_CONS(0), explicit, err);
	if (rc != ANTIN_OK)
		return rc;
	d->embedded = true;
	d->content_at = s->at;
	d->content_limit = explicit->end;
	rc = pass_octets(s, explicit->end, 0, NULL, err);
	if (rc == ANTIN_OK)
		rc = leave(s, explicit, err);
	return rc == ANTIN_OK ? leave(s, outer, err) : rc;
}

/* ---- what stands around the content ---- */

static enum antin_rc
read_signed_data(struct cms_doc *d, struct cms_stream *s, struct frame frames[FRAMES],
                 struct antin_bytes *out, struct antin_err *err)
{
	const struct frame *data = &frames[DATA];
	size_t mark = antin_der_open(out, ANTIN_SEQUENCE);
	bool end = false;
	enum antin_rc rc = copy(s, data->end, ANTIN_INTEGER, out, err);

	if (rc == ANTIN_OK)
		rc = copy(s, data->end, ANTIN_SET, out, err);
	if (rc == ANTIN_OK)
		rc = read_content(d, s, frames, out, err);
	/* Certificates, lists, signers. */
	while (rc == ANTIN_OK && !end) {
		rc = at_end(s, data, &end, err);
		if (rc == ANTIN_OK && !end)
			rc = copy_any(s, data->end, 0, out, err);
	}
	antin_der_close(out, mark);
	return rc;
}

/* What follows the CMS: white space, or octets that nobody signed. */
static enum antin_rc
read_tail(struct cms_doc *d, struct cms_stream *s, struct antin_err *err)
{
	for (;;) {
		struct antin_slice have;
		enum antin_rc rc = cms_stream_peek(s, CMS_AHEAD, &have, err);

		if (rc != ANTIN_OK || !have.len)
			return rc;
		for (size_t i = 0; i < have.len; i++) {
			if (cms_is_space(have.p[i]))
				continue;
			if (!d->tail)
				d->tail_at = s->at + i;
			d->tail = s->at + i + 1 - d->tail_at;
		}
		rc = cms_stream_pass(s, have.len, NULL, err);
		if (rc != ANTIN_OK)
			return rc;
	}
}

static enum antin_rc
read_frame(struct cms_doc *d, struct cms_stream *s, struct antin_err *err)
{
	struct antin_bytes *out = &d->base.cms;
	struct frame f[FRAMES];
	size_t outer = antin_der_open(out, ANTIN_SEQUENCE), inner;
	enum antin_rc rc = enter_as(s, UINT64_MAX, ANTIN_SEQUENCE, &f[INFO], err);

	if (rc == ANTIN_OK)
		rc = copy(s, f[INFO].end, ANTIN_OID, out, err);
	inner = antin_der_open(out, ANTIN_CONTEXT_CONS(0));
	if (rc == ANTIN_OK)
		rc = enter_as(s, f[INFO].end, ANTIN_CONTEXT_CONS(0), &f[EXPLICIT], err);
	if (rc == ANTIN_OK)
		rc = enter_as(s, f[EXPLICIT].end, ANTIN_SEQUENCE, &f[DATA], err);
	if (rc == ANTIN_OK)
		rc = read_signed_data(d, s, f, out, err);
	antin_der_close(out, inner);
	antin_der_close(out, outer);
	if (rc == ANTIN_OK)
		rc = leave(s, &f[EXPLICIT], err);
	if (rc == ANTIN_OK)
		rc = leave(s, &f[INFO], err);
	if (rc == ANTIN_OK)
		rc = antin_bytes_check(out, err);
	return rc == ANTIN_OK ? read_tail(d, s, err) : rc;
}

/* Of what was put together above: how many signers there are. */
static bool
count_signers(struct antin_slice der, size_t *n)
{
	struct antin_in in = antin_in_of(der), info, explicit, data, signers;
	struct antin_slice skipped;
	struct antin_tlv tlv;

	*n = 0;
	if (!antin_der_enter(&in, ANTIN_SEQUENCE, &info) ||
	    !antin_der_take(&info, ANTIN_OID, &skipped) ||
	    !antin_oid_is(skipped, OID_SIGNED_DATA) ||
	    !antin_der_enter(&info, ANTIN_CONTEXT_CONS(0), &explicit) ||
	    !antin_der_enter(&explicit, ANTIN_SEQUENCE, &data))
		return false;
	for (size_t i = 0; i < 3; i++)
		if (!antin_der_next(&data, &tlv))
			return false;
	/* Certificates and lists need not be there. */
	for (uint8_t i = 0; i < 2; i++)
		if (antin_der_peek(&data, (uint8_t)ANTIN_CONTEXT_CONS(i)) &&
		    !antin_der_next(&data, &tlv))
			return false;
	if (!antin_der_enter(&data, ANTIN_SET, &signers) || !antin_der_end(&data))
		return false;
	for (; !antin_der_end(&signers); ++*n)
		if (!antin_der_next(&signers, &tlv))
			return false;
	return true;
}

static enum antin_rc
list_signers(struct cms_doc *d, struct cms_stream *s, struct antin_err *err)
{
	size_t n;

	if (!count_signers(antin_bytes_slice(&d->base.cms), &n))
		return malformed(s, err);
	if (n > SIGNERS_MAX)
		return too_large("signerInfos", err);
	d->base.sigs = calloc(n + 1, sizeof(*d->base.sigs));
	if (!d->base.sigs)
		return antin_fail_memory(err);
	d->base.n_sigs = n;
	for (size_t i = 0; i < n; i++)
		d->base.sigs[i] = (struct antin_doc_sig){
		        .kind = ANTIN_SIG_CMS,
		        .subtype = "CMS",
		        .signer = i,
		        .coverage = ANTIN_COVERAGE_ENTIRE_FILE,
		        .revision_end = antin_source_size(d->base.source),
		        .time = INT64_MIN,
		};
	return ANTIN_OK;
}

/* ---- the row of the table of formats ---- */

static bool
cms_probe(struct antin_slice head)
{
	uint64_t length;
	bool indefinite;
	uint8_t tag;
	size_t n;

	if (cms_stream_armoured(head))
		return true;
	if (!read_header(head, &tag, &length, &indefinite, &n) || tag != ANTIN_SEQUENCE)
		return false;
	head.p += n;
	head.len -= n;
	return head.len > 11 && head.p[0] == ANTIN_OID && head.p[1] == 9 &&
	       antin_oid_is((struct antin_slice){head.p + 2, 9}, OID_SIGNED_DATA);
}

static enum antin_rc
cms_open(struct antin_source *src, struct antin_doc **out, struct antin_err *err)
{
	ANTIN_SCOPED(cms_stream) s = {0};
	ANTIN_OWN_S(antin_doc) owned = NULL;
	struct cms_doc *d = calloc(1, sizeof(*d));
	enum antin_rc rc;

	if (!d)
		return antin_fail_memory(err);
	owned = &d->base;
	owned->ops = &cms_ops;
	owned->source = antin_source_ref(src);
	rc = cms_stream_open(src, &s, err);
	if (rc == ANTIN_OK)
		rc = read_frame(d, &s, err);
	if (rc == ANTIN_OK)
		rc = list_signers(d, &s, err);
	if (rc != ANTIN_OK)
		return rc;
	owned->detached = !d->embedded;
	*out = ANTIN_TAKE(owned);
	return ANTIN_OK;
}

static enum antin_rc
cms_changes(struct antin_doc *doc, size_t index, struct antin_changes *out, struct antin_err *err)
{
	const struct cms_doc *d = (const struct cms_doc *)doc;

	(void)index, (void)err;
	out->unsigned_tail = d->tail;
	out->tail_offset = d->tail_at;
	if (d->tail)
		out->level = ANTIN_CHANGE_OTHER;
	return ANTIN_OK;
}

static enum antin_rc
cms_prepare(struct antin_doc *doc, const struct antin_doc_place *place, struct antin_slot *out,
            struct antin_err *err)
{
	(void)place, (void)out;
	return antin_fail(err, ANTIN_E_FORMAT, N_("%s is a signature (CMS), not a PDF"),
	                  antin_source_name(doc->source));
}

static enum antin_rc
hash_embedded(const struct cms_doc *d, struct antin_hash *h, struct antin_err *err)
{
	ANTIN_SCOPED(cms_stream) s = {0};
	enum antin_rc rc = cms_stream_open(d->base.source, &s, err);

	if (rc == ANTIN_OK)
		rc = cms_stream_pass(&s, d->content_at, NULL, err);
	return rc == ANTIN_OK ? pass_octets(&s, d->content_limit, 0, h, err) : rc;
}

static enum antin_rc
hash_detached(const struct cms_doc *d, struct antin_hash *h, struct antin_err *err)
{
	struct antin_source *content = d->base.content;

	if (!content)
		return antin_fail(err, ANTIN_E_NOT_FOUND,
		                  N_("the file that was signed is not at hand"));
	return antin_hash_source(h, content, 0, antin_source_size(content), err);
}

/* Several signers are over one content: each digest of it is made once. */
static enum antin_rc
cms_digest(struct antin_doc *doc, size_t index, enum antin_digest alg,
           uint8_t out[ANTIN_DIGEST_MAX], struct antin_err *err)
{
	struct cms_doc *d = (struct cms_doc *)doc;
	ANTIN_OWN_S(antin_hash) h = NULL;
	enum antin_rc rc = ANTIN_OK;

	(void)index;
	if (!d->digests[alg].known) {
		rc = antin_hash_new(alg, &h, err);
		if (rc == ANTIN_OK)
			rc = d->embedded ? hash_embedded(d, h, err) : hash_detached(d, h, err);
		if (rc == ANTIN_OK)
			rc = antin_hash_end(h, d->digests[alg].value, err);
		d->digests[alg].known = rc == ANTIN_OK;
	}
	if (rc == ANTIN_OK)
		memcpy(out, d->digests[alg].value, ANTIN_DIGEST_MAX);
	return rc;
}

static void
cms_free(struct antin_doc *d)
{
	free(d);
}

const struct antin_doc_ops cms_ops = {
        .name = "cms",
        .probe = cms_probe,
        .open = cms_open,
        .changes = cms_changes,
        .prepare = cms_prepare,
        .digest = cms_digest,
        .free = cms_free,
};
