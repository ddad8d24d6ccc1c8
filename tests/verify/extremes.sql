-- Sets every number and every time of every table to its extreme, after unprotected.sql. {extreme} is greatest, least or none.
DO $$
DECLARE
    v_table regclass;
    v_set text;
    v_column name;
BEGIN
    FOR v_table, v_column IN
        SELECT attrelid, attname FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
        WHERE relnamespace = 'tallystick'::regnamespace AND relkind = 'r' AND attnum > 0 AND attgenerated <> ''
    LOOP
        EXECUTE format('ALTER TABLE %s ALTER COLUMN %I DROP EXPRESSION', v_table, v_column);
    END LOOP;
    FOR v_table, v_set IN
        SELECT attrelid, string_agg(format('%I = %L', attname, extreme.{extreme}), ', ')
        FROM pg_attribute
        JOIN pg_class ON pg_class.oid = attrelid
        LEFT JOIN (VALUES
            ('smallint', '32767', '-32768', NULL),
            ('integer', '2147483647', '-2147483648', NULL),
            ('bigint', '9223372036854775807', '-9223372036854775808', NULL),
            ('date', 'infinity', '-infinity', NULL),
            ('timestamptz', 'infinity', '-infinity', NULL)
        ) AS extreme (type, greatest, least, none) ON extreme.type::regtype = atttypid
        WHERE relnamespace = 'tallystick'::regnamespace AND relkind = 'r' AND attnum > 0 AND attname <> 'business_id'
          AND (extreme.type IS NOT NULL OR '{extreme}' = 'none')
        GROUP BY attrelid
    LOOP
        EXECUTE format('UPDATE %s SET %s', v_table, v_set);
    END LOOP;
END
$$;
