-- Goods that come back. A return is a completed fact beside its order, which stays as it is. It credits what the lines cost when they
-- were bought: that settles the charge of the order by name, as far as no other credit does. Its ledger entry has the return's id.
CREATE TABLE tallystick.returns (
    business_id uuid NOT NULL,
    id uuid NOT NULL,
    order_id uuid NOT NULL,
    customer_id uuid NOT NULL,
    -- What is credited.
    total bigint NOT NULL,
    created_at timestamptz NOT NULL,
    -- For the foreign key below.
    first_line_no integer NOT NULL,
    CONSTRAINT returns_pk PRIMARY KEY (business_id, id)
);
CREATE INDEX returns_by_customer ON tallystick.returns (business_id, customer_id, id);
CREATE INDEX returns_by_order ON tallystick.returns (business_id, order_id, id);
ALTER TABLE tallystick.returns ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
COMMENT ON TABLE tallystick.returns IS 'fact: what customers returned';

-- What came back of one order line: parts of the line, in the order in which they came. A part begins where the one before it ended,
-- and none ends beyond what was bought. Two writers cannot write the same part. So nothing can be returned twice, whoever writes at
-- once. That a part continues the one before it, and that it is that of its order line, its return and its ledger entry, is in the
-- trigger return_lines_add_up: all of these are facts, so nothing can change them afterwards.
CREATE TABLE tallystick.return_items (
    business_id uuid NOT NULL,
    return_id uuid NOT NULL,
    order_id uuid NOT NULL,
    product_id uuid NOT NULL,
    part_no bigint NOT NULL,
    quantity bigint NOT NULL,
    -- What of the quantity went back into the stock. What is damaged does not.
    restocked bigint NOT NULL,
    returned_before bigint NOT NULL,
    returned_after bigint NOT NULL,
    -- A copy of the order line's quantity.
    bought bigint NOT NULL,
    -- What is credited, and what of it is tax.
    line_total bigint NOT NULL,
    tax bigint,
    line_no integer NOT NULL,
    CONSTRAINT return_items_pk PRIMARY KEY (business_id, order_id, line_no, part_no),
    -- The lines of a return. One return names a line once.
    CONSTRAINT return_items_of_a_return UNIQUE (business_id, return_id, line_no),
    CONSTRAINT return_items_part_no_counts_from_1 CHECK (part_no >= 1),
    CONSTRAINT return_items_first_part_starts_from_zero CHECK (part_no > 1 OR returned_before = 0),
    CONSTRAINT return_items_quantity_is_positive CHECK (quantity >= 1),
    CONSTRAINT return_items_returned_is_never_below_zero CHECK (returned_before >= 0),
    CONSTRAINT return_items_after_is_before_plus_quantity CHECK (returned_after = returned_before + quantity),
    CONSTRAINT return_items_return_at_most_what_was_bought CHECK (returned_after <= bought),
    CONSTRAINT return_items_restock_at_most_the_quantity CHECK (restocked BETWEEN 0 AND quantity)
);
-- No return without a line, looked at when the statement ends, or when the transaction commits if it asks for that.
ALTER TABLE tallystick.returns ADD CONSTRAINT returns_have_a_first_line
    FOREIGN KEY (business_id, id, first_line_no) REFERENCES tallystick.return_items (business_id, return_id, line_no)
    DEFERRABLE INITIALLY IMMEDIATE;
ALTER TABLE tallystick.return_items ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
COMMENT ON TABLE tallystick.return_items IS 'fact: the lines of returns';

-- A return, or why there is none: return_record says which outcome fills which fields. The type holds no data, and no table uses it.
CREATE TYPE tallystick.return_answer AS (
    outcome text,
    id uuid,
    order_id uuid,
    customer_id uuid,
    total bigint,
    balance_after bigint,
    -- What it settles by name of the order's charge.
    allocated bigint,
    reason text,
    created_at timestamptz,
    entry_no bigint,
    entry_hash bytea,
    -- Its lines, in their order; or those that were refused, with what was asked for and what there is.
    line_nos integer[],
    product_ids uuid[],
    quantities bigint[],
    quantity_decimals smallint[],
    restocked bigint[],
    line_totals bigint[],
    taxes bigint[],
    requested bigint[],
    available bigint[]
);
