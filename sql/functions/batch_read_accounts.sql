-- Purpose: the accounts of the customers of a batch, in the order of p_customer_ids.
-- Locks: none. The caller holds the locks on the customers of p_locked_ids, or on all customers if p_locked_ids is NULL.
-- Returns an account for each id. A customer who exists and is not locked is held by another transaction.
-- Volatile: it must see what was committed while the caller waited for its locks.
-- Caller: purchase_batch, whose plan settings apply. They and BETWEEN are explained there.
CREATE OR REPLACE FUNCTION tallystick.batch_read_accounts(p_business_id uuid, p_customer_ids uuid[], p_locked_ids uuid[])
RETURNS tallystick.batch_account[]
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN ARRAY(
        SELECT ROW(
            customer.id,
            -- `<> ALL ('{}')` is true for any id, and so for the id of a customer who does not exist.
            customer.id IS NOT NULL AND coalesce(customer.id <> ALL (p_locked_ids), false),
            customer.blocked,
            customer.credit_limit,
            coalesce(last.entry_no, 0),
            coalesce(last.balance_after, 0),
            coalesce(last.charged_total, 0))::tallystick.batch_account
        FROM unnest(p_customer_ids) WITH ORDINALITY AS asked (id, no)
        LEFT JOIN LATERAL (
            SELECT customer.id, customer.blocked, customer.credit_limit
            FROM tallystick.customers AS customer
            WHERE customer.business_id = p_business_id AND customer.id BETWEEN asked.id AND asked.id
            ORDER BY customer.id
            LIMIT 1
        ) AS customer ON true
        LEFT JOIN LATERAL (
            SELECT entry.entry_no, entry.balance_after, entry.charged_total
            FROM tallystick.credit_ledger AS entry
            WHERE entry.business_id = p_business_id AND entry.customer_id = asked.id
            ORDER BY entry.entry_no DESC
            LIMIT 1
        ) AS last ON true
        ORDER BY asked.no);
END
$$;
