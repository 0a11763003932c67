/*
 * Certificate revocation lists written as a stream (RFC 5280 5): the rows are run once for the
 * lengths and once for the octets, which are hashed on their way out.  See crl.h.
 */
#include <antin/crl.h>

#include <stdlib.h>
#include <string.h>

#include <antin/clock.h>

#include "extension.h"

static const struct {
	int reason;
	const char *name;
} reasons[] = {
        {ANTIN_REASON_UNSPECIFIED, "unspecified"},
        {ANTIN_REASON_KEY_COMPROMISE, "keyCompromise"},
        {ANTIN_REASON_CA_COMPROMISE, "cACompromise"},
        {ANTIN_REASON_AFFILIATION_CHANGED, "affiliationChanged"},
        {ANTIN_REASON_SUPERSEDED, "superseded"},
        {ANTIN_REASON_CESSATION, "cessationOfOperation"},
        {ANTIN_REASON_HOLD, "certificateHold"},
        {ANTIN_REASON_REMOVE, "removeFromCRL"},
        {ANTIN_REASON_PRIVILEGE_WITHDRAWN, "privilegeWithdrawn"},
        {ANTIN_REASON_AA_COMPROMISE, "aACompromise"},
};
enum { N_REASONS = sizeof(reasons) / sizeof(reasons[0]) };

const char *
antin_crl_reason_name(int reason)
{
	for (size_t i = 0; i < N_REASONS; i++)
		if (reasons[i].reason == reason)
			return reasons[i].name;
	return "unknown";
}

/* Equal without regard to case, hyphens and underscores. */
static bool
same_word(const char *a, const char *b)
{
	for (;; a++, b++) {
		while (*a == '-' || *a == '_')
			a++;
		if ((*a | 0x20) != (*b | 0x20))
			return false;
		if (*a == '\0' || *b == '\0')
			return *a == *b;
	}
}

bool
antin_crl_reason_parse(const char *name, int *out)
{
	for (size_t i = 0; i < N_REASONS; i++)
		if (same_word(name, reasons[i].name)) {
			*out = reasons[i].reason;
			return true;
		}
	return false;
}

/* Where the octets go: a file that is not committed, bytes, or nowhere. */
struct sink {
	struct antin_output *output;
	struct antin_bytes *bytes;
	size_t start; /* in bytes */
};

enum { BUFFER = 65536, ENTRY_MAX = 96 };

struct antin_crl_writer {
	struct sink *sink;       /* NULL: only hashed, or only counted */
	struct antin_hash *hash; /* of the TBSCertList; NULL while counting */
	uint64_t entries, size;
	uint8_t last[ANTIN_SERIAL_MAX];
	size_t last_len;
	int64_t day; /* the day that `date` stands for */
	struct antin_date date;
	size_t used;
	uint8_t buffer[BUFFER];
};

static enum antin_rc
sink_write(struct sink *s, const void *p, size_t len, struct antin_err *err)
{
	if (s->output)
		return antin_output_write(s->output, p, len, err);
	antin_bytes_add(s->bytes, p, len);
	return antin_bytes_check(s->bytes, err);
}

static enum antin_rc
sink_patch_head(struct sink *s, const void *p, size_t len, struct antin_err *err)
{
	if (s->output)
		return antin_output_patch(s->output, 0, p, len, err);
	memcpy(s->bytes->p + s->start, p, len);
	return ANTIN_OK;
}

static enum antin_rc
flush(struct antin_crl_writer *w, struct antin_err *err)
{
	enum antin_rc rc = ANTIN_OK;

	if (w->hash)
		rc = antin_hash_add(w->hash, w->buffer, w->used, err);
	if (rc == ANTIN_OK && w->sink)
		rc = sink_write(w->sink, w->buffer, w->used, err);
	w->used = 0;
	return rc;
}

static enum antin_rc
emit(struct antin_crl_writer *w, const uint8_t *p, size_t len, struct antin_err *err)
{
	enum antin_rc rc = ANTIN_OK;

	while (rc == ANTIN_OK && len > 0) {
		size_t n = len < BUFFER - w->used ? len : BUFFER - w->used;

		memcpy(w->buffer + w->used, p, n);
		w->used += n;
		p += n;
		len -= n;
		if (w->used == BUFFER)
			rc = flush(w, err);
	}
	return rc;
}

/* ---- one entry ---- */

static bool
utc_time(int64_t t)
{
	return t >= -631152000 && t < 2524608000; /* 1950..2049 (RFC 5280 4.1.2.5) */
}

static uint8_t *
put_digits(uint8_t *p, int value, int digits)
{
	for (int i = digits; i-- > 0; value /= 10)
		p[i] = (uint8_t)('0' + value % 10);
	return p + digits;
}

/* The calendar day is worked out once for entries of the same day. */
static uint8_t *
put_time(struct antin_crl_writer *w, uint8_t *p, int64_t t, bool utc)
{
	int64_t day = t / 86400, second = t % 86400;

	if (second < 0) {
		second += 86400;
		day--;
	}
	if (day != w->day) {
		antin_date_of(t, &w->date);
		w->day = day;
	}
	*p++ = utc ? ANTIN_UTCTIME : ANTIN_GENERALIZEDTIME;
	*p++ = utc ? 13 : 15;
	p = utc ? put_digits(p, w->date.year % 100, 2) : put_digits(p, w->date.year, 4);
	p = put_digits(p, w->date.month, 2);
	p = put_digits(p, w->date.day, 2);
	p = put_digits(p, (int)(second / 3600), 2);
	p = put_digits(p, (int)(second / 60 % 60), 2);
	p = put_digits(p, (int)(second % 60), 2);
	*p++ = 'Z';
	return p;
}

static const uint8_t reason_ext[] = {0x30, 0x0a, 0x06, 0x03, 0x55, 0x1d,
                                     0x15, 0x04, 0x03, 0x0a, 0x01};
static const uint8_t invalidity_ext[] = {0x30, 0x18, 0x06, 0x03, 0x55, 0x1d, 0x18, 0x04, 0x11};

static size_t
exts_size(const struct antin_crl_entry *e)
{
	size_t n = 0;

	if (e->reason != ANTIN_REASON_UNSPECIFIED)
		n += sizeof(reason_ext) + 1;
	if (e->invalidity != ANTIN_NO_TIME)
		n += sizeof(invalidity_ext) + 17;
	return n;
}

static size_t
content_size(const struct antin_crl_entry *e)
{
	size_t exts = exts_size(e);

	return 2 + e->serial.len + (utc_time(e->revoked) ? 15 : 17) + (exts ? 2 + exts : 0);
}

size_t
antin_crl_entry_size(const struct antin_crl_entry *e)
{
	return 2 + content_size(e);
}

/* All parts are shorter than 128 octets: every length is one octet. */
static size_t
put_entry(struct antin_crl_writer *w, const struct antin_crl_entry *e, uint8_t out[ENTRY_MAX])
{
	size_t exts = exts_size(e);
	uint8_t *p = out;

	*p++ = ANTIN_SEQUENCE;
	*p++ = (uint8_t)content_size(e);
	*p++ = ANTIN_INTEGER;
	*p++ = (uint8_t)e->serial.len;
	memcpy(p, e->serial.p, e->serial.len);
	p = put_time(w, p + e->serial.len, e->revoked, utc_time(e->revoked));
	if (exts) {
		*p++ = ANTIN_SEQUENCE;
		*p++ = (uint8_t)exts;
	}
	if (e->reason != ANTIN_REASON_UNSPECIFIED) {
		memcpy(p, reason_ext, sizeof(reason_ext));
		p += sizeof(reason_ext);
		*p++ = (uint8_t)e->reason;
	}
	if (e->invalidity != ANTIN_NO_TIME) {
		memcpy(p, invalidity_ext, sizeof(invalidity_ext));
		p = put_time(w, p + sizeof(invalidity_ext), e->invalidity, false);
	}
	return (size_t)(p - out);
}

static bool
serial_ok(struct antin_slice s)
{
	if (s.len == 0 || s.len > ANTIN_SERIAL_MAX || s.p[0] >= 0x80)
		return false;
	return s.len == 1 || s.p[0] != 0 || s.p[1] >= 0x80;
}

static bool
time_ok(int64_t t)
{
	return t >= -62167219200 && t <= 253402300799; /* years 0..9999 */
}

static enum antin_rc
check_entry(const struct antin_crl_writer *w, const struct antin_crl_entry *e,
            struct antin_err *err)
{
	bool known = false;

	for (size_t i = 0; i < N_REASONS; i++)
		known |= reasons[i].reason == e->reason;
	if (!known || !serial_ok(e->serial) || !time_ok(e->revoked) ||
	    (e->invalidity != ANTIN_NO_TIME && !time_ok(e->invalidity)))
		return antin_fail(err, ANTIN_E_INTERNAL, N_("a revocation cannot be encoded"));
	if (w->entries == 0 || e->serial.len > w->last_len)
		return ANTIN_OK;
	if (e->serial.len < w->last_len || memcmp(e->serial.p, w->last, w->last_len) <= 0)
		return antin_fail(err, ANTIN_E_INTERNAL,
		                  N_("revocations do not come in the order of their serials"));
	return ANTIN_OK;
}

enum antin_rc
antin_crl_add(struct antin_crl_writer *w, const struct antin_crl_entry *e, struct antin_err *err)
{
	enum antin_rc rc = check_entry(w, e, err);
	uint8_t octets[ENTRY_MAX];

	if (rc != ANTIN_OK)
		return rc;
	memcpy(w->last, e->serial.p, e->serial.len);
	w->last_len = e->serial.len;
	w->entries++;
	w->size += antin_crl_entry_size(e);
	if (!w->hash)
		return ANTIN_OK;
	return emit(w, octets, put_entry(w, e, octets), err);
}

/* ---- the list around the entries ---- */

/* What is written, with all lengths known but that of an ECDSA signature. */
struct plan {
	const struct antin_crl_spec *spec;
	struct antin_bytes head;   /* TBSCertList up to the first entry */
	struct antin_bytes tail;   /* the extensions */
	struct antin_bytes sigalg; /* AlgorithmIdentifier */
	uint64_t entries, rows_size;
	uint64_t tbs_len;
	uint8_t digest[ANTIN_DIGEST_MAX];
};

static void
plan_done(struct plan *p)
{
	antin_bytes_done(&p->head);
	antin_bytes_done(&p->tail);
	antin_bytes_done(&p->sigalg);
}
ANTIN_SCOPED_S(plan, plan_done);

static size_t
header(uint8_t tag, uint64_t len, uint8_t out[6])
{
	size_t n = 0;

	out[0] = tag;
	if (len < 0x80) {
		out[1] = (uint8_t)len;
		return 2;
	}
	for (uint64_t rest = len; rest; rest >>= 8)
		n++;
	out[1] = (uint8_t)(0x80 | n);
	for (size_t i = 0; i < n; i++)
		out[2 + i] = (uint8_t)(len >> (8 * (n - 1 - i)));
	return 2 + n;
}

/* Critical issuingDistributionPoint with the address that the certificates of the shard name. */
static void
add_shard(struct antin_bytes *b, const char *url)
{
	struct antin_ext_mark ext = antin_ext_open(b, OID_EXT_IDP, true);
	size_t idp = antin_der_open(b, ANTIN_SEQUENCE);
	size_t point = antin_der_open(b, ANTIN_CONTEXT_CONS(0));
	size_t names = antin_der_open(b, ANTIN_CONTEXT_CONS(0));

	antin_der_add_text(b, ANTIN_CONTEXT(6), url);
	antin_der_close(b, names);
	antin_der_close(b, point);
	antin_der_close(b, idp);
	antin_ext_close(b, ext);
}

static void
add_extensions(struct antin_bytes *b, const struct antin_crl_spec *spec)
{
	size_t outer = antin_der_open(b, ANTIN_CONTEXT_CONS(0));
	size_t list = antin_der_open(b, ANTIN_SEQUENCE), aki;
	struct antin_ext_mark ext = antin_ext_open(b, OID_EXT_AKI, false);

	aki = antin_der_open(b, ANTIN_SEQUENCE);
	antin_der_add(b, ANTIN_CONTEXT(0), spec->aki);
	antin_der_close(b, aki);
	antin_ext_close(b, ext);
	ext = antin_ext_open(b, OID_EXT_CRL_NUMBER, false);
	antin_der_add_integer(b, spec->number);
	antin_ext_close(b, ext);
	if (spec->shard_url)
		add_shard(b, spec->shard_url);
	if (spec->expired_on_crl != ANTIN_NO_TIME) {
		ext = antin_ext_open(b, OID_EXT_EXPIRED_ON_CRL, false);
		antin_der_add_generalized(b, spec->expired_on_crl);
		antin_ext_close(b, ext);
	}
	antin_der_close(b, list);
	antin_der_close(b, outer);
}

static enum antin_rc
check_spec(const struct antin_crl_spec *s, struct antin_err *err)
{
	if (s->issuer.len == 0 || s->aki.len == 0 || s->number.len == 0 ||
	    s->number.len > ANTIN_SERIAL_MAX ||
	    (s->number.len == ANTIN_SERIAL_MAX && s->number.p[0] >= 0x80))
		return antin_fail(err, ANTIN_E_INTERNAL,
		                  N_("a CRL needs its issuer, key identifier and number"));
	if (!time_ok(s->this_update) || !time_ok(s->next_update) ||
	    s->next_update <= s->this_update)
		return antin_fail(err, ANTIN_E_INTERNAL, N_("a CRL must end after it begins"));
	return ANTIN_OK;
}

/* Runs the rows once; `w` says what becomes of them. */
static enum antin_rc
run_rows(const struct antin_crl_spec *spec, struct antin_crl_writer *w, struct antin_err *err)
{
	w->day = INT64_MIN;
	return spec->rows ? spec->rows(spec->user, w, err) : ANTIN_OK;
}

static enum antin_rc
count_rows(struct plan *p, struct antin_crl_writer *w, struct antin_err *err)
{
	enum antin_rc rc;

	p->rows_size = p->spec->size;
	if (p->spec->size_known)
		return ANTIN_OK;
	rc = run_rows(p->spec, w, err);
	p->rows_size = w->size;
	return rc;
}

static enum antin_rc
make_plan(struct plan *p, struct antin_err *err)
{
	const struct antin_crl_spec *s = p->spec;
	ANTIN_SCOPED(antin_bytes) fields = {0};
	uint8_t octets[6];
	uint64_t len;
	enum antin_rc rc;

	antin_sigalg_add(&p->sigalg, s->sigalg);
	add_extensions(&p->tail, s);
	antin_der_add_uint(&fields, 1); /* v2 */
	antin_bytes_add(&fields, p->sigalg.p, p->sigalg.len);
	antin_bytes_add(&fields, s->issuer.p, s->issuer.len);
	antin_der_add_time(&fields, s->this_update);
	antin_der_add_time(&fields, s->next_update);
	if (p->rows_size) /* no empty list (RFC 5280 5.1.2.6) */
		antin_bytes_add(&fields, octets, header(ANTIN_SEQUENCE, p->rows_size, octets));
	len = fields.len + p->rows_size + p->tail.len;
	antin_bytes_add(&p->head, octets, header(ANTIN_SEQUENCE, len, octets));
	antin_bytes_add(&p->head, fields.p, fields.len);
	p->tbs_len = p->head.len + p->rows_size + p->tail.len;
	rc = antin_bytes_check(&p->head, err);
	if (rc == ANTIN_OK)
		rc = antin_bytes_check(&p->tail, err);
	if (rc == ANTIN_OK && p->tbs_len > ANTIN_CRL_MAX - 65536)
		rc = antin_fail(err, ANTIN_E_TOO_LARGE, N_("the CRL would be too large"));
	return rc;
}

/* The TBSCertList once: hashed, and written if there is a sink. */
static enum antin_rc
run_tbs(struct plan *p, struct antin_crl_writer *w, struct sink *sink, struct antin_err *err)
{
	ANTIN_OWN_S(antin_hash) hash = NULL;
	enum antin_rc rc = antin_hash_new(p->spec->sigalg.digest, &hash, err);

	*w = (struct antin_crl_writer){.sink = sink, .hash = hash};
	if (rc == ANTIN_OK)
		rc = emit(w, p->head.p, p->head.len, err);
	if (rc == ANTIN_OK)
		rc = run_rows(p->spec, w, err);
	if (rc == ANTIN_OK && w->size != p->rows_size)
		rc = antin_fail(err, ANTIN_E_INTERNAL,
		                N_("the revocations changed while the CRL was made"));
	if (rc == ANTIN_OK)
		rc = emit(w, p->tail.p, p->tail.len, err);
	if (rc == ANTIN_OK)
		rc = flush(w, err);
	if (rc == ANTIN_OK)
		rc = antin_hash_end(hash, p->digest, err);
	p->entries = w->entries;
	return rc;
}

static uint64_t
total_len(const struct plan *p, size_t signature)
{
	uint8_t octets[6];

	return p->tbs_len + p->sigalg.len + header(ANTIN_BIT_STRING, 1 + signature, octets) + 1 +
	       signature;
}

/* A device that wants to hash by itself gets the whole list, run once more into memory. */
static enum antin_rc
sign_whole(struct plan *p, struct antin_crl_writer *w, struct antin_key *key,
           struct antin_bytes *signature, struct antin_err *err)
{
	ANTIN_SCOPED(antin_bytes) whole = {0};
	struct sink sink = {.bytes = &whole};
	uint8_t first[ANTIN_DIGEST_MAX];
	enum antin_rc rc;

	memcpy(first, p->digest, sizeof(first));
	rc = run_tbs(p, w, &sink, err);
	if (rc != ANTIN_OK)
		return rc;
	if (memcmp(first, p->digest, antin_digest_size(p->spec->sigalg.digest)) != 0)
		return antin_fail(err, ANTIN_E_INTERNAL,
		                  N_("the revocations changed while the CRL was made"));
	return antin_key_sign_message(key, p->spec->sigalg, antin_bytes_slice(&whole), signature,
	                              err);
}

static enum antin_rc
sign(struct plan *p, struct antin_crl_writer *w, struct antin_key *key,
     struct antin_bytes *signature, struct antin_err *err)
{
	struct antin_sigalg a = p->spec->sigalg;
	enum antin_rc rc;

	rc = antin_key_sign(key, a, (struct antin_slice){p->digest, antin_digest_size(a.digest)},
	                    signature, err);
	if (rc != ANTIN_E_NO_MECHANISM || !key->ops->sign_message)
		return rc;
	antin_err_clear(err);
	return sign_whole(p, w, key, signature, err);
}

static enum antin_rc
write_tail(const struct plan *p, struct sink *sink, const struct antin_bytes *signature,
           struct antin_err *err)
{
	ANTIN_SCOPED(antin_bytes) b = {0};
	enum antin_rc rc;

	antin_bytes_add(&b, p->sigalg.p, p->sigalg.len);
	antin_der_add_bits(&b, antin_bytes_slice(signature));
	rc = antin_bytes_check(&b, err);
	return rc == ANTIN_OK ? sink_write(sink, b.p, b.len, err) : rc;
}

/*
 * An ECDSA signature's length varies.  Where that cannot change how many octets the outer length
 * takes, the header is put right afterwards; else the list is run once more, signed beforehand.
 */
static enum antin_rc
write_list(struct plan *p, struct antin_crl_writer *w, struct antin_key *key, struct sink *sink,
           struct antin_err *err)
{
	ANTIN_SCOPED(antin_bytes) signature = {0};
	uint8_t octets[6], first[ANTIN_DIGEST_MAX];
	size_t size = antin_digest_size(p->spec->sigalg.digest);
	size_t width = header(ANTIN_SEQUENCE, total_len(p, 8), octets);
	bool fixed = width == header(ANTIN_SEQUENCE, total_len(p, 1024), octets);
	enum antin_rc rc = ANTIN_OK;

	if (!fixed) {
		rc = run_tbs(p, w, NULL, err);
		if (rc == ANTIN_OK)
			rc = sign(p, w, key, &signature, err);
		width = header(ANTIN_SEQUENCE, total_len(p, signature.len), octets);
		memcpy(first, p->digest, sizeof(first));
	}
	if (rc == ANTIN_OK)
		rc = sink_write(sink, octets, width, err);
	if (rc == ANTIN_OK)
		rc = run_tbs(p, w, sink, err);
	if (rc == ANTIN_OK && !fixed && memcmp(first, p->digest, size) != 0)
		rc = antin_fail(err, ANTIN_E_INTERNAL,
		                N_("the revocations changed while the CRL was made"));
	if (rc == ANTIN_OK && fixed)
		rc = sign(p, w, key, &signature, err);
	if (rc == ANTIN_OK)
		rc = write_tail(p, sink, &signature, err);
	(void)header(ANTIN_SEQUENCE, total_len(p, signature.len), octets);
	return rc == ANTIN_OK ? sink_patch_head(sink, octets, width, err) : rc;
}

static enum antin_rc
write_to(const struct antin_crl_spec *spec, struct antin_key *key, struct sink *sink,
         struct antin_crl_made *made, struct antin_err *err)
{
	struct antin_crl_writer *w = calloc(1, sizeof(*w));
	ANTIN_SCOPED(plan) p = {.spec = spec};
	enum antin_rc rc = w ? check_spec(spec, err) : antin_fail_memory(err);

	if (rc == ANTIN_OK)
		rc = count_rows(&p, w, err);
	if (rc == ANTIN_OK)
		rc = make_plan(&p, err);
	if (rc == ANTIN_OK)
		rc = write_list(&p, w, key, sink, err);
	free(w);
	if (rc == ANTIN_OK)
		made->entries = p.entries;
	return rc;
}

enum antin_rc
antin_crl_write_bytes(const struct antin_crl_spec *spec, struct antin_key *key,
                      struct antin_bytes *out, struct antin_crl_made *made, struct antin_err *err)
{
	struct sink sink = {.bytes = out, .start = out->len};
	struct antin_crl_made m = {0};
	enum antin_rc rc = write_to(spec, key, &sink, &m, err);

	if (rc != ANTIN_OK) {
		out->len = sink.start;
		return rc;
	}
	m.size = out->len - sink.start;
	rc = antin_sha256((struct antin_slice){out->p + sink.start, m.size}, m.sha256, err);
	if (rc == ANTIN_OK && made)
		*made = m;
	return rc;
}

/* SHA-256 of the file that is written but not yet in its place. */
static enum antin_rc
hash_file(const char *path, struct antin_crl_made *made, struct antin_err *err)
{
	ANTIN_OWN_S(antin_source) source = NULL;
	ANTIN_OWN_S(antin_hash) hash = NULL;
	uint8_t piece[BUFFER], digest[ANTIN_DIGEST_MAX];
	enum antin_rc rc = antin_source_open(path, &source, err);

	if (rc == ANTIN_OK)
		rc = antin_hash_new(ANTIN_SHA256, &hash, err);
	if (rc != ANTIN_OK)
		return rc;
	made->size = antin_source_size(source);
	for (uint64_t at = 0; rc == ANTIN_OK && at < made->size; at += BUFFER) {
		size_t n = made->size - at < BUFFER ? (size_t)(made->size - at) : BUFFER;

		rc = antin_source_read(source, at, piece, n, err);
		if (rc == ANTIN_OK)
			rc = antin_hash_add(hash, piece, n, err);
	}
	if (rc == ANTIN_OK)
		rc = antin_hash_end(hash, digest, err);
	if (rc == ANTIN_OK)
		memcpy(made->sha256, digest, sizeof(made->sha256));
	return rc;
}

enum antin_rc
antin_crl_write(const struct antin_crl_spec *spec, struct antin_key *key, struct antin_output *out,
                struct antin_crl_made *made, struct antin_err *err)
{
	struct sink sink = {.output = out};
	struct antin_crl_made m = {0};
	ANTIN_SCOPED(antin_bytes) held = {0};
	enum antin_rc rc;

	if (!antin_output_temporary(out)) { /* standard output holds everything anyway */
		rc = antin_crl_write_bytes(spec, key, &held, made, err);
		return rc == ANTIN_OK ? antin_output_write(out, held.p, held.len, err) : rc;
	}
	rc = write_to(spec, key, &sink, &m, err);
	if (rc == ANTIN_OK)
		rc = hash_file(antin_output_temporary(out), &m, err);
	if (rc == ANTIN_OK && made)
		*made = m;
	return rc;
}
