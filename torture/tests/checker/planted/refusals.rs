//! Refusals that were not justified.

use tallystick_torture::{
    checker::Kind,
    history::{Action, Answer, Item, Shortage},
};

use super::{
    Fault, PlantedCase,
    shop::{ANNA, BELA, LIMIT, PRICE, Shop, buy, open, pay, read_customer, read_product},
};
use crate::generate::Script;

/// Sends a purchase that is refused as such: for stock, if the quantity is beyond it, or for credit.
fn refused(script: &mut Script, shop: Shop, quantity: i64) -> usize {
    let items = vec![Item { product: shop.product, quantity }];
    let action = Action::Purchase { key: script.key(), customer: shop.customer, items, authorized_limit: None };
    script.send(BELA, 0, action)
}

/// A refusal for credit: the limit is lowered first.
fn without_credit(script: &mut Script, shop: Shop) -> usize {
    buy(script, ANNA, shop, 1);
    script.send(ANNA, 0, Action::ChangeLimit { customer: shop.customer, credit_limit: 0 });
    // What the customer has paid in advance is spent.
    let read = read_customer(script, ANNA, shop);
    let Answer::Customer { balance, .. } = *script.answer(read) else { panic!() };
    assert!(balance > -100 * PRICE, "{balance}");
    let index = refused(script, shop, 150);
    assert!(matches!(script.answer(index), Answer::CreditLimitExceeded { .. }), "{:?}", script.answer(index));
    index
}

fn change(index: usize, with: impl FnOnce(&mut Answer) + 'static) -> Fault {
    Box::new(move |history, _| with(&mut history.requests[index].answer))
}

fn shortage(index: usize, with: impl FnOnce(&mut Shortage) + 'static) -> Fault {
    change(index, |answer| {
        let Answer::InsufficientStock(shortages) = answer else { panic!("{answer:?}") };
        with(&mut shortages[0]);
    })
}

pub const CASES: &[PlantedCase] = &[
    (Kind::UnjustifiedCreditRefusal, "refused for credit, and the figures suffice", |script| {
        let shop = open(script);
        let index = without_credit(script, shop);
        change(index, |answer| {
            let Answer::CreditLimitExceeded { credit_limit, .. } = answer else { panic!() };
            *credit_limit = LIMIT;
        })
    }),
    (Kind::UnjustifiedCreditRefusal, "refused for a balance that never was", |script| {
        let shop = open(script);
        let index = without_credit(script, shop);
        change(index, |answer| {
            let Answer::CreditLimitExceeded { balance, .. } = answer else { panic!() };
            *balance += 1;
        })
    }),
    (Kind::UnjustifiedCreditRefusal, "refused for a balance that had been paid", |script| {
        let shop = open(script);
        buy(script, ANNA, shop, 11);
        let read = read_customer(script, ANNA, shop);
        let Answer::Customer { balance: before, .. } = *script.answer(read) else { panic!() };
        pay(script, ANNA, shop, 500);
        let index = without_credit(script, shop);
        change(index, move |answer| {
            let Answer::CreditLimitExceeded { balance, .. } = answer else { panic!() };
            *balance = before;
        })
    }),
    (Kind::UnjustifiedCreditRefusal, "refused for more than it came to", |script| {
        let shop = open(script);
        let index = without_credit(script, shop);
        change(index, |answer| {
            let Answer::CreditLimitExceeded { required, .. } = answer else { panic!() };
            *required += 150;
        })
    }),
    (Kind::LimitFlippedBack, "refused under a limit that had been replaced", |script| {
        let shop = open(script);
        let index = without_credit(script, shop);
        script.send(ANNA, 0, Action::ChangeLimit { customer: shop.customer, credit_limit: LIMIT + 1 });
        let items = vec![Item { product: shop.product, quantity: 1 }];
        let action = Action::Purchase { key: script.key(), customer: shop.customer, items, authorized_limit: None };
        let second = script.send(BELA, 0, action);
        Box::new(move |history, books| {
            let id = super::shop::made(history, second);
            books.orders.retain(|row| row.order.id != id);
            books.entries.retain(|row| row.entry.id != id);
            history.requests[second].answer = history.requests[index].answer.clone();
        })
    }),
    (Kind::UnjustifiedStockRefusal, "refused for stock, and the figures suffice", |script| {
        let shop = open(script);
        let index = refused(script, shop, 100_000);
        shortage(index, |shortage| shortage.available = shortage.requested)
    }),
    (Kind::UnjustifiedStockRefusal, "refused for a stock that never was", |script| {
        let shop = open(script);
        let index = refused(script, shop, 100_000);
        shortage(index, |shortage| shortage.available = 99_999)
    }),
    (Kind::UnjustifiedStockRefusal, "refused for a stock that was before the restock", |script| {
        let shop = open(script);
        let read = read_product(script, ANNA, shop);
        let Answer::Product { stock, .. } = *script.answer(read) else { panic!() };
        super::shop::restock(script, ANNA, shop, 90_000);
        let index = refused(script, shop, 100_000);
        shortage(index, move |shortage| shortage.available = stock)
    }),
    (Kind::UnjustifiedStockRefusal, "refused for another quantity than was asked for", |script| {
        let shop = open(script);
        let index = refused(script, shop, 100_000);
        shortage(index, |shortage| shortage.requested += 1)
    }),
    (Kind::UnjustifiedStockRefusal, "a product that was short is not on the list", |script| {
        let shop = open(script);
        let other = script.business(0).products[1].id;
        let items = [shop.product, other].map(|product| Item { product, quantity: 100_000 }).to_vec();
        let action = Action::Purchase { key: script.key(), customer: shop.customer, items, authorized_limit: None };
        let index = script.send(BELA, 0, action);
        change(index, |answer| {
            let Answer::InsufficientStock(shortages) = answer else { panic!() };
            shortages.pop().expect("both are short");
        })
    }),
    (Kind::NegativeStock, "refused for a stock below zero", |script| {
        let shop = open(script);
        let index = refused(script, shop, 100_000);
        shortage(index, |shortage| shortage.available = -1)
    }),
];
