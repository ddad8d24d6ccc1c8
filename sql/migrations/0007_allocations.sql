-- Which charge a specific credit settles: parts of a charge, in the order in which they were made. A negative amount takes back.
-- The parts of a charge are a chain, so that no charge is settled by more than its amount, whoever writes at once.
-- What settles the other charges follows from the ledger's sums alone (views/customer_accounts.sql).
CREATE TABLE tallystick.allocations (
    business_id uuid NOT NULL,
    customer_id uuid NOT NULL,
    charge_no bigint NOT NULL,
    part_no bigint NOT NULL,
    -- The ledger entry that allocates.
    entry_no bigint NOT NULL,
    amount bigint NOT NULL,
    allocated_before bigint NOT NULL,
    allocated_after bigint NOT NULL,
    -- Copies from the charge's entry: its amount, and charged_total after it. A trigger compares them.
    charge_amount bigint NOT NULL,
    charged_total bigint NOT NULL,
    -- Derived, for the foreign key below.
    previous_part_no bigint GENERATED ALWAYS AS (nullif(part_no - 1, 0)) STORED,
    CONSTRAINT allocations_pk PRIMARY KEY (business_id, customer_id, charge_no, part_no),
    -- The parts of an entry. One entry names a charge once.
    CONSTRAINT allocations_of_an_entry UNIQUE (business_id, customer_id, entry_no, charge_no),
    -- What the next part points at. In this order of columns, no look-up by the primary key can be planned by this index, nor can
    -- verify read it in its place.
    CONSTRAINT allocations_running_figure UNIQUE (business_id, customer_id, charge_no, allocated_after, part_no),
    CONSTRAINT allocations_entry_exists
        FOREIGN KEY (business_id, customer_id, entry_no) REFERENCES tallystick.credit_ledger (business_id, customer_id, entry_no),
    CONSTRAINT allocations_continue_the_previous_part
        FOREIGN KEY (business_id, customer_id, charge_no, previous_part_no, allocated_before)
        REFERENCES tallystick.allocations (business_id, customer_id, charge_no, part_no, allocated_after),
    CONSTRAINT allocations_part_no_counts_from_1 CHECK (part_no >= 1),
    CONSTRAINT allocations_first_part_starts_from_zero CHECK (part_no > 1 OR allocated_before = 0),
    CONSTRAINT allocations_change_something CHECK (amount <> 0),
    CONSTRAINT allocations_after_is_before_plus_amount CHECK (allocated_after = allocated_before + amount),
    CONSTRAINT allocations_are_never_below_zero CHECK (allocated_after >= 0),
    CONSTRAINT allocations_settle_at_most_the_charge CHECK (allocated_after <= charge_amount),
    CONSTRAINT allocations_charge_comes_before_the_entry CHECK (charge_no < entry_no)
);
ALTER TABLE tallystick.allocations ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
COMMENT ON TABLE tallystick.allocations IS 'fact: which charges specific credits settle';
