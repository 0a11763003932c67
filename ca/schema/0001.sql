-- The store of an authority, version 1.  Times are Unix seconds, serials and hashes octets.
-- BLOB and INTEGER become BYTEA and BIGINT on PostgreSQL; nothing else differs.
-- A column named salt belongs to the log: a leaf holds SHA-256 of salt and canonical row.

CREATE TABLE meta (
	k TEXT NOT NULL PRIMARY KEY,
	v TEXT NOT NULL
);

CREATE TABLE log_head (
	id INTEGER PRIMARY KEY CHECK (id = 1),
	seq INTEGER NOT NULL,
	chain BLOB NOT NULL
);

CREATE TABLE log_leaf (
	seq INTEGER PRIMARY KEY,
	at INTEGER NOT NULL,
	actor TEXT NOT NULL,
	action TEXT NOT NULL,
	tab TEXT NOT NULL,
	row_key TEXT NOT NULL,
	row_hash BLOB,
	leaf_hash BLOB NOT NULL,
	chain BLOB NOT NULL
);
CREATE INDEX log_leaf_row ON log_leaf (tab, row_key, seq);

CREATE TABLE profile (
	name TEXT NOT NULL,
	version INTEGER NOT NULL,
	sha256 BLOB NOT NULL,
	body BLOB NOT NULL,
	active_from INTEGER NOT NULL,
	salt BLOB NOT NULL,
	PRIMARY KEY (name, version)
);

-- state: 0 planned, 1 active, 2 revoke-only, 3 retired
CREATE TABLE issuer (
	id INTEGER PRIMARY KEY,
	ca TEXT NOT NULL,
	generation INTEGER NOT NULL,
	state INTEGER NOT NULL CHECK (state BETWEEN 0 AND 3),
	parent INTEGER REFERENCES issuer (id),
	subject BLOB NOT NULL,
	spki BLOB NOT NULL,
	cert BLOB,
	key_uri TEXT NOT NULL,
	profile TEXT NOT NULL,
	url TEXT NOT NULL,
	ocsp_url TEXT NOT NULL,
	crl_seconds INTEGER NOT NULL CHECK (crl_seconds > 0),
	shards INTEGER NOT NULL CHECK (shards >= 0),
	not_before INTEGER NOT NULL,
	not_after INTEGER NOT NULL,
	name_sha1 BLOB NOT NULL,
	name_sha256 BLOB NOT NULL,
	key_sha1 BLOB NOT NULL,
	key_sha256 BLOB NOT NULL,
	created_at INTEGER NOT NULL,
	salt BLOB NOT NULL,
	UNIQUE (ca, generation),
	CHECK (state IN (0, 3) OR cert IS NOT NULL)
);
CREATE UNIQUE INDEX issuer_active ON issuer (ca) WHERE state = 1;
CREATE INDEX issuer_key ON issuer (key_sha1);

CREATE TABLE responder (
	id INTEGER PRIMARY KEY,
	issuer INTEGER NOT NULL REFERENCES issuer (id),
	key_uri TEXT NOT NULL,
	cert BLOB NOT NULL,
	not_after INTEGER NOT NULL,
	created_at INTEGER NOT NULL,
	salt BLOB NOT NULL
);
CREATE INDEX responder_issuer ON responder (issuer, id);

CREATE TABLE request (
	id INTEGER PRIMARY KEY,
	idem_key TEXT UNIQUE,
	kind TEXT NOT NULL,
	issuer INTEGER NOT NULL REFERENCES issuer (id),
	body BLOB NOT NULL,
	body_hash BLOB NOT NULL,
	cert INTEGER,
	created_at INTEGER NOT NULL,
	salt BLOB NOT NULL
);

-- state: 0 intent, 1 valid, 2 hold, 3 revoked
CREATE TABLE cert (
	id INTEGER PRIMARY KEY,
	issuer INTEGER NOT NULL REFERENCES issuer (id),
	serial BLOB NOT NULL,
	state INTEGER NOT NULL CHECK (state BETWEEN 0 AND 3),
	shard INTEGER NOT NULL,
	request INTEGER REFERENCES request (id),
	profile TEXT NOT NULL,
	profile_version INTEGER NOT NULL,
	subject BLOB NOT NULL,
	subject_text TEXT NOT NULL,
	likeness TEXT NOT NULL,
	spki_hash BLOB NOT NULL,
	not_before INTEGER NOT NULL,
	not_after INTEGER NOT NULL,
	tbs_hash BLOB NOT NULL,
	cert_hash BLOB,
	created_at INTEGER NOT NULL,
	issued_at INTEGER,
	replaces INTEGER REFERENCES cert (id),
	holder TEXT NOT NULL,
	salt BLOB NOT NULL,
	UNIQUE (issuer, serial),
	FOREIGN KEY (profile, profile_version) REFERENCES profile (name, version),
	CHECK (state NOT IN (1, 2) OR cert_hash IS NOT NULL),
	CHECK (length(serial) BETWEEN 8 AND 20)
);
CREATE INDEX cert_serial ON cert (serial);
CREATE INDEX cert_spki ON cert (spki_hash);
CREATE INDEX cert_not_after ON cert (not_after);
CREATE INDEX cert_intent ON cert (id) WHERE state = 0;

-- kind: 0 the bytes that were to be signed, 1 the certificate
CREATE TABLE cert_blob (
	cert INTEGER NOT NULL REFERENCES cert (id),
	kind INTEGER NOT NULL CHECK (kind BETWEEN 0 AND 1),
	bytes BLOB NOT NULL,
	PRIMARY KEY (cert, kind)
);

CREATE TABLE revocation (
	id INTEGER PRIMARY KEY,
	issuer INTEGER NOT NULL,
	serial BLOB NOT NULL,
	shard INTEGER NOT NULL,
	requested_at INTEGER NOT NULL,
	revoked_at INTEGER NOT NULL,
	reason INTEGER,
	invalidity_at INTEGER,
	not_after INTEGER NOT NULL,
	rev_seq INTEGER NOT NULL UNIQUE,
	note TEXT NOT NULL,
	salt BLOB NOT NULL,
	UNIQUE (issuer, serial),
	FOREIGN KEY (issuer, serial) REFERENCES cert (issuer, serial),
	CHECK (reason IS NULL OR reason IN (1, 2, 3, 4, 5, 6, 9, 10)),
	CHECK (invalidity_at IS NULL OR invalidity_at <= revoked_at)
);
CREATE INDEX revocation_scan ON revocation
	(issuer, shard, serial, revoked_at, reason, invalidity_at);

CREATE TABLE status_event (
	id INTEGER PRIMARY KEY,
	issuer INTEGER NOT NULL,
	serial BLOB NOT NULL,
	event TEXT NOT NULL,
	old_state INTEGER NOT NULL,
	new_state INTEGER NOT NULL,
	reason INTEGER,
	at INTEGER NOT NULL,
	log_seq INTEGER NOT NULL REFERENCES log_leaf (seq),
	FOREIGN KEY (issuer, serial) REFERENCES cert (issuer, serial)
);
CREATE INDEX status_event_cert ON status_event (issuer, serial, id);

CREATE TABLE crl_scope (
	issuer INTEGER NOT NULL REFERENCES issuer (id),
	shard INTEGER NOT NULL,
	next_number INTEGER NOT NULL,
	due_at INTEGER NOT NULL,
	fence INTEGER NOT NULL,
	PRIMARY KEY (issuer, shard)
);

-- state: 0 signed, 1 published, 2 superseded
CREATE TABLE crl (
	issuer INTEGER NOT NULL REFERENCES issuer (id),
	shard INTEGER NOT NULL,
	number INTEGER NOT NULL,
	state INTEGER NOT NULL CHECK (state BETWEEN 0 AND 2),
	this_update INTEGER NOT NULL,
	next_update INTEGER NOT NULL,
	entries INTEGER NOT NULL,
	last_rev_seq INTEGER NOT NULL,
	sha256 BLOB NOT NULL,
	bytes BLOB,
	salt BLOB NOT NULL,
	PRIMARY KEY (issuer, shard, number)
);

CREATE TABLE blocked_key (
	spki_hash BLOB NOT NULL PRIMARY KEY,
	source TEXT NOT NULL,
	at INTEGER NOT NULL,
	salt BLOB NOT NULL
);

CREATE TABLE lease (
	name TEXT NOT NULL PRIMARY KEY,
	holder TEXT NOT NULL,
	until INTEGER NOT NULL,
	fence INTEGER NOT NULL
);
