/*
 * A time-stamp authority and its customer in one, for tests/interop/timestamp.sh.
 * usage: stamp ask FILE            writes a request (SHA-256, a nonce, with certificate)
 *        stamp answer KEY REQUEST  answers it; KEY.crt beside the key holds the certificates
 *        stamp read ANSWER FILE    checks the token of an answer over the file and prints its facts
 *        stamp token ANSWER FILE   the same for a token that stands alone
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <antin/clock.h>
#include <antin/file.h>
#include <antin/keystore.h>
#include <antin/timestamp.h>

static enum antin_rc
put(const struct antin_bytes *b)
{
	return fwrite(b->p, 1, b->len, stdout) == b->len ? ANTIN_OK : ANTIN_E_IO;
}

static enum antin_rc
ask(const char *file, const char *none, struct antin_err *err)
{
	ANTIN_SCOPED(antin_bytes) data = {0};
	ANTIN_SCOPED(antin_bytes) out = {0};
	uint8_t hash[ANTIN_DIGEST_MAX], nonce[8];
	const struct antin_timestamp_request r = {.imprint = {ANTIN_SHA256, {hash, 32}},
	                                          .nonce = {nonce, sizeof(nonce)},
	                                          .certificates = true};
	enum antin_rc rc = antin_file_read(file, 1 << 24, &data, err);

	(void)none;
	if (rc == ANTIN_OK)
		rc = antin_digest_of(ANTIN_SHA256, antin_bytes_slice(&data), hash, err);
	if (rc == ANTIN_OK)
		rc = antin_random(nonce, sizeof(nonce), err);
	nonce[0] = 0x5a; /* positive and minimal */
	if (rc == ANTIN_OK)
		rc = antin_timestamp_request_write(&r, &out, err);
	return rc == ANTIN_OK ? put(&out) : rc;
}

/* The token for a request, or the failure that names what is wrong with it. */
static enum antin_rc
serve(struct antin_key *key, struct antin_slice request, struct antin_bytes *token,
      struct antin_timestamp_response *answer, struct antin_err *err)
{
	static const uint8_t serial[] = {0x00, 0xa5, 0x01};
	struct antin_timestamp_request r;
	enum antin_rc rc = antin_timestamp_request_read(request, &r, err);
	char policy[64] = "1.2.3.4.1";
	struct antin_timestamp_spec spec = {
	        .cms = {.alg = antin_sigalg_default(antin_public_type(key->public_key)),
	                .signer = key->chain[0],
	                .chain = key->chain,
	                .n_chain = key->n_chain,
	                .signing_time = INT64_MIN},
	        .policy = policy,
	        .serial = {serial, sizeof(serial)},
	        .time = antin_now(NULL),
	        .accuracy = 1500250,
	        .name_tsa = true,
	};

	*answer = (struct antin_timestamp_response){.status = ANTIN_TIMESTAMP_REJECTED};
	answer->failures = 1U << (rc == ANTIN_E_UNSUPPORTED ? ANTIN_TIMESTAMP_BAD_ALG
	                                                    : ANTIN_TIMESTAMP_BAD_FORMAT);
	if (rc == ANTIN_OK && r.imprint.digest == ANTIN_SHA1)
		answer->failures = 1U << ANTIN_TIMESTAMP_BAD_ALG;
	if (rc != ANTIN_OK || r.imprint.digest == ANTIN_SHA1)
		return ANTIN_OK;
	spec.imprint = r.imprint;
	spec.nonce = r.nonce;
	if (r.policy.p)
		(void)antin_oid_text(r.policy, policy, sizeof(policy));
	rc = antin_timestamp_sign(&spec, key, token, err);
	if (rc == ANTIN_OK)
		*answer = (struct antin_timestamp_response){.token = antin_bytes_slice(token)};
	return rc;
}

static enum antin_rc
answer(const char *key_file, const char *request_file, struct antin_err *err)
{
	ANTIN_OWN_S(antin_keystore) store = NULL;
	ANTIN_OWN_S(antin_key) key = NULL;
	ANTIN_SCOPED(antin_bytes) request = {0};
	ANTIN_SCOPED(antin_bytes) token = {0};
	ANTIN_SCOPED(antin_bytes) out = {0};
	struct antin_timestamp_response r;
	enum antin_rc rc = antin_keystore_file(NULL, &store, err);

	if (rc == ANTIN_OK)
		rc = antin_keystore_find(store, key_file, &key, err);
	if (rc == ANTIN_OK && key->n_chain == 0)
		rc = antin_fail(err, ANTIN_E_MISSING, "no certificate beside the key");
	if (rc == ANTIN_OK)
		rc = antin_file_read(request_file, 1 << 20, &request, err);
	if (rc == ANTIN_OK)
		rc = serve(key, antin_bytes_slice(&request), &token, &r, err);
	if (rc == ANTIN_OK)
		rc = antin_timestamp_response_write(&r, &out, err);
	return rc == ANTIN_OK ? put(&out) : rc;
}

static void
print(const struct antin_timestamp *t)
{
	char text[128];

	(void)printf("time %s\n", antin_time_iso(t->time, text));
	(void)printf("policy %s\n", antin_oid_text(t->policy, text, sizeof(text)));
	(void)printf("digest %s\n", antin_digest_name(t->imprint.digest));
	(void)printf("serial %s\n", antin_hex_text(t->serial, text, sizeof(text)));
	(void)printf("accuracy %llu\n", (unsigned long long)t->accuracy);
	(void)printf("nonce %s\n", antin_hex_text(t->nonce, text, sizeof(text)));
	(void)printf("ordering %d tsa %d ess %d\n", t->ordering, t->tsa.p != NULL,
	             t->cms->ess.v1 ? 1 : 2);
}

static enum antin_rc
token_check(struct antin_slice der, const char *file, struct antin_err *err)
{
	ANTIN_SCOPED(antin_bytes) data = {0};
	ANTIN_OWN_S(antin_timestamp) t = NULL;
	struct antin_cert *tsa = NULL;
	enum antin_rc rc = antin_timestamp_read(der, &t, err);

	if (rc == ANTIN_OK) {
		print(t);
		tsa = antin_cades_signer(t->cms);
	}
	if (rc == ANTIN_OK && !tsa)
		rc = antin_fail(err, ANTIN_E_MISSING, "no certificate in the token");
	if (rc == ANTIN_OK)
		rc = antin_timestamp_verify(t, tsa, NULL, err);
	if (rc == ANTIN_OK)
		rc = antin_file_read(file, 1 << 24, &data, err);
	return rc == ANTIN_OK ? antin_timestamp_covers(t, antin_bytes_slice(&data), err) : rc;
}

static enum antin_rc
read_token(const char *token_file, const char *file, struct antin_err *err)
{
	ANTIN_SCOPED(antin_bytes) token = {0};
	enum antin_rc rc = antin_file_read(token_file, 1 << 24, &token, err);

	return rc == ANTIN_OK ? token_check(antin_bytes_slice(&token), file, err) : rc;
}

static enum antin_rc
read_answer(const char *answer_file, const char *file, struct antin_err *err)
{
	ANTIN_SCOPED(antin_bytes) der = {0};
	struct antin_timestamp_response r;
	enum antin_rc rc = antin_file_read(answer_file, 1 << 24, &der, err);

	if (rc == ANTIN_OK)
		rc = antin_timestamp_response_read(antin_bytes_slice(&der), &r, err);
	if (rc != ANTIN_OK)
		return rc;
	(void)printf("status %u failures %x\n", (unsigned int)r.status, r.failures);
	return r.token.p ? token_check(r.token, file, err) : ANTIN_OK;
}

int
main(int argc, char **argv)
{
	static const struct {
		const char *name;
		int args;
		enum antin_rc (*run)(const char *a, const char *b, struct antin_err *err);
	} modes[] = {
	        {"ask", 3, ask},
	        {"answer", 4, answer},
	        {"read", 4, read_answer},
	        {"token", 4, read_token},
	};
	struct antin_err err = {0};
	char line[1024];

	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		if (argc != modes[i].args || strcmp(argv[1], modes[i].name) != 0)
			continue;
		if (modes[i].run(argv[2], argc > 3 ? argv[3] : NULL, &err) == ANTIN_OK)
			return 0;
		(void)fprintf(stderr, "%s\n", antin_err_line(&err, NULL, line, sizeof(line)));
		return 1;
	}
	return 2;
}
