-- Purpose: the first rule of its kind that a ledger entry breaks, for entries that are no purchases; NULL if it breaks none.
-- Credit that names no charge is charged_total - balance_after - allocated_total, and never negative.
-- Locks: none. Entries never change.
-- Caller: ledger_entries_are_right, after the rules of all entries.
CREATE OR REPLACE FUNCTION tallystick.ledger_kind_broken_rule(e tallystick.credit_ledger) RETURNS text
LANGUAGE plpgsql VOLATILE
SET enable_seqscan = off
SET enable_bitmapscan = off
AS $$
DECLARE
    v_allocated_before bigint;
    v_reversed record;
    v_returned record;
    v_broken text;
BEGIN
    SELECT previous.allocated_total INTO v_allocated_before
    FROM tallystick.credit_ledger AS previous
    WHERE previous.business_id = e.business_id AND previous.customer_id = e.customer_id
      AND previous.entry_no BETWEEN e.entry_no - 1 AND e.entry_no - 1
    ORDER BY previous.entry_no;
    v_allocated_before := coalesce(v_allocated_before, 0);
    SELECT reversed.kind, reversed.amount INTO v_reversed
    FROM tallystick.credit_ledger AS reversed
    WHERE reversed.business_id = e.business_id AND reversed.customer_id = e.customer_id
      AND reversed.entry_no BETWEEN e.reverses_no AND e.reverses_no
    ORDER BY reversed.entry_no;
    SELECT returned.customer_id, returned.total, returned.created_at INTO v_returned
    FROM tallystick.returns AS returned
    WHERE e.kind = 'return' AND returned.business_id = e.business_id AND returned.id BETWEEN e.id AND e.id
    ORDER BY returned.id;
    v_broken := CASE
        WHEN NOT CASE
            WHEN e.kind IN ('opening', 'fee', 'debit', 'refund', 'reversal') THEN e.amount > 0
            WHEN e.kind IN ('payment', 'credit', 'write_off') THEN e.amount < 0
            WHEN e.kind = 'return' THEN e.amount <= 0
            WHEN e.kind = 'allocation' THEN e.amount = 0
            ELSE false
        END THEN 'credit_ledger_amount_is_that_of_its_kind'
        WHEN e.kind = 'refund' AND e.balance_after > 0 THEN 'credit_ledger_a_refund_pays_out_a_credit_balance'
        WHEN e.kind = 'write_off' AND e.balance_after < 0 THEN 'credit_ledger_a_write_off_gives_up_at_most_the_balance'
        WHEN e.kind = 'reversal' AND e.reverses_no NOT BETWEEN 1 AND e.entry_no - 1
            THEN 'credit_ledger_a_reversal_names_an_earlier_entry'
        WHEN e.kind = 'reversal'
            AND (v_reversed.kind IN ('payment', 'credit', 'write_off') AND v_reversed.amount = -e.amount) IS NOT TRUE
            THEN 'credit_ledger_a_reversal_takes_back_its_entry'
        WHEN e.kind = 'return' AND (v_returned.total = -e.amount AND v_returned.customer_id = e.customer_id
                AND v_returned.created_at = e.created_at) IS NOT TRUE
            THEN 'credit_ledger_a_return_credits_its_returns_total'
        -- Written so, because the difference could exceed its type for a customer in credit who was charged all it can hold.
        WHEN e.balance_after > e.charged_total - e.allocated_total THEN 'credit_ledger_unapplied_credit_is_never_negative'
        WHEN e.allocated_total < 0 THEN 'credit_ledger_allocated_total_is_never_negative'
        WHEN e.allocated_total < v_allocated_before AND e.kind NOT IN ('reversal', 'allocation')
            THEN 'credit_ledger_a_credit_allocates_nothing_back'
        WHEN e.allocated_total - v_allocated_before > greatest(-e.amount, 0) AND e.kind <> 'allocation'
            THEN 'credit_ledger_a_credit_allocates_at_most_itself'
        WHEN e.kind = 'reversal' AND v_allocated_before - e.allocated_total > e.amount
            THEN 'credit_ledger_a_reversal_takes_back_at_most_itself'
        WHEN e.ahead_total NOT BETWEEN 0 AND e.allocated_total THEN 'credit_ledger_ahead_is_a_part_of_allocated'
        WHEN e.ahead_total <> 0 AND e.balance_after <= 0 THEN 'credit_ledger_nothing_is_ahead_without_debt'
        -- The digest of allocations is compared below, and that of a return where its lines are written.
        WHEN e.kind NOT IN ('return', 'allocation') AND e.allocated_total = v_allocated_before
            AND e.details_digest <> sha256(decode('01', 'hex'))
            THEN 'credit_ledger_without_details_the_digest_is_that_of_nothing'
    END;
    IF v_broken IS NULL AND (e.allocated_total > 0 OR v_allocated_before > 0 OR e.kind = 'allocation')
       AND e.kind NOT IN ('opening', 'fee', 'debit', 'refund') THEN
        v_broken := tallystick.allocations_broken_rule(e);
    END IF;
    RETURN v_broken;
END
$$;
