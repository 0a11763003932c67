/*
 * Whose service an anchor belongs to: the words for it, and a guess where no rule tells.
 */

#include <antin/trust.h>

static const struct class_row {
	const char *id, *text;
} classes[ANTIN_CLASSES_N] = {
        [ANTIN_CLASS_UNKNOWN] = {"unknown", N_("authority of unknown kind")},
        [ANTIN_CLASS_PUBLIC_SERVICE] = {"public-service",
                                        N_("signature service of the Government")},
        [ANTIN_CLASS_PUBLIC_CA] = {"public-ca", N_("licensed public authority")},
        [ANTIN_CLASS_FOREIGN] = {"foreign", N_("foreign authority")},
};

const struct antin_choice antin_class_choices[] = {
        {"unknown", ANTIN_CLASS_UNKNOWN},
        {"public-service", ANTIN_CLASS_PUBLIC_SERVICE},
        {"public-ca", ANTIN_CLASS_PUBLIC_CA},
        {"foreign", ANTIN_CLASS_FOREIGN},
        {NULL, 0},
};

const char *
antin_class_id(enum antin_class c)
{
	return classes[c].id;
}

const char *
antin_class_text(enum antin_class c)
{
	return classes[c].text;
}

enum antin_class
antin_class_guess(const struct antin_cert *cert)
{
	ANTIN_SCOPED(antin_bytes) country = {0};

	if (antin_name_get(cert->subject, "C", &country) &&
	    !antin_slice_is(antin_bytes_slice(&country), "VN"))
		return ANTIN_CLASS_FOREIGN;
	return ANTIN_CLASS_UNKNOWN;
}
