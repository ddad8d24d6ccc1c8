-- Purpose: the trigger function that refuses ledger entries which do not follow from the entry before them, or break a rule of
-- their kind. All entries of an INSERT statement are judged at once. The first rule that an entry breaks is named as a constraint.
--
-- account is the customer's account as the entry before left it; zeros before the first.
-- Nobody can change the entry before, and two entries cannot have one number. So it is enough to look once.
-- Entries that are no purchases have rules of their own: ledger_kind_broken_rule.
CREATE OR REPLACE FUNCTION tallystick.ledger_entries_are_right() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off
SET enable_bitmapscan = off
SET enable_hashjoin = off
SET enable_mergejoin = off
AS $$
DECLARE
    c_zero_hash constant bytea := decode(repeat('00', 32), 'hex');
    c_most constant bigint := 9007199254740991;
    v_broken text;
    v_has_first boolean;
    v_has_other_kinds boolean;
BEGIN
    SELECT min(rules.broken), bool_or(e.entry_no = 1), bool_or(e.kind <> 'purchase')
    INTO v_broken, v_has_first, v_has_other_kinds
    FROM new_entries AS e
    -- OFFSET keeps the subtraction out of the look-up. Under row level security an index is looked up by a column or a value, and
    -- not by what a function computes from another row: all entries of the customer would be read.
    CROSS JOIN LATERAL (SELECT e.entry_no - 1 AS entry_no OFFSET 0) AS before
    LEFT JOIN LATERAL (
        SELECT previous.entry_no, previous.balance_after, previous.charged_total, previous.allocated_total, previous.ahead_total,
               previous.due_at, previous.due_run_from, previous.created_at, previous.entry_hash
        FROM tallystick.credit_ledger AS previous
        WHERE previous.business_id = e.business_id AND previous.customer_id = e.customer_id
          AND previous.entry_no BETWEEN before.entry_no AND before.entry_no
        ORDER BY previous.entry_no
        LIMIT 1
    ) AS previous ON true
    LEFT JOIN LATERAL (
        SELECT placed.customer_id, placed.total, placed.created_at
        FROM tallystick.orders AS placed
        WHERE e.kind = 'purchase' AND placed.business_id = e.business_id AND placed.id BETWEEN e.id AND e.id
        ORDER BY placed.id
        LIMIT 1
    ) AS placed ON true
    CROSS JOIN LATERAL (
        SELECT e.kind IN ('purchase', 'opening', 'fee', 'debit', 'refund') AS is_charge,
               coalesce(previous.balance_after, 0) AS balance,
               coalesce(previous.charged_total, 0) AS charged_total,
               coalesce(previous.allocated_total, 0) AS allocated_total,
               coalesce(previous.ahead_total, 0) AS ahead_total,
               coalesce(previous.due_at, '-infinity') AS due_at,
               coalesce(previous.due_run_from, 0) AS due_run_from,
               coalesce(previous.created_at, '-infinity') AS created_at,
               coalesce(previous.entry_hash, c_zero_hash) AS entry_hash
    ) AS account
    CROSS JOIN LATERAL (
        SELECT CASE
            -- The chain.
            WHEN e.entry_no < 1 OR (e.entry_no > 1 AND previous.entry_no IS NULL)
                THEN 'credit_ledger_continues_the_previous_entry'
            WHEN e.amount NOT BETWEEN -c_most AND c_most THEN 'credit_ledger_amount_is_safe_money'
            WHEN e.balance_after <> account.balance + e.amount THEN 'credit_ledger_balance_after_is_before_plus_amount'
            WHEN e.balance_after NOT BETWEEN -c_most AND c_most THEN 'credit_ledger_balance_is_safe_money'
            WHEN e.charged_total - account.charged_total <> CASE WHEN account.is_charge THEN e.amount ELSE 0 END
                THEN 'credit_ledger_charged_total_adds_the_charges'
            WHEN account.is_charge AND (e.allocated_total <> account.allocated_total OR e.ahead_total <> account.ahead_total)
                THEN 'credit_ledger_charges_move_no_pointer'
            WHEN e.held_total <> 0 THEN 'credit_ledger_nothing_is_held'

            -- Purchases, and the limit that every new debt keeps.
            WHEN e.kind = 'purchase' AND (e.amount >= 0 AND placed.total = e.amount AND placed.customer_id = e.customer_id
                    AND placed.created_at = e.created_at) IS NOT TRUE
                THEN 'credit_ledger_purchase_charges_its_orders_total'
            WHEN (e.kind IN ('purchase', 'opening', 'fee', 'debit')) <> (e.credit_limit IS NOT NULL)
                THEN 'credit_ledger_new_debt_keeps_the_limit_in_force'
            WHEN e.authorized_limit NOT BETWEEN 0 AND c_most OR (e.authorized_limit IS NOT NULL AND e.credit_limit IS NULL)
                THEN 'credit_ledger_authorized_limit_is_for_new_debt'
            WHEN (e.kind = 'reversal') <> (e.reverses_no IS NOT NULL)
                THEN 'credit_ledger_a_reversal_names_an_earlier_entry'

            -- Times. Only a charge has a due time of its own.
            WHEN e.created_at < account.created_at THEN 'credit_ledger_created_at_never_falls'
            WHEN NOT isfinite(e.created_at) THEN 'credit_ledger_created_at_is_a_time'
            WHEN NOT account.is_charge
                AND (e.due_at <> account.due_at OR e.due_run_from <> account.due_run_from OR e.due_date IS NOT NULL)
                THEN 'credit_ledger_others_carry_the_due_time'
            WHEN account.is_charge AND NOT isfinite(e.due_at) THEN 'credit_ledger_a_charge_is_due_at_some_time'
            WHEN account.is_charge AND e.due_run_from <> CASE
                    WHEN account.due_run_from > 0 AND e.due_at >= account.due_at THEN account.due_run_from
                    ELSE e.entry_no
                END THEN 'credit_ledger_a_charge_continues_or_starts_a_run_of_due_times'

            WHEN e.received_on IS NOT NULL AND e.kind <> 'payment' THEN 'credit_ledger_only_a_payment_is_received'

            -- Texts and digests.
            WHEN octet_length(e.idempotency_key) > 255 OR e.idempotency_key !~ '^[!-~]+$'
                THEN 'credit_ledger_idempotency_key_is_visible_ascii'
            WHEN octet_length(e.request_fingerprint) <> 32 THEN 'credit_ledger_fingerprint_is_sha256'
            WHEN octet_length(e.details_digest) <> 32 THEN 'credit_ledger_details_digest_is_sha256'
            WHEN char_length(e.actor) NOT BETWEEN 1 AND 300 THEN 'credit_ledger_actor_is_short_text'
            WHEN char_length(e.reason) > 500 THEN 'credit_ledger_reason_is_short_text'
            WHEN char_length(e.reference) > 200 THEN 'credit_ledger_reference_is_short_text'
            WHEN e.entry_hash <> tallystick.ledger_hash(account.entry_hash, e)
                THEN 'credit_ledger_entry_hash_covers_the_entry'
        END
    ) AS rules (broken);
    IF v_has_first AND v_broken IS NULL THEN
        SELECT 'credit_ledger_customer_exists' INTO v_broken
        FROM new_entries AS e
        LEFT JOIN LATERAL (
            SELECT customer.id
            FROM tallystick.customers AS customer
            WHERE customer.business_id = e.business_id AND customer.id BETWEEN e.customer_id AND e.customer_id
            ORDER BY customer.id
            LIMIT 1
        ) AS customer ON true
        WHERE e.entry_no = 1 AND customer.id IS NULL
        LIMIT 1;
    END IF;
    IF v_has_other_kinds AND v_broken IS NULL THEN
        SELECT min(tallystick.ledger_kind_broken_rule(e)) INTO v_broken
        FROM new_entries AS e
        WHERE e.kind <> 'purchase';
    END IF;
    IF v_broken IS NOT NULL THEN
        RAISE EXCEPTION 'a ledger entry must follow from the entry before it and keep the rules of its kind'
            USING ERRCODE = 'check_violation', SCHEMA = tg_table_schema, TABLE = tg_table_name, CONSTRAINT = v_broken;
    END IF;
    RETURN NULL;
END
$$;
