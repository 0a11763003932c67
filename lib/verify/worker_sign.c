/*
 * The words of signing between a worker and its parent.  No key and no PIN are among them.
 */
#include <limits.h>
#include <stdlib.h>

#include "verify.h"
#include "worker.h"

/* One more member in one of these needs a row below, and then the new size here. */
_Static_assert(sizeof(struct antin_doc_place) == 56, "a row for each member of the place");
_Static_assert(sizeof(struct antin_doc_about) == 32, "a row for each member of what is told");
_Static_assert(sizeof(struct antin_signed) == 32, "a row for each member of what is wanted");

#define TEXT_ROW(type, m) PACK_AT_ROW(PACK_HEAP, type, m, .max = WORKER_NAME_MAX)
static const struct pack_row place_rows[] = {
        TEXT_ROW(worker_place, file),
        PACK_AT_SIZE(worker_place, place.reserve),
        PACK_AT_TIME(worker_place, place.time),
        TEXT_ROW(worker_place, name),
        TEXT_ROW(worker_place, reason),
        TEXT_ROW(worker_place, location),
        TEXT_ROW(worker_place, contact),
        PACK_AT_NUMBER(worker_place, place.certify, INT_MIN, INT_MAX),
};
static const struct pack_row update_rows[] = {
        PACK_AT_SAFE(worker_update, about.format),
        PACK_AT_ROW(PACK_UINT32, worker_update, about.pages, .size = 0),
        PACK_AT_SIZE(worker_update, about.n_sigs),
        PACK_AT_BYTES(worker_update, tail, WORKER_UPDATE_MAX),
};
static const struct pack_row signed_rows[] = {
        PACK_AT_INNER(worker_signed, place, place_rows),
        PACK_AT_FLAG(worker_signed, placed),
        PACK_AT_BYTES(worker_signed, cms, ANTIN_CMS_MAX),
        PACK_AT_CERT(worker_signed, wanted.cert),
};

uint64_t
worker_sum(void)
{
	uint64_t sum = pack_sum(worker_build(), place_rows, PACK_COUNT(place_rows));

	sum = pack_sum(sum, update_rows, PACK_COUNT(update_rows));
	return pack_sum(sum, signed_rows, PACK_COUNT(signed_rows));
}

static enum antin_rc
fail_word(const char *what, struct antin_err *err)
{
	return antin_fail(err, ANTIN_E_FORMAT, N_("the worker's %s is not as agreed"), what);
}

/* ---- what a signature needs to know ---- */

/* A borrowed text in the shape of an owned one, to be written only. */
static char *
lent(const char *text)
{
	union {
		const char *read;
		char *p;
	} u = {text};

	return u.p;
}

static struct worker_place
lent_place(const char *file, const struct antin_doc_place *place)
{
	return (struct worker_place){
	        .file = lent(file),
	        .place = *place,
	        .name = lent(place->name),
	        .reason = lent(place->reason),
	        .location = lent(place->location),
	        .contact = lent(place->contact),
	};
}

enum antin_rc
worker_place_write(const char *file, const struct antin_doc_place *place, struct antin_bytes *out,
                   struct antin_err *err)
{
	const struct worker_place p = lent_place(file, place);
	struct packing packing = {.out = out};

	return pack_write(&packing, place_rows, PACK_COUNT(place_rows), &p, err);
}

/* The texts of the place are those that were read. */
static enum antin_rc
place_complete(struct worker_place *p, struct antin_err *err)
{
	p->place.name = p->name;
	p->place.reason = p->reason;
	p->place.location = p->location;
	p->place.contact = p->contact;
	return p->file ? ANTIN_OK : fail_word("place", err);
}

enum antin_rc
worker_place_read(struct antin_slice body, struct worker_place *out, struct antin_err *err)
{
	struct packing p = {.in = antin_in_of(body)};
	enum antin_rc rc = pack_read(&p, place_rows, PACK_COUNT(place_rows), out, err);

	return rc == ANTIN_OK ? place_complete(out, err) : rc;
}

void
worker_place_done(struct worker_place *p)
{
	free(p->file);
	free(p->name);
	free(p->reason);
	free(p->location);
	free(p->contact);
	*p = (struct worker_place){0};
}

/* ---- a document prepared ---- */

enum antin_rc
worker_update_write(const struct worker_update *u, struct antin_bytes *out, struct antin_err *err)
{
	struct packing p = {.out = out};

	return pack_write(&p, update_rows, PACK_COUNT(update_rows), u, err);
}

enum antin_rc
worker_update_read(struct antin_slice body, struct worker_update *out, struct antin_err *err)
{
	struct packing p = {.in = antin_in_of(body)};
	enum antin_rc rc = pack_read(&p, update_rows, PACK_COUNT(update_rows), out, err);

	return rc == ANTIN_OK && out->about.n_sigs > ANTIN_DOC_SIGS ? fail_word("update", err) : rc;
}

void
worker_update_done(struct worker_update *u)
{
	antin_bytes_done(&u->tail);
}

/* ---- a result ---- */

enum antin_rc
worker_signed_write(const char *file, const struct antin_signed *wanted, struct antin_bytes *out,
                    struct antin_err *err)
{
	static const struct antin_doc_place nowhere;
	struct worker_signed s = {
	        .place = lent_place(file, wanted->place ? wanted->place : &nowhere),
	        .placed = wanted->place != NULL,
	        .wanted = *wanted,
	};
	struct packing p = {.out = out};
	enum antin_rc rc;

	antin_bytes_add(&s.cms, wanted->cms.p, wanted->cms.len);
	rc = antin_bytes_check(&s.cms, err);
	if (rc == ANTIN_OK)
		rc = pack_write(&p, signed_rows, PACK_COUNT(signed_rows), &s, err);
	antin_bytes_done(&s.cms);
	return rc;
}

enum antin_rc
worker_signed_read(struct antin_slice body, struct worker_signed *out, struct antin_err *err)
{
	struct packing p = {.in = antin_in_of(body)};
	enum antin_rc rc = pack_read(&p, signed_rows, PACK_COUNT(signed_rows), out, err);

	out->wanted.place = out->placed ? &out->place.place : NULL;
	out->wanted.cms = antin_bytes_slice(&out->cms);
	return rc == ANTIN_OK ? place_complete(&out->place, err) : rc;
}

void
worker_signed_done(struct worker_signed *s)
{
	worker_place_done(&s->place);
	antin_cert_free(s->wanted.cert);
	antin_bytes_done(&s->cms);
	*s = (struct worker_signed){0};
}
