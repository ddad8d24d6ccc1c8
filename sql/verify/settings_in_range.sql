-- Settings in range
-- The properties of businesses, customers, products and API keys are within their ranges: limits and prices are money,
-- names are short text, currencies are ISO 4217 codes, and secrets are stored as SHA-256 only.
SELECT
    setting.business_id,
    1 AS rows_checked,
    setting.wrong,
    setting."table",
    setting.id
FROM (
    SELECT
        'businesses' AS "table", business.business_id, NULL::uuid AS id,
        nullif(concat_ws('; ',
            CASE WHEN (char_length(business.name) BETWEEN 1 AND 200) IS NOT TRUE THEN 'the name is not short text' END,
            CASE WHEN (business.currency ~ '^[A-Z]{3}$') IS NOT TRUE THEN 'the currency is not an ISO 4217 code' END,
            CASE WHEN (business.overdue_after_days BETWEEN 0 AND 3650) IS NOT TRUE
                THEN 'overdue_after_days is not 0 to 3650' END), '') AS wrong
    FROM tallystick.businesses AS business
    UNION ALL
    SELECT
        'customers', customer.business_id, customer.id,
        nullif(concat_ws('; ',
            CASE WHEN (char_length(customer.name) BETWEEN 1 AND 200) IS NOT TRUE THEN 'the name is not short text' END,
            CASE WHEN char_length(customer.external_id) NOT BETWEEN 1 AND 200
                THEN 'the external_id is not short text' END,
            CASE WHEN (customer.credit_limit BETWEEN 0 AND 9007199254740991) IS NOT TRUE
                THEN 'the credit limit is not safe money' END,
            CASE WHEN customer.blocked IS NULL THEN 'it is neither blocked nor not' END), '')
    FROM tallystick.customers AS customer
    UNION ALL
    SELECT
        'products', product.business_id, product.id,
        nullif(concat_ws('; ',
            CASE WHEN (char_length(product.sku) BETWEEN 1 AND 100) IS NOT TRUE THEN 'the sku is not short text' END,
            CASE WHEN (char_length(product.name) BETWEEN 1 AND 200) IS NOT TRUE THEN 'the name is not short text' END,
            CASE WHEN (product.price BETWEEN 0 AND 9007199254740991) IS NOT TRUE
                THEN 'the price is not safe money' END), '')
    FROM tallystick.products AS product
    UNION ALL
    SELECT
        'api_keys', api_key.business_id, api_key.id,
        nullif(concat_ws('; ',
            CASE WHEN (char_length(api_key.name) BETWEEN 1 AND 200) IS NOT TRUE THEN 'the name is not short text' END,
            CASE WHEN (api_key.prefix ~ '^[0-9A-Za-z]{8,32}$') IS NOT TRUE THEN 'the prefix is not short ASCII' END,
            CASE WHEN (octet_length(api_key.secret_hash) = 32) IS NOT TRUE THEN 'the secret is not a SHA-256' END,
            CASE WHEN (cardinality(api_key.scopes) BETWEEN 1 AND 2 AND api_key.scopes <@ ARRAY['read', 'write'])
                      IS NOT TRUE
                THEN 'the scopes are not known' END), '')
    FROM tallystick.api_keys AS api_key
) AS setting
