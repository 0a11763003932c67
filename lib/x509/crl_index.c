/*
 * The entries of a revocation list: checked in one scan, found by bisection where their serials
 * ascend, as most authorities write them, else by a table of offsets; there is no object an entry.
 */
#include "crl_internal.h"

#include <stdlib.h>

#include "crl_plain.h"

void
antin_crl_index_free(struct antin_crl_index *x)
{
	antin_bytes_done(&x->der);
	antin_hash_free(x->hash);
	free(x->blocks);
	free(x->table);
	free(x->runs);
	free(x);
}

/* ---- the table ---- */

#define TAG 0xffffffff00000000u

static uint64_t
fold(uint64_t a, uint64_t b)
{
	unsigned __int128 product = (unsigned __int128)a * b;

	return (uint64_t)product ^ (uint64_t)(product >> 64);
}

/* Keyed, so that no one can make a list whose serials all fall on one place. */
static uint64_t
hash_serial(const struct antin_crl_index *x, struct antin_slice serial)
{
	uint64_t h = x->key[0] ^ serial.len, part;

	for (size_t at = 0; at < serial.len; at += 8) {
		part = 0;
		memcpy(&part, serial.p + at, serial.len - at < 8 ? serial.len - at : 8);
		h = fold(h ^ part, x->key[1]);
	}
	return h;
}

/* The serial of an entry that was checked before; *next is where the one after it begins. */
static struct antin_slice
serial_at(const struct antin_crl_index *x, uint32_t offset, uint32_t *next)
{
	const uint8_t *p = x->entries.p + offset;
	struct antin_in in = antin_in_of((struct antin_slice){p, x->entries.len - offset});
	struct antin_in entry;
	struct antin_slice serial = {0};

	if (p[1] < 0x80) {
		*next = offset + 2 + p[1];
		return (struct antin_slice){p + 4, p[3]};
	}
	if (!antin_der_enter(&in, ANTIN_SEQUENCE, &entry) || !antin_der_integer(&entry, &serial))
		in.p = in.end; /* cannot be: it was checked */
	*next = (uint32_t)(in.p - x->entries.p);
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
table_insert(struct antin_crl_index *x, struct antin_slice serial, uint32_t offset)
{
	uint64_t h = hash_serial(x, serial), tag = h & TAG;
	size_t at = h & x->mask;
	uint32_t unused;

	for (; x->table[at]; at = (at + 1) & x->mask) {
		uint32_t other = (uint32_t)x->table[at] - 1;

		if ((x->table[at] & TAG) == tag &&
		    antin_slice_equal(serial_at(x, other, &unused), serial) &&
		    run_of(x, other) == run_of(x, offset))
			return false;
	}
	x->table[at] = tag | (offset + 1);
	return true;
}

static enum antin_rc
table_fill(struct antin_crl_index *x, struct antin_err *err)
{
	uint32_t next;

	for (uint32_t at = 0; at < x->entries.len; at = next) {
		struct antin_slice serial = serial_at(x, at, &next);

		if (!table_insert(x, serial, at))
			return antin_crl_broken(err, "revokedCertificates: the same serial twice");
	}
	return ANTIN_OK;
}

static enum antin_rc
table_build(struct antin_crl_index *x, size_t n, struct antin_err *err)
{
	size_t size = 16;
	enum antin_rc rc = antin_random((uint8_t *)x->key, sizeof(x->key), err);

	free(x->blocks);
	x->blocks = NULL;
	if (rc != ANTIN_OK)
		return rc;
	x->key[1] |= 1;
	while (size < n + n / 3)
		size *= 2;
	x->mask = size - 1;
	x->table = calloc(size, sizeof(*x->table));
	if (!x->table)
		return antin_fail_memory(err);
	return table_fill(x, err);
}

/* ---- blocks ---- */

/* Orders as (length, octets) do, as far as the first seven octets tell. */
static uint64_t
order_key(struct antin_slice serial)
{
	uint8_t octets[8] = {0};
	uint64_t key;

	if (serial.len >= sizeof(octets))
		memcpy(octets, serial.p, sizeof(octets));
	else
		memcpy(octets, serial.p, serial.len);
	memcpy(&key, octets, sizeof(key));
	return (uint64_t)serial.len << 56 | be64toh(key) >> 8;
}

static inline enum antin_rc
add_block(struct antin_crl_index *x, uint64_t key, uint32_t offset, struct antin_err *err)
{
	if (x->n_blocks == x->cap_blocks) {
		struct antin_crl_block *blocks =
		        antin_array_grow(x->blocks, &x->cap_blocks, sizeof(*blocks));

		if (!blocks)
			return antin_fail_memory(err);
		x->blocks = blocks;
	}
	x->blocks[x->n_blocks++] = (struct antin_crl_block){key, offset};
	return ANTIN_OK;
}

/* How many blocks begin at the serial or before it. */
static size_t
blocks_until(const struct antin_crl_index *x, struct antin_slice serial, uint64_t key)
{
	size_t low = 0, high = x->n_blocks;
	uint32_t unused;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct antin_crl_block *b = &x->blocks[middle];

		if (b->key < key ||
		    (b->key == key &&
		     antin_slice_compare(serial_at(x, b->offset, &unused), serial) <= 0))
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* ---- the scan ---- */

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

/* Checks an entry that is not of the plain shape. */
static enum antin_rc
scan_other(struct antin_crl *c, uint32_t offset, struct antin_err *err)
{
	struct antin_in in = antin_in_of(c->index->entries);
	struct antin_crl_decoded d;

	in.p += offset;
	if (!antin_crl_entry_read(&in, c->version, &d))
		return antin_crl_broken(err, "revokedCertificates");
	if (d.unknown.p)
		antin_crl_set_unknown(c, d.unknown);
	if (!d.cert_issuer.p)
		return ANTIN_OK;
	/* An issuer of its own belongs to indirect lists only (RFC 5280 5.3.3). */
	if (!c->idp.indirect)
		return antin_crl_broken(err, "certificateIssuer");
	c->index->ascending = false;
	return add_run(c->index, offset, d.cert_issuer, err);
}

/* Whether the serial at `at` follows the one before it, the first seven octets of both alike. */
static bool
follows(const struct antin_crl_index *x, uint32_t before, uint32_t at)
{
	uint32_t unused;

	return antin_slice_compare(serial_at(x, before, &unused), serial_at(x, at, &unused)) < 0;
}

enum antin_rc
antin_crl_index_build(struct antin_crl *c, struct antin_slice entries, struct antin_err *err)
{
	struct antin_crl_index *x = c->index;
	const struct antin_in all = antin_in_of(entries);
	const uint8_t *p = all.p, *next, *hashed = all.p;
	const bool reasons = c->version == 2;
	uint64_t key, last_key = 0;
	uint32_t at = 0, last = 0;
	size_t n = 0;
	enum antin_rc rc = ANTIN_OK;

	x->entries = entries;
	x->ascending = true;
	for (; p < all.end && rc == ANTIN_OK; p = next, last_key = key, last = at, n++) {
		if (p >= hashed) {
			rc = antin_crl_hash_ahead(x, p, err);
			hashed = x->unhashed.p;
		}
		if (rc != ANTIN_OK)
			return rc;
		at = (uint32_t)(p - all.p);
		next = plain_entry(p, all.end, reasons);
		if (next) {
			key = order_key((struct antin_slice){p + 4, p[3]});
		} else {
			uint32_t after = 0;

			rc = scan_other(c, at, err);
			if (rc != ANTIN_OK)
				return rc;
			key = order_key(serial_at(x, at, &after));
			next = all.p + after;
		}
		if (key <= last_key && (key < last_key || !follows(x, last, at)))
			x->ascending = false;
		if (n % ANTIN_CRL_BLOCK == 0 && x->ascending)
			rc = add_block(x, key, at, err);
	}
	c->n_entries = n;
	return rc == ANTIN_OK && !x->ascending ? table_build(x, n, err) : rc;
}

/* ---- asking ---- */

/* Decodes the entry if it is the one asked for. */
static bool
is_entry(const struct antin_crl *c, uint32_t offset, struct antin_slice cert_issuer,
         struct antin_crl_entry *out)
{
	const struct antin_crl_index *x = c->index;
	struct antin_in in =
	        antin_in_of((struct antin_slice){x->entries.p + offset, x->entries.len - offset});
	struct antin_crl_decoded d;

	if (c->idp.indirect && !run_is(c, offset, cert_issuer))
		return false;
	if (!antin_crl_entry_read(&in, c->version, &d))
		return false; /* cannot be: it was checked */
	*out = d.e;
	return true;
}

static bool
block_lookup(const struct antin_crl *c, struct antin_slice serial, struct antin_slice cert_issuer,
             struct antin_crl_entry *out)
{
	const struct antin_crl_index *x = c->index;
	size_t block = blocks_until(x, serial, order_key(serial));
	uint32_t at, next;

	if (block == 0)
		return false;
	at = x->blocks[block - 1].offset;
	for (size_t i = 0; i < ANTIN_CRL_BLOCK && at < x->entries.len; i++, at = next)
		if (antin_slice_equal(serial_at(x, at, &next), serial))
			return is_entry(c, at, cert_issuer, out);
	return false;
}

/* Of two entries for one certificate, in runs of the same issuer: a suspension, or its end, less.
 */
static bool
graver(const struct antin_crl_entry *a, const struct antin_crl_entry *b)
{
	return b->reason == ANTIN_REASON_REMOVE ||
	       (b->reason == ANTIN_REASON_HOLD && a->reason != ANTIN_REASON_REMOVE);
}

bool
antin_crl_lookup(const struct antin_crl *c, struct antin_slice serial,
                 struct antin_slice cert_issuer, struct antin_crl_entry *out)
{
	const struct antin_crl_index *x = c->index;
	struct antin_crl_entry e;
	bool found = false;
	uint64_t h;
	uint32_t unused;

	if (serial.len == 0 || serial.len > ANTIN_SERIAL_MAX + 1)
		return false;
	if (x->ascending)
		return block_lookup(c, serial, cert_issuer, out);
	h = hash_serial(x, serial);
	for (size_t at = h & x->mask; x->table[at]; at = (at + 1) & x->mask) {
		uint32_t offset = (uint32_t)x->table[at] - 1;

		if ((x->table[at] & TAG) == (h & TAG) &&
		    antin_slice_equal(serial_at(x, offset, &unused), serial) &&
		    is_entry(c, offset, cert_issuer, &e) && (!found || graver(&e, out))) {
			*out = e;
			found = true;
		}
	}
	return found;
}

enum antin_rc
antin_crl_each(const struct antin_crl *c,
               enum antin_rc (*call)(void *user, const struct antin_crl_entry *e,
                                     struct antin_err *err),
               void *user, struct antin_err *err)
{
	struct antin_in in = antin_in_of(c->index->entries);
	enum antin_rc rc = ANTIN_OK;
	struct antin_crl_decoded d;

	while (rc == ANTIN_OK && !antin_der_end(&in)) {
		if (!antin_crl_entry_read(&in, c->version, &d))
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
