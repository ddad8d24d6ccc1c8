-- Purpose: who is overdue, and how much of the balance is: the due time of an unpaid charge has passed.
CREATE OR REPLACE VIEW tallystick.overdue_customers WITH (security_invoker = true) AS
SELECT
    account.business_id,
    account.id AS customer_id,
    account.name,
    account.external_id,
    account.balance,
    account.oldest_unpaid_at,
    -- Whole days of 24 hours since the oldest unpaid charge.
    floor(extract(epoch FROM now() - account.oldest_unpaid_at) / 86400)::integer AS days,
    due.overdue_amount
FROM tallystick.customer_accounts AS account
LEFT JOIN LATERAL (
    SELECT due.overdue_amount
    FROM tallystick.overdue_amounts AS due
    WHERE due.business_id = account.business_id AND due.customer_id BETWEEN account.id AND account.id
    ORDER BY due.customer_id
) AS due ON true
WHERE account.overdue;
