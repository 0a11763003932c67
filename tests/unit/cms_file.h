/*
 * CMS files for tests: one signature put into frames of every form that BER allows and some that it
 * does not, with its content or without.
 */
#ifndef ANTIN_TEST_CMS_FILE_H
#define ANTIN_TEST_CMS_FILE_H

#include "how.h"

/* The elements from outside in, and how the content stands: one letter each. */
enum { F_INFO, F_EXPLICIT, F_DATA, F_ENCAPSULATED, F_CONTENT, F_OCTETS, F_ALL };
/*
 * d definite, i indefinite, l definite with a length of eight octets; of the octets: p primitive, d
 * and i in pieces, n in pieces inside of pieces, - no content.
 */
#define FORM_DER      "dddddp"
#define FORM_STREAM   "iiiiii"
#define FORM_DETACHED "dddd--"

PKI_UNUSED static void
element(struct antin_bytes *out, uint8_t tag, char form, struct antin_slice content)
{
	size_t mark;

	if (form == 'i') {
		antin_bytes_byte(out, tag);
		antin_bytes_byte(out, 0x80);
		antin_bytes_add(out, content.p, content.len);
		antin_bytes_add(out, "\0", 2);
	} else if (form == 'l') {
		antin_bytes_byte(out, tag);
		antin_bytes_byte(out, 0x88);
		for (int i = 7; i >= 0; i--)
			antin_bytes_byte(out, (uint8_t)((uint64_t)content.len >> 8 * i));
		antin_bytes_add(out, content.p, content.len);
	} else {
		mark = antin_der_open(out, tag);
		antin_bytes_add(out, content.p, content.len);
		antin_der_close(out, mark);
	}
}

PKI_UNUSED static void
octets(struct antin_bytes *out, char form, size_t piece, struct antin_slice content)
{
	static const char inner[] = "idp";
	ANTIN_SCOPED(antin_bytes) pieces = {0};

	if (form == 'p' || form == 'l') {
		element(out, ANTIN_OCTET_STRING, form == 'p' ? 'd' : 'l', content);
		return;
	}
	for (size_t at = 0; at < content.len; at += piece) {
		size_t n = content.len - at < piece ? content.len - at : piece;
		const char *of = form == 'n' ? &inner[at / piece % 2] : &inner[2];

		octets(&pieces, *of, piece > 3 ? piece / 3 : 1,
		       (struct antin_slice){content.p + at, n});
	}
	element(out, ANTIN_OCTET_STRING | 0x20, form == 'd' ? 'd' : 'i',
	        antin_bytes_slice(&pieces));
}

/* A detached signature in DER put into another form, around `content`. */
PKI_UNUSED static void
cms_form(struct antin_slice der, const char *form, size_t piece, struct antin_slice content,
         struct antin_bytes *out)
{
	struct antin_in in = antin_in_of(der), info, explicit, data;
	struct antin_slice oid, type;
	struct antin_tlv part;
	struct antin_bytes parts[F_ALL + 1];

	memset(parts, 0, sizeof(parts));
	ck_assert(antin_der_enter(&in, ANTIN_SEQUENCE, &info));
	ck_assert(antin_der_whole(&info, ANTIN_OID, &oid));
	ck_assert(antin_der_enter(&info, ANTIN_CONTEXT_CONS(0), &explicit));
	ck_assert(antin_der_enter(&explicit, ANTIN_SEQUENCE, &data));
	for (int i = 0; i < 2; i++) {
		ck_assert(antin_der_next(&data, &part));
		antin_bytes_add(&parts[F_DATA], part.whole.p, part.whole.len);
	}
	ck_assert(antin_der_whole(&data, ANTIN_SEQUENCE, &type));
	in = antin_in_of(type);
	ck_assert(antin_der_enter(&in, ANTIN_SEQUENCE, &in));
	ck_assert(antin_der_whole(&in, ANTIN_OID, &type));
	antin_bytes_add(&parts[F_ENCAPSULATED], type.p, type.len);
	if (form[F_OCTETS] != '-') {
		octets(&parts[F_CONTENT], form[F_OCTETS], piece, content);
		element(&parts[F_ENCAPSULATED], ANTIN_CONTEXT_CONS(0), form[F_CONTENT],
		        antin_bytes_slice(&parts[F_CONTENT]));
	}
	element(&parts[F_DATA], ANTIN_SEQUENCE, form[F_ENCAPSULATED],
	        antin_bytes_slice(&parts[F_ENCAPSULATED]));
	antin_bytes_add(&parts[F_DATA], data.p, (size_t)(data.end - data.p));
	element(&parts[F_EXPLICIT], ANTIN_SEQUENCE, form[F_DATA],
	        antin_bytes_slice(&parts[F_DATA]));
	antin_bytes_add(&parts[F_INFO], oid.p, oid.len);
	element(&parts[F_INFO], ANTIN_CONTEXT_CONS(0), form[F_EXPLICIT],
	        antin_bytes_slice(&parts[F_EXPLICIT]));
	element(out, ANTIN_SEQUENCE, form[F_INFO], antin_bytes_slice(&parts[F_INFO]));
	for (int i = 0; i <= F_ALL; i++)
		antin_bytes_done(&parts[i]);
	ck_assert(!out->failed);
}

/* Lines of base64, `width` characters each, ended by `eol`. */
PKI_UNUSED static void
cms_pem(struct antin_slice der, const char *label, size_t width, const char *eol,
        struct antin_bytes *out)
{
	ANTIN_SCOPED(antin_bytes) text = {0};

	antin_base64_add(&text, der);
	antin_bytes_printf(out, "-----BEGIN %s-----%s", label, eol);
	for (size_t at = 0; at < text.len; at += width) {
		size_t n = text.len - at < width ? text.len - at : width;

		antin_bytes_add(out, text.p + at, n);
		antin_bytes_text(out, eol);
	}
	antin_bytes_printf(out, "-----END %s-----%s", label, eol);
}

/* A signature over these octets, detached, by the person of the scene or by another key. */
PKI_UNUSED static void
cms_sign(struct scene *s, struct antin_slice content, EVP_PKEY *key, int64_t time,
         struct antin_bytes *out)
{
	struct antin_cert *const up[] = {s->ca};
	const struct antin_cades_spec spec = {
	        .alg = {ANTIN_ECDSA, ANTIN_SHA256},
	        .signer = s->leaf,
	        .chain = up,
	        .n_chain = 1,
	        .signing_time = time,
	};
	uint8_t digest[ANTIN_DIGEST_MAX];
	ANTIN_SCOPED(antin_bytes) attrs = {0};
	ANTIN_SCOPED(antin_bytes) value = {0};
	struct antin_err err = {0};

	util_ok(antin_digest_of(ANTIN_SHA256, content, digest, &err));
	util_ok(antin_cades_attributes(&spec, (struct antin_slice){digest, 32}, &attrs, &err));
	raw_sign(key, EVP_sha256(), antin_bytes_slice(&attrs), &value);
	util_ok(antin_cades_build(&spec, antin_bytes_slice(&attrs), antin_bytes_slice(&value), out,
	                          &err));
}

/* People, trust and lists as of how.h, and `file` in place of the document. */
PKI_UNUSED static void
cms_scene(struct scene *s, struct antin_slice file)
{
	static const struct how plain = {.what = "people"};

	make_how(s, &plain);
	antin_bytes_clear(&s->pdf);
	antin_bytes_add(&s->pdf, file.p, file.len);
}

/* Opens it as a document. */
PKI_UNUSED static enum antin_rc
cms_open_doc(struct antin_slice file, struct antin_doc **out, struct antin_err *err)
{
	ANTIN_OWN_S(antin_source) src = NULL;

	ck_assert(antin_source_memory(file, "x.p7m", &src, err) == ANTIN_OK);
	return antin_doc_open(src, out, err);
}

#endif
