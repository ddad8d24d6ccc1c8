-- An order is a completed fact: no status, never updated, never deleted.
CREATE TABLE tallystick.orders (
    business_id uuid NOT NULL,
    id uuid NOT NULL,
    customer_id uuid NOT NULL,
    total bigint NOT NULL,
    created_at timestamptz NOT NULL,
    -- For the foreign key below.
    first_line_no integer GENERATED ALWAYS AS (1) STORED,
    CONSTRAINT orders_pk PRIMARY KEY (business_id, id),
    -- What the ledger's foreign key points at, and the index behind a customer's orders, newest first.
    CONSTRAINT orders_total_belongs_to_the_customer UNIQUE (business_id, customer_id, id, total),
    CONSTRAINT orders_total_is_safe_money CHECK (total BETWEEN 0 AND 9007199254740991)
);
ALTER TABLE tallystick.orders ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
COMMENT ON TABLE tallystick.orders IS 'fact: completed purchases';

-- A line keeps the quantity and the unit price of its moment, and what the product was called then. The same product may stand on
-- two lines. That its order, its product's version and the order's ledger entry exist and agree with it is checked by the trigger
-- order_lines_add_up, once for all lines of a statement: all of these are facts, so nothing can change them afterwards.
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
    CONSTRAINT order_items_pk PRIMARY KEY (business_id, order_id, line_no),
    CONSTRAINT order_items_line_no_is_1_to_500 CHECK (line_no BETWEEN 1 AND 500),
    CONSTRAINT order_items_quantity_is_positive CHECK (quantity BETWEEN 1 AND 2147483647),
    CONSTRAINT order_items_decimals_are_0_to_3 CHECK (decimals BETWEEN 0 AND 3),
    CONSTRAINT order_items_unit_price_is_safe_money CHECK (unit_price BETWEEN 0 AND 9007199254740991),
    CONSTRAINT order_items_list_price_is_safe_money CHECK (list_price BETWEEN 0 AND 9007199254740991),
    CONSTRAINT order_items_discount_is_safe_money CHECK (discount BETWEEN 0 AND 9007199254740991),
    CONSTRAINT order_items_tax_is_safe_money CHECK (tax BETWEEN 0 AND 9007199254740991),
    CONSTRAINT order_items_takes_all_or_nothing_from_stock CHECK (stock_taken = 0 OR stock_taken = quantity),
    -- The price of the quantity, rounded half up, less the discount and with the tax.
    CONSTRAINT order_items_line_total_is_quantity_times_price CHECK (
        line_total::numeric - coalesce(tax, 0) + coalesce(discount, 0) = CASE decimals
            WHEN 0 THEN quantity::numeric * unit_price
            WHEN 1 THEN div(quantity::numeric * unit_price + 5, 10)
            WHEN 2 THEN div(quantity::numeric * unit_price + 50, 100)
            ELSE div(quantity::numeric * unit_price + 500, 1000)
        END),
    CONSTRAINT order_items_discount_is_at_most_the_price CHECK (line_total >= coalesce(tax, 0))
);
-- No order without a line, looked at when the statement ends, or when the transaction commits if it asks for that.
ALTER TABLE tallystick.orders ADD CONSTRAINT orders_have_a_first_line
    FOREIGN KEY (business_id, id, first_line_no) REFERENCES tallystick.order_items (business_id, order_id, line_no)
    DEFERRABLE INITIALLY IMMEDIATE;
ALTER TABLE tallystick.order_items ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
COMMENT ON TABLE tallystick.order_items IS 'fact: the lines of orders';
