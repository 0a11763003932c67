/*
 * Every row of the table of findings is reached by a document: signed under certificates, forms,
 * later revisions and revocation data that are wrong in one way each; and what came after a
 * signature is judged by the certification that was there.
 */
#include <antin/report_html.h>
#include <antin/text.h>

#include "how_judged.h"

/* ---- changes of the file ---- */

static void
tail_of_text(struct scene *s)
{
	antin_bytes_text(&s->pdf, "paid in full");
}
static void
object_broken(struct scene *s)
{
	pdf_find(&s->pdf, "/Kids [3 0 R]")[6] = '<';
}
static void
range_shifted(struct scene *s)
{
	pdf_find(&s->pdf, "/ByteRange [0")[12] = '1';
}
static void
value_flipped(struct scene *s)
{
	/* In the digits of the last octets that are not padding. */
	size_t at = pdf_find_last(&s->pdf, "/Contents <") + 11;
	size_t end = at;

	while (s->pdf.p[end] != '>')
		end++;
	while (s->pdf.p[end - 1] == '0')
		end--;
	s->pdf.p[end - 4] = s->pdf.p[end - 4] == '1' ? '2' : '1';
}

/* ---- certificates and what is at hand ---- */

static void
leaf_expired(struct pki_spec *s)
{
	s->from = PKI_NOW - 2 * PKI_YEAR;
	s->to = PKI_NOW - 86400;
}
static void
leaf_future(struct pki_spec *s)
{
	s->from = PKI_NOW + 86400;
}
static void
leaf_encipher(struct pki_spec *s)
{
	s->usage = 1u << ANTIN_KU_KEY_ENCIPHERMENT;
}
static void
cert_sha1(struct pki_spec *s)
{
	s->sha1 = true;
}
static void
ca_not(struct pki_spec *s)
{
	s->ca = 0;
}
static void
ca_path_len(struct pki_spec *s)
{
	s->path_len = 0;
}
static void
ca_of_policies(struct pki_spec *s)
{
	static const uint8_t require[] = {0x30, 3, 0x80, 1, 0};

	s->exts[0] = (struct pki_ext){"2.5.29.36", true, {require, sizeof(require)}};
}
static void
ca_far_below(struct pki_spec *s)
{
	s->issuer = "D/0";
}

static void
around_deep(struct scene *s)
{
	char names[21][8];
	struct antin_err err = {0};

	for (int i = 0; i < 21; i++)
		(void)snprintf(names[i], sizeof(names[i]), "D/%d", i);
	for (int i = 0; i < 20; i++) {
		struct antin_cert *c = pki_cert(pki_ca(names[i], names[i + 1], root_key, root_key));

		util_ok(antin_certs_add(&s->trust.intermediates, c, &err));
		antin_cert_free(c);
	}
}
static void
around_root(struct scene *s)
{
	struct antin_err err = {0};

	util_ok(antin_certs_add(&s->trust.intermediates, s->root, &err));
}

/* The anchor was trusted once, and is not as of now. */
static void
around_limits(struct scene *s)
{
	s->trust.anchors[0].limits.until = PKI_NOW - 1;
}
static void
around_purpose(struct scene *s)
{
	s->trust.anchors[0].limits.purposes = 1u << ANTIN_PURPOSE_TIMESTAMP;
}
/* It comes from a bundle that a later one should have replaced. */
static void
around_old_list(struct scene *s)
{
	struct antin_origin o = {
	        .name = s->trust.anchors[0].file,
	        .file = s->trust.anchors[0].file,
	        .kind = "bundle",
	        .as_of = PKI_NOW - PKI_YEAR,
	        .expires = PKI_NOW - 1,
	        .signer = s->root,
	};
	struct antin_err err = {0};

	util_ok(antin_trust_add_origin(&s->trust, &o, &s->trust.anchors[0].origin, &err));
}

#define THEN (PKI_NOW - 3000)

static void
weak_list(struct scene *s, bool names_it)
{
	add_list(s, (struct pki_list){.issuer = "Agency/CA",
	                              .signer = ca_key,
	                              .sha1 = true,
	                              .revoked = {{names_it ? SERIAL : 5, THEN, 1}}});
}
static void
around_weak(struct scene *s)
{
	weak_list(s, false);
}
static void
around_weak_revokes(struct scene *s)
{
	weak_list(s, true);
}

/* The signer's own certificate is trusted: made by itself, or by its authority. */
static void
leaf_of_its_own(struct pki_spec *s)
{
	s->issuer = s->subject;
	s->signer = leaf_key;
	s->usage |= 1u << ANTIN_KU_CRL_SIGN;
}
static void
around_leaf(struct scene *s)
{
	struct antin_err err = {0};

	util_ok(antin_trust_add(&s->trust, s->leaf, ANTIN_CLASS_UNKNOWN, "leaf.crt", &err));
}
static void
own_list(struct scene *s, int64_t at, int reason)
{
	around_leaf(s);
	add_list(s, (struct pki_list){.issuer = "Sở Nội vụ/Nguyễn Văn An",
	                              .signer = leaf_key,
	                              .revoked = {{at ? SERIAL : 5, at, reason}}});
}
static void
around_leaf_good(struct scene *s)
{
	own_list(s, 0, 1);
}
static void
around_leaf_revoked(struct scene *s)
{
	own_list(s, THEN, 4);
}
static void
around_leaf_held(struct scene *s)
{
	own_list(s, THEN, 6);
}

static const struct how hows[] = {
        {.what = "valid", .code = NULL, .says = "VALID: Nguy"},
        {.what = "signed again",
         .code = "permitted-changes",
         .file = later_fill,
         .says = "only filled in or signed further"},
        {.what = "commented",
         .code = "comments-added",
         .certify = 3,
         .file = later_comment,
         .says = "which its signer permitted"},
        {.what = "date added",
         .code = "evidence-added",
         .file = later_date,
         .says = "Evidence for long-term validity"},
        {.what = "time inside",
         .code = "signing-time-in-pades",
         .attr_time = PKI_NOW - 60,
         .says = "The time stands inside the signature instead of beside it."},
        {.what = "hour of Viet Nam",
         .code = "local-time-as-utc",
         .doc_time = PKI_NOW + 7 * 3600 - 60,
         .says = "recorded as UTC"},
        {.what = "hour of Viet Nam inside",
         .code = "local-time-as-utc",
         .doc_time = PKI_NOW - 8 * 3600,
         .attr_time = PKI_NOW - 3600,
         .says = "recorded as UTC"},
        {.what = "tomorrow",
         .code = "claimed-time-ahead",
         .doc_time = PKI_NOW + 86400,
         .says = "lies in the future"},
        {.what = "time stamp",
         .code = "time-stamp-unreadable",
         .cms = cms_time_stamp,
         .says = "A time stamp does not count"},
        {.what = "revoked later",
         .code = "revoked-later",
         .at = THEN - 10,
         .of_leaf = {SERIAL, THEN, 1},
         .says = "revoked after the assumed time"},
        {.what = "authority revoked later",
         .code = "revoked-later",
         .at = THEN - 10,
         .of_ca = {CA_SERIAL, THEN, 2},
         .says = "As if it were"},
        {.what = "broken list inside",
         .code = "embedded-crl-ignored",
         .cms = cms_broken_list,
         .says = "A CRL inside the signature"},
        {.what = "lists inside",
         .cms = cms_good_lists,
         .no_root_list = true,
         .no_ca_list = true,
         .says = "(CRL, CMS)"},

        {.what = "weak list",
         .code = "weak-revocation-data",
         .sub = ANTIN_SUB_TRY_LATER,
         .no_ca_list = true,
         .around = around_weak,
         .says = "is signed with ecdsa-with-SHA1"},
        {.what = "weak list beside a strong one", .around = around_weak, .says = "VALID: Nguy"},
        {.what = "revoked in a weak list",
         .code = "cert-revoked",
         .sub = ANTIN_SUB_REVOKED_NO_POE,
         .around = around_weak_revokes,
         .says = "is signed with ecdsa-with-SHA1"},
        {.what = "revoked later in a weak list",
         .code = "weak-revocation-data",
         .sub = ANTIN_SUB_TRY_LATER,
         .no_ca_list = true,
         .at = THEN - 10,
         .around = around_weak_revokes,
         .says = "whether the signer's certificate was revoked"},
        {.what = "list out of date",
         .sub = ANTIN_SUB_NONE,
         .code = NULL,
         .around = around_old_list,
         .says = "it shows the state of 18/11/2025"},
        {.what = "signer is the anchor",
         .code = "signer-is-anchor",
         .leaf = leaf_of_its_own,
         .no_anchor = true,
         .around = around_leaf,
         .says = "no authority stands above it"},
        {.what = "signer is the anchor, own list",
         .code = "signer-is-anchor",
         .leaf = leaf_of_its_own,
         .no_anchor = true,
         .around = around_leaf_good,
         .says = "no authority stands above it"},
        {.what = "signer is the anchor, revoked by itself",
         .code = "cert-revoked",
         .sub = ANTIN_SUB_REVOKED_NO_POE,
         .leaf = leaf_of_its_own,
         .no_anchor = true,
         .around = around_leaf_revoked,
         .says = "the key was not compromised"},
        {.what = "signer is the anchor, suspended by itself",
         .code = "cert-on-hold",
         .sub = ANTIN_SUB_TRY_LATER,
         .leaf = leaf_of_its_own,
         .no_anchor = true,
         .around = around_leaf_held,
         .says = "is suspended since"},
        {.what = "signer is the anchor, revoked later",
         .code = "revoked-later",
         .at = THEN - 10,
         .leaf = leaf_of_its_own,
         .no_anchor = true,
         .around = around_leaf_revoked,
         .says = "revoked after the assumed time"},
        {.what = "signer is an anchor but issued",
         .code = "issuer-unknown",
         .sub = ANTIN_SUB_NO_CERTIFICATE_CHAIN_FOUND,
         .no_anchor = true,
         .around = around_leaf,
         .says = "is missing"},
        {.what = "signer and root are anchors",
         .code = "cert-revoked",
         .sub = ANTIN_SUB_REVOKED_NO_POE,
         .of_leaf = {SERIAL, THEN, 1},
         .around = around_leaf,
         .says = "The signer's certificate was revoked"},
        {.what = "unknown form",
         .code = "form-unsupported",
         .sub = ANTIN_SUB_GENERIC,
         .subfilter = "ETSI.xxxxx.detached",
         .says = "ETSI.xxxxx.detached"},
        {.what = "older form", .subfilter = "adbe.pkcs7.detached", .says = "PKCS7"},
        {.what = "older form without binding",
         .subfilter = "adbe.pkcs7.detached",
         .no_ess = true,
         .says = "VALID"},
        {.what = "no list of the authority",
         .code = "revocation-unknown",
         .sub = ANTIN_SUB_TRY_LATER,
         .no_ca_list = true,
         .says = "whether the signer's certificate was revoked"},
        {.what = "no list of the root",
         .code = "ca-revocation-unknown",
         .sub = ANTIN_SUB_TRY_LATER,
         .no_root_list = true,
         .says = "whether the authority \"CA\" above the signer was revoked"},
        {.what = "old list",
         .code = "revocation-unknown",
         .sub = ANTIN_SUB_TRY_LATER,
         .list_from = PKI_NOW - 9,
         .list_to = PKI_NOW - 1,
         .says = "out of date"},
        {.what = "suspended",
         .code = "cert-on-hold",
         .sub = ANTIN_SUB_TRY_LATER,
         .of_leaf = {SERIAL, THEN, 6},
         .says = "is suspended since"},
        {.what = "authority suspended",
         .code = "ca-on-hold",
         .sub = ANTIN_SUB_TRY_LATER,
         .of_ca = {CA_SERIAL, THEN, 6},
         .says = "when the authority has decided"},
        {.what = "assumed too early",
         .code = "cert-not-yet-valid",
         .sub = ANTIN_SUB_OUT_OF_BOUNDS_NO_POE,
         .leaf = leaf_future,
         .at = PKI_NOW - 600,
         .says = "with a later --at"},
        {.what = "expired, list from before",
         .code = "cert-expired-not-revoked",
         .sub = ANTIN_SUB_OUT_OF_BOUNDS_NOT_REVOKED,
         .leaf = leaf_expired,
         .list_from = PKI_NOW - 2 * 86400,
         .list_to = PKI_NOW + 9,
         .says = "nothing proves that the signature is older"},
        {.what = "expired",
         .code = "cert-expired",
         .sub = ANTIN_SUB_OUT_OF_BOUNDS_NO_POE,
         .leaf = leaf_expired,
         .says = "no time stamp proves an earlier signature"},
        {.what = "authority expired",
         .code = "ca-outside-validity",
         .sub = ANTIN_SUB_OUT_OF_BOUNDS_NO_POE,
         .ca = leaf_expired,
         .says = "The certificate of \"CA\" expired on"},
        {.what = "level T wanted",
         .code = "level-too-low",
         .sub = ANTIN_SUB_SIG_CONSTRAINTS_FAILURE,
         .min_level = ANTIN_LEVEL_T,
         .says = "level of the signature is B-B"},
        {.what = "level LT wanted",
         .code = "level-too-low",
         .sub = ANTIN_SUB_SIG_CONSTRAINTS_FAILURE,
         .min_level = ANTIN_LEVEL_LT,
         .says = "level of the signature is B-B"},
        {.what = "level LTA wanted",
         .code = "level-too-low",
         .sub = ANTIN_SUB_SIG_CONSTRAINTS_FAILURE,
         .min_level = ANTIN_LEVEL_LTA,
         .says = "level of the signature is B-B"},
        {.what = "another signer",
         .code = "other-signer",
         .sub = ANTIN_SUB_SIG_CONSTRAINTS_FAILURE,
         .signer = "Nguyen Van An",
         .says = "none of those asked for"},
        {.what = "for encipherment",
         .code = "key-usage",
         .sub = ANTIN_SUB_CHAIN_CONSTRAINTS_FAILURE,
         .leaf = leaf_encipher,
         .says = "The key usage of the signer's certificate does not allow"},
        {.what = "SHA-1 signature",
         .code = "weak-algorithm",
         .sub = ANTIN_SUB_CRYPTO_CONSTRAINTS_FAILURE_NO_POE,
         .sha1 = true,
         .says = "SHA1"},
        {.what = "SHA-1 certificate",
         .code = "weak-certificate",
         .sub = ANTIN_SUB_CRYPTO_CONSTRAINTS_FAILURE_NO_POE,
         .leaf = cert_sha1,
         .says = "SHA"},
        {.what = "SHA-1 authority",
         .code = "weak-certificate",
         .sub = ANTIN_SUB_CRYPTO_CONSTRAINTS_FAILURE_NO_POE,
         .ca = cert_sha1,
         .says = "SHA"},
        {.what = "policy demanded",
         .code = "chain-constraints",
         .sub = ANTIN_SUB_CHAIN_CONSTRAINTS_FAILURE,
         .ca = ca_of_policies,
         .says = "CHAIN_CONSTRAINTS_FAILURE"},
        {.what = "length kept", .ca = ca_path_len, .says = "VALID"},
        {.what = "authority is none",
         .code = "chain-invalid",
         .sub = ANTIN_SUB_CERTIFICATE_CHAIN_GENERAL_FAILURE,
         .ca = ca_not,
         .says = "CERTIFICATE_CHAIN_GENERAL_FAILURE"},
        {.what = "authority revoked",
         .code = "ca-revoked",
         .sub = ANTIN_SUB_REVOKED_CA_NO_POE,
         .of_ca = {CA_SERIAL, THEN, 2},
         .says = "the authority itself lost control of its key"},
        {.what = "revoked",
         .code = "cert-revoked",
         .sub = ANTIN_SUB_REVOKED_NO_POE,
         .of_leaf = {SERIAL, THEN, 1},
         .says = "no longer in the hands of its owner alone"},
        {.what = "endless chain",
         .code = "search-limit",
         .sub = ANTIN_SUB_CERTIFICATE_CHAIN_GENERAL_FAILURE,
         .ca = ca_far_below,
         .around = around_deep,
         .says = "CERTIFICATE_CHAIN_GENERAL_FAILURE"},
        {.what = "chain missing",
         .code = "issuer-unknown",
         .sub = ANTIN_SUB_NO_CERTIFICATE_CHAIN_FOUND,
         .no_chain = true,
         .says = "NO_CERTIFICATE_CHAIN_FOUND"},
        {.what = "root not trusted",
         .code = "root-untrusted",
         .sub = ANTIN_SUB_NO_CERTIFICATE_CHAIN_FOUND,
         .stranger_anchor = true,
         .around = around_root,
         .says = "Root"},
        {.what = "anchor of the past",
         .code = "anchor-limited",
         .sub = ANTIN_SUB_NO_CERTIFICATE_CHAIN_FOUND,
         .around = around_limits,
         .says = "\"Root\" is trusted, but not for this purpose or not at this time"},
        {.what = "anchor of time stamps",
         .code = "anchor-limited",
         .sub = ANTIN_SUB_NO_CERTIFICATE_CHAIN_FOUND,
         .around = around_purpose,
         .says = "antin trust list"},
        {.what = "no anchors",
         .code = "no-anchors",
         .sub = ANTIN_SUB_NO_CERTIFICATE_CHAIN_FOUND,
         .no_anchor = true,
         .says = "antin trust import"},
        {.what = "signer missing",
         .code = "signer-certificate-missing",
         .sub = ANTIN_SUB_NO_SIGNING_CERTIFICATE_FOUND,
         .cms = cms_other_name,
         .says = "signer not known"},

        {.what = "of tomorrow",
         .code = "cert-not-yet-valid",
         .sub = ANTIN_SUB_NOT_YET_VALID,
         .leaf = leaf_future,
         .says = "NOT VALID"},
        {.what = "strict",
         .code = "changed-strict",
         .sub = ANTIN_SUB_FORMAT_FAILURE,
         .file = later_fill,
         .strict = true,
         .says = "NOT VALID"},
        {.what = "strict, nothing came after", .strict = true, .says = "VALID: Nguy"},
        {.what = "strict, evidence came after",
         .code = "evidence-added",
         .file = later_date,
         .strict = true,
         .says = "VALID: Nguy"},
        {.what = "strict, a comment though permitted",
         .code = "changed-strict",
         .sub = ANTIN_SUB_FORMAT_FAILURE,
         .certify = 3,
         .file = later_comment,
         .strict = true,
         .says = "Check without --strict-changes"},
        {.what = "whole file wanted and there", .whole = true, .says = "VALID: Nguy"},
        {.what = "whole file wanted, signed again",
         .code = "not-whole-file",
         .sub = ANTIN_SUB_FORMAT_FAILURE,
         .file = later_fill,
         .whole = true,
         .says = "as --require-whole-file demands"},
        {.what = "level B wanted", .min_level = ANTIN_LEVEL_B, .says = "VALID: Nguy"},
        {.what = "level B wanted of the older form",
         .code = "level-too-low",
         .sub = ANTIN_SUB_SIG_CONSTRAINTS_FAILURE,
         .subfilter = "adbe.pkcs7.detached",
         .min_level = ANTIN_LEVEL_B,
         .says = "level of the signature is PKCS7"},
        {.what = "this signer", .signer = "Nguyễn Văn An", .says = "VALID: Nguy"},
        {.what = "this office", .signer = "Sở Nội vụ", .says = "VALID: Nguy"},
        {.what = "whole file wanted",
         .code = "not-whole-file",
         .sub = ANTIN_SUB_FORMAT_FAILURE,
         .file = later_date,
         .whole = true,
         .says = "NOT VALID"},
        {.what = "page replaced",
         .code = "changed-after",
         .sub = ANTIN_SUB_FORMAT_FAILURE,
         .file = later_page,
         .says = "the document itself"},
        {.what = "form taken away",
         .code = "changed-after",
         .sub = ANTIN_SUB_FORMAT_FAILURE,
         .file = later_title,
         .says = "NOT VALID"},
        {.what = "tail",
         .code = "unsigned-tail",
         .sub = ANTIN_SUB_FORMAT_FAILURE,
         .file = tail_of_text,
         .says = "byte "},
        {.what = "range shifted",
         .code = "coverage",
         .sub = ANTIN_SUB_FORMAT_FAILURE,
         .file = range_shifted,
         .says = "Covers: "},
        {.what = "range shifted, said",
         .code = "signature-dictionary",
         .sub = ANTIN_SUB_FORMAT_FAILURE,
         .file = range_shifted,
         .says = "do not begin at the start of the file"},
        {.what = "another key signs",
         .code = "signature-wrong",
         .sub = ANTIN_SUB_SIG_CRYPTO_FAILURE,
         .stranger_signs = true,
         .says = "SIG_CRYPTO_FAILURE"},
        {.what = "value flipped",
         .code = "signature-wrong",
         .sub = ANTIN_SUB_SIG_CRYPTO_FAILURE,
         .file = value_flipped,
         .says = "SIG_CRYPTO_FAILURE"},
        {.what = "not bound",
         .code = "no-ess-certificate",
         .sub = ANTIN_SUB_FORMAT_FAILURE,
         .no_ess = true,
         .says = "does not bind the signer's certificate"},
        {.what = "no signature inside",
         .code = "signature-unreadable",
         .sub = ANTIN_SUB_FORMAT_FAILURE,
         .cms = cms_tiny,
         .says = "signer not known"},
        {.what = "object broken",
         .code = "document-damaged",
         .sub = ANTIN_SUB_HASH_FAILURE,
         .file = object_broken,
         .says = "The document is damaged: "},
        {.what = "page flipped",
         .code = "hash-mismatch",
         .sub = ANTIN_SUB_HASH_FAILURE,
         .file = page_flipped,
         .says = "HASH_FAILURE"},
};

START_TEST(test_finding)
{
	const struct how *h = &hows[_i];
	static const int exits[] = {0, 3, 1};
	ANTIN_SCOPED(antin_report) r = {0};
	ANTIN_SCOPED(antin_bytes) text = {0};
	const struct antin_verdict *v;
	struct antin_err err = {0};
	struct scene s;

	make_how(&s, h);
	must_check(&s, &r);
	v = &r.verdicts[0];
	ck_assert_msg(v->sub == h->sub, "%s: %s:%s", h->what, antin_sub_id(v->sub), codes(v));
	ck_assert_int_eq(v->indication, antin_sub_indication(h->sub));
	ck_assert_int_eq(antin_report_exit(&r), exits[v->indication]);
	if (h->code)
		ck_assert_msg(find_code(v, h->code) != NULL, "%s:%s", h->what, codes(v));
	else
		ck_assert_msg(v->n_errors == 0, "%s:%s", h->what, codes(v));
	util_ok(antin_report_text(&r, NULL, NULL, &text, &err));
	ck_assert_msg(strstr(antin_bytes_cstr(&text), h->says) != NULL, "%s: %s", h->what,
	              antin_bytes_cstr(&text));
	/* The one that decided comes first, with its advice. */
	if (v->n_errors) {
		ck_assert_int_eq(v->errors[0].row->sub, v->sub);
		ck_assert_ptr_nonnull(strstr(antin_bytes_cstr(&text), v->errors[0].row->advice));
	}
	ck_assert_ptr_null(strstr(antin_bytes_cstr(&text), "%s"));
	refusals_named(v, h->what);
	checks_agree(v, h->what);
	scene_done(&s);
}
END_TEST

/* The page says what the text says, escaped. */
START_TEST(test_finding_html)
{
	ANTIN_SCOPED(antin_report) r = {0};
	ANTIN_SCOPED(antin_bytes) page = {0};
	ANTIN_OWN_S(antin_html) html = NULL;
	struct antin_err err = {0};
	struct scene s;

	make_how(&s, &hows[_i]);
	must_check(&s, &r);
	util_ok(antin_html_new("en", NULL, "1", &html, &err));
	util_ok(antin_html_add(html, &r, "antin verify 'a b'", &err));
	util_ok(antin_html_end(html, &page, &err));
	for (size_t i = 0; i < r.verdicts[0].n_errors; i++) {
		ANTIN_SCOPED(antin_bytes) text = {0};
		ANTIN_SCOPED(antin_bytes) escaped = {0};

		antin_finding_text(&r.verdicts[0].errors[i], NULL, &text);
		antin_text_html_add(&escaped, antin_bytes_slice(&text));
		ck_assert_ptr_nonnull(strstr(antin_bytes_cstr(&page), antin_bytes_cstr(&escaped)));
	}
	ck_assert_ptr_nonnull(strstr(antin_bytes_cstr(&page), "antin verify &#39;a b&#39;"));
	scene_done(&s);
}
END_TEST

/* JSON says the same as the text, and is whole. */
START_TEST(test_finding_json)
{
	const struct how *h = &hows[_i];
	ANTIN_SCOPED(antin_report) r = {0};
	struct antin_err err = {0};
	json_t *json = NULL, *sig, *list;
	const struct antin_verdict *v;
	struct scene s;

	make_how(&s, h);
	must_check(&s, &r);
	v = &r.verdicts[0];
	util_ok(antin_report_json(&r, NULL, &json, &err));
	sig = json_array_get(json_object_get(json, "signatures"), 0);
	ck_assert_str_eq(json_string_value(json_object_get(sig, "indication")),
	                 antin_indication_id(v->indication));
	if (v->n_errors)
		ck_assert_str_eq(json_string_value(json_object_get(sig, "subIndication")),
		                 antin_sub_id(v->sub));
	list = json_object_get(sig, "errors");
	ck_assert_uint_eq(json_array_size(list), v->n_errors);
	for (size_t i = 0; i < v->n_errors; i++) {
		json_t *e = json_array_get(list, i);
		ANTIN_SCOPED(antin_bytes) text = {0};

		antin_finding_text(&v->errors[i], NULL, &text);
		ck_assert_str_eq(json_string_value(json_object_get(e, "code")),
		                 code_of(&v->errors[i]));
		ck_assert_str_eq(json_string_value(json_object_get(e, "text")),
		                 antin_bytes_cstr(&text));
		ck_assert_ptr_nonnull(json_string_value(json_object_get(e, "clause")));
	}
	ck_assert_uint_eq(json_array_size(json_object_get(sig, "warnings")), v->n_warnings);
	ck_assert(json_is_true(json_object_get(json, "assumedTime")) == (h->at != 0));
	json_decref(json);
	scene_done(&s);
}
END_TEST

/* No row of the table is there for nothing. */
START_TEST(test_every_row_is_reached)
{
	bool reached[128] = {false};
	const struct antin_finding_row *first = antin_finding_row(0), *row;

	for (size_t i = 0; i < UTIL_COUNT(hows); i++) {
		ANTIN_SCOPED(antin_report) r = {0};
		const struct antin_verdict *v;
		struct scene s;

		make_how(&s, &hows[i]);
		must_check(&s, &r);
		v = &r.verdicts[0];
		for (size_t k = 0; k < v->n_errors; k++)
			reached[v->errors[k].row - first] = true;
		for (size_t k = 0; k < v->n_warnings; k++)
			reached[v->warnings[k].row - first] = true;
		scene_done(&s);
	}
	for (size_t i = 0; (row = antin_finding_row(i)); i++)
		for (size_t k = 0; k < UTIL_COUNT(stamp_codes); k++)
			if (strcmp(row->code, stamp_codes[k]) == 0)
				reached[i] = true;
	for (size_t i = 0; (row = antin_finding_row(i)); i++)
		for (size_t k = 0; k < UTIL_COUNT(cms_codes); k++)
			if (strcmp(row->code, cms_codes[k]) == 0)
				reached[i] = true;
	for (size_t i = 0; (row = antin_finding_row(i)); i++)
		for (size_t k = 0; k < UTIL_COUNT(rules_codes); k++)
			if (strcmp(row->code, rules_codes[k]) == 0)
				reached[i] = true;
	for (size_t i = 0; (row = antin_finding_row(i)); i++)
		ck_assert_msg(reached[i], "row %zu, %s, is reached by no document", i, row->code);
}
END_TEST

/* What was said of a document never becomes better by anything that is appended to it. */
START_TEST(test_later_never_better)
{
	for (size_t i = 0; i < UTIL_COUNT(hows); i++) {
		struct how h = hows[i];

		if (h.file || h.strict)
			continue;
		for (size_t k = 1; k < UTIL_COUNT(laters); k++) {
			ANTIN_SCOPED(antin_report) before = {0};
			ANTIN_SCOPED(antin_report) after = {0};
			struct antin_err err = {0};
			struct scene s;

			if (laters[k].make == sign_again && i % 4)
				continue;
			h.file = NULL;
			make_how(&s, &h);
			must_check(&s, &before);
			laters[k].make(&s);
			util_ok(check(&s, "x.pdf", &after, &err));
			ck_assert_msg(after.verdicts[0].indication >= before.verdicts[0].indication,
			              "%s, then %s", h.what, laters[k].what);
			ck_assert(after.verdicts[0].intact == before.verdicts[0].intact);
			scene_done(&s);
		}
	}
}
END_TEST

Suite *suite_findings(void);
Suite *
suite_findings(void)
{
	Suite *s = suite_create("findings");
	TCase *c = tcase_create("findings");

	tcase_add_unchecked_fixture(c, make_keys, free_keys);
	tcase_add_loop_test(c, test_finding, 0, (int)UTIL_COUNT(hows));
	tcase_add_loop_test(c, test_finding_html, 0, UTIL_COUNT(hows));
	tcase_add_loop_test(c, test_finding_json, 0, (int)UTIL_COUNT(hows));
	tcase_add_test(c, test_every_row_is_reached);
	tcase_add_test(c, test_later_never_better);
	suite_add_tcase(s, c);
	return s;
}
