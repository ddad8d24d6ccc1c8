//! Every function of the schema, from `pg_proc`, and a harmless call of each. So a new function is attacked by every test
//! of this folder without being listed anywhere.

use crate::support::{
    actor::quoted,
    fresh_database::FreshDatabase,
    two_businesses::{NOBODY, OURS, Tenant},
};

/// Types come with their schema, for sessions in which something of the same name stands in front of them.
const FUNCTIONS: &str = "
    SELECT p.oid::regproc::text, p.prosecdef, has_function_privilege('tallystick_app', p.oid, 'EXECUTE'), p.provariadic <> 0,
           ARRAY(SELECT name FROM unnest(p.proargnames) WITH ORDINALITY AS argument (name, number)
                 WHERE number <= p.pronargs ORDER BY number),
           ARRAY(SELECT format('%I.%I', schema.nspname, type.typname)
                 FROM unnest(p.proargtypes) WITH ORDINALITY AS argument (type, number)
                 JOIN pg_catalog.pg_type AS type ON type.oid = argument.type
                 JOIN pg_catalog.pg_namespace AS schema ON schema.oid = type.typnamespace
                 ORDER BY number)
    FROM pg_catalog.pg_proc AS p
    WHERE p.pronamespace = 'tallystick'::regnamespace AND p.prorettype <> 'trigger'::regtype
    ORDER BY 1";

/// One function.
pub struct Function {
    /// Its name with its schema, as in `tallystick.customer_get`.
    pub name: String,
    /// Whether it runs with its owner's rights.
    pub definer: bool,
    /// Whether the server may execute it.
    pub is_servers: bool,
    /// Its arguments: name and type of each.
    arguments: Vec<(String, String)>,
    /// Whether the last argument is VARIADIC.
    is_variadic: bool,
}

/// Every function but those of triggers, which nobody can call.
pub async fn functions(database: &FreshDatabase) -> Vec<Function> {
    let rows = database.session().await.client().query(FUNCTIONS, &[]).await.unwrap();
    assert!(rows.len() >= 30);
    let function = |row: &tokio_postgres::Row| Function {
        name: row.get(0),
        definer: row.get(1),
        is_servers: row.get(2),
        arguments: row.get::<_, Vec<String>>(4).into_iter().zip(row.get::<_, Vec<String>>(5)).collect(),
        is_variadic: row.get(3),
    };
    rows.iter().map(function).collect()
}

/// Those that the server may execute.
pub async fn server_functions(database: &FreshDatabase) -> Vec<Function> {
    let functions = functions(database).await;
    functions.into_iter().filter(|function| function.is_servers).collect()
}

impl Function {
    /// Whether it has an argument of this name.
    pub fn takes(&self, argument: &str) -> bool {
        self.arguments.iter().any(|(name, _)| name == argument)
    }

    /// A call with `tenant`'s business and things; `p_id` is `id`.
    pub fn call(&self, tenant: Tenant, id: &str) -> String {
        self.call_with(|_| tenant, id)
    }

    /// A call in which each argument is of the tenant that `tenant_of` says for its name.
    pub fn call_with(&self, tenant_of: impl Fn(&str) -> Tenant, id: &str) -> String {
        let last = self.arguments.len().saturating_sub(1);
        let arguments = self.arguments.iter().enumerate().map(|(number, (name, sql_type))| {
            let value = self.value(name, sql_type, tenant_of(name), id);
            let variadic = if self.is_variadic && number == last { "VARIADIC " } else { "" };
            format!("{variadic}({value})::{sql_type}")
        });
        format!("{}({})", self.name, arguments.collect::<Vec<_>>().join(", "))
    }

    /// A call by our business with which it finds something, or makes something new.
    pub fn good_call(&self) -> String {
        let thing = self.thing();
        let id = match thing {
            "customer" | "product" | "order" | "return" | "api_key" if self.creates() => NOBODY.id(thing),
            "customer" | "product" | "order" | "return" | "api_key" => OURS.id(thing),
            "entry" => OURS.id("payment"),
            _ => NOBODY.id("business"),
        };
        self.call(OURS, &id)
    }

    /// What its name says that it works on: `customer` of `tallystick.customer_get`.
    fn thing(&self) -> &str {
        let name = self.name.trim_start_matches("tallystick.");
        name.rsplit_once('_').map_or(name, |(thing, _)| thing)
    }

    fn creates(&self) -> bool {
        self.name.ends_with("_create")
    }

    /// A value for an argument: one of `tenant`'s things if the name says so; else something of the type that the function
    /// takes. Lists get no filter and begin at their beginning.
    fn value(&self, name: &str, sql_type: &str, tenant: Tenant, id: &str) -> String {
        let customer = || quoted(&tenant.id("customer"));
        match name {
            "p_business_id" => quoted(&tenant.id("business")),
            "p_id" => quoted(id),
            // Only that one has returned anything.
            "p_customer_id" if self.name.ends_with("return_list") => quoted(&tenant.id("payer")),
            "p_customer_id" => customer(),
            "p_product_id" => quoted(&tenant.id("product")),
            "p_customer_ids" => format!("ARRAY[{}]", customer()),
            "p_product_ids" => format!("ARRAY[{}]", quoted(&tenant.id("product"))),
            "p_prefix" if !self.creates() => quoted(&tenant.key_prefix()),
            "p_order_id" if self.name.ends_with("return_record") => quoted(&tenant.id("order")),
            "p_limit" => "100".to_owned(),
            "p_kinds" => "'{payment}'".to_owned(),
            "p_reversed_id" => quoted(&tenant.id("payment")),
            "p_charge_ids" | "p_amounts" if !self.name.ends_with(".allocation_record") => "NULL".to_owned(),
            "p_charge_ids" => format!("ARRAY[{}]", quoted(&tenant.id("order"))),
            "p_external_id" => "NULL".to_owned(),
            _ if self.name.ends_with("_list") => "NULL".to_owned(),
            "p_held" => "'pass over all'".to_owned(),
            "p_expected_versions" => "NULL".to_owned(),
            "p_currency" => "'EUR'".to_owned(),
            "p_time_zone" => "'UTC'".to_owned(),
            "p_type" => "'fee'".to_owned(),
            "p_scopes" => "'{read}'".to_owned(),
            _ => some(sql_type).to_owned(),
        }
    }
}

/// Some value of a type.
fn some(sql_type: &str) -> &str {
    match sql_type {
        "pg_catalog.bool" => "true",
        "pg_catalog.int4" | "pg_catalog.int8" => "1",
        "pg_catalog.date" => "'2026-01-31'",
        "pg_catalog.text" => "'probe001'",
        "pg_catalog.bytea" => r"'\x0000000000000000000000000000000000000000000000000000000000000000'",
        "pg_catalog._int4" | "pg_catalog._int8" => "'{1}'",
        "pg_catalog._text" => "'{probe001}'",
        "pg_catalog._uuid" => "'{NULL}'",
        _ => "NULL",
    }
}
