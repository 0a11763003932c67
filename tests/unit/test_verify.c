/*
 * Verdicts: a small signed PDF under every circumstance, whole tables of sentences, and mutations
 * that must never make a verdict better.
 */
#include <ctype.h>

#include <antin/cades.h>
#include <antin/report.h>

#include "pdf_file.h"
#include "world.h"

static EVP_PKEY *root_key, *ca_key, *leaf_key, *other_key;

static void
make_keys(void)
{
	root_key = pki_key();
	ca_key = pki_key();
	leaf_key = pki_key();
	other_key = pki_key();
}

static void
free_keys(void)
{
	EVP_PKEY_free(root_key);
	EVP_PKEY_free(ca_key);
	EVP_PKEY_free(leaf_key);
	EVP_PKEY_free(other_key);
}

/* A key of the library over one of OpenSSL's. */
struct test_key {
	struct antin_key base;
	EVP_PKEY *key;
};

static enum antin_rc
key_sign(struct antin_key *k, struct antin_sigalg a, struct antin_slice digest,
         struct antin_bytes *signature, struct antin_err *err)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(((struct test_key *)k)->key, NULL);
	uint8_t sig[512];
	size_t len = sizeof(sig);

	(void)a, (void)err;
	ck_assert(EVP_PKEY_sign_init(ctx) == 1);
	ck_assert(EVP_PKEY_CTX_set_signature_md(ctx, EVP_sha256()) == 1);
	ck_assert(EVP_PKEY_sign(ctx, sig, &len, digest.p, digest.len) == 1);
	EVP_PKEY_CTX_free(ctx);
	antin_bytes_add(signature, sig, len);
	return ANTIN_OK;
}

static void
key_free(struct antin_key *k)
{
	free(k);
}

static struct antin_key *
key_over(EVP_PKEY *key)
{
	static const struct antin_key_ops ops = {"test", key_sign, key_free};
	struct test_key *k = calloc(1, sizeof(*k));
	ANTIN_SCOPED(antin_bytes) spki = {0};
	struct antin_err err = {0};

	pki_add_spki(&spki, key);
	k->base.ops = &ops;
	k->key = key;
	ck_assert(antin_public_read(antin_bytes_slice(&spki), &k->base.public_key, &err) ==
	          ANTIN_OK);
	return (struct antin_key *)k;
}

enum { SERIAL = 77 };

/* What a case may change before the document is signed and checked. */
struct plan {
	const char *name;
	void (*leaf)(struct pki_spec *s);
	void (*ca)(struct pki_spec *s);
	struct pki_revoked revoked;
	int64_t list_to;
	bool no_lists, no_anchor, no_chain, other_anchor, wrong_key;
	int64_t at; /* 0 now */
	const char *signer;
	enum antin_sub sub;
	const char *code;
};

struct scene {
	struct world w;
	struct antin_cert *root, *ca, *leaf;
	struct antin_trust trust;
	struct antin_evidence evidence;
	struct antin_verify_options options;
	struct antin_bytes pdf;
};

static void
sign_pdf(struct scene *s, const struct antin_bytes *base, bool chain, EVP_PKEY *key)
{
	struct antin_doc *d = pdf_must_open(base);
	const struct antin_doc_place place = {.time = PKI_NOW - 60, .name = "An"};
	ANTIN_SCOPED(antin_slot) slot = {0};
	ANTIN_SCOPED(antin_bytes) cms = {0};
	struct antin_key *k = key_over(key);
	struct antin_cert *const up[] = {s->ca};
	const struct antin_cades_spec spec = {
	        .alg = {ANTIN_ECDSA, ANTIN_SHA256},
	        .signer = s->leaf,
	        .chain = up,
	        .n_chain = chain ? 1 : 0,
	        .signing_time = INT64_MIN,
	};
	uint8_t digest[ANTIN_DIGEST_MAX];
	ANTIN_SCOPED(antin_bytes) attrs = {0};
	ANTIN_SCOPED(antin_bytes) value = {0};
	struct antin_slice over = {digest, 32};
	struct antin_err err = {0};

	ck_assert(antin_doc_prepare(d, &place, &slot, &err) == ANTIN_OK);
	ck_assert(antin_slot_digest(&slot, ANTIN_SHA256, digest, &err) == ANTIN_OK);
	ck_assert(antin_cades_attributes(&spec, over, &attrs, &err) == ANTIN_OK);
	ck_assert(antin_key_sign_message(k, spec.alg, antin_bytes_slice(&attrs), &value, &err) ==
	          ANTIN_OK);
	ck_assert(antin_cades_build(&spec, antin_bytes_slice(&attrs), antin_bytes_slice(&value),
	                            &cms, &err) == ANTIN_OK);
	s->pdf = pdf_slot_bytes(base, &slot, antin_bytes_slice(&cms));
	antin_key_free(k);
	antin_doc_free(d);
}

static void
add_list(struct scene *s, struct pki_list l)
{
	struct antin_crl *crl = pki_crl(l);
	struct antin_err err = {0};

	ck_assert(antin_evidence_add_crl(&s->evidence, crl, "list.crl", &err) == ANTIN_OK);
	antin_crl_free(crl);
}

static void
make_certs(struct scene *s, const struct plan *p)
{
	struct pki_spec ca = pki_ca("Agency/CA", "State/Root", ca_key, root_key);
	struct pki_spec leaf = pki_leaf("Sở Nội vụ/Nguyễn Văn An", "Agency/CA", leaf_key, ca_key);

	leaf.serial = SERIAL;
	if (p->leaf)
		p->leaf(&leaf);
	if (p->ca)
		p->ca(&ca);
	s->root = world_add(&s->w, pki_ca("State/Root", "State/Root", root_key, root_key), true);
	s->ca = world_add(&s->w, ca, false);
	s->leaf = world_add(&s->w, leaf, false);
}

static void
scene_make(struct scene *s, const struct plan *p)
{
	static const char *signers[2];
	struct antin_bytes base = pdf_sample("classic.pdf");
	struct antin_err err = {0};
	struct pki_spec stranger = pki_ca("Lạ/Lạ", "Lạ/Lạ", other_key, other_key);

	memset(s, 0, sizeof(*s));
	make_certs(s, p);
	sign_pdf(s, &base, !p->no_chain, p->wrong_key ? other_key : leaf_key);
	antin_bytes_done(&base);
	if (!p->no_anchor)
		ck_assert(antin_trust_add(&s->trust,
		                          p->other_anchor ? world_add(&s->w, stranger, false)
		                                          : s->root,
		                          ANTIN_CLASS_PUBLIC_SERVICE, "root.crt",
		                          &err) == ANTIN_OK);
	if (!p->no_lists) {
		add_list(s, (struct pki_list){.issuer = "State/Root", .signer = root_key});
		add_list(s, (struct pki_list){.issuer = "Agency/CA",
		                              .signer = ca_key,
		                              .from = p->list_to ? p->list_to - 60 : 0,
		                              .to = p->list_to,
		                              .revoked = {p->revoked}});
	}
	signers[0] = p->signer;
	s->options = (struct antin_verify_options){
	        .trust = &s->trust,
	        .evidence = &s->evidence,
	        .now = PKI_NOW,
	        .time = p->at ? p->at : PKI_NOW,
	        .assumed = p->at != 0,
	        .signers = p->signer ? signers : NULL,
	};
}

static void
scene_done(struct scene *s)
{
	antin_bytes_done(&s->pdf);
	antin_trust_done(&s->trust);
	antin_evidence_done(&s->evidence);
	world_done(&s->w);
}

static enum antin_rc
check(struct scene *s, const char *name, struct antin_report *r, struct antin_err *err)
{
	ANTIN_OWN_S(antin_source) src = NULL;

	ck_assert(antin_source_memory(antin_bytes_slice(&s->pdf), name, &src, err) == ANTIN_OK);
	return antin_verify(src, name, &s->options, r, err);
}

static void
must_check(struct scene *s, struct antin_report *r)
{
	struct antin_err err = {0};
	char line[400];

	ck_assert_msg(check(s, "x.pdf", r, &err) == ANTIN_OK, "%s",
	              antin_err_line(&err, NULL, line, sizeof(line)));
	ck_assert_uint_eq(r->n, 1);
}

static void
expired(struct pki_spec *s)
{
	s->from = PKI_NOW - 2 * PKI_YEAR;
	s->to = PKI_NOW - 86400;
}
static void
future(struct pki_spec *s)
{
	s->from = PKI_NOW + 86400;
}
static void
encipher(struct pki_spec *s)
{
	s->usage = 1u << ANTIN_KU_KEY_ENCIPHERMENT;
}
static void
sha1(struct pki_spec *s)
{
	s->sha1 = true;
}
static void
no_ca(struct pki_spec *s)
{
	s->ca = 0;
}
static void
critical(struct pki_spec *s)
{
	static const uint8_t null[] = {5, 0};

	s->exts[0] = (struct pki_ext){"1.2.3.4.5", true, {null, 2}};
}
static void
foreign_names(struct pki_spec *s)
{
	static const uint8_t der[] = {0x30, 0x16, 0xa0, 0x14, 0x30, 0x12, 0xa4, 0x10,
	                              0x30, 0x0e, 0x31, 0x0c, 0x30, 0x0a, 0x06, 0x03,
	                              0x55, 0x04, 0x0a, 0x0c, 0x03, 'x',  'y',  'z'};

	s->exts[0] = (struct pki_ext){"2.5.29.30", true, {der, sizeof(der)}};
}

#define THEN (PKI_NOW - 3000)

static const struct plan plans[] = {
        {.name = "valid", .sub = ANTIN_SUB_NONE},
        {.name = "no anchor",
         .no_anchor = true,
         .sub = ANTIN_SUB_NO_CERTIFICATE_CHAIN_FOUND,
         .code = "no-anchors"},
        {.name = "another anchor",
         .other_anchor = true,
         .sub = ANTIN_SUB_NO_CERTIFICATE_CHAIN_FOUND,
         .code = "issuer-unknown"},
        {.name = "intermediate missing",
         .no_chain = true,
         .sub = ANTIN_SUB_NO_CERTIFICATE_CHAIN_FOUND,
         .code = "issuer-unknown"},
        {.name = "no revocation data",
         .no_lists = true,
         .sub = ANTIN_SUB_TRY_LATER,
         .code = "ca-revocation-unknown"},
        {.name = "old list",
         .list_to = PKI_NOW - 1,
         .sub = ANTIN_SUB_TRY_LATER,
         .code = "revocation-unknown"},
        {.name = "revoked",
         .revoked = {SERIAL, THEN, 1},
         .sub = ANTIN_SUB_REVOKED_NO_POE,
         .code = "cert-revoked"},
        {.name = "superseded",
         .revoked = {SERIAL, THEN, 4},
         .sub = ANTIN_SUB_REVOKED_NO_POE,
         .code = "cert-revoked"},
        {.name = "on hold",
         .revoked = {SERIAL, THEN, 6},
         .sub = ANTIN_SUB_TRY_LATER,
         .code = "cert-on-hold"},
        {.name = "revoked and expired",
         .leaf = expired,
         .revoked = {SERIAL, PKI_NOW - 100000, 1},
         .sub = ANTIN_SUB_REVOKED_NO_POE,
         .code = "cert-revoked"},
        {.name = "expired",
         .leaf = expired,
         .sub = ANTIN_SUB_OUT_OF_BOUNDS_NO_POE,
         .code = "cert-expired"},
        {.name = "not yet valid",
         .leaf = future,
         .sub = ANTIN_SUB_NOT_YET_VALID,
         .code = "cert-not-yet-valid"},
        {.name = "assumed too early",
         .at = PKI_NOW - 3 * PKI_YEAR,
         .sub = ANTIN_SUB_OUT_OF_BOUNDS_NO_POE,
         .code = "ca-outside-validity"},
        {.name = "assumed before revocation",
         .at = THEN - 10,
         .revoked = {SERIAL, THEN, 1},
         .sub = ANTIN_SUB_NONE},
        {.name = "ca expired",
         .ca = expired,
         .sub = ANTIN_SUB_OUT_OF_BOUNDS_NO_POE,
         .code = "ca-outside-validity"},
        {.name = "for encipherment",
         .leaf = encipher,
         .sub = ANTIN_SUB_CHAIN_CONSTRAINTS_FAILURE,
         .code = "key-usage"},
        {.name = "SHA-1 certificate",
         .leaf = sha1,
         .sub = ANTIN_SUB_CRYPTO_CONSTRAINTS_FAILURE_NO_POE,
         .code = "weak-certificate"},
        {.name = "ca is none",
         .ca = no_ca,
         .sub = ANTIN_SUB_CERTIFICATE_CHAIN_GENERAL_FAILURE,
         .code = "chain-invalid"},
        {.name = "unknown critical",
         .leaf = critical,
         .sub = ANTIN_SUB_CERTIFICATE_CHAIN_GENERAL_FAILURE,
         .code = "chain-invalid"},
        {.name = "name outside",
         .ca = foreign_names,
         .sub = ANTIN_SUB_CHAIN_CONSTRAINTS_FAILURE,
         .code = "chain-constraints"},
        {.name = "another key signed",
         .wrong_key = true,
         .sub = ANTIN_SUB_SIG_CRYPTO_FAILURE,
         .code = "signature-wrong"},
        {.name = "this signer", .signer = "Nguyễn Văn An", .sub = ANTIN_SUB_NONE},
        {.name = "this office", .signer = "Sở Nội vụ", .sub = ANTIN_SUB_NONE},
        {.name = "another signer",
         .signer = "Nguyễn Văn Bình",
         .sub = ANTIN_SUB_SIG_CONSTRAINTS_FAILURE,
         .code = "other-signer"},
        {.name = "part of the name",
         .signer = "Nguyễn",
         .sub = ANTIN_SUB_SIG_CONSTRAINTS_FAILURE,
         .code = "other-signer"},
};

START_TEST(test_verdict)
{
	const struct plan *p = &plans[_i];
	static const int exits[] = {0, 3, 1};
	ANTIN_SCOPED(antin_report) r = {0};
	ANTIN_SCOPED(antin_bytes) text = {0};
	struct antin_err err = {0};
	const struct antin_verdict *v;
	struct scene s;
	json_t *json = NULL;

	scene_make(&s, p);
	must_check(&s, &r);
	v = &r.verdicts[0];
	ck_assert_msg(v->sub == p->sub, "%s: %s", p->name, antin_sub_id(v->sub));
	ck_assert_int_eq(v->indication, antin_sub_indication(p->sub));
	ck_assert_int_eq(antin_report_exit(&r), exits[v->indication]);
	if (p->code)
		ck_assert_msg(strcmp(v->errors[0].row->code, p->code) == 0, "%s: %s", p->name,
		              v->errors[0].row->code);
	ck_assert(v->intact == !p->wrong_key);
	ck_assert_int_eq(v->coverage, ANTIN_COVERAGE_ENTIRE_FILE);
	ck_assert_int_eq(antin_report_text(&r, NULL, NULL, &text, &err), ANTIN_OK);
	ck_assert_ptr_nonnull(strstr(antin_bytes_cstr(&text), "Nguyễn Văn An"));
	ck_assert_ptr_nonnull(strstr(antin_bytes_cstr(&text), "Sở Nội vụ"));
	if (p->sub)
		ck_assert_ptr_nonnull(strstr(antin_bytes_cstr(&text), antin_sub_id(p->sub)));
	ck_assert(!strstr(antin_bytes_cstr(&text), "%s"));
	ck_assert_int_eq(antin_report_json(&r, NULL, &json, &err), ANTIN_OK);
	ck_assert_str_eq(json_string_value(json_object_get(json, "schema")), "antin.verify/1");
	json_decref(json);
	scene_done(&s);
}
END_TEST

/* Flips and appendages: each has its sub-indication. */
START_TEST(test_damage)
{
	static const struct {
		const char *what, *find; /* changed at the end of what is found */
		const char *append;
		enum antin_sub sub;
		const char *code;
	} rows[] = {
	        {"a byte of the page", "BT", NULL, ANTIN_SUB_HASH_FAILURE, "hash-mismatch"},
	        {"a tail", NULL, "hidden", ANTIN_SUB_FORMAT_FAILURE, "unsigned-tail"},
	        {"white space", NULL, "\n \n", ANTIN_SUB_NONE, NULL},
	};
	const struct plan plain = {.name = "plain"};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		ANTIN_SCOPED(antin_report) r = {0};
		struct scene s;
		const struct antin_verdict *v;

		scene_make(&s, &plain);
		if (rows[i].find)
			pdf_find(&s.pdf, rows[i].find)[3] ^= 1;
		if (rows[i].append)
			antin_bytes_text(&s.pdf, rows[i].append);
		must_check(&s, &r);
		v = &r.verdicts[0];
		ck_assert_msg(v->sub == rows[i].sub, "%s: %s", rows[i].what, antin_sub_id(v->sub));
		if (rows[i].code)
			ck_assert_str_eq(v->errors[0].row->code, rows[i].code);
		ck_assert_int_eq(antin_report_exit(&r), rows[i].sub ? 1 : 0);
		scene_done(&s);
	}
}
END_TEST

/* A verdict on a document of which a part cannot be read: failed, by the digest or by the damage.
 */
START_TEST(test_damaged_parts)
{
	const struct plan plain = {.name = "plain"};
	struct scene s;
	size_t hole, after, exits[7] = {0};

	scene_make(&s, &plain);
	hole = (size_t)(pdf_find(&s.pdf, "/Contents <") - s.pdf.p) + 10;
	after = (size_t)((uint8_t *)memchr(s.pdf.p + hole, '>', s.pdf.len - hole) - s.pdf.p) + 1;
	for (size_t at = 0; at < s.pdf.len; at++) {
		ANTIN_SCOPED(antin_report) r = {0};
		struct antin_err err = {0};
		int code = 5;

		if (at >= hole && at < after)
			continue;
		s.pdf.p[at] ^= 1;
		if (check(&s, "x.pdf", &r, &err) == ANTIN_OK)
			code = antin_report_exit(&r);
		else
			ck_assert(err.rc == ANTIN_E_DAMAGED || err.rc == ANTIN_E_FORMAT ||
			          err.rc == ANTIN_E_UNSUPPORTED || err.rc == ANTIN_E_TOO_LARGE ||
			          err.rc == ANTIN_E_ENCRYPTED);
		ck_assert_msg(code == 1 || code == 5 || code == 4, "octet %zu: exit %d", at, code);
		exits[code]++;
		if (code == 1 && s.pdf.p[at] != '\n')
			ck_assert(r.verdicts[0].errors[0].row->sub == ANTIN_SUB_HASH_FAILURE ||
			          r.verdicts[0].errors[0].row->sub == ANTIN_SUB_FORMAT_FAILURE);
		s.pdf.p[at] ^= 1;
	}
	(void)printf("flips: %zu failed, %zu damaged, %zu without signature\n", exits[1], exits[5],
	             exits[4]);
	ck_assert_uint_gt(exits[1], 3 * exits[5]);
	ck_assert_uint_lt(exits[4], s.pdf.len / 50);
	scene_done(&s);
}
END_TEST

/*
 * Whatever octet changes: not valid again.  The exception is the frame of the CMS that nobody signs
 * (versions, list of digest algorithms): there the verdict must complain, if only with a warning.
 */
START_TEST(test_mutations_never_better)
{
	const struct plan plain = {.name = "plain"};
	size_t refused = 0, undecided = 0, failed = 0;
	struct scene s;

	scene_make(&s, &plain);
	for (size_t at = (size_t)_i; at < s.pdf.len; at += 7) {
		ANTIN_SCOPED(antin_report) r = {0};
		struct antin_err err = {0};
		uint8_t was = s.pdf.p[at];

		s.pdf.p[at] ^= at % 2 ? 0x01 : 0x10;
		if (check(&s, "x.pdf", &r, &err) != ANTIN_OK) {
			refused++;
		} else if (r.n == 0) {
			undecided++;
		} else {
			ck_assert_msg(r.verdicts[0].indication != ANTIN_TOTAL_PASSED ||
			                      r.verdicts[0].n_warnings > 0,
			              "octet %zu of %zu: %02x to %02x", at, s.pdf.len, was,
			              s.pdf.p[at]);
			failed++;
		}
		s.pdf.p[at] = was;
	}
	ck_assert_uint_gt(failed, 100);
	ck_assert_uint_gt(refused + undecided + failed, s.pdf.len / 7 - 2);
	scene_done(&s);
}
END_TEST

START_TEST(test_truncations)
{
	const struct plan plain = {.name = "plain"};
	struct scene s;
	size_t whole;

	scene_make(&s, &plain);
	whole = s.pdf.len;
	for (size_t n = 0; n < whole - 1; n += 13) {
		ANTIN_SCOPED(antin_report) r = {0};
		struct antin_err err = {0};

		s.pdf.len = n;
		if (check(&s, "x.pdf", &r, &err) == ANTIN_OK)
			for (size_t i = 0; i < r.n; i++)
				ck_assert_int_ne(r.verdicts[i].indication, ANTIN_TOTAL_PASSED);
	}
	s.pdf.len = whole;
	scene_done(&s);
}
END_TEST

static size_t
words(const char *text)
{
	size_t n = 0;
	bool in = false;

	for (; *text; text++) {
		bool letter = !isspace((unsigned char)*text);

		n += letter && !in;
		in = letter;
	}
	return n;
}

/* Every sub-indication has rows; every row its sentences, short, with at most one %s. */
START_TEST(test_sentences)
{
	bool used[ANTIN_SUB_COUNT] = {false};
	const struct antin_finding_row *row;

	for (size_t i = 0; (row = antin_finding_row(i)); i++) {
		used[row->sub] = true;
		ck_assert_ptr_nonnull(row->code);
		ck_assert_ptr_nonnull(row->clause);
		ck_assert_uint_le(words(row->why), 25);
		ck_assert((row->advice != NULL) == (row->sub != ANTIN_SUB_NONE));
		if (row->advice)
			ck_assert_uint_le(words(row->advice), 25);
		if (strcmp(row->why, "%s") != 0)
			ck_assert_msg(row->why[strlen(row->why) - 1] == '.', "%s", row->why);
		if (strchr(row->why, '%'))
			ck_assert(strchr(row->why, '%')[1] == 's' &&
			          !strchr(strchr(row->why, '%') + 1, '%'));
		for (size_t k = 0; k < i; k++)
			if (strcmp(row->why, "%s") != 0)
				ck_assert_str_ne(row->why, antin_finding_row(k)->why);
	}
	for (size_t i = 0; i < ANTIN_SUB_COUNT; i++) {
		ck_assert_msg(used[i], "no finding gives %s", antin_sub_id((enum antin_sub)i));
		ck_assert_int_eq(antin_sub_indication((enum antin_sub)i) == ANTIN_TOTAL_PASSED,
		                 i == ANTIN_SUB_NONE);
	}
}
END_TEST

/* Inside of lib/verify. */
enum antin_change_level document_limit(const struct antin_doc *doc, size_t index, bool strict);

/* A certification limits itself and what follows; one added later widens nothing before it. */
START_TEST(test_limits)
{
	static const struct {
		int docmdp[3];
		enum antin_change_level limits[3];
	} limits[] = {
	        {{0, 0, 0}, {ANTIN_CHANGE_FILL, ANTIN_CHANGE_FILL, ANTIN_CHANGE_FILL}},
	        {{1, 0, 0}, {ANTIN_CHANGE_LTA, ANTIN_CHANGE_LTA, ANTIN_CHANGE_LTA}},
	        {{3, 0, 0}, {ANTIN_CHANGE_ANNOTATE, ANTIN_CHANGE_ANNOTATE, ANTIN_CHANGE_ANNOTATE}},
	        {{0, 3, 0}, {ANTIN_CHANGE_FILL, ANTIN_CHANGE_ANNOTATE, ANTIN_CHANGE_ANNOTATE}},
	        {{0, 0, 3}, {ANTIN_CHANGE_FILL, ANTIN_CHANGE_FILL, ANTIN_CHANGE_ANNOTATE}},
	        {{2, 3, 1}, {ANTIN_CHANGE_FILL, ANTIN_CHANGE_FILL, ANTIN_CHANGE_LTA}},
	        {{7, -1, 0}, {ANTIN_CHANGE_FILL, ANTIN_CHANGE_FILL, ANTIN_CHANGE_FILL}},
	};

	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
		struct antin_doc_sig sigs[3] = {{.docmdp = limits[i].docmdp[0]},
		                                {.docmdp = limits[i].docmdp[1]},
		                                {.docmdp = limits[i].docmdp[2]}};
		const struct antin_doc doc = {.sigs = sigs, .n_sigs = 3};

		for (size_t k = 0; k < 3; k++) {
			ck_assert_msg(document_limit(&doc, k, false) == limits[i].limits[k],
			              "row %zu, signature %zu", i, k);
			ck_assert_int_eq(document_limit(&doc, k, true), ANTIN_CHANGE_LTA);
		}
	}
}
END_TEST

START_TEST(test_exit_precedence)
{
	static const int order[] = {2, 1, 5, 6, 3, 4, 0};

	for (size_t i = 0; i < 7; i++)
		for (size_t k = i; k < 7; k++) {
			ck_assert_int_eq(antin_exit_worse(order[i], order[k]), order[i]);
			ck_assert_int_eq(antin_exit_worse(order[k], order[i]), order[i]);
		}
}
END_TEST

static void
hostile(struct pki_spec *s)
{
	s->subject = "<b>O\x1b[31m/=1+1\xe2\x80\xae\xe2\x80\x8b\nVALID";
}

/* Control, bidirectional and invisible characters of a certificate never reach a reader. */
START_TEST(test_hostile_names)
{
	const struct plan plan = {.name = "hostile", .leaf = hostile};
	ANTIN_SCOPED(antin_report) r = {0};
	ANTIN_SCOPED(antin_bytes) text = {0};
	ANTIN_SCOPED(antin_bytes) dump = {0};
	static const char *const bad[] = {"\x1b", "\xe2\x80\xae", "\xe2\x80\x8b", "\nVALID"};
	struct antin_err err = {0};
	struct scene s;
	json_t *json = NULL;

	scene_make(&s, &plan);
	ck_assert_int_eq(check(&s, "a\x1b[2J\xe2\x80\xae.pdf", &r, &err), ANTIN_OK);
	ck_assert_int_eq(r.verdicts[0].indication, ANTIN_TOTAL_PASSED);
	ck_assert_int_eq(antin_report_text(&r, NULL, NULL, &text, &err), ANTIN_OK);
	ck_assert_int_eq(antin_report_json(&r, NULL, &json, &err), ANTIN_OK);
	ck_assert_int_eq(antin_json_write(json, false, &dump, &err), ANTIN_OK);
	for (size_t i = 0; i < 4; i++) {
		ck_assert(!strstr(antin_bytes_cstr(&text), bad[i]));
		ck_assert(!strstr(antin_bytes_cstr(&dump), bad[i]));
	}
	ck_assert_ptr_nonnull(strstr(antin_bytes_cstr(&text), "\\u{202e}"));
	json_decref(json);
	scene_done(&s);
}
END_TEST

Suite *suite_verify(void);
Suite *
suite_verify(void)
{
	Suite *s = suite_create("verify");
	TCase *c = tcase_create("verify");

	tcase_add_unchecked_fixture(c, make_keys, free_keys);
	tcase_set_timeout(c, 60);
	tcase_add_loop_test(c, test_verdict, 0, (int)(sizeof(plans) / sizeof(plans[0])));
	tcase_add_test(c, test_damage);
	tcase_add_test(c, test_damaged_parts);
	tcase_add_loop_test(c, test_mutations_never_better, 0, 3);
	tcase_add_test(c, test_truncations);
	tcase_add_test(c, test_sentences);
	tcase_add_test(c, test_limits);
	tcase_add_test(c, test_exit_precedence);
	tcase_add_test(c, test_hostile_names);
	suite_add_tcase(s, c);
	return s;
}
