/*
 * CRLs in every form that a reader meets (RFC 5280 5): distribution points, delta and indirect
 * lists, extensions and their criticality, times around 2050, lengths at the borders of octets.
 */
#include <openssl/x509v3.h>

#include <antin/crl.h>

#include "issued.h"

#define YEAR_1950 INT64_C(-631152000)
#define YEAR_2050 INT64_C(2524608000)
#define YEAR_9999 INT64_C(253402300799)

/* Everything that a list made by hand may say; NULL and 0 leave a part out. */
struct form {
	const char *what;
	const char *exts;    /* hex of Extension elements of the list */
	const char *entries; /* hex of entries */
	const char *times;   /* hex of thisUpdate and nextUpdate */
	const char *where;   /* of the error; NULL: read */
	const char *unknown; /* OID that makes it unusable */
};

#define T2026                "170d3236303130313030303030305a"
#define T2027                "170d3237303130313030303030305a"
#define ENTRY5               "3012020105" T2026
#define NUMBER               "300a0603551d140403020105"
#define IDP(len, value)      "30" len "0603551d1c0101ff04" value
#define IDP_SOFT(len, value) "30" len "0603551d1c04" value

static const struct form forms[] = {
        {"plain", NUMBER, ENTRY5, NULL, NULL, NULL},
        {"no entries", NUMBER, NULL, NULL, NULL, NULL},
        {"no extensions", NULL, ENTRY5, NULL, NULL, NULL},
        /* times */
        {"no nextUpdate", NULL, NULL, T2026, NULL, NULL},
        {"nextUpdate equal", NULL, NULL, T2026 T2026, NULL, NULL},
        {"nextUpdate before", NULL, NULL, T2027 T2026, "nextUpdate", NULL},
        {"GeneralizedTime", NULL, NULL, "180f32303236303130313030303030305a" T2027, NULL, NULL},
        {"no times", NULL, NULL, "", "thisUpdate", NULL},
        {"local time", NULL, NULL,
         "1711323630313031303030303030"
         "2b30303030",
         "thisUpdate", NULL},
        {"no seconds", NULL, NULL,
         "170b32363031303130303030"
         "5a",
         "thisUpdate", NULL},
        {"month 13", NULL, NULL, "170d3236313330313030303030305a", "thisUpdate", NULL},
        {"fraction", NULL, NULL, "181132303236303130313030303030302e355a", "thisUpdate", NULL},
        {"three times", NULL, NULL, T2026 T2027 T2027, "crlExtensions", NULL},
        {"nextUpdate broken", NULL, NULL, T2026 "170d3236313330313030303030305a", "nextUpdate",
         NULL},
        /* number and base */
        {"number of 20 octets",
         "301d0603551d1404160214"
         "7f00000000000000000000000000000000000001",
         NULL, NULL, NULL, NULL},
        {"number of 21 octets",
         "301e0603551d1404170215"
         "7f0000000000000000000000000000000000000001",
         NULL, NULL, "cRLNumber", NULL},
        {"number below 0", "300a0603551d1404030201ff", NULL, NULL, "cRLNumber", NULL},
        {"number not minimal", "300b0603551d14040402020005", NULL, NULL, "cRLNumber", NULL},
        {"number and more", "300c0603551d1404050201050500", NULL, NULL, "cRLNumber", NULL},
        {"number empty", "30070603551d140400", NULL, NULL, "cRLNumber", NULL},
        {"number is text", "300a0603551d1404030c0135", NULL, NULL, "cRLNumber", NULL},
        {"number critical", "300d0603551d140101ff0403020105", NULL, NULL, NULL, NULL},
        {"base below 0", "300d0603551d1b0101ff04030201ff", NULL, NULL, "deltaCRLIndicator", NULL},
        {"base and number", "300d0603551d1b0101ff0403020101" NUMBER, NULL, NULL, NULL, NULL},
        {"number twice", NUMBER NUMBER, NULL, NULL, "crlExtensions", NULL},
        /* authorityKeyIdentifier */
        {"key identifier", "300d0603551d230406300480020102", NULL, NULL, NULL, NULL},
        {"key identifier by name alone", "300b0603551d23040430028200", NULL, NULL, NULL, NULL},
        {"key identifier no SEQUENCE", "300b0603551d23040480020102", NULL, NULL,
         "authorityKeyIdentifier", NULL},
        {"key identifier cut", "300d0603551d230406300480030102", NULL, NULL,
         "authorityKeyIdentifier", NULL},
        {"key identifier and more", "300d0603551d230406300280000500", NULL, NULL,
         "authorityKeyIdentifier", NULL},
        /* issuingDistributionPoint */
        {"IDP empty", IDP("0c", "023000"), NULL, NULL, NULL, NULL},
        {"IDP only user", IDP("0f", "0530038101ff"), ENTRY5, NULL, NULL, NULL},
        {"IDP only CA", IDP("0f", "0530038201ff"), ENTRY5, NULL, NULL, NULL},
        {"IDP only attribute", IDP("0f", "0530038501ff"), ENTRY5, NULL, NULL, NULL},
        {"IDP indirect", IDP("0f", "0530038401ff"), ENTRY5, NULL, NULL, NULL},
        {"IDP user written FALSE", IDP("0f", "053003810100"), NULL, NULL,
         "issuingDistributionPoint", NULL},
        {"IDP user written 01", IDP("0f", "053003810101"), NULL, NULL, "issuingDistributionPoint",
         NULL},
        {"IDP user of two octets", IDP("10", "0630048102ffff"), NULL, NULL,
         "issuingDistributionPoint", NULL},
        {"IDP user and CA", IDP("12", "0830068101ff8201ff"), NULL, NULL, "issuingDistributionPoint",
         NULL},
        {"IDP CA and attribute", IDP("12", "0830068201ff8501ff"), NULL, NULL,
         "issuingDistributionPoint", NULL},
        {"IDP user and indirect", IDP("12", "0830068101ff8401ff"), NULL, NULL, NULL, NULL},
        {"IDP in wrong order", IDP("12", "0830068401ff8101ff"), NULL, NULL,
         "issuingDistributionPoint", NULL},
        {"IDP flag twice", IDP("12", "0830068101ff8101ff"), NULL, NULL, "issuingDistributionPoint",
         NULL},
        {"IDP some reasons", IDP("10", "06300483020560"), NULL, NULL, NULL, NULL},
        {"IDP reasons with dirty rest", IDP("10", "06300483020661"), NULL, NULL,
         "issuingDistributionPoint", NULL},
        {"IDP reasons empty", IDP("0e", "0430028300"), NULL, NULL, "issuingDistributionPoint",
         NULL},
        {"IDP full name",
         IDP("14", "0a3008a006a0048602"
                   "6161"),
         NULL, NULL, NULL, NULL},
        {"IDP relative name",
         IDP("1d", "133011a00fa10d300b06035504030c04"
                   "41424344"),
         NULL, NULL, NULL, NULL},
        {"IDP point empty", IDP("0e", "043002a000"), NULL, NULL, "issuingDistributionPoint", NULL},
        {"IDP point of another kind", IDP("10", "063004a002a200"), NULL, NULL,
         "issuingDistributionPoint", NULL},
        {"IDP and more", IDP("0e", "0430000500"), NULL, NULL, "issuingDistributionPoint", NULL},
        {"IDP unknown field", IDP("0f", "0530038601ff"), NULL, NULL, "issuingDistributionPoint",
         NULL},
        {"IDP not critical", IDP_SOFT("0c", "0530038101ff"), NULL, NULL, NULL, NULL},
        /* expiredCertsOnCRL */
        {"expired", "30180603551d3c0411180f32303138303130313030303030305a", NULL, NULL, NULL, NULL},
        {"expired as UTCTime", "30160603551d3c040f" T2026, NULL, NULL, "expiredCertsOnCRL", NULL},
        {"expired and more", "301a0603551d3c0413180f32303138303130313030303030305a0500", NULL, NULL,
         "expiredCertsOnCRL", NULL},
        /* unknown ones */
        {"unknown",
         "300906022a0304030201"
         "05",
         NULL, NULL, NULL, NULL},
        {"unknown critical", "300c06022a030101ff0403020105", NULL, NULL, NULL, "1.2.3"},
        {"unknown twice",
         "300906022a030403020105"
         "300906022a030403020105",
         NULL, NULL, "crlExtensions", NULL},
        {"freshest CRL", "30090603551d2e04023000", NULL, NULL, NULL, NULL},
        {"freshest CRL critical", "300c0603551d2e0101ff04023000", NULL, NULL, NULL, "2.5.29.46"},
        {"extension without value", "30050603551d14", NULL, NULL, "crlExtensions", NULL},
        {"extension without OID", "300404020500", NULL, NULL, "crlExtensions", NULL},
        {"criticality 01", "300d0603551d140101010403020105", NULL, NULL, "crlExtensions", NULL},
        {"text in place of extensions", "0c0141", NULL, NULL, "crlExtensions", NULL},
        /* entries */
        {"serial of 20 octets", NULL,
         "30250214"
         "7f00000000000000000000000000000000000001" T2026,
         NULL, NULL, NULL},
        {"serial of 22 octets", NULL,
         "30270216"
         "7f000000000000000000000000000000000000000001" T2026,
         NULL, "revokedCertificates", NULL},
        {"serial 0", NULL, "3012020100" T2026, NULL, NULL, NULL},
        {"serial below 0", NULL, "30120201ff" T2026, NULL, NULL, NULL},
        {"serial empty", NULL, "30110200" T2026, NULL, "revokedCertificates", NULL},
        {"serial missing", NULL, "300f" T2026, NULL, "revokedCertificates", NULL},
        {"date missing", NULL, "3003020105", NULL, "revokedCertificates", NULL},
        {"date as text", NULL, "30060201050c0141", NULL, "revokedCertificates", NULL},
        {"something behind", NULL, "3014020105" T2026 "0500", NULL, "revokedCertificates", NULL},
        {"entry no SEQUENCE", NULL, "3112020105" T2026, NULL, "revokedCertificates", NULL},
        {"reason 0", NULL, "3020020105" T2026 "300c300a0603551d1504030a0100", NULL, NULL, NULL},
        {"reason 10", NULL, "3020020105" T2026 "300c300a0603551d1504030a010a", NULL, NULL, NULL},
        {"reason 7", NULL, "3020020105" T2026 "300c300a0603551d1504030a0107", NULL,
         "revokedCertificates", NULL},
        {"reason 11", NULL, "3020020105" T2026 "300c300a0603551d1504030a010b", NULL,
         "revokedCertificates", NULL},
        {"reason 255", NULL, "3021020105" T2026 "300d300b0603551d1504040a0200ff", NULL,
         "revokedCertificates", NULL},
        {"reason as INTEGER", NULL, "3020020105" T2026 "300c300a0603551d150403020101", NULL,
         "revokedCertificates", NULL},
        {"reason critical", NULL, "3023020105" T2026 "300f300d0603551d150101ff04030a0101", NULL,
         NULL, NULL},
        {"reason twice", NULL,
         "302c020105" T2026 "3018300a0603551d1504030a0101300a0603551d1504030a0101", NULL,
         "revokedCertificates", NULL},
        {"invalidity", NULL,
         "302e020105" T2026 "301a30180603551d180411180f32303235303130313030303030305a", NULL, NULL,
         NULL},
        {"invalidity as UTCTime", NULL, "302c020105" T2026 "301830160603551d18040f" T2026, NULL,
         "revokedCertificates", NULL},
        {"unknown in an entry", NULL, "301f020105" T2026 "300b300906022a030403020105", NULL, NULL,
         NULL},
        {"unknown critical in an entry", NULL,
         "3022020105" T2026 "300e300c06022a030101ff0403020105", NULL, NULL, "1.2.3"},
        {"hold instruction", NULL,
         "3024020105" T2026 "3010300e0603551d17040706052a864802"
         "01",
         NULL, NULL, NULL},
        {"the same serial twice", NULL, ENTRY5 ENTRY5, NULL,
         "revokedCertificates: the same serial twice", NULL},
        {"issuer in a direct list", NULL,
         "3029020105" T2026 "3015301306"
         "03551d1d0101ff0409300782056162632e64",
         NULL, "certificateIssuer", NULL},
};

static struct issued root; /* made once: the forms differ, the key does not matter */

static void
make_root(void)
{
	root = issued_make("vn-root", ROOT_NAME, NULL, "p256");
}

static void
drop_root(void)
{
	issued_done(&root);
}

static void
sign_list(const struct antin_bytes *tbs, struct antin_bytes *der)
{
	ANTIN_SCOPED(antin_bytes) signature = {0};
	struct antin_sigalg a = antin_sigalg_default(ANTIN_KEY_P256);
	struct antin_err err = {0};
	size_t seq;

	util_ok(antin_key_sign_message(root.key, a, antin_bytes_slice(tbs), &signature, &err));
	seq = antin_der_open(der, ANTIN_SEQUENCE);
	antin_bytes_add(der, tbs->p, tbs->len);
	antin_sigalg_add(der, a);
	antin_der_add_bits(der, antin_bytes_slice(&signature));
	antin_der_close(der, seq);
}

static void
add_hex(struct antin_bytes *b, const char *text)
{
	if (text && *text)
		util_hex(text, b);
}

static void
make_form(const struct form *f, struct antin_bytes *der)
{
	ANTIN_SCOPED(antin_bytes) tbs = {0};
	size_t seq = antin_der_open(&tbs, ANTIN_SEQUENCE), part, list;

	antin_der_add_uint(&tbs, 1);
	antin_sigalg_add(&tbs, antin_sigalg_default(ANTIN_KEY_P256));
	antin_bytes_add(&tbs, root.cert->subject.p, root.cert->subject.len);
	add_hex(&tbs, f->times ? f->times : T2026 T2027);
	if (f->entries) {
		part = antin_der_open(&tbs, ANTIN_SEQUENCE);
		add_hex(&tbs, f->entries);
		antin_der_close(&tbs, part);
	}
	if (f->exts) {
		part = antin_der_open(&tbs, ANTIN_CONTEXT_CONS(0));
		list = antin_der_open(&tbs, ANTIN_SEQUENCE);
		add_hex(&tbs, f->exts);
		antin_der_close(&tbs, list);
		antin_der_close(&tbs, part);
	}
	antin_der_close(&tbs, seq);
	sign_list(&tbs, der);
}

START_TEST(every_form)
{
	const struct form *f = &forms[_i];
	ANTIN_SCOPED(antin_bytes) der = {0};
	ANTIN_OWN_S(antin_crl) c = NULL;
	struct antin_err err = {0};
	enum antin_rc rc;

	make_form(f, &der);
	rc = antin_crl_read(&der, &c, &err);
	if (f->where) {
		ck_assert_msg(rc == ANTIN_E_FORMAT, "%s is read", f->what);
		ck_assert_msg(strcmp(err.where, f->where) == 0, "%s: %s", f->what, util_line(&err));
		ck_assert_ptr_null(c);
		return;
	}
	ck_assert_msg(rc == ANTIN_OK, "%s: %s", f->what, util_line(&err));
	ck_assert_msg(c->unknown_critical == (f->unknown != NULL), "%s", f->what);
	ck_assert_str_eq(c->unknown_oid, f->unknown ? f->unknown : "");
	ck_assert_uint_eq(c->n_entries, f->entries ? 1 : 0);
	util_ok(antin_crl_verify(c, root.key->public_key, NULL, &err));
}
END_TEST

static struct antin_crl *
read_form(const char *exts, const char *entries, const char *times)
{
	const struct form f = {"", exts, entries, times, NULL, NULL};
	ANTIN_SCOPED(antin_bytes) der = {0};
	struct antin_crl *c = NULL;
	struct antin_err err = {0};

	make_form(&f, &der);
	util_ok(antin_crl_read(&der, &c, &err));
	return c;
}

/* What the distribution point says is kept, flag by flag. */
START_TEST(idp_fields)
{
	static const struct {
		const char *ext;
		bool user, ca, attribute, indirect;
		uint32_t reasons;
		bool full, relative;
	} cases[] = {
	        {IDP("0c", "023000"), false, false, false, false, 0, false, false},
	        {IDP("0f", "0530038101ff"), true, false, false, false, 0, false, false},
	        {IDP("0f", "0530038201ff"), false, true, false, false, 0, false, false},
	        {IDP("0f", "0530038501ff"), false, false, true, false, 0, false, false},
	        {IDP("0f", "0530038401ff"), false, false, false, true, 0, false, false},
	        {IDP("10", "06300483020560"), false, false, false, false,
	         1U << ANTIN_REASON_KEY_COMPROMISE | 1U << ANTIN_REASON_CA_COMPROMISE, false,
	         false},
	        {IDP("11", "0730058303070080"), false, false, false, false, 1U << 8, false, false},
	        {IDP("14", "0a3008a006a00486026161"), false, false, false, false, 0, true, false},
	        {IDP("1d", "133011a00fa10d300b06035504030c0441424344"), false, false, false, false,
	         0, false, true},
	};

	for (size_t i = 0; i < UTIL_COUNT(cases); i++) {
		ANTIN_OWN_S(antin_crl) c = read_form(cases[i].ext, NULL, NULL);

		ck_assert(c->idp.present);
		ck_assert_int_eq(c->idp.only_user, cases[i].user);
		ck_assert_int_eq(c->idp.only_ca, cases[i].ca);
		ck_assert_int_eq(c->idp.only_attribute, cases[i].attribute);
		ck_assert_int_eq(c->idp.indirect, cases[i].indirect);
		ck_assert_int_eq(c->idp.some_reasons, cases[i].reasons != 0);
		ck_assert_uint_eq(c->idp.reasons, cases[i].reasons);
		ck_assert_int_eq(c->idp.full_name.p != NULL, cases[i].full);
		ck_assert_int_eq(c->idp.relative.p != NULL, cases[i].relative);
	}
}
END_TEST

/* The other fields: number, base, key identifier, times that are absent. */
START_TEST(fields)
{
	static const uint8_t five[] = {5}, one[] = {1}, id[] = {1, 2};
	ANTIN_OWN_S(antin_crl) plain = read_form(NULL, NULL, T2026);
	ANTIN_OWN_S(antin_crl)
	full = read_form(NUMBER "300d0603551d1b0101ff0403020101"
	                        "300d0603551d230406300480020102"
	                        "30180603551d3c0411180f32303138303130313030303030305a",
	                 NULL, NULL);

	ck_assert_int_eq(plain->next_update, ANTIN_NO_TIME);
	ck_assert_int_eq(plain->expired_on_crl, ANTIN_NO_TIME);
	ck_assert(!plain->number.p && !plain->base.p && !plain->aki.p && !plain->idp.present);
	ck_assert_uint_eq(plain->n_exts, 0);
	util_slice_eq(full->number, ((struct antin_slice){five, 1}));
	util_slice_eq(full->base, ((struct antin_slice){one, 1}));
	util_slice_eq(full->aki, ((struct antin_slice){id, 2}));
	ck_assert_int_eq(full->expired_on_crl, INT64_C(1514764800));
	ck_assert_uint_eq(full->n_exts, 4);
	ck_assert_int_lt(full->this_update, full->next_update);
}
END_TEST

/* ---- what the writer makes ---- */

struct row {
	uint8_t serial[ANTIN_SERIAL_MAX];
	size_t len;
	int64_t revoked;
	int reason;
	int64_t invalidity;
};

struct rows {
	const struct row *rows;
	size_t n;
};

static enum antin_rc
give(void *user, struct antin_crl_writer *w, struct antin_err *err)
{
	const struct rows *r = user;
	enum antin_rc rc = ANTIN_OK;

	for (size_t i = 0; rc == ANTIN_OK && i < r->n; i++) {
		const struct row *row = &r->rows[i];
		struct antin_crl_entry e = {{row->serial, row->len},
		                            row->revoked,
		                            row->reason,
		                            row->invalidity};

		rc = antin_crl_add(w, &e, err);
	}
	return rc;
}

static const uint8_t number[] = {7};

static struct antin_crl_spec
spec_of(const struct issued *ca, struct rows *rows)
{
	return (struct antin_crl_spec){
	        .issuer = ca->cert->subject,
	        .aki = ca->cert->ski,
	        .number = {number, 1},
	        .this_update = ISSUED_NOW,
	        .next_update = ISSUED_NOW + 3600,
	        .expired_on_crl = ANTIN_NO_TIME,
	        .sigalg = antin_sigalg_default(antin_public_type(ca->key->public_key)),
	        .rows = rows ? give : NULL,
	        .user = rows,
	};
}

/* Writes, lets OpenSSL verify and re-encode to the same octets, and reads. */
static struct antin_crl *
written(const struct antin_crl_spec *spec, const struct issued *ca)
{
	ANTIN_SCOPED(antin_bytes) der = {0};
	struct antin_crl_made made;
	struct antin_err err = {0};
	struct antin_crl *c = NULL;
	const unsigned char *p;
	unsigned char *again = NULL;
	X509_CRL *theirs;
	int len;

	util_ok(antin_crl_write_bytes(spec, ca->key, &der, &made, &err));
	p = der.p;
	theirs = d2i_X509_CRL(NULL, &p, (long)der.len);
	ck_assert_ptr_nonnull(theirs);
	len = i2d_X509_CRL(theirs, &again);
	ck_assert_int_eq(len, (int)der.len);
	ck_assert_mem_eq(again, der.p, der.len);
	OPENSSL_free(again);
	X509_CRL_free(theirs);
	ck_assert_uint_eq(made.size, der.len);
	util_ok(antin_crl_read(&der, &c, &err));
	util_ok(antin_crl_verify(c, ca->key->public_key, NULL, &err));
	return c;
}

/* All reasons with and without an invalidity date, as OpenSSL reads them. */
START_TEST(reasons)
{
	static const int all[] = {0, 1, 2, 3, 4, 5, 6, 8, 9, 10};
	struct row list[2 * UTIL_COUNT(all)];
	struct rows rows = {list, UTIL_COUNT(list)};
	struct antin_crl_spec spec = spec_of(&root, &rows);
	ANTIN_OWN_S(antin_crl) c = NULL;

	for (size_t i = 0; i < rows.n; i++)
		list[i] = (struct row){{(uint8_t)(i + 1)},
		                       1,
		                       ISSUED_NOW - 60,
		                       all[i / 2],
		                       i % 2 ? ISSUED_NOW - 86400 : ANTIN_NO_TIME};
	c = written(&spec, &root);
	ck_assert_uint_eq(c->n_entries, rows.n);
	for (size_t i = 0; i < rows.n; i++) {
		struct antin_crl_entry got = {0};
		int again = -1;

		ck_assert(antin_crl_lookup(c, (struct antin_slice){list[i].serial, 1},
		                           (struct antin_slice){0}, &got));
		ck_assert_int_eq(got.reason, list[i].reason);
		ck_assert_int_eq(got.invalidity, list[i].invalidity);
		ck_assert(antin_crl_reason_parse(antin_crl_reason_name(got.reason), &again));
		ck_assert_int_eq(again, got.reason);
	}
}
END_TEST

/* Times on both sides of the change of types; the type is checked in the octets. */
START_TEST(times)
{
	static const struct {
		int64_t t;
		bool utc;
	} cases[] = {
	        {YEAR_1950 - 1, false},
	        {YEAR_1950, true},
	        {-1, true},
	        {0, true},
	        {951782400, true},
	        {YEAR_2050 - 1, true},
	        {YEAR_2050, false},
	        {YEAR_2050 + 1, false},
	        {YEAR_9999, false},
	        {INT64_C(4107542400), false},
	};

	for (size_t i = 0; i < UTIL_COUNT(cases); i++) {
		const struct row list[] = {{{5}, 1, cases[i].t, 0, cases[i].t}};
		struct rows rows = {list, 1};
		struct antin_crl_spec spec = spec_of(&root, &rows);
		ANTIN_OWN_S(antin_crl) c = written(&spec, &root);
		static const uint8_t utc[] = {0x02, 1, 5, ANTIN_UTCTIME, 13};
		static const uint8_t long_form[] = {0x02, 1, 5, ANTIN_GENERALIZEDTIME, 15};
		struct antin_crl_entry got;

		ck_assert(antin_crl_lookup(c, (struct antin_slice){list[0].serial, 1},
		                           (struct antin_slice){0}, &got));
		ck_assert_int_eq(got.revoked, cases[i].t);
		ck_assert_int_eq(got.invalidity, cases[i].t);
		ck_assert_msg(memmem(c->tbs.p, c->tbs.len, cases[i].utc ? utc : long_form, 5),
		              "%lld", (long long)cases[i].t);
	}
}
END_TEST

START_TEST(update_times)
{
	static const int64_t pairs[][2] = {
	        {YEAR_2050 - 10, YEAR_2050 - 1},
	        {YEAR_2050 - 1, YEAR_2050},
	        {YEAR_2050, YEAR_2050 + 5},
	        {ISSUED_NOW, YEAR_9999},
	        {0, 1},
	};

	for (size_t i = 0; i < UTIL_COUNT(pairs); i++) {
		struct antin_crl_spec spec = spec_of(&root, NULL);
		ANTIN_OWN_S(antin_crl) c = NULL;

		spec.this_update = pairs[i][0];
		spec.next_update = pairs[i][1];
		c = written(&spec, &root);
		ck_assert_int_eq(c->this_update, pairs[i][0]);
		ck_assert_int_eq(c->next_update, pairs[i][1]);
	}
}
END_TEST

/* Each length of a serial number, ascending, and none of them is taken for another. */
START_TEST(serial_lengths)
{
	struct row list[ANTIN_SERIAL_MAX];
	struct rows rows = {list, UTIL_COUNT(list)};
	struct antin_crl_spec spec = spec_of(&root, &rows);
	ANTIN_OWN_S(antin_crl) c = NULL;
	uint8_t zeros[ANTIN_SERIAL_MAX + 2] = {1};

	for (size_t i = 0; i < rows.n; i++)
		list[i] = (struct row){{1}, i + 1, ISSUED_NOW, 0, ANTIN_NO_TIME};
	c = written(&spec, &root);
	for (size_t len = 0; len <= ANTIN_SERIAL_MAX + 2; len++) {
		struct antin_crl_entry got;
		bool there = antin_crl_lookup(c, (struct antin_slice){zeros, len},
		                              (struct antin_slice){0}, &got);

		ck_assert_int_eq(there, len >= 1 && len <= ANTIN_SERIAL_MAX);
		ck_assert(!there || got.serial.len == len);
	}
}
END_TEST

/* First, last and what stands before, between and behind; lists of every small size. */
START_TEST(lookups)
{
	enum { MOST = 40 };
	struct row list[MOST];

	for (size_t n = 0; n <= MOST; n++) {
		struct rows rows = {list, n};
		struct antin_crl_spec spec = spec_of(&root, n ? &rows : NULL);
		ANTIN_OWN_S(antin_crl) c = NULL;

		for (size_t i = 0; i < n; i++)
			list[i] = (struct row){{(uint8_t)(2 * i + 1)},
			                       1,
			                       ISSUED_NOW + (int64_t)i,
			                       0,
			                       ANTIN_NO_TIME};
		c = written(&spec, &root);
		for (unsigned int s = 0; s < 0x80; s++) {
			uint8_t serial = (uint8_t)s;
			struct antin_crl_entry got = {.revoked = -7};
			bool want = s % 2 == 1 && s / 2 < n;

			ck_assert_int_eq(antin_crl_lookup(c, (struct antin_slice){&serial, 1},
			                                  (struct antin_slice){0}, &got),
			                 want);
			ck_assert_int_eq(got.revoked, want ? ISSUED_NOW + (int64_t)(s / 2) : -7);
		}
	}
}
END_TEST

/* The list of entries, the TBS and the whole pass 128, 256 and 65536 octets one by one. */
START_TEST(length_borders)
{
	enum { MOST = 3300 };
	static struct row list[MOST];
	struct rows rows = {list, 0};
	struct antin_crl_spec spec = spec_of(&root, &rows);
	static const size_t ranges[][2] = {{1, 14}, {3100, 3110}, {3269, 3282}};

	for (size_t i = 0; i < MOST; i++)
		list[i] = (struct row){
		        {0x10, (uint8_t)(i >> 8), (uint8_t)i}, 3, ISSUED_NOW, 0, ANTIN_NO_TIME};
	for (size_t r = 0; r < UTIL_COUNT(ranges); r++)
		for (rows.n = ranges[r][0]; rows.n <= ranges[r][1]; rows.n++) {
			ANTIN_OWN_S(antin_crl) c = written(&spec, &root);

			ck_assert_uint_eq(c->n_entries, rows.n);
		}
}
END_TEST

/* The shard's address grows over the border of a length octet. */
START_TEST(shard_lengths)
{
	char url[320] = "http://";

	for (size_t len = 90; len < 300; len += len < 135 ? 1 : 7) {
		struct antin_crl_spec spec = spec_of(&root, NULL);
		ANTIN_OWN_S(antin_crl) c = NULL;

		memset(url + 7, 'a', len - 7);
		url[len] = '\0';
		spec.shard_url = url;
		c = written(&spec, &root);
		ck_assert(c->idp.present);
		ck_assert_ptr_nonnull(memmem(c->idp.full_name.p, c->idp.full_name.len, url, len));
		ck_assert(c->exts[c->n_exts - 1].critical ||
		          antin_crl_ext(c, "2.5.29.28")->critical);
	}
}
END_TEST

/* Numbers of every length; a high first bit gets its zero. */
START_TEST(numbers)
{
	uint8_t octets[20];

	for (size_t len = 1; len <= sizeof(octets); len++)
		for (unsigned int first = 0x7f; first <= 0x80; first++) {
			struct antin_crl_spec spec = spec_of(&root, NULL);
			ANTIN_SCOPED(antin_bytes) der = {0};
			ANTIN_OWN_S(antin_crl) c = NULL;
			struct antin_err err = {0};

			memset(octets, 0xff, sizeof(octets));
			octets[0] = (uint8_t)first;
			spec.number = (struct antin_slice){octets, len};
			/* RFC 5280 5.2.3: at most 20 octets, the zero included. */
			if (len == sizeof(octets) && first == 0x80) {
				ck_assert_int_ne(antin_crl_write_bytes(&spec, root.key, &der, NULL,
				                                       &err),
				                 ANTIN_OK);
				continue;
			}
			c = written(&spec, &root);
			ck_assert_uint_eq(c->number.len, len + (first == 0x80));
		}
}
END_TEST

/* Another key, another algorithm, a signature that is cut: never verified. */
START_TEST(verification)
{
	ANTIN_OWN_S(antin_key) other = issued_key("p256");
	ANTIN_OWN_S(antin_key) p384 = issued_key("p384");
	ANTIN_OWN_S(antin_key) rsa = issued_key("rsa2048");
	struct antin_key *keys[] = {other, p384, rsa};
	struct antin_crl_spec spec = spec_of(&root, NULL);
	ANTIN_OWN_S(antin_crl) c = written(&spec, &root);

	for (size_t i = 0; i < UTIL_COUNT(keys); i++) {
		struct antin_err err = {0};

		ck_assert_int_ne(antin_crl_verify(c, keys[i]->public_key, NULL, &err), ANTIN_OK);
	}
}
END_TEST

Suite *suite_crl_forms(void);
Suite *
suite_crl_forms(void)
{
	Suite *s = suite_create("crl_forms");
	TCase *t = tcase_create("crl_forms");

	tcase_add_unchecked_fixture(t, make_root, drop_root);
	tcase_add_loop_test(t, every_form, 0, UTIL_COUNT(forms));
	tcase_add_test(t, idp_fields);
	tcase_add_test(t, fields);
	tcase_add_test(t, reasons);
	tcase_add_test(t, times);
	tcase_add_test(t, update_times);
	tcase_add_test(t, serial_lengths);
	tcase_add_test(t, lookups);
	tcase_add_test(t, length_borders);
	tcase_add_test(t, shard_lengths);
	tcase_add_test(t, numbers);
	tcase_add_test(t, verification);
	suite_add_tcase(s, t);
	return s;
}
