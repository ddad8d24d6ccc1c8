-- Purpose: what `tallystick migrate` remembers, so that it applies each migration once, and current code when it changed.
-- Runs as tallystick_owner in the transaction of `migrate`, before the migrations, whenever there is something to do.
-- The server reads it at start and refuses a database of another release.

DO $$
BEGIN
    IF pg_catalog.to_regclass('tallystick_migrate.migrations') IS NULL THEN
        CREATE TABLE tallystick_migrate.migrations (
            version            integer     CONSTRAINT migrations_pkey PRIMARY KEY
                                           CONSTRAINT migrations_version_counts_from_one CHECK (version >= 1),
            name               text        NOT NULL,
            sha256             text        NOT NULL
                                           CONSTRAINT migrations_sha256_is_hexadecimal CHECK (sha256 ~ '^[0-9a-f]{64}$'),
            tallystick_version text        NOT NULL,
            applied_at         timestamptz NOT NULL DEFAULT pg_catalog.now()
        );
    END IF;
    IF pg_catalog.to_regclass('tallystick_migrate.current_code') IS NULL THEN
        CREATE TABLE tallystick_migrate.current_code (
            only_row           boolean     NOT NULL DEFAULT true CONSTRAINT current_code_pkey PRIMARY KEY
                                           CONSTRAINT current_code_has_one_row CHECK (only_row),
            sha256             text        NOT NULL
                                           CONSTRAINT current_code_sha256_is_hexadecimal CHECK (sha256 ~ '^[0-9a-f]{64}$'),
            tallystick_version text        NOT NULL,
            applied_at         timestamptz NOT NULL DEFAULT pg_catalog.now()
        );
    END IF;
END
$$;

COMMENT ON SCHEMA tallystick_migrate IS 'What tallystick migrate has applied to this database.';
COMMENT ON TABLE tallystick_migrate.migrations IS 'Each applied migration, with the hash of its text at that time.';
COMMENT ON TABLE tallystick_migrate.current_code IS 'The hash of the functions, views, triggers, policies and grants in force.';

REVOKE ALL ON SCHEMA tallystick_migrate FROM PUBLIC, tallystick_app CASCADE;
REVOKE ALL ON ALL TABLES IN SCHEMA tallystick_migrate FROM PUBLIC, tallystick_app CASCADE;
GRANT USAGE ON SCHEMA tallystick_migrate TO tallystick_app;
GRANT SELECT ON tallystick_migrate.migrations, tallystick_migrate.current_code TO tallystick_app;
