//! A shop of business 0 in which everything can be had, for a start; its figures are like no others of a history.

use tallystick_torture::{
    books::{Books, EntryRow, OrderRow, ReturnRow},
    history::{Action, Answer, Entry, EntryKind, Goods, History, Item, LineBack, Movement, Order, Part},
};
use uuid::Uuid;

use crate::generate::Script;

pub const LIMIT: i64 = 1_000_000;
pub const PRICE: i64 = 77;
/// Clients that did nothing before.
pub const ANNA: u32 = 1_001;
pub const BELA: u32 = 1_002;

#[derive(Clone, Copy)]
pub struct Shop {
    pub customer: Uuid,
    pub another: Uuid,
    pub foreign: Uuid,
    pub product: Uuid,
    pub foreign_product: Uuid,
}

/// The second customer has room as well.
pub fn open(script: &mut Script) -> Shop {
    let (own, other) = (script.business(0).clone(), script.business(1).clone());
    let shop = Shop {
        customer: own.customers[0].id,
        another: own.customers[1].id,
        foreign: other.customers[0].id,
        product: own.products[0].id,
        foreign_product: other.products[0].id,
    };
    for customer in [shop.customer, shop.another] {
        script.send(ANNA, 0, Action::ChangeLimit { customer, credit_limit: LIMIT });
    }
    script.send(ANNA, 0, Action::ChangePrice { product: shop.product, price: PRICE });
    restock(script, ANNA, shop, 1_000);
    shop
}

pub fn buy(script: &mut Script, client: u32, shop: Shop, quantity: i64) -> usize {
    buy_for(script, client, shop.customer, shop.product, quantity)
}

pub fn buy_for(script: &mut Script, client: u32, customer: Uuid, product: Uuid, quantity: i64) -> usize {
    let (key, first) = (script.key(), 1);
    let items = vec![Item { product, quantity: first }, Item { product, quantity: quantity - first }];
    let items = if quantity > 1 { items } else { vec![Item { product, quantity }] };
    script.send(client, 0, Action::Purchase { key, customer, items, authorized_limit: None })
}

pub fn pay(script: &mut Script, client: u32, shop: Shop, amount: i64) -> usize {
    let key = script.key();
    script.send(client, 0, Action::Payment { key, customer: shop.customer, amount, named: Vec::new() })
}

/// Buys, and says the order.
pub fn order(script: &mut Script, client: u32, shop: Shop, quantity: i64) -> Uuid {
    let bought = buy(script, client, shop, quantity);
    purchased(&mut script.answer(bought).clone()).id
}

pub fn pay_for(script: &mut Script, client: u32, shop: Shop, amount: i64, named: &[(Uuid, i64)]) -> usize {
    let key = script.key();
    script.send(client, 0, Action::Payment { key, customer: shop.customer, amount, named: parts(named) })
}

/// So many of lines of an order come back.
pub fn give_back(script: &mut Script, client: u32, order: Uuid, lines: &[(i64, i64)]) -> usize {
    let lines =
        lines.iter().map(|(line_no, quantity)| LineBack { line_no: *line_no, quantity: *quantity, restock: None });
    let action = Action::Return { key: script.key(), order, lines: lines.collect() };
    script.send(client, 0, action)
}

pub fn adjust(script: &mut Script, client: u32, shop: Shop, kind: EntryKind, amount: i64) -> usize {
    let (key, customer) = (script.key(), shop.customer);
    let action =
        Action::Adjust { key, customer, kind, amount, due_at_us: None, authorized_limit: None, named: Vec::new() };
    script.send(client, 0, action)
}

pub fn refund(script: &mut Script, client: u32, shop: Shop, amount: i64) -> usize {
    let key = script.key();
    script.send(client, 0, Action::Refund { key, customer: shop.customer, amount })
}

pub fn allocate(script: &mut Script, client: u32, shop: Shop, named: &[(Uuid, i64)]) -> usize {
    let key = script.key();
    script.send(client, 0, Action::Allocate { key, customer: shop.customer, named: parts(named) })
}

/// Takes back what a request made.
pub fn reverse(script: &mut Script, client: u32, of: usize) -> usize {
    let is_payment = matches!(script.action(of), Action::Payment { .. });
    let entry = paid(&mut script.answer(of).clone()).id;
    let action = Action::Reverse { key: script.key(), entry, is_payment };
    script.send(client, 0, action)
}

fn parts(named: &[(Uuid, i64)]) -> Vec<Part> {
    named.iter().map(|(charge, amount)| Part { charge: *charge, amount: *amount }).collect()
}

/// What the customer owes.
pub fn balance(script: &mut Script, shop: Shop) -> i64 {
    let read = read_customer(script, ANNA, shop);
    let Answer::Customer { balance, .. } = *script.answer(read) else { panic!() };
    balance
}

/// Takes what a request made out of the books: it must be the customer's last entry.
pub fn forget(books: &mut Books, id: Uuid) {
    books.entries.retain(|row| row.entry.id != id);
    books.parts.retain(|part| part.entry != id);
    books.returns.retain(|row| row.goods.id != id);
}

pub fn restock(script: &mut Script, client: u32, shop: Shop, quantity: i64) -> usize {
    let key = script.key();
    script.send(client, 0, Action::Restock { key, product: shop.product, quantity })
}

pub fn read_customer(script: &mut Script, client: u32, shop: Shop) -> usize {
    script.send(client, 0, Action::ReadCustomer { customer: shop.customer })
}

pub fn read_product(script: &mut Script, client: u32, shop: Shop) -> usize {
    script.send(client, 0, Action::ReadProduct { product: shop.product })
}

/// Sends the same as before.
pub fn again(script: &mut Script, client: u32, action: Action) -> usize {
    script.send(client, 0, action)
}

pub fn purchased(answer: &mut Answer) -> &mut Order {
    let Answer::Purchased { order, .. } = answer else { panic!("no purchase: {answer:?}") };
    order
}

pub fn paid(answer: &mut Answer) -> &mut Entry {
    let Answer::Recorded { entry, .. } = answer else { panic!("no payment: {answer:?}") };
    entry
}

pub fn restocked(answer: &mut Answer) -> &mut Movement {
    let Answer::Restocked { movement, .. } = answer else { panic!("no movement: {answer:?}") };
    movement
}

/// The id of what a request made.
pub fn made(history: &History, index: usize) -> Uuid {
    match &history.requests[index].answer {
        Answer::Purchased { order, .. } => order.id,
        Answer::Recorded { entry, .. } => entry.id,
        Answer::Returned { goods, .. } => goods.id,
        Answer::Restocked { movement, .. } => movement.id,
        other => panic!("nothing was made: {other:?}"),
    }
}

pub fn entry_row(books: &mut Books, id: Uuid) -> &mut EntryRow {
    books.entries.iter_mut().find(|row| row.entry.id == id).expect("it is there")
}

pub fn return_row(books: &mut Books, id: Uuid) -> &mut ReturnRow {
    books.returns.iter_mut().find(|row| row.goods.id == id).expect("it is there")
}

pub fn returned(answer: &mut Answer) -> &mut Goods {
    let Answer::Returned { goods, .. } = answer else { panic!("no return: {answer:?}") };
    goods
}

pub fn order_row(books: &mut Books, id: Uuid) -> &mut OrderRow {
    books.orders.iter_mut().find(|row| row.order.id == id).expect("it is there")
}

pub fn replayed(answer: &mut Answer) -> &mut bool {
    match answer {
        Answer::Purchased { replayed, .. }
        | Answer::Recorded { replayed, .. }
        | Answer::Returned { replayed, .. }
        | Answer::Restocked { replayed, .. } => replayed,
        other => panic!("nothing was made: {other:?}"),
    }
}
