-- Purpose: the trigger function that refuses UPDATE, DELETE and TRUNCATE of facts.
CREATE OR REPLACE FUNCTION tallystick.refuse_change() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: % refused', tg_table_name, tg_op
        USING ERRCODE = 'restrict_violation', SCHEMA = tg_table_schema, TABLE = tg_table_name, CONSTRAINT = tg_name;
END
$$;
