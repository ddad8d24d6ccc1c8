-- Purpose: what is wrong with the option `authorized_limit` of a purchase: a whole number of minor units from 0 to 2^53 - 1.
-- Locks: none.
-- Returns what is wrong, or NULL.
-- Caller: purchase_check_options.
CREATE OR REPLACE FUNCTION tallystick.purchase_check_limit(p_value jsonb) RETURNS text
LANGUAGE plpgsql IMMUTABLE
AS $$
BEGIN
    -- The fingerprint covers the text, so a number has one way to be written.
    IF jsonb_typeof(p_value) = 'number' AND p_value::text ~ '^[0-9]{1,16}$' THEN
        IF p_value::bigint <= 9007199254740991 THEN
            RETURN NULL;
        END IF;
    END IF;
    RETURN 'authorized_limit is a whole number from 0 to 9007199254740991';
END
$$;
