-- Purpose: a customer with what the ledger says of it: balance, available credit, the oldest unpaid charge, overdue.
-- Computed at each read, never stored. Runs with the reader's rights, under the reader's row level security.
--
-- Credit that names no charge settles charges oldest first. The last entry says how much of the charges is settled without a gap:
-- charged_total - balance - ahead_total. So the oldest unpaid charge is the first entry whose charged_total exceeds that sum: one
-- index seek. A charge is overdue when its due time has passed.
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
    coalesce(unpaid.due_at < now(), false) AS overdue,
    customer.version
FROM tallystick.customers AS customer
LEFT JOIN LATERAL (
    -- The subtraction stands inside this look-up, whose LIMIT the planner does not look behind. So what is compared below
    -- is one column, which PostgreSQL can look up in an index; an expression over two columns can become a filter.
    -- A customer in credit has paid for all charges; greatest() keeps the sum within bigint there.
    SELECT entry.balance_after AS balance, entry.charged_total - greatest(entry.balance_after, 0) - entry.ahead_total AS paid
    FROM tallystick.credit_ledger AS entry
    WHERE entry.business_id = customer.business_id AND entry.customer_id = customer.id
    ORDER BY entry.charged_total DESC, entry.entry_no DESC
    LIMIT 1
) AS last ON true
LEFT JOIN LATERAL (
    SELECT charge.created_at, charge.due_at
    FROM tallystick.credit_ledger AS charge
    -- Nothing is looked up for a customer who owes nothing.
    WHERE last.balance > 0
      AND charge.business_id = customer.business_id AND charge.customer_id = customer.id
      AND charge.charged_total > last.paid
    ORDER BY charge.charged_total, charge.entry_no
    LIMIT 1
) AS unpaid ON true;
