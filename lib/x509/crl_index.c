/*
 * The entries of a revocation list (RFC 5280 5.1.2.6, 5.3): checked in one scan, found by a table
 * of 32-bit offsets; there is no object an entry.
 */
#include "crl_internal.h"

#include <stdlib.h>
#include <string.h>

#include "extension.h"

void
antin_crl_index_free(struct antin_crl_index *x)
{
	antin_bytes_done(&x->der);
	free(x->table);
	free(x->runs);
	free(x);
}

/* An entry as decoded. */
struct decoded {
	struct antin_crl_entry e;
	struct antin_slice cert_issuer; /* content of GeneralNames; p NULL absent */
	struct antin_slice unknown;     /* OID of a critical extension not understood */
};

static bool
read_reason(struct antin_slice value, int *out)
{
	struct antin_in in = antin_in_of(value);
	uint64_t reason;

	if (!antin_der_enum(&in, ANTIN_REASON_AA_COMPROMISE, &reason) || !antin_der_end(&in) ||
	    reason == 7)
		return false;
	*out = (int)reason;
	return true;
}

static bool
read_invalidity(struct antin_slice value, int64_t *out)
{
	struct antin_in in = antin_in_of(value);

	return antin_der_generalized(&in, false, out) && antin_der_end(&in);
}

static bool
read_cert_issuer(struct antin_slice value, struct antin_slice *out)
{
	struct antin_in in = antin_in_of(value);

	return antin_der_take(&in, ANTIN_SEQUENCE, out) && antin_der_end(&in) && out->len > 0;
}

/* The three entry extensions are all 2.5.29.x: compared by octets, this runs a million times. */
static bool
read_entry_ext(struct antin_in *in, unsigned int *seen, struct decoded *d)
{
	struct antin_ext ext;
	uint8_t last;

	if (!antin_ext_read(in, &ext))
		return false;
	last = ext.oid.len == 3 && ext.oid.p[0] == 0x55 && ext.oid.p[1] == 0x1d ? ext.oid.p[2] : 0;
	if (last != 21 && last != 24 && last != 29) {
		if (ext.critical && !d->unknown.p)
			d->unknown = ext.oid;
		return true;
	}
	if (*seen & 1U << last)
		return false;
	*seen |= 1U << last;
	if (last == 21)
		return read_reason(ext.value, &d->e.reason);
	if (last == 24)
		return read_invalidity(ext.value, &d->e.invalidity);
	return read_cert_issuer(ext.value, &d->cert_issuer);
}

static bool
read_entry(struct antin_in *in, unsigned int version, struct decoded *d)
{
	struct antin_in entry, exts;
	unsigned int seen = 0;

	*d = (struct decoded){.e.invalidity = ANTIN_NO_TIME};
	if (!antin_der_enter(in, ANTIN_SEQUENCE, &entry) ||
	    !antin_der_integer(&entry, &d->e.serial) || d->e.serial.len > ANTIN_SERIAL_MAX + 1 ||
	    !antin_der_time(&entry, &d->e.revoked))
		return false;
	if (antin_der_end(&entry))
		return true;
	if (version != 2 || !antin_der_enter(&entry, ANTIN_SEQUENCE, &exts) ||
	    !antin_der_end(&entry) || antin_der_end(&exts))
		return false;
	while (!antin_der_end(&exts))
		if (!read_entry_ext(&exts, &seen, d))
			return false;
	return true;
}

/* ---- the table ---- */

static uint64_t
fold(uint64_t a, uint64_t b)
{
	unsigned __int128 product = (unsigned __int128)a * b;

	return (uint64_t)product ^ (uint64_t)(product >> 64);
}

/* Keyed, so that no one can make a list whose serials all fall on one place. */
static size_t
hash_serial(const struct antin_crl_index *x, struct antin_slice serial)
{
	uint64_t h = x->key[0] ^ serial.len, part;

	for (size_t at = 0; at < serial.len; at += 8) {
		part = 0;
		memcpy(&part, serial.p + at, serial.len - at < 8 ? serial.len - at : 8);
		h = fold(h ^ part, x->key[1]);
	}
	return (size_t)h;
}

/* The serial of the entry at an offset that was checked before. */
static struct antin_slice
serial_at(const struct antin_crl_index *x, uint32_t offset)
{
	struct antin_in in =
	        antin_in_of((struct antin_slice){x->entries.p + offset, x->entries.len - offset});
	struct antin_in entry;
	struct antin_slice serial = {0};

	if (!antin_der_enter(&in, ANTIN_SEQUENCE, &entry) || !antin_der_integer(&entry, &serial))
		return (struct antin_slice){0};
	return serial;
}

/* Index + 1 of the run that an offset belongs to, 0 for the list's own issuer. */
static size_t
run_of(const struct antin_crl_index *x, uint32_t offset)
{
	size_t low = 0, high = x->n_runs;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (x->runs[middle].offset <= offset)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* True when the entry at `offset` speaks of certificates of this issuer. */
static bool
run_is(const struct antin_crl *c, uint32_t offset, struct antin_slice issuer)
{
	size_t run = run_of(c->index, offset);
	struct antin_in names, wrapped;
	struct antin_slice name;
	struct antin_tlv tlv;

	if (run == 0)
		return !issuer.p || antin_name_equal(issuer, c->issuer);
	if (!issuer.p)
		issuer = c->issuer;
	names = antin_in_of(c->index->runs[run - 1].names);
	while (!antin_der_end(&names)) {
		if (!antin_der_next(&names, &tlv))
			return false;
		wrapped = antin_in_of(tlv.value);
		if (tlv.tag == ANTIN_CONTEXT_CONS(4) &&
		    antin_der_whole(&wrapped, ANTIN_SEQUENCE, &name) &&
		    antin_name_equal(name, issuer))
			return true;
	}
	return false;
}

/* False when the serial stands there already, for the same issuer. */
static bool
table_insert(struct antin_crl_index *x, uint32_t offset)
{
	struct antin_slice serial = serial_at(x, offset);
	size_t at = hash_serial(x, serial) & x->mask;

	for (; x->table[at]; at = (at + 1) & x->mask) {
		uint32_t other = x->table[at] - 1;

		if (antin_slice_equal(serial_at(x, other), serial) &&
		    run_of(x, other) == run_of(x, offset))
			return false;
	}
	x->table[at] = offset + 1;
	return true;
}

/* Offsets of the entries while they are scanned. */
struct offsets {
	uint32_t *p;
	size_t n, cap;
};

static void
offsets_done(struct offsets *o)
{
	free(o->p);
}
ANTIN_SCOPED_S(offsets, offsets_done);

static enum antin_rc
offsets_add(struct offsets *o, uint32_t offset, struct antin_err *err)
{
	if (o->n == o->cap) {
		uint32_t *p = antin_array_grow(o->p, &o->cap, sizeof(*p));

		if (!p)
			return antin_fail_memory(err);
		o->p = p;
	}
	o->p[o->n++] = offset;
	return ANTIN_OK;
}

static enum antin_rc
add_run(struct antin_crl_index *x, uint32_t offset, struct antin_slice names, struct antin_err *err)
{
	if (x->n_runs == x->cap_runs) {
		struct antin_crl_run *runs = antin_array_grow(x->runs, &x->cap_runs, sizeof(*runs));

		if (!runs)
			return antin_fail_memory(err);
		x->runs = runs;
	}
	x->runs[x->n_runs++] = (struct antin_crl_run){offset, names};
	return ANTIN_OK;
}

static enum antin_rc
scan(struct antin_crl *c, struct offsets *offsets, struct antin_err *err)
{
	struct antin_crl_index *x = c->index;
	struct antin_in in = antin_in_of(x->entries);
	enum antin_rc rc = ANTIN_OK;
	struct decoded d;

	while (rc == ANTIN_OK && !antin_der_end(&in)) {
		uint32_t offset = (uint32_t)(in.p - x->entries.p);

		if (!read_entry(&in, c->version, &d))
			return antin_crl_broken(err, "revokedCertificates");
		if (d.unknown.p)
			antin_crl_set_unknown(c, d.unknown);
		/* An issuer of its own belongs to indirect lists only (RFC 5280 5.3.3). */
		if (d.cert_issuer.p && !c->idp.indirect)
			return antin_crl_broken(err, "certificateIssuer");
		if (d.cert_issuer.p)
			rc = add_run(x, offset, d.cert_issuer, err);
		if (rc == ANTIN_OK)
			rc = offsets_add(offsets, offset, err);
	}
	c->n_entries = offsets->n;
	return rc;
}

enum antin_rc
antin_crl_index_build(struct antin_crl *c, struct antin_slice entries, struct antin_err *err)
{
	ANTIN_SCOPED(offsets) offsets = {0};
	struct antin_crl_index *x = c->index;
	size_t size = 16;
	enum antin_rc rc;

	x->entries = entries;
	rc = scan(c, &offsets, err);
	if (rc == ANTIN_OK)
		rc = antin_random((uint8_t *)x->key, sizeof(x->key), err);
	if (rc != ANTIN_OK)
		return rc;
	x->key[1] |= 1;
	while (size < offsets.n * 2)
		size *= 2;
	x->table = calloc(size, sizeof(*x->table));
	if (!x->table)
		return antin_fail_memory(err);
	x->mask = size - 1;
	for (size_t i = 0; i < offsets.n; i++)
		if (!table_insert(x, offsets.p[i]))
			return antin_crl_broken(err, "revokedCertificates: the same serial twice");
	return ANTIN_OK;
}

bool
antin_crl_lookup(const struct antin_crl *c, struct antin_slice serial,
                 struct antin_slice cert_issuer, struct antin_crl_entry *out)
{
	const struct antin_crl_index *x = c->index;
	size_t at = hash_serial(x, serial) & x->mask;
	struct antin_in in;
	struct decoded d;

	for (; x->table[at]; at = (at + 1) & x->mask) {
		uint32_t offset = x->table[at] - 1;

		if (!antin_slice_equal(serial_at(x, offset), serial))
			continue;
		if (c->idp.indirect && !run_is(c, offset, cert_issuer))
			continue;
		in = antin_in_of(
		        (struct antin_slice){x->entries.p + offset, x->entries.len - offset});
		if (!read_entry(&in, c->version, &d))
			return false; /* cannot be: it was checked */
		*out = d.e;
		return true;
	}
	return false;
}

enum antin_rc
antin_crl_each(const struct antin_crl *c,
               enum antin_rc (*call)(void *user, const struct antin_crl_entry *e,
                                     struct antin_err *err),
               void *user, struct antin_err *err)
{
	struct antin_in in = antin_in_of(c->index->entries);
	enum antin_rc rc = ANTIN_OK;
	struct decoded d;

	while (rc == ANTIN_OK && !antin_der_end(&in)) {
		if (!read_entry(&in, c->version, &d))
			return antin_crl_broken(err, "revokedCertificates");
		rc = call(user, &d.e, err);
	}
	return rc;
}

/* The index counts who holds the list. */
struct antin_crl *
antin_crl_ref(struct antin_crl *c)
{
	(void)__atomic_add_fetch(&c->index->refs, 1, __ATOMIC_RELAXED);
	return c;
}

void
antin_crl_free(struct antin_crl *c)
{
	if (!c)
		return;
	if (c->index) {
		if (__atomic_sub_fetch(&c->index->refs, 1, __ATOMIC_ACQ_REL) > 0)
			return;
		antin_crl_index_free(c->index);
	}
	free(c);
}
