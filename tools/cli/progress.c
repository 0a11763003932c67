/*
 * Progress of long work: one line on the terminal that rewrites itself, after the first second.
 */
#include "inner.h"

#include <inttypes.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

struct cli_progress {
	struct timespec began, drawn;
	bool visible;
};

static int64_t
milliseconds(const struct timespec *from, const struct timespec *to)
{
	return (int64_t)(to->tv_sec - from->tv_sec) * 1000 +
	       (to->tv_nsec - from->tv_nsec) / 1000000;
}

void
cli_progress(struct cli *c, const char *what, uint64_t done, uint64_t total)
{
	struct timespec now;

	if (c->quiet || !isatty(STDERR_FILENO) || clock_gettime(CLOCK_MONOTONIC, &now) != 0)
		return;
	if (!c->progress) {
		c->progress = calloc(1, sizeof(*c->progress));
		if (c->progress)
			c->progress->began = now;
		return;
	}
	if (milliseconds(&c->progress->began, &now) < 1000 ||
	    (c->progress->visible && milliseconds(&c->progress->drawn, &now) < 100))
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
