-- Ledger chain
-- Per customer, entries are numbered 1, 2, 3 … without a gap. Each entry starts from the balance of the one before it and
-- adds its amount. charged_total grows by each charge. The generated columns have the right values.
SELECT
    entry.business_id,
    1 AS rows_checked,
    nullif(concat_ws('; ',
        CASE WHEN entry.entry_no IS DISTINCT FROM coalesce(entry.previous_no, 0) + 1
            THEN format('entry_no should be %s', coalesce(entry.previous_no, 0) + 1) END,
        CASE WHEN entry.balance_before IS DISTINCT FROM coalesce(entry.previous_balance, 0)
            THEN format('balance_before should be %s, which the entry before it left', coalesce(entry.previous_balance, 0))
            END,
        CASE WHEN entry.balance_after IS DISTINCT FROM entry.balance_before::numeric + entry.amount
            THEN format('balance_after should be %s', entry.balance_before::numeric + entry.amount) END,
        CASE WHEN entry.charged_total IS DISTINCT FROM coalesce(entry.previous_charged, 0) + greatest(entry.amount, 0)
            THEN format('charged_total should be %s', coalesce(entry.previous_charged, 0) + greatest(entry.amount, 0)) END,
        CASE WHEN entry.previous_entry_no IS DISTINCT FROM nullif(entry.entry_no - 1, 0)
            THEN 'previous_entry_no is not derived from entry_no' END,
        CASE WHEN entry.charged_before IS DISTINCT FROM entry.charged_total::numeric - greatest(entry.amount, 0)
            THEN 'charged_before is not derived from charged_total and amount' END,
        CASE WHEN entry.order_id IS DISTINCT FROM CASE entry.kind WHEN 'purchase' THEN entry.id END
            THEN 'order_id is not derived from kind and id' END,
        CASE WHEN entry.first_entry_customer_id IS DISTINCT FROM CASE entry.entry_no WHEN 1 THEN entry.customer_id END
            THEN 'first_entry_customer_id is not derived from entry_no and customer_id' END
    ), '') AS wrong,
    entry.customer_id,
    entry.entry_no,
    entry.id,
    entry.amount,
    entry.balance_before,
    entry.balance_after,
    entry.charged_total
FROM (
    SELECT
        ledger.*,
        lag(ledger.entry_no) OVER chain AS previous_no,
        lag(ledger.balance_after) OVER chain AS previous_balance,
        -- numeric, so that a damaged figure becomes a finding and not an overflow error.
        (lag(ledger.charged_total) OVER chain)::numeric AS previous_charged
    FROM tallystick.credit_ledger AS ledger
    WINDOW chain AS (PARTITION BY ledger.business_id, ledger.customer_id ORDER BY ledger.entry_no)
) AS entry
