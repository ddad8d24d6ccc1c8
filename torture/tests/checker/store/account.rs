//! What a customer's credits settle, in the store: it adds everything up anew each time.

use std::collections::HashMap;

use tallystick_torture::history::{
    Answer, ChargeExcess, Entry, EntryKind, GoodsLine, LineBack, LineExcess, OpenCharge, Order, Part,
};
use uuid::Uuid;

const DAY_US: i64 = 24 * 60 * 60 * 1_000_000;

#[derive(Default)]
pub struct Account {
    charges: Vec<Charge>,
    credits: HashMap<Uuid, Credit>,
    returned: HashMap<(Uuid, i64), i64>,
}

struct Charge {
    id: Uuid,
    entry_no: i64,
    amount: i64,
    due_at_us: i64,
    settled: i64,
    parts: i64,
}

struct Credit {
    kind: EntryKind,
    entry_no: i64,
    amount: i64,
    named: Vec<Part>,
    reversal: Option<Uuid>,
}

impl Account {
    fn charge(&self, id: Uuid) -> Option<&Charge> {
        self.charges.iter().find(|charge| charge.id == id)
    }

    /// What of a charge can be settled by name.
    pub fn free(&self, id: Uuid) -> i64 {
        self.charge(id).map_or(0, |charge| charge.amount - charge.settled)
    }

    fn unapplied(&self, balance: i64) -> i64 {
        self.charges.iter().map(|charge| charge.amount - charge.settled).sum::<i64>() - balance
    }

    /// The parts in the order of the charges, if there is so much to settle, or to take back.
    pub fn settles(&self, named: &[Part]) -> Result<Vec<Part>, Answer> {
        let places: Vec<usize> = (0..named.len()).filter(|place| self.charge(named[*place].charge).is_none()).collect();
        if !places.is_empty() {
            return Err(Answer::ChargeNotFound(places));
        }
        let of = |part: &Part| self.charge(part.charge).expect("it was found");
        let (mut over, mut under) = (Vec::new(), Vec::new());
        for part in named {
            let (charge, free, settled) = (part.charge, self.free(part.charge), of(part).settled);
            if part.amount > free {
                over.push(ChargeExcess { charge, requested: part.amount, available: free });
            }
            if settled + part.amount < 0 {
                under.push(ChargeExcess { charge, requested: -part.amount, available: settled });
            }
        }
        if !over.is_empty() {
            return Err(Answer::ChargeOpenAmountExceeded(over));
        } else if !under.is_empty() {
            return Err(Answer::AllocatedAmountExceeded(under));
        }
        let mut named = named.to_vec();
        named.sort_by_key(|part| of(part).entry_no);
        Ok(named)
    }

    pub fn has_unapplied(&self, requested: i64, balance: i64) -> Result<(), Answer> {
        let available = self.unapplied(balance);
        if requested > 0 && requested > available {
            return Err(Answer::UnappliedCreditExceeded { requested, available });
        }
        Ok(())
    }

    /// What a reversal adds to the balance, the number of what it takes back, and what it takes back by name.
    pub fn reverse(&mut self, id: Uuid, own: Uuid, balance: i64) -> Result<(i64, i64, Vec<Part>), Answer> {
        let credit = &self.credits[&id];
        if !matches!(credit.kind, EntryKind::Payment | EntryKind::Credit | EntryKind::WriteOff) {
            return Err(Answer::NotReversible);
        } else if let Some(reversal) = credit.reversal {
            return Err(Answer::AlreadyReversed { reversal });
        }
        let mut named = Vec::new();
        let mut rest = credit.amount;
        for part in &credit.named {
            let stands = part.amount.min(self.charge(part.charge).expect("it was settled").settled);
            if stands > 0 {
                named.push(Part { charge: part.charge, amount: -stands });
                rest -= stands;
            }
        }
        let (amount, entry_no) = (credit.amount, credit.entry_no);
        self.has_unapplied(rest, balance)?;
        self.credits.get_mut(&id).expect("it is there").reversal = Some(own);
        Ok((amount, entry_no, named))
    }

    /// The lines that come back, and how much has come back of each by then; or of which too much would.
    pub fn take_back(
        &mut self,
        order: &Order,
        asked: &[LineBack],
    ) -> Result<(Vec<GoodsLine>, Vec<i64>), Vec<LineExcess>> {
        let returned = |account: &Self, line_no| account.returned.get(&(order.id, line_no)).copied().unwrap_or(0);
        let line = |line_no| order.lines.iter().find(|line| line.line_no == line_no).expect("it was bought");
        let mut over = Vec::new();
        for asked in asked {
            let available = line(asked.line_no).quantity - returned(self, asked.line_no);
            if asked.quantity > available {
                over.push(LineExcess { line_no: asked.line_no, requested: asked.quantity, available });
            }
        }
        if !over.is_empty() {
            return Err(over);
        }
        let (mut lines, mut after) = (Vec::new(), Vec::new());
        for asked in asked {
            let (bought, quantity) = (line(asked.line_no), asked.quantity);
            let before = returned(self, asked.line_no);
            // Whole units at one price: each is worth that.
            lines.push(GoodsLine {
                line_no: asked.line_no,
                product: bought.product,
                quantity,
                restocked: asked.restock.unwrap_or(quantity),
                line_total: bought.unit_price * quantity,
            });
            after.push(before + quantity);
            self.returned.insert((order.id, asked.line_no), before + quantity);
        }
        Ok((lines, after))
    }

    /// Takes an entry, and gives each of its parts with its number and what is settled then.
    pub fn enter(&mut self, entry: &Entry, named: &[Part]) -> Vec<(Part, i64, i64)> {
        let mut parts = Vec::new();
        for part in named {
            let charge = self.charges.iter_mut().find(|charge| charge.id == part.charge).expect("it was found");
            charge.settled += part.amount;
            charge.parts += 1;
            parts.push((*part, charge.parts, charge.settled));
        }
        let (id, entry_no, kind) = (entry.id, entry.entry_no, entry.kind);
        if kind.is_charge() {
            let due_at_us = entry.due_at_us.expect("a charge is due");
            self.charges.push(Charge { id, entry_no, amount: entry.amount, due_at_us, settled: 0, parts: 0 });
        }
        let credit = Credit { kind, entry_no, amount: -entry.amount, named: named.to_vec(), reversal: None };
        self.credits.insert(id, credit);
        parts
    }

    fn open(&self, balance: i64) -> Vec<(&Charge, i64)> {
        let mut unapplied = self.unapplied(balance);
        let mut open = Vec::new();
        for charge in &self.charges {
            let left = charge.amount - charge.settled;
            let passed = left.min(unapplied);
            unapplied -= passed;
            if left > passed {
                open.push((charge, left - passed));
            }
        }
        open
    }

    pub fn open_charges(&self, balance: i64) -> Vec<OpenCharge> {
        let open = self.open(balance).into_iter();
        open.map(|(charge, open)| OpenCharge {
            charge: charge.id,
            entry_no: charge.entry_no,
            amount: charge.amount,
            open,
        })
        .collect()
    }

    pub fn aging(&self, id: Uuid, balance: i64, as_of_us: i64) -> Answer {
        let mut buckets = [0; 5];
        for (charge, open) in self.open(balance) {
            let bucket = match as_of_us - charge.due_at_us {
                ..=0 => 0,
                late if late <= 30 * DAY_US => 1,
                late if late <= 60 * DAY_US => 2,
                late if late <= 90 * DAY_US => 3,
                _ => 4,
            };
            buckets[bucket] += open;
        }
        Answer::Aging { id, as_of_us, balance, overdue: buckets[1..].iter().sum(), buckets }
    }
}
