CREATE TABLE game.schema_version (
    version integer NOT NULL,
    installed_at timestamptz NOT NULL DEFAULT now(),
    installed_by text NOT NULL DEFAULT session_user
);

COMMENT ON TABLE game.schema_version IS 'Versions of this schema that were installed, one row each. The largest is the one that is here.';
COMMENT ON COLUMN game.schema_version.version IS 'Number of the version, from 1.';
COMMENT ON COLUMN game.schema_version.installed_at IS 'When it was installed.';
COMMENT ON COLUMN game.schema_version.installed_by IS 'The account that installed it.';

CREATE TABLE game.schema_object (
    kind text NOT NULL,
    name text NOT NULL,
    definition text NOT NULL
);

COMMENT ON TABLE game.schema_object IS 'What the last installation left behind, object by object: what `playtrace gamedb check` compares the catalogue with.';
COMMENT ON COLUMN game.schema_object.kind IS 'table, column, constraint, index, trigger, function, view or rights.';
COMMENT ON COLUMN game.schema_object.name IS 'Schema and name; of a column, constraint or trigger also the table; of a function also its arguments.';
COMMENT ON COLUMN game.schema_object.definition IS 'Its definition as PostgreSQL writes it; of functions and views as md5.';
