/*
 * Finding among what other programs leave on tokens: halves that are missing, identifiers and
 * labels shared, kinds we do not know.  One is found or none is; a key never stands in for another.
 */
#include "p11_world.h"

#include <p11-kit/pkcs11.h>

#define TOKEN "pkcs11:token=thu"

Suite *suite_p11_find(void);

static void
setup(void)
{
	(void)w_begin("thu");
}

/* A hand of our own on the token, beside the core: another program. */
struct other {
	CK_FUNCTION_LIST *f;
	CK_SESSION_HANDLE h;
};

static void
other_open(struct other *o)
{
	void *library = dlopen(w_module, RTLD_NOW | RTLD_LOCAL);
	void *symbol = library ? dlsym(library, "C_GetFunctionList") : NULL;
	CK_C_GetFunctionList get;
	CK_SLOT_ID slots[16];
	CK_UTF8CHAR pin[] = W_PIN;
	CK_ULONG n = 16;

	W_TRUE(symbol);
	memcpy(&get, &symbol, sizeof(get));
	W_TRUE(get(&o->f) == CKR_OK && o->f->C_Initialize(NULL) == CKR_OK);
	W_TRUE(o->f->C_GetSlotList(CK_TRUE, slots, &n) == CKR_OK);
	for (CK_ULONG i = 0; i < n; i++) {
		CK_TOKEN_INFO info;

		if (o->f->C_GetTokenInfo(slots[i], &info) != CKR_OK ||
		    memcmp(info.label, "thu ", 4) != 0)
			continue;
		W_TRUE(o->f->C_OpenSession(slots[i], CKF_SERIAL_SESSION | CKF_RW_SESSION, NULL,
		                           NULL, &o->h) == CKR_OK);
		W_TRUE(o->f->C_Login(o->h, CKU_USER, pin, sizeof(pin) - 1) == CKR_OK);
		return;
	}
	W_TRUE(!"the token is there");
}

static void
other_close(struct other *o)
{
	W_TRUE(o->f->C_Finalize(NULL) == CKR_OK);
}

static CK_BBOOL yes = CK_TRUE, no = CK_FALSE;
static CK_BYTE p256[] = {0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07};
static CK_BYTE ed25519[] = {0x13, 0x0c, 'e', 'd', 'w', 'a', 'r', 'd', 's', '2', '5', '5', '1', '9'};

#define CKM_EDWARDS_KEY_PAIR_GEN 0x1055UL

/* A pair as another program would make it; RSA without `curve`. */
static void
other_pair(struct other *o, CK_MECHANISM_TYPE type, CK_BYTE *curve, CK_ULONG curve_len,
           const char *label, const char *id)
{
	CK_MECHANISM m = {type, NULL, 0};
	CK_ULONG bits = 2048;
	char l[400], i[40];
	CK_ATTRIBUTE public[] = {
	        {CKA_TOKEN, &yes, 1},
	        {CKA_LABEL, l, strlen(label)},
	        {CKA_ID, i, strlen(id)},
	        {CKA_VERIFY, &yes, 1},
	        {curve ? CKA_EC_PARAMS : CKA_MODULUS_BITS, curve ? (void *)curve : &bits,
	         curve ? curve_len : sizeof(bits)},
	};
	CK_ATTRIBUTE private[] = {
	        {CKA_TOKEN, &yes, 1},      {CKA_PRIVATE, &yes, 1}, {CKA_LABEL, l, strlen(label)},
	        {CKA_ID, i, strlen(id)},   {CKA_SIGN, &yes, 1},    {CKA_SENSITIVE, &yes, 1},
	        {CKA_EXTRACTABLE, &no, 1},
	};
	CK_OBJECT_HANDLE a, b;

	(void)snprintf(l, sizeof(l), "%s", label);
	(void)snprintf(i, sizeof(i), "%s", id);
	W_TRUE(o->f->C_GenerateKeyPair(o->h, &m, public, 5, private, 7, &a, &b) == CKR_OK);
}

static void
other_ec(struct other *o, const char *label, const char *id)
{
	other_pair(o, CKM_EC_KEY_PAIR_GEN, p256, sizeof(p256), label, id);
}

static void
other_rsa(struct other *o, const char *label, const char *id)
{
	other_pair(o, CKM_RSA_PKCS_KEY_PAIR_GEN, NULL, 0, label, id);
}

static void
other_destroy(struct other *o, CK_OBJECT_CLASS kind, const char *label)
{
	char l[40];
	CK_ATTRIBUTE match[] = {{CKA_CLASS, &kind, sizeof(kind)}, {CKA_LABEL, l, strlen(label)}};
	CK_OBJECT_HANDLE found[8];
	CK_ULONG n = 0;

	(void)snprintf(l, sizeof(l), "%s", label);
	W_TRUE(o->f->C_FindObjectsInit(o->h, match, 2) == CKR_OK);
	W_TRUE(o->f->C_FindObjects(o->h, found, 8, &n) == CKR_OK && n > 0);
	W_TRUE(o->f->C_FindObjectsFinal(o->h) == CKR_OK);
	for (CK_ULONG i = 0; i < n; i++)
		W_TRUE(o->f->C_DestroyObject(o->h, found[i]) == CKR_OK);
}

static void
other_cert(struct other *o, const char *label, const char *id, struct antin_slice der)
{
	CK_OBJECT_CLASS kind = CKO_CERTIFICATE;
	CK_CERTIFICATE_TYPE type = CKC_X_509;
	char l[40], i[40];
	CK_ATTRIBUTE all[] = {
	        {CKA_CLASS, &kind, sizeof(kind)},
	        {CKA_CERTIFICATE_TYPE, &type, sizeof(type)},
	        {CKA_TOKEN, &yes, 1},
	        {CKA_PRIVATE, &no, 1},
	        {CKA_LABEL, l, strlen(label)},
	        {CKA_ID, i, strlen(id)},
	        {CKA_SUBJECT, l, strlen(label)},
	        {CKA_VALUE, NULL, der.len},
	};
	CK_OBJECT_HANDLE made;
	uint8_t copy[4096];

	(void)snprintf(l, sizeof(l), "%s", label);
	(void)snprintf(i, sizeof(i), "%s", id);
	memcpy(copy, der.p, der.len);
	all[7].pValue = copy;
	W_TRUE(o->f->C_CreateObject(o->h, all, 8, &made) == CKR_OK);
}

static void
scene_shared(void)
{
	struct other o;

	other_open(&o);
	other_rsa(&o, "chung-rsa", "AA");
	other_ec(&o, "chung-ec", "AA");
	other_ec(&o, "doi-1", "BB");
	other_ec(&o, "doi-2", "BB");
	other_ec(&o, "trung", "C1");
	other_ec(&o, "trung", "C2");
	other_pair(&o, CKM_EDWARDS_KEY_PAIR_GEN, ed25519, sizeof(ed25519), "ed", "DD");
	other_ec(&o, "khong-id", "");
	other_close(&o);
}

static void
scene_halves(void)
{
	struct other o;

	other_open(&o);
	other_rsa(&o, "rsa-tu", "E1");
	other_destroy(&o, CKO_PUBLIC_KEY, "rsa-tu");
	other_ec(&o, "ec-tu", "E2");
	other_destroy(&o, CKO_PUBLIC_KEY, "ec-tu");
	other_ec(&o, "ec-cong", "E3");
	other_destroy(&o, CKO_PRIVATE_KEY, "ec-cong");
	other_cert(&o, "rac", "E2", antin_slice_text("this is no certificate"));
	other_close(&o);
}

/* URI, class of find, class of sign, kind, PINs asked before the first signature. */
struct row {
	const char *uri;
	enum antin_rc find, sign;
	enum antin_scheme scheme;
	int asked;
	const char *says;
};

/* A module that does not tell what it is is handled as any other: a search for each class. */
static const char *
nameless(void)
{
	struct fault_control *c = w_control();

	*c = (struct fault_control){.tries = -1, .max_sessions = -1, .sessions_at_finalize = -1};
	c->rules[0] = (struct fault_rule){FAULT_C_GetInfo, CKR_FUNCTION_FAILED, 0, -1};
	c->n_rules = 1;
	return w_fault;
}

static void
run_row(const struct row *row, const char *module)
{
	ANTIN_OWN_S(antin_keystore) s = NULL;
	ANTIN_OWN_S(antin_key) k = NULL;
	ANTIN_SCOPED(antin_bytes) sig = {0};
	struct antin_sigalg a = {row->scheme, ANTIN_SHA256};
	struct antin_err err = {0};
	struct w_pins pins;
	uint8_t digest[32] = {5};
	struct antin_slice d = {digest, sizeof(digest)};
	enum antin_rc rc;

	w_pins_set(&pins, W_PIN);
	s = w_store(module, &pins);
	rc = antin_keystore_find(s, row->uri, &k, &err);
	ck_assert_msg(rc == row->find, "%s: [%s] %s", row->uri, antin_rc_id(rc), w_line(&err));
	ck_assert_msg(pins.asked == row->asked, "%s: asked %d times", row->uri, pins.asked);
	if (rc == ANTIN_OK) {
		rc = antin_key_sign(k, a, d, &sig, &err);
		ck_assert_msg(rc == row->sign, "%s: [%s] %s", row->uri, antin_rc_id(rc),
		              w_line(&err));
	}
	if (rc == ANTIN_OK)
		ck_assert_int_eq(antin_public_verify(k->public_key, a, d, antin_bytes_slice(&sig),
		                                     NULL),
		                 ANTIN_OK);
	if (row->says)
		ck_assert_msg(strstr(w_line(&err), row->says), "%s: %s", row->uri, w_line(&err));
	ck_assert_int_le(pins.asked, 1);
}

static const struct row shared[] = {
        {TOKEN ";object=chung-rsa", ANTIN_OK, ANTIN_OK, ANTIN_RSA_PKCS1, 0, NULL},
        {TOKEN ";object=chung-ec", ANTIN_OK, ANTIN_OK, ANTIN_ECDSA, 0, NULL},
        {TOKEN ";id=AA", ANTIN_E_AMBIGUOUS, ANTIN_OK, ANTIN_ECDSA, 1, "chung-ec"},
        {TOKEN ";object=doi-1", ANTIN_OK, ANTIN_OK, ANTIN_ECDSA, 0, NULL},
        {TOKEN ";object=doi-2", ANTIN_OK, ANTIN_OK, ANTIN_ECDSA, 0, NULL},
        {TOKEN ";id=BB", ANTIN_E_AMBIGUOUS, ANTIN_OK, ANTIN_ECDSA, 1, "doi-1"},
        {TOKEN ";object=trung", ANTIN_E_AMBIGUOUS, ANTIN_OK, ANTIN_ECDSA, 1, "4331"},
        {TOKEN ";object=trung;id=C1", ANTIN_OK, ANTIN_OK, ANTIN_ECDSA, 0, NULL},
        {TOKEN ";object=trung;id=C2", ANTIN_OK, ANTIN_OK, ANTIN_ECDSA, 0, NULL},
        {TOKEN ";object=ed", ANTIN_E_UNSUPPORTED, ANTIN_OK, ANTIN_ECDSA, 1, "public half"},
        {TOKEN ";object=khong-id", ANTIN_OK, ANTIN_OK, ANTIN_ECDSA, 0, NULL},
        {TOKEN ";object=khong", ANTIN_E_NOT_FOUND, ANTIN_OK, ANTIN_ECDSA, 1, "no such key"},
};

static void
setup_shared(void)
{
	setup();
	if (w_ready)
		w_apart(scene_shared);
}

START_TEST(shared_names)
{
	if (!w_ready)
		return;
	run_row(&shared[_i], w_module);
	run_row(&shared[_i], nameless());
}
END_TEST

/* Logged in, and where each search reads every object: one for the names, one for certificates. */
START_TEST(few_searches)
{
	static const struct {
		const char *uri;
		long quirk, plain;
	} ways[] = {
	        {TOKEN ";object=chung-ec", 2, 3},
	        {TOKEN ";object=chung-rsa", 2, 2}, /* which tells its public half itself */
	        {TOKEN ";object=trung;id=C1", 2, 3},
	        {TOKEN ";object=doi-2", 2, 3}, /* two with its id, one with its label too */
	};
	struct fault_control *c;

	if (!w_ready || getenv("ANTIN_TEST_APART")) /* the calls are counted in this process */
		return;
	for (size_t i = 0; i < 2 * sizeof(ways) / sizeof(ways[0]); i++) {
		ANTIN_OWN_S(antin_keystore) s = NULL;
		ANTIN_OWN_S(antin_key) first = NULL;
		ANTIN_OWN_S(antin_key) k = NULL;
		struct antin_err err = {0};
		struct w_pins pins;
		long before;

		(void)nameless();
		c = w_control();
		c->n_rules = i % 2;
		w_pins_set(&pins, W_PIN);
		s = w_store(w_fault, &pins);
		T_OK(antin_keystore_find(s, TOKEN ";object=doi-1", &first, &err));
		w_sign(first, (struct antin_sigalg){ANTIN_ECDSA, ANTIN_SHA256});
		before = c->calls[FAULT_C_FindObjectsInit];
		T_OK(antin_keystore_find(s, ways[i / 2].uri, &k, &err));
		before = c->calls[FAULT_C_FindObjectsInit] - before;
		ck_assert_msg(before == (i % 2 ? ways[i / 2].plain : ways[i / 2].quirk),
		              "%s: %ld searches", ways[i / 2].uri, before);
		w_sign(k, antin_sigalg_default(antin_public_type(k->public_key)));
	}
}
END_TEST

static const struct row halves[] = {
        {TOKEN ";object=rsa-tu", ANTIN_OK, ANTIN_OK, ANTIN_RSA_PKCS1, 1, NULL},
        {TOKEN ";object=ec-tu", ANTIN_E_UNSUPPORTED, ANTIN_OK, ANTIN_ECDSA, 1, "public half"},
        {TOKEN ";object=ec-cong", ANTIN_OK, ANTIN_E_NOT_FOUND, ANTIN_ECDSA, 0,
         "private key is not on token"},
        {TOKEN ";object=rac", ANTIN_E_NOT_FOUND, ANTIN_OK, ANTIN_ECDSA, 1, "no such key"},
};

static void
setup_halves(void)
{
	setup();
	if (w_ready)
		w_apart(scene_halves);
}

START_TEST(missing_halves)
{
	if (!w_ready)
		return;
	run_row(&halves[_i], w_module);
	run_row(&halves[_i], nameless());
}
END_TEST

static struct antin_slice the_cert;
static void
scene_certificate(void)
{
	struct other o;

	other_open(&o);
	other_destroy(&o, CKO_PUBLIC_KEY, "chi-cert");
	other_close(&o);
}

/* An EC key whose public half only its certificate tells: found after a login, and it signs. */
START_TEST(half_from_certificate)
{
	ANTIN_OWN_S(antin_keystore) s = NULL;
	ANTIN_OWN_S(antin_key) k = NULL;
	ANTIN_OWN_S(antin_cert) cert = NULL;
	struct antin_err err = {0};
	struct w_pins pins;

	if (!w_ready)
		return;
	w_pins_set(&pins, W_PIN);
	s = w_store(w_module, &pins);
	k = w_generate(s, TOKEN, "p256", "chi-cert");
	cert = w_certify(k->public_key, "CN=Chỉ có chứng thư", k, "CN=Chỉ có chứng thư", 7);
	T_OK(antin_keystore_store(s, TOKEN, cert, &err));
	the_cert = cert->der;
	antin_key_free(ANTIN_TAKE(k));
	antin_keystore_free(ANTIN_TAKE(s));
	w_apart(scene_certificate);
	pins.asked = 0;
	s = w_store(w_module, &pins);
	T_OK(antin_keystore_find(s, TOKEN ";object=chi-cert", &k, &err));
	ck_assert_int_eq(pins.asked, 1);
	ck_assert_int_eq((int)k->n_chain, 1);
	ck_assert(antin_slice_equal(k->chain[0]->der, the_cert));
	w_sign(k, (struct antin_sigalg){ANTIN_ECDSA, ANTIN_SHA256});
	ck_assert_int_eq(pins.asked, 1);
}
END_TEST

/* Objects of every kind are listed, those we cannot read without a name for their algorithm. */
START_TEST(listed)
{
	ANTIN_SCOPED(antin_modules) modules = {0};
	ANTIN_SCOPED(antin_token_objects) public = {0};
	ANTIN_SCOPED(antin_token_objects) all = {0};
	ANTIN_OWN_S(antin_token) t = NULL;
	struct antin_err err = {0};
	struct w_pins pins;
	size_t kinds[3] = {0}, named = 0;

	if (!w_ready)
		return;
	w_pins_set(&pins, W_PIN);
	T_OK(antin_modules_load(w_module, &modules, &err));
	T_OK(antin_token_open(&modules, TOKEN, &t, &err));
	T_OK(antin_token_objects(t, NULL, &public, &err));
	for (size_t i = 0; i < public.n; i++)
		ck_assert_int_ne(public.items[i].kind, ANTIN_OBJECT_PRIVATE);
	T_OK(antin_token_objects(t, &pins.source, &all, &err));
	for (size_t i = 0; i < all.n; i++) {
		const struct antin_token_object *o = &all.items[i];

		kinds[o->kind]++;
		named += o->algorithm[0] != '\0' && o->kind == ANTIN_OBJECT_PUBLIC;
		ck_assert_int_eq(antin_p11_uri_check(o->uri, NULL), ANTIN_OK);
		ck_assert_ptr_nonnull(strstr(o->uri, "serial="));
	}
	ck_assert_int_eq((int)kinds[ANTIN_OBJECT_PRIVATE], 8);
	ck_assert_int_eq((int)kinds[ANTIN_OBJECT_PUBLIC], 8);
	ck_assert_int_eq((int)named, 7); /* all but Ed25519 */
	ck_assert_int_eq((int)public.n,
	                 (int)(kinds[ANTIN_OBJECT_PUBLIC] + kinds[ANTIN_OBJECT_CERT]));
}
END_TEST

Suite *
suite_p11_find(void)
{
	Suite *s = suite_create("p11_find");
	TCase *tc = tcase_create("shared");

	tcase_add_unchecked_fixture(tc, setup_shared, w_end);
	tcase_add_loop_test(tc, shared_names, 0, sizeof(shared) / sizeof(shared[0]));
	tcase_add_test(tc, few_searches);
	tcase_add_test(tc, listed);
	suite_add_tcase(s, tc);
	tc = tcase_create("halves");
	tcase_add_unchecked_fixture(tc, setup_halves, w_end);
	tcase_add_loop_test(tc, missing_halves, 0, sizeof(halves) / sizeof(halves[0]));
	tcase_add_test(tc, half_from_certificate);
	suite_add_tcase(s, tc);
	return s;
}
