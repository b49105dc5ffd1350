-- Players who were erased (`playtrace/operate/erasing.py`), with what went where. Written in the transaction in which
-- they went, so that nobody is erased and forgotten, whoever is killed when.
CREATE TABLE erasures (
    erasure_id VARCHAR NOT NULL,
    game_id VARCHAR NOT NULL,
    player_ids VARCHAR[],               -- until the files were written anew without them; then NULL
    player_hashes VARCHAR[] NOT NULL,   -- of those that were named: HMAC-SHA256 with the server's secret
    is_refused BOOLEAN NOT NULL,        -- whether what they send is refused from now on
    asked_at TIMESTAMP NOT NULL,
    erased_at TIMESTAMP NOT NULL,       -- from then on no answer knows them
    removed VARCHAR NOT NULL,           -- JSON: rows that went, by table
    rewritten_at TIMESTAMP,             -- of the store's and the journal's file
    finished_at TIMESTAMP,
    receipt VARCHAR                     -- JSON, signed
);
