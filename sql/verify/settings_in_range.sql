-- Settings in range
-- The properties of businesses, customers, products and their versions, and API keys are within their ranges: limits and prices
-- are money, names are short text and show something, what identifies is visible, currencies are ISO 4217 codes, payment terms are
-- complete, time zones are known, and secrets are stored as SHA-256 only. The code points are written out as in
-- migrations/0001_texts.sql.
WITH unseen (disruptive, others) AS (
    VALUES (
        '\u0001-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069',
        '\u00a0\u00ad\u034f\u061c\u115f-\u1160\u1680\u17b4-\u17b5\u180b-\u180f\u2000-\u200f\u202f'
        '\u205f-\u2065\u206a-\u206f\u2800\u3000\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb'
        '\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff')
),
form (identifies, shows, terms) AS (
    SELECT
        format('^[^ %1$s%2$s]([^%1$s%2$s]*[^ %1$s%2$s])?$', unseen.disruptive, unseen.others),
        format('^[ %2$s]*[^ %1$s%2$s][^%1$s]*$', unseen.disruptive, unseen.others),
        -- Days up to 3650, months up to 120.
        format('^\{"days": %1$s, ("type": "age"|"type": "calendar", "months": ([0-9]|[1-9][0-9]|1[01][0-9]|120), '
               '("then_days": 0, "end_of_month": false|"then_days": %1$s, "end_of_month": true))\}$',
               '([0-9]|[1-9][0-9]{1,2}|[12][0-9]{3}|3[0-5][0-9]{2}|36[0-4][0-9]|3650)')
    FROM unseen
)
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
            CASE WHEN business.name !~ form.shows THEN 'the name shows nothing, or is disruptive' END,
            CASE WHEN business.currency_decimals IS NULL THEN 'the currency is not an ISO 4217 code' END,
            CASE WHEN (business.payment_terms::text ~ form.terms) IS NOT TRUE THEN 'the payment_terms are none' END,
            CASE WHEN (business.time_zone ~ '^(UTC|[A-Z][a-z]+/.+)$') IS NOT TRUE OR business.time_zone <> 'UTC'
                      AND business.time_zone NOT IN (SELECT zone.name FROM pg_timezone_names AS zone)
                THEN 'the time_zone is not one that this PostgreSQL knows' END), '') AS wrong
    FROM tallystick.businesses AS business, form
    UNION ALL
    SELECT
        'customers', customer.business_id, customer.id,
        nullif(concat_ws('; ',
            CASE WHEN (char_length(customer.name) BETWEEN 1 AND 200) IS NOT TRUE THEN 'the name is not short text' END,
            CASE WHEN customer.name !~ form.shows THEN 'the name shows nothing, or is disruptive' END,
            CASE WHEN char_length(customer.external_id) NOT BETWEEN 1 AND 200
                THEN 'the external_id is not short text' END,
            CASE WHEN customer.external_id !~ form.identifies THEN 'the external_id has invisible characters' END,
            CASE WHEN customer.external_id_nfc IS DISTINCT FROM normalize(customer.external_id, NFC)
                THEN 'external_id_nfc is not the external_id' END,
            CASE WHEN (customer.credit_limit BETWEEN 0 AND 9007199254740991) IS NOT TRUE
                THEN 'the credit limit is not safe money' END,
            CASE WHEN customer.payment_terms::text !~ form.terms THEN 'the payment_terms are none' END,
            CASE WHEN customer.overdue_hold_after_days NOT BETWEEN 0 AND 3650
                THEN 'overdue_hold_after_days is not 0 to 3650' END,
            CASE WHEN customer.blocked IS NULL THEN 'it is neither blocked nor not' END), '')
    FROM tallystick.customers AS customer, form
    UNION ALL
    SELECT
        'products', product.business_id, product.id,
        nullif(concat_ws('; ',
            CASE WHEN (char_length(product.sku) BETWEEN 1 AND 100) IS NOT TRUE THEN 'the sku is not short text' END,
            CASE WHEN product.sku !~ form.identifies THEN 'the sku has invisible characters' END,
            CASE WHEN product.sku_nfc IS DISTINCT FROM normalize(product.sku, NFC) THEN 'sku_nfc is not the sku' END,
            CASE WHEN (char_length(product.name) BETWEEN 1 AND 200) IS NOT TRUE THEN 'the name is not short text' END,
            CASE WHEN product.name !~ form.shows THEN 'the name shows nothing, or is disruptive' END,
            CASE WHEN (product.price BETWEEN 0 AND 9007199254740991) IS NOT TRUE
                THEN 'the price is not safe money' END), '')
    FROM tallystick.products AS product, form
    UNION ALL
    -- The last version is what the product is called now: product_versions.sql proves it.
    SELECT
        'product_versions', version.business_id, version.product_id,
        nullif(concat_ws('; ',
            CASE WHEN (char_length(version.sku) BETWEEN 1 AND 100 AND version.sku ~ form.identifies) IS NOT TRUE
                THEN 'the sku is not short text, or has invisible characters' END,
            CASE WHEN (char_length(version.name) BETWEEN 1 AND 200 AND version.name ~ form.shows) IS NOT TRUE
                THEN 'the name is not short text, shows nothing, or is disruptive' END,
            CASE WHEN NOT (char_length(version.unit) BETWEEN 1 AND 20 AND version.unit ~ form.identifies)
                THEN 'the unit is not short text, or has invisible characters' END), '')
    FROM tallystick.product_versions AS version, form
    UNION ALL
    SELECT
        'api_keys', api_key.business_id, api_key.id,
        nullif(concat_ws('; ',
            CASE WHEN (char_length(api_key.name) BETWEEN 1 AND 200) IS NOT TRUE THEN 'the name is not short text' END,
            CASE WHEN api_key.name !~ form.identifies THEN 'the name has invisible characters' END,
            CASE WHEN (api_key.prefix ~ '^[0-9A-Za-z]{8,32}$') IS NOT TRUE THEN 'the prefix is not short ASCII' END,
            CASE WHEN (octet_length(api_key.secret_hash) = 32) IS NOT TRUE THEN 'the secret is not a SHA-256' END,
            CASE WHEN (cardinality(api_key.scopes) BETWEEN 1 AND 4 AND api_key.scopes <@ ARRAY['read', 'write', 'price', 'adjust'])
                      IS NOT TRUE
                THEN 'the scopes are not known' END), '')
    FROM tallystick.api_keys AS api_key, form
) AS setting
