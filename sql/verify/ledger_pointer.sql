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
        row_number() OVER () AS no, account.no AS account, ledger.entry_no, ledger.id, ledger.amount, ledger.charged_total,
        ledger.ahead_total, ledger.kind IN ('purchase', 'opening', 'fee', 'debit', 'refund') AS is_charge,
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
-- Parts, and the entries that ask what is allocated beyond them: by time, where an entry comes after its own parts, and by place,
-- farthest first, where an entry comes before what is no farther. Of two accounts, the later one by time is first by place.
event AS (
    SELECT
        happened.account, happened.asker, happened.amount,
        row_number() OVER (ORDER BY happened.account, happened.entry_no, happened.asker NULLS FIRST) AS time,
        row_number() OVER (ORDER BY happened.account DESC, happened.place DESC, happened.asker NULLS LAST) AS place
    FROM (
        SELECT part.account, part.entry_no, NULL::bigint AS asker, part.charged_total AS place, part.amount FROM part
        UNION ALL
        SELECT entry.account, entry.entry_no, entry.no, entry.settled, NULL FROM entry WHERE NOT entry.is_charge
    ) AS happened
),
-- For each entry that asks: the sum of the parts that come before it by time and by place. Comparing every pair would take n²
-- steps, and this takes n log n. Times are cut into blocks of 4, 16, 64 …, each with four quarters. Any two times lie in two
-- quarters of one block exactly once: at the highest digit to the base 4 in which they differ. So in each block, an entry gets the
-- sum of the parts of the earlier quarters, running by place.
beyond AS (
    SELECT summed.asker, coalesce(sum(summed.amount), 0) AS amount
    FROM (
        SELECT
            event.asker,
            CASE quarter.no
                WHEN 1 THEN sum(event.amount) FILTER (WHERE quarter.no < 1) OVER block
                WHEN 2 THEN sum(event.amount) FILTER (WHERE quarter.no < 2) OVER block
                WHEN 3 THEN sum(event.amount) FILTER (WHERE quarter.no < 3) OVER block
            END AS amount
        FROM event
        -- The digits in which times of the account can differ.
        JOIN (
            SELECT event.account, ceil(ln((min(event.time) # max(event.time))::float8 + 1) / ln(4::float8))::integer AS digits
            FROM event
            GROUP BY event.account
        ) AS size ON size.account = event.account
        CROSS JOIN LATERAL generate_series(0, size.digits - 1) AS digit (no)
        CROSS JOIN LATERAL (SELECT (event.time >> (2 * digit.no)) & 3 AS no) AS quarter
        WINDOW block AS (
            PARTITION BY (event.time >> (2 * digit.no + 2)) * 64 + digit.no
            ORDER BY event.place ROWS UNBOUNDED PRECEDING)
    ) AS summed
    WHERE summed.asker IS NOT NULL
    GROUP BY summed.asker
),
-- For each entry that asks: the first charge beyond it. Numbers and sums of charges have one order.
first_charge AS (
    SELECT placed.asker, placed.account, placed.entry_no, placed.charge_no
    FROM (
        SELECT
            CASE WHEN NOT entry.is_charge THEN entry.no END AS asker, entry.account, entry.entry_no,
            min(CASE WHEN entry.is_charge THEN entry.entry_no END) OVER (
                PARTITION BY entry.account
                ORDER BY CASE WHEN entry.is_charge THEN entry.charged_total ELSE entry.settled END DESC, entry.is_charge
                ROWS UNBOUNDED PRECEDING) AS charge_no
        FROM entry
    ) AS placed
    WHERE placed.asker IS NOT NULL AND placed.charge_no < placed.entry_no
),
-- For each entry that asks: what is allocated to that charge by then.
allocated AS (
    SELECT counted.asker, counted.account, counted.charge_no, counted.amount
    FROM (
        SELECT
            happened.asker, happened.account, happened.charge_no,
            coalesce(sum(happened.amount) OVER (
                PARTITION BY happened.account, happened.charge_no ORDER BY happened.entry_no, happened.asker NULLS FIRST
                ROWS UNBOUNDED PRECEDING), 0) AS amount
        FROM (
            SELECT part.account, part.charge_no, part.entry_no, NULL::bigint AS asker, part.amount FROM part
            UNION ALL
            SELECT first_charge.account, first_charge.charge_no, first_charge.entry_no, first_charge.asker, NULL FROM first_charge
        ) AS happened
    ) AS counted
    WHERE counted.asker IS NOT NULL
)
SELECT
    account.business_id,
    1 AS rows_checked,
    nullif(concat_ws('; ',
        CASE WHEN entry.ahead_total IS DISTINCT FROM coalesce(beyond.amount, 0)
            THEN format('ahead_total is %s, but %s is allocated to the charges beyond %s', entry.ahead_total,
                        coalesce(beyond.amount, 0), entry.settled) END,
        CASE WHEN charge.amount - greatest(entry.settled - (charge.charged_total::numeric - charge.amount), 0) - allocated.amount
                <= 0
            THEN format('charge %s is settled, but lies beyond %s', charge.entry_no, entry.settled) END
    ), '') AS wrong,
    account.customer_id,
    entry.entry_no,
    entry.id
FROM entry
JOIN account ON account.no = entry.account
LEFT JOIN beyond ON beyond.asker = entry.no
LEFT JOIN allocated ON allocated.asker = entry.no
LEFT JOIN (
    -- Grouped, because the primary key may be missing: an entry that is there twice must not double the counts.
    SELECT charge.account, charge.entry_no, min(charge.amount) AS amount, min(charge.charged_total) AS charged_total
    FROM entry AS charge
    WHERE charge.is_charge
    GROUP BY charge.account, charge.entry_no
) AS charge ON charge.account = allocated.account AND charge.entry_no = allocated.charge_no
WHERE NOT entry.is_charge
