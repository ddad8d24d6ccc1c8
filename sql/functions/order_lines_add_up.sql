-- Purpose: the trigger function that refuses an INSERT after which an order's lines do not add up to its total.
CREATE OR REPLACE FUNCTION tallystick.order_lines_add_up() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off
SET enable_hashjoin = off
SET enable_mergejoin = off
AS $$
BEGIN
    IF EXISTS (
        SELECT
        FROM (SELECT DISTINCT added.business_id, added.order_id FROM new_items AS added) AS touched
        CROSS JOIN LATERAL (
            -- BETWEEN and ORDER BY leave the planner only the index of the ids, as in keys_known.
            SELECT placed.total
            FROM tallystick.orders AS placed
            WHERE placed.business_id = touched.business_id AND placed.id BETWEEN touched.order_id AND touched.order_id
            ORDER BY placed.id
            LIMIT 1
        ) AS placed
        WHERE placed.total <> (
            SELECT sum(item.line_total)
            FROM tallystick.order_items AS item
            WHERE item.business_id = touched.business_id AND item.order_id = touched.order_id)
    ) THEN
        RAISE EXCEPTION 'the lines of an order must add up to its total'
            USING ERRCODE = 'check_violation', SCHEMA = tg_table_schema, TABLE = tg_table_name, CONSTRAINT = tg_name;
    END IF;
    RETURN NULL;
END
$$;
