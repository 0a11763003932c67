/*
 * The scene of tests about trusted lists: a usual list, its signer, and somebody else.
 */
#ifndef TEST_LIST_SCENE_H
#define TEST_LIST_SCENE_H

#include "four_keys.h"
#include "list_maker.h"
#include "util.h"

static struct antin_cert *root, *ca, *signer, *other, *leaf;

PKI_UNUSED static void
begin(void)
{
	make_keys();
	root = pki_cert(pki_ca("State/Root", "State/Root", root_key, root_key));
	ca = pki_cert(pki_ca("Agency/CA", "Agency/CA", ca_key, ca_key));
	signer = pki_cert(pki_leaf("Scheme/Operator", "Scheme/Operator", leaf_key, leaf_key));
	other = pki_cert(pki_leaf("Lạ/Operator", "Lạ/Operator", other_key, other_key));
	leaf = pki_cert(pki_leaf("TSA/Unit", "TSA/CA", leaf_key, ca_key));
}

PKI_UNUSED static void
end(void)
{
	antin_cert_free(root);
	antin_cert_free(ca);
	antin_cert_free(signer);
	antin_cert_free(other);
	antin_cert_free(leaf);
	free_keys();
}

/* One granted CA, one withdrawn one with a past, one authority of time stamps. */
PKI_UNUSED static void
usual(struct antin_bytes *body)
{
	ANTIN_SCOPED(antin_bytes) services = {0};
	ANTIN_SCOPED(antin_bytes) past = {0};

	antin_bytes_text(&past, "</tsl:ServiceInformation><tsl:ServiceHistory>");
	list_add_history(&past, "CA/QC", "granted", "2016-07-01T00:00:00Z");
	list_add_history(&past, "CA/QC", "undersupervision", "2012-01-01T00:00:00Z");
	antin_bytes_text(&past, "</tsl:ServiceHistory>");
	list_add_service(&services, "CA/QC", "granted", "2020-01-01T00:00:00Z", root, NULL);
	list_add_service(&services, "CA/QC", "withdrawn", "2024-01-01T00:00:00Z", ca,
	                 antin_bytes_cstr(&past));
	list_add_service(&services, "TSA/QTST", "granted", "2021-01-01T00:00:00Z", root, NULL);
	list_add_service(&services, "TSA/QTST", "granted", "2021-01-01T00:00:00Z", leaf, NULL);
	list_add_service(&services, "Certstatus/OCSP/QC", "granted", "2021-01-01T00:00:00Z", ca,
	                 NULL);
	list_body(body, "41", antin_bytes_cstr(&services));
}

PKI_UNUSED static void
make(const struct list_how *h, struct antin_bytes *out)
{
	ANTIN_SCOPED(antin_bytes) body = {0};

	usual(&body);
	list_sign(antin_bytes_cstr(&body), h, leaf_key, signer, out);
}

PKI_UNUSED static enum antin_rc
read_it(const struct antin_bytes *text, struct antin_bundle *b, struct antin_err *err)
{
	return antin_list_read(antin_bytes_slice(text), "l.xml", signer->sha256, b, err);
}

#endif
