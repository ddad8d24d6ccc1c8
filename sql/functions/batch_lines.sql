-- Purpose: the lines of an accepted purchase, and the digest by which its ledger entry holds them (docs/proofs.md).
-- p_left is what is left on the shelf after it; NULL for what has no end, which takes nothing from the stock.
-- p_priced is what batch_price_lines returned. Without it, all quantities are whole numbers at the shelf's prices.
-- Locks: none. The caller holds the products' locks.
-- Caller: purchase_batch.
CREATE OR REPLACE FUNCTION tallystick.batch_lines(
    p_business_id uuid,
    p_order_id uuid,
    p_product_ids uuid[],
    p_shelf tallystick.batch_shelf,
    p_left bigint[],
    p_positions integer[],
    p_quantities bigint[],
    p_priced tallystick.batch_prices DEFAULT NULL,
    OUT items tallystick.order_items[],
    OUT digest bytea
)
LANGUAGE plpgsql IMMUTABLE
AS $$
DECLARE
    v_prices constant bigint[] := p_shelf.prices;
    v_versions constant integer[] := p_shelf.versions;
    v_decimals constant smallint[] := p_shelf.decimals;
    v_is_priced constant boolean := p_priced.total IS NOT NULL;
    v_position integer;
    v_item tallystick.order_items;
    v_details bytea := decode('01', 'hex');
BEGIN
    v_item.business_id := p_business_id;
    v_item.order_id := p_order_id;
    FOR v_line IN 1 .. cardinality(p_positions) LOOP
        v_position := p_positions[v_line];
        v_item.line_no := v_line;
        v_item.product_id := p_product_ids[v_position];
        v_item.product_version := v_versions[v_position];
        v_item.quantity := p_quantities[v_line];
        v_item.decimals := v_decimals[v_position];
        v_item.unit_price := v_prices[v_position];
        v_item.stock_taken := CASE WHEN p_left[v_position] IS NULL THEN 0 ELSE v_item.quantity END;
        IF v_is_priced THEN
            v_item.unit_price := p_priced.unit_prices[v_line];
            v_item.list_price := p_priced.list_prices[v_line];
            v_item.discount := p_priced.discounts[v_line];
            v_item.tax := p_priced.taxes[v_line];
            v_item.line_total := p_priced.line_totals[v_line];
        ELSE
            v_item.line_total := v_item.quantity * v_item.unit_price;
        END IF;
        items := items || v_item;
        v_details := v_details
            || (int4send(v_line) || uuid_send(v_item.product_id) || int4send(v_item.product_version)
                || int8send(v_item.quantity) || int4send(v_item.decimals) || int8send(v_item.unit_price)
                || int8send(coalesce(v_item.list_price, -1)) || int8send(coalesce(v_item.discount, -1))
                || int8send(coalesce(v_item.tax, -1))
                || int8send(v_item.stock_taken) || int8send(v_item.line_total));
    END LOOP;
    digest := sha256(v_details);
END
$$;
