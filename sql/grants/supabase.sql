-- On a Supabase-style database a signed-in user (role authenticated, the business in request.jwt.claims) reads its own
-- business's rows and may purchase for it, each if its claims allow the scope (claims_allow). It may do nothing else, and anon
-- and service_role get nothing.
--
-- It reads every table and view but those whose comment says ', server only'.
DO $$
DECLARE
    v_relation name;
BEGIN
    IF EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = 'authenticated') THEN
        REVOKE ALL ON SCHEMA tallystick, tallystick_migrate FROM authenticated CASCADE;
        REVOKE ALL ON ALL TABLES IN SCHEMA tallystick_migrate FROM authenticated CASCADE;
        GRANT USAGE ON SCHEMA tallystick TO authenticated;
        REVOKE ALL ON ALL TABLES IN SCHEMA tallystick FROM authenticated;
        REVOKE ALL ON ALL FUNCTIONS IN SCHEMA tallystick FROM authenticated;
        FOR v_relation IN
            SELECT relation.relname
            FROM pg_catalog.pg_class AS relation
            WHERE relation.relnamespace = 'tallystick'::regnamespace AND relation.relkind IN ('r', 'p', 'v')
              AND coalesce(obj_description(relation.oid, 'pg_class'), '') !~ '^[a-z]+, server only:'
        LOOP
            EXECUTE format('GRANT SELECT ON tallystick.%I TO authenticated', v_relation);
        END LOOP;
        GRANT EXECUTE ON FUNCTION
            tallystick.context_business_id, tallystick.claims_business_id, tallystick.claims_allow, tallystick.purchase
        TO authenticated;
    END IF;
END
$$;
