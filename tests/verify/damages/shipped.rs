//! Damage to everything else that was shipped.

use super::{Damage, damage};

pub const DAMAGES: &[Damage] = &[
    damage(
        "completed facts can be changed",
        "triggers",
        &["the trigger is missing", "tallystick.credit_ledger", "refuse_change"],
        "DROP TRIGGER refuse_change ON tallystick.credit_ledger",
    ),
    damage(
        "a trigger is switched off",
        "triggers",
        &["the trigger does not fire always", "tallystick.orders", "refuse_truncate"],
        "ALTER TABLE tallystick.orders DISABLE TRIGGER refuse_truncate",
    ),
    damage(
        "a trigger does not fire on a replica",
        "triggers",
        &["the trigger does not fire always", "order_lines_add_up"],
        "ALTER TABLE tallystick.order_items ENABLE TRIGGER order_lines_add_up",
    ),
    damage(
        "a trigger lets updates through",
        "triggers",
        &["the trigger does not fire for what it should", "tallystick.orders"],
        "CREATE OR REPLACE TRIGGER refuse_change BEFORE DELETE ON tallystick.orders
             FOR EACH ROW EXECUTE FUNCTION tallystick.refuse_change();
         ALTER TABLE tallystick.orders ENABLE ALWAYS TRIGGER refuse_change",
    ),
    damage(
        "a trigger fires under a condition",
        "triggers",
        &["the trigger fires under a condition only", "tallystick.orders"],
        "CREATE OR REPLACE TRIGGER refuse_change BEFORE UPDATE OR DELETE ON tallystick.orders
             FOR EACH ROW WHEN (old.total > 5) EXECUTE FUNCTION tallystick.refuse_change();
         ALTER TABLE tallystick.orders ENABLE ALWAYS TRIGGER refuse_change",
    ),
    damage(
        "a trigger does something else",
        "triggers",
        &["the trigger executes suppress_redundant_updates_trigger()", "tallystick.orders"],
        "CREATE OR REPLACE TRIGGER refuse_change BEFORE UPDATE OR DELETE ON tallystick.orders
             FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger();
         ALTER TABLE tallystick.orders ENABLE ALWAYS TRIGGER refuse_change",
    ),
    damage(
        "what credit settles can be changed",
        "triggers",
        &["the trigger is missing", "tallystick.allocations", "refuse_change"],
        "DROP TRIGGER refuse_change ON tallystick.allocations",
    ),
    damage(
        "what credit settles can be emptied",
        "triggers",
        &["the trigger does not fire always", "tallystick.allocations", "refuse_truncate"],
        "ALTER TABLE tallystick.allocations DISABLE TRIGGER refuse_truncate",
    ),
    damage(
        "ledger entries are held to no rule",
        "triggers",
        &["the trigger is missing", "tallystick.credit_ledger", "ledger_entries_are_right"],
        "DROP TRIGGER ledger_entries_are_right ON tallystick.credit_ledger",
    ),
    damage(
        "ledger entries are held to no rule for a while",
        "triggers",
        &["the trigger does not fire always", "tallystick.credit_ledger", "ledger_entries_are_right"],
        "ALTER TABLE tallystick.credit_ledger DISABLE TRIGGER ledger_entries_are_right",
    ),
    damage(
        "ledger entries are held to no rule on a replica",
        "triggers",
        &["the trigger does not fire always", "tallystick.credit_ledger", "ledger_entries_are_right"],
        "ALTER TABLE tallystick.credit_ledger ENABLE TRIGGER ledger_entries_are_right",
    ),
    damage(
        "ledger entries are held to the rules of something else",
        "triggers",
        &["the trigger executes public.damaged_rules()", "tallystick.credit_ledger", "ledger_entries_are_right"],
        "CREATE FUNCTION public.damaged_rules() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
         CREATE OR REPLACE TRIGGER ledger_entries_are_right AFTER INSERT ON tallystick.credit_ledger
             FOR EACH STATEMENT EXECUTE FUNCTION public.damaged_rules();
         ALTER TABLE tallystick.credit_ledger ENABLE ALWAYS TRIGGER ledger_entries_are_right",
    ),
    damage(
        "the rules of ledger entries are others",
        "catalogue",
        &["it is not as shipped", "function tallystick.ledger_entries_are_right()", "body"],
        "CREATE OR REPLACE FUNCTION tallystick.ledger_entries_are_right() RETURNS trigger LANGUAGE plpgsql
             SET search_path = pg_catalog, pg_temp AS 'BEGIN RETURN NULL; END'",
    ),
    damage(
        "the rules of ledger entries run with other settings",
        "functions",
        &["its search_path is not pg_catalog, pg_temp", "tallystick.ledger_entries_are_right()"],
        "ALTER FUNCTION tallystick.ledger_entries_are_right() RESET search_path",
    ),
    damage(
        "allocations need no ledger entry",
        "triggers",
        &["the trigger is missing", "tallystick.allocations", "allocations_agree"],
        "DROP TRIGGER allocations_agree ON tallystick.allocations",
    ),
    damage(
        "some allocations need no ledger entry",
        "triggers",
        &["the trigger does not fire for what it should", "tallystick.allocations", "allocations_agree"],
        "CREATE OR REPLACE TRIGGER allocations_agree AFTER INSERT ON tallystick.allocations
             FOR EACH ROW WHEN (new.amount > 0) EXECUTE FUNCTION tallystick.allocations_agree();
         ALTER TABLE tallystick.allocations ENABLE ALWAYS TRIGGER allocations_agree",
    ),
    damage(
        "customers with a ledger can be deleted",
        "triggers",
        &["the trigger does not fire for what it should", "tallystick.customers", "customers_stay"],
        "CREATE OR REPLACE TRIGGER customers_stay BEFORE UPDATE OF business_id, id ON tallystick.customers
             FOR EACH ROW EXECUTE FUNCTION tallystick.customers_stay();
         ALTER TABLE tallystick.customers ENABLE ALWAYS TRIGGER customers_stay",
    ),
    damage(
        "customers can get another id",
        "triggers",
        &["the trigger fires under a condition only", "tallystick.customers", "customers_stay"],
        "CREATE OR REPLACE TRIGGER customers_stay BEFORE DELETE OR UPDATE OF business_id ON tallystick.customers
             FOR EACH ROW EXECUTE FUNCTION tallystick.customers_stay();
         ALTER TABLE tallystick.customers ENABLE ALWAYS TRIGGER customers_stay",
    ),
    damage(
        "all customers can be deleted at once",
        "triggers",
        &["the trigger does not fire always", "tallystick.customers", "refuse_truncate"],
        "ALTER TABLE tallystick.customers DISABLE TRIGGER refuse_truncate",
    ),
    damage(
        "a business can be in a time zone that is none",
        "triggers",
        &["the trigger is switched off, or fires always", "tallystick.businesses", "business_time_zone_is_known"],
        "ALTER TABLE tallystick.businesses DISABLE TRIGGER business_time_zone_is_known",
    ),
    damage(
        "what products were called can be changed",
        "triggers",
        &["the trigger is missing", "tallystick.product_versions", "refuse_change"],
        "DROP TRIGGER refuse_change ON tallystick.product_versions",
    ),
    damage(
        "products are renamed without a version",
        "triggers",
        &["the trigger is missing", "tallystick.products", "product_is_versioned"],
        "DROP TRIGGER product_is_versioned ON tallystick.products",
    ),
    damage(
        "products are renamed without a version, unless their sku changes",
        "triggers",
        &["the trigger fires under a condition only", "tallystick.products", "product_is_versioned"],
        "CREATE OR REPLACE TRIGGER product_is_versioned AFTER INSERT OR UPDATE OF sku ON tallystick.products
             FOR EACH ROW EXECUTE FUNCTION tallystick.product_is_versioned();
         ALTER TABLE tallystick.products ENABLE ALWAYS TRIGGER product_is_versioned",
    ),
    damage(
        "products are versioned, but not on a replica",
        "triggers",
        &["the trigger does not fire always", "tallystick.products", "product_is_versioned"],
        "ALTER TABLE tallystick.products ENABLE TRIGGER product_is_versioned",
    ),
    damage(
        "a CHECK is gone",
        "catalogue",
        &["it is missing", "constraint credit_ledger_credit_stays_within_the_limit", "CHECK ("],
        "ALTER TABLE tallystick.credit_ledger DROP CONSTRAINT credit_ledger_credit_stays_within_the_limit",
    ),
    damage(
        "a CHECK was never proven",
        "catalogue",
        &["it is not as shipped", "constraint products_stock_is_never_below_zero", "NOT VALID"],
        "ALTER TABLE tallystick.products DROP CONSTRAINT products_stock_is_never_below_zero;
         ALTER TABLE tallystick.products
             ADD CONSTRAINT products_stock_is_never_below_zero CHECK (stock >= 0) NOT VALID",
    ),
    damage(
        "an index is gone",
        "catalogue",
        &["it is missing", "index stock_movements_opening_is_single"],
        "DROP INDEX tallystick.stock_movements_opening_is_single",
    ),
    damage(
        "a function does something else",
        "catalogue",
        &["it is not as shipped", "function tallystick.require_context(uuid)", "body"],
        "CREATE OR REPLACE FUNCTION tallystick.require_context(p_business_id uuid) RETURNS void LANGUAGE plpgsql STABLE
             SET search_path = pg_catalog, pg_temp AS $$ BEGIN END $$",
    ),
    damage(
        "a function lost its settings",
        "catalogue",
        &["it is not as shipped", "function tallystick.purchase_batch(", "settings", "enable_seqscan=off"],
        "ALTER FUNCTION tallystick.purchase_batch RESET enable_seqscan",
    ),
    damage(
        "a function was added",
        "catalogue",
        &["it is not part of tallystick", "function tallystick.purchase(uuid)"],
        "CREATE FUNCTION tallystick.purchase(uuid) RETURNS uuid LANGUAGE sql AS 'SELECT $1'",
    ),
    damage(
        "a function is gone",
        "catalogue",
        &["it is missing", "function tallystick.overdue_list(uuid,uuid,integer)"],
        "DROP FUNCTION tallystick.overdue_list",
    ),
    damage(
        "a view computes something else",
        "catalogue",
        &["it is not as shipped", "view tallystick.overdue_customers", "definition", "86401"],
        "CREATE OR REPLACE VIEW tallystick.overdue_customers WITH (security_invoker = true) AS
         SELECT account.business_id, account.id AS customer_id, account.name, account.external_id, account.balance,
                account.oldest_unpaid_at,
                floor(extract(epoch FROM now() - account.oldest_unpaid_at) / 86401)::integer AS days, account.balance AS overdue_amount
         FROM tallystick.customer_accounts AS account WHERE account.overdue",
    ),
    damage(
        "the server may write a table",
        "catalogue",
        &["it is not as shipped", "table tallystick.products", "granted to tallystick_app", "SELECT, UPDATE"],
        "GRANT UPDATE ON tallystick.products TO tallystick_app",
    ),
    damage(
        "everybody may write a column",
        "catalogue",
        &["it is not part of tallystick", "granted to PUBLIC on column stock", "UPDATE"],
        "GRANT UPDATE (stock) ON tallystick.products TO PUBLIC",
    ),
    damage(
        "a Supabase user may do more than purchase",
        "catalogue",
        &["it is not part of tallystick", "tallystick.payment_record(", "granted to authenticated"],
        "GRANT EXECUTE ON FUNCTION tallystick.payment_record TO authenticated",
    ),
    damage(
        "a new table would be open to the server",
        "catalogue",
        &["it is not part of tallystick", "default privileges"],
        "ALTER DEFAULT PRIVILEGES FOR ROLE tallystick_owner IN SCHEMA tallystick GRANT ALL ON TABLES TO tallystick_app",
    ),
    damage(
        "a column has another type and default, and may be NULL",
        "catalogue",
        &[
            "it is not as shipped",
            "table tallystick.api_keys",
            "\"expected\":\"tallystick.identifying_text NOT NULL\"",
            "character varying(300) DEFAULT",
        ],
        "ALTER TABLE tallystick.api_keys ALTER name SET DEFAULT 'till', ALTER name DROP NOT NULL,
             ALTER name TYPE character varying(300)",
    ),
    damage(
        "a foreign key is not enforced",
        "catalogue",
        &["it is not as shipped", "orders_have_a_first_line", "triggers disabled"],
        "ALTER TABLE tallystick.orders DISABLE TRIGGER ALL",
    ),
    damage(
        "a rule redirects writes",
        "catalogue",
        &["it is not part of tallystick", "rule drop_it", "table tallystick.orders"],
        "CREATE RULE drop_it AS ON INSERT TO tallystick.orders DO INSTEAD NOTHING",
    ),
    damage(
        "a type was added",
        "catalogue",
        &["it is not part of tallystick", "schema tallystick", "tallystick.mood"],
        "CREATE TYPE tallystick.mood AS ENUM ('good')",
    ),
    damage(
        "a table does not survive a crash",
        "catalogue",
        &["it is not part of tallystick", "table tallystick.api_keys", "persistence", "not logged"],
        "ALTER TABLE tallystick.api_keys SET UNLOGGED",
    ),
    damage(
        "a role may create databases",
        "catalogue",
        &["it is not as shipped", "role tallystick_app", "CREATEDB"],
        "ALTER ROLE tallystick_app CREATEDB",
    ),
    damage(
        "a table is gone, so that its checks cannot run",
        "order_totals",
        &["the check cannot run", "tallystick.order_items"],
        "DROP TABLE tallystick.order_items CASCADE",
    ),
    damage(
        "a table says that it may be read by everybody",
        "catalogue",
        &["it is not as shipped", "table tallystick.api_keys", "comment", "server only"],
        "COMMENT ON TABLE tallystick.api_keys IS 'state: hashes of API keys'",
    ),
    damage(
        "a migration was edited after it had been applied",
        "release",
        &["no release has its migration 0004_products"],
        "UPDATE tallystick_migrate.migrations SET sha256 = repeat('0', 64) WHERE version = 4",
    ),
    damage(
        "a migration is not recorded",
        "release",
        &["it is to be migrated"],
        "DELETE FROM tallystick_migrate.migrations
         WHERE version = (SELECT max(last.version) FROM tallystick_migrate.migrations AS last)",
    ),
    damage(
        "the code is another release's",
        "release",
        &["the recorded functions, views, triggers, policies and grants are not those of this release"],
        "UPDATE tallystick_migrate.current_code SET sha256 = repeat('0', 64)",
    ),
    damage(
        "the bookkeeping is gone",
        "release",
        &["the check cannot run", "tallystick_migrate.migrations"],
        "DROP SCHEMA tallystick_migrate CASCADE",
    ),
];
