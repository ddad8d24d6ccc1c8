-- Purpose: what a return puts back into the stock. The lines of a product that is a service now put nothing back.
-- Locks: the products with something to restock, by id. If another transaction holds one, p_held 'wait' waits for it; 'pass over all'
-- does nothing then.
-- Outcomes: product_held (passed over, nothing is decided: ask again), stock_not_tracked (line_nos: those whose restocking was asked for
-- in p_restock_quantities), stock_too_large (line_nos); NULL: p_items with what is restocked, and product_ids, places, stocks and
-- backordered: the products as they will be.
-- Caller: return_record, which holds the customer's lock; its plan settings apply.
CREATE OR REPLACE FUNCTION tallystick.return_restock(
    p_business_id uuid,
    p_line_nos integer[],
    p_restock_quantities bigint[],
    p_held text,
    INOUT p_items tallystick.return_items[],
    OUT outcome text,
    OUT line_nos integer[],
    OUT product_ids uuid[],
    OUT places tid[],
    OUT stocks bigint[],
    OUT backordered bigint[]
)
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
    v_product record;
    v_product_ids uuid[];
    v_services uuid[];
    v_full uuid[];
BEGIN
    -- The aggregate sorts by itself: the caller has switched sorts off, for the look-ups.
    SELECT coalesce(array_agg(DISTINCT item.product_id ORDER BY item.product_id), '{}') INTO v_product_ids
    FROM unnest(p_items) AS item WHERE item.restocked > 0;
    IF tallystick.batch_lock_products(p_business_id, v_product_ids, p_held) IS NOT NULL THEN
        outcome := 'product_held';
        RETURN;
    END IF;
    FOR v_product IN
        SELECT product.id, product.ctid AS place, product.track_stock,
               product.stock::numeric - product.backordered + restocked.quantity AS stock
        FROM unnest(v_product_ids) AS asked (id)
        CROSS JOIN LATERAL (
            SELECT locked.id, locked.ctid, locked.track_stock, locked.stock, locked.backordered
            FROM tallystick.products AS locked
            WHERE locked.business_id = p_business_id AND locked.id BETWEEN asked.id AND asked.id
            ORDER BY locked.id
            LIMIT 1
        ) AS product
        CROSS JOIN LATERAL (
            SELECT sum(item.restocked) AS quantity FROM unnest(p_items) AS item WHERE item.product_id = product.id
        ) AS restocked
    LOOP
        IF NOT v_product.track_stock THEN
            v_services := v_services || v_product.id;
        ELSIF v_product.stock > 9007199254740991 THEN
            v_full := v_full || v_product.id;
        ELSE
            product_ids := product_ids || v_product.id;
            places := places || v_product.place;
            -- What is backordered is served first.
            stocks := stocks || greatest(v_product.stock, 0)::bigint;
            backordered := backordered || greatest(-v_product.stock, 0)::bigint;
        END IF;
    END LOOP;

    SELECT array_agg(item.line_no) INTO line_nos
    FROM unnest(p_items) AS item
    WHERE item.product_id = ANY (v_services) AND p_restock_quantities[array_position(p_line_nos, item.line_no)] > 0;
    IF line_nos IS NOT NULL THEN
        outcome := 'stock_not_tracked';
        RETURN;
    ELSIF v_full IS NOT NULL THEN
        outcome := 'stock_too_large';
        line_nos := ARRAY(
            SELECT item.line_no FROM unnest(p_items) AS item WHERE item.product_id = ANY (v_full) AND item.restocked > 0);
        RETURN;
    END IF;
    FOR n IN 1 .. cardinality(p_items) LOOP
        IF p_items[n].product_id = ANY (v_services) THEN
            p_items[n].restocked := 0;
        END IF;
    END LOOP;
END
$$;
