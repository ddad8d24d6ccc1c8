-- Purpose: amcheck's function that checks the structure of a B-tree, if the extension is installed and the role may use it.
-- Only the extension's own machine code counts: a function of that name could be anybody's.
-- Caller: verify::indexes.
SELECT format('%I.%I', schema.nspname, function.proname)
FROM pg_proc AS function
JOIN pg_namespace AS schema ON schema.oid = function.pronamespace
JOIN pg_language AS language ON language.oid = function.prolang
JOIN pg_depend AS part
    ON part.classid = 'pg_proc'::regclass AND part.objid = function.oid
       AND part.refclassid = 'pg_extension'::regclass AND part.deptype = 'e'
JOIN pg_extension AS extension ON extension.oid = part.refobjid
WHERE extension.extname = 'amcheck' AND function.proname = 'bt_index_check' AND function.pronargs = 1
  AND language.lanname = 'c' AND function.probin = '$libdir/amcheck'
  AND has_function_privilege(function.oid, 'EXECUTE') AND has_schema_privilege(schema.oid, 'USAGE')
