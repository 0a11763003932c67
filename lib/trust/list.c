/*
 * Reading a trusted list (ETSI TS 119 612 5): the signature first, then scheme, providers, services
 * with their history.  What a service was trusted for becomes the limits of its anchor.
 */
#include <antin/list.h>

#include <string.h>

#include <antin/clock.h>
#include <antin/text.h>
#include <antin/xmldsig.h>

#define TSL            "http://uri.etsi.org/02231/v2#"
#define TYPES          "http://uri.etsi.org/02231/v2/additionaltypes#"
#define QUALIFICATIONS "http://uri.etsi.org/TrstSvc/SvcInfoExt/eSigDir-1999-93-EC-TrustedList/#"
#define EXTENSION      "http://uri.etsi.org/TrstSvc/TrustedList/SvcInfoExt/"

enum { SERVICES_MAX = 20000, HISTORY_MAX = 256, CERTS_MAX = 16 };

/* ---- what services are, and how they stand ---- */

#define TYPE "http://uri.etsi.org/TrstSvc/Svctype/"
static const struct {
	const char *uri;
	enum antin_purpose purpose;
} types[] = {
        {TYPE "CA/QC", ANTIN_PURPOSE_SIGN},
        {TYPE "CA/PKC", ANTIN_PURPOSE_SIGN},
        {TYPE "NationalRootCA-QC", ANTIN_PURPOSE_SIGN},
        {TYPE "TSA", ANTIN_PURPOSE_TIMESTAMP},
        {TYPE "TSA/QTST", ANTIN_PURPOSE_TIMESTAMP},
        {TYPE "TSA/TSS-QC", ANTIN_PURPOSE_TIMESTAMP},
        {TYPE "TSA/TSS-AdESQCandQES", ANTIN_PURPOSE_TIMESTAMP},
};
#define STATUS "http://uri.etsi.org/TrstSvc/TrustedList/Svcstatus/"
static const char *const good_statuses[] = {
        STATUS "granted",          STATUS "recognisedatnationallevel", STATUS "setbynationallaw",
        STATUS "undersupervision", STATUS "supervisionincessation",    STATUS "accredited",
};
#define ROWS(table) (sizeof(table) / sizeof((table)[0]))

/* ANTIN_PURPOSE_ANY: a service of a kind that no signature rests on. */
static enum antin_purpose
purpose_of(const char *type)
{
	for (size_t i = 0; i < ROWS(types); i++)
		if (strcmp(types[i].uri, type) == 0)
			return types[i].purpose;
	return ANTIN_PURPOSE_ANY;
}

static bool
is_good(const char *status)
{
	for (size_t i = 0; i < ROWS(good_statuses); i++)
		if (strcmp(good_statuses[i], status) == 0)
			return true;
	return false;
}

/* ---- elements ---- */

struct listing {
	const struct antin_xml *x;
	struct antin_bundle *to;
	enum antin_class class;
	size_t services;
};

static enum antin_rc
wrong(const struct listing *l, const struct antin_xml_node *n, const char *name,
      struct antin_err *err)
{
	antin_err_set_where(err, "line %u", antin_xml_line(l->x, n));
	return antin_fail(err, ANTIN_E_FORMAT,
	                  N_("the trusted list has no %s here, several, or one that cannot be "
	                     "read"),
	                  name);
}

static enum antin_rc
only(const struct listing *l, const struct antin_xml_node *n, const char *name,
     const struct antin_xml_node **out, struct antin_err *err)
{
	const struct antin_xml_node *found = antin_xml_only(l->x, n, TSL, name);

	if (!found)
		return wrong(l, n, name, err);
	*out = found;
	return ANTIN_OK;
}

static enum antin_rc
text_of(const struct listing *l, const struct antin_xml_node *n, const char *name,
        struct antin_bytes *out, struct antin_err *err)
{
	const struct antin_xml_node *found = NULL;
	enum antin_rc rc = only(l, n, name, &found, err);

	if (rc != ANTIN_OK)
		return rc;
	antin_bytes_clear(out);
	if (!antin_xml_text(l->x, found, out) || !antin_bytes_cstr(out))
		return wrong(l, n, name, err);
	return ANTIN_OK;
}

static enum antin_rc
time_of(const struct listing *l, const struct antin_xml_node *n, const char *name, int64_t *out,
        struct antin_err *err)
{
	ANTIN_SCOPED(antin_bytes) text = {0};
	enum antin_rc rc = text_of(l, n, name, &text, err);

	if (rc == ANTIN_OK && antin_time_parse(antin_bytes_cstr(&text), out, NULL) != ANTIN_OK)
		rc = wrong(l, n, name, err);
	return rc;
}

static enum antin_rc
number_of(const struct listing *l, const struct antin_xml_node *n, const char *name, uint64_t *out,
          struct antin_err *err)
{
	ANTIN_SCOPED(antin_bytes) text = {0};
	uint64_t value = 0;
	enum antin_rc rc = text_of(l, n, name, &text, err);

	if (rc != ANTIN_OK)
		return rc;
	for (size_t i = 0; i < text.len; i++) {
		if (text.p[i] < '0' || text.p[i] > '9' || i == 15)
			return wrong(l, n, name, err);
		value = value * 10 + (uint64_t)(text.p[i] - '0');
	}
	if (!text.len)
		return wrong(l, n, name, err);
	*out = value;
	return ANTIN_OK;
}

/* ---- services ---- */

/* From when on a service had a status, newest first. */
struct state {
	bool good;
	int64_t from;
};

/* The certificates of a digital identity: of one key, in the words of 5.5.3. */
static enum antin_rc
read_identity(const struct listing *l, const struct antin_xml_node *information,
              struct antin_certs *out, struct antin_err *err)
{
	const struct antin_xml_node *identity = NULL;
	enum antin_rc rc = only(l, information, "ServiceDigitalIdentity", &identity, err);

	for (const struct antin_xml_node *n = identity ? antin_xml_first(l->x, identity) : NULL;
	     rc == ANTIN_OK && n; n = antin_xml_next(l->x, n)) {
		const struct antin_xml_node *c = antin_xml_only(l->x, n, TSL, "X509Certificate");
		ANTIN_SCOPED(antin_bytes) text = {0};
		ANTIN_SCOPED(antin_bytes) der = {0};
		ANTIN_OWN_S(antin_cert) cert = NULL;

		if (!antin_xml_is(l->x, n, TSL, "DigitalId"))
			return wrong(l, n, "DigitalId", err);
		if (!c)
			continue;
		if (out->n == CERTS_MAX || !antin_xml_text(l->x, c, &text))
			return wrong(l, n, "X509Certificate", err);
		rc = antin_base64_parse(antin_bytes_slice(&text), &der, err);
		if (rc == ANTIN_OK)
			rc = antin_cert_read(antin_bytes_slice(&der), &cert, err);
		if (rc == ANTIN_OK)
			rc = antin_certs_add(out, cert, err);
		if (rc != ANTIN_OK)
			antin_err_set_where(err, "line %u", antin_xml_line(l->x, c));
	}
	return rc;
}

/* What an extension says about a service (5.5.9): one that must be understood and is not, closes
 * it.
 */
struct uses {
	bool unknown, web, documents;
};

static void
read_use(const struct listing *l, const struct antin_xml_node *information, struct uses *out)
{
	ANTIN_SCOPED(antin_bytes) text = {0};
	const struct antin_xml_node *uri = antin_xml_only(l->x, information, TSL, "URI");

	if (!uri || !antin_xml_text(l->x, uri, &text))
		out->unknown = true;
	else if (antin_slice_is(antin_bytes_slice(&text), EXTENSION "ForWebSiteAuthentication"))
		out->web = true;
	else if (antin_slice_is(antin_bytes_slice(&text), EXTENSION "ForeSignatures") ||
	         antin_slice_is(antin_bytes_slice(&text), EXTENSION "ForeSeals"))
		out->documents = true;
}

static void
read_extension(const struct listing *l, const struct antin_xml_node *extension, struct uses *out)
{
	static const struct {
		const char *ns, *name;
	} known[] = {
	        {TSL, "AdditionalServiceInformation"},
	        {TSL, "ExpiredCertsRevocationInfo"},
	        {QUALIFICATIONS, "Qualifications"},
	        {TYPES, "TakenOverBy"},
	};
	const char *critical = antin_xml_attribute(l->x, extension, "Critical");

	for (const struct antin_xml_node *n = antin_xml_first(l->x, extension); n;
	     n = antin_xml_next(l->x, n)) {
		bool found = false;

		for (size_t i = 0; i < ROWS(known) && !found; i++)
			found = antin_xml_is(l->x, n, known[i].ns, known[i].name);
		if (found && antin_xml_is(l->x, n, TSL, "AdditionalServiceInformation"))
			read_use(l, n, out);
		if (!found && (!critical || strcmp(critical, "false") != 0))
			out->unknown = true;
	}
}

/* A service that serves web sites alone does not stand behind documents. */
static bool
for_documents(const struct listing *l, const struct antin_xml_node *information)
{
	const struct antin_xml_node *list =
	        antin_xml_only(l->x, information, TSL, "ServiceInformationExtensions");
	struct uses uses = {false, false, false};

	for (const struct antin_xml_node *n = list ? antin_xml_first(l->x, list) : NULL; n;
	     n = antin_xml_next(l->x, n))
		read_extension(l, n, &uses);
	return !uses.unknown && (!uses.web || uses.documents);
}

/* Status and its beginning, of a service or of an instance of its history. */
static enum antin_rc
read_state(const struct listing *l, const struct antin_xml_node *n, const char *type,
           struct state *out, struct antin_err *err)
{
	ANTIN_SCOPED(antin_bytes) status = {0};
	ANTIN_SCOPED(antin_bytes) of = {0};
	enum antin_rc rc = text_of(l, n, "ServiceTypeIdentifier", &of, err);

	if (rc == ANTIN_OK)
		rc = text_of(l, n, "ServiceStatus", &status, err);
	if (rc == ANTIN_OK)
		rc = time_of(l, n, "StatusStartingTime", &out->from, err);
	if (rc != ANTIN_OK)
		return rc;
	/* A service that was of another type did not vouch for this then. */
	out->good = is_good(antin_bytes_cstr(&status)) && for_documents(l, n) &&
	            purpose_of(antin_bytes_cstr(&of)) == purpose_of(type);
	return ANTIN_OK;
}

static enum antin_rc
read_history(const struct listing *l, const struct antin_xml_node *service, const char *type,
             struct state *states, size_t *n_states, struct antin_err *err)
{
	const struct antin_xml_node *history = antin_xml_only(l->x, service, TSL, "ServiceHistory");
	enum antin_rc rc = ANTIN_OK;

	for (const struct antin_xml_node *n = history ? antin_xml_first(l->x, history) : NULL;
	     rc == ANTIN_OK && n; n = antin_xml_next(l->x, n)) {
		if (!antin_xml_is(l->x, n, TSL, "ServiceHistoryInstance") ||
		    *n_states == HISTORY_MAX)
			return wrong(l, n, "ServiceHistoryInstance", err);
		rc = read_state(l, n, type, &states[*n_states], err);
		/* Newest first (5.6.1): in no other order is there one meaning. */
		if (rc == ANTIN_OK && states[*n_states].from > states[*n_states - 1].from)
			return wrong(l, n, "StatusStartingTime", err);
		++*n_states;
	}
	return rc;
}

/* One anchor for each run of good states. */
static enum antin_rc
add_spans(struct listing *l, struct antin_cert *cert, enum antin_purpose purpose,
          const struct state *states, size_t n, struct antin_err *err)
{
	struct antin_anchor a = {
	        .cert = cert,
	        .class = l->class,
	        .imported = l->to->origin.as_of,
	};
	enum antin_rc rc = ANTIN_OK;

	for (size_t i = 0; rc == ANTIN_OK && i < n; i++) {
		size_t oldest = i;

		if (!states[i].good)
			continue;
		while (oldest + 1 < n && states[oldest + 1].good)
			oldest++;
		a.limits = (struct antin_limits){
		        .from = states[oldest].from,
		        .until = i ? states[i - 1].from - 1 : ANTIN_NO_TIME,
		        .purposes = 1u << purpose,
		};
		/* Of several states at one moment the newest holds. */
		if (a.limits.until == ANTIN_NO_TIME || a.limits.from <= a.limits.until)
			rc = antin_trust_add_anchor(&l->to->content, &a, l->to->origin.file, err);
		i = oldest;
	}
	return rc;
}

static enum antin_rc
read_service(struct listing *l, const struct antin_xml_node *service, struct antin_err *err)
{
	const struct antin_xml_node *information = NULL;
	ANTIN_SCOPED(antin_bytes) type = {0};
	ANTIN_SCOPED(antin_certs) certs = {0};
	struct state states[1 + HISTORY_MAX];
	size_t n = 1;
	enum antin_purpose purpose;
	enum antin_rc rc;

	if (++l->services > SERVICES_MAX)
		return antin_fail(err, ANTIN_E_TOO_LARGE, N_("the trusted list is too large"));
	rc = only(l, service, "ServiceInformation", &information, err);
	if (rc == ANTIN_OK)
		rc = text_of(l, information, "ServiceTypeIdentifier", &type, err);
	if (rc != ANTIN_OK)
		return rc;
	purpose = purpose_of(antin_bytes_cstr(&type));
	if (purpose == ANTIN_PURPOSE_ANY)
		return ANTIN_OK;
	rc = read_state(l, information, antin_bytes_cstr(&type), &states[0], err);
	if (rc == ANTIN_OK)
		rc = read_history(l, service, antin_bytes_cstr(&type), states, &n, err);
	if (rc == ANTIN_OK)
		rc = read_identity(l, information, &certs, err);
	for (size_t i = 0; rc == ANTIN_OK && i < certs.n; i++) {
		/* A unit that is no authority helps to find a path, and is no anchor. */
		if (antin_trust_fit(certs.items[i], NULL) == ANTIN_OK)
			rc = add_spans(l, certs.items[i], purpose, states, n, err);
		else
			rc = antin_certs_add(&l->to->content.intermediates, certs.items[i], err);
	}
	return rc;
}

static enum antin_rc
read_providers(struct listing *l, const struct antin_xml_node *list, struct antin_err *err)
{
	enum antin_rc rc = ANTIN_OK;

	for (const struct antin_xml_node *p = antin_xml_first(l->x, list); rc == ANTIN_OK && p;
	     p = antin_xml_next(l->x, p)) {
		const struct antin_xml_node *services = NULL;

		if (!antin_xml_is(l->x, p, TSL, "TrustServiceProvider"))
			return wrong(l, p, "TrustServiceProvider", err);
		rc = only(l, p, "TSPServices", &services, err);
		for (const struct antin_xml_node *s = services ? antin_xml_first(l->x, services)
		                                               : NULL;
		     rc == ANTIN_OK && s; s = antin_xml_next(l->x, s)) {
			if (!antin_xml_is(l->x, s, TSL, "TSPService"))
				return wrong(l, s, "TSPService", err);
			rc = read_service(l, s, err);
		}
	}
	return rc;
}

/* ---- the scheme ---- */

/* The first name: lists give the English one first or alone. */
static enum antin_rc
read_name(const struct listing *l, const struct antin_xml_node *scheme, struct antin_bytes *out,
          struct antin_err *err)
{
	const struct antin_xml_node *names = NULL;
	enum antin_rc rc = only(l, scheme, "SchemeName", &names, err);
	const struct antin_xml_node *n = names ? antin_xml_first(l->x, names) : NULL;

	if (rc != ANTIN_OK)
		return rc;
	if (!n || !antin_xml_is(l->x, n, TSL, "Name") || !antin_xml_text(l->x, n, out) || !out->len)
		return wrong(l, scheme, "SchemeName", err);
	return ANTIN_OK;
}

/* An empty NextUpdate closes a list (5.3.15): no later one follows. */
static enum antin_rc
read_next(const struct listing *l, const struct antin_xml_node *scheme, struct antin_origin *o,
          struct antin_err *err)
{
	const struct antin_xml_node *next = NULL;
	enum antin_rc rc = only(l, scheme, "NextUpdate", &next, err);

	o->expires = ANTIN_NO_TIME;
	if (rc != ANTIN_OK || !antin_xml_first(l->x, next))
		return rc;
	rc = time_of(l, next, "dateTime", &o->expires, err);
	return rc == ANTIN_OK && o->expires < o->as_of ? wrong(l, scheme, "NextUpdate", err) : rc;
}

static enum antin_rc
read_scheme(struct listing *l, const struct antin_xml_node *scheme, struct antin_err *err)
{
	struct antin_origin *o = &l->to->origin;
	ANTIN_SCOPED(antin_bytes) territory = {0};
	ANTIN_SCOPED(antin_bytes) name = {0};
	uint64_t version = 0;
	enum antin_rc rc = number_of(l, scheme, "TSLVersionIdentifier", &version, err);

	if (rc == ANTIN_OK && version != 5 && version != 6)
		rc = antin_fail(err, ANTIN_E_UNSUPPORTED,
		                N_("trusted lists of version %llu are not known here"),
		                (unsigned long long)version);
	if (rc == ANTIN_OK)
		rc = number_of(l, scheme, "TSLSequenceNumber", &o->sequence, err);
	if (rc == ANTIN_OK && !o->sequence)
		rc = wrong(l, scheme, "TSLSequenceNumber", err);
	if (rc == ANTIN_OK)
		rc = time_of(l, scheme, "ListIssueDateTime", &o->as_of, err);
	if (rc == ANTIN_OK)
		rc = read_next(l, scheme, o, err);
	if (rc == ANTIN_OK)
		rc = text_of(l, scheme, "SchemeTerritory", &territory, err);
	if (rc == ANTIN_OK)
		rc = read_name(l, scheme, &name, err);
	if (rc == ANTIN_OK && !antin_bytes_cstr(&name))
		rc = antin_fail_memory(err);
	if (rc == ANTIN_OK)
		rc = antin_text_copy(antin_bytes_cstr(&name), &o->name, err);
	l->class = antin_slice_is(antin_bytes_slice(&territory), "VN") ? ANTIN_CLASS_PUBLIC_CA
	                                                               : ANTIN_CLASS_FOREIGN;
	return rc;
}

static enum antin_rc
read_content(struct listing *l, struct antin_err *err)
{
	const struct antin_xml_node *root = antin_xml_root(l->x), *n;
	enum antin_rc rc;

	if (!antin_xml_is(l->x, root, TSL, "TrustServiceStatusList"))
		return antin_fail(err, ANTIN_E_FORMAT, N_("the XML document is no trusted list"));
	n = antin_xml_first(l->x, root);
	if (!n || !antin_xml_is(l->x, n, TSL, "SchemeInformation"))
		return wrong(l, root, "SchemeInformation", err);
	rc = read_scheme(l, n, err);
	n = antin_xml_next(l->x, n);
	if (rc == ANTIN_OK && n && antin_xml_is(l->x, n, TSL, "TrustServiceProviderList")) {
		rc = read_providers(l, n, err);
		n = antin_xml_next(l->x, n);
	}
	if (rc == ANTIN_OK && (!n || !antin_xml_is(l->x, n, ANTIN_XMLDSIG_NS, "Signature") ||
	                       antin_xml_next(l->x, n)))
		rc = wrong(l, root, "Signature", err);
	return rc;
}

static enum antin_rc
signer_fits(const struct antin_origin *o, struct antin_err *err)
{
	const struct antin_public *key = NULL;
	enum antin_rc rc = antin_cert_public(o->signer, &key, err);

	if (rc != ANTIN_OK)
		return rc;
	if (o->as_of < o->signer->not_before || o->as_of > o->signer->not_after ||
	    !antin_algorithms_allow(NULL, NULL, key, o->as_of, NULL))
		return antin_fail(err, ANTIN_E_POLICY,
		                  N_("the certificate that signed the trusted list could not sign "
		                     "it: its time or its key does not allow it"));
	return ANTIN_OK;
}

static enum antin_rc
read_list(struct antin_slice bytes, const uint8_t *pinned, struct antin_bundle *b,
          struct antin_err *err)
{
	ANTIN_OWN_S(antin_xml) x = NULL;
	ANTIN_SCOPED(antin_xmldsig) signature = {0};
	struct listing l = {.to = b};
	enum antin_rc rc = antin_xml_read(bytes, &x, err);

	if (rc == ANTIN_OK)
		rc = antin_xmldsig_verify(x, &signature, err);
	if (rc != ANTIN_OK)
		return rc;
	if (pinned && memcmp(signature.certs.items[0]->sha256, pinned, 32) != 0)
		return antin_fail(err, ANTIN_E_KEY_MISMATCH,
		                  N_("another one has signed the trusted list than is pinned"));
	b->origin.kind = "list";
	b->origin.signer = antin_cert_ref(signature.certs.items[0]);
	l.x = x;
	rc = read_content(&l, err);
	return rc == ANTIN_OK ? signer_fits(&b->origin, err) : rc;
}

enum antin_rc
antin_list_read(struct antin_slice bytes, const char *file, const uint8_t *pinned,
                struct antin_bundle *out, struct antin_err *err)
{
	ANTIN_SCOPED(antin_bundle) b = {0};
	enum antin_rc rc = antin_text_copy(file, &b.origin.file, err);

	if (rc == ANTIN_OK)
		rc = read_list(bytes, pinned, &b, err);
	if (rc != ANTIN_OK) {
		antin_err_set_file(err, file);
		return rc;
	}
	*out = b;
	b = (struct antin_bundle){0};
	return ANTIN_OK;
}

bool
antin_list_is(struct antin_slice bytes)
{
	static const uint8_t mark[] = {0xef, 0xbb, 0xbf};

	if (bytes.len > sizeof(mark) && memcmp(bytes.p, mark, sizeof(mark)) == 0)
		bytes = (struct antin_slice){bytes.p + sizeof(mark), bytes.len - sizeof(mark)};
	return bytes.len && bytes.p[0] == '<';
}

enum antin_rc
antin_signed_read(struct antin_slice bytes, const char *file, const uint8_t *pinned,
                  struct antin_bundle *out, struct antin_err *err)
{
	return antin_list_is(bytes) ? antin_list_read(bytes, file, pinned, out, err)
	                            : antin_bundle_read(bytes, file, pinned, out, err);
}
