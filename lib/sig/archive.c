/*
 * Archive time stamps: the index of what they cover and the octets that they are over (ETSI EN 319
 * 122-1 5.5.2, 5.5.3).  See archive.h.
 */
#include <antin/archive.h>

#include <string.h>

#include "cades_internal.h"

enum { ENTRIES_MAX = 4 * ANTIN_ARCHIVE_OBJECTS };

static enum antin_rc
broken(const char *where, struct antin_err *err)
{
	antin_err_set_where(err, "%s", where);
	return antin_fail(err, ANTIN_E_BAD_SIGNATURE,
	                  N_("the index of the archive time stamp is not in order (%s)"), where);
}

/* ---- what there is to name ---- */

static bool
add(struct antin_archive *a, const struct antin_archive_object *o)
{
	if (a->n == ANTIN_ARCHIVE_OBJECTS)
		return false;
	a->objects[a->n++] = *o;
	return true;
}

static bool
add_set(struct antin_archive *a, enum antin_archive_kind kind, struct antin_slice set)
{
	struct antin_in in = antin_in_of(set);
	struct antin_tlv tlv;

	while (!antin_der_end(&in))
		if (!antin_der_next(&in, &tlv) ||
		    !add(a, &(struct antin_archive_object){.kind = kind, .der = tlv.whole}))
			return false;
	return true;
}

static bool
add_attributes(struct antin_archive *a, struct antin_slice set)
{
	struct antin_in in = antin_in_of(set), attribute, values;
	struct antin_archive_object o = {.kind = ANTIN_ARCHIVE_ATTRIBUTE};
	struct antin_tlv tlv;
	struct antin_slice oid;

	while (!antin_der_end(&in)) {
		if (!antin_der_enter(&in, ANTIN_SEQUENCE, &attribute))
			return false;
		o.type.p = attribute.p;
		if (!antin_der_take(&attribute, ANTIN_OID, &oid))
			return false;
		o.type.len = (size_t)(attribute.p - o.type.p);
		o.archive = antin_oid_is(oid, OID_ARCHIVE_V3);
		if (!antin_der_enter(&attribute, ANTIN_SET, &values))
			return false;
		while (!antin_der_end(&values)) {
			if (!antin_der_next(&values, &tlv))
				return false;
			o.der = tlv.whole;
			if (!add(a, &o))
				return false;
		}
	}
	return true;
}

static enum antin_rc
list_objects(const struct antin_cades *c, struct antin_archive *out, struct antin_err *err)
{
	out->n = 0;
	if (add_set(out, ANTIN_ARCHIVE_CERT, c->cert_set) &&
	    add_set(out, ANTIN_ARCHIVE_LIST, c->list_set) && add_attributes(out, c->unsigned_set))
		return ANTIN_OK;
	return antin_fail(err, ANTIN_E_TOO_LARGE,
	                  N_("the signature carries more than is accepted"));
}

/* 5.5.2: of an attribute, its type and one of its values, one behind the other. */
static enum antin_rc
hash_object(const struct antin_archive_object *o, enum antin_digest digest,
            uint8_t out[ANTIN_DIGEST_MAX], struct antin_err *err)
{
	ANTIN_OWN_S(antin_hash) h = NULL;
	enum antin_rc rc = antin_hash_new(digest, &h, err);

	if (rc == ANTIN_OK)
		rc = antin_hash_add(h, o->type.p, o->type.len, err);
	if (rc == ANTIN_OK)
		rc = antin_hash_add(h, o->der.p, o->der.len, err);
	return rc == ANTIN_OK ? antin_hash_end(h, out, err) : rc;
}

/* ---- the index ---- */

/* ATSHashIndexV3: an algorithm and three lists of hashes. */
struct hash_index {
	enum antin_digest digest;
	struct antin_in lists[3]; /* by enum antin_archive_kind */
};

static bool
read_index(struct antin_slice der, struct hash_index *out)
{
	struct antin_in in = antin_in_of(der), index;
	bool known;

	if (!antin_der_enter(&in, ANTIN_SEQUENCE, &index) || !antin_der_end(&in) ||
	    !cades_digest_read(&index, &out->digest, &known) || !known)
		return false;
	for (int i = 0; i < 3; i++)
		if (!antin_der_enter(&index, ANTIN_SEQUENCE, &out->lists[i]))
			return false;
	return antin_der_end(&index);
}

typedef uint8_t hash_of[ANTIN_DIGEST_MAX];

/* Marks what one entry names; false when that is nothing. */
static bool
mark(struct antin_archive *a, hash_of *hashes, enum antin_archive_kind kind,
     struct antin_slice entry)
{
	bool found = false;

	for (size_t i = 0; i < a->n; i++) {
		if (a->objects[i].kind != kind || memcmp(hashes[i], entry.p, entry.len) != 0)
			continue;
		a->objects[i].covered = true;
		found = true;
	}
	return found;
}

static enum antin_rc
mark_all(struct antin_archive *a, struct hash_index *index, hash_of *hashes, struct antin_err *err)
{
	static const char *const names[] = {"certificatesHashIndex", "crlsHashIndex",
	                                    "unsignedAttrValuesHashIndex"};
	size_t entries = 0;

	for (int kind = 0; kind < 3; kind++) {
		struct antin_in *list = &index->lists[kind];
		struct antin_slice entry;

		while (!antin_der_end(list)) {
			if (entries++ == ENTRIES_MAX ||
			    !antin_der_take(list, ANTIN_OCTET_STRING, &entry) ||
			    entry.len != antin_digest_size(index->digest) ||
			    !mark(a, hashes, (enum antin_archive_kind)kind, entry))
				return broken(names[kind], err);
		}
	}
	return ANTIN_OK;
}

static enum antin_rc
check_index(const struct antin_cades *c, const struct antin_timestamp *t, struct antin_archive *out,
            struct antin_err *err)
{
	hash_of hashes[ANTIN_ARCHIVE_OBJECTS];
	struct hash_index index;
	enum antin_rc rc = list_objects(c, out, err);

	if (rc != ANTIN_OK)
		return rc;
	if (!t->cms->hash_index.p || t->cms->hash_index_twice ||
	    !read_index(t->cms->hash_index, &index))
		return broken("ats-hash-index-v3", err);
	/* 5.5.2: of all hashes one algorithm. */
	if (index.digest != t->imprint.digest)
		return broken("hashIndAlgorithm", err);
	for (size_t i = 0; i < out->n && rc == ANTIN_OK; i++)
		rc = hash_object(&out->objects[i], index.digest, hashes[i], err);
	if (rc == ANTIN_OK)
		rc = mark_all(out, &index, hashes, err);
	return rc;
}

/* ---- the imprint ---- */

enum antin_rc
antin_archive_imprint(const struct antin_cades *c, struct antin_slice index,
                      enum antin_digest digest, struct antin_slice content_digest,
                      uint8_t out[ANTIN_DIGEST_MAX], struct antin_err *err)
{
	ANTIN_SCOPED(antin_bytes) over = {0};
	enum antin_rc rc;

	antin_der_add_oid_der(&over, c->content_type);
	antin_bytes_add(&over, content_digest.p, content_digest.len);
	antin_bytes_add(&over, c->signed_part.p, c->signed_part.len);
	antin_bytes_add(&over, index.p, index.len);
	rc = antin_bytes_check(&over, err);
	return rc == ANTIN_OK ? antin_digest_of(digest, antin_bytes_slice(&over), out, err) : rc;
}

enum antin_rc
antin_archive_check(const struct antin_cades *c, const struct antin_timestamp *t,
                    struct antin_slice content_digest, struct antin_archive *out,
                    struct antin_err *err)
{
	size_t size = antin_digest_size(t->imprint.digest);
	uint8_t want[ANTIN_DIGEST_MAX];
	enum antin_rc rc;

	*out = (struct antin_archive){.n = 0};
	if (content_digest.len != size)
		return antin_fail(err, ANTIN_E_INTERNAL,
		                  N_("the digest of the content is of another algorithm"));
	rc = check_index(c, t, out, err);
	if (rc == ANTIN_OK)
		rc = antin_archive_imprint(c, t->cms->hash_index, t->imprint.digest, content_digest,
		                           want, err);
	if (rc != ANTIN_OK)
		return rc;
	if (antin_slice_equal(t->imprint.hash, (struct antin_slice){want, size}))
		return ANTIN_OK;
	return antin_fail(err, ANTIN_E_BAD_SIGNATURE, N_("the time stamp is over something else"));
}

enum antin_rc
antin_archive_index(const struct antin_cades *c, enum antin_digest digest, struct antin_bytes *out,
                    struct antin_err *err)
{
	struct antin_archive all;
	size_t outer = antin_der_open(out, ANTIN_SEQUENCE), list;
	enum antin_rc rc = list_objects(c, &all, err);

	cades_digest_add(out, digest);
	for (int kind = 0; kind < 3 && rc == ANTIN_OK; kind++) {
		list = antin_der_open(out, ANTIN_SEQUENCE);
		for (size_t i = 0; i < all.n && rc == ANTIN_OK; i++) {
			uint8_t hash[ANTIN_DIGEST_MAX];

			if ((int)all.objects[i].kind != kind)
				continue;
			rc = hash_object(&all.objects[i], digest, hash, err);
			antin_der_add(out, ANTIN_OCTET_STRING,
			              (struct antin_slice){hash, antin_digest_size(digest)});
		}
		antin_der_close(out, list);
	}
	antin_der_close(out, outer);
	return rc == ANTIN_OK ? antin_bytes_check(out, err) : rc;
}
