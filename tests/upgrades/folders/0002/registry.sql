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
INSERT INTO "games" VALUES(1,'arena','arena','UTC','USD','2026-11-30 04:03:00.441761');
CREATE TABLE logins (
	secret_sha256 VARCHAR(64) NOT NULL, 
	person_id INTEGER NOT NULL, 
	created_at DATETIME NOT NULL, 
	expires_at DATETIME NOT NULL, 
	PRIMARY KEY (secret_sha256), 
	FOREIGN KEY(person_id) REFERENCES people (id)
);
INSERT INTO "logins" VALUES('5f35986eebafb2f712fb184309ca7bc92887f18692cf8c04c5942ed61787e505',1,'2026-11-30 04:03:18.552129','2026-12-30 04:03:18.552129');
CREATE TABLE people (
	id INTEGER NOT NULL, 
	email VARCHAR(254) NOT NULL, 
	password_hash VARCHAR(255) NOT NULL, 
	is_admin BOOLEAN NOT NULL, 
	created_at DATETIME NOT NULL, 
	PRIMARY KEY (id), 
	UNIQUE (email)
);
INSERT INTO "people" VALUES(1,'ada@studio.example','$argon2id$v=19$m=65536,t=3,p=4$RVWK5Hu/IQfOu5YhN5j/NA$tQYsEgCLYk0T3aM43pSPF6eWLKKEeCWvE/JeK9BIpI8',1,'2026-11-30 04:03:18.384317');
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
INSERT INTO "read_tokens" VALUES(1,'dc1ff5bec52337f26b920eab503aa79f90e3f89863fb2833120430980e74c9d7','read_gFYex',NULL,'','2026-11-30 04:03:10.071716',NULL);
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
INSERT INTO "setup_tokens" VALUES(1,'d1f84ce6d128f6c837c0f3082504a0cc37763a3db145e8743cc71b5293d086b9','2026-11-30 04:03:17.621925','2026-11-30 04:03:18.384317');
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
INSERT INTO "write_keys" VALUES('5c68d51b000d1d98465f64ee31c5abb0','60a18f3850515507a38346b57fd0edd67d5937ae','arena','','2026-11-30 04:03:05.250811',NULL);
CREATE INDEX ix_write_keys_game_id ON write_keys (game_id);
CREATE INDEX ix_logins_person_id ON logins (person_id);
CREATE INDEX ix_logins_expires_at ON logins (expires_at);
COMMIT;
PRAGMA user_version = 0;
