-- The text of this check changed when a dump was restored: PostgreSQL keeps the parentheses of a BETWEEN inside an AND, and
-- drops them when the text is parsed again. So `verify` found a difference in every restored database. The rule is the same.
ALTER TABLE tallystick.api_keys
    DROP CONSTRAINT api_keys_scopes_are_known,
    ADD CONSTRAINT api_keys_scopes_are_known
        CHECK (cardinality(scopes) >= 1 AND cardinality(scopes) <= 2 AND scopes <@ ARRAY['read', 'write']);
