-- Purpose: raise an error unless a request names 1 to 500 charges, each once, each with an amount other than 0, or none at all.
-- Returns the sum of the amounts; 0 for none.
-- Caller: every function that settles charges by name, before it looks at anything.
CREATE OR REPLACE FUNCTION tallystick.check_charges(p_charge_ids uuid[], p_amounts bigint[]) RETURNS numeric
LANGUAGE plpgsql IMMUTABLE
AS $$
DECLARE
    v_sum numeric;
BEGIN
    IF p_charge_ids IS NULL AND p_amounts IS NULL THEN
        RETURN 0;
    END IF;
    SELECT sum(named.amount) INTO v_sum
    FROM unnest(p_charge_ids, p_amounts) AS named (id, amount)
    HAVING count(*) BETWEEN 1 AND 500 AND count(DISTINCT named.id) = count(*) AND count(named.amount) = count(*)
       AND bool_and(named.amount BETWEEN -9007199254740991 AND 9007199254740991 AND named.amount <> 0);
    IF NOT FOUND THEN
        RAISE EXCEPTION 'a request settles 1 to 500 charges, each once, each with an amount other than 0'
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    RETURN v_sum;
END
$$;
