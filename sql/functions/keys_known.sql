-- Purpose: which of these idempotency keys are used already by a purchase or a payment, in their order.
--
-- It looks up key by key. For a join or EXISTS the planner may read all entries of the business. That is cheap while they are
-- few, but a session keeps the plan. BETWEEN and ORDER BY leave the planner only the index of the keys: with =, any index that
-- begins with the business costs the same on an empty table.
-- Locks: none.
-- Volatile: it must see what was committed while the caller waited for its locks.
-- Caller: purchase_batch, whose plan settings apply.
CREATE OR REPLACE FUNCTION tallystick.keys_known(p_business_id uuid, p_keys text[]) RETURNS boolean[]
LANGUAGE plpgsql VOLATILE
SET enable_sort = off
AS $$
BEGIN
    RETURN ARRAY(
        SELECT entry.id IS NOT NULL
        FROM unnest(p_keys) WITH ORDINALITY AS asked (key, no)
        LEFT JOIN LATERAL (
            SELECT entry.id FROM tallystick.credit_ledger AS entry
            WHERE entry.business_id = p_business_id AND entry.idempotency_key BETWEEN asked.key AND asked.key
            ORDER BY entry.idempotency_key
            LIMIT 1
        ) AS entry ON true
        ORDER BY asked.no);
END
$$;
