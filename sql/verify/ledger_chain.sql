-- Ledger chain
-- Per customer, entries are numbered 1, 2, 3 … without a gap. Each starts from the figures, the due time, the time and the hash
-- of the one before it: it keeps them as they were, adds what its kind adds, and is not earlier. The generated columns have the
-- right values.
SELECT
    entry.business_id,
    1 AS rows_checked,
    nullif(concat_ws('; ',
        CASE WHEN entry.entry_no IS DISTINCT FROM entry.previous_no::numeric + 1
            THEN format('entry_no should be %s', entry.previous_no::numeric + 1) END,
        CASE WHEN entry.balance_before IS DISTINCT FROM entry.previous_balance
            THEN format('balance_before should be %s, which the entry before it left', entry.previous_balance) END,
        CASE WHEN entry.balance_after IS DISTINCT FROM entry.balance_before::numeric + entry.amount
            THEN format('balance_after should be %s', entry.balance_before::numeric + entry.amount) END,
        CASE WHEN entry.charged_total IS DISTINCT FROM entry.previous_charged::numeric + entry.charge
            THEN format('charged_total should be %s', entry.previous_charged::numeric + entry.charge) END,
        CASE WHEN entry.allocated_before IS DISTINCT FROM entry.previous_allocated
            THEN format('allocated_before should be %s, which the entry before it left', entry.previous_allocated) END,
        CASE WHEN entry.ahead_before IS DISTINCT FROM entry.previous_ahead
            THEN format('ahead_before should be %s, which the entry before it left', entry.previous_ahead) END,
        CASE WHEN entry.held_before IS DISTINCT FROM entry.previous_held
            THEN format('held_before should be %s, which the entry before it left', entry.previous_held) END,
        CASE WHEN entry.due_before IS DISTINCT FROM entry.previous_due
            THEN format('due_before should be %s, which the entry before it left', entry.previous_due) END,
        CASE WHEN entry.due_run_before IS DISTINCT FROM entry.previous_run
            THEN format('due_run_before should be %s, which the entry before it left', entry.previous_run) END,
        -- ledger_due_times.sql proves those of charges.
        CASE WHEN NOT entry.is_charge AND (entry.due_at, entry.due_run_from)
                IS DISTINCT FROM (entry.due_before, entry.due_run_before)
            THEN 'it is no charge, so due_at and due_run_from should be as before' END,
        CASE WHEN entry.previous_hash IS DISTINCT FROM entry.hash_before
            THEN 'previous_hash is not the hash of the entry before it' END,
        CASE WHEN entry.created_at < entry.previous_time
            THEN format('it is earlier than the entry before it, which is of %s', entry.previous_time) END,
        CASE WHEN entry.previous_entry_no IS DISTINCT FROM nullif(entry.entry_no::numeric - 1, 0)
            THEN 'previous_entry_no is not derived from entry_no' END,
        CASE WHEN entry.charged_before IS DISTINCT FROM entry.charged_total::numeric - entry.charge
            THEN 'charged_before is not derived from charged_total, kind and amount' END,
        CASE WHEN entry.order_id IS DISTINCT FROM CASE entry.kind WHEN 'purchase' THEN entry.id END
            THEN 'order_id is not derived from kind and id' END,
        CASE WHEN entry.first_entry_customer_id IS DISTINCT FROM CASE entry.entry_no WHEN 1 THEN entry.customer_id END
            THEN 'first_entry_customer_id is not derived from entry_no and customer_id' END
    ), '') AS wrong,
    entry.customer_id,
    entry.entry_no,
    entry.id,
    entry.kind,
    entry.amount
FROM (
    SELECT
        ledger.business_id, ledger.customer_id, ledger.entry_no, ledger.id, ledger.kind, ledger.amount,
        ledger.balance_before, ledger.balance_after, ledger.charged_total, ledger.allocated_before, ledger.ahead_before,
        ledger.held_before, ledger.due_before, ledger.due_at, ledger.due_run_before, ledger.due_run_from,
        ledger.previous_hash, ledger.created_at,
        ledger.previous_entry_no, ledger.charged_before, ledger.order_id, ledger.first_entry_customer_id,
        kind.is_charge,
        CASE WHEN kind.is_charge THEN ledger.amount ELSE 0 END AS charge,
        -- Before the first entry there is nothing.
        lag(ledger.entry_no, 1, 0::bigint) OVER chain AS previous_no,
        lag(ledger.balance_after, 1, 0::bigint) OVER chain AS previous_balance,
        lag(ledger.charged_total, 1, 0::bigint) OVER chain AS previous_charged,
        lag(ledger.allocated_total, 1, 0::bigint) OVER chain AS previous_allocated,
        lag(ledger.ahead_total, 1, 0::bigint) OVER chain AS previous_ahead,
        lag(ledger.held_total, 1, 0::bigint) OVER chain AS previous_held,
        lag(ledger.due_at, 1, '-infinity'::timestamptz) OVER chain AS previous_due,
        lag(ledger.due_run_from, 1, 0::bigint) OVER chain AS previous_run,
        lag(ledger.entry_hash, 1, decode(repeat('00', 32), 'hex')) OVER chain AS hash_before,
        lag(ledger.created_at) OVER chain AS previous_time
    FROM tallystick.credit_ledger AS ledger
    CROSS JOIN LATERAL (
        SELECT ledger.kind IN ('purchase', 'opening', 'fee', 'debit', 'refund') AS is_charge
    ) AS kind
    WINDOW chain AS (PARTITION BY ledger.business_id, ledger.customer_id ORDER BY ledger.entry_no)
) AS entry
