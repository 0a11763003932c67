/*
 * antin verify --html: the page is kept until the last file was judged, then written beside its
 * name and renamed.
 */
#include "verify.h"

#include <string.h>

enum antin_rc
verify_html_open(struct verify_html *h, const struct cli *c, const char *name, const char *csv,
                 struct antin_err *err)
{
	enum antin_rc rc;

	if (!name)
		return ANTIN_OK;
	if (strcmp(name, "-") == 0)
		return antin_fail(err, ANTIN_E_USAGE,
		                  N_("--html needs a file; standard output has the report"));
	if (csv && strcmp(name, csv) == 0)
		return antin_fail(err, ANTIN_E_USAGE, N_("two results would have the name %s"),
		                  name);
	rc = antin_output_open(name, 0, &h->file, err);
	return rc == ANTIN_OK ? antin_html_new(c->lang, cli_translate, ANTIN_VERSION, &h->page, err)
	                      : rc;
}

enum antin_rc
verify_html_add(struct verify_html *h, const struct cli *c, const void *args,
                const struct antin_report *r, struct antin_err *err)
{
	/* What only says where results go. */
	static const char *const without[] = {"html", "csv", NULL};
	ANTIN_SCOPED(antin_bytes) command = {0};
	enum antin_rc rc;

	if (!h->page)
		return ANTIN_OK;
	cli_again(c, args, r->file, without, &command);
	rc = antin_bytes_check(&command, err);
	return rc == ANTIN_OK ? antin_html_add(h->page, r, antin_bytes_cstr(&command), err) : rc;
}

enum antin_rc
verify_html_add_error(struct verify_html *h, const char *file, const struct antin_err *cause,
                      struct antin_err *err)
{
	return h->page ? antin_html_add_error(h->page, file, cause, err) : ANTIN_OK;
}

enum antin_rc
verify_html_close(struct verify_html *h, struct antin_err *err)
{
	ANTIN_SCOPED(antin_bytes) page = {0};
	enum antin_rc rc;

	if (!h->page)
		return ANTIN_OK;
	rc = antin_html_end(h->page, &page, err);
	if (rc == ANTIN_OK)
		rc = antin_output_write(h->file, page.p, page.len, err);
	return rc == ANTIN_OK ? antin_output_commit(h->file, err) : rc;
}

void
verify_html_done(struct verify_html *h)
{
	antin_html_free(h->page);
	antin_output_free(h->file);
	*h = (struct verify_html){0};
}
