-- Purpose: what stands where one of our tables should, and is no table. Reading a view would run its owner's code.
-- The audit's own list of names. Caller: verify. Reads the catalogue only. Runs with search_path = pg_catalog.
SELECT format('%I.%I', schema.nspname, relation.relname)
FROM pg_class AS relation
JOIN pg_namespace AS schema ON schema.oid = relation.relnamespace
WHERE relation.relkind NOT IN ('r', 'p')
  AND (schema.nspname = 'tallystick' AND relation.relname IN (
           'businesses', 'customers', 'products', 'product_versions', 'stock_movements', 'orders', 'order_items',
           'credit_ledger', 'allocations', 'api_keys', 'creations')
       OR schema.nspname = 'tallystick_migrate' AND relation.relname IN ('migrations', 'current_code'))
ORDER BY 1
LIMIT 1
