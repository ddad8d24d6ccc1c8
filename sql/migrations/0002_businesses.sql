-- When a charge is due:
--
--   {"type": "age", "days": 30}    so many times 24 hours after it was made
--   {"type": "calendar", "months": 0, "days": 0, "end_of_month": false, "then_days": 0}
--                                  at the end of a day: the day of the charge, so many months and days later; then, if it says so, the
--                                  end of that month; then so many days later
--
-- Every member is written out, and jsonb writes members in one order. So equal terms are equal texts, and a text can be checked.
-- src/domain/payment_terms.rs says the same with better messages; a test compares.
CREATE DOMAIN tallystick.payment_terms AS jsonb
    CONSTRAINT payment_terms_are_known CHECK (CASE
        WHEN VALUE::text ~ '^\{"days": [0-9]{1,4}, "type": "age"\}$'
            THEN (VALUE ->> 'days')::integer <= 3650
        WHEN VALUE::text ~ ('^\{"days": [0-9]{1,4}, "type": "calendar", "months": [0-9]{1,3}, '
            '("then_days": 0, "end_of_month": false|"then_days": [0-9]{1,4}, "end_of_month": true)\}$')
            THEN greatest((VALUE ->> 'days')::integer, (VALUE ->> 'then_days')::integer) <= 3650
                 AND (VALUE ->> 'months')::integer <= 120
        ELSE VALUE IS NULL
    END);

-- A business is one tenant. Its row is referenced by the tables that change slowly only: a foreign key from
-- a hot table to one tenant row would burn a MultiXact per insert.
CREATE TABLE tallystick.businesses (
    business_id uuid NOT NULL,
    name tallystick.visible_text NOT NULL,
    currency text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    -- Every currency is one of ISO 4217, with its number of decimals. Codes without one, such as that of gold, are no currency of
    -- a price. src/domain/currency.rs says the same; a test compares.
    currency_decimals integer GENERATED ALWAYS AS (CASE
        WHEN currency ~ '^(BIF|CLP|DJF|GNF|ISK|JPY|KMF|KRW|PYG|RWF|UGX|UYI|VND|VUV|XAF|XOF|XPF)$' THEN 0
        WHEN currency ~ ('^(AED|AFN|ALL|AMD|AOA|ARS|AUD|AWG|AZN|BAM|BBD|BDT|BGN|BMD|BND|BOB|BOV|BRL|BSD|BTN|BWP|BYN|BZD|CAD|'
            'CDF|CHE|CHF|CHW|CNY|COP|COU|CRC|CUC|CUP|CVE|CZK|DKK|DOP|DZD|EGP|ERN|ETB|EUR|FJD|FKP|GBP|GEL|GHS|GIP|GMD|GTQ|GYD|'
            'HKD|HNL|HRK|HTG|HUF|IDR|ILS|INR|IRR|JMD|KES|KGS|KHR|KPW|KYD|KZT|LAK|LBP|LKR|LRD|LSL|MAD|MDL|MGA|MKD|MMK|MNT|MOP|'
            'MRU|MUR|MVR|MWK|MXN|MXV|MYR|MZN|NAD|NGN|NIO|NOK|NPR|NZD|PAB|PEN|PGK|PHP|PKR|PLN|QAR|RON|RSD|RUB|SAR|SBD|SCR|SDG|'
            'SEK|SGD|SHP|SLE|SLL|SOS|SRD|SSP|STN|SVC|SYP|SZL|THB|TJS|TMT|TOP|TRY|TTD|TWD|TZS|UAH|USD|USN|UYU|UZS|VED|VES|WST|'
            'XAD|XCD|XCG|YER|ZAR|ZMW|ZWG|ZWL)$') THEN 2
        WHEN currency ~ '^(BHD|IQD|JOD|KWD|LYD|OMR|TND)$' THEN 3
        WHEN currency ~ '^(CLF|UYW)$' THEN 4
    END) STORED,
    -- Of its customers without terms of their own. Calendar terms count days in its time zone.
    payment_terms tallystick.payment_terms NOT NULL DEFAULT '{"type": "age", "days": 30}',
    time_zone text NOT NULL DEFAULT 'UTC',
    CONSTRAINT businesses_pk PRIMARY KEY (business_id),
    CONSTRAINT businesses_name_is_short_text CHECK (char_length(name) BETWEEN 1 AND 200),
    CONSTRAINT businesses_currency_is_an_iso_4217_code CHECK (currency_decimals IS NOT NULL),
    -- That the place is one of the tz database, the trigger business_time_zone_is_known says: what the tz database has changes, and
    -- a CHECK would refuse to restore a business whose time zone has another name since.
    CONSTRAINT businesses_time_zone_is_utc_or_a_place CHECK (time_zone ~ ('^(UTC|(Africa|America|Antarctica|Arctic|Asia|Atlantic|'
        'Australia|Europe|Indian|Pacific)/[A-Za-z0-9_+-]{1,30}(/[A-Za-z0-9_+-]{1,30})?)$'))
);
ALTER TABLE tallystick.businesses ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
COMMENT ON TABLE tallystick.businesses IS 'state: the tenants';
