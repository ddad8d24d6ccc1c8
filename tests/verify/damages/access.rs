//! Damage to who can reach what: memberships, functions, copies, privileges.

use super::{Damage, damage};

pub const DAMAGES: &[Damage] = &[
    damage(
        "every signed-in user is a server",
        "memberships",
        &["clients of the API can act as tallystick_app", "\"role\":\"authenticated\""],
        "GRANT tallystick_app TO authenticated",
    ),
    damage(
        "everybody is a server",
        "memberships",
        &["clients of the API can act as tallystick_app", "\"role\":\"anon\""],
        "GRANT tallystick_app TO anon",
    ),
    damage(
        "the API can become the server",
        "memberships",
        &["clients of the API can act as tallystick_app, tallystick_server", "\"role\":\"authenticator\""],
        "GRANT tallystick_server TO authenticator",
    ),
    damage(
        "every signed-in user is a server, in two steps",
        "memberships",
        &["tallystick_server", "\"role\":\"authenticated\"", "REVOKE damaged_helpers FROM authenticated"],
        "CREATE ROLE damaged_helpers; GRANT tallystick_server TO damaged_helpers; GRANT damaged_helpers TO authenticated",
    ),
    damage(
        "a role of one's own for an API is a server",
        "memberships",
        &["tallystick_app", "\"role\":\"damaged_client\""],
        "CREATE ROLE damaged_client; GRANT tallystick_app TO damaged_client; GRANT damaged_client TO authenticator",
    ),
    damage(
        "everybody is the owner",
        "memberships",
        &["clients of the API can act as tallystick_owner", "\"role\":\"anon\""],
        "GRANT tallystick_owner TO anon",
    ),
    damage(
        "a signed-in user may grant the server's role to itself",
        "memberships",
        &["clients of the API can act as tallystick_app", "\"role\":\"authenticated\""],
        // From PostgreSQL 16 on, such a membership gives no rights but that one.
        "DO $$ BEGIN
             EXECUTE 'GRANT tallystick_app TO authenticated WITH ADMIN OPTION';
             IF current_setting('server_version_num')::integer >= 160000 THEN
                 EXECUTE 'GRANT tallystick_app TO authenticated WITH INHERIT FALSE, SET FALSE';
             END IF;
         END $$",
    ),
    damage(
        "the server can end the sessions of others",
        "roles",
        &["it can act as pg_signal_backend", "\"role\":\"tallystick_server\"", "REVOKE pg_signal_backend FROM"],
        "GRANT pg_signal_backend TO tallystick_server",
    ),
    damage(
        "the server bypasses row level security through another role",
        "roles",
        &["it can act as damaged_boss, which bypasses row level security", "\"role\":\"tallystick_server\""],
        "CREATE ROLE damaged_boss BYPASSRLS; GRANT damaged_boss TO tallystick_server",
    ),
    damage(
        "the server can copy the whole cluster",
        "roles",
        &["it can copy the whole cluster", "\"role\":\"tallystick_server\""],
        "ALTER ROLE tallystick_server REPLICATION",
    ),
    damage(
        "the server can create roles",
        "roles",
        &["it can create roles", "\"role\":\"tallystick_server\""],
        "ALTER ROLE tallystick_server CREATEROLE",
    ),
    damage(
        "a function elsewhere reads all tenants",
        "definers",
        &["rights of postgres", "it uses tallystick", "it can be run by PUBLIC", "public.damaged_total()"],
        "CREATE FUNCTION public.damaged_total() RETURNS bigint LANGUAGE sql SECURITY DEFINER
             AS 'SELECT sum(total) FROM tallystick.orders'",
    ),
    damage(
        "a function elsewhere finds our tables by its search_path",
        "definers",
        &["it uses tallystick", "public.damaged_total()"],
        "CREATE FUNCTION public.damaged_total() RETURNS bigint LANGUAGE sql SECURITY DEFINER
             SET search_path = tallystick AS 'SELECT sum(total) FROM orders'",
    ),
    damage(
        "a function with a parsed body reads all tenants",
        "definers",
        &["it uses tallystick", "public.damaged_total()"],
        "CREATE FUNCTION public.damaged_total() RETURNS bigint LANGUAGE sql SECURITY DEFINER
             BEGIN ATOMIC SELECT sum(total) FROM tallystick.orders; END",
    ),
    damage(
        "a function among PostgreSQL's own reads all tenants",
        "definers",
        &["it uses tallystick", "damaged_total()"],
        "CREATE FUNCTION pg_catalog.damaged_total() RETURNS bigint LANGUAGE sql SECURITY DEFINER
             AS 'SELECT sum(total) FROM tallystick.orders'",
    ),
    damage(
        "a function elsewhere reads all tenants through another function",
        "definers",
        &["it uses damaged_helper", "public.damaged_total()"],
        "CREATE FUNCTION public.damaged_helper() RETURNS bigint LANGUAGE sql
             AS 'SELECT sum(total) FROM tallystick.orders';
         CREATE FUNCTION public.damaged_total() RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER
             AS 'BEGIN RETURN public.damaged_helper(); END'",
    ),
    damage(
        "a function elsewhere reads all tenants through a view",
        "definers",
        &["it uses damaged_orders", "public.damaged_total()"],
        "CREATE VIEW public.damaged_orders AS SELECT * FROM tallystick.orders;
         CREATE FUNCTION public.damaged_total() RETURNS bigint LANGUAGE sql SECURITY DEFINER
             AS 'SELECT sum(total) FROM public.damaged_orders'",
    ),
    damage(
        "a view lets everybody run a function of a closed schema",
        "definers",
        &["it uses tallystick", "it can be run by PUBLIC through public.damaged_window", "damaged.damaged_total()"],
        "CREATE SCHEMA damaged;
         CREATE FUNCTION damaged.damaged_total() RETURNS bigint LANGUAGE sql SECURITY DEFINER
             AS 'SELECT sum(total) FROM tallystick.orders';
         CREATE VIEW public.damaged_window AS SELECT damaged.damaged_total() AS total;
         GRANT SELECT ON public.damaged_window TO PUBLIC",
    ),
    damage(
        "a definer without rights of its own lets everybody run functions of a closed schema",
        "definers",
        &["it uses tallystick", "it can be run by PUBLIC through public.damaged_door()", "damaged.damaged_total()"],
        "CREATE SCHEMA damaged;
         CREATE ROLE damaged_owner;
         GRANT USAGE ON SCHEMA damaged TO damaged_owner;
         CREATE FUNCTION damaged.damaged_total() RETURNS bigint LANGUAGE sql SECURITY DEFINER
             AS 'SELECT sum(total) FROM tallystick.orders';
         CREATE FUNCTION damaged.damaged_step() RETURNS bigint LANGUAGE plpgsql
             AS 'BEGIN RETURN damaged.damaged_total(); END';
         CREATE FUNCTION public.damaged_door() RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER
             AS 'BEGIN RETURN damaged.damaged_step(); END';
         ALTER FUNCTION public.damaged_door OWNER TO damaged_owner",
    ),
    damage(
        "the default of a column lets everybody run a function of a closed schema",
        "definers",
        &["it uses tallystick", "it can be run by PUBLIC through public.damaged_box", "damaged.damaged_total()"],
        "CREATE SCHEMA damaged;
         CREATE FUNCTION damaged.damaged_total() RETURNS bigint LANGUAGE sql SECURITY DEFINER
             AS 'SELECT sum(total) FROM tallystick.orders';
         CREATE TABLE public.damaged_box (total bigint DEFAULT damaged.damaged_total());
         GRANT SELECT, INSERT ON public.damaged_box TO PUBLIC",
    ),
    damage(
        "a function elsewhere runs whatever it is given",
        "definers",
        &["it runs SQL that it puts together", "public.damaged_run(text)"],
        "CREATE FUNCTION public.damaged_run(text) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
             AS 'BEGIN EXECUTE $1; END'",
    ),
    damage(
        "a function elsewhere has the server's rights",
        "definers",
        &["rights of tallystick_app", "it can be run by authenticated", "public.damaged_total()"],
        "CREATE FUNCTION public.damaged_total() RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER
             AS 'BEGIN RETURN (SELECT sum(total) FROM tallystick.orders); END';
         REVOKE ALL ON FUNCTION public.damaged_total FROM PUBLIC;
         ALTER FUNCTION public.damaged_total OWNER TO tallystick_app;
         REVOKE ALL ON FUNCTION public.damaged_total FROM tallystick_app;
         GRANT EXECUTE ON FUNCTION public.damaged_total TO authenticated",
    ),
    damage(
        "a trigger copies all tenants when anybody writes to its table",
        "definers",
        &["it uses tallystick", "it can be run by anon", "public.damaged_copy()"],
        "CREATE TABLE public.damaged_bell (id integer);
         GRANT INSERT ON public.damaged_bell TO anon;
         CREATE FUNCTION public.damaged_copy() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
             AS 'BEGIN PERFORM set_config(''app.seen'', (SELECT max(name) FROM tallystick.customers), true); RETURN new; END';
         CREATE TRIGGER ring BEFORE INSERT ON public.damaged_bell FOR EACH ROW EXECUTE FUNCTION public.damaged_copy()",
    ),
    damage(
        "machine code that no extension brought",
        "definers",
        &["it is written in internal and could do anything", "public.damaged_code()"],
        "CREATE FUNCTION public.damaged_code() RETURNS text LANGUAGE internal SECURITY DEFINER AS 'pgsql_version'",
    ),
    damage(
        "everybody can read a copy of all orders",
        "copies",
        &["it has the columns of tallystick.orders", "it can be read by PUBLIC", "public.damaged_orders"],
        "CREATE TABLE public.damaged_orders AS SELECT * FROM tallystick.orders;
         GRANT SELECT ON public.damaged_orders TO PUBLIC",
    ),
    damage(
        "everybody can read a copy of all products without their business",
        "copies",
        &["it has the columns of tallystick.products", "it can be read by PUBLIC", "public.damaged_products"],
        "CREATE TABLE public.damaged_products AS SELECT id, sku, name, price, stock FROM tallystick.products;
         GRANT SELECT ON public.damaged_products TO PUBLIC",
    ),
    damage(
        "everybody can read a copy of what products were called, without their business",
        "copies",
        &["it has the columns of tallystick.product_versions", "it can be read by PUBLIC", "public.damaged_versions"],
        "CREATE TABLE public.damaged_versions AS
             SELECT product_id, version_no, sku, name, unit, quantity_decimals, created_at FROM tallystick.product_versions;
         GRANT SELECT ON public.damaged_versions TO PUBLIC",
    ),
    damage(
        "the server can read one column of a copy",
        "copies",
        &["it has the columns of tallystick.credit_ledger", "it can be read by tallystick_server", "public.damaged_ledger"],
        "CREATE TABLE public.damaged_ledger AS SELECT * FROM tallystick.credit_ledger;
         GRANT SELECT (amount) ON public.damaged_ledger TO tallystick_server",
    ),
    damage(
        "signed-in users can read figures of all businesses",
        "copies",
        &["its rows belong to businesses (column business_id)", "it can be read by authenticated", "public.damaged_sums"],
        "CREATE TABLE public.damaged_sums AS SELECT business_id, sum(total) FROM tallystick.orders GROUP BY 1;
         GRANT SELECT ON public.damaged_sums TO authenticated",
    ),
    damage(
        "row level security of a copy shows everything",
        "copies",
        &["no row level security keeps its readers apart", "it can be read by anon", "public.damaged_sums"],
        "CREATE TABLE public.damaged_sums AS SELECT business_id, sum(total) FROM tallystick.orders GROUP BY 1;
         ALTER TABLE public.damaged_sums ENABLE ROW LEVEL SECURITY;
         CREATE POLICY everything ON public.damaged_sums USING (true);
         GRANT SELECT ON public.damaged_sums TO anon",
    ),
    damage(
        "everybody can read a view on a view of all tenants",
        "views",
        &["it can be read by PUBLIC", "\"view\":\"public.damaged_names\""],
        "CREATE VIEW public.damaged_customers AS SELECT * FROM tallystick.customers;
         CREATE VIEW public.damaged_names AS SELECT name FROM public.damaged_customers;
         GRANT SELECT ON public.damaged_names TO PUBLIC",
    ),
    damage(
        "one server can read one column of all tenants",
        "views",
        &["it can be read by tallystick_server", "public.damaged_customers"],
        "CREATE VIEW public.damaged_customers AS SELECT * FROM tallystick.customers;
         GRANT SELECT (name) ON public.damaged_customers TO tallystick_server",
    ),
    damage(
        "the server can read files",
        "system_objects",
        &["it may be executed by tallystick_server", "pg_read_file(text)"],
        "GRANT EXECUTE ON FUNCTION pg_read_file(text) TO tallystick_server",
    ),
    damage(
        "everybody can write files",
        "system_objects",
        &["it may be executed by PUBLIC", "lo_export(oid,text)"],
        "GRANT EXECUTE ON FUNCTION lo_export(oid, text) TO PUBLIC",
    ),
    damage(
        "a signed-in user can reset statistics",
        "system_objects",
        &["it may be executed by authenticated", "pg_stat_reset()"],
        "GRANT EXECUTE ON FUNCTION pg_stat_reset() TO authenticated",
    ),
    damage(
        "the server can read samples of every table",
        "system_objects",
        &["it may be read by tallystick_app", "\"object\":\"pg_statistic\""],
        "GRANT SELECT ON pg_statistic TO tallystick_app",
    ),
    damage(
        "everybody can read password hashes",
        "system_objects",
        &["it may be read by PUBLIC", "\"object\":\"pg_authid\""],
        "GRANT SELECT (rolname, rolpassword) ON pg_authid TO PUBLIC",
    ),
    damage(
        "the server can switch foreign keys off",
        "parameters",
        &["tallystick_app may SET the parameter session_replication_role"],
        "GRANT SET ON PARAMETER session_replication_role TO tallystick_app",
    ),
    damage(
        "everybody can change the configuration",
        "parameters",
        &["PUBLIC may ALTER SYSTEM the parameter work_mem"],
        "GRANT ALTER SYSTEM ON PARAMETER work_mem TO PUBLIC",
    ),
    damage(
        "one server may make temporary tables and schemas",
        "database",
        &["tallystick_server has the privilege CREATE, TEMPORARY"],
        "DO $$ BEGIN
             EXECUTE format('GRANT TEMPORARY, CREATE ON DATABASE %I TO tallystick_server', current_database());
         END $$",
    ),
    damage(
        "the database belongs to signed-in users",
        "database",
        &["the database belongs to authenticated"],
        "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I OWNER TO authenticated', current_database()); END $$",
    ),
    damage(
        "everybody may put functions beside PostgreSQL's",
        "database",
        &["PUBLIC may create objects in schema public"],
        "GRANT CREATE ON SCHEMA public TO PUBLIC",
    ),
];
