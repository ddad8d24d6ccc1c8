-- A business is one tenant. Its row is referenced by the tables that change slowly only: a foreign key from
-- a hot table to one tenant row would burn a MultiXact per insert.
CREATE TABLE tallystick.businesses (
    business_id uuid NOT NULL,
    name text NOT NULL,
    currency text NOT NULL,
    overdue_after_days integer NOT NULL DEFAULT 30,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT businesses_pk PRIMARY KEY (business_id),
    CONSTRAINT businesses_name_is_short_text CHECK (char_length(name) BETWEEN 1 AND 200),
    CONSTRAINT businesses_currency_is_an_iso_4217_code CHECK (currency ~ '^[A-Z]{3}$'),
    CONSTRAINT businesses_overdue_after_days_is_0_to_3650 CHECK (overdue_after_days BETWEEN 0 AND 3650)
);
ALTER TABLE tallystick.businesses ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
