-- What a text may hold. A domain's CHECK is evaluated where a text is set, and a table's at every update of a row: a sale updates
-- products, so their texts have domains. src/domain/text.rs says the same with better messages; a test compares.
DO $$
DECLARE
    -- Code points are written out, because what a class such as [[:space:]] holds depends on the locale.
    -- Control characters, line breaks, and what overrides the direction of the text around it.
    c_disruptive constant text := '\u0001-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069';
    -- White space other than the space, and what Unicode calls ignorable, zero-width characters among them.
    c_unseen constant text := '\u00a0\u00ad\u034f\u061c\u115f-\u1160\u1680\u17b4-\u17b5\u180b-\u180f\u2000-\u200f\u202f'
        '\u205f-\u2065\u206a-\u206f\u2800\u3000\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb'
        '\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff';
    -- What identifies something looks like one thing: visible characters, with single or more spaces between them.
    c_identifies constant text := format('^[^ %1$s%2$s]([^%1$s%2$s]*[^ %1$s%2$s])?$', c_disruptive, c_unseen);
    -- What is called something shows its name: nothing disruptive, and something visible.
    c_shows constant text := format('^[ %2$s]*[^ %1$s%2$s][^%1$s]*$', c_disruptive, c_unseen);
BEGIN
    EXECUTE format('CREATE DOMAIN tallystick.identifying_text AS text
        CONSTRAINT identifying_text_has_only_visible_characters CHECK (VALUE ~ %L)', c_identifies);
    EXECUTE format('CREATE DOMAIN tallystick.visible_text AS text
        CONSTRAINT visible_text_shows_something CHECK (VALUE ~ %L)', c_shows);
    EXECUTE format('CREATE DOMAIN tallystick.product_sku AS text
        CONSTRAINT product_sku_is_short_text CHECK (char_length(VALUE) <= 100)
        CONSTRAINT product_sku_identifies CHECK (VALUE ~ %L)', c_identifies);
    EXECUTE format('CREATE DOMAIN tallystick.product_name AS text
        CONSTRAINT product_name_is_short_text CHECK (char_length(VALUE) <= 200)
        CONSTRAINT product_name_shows_something CHECK (VALUE ~ %L)', c_shows);
    EXECUTE format('CREATE DOMAIN tallystick.product_unit AS text
        CONSTRAINT product_unit_is_short_text CHECK (char_length(VALUE) <= 20)
        CONSTRAINT product_unit_identifies CHECK (VALUE ~ %L)', c_identifies);
END
$$;
