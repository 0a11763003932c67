/*
 * All SQL of the store except its definitions (ca/schema).  Parameters are numbered ?1, ?2: an
 * engine that spells them otherwise translates.  Column lists keep the order of the shapes.
 */
#include "statements.h"

#define LEAF_COLS    "seq, at, actor, action, tab, row_key, row_hash, leaf_hash, chain"
#define PROFILE_COLS "name, version, sha256, body, active_from, salt"
#define ISSUER_COLS                                                                                \
	"id, ca, generation, state, parent, subject, spki, cert, key_uri, profile, url, "          \
	"ocsp_url, "                                                                               \
	"crl_seconds, shards, not_before, not_after, name_sha1, name_sha256, key_sha1, "           \
	"key_sha256, created_at, salt"
#define RESPONDER_COLS "id, issuer, key_uri, cert, not_after, created_at, salt"
#define REQUEST_COLS   "id, idem_key, kind, issuer, body, body_hash, cert, created_at, salt"
#define CERT_COLS                                                                                  \
	"id, issuer, serial, state, shard, request, profile, profile_version, subject, "           \
	"subject_text, likeness, spki_hash, not_before, not_after, tbs_hash, cert_hash, "          \
	"created_at, issued_at, replaces, holder, salt"
#define REVOCATION_COLS                                                                            \
	"id, issuer, serial, shard, requested_at, revoked_at, reason, invalidity_at, not_after, "  \
	"rev_seq, note, salt"
#define EVENT_COLS "id, issuer, serial, event, old_state, new_state, reason, at, log_seq"
#define CRL_ROW                                                                                    \
	"issuer, shard, number, state, this_update, next_update, entries, last_rev_seq, sha256, "
#define CRL_COLS   CRL_ROW "bytes, salt"
#define BLOCK_COLS "spki_hash, source, at, salt"

#define V4  "(?1, ?2, ?3, ?4)"
#define V6  "(?1, ?2, ?3, ?4, ?5, ?6)"
#define V7  "(?1, ?2, ?3, ?4, ?5, ?6, ?7)"
#define V9  "(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)"
#define V11 "(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)"
#define V12 "(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)"
#define V21                                                                                        \
	"(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, "       \
	"?19, ?20, ?21)"
#define V22                                                                                        \
	"(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, "       \
	"?19, ?20, ?21, ?22)"

/* The key of a certificate as a fault names it. */
#define CERT_NAME(t) "CAST(" t ".issuer AS TEXT) || '/' || lower(hex(" t ".serial))"

/* The leaf that tells that a CRL was made. */
#define CRL_MADE(t)                                                                                \
	"(SELECT MIN(seq) FROM log_leaf WHERE tab = 'crl' AND row_key = CAST(" t                   \
	".issuer AS TEXT) || '/' || CAST(" t ".shard AS TEXT) || '/' || CAST(" t                   \
	".number AS TEXT))"

const char *const antin_statements[ST_COUNT] = {
        [ST_META_GET] = "SELECT v FROM meta WHERE k = ?1",
        [ST_META_SET] = "INSERT INTO meta (k, v) VALUES (?1, ?2) "
                        "ON CONFLICT (k) DO UPDATE SET v = excluded.v",

        [ST_LOG_HEAD] = "SELECT seq, chain FROM log_head WHERE id = 1",
        [ST_LOG_HEAD_INIT] = "INSERT INTO log_head (id, seq, chain) VALUES (1, 0, ?1)",
        [ST_LOG_HEAD_SET] =
                "UPDATE log_head SET seq = ?1, chain = ?2 WHERE id = 1 AND seq = ?1 - 1",
        [ST_LOG_ADD] = "INSERT INTO log_leaf (" LEAF_COLS ") VALUES " V9,
        [ST_LOG_EACH] = "SELECT " LEAF_COLS " FROM log_leaf ORDER BY seq",
        [ST_LOG_LAST] = "SELECT row_hash FROM log_leaf WHERE tab = ?1 AND row_key = ?2 "
                        "ORDER BY seq DESC LIMIT 1",
        [ST_LOG_TIME] = "SELECT at FROM log_leaf ORDER BY seq DESC LIMIT 1",
        [ST_LOG_UNTIL] = "SELECT MAX(at) FROM log_leaf WHERE at <= ?1",
        [ST_LOG_STANDING] =
                "SELECT tab || ' ' || row_key FROM log_leaf AS l WHERE row_hash IS NOT NULL "
                "AND seq = (SELECT MAX(seq) FROM log_leaf WHERE tab = l.tab AND row_key = "
                "l.row_key) "
                "ORDER BY seq",

        [ST_PROFILE_ADD] = "INSERT INTO profile (" PROFILE_COLS ") VALUES " V6,
        [ST_PROFILE_GET] = "SELECT " PROFILE_COLS " FROM profile WHERE name = ?1 AND version = ?2",
        [ST_PROFILE_KEYS] = "SELECT name, version FROM profile",

        [ST_ISSUER_NEXT] = "SELECT COALESCE(MAX(id), 0) + 1 FROM issuer",
        [ST_ISSUER_GENERATION] =
                "SELECT COALESCE(MAX(generation), 0) + 1 FROM issuer WHERE ca = ?1",
        [ST_ISSUER_ADD] = "INSERT INTO issuer (" ISSUER_COLS ") VALUES " V22,
        [ST_ISSUER_ACTIVATE] = "UPDATE issuer SET state = 1, cert = ?2, not_before = ?3, "
                               "not_after = ?4 WHERE id = ?1 AND state = 0",
        [ST_ISSUER_RETIRE] = "UPDATE issuer SET state = 3 WHERE id = ?1 AND state = 0",
        [ST_ISSUER_GET] = "SELECT " ISSUER_COLS " FROM issuer WHERE id = ?1",
        [ST_ISSUER_FIND] = "SELECT " ISSUER_COLS " FROM issuer WHERE ca = ?1 AND state = 1",
        [ST_ISSUER_EACH] = "SELECT " ISSUER_COLS " FROM issuer ORDER BY id",
        [ST_ISSUER_NAMES] = "SELECT ca FROM issuer WHERE state = 1 ORDER BY id",
        [ST_ISSUER_KEYS] = "SELECT id FROM issuer",

        [ST_RESPONDER_NEXT] = "SELECT COALESCE(MAX(id), 0) + 1 FROM responder",
        [ST_RESPONDER_ADD] = "INSERT INTO responder (" RESPONDER_COLS ") VALUES " V7,
        [ST_RESPONDER_GET] = "SELECT " RESPONDER_COLS " FROM responder WHERE id = ?1",
        [ST_RESPONDER_NEWEST] = "SELECT " RESPONDER_COLS " FROM responder WHERE issuer = ?1 "
                                "ORDER BY id DESC LIMIT 1",
        [ST_RESPONDER_KEYS] = "SELECT id FROM responder",

        [ST_REQUEST_NEXT] = "SELECT COALESCE(MAX(id), 0) + 1 FROM request",
        [ST_REQUEST_ADD] = "INSERT INTO request (" REQUEST_COLS ") VALUES " V9,
        [ST_REQUEST_GET] = "SELECT " REQUEST_COLS " FROM request WHERE id = ?1",
        [ST_REQUEST_FIND] = "SELECT " REQUEST_COLS " FROM request WHERE idem_key = ?1",
        [ST_REQUEST_CERT] = "UPDATE request SET cert = ?2 WHERE id = ?1",
        [ST_REQUEST_KEYS] = "SELECT id FROM request",

        [ST_CERT_NEXT] = "SELECT COALESCE(MAX(id), 0) + 1 FROM cert",
        [ST_CERT_ADD] = "INSERT INTO cert (" CERT_COLS ") VALUES " V21,
        [ST_CERT_GET] = "SELECT " CERT_COLS " FROM cert WHERE issuer = ?1 AND serial = ?2",
        [ST_CERT_BY_ID] = "SELECT " CERT_COLS " FROM cert WHERE id = ?1",
        [ST_CERT_ISSUE] = "UPDATE cert SET state = 1, cert_hash = ?2, issued_at = ?3 "
                          "WHERE id = ?1 AND state = 0",
        [ST_CERT_STATE] = "UPDATE cert SET state = ?3 WHERE id = ?1 AND state = ?2",
        [ST_CERT_EACH] =
                "SELECT " CERT_COLS " FROM cert WHERE (?1 IS NULL OR issuer = ?1) "
                "AND (?2 IS NULL OR state = ?2) AND (?3 IS NULL OR not_after < ?3) "
                "AND (?4 IS NULL OR profile = ?4) "
                "AND (?5 IS NULL OR likeness LIKE ?5 ESCAPE '!') "
                "AND (?6 IS NULL OR serial = ?6) AND (?7 IS NULL OR spki_hash = ?7) ORDER BY id",
        [ST_CERT_KEYS] = "SELECT issuer, serial FROM cert",
        [ST_BLOB_ADD] = "INSERT INTO cert_blob (cert, kind, bytes) VALUES (?1, ?2, ?3)",
        [ST_BLOB_GET] = "SELECT bytes FROM cert_blob WHERE cert = ?1 AND kind = ?2",

        [ST_REVOCATION_NEXT] = "SELECT COALESCE(MAX(id), 0) + 1 FROM revocation",
        /* Never reused, also after a hold was lifted: counted on the scope of all scopes. */
        [ST_REVOCATION_SEQ] = "SELECT CAST(v AS INTEGER) + 1 FROM meta WHERE k = 'rev_seq'",
        [ST_REVOCATION_ADD] = "INSERT INTO revocation (" REVOCATION_COLS ") VALUES " V12,
        [ST_REVOCATION_CHANGE] = "UPDATE revocation SET revoked_at = ?3, reason = ?4, "
                                 "invalidity_at = ?5, rev_seq = ?6, note = ?7 "
                                 "WHERE issuer = ?1 AND serial = ?2",
        [ST_REVOCATION_REMOVE] = "DELETE FROM revocation WHERE issuer = ?1 AND serial = ?2",
        [ST_REVOCATION_GET] = "SELECT " REVOCATION_COLS " FROM revocation "
                              "WHERE issuer = ?1 AND serial = ?2",
        [ST_REVOCATION_AFTER] = "SELECT " REVOCATION_COLS " FROM revocation "
                                "WHERE revoked_at > ?1 ORDER BY id LIMIT 1",
        [ST_REVOCATION_SCAN] = "SELECT serial, revoked_at, reason, invalidity_at FROM revocation "
                               "WHERE issuer = ?1 AND shard = ?2 ORDER BY serial",
        [ST_REVOCATION_TOTAL] = "SELECT COUNT(*), COALESCE(MAX(rev_seq), 0), "
                                "COALESCE(MAX(revoked_at), 0), "
                                "(SELECT COALESCE(MAX(this_update), 0) FROM crl "
                                "WHERE issuer = ?1 AND shard = ?2) "
                                "FROM revocation WHERE issuer = ?1 AND shard = ?2",
        [ST_REVOCATION_KEYS] = "SELECT issuer, serial FROM revocation",

        [ST_EVENT_NEXT] = "SELECT COALESCE(MAX(id), 0) + 1 FROM status_event",
        [ST_EVENT_ADD] = "INSERT INTO status_event (" EVENT_COLS ") VALUES " V9,
        [ST_EVENT_EACH] = "SELECT " EVENT_COLS " FROM status_event "
                          "WHERE issuer = ?1 AND serial = ?2 ORDER BY id",

        [ST_SCOPE_GET] = "SELECT next_number FROM crl_scope WHERE issuer = ?1 AND shard = ?2",
        [ST_SCOPE_ADD] = "INSERT INTO crl_scope (issuer, shard, next_number, due_at, fence) "
                         "VALUES (?1, ?2, 1, 0, 0) ON CONFLICT (issuer, shard) DO NOTHING",
        [ST_SCOPE_BUMP] = "UPDATE crl_scope SET next_number = next_number + 1, fence = ?3 "
                          "WHERE issuer = ?1 AND shard = ?2 AND fence <= ?3",
        [ST_SCOPE_RAISE] = "UPDATE crl_scope SET next_number = ?3 "
                           "WHERE issuer = ?1 AND shard = ?2 AND next_number < ?3",
        [ST_CRL_ADD] = "INSERT INTO crl (" CRL_COLS ") VALUES " V11,
        /* The bytes are covered by their hash, so that they can be pruned. */
        [ST_CRL_GET] = "SELECT " CRL_ROW "salt FROM crl "
                       "WHERE issuer = ?1 AND shard = ?2 AND number = ?3",
        [ST_CRL_NEWEST] = "SELECT " CRL_COLS " FROM crl WHERE issuer = ?1 AND shard = ?2 "
                          "ORDER BY number DESC LIMIT 1",
        [ST_CRL_STATE] = "UPDATE crl SET state = ?4 "
                         "WHERE issuer = ?1 AND shard = ?2 AND number = ?3",
        [ST_CRL_EACH] = "SELECT " CRL_ROW "NULL, salt FROM crl ORDER BY issuer, shard, number",
        [ST_CRL_KEYS] = "SELECT issuer, shard, number FROM crl",
        [ST_CRL_LEAF] = "SELECT " CRL_MADE("c") " FROM crl AS c WHERE c.issuer = ?1 "
                                                "AND c.sha256 = ?2",

        [ST_BLOCK_ADD] = "INSERT INTO blocked_key (" BLOCK_COLS ") VALUES " V4
                         " ON CONFLICT (spki_hash) DO NOTHING",
        [ST_BLOCK_GET] = "SELECT " BLOCK_COLS " FROM blocked_key WHERE spki_hash = ?1",
        [ST_BLOCK_KEYS] = "SELECT spki_hash FROM blocked_key",

        [ST_LEASE_GET] = "SELECT fence, until, holder FROM lease WHERE name = ?1",
        [ST_LEASE_ADD] = "INSERT INTO lease (name, holder, until, fence) VALUES " V4,
        [ST_LEASE_SET] = "UPDATE lease SET holder = ?2, until = ?3, fence = ?4 WHERE name = ?1",
        [ST_LEASE_DROP] = "UPDATE lease SET until = 0 WHERE name = ?1 AND fence = ?2",

        [ST_ASK_FIRST + 0] =
                "SELECT " CERT_NAME("r") " FROM revocation AS r JOIN cert AS c "
                                         "ON c.issuer = r.issuer AND c.serial = r.serial "
                                         "WHERE c.state NOT IN (2, 3)",
        [ST_ASK_FIRST + 1] =
                "SELECT " CERT_NAME("c") " FROM cert AS c WHERE c.state IN (2, 3) "
                                         "AND NOT EXISTS (SELECT 1 FROM revocation AS r "
                                         "WHERE r.issuer = c.issuer AND r.serial = c.serial)",
        [ST_ASK_FIRST + 2] =
                "SELECT " CERT_NAME("r") " FROM revocation AS r JOIN cert AS c "
                                         "ON c.issuer = r.issuer AND c.serial = r.serial "
                                         "WHERE (c.state = 2) <> (COALESCE(r.reason, 0) = 6)",
        [ST_ASK_FIRST + 3] =
                "SELECT " CERT_NAME("r") " FROM revocation AS r JOIN cert AS c "
                                         "ON c.issuer = r.issuer AND c.serial = r.serial "
                                         "WHERE c.shard <> r.shard OR c.not_after <> r.not_after",
        [ST_ASK_FIRST + 4] =
                "SELECT " CERT_NAME("c") " FROM cert AS c WHERE c.state <> 0 "
                                         "AND NOT EXISTS (SELECT 1 FROM status_event AS e "
                                         "WHERE e.issuer = c.issuer AND e.serial = c.serial)",
        [ST_ASK_FIRST + 5] =
                "SELECT " CERT_NAME("c") " FROM cert AS c JOIN status_event AS e "
                                         "ON e.issuer = c.issuer AND e.serial = c.serial "
                                         "WHERE e.id = (SELECT MAX(id) FROM status_event "
                                         "WHERE issuer = c.issuer AND serial = c.serial) "
                                         "AND e.new_state <> c.state",
        [ST_ASK_FIRST + 6] =
                "SELECT CAST(a.issuer AS TEXT) || '/' || CAST(a.shard AS TEXT) || '/' || "
                "CAST(a.number AS TEXT) FROM crl AS a JOIN crl AS b "
                "ON a.issuer = b.issuer AND a.shard = b.shard "
                "WHERE a.number < b.number AND a.this_update > b.this_update "
                "AND NOT EXISTS (SELECT 1 FROM log_leaf WHERE tab = 'request' "
                "AND action = 'clock' AND seq > " CRL_MADE("a") " AND seq < " CRL_MADE(
                        "b") ") UNION ALL "
                             "SELECT CAST(a.issuer AS TEXT) || '/' || CAST(a.shard AS TEXT) || '/' "
                             "|| "
                             "CAST(a.number AS TEXT) FROM crl AS a LEFT JOIN crl_scope AS s "
                             "ON a.issuer = s.issuer AND a.shard = s.shard "
                             "WHERE s.next_number IS NULL OR a.number >= s.next_number",
        [ST_ASK_FIRST + 7] = "SELECT ca FROM issuer WHERE state = 1 GROUP BY ca "
                             "HAVING COUNT(*) > 1",
        [ST_ASK_FIRST + 8] = "SELECT " CERT_NAME(
                "c") " FROM cert AS c "
                     "WHERE c.cert_hash IS NOT NULL AND NOT EXISTS "
                     "(SELECT 1 FROM cert_blob AS b WHERE b.cert = c.id AND b.kind = 1)",
        [ST_ASK_FIRST + 9] = "SELECT " CERT_NAME(
                "c") " FROM cert AS c WHERE NOT EXISTS "
                     "(SELECT 1 FROM cert_blob AS b WHERE b.cert = c.id AND b.kind = 0)",
        /* Each event was told in the leaf that it names, and each leaf about a status has one. */
        [ST_ASK_FIRST + 10] = "SELECT " CERT_NAME(
                "e") " FROM status_event AS e LEFT JOIN log_leaf AS l ON l.seq = e.log_seq "
                     "WHERE COALESCE(l.tab <> 'cert' OR l.row_key <> " CERT_NAME(
                             "e") " "
                                  "OR l.action <> e.event OR l.at <> e.at, 1)",
        [ST_ASK_FIRST + 11] = "SELECT row_key FROM log_leaf WHERE tab = 'cert' "
                              "AND action <> 'intent' "
                              "AND seq NOT IN (SELECT log_seq FROM status_event)",
        [ST_ASK_FIRST + 12] = "SELECT " CERT_NAME(
                "e") " FROM status_event AS e WHERE e.old_state <> COALESCE("
                     "(SELECT p.new_state FROM status_event AS p WHERE p.issuer = e.issuer "
                     "AND p.serial = e.serial AND p.id < e.id ORDER BY p.id DESC LIMIT 1), 0)",
        /* Why it was revoked before it was compromised, nothing else tells. */
        [ST_ASK_FIRST + 13] =
                "SELECT " CERT_NAME("e") " FROM status_event AS e LEFT JOIN revocation AS r "
                                         "ON r.issuer = e.issuer AND r.serial = e.serial "
                                         "WHERE COALESCE(e.reason, 0) <> CASE WHEN e.id = "
                                         "(SELECT MAX(id) FROM status_event WHERE issuer = "
                                         "e.issuer AND serial = e.serial) "
                                         "THEN COALESCE(r.reason, 0) WHEN e.new_state = 2 "
                                         "THEN 6 WHEN e.new_state = 1 THEN 0 "
                                         "WHEN e.event = 'key-compromise' THEN 1 "
                                         "ELSE COALESCE(e.reason, 0) END",
        [ST_ASK_FIRST + 14] =
                "SELECT 'rev_seq' WHERE COALESCE((SELECT CAST(v AS INTEGER) FROM meta "
                "WHERE k = 'rev_seq'), -1) < (SELECT COALESCE(MAX(rev_seq), 0) FROM revocation) "
                "OR COALESCE((SELECT CAST(v AS INTEGER) FROM meta WHERE k = 'rev_seq'), -1) < "
                "(SELECT COALESCE(MAX(last_rev_seq), 0) FROM crl)",
        [ST_ASK_FIRST + 15] = "SELECT CAST(s.issuer AS TEXT) || '/' || CAST(s.shard AS TEXT) "
                              "FROM crl_scope AS s LEFT JOIN lease AS l ON l.name = 'crl/' || "
                              "CAST(s.issuer AS TEXT) || '/' || CAST(s.shard AS TEXT) "
                              "WHERE s.fence > COALESCE(l.fence, 0)",
        [ST_ASK_FIRST + 16] = "SELECT " CERT_NAME(
                "c") " FROM cert AS c JOIN blocked_key AS b ON b.spki_hash = c.spki_hash "
                     "WHERE c.state IN (1, 2)",
};
