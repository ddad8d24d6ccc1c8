-- Purpose: decide purchases on credit of one business, one after the other, in one transaction.
-- Each purchase happens as a whole or not at all, as if it had come alone. What one takes is gone for the next.
--
--   check the input -> lock customers -> read accounts -> lock products -> read the shelf -> decide each -> write the accepted
--
-- Purchase n is by customer p_customer_ids[p_customer_positions[n]] and has the next p_line_counts[n] lines. Each line is
-- p_quantities of product p_product_ids[p_product_positions]. Customers and products are listed once each, in id order.
-- What purchase n asks for beyond that is p_options[n]: see purchase_check_options. p_options is NULL if no purchase does.
--
-- p_held says what to do about a row that another transaction holds:
--   'wait'                 wait for it
--   'pass over customers'  pass over the purchases of a held customer, wait for a held product
--   'pass over all'        pass over the purchases of a held customer or a held product
--
-- Locks, in order: the customers' rows by id; then the products' rows by id. Every function that locks both keeps this order.
-- What is validated is read in statements after the locks: reading in the locking statement itself can overspend.
--
-- Outcomes: row n of the result answers purchase n. The first that applies, in this order:
--   customer_held          passed over, nothing is decided: ask again
--   replayed, key_reused   the key was used before (see purchase_replay)
--   customer_not_found
--   customer_blocked
--   customer_overdue       due_at: when the charge fell due for which the customer buys nothing more (overdue_since)
--   product_held           passed over, nothing is decided: ask again
--   product_not_found      product_ids
--   due_too_early          what the purchase brings as its due_at or due_date is over
--   insufficient_stock     product_ids, requested, available (all lines of a product together; with what may be backordered)
--   discount_too_large     line_nos: the lines whose discount is more than their price
--   total_too_large
--   credit_limit_exceeded  credit_limit (or the authorized limit, if that is greater), balance, total
--   created                order_id, created_at, total, balance_after, unit_prices in line order, credit_limit, balance,
--                          due_at, due_date, entry_no, entry_hash; unless all lines are whole numbers at the shelf's prices, also
--                          quantity_decimals, list_prices and line_totals
--   Every row has lock_wait_us: microseconds spent in the two locking steps of the batch.
--   A refusal is an outcome and not an exception: nothing is written for it and nothing is stored.
-- The same key twice in one batch is an error (unique violation, nothing happens), unless the first one was refused.
--
-- Caller: db::purchases; purchase().
CREATE OR REPLACE FUNCTION tallystick.purchase_batch(
    p_business_id uuid,
    p_customer_ids uuid[],
    p_product_ids uuid[],
    p_customer_positions integer[],
    p_idempotency_keys text[],
    p_actors text[],
    p_order_ids uuid[],
    p_line_counts integer[],
    p_product_positions integer[],
    p_quantities bigint[],
    p_options jsonb[],
    p_held text
)
RETURNS SETOF tallystick.purchase_answer
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
-- A session keeps a plan that it made while the tables were empty. These settings make that plan use the indexes.
-- For the same reason the steps look up row by row, by BETWEEN and ORDER BY, as keys_known does: on a table that is empty or
-- small, any index that begins with the business costs the same, and only the index of the id has that order.
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET enable_bitmapscan = off
SET enable_hashjoin = off
SET enable_mergejoin = off
AS $$
DECLARE
    v_wrong text;
    v_started timestamptz;
    v_lock_wait interval;
    v_lock_wait_us bigint;
    v_locked_ids uuid[];
    v_accounts tallystick.ledger_account[];
    v_is_key_used boolean[];
    v_is_key_used_by_now boolean[];
    v_needs_products boolean;
    v_shelf tallystick.batch_shelf;
    v_is_held boolean[];
    v_prices bigint[];
    v_available bigint[];
    v_has_parts boolean;
    v_entries tallystick.credit_ledger[];
    v_items tallystick.order_items[];
    v_now timestamptz;
    v_written integer;
    v_last_line integer := 0;
BEGIN
    PERFORM tallystick.require_context(p_business_id);
    v_wrong := tallystick.purchase_check_input(
        p_customer_ids, p_product_ids, p_customer_positions, p_idempotency_keys, p_actors, p_order_ids,
        p_line_counts, p_product_positions, p_quantities, p_options, p_held);
    IF v_wrong IS NOT NULL THEN
        RAISE EXCEPTION '%', v_wrong USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF p_options IS NOT NULL THEN
        PERFORM tallystick.require_scope('price')
        FROM unnest(p_options) AS option (members)
        WHERE option.members ? 'lines'
        LIMIT 1;
        PERFORM tallystick.require_scope('adjust')
        FROM unnest(p_options) AS option (members)
        WHERE option.members ? 'authorized_limit'
        LIMIT 1;
    END IF;

    -- 1. Lock the customers.
    v_started := clock_timestamp();
    v_locked_ids := tallystick.batch_lock_customers(p_business_id, p_customer_ids, p_held);
    v_lock_wait := clock_timestamp() - v_started;

    -- 2. Read which keys were used before, and the accounts.
    v_is_key_used := tallystick.keys_known(p_business_id, p_idempotency_keys);
    v_accounts := tallystick.batch_read_accounts(p_business_id, p_customer_ids, v_locked_ids);

    -- 3. Lock the products and read the shelf, unless no purchase needs them: a replay does not, nor one that may not buy.
    FOR n IN 1 .. cardinality(p_customer_positions) LOOP
        v_needs_products := NOT v_is_key_used[n] AND NOT v_accounts[p_customer_positions[n]].is_blocked;
        EXIT WHEN v_needs_products;
    END LOOP;
    IF v_needs_products THEN
        v_started := clock_timestamp();
        v_locked_ids := tallystick.batch_lock_products(p_business_id, p_product_ids, p_held);
        v_lock_wait := v_lock_wait + (clock_timestamp() - v_started);
        v_shelf := tallystick.batch_read_shelf(p_business_id, p_product_ids, v_locked_ids);
        v_is_held := v_shelf.is_held;
        v_prices := v_shelf.prices;
        v_available := v_shelf.available;
        v_has_parts := 0 < ANY (v_shelf.decimals);
    END IF;

    -- 4. Decide one purchase after the other, each against what the ones before it left.
    v_now := clock_timestamp();
    v_lock_wait_us := extract(epoch FROM v_lock_wait) * 1000000;
    FOR n IN 1 .. cardinality(p_customer_positions) LOOP
        DECLARE
            v_answer tallystick.purchase_answer;
            v_account tallystick.ledger_account := v_accounts[p_customer_positions[n]];
            -- Scratch copies: they are kept only if the purchase is accepted.
            v_left bigint[] := v_available;
            v_entry tallystick.credit_ledger;
            v_lines record;
            v_priced tallystick.batch_prices;
            v_first_line integer := v_last_line + 1;
            v_product_ids uuid[];
            v_unit_prices bigint[];
            v_position integer;
            v_total numeric := 0;
            v_has_held boolean;
            v_has_unknown boolean;
            v_has_short boolean;
            -- NULL for what is due at an age of days, as nearly all.
            v_due_at timestamptz;
            v_due_date date;
            v_is_due_too_early boolean;
        BEGIN
            v_last_line := v_last_line + p_line_counts[n];

            -- Take everything from the shelf. Lines of one product count together. What has no end stays NULL.
            FOR line IN v_first_line .. v_last_line LOOP
                v_position := p_product_positions[line];
                v_product_ids := v_product_ids || p_product_ids[v_position];
                v_unit_prices := v_unit_prices || v_prices[v_position];
                v_left[v_position] := v_left[v_position] - p_quantities[line];
                v_total := v_total + p_quantities[line]::numeric * v_prices[v_position];
                v_has_held := v_has_held OR v_is_held[v_position];
                v_has_unknown := v_has_unknown OR v_prices[v_position] IS NULL;
                v_has_short := v_has_short OR v_left[v_position] < 0;
            END LOOP;
            -- The total so far is of whole numbers at the shelf's prices.
            IF v_has_parts OR p_options[n] ? 'lines' THEN
                v_priced := tallystick.batch_price_lines(
                    v_shelf, p_product_positions[v_first_line:v_last_line], p_quantities[v_first_line:v_last_line],
                    p_options[n] -> 'lines');
                v_unit_prices := v_priced.unit_prices;
                v_total := v_priced.total;
            END IF;
            -- While this call waited for the products, a request for another customer may have used the key and taken the
            -- stock. Then that request came first, and the key decides. (This customer's requests wait for our lock.)
            IF v_has_short AND v_is_key_used_by_now IS NULL THEN
                v_is_key_used_by_now := tallystick.keys_known(p_business_id, p_idempotency_keys);
            END IF;

            IF v_account.due_after IS NULL OR p_options[n] IS NOT NULL THEN
                SELECT * INTO v_due_at, v_due_date, v_is_due_too_early
                FROM tallystick.purchase_due(v_account, p_options[n], greatest(v_now, v_account.created_at));
                -- It is kept only where it is needed, and is enough.
                IF v_total > 0 AND v_account.balance + v_account.held_total + v_total > v_account.credit_limit
                    AND v_account.balance + v_account.held_total + v_total <= (p_options[n] ->> 'authorized_limit')::bigint THEN
                    v_entry.authorized_limit := p_options[n] ->> 'authorized_limit';
                END IF;
            END IF;

            -- The first outcome that applies, in the order in which they are listed above.
            IF v_account.is_held THEN
                v_answer.outcome := 'customer_held';
            ELSIF v_is_key_used[n] THEN
                v_answer := tallystick.purchase_replay(
                    p_business_id, p_customer_ids[p_customer_positions[n]], v_product_ids,
                    p_quantities[v_first_line:v_last_line], p_options[n], p_idempotency_keys[n]);
            ELSIF v_account.id IS NULL THEN
                v_answer.outcome := 'customer_not_found';
            ELSIF v_account.is_blocked THEN
                v_answer.due_at := tallystick.overdue_since(p_business_id, v_account.id);
                v_answer.outcome := CASE WHEN v_answer.due_at IS NULL THEN 'customer_blocked' ELSE 'customer_overdue' END;
            ELSIF v_has_held THEN
                v_answer.outcome := 'product_held';
            ELSIF v_has_unknown THEN
                v_answer.outcome := 'product_not_found';
                v_answer.product_ids := ARRAY(
                    SELECT DISTINCT p_product_ids[line.position]
                    FROM unnest(p_product_positions[v_first_line:v_last_line]) AS line (position)
                    WHERE v_prices[line.position] IS NULL
                    ORDER BY 1);
            ELSIF v_is_due_too_early THEN
                v_answer.outcome := 'due_too_early';
            ELSIF v_has_short AND v_is_key_used_by_now[n] THEN
                v_answer.outcome := 'key_reused';
            ELSIF v_has_short THEN
                v_answer := tallystick.batch_shortages(
                    p_product_ids, p_product_positions[v_first_line:v_last_line], v_available, v_left);
            ELSIF v_priced.discounts_too_large IS NOT NULL THEN
                v_answer.outcome := 'discount_too_large';
                v_answer.line_nos := v_priced.discounts_too_large;
            ELSIF v_total > 9007199254740991 OR v_account.charged_total > 9223372036854775807 - v_total THEN
                v_answer.outcome := 'total_too_large';
            -- A purchase that costs nothing uses no credit.
            ELSIF v_total > 0 AND v_account.balance + v_account.held_total + v_total > v_account.credit_limit
                AND v_entry.authorized_limit IS NULL THEN
                v_answer.outcome := 'credit_limit_exceeded';
                v_answer.credit_limit := greatest(v_account.credit_limit, (p_options[n] ->> 'authorized_limit')::bigint);
                v_answer.balance := v_account.balance;
                v_answer.total := v_total;
            ELSE
                v_entry.business_id := p_business_id;
                v_entry.id := coalesce(p_order_ids[n], tallystick.new_id());
                v_entry.kind := 'purchase';
                v_entry.amount := v_total;
                v_entry.created_at := greatest(v_now, v_account.created_at);
                v_entry.due_at := coalesce(v_due_at, v_entry.created_at + v_account.due_after);
                v_entry.due_date := v_due_date;
                v_entry.credit_limit := v_account.credit_limit;
                v_entry.idempotency_key := p_idempotency_keys[n];
                v_entry.request_fingerprint := tallystick.request_fingerprint(
                    'purchase' || coalesce(p_options[n]::text, ''), v_account.id::text, v_product_ids::text,
                    p_quantities[v_first_line:v_last_line]::text);
                v_entry.actor := tallystick.caller_actor(p_actors[n]);
                v_lines := tallystick.batch_lines(
                    p_business_id, v_entry.id, p_product_ids, v_shelf, v_left,
                    p_product_positions[v_first_line:v_last_line], p_quantities[v_first_line:v_last_line], v_priced);
                v_entry.details_digest := v_lines.digest;
                v_entry := tallystick.ledger_continue(v_account, v_entry);
                v_entries := v_entries || v_entry;
                v_items := v_items || v_lines.items;
                v_available := v_left;

                v_account.entry_no := v_entry.entry_no;
                v_account.balance := v_entry.balance_after;
                v_account.charged_total := v_entry.charged_total;
                v_account.due_at := v_entry.due_at;
                v_account.due_run_from := v_entry.due_run_from;
                v_account.created_at := v_entry.created_at;
                v_account.entry_hash := v_entry.entry_hash;
                v_accounts[p_customer_positions[n]] := v_account;

                v_answer.outcome := 'created';
                v_answer.order_id := v_entry.id;
                v_answer.created_at := v_entry.created_at;
                v_answer.total := v_entry.amount;
                v_answer.balance_after := v_entry.balance_after;
                v_answer.unit_prices := v_unit_prices;
                v_answer.quantity_decimals := v_priced.decimals;
                v_answer.list_prices := v_priced.list_prices;
                v_answer.line_totals := v_priced.line_totals;
                v_answer.credit_limit := v_entry.credit_limit;
                v_answer.balance := v_entry.balance_after - v_entry.amount;
                v_answer.due_at := v_entry.due_at;
                v_answer.due_date := v_entry.due_date;
                v_answer.entry_no := v_entry.entry_no;
                v_answer.entry_hash := v_entry.entry_hash;
            END IF;
            v_answer.lock_wait_us := v_lock_wait_us;
            RETURN NEXT v_answer;
        END;
    END LOOP;

    -- 5. Write what was accepted.
    IF v_entries IS NOT NULL THEN
        v_written := tallystick.batch_write(
            p_business_id, v_entries, v_items, p_product_ids, v_shelf.available, v_available);
    END IF;
END
$$;
GRANT EXECUTE ON FUNCTION tallystick.purchase_batch TO tallystick_app;
