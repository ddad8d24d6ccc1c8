-- These functions take p_held now: what to do about a row that another transaction holds. Functions of the former signatures
-- would stay beside them.
DROP FUNCTION IF EXISTS tallystick.payment_record(uuid, uuid, bigint, text, uuid);
DROP FUNCTION IF EXISTS tallystick.stock_movement_record(uuid, uuid, bigint, text, text, uuid);
DROP FUNCTION IF EXISTS tallystick.customer_update(uuid, uuid, text, bigint, boolean, boolean, text);
DROP FUNCTION IF EXISTS tallystick.product_update(uuid, uuid, text, text, bigint);
