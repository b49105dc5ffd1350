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
INSERT INTO "games" VALUES(1,'arena','arena','UTC','USD','2026-11-30 04:03:25.028135');
CREATE TABLE logins (
	secret_sha256 VARCHAR(64) NOT NULL, 
	person_id INTEGER NOT NULL, 
	created_at DATETIME NOT NULL, 
	expires_at DATETIME NOT NULL, 
	PRIMARY KEY (secret_sha256), 
	FOREIGN KEY(person_id) REFERENCES people (id)
);
INSERT INTO "logins" VALUES('d560d15bac6643de03aac0e622ed3249397918a6a3d059e8542ab6ef987ae6f8',1,'2026-11-30 04:03:41.619397','2026-12-30 04:03:41.619397');
CREATE TABLE people (
	id INTEGER NOT NULL, 
	email VARCHAR(254) NOT NULL, 
	password_hash VARCHAR(255) NOT NULL, 
	is_admin BOOLEAN NOT NULL, 
	created_at DATETIME NOT NULL, 
	PRIMARY KEY (id), 
	UNIQUE (email)
);
INSERT INTO "people" VALUES(1,'ada@studio.example','$argon2id$v=19$m=65536,t=3,p=4$1znGi7cvYRyx3Pcz584seQ$vnPEtGTzHl997mNI1Adcc7oi+0/nyFfV9DgZr2j4z1A',1,'2026-11-30 04:03:41.455515');
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
INSERT INTO "read_tokens" VALUES(1,'b220160dbdc259aee6dec78dfb43744f87bf2b50290d7a06db1455d99c1bf8d9','read_I8h9y',NULL,'','2026-11-30 04:03:33.342856',NULL);
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
INSERT INTO "setup_tokens" VALUES(1,'5e65d29bed6056b50e8e171930ac321ec276fac8daa70047c28b4cfa98e64eae','2026-11-30 04:03:40.702168','2026-11-30 04:03:41.455515');
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
INSERT INTO "write_keys" VALUES('d4215b44ff7e15fef9b4a129749f79bc','f7981e195ae15cdda50a6b172fc53903ae025630','arena','','2026-11-30 04:03:28.905918',NULL);
CREATE INDEX ix_write_keys_game_id ON write_keys (game_id);
CREATE INDEX ix_logins_person_id ON logins (person_id);
CREATE INDEX ix_logins_expires_at ON logins (expires_at);
COMMIT;
PRAGMA user_version = 0;
