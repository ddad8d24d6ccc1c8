-- A change of a customer or product can name the version that it is meant for, and every creation can carry an idempotency key.

-- Which change made the row what it is; NULL until the first change. Purchases and stock movements leave it alone: it stands for
-- what PATCH can change, and neither for balance nor stock. No index covers it, and no row is rewritten for it.
ALTER TABLE tallystick.customers ADD COLUMN version uuid;
ALTER TABLE tallystick.products ADD COLUMN version uuid;

-- What a request with an idempotency key created. Purchases, payments and stock movements keep their keys in rows of their own.
-- Each kind has its own set of keys within a business. A row may be deleted when nobody will send its request again.
CREATE TABLE tallystick.creations (
    business_id uuid NOT NULL,
    kind text NOT NULL,
    idempotency_key text COLLATE "C" NOT NULL,
    request_fingerprint bytea NOT NULL,
    id uuid NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT creations_pk PRIMARY KEY (business_id, kind, idempotency_key),
    CONSTRAINT creations_business_exists FOREIGN KEY (business_id) REFERENCES tallystick.businesses (business_id),
    CONSTRAINT creations_kind_is_known CHECK (kind IN ('business', 'api_key', 'customer', 'product')),
    CONSTRAINT creations_business_is_its_own CHECK (kind <> 'business' OR id = business_id),
    CONSTRAINT creations_idempotency_key_is_visible_ascii
        CHECK (octet_length(idempotency_key) <= 255 AND idempotency_key ~ '^[!-~]+$'),
    CONSTRAINT creations_fingerprint_is_sha256 CHECK (octet_length(request_fingerprint) = 32)
);
-- The keys of new businesses are the platform's, so they are one set over all businesses. Alone among our keys but one, this does not
-- begin with the business: which one it is is not known yet when the key is looked for.
CREATE UNIQUE INDEX creations_platform_key_is_used_once ON tallystick.creations (idempotency_key) WHERE kind = 'business';
ALTER TABLE tallystick.creations ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
COMMENT ON TABLE tallystick.creations IS 'state, server only: what requests with idempotency keys created';

-- RFC 3339 has no other years, so no answer could show them. Earlier releases took them.
ALTER TABLE tallystick.api_keys NO FORCE ROW LEVEL SECURITY;
UPDATE tallystick.api_keys AS api_key SET expires_at = '9999-12-31 23:59:59.999999+00'
WHERE extract(year FROM api_key.expires_at AT TIME ZONE 'UTC') > 9999;
ALTER TABLE tallystick.api_keys FORCE ROW LEVEL SECURITY;
ALTER TABLE tallystick.api_keys ADD CONSTRAINT api_keys_expires_at_is_in_years_1_to_9999
    CHECK (extract(year FROM expires_at AT TIME ZONE 'UTC') BETWEEN 1 AND 9999);

-- These functions have new parameters. Functions of the former signatures would stay beside them.
DROP FUNCTION IF EXISTS tallystick.customer_create(uuid, uuid, text, text, bigint, boolean);
DROP FUNCTION IF EXISTS tallystick.customer_update(uuid, uuid, text, bigint, boolean, boolean, text);
DROP FUNCTION IF EXISTS tallystick.product_create(uuid, uuid, text, text, bigint, bigint);
DROP FUNCTION IF EXISTS tallystick.product_update(uuid, uuid, text, text, bigint);
DROP FUNCTION IF EXISTS tallystick.business_create(uuid, text, text, integer);
DROP FUNCTION IF EXISTS tallystick.api_key_create(uuid, uuid, text, text, bytea, text[], timestamptz);
