-- Ledger chain
-- Per customer, entries are numbered 1, 2, 3 … without a gap. Each begins with the figures, the due time and the time of the one
-- before it: it adds what its kind adds, keeps the others as they were, and is not earlier. Before the first there is nothing.
--
-- ledger_hashes.sql proves the hashes, ledger_credit.sql and ledger_pointer.sql what is allocated and ahead, and
-- ledger_due_times.sql the due times of charges.
SELECT
    entry.business_id,
    1 AS rows_checked,
    nullif(concat_ws('; ',
        CASE WHEN entry.entry_no IS DISTINCT FROM entry.previous_no::numeric + 1
            THEN format('entry_no should be %s', entry.previous_no::numeric + 1) END,
        CASE WHEN entry.balance_after IS DISTINCT FROM entry.previous_balance::numeric + entry.amount
            THEN format('balance_after should be %s', entry.previous_balance::numeric + entry.amount) END,
        CASE WHEN entry.charged_total IS DISTINCT FROM entry.previous_charged::numeric + entry.charge
            THEN format('charged_total should be %s', entry.previous_charged::numeric + entry.charge) END,
        CASE WHEN NOT entry.is_charge AND (entry.due_at, entry.due_run_from)
                IS DISTINCT FROM (entry.previous_due, entry.previous_run)
            THEN format('it is no charge, so due_at should still be %s, and due_run_from %s', entry.previous_due,
                        entry.previous_run) END,
        CASE WHEN NOT entry.is_charge AND entry.due_date IS NOT NULL THEN 'it is no charge, and due on a day' END,
        CASE WHEN entry.created_at < entry.previous_time
            THEN format('it is earlier than the entry before it, which is of %s', entry.previous_time) END
    ), '') AS wrong,
    entry.customer_id,
    entry.entry_no,
    entry.id,
    entry.kind,
    entry.amount
FROM (
    SELECT
        ledger.business_id, ledger.customer_id, ledger.entry_no, ledger.id, ledger.kind, ledger.amount, ledger.balance_after,
        ledger.charged_total, ledger.due_at, ledger.due_date, ledger.due_run_from, ledger.created_at,
        kind.is_charge,
        CASE WHEN kind.is_charge THEN ledger.amount ELSE 0 END AS charge,
        lag(ledger.entry_no, 1, 0::bigint) OVER chain AS previous_no,
        lag(ledger.balance_after, 1, 0::bigint) OVER chain AS previous_balance,
        lag(ledger.charged_total, 1, 0::bigint) OVER chain AS previous_charged,
        lag(ledger.due_at, 1, '-infinity'::timestamptz) OVER chain AS previous_due,
        lag(ledger.due_run_from, 1, 0::bigint) OVER chain AS previous_run,
        lag(ledger.created_at) OVER chain AS previous_time
    FROM tallystick.credit_ledger AS ledger
    CROSS JOIN LATERAL (
        SELECT ledger.kind IN ('purchase', 'opening', 'fee', 'debit', 'refund') AS is_charge
    ) AS kind
    WINDOW chain AS (PARTITION BY ledger.business_id, ledger.customer_id ORDER BY ledger.entry_no)
) AS entry
