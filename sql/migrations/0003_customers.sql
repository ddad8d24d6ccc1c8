-- A customer buys on credit. There is no balance here: it is the sum of the customer's ledger entries.
-- The row is the lock that every purchase, payment and limit change of this customer takes first.
CREATE TABLE tallystick.customers (
    business_id uuid NOT NULL,
    id uuid NOT NULL,
    name tallystick.visible_text NOT NULL,
    external_id tallystick.identifying_text,
    credit_limit bigint NOT NULL,
    blocked boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    -- Which change made the row what it is; NULL until the first change. Purchases leave it alone: it stands for what PATCH can
    -- change, and not for the balance.
    version uuid,
    -- Two spellings of one text (é as one character, or as e and an accent) are one external id. A column and not an index on
    -- normalize(): that is not leakproof, so under row level security the planner would use no such index. The collation "C"
    -- compares bytes, and no update of the system reorders them.
    external_id_nfc text COLLATE "C" GENERATED ALWAYS AS (normalize(external_id, NFC)) STORED,
    -- NULL: those of the business.
    payment_terms tallystick.payment_terms,
    -- A customer whose oldest due charge has been overdue for longer than so many times 24 hours buys nothing more. NULL: buys on.
    overdue_hold_after_days integer,
    CONSTRAINT customers_pk PRIMARY KEY (business_id, id),
    CONSTRAINT customers_business_exists FOREIGN KEY (business_id) REFERENCES tallystick.businesses (business_id),
    CONSTRAINT customers_external_id_is_unique UNIQUE (business_id, external_id_nfc),
    CONSTRAINT customers_name_is_short_text CHECK (char_length(name) BETWEEN 1 AND 200),
    CONSTRAINT customers_external_id_is_short_text CHECK (char_length(external_id) BETWEEN 1 AND 200),
    CONSTRAINT customers_overdue_hold_is_0_to_3650_days CHECK (overdue_hold_after_days BETWEEN 0 AND 3650),
    CONSTRAINT customers_credit_limit_is_safe_money CHECK (credit_limit BETWEEN 0 AND 9007199254740991)
) WITH (fillfactor = 90);
ALTER TABLE tallystick.customers ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
COMMENT ON TABLE tallystick.customers IS 'state: who buys on credit';
