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
