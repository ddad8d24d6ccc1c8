-- Orders and ledger
-- Every order has one ledger entry: a purchase with the order's id, customer, total and time. Every purchase in the ledger
-- has its order.
--
-- identities.sql proves that ids are unique.
SELECT
    coalesce(placed.business_id, entry.business_id) AS business_id,
    (placed.id IS NOT NULL)::integer + (entry.id IS NOT NULL)::integer AS rows_checked,
    CASE
        WHEN entry.id IS NULL THEN 'the order has no ledger entry'
        WHEN placed.id IS NULL THEN 'the purchase in the ledger has no order'
        ELSE nullif(concat_ws('; ',
            CASE WHEN placed.customer_id IS DISTINCT FROM entry.customer_id
                THEN format('the order is customer %s''s', placed.customer_id) END,
            CASE WHEN placed.total IS DISTINCT FROM entry.amount
                THEN format('the order''s total is %s, but the ledger charges %s', placed.total, entry.amount) END,
            CASE WHEN placed.created_at IS DISTINCT FROM entry.created_at
                THEN format('the order is of %s, but the ledger entry of %s', placed.created_at, entry.created_at)
                END), '')
    END AS wrong,
    coalesce(placed.id, entry.id) AS order_id,
    coalesce(entry.customer_id, placed.customer_id) AS customer_id,
    entry.entry_no
FROM tallystick.orders AS placed
FULL JOIN (
    SELECT purchase.business_id, purchase.id, purchase.customer_id, purchase.entry_no, purchase.amount,
           purchase.created_at
    FROM tallystick.credit_ledger AS purchase
    WHERE purchase.kind = 'purchase'
) AS entry ON entry.business_id = placed.business_id AND entry.id = placed.id
