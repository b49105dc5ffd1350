BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0001');
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
INSERT INTO "games" VALUES(1,'arena','arena','UTC','USD','2026-11-30 04:02:36.927296');
CREATE TABLE logins (
	secret_sha256 VARCHAR(64) NOT NULL, 
	person_id INTEGER NOT NULL, 
	created_at DATETIME NOT NULL, 
	expires_at DATETIME NOT NULL, 
	PRIMARY KEY (secret_sha256), 
	FOREIGN KEY(person_id) REFERENCES people (id)
);
INSERT INTO "logins" VALUES('6a0ff4ed732822a94733cf4727e7e0ab5fbbe14455bad491fd2960774beddf6f',1,'2026-11-30 04:02:53.134066','2026-12-30 04:02:53.134066');
CREATE TABLE people (
	id INTEGER NOT NULL, 
	email VARCHAR(254) NOT NULL, 
	password_hash VARCHAR(255) NOT NULL, 
	is_admin BOOLEAN NOT NULL, 
	created_at DATETIME NOT NULL, 
	PRIMARY KEY (id), 
	UNIQUE (email)
);
INSERT INTO "people" VALUES(1,'ada@studio.example','$argon2id$v=19$m=65536,t=3,p=4$Ki6JnL9+P4tG3gFH8pueBQ$aavc1jXPwusSAMANAI30Y7j7C7u1+mhZ/ZjEc0i80ts',1,'2026-11-30 04:02:52.956500');
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
INSERT INTO "read_tokens" VALUES(1,'a4c2c6999e648c4f04527bc1b94fb4f8854dc6bce46cd5c6c9ab2021777bf9aa','read_AZsm_',NULL,'','2026-11-30 04:02:46.412334',NULL);
CREATE TABLE revision (
	id INTEGER NOT NULL, 
	number INTEGER NOT NULL, 
	PRIMARY KEY (id)
);
INSERT INTO "revision" VALUES(1,6);
CREATE TABLE setup_tokens (
	id INTEGER NOT NULL, 
	secret_sha256 VARCHAR(64) NOT NULL, 
	created_at DATETIME NOT NULL, 
	used_at DATETIME, 
	PRIMARY KEY (id), 
	UNIQUE (secret_sha256)
);
INSERT INTO "setup_tokens" VALUES(1,'979f2d6bf700b82db071c1850b85cf80b9d2e059e2ddcc56293465d51c823ebd','2026-11-30 04:02:52.163998','2026-11-30 04:02:52.956500');
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
INSERT INTO "write_keys" VALUES('5a1287cd4fec86b299d56d1de0dbb23a','81583349bb09cdd60fda01a87eed49232cf09370','arena','','2026-11-30 04:02:42.406713',NULL);
CREATE INDEX ix_write_keys_game_id ON write_keys (game_id);
CREATE INDEX ix_logins_person_id ON logins (person_id);
CREATE INDEX ix_logins_expires_at ON logins (expires_at);
COMMIT;
PRAGMA user_version = 0;
