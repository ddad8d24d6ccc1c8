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
    lock_wait_us bigint,
    due_at timestamptz,
    entry_no bigint,
    entry_hash bytea,
    quantity_decimals smallint[],
    list_prices bigint[],
    line_totals bigint[],
    line_nos integer[],
    due_date date
);

-- A customer's account, as the batch leaves it so far: the figures of the last ledger entry. id is NULL if the customer does not
-- exist.
CREATE TYPE tallystick.ledger_account AS (
    id uuid,
    is_held boolean,
    -- Blocked, or overdue for too long (overdue_since).
    is_blocked boolean,
    credit_limit bigint,
    -- A charge is due this long after it is made. NULL: its terms name a day of the calendar (due_by_terms).
    due_after interval,
    payment_terms jsonb,
    time_zone text,
    entry_no bigint,
    balance bigint,
    charged_total bigint,
    allocated_total bigint,
    ahead_total bigint,
    held_total bigint,
    due_at timestamptz,
    due_run_from bigint,
    created_at timestamptz,
    entry_hash bytea
);

-- The products of a batch, each list in the order of their ids. The price is NULL if the product does not exist. What is
-- available is NULL if it has no end, as of a service.
CREATE TYPE tallystick.batch_shelf AS (
    is_held boolean[],
    prices bigint[],
    available bigint[],
    versions integer[],
    decimals smallint[]
);

-- The lines of one purchase with their prices, each list in line order, and their sum.
CREATE TYPE tallystick.batch_prices AS (
    decimals smallint[],
    unit_prices bigint[],
    list_prices bigint[],
    discounts bigint[],
    taxes bigint[],
    line_totals numeric[],
    total numeric,
    -- The numbers of the lines whose discount is more than their price; NULL if there is none.
    discounts_too_large integer[]
);
