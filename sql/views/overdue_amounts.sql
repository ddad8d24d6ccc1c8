-- Purpose: how much of a customer's debt is overdue: what is open of the charges whose due time has passed. 0 if nothing is.
-- Computed at each read, under the reader's row level security. Not a column of customer_accounts, so that nobody pays for it who
-- does not ask.
--
-- The charges after the first unpaid one are open but for what was allocated to them; of the first one is open what exceeds P
-- (see customer_accounts). Within a run, due times do not decrease. So a search that halves the run finds its last entry that is
-- due, with as many seeks as the number of entries has binary digits. The sum of charges up to there, less that up to the
-- beginning of the run, is what fell due. Each run of due times among the unpaid charges is searched.
CREATE OR REPLACE VIEW tallystick.overdue_amounts WITH (security_invoker = true) AS
SELECT customer.business_id, customer.id AS customer_id, coalesce(due.amount, 0)::bigint AS overdue_amount
FROM tallystick.customers AS customer
LEFT JOIN LATERAL (
    SELECT entry.charged_total - greatest(entry.balance_after, 0) - entry.ahead_total AS settled, entry.balance_after > 0 AS owes,
           entry.ahead_total, entry.entry_no, entry.charged_total, entry.due_at, entry.due_run_from
    FROM tallystick.credit_ledger AS entry
    WHERE entry.business_id = customer.business_id AND entry.customer_id = customer.id
    ORDER BY entry.charged_total DESC, entry.entry_no DESC
    LIMIT 1
) AS last ON true
LEFT JOIN LATERAL (
    SELECT charge.entry_no
    FROM tallystick.credit_ledger AS charge
    WHERE last.owes
      AND charge.business_id = customer.business_id AND charge.customer_id = customer.id
      AND charge.charged_total > last.settled
    ORDER BY charge.charged_total, charge.entry_no
    LIMIT 1
) AS unpaid ON true
LEFT JOIN LATERAL (
    -- The last entry of each run that has unpaid charges.
    WITH RECURSIVE run AS (
        SELECT last.entry_no, last.charged_total, last.due_at, last.due_run_from WHERE unpaid.entry_no IS NOT NULL
        UNION ALL
        SELECT earlier.entry_no, earlier.charged_total, earlier.due_at, earlier.due_run_from
        FROM run
        -- OFFSET keeps the computation out of the look-up, as in ledger_entries_are_right.
        CROSS JOIN LATERAL (SELECT run.due_run_from - 1 AS entry_no OFFSET 0) AS before
        CROSS JOIN LATERAL (
            SELECT entry.entry_no, entry.charged_total, entry.due_at, entry.due_run_from
            FROM tallystick.credit_ledger AS entry
            WHERE entry.business_id = customer.business_id AND entry.customer_id = customer.id
              AND entry.entry_no BETWEEN before.entry_no AND before.entry_no
            ORDER BY entry.entry_no
            LIMIT 1
        ) AS earlier
        WHERE run.due_run_from > unpaid.entry_no
    ),
    -- due_no is the last entry of the run that is known to be due, or the one before the run; later_no the first one that is not.
    search AS (
        SELECT run.due_run_from, run.due_run_from - 1 AS before_no,
               CASE WHEN run.due_at < now() THEN run.entry_no
                    ELSE greatest(run.due_run_from, unpaid.entry_no) - 1 END AS due_no,
               CASE WHEN run.due_at < now() THEN run.entry_no + 1 ELSE run.entry_no END AS later_no,
               CASE WHEN run.due_at < now() THEN run.charged_total END AS charged_total
        FROM run
        UNION ALL
        SELECT search.due_run_from, search.before_no,
               CASE WHEN tried.due_at < now() THEN tried.entry_no ELSE search.due_no END,
               CASE WHEN tried.due_at < now() THEN search.later_no ELSE tried.entry_no END,
               CASE WHEN tried.due_at < now() THEN tried.charged_total ELSE search.charged_total END
        FROM search
        CROSS JOIN LATERAL (SELECT (search.due_no + search.later_no) / 2 AS entry_no OFFSET 0) AS middle
        CROSS JOIN LATERAL (
            SELECT entry.entry_no, entry.charged_total, entry.due_at
            FROM tallystick.credit_ledger AS entry
            WHERE entry.business_id = customer.business_id AND entry.customer_id = customer.id
              AND entry.entry_no BETWEEN middle.entry_no AND middle.entry_no
            ORDER BY entry.entry_no
            LIMIT 1
        ) AS tried
        WHERE search.later_no - search.due_no > 1
    )
    SELECT sum(
        search.charged_total
        - CASE WHEN search.due_run_from <= unpaid.entry_no THEN last.settled ELSE (
            SELECT entry.charged_total
            FROM tallystick.credit_ledger AS entry
            WHERE entry.business_id = customer.business_id AND entry.customer_id = customer.id
              AND entry.entry_no BETWEEN search.before_no AND search.before_no
            ORDER BY entry.entry_no
            LIMIT 1) END
        - CASE WHEN last.ahead_total = 0 THEN 0 ELSE coalesce((
            SELECT sum(part.amount)
            FROM (
                SELECT part.amount
                FROM tallystick.allocations AS part
                WHERE part.business_id = customer.business_id AND part.customer_id = customer.id
                  AND part.charge_no >= greatest(search.due_run_from, unpaid.entry_no) AND part.charge_no <= search.due_no
                -- For the index by charge.
                ORDER BY part.charge_no, part.part_no
            ) AS part), 0) END
    ) AS amount
    FROM search
    WHERE search.later_no - search.due_no <= 1 AND search.charged_total IS NOT NULL
) AS due ON true;
