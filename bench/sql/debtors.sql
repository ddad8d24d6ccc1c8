-- $customers customers of business 0 with $entries entries each, one a day up to today. Of ten, one stopped paying for the
-- last 40 % of the time and is overdue, four for the last 10 % and owe without being late, five owe nothing.
-- Runs as the superuser, without the triggers that check foreign keys row by row: see history.sql.
CREATE TEMP TABLE debtors ON COMMIT DROP AS
SELECT c AS customer,
       $entries - CASE WHEN c % 10 = 0 THEN $entries * 2 / 5 WHEN c % 10 < 5 THEN $entries / 10 ELSE 0 END AS paid_until
FROM generate_series(0, $customers - 1) AS c;

CREATE TEMP TABLE debts ON COMMIT DROP AS
SELECT debtor.customer, n, debtor.customer::bigint * $entries + n AS number,
       n % 2 = 1 OR n > debtor.paid_until AS charges,
       (least(n, debtor.paid_until) + 1) / 2 + greatest(n - debtor.paid_until, 0) AS charged,
       least(n, debtor.paid_until) / 2 AS paid,
       now() - make_interval(hours => 24 * ($entries - n)) AS at
FROM debtors AS debtor, generate_series(1, $entries) AS n;

INSERT INTO tallystick.customers (business_id, id, name, external_id, credit_limit)
SELECT pg_temp.id('b00', 0), pg_temp.id('c02', customer), 'Debtor ' || customer, 'debtor-' || customer, 9007199254740991
FROM debtors;

INSERT INTO tallystick.products (business_id, id, sku, name, price, stock)
VALUES (pg_temp.id('b00', 0), pg_temp.id('d04', 0), 'debt', 'On account', 100, 1000);

INSERT INTO tallystick.stock_movements (business_id, id, product_id, kind, quantity, stock_after, reason, created_at)
SELECT pg_temp.id('b00', 0), pg_temp.id('e04', 0), pg_temp.id('d04', 0), 'opening',
       1000 + count(*), 1000 + count(*), 'opening stock', now() - interval '10 years'
FROM debts WHERE charges;

INSERT INTO tallystick.orders (business_id, id, customer_id, total, created_at)
SELECT pg_temp.id('b00', 0), pg_temp.id('e05', number), pg_temp.id('c02', customer), 100, at
FROM debts WHERE charges;

INSERT INTO tallystick.order_items (business_id, order_id, line_no, product_id, quantity, unit_price, line_total)
SELECT pg_temp.id('b00', 0), pg_temp.id('e05', number), 1, pg_temp.id('d04', 0), 1, 100, 100
FROM debts WHERE charges;

INSERT INTO tallystick.credit_ledger (
    business_id, customer_id, entry_no, id, kind, amount, balance_before, balance_after, charged_total,
    credit_limit, idempotency_key, request_fingerprint, created_at)
SELECT pg_temp.id('b00', 0), pg_temp.id('c02', customer), n, pg_temp.id('e05', number),
       CASE WHEN charges THEN 'purchase' ELSE 'payment' END,
       CASE WHEN charges THEN 100 ELSE -100 END,
       (charged - paid) * 100 - CASE WHEN charges THEN 100 ELSE -100 END,
       (charged - paid) * 100,
       charged * 100,
       CASE WHEN charges THEN 9007199254740991 END,
       'debt-' || number, sha256(number::text::bytea), at
FROM debts;
