//! Money: whole minor units (cents, pence, yen) of the business's currency. No fractions, no floats.

use super::{MAX_SAFE_INTEGER, quantity::whole_number};

whole_number!(
    /// An amount that is never negative: a price, a total, a credit limit. Minor units, 0 to 2^53 - 1.
    Money, min = 0, max = MAX_SAFE_INTEGER, example = 1_250
);
whole_number!(
    /// An amount that is paid. Minor units, 1 to 2^53 - 1.
    Amount, min = 1, max = MAX_SAFE_INTEGER, example = 5_000
);
whole_number!(
    /// What is given or, if it is negative, taken back; never 0. Minor units, within ±(2^53 - 1).
    SignedAmount, min = -MAX_SAFE_INTEGER, max = MAX_SAFE_INTEGER, except = 0, example = 3_000
);
whole_number!(
    /// What a customer owes: positive is credit used, negative is paid in advance. Minor units, within ±(2^53 - 1).
    Balance, min = -MAX_SAFE_INTEGER, max = MAX_SAFE_INTEGER, example = 3_750
);
