/*
 * A file that a check is given as certificates, as a CRL or as an OCSP answer (the first octet): it
 * is read as that and known as that, or refused with its name and with what is wanted.
 */
#include <string.h>

#include <antin/given.h>

#include "../../lib/revocation/given_likely.h"
#include "fuzz.h"

static const size_t own[] = {LIKELY_CERT, LIKELY_CRL, LIKELY_OCSP};

/* Certificates may come in a CMS, or be of version 1; a list behind another block of PEM. */
static void
known(const struct antin_given_file *f, size_t likely, struct antin_slice octets)
{
	if (f->kind != ANTIN_GIVEN_CERTS && octets.p[0] == ANTIN_SEQUENCE)
		fuzz_never(likely != own[f->kind]);
}

static void
refused(const struct antin_given_file *f, size_t likely, const struct antin_err *err)
{
	struct antin_err what = {0};

	if (err->rc != ANTIN_E_FORMAT || likely == own[f->kind])
		return;
	fuzz_never(strcmp(err->file, f->path) != 0 || !err->hint[0]);
	fuzz_never(given_refuse(likely, f->path, &what) != ANTIN_E_FORMAT);
	if (what.n_frames)
		fuzz_never(what.frames[0].format != err->frames[0].format);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char path[] = "a.crl";
	struct antin_given_file f = {.path = path};
	ANTIN_SCOPED(antin_certs) certs = {0};
	ANTIN_SCOPED(antin_evidence) evidence = {0};
	struct antin_err err = {0};
	struct antin_slice octets = {data + 1, size - 1};
	size_t likely;

	if (!size)
		return 0;
	f.kind = data[0] % ANTIN_GIVEN_KINDS;
	antin_bytes_add(&f.octets, octets.p, octets.len);
	if (!fuzz_must(!f.octets.failed))
		return 0;
	likely = given_likely(octets);
	if (antin_given_read(&f, &certs, &evidence, &err) == ANTIN_OK)
		known(&f, likely, octets);
	else
		refused(&f, likely, &err);
	fuzz_never(certs.n + evidence.n == 0 && !err.rc);
	antin_bytes_done(&f.octets);
	return 0;
}
