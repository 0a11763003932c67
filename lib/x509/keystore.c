/*
 * Key stores: the calls that every kind shares.  See keystore.h.
 */
#include <antin/keystore.h>

#include <strings.h>

enum antin_rc
antin_keygen_parse(const char *text, struct antin_keygen *out, struct antin_err *err)
{
	static const struct {
		const char *name;
		enum antin_key_type type;
		unsigned int rsa_bits;
	} kinds[] = {
	        {"rsa2048", ANTIN_KEY_RSA, 2048}, {"rsa3072", ANTIN_KEY_RSA, 3072},
	        {"rsa4096", ANTIN_KEY_RSA, 4096}, {"p256", ANTIN_KEY_P256, 0},
	        {"p384", ANTIN_KEY_P384, 0},
	};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (strcasecmp(kinds[i].name, text) != 0)
			continue;
		out->type = kinds[i].type;
		out->rsa_bits = kinds[i].rsa_bits;
		return ANTIN_OK;
	}
	return antin_fail(err, ANTIN_E_USAGE,
	                  N_("%s is no kind of key: use rsa2048, rsa3072, rsa4096, p256 or p384"),
	                  text);
}

enum antin_rc
antin_keystore_find(struct antin_keystore *s, const char *uri, struct antin_key **out,
                    struct antin_err *err)
{
	return s->ops->find(s, uri, out, err);
}

enum antin_rc
antin_keystore_generate(struct antin_keystore *s, const char *uri, const struct antin_keygen *spec,
                        struct antin_key **out, struct antin_err *err)
{
	return s->ops->generate(s, uri, spec, out, err);
}

const struct antin_key_fact *
antin_keystore_facts(struct antin_keystore *s, const struct antin_key *k)
{
	return s->ops->facts(s, k);
}

enum antin_rc
antin_keystore_store(struct antin_keystore *s, const char *uri, struct antin_cert *cert,
                     struct antin_err *err)
{
	return s->ops->store(s, uri, cert, err);
}

void
antin_keystore_free(struct antin_keystore *s)
{
	if (s)
		s->ops->free(s);
}
