/*
 * Paths over certificates, (length, DER) in a row, the anchor first, the target last; what is left,
 * from a length that none can have, chooses the rules.  A path that is valid has no fault, and is
 * not valid for a target of which a bit was changed, nor where a status that is not good is asked
 * for.
 */
#include <string.h>

#include <antin/path.h>

#include "fuzz.h"

struct world {
	struct antin_certs l;
	uint8_t modes, limits, status;
};

static enum antin_rc
issuers(void *user, const struct antin_path_query *q, struct antin_path_candidates *out,
        struct antin_err *err)
{
	const struct world *w = user;
	enum antin_rc rc = ANTIN_OK;

	for (size_t i = 0; !rc && i < w->l.n; i++)
		if (antin_name_equal(w->l.items[i]->subject, q->name))
			rc = antin_path_candidates_add(out, w->l.items[i], i == 0, err);
	return rc;
}

static bool
anchor(void *user, const struct antin_cert *cert)
{
	const struct world *w = user;

	return cert == w->l.items[0] || (w->modes & 4 && cert == w->l.items[w->l.n - 1]);
}

static enum antin_rc
status(void *user, const struct antin_path *path, size_t index, struct antin_status *out,
       struct antin_err *err)
{
	const struct world *w = user;

	(void)path, (void)err;
	out->kind = (enum antin_status_kind)(w->status >> 2 * (index & 1) & 3) % 3;
	out->reason = w->status & 16 ? ANTIN_REASON_HOLD : 0;
	return ANTIN_OK;
}

static int64_t
now(void *user)
{
	return ((const struct world *)user)->modes & 8 ? 4102444800 : 1767225600;
}

static bool
valid(struct world *w, struct antin_cert *target, size_t purpose)
{
	static const char *const policies[] = {"2.16.840.1.101.3.2.1.48.1", NULL};
	const struct antin_path_ops ops = {
	        .issuers = issuers, .anchor = anchor, .now = now, .status = status, .user = w};
	const struct antin_path_rules rules = {.policies = w->limits & 8 ? policies : NULL,
	                                       .explicit_policy = w->limits & 16,
	                                       .inhibit_mapping = w->limits & 32,
	                                       .inhibit_any = w->limits & 64,
	                                       .revocation = (w->modes & 3) % 3,
	                                       .purpose = purpose % ANTIN_PURPOSES,
	                                       .max_depth = (w->limits & 7) - 1};
	ANTIN_SCOPED(antin_path) p = {0};

	if (antin_path_find(&ops, target, &rules, &p, NULL) != ANTIN_OK)
		return false;
	fuzz_never(p.valid && (p.n_faults || p.chain.items[0] != target));
	for (size_t i = 0;
	     p.valid && rules.revocation == ANTIN_REVOCATION_CHAIN && i + 1 < p.chain.n; i++)
		fuzz_never(p.statuses[i].kind != ANTIN_STATUS_GOOD);
	return p.valid;
}

static bool
take_cert(struct antin_in *in, struct antin_slice *der)
{
	struct antin_in rest = *in;
	uint16_t n;

	if (!antin_in_u16(&rest, &n) || n < 0x100 || !antin_in_take(&rest, n, der))
		return false;
	*in = rest;
	return true;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct antin_in in = {data, data + size};
	struct antin_cert *target;
	struct antin_slice der;
	struct world w = {.modes = ANTIN_REVOCATION_NONE};
	ANTIN_SCOPED(antin_bytes) changed = {0};
	ANTIN_OWN_S(antin_cert) other = NULL;

	while (w.l.n < 8 && take_cert(&in, &der))
		(void)!antin_certs_read(der, "x", &w.l, NULL);
	if (antin_in_u8(&in, &w.modes) && antin_in_u8(&in, &w.limits))
		(void)!antin_in_u8(&in, &w.status);
	target = w.l.n ? w.l.items[w.l.n - 1] : NULL;
	if (w.l.n > 1 && valid(&w, target, size) && !(w.modes & 4)) {
		antin_bytes_add(&changed, target->der.p, target->der.len);
		if (!changed.failed)
			changed.p[size * 31 % changed.len] ^= (uint8_t)(1U << size % 8);
		if (antin_cert_read(antin_bytes_slice(&changed), &other, NULL) == ANTIN_OK)
			fuzz_never(valid(&w, other, size));
	}
	antin_certs_done(&w.l);
	return 0;
}
