-- Purpose: every index of our tables, with what is needed to read it alone and to compute the same from its table.
-- Caller: verify::indexes.
SELECT
    index.indexrelid AS oid,
    format('%I.%I', schema.nspname, relation.relname) AS "table",
    format('%I.%I', schema.nspname, index_relation.relname) AS index,
    index_relation.relname::text AS name,
    (SELECT string_agg(pg_get_indexdef(index.indexrelid, position, false), ', ' ORDER BY position)
     FROM generate_series(1, index.indnatts) AS position) AS columns,
    (SELECT string_agg(
        concat_ws(' ', pg_get_indexdef(index.indexrelid, position, false),
            CASE WHEN index.indoption[position - 1] & 1 <> 0 THEN 'DESC' END,
            CASE WHEN index.indoption[position - 1] & 3 IN (1, 2)
                THEN CASE WHEN index.indoption[position - 1] & 2 <> 0 THEN 'NULLS FIRST' ELSE 'NULLS LAST' END END),
        ', ' ORDER BY position)
     FROM generate_series(1, index.indnkeyatts) AS position) AS ordering,
    -- Rows compare as the index sorts only if no column is sorted another way.
    CASE WHEN NOT 0 <> ANY (index.indoption::int2[])
        THEN (SELECT string_agg(pg_get_indexdef(index.indexrelid, position, false), ', ' ORDER BY position)
              FROM generate_series(1, index.indnkeyatts) AS position) END AS keys,
    pg_get_expr(index.indpred, index.indrelid) AS predicate,
    CASE
        WHEN method.amname <> 'btree' THEN 'it is no B-tree'
        -- The catalogue knows dependencies on what is not PostgreSQL's own. Reading such an index would run that code.
        WHEN EXISTS (
            SELECT FROM pg_depend AS dependency
            WHERE dependency.classid = 'pg_class'::regclass AND dependency.objid = index.indexrelid
              AND dependency.refclassid IN
                  ('pg_proc'::regclass, 'pg_operator'::regclass, 'pg_opclass'::regclass, 'pg_type'::regclass))
            THEN 'it computes with code that is not PostgreSQL''s own'
        WHEN NOT (index.indisvalid AND index.indisready AND index.indislive) THEN 'it is not valid'
    END AS unreadable
FROM pg_index AS index
JOIN pg_class AS relation ON relation.oid = index.indrelid
JOIN pg_namespace AS schema ON schema.oid = relation.relnamespace
JOIN pg_class AS index_relation ON index_relation.oid = index.indexrelid
JOIN pg_am AS method ON method.oid = index_relation.relam
WHERE schema.nspname = 'tallystick' AND relation.relkind IN ('r', 'p')
ORDER BY relation.relname COLLATE "C", index_relation.relname COLLATE "C"
