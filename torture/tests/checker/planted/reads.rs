//! Faults of what was read of a customer, a product or an order: stale, backwards, foreign, never so.

use tallystick_torture::{
    checker::Kind,
    history::{Action, Answer, Moment},
};

use super::{
    Fault, PlantedCase,
    shop::{ANNA, BELA, LIMIT, buy, buy_for, made, open, pay, purchased, read_customer, read_product, restock},
};
use crate::generate::Script;

pub fn change(index: usize, with: impl FnOnce(&mut Answer) + 'static) -> Fault {
    Box::new(move |history, _| with(&mut history.requests[index].answer))
}

/// The second request was answered what the first one was.
pub fn as_before(before: usize, after: usize) -> Fault {
    Box::new(move |history, _| history.requests[after].answer = history.requests[before].answer.clone())
}

/// The request that made the change was not answered, so that only reads can have shown it. It is asked again at last.
fn unknown_then(changed: usize, script: &mut Script, last: Fault) -> Fault {
    let action = script.action(changed);
    let retry = script.send(ANNA + 7, 0, action);
    Box::new(move |history, books| {
        assert_ne!(history.requests[retry].answer, Answer::Unknown);
        history.requests[changed].answer = Answer::Unknown;
        last(history, books);
    })
}

pub const CASES: &[PlantedCase] = &[
    (Kind::StaleBalanceRead, "a balance from before an acknowledged payment", |script| {
        let shop = open(script);
        let before = read_customer(script, ANNA, shop);
        pay(script, ANNA, shop, 999);
        let after = read_customer(script, BELA, shop);
        as_before(before, after)
    }),
    (Kind::StaleBalanceRead, "a balance from before what another client was shown", |script| {
        let shop = open(script);
        let before = read_customer(script, ANNA, shop);
        let payment = pay(script, ANNA, shop, 999);
        read_customer(script, ANNA, shop);
        let after = read_customer(script, BELA, shop);
        let last = as_before(before, after);
        unknown_then(payment, script, last)
    }),
    (Kind::TimeRanBackwards, "a client is shown a balance, and then the one before", |script| {
        let shop = open(script);
        let before = read_customer(script, ANNA, shop);
        let payment = pay(script, ANNA, shop, 999);
        read_customer(script, BELA, shop);
        let after = read_customer(script, BELA, shop);
        let last = as_before(before, after);
        unknown_then(payment, script, last)
    }),
    (Kind::TimeRanBackwards, "a client is shown a stock, and then the one before", |script| {
        let shop = open(script);
        let before = read_product(script, ANNA, shop);
        let movement = restock(script, ANNA, shop, 999);
        read_product(script, BELA, shop);
        let after = read_product(script, BELA, shop);
        let last = as_before(before, after);
        unknown_then(movement, script, last)
    }),
    (Kind::TimeRanBackwards, "a client is shown a limit, and then the one before", |script| {
        let shop = open(script);
        let before = read_customer(script, BELA, shop);
        script.send(ANNA, 0, Action::ChangeLimit { customer: shop.customer, credit_limit: LIMIT + 5 });
        read_customer(script, BELA, shop);
        let after = read_customer(script, BELA, shop);
        as_before(before, after)
    }),
    (Kind::LimitFlippedBack, "a limit from before an acknowledged change", |script| {
        let shop = open(script);
        let before = read_customer(script, ANNA, shop);
        script.send(ANNA, 0, Action::ChangeLimit { customer: shop.customer, credit_limit: LIMIT + 5 });
        let after = read_customer(script, BELA, shop);
        as_before(before, after)
    }),
    (Kind::LimitFlippedBack, "an unknown change of a limit was seen, and then not", |script| {
        let shop = open(script);
        let before = read_customer(script, ANNA, shop);
        let changed = script.send(ANNA, 0, Action::ChangeLimit { customer: shop.customer, credit_limit: LIMIT + 5 });
        let seen = read_customer(script, ANNA, shop);
        let after = read_customer(script, BELA, shop);
        Box::new(move |history, _| {
            history.requests[changed].answer = Answer::Unknown;
            assert_ne!(history.requests[seen].answer, history.requests[before].answer);
            history.requests[after].answer = history.requests[before].answer.clone();
        })
    }),
    (Kind::LimitFlippedBack, "two limits at once, long after they were set", |script| {
        let shop = open(script);
        let changes = [5, 6].map(|more| {
            script.send(ANNA, 0, Action::ChangeLimit { customer: shop.customer, credit_limit: LIMIT + more })
        });
        let reads = [ANNA, BELA].map(|client| read_customer(script, client, shop));
        Box::new(move |history, _| {
            for two in [changes, reads] {
                let both = (history.requests[two[0]].sent, history.requests[two[1]].answered);
                for index in two {
                    (history.requests[index].sent, history.requests[index].answered) = both;
                }
            }
            let Answer::Customer { credit_limit, available_credit, .. } = &mut history.requests[reads[0]].answer else {
                panic!()
            };
            *credit_limit -= 1;
            *available_credit -= 1;
        })
    }),
    (Kind::BalanceNeverWas, "a balance that never was", |script| {
        let shop = open(script);
        let read = read_customer(script, ANNA, shop);
        change(read, |answer| {
            let Answer::Customer { balance, available_credit, .. } = answer else { panic!() };
            *balance += 123_456;
            *available_credit -= 123_456;
        })
    }),
    (Kind::WrongAvailableCredit, "available credit is another", |script| {
        let shop = open(script);
        let read = read_customer(script, ANNA, shop);
        change(read, |answer| {
            let Answer::Customer { available_credit, .. } = answer else { panic!() };
            *available_credit += 1;
        })
    }),
    (Kind::StaleStockRead, "a stock from before an acknowledged purchase", |script| {
        let shop = open(script);
        restock(script, ANNA, shop, 50_000);
        let before = read_product(script, ANNA, shop);
        buy(script, ANNA, shop, 3);
        let after = read_product(script, BELA, shop);
        as_before(before, after)
    }),
    (Kind::StockNeverWas, "a stock that never was", |script| {
        let shop = open(script);
        let read = read_product(script, ANNA, shop);
        change(read, |answer| {
            let Answer::Product { stock, .. } = answer else { panic!() };
            *stock += 123_456;
        })
    }),
    (Kind::NegativeStock, "a stock below zero", |script| {
        let shop = open(script);
        let read = read_product(script, ANNA, shop);
        change(read, |answer| {
            let Answer::Product { stock, .. } = answer else { panic!() };
            *stock = -1;
        })
    }),
    (Kind::PriceNeverSet, "a price that nobody set", |script| {
        let shop = open(script);
        let read = read_product(script, ANNA, shop);
        change(read, |answer| {
            let Answer::Product { price, .. } = answer else { panic!() };
            *price += 1;
        })
    }),
    (Kind::PriceFlippedBack, "a price from before an acknowledged change", |script| {
        let shop = open(script);
        let before = read_product(script, ANNA, shop);
        script.send(ANNA, 0, Action::ChangePrice { product: shop.product, price: 5_000 });
        let after = read_product(script, BELA, shop);
        as_before(before, after)
    }),
    (Kind::SeenTooEarly, "a balance from before its payment was sent", |script| {
        let shop = open(script);
        let read = read_customer(script, BELA, shop);
        pay(script, ANNA, shop, 654_321);
        let after = read_customer(script, BELA, shop);
        as_before(after, read)
    }),
    (Kind::ForeignIdFound, "another business's customer was found", |script| {
        let shop = open(script);
        let own = script.send(ANNA, 1, Action::ReadCustomer { customer: shop.foreign });
        let foreign = script.send(ANNA, 0, Action::ReadCustomer { customer: shop.foreign });
        as_before(own, foreign)
    }),
    (Kind::ForeignIdFound, "another business's order was found", |script| {
        let shop = open(script);
        let bought = buy(script, ANNA, shop, 1);
        let order = purchased(&mut script.answer(bought).clone()).id;
        let own = script.send(ANNA, 0, Action::ReadOrder { order });
        let foreign = script.send(BELA, 1, Action::ReadOrder { order });
        as_before(own, foreign)
    }),
    (Kind::OwnIdNotFound, "an own customer was not found", |script| {
        let shop = open(script);
        let read = read_customer(script, ANNA, shop);
        change(read, |answer| *answer = Answer::NotFound)
    }),
    (Kind::OwnIdNotFound, "an acknowledged order was not found", |script| {
        let shop = open(script);
        let bought = buy_for(script, ANNA, shop.another, shop.product, 1);
        let order = purchased(&mut script.answer(bought).clone()).id;
        let read = script.send(BELA, 0, Action::ReadOrder { order });
        change(read, |answer| *answer = Answer::NotFound)
    }),
    (Kind::WrongAnswer, "a payment was answered with a purchase", |script| {
        let shop = open(script);
        let (bought, paid) = (buy(script, ANNA, shop, 1), pay(script, ANNA, shop, 1));
        as_before(bought, paid)
    }),
    (Kind::WrongAnswer, "a change was answered with another limit", |script| {
        let shop = open(script);
        let action = Action::ChangeLimit { customer: shop.customer, credit_limit: LIMIT + 1 };
        let changed = script.send(ANNA, 0, action);
        change(changed, |answer| {
            let Answer::Customer { credit_limit, .. } = answer else { panic!() };
            *credit_limit = LIMIT;
        })
    }),
    (Kind::UnexpectedAnswer, "an internal error", |script| {
        let shop = open(script);
        let read = read_customer(script, ANNA, shop);
        change(read, |answer| *answer = Answer::Unexpected { status: 500, text: "internal".to_owned() })
    }),
    (Kind::SeenTooEarly, "an order was read before it was asked for", |script| {
        let shop = open(script);
        let bought = buy(script, ANNA, shop, 1);
        let order = purchased(&mut script.answer(bought).clone()).id;
        let read = script.send(BELA, 0, Action::ReadOrder { order });
        Box::new(move |history, _| {
            assert_eq!(made(history, bought), order);
            (history.requests[read].sent, history.requests[read].answered) = (Moment(1), Moment(2));
        })
    }),
];
