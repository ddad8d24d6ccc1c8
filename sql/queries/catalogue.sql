-- Purpose: everything that an installation consists of, one row per property: section, item, definition.
--
-- The text is the same on PostgreSQL 15 to 18 and on every machine: it contains no oids and no name of a migrating user or
-- database. sql/schema.snapshot.sql is this text after a fresh install. `tallystick verify` compares the two and so finds
-- whatever is missing, added or altered. Runs with search_path = pg_catalog, so every name of ours is qualified.
WITH
our_schema AS (
    SELECT namespace.* FROM pg_namespace AS namespace
    WHERE namespace.nspname IN ('tallystick', 'tallystick_migrate')
),
our_relation AS (
    SELECT relation.*, format('%I.%I', our_schema.nspname, relation.relname) AS name,
           CASE relation.relkind
               WHEN 'r' THEN 'table' WHEN 'p' THEN 'partitioned table' WHEN 'f' THEN 'foreign table' WHEN 'v' THEN 'view'
               WHEN 'm' THEN 'materialized view' WHEN 'S' THEN 'sequence' WHEN 'c' THEN 'composite type'
               ELSE 'relation'
           END || format(' %I.%I', our_schema.nspname, relation.relname) AS section
    FROM pg_class AS relation
    JOIN our_schema ON our_schema.oid = relation.relnamespace
    -- Indexes and TOAST tables are listed with their tables.
    WHERE relation.relkind NOT IN ('i', 'I', 't')
),
our_domain AS (
    SELECT type.*, 'domain ' || format('%I.%I', our_schema.nspname, type.typname) AS section
    FROM pg_type AS type
    JOIN our_schema ON our_schema.oid = type.typnamespace
    WHERE type.typtype = 'd'
),
our_function AS (
    SELECT function.*, 'function ' || function.oid::regprocedure::text AS section
    FROM pg_proc AS function
    JOIN our_schema ON our_schema.oid = function.pronamespace
),
-- Between PostgreSQL versions, a view's text differs in one point: whether columns carry the alias of the only relation.
view_definition AS (
    SELECT our_relation.section,
           regexp_replace(pg_get_viewdef(our_relation.oid), '\s+', ' ', 'g') AS text,
           (SELECT count(DISTINCT dependency.refobjid)
            FROM pg_rewrite AS rule
            JOIN pg_depend AS dependency
                ON dependency.classid = 'pg_rewrite'::regclass AND dependency.objid = rule.oid
                   AND dependency.refclassid = 'pg_class'::regclass AND dependency.refobjid <> our_relation.oid
            WHERE rule.ev_class = our_relation.oid) AS relations
    FROM our_relation
    WHERE our_relation.relkind IN ('v', 'm')
),
granted AS (
    SELECT our_schema.nspname AS subject, 'schema ' || our_schema.nspname AS section, '' AS item_suffix,
           our_schema.nspowner AS owner, coalesce(our_schema.nspacl, acldefault('n', our_schema.nspowner)) AS acl
    FROM our_schema
    UNION ALL
    SELECT our_relation.name, our_relation.section, '', our_relation.relowner,
           coalesce(our_relation.relacl, acldefault(
               (CASE our_relation.relkind WHEN 'S' THEN 's' ELSE 'r' END)::"char", our_relation.relowner))
    FROM our_relation
    WHERE our_relation.relkind <> 'c'
    UNION ALL
    -- A composite type has no privileges as a relation, but some as a type.
    SELECT our_relation.name, our_relation.section, '', type.typowner, coalesce(type.typacl, acldefault('T', type.typowner))
    FROM our_relation
    JOIN pg_type AS type ON type.oid = our_relation.reltype
    WHERE our_relation.relkind = 'c'
    UNION ALL
    SELECT our_domain.typname, our_domain.section, '', our_domain.typowner,
           coalesce(our_domain.typacl, acldefault('T', our_domain.typowner))
    FROM our_domain
    UNION ALL
    SELECT our_relation.name, our_relation.section, ' on column ' || attribute.attname, our_relation.relowner,
           attribute.attacl
    FROM our_relation
    JOIN pg_attribute AS attribute ON attribute.attrelid = our_relation.oid
    WHERE attribute.attacl IS NOT NULL AND NOT attribute.attisdropped
    UNION ALL
    SELECT our_function.proname, our_function.section, '', our_function.proowner,
           coalesce(our_function.proacl, acldefault('f', our_function.proowner))
    FROM our_function
),
property (section, rank, position, item, definition) AS (
    -- Roles
    SELECT 'role ' || role.rolname, 1, 0, 'attributes',
           concat_ws(', ',
               CASE WHEN role.rolcanlogin THEN 'LOGIN' ELSE 'NOLOGIN' END,
               CASE WHEN role.rolsuper THEN 'SUPERUSER' ELSE 'NOSUPERUSER' END,
               CASE WHEN role.rolbypassrls THEN 'BYPASSRLS' ELSE 'NOBYPASSRLS' END,
               CASE WHEN role.rolcreaterole THEN 'CREATEROLE' ELSE 'NOCREATEROLE' END,
               CASE WHEN role.rolcreatedb THEN 'CREATEDB' ELSE 'NOCREATEDB' END,
               CASE WHEN role.rolreplication THEN 'REPLICATION' ELSE 'NOREPLICATION' END)
    FROM pg_roles AS role
    WHERE role.rolname IN ('tallystick_owner', 'tallystick_app', 'tallystick_auditor')

    -- Schemas
    UNION ALL
    SELECT 'schema ' || our_schema.nspname, 1, 0, 'owner', pg_get_userbyid(our_schema.nspowner)
    FROM our_schema

    -- Tables, views and whatever else is a relation
    UNION ALL
    SELECT our_relation.section, 1, 0, 'owner', pg_get_userbyid(our_relation.relowner)
    FROM our_relation
    UNION ALL
    -- What a table is: triggers and grants follow from it.
    SELECT our_relation.section, 1, 1, 'comment', obj_description(our_relation.oid, 'pg_class')
    FROM our_relation
    WHERE obj_description(our_relation.oid, 'pg_class') IS NOT NULL
    UNION ALL
    SELECT our_relation.section, 2, 0, 'row level security',
           CASE WHEN our_relation.relrowsecurity THEN 'enabled' ELSE 'disabled' END
           || CASE WHEN our_relation.relforcerowsecurity THEN ', forced' ELSE ', not forced' END
    FROM our_relation
    WHERE our_relation.relkind IN ('r', 'p')
    UNION ALL
    SELECT our_relation.section, 3, 0, 'options', array_to_string(our_relation.reloptions, ', ')
    FROM our_relation
    WHERE our_relation.reloptions IS NOT NULL
    UNION ALL
    SELECT our_relation.section, 4, 0, 'persistence', 'not logged'
    FROM our_relation
    WHERE our_relation.relpersistence <> 'p'
    UNION ALL
    SELECT our_relation.section, 5, 0, 'inherited by', inheritance.inhrelid::regclass::text
    FROM our_relation
    JOIN pg_inherits AS inheritance ON inheritance.inhparent = our_relation.oid
    UNION ALL
    SELECT our_relation.section, 6, attribute.attnum, 'column ' || attribute.attname,
           concat_ws(' ',
               format_type(attribute.atttypid, attribute.atttypmod),
               CASE WHEN attribute.attcollation NOT IN (0, type.typcollation)
                   THEN 'COLLATE ' || attribute.attcollation::regcollation::text END,
               CASE WHEN attribute.attnotnull THEN 'NOT NULL' END,
               -- PostgreSQL 18 can have a NOT NULL constraint that is not validated; older versions cannot.
               (SELECT 'NOT VALID' FROM pg_constraint AS not_null
                WHERE not_null.conrelid = our_relation.oid AND not_null.contype = 'n'
                  AND not_null.conkey = ARRAY[attribute.attnum] AND NOT not_null.convalidated),
               CASE WHEN attribute.attidentity <> '' THEN 'GENERATED AS IDENTITY' END,
               CASE attribute.attgenerated
                   WHEN '' THEN 'DEFAULT ' || pg_get_expr(default_value.adbin, default_value.adrelid)
                   ELSE 'GENERATED ALWAYS AS (' || pg_get_expr(default_value.adbin, default_value.adrelid) || ')'
                        || CASE attribute.attgenerated WHEN 's' THEN ' STORED' ELSE ' VIRTUAL' END
               END)
    FROM our_relation
    JOIN pg_attribute AS attribute
        ON attribute.attrelid = our_relation.oid AND attribute.attnum > 0 AND NOT attribute.attisdropped
    JOIN pg_type AS type ON type.oid = attribute.atttypid
    LEFT JOIN pg_attrdef AS default_value
        ON default_value.adrelid = our_relation.oid AND default_value.adnum = attribute.attnum
    UNION ALL
    SELECT our_relation.section, 7, strpos('puxfc', named.contype::text), 'constraint ' || named.conname,
           pg_get_constraintdef(named.oid)
           -- Internal triggers enforce a foreign key, and a superuser can disable them.
           || CASE WHEN EXISTS (
                  SELECT FROM pg_trigger AS enforcing
                  WHERE enforcing.tgconstraint = named.oid AND enforcing.tgisinternal AND enforcing.tgenabled <> 'O')
              THEN ', triggers disabled' ELSE '' END
    FROM our_relation
    JOIN pg_constraint AS named ON named.conrelid = our_relation.oid
    -- NOT NULL is listed with its column; from PostgreSQL 18 on it is a constraint.
    WHERE named.contype <> 'n'
    UNION ALL
    SELECT our_relation.section, 8, 0, 'index ' || index_relation.relname,
           pg_get_indexdef(index.indexrelid)
           || CASE WHEN index.indisvalid AND index.indisready AND index.indislive THEN '' ELSE ', not valid' END
           || CASE WHEN index.indimmediate THEN '' ELSE ', deferrable' END
    FROM our_relation
    JOIN pg_index AS index ON index.indrelid = our_relation.oid
    JOIN pg_class AS index_relation ON index_relation.oid = index.indexrelid
    UNION ALL
    SELECT our_relation.section, 9, 0, 'policy ' || policy.polname,
           concat_ws(' ',
               CASE WHEN policy.polpermissive THEN 'PERMISSIVE' ELSE 'RESTRICTIVE' END,
               'FOR ' || CASE policy.polcmd
                   WHEN '*' THEN 'ALL' WHEN 'r' THEN 'SELECT' WHEN 'a' THEN 'INSERT' WHEN 'w' THEN 'UPDATE'
                   ELSE 'DELETE' END,
               'TO ' || (
                   SELECT string_agg(holder.name, ', ' ORDER BY holder.name)
                   FROM unnest(policy.polroles) AS role (oid)
                   CROSS JOIN LATERAL (
                       SELECT CASE role.oid WHEN 0 THEN 'PUBLIC' ELSE pg_get_userbyid(role.oid) END COLLATE "C" AS name
                   ) AS holder),
               'USING ' || pg_get_expr(policy.polqual, policy.polrelid),
               'WITH CHECK ' || pg_get_expr(policy.polwithcheck, policy.polrelid))
    FROM our_relation
    JOIN pg_policy AS policy ON policy.polrelid = our_relation.oid
    UNION ALL
    SELECT our_relation.section, 10, 0, 'trigger ' || named.tgname,
           pg_get_triggerdef(named.oid)
           || CASE named.tgenabled
               WHEN 'A' THEN ', always' WHEN 'O' THEN '' WHEN 'R' THEN ', on a replica only' ELSE ', disabled' END
    FROM our_relation
    JOIN pg_trigger AS named ON named.tgrelid = our_relation.oid
    WHERE NOT named.tgisinternal
    UNION ALL
    SELECT our_relation.section, 11, 0, 'rule ' || rule.rulename, pg_get_ruledef(rule.oid)
    FROM our_relation
    JOIN pg_rewrite AS rule ON rule.ev_class = our_relation.oid
    WHERE NOT (our_relation.relkind IN ('v', 'm') AND rule.rulename = '_RETURN')
    UNION ALL
    SELECT view_definition.section, 12, 0, 'definition',
           CASE WHEN view_definition.relations = 1
               THEN regexp_replace(
                   view_definition.text,
                   '\m' || coalesce(substring(view_definition.text FROM ' FROM \w+\.\w+ (\w+)'), 'none') || '\.', '', 'g')
               ELSE view_definition.text
           END
    FROM view_definition

    -- Domains
    UNION ALL
    SELECT our_domain.section, 1, 0, 'owner', pg_get_userbyid(our_domain.typowner)
    FROM our_domain
    UNION ALL
    SELECT our_domain.section, 2, 0, 'type',
           concat_ws(' ',
               format_type(our_domain.typbasetype, our_domain.typtypmod),
               CASE WHEN our_domain.typcollation <> base.typcollation
                   THEN 'COLLATE ' || our_domain.typcollation::regcollation::text END,
               CASE WHEN our_domain.typnotnull THEN 'NOT NULL' END,
               'DEFAULT ' || our_domain.typdefault)
    FROM our_domain
    JOIN pg_type AS base ON base.oid = our_domain.typbasetype
    UNION ALL
    SELECT our_domain.section, 3, 0, 'constraint ' || named.conname, pg_get_constraintdef(named.oid)
    FROM our_domain
    JOIN pg_constraint AS named ON named.contypid = our_domain.oid
    WHERE named.contype <> 'n'

    -- Functions
    UNION ALL
    SELECT our_function.section, 1, 0, 'owner', pg_get_userbyid(our_function.proowner)
    FROM our_function
    UNION ALL
    SELECT our_function.section, 2, 0, 'arguments', pg_get_function_arguments(our_function.oid)
    FROM our_function
    UNION ALL
    SELECT our_function.section, 3, 0, 'returns', coalesce(pg_get_function_result(our_function.oid), 'nothing')
    FROM our_function
    UNION ALL
    SELECT our_function.section, 4, 0, 'behaviour',
           concat_ws(', ',
               'LANGUAGE ' || language.lanname,
               CASE our_function.prokind WHEN 'f' THEN NULL ELSE 'kind ' || our_function.prokind::text END,
               CASE our_function.provolatile WHEN 'i' THEN 'IMMUTABLE' WHEN 's' THEN 'STABLE' ELSE 'VOLATILE' END,
               CASE WHEN our_function.prosecdef THEN 'SECURITY DEFINER' ELSE 'SECURITY INVOKER' END,
               CASE WHEN our_function.proisstrict THEN 'STRICT' END,
               CASE WHEN our_function.proleakproof THEN 'LEAKPROOF' END,
               CASE our_function.proparallel WHEN 's' THEN 'PARALLEL SAFE' WHEN 'r' THEN 'PARALLEL RESTRICTED' END)
    FROM our_function
    JOIN pg_language AS language ON language.oid = our_function.prolang
    UNION ALL
    SELECT our_function.section, 5, 0, 'settings', array_to_string(our_function.proconfig, '; ')
    FROM our_function
    WHERE our_function.proconfig IS NOT NULL
    UNION ALL
    SELECT our_function.section, 6, 0, 'body',
           'sha256 ' || encode(sha256(convert_to(
               -- A checkout with Windows line endings must give the same hash.
               replace(coalesce(pg_get_function_sqlbody(our_function.oid), our_function.prosrc), E'\r\n', E'\n'),
               'UTF8')), 'hex')
    FROM our_function

    -- Privileges, including the owner's: without them the owner's functions fail.
    UNION ALL
    SELECT granted.section, 20, 0,
           'granted to ' || CASE privilege.grantee WHEN 0 THEN 'PUBLIC' ELSE pg_get_userbyid(privilege.grantee) END
           || granted.item_suffix,
           string_agg(
               privilege.privilege_type || CASE WHEN privilege.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END,
               ', ' ORDER BY privilege.privilege_type COLLATE "C", privilege.is_grantable)
    FROM granted
    CROSS JOIN LATERAL aclexplode(granted.acl) AS privilege
    -- The owner's MAINTAIN exists from PostgreSQL 17 on.
    WHERE NOT (privilege.grantee = granted.owner AND privilege.privilege_type = 'MAINTAIN')
    GROUP BY granted.section, granted.item_suffix, privilege.grantee
    UNION ALL
    SELECT 'default privileges', 20, 0,
           concat_ws(' ',
               'of ' || pg_get_userbyid(acl.defaclrole),
               'in schema ' || our_schema.nspname,
               'on objects of kind ' || acl.defaclobjtype::text),
           acl.defaclacl::text
    FROM pg_default_acl AS acl
    LEFT JOIN our_schema ON our_schema.oid = acl.defaclnamespace
    WHERE our_schema.oid IS NOT NULL OR pg_get_userbyid(acl.defaclrole) IN ('tallystick_owner', 'tallystick_app', 'tallystick_auditor')

    -- Everything else in our schemas: other types, operators, collations, statistics
    UNION ALL
    SELECT 'schema ' || our_schema.nspname, 30, 0, object.type, object.identity
    FROM our_schema
    JOIN pg_depend AS dependency
        ON dependency.refclassid = 'pg_namespace'::regclass AND dependency.refobjid = our_schema.oid
    CROSS JOIN LATERAL pg_identify_object(dependency.classid, dependency.objid, dependency.objsubid) AS object
    WHERE dependency.classid NOT IN ('pg_class'::regclass, 'pg_proc'::regclass, 'pg_default_acl'::regclass)
      -- A composite type is a relation, and has a section above. So has a domain.
      AND NOT (dependency.classid = 'pg_type'::regclass
               AND (EXISTS (SELECT FROM our_relation WHERE our_relation.reltype = dependency.objid)
                    OR EXISTS (SELECT FROM our_domain WHERE our_domain.oid = dependency.objid)))
)
SELECT property.section, property.item, btrim(regexp_replace(property.definition, '\s+', ' ', 'g')) AS definition
FROM property
ORDER BY
    -- Roles and schemas first, then tables, views, types and functions, then what should not be there.
    array_position(
        ARRAY['role', 'schema', 'default', 'table', 'view', 'composite', 'domain', 'function'], split_part(property.section, ' ', 1)) NULLS LAST,
    property.section COLLATE "C", property.rank, property.position, property.item COLLATE "C",
    property.definition COLLATE "C"
