//! What the demo prints: commands to paste into another terminal. The README shows the same ones.

use std::{fmt::Write as _, net::SocketAddr};

use super::samples::Samples;
use crate::commands::own_database::OwnDatabase;

/// It uses variables that are set before it, so that the README can show it unchanged.
const COMMANDS: &str = r#"
  # A customer buys two of something on credit. Send it twice: it happens once.
  curl -s $API/v1/purchases -H "Authorization: Bearer $KEY" -H "Content-Type: application/json" \
    -H "Idempotency-Key: my-first-purchase" \
    -d '{"customer_id": "'$CUSTOMER'", "items": [{"product_id": "'$PRODUCT'", "quantity": 2}]}'

  # The customer pays a part of it.
  curl -s $API/v1/payments -H "Authorization: Bearer $KEY" -H "Content-Type: application/json" \
    -H "Idempotency-Key: my-first-payment" -d '{"customer_id": "'$CUSTOMER'", "amount": 1000}'

  # What is owed now, and by which entries. Who is overdue.
  curl -s $API/v1/customers/$CUSTOMER/balance -H "Authorization: Bearer $KEY"
  curl -s $API/v1/customers/$CUSTOMER/ledger -H "Authorization: Bearer $KEY"
  curl -s $API/v1/overdue-customers -H "Authorization: Bearer $KEY"

  # Another business: for it, this customer does not exist.
  curl -s $API/v1/customers/$CUSTOMER -H "Authorization: Bearer $OTHER_KEY"
"#;

/// The guide, ready to print.
pub(super) fn guide(
    samples: &Samples,
    address: SocketAddr,
    operator: Option<SocketAddr>,
    own: &OwnDatabase,
) -> anyhow::Result<String> {
    let program = std::env::args().next().unwrap_or_else(|| "tallystick".to_owned());
    let mut text = String::from("\ntallystick is running. Paste into another terminal:\n\n");
    writeln!(text, "  export API=http://{address}")?;
    if let [shop, other] = samples.shops.as_slice() {
        writeln!(text, "  export KEY={}  # {}", shop.key, shop.name)?;
        if let (Some(customer), Some(product)) = (shop.customers.first(), shop.products.first()) {
            writeln!(text, "  export CUSTOMER={customer} PRODUCT={product}")?;
        }
        writeln!(text, "  export OTHER_KEY={}  # {}", other.key, other.name)?;
    }
    text.push_str(COMMANDS);
    writeln!(text, "\nDocs             http://{address}/docs")?;
    if let Some(operator) = operator {
        writeln!(text, "Metrics          http://{operator}/metrics")?;
    }
    writeln!(text, "Admin token      {}", samples.admin_token)?;
    writeln!(text, "Prove the books  TALLYSTICK_MIGRATE_DATABASE_URL='{}' {program} verify", own.owner_url())?;
    writeln!(text, "Look inside      psql '{}'", own.owner_url())?;
    text.push_str("\nStop with Ctrl-C; the data stays for the next start.");
    Ok(text)
}
