/*
 * antin cert show: a certificate in words, without judging it.
 */
#include "cli.h"

#include <arpa/inet.h>
#include <string.h>

#include <antin/cert.h>
#include <antin/text.h>

struct word {
	const char *key;  /* OID, or name in JSON */
	const char *text; /* for people */
};

/* By bit number (RFC 5280 4.2.1.3). */
static const struct word usages[] = {
        {"digitalSignature", N_("digital signature")}, {"nonRepudiation", N_("non-repudiation")},
        {"keyEncipherment", N_("key encryption")},     {"dataEncipherment", N_("data encryption")},
        {"keyAgreement", N_("key agreement")},         {"keyCertSign", N_("signing certificates")},
        {"cRLSign", N_("signing revocation lists")},   {"encipherOnly", N_("encryption only")},
        {"decipherOnly", N_("decryption only")},
};

static const struct word purposes[] = {
        {"1.3.6.1.5.5.7.3.1", N_("web server")},
        {"1.3.6.1.5.5.7.3.2", N_("login to web servers")},
        {"1.3.6.1.5.5.7.3.3", N_("signing programs")},
        {"1.3.6.1.5.5.7.3.4", N_("e-mail")},
        {"1.3.6.1.5.5.7.3.8", N_("time stamps")},
        {"1.3.6.1.5.5.7.3.9", N_("answers about revocation")},
        {"1.3.6.1.5.5.7.3.36", N_("signing documents")},
        {"1.3.6.1.4.1.311.10.3.12", N_("signing documents")},
        {"1.3.6.1.4.1.311.20.2.2", N_("login to computers with a smart card")},
        {"2.5.29.37.0", N_("any purpose")},
};

static const struct word extensions[] = {
        {"2.5.29.9", "subjectDirectoryAttributes"},
        {"2.5.29.14", "subjectKeyIdentifier"},
        {"2.5.29.15", "keyUsage"},
        {"2.5.29.16", "privateKeyUsagePeriod"},
        {"2.5.29.17", "subjectAltName"},
        {"2.5.29.18", "issuerAltName"},
        {"2.5.29.19", "basicConstraints"},
        {"2.5.29.30", "nameConstraints"},
        {"2.5.29.31", "cRLDistributionPoints"},
        {"2.5.29.32", "certificatePolicies"},
        {"2.5.29.33", "policyMappings"},
        {"2.5.29.35", "authorityKeyIdentifier"},
        {"2.5.29.36", "policyConstraints"},
        {"2.5.29.37", "extKeyUsage"},
        {"2.5.29.46", "freshestCRL"},
        {"2.5.29.54", "inhibitAnyPolicy"},
        {"1.3.6.1.5.5.7.1.1", "authorityInfoAccess"},
        {"1.3.6.1.5.5.7.1.3", "qcStatements"},
        {"1.3.6.1.5.5.7.1.11", "subjectInfoAccess"},
        {"1.3.6.1.5.5.7.48.1.5", "ocspNoCheck"},
        {"2.16.840.1.113730.1.1", "netscapeCertType"},
        {"2.16.840.1.113730.1.4", "netscapeCaRevocationUrl"},
        {"2.16.840.1.113730.1.13", "netscapeComment"},
};

/* What else stands in extensions. */
static const struct word others[] = {
        {"1.3.6.1.5.5.7.48.1", "ocsp"},
        {"1.3.6.1.5.5.7.48.2", "caIssuers"},
        {"1.3.6.1.5.5.7.2.1", "cps"},
        {"1.3.6.1.5.5.7.2.2", "userNotice"},
        {"2.5.29.32.0", "anyPolicy"},
        {"1.3.6.1.5.5.7.3.1", "serverAuth"},
        {"1.3.6.1.5.5.7.3.2", "clientAuth"},
        {"1.3.6.1.5.5.7.3.3", "codeSigning"},
        {"1.3.6.1.5.5.7.3.4", "emailProtection"},
        {"1.3.6.1.5.5.7.3.8", "timeStamping"},
        {"1.3.6.1.5.5.7.3.9", "OCSPSigning"},
        {"1.3.6.1.5.5.7.3.36", "documentSigning"},
        {"1.3.6.1.4.1.311.20.2.2", "smartcardLogon"},
        {"1.3.6.1.5.5.7.8.9", "smtpUTF8Mailbox"},
        {"1.3.6.1.4.1.311.20.2.3", "userPrincipalName"},
        {"2.5.4.3", "CN"},
        {"2.5.4.6", "C"},
        {"2.5.4.10", "O"},
        {"2.5.4.11", "OU"},
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const char *
word_of(const struct word *words, size_t n, const char *key)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(words[i].key, key) == 0)
			return words[i].text;
	return NULL;
}

/* What the parts of subjectAltName are called in JSON and by people. */
static const struct {
	uint8_t tag;
	const char *key, *text;
} kinds[] = {
        {ANTIN_NAME_EMAIL, "email", N_("E-mail")},
        {ANTIN_NAME_DNS, "dns", N_("Host name")},
        {ANTIN_NAME_IP, "ip", N_("Network address")},
        {ANTIN_NAME_URI, "uri", N_("Address")},
        {ANTIN_NAME_DIRECTORY, "directory", N_("Other name")},
};

static const struct {
	const char *which, *key, *text;
} addresses[] = {
        {"aia-issuers", "issuers", N_("Issuer's certificate")},
        {"aia-ocsp", "ocsp", N_("Revocation service")},
        {"cdp", "crl", N_("Revocation list")},
};

enum { LABEL_WIDTH = 22 };

/* A line "Label:   value"; the value is safe already. */
static void
row(struct cli *c, const char *label, struct antin_slice value)
{
	size_t width = antin_text_characters(antin_slice_text(label)) + 1;

	cli_say(c, "%s:%*s%.*s\n", label, width < LABEL_WIDTH ? (int)(LABEL_WIDTH - width) : 1, "",
	        (int)value.len, value.p ? (const char *)value.p : "");
}

static void
row_text(struct cli *c, const char *label, const char *value)
{
	row(c, label, antin_slice_text(value));
}

static void
row_name(struct cli *c, const char *label, struct antin_slice name)
{
	ANTIN_SCOPED(antin_bytes) text = {0};

	antin_name_text_add(&text, name);
	row(c, label, antin_bytes_slice(&text));
}

static const char *
term_of(const struct cli *c, const struct antin_cert *cert)
{
	if (c->now < cert->not_before)
		return "not-begun";
	return c->now > cert->not_after ? "ended" : "current";
}

static void
show_term(struct cli *c, const struct antin_cert *cert)
{
	static const struct word terms[] = {
	        {"not-begun", N_("its term has not begun")},
	        {"current", N_("within its term; revocation was not asked")},
	        {"ended", N_("its term has ended")},
	};
	char text[ANTIN_TIME_CAP];

	row_text(c, _("From"), antin_time_people(cert->not_before, ANTIN_VIETNAM_OFFSET, text));
	row_text(c, _("Until"), antin_time_people(cert->not_after, ANTIN_VIETNAM_OFFSET, text));
	row_text(c, _("Term"), _(word_of(terms, COUNT(terms), term_of(c, cert))));
}

/* The parts of a certificate that may be of a kind we do not take: then the reason is shown. */
static void
key_text(struct antin_cert *cert, antin_translate_fn *tr, struct antin_bytes *out)
{
	const struct antin_public *key;
	struct antin_err err = {0};
	char line[512];

	if (antin_cert_public(cert, &key, &err) == ANTIN_OK)
		antin_bytes_text(out, antin_public_name(key));
	else
		antin_bytes_text(out, antin_err_frame_text(&err, 0, tr, line, sizeof(line)));
}

static void
sigalg_text(const struct antin_cert *cert, antin_translate_fn *tr, struct antin_bytes *out)
{
	struct antin_sigalg a;
	struct antin_err err = {0};
	char line[512];

	if (antin_sigalg_read(cert->sigalg, &a, &err) == ANTIN_OK)
		antin_bytes_text(out, antin_sigalg_name(a));
	else
		antin_bytes_text(out, antin_err_frame_text(&err, 0, tr, line, sizeof(line)));
}

static void
show_key(struct cli *c, struct antin_cert *cert)
{
	ANTIN_SCOPED(antin_bytes) key = {0};
	ANTIN_SCOPED(antin_bytes) sigalg = {0};
	char number[32];

	key_text(cert, cli_translate, &key);
	sigalg_text(cert, cli_translate, &sigalg);
	row(c, _("Key"), antin_bytes_slice(&key));
	row(c, _("Signed with"), antin_bytes_slice(&sigalg));
	row_text(c, _("Authority"), cert->is_ca ? _("yes") : _("no"));
	if (cert->path_len >= 0) {
		(void)snprintf(number, sizeof(number), "%lld", (long long)cert->path_len);
		row_text(c, _("Authorities below it"), number);
	}
}

static void
show_usage(struct cli *c, const struct antin_cert *cert)
{
	ANTIN_SCOPED(antin_bytes) usage = {0};
	ANTIN_SCOPED(antin_bytes) purpose = {0};
	struct antin_in list = antin_in_of(cert->eku);
	struct antin_slice oid;
	char dotted[128];

	for (size_t i = 0; i < COUNT(usages); i++)
		if (cert->key_usage & (uint32_t)1 << i)
			antin_bytes_printf(&usage, "%s%s", usage.len ? ", " : "",
			                   _(usages[i].text));
	while (antin_der_take(&list, ANTIN_OID, &oid)) {
		const char *text;

		(void)antin_oid_text(oid, dotted, sizeof(dotted));
		text = word_of(purposes, COUNT(purposes), dotted);
		antin_bytes_printf(&purpose, "%s%s", purpose.len ? ", " : "",
		                   text ? _(text) : dotted);
	}
	if (cert->has_key_usage)
		row(c, _("Key usage"), antin_bytes_slice(&usage));
	if (cert->has_eku)
		row(c, _("Purposes"), antin_bytes_slice(&purpose));
}

/* One GeneralName as safe text. */
static void
alt_text(const struct antin_tlv *name, struct antin_bytes *out)
{
	char text[64];
	int family = name->value.len == 4 ? AF_INET : AF_INET6;

	if (name->tag == ANTIN_NAME_DIRECTORY)
		antin_name_text_add(out, name->value);
	else if (name->tag == ANTIN_NAME_IP && (name->value.len == 4 || name->value.len == 16))
		antin_bytes_text(out, inet_ntop(family, name->value.p, text, sizeof(text)));
	else if (name->tag == ANTIN_NAME_IP)
		antin_hex_add(out, name->value);
	else
		antin_text_safe_add(out, name->value, ANTIN_SAFE_MAX);
}

static void
show_alt_names(struct cli *c, const struct antin_cert *cert)
{
	struct antin_in names;
	struct antin_tlv name;

	if (!antin_cert_alt_names(cert, &names))
		return;
	while (antin_der_next(&names, &name))
		for (size_t i = 0; i < COUNT(kinds); i++) {
			ANTIN_SCOPED(antin_bytes) text = {0};

			if (kinds[i].tag != name.tag)
				continue;
			alt_text(&name, &text);
			row(c, _(kinds[i].text), antin_bytes_slice(&text));
		}
}

/* Each line of `lines` as a row of its own. */
static void
show_lines(struct cli *c, const char *label, const struct antin_bytes *lines)
{
	struct antin_in in = antin_in_of(antin_bytes_slice(lines));

	while (in.p < in.end) {
		const uint8_t *end = memchr(in.p, '\n', antin_in_left(&in));

		row(c, label, (struct antin_slice){in.p, (size_t)(end - in.p)});
		in.p = end + 1;
	}
}

static const char *
other_word(const char *dotted)
{
	return word_of(others, COUNT(others), dotted);
}

/* Every extension as it stands there, also those that are shown in words above. */
static void
show_extension(struct cli *c, const struct antin_ext *e)
{
	ANTIN_SCOPED(antin_bytes) text = {0};
	char dotted[128];
	const char *name;

	(void)antin_oid_text(e->oid, dotted, sizeof(dotted));
	name = word_of(extensions, COUNT(extensions), dotted);
	if (e->critical && !name)
		row_text(c, _("Critical, not known"), dotted);
	antin_bytes_printf(&text, "%s%s: ", name ? name : dotted, e->critical ? " (critical)" : "");
	antin_der_text_add(&text, e->value, other_word);
	row(c, _("Extension"), antin_bytes_slice(&text));
}

static void
show_rest(struct cli *c, const struct antin_cert *cert)
{
	ANTIN_SCOPED(antin_bytes) policies = {0};
	char groups[100];

	antin_cert_policies(cert, &policies);
	show_lines(c, _("Policy"), &policies);
	for (size_t i = 0; i < COUNT(addresses); i++) {
		ANTIN_SCOPED(antin_bytes) lines = {0};

		antin_cert_uris(cert, addresses[i].which, &lines);
		show_lines(c, _(addresses[i].text), &lines);
	}
	for (size_t i = 0; i < cert->n_exts; i++)
		show_extension(c, &cert->exts[i]);
	row_text(c, "SHA-256",
	         antin_hex_groups((struct antin_slice){cert->sha256, 32}, groups, sizeof(groups)));
}

static void
show_text(struct cli *c, struct antin_cert *cert)
{
	char serial[200];

	row_name(c, _("Subject"), cert->subject);
	row_name(c, _("Issuer"), cert->issuer);
	row_text(c, _("Serial number"), antin_hex_groups(cert->serial, serial, sizeof(serial)));
	show_term(c, cert);
	show_key(c, cert);
	show_usage(c, cert);
	show_alt_names(c, cert);
	show_rest(c, cert);
}

static json_t *
json_of(const struct antin_bytes *b)
{
	return json_stringn(b->p ? (const char *)b->p : "", b->len);
}

static json_t *
json_lines(const struct antin_bytes *lines)
{
	struct antin_in in = antin_in_of(antin_bytes_slice(lines));
	json_t *list = json_array();

	while (in.p < in.end) {
		const uint8_t *end = memchr(in.p, '\n', antin_in_left(&in));

		(void)json_array_append_new(list,
		                            json_stringn((const char *)in.p, (size_t)(end - in.p)));
		in.p = end + 1;
	}
	return list;
}

static json_t *
json_usages(const struct antin_cert *cert)
{
	json_t *list = json_array();

	for (size_t i = 0; i < COUNT(usages); i++)
		if (cert->key_usage & (uint32_t)1 << i)
			(void)json_array_append_new(list, json_string(usages[i].key));
	return list;
}

static json_t *
json_purposes(const struct antin_cert *cert)
{
	struct antin_in in = antin_in_of(cert->eku);
	struct antin_slice oid;
	json_t *list = json_array();
	char dotted[128];

	while (antin_der_take(&in, ANTIN_OID, &oid))
		(void)json_array_append_new(list, json_string(antin_oid_text(oid, dotted,
		                                                             sizeof(dotted))));
	return list;
}

static json_t *
json_alt_names(const struct antin_cert *cert)
{
	json_t *object = json_object();
	struct antin_in names;
	struct antin_tlv name;

	for (size_t i = 0; i < COUNT(kinds); i++) {
		json_t *list = json_array();

		if (antin_cert_alt_names(cert, &names))
			while (antin_der_next(&names, &name)) {
				ANTIN_SCOPED(antin_bytes) text = {0};

				if (name.tag != kinds[i].tag)
					continue;
				alt_text(&name, &text);
				(void)json_array_append_new(list, json_of(&text));
			}
		(void)json_object_set_new(object, kinds[i].key, list);
	}
	return object;
}

static json_t *
json_addresses(const struct antin_cert *cert)
{
	json_t *object = json_object();

	for (size_t i = 0; i < COUNT(addresses); i++) {
		ANTIN_SCOPED(antin_bytes) lines = {0};

		antin_cert_uris(cert, addresses[i].which, &lines);
		(void)json_object_set_new(object, addresses[i].key, json_lines(&lines));
	}
	return object;
}

static json_t *
json_extensions(const struct antin_cert *cert)
{
	json_t *list = json_array();

	for (size_t i = 0; i < cert->n_exts; i++) {
		ANTIN_SCOPED(antin_bytes) text = {0};
		const struct antin_ext *e = &cert->exts[i];
		char dotted[128];
		json_t *o;

		(void)antin_oid_text(e->oid, dotted, sizeof(dotted));
		antin_der_text_add(&text, e->value, other_word);
		o = json_pack("{ss ss? sb}", "oid", dotted, "name",
		              word_of(extensions, COUNT(extensions), dotted), "critical",
		              e->critical);
		(void)json_object_set_new(o, "value", json_of(&text));
		(void)json_array_append_new(list, o);
	}
	return list;
}

static json_t *
json_cert(const struct cli *c, struct antin_cert *cert)
{
	ANTIN_SCOPED(antin_bytes) key = {0};
	ANTIN_SCOPED(antin_bytes) sigalg = {0};
	ANTIN_SCOPED(antin_bytes) policies = {0};
	json_t *o = json_object();

	key_text(cert, NULL, &key);
	sigalg_text(cert, NULL, &sigalg);
	antin_cert_policies(cert, &policies);
	(void)antin_json_set_name(o, "subject", cert->subject);
	(void)antin_json_set_name(o, "issuer", cert->issuer);
	(void)antin_json_set_hex(o, "serial", cert->serial);
	(void)antin_json_set_time(o, "notBefore", cert->not_before);
	(void)antin_json_set_time(o, "notAfter", cert->not_after);
	(void)json_object_set_new(o, "term", json_string(term_of(c, cert)));
	(void)json_object_set_new(o, "version", json_integer(cert->version));
	(void)json_object_set_new(o, "key", json_of(&key));
	(void)json_object_set_new(o, "signatureAlgorithm", json_of(&sigalg));
	(void)json_object_set_new(o, "authority", json_boolean(cert->is_ca));
	if (cert->path_len >= 0)
		(void)json_object_set_new(o, "pathLength", json_integer(cert->path_len));
	(void)json_object_set_new(o, "keyUsage", json_usages(cert));
	(void)json_object_set_new(o, "extendedKeyUsage", json_purposes(cert));
	(void)json_object_set_new(o, "names", json_alt_names(cert));
	(void)json_object_set_new(o, "policies", json_lines(&policies));
	(void)json_object_set_new(o, "addresses", json_addresses(cert));
	(void)json_object_set_new(o, "extensions", json_extensions(cert));
	(void)antin_json_set_hex(o, "sha256", (struct antin_slice){cert->sha256, 32});
	return o;
}

static enum antin_rc
run(struct cli *c, const void *args, char **operands, struct antin_err *err)
{
	ANTIN_SCOPED(antin_given) files = {0};
	ANTIN_SCOPED(antin_certs) list = {0};
	json_t *object, *shown = json_array();
	enum antin_rc rc = antin_given_add(&files, ANTIN_GIVEN_CERTS, operands[0], err);

	(void)args;
	if (rc == ANTIN_OK)
		rc = cli_shut_in(c, err);
	if (rc == ANTIN_OK)
		rc = cli_certs_read(&files, operands[0], &list, err);
	for (size_t i = 0; i < list.n && rc == ANTIN_OK; i++) {
		if (i)
			cli_say(c, "\n");
		show_text(c, list.items[i]);
		(void)json_array_append_new(shown, json_cert(c, list.items[i]));
	}
	object = json_pack("{ss}", "schema", "antin.cert.show/1");
	(void)antin_json_set_text(object, "file", antin_slice_text(operands[0]));
	(void)json_object_set_new(object, "certificates", shown);
	if (rc == ANTIN_OK)
		cli_json(c, object);
	else
		json_decref(object);
	return rc;
}

static const char *const examples[] = {"antin cert show huong.crt",
                                       "antin cert show --json huong.crt", NULL};

const struct cli_cmd cmd_cert_show = {
        .name = "cert show",
        .operands = "FILE",
        .min_operands = 1,
        .max_operands = 1,
        .summary = N_("Show what stands in a certificate"),
        .description =
                N_("Prints the certificates of a file (PEM or DER) or folder in words. Nothing "
                   "is judged: whether a certificate can be trusted is for cert verify."),
        .examples = examples,
        .run = run,
};
