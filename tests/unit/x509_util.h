/*
 * The material of tests/data/x509 for the suites that use it.
 */
#ifndef TESTS_X509_UTIL_H
#define TESTS_X509_UTIL_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <check.h>

#include <antin/cert.h>
#include <antin/file.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static inline const char *
data_path(const char *name)
{
	static char path[512];

	(void)snprintf(path, sizeof(path), "tests/data/x509/%s", name);
	return path;
}

static inline struct antin_bytes
load_file(const char *name)
{
	struct antin_bytes b = {0};
	struct antin_err err = {0};
	char line[256];

	ck_assert_msg(antin_file_read(data_path(name), 1 << 20, &b, &err) == ANTIN_OK, "%s: %s",
	              name, antin_err_line(&err, NULL, line, sizeof(line)));
	return b;
}

/* The DER of a PEM certificate. */
static inline struct antin_bytes
load_der(const char *name)
{
	ANTIN_SCOPED(antin_bytes) pem = load_file(name);
	struct antin_bytes der = {0};

	ck_assert_int_eq(antin_pem_or_der(antin_bytes_slice(&pem), "CERTIFICATE", &der, NULL),
	                 ANTIN_OK);
	return der;
}

static inline struct antin_cert *
load_cert(const char *name)
{
	ANTIN_SCOPED(antin_bytes) der = load_der(name);
	struct antin_cert *c = NULL;
	struct antin_err err = {0};
	char line[256];

	ck_assert_msg(antin_cert_read(antin_bytes_slice(&der), &c, &err) == ANTIN_OK, "%s: %s",
	              name, antin_err_line(&err, NULL, line, sizeof(line)));
	return c;
}

/* Octets from hexadecimal text, spaces ignored. */
static inline struct antin_bytes
hex(const char *text)
{
	ANTIN_SCOPED(antin_bytes) digits = {0};
	struct antin_bytes b = {0};

	for (; *text; text++)
		if (*text != ' ')
			antin_bytes_byte(&digits, (uint8_t)*text);
	ck_assert_int_eq(antin_hex_parse(antin_bytes_cstr(&digits), &b, NULL), ANTIN_OK);
	return b;
}

#define assert_text(bytes, expected)                                                               \
	ck_assert_msg(antin_slice_is(antin_bytes_slice(&(bytes)), (expected)),                     \
	              "got <%.*s>, want <%s>", (int)(bytes).len, (const char *)(bytes).p,          \
	              (expected))

#endif
