//! What a customer's credits settle, in the model: charges, what is allocated to each, and the credits that can be taken back.

use std::collections::BTreeMap;

use tallystick::domain::MAX_SAFE_INTEGER;

use super::actions::{Named, Refusal, ReturnedLine};

/// A customer's charges and credits.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Account {
    pub charges: Vec<Charge>,
    /// By key: what can be taken back.
    pub credits: BTreeMap<u32, Credit>,
}

/// A debt of its own.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Charge {
    pub key: u32,
    pub amount: i64,
    pub allocated: i64,
    /// Those of the order, if it is one: product, quantity, unit price, returned.
    pub lines: Vec<Line>,
}

/// A line of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Line {
    pub product: usize,
    pub bought: i64,
    pub returned: i64,
    unit_price: i64,
}

/// A payment, or an adjustment down.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Credit {
    amount: i64,
    named: Named,
    pub is_payment: bool,
    is_reversed: bool,
}

impl Charge {
    pub const fn of(key: u32, amount: i64) -> Self {
        Self { key, amount, allocated: 0, lines: Vec::new() }
    }

    pub fn of_order(key: u32, amount: i64, lines: &[(usize, i64)], unit_prices: &[i64]) -> Self {
        let line = |((product, bought), unit_price): (&(usize, i64), &i64)| Line {
            product: *product,
            bought: *bought,
            returned: 0,
            unit_price: *unit_price,
        };
        Self { lines: lines.iter().zip(unit_prices).map(line).collect(), ..Self::of(key, amount) }
    }

    /// What no credit settles by name.
    pub const fn free(&self) -> i64 {
        self.amount - self.allocated
    }

    /// What the returned lines are worth, or which of them return too many.
    pub fn line_totals(&self, lines: &[ReturnedLine]) -> Result<Vec<i64>, Refusal> {
        let left = |line: &ReturnedLine| self.lines[line.line_no - 1].bought - self.lines[line.line_no - 1].returned;
        let mut over: Vec<_> = lines
            .iter()
            .filter(|line| line.quantity > left(line))
            .map(|line| (line.line_no, line.quantity, left(line)))
            .collect();
        over.sort_unstable();
        if over.is_empty() {
            Ok(lines.iter().map(|line| line.quantity * self.lines[line.line_no - 1].unit_price).collect())
        } else {
            Err(Refusal::QuantityExceedsReturnable(over))
        }
    }
}

impl Account {
    pub fn charge(&mut self, charge: Charge) {
        self.charges.push(charge);
    }

    /// The order with this key.
    pub fn order(&self, key: u32) -> Option<&Charge> {
        self.charges.iter().find(|charge| charge.key == key && !charge.lines.is_empty())
    }

    fn place(&self, key: u32) -> Option<usize> {
        self.charges.iter().position(|charge| charge.key == key)
    }

    /// The named charges, oldest first, if there is so much to settle of each, or to take back.
    pub fn named(&self, named: &[(u32, i64)]) -> Result<Named, Refusal> {
        let unknown = named.iter().enumerate().filter(|(_, (key, _))| self.place(*key).is_none());
        let unknown: Vec<_> = unknown.map(|(index, _)| format!("/allocations/{index}/charge_id")).collect();
        if !unknown.is_empty() {
            return Err(Refusal::ChargeNotFound(unknown));
        }
        let charge = |key: u32| self.charges.iter().find(|charge| charge.key == key).unwrap();
        let mut over: Vec<_> = named
            .iter()
            .filter(|(key, amount)| *amount > charge(*key).free())
            .map(|(key, amount)| (*key, *amount, charge(*key).free()))
            .collect();
        over.sort_unstable();
        if !over.is_empty() {
            return Err(Refusal::ChargeOpenAmountExceeded(over));
        }
        let mut under: Vec<_> = named
            .iter()
            .filter(|(key, amount)| charge(*key).allocated + amount < 0)
            .map(|(key, amount)| (*key, -amount, charge(*key).allocated))
            .collect();
        under.sort_unstable();
        if !under.is_empty() {
            return Err(Refusal::AllocatedAmountExceeded(under));
        }
        let mut sorted = named.to_vec();
        sorted.sort_by_key(|(key, _)| self.place(*key));
        Ok(sorted)
    }

    pub fn credit(&mut self, key: u32, amount: i64, named: &[(u32, i64)], is_payment: bool) {
        self.settle(named);
        self.credits.insert(key, Credit { amount, named: named.to_vec(), is_payment, is_reversed: false });
    }

    fn settle(&mut self, named: &[(u32, i64)]) {
        for (key, amount) in named {
            let place = self.place(*key).unwrap();
            self.charges[place].allocated += amount;
        }
    }

    /// Credit that names no charge.
    fn unapplied(&self, balance: i64) -> i64 {
        self.charges.iter().map(Charge::free).sum::<i64>() - balance
    }

    /// What a reversal adds to the balance, and what it takes back by name.
    pub fn reverse(&mut self, key: u32, is_payment: bool, balance: i64) -> Result<(i64, Named), Refusal> {
        let credit = self.credits.get(&key).filter(|credit| credit.is_payment == is_payment);
        let Credit { amount, named, is_reversed, .. } = credit.ok_or(Refusal::NotFound)?.clone();
        if is_reversed {
            return Err(Refusal::AlreadyReversed);
        }
        let stands = |(key, own): &(u32, i64)| (*key, -(*own).min(self.charges[self.place(*key).unwrap()].allocated));
        let named: Named = named.iter().map(stands).filter(|(_, amount)| *amount != 0).collect();
        let rest = amount + named.iter().map(|(_, amount)| amount).sum::<i64>();
        if rest > self.unapplied(balance) {
            return Err(Refusal::UnappliedCreditExceeded(rest, self.unapplied(balance)));
        } else if balance + amount > MAX_SAFE_INTEGER {
            return Err(Refusal::TooLarge(String::new()));
        }
        self.settle(&named);
        self.credits.get_mut(&key).unwrap().is_reversed = true;
        Ok((amount, named))
    }

    pub fn allocate(&mut self, named: &[(u32, i64)], balance: i64) -> Result<Named, Refusal> {
        let named = self.named(named)?;
        let sum = named.iter().map(|(_, amount)| amount).sum();
        if sum > 0 && sum > self.unapplied(balance) {
            return Err(Refusal::UnappliedCreditExceeded(sum, self.unapplied(balance)));
        }
        self.settle(&named);
        Ok(named)
    }

    /// Takes lines of an order back: what of the credit settles the order by name.
    pub fn take_back(&mut self, order: u32, lines: &[ReturnedLine], total: i64) -> i64 {
        let charge = self.charges.iter_mut().find(|charge| charge.key == order).unwrap();
        for line in lines {
            charge.lines[line.line_no - 1].returned += line.quantity;
        }
        let allocated = total.min(charge.free());
        charge.allocated += allocated;
        allocated
    }

    /// What is open of each charge: what no credit settles, by name or as the oldest.
    pub fn open_charges(&self, balance: i64) -> Named {
        let mut unapplied = self.unapplied(balance);
        let open = self.charges.iter().map(|charge| {
            let passed = unapplied.min(charge.free());
            unapplied -= passed;
            (charge.key, charge.free() - passed)
        });
        open.filter(|(_, open)| *open > 0).collect()
    }
}
