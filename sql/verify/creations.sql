-- Creations
-- What a request with an idempotency key created exists in the same business, and was created at that moment. Within a business
-- each key created one thing of a kind; a key of the platform created one business in all. A key is 1 to 255 visible ASCII
-- characters and has the fingerprint of its request.
SELECT
    creation.business_id,
    1 AS rows_checked,
    nullif(concat_ws('; ',
        CASE WHEN creation.times > 1 THEN format('the key was used %s times', creation.times) END,
        CASE WHEN creation.kind = 'business' AND creation.id IS DISTINCT FROM creation.business_id
            THEN 'it stands in another business' END,
        CASE WHEN created.id IS NULL THEN 'what it created does not exist in the business'
             WHEN created.created_at IS DISTINCT FROM creation.created_at THEN 'it was created at another time' END,
        CASE WHEN (octet_length(creation.idempotency_key) <= 255 AND creation.idempotency_key ~ '^[!-~]+$') IS NOT TRUE
            THEN 'the key is not 1 to 255 visible ASCII characters' END,
        CASE WHEN octet_length(creation.request_fingerprint) IS DISTINCT FROM 32
            THEN 'the fingerprint is not a SHA-256' END
    ), '') AS wrong,
    creation.kind,
    creation.idempotency_key,
    creation.id
FROM (
    SELECT remembered.*, count(*) OVER (
        PARTITION BY
            CASE WHEN remembered.kind <> 'business' THEN remembered.business_id END,
            remembered.kind, remembered.idempotency_key) AS times
    FROM tallystick.creations AS remembered
) AS creation
-- Grouped, because a primary key may be missing: a row that is there twice must not double the counts.
LEFT JOIN (
    SELECT 'customer' AS kind, customer.business_id, customer.id, min(customer.created_at) AS created_at
    FROM tallystick.customers AS customer GROUP BY customer.business_id, customer.id
    UNION ALL
    SELECT 'product', product.business_id, product.id, min(product.created_at)
    FROM tallystick.products AS product GROUP BY product.business_id, product.id
    UNION ALL
    SELECT 'api_key', api_key.business_id, api_key.id, min(api_key.created_at)
    FROM tallystick.api_keys AS api_key GROUP BY api_key.business_id, api_key.id
    UNION ALL
    SELECT 'business', business.business_id, business.business_id, min(business.created_at)
    FROM tallystick.businesses AS business GROUP BY business.business_id
) AS created ON created.kind = creation.kind AND created.business_id = creation.business_id AND created.id = creation.id
