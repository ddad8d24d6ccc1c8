-- Purpose: a business's customers, newest first, before p_before if it is given; with p_external_id only that one.
-- At most 200 customers and one more, which tells whether there is a next page.
CREATE OR REPLACE FUNCTION tallystick.customer_list(
    p_business_id uuid, p_external_id text, p_before uuid, p_limit integer
) RETURNS SETOF tallystick.customer_accounts
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
-- One plan by index, kept: see "Readers" in sql/README.md.
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET enable_bitmapscan = off
SET enable_hashjoin = off
SET enable_mergejoin = off
SET enable_sort = off
AS $$
DECLARE
    v_before uuid := coalesce(p_before, 'ffffffff-ffff-ffff-ffff-ffffffffffff');
    v_external_id text := normalize(p_external_id, NFC);
    v_id uuid;
BEGIN
    IF p_external_id IS NULL THEN
        RETURN QUERY
        SELECT account.* FROM tallystick.customer_accounts AS account
        WHERE account.business_id = p_business_id AND account.id < v_before
        ORDER BY account.id DESC
        LIMIT least(p_limit, 201);
    ELSE
        -- Lock the view before any table, as migrate does (sql/locks.sql).
        PERFORM FROM tallystick.customer_accounts AS account WHERE false;
        -- BETWEEN and ORDER BY leave the planner only the index of the external ids, as in keys_known.
        SELECT customer.id INTO v_id
        FROM tallystick.customers AS customer
        WHERE customer.business_id = p_business_id
          AND customer.external_id_nfc BETWEEN v_external_id AND v_external_id
        ORDER BY customer.external_id_nfc;
        RETURN QUERY
        SELECT account.* FROM tallystick.customer_accounts AS account
        WHERE account.business_id = p_business_id AND account.id BETWEEN v_id AND v_id AND account.id < v_before
        ORDER BY account.id
        LIMIT p_limit;
    END IF;
END
$$;
GRANT EXECUTE ON FUNCTION tallystick.customer_list TO tallystick_app;
