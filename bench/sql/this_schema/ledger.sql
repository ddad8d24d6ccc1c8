-- Writes the orders, ledger entries and lines of the moves (see moves.sql). Each entry continues the one before it, as every
-- writer's does: the hashes are a chain, so a loop makes them.
CREATE OR REPLACE FUNCTION pg_temp.entries() RETURNS SETOF tallystick.credit_ledger LANGUAGE plpgsql AS $$
DECLARE
    c_business constant uuid := pg_temp.id('b00', 0);
    -- One product at 100, in its first version, in whole pieces.
    c_shelf constant tallystick.batch_shelf := ROW('{f}', '{100}', '{1000}', '{1}', '{0}');
    v_move record;
    v_account tallystick.ledger_account;
    v_entry tallystick.credit_ledger;
    v_product uuid;
    v_lines integer;
    v_digest bytea;
BEGIN
    FOR v_move IN SELECT * FROM moves ORDER BY customer, n LOOP
        IF v_account.id IS DISTINCT FROM v_move.customer THEN
            v_account := (tallystick.batch_read_accounts(c_business, ARRAY[v_move.customer], NULL))[1];
        END IF;
        -- Lines are the same in all orders of a customer, and so is their digest.
        IF v_move.lines > 0 AND (v_product, v_lines) IS DISTINCT FROM (v_move.product, v_move.lines) THEN
            v_product := v_move.product;
            v_lines := v_move.lines;
            SELECT made.digest INTO v_digest
            FROM tallystick.batch_lines(
                c_business, v_move.id, ARRAY[v_product], c_shelf, '{1000}', array_fill(1, ARRAY[v_lines]),
                array_fill(1::bigint, ARRAY[v_lines])) AS made;
        END IF;
        v_entry := NULL;
        v_entry.business_id := c_business;
        v_entry.id := v_move.id;
        v_entry.amount := v_move.amount;
        v_entry.created_at := v_move.at;
        v_entry.idempotency_key := v_move.key;
        v_entry.request_fingerprint := sha256(v_move.key::bytea);
        v_entry.actor := 'bench';
        IF v_move.lines > 0 THEN
            v_entry.kind := 'purchase';
            v_entry.credit_limit := v_account.credit_limit;
            v_entry.due_at := v_move.at + v_account.due_after;
            v_entry.details_digest := v_digest;
        ELSE
            v_entry.kind := 'payment';
            v_entry.details_digest := sha256('\x01');
        END IF;
        v_entry := tallystick.ledger_continue(v_account, v_entry);
        RETURN NEXT v_entry;
        v_account.entry_no := v_entry.entry_no;
        v_account.balance := v_entry.balance_after;
        v_account.charged_total := v_entry.charged_total;
        v_account.due_at := v_entry.due_at;
        v_account.due_run_from := v_entry.due_run_from;
        v_account.entry_hash := v_entry.entry_hash;
    END LOOP;
END
$$;

INSERT INTO tallystick.orders (business_id, id, customer_id, total, created_at)
SELECT pg_temp.id('b00', 0), move.id, move.customer, move.amount, move.at
FROM moves AS move WHERE move.lines > 0;

INSERT INTO tallystick.credit_ledger (
    business_id, customer_id, entry_no, id, amount, balance_after, charged_total, allocated_total, ahead_total, held_total,
    due_at, due_run_from, created_at, credit_limit, kind, idempotency_key, request_fingerprint, details_digest, entry_hash, actor)
SELECT
    entry.business_id, entry.customer_id, entry.entry_no, entry.id, entry.amount, entry.balance_after, entry.charged_total,
    entry.allocated_total, entry.ahead_total, entry.held_total, entry.due_at, entry.due_run_from, entry.created_at,
    entry.credit_limit, entry.kind, entry.idempotency_key, entry.request_fingerprint, entry.details_digest, entry.entry_hash,
    entry.actor
FROM pg_temp.entries() AS entry;

-- Last, because lines are compared with the order and the ledger entry.
INSERT INTO tallystick.order_items (
    business_id, order_id, line_no, product_id, product_version, quantity, decimals, unit_price, stock_taken, line_total)
SELECT pg_temp.id('b00', 0), move.id, line, move.product, 1, 1, 0, 100, 1, 100
FROM moves AS move, generate_series(1, move.lines) AS line;
