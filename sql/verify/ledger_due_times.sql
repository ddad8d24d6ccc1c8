-- Ledger due times
-- Every charge is due at some time: at the end of its due_date, if it has one. due_run_from is the entry since which the due
-- times of the customer's charges have not decreased. It is found again by looking at all charges.
--
-- ledger_chain.sql proves that other entries carry both on.
SELECT
    charge.business_id,
    1 AS rows_checked,
    nullif(concat_ws('; ',
        CASE WHEN isfinite(charge.due_at) IS NOT TRUE THEN 'it is due at no time' END,
        -- Where a day ends depends on the time zone of the business, which may have changed since.
        CASE WHEN NOT isfinite(charge.due_date) THEN 'its due_date is no day'
             WHEN isfinite(charge.due_at) AND (charge.due_at AT TIME ZONE 'UTC')::date - charge.due_date NOT BETWEEN 0 AND 1
            THEN format('it is due at %s, which is not the end of %s', charge.due_at, charge.due_date) END,
        CASE WHEN charge.due_run_from IS DISTINCT FROM charge.run_from
            THEN format('due_run_from is %s, but due times have not decreased since entry %s', charge.due_run_from,
                        charge.run_from) END
    ), '') AS wrong,
    charge.customer_id,
    charge.entry_no,
    charge.id,
    charge.due_at
FROM (
    SELECT ordered.*, max(CASE WHEN ordered.begins_a_run THEN ordered.entry_no END) OVER charges AS run_from
    FROM (
        SELECT
            entry.business_id, entry.customer_id, entry.entry_no, entry.id, entry.due_at, entry.due_date, entry.due_run_from,
            (entry.due_at >= lag(entry.due_at) OVER charges) IS NOT TRUE AS begins_a_run
        FROM tallystick.credit_ledger AS entry
        WHERE entry.kind IN ('purchase', 'opening', 'fee', 'debit', 'refund')
        WINDOW charges AS (PARTITION BY entry.business_id, entry.customer_id ORDER BY entry.entry_no)
    ) AS ordered
    WINDOW charges AS (PARTITION BY ordered.business_id, ordered.customer_id ORDER BY ordered.entry_no)
) AS charge
