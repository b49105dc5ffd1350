-- What became of imported files, a row for each part that was loaded, in the transaction of its events: so an import
-- that was cut off goes on where the store stands, whatever happened meanwhile. A file's figures are the sums of its parts.
CREATE TABLE import_parts (
    game_id VARCHAR NOT NULL,
    import_id VARCHAR NOT NULL,     -- made of the files and the mapping
    name VARCHAR NOT NULL,          -- of the files, for people
    rows_done BIGINT NOT NULL,      -- of the files: all up to here is done
    is_last BOOLEAN NOT NULL,
    received_at TIMESTAMP NOT NULL,
    stored BIGINT NOT NULL,
    duplicates BIGINT NOT NULL,
    quarantined BIGINT NOT NULL,
    refused BIGINT NOT NULL
);
