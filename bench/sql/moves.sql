-- What ledger.sql writes: entry n of a customer of business 0. A move with lines is a purchase of one piece at 100 on each; one
-- without is a payment.
CREATE TEMP TABLE moves (
    customer uuid, n bigint, id uuid, product uuid, lines integer, amount bigint, key text, at timestamptz
) ON COMMIT DROP;
