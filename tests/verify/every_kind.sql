-- A third business: products of every sort, and customers with an entry of every kind that the constraints accept. Entries that no
-- function asks for yet are written by ledger_record, as such a function will do. All constraints and triggers apply.
SELECT set_config('app.business_id', '0c000000-0000-7000-8000-000000000000', false);
SELECT tallystick.business_create('0c000000-0000-7000-8000-000000000000', 'Gamma', 'EUR');
SELECT tallystick.customer_create('0c000000-0000-7000-8000-000000000000', '0c000000-0000-7000-8000-0000000000c1', 'Dora', 'dora', 1550, false);
SELECT tallystick.customer_create('0c000000-0000-7000-8000-000000000000', '0c000000-0000-7000-8000-0000000000c2', 'Emil', 'emil', 10000, false);
SELECT tallystick.customer_create('0c000000-0000-7000-8000-000000000000', '0c000000-0000-7000-8000-0000000000c3', 'Frida', 'frida', 10000, false);

-- Flour counts in grams, advice has no stock, and more chairs may be sold than there are.
INSERT INTO tallystick.products (business_id, id, sku, name, price, stock, unit, quantity_decimals)
VALUES ('0c000000-0000-7000-8000-000000000000', '0c000000-0000-7000-8000-0000000000d1', 'flour', 'Flour', 333, 10000, 'kg', 3);
INSERT INTO tallystick.stock_movements (business_id, id, product_id, kind, quantity, stock_after, reason, created_at, actor)
VALUES ('0c000000-0000-7000-8000-000000000000', tallystick.new_id(), '0c000000-0000-7000-8000-0000000000d1', 'opening', 10000,
    10000, 'opening stock', clock_timestamp(), 'key:test');
SELECT tallystick.product_create('0c000000-0000-7000-8000-000000000000', '0c000000-0000-7000-8000-0000000000d2', 'advice', 'Advice', 20, 0);
UPDATE tallystick.products SET track_stock = false WHERE id = '0c000000-0000-7000-8000-0000000000d2';
SELECT tallystick.product_create('0c000000-0000-7000-8000-000000000000', '0c000000-0000-7000-8000-0000000000d3', 'chairs', 'Chairs', 100, 2);
UPDATE tallystick.products SET backorder_limit = 10 WHERE id = '0c000000-0000-7000-8000-0000000000d3';
SELECT tallystick.purchase('0c000000-0000-7000-8000-000000000000', '0c000000-0000-7000-8000-0000000000c2',
    ARRAY['0c000000-0000-7000-8000-0000000000d2', '0c000000-0000-7000-8000-0000000000d3']::uuid[], ARRAY[3, 5], 'sale-1',
    '0c000000-0000-7000-8000-0000000000e1');
SELECT tallystick.stock_movement_record('0c000000-0000-7000-8000-000000000000', '0c000000-0000-7000-8000-0000000000d3', 1,
    'restock', 'restock-1', '0c000000-0000-7000-8000-0000000000f1');
SELECT tallystick.product_update('0c000000-0000-7000-8000-000000000000', '0c000000-0000-7000-8000-0000000000d3', 'seats', 'Seats', 110);
SELECT tallystick.purchase('0c000000-0000-7000-8000-000000000000', '0c000000-0000-7000-8000-0000000000c2',
    ARRAY['0c000000-0000-7000-8000-0000000000d3']::uuid[], ARRAY[1], 'sale-2', '0c000000-0000-7000-8000-0000000000e2');

-- Dora's entries 1 to 14 and Frida's 1 to 7, with the charges to which each allocates. Dora's entry 7 takes back entry 4 with what
-- it allocated. Dora is in credit at the end. Of Frida's credit, entry 5 settles the first charge, and so P passes the second, which
-- entry 4 has settled: P is 200. Entry 6 takes a part of that back, and entry 7 the payment of entry 5: P is 110 and then 10.
DO $$
DECLARE
    c_business constant uuid := '0c000000-0000-7000-8000-000000000000';
    v_kind record;
    v_account tallystick.ledger_account;
    v_entry tallystick.credit_ledger;
    v_items tallystick.order_items[];
BEGIN
    FOR v_kind IN SELECT planned.*, ('0c000000-0000-7000-8000-0000000000' || planned.customer)::uuid AS customer_id FROM (VALUES
        ('c1', 1, 'opening', 1000, NULL::bigint[], NULL::bigint[], NULL, NULL, '2026-02-01'::timestamptz, '2026-01-31'::date),
        ('c1', 2, 'fee', 50, NULL, NULL, NULL, NULL, '2026-01-15', NULL),
        ('c1', 3, 'purchase', 500, NULL, NULL, NULL, NULL, now() + interval '30 days', NULL),
        ('c1', 4, 'payment', -400, '{3}', '{300}', NULL, NULL, NULL, NULL),
        ('c1', 5, 'credit', -100, NULL, NULL, NULL, NULL, NULL, NULL),
        ('c1', 6, 'write_off', -50, '{2}', '{50}', NULL, NULL, NULL, NULL),
        ('c1', 7, 'reversal', 400, '{3}', '{-300}', 4, NULL, NULL, NULL),
        ('c1', 8, 'allocation', 0, '{1}', '{100}', NULL, NULL, NULL, NULL),
        ('c1', 9, 'debit', 200, NULL, NULL, NULL, 1700, now() + interval '10 days', NULL),
        ('c1', 10, 'return', -100, '{3}', '{100}', NULL, NULL, NULL, NULL),
        ('c1', 11, 'payment', -2200, NULL, NULL, NULL, NULL, NULL, NULL),
        ('c1', 12, 'refund', 80, NULL, NULL, NULL, NULL, now(), NULL),
        ('c1', 13, 'reversal', 100, NULL, NULL, 5, NULL, NULL, NULL),
        ('c1', 14, 'allocation', 0, '{1,3}', '{-40,20}', NULL, NULL, NULL, NULL),
        ('c3', 1, 'opening', 100, NULL, NULL, NULL, NULL, '2026-01-01', NULL),
        ('c3', 2, 'opening', 100, NULL, NULL, NULL, NULL, '2026-01-02', NULL),
        ('c3', 3, 'opening', 100, NULL, NULL, NULL, NULL, '2026-01-03', NULL),
        ('c3', 4, 'payment', -100, '{2}', '{100}', NULL, NULL, NULL, NULL),
        ('c3', 5, 'payment', -100, NULL, NULL, NULL, NULL, NULL, NULL),
        ('c3', 6, 'allocation', 0, '{2,3}', '{-30,20}', NULL, NULL, NULL, NULL),
        ('c3', 7, 'reversal', 100, NULL, NULL, 5, NULL, NULL, NULL)
    ) AS planned (customer, no, kind, amount, charge_nos, amounts, reverses_no, authorized_limit, due_at, due_date)
    ORDER BY planned.customer, planned.no LOOP
        v_account := (tallystick.batch_read_accounts(c_business, ARRAY[v_kind.customer_id], NULL))[1];
        v_entry := NULL;
        v_entry.business_id := c_business;
        v_entry.id := tallystick.new_id();
        v_entry.kind := v_kind.kind;
        v_entry.amount := v_kind.amount;
        v_entry.reverses_no := v_kind.reverses_no;
        v_entry.authorized_limit := v_kind.authorized_limit;
        v_entry.credit_limit := CASE WHEN v_kind.kind IN ('purchase', 'opening', 'fee', 'debit') THEN v_account.credit_limit END;
        v_entry.due_at := v_kind.due_at;
        v_entry.due_date := v_kind.due_date;
        v_entry.created_at := clock_timestamp();
        v_entry.idempotency_key := format('%s-%s', v_kind.customer, v_kind.no);
        v_entry.request_fingerprint := sha256(v_kind.kind::bytea);
        v_entry.actor := 'key:test';
        v_entry.reason := 'test';
        IF v_kind.kind = 'return' THEN
            -- 264 grams are 79 and 1 of tax, and an hour of advice is 20.
            PERFORM tallystick.return_record(
                c_business, (SELECT placed.id FROM tallystick.orders AS placed WHERE placed.customer_id = v_kind.customer_id),
                '{1,2}', '{264,1}', '{NULL,NULL}', 'test', 'c1-10');
            CONTINUE;
        ELSIF v_kind.kind <> 'purchase' THEN
            PERFORM tallystick.ledger_record(v_account, v_entry, v_kind.charge_nos, v_kind.amounts);
            CONTINUE;
        END IF;
        -- 1.5 kg at 3.33 is 5.00, half up; 0.50 is taken off and 0.10 is tax.
        v_items := ARRAY[
            ROW(c_business, v_entry.id, '0c000000-0000-7000-8000-0000000000d1', 1500, 333, 460, 1500, 1, 1, 3, 350, 50, 10),
            ROW(c_business, v_entry.id, '0c000000-0000-7000-8000-0000000000d2', 2, 20, 40, 0, 2, 1, 0, NULL, NULL, NULL)
        ]::tallystick.order_items[];
        v_entry.details_digest := (
            SELECT sha256('\x01'::bytea || string_agg(
                int4send(item.line_no) || uuid_send(item.product_id) || int4send(item.product_version)
                || int8send(item.quantity) || int4send(item.decimals) || int8send(item.unit_price)
                || int8send(coalesce(item.list_price, -1)) || int8send(coalesce(item.discount, -1))
                || int8send(coalesce(item.tax, -1)) || int8send(item.stock_taken) || int8send(item.line_total),
                ''::bytea ORDER BY item.line_no))
            FROM unnest(v_items) AS item);
        PERFORM tallystick.batch_write(
            c_business, ARRAY[tallystick.ledger_continue(v_account, v_entry)], v_items,
            ARRAY['0c000000-0000-7000-8000-0000000000d1']::uuid[], ARRAY[10000], ARRAY[8500]);
    END LOOP;
END
$$;
