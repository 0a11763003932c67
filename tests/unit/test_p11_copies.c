/*
 * Copies of keys in the memory of a session, which a software token signs by: one for each key and
 * session, the oldest goes, and none is taken for a second key.
 */
#include "p11_desk.h"

#include <pthread.h>

#include <p11-kit/pkcs11.h>

#include "../../pkcs11/p11.h"

Suite *suite_p11_copies(void);

/* A software token signs with a copy in memory: one for each key and session. */
START_TEST(copies)
{
	static const struct {
		unsigned long rv; /* of C_CopyObject */
		long copied, again;
	} ways[] = {
	        {CKR_OK, 1, 2},
	        {CKR_FUNCTION_NOT_SUPPORTED, 1, 2}, /* tried once in each session */
	        {CKR_ACTION_PROHIBITED, 1, 2},
	};
	struct desk d;
	struct antin_key *rsa = NULL;
	long before;

	if (!w_ready)
		return;
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		desk_open(&d);
		if (ways[i].rv != CKR_OK)
			rule(d.control, FAULT_C_CopyObject, ways[i].rv, 0, -1);
		for (int n = 0; n < 5; n++)
			ck_assert_msg(sign(&d) == ANTIN_OK, "%s", w_line(&d.err));
		ck_assert_int_eq(d.control->calls[FAULT_C_CopyObject], ways[i].copied);
		d.control->lose_sessions = true;
		for (int n = 0; n < 5; n++)
			ck_assert_msg(sign(&d) == ANTIN_OK, "%s", w_line(&d.err));
		ck_assert_int_eq(d.control->calls[FAULT_C_CopyObject], ways[i].again);
		before = d.control->calls[FAULT_C_CopyObject];
		ck_assert_int_eq(antin_keystore_find(d.store, TOKEN ";object=rsa", &rsa, &d.err),
		                 ANTIN_OK);
		w_sign(rsa, (struct antin_sigalg){ANTIN_RSA_PKCS1, ANTIN_SHA256});
		ck_assert_int_eq(d.control->calls[FAULT_C_CopyObject], before + 1);
		antin_key_free(rsa);
		rsa = NULL; /* found again it is the same key, with the same copy */
		ck_assert_int_eq(antin_keystore_find(d.store, TOKEN ";object=rsa", &rsa, &d.err),
		                 ANTIN_OK);
		w_sign(rsa, (struct antin_sigalg){ANTIN_RSA_PKCS1, ANTIN_SHA256});
		ck_assert_int_eq(d.control->calls[FAULT_C_CopyObject], before + 1);
		antin_key_free(rsa);
		ck_assert_int_eq(d.control->calls[FAULT_C_DestroyObject], 0);
		desk_close(&d);
	}
}
END_TEST

/* Of more keys than a session keeps copies of, the oldest copy goes. */
enum { KEYS = ANTIN_P11_COPIES + 3 };

static void
keys_make(struct desk *d, struct antin_key *keys[KEYS])
{
	for (int i = 0; i < KEYS; i++) {
		char label[16];

		(void)snprintf(label, sizeof(label), "nhieu%d-%d", getpid(), i);
		keys[i] = w_generate(d->store, TOKEN, "p256", label);
	}
}

START_TEST(copies_of_many)
{
	struct antin_key *keys[KEYS];
	struct desk d;

	if (!w_ready)
		return;
	desk_open(&d);
	keys_make(&d, keys);
	for (int round = 0; round < 2; round++) {
		long before = d.control->calls[FAULT_C_CopyObject];

		for (int i = 0; i < KEYS; i++)
			for (int twice = 0; twice < 2; twice++)
				w_sign(keys[i], (struct antin_sigalg){ANTIN_ECDSA, ANTIN_SHA256});
		ck_assert_int_eq(d.control->calls[FAULT_C_CopyObject] - before, KEYS);
	}
	ck_assert_int_eq(d.control->calls[FAULT_C_DestroyObject], 2 * KEYS - ANTIN_P11_COPIES);
	for (int i = 0; i < KEYS; i++)
		antin_key_free(keys[i]);
	desk_close(&d);
}
END_TEST

/* Threads that sign while others look for a key: a copy just being made is no second key. */
struct seeker {
	struct desk *desk;
	struct antin_key **keys; /* signed with in turn; NULL: one is looked for */
	int good;
	char first[400];
};
enum { SEEKERS = 6, SEEKS = 30 };

static void *
seek(void *user)
{
	struct seeker *w = user;
	struct antin_err err = {0};

	for (int i = 0; i < SEEKS; i++) {
		ANTIN_SCOPED(antin_bytes) sig = {0};
		ANTIN_OWN_S(antin_key) k = NULL;
		uint8_t digest[32] = {(uint8_t)i};
		enum antin_rc rc;

		if (w->keys)
			rc = sign_digest(w->keys[i % KEYS], digest, &sig, &err);
		else
			rc = antin_keystore_find(w->desk->store, TOKEN ";object=p256", &k, &err);
		w->good += rc == ANTIN_OK;
		if (rc != ANTIN_OK)
			(void)antin_err_line(&err, NULL, w->first, sizeof(w->first));
	}
	return NULL;
}

START_TEST(copies_are_not_found)
{
	struct seeker all[SEEKERS];
	pthread_t threads[SEEKERS];
	struct antin_key *keys[KEYS];
	struct desk d;

	if (!w_ready)
		return;
	desk_open(&d);
	keys_make(&d, keys);
	ck_assert_int_eq(sign(&d), ANTIN_OK);
	d.control->copy_us = 500;
	for (int i = 0; i < SEEKERS; i++) {
		all[i] = (struct seeker){.desk = &d, .keys = i % 2 ? keys : NULL};
		ck_assert_int_eq(pthread_create(&threads[i], NULL, seek, &all[i]), 0);
	}
	for (int i = 0; i < SEEKERS; i++) {
		ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
		ck_assert_msg(all[i].good == SEEKS, "%d: %s", all[i].good, all[i].first);
	}
	ck_assert_int_gt(d.control->calls[FAULT_C_CopyObject], SEEKS);
	ck_assert_int_eq(d.control->copies_seen, 0);
	for (int i = 0; i < KEYS; i++)
		antin_key_free(keys[i]);
	desk_close(&d);
}
END_TEST

Suite *
suite_p11_copies(void)
{
	Suite *s = suite_create("p11_copies");
	TCase *tc = tcase_create("copies");

	tcase_add_unchecked_fixture(tc, setup, w_end);
	tcase_add_test(tc, copies);
	tcase_add_test(tc, copies_of_many);
	tcase_add_test(tc, copies_are_not_found);
	suite_add_tcase(s, tc);
	return s;
}
