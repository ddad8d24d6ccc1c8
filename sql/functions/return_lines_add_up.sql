-- Purpose: the trigger function that refuses lines which are not those of a return: each with the quantity that was bought, after what
-- came back of it before, and priced as bought. All returns that an INSERT statement touched are judged at once, each with all its
-- lines: it is credited, the lines add up to the credit and are those that the ledger entry has in its digest, and the credit settles
-- what it can of the order's charge. (The entry is held to the return's customer, total and time by ledger_kind_broken_rule.) The
-- first rule that is broken is named as a constraint.
-- A part of a line's price, its tax and the rest of it each, is what is due for the quantity returned so far less what was credited
-- before, in whole minor units. So all parts of a line add up to it.
-- All of these are facts, so nothing can change them afterwards.
CREATE OR REPLACE FUNCTION tallystick.return_lines_add_up() RETURNS trigger
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
    SELECT judged.broken INTO v_broken
    FROM (SELECT DISTINCT added.business_id, added.return_id FROM new_items AS added) AS touched
    LEFT JOIN LATERAL (
        SELECT returned.order_id, returned.customer_id, returned.total
        FROM tallystick.returns AS returned
        WHERE returned.business_id = touched.business_id AND returned.id BETWEEN touched.return_id AND touched.return_id
        ORDER BY returned.id
        LIMIT 1
    ) AS returned ON true
    LEFT JOIN LATERAL (
        SELECT entry.entry_no, entry.amount, entry.details_digest
        FROM tallystick.credit_ledger AS entry
        WHERE entry.business_id = touched.business_id AND entry.id BETWEEN touched.return_id AND touched.return_id
          AND entry.kind = 'return'
        ORDER BY entry.id
        LIMIT 1
    ) AS entry ON true
    LEFT JOIN LATERAL (
        SELECT charge.entry_no, charge.amount
        FROM tallystick.credit_ledger AS charge
        WHERE charge.business_id = touched.business_id AND charge.id BETWEEN returned.order_id AND returned.order_id
          AND charge.kind = 'purchase' AND charge.customer_id = returned.customer_id
        ORDER BY charge.id
        LIMIT 1
    ) AS charge ON true
    CROSS JOIN LATERAL (
        SELECT
            sum(item.line_total) AS total,
            array_agg(item) AS items,
            min(CASE
                WHEN item.order_id <> returned.order_id OR bought.quantity IS NULL THEN 'return_items_order_line_exists'
                WHEN item.product_id <> bought.product_id OR item.bought <> bought.quantity
                    THEN 'return_items_copy_their_order_line'
                WHEN item.part_no > 1 AND former.returned_after IS DISTINCT FROM item.returned_before
                    THEN 'return_items_continue_the_previous_part'
                WHEN item.restocked > bought.stock_taken THEN 'return_items_restock_what_came_from_the_stock'
                WHEN item.tax IS DISTINCT FROM price.tax OR item.line_total <> price.net + coalesce(price.tax, 0)
                    THEN 'return_items_credit_the_price_as_bought'
            END) AS broken
        FROM tallystick.return_items AS item
        LEFT JOIN LATERAL (
            SELECT line.product_id, line.quantity, line.stock_taken, line.line_total, line.tax
            FROM tallystick.order_items AS line
            WHERE line.business_id = item.business_id AND line.order_id = item.order_id
              AND line.line_no BETWEEN item.line_no AND item.line_no
            ORDER BY line.line_no
            LIMIT 1
        ) AS bought ON true
        -- OFFSET keeps the subtraction out of the look-up, as in ledger_entries_are_right.
        CROSS JOIN LATERAL (SELECT item.part_no - 1 AS part_no OFFSET 0) AS before
        LEFT JOIN LATERAL (
            SELECT former.returned_after
            FROM tallystick.return_items AS former
            WHERE former.business_id = item.business_id AND former.order_id = item.order_id
              AND former.line_no = item.line_no AND former.part_no BETWEEN before.part_no AND before.part_no
            ORDER BY former.line_no, former.part_no
            LIMIT 1
        ) AS former ON true
        CROSS JOIN LATERAL (
            SELECT div(bought.tax::numeric * item.returned_after, bought.quantity)
                       - div(bought.tax::numeric * item.returned_before, bought.quantity) AS tax,
                   div((bought.line_total - coalesce(bought.tax, 0))::numeric * item.returned_after, bought.quantity)
                       - div((bought.line_total - coalesce(bought.tax, 0))::numeric * item.returned_before, bought.quantity) AS net
        ) AS price
        WHERE item.business_id = touched.business_id AND item.return_id = touched.return_id
    ) AS lines
    -- What the entry settles by name, and what was settled of the order's charge before it.
    CROSS JOIN LATERAL (
        SELECT coalesce(sum(part.amount), 0) AS amount, coalesce(bool_and(part.charge_no = charge.entry_no), true) AS is_of_the_order,
               coalesce(string_agg(int8send(part.charge_no) || int8send(part.amount), ''::bytea), ''::bytea) AS details
        FROM tallystick.allocations AS part
        WHERE part.business_id = touched.business_id AND part.customer_id = returned.customer_id
          AND part.entry_no BETWEEN entry.entry_no AND entry.entry_no
    ) AS settled
    CROSS JOIN LATERAL (
        SELECT coalesce((
            SELECT part.allocated_after
            FROM tallystick.allocations AS part
            WHERE part.business_id = touched.business_id AND part.customer_id = returned.customer_id
              AND part.charge_no = charge.entry_no AND part.entry_no < entry.entry_no
            ORDER BY part.charge_no DESC, part.part_no DESC
            LIMIT 1), 0) AS amount
    ) AS settled_before
    CROSS JOIN LATERAL (
        SELECT CASE
            WHEN returned.total IS NULL THEN 'return_items_return_exists'
            WHEN entry.amount IS NULL THEN 'returns_are_credited'
            WHEN charge.amount IS NULL THEN 'returns_order_is_one_of_the_customer'
            WHEN lines.broken IS NOT NULL THEN lines.broken
            WHEN -entry.amount <> lines.total THEN 'return_lines_add_up'
            WHEN NOT settled.is_of_the_order OR settled.amount <> least(lines.total, charge.amount - settled_before.amount)
                THEN 'returns_settle_their_order'
            WHEN entry.details_digest <> sha256(tallystick.return_details(returned.order_id, lines.items) || settled.details)
                THEN 'return_lines_are_those_of_the_ledger_entry'
        END
    ) AS judged (broken)
    WHERE judged.broken IS NOT NULL
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'the lines of a return must be those of its order and of its ledger entry'
            USING ERRCODE = 'check_violation', SCHEMA = tg_table_schema, TABLE = tg_table_name, CONSTRAINT = v_broken;
    END IF;
    RETURN NULL;
END
$$;
