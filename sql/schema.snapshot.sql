-- The whole catalogue after a fresh install, for review: what all migrations and all current code add up to.
-- `tallystick verify` compares databases with it. Generated from sql/queries/catalogue.sql, never edited:
--     UPDATE_SNAPSHOTS=1 cargo test schema

role tallystick_app
    attributes: NOLOGIN, NOSUPERUSER, NOBYPASSRLS, NOCREATEROLE, NOCREATEDB, NOREPLICATION

role tallystick_auditor
    attributes: NOLOGIN, NOSUPERUSER, NOBYPASSRLS, NOCREATEROLE, NOCREATEDB, NOREPLICATION

role tallystick_owner
    attributes: NOLOGIN, NOSUPERUSER, NOBYPASSRLS, NOCREATEROLE, NOCREATEDB, NOREPLICATION

schema tallystick
    owner: tallystick_owner
    granted to authenticated: USAGE
    granted to tallystick_app: USAGE
    granted to tallystick_auditor: USAGE
    granted to tallystick_owner: CREATE, USAGE

schema tallystick_migrate
    owner: tallystick_owner
    granted to tallystick_app: USAGE
    granted to tallystick_auditor: USAGE
    granted to tallystick_owner: CREATE, USAGE

table tallystick.api_keys
    owner: tallystick_owner
    comment: state, server only: hashes of API keys
    row level security: enabled, forced
    column business_id: uuid NOT NULL
    column id: uuid NOT NULL
    column name: tallystick.identifying_text NOT NULL
    column prefix: text COLLATE "C" NOT NULL
    column secret_hash: bytea NOT NULL
    column scopes: text[] NOT NULL
    column expires_at: timestamp with time zone
    column revoked_at: timestamp with time zone
    column created_at: timestamp with time zone NOT NULL DEFAULT clock_timestamp()
    constraint api_keys_pk: PRIMARY KEY (business_id, id)
    constraint api_keys_prefix_is_unique: UNIQUE (business_id, prefix)
    constraint api_keys_business_exists: FOREIGN KEY (business_id) REFERENCES tallystick.businesses(business_id)
    constraint api_keys_expires_at_is_in_years_1_to_9999: CHECK (((EXTRACT(year FROM (expires_at AT TIME ZONE 'UTC'::text)) >= (1)::numeric) AND (EXTRACT(year FROM (expires_at AT TIME ZONE 'UTC'::text)) <= (9999)::numeric)))
    constraint api_keys_name_is_short_text: CHECK (((char_length((name)::text) >= 1) AND (char_length((name)::text) <= 200)))
    constraint api_keys_prefix_is_short_ascii: CHECK ((prefix ~ '^[0-9A-Za-z]{8,32}$'::text))
    constraint api_keys_scopes_are_known: CHECK (((cardinality(scopes) >= 1) AND (cardinality(scopes) <= 2) AND (scopes <@ ARRAY['read'::text, 'write'::text])))
    constraint api_keys_secret_hash_is_sha256: CHECK ((octet_length(secret_hash) = 32))
    index api_keys_pk: CREATE UNIQUE INDEX api_keys_pk ON tallystick.api_keys USING btree (business_id, id)
    index api_keys_prefix_is_unique: CREATE UNIQUE INDEX api_keys_prefix_is_unique ON tallystick.api_keys USING btree (business_id, prefix)
    policy auditors_read_everything: PERMISSIVE FOR SELECT TO tallystick_auditor USING true
    policy tenant_isolation: PERMISSIVE FOR ALL TO PUBLIC USING (business_id = ( SELECT tallystick.context_business_id() AS context_business_id)) WITH CHECK (business_id = ( SELECT tallystick.context_business_id() AS context_business_id))
    granted to tallystick_app: SELECT
    granted to tallystick_auditor: SELECT
    granted to tallystick_owner: DELETE, INSERT, REFERENCES, SELECT, TRIGGER, TRUNCATE, UPDATE

table tallystick.businesses
    owner: tallystick_owner
    comment: state: the tenants
    row level security: enabled, forced
    column business_id: uuid NOT NULL
    column name: tallystick.visible_text NOT NULL
    column currency: text NOT NULL
    column overdue_after_days: integer NOT NULL DEFAULT 30
    column created_at: timestamp with time zone NOT NULL DEFAULT clock_timestamp()
    column currency_decimals: integer GENERATED ALWAYS AS ( CASE WHEN (currency ~ '^(BIF|CLP|DJF|GNF|ISK|JPY|KMF|KRW|PYG|RWF|UGX|UYI|VND|VUV|XAF|XOF|XPF)$'::text) THEN 0 WHEN (currency ~ '^(AED|AFN|ALL|AMD|AOA|ARS|AUD|AWG|AZN|BAM|BBD|BDT|BGN|BMD|BND|BOB|BOV|BRL|BSD|BTN|BWP|BYN|BZD|CAD|CDF|CHE|CHF|CHW|CNY|COP|COU|CRC|CUC|CUP|CVE|CZK|DKK|DOP|DZD|EGP|ERN|ETB|EUR|FJD|FKP|GBP|GEL|GHS|GIP|GMD|GTQ|GYD|HKD|HNL|HRK|HTG|HUF|IDR|ILS|INR|IRR|JMD|KES|KGS|KHR|KPW|KYD|KZT|LAK|LBP|LKR|LRD|LSL|MAD|MDL|MGA|MKD|MMK|MNT|MOP|MRU|MUR|MVR|MWK|MXN|MXV|MYR|MZN|NAD|NGN|NIO|NOK|NPR|NZD|PAB|PEN|PGK|PHP|PKR|PLN|QAR|RON|RSD|RUB|SAR|SBD|SCR|SDG|SEK|SGD|SHP|SLE|SLL|SOS|SRD|SSP|STN|SVC|SYP|SZL|THB|TJS|TMT|TOP|TRY|TTD|TWD|TZS|UAH|USD|USN|UYU|UZS|VED|VES|WST|XAD|XCD|XCG|YER|ZAR|ZMW|ZWG|ZWL)$'::text) THEN 2 WHEN (currency ~ '^(BHD|IQD|JOD|KWD|LYD|OMR|TND)$'::text) THEN 3 WHEN (currency ~ '^(CLF|UYW)$'::text) THEN 4 ELSE NULL::integer END) STORED
    constraint businesses_pk: PRIMARY KEY (business_id)
    constraint businesses_currency_is_an_iso_4217_code: CHECK ((currency_decimals IS NOT NULL))
    constraint businesses_name_is_short_text: CHECK (((char_length((name)::text) >= 1) AND (char_length((name)::text) <= 200)))
    constraint businesses_overdue_after_days_is_0_to_3650: CHECK (((overdue_after_days >= 0) AND (overdue_after_days <= 3650)))
    index businesses_pk: CREATE UNIQUE INDEX businesses_pk ON tallystick.businesses USING btree (business_id)
    policy auditors_read_everything: PERMISSIVE FOR SELECT TO tallystick_auditor USING true
    policy platform_lists_businesses: PERMISSIVE FOR SELECT TO tallystick_owner USING (current_setting('app.platform'::text, true) = 'business_list'::text)
    policy tenant_isolation: PERMISSIVE FOR ALL TO PUBLIC USING (business_id = ( SELECT tallystick.context_business_id() AS context_business_id)) WITH CHECK (business_id = ( SELECT tallystick.context_business_id() AS context_business_id))
    granted to authenticated: SELECT
    granted to tallystick_app: SELECT
    granted to tallystick_auditor: SELECT
    granted to tallystick_owner: DELETE, INSERT, REFERENCES, SELECT, TRIGGER, TRUNCATE, UPDATE

table tallystick.creations
    owner: tallystick_owner
    comment: state, server only: what requests with idempotency keys created
    row level security: enabled, forced
    column business_id: uuid NOT NULL
    column kind: text NOT NULL
    column idempotency_key: text COLLATE "C" NOT NULL
    column request_fingerprint: bytea NOT NULL
    column id: uuid NOT NULL
    column created_at: timestamp with time zone NOT NULL
    constraint creations_pk: PRIMARY KEY (business_id, kind, idempotency_key)
    constraint creations_business_exists: FOREIGN KEY (business_id) REFERENCES tallystick.businesses(business_id)
    constraint creations_business_is_its_own: CHECK (((kind <> 'business'::text) OR (id = business_id)))
    constraint creations_fingerprint_is_sha256: CHECK ((octet_length(request_fingerprint) = 32))
    constraint creations_idempotency_key_is_visible_ascii: CHECK (((octet_length(idempotency_key) <= 255) AND (idempotency_key ~ '^[!-~]+$'::text)))
    constraint creations_kind_is_known: CHECK ((kind = ANY (ARRAY['business'::text, 'api_key'::text, 'customer'::text, 'product'::text])))
    index creations_pk: CREATE UNIQUE INDEX creations_pk ON tallystick.creations USING btree (business_id, kind, idempotency_key)
    index creations_platform_key_is_used_once: CREATE UNIQUE INDEX creations_platform_key_is_used_once ON tallystick.creations USING btree (idempotency_key) WHERE (kind = 'business'::text)
    policy auditors_read_everything: PERMISSIVE FOR SELECT TO tallystick_auditor USING true
    policy platform_finds_its_keys: PERMISSIVE FOR SELECT TO tallystick_owner USING ((kind = 'business'::text) AND (current_setting('app.platform'::text, true) = 'business_create'::text))
    policy tenant_isolation: PERMISSIVE FOR ALL TO PUBLIC USING (business_id = ( SELECT tallystick.context_business_id() AS context_business_id)) WITH CHECK (business_id = ( SELECT tallystick.context_business_id() AS context_business_id))
    granted to tallystick_app: SELECT
    granted to tallystick_auditor: SELECT
    granted to tallystick_owner: DELETE, INSERT, REFERENCES, SELECT, TRIGGER, TRUNCATE, UPDATE

table tallystick.credit_ledger
    owner: tallystick_owner
    comment: fact: every change of a customer's debt
    row level security: enabled, forced
    column business_id: uuid NOT NULL
    column customer_id: uuid NOT NULL
    column entry_no: bigint NOT NULL
    column id: uuid NOT NULL
    column amount: bigint NOT NULL
    column balance_before: bigint NOT NULL
    column balance_after: bigint NOT NULL
    column charged_total: bigint NOT NULL
    column allocated_before: bigint NOT NULL
    column allocated_total: bigint NOT NULL
    column ahead_before: bigint NOT NULL
    column ahead_total: bigint NOT NULL
    column held_before: bigint NOT NULL
    column held_total: bigint NOT NULL
    column due_before: timestamp with time zone NOT NULL
    column due_at: timestamp with time zone NOT NULL
    column due_run_before: bigint NOT NULL
    column due_run_from: bigint NOT NULL
    column created_at: timestamp with time zone NOT NULL
    column credit_limit: bigint
    column authorized_limit: bigint
    column reverses_no: bigint
    column due_date: date
    column kind: text NOT NULL
    column idempotency_key: text COLLATE "C" NOT NULL
    column request_fingerprint: bytea NOT NULL
    column details_digest: bytea NOT NULL
    column previous_hash: bytea NOT NULL
    column entry_hash: bytea NOT NULL
    column actor: text NOT NULL
    column reason: tallystick.visible_text
    column reference: tallystick.visible_text
    column previous_entry_no: bigint GENERATED ALWAYS AS (NULLIF((entry_no - 1), 0)) STORED
    column charged_before: bigint GENERATED ALWAYS AS ((charged_total - CASE WHEN (kind = ANY (ARRAY['purchase'::text, 'opening'::text, 'fee'::text, 'debit'::text, 'refund'::text])) THEN amount ELSE (0)::bigint END)) STORED
    column order_id: uuid GENERATED ALWAYS AS ( CASE kind WHEN 'purchase'::text THEN id ELSE NULL::uuid END) STORED
    column first_entry_customer_id: uuid GENERATED ALWAYS AS ( CASE entry_no WHEN 1 THEN customer_id ELSE NULL::uuid END) STORED
    constraint credit_ledger_pk: PRIMARY KEY (business_id, customer_id, entry_no)
    constraint credit_ledger_charge_belongs_to_the_order: UNIQUE (order_id, business_id, customer_id, amount)
    constraint credit_ledger_id_is_unique: UNIQUE (business_id, id)
    constraint credit_ledger_idempotency_key_is_used_once: UNIQUE (business_id, idempotency_key)
    constraint credit_ledger_running_figures: UNIQUE (business_id, customer_id, charged_total, entry_no, balance_after, allocated_total, ahead_total, held_total, due_at, due_run_from, entry_hash)
    constraint credit_ledger_continues_the_previous_entry: FOREIGN KEY (business_id, customer_id, charged_before, previous_entry_no, balance_before, allocated_before, ahead_before, held_before, due_before, due_run_before, previous_hash) REFERENCES tallystick.credit_ledger(business_id, customer_id, charged_total, entry_no, balance_after, allocated_total, ahead_total, held_total, due_at, due_run_from, entry_hash)
    constraint credit_ledger_customer_exists: FOREIGN KEY (business_id, first_entry_customer_id) REFERENCES tallystick.customers(business_id, id)
    constraint credit_ledger_purchase_charges_its_orders_total: FOREIGN KEY (business_id, customer_id, order_id, amount) REFERENCES tallystick.orders(business_id, customer_id, id, total)
    constraint credit_ledger_a_charge_continues_or_starts_a_run_of_due_times: CHECK (((kind <> ALL (ARRAY['purchase'::text, 'opening'::text, 'fee'::text, 'debit'::text, 'refund'::text])) OR (due_run_from = CASE WHEN ((due_run_before > 0) AND (due_at >= due_before)) THEN due_run_before ELSE entry_no END)))
    constraint credit_ledger_a_charge_is_due_at_some_time: CHECK (((kind <> ALL (ARRAY['purchase'::text, 'opening'::text, 'fee'::text, 'debit'::text, 'refund'::text])) OR isfinite(due_at)))
    constraint credit_ledger_a_credit_allocates_at_most_itself: CHECK ((((allocated_total - allocated_before) <= GREATEST((- amount), (0)::bigint)) OR (kind = 'allocation'::text)))
    constraint credit_ledger_a_credit_allocates_nothing_back: CHECK (((allocated_total >= allocated_before) OR (kind = ANY (ARRAY['reversal'::text, 'allocation'::text]))))
    constraint credit_ledger_a_refund_pays_out_a_credit_balance: CHECK (((kind <> 'refund'::text) OR (balance_after <= 0)))
    constraint credit_ledger_a_reversal_names_an_earlier_entry: CHECK ((((kind = 'reversal'::text) = (reverses_no IS NOT NULL)) AND (COALESCE(reverses_no, (1)::bigint) >= 1)))
    constraint credit_ledger_a_reversal_takes_back_at_most_itself: CHECK (((kind <> 'reversal'::text) OR ((allocated_before - allocated_total) <= amount)))
    constraint credit_ledger_actor_is_short_text: CHECK (((char_length(actor) >= 1) AND (char_length(actor) <= 300)))
    constraint credit_ledger_ahead_is_a_part_of_allocated: CHECK ((ahead_total <= allocated_total))
    constraint credit_ledger_ahead_is_never_negative: CHECK ((ahead_total >= 0))
    constraint credit_ledger_allocated_total_is_never_negative: CHECK ((allocated_total >= 0))
    constraint credit_ledger_amount_is_safe_money: CHECK (((amount >= '-9007199254740991'::bigint) AND (amount <= '9007199254740991'::bigint)))
    constraint credit_ledger_amount_is_that_of_its_kind: CHECK ( CASE WHEN (kind = 'purchase'::text) THEN (amount >= 0) WHEN (kind = ANY (ARRAY['opening'::text, 'fee'::text, 'debit'::text, 'refund'::text, 'reversal'::text])) THEN (amount > 0) WHEN (kind = ANY (ARRAY['payment'::text, 'credit'::text, 'write_off'::text])) THEN (amount < 0) WHEN (kind = 'return'::text) THEN (amount <= 0) WHEN (kind = 'allocation'::text) THEN (amount = 0) ELSE false END)
    constraint credit_ledger_authorized_limit_is_for_new_debt: CHECK (((authorized_limit IS NULL) OR (credit_limit IS NOT NULL)))
    constraint credit_ledger_authorized_limit_is_safe_money: CHECK (((authorized_limit >= 0) AND (authorized_limit <= '9007199254740991'::bigint)))
    constraint credit_ledger_balance_after_is_before_plus_amount: CHECK ((balance_after = (balance_before + amount)))
    constraint credit_ledger_balance_is_safe_money: CHECK (((balance_after >= '-9007199254740991'::bigint) AND (balance_after <= '9007199254740991'::bigint)))
    constraint credit_ledger_charges_move_no_pointer: CHECK (((ahead_total = ahead_before) OR (kind <> ALL (ARRAY['purchase'::text, 'opening'::text, 'fee'::text, 'debit'::text, 'refund'::text]))))
    constraint credit_ledger_created_at_is_a_time: CHECK (isfinite(created_at))
    constraint credit_ledger_credit_stays_within_the_limit: CHECK (((((amount + held_total) - held_before) <= 0) OR (kind = ANY (ARRAY['reversal'::text, 'refund'::text])) OR ((credit_limit IS NOT NULL) AND ((balance_after + held_total) <= COALESCE(authorized_limit, credit_limit)))))
    constraint credit_ledger_details_digest_is_sha256: CHECK ((octet_length(details_digest) = 32))
    constraint credit_ledger_entry_hash_covers_the_entry: CHECK ((entry_hash = sha256((((((((((((((((((((((((('\x01'::bytea || previous_hash) || uuid_send(business_id)) || uuid_send(customer_id)) || int8send(entry_no)) || uuid_send(id)) || int8send(amount)) || int8send(balance_after)) || int8send(charged_total)) || int8send(allocated_total)) || int8send(held_total)) || int8send(COALESCE(credit_limit, ('-1'::integer)::bigint))) || int8send(COALESCE(authorized_limit, ('-1'::integer)::bigint))) || int8send(COALESCE(reverses_no, (0)::bigint))) || timestamptz_send( CASE WHEN (kind = ANY (ARRAY['purchase'::text, 'opening'::text, 'fee'::text, 'debit'::text, 'refund'::text])) THEN due_at ELSE '-infinity'::timestamp with time zone END)) || int4send(COALESCE((due_date - '2000-01-01'::date), '-2147483648'::integer))) || timestamptz_send(created_at)) || request_fingerprint) || details_digest) || int4send(octet_length(kind))) || (replace(kind, '\'::text, '\\'::text))::bytea) || int4send(octet_length(idempotency_key))) || (replace(idempotency_key, '\'::text, '\\'::text))::bytea) || int4send(octet_length(actor))) || (replace(actor, '\'::text, '\\'::text))::bytea))))
    constraint credit_ledger_entry_no_counts_from_1: CHECK ((entry_no >= 1))
    constraint credit_ledger_fingerprint_is_sha256: CHECK ((octet_length(request_fingerprint) = 32))
    constraint credit_ledger_first_entry_starts_from_zero: CHECK (((entry_no > 1) OR ((balance_before = 0) AND (charged_before = 0) AND (allocated_before = 0) AND (ahead_before = 0) AND (held_before = 0) AND (due_before = '-infinity'::timestamp with time zone) AND (due_run_before = 0) AND (previous_hash = '\x0000000000000000000000000000000000000000000000000000000000000000'::bytea))))
    constraint credit_ledger_idempotency_key_is_visible_ascii: CHECK (((octet_length(idempotency_key) <= 255) AND (idempotency_key ~ '^[!-~]+$'::text)))
    constraint credit_ledger_new_debt_keeps_the_limit_in_force: CHECK (((kind = ANY (ARRAY['purchase'::text, 'opening'::text, 'fee'::text, 'debit'::text])) = (credit_limit IS NOT NULL)))
    constraint credit_ledger_nothing_is_ahead_without_debt: CHECK (((balance_after > 0) OR (ahead_total = 0)))
    constraint credit_ledger_nothing_is_held: CHECK ((held_total = 0))
    constraint credit_ledger_others_carry_the_due_time: CHECK (((kind = ANY (ARRAY['purchase'::text, 'opening'::text, 'fee'::text, 'debit'::text, 'refund'::text])) OR ((due_at = due_before) AND (due_run_from = due_run_before) AND (due_date IS NULL))))
    constraint credit_ledger_previous_hash_is_sha256: CHECK ((octet_length(previous_hash) = 32))
    constraint credit_ledger_reason_is_short_text: CHECK ((char_length((reason)::text) <= 500))
    constraint credit_ledger_reference_is_short_text: CHECK ((char_length((reference)::text) <= 200))
    constraint credit_ledger_reverses_no_is_earlier: CHECK ((reverses_no < entry_no))
    constraint credit_ledger_unapplied_credit_is_never_negative: CHECK ((balance_after <= (charged_total - allocated_total)))
    constraint credit_ledger_without_details_the_digest_is_that_of_nothing: CHECK (((kind = ANY (ARRAY['purchase'::text, 'return'::text, 'allocation'::text])) OR (allocated_total <> allocated_before) OR (details_digest = sha256('\x01'::bytea))))
    index credit_ledger_an_entry_is_reversed_once: CREATE UNIQUE INDEX credit_ledger_an_entry_is_reversed_once ON tallystick.credit_ledger USING btree (business_id, customer_id, reverses_no) WHERE (reverses_no IS NOT NULL)
    index credit_ledger_charge_belongs_to_the_order: CREATE UNIQUE INDEX credit_ledger_charge_belongs_to_the_order ON tallystick.credit_ledger USING btree (order_id, business_id, customer_id, amount)
    index credit_ledger_id_is_unique: CREATE UNIQUE INDEX credit_ledger_id_is_unique ON tallystick.credit_ledger USING btree (business_id, id)
    index credit_ledger_idempotency_key_is_used_once: CREATE UNIQUE INDEX credit_ledger_idempotency_key_is_used_once ON tallystick.credit_ledger USING btree (business_id, idempotency_key)
    index credit_ledger_pk: CREATE UNIQUE INDEX credit_ledger_pk ON tallystick.credit_ledger USING btree (business_id, customer_id, entry_no)
    index credit_ledger_running_figures: CREATE UNIQUE INDEX credit_ledger_running_figures ON tallystick.credit_ledger USING btree (business_id, customer_id, charged_total, entry_no, balance_after, allocated_total, ahead_total, held_total, due_at, due_run_from, entry_hash)
    policy auditors_read_everything: PERMISSIVE FOR SELECT TO tallystick_auditor USING true
    policy tenant_isolation: PERMISSIVE FOR ALL TO PUBLIC USING (business_id = ( SELECT tallystick.context_business_id() AS context_business_id)) WITH CHECK (business_id = ( SELECT tallystick.context_business_id() AS context_business_id))
    trigger refuse_change: CREATE TRIGGER refuse_change BEFORE DELETE OR UPDATE ON tallystick.credit_ledger FOR EACH ROW EXECUTE FUNCTION tallystick.refuse_change(), always
    trigger refuse_truncate: CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON tallystick.credit_ledger FOR EACH STATEMENT EXECUTE FUNCTION tallystick.refuse_change(), always
    granted to authenticated: SELECT
    granted to tallystick_app: SELECT
    granted to tallystick_auditor: SELECT
    granted to tallystick_owner: DELETE, INSERT, REFERENCES, SELECT, TRIGGER, TRUNCATE, UPDATE

table tallystick.customers
    owner: tallystick_owner
    comment: state: who buys on credit
    row level security: enabled, forced
    options: fillfactor=90
    column business_id: uuid NOT NULL
    column id: uuid NOT NULL
    column name: tallystick.visible_text NOT NULL
    column external_id: tallystick.identifying_text
    column credit_limit: bigint NOT NULL
    column blocked: boolean NOT NULL DEFAULT false
    column created_at: timestamp with time zone NOT NULL DEFAULT clock_timestamp()
    column version: uuid
    column external_id_nfc: text COLLATE "C" GENERATED ALWAYS AS (NORMALIZE(external_id, NFC)) STORED
    constraint customers_pk: PRIMARY KEY (business_id, id)
    constraint customers_external_id_is_unique: UNIQUE (business_id, external_id_nfc)
    constraint customers_business_exists: FOREIGN KEY (business_id) REFERENCES tallystick.businesses(business_id)
    constraint customers_credit_limit_is_safe_money: CHECK (((credit_limit >= 0) AND (credit_limit <= '9007199254740991'::bigint)))
    constraint customers_external_id_is_short_text: CHECK (((char_length((external_id)::text) >= 1) AND (char_length((external_id)::text) <= 200)))
    constraint customers_name_is_short_text: CHECK (((char_length((name)::text) >= 1) AND (char_length((name)::text) <= 200)))
    index customers_external_id_is_unique: CREATE UNIQUE INDEX customers_external_id_is_unique ON tallystick.customers USING btree (business_id, external_id_nfc)
    index customers_pk: CREATE UNIQUE INDEX customers_pk ON tallystick.customers USING btree (business_id, id)
    policy auditors_read_everything: PERMISSIVE FOR SELECT TO tallystick_auditor USING true
    policy tenant_isolation: PERMISSIVE FOR ALL TO PUBLIC USING (business_id = ( SELECT tallystick.context_business_id() AS context_business_id)) WITH CHECK (business_id = ( SELECT tallystick.context_business_id() AS context_business_id))
    granted to authenticated: SELECT
    granted to tallystick_app: SELECT
    granted to tallystick_auditor: SELECT
    granted to tallystick_owner: DELETE, INSERT, REFERENCES, SELECT, TRIGGER, TRUNCATE, UPDATE

table tallystick.order_items
    owner: tallystick_owner
    comment: fact: the lines of orders
    row level security: enabled, forced
    column business_id: uuid NOT NULL
    column order_id: uuid NOT NULL
    column product_id: uuid NOT NULL
    column quantity: bigint NOT NULL
    column unit_price: bigint NOT NULL
    column line_total: bigint NOT NULL
    column stock_taken: bigint NOT NULL
    column line_no: integer NOT NULL
    column product_version: integer NOT NULL
    column decimals: smallint NOT NULL
    column list_price: bigint
    column discount: bigint
    column tax: bigint
    constraint order_items_pk: PRIMARY KEY (business_id, order_id, line_no)
    constraint order_items_decimals_are_0_to_3: CHECK (((decimals >= 0) AND (decimals <= 3)))
    constraint order_items_discount_is_at_most_the_price: CHECK ((line_total >= COALESCE(tax, (0)::bigint)))
    constraint order_items_discount_is_safe_money: CHECK (((discount >= 0) AND (discount <= '9007199254740991'::bigint)))
    constraint order_items_line_no_is_1_to_500: CHECK (((line_no >= 1) AND (line_no <= 500)))
    constraint order_items_line_total_is_quantity_times_price: CHECK (((((line_total)::numeric - (COALESCE(tax, (0)::bigint))::numeric) + (COALESCE(discount, (0)::bigint))::numeric) = CASE decimals WHEN 0 THEN ((quantity)::numeric * (unit_price)::numeric) WHEN 1 THEN div((((quantity)::numeric * (unit_price)::numeric) + (5)::numeric), (10)::numeric) WHEN 2 THEN div((((quantity)::numeric * (unit_price)::numeric) + (50)::numeric), (100)::numeric) ELSE div((((quantity)::numeric * (unit_price)::numeric) + (500)::numeric), (1000)::numeric) END))
    constraint order_items_list_price_is_safe_money: CHECK (((list_price >= 0) AND (list_price <= '9007199254740991'::bigint)))
    constraint order_items_quantity_is_positive: CHECK (((quantity >= 1) AND (quantity <= 2147483647)))
    constraint order_items_takes_all_or_nothing_from_stock: CHECK (((stock_taken = 0) OR (stock_taken = quantity)))
    constraint order_items_tax_is_safe_money: CHECK (((tax >= 0) AND (tax <= '9007199254740991'::bigint)))
    constraint order_items_unit_price_is_safe_money: CHECK (((unit_price >= 0) AND (unit_price <= '9007199254740991'::bigint)))
    index order_items_pk: CREATE UNIQUE INDEX order_items_pk ON tallystick.order_items USING btree (business_id, order_id, line_no)
    policy auditors_read_everything: PERMISSIVE FOR SELECT TO tallystick_auditor USING true
    policy tenant_isolation: PERMISSIVE FOR ALL TO PUBLIC USING (business_id = ( SELECT tallystick.context_business_id() AS context_business_id)) WITH CHECK (business_id = ( SELECT tallystick.context_business_id() AS context_business_id))
    trigger order_lines_add_up: CREATE TRIGGER order_lines_add_up AFTER INSERT ON tallystick.order_items REFERENCING NEW TABLE AS new_items FOR EACH STATEMENT EXECUTE FUNCTION tallystick.order_lines_add_up(), always
    trigger refuse_change: CREATE TRIGGER refuse_change BEFORE DELETE OR UPDATE ON tallystick.order_items FOR EACH ROW EXECUTE FUNCTION tallystick.refuse_change(), always
    trigger refuse_truncate: CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON tallystick.order_items FOR EACH STATEMENT EXECUTE FUNCTION tallystick.refuse_change(), always
    granted to authenticated: SELECT
    granted to tallystick_app: SELECT
    granted to tallystick_auditor: SELECT
    granted to tallystick_owner: DELETE, INSERT, REFERENCES, SELECT, TRIGGER, TRUNCATE, UPDATE

table tallystick.orders
    owner: tallystick_owner
    comment: fact: completed purchases
    row level security: enabled, forced
    column business_id: uuid NOT NULL
    column id: uuid NOT NULL
    column customer_id: uuid NOT NULL
    column total: bigint NOT NULL
    column created_at: timestamp with time zone NOT NULL
    column first_line_no: integer GENERATED ALWAYS AS (1) STORED
    constraint orders_pk: PRIMARY KEY (business_id, id)
    constraint orders_total_belongs_to_the_customer: UNIQUE (business_id, customer_id, id, total)
    constraint orders_are_charged: FOREIGN KEY (business_id, customer_id, id, total) REFERENCES tallystick.credit_ledger(business_id, customer_id, order_id, amount) DEFERRABLE
    constraint orders_have_a_first_line: FOREIGN KEY (business_id, id, first_line_no) REFERENCES tallystick.order_items(business_id, order_id, line_no) DEFERRABLE
    constraint orders_total_is_safe_money: CHECK (((total >= 0) AND (total <= '9007199254740991'::bigint)))
    index orders_pk: CREATE UNIQUE INDEX orders_pk ON tallystick.orders USING btree (business_id, id)
    index orders_total_belongs_to_the_customer: CREATE UNIQUE INDEX orders_total_belongs_to_the_customer ON tallystick.orders USING btree (business_id, customer_id, id, total)
    policy auditors_read_everything: PERMISSIVE FOR SELECT TO tallystick_auditor USING true
    policy tenant_isolation: PERMISSIVE FOR ALL TO PUBLIC USING (business_id = ( SELECT tallystick.context_business_id() AS context_business_id)) WITH CHECK (business_id = ( SELECT tallystick.context_business_id() AS context_business_id))
    trigger refuse_change: CREATE TRIGGER refuse_change BEFORE DELETE OR UPDATE ON tallystick.orders FOR EACH ROW EXECUTE FUNCTION tallystick.refuse_change(), always
    trigger refuse_truncate: CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON tallystick.orders FOR EACH STATEMENT EXECUTE FUNCTION tallystick.refuse_change(), always
    granted to authenticated: SELECT
    granted to tallystick_app: SELECT
    granted to tallystick_auditor: SELECT
    granted to tallystick_owner: DELETE, INSERT, REFERENCES, SELECT, TRIGGER, TRUNCATE, UPDATE

table tallystick.product_versions
    owner: tallystick_owner
    comment: fact: what products were called when they were sold
    row level security: enabled, forced
    column business_id: uuid NOT NULL
    column product_id: uuid NOT NULL
    column version_no: integer NOT NULL
    column sku: tallystick.product_sku NOT NULL
    column name: tallystick.product_name NOT NULL
    column unit: tallystick.product_unit
    column quantity_decimals: smallint NOT NULL
    column created_at: timestamp with time zone NOT NULL
    constraint product_versions_pk: PRIMARY KEY (business_id, product_id, version_no)
    constraint product_versions_product_exists: FOREIGN KEY (business_id, product_id) REFERENCES tallystick.products(business_id, id)
    constraint product_versions_count_from_1: CHECK ((version_no >= 1))
    constraint product_versions_quantity_decimals_are_0_to_3: CHECK (((quantity_decimals >= 0) AND (quantity_decimals <= 3)))
    index product_versions_pk: CREATE UNIQUE INDEX product_versions_pk ON tallystick.product_versions USING btree (business_id, product_id, version_no)
    policy auditors_read_everything: PERMISSIVE FOR SELECT TO tallystick_auditor USING true
    policy tenant_isolation: PERMISSIVE FOR ALL TO PUBLIC USING (business_id = ( SELECT tallystick.context_business_id() AS context_business_id)) WITH CHECK (business_id = ( SELECT tallystick.context_business_id() AS context_business_id))
    trigger refuse_change: CREATE TRIGGER refuse_change BEFORE DELETE OR UPDATE ON tallystick.product_versions FOR EACH ROW EXECUTE FUNCTION tallystick.refuse_change(), always
    trigger refuse_truncate: CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON tallystick.product_versions FOR EACH STATEMENT EXECUTE FUNCTION tallystick.refuse_change(), always
    granted to authenticated: SELECT
    granted to tallystick_app: SELECT
    granted to tallystick_auditor: SELECT
    granted to tallystick_owner: DELETE, INSERT, REFERENCES, SELECT, TRIGGER, TRUNCATE, UPDATE

table tallystick.products
    owner: tallystick_owner
    comment: state: what is sold, with price and stock
    row level security: enabled, forced
    options: fillfactor=60
    column business_id: uuid NOT NULL
    column id: uuid NOT NULL
    column sku: tallystick.product_sku NOT NULL
    column name: tallystick.product_name NOT NULL
    column price: bigint NOT NULL
    column stock: bigint NOT NULL
    column created_at: timestamp with time zone NOT NULL DEFAULT clock_timestamp()
    column version: uuid
    column sku_nfc: text COLLATE "C" GENERATED ALWAYS AS (NORMALIZE(sku, NFC)) STORED
    column version_no: integer NOT NULL DEFAULT 1
    column unit: tallystick.product_unit
    column quantity_decimals: smallint NOT NULL DEFAULT 0
    column track_stock: boolean NOT NULL DEFAULT true
    column backordered: bigint NOT NULL DEFAULT 0
    column backorder_limit: bigint NOT NULL DEFAULT 0
    constraint products_pk: PRIMARY KEY (business_id, id)
    constraint products_sku_is_unique: UNIQUE (business_id, sku_nfc)
    constraint products_business_exists: FOREIGN KEY (business_id) REFERENCES tallystick.businesses(business_id)
    constraint products_backorder_limit_is_a_safe_integer: CHECK ((backorder_limit <= '9007199254740991'::bigint))
    constraint products_backordered_is_never_below_zero: CHECK ((backordered >= 0))
    constraint products_backordered_is_within_its_limit: CHECK ((backordered <= backorder_limit))
    constraint products_nothing_is_backordered_while_there_is_stock: CHECK (((stock = 0) OR (backordered = 0)))
    constraint products_price_is_safe_money: CHECK (((price >= 0) AND (price <= '9007199254740991'::bigint)))
    constraint products_services_have_no_stock: CHECK ((track_stock OR ((stock = 0) AND (backorder_limit = 0))))
    constraint products_stock_is_a_safe_integer: CHECK ((stock <= '9007199254740991'::bigint))
    constraint products_stock_is_never_below_zero: CHECK ((stock >= 0))
    index products_pk: CREATE UNIQUE INDEX products_pk ON tallystick.products USING btree (business_id, id)
    index products_sku_is_unique: CREATE UNIQUE INDEX products_sku_is_unique ON tallystick.products USING btree (business_id, sku_nfc)
    policy auditors_read_everything: PERMISSIVE FOR SELECT TO tallystick_auditor USING true
    policy tenant_isolation: PERMISSIVE FOR ALL TO PUBLIC USING (business_id = ( SELECT tallystick.context_business_id() AS context_business_id)) WITH CHECK (business_id = ( SELECT tallystick.context_business_id() AS context_business_id))
    trigger product_is_versioned: CREATE TRIGGER product_is_versioned AFTER INSERT OR UPDATE OF id, version_no, sku, name, unit, quantity_decimals ON tallystick.products FOR EACH ROW EXECUTE FUNCTION tallystick.product_is_versioned(), always
    granted to authenticated: SELECT
    granted to tallystick_app: SELECT
    granted to tallystick_auditor: SELECT
    granted to tallystick_owner: DELETE, INSERT, REFERENCES, SELECT, TRIGGER, TRUNCATE, UPDATE

table tallystick.stock_movements
    owner: tallystick_owner
    comment: fact: opening stock, restocks and corrections
    row level security: enabled, forced
    column business_id: uuid NOT NULL
    column id: uuid NOT NULL
    column product_id: uuid NOT NULL
    column kind: text NOT NULL
    column quantity: bigint NOT NULL
    column stock_after: bigint NOT NULL
    column backordered_after: bigint NOT NULL DEFAULT 0
    column reason: tallystick.visible_text NOT NULL
    column idempotency_key: text COLLATE "C"
    column request_fingerprint: bytea
    column created_at: timestamp with time zone NOT NULL
    column actor: text NOT NULL
    constraint stock_movements_pk: PRIMARY KEY (business_id, id)
    constraint stock_movements_idempotency_key_is_used_once: UNIQUE (business_id, idempotency_key)
    constraint stock_movements_product_exists: FOREIGN KEY (business_id, product_id) REFERENCES tallystick.products(business_id, id)
    constraint stock_movements_actor_is_short_text: CHECK (((char_length(actor) >= 1) AND (char_length(actor) <= 300)))
    constraint stock_movements_adjustments_carry_a_key: CHECK (((kind = 'adjustment'::text) = (idempotency_key IS NOT NULL)))
    constraint stock_movements_backordered_is_never_below_zero: CHECK (((backordered_after >= 0) AND (backordered_after <= '9007199254740991'::bigint)))
    constraint stock_movements_change_something: CHECK ((quantity <> 0))
    constraint stock_movements_idempotency_key_is_visible_ascii: CHECK (((octet_length(idempotency_key) <= 255) AND (idempotency_key ~ '^[!-~]+$'::text)))
    constraint stock_movements_key_comes_with_a_fingerprint: CHECK ((((idempotency_key IS NULL) = (request_fingerprint IS NULL)) AND (octet_length(request_fingerprint) = 32)))
    constraint stock_movements_kind_is_known: CHECK ((kind = ANY (ARRAY['opening'::text, 'adjustment'::text])))
    constraint stock_movements_nothing_is_backordered_while_there_is_stock: CHECK (((stock_after = 0) OR (backordered_after = 0)))
    constraint stock_movements_opening_is_positive: CHECK (((kind <> 'opening'::text) OR (quantity > 0)))
    constraint stock_movements_reason_is_short_text: CHECK (((char_length((reason)::text) >= 1) AND (char_length((reason)::text) <= 500)))
    constraint stock_movements_stock_is_never_below_zero: CHECK (((stock_after >= 0) AND (stock_after <= '9007199254740991'::bigint)))
    index stock_movements_by_product: CREATE INDEX stock_movements_by_product ON tallystick.stock_movements USING btree (business_id, product_id, id)
    index stock_movements_idempotency_key_is_used_once: CREATE UNIQUE INDEX stock_movements_idempotency_key_is_used_once ON tallystick.stock_movements USING btree (business_id, idempotency_key)
    index stock_movements_opening_is_single: CREATE UNIQUE INDEX stock_movements_opening_is_single ON tallystick.stock_movements USING btree (business_id, product_id) WHERE (kind = 'opening'::text)
    index stock_movements_pk: CREATE UNIQUE INDEX stock_movements_pk ON tallystick.stock_movements USING btree (business_id, id)
    policy auditors_read_everything: PERMISSIVE FOR SELECT TO tallystick_auditor USING true
    policy tenant_isolation: PERMISSIVE FOR ALL TO PUBLIC USING (business_id = ( SELECT tallystick.context_business_id() AS context_business_id)) WITH CHECK (business_id = ( SELECT tallystick.context_business_id() AS context_business_id))
    trigger refuse_change: CREATE TRIGGER refuse_change BEFORE DELETE OR UPDATE ON tallystick.stock_movements FOR EACH ROW EXECUTE FUNCTION tallystick.refuse_change(), always
    trigger refuse_truncate: CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON tallystick.stock_movements FOR EACH STATEMENT EXECUTE FUNCTION tallystick.refuse_change(), always
    granted to authenticated: SELECT
    granted to tallystick_app: SELECT
    granted to tallystick_auditor: SELECT
    granted to tallystick_owner: DELETE, INSERT, REFERENCES, SELECT, TRIGGER, TRUNCATE, UPDATE

table tallystick_migrate.current_code
    owner: tallystick_owner
    comment: The hash of the functions, views, triggers, policies and grants in force.
    row level security: disabled, not forced
    column only_row: boolean NOT NULL DEFAULT true
    column sha256: text NOT NULL
    column tallystick_version: text NOT NULL
    column applied_at: timestamp with time zone NOT NULL DEFAULT now()
    constraint current_code_pkey: PRIMARY KEY (only_row)
    constraint current_code_has_one_row: CHECK (only_row)
    constraint current_code_sha256_is_hexadecimal: CHECK ((sha256 ~ '^[0-9a-f]{64}$'::text))
    index current_code_pkey: CREATE UNIQUE INDEX current_code_pkey ON tallystick_migrate.current_code USING btree (only_row)
    granted to tallystick_app: SELECT
    granted to tallystick_auditor: SELECT
    granted to tallystick_owner: DELETE, INSERT, REFERENCES, SELECT, TRIGGER, TRUNCATE, UPDATE

table tallystick_migrate.migrations
    owner: tallystick_owner
    comment: Each applied migration, with the hash of its text at that time.
    row level security: disabled, not forced
    column version: integer NOT NULL
    column name: text NOT NULL
    column sha256: text NOT NULL
    column tallystick_version: text NOT NULL
    column applied_at: timestamp with time zone NOT NULL DEFAULT now()
    constraint migrations_pkey: PRIMARY KEY (version)
    constraint migrations_sha256_is_hexadecimal: CHECK ((sha256 ~ '^[0-9a-f]{64}$'::text))
    constraint migrations_version_counts_from_one: CHECK ((version >= 1))
    index migrations_pkey: CREATE UNIQUE INDEX migrations_pkey ON tallystick_migrate.migrations USING btree (version)
    granted to tallystick_app: SELECT
    granted to tallystick_auditor: SELECT
    granted to tallystick_owner: DELETE, INSERT, REFERENCES, SELECT, TRIGGER, TRUNCATE, UPDATE

view tallystick.customer_accounts
    owner: tallystick_owner
    options: security_invoker=true
    column business_id: uuid
    column id: uuid
    column name: tallystick.visible_text
    column external_id: tallystick.identifying_text
    column credit_limit: bigint
    column blocked: boolean
    column created_at: timestamp with time zone
    column balance: bigint
    column available_credit: bigint
    column oldest_unpaid_at: timestamp with time zone
    column overdue: boolean
    column version: uuid
    definition: SELECT customer.business_id, customer.id, customer.name, customer.external_id, customer.credit_limit, customer.blocked, customer.created_at, COALESCE(last.balance, (0)::bigint) AS balance, LEAST(GREATEST((customer.credit_limit - COALESCE(last.balance, (0)::bigint)), (0)::bigint), '9007199254740991'::bigint) AS available_credit, unpaid.created_at AS oldest_unpaid_at, COALESCE((unpaid.due_at < now()), false) AS overdue, customer.version FROM ((tallystick.customers customer LEFT JOIN LATERAL ( SELECT entry.balance_after AS balance, ((entry.charged_total - GREATEST(entry.balance_after, (0)::bigint)) - entry.ahead_total) AS paid FROM tallystick.credit_ledger entry WHERE ((entry.business_id = customer.business_id) AND (entry.customer_id = customer.id)) ORDER BY entry.charged_total DESC, entry.entry_no DESC LIMIT 1) last ON (true)) LEFT JOIN LATERAL ( SELECT charge.created_at, charge.due_at FROM tallystick.credit_ledger charge WHERE ((last.balance > 0) AND (charge.business_id = customer.business_id) AND (charge.customer_id = customer.id) AND (charge.charged_total > last.paid)) ORDER BY charge.charged_total, charge.entry_no LIMIT 1) unpaid ON (true));
    granted to authenticated: SELECT
    granted to tallystick_app: SELECT
    granted to tallystick_auditor: SELECT
    granted to tallystick_owner: DELETE, INSERT, REFERENCES, SELECT, TRIGGER, TRUNCATE, UPDATE

view tallystick.order_records
    owner: tallystick_owner
    options: security_invoker=true
    column business_id: uuid
    column id: uuid
    column customer_id: uuid
    column total: bigint
    column balance_after: bigint
    column created_at: timestamp with time zone
    column product_ids: uuid[]
    column quantities: bigint[]
    column unit_prices: bigint[]
    column due_at: timestamp with time zone
    column entry_no: bigint
    column entry_hash: bytea
    definition: SELECT placed.business_id, placed.id, placed.customer_id, placed.total, entry.balance_after, placed.created_at, lines.product_ids, lines.quantities, lines.unit_prices, entry.due_at, entry.entry_no, entry.entry_hash FROM ((tallystick.orders placed CROSS JOIN LATERAL ( SELECT charge.balance_after, charge.due_at, charge.entry_no, charge.entry_hash FROM tallystick.credit_ledger charge WHERE ((charge.business_id = placed.business_id) AND ((charge.id >= placed.id) AND (charge.id <= placed.id))) ORDER BY charge.id LIMIT 1) entry) CROSS JOIN LATERAL ( SELECT array_agg(item.product_id ORDER BY item.line_no) AS product_ids, array_agg(item.quantity ORDER BY item.line_no) AS quantities, array_agg(item.unit_price ORDER BY item.line_no) AS unit_prices FROM tallystick.order_items item WHERE ((item.business_id = placed.business_id) AND (item.order_id = placed.id))) lines);
    granted to authenticated: SELECT
    granted to tallystick_app: SELECT
    granted to tallystick_auditor: SELECT
    granted to tallystick_owner: DELETE, INSERT, REFERENCES, SELECT, TRIGGER, TRUNCATE, UPDATE

view tallystick.overdue_customers
    owner: tallystick_owner
    options: security_invoker=true
    column business_id: uuid
    column customer_id: uuid
    column name: tallystick.visible_text
    column external_id: tallystick.identifying_text
    column balance: bigint
    column oldest_unpaid_at: timestamp with time zone
    column days: integer
    definition: SELECT business_id, id AS customer_id, name, external_id, balance, oldest_unpaid_at, (floor((EXTRACT(epoch FROM (now() - oldest_unpaid_at)) / (86400)::numeric)))::integer AS days FROM tallystick.customer_accounts account WHERE overdue;
    granted to authenticated: SELECT
    granted to tallystick_app: SELECT
    granted to tallystick_auditor: SELECT
    granted to tallystick_owner: DELETE, INSERT, REFERENCES, SELECT, TRIGGER, TRUNCATE, UPDATE

composite type tallystick.batch_shelf
    owner: tallystick_owner
    column is_held: boolean[]
    column prices: bigint[]
    column available: bigint[]
    column versions: integer[]
    column decimals: smallint[]
    granted to PUBLIC: USAGE
    granted to tallystick_owner: USAGE

composite type tallystick.ledger_account
    owner: tallystick_owner
    column id: uuid
    column is_held: boolean
    column is_blocked: boolean
    column credit_limit: bigint
    column due_after: interval
    column entry_no: bigint
    column balance: bigint
    column charged_total: bigint
    column allocated_total: bigint
    column ahead_total: bigint
    column held_total: bigint
    column due_at: timestamp with time zone
    column due_run_from: bigint
    column created_at: timestamp with time zone
    column entry_hash: bytea
    granted to PUBLIC: USAGE
    granted to tallystick_owner: USAGE

composite type tallystick.purchase_answer
    owner: tallystick_owner
    column outcome: text
    column order_id: uuid
    column created_at: timestamp with time zone
    column total: bigint
    column balance_after: bigint
    column unit_prices: bigint[]
    column product_ids: uuid[]
    column requested: bigint[]
    column available: bigint[]
    column credit_limit: bigint
    column balance: bigint
    column lock_wait_us: bigint
    column due_at: timestamp with time zone
    column entry_no: bigint
    column entry_hash: bytea
    granted to PUBLIC: USAGE
    granted to tallystick_owner: USAGE

domain tallystick.identifying_text
    owner: tallystick_owner
    type: text
    constraint identifying_text_has_only_visible_characters: CHECK ((VALUE ~ '^[^ \u0001-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069\u00a0\u00ad\u034f\u061c\u115f-\u1160\u1680\u17b4-\u17b5\u180b-\u180f\u2000-\u200f\u202f\u205f-\u2065\u206a-\u206f\u2800\u3000\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]([^\u0001-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069\u00a0\u00ad\u034f\u061c\u115f-\u1160\u1680\u17b4-\u17b5\u180b-\u180f\u2000-\u200f\u202f\u205f-\u2065\u206a-\u206f\u2800\u3000\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]*[^ \u0001-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069\u00a0\u00ad\u034f\u061c\u115f-\u1160\u1680\u17b4-\u17b5\u180b-\u180f\u2000-\u200f\u202f\u205f-\u2065\u206a-\u206f\u2800\u3000\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff])?$'::text))
    granted to PUBLIC: USAGE
    granted to tallystick_owner: USAGE

domain tallystick.product_name
    owner: tallystick_owner
    type: text
    constraint product_name_is_short_text: CHECK ((char_length(VALUE) <= 200))
    constraint product_name_shows_something: CHECK ((VALUE ~ '^[ \u00a0\u00ad\u034f\u061c\u115f-\u1160\u1680\u17b4-\u17b5\u180b-\u180f\u2000-\u200f\u202f\u205f-\u2065\u206a-\u206f\u2800\u3000\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]*[^ \u0001-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069\u00a0\u00ad\u034f\u061c\u115f-\u1160\u1680\u17b4-\u17b5\u180b-\u180f\u2000-\u200f\u202f\u205f-\u2065\u206a-\u206f\u2800\u3000\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff][^\u0001-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]*$'::text))
    granted to PUBLIC: USAGE
    granted to tallystick_owner: USAGE

domain tallystick.product_sku
    owner: tallystick_owner
    type: text
    constraint product_sku_identifies: CHECK ((VALUE ~ '^[^ \u0001-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069\u00a0\u00ad\u034f\u061c\u115f-\u1160\u1680\u17b4-\u17b5\u180b-\u180f\u2000-\u200f\u202f\u205f-\u2065\u206a-\u206f\u2800\u3000\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]([^\u0001-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069\u00a0\u00ad\u034f\u061c\u115f-\u1160\u1680\u17b4-\u17b5\u180b-\u180f\u2000-\u200f\u202f\u205f-\u2065\u206a-\u206f\u2800\u3000\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]*[^ \u0001-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069\u00a0\u00ad\u034f\u061c\u115f-\u1160\u1680\u17b4-\u17b5\u180b-\u180f\u2000-\u200f\u202f\u205f-\u2065\u206a-\u206f\u2800\u3000\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff])?$'::text))
    constraint product_sku_is_short_text: CHECK ((char_length(VALUE) <= 100))
    granted to PUBLIC: USAGE
    granted to tallystick_owner: USAGE

domain tallystick.product_unit
    owner: tallystick_owner
    type: text
    constraint product_unit_identifies: CHECK ((VALUE ~ '^[^ \u0001-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069\u00a0\u00ad\u034f\u061c\u115f-\u1160\u1680\u17b4-\u17b5\u180b-\u180f\u2000-\u200f\u202f\u205f-\u2065\u206a-\u206f\u2800\u3000\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]([^\u0001-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069\u00a0\u00ad\u034f\u061c\u115f-\u1160\u1680\u17b4-\u17b5\u180b-\u180f\u2000-\u200f\u202f\u205f-\u2065\u206a-\u206f\u2800\u3000\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]*[^ \u0001-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069\u00a0\u00ad\u034f\u061c\u115f-\u1160\u1680\u17b4-\u17b5\u180b-\u180f\u2000-\u200f\u202f\u205f-\u2065\u206a-\u206f\u2800\u3000\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff])?$'::text))
    constraint product_unit_is_short_text: CHECK ((char_length(VALUE) <= 20))
    granted to PUBLIC: USAGE
    granted to tallystick_owner: USAGE

domain tallystick.visible_text
    owner: tallystick_owner
    type: text
    constraint visible_text_shows_something: CHECK ((VALUE ~ '^[ \u00a0\u00ad\u034f\u061c\u115f-\u1160\u1680\u17b4-\u17b5\u180b-\u180f\u2000-\u200f\u202f\u205f-\u2065\u206a-\u206f\u2800\u3000\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]*[^ \u0001-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069\u00a0\u00ad\u034f\u061c\u115f-\u1160\u1680\u17b4-\u17b5\u180b-\u180f\u2000-\u200f\u202f\u205f-\u2065\u206a-\u206f\u2800\u3000\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff][^\u0001-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]*$'::text))
    granted to PUBLIC: USAGE
    granted to tallystick_owner: USAGE

function tallystick.api_key_create(uuid,uuid,text,text,bytea,text[],timestamp with time zone,text)
    owner: tallystick_owner
    arguments: p_business_id uuid, p_id uuid, p_name text, p_prefix text, p_secret_hash bytea, p_scopes text[], p_expires_at timestamp with time zone, p_idempotency_key text DEFAULT NULL::text, OUT outcome text, OUT created_at timestamp with time zone, OUT id uuid
    returns: record
    behaviour: LANGUAGE plpgsql, VOLATILE, SECURITY DEFINER
    settings: search_path=pg_catalog, pg_temp
    body: sha256 de0b802f95c7c2a1ab8ee07643125ce13be2aa434190dff295936fd16364b361
    granted to tallystick_app: EXECUTE
    granted to tallystick_owner: EXECUTE

function tallystick.api_key_find(uuid,text)
    owner: tallystick_owner
    arguments: p_business_id uuid, p_prefix text
    returns: TABLE(id uuid, secret_hash bytea, scopes text[], expires_at timestamp with time zone)
    behaviour: LANGUAGE plpgsql, STABLE, SECURITY INVOKER
    settings: search_path=pg_catalog, pg_temp; plan_cache_mode=force_generic_plan; enable_seqscan=off; enable_bitmapscan=off; enable_sort=off
    body: sha256 4f50a29fa41af89041d9a6672e3a60a7bc04d0e920efccbde67763b2aa0d274a
    granted to tallystick_app: EXECUTE
    granted to tallystick_owner: EXECUTE

function tallystick.api_key_list(uuid,uuid,integer)
    owner: tallystick_owner
    arguments: p_business_id uuid, p_before uuid, p_limit integer
    returns: TABLE(id uuid, name text, prefix text, scopes text[], expires_at timestamp with time zone, revoked_at timestamp with time zone, created_at timestamp with time zone)
    behaviour: LANGUAGE plpgsql, STABLE, SECURITY INVOKER
    settings: search_path=pg_catalog, pg_temp; plan_cache_mode=force_generic_plan; enable_seqscan=off; enable_bitmapscan=off; enable_sort=off
    body: sha256 1e9cca8361d8a6baa5597f50c06cd1afac6733f99d8d677999c36305046766ef
    granted to tallystick_app: EXECUTE
    granted to tallystick_owner: EXECUTE

function tallystick.api_key_revoke(uuid,uuid)
    owner: tallystick_owner
    arguments: p_business_id uuid, p_id uuid
    returns: boolean
    behaviour: LANGUAGE plpgsql, VOLATILE, SECURITY DEFINER
    settings: search_path=pg_catalog, pg_temp
    body: sha256 f9717b3832247180c4e54a5fde5dfadf98ce712ef6b0c179458a7e27e6d870f8
    granted to tallystick_app: EXECUTE
    granted to tallystick_owner: EXECUTE

function tallystick.batch_lines(uuid,uuid,uuid[],tallystick.batch_shelf,bigint[],integer[],bigint[])
    owner: tallystick_owner
    arguments: p_business_id uuid, p_order_id uuid, p_product_ids uuid[], p_shelf tallystick.batch_shelf, p_left bigint[], p_positions integer[], p_quantities bigint[], OUT items tallystick.order_items[], OUT digest bytea
    returns: record
    behaviour: LANGUAGE plpgsql, IMMUTABLE, SECURITY INVOKER
    settings: search_path=pg_catalog, pg_temp
    body: sha256 be1fb90ecae6906a646407eba00afc7899756eb25a971295c9a384a6d18ffc61
    granted to tallystick_owner: EXECUTE

function tallystick.batch_lock_customers(uuid,uuid[],text)
    owner: tallystick_owner
    arguments: p_business_id uuid, p_customer_ids uuid[], p_held text
    returns: uuid[]
    behaviour: LANGUAGE plpgsql, VOLATILE, SECURITY INVOKER
    settings: search_path=pg_catalog, pg_temp
    body: sha256 b9c7c75ff6adbf57dfdad1335c125bed214c9e0e1a151b2c6a513dc260c4bde8
    granted to tallystick_owner: EXECUTE

function tallystick.batch_lock_products(uuid,uuid[],text)
    owner: tallystick_owner
    arguments: p_business_id uuid, p_product_ids uuid[], p_held text
    returns: uuid[]
    behaviour: LANGUAGE plpgsql, VOLATILE, SECURITY INVOKER
    settings: search_path=pg_catalog, pg_temp
    body: sha256 a41adafe1255e54629415349ea7644278c3f8b839a55be92ae2623f1ac1bf6a0
    granted to tallystick_owner: EXECUTE

function tallystick.batch_read_accounts(uuid,uuid[],uuid[])
    owner: tallystick_owner
    arguments: p_business_id uuid, p_customer_ids uuid[], p_locked_ids uuid[]
    returns: tallystick.ledger_account[]
    behaviour: LANGUAGE plpgsql, VOLATILE, SECURITY INVOKER
    settings: search_path=pg_catalog, pg_temp; enable_sort=on
    body: sha256 db4a0d7b9db19f10f49711a69953d948b6835bd46ae3f4d73b580e80fd2cb5a8
    granted to tallystick_owner: EXECUTE

function tallystick.batch_read_shelf(uuid,uuid[],uuid[])
    owner: tallystick_owner
    arguments: p_business_id uuid, p_product_ids uuid[], p_locked_ids uuid[]
    returns: tallystick.batch_shelf
    behaviour: LANGUAGE plpgsql, VOLATILE, SECURITY INVOKER
    settings: search_path=pg_catalog, pg_temp
    body: sha256 b5bde154bbe0ea1b5cbbdde884fa7ccb6b2bff3014785759987fc9f49c87cc93
    granted to tallystick_owner: EXECUTE

function tallystick.batch_shortages(uuid[],integer[],bigint[],bigint[])
    owner: tallystick_owner
    arguments: p_product_ids uuid[], p_positions integer[], p_available bigint[], p_left bigint[]
    returns: tallystick.purchase_answer
    behaviour: LANGUAGE plpgsql, STABLE, SECURITY INVOKER
    settings: search_path=pg_catalog, pg_temp
    body: sha256 f3925b3b65d49110d9fe3152f23752e0acc3dc95dd1ff1209d8cabf742ba6599
    granted to tallystick_owner: EXECUTE

function tallystick.batch_write(uuid,tallystick.credit_ledger[],tallystick.order_items[],uuid[],bigint[],bigint[])
    owner: tallystick_owner
    arguments: p_business_id uuid, p_entries tallystick.credit_ledger[], p_items tallystick.order_items[], p_product_ids uuid[], p_available_before bigint[], p_available_after bigint[]
    returns: integer
    behaviour: LANGUAGE plpgsql, VOLATILE, SECURITY INVOKER
    settings: search_path=pg_catalog, pg_temp
    body: sha256 7746102b3eba1930489fdedbdce69b3c5452939e83cf43d7357ffac08baf98a1
    granted to tallystick_owner: EXECUTE

function tallystick.business_create(uuid,text,text,integer,text)
    owner: tallystick_owner
    arguments: p_business_id uuid, p_name text, p_currency text, p_overdue_after_days integer, p_idempotency_key text DEFAULT NULL::text
    returns: SETOF tallystick.businesses
    behaviour: LANGUAGE plpgsql, VOLATILE, SECURITY DEFINER
    settings: search_path=pg_catalog, pg_temp
    body: sha256 4beb2ba978b9238e35e1e10144800c2f1d508c371550ab89b340bc1d32a9575b
    granted to tallystick_app: EXECUTE
    granted to tallystick_owner: EXECUTE

function tallystick.business_created_with(text,bytea)
    owner: tallystick_owner
    arguments: p_idempotency_key text, p_fingerprint bytea, OUT outcome text, OUT business tallystick.businesses
    returns: record
    behaviour: LANGUAGE plpgsql, VOLATILE, SECURITY INVOKER
    settings: search_path=pg_catalog, pg_temp; plan_cache_mode=force_generic_plan; enable_seqscan=off; enable_bitmapscan=off
    body: sha256 ce72d1fc0834191b5071460a012b1c5746898358b52e31b54dc84891a631ee82
    granted to tallystick_owner: EXECUTE

function tallystick.business_get(uuid)
    owner: tallystick_owner
    arguments: p_business_id uuid
    returns: SETOF tallystick.businesses
    behaviour: LANGUAGE plpgsql, STABLE, SECURITY INVOKER
    settings: search_path=pg_catalog, pg_temp; plan_cache_mode=force_generic_plan; enable_seqscan=off; enable_bitmapscan=off
    body: sha256 651a338287aa7c064d4e0f002a74baa81443d200d1cd83f54e4c025820ac51e8
    granted to tallystick_app: EXECUTE
    granted to tallystick_owner: EXECUTE

function tallystick.business_list(uuid,integer)
    owner: tallystick_owner
    arguments: p_before uuid, p_limit integer
    returns: SETOF tallystick.businesses
    behaviour: LANGUAGE plpgsql, VOLATILE, SECURITY DEFINER
    settings: search_path=pg_catalog, pg_temp; plan_cache_mode=force_generic_plan; enable_seqscan=off; enable_bitmapscan=off; enable_sort=off
    body: sha256 d2a93b0f19682f86b3e1503fb6cc6c8e5b27a0fe69e7e0a881c6259541b62e33
    granted to tallystick_app: EXECUTE
    granted to tallystick_owner: EXECUTE

function tallystick.caller_actor(text)
    owner: tallystick_owner
    arguments: p_actor text
    returns: text
    behaviour: LANGUAGE plpgsql, STABLE, SECURITY INVOKER
    settings: search_path=pg_catalog, pg_temp
    body: sha256 44c680e105479f35cad9cb6dac33cf373aabb78d8f14bd21ba0625aedd04c2dc
    granted to tallystick_owner: EXECUTE

function tallystick.claims_allow(text)
    owner: tallystick_owner
    arguments: p_scope text
    returns: boolean
    behaviour: LANGUAGE plpgsql, STABLE, SECURITY INVOKER
    settings: search_path=pg_catalog, pg_temp
    body: sha256 51dbf5346ed3620d86091f6b96b74ada65cf56866c08e8b2f650a179286ea959
    granted to authenticated: EXECUTE
    granted to tallystick_app: EXECUTE
    granted to tallystick_owner: EXECUTE

function tallystick.claims_business_id()
    owner: tallystick_owner
    arguments:
    returns: uuid
    behaviour: LANGUAGE plpgsql, STABLE, SECURITY INVOKER
    settings: search_path=pg_catalog, pg_temp
    body: sha256 e325cfc2ec7feaa677886317c6e3cd30ace97e552670d40fb35ab9bb3b5620f4
    granted to authenticated: EXECUTE
    granted to tallystick_app: EXECUTE
    granted to tallystick_owner: EXECUTE

function tallystick.context_business_id()
    owner: tallystick_owner
    arguments:
    returns: uuid
    behaviour: LANGUAGE plpgsql, STABLE, SECURITY INVOKER
    settings: search_path=pg_catalog, pg_temp
    body: sha256 169260c826ece00a668405010b8571cca225ec1f3f43eceef49fd5b35e97f1e3
    granted to authenticated: EXECUTE
    granted to tallystick_app: EXECUTE
    granted to tallystick_owner: EXECUTE

function tallystick.creation_claim(uuid,text,text,bytea,uuid)
    owner: tallystick_owner
    arguments: p_business_id uuid, p_kind text, p_idempotency_key text, p_fingerprint bytea, p_id uuid, OUT outcome text, OUT id uuid, OUT created_at timestamp with time zone
    returns: record
    behaviour: LANGUAGE plpgsql, VOLATILE, SECURITY INVOKER
    settings: search_path=pg_catalog, pg_temp; plan_cache_mode=force_generic_plan; enable_seqscan=off; enable_bitmapscan=off; enable_sort=off
    body: sha256 771e1eb156990697c5be3ca3fc62b30fc4201375b3dbeec4bc6d448f1ab86fa8
    granted to tallystick_owner: EXECUTE

function tallystick.customer_by_external_id(uuid,text)
    owner: tallystick_owner
    arguments: p_business_id uuid, p_external_id text
    returns: uuid
    behaviour: LANGUAGE plpgsql, VOLATILE, SECURITY INVOKER
    settings: search_path=pg_catalog, pg_temp; plan_cache_mode=force_generic_plan; enable_seqscan=off; enable_bitmapscan=off; enable_sort=off
    body: sha256 f8134242f7faf87749c4abb3c8d485339ae30ede5f6faf46c3a51452b0c907d4
    granted to tallystick_owner: EXECUTE

function tallystick.customer_create(uuid,uuid,text,text,bigint,boolean,text)
    owner: tallystick_owner
    arguments: p_business_id uuid, p_id uuid, p_name text, p_external_id text, p_credit_limit bigint, p_blocked boolean, p_idempotency_key text DEFAULT NULL::text, OUT outcome text, OUT customer tallystick.customer_accounts
    returns: record
    behaviour: LANGUAGE plpgsql, VOLATILE, SECURITY DEFINER
    settings: search_path=pg_catalog, pg_temp
    body: sha256 8a072f99696ad73f61b51c612abc34d491f1904ead37408c0a2777aab15ca02c
    granted to tallystick_app: EXECUTE
    granted to tallystick_owner: EXECUTE

function tallystick.customer_get(uuid,uuid)
    owner: tallystick_owner
    arguments: p_business_id uuid, p_id uuid
    returns: SETOF tallystick.customer_accounts
    behaviour: LANGUAGE plpgsql, STABLE, SECURITY INVOKER
    settings: search_path=pg_catalog, pg_temp; plan_cache_mode=force_generic_plan; enable_seqscan=off; enable_bitmapscan=off; enable_hashjoin=off; enable_mergejoin=off; enable_sort=off
    body: sha256 44a456a2d2339258e93e4c7cd58b1f6e646e4fb189e597e72990062ca27f7c9a
    granted to tallystick_app: EXECUTE
    granted to tallystick_owner: EXECUTE

function tallystick.customer_is_held(uuid,uuid)
    owner: tallystick_owner
    arguments: p_business_id uuid, p_customer_id uuid
    returns: boolean
    behaviour: LANGUAGE plpgsql, VOLATILE, SECURITY INVOKER
    settings: search_path=pg_catalog, pg_temp; plan_cache_mode=force_generic_plan; enable_seqscan=off; enable_bitmapscan=off
    body: sha256 ea0bb764df9e85ca620798a15368dc87279e6f815501fa8a23326108c9363919
    granted to tallystick_owner: EXECUTE

function tallystick.customer_list(uuid,text,uuid,integer)
    owner: tallystick_owner
    arguments: p_business_id uuid, p_external_id text, p_before uuid, p_limit integer
    returns: SETOF tallystick.customer_accounts
    behaviour: LANGUAGE plpgsql, STABLE, SECURITY INVOKER
    settings: search_path=pg_catalog, pg_temp; plan_cache_mode=force_generic_plan; enable_seqscan=off; enable_bitmapscan=off; enable_hashjoin=off; enable_mergejoin=off; enable_sort=off
    body: sha256 1a208b03a15418ca635b2bfaa22f56212228463b25fe6cdf69e375139c97b726
    granted to tallystick_app: EXECUTE
    granted to tallystick_owner: EXECUTE

function tallystick.customer_update(uuid,uuid,text,bigint,boolean,boolean,text,text,uuid,uuid[])
    owner: tallystick_owner
    arguments: p_business_id uuid, p_id uuid, p_name text, p_credit_limit bigint, p_blocked boolean, p_set_external_id boolean, p_external_id text, p_held text DEFAULT 'wait'::text, p_version uuid DEFAULT NULL::uuid, p_expected_versions uuid[] DEFAULT NULL::uuid[], OUT outcome text, OUT customer tallystick.customer_accounts
    returns: record
    behaviour: LANGUAGE plpgsql, VOLATILE, SECURITY DEFINER
    settings: search_path=pg_catalog, pg_temp
    body: sha256 d34999d65987efc1f4c11496345d68d39768b0a114b42e2ac54157f173e5f22a
    granted to tallystick_app: EXECUTE
    granted to tallystick_owner: EXECUTE

function tallystick.keys_known(uuid,text[])
    owner: tallystick_owner
    arguments: p_business_id uuid, p_keys text[]
    returns: boolean[]
    behaviour: LANGUAGE plpgsql, VOLATILE, SECURITY INVOKER
    settings: search_path=pg_catalog, pg_temp; enable_sort=off
    body: sha256 e7b007c712a13a2cebe15b28aaaabfae6a2566e97f8432825fda634de9e72ce8
    granted to tallystick_owner: EXECUTE

function tallystick.ledger_continue(tallystick.ledger_account,tallystick.credit_ledger)
    owner: tallystick_owner
    arguments: p_account tallystick.ledger_account, p_entry tallystick.credit_ledger
    returns: tallystick.credit_ledger
    behaviour: LANGUAGE plpgsql, IMMUTABLE, SECURITY INVOKER
    settings: search_path=pg_catalog, pg_temp
    body: sha256 5be34d03be241f89cc5ae7d440ad9f869490febc15eddfd6fd80d0a1d3c97ce5
    granted to tallystick_owner: EXECUTE

function tallystick.ledger_list(uuid,uuid,bigint,integer)
    owner: tallystick_owner
    arguments: p_business_id uuid, p_customer_id uuid, p_before bigint, p_limit integer
    returns: SETOF tallystick.credit_ledger
    behaviour: LANGUAGE plpgsql, STABLE, SECURITY INVOKER
    settings: search_path=pg_catalog, pg_temp; plan_cache_mode=force_generic_plan; enable_seqscan=off; enable_bitmapscan=off; enable_sort=off
    body: sha256 11ce76dd5624ca8ac0a624adf859cf2f339f218f16054fb8faaa2655111708d3
    granted to tallystick_app: EXECUTE
    granted to tallystick_owner: EXECUTE

function tallystick.ledger_write(tallystick.credit_ledger)
    owner: tallystick_owner
    arguments: e tallystick.credit_ledger
    returns: void
    behaviour: LANGUAGE plpgsql, VOLATILE, SECURITY INVOKER
    settings: search_path=pg_catalog, pg_temp
    body: sha256 b07d4f0c2771e99b8ec6b14d488975bb11f17681ec15a436a123e7885f4a2c76
    granted to tallystick_owner: EXECUTE

function tallystick.new_id()
    owner: tallystick_owner
    arguments:
    returns: uuid
    behaviour: LANGUAGE plpgsql, VOLATILE, SECURITY INVOKER
    settings: search_path=pg_catalog, pg_temp
    body: sha256 bbe95f434f5c4434d09780b2527482a37fb458916d04bddb859bd2c0608f6ef0
    granted to tallystick_owner: EXECUTE

function tallystick.order_get(uuid,uuid)
    owner: tallystick_owner
    arguments: p_business_id uuid, p_id uuid
    returns: SETOF tallystick.order_records
    behaviour: LANGUAGE plpgsql, STABLE, SECURITY INVOKER
    settings: search_path=pg_catalog, pg_temp; plan_cache_mode=force_generic_plan; enable_seqscan=off; enable_bitmapscan=off; enable_hashjoin=off; enable_mergejoin=off; enable_sort=off
    body: sha256 1683fc4e22a7880b4d745a22c89b4702470425eb811e381a19a654442d66a05e
    granted to tallystick_app: EXECUTE
    granted to tallystick_owner: EXECUTE

function tallystick.order_lines_add_up()
    owner: tallystick_owner
    arguments:
    returns: trigger
    behaviour: LANGUAGE plpgsql, VOLATILE, SECURITY INVOKER
    settings: search_path=pg_catalog, pg_temp; enable_seqscan=off; enable_bitmapscan=off; enable_hashjoin=off; enable_mergejoin=off
    body: sha256 8b27ea5eaa3cff689c4fe9ec5b354245cfc84e4e97a0e7f9176eabb5d8c54c36
    granted to tallystick_owner: EXECUTE

function tallystick.order_list(uuid,uuid,uuid,integer)
    owner: tallystick_owner
    arguments: p_business_id uuid, p_customer_id uuid, p_before uuid, p_limit integer
    returns: SETOF tallystick.order_records
    behaviour: LANGUAGE plpgsql, STABLE, SECURITY INVOKER
    settings: search_path=pg_catalog, pg_temp; plan_cache_mode=force_generic_plan; enable_seqscan=off; enable_bitmapscan=off; enable_hashjoin=off; enable_mergejoin=off; enable_sort=off
    body: sha256 95e480004eb8959ac9ca34b1b326f461e4b0962d53ac9221dc7df62ede86313f
    granted to tallystick_app: EXECUTE
    granted to tallystick_owner: EXECUTE

function tallystick.overdue_list(uuid,uuid,integer)
    owner: tallystick_owner
    arguments: p_business_id uuid, p_before uuid, p_limit integer
    returns: SETOF tallystick.overdue_customers
    behaviour: LANGUAGE plpgsql, STABLE, SECURITY INVOKER
    settings: search_path=pg_catalog, pg_temp; plan_cache_mode=force_generic_plan; enable_seqscan=off; enable_bitmapscan=off; enable_hashjoin=off; enable_mergejoin=off; enable_sort=off
    body: sha256 bc76d5c7338c3cf1df856e6453de1d40e317ddde7e4edeb12070903df384cfaf
    granted to tallystick_app: EXECUTE
    granted to tallystick_owner: EXECUTE

function tallystick.payment_record(uuid,uuid,bigint,text,uuid,text,text)
    owner: tallystick_owner
    arguments: p_business_id uuid, p_customer_id uuid, p_amount bigint, p_idempotency_key text, p_entry_id uuid DEFAULT NULL::uuid, p_held text DEFAULT 'wait'::text, p_actor text DEFAULT NULL::text, OUT outcome text, OUT id uuid, OUT entry_no bigint, OUT balance_before bigint, OUT balance_after bigint, OUT created_at timestamp with time zone, OUT entry_hash bytea
    returns: record
    behaviour: LANGUAGE plpgsql, VOLATILE, SECURITY DEFINER
    settings: search_path=pg_catalog, pg_temp; plan_cache_mode=force_generic_plan; enable_seqscan=off; enable_bitmapscan=off; enable_hashjoin=off; enable_mergejoin=off; enable_sort=off
    body: sha256 7f7a9a573ee840b16d8e345bf89df98e076d8eefe218b93da050207fed2692a2
    granted to tallystick_app: EXECUTE
    granted to tallystick_owner: EXECUTE

function tallystick.product_by_sku(uuid,text)
    owner: tallystick_owner
    arguments: p_business_id uuid, p_sku text
    returns: uuid
    behaviour: LANGUAGE plpgsql, VOLATILE, SECURITY INVOKER
    settings: search_path=pg_catalog, pg_temp; plan_cache_mode=force_generic_plan; enable_seqscan=off; enable_bitmapscan=off; enable_sort=off
    body: sha256 53dec325539555827e82d8cc3705986ecc494587db3c3629b2e4150a4ddda0d9
    granted to tallystick_owner: EXECUTE

function tallystick.product_create(uuid,uuid,text,text,bigint,bigint,text,text)
    owner: tallystick_owner
    arguments: p_business_id uuid, p_id uuid, p_sku text, p_name text, p_price bigint, p_stock bigint, p_idempotency_key text DEFAULT NULL::text, p_actor text DEFAULT NULL::text, OUT outcome text, OUT product tallystick.products
    returns: record
    behaviour: LANGUAGE plpgsql, VOLATILE, SECURITY DEFINER
    settings: search_path=pg_catalog, pg_temp
    body: sha256 61a95b969f5600186a28ed508e745134e39cbf3d5c0fcb3cc839c5743fa44fd8
    granted to tallystick_app: EXECUTE
    granted to tallystick_owner: EXECUTE

function tallystick.product_get(uuid,uuid)
    owner: tallystick_owner
    arguments: p_business_id uuid, p_id uuid
    returns: SETOF tallystick.products
    behaviour: LANGUAGE plpgsql, STABLE, SECURITY INVOKER
    settings: search_path=pg_catalog, pg_temp; plan_cache_mode=force_generic_plan; enable_seqscan=off; enable_bitmapscan=off; enable_sort=off
    body: sha256 ba499996e7cb42ef776403d5318453fce802b3e06c3fdb8f27d5003db5489dc6
    granted to tallystick_app: EXECUTE
    granted to tallystick_owner: EXECUTE

function tallystick.product_is_held(uuid,uuid)
    owner: tallystick_owner
    arguments: p_business_id uuid, p_product_id uuid
    returns: boolean
    behaviour: LANGUAGE plpgsql, VOLATILE, SECURITY INVOKER
    settings: search_path=pg_catalog, pg_temp; plan_cache_mode=force_generic_plan; enable_seqscan=off; enable_bitmapscan=off
    body: sha256 698e76824f5bf1e0f43222f356683d1ceaf67a3bc1d2e573d7883522866bdeec
    granted to tallystick_owner: EXECUTE

function tallystick.product_is_versioned()
    owner: tallystick_owner
    arguments:
    returns: trigger
    behaviour: LANGUAGE plpgsql, VOLATILE, SECURITY INVOKER
    settings: search_path=pg_catalog, pg_temp
    body: sha256 cbd05af7f29ef2126f2535447fdc5d9c61734c897fe7f939d5b95fd99f3cba22
    granted to tallystick_owner: EXECUTE

function tallystick.product_list(uuid,text,uuid,integer)
    owner: tallystick_owner
    arguments: p_business_id uuid, p_sku text, p_before uuid, p_limit integer
    returns: SETOF tallystick.products
    behaviour: LANGUAGE plpgsql, STABLE, SECURITY INVOKER
    settings: search_path=pg_catalog, pg_temp; plan_cache_mode=force_generic_plan; enable_seqscan=off; enable_bitmapscan=off; enable_sort=off
    body: sha256 53a5af4e98e7f49dc2498d252a473e2cdcde4208e879fecce90a4703a3d4ecae
    granted to tallystick_app: EXECUTE
    granted to tallystick_owner: EXECUTE

function tallystick.product_update(uuid,uuid,text,text,bigint,text,uuid,uuid[])
    owner: tallystick_owner
    arguments: p_business_id uuid, p_id uuid, p_sku text, p_name text, p_price bigint, p_held text DEFAULT 'wait'::text, p_version uuid DEFAULT NULL::uuid, p_expected_versions uuid[] DEFAULT NULL::uuid[], OUT outcome text, OUT product tallystick.products
    returns: record
    behaviour: LANGUAGE plpgsql, VOLATILE, SECURITY DEFINER
    settings: search_path=pg_catalog, pg_temp
    body: sha256 b49f8be3b96cb4406791b4521504c3f79358aecbc1254065e7f8b5bff675ba70
    granted to tallystick_app: EXECUTE
    granted to tallystick_owner: EXECUTE

function tallystick.proof_list(uuid,uuid,integer)
    owner: tallystick_owner
    arguments: p_business_id uuid, p_after uuid, p_limit integer
    returns: TABLE(customer_id uuid, entry_no bigint, entry_hash bytea)
    behaviour: LANGUAGE plpgsql, STABLE, SECURITY INVOKER
    settings: search_path=pg_catalog, pg_temp; plan_cache_mode=force_generic_plan; enable_seqscan=off; enable_bitmapscan=off; enable_hashjoin=off; enable_mergejoin=off; enable_sort=off
    body: sha256 7026b5bcf7f00a3ce6cf8f08982ed9d0e11c09b65b2e081ab82c746498ee86cf
    granted to tallystick_app: EXECUTE
    granted to tallystick_owner: EXECUTE

function tallystick.purchase(uuid,uuid,uuid[],bigint[],text,uuid,text)
    owner: tallystick_owner
    arguments: p_business_id uuid, p_customer_id uuid, p_product_ids uuid[], p_quantities bigint[], p_idempotency_key text, p_order_id uuid DEFAULT NULL::uuid, p_actor text DEFAULT NULL::text
    returns: tallystick.purchase_answer
    behaviour: LANGUAGE plpgsql, VOLATILE, SECURITY DEFINER
    settings: search_path=pg_catalog, pg_temp
    body: sha256 10fa803a030ef1730965b121ea47e5da84192df22c02627b37205417deb1c208
    granted to authenticated: EXECUTE
    granted to tallystick_app: EXECUTE
    granted to tallystick_owner: EXECUTE

function tallystick.purchase_batch(uuid,uuid[],uuid[],integer[],text[],text[],uuid[],integer[],integer[],bigint[],text)
    owner: tallystick_owner
    arguments: p_business_id uuid, p_customer_ids uuid[], p_product_ids uuid[], p_customer_positions integer[], p_idempotency_keys text[], p_actors text[], p_order_ids uuid[], p_line_counts integer[], p_product_positions integer[], p_quantities bigint[], p_held text
    returns: SETOF tallystick.purchase_answer
    behaviour: LANGUAGE plpgsql, VOLATILE, SECURITY DEFINER
    settings: search_path=pg_catalog, pg_temp; plan_cache_mode=force_generic_plan; enable_seqscan=off; enable_bitmapscan=off; enable_hashjoin=off; enable_mergejoin=off
    body: sha256 4264bc62b94a81f16c828012566435d443a5a2a14c6efb80db1e672fcc1f8b1f
    granted to tallystick_app: EXECUTE
    granted to tallystick_owner: EXECUTE

function tallystick.purchase_check_input(uuid[],uuid[],integer[],text[],text[],uuid[],integer[],integer[],bigint[],text)
    owner: tallystick_owner
    arguments: p_customer_ids uuid[], p_product_ids uuid[], p_customer_positions integer[], p_idempotency_keys text[], p_actors text[], p_order_ids uuid[], p_line_counts integer[], p_product_positions integer[], p_quantities bigint[], p_held text
    returns: text
    behaviour: LANGUAGE plpgsql, IMMUTABLE, SECURITY INVOKER
    settings: search_path=pg_catalog, pg_temp
    body: sha256 f0705c93854aadd071fc3fa6816d26342c9ac59d5d7da923b169199b510d782c
    granted to tallystick_owner: EXECUTE

function tallystick.purchase_replay(uuid,uuid,uuid[],bigint[],text)
    owner: tallystick_owner
    arguments: p_business_id uuid, p_customer_id uuid, p_product_ids uuid[], p_quantities bigint[], p_idempotency_key text
    returns: tallystick.purchase_answer
    behaviour: LANGUAGE plpgsql, STABLE, SECURITY INVOKER
    settings: search_path=pg_catalog, pg_temp; enable_sort=off
    body: sha256 9bbdb33e0616d940b48d77950595e637eeb72465072f69b6a9ac2f3eac4eab8a
    granted to tallystick_owner: EXECUTE

function tallystick.refuse_change()
    owner: tallystick_owner
    arguments:
    returns: trigger
    behaviour: LANGUAGE plpgsql, VOLATILE, SECURITY INVOKER
    settings: search_path=pg_catalog, pg_temp
    body: sha256 bba8b4d99eccb24d8e8a2499177ec50c1c53a12afdde45ea5a94535a7a9cd170
    granted to tallystick_owner: EXECUTE

function tallystick.request_fingerprint(text[])
    owner: tallystick_owner
    arguments: VARIADIC p_parts text[]
    returns: bytea
    behaviour: LANGUAGE plpgsql, STABLE, SECURITY INVOKER
    settings: search_path=pg_catalog, pg_temp
    body: sha256 8aaee2303f80e041085579c50fc622e3b0514083f968d95e43ea8e712083fd34
    granted to tallystick_owner: EXECUTE

function tallystick.require_context(uuid)
    owner: tallystick_owner
    arguments: p_business_id uuid
    returns: void
    behaviour: LANGUAGE plpgsql, STABLE, SECURITY INVOKER
    settings: search_path=pg_catalog, pg_temp
    body: sha256 b44c3fdef699e1b9fd3e1c244292b9de59ed830bf249f46041e80e1fbf0dc1de
    granted to tallystick_owner: EXECUTE

function tallystick.stock_movement_record(uuid,uuid,bigint,text,text,uuid,text,text)
    owner: tallystick_owner
    arguments: p_business_id uuid, p_product_id uuid, p_quantity bigint, p_reason text, p_idempotency_key text, p_movement_id uuid DEFAULT NULL::uuid, p_held text DEFAULT 'wait'::text, p_actor text DEFAULT NULL::text, OUT outcome text, OUT id uuid, OUT stock_after bigint, OUT available bigint, OUT created_at timestamp with time zone, OUT backordered_after bigint
    returns: record
    behaviour: LANGUAGE plpgsql, VOLATILE, SECURITY DEFINER
    settings: search_path=pg_catalog, pg_temp; plan_cache_mode=force_generic_plan; enable_seqscan=off; enable_bitmapscan=off; enable_sort=off
    body: sha256 d9f0bc1044bc54459d04629834ef49af303cd262d0621022801e5c17dc5e2d70
    granted to tallystick_app: EXECUTE
    granted to tallystick_owner: EXECUTE
