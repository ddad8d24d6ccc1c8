-- Replication
-- No publication sends our tables to other servers, where our row level security does not hold, and no subscription writes
-- into them.
SELECT
    NULL::uuid AS business_id,
    1 AS rows_checked,
    CASE
        WHEN publication.puballtables THEN 'it publishes every table'
        WHEN ours.schemas IS NOT NULL THEN format('it publishes every table of schema %s', ours.schemas)
        WHEN ours.tables IS NOT NULL THEN format('it publishes %s', ours.tables)
    END AS wrong,
    format(CASE
        WHEN publication.puballtables THEN 'DROP PUBLICATION %I'
        WHEN ours.schemas IS NOT NULL THEN 'ALTER PUBLICATION %I DROP TABLES IN SCHEMA %s'
        ELSE 'ALTER PUBLICATION %1$I DROP TABLE %3$s'
    END, publication.pubname, ours.schemas, ours.tables) AS mend,
    publication.pubname AS publication,
    NULL AS subscription
FROM pg_publication AS publication
CROSS JOIN LATERAL (
    SELECT
        (SELECT string_agg(schema.nspname, ', ' ORDER BY schema.nspname)
         FROM pg_publication_namespace AS published
         JOIN pg_namespace AS schema ON schema.oid = published.pnnspid
         WHERE published.pnpubid = publication.oid AND schema.nspname IN ('tallystick', 'tallystick_migrate')) AS schemas,
        (SELECT string_agg(format('%I.%I', schema.nspname, relation.relname), ', ' ORDER BY relation.relname)
         FROM pg_publication_rel AS published
         JOIN pg_class AS relation ON relation.oid = published.prrelid
         JOIN pg_namespace AS schema ON schema.oid = relation.relnamespace
         WHERE published.prpubid = publication.oid AND schema.nspname IN ('tallystick', 'tallystick_migrate')) AS tables
) AS ours
UNION ALL
SELECT NULL, 1, format('it writes into %s', string_agg(relation.oid::regclass::text, ', ' ORDER BY relation.relname)),
    format('DROP SUBSCRIPTION %I', subscription.subname), NULL, subscription.subname
FROM pg_subscription AS subscription
JOIN pg_subscription_rel AS subscribed ON subscribed.srsubid = subscription.oid
JOIN pg_class AS relation ON relation.oid = subscribed.srrelid
JOIN pg_namespace AS schema ON schema.oid = relation.relnamespace
WHERE schema.nspname IN ('tallystick', 'tallystick_migrate')
GROUP BY subscription.subname
