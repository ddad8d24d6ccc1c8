-- A purchase is now a batch of one, and its input is checked as a batch's is: the former check has no caller any more.
DROP FUNCTION IF EXISTS tallystick.purchase_check_input(uuid[], bigint[], text);

-- An order comes with its lines and its charge in one statement, at whose end these are looked at.
ALTER TABLE tallystick.orders ALTER CONSTRAINT orders_have_a_first_line DEFERRABLE INITIALLY IMMEDIATE;
ALTER TABLE tallystick.orders ALTER CONSTRAINT orders_are_charged DEFERRABLE INITIALLY IMMEDIATE;
