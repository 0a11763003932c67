/*
 * Documents: where signatures live in a file, which bytes each covers, what changed after it, and
 * where a new one goes.  No signature cryptography here: the caller hashes, signs and judges.
 */
#ifndef ANTIN_DOC_H
#define ANTIN_DOC_H

#include <antin/file.h>
#include <antin/key.h>

struct antin_doc;
struct antin_doc_ops;

enum antin_coverage {
	ANTIN_COVERAGE_ENTIRE_FILE,     /* everything but the signature value */
	ANTIN_COVERAGE_ENTIRE_REVISION, /* a whole earlier state of the file */
	ANTIN_COVERAGE_PARTIAL,         /* bytes of that state are left out */
	ANTIN_COVERAGE_UNCLEAR,         /* the ranges make no sense */
};

enum antin_sig_kind {
	ANTIN_SIG_CADES,     /* ETSI.CAdES.detached */
	ANTIN_SIG_PKCS7,     /* adbe.pkcs7.detached */
	ANTIN_SIG_TIMESTAMP, /* ETSI.RFC3161 document time stamp */
	ANTIN_SIG_OTHER,     /* a form this version cannot judge; `subtype` names it */
	ANTIN_SIG_CMS,       /* one SignerInfo of a CMS file */
};

struct antin_range {
	uint64_t offset, length;
};
enum { ANTIN_DOC_SIGS = 256, ANTIN_CMS_MAX = 8 * 1024 * 1024 };

/* One signature as found; texts are as written in the file (UTF-8), not yet safe to show. */
struct antin_doc_sig {
	enum antin_sig_kind kind;
	char subtype[64];             /* "ETSI.CAdES.detached" */
	struct antin_range ranges[2]; /* hashed in this order */
	struct antin_bytes cms;       /* /Contents without its padding */
	size_t signer;                /* which SignerInfo of it is meant */
	enum antin_coverage coverage;
	uint64_t revision_end; /* first byte after the state it signed */
	int docmdp;            /* certification: 1..3, else 0 */
	int64_t time;          /* claimed (/M); INT64_MIN none */
	struct antin_bytes field, name, reason, location, contact;
	/* Set when the dictionary breaks a rule: a marked sentence, else NULL. */
	const char *problem;
};

/* How far what came after a signature reaches; in rising order. */
enum antin_change_level {
	ANTIN_CHANGE_NONE,
	ANTIN_CHANGE_LTA,      /* DSS, document time stamps */
	ANTIN_CHANGE_FILL,     /* form filling, further signatures */
	ANTIN_CHANGE_ANNOTATE, /* comments */
	ANTIN_CHANGE_OTHER,    /* anything else, and what cannot be explained */
};
struct antin_change {
	enum antin_change_level level;
	const char *what; /* marked sentence with at most one %s (`detail`) */
	char detail[160];
	uint32_t object; /* 0 when it is no object */
};
struct antin_changes {
	enum antin_change_level level; /* the highest */
	struct antin_change *items;
	size_t n, cap;
	uint64_t unsigned_tail; /* bytes after the last end-of-file mark, white space not counted */
	uint64_t tail_offset;
};
void antin_changes_done(struct antin_changes *c);
ANTIN_SCOPED_S(antin_changes, antin_changes_done);

/* What a new signature needs to know; NULL texts are left out. */
struct antin_doc_place {
	size_t reserve; /* octets kept for the CMS; 0 means 16384 */
	int64_t time;   /* /M */
	const char *name, *reason, *location, *contact;
	int certify; /* DocMDP 1..3; 0 approval */
};

/* A prepared signature: the bytes to append, with a hole. */
struct antin_slot {
	struct antin_source *source;  /* the document; borrowed */
	struct antin_bytes tail;      /* appended behind the document */
	size_t hole, hole_len;        /* in the tail: hex digits of the CMS, without < > */
	struct antin_range ranges[2]; /* of the result */
};
void antin_slot_done(struct antin_slot *s);
ANTIN_SCOPED_S(antin_slot, antin_slot_done);

/* What a person is told of a document that is to be signed. */
struct antin_doc_about {
	char format[16];    /* "pdf" */
	unsigned int pages; /* 0 unknown */
	size_t n_sigs;      /* signatures already there */
};

/* One row of the table of formats. */
struct antin_doc_ops {
	const char *name; /* "pdf" */
	/* True if the first bytes are of this format. */
	bool (*probe)(struct antin_slice head);
	enum antin_rc (*open)(struct antin_source *src, struct antin_doc **out,
	                      struct antin_err *err);
	enum antin_rc (*changes)(struct antin_doc *d, size_t index, struct antin_changes *out,
	                         struct antin_err *err);
	enum antin_rc (*prepare)(struct antin_doc *d, const struct antin_doc_place *place,
	                         struct antin_slot *out, struct antin_err *err);
	/* See antin_slot_hold; NULL where nothing is signed. */
	enum antin_rc (*hold)(const struct antin_doc_place *place, struct antin_slot *s,
	                      struct antin_err *err);
	/* Where it is not the ranges of the signature in the file; else NULL. */
	enum antin_rc (*digest)(struct antin_doc *d, size_t index, enum antin_digest alg,
	                        uint8_t out[ANTIN_DIGEST_MAX], struct antin_err *err);
	void (*free)(struct antin_doc *d);
};

/* The part every format's document begins with. */
struct antin_doc {
	const struct antin_doc_ops *ops;
	struct antin_source *source;
	struct antin_doc_sig *sigs; /* in the order in which they were made */
	size_t n_sigs;
	unsigned int pages; /* for people; 0 unknown */
	/*
	 * rc other than ANTIN_OK: a part that listing the signatures did not need cannot be read.
	 * No signature of such a document is valid, and none is added to it.
	 */
	struct antin_err damage;
	/* One CMS, without its content, for all signatures that have none of their own. */
	struct antin_bytes cms;
	bool detached;                /* what was signed lies in another file */
	struct antin_source *content; /* that file, counted; NULL unknown */
};

/* The format that these first bytes of a file are of ("pdf"), by content; NULL: of no known one. */
const char *antin_doc_format(struct antin_slice head);
enum { ANTIN_DOC_HEAD = 4096 }; /* as many as are looked at */

/* Finds the format by content; ANTIN_E_FORMAT names what the file looks like instead. */
enum antin_rc antin_doc_open(struct antin_source *src, struct antin_doc **out,
                             struct antin_err *err) ANTIN_MUST;
void antin_doc_free(struct antin_doc *d);
ANTIN_OWNER_S(antin_doc, antin_doc_free);
/* Hashes the bytes that signature `index` covers. */
enum antin_rc antin_doc_digest(struct antin_doc *d, size_t index, enum antin_digest alg,
                               uint8_t out[ANTIN_DIGEST_MAX], struct antin_err *err) ANTIN_MUST;
/* What was signed, if it lies in another file; takes a reference of its own. */
void antin_doc_give_content(struct antin_doc *d, struct antin_source *content);
/* The CMS in which signature `index` stands. */
struct antin_slice antin_doc_cms(const struct antin_doc *d, size_t index);
/* What changed after signature `index`; see ops. */
enum antin_rc antin_doc_changes(struct antin_doc *d, size_t index, struct antin_changes *out,
                                struct antin_err *err) ANTIN_MUST;
/* Refuses (with a reason) what cannot be signed safely: encrypted, damaged, bytes before %PDF. */
enum antin_rc antin_doc_prepare(struct antin_doc *d, const struct antin_doc_place *place,
                                struct antin_slot *out, struct antin_err *err) ANTIN_MUST;
/* Both at once, for who has no other use for the document. */
enum antin_rc antin_doc_place(struct antin_source *src, const struct antin_doc_place *place,
                              struct antin_doc_about *about, struct antin_slot *out,
                              struct antin_err *err) ANTIN_MUST;
/*
 * An update that somebody else prepared, who may lie: FORMAT unless it begins with the very
 * signature that `place` asks for.  Takes the octets over, and works out by itself where the hole
 * is and what is signed; neither they nor the document are parsed.
 */
enum antin_rc antin_slot_hold(struct antin_source *src, const struct antin_doc_about *about,
                              const struct antin_doc_place *place, struct antin_bytes *update,
                              struct antin_slot *out, struct antin_err *err) ANTIN_MUST;
enum antin_rc antin_slot_digest(struct antin_slot *s, enum antin_digest alg,
                                uint8_t out[ANTIN_DIGEST_MAX], struct antin_err *err) ANTIN_MUST;
/* Puts the CMS into its hole; ANTIN_E_TOO_LARGE if it does not fit. */
enum antin_rc antin_slot_fill(struct antin_slot *s, struct antin_slice cms, struct antin_err *err)
        ANTIN_MUST;
/* Writes document + tail with the CMS in its hole. */
enum antin_rc antin_slot_write(struct antin_slot *s, struct antin_slice cms, struct antin_output *o,
                               struct antin_err *err) ANTIN_MUST;

#endif
