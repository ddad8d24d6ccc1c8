-- Purpose: which of these idempotency keys a movement of money was made under, in their order.
--
-- Key by key, and not by a join or EXISTS: for these the planner may read all entries of the business, which is cheap as long
-- as there are few, and a plan made then is kept.
-- Volatile: it must see what was committed while the caller waited for its locks.
-- Caller: purchase_batch, which brings the settings that keep the plan to the index.
CREATE OR REPLACE FUNCTION tallystick.keys_known(p_business_id uuid, p_keys text[]) RETURNS boolean[]
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN ARRAY(
        SELECT entry.id IS NOT NULL
        FROM unnest(p_keys) WITH ORDINALITY AS asked (key, no)
        LEFT JOIN LATERAL (
            SELECT entry.id FROM tallystick.credit_ledger AS entry
            WHERE entry.business_id = p_business_id AND entry.idempotency_key = asked.key
            LIMIT 1
        ) AS entry ON true
        ORDER BY asked.no);
END
$$;
