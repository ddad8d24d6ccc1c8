-- Two businesses with some records of every kind, in which the tests plant damage. The end of an id tells what it is.
SELECT set_config('app.business_id', '0a000000-0000-7000-8000-000000000000', false);
SELECT tallystick.business_create('0a000000-0000-7000-8000-000000000000', 'Alpha', 'EUR', NULL, 'UTC', 'key-1');
SELECT tallystick.customer_create('0a000000-0000-7000-8000-000000000000', '0a000000-0000-7000-8000-0000000000c1', 'Ada', 'ada', 10000, false, 'key-1');
SELECT tallystick.customer_create('0a000000-0000-7000-8000-000000000000', '0a000000-0000-7000-8000-0000000000c2', 'Bert', 'bert', 10000, false);
SELECT tallystick.product_create('0a000000-0000-7000-8000-000000000000', '0a000000-0000-7000-8000-0000000000d1', 'beans', 'Beans', 250, 100, 'key-1');
SELECT tallystick.product_create('0a000000-0000-7000-8000-000000000000', '0a000000-0000-7000-8000-0000000000d2', 'filters', 'Filters', 300, 50);
SELECT tallystick.purchase('0a000000-0000-7000-8000-000000000000', '0a000000-0000-7000-8000-0000000000c1',
    ARRAY['0a000000-0000-7000-8000-0000000000d1', '0a000000-0000-7000-8000-0000000000d2']::uuid[], ARRAY[2, 1], 'key-1',
    '0a000000-0000-7000-8000-0000000000e1');
SELECT tallystick.purchase('0a000000-0000-7000-8000-000000000000', '0a000000-0000-7000-8000-0000000000c1',
    ARRAY['0a000000-0000-7000-8000-0000000000d1']::uuid[], ARRAY[4], 'key-2', '0a000000-0000-7000-8000-0000000000e2');
SELECT tallystick.payment_record('0a000000-0000-7000-8000-000000000000', '0a000000-0000-7000-8000-0000000000c1', 500, 'key-3',
    '0a000000-0000-7000-8000-0000000000e3');
SELECT tallystick.purchase('0a000000-0000-7000-8000-000000000000', '0a000000-0000-7000-8000-0000000000c2',
    ARRAY['0a000000-0000-7000-8000-0000000000d2']::uuid[], ARRAY[1], 'key-4', '0a000000-0000-7000-8000-0000000000e4');
SELECT tallystick.stock_movement_record('0a000000-0000-7000-8000-000000000000', '0a000000-0000-7000-8000-0000000000d1', 20,
    'restock', 'key-1', '0a000000-0000-7000-8000-0000000000f1');
SELECT tallystick.stock_movement_record('0a000000-0000-7000-8000-000000000000', '0a000000-0000-7000-8000-0000000000d1', -3,
    'breakage', 'key-2', '0a000000-0000-7000-8000-0000000000f2');
SELECT tallystick.api_key_create('0a000000-0000-7000-8000-000000000000', '0a000000-0000-7000-8000-0000000000b1', 'till',
    'abcdefgh', sha256('secret'), ARRAY['read', 'write'], NULL);
SELECT tallystick.api_key_create('0a000000-0000-7000-8000-000000000000', '0a000000-0000-7000-8000-0000000000b2', 'office',
    'ijklmnop', sha256('other secret'), ARRAY['read'], NULL);

SELECT set_config('app.business_id', '0b000000-0000-7000-8000-000000000000', false);
SELECT tallystick.business_create('0b000000-0000-7000-8000-000000000000', 'Beta', 'JPY', '{"type": "age", "days": 0}', 'UTC', 'key-2');
SELECT tallystick.customer_create('0b000000-0000-7000-8000-000000000000', '0b000000-0000-7000-8000-0000000000c1', 'Cleo', 'ada', 0, true);
SELECT tallystick.product_create('0b000000-0000-7000-8000-000000000000', '0b000000-0000-7000-8000-0000000000d1', 'beans', 'Beans', 0, 0);
SELECT tallystick.payment_record('0b000000-0000-7000-8000-000000000000', '0b000000-0000-7000-8000-0000000000c1', 7, 'key-1',
    '0b000000-0000-7000-8000-0000000000e1');
