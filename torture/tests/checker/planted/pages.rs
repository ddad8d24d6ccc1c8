//! Faults of pages of orders and ledgers, and of the rows on them: stale, half, foreign, with gaps.

use tallystick_torture::{
    checker::Kind,
    history::{Action, Answer, Item, Order},
};
use uuid::Uuid;

use super::{
    PlantedCase,
    reads::{as_before, change},
    shop::{ANNA, BELA, LIMIT, buy, buy_for, open, pay, purchased},
};

fn orders(answer: &mut Answer) -> &mut Vec<Order> {
    let Answer::Orders(orders) = answer else { panic!("{answer:?}") };
    orders
}

pub const CASES: &[PlantedCase] = &[
    (Kind::TimeRanBackwards, "a client misses its own order", |script| {
        let shop = open(script);
        buy(script, BELA, shop, 1);
        let page = script.send(BELA, 0, Action::ReadOrders);
        change(page, |answer| drop(orders(answer).remove(0)))
    }),
    (Kind::StaleLedgerRead, "a ledger from before an acknowledged payment", |script| {
        let shop = open(script);
        let before = script.send(ANNA, 0, Action::ReadLedger { customer: shop.customer });
        pay(script, ANNA, shop, 1);
        let after = script.send(BELA, 0, Action::ReadLedger { customer: shop.customer });
        as_before(before, after)
    }),
    (Kind::UnsortedPage, "a ledger with a gap", |script| {
        let shop = open(script);
        for _ in 0..3 {
            pay(script, ANNA, shop, 1);
        }
        let read = script.send(BELA, 0, Action::ReadLedger { customer: shop.customer });
        change(read, |answer| {
            let Answer::Ledger(entries) = answer else { panic!() };
            entries.remove(1);
        })
    }),
    (Kind::UnsortedPage, "orders the wrong way round", |script| {
        let shop = open(script);
        for _ in 0..2 {
            buy(script, ANNA, shop, 1);
        }
        let page = script.send(BELA, 0, Action::ReadOrders);
        change(page, |answer| orders(answer).reverse())
    }),
    (Kind::StaleOrderList, "orders without the newest", |script| {
        let shop = open(script);
        buy(script, ANNA, shop, 1);
        let page = script.send(BELA, 0, Action::ReadOrders);
        change(page, |answer| drop(orders(answer).remove(0)))
    }),
    (Kind::StaleOrderList, "no orders at all", |script| {
        let shop = open(script);
        buy(script, ANNA, shop, 1);
        let page = script.send(BELA, 0, Action::ReadOrders);
        change(page, |answer| orders(answer).clear())
    }),
    (Kind::StaleOrderList, "orders without one in between", |script| {
        let shop = open(script);
        for _ in 0..3 {
            buy(script, ANNA, shop, 1);
        }
        let page = script.send(BELA, 0, Action::ReadOrders);
        change(page, |answer| drop(orders(answer).remove(1)))
    }),
    (Kind::HalfWrittenOrder, "an order without one of its lines", |script| {
        let shop = open(script);
        let bought = buy(script, ANNA, shop, 3);
        let order = purchased(&mut script.answer(bought).clone()).id;
        let read = script.send(BELA, 0, Action::ReadOrder { order });
        change(read, |answer| {
            let Answer::Order(order) = answer else { panic!() };
            order.lines.pop();
        })
    }),
    (Kind::HalfWrittenOrder, "orders with half of one", |script| {
        let shop = open(script);
        buy(script, ANNA, shop, 3);
        let page = script.send(BELA, 0, Action::ReadOrders);
        change(page, |answer| {
            let order = &mut orders(answer)[0];
            order.total -= order.lines.pop().expect("two").line_total;
        })
    }),
    (Kind::ReadDiffers, "an order of another customer's", |script| {
        let shop = open(script);
        buy(script, ANNA, shop, 3);
        let page = script.send(BELA, 0, Action::ReadOrders);
        change(page, move |answer| orders(answer)[0].customer = shop.another)
    }),
    (Kind::ReadDiffers, "an entry with another balance", |script| {
        let shop = open(script);
        pay(script, ANNA, shop, 1);
        let read = script.send(BELA, 0, Action::ReadLedger { customer: shop.customer });
        change(read, |answer| {
            let Answer::Ledger(entries) = answer else { panic!() };
            entries[0].balance_after += 1;
        })
    }),
    (Kind::ReadOfUnknownRow, "an order that is not there", |script| {
        let shop = open(script);
        buy(script, ANNA, shop, 3);
        let page = script.send(BELA, 0, Action::ReadOrders);
        change(page, |answer| orders(answer)[0].id = Uuid::from_u128(u128::MAX >> 1))
    }),
    (Kind::ForeignRow, "another business's order in a page", |script| {
        let shop = open(script);
        script.send(ANNA, 1, Action::ChangeLimit { customer: shop.foreign, credit_limit: LIMIT });
        let key = script.key();
        script.send(ANNA, 1, Action::Restock { key, product: shop.foreign_product, quantity: 5 });
        let items = vec![Item { product: shop.foreign_product, quantity: 1 }];
        let key = script.key();
        let foreign = script.send(ANNA, 1, Action::Purchase { key, customer: shop.foreign, items });
        let page = script.send(BELA, 0, Action::ReadOrders);
        Box::new(move |history, _| {
            let order = purchased(&mut history.requests[foreign].answer).clone();
            orders(&mut history.requests[page].answer).insert(0, order);
        })
    }),
    (Kind::ForeignRow, "another customer's entry in a ledger", |script| {
        let shop = open(script);
        buy_for(script, ANNA, shop.another, shop.product, 1);
        let others = script.send(BELA, 0, Action::ReadLedger { customer: shop.another });
        let read = script.send(BELA, 0, Action::ReadLedger { customer: shop.customer });
        as_before(others, read)
    }),
];
