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
-- The chain is held by constraints, not by care: entry n points at entry n - 1, and must start from all of its figures. A figure
-- that nothing is known of has a value that says so, and never NULL: one NULL would switch a foreign key off.
CREATE TABLE tallystick.credit_ledger (
    business_id uuid NOT NULL,
    customer_id uuid NOT NULL,
    entry_no bigint NOT NULL,
    id uuid NOT NULL,
    amount bigint NOT NULL,
    balance_before bigint NOT NULL,
    balance_after bigint NOT NULL,
    charged_total bigint NOT NULL,
    allocated_before bigint NOT NULL,
    allocated_total bigint NOT NULL,
    ahead_before bigint NOT NULL,
    ahead_total bigint NOT NULL,
    held_before bigint NOT NULL,
    held_total bigint NOT NULL,
    due_before timestamptz NOT NULL,
    due_at timestamptz NOT NULL,
    due_run_before bigint NOT NULL,
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
    previous_hash bytea NOT NULL,
    entry_hash bytea NOT NULL,
    -- Who asked for it: key:<id of an API key> or sub:<subject of a token>.
    actor text NOT NULL,
    reason tallystick.visible_text,
    reference tallystick.visible_text,
    -- Derived, for the foreign keys below. A purchase's entry has its order's id.
    previous_entry_no bigint GENERATED ALWAYS AS (nullif(entry_no - 1, 0)) STORED,
    charged_before bigint GENERATED ALWAYS AS (
        charged_total - CASE WHEN kind IN ('purchase', 'opening', 'fee', 'debit', 'refund') THEN amount ELSE 0 END) STORED,
    order_id uuid GENERATED ALWAYS AS (CASE kind WHEN 'purchase' THEN id END) STORED,
    -- The later entries are tied to the first one by the chain.
    first_entry_customer_id uuid GENERATED ALWAYS AS (CASE entry_no WHEN 1 THEN customer_id END) STORED,

    CONSTRAINT credit_ledger_pk PRIMARY KEY (business_id, customer_id, entry_no),
    CONSTRAINT credit_ledger_id_is_unique UNIQUE (business_id, id),
    CONSTRAINT credit_ledger_idempotency_key_is_used_once UNIQUE (business_id, idempotency_key),
    -- What the next entry points at. Its order is that of the entries: charged_total never falls. From its end it gives the last
    -- entry with all figures, and by a sum that was paid the first charge beyond it. So no plan for these look-ups can seem
    -- cheaper than this index: sorting all entries of one customer would take seconds for the customer who has a million.
    CONSTRAINT credit_ledger_running_figures UNIQUE (
        business_id, customer_id, charged_total, entry_no, balance_after, allocated_total, ahead_total, held_total, due_at,
        due_run_from, entry_hash),
    -- What an order points at. The order's id comes first, alone among our keys. With the business first, the planner could use
    -- this index for any look-up by business or customer: on an empty table it costs the same, and sessions keep such plans.
    CONSTRAINT credit_ledger_charge_belongs_to_the_order UNIQUE (order_id, business_id, customer_id, amount),

    CONSTRAINT credit_ledger_customer_exists
        FOREIGN KEY (business_id, first_entry_customer_id) REFERENCES tallystick.customers (business_id, id),
    CONSTRAINT credit_ledger_purchase_charges_its_orders_total
        FOREIGN KEY (business_id, customer_id, order_id, amount)
        REFERENCES tallystick.orders (business_id, customer_id, id, total),
    CONSTRAINT credit_ledger_continues_the_previous_entry
        FOREIGN KEY (
            business_id, customer_id, charged_before, previous_entry_no, balance_before, allocated_before, ahead_before,
            held_before, due_before, due_run_before, previous_hash)
        REFERENCES tallystick.credit_ledger (
            business_id, customer_id, charged_total, entry_no, balance_after, allocated_total, ahead_total,
            held_total, due_at, due_run_from, entry_hash),

    CONSTRAINT credit_ledger_entry_no_counts_from_1 CHECK (entry_no >= 1),
    CONSTRAINT credit_ledger_first_entry_starts_from_zero CHECK (
        entry_no > 1
        OR (balance_before = 0 AND charged_before = 0 AND allocated_before = 0 AND ahead_before = 0 AND held_before = 0
            AND due_before = '-infinity' AND due_run_before = 0
            AND previous_hash = '\x0000000000000000000000000000000000000000000000000000000000000000')),
    CONSTRAINT credit_ledger_balance_after_is_before_plus_amount CHECK (balance_after = balance_before + amount),
    CONSTRAINT credit_ledger_balance_is_safe_money
        CHECK (balance_after BETWEEN -9007199254740991 AND 9007199254740991),
    CONSTRAINT credit_ledger_amount_is_safe_money CHECK (amount BETWEEN -9007199254740991 AND 9007199254740991),
    CONSTRAINT credit_ledger_amount_is_that_of_its_kind CHECK (CASE
        WHEN kind = 'purchase' THEN amount >= 0
        WHEN kind IN ('opening', 'fee', 'debit', 'refund', 'reversal') THEN amount > 0
        WHEN kind IN ('payment', 'credit', 'write_off') THEN amount < 0
        WHEN kind = 'return' THEN amount <= 0
        WHEN kind = 'allocation' THEN amount = 0
        ELSE false
    END),

    -- The limit binds every new debt. A bounced payment must be recordable, so a reversal is exempt. A refund has its own rule.
    CONSTRAINT credit_ledger_new_debt_keeps_the_limit_in_force
        CHECK ((kind IN ('purchase', 'opening', 'fee', 'debit')) = (credit_limit IS NOT NULL)),
    CONSTRAINT credit_ledger_authorized_limit_is_for_new_debt
        CHECK (authorized_limit IS NULL OR credit_limit IS NOT NULL),
    CONSTRAINT credit_ledger_authorized_limit_is_safe_money
        CHECK (authorized_limit BETWEEN 0 AND 9007199254740991),
    CONSTRAINT credit_ledger_credit_stays_within_the_limit CHECK (
        amount + held_total - held_before <= 0
        OR kind IN ('reversal', 'refund')
        OR (credit_limit IS NOT NULL AND balance_after + held_total <= coalesce(authorized_limit, credit_limit))),
    CONSTRAINT credit_ledger_a_refund_pays_out_a_credit_balance CHECK (kind <> 'refund' OR balance_after <= 0),

    -- Credit that names no charge is charged_total - balance_after - allocated_total. Written so, it could exceed its type where a
    -- customer in credit has been charged all that the type can hold.
    CONSTRAINT credit_ledger_unapplied_credit_is_never_negative
        CHECK (balance_after <= charged_total - allocated_total),
    CONSTRAINT credit_ledger_allocated_total_is_never_negative CHECK (allocated_total >= 0),
    CONSTRAINT credit_ledger_a_credit_allocates_nothing_back
        CHECK (allocated_total >= allocated_before OR kind IN ('reversal', 'allocation')),
    CONSTRAINT credit_ledger_a_credit_allocates_at_most_itself
        CHECK (allocated_total - allocated_before <= greatest(-amount, 0) OR kind = 'allocation'),
    CONSTRAINT credit_ledger_a_reversal_takes_back_at_most_itself
        CHECK (kind <> 'reversal' OR allocated_before - allocated_total <= amount),
    CONSTRAINT credit_ledger_ahead_is_never_negative CHECK (ahead_total >= 0),
    CONSTRAINT credit_ledger_ahead_is_a_part_of_allocated CHECK (ahead_total <= allocated_total),
    CONSTRAINT credit_ledger_nothing_is_ahead_without_debt CHECK (balance_after > 0 OR ahead_total = 0),
    CONSTRAINT credit_ledger_charges_move_no_pointer
        CHECK (ahead_total = ahead_before OR kind NOT IN ('purchase', 'opening', 'fee', 'debit', 'refund')),
    CONSTRAINT credit_ledger_nothing_is_held CHECK (held_total = 0),

    CONSTRAINT credit_ledger_a_charge_continues_or_starts_a_run_of_due_times CHECK (
        kind NOT IN ('purchase', 'opening', 'fee', 'debit', 'refund')
        OR due_run_from = CASE WHEN due_run_before > 0 AND due_at >= due_before THEN due_run_before ELSE entry_no END),
    CONSTRAINT credit_ledger_others_carry_the_due_time CHECK (
        kind IN ('purchase', 'opening', 'fee', 'debit', 'refund')
        OR (due_at = due_before AND due_run_from = due_run_before AND due_date IS NULL)),
    CONSTRAINT credit_ledger_a_charge_is_due_at_some_time CHECK (
        kind NOT IN ('purchase', 'opening', 'fee', 'debit', 'refund') OR isfinite(due_at)),
    CONSTRAINT credit_ledger_created_at_is_a_time CHECK (isfinite(created_at)),

    CONSTRAINT credit_ledger_a_reversal_names_an_earlier_entry
        CHECK ((kind = 'reversal') = (reverses_no IS NOT NULL) AND coalesce(reverses_no, 1) >= 1),
    CONSTRAINT credit_ledger_reverses_no_is_earlier CHECK (reverses_no < entry_no),

    CONSTRAINT credit_ledger_idempotency_key_is_visible_ascii
        CHECK (octet_length(idempotency_key) <= 255 AND idempotency_key ~ '^[!-~]+$'),
    CONSTRAINT credit_ledger_fingerprint_is_sha256 CHECK (octet_length(request_fingerprint) = 32),
    CONSTRAINT credit_ledger_details_digest_is_sha256 CHECK (octet_length(details_digest) = 32),
    -- Triggers compare the digest with the lines and allocations. The others have none.
    CONSTRAINT credit_ledger_without_details_the_digest_is_that_of_nothing CHECK (
        kind IN ('purchase', 'return', 'allocation') OR allocated_total <> allocated_before
        OR details_digest = sha256('\x01')),
    CONSTRAINT credit_ledger_previous_hash_is_sha256 CHECK (octet_length(previous_hash) = 32),
    CONSTRAINT credit_ledger_actor_is_short_text CHECK (char_length(actor) BETWEEN 1 AND 300),
    CONSTRAINT credit_ledger_reason_is_short_text CHECK (char_length(reason) <= 500),
    CONSTRAINT credit_ledger_reference_is_short_text CHECK (char_length(reference) <= 200),
    -- docs/proofs.md explains it. The first byte is the number of this format. A text has its length before it. What says
    -- something about people stands elsewhere, so that it can be erased and the proof still holds.
    CONSTRAINT credit_ledger_entry_hash_covers_the_entry CHECK (entry_hash = sha256(
        '\x01'::bytea || previous_hash || uuid_send(business_id) || uuid_send(customer_id) || int8send(entry_no) || uuid_send(id)
        || int8send(amount) || int8send(balance_after) || int8send(charged_total) || int8send(allocated_total)
        || int8send(held_total) || int8send(coalesce(credit_limit, -1)) || int8send(coalesce(authorized_limit, -1))
        || int8send(coalesce(reverses_no, 0))
        || timestamptz_send(CASE WHEN kind IN ('purchase', 'opening', 'fee', 'debit', 'refund') THEN due_at ELSE '-infinity' END)
        || int4send(coalesce(due_date - '2000-01-01'::date, -2147483648)) || timestamptz_send(created_at)
        || request_fingerprint || details_digest
        || int4send(octet_length(kind)) || replace(kind, '\', '\\')::bytea
        || int4send(octet_length(idempotency_key)) || replace(idempotency_key, '\', '\\')::bytea
        || int4send(octet_length(actor)) || replace(actor, '\', '\\')::bytea))
);
-- An entry is taken back once.
CREATE UNIQUE INDEX credit_ledger_an_entry_is_reversed_once
    ON tallystick.credit_ledger (business_id, customer_id, reverses_no) WHERE reverses_no IS NOT NULL;

-- No order without its charge, looked at when the statement ends, or when the transaction commits if it asks for that.
ALTER TABLE tallystick.orders ADD CONSTRAINT orders_are_charged
    FOREIGN KEY (business_id, customer_id, id, total)
    REFERENCES tallystick.credit_ledger (business_id, customer_id, order_id, amount)
    DEFERRABLE INITIALLY IMMEDIATE;
ALTER TABLE tallystick.credit_ledger ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
COMMENT ON TABLE tallystick.credit_ledger IS 'fact: every change of a customer''s debt';
