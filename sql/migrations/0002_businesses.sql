-- A business is one tenant. Its row is referenced by the tables that change slowly only: a foreign key from
-- a hot table to one tenant row would burn a MultiXact per insert.
CREATE TABLE tallystick.businesses (
    business_id uuid NOT NULL,
    name tallystick.visible_text NOT NULL,
    currency text NOT NULL,
    overdue_after_days integer NOT NULL DEFAULT 30,
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
    CONSTRAINT businesses_pk PRIMARY KEY (business_id),
    CONSTRAINT businesses_name_is_short_text CHECK (char_length(name) BETWEEN 1 AND 200),
    CONSTRAINT businesses_currency_is_an_iso_4217_code CHECK (currency_decimals IS NOT NULL),
    CONSTRAINT businesses_overdue_after_days_is_0_to_3650 CHECK (overdue_after_days BETWEEN 0 AND 3650)
);
ALTER TABLE tallystick.businesses ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
COMMENT ON TABLE tallystick.businesses IS 'state: the tenants';
