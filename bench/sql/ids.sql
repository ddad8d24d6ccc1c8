-- Ids that the load can work out from a number, so that it need not ask for them (see `ids.rs`), and what opens products.
CREATE OR REPLACE FUNCTION pg_temp.id(p_kind text, p_number bigint) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$
    SELECT ('00000' || p_kind || '-0000-7000-8000-' || lpad(p_number::text, 12, '0'))::uuid
$$;

-- The products that have no movement yet, and with which quantity each was opened: what it has, and what was sold of it.
CREATE OR REPLACE FUNCTION pg_temp.opened_products()
RETURNS TABLE (business_id uuid, id uuid, quantity bigint, created_at timestamptz) LANGUAGE sql AS $$
    SELECT product.business_id, product.id, product.stock + coalesce(sold.quantity, 0)::bigint, product.created_at
    FROM tallystick.products AS product
    LEFT JOIN (
        SELECT item.business_id, item.product_id, sum(item.quantity) AS quantity
        FROM tallystick.order_items AS item GROUP BY 1, 2
    ) AS sold ON sold.business_id = product.business_id AND sold.product_id = product.id
    WHERE product.stock + coalesce(sold.quantity, 0) > 0
      AND NOT EXISTS (
        SELECT FROM tallystick.stock_movements AS movement
        WHERE movement.business_id = product.business_id AND movement.product_id = product.id)
$$;
