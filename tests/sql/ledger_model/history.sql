-- A random history of one customer, held against a model that replays it: lists of charges and of what is allocated to each, and a
-- pool of credit that settles the oldest charge first, by loops. The model knows no running figures.
--
-- A purchase is one line of three pieces, which come back one by one or together: 'return of 4' is of the purchase that is entry 4, as
-- 'reversal of 4' takes the payment back that is entry 4.
CREATE SCHEMA IF NOT EXISTS model;

CREATE TYPE model.event AS (
    no bigint, at timestamptz, kind text, amount bigint, due_at timestamptz, due_date date, charge_nos bigint[], amounts bigint[],
    pieces integer);
CREATE TYPE model.charge AS (
    no bigint, at timestamptz, amount bigint, due_at timestamptz, due_date date, allocated bigint, open bigint);
CREATE TYPE model.state AS (balance bigint, pool bigint, allocated bigint, charges model.charge[]);

-- What the customers of the histories owe, as of one moment: for the list of a whole business.
CREATE TABLE model.moment AS SELECT now() - interval '480 hours' AS as_of;
CREATE TABLE model.aged (
    customer_id uuid, balance bigint, not_due bigint, days_1_to_30 bigint, days_31_to_60 bigint, days_61_to_90 bigint,
    over_90_days bigint);
-- What the business owes to customers in credit.
CREATE TABLE model.in_credit (customer_id uuid, credit bigint);

-- The account as it stood at a moment: all events up to it, one after the other.
CREATE FUNCTION model.replay(p_events model.event[], p_moment timestamptz) RETURNS model.state
LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
    v_event model.event;
    v_charges model.charge[] := '{}';
    v_state model.state := (0, 0, 0, NULL);
    v_take bigint;
BEGIN
    FOREACH v_event IN ARRAY p_events LOOP
        CONTINUE WHEN v_event.at > p_moment;
        IF v_event.kind IN ('purchase', 'opening', 'fee', 'debit', 'refund') THEN
            v_charges := v_charges || (v_event.no, v_event.at, v_event.amount, v_event.due_at, v_event.due_date, 0, 0)::model.charge;
        ELSE
            v_state.pool := v_state.pool - v_event.amount;
        END IF;
        v_state.balance := v_state.balance + v_event.amount;
        FOR p IN 1 .. cardinality(v_event.charge_nos) LOOP
            v_state.pool := v_state.pool - v_event.amounts[p];
            v_state.allocated := v_state.allocated + v_event.amounts[p];
            FOR i IN 1 .. cardinality(v_charges) LOOP
                IF v_charges[i].no = v_event.charge_nos[p] THEN
                    v_charges[i].allocated := v_charges[i].allocated + v_event.amounts[p];
                END IF;
            END LOOP;
        END LOOP;
    END LOOP;
    v_take := v_state.pool;
    FOR i IN 1 .. cardinality(v_charges) LOOP
        v_charges[i].open := v_charges[i].amount - v_charges[i].allocated;
        WHILE v_take > 0 AND v_charges[i].open > 0 LOOP
            v_take := v_take - 1;
            v_charges[i].open := v_charges[i].open - 1;
        END LOOP;
    END LOOP;
    v_state.charges := v_charges;
    RETURN v_state;
END
$$;

-- What there is to say of a state at a moment.
CREATE FUNCTION model.said(
    p_state model.state, p_moment timestamptz,
    OUT balance bigint, OUT open text, OUT oldest_unpaid_at timestamptz, OUT due_at timestamptz, OUT overdue boolean,
    OUT overdue_amount bigint, OUT buckets bigint[]
) LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
    v_charge model.charge;
    v_days bigint;
    v_bucket integer;
BEGIN
    balance := p_state.balance;
    overdue := false;
    overdue_amount := 0;
    buckets := '{0,0,0,0,0}';
    FOREACH v_charge IN ARRAY p_state.charges LOOP
        CONTINUE WHEN v_charge.open = 0;
        open := concat_ws(' ', open, format('%s:%s/%s,%s,%s', v_charge.no, v_charge.open, v_charge.amount, v_charge.due_at, v_charge.due_date));
        oldest_unpaid_at := coalesce(oldest_unpaid_at, v_charge.at);
        due_at := least(due_at, v_charge.due_at);
        IF v_charge.due_at < p_moment THEN
            overdue := true;
            overdue_amount := overdue_amount + v_charge.open;
            v_days := ceil(extract(epoch FROM p_moment - v_charge.due_at) / 86400);
            v_bucket := CASE WHEN v_days <= 30 THEN 2 WHEN v_days <= 60 THEN 3 WHEN v_days <= 90 THEN 4 ELSE 5 END;
        ELSE
            v_bucket := 1;
        END IF;
        buckets[v_bucket] := buckets[v_bucket] + v_charge.open;
    END LOOP;
END
$$;

-- The open charges that the function lists, page by page.
CREATE FUNCTION model.listed(p_business_id uuid, p_customer_id uuid, p_as_of timestamptz, p_limit integer) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
    v_row record;
    v_after bigint;
    v_listed text;
    v_found integer;
BEGIN
    LOOP
        v_found := 0;
        FOR v_row IN SELECT * FROM tallystick.open_charges(p_business_id, p_customer_id, p_as_of, v_after, p_limit) LOOP
            CONTINUE WHEN v_row.id IS NULL;
            v_listed := concat_ws(' ', v_listed, format('%s:%s/%s,%s,%s', v_row.entry_no, v_row.open_amount, v_row.amount, v_row.due_at, v_row.due_date));
            v_after := v_row.entry_no;
            v_found := v_found + 1;
        END LOOP;
        IF v_found < p_limit THEN
            RETURN v_listed;
        END IF;
    END LOOP;
END
$$;

-- Compares what the functions say as of a moment with what the model says. p_moment is NULL for now.
CREATE FUNCTION model.check_moment(p_business_id uuid, p_customer_id uuid, p_seed integer, p_events model.event[], p_moment timestamptz)
RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    v_at timestamptz := coalesce(p_moment, now());
    v_said record := model.said(model.replay(p_events, coalesce(p_moment, 'infinity')), v_at);
    v_want record;
    v_got record;
BEGIN
    SELECT v_said.balance, v_said.buckets, v_said.open INTO v_want;
    SELECT aging.balance, ARRAY[not_due, days_1_to_30, days_31_to_60, days_61_to_90, over_90_days] AS buckets,
           model.listed(p_business_id, p_customer_id, p_moment, CASE p_seed % 4 WHEN 0 THEN 2 ELSE 200 END) AS open
    INTO v_got
    FROM tallystick.customer_aging(p_business_id, p_customer_id, p_moment) AS aging;
    IF v_got IS DISTINCT FROM v_want THEN
        RAISE EXCEPTION 'seed %, as of %: got %, and the model says %', p_seed, v_at, v_got, v_want;
    END IF;
    IF p_moment IS NULL THEN
        SELECT v_said.balance, v_said.oldest_unpaid_at, v_said.due_at, v_said.overdue, v_said.overdue_amount,
               CASE WHEN v_said.overdue THEN v_said.overdue_amount END AS listed_amount INTO v_want;
        SELECT account.balance, account.oldest_unpaid_at, account.due_at, account.overdue, amounts.overdue_amount,
               overdue.overdue_amount AS listed_amount
        INTO v_got
        FROM tallystick.customer_accounts AS account
        JOIN tallystick.overdue_amounts AS amounts ON amounts.business_id = p_business_id AND amounts.customer_id = p_customer_id
        LEFT JOIN tallystick.overdue_customers AS overdue ON overdue.business_id = p_business_id AND overdue.customer_id = p_customer_id
        WHERE account.business_id = p_business_id AND account.id = p_customer_id;
        IF v_got IS DISTINCT FROM v_want THEN
            RAISE EXCEPTION 'seed %, now: got %, and the model says %', p_seed, v_got, v_want;
        END IF;
    END IF;
END
$$;

-- The next event of a history at random: what it is, and which charges it settles or sets free.
CREATE FUNCTION model.next_event(p_events model.event[], p_at timestamptz, p_due_after interval) RETURNS model.event
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    e model.event;
    v_state model.state := model.replay(p_events, 'infinity');
    v_roll integer := floor(random() * 100);
    v_take bigint;
    v_sum bigint;
    v_charge model.charge;
    v_part record;
    v_reversed model.event;
BEGIN
    e.no := cardinality(p_events) + 1;
    e.at := p_at;
    e.charge_nos := '{}';
    e.amounts := '{}';
    IF v_roll < 46 OR cardinality(v_state.charges) = 0 AND v_roll < 70 THEN
        e.kind := (ARRAY['purchase', 'purchase', 'opening', 'fee', 'debit'])[1 + floor(random() * 5)];
        e.amount := 1 + floor(random() * 9) * 10 + floor(random() * 2) * 5;
        IF e.kind = 'purchase' AND random() < 0.15 THEN
            e.amount := 0;
        END IF;
        -- Most charges are due by the terms of the time; some on a day, or at a time of their own, which may have passed.
        e.due_at := p_at + p_due_after;
        IF random() < 0.1 THEN
            e.due_date := (p_at AT TIME ZONE 'UTC')::date + floor(random() * 40)::integer;
            e.due_at := (e.due_date + 1)::timestamp AT TIME ZONE 'UTC';
        ELSIF random() < 0.1 THEN
            e.due_at := p_at + make_interval(hours => 120 * (floor(random() * 12)::integer - 4));
        END IF;
    ELSIF v_roll < 56 AND v_state.balance < 0 THEN
        e.kind := 'refund';
        e.amount := 1 + floor(random() * -v_state.balance);
        e.due_at := p_at;
    ELSIF v_roll < 72 OR cardinality(p_events) = 0 THEN
        -- Credit, often for chosen charges.
        e.kind := (ARRAY['payment', 'payment', 'credit', 'write_off'])[1 + floor(random() * 4)];
        e.amount := -(1 + floor(random() * 8) * 10 + floor(random() * 2) * 5);
        -- No more is given up than is owed.
        IF e.kind = 'write_off' AND -e.amount > v_state.balance THEN
            e.kind := 'credit';
        END IF;
        v_take := -e.amount;
        IF random() < 0.6 THEN
            FOR v_charge IN
                SELECT * FROM unnest(v_state.charges) AS charge
                WHERE charge.amount > charge.allocated ORDER BY random() LIMIT 1 + floor(random() * 3)
            LOOP
                EXIT WHEN v_take = 0;
                v_sum := v_charge.amount - v_charge.allocated;
                v_sum := least(v_take, CASE WHEN random() < 0.7 THEN v_sum ELSE 1 + floor(random() * v_sum) END);
                e.charge_nos := e.charge_nos || v_charge.no;
                e.amounts := e.amounts || v_sum;
                v_take := v_take - v_sum;
            END LOOP;
        END IF;
    ELSIF v_roll < 82 THEN
        -- Pieces of a purchase, of which not all came back. The last one is credited with what is left of the price.
        SELECT charge.*, came.back INTO v_part
        FROM unnest(v_state.charges) AS charge
        JOIN unnest(p_events) AS sale ON sale.no = charge.no AND sale.kind = 'purchase'
        CROSS JOIN LATERAL (
            SELECT coalesce(sum(event.pieces), 0) AS back FROM unnest(p_events) AS event WHERE event.kind = 'return of ' || charge.no
        ) AS came
        WHERE came.back < 3
        ORDER BY random() LIMIT 1;
        IF NOT FOUND THEN
            RETURN NULL;
        END IF;
        e.kind := 'return of ' || v_part.no;
        e.pieces := 1 + floor(random() * (3 - v_part.back));
        e.amount := div(v_part.amount * v_part.back, 3) - div(v_part.amount * (v_part.back + e.pieces), 3);
        -- It settles its own purchase first.
        v_sum := least(-e.amount, v_part.amount - v_part.allocated);
        IF v_sum > 0 THEN
            e.charge_nos := ARRAY[v_part.no];
            e.amounts := ARRAY[v_sum];
        END IF;
    ELSIF v_roll < 92 THEN
        -- Unapplied credit to charges, or back, or both.
        e.kind := 'allocation';
        e.amount := 0;
        v_take := v_state.pool;
        FOR v_charge IN
            SELECT * FROM unnest(v_state.charges) ORDER BY random() LIMIT 1 + floor(random() * 3)
        LOOP
            IF v_charge.allocated > 0 AND random() < 0.5 THEN
                v_sum := -(1 + floor(random() * v_charge.allocated));
            ELSE
                v_sum := least(v_take, v_charge.amount - v_charge.allocated);
            END IF;
            CONTINUE WHEN v_sum = 0;
            e.charge_nos := e.charge_nos || v_charge.no;
            e.amounts := e.amounts || v_sum;
            v_take := v_take - v_sum;
        END LOOP;
        IF cardinality(e.charge_nos) = 0 THEN
            RETURN NULL;
        END IF;
    ELSE
        SELECT event.* INTO v_reversed
        FROM unnest(p_events) AS event
        WHERE event.kind IN ('payment', 'credit', 'write_off')
          AND NOT EXISTS (SELECT FROM unnest(p_events) AS other WHERE other.kind = 'reversal of ' || event.no)
        ORDER BY random() LIMIT 1;
        IF NOT FOUND THEN
            RETURN NULL;
        END IF;
        e.kind := 'reversal of ' || v_reversed.no;
        e.amount := -v_reversed.amount;
        v_take := e.amount;
        FOR v_part IN
            SELECT part.no, least(part.amount, charge.allocated) AS back
            FROM unnest(v_reversed.charge_nos, v_reversed.amounts) AS part (no, amount)
            JOIN unnest(v_state.charges) AS charge ON charge.no = part.no
            WHERE charge.allocated > 0
        LOOP
            e.charge_nos := e.charge_nos || v_part.no;
            e.amounts := e.amounts || -v_part.back;
            v_take := v_take - v_part.back;
        END LOOP;
        -- What it does not take back of its own must be there without a charge.
        IF v_take > v_state.pool THEN
            RETURN NULL;
        END IF;
    END IF;
    -- In the order of the charges.
    SELECT coalesce(array_agg(no ORDER BY no), '{}'), coalesce(array_agg(amount ORDER BY no), '{}')
    INTO e.charge_nos, e.amounts FROM unnest(e.charge_nos, e.amounts) AS part (no, amount);
    RETURN e;
END
$$;

-- Writes an event as the ledger's functions do.
CREATE FUNCTION model.record(p_business_id uuid, p_customer_id uuid, p_event model.event) RETURNS tallystick.credit_ledger
LANGUAGE plpgsql AS $$
DECLARE
    e tallystick.credit_ledger;
    v_account tallystick.ledger_account := tallystick.ledger_account_of(p_business_id, p_customer_id);
    v_named constant bigint := nullif(split_part(p_event.kind, ' of ', 2), '');
    v_order_id uuid;
    v_line tallystick.order_items;
    v_lines record;
BEGIN
    e.business_id := p_business_id;
    e.id := gen_random_uuid();
    e.kind := split_part(p_event.kind, ' of ', 1);
    e.reverses_no := CASE e.kind WHEN 'reversal' THEN v_named END;
    e.amount := p_event.amount;
    e.due_at := p_event.due_at;
    e.due_date := p_event.due_date;
    e.credit_limit := CASE WHEN e.kind IN ('purchase', 'opening', 'fee', 'debit') THEN 1000000000 END;
    e.created_at := p_event.at;
    e.idempotency_key := e.id::text;
    e.request_fingerprint := sha256('');
    e.actor := 'model';
    IF e.kind = 'return' THEN
        SELECT entry.id INTO v_order_id FROM tallystick.credit_ledger AS entry
        WHERE entry.business_id = p_business_id AND entry.customer_id = p_customer_id AND entry.entry_no = v_named;
        v_lines := tallystick.return_lines_of(p_business_id, v_order_id, '{1}', ARRAY[p_event.pieces], '{0}');
        PERFORM tallystick.return_write(
            v_account, e, v_order_id, v_lines.items, p_event.charge_nos[1], coalesce(p_event.amounts[1], 0), NULL, NULL, NULL);
        SELECT entry.* INTO e FROM tallystick.credit_ledger AS entry WHERE entry.business_id = p_business_id AND entry.id = e.id;
        RETURN e;
    ELSIF e.kind <> 'purchase' THEN
        RETURN tallystick.ledger_record(v_account, e, p_event.charge_nos, p_event.amounts);
    END IF;
    -- Three pieces, at a discount if the price is no multiple of three.
    SELECT p_business_id, e.id, product.id, 3, div(e.amount + 2, 3), e.amount, 3, 1, 1, 0, NULL,
           nullif(3 * div(e.amount + 2, 3) - e.amount, 0), NULL INTO v_line
    FROM tallystick.products AS product WHERE product.business_id = p_business_id LIMIT 1;
    e.details_digest := sha256('\x01'::bytea || int4send(1) || uuid_send(v_line.product_id) || int4send(1) || int8send(3) || int4send(0)
        || int8send(v_line.unit_price) || int8send(-1) || int8send(coalesce(v_line.discount, -1)) || int8send(-1) || int8send(3)
        || int8send(e.amount));
    e := tallystick.ledger_continue(v_account, e);
    SET CONSTRAINTS ALL DEFERRED;
    INSERT INTO tallystick.orders (business_id, id, customer_id, total, created_at)
    VALUES (p_business_id, e.id, p_customer_id, e.amount, e.created_at);
    INSERT INTO tallystick.credit_ledger SELECT (e).*;
    INSERT INTO tallystick.order_items SELECT (v_line).*;
    SET CONSTRAINTS ALL IMMEDIATE;
    RETURN e;
END
$$;

-- Writes a history and compares: after each entry what is so now, and in the end what was so at every moment. Times are whole steps of
-- five days before now, and due times mostly too, so that much happens at one moment or exactly on a bound. Returns how many
-- entries it wrote.
CREATE FUNCTION model.history(p_business_id uuid, p_seed integer, p_events integer) RETURNS integer
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    v_customer_id uuid := gen_random_uuid();
    v_event model.event;
    v_events model.event[] := '{}';
    v_state model.state;
    v_entry tallystick.credit_ledger;
    v_at timestamptz := now() - interval '4800 hours';
    v_due_after interval := '720 hours';
    v_ahead bigint;
    v_is_open boolean;
    v_charge model.charge;
    v_moment timestamptz;
    v_said record;
BEGIN
    PERFORM setseed(p_seed / 2147483647.0);
    INSERT INTO tallystick.customers (business_id, id, name, credit_limit) VALUES (p_business_id, v_customer_id, 'C', 1000000000);
    FOR n IN 1 .. p_events LOOP
        v_at := least(v_at + make_interval(hours => 120 * floor(random() * greatest(80 / p_events, 2))::integer), now());
        -- The terms of one history in three never change.
        IF p_seed % 3 > 0 AND random() < 0.2 THEN
            v_due_after := make_interval(hours => 24 * (ARRAY[0, 10, 30, 60])[1 + floor(random() * 4)]);
        END IF;
        v_event := model.next_event(v_events, v_at, v_due_after);
        CONTINUE WHEN v_event.no IS NULL;
        v_entry := model.record(p_business_id, v_customer_id, v_event);
        v_events := v_events || v_event;

        -- The pointer: what is allocated to the first open charge and to all behind it.
        v_state := model.replay(v_events, 'infinity');
        v_ahead := 0;
        v_is_open := false;
        FOREACH v_charge IN ARRAY v_state.charges LOOP
            v_is_open := v_is_open OR v_charge.open > 0;
            v_ahead := v_ahead + CASE WHEN v_is_open THEN v_charge.allocated ELSE 0 END;
        END LOOP;
        IF (v_entry.entry_no, v_entry.balance_after, v_entry.allocated_total, v_entry.ahead_total)
           IS DISTINCT FROM (v_event.no, v_state.balance, v_state.allocated, v_ahead) THEN
            RAISE EXCEPTION 'seed %, entry % (%): balance %, allocated %, ahead %, and the model says %, %, %', p_seed, v_event.no,
                v_event.kind, v_entry.balance_after, v_entry.allocated_total, v_entry.ahead_total, v_state.balance,
                v_state.allocated, v_ahead;
        END IF;
        PERFORM model.check_moment(p_business_id, v_customer_id, p_seed, v_events, NULL);
    END LOOP;

    FOR v_moment IN
        SELECT DISTINCT moment
        FROM unnest(v_events) AS event,
             unnest(ARRAY[event.at - interval '1 microsecond', event.at, event.at + random() * interval '600 hours',
                          CASE WHEN random() < 0.3 THEN event.at + interval '1 microsecond' END]) AS moment
        WHERE moment IS NOT NULL
    LOOP
        PERFORM model.check_moment(p_business_id, v_customer_id, p_seed, v_events, v_moment);
    END LOOP;

    SELECT moment.as_of INTO v_moment FROM model.moment;
    v_said := model.said(model.replay(v_events, v_moment), v_moment);
    IF v_said.balance > 0 THEN
        INSERT INTO model.aged VALUES (
            v_customer_id, v_said.balance, v_said.buckets[1], v_said.buckets[2], v_said.buckets[3], v_said.buckets[4], v_said.buckets[5]);
    ELSIF v_said.balance < 0 THEN
        INSERT INTO model.in_credit VALUES (v_customer_id, -v_said.balance);
    END IF;
    RETURN cardinality(v_events);
END
$$;

-- The list of all customers of a business who owe something, page by page, against what the model said: customers who differ.
CREATE FUNCTION model.wrongly_aged(p_business_id uuid, p_limit integer) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
    v_row record;
    v_before uuid;
    v_rows integer;
BEGIN
    CREATE TEMP TABLE listed (LIKE model.aged) ON COMMIT DROP;
    LOOP
        v_rows := 0;
        FOR v_row IN
            SELECT aging.* FROM model.moment, tallystick.business_aging(p_business_id, moment.as_of, v_before, p_limit) AS aging
        LOOP
            v_rows := v_rows + 1;
            v_before := v_row.customer_id;
            CONTINUE WHEN v_row.name IS NULL;
            INSERT INTO listed VALUES (
                v_row.customer_id, v_row.balance, v_row.not_due, v_row.days_1_to_30, v_row.days_31_to_60, v_row.days_61_to_90,
                v_row.over_90_days);
        END LOOP;
        EXIT WHEN v_rows = 0;
    END LOOP;
    RETURN (SELECT count(*) FROM ((TABLE listed EXCEPT ALL TABLE model.aged) UNION ALL (TABLE model.aged EXCEPT ALL TABLE listed)) AS wrong);
END
$$;

-- The totals of the business, added up from parts of so many entries, and then what the model said.
CREATE FUNCTION model.totals(p_business_id uuid, p_limit integer, OUT got text, OUT want text)
LANGUAGE plpgsql AS $$
DECLARE
    v_part record;
    v_sums numeric[] := array_fill(0::numeric, ARRAY[8]);
BEGIN
    SELECT NULL::uuid AS next_customer_id, NULL::bigint AS next_entry_no, NULL::bigint AS next_last_no INTO v_part;
    LOOP
        SELECT part.* INTO v_part
        FROM model.moment, tallystick.aging_totals(
            p_business_id, moment.as_of, v_part.next_customer_id, v_part.next_entry_no, v_part.next_last_no, p_limit) AS part;
        v_sums := ARRAY[
            v_sums[1] + v_part.customers, v_sums[2] + v_part.balance, v_sums[3] + v_part.not_due, v_sums[4] + v_part.days_1_to_30,
            v_sums[5] + v_part.days_31_to_60, v_sums[6] + v_part.days_61_to_90, v_sums[7] + v_part.over_90_days,
            v_sums[8] + v_part.credit_balance];
        EXIT WHEN v_part.next_customer_id IS NULL;
    END LOOP;
    got := v_sums::text;
    SELECT ARRAY[count(*), sum(balance), sum(not_due), sum(days_1_to_30), sum(days_31_to_60), sum(days_61_to_90), sum(over_90_days),
                 (SELECT coalesce(sum(credit), 0) FROM model.in_credit)]::text INTO want
    FROM model.aged;
END
$$;
