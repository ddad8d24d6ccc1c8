-- Product versions
-- The versions of every product are numbered 1, 2, 3 … without a gap and count in the same decimals. The last one says what the
-- product says now.
--
-- identities.sql proves that no version is there twice.
SELECT
    product.business_id,
    1 + coalesce(last.number, 0) AS rows_checked,
    CASE WHEN last.number IS NULL THEN 'the product has no version' ELSE nullif(concat_ws('; ',
        CASE WHEN (last.first = 1 AND last.version_no = last.number) IS NOT TRUE
            THEN format('%s versions are numbered from %s to %s', last.number, last.first, last.version_no) END,
        CASE WHEN product.version_no IS DISTINCT FROM last.version_no
            THEN format('the product is at version %s, but the last is %s', product.version_no, last.version_no) END,
        CASE WHEN (product.sku, product.name, product.unit) IS DISTINCT FROM (last.sku, last.name, last.unit)
            THEN 'the product is called otherwise than its last version' END,
        CASE WHEN (product.quantity_decimals = last.least_decimals AND product.quantity_decimals = last.most_decimals)
                IS NOT TRUE
            THEN format('the product counts in %s decimals, its versions in %s to %s', product.quantity_decimals,
                        last.least_decimals, last.most_decimals) END,
        CASE WHEN (product.quantity_decimals BETWEEN 0 AND 3) IS NOT TRUE THEN 'the decimals are not 0 to 3' END), '')
    END AS wrong,
    product.id AS product_id,
    product.sku
FROM tallystick.products AS product
LEFT JOIN (
    SELECT DISTINCT ON (version.business_id, version.product_id)
        version.*,
        count(*) OVER product AS number,
        min(version.version_no) OVER product AS first,
        min(version.quantity_decimals) OVER product AS least_decimals,
        max(version.quantity_decimals) OVER product AS most_decimals
    FROM tallystick.product_versions AS version
    WINDOW product AS (PARTITION BY version.business_id, version.product_id)
    ORDER BY version.business_id, version.product_id, version.version_no DESC
) AS last ON last.business_id = product.business_id AND last.product_id = product.id
