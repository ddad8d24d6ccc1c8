-- Purpose: purchases on credit of one business, decided one after the other in one transaction, as if each had come alone:
-- each happens as a whole or not at all, and what one takes is gone for the next.
--
-- Purchase n is by customer p_customer_ids[p_customer_nos[n]] and has the next p_line_counts[n] lines; each line is
-- p_quantities of product p_product_ids[p_product_nos]. Customers and products are listed once each, in id order.
--
-- Locks, in order: the customers' rows by id; then the products' rows by id. Every function that locks both keeps this order.
-- What is validated is read in statements after the locks: reading in the locking statement itself can overspend.
-- Without p_wait a customer whom another transaction holds is passed over, so that the others need not wait. If p_wait is
-- NULL, so is a product: whoever buys none that is held is decided, however long it is held.
--
-- Outcomes, one row a purchase:
--           created, replayed, key_reused, customer_busy, product_busy,
--           customer_not_found, customer_blocked, product_not_found, insufficient_stock, total_too_large,
--           credit_limit_exceeded.
--   A refusal is an outcome and not an exception: nothing is written for it and nothing is stored.
--   created, replayed:      order_id, created_at, total, balance_after, unit_prices (in line order)
--   customer_busy, product_busy: passed over, nothing is decided: to be asked for again
--   product_not_found:      product_ids
--   insufficient_stock:     product_ids, requested, available (all lines of a product together)
--   credit_limit_exceeded:  credit_limit, balance, total (a created one tells what it was held to, too)
--   lock_wait_us: microseconds spent in the two locking statements, the same in every row.
-- The same key twice in one batch is an error (unique violation, nothing happens), unless the first one was refused.
--
-- Caller: db::purchases; purchase().
CREATE OR REPLACE FUNCTION tallystick.purchase_batch(
    p_business_id uuid,
    p_customer_ids uuid[],
    p_product_ids uuid[],
    p_customer_nos integer[],
    p_idempotency_keys text[],
    p_order_ids uuid[],
    p_line_counts integer[],
    p_product_nos integer[],
    p_quantities bigint[],
    p_wait boolean,
    OUT purchase_no integer,
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
RETURNS SETOF record
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
-- A plan made while the tables are empty is kept; these make it the index plan that a full table needs. So does each
-- LIMIT cardinality(…) below, which limits nothing: the planner takes a tenth of the ten elements that it expects of any
-- array, and for one element it looks up one row instead of reading all of the business's, which are few yet.
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET enable_bitmapscan = off
SET enable_hashjoin = off
SET enable_mergejoin = off
AS $$
DECLARE
    v_started timestamptz;
    v_now timestamptz;

    -- By customer number: the account, as the batch leaves it so far.
    v_locked_ids uuid[];
    v_is_busy boolean[];
    v_is_blocked boolean[];
    v_credit_limits bigint[];
    v_entry_nos bigint[];
    v_balances bigint[];
    v_charged_totals bigint[];

    -- By product number: the stock, as the batch leaves it so far.
    v_free_ids uuid[];
    v_is_held boolean[];
    v_prices bigint[];
    v_stocks_before bigint[];
    v_stocks bigint[];

    -- By purchase: whether its key was used before, and the ledger entry of an accepted one.
    v_is_known boolean[];
    v_is_known_by_now boolean[];
    v_new_order_ids uuid[];
    v_new_customer_ids uuid[];
    v_new_entry_nos bigint[];
    v_new_totals bigint[];
    v_new_balances bigint[];
    v_new_charged_totals bigint[];
    v_new_credit_limits bigint[];
    v_new_fingerprints bytea[];

    -- By line: the order that it belongs to, if its purchase is accepted.
    v_line_product_ids uuid[];
    v_line_order_ids uuid[];
    v_line_nos integer[];
    v_unit_prices bigint[];
    v_has_accepted boolean := false;

    -- The purchase at hand.
    v_first integer;
    v_last integer := 0;
    v_customer integer;
    v_product integer;
    v_stock bigint;
    v_total numeric;
    v_has_held boolean;
    v_has_unknown boolean;
    v_has_short boolean;
BEGIN
    PERFORM tallystick.require_context(p_business_id);
    PERFORM tallystick.purchase_check_input(
        p_customer_ids, p_product_ids, p_customer_nos, p_idempotency_keys, p_order_ids,
        p_line_counts, p_product_nos, p_quantities);

    -- 1. Lock the customers, in id order.
    v_started := clock_timestamp();
    IF p_wait THEN
        PERFORM FROM tallystick.customers AS customer
        WHERE customer.business_id = p_business_id AND customer.id = ANY (p_customer_ids)
        ORDER BY customer.id
        FOR NO KEY UPDATE;
    ELSE
        v_locked_ids := ARRAY(
            SELECT customer.id FROM tallystick.customers AS customer
            WHERE customer.business_id = p_business_id AND customer.id = ANY (p_customer_ids)
            ORDER BY customer.id
            FOR NO KEY UPDATE SKIP LOCKED);
    END IF;
    lock_wait_us := extract(epoch FROM clock_timestamp() - v_started) * 1000000;

    -- 2. Which keys were used before, and how the accounts stand.
    v_is_known := tallystick.keys_known(p_business_id, p_idempotency_keys);

    SELECT array_agg(account.is_busy), array_agg(account.blocked), array_agg(account.credit_limit),
           array_agg(account.entry_no), array_agg(account.balance), array_agg(account.charged_total)
    INTO v_is_busy, v_is_blocked, v_credit_limits, v_entry_nos, v_balances, v_charged_totals
    FROM (
        -- Where none was locked, even the id of a customer who does not exist differs from all.
        SELECT customer.id IS NOT NULL AND customer.id <> ALL (v_locked_ids) AS is_busy,
               customer.blocked, customer.credit_limit,
               coalesce(last.entry_no, 0) AS entry_no,
               coalesce(last.balance_after, 0) AS balance,
               coalesce(last.charged_total, 0) AS charged_total
        FROM (
            SELECT * FROM unnest(p_customer_ids) WITH ORDINALITY LIMIT cardinality(p_customer_ids)
        ) AS asked (id, no)
        LEFT JOIN tallystick.customers AS customer
            ON customer.business_id = p_business_id AND customer.id = asked.id
        LEFT JOIN LATERAL (
            SELECT entry.entry_no, entry.balance_after, entry.charged_total
            FROM tallystick.credit_ledger AS entry
            WHERE entry.business_id = p_business_id AND entry.customer_id = asked.id
            ORDER BY entry.entry_no DESC
            LIMIT 1
        ) AS last ON true
        ORDER BY asked.no
    ) AS account;

    -- 3. Lock the products, in id order, unless there is nothing to decide.
    IF false = ANY (v_is_known) AND false = ANY (v_is_blocked) THEN
        v_started := clock_timestamp();
        IF p_wait IS NULL THEN
            v_free_ids := ARRAY(
                SELECT product.id FROM tallystick.products AS product
                WHERE product.business_id = p_business_id AND product.id = ANY (p_product_ids)
                ORDER BY product.id
                FOR NO KEY UPDATE SKIP LOCKED);
        ELSE
            PERFORM FROM tallystick.products AS product
            WHERE product.business_id = p_business_id AND product.id = ANY (p_product_ids)
            ORDER BY product.id
            FOR NO KEY UPDATE;
        END IF;
        lock_wait_us := lock_wait_us + extract(epoch FROM clock_timestamp() - v_started) * 1000000;

        SELECT array_agg(shelf.price), array_agg(shelf.stock), array_agg(shelf.is_held)
        INTO v_prices, v_stocks_before, v_is_held
        FROM (
            SELECT product.price, product.stock, product.id IS NOT NULL AND product.id <> ALL (v_free_ids) AS is_held
            FROM (
                SELECT * FROM unnest(p_product_ids) WITH ORDINALITY LIMIT cardinality(p_product_ids)
            ) AS asked (id, no)
            LEFT JOIN tallystick.products AS product
                ON product.business_id = p_business_id AND product.id = asked.id
            ORDER BY asked.no
        ) AS shelf;
        v_stocks := v_stocks_before;
    END IF;

    -- 4. Decide one purchase after the other, against the locked rows and what was accepted before it.
    -- Every list is as long as its batch from the start: one that begins with the first purchase that is accepted would be
    -- counted from there, and unnest would put it beside the keys and quantities of others.
    v_new_order_ids := array_fill(NULL::uuid, ARRAY[cardinality(p_customer_nos)]);
    v_new_customer_ids := v_new_order_ids;
    v_new_entry_nos := array_fill(NULL::bigint, ARRAY[cardinality(p_customer_nos)]);
    v_new_totals := v_new_entry_nos;
    v_new_balances := v_new_entry_nos;
    v_new_charged_totals := v_new_entry_nos;
    v_new_credit_limits := v_new_entry_nos;
    v_new_fingerprints := array_fill(NULL::bytea, ARRAY[cardinality(p_customer_nos)]);
    v_line_product_ids := array_fill(NULL::uuid, ARRAY[cardinality(p_product_nos)]);
    v_line_order_ids := v_line_product_ids;
    v_line_nos := array_fill(NULL::integer, ARRAY[cardinality(p_product_nos)]);
    v_unit_prices := array_fill(NULL::bigint, ARRAY[cardinality(p_product_nos)]);
    v_now := clock_timestamp();
    FOR n IN 1 .. cardinality(p_customer_nos) LOOP
        purchase_no := n;
        v_first := v_last + 1;
        v_last := v_last + p_line_counts[n];
        v_customer := p_customer_nos[n];
        order_id := NULL;
        created_at := NULL;
        total := NULL;
        balance_after := NULL;
        unit_prices := NULL;
        product_ids := NULL;
        requested := NULL;
        available := NULL;
        credit_limit := NULL;
        balance := NULL;
        FOR line IN v_first .. v_last LOOP
            v_line_product_ids[line] := p_product_ids[p_product_nos[line]];
        END LOOP;

        IF v_is_busy[v_customer] THEN
            outcome := 'customer_busy';
        ELSIF v_is_known[n] THEN
            -- The same key again: answer as the first time, whatever has changed since.
            SELECT replay.outcome, replay.order_id, replay.created_at, replay.total, replay.balance_after, replay.unit_prices
            INTO outcome, order_id, created_at, total, balance_after, unit_prices
            FROM tallystick.purchase_replay(
                p_business_id, p_customer_ids[v_customer], v_line_product_ids[v_first:v_last],
                p_quantities[v_first:v_last], p_idempotency_keys[n]) AS replay;
        ELSIF v_is_blocked[v_customer] IS NULL THEN
            outcome := 'customer_not_found';
        ELSIF v_is_blocked[v_customer] THEN
            outcome := 'customer_blocked';
        ELSE
            -- Take everything from the shelf. Lines of one product count together.
            order_id := coalesce(p_order_ids[n], tallystick.new_id());
            v_total := 0;
            v_has_held := false;
            v_has_unknown := false;
            v_has_short := false;
            FOR line IN v_first .. v_last LOOP
                v_product := p_product_nos[line];
                v_stock := v_stocks[v_product] - p_quantities[line];
                v_stocks[v_product] := v_stock;
                v_unit_prices[line] := v_prices[v_product];
                v_line_order_ids[line] := order_id;
                v_line_nos[line] := line - v_first + 1;
                v_total := v_total + p_quantities[line]::numeric * v_prices[v_product];
                IF v_is_held[v_product] THEN
                    v_has_held := true;
                ELSIF v_stock IS NULL THEN
                    v_has_unknown := true;
                ELSIF v_stock < 0 THEN
                    v_has_short := true;
                END IF;
            END LOOP;

            IF v_has_held THEN
                outcome := 'product_busy';
            ELSIF v_has_unknown THEN
                outcome := 'product_not_found';
                product_ids := ARRAY(
                    SELECT DISTINCT line.product_id
                    FROM unnest(v_line_product_ids[v_first:v_last], v_unit_prices[v_first:v_last])
                        AS line (product_id, unit_price)
                    WHERE line.unit_price IS NULL
                    ORDER BY line.product_id);
            ELSIF v_has_short THEN
                -- While the products were awaited, another customer's request may have used the key and taken the stock:
                -- then it came first in everything. (This customer's requests are held off by the customer's lock.)
                v_is_known_by_now := coalesce(
                    v_is_known_by_now, tallystick.keys_known(p_business_id, p_idempotency_keys));
                IF v_is_known_by_now[n] THEN
                    outcome := 'key_reused';
                ELSE
                    outcome := 'insufficient_stock';
                    -- A sold-out product is mostly bought by itself: then the figures are at hand.
                    IF v_first = v_last THEN
                        product_ids := v_line_product_ids[v_first:v_last];
                        requested := p_quantities[v_first:v_last];
                        available := ARRAY[v_stock + p_quantities[v_last]];
                    ELSE
                        SELECT array_agg(short.product_id), array_agg(short.requested), array_agg(short.requested + short.stock)
                        INTO product_ids, requested, available
                        FROM (
                            SELECT line.product_id, sum(line.quantity)::bigint AS requested, v_stocks[line.product_no] AS stock
                            FROM unnest(
                                v_line_product_ids[v_first:v_last], p_product_nos[v_first:v_last], p_quantities[v_first:v_last]
                            ) AS line (product_id, product_no, quantity)
                            WHERE v_stocks[line.product_no] < 0
                            GROUP BY line.product_id, line.product_no
                            ORDER BY line.product_id
                        ) AS short;
                    END IF;
                END IF;
            ELSIF v_total > 9007199254740991 OR v_charged_totals[v_customer] > 9223372036854775807 - v_total THEN
                outcome := 'total_too_large';
            ELSE
                total := v_total;
                credit_limit := v_credit_limits[v_customer];
                balance := v_balances[v_customer];
                -- A purchase that costs nothing uses no credit.
                outcome := CASE WHEN total > 0 AND balance + total > credit_limit
                    THEN 'credit_limit_exceeded' ELSE 'created' END;
            END IF;

            IF outcome = 'created' THEN
                created_at := v_now;
                balance_after := balance + total;
                unit_prices := v_unit_prices[v_first:v_last];

                v_entry_nos[v_customer] := v_entry_nos[v_customer] + 1;
                v_balances[v_customer] := balance_after;
                v_charged_totals[v_customer] := v_charged_totals[v_customer] + total;

                v_has_accepted := true;
                v_new_order_ids[n] := order_id;
                v_new_customer_ids[n] := p_customer_ids[v_customer];
                v_new_entry_nos[n] := v_entry_nos[v_customer];
                v_new_totals[n] := total;
                v_new_balances[n] := balance_after;
                v_new_charged_totals[n] := v_charged_totals[v_customer];
                v_new_credit_limits[n] := credit_limit;
                v_new_fingerprints[n] := tallystick.request_fingerprint(
                    'purchase', v_new_customer_ids[n]::text, v_line_product_ids[v_first:v_last]::text,
                    p_quantities[v_first:v_last]::text);
            ELSE
                -- Put everything back.
                order_id := NULL;
                FOR line IN v_first .. v_last LOOP
                    v_product := p_product_nos[line];
                    v_stocks[v_product] := v_stocks[v_product] + p_quantities[line];
                    v_line_order_ids[line] := NULL;
                END LOOP;
            END IF;
        END IF;
        RETURN NEXT;
    END LOOP;

    IF NOT v_has_accepted THEN
        RETURN;
    END IF;

    -- 5. Write the stock, the orders, their lines and the ledger entries: in one statement, so that the constraints between
    -- them are looked at when all of it is there.
    WITH taken AS (
        UPDATE tallystick.products AS product
        SET stock = product.stock - shelf.taken
        FROM (
            SELECT shelf.product_id, shelf.stock_before - shelf.stock AS taken
            FROM unnest(p_product_ids, v_stocks_before, v_stocks) AS shelf (product_id, stock_before, stock)
            WHERE shelf.stock_before > shelf.stock
            LIMIT cardinality(p_product_ids)
        ) AS shelf
        WHERE product.business_id = p_business_id AND product.id = shelf.product_id
    ), placed AS (
        INSERT INTO tallystick.orders (business_id, id, customer_id, total, created_at)
        SELECT p_business_id, new.order_id, new.customer_id, new.total, v_now
        FROM unnest(v_new_order_ids, v_new_customer_ids, v_new_totals) AS new (order_id, customer_id, total)
        WHERE new.order_id IS NOT NULL
    ), lines AS (
        INSERT INTO tallystick.order_items (business_id, order_id, line_no, product_id, quantity, unit_price, line_total)
        SELECT p_business_id, line.order_id, line.no, line.product_id, line.quantity, line.unit_price,
               line.quantity * line.unit_price
        FROM unnest(v_line_order_ids, v_line_nos, v_line_product_ids, p_quantities, v_unit_prices)
            AS line (order_id, no, product_id, quantity, unit_price)
        WHERE line.order_id IS NOT NULL
    )
    INSERT INTO tallystick.credit_ledger (
        business_id, customer_id, entry_no, id, kind, amount, balance_before, balance_after, charged_total,
        credit_limit, idempotency_key, request_fingerprint, created_at)
    SELECT p_business_id, new.customer_id, new.entry_no, new.order_id, 'purchase', new.total,
           new.balance - new.total, new.balance, new.charged_total,
           new.credit_limit, new.key, new.fingerprint, v_now
    FROM unnest(
        v_new_order_ids, v_new_customer_ids, v_new_entry_nos, v_new_totals, v_new_balances, v_new_charged_totals,
        v_new_credit_limits, v_new_fingerprints, p_idempotency_keys
    ) AS new (order_id, customer_id, entry_no, total, balance, charged_total, credit_limit, fingerprint, key)
    WHERE new.order_id IS NOT NULL
    -- Two batches that use the same keys for different customers then wait one for the other, and not each for the other.
    ORDER BY new.key COLLATE "C";
END
$$;
GRANT EXECUTE ON FUNCTION tallystick.purchase_batch TO tallystick_app;
