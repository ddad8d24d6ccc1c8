-- Purpose: a customer with what the ledger says of it: balance, available credit, the oldest unpaid charge, overdue.
-- Computed at each read, never stored. Runs with the reader's rights, under the reader's row level security.
--
-- Payments settle charges oldest first. Paid in total is charged_total - balance, both on the last entry; so the oldest
-- unpaid charge is the first whose charged_total exceeds that: one index seek. A day is 24 hours, whatever the time
-- zone; exactly overdue_after_days old is not yet overdue.
--
-- The look-up itself is what asks for a balance above 0: the join would ask only after it. The subtraction may be worked
-- out for a customer in credit all the same; greatest() keeps it within bigint there.
CREATE OR REPLACE VIEW tallystick.customer_accounts WITH (security_invoker = true) AS
SELECT
    customer.business_id,
    customer.id,
    customer.name,
    customer.external_id,
    customer.credit_limit,
    customer.blocked,
    customer.created_at,
    coalesce(last.balance_after, 0) AS balance,
    least(greatest(customer.credit_limit - coalesce(last.balance_after, 0), 0), 9007199254740991) AS available_credit,
    unpaid.created_at AS oldest_unpaid_at,
    coalesce(unpaid.created_at < now() - make_interval(hours => 24 * business.overdue_after_days), false) AS overdue
FROM tallystick.customers AS customer
JOIN tallystick.businesses AS business ON business.business_id = customer.business_id
LEFT JOIN LATERAL (
    SELECT entry.balance_after, entry.charged_total
    FROM tallystick.credit_ledger AS entry
    WHERE entry.business_id = customer.business_id AND entry.customer_id = customer.id
    ORDER BY entry.entry_no DESC
    LIMIT 1
) AS last ON true
LEFT JOIN LATERAL (
    SELECT entry.created_at
    FROM tallystick.credit_ledger AS entry
    WHERE last.balance_after > 0
      AND entry.business_id = customer.business_id AND entry.customer_id = customer.id
      AND entry.charged_total > last.charged_total - greatest(last.balance_after, 0)
    ORDER BY entry.charged_total, entry.entry_no
    LIMIT 1
) AS unpaid ON true;
