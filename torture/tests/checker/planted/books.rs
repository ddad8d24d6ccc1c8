//! Faults of the books: sums, chains, limits, stock, order.

use tallystick_torture::{
    books::{Books, ProductRow},
    checker::Kind,
    history::{Action, History},
};
use uuid::Uuid;

use super::{
    PlantedCase,
    shop::{ANNA, BELA, Shop, buy, buy_for, entry_row, made, open, order_row, pay, read_product, restock},
};
use crate::generate::Script;

/// Sells the last piece of the product; gives nothing to spare.
fn sell_out(script: &mut Script, shop: Shop) {
    let read = read_product(script, ANNA, shop);
    let tallystick_torture::history::Answer::Product { stock, .. } = *script.answer(read) else { panic!() };
    restock(script, ANNA, shop, 3 - stock);
    buy(script, ANNA, shop, 3);
}

fn product_row(books: &mut Books, id: Uuid) -> &mut ProductRow {
    books.products.iter_mut().find(|row| row.id == id).expect("it is there")
}

fn open_with(history: &mut History, id: Uuid, change: i64) {
    let all = history.businesses.iter_mut().flat_map(|business| &mut business.products);
    all.filter(|product| product.id == id).for_each(|product| product.stock += change);
}

pub const CASES: &[PlantedCase] = &[
    (Kind::OrderWithoutEntry, "an order lost its charge", |script| {
        let shop = open(script);
        let bought = buy(script, ANNA, shop, 2);
        Box::new(move |history, books| {
            let id = made(history, bought);
            books.entries.retain(|row| row.entry.id != id);
        })
    }),
    (Kind::EntryWithoutOrder, "a charge lost its order", |script| {
        let shop = open(script);
        let bought = buy(script, ANNA, shop, 2);
        Box::new(move |history, books| {
            let id = made(history, bought);
            books.orders.retain(|row| row.order.id != id);
        })
    }),
    (Kind::WrongSum, "a line is missing in the books", |script| {
        let shop = open(script);
        let bought = buy(script, ANNA, shop, 3);
        Box::new(move |history, books| {
            order_row(books, made(history, bought)).order.lines.pop();
        })
    }),
    (Kind::WrongSum, "a charge is not its order's total", |script| {
        let shop = open(script);
        let bought = buy(script, ANNA, shop, 3);
        Box::new(move |history, books| entry_row(books, made(history, bought)).entry.amount -= 1)
    }),
    (Kind::BrokenChain, "a number was left out", |script| {
        let shop = open(script);
        let payment = pay(script, ANNA, shop, 2);
        Box::new(move |history, books| entry_row(books, made(history, payment)).entry.entry_no += 1)
    }),
    (Kind::BrokenChain, "an entry does not begin where the one before it ended", |script| {
        let shop = open(script);
        let payment = pay(script, ANNA, shop, 2);
        buy(script, ANNA, shop, 1);
        Box::new(move |history, books| {
            let entry = &mut entry_row(books, made(history, payment)).entry;
            entry.balance_before += 1;
            entry.balance_after += 1;
        })
    }),
    (Kind::Overspend, "a charge above its limit", |script| {
        let shop = open(script);
        let bought = buy(script, ANNA, shop, 2);
        Box::new(move |history, books| {
            let entry = &mut entry_row(books, made(history, bought)).entry;
            entry.credit_limit = Some(entry.balance_after - 1);
        })
    }),
    (Kind::Oversell, "more was sold than there was", |script| {
        let shop = open(script);
        sell_out(script, shop);
        Box::new(move |history, books| {
            open_with(history, shop.product, -1);
            product_row(books, shop.product).stock -= 1;
        })
    }),
    (Kind::StockSum, "stock is not what the sales leave", |script| {
        let shop = open(script);
        sell_out(script, shop);
        Box::new(move |_, books| product_row(books, shop.product).stock += 1)
    }),
    (Kind::StockSum, "a movement tells of another stock", |script| {
        let shop = open(script);
        let movement = restock(script, ANNA, shop, 2);
        Box::new(move |history, books| {
            let id = made(history, movement);
            let row = books.movements.iter_mut().find(|row| row.movement.id == id).expect("it is there");
            row.movement.stock_after += 1;
        })
    }),
    (Kind::OpeningStock, "a product was opened with more", |script| {
        let shop = open(script);
        Box::new(move |history, _| open_with(history, shop.product, 1))
    }),
    (Kind::ClockOrder, "a payment is from before the one before it", |script| {
        let shop = open(script);
        pay(script, ANNA, shop, 2);
        let payment = pay(script, ANNA, shop, 2);
        Box::new(move |history, books| entry_row(books, made(history, payment)).entry.created_at_us -= 1_000)
    }),
    (Kind::PhantomRow, "a customer that nobody made", |script| {
        open(script);
        Box::new(move |_, books| books.customers[0].id = Uuid::from_u128(7))
    }),
    (Kind::PhantomRow, "a product is gone", |script| {
        open(script);
        Box::new(move |_, books| {
            books.products.pop();
        })
    }),
    (Kind::RealTimeOrder, "two customers' purchases of a product, the wrong way round", |script| {
        let shop = open(script);
        let first = buy_for(script, ANNA, shop.customer, shop.product, 1);
        let second = buy_for(script, BELA, shop.another, shop.product, 1);
        Box::new(move |history, books| {
            let (first, second) = (made(history, first), made(history, second));
            for (id, shift) in [(first, 100), (second, -5)] {
                order_row(books, id).order.created_at_us += shift;
                entry_row(books, id).entry.created_at_us += shift;
            }
        })
    }),
    (Kind::RealTimeOrder, "two payments, the wrong way round", |script| {
        let shop = open(script);
        let (first, second) = (pay(script, ANNA, shop, 4), pay(script, BELA, shop, 4));
        Box::new(move |history, _| {
            let [first, second] = [first, second].map(|index| {
                let request = history.requests[index].clone();
                (request.sent, request.answered)
            });
            for request in &mut history.requests {
                let of = (request.sent, request.answered);
                let moved = if of == first {
                    second
                } else if of == second {
                    first
                } else {
                    of
                };
                (request.sent, request.answered) = moved;
            }
        })
    }),
    (Kind::LimitNeverSet, "a charge under a limit that nobody set", |script| {
        let shop = open(script);
        let bought = buy(script, ANNA, shop, 2);
        Box::new(move |history, books| entry_row(books, made(history, bought)).entry.credit_limit = Some(1_234_567))
    }),
    (Kind::LimitFlippedBack, "a change of a limit is undone in the end", |script| {
        let shop = open(script);
        script.send(ANNA, 0, Action::ChangeLimit { customer: shop.customer, credit_limit: 2_000_000 });
        Box::new(move |_, books| {
            let row = books.customers.iter_mut().find(|row| row.id == shop.customer).expect("it is there");
            row.credit_limit = super::shop::LIMIT;
        })
    }),
    (Kind::PriceNeverSet, "sold at a price that nobody set", |script| {
        let shop = open(script);
        let bought = buy(script, ANNA, shop, 1);
        Box::new(move |history, books| {
            let id = made(history, bought);
            let order = &mut order_row(books, id).order;
            (order.lines[0].unit_price, order.lines[0].line_total, order.total) = (78, 78, 78);
        })
    }),
    (Kind::PriceFlippedBack, "sold at a price that had been replaced", |script| {
        let shop = open(script);
        script.send(BELA, 0, Action::ChangePrice { product: shop.product, price: 79 });
        let bought = buy(script, ANNA, shop, 1);
        Box::new(move |history, books| {
            let order = &mut order_row(books, made(history, bought)).order;
            (order.lines[0].unit_price, order.lines[0].line_total, order.total) = (77, 77, 77);
        })
    }),
];
