-- An order names its charge by customer and total, in a column that purchases alone fill. Until now it named an id only,
-- which a payment's entry could have as well: such an order counted as charged, though nothing was.
--
-- Two foreign keys to customers go, which every purchase paid for and which others imply:
--   order → its ledger entry, of the same customer → … → the customer's first entry → the customer.
--
-- The added column rewrites the ledger, and nothing is served meanwhile: reckon with up to half a minute per million entries.

-- Under FORCE the owner sees no row here, and a new foreign key would be validated over none.
ALTER TABLE tallystick.customers NO FORCE ROW LEVEL SECURITY;
ALTER TABLE tallystick.orders NO FORCE ROW LEVEL SECURITY;
ALTER TABLE tallystick.credit_ledger NO FORCE ROW LEVEL SECURITY;

ALTER TABLE tallystick.orders DROP CONSTRAINT orders_are_charged;
ALTER TABLE tallystick.credit_ledger
    DROP CONSTRAINT credit_ledger_customer_exists,
    -- Derived, for the foreign key below: the later entries are tied to the first one by the chain.
    ADD COLUMN first_entry_customer_id uuid GENERATED ALWAYS AS (CASE entry_no WHEN 1 THEN customer_id END) STORED,
    ADD CONSTRAINT credit_ledger_customer_exists
        FOREIGN KEY (business_id, first_entry_customer_id) REFERENCES tallystick.customers (business_id, id),
    -- What an order points at. The order's id comes first, alone among our keys. With the business first, the planner could use
    -- this index for any look-up by business or customer: on an empty table it costs the same, and sessions keep such plans.
    ADD CONSTRAINT credit_ledger_charge_belongs_to_the_order UNIQUE (order_id, business_id, customer_id, amount);

-- No order without its charge, looked at when the statement ends, or when the transaction commits if it asks for that.
DO $$
DECLARE
    v_order text;
BEGIN
    ALTER TABLE tallystick.orders ADD CONSTRAINT orders_are_charged
        FOREIGN KEY (business_id, customer_id, id, total)
        REFERENCES tallystick.credit_ledger (business_id, customer_id, order_id, amount)
        DEFERRABLE INITIALLY IMMEDIATE;
EXCEPTION WHEN foreign_key_violation THEN
    GET STACKED DIAGNOSTICS v_order = PG_EXCEPTION_DETAIL;
    RAISE EXCEPTION 'an order of this database was never charged to its customer'
        USING ERRCODE = 'foreign_key_violation', DETAIL = v_order,
              HINT = 'tallystick verify lists every such order under "Orders and ledger". Write the missing charges, then migrate again.';
END
$$;
ALTER TABLE tallystick.orders DROP CONSTRAINT orders_customer_exists;

ALTER TABLE tallystick.customers FORCE ROW LEVEL SECURITY;
ALTER TABLE tallystick.orders FORCE ROW LEVEL SECURITY;
ALTER TABLE tallystick.credit_ledger FORCE ROW LEVEL SECURITY;
