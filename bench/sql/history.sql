-- One customer of business 0 with a history of $entries entries: a purchase of $lines lines at 100 each, its payment, and
-- so on.
-- Runs as the superuser, without the triggers that check foreign keys row by row: the figures are right by construction,
-- and the audit at the end of the run proves it.
INSERT INTO tallystick.customers (business_id, id, name, external_id, credit_limit)
VALUES (pg_temp.id('b00', 0), pg_temp.id('c01', $customer), 'Regular $customer', 'regular-$customer', 9007199254740991);

INSERT INTO tallystick.products (business_id, id, sku, name, price, stock, created_at)
VALUES (pg_temp.id('b00', 0), pg_temp.id('d01', $customer), 'regular-$customer', 'The usual', 100, 1000,
        now() - interval '10 years');

INSERT INTO moves (customer, n, id, product, lines, amount, key, at)
SELECT pg_temp.id('c01', $customer), n, pg_temp.id('e00', $customer::bigint * 10000000 + n), pg_temp.id('d01', $customer),
       n % 2 * $lines, CASE n % 2 WHEN 1 THEN 100 ELSE -100 END * $lines,
       'history-$customer-' || n, now() - make_interval(secs => 60 * ($entries - n))
FROM generate_series(1, $entries) AS n;
