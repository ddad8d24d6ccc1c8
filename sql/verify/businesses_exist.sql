-- Businesses exist
-- Every row of every table belongs to a business that exists.
SELECT
    held.business_id,
    held.number AS rows_checked,
    CASE
        WHEN held.business_id IS NULL THEN format('%s rows belong to no business', held.number)
        WHEN business.business_id IS NULL THEN format('the business of %s rows does not exist', held.number)
    END AS wrong,
    held."table"
FROM (
    {tenant_rows}
) AS held
-- DISTINCT, because the primary key may be missing: a business that is there twice must not double the counts.
LEFT JOIN (
    SELECT DISTINCT existing.business_id FROM tallystick.businesses AS existing
) AS business ON business.business_id = held.business_id
WHERE NOT held.is_total
