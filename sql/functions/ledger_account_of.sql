-- Purpose: a customer's account, as the last ledger entry left it. batch_read_accounts for one customer.
-- Locks: none. The caller holds the lock on the customer.
-- Volatile: it must see what was committed while the caller waited for its lock.
-- Caller: every function that writes one ledger entry; its plan settings apply.
CREATE OR REPLACE FUNCTION tallystick.ledger_account_of(p_business_id uuid, p_customer_id uuid)
RETURNS tallystick.ledger_account
LANGUAGE plpgsql VOLATILE
AS $$
BEGIN
    RETURN (tallystick.batch_read_accounts(p_business_id, ARRAY[p_customer_id], NULL))[1];
END
$$;
