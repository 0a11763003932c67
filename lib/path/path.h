/*
 * Inside of lib/path: the validator's state, shared by builder, validator, policies and names.
 */
#ifndef ANTIN_PATH_INNER_H
#define ANTIN_PATH_INNER_H

#include <antin/path.h>

/* What one validation works with; `path->chain` is whole, target first. */
struct validation {
	const struct antin_path_ops *ops;
	const struct antin_path_rules *rules;
	struct antin_path *path;
	int64_t now;
	/* Compared so far; they only rise, so that a whole search is bounded and not each path. */
	size_t names, policies;
};

/* Records a fault of chain.items[index]; `detail` may be NULL, and must be safe to show. */
enum antin_rc path_fault(struct antin_path *p, enum antin_fault f, size_t index, const char *detail,
                         struct antin_err *err) ANTIN_MUST;

/* RFC 5280 6.1 over path->chain; adds faults, statuses and policies.  Signatures not checked. */
enum antin_rc path_validate(struct validation *v, struct antin_err *err) ANTIN_MUST;

/* What a certificate is in its path. */
enum role { ROLE_TARGET, ROLE_ISSUER, ROLE_ANCHOR };
enum { DETAIL_CAP = 128 };
/*
 * The first fault of a certificate that hangs on no other, with its field in `detail`; `from` is
 * the row to begin with, so that the others can be asked for as well.
 */
enum antin_fault path_local_fault(const struct validation *v, struct antin_cert *c, enum role role,
                                  size_t *from, char detail[DETAIL_CAP]);

/* Policies (6.1.1 to 6.1.6); needs the whole chain. */
enum antin_rc path_policies(struct validation *v, struct antin_err *err) ANTIN_MUST;
/* Name constraints (6.1.3 (b)(c), 6.1.4 (g)). */
enum antin_rc path_names(struct validation *v, struct antin_err *err) ANTIN_MUST;
/* True if the certificate's extended key usage allows the purpose; `ca`: for what it issues. */
bool path_key_usage(const struct antin_cert *c, enum antin_purpose purpose);
bool path_purpose(const struct antin_cert *c, enum antin_purpose purpose, bool ca);

/*
 * One GeneralName against one constraint base of the same form ([1] [2] [4] [6] [7]); *known is
 * false when the form or its content cannot be judged.
 */
bool path_name_within(uint8_t tag, struct antin_slice name, struct antin_slice base, bool *known);
/* A name with a wildcard that is not within may still stand for one that is. */
bool path_wildcard_meets(uint8_t tag, struct antin_slice name, struct antin_slice base);

#endif
