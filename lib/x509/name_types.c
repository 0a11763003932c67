/*
 * Attribute types of distinguished names (X.520, RFC 4519, RFC 5280 appendix A.1 with its upper
 * bounds).  See name_internal.h.
 */
#include "name_internal.h"

#include <strings.h>

#include <string.h>

static const struct antin_name_type types[] = {
        {"2.5.4.6", "C", "countryName", ANTIN_PRINTABLE, 2},
        {"2.5.4.8", "ST", "stateOrProvinceName", ANTIN_UTF8, 128},
        {"2.5.4.7", "L", "localityName", ANTIN_UTF8, 128},
        {"2.5.4.9", "street", "streetAddress", ANTIN_UTF8, 128},
        {"2.5.4.17", "postalCode", NULL, ANTIN_UTF8, 40},
        {"2.5.4.10", "O", "organizationName", ANTIN_UTF8, 64},
        {"2.5.4.97", "organizationIdentifier", NULL, ANTIN_UTF8, 256},
        {"2.5.4.11", "OU", "organizationalUnitName", ANTIN_UTF8, 64},
        {"2.5.4.12", "title", "T", ANTIN_UTF8, 64},
        {"2.5.4.4", "SN", "surname", ANTIN_UTF8, 64},
        {"2.5.4.42", "GN", "givenName", ANTIN_UTF8, 64},
        {"2.5.4.43", "initials", NULL, ANTIN_UTF8, 64},
        {"2.5.4.44", "generationQualifier", NULL, ANTIN_UTF8, 64},
        {"2.5.4.65", "pseudonym", NULL, ANTIN_UTF8, 128},
        {"2.5.4.3", "CN", "commonName", ANTIN_UTF8, 64},
        {"2.5.4.5", "serialNumber", NULL, ANTIN_PRINTABLE, 64},
        {"2.5.4.46", "dnQualifier", NULL, ANTIN_PRINTABLE, 64},
        {"2.5.4.13", "description", NULL, ANTIN_UTF8, 1024},
        {"2.5.4.15", "businessCategory", NULL, ANTIN_UTF8, 128},
        {"2.5.4.20", "telephoneNumber", NULL, ANTIN_PRINTABLE, 32},
        {"0.9.2342.19200300.100.1.1", "UID", "userId", ANTIN_UTF8, 256},
        {"0.9.2342.19200300.100.1.25", "DC", "domainComponent", ANTIN_IA5, 63},
        {"1.2.840.113549.1.9.1", "emailAddress", "E", ANTIN_IA5, 255},
};
enum { TYPES = sizeof(types) / sizeof(types[0]) };

static const char *const names[] = {
        "C",
        "ST",
        "L",
        "street",
        "postalCode",
        "O",
        "OU",
        "title",
        "SN",
        "GN",
        "UID",
        "DC",
        "surname",
        "givenName",
        "initials",
        "CN",
        "pseudonym",
        "serialNumber",
        "commonName",
        "organizationName",
        "userId",
        "dnQualifier",
        "emailAddress",
        "description",
        "organizationIdentifier",
        NULL,
};

const struct antin_name_type *
antin_name_type_by_oid(const char *dotted)
{
	for (size_t i = 0; i < TYPES; i++)
		if (strcmp(types[i].oid, dotted) == 0)
			return &types[i];
	return NULL;
}

const struct antin_name_type *
antin_name_type_by_name(const char *name)
{
	for (size_t i = 0; i < TYPES; i++)
		if (strcasecmp(types[i].name, name) == 0 ||
		    (types[i].other && strcasecmp(types[i].other, name) == 0))
			return &types[i];
	return antin_name_type_by_oid(name);
}

const char *const *
antin_name_type_names(void)
{
	return names;
}
