/*
 * Files that a check is given besides its anchors: certificates, CRLs, OCSP answers.  Kept as the
 * octets they are, so that who takes them need not be the one who reads them.
 */
#ifndef ANTIN_GIVEN_H
#define ANTIN_GIVEN_H

#include <antin/revocation.h>

enum antin_given_kind {
	ANTIN_GIVEN_CERTS, /* one or more; a folder's *.crt *.cer *.der *.pem that are not hidden */
	ANTIN_GIVEN_CRL,   /* one; *.crl *.pem *.der */
	ANTIN_GIVEN_OCSP,  /* one; *.ors *.ocsp *.der */
	ANTIN_GIVEN_KINDS
};
struct antin_given_file {
	enum antin_given_kind kind;
	char *path;
	struct antin_bytes octets;
};
void antin_given_file_done(struct antin_given_file *f);
struct antin_given {
	struct antin_given_file *items;
	size_t n, cap;
};
void antin_given_done(struct antin_given *g);
ANTIN_SCOPED_S(antin_given, antin_given_done);

/* A file, or the files of a folder that are named as such; nothing of them is looked at. */
enum antin_rc antin_given_add(struct antin_given *g, enum antin_given_kind kind, const char *path,
                              struct antin_err *err) ANTIN_MUST;
/* The certificates of one that was given as such; its octets stay. */
enum antin_rc antin_given_certs(const struct antin_given_file *f, struct antin_certs *out,
                                struct antin_err *err) ANTIN_MUST;
/* Reads one; takes its octets.  Certificates go to the one list, revocation data to the other. */
enum antin_rc antin_given_read(struct antin_given_file *f, struct antin_certs *certs,
                               struct antin_evidence *evidence, struct antin_err *err) ANTIN_MUST;
/* All of them, in their order. */
enum antin_rc antin_given_read_all(struct antin_given *g, struct antin_certs *certs,
                                   struct antin_evidence *evidence, struct antin_err *err)
        ANTIN_MUST;

#endif
