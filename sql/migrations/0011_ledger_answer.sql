-- The answer to a request for one ledger entry: a payment, an adjustment, a return and the like. Each function says which outcome
-- fills which fields. The type holds no data, and no table uses it.
CREATE TYPE tallystick.ledger_answer AS (
    outcome text,
    -- What was written, by this request or by the first one with its key.
    entry tallystick.credit_ledger,
    -- The charges that it settles, by their ids, and how much of each; negative takes back. Or those that were refused, with what was
    -- asked for and what there is.
    charge_ids uuid[],
    amounts bigint[],
    available_amounts bigint[],
    -- Other figures of a refusal.
    requested bigint,
    available bigint,
    credit_limit bigint,
    balance bigint
);

-- A ledger entry as lists and single look-ups show it. The type holds no data either.
CREATE TYPE tallystick.entry_record AS (
    entry tallystick.credit_ledger,
    -- The charges that it settles, as in ledger_answer. A list leaves them out.
    charge_ids uuid[],
    amounts bigint[],
    -- The reversal that took it back.
    reversed_by uuid
);
