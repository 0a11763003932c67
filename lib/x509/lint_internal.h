/*
 * What the files of the lint share: one run over a certificate, and the checks of the table.
 */
#ifndef ANTIN_X509_LINT_INTERNAL_H
#define ANTIN_X509_LINT_INTERNAL_H

#include <antin/lint.h>

struct antin_lint_run {
	const struct antin_cert *c, *issuer; /* issuer may be NULL */
	const struct antin_profile *profile; /* may be NULL */
	const struct antin_public *key;      /* NULL when it is none that we know */
	struct antin_name subject, issuer_name;
	const struct antin_lint_rule *rule; /* being checked */
	struct antin_lint *out;
	bool failed; /* no memory */
};

/* Records that the rule being checked is broken at this field; the text after it may be NULL. */
void antin_lint_hit(struct antin_lint_run *r, const char *field, const char *part);

/* The formatter would make stairs of this list. */
/* clang-format off */
#define LINT_CHECKS(X) \
	X(version) X(unique_ids) X(serial_positive) X(serial_short) X(serial_long) \
	X(sigalg_weak) X(validity_order) X(time_form) X(validity_issuer) X(issuer_match) \
	X(size) X(key_small) X(key_weak) X(sigalg_issuer) X(name_country) X(name_string) \
	X(name_utf8) X(name_nfc) X(name_control) X(name_space) X(name_empty) \
	X(name_length) X(name_joined) X(name_scripts) X(name_twice) X(name_misread) \
	X(name_unknown) X(subject_empty) X(issuer_empty) X(email_subject) X(san_empty) \
	X(san_email) X(ian_empty) X(ku_missing) X(ku_critical) X(ku_cert_sign) \
	X(ku_authority) X(ku_ec) X(ku_mixed) X(eku_twice) X(eku_any) X(eku_usage) \
	X(eku_tsa) X(eku_root) X(eku_ocsp) X(nocheck_place) X(bc_missing) X(bc_critical) \
	X(bc_path_len) X(bc_issuer) X(ski_missing) X(ski_critical) X(aki_missing) \
	X(aki_match) X(policies_twice) X(policies_missing) X(cps_url) X(access_critical) \
	X(url_form) X(limit_critical) X(limit_place) X(limit_empty) X(never_critical) \
	X(mapping_any) X(san_critical) X(unknown_critical) X(profile_subject) X(profile_key) \
	X(profile_digest) X(profile_extensions) X(profile_usage) X(profile_validity) \
	X(profile_authority) X(profile_email) X(profile_purposes) X(profile_policies)
/* clang-format on */

#define LINT_DECLARE(name) void antin_lint_##name(struct antin_lint_run *r);
LINT_CHECKS(LINT_DECLARE)
#undef LINT_DECLARE

#endif
