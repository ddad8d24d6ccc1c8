-- The platform may list its businesses. Only code that runs as the owner can use this, and business_list() and
-- business_created_with() are the only functions that set app.platform; setting it as any other role changes nothing.
DROP POLICY IF EXISTS platform_lists_businesses ON tallystick.businesses;
CREATE POLICY platform_lists_businesses ON tallystick.businesses
    FOR SELECT TO tallystick_owner
    USING (current_setting('app.platform', true) = 'business_list');
