/*
 * Object identifiers that the reader, the judge and the writer of CAdES share.
 */
#ifndef ANTIN_CADES_INTERNAL_H
#define ANTIN_CADES_INTERNAL_H

#include <antin/cades.h>

#define OID_DATA             "1.2.840.113549.1.7.1"
#define OID_SIGNED_DATA      "1.2.840.113549.1.7.2"
#define OID_CONTENT_TYPE     "1.2.840.113549.1.9.3"
#define OID_MESSAGE_DIGEST   "1.2.840.113549.1.9.4"
#define OID_SIGNING_TIME     "1.2.840.113549.1.9.5"
#define OID_ESS_V1           "1.2.840.113549.1.9.16.2.12"
#define OID_ESS_V2           "1.2.840.113549.1.9.16.2.47"
#define OID_TIME_STAMP       "1.2.840.113549.1.9.16.2.14"
#define OID_ADOBE_REVOCATION "1.2.840.113583.1.1.8"
#define OID_RSA_ENCRYPTION   "1.2.840.113549.1.1.1"

#endif
