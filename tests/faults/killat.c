/*
 * Preloaded by kill.sh: the process dies (SIGKILL) just before its Nth call that changes a file, or
 * with half of what that call would have written.  KILLAT=N KILLHALF=1; KILLCOUNT=FILE counts.
 */
#include <signal.h>

#include "calls.h"

static int
struck(void)
{
	return ++count == number("KILLAT");
}

static int
halves(void)
{
	return number("KILLHALF") != 0;
}

static int
ended(void)
{
	(void)kill(getpid(), SIGKILL);
	return -1;
}

__attribute__((destructor)) static void
tell(void)
{
	tell_count("KILLCOUNT");
}

STRIKE(int, unlink, (const char *path), (path))
