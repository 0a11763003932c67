/*
 * The page tree (ISO 32000-1, 7.7.3), as far as placing something on a page needs it.
 */
#ifndef ANTIN_PDF_PAGES_H
#define ANTIN_PDF_PAGES_H

#include "reader.h"

/* The first page; a tree that loops, miscounts or holds other things is refused. */
enum antin_rc pdf_first_page(struct pdf *d, uint32_t *num, struct antin_err *err) ANTIN_MUST;

#endif
