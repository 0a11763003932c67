/*
 * The messages between a program and the helper that holds a module: every kind of argument there
 * and back, answers cut at each octet and changed in each, lengths that a broken helper tells.
 */
#include <stdlib.h>
#include <string.h>

#include <check.h>

#include "../../pkcs11/wire.h"

Suite *suite_p11_wire(void);

static uint8_t ask_space[ANTIN_WIRE_MAX], answer_space[ANTIN_WIRE_MAX];

static struct antin_wire
writer(uint8_t *space)
{
	return (struct antin_wire){.p = space, .cap = ANTIN_WIRE_MAX};
}

static struct antin_wire
reader(uint8_t *space, size_t len)
{
	return (struct antin_wire){.p = space, .len = len};
}

/* A call written and read as the helper does. */
static size_t
send_call(const struct antin_wire_arg *args, size_t n, struct antin_wire_call *c)
{
	struct antin_wire w = writer(ask_space), r;

	antin_wire_call_put(&w, ANTIN_WIRE_C_Sign, args, n);
	ck_assert(!w.bad);
	r = reader(ask_space, w.len);
	ck_assert(antin_wire_call_get(&r, c));
	ck_assert_uint_eq(c->function, ANTIN_WIRE_C_Sign);
	ck_assert_uint_eq(c->n, n);
	return w.len;
}

static size_t
send_answer(const struct antin_wire_call *c, CK_RV rv)
{
	struct antin_wire w = writer(answer_space);

	antin_wire_answer_put(&w, c, rv);
	ck_assert(!w.bad);
	return w.len;
}

static bool
read_answer(size_t len, const struct antin_wire_arg *args, size_t n, CK_RV *rv)
{
	struct antin_wire r = reader(answer_space, len);

	return antin_wire_answer_get(&r, args, n, rv);
}

START_TEST(words_and_octets)
{
	uint8_t pin[] = "135790";
	struct antin_wire_arg args[] = {
	        {.kind = ANTIN_WIRE_WORD, .n = 7},
	        {.kind = ANTIN_WIRE_WORD, .n = ~(CK_ULONG)0},
	        {.kind = ANTIN_WIRE_IN, .p = pin, .n = 6},
	        {.kind = ANTIN_WIRE_IN, .p = NULL, .n = 5},
	        {.kind = ANTIN_WIRE_IN, .p = pin, .n = 0},
	};
	struct antin_wire_call c;

	(void)send_call(args, 5, &c);
	ck_assert_uint_eq(c.args[0].n, 7);
	ck_assert_uint_eq(c.args[1].n, ~(CK_ULONG)0);
	ck_assert_uint_eq(c.args[2].n, 6);
	ck_assert_int_eq(memcmp(c.args[2].p, "135790", 6), 0);
	ck_assert_ptr_null(c.args[3].p);
	ck_assert_uint_eq(c.args[3].n, 5);
	ck_assert_ptr_nonnull(c.args[4].p); /* no octets are not no pointer */
	antin_wire_call_done(&c);
}
END_TEST

START_TEST(mechanisms)
{
	CK_RSA_PKCS_PSS_PARAMS pss = {CKM_SHA256, CKG_MGF1_SHA256, 32};
	uint8_t label[3] = {1, 2, 3}, point[65] = {4, 9};
	CK_RSA_PKCS_OAEP_PARAMS oaep = {CKM_SHA384, CKG_MGF1_SHA384, CKZ_DATA_SPECIFIED, label, 3};
	CK_ECDH1_DERIVE_PARAMS ecdh = {CKD_NULL, 0, NULL, 65, point};
	CK_MECHANISM list[] = {
	        {CKM_ECDSA, NULL, 0},
	        {CKM_RSA_PKCS_PSS, &pss, sizeof(pss)},
	        {CKM_RSA_PKCS_OAEP, &oaep, sizeof(oaep)},
	        {CKM_ECDH1_DERIVE, &ecdh, sizeof(ecdh)},
	};

	for (size_t i = 0; i < sizeof(list) / sizeof(list[0]); i++) {
		struct antin_wire_arg arg = {.kind = ANTIN_WIRE_MECHANISM, .p = &list[i]};
		struct antin_wire_call c;
		const CK_MECHANISM *m;

		(void)send_call(&arg, 1, &c);
		m = c.args[0].p;
		ck_assert_uint_eq(m->mechanism, list[i].mechanism);
		ck_assert_uint_eq(m->ulParameterLen, list[i].ulParameterLen);
		ck_assert_int_eq(m->pParameter == NULL, list[i].pParameter == NULL);
		if (i == 1)
			ck_assert_int_eq(memcmp(m->pParameter, &pss, sizeof(pss)), 0);
		if (i == 2) {
			const CK_RSA_PKCS_OAEP_PARAMS *o = m->pParameter;

			ck_assert(o->hashAlg == CKM_SHA384 && o->mgf == CKG_MGF1_SHA384 &&
			          o->source == CKZ_DATA_SPECIFIED && o->ulSourceDataLen == 3);
			ck_assert_int_eq(memcmp(o->pSourceData, label, 3), 0);
		}
		if (i == 3) {
			const CK_ECDH1_DERIVE_PARAMS *e = m->pParameter;

			ck_assert(e->kdf == CKD_NULL && e->ulPublicDataLen == 65);
			ck_assert_ptr_null(e->pSharedData);
			ck_assert_int_eq(memcmp(e->pPublicData, point, 65), 0);
		}
		antin_wire_call_done(&c);
	}
}
END_TEST

/* Everything that gives something back, at once. */
struct back {
	CK_TOKEN_INFO info;
	uint8_t signature[64];
	CK_ULONG signature_len;
	CK_SLOT_ID slots[8];
	CK_ULONG n_slots;
	uint8_t id[20];
	CK_BBOOL local;
	CK_ATTRIBUTE asked[3];
	struct antin_wire_arg args[4];
};
enum { BACK_ARGS = 4 };

static void
back_set(struct back *b)
{
	memset(b, 0, sizeof(*b));
	b->signature_len = sizeof(b->signature);
	b->n_slots = 8;
	b->asked[0] = (CK_ATTRIBUTE){CKA_ID, b->id, sizeof(b->id)};
	b->asked[1] = (CK_ATTRIBUTE){CKA_LOCAL, &b->local, 1};
	b->asked[2] = (CK_ATTRIBUTE){CKA_VALUE, NULL, 0};
	b->args[0] = (struct antin_wire_arg){.kind = ANTIN_WIRE_FIXED,
	                                     .p = &b->info,
	                                     .n = sizeof(b->info)};
	b->args[1] = (struct antin_wire_arg){.kind = ANTIN_WIRE_OUT,
	                                     .p = b->signature,
	                                     .count = &b->signature_len};
	b->args[2] = (struct antin_wire_arg){.kind = ANTIN_WIRE_LIST,
	                                     .p = b->slots,
	                                     .count = &b->n_slots};
	b->args[3] = (struct antin_wire_arg){.kind = ANTIN_WIRE_ASK, .p = b->asked, .n = 3};
}

/* The part of the module. */
static void
fill(struct antin_wire_call *c)
{
	CK_TOKEN_INFO *info = c->args[0].p;
	CK_SLOT_ID *slots = c->args[2].p;
	CK_ATTRIBUTE *asked = c->args[3].p;

	memset(info->label, 'x', sizeof(info->label));
	ck_assert_uint_eq(*c->args[1].count, 64);
	memset(c->args[1].p, 0x5a, 60);
	*c->args[1].count = 60;
	slots[0] = 11;
	slots[1] = 0x100000000UL;
	*c->args[2].count = 2;
	ck_assert_uint_eq(asked[0].ulValueLen, 20);
	memcpy(asked[0].pValue, "id", 2);
	asked[0].ulValueLen = 2;
	*(CK_BBOOL *)asked[1].pValue = CK_TRUE;
	ck_assert_ptr_null(asked[2].pValue);
	asked[2].ulValueLen = CK_UNAVAILABLE_INFORMATION;
}

static size_t
answer_to(struct back *b, CK_RV rv)
{
	struct antin_wire_call c;
	size_t len;

	back_set(b);
	(void)send_call(b->args, BACK_ARGS, &c);
	fill(&c);
	len = send_answer(&c, rv);
	antin_wire_call_done(&c);
	return len;
}

START_TEST(results)
{
	struct back b;
	CK_RV rv = 77;
	size_t len = answer_to(&b, CKR_OK);

	ck_assert(read_answer(len, b.args, BACK_ARGS, &rv));
	ck_assert_uint_eq(rv, CKR_OK);
	ck_assert_int_eq(b.info.label[31], 'x');
	ck_assert_uint_eq(b.signature_len, 60);
	ck_assert_int_eq(b.signature[59], 0x5a);
	ck_assert_int_eq(b.signature[60], 0);
	ck_assert_uint_eq(b.n_slots, 2);
	ck_assert_uint_eq(b.slots[1], 0x100000000UL);
	ck_assert_uint_eq(b.asked[0].ulValueLen, 2);
	ck_assert_int_eq(memcmp(b.id, "id", 2), 0);
	ck_assert_int_eq(b.local, CK_TRUE);
	ck_assert_uint_eq(b.asked[2].ulValueLen, CK_UNAVAILABLE_INFORMATION);
}
END_TEST

/* Of a call that failed only what PKCS#11 says is set; attributes are given whatever the code is.
 */
START_TEST(results_of_failures)
{
	struct back b;
	CK_RV rv = 0;
	size_t len = answer_to(&b, CKR_ATTRIBUTE_SENSITIVE);

	ck_assert(read_answer(len, b.args, BACK_ARGS, &rv));
	ck_assert_uint_eq(rv, CKR_ATTRIBUTE_SENSITIVE);
	ck_assert_int_eq(b.info.label[0], 0);
	ck_assert_uint_eq(b.signature_len, 64);
	ck_assert_int_eq(b.signature[0], 0);
	ck_assert_uint_eq(b.asked[0].ulValueLen, 2);
	len = answer_to(&b, CKR_BUFFER_TOO_SMALL);
	ck_assert(read_answer(len, b.args, BACK_ARGS, &rv));
	ck_assert_uint_eq(b.signature_len, 60);
	ck_assert_int_eq(b.signature[0], 0);
}
END_TEST

/* Lengths beyond the room: told as they are, for the core to judge; never an octet too many. */
START_TEST(lies_of_modules)
{
	struct back b;
	struct antin_wire_call c;
	CK_ATTRIBUTE *asked;
	CK_RV rv = 0;
	size_t len;

	back_set(&b);
	(void)send_call(b.args, BACK_ARGS, &c);
	asked = c.args[3].p;
	*c.args[1].count = 100000;
	*c.args[2].count = 1000000;
	asked[0].ulValueLen = (CK_ULONG)1 << 60;
	asked[2].ulValueLen = 5000;
	len = send_answer(&c, CKR_OK);
	antin_wire_call_done(&c);
	ck_assert(read_answer(len, b.args, BACK_ARGS, &rv));
	ck_assert_uint_eq(b.signature_len, 100000);
	ck_assert_uint_eq(b.n_slots, 1000000);
	ck_assert_uint_eq(b.asked[0].ulValueLen, (CK_ULONG)1 << 60);
	ck_assert_uint_eq(b.asked[2].ulValueLen, 5000);
}
END_TEST

/* An answer that is cut or goes on is none: the helper is given up. */
START_TEST(answers_cut)
{
	struct back b;
	CK_RV rv = 77;
	size_t len = answer_to(&b, CKR_OK);

	for (size_t cut = 0; cut < len; cut++) {
		back_set(&b);
		ck_assert_msg(!read_answer(cut, b.args, BACK_ARGS, &rv), "%zu octets", cut);
		ck_assert_uint_eq(rv, 77);
	}
	memset(answer_space + len, 0, 8);
	back_set(&b);
	ck_assert(!read_answer(len + 8, b.args, BACK_ARGS, &rv));
}
END_TEST

/* With every octet changed: nothing is written beside the room that was given. */
START_TEST(answers_changed)
{
	struct {
		struct back b;
		uint8_t after[64];
	} guarded;
	size_t len = answer_to(&guarded.b, CKR_OK), refused = 0;
	static const uint8_t masks[] = {0x01, 0x80, 0xff};

	memset(guarded.after, 0xa5, sizeof(guarded.after));
	for (size_t i = 0; i < len; i++)
		for (size_t k = 0; k < sizeof(masks); k++) {
			CK_RV rv;

			back_set(&guarded.b);
			answer_space[i] ^= masks[k];
			refused += !read_answer(len, guarded.b.args, BACK_ARGS, &rv);
			answer_space[i] ^= masks[k];
			ck_assert_ptr_eq(guarded.b.asked[0].pValue, guarded.b.id);
			for (size_t g = 0; g < sizeof(guarded.after); g++)
				ck_assert_int_eq(guarded.after[g], 0xa5);
		}
	ck_assert_uint_gt(refused, 50);
}
END_TEST

/* The helper's end is as careful: whatever comes, it stays in its bounds. */
START_TEST(calls_cut_and_changed)
{
	struct back b;
	struct antin_wire_call c;
	struct antin_wire r;
	size_t len;

	back_set(&b);
	len = send_call(b.args, BACK_ARGS, &c);
	antin_wire_call_done(&c);
	for (size_t cut = 0; cut < len; cut++) {
		uint8_t *exact = malloc(cut ? cut : 1); /* so that a sanitizer sees a step beyond */

		memcpy(exact, ask_space, cut);
		r = reader(exact, cut);
		ck_assert_msg(!antin_wire_call_get(&r, &c), "%zu octets", cut);
		antin_wire_call_done(&c);
		free(exact);
	}
	for (size_t i = 0; i < len * 8; i++) {
		struct antin_wire w = writer(answer_space);

		ask_space[i / 8] ^= (uint8_t)(1 << i % 8);
		r = reader(ask_space, len);
		if (antin_wire_call_get(&r, &c))
			antin_wire_answer_put(&w, &c, CKR_OK);
		antin_wire_call_done(&c);
		ask_space[i / 8] ^= (uint8_t)(1 << i % 8);
	}
}
END_TEST

/* What does not fit into a message is refused before anything is sent. */
static const struct {
	size_t octets;
	bool fits;
} sizes[] = {
        {0, true},
        {65536, true},
        {ANTIN_WIRE_MAX - 64, true},
        {ANTIN_WIRE_MAX, false},
        {(size_t)ANTIN_WIRE_MAX * 2, false},
};

START_TEST(too_large)
{
	uint8_t *much = calloc(1, sizes[_i].octets + 1);
	struct antin_wire_arg arg = {.kind = ANTIN_WIRE_IN, .p = much, .n = sizes[_i].octets};
	struct antin_wire w = writer(ask_space);

	antin_wire_call_put(&w, ANTIN_WIRE_C_Decrypt, &arg, 1);
	ck_assert_int_eq(w.bad, !sizes[_i].fits);
	free(much);
}
END_TEST

/* Counts that would ask the helper for more memory than a message. */
START_TEST(too_many)
{
	static const CK_ULONG counts[] = {ANTIN_WIRE_MAX, ANTIN_WIRE_MAX + 1, ~(CK_ULONG)0};

	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++)
		for (int kind = 0; kind < ANTIN_WIRE_KINDS; kind++) {
			uint64_t words[] = {ANTIN_WIRE_C_Sign, 1, (uint64_t)kind, 1, counts[i]};
			struct antin_wire r = reader((uint8_t *)words, sizeof(words));
			struct antin_wire_call c;

			if (kind == ANTIN_WIRE_OUT && counts[i] <= ANTIN_WIRE_MAX)
				continue;
			ck_assert_msg(!antin_wire_call_get(&r, &c), "kind %d, %lu", kind,
			              counts[i]);
			antin_wire_call_done(&c);
		}
}
END_TEST

/* A parameter is of the form that its mechanism has, and a call has one mechanism. */
START_TEST(mechanism_strict)
{
	static const struct {
		uint64_t words[12];
		size_t n;
		bool fine;
	} calls[] = {
	        {{24, 1, ANTIN_WIRE_MECHANISM, CKM_ECDSA, 0, 0, 0}, 7, true},
	        {{24, 1, ANTIN_WIRE_MECHANISM, CKM_ECDSA, 1, 1, 0}, 7, true},
	        {{24, 1, ANTIN_WIRE_MECHANISM, CKM_ECDSA, 0, 1, 0}, 7, false},
	        {{24, 1, ANTIN_WIRE_MECHANISM, CKM_ECDSA, 1, 0, 0}, 7, false},
	        {{24, 1, ANTIN_WIRE_MECHANISM, CKM_RSA_PKCS_OAEP, 0, 0, 0}, 7, true},
	        {{24, 1, ANTIN_WIRE_MECHANISM, CKM_RSA_PKCS_OAEP, 1, 1, 8, 7}, 8, false},
	        {{24, 1, ANTIN_WIRE_MECHANISM, CKM_ECDSA, 2, 1, 2, 3, 0, 0}, 10, false},
	        {{24, 1, ANTIN_WIRE_MECHANISM, CKM_ECDH1_DERIVE, 3, 1, 0, 0, 0, 0}, 10, true},
	        {{24, 1, ANTIN_WIRE_MECHANISM, CKM_RSA_PKCS, 3, 1, 0, 0, 0, 0}, 10, false},
	        {{24, 1, ANTIN_WIRE_MECHANISM, CKM_ECDSA, 4, 0, 0}, 7, false},
	        {{24, 2, ANTIN_WIRE_MECHANISM, CKM_ECDSA, 0, 0, 0, ANTIN_WIRE_MECHANISM,
	          CKM_RSA_PKCS, 0, 0, 0},
	         12,
	         false},
	};

	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		struct antin_wire r = reader(ask_space, calls[i].n * 8);
		struct antin_wire_call c;

		memcpy(ask_space, calls[i].words, sizeof(calls[i].words));
		ck_assert_msg(antin_wire_call_get(&r, &c) == calls[i].fine, "call %zu", i);
		antin_wire_call_done(&c);
	}
}
END_TEST

Suite *
suite_p11_wire(void)
{
	Suite *s = suite_create("p11_wire");
	TCase *tc = tcase_create("messages");

	tcase_add_test(tc, words_and_octets);
	tcase_add_test(tc, mechanisms);
	tcase_add_test(tc, results);
	tcase_add_test(tc, results_of_failures);
	tcase_add_test(tc, lies_of_modules);
	tcase_add_test(tc, answers_cut);
	tcase_add_test(tc, answers_changed);
	tcase_add_test(tc, calls_cut_and_changed);
	tcase_add_loop_test(tc, too_large, 0, sizeof(sizes) / sizeof(sizes[0]));
	tcase_add_test(tc, too_many);
	tcase_add_test(tc, mechanism_strict);
	suite_add_tcase(s, tc);
	return s;
}
