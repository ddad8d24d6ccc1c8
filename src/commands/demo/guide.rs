//! What the demo prints: commands to paste into another terminal.

use std::net::SocketAddr;

use super::samples::Samples;
use crate::commands::serve::OwnDatabase;

/// The guide, ready to print.
pub(super) fn guide(samples: &Samples, address: SocketAddr, own: &OwnDatabase) -> String {
    let [shop, other] = samples.shops.as_slice() else { return String::new() };
    let customer = shop.customers.first().map(ToString::to_string).unwrap_or_default();
    let product = shop.products.first().map(ToString::to_string).unwrap_or_default();
    let (shop_name, shop_key) = (&shop.name, &shop.key);
    let (other_name, other_key) = (&other.name, &other.key);
    let (admin_token, owner_url, server_url) = (&samples.admin_token, own.owner_url(), own.server_url_text());
    format!(
        r#"
tallystick is running. Paste into another terminal:

  export API=http://{address} KEY={shop_key}

  # {shop_name}: a customer buys two of something on credit. Send it twice: it happens once.
  curl -s $API/v1/purchases -H "Authorization: Bearer $KEY" -H "Content-Type: application/json" \
    -H "Idempotency-Key: my-first-purchase" \
    -d '{{"customer_id": "{customer}", "items": [{{"product_id": "{product}", "quantity": 2}}]}}'

  # The customer pays a part of it.
  curl -s $API/v1/payments -H "Authorization: Bearer $KEY" -H "Content-Type: application/json" \
    -H "Idempotency-Key: my-first-payment" -d '{{"customer_id": "{customer}", "amount": 1000}}'

  # What is owed now, and by which entries.
  curl -s $API/v1/customers/{customer}/balance -H "Authorization: Bearer $KEY"
  curl -s $API/v1/customers/{customer}/ledger -H "Authorization: Bearer $KEY"

  # Who is overdue.
  curl -s $API/v1/overdue-customers -H "Authorization: Bearer $KEY"

  # {other_name} is another tenant: for it, this customer does not exist.
  curl -s $API/v1/customers/{customer} -H "Authorization: Bearer {other_key}"

Docs            http://{address}/docs
Admin token     {admin_token}
Prove the books TALLYSTICK_MIGRATE_DATABASE_URL='{owner_url}' tallystick verify
Server's URL    {server_url}

Stop with Ctrl-C; the data stays for the next start."#
    )
}
