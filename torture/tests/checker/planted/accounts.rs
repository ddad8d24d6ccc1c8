//! Faults of the books of accounts: kinds, parts of charges, returns, reversals, refunds, write-offs.

use tallystick_torture::{books::Books, checker::Kind, history::EntryKind};
use uuid::Uuid;

use super::{
    PlantedCase,
    shop::{
        ANNA, adjust, allocate, balance, entry_row, give_back, made, open, order, pay, pay_for, refund, return_row,
        reverse,
    },
};

/// The only part of an entry.
fn part(books: &mut Books, entry: Uuid) -> &mut tallystick_torture::books::PartRow {
    books.parts.iter_mut().find(|part| part.entry == entry).expect("it is there")
}

pub const CASES: &[PlantedCase] = &[
    (Kind::ReturnWithoutEntry, "a return lost its credit", |script| {
        let shop = open(script);
        let order = order(script, ANNA, shop, 3);
        let back = give_back(script, ANNA, order, &[(2, 1)]);
        Box::new(move |history, books| {
            let id = made(history, back);
            books.entries.retain(|row| row.entry.id != id);
        })
    }),
    (Kind::EntryWithoutReturn, "a credit lost its return", |script| {
        let shop = open(script);
        let order = order(script, ANNA, shop, 3);
        let back = give_back(script, ANNA, order, &[(2, 1)]);
        Box::new(move |history, books| {
            let id = made(history, back);
            books.returns.retain(|row| row.goods.id != id);
        })
    }),
    (Kind::WrongKind, "a payment that is a charge", |script| {
        let shop = open(script);
        let payment = pay(script, ANNA, shop, 2);
        Box::new(move |history, books| {
            let entry = &mut entry_row(books, made(history, payment)).entry;
            entry.amount = -entry.amount;
        })
    }),
    (Kind::WrongKind, "a fee that is due a microsecond later", |script| {
        let shop = open(script);
        let fee = adjust(script, ANNA, shop, EntryKind::Fee, 5);
        Box::new(move |history, books| {
            let entry = &mut entry_row(books, made(history, fee)).entry;
            entry.due_at_us = entry.due_at_us.map(|due| due + 1);
        })
    }),
    (Kind::WrongKind, "a payment with a due time", |script| {
        let shop = open(script);
        let payment = pay(script, ANNA, shop, 2);
        Box::new(move |history, books| entry_row(books, made(history, payment)).entry.due_at_us = Some(1))
    }),
    (Kind::WrongKind, "a limit was allowed that was not needed", |script| {
        let shop = open(script);
        let fee = adjust(script, ANNA, shop, EntryKind::Debit, 5);
        Box::new(move |history, books| {
            entry_row(books, made(history, fee)).entry.authorized_limit = Some(super::shop::LIMIT + 9);
        })
    }),
    (Kind::Overspend, "a fee above its limit", |script| {
        let shop = open(script);
        let fee = adjust(script, ANNA, shop, EntryKind::Fee, 5);
        Box::new(move |history, books| {
            let entry = &mut entry_row(books, made(history, fee)).entry;
            entry.credit_limit = Some(entry.balance_after - 1);
        })
    }),
    (Kind::Overspend, "a fee above what was allowed", |script| {
        let shop = open(script);
        let fee = adjust(script, ANNA, shop, EntryKind::Fee, 5);
        Box::new(move |history, books| {
            let entry = &mut entry_row(books, made(history, fee)).entry;
            entry.credit_limit = Some(entry.balance_after - 2);
            entry.authorized_limit = Some(entry.balance_after - 1);
        })
    }),
    (Kind::BrokenParts, "a part of a charge is not the next one", |script| {
        let shop = open(script);
        let order = order(script, ANNA, shop, 9);
        let payment = pay_for(script, ANNA, shop, 50, &[(order, 30)]);
        Box::new(move |history, books| part(books, made(history, payment)).part_no += 1)
    }),
    (Kind::BrokenParts, "a part of a charge does not say what is settled then", |script| {
        let shop = open(script);
        let order = order(script, ANNA, shop, 9);
        pay_for(script, ANNA, shop, 50, &[(order, 30)]);
        let payment = pay_for(script, ANNA, shop, 50, &[(order, 30)]);
        Box::new(move |history, books| part(books, made(history, payment)).allocated_after -= 1)
    }),
    (Kind::BrokenParts, "a payment settles more than it is", |script| {
        let shop = open(script);
        let order = order(script, ANNA, shop, 9);
        let payment = pay_for(script, ANNA, shop, 30, &[(order, 30)]);
        Box::new(move |history, books| {
            let part = part(books, made(history, payment));
            (part.amount, part.allocated_after) = (31, 31);
        })
    }),
    (Kind::BrokenParts, "a payment settles another customer's charge", |script| {
        let shop = open(script);
        let order = order(script, ANNA, shop, 9);
        let payment = pay_for(script, ANNA, shop, 50, &[(order, 30)]);
        Box::new(move |history, books| part(books, made(history, payment)).customer = shop.another)
    }),
    (Kind::BrokenParts, "a part of no entry", |script| {
        let shop = open(script);
        let order = order(script, ANNA, shop, 9);
        let payment = pay_for(script, ANNA, shop, 50, &[(order, 30)]);
        Box::new(move |history, books| part(books, made(history, payment)).entry = Uuid::from_u128(7))
    }),
    (Kind::OverAllocated, "a charge is settled by more than it is", |script| {
        let shop = open(script);
        let order = order(script, ANNA, shop, 9);
        let payment = pay_for(script, ANNA, shop, 5_000, &[(order, 9 * super::shop::PRICE)]);
        Box::new(move |history, books| {
            let part = part(books, made(history, payment));
            part.amount += 1;
            part.allocated_after += 1;
        })
    }),
    (Kind::OverAllocated, "more is taken back from a charge than was settled", |script| {
        let shop = open(script);
        let order = order(script, ANNA, shop, 9);
        pay_for(script, ANNA, shop, 50, &[(order, 30)]);
        let note = allocate(script, ANNA, shop, &[(order, -30)]);
        Box::new(move |history, books| {
            let part = part(books, made(history, note));
            part.amount -= 1;
            part.allocated_after -= 1;
        })
    }),
    (Kind::UnappliedOverdrawn, "more credit was allocated than there was", |script| {
        let shop = open(script);
        let order = order(script, ANNA, shop, 900);
        pay(script, ANNA, shop, 500);
        let note = allocate(script, ANNA, shop, &[(order, 5)]);
        Box::new(move |history, books| {
            let part = part(books, made(history, note));
            part.amount += 50_000;
            part.allocated_after += 50_000;
        })
    }),
    (Kind::WrongReversal, "a reversal of another amount", |script| {
        let shop = open(script);
        let (first, second) = (pay(script, ANNA, shop, 60), pay(script, ANNA, shop, 50));
        let reversal = reverse(script, ANNA, second);
        Box::new(move |history, books| {
            let reversed = entry_row(books, made(history, first)).entry.entry_no;
            entry_row(books, made(history, reversal)).entry.reverses = Some(reversed);
        })
    }),
    (Kind::WrongReversal, "a reversal of a fee", |script| {
        let shop = open(script);
        let (fee, payment) = (adjust(script, ANNA, shop, EntryKind::Fee, 50), pay(script, ANNA, shop, 50));
        let reversal = reverse(script, ANNA, payment);
        Box::new(move |history, books| {
            let reversed = entry_row(books, made(history, fee)).entry.entry_no;
            entry_row(books, made(history, reversal)).entry.reverses = Some(reversed);
        })
    }),
    (Kind::WrongReversal, "a reversal left a charge settled that the payment had settled", |script| {
        let shop = open(script);
        let order = order(script, ANNA, shop, 9);
        let payment = pay_for(script, ANNA, shop, 50, &[(order, 30)]);
        let reversal = reverse(script, ANNA, payment);
        Box::new(move |history, books| {
            let id = made(history, reversal);
            books.parts.retain(|part| part.entry != id);
        })
    }),
    (Kind::ReversedTwice, "a payment was taken back twice", |script| {
        let shop = open(script);
        let (first, second) = (pay(script, ANNA, shop, 50), pay(script, ANNA, shop, 50));
        reverse(script, ANNA, first);
        let reversal = reverse(script, ANNA, second);
        Box::new(move |history, books| {
            let reversed = entry_row(books, made(history, first)).entry.entry_no;
            entry_row(books, made(history, reversal)).entry.reverses = Some(reversed);
        })
    }),
    (Kind::RefundBeyondCredit, "more was paid out than the customer had", |script| {
        let shop = open(script);
        pay(script, ANNA, shop, 50_000);
        let credit = -balance(script, shop);
        let refund = refund(script, ANNA, shop, credit);
        Box::new(move |history, books| {
            let entry = &mut entry_row(books, made(history, refund)).entry;
            entry.amount += 1;
            entry.balance_after += 1;
        })
    }),
    (Kind::WriteOffBeyondBalance, "more was given up than was owed", |script| {
        let shop = open(script);
        order(script, ANNA, shop, 100);
        let owed = balance(script, shop);
        let write_off = adjust(script, ANNA, shop, EntryKind::WriteOff, owed);
        Box::new(move |history, books| {
            let entry = &mut entry_row(books, made(history, write_off)).entry;
            entry.amount -= 1;
            entry.balance_after -= 1;
        })
    }),
    (Kind::ReturnedBeyondBought, "more came back than was bought", |script| {
        let shop = open(script);
        let order = order(script, ANNA, shop, 3);
        give_back(script, ANNA, order, &[(2, 1)]);
        let back = give_back(script, ANNA, order, &[(2, 1)]);
        Box::new(move |history, books| {
            let row = return_row(books, made(history, back));
            row.goods.lines[0].quantity += 1;
            row.returned_after[0] += 1;
        })
    }),
    (Kind::WrongReturn, "a line of a return credits another amount", |script| {
        let shop = open(script);
        let order = order(script, ANNA, shop, 3);
        let back = give_back(script, ANNA, order, &[(2, 1)]);
        Box::new(move |history, books| return_row(books, made(history, back)).goods.lines[0].line_total += 1)
    }),
    (Kind::WrongReturn, "a return credits another total", |script| {
        let shop = open(script);
        let order = order(script, ANNA, shop, 3);
        let back = give_back(script, ANNA, order, &[(2, 1)]);
        Box::new(move |history, books| {
            let id = made(history, back);
            return_row(books, id).goods.total += 1;
            entry_row(books, id).entry.amount -= 1;
        })
    }),
    (Kind::WrongReturn, "a return does not settle its order's charge", |script| {
        let shop = open(script);
        let order = order(script, ANNA, shop, 3);
        let back = give_back(script, ANNA, order, &[(2, 1)]);
        Box::new(move |history, books| {
            let id = made(history, back);
            books.parts.retain(|part| part.entry != id);
            return_row(books, id).goods.allocated = 0;
        })
    }),
    (Kind::WrongReturn, "a return of another product", |script| {
        let shop = open(script);
        let order = order(script, ANNA, shop, 3);
        let back = give_back(script, ANNA, order, &[(2, 1)]);
        let other = script.business(0).products[1].id;
        Box::new(move |history, books| return_row(books, made(history, back)).goods.lines[0].product = other)
    }),
    (Kind::StockSum, "less went back into the stock than the return says", |script| {
        let shop = open(script);
        let order = order(script, ANNA, shop, 3);
        let back = give_back(script, ANNA, order, &[(2, 1)]);
        Box::new(move |history, books| return_row(books, made(history, back)).goods.lines[0].restocked = 0)
    }),
];
