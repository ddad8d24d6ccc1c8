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

table tallystick.allocations
    owner: tallystick_owner
    comment: fact: which charges specific credits settle
    row level security: enabled, forced
    column business_id: uuid NOT NULL
    column customer_id: uuid NOT NULL
    column charge_no: bigint NOT NULL
    column part_no: bigint NOT NULL
    column entry_no: bigint NOT NULL
    column amount: bigint NOT NULL
    column allocated_before: bigint NOT NULL
    column allocated_after: bigint NOT NULL
    column charge_amount: bigint NOT NULL
    column charged_total: bigint NOT NULL
    column previous_part_no: bigint GENERATED ALWAYS AS (NULLIF((part_no - 1), 0)) STORED
    constraint allocations_pk: PRIMARY KEY (business_id, customer_id, charge_no, part_no)
    constraint allocations_of_an_entry: UNIQUE (business_id, customer_id, entry_no, charge_no)
    constraint allocations_running_figure: UNIQUE (business_id, customer_id, charge_no, part_no, allocated_after)
    constraint allocations_continue_the_previous_part: FOREIGN KEY (business_id, customer_id, charge_no, previous_part_no, allocated_before) REFERENCES tallystick.allocations(business_id, customer_id, charge_no, part_no, allocated_after)
    constraint allocations_entry_exists: FOREIGN KEY (business_id, customer_id, entry_no) REFERENCES tallystick.credit_ledger(business_id, customer_id, entry_no)
    constraint allocations_after_is_before_plus_amount: CHECK ((allocated_after = (allocated_before + amount)))
    constraint allocations_are_never_below_zero: CHECK ((allocated_after >= 0))
    constraint allocations_change_something: CHECK ((amount <> 0))
    constraint allocations_charge_comes_before_the_entry: CHECK ((charge_no < entry_no))
    constraint allocations_first_part_starts_from_zero: CHECK (((part_no > 1) OR (allocated_before = 0)))
    constraint allocations_part_no_counts_from_1: CHECK ((part_no >= 1))
    constraint allocations_settle_at_most_the_charge: CHECK ((allocated_after <= charge_amount))
    index allocations_of_an_entry: CREATE UNIQUE INDEX allocations_of_an_entry ON tallystick.allocations USING btree (business_id, customer_id, entry_no, charge_no)
    index allocations_pk: CREATE UNIQUE INDEX allocations_pk ON tallystick.allocations USING btree (business_id, customer_id, charge_no, part_no)
    index allocations_running_figure: CREATE UNIQUE INDEX allocations_running_figure ON tallystick.allocations USING btree (business_id, customer_id, charge_no, part_no, allocated_after)
    policy auditors_read_everything: PERMISSIVE FOR SELECT TO tallystick_auditor USING true
    policy tenant_isolation: PERMISSIVE FOR ALL TO PUBLIC USING (business_id = ( SELECT tallystick.context_business_id() AS context_business_id)) WITH CHECK (business_id = ( SELECT tallystick.context_business_id() AS context_business_id))
    trigger allocations_agree: CREATE TRIGGER allocations_agree AFTER INSERT ON tallystick.allocations FOR EACH ROW EXECUTE FUNCTION tallystick.allocations_agree(), always
    trigger refuse_change: CREATE TRIGGER refuse_change BEFORE DELETE OR UPDATE ON tallystick.allocations FOR EACH ROW EXECUTE FUNCTION tallystick.refuse_change(), always
    trigger refuse_truncate: CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON tallystick.allocations FOR EACH STATEMENT EXECUTE FUNCTION tallystick.refuse_change(), always
    granted to authenticated: SELECT
    granted to tallystick_app: SELECT
    granted to tallystick_auditor: SELECT
    granted to tallystick_owner: DELETE, INSERT, REFERENCES, SELECT, TRIGGER, TRUNCATE, UPDATE

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
    column balance_after: bigint NOT NULL
    column charged_total: bigint NOT NULL
    column allocated_total: bigint NOT NULL
    column ahead_total: bigint NOT NULL
    column held_total: bigint NOT NULL
    column due_at: timestamp with time zone NOT NULL
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
    column entry_hash: bytea NOT NULL
    column actor: text NOT NULL
    column reason: tallystick.visible_text
    column reference: tallystick.visible_text
    constraint credit_ledger_pk: PRIMARY KEY (business_id, customer_id, entry_no)
    constraint credit_ledger_id_is_unique: UNIQUE (business_id, id)
    constraint credit_ledger_idempotency_key_is_used_once: UNIQUE (business_id, idempotency_key)
    constraint credit_ledger_running_figures: UNIQUE (business_id, customer_id, charged_total, entry_no)
    constraint credit_ledger_credit_stays_within_the_limit: CHECK (((amount <= 0) OR (kind = ANY (ARRAY['reversal'::text, 'refund'::text])) OR ((credit_limit IS NOT NULL) AND ((balance_after + held_total) <= COALESCE(authorized_limit, credit_limit)))))
    index credit_ledger_an_entry_is_reversed_once: CREATE UNIQUE INDEX credit_ledger_an_entry_is_reversed_once ON tallystick.credit_ledger USING btree (business_id, customer_id, reverses_no) WHERE (reverses_no IS NOT NULL)
    index credit_ledger_id_is_unique: CREATE UNIQUE INDEX credit_ledger_id_is_unique ON tallystick.credit_ledger USING btree (business_id, id)
    index credit_ledger_idempotency_key_is_used_once: CREATE UNIQUE INDEX credit_ledger_idempotency_key_is_used_once ON tallystick.credit_ledger USING btree (business_id, idempotency_key)
    index credit_ledger_pk: CREATE UNIQUE INDEX credit_ledger_pk ON tallystick.credit_ledger USING btree (business_id, customer_id, entry_no)
    index credit_ledger_running_figures: CREATE UNIQUE INDEX credit_ledger_running_figures ON tallystick.credit_ledger USING btree (business_id, customer_id, charged_total, entry_no)
    policy auditors_read_everything: PERMISSIVE FOR SELECT TO tallystick_auditor USING true
    policy tenant_isolation: PERMISSIVE FOR ALL TO PUBLIC USING (business_id = ( SELECT tallystick.context_business_id() AS context_business_id)) WITH CHECK (business_id = ( SELECT tallystick.context_business_id() AS context_business_id))
    trigger ledger_entries_are_right: CREATE TRIGGER ledger_entries_are_right AFTER INSERT ON tallystick.credit_ledger REFERENCING NEW TABLE AS new_entries FOR EACH STATEMENT EXECUTE FUNCTION tallystick.ledger_entries_are_right(), always
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
    constraint orders_have_a_first_line: FOREIGN KEY (business_id, id, first_line_no) REFERENCES tallystick.order_items(business_id, order_id, line_no) DEFERRABLE
    index orders_by_customer: CREATE INDEX orders_by_customer ON tallystick.orders USING btree (business_id, customer_id, id)
    index orders_pk: CREATE UNIQUE INDEX orders_pk ON tallystick.orders USING btree (business_id, id)
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
    column due_at: timestamp with time zone
    definition: SELECT customer.business_id, customer.id, customer.name, customer.external_id, customer.credit_limit, customer.blocked, customer.created_at, COALESCE(last.balance, (0)::bigint) AS balance, LEAST(GREATEST((customer.credit_limit - COALESCE(last.balance, (0)::bigint)), (0)::bigint), '9007199254740991'::bigint) AS available_credit, unpaid.created_at AS oldest_unpaid_at, COALESCE((due.due_at < now()), false) AS overdue, customer.version, due.due_at FROM (((tallystick.customers customer LEFT JOIN LATERAL ( SELECT entry.balance_after AS balance, ((entry.charged_total - GREATEST(entry.balance_after, (0)::bigint)) - entry.ahead_total) AS settled, entry.due_run_from FROM tallystick.credit_ledger entry WHERE ((entry.business_id = customer.business_id) AND (entry.customer_id = customer.id)) ORDER BY entry.charged_total DESC, entry.entry_no DESC LIMIT 1) last ON (true)) LEFT JOIN LATERAL ( SELECT charge.entry_no, charge.created_at, charge.due_at FROM tallystick.credit_ledger charge WHERE ((last.balance > 0) AND (charge.business_id = customer.business_id) AND (charge.customer_id = customer.id) AND (charge.charged_total > last.settled)) ORDER BY charge.charged_total, charge.entry_no LIMIT 1) unpaid ON (true)) LEFT JOIN LATERAL ( SELECT CASE WHEN (last.due_run_from <= unpaid.entry_no) THEN unpaid.due_at ELSE LEAST(unpaid.due_at, ( WITH RECURSIVE run AS ( SELECT last.due_run_from AS from_no WHERE (last.due_run_from > unpaid.entry_no) UNION ALL SELECT earlier.due_run_from FROM (run run_1 CROSS JOIN LATERAL ( SELECT entry.due_run_from FROM tallystick.credit_ledger entry WHERE ((entry.business_id = customer.business_id) AND (entry.customer_id = customer.id) AND ((entry.entry_no >= (run_1.from_no - 1)) AND (entry.entry_no <= (run_1.from_no - 1)))) ORDER BY entry.entry_no LIMIT 1) earlier) WHERE (earlier.due_run_from > unpaid.entry_no) ) SELECT min(first.due_at) AS min FROM (run CROSS JOIN LATERAL ( SELECT charge.due_at FROM tallystick.credit_ledger charge WHERE ((charge.business_id = customer.business_id) AND (charge.customer_id = customer.id) AND (charge.entry_no >= run.from_no) AND (charge.kind = ANY (ARRAY['purchase'::text, 'opening'::text, 'fee'::text, 'debit'::text, 'refund'::text])) AND (charge.amount > COALESCE(( SELECT part.allocated_after FROM tallystick.allocations part WHERE ((part.business_id = customer.business_id) AND (part.customer_id = customer.id) AND (part.charge_no = charge.entry_no)) ORDER BY part.charge_no DESC, part.part_no DESC LIMIT 1), (0)::bigint))) ORDER BY charge.entry_no LIMIT 1) first))) END AS due_at) due ON (true));
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

function tallystick.allocated_charge(uuid,uuid,bigint,boolean,tallystick.allocations[])
    owner: tallystick_owner
    arguments: p_business_id uuid, p_customer_id uuid, p_charge_no bigint, p_forward boolean, p_parts tallystick.allocations[]
    returns: tallystick.allocations
    behaviour: LANGUAGE plpgsql, VOLATILE, SECURITY INVOKER
    settings: search_path=pg_catalog, pg_temp
    body: sha256 495e6860113ec9c1e9fbfd551a6346f75fba4055dac490613b0b43bf870e822f
    granted to tallystick_owner: EXECUTE

function tallystick.allocations_agree()
    owner: tallystick_owner
    arguments:
    returns: trigger
    behaviour: LANGUAGE plpgsql, VOLATILE, SECURITY INVOKER
    settings: search_path=pg_catalog, pg_temp; enable_seqscan=off; enable_bitmapscan=off
    body: sha256 c68e2cc826b763ad33500d66ba1b4a5b0b7f31868164e11b5e5f13170a963f6e
    granted to tallystick_owner: EXECUTE

function tallystick.allocations_broken_rule(tallystick.credit_ledger)
    owner: tallystick_owner
    arguments: e tallystick.credit_ledger
    returns: text
    behaviour: LANGUAGE plpgsql, VOLATILE, SECURITY INVOKER
    settings: search_path=pg_catalog, pg_temp; enable_seqscan=off; enable_bitmapscan=off; enable_hashjoin=off; enable_mergejoin=off
    body: sha256 c207efc4261219bfe44ca7a3ff3286038a1451807729089ced4edc6b5d719ccb
    granted to tallystick_owner: EXECUTE

function tallystick.allocations_of(uuid,uuid,bigint,bigint[],bigint[])
    owner: tallystick_owner
    arguments: p_business_id uuid, p_customer_id uuid, p_entry_no bigint, p_charge_nos bigint[], p_amounts bigint[]
    returns: tallystick.allocations[]
    behaviour: LANGUAGE plpgsql, VOLATILE, SECURITY INVOKER
    settings: search_path=pg_catalog, pg_temp
    body: sha256 386c8bb63e0b500c89a1464186cdae57d677d32d0e9ba40be7782252c5c3a9fd
    granted to tallystick_owner: EXECUTE

function tallystick.api_key_create(uuid,uuid,text,text,bytea,text[],timestamp with time zone,text)
    owner: tallystick_owner
    arguments: p_business_id uuid, p_id uuid, p_name text, p_prefix text, p_secret_hash bytea, p_scopes text[], p_expires_at timestamp with time zone, p_idempotency_key text DEFAULT NULL::text, OUT outcome text, OUT created_at timestamp with time zone, OUT id uuid
    returns: record
    behaviour: LANGUAGE plpgsql, VOLATILE, SECURITY DEFINER
    settings: search_path=pg_catalog, pg_temp; plan_cache_mode=force_generic_plan; enable_seqscan=off; enable_bitmapscan=off; enable_sort=off
    body: sha256 6753c84c56914d834bb9f2a57a30411423f1444a75e66cfbb69051058ac2e0ba
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
    settings: search_path=pg_catalog, pg_temp; plan_cache_mode=force_generic_plan; enable_seqscan=off; enable_bitmapscan=off; enable_sort=off
    body: sha256 bb7d5ad83beb287d8df21cae0c4126cb5b02bfefb155cb871cd343bf29ca4da1
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
    body: sha256 02993566929a731a6de836de8aadf2aefb02ebc980f8177748ac554be56328f6
    granted to tallystick_owner: EXECUTE

function tallystick.batch_lock_products(uuid,uuid[],text)
    owner: tallystick_owner
    arguments: p_business_id uuid, p_product_ids uuid[], p_held text
    returns: uuid[]
    behaviour: LANGUAGE plpgsql, VOLATILE, SECURITY INVOKER
    settings: search_path=pg_catalog, pg_temp
    body: sha256 b96a208fb83aca3fd4e588f5c0479c4bc07f4294f853a67952b03f905af4e352
    granted to tallystick_owner: EXECUTE

function tallystick.batch_read_accounts(uuid,uuid[],uuid[])
    owner: tallystick_owner
    arguments: p_business_id uuid, p_customer_ids uuid[], p_locked_ids uuid[]
    returns: tallystick.ledger_account[]
    behaviour: LANGUAGE plpgsql, VOLATILE, SECURITY INVOKER
    settings: search_path=pg_catalog, pg_temp; enable_sort=on
    body: sha256 f32d6a8a6fbe984abb52d18a2b79af38eff2990408581583529518e8a6ac24d8
    granted to tallystick_owner: EXECUTE

function tallystick.batch_read_shelf(uuid,uuid[],uuid[])
    owner: tallystick_owner
    arguments: p_business_id uuid, p_product_ids uuid[], p_locked_ids uuid[]
    returns: tallystick.batch_shelf
    behaviour: LANGUAGE plpgsql, VOLATILE, SECURITY INVOKER
    settings: search_path=pg_catalog, pg_temp
    body: sha256 16512cadf2c2e1809dae287aff4facf7643764ae97918376d50ef4077cbe77fc
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
    body: sha256 9717445388561225c8a88761207a8e9e9ed2c34e6009ae24b05c888bc0d870a5
    granted to tallystick_owner: EXECUTE

function tallystick.business_create(uuid,text,text,integer,text)
    owner: tallystick_owner
    arguments: p_business_id uuid, p_name text, p_currency text, p_overdue_after_days integer, p_idempotency_key text DEFAULT NULL::text
    returns: SETOF tallystick.businesses
    behaviour: LANGUAGE plpgsql, VOLATILE, SECURITY DEFINER
    settings: search_path=pg_catalog, pg_temp; plan_cache_mode=force_generic_plan; enable_seqscan=off; enable_bitmapscan=off
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
    settings: search_path=pg_catalog, pg_temp; plan_cache_mode=force_generic_plan; enable_seqscan=off; enable_bitmapscan=off; enable_hashjoin=off; enable_mergejoin=off; enable_sort=off
    body: sha256 dd4383e7a0ba4afe42148ec36d90c0e943697a89cd4ddc13a4905c39f362b260
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
    body: sha256 75767f87433bf1e46a177f115d3e86f9a6ceb7fd0746e0a41944b46683f9d779
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
    settings: search_path=pg_catalog, pg_temp; plan_cache_mode=force_generic_plan; enable_seqscan=off; enable_bitmapscan=off; enable_hashjoin=off; enable_mergejoin=off; enable_sort=off
    body: sha256 8944cf6b053645f2c48b442d9253eb943c0fe78f4f9cc7945dc0c0d0288fc375
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

function tallystick.ledger_account_of(uuid,uuid)
    owner: tallystick_owner
    arguments: p_business_id uuid, p_customer_id uuid
    returns: tallystick.ledger_account
    behaviour: LANGUAGE plpgsql, VOLATILE, SECURITY INVOKER
    settings: search_path=pg_catalog, pg_temp
    body: sha256 4718a1fe896ded4ae73ab1179267722c53894fd83fbdacfeb3ffa12a86149a6b
    granted to tallystick_owner: EXECUTE

function tallystick.ledger_ahead(tallystick.ledger_account,tallystick.credit_ledger,tallystick.allocations[])
    owner: tallystick_owner
    arguments: p_account tallystick.ledger_account, p_entry tallystick.credit_ledger, p_parts tallystick.allocations[]
    returns: bigint
    behaviour: LANGUAGE plpgsql, VOLATILE, SECURITY INVOKER
    settings: search_path=pg_catalog, pg_temp
    body: sha256 d3755db858de3cce8162ea1c08d4a02bc94454d079bc1fe64ecce6b64867831a
    granted to tallystick_owner: EXECUTE

function tallystick.ledger_continue(tallystick.ledger_account,tallystick.credit_ledger)
    owner: tallystick_owner
    arguments: p_account tallystick.ledger_account, p_entry tallystick.credit_ledger
    returns: tallystick.credit_ledger
    behaviour: LANGUAGE plpgsql, IMMUTABLE, SECURITY INVOKER
    settings: search_path=pg_catalog, pg_temp
    body: sha256 c5b6a50a83aa069fecf1373dce5fc2722f257bd09a7278e0ec623be91932ac7b
    granted to tallystick_owner: EXECUTE

function tallystick.ledger_entries_are_right()
    owner: tallystick_owner
    arguments:
    returns: trigger
    behaviour: LANGUAGE plpgsql, VOLATILE, SECURITY INVOKER
    settings: search_path=pg_catalog, pg_temp; enable_seqscan=off; enable_bitmapscan=off; enable_hashjoin=off; enable_mergejoin=off
    body: sha256 94df2b443ac481336330c79b2425c5d80dc1c3a98233b46b5ca416a462893d98
    granted to tallystick_owner: EXECUTE

function tallystick.ledger_hash(bytea,tallystick.credit_ledger)
    owner: tallystick_owner
    arguments: p_previous bytea, e tallystick.credit_ledger
    returns: bytea
    behaviour: LANGUAGE plpgsql, IMMUTABLE, SECURITY INVOKER
    settings: search_path=pg_catalog, pg_temp
    body: sha256 c458867458abac8351bc9f2f6e114fcad53d5aadff620a16d6f171c1fad7a2b9
    granted to tallystick_owner: EXECUTE

function tallystick.ledger_kind_broken_rule(tallystick.credit_ledger)
    owner: tallystick_owner
    arguments: e tallystick.credit_ledger
    returns: text
    behaviour: LANGUAGE plpgsql, VOLATILE, SECURITY INVOKER
    settings: search_path=pg_catalog, pg_temp; enable_seqscan=off; enable_bitmapscan=off
    body: sha256 d3fe54ffb4f174384c1df587421ef91a4e053e4f4487a2397844aab82f18a79e
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

function tallystick.ledger_record(tallystick.ledger_account,tallystick.credit_ledger,bigint[],bigint[])
    owner: tallystick_owner
    arguments: p_account tallystick.ledger_account, p_entry tallystick.credit_ledger, p_charge_nos bigint[] DEFAULT NULL::bigint[], p_amounts bigint[] DEFAULT NULL::bigint[]
    returns: tallystick.credit_ledger
    behaviour: LANGUAGE plpgsql, VOLATILE, SECURITY INVOKER
    settings: search_path=pg_catalog, pg_temp
    body: sha256 6fd79f2da21a5039f051fec5b1d9132d3c8c159d9622d1d526e33e1cf74ba80d
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
    body: sha256 428e12556eb1b4a61a6d4ec3a5b87da2e32d75254186da09545c6c8df942ace9
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
    body: sha256 c447425665e9e839f53c09e8c055917b44b3ad5fdc9fbb0798254d6f3af5fe41
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
    settings: search_path=pg_catalog, pg_temp; plan_cache_mode=force_generic_plan; enable_seqscan=off; enable_bitmapscan=off; enable_sort=off
    body: sha256 0a8571dfbb476189e07da17e2240cd75f6c1221e03bc7b520d24975fa8ebf98f
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
    body: sha256 2dbd20d4376ea6488eb97e61d64cbd6108ee4babee2d2995d7695b3d46a1775d
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
    settings: search_path=pg_catalog, pg_temp; plan_cache_mode=force_generic_plan; enable_seqscan=off; enable_bitmapscan=off; enable_sort=off
    body: sha256 0ecab66e8e9f8af74d6510b25e93c434f867a238598918e63f0b8ea8f56a40de
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
    body: sha256 d4ab06c61601a9444af51dfb3a1189729531b9ccc131c83c6b5c060afeeb57b3
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
    body: sha256 9ecc54a5b4da4855274b1ca73b60770eff0d38f42ea124e34b2611440e86d3e8
    granted to tallystick_app: EXECUTE
    granted to tallystick_owner: EXECUTE
