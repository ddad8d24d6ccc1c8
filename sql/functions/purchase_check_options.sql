-- Purpose: what is wrong with what the purchases of a batch ask for beyond products and quantities. An element of p_options is
-- NULL, or an object with at least one of these members:
--
--   payment_terms, due_date or due_at   see purchase_check_due
--
-- A new member needs its line in the CASE below. The request's fingerprint covers the whole object.
-- Locks: none.
-- Returns what is wrong, or NULL.
-- Caller: purchase_check_input, if there are options. It has checked that each purchase has its element.
CREATE OR REPLACE FUNCTION tallystick.purchase_check_options(p_options jsonb[], p_line_counts integer[]) RETURNS text
LANGUAGE plpgsql IMMUTABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_member record;
    v_wrong text;
BEGIN
    FOR n IN 1 .. cardinality(p_options) LOOP
        CONTINUE WHEN p_options[n] IS NULL;
        IF jsonb_typeof(p_options[n]) <> 'object' OR p_options[n] = '{}' THEN
            RETURN 'the options of a purchase are an object with members';
        END IF;
        FOR v_member IN SELECT member.key, member.value FROM jsonb_each(p_options[n]) AS member LOOP
            -- Each option that there is has its line here.
            v_wrong := CASE
                WHEN v_member.key IN ('payment_terms', 'due_date', 'due_at') THEN tallystick.purchase_check_due(p_options[n])
                WHEN v_member.key IS NOT NULL THEN 'a purchase has an unknown option'
            END;
            IF v_wrong IS NOT NULL THEN
                RETURN v_wrong;
            END IF;
        END LOOP;
    END LOOP;
    RETURN NULL;
END
$$;
