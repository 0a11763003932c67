/*
 * The dictionary of a new signature (ISO 32000-1, 12.8.1): a matter of its place alone, so that it
 * can be written, and an update held against it, without reading the document.
 */
#include <stdio.h>
#include <string.h>

#include "update.h"

enum { RESERVE = 16384, RANGE_WIDTH = 64, NUMBER_WIDTH = 7 };

bool
pdf_place_sensible(const struct antin_doc_place *place)
{
	return place->reserve <= ANTIN_CMS_MAX && place->certify >= 0 && place->certify <= 3;
}

static enum antin_rc
write_text(struct antin_bytes *out, const char *key, const char *value, struct antin_err *err)
{
	if (!value || !*value)
		return ANTIN_OK;
	antin_bytes_printf(out, "\n/%s ", key);
	return pdf_string_write(value, out, err);
}

static enum antin_rc
write_texts(const struct antin_doc_place *p, struct antin_bytes *out, struct antin_err *err)
{
	enum antin_rc rc = write_text(out, "Name", p->name, err);

	if (rc == ANTIN_OK)
		rc = write_text(out, "Reason", p->reason, err);
	if (rc == ANTIN_OK)
		rc = write_text(out, "Location", p->location, err);
	if (rc == ANTIN_OK)
		rc = write_text(out, "ContactInfo", p->contact, err);
	if (rc == ANTIN_OK && p->certify)
		antin_bytes_printf(
		        out,
		        "\n/Reference [<< /Type /SigRef /TransformMethod /DocMDP "
		        "/TransformParams << /Type /TransformParams /P %d /V /1.2 >> >>]",
		        p->certify);
	return rc;
}

static enum antin_rc
fill(struct antin_bytes *out, char with, size_t len, struct antin_err *err)
{
	uint8_t *at = antin_bytes_grow(out, len);

	if (!at)
		return antin_fail_memory(err);
	memset(at, with, len);
	return ANTIN_OK;
}

enum antin_rc
pdf_dictionary_write(const struct antin_doc_place *place, struct antin_slot *s,
                     struct antin_bytes *out, size_t *range, struct antin_err *err)
{
	enum antin_rc rc;

	antin_bytes_text(out, "<< /Type /Sig /Filter /Adobe.PPKLite "
	                      "/SubFilter /ETSI.CAdES.detached\n/ByteRange ");
	*range = out->len;
	rc = fill(out, ' ', RANGE_WIDTH, err);
	antin_bytes_text(out, "\n/Contents <");
	s->hole = out->len;
	s->hole_len = 2 * (place->reserve ? place->reserve : RESERVE);
	if (rc == ANTIN_OK)
		rc = fill(out, '0', s->hole_len, err);
	antin_bytes_text(out, ">\n/M ");
	pdf_date_write(place->time, out);
	if (rc == ANTIN_OK)
		rc = write_texts(place, out, err);
	antin_bytes_text(out, "\n>>");
	return rc;
}

enum antin_rc
pdf_range_write(struct antin_slot *s, uint8_t *at, struct antin_err *err)
{
	uint64_t size = antin_source_size(s->source);
	uint64_t second = size + s->hole + s->hole_len + 1, end = size + s->tail.len;
	char text[RANGE_WIDTH + 1];
	int len;

	s->ranges[0] = (struct antin_range){0, size + s->hole - 1};
	s->ranges[1] = (struct antin_range){second, end - second};
	len = snprintf(text, sizeof(text), "[0 %llu %llu %llu]",
	               (unsigned long long)s->ranges[0].length, (unsigned long long)second,
	               (unsigned long long)s->ranges[1].length);
	if (len < 0 || len > RANGE_WIDTH)
		return antin_fail(err, ANTIN_E_INTERNAL, N_("the byte range is too wide"));
	memcpy(at, text, (size_t)len);
	return ANTIN_OK;
}

/* Digits of a number as we write it, from `at` on. */
static size_t
digits_at(const struct antin_bytes *b, size_t at)
{
	size_t n = 0;

	while (n < NUMBER_WIDTH && n < b->len - at && b->p[at + n] >= '0' && b->p[at + n] <= '9')
		n++;
	return b->p[at] == '0' ? 0 : n;
}

enum antin_rc
pdf_hold(const struct antin_doc_place *place, struct antin_slot *s, struct antin_err *err)
{
	ANTIN_SCOPED(antin_bytes) wanted = {0};
	size_t range = 0, digits;
	enum antin_rc rc = pdf_update_gap(s->source, &wanted, err);

	if (rc != ANTIN_OK)
		return rc;
	digits = s->tail.len > wanted.len ? digits_at(&s->tail, wanted.len) : 0;
	if (!pdf_place_sensible(place) || !digits)
		return ANTIN_E_FORMAT;
	/* Its number is all that only the document can tell. */
	antin_bytes_add(&wanted, s->tail.p + wanted.len, digits);
	antin_bytes_text(&wanted, " 0 obj\n");
	rc = pdf_dictionary_write(place, s, &wanted, &range, err);
	antin_bytes_text(&wanted, "\nendobj\n");
	if (rc == ANTIN_OK)
		rc = antin_bytes_check(&wanted, err);
	if (rc == ANTIN_OK && s->tail.len <= wanted.len)
		return ANTIN_E_FORMAT;
	if (rc == ANTIN_OK)
		rc = pdf_range_write(s, wanted.p + range, err);
	if (rc != ANTIN_OK)
		return rc;
	return memcmp(s->tail.p, wanted.p, wanted.len) == 0 ? ANTIN_OK : ANTIN_E_FORMAT;
}
