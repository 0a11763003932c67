/*
 * What is published: files under published/, replaced by rename under a lock, never by an older
 * one.
 */
#include "signer/inner.h"

#include <antin/crl.h>
#include <antin/file.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum antin_rc
antin_published_path(const char *folder, const char *name, struct antin_bytes *path,
                     struct antin_err *err)
{
	static const char allowed[] =
	        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";
	size_t len = strlen(name);

	if (len == 0 || len > 128 || name[0] == '.' || strspn(name, allowed) != len)
		return antin_fail(err, ANTIN_E_NOT_FOUND, N_("nothing is published as %s"), name);
	antin_bytes_printf(path, "%s/published/%s", folder, name);
	return antin_bytes_cstr(path) ? ANTIN_OK : antin_fail_memory(err);
}

void
antin_published_crl_name(struct antin_bytes *b, const char *ca, unsigned int shard)
{
	antin_bytes_text(b, ca);
	if (shard)
		antin_bytes_printf(b, ".%u", shard);
	antin_bytes_text(b, ".crl");
}

/* The CRL and certificate files live under this; NULL folder: UNSUPPORTED. */
static enum antin_rc
published_folder(struct antin_signer *s, struct antin_bytes *out, struct antin_err *err)
{
	const char *folder = antin_signer_folder(s);
	enum antin_rc rc;

	if (!folder)
		return antin_fail(err, ANTIN_E_UNSUPPORTED,
		                  N_("a store in memory has no folder to publish in"));
	antin_bytes_printf(out, "%s/published", folder);
	if (!antin_bytes_cstr(out))
		return antin_fail_memory(err);
	rc = antin_folder_make((const char *)out->p, err);
	/* Others serve these files, so the folder is not private. */
	if (rc == ANTIN_OK && chmod((const char *)out->p, antin_mode_shared(folder, 0755)) != 0 &&
	    errno != EPERM)
		rc = antin_fail_errno(err, errno, N_("cannot open the folder to others"),
		                      (const char *)out->p);
	return rc;
}

/* Held until it is closed. */
static enum antin_rc
lock(const char *folder, int *fd, struct antin_err *err)
{
	ANTIN_SCOPED(antin_bytes) path = {0};
	int f;

	antin_bytes_printf(&path, "%s/.lock", folder);
	if (!antin_bytes_cstr(&path))
		return antin_fail_memory(err);
	f = open((const char *)path.p, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	/* Only its owner can; the others find it open to them. */
	if (f >= 0)
		(void)!fchmod(f, antin_mode_shared(folder, 0600));
	if (f < 0 || flock(f, LOCK_EX) != 0) {
		int saved = errno;

		if (f >= 0)
			(void)close(f);
		return antin_fail_errno(err, saved, N_("cannot lock the folder"), folder);
	}
	*fd = f;
	return ANTIN_OK;
}

int
antin_published_hold(const struct antin_signer *s)
{
	ANTIN_SCOPED(antin_bytes) path = {0};
	int fd;

	antin_bytes_printf(&path, "%s/published/.lock", s->folder);
	if (!s->folder[0] || !antin_bytes_cstr(&path))
		return -1;
	fd = open((const char *)path.p, O_RDONLY | O_CLOEXEC);
	if (fd >= 0)
		(void)flock(fd, LOCK_SH);
	return fd;
}

/* A CRL number of ours fits 64 bits; a larger one is above any. */
static uint64_t
number_of(const struct antin_crl *c)
{
	uint64_t n = 0;

	if (!c->number.p || c->number.len > 9 || (c->number.len == 9 && c->number.p[0] != 0))
		return c->number.p ? UINT64_MAX : 0;
	for (size_t i = 0; i < c->number.len; i++)
		n = n << 8 | c->number.p[i];
	return n;
}

static bool
signed_by(const struct antin_crl *c, const struct antin_issuer_row *by)
{
	ANTIN_OWN_S(antin_public) key = NULL;

	return antin_public_read(antin_bytes_slice(&by->spki), &key, NULL) == ANTIN_OK &&
	       antin_crl_verify(c, key, NULL, NULL) == ANTIN_OK;
}

/* By its content; *known true when it is not this authority's. */
static enum antin_rc
file_known(struct antin_signer *s, const char *path, const struct antin_issuer_row *by, bool *known,
           struct antin_err *err)
{
	ANTIN_OWN_S(antin_crl) crl = NULL;
	uint8_t sha256[32];
	int64_t leaf = ANTIN_NULL;
	enum antin_rc rc;

	*known = true;
	if (antin_crl_load(path, &crl, NULL) != ANTIN_OK ||
	    !antin_name_equal(crl->issuer, antin_bytes_slice(&by->subject)) || !signed_by(crl, by))
		return ANTIN_OK;
	rc = antin_sha256(crl->der, sha256, err);
	if (rc == ANTIN_OK)
		rc = antin_store_crl_leaf(s->store, by->id, (struct antin_slice){sha256, 32}, &leaf,
		                          err);
	*known = rc == ANTIN_OK && leaf != ANTIN_NULL;
	return rc;
}

enum antin_rc
antin_published_known(struct antin_signer *s, const struct antin_issuer_row *by,
                      struct antin_err *err)
{
	struct antin_seen *seen = &s->seen[(uint64_t)by->id % ANTIN_SIGNER_SEEN];
	ANTIN_SCOPED(antin_bytes) path = {0};
	struct stat st;
	bool known;
	enum antin_rc rc;

	antin_bytes_printf(&path, "%s/published/%s.crl", s->folder, (const char *)by->ca.p);
	if (!antin_bytes_cstr(&path))
		return antin_fail_memory(err);
	if (!s->folder[0] || stat((const char *)path.p, &st) != 0)
		return ANTIN_OK;
	if (seen->issuer == by->id && seen->file.st_ino == st.st_ino &&
	    seen->file.st_size == st.st_size &&
	    memcmp(&seen->file.st_mtim, &st.st_mtim, sizeof(st.st_mtim)) == 0)
		return ANTIN_OK;
	rc = file_known(s, (const char *)path.p, by, &known, err);
	if (rc != ANTIN_OK)
		return rc;
	if (!known) {
		antin_err_set_hint(err, "antin-ca check");
		return antin_fail(
		        err, ANTIN_E_STATE,
		        N_("the store does not know the CRL that %s has published; it may "
		           "be an old copy"),
		        (const char *)by->ca.p);
	}
	*seen = (struct antin_seen){by->id, st};
	return ANTIN_OK;
}

struct former {
	struct antin_store *store;
	int64_t issuer;
	int64_t leaf; /* that tells of `old`; ANTIN_NULL: the store does not know it */
	const struct antin_crl *old, *fresh;
};

struct lifted {
	int64_t since, leaf;
	bool yes;
};

static enum antin_rc
lifted_row(void *user, const struct antin_event_row *r, struct antin_err *err)
{
	struct lifted *l = user;

	(void)err;
	l->yes = r->new_state == ANTIN_CERT_VALID && r->old_state == ANTIN_CERT_HOLD &&
	         (r->at + ANTIN_LOG_STEP >= l->since ||
	          (l->leaf != ANTIN_NULL && r->log_seq > l->leaf));
	return ANTIN_OK;
}

/* Since when a signature counts for nothing. */
static int64_t
since(const struct antin_crl_entry *e)
{
	return e->invalidity != ANTIN_NO_TIME && e->invalidity < e->revoked ? e->invalidity
	                                                                    : e->revoked;
}

/* A hold may become anything; what is final stays so, with no later date, and a compromise too. */
static bool
follows(const struct antin_crl_entry *old, const struct antin_crl_entry *now)
{
	bool compromised = old->reason == ANTIN_REASON_KEY_COMPROMISE ||
	                   old->reason == ANTIN_REASON_CA_COMPROMISE;

	return old->reason == ANTIN_REASON_HOLD ||
	       (now->reason != ANTIN_REASON_HOLD && since(now) <= since(old) &&
	        (!compromised || now->reason == old->reason));
}

/* Nothing that was told of a certificate is taken back: a store set back has forgotten it. */
static enum antin_rc
still_told(void *user, const struct antin_crl_entry *e, struct antin_err *err)
{
	const struct former *f = user;
	struct lifted l = {.since = f->old->this_update, .leaf = f->leaf};
	struct antin_crl_entry now;
	char serial[64];
	enum antin_rc rc = ANTIN_OK;

	if (antin_crl_lookup(f->fresh, e->serial, (struct antin_slice){0}, &now))
		l.yes = follows(e, &now);
	else if (e->reason == ANTIN_REASON_HOLD)
		rc = antin_store_event_each(f->store, f->issuer, e->serial, lifted_row, &l, err);
	if (rc != ANTIN_OK || l.yes)
		return rc;
	antin_err_set_hint(err, "antin-ca check");
	return antin_fail(err, ANTIN_E_STATE,
	                  N_("the published CRL tells more of certificate %s than the store, which "
	                     "may be an old copy"),
	                  antin_hex_groups(e->serial, serial, sizeof(serial)));
}

static enum antin_rc
takes_nothing_back(struct former *f, const struct antin_signer_crl *crl, struct antin_err *err)
{
	ANTIN_SCOPED(antin_bytes) der = {0};
	ANTIN_OWN_S(antin_crl) fresh = NULL;
	enum antin_rc rc;

	antin_bytes_add(&der, crl->der.p, crl->der.len);
	rc = antin_bytes_check(&der, err);
	if (rc == ANTIN_OK)
		rc = antin_crl_read(&der, &fresh, err);
	f->fresh = fresh;
	return rc == ANTIN_OK ? antin_crl_each(f->old, still_told, f, err) : rc;
}

struct above {
	int64_t issuer, shard, number;
};

static enum antin_rc
raise_number(struct antin_store *s, void *user, struct antin_err *err)
{
	const struct above *a = user;

	return antin_store_crl_raise(s, a->issuer, a->shard, a->number, err);
}

/* The numbers of an old copy are behind: the next list has one that is not. */
static enum antin_rc
step_back(struct antin_store *s, const struct antin_crl *old, const struct antin_issuer_row *by,
          const struct antin_crl_row *row, struct antin_err *err)
{
	struct above a = {by->id, row->shard, INT64_MAX / 2};
	enum antin_rc rc;

	if (number_of(old) < INT64_MAX / 2)
		a.number = (int64_t)number_of(old) + 1;
	rc = antin_store_transact(s, ANTIN_STORE_WRITE, raise_number, &a, err);
	if (rc != ANTIN_OK)
		return rc;
	antin_err_set_hint(err, "antin-ca crl --ca %s --publish", (const char *)by->ca.p);
	return antin_fail(err, ANTIN_E_STATE,
	                  N_("CRL number %llu is published, %llu would step back"),
	                  (unsigned long long)number_of(old), (unsigned long long)row->number);
}

/* What stands there must be ours and older. */
static enum antin_rc
newer(struct antin_store *store, const char *path, const struct antin_issuer_row *by,
      const struct antin_signer_crl *crl, const struct antin_crl_row *row, struct antin_err *err)
{
	struct former f = {.store = store, .issuer = by->id};
	ANTIN_OWN_S(antin_crl) old = NULL;
	uint8_t sha256[32];
	enum antin_rc rc;
	struct stat st;

	if (lstat(path, &st) != 0)
		return errno == ENOENT ? ANTIN_OK
		                       : antin_fail_errno(err, errno, N_("cannot look at"), path);
	rc = antin_crl_load(path, &old, err);
	if (rc != ANTIN_OK) {
		antin_err_set_hint(err, "mv %s %s.damaged", path, path);
		return antin_wrap(err, rc, N_("the CRL published before"));
	}
	if (!antin_name_equal(old->issuer, antin_bytes_slice(&by->subject)))
		return antin_fail(err, ANTIN_E_CONFLICT,
		                  N_("the CRL published there is of another authority"));
	rc = antin_sha256(old->der, sha256, err);
	if (rc != ANTIN_OK)
		return rc;
	if (memcmp(sha256, crl->sha256, sizeof(sha256)) == 0)
		return ANTIN_OK;
	if (!signed_by(old, by)) {
		antin_err_set_hint(err, "mv %s %s.damaged", path, path);
		return antin_fail(err, ANTIN_E_CONFLICT,
		                  N_("the CRL published there is not signed by this authority"));
	}
	if (number_of(old) >= crl->number)
		return step_back(store, old, by, row, err);
	f.old = old;
	rc = antin_store_crl_leaf(store, by->id, (struct antin_slice){sha256, 32}, &f.leaf, err);
	if (rc != ANTIN_OK)
		return rc;
	return takes_nothing_back(&f, crl, err);
}

struct published {
	struct antin_store_act act;
	struct antin_crl_row row;
};

static enum antin_rc
note(struct antin_store *s, void *user, struct antin_err *err)
{
	struct published *p = user;

	return antin_store_crl_published(s, &p->act, &p->row, err);
}

static enum antin_rc
write_public(const char *path, struct antin_slice bytes, struct antin_err *err)
{
	ANTIN_OWN_S(antin_output) out = NULL;
	enum antin_rc rc = antin_output_open(path, ANTIN_OUTPUT_REPLACE, &out, err);

	/* Before it is visible: whoever dies in between leaves nothing that antind cannot read. */
	if (rc == ANTIN_OK && chmod(antin_output_temporary(out), 0644) != 0)
		rc = antin_fail_errno(err, errno, N_("cannot open the file to others"), path);
	if (rc == ANTIN_OK)
		rc = antin_output_write(out, bytes.p, bytes.len, err);
	return rc == ANTIN_OK ? antin_output_commit(out, err) : rc;
}

enum antin_rc
antin_ca_publish_crl(struct antin_signer *s, const char *ca, unsigned int shard,
                     const struct antin_signer_crl *crl, uint64_t *log, struct antin_err *err)
{
	struct published p = {.act = antin_signer_act(s)};
	ANTIN_SCOPED(antin_issuer_row) by = {0};
	ANTIN_SCOPED(antin_bytes) folder = {0};
	ANTIN_SCOPED(antin_bytes) name = {0};
	ANTIN_SCOPED(antin_bytes) path = {0};
	int fd = -1;
	enum antin_rc rc = antin_store_issuer_find(s->store, ca, &by, err);

	antin_published_crl_name(&name, ca, shard);
	if (rc == ANTIN_OK && !antin_bytes_cstr(&name))
		rc = antin_fail_memory(err);
	if (rc == ANTIN_OK)
		rc = published_folder(s, &folder, err);
	if (rc == ANTIN_OK)
		rc = antin_published_path(s->folder, (const char *)name.p, &path, err);
	if (rc == ANTIN_OK)
		rc = lock((const char *)folder.p, &fd, err);
	if (rc != ANTIN_OK)
		return rc;
	p.row.issuer = by.id;
	p.row.shard = shard;
	p.row.number = (int64_t)crl->number;
	rc = newer(s->store, (const char *)path.p, &by, crl, &p.row, err);
	if (rc == ANTIN_OK)
		rc = write_public((const char *)path.p, antin_bytes_slice(&crl->der), err);
	(void)close(fd);
	if (rc == ANTIN_OK)
		rc = antin_store_transact(s->store, ANTIN_STORE_WRITE, note, &p, err);
	if (rc == ANTIN_OK)
		*log = p.act.log;
	return rc;
}

enum antin_rc
antin_ca_publish_cert(struct antin_signer *s, const char *ca, struct antin_slice der,
                      struct antin_err *err)
{
	ANTIN_SCOPED(antin_bytes) folder = {0};
	ANTIN_SCOPED(antin_bytes) path = {0};
	enum antin_rc rc = published_folder(s, &folder, err);

	antin_bytes_printf(&path, "%s/%s.crt", (const char *)folder.p, ca);
	if (rc == ANTIN_OK && !antin_bytes_cstr(&path))
		rc = antin_fail_memory(err);
	return rc == ANTIN_OK ? write_public((const char *)path.p, der, err) : rc;
}
