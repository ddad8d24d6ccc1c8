-- Purpose: the trigger function that refuses lines which break a rule, or are not those of a completed order. All orders that an
-- INSERT statement touched are judged at once, each with all its lines: it was charged, the versions of the products exist, and
-- the lines add up to the charge and are those that the ledger entry has in its digest. (The entry is held to the order's
-- customer, total and time by ledger_entries_are_right.) The first rule that is broken is named as a constraint.
-- All of these are facts, so nothing can change them afterwards.
CREATE OR REPLACE FUNCTION tallystick.order_lines_add_up() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off
SET enable_bitmapscan = off
SET enable_hashjoin = off
SET enable_mergejoin = off
AS $$
DECLARE
    c_most constant bigint := 9007199254740991;
    -- By the number of decimals of a quantity: what one of its parts is.
    c_parts constant numeric[] := '{1, 0.1, 0.01, 0.001}';
    v_broken text;
BEGIN
    SELECT judged.broken INTO v_broken
    FROM (SELECT DISTINCT added.business_id, added.order_id FROM new_items AS added) AS touched
    LEFT JOIN LATERAL (
        SELECT entry.amount, entry.details_digest
        FROM tallystick.credit_ledger AS entry
        WHERE entry.business_id = touched.business_id AND entry.id BETWEEN touched.order_id AND touched.order_id
          AND entry.kind = 'purchase'
        ORDER BY entry.id
        LIMIT 1
    ) AS entry ON true
    CROSS JOIN LATERAL (
        SELECT
            sum(item.line_total) AS total,
            min(CASE
                WHEN item.line_no NOT BETWEEN 1 AND 500 THEN 'order_items_line_no_is_1_to_500'
                WHEN item.quantity NOT BETWEEN 1 AND 2147483647 THEN 'order_items_quantity_is_positive'
                WHEN item.unit_price NOT BETWEEN 0 AND c_most THEN 'order_items_unit_price_is_safe_money'
                WHEN item.list_price NOT BETWEEN 0 AND c_most THEN 'order_items_list_price_is_safe_money'
                WHEN item.discount NOT BETWEEN 0 AND c_most THEN 'order_items_discount_is_safe_money'
                WHEN item.tax NOT BETWEEN 0 AND c_most THEN 'order_items_tax_is_safe_money'
                WHEN item.stock_taken NOT IN (0, item.quantity) THEN 'order_items_takes_all_or_nothing_from_stock'
                WHEN version.quantity_decimals IS DISTINCT FROM item.decimals THEN 'order_items_product_version_exists'
                -- The price of the quantity, rounded half up, less the discount and with the tax.
                WHEN item.line_total::numeric + coalesce(item.discount, 0) - coalesce(item.tax, 0)
                    <> round(item.quantity::numeric * item.unit_price * c_parts[item.decimals + 1])
                    THEN 'order_items_line_total_is_quantity_times_price'
                WHEN item.line_total < coalesce(item.tax, 0) THEN 'order_items_discount_is_at_most_the_price'
            END) AS broken,
            sha256(decode('01', 'hex') || string_agg(
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
    CROSS JOIN LATERAL (
        SELECT CASE
            WHEN entry.amount IS NULL THEN 'orders_are_charged'
            WHEN lines.broken IS NOT NULL THEN lines.broken
            WHEN entry.amount <> lines.total THEN 'order_lines_add_up'
            WHEN entry.details_digest <> lines.digest THEN 'order_lines_are_those_of_the_ledger_entry'
        END
    ) AS judged (broken)
    WHERE judged.broken IS NOT NULL
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'the lines of an order must be those of its total and of its ledger entry'
            USING ERRCODE = 'check_violation', SCHEMA = tg_table_schema, TABLE = tg_table_name, CONSTRAINT = v_broken;
    END IF;
    RETURN NULL;
END
$$;
