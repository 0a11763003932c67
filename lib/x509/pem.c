/*
 * PEM (RFC 7468), read strictly: only whole blocks, labels that match, base64 and nothing else
 * between them.  See cert.h.
 */
#include <antin/cert.h>

#include <string.h>

#include <antin/der.h>

enum { LABEL_MAX = 64, LINE = 64 };

static const char begin_mark[] = "-----BEGIN ";
static const char end_mark[] = "-----END ";
static const char dashes[] = "-----";

/* The next line without its end; false when there is none. */
static bool
next_line(struct antin_in *in, struct antin_slice *line)
{
	const uint8_t *end;

	if (in->p == in->end)
		return false;
	end = memchr(in->p, '\n', antin_in_left(in));
	line->p = in->p;
	line->len = (size_t)((end ? end : in->end) - in->p);
	in->p = end ? end + 1 : in->end;
	while (line->len && strchr(" \t\r", line->p[line->len - 1]) && line->p[line->len - 1])
		line->len--;
	return true;
}

static bool
starts(struct antin_slice s, const char *with)
{
	size_t len = strlen(with);

	return s.len >= len && memcmp(s.p, with, len) == 0;
}

/* The label of a line "-----BEGIN label-----". */
static bool
marked(struct antin_slice line, const char *mark, struct antin_slice *label)
{
	size_t front = strlen(mark), back = sizeof(dashes) - 1;

	if (!starts(line, mark) || line.len < front + back ||
	    memcmp(line.p + line.len - back, dashes, back) != 0)
		return false;
	*label = (struct antin_slice){line.p + front, line.len - front - back};
	return label->len <= LABEL_MAX;
}

bool
antin_pem_looks(struct antin_slice bytes)
{
	struct antin_in in = antin_in_of(bytes);
	struct antin_slice line;

	while (next_line(&in, &line))
		if (starts(line, begin_mark))
			return true;
	return false;
}

/* From the line after BEGIN to the END of the same label. */
static enum antin_rc
read_block(struct antin_in *in, struct antin_slice label, struct antin_bytes *der,
           struct antin_err *err)
{
	struct antin_slice line, content = {in->p, 0}, end;

	while (next_line(in, &line)) {
		if (!starts(line, dashes)) {
			content.len = (size_t)(in->p - content.p);
			continue;
		}
		if (!marked(line, end_mark, &end) || !antin_slice_equal(end, label))
			break;
		return antin_base64_parse(content, der, err);
	}
	return antin_fail(err, ANTIN_E_FORMAT, N_("a PEM block has no matching end"));
}

enum antin_rc
antin_pem_next(struct antin_in *in, struct antin_slice *label, struct antin_bytes *der, bool *found,
               struct antin_err *err)
{
	struct antin_slice line;

	*found = false;
	while (next_line(in, &line)) {
		/* Text between blocks is explanatory (RFC 7468 5.2). */
		if (!starts(line, dashes))
			continue;
		if (!marked(line, begin_mark, label))
			return antin_fail(err, ANTIN_E_FORMAT,
			                  N_("a PEM block does not begin properly"));
		*found = true;
		return read_block(in, *label, der, err);
	}
	return ANTIN_OK;
}

void
antin_pem_add(struct antin_bytes *b, const char *label, struct antin_slice der)
{
	ANTIN_SCOPED(antin_bytes) text = {.secret = b->secret};

	antin_base64_add(&text, der);
	antin_bytes_printf(b, "%s%s%s\n", begin_mark, label, dashes);
	for (size_t at = 0; at < text.len; at += LINE) {
		antin_bytes_add(b, text.p + at, text.len - at < LINE ? text.len - at : LINE);
		antin_bytes_byte(b, '\n');
	}
	antin_bytes_printf(b, "%s%s%s\n", end_mark, label, dashes);
	if (text.failed)
		b->failed = true;
}

static enum antin_rc
one_block(struct antin_slice bytes, const char *label, struct antin_bytes *der,
          struct antin_err *err)
{
	struct antin_in in = antin_in_of(bytes);
	ANTIN_SCOPED(antin_bytes) other = {0};
	struct antin_slice found_label;
	bool found = false, more = false;
	enum antin_rc rc = antin_pem_next(&in, &found_label, der, &found, err);

	if (rc != ANTIN_OK)
		return rc;
	if (!found || !antin_slice_is(found_label, label))
		return antin_fail(err, ANTIN_E_FORMAT, N_("it holds no PEM block %s"), label);
	rc = antin_pem_next(&in, &found_label, &other, &more, err);
	if (rc == ANTIN_OK && more)
		rc = antin_fail(err, ANTIN_E_FORMAT, N_("it holds more than one PEM block"));
	return rc;
}

enum antin_rc
antin_pem_or_der(struct antin_slice bytes, const char *label, struct antin_bytes *der,
                 struct antin_err *err)
{
	ANTIN_SCOPED(antin_bytes) made = {0};
	struct antin_in in = antin_in_of(bytes);
	struct antin_slice whole;
	enum antin_rc rc = ANTIN_OK;

	if (bytes.len == 0)
		return antin_fail(err, ANTIN_E_EMPTY, N_("it is empty"));
	if (antin_der_whole(&in, ANTIN_SEQUENCE, &whole) && antin_der_end(&in))
		antin_bytes_add(&made, whole.p, whole.len);
	else if (antin_pem_looks(bytes))
		rc = one_block(bytes, label, &made, err);
	else
		rc = antin_fail(err, ANTIN_E_FORMAT, N_("it is neither PEM nor DER"));
	if (rc != ANTIN_OK)
		return rc;
	antin_bytes_add(der, made.p, made.len);
	return antin_bytes_check(der, err);
}
