/*
 * XML from strangers: parsed without DTD, entities or network and within caps, read by elements,
 * and written in canonical form (W3C Canonical XML 1.0 and 1.1, Exclusive 1.0).  The parser is
 * libxml2 in a shared object of its own, libantin-xml, opened when the first document is read.
 */
#ifndef ANTIN_XML_H
#define ANTIN_XML_H

#include <antin/bytes.h>

enum {
	ANTIN_XML_MAX = 32 * 1024 * 1024, /* octets of a document */
	ANTIN_XML_DEPTH = 64,             /* elements inside of each other */
	ANTIN_XML_ELEMENTS = 1000000,
};

struct antin_xml;      /* a document */
struct antin_xml_node; /* an element of it */

/* UTF-8, XML 1.0, no DOCTYPE.  FORMAT with the line; the bytes are not needed afterwards. */
enum antin_rc antin_xml_read(struct antin_slice bytes, struct antin_xml **out,
                             struct antin_err *err) ANTIN_MUST;
void antin_xml_free(struct antin_xml *x);
ANTIN_OWNER_S(antin_xml, antin_xml_free);

const struct antin_xml_node *antin_xml_root(const struct antin_xml *x);
/* Elements alone: comments and processing instructions are passed over.  NULL at the end. */
const struct antin_xml_node *antin_xml_first(const struct antin_xml *x,
                                             const struct antin_xml_node *n);
const struct antin_xml_node *antin_xml_next(const struct antin_xml *x,
                                            const struct antin_xml_node *n);
bool antin_xml_is(const struct antin_xml *x, const struct antin_xml_node *n, const char *ns,
                  const char *name);
/* The only child of that name; NULL when there is none or several. */
const struct antin_xml_node *antin_xml_only(const struct antin_xml *x,
                                            const struct antin_xml_node *n, const char *ns,
                                            const char *name);
unsigned int antin_xml_line(const struct antin_xml *x, const struct antin_xml_node *n);
/* An attribute without a namespace; NULL when it is absent. */
const char *antin_xml_attribute(const struct antin_xml *x, const struct antin_xml_node *n,
                                const char *name);
/*
 * Appends what the element holds, without white space around it; false if it holds anything but
 * text: a comment inside a value, which no signature covers, makes two readers see two values.
 */
bool antin_xml_text(const struct antin_xml *x, const struct antin_xml_node *n,
                    struct antin_bytes *out) ANTIN_MUST;
/* How many elements of that name the document has in all. */
size_t antin_xml_count(const struct antin_xml *x, const char *ns, const char *name);

enum antin_xml_canon { ANTIN_XML_C14N, ANTIN_XML_C14N_EXCLUSIVE, ANTIN_XML_C14N_11 };
struct antin_xml_part {
	const struct antin_xml_node *of;      /* NULL: the document */
	const struct antin_xml_node *without; /* and all below it; NULL: nothing is left out */
	enum antin_xml_canon how;
	const char *prefixes; /* exclusive: PrefixList; NULL none */
};
/* Appends the canonical form, comments left out. */
enum antin_rc antin_xml_canonical(const struct antin_xml *x, const struct antin_xml_part *part,
                                  struct antin_bytes *out, struct antin_err *err) ANTIN_MUST;

/* ---- between libantin and libantin-xml ---- */

#define ANTIN_XML_PLUG "antin_xml_plug_1"
struct antin_xml_plug {
	/* NULL: `why` (of 120) says it, or is "" without memory. */
	void *(*parse)(const uint8_t *p, size_t len, char *why);
	void (*free)(void *doc);
	const void *(*root)(const void *doc);
	const void *(*first)(const void *node);
	const void *(*next)(const void *node);
	bool (*is)(const void *node, const char *ns, const char *name);
	unsigned int (*line)(const void *node);
	const char *(*attribute)(const void *node, const char *name);
	/* Gives each piece of text; false if there is anything else. */
	bool (*text)(const void *node, void (*take)(void *to, const char *p, size_t len), void *to);
	bool (*canonical)(void *doc, const struct antin_xml_part *part,
	                  int (*write)(void *to, const char *p, int len), void *to);
};

#endif
