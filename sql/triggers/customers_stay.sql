-- What names a customer never loses it.
CREATE OR REPLACE TRIGGER customers_stay BEFORE DELETE OR UPDATE OF business_id, id ON tallystick.customers
    FOR EACH ROW EXECUTE FUNCTION tallystick.customers_stay();
ALTER TABLE tallystick.customers ENABLE ALWAYS TRIGGER customers_stay;
CREATE OR REPLACE TRIGGER refuse_truncate BEFORE TRUNCATE ON tallystick.customers
    FOR EACH STATEMENT EXECUTE FUNCTION tallystick.customers_stay();
ALTER TABLE tallystick.customers ENABLE ALWAYS TRIGGER refuse_truncate;
