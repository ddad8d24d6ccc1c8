-- Purpose: one purchase on credit: the whole of it, or nothing.
--
-- Locks, in order: the customer's row; then the products' rows by id. Every function that locks both keeps this order.
-- What is validated is read in statements after the locks: reading in the locking statement itself can overspend.
--
-- Outcomes: created, replayed, key_reused,
--           customer_not_found, customer_blocked, product_not_found, insufficient_stock, total_too_large,
--           credit_limit_exceeded.
--   A refusal is an outcome and not an exception: nothing has been written by then and nothing is stored.
--   created, replayed:      order_id, created_at, total, balance_after, unit_prices (in line order)
--   product_not_found:      product_ids
--   insufficient_stock:     product_ids, requested, available (all lines of a product together)
--   credit_limit_exceeded:  credit_limit, balance, total
--   lock_wait_us: microseconds spent in the two locking statements.
--
-- Caller: db::purchases; a Supabase user by RPC.
CREATE OR REPLACE FUNCTION tallystick.purchase(
    p_business_id uuid,
    p_customer_id uuid,
    p_product_ids uuid[],
    p_quantities bigint[],
    p_idempotency_key text,
    p_order_id uuid DEFAULT NULL,
    OUT outcome text,
    OUT order_id uuid,
    OUT created_at timestamptz,
    OUT total bigint,
    OUT balance_after bigint,
    OUT unit_prices bigint[],
    OUT product_ids uuid[],
    OUT requested bigint[],
    OUT available bigint[],
    OUT credit_limit bigint,
    OUT balance bigint,
    OUT lock_wait_us bigint
)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
-- A plan made while the tables are empty is kept; these make it the index plan that a full table needs. So does each
-- LIMIT cardinality(p_product_ids) below, which limits nothing: the planner takes a tenth of the ten lines that it expects
-- of any array, and for one line it looks up one product instead of reading all of the business's, which are few yet.
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET enable_bitmapscan = off
SET enable_hashjoin = off
SET enable_mergejoin = off
AS $$
DECLARE
    v_fingerprint bytea;
    v_started timestamptz;
    v_account record;
    v_basket record;
    v_replay record;
BEGIN
    PERFORM tallystick.require_context(p_business_id);
    PERFORM tallystick.purchase_check_input(p_product_ids, p_quantities, p_idempotency_key);
    v_fingerprint := tallystick.request_fingerprint(
        'purchase', p_customer_id::text, p_product_ids::text, p_quantities::text);

    -- 1. Lock the customer.
    v_started := clock_timestamp();
    PERFORM FROM tallystick.customers AS customer
    WHERE customer.business_id = p_business_id AND customer.id = p_customer_id
    FOR NO KEY UPDATE;
    lock_wait_us := extract(epoch FROM clock_timestamp() - v_started) * 1000000;

    -- 2. The same key again: answer as the first time, whatever has changed since.
    SELECT entry.request_fingerprint, entry.id, entry.created_at, entry.amount, entry.balance_after INTO v_replay
    FROM tallystick.credit_ledger AS entry
    WHERE entry.business_id = p_business_id AND entry.idempotency_key = p_idempotency_key;
    IF FOUND THEN
        IF v_replay.request_fingerprint <> v_fingerprint THEN
            outcome := 'key_reused';
            RETURN;
        END IF;
        outcome := 'replayed';
        order_id := v_replay.id;
        created_at := v_replay.created_at;
        total := v_replay.amount;
        balance_after := v_replay.balance_after;
        unit_prices := ARRAY(
            SELECT item.unit_price FROM tallystick.order_items AS item
            WHERE item.business_id = p_business_id AND item.order_id = v_replay.id
            ORDER BY item.line_no);
        RETURN;
    END IF;

    SELECT customer.credit_limit, customer.blocked,
           coalesce(last.entry_no, 0) AS entry_no,
           coalesce(last.balance_after, 0) AS balance,
           coalesce(last.charged_total, 0) AS charged_total
    INTO v_account
    FROM tallystick.customers AS customer
    LEFT JOIN LATERAL (
        SELECT entry.entry_no, entry.balance_after, entry.charged_total
        FROM tallystick.credit_ledger AS entry
        WHERE entry.business_id = p_business_id AND entry.customer_id = p_customer_id
        ORDER BY entry.entry_no DESC
        LIMIT 1
    ) AS last ON true
    WHERE customer.business_id = p_business_id AND customer.id = p_customer_id;
    IF NOT FOUND THEN
        outcome := 'customer_not_found';
        RETURN;
    ELSIF v_account.blocked THEN
        outcome := 'customer_blocked';
        RETURN;
    END IF;

    -- 3. Lock the products, in id order.
    v_started := clock_timestamp();
    PERFORM FROM (SELECT unnest(p_product_ids) AS product_id LIMIT cardinality(p_product_ids)) AS item
    JOIN tallystick.products AS product
        ON product.business_id = p_business_id AND product.id = item.product_id
    ORDER BY product.id
    FOR NO KEY UPDATE OF product;
    lock_wait_us := lock_wait_us + extract(epoch FROM clock_timestamp() - v_started) * 1000000;

    -- 4. Validate stock and credit against the locked rows.
    SELECT bool_or(line.price IS NULL) AS has_unknown,
           bool_or(line.stock < line.requested) AS has_short,
           sum(line.quantity::numeric * line.price) AS total,
           array_agg(line.price ORDER BY line.line_no) AS unit_prices
    INTO v_basket
    FROM (
        SELECT item.line_no, item.quantity, product.price, product.stock,
               sum(item.quantity) OVER (PARTITION BY item.product_id) AS requested
        FROM (
            SELECT * FROM unnest(p_product_ids, p_quantities) WITH ORDINALITY LIMIT cardinality(p_product_ids)
        ) AS item (product_id, quantity, line_no)
        LEFT JOIN tallystick.products AS product
            ON product.business_id = p_business_id AND product.id = item.product_id
    ) AS line;

    IF v_basket.has_unknown THEN
        outcome := 'product_not_found';
        product_ids := ARRAY(
            SELECT DISTINCT item.product_id FROM unnest(p_product_ids) AS item (product_id)
            WHERE NOT EXISTS (
                SELECT FROM tallystick.products AS product
                WHERE product.business_id = p_business_id AND product.id = item.product_id)
            ORDER BY item.product_id);
        RETURN;
    ELSIF v_basket.has_short THEN
        -- While the products were awaited, another customer's request may have used the key and taken the stock: then
        -- it came first in everything. (This customer's requests are held off by the customer's lock.)
        IF EXISTS (
            SELECT FROM tallystick.credit_ledger AS entry
            WHERE entry.business_id = p_business_id AND entry.idempotency_key = p_idempotency_key) THEN
            outcome := 'key_reused';
            RETURN;
        END IF;
        outcome := 'insufficient_stock';
        SELECT array_agg(short.id), array_agg(short.requested), array_agg(short.stock)
        INTO product_ids, requested, available
        FROM (
            SELECT product.id, product.stock, sum(item.quantity)::bigint AS requested
            FROM (
                SELECT * FROM unnest(p_product_ids, p_quantities) LIMIT cardinality(p_product_ids)
            ) AS item (product_id, quantity)
            JOIN tallystick.products AS product
                ON product.business_id = p_business_id AND product.id = item.product_id
            GROUP BY product.id, product.stock
            HAVING product.stock < sum(item.quantity)
            ORDER BY product.id
        ) AS short;
        RETURN;
    ELSIF v_basket.total > 9007199254740991 OR v_account.charged_total > 9223372036854775807 - v_basket.total THEN
        outcome := 'total_too_large';
        RETURN;
    END IF;

    total := v_basket.total;
    credit_limit := v_account.credit_limit;
    balance := v_account.balance;
    -- A purchase that costs nothing uses no credit.
    IF total > 0 AND balance + total > credit_limit THEN
        outcome := 'credit_limit_exceeded';
        RETURN;
    END IF;

    -- 5. Write the order, its lines, the stock and the ledger entry.
    outcome := 'created';
    -- The server brings an id, to know its own earlier try by. From a caller with claims none is taken: lists are in the
    -- order of the ids, and one of its choice could hide the order there.
    IF nullif(current_setting('request.jwt.claims', true), '') IS NULL THEN
        order_id := p_order_id;
    END IF;
    order_id := coalesce(order_id, tallystick.new_id());
    created_at := clock_timestamp();
    balance_after := balance + total;
    unit_prices := v_basket.unit_prices;

    -- For a caller whose transaction has purchased before, see the end.
    SET CONSTRAINTS tallystick.orders_have_a_first_line, tallystick.orders_are_charged DEFERRED;
    INSERT INTO tallystick.orders (business_id, id, customer_id, total, created_at)
    VALUES (p_business_id, order_id, p_customer_id, total, created_at);

    INSERT INTO tallystick.order_items (business_id, order_id, line_no, product_id, quantity, unit_price, line_total)
    SELECT p_business_id, purchase.order_id, item.line_no, item.product_id, item.quantity, item.unit_price,
           item.quantity * item.unit_price
    FROM unnest(p_product_ids, p_quantities, unit_prices)
        WITH ORDINALITY AS item (product_id, quantity, unit_price, line_no);

    UPDATE tallystick.products AS product
    SET stock = product.stock - taken.quantity
    FROM (
        SELECT item.product_id, sum(item.quantity)::bigint AS quantity
        FROM unnest(p_product_ids, p_quantities) AS item (product_id, quantity)
        GROUP BY item.product_id
        LIMIT cardinality(p_product_ids)
    ) AS taken
    WHERE product.business_id = p_business_id AND product.id = taken.product_id;

    INSERT INTO tallystick.credit_ledger (
        business_id, customer_id, entry_no, id, kind, amount, balance_before, balance_after, charged_total,
        credit_limit, idempotency_key, request_fingerprint, created_at)
    VALUES (
        p_business_id, p_customer_id, v_account.entry_no + 1, order_id, 'purchase', total, balance, balance_after,
        v_account.charged_total + total, credit_limit, p_idempotency_key, v_fingerprint, created_at);

    -- Here, under the settings above, and not at commit: there they would be planned for the tables of the moment, and a plan
    -- for a table of one page reads all of it for as long as it is kept.
    SET CONSTRAINTS tallystick.orders_have_a_first_line, tallystick.orders_are_charged IMMEDIATE;
END
$$;
