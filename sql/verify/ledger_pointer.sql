-- Ledger pointer
-- After every entry, ahead_total is what was allocated to the charges beyond P = charged_total - balance_after - ahead_total, and
-- the first charge beyond P is open. So all charges up to P are settled without a gap, and the open amounts add up to the balance.
-- Found again from all parts of all charges.
--
-- A charge moves neither P nor ahead_total (ledger_chain.sql, ledger_credit.sql), so the other entries are asked. Where nothing was
-- ever allocated, nothing is ahead (ledger_credit.sql).
WITH
account AS MATERIALIZED (
    SELECT part.business_id, part.customer_id, row_number() OVER () AS no
    FROM tallystick.allocations AS part
    GROUP BY part.business_id, part.customer_id
),
entry AS MATERIALIZED (
    SELECT
        account.no AS account, ledger.entry_no, ledger.id, ledger.amount, ledger.charged_total, ledger.ahead_total,
        ledger.kind IN ('purchase', 'opening', 'fee', 'debit', 'refund') AS is_charge,
        -- Cut to the range of bigint: damaged figures may add up to more.
        least(greatest(ledger.charged_total::numeric - ledger.balance_after - ledger.ahead_total, -9223372036854775808),
            9223372036854775807)::bigint AS settled
    FROM tallystick.credit_ledger AS ledger
    JOIN account ON account.business_id = ledger.business_id AND account.customer_id = ledger.customer_id
),
part AS MATERIALIZED (
    SELECT account.no AS account, held.entry_no, held.charge_no, held.charged_total, held.amount
    FROM tallystick.allocations AS held
    JOIN account ON account.business_id = held.business_id AND account.customer_id = held.customer_id
),
-- Parts and the entries that ask, numbered in the order of time. An entry asks after its own parts.
event AS (
    SELECT ordered.*, max(ordered.no) OVER (PARTITION BY ordered.account) AS last
    FROM (
        SELECT happened.*, row_number() OVER (PARTITION BY happened.account ORDER BY happened.entry_no, happened.asks) AS no
        FROM (
            SELECT part.account, part.entry_no, false AS asks, part.charged_total AS place, part.amount FROM part
            UNION ALL
            SELECT entry.account, entry.entry_no, true, entry.settled, NULL FROM entry WHERE NOT entry.is_charge
        ) AS happened
    ) AS ordered
),
-- For each entry that asks: the parts before it in time and beyond it in place. The numbers are cut into blocks of 2, 4, 8 … of
-- two halves each. Any two numbers lie in the two halves of one block exactly once, whichever they are. So in each block, the later
-- half asks for the sum of the earlier half, in the order of places. That takes n log n steps; looking at each pair takes n².
beyond AS (
    SELECT asked.account, asked.entry_no, coalesce(sum(asked.amount), 0) AS amount
    FROM (
        SELECT
            event.account, event.entry_no, event.asks AND half.is_later AS asks,
            sum(CASE WHEN NOT half.is_later THEN event.amount END) OVER (
                PARTITION BY event.account, digit.no, event.no >> (digit.no + 1)
                -- At the place itself is not beyond it.
                ORDER BY event.place DESC, event.asks DESC ROWS UNBOUNDED PRECEDING) AS amount
        FROM event
        CROSS JOIN LATERAL generate_series(0, ceil(ln(event.last::float8) / ln(2::float8))::integer) AS digit (no)
        CROSS JOIN LATERAL (SELECT (event.no >> digit.no) & 1 = 1 AS is_later) AS half
    ) AS asked
    WHERE asked.asks
    GROUP BY asked.account, asked.entry_no
),
-- For each entry that asks: the first charge beyond it. Numbers and places of charges have one order.
first_charge AS (
    SELECT placed.account, placed.entry_no, placed.charge_no
    FROM (
        SELECT
            entry.account, entry.entry_no, NOT entry.is_charge AS asks,
            min(CASE WHEN entry.is_charge THEN entry.entry_no END) OVER (
                PARTITION BY entry.account
                ORDER BY CASE WHEN entry.is_charge THEN entry.charged_total ELSE entry.settled END DESC, entry.is_charge
                ROWS UNBOUNDED PRECEDING) AS charge_no
        FROM entry
    ) AS placed
    WHERE placed.asks
),
-- For each entry that asks: what is allocated to that charge by then.
allocated AS (
    SELECT counted.account, counted.entry_no, counted.charge_no, max(counted.amount) AS amount
    FROM (
        SELECT
            happened.account, happened.entry_no, happened.charge_no, happened.asks,
            coalesce(sum(happened.amount) OVER (
                PARTITION BY happened.account, happened.charge_no ORDER BY happened.entry_no, happened.asks
                ROWS UNBOUNDED PRECEDING), 0) AS amount
        FROM (
            SELECT part.account, part.entry_no, part.charge_no, false AS asks, part.amount FROM part
            UNION ALL
            SELECT first_charge.account, first_charge.entry_no, first_charge.charge_no, true, NULL FROM first_charge
            WHERE first_charge.charge_no < first_charge.entry_no
        ) AS happened
    ) AS counted
    WHERE counted.asks
    GROUP BY counted.account, counted.entry_no, counted.charge_no
)
SELECT
    account.business_id,
    1 AS rows_checked,
    nullif(concat_ws('; ',
        CASE WHEN entry.ahead_total IS DISTINCT FROM beyond.amount
            THEN format('ahead_total is %s, but %s is allocated to the charges beyond %s', entry.ahead_total, beyond.amount,
                        entry.settled) END,
        CASE WHEN charge.amount - greatest(entry.settled - (charge.charged_total::numeric - charge.amount), 0) - allocated.amount
                <= 0
            THEN format('charge %s is settled, but lies beyond %s', charge.entry_no, entry.settled) END
    ), '') AS wrong,
    account.customer_id,
    entry.entry_no,
    entry.id
FROM entry
JOIN account ON account.no = entry.account
LEFT JOIN beyond ON beyond.account = entry.account AND beyond.entry_no = entry.entry_no
LEFT JOIN allocated ON allocated.account = entry.account AND allocated.entry_no = entry.entry_no
LEFT JOIN (
    SELECT charge.account, charge.entry_no, min(charge.amount) AS amount, min(charge.charged_total) AS charged_total
    FROM entry AS charge
    WHERE charge.is_charge
    GROUP BY charge.account, charge.entry_no
) AS charge ON charge.account = allocated.account AND charge.entry_no = allocated.charge_no
WHERE NOT entry.is_charge
