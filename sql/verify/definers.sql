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
           format('(^|\W)%s"?\s*\(', regexp_replace(lower(function.proname), '(\W)', '\\\1', 'g')) AS call_pattern,
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
    SELECT elsewhere.proname, elsewhere.call_pattern
    FROM clue
    -- The plain search is quick, and leaves few for the pattern.
    JOIN elsewhere ON strpos(elsewhere.text, lower(clue.name)) > 0 AND elsewhere.text ~ clue.pattern
),
judged AS (
    SELECT
        elsewhere.oid,
        elsewhere.proname,
        elsewhere.call_pattern,
        elsewhere.proacl,
        elsewhere.proowner,
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
        END AS reason
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
),
-- What else has a text that runs functions: views, and the defaults, checks and policies of tables.
table_text AS MATERIALIZED (
    SELECT relation.oid, relation.relname, relation.relnamespace, relation.relacl, relation.relowner,
           lower(concat_ws(' ',
               CASE WHEN relation.relkind IN ('v', 'm') THEN pg_get_viewdef(relation.oid) END,
               (SELECT string_agg(pg_get_expr(preset.adbin, preset.adrelid), ' ')
                FROM pg_attrdef AS preset WHERE preset.adrelid = relation.oid),
               (SELECT string_agg(pg_get_constraintdef(rule.oid), ' ')
                FROM pg_constraint AS rule WHERE rule.conrelid = relation.oid AND rule.contype = 'c'),
               (SELECT string_agg(concat_ws(' ', pg_get_expr(policy.polqual, policy.polrelid),
                                            pg_get_expr(policy.polwithcheck, policy.polrelid)), ' ')
                FROM pg_policy AS policy WHERE policy.polrelid = relation.oid))) AS text,
           format('(^|\W)%s(\W|$)', regexp_replace(lower(relation.relname), '(\W)', '\\\1', 'g')) AS pattern
    FROM pg_class AS relation
    JOIN pg_namespace AS schema ON schema.oid = relation.relnamespace
    WHERE relation.relkind IN ('r', 'p', 'v', 'm')
      AND schema.nspname NOT IN ('pg_catalog', 'information_schema', 'tallystick', 'tallystick_migrate')
),
-- What runs a function of `judged`: the function itself, and whatever names a function or a view that runs it. Another definer
-- has its owner's rights to do that. A view, a table or a parsed body needs no right to the schema, but its user needs EXECUTE. The
-- text of any other function needs both, and so opens nothing by itself (`is_barred`).
runner (definer, is_function, oid, name, pattern, as_caller, is_barred) AS (
    SELECT judged.oid, true, judged.oid, lower(judged.proname), judged.call_pattern, true, false
    FROM judged
    WHERE judged.reason IS NOT NULL
    UNION
    SELECT runner.definer, named.is_function, named.oid, lower(named.name), named.pattern,
           runner.as_caller AND NOT named.is_definer, named.is_text OR (runner.is_barred AND NOT named.is_definer)
    FROM runner
    CROSS JOIN LATERAL (
        SELECT true AS is_function, elsewhere.oid, elsewhere.proname AS name, elsewhere.call_pattern AS pattern,
               elsewhere.prosecdef AS is_definer, NOT elsewhere.prosecdef AND elsewhere.prosqlbody IS NULL AS is_text
        FROM elsewhere
        WHERE strpos(elsewhere.text, runner.name) > 0 AND elsewhere.text ~ runner.pattern
        UNION ALL
        SELECT false, table_text.oid, table_text.relname, table_text.pattern, false, false
        FROM table_text
        WHERE strpos(table_text.text, runner.name) > 0 AND table_text.text ~ runner.pattern
    ) AS named
    WHERE NOT (named.is_function AND named.oid = runner.definer)
),
-- Who can use a runner: call a function, write to a table whose trigger it is, or do anything with a table or view.
entrance AS (
    SELECT runner.definer, runner.oid = runner.definer AS is_itself, caller.name AS caller,
           CASE WHEN runner.is_function THEN runner.oid::regprocedure::text ELSE runner.oid::regclass::text END AS way
    FROM runner
    JOIN judged ON judged.oid = runner.definer
    LEFT JOIN elsewhere ON runner.is_function AND elsewhere.oid = runner.oid
    LEFT JOIN table_text ON NOT runner.is_function AND table_text.oid = runner.oid
    CROSS JOIN LATERAL (
        SELECT privilege.grantee
        FROM pg_trigger AS fires
        JOIN pg_class AS relation ON relation.oid = fires.tgrelid
        CROSS JOIN LATERAL aclexplode(relation.relacl) AS privilege
        WHERE elsewhere.prorettype = 'trigger'::regtype AND fires.tgfoid = elsewhere.oid AND NOT fires.tgisinternal
          AND privilege.privilege_type IN ('INSERT', 'UPDATE', 'DELETE', 'TRUNCATE')
        UNION ALL
        SELECT privilege.grantee
        FROM aclexplode(coalesce(elsewhere.proacl, acldefault('f', elsewhere.proowner))) AS privilege
        WHERE elsewhere.prorettype NOT IN ('trigger'::regtype, 'event_trigger'::regtype)
          AND elsewhere.pronamespace IN (SELECT open_schema.oid FROM open_schema)
        UNION ALL
        SELECT held.grantee
        FROM (
            SELECT privilege.grantee FROM aclexplode(table_text.relacl) AS privilege
            UNION ALL
            SELECT privilege.grantee
            FROM pg_attribute AS attribute
            CROSS JOIN LATERAL aclexplode(attribute.attacl) AS privilege
            WHERE attribute.attrelid = table_text.oid
        ) AS held
        WHERE held.grantee <> table_text.relowner
          AND table_text.relnamespace IN (SELECT open_schema.oid FROM open_schema)
    ) AS held
    JOIN caller ON caller.oid = held.grantee
    WHERE NOT runner.is_barred AND (runner.oid = runner.definer OR NOT runner.as_caller OR EXISTS (
        SELECT FROM aclexplode(coalesce(judged.proacl, acldefault('f', judged.proowner))) AS privilege
        WHERE privilege.grantee IN (0, caller.oid)))
),
opened AS (
    SELECT entrance.definer, entrance.is_itself,
           concat_ws(' through ', string_agg(DISTINCT entrance.caller, ', '),
                     CASE WHEN NOT entrance.is_itself THEN string_agg(DISTINCT entrance.way, ', ') END) AS callers
    FROM entrance
    GROUP BY entrance.definer, entrance.is_itself
)
SELECT
    NULL::uuid AS business_id,
    1 AS rows_checked,
    CASE WHEN opened.callers IS NOT NULL
        THEN format('it runs with the rights of %I, which reach the rows of every business; %s; it can be run by %s',
            pg_get_userbyid(judged.proowner), judged.reason, opened.callers) END AS wrong,
    CASE WHEN opened.callers IS NOT NULL
        THEN format('ALTER ROUTINE %s SECURITY INVOKER', judged.oid::regprocedure) END AS mend,
    judged.oid::regprocedure::text AS function
FROM judged
LEFT JOIN LATERAL (
    SELECT opened.callers FROM opened WHERE opened.definer = judged.oid ORDER BY opened.is_itself DESC LIMIT 1
) AS opened ON true
