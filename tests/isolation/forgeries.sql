-- Right entries, with their orders and lines, of which one value is then made wrong: tests/isolation/forgeries.rs.
-- Everything runs as tallystick_owner, in the context of the business. Schema by_hand is there.
CREATE SCHEMA forgeries;
GRANT USAGE, CREATE ON SCHEMA forgeries TO tallystick_owner;
SET ROLE tallystick_owner;

-- What one statement writes.
CREATE TYPE forgeries.movement AS (
    entries tallystick.credit_ledger[],
    orders tallystick.orders[],
    lines tallystick.order_items[]
);

CREATE FUNCTION forgeries.write(p forgeries.movement) RETURNS void
LANGUAGE plpgsql
SET enable_seqscan = off
SET enable_bitmapscan = off
SET enable_hashjoin = off
SET enable_mergejoin = off
AS $$
BEGIN
    IF p.orders IS NULL THEN
        PERFORM by_hand.write(p.entries);
        RETURN;
    END IF;
    WITH placed AS (
        INSERT INTO tallystick.orders (business_id, id, customer_id, total, created_at)
        SELECT o.business_id, o.id, o.customer_id, o.total, o.created_at FROM unnest(p.orders) AS o
    ), lines AS (
        INSERT INTO tallystick.order_items SELECT l.* FROM unnest(p.lines) AS l
    )
    INSERT INTO tallystick.credit_ledger SELECT e.* FROM unnest(p.entries) AS e;
END
$$;

-- The constraint by which p is refused; NULL if it is not. Nothing of it stays.
CREATE FUNCTION forgeries.refusal(p forgeries.movement) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
    v_constraint text;
BEGIN
    BEGIN
        PERFORM forgeries.write(p);
        RAISE EXCEPTION USING ERRCODE = 'TS000';
    EXCEPTION WHEN foreign_key_violation OR unique_violation OR check_violation THEN
        GET STACKED DIAGNOSTICS v_constraint = CONSTRAINT_NAME;
    WHEN insufficient_privilege THEN
        RETURN 'row level security';
    WHEN SQLSTATE 'TS000' THEN
        RETURN NULL;
    END;
    IF v_constraint = '' THEN
        RAISE EXCEPTION 'a refusal without a name';
    END IF;
    RETURN v_constraint;
END
$$;

CREATE FUNCTION forgeries.random(p_from integer, p_to integer) RETURNS integer
LANGUAGE plpgsql AS $$ BEGIN RETURN p_from + floor(random() * (p_to - p_from + 1)); END $$;

CREATE FUNCTION forgeries.id(p_first integer, p_number integer) RETURNS uuid
LANGUAGE plpgsql AS $$ BEGIN RETURN (p_first || '0000000-0000-7000-8000-' || lpad(p_number::text, 12, '0'))::uuid; END $$;

-- A business with four customers, who buy and pay, and five products: plain ones, one by weight, a service, one that can be
-- sold beyond its stock. Whatever can differ between two customers does: since when due times have not decreased, what is
-- allocated, and what is ahead.
CREATE FUNCTION forgeries.plant(p_business uuid) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    v_customer uuid;
BEGIN
    PERFORM tallystick.business_create(p_business, 'forgeries', 'EUR');
    FOR n IN 1 .. 4 LOOP
        PERFORM tallystick.customer_create(p_business, forgeries.id(2, n), 'c', NULL, 1000000000, false);
        FOR earlier IN 2 .. n LOOP
            PERFORM tallystick.payment_record(p_business, forgeries.id(2, n), 1, 'earlier-' || n || '-' || earlier);
        END LOOP;
    END LOOP;
    FOR n IN 1 .. 2 LOOP
        PERFORM tallystick.product_create(p_business, forgeries.id(3, n), 'sku-' || n, 'plain', 90 + n, 1000000);
    END LOOP;
    INSERT INTO tallystick.products (
        business_id, id, sku, name, price, stock, unit, quantity_decimals, track_stock, backorder_limit)
    VALUES (p_business, forgeries.id(3, 3), 'weighed', 'by weight', 12, 0, 'kg', 2, true, 1000000),
        (p_business, forgeries.id(3, 4), 'service', 'service', 50, 0, NULL, 0, false, 0),
        (p_business, forgeries.id(3, 5), 'beyond', 'beyond stock', 7, 0, NULL, 0, true, 1000000);
    PERFORM tallystick.product_update(p_business, forgeries.id(3, 1), 'renamed', NULL, NULL);
    FOR n IN 1 .. 40 LOOP
        v_customer := forgeries.id(2, 1 + n % 4);
        IF random() < 0.6 THEN
            PERFORM tallystick.purchase(
                p_business, v_customer,
                ARRAY[forgeries.id(3, forgeries.random(1, 2)), forgeries.id(3, forgeries.random(4, 5))],
                ARRAY[forgeries.random(1, 9), forgeries.random(1, 9)], 'planted-' || n);
        ELSE
            PERFORM tallystick.payment_record(p_business, v_customer, forgeries.random(1, 900), 'planted-' || n);
        END IF;
    END LOOP;
    -- A debit that no other payment comes to, and a payment that names it.
    FOR n IN 1 .. 4 LOOP
        v_customer := forgeries.id(2, n);
        PERFORM by_hand.entry(p_business, v_customer, jsonb_build_object('kind', 'debit', 'amount', 10000000 + n));
        PERFORM by_hand.allocating(
            p_business, v_customer, jsonb_build_object('kind', 'payment', 'amount', -100),
            ARRAY[(by_hand.account(p_business, v_customer)).entry_no], ARRAY[10 * n]);
    END LOOP;
END
$$;

-- The right next entry of each customer: purchases with one to three lines, or payments.
CREATE FUNCTION forgeries.right_movement(p_business uuid, p_customers uuid[], p_are_purchases boolean) RETURNS forgeries.movement
LANGUAGE plpgsql AS $$
DECLARE
    v forgeries.movement;
    v_customer uuid;
    v_id uuid;
    v_product_id uuid;
    v_product record;
    v_lines tallystick.order_items[];
    v_quantity bigint;
    v_price bigint;
    v_discount bigint;
    v_tax bigint;
    v_total bigint;
BEGIN
    FOREACH v_customer IN ARRAY p_customers LOOP
        v_id := gen_random_uuid();
        IF NOT p_are_purchases THEN
            v.entries := v.entries || by_hand.next(by_hand.account(p_business, v_customer), p_business, jsonb_build_object(
                'kind', 'payment', 'id', v_id, 'amount', - forgeries.random(1, 900)));
            CONTINUE;
        END IF;
        v_lines := '{}';
        FOR n IN 1 .. forgeries.random(1, 3) LOOP
            v_product_id := forgeries.id(3, forgeries.random(1, 5));
            SELECT * INTO v_product FROM tallystick.products AS product
            WHERE product.business_id = p_business AND product.id = v_product_id;
            v_quantity := forgeries.random(1, 500);
            v_price := v_product.price + CASE WHEN random() < 0.2 THEN 1 ELSE 0 END;
            v_total := round(v_quantity * v_price / 10::numeric ^ v_product.quantity_decimals);
            v_discount := CASE WHEN random() < 0.2 THEN least(v_total, 3) END;
            v_tax := CASE WHEN random() < 0.2 THEN 2 END;
            v_lines := v_lines || by_hand.line(p_business, v_id, jsonb_build_object(
                'line_no', n, 'product_id', v_product.id, 'quantity', v_quantity, 'unit_price', v_price,
                'list_price', CASE WHEN v_price <> v_product.price THEN v_product.price END,
                'discount', v_discount, 'tax', v_tax, 'line_total', v_total - coalesce(v_discount, 0) + coalesce(v_tax, 0),
                'decimals', v_product.quantity_decimals, 'product_version', v_product.version_no,
                'stock_taken', CASE WHEN v_product.track_stock THEN v_quantity ELSE 0 END));
        END LOOP;
        SELECT sum(line.line_total) INTO v_total FROM unnest(v_lines) AS line;
        v.entries := v.entries || by_hand.next(by_hand.account(p_business, v_customer), p_business, jsonb_build_object(
            'kind', 'purchase', 'id', v_id, 'amount', v_total, 'details_digest', by_hand.digest(v_lines)));
        v.orders := v.orders || ROW(
            p_business, v_id, v_customer, v_total, v.entries[cardinality(v.entries)].created_at, 1)::tallystick.orders;
        v.lines := v.lines || v_lines;
    END LOOP;
    RETURN v;
END
$$;

-- A value one off: a number, a time by a microsecond, bytes by one bit. What has no value gets one.
CREATE FUNCTION forgeries.one_off(
    p_value jsonb, p_type regtype, p_by integer DEFAULT CASE WHEN random() < 0.5 THEN 1 ELSE -1 END
) RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
    v_text constant text := p_value #>> '{}';
    v_bit constant integer := forgeries.random(0, 255);
BEGIN
    RETURN CASE
        WHEN p_type = 'bytea'::regtype THEN to_jsonb(set_bit(v_text::bytea, v_bit, 1 - get_bit(v_text::bytea, v_bit)))
        WHEN p_type = 'timestamptz'::regtype AND NOT isfinite(v_text::timestamptz) THEN to_jsonb(clock_timestamp())
        WHEN p_type = 'timestamptz'::regtype THEN to_jsonb(v_text::timestamptz + p_by * interval '1 microsecond')
        ELSE to_jsonb(coalesce(v_text::bigint, 0) + p_by)
    END;
END
$$;

-- The columns of an entry that figures, hashes and times stand in, and the numbers of a line. previous_hash is no column: it is
-- what the hash covers.
CREATE FUNCTION forgeries.figures() RETURNS text[]
LANGUAGE plpgsql AS $$ BEGIN RETURN '{
    entry_no, amount, balance_after, charged_total, allocated_total, ahead_total, held_total, due_at, due_run_from,
    previous_hash, entry_hash, details_digest}'; END $$;

-- The hash of the entry before e.
CREATE FUNCTION forgeries.previous_hash(e tallystick.credit_ledger) RETURNS bytea
LANGUAGE plpgsql AS $$
BEGIN
    RETURN (
        SELECT previous.entry_hash FROM tallystick.credit_ledger AS previous
        WHERE previous.business_id = e.business_id AND previous.customer_id = e.customer_id
          AND previous.entry_no = e.entry_no - 1);
END
$$;

CREATE FUNCTION forgeries.line_figures() RETURNS text[]
LANGUAGE plpgsql AS $$ BEGIN RETURN '{
    quantity, unit_price, line_total, stock_taken, line_no, product_version, decimals, list_price, discount, tax}'; END $$;

CREATE TABLE forgeries.done (forged text, made_anew boolean, refused_by text);

-- Tries p_count forgeries. Returns what was forged, how often, and by what it was refused: NULL if it was not.
-- A hash that is not forged itself is made anew in every second try.
CREATE FUNCTION forgeries.tries(p_business uuid, p_count integer)
RETURNS TABLE (forged text, made_anew boolean, refused_by text, tries bigint)
LANGUAGE plpgsql AS $$
DECLARE
    v_right forgeries.movement;
    v forgeries.movement;
    v_column text;
    v_type regtype;
    v_values jsonb[];
    v_customers uuid[];
    v_anew boolean;
    v_how integer;
    a integer;
    b integer;
    v_done integer := 0;
BEGIN
    WHILE v_done < p_count LOOP
        SELECT array_agg(forgeries.id(2, n)) INTO v_customers FROM (SELECT n FROM generate_series(1, 4) AS n ORDER BY random() LIMIT 2) AS two;
        v_right := forgeries.right_movement(p_business, v_customers, random() < 0.7);
        -- What is not forged is right, and becomes history.
        IF v_done % 20 = 0 THEN
            PERFORM forgeries.write(v_right);
            v_right := forgeries.right_movement(p_business, v_customers, random() < 0.7);
        END IF;
        -- Some forgeries of it.
        FOR n IN 1 .. 5 LOOP
            v := v_right;
            v_anew := random() < 0.5;
            v_how := forgeries.random(1, 20);
            IF v_how <= 12 THEN
                -- One value of an entry, or the values of both customers swapped.
                v_column := (forgeries.figures() || ARRAY['customer_id'])[forgeries.random(1, cardinality(forgeries.figures()) + (v_how > 8)::integer)];
                v_type := coalesce(
                    (SELECT atttypid FROM pg_attribute
                     WHERE attrelid = 'tallystick.credit_ledger'::regclass AND attname = v_column), 'bytea'::regtype);
                -- Another due time of a charge is another promise.
                v_anew := (v_anew OR v_column = 'previous_hash') AND v_column <> 'entry_hash'
                    AND NOT (v_column = 'due_at' AND v.orders IS NOT NULL);
                v_values := ARRAY[to_jsonb(v.entries[1]) -> v_column, to_jsonb(v.entries[2]) -> v_column];
                IF v_column = 'previous_hash' THEN
                    v_values := ARRAY[
                        to_jsonb(forgeries.previous_hash(v.entries[1])), to_jsonb(forgeries.previous_hash(v.entries[2]))];
                END IF;
                IF v_how <= 8 THEN
                    a := forgeries.random(1, 2);
                    v_values[a] := forgeries.one_off(v_values[a], v_type);
                ELSE
                    v_values := ARRAY[v_values[2], v_values[1]];
                END IF;
                FOR i IN 1 .. 2 LOOP
                    v.entries[i] := jsonb_populate_record(v.entries[i], jsonb_build_object(v_column, v_values[i]));
                    IF v_anew THEN
                        v.entries[i].entry_hash := by_hand.hash(
                            v.entries[i], CASE v_column WHEN 'previous_hash' THEN (v_values[i] #>> '{}')::bytea END);
                    END IF;
                END LOOP;
                CONTINUE WHEN v = v_right;
                v_column := CASE WHEN v_how <= 8 THEN '' ELSE 'swapped ' END || v_column;
            ELSIF v.orders IS NULL THEN
                CONTINUE;
            ELSIF v_how <= 14 THEN
                -- An order's total or time, or the customers of both swapped.
                v_column := CASE WHEN v_how = 14 THEN 'customer_id' WHEN random() < 0.5 THEN 'total' ELSE 'created_at' END;
                IF v_column = 'total' THEN
                    v.orders[1].total := (forgeries.one_off(to_jsonb(v.orders[1].total), 'bigint') #>> '{}')::bigint;
                ELSIF v_column = 'created_at' THEN
                    v.orders[1].created_at :=
                        (forgeries.one_off(to_jsonb(v.orders[1].created_at), 'timestamptz') #>> '{}')::timestamptz;
                ELSE
                    v.orders[1].customer_id := v_right.orders[2].customer_id;
                    v.orders[2].customer_id := v_right.orders[1].customer_id;
                END IF;
                v_column := 'order''s ' || v_column;
                v_anew := false;
            ELSE
                -- One value of a line, or the values of two lines swapped. The lines of both orders may take part.
                a := forgeries.random(1, cardinality(v.lines));
                b := forgeries.random(1, cardinality(v.lines));
                v_column := (forgeries.line_figures() || ARRAY['product_id'])[forgeries.random(1, cardinality(forgeries.line_figures()) + (v_how > 17)::integer)];
                v_anew := false;
                IF v_how <= 17 THEN
                    SELECT atttypid INTO v_type FROM pg_attribute
                    WHERE attrelid = 'tallystick.order_items'::regclass AND attname = v_column;
                    v.lines[a] := jsonb_populate_record(v.lines[a], jsonb_build_object(
                        v_column, forgeries.one_off(to_jsonb(v.lines[a]) -> v_column, v_type)));
                ELSE
                    v.lines[a] := jsonb_populate_record(v_right.lines[a], jsonb_build_object(v_column, to_jsonb(v_right.lines[b]) -> v_column));
                    v.lines[b] := jsonb_populate_record(v_right.lines[b], jsonb_build_object(v_column, to_jsonb(v_right.lines[a]) -> v_column));
                    -- The same lines in another place.
                    CONTINUE WHEN v.lines @> v_right.lines AND v_right.lines @> v.lines;
                END IF;
                v_column := CASE WHEN v_how <= 17 THEN 'line''s ' ELSE 'swapped line''s ' END || v_column;
            END IF;
            INSERT INTO forgeries.done VALUES (v_column, v_anew, forgeries.refusal(v));
            v_done := v_done + 1;
        END LOOP;
    END LOOP;
    RETURN QUERY SELECT done.forged, done.made_anew, done.refused_by, count(*) FROM forgeries.done GROUP BY 1, 2, 3;
END
$$;
-- Another value for a column of an entry: one off, or what the column can hold besides.
CREATE FUNCTION forgeries.another(e tallystick.credit_ledger, p_column text, p_type regtype, p_by integer) RETURNS jsonb
LANGUAGE plpgsql AS $$
BEGIN
    RETURN CASE p_column
        WHEN 'business_id' THEN to_jsonb(gen_random_uuid())
        WHEN 'id' THEN to_jsonb(gen_random_uuid())
        WHEN 'customer_id' THEN to_jsonb(forgeries.id(2, 4))
        WHEN 'kind' THEN to_jsonb(CASE e.kind WHEN 'purchase' THEN 'fee' ELSE 'credit' END)
        WHEN 'due_date' THEN to_jsonb('2026-12-31'::text)
        WHEN 'received_on' THEN to_jsonb('2026-12-31'::text)
        WHEN 'authorized_limit' THEN to_jsonb(2000000000)
        WHEN 'reverses_no' THEN to_jsonb(1)
        ELSE CASE
            WHEN p_type IN ('text'::regtype, 'tallystick.visible_text'::regtype) THEN to_jsonb('another'::text)
            ELSE forgeries.one_off(to_jsonb(e) -> p_column, p_type, p_by)
        END
    END;
END
$$;

-- Changes each column of an entry, an order and a line by itself, and says by what each change is refused: NULL if it is not.
-- made_anew: the entry has the hash of its new values; and the digest of the changed lines.
CREATE FUNCTION forgeries.each_change(p_business uuid)
RETURNS TABLE (forged text, made_anew boolean, refused_by text)
LANGUAGE plpgsql AS $$
DECLARE
    v_purchase forgeries.movement;
    v_right forgeries.movement;
    v forgeries.movement;
    v_column record;
    v_lines tallystick.order_items[];
    v_id uuid := gen_random_uuid();
    v_value jsonb;
    v_previous bytea;
BEGIN
    v_lines := ARRAY[
        by_hand.line(p_business, v_id, jsonb_build_object('line_no', 1, 'product_id', forgeries.id(3, 1), 'product_version', 2,
            'quantity', 3, 'unit_price', 91, 'line_total', 273)),
        by_hand.line(p_business, v_id, jsonb_build_object('line_no', 2, 'product_id', forgeries.id(3, 4), 'stock_taken', 0,
            'quantity', 1, 'unit_price', 40, 'list_price', 50, 'discount', 2, 'tax', 5, 'line_total', 43))];
    v_purchase.entries := ARRAY[by_hand.next(
        by_hand.account(p_business, forgeries.id(2, 1)), p_business,
        jsonb_build_object('kind', 'purchase', 'id', v_id, 'amount', 316, 'details_digest', by_hand.digest(v_lines)))];
    v_purchase.orders := ARRAY[
        ROW(p_business, v_id, forgeries.id(2, 1), 316, v_purchase.entries[1].created_at, 1)::tallystick.orders];
    v_purchase.lines := v_lines;
    FOR v_column IN
        SELECT relation.relname, attribute.name, attribute.type, kind, step, anew
        FROM (
            SELECT attrelid, attname::text, atttypid::regtype FROM pg_attribute WHERE attnum > 0 AND attgenerated = ''
            UNION ALL
            SELECT 'tallystick.credit_ledger'::regclass, 'previous_hash', 'bytea'
        ) AS attribute (relation, name, type)
        JOIN pg_class AS relation ON relation.oid = attribute.relation
        CROSS JOIN (VALUES ('purchase'), ('payment')) AS kinds (kind)
        CROSS JOIN (VALUES (1), (-1)) AS steps (step)
        CROSS JOIN (VALUES (false), (true)) AS anews (anew)
        WHERE relation.oid IN (
                'tallystick.credit_ledger'::regclass, 'tallystick.orders'::regclass, 'tallystick.order_items'::regclass)
          AND (relation.relname = 'credit_ledger' OR kind = 'purchase')
    LOOP
        IF v_column.kind = 'purchase' THEN
            v_right := v_purchase;
        ELSE
            v_right := NULL;
            v_right.entries := ARRAY[by_hand.next(by_hand.account(p_business, forgeries.id(2, 1)), p_business,
                jsonb_build_object('kind', 'payment', 'amount', -1))];
        END IF;
        FOR a IN 1 .. CASE v_column.relname WHEN 'order_items' THEN 2 ELSE 1 END LOOP
            v := v_right;
            v_previous := NULL;
            IF v_column.relname = 'credit_ledger' THEN
                CONTINUE WHEN v_column.name = 'entry_hash' AND v_column.anew
                    OR v_column.name = 'previous_hash' AND NOT v_column.anew;
                forged := v_column.kind || '.' || v_column.name;
                IF v_column.name = 'previous_hash' THEN
                    v_previous := (forgeries.one_off(to_jsonb(forgeries.previous_hash(v.entries[1])), 'bytea') #>> '{}')::bytea;
                ELSE
                    v.entries[1] := jsonb_populate_record(v.entries[1], jsonb_build_object(
                        v_column.name, forgeries.another(v.entries[1], v_column.name, v_column.type, v_column.step)));
                END IF;
            ELSIF v_column.relname = 'orders' THEN
                forged := 'order.' || v_column.name;
                v_value := CASE v_column.name
                    WHEN 'customer_id' THEN to_jsonb(forgeries.id(2, 4))
                    WHEN 'total' THEN to_jsonb(v.orders[1].total + v_column.step)
                    WHEN 'created_at' THEN to_jsonb(v.orders[1].created_at + v_column.step * interval '1 microsecond')
                    ELSE to_jsonb(gen_random_uuid())
                END;
                v.orders[1] := jsonb_populate_record(v.orders[1], jsonb_build_object(v_column.name, v_value));
            ELSE
                forged := 'line.' || v_column.name;
                v_value := CASE
                    WHEN v_column.name = 'product_id' THEN to_jsonb(forgeries.id(3, 2))
                    WHEN v_column.type = 'uuid'::regtype THEN to_jsonb(gen_random_uuid())
                    -- As if it were a service, or none.
                    WHEN v_column.name = 'stock_taken' AND v_column.step = -1
                        THEN to_jsonb(v.lines[a].quantity - v.lines[a].stock_taken)
                    ELSE forgeries.one_off(to_jsonb(v.lines[a]) -> v_column.name, v_column.type, v_column.step)
                END;
                v.lines[a] := jsonb_populate_record(v.lines[a], jsonb_build_object(v_column.name, v_value));
                IF v_column.anew THEN
                    v.entries[1].details_digest := by_hand.digest(v.lines);
                END IF;
            END IF;
            IF v_column.anew THEN
                v.entries[1].entry_hash := by_hand.hash(v.entries[1], v_previous);
            END IF;
            made_anew := v_column.anew;
            refused_by := forgeries.refusal(v);
            RETURN NEXT;
        END LOOP;
    END LOOP;
END
$$;
RESET ROLE;
