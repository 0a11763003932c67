/*
 * Published CRLs and certificates (RFC 5280 4.2.1.13, 4.2.2.1; RFC 2585): which file an address
 * names, and what caches may do with it.  See antin_online.h.
 */
#include <antin_online.h>

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* A folder of the address, the ending that belongs there, and how it is handed out. */
static const struct {
	const char *prefix, *ending, *type;
	unsigned int max_age;
} kinds[] = {
        {"/crl/", ".crl", "application/pkix-crl", ANTIN_ONLINE_MAX_AGE},
        {"/crt/", ".crt", "application/pkix-cert", 86400},
};
enum { KINDS = sizeof(kinds) / sizeof(kinds[0]) };

static bool
ends_with(const char *text, const char *ending)
{
	size_t len = strlen(text), tail = strlen(ending);

	return len > tail && strcmp(text + len - tail, ending) == 0;
}

static enum antin_rc
open_file(const char *path, struct antin_online_file *f, struct antin_err *err)
{
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);

	if (fd < 0)
		return antin_fail_errno(err, errno, path, path);
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) || st.st_size == 0) {
		(void)close(fd);
		return antin_fail(err, ANTIN_E_NOT_FOUND, N_("nothing is published as %s"), path);
	}
	f->fd = fd;
	f->size = (uint64_t)st.st_size;
	f->modified = st.st_mtim.tv_sec;
	(void)snprintf(f->etag, sizeof(f->etag), "\"%" PRIx64 "-%" PRIx64 "-%" PRIx64 "\"",
	               (uint64_t)st.st_ino, (uint64_t)st.st_size,
	               (uint64_t)st.st_mtim.tv_sec * 1000000000U + (uint64_t)st.st_mtim.tv_nsec);
	return ANTIN_OK;
}

enum antin_rc
antin_online_file(const char *folder, const char *path, struct antin_online_file *out,
                  struct antin_err *err)
{
	ANTIN_SCOPED(antin_bytes) full = {0};
	struct antin_online_file f = {.fd = -1};
	enum antin_rc rc;
	size_t k = 0;

	while (k < KINDS && (strncmp(path, kinds[k].prefix, strlen(kinds[k].prefix)) != 0 ||
	                     !ends_with(path, kinds[k].ending)))
		k++;
	if (k == KINDS || !folder)
		return antin_fail(err, ANTIN_E_NOT_FOUND, N_("nothing is published as %s"), path);
	f.type = kinds[k].type;
	f.max_age = kinds[k].max_age;
	rc = antin_published_path(folder, path + strlen(kinds[k].prefix), &full, err);
	if (rc == ANTIN_OK)
		rc = open_file(antin_bytes_cstr(&full), &f, err);
	if (rc == ANTIN_OK)
		*out = f;
	return rc;
}

static const char days[] = "SunMonTueWedThuFriSat";
static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

char *
antin_http_date(int64_t t, char out[ANTIN_HTTP_DATE])
{
	struct antin_date d;
	int64_t day = t / 86400 - (t % 86400 < 0);

	antin_date_of(t, &d);
	(void)snprintf(out, ANTIN_HTTP_DATE, "%.3s, %02d %.3s %04d %02d:%02d:%02d GMT",
	               days + 3 * (((day + 4) % 7 + 7) % 7), d.day,
	               months + 3 * ((ptrdiff_t)d.month - 1), d.year, d.hour, d.minute, d.second);
	return out;
}

bool
antin_http_date_parse(const char *text, int64_t *out)
{
	struct antin_date d = {0};
	char month[4], again[ANTIN_HTTP_DATE];
	int64_t t;

	/* At most four digits each: no number can overflow. NOLINTNEXTLINE(cert-err34-c) */
	if (strlen(text) != 29 || sscanf(text + 5, "%2d %3s %4d %2d:%2d:%2d", &d.day, month,
	                                 &d.year, &d.hour, &d.minute, &d.second) != 6)
		return false;
	while (d.month < 12 && memcmp(months + (ptrdiff_t)3 * d.month, month, 3) != 0)
		d.month++;
	d.month++;
	if (!antin_date_valid(&d))
		return false;
	t = antin_date_seconds(&d);
	/* Written back it must be the same text: then no part of it was something else. */
	if (strcmp(antin_http_date(t, again), text) != 0)
		return false;
	*out = t;
	return true;
}
