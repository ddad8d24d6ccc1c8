-- Purpose: what is wrong with what the purchases of a batch ask for beyond products and quantities. An element of p_options is
-- NULL, or an object with at least one of these members:
--
--   payment_terms  when it is due, instead of the customer's terms (payment_terms_of)
--   due_date       on which day: a date like "2026-01-31", in the years 1 to 9998
--   due_at         at what time: a time with an offset like "2026-01-31T12:00:00Z", in the years 1 to 9998
--
-- A purchase brings one of these three at most.
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
                WHEN v_member.key = 'payment_terms' AND tallystick.payment_terms_of(v_member.value) IS NOT NULL THEN NULL
                WHEN v_member.key = 'due_date' THEN CASE
                    WHEN v_member.value::text !~ '^"[0-9]{4}-[0-9]{2}-[0-9]{2}"$' THEN 'due_date is a date like 2026-01-31'
                    WHEN (v_member.value ->> 0)::date > '9998-12-31' THEN 'due_date is in the years 1 to 9998' END
                WHEN v_member.key = 'due_at' THEN CASE
                    WHEN v_member.value::text !~ '^"[0-9]{4}(-[0-9]{2}){2}T[0-9]{2}(:[0-9]{2}){2}(\.[0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})"$'
                        THEN 'due_at is a time with an offset like 2026-01-31T12:00:00Z'
                    WHEN (v_member.value ->> 0)::timestamptz >= '9999-01-01Z' THEN 'due_at is in the years 1 to 9998' END
                WHEN v_member.key IS NOT NULL THEN 'a purchase has an unknown option'
            END;
            IF v_wrong IS NOT NULL THEN
                RETURN v_wrong;
            END IF;
        END LOOP;
        IF (p_options[n] ? 'payment_terms')::integer + (p_options[n] ? 'due_date')::integer + (p_options[n] ? 'due_at')::integer > 1 THEN
            RETURN 'a purchase has one of payment_terms, due_date and due_at';
        END IF;
    END LOOP;
    RETURN NULL;
END
$$;
