-- Purpose: one object of ours that does not belong to tallystick_owner, and whose it is; no row if there is none.
-- Caller: schema::role_check, when the server starts. Reads the catalogue only.
SELECT object.name, pg_catalog.pg_get_userbyid(object.owner)::text
FROM (
    SELECT 'schema ' || schema.nspname AS name, schema.nspowner AS owner
    FROM pg_catalog.pg_namespace AS schema
    WHERE schema.nspname IN ('tallystick', 'tallystick_migrate')
    UNION ALL
    SELECT pg_catalog.format('%I.%I', schema.nspname, relation.relname), relation.relowner
    FROM pg_catalog.pg_class AS relation
    JOIN pg_catalog.pg_namespace AS schema ON schema.oid = relation.relnamespace
    WHERE schema.nspname IN ('tallystick', 'tallystick_migrate') AND relation.relkind IN ('r', 'p', 'v', 'm', 'f', 'c')
    UNION ALL
    SELECT pg_catalog.format('type %I.%I', schema.nspname, type.typname), type.typowner
    FROM pg_catalog.pg_type AS type
    JOIN pg_catalog.pg_namespace AS schema ON schema.oid = type.typnamespace
    WHERE schema.nspname IN ('tallystick', 'tallystick_migrate') AND type.typtype IN ('d', 'e', 'r')
    UNION ALL
    SELECT pg_catalog.format('function %I.%I', schema.nspname, routine.proname), routine.proowner
    FROM pg_catalog.pg_proc AS routine
    JOIN pg_catalog.pg_namespace AS schema ON schema.oid = routine.pronamespace
    WHERE schema.nspname IN ('tallystick', 'tallystick_migrate')
) AS object
WHERE pg_catalog.pg_get_userbyid(object.owner) <> 'tallystick_owner'
ORDER BY object.name
LIMIT 1
