-- Schemas whose objects a request could name: those that PUBLIC, the server or an API role may use. Included in the place of
-- {open_schemas}.
SELECT DISTINCT schema.oid, schema.nspname
FROM pg_namespace AS schema
CROSS JOIN LATERAL aclexplode(coalesce(schema.nspacl, acldefault('n', schema.nspowner))) AS privilege
JOIN (
    {callers}
) AS caller ON caller.oid = privilege.grantee
WHERE privilege.privilege_type = 'USAGE'
