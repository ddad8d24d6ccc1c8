//! A store that does right: the rules in a few lines, one request after the other, each at one moment.

mod account;

use std::collections::{BTreeMap, HashMap};

use tallystick_torture::{
    books::{Books, CustomerRow, EntryRow, MovementRow, OrderRow, PartRow, ProductRow, ReturnRow},
    history::{
        Action, Answer, Business, Customer, Entry, EntryKind, Goods, Item, Key, Line, LineBack, Movement, Order, Part,
        Product, Request, Shortage, StockChange,
    },
};
use uuid::Uuid;

use account::Account;

/// Rows of a page. Few, so that pages move.
const ORDERS: usize = 6;
const ENTRIES: usize = 4;
const RETURNS: usize = 4;
const OPEN_CHARGES: usize = 5;
const STOCK: usize = 5;

const MONTH_US: i64 = 30 * 24 * 60 * 60 * 1_000_000;

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
    accounts: HashMap<Uuid, Account>,
    /// Newest last, by business.
    orders: Vec<BTreeMap<Uuid, usize>>,
    returns: Vec<BTreeMap<Uuid, usize>>,
    /// By product, newest last.
    shelves: HashMap<Uuid, BTreeMap<(Uuid, i64), StockChange>>,
    /// By entry.
    named: HashMap<Uuid, Vec<Part>>,
    /// Whose an entry is, by business.
    owners: HashMap<(usize, Uuid), Uuid>,
    keys: HashMap<(usize, bool, Key), (Action, Done)>,
}

/// What a new entry is, beside its customer and its amount.
#[derive(Default)]
struct Details {
    credit_limit: Option<i64>,
    authorized_limit: Option<i64>,
    reverses: Option<i64>,
    due_at_us: Option<i64>,
    named: Vec<Part>,
}

impl Store {
    pub fn new(businesses: &[Business], next_id: &mut impl FnMut() -> Uuid) -> Self {
        let mut store = Self {
            books: Books::default(),
            businesses: businesses.iter().map(|business| business.id).collect(),
            customers: HashMap::new(),
            products: HashMap::new(),
            ledgers: HashMap::new(),
            accounts: HashMap::new(),
            orders: businesses.iter().map(|_| BTreeMap::new()).collect(),
            returns: businesses.iter().map(|_| BTreeMap::new()).collect(),
            shelves: HashMap::new(),
            named: HashMap::new(),
            owners: HashMap::new(),
            keys: HashMap::new(),
        };
        for (index, business) in businesses.iter().enumerate() {
            for customer in &business.customers {
                store.customers.insert(customer.id, (index, *customer));
                store.accounts.insert(customer.id, Account::default());
            }
            for product in &business.products {
                store.products.insert(product.id, (index, *product));
                let (quantity, stock_after) = (product.stock, product.stock);
                let movement = Movement { id: next_id(), product: product.id, quantity, stock_after, created_at_us: 0 };
                if quantity > 0 {
                    store.books.movements.push(MovementRow { business: business.id, key: None, movement });
                    store.shelve(product.id, (movement.id, 0), quantity, None, Some(stock_after), 0);
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
        if let Some(key) = request.action.key()
            && let Some(answer) = self.again(business, request.action.moves_stock(), key, &request.action, own)
        {
            return answer;
        }
        if !self.knows(business, &request.action) {
            return Answer::NotFound;
        }
        match &request.action {
            Action::Purchase { customer, items, authorized_limit, .. } => {
                self.purchase(request, *customer, items, *authorized_limit, own, now)
            }
            Action::Return { order, lines, .. } => self.goods_back(request, *order, lines, own, now),
            Action::Restock { key, product, quantity } => self.restock(request, *key, *product, *quantity, own, now),
            Action::ChangeLimit { customer, credit_limit } => {
                self.customers.get_mut(customer).expect("it is there").1.credit_limit = *credit_limit;
                self.customer(*customer)
            }
            Action::ChangePrice { product, price } => {
                self.products.get_mut(product).expect("it is there").1.price = *price;
                self.product(*product)
            }
            Action::ReadCustomer { customer } => self.customer(*customer),
            Action::ReadProduct { product } => self.product(*product),
            Action::ReadOrder { order } => Answer::Order(self.books.orders[self.orders[business][order]].order.clone()),
            Action::ReadReturn { goods } => {
                Answer::Return(self.books.returns[self.returns[business][goods]].goods.clone())
            }
            Action::ReadLedger { customer } => {
                let ledger = self.ledgers.get(customer).map_or(&[][..], Vec::as_slice);
                let newest = ledger.iter().rev().take(ENTRIES);
                Answer::Ledger(newest.map(|index| self.books.entries[*index].entry.clone()).collect())
            }
            Action::ReadOrders => {
                let newest = self.orders[business].values().rev().take(ORDERS);
                Answer::Orders(newest.map(|index| self.books.orders[*index].order.clone()).collect())
            }
            Action::ReadReturns => {
                let newest = self.returns[business].values().rev().take(RETURNS);
                let returns = newest.map(|index| self.books.returns[*index].goods.clone()).collect();
                Answer::Returns { returns, is_last: self.returns[business].len() <= RETURNS }
            }
            Action::ReadOpenCharges { customer } => {
                let mut charges = self.accounts[customer].open_charges(self.balance(*customer));
                let is_last = charges.len() <= OPEN_CHARGES;
                charges.truncate(OPEN_CHARGES);
                Answer::OpenCharges { charges, is_last }
            }
            Action::ReadAging { customer } => self.accounts[customer].aging(*customer, self.balance(*customer), now),
            Action::ReadStock { product } => {
                let all = self.shelves.get(product);
                let newest = all.into_iter().flat_map(|changes| changes.values().rev()).take(STOCK);
                let is_last = all.is_none_or(|changes| changes.len() <= STOCK);
                Answer::Stock { changes: newest.copied().collect(), is_last }
            }
            _ => self.account(request, own, now).unwrap_or_else(|refusal| refusal),
        }
    }

    /// Whether everything that is named is the business's own. Charges are refused otherwise.
    fn knows(&self, business: usize, action: &Action) -> bool {
        let own_customer = |id: &Uuid| self.customers.get(id).is_some_and(|known| known.0 == business);
        let own_product = |id: &Uuid| self.products.get(id).is_some_and(|known| known.0 == business);
        match action {
            Action::Purchase { customer, items, .. } => {
                own_customer(customer) && items.iter().all(|item| own_product(&item.product))
            }
            Action::Payment { customer, .. }
            | Action::Allocate { customer, .. }
            | Action::Adjust { customer, .. }
            | Action::Refund { customer, .. }
            | Action::ChangeLimit { customer, .. }
            | Action::ReadCustomer { customer }
            | Action::ReadLedger { customer }
            | Action::ReadOpenCharges { customer }
            | Action::ReadAging { customer } => own_customer(customer),
            Action::Restock { product, .. }
            | Action::ChangePrice { product, .. }
            | Action::ReadProduct { product }
            | Action::ReadStock { product } => own_product(product),
            Action::Return { order, .. } | Action::ReadOrder { order } => self.orders[business].contains_key(order),
            Action::ReadReturn { goods } => self.returns[business].contains_key(goods),
            Action::Reverse { entry, .. } => self.owners.contains_key(&(business, *entry)),
            Action::ReadOrders | Action::ReadReturns => true,
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
                match entry.kind {
                    EntryKind::Purchase => {
                        let order = self.books.orders[self.orders[business][&entry.id]].order.clone();
                        Answer::Purchased { order, replayed }
                    }
                    EntryKind::Return => {
                        let goods = self.books.returns[self.returns[business][&entry.id]].goods.clone();
                        Answer::Returned { goods, replayed }
                    }
                    _ => Answer::Recorded { named: self.named[&entry.id].clone(), entry, replayed },
                }
            }
        })
    }

    fn purchase(
        &mut self,
        request: &Request,
        customer: Uuid,
        items: &[Item],
        authorized_limit: Option<i64>,
        own: Uuid,
        now: i64,
    ) -> Answer {
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
        let details = match self.debt(customer, total, authorized_limit, now + MONTH_US) {
            Ok(details) => details,
            Err(refusal) => return refusal,
        };
        for (product, quantity) in wanted {
            self.products.get_mut(&product).expect("it is there").1.stock -= quantity;
        }
        for line in &lines {
            self.shelve(line.product, (own, line.line_no), -line.quantity, Some(own), None, now);
        }
        let balance_after = self.balance(customer) + total;
        let order = Order { id: own, customer, total, balance_after, created_at_us: now, lines };
        self.orders[request.business].insert(own, self.books.orders.len());
        self.books.orders.push(OrderRow { business: self.businesses[request.business], order: order.clone() });
        self.enter(request, customer, EntryKind::Purchase, total, details, own, now);
        Answer::Purchased { order, replayed: false }
    }

    /// The limits and the due time of a new debt, or that it would exceed them.
    fn debt(&self, customer: Uuid, required: i64, authorized: Option<i64>, due_at_us: i64) -> Result<Details, Answer> {
        let (balance, own_limit) = (self.balance(customer), self.customers[&customer].1.credit_limit);
        let credit_limit = authorized.unwrap_or_default().max(own_limit);
        if required > 0 && balance + required > credit_limit {
            return Err(Answer::CreditLimitExceeded { credit_limit, balance, required });
        }
        let is_needed = required > 0 && balance + required > own_limit;
        Ok(Details {
            credit_limit: Some(own_limit),
            authorized_limit: authorized.filter(|_| is_needed),
            due_at_us: Some(due_at_us),
            ..Details::default()
        })
    }

    fn goods_back(&mut self, request: &Request, order: Uuid, asked: &[LineBack], own: Uuid, now: i64) -> Answer {
        let bought = self.books.orders[self.orders[request.business][&order]].order.clone();
        let customer = bought.customer;
        let mut asked = asked.to_vec();
        asked.sort_unstable_by_key(|line| line.line_no);
        let account = self.accounts.get_mut(&customer).expect("it is there");
        let (lines, returned_after) = match account.take_back(&bought, &asked) {
            Ok(taken) => taken,
            Err(over) => return Answer::QuantityExceedsReturnable(over),
        };
        let total: i64 = lines.iter().map(|line| line.line_total).sum();
        let allocated = total.min(account.free(order));
        for line in lines.iter().filter(|line| line.restocked > 0) {
            self.products.get_mut(&line.product).expect("it is there").1.stock += line.restocked;
            self.shelve(line.product, (own, line.line_no), line.restocked, Some(order), None, now);
        }
        let balance_after = self.balance(customer) - total;
        let goods = Goods { id: own, order, customer, total, balance_after, allocated, created_at_us: now, lines };
        self.returns[request.business].insert(own, self.books.returns.len());
        let business = self.businesses[request.business];
        self.books.returns.push(ReturnRow { business, goods: goods.clone(), returned_after });
        let named = if allocated > 0 { vec![Part { charge: order, amount: allocated }] } else { Vec::new() };
        self.enter(request, customer, EntryKind::Return, -total, Details { named, ..Details::default() }, own, now);
        Answer::Returned { goods, replayed: false }
    }

    /// What changes an account alone.
    fn account(&mut self, request: &Request, own: Uuid, now: i64) -> Result<Answer, Answer> {
        let named = |store: &Self, customer: &Uuid, named: &[Part]| store.accounts[customer].settles(named);
        let (customer, kind, amount, details) = match &request.action {
            Action::Payment { customer, amount, named: asked, .. } => {
                let named = named(self, customer, asked)?;
                (*customer, EntryKind::Payment, -amount, Details { named, ..Details::default() })
            }
            Action::Adjust { customer, kind, amount, due_at_us, authorized_limit, .. } if kind.is_charge() => {
                let due_at_us = due_at_us.unwrap_or(now + MONTH_US);
                (*customer, *kind, *amount, self.debt(*customer, *amount, *authorized_limit, due_at_us)?)
            }
            Action::Adjust { customer, kind, amount, named: asked, .. } => {
                let (requested, available) = (*amount, self.balance(*customer).max(0));
                if *kind == EntryKind::WriteOff && requested > available {
                    return Err(Answer::BalanceExceeded { requested, available });
                }
                let named = named(self, customer, asked)?;
                (*customer, *kind, -amount, Details { named, ..Details::default() })
            }
            Action::Refund { customer, amount, .. } => {
                let (requested, available) = (*amount, (-self.balance(*customer)).max(0));
                if requested > available {
                    return Err(Answer::CreditBalanceExceeded { requested, available });
                }
                (*customer, EntryKind::Refund, *amount, Details { due_at_us: Some(now), ..Details::default() })
            }
            Action::Allocate { customer, named: asked, .. } => {
                let named = named(self, customer, asked)?;
                let requested = named.iter().map(|part| part.amount).sum();
                self.accounts[customer].has_unapplied(requested, self.balance(*customer))?;
                (*customer, EntryKind::Allocation, 0, Details { named, ..Details::default() })
            }
            Action::Reverse { entry, .. } => {
                let customer = self.owners[&(request.business, *entry)];
                let balance = self.balance(customer);
                let account = self.accounts.get_mut(&customer).expect("it is there");
                let (amount, entry_no, named) = account.reverse(*entry, own, balance)?;
                (
                    customer,
                    EntryKind::Reversal,
                    amount,
                    Details { reverses: Some(entry_no), named, ..Details::default() },
                )
            }
            other => panic!("this is no change of an account: {other:?}"),
        };
        let named = details.named.clone();
        let entry = self.enter(request, customer, kind, amount, details, own, now);
        Ok(Answer::Recorded { entry, named, replayed: false })
    }

    #[expect(clippy::too_many_arguments, reason = "an entry has as many")]
    fn enter(
        &mut self,
        request: &Request,
        customer: Uuid,
        kind: EntryKind,
        amount: i64,
        details: Details,
        own: Uuid,
        now: i64,
    ) -> Entry {
        let balance_before = self.balance(customer);
        let ledger = self.ledgers.entry(customer).or_default();
        let entry = Entry {
            id: own,
            customer,
            entry_no: i64::try_from(ledger.len()).expect("few") + 1,
            kind,
            order: (kind == EntryKind::Purchase).then_some(own),
            amount,
            balance_before,
            balance_after: balance_before + amount,
            credit_limit: details.credit_limit,
            authorized_limit: details.authorized_limit,
            reverses: details.reverses,
            due_at_us: details.due_at_us,
            created_at_us: now,
        };
        let index = self.books.entries.len();
        ledger.push(index);
        let business = self.businesses[request.business];
        let account = self.accounts.get_mut(&customer).expect("it is there");
        for (part, part_no, allocated_after) in account.enter(&entry, &details.named) {
            let Part { charge, amount } = part;
            self.books.parts.push(PartRow { business, customer, charge, entry: own, part_no, amount, allocated_after });
        }
        if kind == EntryKind::Payment || EntryKind::ADJUSTMENTS.contains(&kind) {
            self.owners.insert((request.business, own), customer);
        }
        self.named.insert(own, details.named);
        let key = request.action.key().expect("it has one");
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
        self.shelve(product, (own, 0), quantity, None, Some(stock_after), now);
        Answer::Restocked { movement, replayed: false }
    }

    fn shelve(
        &mut self,
        product: Uuid,
        (id, line_no): (Uuid, i64),
        quantity: i64,
        order: Option<Uuid>,
        stock_after: Option<i64>,
        created_at_us: i64,
    ) {
        let change = StockChange { id, line_no, quantity, order, stock_after, created_at_us };
        self.shelves.entry(product).or_default().insert((id, line_no), change);
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
