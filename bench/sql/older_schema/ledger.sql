-- The same where entries have no hashes yet: their sums need no loop.
INSERT INTO tallystick.orders (business_id, id, customer_id, total, created_at)
SELECT pg_temp.id('b00', 0), move.id, move.customer, move.amount, move.at
FROM moves AS move WHERE move.lines > 0;

INSERT INTO tallystick.order_items (business_id, order_id, line_no, product_id, quantity, unit_price, line_total)
SELECT pg_temp.id('b00', 0), move.id, line, move.product, 1, 100, 100
FROM moves AS move, generate_series(1, move.lines) AS line;

INSERT INTO tallystick.credit_ledger (
    business_id, customer_id, entry_no, id, kind, amount, balance_before, balance_after, charged_total,
    credit_limit, idempotency_key, request_fingerprint, created_at)
SELECT pg_temp.id('b00', 0), move.customer, move.n, move.id,
       CASE WHEN move.lines > 0 THEN 'purchase' ELSE 'payment' END, move.amount,
       sum(move.amount) OVER entries - move.amount, sum(move.amount) OVER entries,
       sum(greatest(move.amount, 0)) OVER entries,
       CASE WHEN move.lines > 0 THEN 9007199254740991 END,
       move.key, sha256(move.key::bytea), move.at
FROM moves AS move
WINDOW entries AS (PARTITION BY move.customer ORDER BY move.n);
