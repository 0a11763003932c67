/*
 * Writing incremental updates.  See update.h.
 */
#include "update.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { KEPT_EDITS = 16 };

static uint64_t
position(const struct pdf_update *u)
{
	return antin_source_size(u->d->doc.source) + u->out->len;
}

enum antin_rc
pdf_update_gap(struct antin_source *src, struct antin_bytes *out, struct antin_err *err)
{
	uint8_t last = 0;
	enum antin_rc rc = antin_source_read(src, antin_source_size(src) - 1, &last, 1, err);

	if (rc == ANTIN_OK && last != '\n' && last != '\r')
		antin_bytes_byte(out, '\n');
	return rc;
}

enum antin_rc
pdf_update_begin(struct pdf *d, struct antin_bytes *out, struct pdf_update *u,
                 struct antin_err *err)
{
	*u = (struct pdf_update){.d = d, .out = out, .next = d->size};
	return pdf_update_gap(d->doc.source, out, err);
}

enum antin_rc
pdf_update_open(struct pdf_update *u, uint32_t num, uint32_t gen, struct antin_err *err)
{
	if (u->n == PDF_UPDATED || num > PDF_OBJECTS)
		return antin_fail(err, ANTIN_E_TOO_LARGE, N_("the file has too many objects"));
	for (size_t i = 0; i < u->n; i++)
		if (u->objects[i].num == num)
			return antin_fail(err, ANTIN_E_DAMAGED,
			                  N_("object %u serves two purposes at once"), num);
	u->objects[u->n++] = (struct pdf_updated){num, gen, position(u)};
	antin_bytes_printf(u->out, "%u %u obj\n", num, gen);
	return ANTIN_OK;
}

void
pdf_update_close(struct pdf_update *u)
{
	antin_bytes_text(u->out, "\nendobj\n");
}

void
pdf_edit_write(struct pdf_value dict, const struct pdf_edit *edits, size_t n,
               struct antin_bytes *out)
{
	const struct pdf_node *root = pdf_node_of(dict);
	const uint8_t *text = dict.tree->text.p;
	struct pdf_iter it = pdf_iter_of(dict);
	struct pdf_value key, value;
	bool used[KEPT_EDITS] = {false};
	uint32_t from = root->at;

	while (pdf_iter_pair(&it, &key, &value)) {
		const struct pdf_node *k = pdf_node_of(key), *v = pdf_node_of(value);

		for (size_t i = 0; i < n && i < KEPT_EDITS; i++) {
			if (!pdf_name_is(key, edits[i].key))
				continue;
			used[i] = true;
			antin_bytes_add(out, text + from,
			                (edits[i].value ? k->at + k->len : k->at) - from);
			if (edits[i].value)
				antin_bytes_printf(out, " %s", edits[i].value);
			from = v->at + v->len;
		}
	}
	antin_bytes_add(out, text + from, root->at + root->len - 2 - from);
	for (size_t i = 0; i < n && i < KEPT_EDITS; i++)
		if (!used[i] && edits[i].value)
			antin_bytes_printf(out, "\n/%s %s", edits[i].key, edits[i].value);
	antin_bytes_text(out, "\n>>");
}

void
pdf_array_write(struct pdf_value array, uint32_t num, struct antin_bytes *out)
{
	struct antin_slice s = pdf_text_of(array);

	antin_bytes_add(out, s.p, s.len - 1);
	antin_bytes_printf(out, " %u 0 R]", num);
}

static int
by_number(const void *a, const void *b)
{
	const struct pdf_updated *x = a, *y = b;

	return (x->num > y->num) - (x->num < y->num);
}

/* The objects from `i` on whose numbers follow each other. */
static size_t
run_of(const struct pdf_update *u, size_t i)
{
	size_t n = 1;

	while (i + n < u->n && u->objects[i + n].num == u->objects[i].num + n)
		n++;
	return n;
}

static enum antin_rc
write_table(struct pdf_update *u, const struct pdf_edit edits[2], struct antin_err *err)
{
	const struct pdf_edit all[] = {edits[0], edits[1], {"XRefStm", NULL}};

	antin_bytes_text(u->out, "xref\n");
	for (size_t i = 0, n; i < u->n; i += n) {
		n = run_of(u, i);
		antin_bytes_printf(u->out, "%u %zu\n", u->objects[i].num, n);
		for (size_t k = i; k < i + n; k++) {
			if (u->objects[k].at > 9999999999)
				return antin_fail(
				        err, ANTIN_E_UNSUPPORTED,
				        N_("the file is too large for its kind of table"));
			antin_bytes_printf(u->out, "%010llu %05u n \n",
			                   (unsigned long long)u->objects[k].at, u->objects[k].gen);
		}
	}
	antin_bytes_text(u->out, "trailer\n");
	pdf_edit_write(pdf_trailer(u->d, pdf_last(u->d)), all, 3, u->out);
	antin_bytes_text(u->out, "\n");
	return ANTIN_OK;
}

/* Some readers take no width above 4: eight octets only where a file needs them. */
static void
stream_data(const struct pdf_update *u, int width, struct antin_bytes *index,
            struct antin_bytes *rows)
{
	antin_bytes_text(index, "[");
	for (size_t i = 0, n; i < u->n; i += n) {
		n = run_of(u, i);
		antin_bytes_printf(index, "%s%u %zu", i ? " " : "", u->objects[i].num, n);
		for (size_t k = i; k < i + n; k++) {
			antin_bytes_byte(rows, PDF_PLAIN);
			for (int shift = (width - 1) * 8; shift >= 0; shift -= 8)
				antin_bytes_byte(rows, (uint8_t)(u->objects[k].at >> shift));
			antin_bytes_byte(rows, (uint8_t)(u->objects[k].gen >> 8));
			antin_bytes_byte(rows, (uint8_t)u->objects[k].gen);
		}
	}
	antin_bytes_text(index, "]");
}

static enum antin_rc
write_stream(struct pdf_update *u, const struct pdf_edit edits[2], struct antin_err *err)
{
	ANTIN_SCOPED(antin_bytes) index = {0};
	ANTIN_SCOPED(antin_bytes) rows = {0};
	ANTIN_SCOPED(antin_bytes) length = {0};
	int width = position(u) > UINT32_MAX ? 8 : 4;
	struct pdf_edit all[] = {
	        edits[0],         edits[1],         {"Index", NULL},       {"W", NULL},
	        {"Length", NULL}, {"Filter", NULL}, {"DecodeParms", NULL}, {"XRefStm", NULL},
	};
	size_t own = u->n - 1;

	qsort(u->objects, u->n, sizeof(u->objects[0]), by_number);
	stream_data(u, width, &index, &rows);
	antin_bytes_printf(&length, "%zu", rows.len);
	all[2].value = antin_bytes_cstr(&index);
	all[3].value = width == 8 ? "[1 8 2]" : "[1 4 2]";
	all[4].value = antin_bytes_cstr(&length);
	if (!all[2].value || !all[4].value || u->objects[own].num + 1 != u->next)
		return antin_fail_memory(err);
	pdf_edit_write(pdf_trailer(u->d, pdf_last(u->d)), all, sizeof(all) / sizeof(all[0]),
	               u->out);
	antin_bytes_text(u->out, "\nstream\n");
	antin_bytes_add(u->out, rows.p, rows.len);
	antin_bytes_text(u->out, "\nendstream\nendobj\n");
	return antin_bytes_check(&rows, err);
}

enum antin_rc
pdf_update_end(struct pdf_update *u, struct antin_err *err)
{
	const struct pdf_section *newest = pdf_newest_section(u->d, pdf_last(u->d));
	char size[24], prev[24];
	struct pdf_edit edits[2] = {{"Size", size}, {"Prev", prev}};
	uint64_t at;
	enum antin_rc rc = ANTIN_OK;

	if (newest->stream)
		rc = pdf_update_open(u, u->next++, 0, err);
	if (rc != ANTIN_OK)
		return rc;
	at = newest->stream ? u->objects[u->n - 1].at : position(u);
	(void)snprintf(size, sizeof(size), "%u", u->next);
	(void)snprintf(prev, sizeof(prev), "%llu", (unsigned long long)newest->offset);
	qsort(u->objects, u->n, sizeof(u->objects[0]), by_number);
	rc = newest->stream ? write_stream(u, edits, err) : write_table(u, edits, err);
	antin_bytes_printf(u->out, "startxref\n%llu\n%%%%EOF\n", (unsigned long long)at);
	return rc == ANTIN_OK ? antin_bytes_check(u->out, err) : rc;
}
