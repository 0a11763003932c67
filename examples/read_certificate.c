/*
 * Reads a certificate, says whose it is, and checks that another one issued it.
 * usage: read_certificate CERTIFICATE [ISSUER]
 * This is the form of a certificate and one signature: not yet whether it can be trusted.
 */
#include <stdio.h>
#include <stdlib.h>

#include <antin/cert.h>
#include <antin/clock.h>

/* The first certificate of a file; the caller gets a reference. */
static enum antin_rc
first_of(const char *path, struct antin_cert **out, struct antin_err *err)
{
	ANTIN_SCOPED(antin_certs) list = {0};
	enum antin_rc rc = antin_certs_load(path, &list, err);

	if (rc == ANTIN_OK && list.n == 0)
		rc = antin_fail(err, ANTIN_E_EMPTY, N_("%s holds no certificate"), path);
	if (rc == ANTIN_OK)
		*out = antin_cert_ref(list.items[0]);
	return rc;
}

static enum antin_rc
show(struct antin_cert *c, struct antin_err *err)
{
	ANTIN_SCOPED(antin_bytes) name = {0};
	const struct antin_public *key = NULL;
	char serial[128], until[ANTIN_TIME_CAP];
	enum antin_rc rc = antin_cert_public(c, &key, err);

	if (rc != ANTIN_OK)
		return rc;
	antin_name_text_add(&name, c->subject); /* safe to print, whatever stands in it */
	(void)printf("%.*s\n", (int)name.len, (const char *)name.p);
	(void)printf("serial %s\n", antin_hex_groups(c->serial, serial, sizeof(serial)));
	(void)printf("%s, until %s\n", antin_public_name(key),
	             antin_time_people(c->not_after, ANTIN_VIETNAM_OFFSET, until));
	return ANTIN_OK;
}

static enum antin_rc
check(const struct antin_cert *c, const char *issuer_path, struct antin_err *err)
{
	ANTIN_OWN_S(antin_cert) issuer = NULL;
	const struct antin_public *key = NULL;
	enum antin_rc rc = first_of(issuer_path, &issuer, err);

	if (rc == ANTIN_OK && !antin_name_equal(c->issuer, issuer->subject))
		rc = antin_fail(err, ANTIN_E_KEY_MISMATCH, N_("%s is not the issuer named"),
		                issuer_path);
	if (rc == ANTIN_OK)
		rc = antin_cert_public(issuer, &key, err);
	if (rc == ANTIN_OK)
		rc = antin_cert_verify(c, key, NULL, err);
	if (rc == ANTIN_OK)
		(void)puts("signed by the issuer given");
	return rc;
}

int
main(int argc, char **argv)
{
	ANTIN_OWN_S(antin_cert) c = NULL;
	struct antin_err err = {0};
	enum antin_rc rc;
	char line[512];

	if (argc < 2 || argc > 3) {
		(void)fprintf(stderr, "usage: read_certificate CERTIFICATE [ISSUER]\n");
		return 2;
	}
	rc = first_of(argv[1], &c, &err);
	if (rc == ANTIN_OK)
		rc = show(c, &err);
	if (rc == ANTIN_OK && argc == 3)
		rc = check(c, argv[2], &err);
	if (rc != ANTIN_OK)
		(void)fprintf(stderr, "%s\n", antin_err_line(&err, NULL, line, sizeof(line)));
	return antin_rc_exit(rc);
}
