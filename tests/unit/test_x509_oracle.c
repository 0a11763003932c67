/*
 * Our reading beside OpenSSL's, field by field, over every certificate of the test material and
 * names made at random.
 */
#include "x509_util.h"

#include <dirent.h>

#include <openssl/asn1.h>
#include <openssl/x509v3.h>

#include <antin/clock.h>
#include <antin/der.h>

static X509 *
theirs_of(struct antin_slice der)
{
	const unsigned char *p = der.p;
	X509 *x = d2i_X509(NULL, &p, (long)der.len);

	ck_assert_ptr_nonnull(x);
	return x;
}

static int64_t
seconds_of(const ASN1_TIME *t)
{
	struct tm tm = {0};

	ck_assert_int_eq(ASN1_TIME_to_tm(t, &tm), 1);
	return (int64_t)timegm(&tm);
}

static void
same_fixed_fields(const struct antin_cert *c, const X509 *x)
{
	const ASN1_INTEGER *serial = X509_get0_serialNumber(x);
	unsigned char *der = NULL;
	int len = i2d_ASN1_INTEGER(serial, &der);
	const ASN1_BIT_STRING *signature;
	const X509_ALGOR *algorithm;
	ANTIN_SCOPED(antin_bytes) ours = {0};

	antin_der_add(&ours, ANTIN_INTEGER, c->serial);
	ck_assert(antin_slice_equal((struct antin_slice){der, (size_t)len},
	                            antin_bytes_slice(&ours)));
	OPENSSL_free(der);
	ck_assert_uint_eq(c->version, (unsigned int)X509_get_version(x) + 1);
	ck_assert_int_eq(c->not_before, seconds_of(X509_get0_notBefore(x)));
	ck_assert_int_eq(c->not_after, seconds_of(X509_get0_notAfter(x)));
	X509_get0_signature(&signature, &algorithm, x);
	ck_assert(antin_slice_equal(c->signature, (struct antin_slice){signature->data,
	                                                               (size_t)signature->length}));
	der = NULL;
	len = i2d_X509_ALGOR(algorithm, &der);
	ck_assert(antin_slice_equal(c->sigalg, (struct antin_slice){der, (size_t)len}));
	OPENSSL_free(der);
}

static void
same_names_and_key(const struct antin_cert *c, const X509 *x)
{
	const struct {
		X509_NAME *theirs;
		struct antin_slice ours;
	} names[] = {{X509_get_issuer_name(x), c->issuer}, {X509_get_subject_name(x), c->subject}};
	unsigned char *der = NULL, digest[EVP_MAX_MD_SIZE];
	unsigned int digest_len = 0;
	int len;

	for (size_t i = 0; i < COUNT(names); i++) {
		struct antin_name n;

		der = NULL;
		len = i2d_X509_NAME(names[i].theirs, &der);
		ck_assert(antin_slice_equal(names[i].ours, (struct antin_slice){der, (size_t)len}));
		OPENSSL_free(der);
		ck_assert_int_eq(antin_name_read(names[i].ours, &n, NULL), ANTIN_OK);
		ck_assert_int_eq((int)n.n_attrs, X509_NAME_entry_count(names[i].theirs));
	}
	der = NULL;
	len = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(x), &der);
	ck_assert(antin_slice_equal(c->spki, (struct antin_slice){der, (size_t)len}));
	OPENSSL_free(der);
	ck_assert_int_eq(X509_digest(x, EVP_sha256(), digest, &digest_len), 1);
	ck_assert_mem_eq(c->sha256, digest, 32);
}

/* OpenSSL's key usage as our bits: its first octet holds bits 0 to 7, the next bit 8. */
static uint32_t
usage_of(X509 *x)
{
	uint32_t theirs = X509_get_key_usage(x), ours = 0;

	for (unsigned int bit = 0; bit < 9; bit++)
		if (bit < 8 ? theirs & 0x80U >> bit : theirs & 0x8000)
			ours |= (uint32_t)1 << bit;
	return ours;
}

static void
same_identifier(struct antin_slice ours, const ASN1_OCTET_STRING *theirs)
{
	ck_assert_int_eq(ours.p != NULL, theirs != NULL);
	if (theirs)
		ck_assert(antin_slice_equal(ours, (struct antin_slice){theirs->data,
		                                                       (size_t)theirs->length}));
}

static void
same_list(const struct antin_cert *c, const X509 *x)
{
	ck_assert_int_eq((int)c->n_exts, X509_get_ext_count(x));
	for (size_t i = 0; i < c->n_exts; i++) {
		X509_EXTENSION *e = X509_get_ext(x, (int)i);
		const ASN1_OCTET_STRING *value = X509_EXTENSION_get_data(e);
		char ours[128], theirs[128];

		ck_assert_int_eq(c->exts[i].critical, X509_EXTENSION_get_critical(e));
		ck_assert(antin_slice_equal(c->exts[i].value,
		                            (struct antin_slice){value->data,
		                                                 (size_t)value->length}));
		(void)OBJ_obj2txt(theirs, sizeof(theirs), X509_EXTENSION_get_object(e), 1);
		ck_assert_str_eq(antin_oid_text(c->exts[i].oid, ours, sizeof(ours)), theirs);
	}
}

static void
same_extensions(const struct antin_cert *c, X509 *x)
{
	uint32_t flags = X509_get_extension_flags(x);

	same_list(c, x);
	ck_assert_int_eq(c->has_basic_constraints, (flags & EXFLAG_BCONS) != 0);
	ck_assert_int_eq(c->is_ca, (flags & EXFLAG_CA) != 0);
	ck_assert_int_eq(c->path_len, (int64_t)X509_get_pathlen(x));
	ck_assert_int_eq(c->has_key_usage, (flags & EXFLAG_KUSAGE) != 0);
	if (c->has_key_usage)
		ck_assert_uint_eq(c->key_usage, usage_of(x));
	ck_assert_int_eq(c->has_eku, (flags & EXFLAG_XKUSAGE) != 0);
	ck_assert_int_eq(antin_cert_self_issued(c), (flags & EXFLAG_SI) != 0);
	same_identifier(c->ski, X509_get0_subject_key_id(x));
	same_identifier(c->aki, X509_get0_authority_key_id(x));
}

/* Who verifies whom: every pair of certificates, both libraries. */
static void
same_verdict(struct antin_cert *c, X509 *x, struct antin_cert *issuer, X509 *issuer_x)
{
	const struct antin_public *key = NULL;
	struct antin_sigalg a;
	EVP_PKEY *theirs;
	bool ours;

	/* What only they take: other kinds of keys, PSS with odd parameters. */
	if (antin_cert_public(issuer, &key, NULL) != ANTIN_OK ||
	    antin_sigalg_read(c->sigalg, &a, NULL) != ANTIN_OK)
		return;
	theirs = X509_get0_pubkey(issuer_x);
	ck_assert_ptr_nonnull(theirs);
	ours = antin_cert_verify(c, key, NULL, NULL) == ANTIN_OK;
	ck_assert_int_eq(ours, X509_verify(x, theirs) == 1);
}

static int
is_cert(const struct dirent *e)
{
	const char *dot = strrchr(e->d_name, '.');

	return dot && strcmp(dot, ".crt") == 0;
}

START_TEST(every_certificate)
{
	struct dirent **entries = NULL;
	int n = scandir("tests/data/x509", &entries, is_cert, alphasort);
	struct antin_cert *certs[128];
	X509 *theirs[128];

	ck_assert_int_gt(n, 20);
	ck_assert_int_lt(n, 128);
	for (int i = 0; i < n; i++) {
		certs[i] = load_cert(entries[i]->d_name);
		theirs[i] = theirs_of(certs[i]->der);
		same_fixed_fields(certs[i], theirs[i]);
		same_names_and_key(certs[i], theirs[i]);
		same_extensions(certs[i], theirs[i]);
		free(entries[i]);
	}
	free(entries);
	for (int i = 0; i < n; i++)
		for (int k = 0; k < n; k++)
			same_verdict(certs[i], theirs[i], certs[k], theirs[k]);
	for (int i = 0; i < n; i++) {
		antin_cert_free(certs[i]);
		X509_free(theirs[i]);
	}
}
END_TEST

/* A small generator, so that a failure can be repeated. */
static uint32_t
next(uint32_t *state)
{
	*state = *state * 1664525U + 1013904223U;
	return *state >> 8;
}

static const char *const words[] = {"a", "A", "b ", "  ",   "a b",  "A  B", "\\,", "x\\+y",
                                    "ơ", "Ơ", "ư",  "Việt", "VIỆT", "1",    "-",   "\\#"};

/* One to four attributes of random words. */
static void
random_name(uint32_t *state, struct antin_bytes *text)
{
	static const char *const types[] = {"CN", "O", "OU", "L", "title"};
	size_t n = 1 + next(state) % 3;

	for (size_t i = 0; i < n; i++) {
		antin_bytes_printf(text, "%s%s=",
		                   i == 0            ? ""
		                   : next(state) % 4 ? ","
		                                     : "+",
		                   types[next(state) % COUNT(types)]);
		for (size_t w = 0, most = 1 + next(state) % 3; w < most; w++)
			antin_bytes_text(text, words[next(state) % COUNT(words)]);
	}
}

/* The same name in other letters: some of the case turned, which no reader may mind. */
static void
turned_name(uint32_t *state, const struct antin_bytes *from, struct antin_bytes *text)
{
	for (size_t i = 0; i < from->len; i++) {
		uint8_t c = from->p[i];
		bool letter = (c | 0x20) >= 'a' && (c | 0x20) <= 'z';

		antin_bytes_byte(text, letter && next(state) % 2 ? c ^ 0x20 : c);
	}
}

static X509_NAME *
their_name(const struct antin_bytes *der)
{
	const unsigned char *p = der->p;
	X509_NAME *n = d2i_X509_NAME(NULL, &p, (long)der->len);

	ck_assert_ptr_nonnull(n);
	return n;
}

static bool
ascii(const struct antin_bytes *b)
{
	for (size_t i = 0; i < b->len; i++)
		if (b->p[i] >= 0x80)
			return false;
	return true;
}

/* Whether the RDNs hold one attribute each: OpenSSL compares sets in the order of the encoding. */
static bool
single(const struct antin_bytes *der)
{
	struct antin_name n;

	ck_assert_int_eq(antin_name_read(antin_bytes_slice(der), &n, NULL), ANTIN_OK);
	return n.n_attrs == n.n_rdns;
}

START_TEST(random_names)
{
	uint32_t state = 20261121;
	size_t equal = 0, made = 0;

	for (int i = 0; i < 20000; i++) {
		ANTIN_SCOPED(antin_bytes) a_text = {0};
		ANTIN_SCOPED(antin_bytes) b_text = {0};
		ANTIN_SCOPED(antin_bytes) a = {0};
		ANTIN_SCOPED(antin_bytes) b = {0};
		X509_NAME *x, *y;
		bool ours;

		random_name(&state, &a_text);
		if (i % 4 == 0)
			turned_name(&state, &a_text, &b_text);
		else
			random_name(&state, &b_text);
		if (antin_name_parse(antin_bytes_cstr(&a_text), &a, NULL) != ANTIN_OK ||
		    antin_name_parse(antin_bytes_cstr(&b_text), &b, NULL) != ANTIN_OK)
			continue;
		made++;
		x = their_name(&a);
		y = their_name(&b);
		ours = antin_name_equal(antin_bytes_slice(&a), antin_bytes_slice(&b));
		ck_assert_int_eq(ours,
		                 antin_name_equal(antin_bytes_slice(&b), antin_bytes_slice(&a)));
		equal += ours;
		/* They fold only ASCII: beyond it ours finds more names equal, never fewer. */
		if (ascii(&a) && ascii(&b) && single(&a) && single(&b))
			ck_assert_msg(ours == (X509_NAME_cmp(x, y) == 0), "%s / %s",
			              antin_bytes_cstr(&a_text), antin_bytes_cstr(&b_text));
		else if (X509_NAME_cmp(x, y) == 0)
			ck_assert_msg(ours, "%s / %s", antin_bytes_cstr(&a_text),
			              antin_bytes_cstr(&b_text));
		X509_NAME_free(x);
		X509_NAME_free(y);
	}
	/* The generator is worth something only if both answers come up. */
	ck_assert_uint_gt(made, 10000);
	ck_assert_uint_gt(equal, 1000);
	ck_assert_uint_lt(equal, made / 2);
}
END_TEST

/* Random octets changed in a certificate: what both read, both read alike. */
START_TEST(random_changes)
{
	ANTIN_SCOPED(antin_bytes) der = load_der("quirk.crt");
	uint32_t state = 7;
	size_t both = 0;

	for (int i = 0; i < 20000; i++) {
		size_t at = next(&state) % der.len;
		uint8_t before = der.p[at];
		ANTIN_OWN_S(antin_cert) c = NULL;
		const unsigned char *p = der.p;
		X509 *x;

		der.p[at] = (uint8_t)next(&state);
		if (antin_cert_read(antin_bytes_slice(&der), &c, NULL) == ANTIN_OK) {
			/* Whatever we take must be a certificate to them too. */
			x = d2i_X509(NULL, &p, (long)der.len);
			if (x && p == der.p + der.len) {
				both++;
				ck_assert_int_eq(c->not_after, seconds_of(X509_get0_notAfter(x)));
				ck_assert_int_eq((int)c->n_exts, X509_get_ext_count(x));
			}
			X509_free(x);
		}
		der.p[at] = before;
	}
	ck_assert_uint_gt(both, 1000);
}
END_TEST

Suite *suite_x509_oracle(void);
Suite *
suite_x509_oracle(void)
{
	Suite *s = suite_create("x509_oracle");
	TCase *tc = tcase_create("x509_oracle");

	tcase_add_test(tc, every_certificate);
	tcase_add_test(tc, random_names);
	tcase_add_test(tc, random_changes);
	suite_add_tcase(s, tc);
	return s;
}
