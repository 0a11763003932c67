/*
 * Trust bundles: made, read back, kept in a folder where the number never steps back; every octet
 * changed, every lie in the manifest under a good signature, every wrong signer.
 */
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

#include <antin/bundle.h>
#include <antin/zip.h>

#include "scene.h"
#include "util.h"

static struct antin_cert *root, *ca, *signer, *stranger;
static struct antin_key *key, *other;
static char *folder;

static void
begin(void)
{
	make_keys();
	root = pki_cert(pki_ca("State/Root", "State/Root", root_key, root_key));
	ca = pki_cert(pki_ca("Agency/CA", "State/Root", ca_key, root_key));
	signer = pki_cert(pki_leaf("State/Bundles", "State/Root", leaf_key, root_key));
	stranger = pki_cert(pki_leaf("Lạ/Bundles", "Lạ/Bundles", other_key, other_key));
	key = key_over(leaf_key);
	other = key_over(other_key);
	folder = util_scratch();
}

static void
end(void)
{
	util_scratch_remove(folder);
	antin_key_free(key);
	antin_key_free(other);
	antin_cert_free(root);
	antin_cert_free(ca);
	antin_cert_free(signer);
	antin_cert_free(stranger);
	free_keys();
}

static struct antin_bundle_spec
spec_of(const struct antin_trust *t, uint64_t sequence)
{
	return (struct antin_bundle_spec){
	        .name = "Danh sách tin cậy",
	        .sequence = sequence,
	        .as_of = PKI_NOW,
	        .expires = PKI_NOW + 86400,
	        .trust = t,
	        .key = key,
	        .signer = signer,
	};
}

/* Root with limits, CA below it, a CRL and an OCSP answer. */
static void
content(struct antin_trust *t)
{
	const struct antin_anchor a = {
	        .cert = root,
	        .class = ANTIN_CLASS_PUBLIC_SERVICE,
	        .imported = ANTIN_NO_TIME,
	        .limits = {PKI_NOW - 1000, PKI_NOW + 1000, 1u << ANTIN_PURPOSE_SIGN},
	};
	struct antin_crl *crl =
	        pki_crl((struct pki_list){.issuer = "State/Root", .signer = root_key});
	struct antin_ocsp_response *answer = pki_ocsp(
	        (struct pki_answer){.issuer = root, .serial = ca->serial, .signer = root_key});
	struct antin_err err = {0};

	util_ok(antin_trust_add_anchor(t, &a, "root.pem", &err));
	util_ok(antin_certs_add(&t->intermediates, ca, &err));
	util_ok(antin_evidence_add_crl(&t->evidence, crl, "x", &err));
	util_ok(antin_evidence_add_ocsp(&t->evidence, answer, "y", &err));
	antin_crl_free(crl);
	antin_ocsp_response_free(answer);
}

static void
make(uint64_t sequence, struct antin_bytes *out)
{
	ANTIN_SCOPED(antin_trust) t = {0};
	struct antin_bundle_spec s = spec_of(&t, sequence);
	struct antin_err err = {0};

	content(&t);
	util_ok(antin_bundle_write(&s, out, &err));
}

START_TEST(test_round_trip)
{
	ANTIN_SCOPED(antin_bytes) bytes = {0};
	ANTIN_SCOPED(antin_bundle) b = {0};
	const struct antin_anchor *a;
	struct antin_err err = {0};

	make(7, &bytes);
	ck_assert(antin_bundle_is(antin_bytes_slice(&bytes)));
	util_ok(antin_bundle_read(antin_bytes_slice(&bytes), "x.bundle", signer->sha256, &b, &err));
	ck_assert_str_eq(b.origin.name, "Danh sách tin cậy");
	ck_assert_str_eq(b.origin.file, "x.bundle");
	ck_assert_uint_eq(b.origin.sequence, 7);
	ck_assert_int_eq(b.origin.as_of, PKI_NOW);
	ck_assert_int_eq(b.origin.expires, PKI_NOW + 86400);
	ck_assert_int_eq(memcmp(b.origin.signer->sha256, signer->sha256, 32), 0);
	ck_assert_uint_eq(b.content.n_anchors, 1);
	a = &b.content.anchors[0];
	ck_assert_int_eq(memcmp(a->cert->sha256, root->sha256, 32), 0);
	ck_assert_int_eq(a->class, ANTIN_CLASS_PUBLIC_SERVICE);
	ck_assert_int_eq(a->imported, PKI_NOW);
	ck_assert_int_eq(a->limits.from, PKI_NOW - 1000);
	ck_assert_int_eq(a->limits.until, PKI_NOW + 1000);
	ck_assert_uint_eq(a->limits.purposes, 1u << ANTIN_PURPOSE_SIGN);
	ck_assert_uint_eq(b.content.intermediates.n, 1);
	ck_assert_uint_eq(b.content.evidence.n, 2);
	ck_assert_ptr_nonnull(b.content.evidence.items[0].crl);
	ck_assert_ptr_nonnull(b.content.evidence.items[1].ocsp);
}
END_TEST

/* Two spans of one anchor are two rows and one entry. */
START_TEST(test_spans)
{
	ANTIN_SCOPED(antin_trust) t = {0};
	ANTIN_SCOPED(antin_bytes) bytes = {0};
	ANTIN_SCOPED(antin_bundle) b = {0};
	struct antin_anchor a = {.cert = root, .limits = {100, 200, 0}};
	struct antin_bundle_spec s = spec_of(&t, 1);
	struct antin_err err = {0};

	s.expires = ANTIN_NO_TIME;
	util_ok(antin_trust_add_anchor(&t, &a, "r", &err));
	a.limits = (struct antin_limits){300, ANTIN_NO_TIME, 0};
	util_ok(antin_trust_add_anchor(&t, &a, "r", &err));
	util_ok(antin_bundle_write(&s, &bytes, &err));
	util_ok(antin_bundle_read(antin_bytes_slice(&bytes), "b", NULL, &b, &err));
	ck_assert_uint_eq(b.content.n_anchors, 2);
	ck_assert_int_eq(b.origin.expires, ANTIN_NO_TIME);
	{
		static const struct {
			int64_t time;
			bool trusted;
		} rows[] = {{99, false},  {100, true}, {200, true},    {201, false},
		            {299, false}, {300, true}, {PKI_NOW, true}};

		for (size_t i = 0; i < UTIL_COUNT(rows); i++)
			ck_assert_msg((antin_trust_anchor_for(&b.content, root, ANTIN_PURPOSE_SIGN,
			                                      rows[i].time) != NULL) ==
			                      rows[i].trusted,
			              "%d", (int)rows[i].time);
	}
}
END_TEST

START_TEST(test_every_octet)
{
	ANTIN_SCOPED(antin_bytes) bytes = {0};

	make(7, &bytes);
	for (size_t i = 0; i < bytes.len; i++) {
		ANTIN_SCOPED(antin_bundle) b = {0};
		struct antin_err err = {0};

		bytes.p[i] ^= 1;
		ck_assert_msg(antin_bundle_read(antin_bytes_slice(&bytes), "b", signer->sha256, &b,
		                                &err) != ANTIN_OK,
		              "octet %zu", i);
		bytes.p[i] ^= 1;
		ck_assert_uint_eq(b.content.n_anchors, 0);
		ck_assert_ptr_null(b.origin.signer);
	}
	for (size_t len = 0; len < bytes.len; len += 7) {
		ANTIN_SCOPED(antin_bundle) b = {0};
		struct antin_err err = {0};

		ck_assert_int_ne(antin_bundle_read((struct antin_slice){bytes.p, len}, "b", NULL,
		                                   &b, &err),
		                 ANTIN_OK);
	}
}
END_TEST

/* ---- lies under a good signature ---- */

static struct antin_key *by;
static struct antin_cert *as;

static void
sign_manifest(const char *manifest, struct antin_bytes *out)
{
	const struct antin_cades_spec how = {.alg = {ANTIN_ECDSA, ANTIN_SHA256},
	                                     .signer = as,
	                                     .signing_time = PKI_NOW};
	uint8_t digest[ANTIN_DIGEST_MAX];
	struct antin_err err = {0};

	util_ok(antin_digest_of(ANTIN_SHA256, antin_slice_text(manifest), digest, &err));
	util_ok(antin_cades_sign(&how, by, (struct antin_slice){digest, 32}, out, &err));
}

/* An archive of that manifest, really signed, and the root as its only entry. */
static enum antin_rc
read_lie(const char *manifest, const char *entry, struct antin_slice der, struct antin_bundle *b,
         struct antin_err *out)
{
	ANTIN_SCOPED(antin_bytes) cms = {0};
	ANTIN_SCOPED(antin_bytes) bytes = {0};
	ANTIN_SCOPED(antin_zip) z = {0};
	struct antin_err err = {0};

	sign_manifest(manifest, &cms);
	util_ok(antin_zip_add(&z, "manifest.json", antin_slice_text(manifest), &err));
	util_ok(antin_zip_add(&z, "manifest.json.p7s", antin_bytes_slice(&cms), &err));
	if (entry)
		util_ok(antin_zip_add(&z, entry, der, &err));
	util_ok(antin_zip_write(&z, &bytes, &err));
	return antin_bundle_read(antin_bytes_slice(&bytes), "lie.bundle", as->sha256, b, out);
}

#define HEAD                                                                                       \
	"{\"schema\":\"antin.bundle/1\",\"name\":\"a\",\"sequence\":3,\"asOf\":\"2026-11-"         \
	"18T00:00:00Z\""
#define ROW ",\"anchors\":[{\"sha256\":\"%s\""

START_TEST(test_manifests)
{
	static const struct {
		const char *what, *manifest;
		enum antin_rc rc;
		bool with_root; /* the archive holds anchors/ROOT.crt */
	} rows[] = {
	        {"nothing to trust", HEAD "}", ANTIN_OK, false},
	        {"one anchor", HEAD ROW "}]}", ANTIN_OK, true},
	        {"limits", HEAD ROW ",\"purposes\":[\"sign\"],\"class\":\"foreign\"}]}", ANTIN_OK,
	         true},
	        {"entry not named", HEAD "}", ANTIN_E_FORMAT, true},
	        {"entry missing", HEAD ROW "}]}", ANTIN_E_DAMAGED, false},
	        {"anchor named below another", HEAD ",\"intermediates\":[{\"sha256\":\"%s\"}]}",
	         ANTIN_E_DAMAGED, true},
	        {"no JSON", "{", ANTIN_E_FORMAT, false},
	        {"a list", "[]", ANTIN_E_CONFIG, false},
	        {"key twice", HEAD ",\"name\":\"b\"}", ANTIN_E_FORMAT, false},
	        {"unknown key", HEAD ",\"anchor\":[]}", ANTIN_E_CONFIG, false},
	        {"other schema",
	         "{\"schema\":\"antin.bundle/2\",\"name\":\"a\",\"sequence\":3,"
	         "\"asOf\":\"2026-11-18T00:00:00Z\"}",
	         ANTIN_E_UNSUPPORTED, false},
	        {"no number",
	         "{\"schema\":\"antin.bundle/1\",\"name\":\"a\",\"asOf\":\"2026-11-18T00:00:00Z\"}",
	         ANTIN_E_CONFIG, false},
	        {"number 0",
	         "{\"schema\":\"antin.bundle/1\",\"name\":\"a\",\"sequence\":0,"
	         "\"asOf\":\"2026-11-18T00:00:00Z\"}",
	         ANTIN_E_CONFIG, false},
	        {"number -1",
	         "{\"schema\":\"antin.bundle/1\",\"name\":\"a\",\"sequence\":-1,"
	         "\"asOf\":\"2026-11-18T00:00:00Z\"}",
	         ANTIN_E_CONFIG, false},
	        {"number too large",
	         "{\"schema\":\"antin.bundle/1\",\"name\":\"a\",\"sequence\":9007199254740993,"
	         "\"asOf\":\"2026-11-18T00:00:00Z\"}",
	         ANTIN_E_CONFIG, false},
	        {"number a text",
	         "{\"schema\":\"antin.bundle/1\",\"name\":\"a\",\"sequence\":\"3\","
	         "\"asOf\":\"2026-11-18T00:00:00Z\"}",
	         ANTIN_E_CONFIG, false},
	        {"no time", "{\"schema\":\"antin.bundle/1\",\"name\":\"a\",\"sequence\":3}",
	         ANTIN_E_CONFIG, false},
	        {"no such time",
	         "{\"schema\":\"antin.bundle/1\",\"name\":\"a\",\"sequence\":3,\"asOf\":\"soon\"}",
	         ANTIN_E_USAGE, false},
	        {"signer too young for it",
	         "{\"schema\":\"antin.bundle/1\",\"name\":\"a\",\"sequence\":3,"
	         "\"asOf\":\"2001-01-01T00:00:00Z\"}",
	         ANTIN_E_POLICY, false},
	        {"signer expired by then",
	         "{\"schema\":\"antin.bundle/1\",\"name\":\"a\",\"sequence\":3,"
	         "\"asOf\":\"2101-01-01T00:00:00Z\"}",
	         ANTIN_E_POLICY, false},
	        {"anchors no list", HEAD ",\"anchors\":{}}", ANTIN_E_CONFIG, false},
	        {"row no object", HEAD ",\"anchors\":[1]}", ANTIN_E_CONFIG, false},
	        {"row without hash", HEAD ",\"anchors\":[{}]}", ANTIN_E_CONFIG, false},
	        {"hash too short", HEAD ",\"anchors\":[{\"sha256\":\"00\"}]}", ANTIN_E_CONFIG,
	         false},
	        {"hash no hex",
	         HEAD ",\"anchors\":[{\"sha256\":\"zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz"
	              "zzzzzzzzzzzzzzzz\"}]}",
	         ANTIN_E_FORMAT, false},
	        {"unknown limit", HEAD ROW ",\"trustedAfter\":\"2026-01-01\"}]}", ANTIN_E_CONFIG,
	         true},
	        {"unknown purpose", HEAD ROW ",\"purposes\":[\"all\"]}]}", ANTIN_E_CONFIG, true},
	        {"no purpose", HEAD ROW ",\"purposes\":[]}]}", ANTIN_E_CONFIG, true},
	        {"unknown class", HEAD ROW ",\"class\":\"friend\"}]}", ANTIN_E_CONFIG, true},
	        {"from after until",
	         HEAD ROW ",\"trustedFrom\":\"2026-02-01T00:00:00Z\",\"trustedUntil\":\"2026-01-01T"
	                  "00:00:00Z\"}]}",
	         ANTIN_E_CONFIG, true},
	        {"limit of an intermediate",
	         HEAD ",\"intermediates\":[{\"sha256\":\"%s\",\"class\":\"foreign\"}]}",
	         ANTIN_E_CONFIG, false},
	};
	char hex[65], entry[ANTIN_ZIP_NAME], manifest[1024];

	by = key;
	as = signer;
	(void)antin_hex_text((struct antin_slice){root->sha256, 32}, hex, sizeof(hex));
	(void)snprintf(entry, sizeof(entry), "anchors/%s.crt", hex);
	for (size_t i = 0; i < UTIL_COUNT(rows); i++) {
		ANTIN_SCOPED(antin_bundle) b = {0};
		struct antin_err err = {0};
		const char *at = strstr(rows[i].manifest, "%s");
		size_t before = at ? (size_t)(at - rows[i].manifest) : 0;
		enum antin_rc rc;

		(void)snprintf(manifest, sizeof(manifest), "%.*s%s%s", (int)before,
		               rows[i].manifest, at ? hex : "", at ? at + 2 : rows[i].manifest);
		rc = read_lie(manifest, rows[i].with_root ? entry : NULL, root->der, &b, &err);
		ck_assert_msg(rc == rows[i].rc, "%s: %s", rows[i].what, util_line(&err));
		if (rc == ANTIN_OK)
			continue;
		ck_assert_uint_eq(b.content.n_anchors, 0);
		ck_assert_str_eq(err.file, "lie.bundle");
	}
}
END_TEST

/* What the archive holds under a name is not what the name says, or may be no anchor. */
START_TEST(test_entries)
{
	struct antin_cert *leaf = pki_cert(pki_leaf("a/leaf", "State/Root", leaf_key, root_key));
	const struct {
		const char *what;
		struct antin_slice named, there;
		enum antin_rc rc;
	} rows[] = {
	        {"another certificate", root->der, ca->der, ANTIN_E_DAMAGED},
	        {"cut", root->der, {root->der.p, root->der.len - 1}, ANTIN_E_DAMAGED},
	        {"no certificate", UTIL_LITERAL("x"), UTIL_LITERAL("x"), ANTIN_E_FORMAT},
	        {"an end certificate", leaf->der, leaf->der, ANTIN_E_POLICY},
	        {"an authority below", ca->der, ca->der, ANTIN_OK},
	};

	by = key;
	as = signer;
	for (size_t i = 0; i < UTIL_COUNT(rows); i++) {
		ANTIN_SCOPED(antin_bundle) b = {0};
		struct antin_err err = {0};
		uint8_t hash[32];
		char hex[65], entry[ANTIN_ZIP_NAME], manifest[400];

		util_ok(antin_sha256(rows[i].named, hash, &err));
		(void)antin_hex_text((struct antin_slice){hash, 32}, hex, sizeof(hex));
		(void)snprintf(entry, sizeof(entry), "anchors/%s.crt", hex);
		(void)snprintf(manifest, sizeof(manifest), HEAD ROW "}]}", hex);
		ck_assert_msg(read_lie(manifest, entry, rows[i].there, &b, &err) == rows[i].rc,
		              "%s: %s", rows[i].what, util_line(&err));
	}
	antin_cert_free(leaf);
}
END_TEST

/* Who may sign: the one that is pinned, with a certificate that is made for it. */
START_TEST(test_signers)
{
	struct pki_spec enciphering = pki_leaf("State/Bundles", "State/Root", leaf_key, root_key);
	struct antin_cert *no_sign;
	const char manifest[] = HEAD "}";
	ANTIN_SCOPED(antin_bundle) b = {0};
	struct antin_err err = {0};

	enciphering.usage = 1u << ANTIN_KU_KEY_ENCIPHERMENT;
	no_sign = pki_cert(enciphering);
	by = key;
	as = no_sign;
	util_fails(read_lie(manifest, NULL, root->der, &b, &err), ANTIN_E_POLICY);
	antin_err_clear(&err);
	antin_cert_free(no_sign);
	{
		/* Somebody else's sound bundle, and the same with our certificate put on it. */
		ANTIN_SCOPED(antin_bytes) cms = {0};
		ANTIN_SCOPED(antin_bytes) bytes = {0};
		ANTIN_SCOPED(antin_zip) z = {0};

		by = other;
		as = stranger;
		sign_manifest(manifest, &cms);
		util_ok(antin_zip_add(&z, "manifest.json", antin_slice_text(manifest), &err));
		util_ok(antin_zip_add(&z, "manifest.json.p7s", antin_bytes_slice(&cms), &err));
		util_ok(antin_zip_write(&z, &bytes, &err));
		util_fails(antin_bundle_read(antin_bytes_slice(&bytes), "b", signer->sha256, &b,
		                             &err),
		           ANTIN_E_KEY_MISMATCH);
		antin_err_clear(&err);
		util_ok(antin_bundle_read(antin_bytes_slice(&bytes), "b", NULL, &b, &err));
	}
}
END_TEST

START_TEST(test_not_bundles)
{
	static const char *const first[] = {"manifest.json.p7s", "x.json", "manifest.json"};
	static const char *const second[] = {"manifest.json", "manifest.json.p7s", "x.p7s"};

	for (size_t i = 0; i < UTIL_COUNT(first); i++) {
		ANTIN_SCOPED(antin_zip) z = {0};
		ANTIN_SCOPED(antin_bytes) bytes = {0};
		ANTIN_SCOPED(antin_bundle) b = {0};
		struct antin_err err = {0};

		util_ok(antin_zip_add(&z, first[i], UTIL_LITERAL("{}"), &err));
		util_ok(antin_zip_add(&z, second[i], UTIL_LITERAL("{}"), &err));
		util_ok(antin_zip_write(&z, &bytes, &err));
		util_fails(antin_bundle_read(antin_bytes_slice(&bytes), "b", NULL, &b, &err),
		           ANTIN_E_FORMAT);
	}
	ck_assert(!antin_bundle_is(UTIL_LITERAL("-----BEGIN")));
	ck_assert(!antin_bundle_is(UTIL_LITERAL("PK")));
}
END_TEST

/* ---- in a folder ---- */

static enum antin_rc
store_at(const struct antin_bytes *bytes, int64_t now, struct antin_err *err)
{
	ANTIN_SCOPED(antin_bundle) b = {0};
	enum antin_rc rc =
	        antin_bundle_read(antin_bytes_slice(bytes), "in", signer->sha256, &b, err);

	return rc == ANTIN_OK ? antin_bundle_store(folder, &b, antin_bytes_slice(bytes), now, err)
	                      : rc;
}

static enum antin_rc
store(const struct antin_bytes *bytes, struct antin_err *err)
{
	return store_at(bytes, PKI_NOW, err);
}

static uint64_t
stored_sequence(void)
{
	ANTIN_SCOPED(antin_trust) t = {0};
	struct antin_err err = {0};

	util_ok(antin_trust_configured(&t, folder, &err));
	return t.n_origins ? t.origins[0]->sequence : 0;
}

static bool
pinned(struct antin_cert *by_whom)
{
	return antin_bundle_pinned(folder,
	                           &(struct antin_origin){.kind = "bundle", .signer = by_whom});
}

START_TEST(test_never_back)
{
	ANTIN_SCOPED(antin_bytes) five = {0};
	ANTIN_SCOPED(antin_bytes) other_five = {0};
	ANTIN_SCOPED(antin_bytes) nine = {0};
	ANTIN_SCOPED(antin_trust) nothing = {0};
	struct antin_bundle_spec s = spec_of(&nothing, 5);
	struct antin_err err = {0};

	make(5, &five);
	make(9, &nine);
	util_ok(antin_bundle_write(&s, &other_five, &err));
	ck_assert(!pinned(signer));
	util_ok(store(&five, &err));
	ck_assert(pinned(signer));
	ck_assert(!pinned(stranger));
	ck_assert_uint_eq(stored_sequence(), 5);
	util_fails(store(&five, &err), ANTIN_E_STATE);
	antin_err_clear(&err);
	util_fails(store(&other_five, &err), ANTIN_E_POLICY);
	antin_err_clear(&err);
	util_ok(store(&nine, &err));
	ck_assert_uint_eq(stored_sequence(), 9);
	util_fails(store(&five, &err), ANTIN_E_POLICY);
	ck_assert_ptr_nonnull(strstr(util_line(&err), "number 5"));
	ck_assert_ptr_nonnull(strstr(util_line(&err), "with 9"));
	ck_assert_uint_eq(stored_sequence(), 9);
}
END_TEST

/*
 * Its own word for its time is not enough: the signer's certificate must hold when it is taken, and
 * time must not go back.  What was taken counts on after the certificate's end.
 */
START_TEST(test_when_taken)
{
	static const struct {
		int64_t as_of, now; /* of the second; PKI_NOW for the first */
		bool first;
		const char *words; /* of the refusal; NULL: taken */
	} rows[] = {
	        {PKI_NOW, PKI_NOW + PKI_YEAR, false, NULL},
	        {PKI_NOW, PKI_NOW + PKI_YEAR + 1, false, "ended on"},
	        {PKI_NOW, PKI_NOW + PKI_YEAR, true, NULL},
	        {PKI_NOW + 9, PKI_NOW + PKI_YEAR + 1, true, "earlier date"},
	        {PKI_NOW - 1, PKI_NOW + 60, true, "older state"},
	        {PKI_NOW + 86400, PKI_NOW, true, NULL},
	        {PKI_NOW + 86401, PKI_NOW, true, "still to come"},
	        {PKI_NOW + 86401, PKI_NOW, false, "still to come"},
	};
	ANTIN_SCOPED(antin_bytes) five = {0};
	ANTIN_SCOPED(antin_bytes) nine = {0};
	ANTIN_SCOPED(antin_trust) nothing = {0};
	struct antin_bundle_spec s = spec_of(&nothing, 9);
	struct antin_err err = {0};

	s.as_of = rows[_i].as_of;
	s.expires = ANTIN_NO_TIME;
	make(5, &five);
	util_ok(antin_bundle_write(&s, &nine, &err));
	if (rows[_i].first)
		util_ok(store(&five, &err));
	if (!rows[_i].words) {
		util_ok(store_at(&nine, rows[_i].now, &err));
		util_fails(store_at(&nine, PKI_NOW + 2 * PKI_YEAR, &err), ANTIN_E_STATE);
	} else {
		util_fails(store_at(&nine, rows[_i].now, &err), ANTIN_E_POLICY);
		ck_assert_msg(strstr(util_line(&err), rows[_i].words) != NULL, "%s",
		              util_line(&err));
	}
	ck_assert_uint_eq(stored_sequence(), !rows[_i].words ? 9 : rows[_i].first ? 5 : 0);
}
END_TEST

/* What could not be written leaves the former one whole, and nothing beside it. */
START_TEST(test_failed_store)
{
	ANTIN_SCOPED(antin_bytes) five = {0};
	ANTIN_SCOPED(antin_bytes) nine = {0};
	struct rlimit limit = {100, RLIM_INFINITY};
	struct antin_err err = {0};

	make(5, &five);
	make(9, &nine);
	util_ok(store(&five, &err));
	ck_assert_ptr_ne(signal(SIGXFSZ, SIG_IGN), SIG_ERR);
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
	ck_assert_int_ne(store(&nine, &err), ANTIN_OK);
	limit.rlim_cur = RLIM_INFINITY;
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
	ck_assert_uint_eq(stored_sequence(), 5);
	ck_assert_uint_eq(util_entries(util_path(folder, "signed")), 1);
}
END_TEST

START_TEST(test_configured)
{
	ANTIN_SCOPED(antin_bytes) bytes = {0};
	ANTIN_SCOPED(antin_trust) t = {0};
	const struct antin_anchor *a;
	struct antin_err err = {0};

	make(5, &bytes);
	util_ok(store(&bytes, &err));
	util_ok(antin_trust_configured(&t, folder, &err));
	ck_assert_uint_eq(t.n_anchors, 1);
	a = antin_trust_anchor(&t, root);
	ck_assert_ptr_eq(a->origin, t.origins[0]);
	ck_assert_str_eq(a->origin->kind, "bundle");
	ck_assert_uint_eq(t.intermediates.n, 1);
	ck_assert_uint_eq(t.evidence.n, 2);
	/* Twice is once. */
	util_ok(antin_trust_configured(&t, folder, &err));
	ck_assert_uint_eq(t.n_origins, 1);
	ck_assert_uint_eq(t.n_anchors, 1);
}
END_TEST

/* Of the user's and the administrator's copy the later one counts, wherever it is. */
START_TEST(test_two_folders)
{
	for (int later_first = 0; later_first < 2; later_first++) {
		ANTIN_SCOPED(antin_bytes) full = {0};
		ANTIN_SCOPED(antin_bytes) none = {0};
		ANTIN_SCOPED(antin_bundle) a = {0};
		ANTIN_SCOPED(antin_bundle) b = {0};
		ANTIN_SCOPED(antin_trust) nothing = {0};
		ANTIN_SCOPED(antin_trust) t = {0};
		struct antin_bundle_spec s = spec_of(&nothing, 9);
		struct antin_err err = {0};

		make(5, &full);
		util_ok(antin_bundle_write(&s, &none, &err));
		util_ok(antin_bundle_read(antin_bytes_slice(&full), "a", NULL, &a, &err));
		util_ok(antin_bundle_read(antin_bytes_slice(&none), "b", NULL, &b, &err));
		util_ok(antin_bundle_join(&t, later_first ? &b : &a, &err));
		util_ok(antin_bundle_join(&t, later_first ? &a : &b, &err));
		ck_assert_uint_eq(t.n_origins, 1);
		ck_assert_uint_eq(t.origins[0]->sequence, 9);
		ck_assert_uint_eq(t.n_anchors, 0); /* number 9 took the anchor back */
	}
}
END_TEST

/* An anchor that somebody compared himself is not narrowed by a bundle. */
START_TEST(test_own_anchor_first)
{
	ANTIN_SCOPED(antin_bytes) bytes = {0};
	ANTIN_SCOPED(antin_trust) t = {0};
	struct antin_err err = {0};

	make(5, &bytes);
	util_ok(store(&bytes, &err));
	util_ok(antin_trust_import(folder, root, ANTIN_CLASS_FOREIGN, PKI_NOW, &err));
	util_ok(antin_trust_configured(&t, folder, &err));
	ck_assert_uint_eq(t.n_anchors, 1);
	ck_assert_ptr_null(t.anchors[0].origin);
	ck_assert_ptr_nonnull(antin_trust_anchor_for(&t, root, ANTIN_PURPOSE_TIMESTAMP, 1));
}
END_TEST

/* Whatever is wrong in signed/ is an error, never less trust or more without a word. */
START_TEST(test_broken_folder)
{
	ANTIN_SCOPED(antin_bytes) good = {0};
	char hex[80], right[90], wrong[90];
	struct antin_err err = {0};
	const struct {
		const char *name;
		size_t cut; /* octets taken from the end */
		enum antin_rc rc;
	} rows[] = {
	        {right, 0, ANTIN_OK},
	        {right, 1, ANTIN_E_FORMAT},
	        {wrong, 0, ANTIN_E_KEY_MISMATCH},
	        {"mine.bundle", 0, ANTIN_E_CONFIG},
	        {"README", 0, ANTIN_OK},
	        {".hidden.bundle", 0, ANTIN_OK},
	};

	make(5, &good);
	(void)antin_hex_text((struct antin_slice){signer->sha256, 32}, hex, sizeof(hex));
	(void)snprintf(right, sizeof(right), "%s.bundle", hex);
	(void)antin_hex_text((struct antin_slice){stranger->sha256, 32}, hex, sizeof(hex));
	(void)snprintf(wrong, sizeof(wrong), "%s.bundle", hex);
	util_ok(antin_folder_make(util_path(folder, "signed"), &err));
	for (size_t i = 0; i < UTIL_COUNT(rows); i++) {
		ANTIN_SCOPED(antin_trust) t = {0};
		char path[400];

		(void)snprintf(path, sizeof(path), "%s/signed/%s", folder, rows[i].name);
		util_write(path, (struct antin_slice){good.p, good.len - rows[i].cut});
		ck_assert_msg(antin_trust_configured(&t, folder, &err) == rows[i].rc, "%s: %s",
		              rows[i].name, util_line(&err));
		antin_err_clear(&err);
		ck_assert_int_eq(unlink(path), 0);
	}
}
END_TEST

START_TEST(test_limits)
{
	static const struct {
		struct antin_limits l;
		enum antin_purpose purpose;
		int64_t time;
		bool allowed;
	} rows[] = {
	        {{ANTIN_NO_TIME, ANTIN_NO_TIME, 0}, ANTIN_PURPOSE_SIGN, 5, true},
	        {{5, ANTIN_NO_TIME, 0}, ANTIN_PURPOSE_SIGN, 5, true},
	        {{6, ANTIN_NO_TIME, 0}, ANTIN_PURPOSE_SIGN, 5, false},
	        {{ANTIN_NO_TIME, 5, 0}, ANTIN_PURPOSE_SIGN, 5, true},
	        {{ANTIN_NO_TIME, 4, 0}, ANTIN_PURPOSE_SIGN, 5, false},
	        {{1, 9, 1u << ANTIN_PURPOSE_SIGN}, ANTIN_PURPOSE_SIGN, 5, true},
	        {{1, 9, 1u << ANTIN_PURPOSE_SIGN}, ANTIN_PURPOSE_TIMESTAMP, 5, false},
	        {{1, 9, 1u << ANTIN_PURPOSE_SIGN}, ANTIN_PURPOSE_ANY, 5, true},
	        {{1, 9, 1u << ANTIN_PURPOSE_SIGN}, ANTIN_PURPOSE_ANY, 10, false},
	        {{1, 9, 3u << ANTIN_PURPOSE_SIGN}, ANTIN_PURPOSE_TLS_SERVER, 5, true},
	};

	for (size_t i = 0; i < UTIL_COUNT(rows); i++)
		ck_assert_msg(antin_limits_allow(&rows[i].l, rows[i].purpose, rows[i].time) ==
		                      rows[i].allowed,
		              "row %zu", i);
}
END_TEST

Suite *suite_bundle(void);
Suite *
suite_bundle(void)
{
	Suite *s = suite_create("bundle");
	TCase *c = tcase_create("bundle");

	tcase_set_timeout(c, 30);
	tcase_add_checked_fixture(c, begin, end);
	tcase_add_test(c, test_round_trip);
	tcase_add_test(c, test_spans);
	tcase_add_test(c, test_every_octet);
	tcase_add_test(c, test_manifests);
	tcase_add_test(c, test_entries);
	tcase_add_test(c, test_signers);
	tcase_add_test(c, test_not_bundles);
	tcase_add_test(c, test_never_back);
	tcase_add_loop_test(c, test_when_taken, 0, 8);
	tcase_add_test(c, test_failed_store);
	tcase_add_test(c, test_configured);
	tcase_add_test(c, test_two_folders);
	tcase_add_test(c, test_own_anchor_first);
	tcase_add_test(c, test_broken_folder);
	tcase_add_test(c, test_limits);
	suite_add_tcase(s, c);
	return s;
}
