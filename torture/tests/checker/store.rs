//! A store that does right: the rules in a few lines, one request after the other, each at one moment.

use std::collections::{BTreeMap, HashMap};

use tallystick_torture::{
    books::{Books, CustomerRow, EntryRow, MovementRow, OrderRow, ProductRow},
    history::{
        Action, Answer, Business, Customer, Entry, Item, Key, Line, Movement, Order, Product, Request, Shortage,
    },
};
use uuid::Uuid;

/// Rows of a page. Few, so that pages move.
const ORDERS: usize = 6;
const ENTRIES: usize = 4;

#[derive(Clone, Copy)]
enum Done {
    Entry(usize),
    Movement(usize),
}

pub struct Store {
    pub books: Books,
    businesses: Vec<Uuid>,
    customers: HashMap<Uuid, (usize, Customer)>,
    products: HashMap<Uuid, (usize, Product)>,
    ledgers: HashMap<Uuid, Vec<usize>>,
    /// Newest last, by business.
    orders: Vec<BTreeMap<Uuid, usize>>,
    keys: HashMap<(usize, bool, Key), (Action, Done)>,
}

impl Store {
    pub fn new(businesses: &[Business], next_id: &mut impl FnMut() -> Uuid) -> Self {
        let mut store = Self {
            books: Books::default(),
            businesses: businesses.iter().map(|business| business.id).collect(),
            customers: HashMap::new(),
            products: HashMap::new(),
            ledgers: HashMap::new(),
            orders: businesses.iter().map(|_| BTreeMap::new()).collect(),
            keys: HashMap::new(),
        };
        for (index, business) in businesses.iter().enumerate() {
            for customer in &business.customers {
                store.customers.insert(customer.id, (index, *customer));
            }
            for product in &business.products {
                store.products.insert(product.id, (index, *product));
                let (quantity, stock_after) = (product.stock, product.stock);
                let movement = Movement { id: next_id(), product: product.id, quantity, stock_after, created_at_us: 0 };
                if quantity > 0 {
                    store.books.movements.push(MovementRow { business: business.id, key: None, movement });
                }
            }
        }
        store
    }

    /// What it holds in the end.
    pub fn into_books(mut self, businesses: &[Business]) -> Books {
        for business in businesses {
            for customer in &business.customers {
                let (_, Customer { id, credit_limit }) = self.customers[&customer.id];
                self.books.customers.push(CustomerRow { business: business.id, id, credit_limit });
            }
            for product in &business.products {
                let (_, Product { id, price, stock }) = self.products[&product.id];
                self.books.products.push(ProductRow { business: business.id, id, price, stock });
            }
        }
        self.books
    }

    /// Does it and gives the answer. What it makes has the id `own`, and `now` as its time.
    pub fn execute(&mut self, request: &Request, own: Uuid, now: i64) -> Answer {
        let business = request.business;
        let own_customer = |store: &Self, id: &Uuid| store.customers.get(id).is_some_and(|known| known.0 == business);
        let own_product = |store: &Self, id: &Uuid| store.products.get(id).is_some_and(|known| known.0 == business);
        match &request.action {
            Action::Purchase { key, customer, items } => {
                if let Some(answer) = self.again(business, false, *key, &request.action, own) {
                    return answer;
                }
                if !own_customer(self, customer) || !items.iter().all(|item| own_product(self, &item.product)) {
                    return Answer::NotFound;
                }
                self.purchase(request, *key, *customer, items, own, now)
            }
            Action::Payment { key, customer, amount } => {
                if let Some(answer) = self.again(business, false, *key, &request.action, own) {
                    return answer;
                }
                if !own_customer(self, customer) {
                    return Answer::NotFound;
                }
                let entry = self.enter(request, *key, *customer, -amount, None, own, now);
                Answer::Paid { entry, replayed: false }
            }
            Action::Restock { key, product, quantity } => {
                if let Some(answer) = self.again(business, true, *key, &request.action, own) {
                    return answer;
                }
                if !own_product(self, product) {
                    return Answer::NotFound;
                }
                self.restock(request, *key, *product, *quantity, own, now)
            }
            Action::ChangeLimit { customer, credit_limit } => {
                if !own_customer(self, customer) {
                    return Answer::NotFound;
                }
                self.customers.get_mut(customer).expect("it is there").1.credit_limit = *credit_limit;
                self.customer(*customer)
            }
            Action::ChangePrice { product, price } => {
                if !own_product(self, product) {
                    return Answer::NotFound;
                }
                self.products.get_mut(product).expect("it is there").1.price = *price;
                self.product(*product)
            }
            Action::ReadCustomer { customer } if own_customer(self, customer) => self.customer(*customer),
            Action::ReadProduct { product } if own_product(self, product) => self.product(*product),
            Action::ReadOrder { order } => match self.orders[business].get(order) {
                Some(index) => Answer::Order(self.books.orders[*index].order.clone()),
                None => Answer::NotFound,
            },
            Action::ReadLedger { customer } if own_customer(self, customer) => {
                let ledger = self.ledgers.get(customer).map_or(&[][..], Vec::as_slice);
                let newest = ledger.iter().rev().take(ENTRIES);
                Answer::Ledger(newest.map(|index| self.books.entries[*index].entry.clone()).collect())
            }
            Action::ReadOrders => {
                let newest = self.orders[business].values().rev().take(ORDERS);
                Answer::Orders(newest.map(|index| self.books.orders[*index].order.clone()).collect())
            }
            _ => Answer::NotFound,
        }
    }

    fn again(&self, business: usize, stock: bool, key: Key, action: &Action, own: Uuid) -> Option<Answer> {
        let (known, done) = self.keys.get(&(business, stock, key))?;
        if known != action {
            return Some(Answer::KeyReused);
        }
        Some(match *done {
            Done::Movement(index) => {
                let movement = self.books.movements[index].movement;
                Answer::Restocked { movement, replayed: movement.id != own }
            }
            Done::Entry(index) => {
                let entry = self.books.entries[index].entry.clone();
                let replayed = entry.id != own;
                match entry.order {
                    None => Answer::Paid { entry, replayed },
                    Some(order) => {
                        let order = self.books.orders[self.orders[business][&order]].order.clone();
                        Answer::Purchased { order, replayed }
                    }
                }
            }
        })
    }

    fn purchase(&mut self, request: &Request, key: Key, customer: Uuid, items: &[Item], own: Uuid, now: i64) -> Answer {
        let mut wanted: BTreeMap<Uuid, i64> = BTreeMap::new();
        for item in items {
            *wanted.entry(item.product).or_default() += item.quantity;
        }
        let available = |product: &Uuid| self.products[product].1.stock;
        let short: Vec<Shortage> = wanted
            .iter()
            .map(|(product, requested)| Shortage {
                product: *product,
                requested: *requested,
                available: available(product),
            })
            .filter(|shortage| shortage.available < shortage.requested)
            .collect();
        if !short.is_empty() {
            return Answer::InsufficientStock(short);
        }
        let line = |(line_no, item): (i64, &Item)| {
            let (product, quantity, unit_price) = (item.product, item.quantity, self.products[&item.product].1.price);
            Line { line_no, product, quantity, unit_price, line_total: quantity * unit_price }
        };
        let lines: Vec<Line> = (1..).zip(items).map(line).collect();
        let total: i64 = lines.iter().map(|line| line.line_total).sum();
        let (balance, credit_limit) = (self.balance(customer), self.customers[&customer].1.credit_limit);
        if total > 0 && balance + total > credit_limit {
            return Answer::CreditLimitExceeded { credit_limit, balance, required: total };
        }
        for (product, quantity) in wanted {
            self.products.get_mut(&product).expect("it is there").1.stock -= quantity;
        }
        let order = Order { id: own, customer, total, balance_after: balance + total, created_at_us: now, lines };
        self.orders[request.business].insert(own, self.books.orders.len());
        self.books.orders.push(OrderRow { business: self.businesses[request.business], order: order.clone() });
        self.enter(request, key, customer, total, Some(credit_limit), own, now);
        Answer::Purchased { order, replayed: false }
    }

    #[expect(clippy::too_many_arguments, reason = "an entry has as many")]
    fn enter(
        &mut self,
        request: &Request,
        key: Key,
        customer: Uuid,
        amount: i64,
        credit_limit: Option<i64>,
        own: Uuid,
        now: i64,
    ) -> Entry {
        let balance_before = self.balance(customer);
        let ledger = self.ledgers.entry(customer).or_default();
        let entry = Entry {
            id: own,
            customer,
            entry_no: i64::try_from(ledger.len()).expect("few") + 1,
            order: credit_limit.map(|_| own),
            amount,
            balance_before,
            balance_after: balance_before + amount,
            credit_limit,
            created_at_us: now,
        };
        let index = self.books.entries.len();
        ledger.push(index);
        let business = self.businesses[request.business];
        self.books.entries.push(EntryRow { business, key: Some(key), entry: entry.clone() });
        self.keys.insert((request.business, false, key), (request.action.clone(), Done::Entry(index)));
        entry
    }

    fn restock(&mut self, request: &Request, key: Key, product: Uuid, quantity: i64, own: Uuid, now: i64) -> Answer {
        let known = &mut self.products.get_mut(&product).expect("it is there").1;
        let stock_after = known.stock + quantity;
        if stock_after < 0 {
            return Answer::InsufficientStock(vec![Shortage { product, requested: -quantity, available: known.stock }]);
        }
        known.stock = stock_after;
        let movement = Movement { id: own, product, quantity, stock_after, created_at_us: now };
        let done = Done::Movement(self.books.movements.len());
        self.keys.insert((request.business, true, key), (request.action.clone(), done));
        let business = self.businesses[request.business];
        self.books.movements.push(MovementRow { business, key: Some(key), movement });
        Answer::Restocked { movement, replayed: false }
    }

    fn balance(&self, customer: Uuid) -> i64 {
        let last = self.ledgers.get(&customer).and_then(|ledger| ledger.last());
        last.map_or(0, |index| self.books.entries[*index].entry.balance_after)
    }

    fn customer(&self, id: Uuid) -> Answer {
        let (balance, credit_limit) = (self.balance(id), self.customers[&id].1.credit_limit);
        Answer::Customer { id, credit_limit, balance, available_credit: (credit_limit - balance).max(0) }
    }

    fn product(&self, id: Uuid) -> Answer {
        let Product { price, stock, .. } = self.products[&id].1;
        Answer::Product { id, price, stock }
    }
}
