//! Refusals of what comes after the sale that were not justified.

use tallystick_torture::{
    checker::Kind,
    history::{Action, Answer, ChargeExcess, EntryKind, LineExcess},
};

use super::{
    Fault, PlantedCase,
    reads::change,
    shop::{
        ANNA, BELA, LIMIT, Shop, adjust, allocate, buy, forget, give_back, made, open, order, pay, pay_for, refund,
        reverse,
    },
};
use crate::generate::Script;

/// The only line of which too much was to come back.
fn line(index: usize, with: impl FnOnce(&mut LineExcess) + 'static) -> Fault {
    change(index, |answer| {
        let Answer::QuantityExceedsReturnable(lines) = answer else { panic!("{answer:?}") };
        with(&mut lines[0]);
    })
}

fn charge(index: usize, with: impl FnOnce(&mut ChargeExcess) + 'static) -> Fault {
    change(index, |answer| match answer {
        Answer::ChargeOpenAmountExceeded(charges) | Answer::AllocatedAmountExceeded(charges) => with(&mut charges[0]),
        answer => panic!("{answer:?}"),
    })
}

/// What was asked for, and what there was.
fn figures(index: usize, with: impl FnOnce(&mut i64, &mut i64) + 'static) -> Fault {
    change(index, |answer| match answer {
        Answer::UnappliedCreditExceeded { requested, available }
        | Answer::CreditBalanceExceeded { requested, available }
        | Answer::BalanceExceeded { requested, available } => with(requested, available),
        answer => panic!("{answer:?}"),
    })
}

/// The request was not accepted, but answered so, and had no effect. It must have made the customer's last entry.
fn instead(accepted: usize, answer: Answer) -> Fault {
    Box::new(move |history, books| {
        forget(books, made(history, accepted));
        history.requests[accepted].answer = answer;
    })
}

/// A reversal of a payment whose money settles a charge by a later allocation.
fn of_spent_credit(script: &mut Script, shop: Shop) -> (usize, usize) {
    let order = order(script, ANNA, shop, 900);
    let payment = pay(script, ANNA, shop, 50_000);
    let note = allocate(script, ANNA, shop, &[(order, 50_000)]);
    made_by(script, note);
    let refused = reverse(script, BELA, payment);
    (payment, refused)
}

fn made_by(script: &Script, index: usize) {
    assert!(script.answer(index).is_acceptance(), "{:?}", script.answer(index));
}

pub const CASES: &[PlantedCase] = &[
    (Kind::UnjustifiedReturnRefusal, "refused, and so many could come back", |script| {
        let shop = open(script);
        let order = order(script, ANNA, shop, 3);
        let refused = give_back(script, BELA, order, &[(2, 9)]);
        line(refused, |line| line.available = 9)
    }),
    (Kind::UnjustifiedReturnRefusal, "refused for what had come back, which was less", |script| {
        let shop = open(script);
        let order = order(script, ANNA, shop, 9);
        let before = give_back(script, ANNA, order, &[(2, 9)]);
        give_back(script, ANNA, order, &[(2, 3)]);
        let refused = give_back(script, BELA, order, &[(2, 9)]);
        super::reads::as_before(before, refused)
    }),
    (Kind::UnjustifiedReturnRefusal, "refused for another quantity than was asked for", |script| {
        let shop = open(script);
        let order = order(script, ANNA, shop, 3);
        let refused = give_back(script, BELA, order, &[(2, 9)]);
        line(refused, |line| line.requested += 1)
    }),
    (Kind::UnjustifiedReturnRefusal, "a line of which too much was to come back is not on the list", |script| {
        let shop = open(script);
        let order = order(script, ANNA, shop, 3);
        let refused = give_back(script, BELA, order, &[(1, 9), (2, 9)]);
        change(refused, |answer| {
            let Answer::QuantityExceedsReturnable(lines) = answer else { panic!() };
            lines.pop().expect("both are");
        })
    }),
    (Kind::UnjustifiedAllocationRefusal, "refused, and so much of the charge was open", |script| {
        let shop = open(script);
        let order = order(script, ANNA, shop, 3);
        let refused = pay_for(script, BELA, shop, 9_000, &[(order, 1_000)]);
        charge(refused, |charge| charge.available = 1_000)
    }),
    (Kind::UnjustifiedAllocationRefusal, "refused for a charge that a reversal had opened again", |script| {
        let shop = open(script);
        let order = order(script, ANNA, shop, 9);
        let payment = pay_for(script, ANNA, shop, 600, &[(order, 600)]);
        let before = pay_for(script, ANNA, shop, 600, &[(order, 600)]);
        reverse(script, ANNA, payment);
        let accepted = pay_for(script, BELA, shop, 600, &[(order, 600)]);
        let answer = script.answer(before).clone();
        instead(accepted, answer)
    }),
    (Kind::UnjustifiedAllocationRefusal, "refused for more than is settled, and so much was", |script| {
        let shop = open(script);
        let order = order(script, ANNA, shop, 9);
        pay_for(script, ANNA, shop, 600, &[(order, 60)]);
        let refused = allocate(script, BELA, shop, &[(order, -61)]);
        charge(refused, |charge| charge.available += 1)
    }),
    (Kind::UnjustifiedAllocationRefusal, "a charge that had been shown was not found", |script| {
        let shop = open(script);
        let order = order(script, ANNA, shop, 9);
        let accepted = pay_for(script, BELA, shop, 60, &[(order, 60)]);
        instead(accepted, Answer::ChargeNotFound(vec![0]))
    }),
    (Kind::UnjustifiedAllocationRefusal, "another charge was not found than the unknown one", |script| {
        let shop = open(script);
        let order = order(script, ANNA, shop, 9);
        let refused = pay_for(script, BELA, shop, 60, &[(order, 30), (shop.customer, 30)]);
        change(refused, |answer| *answer = Answer::ChargeNotFound(vec![0]))
    }),
    (Kind::UnjustifiedUnappliedRefusal, "an allocation was refused, and the credit suffices", |script| {
        let shop = open(script);
        let order = order(script, ANNA, shop, 900);
        let refused = allocate(script, BELA, shop, &[(order, 60_000)]);
        figures(refused, |requested, available| *available = *requested)
    }),
    (Kind::UnjustifiedUnappliedRefusal, "an allocation was refused for credit that had come since", |script| {
        let shop = open(script);
        let order = order(script, ANNA, shop, 900);
        let before = allocate(script, BELA, shop, &[(order, 60_000)]);
        pay(script, ANNA, shop, 60_000);
        let accepted = allocate(script, BELA, shop, &[(order, 60_000)]);
        let answer = script.answer(before).clone();
        assert!(matches!(answer, Answer::UnappliedCreditExceeded { .. }), "{answer:?}");
        instead(accepted, answer)
    }),
    (Kind::UnjustifiedUnappliedRefusal, "a reversal was refused for another sum than it needs", |script| {
        let shop = open(script);
        let (_, refused) = of_spent_credit(script, shop);
        figures(refused, |requested, _| *requested += 1)
    }),
    (Kind::UnjustifiedReversalRefusal, "called reversed, and by another payment's reversal", |script| {
        let shop = open(script);
        let (first, second) = (pay(script, ANNA, shop, 50), pay(script, ANNA, shop, 50));
        let reversal = reverse(script, ANNA, first);
        let accepted = reverse(script, BELA, second);
        let reversal = super::shop::paid(&mut script.answer(reversal).clone()).id;
        instead(accepted, Answer::AlreadyReversed { reversal })
    }),
    (Kind::UnjustifiedReversalRefusal, "called reversed by what did not do it", |script| {
        let shop = open(script);
        let payment = pay(script, ANNA, shop, 50);
        reverse(script, ANNA, payment);
        let refused = reverse(script, BELA, payment);
        change(refused, |answer| {
            let Answer::AlreadyReversed { reversal } = answer else { panic!("{answer:?}") };
            *reversal = uuid::Uuid::from_u128(7);
        })
    }),
    (Kind::UnjustifiedReversalRefusal, "a credit was called a charge", |script| {
        let shop = open(script);
        let credit = adjust(script, ANNA, shop, EntryKind::Credit, 50);
        let accepted = reverse(script, BELA, credit);
        instead(accepted, Answer::NotReversible)
    }),
    (Kind::UnjustifiedBalanceRefusal, "a refund was refused for a credit balance that never was", |script| {
        let shop = open(script);
        let refused = refund(script, BELA, shop, 900_000);
        figures(refused, |_, available| *available += 1)
    }),
    (Kind::UnjustifiedBalanceRefusal, "a refund was refused for credit that had come since", |script| {
        let shop = open(script);
        let before = refund(script, BELA, shop, 60_000);
        pay(script, ANNA, shop, 90_000);
        let accepted = refund(script, BELA, shop, 60_000);
        let answer = script.answer(before).clone();
        instead(accepted, answer)
    }),
    (Kind::UnjustifiedBalanceRefusal, "a write-off was refused for a balance that never was", |script| {
        let shop = open(script);
        buy(script, ANNA, shop, 100);
        let refused = adjust(script, BELA, shop, EntryKind::WriteOff, 900_000);
        figures(refused, |_, available| *available += 1)
    }),
    (Kind::UnjustifiedCreditRefusal, "a fee was refused for credit, and the figures suffice", |script| {
        let shop = open(script);
        let refused = adjust(script, BELA, shop, EntryKind::Fee, 2 * LIMIT);
        change(refused, |answer| {
            let Answer::CreditLimitExceeded { credit_limit, .. } = answer else { panic!("{answer:?}") };
            *credit_limit = 4 * LIMIT;
        })
    }),
    (Kind::UnjustifiedCreditRefusal, "a fee was refused for more than it is", |script| {
        let shop = open(script);
        let refused = adjust(script, BELA, shop, EntryKind::Fee, 2 * LIMIT);
        change(refused, |answer| {
            let Answer::CreditLimitExceeded { required, .. } = answer else { panic!("{answer:?}") };
            *required += 1;
        })
    }),
    (Kind::UnjustifiedCreditRefusal, "a debit was refused under less than what was allowed", |script| {
        let shop = open(script);
        let action = Action::Adjust {
            key: script.key(),
            customer: shop.customer,
            kind: EntryKind::Debit,
            amount: 3 * LIMIT,
            due_at_us: None,
            authorized_limit: Some(2 * LIMIT),
            named: Vec::new(),
        };
        let refused = script.send(BELA, 0, action);
        change(refused, |answer| {
            let Answer::CreditLimitExceeded { credit_limit, .. } = answer else { panic!("{answer:?}") };
            *credit_limit = LIMIT;
        })
    }),
    (Kind::OwnIdNotFound, "the order of a return was not found", |script| {
        let shop = open(script);
        let order = order(script, ANNA, shop, 3);
        let refused = give_back(script, BELA, order, &[(2, 9)]);
        change(refused, |answer| *answer = Answer::NotFound)
    }),
    (Kind::OwnIdNotFound, "a payment that was to be taken back was not found", |script| {
        let shop = open(script);
        let payment = pay(script, ANNA, shop, 50);
        reverse(script, ANNA, payment);
        let refused = reverse(script, BELA, payment);
        change(refused, |answer| *answer = Answer::NotFound)
    }),
    (Kind::ForeignIdFound, "another business's order came back", |script| {
        let shop = open(script);
        let order = order(script, ANNA, shop, 3);
        let refused = give_back(script, BELA, order, &[(2, 9)]);
        let lines = vec![tallystick_torture::history::LineBack { line_no: 2, quantity: 9, restock: None }];
        let key = script.key();
        let foreign = script.send(BELA, 1, Action::Return { key, order, lines });
        super::reads::as_before(refused, foreign)
    }),
    (Kind::WrongAnswer, "a payment was refused for a credit balance", |script| {
        let shop = open(script);
        let refused = refund(script, BELA, shop, 900_000);
        let payment = pay(script, ANNA, shop, 50);
        super::reads::as_before(refused, payment)
    }),
];
