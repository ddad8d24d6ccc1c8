//! The figures in which two rows differ: the row of the books and the row in an answer.

use crate::history::{Entry, Goods, Movement, Order, StockChange};

pub(super) trait Differences {
    /// Empty if there are none.
    fn differences(&self, shown: &Self) -> String;
}

macro_rules! differences {
    ($type:ty: $($member:ident),*) => {
        impl Differences for $type {
            fn differences(&self, shown: &Self) -> String {
                let mut all = Vec::new();
                if self != shown {
                    $(if self.$member != shown.$member {
                        all.push(format!("{} {:?}, shown as {:?}", stringify!($member), self.$member, shown.$member));
                    })*
                }
                // An order may have five hundred lines.
                let mut text = all.join("; ");
                if let Some((end, _)) = text.char_indices().nth(600) {
                    text.truncate(end);
                    text.push('…');
                }
                text
            }
        }
    };
}

differences!(Order: id, customer, total, balance_after, created_at_us, lines);
differences!(
    Entry: id, customer, entry_no, kind, order, amount, balance_before, balance_after, credit_limit, authorized_limit,
    reverses, due_at_us, created_at_us
);
differences!(Goods: id, order, customer, total, balance_after, allocated, created_at_us, lines);
differences!(StockChange: id, line_no, quantity, order, stock_after, created_at_us);
differences!(Movement: id, product, quantity, stock_after, created_at_us);
