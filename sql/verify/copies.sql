-- Copies
-- No table, materialized view or foreign table outside of our schemas shows rows of tenants to PUBLIC, the server or an API
-- role without row level security. A relation counts as such if it has a column business_id of type uuid, or all other
-- columns of one of our tables.
WITH
caller AS MATERIALIZED (
    {callers}
),
open_schema AS MATERIALIZED (
    {open_schemas}
)
SELECT
    NULL::uuid AS business_id,
    1 AS rows_checked,
    CASE WHEN judged.readers IS NOT NULL AND judged.is_unguarded AND (judged.source IS NOT NULL OR judged.has_business)
        THEN concat_ws('; ',
            coalesce(
                'it has the columns of tallystick.' || judged.source,
                'its rows belong to businesses (column business_id)'),
            'no row level security keeps its readers apart',
            'it can be read by ' || judged.readers)
    END AS wrong,
    format('REVOKE ALL ON %s FROM %s', judged.name, judged.readers) AS mend,
    judged.name AS "table"
FROM (
    SELECT
        relation.oid::regclass::text AS name,
        shape.columns && ARRAY['business_id uuid'] AS has_business,
        (SELECT ours.name
         FROM (VALUES
             ('businesses', ARRAY['name text', 'currency text', 'time_zone text']),
             ('customers', ARRAY['id uuid', 'name text', 'external_id text', 'credit_limit bigint', 'blocked boolean']),
             ('products', ARRAY['id uuid', 'sku text', 'name text', 'price bigint', 'stock bigint']),
             ('product_versions', ARRAY['product_id uuid', 'version_no integer', 'sku text', 'name text']),
             ('stock_movements', ARRAY['id uuid', 'product_id uuid', 'kind text', 'quantity bigint', 'stock_after bigint']),
             ('orders', ARRAY['id uuid', 'customer_id uuid', 'total bigint', 'created_at timestamp with time zone']),
             ('order_items', ARRAY['order_id uuid', 'line_no integer', 'product_id uuid', 'line_total bigint']),
             ('credit_ledger', ARRAY['customer_id uuid', 'entry_no bigint', 'amount bigint', 'balance_after bigint']),
             ('allocations', ARRAY['charge_no bigint', 'part_no bigint', 'entry_no bigint', 'charge_amount bigint']),
             ('returns', ARRAY['id uuid', 'order_id uuid', 'customer_id uuid', 'total bigint']),
             ('return_items', ARRAY['return_id uuid', 'line_no integer', 'product_id uuid', 'line_total bigint']),
             ('api_keys', ARRAY['prefix text', 'secret_hash bytea']),
             ('creations', ARRAY['idempotency_key text', 'request_fingerprint bytea'])
         ) AS ours (name, columns)
         WHERE shape.columns @> ours.columns
         ORDER BY cardinality(ours.columns) DESC, ours.name
         LIMIT 1) AS source,
        relation.relkind NOT IN ('r', 'p') OR NOT relation.relrowsecurity OR EXISTS (
            SELECT FROM pg_policy AS policy
            WHERE policy.polrelid = relation.oid AND policy.polpermissive AND policy.polcmd IN ('*', 'r')
              AND coalesce(pg_get_expr(policy.polqual, policy.polrelid), 'true') = 'true'
              AND policy.polroles && (SELECT array_agg(caller.oid) FROM caller)) AS is_unguarded,
        (SELECT string_agg(DISTINCT caller.name, ', ')
         FROM (
             SELECT privilege.grantee FROM aclexplode(relation.relacl) AS privilege WHERE privilege.privilege_type = 'SELECT'
             UNION
             SELECT privilege.grantee
             FROM pg_attribute AS attribute
             CROSS JOIN LATERAL aclexplode(attribute.attacl) AS privilege
             WHERE attribute.attrelid = relation.oid AND privilege.privilege_type = 'SELECT'
         ) AS held
         JOIN caller ON caller.oid = held.grantee) AS readers
    FROM pg_class AS relation
    JOIN open_schema AS schema ON schema.oid = relation.relnamespace
    CROSS JOIN LATERAL (
        -- A copy of a column keeps its domain.
        SELECT array_agg(format('%s %s', attribute.attname,
            format_type(coalesce(nullif(type.typbasetype, 0), attribute.atttypid), NULL))) AS columns
        FROM pg_attribute AS attribute
        JOIN pg_type AS type ON type.oid = attribute.atttypid
        WHERE attribute.attrelid = relation.oid AND attribute.attnum > 0 AND NOT attribute.attisdropped
    ) AS shape
    WHERE relation.relkind IN ('r', 'p', 'f', 'm') AND relation.relpersistence <> 't'
      AND schema.nspname NOT IN ('tallystick', 'tallystick_migrate', 'pg_catalog', 'information_schema')
) AS judged
