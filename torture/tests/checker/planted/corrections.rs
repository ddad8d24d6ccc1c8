//! Faults of keys and effects of what comes after the sale: lost, doubled, altered, phantom.

use tallystick_torture::{
    checker::Kind,
    history::{Action, Answer, EntryKind, LineBack},
};
use uuid::Uuid;

use super::{
    PlantedCase,
    shop::{
        ANNA, BELA, adjust, again, allocate, entry_row, forget, give_back, made, open, order, paid, pay, pay_for,
        refund, replayed, return_row, returned, reverse,
    },
};

pub const CASES: &[PlantedCase] = &[
    (Kind::LostReturn, "an acknowledged return is gone", |script| {
        let shop = open(script);
        let order = order(script, ANNA, shop, 3);
        let back = give_back(script, ANNA, order, &[(2, 1)]);
        Box::new(move |history, books| forget(books, made(history, back)))
    }),
    (Kind::LostReturn, "another return stands under an acknowledged key", |script| {
        let shop = open(script);
        let order = order(script, ANNA, shop, 3);
        let back = give_back(script, ANNA, order, &[(2, 1)]);
        Box::new(move |history, _| returned(&mut history.requests[back].answer).id = Uuid::from_u128(7))
    }),
    (Kind::LostCorrection, "an acknowledged fee is gone", |script| {
        let shop = open(script);
        let fee = adjust(script, ANNA, shop, EntryKind::Fee, 5);
        Box::new(move |history, books| forget(books, made(history, fee)))
    }),
    (Kind::LostCorrection, "an acknowledged allocation is gone", |script| {
        let shop = open(script);
        let order = order(script, ANNA, shop, 9);
        pay(script, ANNA, shop, 900);
        let note = allocate(script, ANNA, shop, &[(order, 5)]);
        Box::new(move |history, books| forget(books, made(history, note)))
    }),
    (Kind::LostPayment, "an acknowledged payment for a charge is gone", |script| {
        let shop = open(script);
        let order = order(script, ANNA, shop, 9);
        let payment = pay_for(script, ANNA, shop, 50, &[(order, 30)]);
        Box::new(move |history, books| forget(books, made(history, payment)))
    }),
    (Kind::AlteredReturn, "other lines came back than were asked for", |script| {
        let shop = open(script);
        let order = order(script, ANNA, shop, 4);
        let back = give_back(script, ANNA, order, &[(2, 2)]);
        Box::new(move |history, _| {
            let Action::Return { lines, .. } = &mut history.requests[back].action else { panic!() };
            lines[0].quantity = 1;
        })
    }),
    (Kind::AlteredReturn, "more went back into the stock than was asked for", |script| {
        let shop = open(script);
        let order = order(script, ANNA, shop, 4);
        let lines = vec![LineBack { line_no: 2, quantity: 2, restock: Some(1) }];
        let action = Action::Return { key: script.key(), order, lines };
        let back = again(script, ANNA, action);
        Box::new(move |history, books| {
            let id = made(history, back);
            return_row(books, id).goods.lines[0].restocked = 2;
            returned(&mut history.requests[back].answer).lines[0].restocked = 2;
            books.products.iter_mut().filter(|row| row.id == shop.product).for_each(|row| row.stock += 1);
        })
    }),
    (Kind::AlteredReturn, "a return was acknowledged with another total", |script| {
        let shop = open(script);
        let order = order(script, ANNA, shop, 4);
        let back = give_back(script, ANNA, order, &[(2, 2)]);
        Box::new(move |history, _| returned(&mut history.requests[back].answer).total += 1)
    }),
    (Kind::AlteredCorrection, "a fee was acknowledged with another amount", |script| {
        let shop = open(script);
        let fee = adjust(script, ANNA, shop, EntryKind::Fee, 5);
        Box::new(move |history, _| paid(&mut history.requests[fee].answer).amount += 1)
    }),
    (Kind::AlteredCorrection, "a fee became a debit", |script| {
        let shop = open(script);
        let fee = adjust(script, ANNA, shop, EntryKind::Fee, 5);
        Box::new(move |history, books| {
            entry_row(books, made(history, fee)).entry.kind = EntryKind::Debit;
            paid(&mut history.requests[fee].answer).kind = EntryKind::Debit;
        })
    }),
    (Kind::AlteredCorrection, "an allocation was acknowledged with another part", |script| {
        let shop = open(script);
        let order = order(script, ANNA, shop, 9);
        pay(script, ANNA, shop, 900);
        let note = allocate(script, ANNA, shop, &[(order, 5)]);
        Box::new(move |history, _| {
            let Answer::Recorded { named, .. } = &mut history.requests[note].answer else { panic!() };
            named[0].amount += 1;
        })
    }),
    (Kind::AlteredCorrection, "a reversal was acknowledged without what it took back", |script| {
        let shop = open(script);
        let order = order(script, ANNA, shop, 9);
        let payment = pay_for(script, ANNA, shop, 50, &[(order, 30)]);
        let reversal = reverse(script, ANNA, payment);
        Box::new(move |history, _| {
            let Answer::Recorded { named, .. } = &mut history.requests[reversal].answer else { panic!() };
            named.clear();
        })
    }),
    (Kind::AlteredCorrection, "another payment was taken back than was asked for", |script| {
        let shop = open(script);
        let (first, second) = (pay(script, ANNA, shop, 50), pay(script, ANNA, shop, 50));
        let reversal = reverse(script, ANNA, second);
        Box::new(move |history, _| {
            let first = made(history, first);
            let Action::Reverse { entry, .. } = &mut history.requests[reversal].action else { panic!() };
            *entry = first;
        })
    }),
    (Kind::AlteredPayment, "a payment settled another charge than it names", |script| {
        let shop = open(script);
        let (first, second) = (order(script, ANNA, shop, 9), order(script, ANNA, shop, 9));
        let payment = pay_for(script, ANNA, shop, 50, &[(second, 30)]);
        Box::new(move |history, _| {
            let Action::Payment { named, .. } = &mut history.requests[payment].action else { panic!() };
            named[0].charge = first;
        })
    }),
    (Kind::WrongReplay, "a replay tells of another return", |script| {
        let shop = open(script);
        let order = order(script, ANNA, shop, 9);
        let lines = vec![LineBack { line_no: 2, quantity: 2, restock: None }];
        let action = Action::Return { key: script.key(), order, lines };
        again(script, ANNA, action.clone());
        let retry = again(script, BELA, action);
        Box::new(move |history, _| returned(&mut history.requests[retry].answer).balance_after += 1)
    }),
    (Kind::TwoFreshAcknowledgements, "a replay of a refund is not called one", |script| {
        let shop = open(script);
        pay(script, ANNA, shop, 50_000);
        let action = Action::Refund { key: script.key(), customer: shop.customer, amount: 7 };
        again(script, ANNA, action.clone());
        let retry = again(script, BELA, action);
        Box::new(move |history, _| *replayed(&mut history.requests[retry].answer) = false)
    }),
    (Kind::DuplicateEffect, "a retry of a fee had an effect of its own", |script| {
        let shop = open(script);
        let (first, second) =
            (adjust(script, ANNA, shop, EntryKind::Fee, 5), adjust(script, ANNA, shop, EntryKind::Fee, 5));
        Box::new(move |history, books| {
            let key = history.requests[first].action.key();
            entry_row(books, made(history, second)).key = key;
            history.requests[second].action = history.requests[first].action.clone();
        })
    }),
    (Kind::PhantomReturn, "a return that nobody asked for", |script| {
        let shop = open(script);
        let order = order(script, ANNA, shop, 4);
        let back = give_back(script, ANNA, order, &[(2, 2)]);
        Box::new(move |history, _| drop(history.requests.remove(back)))
    }),
    (Kind::PhantomCorrection, "a refund that nobody asked for", |script| {
        let shop = open(script);
        pay(script, ANNA, shop, 50_000);
        let refund = refund(script, ANNA, shop, 70);
        Box::new(move |history, _| drop(history.requests.remove(refund)))
    }),
    (Kind::RefusedThoughDone, "a retry of a reversal was refused after the effect", |script| {
        let shop = open(script);
        let payment = pay(script, ANNA, shop, 50);
        let reversal = reverse(script, ANNA, payment);
        let action = script.action(reversal);
        let retry = again(script, BELA, action);
        Box::new(move |history, _| {
            let reversal = made(history, reversal);
            history.requests[retry].answer = Answer::AlreadyReversed { reversal };
        })
    }),
];
