//! Damage to what enforces the constraints: triggers of foreign keys, flags, indexes.

use super::{Damage, damage};

pub const DAMAGES: &[Damage] = &[
    damage(
        "a foreign key's triggers were deleted",
        "foreign_keys",
        &["nothing checks it on INSERT of tallystick.stock_movements", "stock_movements_product_exists"],
        "DELETE FROM pg_trigger WHERE tgisinternal AND tgrelid = 'tallystick.stock_movements'::regclass",
    ),
    damage(
        "products with a history can be deleted",
        "foreign_keys",
        &["nothing checks it on DELETE of tallystick.products", "stock_movements_product_exists"],
        "DELETE FROM pg_trigger WHERE tgisinternal AND tgrelid = 'tallystick.products'::regclass AND tgtype = 9",
    ),
    damage(
        "a foreign key is switched off",
        "foreign_keys",
        &["it is switched off on INSERT of tallystick.allocations", "allocations_continue_the_previous_part"],
        "ALTER TABLE tallystick.allocations DISABLE TRIGGER ALL",
    ),
    damage(
        "a foreign key's trigger does something else",
        "foreign_keys",
        &["it executes \\\"RI_FKey_noaction_del\\\"", "stock_movements_product_exists"],
        "UPDATE pg_trigger SET tgfoid = '\"RI_FKey_noaction_del\"'::regproc
         WHERE tgrelid = 'tallystick.stock_movements'::regclass AND tgfoid = '\"RI_FKey_check_ins\"'::regproc",
    ),
    damage(
        "a foreign key is checked later than it says",
        "foreign_keys",
        &["it is checked at another time than it says", "stock_movements_product_exists"],
        "UPDATE pg_trigger SET tgdeferrable = true, tginitdeferred = true
         WHERE tgrelid = 'tallystick.stock_movements'::regclass AND tgisinternal",
    ),
    damage(
        "negative stock is accepted",
        "table_flags",
        &["it checks 0 of its 8 CHECK constraints", "tallystick.products"],
        "UPDATE pg_class SET relchecks = 0 WHERE oid = 'tallystick.products'::regclass",
    ),
    damage(
        "orders can be changed",
        "table_flags",
        &["none of its triggers fires, and no foreign key is checked", "tallystick.orders"],
        "UPDATE pg_class SET relhastriggers = false WHERE oid = 'tallystick.orders'::regclass",
    ),
    damage(
        "duplicates are accepted",
        "table_flags",
        &["none of its indexes is kept, and no key is unique", "tallystick.credit_ledger"],
        "UPDATE pg_class SET relhasindex = false WHERE oid = 'tallystick.credit_ledger'::regclass",
    ),
    damage(
        "an index that is not unique is not kept up to date",
        "table_flags",
        &["the index is not kept up to date", "stock_movements_by_product"],
        "UPDATE pg_index SET indisready = false WHERE indexrelid = 'tallystick.stock_movements_by_product'::regclass",
    ),
    damage(
        "a constraint was never proven",
        "table_flags",
        &["the constraint was never proven for the rows that are there", "products_stock_is_never_below_zero"],
        "UPDATE pg_constraint SET convalidated = false WHERE conname = 'products_stock_is_never_below_zero'",
    ),
    damage(
        "a computed column is not computed",
        "table_flags",
        &["the column says that it has a default or is computed, but nothing says how", "first_line_no"],
        "DELETE FROM pg_attrdef WHERE adrelid = 'tallystick.orders'::regclass",
    ),
    damage(
        "a unique index is not unique any more",
        "catalogue",
        &["it is not as shipped", "index credit_ledger_idempotency_key_is_used_once", "CREATE INDEX"],
        "UPDATE pg_index SET indisunique = false
         WHERE indexrelid = 'tallystick.credit_ledger_idempotency_key_is_used_once'::regclass",
    ),
    damage(
        "a unique index leaves its check to a trigger that is not there",
        "catalogue",
        &["it is not as shipped", "index credit_ledger_idempotency_key_is_used_once", "deferrable"],
        "UPDATE pg_index SET indimmediate = false
         WHERE indexrelid = 'tallystick.credit_ledger_idempotency_key_is_used_once'::regclass",
    ),
    damage(
        "an index has lost a row",
        "index_contents",
        &["the index has 3 entries for 4 rows", "tallystick.customers_pk"],
        "UPDATE pg_index SET indisready = false WHERE indexrelid = 'tallystick.customers_pk'::regclass;
         INSERT INTO tallystick.customers (business_id, id, name, credit_limit)
         VALUES ('0a000000-0000-7000-8000-000000000000', '0a000000-0000-7000-8000-0000000000c9', 'Zoe', 0);
         UPDATE pg_index SET indisready = true WHERE indexrelid = 'tallystick.customers_pk'::regclass",
    ),
    damage(
        "a sum of charges is another by the index than in the table",
        "index_contents",
        &["the index holds other values than its table", "tallystick.credit_ledger_running_figures"],
        "SET LOCAL session_replication_role = replica;
         ALTER TABLE tallystick.credit_ledger DISABLE TRIGGER refuse_change;
         UPDATE pg_index SET indislive = false WHERE indrelid = 'tallystick.credit_ledger'::regclass;
         UPDATE tallystick.credit_ledger SET charged_total = charged_total - 100
         WHERE id = '0a000000-0000-7000-8000-0000000000e3';
         UPDATE pg_index SET indislive = true WHERE indrelid = 'tallystick.credit_ledger'::regclass;
         ALTER TABLE tallystick.credit_ledger ENABLE ALWAYS TRIGGER refuse_change",
    ),
    damage(
        "an index sorts by a collation that has changed",
        "index_contents",
        &["entries are not in order", "tallystick.products_sku_is_unique"],
        "INSERT INTO tallystick.products (business_id, id, sku, name, price, stock)
         SELECT '0a000000-0000-7000-8000-000000000000', gen_random_uuid(), sku, 'x', 0, 0
         FROM unnest(ARRAY['Zebra', 'apple']) AS sku;
         UPDATE pg_attribute SET attcollation = '\"und-x-icu\"'::regcollation
         WHERE attname = 'sku_nfc'
           AND attrelid IN ('tallystick.products'::regclass, 'tallystick.products_sku_is_unique'::regclass);
         UPDATE pg_index
         SET indcollation = format('0 %s', '\"und-x-icu\"'::regcollation::oid)::oidvector
         WHERE indexrelid = 'tallystick.products_sku_is_unique'::regclass",
    ),
    damage(
        "an index's structure is broken, which amcheck finds",
        "index_contents",
        &["amcheck found: ", "tallystick.customers_pk"],
        // Its entries are sorted the other way than it says.
        "CREATE EXTENSION amcheck SCHEMA public;
         UPDATE pg_index SET indoption = '1 1' WHERE indexrelid = 'tallystick.customers_pk'::regclass",
    ),
];
