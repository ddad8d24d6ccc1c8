-- $customers customers of business 0 with $entries entries each, one a day up to today. Of ten, one stopped paying for the
-- last 40 % of the time and is overdue, four for the last 10 % and owe without being late, five owe nothing.
-- Runs as the superuser, without the triggers that check foreign keys row by row: see history.sql.
CREATE TEMP TABLE debtors ON COMMIT DROP AS
SELECT c AS customer,
       $entries - CASE WHEN c % 10 = 0 THEN $entries * 2 / 5 WHEN c % 10 < 5 THEN $entries / 10 ELSE 0 END AS paid_until
FROM generate_series(0, $customers - 1) AS c;

INSERT INTO tallystick.customers (business_id, id, name, external_id, credit_limit)
SELECT pg_temp.id('b00', 0), pg_temp.id('c02', customer), 'Debtor ' || customer, 'debtor-' || customer, 9007199254740991
FROM debtors;

INSERT INTO tallystick.products (business_id, id, sku, name, price, stock, created_at)
VALUES (pg_temp.id('b00', 0), pg_temp.id('d04', 0), 'debt', 'On account', 100, 1000, now() - interval '10 years');

INSERT INTO moves (customer, n, id, product, lines, amount, key, at)
SELECT pg_temp.id('c02', debt.customer), debt.n, pg_temp.id('e05', debt.number), pg_temp.id('d04', 0),
       debt.charges::integer, CASE WHEN debt.charges THEN 100 ELSE -100 END,
       'debt-' || debt.number, now() - make_interval(hours => 24 * ($entries - debt.n))
FROM (
    SELECT debtor.customer, n, debtor.customer::bigint * $entries + n AS number,
           n % 2 = 1 OR n > debtor.paid_until AS charges
    FROM debtors AS debtor, generate_series(1, $entries) AS n
) AS debt;
