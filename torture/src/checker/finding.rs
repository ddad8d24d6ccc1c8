//! What the checker found: a stable kind, and a sentence with the ids and figures that a person needs.

use std::fmt;

use serde::Serialize;

/// How many findings of each kind are kept in full. The others are only counted.
const TOLD: usize = 20;

macro_rules! kinds {
    ($($variant:ident = $name:literal, $meaning:literal;)*) => {
        /// What went wrong.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Kind {
            $(#[doc = $meaning] $variant,)*
        }

        impl Kind {
            /// Every kind there is.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// As reports name it.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// What it means, in a few words.
            #[must_use]
            pub fn meaning(self) -> &'static str {
                match self { $(Self::$variant => $meaning,)* }
            }
        }
    };
}

kinds! {
    LostPurchase = "lost_purchase", "an acknowledged purchase is not in the books";
    LostPayment = "lost_payment", "an acknowledged payment is not in the books";
    LostReturn = "lost_return", "an acknowledged return is not in the books";
    LostCorrection = "lost_correction", "an acknowledged adjustment, refund, reversal or allocation is not in the books";
    LostMovement = "lost_movement", "an acknowledged stock movement is not in the books";
    AlteredOrder = "altered_order", "an order is not what was asked for or acknowledged";
    AlteredPayment = "altered_payment", "a payment is not what was asked for or acknowledged";
    AlteredReturn = "altered_return", "a return is not what was asked for or acknowledged";
    AlteredCorrection = "altered_correction", "an adjustment, refund, reversal or allocation is not what was asked for or acknowledged";
    AlteredMovement = "altered_movement", "a stock movement is not what was asked for or acknowledged";
    DuplicateEffect = "duplicate_effect", "one key, or one id, has two effects";
    TwoFreshAcknowledgements = "two_fresh_acknowledgements", "two requests were told that they did it first";
    WrongReplay = "wrong_replay", "a replay differs from what happened";
    ReplayOfNothing = "replay_of_nothing", "a replay of what no other request can have done";
    PhantomOrder = "phantom_order", "an order that nobody asked for";
    PhantomPayment = "phantom_payment", "a payment that nobody made";
    PhantomReturn = "phantom_return", "a return that nobody asked for";
    PhantomCorrection = "phantom_correction", "an adjustment, refund, reversal or allocation that nobody asked for";
    PhantomMovement = "phantom_movement", "a stock movement that nobody made";
    PhantomRow = "phantom_row", "a customer or product that nobody made, or one that is gone";
    DoneThoughRefused = "done_though_refused", "every request for it was refused, yet it happened";
    RefusedThoughDone = "refused_though_done", "refused under a key whose effect was known by then";
    KeyReusedWithoutReason = "key_reused_without_reason", "a key was called used, but not by another content";
    UnresolvedUnknown = "unresolved_unknown", "what became of a request was never found out";
    OrderWithoutEntry = "order_without_entry", "an order without its charge";
    EntryWithoutOrder = "entry_without_order", "a charge without its order";
    ReturnWithoutEntry = "return_without_entry", "a return without its credit";
    EntryWithoutReturn = "entry_without_return", "a credit for a return that is not there";
    WrongSum = "wrong_sum", "an order's lines, totals and charge do not add up";
    BrokenChain = "broken_chain", "a ledger's entries do not follow one from the other";
    Overspend = "overspend", "a charge above the limit that it was held to";
    WrongKind = "wrong_kind", "an entry's sign, limit or due time is not that of its kind";
    BrokenParts = "broken_parts", "what an entry settles by name does not follow from what was settled before";
    OverAllocated = "over_allocated", "a charge settled by name beyond its amount, or below nothing";
    UnappliedOverdrawn = "unapplied_overdrawn", "more unapplied credit was used than there was";
    WrongReversal = "wrong_reversal", "a reversal is not of what it names";
    ReversedTwice = "reversed_twice", "an entry was taken back twice";
    RefundBeyondCredit = "refund_beyond_credit", "more was paid out than the credit balance";
    WriteOffBeyondBalance = "write_off_beyond_balance", "more was given up than was owed";
    ReturnedBeyondBought = "returned_beyond_bought", "more came back of a line than was bought";
    WrongReturn = "wrong_return", "a return's lines, total and credit do not add up";
    Oversell = "oversell", "stock went below zero";
    StockSum = "stock_sum", "a product's stock is not what its movements and sales leave";
    OpeningStock = "opening_stock", "a product's opening movement is missing, doubled or wrong";
    ClockOrder = "clock_order", "a ledger's times run against its numbers";
    RealTimeOrder = "real_time_order", "what was over before another began came after it";
    SeenTooEarly = "seen_too_early", "shown before anybody can have asked for it";
    UnjustifiedCreditRefusal = "unjustified_credit_refusal", "credit sufficed at every moment it can have been decided";
    UnjustifiedStockRefusal = "unjustified_stock_refusal", "stock sufficed at every moment it can have been decided";
    UnjustifiedReturnRefusal = "unjustified_return_refusal", "so many could come back at every moment it can have been decided";
    UnjustifiedAllocationRefusal = "unjustified_allocation_refusal", "the charges could be settled so at every moment it can have been decided";
    UnjustifiedUnappliedRefusal = "unjustified_unapplied_refusal", "unapplied credit sufficed at every moment it can have been decided";
    UnjustifiedReversalRefusal = "unjustified_reversal_refusal", "the entry could be taken back at every moment it can have been decided";
    UnjustifiedBalanceRefusal = "unjustified_balance_refusal", "the balance sufficed at every moment it can have been decided";
    WrongOpenCharges = "wrong_open_charges", "open charges that the customer had at no moment of the request";
    WrongAging = "wrong_aging", "a debt by age that the customer had at no moment of the request";
    StaleBalanceRead = "stale_balance_read", "a balance that was over before the request began";
    BalanceNeverWas = "balance_never_was", "a balance that the customer never had";
    StaleStockRead = "stale_stock_read", "a stock that was over before the request began";
    StockNeverWas = "stock_never_was", "a stock that the product never had";
    StaleLedgerRead = "stale_ledger_read", "a ledger without an entry that was there before the request began";
    StaleOrderList = "stale_order_list", "orders without one that was there before the request began";
    StaleReturnList = "stale_return_list", "returns without one that was there before the request began";
    StaleStockList = "stale_stock_list", "changes of a stock without one that was there before the request began";
    TimeRanBackwards = "time_ran_backwards", "a client was shown what it had seen to be over";
    NegativeStock = "negative_stock", "a client was shown a stock below zero";
    WrongAvailableCredit = "wrong_available_credit", "available credit is not limit less balance";
    HalfWrittenOrder = "half_written_order", "a client was shown a part of an order";
    ReadDiffers = "read_differs", "a client was shown a row otherwise than the books have it";
    ReadOfUnknownRow = "read_of_unknown_row", "a client was shown a row that is not in the books";
    ForeignRow = "foreign_row", "a client was shown another business's or customer's row";
    ForeignIdFound = "foreign_id_found", "another business's id was not answered as unknown";
    OwnIdNotFound = "own_id_not_found", "an id of the business's own was not found";
    UnsortedPage = "unsorted_page", "a page out of order, or with a gap";
    LimitNeverSet = "limit_never_set", "a credit limit that nobody had set by then";
    LimitFlippedBack = "limit_flipped_back", "a credit limit that another had replaced";
    PriceNeverSet = "price_never_set", "a price that nobody had set by then";
    PriceFlippedBack = "price_flipped_back", "a price that another had replaced";
    WrongAnswer = "wrong_answer", "an answer that does not belong to its request";
    UnexpectedAnswer = "unexpected_answer", "an answer that no client of a run should get";
    Audit = "audit", "`tallystick verify` found something in the database itself";
}

impl fmt::Display for Kind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.name())
    }
}

/// Something that cannot be true.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What went wrong.
    pub kind: Kind,
    /// Where, with the figures.
    pub text: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.kind, self.text)
    }
}

/// The findings so far, a limited number of each kind: a run with errors everywhere must not print a million lines.
#[derive(Debug)]
pub(super) struct Findings {
    told: Vec<Finding>,
    counts: [usize; Kind::ALL.len()],
}

impl Findings {
    /// None yet.
    pub(super) fn new() -> Self {
        Self { told: Vec::new(), counts: [0; Kind::ALL.len()] }
    }

    /// Adds a finding. Its text is made only if it is kept.
    pub(super) fn add(&mut self, kind: Kind, text: impl FnOnce() -> String) {
        let count = &mut self.counts[kind as usize];
        *count += 1;
        if *count <= TOLD {
            self.told.push(Finding { kind, text: text() });
        }
    }

    /// Whether another of this kind would only be counted.
    pub(super) fn is_full(&self, kind: Kind) -> bool {
        self.counts[kind as usize] >= TOLD
    }

    /// By kind, those that were only counted last.
    pub(super) fn finish(mut self) -> Vec<Finding> {
        for kind in Kind::ALL {
            let count = self.counts[*kind as usize];
            if count > TOLD {
                self.told.push(Finding { kind: *kind, text: format!("and {} more of this kind", count - TOLD) });
            }
        }
        self.told.sort_by_key(|finding| finding.kind);
        self.told
    }
}
