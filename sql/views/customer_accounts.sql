-- Purpose: a customer with what the ledger says of it: balance, available credit, the oldest unpaid charge, when the first of the
-- unpaid charges is due, overdue. Computed at each read, never stored. Runs with the reader's rights, under the reader's row level
-- security.
--
-- Credit that names no charge settles charges oldest first. The last entry says up to where the charges are settled without a
-- gap: P = charged_total - balance - ahead_total. So the oldest unpaid charge is the first entry whose charged_total exceeds P: one
-- index seek. It is due first, if due times have not decreased since. If they have, which a change of terms can do, each run of
-- due times that began later is asked for its first unpaid charge: one seek for each. Charges that credit has settled by name are
-- passed, but only within the run, and only those that are due before the oldest unpaid charge: others change nothing.
CREATE OR REPLACE VIEW tallystick.customer_accounts WITH (security_invoker = true) AS
SELECT
    customer.business_id,
    customer.id,
    customer.name,
    customer.external_id,
    customer.credit_limit,
    customer.blocked,
    customer.created_at,
    coalesce(last.balance, 0) AS balance,
    least(greatest(customer.credit_limit - coalesce(last.balance, 0), 0), 9007199254740991) AS available_credit,
    unpaid.created_at AS oldest_unpaid_at,
    coalesce(due.due_at < now(), false) AS overdue,
    customer.version,
    due.due_at,
    customer.payment_terms,
    customer.overdue_hold_after_days
FROM tallystick.customers AS customer
LEFT JOIN LATERAL (
    -- The subtraction stands inside this look-up, whose LIMIT the planner does not look behind. So what is compared below
    -- is one column, which PostgreSQL can look up in an index; an expression over two columns can become a filter.
    -- A customer in credit has paid for all charges; greatest() keeps the sum within bigint there.
    SELECT entry.balance_after AS balance, entry.charged_total - greatest(entry.balance_after, 0) - entry.ahead_total AS settled,
           entry.due_run_from, entry.entry_no
    FROM tallystick.credit_ledger AS entry
    WHERE entry.business_id = customer.business_id AND entry.customer_id = customer.id
    ORDER BY entry.charged_total DESC, entry.entry_no DESC
    LIMIT 1
) AS last ON true
LEFT JOIN LATERAL (
    SELECT charge.entry_no, charge.created_at, charge.due_at
    FROM tallystick.credit_ledger AS charge
    -- Nothing is looked up for a customer who owes nothing.
    WHERE last.balance > 0
      AND charge.business_id = customer.business_id AND charge.customer_id = customer.id
      AND charge.charged_total > last.settled
    ORDER BY charge.charged_total, charge.entry_no
    LIMIT 1
) AS unpaid ON true
LEFT JOIN LATERAL (
    SELECT CASE WHEN last.due_run_from <= unpaid.entry_no THEN unpaid.due_at ELSE least(unpaid.due_at, (
        WITH RECURSIVE run AS (
            SELECT last.due_run_from AS from_no, last.entry_no AS to_no WHERE last.due_run_from > unpaid.entry_no
            UNION ALL
            SELECT earlier.due_run_from, before.entry_no
            FROM run
            -- OFFSET keeps the subtraction out of the look-up, as in ledger_entries_are_right.
            CROSS JOIN LATERAL (SELECT run.from_no - 1 AS entry_no OFFSET 0) AS before
            CROSS JOIN LATERAL (
                SELECT entry.due_run_from
                FROM tallystick.credit_ledger AS entry
                WHERE entry.business_id = customer.business_id AND entry.customer_id = customer.id
                  AND entry.entry_no BETWEEN before.entry_no AND before.entry_no
                ORDER BY entry.entry_no
                LIMIT 1
            ) AS earlier
            WHERE earlier.due_run_from > unpaid.entry_no
        )
        SELECT min(first.due_at)
        FROM run
        CROSS JOIN LATERAL (
            SELECT charge.due_at
            FROM tallystick.credit_ledger AS charge
            WHERE charge.business_id = customer.business_id AND charge.customer_id = customer.id
              AND charge.entry_no >= run.from_no AND charge.entry_no <= run.to_no
              AND (charge.due_at >= unpaid.due_at
                   OR charge.kind IN ('purchase', 'opening', 'fee', 'debit', 'refund')
                      AND charge.amount > coalesce((
                          SELECT part.allocated_after
                          FROM tallystick.allocations AS part
                          WHERE part.business_id = customer.business_id AND part.customer_id = customer.id
                            AND part.charge_no = charge.entry_no
                          ORDER BY part.charge_no DESC, part.part_no DESC
                          LIMIT 1), 0))
            ORDER BY charge.entry_no
            LIMIT 1
        ) AS first
    )) END AS due_at
) AS due ON true;
