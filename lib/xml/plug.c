/*
 * libantin-xml: libxml2 behind struct antin_xml_plug.  A DOCTYPE ends the parsing before anything
 * of it is read; depth and number of elements are counted while the document grows.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <libxml/c14n.h>
#include <libxml/parser.h>
#include <libxml/parserInternals.h>
#include <libxml/tree.h>

#include <antin/xml.h>

enum { WHY = 120, PREFIXES = 32, PREFIX_TEXT = 512 };

extern const struct antin_xml_plug antin_xml_plug_1;

/* What is counted while one document is parsed. */
struct counting {
	xmlSAXHandler usual;
	size_t depth, elements;
	const char *refused;
};

static void
refuse(xmlParserCtxtPtr ctxt, const char *why)
{
	((struct counting *)ctxt->_private)->refused = why;
	xmlStopParser(ctxt);
}

static void
on_doctype(void *ctx, const xmlChar *name, const xmlChar *external, const xmlChar *system)
{
	(void)name, (void)external, (void)system;
	refuse(ctx, "a DOCTYPE is not allowed");
}

/* The shape is libxml2's. NOLINTBEGIN(readability-function-size) */
static void
on_start(void *ctx, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri, int n_ns,
         const xmlChar **ns, int n_attributes, int n_defaulted, const xmlChar **attributes)
{
	struct counting *c = ((xmlParserCtxtPtr)ctx)->_private;

	if (++c->depth > ANTIN_XML_DEPTH)
		refuse(ctx, "elements are nested too deep");
	else if (++c->elements > ANTIN_XML_ELEMENTS)
		refuse(ctx, "there are too many elements");
	else
		c->usual.startElementNs(ctx, name, prefix, uri, n_ns, ns, n_attributes, n_defaulted,
		                        attributes);
}

/* NOLINTEND(readability-function-size) */

static void
on_end(void *ctx, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri)
{
	struct counting *c = ((xmlParserCtxtPtr)ctx)->_private;

	c->depth--;
	c->usual.endElementNs(ctx, name, prefix, uri);
}

/* The first line of libxml2's message, with its line number. */
static void
tell(const xmlParserCtxt *ctxt, const struct counting *c, char *why)
{
	const xmlError *e = &ctxt->lastError;

	if (c->refused)
		(void)snprintf(why, WHY, "%s", c->refused);
	else if (e->message)
		(void)snprintf(why, WHY, "line %d: %.*s", e->line, (int)strcspn(e->message, "\n"),
		               e->message);
	else
		(void)snprintf(why, WHY, "it is not well-formed");
}

/* What canonical forms are defined for, and every reader agrees on. */
static bool
plain(const xmlDoc *doc, char *why)
{
	const char *wrong = NULL;

	if (doc->intSubset || doc->extSubset)
		wrong = "a DOCTYPE is not allowed";
	else if (doc->encoding && strcasecmp((const char *)doc->encoding, "UTF-8") != 0)
		wrong = "it is not in UTF-8";
	else if (!doc->version || strcmp((const char *)doc->version, "1.0") != 0)
		wrong = "it is not XML 1.0";
	if (wrong)
		(void)snprintf(why, WHY, "%s", wrong);
	return !wrong;
}

static void *
plug_parse(const uint8_t *p, size_t len, char *why)
{
	struct counting c = {.depth = 0};
	xmlParserCtxtPtr ctxt = xmlNewParserCtxt();
	xmlDocPtr doc;

	why[0] = '\0';
	if (!ctxt)
		return NULL;
	c.usual = *ctxt->sax;
	ctxt->_private = &c;
	ctxt->sax->internalSubset = on_doctype;
	ctxt->sax->startElementNs = on_start;
	ctxt->sax->endElementNs = on_end;
	doc = xmlCtxtReadMemory(ctxt, (const char *)p, (int)len, NULL, NULL,
	                        XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING |
	                                XML_PARSE_NOCDATA | XML_PARSE_BIG_LINES);
	if (!doc || !ctxt->wellFormed || !ctxt->nsWellFormed || c.refused || !plain(doc, why)) {
		if (!why[0])
			tell(ctxt, &c, why);
		xmlFreeDoc(doc);
		doc = NULL;
	}
	xmlFreeParserCtxt(ctxt);
	return doc;
}

static void
plug_free(void *doc)
{
	xmlFreeDoc(doc);
}

static const void *
plug_root(const void *doc)
{
	return xmlDocGetRootElement(doc);
}

static const void *
element(const xmlNode *n)
{
	while (n && n->type != XML_ELEMENT_NODE)
		n = n->next;
	return n;
}

static const void *
plug_first(const void *node)
{
	return element(((const xmlNode *)node)->children);
}

static const void *
plug_next(const void *node)
{
	return element(((const xmlNode *)node)->next);
}

static bool
plug_is(const void *node, const char *ns, const char *name)
{
	const xmlNode *n = node;

	return n->ns && n->ns->href && strcmp((const char *)n->ns->href, ns) == 0 &&
	       strcmp((const char *)n->name, name) == 0;
}

static unsigned int
plug_line(const void *node)
{
	return (unsigned int)xmlGetLineNo(node);
}

static const char *
plug_attribute(const void *node, const char *name)
{
	for (const xmlAttr *a = ((const xmlNode *)node)->properties; a; a = a->next) {
		if (a->ns || strcmp((const char *)a->name, name) != 0)
			continue;
		if (!a->children)
			return "";
		if (a->children->type != XML_TEXT_NODE || a->children->next)
			return NULL;
		return (const char *)a->children->content;
	}
	return NULL;
}

static bool
plug_text(const void *node, void (*take)(void *to, const char *p, size_t len), void *to)
{
	for (const xmlNode *n = ((const xmlNode *)node)->children; n; n = n->next) {
		if (n->type != XML_TEXT_NODE || !n->content)
			return false;
		take(to, (const char *)n->content, strlen((const char *)n->content));
	}
	return true;
}

/* ---- canonical form ---- */

static bool
inside(const xmlNode *n, const void *tree)
{
	for (; n; n = n->parent)
		if ((const void *)n == tree)
			return true;
	return false;
}

/* Whether a node is in the set; of a namespace, the element that it is looked at for tells. */
static int
visible(void *user, xmlNodePtr node, xmlNodePtr parent)
{
	const struct antin_xml_part *part = user;
	const xmlNode *n = node->type == XML_NAMESPACE_DECL ? parent : node;

	if (part->without && inside(n, part->without))
		return 0;
	return !part->of || inside(n, part->of);
}

/* PrefixList: names between white space.  False when there are more than fit. */
static bool
split(const char *list, char text[PREFIX_TEXT], xmlChar *out[PREFIXES + 1])
{
	size_t n = 0;
	char *save = NULL;

	if (strlen(list) >= PREFIX_TEXT)
		return false;
	memcpy(text, list, strlen(list) + 1);
	for (char *w = strtok_r(text, " \t\r\n", &save); w; w = strtok_r(NULL, " \t\r\n", &save)) {
		if (n == PREFIXES)
			return false;
		out[n++] = (xmlChar *)w;
	}
	out[n] = NULL;
	return true;
}

/* libxml2 would print what it has against a document. */
static void
quiet(void *to, xmlErrorPtr e)
{
	(void)to, (void)e;
}

static bool
plug_canonical(void *doc, const struct antin_xml_part *part,
               int (*write)(void *to, const char *p, int len), void *to)
{
	static const int modes[] = {
	        [ANTIN_XML_C14N] = XML_C14N_1_0,
	        [ANTIN_XML_C14N_EXCLUSIVE] = XML_C14N_EXCLUSIVE_1_0,
	        [ANTIN_XML_C14N_11] = XML_C14N_1_1,
	};
	struct antin_xml_part copy = *part;
	char text[PREFIX_TEXT];
	xmlChar *prefixes[PREFIXES + 1] = {NULL};
	xmlOutputBufferPtr out;
	const xmlStructuredErrorFunc before = xmlStructuredError;
	void *const before_context = xmlStructuredErrorContext;
	int done;

	if (part->prefixes && !split(part->prefixes, text, prefixes))
		return false;
	out = xmlOutputBufferCreateIO(write, NULL, to, NULL);
	if (!out)
		return false;
	xmlSetStructuredErrorFunc(NULL, quiet);
	done = xmlC14NExecute(doc, visible, &copy, modes[part->how],
	                      part->prefixes ? prefixes : NULL, 0, out);
	xmlSetStructuredErrorFunc(before_context, before);
	return xmlOutputBufferClose(out) >= 0 && done >= 0;
}

__attribute__((visibility("default"))) const struct antin_xml_plug antin_xml_plug_1 = {
        .parse = plug_parse,
        .free = plug_free,
        .root = plug_root,
        .first = plug_first,
        .next = plug_next,
        .is = plug_is,
        .line = plug_line,
        .attribute = plug_attribute,
        .text = plug_text,
        .canonical = plug_canonical,
};
