/*
 * Our validator beside OpenSSL's on chains drawn by chance, each with up to two things made wrong:
 * every rule of ours must find its counterpart there, and every error of theirs one of ours; where
 * the two differ, a row of a table says why.  ANTIN_LONG=1 draws 100,000 chains.
 */
#include "drawn_chain.h"

#include <openssl/x509v3.h>

#include <antin/revocation.h>

enum { FEW = 1200, MANY = 100000, AT_LEAST = 500 };

/* ---- both judges ---- */

struct judged {
	struct antin_cert *cert[LONGEST + 2];
	struct antin_crl *crl[LONGEST + 2];
	struct antin_evidence evidence;
	int n;
	bool trusted;
	uint32_t faults;   /* ours, a bit each */
	uint32_t refused;  /* ours, of candidates where no anchor was reached */
	uint64_t codes[2]; /* theirs */
	bool valid, their_valid;
};

static void
judged_make(const struct chain *c, struct judged *j)
{
	struct antin_err err = {0};

	*j = (struct judged){.n = c->n, .trusted = c->trusted};
	for (int i = 0; i < c->n; i++) {
		if (!c->no_cert[i])
			j->cert[i] = pki_cert(c->spec[i]);
		if (i + 1 == c->n || c->no_list[i])
			continue;
		j->crl[i] = pki_crl(c->list[i]);
		util_ok(antin_evidence_add_crl(&j->evidence, j->crl[i], "list", &err));
	}
}

static void
judged_done(struct judged *j)
{
	antin_evidence_done(&j->evidence);
	for (int i = 0; i < j->n; i++) {
		antin_cert_free(j->cert[i]);
		antin_crl_free(j->crl[i]);
	}
}

static enum antin_rc
our_issuers(void *user, const struct antin_path_query *q, struct antin_path_candidates *out,
            struct antin_err *err)
{
	const struct judged *j = user;
	enum antin_rc rc = ANTIN_OK;

	for (int i = 0; i < j->n && rc == ANTIN_OK; i++)
		if (j->cert[i] && antin_name_equal(j->cert[i]->subject, q->name))
			rc = antin_path_candidates_add(out, j->cert[i], i == 0 && j->trusted, err);
	return rc;
}
static bool
our_anchor(void *user, const struct antin_cert *cert)
{
	const struct judged *j = user;

	return j->trusted && cert == j->cert[0];
}
static int64_t
our_now(void *user)
{
	(void)user;
	return PKI_NOW;
}
static enum antin_rc
our_status(void *user, const struct antin_path *path, size_t index, struct antin_status *out,
           struct antin_err *err)
{
	const struct judged *j = user;
	const struct antin_path_ops world = {our_issuers, our_anchor, NULL, our_now, NULL, user};
	ANTIN_SCOPED(antin_revocation)
	r = {.evidence = &j->evidence, .world = &world, .now = PKI_NOW, .time = PKI_NOW};

	return antin_revocation_status(&r, path, index, out, err);
}

static const char *const asked[] = {"1.2.3", NULL};

static void
judge_ours(const struct chain *c, struct judged *j)
{
	const struct antin_path_ops ops = {our_issuers, our_anchor, our_status, our_now, NULL, j};
	const struct antin_path_rules rules = {.max_depth = -1,
	                                       .purpose = ANTIN_PURPOSE_SIGN,
	                                       .policies = c->ask_policy ? asked : NULL,
	                                       .explicit_policy = c->ask_policy};
	ANTIN_SCOPED(antin_path) p = {0};
	struct antin_err err = {0};

	util_ok(antin_path_find(&ops, j->cert[c->n - 1], &rules, &p, &err));
	j->valid = p.valid;
	for (size_t i = 0; !p.valid && i < p.n_faults; i++)
		j->faults |= 1u << p.faults[i].fault;
	for (size_t i = 0; !p.valid && !p.anchored && i < p.n_rejects; i++)
		j->refused |= 1u << p.rejects[i].fault;
}

static int
collect(int ok, X509_STORE_CTX *ctx)
{
	struct judged *j = X509_STORE_get_ex_data(X509_STORE_CTX_get0_store(ctx), 0);
	int code = X509_STORE_CTX_get_error(ctx);

	if (!ok && code > 0 && code < 128)
		j->codes[code / 64] |= UINT64_C(1) << code % 64;
	return 1;
}

static X509 *
theirs_of(struct antin_slice der)
{
	const unsigned char *p = der.p;
	X509 *x = d2i_X509(NULL, &p, (long)der.len);

	ck_assert_ptr_nonnull(x);
	return x;
}

static void
theirs_set(X509_STORE *store, const struct chain *c)
{
	X509_VERIFY_PARAM *param = X509_STORE_get0_param(store);
	ASN1_OBJECT *policy = OBJ_txt2obj(asked[0], 1);

	X509_VERIFY_PARAM_set_time(param, PKI_NOW);
	X509_VERIFY_PARAM_set_purpose(param, X509_PURPOSE_SMIME_SIGN);
	X509_VERIFY_PARAM_set_auth_level(param, 2);
	X509_VERIFY_PARAM_set_flags(param, X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL |
	                                           X509_V_FLAG_POLICY_CHECK);
	if (c->ask_policy) {
		X509_VERIFY_PARAM_add0_policy(param, policy);
		X509_VERIFY_PARAM_set_flags(param, X509_V_FLAG_EXPLICIT_POLICY);
	} else {
		ASN1_OBJECT_free(policy);
	}
}

static void
judge_theirs(const struct chain *c, struct judged *j)
{
	X509_STORE *store = X509_STORE_new();
	STACK_OF(X509) *others = sk_X509_new_null();
	X509_STORE_CTX *ctx = X509_STORE_CTX_new();
	X509 *leaf = theirs_of(j->cert[c->n - 1]->der);

	for (int i = 0; i + 1 < c->n; i++) {
		if (j->cert[i] && i == 0 && c->trusted) {
			X509 *x = theirs_of(j->cert[i]->der);

			ck_assert_int_eq(X509_STORE_add_cert(store, x), 1);
			X509_free(x);
		} else if (j->cert[i]) {
			sk_X509_push(others, theirs_of(j->cert[i]->der));
		}
		if (j->crl[i]) {
			const unsigned char *p = j->crl[i]->der.p;
			X509_CRL *l = d2i_X509_CRL(NULL, &p, (long)j->crl[i]->der.len);

			ck_assert(l && X509_STORE_add_crl(store, l) == 1);
			X509_CRL_free(l);
		}
	}
	theirs_set(store, c);
	X509_STORE_set_ex_data(store, 0, j);
	X509_STORE_set_verify_cb(store, collect);
	ck_assert_int_eq(X509_STORE_CTX_init(ctx, store, leaf, others), 1);
	(void)X509_verify_cert(ctx);
	j->their_valid = j->codes[0] == 0 && j->codes[1] == 0;
	X509_STORE_CTX_free(ctx);
	X509_STORE_free(store);
	sk_X509_pop_free(others, X509_free);
	X509_free(leaf);
}

/* ---- where they agree, and why they differ where they do ---- */

static const struct {
	enum antin_fault fault;
	int code;
} same[] = {
        {ANTIN_FAULT_NO_ISSUER, X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY},
        {ANTIN_FAULT_NO_ISSUER, X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE},
        {ANTIN_FAULT_UNTRUSTED, X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN},
        {ANTIN_FAULT_STATUS_UNKNOWN, X509_V_ERR_UNABLE_TO_GET_CRL},
        {ANTIN_FAULT_STATUS_UNKNOWN, X509_V_ERR_CRL_HAS_EXPIRED},
        {ANTIN_FAULT_STATUS_UNKNOWN, X509_V_ERR_CRL_NOT_YET_VALID},
        {ANTIN_FAULT_STATUS_UNKNOWN, X509_V_ERR_CRL_SIGNATURE_FAILURE},
        {ANTIN_FAULT_STATUS_UNKNOWN, X509_V_ERR_KEYUSAGE_NO_CRL_SIGN},
        {ANTIN_FAULT_STATUS_UNKNOWN, X509_V_ERR_UNHANDLED_CRITICAL_CRL_EXTENSION},
        {ANTIN_FAULT_EXPIRED, X509_V_ERR_CERT_HAS_EXPIRED},
        {ANTIN_FAULT_NOT_YET_VALID, X509_V_ERR_CERT_NOT_YET_VALID},
        {ANTIN_FAULT_PURPOSE, X509_V_ERR_INVALID_PURPOSE},
        {ANTIN_FAULT_KEY_USAGE, X509_V_ERR_INVALID_PURPOSE},
        {ANTIN_FAULT_POLICY, X509_V_ERR_NO_EXPLICIT_POLICY},
        {ANTIN_FAULT_POLICY_MAPPING, X509_V_ERR_INVALID_POLICY_EXTENSION},
        {ANTIN_FAULT_NAME_CONSTRAINT, X509_V_ERR_PERMITTED_VIOLATION},
        {ANTIN_FAULT_NAME_CONSTRAINT, X509_V_ERR_EXCLUDED_VIOLATION},
        {ANTIN_FAULT_NAME_FORM, X509_V_ERR_UNSUPPORTED_CONSTRAINT_TYPE},
        {ANTIN_FAULT_PATH_LEN, X509_V_ERR_PATH_LENGTH_EXCEEDED},
        {ANTIN_FAULT_KEY_CERT_SIGN, X509_V_ERR_INVALID_CA},
        {ANTIN_FAULT_NOT_CA, X509_V_ERR_INVALID_CA},
        {ANTIN_FAULT_NOT_CA, X509_V_ERR_INVALID_PURPOSE},
        {ANTIN_FAULT_KEY_CERT_SIGN, X509_V_ERR_INVALID_PURPOSE},
        {ANTIN_FAULT_KEY_CERT_SIGN, X509_V_ERR_KEYUSAGE_NO_CERTSIGN},
        {ANTIN_FAULT_CRITICAL, X509_V_ERR_UNHANDLED_CRITICAL_EXTENSION},
        {ANTIN_FAULT_EXTENSION, X509_V_ERR_INVALID_POLICY_EXTENSION},
        {ANTIN_FAULT_WEAK, X509_V_ERR_EE_KEY_TOO_SMALL},
        {ANTIN_FAULT_WEAK, X509_V_ERR_CA_KEY_TOO_SMALL},
        {ANTIN_FAULT_WEAK, X509_V_ERR_CA_MD_TOO_WEAK},
        {ANTIN_FAULT_BAD_SIGNATURE, X509_V_ERR_CERT_SIGNATURE_FAILURE},
        {ANTIN_FAULT_ON_HOLD, X509_V_ERR_CERT_REVOKED},
        {ANTIN_FAULT_REVOKED, X509_V_ERR_CERT_REVOKED},
};

/*
 * Differences that are meant.  A row explains one of our faults that they do not have, or one of
 * their codes that we do not have beside a fault of ours; `defect` must be in the chain.
 */
static const struct difference {
	enum antin_fault fault; /* ours; NONE: whatever we say, or a refused candidate */
	int code;               /* theirs; 0: every one */
	bool ours_alone;        /* the fault is explained, else the code */
	const char *defect;     /* NULL: whatever was made wrong */
	const char *why;
} differences[] = {
        {ANTIN_FAULT_ALGORITHM, 0, true, "a curve of no standard",
         "only the curves and algorithms of our table are judged at all"},
        {ANTIN_FAULT_NO_ISSUER, 0, true, "a curve of no standard",
         "an issuer whose key cannot be used is none"},
        {ANTIN_FAULT_NO_ISSUER, 0, true, "bad signature",
         "an issuer is who signed, not who has the name: another key may still be found"},
        {ANTIN_FAULT_POLICY_MAPPING, 0, true, "maps anyPolicy",
         "6.1.4 (a) holds also where no policy is asked for"},
        {ANTIN_FAULT_NOT_CA, 0, true, "no basicConstraints",
         "6.1.4 (k) wants basicConstraints of an authority; they are content with key usage"},
        {ANTIN_FAULT_LIMIT, 0, true, NULL, "a path has at most 16 authorities here, 100 there"},
        {ANTIN_FAULT_NONE, 0, true, NULL,
         "where no anchor is reached, ours tells why each candidate was refused"},
        {ANTIN_FAULT_UNTRUSTED, X509_V_ERR_EE_KEY_TOO_SMALL, true, "RSA-1024",
         "a leaf with a short key ends theirs before a chain is built (root not trusted)"},
        {ANTIN_FAULT_NO_ISSUER, X509_V_ERR_EE_KEY_TOO_SMALL, true, "RSA-1024",
         "a leaf with a short key ends theirs before a chain is built (issuer missing)"},
        {ANTIN_FAULT_LIMIT, 0, false, NULL, "what was not reached is not judged"},
        {ANTIN_FAULT_NO_ISSUER, 0, false, NULL, "nothing is judged without a whole chain"},
        {ANTIN_FAULT_UNTRUSTED, 0, false, NULL, "nothing is judged without an anchor"},
        {ANTIN_FAULT_NONE, X509_V_ERR_CERT_HAS_EXPIRED, false, "in its last second",
         "4.1.2.5: notAfter is still valid"},
        {ANTIN_FAULT_NONE, X509_V_ERR_INVALID_PURPOSE, false, "for a wide purpose",
         "their purpose is e-mail alone; ours is the signing of documents"},
        {ANTIN_FAULT_STATUS_UNKNOWN, X509_V_ERR_CERT_REVOKED, false, NULL,
         "a list that its authority did not sign or may not sign says nothing"},
        {ANTIN_FAULT_REVOKED, 0, false, "revoked", "revoked, whatever else is wrong with the list"},
        {ANTIN_FAULT_ON_HOLD, 0, false, "on hold", "on hold, whatever else is wrong with the list"},
        {ANTIN_FAULT_NAME_CONSTRAINT, X509_V_ERR_UNSUPPORTED_CONSTRAINT_TYPE, false, NULL,
         "the first name that is wrong ends the check of names"},
        {ANTIN_FAULT_NAME_FORM, X509_V_ERR_EXCLUDED_VIOLATION, false, NULL,
         "the first name that cannot be judged ends the check of names"},
        {ANTIN_FAULT_NAME_FORM, X509_V_ERR_PERMITTED_VIOLATION, false, NULL,
         "the first name that cannot be judged ends the check of names (permitted)"},
        {ANTIN_FAULT_POLICY_MAPPING, X509_V_ERR_NO_EXPLICIT_POLICY, false, NULL,
         "a mapping that is wrong ends the check of policies"},
        {ANTIN_FAULT_POLICY, 0, true, "malformed extension",
         "ours reads extensions of policies on the way down, theirs all before"},
        {ANTIN_FAULT_POLICY, X509_V_ERR_INVALID_POLICY_EXTENSION, true, "maps anyPolicy",
         "the path had no policy left before the mapping was reached"},
        {ANTIN_FAULT_POLICY, X509_V_ERR_INVALID_POLICY_EXTENSION, false, "maps anyPolicy",
         "the path had no policy left before the mapping was reached (theirs)"},
        {ANTIN_FAULT_POLICY, X509_V_ERR_INVALID_POLICY_EXTENSION, false, "malformed extension",
         "the path had no policy left before the malformed extension was reached"},
        {ANTIN_FAULT_EXTENSION, 0, true, "malformed extension",
         "a malformed extension counts, whether it matters for the policy asked or not"},
        {ANTIN_FAULT_EXTENSION, X509_V_ERR_NO_EXPLICIT_POLICY, false, "malformed extension",
         "a malformed extension ends the check of policies"},
};
enum {
	SAME = sizeof(same) / sizeof(same[0]),
	DIFFERENCES = sizeof(differences) / sizeof(differences[0])
};

/* What the run has seen. */
struct tally {
	unsigned int made[DEFECTS], fired[ANTIN_FAULT_COUNT], used[DIFFERENCES], agreed[2][2];
	unsigned int met[SAME];
};

static bool
theirs_has(const struct judged *j, int code)
{
	return j->codes[code / 64] >> code % 64 & 1;
}

static bool
ours_has(const struct judged *j, enum antin_fault f)
{
	return f == ANTIN_FAULT_NONE || (j->faults | j->refused) >> f & 1;
}

/* Whether a row of the table of pairs has the fault or the code, and the other side says it too. */
static bool
counterpart(const struct judged *j, enum antin_fault f, int code, struct tally *t)
{
	bool found = false;

	for (size_t i = 0; i < SAME; i++) {
		bool here = (f != ANTIN_FAULT_NONE ? same[i].fault == f : same[i].code == code) &&
		            ours_has(j, same[i].fault) && theirs_has(j, same[i].code);

		t->met[i] += here;
		found |= here;
	}
	return found;
}

static bool
in_chain(const struct tally *now, const struct tally *before, const char *defect)
{
	for (size_t d = 0; d < DEFECTS; d++)
		if (strcmp(defects[d].name, defect) == 0)
			return now->made[d] != before->made[d];
	ck_abort_msg("no defect is called %s", defect);
}

static bool
explained(const struct judged *j, enum antin_fault f, int code, struct tally *t,
          const struct tally *before)
{
	for (size_t i = 0; i < DIFFERENCES; i++) {
		const struct difference *d = &differences[i];

		if (d->ours_alone != (f != ANTIN_FAULT_NONE))
			continue;
		if (d->ours_alone && d->code && !theirs_has(j, d->code))
			continue;
		if (d->ours_alone && d->fault != f && (d->fault || !(j->refused >> f & 1)))
			continue;
		if (!d->ours_alone && (!ours_has(j, d->fault) || (d->code && d->code != code)))
			continue;
		if (d->defect && !in_chain(t, before, d->defect))
			continue;
		t->used[i]++;
		return true;
	}
	return false;
}

static const char *
tell(const struct tally *t, const struct tally *before, char *out, size_t cap)
{
	out[0] = '\0';
	for (size_t d = 0; d < DEFECTS; d++)
		if (t->made[d] != before->made[d]) {
			strncat(out, " / ", cap - strlen(out) - 1);
			strncat(out, defects[d].name, cap - strlen(out) - 1);
		}
	return out;
}

static void
compare(const struct judged *j, uint64_t seed, struct tally *t, const struct tally *before)
{
	char what[400];

	for (int f = 1; f < ANTIN_FAULT_COUNT; f++) {
		if (!ours_has(j, (enum antin_fault)f))
			continue;
		t->fired[f]++;
		ck_assert_msg(counterpart(j, (enum antin_fault)f, 0, t) ||
		                      explained(j, (enum antin_fault)f, 0, t, before),
		              "chain %llu%s: only ours: %s", (unsigned long long)seed,
		              tell(t, before, what, sizeof(what)),
		              antin_fault_info((enum antin_fault)f)->id);
	}
	for (int code = 1; code < 128; code++) {
		if (!theirs_has(j, code))
			continue;
		ck_assert_msg(counterpart(j, ANTIN_FAULT_NONE, code, t) ||
		                      explained(j, ANTIN_FAULT_NONE, code, t, before),
		              "chain %llu%s: only theirs: %d %s", (unsigned long long)seed,
		              tell(t, before, what, sizeof(what)), code,
		              X509_verify_cert_error_string(code));
	}
	ck_assert_msg(j->valid == (j->faults == 0), "chain %llu: %x", (unsigned long long)seed,
	              j->faults);
	t->agreed[j->valid][j->their_valid]++;
}

static void
one_chain(uint64_t seed, struct tally *t)
{
	struct tally before = *t;
	struct chain c;
	struct judged j;

	chain_draw(&c, seed, t->made);
	judged_make(&c, &j);
	judge_ours(&c, &j);
	judge_theirs(&c, &j);
	compare(&j, seed, t, &before);
	judged_done(&j);
	for (size_t i = 0; i < sizeof(c.text) / sizeof(c.text[0]); i++)
		antin_bytes_done(&c.text[i]);
}

/* ---- the suite ---- */

static void
make_keys(void)
{
	for (size_t i = 0; i < KEYS; i++)
		keys[i] = pki_key();
	short_key = EVP_RSA_gen(1024);
	odd_key = EVP_EC_gen("secp256k1");
	ck_assert(short_key && odd_key);
}

static void
free_keys(void)
{
	for (size_t i = 0; i < KEYS; i++)
		EVP_PKEY_free(keys[i]);
	EVP_PKEY_free(short_key);
	EVP_PKEY_free(odd_key);
}

START_TEST(drawn_chains)
{
	static struct tally t;
	uint64_t n = getenv("ANTIN_LONG") ? MANY : FEW;
	unsigned int least = (unsigned int)(AT_LEAST * n / MANY), idle = 0;

	for (uint64_t seed = 1; seed <= n; seed++)
		one_chain(seed, &t);
	(void)printf(
	        "%llu chains: both accept %u, both refuse %u, only we refuse %u, only they %u\n",
	        (unsigned long long)n, t.agreed[1][1], t.agreed[0][0], t.agreed[0][1],
	        t.agreed[1][0]);
	for (int f = 1; f < ANTIN_FAULT_COUNT; f++) {
		(void)printf("%8u %s\n", t.fired[f], antin_fault_info((enum antin_fault)f)->id);
		ck_assert_uint_ge(t.fired[f], least);
	}
	for (size_t i = 0; i < DIFFERENCES; i++) {
		(void)printf("%8u differ: %s\n", t.used[i], differences[i].why);
		idle += t.used[i] == 0;
	}
	for (size_t i = 0; i < SAME; i++) {
		(void)printf("%8u together: %s, %s\n", t.met[i],
		             antin_fault_info(same[i].fault)->id,
		             X509_verify_cert_error_string(same[i].code));
		idle += t.met[i] == 0;
	}
	(void)fflush(stdout);
	ck_assert_msg(idle == 0 || n < MANY, "%u rows explain nothing", idle);
	ck_assert_uint_ge(t.agreed[1][1], (unsigned int)n / 5);
}
END_TEST

Suite *suite_differential(void);

Suite *
suite_differential(void)
{
	Suite *s = suite_create("differential");
	TCase *t = tcase_create("beside OpenSSL");

	tcase_add_unchecked_fixture(t, make_keys, free_keys);
	tcase_add_test(t, drawn_chains);
	tcase_set_timeout(t, 7200); /* a hundred thousand on a busy machine */
	suite_add_tcase(s, t);
	return s;
}
