-- The platform finds which business one of its idempotency keys has created. Only code that runs as the owner can use this, and
-- business_created_with() is the only function that sets app.platform to this value.
DROP POLICY IF EXISTS platform_finds_its_keys ON tallystick.creations;
CREATE POLICY platform_finds_its_keys ON tallystick.creations
    FOR SELECT TO tallystick_owner
    USING (kind = 'business' AND current_setting('app.platform', true) = 'business_create');
