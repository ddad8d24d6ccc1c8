-- A customer of business 0 with $entries charges of 100, one a minute, of which none is paid.
-- Runs as the superuser, without the triggers that check foreign keys row by row: see history.sql.
INSERT INTO tallystick.customers (business_id, id, name, external_id, credit_limit)
VALUES (pg_temp.id('b00', 0), pg_temp.id('c03', 0), 'Pays nothing', 'pays-nothing', 9007199254740991);

INSERT INTO tallystick.products (business_id, id, sku, name, price, stock, created_at)
VALUES (pg_temp.id('b00', 0), pg_temp.id('d04', 1), 'unpaid', 'On account', 100, 1000, now() - interval '10 years');

INSERT INTO moves (customer, n, id, product, lines, amount, key, at)
SELECT pg_temp.id('c03', 0), n, pg_temp.id('e06', n), pg_temp.id('d04', 1), 1, 100, 'unpaid-' || n,
       now() - make_interval(secs => 60 * ($entries - n))
FROM generate_series(1, $entries) AS n;
