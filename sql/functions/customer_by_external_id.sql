-- Purpose: the id of the customer that has an external_id, however that is spelt in Unicode. NULL if there is none.
-- Locks: none.
-- BETWEEN, ORDER BY and enable_sort leave the planner only the index of the external ids, as in keys_known.
-- Volatile: it must see what was committed while the caller's INSERT or UPDATE waited for that customer.
-- Caller: customer_create, customer_update.
CREATE OR REPLACE FUNCTION tallystick.customer_by_external_id(p_business_id uuid, p_external_id text) RETURNS uuid
LANGUAGE plpgsql VOLATILE
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET enable_bitmapscan = off
SET enable_sort = off
AS $$
DECLARE
    v_external_id text := normalize(p_external_id, NFC);
BEGIN
    RETURN (
        SELECT customer.id
        FROM tallystick.customers AS customer
        WHERE customer.business_id = p_business_id
          AND customer.external_id_nfc BETWEEN v_external_id AND v_external_id
        ORDER BY customer.external_id_nfc);
END
$$;
