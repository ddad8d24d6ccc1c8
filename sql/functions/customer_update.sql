-- Purpose: change a customer. NULL leaves a property as it is. p_external_id counts only if p_set_external_id is true,
-- p_payment_terms only if p_set_payment_terms is true; NULL then means those of the business. p_overdue_hold_after_days counts only
-- if p_set_overdue_hold_after_days is true; NULL then means that the customer buys on.
-- Other terms change nothing that was sold before: a charge keeps its due time.
-- A limit below the balance is allowed: it stops further purchases, and past charges keep the limit of their moment.
-- The change makes the version p_version of the customer. With p_expected_versions it happens only at one of these versions, or
-- at p_version itself: an earlier try of the same request made that.
-- Locks: the customer's row, so a purchase sees the change completely or not at all. The version is compared
-- after the row is locked.
-- If another transaction holds the row, p_held 'wait' waits for it; 'pass over all' does nothing then.
-- Outcomes: customer_held (passed over, nothing is changed: ask again), updated, customer_not_found, version_differs,
-- external_id_taken (customer.id is the customer that has the external_id).
-- Caller: db::customers.
CREATE OR REPLACE FUNCTION tallystick.customer_update(
    p_business_id uuid,
    p_id uuid,
    p_name text,
    p_credit_limit bigint,
    p_blocked boolean,
    p_set_external_id boolean,
    p_external_id text,
    p_held text DEFAULT 'wait',
    p_version uuid DEFAULT NULL,
    p_expected_versions uuid[] DEFAULT NULL,
    p_set_payment_terms boolean DEFAULT false,
    p_payment_terms jsonb DEFAULT NULL,
    p_set_overdue_hold_after_days boolean DEFAULT false,
    p_overdue_hold_after_days integer DEFAULT NULL,
    OUT outcome text,
    OUT customer tallystick.customer_accounts
)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
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
    v_terms tallystick.payment_terms := tallystick.payment_terms_of(p_payment_terms);
    v_place tid;
BEGIN
    PERFORM tallystick.require_context(p_business_id);
    -- Lock the view before any table, as migrate does (sql/locks.sql).
    PERFORM FROM tallystick.customer_accounts AS account WHERE false;
    IF p_held <> 'wait' AND tallystick.customer_is_held(p_business_id, p_id) THEN
        outcome := 'customer_held';
        RETURN;
    END IF;
    SELECT locked.ctid INTO v_place
    FROM tallystick.customers AS locked
    WHERE locked.business_id = p_business_id AND locked.id BETWEEN p_id AND p_id
    ORDER BY locked.id
    FOR NO KEY UPDATE;
    BEGIN
        UPDATE tallystick.customers AS changed
        SET name = coalesce(p_name, changed.name),
            credit_limit = coalesce(p_credit_limit, changed.credit_limit),
            blocked = coalesce(p_blocked, changed.blocked),
            external_id = CASE WHEN p_set_external_id THEN p_external_id ELSE changed.external_id END,
            payment_terms = CASE WHEN p_set_payment_terms THEN v_terms ELSE changed.payment_terms END,
            overdue_hold_after_days = CASE WHEN p_set_overdue_hold_after_days THEN p_overdue_hold_after_days
                                           ELSE changed.overdue_hold_after_days END,
            version = coalesce(p_version, tallystick.new_id())
        -- The place of a locked row does not change.
        WHERE changed.business_id = p_business_id AND changed.ctid = v_place
          AND (p_expected_versions IS NULL
               OR coalesce(changed.version, changed.id) = ANY (p_expected_versions) OR changed.version = p_version);
    EXCEPTION WHEN unique_violation THEN
        outcome := 'external_id_taken';
        customer.id := tallystick.customer_by_external_id(p_business_id, p_external_id);
        RETURN;
    END;
    IF NOT FOUND THEN
        outcome := CASE WHEN v_place IS NULL THEN 'customer_not_found' ELSE 'version_differs' END;
        RETURN;
    END IF;
    outcome := 'updated';
    SELECT account.* INTO customer
    FROM tallystick.customer_accounts AS account
    WHERE account.business_id = p_business_id AND account.id BETWEEN p_id AND p_id
    ORDER BY account.id;
END
$$;
GRANT EXECUTE ON FUNCTION tallystick.customer_update TO tallystick_app;
