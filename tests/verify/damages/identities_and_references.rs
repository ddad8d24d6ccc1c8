//! Damage to ids and references, and to the properties of customers and products, after `unprotected.sql`.

use super::{Damage, damage};

pub const DAMAGES: &[Damage] = &[
    damage(
        "a customer is there twice",
        "identities",
        &["2 rows have the same id", "\"table\":\"customers\"", "0000000000c1"],
        "INSERT INTO tallystick.customers (business_id, id, name, external_id, credit_limit, blocked)
         SELECT business_id, id, name, external_id, credit_limit, blocked FROM tallystick.customers
         WHERE id = '0a000000-0000-7000-8000-0000000000c1'",
    ),
    damage(
        "two customers have one external id",
        "identities",
        &["2 rows have the same external_id", "\"value\":\"ada\""],
        "UPDATE tallystick.customers SET external_id = 'ada' WHERE id = '0a000000-0000-7000-8000-0000000000c2'",
    ),
    damage(
        "a product is there twice",
        "identities",
        &["2 rows have the same id", "\"table\":\"products\"", "0000000000d1"],
        "INSERT INTO tallystick.products (business_id, id, sku, name, price, stock)
         SELECT business_id, id, sku, name, price, stock FROM tallystick.products
         WHERE id = '0a000000-0000-7000-8000-0000000000d1'",
    ),
    damage(
        "two products have one sku",
        "identities",
        &["2 rows have the same sku", "\"value\":\"beans\""],
        "UPDATE tallystick.products SET sku = 'beans' WHERE id = '0a000000-0000-7000-8000-0000000000d2'",
    ),
    damage(
        "two products have one sku in two spellings",
        "identities",
        &["2 rows have the same sku", "\"value\":\"Café\""],
        "UPDATE tallystick.products
         SET sku = CASE id WHEN '0a000000-0000-7000-8000-0000000000d2' THEN U&'Cafe\\0301' ELSE U&'Caf\\00e9' END
         WHERE business_id = '0a000000-0000-7000-8000-000000000000'",
    ),
    damage(
        "two movements have one id",
        "identities",
        &["2 rows have the same id", "stock_movements", "0000000000f1"],
        "UPDATE tallystick.stock_movements SET id = '0a000000-0000-7000-8000-0000000000f1'
         WHERE id = '0a000000-0000-7000-8000-0000000000f2'",
    ),
    damage(
        "two orders have one id",
        "identities",
        &["2 rows have the same id", "\"table\":\"orders\"", "0000000000e1"],
        "UPDATE tallystick.orders SET id = '0a000000-0000-7000-8000-0000000000e1'
         WHERE id = '0a000000-0000-7000-8000-0000000000e2'",
    ),
    damage(
        "an order has one line number twice",
        "identities",
        &["2 rows have the same order_id and line_no", "\"line_no\":1", "0000000000e1"],
        "UPDATE tallystick.order_items SET line_no = 1 WHERE order_id = '0a000000-0000-7000-8000-0000000000e1'",
    ),
    damage(
        "two ledger entries have one id",
        "identities",
        &["2 rows have the same id", "credit_ledger", "0000000000e1"],
        "UPDATE tallystick.credit_ledger SET id = '0a000000-0000-7000-8000-0000000000e1'
         WHERE id = '0a000000-0000-7000-8000-0000000000e2'",
    ),
    damage(
        "an entry has no id",
        "identities",
        &["id is missing", "credit_ledger"],
        "UPDATE tallystick.credit_ledger SET id = NULL WHERE id = '0a000000-0000-7000-8000-0000000000e3'",
    ),
    damage(
        "two API keys have one id",
        "identities",
        &["2 rows have the same id", "api_keys", "0000000000b1"],
        "UPDATE tallystick.api_keys SET id = '0a000000-0000-7000-8000-0000000000b1'",
    ),
    damage(
        "two API keys have one prefix",
        "identities",
        &["2 rows have the same prefix", "abcdefgh"],
        "UPDATE tallystick.api_keys SET prefix = 'abcdefgh'",
    ),
    damage(
        "a business is there twice",
        "identities",
        &["2 rows have the same business_id", "0b000000-0000-7000-8000-000000000000"],
        "INSERT INTO tallystick.businesses (business_id, name, currency)
         SELECT business_id, name, currency FROM tallystick.businesses WHERE name = 'Beta'",
    ),
    damage(
        "a business was deleted",
        "businesses_exist",
        &["the business of 1 rows does not exist", "credit_ledger", "0b000000-0000-7000-8000-000000000000"],
        "DELETE FROM tallystick.businesses WHERE name = 'Beta'",
    ),
    damage(
        "rows belong to no business",
        "businesses_exist",
        &["2 rows belong to no business", "api_keys"],
        "UPDATE tallystick.api_keys SET business_id = NULL",
    ),
    damage(
        "a customer with orders was deleted",
        "references",
        &["the customer of 2 rows does not exist in the business", "orders", "0000000000c1"],
        "DELETE FROM tallystick.customers WHERE id = '0a000000-0000-7000-8000-0000000000c1'",
    ),
    damage(
        "a customer with payments only was deleted",
        "references",
        &[
            "the customer of 1 rows does not exist in the business",
            "credit_ledger",
            "0b000000-0000-7000-8000-0000000000c1",
        ],
        "DELETE FROM tallystick.customers WHERE id = '0b000000-0000-7000-8000-0000000000c1'",
    ),
    damage(
        "a line sells another business's product",
        "references",
        &[
            "the product of 1 rows does not exist in the business",
            "order_items",
            "0b000000-0000-7000-8000-0000000000d1",
        ],
        "UPDATE tallystick.order_items SET product_id = '0b000000-0000-7000-8000-0000000000d1'
         WHERE order_id = '0a000000-0000-7000-8000-0000000000e4'",
    ),
    damage(
        "a movement is of a product that does not exist",
        "references",
        &["the product of 1 rows does not exist in the business", "stock_movements", "00000000dead"],
        "UPDATE tallystick.stock_movements SET product_id = '0a000000-0000-7000-8000-00000000dead'
         WHERE id = '0a000000-0000-7000-8000-0000000000f1'",
    ),
    damage(
        "a business has a currency that is none",
        "settings_in_range",
        &[
            "the name is not short text; the name shows nothing",
            "not an ISO 4217 code; the payment_terms are none; the time_zone is not one",
            "0b000000",
        ],
        "UPDATE tallystick.businesses SET currency = 'yen', payment_terms = '30', time_zone = 'UTC+3', name = '' WHERE name = 'Beta'",
    ),
    damage(
        "a sku can be mistaken for another one, and a name shows nothing",
        "settings_in_range",
        &["the sku has invisible characters; the name shows nothing", "products", "0000000000d1"],
        "UPDATE tallystick.products SET sku = U&'beans\\200b', name = U&'\\00a0'
         WHERE id = '0a000000-0000-7000-8000-0000000000d1'",
    ),
    damage(
        "a reference can be mistaken for another one",
        "settings_in_range",
        &["the external_id has invisible characters", "0000000000c1"],
        "UPDATE tallystick.customers SET external_id = 'ada ' WHERE id = '0a000000-0000-7000-8000-0000000000c1'",
    ),
    damage(
        "a key's name turns what follows it",
        "settings_in_range",
        &["the name has invisible characters", "0000000000b1"],
        "UPDATE tallystick.api_keys SET name = U&'till\\202e' WHERE id = '0a000000-0000-7000-8000-0000000000b1'",
    ),
    damage(
        "what a sku is compared by is something else",
        "settings_in_range",
        &["sku_nfc is not the sku", "0000000000d1"],
        "ALTER TABLE tallystick.products ALTER COLUMN sku_nfc DROP EXPRESSION;
         UPDATE tallystick.products SET sku_nfc = 'other' WHERE id = '0a000000-0000-7000-8000-0000000000d1'",
    ),
    damage(
        "what a reference is compared by is something else",
        "settings_in_range",
        &["external_id_nfc is not the external_id", "0000000000c1"],
        "ALTER TABLE tallystick.customers ALTER COLUMN external_id_nfc DROP EXPRESSION;
         UPDATE tallystick.customers SET external_id_nfc = NULL WHERE id = '0a000000-0000-7000-8000-0000000000c1'",
    ),
    damage(
        "a credit limit is below zero",
        "settings_in_range",
        &["the credit limit is not safe money", "customers", "0000000000c1"],
        "UPDATE tallystick.customers SET credit_limit = -1 WHERE id = '0a000000-0000-7000-8000-0000000000c1'",
    ),
    damage(
        "a price is below zero",
        "settings_in_range",
        &["the price is not safe money", "products", "0000000000d1"],
        "UPDATE tallystick.products SET price = -1 WHERE id = '0a000000-0000-7000-8000-0000000000d1'",
    ),
    damage(
        "an API key may do what nobody knows, with a secret in plain text",
        "settings_in_range",
        &["the secret is not a SHA-256; the scopes are not known", "api_keys", "0000000000b1"],
        "UPDATE tallystick.api_keys SET scopes = ARRAY['admin'], secret_hash = 'secret'
         WHERE id = '0a000000-0000-7000-8000-0000000000b1'",
    ),
    damage(
        "a key created two customers",
        "creations",
        &["the key was used 2 times", "\"kind\":\"customer\"", "key-1"],
        "INSERT INTO tallystick.creations SELECT * FROM tallystick.creations AS creation WHERE creation.kind = 'customer'",
    ),
    damage(
        "a key of the platform created two businesses",
        "creations",
        &["the key was used 2 times", "\"kind\":\"business\"", "key-1"],
        "UPDATE tallystick.creations SET idempotency_key = 'key-1' WHERE kind = 'business'",
    ),
    damage(
        "what a key created is gone",
        "creations",
        &["what it created does not exist in the business", "0000000000c1"],
        "DELETE FROM tallystick.customers WHERE id = '0a000000-0000-7000-8000-0000000000c1'",
    ),
    damage(
        "what a key created is of another kind",
        "creations",
        &["what it created does not exist in the business", "0000000000c1"],
        "UPDATE tallystick.creations SET kind = 'product' WHERE kind = 'customer'",
    ),
    damage(
        "a creation stands in another business",
        "creations",
        &["it stands in another business; what it created does not exist in the business"],
        "UPDATE tallystick.creations SET id = '0b000000-0000-7000-8000-000000000000' WHERE kind = 'business'",
    ),
    damage(
        "a creation has another time, no key and no fingerprint",
        "creations",
        &[
            "it was created at another time; the key is not 1 to 255 visible ASCII characters; the fingerprint is not a SHA-256",
        ],
        "UPDATE tallystick.creations SET created_at = created_at - interval '1 day', idempotency_key = 'a b',
             request_fingerprint = 'x' WHERE kind = 'customer'",
    ),
    damage(
        "a version of a product is there twice",
        "identities",
        &["2 rows have the same product_id and version_no", "product_versions", "\"value\":\"1\""],
        "UPDATE tallystick.product_versions SET version_no = 1
         WHERE product_id = '0c000000-0000-7000-8000-0000000000d3'",
    ),
    damage(
        "a line is of a version that is not there",
        "references",
        &[
            "the version of the product of 1 rows does not exist",
            "\"product_version\":9",
            "0c000000-0000-7000-8000-0000000000d3",
        ],
        "UPDATE tallystick.order_items SET product_version = 9
         WHERE order_id = '0c000000-0000-7000-8000-0000000000e2'",
    ),
    damage(
        "a version is of a product that does not exist",
        "references",
        &[
            "the product of 2 rows does not exist in the business",
            "product_versions",
            "0c000000-0000-7000-8000-0000000000d3",
        ],
        "DELETE FROM tallystick.products WHERE id = '0c000000-0000-7000-8000-0000000000d3'",
    ),
    damage(
        "a product was called what can be mistaken",
        "settings_in_range",
        &[
            "the sku is not short text, or has invisible characters; the name is not short text, shows nothing, or is disruptive; the unit is not",
            "\"table\":\"product_versions\"",
        ],
        "UPDATE tallystick.product_versions SET sku = U&'chairs\\200b', name = '', unit = repeat('x', 21)
         WHERE product_id = '0c000000-0000-7000-8000-0000000000d3' AND version_no = 1",
    ),
    damage(
        "a customer has an empty name, too long a reference, and is neither blocked nor not",
        "settings_in_range",
        &[
            "the name is not short text; the name shows nothing, or is disruptive; the external_id is not short text",
            "it is neither blocked nor not",
            "customers",
        ],
        "UPDATE tallystick.customers SET name = '', external_id = repeat('x', 201), blocked = NULL
         WHERE id = '0a000000-0000-7000-8000-0000000000c1'",
    ),
    damage(
        "a product has too long a sku and name",
        "settings_in_range",
        &["the sku is not short text; the name is not short text", "\"table\":\"products\"", "0000000000d1"],
        "UPDATE tallystick.products SET sku = repeat('x', 101), name = repeat('x', 201)
         WHERE id = '0a000000-0000-7000-8000-0000000000d1'",
    ),
    damage(
        "an API key has too long a name and no prefix",
        "settings_in_range",
        &["the name is not short text; the prefix is not short ASCII", "api_keys", "0000000000b1"],
        "UPDATE tallystick.api_keys SET name = repeat('x', 201), prefix = NULL
         WHERE id = '0a000000-0000-7000-8000-0000000000b1'",
    ),
];
