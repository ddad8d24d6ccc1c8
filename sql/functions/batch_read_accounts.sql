-- Purpose: the accounts of the customers of a batch, in the order of p_customer_ids.
-- Locks: none. The caller holds the locks on the customers of p_locked_ids, or on all customers if p_locked_ids is NULL.
-- Returns an account for each id. A customer who exists and is not locked is held by another transaction.
-- Volatile: it must see what was committed while the caller waited for its locks.
-- Caller: purchase_batch, whose plan settings apply. They and BETWEEN are explained there.
CREATE OR REPLACE FUNCTION tallystick.batch_read_accounts(p_business_id uuid, p_customer_ids uuid[], p_locked_ids uuid[])
RETURNS tallystick.ledger_account[]
LANGUAGE plpgsql VOLATILE
-- Without a sort, only the index of the running figures answers which entry is the last: while a ledger is small and was never
-- analysed, another index and a sort may seem cheaper. Nothing else is sorted here, because PostgreSQL knows the order of ordinality.
-- A statement that must sort would cost 10^10 now, and PostgreSQL would compile it at every call, in a second.
SET enable_sort = off
AS $$
DECLARE
    v_terms jsonb;
    v_time_zone text;
    v_due_after interval;
BEGIN
    SELECT business.payment_terms, business.time_zone,
           CASE WHEN business.payment_terms ->> 'type' = 'age'
               THEN make_interval(hours => 24 * (business.payment_terms ->> 'days')::integer) END
    INTO v_terms, v_time_zone, v_due_after
    FROM tallystick.businesses AS business
    WHERE business.business_id = p_business_id;
    RETURN ARRAY(
        SELECT ROW(
            customer.id,
            -- `<> ALL ('{}')` is true for any id, and so for the id of a customer who does not exist.
            customer.id IS NOT NULL AND coalesce(customer.id <> ALL (p_locked_ids), false),
            customer.blocked OR customer.overdue_hold_after_days IS NOT NULL
                AND tallystick.overdue_since(p_business_id, customer.id) IS NOT NULL,
            customer.credit_limit,
            CASE WHEN customer.payment_terms IS NULL THEN v_due_after
                 WHEN customer.payment_terms ->> 'type' = 'age'
                     THEN make_interval(hours => 24 * (customer.payment_terms ->> 'days')::integer) END,
            coalesce(customer.payment_terms, v_terms),
            v_time_zone,
            coalesce(last.entry_no, 0),
            coalesce(last.balance_after, 0),
            coalesce(last.charged_total, 0),
            coalesce(last.allocated_total, 0),
            coalesce(last.ahead_total, 0),
            coalesce(last.held_total, 0),
            coalesce(last.due_at, '-infinity'),
            coalesce(last.due_run_from, 0),
            coalesce(last.created_at, '-infinity'),
            coalesce(last.entry_hash, decode(repeat('00', 32), 'hex'))
        )::tallystick.ledger_account
        FROM (
            SELECT * FROM unnest(p_customer_ids) WITH ORDINALITY AS listed (id, no)
            ORDER BY listed.no
            LIMIT cardinality(p_customer_ids)
        ) AS asked
        LEFT JOIN LATERAL (
            SELECT customer.id, customer.blocked, customer.credit_limit, customer.payment_terms,
                   customer.overdue_hold_after_days
            FROM tallystick.customers AS customer
            WHERE customer.business_id = p_business_id AND customer.id BETWEEN asked.id AND asked.id
            ORDER BY customer.id
            LIMIT 1
        ) AS customer ON true
        LEFT JOIN LATERAL (
            SELECT entry.entry_no, entry.balance_after, entry.charged_total, entry.allocated_total, entry.ahead_total,
                   entry.held_total, entry.due_at, entry.due_run_from, entry.created_at, entry.entry_hash
            FROM tallystick.credit_ledger AS entry
            WHERE entry.business_id = p_business_id AND entry.customer_id = asked.id
            ORDER BY entry.charged_total DESC, entry.entry_no DESC
            LIMIT 1
        ) AS last ON true
        ORDER BY asked.no);
END
$$;
