-- Purpose: raise an error unless a return has 1 to 500 lines, each once, each with a quantity, and no more of it back in stock.
-- Caller: return_record, before it looks at anything.
CREATE OR REPLACE FUNCTION tallystick.check_return_lines(
    p_line_nos integer[], p_quantities bigint[], p_restock_quantities bigint[]
) RETURNS void
LANGUAGE plpgsql IMMUTABLE
AS $$
BEGIN
    PERFORM FROM unnest(p_line_nos, p_quantities, p_restock_quantities) AS line (no, quantity, restock)
    HAVING count(*) BETWEEN 1 AND 500 AND count(DISTINCT line.no) = count(*)
       AND cardinality(p_line_nos) = count(*) AND cardinality(p_restock_quantities) = count(*)
       AND bool_and((line.no BETWEEN 1 AND 500 AND line.quantity BETWEEN 1 AND 2147483647) IS TRUE)
       -- NULL: what came from the stock.
       AND bool_and((line.restock BETWEEN 0 AND line.quantity) IS NOT FALSE);
    IF NOT FOUND THEN
        RAISE EXCEPTION 'a return has 1 to 500 lines, each once, each with a quantity of 1 to 2147483647, and restocks at most that'
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
END
$$;
