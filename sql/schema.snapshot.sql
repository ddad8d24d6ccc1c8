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
    constraint allocations_running_figure: UNIQUE (business_id, customer_id, charge_no, allocated_after, part_no)
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
    index allocations_running_figure: CREATE UNIQUE INDEX allocations_running_figure ON tallystick.allocations USING btree (business_id, customer_id, charge_no, allocated_after, part_no)
    policy auditors_read_everything: PERMISSIVE FOR SELECT TO tallystick_auditor USING true
    policy tenant_isolation: PERMISSIVE FOR ALL TO PUBLIC USING (business_id = ( SELECT tallystick.context_business_id() AS context_business_id)) WITH CHECK (business_id = ( SELECT tallystick.context_business_id() AS context_business_id))
    trigger allocations_agree: CREATE TRIGGER allocations_agree AFTER INSERT ON tallystick.allocations REFERENCING NEW TABLE AS new_parts FOR EACH STATEMENT EXECUTE FUNCTION tallystick.allocations_agree(), always
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
    constraint api_keys_scopes_are_known: CHECK (((cardinality(scopes) >= 1) AND (cardinality(scopes) <= 4) AND (scopes <@ ARRAY['read'::text, 'write'::text, 'price'::text, 'adjust'::text])))
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
    column created_at: timestamp with time zone NOT NULL DEFAULT clock_timestamp()
    column currency_decimals: integer GENERATED ALWAYS AS ( CASE WHEN (currency ~ '^(BIF|CLP|DJF|GNF|ISK|JPY|KMF|KRW|PYG|RWF|UGX|UYI|VND|VUV|XAF|XOF|XPF)$'::text) THEN 0 WHEN (currency ~ '^(AED|AFN|ALL|AMD|AOA|ARS|AUD|AWG|AZN|BAM|BBD|BDT|BGN|BMD|BND|BOB|BOV|BRL|BSD|BTN|BWP|BYN|BZD|CAD|CDF|CHE|CHF|CHW|CNY|COP|COU|CRC|CUC|CUP|CVE|CZK|DKK|DOP|DZD|EGP|ERN|ETB|EUR|FJD|FKP|GBP|GEL|GHS|GIP|GMD|GTQ|GYD|HKD|HNL|HRK|HTG|HUF|IDR|ILS|INR|IRR|JMD|KES|KGS|KHR|KPW|KYD|KZT|LAK|LBP|LKR|LRD|LSL|MAD|MDL|MGA|MKD|MMK|MNT|MOP|MRU|MUR|MVR|MWK|MXN|MXV|MYR|MZN|NAD|NGN|NIO|NOK|NPR|NZD|PAB|PEN|PGK|PHP|PKR|PLN|QAR|RON|RSD|RUB|SAR|SBD|SCR|SDG|SEK|SGD|SHP|SLE|SLL|SOS|SRD|SSP|STN|SVC|SYP|SZL|THB|TJS|TMT|TOP|TRY|TTD|TWD|TZS|UAH|USD|USN|UYU|UZS|VED|VES|WST|XAD|XCD|XCG|YER|ZAR|ZMW|ZWG|ZWL)$'::text) THEN 2 WHEN (currency ~ '^(BHD|IQD|JOD|KWD|LYD|OMR|TND)$'::text) THEN 3 WHEN (currency ~ '^(CLF|UYW)$'::text) THEN 4 ELSE NULL::integer END) STORED
    column payment_terms: tallystick.payment_terms NOT NULL DEFAULT '{"days": 30, "type": "age"}'::jsonb
    column time_zone: text NOT NULL DEFAULT 'UTC'::text
    constraint businesses_pk: PRIMARY KEY (business_id)
    constraint businesses_currency_is_an_iso_4217_code: CHECK ((currency_decimals IS NOT NULL))
    constraint businesses_name_is_short_text: CHECK (((char_length((name)::text) >= 1) AND (char_length((name)::text) <= 200)))
    constraint businesses_time_zone_is_utc_or_a_place: CHECK ((time_zone ~ '^(UTC|(Africa|America|Antarctica|Arctic|Asia|Atlantic|Australia|Europe|Indian|Pacific)/[A-Za-z0-9_+-]{1,30}(/[A-Za-z0-9_+-]{1,30})?)$'::text))
    index businesses_pk: CREATE UNIQUE INDEX businesses_pk ON tallystick.businesses USING btree (business_id)
    policy auditors_read_everything: PERMISSIVE FOR SELECT TO tallystick_auditor USING true
    policy platform_lists_businesses: PERMISSIVE FOR SELECT TO tallystick_owner USING (current_setting('app.platform'::text, true) = 'business_list'::text)
    policy tenant_isolation: PERMISSIVE FOR ALL TO PUBLIC USING (business_id = ( SELECT tallystick.context_business_id() AS context_business_id)) WITH CHECK (business_id = ( SELECT tallystick.context_business_id() AS context_business_id))
    trigger business_time_zone_is_known: CREATE TRIGGER business_time_zone_is_known BEFORE INSERT OR UPDATE OF time_zone ON tallystick.businesses FOR EACH ROW EXECUTE FUNCTION tallystick.business_time_zone_is_known()
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
    column received_on: date
    constraint credit_ledger_pk: PRIMARY KEY (business_id, customer_id, entry_no)
    constraint credit_ledger_id_is_unique: UNIQUE (business_id, id)
    constraint credit_ledger_idempotency_key_is_used_once: UNIQUE (business_id, idempotency_key)
    constraint credit_ledger_running_figures: UNIQUE (business_id, customer_id, charged_total, entry_no)
    constraint credit_ledger_credit_stays_within_the_limit: CHECK (((amount <= 0) OR (kind = ANY (ARRAY['reversal'::text, 'refund'::text])) OR ((credit_limit IS NOT NULL) AND ((balance_after + held_total) <= COALESCE(authorized_limit, credit_limit)))))
    index credit_ledger_an_entry_is_reversed_once: CREATE UNIQUE INDEX credit_ledger_an_entry_is_reversed_once ON tallystick.credit_ledger USING btree (business_id, customer_id, reverses_no) WHERE (reverses_no IS NOT NULL)
    index credit_ledger_by_customer_and_kind: CREATE INDEX credit_ledger_by_customer_and_kind ON tallystick.credit_ledger USING btree (business_id, customer_id, kind, id) WHERE (kind <> 'purchase'::text)
    index credit_ledger_by_kind: CREATE INDEX credit_ledger_by_kind ON tallystick.credit_ledger USING btree (business_id, kind, id) WHERE (kind <> 'purchase'::text)
    index credit_ledger_by_reference: CREATE INDEX credit_ledger_by_reference ON tallystick.credit_ledger USING btree (business_id, kind, reference, id) WHERE ((kind <> 'purchase'::text) AND (reference IS NOT NULL))
    index credit_ledger_id_is_unique: CREATE UNIQUE INDEX credit_ledger_id_is_unique ON tallystick.credit_ledger USING btree (business_id, id)
    index credit_ledger_idempotency_key_is_used_once: CREATE UNIQUE INDEX credit_ledger_idempotency_key_is_used_once ON tallystick.credit_ledger USING btree (business_id, idempotency_key)
    index credit_ledger_overrides: CREATE INDEX credit_ledger_overrides ON tallystick.credit_ledger USING btree (business_id, id, authorized_limit) WHERE (authorized_limit IS NOT NULL)
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
    column payment_terms: tallystick.payment_terms
    column overdue_hold_after_days: integer
    constraint customers_pk: PRIMARY KEY (business_id, id)
    constraint customers_external_id_is_unique: UNIQUE (business_id, external_id_nfc)
    constraint customers_business_exists: FOREIGN KEY (business_id) REFERENCES tallystick.businesses(business_id)
    constraint customers_credit_limit_is_safe_money: CHECK (((credit_limit >= 0) AND (credit_limit <= '9007199254740991'::bigint)))
    constraint customers_external_id_is_short_text: CHECK (((char_length((external_id)::text) >= 1) AND (char_length((external_id)::text) <= 200)))
    constraint customers_name_is_short_text: CHECK (((char_length((name)::text) >= 1) AND (char_length((name)::text) <= 200)))
    constraint customers_overdue_hold_is_0_to_3650_days: CHECK (((overdue_hold_after_days >= 0) AND (overdue_hold_after_days <= 3650)))
    index customers_external_id_is_unique: CREATE UNIQUE INDEX customers_external_id_is_unique ON tallystick.customers USING btree (business_id, external_id_nfc)
    index customers_pk: CREATE UNIQUE INDEX customers_pk ON tallystick.customers USING btree (business_id, id)
    policy auditors_read_everything: PERMISSIVE FOR SELECT TO tallystick_auditor USING true
    policy tenant_isolation: PERMISSIVE FOR ALL TO PUBLIC USING (business_id = ( SELECT tallystick.context_business_id() AS context_business_id)) WITH CHECK (business_id = ( SELECT tallystick.context_business_id() AS context_business_id))
    trigger customers_stay: CREATE TRIGGER customers_stay BEFORE DELETE OR UPDATE OF business_id, id ON tallystick.customers FOR EACH ROW EXECUTE FUNCTION tallystick.customers_stay(), always
    trigger refuse_truncate: CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON tallystick.customers FOR EACH STATEMENT EXECUTE FUNCTION tallystick.customers_stay(), always
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

table tallystick.return_items
    owner: tallystick_owner
    comment: fact: the lines of returns
    row level security: enabled, forced
    column business_id: uuid NOT NULL
    column return_id: uuid NOT NULL
    column order_id: uuid NOT NULL
    column product_id: uuid NOT NULL
    column part_no: bigint NOT NULL
    column quantity: bigint NOT NULL
    column restocked: bigint NOT NULL
    column returned_before: bigint NOT NULL
    column returned_after: bigint NOT NULL
    column bought: bigint NOT NULL
    column line_total: bigint NOT NULL
    column tax: bigint
    column line_no: integer NOT NULL
    constraint return_items_pk: PRIMARY KEY (business_id, order_id, line_no, part_no)
    constraint return_items_of_a_return: UNIQUE (business_id, return_id, line_no)
    constraint return_items_after_is_before_plus_quantity: CHECK ((returned_after = (returned_before + quantity)))
    constraint return_items_first_part_starts_from_zero: CHECK (((part_no > 1) OR (returned_before = 0)))
    constraint return_items_part_no_counts_from_1: CHECK ((part_no >= 1))
    constraint return_items_quantity_is_positive: CHECK ((quantity >= 1))
    constraint return_items_restock_at_most_the_quantity: CHECK (((restocked >= 0) AND (restocked <= quantity)))
    constraint return_items_return_at_most_what_was_bought: CHECK ((returned_after <= bought))
    constraint return_items_returned_is_never_below_zero: CHECK ((returned_before >= 0))
    index return_items_of_a_return: CREATE UNIQUE INDEX return_items_of_a_return ON tallystick.return_items USING btree (business_id, return_id, line_no)
    index return_items_pk: CREATE UNIQUE INDEX return_items_pk ON tallystick.return_items USING btree (business_id, order_id, line_no, part_no)
    policy auditors_read_everything: PERMISSIVE FOR SELECT TO tallystick_auditor USING true
    policy tenant_isolation: PERMISSIVE FOR ALL TO PUBLIC USING (business_id = ( SELECT tallystick.context_business_id() AS context_business_id)) WITH CHECK (business_id = ( SELECT tallystick.context_business_id() AS context_business_id))
    trigger refuse_change: CREATE TRIGGER refuse_change BEFORE DELETE OR UPDATE ON tallystick.return_items FOR EACH ROW EXECUTE FUNCTION tallystick.refuse_change(), always
    trigger refuse_truncate: CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON tallystick.return_items FOR EACH STATEMENT EXECUTE FUNCTION tallystick.refuse_change(), always
    trigger return_lines_add_up: CREATE TRIGGER return_lines_add_up AFTER INSERT ON tallystick.return_items REFERENCING NEW TABLE AS new_items FOR EACH STATEMENT EXECUTE FUNCTION tallystick.return_lines_add_up(), always
    granted to authenticated: SELECT
    granted to tallystick_app: SELECT
    granted to tallystick_auditor: SELECT
    granted to tallystick_owner: DELETE, INSERT, REFERENCES, SELECT, TRIGGER, TRUNCATE, UPDATE

table tallystick.returns
    owner: tallystick_owner
    comment: fact: what customers returned
    row level security: enabled, forced
    column business_id: uuid NOT NULL
    column id: uuid NOT NULL
    column order_id: uuid NOT NULL
    column customer_id: uuid NOT NULL
    column total: bigint NOT NULL
    column created_at: timestamp with time zone NOT NULL
    column first_line_no: integer NOT NULL
    constraint returns_pk: PRIMARY KEY (business_id, id)
    constraint returns_have_a_first_line: FOREIGN KEY (business_id, id, first_line_no) REFERENCES tallystick.return_items(business_id, return_id, line_no) DEFERRABLE
    index returns_by_customer: CREATE INDEX returns_by_customer ON tallystick.returns USING btree (business_id, customer_id, id)
    index returns_by_order: CREATE INDEX returns_by_order ON tallystick.returns USING btree (business_id, order_id, id)
    index returns_pk: CREATE UNIQUE INDEX returns_pk ON tallystick.returns USING btree (business_id, id)
    policy auditors_read_everything: PERMISSIVE FOR SELECT TO tallystick_auditor USING true
    policy tenant_isolation: PERMISSIVE FOR ALL TO PUBLIC USING (business_id = ( SELECT tallystick.context_business_id() AS context_business_id)) WITH CHECK (business_id = ( SELECT tallystick.context_business_id() AS context_business_id))
    trigger refuse_change: CREATE TRIGGER refuse_change BEFORE DELETE OR UPDATE ON tallystick.returns FOR EACH ROW EXECUTE FUNCTION tallystick.refuse_change(), always
    trigger refuse_truncate: CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON tallystick.returns FOR EACH STATEMENT EXECUTE FUNCTION tallystick.refuse_change(), always
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
    column payment_terms: tallystick.payment_terms
    column overdue_hold_after_days: integer
    definition: SELECT customer.business_id, customer.id, customer.name, customer.external_id, customer.credit_limit, customer.blocked, customer.created_at, COALESCE(last.balance, (0)::bigint) AS balance, LEAST(GREATEST((customer.credit_limit - COALESCE(last.balance, (0)::bigint)), (0)::bigint), '9007199254740991'::bigint) AS available_credit, unpaid.created_at AS oldest_unpaid_at, COALESCE((due.due_at < now()), false) AS overdue, customer.version, due.due_at, customer.payment_terms, customer.overdue_hold_after_days FROM (((tallystick.customers customer LEFT JOIN LATERAL ( SELECT entry.balance_after AS balance, ((entry.charged_total - GREATEST(entry.balance_after, (0)::bigint)) - entry.ahead_total) AS settled, entry.due_run_from, entry.entry_no FROM tallystick.credit_ledger entry WHERE ((entry.business_id = customer.business_id) AND (entry.customer_id = customer.id)) ORDER BY entry.charged_total DESC, entry.entry_no DESC LIMIT 1) last ON (true)) LEFT JOIN LATERAL ( SELECT charge.entry_no, charge.created_at, charge.due_at FROM tallystick.credit_ledger charge WHERE ((last.balance > 0) AND (charge.business_id = customer.business_id) AND (charge.customer_id = customer.id) AND (charge.charged_total > last.settled)) ORDER BY charge.charged_total, charge.entry_no LIMIT 1) unpaid ON (true)) LEFT JOIN LATERAL ( SELECT CASE WHEN (last.due_run_from <= unpaid.entry_no) THEN unpaid.due_at ELSE LEAST(unpaid.due_at, ( WITH RECURSIVE run AS ( SELECT last.due_run_from AS from_no, last.entry_no AS to_no WHERE (last.due_run_from > unpaid.entry_no) UNION ALL SELECT earlier.due_run_from, before.entry_no FROM ((run run_1 CROSS JOIN LATERAL ( SELECT (run_1.from_no - 1) AS entry_no OFFSET 0) before) CROSS JOIN LATERAL ( SELECT entry.due_run_from FROM tallystick.credit_ledger entry WHERE ((entry.business_id = customer.business_id) AND (entry.customer_id = customer.id) AND ((entry.entry_no >= before.entry_no) AND (entry.entry_no <= before.entry_no))) ORDER BY entry.entry_no LIMIT 1) earlier) WHERE (earlier.due_run_from > unpaid.entry_no) ) SELECT min(first.due_at) AS min FROM (run CROSS JOIN LATERAL ( SELECT charge.due_at FROM tallystick.credit_ledger charge WHERE ((charge.business_id = customer.business_id) AND (charge.customer_id = customer.id) AND (charge.entry_no >= run.from_no) AND (charge.entry_no <= run.to_no) AND ((charge.due_at >= unpaid.due_at) OR ((charge.kind = ANY (ARRAY['purchase'::text, 'opening'::text, 'fee'::text, 'debit'::text, 'refund'::text])) AND (charge.amount > COALESCE(( SELECT part.allocated_after FROM tallystick.allocations part WHERE ((part.business_id = customer.business_id) AND (part.customer_id = customer.id) AND (part.charge_no = charge.entry_no)) ORDER BY part.charge_no DESC, part.part_no DESC LIMIT 1), (0)::bigint))))) ORDER BY charge.entry_no LIMIT 1) first))) END AS due_at) due ON (true));
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
    column quantity_decimals: smallint[]
    column list_prices: bigint[]
    column discounts: bigint[]
    column taxes: bigint[]
    column line_totals: bigint[]
    column skus: text[]
    column names: text[]
    column units: text[]
    column due_date: date
    definition: SELECT placed.business_id, placed.id, placed.customer_id, placed.total, entry.balance_after, placed.created_at, lines.product_ids, lines.quantities, lines.unit_prices, entry.due_at, entry.entry_no, entry.entry_hash, lines.quantity_decimals, lines.list_prices, lines.discounts, lines.taxes, lines.line_totals, lines.skus, lines.names, lines.units, entry.due_date FROM ((tallystick.orders placed CROSS JOIN LATERAL ( SELECT charge.balance_after, charge.due_at, charge.entry_no, charge.entry_hash, charge.due_date FROM tallystick.credit_ledger charge WHERE ((charge.business_id = placed.business_id) AND ((charge.id >= placed.id) AND (charge.id <= placed.id))) ORDER BY charge.id LIMIT 1) entry) CROSS JOIN LATERAL ( SELECT array_agg(item.product_id) AS product_ids, array_agg(item.quantity) AS quantities, array_agg(item.unit_price) AS unit_prices, array_agg(item.decimals) AS quantity_decimals, array_agg(item.list_price) AS list_prices, array_agg(item.discount) AS discounts, array_agg(item.tax) AS taxes, array_agg(item.line_total) AS line_totals, array_agg(item.sku) AS skus, array_agg(item.name) AS names, array_agg(item.unit) AS units FROM ( SELECT line.business_id, line.order_id, line.product_id, line.quantity, line.unit_price, line.line_total, line.stock_taken, line.line_no, line.product_version, line.decimals, line.list_price, line.discount, line.tax, (version.sku)::text AS sku, (version.name)::text AS name, (version.unit)::text AS unit FROM (tallystick.order_items line LEFT JOIN LATERAL ( SELECT version_1.sku, version_1.name, version_1.unit FROM tallystick.product_versions version_1 WHERE ((version_1.business_id = line.business_id) AND (version_1.product_id = line.product_id) AND ((version_1.version_no >= line.product_version) AND (version_1.version_no <= line.product_version))) ORDER BY version_1.version_no LIMIT 1) version ON (true)) WHERE ((line.business_id = placed.business_id) AND (line.order_id = placed.id)) ORDER BY line.line_no) item) lines);
    granted to authenticated: SELECT
    granted to tallystick_app: SELECT
    granted to tallystick_auditor: SELECT
    granted to tallystick_owner: DELETE, INSERT, REFERENCES, SELECT, TRIGGER, TRUNCATE, UPDATE

view tallystick.overdue_amounts
    owner: tallystick_owner
    options: security_invoker=true
    column business_id: uuid
    column customer_id: uuid
    column overdue_amount: bigint
    definition: SELECT customer.business_id, customer.id AS customer_id, (COALESCE(due.amount, (0)::numeric))::bigint AS overdue_amount FROM (((tallystick.customers customer LEFT JOIN LATERAL ( SELECT ((entry.charged_total - GREATEST(entry.balance_after, (0)::bigint)) - entry.ahead_total) AS settled, (entry.balance_after > 0) AS owes, entry.ahead_total, entry.entry_no, entry.charged_total, entry.due_at, entry.due_run_from FROM tallystick.credit_ledger entry WHERE ((entry.business_id = customer.business_id) AND (entry.customer_id = customer.id)) ORDER BY entry.charged_total DESC, entry.entry_no DESC LIMIT 1) last ON (true)) LEFT JOIN LATERAL ( SELECT charge.entry_no FROM tallystick.credit_ledger charge WHERE (last.owes AND (charge.business_id = customer.business_id) AND (charge.customer_id = customer.id) AND (charge.charged_total > last.settled)) ORDER BY charge.charged_total, charge.entry_no LIMIT 1) unpaid ON (true)) LEFT JOIN LATERAL ( WITH RECURSIVE run AS ( SELECT last.entry_no, last.charged_total, last.due_at, last.due_run_from WHERE (unpaid.entry_no IS NOT NULL) UNION ALL SELECT earlier.entry_no, earlier.charged_total, earlier.due_at, earlier.due_run_from FROM ((run CROSS JOIN LATERAL ( SELECT (run.due_run_from - 1) AS entry_no OFFSET 0) before) CROSS JOIN LATERAL ( SELECT entry.entry_no, entry.charged_total, entry.due_at, entry.due_run_from FROM tallystick.credit_ledger entry WHERE ((entry.business_id = customer.business_id) AND (entry.customer_id = customer.id) AND ((entry.entry_no >= before.entry_no) AND (entry.entry_no <= before.entry_no))) ORDER BY entry.entry_no LIMIT 1) earlier) WHERE (run.due_run_from > unpaid.entry_no) ), search AS ( SELECT run.due_run_from, (run.due_run_from - 1) AS before_no, CASE WHEN (run.due_at < now()) THEN run.entry_no ELSE (GREATEST(run.due_run_from, unpaid.entry_no) - 1) END AS due_no, CASE WHEN (run.due_at < now()) THEN (run.entry_no + 1) ELSE run.entry_no END AS later_no, CASE WHEN (run.due_at < now()) THEN run.charged_total ELSE NULL::bigint END AS charged_total FROM run UNION ALL SELECT search_1.due_run_from, search_1.before_no, CASE WHEN (tried.due_at < now()) THEN tried.entry_no ELSE search_1.due_no END AS due_no, CASE WHEN (tried.due_at < now()) THEN search_1.later_no ELSE tried.entry_no END AS entry_no, CASE WHEN (tried.due_at < now()) THEN tried.charged_total ELSE search_1.charged_total END AS charged_total FROM ((search search_1 CROSS JOIN LATERAL ( SELECT ((search_1.due_no + search_1.later_no) / 2) AS entry_no OFFSET 0) middle) CROSS JOIN LATERAL ( SELECT entry.entry_no, entry.charged_total, entry.due_at FROM tallystick.credit_ledger entry WHERE ((entry.business_id = customer.business_id) AND (entry.customer_id = customer.id) AND ((entry.entry_no >= middle.entry_no) AND (entry.entry_no <= middle.entry_no))) ORDER BY entry.entry_no LIMIT 1) tried) WHERE ((search_1.later_no - search_1.due_no) > 1) ) SELECT sum((((search.charged_total - CASE WHEN (search.due_run_from <= unpaid.entry_no) THEN last.settled ELSE ( SELECT entry.charged_total FROM tallystick.credit_ledger entry WHERE ((entry.business_id = customer.business_id) AND (entry.customer_id = customer.id) AND ((entry.entry_no >= search.before_no) AND (entry.entry_no <= search.before_no))) ORDER BY entry.entry_no LIMIT 1) END))::numeric - CASE WHEN (last.ahead_total = 0) THEN (0)::numeric ELSE COALESCE(( SELECT sum(part.amount) AS sum FROM ( SELECT part_1.amount FROM tallystick.allocations part_1 WHERE ((part_1.business_id = customer.business_id) AND (part_1.customer_id = customer.id) AND (part_1.charge_no >= GREATEST(search.due_run_from, unpaid.entry_no)) AND (part_1.charge_no <= search.due_no)) ORDER BY part_1.charge_no, part_1.part_no) part), (0)::numeric) END)) AS amount FROM search WHERE (((search.later_no - search.due_no) <= 1) AND (search.charged_total IS NOT NULL))) due ON (true));
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
    column overdue_amount: bigint
    definition: SELECT account.business_id, account.id AS customer_id, account.name, account.external_id, account.balance, account.oldest_unpaid_at, (floor((EXTRACT(epoch FROM (now() - account.oldest_unpaid_at)) / (86400)::numeric)))::integer AS days, due.overdue_amount FROM (tallystick.customer_accounts account LEFT JOIN LATERAL ( SELECT due_1.overdue_amount FROM tallystick.overdue_amounts due_1 WHERE ((due_1.business_id = account.business_id) AND ((due_1.customer_id >= account.id) AND (due_1.customer_id <= account.id))) ORDER BY due_1.customer_id) due ON (true)) WHERE account.overdue;
    granted to authenticated: SELECT
    granted to tallystick_app: SELECT
    granted to tallystick_auditor: SELECT
    granted to tallystick_owner: DELETE, INSERT, REFERENCES, SELECT, TRIGGER, TRUNCATE, UPDATE

composite type tallystick.batch_prices
    owner: tallystick_owner
    column decimals: smallint[]
    column unit_prices: bigint[]
    column list_prices: bigint[]
    column discounts: bigint[]
    column taxes: bigint[]
    column line_totals: numeric[]
    column total: numeric
    column discounts_too_large: integer[]
    granted to PUBLIC: USAGE
    granted to tallystick_owner: USAGE

composite type tallystick.batch_shelf
    owner: tallystick_owner
    column is_held: boolean[]
    column prices: bigint[]
    column available: bigint[]
    column versions: integer[]
    column decimals: smallint[]
    granted to PUBLIC: USAGE
    granted to tallystick_owner: USAGE

composite type tallystick.entry_record
    owner: tallystick_owner
    column entry: tallystick.credit_ledger
    column charge_ids: uuid[]
    column amounts: bigint[]
    column reversed_by: uuid
    granted to PUBLIC: USAGE
    granted to tallystick_owner: USAGE

composite type tallystick.ledger_account
    owner: tallystick_owner
    column id: uuid
    column is_held: boolean
    column is_blocked: boolean
    column credit_limit: bigint
    column due_after: interval
    column payment_terms: jsonb
    column time_zone: text
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

composite type tallystick.ledger_answer
    owner: tallystick_owner
    column outcome: text
    column entry: tallystick.credit_ledger
    column charge_ids: uuid[]
    column amounts: bigint[]
    column available_amounts: bigint[]
    column requested: bigint
    column available: bigint
    column credit_limit: bigint
    column balance: bigint
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
    column quantity_decimals: smallint[]
    column list_prices: bigint[]
    column line_totals: bigint[]
    column line_nos: integer[]
    column due_date: date
    granted to PUBLIC: USAGE
    granted to tallystick_owner: USAGE

composite type tallystick.return_answer
    owner: tallystick_owner
    column outcome: text
    column id: uuid
    column order_id: uuid
    column customer_id: uuid
    column total: bigint
    column balance_after: bigint
    column allocated: bigint
    column reason: text
    column created_at: timestamp with time zone
    column entry_no: bigint
    column entry_hash: bytea
    column line_nos: integer[]
    column product_ids: uuid[]
    column quantities: bigint[]
    column quantity_decimals: smallint[]
    column restocked: bigint[]
    column line_totals: bigint[]
    column taxes: bigint[]
    column requested: bigint[]
    column available: bigint[]
    granted to PUBLIC: USAGE
    granted to tallystick_owner: USAGE

domain tallystick.identifying_text
    owner: tallystick_owner
    type: text
    constraint identifying_text_has_only_visible_characters: CHECK ((VALUE ~ '^[^ \u0001-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069\u00a0\u00ad\u034f\u061c\u115f-\u1160\u1680\u17b4-\u17b5\u180b-\u180f\u2000-\u200f\u202f\u205f-\u2065\u206a-\u206f\u2800\u3000\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]([^\u0001-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069\u00a0\u00ad\u034f\u061c\u115f-\u1160\u1680\u17b4-\u17b5\u180b-\u180f\u2000-\u200f\u202f\u205f-\u2065\u206a-\u206f\u2800\u3000\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]*[^ \u0001-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069\u00a0\u00ad\u034f\u061c\u115f-\u1160\u1680\u17b4-\u17b5\u180b-\u180f\u2000-\u200f\u202f\u205f-\u2065\u206a-\u206f\u2800\u3000\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff])?$'::text))
    granted to PUBLIC: USAGE
    granted to tallystick_owner: USAGE

domain tallystick.payment_terms
    owner: tallystick_owner
    type: jsonb
    constraint payment_terms_are_known: CHECK ( CASE WHEN ((VALUE)::text ~ '^\{"days": [0-9]{1,4}, "type": "age"\}$'::text) THEN (((VALUE ->> 'days'::text))::integer <= 3650) WHEN ((VALUE)::text ~ '^\{"days": [0-9]{1,4}, "type": "calendar", "months": [0-9]{1,3}, ("then_days": 0, "end_of_month": false|"then_days": [0-9]{1,4}, "end_of_month": true)\}$'::text) THEN ((GREATEST(((VALUE ->> 'days'::text))::integer, ((VALUE ->> 'then_days'::text))::integer) <= 3650) AND (((VALUE ->> 'months'::text))::integer <= 120)) ELSE (VALUE IS NULL) END)
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

function tallystick.adjustment_record(uuid,uuid,text,bigint,text,text,uuid,jsonb,bigint,uuid[],bigint[],text,text,text)
    owner: tallystick_owner
    arguments: p_business_id uuid, p_customer_id uuid, p_type text, p_amount bigint, p_reason text, p_idempotency_key text, p_entry_id uuid DEFAULT NULL::uuid, p_due jsonb DEFAULT NULL::jsonb, p_authorized_limit bigint DEFAULT NULL::bigint, p_charge_ids uuid[] DEFAULT NULL::uuid[], p_amounts bigint[] DEFAULT NULL::bigint[], p_reference text DEFAULT NULL::text, p_held text DEFAULT 'wait'::text, p_actor text DEFAULT NULL::text
    returns: tallystick.ledger_answer
    behaviour: LANGUAGE plpgsql, VOLATILE, SECURITY DEFINER
    settings: search_path=pg_catalog, pg_temp; plan_cache_mode=force_generic_plan; enable_seqscan=off; enable_bitmapscan=off; enable_hashjoin=off; enable_mergejoin=off; enable_sort=off
    body: sha256 f3b58f5a0a758b0ebea8c9ab8d290d13396cbc208a576334d943240f45175420
    granted to tallystick_app: EXECUTE
    granted to tallystick_owner: EXECUTE

function tallystick.aging_totals(uuid,timestamp with time zone,uuid,bigint,bigint,integer)
    owner: tallystick_owner
    arguments: p_business_id uuid, p_as_of timestamp with time zone, p_customer_id uuid DEFAULT NULL::uuid, p_entry_no bigint DEFAULT NULL::bigint, p_last_no bigint DEFAULT NULL::bigint, p_limit integer DEFAULT NULL::integer, OUT as_of timestamp with time zone, OUT customers bigint, OUT balance numeric, OUT not_due numeric, OUT days_1_to_30 numeric, OUT days_31_to_60 numeric, OUT days_61_to_90 numeric, OUT over_90_days numeric, OUT credit_balance numeric, OUT next_customer_id uuid, OUT next_entry_no bigint, OUT next_last_no bigint
    returns: record
    behaviour: LANGUAGE plpgsql, STABLE, SECURITY INVOKER
    settings: search_path=pg_catalog, pg_temp; plan_cache_mode=force_generic_plan; enable_seqscan=off; enable_bitmapscan=off; enable_hashjoin=off; enable_mergejoin=off; enable_sort=off; jit=off
    body: sha256 0fbfe328880f185bc7340abcc356932e64dbec605510548f1b06911661f38d0a
    granted to tallystick_app: EXECUTE
    granted to tallystick_owner: EXECUTE

function tallystick.allocation_record(uuid,uuid,uuid[],bigint[],text,text,uuid,text,text)
    owner: tallystick_owner
    arguments: p_business_id uuid, p_customer_id uuid, p_charge_ids uuid[], p_amounts bigint[], p_reason text, p_idempotency_key text, p_entry_id uuid DEFAULT NULL::uuid, p_held text DEFAULT 'wait'::text, p_actor text DEFAULT NULL::text
    returns: tallystick.ledger_answer
    behaviour: LANGUAGE plpgsql, VOLATILE, SECURITY DEFINER
    settings: search_path=pg_catalog, pg_temp; plan_cache_mode=force_generic_plan; enable_seqscan=off; enable_bitmapscan=off; enable_hashjoin=off; enable_mergejoin=off; enable_sort=off
    body: sha256 e9cce2d57dee07860af38201ca0179364dd46b7ec7ef44fc904d740867afec4e
    granted to tallystick_app: EXECUTE
    granted to tallystick_owner: EXECUTE

function tallystick.allocations_agree()
    owner: tallystick_owner
    arguments:
    returns: trigger
    behaviour: LANGUAGE plpgsql, VOLATILE, SECURITY INVOKER
    settings: search_path=pg_catalog, pg_temp; enable_seqscan=off; enable_bitmapscan=off
    body: sha256 9400d883707b85b2810bf6319788658a825aede8bad2398af1c14c6682812a6e
    granted to tallystick_owner: EXECUTE

function tallystick.allocations_broken_rule(tallystick.credit_ledger)
    owner: tallystick_owner
    arguments: e tallystick.credit_ledger
    returns: text
    behaviour: LANGUAGE plpgsql, VOLATILE, SECURITY INVOKER
    settings: enable_seqscan=off; enable_bitmapscan=off; enable_hashjoin=off; enable_mergejoin=off
    body: sha256 9c1835510a50ea0ec907c4acd2db46f7af0e15259c16c30194335bf1d04848f5
    granted to tallystick_owner: EXECUTE

function tallystick.allocations_of(uuid,uuid,bigint,bigint[],bigint[])
    owner: tallystick_owner
    arguments: p_business_id uuid, p_customer_id uuid, p_entry_no bigint, p_charge_nos bigint[], p_amounts bigint[]
    returns: tallystick.allocations[]
    behaviour: LANGUAGE plpgsql, VOLATILE, SECURITY INVOKER
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

function tallystick.batch_lines(uuid,uuid,uuid[],tallystick.batch_shelf,bigint[],integer[],bigint[],tallystick.batch_prices)
    owner: tallystick_owner
    arguments: p_business_id uuid, p_order_id uuid, p_product_ids uuid[], p_shelf tallystick.batch_shelf, p_left bigint[], p_positions integer[], p_quantities bigint[], p_priced tallystick.batch_prices DEFAULT NULL::tallystick.batch_prices, OUT items tallystick.order_items[], OUT digest bytea
    returns: record
    behaviour: LANGUAGE plpgsql, IMMUTABLE, SECURITY INVOKER
    body: sha256 c239dc3deb2daba4e82c5e5c32ff67b66b26ebf4b3b24c14f2821464d0ac35e3
    granted to tallystick_owner: EXECUTE

function tallystick.batch_lock_customers(uuid,uuid[],text)
    owner: tallystick_owner
    arguments: p_business_id uuid, p_customer_ids uuid[], p_held text
    returns: uuid[]
    behaviour: LANGUAGE plpgsql, VOLATILE, SECURITY INVOKER
    body: sha256 02993566929a731a6de836de8aadf2aefb02ebc980f8177748ac554be56328f6
    granted to tallystick_owner: EXECUTE

function tallystick.batch_lock_products(uuid,uuid[],text)
    owner: tallystick_owner
    arguments: p_business_id uuid, p_product_ids uuid[], p_held text
    returns: uuid[]
    behaviour: LANGUAGE plpgsql, VOLATILE, SECURITY INVOKER
    body: sha256 b96a208fb83aca3fd4e588f5c0479c4bc07f4294f853a67952b03f905af4e352
    granted to tallystick_owner: EXECUTE

function tallystick.batch_price_lines(tallystick.batch_shelf,integer[],bigint[],jsonb)
    owner: tallystick_owner
    arguments: p_shelf tallystick.batch_shelf, p_positions integer[], p_quantities bigint[], p_lines jsonb
    returns: tallystick.batch_prices
    behaviour: LANGUAGE plpgsql, IMMUTABLE, SECURITY INVOKER
    body: sha256 7e79e44ff457ad35e725a4ace2cd6199b9d08a25b8d0167608f8362bd5851b99
    granted to tallystick_owner: EXECUTE

function tallystick.batch_read_accounts(uuid,uuid[],uuid[])
    owner: tallystick_owner
    arguments: p_business_id uuid, p_customer_ids uuid[], p_locked_ids uuid[]
    returns: tallystick.ledger_account[]
    behaviour: LANGUAGE plpgsql, VOLATILE, SECURITY INVOKER
    settings: enable_sort=off
    body: sha256 865f2cf1441cf6b3a05d4bfb1f89ba12bb9ba320f51806820a8a9e8cf75eb4d1
    granted to tallystick_owner: EXECUTE

function tallystick.batch_read_shelf(uuid,uuid[],uuid[])
    owner: tallystick_owner
    arguments: p_business_id uuid, p_product_ids uuid[], p_locked_ids uuid[]
    returns: tallystick.batch_shelf
    behaviour: LANGUAGE plpgsql, VOLATILE, SECURITY INVOKER
    body: sha256 16512cadf2c2e1809dae287aff4facf7643764ae97918376d50ef4077cbe77fc
    granted to tallystick_owner: EXECUTE

function tallystick.batch_shortages(uuid[],integer[],bigint[],bigint[])
    owner: tallystick_owner
    arguments: p_product_ids uuid[], p_positions integer[], p_available bigint[], p_left bigint[]
    returns: tallystick.purchase_answer
    behaviour: LANGUAGE plpgsql, STABLE, SECURITY INVOKER
    body: sha256 f3925b3b65d49110d9fe3152f23752e0acc3dc95dd1ff1209d8cabf742ba6599
    granted to tallystick_owner: EXECUTE

function tallystick.batch_write(uuid,tallystick.credit_ledger[],tallystick.order_items[],uuid[],bigint[],bigint[])
    owner: tallystick_owner
    arguments: p_business_id uuid, p_entries tallystick.credit_ledger[], p_items tallystick.order_items[], p_product_ids uuid[], p_available_before bigint[], p_available_after bigint[]
    returns: integer
    behaviour: LANGUAGE plpgsql, VOLATILE, SECURITY INVOKER
    body: sha256 d9a86eadda2ac1096172c9f43b5162c918a2e24ccddc24a76ca099c2c0a31854
    granted to tallystick_owner: EXECUTE

function tallystick.business_aging(uuid,timestamp with time zone,uuid,integer)
    owner: tallystick_owner
    arguments: p_business_id uuid, p_as_of timestamp with time zone, p_before uuid, p_limit integer
    returns: TABLE(customer_id uuid, name text, external_id text, balance bigint, not_due bigint, days_1_to_30 bigint, days_31_to_60 bigint, days_61_to_90 bigint, over_90_days bigint)
    behaviour: LANGUAGE plpgsql, STABLE, SECURITY INVOKER
    settings: search_path=pg_catalog, pg_temp; plan_cache_mode=force_generic_plan; enable_seqscan=off; enable_bitmapscan=off; enable_hashjoin=off; enable_mergejoin=off; enable_sort=off; jit=off
    body: sha256 43f7ced07ddec14bea4d0cb450ec0dd255061372cb74bba19d0506a5db33716c
    granted to tallystick_app: EXECUTE
    granted to tallystick_owner: EXECUTE

function tallystick.business_create(uuid,text,text,jsonb,text,text)
    owner: tallystick_owner
    arguments: p_business_id uuid, p_name text, p_currency text, p_payment_terms jsonb DEFAULT NULL::jsonb, p_time_zone text DEFAULT 'UTC'::text, p_idempotency_key text DEFAULT NULL::text, OUT outcome text, OUT business tallystick.businesses
    returns: record
    behaviour: LANGUAGE plpgsql, VOLATILE, SECURITY DEFINER
    settings: search_path=pg_catalog, pg_temp; plan_cache_mode=force_generic_plan; enable_seqscan=off; enable_bitmapscan=off
    body: sha256 3c03cdcb9bbb2b986cd157509c16146ace1ef7a7358c5809a2646f3b1c8e450d
    granted to tallystick_app: EXECUTE
    granted to tallystick_owner: EXECUTE

function tallystick.business_created_with(text,bytea)
    owner: tallystick_owner
    arguments: p_idempotency_key text, p_fingerprint bytea, OUT outcome text, OUT business tallystick.businesses
    returns: record
    behaviour: LANGUAGE plpgsql, VOLATILE, SECURITY INVOKER
    settings: plan_cache_mode=force_generic_plan; enable_seqscan=off; enable_bitmapscan=off
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

function tallystick.business_time_zone_is_known()
    owner: tallystick_owner
    arguments:
    returns: trigger
    behaviour: LANGUAGE plpgsql, VOLATILE, SECURITY INVOKER
    settings: search_path=pg_catalog, pg_temp
    body: sha256 24d37030b7024c52e251202549f5269c8a0067b4f149f085a89ce127fac32152
    granted to tallystick_owner: EXECUTE

function tallystick.caller_actor(text)
    owner: tallystick_owner
    arguments: p_actor text
    returns: text
    behaviour: LANGUAGE plpgsql, STABLE, SECURITY INVOKER
    body: sha256 44c680e105479f35cad9cb6dac33cf373aabb78d8f14bd21ba0625aedd04c2dc
    granted to tallystick_owner: EXECUTE

function tallystick.charges_in_order(bigint[],uuid[],bigint[])
    owner: tallystick_owner
    arguments: p_charge_nos bigint[], p_charge_ids uuid[], p_amounts bigint[], OUT charge_nos bigint[], OUT charge_ids uuid[], OUT amounts bigint[]
    returns: record
    behaviour: LANGUAGE plpgsql, STABLE, SECURITY INVOKER
    settings: enable_sort=on
    body: sha256 b9923bbf3dcfd57d1fc692b21e95a244a09478ef3d878ac6aa01ac4c743a7998
    granted to tallystick_owner: EXECUTE

function tallystick.charges_named(uuid,uuid,uuid[],bigint[])
    owner: tallystick_owner
    arguments: p_business_id uuid, p_customer_id uuid, p_charge_ids uuid[], p_amounts bigint[], OUT outcome text, OUT charge_nos bigint[], OUT charge_ids uuid[], OUT amounts bigint[], OUT available_amounts bigint[]
    returns: record
    behaviour: LANGUAGE plpgsql, VOLATILE, SECURITY INVOKER
    body: sha256 7796c2a1f2493af588d957bc6ced35c373b8a3f160032535a0c4bf0403b92a85
    granted to tallystick_owner: EXECUTE

function tallystick.charges_settled_by(tallystick.credit_ledger)
    owner: tallystick_owner
    arguments: p_entry tallystick.credit_ledger, OUT charge_ids uuid[], OUT amounts bigint[]
    returns: record
    behaviour: LANGUAGE plpgsql, STABLE, SECURITY INVOKER
    settings: search_path=pg_catalog, pg_temp; plan_cache_mode=force_generic_plan; enable_seqscan=off; enable_bitmapscan=off; enable_hashjoin=off; enable_mergejoin=off; enable_sort=off
    body: sha256 2a0363af49552e5e3aa7f443d804d77fd08f37c881a67d0907561210dccd730a
    granted to tallystick_app: EXECUTE
    granted to tallystick_owner: EXECUTE

function tallystick.check_charges(uuid[],bigint[])
    owner: tallystick_owner
    arguments: p_charge_ids uuid[], p_amounts bigint[]
    returns: numeric
    behaviour: LANGUAGE plpgsql, IMMUTABLE, SECURITY INVOKER
    body: sha256 d007a88000214391c98daa713a66d3f93d9739f575d80b74b42da0ac830b024e
    granted to tallystick_owner: EXECUTE

function tallystick.check_return_lines(integer[],bigint[],bigint[])
    owner: tallystick_owner
    arguments: p_line_nos integer[], p_quantities bigint[], p_restock_quantities bigint[]
    returns: void
    behaviour: LANGUAGE plpgsql, IMMUTABLE, SECURITY INVOKER
    body: sha256 8beb30adedde57e6475f90afcf557ac9e9ece28f8f89c4f8ee1e001841b50fa4
    granted to tallystick_owner: EXECUTE

function tallystick.claims_allow(text)
    owner: tallystick_owner
    arguments: p_scope text
    returns: boolean
    behaviour: LANGUAGE plpgsql, STABLE, SECURITY INVOKER
    settings: search_path=pg_catalog, pg_temp
    body: sha256 01fd0ac32f4a1471da65b827c9d13109f184d8855d1946d6f7f2056ffec9ca3e
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
    body: sha256 b08326a2c2a16063575fdd81124e2305cd28526323cffdf61c184e0b53789978
    granted to authenticated: EXECUTE
    granted to tallystick_app: EXECUTE
    granted to tallystick_owner: EXECUTE

function tallystick.creation_claim(uuid,text,text,bytea,uuid)
    owner: tallystick_owner
    arguments: p_business_id uuid, p_kind text, p_idempotency_key text, p_fingerprint bytea, p_id uuid, OUT outcome text, OUT id uuid, OUT created_at timestamp with time zone
    returns: record
    behaviour: LANGUAGE plpgsql, VOLATILE, SECURITY INVOKER
    settings: plan_cache_mode=force_generic_plan; enable_seqscan=off; enable_bitmapscan=off; enable_sort=off
    body: sha256 771e1eb156990697c5be3ca3fc62b30fc4201375b3dbeec4bc6d448f1ab86fa8
    granted to tallystick_owner: EXECUTE

function tallystick.customer_aging(uuid,uuid,timestamp with time zone)
    owner: tallystick_owner
    arguments: p_business_id uuid, p_customer_id uuid, p_as_of timestamp with time zone DEFAULT NULL::timestamp with time zone
    returns: TABLE(as_of timestamp with time zone, balance bigint, not_due bigint, days_1_to_30 bigint, days_31_to_60 bigint, days_61_to_90 bigint, over_90_days bigint)
    behaviour: LANGUAGE plpgsql, STABLE, SECURITY INVOKER
    settings: search_path=pg_catalog, pg_temp; plan_cache_mode=force_generic_plan; enable_seqscan=off; enable_bitmapscan=off; enable_sort=off
    body: sha256 5e868f457ee2d33e54a53f6091bd5691791af229803e37189dbc85a070778c52
    granted to tallystick_app: EXECUTE
    granted to tallystick_owner: EXECUTE

function tallystick.customer_by_external_id(uuid,text)
    owner: tallystick_owner
    arguments: p_business_id uuid, p_external_id text
    returns: uuid
    behaviour: LANGUAGE plpgsql, VOLATILE, SECURITY INVOKER
    settings: plan_cache_mode=force_generic_plan; enable_seqscan=off; enable_bitmapscan=off; enable_sort=off
    body: sha256 f8134242f7faf87749c4abb3c8d485339ae30ede5f6faf46c3a51452b0c907d4
    granted to tallystick_owner: EXECUTE

function tallystick.customer_create(uuid,uuid,text,text,bigint,boolean,text,jsonb,integer)
    owner: tallystick_owner
    arguments: p_business_id uuid, p_id uuid, p_name text, p_external_id text, p_credit_limit bigint, p_blocked boolean, p_idempotency_key text DEFAULT NULL::text, p_payment_terms jsonb DEFAULT NULL::jsonb, p_overdue_hold_after_days integer DEFAULT NULL::integer, OUT outcome text, OUT customer tallystick.customer_accounts
    returns: record
    behaviour: LANGUAGE plpgsql, VOLATILE, SECURITY DEFINER
    settings: search_path=pg_catalog, pg_temp; plan_cache_mode=force_generic_plan; enable_seqscan=off; enable_bitmapscan=off; enable_hashjoin=off; enable_mergejoin=off; enable_sort=off
    body: sha256 d9762dfb5197c26817b0090908bcc49b86c5cb8e8c9b7fea45aaa655c18909c0
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
    settings: plan_cache_mode=force_generic_plan; enable_seqscan=off; enable_bitmapscan=off
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

function tallystick.customer_update(uuid,uuid,text,bigint,boolean,boolean,text,text,uuid,uuid[],boolean,jsonb,boolean,integer)
    owner: tallystick_owner
    arguments: p_business_id uuid, p_id uuid, p_name text, p_credit_limit bigint, p_blocked boolean, p_set_external_id boolean, p_external_id text, p_held text DEFAULT 'wait'::text, p_version uuid DEFAULT NULL::uuid, p_expected_versions uuid[] DEFAULT NULL::uuid[], p_set_payment_terms boolean DEFAULT false, p_payment_terms jsonb DEFAULT NULL::jsonb, p_set_overdue_hold_after_days boolean DEFAULT false, p_overdue_hold_after_days integer DEFAULT NULL::integer, OUT outcome text, OUT customer tallystick.customer_accounts
    returns: record
    behaviour: LANGUAGE plpgsql, VOLATILE, SECURITY DEFINER
    settings: search_path=pg_catalog, pg_temp; plan_cache_mode=force_generic_plan; enable_seqscan=off; enable_bitmapscan=off; enable_hashjoin=off; enable_mergejoin=off; enable_sort=off
    body: sha256 20c07f0a035d79b86e7d5c3ac60246953af731f6cd903268aa0580c1ad205ab6
    granted to tallystick_app: EXECUTE
    granted to tallystick_owner: EXECUTE

function tallystick.customers_stay()
    owner: tallystick_owner
    arguments:
    returns: trigger
    behaviour: LANGUAGE plpgsql, VOLATILE, SECURITY INVOKER
    settings: search_path=pg_catalog, pg_temp
    body: sha256 edb1195f5027f2e9b6827b65cf01c078a8db40bf7a8d3421ff9d32dede42d142
    granted to tallystick_owner: EXECUTE

function tallystick.due_by_terms(jsonb,text,timestamp with time zone)
    owner: tallystick_owner
    arguments: p_terms jsonb, p_time_zone text, p_charged_at timestamp with time zone, OUT due_at timestamp with time zone, OUT due_date date
    returns: record
    behaviour: LANGUAGE plpgsql, STABLE, SECURITY INVOKER
    body: sha256 21a19e1e2ed7b6e0abebe7b6e8d1109f3eb6845936320ece18914aa021fdd52f
    granted to tallystick_owner: EXECUTE

function tallystick.end_of_day(date,text)
    owner: tallystick_owner
    arguments: p_day date, p_time_zone text
    returns: timestamp with time zone
    behaviour: LANGUAGE plpgsql, STABLE, SECURITY INVOKER
    body: sha256 1ade3a4976e264acb5bf9d7c0432d731ce8fa21b333d0c7b0781709c8e12bb69
    granted to tallystick_owner: EXECUTE

function tallystick.entry_get(uuid,text[],uuid)
    owner: tallystick_owner
    arguments: p_business_id uuid, p_kinds text[], p_id uuid
    returns: SETOF tallystick.entry_record
    behaviour: LANGUAGE plpgsql, STABLE, SECURITY INVOKER
    settings: search_path=pg_catalog, pg_temp; plan_cache_mode=force_generic_plan; enable_seqscan=off; enable_bitmapscan=off; enable_hashjoin=off; enable_mergejoin=off; enable_sort=off
    body: sha256 e5604498a13f9a9914b4f2dfe824affb3b4828bac566f059d07a0ebd5684372b
    granted to tallystick_app: EXECUTE
    granted to tallystick_owner: EXECUTE

function tallystick.entry_list(uuid,text[],uuid,text,uuid,integer)
    owner: tallystick_owner
    arguments: p_business_id uuid, p_kinds text[], p_customer_id uuid, p_reference text, p_before uuid, p_limit integer
    returns: SETOF tallystick.entry_record
    behaviour: LANGUAGE plpgsql, STABLE, SECURITY INVOKER
    settings: search_path=pg_catalog, pg_temp; plan_cache_mode=force_generic_plan; enable_seqscan=off; enable_bitmapscan=off; enable_hashjoin=off; enable_mergejoin=off; enable_sort=off; enable_incremental_sort=off; jit=off
    body: sha256 29f37a202a5bbb0a80eb20740b73de5fb912601d5fb3959af8313f5f57a769da
    granted to tallystick_app: EXECUTE
    granted to tallystick_owner: EXECUTE

function tallystick.keys_known(uuid,text[])
    owner: tallystick_owner
    arguments: p_business_id uuid, p_keys text[]
    returns: boolean[]
    behaviour: LANGUAGE plpgsql, VOLATILE, SECURITY INVOKER
    settings: enable_sort=off
    body: sha256 e7b007c712a13a2cebe15b28aaaabfae6a2566e97f8432825fda634de9e72ce8
    granted to tallystick_owner: EXECUTE

function tallystick.ledger_account_of(uuid,uuid)
    owner: tallystick_owner
    arguments: p_business_id uuid, p_customer_id uuid
    returns: tallystick.ledger_account
    behaviour: LANGUAGE plpgsql, VOLATILE, SECURITY INVOKER
    body: sha256 320a305234d2d7b719840a9b66b7b7673bc90874ba1a761d075d587f29b5ae3e
    granted to tallystick_owner: EXECUTE

function tallystick.ledger_aging(tallystick.credit_ledger,timestamp with time zone)
    owner: tallystick_owner
    arguments: p_entry tallystick.credit_ledger, p_at timestamp with time zone, OUT not_due bigint, OUT days_1_to_30 bigint, OUT days_31_to_60 bigint, OUT days_61_to_90 bigint, OUT over_90_days bigint
    returns: record
    behaviour: LANGUAGE plpgsql, STABLE, SECURITY INVOKER
    settings: search_path=pg_catalog, pg_temp
    body: sha256 f1b602686da2bb1613ba1e601af58796776560ca2338e7d70d705c492b35e229
    granted to tallystick_app: EXECUTE
    granted to tallystick_owner: EXECUTE

function tallystick.ledger_ahead(tallystick.ledger_account,tallystick.credit_ledger,tallystick.allocations[])
    owner: tallystick_owner
    arguments: p_account tallystick.ledger_account, p_entry tallystick.credit_ledger, p_parts tallystick.allocations[]
    returns: bigint
    behaviour: LANGUAGE plpgsql, VOLATILE, SECURITY INVOKER
    body: sha256 35a7953c0094e7185794a49c0ec5cff370f5503386394db3acc8df0313e26991
    granted to tallystick_owner: EXECUTE

function tallystick.ledger_begin(uuid,uuid,text,bytea,text)
    owner: tallystick_owner
    arguments: p_business_id uuid, p_customer_id uuid, p_idempotency_key text, p_fingerprint bytea, p_held text
    returns: tallystick.ledger_answer
    behaviour: LANGUAGE plpgsql, VOLATILE, SECURITY INVOKER
    settings: enable_sort=off
    body: sha256 1f398fe4efbc8768a4f612341444df885474ba7047da4f0a850380d173cdf8c0
    granted to tallystick_owner: EXECUTE

function tallystick.ledger_continue(tallystick.ledger_account,tallystick.credit_ledger)
    owner: tallystick_owner
    arguments: p_account tallystick.ledger_account, p_entry tallystick.credit_ledger
    returns: tallystick.credit_ledger
    behaviour: LANGUAGE plpgsql, IMMUTABLE, SECURITY INVOKER
    body: sha256 c5b6a50a83aa069fecf1373dce5fc2722f257bd09a7278e0ec623be91932ac7b
    granted to tallystick_owner: EXECUTE

function tallystick.ledger_entries_are_right()
    owner: tallystick_owner
    arguments:
    returns: trigger
    behaviour: LANGUAGE plpgsql, VOLATILE, SECURITY INVOKER
    settings: search_path=pg_catalog, pg_temp; enable_seqscan=off; enable_bitmapscan=off; enable_hashjoin=off; enable_mergejoin=off
    body: sha256 5859f818c67cce8b051bafef4380e70004d69a39c81a69e580fb205d8565a772
    granted to tallystick_owner: EXECUTE

function tallystick.ledger_entry_as_of(uuid,uuid,timestamp with time zone)
    owner: tallystick_owner
    arguments: p_business_id uuid, p_customer_id uuid, p_as_of timestamp with time zone
    returns: tallystick.credit_ledger
    behaviour: LANGUAGE plpgsql, STABLE, SECURITY INVOKER
    settings: search_path=pg_catalog, pg_temp
    body: sha256 f7bd0d77fec60ac69274260f14f613ac9eb91c519eb2a43aa87f29b322a45f77
    granted to tallystick_app: EXECUTE
    granted to tallystick_owner: EXECUTE

function tallystick.ledger_hash(bytea,tallystick.credit_ledger)
    owner: tallystick_owner
    arguments: p_previous bytea, e tallystick.credit_ledger
    returns: bytea
    behaviour: LANGUAGE plpgsql, IMMUTABLE, SECURITY INVOKER
    body: sha256 90fce919d722ab25d439c30d576f452f1e21bb91546785851493c82f6c2fdf47
    granted to tallystick_owner: EXECUTE

function tallystick.ledger_kind_broken_rule(tallystick.credit_ledger)
    owner: tallystick_owner
    arguments: e tallystick.credit_ledger
    returns: text
    behaviour: LANGUAGE plpgsql, VOLATILE, SECURITY INVOKER
    settings: enable_seqscan=off; enable_bitmapscan=off
    body: sha256 10da2cbb577391319aa70b1d0de1e7e3696094975f5413eea6eac52515d0c510
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

function tallystick.ledger_open_before(tallystick.credit_ledger,timestamp with time zone)
    owner: tallystick_owner
    arguments: p_entry tallystick.credit_ledger, p_due_before timestamp with time zone
    returns: bigint
    behaviour: LANGUAGE plpgsql, STABLE, SECURITY INVOKER
    settings: search_path=pg_catalog, pg_temp
    body: sha256 818e2d136576a3c615690467e22832c3aeccc06e4dee46a89afdb701f55fb66e
    granted to tallystick_app: EXECUTE
    granted to tallystick_owner: EXECUTE

function tallystick.ledger_record(tallystick.ledger_account,tallystick.credit_ledger,bigint[],bigint[])
    owner: tallystick_owner
    arguments: p_account tallystick.ledger_account, p_entry tallystick.credit_ledger, p_charge_nos bigint[] DEFAULT NULL::bigint[], p_amounts bigint[] DEFAULT NULL::bigint[]
    returns: tallystick.credit_ledger
    behaviour: LANGUAGE plpgsql, VOLATILE, SECURITY INVOKER
    body: sha256 b6a8f92db037b939f8047dc4248ba6229f4aa153efdef71e0cd27a47a5810e7b
    granted to tallystick_owner: EXECUTE

function tallystick.ledger_settle(tallystick.ledger_account,tallystick.credit_ledger,bigint[],bigint[],bytea)
    owner: tallystick_owner
    arguments: p_account tallystick.ledger_account, p_entry tallystick.credit_ledger, p_charge_nos bigint[], p_amounts bigint[], p_details bytea, OUT entry tallystick.credit_ledger, OUT parts tallystick.allocations[]
    returns: record
    behaviour: LANGUAGE plpgsql, VOLATILE, SECURITY INVOKER
    body: sha256 b472663fa6d09d862466eb33d93097ff3f2c536f47b21ceaa4a047ac7119e8cf
    granted to tallystick_owner: EXECUTE

function tallystick.limit_override_list(uuid,uuid,integer)
    owner: tallystick_owner
    arguments: p_business_id uuid, p_before uuid, p_limit integer
    returns: SETOF tallystick.credit_ledger
    behaviour: LANGUAGE plpgsql, STABLE, SECURITY INVOKER
    settings: search_path=pg_catalog, pg_temp; plan_cache_mode=force_generic_plan; enable_seqscan=off; enable_bitmapscan=off; enable_sort=off
    body: sha256 3339b2cbe6a4af02396030c1621443c2df6af619a9fe68a2f43615f02b3ca539
    granted to tallystick_app: EXECUTE
    granted to tallystick_owner: EXECUTE

function tallystick.new_id()
    owner: tallystick_owner
    arguments:
    returns: uuid
    behaviour: LANGUAGE plpgsql, VOLATILE, SECURITY INVOKER
    body: sha256 bbe95f434f5c4434d09780b2527482a37fb458916d04bddb859bd2c0608f6ef0
    granted to tallystick_owner: EXECUTE

function tallystick.open_charges(uuid,uuid,timestamp with time zone,bigint,integer)
    owner: tallystick_owner
    arguments: p_business_id uuid, p_customer_id uuid, p_as_of timestamp with time zone, p_after bigint, p_limit integer
    returns: TABLE(entry_no bigint, id uuid, kind text, amount bigint, open_amount bigint, created_at timestamp with time zone, due_at timestamp with time zone, due_date date)
    behaviour: LANGUAGE plpgsql, STABLE, SECURITY INVOKER
    settings: search_path=pg_catalog, pg_temp; plan_cache_mode=force_generic_plan; enable_seqscan=off; enable_bitmapscan=off; enable_hashjoin=off; enable_mergejoin=off; enable_sort=off
    body: sha256 52719dc28fc596d13e439b64c18473a852a9f20aa9e11a6f97f24f6662e642b2
    granted to tallystick_app: EXECUTE
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
    body: sha256 7ac04fe03f334f02fd4ddcaec3b6832dc590f22349c687ac31c950119b73f16c
    granted to tallystick_owner: EXECUTE

function tallystick.order_list(uuid,uuid,uuid,integer)
    owner: tallystick_owner
    arguments: p_business_id uuid, p_customer_id uuid, p_before uuid, p_limit integer
    returns: SETOF tallystick.order_records
    behaviour: LANGUAGE plpgsql, STABLE, SECURITY INVOKER
    settings: search_path=pg_catalog, pg_temp; plan_cache_mode=force_generic_plan; enable_seqscan=off; enable_bitmapscan=off; enable_hashjoin=off; enable_mergejoin=off; enable_sort=off
    body: sha256 9054b0cb4d7e702656c0368b0d344d1dd2538f415cf3fb4ccc2b20872f64c4d6
    granted to tallystick_app: EXECUTE
    granted to tallystick_owner: EXECUTE

function tallystick.overdue_list(uuid,uuid,integer)
    owner: tallystick_owner
    arguments: p_business_id uuid, p_before uuid, p_limit integer
    returns: SETOF tallystick.overdue_customers
    behaviour: LANGUAGE plpgsql, STABLE, SECURITY INVOKER
    settings: search_path=pg_catalog, pg_temp; plan_cache_mode=force_generic_plan; enable_seqscan=off; enable_bitmapscan=off; enable_hashjoin=off; enable_mergejoin=off; enable_sort=off; jit=off
    body: sha256 9262d694be340314c7bfb1ff81dc24fb6e1af53686d0ef90b49a81f32e23ae95
    granted to tallystick_app: EXECUTE
    granted to tallystick_owner: EXECUTE

function tallystick.overdue_since(uuid,uuid)
    owner: tallystick_owner
    arguments: p_business_id uuid, p_customer_id uuid
    returns: timestamp with time zone
    behaviour: LANGUAGE plpgsql, VOLATILE, SECURITY INVOKER
    settings: enable_sort=off
    body: sha256 0d22776c2022b2baed656b3d33cafc8c90793931d466de6c00f2c62db4c6c40d
    granted to tallystick_owner: EXECUTE

function tallystick.payment_record(uuid,uuid,bigint,text,uuid,uuid[],bigint[],text,date,text,text)
    owner: tallystick_owner
    arguments: p_business_id uuid, p_customer_id uuid, p_amount bigint, p_idempotency_key text, p_entry_id uuid DEFAULT NULL::uuid, p_charge_ids uuid[] DEFAULT NULL::uuid[], p_amounts bigint[] DEFAULT NULL::bigint[], p_reference text DEFAULT NULL::text, p_received_on date DEFAULT NULL::date, p_held text DEFAULT 'wait'::text, p_actor text DEFAULT NULL::text
    returns: tallystick.ledger_answer
    behaviour: LANGUAGE plpgsql, VOLATILE, SECURITY DEFINER
    settings: search_path=pg_catalog, pg_temp; plan_cache_mode=force_generic_plan; enable_seqscan=off; enable_bitmapscan=off; enable_hashjoin=off; enable_mergejoin=off; enable_sort=off
    body: sha256 4a63e67abb0318024f944c7f06965b5b61edf171003b4e26a9813bf7961d4e78
    granted to tallystick_app: EXECUTE
    granted to tallystick_owner: EXECUTE

function tallystick.payment_terms_of(jsonb)
    owner: tallystick_owner
    arguments: p_terms jsonb
    returns: tallystick.payment_terms
    behaviour: LANGUAGE plpgsql, IMMUTABLE, SECURITY INVOKER
    body: sha256 b204ed669c069203a2d88cff8c3bb8f8c70a9dea5a6bf555a3cf630f35335143
    granted to tallystick_owner: EXECUTE

function tallystick.price_of_part(bigint,tallystick.return_items)
    owner: tallystick_owner
    arguments: p_price bigint, p_part tallystick.return_items
    returns: bigint
    behaviour: LANGUAGE plpgsql, IMMUTABLE, SECURITY INVOKER
    body: sha256 60b5a58713f85dc378e73297e781cb7928a835347da42ffb74a4cbbec0e6fa74
    granted to tallystick_owner: EXECUTE

function tallystick.product_by_sku(uuid,text)
    owner: tallystick_owner
    arguments: p_business_id uuid, p_sku text
    returns: uuid
    behaviour: LANGUAGE plpgsql, VOLATILE, SECURITY INVOKER
    settings: plan_cache_mode=force_generic_plan; enable_seqscan=off; enable_bitmapscan=off; enable_sort=off
    body: sha256 53dec325539555827e82d8cc3705986ecc494587db3c3629b2e4150a4ddda0d9
    granted to tallystick_owner: EXECUTE

function tallystick.product_create(uuid,uuid,text,text,bigint,bigint,text,text,text,integer,boolean,bigint)
    owner: tallystick_owner
    arguments: p_business_id uuid, p_id uuid, p_sku text, p_name text, p_price bigint, p_stock bigint, p_idempotency_key text DEFAULT NULL::text, p_actor text DEFAULT NULL::text, p_unit text DEFAULT NULL::text, p_quantity_decimals integer DEFAULT 0, p_track_stock boolean DEFAULT true, p_backorder_limit bigint DEFAULT 0, OUT outcome text, OUT product tallystick.products
    returns: record
    behaviour: LANGUAGE plpgsql, VOLATILE, SECURITY DEFINER
    settings: search_path=pg_catalog, pg_temp; plan_cache_mode=force_generic_plan; enable_seqscan=off; enable_bitmapscan=off; enable_sort=off
    body: sha256 a29b683d36be71f444417570d08e98e2731015d5c72677101dca758d615facb6
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
    settings: plan_cache_mode=force_generic_plan; enable_seqscan=off; enable_bitmapscan=off
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

function tallystick.product_update(uuid,uuid,text,text,bigint,text,uuid,uuid[],boolean,text,boolean,bigint)
    owner: tallystick_owner
    arguments: p_business_id uuid, p_id uuid, p_sku text, p_name text, p_price bigint, p_held text DEFAULT 'wait'::text, p_version uuid DEFAULT NULL::uuid, p_expected_versions uuid[] DEFAULT NULL::uuid[], p_set_unit boolean DEFAULT false, p_unit text DEFAULT NULL::text, p_track_stock boolean DEFAULT NULL::boolean, p_backorder_limit bigint DEFAULT NULL::bigint, OUT outcome text, OUT product tallystick.products
    returns: record
    behaviour: LANGUAGE plpgsql, VOLATILE, SECURITY DEFINER
    settings: search_path=pg_catalog, pg_temp; plan_cache_mode=force_generic_plan; enable_seqscan=off; enable_bitmapscan=off; enable_sort=off
    body: sha256 fa80ea543964e3c438c3cc75aa5a05c364031dd34b3047a91b27d57e72c779b1
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

function tallystick.purchase(uuid,uuid,uuid[],bigint[],text,uuid,text,jsonb)
    owner: tallystick_owner
    arguments: p_business_id uuid, p_customer_id uuid, p_product_ids uuid[], p_quantities bigint[], p_idempotency_key text, p_order_id uuid DEFAULT NULL::uuid, p_actor text DEFAULT NULL::text, p_options jsonb DEFAULT NULL::jsonb
    returns: tallystick.purchase_answer
    behaviour: LANGUAGE plpgsql, VOLATILE, SECURITY DEFINER
    settings: search_path=pg_catalog, pg_temp
    body: sha256 ddf1d30ed26260ad9a12f4090e548dcc88ccf650d5fce94175182cd0a33e5fae
    granted to authenticated: EXECUTE
    granted to tallystick_app: EXECUTE
    granted to tallystick_owner: EXECUTE

function tallystick.purchase_batch(uuid,uuid[],uuid[],integer[],text[],text[],uuid[],integer[],integer[],bigint[],jsonb[],text)
    owner: tallystick_owner
    arguments: p_business_id uuid, p_customer_ids uuid[], p_product_ids uuid[], p_customer_positions integer[], p_idempotency_keys text[], p_actors text[], p_order_ids uuid[], p_line_counts integer[], p_product_positions integer[], p_quantities bigint[], p_options jsonb[], p_held text
    returns: SETOF tallystick.purchase_answer
    behaviour: LANGUAGE plpgsql, VOLATILE, SECURITY DEFINER
    settings: search_path=pg_catalog, pg_temp; plan_cache_mode=force_generic_plan; enable_seqscan=off; enable_bitmapscan=off; enable_hashjoin=off; enable_mergejoin=off
    body: sha256 8e23f41fbbc96a99597c01a10c2c7bd4804681261894dacf456e4528b9b809a1
    granted to tallystick_app: EXECUTE
    granted to tallystick_owner: EXECUTE

function tallystick.purchase_check_due(jsonb)
    owner: tallystick_owner
    arguments: p_options jsonb
    returns: text
    behaviour: LANGUAGE plpgsql, STABLE, SECURITY INVOKER
    body: sha256 17c2b45b7a7c062349ecef5491ec26103e0f5d6810e2e9d8a09ee70c1d00235d
    granted to tallystick_owner: EXECUTE

function tallystick.purchase_check_input(uuid[],uuid[],integer[],text[],text[],uuid[],integer[],integer[],bigint[],jsonb[],text)
    owner: tallystick_owner
    arguments: p_customer_ids uuid[], p_product_ids uuid[], p_customer_positions integer[], p_idempotency_keys text[], p_actors text[], p_order_ids uuid[], p_line_counts integer[], p_product_positions integer[], p_quantities bigint[], p_options jsonb[], p_held text
    returns: text
    behaviour: LANGUAGE plpgsql, IMMUTABLE, SECURITY INVOKER
    body: sha256 c0bfea4205a4cff8dd20f77bc6796c4282c0b38592b7e1626398ad514cbdee70
    granted to tallystick_owner: EXECUTE

function tallystick.purchase_check_limit(jsonb)
    owner: tallystick_owner
    arguments: p_value jsonb
    returns: text
    behaviour: LANGUAGE plpgsql, IMMUTABLE, SECURITY INVOKER
    body: sha256 8c9be72f14c68ed3e0da3bb371d42510136a43e598a9f1a720d7c45815b55640
    granted to tallystick_owner: EXECUTE

function tallystick.purchase_check_lines(jsonb,integer)
    owner: tallystick_owner
    arguments: p_lines jsonb, p_count integer
    returns: text
    behaviour: LANGUAGE plpgsql, IMMUTABLE, SECURITY INVOKER
    body: sha256 7651aee2bf079c376c28357e0d7b75d575ea2d652e2f6b74ef02a3c3274e3acb
    granted to tallystick_owner: EXECUTE

function tallystick.purchase_check_options(jsonb[],integer[])
    owner: tallystick_owner
    arguments: p_options jsonb[], p_line_counts integer[]
    returns: text
    behaviour: LANGUAGE plpgsql, IMMUTABLE, SECURITY INVOKER
    body: sha256 932588fccc1f3723883252e47bc637bb8a5e253561b710971a98a09d4192b8ff
    granted to tallystick_owner: EXECUTE

function tallystick.purchase_due(tallystick.ledger_account,jsonb,timestamp with time zone)
    owner: tallystick_owner
    arguments: p_account tallystick.ledger_account, p_options jsonb, p_charged_at timestamp with time zone, OUT due_at timestamp with time zone, OUT due_date date, OUT is_too_early boolean
    returns: record
    behaviour: LANGUAGE plpgsql, STABLE, SECURITY INVOKER
    body: sha256 b3ae7f307da303939abfdf7e696777ff36d717d3dd7f17626714a14e80406ba1
    granted to tallystick_owner: EXECUTE

function tallystick.purchase_replay(uuid,uuid,uuid[],bigint[],jsonb,text)
    owner: tallystick_owner
    arguments: p_business_id uuid, p_customer_id uuid, p_product_ids uuid[], p_quantities bigint[], p_options jsonb, p_idempotency_key text
    returns: tallystick.purchase_answer
    behaviour: LANGUAGE plpgsql, STABLE, SECURITY INVOKER
    settings: enable_sort=off
    body: sha256 9bde8d642aeab26314de4cfcc9e0bf4d580b3267b225d7960ad91a5a27f242ed
    granted to tallystick_owner: EXECUTE

function tallystick.refund_record(uuid,uuid,bigint,text,text,uuid,text,text,text)
    owner: tallystick_owner
    arguments: p_business_id uuid, p_customer_id uuid, p_amount bigint, p_reason text, p_idempotency_key text, p_entry_id uuid DEFAULT NULL::uuid, p_reference text DEFAULT NULL::text, p_held text DEFAULT 'wait'::text, p_actor text DEFAULT NULL::text
    returns: tallystick.ledger_answer
    behaviour: LANGUAGE plpgsql, VOLATILE, SECURITY DEFINER
    settings: search_path=pg_catalog, pg_temp; plan_cache_mode=force_generic_plan; enable_seqscan=off; enable_bitmapscan=off; enable_hashjoin=off; enable_mergejoin=off; enable_sort=off
    body: sha256 3d2e050e10546e9d22f3c04b981c80cf1f0c07787deaa5101fa9075ed8a4606b
    granted to tallystick_app: EXECUTE
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

function tallystick.require_scope(text)
    owner: tallystick_owner
    arguments: p_scope text
    returns: void
    behaviour: LANGUAGE plpgsql, STABLE, SECURITY INVOKER
    body: sha256 950c5e6e67e36a8a872a0f4b5d9fd49ff20a3161e906d3a8bbf7b20d0102b7f7
    granted to tallystick_owner: EXECUTE

function tallystick.return_details(uuid,tallystick.return_items[])
    owner: tallystick_owner
    arguments: p_order_id uuid, p_items tallystick.return_items[]
    returns: bytea
    behaviour: LANGUAGE plpgsql, IMMUTABLE, SECURITY INVOKER
    body: sha256 2ab1415592b523e8702ea6ff9d981f1c27bb8d2158b104b38495c8dc2725814a
    granted to tallystick_owner: EXECUTE

function tallystick.return_get(uuid,uuid)
    owner: tallystick_owner
    arguments: p_business_id uuid, p_id uuid
    returns: SETOF tallystick.return_answer
    behaviour: LANGUAGE plpgsql, STABLE, SECURITY INVOKER
    settings: search_path=pg_catalog, pg_temp; plan_cache_mode=force_generic_plan; enable_seqscan=off; enable_bitmapscan=off; enable_hashjoin=off; enable_mergejoin=off; enable_sort=off
    body: sha256 d827e4c3898461cb90263c2b1659e9de7e40b5e0817824fecc3c5d875bc5a864
    granted to tallystick_app: EXECUTE
    granted to tallystick_owner: EXECUTE

function tallystick.return_lines_add_up()
    owner: tallystick_owner
    arguments:
    returns: trigger
    behaviour: LANGUAGE plpgsql, VOLATILE, SECURITY INVOKER
    settings: search_path=pg_catalog, pg_temp; enable_seqscan=off; enable_bitmapscan=off; enable_hashjoin=off; enable_mergejoin=off
    body: sha256 99f2300c5fe860a35419580eb7e2bc061dc0c32d3ff867866b442a1988980fa0
    granted to tallystick_owner: EXECUTE

function tallystick.return_lines_of(uuid,uuid,integer[],bigint[],bigint[])
    owner: tallystick_owner
    arguments: p_business_id uuid, p_order_id uuid, p_line_nos integer[], p_quantities bigint[], p_restock_quantities bigint[], OUT outcome text, OUT items tallystick.return_items[], OUT line_nos integer[], OUT requested bigint[], OUT available bigint[]
    returns: record
    behaviour: LANGUAGE plpgsql, VOLATILE, SECURITY INVOKER
    body: sha256 510559c4c5cac864c971092deee6ec35d1d9f3fef40870e08f1f51df9477b224
    granted to tallystick_owner: EXECUTE

function tallystick.return_list(uuid,uuid,uuid,uuid,integer)
    owner: tallystick_owner
    arguments: p_business_id uuid, p_order_id uuid, p_customer_id uuid, p_before uuid, p_limit integer
    returns: SETOF tallystick.return_answer
    behaviour: LANGUAGE plpgsql, STABLE, SECURITY INVOKER
    settings: search_path=pg_catalog, pg_temp; plan_cache_mode=force_generic_plan; enable_seqscan=off; enable_bitmapscan=off; enable_hashjoin=off; enable_mergejoin=off; enable_sort=off
    body: sha256 b3ae364f1830a73d38f112888d17131b6dbfc229ee04bd4341e8163dd157b269
    granted to tallystick_app: EXECUTE
    granted to tallystick_owner: EXECUTE

function tallystick.return_read(uuid,uuid)
    owner: tallystick_owner
    arguments: p_business_id uuid, p_id uuid
    returns: tallystick.return_answer
    behaviour: LANGUAGE plpgsql, VOLATILE, SECURITY INVOKER
    settings: search_path=pg_catalog, pg_temp
    body: sha256 b7b78f23e9c1ba4d0e9b99dfd5ea7b6d589ad47fc22a5e7f986971c216f60521
    granted to tallystick_app: EXECUTE
    granted to tallystick_owner: EXECUTE

function tallystick.return_record(uuid,uuid,integer[],bigint[],bigint[],text,text,uuid,text,text)
    owner: tallystick_owner
    arguments: p_business_id uuid, p_order_id uuid, p_line_nos integer[], p_quantities bigint[], p_restock_quantities bigint[], p_reason text, p_idempotency_key text, p_return_id uuid DEFAULT NULL::uuid, p_held text DEFAULT 'wait'::text, p_actor text DEFAULT NULL::text
    returns: tallystick.return_answer
    behaviour: LANGUAGE plpgsql, VOLATILE, SECURITY DEFINER
    settings: search_path=pg_catalog, pg_temp; plan_cache_mode=force_generic_plan; enable_seqscan=off; enable_bitmapscan=off; enable_hashjoin=off; enable_mergejoin=off; enable_sort=off
    body: sha256 7670aba86d4cc4da25b81b8531d580fbc7e38a819615617702eb481b5ef50249
    granted to tallystick_app: EXECUTE
    granted to tallystick_owner: EXECUTE

function tallystick.return_restock(uuid,integer[],bigint[],text,tallystick.return_items[])
    owner: tallystick_owner
    arguments: p_business_id uuid, p_line_nos integer[], p_restock_quantities bigint[], p_held text, INOUT p_items tallystick.return_items[], OUT outcome text, OUT line_nos integer[], OUT product_ids uuid[], OUT places tid[], OUT stocks bigint[], OUT backordered bigint[]
    returns: record
    behaviour: LANGUAGE plpgsql, VOLATILE, SECURITY INVOKER
    body: sha256 1c33cf6cbdef7013a07538e3347639b981066d9e0618fa68ccdf17ed081450e5
    granted to tallystick_owner: EXECUTE

function tallystick.return_write(tallystick.ledger_account,tallystick.credit_ledger,uuid,tallystick.return_items[],bigint,bigint,tid[],bigint[],bigint[])
    owner: tallystick_owner
    arguments: p_account tallystick.ledger_account, p_entry tallystick.credit_ledger, p_order_id uuid, p_items tallystick.return_items[], p_charge_no bigint, p_allocated bigint, p_places tid[], p_stocks bigint[], p_backordered bigint[]
    returns: void
    behaviour: LANGUAGE plpgsql, VOLATILE, SECURITY INVOKER
    body: sha256 b78ebd7d240473b307af8d24e3e7815f76906d1618b8d29c2f0be92a1925ecd7
    granted to tallystick_owner: EXECUTE

function tallystick.reversal_record(uuid,text[],uuid,text,text,uuid,text,text)
    owner: tallystick_owner
    arguments: p_business_id uuid, p_kinds text[], p_reversed_id uuid, p_reason text, p_idempotency_key text, p_entry_id uuid DEFAULT NULL::uuid, p_held text DEFAULT 'wait'::text, p_actor text DEFAULT NULL::text
    returns: tallystick.ledger_answer
    behaviour: LANGUAGE plpgsql, VOLATILE, SECURITY DEFINER
    settings: search_path=pg_catalog, pg_temp; plan_cache_mode=force_generic_plan; enable_seqscan=off; enable_bitmapscan=off; enable_hashjoin=off; enable_mergejoin=off; enable_sort=off
    body: sha256 0d693edaaea752efb49645c6bd5f7ffa91a416e6640220821620c54bd119b2b4
    granted to tallystick_app: EXECUTE
    granted to tallystick_owner: EXECUTE

function tallystick.reversal_takes_back_its_own(tallystick.credit_ledger)
    owner: tallystick_owner
    arguments: p_reversal tallystick.credit_ledger
    returns: boolean
    behaviour: LANGUAGE plpgsql, VOLATILE, SECURITY INVOKER
    body: sha256 d6521b2f9312645896e262d157964b073a0d73f465bce66fdfabb1958e1e072f
    granted to tallystick_owner: EXECUTE

function tallystick.statement_get(uuid,uuid,timestamp with time zone,timestamp with time zone)
    owner: tallystick_owner
    arguments: p_business_id uuid, p_customer_id uuid, p_start timestamp with time zone, p_end timestamp with time zone
    returns: TABLE(business_name text, currency text, time_zone text, customer_name text, external_id text, as_of timestamp with time zone, opening_no bigint, opening_balance bigint, charged bigint, credited bigint, closing_balance bigint, entry_no bigint, entry_hash bytea, closed_at timestamp with time zone, not_due bigint, days_1_to_30 bigint, days_31_to_60 bigint, days_61_to_90 bigint, over_90_days bigint)
    behaviour: LANGUAGE plpgsql, STABLE, SECURITY INVOKER
    settings: search_path=pg_catalog, pg_temp; plan_cache_mode=force_generic_plan; enable_seqscan=off; enable_bitmapscan=off; enable_sort=off
    body: sha256 5da82d8aa0d7da7d382d84829c62512934f648f41815fb74858a8224470f37c3
    granted to tallystick_app: EXECUTE
    granted to tallystick_owner: EXECUTE

function tallystick.statement_line_list(uuid,uuid,bigint,bigint,text,integer)
    owner: tallystick_owner
    arguments: p_business_id uuid, p_customer_id uuid, p_after bigint, p_last bigint, p_time_zone text, p_limit integer
    returns: TABLE(entry_no bigint, id uuid, kind text, made_on date, created_at timestamp with time zone, amount bigint, balance_after bigint, reverses_no bigint, due_at timestamp with time zone, due_date date, due_on date, received_on date, reference text, reason text)
    behaviour: LANGUAGE plpgsql, STABLE, SECURITY INVOKER
    settings: search_path=pg_catalog, pg_temp; plan_cache_mode=force_generic_plan; enable_seqscan=off; enable_bitmapscan=off; enable_sort=off
    body: sha256 2d03565910275a5183b31f70a76997db58f818dcce45b801041aa3402f485c29
    granted to tallystick_app: EXECUTE
    granted to tallystick_owner: EXECUTE

function tallystick.statement_period(uuid,uuid,date,date,text)
    owner: tallystick_owner
    arguments: p_business_id uuid, p_customer_id uuid, p_from date, p_to date, p_held text DEFAULT 'wait'::text, OUT outcome text, OUT period_start timestamp with time zone, OUT period_end timestamp with time zone
    returns: record
    behaviour: LANGUAGE plpgsql, VOLATILE, SECURITY DEFINER
    settings: search_path=pg_catalog, pg_temp; plan_cache_mode=force_generic_plan; enable_seqscan=off; enable_bitmapscan=off; enable_sort=off
    body: sha256 0de1242dccbc3d3b83849c0d34d36c9d649bcfd16f3f84a15c3d1b0f7f8b8128
    granted to tallystick_app: EXECUTE
    granted to tallystick_owner: EXECUTE

function tallystick.stock_movement_list(uuid,uuid,uuid,integer,integer,boolean)
    owner: tallystick_owner
    arguments: p_business_id uuid, p_product_id uuid, p_before uuid, p_before_line integer, p_limit integer, p_with_sales boolean
    returns: TABLE(id uuid, line_no integer, kind text, quantity bigint, reason text, stock_after bigint, backordered_after bigint, created_at timestamp with time zone, order_id uuid)
    behaviour: LANGUAGE plpgsql, STABLE, SECURITY INVOKER
    settings: search_path=pg_catalog, pg_temp; plan_cache_mode=force_generic_plan; enable_seqscan=off; enable_bitmapscan=off; enable_hashjoin=off; enable_mergejoin=off; enable_sort=off; jit=off
    body: sha256 9aa396b3cb4fc1fe9f8fee7630c151f3d00cbc53fdaf12d544d23fc5e8b4d8f6
    granted to tallystick_app: EXECUTE
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

function tallystick.time_zone_is_known(text)
    owner: tallystick_owner
    arguments: p_name text
    returns: boolean
    behaviour: LANGUAGE plpgsql, STABLE, SECURITY INVOKER
    body: sha256 f6a412f248869119ba074d6bc7e0478f5355463743ed9ef0d2c61437b2d582a0
    granted to tallystick_owner: EXECUTE
