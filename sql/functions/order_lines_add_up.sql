-- Purpose: the trigger function that refuses lines which are not those of a completed order. Checked once for all orders that an
-- INSERT statement touched: the order exists, and so do the versions of the products. The lines add up to the order's total, and
-- are those that the order's ledger entry has in its digest. All of these are facts, so nothing can change them afterwards.
CREATE OR REPLACE FUNCTION tallystick.order_lines_add_up() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off
SET enable_bitmapscan = off
SET enable_hashjoin = off
SET enable_mergejoin = off
AS $$
DECLARE
    v_broken text;
BEGIN
    SELECT CASE
        WHEN placed.total IS NULL THEN 'order_items_order_exists'
        WHEN NOT lines.are_versions_right THEN 'order_items_product_version_exists'
        WHEN placed.total <> lines.total THEN 'order_lines_add_up'
        WHEN entry.details_digest IS DISTINCT FROM lines.digest THEN 'order_lines_are_those_of_the_ledger_entry'
    END
    INTO v_broken
    FROM (SELECT DISTINCT added.business_id, added.order_id FROM new_items AS added) AS touched
    LEFT JOIN LATERAL (
        SELECT placed.total
        FROM tallystick.orders AS placed
        WHERE placed.business_id = touched.business_id AND placed.id BETWEEN touched.order_id AND touched.order_id
        ORDER BY placed.id
        LIMIT 1
    ) AS placed ON true
    LEFT JOIN LATERAL (
        SELECT entry.details_digest
        FROM tallystick.credit_ledger AS entry
        WHERE entry.business_id = touched.business_id AND entry.id BETWEEN touched.order_id AND touched.order_id
        ORDER BY entry.id
        LIMIT 1
    ) AS entry ON true
    CROSS JOIN LATERAL (
        SELECT
            sum(item.line_total) AS total,
            bool_and(version.quantity_decimals IS NOT DISTINCT FROM item.decimals) AS are_versions_right,
            sha256('\x01'::bytea || string_agg(
                int4send(item.line_no) || uuid_send(item.product_id) || int4send(item.product_version)
                || int8send(item.quantity) || int4send(item.decimals) || int8send(item.unit_price)
                || int8send(coalesce(item.list_price, -1)) || int8send(coalesce(item.discount, -1))
                || int8send(coalesce(item.tax, -1)) || int8send(item.stock_taken) || int8send(item.line_total),
                ''::bytea ORDER BY item.line_no)) AS digest
        FROM tallystick.order_items AS item
        LEFT JOIN LATERAL (
            SELECT version.quantity_decimals
            FROM tallystick.product_versions AS version
            WHERE version.business_id = item.business_id AND version.product_id = item.product_id
              AND version.version_no = item.product_version
            LIMIT 1
        ) AS version ON true
        WHERE item.business_id = touched.business_id AND item.order_id = touched.order_id
    ) AS lines
    WHERE (lines.are_versions_right AND placed.total = lines.total AND entry.details_digest = lines.digest) IS NOT TRUE
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'the lines of an order must be those of its total and of its ledger entry'
            USING ERRCODE = 'check_violation', SCHEMA = tg_table_schema, TABLE = tg_table_name, CONSTRAINT = v_broken;
    END IF;
    RETURN NULL;
END
$$;
