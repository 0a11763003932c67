/*
 * Revocation lists: every entry that is listed is found again, and nothing lies outside the bytes.
 */
#include <antin/crl.h>

#include "fuzz.h"

static enum antin_rc
look_up(void *user, const struct antin_crl_entry *e, struct antin_err *err)
{
	const struct antin_crl *c = user;
	struct antin_crl_entry got;
	struct antin_slice none = {0};

	(void)err;
	fuzz_inside(c->der, e->serial);
	fuzz_never(!c->idp.indirect && !antin_crl_lookup(c, e->serial, none, &got));
	return ANTIN_OK;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	ANTIN_SCOPED(antin_bytes) der = {0};
	ANTIN_OWN_S(antin_crl) c = NULL;

	antin_bytes_add(&der, data, size);
	if (antin_crl_read(&der, &c, NULL) != ANTIN_OK)
		return 0;
	fuzz_must(antin_crl_each(c, look_up, c, NULL) == ANTIN_OK);
	(void)antin_crl_lookup(c, (struct antin_slice){data, size < 20 ? size : 20}, c->issuer,
	                       &(struct antin_crl_entry){0});
	return 0;
}
