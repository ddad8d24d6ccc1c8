-- Right rows for tests that write to tables by hand, and that then make one thing wrong. Installed by tests/support/by_hand.rs.
-- Whoever calls a function here needs the rights of tallystick_owner, and a business in its context.
CREATE SCHEMA by_hand;
GRANT USAGE ON SCHEMA by_hand TO PUBLIC;

-- The hash that an entry has to have. p_previous is that of the entry before it, which is looked up if it is not said.
CREATE FUNCTION by_hand.hash(e tallystick.credit_ledger, p_previous bytea DEFAULT NULL) RETURNS bytea
LANGUAGE plpgsql
SET enable_seqscan = off
SET enable_bitmapscan = off
AS $$
BEGIN
    RETURN tallystick.ledger_hash(
        coalesce(
            p_previous,
            (SELECT previous.entry_hash
             FROM tallystick.credit_ledger AS previous
             WHERE previous.business_id = e.business_id AND previous.customer_id = e.customer_id
               AND previous.entry_no BETWEEN e.entry_no - 1 AND e.entry_no - 1
             ORDER BY previous.entry_no
             LIMIT 1),
            '\x0000000000000000000000000000000000000000000000000000000000000000'),
        e);
END
$$;

-- The digest of an order's lines, as docs/proofs.md writes it.
CREATE FUNCTION by_hand.digest(p_lines tallystick.order_items[]) RETURNS bytea
LANGUAGE plpgsql AS $$
BEGIN
    RETURN (
        SELECT sha256('\x01'::bytea || coalesce(string_agg(
            int4send(line.line_no) || uuid_send(line.product_id) || int4send(line.product_version) || int8send(line.quantity)
            || int4send(line.decimals) || int8send(line.unit_price) || int8send(coalesce(line.list_price, -1))
            || int8send(coalesce(line.discount, -1)) || int8send(coalesce(line.tax, -1)) || int8send(line.stock_taken)
            || int8send(line.line_total), ''::bytea ORDER BY line.line_no), ''))
        FROM unnest(p_lines) AS line);
END
$$;

-- The account of a customer as its last entry left it; the account of a customer without entries, if there is none.
CREATE FUNCTION by_hand.account(p_business uuid, p_customer uuid) RETURNS tallystick.ledger_account
LANGUAGE plpgsql AS $$
DECLARE
    v_account tallystick.ledger_account := (tallystick.batch_read_accounts(p_business, ARRAY[p_customer], NULL))[1];
BEGIN
    v_account.id := p_customer;
    RETURN v_account;
END
$$;

-- What happened, as functions say it to ledger_continue and to ledger_record.
CREATE FUNCTION by_hand.given(p_account tallystick.ledger_account, p_business uuid, p_given jsonb)
RETURNS tallystick.credit_ledger
LANGUAGE plpgsql AS $$
DECLARE
    e tallystick.credit_ledger := jsonb_populate_record(NULL::tallystick.credit_ledger, p_given);
BEGIN
    e.business_id := p_business;
    e.id := coalesce(e.id, gen_random_uuid());
    e.created_at := coalesce(e.created_at, clock_timestamp());
    e.request_fingerprint := coalesce(e.request_fingerprint, sha256('by hand'));
    e.details_digest := coalesce(e.details_digest, sha256('\x01'));
    e.actor := coalesce(e.actor, 'key:by-hand');
    e.idempotency_key := coalesce(e.idempotency_key, 'by-hand-' || e.id);
    IF e.kind IN ('purchase', 'opening', 'fee', 'debit', 'refund') THEN
        e.due_at := coalesce(e.due_at, e.created_at + p_account.due_after);
    END IF;
    IF e.kind IN ('purchase', 'opening', 'fee', 'debit') AND NOT p_given ? 'credit_limit' THEN
        e.credit_limit := p_account.credit_limit;
    END IF;
    RETURN e;
END
$$;

-- The entry that p_given says, right in all that it does not say.
CREATE FUNCTION by_hand.next(p_account tallystick.ledger_account, p_business uuid, p_given jsonb)
RETURNS tallystick.credit_ledger
LANGUAGE plpgsql AS $$
BEGIN
    RETURN tallystick.ledger_continue(p_account, by_hand.given(p_account, p_business, p_given));
END
$$;

-- Writes the next entry of a customer, which allocates p_amounts to the charges p_charge_nos.
CREATE FUNCTION by_hand.allocating(p_business uuid, p_customer uuid, p_given jsonb, p_charge_nos bigint[], p_amounts bigint[])
RETURNS void
LANGUAGE plpgsql
SET enable_seqscan = off
SET enable_bitmapscan = off
SET enable_hashjoin = off
SET enable_mergejoin = off
AS $$
DECLARE
    a tallystick.ledger_account := by_hand.account(p_business, p_customer);
BEGIN
    PERFORM tallystick.ledger_record(a, by_hand.given(a, p_business, p_given), p_charge_nos, p_amounts);
END
$$;

-- The next entry of a customer. p_given says what it is; p_changed then changes what follows from that, and the hash is made anew, as
-- whoever wants to deceive would do. previous_hash is no column: it is what the hash then covers instead of the hash of the entry
-- before.
CREATE FUNCTION by_hand.forged(p_business uuid, p_customer uuid, p_given jsonb, p_changed jsonb DEFAULT '{}')
RETURNS tallystick.credit_ledger
LANGUAGE plpgsql AS $$
DECLARE
    e tallystick.credit_ledger := by_hand.next(by_hand.account(p_business, p_customer), p_business, p_given);
BEGIN
    e := jsonb_populate_record(e, p_changed);
    IF NOT p_changed ? 'entry_hash' THEN
        e.entry_hash := coalesce(by_hand.hash(e, (p_changed ->> 'previous_hash')::bytea), e.entry_hash);
    END IF;
    RETURN e;
END
$$;

-- Writes it.
CREATE FUNCTION by_hand.entry(p_business uuid, p_customer uuid, p_given jsonb, p_changed jsonb DEFAULT '{}') RETURNS void
LANGUAGE plpgsql
-- As purchase_batch has it, for whoever makes a plan while the ledger is empty. The triggers' plans are made here, too.
SET enable_seqscan = off
SET enable_bitmapscan = off
SET enable_hashjoin = off
SET enable_mergejoin = off
AS $$
BEGIN
    PERFORM by_hand.write(ARRAY[by_hand.forged(p_business, p_customer, p_given, p_changed)]);
END
$$;

-- The entries of a customer that p_given says, oldest first, each right in all that it does not say.
CREATE FUNCTION by_hand.chain(p_business uuid, p_customer uuid, p_given jsonb[]) RETURNS SETOF tallystick.credit_ledger
LANGUAGE plpgsql AS $$
DECLARE
    a tallystick.ledger_account := by_hand.account(p_business, p_customer);
    e tallystick.credit_ledger;
    v_given jsonb;
BEGIN
    FOREACH v_given IN ARRAY p_given LOOP
        e := by_hand.next(a, p_business, v_given);
        RETURN NEXT e;
        a.entry_no := e.entry_no;
        a.balance := e.balance_after;
        a.charged_total := e.charged_total;
        a.allocated_total := e.allocated_total;
        a.ahead_total := e.ahead_total;
        a.held_total := e.held_total;
        a.due_at := e.due_at;
        a.due_run_from := e.due_run_from;
        a.created_at := e.created_at;
        a.entry_hash := e.entry_hash;
    END LOOP;
END
$$;

-- Writes many entries in one statement.
CREATE FUNCTION by_hand.write(p_entries tallystick.credit_ledger[]) RETURNS void
LANGUAGE plpgsql
-- As purchase_batch has it, for whoever makes a plan while the ledger is empty. The triggers' plans are made here, too.
SET enable_seqscan = off
SET enable_bitmapscan = off
SET enable_hashjoin = off
SET enable_mergejoin = off
AS $$
BEGIN
    INSERT INTO tallystick.credit_ledger (
        business_id, customer_id, entry_no, id, amount, balance_after, charged_total, allocated_total, ahead_total, held_total,
        due_at, due_run_from, created_at, credit_limit, authorized_limit, reverses_no, due_date, kind, idempotency_key,
        request_fingerprint, details_digest, entry_hash, actor, reason, reference, received_on)
    SELECT
        e.business_id, e.customer_id, e.entry_no, e.id, e.amount, e.balance_after, e.charged_total, e.allocated_total,
        e.ahead_total, e.held_total, e.due_at, e.due_run_from, e.created_at, e.credit_limit, e.authorized_limit, e.reverses_no,
        e.due_date, e.kind, e.idempotency_key, e.request_fingerprint, e.details_digest, e.entry_hash, e.actor, e.reason,
        e.reference, e.received_on
    FROM unnest(p_entries) AS e;
END
$$;

-- Writes the entries of chain().
CREATE FUNCTION by_hand.entries(p_business uuid, p_customer uuid, p_given jsonb[]) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM by_hand.write(ARRAY(SELECT entry FROM by_hand.chain(p_business, p_customer, p_given) AS entry));
END
$$;

-- A line of a piece of something that is in stock, right in all that p_given does not say.
CREATE FUNCTION by_hand.line(p_business uuid, p_order uuid, p_given jsonb) RETURNS tallystick.order_items
LANGUAGE plpgsql AS $$
DECLARE
    l tallystick.order_items := jsonb_populate_record(NULL::tallystick.order_items, p_given);
BEGIN
    l.business_id := p_business;
    l.order_id := p_order;
    l.product_version := coalesce(l.product_version, 1);
    l.decimals := coalesce(l.decimals, 0);
    l.stock_taken := coalesce(l.stock_taken, l.quantity);
    RETURN l;
END
$$;

-- Writes a purchase: an order, its lines, and the charge. p_given and p_changed are those of entry(). p_changed_lines has changes
-- of each line, of which the entry's digest knows nothing.
CREATE FUNCTION by_hand.purchase(
    p_business uuid, p_customer uuid, p_order uuid, p_lines jsonb[], p_given jsonb DEFAULT '{}', p_changed jsonb DEFAULT '{}',
    p_changed_lines jsonb[] DEFAULT '{}'
) RETURNS void
LANGUAGE plpgsql
-- As purchase_batch has it, for whoever makes a plan while the ledger is empty. The triggers' plans are made here, too.
SET enable_seqscan = off
SET enable_bitmapscan = off
SET enable_hashjoin = off
SET enable_mergejoin = off
AS $$
DECLARE
    v_lines tallystick.order_items[] := ARRAY(
        SELECT by_hand.line(p_business, p_order, jsonb_build_object('line_no', given.no) || given.line)
        FROM unnest(p_lines) WITH ORDINALITY AS given (line, no) ORDER BY given.no);
    v_total bigint := (SELECT sum(line.line_total) FROM unnest(v_lines) AS line);
    v_given jsonb := jsonb_build_object(
        'kind', 'purchase', 'id', p_order, 'amount', v_total, 'details_digest', by_hand.digest(v_lines),
        'created_at', clock_timestamp()) || p_given;
BEGIN
    SET CONSTRAINTS ALL DEFERRED;
    INSERT INTO tallystick.orders (business_id, id, customer_id, total, created_at)
    VALUES (p_business, p_order, p_customer, (v_given ->> 'amount')::bigint, (v_given ->> 'created_at')::timestamptz);
    PERFORM by_hand.entry(p_business, p_customer, v_given, p_changed);
    INSERT INTO tallystick.order_items
    SELECT changed.*
    FROM unnest(v_lines) WITH ORDINALITY AS line
    CROSS JOIN LATERAL jsonb_populate_record(
        ROW(line.business_id, line.order_id, line.product_id, line.quantity, line.unit_price, line.line_total,
            line.stock_taken, line.line_no, line.product_version, line.decimals, line.list_price, line.discount,
            line.tax)::tallystick.order_items,
        coalesce(p_changed_lines[line.ordinality], '{}')) AS changed;
END
$$;

-- Writes a return of lines of an order: the return, its ledger entry with what that settles, and the lines. p_items say line_no,
-- quantity and restocked of each line, and may say something wrong besides, of which the entry's digest knows. p_given and p_changed
-- are those of entry(). p_changed_items and p_changed_return have changes of the lines and of the return, of which the digest does
-- not know. p_settles is what the entry settles by name, {"charge_nos": …, "amounts": …}, if not what it should.
CREATE FUNCTION by_hand.returned(
    p_business uuid, p_customer uuid, p_return uuid, p_order uuid, p_items jsonb[], p_given jsonb DEFAULT '{}',
    p_changed jsonb DEFAULT '{}', p_changed_items jsonb[] DEFAULT '{}', p_changed_return jsonb DEFAULT '{}',
    p_settles jsonb DEFAULT NULL
) RETURNS void
LANGUAGE plpgsql
-- As return_record has it, for whoever makes a plan while the tables are empty. The triggers' plans are made here, too.
SET enable_seqscan = off
SET enable_bitmapscan = off
SET enable_hashjoin = off
SET enable_mergejoin = off
AS $$
DECLARE
    a tallystick.ledger_account := by_hand.account(p_business, p_customer);
    e tallystick.credit_ledger;
    v_items tallystick.return_items[] := (tallystick.return_lines_of(
        p_business, p_order,
        ARRAY(SELECT (item ->> 'line_no')::integer FROM unnest(p_items) AS item ORDER BY 1),
        ARRAY(SELECT (item ->> 'quantity')::bigint FROM unnest(p_items) AS item ORDER BY (item ->> 'line_no')::integer),
        ARRAY(SELECT (item ->> 'restocked')::bigint FROM unnest(p_items) AS item ORDER BY (item ->> 'line_no')::integer))).items;
    v_given jsonb;
    v_settled record;
BEGIN
    v_items := ARRAY(
        SELECT jsonb_populate_record(v_items[line.ordinality], given || jsonb_build_object('return_id', p_return))
        FROM unnest(v_items) WITH ORDINALITY AS line
        JOIN unnest(p_items) AS given ON (given ->> 'line_no')::integer = line.line_no
        ORDER BY line.ordinality);
    v_given := jsonb_build_object(
        'kind', 'return', 'id', p_return, 'amount', (SELECT -sum(item.line_total) FROM unnest(v_items) AS item),
        'created_at', clock_timestamp()) || p_given;
    IF p_settles IS NULL THEN
        SELECT jsonb_build_object('charge_nos', ARRAY[charge.entry_no], 'amounts', ARRAY[least(
                   -(v_given ->> 'amount')::bigint, charge.amount - coalesce((
                   SELECT max(part.allocated_after) FROM tallystick.allocations AS part
                   WHERE part.business_id = p_business AND part.customer_id = charge.customer_id
                     AND part.charge_no = charge.entry_no), 0))])
        INTO p_settles
        FROM tallystick.credit_ledger AS charge WHERE charge.business_id = p_business AND charge.id = p_order;
        IF p_settles #>> '{amounts,0}' = '0' THEN
            p_settles := NULL;
        END IF;
    END IF;
    v_settled := tallystick.ledger_settle(
        a, by_hand.given(a, p_business, v_given),
        ARRAY(SELECT jsonb_array_elements_text(p_settles -> 'charge_nos')::bigint),
        ARRAY(SELECT jsonb_array_elements_text(p_settles -> 'amounts')::bigint),
        tallystick.return_details(p_order, v_items));
    e := jsonb_populate_record(v_settled.entry, p_changed);
    e.entry_hash := by_hand.hash(e);

    SET CONSTRAINTS ALL DEFERRED;
    INSERT INTO tallystick.returns
    SELECT (jsonb_populate_record(
        ROW(p_business, p_return, p_order, p_customer, -(v_given ->> 'amount')::bigint, (v_given ->> 'created_at')::timestamptz,
            v_items[1].line_no)::tallystick.returns, p_changed_return)).*;
    WITH parts AS (
        INSERT INTO tallystick.allocations (
            business_id, customer_id, charge_no, part_no, entry_no, amount, allocated_before, allocated_after, charge_amount,
            charged_total)
        SELECT part.business_id, part.customer_id, part.charge_no, part.part_no, part.entry_no, part.amount,
               part.allocated_before, part.allocated_after, part.charge_amount, part.charged_total
        FROM unnest(v_settled.parts) AS part
    )
    INSERT INTO tallystick.credit_ledger SELECT (e).*;
    INSERT INTO tallystick.return_items
    SELECT changed.*
    FROM unnest(v_items) WITH ORDINALITY AS item
    CROSS JOIN LATERAL jsonb_populate_record(v_items[item.ordinality], coalesce(p_changed_items[item.ordinality], '{}')) AS changed;
END
$$;
