-- Purpose: a business's overdue customers, newest customer first, before p_before if it is given. The order is that
-- of a property that never changes, so that no customer moves between pages while payments come in.
CREATE OR REPLACE FUNCTION tallystick.overdue_list(p_business_id uuid, p_before uuid, p_limit integer)
RETURNS SETOF tallystick.overdue_customers
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT overdue.*
    FROM tallystick.overdue_customers AS overdue
    WHERE overdue.business_id = p_business_id
      AND overdue.customer_id < coalesce(p_before, 'ffffffff-ffff-ffff-ffff-ffffffffffff')
    ORDER BY overdue.customer_id DESC
    LIMIT p_limit
$$;
