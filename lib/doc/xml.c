/*
 * XML documents through libantin-xml, which is opened for the first one; see xml.h.
 */
#include <antin/xml.h>

#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

#include <antin/text.h>

#define LIBRARY "libantin-xml.so.0"
#define HOW     (RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE)

/* Something of this library, to find where it lies. */
static const char here_we_are = 0;

struct antin_xml {
	const struct antin_xml_plug *plug;
	void *doc;
};

/* The library beside the one that this code is in. */
static void *
open_beside(void)
{
	ANTIN_SCOPED(antin_bytes) path = {0};
	Dl_info here;
	const char *slash;

	if (!dladdr(&here_we_are, &here) || !here.dli_fname)
		return NULL;
	slash = strrchr(here.dli_fname, '/');
	if (!slash)
		return NULL;
	antin_bytes_add(&path, here.dli_fname, (size_t)(slash + 1 - here.dli_fname));
	antin_bytes_text(&path, LIBRARY);
	return antin_bytes_cstr(&path) ? dlopen(antin_bytes_cstr(&path), HOW) : NULL;
}

/* It is never closed again: libxml2 keeps memory of its own until the process ends. */
static enum antin_rc
open_plug(const struct antin_xml_plug **out, struct antin_err *err)
{
	void *library = open_beside();

	if (!library)
		library = dlopen(LIBRARY, HOW);
	*out = library ? dlsym(library, ANTIN_XML_PLUG) : NULL;
	if (*out)
		return ANTIN_OK;
	return antin_fail(err, ANTIN_E_UNSUPPORTED,
	                  N_("XML cannot be read here: the library %s is missing"), LIBRARY);
}

enum antin_rc
antin_xml_read(struct antin_slice bytes, struct antin_xml **out, struct antin_err *err)
{
	const struct antin_xml_plug *plug;
	struct antin_xml *x;
	char why[120];
	enum antin_rc rc;

	if (bytes.len > ANTIN_XML_MAX)
		return antin_fail(err, ANTIN_E_TOO_LARGE, N_("the XML document is too large"));
	if (!bytes.len)
		return antin_fail(err, ANTIN_E_EMPTY, N_("there is nothing in it"));
	rc = open_plug(&plug, err);
	if (rc != ANTIN_OK)
		return rc;
	x = calloc(1, sizeof(*x));
	if (!x)
		return antin_fail_memory(err);
	x->plug = plug;
	x->doc = plug->parse(bytes.p, bytes.len, why);
	if (!x->doc) {
		free(x);
		return why[0] ? antin_fail(err, ANTIN_E_FORMAT,
		                           N_("the XML document cannot be read: %s"), why)
		              : antin_fail_memory(err);
	}
	*out = x;
	return ANTIN_OK;
}

void
antin_xml_free(struct antin_xml *x)
{
	if (!x)
		return;
	x->plug->free(x->doc);
	free(x);
}

const struct antin_xml_node *
antin_xml_root(const struct antin_xml *x)
{
	return x->plug->root(x->doc);
}

const struct antin_xml_node *
antin_xml_first(const struct antin_xml *x, const struct antin_xml_node *n)
{
	return x->plug->first(n);
}

const struct antin_xml_node *
antin_xml_next(const struct antin_xml *x, const struct antin_xml_node *n)
{
	return x->plug->next(n);
}

bool
antin_xml_is(const struct antin_xml *x, const struct antin_xml_node *n, const char *ns,
             const char *name)
{
	return x->plug->is(n, ns, name);
}

const struct antin_xml_node *
antin_xml_only(const struct antin_xml *x, const struct antin_xml_node *n, const char *ns,
               const char *name)
{
	const struct antin_xml_node *found = NULL;

	for (n = antin_xml_first(x, n); n; n = antin_xml_next(x, n)) {
		if (!antin_xml_is(x, n, ns, name))
			continue;
		if (found)
			return NULL;
		found = n;
	}
	return found;
}

unsigned int
antin_xml_line(const struct antin_xml *x, const struct antin_xml_node *n)
{
	return x->plug->line(n);
}

const char *
antin_xml_attribute(const struct antin_xml *x, const struct antin_xml_node *n, const char *name)
{
	return x->plug->attribute(n, name);
}

static void
take_text(void *to, const char *p, size_t len)
{
	antin_bytes_add(to, p, len);
}

static bool
white(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

bool
antin_xml_text(const struct antin_xml *x, const struct antin_xml_node *n, struct antin_bytes *out)
{
	ANTIN_SCOPED(antin_bytes) all = {0};
	size_t from = 0;

	if (!x->plug->text(n, take_text, &all))
		return false;
	while (from < all.len && white(all.p[from]))
		from++;
	while (all.len > from && white(all.p[all.len - 1]))
		all.len--;
	if (all.len > from)
		antin_bytes_add(out, all.p + from, all.len - from);
	return !all.failed;
}

/* The next element in the order of the document; *depth goes along with it. */
static const struct antin_xml_node *
walk(const struct antin_xml *x, const struct antin_xml_node **path, size_t *depth)
{
	const struct antin_xml_node *n = antin_xml_first(x, path[*depth]);

	if (n && *depth + 1 < ANTIN_XML_DEPTH) {
		path[++*depth] = n;
		return n;
	}
	while (*depth > 0) {
		n = antin_xml_next(x, path[*depth]);
		if (n) {
			path[*depth] = n;
			return n;
		}
		--*depth;
	}
	return NULL;
}

size_t
antin_xml_count(const struct antin_xml *x, const char *ns, const char *name)
{
	const struct antin_xml_node *path[ANTIN_XML_DEPTH] = {antin_xml_root(x)};
	size_t depth = 0, found = 0;

	for (const struct antin_xml_node *n = path[0]; n; n = walk(x, path, &depth))
		if (antin_xml_is(x, n, ns, name))
			found++;
	return found;
}

static int
take_canonical(void *to, const char *p, int len)
{
	antin_bytes_add(to, p, (size_t)len);
	return ((struct antin_bytes *)to)->failed ? -1 : len;
}

enum antin_rc
antin_xml_canonical(const struct antin_xml *x, const struct antin_xml_part *part,
                    struct antin_bytes *out, struct antin_err *err)
{
	const size_t before = out->len;

	if (x->plug->canonical(x->doc, part, take_canonical, out) && !out->failed)
		return ANTIN_OK;
	if (out->failed)
		return antin_fail_memory(err);
	out->len = before;
	return antin_fail(err, ANTIN_E_FORMAT,
	                  N_("the XML document has no canonical form that is known here"));
}
