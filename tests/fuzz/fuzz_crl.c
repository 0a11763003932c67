/*
 * Revocation lists: every entry that is listed is found again under the issuer it speaks of,
 * nothing lies outside the bytes, and what the authority of the seeds signed it did not sign with
 * another bit.
 */
#include "../../lib/x509/crl_internal.h"
#include "fuzz.h"

/* The key of corpus/crl/cert.der. */
static const uint8_t authority[] = {0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce,
                                    0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d,
                                    0x03, 0x01, 0x07, 0x03, 0x42, 0x00, 0x04, 0x2c, 0x05, 0xcd,
                                    0x42, 0xf1, 0xd3, 0x70, 0xef, 0x80, 0x8d, 0x41, 0xef, 0xfc,
                                    0x5d, 0xfe, 0x4c, 0xea, 0xb6, 0x8a, 0x4d, 0x53, 0x6a, 0xa8,
                                    0x60, 0x21, 0x90, 0x7e, 0x2e, 0xf2, 0xff, 0x53, 0xf5, 0x91,
                                    0x71, 0xdc, 0x75, 0x17, 0x6d, 0xb0, 0xa8, 0xae, 0x02, 0x66,
                                    0xb9, 0xf5, 0xd2, 0x59, 0xe2, 0xe1, 0x83, 0xd8, 0xd7, 0x78,
                                    0xc4, 0xc4, 0xdc, 0xc8, 0x16, 0x6d, 0xc3, 0x7e, 0xcc, 0xdb,
                                    0xbf};

/* Whose certificate an entry speaks of; p NULL where that is no directory name. */
static struct antin_slice
issuer_of(const struct antin_crl *c, const struct antin_crl_entry *e)
{
	const struct antin_crl_index *x = c->index;
	struct antin_slice name = c->issuer;

	for (size_t i = 0; i < x->n_runs && x->entries.p + x->runs[i].offset < e->serial.p; i++) {
		struct antin_in names = antin_in_of(x->runs[i].names), wrapped;

		name = (struct antin_slice){0};
		if (antin_der_enter(&names, ANTIN_CONTEXT_CONS(4), &wrapped))
			(void)!antin_der_whole(&wrapped, ANTIN_SEQUENCE, &name);
	}
	return name;
}

static enum antin_rc
look_up(void *user, const struct antin_crl_entry *e, struct antin_err *err)
{
	const struct antin_crl *c = user;
	struct antin_slice issuer = issuer_of(c, e);
	struct antin_crl_entry got;
	bool found = antin_crl_lookup(c, e->serial, issuer, &got);

	(void)err;
	fuzz_inside(c->der, e->serial);
	fuzz_never(!found && issuer.p && antin_name_equal(issuer, issuer));
	fuzz_never(found && !antin_slice_equal(got.serial, e->serial));
	return ANTIN_OK;
}

static void
extensions(const struct antin_crl *c)
{
	ANTIN_SCOPED(antin_bytes) lines = {0};
	char dotted[128];

	for (size_t i = 0; i < c->n_exts; i++) {
		bool known = *antin_oid_text(c->exts[i].oid, dotted, sizeof(dotted)) != '?';

		fuzz_inside(c->der, c->exts[i].value);
		fuzz_never(known && antin_crl_ext(c, dotted) != &c->exts[i]);
	}
	fuzz_inside(c->der, c->idp.full_name);
	fuzz_inside(c->der, c->idp.relative);
	fuzz_never(c->idp.reasons && !c->idp.some_reasons);
	antin_crl_uris(c, &lines);
	fuzz_lines(&lines);
}

static void
signature(const struct antin_crl *c)
{
	ANTIN_OWN_S(antin_public) key = NULL;
	struct antin_slice spki = {authority, sizeof(authority)};

	if (!fuzz_must(antin_public_read(spki, &key, NULL) == ANTIN_OK) ||
	    antin_crl_verify(c, key, NULL, NULL) != ANTIN_OK)
		return;
	for (size_t i = 0; i < 4; i++) {
		ANTIN_SCOPED(antin_bytes) der = {0};
		ANTIN_OWN_S(antin_crl) other = NULL;

		fuzz_flip(c->der, c->tbs, i, &der);
		fuzz_never(antin_crl_read(&der, &other, NULL) == ANTIN_OK &&
		           antin_crl_verify(other, key, NULL, NULL) == ANTIN_OK);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct antin_slice whole = {data, size};
	ANTIN_SCOPED(antin_bytes) file = {0};
	ANTIN_OWN_S(antin_crl) c = NULL;

	antin_bytes_add(&file, data, size);
	if (antin_crl_read_file(&file, "a file", &c, NULL) != ANTIN_OK)
		return 0;
	fuzz_never(data[0] == ANTIN_SEQUENCE && !antin_slice_equal(c->der, whole));
	fuzz_must(antin_crl_each(c, look_up, c, NULL) == ANTIN_OK);
	(void)antin_crl_lookup(c, (struct antin_slice){data, size < 20 ? size : 20}, c->issuer,
	                       &(struct antin_crl_entry){0});
	extensions(c);
	signature(c);
	return 0;
}
