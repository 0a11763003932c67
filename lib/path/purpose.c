/*
 * What a certificate may be used for: key usage (RFC 5280 4.2.1.3) and extended key usage
 * (4.2.1.12) by purpose, as a table.
 */
#include "path.h"

#define BIT(name) (1u << ANTIN_KU_##name)

static const char any_eku[] = "2.5.29.37.0";

static const struct purpose_row {
	const char *const *ekus; /* one of them is enough; NULL: not looked at */
	uint32_t key_usage;      /* one of these bits, when the extension is there; 0: any */
	bool required;           /* the extension must be there and name the purpose itself */
	bool alone;              /* and be critical and hold nothing else (RFC 3161 2.3) */
	bool of_issuers;         /* an authority's own list limits what it issues */
} purposes[ANTIN_PURPOSES] = {
        [ANTIN_PURPOSE_ANY] = {0},
        /* E-mail protection and client authentication are what the field's certificates have. */
        [ANTIN_PURPOSE_SIGN] =
                {
                        .ekus = (const char *const[]){"1.3.6.1.5.5.7.3.4", "1.3.6.1.5.5.7.3.36",
                                                      "1.3.6.1.5.5.7.3.2",
                                                      "1.3.6.1.4.1.311.10.3.12",
                                                      "1.2.840.113583.1.1.5", NULL},
                        .key_usage = BIT(DIGITAL_SIGNATURE) | BIT(NON_REPUDIATION),
                        .of_issuers = true,
                },
        [ANTIN_PURPOSE_TLS_SERVER] =
                {
                        .ekus = (const char *const[]){"1.3.6.1.5.5.7.3.1", NULL},
                        .key_usage =
                                BIT(DIGITAL_SIGNATURE) | BIT(KEY_ENCIPHERMENT) | BIT(KEY_AGREEMENT),
                        .of_issuers = true,
                },
        [ANTIN_PURPOSE_TLS_CLIENT] =
                {
                        .ekus = (const char *const[]){"1.3.6.1.5.5.7.3.2", NULL},
                        .key_usage = BIT(DIGITAL_SIGNATURE) | BIT(KEY_AGREEMENT),
                        .of_issuers = true,
                },
        [ANTIN_PURPOSE_TIMESTAMP] =
                {
                        .ekus = (const char *const[]){"1.3.6.1.5.5.7.3.8", NULL},
                        .key_usage = BIT(DIGITAL_SIGNATURE) | BIT(NON_REPUDIATION),
                        .required = true,
                        .alone = true,
                        .of_issuers = true,
                },
        [ANTIN_PURPOSE_OCSP] =
                {
                        .ekus = (const char *const[]){"1.3.6.1.5.5.7.3.9", NULL},
                        .key_usage = BIT(DIGITAL_SIGNATURE) | BIT(NON_REPUDIATION),
                        .required = true,
                },
        [ANTIN_PURPOSE_CRL] = {.key_usage = BIT(CRL_SIGN)},
};

bool
path_key_usage(const struct antin_cert *c, enum antin_purpose purpose)
{
	uint32_t wanted = purposes[purpose].key_usage;

	return !wanted || !c->has_key_usage || (c->key_usage & wanted);
}

bool
path_purpose(const struct antin_cert *c, enum antin_purpose purpose, bool ca)
{
	const struct purpose_row *row = &purposes[purpose];
	bool named = false;

	if (!row->ekus || (ca && !row->of_issuers))
		return true;
	if (!c->has_eku)
		return ca || !row->required;
	for (size_t i = 0; row->ekus[i] && !named; i++)
		named = antin_cert_has_eku(c, row->ekus[i]);
	if (!named && (ca || !row->required))
		named = antin_cert_has_eku(c, any_eku);
	if (named && row->alone && !ca)
		return antin_cert_eku_alone(c, row->ekus[0]);
	return named;
}
