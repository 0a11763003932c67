/*
 * Inside of lib/verify: faults of a certification path as findings, for signatures and for
 * certificates alone.
 */
#ifndef ANTIN_VERIFY_FAULT_H
#define ANTIN_VERIFY_FAULT_H

#include "verify.h"

/* Rows of the table in fault.c: one a fault of a path, then what else can be said. */
enum fault_row {
	FAULT_FIRST_OWN = ANTIN_FAULT_COUNT,
	FAULT_CA_REVOKED = FAULT_FIRST_OWN,
	FAULT_EXPIRED_GOOD,
	FAULT_NAME,
	FAULT_NO_ANCHORS,
	FAULT_OWN_ANCHOR,
	FAULT_NOT_ASKED,
	FAULT_ONLY_LEAF,
	FAULT_ROWS
};
extern const struct antin_finding_row fault_rows[FAULT_ROWS];

/*
 * A fault as it is to be told: an issuer that is there and did not sign, or whose key cannot be
 * used, is not "missing" (the search ended for want of an issuer, and had refused one of that
 * name).
 */
enum antin_fault fault_told(const struct antin_path *p, const struct antin_path_fault *fault);
/* Fills certificate, field, detail and argument. */
void fault_describe(struct antin_finding *f, const struct antin_path *p,
                    const struct antin_path_fault *fault);

#endif
