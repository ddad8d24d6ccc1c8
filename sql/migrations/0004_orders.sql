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
    CONSTRAINT orders_customer_exists
        FOREIGN KEY (business_id, customer_id) REFERENCES tallystick.customers (business_id, id),
    -- What the ledger's foreign key points at, and the index behind a customer's orders, newest first.
    CONSTRAINT orders_total_belongs_to_the_customer UNIQUE (business_id, customer_id, id, total),
    CONSTRAINT orders_total_is_safe_money CHECK (total BETWEEN 0 AND 9007199254740991)
);
ALTER TABLE tallystick.orders ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;

-- A line keeps the quantity and the unit price of its moment. The same product may stand on two lines.
CREATE TABLE tallystick.order_items (
    business_id uuid NOT NULL,
    order_id uuid NOT NULL,
    line_no integer NOT NULL,
    product_id uuid NOT NULL,
    quantity bigint NOT NULL,
    unit_price bigint NOT NULL,
    line_total bigint NOT NULL,
    CONSTRAINT order_items_pk PRIMARY KEY (business_id, order_id, line_no),
    CONSTRAINT order_items_order_exists
        FOREIGN KEY (business_id, order_id) REFERENCES tallystick.orders (business_id, id),
    CONSTRAINT order_items_product_exists
        FOREIGN KEY (business_id, product_id) REFERENCES tallystick.products (business_id, id),
    CONSTRAINT order_items_line_no_is_1_to_500 CHECK (line_no BETWEEN 1 AND 500),
    CONSTRAINT order_items_quantity_is_positive CHECK (quantity BETWEEN 1 AND 2147483647),
    CONSTRAINT order_items_unit_price_is_safe_money CHECK (unit_price BETWEEN 0 AND 9007199254740991),
    CONSTRAINT order_items_line_total_is_quantity_times_price
        CHECK (line_total::numeric = quantity::numeric * unit_price)
);
-- No order without a line, looked at when the transaction commits.
ALTER TABLE tallystick.orders ADD CONSTRAINT orders_have_a_first_line
    FOREIGN KEY (business_id, id, first_line_no) REFERENCES tallystick.order_items (business_id, order_id, line_no)
    DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE tallystick.order_items ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
