-- Purpose: what of p_price, that of a whole order line, is credited for a part of the line: what is due for the quantity returned so
-- far less what was credited before. So all parts add up to the price. NULL for NULL.
-- Locks: none.
-- Caller: return_lines_of. (return_lines_add_up has its own formula.)
CREATE OR REPLACE FUNCTION tallystick.price_of_part(p_price bigint, p_part tallystick.return_items) RETURNS bigint
LANGUAGE plpgsql IMMUTABLE
AS $$
BEGIN
    RETURN div(p_price::numeric * p_part.returned_after, p_part.bought) - div(p_price::numeric * p_part.returned_before, p_part.bought);
END
$$;
