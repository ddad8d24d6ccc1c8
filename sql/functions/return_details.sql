-- Purpose: what of a return belongs to its ledger entry, as bytes: the order, and its lines in the order of their numbers. The digest
-- covers them and then the part of the charge that it settles. Their number comes first, so that no part reads as a line.
-- Locks: none.
-- Caller: return_write, which writes the digest; return_lines_add_up, which compares it.
CREATE OR REPLACE FUNCTION tallystick.return_details(p_order_id uuid, p_items tallystick.return_items[]) RETURNS bytea
LANGUAGE plpgsql IMMUTABLE
AS $$
BEGIN
    RETURN (
        SELECT decode('01', 'hex') || uuid_send(p_order_id) || int4send(count(*)::integer) || string_agg(
            int4send(item.line_no) || int8send(item.part_no) || uuid_send(item.product_id) || int8send(item.quantity)
            || int8send(item.restocked) || int8send(item.returned_after) || int8send(item.line_total)
            || int8send(coalesce(item.tax, -1)),
            ''::bytea ORDER BY item.line_no)
        FROM unnest(p_items) AS item);
END
$$;
