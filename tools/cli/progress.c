/*
 * Progress of long work: one line on the terminal that rewrites itself, after the first second.
 */
#include "inner.h"

#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

struct cli_progress {
	int64_t began, drawn; /* antin_milliseconds */
	bool visible;
};

void
cli_progress(struct cli *c, const char *what, uint64_t done, uint64_t total)
{
	const int64_t now = antin_milliseconds();

	if (c->quiet || !isatty(STDERR_FILENO))
		return;
	if (!c->progress) {
		c->progress = calloc(1, sizeof(*c->progress));
		if (c->progress)
			c->progress->began = now;
		return;
	}
	if (now - c->progress->began < 1000 ||
	    (c->progress->visible && now - c->progress->drawn < 100))
		return;
	c->progress->drawn = now;
	c->progress->visible = true;
	if (total > 0)
		(void)fprintf(stderr, "\r\033[K%s: %" PRIu64 " %%", what,
		              done >= total ? 100 : done / (total / 100 + 1));
	else
		(void)fprintf(stderr, "\r\033[K%s: %" PRIu64, what, done);
	(void)fflush(stderr);
}

void
cli_progress_end(struct cli *c)
{
	if (c->progress && c->progress->visible)
		(void)fputs("\r\033[K", stderr);
	free(c->progress);
	c->progress = NULL;
}
