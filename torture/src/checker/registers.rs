//! Credit limits and prices. Each one that an answer showed, or that decided a new debt, was in force at that moment. The
//! figures of a refusal for lack of credit are those that it followed from.
//!
//! The limit, balance and price of a refusal are checked against their own times. Whether there was one moment for all three
//! is checked in part only: the place of the balance among the entries bounds the time of the limit.

use super::{
    evidence::{Evidence, What},
    finding::{Findings, Kind},
    register::{Fault, Register, Sight, Who, Write},
    stock::{time_of, together},
};
use crate::history::{Action, Answer, Moment};

/// After every answer; before [`Moment::NEVER`].
const END: Moment = Moment(Moment::NEVER.0 - 1);
/// If there are more sums than this, any is believed.
const SUMS: usize = 10_000;

#[derive(Debug, Clone, Copy)]
struct Kinds {
    what: &'static str,
    never_set: Kind,
    flipped_back: Kind,
}

const LIMITS: Kinds = Kinds { what: "limit", never_set: Kind::LimitNeverSet, flipped_back: Kind::LimitFlippedBack };
const PRICES: Kinds = Kinds { what: "price", never_set: Kind::PriceNeverSet, flipped_back: Kind::PriceFlippedBack };

/// Compares every limit that was seen with those that were set.
pub(super) fn limits(evidence: &Evidence, seen: Vec<(usize, Sight)>, out: &mut Findings) {
    let count = evidence.all_customers.len();
    let mut sights = grouped(count, seen);
    for row in &evidence.books.customers {
        if let Some(place) = evidence.customers.get(&row.id) {
            sights[place.no].push(Sight { value: row.credit_limit, sent: END, answered: END, who: Who::Books });
        }
    }
    let mut writes = vec![Vec::new(); count];
    for (index, request) in evidence.history.requests.iter().enumerate() {
        if let Action::ChangeLimit { customer, credit_limit } = request.action
            && let Some(customer) = evidence.own_customer(request.business, customer)
        {
            writes[customer].extend(write(evidence, index, credit_limit));
        }
    }
    for (customer, (writes, sights)) in writes.iter().zip(sights).enumerate() {
        let known = evidence.all_customers[customer];
        let register = Register::new(known.credit_limit, writes, &sights);
        judge(evidence, LIMITS, &known.id.to_string(), &register, &sights, out);
    }
}

/// Compares every price that was seen with those that were set, and every refusal for lack of credit with the prices.
pub(super) fn prices(evidence: &Evidence, seen: Vec<(usize, Sight)>, out: &mut Findings) {
    let count = evidence.all_products.len();
    let mut sights = grouped(count, seen);
    for row in &evidence.books.products {
        if let Some(place) = evidence.products.get(&row.id) {
            sights[place.no].push(Sight { value: row.price, sent: END, answered: END, who: Who::Books });
        }
    }
    for (effect, it) in evidence.effects.iter().enumerate() {
        let What::Purchase(order) = it.what else { continue };
        let mut of_order: Vec<_> =
            evidence.books.orders[order].order.lines.iter().map(|line| (line.product, line.unit_price)).collect();
        of_order.sort_unstable();
        of_order.dedup();
        let (sent, answered) = time_of(evidence, effect);
        for (product, value) in of_order {
            if let Some(product) = evidence.products.get(&product) {
                sights[product.no].push(Sight { value, sent, answered, who: Who::Effect(effect) });
            }
        }
    }
    let mut writes = vec![Vec::new(); count];
    for (index, request) in evidence.history.requests.iter().enumerate() {
        if let Action::ChangePrice { product, price } = request.action
            && let Some(product) = evidence.own_product(request.business, product)
        {
            writes[product].extend(write(evidence, index, price));
        }
    }
    let mut registers = Vec::with_capacity(count);
    for (product, (writes, sights)) in writes.iter().zip(sights).enumerate() {
        let known = evidence.all_products[product];
        let register = Register::new(known.price, writes, &sights);
        judge(evidence, PRICES, &known.id.to_string(), &register, &sights, out);
        registers.push(register);
    }
    for index in 0..evidence.history.requests.len() {
        credit_refusal(evidence, index, &registers, out);
    }
}

fn grouped(count: usize, sights: Vec<(usize, Sight)>) -> Vec<Vec<Sight>> {
    let mut all = vec![Vec::new(); count];
    for (object, sight) in sights {
        all[object].push(sight);
    }
    all
}

/// A change sets its value if it was acknowledged, and perhaps if its outcome is unknown.
fn write(evidence: &Evidence, index: usize, value: i64) -> Option<Write> {
    let request = &evidence.history.requests[index];
    let answered = match request.answer {
        Answer::Customer { .. } | Answer::Product { .. } => request.answered,
        Answer::Unknown | Answer::Unexpected { .. } => Moment::NEVER,
        _ => return None,
    };
    Some(Write { value, sent: request.sent, answered, who: Who::Request(index) })
}

fn judge(evidence: &Evidence, kinds: Kinds, id: &str, register: &Register, sights: &[Sight], out: &mut Findings) {
    let (Kinds { what, .. }, client) = (kinds, |who| match who {
        Who::Request(index) => Some(evidence.history.requests[index].client),
        Who::Effect(_) | Who::Books => None,
    });
    for (index, fault) in register.judge(sights) {
        let Sight { value, who, .. } = sights[index];
        match fault {
            Fault::NeverSet => {
                out.add(kinds.never_set, || {
                    format!("{what} {value} of {id}, in {}, was not set by then", told(evidence, who))
                });
            }
            Fault::Replaced { by, value: other } => {
                let same = client(who).is_some() && client(who) == client(by);
                out.add(if same { Kind::TimeRanBackwards } else { kinds.flipped_back }, || {
                    let (who, by) = (told(evidence, who), told(evidence, by));
                    format!("{what} {value} of {id}, in {who}, had been replaced by {other}, in {by}")
                });
            }
        }
    }
}

fn told(evidence: &Evidence, who: Who) -> String {
    match who {
        Who::Request(index) => evidence.told(index),
        Who::Effect(effect) => format!("order {}", evidence.id_of(effect)),
        Who::Books => "the books".to_owned(),
    }
}

/// Refused for credit: that balance and what was required are above that limit, and that much was required.
fn credit_refusal(evidence: &Evidence, index: usize, registers: &[Register], out: &mut Findings) {
    let request = &evidence.history.requests[index];
    let Answer::CreditLimitExceeded { credit_limit, balance, required } = request.answer else { return };
    let (authorized, items) = match &request.action {
        Action::Purchase { authorized_limit, items, .. } => (authorized_limit, Ok(items)),
        Action::Adjust { authorized_limit, amount, .. } => (authorized_limit, Err(*amount)),
        _ => return,
    };
    if authorized.is_some_and(|allowed| allowed > credit_limit) {
        out.add(Kind::UnjustifiedCreditRefusal, || {
            format!("{}: {authorized:?} was allowed, and {credit_limit} is not the greater one", evidence.told(index))
        });
    }
    if required <= 0 || i128::from(balance) + i128::from(required) <= i128::from(credit_limit) {
        out.add(Kind::UnjustifiedCreditRefusal, || format!("{}: {:?} suffices", evidence.told(index), request.answer));
    }
    let mut sums = vec![0i128];
    let items = match items {
        Ok(items) => &**items,
        Err(amount) => {
            sums = vec![i128::from(amount)];
            &[]
        }
    };
    for (product, quantity) in together(items.iter().map(|item| (item.product, item.quantity))) {
        let Some(product) = evidence.own_product(request.business, product) else { return };
        let prices = registers[product].possible(request.sent, request.answered);
        let quantity = i128::from(quantity);
        sums =
            prices.iter().flat_map(|price| sums.iter().map(move |sum| sum + quantity * i128::from(*price))).collect();
        sums.sort_unstable();
        sums.dedup();
        if sums.len() > SUMS {
            return;
        }
    }
    if sums.binary_search(&i128::from(required)).is_err() {
        out.add(Kind::UnjustifiedCreditRefusal, || {
            let some: Vec<_> = sums.iter().take(10).collect();
            format!("{}: {required} is not what it came to; possible are {some:?}", evidence.told(index))
        });
    }
}
