-- API keys. The key itself is shown once and never stored: only its SHA-256 and a public prefix to find it by.
CREATE TABLE tallystick.api_keys (
    business_id uuid NOT NULL,
    id uuid NOT NULL,
    name tallystick.identifying_text NOT NULL,
    prefix text COLLATE "C" NOT NULL,
    secret_hash bytea NOT NULL,
    scopes text[] NOT NULL,
    expires_at timestamptz,
    revoked_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT api_keys_pk PRIMARY KEY (business_id, id),
    CONSTRAINT api_keys_business_exists FOREIGN KEY (business_id) REFERENCES tallystick.businesses (business_id),
    CONSTRAINT api_keys_prefix_is_unique UNIQUE (business_id, prefix),
    CONSTRAINT api_keys_name_is_short_text CHECK (char_length(name) BETWEEN 1 AND 200),
    CONSTRAINT api_keys_prefix_is_short_ascii CHECK (prefix ~ '^[0-9A-Za-z]{8,32}$'),
    CONSTRAINT api_keys_secret_hash_is_sha256 CHECK (octet_length(secret_hash) = 32),
    CONSTRAINT api_keys_scopes_are_known
        CHECK (cardinality(scopes) >= 1 AND cardinality(scopes) <= 4 AND scopes <@ ARRAY['read', 'write', 'price', 'adjust']),
    -- RFC 3339 has no other years, so no answer could show them.
    CONSTRAINT api_keys_expires_at_is_in_years_1_to_9999
        CHECK (extract(year FROM expires_at AT TIME ZONE 'UTC') BETWEEN 1 AND 9999)
);
ALTER TABLE tallystick.api_keys ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
COMMENT ON TABLE tallystick.api_keys IS 'state, server only: hashes of API keys';
