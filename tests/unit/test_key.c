/*
 * Digests, signature algorithms, public keys and signing with a verified result.
 */
#include "x509_util.h"

#include <antin/der.h>
#include <antin/keystore.h>

static const struct antin_keygen p256 = {.type = ANTIN_KEY_P256};

START_TEST(digest_known)
{
	static const struct {
		enum antin_digest d;
		const char *name, *oid, *hex;
	} cases[] = {
	        {ANTIN_SHA1, "SHA-1", "1.3.14.3.2.26", "a9993e364706816aba3e25717850c26c9cd0d89d"},
	        {ANTIN_SHA256, "SHA-256", "2.16.840.1.101.3.4.2.1",
	         "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
	        {ANTIN_SHA384, "SHA-384", "2.16.840.1.101.3.4.2.2",
	         "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed"
	         "8086072ba1e7cc2358baeca134c825a7"},
	        {ANTIN_SHA512, "SHA-512", "2.16.840.1.101.3.4.2.3",
	         "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
	         "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f"},
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		ANTIN_SCOPED(antin_bytes) oid = {0};
		ANTIN_OWN_S(antin_hash) h = NULL;
		uint8_t out[ANTIN_DIGEST_MAX], parts[ANTIN_DIGEST_MAX];
		enum antin_digest found = ANTIN_DIGESTS;
		char text[130];
		struct antin_slice s = {out, antin_digest_size(cases[i].d)};

		ck_assert_int_eq(antin_digest_of(cases[i].d, antin_slice_text("abc"), out, NULL),
		                 0);
		ck_assert_str_eq(antin_hex_text(s, text, sizeof(text)), cases[i].hex);
		ck_assert_int_eq(antin_hash_new(cases[i].d, &h, NULL), ANTIN_OK);
		ck_assert_int_eq(antin_hash_add(h, "a", 1, NULL), ANTIN_OK);
		ck_assert_int_eq(antin_hash_add(h, NULL, 0, NULL), ANTIN_OK);
		ck_assert_int_eq(antin_hash_add(h, "bc", 2, NULL), ANTIN_OK);
		ck_assert_int_eq(antin_hash_end(h, parts, NULL), ANTIN_OK);
		ck_assert_mem_eq(out, parts, s.len);
		ck_assert_str_eq(antin_digest_name(cases[i].d), cases[i].name);
		ck_assert_str_eq(antin_digest_oid(cases[i].d), cases[i].oid);
		ck_assert_int_eq(antin_oid_parse(cases[i].oid, &oid, NULL), ANTIN_OK);
		ck_assert(antin_digest_by_oid(antin_bytes_slice(&oid), &found));
		ck_assert_int_eq(found, cases[i].d);
	}
}
END_TEST

START_TEST(digest_of_nothing)
{
	enum antin_digest d = ANTIN_SHA512;
	uint8_t out[ANTIN_DIGEST_MAX];
	char text[65];

	ck_assert_int_eq(antin_digest_of(ANTIN_SHA256, (struct antin_slice){NULL, 0}, out, NULL),
	                 0);
	ck_assert_str_eq(antin_hex_text((struct antin_slice){out, 32}, text, sizeof(text)),
	                 "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	ck_assert(!antin_digest_by_oid((struct antin_slice){NULL, 0}, &d));
	ck_assert(!antin_digest_by_oid(antin_slice_text("\x2a\x03"), &d));
	ck_assert_int_eq(d, ANTIN_SHA512);
}
END_TEST

static const struct antin_sigalg all_algorithms[] = {
        {ANTIN_RSA_PKCS1, ANTIN_SHA1},   {ANTIN_RSA_PKCS1, ANTIN_SHA256},
        {ANTIN_RSA_PKCS1, ANTIN_SHA384}, {ANTIN_RSA_PKCS1, ANTIN_SHA512},
        {ANTIN_RSA_PSS, ANTIN_SHA1},     {ANTIN_RSA_PSS, ANTIN_SHA256},
        {ANTIN_RSA_PSS, ANTIN_SHA384},   {ANTIN_RSA_PSS, ANTIN_SHA512},
        {ANTIN_ECDSA, ANTIN_SHA1},       {ANTIN_ECDSA, ANTIN_SHA256},
        {ANTIN_ECDSA, ANTIN_SHA384},     {ANTIN_ECDSA, ANTIN_SHA512},
};

START_TEST(sigalg_round_trip)
{
	for (size_t i = 0; i < COUNT(all_algorithms); i++) {
		ANTIN_SCOPED(antin_bytes) der = {0};
		struct antin_sigalg a = {0};

		antin_sigalg_add(&der, all_algorithms[i]);
		ck_assert(!der.failed);
		ck_assert_int_eq(antin_sigalg_read(antin_bytes_slice(&der), &a, NULL), ANTIN_OK);
		ck_assert_int_eq(a.scheme, all_algorithms[i].scheme);
		ck_assert_int_eq(a.digest, all_algorithms[i].digest);
		ck_assert_str_ne(antin_sigalg_name(a), "?");
		/* Cut anywhere, or longer by one octet: refused. */
		for (size_t len = 0; len < der.len; len++)
			ck_assert_int_ne(antin_sigalg_read((struct antin_slice){der.p, len}, &a,
			                                   NULL),
			                 ANTIN_OK);
		antin_bytes_byte(&der, 0);
		ck_assert_int_eq(antin_sigalg_read(antin_bytes_slice(&der), &a, NULL),
		                 ANTIN_E_FORMAT);
	}
}
END_TEST

START_TEST(sigalg_agrees_with_openssl)
{
	static const struct {
		const char *file;
		struct antin_sigalg a;
		const char *name;
	} cases[] = {
	        {"alg-rsa-sha1.crt", {ANTIN_RSA_PKCS1, ANTIN_SHA1}, "sha1WithRSAEncryption"},
	        {"alg-rsa-sha256.crt", {ANTIN_RSA_PKCS1, ANTIN_SHA256}, "sha256WithRSAEncryption"},
	        {"alg-rsa-sha384.crt", {ANTIN_RSA_PKCS1, ANTIN_SHA384}, "sha384WithRSAEncryption"},
	        {"alg-rsa-sha512.crt", {ANTIN_RSA_PKCS1, ANTIN_SHA512}, "sha512WithRSAEncryption"},
	        {"alg-pss-sha1.crt", {ANTIN_RSA_PSS, ANTIN_SHA1}, "RSASSA-PSS with SHA-1"},
	        {"alg-pss-sha256.crt", {ANTIN_RSA_PSS, ANTIN_SHA256}, "RSASSA-PSS with SHA-256"},
	        {"alg-pss-sha384.crt", {ANTIN_RSA_PSS, ANTIN_SHA384}, "RSASSA-PSS with SHA-384"},
	        {"alg-pss-sha512.crt", {ANTIN_RSA_PSS, ANTIN_SHA512}, "RSASSA-PSS with SHA-512"},
	        {"alg-p256-sha1.crt", {ANTIN_ECDSA, ANTIN_SHA1}, "ecdsa-with-SHA1"},
	        {"alg-p256-sha256.crt", {ANTIN_ECDSA, ANTIN_SHA256}, "ecdsa-with-SHA256"},
	        {"alg-p384-sha384.crt", {ANTIN_ECDSA, ANTIN_SHA384}, "ecdsa-with-SHA384"},
	        {"alg-p384-sha512.crt", {ANTIN_ECDSA, ANTIN_SHA512}, "ecdsa-with-SHA512"},
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		ANTIN_OWN_S(antin_cert) c = load_cert(cases[i].file);
		ANTIN_SCOPED(antin_bytes) ours = {0};
		struct antin_sigalg a;

		ck_assert_int_eq(antin_sigalg_read(c->sigalg, &a, NULL), ANTIN_OK);
		ck_assert_int_eq(a.scheme, cases[i].a.scheme);
		ck_assert_int_eq(a.digest, cases[i].a.digest);
		ck_assert_str_eq(antin_sigalg_name(a), cases[i].name);
		antin_sigalg_add(&ours, a);
		ck_assert(antin_slice_equal(antin_bytes_slice(&ours), c->sigalg));
	}
}
END_TEST

START_TEST(sigalg_strict)
{
	static const struct {
		const char *what, *hex;
		enum antin_rc rc;
	} cases[] = {
	        {"parameters absent: RFC 4055 demands that it be taken",
	         "300b06092a864886f70d01010b", ANTIN_OK},
	        {"NULL with content", "300e06092a864886f70d01010b050100", ANTIN_E_FORMAT},
	        {"NULL twice", "300f06092a864886f70d01010b05000500", ANTIN_E_FORMAT},
	        {"octet string for NULL", "300d06092a864886f70d01010b0400", ANTIN_E_FORMAT},
	        {"long length not minimal", "30810d06092a864886f70d01010b0500", ANTIN_E_FORMAT},
	        {"ECDSA with NULL", "300c06082a8648ce3d0403020500", ANTIN_E_FORMAT},
	        {"a set", "310d06092a864886f70d01010b0500", ANTIN_E_FORMAT},
	        {"MD5", "300d06092a864886f70d0101040500", ANTIN_E_UNSUPPORTED},
	        {"rsaEncryption is no signature algorithm", "300d06092a864886f70d0101010500",
	         ANTIN_E_UNSUPPORTED},
	        {"Ed25519", "300506032b6570", ANTIN_E_UNSUPPORTED},
	        {"PSS without parameters", "300b06092a864886f70d01010a", ANTIN_E_UNSUPPORTED},
	        {"PSS with NULL", "300d06092a864886f70d01010a0500", ANTIN_E_UNSUPPORTED},
	        {"PSS all defaults: SHA-1", "300d06092a864886f70d01010a3000", ANTIN_OK},
	        {"PSS trailer 1 written out", "301206092a864886f70d01010a3005a303020101", ANTIN_OK},
	        {"PSS trailer 2", "301206092a864886f70d01010a3005a303020102", ANTIN_E_UNSUPPORTED},
	        {"PSS trailer 0", "301206092a864886f70d01010a3005a303020100", ANTIN_E_UNSUPPORTED},
	        {"PSS salt 32 with SHA-1", "301206092a864886f70d01010a3005a203020120",
	         ANTIN_E_UNSUPPORTED},
	        {"PSS salt negative", "301206092a864886f70d01010a3005a2030201ff",
	         ANTIN_E_UNSUPPORTED},
	        {"PSS fields out of order", "301706092a864886f70d01010a300aa303020101a203020114",
	         ANTIN_E_UNSUPPORTED},
	        {"PSS something behind the fields", "301406092a864886f70d01010a3007a3030201010500",
	         ANTIN_E_UNSUPPORTED},
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		ANTIN_SCOPED(antin_bytes) der = hex(cases[i].hex);
		struct antin_sigalg a = {ANTIN_ECDSA, ANTIN_SHA512};
		struct antin_err err = {0};
		enum antin_rc rc = antin_sigalg_read(antin_bytes_slice(&der), &a, &err);

		ck_assert_msg(rc == cases[i].rc, "%s: %s", cases[i].what, antin_rc_id(rc));
		if (rc == ANTIN_OK)
			continue;
		ck_assert_int_eq(err.rc, rc);
		ck_assert_int_eq(a.scheme, ANTIN_ECDSA);
		ck_assert_int_eq(a.digest, ANTIN_SHA512);
	}
}
END_TEST

START_TEST(sigalg_odd_pss)
{
	static const char *const files[] = {"odd-pss-salt.crt", "odd-pss-mgf.crt"};

	for (size_t i = 0; i < COUNT(files); i++) {
		ANTIN_OWN_S(antin_cert) c = load_cert(files[i]);
		struct antin_sigalg a;

		ck_assert_int_eq(antin_sigalg_read(c->sigalg, &a, NULL), ANTIN_E_UNSUPPORTED);
	}
}
END_TEST

START_TEST(sigalg_defaults)
{
	ck_assert_str_eq(antin_sigalg_name(antin_sigalg_default(ANTIN_KEY_RSA)),
	                 "sha256WithRSAEncryption");
	ck_assert_str_eq(antin_sigalg_name(antin_sigalg_default(ANTIN_KEY_P256)),
	                 "ecdsa-with-SHA256");
	ck_assert_str_eq(antin_sigalg_name(antin_sigalg_default(ANTIN_KEY_P384)),
	                 "ecdsa-with-SHA384");
}
END_TEST

START_TEST(public_kinds)
{
	static const struct {
		const char *file, *name;
		enum antin_key_type type;
		unsigned int bits;
	} cases[] = {
	        {"alg-p256-sha256.crt", "P-256", ANTIN_KEY_P256, 256},
	        {"alg-p384-sha384.crt", "P-384", ANTIN_KEY_P384, 384},
	        {"alg-rsa-sha256.crt", "RSA-2048", ANTIN_KEY_RSA, 2048},
	        {"rsa1024.crt", "RSA-1024", ANTIN_KEY_RSA, 1024},
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		ANTIN_OWN_S(antin_cert) c = load_cert(cases[i].file);
		ANTIN_OWN_S(antin_public) other = NULL;
		const struct antin_public *p = NULL;

		ck_assert_int_eq(antin_cert_public(c, &p, NULL), ANTIN_OK);
		ck_assert_int_eq(antin_public_type(p), cases[i].type);
		ck_assert_uint_eq(antin_public_bits(p), cases[i].bits);
		ck_assert_str_eq(antin_public_name(p), cases[i].name);
		ck_assert(antin_slice_equal(antin_public_spki(p), c->spki));
		ck_assert_int_eq(antin_public_read(c->spki, &other, NULL), ANTIN_OK);
		ck_assert_ptr_ne(other, p);
	}
}
END_TEST

START_TEST(public_key_id_is_ski)
{
	static const char *const files[] = {"root.crt", "sub.crt", "person.crt"};

	for (size_t i = 0; i < COUNT(files); i++) {
		ANTIN_OWN_S(antin_cert) c = load_cert(files[i]);
		const struct antin_public *p = NULL;
		uint8_t id[20];

		ck_assert_int_eq(antin_cert_public(c, &p, NULL), ANTIN_OK);
		ck_assert_int_eq(antin_public_key_id(p, id, NULL), ANTIN_OK);
		ck_assert(antin_slice_equal((struct antin_slice){id, 20}, c->ski));
	}
}
END_TEST

START_TEST(public_unsupported)
{
	static const struct {
		const char *file, *says;
	} cases[] = {
	        {"odd-ed25519.crt", "Ed25519"},
	        {"odd-p521.crt", "P-521"},
	        {"odd-rsapss-key.crt", "RSASSA-PSS"},
	        {"odd-rsa768.crt", "768 bits"},
	        {"odd-explicit.crt", "does not name its curve"},
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		ANTIN_OWN_S(antin_cert) c = load_cert(cases[i].file);
		const struct antin_public *p = NULL;
		struct antin_err err = {0};
		char line[256];

		ck_assert_int_eq(antin_cert_public(c, &p, &err), ANTIN_E_UNSUPPORTED);
		(void)antin_err_line(&err, NULL, line, sizeof(line));
		ck_assert_msg(strstr(line, cases[i].says) != NULL, "%s", line);
		ck_assert_ptr_null(p);
	}
}
END_TEST

#define EC_HEAD "3059301306072a8648ce3d020106082a8648ce3d030107034200"
/* The generator of P-256 and its negative are points; its x with another y is none. */
#define GX "6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"
#define GY "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5"

START_TEST(public_strict_ec)
{
	static const struct {
		const char *what, *hex;
		bool ok;
	} cases[] = {
	        {"the generator", EC_HEAD "04" GX GY, true},
	        {"not on the curve", EC_HEAD "04" GX GX, false},
	        {"zeros",
	         EC_HEAD "04"
	                 "0000000000000000000000000000000000000000000000000000000000000000"
	                 "0000000000000000000000000000000000000000000000000000000000000000",
	         false},
	        {"hybrid form", EC_HEAD "07" GX GY, false},
	        {"coordinate above the field",
	         EC_HEAD "04"
	                 "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff" GY,
	         false},
	        {"compressed",
	         "3039301306072a8648ce3d020106082a8648ce3d030107032200"
	         "03" GX,
	         false},
	        {"infinity", "3019301306072a8648ce3d020106082a8648ce3d03010703020000", false},
	        {"no bits", "3018301306072a8648ce3d020106082a8648ce3d030107030100", false},
	        {"parameters absent",
	         "304f300906072a8648ce3d0201034200"
	         "04" GX GY,
	         false},
	        {"NULL parameters",
	         "3051300b06072a8648ce3d02010500034200"
	         "04" GX GY,
	         false},
	        {"something behind the curve",
	         "305b301506072a8648ce3d020106082a8648ce3d0301070500034200"
	         "04" GX GY,
	         false},
	        {"something behind the key",
	         "305b301306072a8648ce3d020106082a8648ce3d030107034200"
	         "04" GX GY "0500",
	         false},
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		ANTIN_SCOPED(antin_bytes) der = hex(cases[i].hex);
		ANTIN_OWN_S(antin_public) p = NULL;
		enum antin_rc rc = antin_public_read(antin_bytes_slice(&der), &p, NULL);

		ck_assert_msg((rc == ANTIN_OK) == cases[i].ok, "%s: %s", cases[i].what,
		              antin_rc_id(rc));
	}
}
END_TEST

/* An RSA SubjectPublicKeyInfo with a modulus of `bits` bits, all ones but as asked. */
static void
make_rsa(struct antin_bytes *b, size_t bits, bool odd, uint64_t e, bool with_null)
{
	ANTIN_SCOPED(antin_bytes) n = {0};
	ANTIN_SCOPED(antin_bytes) key = {0};
	size_t spki = antin_der_open(b, ANTIN_SEQUENCE), algorithm, sequence;

	for (size_t i = 0; i < (bits + 7) / 8; i++)
		antin_bytes_byte(&n, 0xff);
	n.p[0] = (uint8_t)(0xff >> ((8 - bits % 8) % 8));
	n.p[n.len - 1] = odd ? 0xff : 0xfe;
	algorithm = antin_der_open(b, ANTIN_SEQUENCE);
	antin_der_add_oid(b, "1.2.840.113549.1.1.1");
	if (with_null)
		antin_der_add_null(b);
	antin_der_close(b, algorithm);
	sequence = antin_der_open(&key, ANTIN_SEQUENCE);
	antin_der_add_integer(&key, antin_bytes_slice(&n));
	antin_der_add_uint(&key, e);
	antin_der_close(&key, sequence);
	antin_der_add_bits(b, antin_bytes_slice(&key));
	antin_der_close(b, spki);
	ck_assert(!b->failed);
}

START_TEST(public_strict_rsa)
{
	static const struct {
		const char *what;
		size_t bits;
		bool odd, null;
		uint64_t e;
		enum antin_rc rc;
	} cases[] = {
	        {"usual", 2048, true, true, 65537, ANTIN_OK},
	        {"exponent 3", 2048, true, true, 3, ANTIN_OK},
	        {"exponent 2^32 - 1", 2048, true, true, 4294967295, ANTIN_OK},
	        {"exponent 2^32 + 1", 2048, true, true, 4294967297, ANTIN_E_FORMAT},
	        {"exponent 1", 2048, true, true, 1, ANTIN_E_FORMAT},
	        {"exponent 0", 2048, true, true, 0, ANTIN_E_FORMAT},
	        {"exponent even", 2048, true, true, 65536, ANTIN_E_FORMAT},
	        {"modulus even", 2048, false, true, 65537, ANTIN_E_FORMAT},
	        {"no NULL", 2048, true, false, 65537, ANTIN_E_FORMAT},
	        {"smallest", 1024, true, true, 65537, ANTIN_OK},
	        {"one bit too few", 1023, true, true, 65537, ANTIN_E_UNSUPPORTED},
	        {"largest", 8192, true, true, 65537, ANTIN_OK},
	        {"one bit too many", 8193, true, true, 65537, ANTIN_E_UNSUPPORTED},
	        {"far too many", 65536, true, true, 65537, ANTIN_E_UNSUPPORTED},
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		ANTIN_SCOPED(antin_bytes) der = {0};
		ANTIN_OWN_S(antin_public) p = NULL;
		enum antin_rc rc;

		make_rsa(&der, cases[i].bits, cases[i].odd, cases[i].e, cases[i].null);
		rc = antin_public_read(antin_bytes_slice(&der), &p, NULL);
		ck_assert_msg(rc == cases[i].rc, "%s: %s", cases[i].what, antin_rc_id(rc));
		if (p)
			ck_assert_uint_eq(antin_public_bits(p), cases[i].bits);
	}
}
END_TEST

START_TEST(public_rsa_numbers_strict)
{
	static const char *const bad[] = {
	        "302006092a",
	        /* modulus negative; zero; with a needless zero octet in front */
	        "3018300d06092a864886f70d0101010500030700300402018002",
	        "301a300d06092a864886f70d0101010500030900300602010002 0103",
	        "301b300d06092a864886f70d0101010500030a00300702020001020103",
	        /* a key that is a set; with something behind it; empty */
	        "301a300d06092a864886f70d0101010500030900310602010302 0103",
	        "3014300d06092a864886f70d010101050003030030 00",
	        "",
	};

	for (size_t i = 0; i < COUNT(bad); i++) {
		ANTIN_SCOPED(antin_bytes) der = hex(bad[i]);
		ANTIN_OWN_S(antin_public) p = NULL;

		ck_assert_int_ne(antin_public_read(antin_bytes_slice(&der), &p, NULL), ANTIN_OK);
	}
}
END_TEST

/* Every octet of a key changed or the key cut: refused, or another key that verifies nothing. */
START_TEST(public_mutations)
{
	static const char *const files[] = {"alg-p256-sha256.crt", "rsa1024.crt"};

	for (size_t f = 0; f < COUNT(files); f++) {
		ANTIN_OWN_S(antin_cert) c = load_cert(files[f]);
		ANTIN_SCOPED(antin_bytes) spki = {0};

		antin_bytes_add(&spki, c->spki.p, c->spki.len);
		for (size_t len = 0; len < spki.len; len++) {
			ANTIN_OWN_S(antin_public) p = NULL;

			ck_assert_int_ne(antin_public_read((struct antin_slice){spki.p, len}, &p,
			                                   NULL),
			                 0);
		}
		for (size_t i = 0; i < spki.len; i++) {
			ANTIN_OWN_S(antin_public) p = NULL;

			spki.p[i] ^= 0x01;
			if (antin_public_read(antin_bytes_slice(&spki), &p, NULL) == ANTIN_OK)
				ck_assert_int_eq(antin_cert_verify(c, p, NULL, NULL),
				                 ANTIN_E_BAD_SIGNATURE);
			spki.p[i] ^= 0x01;
		}
	}
}
END_TEST

START_TEST(verify_openssl_signature)
{
	ANTIN_OWN_S(antin_cert) c = load_cert("person.crt");
	ANTIN_SCOPED(antin_bytes) signature = load_file("message.sig");
	const struct antin_public *p = NULL;
	struct antin_sigalg a = {ANTIN_ECDSA, ANTIN_SHA256};
	uint8_t digest[ANTIN_DIGEST_MAX];
	struct antin_slice d = {digest, 32};

	ck_assert_int_eq(antin_cert_public(c, &p, NULL), ANTIN_OK);
	ck_assert_int_eq(antin_digest_of(ANTIN_SHA256, antin_slice_text("thử"), digest, NULL), 0);
	ck_assert_int_eq(antin_public_verify(p, a, d, antin_bytes_slice(&signature), NULL),
	                 ANTIN_OK);
	for (size_t i = 0; i < signature.len; i++) {
		signature.p[i] ^= 0x20;
		ck_assert_int_eq(antin_public_verify(p, a, d, antin_bytes_slice(&signature), NULL),
		                 ANTIN_E_BAD_SIGNATURE);
		signature.p[i] ^= 0x20;
		ck_assert_int_eq(antin_public_verify(p, a, d, (struct antin_slice){signature.p, i},
		                                     NULL),
		                 ANTIN_E_BAD_SIGNATURE);
	}
	antin_bytes_byte(&signature, 0);
	ck_assert_int_eq(antin_public_verify(p, a, d, antin_bytes_slice(&signature), NULL),
	                 ANTIN_E_BAD_SIGNATURE);
	digest[0] ^= 1;
	signature.len--;
	ck_assert_int_eq(antin_public_verify(p, a, d, antin_bytes_slice(&signature), NULL),
	                 ANTIN_E_BAD_SIGNATURE);
}
END_TEST

START_TEST(verify_wrong_use)
{
	ANTIN_OWN_S(antin_key) k = NULL;
	ANTIN_SCOPED(antin_bytes) out = {0};
	uint8_t digest[ANTIN_DIGEST_MAX] = {1};
	struct antin_slice d = {digest, 32};

	ck_assert_int_eq(antin_key_mock(&p256, ANTIN_OK, 0, &k, NULL), ANTIN_OK);
	/* scheme of another key; digest length of another digest; SHA-1 */
	ck_assert_int_eq(antin_key_sign(k, (struct antin_sigalg){ANTIN_RSA_PKCS1, ANTIN_SHA256}, d,
	                                &out, NULL),
	                 ANTIN_E_NO_MECHANISM);
	ck_assert_int_eq(antin_key_sign(k, (struct antin_sigalg){ANTIN_ECDSA, ANTIN_SHA384}, d,
	                                &out, NULL),
	                 ANTIN_E_INTERNAL);
	ck_assert_int_eq(antin_key_sign(k, (struct antin_sigalg){ANTIN_ECDSA, ANTIN_SHA1},
	                                (struct antin_slice){digest, 20}, &out, NULL),
	                 ANTIN_E_POLICY);
	ck_assert_int_eq(antin_public_verify(k->public_key,
	                                     (struct antin_sigalg){ANTIN_RSA_PSS, ANTIN_SHA256}, d,
	                                     d, NULL),
	                 ANTIN_E_NO_MECHANISM);
	ck_assert_uint_eq(out.len, 0);
}
END_TEST

START_TEST(sign_every_kind)
{
	static const struct {
		struct antin_keygen spec;
		struct antin_sigalg a;
	} cases[] = {
	        {{.type = ANTIN_KEY_P256}, {ANTIN_ECDSA, ANTIN_SHA256}},
	        {{.type = ANTIN_KEY_P384}, {ANTIN_ECDSA, ANTIN_SHA384}},
	        {{.type = ANTIN_KEY_P384}, {ANTIN_ECDSA, ANTIN_SHA512}},
	        {{.type = ANTIN_KEY_RSA, .rsa_bits = 2048}, {ANTIN_RSA_PKCS1, ANTIN_SHA256}},
	        {{.type = ANTIN_KEY_RSA, .rsa_bits = 2048}, {ANTIN_RSA_PSS, ANTIN_SHA512}},
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		ANTIN_OWN_S(antin_key) k = NULL;
		ANTIN_SCOPED(antin_bytes) signature = {0};
		uint8_t digest[ANTIN_DIGEST_MAX];
		struct antin_slice d = {digest, antin_digest_size(cases[i].a.digest)}, s;

		antin_bytes_text(&signature, "before");
		ck_assert_int_eq(antin_key_mock(&cases[i].spec, ANTIN_OK, 0, &k, NULL), ANTIN_OK);
		ck_assert_int_eq(antin_key_sign_message(k, cases[i].a, antin_slice_text("thư"),
		                                        &signature, NULL),
		                 ANTIN_OK);
		ck_assert_mem_eq(signature.p, "before", 6); /* appended */
		s = (struct antin_slice){signature.p + 6, signature.len - 6};
		ck_assert_int_eq(antin_digest_of(cases[i].a.digest, antin_slice_text("thư"), digest,
		                                 NULL),
		                 0);
		ck_assert_int_eq(antin_public_verify(k->public_key, cases[i].a, d, s, NULL),
		                 ANTIN_OK);
		digest[3] ^= 0x80;
		ck_assert_int_eq(antin_public_verify(k->public_key, cases[i].a, d, s, NULL),
		                 ANTIN_E_BAD_SIGNATURE);
	}
}
END_TEST

START_TEST(sign_faults)
{
	static const enum antin_rc faults[] = {ANTIN_E_REMOVED, ANTIN_E_PIN_LOCKED, ANTIN_E_TIMEOUT,
	                                       ANTIN_E_BAD_SIGNATURE};
	struct antin_sigalg a = {ANTIN_ECDSA, ANTIN_SHA256};

	for (size_t i = 0; i < COUNT(faults); i++) {
		ANTIN_OWN_S(antin_key) k = NULL;
		ANTIN_SCOPED(antin_bytes) out = {0};
		struct antin_err err = {0};
		size_t good;

		ck_assert_int_eq(antin_key_mock(&p256, faults[i], 2, &k, NULL), ANTIN_OK);
		for (int n = 0; n < 2; n++)
			ck_assert_int_eq(antin_key_sign_message(k, a, antin_slice_text("x"), &out,
			                                        NULL),
			                 0);
		good = out.len;
		ck_assert_int_eq(antin_key_sign_message(k, a, antin_slice_text("x"), &out, &err),
		                 faults[i]);
		ck_assert_int_eq(err.rc, faults[i]);
		ck_assert_uint_eq(out.len, good); /* a wrong signature never leaves */
	}
}
END_TEST

Suite *suite_key(void);
Suite *
suite_key(void)
{
	Suite *s = suite_create("key");
	TCase *tc = tcase_create("key");

	tcase_add_test(tc, digest_known);
	tcase_add_test(tc, digest_of_nothing);
	tcase_add_test(tc, sigalg_round_trip);
	tcase_add_test(tc, sigalg_agrees_with_openssl);
	tcase_add_test(tc, sigalg_strict);
	tcase_add_test(tc, sigalg_odd_pss);
	tcase_add_test(tc, sigalg_defaults);
	tcase_add_test(tc, public_kinds);
	tcase_add_test(tc, public_key_id_is_ski);
	tcase_add_test(tc, public_unsupported);
	tcase_add_test(tc, public_strict_ec);
	tcase_add_test(tc, public_strict_rsa);
	tcase_add_test(tc, public_rsa_numbers_strict);
	tcase_add_test(tc, public_mutations);
	tcase_add_test(tc, verify_openssl_signature);
	tcase_add_test(tc, verify_wrong_use);
	tcase_add_test(tc, sign_every_kind);
	tcase_add_test(tc, sign_faults);
	suite_add_tcase(s, tc);
	return s;
}
