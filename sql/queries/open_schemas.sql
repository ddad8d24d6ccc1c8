-- Schemas whose objects a request could name: those that PUBLIC, the server or an API role may use. Included by its name, below a
-- common table expression `caller` with what callers.sql gives.
SELECT DISTINCT schema.oid, schema.nspname
FROM pg_namespace AS schema
CROSS JOIN LATERAL aclexplode(coalesce(schema.nspacl, acldefault('n', schema.nspowner))) AS privilege
JOIN caller ON caller.oid = privilege.grantee
WHERE privilege.privilege_type = 'USAGE'
