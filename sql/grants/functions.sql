-- Who may execute what. PostgreSQL lets everybody execute a new function; here nobody may until it says so.
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA tallystick FROM PUBLIC;

GRANT EXECUTE ON FUNCTION
    tallystick.context_business_id(),
    tallystick.claims_business_id(),
    tallystick.business_create(uuid, text, text, integer),
    tallystick.business_get(uuid),
    tallystick.business_list(uuid, integer),
    tallystick.api_key_create(uuid, uuid, text, text, bytea, text[], timestamptz),
    tallystick.api_key_find(uuid, text),
    tallystick.api_key_list(uuid, uuid, integer),
    tallystick.api_key_revoke(uuid, uuid),
    tallystick.customer_create(uuid, uuid, text, text, bigint, boolean),
    tallystick.customer_get(uuid, uuid),
    tallystick.customer_list(uuid, text, uuid, integer),
    tallystick.customer_update(uuid, uuid, text, bigint, boolean, boolean, text),
    tallystick.ledger_list(uuid, uuid, bigint, integer),
    tallystick.order_get(uuid, uuid),
    tallystick.order_list(uuid, uuid, uuid, integer),
    tallystick.overdue_list(uuid, uuid, integer),
    tallystick.payment_record(uuid, uuid, bigint, text, uuid),
    tallystick.product_create(uuid, uuid, text, text, bigint, bigint),
    tallystick.product_get(uuid, uuid),
    tallystick.product_list(uuid, text, uuid, integer),
    tallystick.product_update(uuid, uuid, text, text, bigint),
    tallystick.purchase(uuid, uuid, uuid[], bigint[], text, uuid),
    tallystick.purchase_batch(
        uuid, uuid[], uuid[], integer[], text[], uuid[], integer[], integer[], bigint[], text),
    tallystick.stock_movement_record(uuid, uuid, bigint, text, text, uuid)
TO tallystick_app;
