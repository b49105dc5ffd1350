BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0006');
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
	incident_json TEXT(16777215) NOT NULL, 
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
	message_json TEXT(16777215) NOT NULL, 
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
INSERT INTO "alert_positions" VALUES('arena','2026-11-30 04:05:42.478767');
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
	created_at DATETIME NOT NULL, 
	PRIMARY KEY (number), 
	UNIQUE (id)
);
INSERT INTO "games" VALUES(1,'arena','arena','UTC','USD','2026-11-30 04:05:33.283855');
CREATE TABLE logins (
	secret_sha256 VARCHAR(64) NOT NULL, 
	person_id INTEGER NOT NULL, 
	created_at DATETIME NOT NULL, 
	expires_at DATETIME NOT NULL, 
	PRIMARY KEY (secret_sha256), 
	FOREIGN KEY(person_id) REFERENCES people (id)
);
INSERT INTO "logins" VALUES('8410ae8b84208755b4421005143360e96976073c0e692c45297ab49a9811e961',1,'2026-11-30 04:05:43.684998','2026-12-30 04:05:43.684998');
CREATE TABLE people (
	id INTEGER NOT NULL, 
	email VARCHAR(254) NOT NULL, 
	password_hash VARCHAR(255) NOT NULL, 
	is_admin BOOLEAN NOT NULL, 
	created_at DATETIME NOT NULL, 
	PRIMARY KEY (id), 
	UNIQUE (email)
);
INSERT INTO "people" VALUES(1,'ada@studio.example','$argon2id$v=19$m=65536,t=3,p=4$A3wWh2impyPjRMhvi0N/wQ$wi13dhMm8YQmOTp4RLqHq2iK+fKYGZRjzbd8WN9Bbos',1,'2026-11-30 04:05:43.484760');
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
INSERT INTO "read_tokens" VALUES(1,'5bc24c8efe6e4bc01aeb6671d0509510d766812df03f1bb685f32141158b6ae1','read_CvTH-',NULL,'','2026-11-30 04:05:37.065682',NULL,0);
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
INSERT INTO "setup_tokens" VALUES(1,'b4df7d1274f08981f743bf9114e803a4f48410568b0e63df8c85b30f33fbba20','2026-11-30 04:05:42.676027','2026-11-30 04:05:43.484760');
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
INSERT INTO "write_keys" VALUES('d8b0a80fb2602e583afc8b7fcf39bd2b','a16f2627dffd3d89b56726664021f93356c16b2f','arena','','2026-11-30 04:05:34.985360',NULL);
CREATE INDEX ix_write_keys_game_id ON write_keys (game_id);
CREATE INDEX ix_logins_person_id ON logins (person_id);
CREATE INDEX ix_logins_expires_at ON logins (expires_at);
CREATE INDEX ix_alert_outbox_in_order ON alert_outbox (channel_id, state, id);
CREATE INDEX ix_alert_outbox_finished ON alert_outbox (finished_at);
CREATE INDEX ix_alert_incidents_of_game ON alert_incidents (game_id, id);
CREATE INDEX ix_alert_incidents_last ON alert_incidents (is_open, changed_at);
COMMIT;
PRAGMA user_version = 0;
