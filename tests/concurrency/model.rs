//! What the answers should be: a business in memory, in as few words as possible, that takes one request at a time.

use std::collections::{BTreeMap, BTreeSet};

use tallystick::domain::MAX_SAFE_INTEGER;

use super::{
    account::{Account, Charge},
    actions::{Action, Adjustment, Entry, Named, Outcome, Refusal, ReturnedLine},
};

/// A business.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct ModelState {
    pub customers: Vec<Customer>,
    pub products: Vec<Product>,
    /// The movements of money, by key, and those of stock: each kind has keys of its own.
    money_keys: BTreeMap<u32, (Action, Outcome)>,
    stock_keys: BTreeMap<u32, (Action, Outcome)>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Customer {
    pub credit_limit: i64,
    pub blocked: bool,
    pub ledger: Vec<Entry>,
    pub account: Account,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Product {
    pub price: i64,
    /// Below zero, it is what is backordered.
    pub stock: i64,
    pub backorder_limit: i64,
}

impl Product {
    const fn new(price: i64, stock: i64) -> Self {
        Self { price, stock, backorder_limit: 0 }
    }

    fn on_the_shelf(&self) -> i64 {
        self.stock.max(0)
    }

    fn backordered(&self) -> i64 {
        (-self.stock).max(0)
    }
}

impl Customer {
    fn new(credit_limit: i64) -> Self {
        Self { credit_limit, blocked: false, ledger: Vec::new(), account: Account::default() }
    }

    pub fn balance(&self) -> i64 {
        self.ledger.iter().map(|entry| entry.amount).sum()
    }

    /// Writes the next entry: the balance after it.
    fn record(&mut self, amount: i64, credit_limit: Option<i64>) -> i64 {
        let balance_before = self.balance();
        let balance_after = balance_before + amount;
        self.ledger.push(Entry { amount, balance_before, balance_after, credit_limit });
        balance_after
    }
}

impl Customer {
    fn recorded(&mut self, amount: i64, credit_limit: Option<i64>, named: Named) -> Outcome {
        let balance_after = self.record(amount, credit_limit);
        Outcome::Recorded { entry_no: self.ledger.len(), amount, balance_after, named }
    }
}

impl ModelState {
    /// A business that has done nothing yet.
    pub fn new(credit_limits: &[i64], prices_and_stocks: &[(i64, i64)]) -> Self {
        Self {
            customers: credit_limits.iter().map(|limit| Customer::new(*limit)).collect(),
            products: prices_and_stocks.iter().map(|&(price, stock)| Product::new(price, stock)).collect(),
            ..Self::default()
        }
    }

    /// The requests that show everything there is.
    pub fn everything(&self) -> Vec<Action> {
        let customers = (0..self.customers.len())
            .flat_map(|customer| [Action::SeeCustomer { customer }, Action::SeeOpenCharges { customer }]);
        customers.chain((0..self.products.len()).map(|product| Action::SeeProduct { product })).collect()
    }

    /// Takes a request and answers it.
    pub fn apply(&mut self, action: &Action) -> Outcome {
        self.answer(action).unwrap_or_else(Outcome::Refused)
    }

    fn answer(&mut self, action: &Action) -> Result<Outcome, Refusal> {
        if let Some(key) = action.money_key() {
            if let Some(known) = self.money_keys.get(&key) {
                return replay(known, action);
            }
            let outcome = self.move_money(action)?;
            self.money_keys.insert(key, (action.clone(), outcome.clone()));
            return Ok(outcome);
        }
        match *action {
            Action::MoveStock { key, product, quantity } => {
                if let Some(known) = self.stock_keys.get(&key) {
                    return replay(known, action);
                }
                let outcome = self.move_stock(product, quantity)?;
                self.stock_keys.insert(key, (action.clone(), outcome.clone()));
                Ok(outcome)
            }
            Action::SetLimit { customer, credit_limit } => {
                self.customer(customer)?.credit_limit = credit_limit;
                self.see_customer(customer)
            }
            Action::SetBlocked { customer, blocked } => {
                self.customer(customer)?.blocked = blocked;
                self.see_customer(customer)
            }
            Action::SetPrice { product, price } => {
                self.product(product)?.price = price;
                self.see_product(product)
            }
            Action::SetBackorderLimit { product: number, limit } => {
                let product = self.product(number)?;
                if limit < product.backordered() {
                    return Err(Refusal::BackorderLimitTooLow(product.backordered()));
                }
                product.backorder_limit = limit;
                self.see_product(number)
            }
            Action::SeeCustomer { customer } => self.see_customer(customer),
            Action::SeeOpenCharges { customer: number } => {
                let customer = self.customer(number)?;
                Ok(Outcome::OpenCharges(customer.account.open_charges(customer.balance())))
            }
            Action::SeeProduct { product } => self.see_product(product),
            ref other => panic!("this moves money: {other:?}"),
        }
    }

    fn move_money(&mut self, action: &Action) -> Result<Outcome, Refusal> {
        match action {
            Action::Buy { key, customer, lines } => self.buy(*key, *customer, lines),
            Action::Pay { key, customer, amount } => self.pay(*key, *customer, *amount),
            Action::Settle { key, customer, amount, named } => self.credit(*key, *customer, *amount, named, true),
            Action::Adjust { key, customer, kind, amount, named } => match kind {
                Adjustment::Fee => self.fee(*key, *customer, *amount),
                Adjustment::Credit => self.credit(*key, *customer, *amount, named, false),
                Adjustment::WriteOff => {
                    let balance = self.customer(*customer)?.balance();
                    if *amount > balance && balance - amount >= -MAX_SAFE_INTEGER {
                        return Err(Refusal::BalanceExceeded(*amount, balance.max(0)));
                    }
                    self.credit(*key, *customer, *amount, named, false)
                }
            },
            Action::Refund { key, customer, amount } => self.refund(*key, *customer, *amount),
            Action::Reverse { customer, reversed, is_payment, .. } => self.reverse(*customer, *reversed, *is_payment),
            Action::Allocate { customer, named, .. } => self.allocate(*customer, named),
            Action::Return { customer, order, lines, .. } => self.take_back(*customer, *order, lines),
            other => panic!("this moves no money: {other:?}"),
        }
    }

    fn buy(&mut self, key: u32, buyer: usize, lines: &[(usize, i64)]) -> Result<Outcome, Refusal> {
        if self.customer(buyer)?.blocked {
            return Err(Refusal::CustomerBlocked);
        }
        let unknown = lines.iter().enumerate().filter(|(_, (product, _))| *product >= self.products.len());
        let unknown: Vec<_> = unknown.map(|(index, _)| format!("/items/{index}/product_id")).collect();
        if !unknown.is_empty() {
            return Err(Refusal::ProductNotFound(unknown));
        }
        let wanted: BTreeSet<_> = lines.iter().map(|(product, _)| *product).collect();
        let requested =
            |wanted| lines.iter().filter(|(product, _)| *product == wanted).map(|(_, quantity)| quantity).sum();
        let taken: Vec<(usize, i64)> = wanted.into_iter().map(|product| (product, requested(product))).collect();
        let available = |product: usize| self.products[product].stock + self.products[product].backorder_limit;
        let short = taken.iter().filter(|(product, quantity)| available(*product) < *quantity);
        let short: Vec<_> = short.map(|(product, quantity)| (*product, *quantity, available(*product))).collect();
        if !short.is_empty() {
            return Err(Refusal::InsufficientStock(short));
        }
        let unit_prices: Vec<_> = lines.iter().map(|(product, _)| self.products[*product].price).collect();
        let total: i128 = lines
            .iter()
            .zip(&unit_prices)
            .map(|((_, quantity), price)| i128::from(*quantity) * i128::from(*price))
            .sum();
        let Some(total) = i64::try_from(total).ok().filter(|total| *total <= MAX_SAFE_INTEGER) else {
            return Err(Refusal::TooLarge("/items".to_owned()));
        };
        let customer = &mut self.customers[buyer];
        let (credit_limit, balance) = (customer.credit_limit, customer.balance());
        if total > 0 && balance + total > credit_limit {
            return Err(Refusal::CreditLimitExceeded { credit_limit, balance, required: total });
        }
        let balance_after = customer.record(total, Some(credit_limit));
        customer.account.charge(Charge::of_order(key, total, lines, &unit_prices));
        for (product, quantity) in taken {
            self.products[product].stock -= quantity;
        }
        Ok(Outcome::Bought { total, balance_after, unit_prices })
    }

    fn pay(&mut self, key: u32, customer: usize, amount: i64) -> Result<Outcome, Refusal> {
        let customer = self.customer(customer)?;
        let balance_before = customer.balance();
        if balance_before - amount < -MAX_SAFE_INTEGER {
            return Err(Refusal::TooLarge("/amount".to_owned()));
        }
        let balance_after = customer.record(-amount, None);
        customer.account.credit(key, amount, &[], true);
        Ok(Outcome::Paid { entry_no: customer.ledger.len(), balance_before, balance_after })
    }

    /// A payment that names charges, or an adjustment down.
    fn credit(
        &mut self,
        key: u32,
        customer: usize,
        amount: i64,
        named: &[(u32, i64)],
        is_payment: bool,
    ) -> Result<Outcome, Refusal> {
        let customer = self.customer(customer)?;
        if customer.balance() - amount < -MAX_SAFE_INTEGER {
            return Err(Refusal::TooLarge("/amount".to_owned()));
        }
        let named = customer.account.named(named)?;
        customer.account.credit(key, amount, &named, is_payment);
        Ok(customer.recorded(-amount, None, named))
    }

    fn fee(&mut self, key: u32, customer: usize, amount: i64) -> Result<Outcome, Refusal> {
        let customer = self.customer(customer)?;
        let (credit_limit, balance) = (customer.credit_limit, customer.balance());
        if balance + amount > credit_limit {
            return Err(Refusal::CreditLimitExceeded { credit_limit, balance, required: amount });
        }
        customer.account.charge(Charge::of(key, amount));
        Ok(customer.recorded(amount, Some(credit_limit), Vec::new()))
    }

    fn refund(&mut self, key: u32, customer: usize, amount: i64) -> Result<Outcome, Refusal> {
        let customer = self.customer(customer)?;
        if customer.balance() + amount > 0 {
            return Err(Refusal::CreditBalanceExceeded(amount, (-customer.balance()).max(0)));
        }
        customer.account.charge(Charge::of(key, amount));
        Ok(customer.recorded(amount, None, Vec::new()))
    }

    fn reverse(&mut self, customer: usize, reversed: u32, is_payment: bool) -> Result<Outcome, Refusal> {
        let Some(customer) = self.customers.get_mut(customer) else { return Err(Refusal::NotFound) };
        let balance = customer.balance();
        let (amount, named) = customer.account.reverse(reversed, is_payment, balance)?;
        Ok(customer.recorded(amount, None, named))
    }

    fn allocate(&mut self, customer: usize, named: &[(u32, i64)]) -> Result<Outcome, Refusal> {
        let customer = self.customer(customer)?;
        let balance = customer.balance();
        let named = customer.account.allocate(named, balance)?;
        Ok(customer.recorded(0, None, named))
    }

    fn take_back(&mut self, customer: usize, order: u32, lines: &[ReturnedLine]) -> Result<Outcome, Refusal> {
        let Some(customer) = self.customers.get_mut(customer) else { return Err(Refusal::OrderNotFound) };
        let charge = customer.account.order(order).ok_or(Refusal::OrderNotFound)?;
        let line_totals = charge.line_totals(lines)?;
        for (index, line) in lines.iter().enumerate() {
            if self.products[line.product].stock + line.restocked > MAX_SAFE_INTEGER {
                return Err(Refusal::TooLarge(format!("/items/{index}/restock_quantity")));
            }
        }
        let total = line_totals.iter().sum::<i64>();
        if customer.balance() - total < -MAX_SAFE_INTEGER {
            return Err(Refusal::TooLarge("/items".to_owned()));
        }
        let allocated = customer.account.take_back(order, lines, total);
        let balance_after = customer.record(-total, None);
        for line in lines {
            self.products[line.product].stock += line.restocked;
        }
        Ok(Outcome::Returned { total, balance_after, allocated, line_totals })
    }

    fn move_stock(&mut self, number: usize, quantity: i64) -> Result<Outcome, Refusal> {
        let product = self.product(number)?;
        if product.on_the_shelf() + quantity < 0 {
            return Err(Refusal::InsufficientStock(vec![(number, -quantity, product.on_the_shelf())]));
        } else if product.stock + quantity > MAX_SAFE_INTEGER {
            return Err(Refusal::TooLarge("/quantity".to_owned()));
        }
        product.stock += quantity;
        Ok(Outcome::Moved { stock_after: product.on_the_shelf(), backordered_after: product.backordered() })
    }

    fn see_customer(&mut self, customer: usize) -> Result<Outcome, Refusal> {
        let customer = self.customer(customer)?;
        let (credit_limit, blocked, balance) = (customer.credit_limit, customer.blocked, customer.balance());
        let available_credit = (credit_limit - balance).clamp(0, MAX_SAFE_INTEGER);
        Ok(Outcome::Customer { credit_limit, blocked, balance, available_credit })
    }

    fn see_product(&mut self, product: usize) -> Result<Outcome, Refusal> {
        self.product(product).map(|product| Outcome::Product {
            price: product.price,
            stock: product.on_the_shelf(),
            backordered: product.backordered(),
            backorder_limit: product.backorder_limit,
        })
    }

    fn customer(&mut self, number: usize) -> Result<&mut Customer, Refusal> {
        self.customers.get_mut(number).ok_or(Refusal::CustomerNotFound)
    }

    fn product(&mut self, number: usize) -> Result<&mut Product, Refusal> {
        self.products.get_mut(number).ok_or(Refusal::ProductNotFound(Vec::new()))
    }
}

/// The first answer again, if the request is the first one's.
fn replay((first, outcome): &(Action, Outcome), action: &Action) -> Result<Outcome, Refusal> {
    if first == action { Ok(Outcome::Replayed(Box::new(outcome.clone()))) } else { Err(Refusal::KeyReused) }
}
