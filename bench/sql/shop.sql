-- Businesses with customers and products, as the API would have made them. Their opening movements follow: opening.sql.
-- Runs as the superuser. Credit and stock last for any run.
INSERT INTO tallystick.businesses (business_id, name, currency)
SELECT pg_temp.id('b00', b), 'Business ' || b, 'EUR'
FROM generate_series($businesses) AS b
ON CONFLICT DO NOTHING;

INSERT INTO tallystick.customers (business_id, id, name, external_id, credit_limit)
SELECT pg_temp.id('b00', b), pg_temp.id('c00', b * 1000 + c), 'Customer ' || c, 'customer-' || c, 9007199254740991
FROM generate_series($businesses) AS b, generate_series($customers) AS c
ON CONFLICT DO NOTHING;

INSERT INTO tallystick.products (business_id, id, sku, name, price, stock)
SELECT pg_temp.id('b00', b), pg_temp.id('d00', b * 1000 + p), 'sku-' || p, 'Product ' || p, 100 + p, 1000000000000
FROM generate_series($businesses) AS b, generate_series($products) AS p
ON CONFLICT DO NOTHING;

-- One product that everybody wants, and one that was never in stock, which has no opening movement either.
INSERT INTO tallystick.products (business_id, id, sku, name, price, stock)
SELECT pg_temp.id('b00', b), pg_temp.id(special.kind, b), special.sku, special.name, 100, special.stock
FROM generate_series($businesses) AS b,
     (VALUES ('d02', 'sale', 'On sale', 1000000000000), ('d03', 'sold-out', 'Not to be had', 0))
         AS special (kind, sku, name, stock)
ON CONFLICT DO NOTHING;
