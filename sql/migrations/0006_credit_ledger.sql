-- The credit ledger: one row per change of a customer's account. The kind says what an entry is:
--
--   charges      purchase, opening, fee, debit, refund     up; each is a debt of its own, with a due time
--   credits      payment, return, credit, write_off        down
--   correction   reversal                                  up: takes back a payment, credit or write-off, and is no new debt
--   notes        allocation, hold, release, expiry         0
--
-- The balance is the sum of the amounts. The running figures are immutable sums over all entries so far, so that balance and
-- overdue stay one index look-up each when a customer has a million entries:
--
--   balance_after     of the amounts
--   charged_total     of the charges
--   allocated_total   of the credit that names the charge which it settles; all other credit settles the oldest charge first
--   ahead_total       the part of allocated_total that belongs to charges which the other credit has not reached yet
--   held_total        of what is held for purchases to come
--   due_at            when the last charge so far is due; -infinity before the first
--   due_run_from      the entry since which due times have not decreased; 0 before the first charge
--
-- An entry begins where the entry before it ended: entry n - 1 of the customer, or nothing before the first. So no figure is stored
-- twice. The trigger ledger_entries_are_right judges every new entry against the one before it, by all rules at once. A rule
-- that a CHECK holds is parsed anew by each statement, and a foreign key needs each figure in an index. An entry is a fact:
-- what was right when it was written stays right.
CREATE TABLE tallystick.credit_ledger (
    business_id uuid NOT NULL,
    customer_id uuid NOT NULL,
    entry_no bigint NOT NULL,
    id uuid NOT NULL,
    amount bigint NOT NULL,
    balance_after bigint NOT NULL,
    charged_total bigint NOT NULL,
    allocated_total bigint NOT NULL,
    ahead_total bigint NOT NULL,
    held_total bigint NOT NULL,
    due_at timestamptz NOT NULL,
    due_run_from bigint NOT NULL,
    -- Never earlier than the entry before it.
    created_at timestamptz NOT NULL,
    -- The limit of the moment; and the one that somebody allowed instead.
    credit_limit bigint,
    authorized_limit bigint,
    -- The entry that a reversal takes back.
    reverses_no bigint,
    -- The day that is printed, where the terms name a day.
    due_date date,
    kind text NOT NULL,
    idempotency_key text COLLATE "C" NOT NULL,
    request_fingerprint bytea NOT NULL,
    -- What belongs to the entry and stands elsewhere: order lines, allocations.
    details_digest bytea NOT NULL,
    -- Covers the entry and the hash of the entry before it (see ledger_hash).
    entry_hash bytea NOT NULL,
    -- Who asked for it: key:<id of an API key>, sub:<subject of a token> or role:<database role>.
    actor text NOT NULL,
    reason tallystick.visible_text,
    reference tallystick.visible_text,
    -- The day on which a payment came in, as the payer's bank or the till says it.
    received_on date,
    CONSTRAINT credit_ledger_pk PRIMARY KEY (business_id, customer_id, entry_no),
    -- A purchase's entry has its order's id.
    CONSTRAINT credit_ledger_id_is_unique UNIQUE (business_id, id),
    CONSTRAINT credit_ledger_idempotency_key_is_used_once UNIQUE (business_id, idempotency_key),
    -- Its order is that of the entries: charged_total never falls. From its end it gives the last entry, and by a sum that was
    -- paid the first charge beyond it. So no plan for these look-ups can seem cheaper than this index: sorting all entries of one
    -- customer would take seconds for the customer who has a million.
    CONSTRAINT credit_ledger_running_figures UNIQUE (business_id, customer_id, charged_total, entry_no),
    -- The promise to the customer's creditor stands in the table itself. A bounced payment must be recordable, so a reversal is
    -- exempt. A refund pays out a credit balance.
    CONSTRAINT credit_ledger_credit_stays_within_the_limit CHECK (
        amount <= 0 OR kind IN ('reversal', 'refund')
        OR (credit_limit IS NOT NULL AND balance_after + held_total <= coalesce(authorized_limit, credit_limit)))
);
-- An entry is taken back once.
CREATE UNIQUE INDEX credit_ledger_an_entry_is_reversed_once
    ON tallystick.credit_ledger (business_id, customer_id, reverses_no) WHERE reverses_no IS NOT NULL;
-- Lists of payments, adjustments and refunds, of a business and of a customer. Purchases, by far the most, are not in them.
CREATE INDEX credit_ledger_by_kind ON tallystick.credit_ledger (business_id, kind, id) WHERE kind <> 'purchase';
CREATE INDEX credit_ledger_by_customer_and_kind
    ON tallystick.credit_ledger (business_id, customer_id, kind, id) WHERE kind <> 'purchase';
-- Which payments have the number that a bank or a payer names.
CREATE INDEX credit_ledger_by_reference
    ON tallystick.credit_ledger (business_id, kind, reference, id) WHERE kind <> 'purchase' AND reference IS NOT NULL;
-- Who was allowed to owe more than the credit limit. The limit is in it for an order that no other index has: else, of an empty table,
-- the index of the ids would cost the same.
CREATE INDEX credit_ledger_overrides
    ON tallystick.credit_ledger (business_id, id, authorized_limit) WHERE authorized_limit IS NOT NULL;
ALTER TABLE tallystick.credit_ledger ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
COMMENT ON TABLE tallystick.credit_ledger IS 'fact: every change of a customer''s debt';
