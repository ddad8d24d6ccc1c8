-- Purpose: what the lines of a purchase cost, if that is more than whole numbers times the shelf's prices: some quantities are parts
-- of units, or the caller brought prices, discounts or taxes (p_lines, see purchase_check_lines; else NULL).
--
--   line total = quantity times unit price by 10^decimals, rounded half up to whole minor units, less the discount, with the tax
--
-- The table's constraint order_items_line_total_is_quantity_times_price says the same. All of it is numeric, because a quantity of
-- 2^31 - 1 at a price of 2^53 - 1 is more than a bigint holds. A line of an unknown product has no total, and neither has its
-- purchase.
-- Locks: none. The caller holds the products' locks.
-- Caller: purchase_batch.
CREATE OR REPLACE FUNCTION tallystick.batch_price_lines(
    p_shelf tallystick.batch_shelf,
    p_positions integer[],
    p_quantities bigint[],
    p_lines jsonb
) RETURNS tallystick.batch_prices
LANGUAGE plpgsql IMMUTABLE
AS $$
DECLARE
    v_shelf_price bigint;
    v_unit_price bigint;
    v_decimals smallint;
    v_discount bigint;
    v_tax bigint;
    v_price numeric;
    v_priced tallystick.batch_prices;
BEGIN
    v_priced.total := 0;
    FOR v_line IN 1 .. cardinality(p_positions) LOOP
        v_shelf_price := p_shelf.prices[p_positions[v_line]];
        v_decimals := p_shelf.decimals[p_positions[v_line]];
        v_unit_price := coalesce((p_lines -> (v_line - 1) -> 'unit_price')::bigint, v_shelf_price);
        v_discount := (p_lines -> (v_line - 1) -> 'discount')::bigint;
        v_tax := (p_lines -> (v_line - 1) -> 'tax')::bigint;
        v_price := round(
            p_quantities[v_line]::numeric * v_unit_price * ('{1,0.1,0.01,0.001}'::numeric[])[v_decimals + 1]);
        IF v_discount > v_price THEN
            v_priced.discounts_too_large := v_priced.discounts_too_large || v_line;
        END IF;
        v_priced.decimals := v_priced.decimals || v_decimals;
        v_priced.unit_prices := v_priced.unit_prices || v_unit_price;
        v_priced.list_prices := v_priced.list_prices || nullif(v_shelf_price, v_unit_price);
        v_priced.discounts := v_priced.discounts || v_discount;
        v_priced.taxes := v_priced.taxes || v_tax;
        v_priced.line_totals := v_priced.line_totals || (v_price - coalesce(v_discount, 0) + coalesce(v_tax, 0));
        v_priced.total := v_priced.total + v_priced.line_totals[v_line];
    END LOOP;
    RETURN v_priced;
END
$$;
