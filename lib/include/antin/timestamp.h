/*
 * Time stamps (RFC 3161, RFC 5816): reading and checking a token, making one in two steps, and the
 * request and answer that carry them.  Whether an authority may be trusted is for path.h.
 */
#ifndef ANTIN_TIMESTAMP_H
#define ANTIN_TIMESTAMP_H

#include <antin/cades.h>

enum {
	ANTIN_TIMESTAMP_MAX = 1024 * 1024, /* octets of a token or an answer */
	ANTIN_TIMESTAMP_REQUEST_MAX = 4096,
	ANTIN_TIMESTAMP_SERIAL = 20, /* octets: 160 bit (RFC 3161 2.4.2) */
	ANTIN_TIMESTAMP_NONCE = 64,
};

/* What is stamped: a digest and how it was made. */
struct antin_imprint {
	enum antin_digest digest;
	struct antin_slice hash;
};

/* A token.  Slices point into the octets that `cms` owns. */
struct antin_timestamp {
	struct antin_cades *cms;   /* the SignedData around the TSTInfo */
	struct antin_slice policy; /* OID octets */
	struct antin_imprint imprint;
	struct antin_slice serial; /* INTEGER content, not negative */
	int64_t time;              /* genTime; a fraction of a second is dropped */
	bool has_accuracy;
	uint64_t accuracy; /* microseconds to both sides */
	bool ordering;
	struct antin_slice nonce; /* INTEGER content; p NULL: none */
	struct antin_slice tsa;   /* whole GeneralName; p NULL: none */
};

/*
 * ANTIN_E_FORMAT, with its place, for what is not one SignedData around one strict TSTInfo;
 * ANTIN_E_UNSUPPORTED for a digest that is not known and for a critical extension.
 */
enum antin_rc antin_timestamp_read(struct antin_slice der, struct antin_timestamp **out,
                                   struct antin_err *err) ANTIN_MUST;
void antin_timestamp_free(struct antin_timestamp *t);
ANTIN_OWNER_S(antin_timestamp, antin_timestamp_free);

/*
 * ANTIN_E_BAD_SIGNATURE unless `tsa` is the certificate that the token names and binds, its key
 * signed this TSTInfo, and the rules of RFC 5652 and RFC 5816 hold; ANTIN_E_POLICY unless the
 * certificate is for time stamps and nothing else (2.3) and has the name that the token gives.
 */
enum antin_rc antin_timestamp_verify(const struct antin_timestamp *t, struct antin_cert *tsa,
                                     struct antin_memory *memory, struct antin_err *err) ANTIN_MUST;
/* ANTIN_E_BAD_SIGNATURE unless the token is over these octets. */
enum antin_rc antin_timestamp_covers(const struct antin_timestamp *t, struct antin_slice data,
                                     struct antin_err *err) ANTIN_MUST;

/* A new token: who signs (its signing_time is INT64_MIN as a rule) and what is stamped. */
struct antin_timestamp_spec {
	struct antin_cades_spec cms;
	const char *policy; /* dotted */
	struct antin_imprint imprint;
	struct antin_slice serial; /* magnitude, 1..20 octets */
	int64_t time;
	uint64_t accuracy; /* microseconds; 0: not said */
	bool ordering, name_tsa;
	struct antin_slice nonce; /* INTEGER content; p NULL: none */
};
/* What the token is over. */
enum antin_rc antin_timestamp_info(const struct antin_timestamp_spec *spec, struct antin_bytes *out,
                                   struct antin_err *err) ANTIN_MUST;
/* Step one: the signed attributes over that, a DER SET OF; its digest is what the key signs. */
enum antin_rc antin_timestamp_attributes(const struct antin_timestamp_spec *spec,
                                         struct antin_slice info, struct antin_bytes *out,
                                         struct antin_err *err) ANTIN_MUST;
/* Step two: the token. */
enum antin_rc antin_timestamp_build(const struct antin_timestamp_spec *spec,
                                    struct antin_slice info, struct antin_slice attributes,
                                    struct antin_slice signature, struct antin_bytes *out,
                                    struct antin_err *err) ANTIN_MUST;
/* All with a key in between; the token is read back and verified before it is handed out. */
enum antin_rc antin_timestamp_sign(const struct antin_timestamp_spec *spec, struct antin_key *key,
                                   struct antin_bytes *out, struct antin_err *err) ANTIN_MUST;

/* TimeStampReq (2.4.1).  Slices point into what was read. */
struct antin_timestamp_request {
	struct antin_imprint imprint;
	struct antin_slice policy; /* OID octets; p NULL: any */
	struct antin_slice nonce;  /* INTEGER content; p NULL: none */
	bool certificates;         /* the answer shall carry the authority's certificate */
	bool extensions;           /* there are some: refused when not known (2.4.1) */
};
/* ANTIN_E_UNSUPPORTED for a digest that is not known: an authority answers badAlg. */
enum antin_rc antin_timestamp_request_read(struct antin_slice der,
                                           struct antin_timestamp_request *out,
                                           struct antin_err *err) ANTIN_MUST;
enum antin_rc antin_timestamp_request_write(const struct antin_timestamp_request *r,
                                            struct antin_bytes *out, struct antin_err *err)
        ANTIN_MUST;

/* PKIStatus and the bits of PKIFailureInfo that RFC 3161 2.4.2 allows. */
enum antin_timestamp_status {
	ANTIN_TIMESTAMP_GRANTED,
	ANTIN_TIMESTAMP_GRANTED_CHANGED,
	ANTIN_TIMESTAMP_REJECTED,
	ANTIN_TIMESTAMP_WAITING,
	ANTIN_TIMESTAMP_WARNING,
	ANTIN_TIMESTAMP_REVOKED,
};
enum antin_timestamp_failure {
	ANTIN_TIMESTAMP_BAD_ALG = 0,
	ANTIN_TIMESTAMP_BAD_REQUEST = 2,
	ANTIN_TIMESTAMP_BAD_FORMAT = 5,
	ANTIN_TIMESTAMP_NO_TIME = 14,
	ANTIN_TIMESTAMP_BAD_POLICY = 15,
	ANTIN_TIMESTAMP_BAD_EXTENSION = 16,
	ANTIN_TIMESTAMP_NO_INFORMATION = 17,
	ANTIN_TIMESTAMP_SYSTEM = 25,
};

/* TimeStampResp (2.4.2). */
struct antin_timestamp_response {
	enum antin_timestamp_status status;
	uint32_t failures;        /* by bit number */
	struct antin_slice text;  /* UTF-8, the first one given; p NULL: none */
	struct antin_slice token; /* whole; p NULL exactly when nothing was granted */
};
enum antin_rc antin_timestamp_response_read(struct antin_slice der,
                                            struct antin_timestamp_response *out,
                                            struct antin_err *err) ANTIN_MUST;
enum antin_rc antin_timestamp_response_write(const struct antin_timestamp_response *r,
                                             struct antin_bytes *out, struct antin_err *err)
        ANTIN_MUST;

#endif
