//! Faults of keys and effects: lost, doubled, altered, phantom, unresolved.

use tallystick_torture::{
    checker::Kind,
    history::{Action, Answer, Item, Key},
};
use uuid::Uuid;

use super::{
    PlantedCase,
    shop::{
        ANNA, BELA, again, buy, entry_row, made, open, order_row, paid, pay, purchased, replayed, restock, restocked,
    },
};

pub const CASES: &[PlantedCase] = &[
    (Kind::LostPurchase, "an acknowledged purchase is gone", |script| {
        let shop = open(script);
        let bought = buy(script, ANNA, shop, 2);
        Box::new(move |history, books| {
            let id = made(history, bought);
            books.orders.retain(|row| row.order.id != id);
            books.entries.retain(|row| row.entry.id != id);
        })
    }),
    (Kind::LostPurchase, "another order stands under an acknowledged key", |script| {
        let shop = open(script);
        let bought = buy(script, ANNA, shop, 2);
        Box::new(move |history, _| purchased(&mut history.requests[bought].answer).id = Uuid::from_u128(7))
    }),
    (Kind::LostPayment, "an acknowledged payment is gone", |script| {
        let shop = open(script);
        let payment = pay(script, ANNA, shop, 2);
        Box::new(move |history, books| {
            let id = made(history, payment);
            books.entries.retain(|row| row.entry.id != id);
        })
    }),
    (Kind::LostMovement, "an acknowledged movement is gone", |script| {
        let shop = open(script);
        let movement = restock(script, ANNA, shop, 2);
        Box::new(move |history, books| {
            let id = made(history, movement);
            books.movements.retain(|row| row.movement.id != id);
        })
    }),
    (Kind::AlteredOrder, "an order has another quantity", |script| {
        let shop = open(script);
        let bought = buy(script, ANNA, shop, 2);
        Box::new(move |history, books| order_row(books, made(history, bought)).order.lines[0].quantity += 1)
    }),
    (Kind::AlteredOrder, "a purchase was acknowledged with another total", |script| {
        let shop = open(script);
        let bought = buy(script, ANNA, shop, 2);
        Box::new(move |history, _| purchased(&mut history.requests[bought].answer).total += 1)
    }),
    (Kind::AlteredOrder, "another purchase was acknowledged than was asked for", |script| {
        let shop = open(script);
        let bought = buy(script, ANNA, shop, 2);
        Box::new(move |history, _| {
            if let Action::Purchase { items, .. } = &mut history.requests[bought].action {
                items.reverse();
                items[0].quantity += 1;
            }
        })
    }),
    (Kind::AlteredPayment, "a payment has another amount", |script| {
        let shop = open(script);
        let payment = pay(script, ANNA, shop, 2);
        Box::new(move |history, books| entry_row(books, made(history, payment)).entry.amount -= 1)
    }),
    (Kind::AlteredMovement, "a movement was acknowledged with another stock", |script| {
        let shop = open(script);
        let movement = restock(script, ANNA, shop, 2);
        Box::new(move |history, _| restocked(&mut history.requests[movement].answer).stock_after -= 1)
    }),
    (Kind::DuplicateEffect, "a retry had an effect of its own", |script| {
        let shop = open(script);
        let (first, second) = (buy(script, ANNA, shop, 2), buy(script, ANNA, shop, 2));
        Box::new(move |history, books| {
            let Action::Purchase { key, .. } = history.requests[first].action else { panic!() };
            entry_row(books, made(history, second)).key = Some(key);
            history.requests[second].action = history.requests[first].action.clone();
        })
    }),
    (Kind::DuplicateEffect, "a payment took effect twice, and only the first is known", |script| {
        let shop = open(script);
        let (first, second) = (pay(script, ANNA, shop, 2), pay(script, ANNA, shop, 2));
        Box::new(move |history, books| {
            let Action::Payment { key, .. } = history.requests[first].action else { panic!() };
            entry_row(books, made(history, second)).key = Some(key);
            history.requests.remove(second);
        })
    }),
    (Kind::TwoFreshAcknowledgements, "a replay is not called one", |script| {
        let shop = open(script);
        let payment = pay(script, ANNA, shop, 2);
        let Answer::Recorded { entry, .. } = script.answer(payment).clone() else { panic!() };
        let key = Key(entry.entry_no.unsigned_abs() + 900_000);
        let action = Action::Purchase {
            key,
            customer: shop.customer,
            items: vec![Item { product: shop.product, quantity: 1 }],
            authorized_limit: None,
        };
        again(script, ANNA, action.clone());
        let retry = again(script, BELA, action);
        Box::new(move |history, _| *replayed(&mut history.requests[retry].answer) = false)
    }),
    (Kind::WrongReplay, "a replay tells of another balance", |script| {
        let shop = open(script);
        let action = Action::Payment { key: script.key(), customer: shop.customer, amount: 5, named: Vec::new() };
        again(script, ANNA, action.clone());
        let retry = again(script, BELA, action);
        Box::new(move |history, _| paid(&mut history.requests[retry].answer).balance_after += 1)
    }),
    (Kind::WrongReplay, "a replay tells of another order", |script| {
        let shop = open(script);
        let items = vec![Item { product: shop.product, quantity: 1 }];
        let action = Action::Purchase { key: script.key(), customer: shop.customer, items, authorized_limit: None };
        let other = buy(script, ANNA, shop, 1);
        again(script, ANNA, action.clone());
        let retry = again(script, BELA, action);
        Box::new(move |history, _| {
            let other = purchased(&mut history.requests[other].answer).clone();
            *purchased(&mut history.requests[retry].answer) = other;
        })
    }),
    (Kind::ReplayOfNothing, "the only request is told of a replay", |script| {
        let shop = open(script);
        let bought = buy(script, ANNA, shop, 2);
        Box::new(move |history, _| *replayed(&mut history.requests[bought].answer) = true)
    }),
    (Kind::PhantomOrder, "an order that nobody asked for", |script| {
        let shop = open(script);
        let bought = buy(script, ANNA, shop, 2);
        Box::new(move |history, _| drop(history.requests.remove(bought)))
    }),
    (Kind::PhantomPayment, "a payment that nobody made", |script| {
        let shop = open(script);
        let payment = pay(script, ANNA, shop, 2);
        Box::new(move |history, _| drop(history.requests.remove(payment)))
    }),
    (Kind::PhantomPayment, "a payment without a key", |script| {
        let shop = open(script);
        let payment = pay(script, ANNA, shop, 2);
        Box::new(move |history, books| entry_row(books, made(history, payment)).key = None)
    }),
    (Kind::PhantomMovement, "a movement that nobody made", |script| {
        let shop = open(script);
        let movement = restock(script, ANNA, shop, 2);
        Box::new(move |history, _| drop(history.requests.remove(movement)))
    }),
    (Kind::DoneThoughRefused, "a purchase happened though it was refused", |script| {
        let shop = open(script);
        let bought = buy(script, ANNA, shop, 2);
        Box::new(move |history, _| {
            history.requests[bought].answer =
                Answer::CreditLimitExceeded { credit_limit: 0, balance: 0, required: 154 };
        })
    }),
    (Kind::RefusedThoughDone, "a retry was refused after the effect", |script| {
        let shop = open(script);
        let items = vec![Item { product: shop.product, quantity: 1 }];
        let action = Action::Purchase { key: script.key(), customer: shop.customer, items, authorized_limit: None };
        again(script, ANNA, action.clone());
        let retry = again(script, BELA, action);
        Box::new(move |history, _| {
            history.requests[retry].answer = Answer::CreditLimitExceeded { credit_limit: 0, balance: 0, required: 77 };
        })
    }),
    (Kind::KeyReusedWithoutReason, "a new key was called used", |script| {
        let shop = open(script);
        let bought = buy(script, ANNA, shop, 2);
        Box::new(move |history, books| {
            let id = made(history, bought);
            books.orders.retain(|row| row.order.id != id);
            books.entries.retain(|row| row.entry.id != id);
            history.requests[bought].answer = Answer::KeyReused;
        })
    }),
    (Kind::KeyReusedWithoutReason, "a retry was called another request", |script| {
        let shop = open(script);
        let action = Action::Payment { key: script.key(), customer: shop.customer, amount: 5, named: Vec::new() };
        again(script, ANNA, action.clone());
        let retry = again(script, BELA, action);
        Box::new(move |history, _| history.requests[retry].answer = Answer::KeyReused)
    }),
    (Kind::UnresolvedUnknown, "what became of a payment was never found out", |script| {
        let shop = open(script);
        let payment = pay(script, ANNA, shop, 2);
        Box::new(move |history, _| history.requests[payment].answer = Answer::Unknown)
    }),
    (Kind::SeenTooEarly, "a key was called used before its effect", |script| {
        let shop = open(script);
        let key = script.key();
        let payment =
            again(script, ANNA, Action::Payment { key, customer: shop.foreign, amount: 5, named: Vec::new() });
        again(script, BELA, Action::Payment { key, customer: shop.customer, amount: 5, named: Vec::new() });
        Box::new(move |history, _| history.requests[payment].answer = Answer::KeyReused)
    }),
];
