-- Purpose: what a statement of a customer's account says before and after its lines. The period is p_start (included) to p_end (not
-- included). opening_no and closing_no are the last entries before the period and before its end, or 0: the lines are the entries
-- between. as_of is the end of the period, or now if that comes first. The aging is what the closing entry leaves open, at as_of (see
-- ledger_aging). closed_at is the closing entry's time: open_charges as of it are the charges that this entry leaves open.
-- charged is the sum of the charges of the period; credited is what lowered the balance, less what reversals took back.
-- No row if there is no such customer.
-- Locks: none.
-- Caller: db::statements.
CREATE OR REPLACE FUNCTION tallystick.statement_get(
    p_business_id uuid, p_customer_id uuid, p_start timestamptz, p_end timestamptz
) RETURNS TABLE (
    business_name text, currency text, time_zone text, customer_name text, external_id text, as_of timestamptz,
    opening_no bigint, opening_balance bigint, charged bigint, credited bigint, closing_balance bigint, entry_no bigint,
    entry_hash bytea, closed_at timestamptz, not_due bigint, days_1_to_30 bigint, days_31_to_60 bigint, days_61_to_90 bigint,
    over_90_days bigint)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
-- One plan by index, kept: see "Readers" in sql/README.md.
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET enable_bitmapscan = off
SET enable_sort = off
AS $$
DECLARE
    v_opening tallystick.credit_ledger;
    v_closing tallystick.credit_ledger;
BEGIN
    SELECT customer.name, customer.external_id INTO customer_name, external_id
    FROM tallystick.customers AS customer
    WHERE customer.business_id = p_business_id AND customer.id BETWEEN p_customer_id AND p_customer_id
    ORDER BY customer.id;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    SELECT business.name, business.currency, business.time_zone INTO business_name, currency, time_zone
    FROM tallystick.businesses AS business
    WHERE business.business_id = p_business_id;
    v_opening := tallystick.ledger_entry_as_of(p_business_id, p_customer_id, p_start - interval '1 microsecond');
    v_closing := tallystick.ledger_entry_as_of(p_business_id, p_customer_id, p_end - interval '1 microsecond');
    as_of := least(p_end, now());
    opening_no := coalesce(v_opening.entry_no, 0);
    opening_balance := coalesce(v_opening.balance_after, 0);
    closing_balance := coalesce(v_closing.balance_after, 0);
    charged := coalesce(v_closing.charged_total, 0) - coalesce(v_opening.charged_total, 0);
    credited := opening_balance + charged - closing_balance;
    entry_no := v_closing.entry_no;
    entry_hash := v_closing.entry_hash;
    closed_at := v_closing.created_at;
    SELECT aging.* INTO not_due, days_1_to_30, days_31_to_60, days_61_to_90, over_90_days
    FROM tallystick.ledger_aging(v_closing, as_of) AS aging;
    RETURN NEXT;
END
$$;
GRANT EXECUTE ON FUNCTION tallystick.statement_get TO tallystick_app;
