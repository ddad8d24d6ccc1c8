-- The credit ledger: one row per change of a customer's debt, append-only. amount > 0 is credit used, amount < 0 is a
-- payment. The balance is the sum of the entries; balance_after and charged_total are immutable prefix sums, so that
-- balance and overdue stay one index look-up each when a customer has a million entries.
--
-- The chain is held by constraints, not by care: entry n points at entry n - 1 and must start from its figures.
CREATE TABLE tallystick.credit_ledger (
    business_id uuid NOT NULL,
    customer_id uuid NOT NULL,
    entry_no bigint NOT NULL,
    id uuid NOT NULL,
    kind text NOT NULL,
    amount bigint NOT NULL,
    balance_before bigint NOT NULL,
    balance_after bigint NOT NULL,
    charged_total bigint NOT NULL,
    credit_limit bigint,
    idempotency_key text COLLATE "C" NOT NULL,
    request_fingerprint bytea NOT NULL,
    created_at timestamptz NOT NULL,
    -- Derived, for the foreign keys below. A purchase's entry has its order's id.
    previous_entry_no bigint GENERATED ALWAYS AS (nullif(entry_no - 1, 0)) STORED,
    charged_before bigint GENERATED ALWAYS AS (charged_total - greatest(amount, 0)) STORED,
    order_id uuid GENERATED ALWAYS AS (CASE kind WHEN 'purchase' THEN id END) STORED,

    -- The last entry is looked up by this index alone. It carries the sums so that no plan for that look-up can seem
    -- cheaper than walking it from its end: where customers have a handful of entries on average, sorting all of one
    -- customer's entries would, and would take seconds for the customer who has a million.
    CONSTRAINT credit_ledger_pk PRIMARY KEY (business_id, customer_id, entry_no) INCLUDE (balance_after, charged_total),
    CONSTRAINT credit_ledger_id_is_unique UNIQUE (business_id, id),
    CONSTRAINT credit_ledger_idempotency_key_is_used_once UNIQUE (business_id, idempotency_key),
    -- What the next entry points at. In this column order it also finds the first charge beyond a sum paid: overdue.
    CONSTRAINT credit_ledger_prefix_sums UNIQUE (business_id, customer_id, charged_total, entry_no, balance_after),

    CONSTRAINT credit_ledger_customer_exists
        FOREIGN KEY (business_id, customer_id) REFERENCES tallystick.customers (business_id, id),
    CONSTRAINT credit_ledger_purchase_charges_its_orders_total
        FOREIGN KEY (business_id, customer_id, order_id, amount)
        REFERENCES tallystick.orders (business_id, customer_id, id, total),
    CONSTRAINT credit_ledger_continues_the_previous_entry
        FOREIGN KEY (business_id, customer_id, charged_before, previous_entry_no, balance_before)
        REFERENCES tallystick.credit_ledger (business_id, customer_id, charged_total, entry_no, balance_after),

    CONSTRAINT credit_ledger_entry_no_counts_from_1 CHECK (entry_no >= 1),
    CONSTRAINT credit_ledger_first_entry_starts_from_zero
        CHECK (entry_no > 1 OR (balance_before = 0 AND charged_total = greatest(amount, 0))),
    CONSTRAINT credit_ledger_balance_after_is_before_plus_amount CHECK (balance_after = balance_before + amount),
    CONSTRAINT credit_ledger_balance_is_safe_money
        CHECK (balance_after BETWEEN -9007199254740991 AND 9007199254740991),
    CONSTRAINT credit_ledger_amount_is_safe_money CHECK (amount BETWEEN -9007199254740991 AND 9007199254740991),
    CONSTRAINT credit_ledger_purchase_charges_and_payment_pays
        CHECK (CASE kind WHEN 'purchase' THEN amount >= 0 WHEN 'payment' THEN amount < 0 ELSE false END),
    CONSTRAINT credit_ledger_charge_keeps_the_limit_in_force CHECK ((kind = 'purchase') = (credit_limit IS NOT NULL)),
    CONSTRAINT credit_ledger_charge_stays_within_the_limit CHECK (amount <= 0 OR balance_after <= credit_limit),
    CONSTRAINT credit_ledger_idempotency_key_is_visible_ascii
        CHECK (octet_length(idempotency_key) <= 255 AND idempotency_key ~ '^[!-~]+$'),
    CONSTRAINT credit_ledger_fingerprint_is_sha256 CHECK (octet_length(request_fingerprint) = 32)
);
-- No order without its charge, looked at when the transaction commits.
ALTER TABLE tallystick.orders ADD CONSTRAINT orders_are_charged
    FOREIGN KEY (business_id, id) REFERENCES tallystick.credit_ledger (business_id, id)
    DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE tallystick.credit_ledger ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
