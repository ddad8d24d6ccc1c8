-- Purpose: a purchase with a date in the past, for the demo's overdue list, as the customer's first ledger entry.
-- No function writes a past date, so the demo runs this statement as the superuser. All constraints apply.
-- Caller: commands::demo.
-- $1 business, $2 customer, $3 product, $4 quantity, $5 order, $6 days ago
WITH sold AS (
    UPDATE tallystick.products AS product
    SET stock = product.stock - $4::bigint
    WHERE product.business_id = $1 AND product.id = $3
    RETURNING product.price, product.price * $4::bigint AS total, now() - make_interval(days => $6::integer) AS at
), placed AS (
    INSERT INTO tallystick.orders (business_id, id, customer_id, total, created_at)
    SELECT $1, $5, $2, sold.total, sold.at FROM sold
), listed AS (
    INSERT INTO tallystick.order_items (business_id, order_id, line_no, product_id, quantity, unit_price, line_total)
    SELECT $1, $5, 1, $3, $4::bigint, sold.price, sold.total FROM sold
)
INSERT INTO tallystick.credit_ledger (
    business_id, customer_id, entry_no, id, kind, amount, balance_before, balance_after, charged_total, credit_limit,
    idempotency_key, request_fingerprint, created_at)
SELECT $1, $2, 1, $5, 'purchase', sold.total, 0, sold.total, sold.total, customer.credit_limit,
       'backdated-' || $5::uuid,
       tallystick.request_fingerprint('purchase', ($2::uuid)::text, ARRAY[$3::uuid]::text, ARRAY[$4::bigint]::text),
       sold.at
FROM sold
JOIN tallystick.customers AS customer ON customer.business_id = $1 AND customer.id = $2
