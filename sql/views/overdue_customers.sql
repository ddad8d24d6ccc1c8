-- Purpose: who is overdue: positive balance, and one of the unpaid charges was due before now.
CREATE OR REPLACE VIEW tallystick.overdue_customers WITH (security_invoker = true) AS
SELECT
    account.business_id,
    account.id AS customer_id,
    account.name,
    account.external_id,
    account.balance,
    account.oldest_unpaid_at,
    -- Whole days of 24 hours since the oldest unpaid charge.
    floor(extract(epoch FROM now() - account.oldest_unpaid_at) / 86400)::integer AS days
FROM tallystick.customer_accounts AS account
WHERE account.overdue;
