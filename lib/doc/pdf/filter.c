/*
 * Stream decoding: FlateDecode with PNG and TIFF predictors (ISO 32000-1, 7.4.4), read in pieces,
 * with caps on the size, on the ratio and on the sum over a document.
 */
#include "reader.h"

#include <stdlib.h>
#include <string.h>

#include <zlib.h>

#define UNUSUAL_FILTER N_("a stream of the file's structure has an unusual filter")

struct params {
	bool flate;
	int64_t predictor, colors, bits, columns;
};

static enum antin_rc
read_filter(struct pdf_value dict, struct params *p, struct antin_err *err)
{
	struct pdf_value filter = pdf_get(dict, "Filter"), parms = pdf_get(dict, "DecodeParms");
	struct pdf_iter it = pdf_iter_of(filter);
	bool one = true;

	*p = (struct params){.predictor = 1, .colors = 1, .bits = 8, .columns = 1};
	/* 7.3.8.2: the data of another file, and what readers take for a short form of /Filter. */
	if (pdf_has(dict, "F") || pdf_has(dict, "DP"))
		return antin_fail(err, ANTIN_E_UNSUPPORTED, UNUSUAL_FILTER);
	if (pdf_is(filter, PDF_ARRAY)) {
		one = pdf_count(filter) == 1;
		(void)pdf_iter_item(&it, &filter);
	}
	if (pdf_is(parms, PDF_ARRAY)) {
		it = pdf_iter_of(parms);
		one = one && pdf_count(parms) == 1;
		(void)pdf_iter_item(&it, &parms);
	}
	if (pdf_is(filter, PDF_NULL))
		return ANTIN_OK;
	p->flate = pdf_name_is(filter, "FlateDecode");
	if (!one || !p->flate || (!pdf_is(parms, PDF_NULL) && !pdf_is(parms, PDF_DICT)))
		return antin_fail(err, ANTIN_E_UNSUPPORTED, UNUSUAL_FILTER);
	if ((pdf_has(parms, "Predictor") &&
	     !pdf_int_of(pdf_get(parms, "Predictor"), 1, 15, &p->predictor)) ||
	    (pdf_has(parms, "Colors") &&
	     !pdf_int_of(pdf_get(parms, "Colors"), 1, 32, &p->colors)) ||
	    (pdf_has(parms, "BitsPerComponent") &&
	     !pdf_int_of(pdf_get(parms, "BitsPerComponent"), 1, 16, &p->bits)) ||
	    (pdf_has(parms, "Columns") &&
	     !pdf_int_of(pdf_get(parms, "Columns"), 1, 1 << 20, &p->columns)))
		return antin_fail(err, ANTIN_E_DAMAGED, N_("a stream's predictor makes no sense"));
	return ANTIN_OK;
}

/* Takes decoded octets within all three caps. */
static enum antin_rc
take_output(struct pdf *d, uint64_t encoded, const uint8_t *p, size_t len, struct antin_bytes *out,
            struct antin_err *err)
{
	uint64_t total = out->len + len;

	d->decoded += len;
	if (total > PDF_STREAM_OUT || d->decoded > PDF_DECODED_TOTAL ||
	    (total > (1 << 20) && total / PDF_RATIO > encoded))
		return antin_fail(err, ANTIN_E_TOO_LARGE,
		                  N_("a compressed part unpacks to more than is accepted"));
	antin_bytes_add(out, p, len);
	return antin_bytes_check(out, err);
}

static enum antin_rc
inflate_piece(struct pdf *d, z_stream *z, const struct pdf_object *o, struct antin_bytes *out,
              struct antin_err *err, bool *end)
{
	uint8_t piece[32768];

	do {
		int got;
		enum antin_rc rc;

		z->next_out = piece;
		z->avail_out = sizeof(piece);
		got = inflate(z, Z_NO_FLUSH);
		if (got != Z_OK && got != Z_STREAM_END && got != Z_BUF_ERROR)
			return antin_fail(err, ANTIN_E_DAMAGED,
			                  N_("compressed data of object %u is damaged"), o->num);
		rc = take_output(d, o->data_len, piece, sizeof(piece) - z->avail_out, out, err);
		if (rc != ANTIN_OK)
			return rc;
		*end = got == Z_STREAM_END;
	} while (!*end && (z->avail_in > 0 || z->avail_out == 0));
	return ANTIN_OK;
}

static enum antin_rc
inflate_all(struct pdf *d, const struct pdf_object *o, struct antin_bytes *out,
            struct antin_err *err)
{
	uint8_t piece[16384];
	z_stream z = {0};
	uint64_t done = 0;
	bool end = false;
	enum antin_rc rc = ANTIN_OK;

	if (inflateInit(&z) != Z_OK)
		return antin_fail_memory(err);
	while (rc == ANTIN_OK && !end && done < o->data_len) {
		size_t n = o->data_len - done < sizeof(piece) ? (size_t)(o->data_len - done)
		                                              : sizeof(piece);

		rc = antin_source_read(d->doc.source, o->data + done, piece, n, err);
		if (rc != ANTIN_OK)
			break;
		z.next_in = piece;
		z.avail_in = (uInt)n;
		done += n;
		rc = inflate_piece(d, &z, o, out, err, &end);
	}
	(void)inflateEnd(&z);
	if (rc == ANTIN_OK && !end)
		return antin_fail(err, ANTIN_E_DAMAGED,
		                  N_("compressed data of object %u is cut short"), o->num);
	return rc;
}

static enum antin_rc
copy_all(struct pdf *d, const struct pdf_object *o, struct antin_bytes *out, struct antin_err *err)
{
	uint8_t *to;

	if (o->data_len > PDF_STREAM_OUT || d->decoded + o->data_len > PDF_DECODED_TOTAL)
		return antin_fail(err, ANTIN_E_TOO_LARGE, N_("object %u is too large"), o->num);
	d->decoded += o->data_len;
	to = antin_bytes_grow(out, (size_t)o->data_len);
	if (!to)
		return antin_fail_memory(err);
	return antin_source_read(d->doc.source, o->data, to, (size_t)o->data_len, err);
}

static uint8_t
paeth(uint8_t a, uint8_t b, uint8_t c)
{
	int p = a + b - c, pa = abs(p - a), pb = abs(p - b), pc = abs(p - c);

	if (pa <= pb && pa <= pc)
		return a;
	return pb <= pc ? b : c;
}

/* One row of PNG filtering (its clause 9): `prior` is the row above, zeros at first. */
static void
png_row(uint8_t *row, const uint8_t *prior, size_t len, size_t step, uint8_t filter)
{
	for (size_t i = 0; i < len; i++) {
		uint8_t a = i < step ? 0 : row[i - step], b = prior[i];
		uint8_t c = i < step ? 0 : prior[i - step];
		uint8_t add[5] = {0, a, b, (uint8_t)((a + b) / 2), 0};

		if (filter == 4)
			add[4] = paeth(a, b, c);
		row[i] = (uint8_t)(row[i] + add[filter]);
	}
}

static enum antin_rc
png_rows(struct antin_bytes *data, const struct params *p, struct antin_err *err)
{
	size_t step = (size_t)((p->colors * p->bits + 7) / 8);
	size_t len = (size_t)((p->colors * p->bits * p->columns + 7) / 8);
	size_t rows = data->len / (len + 1);
	uint8_t *zeros = calloc(1, len), *prior = zeros;

	if (!zeros)
		return antin_fail_memory(err);
	if (data->len % (len + 1) != 0)
		rows = SIZE_MAX;
	for (size_t r = 0; rows != SIZE_MAX && r < rows; r++) {
		uint8_t filter = data->p[r * (len + 1)], *row = data->p + r * len;

		if (filter > 4) {
			rows = SIZE_MAX;
			break;
		}
		memmove(row, data->p + r * (len + 1) + 1, len);
		png_row(row, prior, len, step, filter);
		prior = row;
	}
	free(zeros);
	if (rows == SIZE_MAX)
		return antin_fail(err, ANTIN_E_DAMAGED,
		                  N_("the rows of a stream do not fit its predictor"));
	data->len = rows * len;
	return ANTIN_OK;
}

/* TIFF predictor 2, for whole octets, which is all that structures use. */
static enum antin_rc
tiff_rows(struct antin_bytes *data, const struct params *p, struct antin_err *err)
{
	size_t step = (size_t)p->colors, len = (size_t)(p->colors * p->columns);

	if (p->bits != 8 || data->len % len != 0)
		return antin_fail(err, ANTIN_E_DAMAGED,
		                  N_("the rows of a stream do not fit its predictor"));
	for (size_t i = 0; i < data->len; i++)
		if (i % len >= step)
			data->p[i] = (uint8_t)(data->p[i] + data->p[i - step]);
	return ANTIN_OK;
}

enum antin_rc
pdf_decode(struct pdf *d, const struct pdf_object *o, struct antin_bytes *out,
           struct antin_err *err)
{
	ANTIN_SCOPED(antin_bytes) data = {0};
	struct params p;
	enum antin_rc rc = read_filter(pdf_root(&o->tree), &p, err);

	if (rc == ANTIN_OK)
		rc = p.flate ? inflate_all(d, o, &data, err) : copy_all(d, o, &data, err);
	if (rc == ANTIN_OK && p.flate && p.predictor >= 10)
		rc = png_rows(&data, &p, err);
	else if (rc == ANTIN_OK && p.flate && p.predictor == 2)
		rc = tiff_rows(&data, &p, err);
	else if (rc == ANTIN_OK && p.predictor != 1)
		rc = antin_fail(err, ANTIN_E_DAMAGED, N_("a stream's predictor makes no sense"));
	if (rc == ANTIN_OK)
		antin_bytes_move(out, &data);
	return rc;
}
