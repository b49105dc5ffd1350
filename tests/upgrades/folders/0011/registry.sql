BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0011');
CREATE TABLE alert_channels (
	id VARCHAR(64) NOT NULL, 
	kind VARCHAR(16) NOT NULL, 
	target VARCHAR(2000) NOT NULL, 
	signing_secret VARCHAR(200), 
	min_severity VARCHAR(16) NOT NULL, 
	time_zone VARCHAR(64) NOT NULL, 
	quiet_from TIME, 
	quiet_to TIME, 
	game_ids JSON, 
	enabled BOOLEAN NOT NULL, 
	is_from_settings BOOLEAN NOT NULL, 
	created_at DATETIME NOT NULL, 
	failing_since DATETIME, 
	failures INTEGER NOT NULL, 
	last_error VARCHAR(500), 
	resume_at DATETIME, 
	last_delivered_at DATETIME, 
	PRIMARY KEY (id)
);
CREATE TABLE alert_incidents (
	id INTEGER NOT NULL, 
	rule_id VARCHAR(64) NOT NULL, 
	game_id VARCHAR(64) NOT NULL, 
	part VARCHAR(256) NOT NULL, 
	is_open BOOLEAN NOT NULL, 
	opened_at DATETIME NOT NULL, 
	changed_at DATETIME NOT NULL, 
	incident_json TEXT NOT NULL, 
	PRIMARY KEY (id)
);
CREATE TABLE alert_observations (
	incident_id INTEGER NOT NULL, 
	at DATETIME NOT NULL, 
	value DOUBLE NOT NULL, 
	usual DOUBLE, 
	low DOUBLE, 
	high DOUBLE, 
	PRIMARY KEY (incident_id, at), 
	FOREIGN KEY(incident_id) REFERENCES alert_incidents (id)
);
CREATE TABLE alert_outbox (
	id INTEGER NOT NULL, 
	channel_id VARCHAR(64) NOT NULL, 
	state VARCHAR(16) NOT NULL, 
	is_urgent BOOLEAN NOT NULL, 
	message_json TEXT NOT NULL, 
	created_at DATETIME NOT NULL, 
	attempts INTEGER NOT NULL, 
	last_error VARCHAR(500), 
	finished_at DATETIME, 
	PRIMARY KEY (id)
);
CREATE TABLE alert_positions (
	game_id VARCHAR(64) NOT NULL, 
	judged_to DATETIME NOT NULL, 
	PRIMARY KEY (game_id)
);
INSERT INTO "alert_positions" VALUES('arena','2026-11-30 08:31:10.784214');
CREATE TABLE alert_rules (
	id VARCHAR(64) NOT NULL, 
	game_id VARCHAR(64) NOT NULL, 
	rule_json TEXT NOT NULL, 
	created_at DATETIME NOT NULL, 
	changed_at DATETIME NOT NULL, 
	PRIMARY KEY (id, game_id)
);
CREATE TABLE alert_silences (
	id INTEGER NOT NULL, 
	rule_id VARCHAR(64) NOT NULL, 
	game_id VARCHAR(64) NOT NULL, 
	version VARCHAR(64) NOT NULL, 
	until DATETIME NOT NULL, 
	note VARCHAR(200) NOT NULL, 
	created_at DATETIME NOT NULL, 
	PRIMARY KEY (id)
);
CREATE TABLE audit (
	id INTEGER NOT NULL, 
	at DATETIME NOT NULL, 
	actor VARCHAR(254) NOT NULL, 
	address VARCHAR(64) NOT NULL, 
	action VARCHAR(64) NOT NULL, 
	game_id VARCHAR(64), 
	subject VARCHAR(254) NOT NULL, 
	details JSON, 
	PRIMARY KEY (id)
);
INSERT INTO "audit" VALUES(1,'2026-11-30 08:31:02.591931','the command line (root)','','game.added','arena','arena',NULL);
INSERT INTO "audit" VALUES(2,'2026-11-30 08:31:04.352582','the command line (root)','','key.added','arena','15cd1073…',NULL);
INSERT INTO "audit" VALUES(3,'2026-11-30 08:31:06.011111','the command line (root)','','token.added',NULL,'read_K5IYb…','{"scopes": ["read"]}');
INSERT INTO "audit" VALUES(4,'2026-11-30 08:31:11.803135','the server','','person.set_up',NULL,'ada@studio.example',NULL);
INSERT INTO "audit" VALUES(5,'2026-11-30 08:31:12.060298','ada@studio.example','','person.signed_in',NULL,'ada@studio.example','{"agent": "Python-urllib/3.11"}');
CREATE TABLE exchange_rates (
	game_id VARCHAR(64) NOT NULL, 
	currency VARCHAR(3) NOT NULL, 
	into_currency VARCHAR(3) NOT NULL, 
	day DATE NOT NULL, 
	rate_trillionths BIGINT NOT NULL, 
	PRIMARY KEY (game_id, currency, into_currency, day)
);
CREATE TABLE games (
	number INTEGER NOT NULL, 
	id VARCHAR(64) NOT NULL, 
	name VARCHAR(200) NOT NULL, 
	time_zone VARCHAR(64) NOT NULL, 
	currency VARCHAR(16) NOT NULL, 
	created_at DATETIME NOT NULL, archived_at DATETIME, deletion_began_at DATETIME, retention_json TEXT, retention_changed_at DATETIME, 
	PRIMARY KEY (number), 
	UNIQUE (id)
);
INSERT INTO "games" VALUES(1,'arena','arena','UTC','USD','2026-11-30 08:31:02.591744',NULL,NULL,NULL,NULL);
CREATE TABLE grants (
	person_id INTEGER NOT NULL, 
	game_id VARCHAR(64) NOT NULL, 
	role VARCHAR(16) NOT NULL, 
	PRIMARY KEY (person_id, game_id), 
	FOREIGN KEY(person_id) REFERENCES people (id)
);
INSERT INTO "grants" VALUES(1,'','admin');
CREATE TABLE logins (
	secret_sha256 VARCHAR(64) NOT NULL, 
	person_id INTEGER NOT NULL, 
	created_at DATETIME NOT NULL, 
	expires_at DATETIME NOT NULL, seen_at DATETIME, address VARCHAR(64) DEFAULT '' NOT NULL, agent VARCHAR(200) DEFAULT '' NOT NULL, 
	PRIMARY KEY (secret_sha256), 
	FOREIGN KEY(person_id) REFERENCES people (id)
);
INSERT INTO "logins" VALUES('d36a3f998130ff03f7b43e0de368b04096e28550b14a9eae85e0ff6e84df3e6d',1,'2026-11-30 08:31:12.060044','2026-12-30 08:31:12.060044','2026-11-30 08:31:12.060044','127.0.0.1','Python-urllib/3.11');
CREATE TABLE mirrors (
	id VARCHAR(64) NOT NULL, 
	url VARCHAR(2000) NOT NULL, 
	game_ids JSON, 
	since DATE, 
	is_paused BOOLEAN NOT NULL, 
	is_from_settings BOOLEAN NOT NULL, 
	created_at DATETIME NOT NULL, 
	changed_at DATETIME NOT NULL, 
	replay_from DATE, 
	state_json TEXT, 
	PRIMARY KEY (id)
);
CREATE TABLE password_links (
	secret_sha256 VARCHAR(64) NOT NULL, 
	person_id INTEGER NOT NULL, 
	created_at DATETIME NOT NULL, 
	expires_at DATETIME NOT NULL, 
	PRIMARY KEY (secret_sha256), 
	FOREIGN KEY(person_id) REFERENCES people (id)
);
CREATE TABLE people (
	id INTEGER NOT NULL, 
	email VARCHAR(254) NOT NULL, 
	password_hash VARCHAR(255) NOT NULL, 
	created_at DATETIME NOT NULL, identity_sha256 VARCHAR(64), totp_secret VARCHAR(64), totp_last_step BIGINT, 
	PRIMARY KEY (id), 
	UNIQUE (email)
);
INSERT INTO "people" VALUES(1,'ada@studio.example','$argon2id$v=19$m=65536,t=3,p=4$B/mQb7BZT47Qddai2tPhyQ$hADPbNKj3wx2Q+YPhgYf8WSP0UJcFQhuF2y9TgUdjtQ','2026-11-30 08:31:11.791477',NULL,NULL,NULL);
CREATE TABLE recovery_codes (
	person_id INTEGER NOT NULL, 
	code_sha256 VARCHAR(64) NOT NULL, 
	PRIMARY KEY (person_id, code_sha256), 
	FOREIGN KEY(person_id) REFERENCES people (id)
);
CREATE TABLE refused_players (
	game_id VARCHAR(64) NOT NULL, 
	player_hash VARCHAR(64) NOT NULL, 
	since DATETIME NOT NULL, 
	PRIMARY KEY (game_id, player_hash)
);
CREATE TABLE report_schedules (
	id VARCHAR(64) NOT NULL, 
	game_id VARCHAR(64) NOT NULL, 
	every VARCHAR(16) NOT NULL, 
	weekday INTEGER, 
	local_time TIME NOT NULL, 
	time_zone VARCHAR(64) NOT NULL, 
	channel_ids JSON NOT NULL, 
	enabled BOOLEAN NOT NULL, 
	created_at DATETIME NOT NULL, 
	due_after DATETIME NOT NULL, 
	last_sent_at DATETIME, 
	last_error VARCHAR(500), 
	PRIMARY KEY (id)
);
CREATE TABLE revision (
	id INTEGER NOT NULL, 
	number INTEGER NOT NULL, 
	PRIMARY KEY (id)
);
INSERT INTO "revision" VALUES(1,5);
CREATE TABLE server_secrets (
	name VARCHAR(64) NOT NULL, 
	secret VARCHAR(64) NOT NULL, 
	PRIMARY KEY (name)
);
CREATE TABLE setup_tokens (
	id INTEGER NOT NULL, 
	secret_sha256 VARCHAR(64) NOT NULL, 
	created_at DATETIME NOT NULL, 
	used_at DATETIME, 
	PRIMARY KEY (id), 
	UNIQUE (secret_sha256)
);
INSERT INTO "setup_tokens" VALUES(1,'7e0d3ac9051298e6c94be1a9e01ad4422a7d4ee73602264638caeaf409e33469','2026-11-30 08:31:10.967281','2026-11-30 08:31:11.791477');
CREATE TABLE store_place (
	journal_id VARCHAR(36) NOT NULL, 
	journal_offset BIGINT NOT NULL, 
	noted_at DATETIME NOT NULL, 
	PRIMARY KEY (journal_id)
);
INSERT INTO "store_place" VALUES('02b90239-cf20-412b-8dd2-eab2931df6ec',0,'2026-11-30 08:31:10.743612');
CREATE TABLE tokens (
	id INTEGER NOT NULL, 
	secret_sha256 VARCHAR(64) NOT NULL, 
	prefix VARCHAR(16) NOT NULL, 
	scopes JSON NOT NULL, 
	game_ids JSON, 
	note VARCHAR(200) NOT NULL, 
	created_at DATETIME NOT NULL, 
	expires_at DATETIME, 
	revoked_at DATETIME, 
	PRIMARY KEY (id), 
	UNIQUE (secret_sha256)
);
INSERT INTO "tokens" VALUES(1,'d94ee49551a5406f299e3309db2f8f9c257a3fd4324acbda8ff6c39836f42863','read_K5IYb','["read"]',NULL,'','2026-11-30 08:31:06.007204',NULL,NULL);
CREATE TABLE write_keys (
	"key" VARCHAR(32) NOT NULL, 
	secret VARCHAR(40) NOT NULL, 
	game_id VARCHAR(64) NOT NULL, 
	note VARCHAR(200) NOT NULL, 
	created_at DATETIME NOT NULL, 
	revoked_at DATETIME, 
	PRIMARY KEY ("key"), 
	FOREIGN KEY(game_id) REFERENCES games (id)
);
INSERT INTO "write_keys" VALUES('15cd1073d8e912fbce3a4eab19cec1cd','9114b317d479ed47710cad1045fd164e183c1b4a','arena','','2026-11-30 08:31:04.352463',NULL);
CREATE INDEX ix_write_keys_game_id ON write_keys (game_id);
CREATE INDEX ix_logins_person_id ON logins (person_id);
CREATE INDEX ix_logins_expires_at ON logins (expires_at);
CREATE INDEX ix_alert_outbox_in_order ON alert_outbox (channel_id, state, id);
CREATE INDEX ix_alert_outbox_finished ON alert_outbox (finished_at);
CREATE INDEX ix_alert_incidents_of_game ON alert_incidents (game_id, id);
CREATE INDEX ix_alert_incidents_last ON alert_incidents (is_open, changed_at);
CREATE UNIQUE INDEX ix_people_identity_sha256 ON people (identity_sha256);
CREATE INDEX ix_password_links_person_id ON password_links (person_id);
CREATE INDEX ix_password_links_expires_at ON password_links (expires_at);
CREATE INDEX ix_audit_at ON audit (at);
CREATE INDEX ix_audit_game_id ON audit (game_id);
COMMIT;
PRAGMA user_version = 0;
