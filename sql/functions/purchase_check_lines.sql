-- Purpose: what is wrong with the option `lines` of a purchase: a list with an element for each line. An element is null for a line
-- at the shelf's price, or an object with at least one of the members unit_price, discount and tax, each a whole number of minor
-- units from 0 to 2^53 - 1. At least one line has such an object.
-- Locks: none.
-- Returns what is wrong, or NULL.
-- Caller: purchase_check_options.
CREATE OR REPLACE FUNCTION tallystick.purchase_check_lines(p_lines jsonb, p_count integer) RETURNS text
LANGUAGE plpgsql IMMUTABLE
AS $$
DECLARE
    v_line jsonb;
    v_member record;
    v_has_prices boolean := false;
BEGIN
    IF jsonb_typeof(p_lines) <> 'array' THEN
        RETURN 'lines are a list';
    END IF;
    IF jsonb_array_length(p_lines) <> p_count THEN
        RETURN 'lines have one element for each line of the purchase';
    END IF;
    FOR v_line IN SELECT jsonb_array_elements(p_lines) LOOP
        CONTINUE WHEN v_line = 'null';
        IF jsonb_typeof(v_line) <> 'object' OR v_line = '{}' THEN
            RETURN 'an element of lines is null, or an object with members';
        END IF;
        FOR v_member IN SELECT member.key, member.value FROM jsonb_each(v_line) AS member LOOP
            IF v_member.key NOT IN ('unit_price', 'discount', 'tax') THEN
                RETURN 'a line has an unknown member';
            END IF;
            -- The fingerprint covers the text, so a number has one way to be written.
            IF jsonb_typeof(v_member.value) <> 'number' OR v_member.value::text !~ '^[0-9]{1,16}$' THEN
                RETURN 'prices, discounts and taxes are whole numbers from 0 to 9007199254740991';
            END IF;
            IF v_member.value::bigint > 9007199254740991 THEN
                RETURN 'prices, discounts and taxes are whole numbers from 0 to 9007199254740991';
            END IF;
        END LOOP;
        v_has_prices := true;
    END LOOP;
    RETURN CASE WHEN NOT v_has_prices THEN 'lines are left out if none has a member' END;
END
$$;
