-- A product has a price and a stock. Stock is changed in place by every sale: the page keeps room for that, and no
-- index covers a column that a sale changes, so that the new version stays on the page (HOT).
CREATE TABLE tallystick.products (
    business_id uuid NOT NULL,
    id uuid NOT NULL,
    sku text NOT NULL,
    name text NOT NULL,
    price bigint NOT NULL,
    stock bigint NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT products_pk PRIMARY KEY (business_id, id),
    CONSTRAINT products_business_exists FOREIGN KEY (business_id) REFERENCES tallystick.businesses (business_id),
    CONSTRAINT products_sku_is_unique UNIQUE (business_id, sku),
    CONSTRAINT products_sku_is_short_text CHECK (char_length(sku) BETWEEN 1 AND 100),
    CONSTRAINT products_name_is_short_text CHECK (char_length(name) BETWEEN 1 AND 200),
    CONSTRAINT products_price_is_safe_money CHECK (price BETWEEN 0 AND 9007199254740991),
    CONSTRAINT products_stock_is_never_below_zero CHECK (stock >= 0),
    CONSTRAINT products_stock_is_a_safe_integer CHECK (stock <= 9007199254740991)
) WITH (fillfactor = 60);
ALTER TABLE tallystick.products ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;

-- Opening stock, restocks and corrections. Stock = movements - sold, provable at any time.
CREATE TABLE tallystick.stock_movements (
    business_id uuid NOT NULL,
    id uuid NOT NULL,
    product_id uuid NOT NULL,
    kind text NOT NULL,
    quantity bigint NOT NULL,
    stock_after bigint NOT NULL,
    reason text NOT NULL,
    idempotency_key text COLLATE "C",
    request_fingerprint bytea,
    created_at timestamptz NOT NULL,
    CONSTRAINT stock_movements_pk PRIMARY KEY (business_id, id),
    CONSTRAINT stock_movements_product_exists
        FOREIGN KEY (business_id, product_id) REFERENCES tallystick.products (business_id, id),
    CONSTRAINT stock_movements_idempotency_key_is_used_once UNIQUE (business_id, idempotency_key),
    CONSTRAINT stock_movements_kind_is_known CHECK (kind IN ('opening', 'adjustment')),
    CONSTRAINT stock_movements_change_something CHECK (quantity <> 0),
    CONSTRAINT stock_movements_opening_is_positive CHECK (kind <> 'opening' OR quantity > 0),
    CONSTRAINT stock_movements_stock_is_never_below_zero CHECK (stock_after BETWEEN 0 AND 9007199254740991),
    CONSTRAINT stock_movements_reason_is_short_text CHECK (char_length(reason) BETWEEN 1 AND 500),
    CONSTRAINT stock_movements_adjustments_carry_a_key CHECK ((kind = 'adjustment') = (idempotency_key IS NOT NULL)),
    CONSTRAINT stock_movements_idempotency_key_is_visible_ascii
        CHECK (octet_length(idempotency_key) <= 255 AND idempotency_key ~ '^[!-~]+$'),
    CONSTRAINT stock_movements_key_comes_with_a_fingerprint
        CHECK ((idempotency_key IS NULL) = (request_fingerprint IS NULL) AND octet_length(request_fingerprint) = 32)
);
CREATE INDEX stock_movements_by_product ON tallystick.stock_movements (business_id, product_id, id);
-- A product is opened once.
CREATE UNIQUE INDEX stock_movements_opening_is_single
    ON tallystick.stock_movements (business_id, product_id) WHERE kind = 'opening';
ALTER TABLE tallystick.stock_movements ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
