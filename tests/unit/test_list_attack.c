/*
 * Attacks on signed trusted lists: wrapping and every other way to show one thing and sign another,
 * and a change of every octet.
 */
#include "list_scene.h"

/* ---- what is done to a signed list ---- */

/* The part from `from` to the end of `to`, as text. */
static char *
part_of(const struct antin_bytes *text, const char *from, const char *to)
{
	const char *a = memmem(text->p, text->len, from, strlen(from)), *z;
	char *out;

	ck_assert_ptr_nonnull(a);
	z = strstr(a, to);
	ck_assert_ptr_nonnull(z);
	out = strndup(a, (size_t)(z - a) + strlen(to));
	ck_assert_ptr_nonnull(out);
	return out;
}

static void
move_to_object(struct antin_bytes *t)
{
	char *list =
	        part_of(t, "<tsl:TrustServiceProviderList>", "</tsl:TrustServiceProviderList>");

	list_replace(t, list, "");
	list_replace(t, "<ds:Object>", "<ds:Object>@LIST@");
	list_replace(t, "@LIST@", list);
	free(list);
}
/* Our anchor forged to the front, the signed list kept whole inside of the signature. */
static void
wrapped_in_object(struct antin_bytes *t)
{
	char *list = part_of(t, "<tsl:TrustServiceStatusList", "</tsl:SchemeInformation>");

	list_replace(t, "<ds:Object>", "<ds:Object>@LIST@</tsl:TrustServiceStatusList>");
	list_replace(t, "@LIST@", list);
	list_replace(t, "<tsl:TSLSequenceNumber>41<", "<tsl:TSLSequenceNumber>99<");
	free(list);
}
static void
wrapped_by_root(struct antin_bytes *t)
{
	list_replace(t, "<tsl:TrustServiceStatusList", "<x><tsl:TrustServiceStatusList");
	list_replace(t, "</tsl:TrustServiceStatusList>", "</tsl:TrustServiceStatusList></x>");
}
static void
list_in_list(struct antin_bytes *t)
{
	char *start = part_of(t, "<tsl:TrustServiceStatusList", ">");

	list_replace(t, start, "@START@@START@");
	list_replace(t, "@START@", start);
	list_replace(t, "@START@", start);
	list_replace(t, "</tsl:TrustServiceStatusList>",
	             "</tsl:TrustServiceStatusList></tsl:TrustServiceStatusList>");
	free(start);
}
static void
signature_deeper(struct antin_bytes *t)
{
	char *sig = part_of(t, "<ds:Signature ", "</ds:Signature>");

	list_replace(t, sig, "");
	list_replace(t, "<tsl:SchemeName>", "@SIG@<tsl:SchemeName>");
	list_replace(t, "@SIG@", sig);
	free(sig);
}
static void
two_signatures(struct antin_bytes *t)
{
	char *sig = part_of(t, "<ds:Signature ", "</ds:Signature>");

	list_replace(t, sig, "@SIG@@SIG@");
	list_replace(t, "@SIG@", sig);
	list_replace(t, "@SIG@", sig);
	free(sig);
}
static void
signature_in_object(struct antin_bytes *t)
{
	char *sig = part_of(t, "<ds:Signature ", "</ds:Signature>");

	list_replace(t, "<ds:Object>", "<ds:Object>@SIG@");
	list_replace(t, "@SIG@", sig);
	free(sig);
}
static void
no_signature(struct antin_bytes *t)
{
	char *sig = part_of(t, "<ds:Signature ", "</ds:Signature>");

	list_replace(t, sig, "");
	free(sig);
}
static void
two_infos(struct antin_bytes *t)
{
	char *info = part_of(t, "<ds:SignedInfo>", "</ds:SignedInfo>");

	list_replace(t, info, "@I@@I@");
	list_replace(t, "@I@", info);
	list_replace(t, "@I@", info);
	free(info);
}
static void
forged_before(struct antin_bytes *t)
{
	ANTIN_SCOPED(antin_bytes) forged = {0};

	list_add_service(&forged, "CA/QC", "granted", "2020-01-01T00:00:00Z", other, NULL);
	list_replace(t, "<tsl:TSPServices>", "<tsl:TSPServices>@F@");
	list_replace(t, "@F@", antin_bytes_cstr(&forged));
}
static void
cert_swapped(struct antin_bytes *t)
{
	ANTIN_SCOPED(antin_bytes) theirs = {0};
	char *ours = part_of(t, "<ds:X509Certificate>", "</ds:X509Certificate>");

	antin_base64_add(&theirs, other->der);
	list_replace(t, ours, "<ds:X509Certificate>@C@</ds:X509Certificate>");
	list_replace(t, "@C@", antin_bytes_cstr(&theirs));
	free(ours);
}
static void
cert_before(struct antin_bytes *t)
{
	ANTIN_SCOPED(antin_bytes) theirs = {0};

	antin_base64_add(&theirs, other->der);
	list_replace(t, "<ds:X509Data>",
	             "<ds:X509Data><ds:X509Certificate>@C@</ds:X509Certificate>");
	list_replace(t, "@C@", antin_bytes_cstr(&theirs));
}
static void
key_value_alone(struct antin_bytes *t)
{
	char *data = part_of(t, "<ds:X509Data>", "</ds:X509Data>");

	list_replace(t, data, "<ds:KeyValue>AAAA</ds:KeyValue>");
	free(data);
}
static void
properties_moved(struct antin_bytes *t)
{
	list_replace(t, "<xades:QualifyingProperties", "<x><xades:QualifyingProperties");
	list_replace(t, "</xades:QualifyingProperties>", "</xades:QualifyingProperties></x>");
}
static void
value_cut(struct antin_bytes *t)
{
	char *value = part_of(t, "<ds:SignatureValue>", "</ds:SignatureValue>");

	list_replace(t, value, "<ds:SignatureValue>AAAA</ds:SignatureValue>");
	free(value);
}
static void
value_zero(struct antin_bytes *t)
{
	static const uint8_t zero[64];
	char *value = part_of(t, "<ds:SignatureValue>", "</ds:SignatureValue>");

	list_replace(t, value, "<ds:SignatureValue>@SV@</ds:SignatureValue>");
	list_replace_base64(t, "@SV@", (struct antin_slice){zero, 64});
	free(value);
}
static void
value_empty(struct antin_bytes *t)
{
	char *value = part_of(t, "<ds:SignatureValue>", "</ds:SignatureValue>");

	list_replace(t, value, "<ds:SignatureValue/>");
	free(value);
}

static const struct {
	const char *what;
	void (*make)(struct antin_bytes *t);
	enum antin_rc rc;
	const char *from, *to; /* or what is put for what */
} attacks[] = {
        {"services moved into Object", move_to_object, ANTIN_E_BAD_SIGNATURE},
        {"signed list wrapped in Object", wrapped_in_object, ANTIN_E_BAD_SIGNATURE},
        {"another root around", wrapped_by_root, ANTIN_E_FORMAT},
        {"a list in the list", list_in_list, ANTIN_E_FORMAT},
        {"signature deeper", signature_deeper, ANTIN_E_FORMAT},
        {"two signatures", two_signatures, ANTIN_E_FORMAT},
        {"a signature in the signature", signature_in_object, ANTIN_E_FORMAT},
        {"no signature", no_signature, ANTIN_E_FORMAT},
        {"two SignedInfo", two_infos, ANTIN_E_FORMAT},
        {.what = "two Object",
         .from = "<ds:Object>",
         .to = "<ds:Object/><ds:Object>",
         .rc = ANTIN_E_FORMAT},
        {"forged service", forged_before, ANTIN_E_BAD_SIGNATURE},
        {.what = "comment in the number",
         .from = "<tsl:TSLSequenceNumber>41<",
         .to = "<tsl:TSLSequenceNumber>4<!-- -->1<",
         .rc = ANTIN_E_FORMAT},
        {.what = "comment in a status",
         .from = "Svcstatus/granted<",
         .to = "Svcstatus/gran<!--x-->ted<",
         .rc = ANTIN_E_FORMAT},
        {.what = "comment in a digest",
         .from = "<ds:DigestValue>",
         .to = "<ds:DigestValue><!-- -->",
         .rc = ANTIN_E_FORMAT},
        {.what = "comment in the value",
         .from = "<ds:SignatureValue>",
         .to = "<ds:SignatureValue><!-- -->",
         .rc = ANTIN_E_FORMAT},
        {.what = "comment between elements",
         .from = "<tsl:TSPServices>",
         .to = "<tsl:TSPServices><!-- harmless -->",
         .rc = ANTIN_OK},
        {.what = "instruction",
         .from = "<tsl:TSPServices>",
         .to = "<tsl:TSPServices><?antin x?>",
         .rc = ANTIN_E_BAD_SIGNATURE},
        {.what = "instruction outside",
         .from = "<tsl:TrustServiceStatusList",
         .to = "<?antin x?><tsl:TrustServiceStatusList",
         .rc = ANTIN_E_BAD_SIGNATURE},
        {.what = "white space",
         .from = "<tsl:TSPServices>",
         .to = "<tsl:TSPServices> ",
         .rc = ANTIN_E_BAD_SIGNATURE},
        {.what = "attribute with the same Id",
         .from = "<tsl:TSPServices>",
         .to = "<tsl:TSPServices Id=\"props\">",
         .rc = ANTIN_E_BAD_SIGNATURE},
        {.what = "other namespace of the list",
         .from = "http://uri.etsi.org/02231/v2#",
         .to = "http://uri.etsi.org/02231/v3#",
         .rc = ANTIN_E_BAD_SIGNATURE},
        {.what = "other namespace of the signature",
         .from = "xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"",
         .to = "xmlns:ds=\"http://www.w3.org/2000/09/xmldsig\"",
         .rc = ANTIN_E_FORMAT},
        {.what = "number changed",
         .from = "<tsl:TSLSequenceNumber>41<",
         .to = "<tsl:TSLSequenceNumber>42<",
         .rc = ANTIN_E_BAD_SIGNATURE},
        {.what = "the same by a reference",
         .from = "<tsl:TSLSequenceNumber>41<",
         .to = "<tsl:TSLSequenceNumber>4&#49;<",
         .rc = ANTIN_OK},
        {.what = "the same as CDATA",
         .from = "<tsl:TSLSequenceNumber>41<",
         .to = "<tsl:TSLSequenceNumber><![CDATA[41]]><",
         .rc = ANTIN_OK},
        {"certificate swapped", cert_swapped, ANTIN_E_BAD_SIGNATURE},
        {"certificate put before", cert_before, ANTIN_E_BAD_SIGNATURE},
        {"a bare key", key_value_alone, ANTIN_E_FORMAT},
        {.what = "properties changed",
         .from = "2026-11-18T00:00:00Z</xades:SigningTime>",
         .to = "2027-11-18T00:00:00Z</xades:SigningTime>",
         .rc = ANTIN_E_BAD_SIGNATURE},
        {"properties moved", properties_moved, ANTIN_E_FORMAT},
        {"value cut", value_cut, ANTIN_E_BAD_SIGNATURE},
        {"value zero", value_zero, ANTIN_E_BAD_SIGNATURE},
        {"value empty", value_empty, ANTIN_E_FORMAT},
};

START_TEST(test_attack)
{
	ANTIN_SCOPED(antin_bytes) text = {0};
	ANTIN_SCOPED(antin_bundle) b = {0};
	struct antin_err err = {0};

	make(&(struct list_how){0}, &text);
	if (attacks[_i].make)
		attacks[_i].make(&text);
	else
		list_replace(&text, attacks[_i].from, attacks[_i].to);
	ck_assert_msg(read_it(&text, &b, &err) == attacks[_i].rc, "%s: %s", attacks[_i].what,
	              util_line(&err));
	ck_assert_uint_eq(b.content.n_anchors, attacks[_i].rc == ANTIN_OK ? 3 : 0);
	ck_assert_uint_eq(b.origin.sequence, attacks[_i].rc == ANTIN_OK ? 41 : 0);
}
END_TEST

/* ---- every octet ---- */

/* Whatever a change does, it never makes other content acceptable. */
static void
same_or_refused(const struct antin_bytes *text, size_t at, const char *what)
{
	ANTIN_SCOPED(antin_bundle) b = {0};
	struct antin_err err = {0};

	if (read_it(text, &b, &err) != ANTIN_OK)
		return;
	ck_assert_msg(b.origin.sequence == 41 && b.content.n_anchors == 1 &&
	                      strcmp(b.origin.name, "VN:Test list") == 0 &&
	                      memcmp(b.content.anchors[0].cert->sha256, root->sha256, 32) == 0,
	              "%s at %zu", what, at);
}

START_TEST(test_every_octet)
{
	ANTIN_SCOPED(antin_bytes) services = {0};
	ANTIN_SCOPED(antin_bytes) body = {0};
	ANTIN_SCOPED(antin_bytes) text = {0};

	list_add_service(&services, "CA/QC", "granted", "2020-01-01T00:00:00Z", root, NULL);
	list_body(&body, "41", antin_bytes_cstr(&services));
	list_sign(antin_bytes_cstr(&body), &(struct list_how){0}, leaf_key, signer, &text);
	for (size_t i = 0; i < text.len; i++) {
		const uint8_t was = text.p[i];

		text.p[i] = (uint8_t)(was ^ (1u << i % 7));
		same_or_refused(&text, i, "bit");
		text.p[i] = ' ';
		if (i % 4 == 0)
			same_or_refused(&text, i, "space");
		text.p[i] = was;
	}
	for (size_t len = 0; len < text.len - 1; len++) {
		ANTIN_SCOPED(antin_bundle) b = {0};
		struct antin_err err = {0};

		ck_assert_int_ne(antin_list_read((struct antin_slice){text.p, len}, "l", NULL, &b,
		                                 &err),
		                 ANTIN_OK);
	}
}
END_TEST

Suite *suite_list_attack(void);
Suite *
suite_list_attack(void)
{
	Suite *s = suite_create("list_attack");
	TCase *c = tcase_create("list_attack");

	tcase_set_timeout(c, 60);
	tcase_add_unchecked_fixture(c, begin, end);
	tcase_add_loop_test(c, test_attack, 0, (int)UTIL_COUNT(attacks));
	tcase_add_test(c, test_every_octet);
	suite_add_tcase(s, c);
	return s;
}
