/*
 * What a report tells of the network: every address that was asked or refused, and what came of it.
 */
#include <antin/clock.h>
#include <antin/text.h>

#include "verify.h"

static bool
was_asked(const struct antin_fetch_record *f)
{
	return f->how == ANTIN_FETCH_ASKED || f->how == ANTIN_FETCH_CONFIRMED;
}

static json_t *
record_json(const struct antin_fetch_record *f, antin_translate_fn *tr)
{
	const struct antin_fetch_info *info = antin_fetch_info(f->result);
	char text[ANTIN_TIME_CAP];
	json_t *o =
	        json_pack("{ss ss ss ss ss ss}", "kind", antin_fetch_kind_id(f->kind), "address",
	                  f->url, "result", info->id, "class", antin_rc_id(info->class), "from",
	                  antin_fetch_how_id(f->how), "text", tr ? tr(info->text) : info->text);

	if (f->status)
		(void)json_object_set_new(o, "httpStatus", json_integer(f->status));
	if (was_asked(f))
		(void)json_object_set_new(o, "milliseconds", json_integer(f->ms));
	if (f->size)
		(void)json_object_set_new(o, "octets", json_integer((json_int_t)f->size));
	if (f->fetched)
		(void)json_object_set_new(o, "keptSince",
		                          json_string(antin_time_iso(f->fetched, text)));
	return o;
}

json_t *
fetches_json(const struct antin_fetch_log *l, antin_translate_fn *tr)
{
	json_t *list = json_array();

	for (size_t i = 0; i < l->n; i++)
		(void)json_array_append_new(list, record_json(&l->items[i], tr));
	return list;
}

static const char *
say(antin_translate_fn *tr, const char *marked)
{
	return tr ? tr(marked) : marked;
}

void
fetch_text(const struct antin_fetch_record *f, antin_translate_fn *tr, struct antin_bytes *out)
{
	char t[ANTIN_TIME_CAP];

	antin_bytes_printf(out, "%s (%s): %s", f->url, say(tr, antin_fetch_kind_text(f->kind)),
	                   say(tr, antin_fetch_info(f->result)->text));
	if (f->status && f->result == ANTIN_FETCHED_STATUS)
		antin_bytes_printf(out, " %d", f->status);
	if (was_asked(f))
		antin_bytes_printf(out, "; %u ms", (unsigned int)f->ms);
	if (f->how == ANTIN_FETCH_BEFORE)
		antin_bytes_printf(out, "; %s", say(tr, N_("asked before in this run")));
	if (f->size)
		antin_bytes_printf(out, "; %llu %s", (unsigned long long)f->size,
		                   say(tr, N_("octets")));
	if (f->fetched)
		antin_bytes_printf(out, "; %s %s",
		                   say(tr, f->how == ANTIN_FETCH_CONFIRMED
		                                   ? N_("unchanged, the copy kept since")
		                                   : N_("the copy kept since")),
		                   antin_time_people(f->fetched, ANTIN_VIETNAM_OFFSET, t));
}

bool
fetch_told(const struct antin_fetch_record *f)
{
	return f->result != ANTIN_FETCHED_OFFLINE || f->how == ANTIN_FETCH_STORED;
}

void
fetches_text(const struct antin_fetch_log *l, antin_translate_fn *tr, struct antin_bytes *out)
{
	bool begun = false;

	for (size_t i = 0; i < l->n; i++) {
		if (!fetch_told(&l->items[i]))
			continue;
		if (!begun)
			antin_bytes_printf(out, "  %s:\n", say(tr, N_("Addresses for evidence")));
		begun = true;
		antin_bytes_text(out, "    - ");
		fetch_text(&l->items[i], tr, out);
		antin_bytes_byte(out, '\n');
	}
	if (l->omitted)
		antin_bytes_text(out, "    - …\n");
}
