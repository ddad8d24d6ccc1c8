-- Opens every product that has no movement yet: with its stock, and with what was sold of it.
-- A movement has its product's id with another first digit: d00… is opened by e00…, d02… by e02….
INSERT INTO tallystick.stock_movements (business_id, id, product_id, kind, quantity, stock_after, reason, created_at, actor)
SELECT opened.business_id, overlay(opened.id::text PLACING 'e' FROM 6 FOR 1)::uuid, opened.id, 'opening',
       opened.quantity, opened.quantity, 'opening stock', opened.created_at, 'bench'
FROM pg_temp.opened_products() AS opened;
