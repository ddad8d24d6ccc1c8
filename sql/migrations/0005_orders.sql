-- An order is a completed fact: no status, never updated, never deleted.
CREATE TABLE tallystick.orders (
    business_id uuid NOT NULL,
    id uuid NOT NULL,
    customer_id uuid NOT NULL,
    total bigint NOT NULL,
    created_at timestamptz NOT NULL,
    -- For the foreign key below.
    first_line_no integer GENERATED ALWAYS AS (1) STORED,
    CONSTRAINT orders_pk PRIMARY KEY (business_id, id)
);
CREATE INDEX orders_by_customer ON tallystick.orders (business_id, customer_id, id);
ALTER TABLE tallystick.orders ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
COMMENT ON TABLE tallystick.orders IS 'fact: completed purchases';

-- A line keeps the quantity and the unit price of its moment, and what the product was called then. The same product may stand on
-- two lines. The rules of lines, and that the order, its ledger entry and the product's version exist and agree with them, are
-- in the trigger order_lines_add_up: it judges all lines of a statement at once. All of these are facts, so nothing can change
-- them afterwards.
CREATE TABLE tallystick.order_items (
    business_id uuid NOT NULL,
    order_id uuid NOT NULL,
    product_id uuid NOT NULL,
    -- A whole number of 10^-decimals units.
    quantity bigint NOT NULL,
    unit_price bigint NOT NULL,
    line_total bigint NOT NULL,
    -- What of the quantity came from the stock, or is owed from it: nothing for a service, else all.
    stock_taken bigint NOT NULL,
    line_no integer NOT NULL,
    product_version integer NOT NULL,
    decimals smallint NOT NULL,
    -- The shelf's price, if the caller brought another; what was taken off; and what is tax in line_total.
    list_price bigint,
    discount bigint,
    tax bigint,
    CONSTRAINT order_items_pk PRIMARY KEY (business_id, order_id, line_no)
);
-- No order without a line, looked at when the statement ends, or when the transaction commits if it asks for that.
ALTER TABLE tallystick.orders ADD CONSTRAINT orders_have_a_first_line
    FOREIGN KEY (business_id, id, first_line_no) REFERENCES tallystick.order_items (business_id, order_id, line_no)
    DEFERRABLE INITIALLY IMMEDIATE;
ALTER TABLE tallystick.order_items ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
COMMENT ON TABLE tallystick.order_items IS 'fact: the lines of orders';
