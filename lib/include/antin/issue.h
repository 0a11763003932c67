/*
 * Making certificates (RFC 5280): the exact octets to be signed from a profile, an issuer and what
 * was asked for; then the certificate from them and a signature.  Keys are judged here as well.
 */
#ifndef ANTIN_ISSUE_H
#define ANTIN_ISSUE_H

#include <antin/cert.h>
#include <antin/profile.h>

enum { ANTIN_SERIAL_SIZE = 16, ANTIN_ISSUE_EMAILS = 8 };

struct antin_period {
	int64_t not_before, not_after; /* both inclusive */
};

/* One certificate to be made; everything is borrowed. */
struct antin_issue {
	const struct antin_profile *profile;
	const struct antin_cert *issuer; /* NULL: self-signed */
	struct antin_slice subject;      /* whole Name, brought into the profile's order */
	const struct antin_public *public_key;
	const char *const *emails; /* NULL-terminated; NULL none */
	struct antin_period period;
	uint8_t serial[ANTIN_SERIAL_SIZE];            /* first octet 0x01..0x7f */
	struct antin_sigalg sigalg;                   /* of the issuer's key */
	const struct antin_profile_setting *settings; /* of the issuer, for URLs */
};

/* Instance octet 0x01..0x7f, then 15 random ones. */
enum antin_rc antin_issue_serial(uint8_t instance, uint8_t out[ANTIN_SERIAL_SIZE],
                                 struct antin_err *err) ANTIN_MUST;
/* What the issuer's key signs with under this profile. */
struct antin_sigalg antin_issue_sigalg(const struct antin_profile *p,
                                       const struct antin_public *issuer_key);
/*
 * From `days` (0: the profile's default) and now: notBefore and notAfter, both inclusive, cut at
 * the issuer's notAfter when it is sooner; ANTIN_E_POLICY outside the profile's limits.
 */
enum antin_rc antin_issue_period(const struct antin_profile *p, const struct antin_cert *issuer,
                                 int64_t now, int64_t days, struct antin_period *out,
                                 struct antin_err *err) ANTIN_MUST;
/*
 * ANTIN_E_POLICY for keys that must not be certified: RSA outside 2048..4096 bits, e other than
 * 65537, a factor below 752, the ROCA fingerprint, factors close together (Fermat, 100 rounds).
 */
enum antin_rc antin_issue_key(const struct antin_public *key, struct antin_err *err) ANTIN_MUST;
/*
 * The whole TBSCertificate.  Checks the key, the names, the period and the issuer (CA, keyCertSign,
 * path length), not the quality of the result: see lint.h.
 */
enum antin_rc antin_issue_tbs(const struct antin_issue *i, struct antin_bytes *tbs,
                              struct antin_err *err) ANTIN_MUST;
/* The certificate: TBS, algorithm (must be the one inside), signature. */
enum antin_rc antin_issue_finish(struct antin_slice tbs, struct antin_sigalg a,
                                 struct antin_slice signature, struct antin_bytes *der,
                                 struct antin_err *err) ANTIN_MUST;

#endif
