//! Damage to what isolates tenants.

use super::{Damage, damage};

pub const DAMAGES: &[Damage] = &[
    damage(
        "row level security was switched off",
        "tenant_tables",
        &["row level security is not enabled", "tallystick.orders"],
        "ALTER TABLE tallystick.orders DISABLE ROW LEVEL SECURITY",
    ),
    damage(
        "row level security does not hold the owner",
        "tenant_tables",
        &["row level security is not forced", "tallystick.orders"],
        "ALTER TABLE tallystick.orders NO FORCE ROW LEVEL SECURITY",
    ),
    damage(
        "a table lost its policy",
        "tenant_tables",
        &["it has no policy tenant_isolation", "tallystick.orders"],
        "DROP POLICY tenant_isolation ON tallystick.orders",
    ),
    damage(
        "a policy shows everything",
        "tenant_tables",
        &["tenant_isolation does not show the context's rows only", "tallystick.orders"],
        "ALTER POLICY tenant_isolation ON tallystick.orders USING (true)",
    ),
    damage(
        "a policy takes everything",
        "tenant_tables",
        &["tenant_isolation does not take the context's rows only", "tallystick.orders"],
        "ALTER POLICY tenant_isolation ON tallystick.orders WITH CHECK (true)",
    ),
    damage(
        "a policy is for one role only",
        "tenant_tables",
        &["tenant_isolation is not permissive for all commands and all roles", "tallystick.orders"],
        "ALTER POLICY tenant_isolation ON tallystick.orders TO tallystick_app",
    ),
    damage(
        "business_id may be NULL",
        "tenant_tables",
        &["business_id may be NULL", "tallystick.new_table"],
        "CREATE TABLE tallystick.new_table (business_id uuid)",
    ),
    damage(
        "a new table knows no business",
        "tenant_tables",
        &["it has no business_id of type uuid; it belongs to postgres; row level security is not enabled", "new_table"],
        "CREATE TABLE tallystick.new_table (id uuid PRIMARY KEY)",
    ),
    damage(
        "a table adds its rows to ours",
        "tenant_tables",
        &["public.more_orders inherits from it", "tallystick.orders"],
        "CREATE TABLE public.more_orders () INHERITS (tallystick.orders)",
    ),
    damage(
        "a unique key spans businesses",
        "tenant_keys",
        &["it does not begin with business_id", "unique key", "products_id"],
        "CREATE UNIQUE INDEX products_id ON tallystick.products (id)",
    ),
    damage(
        "a foreign key can reach into another business",
        "tenant_keys",
        &["it does not begin with business_id; what it references does not begin with business_id", "foreign key"],
        "CREATE UNIQUE INDEX customers_id ON tallystick.customers (id);
         ALTER TABLE tallystick.orders ADD FOREIGN KEY (customer_id) REFERENCES tallystick.customers (id)",
    ),
    damage(
        "a foreign key was never proven",
        "tenant_keys",
        &["it is not valid", "stock_movements_product_exists"],
        "ALTER TABLE tallystick.stock_movements DROP CONSTRAINT stock_movements_product_exists;
         ALTER TABLE tallystick.stock_movements ADD CONSTRAINT stock_movements_product_exists
             FOREIGN KEY (business_id, product_id) REFERENCES tallystick.products NOT VALID",
    ),
    damage(
        "a foreign key is switched off",
        "tenant_keys",
        &["it is switched off", "orders_have_a_first_line"],
        "ALTER TABLE tallystick.orders DISABLE TRIGGER ALL",
    ),
    damage(
        "a unique index is broken",
        "tenant_keys",
        &["it is not valid", "credit_ledger_idempotency_key_is_used_once"],
        "UPDATE pg_index SET indisvalid = false
         WHERE indexrelid = 'tallystick.credit_ledger_idempotency_key_is_used_once'::regclass",
    ),
    damage(
        "a table has no primary key",
        "tenant_keys",
        &["it has no primary key", "tallystick.api_keys"],
        "ALTER TABLE tallystick.api_keys DROP CONSTRAINT api_keys_pk",
    ),
    damage(
        "a new policy opens a table",
        "policies",
        &["a permissive policy that is not shipped opens the table further", "tallystick.orders", "support"],
        "CREATE POLICY support ON tallystick.orders FOR SELECT TO tallystick_app USING (true)",
    ),
    damage(
        "the platform's policy was opened to everybody",
        "policies",
        &["it opens more than the list of businesses", "platform_lists_businesses"],
        "ALTER POLICY platform_lists_businesses ON tallystick.businesses TO PUBLIC",
    ),
    damage(
        "the platform's policy asks for nothing any more",
        "policies",
        &["it opens more than the list of businesses", "platform_lists_businesses"],
        "ALTER POLICY platform_lists_businesses ON tallystick.businesses USING (true)",
    ),
    damage(
        "the policy of the platform's keys opens all creations",
        "policies",
        &["it opens more than the keys of businesses", "platform_finds_its_keys"],
        "ALTER POLICY platform_finds_its_keys ON tallystick.creations
             USING (current_setting('app.platform', true) = 'business_create')",
    ),
    damage(
        "the policy of the platform's keys was opened to the server",
        "policies",
        &["it opens more than the keys of businesses", "platform_finds_its_keys"],
        "ALTER POLICY platform_finds_its_keys ON tallystick.creations TO tallystick_app",
    ),
    damage(
        "the auditors' policy was opened to everybody",
        "policies",
        &["it opens the table to more than the auditors' reading", "tallystick.orders"],
        "ALTER POLICY auditors_read_everything ON tallystick.orders TO PUBLIC",
    ),
    damage(
        "a view reads with its owner's rights",
        "views",
        &["it reads with its owner's rights", "tallystick.customer_accounts"],
        "ALTER VIEW tallystick.customer_accounts RESET (security_invoker)",
    ),
    damage(
        "a materialized view copies all tenants",
        "views",
        &["a materialized view is a copy without row level security", "tallystick.totals"],
        "CREATE MATERIALIZED VIEW tallystick.totals AS SELECT sum(total) FROM tallystick.orders",
    ),
    damage(
        "a view elsewhere shows all tenants to the server",
        "views",
        &["it can be read by tallystick_app", "public.all_orders"],
        "CREATE VIEW public.all_orders AS SELECT * FROM tallystick.orders;
         GRANT SELECT ON public.all_orders TO tallystick_app",
    ),
    damage(
        "a materialized view elsewhere shows all tenants to everybody",
        "views",
        &["it can be read by PUBLIC", "public.all_accounts"],
        "CREATE MATERIALIZED VIEW public.all_accounts AS SELECT * FROM tallystick.customer_accounts;
         GRANT SELECT ON public.all_accounts TO PUBLIC",
    ),
    damage(
        "a function runs with a superuser's rights",
        "functions",
        &["it belongs to postgres; it runs with the rights of a role that bypasses", "tallystick.purchase("],
        "ALTER FUNCTION tallystick.purchase OWNER TO postgres",
    ),
    damage(
        "a function searches wherever the caller wants",
        "functions",
        &["its search_path is not pg_catalog, pg_temp", "tallystick.purchase("],
        "ALTER FUNCTION tallystick.purchase RESET search_path",
    ),
    damage(
        "a function that searches where its callers do may be executed by others",
        "functions",
        &["its search_path is not pg_catalog, pg_temp", "tallystick.ledger_hash("],
        "GRANT EXECUTE ON FUNCTION tallystick.ledger_hash TO tallystick_app",
    ),
    damage(
        "an inner function searches elsewhere than its callers",
        "functions",
        &["its search_path is not pg_catalog, pg_temp", "tallystick.ledger_hash("],
        "ALTER FUNCTION tallystick.ledger_hash SET search_path = public",
    ),
    damage(
        "everybody may execute a function",
        "functions",
        &["everybody may execute it", "tallystick.purchase("],
        "GRANT EXECUTE ON FUNCTION tallystick.purchase TO PUBLIC",
    ),
    damage(
        "a function is machine code",
        "functions",
        &["it is written in internal", "tallystick.fast()"],
        "CREATE FUNCTION tallystick.fast() RETURNS text LANGUAGE internal AS 'pgsql_version'",
    ),
    damage(
        "everybody may make temporary tables",
        "database",
        &["PUBLIC has the privilege TEMPORARY"],
        "DO $$ BEGIN EXECUTE format('GRANT TEMPORARY ON DATABASE %I TO PUBLIC', current_database()); END $$",
    ),
    damage(
        "the server may make schemas",
        "database",
        &["tallystick_app has the privilege CREATE"],
        "DO $$ BEGIN EXECUTE format('GRANT CREATE ON DATABASE %I TO tallystick_app', current_database()); END $$",
    ),
    damage(
        "somebody can log in as the owner",
        "roles",
        &["it can log in", "\"role\":\"tallystick_owner\""],
        "ALTER ROLE tallystick_owner LOGIN",
    ),
    damage(
        "the server's role bypasses row level security",
        "roles",
        &["it bypasses row level security", "\"role\":\"tallystick_app\""],
        "ALTER ROLE tallystick_app BYPASSRLS",
    ),
    damage(
        "the server's role is an auditor",
        "roles",
        &["it reads the rows of every business", "\"role\":\"tallystick_app\""],
        "GRANT tallystick_auditor TO tallystick_app",
    ),
    damage(
        "the server's role reads everything",
        "roles",
        &["it can act as pg_read_all_data", "\"role\":\"tallystick_app\""],
        "GRANT pg_read_all_data TO tallystick_app",
    ),
    damage(
        "a signed-in user's role can do anything",
        "roles",
        &["it is a superuser; it can create roles", "it can copy the whole cluster", "\"role\":\"authenticated\""],
        "ALTER ROLE authenticated SUPERUSER CREATEROLE REPLICATION",
    ),
    damage(
        "a server can become the owner, in two steps",
        "roles",
        &["it can become tallystick_owner", "\"role\":\"damaged_server\""],
        "CREATE ROLE damaged_server LOGIN IN ROLE tallystick_app; CREATE ROLE damaged_admins ROLE damaged_server;
         GRANT tallystick_owner TO damaged_admins",
    ),
];
