//! The scripts for pgbench.
//!
//! A call is the text that the server sends, prepared, on the same database and as the same role. Only its parameters are made
//! in another way. Pgbench knows numbers only, so SQL makes ids of them (some microseconds each). The transaction is the
//! purchase without tallystick's function: see `sql/transaction.pgbench`.

use std::fmt::Write as _;

use anyhow::{Context, ensure};

use crate::{
    ids::{BUSINESSES, CUSTOMERS, PRODUCTS},
    reads::{self, Read},
};

const TRANSACTION: &str = include_str!("../sql/transaction.pgbench");

/// Three lines at any business, by one call of the server's function.
pub fn steady_call() -> anyhow::Result<String> {
    let products = ["p1", "p2", "p3"].map(|number| id("d00", number)).join(", ");
    let call = call_of(purchase_statement()?, &format!("ARRAY[{products}]"), 3, "'{1,2,3}'")?;
    Ok(format!("{}{call}", any_purchase(BUSINESSES)?))
}

/// One of the product on sale at business 0, by one call of the server's function.
pub fn sale_call() -> anyhow::Result<String> {
    let product = "'{00000d02-0000-7000-8000-000000000000}'";
    let call = call_of(purchase_statement()?, product, 1, "'{1}'")?;
    Ok(format!("{}{call}", any_purchase(1)?))
}

/// Three lines at any business, statement by statement.
pub fn steady_transaction() -> anyhow::Result<String> {
    let text = TRANSACTION
        .replace("$business", &id("b00", "b"))
        .replace("$customer", &id("c00", "c"))
        .replace("$product1", &id("d00", "p1"))
        .replace("$product2", &id("d00", "p2"))
        .replace("$product3", &id("d00", "p3"))
        .replace("$order", ORDER_ID);
    Ok(format!("{}{text}", any_purchase(BUSINESSES)?))
}

/// A read of any customer with a history, or of any of their orders, by the statement that the server sends.
pub fn read_call(read: Read, statement: &str) -> anyhow::Result<String> {
    let call = fill(statement, &read.parameters(&id("c01", "customer"), &id("e00", "order")))?;
    let (customers, orders) = (reads::CUSTOMERS - 1, reads::ENTRIES / 2 - 1);
    Ok(format!(
        "\\set customer random(0, {customers})\n\\set order :customer * 10000000 + 2 * random(0, {orders}) + 1\n{call};\n"
    ))
}

/// The statement with `$1` and so on replaced by parameters, which are SQL.
pub fn fill(statement: &str, parameters: &[String]) -> anyhow::Result<String> {
    let mut filled = statement.to_owned();
    // From the last one, because `$10` begins with `$1`.
    for (index, parameter) in parameters.iter().enumerate().rev() {
        let name = format!("${}", index + 1);
        ensure!(filled.contains(&name), "the server's statement has no {name}: {statement}");
        filled = filled.replace(&name, parameter);
    }
    ensure!(!filled.contains('$'), "the server's statement has more parameters than are known: {statement}");
    Ok(filled)
}

/// It grows with time like a UUIDv7, so that it goes to the same end of an index.
const ORDER_ID: &str = "('02000000' || lpad(:n, 12, '0') || lpad(:client_id, 12, '8'))::uuid";

fn id(kind: &str, number: &str) -> String {
    format!("('00000{kind}-0000-7000-8000-' || lpad(:{number}, 12, '0'))::uuid")
}

/// The numbers of a purchase at one of so many businesses. Each product comes from another third of the shop. So they differ
/// and are in the order of their ids, as the server sends them.
fn any_purchase(businesses: u64) -> anyhow::Result<String> {
    let mut script = String::from("\\set n :n + 1\n");
    writeln!(script, "\\set b random(0, {})", businesses - 1)?;
    writeln!(script, "\\set c :b * 1000 + random(0, {})", CUSTOMERS - 1)?;
    let third = PRODUCTS / 3;
    for (number, product) in (0..).zip(["p1", "p2", "p3"]) {
        writeln!(script, "\\set {product} :b * 1000 + random({}, {})", number * third, (number + 1) * third - 1)?;
    }
    // As random as the keys that come over HTTP.
    script.push_str("\\set key hash_murmur2(:n, :client_id + 1000 * :run)\n");
    Ok(script)
}

/// The server's statement for purchases.
fn purchase_statement() -> anyhow::Result<&'static str> {
    let mut hot = tallystick::db::HOT_STATEMENTS.iter().copied();
    hot.find(|statement| statement.contains("tallystick.purchase_batch("))
        .context("the server has no call for purchases")
}

/// The call for one purchase of so many different products.
fn call_of(statement: &str, products: &str, lines: u32, quantities: &str) -> anyhow::Result<String> {
    let numbers: Vec<String> = (1..=lines).map(|number| number.to_string()).collect();
    let parameters = [
        "'00000b00-0000-7000-8000-' || lpad(:b, 12, '0')",
        &format!("ARRAY[{}]", id("c00", "c")),
        products,
        "'{1}'",
        "ARRAY[:key::text]",
        // As long as that of an API key.
        "ARRAY['key:00000a00-0000-7000-8000-000000000000']",
        &format!("ARRAY[{ORDER_ID}]"),
        &format!("'{{{lines}}}'"),
        &format!("'{{{}}}'", numbers.join(",")),
        quantities,
        "NULL",
        "'pass over customers'",
    ];
    Ok(format!("{};\n", fill(statement, &parameters.map(str::to_owned))?))
}

#[cfg(test)]
mod tests {
    use super::{fill, read_call, sale_call, steady_call, steady_transaction};
    use crate::reads::Read;

    #[test]
    fn a_call_is_the_servers_own_statement() {
        for script in [steady_call().unwrap(), sale_call().unwrap()] {
            assert!(script.contains("tallystick.purchase_batch(") && !script.contains('$'), "{script}");
        }
    }

    #[test]
    fn a_transaction_leaves_nothing_open() {
        let script = steady_transaction().unwrap();
        assert!(script.contains("COMMIT;") && !script.contains('$'), "{script}");
    }

    #[test]
    fn a_read_fills_every_parameter_of_the_statement() {
        let script = read_call(Read::LedgerPage, "SELECT f($1, $2, $3, $4)").unwrap();
        assert!(script.contains("lpad(:customer, 12, '0'))::uuid, NULL, 51);"), "{script}");
        assert!(read_call(Read::Customer, "SELECT f($1, $2, $3)").is_err());
        assert!(read_call(Read::LedgerPage, "SELECT f($1, $2, $3)").is_err());
    }

    #[test]
    fn the_tenth_parameter_is_not_taken_for_the_first() {
        let parameters: Vec<String> = (1..=10).map(|number| format!("<{number}>")).collect();
        assert_eq!(
            fill("$1 $2 $3 $4 $5 $6 $7 $8 $9 $10", &parameters).unwrap(),
            "<1> <2> <3> <4> <5> <6> <7> <8> <9> <10>"
        );
    }
}
