-- Definers
-- No SECURITY DEFINER function outside of our schemas lends a request the rights of a role that reads or writes rows of every
-- business. Such a function is a finding if PUBLIC, the server or an API role can cause it to run, and it names our tables or
-- what reads them, or runs SQL that it puts together, or is machine code that no extension brought.
WITH RECURSIVE
caller AS MATERIALIZED (
    {callers}
),
open_schema AS MATERIALIZED (
    {open_schemas}
),
-- PostgreSQL's own functions are no definers.
elsewhere AS MATERIALIZED (
    SELECT function.*, schema.nspname, language.lanname, language.lanpltrusted,
           lower(concat_ws(' ', function.prosrc, pg_get_function_sqlbody(function.oid),
                           array_to_string(function.proconfig, ' '))) AS text,
           EXISTS (
               SELECT FROM pg_depend AS part
               WHERE part.classid = 'pg_proc'::regclass AND part.objid = function.oid
                 AND part.refclassid = 'pg_extension'::regclass AND part.deptype = 'e')
           -- Supabase's own, which come without an extension.
           OR (pg_get_userbyid(function.proowner) ~ '^supabase_([a-z]+_)?admin$'
               AND schema.nspname IN ('auth', 'extensions', 'graphql', 'graphql_public', 'net', 'pgbouncer', 'realtime',
                                      'storage', 'supabase_functions', 'vault')) AS is_known
    FROM pg_proc AS function
    JOIN pg_namespace AS schema ON schema.oid = function.pronamespace
    JOIN pg_language AS language ON language.oid = function.prolang
    WHERE (function.oid >= 16384 OR function.prosecdef) AND schema.nspname NOT IN ('tallystick', 'tallystick_migrate')
),
-- What leads to our tables: the name of their schema, of a view on them, and a call of a function that uses one of these.
clue (name, pattern) AS (
    SELECT 'tallystick', '(^|\W)tallystick(\W|$)'
    UNION
    SELECT relation.relname, format('(^|\W)%s(\W|$)', regexp_replace(lower(relation.relname), '(\W)', '\\\1', 'g'))
    FROM pg_class AS relation
    JOIN pg_namespace AS schema ON schema.oid = relation.relnamespace
    WHERE schema.nspname <> 'tallystick' AND relation.oid IN (
        SELECT dependent.oid FROM (
            {dependent_views}
        ) AS dependent)
    UNION
    SELECT elsewhere.proname, format('(^|\W)%s"?\s*\(', regexp_replace(lower(elsewhere.proname), '(\W)', '\\\1', 'g'))
    FROM clue
    -- The plain search is quick, and leaves few for the pattern.
    JOIN elsewhere ON strpos(elsewhere.text, lower(clue.name)) > 0 AND elsewhere.text ~ clue.pattern
),
judged AS (
    SELECT
        elsewhere.oid,
        pg_get_userbyid(elsewhere.proowner) AS owner,
        CASE
            WHEN named.name IS NOT NULL THEN format('it uses %s', named.name)
            WHEN elsewhere.is_known THEN NULL
            WHEN elsewhere.lanname IN ('c', 'internal')
                OR (NOT elsewhere.lanpltrusted AND elsewhere.lanname NOT IN ('sql', 'plpgsql'))
                THEN format('it is written in %s and could do anything', elsewhere.lanname)
            -- A statement that is one literal has been looked at; EXECUTE also stands in GRANT and CREATE TRIGGER.
            WHEN regexp_replace(elsewhere.text,
                    '\mexecute\s+(on|function|procedure)\M|\mexecute\s+''[^'']*''\s*(;|into|using)', '', 'g')
                    ~ '\m(execute|spi_exec\w*|spi_query|spi_prepare|(query|cursor|table|schema|database)_to_xml\w*|dblink\w*)\M'
                THEN 'it runs SQL that it puts together'
        END AS reason,
        -- Who may call it; a trigger function is called by whoever may write to its table.
        CASE WHEN elsewhere.prorettype = 'trigger'::regtype THEN (
                SELECT string_agg(DISTINCT caller.name, ', ')
                FROM pg_trigger AS fires
                JOIN pg_class AS relation ON relation.oid = fires.tgrelid
                CROSS JOIN LATERAL aclexplode(relation.relacl) AS privilege
                JOIN caller ON caller.oid = privilege.grantee
                WHERE fires.tgfoid = elsewhere.oid AND NOT fires.tgisinternal
                  AND privilege.privilege_type IN ('INSERT', 'UPDATE', 'DELETE', 'TRUNCATE'))
            WHEN elsewhere.prorettype <> 'event_trigger'::regtype
                AND elsewhere.pronamespace IN (SELECT open_schema.oid FROM open_schema) THEN (
                SELECT string_agg(DISTINCT caller.name, ', ')
                FROM aclexplode(coalesce(elsewhere.proacl, acldefault('f', elsewhere.proowner))) AS privilege
                JOIN caller ON caller.oid = privilege.grantee)
        END AS callers
    FROM elsewhere
    LEFT JOIN LATERAL (
        SELECT clue.name
        FROM clue
        WHERE strpos(elsewhere.text, lower(clue.name)) > 0 AND elsewhere.text ~ clue.pattern
        ORDER BY clue.name <> 'tallystick', clue.name
        LIMIT 1
    ) AS named ON true
    WHERE elsewhere.prosecdef
      -- The owner's rights reach a table of ours; a superuser's always do.
      AND EXISTS (
          SELECT FROM pg_class AS relation
          WHERE relation.relnamespace = (SELECT ours.oid FROM pg_namespace AS ours WHERE ours.nspname = 'tallystick')
            AND relation.relkind IN ('r', 'p', 'v', 'm')
            AND has_table_privilege(elsewhere.proowner, relation.oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE'))
)
SELECT
    NULL::uuid AS business_id,
    1 AS rows_checked,
    CASE WHEN judged.reason IS NOT NULL AND judged.callers IS NOT NULL
        THEN format('it runs with the rights of %I, which reach the rows of every business; %s; it can be run by %s',
            judged.owner, judged.reason, judged.callers) END AS wrong,
    CASE WHEN judged.callers IS NOT NULL
        THEN format('ALTER ROUTINE %s SECURITY INVOKER', judged.oid::regprocedure) END AS mend,
    judged.oid::regprocedure::text AS function
FROM judged
