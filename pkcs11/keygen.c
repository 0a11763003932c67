/*
 * Key generation on the device (PKCS#11 v2.40, 11.14): the private half is asked to be sensitive
 * and never extractable, the attributes are read back, and a device that made something weaker than
 * asked keeps nothing.
 */
#include "p11.h"

#include <string.h>

struct gen_job {
	struct antin_token *token;
	const struct antin_keygen *spec;
	const struct antin_pin_source *pins;
	struct antin_p11_key *key;
};

struct pair {
	CK_OBJECT_HANDLE public, private;
};

static const CK_BYTE exponent[] = {1, 0, 1};
static const CK_BYTE p256[] = {0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07};
static const CK_BYTE p384[] = {0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x22};

static void
put_names(struct antin_p11_template *t, const struct antin_keygen *spec, struct antin_slice id)
{
	antin_p11_put_slice(t, CKA_LABEL, antin_slice_text(spec->label));
	antin_p11_put_slice(t, CKA_ID, id);
}

static void
public_template(struct antin_p11_template *t, const struct antin_keygen *spec, const CK_ULONG *bits,
                struct antin_p11_quirks quirks)
{
	antin_p11_put_bool(t, CKA_TOKEN, true);
	antin_p11_put_bool(t, CKA_PRIVATE, false);
	if (!quirks.no_public_uses) {
		antin_p11_put_bool(t, CKA_VERIFY, true);
		antin_p11_put_bool(t, CKA_ENCRYPT, spec->decrypts && spec->type == ANTIN_KEY_RSA);
	}
	if (spec->type == ANTIN_KEY_RSA) {
		antin_p11_put(t, CKA_MODULUS_BITS, bits, sizeof(*bits));
		antin_p11_put(t, CKA_PUBLIC_EXPONENT, exponent, sizeof(exponent));
	} else if (spec->type == ANTIN_KEY_P256) {
		antin_p11_put(t, CKA_EC_PARAMS, p256, sizeof(p256));
	} else {
		antin_p11_put(t, CKA_EC_PARAMS, p384, sizeof(p384));
	}
}

static void
private_template(struct antin_p11_template *t, const struct antin_keygen *spec,
                 struct antin_p11_quirks quirks)
{
	antin_p11_put_bool(t, CKA_TOKEN, true);
	antin_p11_put_bool(t, CKA_PRIVATE, true);
	antin_p11_put_bool(t, CKA_SENSITIVE, true);
	antin_p11_put_bool(t, CKA_EXTRACTABLE, false);
	antin_p11_put_bool(t, CKA_SIGN, true);
	antin_p11_put_bool(t, CKA_DECRYPT,
	                   spec->type == ANTIN_KEY_RSA && (spec->decrypts || quirks.rsa_decrypts));
	antin_p11_put_bool(t, CKA_UNWRAP, false);
	if (spec->type != ANTIN_KEY_RSA)
		antin_p11_put_bool(t, CKA_DERIVE, spec->decrypts);
}

static void
destroy(struct antin_p11_session *s, const struct pair *pair)
{
	(void)ANTIN_P11_IN(s, C_DestroyObject, s->handle, pair->private);
	(void)ANTIN_P11_IN(s, C_DestroyObject, s->handle, pair->public);
}

/* A second key under one label could only be told apart by its identifier. */
static enum antin_rc
label_free(struct antin_p11_session *s, const struct antin_keygen *spec, struct antin_err *err)
{
	size_t n = 0;
	enum antin_rc rc = antin_p11_count(s, CKO_PRIVATE_KEY, CKA_LABEL,
	                                   antin_slice_text(spec->label), &n, err);

	if (rc == ANTIN_OK && n)
		return antin_fail(err, ANTIN_E_CONFLICT,
		                  N_("the token holds a key with the label \"%s\" already"),
		                  spec->label);
	return rc;
}

static enum antin_rc
make_pair(struct antin_p11_session *s, const struct antin_keygen *spec, struct antin_slice id,
          struct pair *pair, struct antin_err *err)
{
	struct antin_p11_template public = {.n = 0}, private = {.n = 0};
	CK_MECHANISM mechanism = {spec->type == ANTIN_KEY_RSA ? CKM_RSA_PKCS_KEY_PAIR_GEN
	                                                      : CKM_EC_KEY_PAIR_GEN,
	                          NULL, 0};
	CK_ULONG bits = spec->rsa_bits;
	CK_RV rv;

	public_template(&public, spec, &bits, s->token->module->quirks);
	private_template(&private, spec, s->token->module->quirks);
	put_names(&public, spec, id);
	put_names(&private, spec, id);
	rv = ANTIN_P11_WITHIN(s->token->module, s->epoch, ANTIN_P11_LONG, C_GenerateKeyPair,
	                      s->handle, &mechanism, public.a, public.n, private.a, private.n,
	                      &pair->public, &pair->private);
	return antin_p11_check(s, rv, "C_GenerateKeyPair", err);
}

static CK_RV
set_id(struct antin_p11_session *s, CK_OBJECT_HANDLE object, struct antin_slice id)
{
	CK_ATTRIBUTE a = antin_p11_attribute_of(CKA_ID, id);

	return ANTIN_P11_IN(s, C_SetAttributeValue, s->handle, object, &a, 1);
}

/*
 * The identifier becomes the key identifier of RFC 5280 4.2.1.2, as other programs have it; a token
 * that does not let it be changed keeps the random one, on both halves.
 */
static enum antin_rc
settle_id(struct antin_p11_session *s, const struct pair *pair, const struct antin_public *p,
          struct antin_bytes *id, struct antin_err *err)
{
	uint8_t key_id[20];
	struct antin_slice derived = {key_id, sizeof(key_id)};
	enum antin_rc rc = antin_public_key_id(p, key_id, err);
	CK_RV rv;

	if (rc != ANTIN_OK || set_id(s, pair->private, derived) != CKR_OK)
		return rc;
	if (set_id(s, pair->public, derived) != CKR_OK) {
		rv = set_id(s, pair->private, antin_bytes_slice(id));
		return antin_p11_check(s, rv, "C_SetAttributeValue", err);
	}
	antin_bytes_clear(id);
	antin_bytes_add(id, derived.p, derived.len);
	return antin_bytes_check(id, err);
}

static int
fact(const struct antin_p11_key *k, const char *name)
{
	for (const struct antin_key_fact *f = k->facts; f->name; f++)
		if (strcmp(f->name, name) == 0)
			return f->value;
	return -1;
}

static enum antin_rc
check_facts(const struct antin_p11_key *k, struct antin_err *err)
{
	if (fact(k, "CKA_SENSITIVE") == 0 || fact(k, "CKA_EXTRACTABLE") == 1)
		return antin_fail(
		        err, ANTIN_E_POLICY,
		        N_("the device made a private key that can leave it; nothing was kept"));
	return ANTIN_OK;
}

static enum antin_rc
describe(struct antin_p11_session *s, struct gen_job *job, const struct pair *pair,
         struct antin_bytes *id, struct antin_err *err)
{
	struct antin_p11_object o = {.kind = CKO_PRIVATE_KEY};
	struct antin_p11_key *k = NULL;
	enum antin_rc rc = antin_p11_public_of(s, pair->public, &o.public_key, err);

	if (rc == ANTIN_OK && !o.public_key)
		rc = antin_fail(err, ANTIN_E_TOKEN, N_("the device does not tell the public key"));
	if (rc == ANTIN_OK && job->spec->id.len == 0)
		rc = settle_id(s, pair, o.public_key, id, err);
	antin_bytes_add(&o.id, id->p, id->len);
	antin_bytes_text(&o.label, job->spec->label);
	if (rc == ANTIN_OK)
		rc = antin_p11_key_new(job->token, &o, job->pins, &k, err);
	antin_p11_object_done(&o);
	if (rc == ANTIN_OK)
		rc = antin_p11_key_bind(s, k, pair->private, err);
	if (rc == ANTIN_OK)
		rc = check_facts(k, err);
	if (rc != ANTIN_OK) {
		antin_key_free(k ? &k->base : NULL);
		return rc;
	}
	job->key = k;
	return ANTIN_OK;
}

static enum antin_rc
generate_run(struct antin_p11_session *s, void *user, struct antin_err *err)
{
	struct gen_job *job = user;
	ANTIN_SCOPED(antin_bytes) id = {0};
	struct pair pair = {0};
	enum antin_rc rc = label_free(s, job->spec, err);

	antin_bytes_add(&id, job->spec->id.p, job->spec->id.len);
	if (rc == ANTIN_OK && id.len == 0) {
		uint8_t *random = antin_bytes_grow(&id, 20);

		rc = random ? antin_random(random, 20, err) : antin_fail_memory(err);
	}
	if (rc == ANTIN_OK)
		rc = make_pair(s, job->spec, antin_bytes_slice(&id), &pair, err);
	if (rc != ANTIN_OK)
		return rc;
	s->final = true; /* a second try would leave a second key */
	rc = describe(s, job, &pair, &id, err);
	if (rc != ANTIN_OK)
		destroy(s, &pair);
	return rc;
}

enum antin_rc
antin_p11_generate(struct antin_token *t, const struct antin_p11_uri *uri,
                   const struct antin_keygen *spec, const struct antin_pin_source *pins,
                   struct antin_key **out, struct antin_err *err)
{
	struct antin_keygen wanted = *spec;
	struct gen_job job = {t, &wanted, pins, NULL};
	ANTIN_SCOPED(antin_bytes) label = {0};
	const CK_ATTRIBUTE *named = antin_p11_uri_label(uri), *id = antin_p11_uri_id(uri);
	enum antin_rc rc;

	if (!wanted.label && named) {
		antin_bytes_add(&label, named->pValue, named->ulValueLen);
		wanted.label = antin_bytes_cstr(&label);
	}
	if (wanted.id.len == 0 && id)
		wanted.id = (struct antin_slice){id->pValue, id->ulValueLen};
	if (!wanted.label || !*wanted.label)
		return antin_fail(err, ANTIN_E_USAGE, N_("a new key needs a label"));
	if (named && !antin_slice_equal(antin_slice_text(wanted.label),
	                                (struct antin_slice){named->pValue, named->ulValueLen}))
		return antin_fail(err, ANTIN_E_USAGE, N_("the new key is given two labels"));
	rc = antin_p11_label_check(wanted.label, err);
	if (rc != ANTIN_OK)
		return rc;
	rc = antin_token_run(t, ANTIN_P11_LOGIN | ANTIN_P11_WRITE, pins, generate_run, &job, err);
	if (rc == ANTIN_OK)
		*out = &job.key->base;
	return rc;
}
