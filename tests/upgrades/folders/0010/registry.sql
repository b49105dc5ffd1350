BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0008');
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
INSERT INTO "alert_positions" VALUES('arena','2026-11-30 04:26:55.130270');
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
INSERT INTO "games" VALUES(1,'arena','arena','UTC','USD','2026-11-30 04:26:37.500664',NULL,NULL,NULL,NULL);
CREATE TABLE logins (
	secret_sha256 VARCHAR(64) NOT NULL, 
	person_id INTEGER NOT NULL, 
	created_at DATETIME NOT NULL, 
	expires_at DATETIME NOT NULL, 
	PRIMARY KEY (secret_sha256), 
	FOREIGN KEY(person_id) REFERENCES people (id)
);
INSERT INTO "logins" VALUES('6448a0f873560d063189dbfe73ab1b926b3e478b3506ed49d191b2ca26c562e6',1,'2026-11-30 04:26:56.861657','2026-12-30 04:26:56.861657');
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
CREATE TABLE people (
	id INTEGER NOT NULL, 
	email VARCHAR(254) NOT NULL, 
	password_hash VARCHAR(255) NOT NULL, 
	is_admin BOOLEAN NOT NULL, 
	created_at DATETIME NOT NULL, 
	PRIMARY KEY (id), 
	UNIQUE (email)
);
INSERT INTO "people" VALUES(1,'ada@studio.example','$argon2id$v=19$m=65536,t=3,p=4$DVaEKX7QhX7YXVwCrSk86g$xbSSkYVTq1LW6uqSTNKplt5+YlAroDaBs9lPbcZjsfY',1,'2026-11-30 04:26:56.495867');
CREATE TABLE read_tokens (
	id INTEGER NOT NULL, 
	secret_sha256 VARCHAR(64) NOT NULL, 
	prefix VARCHAR(16) NOT NULL, 
	game_id VARCHAR(64), 
	note VARCHAR(200) NOT NULL, 
	created_at DATETIME NOT NULL, 
	revoked_at DATETIME, may_sql BOOLEAN DEFAULT 0 NOT NULL, 
	PRIMARY KEY (id), 
	UNIQUE (secret_sha256), 
	FOREIGN KEY(game_id) REFERENCES games (id)
);
INSERT INTO "read_tokens" VALUES(1,'ecf38c4fabfea2d9e55eb49ce098a93807684e4ac8d4bce292c0d8db25c245ea','read_vaMNt',NULL,'','2026-11-30 04:26:43.188277',NULL,0);
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
INSERT INTO "revision" VALUES(1,9);
CREATE TABLE setup_tokens (
	id INTEGER NOT NULL, 
	secret_sha256 VARCHAR(64) NOT NULL, 
	created_at DATETIME NOT NULL, 
	used_at DATETIME, 
	PRIMARY KEY (id), 
	UNIQUE (secret_sha256)
);
INSERT INTO "setup_tokens" VALUES(1,'d0dfccb4c2ef4e038182221d76c07d381e02199f66ded05e2b08fefba8862aa1','2026-11-30 04:26:55.552317','2026-11-30 04:26:56.495867');
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
INSERT INTO "write_keys" VALUES('c174977f8f978c23db49af7af5148c3c','bffc52431864d3ef4e962f5dc9f9d8e07340ca99','arena','','2026-11-30 04:26:39.915957',NULL);
CREATE INDEX ix_write_keys_game_id ON write_keys (game_id);
CREATE INDEX ix_logins_person_id ON logins (person_id);
CREATE INDEX ix_logins_expires_at ON logins (expires_at);
CREATE INDEX ix_alert_outbox_in_order ON alert_outbox (channel_id, state, id);
CREATE INDEX ix_alert_outbox_finished ON alert_outbox (finished_at);
CREATE INDEX ix_alert_incidents_of_game ON alert_incidents (game_id, id);
CREATE INDEX ix_alert_incidents_last ON alert_incidents (is_open, changed_at);
COMMIT;
PRAGMA user_version = 0;
