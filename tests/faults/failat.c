/*
 * Preloaded by fail.sh: the Nth call that changes a file fails with an error of the disk, after
 * half of what it would have written when FAILHALF is set.  FAILAT=N FAILERR=ENOSPC|EIO|EDQUOT,
 * FAILON for every call from there on; FAILCOUNT=FILE counts the calls.
 */
#include <errno.h>
#include <string.h>

#include "calls.h"

static int
struck(void)
{
	long at = number("FAILAT");

	count++;
	return at != 0 && (count == at || (count > at && number("FAILON")));
}

static int
halves(void)
{
	return number("FAILHALF") != 0;
}

static int
ended(void)
{
	static const struct {
		const char *name;
		int code;
	} errors[] = {{"ENOSPC", ENOSPC}, {"EIO", EIO}, {"EDQUOT", EDQUOT}};
	const char *name = getenv("FAILERR");

	errno = EIO;
	for (size_t i = 0; name && i < sizeof(errors) / sizeof(errors[0]); i++)
		if (strcmp(errors[i].name, name) == 0)
			errno = errors[i].code;
	return -1;
}

__attribute__((destructor)) static void
tell(void)
{
	tell_count("FAILCOUNT");
}
