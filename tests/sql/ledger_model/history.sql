-- A random history of one customer, held against a model that adds everything up again after each entry: by brute force, from
-- lists of charges and of what is allocated to each. Returns how many entries it wrote.
CREATE SCHEMA IF NOT EXISTS model;
CREATE OR REPLACE FUNCTION model.history(p_business_id uuid, p_seed integer, p_events integer) RETURNS integer
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    v_customer_id uuid := gen_random_uuid();
    v_account tallystick.ledger_account;
    e tallystick.credit_ledger;
    v_last tallystick.credit_ledger;
    v_kind text;
    v_roll integer;
    v_charge_nos bigint[];
    v_amounts bigint[];
    v_written integer := 0;
    -- The model: charges in order, what was allocated to each, and the credit that names none.
    m_nos bigint[] := '{}';
    m_charges bigint[] := '{}';
    m_due timestamptz[] := '{}';
    m_allocated bigint[] := '{}';
    m_unapplied bigint := 0;
    m_open bigint[];
    m_left bigint;
    m_balance bigint;
    m_ahead bigint;
    v_sum bigint;
    v_take bigint;
    v_candidate record;
    v_now timestamptz := '2026-01-01 00:00:00+00';
    v_got record;
    v_want record;
BEGIN
    PERFORM setseed(p_seed / 2147483647.0);
    INSERT INTO tallystick.customers (business_id, id, name, credit_limit) VALUES (p_business_id, v_customer_id, 'C', 1000000000);
    FOR v_event IN 1 .. p_events LOOP
        v_account := tallystick.ledger_account_of(p_business_id, v_customer_id);
        v_now := v_now + make_interval(hours => floor(random() * 400)::integer);
        v_charge_nos := '{}';
        v_amounts := '{}';
        e := NULL;
        v_roll := floor(random() * 100);
        IF v_roll < 40 OR cardinality(m_nos) = 0 AND v_roll < 70 THEN
            v_kind := (ARRAY['opening', 'fee', 'debit'])[1 + floor(random() * 3)];
            e.amount := 1 + floor(random() * 6) * 10 + floor(random() * 2) * 5;
            e.credit_limit := 1000000000;
            e.due_at := v_now + make_interval(days => (ARRAY[0, 10, 30, 30, 30, 60])[1 + floor(random() * 6)]);
        ELSIF v_roll < 45 AND v_account.balance < 0 THEN
            v_kind := 'refund';
            e.amount := 1 + floor(random() * -v_account.balance);
            e.due_at := v_now;
        ELSIF v_roll < 80 OR v_account.entry_no = 0 THEN
            -- Credit, often for chosen charges.
            v_kind := (ARRAY['payment', 'payment', 'credit', 'write_off', 'return'])[1 + floor(random() * 5)];
            e.amount := -(1 + floor(random() * 12) * 10 + floor(random() * 2) * 5);
            v_take := -e.amount;
            IF random() < 0.6 THEN
                FOR v_candidate IN
                    SELECT i, m_charges[i] - m_allocated[i] AS room FROM generate_subscripts(m_nos, 1) AS i
                    WHERE m_charges[i] > m_allocated[i] ORDER BY random() LIMIT 1 + floor(random() * 3)
                LOOP
                    EXIT WHEN v_take = 0;
                    v_sum := least(v_take, CASE WHEN random() < 0.7 THEN v_candidate.room ELSE 1 + floor(random() * v_candidate.room) END);
                    v_charge_nos := v_charge_nos || m_nos[v_candidate.i];
                    v_amounts := v_amounts || v_sum;
                    v_take := v_take - v_sum;
                END LOOP;
            END IF;
        ELSIF v_roll < 92 THEN
            -- Unapplied credit to charges, or back, or both.
            v_kind := 'allocation';
            e.amount := 0;
            v_take := m_unapplied;
            FOR v_candidate IN
                SELECT i, m_charges[i] - m_allocated[i] AS room, m_allocated[i] AS back
                FROM generate_subscripts(m_nos, 1) AS i ORDER BY random() LIMIT 1 + floor(random() * 3)
            LOOP
                IF v_candidate.back > 0 AND random() < 0.5 THEN
                    v_sum := -(1 + floor(random() * v_candidate.back));
                ELSE
                    v_sum := least(v_take, v_candidate.room);
                END IF;
                CONTINUE WHEN v_sum = 0;
                v_charge_nos := v_charge_nos || m_nos[v_candidate.i];
                v_amounts := v_amounts || v_sum;
                v_take := v_take - v_sum;
            END LOOP;
            CONTINUE WHEN cardinality(v_charge_nos) = 0;
        ELSE
            v_kind := 'reversal';
            SELECT entry.* INTO v_last FROM tallystick.credit_ledger AS entry
            WHERE entry.business_id = p_business_id AND entry.customer_id = v_customer_id
              AND entry.kind IN ('payment', 'credit', 'write_off')
              AND NOT EXISTS (
                  SELECT FROM tallystick.credit_ledger AS other
                  WHERE other.business_id = p_business_id AND other.customer_id = v_customer_id
                    AND other.reverses_no = entry.entry_no)
            ORDER BY random() LIMIT 1;
            CONTINUE WHEN NOT FOUND;
            e.amount := -v_last.amount;
            e.reverses_no := v_last.entry_no;
            v_take := e.amount;
            FOR v_candidate IN
                SELECT part.charge_no, part.amount FROM tallystick.allocations AS part
                WHERE part.business_id = p_business_id AND part.customer_id = v_customer_id AND part.entry_no = v_last.entry_no
            LOOP
                v_sum := least(v_candidate.amount, m_allocated[array_position(m_nos, v_candidate.charge_no)]);
                CONTINUE WHEN v_sum <= 0;
                v_charge_nos := v_charge_nos || v_candidate.charge_no;
                v_amounts := v_amounts || -v_sum;
                v_take := v_take - v_sum;
            END LOOP;
            CONTINUE WHEN v_take > m_unapplied;
        END IF;

        -- In the order of the charges.
        SELECT coalesce(array_agg(no ORDER BY no), '{}'), coalesce(array_agg(amount ORDER BY no), '{}')
        INTO v_charge_nos, v_amounts FROM unnest(v_charge_nos, v_amounts) AS part (no, amount);
        e.business_id := p_business_id;
        e.id := gen_random_uuid();
        e.kind := v_kind;
        e.created_at := v_now;
        e.idempotency_key := e.id::text;
        e.request_fingerprint := sha256('');
        e.actor := 'model';
        e := tallystick.ledger_record(v_account, e, v_charge_nos, v_amounts);
        v_written := v_written + 1;

        -- The model.
        IF v_kind IN ('opening', 'fee', 'debit', 'refund') THEN
            m_nos := m_nos || e.entry_no;
            m_charges := m_charges || e.amount;
            m_due := m_due || e.due_at;
            m_allocated := m_allocated || 0::bigint;
        ELSE
            m_unapplied := m_unapplied - e.amount;
            FOR n IN 1 .. cardinality(v_charge_nos) LOOP
                m_allocated[array_position(m_nos, v_charge_nos[n])] :=
                    m_allocated[array_position(m_nos, v_charge_nos[n])] + v_amounts[n];
                m_unapplied := m_unapplied - v_amounts[n];
            END LOOP;
        END IF;
        m_left := m_unapplied;
        m_balance := -m_unapplied;
        m_ahead := 0;
        m_open := '{}';
        FOR i IN 1 .. cardinality(m_nos) LOOP
            v_sum := least(m_left, m_charges[i] - m_allocated[i]);
            m_left := m_left - v_sum;
            m_open := m_open || m_charges[i] - m_allocated[i] - v_sum;
            m_balance := m_balance + m_charges[i] - m_allocated[i];
            IF m_open[i] > 0 OR m_ahead > 0 OR EXISTS (SELECT FROM unnest(m_open) AS o WHERE o > 0) THEN
                m_ahead := m_ahead + m_allocated[i];
            END IF;
        END LOOP;

        SELECT m_balance AS balance, m_ahead AS ahead, (SELECT sum(a)::bigint FROM unnest(m_allocated) AS a) AS allocated,
               m_open AS open, (SELECT min(d) FROM unnest(m_due, m_open) AS x (d, o) WHERE o > 0) AS due
        INTO v_want;
        SELECT e.balance_after AS balance, e.ahead_total AS ahead,
               CASE WHEN cardinality(m_nos) > 0 THEN e.allocated_total END AS allocated,
               coalesce((SELECT array_agg(charge.amount - coalesce(part.after, 0) - least(greatest(
                           e.charged_total - e.balance_after - e.ahead_total - charge.charged_before, 0),
                           charge.amount - coalesce(part.after, 0)) ORDER BY charge.entry_no)
                 FROM tallystick.credit_ledger AS charge
                 LEFT JOIN LATERAL (
                     SELECT part.allocated_after AS after FROM tallystick.allocations AS part
                     WHERE part.business_id = p_business_id AND part.customer_id = v_customer_id
                       AND part.charge_no = charge.entry_no ORDER BY part.part_no DESC LIMIT 1) AS part ON true
                 WHERE charge.business_id = p_business_id AND charge.customer_id = v_customer_id
                   AND charge.kind IN ('purchase', 'opening', 'fee', 'debit', 'refund')), '{}') AS open,
               (SELECT account.due_at FROM tallystick.customer_accounts AS account WHERE account.business_id = p_business_id AND account.id = v_customer_id) AS due
        INTO v_got;
        IF v_got IS DISTINCT FROM v_want THEN
            RAISE EXCEPTION 'seed %, entry % (%): got %, and the model says %', p_seed, e.entry_no, v_kind, v_got, v_want;
        END IF;
    END LOOP;
    RETURN v_written;
END
$$;
