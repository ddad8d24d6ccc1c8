-- The time zone of a business is one that this PostgreSQL knows when it is set. It does not fire ALWAYS: a restore that switches
-- triggers off must not fail because a zone has another name since.
CREATE OR REPLACE TRIGGER business_time_zone_is_known BEFORE INSERT OR UPDATE OF time_zone ON tallystick.businesses
    FOR EACH ROW EXECUTE FUNCTION tallystick.business_time_zone_is_known();
