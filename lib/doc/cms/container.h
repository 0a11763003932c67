/*
 * CMS files as documents (RFC 5652, ETSI EN 319 122-1): SignedData with its content or without, in
 * DER or BER or PEM, read in order; the content is hashed as it passes by and never held.
 */
#ifndef ANTIN_DOC_CMS_CONTAINER_H
#define ANTIN_DOC_CMS_CONTAINER_H

#include <antin/doc.h>

extern const struct antin_doc_ops cms_ops;

#endif
