-- Purpose: how old the debt of a whole business is as of p_as_of, or now if it is NULL: how many customers owe something, the sum of
-- their balances, how much of it is due for how many days (see ledger_aging), and what the business owes to customers in credit. The
-- buckets add up to the balances. What was written at p_as_of counts.
--
-- One pass over the ledger in the order of its key, backwards: what comes first of a customer is the last entry as of the moment, and
-- it says up to where the charges are settled (P, see views/customer_accounts.sql). So no customer is looked up, and nothing is
-- sorted. Only where credit names charges beyond P, each charge there is asked for what was allocated to it.
--
-- A call looks at p_limit entries at most, and at 20,000. If there are more, the next_ columns say where the next part begins; the
-- caller adds the parts up. A part can end in the middle of a customer. Then next_last_no is the last entry as of the moment, if
-- the pass has come to it. The rest of a customer of whom only settled charges are left is left out.
-- All columns are NULL if there is no such business.
-- Locks: none.
-- Caller: db::aging.
CREATE OR REPLACE FUNCTION tallystick.aging_totals(
    p_business_id uuid,
    p_as_of timestamptz,
    p_customer_id uuid DEFAULT NULL,
    p_entry_no bigint DEFAULT NULL,
    p_last_no bigint DEFAULT NULL,
    p_limit integer DEFAULT NULL,
    OUT as_of timestamptz,
    OUT customers bigint,
    OUT balance numeric,
    OUT not_due numeric,
    OUT days_1_to_30 numeric,
    OUT days_31_to_60 numeric,
    OUT days_61_to_90 numeric,
    OUT over_90_days numeric,
    OUT credit_balance numeric,
    OUT next_customer_id uuid,
    OUT next_entry_no bigint,
    OUT next_last_no bigint
)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
-- One plan by index, kept: see "Readers" in sql/README.md.
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET enable_bitmapscan = off
SET enable_hashjoin = off
SET enable_mergejoin = off
SET enable_sort = off
-- What the pass is assumed to cost would compile the plan.
SET jit = off
AS $$
DECLARE
    v_before_customer constant uuid := coalesce(p_customer_id, 'ffffffff-ffff-ffff-ffff-ffffffffffff');
    v_before_no constant bigint := coalesce(p_entry_no, 9223372036854775807);
    v_last_of_part constant bigint := least(p_limit, 20000) - 1;
    v_from_customer uuid := '00000000-0000-0000-0000-000000000000';
    v_from_no bigint := 0;
    -- Of the customer in whose middle this part begins.
    v_settled bigint;
    v_ahead bigint;
    v_rest_is_settled boolean;
BEGIN
    PERFORM FROM tallystick.businesses AS business WHERE business.business_id = p_business_id;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    as_of := coalesce(p_as_of, now());
    -- Where this part ends.
    SELECT entry.customer_id, entry.entry_no INTO next_customer_id, next_entry_no
    FROM tallystick.credit_ledger AS entry
    WHERE entry.business_id = p_business_id AND (entry.customer_id, entry.entry_no) < (v_before_customer, v_before_no)
    ORDER BY entry.customer_id DESC, entry.entry_no DESC
    OFFSET v_last_of_part
    LIMIT 1;
    IF FOUND THEN
        v_from_customer := next_customer_id;
        v_from_no := next_entry_no;
    END IF;
    IF p_last_no IS NOT NULL THEN
        SELECT entry.charged_total - greatest(entry.balance_after, 0) - entry.ahead_total, entry.ahead_total INTO v_settled, v_ahead
        FROM tallystick.credit_ledger AS entry
        WHERE entry.business_id = p_business_id AND entry.customer_id = p_customer_id
          AND entry.entry_no BETWEEN p_last_no AND p_last_no
        ORDER BY entry.entry_no
        LIMIT 1;
    END IF;

    SELECT count(*) FILTER (WHERE entry.is_last AND entry.balance_after > 0),
           coalesce(sum(entry.balance_after) FILTER (WHERE entry.is_last AND entry.balance_after > 0), 0),
           coalesce(sum(entry.open) FILTER (WHERE entry.due_at >= as_of), 0),
           coalesce(sum(entry.open) FILTER (WHERE entry.due_at < as_of AND entry.due_at >= as_of - interval '720 hours'), 0),
           coalesce(sum(entry.open) FILTER (
               WHERE entry.due_at < as_of - interval '720 hours' AND entry.due_at >= as_of - interval '1440 hours'), 0),
           coalesce(sum(entry.open) FILTER (
               WHERE entry.due_at < as_of - interval '1440 hours' AND entry.due_at >= as_of - interval '2160 hours'), 0),
           coalesce(sum(entry.open) FILTER (WHERE entry.due_at < as_of - interval '2160 hours'), 0),
           coalesce(-sum(entry.balance_after) FILTER (WHERE entry.is_last AND entry.balance_after < 0), 0),
           max(entry.last_no) FILTER (WHERE entry.customer_id = next_customer_id),
           bool_or(entry.charged_total <= entry.settled) FILTER (WHERE entry.customer_id = next_customer_id)
    INTO customers, balance, not_due, days_1_to_30, days_31_to_60, days_61_to_90, over_90_days, credit_balance,
         next_last_no, v_rest_is_settled
    FROM (
        SELECT of_customer.*,
               CASE WHEN of_customer.charged_total > of_customer.settled
                         AND of_customer.kind IN ('purchase', 'opening', 'fee', 'debit', 'refund')
                   THEN of_customer.amount
                        - greatest(of_customer.settled - (of_customer.charged_total - of_customer.amount), 0)
                        - CASE WHEN of_customer.ahead = 0 THEN 0 ELSE coalesce((
                            SELECT part.allocated_after
                            FROM tallystick.allocations AS part
                            WHERE part.business_id = p_business_id AND part.customer_id = of_customer.customer_id
                              AND part.charge_no = of_customer.entry_no AND part.entry_no <= of_customer.last_no
                            ORDER BY part.charge_no DESC, part.part_no DESC
                            LIMIT 1), 0) END
               END AS open
        FROM (
            SELECT known.customer_id, known.entry_no, known.kind, known.amount, known.balance_after, known.charged_total,
                   known.due_at, known.is_last,
                   -- What the customer's last entry says stands in all of them.
                   coalesce(max(known.charged_total - greatest(known.balance_after, 0) - known.ahead_total)
                            FILTER (WHERE known.is_last) OVER of_customer, v_settled) AS settled,
                   coalesce(max(known.ahead_total) FILTER (WHERE known.is_last) OVER of_customer, v_ahead) AS ahead,
                   coalesce(max(known.entry_no) FILTER (WHERE known.is_last) OVER of_customer, p_last_no) AS last_no
            FROM (
                SELECT entry.customer_id, entry.entry_no, entry.kind, entry.amount, entry.balance_after, entry.charged_total,
                       entry.ahead_total, entry.due_at,
                       row_number() OVER (
                           -- The customer stands in the order, too, so that the index has it.
                           PARTITION BY entry.customer_id ORDER BY entry.customer_id DESC, entry.entry_no DESC
                           ROWS UNBOUNDED PRECEDING) = 1
                       AND (entry.customer_id <> p_customer_id OR p_last_no IS NULL) IS NOT FALSE AS is_last
                FROM tallystick.credit_ledger AS entry
                WHERE entry.business_id = p_business_id
                  AND (entry.customer_id, entry.entry_no) < (v_before_customer, v_before_no)
                  AND (entry.customer_id, entry.entry_no) >= (v_from_customer, v_from_no)
                  AND entry.created_at <= aging_totals.as_of
            ) AS known
            WINDOW of_customer AS (
                PARTITION BY known.customer_id ORDER BY known.customer_id DESC, known.entry_no DESC ROWS UNBOUNDED PRECEDING)
        ) AS of_customer
    ) AS entry;
    IF v_rest_is_settled THEN
        next_entry_no := 0;
    END IF;
END
$$;
GRANT EXECUTE ON FUNCTION tallystick.aging_totals TO tallystick_app;
