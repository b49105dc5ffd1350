-- The last step of an installation: the first partitions, the version, and what the catalogue now has.

SELECT game.make_partition((date_trunc('month', now() AT TIME ZONE 'UTC') + make_interval(months => ahead))::date)
FROM generate_series(-1, 3) AS ahead;

INSERT INTO game.schema_version (version) VALUES (4) ON CONFLICT DO NOTHING;

CREATE OR REPLACE VIEW game.catalogue AS
SELECT 'table' AS kind, n.nspname || '.' || c.relname AS name,
    CASE c.relkind WHEN 'p' THEN 'partitioned' WHEN 'm' THEN 'materialized' ELSE 'table' END AS definition
FROM pg_catalog.pg_class AS c
JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND n.nspname IN ('game', 'warehouse')
    -- What was a partition, and was detached.
    AND c.relname !~ '^game_event_\d{4}_\d{2}'
UNION ALL
SELECT 'column', n.nspname || '.' || c.relname || '.' || a.attname,
    pg_catalog.format_type(a.atttypid, a.atttypmod) || CASE WHEN a.attnotnull THEN ' NOT NULL' ELSE '' END
        || coalesce(' DEFAULT ' || pg_catalog.pg_get_expr(d.adbin, d.adrelid), '')
        || CASE WHEN a.attidentity <> '' THEN ' IDENTITY' ELSE '' END
FROM pg_catalog.pg_attribute AS a
JOIN pg_catalog.pg_class AS c ON c.oid = a.attrelid
JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
LEFT JOIN pg_catalog.pg_attrdef AS d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND n.nspname IN ('game', 'warehouse')
    AND c.relname !~ '^game_event_\d{4}_\d{2}' AND a.attnum > 0 AND NOT a.attisdropped
UNION ALL
SELECT 'constraint', n.nspname || '.' || c.relname || '.' || o.conname,
    pg_catalog.pg_get_constraintdef(o.oid) || CASE WHEN o.convalidated THEN '' ELSE ' NOT VALID' END
FROM pg_catalog.pg_constraint AS o
JOIN pg_catalog.pg_class AS c ON c.oid = o.conrelid
JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
WHERE NOT c.relispartition AND n.nspname IN ('game', 'warehouse') AND c.relname !~ '^game_event_\d{4}_\d{2}'
    AND o.contype <> 't'
UNION ALL
SELECT 'index', n.nspname || '.' || c.relname,
    pg_catalog.pg_get_indexdef(c.oid) || CASE WHEN i.indisvalid THEN '' ELSE ' INVALID' END
FROM pg_catalog.pg_index AS i
JOIN pg_catalog.pg_class AS c ON c.oid = i.indexrelid
JOIN pg_catalog.pg_class AS t ON t.oid = i.indrelid
JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
WHERE NOT t.relispartition AND n.nspname IN ('game', 'report', 'warehouse') AND t.relname !~ '^game_event_\d{4}_\d{2}'
UNION ALL
SELECT 'trigger', n.nspname || '.' || c.relname || '.' || t.tgname,
    pg_catalog.pg_get_triggerdef(t.oid) || CASE t.tgenabled WHEN 'O' THEN '' WHEN 'A' THEN ' ALWAYS' ELSE ' DISABLED' END
FROM pg_catalog.pg_trigger AS t
JOIN pg_catalog.pg_class AS c ON c.oid = t.tgrelid
JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
WHERE NOT t.tgisinternal AND NOT c.relispartition AND n.nspname IN ('game', 'warehouse')
    AND c.relname !~ '^game_event_\d{4}_\d{2}'
UNION ALL
SELECT 'function', n.nspname || '.' || p.proname || '(' || pg_catalog.pg_get_function_identity_arguments(p.oid) || ')',
    pg_catalog.md5(pg_catalog.pg_get_functiondef(p.oid))
FROM pg_catalog.pg_proc AS p
JOIN pg_catalog.pg_namespace AS n ON n.oid = p.pronamespace
WHERE p.prokind IN ('f', 'p') AND n.nspname IN ('game', 'game_api', 'report', 'warehouse')
UNION ALL
SELECT 'view', n.nspname || '.' || c.relname, pg_catalog.md5(pg_catalog.pg_get_viewdef(c.oid))
FROM pg_catalog.pg_class AS c
JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
WHERE c.relkind IN ('v', 'm') AND n.nspname IN ('game', 'report', 'warehouse')
UNION ALL
SELECT 'rights', n.nspname, n.nspacl::text
FROM pg_catalog.pg_namespace AS n
WHERE n.nspname IN ('game', 'game_api', 'report', 'warehouse') AND n.nspacl IS NOT NULL
UNION ALL
SELECT 'rights', n.nspname || '.' || c.relname, c.relacl::text
FROM pg_catalog.pg_class AS c
JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
WHERE c.relacl IS NOT NULL AND c.relkind IN ('r', 'p', 'v', 'm', 'S') AND NOT c.relispartition
    AND n.nspname IN ('game', 'report', 'warehouse') AND c.relname !~ '^game_event_\d{4}_\d{2}'
UNION ALL
SELECT 'rights', n.nspname || '.' || p.proname || '(' || pg_catalog.pg_get_function_identity_arguments(p.oid) || ')',
    p.proacl::text
FROM pg_catalog.pg_proc AS p
JOIN pg_catalog.pg_namespace AS n ON n.oid = p.pronamespace
WHERE p.proacl IS NOT NULL AND n.nspname IN ('game', 'game_api', 'report', 'warehouse');

-- Its rights are written out, as they are after the next installation over this one.
REVOKE ALL ON game.catalogue FROM public;

COMMENT ON VIEW game.catalogue IS 'What the catalogue of the database has of this schema, in the form of schema_object.';

DELETE FROM game.schema_object;
INSERT INTO game.schema_object (kind, name, definition) SELECT kind, name, definition FROM game.catalogue;
