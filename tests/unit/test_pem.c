/*
 * PEM as programs and people leave it (RFC 7468): line lengths and ends, text around, labels, and
 * every octet of a block replaced.  What is taken is what OpenSSL takes, with the same octets.
 */
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>

#include <antin/cert.h>

#include "util.h"

#define LABEL "CERTIFICATE"

/* The block that OpenSSL finds first; false if it finds none. */
static bool
theirs(const struct antin_bytes *pem, struct antin_bytes *der)
{
	BIO *bio = BIO_new_mem_buf(pem->p, (int)pem->len);
	char *name = NULL, *header = NULL;
	unsigned char *data = NULL;
	long len = 0;
	bool ok = PEM_read_bio(bio, &name, &header, &data, &len) == 1 && strcmp(name, LABEL) == 0;

	if (ok)
		antin_bytes_add(der, data, (size_t)len);
	OPENSSL_free(name);
	OPENSSL_free(header);
	OPENSSL_free(data);
	BIO_free(bio);
	ERR_clear_error();
	return ok;
}

/* A block with lines of this length, ended so. */
static void
block(struct antin_bytes *b, struct antin_slice der, size_t line, const char *end)
{
	ANTIN_SCOPED(antin_bytes) text = {0};

	antin_base64_add(&text, der);
	antin_bytes_printf(b, "-----BEGIN " LABEL "-----%s", end);
	for (size_t at = 0; at < text.len; at += line) {
		antin_bytes_add(b, text.p + at, text.len - at < line ? text.len - at : line);
		antin_bytes_text(b, end);
	}
	antin_bytes_printf(b, "-----END " LABEL "-----%s", end);
}

static void
octets_of(size_t len, struct antin_bytes *out)
{
	for (size_t i = 0; i < len; i++)
		antin_bytes_byte(out, (uint8_t)(i * 11 + len));
}

/* Any length of lines, any end of lines that systems have, with blanks behind or not. */
START_TEST(lines)
{
	static const char *const ends[] = {"\n", "\r\n", " \n", "\t\r\n", " \t \n"};

	for (size_t line = 1; line <= 80; line++)
		for (size_t e = 0; e < UTIL_COUNT(ends); e++) {
			ANTIN_SCOPED(antin_bytes) der = {0};
			ANTIN_SCOPED(antin_bytes) pem = {0};
			ANTIN_SCOPED(antin_bytes) ours = {0};
			struct antin_err err = {0};

			octets_of(line + 40, &der);
			block(&pem, antin_bytes_slice(&der), line, ends[e]);
			util_ok(antin_pem_or_der(antin_bytes_slice(&pem), LABEL, &ours, &err));
			util_slice_eq(antin_bytes_slice(&ours), antin_bytes_slice(&der));
		}
}
END_TEST

static const struct row {
	const char *what, *before, *inside, *after;
	const char *says; /* NULL: taken */
} rows[] = {
        {"alone", "", "", "", NULL},
        {"text before", "subject=CN = A\nissuer=CN = B\n", "", "", NULL},
        {"text behind", "", "", "and that was it", NULL},
        {"Vietnamese text before", "Chứng thư số của Văn phòng\n", "", "", NULL},
        {"fewer dashes before", "---- BEGIN ----\n", "", "", NULL},
        {"mark in a line of text", "see -----BEGIN CERTIFICATE-----\n", "", "", NULL},
        {"empty lines around", "\n\n\n", "", "\n\n", NULL},
        {"an empty line inside", "", "\n", "", NULL},
        {"a byte order mark on a line of its own", "\xef\xbb\xbf\n", "", "", NULL},
        {"a byte order mark before the mark", "\xef\xbb\xbf", "", "", "neither PEM nor DER"},
        {"a blank before the mark", " ", "", "", "neither PEM nor DER"},
        {"headers of encryption", "", "Proc-Type: 4,ENCRYPTED\n\n", "", "base64"},
        {"a comment inside", "", "# Văn phòng\n", "", "base64"},
        {"padding first", "", "=\n", "", "base64"},
        {"one letter more", "", "A\n", "", "base64"},
        {"a begin inside", "", "-----BEGIN CERTIFICATE-----\n", "", "no matching end"},
        {"another end inside", "", "-----END X509 CRL-----\n", "", "no matching end"},
        {"an end cut inside", "", "-----END CERTIFICATE----\n", "", "no matching end"},
        {"dashes inside", "", "-----\n", "", "no matching end"},
        {"a cut begin behind", "", "", "-----BEGIN CERTIFICATE----\n", "begin properly"},
        {"an end behind", "", "", "-----END CERTIFICATE-----\n", "begin properly"},
        {"a begin that nothing ends behind", "", "", "-----BEGIN CERTIFICATE-----\n",
         "no matching end"},
        {"another block behind", "", "", "-----BEGIN X-----\nMAA=\n-----END X-----\n",
         "more than one PEM block"},
        {"another block before", "-----BEGIN X-----\nMAA=\n-----END X-----\n", "", "",
         "no PEM block CERTIFICATE"},
        {"a broken block before", "-----BEGIN X-----\nM\n-----END X-----\n", "", "", "base64"},
};

START_TEST(around)
{
	const struct row *r = &rows[_i];
	ANTIN_SCOPED(antin_bytes) der = {0};
	ANTIN_SCOPED(antin_bytes) plain = {0};
	ANTIN_SCOPED(antin_bytes) pem = {0};
	ANTIN_SCOPED(antin_bytes) ours = {0};
	struct antin_err err = {0};
	size_t first = strlen("-----BEGIN " LABEL "-----\n");
	enum antin_rc rc;

	octets_of(100, &der);
	block(&plain, antin_bytes_slice(&der), 64, "\n");
	antin_bytes_text(&pem, r->before);
	antin_bytes_add(&pem, plain.p, first);
	antin_bytes_text(&pem, r->inside);
	antin_bytes_add(&pem, plain.p + first, plain.len - first);
	antin_bytes_text(&pem, r->after);
	rc = antin_pem_or_der(antin_bytes_slice(&pem), LABEL, &ours, &err);
	ck_assert_msg(rc == (r->says ? ANTIN_E_FORMAT : ANTIN_OK), "%s: %s", r->what,
	              util_line(&err));
	if (r->says) {
		ck_assert_msg(strstr(util_line(&err), r->says) != NULL, "%s: %s", r->what,
		              util_line(&err));
		ck_assert_uint_eq(ours.len, 0);
		return;
	}
	util_slice_eq(antin_bytes_slice(&ours), antin_bytes_slice(&der));
}
END_TEST

/* Every octet of a block replaced by what may not stand there: never other octets than OpenSSL's.
 */
START_TEST(changed_anywhere)
{
	static const uint8_t values[] = {0, '\n', ' ', '-', '=', '*', 'A', 0x80, 0xff};
	ANTIN_SCOPED(antin_bytes) der = {0};
	ANTIN_SCOPED(antin_bytes) pem = {0};
	size_t taken = 0, refused = 0;

	octets_of(70, &der);
	block(&pem, antin_bytes_slice(&der), 64, "\n");
	for (size_t i = 0; i < pem.len * UTIL_COUNT(values); i++) {
		ANTIN_SCOPED(antin_bytes) ours = {0};
		ANTIN_SCOPED(antin_bytes) other = {0};
		uint8_t *octet = &pem.p[i / UTIL_COUNT(values)], old = *octet;
		struct antin_err err = {0};
		enum antin_rc rc;

		*octet = values[i % UTIL_COUNT(values)];
		rc = antin_pem_or_der(antin_bytes_slice(&pem), LABEL, &ours, &err);
		ck_assert_msg(rc == ANTIN_OK || rc == ANTIN_E_FORMAT, "%s", util_line(&err));
		taken += rc == ANTIN_OK;
		refused += rc != ANTIN_OK;
		if (rc == ANTIN_OK && theirs(&pem, &other))
			util_slice_eq(antin_bytes_slice(&ours), antin_bytes_slice(&other));
		if (rc == ANTIN_OK)
			ck_assert_uint_ge(ours.len + 3, der.len);
		*octet = old;
	}
	ck_assert_uint_gt(taken, 50);
	ck_assert_uint_gt(refused, 500);
}
END_TEST

START_TEST(cut_anywhere)
{
	ANTIN_SCOPED(antin_bytes) der = {0};
	ANTIN_SCOPED(antin_bytes) pem = {0};
	size_t end;

	octets_of(70, &der);
	block(&pem, antin_bytes_slice(&der), 64, "\n");
	end = pem.len - 1; /* the last line needs no end */
	for (size_t len = 0; len < end; len++) {
		ANTIN_SCOPED(antin_bytes) ours = {0};
		struct antin_err err = {0};

		util_fails(antin_pem_or_der((struct antin_slice){pem.p, len}, LABEL, &ours, &err),
		           len ? ANTIN_E_FORMAT : ANTIN_E_EMPTY);
		ck_assert_uint_eq(ours.len, 0);
	}
}
END_TEST

/* Labels of every length: what is written is read back as long as a label may be. */
START_TEST(labels)
{
	enum { MOST = 64 };
	char label[MOST + 20] = "";

	for (size_t len = 1; len < sizeof(label) - 1; len++) {
		ANTIN_SCOPED(antin_bytes) pem = {0};
		ANTIN_SCOPED(antin_bytes) ours = {0};
		struct antin_err err = {0};

		label[len - 1] = (char)('A' + len % 26);
		antin_pem_add(&pem, label, UTIL_LITERAL("\x30\x00"));
		if (len <= MOST) {
			util_ok(antin_pem_or_der(antin_bytes_slice(&pem), label, &ours, &err));
			ck_assert_uint_eq(ours.len, 2);
			continue;
		}
		util_fails(antin_pem_or_der(antin_bytes_slice(&pem), label, &ours, &err),
		           ANTIN_E_FORMAT);
	}
}
END_TEST

/* Blocks one after another, of the same and of other labels, all found in order. */
START_TEST(in_a_row)
{
	static const char *const names[] = {"CERTIFICATE", "X509 CRL", "CERTIFICATE",
	                                    "PRIVATE KEY"};
	static const uint8_t numbers[UTIL_COUNT(names)] = {7, 0, 255, 1};
	ANTIN_SCOPED(antin_bytes) pem = {0};
	struct antin_in in;
	struct antin_slice label;
	bool found = false;

	for (size_t i = 0; i < UTIL_COUNT(names); i++) {
		antin_bytes_printf(&pem, "# %zu\n", i);
		antin_pem_add(&pem, names[i], (struct antin_slice){&numbers[i], 1});
	}
	in = antin_in_of(antin_bytes_slice(&pem));
	for (size_t i = 0; i < UTIL_COUNT(names); i++) {
		ANTIN_SCOPED(antin_bytes) der = {0};
		struct antin_err err = {0};

		util_ok(antin_pem_next(&in, &label, &der, &found, &err));
		ck_assert(found && antin_slice_is(label, names[i]));
		util_slice_eq(antin_bytes_slice(&der), ((struct antin_slice){&numbers[i], 1}));
	}
	ck_assert_int_eq(antin_pem_next(&in, &label, &pem, &found, NULL), ANTIN_OK);
	ck_assert(!found);
}
END_TEST

Suite *suite_pem(void);
Suite *
suite_pem(void)
{
	Suite *s = suite_create("pem");
	TCase *t = tcase_create("pem");

	tcase_add_test(t, lines);
	tcase_add_loop_test(t, around, 0, (int)UTIL_COUNT(rows));
	tcase_add_test(t, changed_anywhere);
	tcase_add_test(t, cut_anywhere);
	tcase_add_test(t, labels);
	tcase_add_test(t, in_a_row);
	suite_add_tcase(s, t);
	return s;
}
