-- What identifies something looks like one thing and is one thing. What is called something shows its name. Every currency is one
-- of ISO 4217, with its number of decimals. src/domain/text.rs and currency.rs say the same with better messages; a test compares.
--
-- Two spellings of one text (é as one character, or as e and an accent) are one sku: the unique constraints are on columns that
-- PostgreSQL derives in Unicode's form NFC. Columns and not indexes on normalize(): it is not leakproof, so under row level
-- security the planner would use no such index. The collation "C" compares bytes, and no update of the system reorders them.
--
-- The rules of products are those of domains. PostgreSQL evaluates every CHECK of a table at each update of a row, and a sale
-- updates products; a domain's CHECK is evaluated only where a sku or a name is set.
--
-- The added columns rewrite businesses, customers and products.

-- Under FORCE the owner sees no row here, and would find none that breaks a rule.
ALTER TABLE tallystick.businesses NO FORCE ROW LEVEL SECURITY;
ALTER TABLE tallystick.customers NO FORCE ROW LEVEL SECURITY;
ALTER TABLE tallystick.products NO FORCE ROW LEVEL SECURITY;
ALTER TABLE tallystick.stock_movements NO FORCE ROW LEVEL SECURITY;
ALTER TABLE tallystick.api_keys NO FORCE ROW LEVEL SECURITY;

DO $$
DECLARE
    -- Code points are written out, because what a class such as [[:space:]] holds depends on the locale.
    -- Control characters, line breaks, and what overrides the direction of the text around it.
    c_disruptive constant text := '\u0001-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069';
    -- White space other than the space, and what Unicode calls ignorable, zero-width characters among them.
    c_unseen constant text := '\u00a0\u00ad\u034f\u061c\u115f-\u1160\u1680\u17b4-\u17b5\u180b-\u180f\u2000-\u200f\u202f'
        '\u205f-\u2065\u206a-\u206f\u2800\u3000\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb'
        '\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff';
    -- Visible characters, with single or more spaces between them.
    c_identifies constant text := format('^[^ %1$s%2$s]([^%1$s%2$s]*[^ %1$s%2$s])?$', c_disruptive, c_unseen);
    -- Nothing disruptive, and something visible.
    c_shows constant text := format('^[ %2$s]*[^ %1$s%2$s][^%1$s]*$', c_disruptive, c_unseen);
    -- By number of decimals. Codes without one, such as that of gold, are no currency of a price.
    c_decimals constant text[] := ARRAY[
        'BIF|CLP|DJF|GNF|ISK|JPY|KMF|KRW|PYG|RWF|UGX|UYI|VND|VUV|XAF|XOF|XPF',
        NULL,
        'AED|AFN|ALL|AMD|AOA|ARS|AUD|AWG|AZN|BAM|BBD|BDT|BGN|BMD|BND|BOB|BOV|BRL|BSD|BTN|BWP|BYN|BZD|CAD|CDF|CHE|CHF|CHW|'
        'CNY|COP|COU|CRC|CUC|CUP|CVE|CZK|DKK|DOP|DZD|EGP|ERN|ETB|EUR|FJD|FKP|GBP|GEL|GHS|GIP|GMD|GTQ|GYD|HKD|HNL|HRK|HTG|'
        'HUF|IDR|ILS|INR|IRR|JMD|KES|KGS|KHR|KPW|KYD|KZT|LAK|LBP|LKR|LRD|LSL|MAD|MDL|MGA|MKD|MMK|MNT|MOP|MRU|MUR|MVR|MWK|'
        'MXN|MXV|MYR|MZN|NAD|NGN|NIO|NOK|NPR|NZD|PAB|PEN|PGK|PHP|PKR|PLN|QAR|RON|RSD|RUB|SAR|SBD|SCR|SDG|SEK|SGD|SHP|SLE|'
        'SLL|SOS|SRD|SSP|STN|SVC|SYP|SZL|THB|TJS|TMT|TOP|TRY|TTD|TWD|TZS|UAH|USD|USN|UYU|UZS|VED|VES|WST|XAD|XCD|XCG|YER|'
        'ZAR|ZMW|ZWG|ZWL',
        'BHD|IQD|JOD|KWD|LYD|OMR|TND',
        'CLF|UYW'];
    v_wrong text;
BEGIN
    -- 1. What is there already is held to the rules first, so that each row that breaks one is named.
    SELECT string_agg(format('%s of %s %s', found.what, found.of, found.id), E'\n') INTO v_wrong
    FROM (
        SELECT 'the currency' AS what, 'business' AS of, business.business_id::text AS id
        FROM tallystick.businesses AS business
        WHERE business.currency !~ format('^(%s)$', array_to_string(c_decimals, '|'))
        UNION ALL
        SELECT 'the name', 'business', business.business_id::text
        FROM tallystick.businesses AS business WHERE business.name !~ c_shows
        UNION ALL
        SELECT 'the name', 'customer', customer.id::text
        FROM tallystick.customers AS customer WHERE customer.name !~ c_shows
        UNION ALL
        SELECT 'the external_id', 'customer', customer.id::text
        FROM tallystick.customers AS customer WHERE customer.external_id !~ c_identifies
        UNION ALL
        SELECT 'the external_id', 'customers', string_agg(customer.id::text, ' and ' ORDER BY customer.id)
        FROM tallystick.customers AS customer
        WHERE customer.external_id IS NOT NULL
        GROUP BY customer.business_id, normalize(customer.external_id, NFC) COLLATE "C" HAVING count(*) > 1
        UNION ALL
        SELECT 'the name', 'product', product.id::text
        FROM tallystick.products AS product WHERE product.name !~ c_shows
        UNION ALL
        SELECT 'the sku', 'product', product.id::text
        FROM tallystick.products AS product WHERE product.sku !~ c_identifies
        UNION ALL
        SELECT 'the sku', 'products', string_agg(product.id::text, ' and ' ORDER BY product.id)
        FROM tallystick.products AS product
        GROUP BY product.business_id, normalize(product.sku, NFC) COLLATE "C" HAVING count(*) > 1
        UNION ALL
        SELECT 'the reason', 'stock movement', movement.id::text
        FROM tallystick.stock_movements AS movement WHERE movement.reason !~ c_shows
        UNION ALL
        SELECT 'the name', 'API key', api_key.id::text
        FROM tallystick.api_keys AS api_key WHERE api_key.name !~ c_identifies
        ORDER BY 2, 3, 1
        LIMIT 50
    ) AS found;
    IF v_wrong IS NOT NULL THEN
        RAISE EXCEPTION 'rows of this database break rules for names, identifiers or currencies'
            USING ERRCODE = 'check_violation', DETAIL = v_wrong,
                  HINT = 'docs/api.md says what a text may hold. Change these rows with the server that is running, or as '
                         'the owner of the tables where it cannot, then migrate again. At most 50 are listed.';
    END IF;

    -- 2. Products.
    EXECUTE format('CREATE DOMAIN tallystick.product_sku AS text
        CONSTRAINT product_sku_is_short_text CHECK (char_length(VALUE) <= 100)
        CONSTRAINT product_sku_identifies CHECK (VALUE ~ %L)', c_identifies);
    EXECUTE format('CREATE DOMAIN tallystick.product_name AS text
        CONSTRAINT product_name_is_short_text CHECK (char_length(VALUE) <= 200)
        CONSTRAINT product_name_shows_something CHECK (VALUE ~ %L)', c_shows);
    ALTER TABLE tallystick.products
        DROP CONSTRAINT products_sku_is_unique,
        DROP CONSTRAINT products_sku_is_short_text,
        DROP CONSTRAINT products_name_is_short_text,
        ALTER COLUMN sku TYPE tallystick.product_sku,
        ALTER COLUMN name TYPE tallystick.product_name;
    ALTER TABLE tallystick.products
        ADD COLUMN sku_nfc text COLLATE "C" GENERATED ALWAYS AS (normalize(sku, NFC)) STORED,
        ADD CONSTRAINT products_sku_is_unique UNIQUE (business_id, sku_nfc);

    -- 3. Customers.
    EXECUTE format('ALTER TABLE tallystick.customers
        ADD CONSTRAINT customers_name_shows_something CHECK (name ~ %L),
        ADD CONSTRAINT customers_external_id_identifies CHECK (external_id ~ %L)', c_shows, c_identifies);
    ALTER TABLE tallystick.customers
        DROP CONSTRAINT customers_external_id_is_unique,
        ADD COLUMN external_id_nfc text COLLATE "C" GENERATED ALWAYS AS (normalize(external_id, NFC)) STORED,
        ADD CONSTRAINT customers_external_id_is_unique UNIQUE (business_id, external_id_nfc);

    -- 4. Businesses, stock movements and API keys.
    EXECUTE format('ALTER TABLE tallystick.businesses
        DROP CONSTRAINT businesses_currency_is_an_iso_4217_code,
        ADD COLUMN currency_decimals integer GENERATED ALWAYS AS (CASE
            WHEN currency ~ %L THEN 0 WHEN currency ~ %L THEN 2 WHEN currency ~ %L THEN 3 WHEN currency ~ %L THEN 4
        END) STORED',
        format('^(%s)$', c_decimals[1]), format('^(%s)$', c_decimals[3]),
        format('^(%s)$', c_decimals[4]), format('^(%s)$', c_decimals[5]));
    ALTER TABLE tallystick.businesses
        ADD CONSTRAINT businesses_currency_is_an_iso_4217_code CHECK (currency_decimals IS NOT NULL);
    EXECUTE format('ALTER TABLE tallystick.businesses
        ADD CONSTRAINT businesses_name_shows_something CHECK (name ~ %L)', c_shows);
    EXECUTE format('ALTER TABLE tallystick.stock_movements
        ADD CONSTRAINT stock_movements_reason_shows_something CHECK (reason ~ %L)', c_shows);
    EXECUTE format('ALTER TABLE tallystick.api_keys
        ADD CONSTRAINT api_keys_name_identifies CHECK (name ~ %L)', c_identifies);
END
$$;

ALTER TABLE tallystick.businesses FORCE ROW LEVEL SECURITY;
ALTER TABLE tallystick.customers FORCE ROW LEVEL SECURITY;
ALTER TABLE tallystick.products FORCE ROW LEVEL SECURITY;
ALTER TABLE tallystick.stock_movements FORCE ROW LEVEL SECURITY;
ALTER TABLE tallystick.api_keys FORCE ROW LEVEL SECURITY;
