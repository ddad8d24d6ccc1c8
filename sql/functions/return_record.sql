-- Purpose: record that lines of an order come back: p_quantities of the lines p_line_nos, of which p_restock_quantities go back into the
-- stock (NULL: all that came from it). The customer is credited what they cost when they were bought. The credit settles the charge
-- of the order by name, as far as no other credit does; what is left of it settles the oldest charges first.
-- Locks: the table of customers, before it reads the order: every function does so, and migrate locks it first. Then the customer's row,
-- as in ledger_begin, and the products with something to restock, by id.
-- Outcomes: customer_held and product_held (passed over, nothing is decided: ask again), created and replayed (the return), key_reused,
-- order_not_found, order_line_not_found (line_nos), quantity_exceeds_returnable (line_nos, requested, available), stock_not_tracked
-- (line_nos: those of services, if restocking was asked for), stock_too_large (line_nos), amount_too_large (the balance would leave
-- ±(2^53 - 1)).
-- Caller: db::returns.
CREATE OR REPLACE FUNCTION tallystick.return_record(
    p_business_id uuid,
    p_order_id uuid,
    p_line_nos integer[],
    p_quantities bigint[],
    p_restock_quantities bigint[],
    p_reason text,
    p_idempotency_key text,
    p_return_id uuid DEFAULT NULL,
    p_held text DEFAULT 'wait',
    p_actor text DEFAULT NULL
) RETURNS tallystick.return_answer
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET enable_bitmapscan = off
SET enable_hashjoin = off
SET enable_mergejoin = off
SET enable_sort = off
AS $$
DECLARE
    v_fingerprint bytea := tallystick.request_fingerprint(
        'return', p_order_id::text, p_line_nos::text, p_quantities::text, p_restock_quantities::text, p_reason);
    v_answer tallystick.return_answer;
    v_customer_id uuid;
    v_begun tallystick.ledger_answer;
    v_lines record;
    v_restock record;
    v_account tallystick.ledger_account;
    v_charge record;
    v_entry tallystick.credit_ledger;
BEGIN
    PERFORM tallystick.require_context(p_business_id);
    PERFORM tallystick.check_return_lines(p_line_nos, p_quantities, p_restock_quantities);
    IF p_reason IS NULL OR p_idempotency_key IS NULL THEN
        RAISE EXCEPTION 'a return has a reason and an idempotency key' USING ERRCODE = 'invalid_parameter_value';
    END IF;

    LOCK TABLE tallystick.customers IN ROW SHARE MODE;
    SELECT placed.customer_id INTO v_customer_id
    FROM tallystick.orders AS placed
    WHERE placed.business_id = p_business_id AND placed.id BETWEEN p_order_id AND p_order_id
    ORDER BY placed.id;
    v_begun := tallystick.ledger_begin(p_business_id, v_customer_id, p_idempotency_key, v_fingerprint, p_held);
    v_answer.outcome := CASE v_begun.outcome WHEN 'customer_not_found' THEN 'order_not_found' ELSE v_begun.outcome END;
    IF v_answer.outcome = 'replayed' THEN
        v_answer := tallystick.return_read(p_business_id, (v_begun.entry).id);
        v_answer.outcome := 'replayed';
        RETURN v_answer;
    ELSIF v_answer.outcome IS NOT NULL THEN
        RETURN v_answer;
    END IF;

    v_lines := tallystick.return_lines_of(p_business_id, p_order_id, p_line_nos, p_quantities, p_restock_quantities);
    v_answer.outcome := v_lines.outcome;
    v_answer.line_nos := v_lines.line_nos;
    v_answer.requested := v_lines.requested;
    v_answer.available := v_lines.available;
    IF v_answer.outcome IS NOT NULL THEN
        RETURN v_answer;
    END IF;
    v_restock := tallystick.return_restock(p_business_id, p_line_nos, p_restock_quantities, p_held, v_lines.items);
    v_answer.outcome := v_restock.outcome;
    v_answer.line_nos := v_restock.line_nos;
    IF v_answer.outcome IS NOT NULL THEN
        RETURN v_answer;
    END IF;

    v_account := tallystick.ledger_account_of(p_business_id, v_customer_id);
    SELECT -sum(item.line_total) INTO v_entry.amount FROM unnest(v_lines.items) AS item;
    IF v_account.balance + v_entry.amount < -9007199254740991 THEN
        v_answer.outcome := 'amount_too_large';
        RETURN v_answer;
    END IF;
    SELECT entry.entry_no, entry.amount - coalesce((
        SELECT part.allocated_after
        FROM tallystick.allocations AS part
        WHERE part.business_id = p_business_id AND part.customer_id = v_customer_id AND part.charge_no = entry.entry_no
        ORDER BY part.charge_no DESC, part.part_no DESC
        LIMIT 1), 0) AS open
    INTO v_charge
    FROM tallystick.credit_ledger AS entry
    WHERE entry.business_id = p_business_id AND entry.id BETWEEN p_order_id AND p_order_id
    ORDER BY entry.id;

    v_entry.business_id := p_business_id;
    v_entry.id := coalesce(p_return_id, tallystick.new_id());
    v_entry.kind := 'return';
    v_entry.created_at := greatest(clock_timestamp(), v_account.created_at);
    v_entry.idempotency_key := p_idempotency_key;
    v_entry.request_fingerprint := v_fingerprint;
    v_entry.actor := tallystick.caller_actor(p_actor);
    v_entry.reason := p_reason;
    PERFORM tallystick.return_write(
        v_account, v_entry, p_order_id, v_restock.p_items, v_charge.entry_no, least(-v_entry.amount, v_charge.open),
        v_restock.places, v_restock.stocks, v_restock.backordered);
    v_answer := tallystick.return_read(p_business_id, v_entry.id);
    v_answer.outcome := 'created';
    RETURN v_answer;
END
$$;
GRANT EXECUTE ON FUNCTION tallystick.return_record TO tallystick_app;
