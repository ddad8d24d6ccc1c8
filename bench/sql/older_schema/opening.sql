-- The same as in this schema, whose movements also have an actor.
INSERT INTO tallystick.stock_movements (business_id, id, product_id, kind, quantity, stock_after, reason, created_at)
SELECT opened.business_id, overlay(opened.id::text PLACING 'e' FROM 6 FOR 1)::uuid, opened.id, 'opening',
       opened.quantity, opened.quantity, 'opening stock', opened.created_at
FROM pg_temp.opened_products() AS opened;
