-- Purpose: prices of the products of a batch, and how much of them can be sold, in the order of p_product_ids.
-- Locks: none. The caller holds the locks on the products of p_locked_ids, or on all products if p_locked_ids is NULL.
-- Returns an element for each id. A product that exists and is not locked is held by another transaction.
-- Volatile: it must see what was committed while the caller waited for its locks.
-- Caller: purchase_batch, whose plan settings apply. They and BETWEEN are explained there.
CREATE OR REPLACE FUNCTION tallystick.batch_read_shelf(p_business_id uuid, p_product_ids uuid[], p_locked_ids uuid[])
RETURNS tallystick.batch_shelf
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
    v_shelf tallystick.batch_shelf;
BEGIN
    SELECT array_agg(shelf.is_held), array_agg(shelf.price), array_agg(shelf.available), array_agg(shelf.version_no),
           array_agg(shelf.quantity_decimals)
    INTO v_shelf
    FROM (
        -- `<> ALL ('{}')` is true for any id, and so for the id of a product that does not exist.
        SELECT product.id IS NOT NULL AND coalesce(product.id <> ALL (p_locked_ids), false) AS is_held,
               product.price,
               CASE WHEN product.track_stock THEN product.stock - product.backordered + product.backorder_limit END AS available,
               product.version_no, product.quantity_decimals
        FROM unnest(p_product_ids) WITH ORDINALITY AS asked (id, no)
        LEFT JOIN LATERAL (
            SELECT product.*
            FROM tallystick.products AS product
            WHERE product.business_id = p_business_id AND product.id BETWEEN asked.id AND asked.id
            ORDER BY product.id
            LIMIT 1
        ) AS product ON true
        ORDER BY asked.no
    ) AS shelf;
    RETURN v_shelf;
END
$$;
