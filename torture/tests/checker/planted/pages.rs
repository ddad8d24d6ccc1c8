//! Faults of pages of orders and ledgers, and of the rows on them: stale, half, foreign, with gaps.

use tallystick_torture::{
    checker::Kind,
    history::{Action, Answer, Goods, Item, Order, StockChange},
};
use uuid::Uuid;

use super::{
    PlantedCase,
    reads::{as_before, change},
    shop::{ANNA, BELA, LIMIT, Shop, buy, buy_for, give_back, open, order, pay, pay_for, purchased, restock, returned},
};
use crate::generate::Script;

fn orders(answer: &mut Answer) -> &mut Vec<Order> {
    let Answer::Orders(orders) = answer else { panic!("{answer:?}") };
    orders
}

fn returns(answer: &mut Answer) -> &mut Vec<Goods> {
    let Answer::Returns { returns, .. } = answer else { panic!("{answer:?}") };
    returns
}

fn changes(answer: &mut Answer) -> &mut Vec<StockChange> {
    let Answer::Stock { changes, .. } = answer else { panic!("{answer:?}") };
    changes
}

/// Two returns, and then the list of them.
fn two_returns(script: &mut Script, shop: Shop) -> usize {
    let order = order(script, ANNA, shop, 9);
    give_back(script, ANNA, order, &[(2, 1)]);
    give_back(script, ANNA, order, &[(1, 1), (2, 1)]);
    script.send(BELA, 0, Action::ReadReturns)
}

/// A sale, a return and a movement, and then the list of them.
fn three_changes(script: &mut Script, shop: Shop) -> usize {
    let order = order(script, ANNA, shop, 9);
    give_back(script, ANNA, order, &[(2, 1)]);
    restock(script, ANNA, shop, 4);
    script.send(BELA, 0, Action::ReadStock { product: shop.product })
}

/// A charge that is open in part, and then what is open.
fn open_charges(script: &mut Script, shop: Shop) -> usize {
    pay(script, ANNA, shop, 5_000);
    let order = order(script, ANNA, shop, 900);
    pay_for(script, ANNA, shop, 60, &[(order, 50)]);
    script.send(BELA, 0, Action::ReadOpenCharges { customer: shop.customer })
}

pub const CASES: &[PlantedCase] = &[
    (Kind::WrongOpenCharges, "more is open of a charge than is", |script| {
        let shop = open(script);
        let read = open_charges(script, shop);
        change(read, |answer| {
            let Answer::OpenCharges { charges, .. } = answer else { panic!() };
            charges.last_mut().expect("one is open").open += 1;
        })
    }),
    (Kind::WrongOpenCharges, "an open charge is missing", |script| {
        let shop = open(script);
        let read = open_charges(script, shop);
        change(read, |answer| {
            let Answer::OpenCharges { charges, .. } = answer else { panic!() };
            charges.pop().expect("one is open");
        })
    }),
    (Kind::WrongOpenCharges, "open charges from before an acknowledged payment", |script| {
        let shop = open(script);
        let before = open_charges(script, shop);
        pay(script, ANNA, shop, 1);
        let after = script.send(BELA, 0, Action::ReadOpenCharges { customer: shop.customer });
        as_before(before, after)
    }),
    (Kind::WrongAging, "the buckets do not add up to the balance", |script| {
        let shop = open(script);
        open_charges(script, shop);
        let read = script.send(BELA, 0, Action::ReadAging { customer: shop.customer });
        change(read, |answer| {
            let Answer::Aging { buckets, .. } = answer else { panic!() };
            buckets[0] += 1;
        })
    }),
    (Kind::WrongAging, "a debt is called older than it is", |script| {
        let shop = open(script);
        open_charges(script, shop);
        let read = script.send(BELA, 0, Action::ReadAging { customer: shop.customer });
        change(read, |answer| {
            let Answer::Aging { buckets, overdue, .. } = answer else { panic!() };
            (buckets[0], buckets[2], *overdue) = (buckets[0] - 1, buckets[2] + 1, *overdue + 1);
        })
    }),
    (Kind::WrongAging, "a debt by age from before an acknowledged payment", |script| {
        let shop = open(script);
        open_charges(script, shop);
        let before = script.send(BELA, 0, Action::ReadAging { customer: shop.customer });
        pay(script, ANNA, shop, 1);
        let after = script.send(BELA, 0, Action::ReadAging { customer: shop.customer });
        as_before(before, after)
    }),
    (Kind::StaleReturnList, "returns without the newest", |script| {
        let shop = open(script);
        let page = two_returns(script, shop);
        change(page, |answer| drop(returns(answer).remove(0)))
    }),
    (Kind::UnsortedPage, "returns the wrong way round", |script| {
        let shop = open(script);
        let page = two_returns(script, shop);
        change(page, |answer| returns(answer).swap(0, 1))
    }),
    (Kind::ReadDiffers, "a return with another quantity", |script| {
        let shop = open(script);
        let page = two_returns(script, shop);
        change(page, |answer| returns(answer)[0].lines[0].quantity += 1)
    }),
    (Kind::ReadDiffers, "a return that was read by itself settles something else", |script| {
        let shop = open(script);
        let order = order(script, ANNA, shop, 9);
        let back = give_back(script, ANNA, order, &[(2, 1)]);
        let goods = returned(&mut script.answer(back).clone()).id;
        let read = script.send(BELA, 0, Action::ReadReturn { goods });
        change(read, |answer| {
            let Answer::Return(goods) = answer else { panic!() };
            goods.allocated -= 1;
        })
    }),
    (Kind::ReadOfUnknownRow, "a return that is not there", |script| {
        let shop = open(script);
        let page = two_returns(script, shop);
        change(page, |answer| returns(answer)[0].id = Uuid::from_u128(u128::MAX >> 1))
    }),
    (Kind::ForeignRow, "another business's return in a page", |script| {
        let shop = open(script);
        let page = two_returns(script, shop);
        let foreign = script.send(BELA, 1, Action::ReadReturns);
        as_before(page, foreign)
    }),
    (Kind::StaleStockList, "changes of a stock without the newest", |script| {
        let shop = open(script);
        let page = three_changes(script, shop);
        change(page, |answer| {
            changes(answer).remove(0);
        })
    }),
    (Kind::StaleStockList, "changes of a stock without a return in between", |script| {
        let shop = open(script);
        let page = three_changes(script, shop);
        change(page, |answer| {
            changes(answer).remove(1);
        })
    }),
    (Kind::UnsortedPage, "changes of a stock the wrong way round", |script| {
        let shop = open(script);
        let page = three_changes(script, shop);
        change(page, |answer| changes(answer).swap(0, 1))
    }),
    (Kind::ReadDiffers, "a change of a stock of another quantity", |script| {
        let shop = open(script);
        let page = three_changes(script, shop);
        change(page, |answer| changes(answer)[2].quantity -= 1)
    }),
    (Kind::ForeignRow, "another product's changes", |script| {
        let shop = open(script);
        let page = three_changes(script, shop);
        let other = script.business(0).products[1].id;
        let read = script.send(BELA, 0, Action::ReadStock { product: other });
        as_before(page, read)
    }),
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
        let foreign =
            script.send(ANNA, 1, Action::Purchase { key, customer: shop.foreign, items, authorized_limit: None });
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
