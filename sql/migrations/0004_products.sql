-- A product has a price and a stock. Stock is changed in place by every sale: the page keeps room for that, and no
-- index covers a column that a sale changes, so that the new version stays on the page (HOT).
CREATE TABLE tallystick.products (
    business_id uuid NOT NULL,
    id uuid NOT NULL,
    sku tallystick.product_sku NOT NULL,
    name tallystick.product_name NOT NULL,
    price bigint NOT NULL,
    stock bigint NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    -- Which change made the row what it is; NULL until the first change. Sales and stock movements leave it alone.
    version uuid,
    -- Unique in Unicode's form NFC, as the external ids of customers are.
    sku_nfc text COLLATE "C" GENERATED ALWAYS AS (normalize(sku, NFC)) STORED,
    -- Which of the product's versions has its sku, name, unit and decimals.
    version_no integer NOT NULL DEFAULT 1,
    unit tallystick.product_unit,
    quantity_decimals smallint NOT NULL DEFAULT 0,
    -- A service has no stock: it can be sold without end.
    track_stock boolean NOT NULL DEFAULT true,
    -- What was sold beyond the stock, and how much may be.
    backordered bigint NOT NULL DEFAULT 0,
    backorder_limit bigint NOT NULL DEFAULT 0,
    CONSTRAINT products_pk PRIMARY KEY (business_id, id),
    CONSTRAINT products_business_exists FOREIGN KEY (business_id) REFERENCES tallystick.businesses (business_id),
    CONSTRAINT products_sku_is_unique UNIQUE (business_id, sku_nfc),
    CONSTRAINT products_price_is_safe_money CHECK (price BETWEEN 0 AND 9007199254740991),
    CONSTRAINT products_stock_is_never_below_zero CHECK (stock >= 0),
    CONSTRAINT products_stock_is_a_safe_integer CHECK (stock <= 9007199254740991),
    CONSTRAINT products_backordered_is_never_below_zero CHECK (backordered >= 0),
    CONSTRAINT products_backordered_is_within_its_limit CHECK (backordered <= backorder_limit),
    CONSTRAINT products_backorder_limit_is_a_safe_integer CHECK (backorder_limit <= 9007199254740991),
    CONSTRAINT products_nothing_is_backordered_while_there_is_stock CHECK (stock = 0 OR backordered = 0),
    CONSTRAINT products_services_have_no_stock CHECK (track_stock OR (stock = 0 AND backorder_limit = 0))
) WITH (fillfactor = 60);
ALTER TABLE tallystick.products ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
COMMENT ON TABLE tallystick.products IS 'state: what is sold, with price and stock';

-- What a product was called when it was sold. A change of these properties makes the next version: the trigger
-- product_is_versioned writes it.
CREATE TABLE tallystick.product_versions (
    business_id uuid NOT NULL,
    product_id uuid NOT NULL,
    version_no integer NOT NULL,
    sku tallystick.product_sku NOT NULL,
    name tallystick.product_name NOT NULL,
    -- What one of it is, such as "kg"; NULL for a piece.
    unit tallystick.product_unit,
    -- A quantity is a whole number of 10^-quantity_decimals units.
    quantity_decimals smallint NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT product_versions_pk PRIMARY KEY (business_id, product_id, version_no),
    CONSTRAINT product_versions_product_exists
        FOREIGN KEY (business_id, product_id) REFERENCES tallystick.products (business_id, id),
    CONSTRAINT product_versions_count_from_1 CHECK (version_no >= 1),
    CONSTRAINT product_versions_quantity_decimals_are_0_to_3 CHECK (quantity_decimals BETWEEN 0 AND 3)
);
ALTER TABLE tallystick.product_versions ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
COMMENT ON TABLE tallystick.product_versions IS 'fact: what products were called when they were sold';

-- Opening stock, restocks and corrections. Stock - backordered = movements - taken by sales, provable at any time.
CREATE TABLE tallystick.stock_movements (
    business_id uuid NOT NULL,
    id uuid NOT NULL,
    product_id uuid NOT NULL,
    kind text NOT NULL,
    quantity bigint NOT NULL,
    stock_after bigint NOT NULL,
    backordered_after bigint NOT NULL DEFAULT 0,
    reason tallystick.visible_text NOT NULL,
    idempotency_key text COLLATE "C",
    request_fingerprint bytea,
    created_at timestamptz NOT NULL,
    actor text NOT NULL,
    CONSTRAINT stock_movements_pk PRIMARY KEY (business_id, id),
    CONSTRAINT stock_movements_product_exists
        FOREIGN KEY (business_id, product_id) REFERENCES tallystick.products (business_id, id),
    CONSTRAINT stock_movements_idempotency_key_is_used_once UNIQUE (business_id, idempotency_key),
    CONSTRAINT stock_movements_kind_is_known CHECK (kind IN ('opening', 'adjustment')),
    CONSTRAINT stock_movements_change_something CHECK (quantity <> 0),
    CONSTRAINT stock_movements_opening_is_positive CHECK (kind <> 'opening' OR quantity > 0),
    CONSTRAINT stock_movements_stock_is_never_below_zero CHECK (stock_after BETWEEN 0 AND 9007199254740991),
    CONSTRAINT stock_movements_backordered_is_never_below_zero CHECK (backordered_after BETWEEN 0 AND 9007199254740991),
    CONSTRAINT stock_movements_nothing_is_backordered_while_there_is_stock CHECK (stock_after = 0 OR backordered_after = 0),
    CONSTRAINT stock_movements_reason_is_short_text CHECK (char_length(reason) BETWEEN 1 AND 500),
    CONSTRAINT stock_movements_adjustments_carry_a_key CHECK ((kind = 'adjustment') = (idempotency_key IS NOT NULL)),
    CONSTRAINT stock_movements_idempotency_key_is_visible_ascii
        CHECK (octet_length(idempotency_key) <= 255 AND idempotency_key ~ '^[!-~]+$'),
    CONSTRAINT stock_movements_key_comes_with_a_fingerprint
        CHECK ((idempotency_key IS NULL) = (request_fingerprint IS NULL) AND octet_length(request_fingerprint) = 32),
    CONSTRAINT stock_movements_actor_is_short_text CHECK (char_length(actor) BETWEEN 1 AND 300)
);
CREATE INDEX stock_movements_by_product ON tallystick.stock_movements (business_id, product_id, id);
-- A product is opened once.
CREATE UNIQUE INDEX stock_movements_opening_is_single
    ON tallystick.stock_movements (business_id, product_id) WHERE kind = 'opening';
ALTER TABLE tallystick.stock_movements ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
COMMENT ON TABLE tallystick.stock_movements IS 'fact: opening stock, restocks and corrections';
