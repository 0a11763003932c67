/*
 * Signing apart: the real worker gives what signing in process gives; whatever a worker that was
 * taken over appends, tells or does, no signature is made of it and no file is left.
 */
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>

#include <antin/sign.h>

#include "worker_world.h"

static const struct antin_sign_what what = {.now = PKI_NOW,
                                            .name = "Nguy\xe1\xbb\x85n A",
                                            .reason = "Ph\xc3\xaa duy\xe1\xbb\x87t",
                                            .location = "Hu\xe1\xba\xbf"};

static struct antin_doc_place
place_of(const struct antin_sign_what *w, size_t reserve)
{
	return (struct antin_doc_place){.reserve = reserve,
	                                .time = w->now,
	                                .name = w->name,
	                                .reason = w->reason,
	                                .location = w->location,
	                                .contact = w->contact,
	                                .certify = w->certify};
}

static const char *
in(const char *name)
{
	return util_path(folder, name);
}

static struct antin_source *
source_of(const char *path)
{
	struct antin_source *src = NULL;
	struct antin_err err = {0};

	util_ok(antin_source_open(path, &src, &err));
	return src;
}

/* The octets that the signature of the scene's signer needs. */
static size_t
reserve_of(void)
{
	const struct antin_cades_spec spec = {
	        {ANTIN_ECDSA, ANTIN_SHA256}, scene.leaf, NULL, 0, INT64_MIN};

	return antin_cades_size(&spec);
}

static enum antin_rc
sign_from(struct antin_sign_job *job, const struct antin_sign_what *with, const char *to,
          struct antin_err *err)
{
	ANTIN_OWN_S(antin_key) key = key_over(leaf_key);
	const struct antin_sign_who who = {key, scene.leaf, NULL, 0, {ANTIN_ECDSA, ANTIN_SHA256}};
	ANTIN_OWN_S(antin_output) out = NULL;

	ck_assert(antin_output_open(to, 0, &out, err) == ANTIN_OK);
	return antin_sign_run(job, &who, with, out, err);
}

static enum antin_rc
sign_with(struct antin_worker *w, const char *from, const char *to,
          const struct antin_sign_what *with, struct antin_err *err)
{
	ANTIN_OWN_S(antin_sign_job) job = NULL;
	enum antin_rc rc = antin_sign_open_isolated(w, from, with, &job, err);

	return rc == ANTIN_OK ? sign_from(job, with, to, err) : rc;
}

/* ---- the real one ---- */

static const char *const samples[] = {"classic.pdf",       "objstm.pdf", "linear.pdf", "hybrid.pdf",
                                      "linear-objstm.pdf", "form.pdf",   "updated.pdf"};

/* The update of the worker is that of this process, for each kind of file and of signature. */
START_TEST(as_in_process)
{
	struct antin_worker *w = worker(NULL, 60000);

	for (int certify = 0; certify < 4; certify++)
		for (size_t reserve = 0; reserve < 9000; reserve += 3000) {
			struct antin_sign_what with = what;
			struct antin_doc_place place;
			struct antin_doc_about a = {{0}}, b = {{0}};
			ANTIN_SCOPED(antin_slot) here = {0};
			ANTIN_SCOPED(antin_slot) apart = {0};
			ANTIN_OWN_S(antin_source) src = NULL;
			struct antin_err err = {0};
			char path[100];

			(void)snprintf(path, sizeof(path), PDF_FOLDER "%s", samples[_i]);
			src = source_of(path);
			with.certify = certify;
			with.location = reserve ? NULL : with.location;
			place = place_of(&with, reserve);
			util_ok(antin_doc_place(src, &place, &a, &here, &err));
			util_ok(antin_doc_place_isolated(w, src, &place, &b, &apart, &err));
			ck_assert(antin_bytes_equal(&here.tail, &apart.tail));
			ck_assert_uint_eq(here.hole, apart.hole);
			ck_assert_uint_eq(here.hole_len, apart.hole_len);
			ck_assert_mem_eq(here.ranges, apart.ranges, sizeof(here.ranges));
			ck_assert_ptr_eq(apart.source, src);
			ck_assert_str_eq(a.format, b.format);
			ck_assert_uint_eq(a.pages, b.pages);
			ck_assert_uint_eq(a.n_sigs, b.n_sigs);
		}
	antin_worker_free(w);
}
END_TEST

/* Three signatures, one on the other, in process and apart in turn; then recognised as done. */
START_TEST(signed_in_turn)
{
	struct antin_worker *w = worker(NULL, 60000);
	ANTIN_OWN_S(antin_sign_job) job = NULL;
	struct antin_err err = {0};
	static const char *const names[] = {"0.pdf", "1.pdf", "2.pdf", "3.pdf"};

	{
		struct antin_bytes b = pdf_sample("classic.pdf");

		util_write(in(names[0]), antin_bytes_slice(&b));
		antin_bytes_done(&b);
	}
	for (int i = 0; i < 3; i++) {
		struct antin_sign_what with = what;

		with.certify = i == 0 ? _i : 0;
		if (_i == 1 && i == 1) {
			util_fails(sign_with(w, in(names[1]), in(names[2]), &with, &err),
			           ANTIN_E_POLICY);
			ck_assert_uint_eq(util_entries(folder), 2);
			break;
		}
		util_ok(sign_with(i == 1 ? NULL : w, in(names[i]), in(names[i + 1]), &with, &err));
	}
	antin_err_clear(&err);
	util_ok(antin_sign_open_isolated(w, in(names[0]), &what, &job, &err));
	ck_assert_str_eq(antin_sign_about(job)->format, "pdf");
	ck_assert_uint_eq(antin_sign_about(job)->n_sigs, 0);
	ck_assert(antin_sign_done(job, in(names[1]), scene.leaf));
	ck_assert(antin_sign_done(job, in(names[1]), NULL));
	ck_assert(!antin_sign_done(job, in(names[1]), scene.ca));
	ck_assert(!antin_sign_done(job, in(names[0]), NULL));
	if (_i != 1)
		ck_assert(!antin_sign_done(job, in(names[2]), scene.leaf));
	antin_sign_free(ANTIN_TAKE(job));
	antin_worker_free(w);
}
END_TEST

/* What cannot be signed is refused in the same words. */
START_TEST(errors_are_the_same)
{
	static const char *const texts[] = {"",           "x",
	                                    "%PDF-1.7\n", "%PDF-1.7\nstartxref\n9\n%%EOF\n",
	                                    "PK\3\4 zip", "\x30\x82",
	                                    "<?xml?>"};
	struct antin_worker *w = worker(NULL, 60000);

	for (size_t i = 0; i < UTIL_COUNT(texts); i++) {
		ANTIN_OWN_S(antin_sign_job) job = NULL;
		struct antin_err here = {0}, apart = {0};
		char a[2000], b[2000];

		util_write(in("x.pdf"), antin_slice_text(texts[i]));
		ck_assert(antin_sign_open(in("x.pdf"), &what, &job, &here) != ANTIN_OK);
		ck_assert(antin_sign_open_isolated(w, in("x.pdf"), &what, &job, &apart) == here.rc);
		ck_assert_str_eq(antin_err_line(&here, NULL, a, sizeof(a)),
		                 antin_err_line(&apart, NULL, b, sizeof(b)));
		ck_assert_str_eq(here.file, apart.file);
		ck_assert_ptr_null(job);
	}
	antin_worker_free(w);
}
END_TEST

/* ---- an update of somebody else ---- */

static void
true_update(struct antin_source *src, const struct antin_doc_place *place, struct worker_update *u)
{
	ANTIN_SCOPED(antin_slot) slot = {0};
	struct antin_err err = {0};

	util_ok(antin_doc_place(src, place, &u->about, &slot, &err));
	antin_bytes_move(&u->tail, &slot.tail);
}

static enum antin_rc
hold(struct antin_source *src, const struct worker_update *u, const struct antin_doc_place *place,
     struct antin_slot *out)
{
	ANTIN_SCOPED(antin_bytes) tail = {0};
	struct antin_err err = {0};
	enum antin_rc rc;

	antin_bytes_add(&tail, u->tail.p, u->tail.len);
	rc = antin_slot_hold(src, &u->about, place, &tail, out, &err);
	ck_assert(rc == ANTIN_OK || (rc == ANTIN_E_FORMAT && err.rc == rc));
	return rc;
}

/*
 * Until the end of the signature's object any other octet but its number is refused, and any other
 * length; what follows is not looked at, and the hole stays where it was.
 */
START_TEST(changed_at_every_octet)
{
	struct antin_doc_place place = place_of(&what, 40);
	ANTIN_OWN_S(antin_source) src = source_of(PDF_FOLDER "classic.pdf");
	ANTIN_SCOPED(worker_update) u = {{{0}}, {0}};
	const uint8_t *end;
	size_t head, number = 0, whole;

	true_update(src, &place, &u);
	end = memmem(u.tail.p, u.tail.len, "endobj\n", 7);
	ck_assert_ptr_nonnull(end);
	head = (size_t)(end - u.tail.p) + 7;
	for (size_t at = 0; at < u.tail.len; at++)
		for (unsigned int bit = 0; bit < 8; bit++) {
			ANTIN_SCOPED(antin_slot) slot = {0};
			enum antin_rc rc;

			u.tail.p[at] ^= (uint8_t)(1u << bit);
			rc = hold(src, &u, &place, &slot);
			u.tail.p[at] ^= (uint8_t)(1u << bit);
			if (at < head && rc == ANTIN_OK)
				number++;
			ck_assert(at >= head || at < 3 || rc == ANTIN_E_FORMAT);
			ck_assert(at < head || (rc == ANTIN_OK && slot.hole_len == 80 &&
			                        u.tail.p[slot.hole - 1] == '<' &&
			                        u.tail.p[slot.hole + 80] == '>'));
		}
	/* Digits that became others. */
	ck_assert_uint_gt(number, 0);
	ck_assert_uint_lt(number, 12);
	whole = u.tail.len;
	for (u.tail.len = 0; u.tail.len < whole; u.tail.len++) {
		ANTIN_SCOPED(antin_slot) slot = {0};

		ck_assert_int_eq(hold(src, &u, &place, &slot), ANTIN_E_FORMAT);
	}
	u.tail.len = whole;
}
END_TEST

/* Octets before or behind it: the range says so, as who forges an update will see to. */
static void
mend_range(struct antin_bytes *tail, size_t before, size_t behind)
{
	char *range = (char *)pdf_find(tail, "/ByteRange [") + 12, text[65], *next = range;
	unsigned long long n[4];

	for (size_t i = 0; i < 4; i++)
		n[i] = strtoull(next, &next, 10);
	ck_assert_int_eq(*next, ']');
	(void)snprintf(text, sizeof(text), "%llu %llu %llu %llu]", n[0], n[1] + before,
	               n[2] + before, n[3] + behind);
	/* NOLINTNEXTLINE(bugprone-not-null-terminated-result): octets, not a string */
	memcpy(range, text, strlen(text));
}

/* What the place does not ask for: each row is another place, format or beginning. */
static const struct lie {
	struct antin_doc_place place; /* zero members: as asked */
	const char *format, *before;
	bool numberless;
} lies[] = {
        {.place = {.reserve = 41}},
        {.place = {.reserve = 39}},
        {.place = {.reserve = 1}},
        {.place = {.time = PKI_NOW + 1}},
        {.place = {.time = 1}},
        {.place = {.name = "An"}},
        {.place = {.name = ""}},
        {.place = {.reason = "tr\xe1\xba\xa3 100 tri\xe1\xbb\x87u"}},
        {.place = {.location = "H"}},
        {.place = {.contact = "0"}},
        {.place = {.certify = 1}},
        {.place = {.certify = 2}},
        {.place = {.certify = 3}},
        {.format = "cms"},
        {.format = "odt"},
        {.format = ""},
        {.before = "\n"},
        {.before = " "},
        {.before = "% "},
        {.before = "9 0 obj\n<<>>\nendobj\n"},
        {.before = "9 0 obj\n<< /Length 99999 >>\nstream\n"},
        {.before = "xref\n0 0\ntrailer<<>>\n"},
        {.before = "0"},
        {.before = "1111111"},
        {.before = "-"},
        {.before = "+"},
        {.before = "00"},
        {.numberless = true},
        {.numberless = true, .before = "1x"},
        {.numberless = true, .before = "99999999"},
};

static void
tell_lie(const struct lie *l, struct antin_source *src, const struct antin_doc_place *asked,
         struct worker_update *u)
{
	const struct antin_doc_place *p = &l->place;
	ANTIN_SCOPED(antin_bytes) tail = {0};
	size_t skip = 0;
	struct antin_doc_place other = {
	        .reserve = p->reserve ? p->reserve : asked->reserve,
	        .time = p->time ? p->time : asked->time,
	        .name = p->name ? p->name : asked->name,
	        .reason = p->reason ? p->reason : asked->reason,
	        .location = p->location ? p->location : asked->location,
	        .contact = p->contact ? p->contact : asked->contact,
	        .certify = p->certify ? p->certify : asked->certify,
	};

	true_update(src, &other, u);
	if (l->format)
		(void)snprintf(u->about.format, sizeof(u->about.format), "%s", l->format);
	antin_bytes_text(&tail, l->before ? l->before : "");
	if (l->numberless)
		skip = (size_t)(pdf_find(&u->tail, " 0 obj") - u->tail.p);
	antin_bytes_add(&tail, u->tail.p + skip, u->tail.len - skip);
	mend_range(&tail, tail.len - u->tail.len, 0);
	antin_bytes_move(&u->tail, &tail);
}

START_TEST(lies_are_refused)
{
	struct antin_doc_place asked = place_of(&what, 40);
	ANTIN_OWN_S(antin_source) src = source_of(PDF_FOLDER "classic.pdf");
	ANTIN_SCOPED(worker_update) truth = {{{0}}, {0}};
	ANTIN_SCOPED(worker_update) u = {{{0}}, {0}};
	ANTIN_SCOPED(antin_slot) slot = {0};

	true_update(src, &asked, &truth);
	tell_lie(&lies[_i], src, &asked, &u);
	ck_assert_int_eq(hold(src, &u, &asked, &slot), ANTIN_E_FORMAT);
	ck_assert_ptr_null(slot.source);
	ck_assert_int_eq(hold(src, &truth, &asked, &slot), ANTIN_OK);
	asked.reserve = ANTIN_CMS_MAX + 1;
	ck_assert_int_eq(hold(src, &truth, &asked, &slot), ANTIN_E_FORMAT);
}
END_TEST

/* ---- what else an update could do ---- */

static const struct pdf_part base_file[] = {
        {1, "<< /Type /Catalog /Pages 2 0 R /AcroForm 9 0 R >>"},
        {2, PDF_PAGES},
        {3, "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R\n"
            "/Annots [7 0 R] >>"},
        {4, PDF_STREAM},
        {7,
         "<< /Type /Annot /Subtype /Widget /FT /Tx /T (so) /V (12) /Rect [9 9 99 20] /P 3 0 R >>"},
        {9, "<< /Fields [7 0 R] /DA (/F1 9 Tf) >>"},
        {10, "<< /Length 6 >>\nstream\n9 9 m \nendstream"},
};

static void
write_base(const char *path)
{
	ANTIN_SCOPED(antin_bytes) b = {0};

	pdf_append(&b, base_file, UTIL_COUNT(base_file), PDF_ROOT);
	util_write(path, antin_bytes_slice(&b));
}

/* One more object in the update, listed in its table. */
static void
slip_in(struct antin_bytes *tail, uint64_t size, uint32_t num, const char *text)
{
	ANTIN_SCOPED(antin_bytes) b = {0};
	size_t end = pdf_find_last(tail, "startxref\n"), table;
	unsigned long long at;

	table = (size_t)((uint8_t *)memmem(tail->p, end, "\nxref\n", 6) - tail->p) + 1;
	at = size + table;
	antin_bytes_add(&b, tail->p, table);
	antin_bytes_printf(&b, "%u 0 obj\n%s\nendobj\n", num, text);
	antin_bytes_printf(&b, "xref\n%u 1\n%010llu 00000 n \n", num, at);
	at = size + pdf_find_last(&b, "xref\n");
	antin_bytes_add(&b, tail->p + table + 5, end - table - 5);
	antin_bytes_printf(&b, "startxref\n%llu\n%%%%EOF\n", at);
	antin_bytes_move(tail, &b);
}

/* In place, each an update that readers take. */
static const struct forgery {
	uint32_t num; /* of an object more */
	const char *text, *from, *to;
	bool trailing;
} forgeries[] = {
        {4, "<< /Length 6 >>\nstream\n9 9 m \nendstream"},
        {7, "<< /Type /Annot /Subtype /Widget /FT /Tx /T (so) /V (99) /Rect [9 9 99 20] /P 3 0 R "
            ">>"},
        {2, "<< /Type /Pages /Kids [3 0 R] /Count 1 /Rotate 180 >>"},
        {1, "<< /Type /Catalog /Pages 2 0 R /AcroForm 9 0 R /OpenAction [3 0 R /Fit] >>"},
        {40, "<< /Nobody /Refers >>"},
        {.from = "/Contents 4 0 R\n", .to = "/Contents 10 0 R"},
        {.from = "/MediaBox [0 0 595 842]", .to = "/MediaBox [0 0 595 142]"},
        {.from = "/Rect [0 0 0 0]", .to = "/Rect [0 0 9 9]"},
        {.from = "/F 132 ", .to = "/Ff 1  "},
        {.from = "/T (Signature1)", .to = "/T (Signature2)"},
        {.from = "/SigFlags 3", .to = "/SigFlags 1"},
        {.from = "%%EOF\n", .to = "%%EOF\r"},
        {.trailing = true},
};

/* One signature over the whole file, for who does not know the document as it was. */
static void
readers_take(struct antin_source *src, const struct antin_bytes *tail)
{
	size_t size = (size_t)antin_source_size(src);
	ANTIN_SCOPED(antin_bytes) b = {0};
	ANTIN_OWN_S(antin_doc) doc = NULL;
	struct antin_err err = {0};

	util_ok(antin_source_read(src, 0, antin_bytes_grow(&b, size), size, &err));
	antin_bytes_add(&b, tail->p, tail->len);
	/* NOLINTNEXTLINE(bugprone-not-null-terminated-result): octets, not a string */
	memcpy(pdf_find(&b, "/Contents <0") + 11, "3003020101", 10);
	doc = pdf_must_open(&b);
	ck_assert_uint_eq(doc->n_sigs, 1);
	ck_assert_int_eq(doc->sigs[0].coverage, ANTIN_COVERAGE_ENTIRE_FILE);
	ck_assert_ptr_null(doc->sigs[0].problem);
}

/* The message that a worker of the tests gives; in the folder that it is started in. */
static void
leave_answer(const char *from, const struct antin_doc_place *place, const struct forgery *f)
{
	ANTIN_OWN_S(antin_source) src = source_of(from);
	ANTIN_SCOPED(worker_update) u = {{{0}}, {0}};
	ANTIN_SCOPED(antin_bytes) body = {0};
	ANTIN_SCOPED(antin_bytes) whole = {0};
	size_t was;

	true_update(src, place, &u);
	was = u.tail.len;
	if (f && f->text)
		slip_in(&u.tail, antin_source_size(src), f->num, f->text);
	if (f && f->from) {
		size_t at = pdf_find_last(&u.tail, f->from);

		ck_assert_uint_eq(strlen(f->from), strlen(f->to));
		/* NOLINTNEXTLINE(bugprone-not-null-terminated-result): octets, not a string */
		memcpy(u.tail.p + at, f->to, strlen(f->to));
	}
	if (f && f->trailing)
		antin_bytes_byte(&u.tail, '\n');
	mend_range(&u.tail, 0, u.tail.len - was);
	readers_take(src, &u.tail);
	ck_assert(worker_update_write(&u, &body, NULL) == ANTIN_OK);
	message(WORKER_UPDATE, antin_bytes_slice(&body), &whole);
	util_write("answer", antin_bytes_slice(&whole));
}

/* By a worker that honestly looks at the result; the first row is the truth. */
START_TEST(forgeries_are_found)
{
	const struct forgery *f = _i ? &forgeries[_i - 1] : NULL;
	ANTIN_OWN_S(antin_sign_job) job = NULL;
	struct antin_doc_place trial = place_of(&what, 0), place = place_of(&what, reserve_of());
	char *home = getcwd(NULL, 0), from[4200], to[4200];
	struct antin_worker *w;
	struct antin_err err = {0};

	(void)snprintf(from, sizeof(from), "%s", in("a.pdf"));
	(void)snprintf(to, sizeof(to), "%s", in("b.pdf"));
	write_base(from);
	ck_assert(chdir(folder) == 0);
	leave_answer(from, &trial, f);
	w = worker("forge", 60000);
	util_ok(antin_sign_open_isolated(w, from, &what, &job, &err));
	leave_answer(from, &place, f);
	if (f) {
		util_fails(sign_from(job, &what, to, &err), ANTIN_E_INTERNAL);
		ck_assert_msg(strstr(util_line(&err), "did not pass its own check: ") &&
		                      strstr(util_line(&err), "what was appended"),
		              "%s", util_line(&err));
		ck_assert_str_eq(err.file, from);
	} else {
		util_ok(sign_from(job, &what, to, &err));
	}
	/* The document, the worker's name and its answer, and what was signed. */
	ck_assert_uint_eq(util_entries(folder), f ? 3 : 4);
	antin_sign_free(ANTIN_TAKE(job));
	antin_worker_free(w);
	ck_assert(chdir(home) == 0);
	free(home);
}
END_TEST

/* ---- answers that are none ---- */

static const struct {
	uint32_t type;
	const char *body;
	bool of_result;
	enum antin_rc rc;
} answers[] = {
        {WORKER_UPDATE, "", false, ANTIN_E_INTERNAL},
        {WORKER_UPDATE, "\1\0\0\0pdf\0\0\0", false, ANTIN_E_INTERNAL},
        {WORKER_SOUND, "", false, ANTIN_E_INTERNAL},
        {WORKER_REPORT, "", false, ANTIN_E_INTERNAL},
        {WORKER_ASK, "", false, ANTIN_E_INTERNAL},
        {WORKER_ERROR, "", false, ANTIN_E_INTERNAL},
        {WORKER_ENDED, "", false, ANTIN_E_INTERNAL},
        {99, "", false, ANTIN_E_INTERNAL},
        {WORKER_SOUND, "yes", true, ANTIN_E_INTERNAL},
        {WORKER_UPDATE, "", true, ANTIN_E_INTERNAL},
        {WORKER_ERROR, "x", true, ANTIN_E_INTERNAL},
        {99, "", true, ANTIN_E_INTERNAL},
        /* That a worker says so without having looked: what it cannot be held against. */
        {WORKER_SOUND, "", true, ANTIN_OK},
};

START_TEST(answers_that_are_none)
{
	ANTIN_SCOPED(antin_bytes) whole = {0};
	char *home = getcwd(NULL, 0), from[4200], to[4200];
	struct antin_worker *w;
	struct antin_err err = {0};
	enum antin_rc rc;

	(void)snprintf(from, sizeof(from), "%s", in("a.pdf"));
	(void)snprintf(to, sizeof(to), "%s", in("b.pdf"));
	write_base(from);
	message(answers[_i].type, antin_slice_text(answers[_i].body), &whole);
	ck_assert(chdir(folder) == 0);
	util_write("answer", antin_bytes_slice(&whole));
	w = worker(answers[_i].of_result ? "late-say" : "say", 60000);
	rc = sign_with(w, from, to, &what, &err);
	ck_assert_msg(rc == answers[_i].rc, "%s", util_line(&err));
	ck_assert(rc == ANTIN_OK || strstr(util_line(&err), "answered what was not agreed"));
	ck_assert_uint_eq(util_entries(folder), rc == ANTIN_OK ? 4 : 3);
	antin_worker_free(w);
	ck_assert(chdir(home) == 0);
	free(home);
}
END_TEST

/* ---- a worker that fails ---- */

static const struct {
	const char *how;
	enum antin_rc rc;
	const char *says;
} failures[] = {
        {"gone", ANTIN_E_SERVICE, "ended at its start"},
        {"mute", ANTIN_E_TIMEOUT, "no answer in time"},
        {"stranger", ANTIN_E_SERVICE, "is of another version"},
        {"short", ANTIN_E_INTERNAL, "answered what was not agreed"},
        {"unshut", ANTIN_E_SERVICE, "cannot be shut in: limits (ENOSYS)"},
        {"crash", ANTIN_E_INTERNAL, "crashed with signal 11"},
        {"sys", ANTIN_E_INTERNAL, "tried what it may not do"},
        {"kill", ANTIN_E_SERVICE, "was killed"},
        {"cpu", ANTIN_E_TIMEOUT, "takes too much time"},
        {"quit", ANTIN_E_SERVICE, "ended without an answer"},
        {"shy", ANTIN_E_SERVICE, "ended without an answer"},
        {"hang", ANTIN_E_TIMEOUT, "no answer in time"},
        {"late-crash", ANTIN_E_INTERNAL, "crashed with signal 11"},
        {"late-sys", ANTIN_E_INTERNAL, "tried what it may not do"},
        {"late-kill", ANTIN_E_SERVICE, "was killed"},
        {"late-cpu", ANTIN_E_TIMEOUT, "takes too much time"},
        {"late-quit", ANTIN_E_SERVICE, "ended without an answer"},
        {"late-shy", ANTIN_E_SERVICE, "ended without an answer"},
        {"late-echo", ANTIN_E_INTERNAL, "answered what was not agreed"},
        {"late-hang", ANTIN_E_TIMEOUT, "no answer in time"},
};

/* Before the key and after it: nothing is left, and the document is as it was. */
START_TEST(fails)
{
	struct antin_worker *w = worker_failing(failures[_i].how, failures[_i].says);
	ANTIN_SCOPED(antin_bytes) before = {0};
	ANTIN_SCOPED(antin_bytes) after = {0};

	/* Who is waited for in vain must have had time to prepare. */
	if (strcmp(failures[_i].how, "late-hang") == 0) {
		antin_worker_free(w);
		w = worker("late-hang", 1000);
	}
	write_base(in("a.pdf"));
	util_read(in("a.pdf"), &before);
	for (int i = 0; i < 2; i++) {
		struct antin_err err = {0};
		enum antin_rc rc = sign_with(w, in("a.pdf"), in("b.pdf"), &what, &err);

		ck_assert_msg(rc == failures[_i].rc && strstr(util_line(&err), failures[_i].says),
		              "%s: %s", failures[_i].how, util_line(&err));
		ck_assert_int_eq(antin_rc_exit(rc), 6);
		ck_assert_str_eq(err.file, in("a.pdf"));
		ck_assert_uint_eq(util_entries(folder), 2);
	}
	util_read(in("a.pdf"), &after);
	ck_assert(antin_bytes_equal(&before, &after));
	antin_worker_free(w);
}
END_TEST

/* Killed at any moment: a whole signed file or none, and the next call works. */
START_TEST(killed_at_any_moment)
{
	write_base(in("a.pdf"));
	for (long at = 0; at < 16; at++) {
		struct antin_worker *w = worker(NULL, 60000);
		struct antin_err err = {0};
		long ns = at * 600000;
		pthread_t killer;
		enum antin_rc rc;

		ck_assert(pthread_create(&killer, NULL, kill_soon, &ns) == 0);
		rc = sign_with(w, in("a.pdf"), in("b.pdf"), &what, &err);
		ck_assert(pthread_join(killer, NULL) == 0);
		ck_assert_msg(rc == ANTIN_OK || rc == ANTIN_E_SERVICE, "%s", util_line(&err));
		ck_assert_uint_eq(util_entries(folder), rc == ANTIN_OK ? 2 : 1);
		(void)unlink(in("b.pdf"));
		antin_err_clear(&err);
		/* It may have died after its last answer: that is found out now, once. */
		if (sign_with(w, in("a.pdf"), in("b.pdf"), &what, &err) != ANTIN_OK) {
			ck_assert_int_eq(err.rc, ANTIN_E_SERVICE);
			antin_err_clear(&err);
			util_ok(sign_with(w, in("a.pdf"), in("b.pdf"), &what, &err));
		}
		(void)unlink(in("b.pdf"));
		antin_worker_free(w);
	}
}
END_TEST

/* ---- words ---- */

static enum antin_rc
read_place(struct antin_slice body, struct antin_err *err)
{
	ANTIN_SCOPED(worker_place) p = {0};
	enum antin_rc rc = worker_place_read(body, &p, err);

	ck_assert(rc != ANTIN_OK || (p.file && p.place.name == p.name));
	return rc;
}

static enum antin_rc
read_update(struct antin_slice body, struct antin_err *err)
{
	ANTIN_SCOPED(worker_update) u = {{{0}}, {0}};
	enum antin_rc rc = worker_update_read(body, &u, err);

	ck_assert(rc != ANTIN_OK ||
	          (u.about.n_sigs <= ANTIN_DOC_SIGS && memchr(u.about.format, 0, 16)));
	return rc;
}

static enum antin_rc
read_signed(struct antin_slice body, struct antin_err *err)
{
	ANTIN_SCOPED(worker_signed) s = {{0}};
	enum antin_rc rc = worker_signed_read(body, &s, err);

	ck_assert(rc != ANTIN_OK || (s.place.file && (s.wanted.place != NULL) == s.placed));
	return rc;
}

static void
write_words(int which, struct antin_bytes *out)
{
	struct antin_doc_place place = place_of(&what, 100);
	struct worker_update u = {{"pdf", 3, 2}, {0}};
	struct antin_signed wanted = {which == 2 ? &place : NULL, antin_slice_text("cms"),
	                              scene.leaf};
	struct antin_err err = {0};

	antin_bytes_text(&u.tail, "6 0 obj");
	if (which == 0)
		util_ok(worker_place_write("a.pdf", &place, out, &err));
	else if (which == 1)
		util_ok(worker_update_write(&u, out, &err));
	else
		util_ok(worker_signed_write("a.pdf", &wanted, out, &err));
	worker_update_done(&u);
}

START_TEST(words_cut_and_changed)
{
	enum antin_rc (*const readers[])(struct antin_slice,
	                                 struct antin_err *) = {read_place, read_update,
	                                                        read_signed, read_signed};
	ANTIN_SCOPED(antin_bytes) body = {0};

	write_words(_i, &body);
	words_hold(readers[_i], &body);
}
END_TEST

/* More than a document can hold is not told to a person. */
START_TEST(words_that_exceed)
{
	struct worker_update u = {{"pdf", 1, ANTIN_DOC_SIGS}, {0}};
	struct antin_err err = {0};

	for (int more = 0; more < 2; more++) {
		ANTIN_SCOPED(antin_bytes) body = {0};
		ANTIN_SCOPED(worker_update) got = {{{0}}, {0}};

		u.about.n_sigs += (size_t)more;
		util_ok(worker_update_write(&u, &body, &err));
		ck_assert_int_eq(worker_update_read(antin_bytes_slice(&body), &got, &err),
		                 more ? ANTIN_E_FORMAT : ANTIN_OK);
	}
}
END_TEST

Suite *suite_worker_sign(void);

Suite *
suite_worker_sign(void)
{
	Suite *s = suite_create("worker_sign");
	WORKER_TCASE(tc, "worker_sign");

	tcase_add_loop_test(tc, as_in_process, 0, UTIL_COUNT(samples));
	tcase_add_loop_test(tc, signed_in_turn, 0, 4);
	tcase_add_test(tc, errors_are_the_same);
	tcase_add_test(tc, changed_at_every_octet);
	tcase_add_loop_test(tc, lies_are_refused, 0, UTIL_COUNT(lies));
	tcase_add_loop_test(tc, forgeries_are_found, 0, UTIL_COUNT(forgeries) + 1);
	tcase_add_loop_test(tc, answers_that_are_none, 0, UTIL_COUNT(answers));
	tcase_add_loop_test(tc, fails, 0, UTIL_COUNT(failures));
	tcase_add_test(tc, killed_at_any_moment);
	tcase_add_loop_test(tc, words_cut_and_changed, 0, 4);
	tcase_add_test(tc, words_that_exceed);
	suite_add_tcase(s, tc);
	return s;
}
