/*
 * What a worker that was taken over says of others than the signer: the services of time stamps and
 * those who signed in turn.  Their certificates, too, must lead to an anchor of the parent.
 */
#include "worker_world.h"

static struct antin_cert *
certificate(struct antin_cert **of, struct pki_spec s)
{
	antin_cert_free(*of);
	*of = pki_cert(s);
	return *of;
}

/* ---- time stamps ---- */

static struct pki_spec
below_person(void)
{
	struct pki_spec s = stamper();

	s.issuer = "Sở Nội vụ/Nguyễn Văn An";
	s.signer = leaf_key;
	return s;
}
static void
stamp_true(struct antin_verdict *v)
{
	(void)say_stamped(v, stamper(), NULL);
}
static void
stamp_of_person(struct antin_verdict *v)
{
	(void)say_stamped(v, pki_leaf("Chủ tịch", "Agency/CA", other_key, ca_key), scene.ca);
}
static void
stamp_by_person(struct antin_verdict *v)
{
	(void)say_stamped(v, below_person(), scene.leaf);
}
static void
stamp_made_up(struct antin_verdict *v)
{
	struct pki_spec s = stamper();

	s.signer = other_key;
	(void)say_stamped(v, s, NULL);
}
static void
stamp_unchained(struct antin_verdict *v)
{
	antin_certs_done(&say_stamped(v, stamper(), NULL)->chain);
}
static void
stamp_of_other_chain(struct antin_verdict *v)
{
	(void)certificate(&say_stamped(v, stamper(), NULL)->tsa, stamper());
}
static void
stamp_of_nobody(struct antin_verdict *v)
{
	struct antin_stamp *s = say_stamped(v, stamper(), NULL);

	antin_cert_free(ANTIN_TAKE(s->tsa));
}
static void
stamp_unanchored(struct antin_verdict *v)
{
	say_stamped(v, stamper(), NULL)->anchor = NULL;
}
static void
stamp_ended(struct antin_verdict *v)
{
	struct pki_spec s = stamper();

	s.to = PKI_NOW - 1;
	(void)say_stamped(v, s, NULL);
}
static void
stamp_ended_since(struct antin_verdict *v)
{
	struct pki_spec s = stamper();

	s.to = PKI_NOW - 1;
	say_stamped(v, s, NULL)->judged_at = PKI_NOW - 1;
}
static void
stamp_of_tomorrow(struct antin_verdict *v)
{
	say_stamped(v, stamper(), NULL)->judged_at = PKI_NOW + 1;
}
static void
stamp_anchor_for_signers(struct antin_verdict *v)
{
	stamp_true(v);
	scene.trust.anchors[0].limits.purposes = 1u << ANTIN_PURPOSE_SIGN;
}
static void
stamp_end_anchor(struct antin_verdict *v)
{
	struct antin_stamp *s = say_stamped(v, stamper(), NULL);

	antin_cert_free(s->chain.items[--s->chain.n]);
	ck_assert(antin_trust_add(&scene.trust, s->tsa, ANTIN_CLASS_UNKNOWN, "x", NULL) ==
	          ANTIN_OK);
	s->anchor = &scene.trust.anchors[1];
}
/* What does not count says nothing. */
static void
stamp_that_counts_not(struct antin_verdict *v)
{
	stamp_made_up(v);
	v->stamps[0].valid = false;
}

/* ---- counter-signatures ---- */

static struct antin_counter *
say_confirmed(struct antin_verdict *v, struct pki_spec of, struct antin_cert *above)
{
	struct antin_counter *c = &v->counters[v->n_counters++];
	struct antin_cert *const chain[] = {pki_cert(of), above, scene.ca, scene.root};

	*c = (struct antin_counter){.depth = 1,
	                            .signing_time = ANTIN_NO_TIME,
	                            .judged_at = PKI_NOW,
	                            .signer = chain[0],
	                            .anchor = v->anchor};
	for (size_t i = 0; i < UTIL_COUNT(chain); i++)
		if (chain[i])
			ck_assert(antin_certs_add(&c->chain, chain[i], NULL) == ANTIN_OK);
	return c;
}
static struct pki_spec
superior(void)
{
	return pki_leaf("Chủ tịch", "Agency/CA", other_key, ca_key);
}
static void
counter_true(struct antin_verdict *v)
{
	(void)say_confirmed(v, superior(), NULL);
}
static void
counter_by_person(struct antin_verdict *v)
{
	(void)say_confirmed(v, pki_leaf("Chủ tịch", "Sở Nội vụ/Nguyễn Văn An", other_key, leaf_key),
	                    scene.leaf);
}
static void
counter_made_up(struct antin_verdict *v)
{
	struct pki_spec s = superior();

	s.bad_signature = true;
	(void)say_confirmed(v, s, NULL);
}
static void
counter_for_stamps(struct antin_verdict *v)
{
	struct pki_spec s = superior();

	s.exts[0] = stamper().exts[0];
	(void)say_confirmed(v, s, NULL);
}
static void
counter_unchained(struct antin_verdict *v)
{
	antin_certs_done(&say_confirmed(v, superior(), NULL)->chain);
}
static void
counter_of_other_chain(struct antin_verdict *v)
{
	(void)certificate(&say_confirmed(v, superior(), NULL)->signer, superior());
}
static void
counter_ended(struct antin_verdict *v)
{
	struct pki_spec s = superior();

	s.to = PKI_NOW - 1;
	(void)say_confirmed(v, s, NULL);
}
static void
counter_ended_since(struct antin_verdict *v)
{
	struct pki_spec s = superior();

	s.to = PKI_NOW - 1;
	say_confirmed(v, s, NULL)->judged_at = PKI_NOW - 1;
}
static void
counter_of_tomorrow(struct antin_verdict *v)
{
	say_confirmed(v, superior(), NULL)->judged_at = PKI_NOW + 1;
}
static void
counter_not_relied_on(struct antin_verdict *v)
{
	struct antin_counter *c = say_confirmed(v, superior(), NULL);

	antin_certs_done(&c->chain);
	c->indication = ANTIN_INDETERMINATE;
	c->code = c->why = "open";
}

static const struct {
	const char *what;
	void (*say)(struct antin_verdict *v);
	bool seen;
} rows[] = {
        {"a service of the root", stamp_true, false},
        {"a service that ended since", stamp_ended_since, false},
        {"a stamp that does not count", stamp_that_counts_not, false},
        {"a person's certificate", stamp_of_person, true},
        {"a service made by a person", stamp_by_person, true},
        {"a service that nobody made", stamp_made_up, true},
        {"no chain", stamp_unchained, true},
        {"the chain of another", stamp_of_other_chain, true},
        {"nobody", stamp_of_nobody, true},
        {"no anchor", stamp_unanchored, true},
        {"a service that has ended", stamp_ended, true},
        {"judged as of tomorrow", stamp_of_tomorrow, true},
        {"an anchor for signers alone", stamp_anchor_for_signers, true},
        {"an end certificate as anchor", stamp_end_anchor, true},
        {"a superior", counter_true, false},
        {"a superior whose certificate ended since", counter_ended_since, false},
        {"one that is not relied on", counter_not_relied_on, false},
        {"a superior made by a person", counter_by_person, true},
        {"a superior that nobody made", counter_made_up, true},
        {"a certificate for time stamps", counter_for_stamps, true},
        {"a superior without chain", counter_unchained, true},
        {"a superior of another's chain", counter_of_other_chain, true},
        {"a superior whose certificate has ended", counter_ended, true},
        {"a superior of tomorrow", counter_of_tomorrow, true},
};

/* The same where a rule lets a signer's key usage pass: that is said of the signer alone. */
START_TEST(others_are_seen)
{
	static const char text[] = "{\"schema\":\"antin.rules/1\",\"name\":\"n\",\"version\":1,"
	                           "\"checks\":{\"key-usage\":\"warn\"}}";
	struct antin_err err = {0};

	for (int soft = 0; soft < 2; soft++) {
		ANTIN_SCOPED(antin_report) r = {0};
		ANTIN_SCOPED(antin_report) got = {0};
		ANTIN_SCOPED(antin_bytes) body = {0};
		struct antin_rules *rules = NULL;
		enum antin_rc rc;

		if (soft)
			util_ok(antin_rules_read(antin_slice_text(text), "n", &rules, &err));
		scene.options.rules = rules;
		must_check(&scene, &r);
		rows[_i].say(&r.verdicts[0]);
		util_ok(worker_report_write(&r, scene.options.trust, &body, &err));
		rc = worker_report_read(antin_bytes_slice(&body), &scene.options, NULL, &got, &err);
		ck_assert_msg(rc == (rows[_i].seen ? ANTIN_E_FORMAT : ANTIN_OK), "%s: %s",
		              rows[_i].what, antin_rc_id(rc));
		scene.options.rules = NULL;
		scene.trust.anchors[0].limits = ANTIN_NO_LIMITS;
		while (scene.trust.n_anchors > 1)
			antin_anchor_done(&scene.trust.anchors[--scene.trust.n_anchors]);
		antin_rules_free(rules);
	}
}
END_TEST

Suite *suite_worker_others(void);

Suite *
suite_worker_others(void)
{
	Suite *s = suite_create("worker_others");
	WORKER_TCASE(tc, "worker_others");

	tcase_add_loop_test(tc, others_are_seen, 0, UTIL_COUNT(rows));
	suite_add_tcase(s, tc);
	return s;
}
