BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0002');
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
INSERT INTO "games" VALUES(1,'arena','arena','UTC','USD','2026-11-30 04:03:57.505140');
CREATE TABLE logins (
	secret_sha256 VARCHAR(64) NOT NULL, 
	person_id INTEGER NOT NULL, 
	created_at DATETIME NOT NULL, 
	expires_at DATETIME NOT NULL, 
	PRIMARY KEY (secret_sha256), 
	FOREIGN KEY(person_id) REFERENCES people (id)
);
INSERT INTO "logins" VALUES('14ec6859f20cee952ace6947239583ece73e50db9fe02914b0ad4f22756b6f0d',1,'2026-11-30 04:04:03.609025','2026-12-30 04:04:03.609025');
CREATE TABLE people (
	id INTEGER NOT NULL, 
	email VARCHAR(254) NOT NULL, 
	password_hash VARCHAR(255) NOT NULL, 
	is_admin BOOLEAN NOT NULL, 
	created_at DATETIME NOT NULL, 
	PRIMARY KEY (id), 
	UNIQUE (email)
);
INSERT INTO "people" VALUES(1,'ada@studio.example','$argon2id$v=19$m=65536,t=3,p=4$Z8KYLnhar6kTF4Dbnm9WUQ$ivUAadlAJg+85dW+z2cni33p7E0+dIdF6dh1CmyU7TQ',1,'2026-11-30 04:04:03.449844');
CREATE TABLE read_tokens (
	id INTEGER NOT NULL, 
	secret_sha256 VARCHAR(64) NOT NULL, 
	prefix VARCHAR(16) NOT NULL, 
	game_id VARCHAR(64), 
	note VARCHAR(200) NOT NULL, 
	created_at DATETIME NOT NULL, 
	revoked_at DATETIME, 
	PRIMARY KEY (id), 
	UNIQUE (secret_sha256), 
	FOREIGN KEY(game_id) REFERENCES games (id)
);
INSERT INTO "read_tokens" VALUES(1,'3ebde65ea3ae26c74afb11a8cbb3d473912f206823c8fd64dc8d962bb281dd0b','read_lzMXu',NULL,'','2026-11-30 04:03:59.813565',NULL);
CREATE TABLE revision (
	id INTEGER NOT NULL, 
	number INTEGER NOT NULL, 
	PRIMARY KEY (id)
);
INSERT INTO "revision" VALUES(1,7);
CREATE TABLE setup_tokens (
	id INTEGER NOT NULL, 
	secret_sha256 VARCHAR(64) NOT NULL, 
	created_at DATETIME NOT NULL, 
	used_at DATETIME, 
	PRIMARY KEY (id), 
	UNIQUE (secret_sha256)
);
INSERT INTO "setup_tokens" VALUES(1,'7a8e7f97f5c08212de54269dfe2332789bd138ee92030b2c7072d6712d8cbe7b','2026-11-30 04:04:02.673870','2026-11-30 04:04:03.449844');
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
INSERT INTO "write_keys" VALUES('4c4b328beb2abadb0ae8d6cbe1390f1b','c52f4a61b98458d2edd7d952084083d0a0fd0dfd','arena','','2026-11-30 04:03:58.628857',NULL);
CREATE INDEX ix_write_keys_game_id ON write_keys (game_id);
CREATE INDEX ix_logins_person_id ON logins (person_id);
CREATE INDEX ix_logins_expires_at ON logins (expires_at);
COMMIT;
PRAGMA user_version = 0;
