/*
 * Inside of lib/trust: what the writer and the reader of bundles share.
 */
#ifndef ANTIN_BUNDLE_INNER_H
#define ANTIN_BUNDLE_INNER_H

#include <antin/bundle.h>
#include <antin/file.h>

#define BUNDLE_SCHEMA    "antin.bundle/1"
#define BUNDLE_MANIFEST  "manifest.json"
#define BUNDLE_SIGNATURE "manifest.json.p7s"

enum { BUNDLE_ROWS = 4096 };
#define BUNDLE_SEQUENCE_MAX (INT64_C(1) << 53) /* what every reader of JSON can hold */

/* The parts of a bundle: a list in the manifest, and a folder of the archive of the same name. */
enum bundle_part { BUNDLE_ANCHORS, BUNDLE_INTERMEDIATES, BUNDLE_CRLS, BUNDLE_OCSP, BUNDLE_PARTS };
struct bundle_part_info {
	const char *name, *ending;
};
extern const struct bundle_part_info bundle_parts[BUNDLE_PARTS];

/* The bundles of a trust folder, in the order of their names; none if there are none. */
enum antin_rc bundle_paths(const char *folder, struct antin_paths *out, struct antin_err *err)
        ANTIN_MUST;
/* "anchors/SHA256.crt" */
void bundle_entry(enum bundle_part part, const uint8_t sha256[32], char *out, size_t cap);

#endif
