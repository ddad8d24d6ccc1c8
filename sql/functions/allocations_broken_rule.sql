-- Purpose: the first rule that the allocations of a ledger entry break, or NULL:
--
-- - the parts of the entry add up to what it allocates, and are those of its digest; a credit takes none back;
-- - each part copies its charge rightly;
-- - a reversal takes back what its entry settled and still stands, and nothing else (reversal_takes_back_its_own);
-- - ahead_total is what is allocated beyond P (see ledger_ahead), and the first charge beyond P is open.
--
-- Only the charges between the former and the new P are looked at. `verify` looks at all.
-- Locks: none. Entries and parts never change.
-- Caller: ledger_kind_broken_rule and allocations_agree, so that neither table can be written without the other.
CREATE OR REPLACE FUNCTION tallystick.allocations_broken_rule(e tallystick.credit_ledger) RETURNS text
LANGUAGE plpgsql VOLATILE
SET enable_seqscan = off
SET enable_bitmapscan = off
SET enable_hashjoin = off
SET enable_mergejoin = off
AS $$
DECLARE
    v_account record;
    v_parts record;
    v_former bigint;
    -- As in ledger_ahead.
    v_settled constant bigint := e.charged_total - greatest(e.balance_after, 0) - e.ahead_total;
    v_passed_after bigint;
    v_passed_to bigint;
    v_passed bigint;
    v_first record;
BEGIN
    SELECT previous.charged_total, previous.balance_after, previous.allocated_total, previous.ahead_total INTO v_account
    FROM tallystick.credit_ledger AS previous
    WHERE previous.business_id = e.business_id AND previous.customer_id = e.customer_id
      AND previous.entry_no BETWEEN e.entry_no - 1 AND e.entry_no - 1
    ORDER BY previous.entry_no
    LIMIT 1;
    v_former := coalesce(v_account.charged_total - greatest(v_account.balance_after, 0) - v_account.ahead_total, 0);

    SELECT coalesce(sum(part.amount), 0) AS amount,
           coalesce(sum(part.amount) FILTER (WHERE part.charged_total > v_former), 0) AS beyond_former,
           coalesce(bool_and((charge.amount = part.charge_amount AND charge.charged_total = part.charged_total
               AND charge.kind IN ('purchase', 'opening', 'fee', 'debit', 'refund')) IS TRUE), true) AS are_copies,
           coalesce(bool_and(part.amount > 0), true) AS take_nothing_back,
           sha256(decode('01', 'hex') || coalesce(
               string_agg(int8send(part.charge_no) || int8send(part.amount), ''::bytea), ''::bytea)) AS digest
    INTO v_parts
    FROM (
        SELECT part.*
        FROM tallystick.allocations AS part
        WHERE part.business_id = e.business_id AND part.customer_id = e.customer_id
          AND part.entry_no BETWEEN e.entry_no AND e.entry_no
        -- The order of the digest. An ORDER BY in the aggregate would be a sort, which the callers' settings forbid.
        ORDER BY part.entry_no, part.charge_no
    ) AS part
    LEFT JOIN LATERAL (
        SELECT entry.kind, entry.amount, entry.charged_total
        FROM tallystick.credit_ledger AS entry
        WHERE entry.business_id = part.business_id AND entry.customer_id = part.customer_id
          AND entry.entry_no BETWEEN part.charge_no AND part.charge_no
        ORDER BY entry.entry_no
        LIMIT 1
    ) AS charge ON true;

    -- What is allocated now to the charges that P passed, in either direction: all parts of them add up to it. The entries are
    -- looked up before: under row level security, no index is looked up by coalesce(), and all allocations would be read.
    SELECT entry.entry_no INTO v_passed_after
    FROM tallystick.credit_ledger AS entry
    WHERE entry.business_id = e.business_id AND entry.customer_id = e.customer_id
      AND entry.charged_total <= least(v_former, v_settled)
    ORDER BY entry.charged_total DESC, entry.entry_no DESC
    LIMIT 1;
    v_passed_after := coalesce(v_passed_after, 0);
    SELECT entry.entry_no INTO v_passed_to
    FROM tallystick.credit_ledger AS entry
    WHERE entry.business_id = e.business_id AND entry.customer_id = e.customer_id
      AND entry.charged_total <= greatest(v_former, v_settled)
    ORDER BY entry.charged_total DESC, entry.entry_no DESC
    LIMIT 1;
    SELECT coalesce(sum(part.amount), 0) * CASE WHEN v_settled > v_former THEN -1 ELSE 1 END INTO v_passed
    FROM tallystick.allocations AS part
    WHERE part.business_id = e.business_id AND part.customer_id = e.customer_id
      AND part.charge_no > v_passed_after AND part.charge_no <= v_passed_to;

    -- The first charge beyond P. What is open of it is more than nothing.
    SELECT charge.amount - greatest(v_settled - (charge.charged_total - charge.amount), 0) - coalesce((
               SELECT part.allocated_after FROM tallystick.allocations AS part
               WHERE part.business_id = e.business_id AND part.customer_id = e.customer_id AND part.charge_no = charge.entry_no
               ORDER BY part.charge_no DESC, part.part_no DESC
               LIMIT 1), 0) AS open
    INTO v_first
    FROM tallystick.credit_ledger AS charge
    WHERE charge.business_id = e.business_id AND charge.customer_id = e.customer_id AND charge.charged_total > v_settled
    ORDER BY charge.charged_total, charge.entry_no
    LIMIT 1;

    RETURN CASE
        WHEN v_parts.amount <> e.allocated_total - coalesce(v_account.allocated_total, 0)
            THEN 'allocations_add_up_to_what_the_entry_allocates'
        WHEN NOT v_parts.are_copies THEN 'allocations_copy_their_charge'
        WHEN v_parts.digest <> e.details_digest AND e.kind <> 'return' THEN 'allocations_are_those_of_the_ledger_entry'
        WHEN NOT v_parts.take_nothing_back AND e.kind NOT IN ('reversal', 'allocation')
            THEN 'allocations_of_a_credit_take_nothing_back'
        WHEN e.kind = 'reversal' AND NOT tallystick.reversal_takes_back_its_own(e)
            THEN 'allocations_of_a_reversal_are_those_that_its_entry_made'
        WHEN e.ahead_total <> coalesce(v_account.ahead_total, 0) + v_parts.beyond_former + v_passed
            THEN 'ahead_is_what_is_allocated_beyond_the_pointer'
        WHEN v_first.open <= 0 THEN 'the_pointer_stands_at_an_open_charge'
    END;
END
$$;
