-- Purpose: give tallystick_owner what a restore left to another role (pg_restore --no-owner, or a cluster without the role).
-- A function that belongs to a superuser would bypass row level security.
-- Runs as the migrating user in the transaction of `migrate`, after roles.sql, every time.
--
-- Only what belongs to a superuser or to the migrating user is taken over: either of them could have made it ours anyway.
-- What belongs to anybody else stays as it is, and `verify` names it.
DO $$
DECLARE
    v_object record;
BEGIN
    FOR v_object IN
        WITH schema AS (
            SELECT namespace.oid, namespace.nspname AS name, namespace.nspowner AS owner
            FROM pg_catalog.pg_namespace AS namespace
            WHERE namespace.nspname IN ('tallystick', 'tallystick_migrate')
        ),
        -- Whoever gives an object away must find the new owner able to create in the schema: so schemas come first.
        object (rank, kind, identity, owner) AS (
            SELECT 1, 'SCHEMA', format('%I', schema.name), schema.owner
            FROM schema
            UNION ALL
            SELECT 2,
                   CASE relation.relkind
                       WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW' WHEN 'f' THEN 'FOREIGN TABLE'
                       WHEN 'c' THEN 'TYPE' ELSE 'TABLE' END,
                   format('%I.%I', schema.name, relation.relname), relation.relowner
            FROM pg_catalog.pg_class AS relation
            JOIN schema ON schema.oid = relation.relnamespace
            -- Indexes and the sequences of columns go with their tables.
            WHERE relation.relkind IN ('r', 'p', 'v', 'm', 'f', 'c')
            UNION ALL
            SELECT 3, CASE type.typtype WHEN 'd' THEN 'DOMAIN' ELSE 'TYPE' END,
                   format('%I.%I', schema.name, type.typname), type.typowner
            FROM pg_catalog.pg_type AS type
            JOIN schema ON schema.oid = type.typnamespace
            WHERE type.typtype IN ('d', 'e', 'r')
            UNION ALL
            SELECT 4, 'ROUTINE', routine.oid::regprocedure::text, routine.proowner
            FROM pg_catalog.pg_proc AS routine
            JOIN schema ON schema.oid = routine.pronamespace
        )
        SELECT object.kind, object.identity
        FROM object
        JOIN pg_catalog.pg_roles AS owner ON owner.oid = object.owner
        WHERE owner.rolname <> 'tallystick_owner' AND (owner.rolsuper OR owner.rolname = current_user)
        ORDER BY object.rank, object.identity
    LOOP
        EXECUTE format('ALTER %s %s OWNER TO tallystick_owner', v_object.kind, v_object.identity);
    END LOOP;
END
$$;
