-- Purpose: what is wrong with what the purchases of a batch ask for beyond products and quantities. An element of p_options is
-- NULL, or an object with at least one of these members:
--
--   lines                               see purchase_check_lines. The caller needs the scope `price`, which purchase_batch checks.
--   payment_terms, due_date or due_at   see purchase_check_due
--   authorized_limit                    a limit for this purchase, if the credit limit is less: a whole number of minor units from 0 to
--                                       2^53 - 1. The caller needs the scope `adjust`, which purchase_batch checks.
--
-- A new member has its line here and in the CASE below. The request's fingerprint covers the whole object.
-- Locks: none.
-- Returns what is wrong, or NULL.
-- Caller: purchase_check_input, if there are options. It has checked that each purchase has its element.
CREATE OR REPLACE FUNCTION tallystick.purchase_check_options(p_options jsonb[], p_line_counts integer[]) RETURNS text
LANGUAGE plpgsql IMMUTABLE
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
            v_wrong := CASE v_member.key
                WHEN 'lines' THEN tallystick.purchase_check_lines(v_member.value, p_line_counts[n])
                WHEN 'payment_terms' THEN tallystick.purchase_check_due(p_options[n])
                WHEN 'due_date' THEN tallystick.purchase_check_due(p_options[n])
                WHEN 'due_at' THEN tallystick.purchase_check_due(p_options[n])
                WHEN 'authorized_limit' THEN tallystick.purchase_check_limit(v_member.value)
                ELSE 'a purchase has an unknown option'
            END;
            IF v_wrong IS NOT NULL THEN
                RETURN v_wrong;
            END IF;
        END LOOP;
    END LOOP;
    RETURN NULL;
END
$$;
