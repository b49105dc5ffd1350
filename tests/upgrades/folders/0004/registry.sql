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
INSERT INTO "games" VALUES(1,'arena','arena','UTC','USD','2026-11-30 04:05:19.316726');
CREATE TABLE logins (
	secret_sha256 VARCHAR(64) NOT NULL, 
	person_id INTEGER NOT NULL, 
	created_at DATETIME NOT NULL, 
	expires_at DATETIME NOT NULL, 
	PRIMARY KEY (secret_sha256), 
	FOREIGN KEY(person_id) REFERENCES people (id)
);
INSERT INTO "logins" VALUES('d2990e808a96868520916507023f76eec707b270fca94bac0a97b33873af31b0',1,'2026-11-30 04:05:27.130392','2026-12-30 04:05:27.130392');
CREATE TABLE people (
	id INTEGER NOT NULL, 
	email VARCHAR(254) NOT NULL, 
	password_hash VARCHAR(255) NOT NULL, 
	is_admin BOOLEAN NOT NULL, 
	created_at DATETIME NOT NULL, 
	PRIMARY KEY (id), 
	UNIQUE (email)
);
INSERT INTO "people" VALUES(1,'ada@studio.example','$argon2id$v=19$m=65536,t=3,p=4$EzMhCPJspwwla3Zr/5WaXQ$IeyBPR2V/cxvOGNvmAmg3XJLcvHhteK94tp5jMSFRXQ',1,'2026-11-30 04:05:26.934590');
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
INSERT INTO "read_tokens" VALUES(1,'ea96c044e46df5f45c98660c34862f3d0514573911d2600af143ae738615ce70','read_vHu5N',NULL,'','2026-11-30 04:05:21.793711',NULL);
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
INSERT INTO "setup_tokens" VALUES(1,'af30355bbba86b46fc27ff2cbe086fbba9276c2156500b395f7712f3e0d93c53','2026-11-30 04:05:26.148980','2026-11-30 04:05:26.934590');
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
INSERT INTO "write_keys" VALUES('a1f80bd6ebe77ca411d828febe2e57e8','d6504f35ea1183746b392231cf7c250764b14a61','arena','','2026-11-30 04:05:20.662953',NULL);
CREATE INDEX ix_write_keys_game_id ON write_keys (game_id);
CREATE INDEX ix_logins_person_id ON logins (person_id);
CREATE INDEX ix_logins_expires_at ON logins (expires_at);
COMMIT;
PRAGMA user_version = 0;
