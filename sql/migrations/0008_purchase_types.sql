-- What the steps of a purchase hand on to each other, and the answer to a purchase. Types hold no data, and no table uses them.

-- The answer to one purchase. purchase_batch says which outcome fills which fields.
CREATE TYPE tallystick.purchase_answer AS (
    outcome text,
    order_id uuid,
    created_at timestamptz,
    total bigint,
    balance_after bigint,
    unit_prices bigint[],
    product_ids uuid[],
    requested bigint[],
    available bigint[],
    credit_limit bigint,
    balance bigint,
    lock_wait_us bigint
);

-- A customer's account, as the batch leaves it so far. id is NULL if the customer does not exist.
CREATE TYPE tallystick.batch_account AS (
    id uuid,
    is_held boolean,
    is_blocked boolean,
    credit_limit bigint,
    entry_no bigint,
    balance bigint,
    charged_total bigint
);

-- The products of a batch, each list in the order of their ids. The price is NULL if the product does not exist.
CREATE TYPE tallystick.batch_shelf AS (
    is_held boolean[],
    prices bigint[],
    stocks bigint[]
);

-- An accepted purchase: all that is written for it but the stock.
CREATE TYPE tallystick.batch_charge AS (
    order_id uuid,
    customer_id uuid,
    entry_no bigint,
    total bigint,
    balance_after bigint,
    charged_total bigint,
    credit_limit bigint,
    idempotency_key text,
    request_fingerprint bytea,
    product_ids uuid[],
    quantities bigint[],
    unit_prices bigint[]
);

-- These return a type now, and what to do about held rows has a name.
DROP FUNCTION IF EXISTS tallystick.purchase_batch(
    uuid, uuid[], uuid[], integer[], text[], uuid[], integer[], integer[], bigint[], boolean);
DROP FUNCTION IF EXISTS tallystick.purchase(uuid, uuid, uuid[], bigint[], text, uuid);
DROP FUNCTION IF EXISTS tallystick.purchase_check_input(
    uuid[], uuid[], integer[], text[], uuid[], integer[], integer[], bigint[]);
DROP FUNCTION IF EXISTS tallystick.purchase_replay(uuid, uuid, uuid[], bigint[], text);
