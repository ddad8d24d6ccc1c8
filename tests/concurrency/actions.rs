//! What a client can ask of a business, and what it can be told: the words that [`super::model`] and [`super::cast`] share.
//!
//! Customers and products are numbers here; one beyond those that exist stands for an id that nobody has. A record that an earlier
//! request made is named by the key of that request.

/// Which charges a credit settles by name, and how much of each.
pub type Named = Vec<(u32, i64)>;

/// A request.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Action {
    /// Lines are products and quantities.
    Buy {
        key: u32,
        customer: usize,
        lines: Vec<(usize, i64)>,
    },
    Pay {
        key: u32,
        customer: usize,
        amount: i64,
    },
    /// A payment that names what it is for.
    Settle {
        key: u32,
        customer: usize,
        amount: i64,
        named: Named,
    },
    Adjust {
        key: u32,
        customer: usize,
        kind: Adjustment,
        amount: i64,
        named: Named,
    },
    Refund {
        key: u32,
        customer: usize,
        amount: i64,
    },
    /// Takes back a payment or an adjustment of the customer.
    Reverse {
        key: u32,
        customer: usize,
        reversed: u32,
        is_payment: bool,
    },
    /// A negative amount takes back.
    Allocate {
        key: u32,
        customer: usize,
        named: Named,
    },
    /// Lines of an order of the customer.
    Return {
        key: u32,
        customer: usize,
        order: u32,
        lines: Vec<ReturnedLine>,
    },
    MoveStock {
        key: u32,
        product: usize,
        quantity: i64,
    },
    SetLimit {
        customer: usize,
        credit_limit: i64,
    },
    SetBlocked {
        customer: usize,
        blocked: bool,
    },
    SetPrice {
        product: usize,
        price: i64,
    },
    SetBackorderLimit {
        product: usize,
        limit: i64,
    },
    SeeCustomer {
        customer: usize,
    },
    SeeOpenCharges {
        customer: usize,
    },
    SeeProduct {
        product: usize,
    },
}

/// What an adjustment is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Adjustment {
    Fee,
    Credit,
    WriteOff,
}

/// What comes back of a line of an order. The product is the one that was bought.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ReturnedLine {
    pub line_no: usize,
    pub product: usize,
    pub quantity: i64,
    pub restocked: i64,
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Outcome {
    Bought {
        total: i64,
        balance_after: i64,
        unit_prices: Vec<i64>,
    },
    Paid {
        entry_no: usize,
        balance_before: i64,
        balance_after: i64,
    },
    /// Any other entry, with the charges that it settles by name, oldest first.
    Recorded {
        entry_no: usize,
        amount: i64,
        balance_after: i64,
        named: Named,
    },
    /// The credit, what of it settles the order by name, and the value of each line.
    Returned {
        total: i64,
        balance_after: i64,
        allocated: i64,
        line_totals: Vec<i64>,
    },
    /// The open charges, oldest first, and what is open of each.
    OpenCharges(Named),
    Moved {
        stock_after: i64,
        backordered_after: i64,
    },
    Customer {
        credit_limit: i64,
        blocked: bool,
        balance: i64,
        available_credit: i64,
    },
    Product {
        price: i64,
        stock: i64,
        backordered: i64,
        backorder_limit: i64,
    },
    Replayed(Box<Self>),
    Refused(Refusal),
}

/// Why not, with the figures that the client is shown.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Refusal {
    KeyReused,
    CustomerNotFound,
    CustomerBlocked,
    /// The pointers of the lines whose product does not exist; none where the product is the request's path.
    ProductNotFound(Vec<String>),
    /// Product, requested, available; by product.
    InsufficientStock(Vec<(usize, i64, i64)>),
    /// How much is backordered.
    BackorderLimitTooLow(i64),
    CreditLimitExceeded {
        credit_limit: i64,
        balance: i64,
        required: i64,
    },
    OrderNotFound,
    /// The payment or adjustment that should be taken back.
    NotFound,
    AlreadyReversed,
    /// The pointers of the charges that the customer does not have.
    ChargeNotFound(Vec<String>),
    /// Charge, requested, available; by charge.
    ChargeOpenAmountExceeded(Vec<(u32, i64, i64)>),
    AllocatedAmountExceeded(Vec<(u32, i64, i64)>),
    /// Requested, available.
    UnappliedCreditExceeded(i64, i64),
    CreditBalanceExceeded(i64, i64),
    BalanceExceeded(i64, i64),
    /// Line, requested, available.
    QuantityExceedsReturnable(Vec<(usize, i64, i64)>),
    /// The pointer of what would make a figure larger than every client can hold.
    TooLarge(String),
}

/// A row of a customer's ledger.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Entry {
    pub amount: i64,
    pub balance_before: i64,
    pub balance_after: i64,
    /// The limit in force at a purchase.
    pub credit_limit: Option<i64>,
}

impl Action {
    /// Whether both had to hold the row of the same customer or product.
    pub fn meets(&self, other: &Self) -> bool {
        let theirs = other.products();
        let share_a_product = self.products().iter().any(|product| theirs.contains(product));
        share_a_product || (self.customer().is_some() && self.customer() == other.customer())
    }

    /// The customer whose ledger it writes, if it writes one.
    pub const fn customer(&self) -> Option<usize> {
        match self {
            Self::Buy { customer, .. }
            | Self::Pay { customer, .. }
            | Self::Settle { customer, .. }
            | Self::Adjust { customer, .. }
            | Self::Refund { customer, .. }
            | Self::Reverse { customer, .. }
            | Self::Allocate { customer, .. }
            | Self::Return { customer, .. } => Some(*customer),
            _ => None,
        }
    }

    /// The key that it has among those of the ledger.
    pub const fn money_key(&self) -> Option<u32> {
        match self {
            Self::Buy { key, .. }
            | Self::Pay { key, .. }
            | Self::Settle { key, .. }
            | Self::Adjust { key, .. }
            | Self::Refund { key, .. }
            | Self::Reverse { key, .. }
            | Self::Allocate { key, .. }
            | Self::Return { key, .. } => Some(*key),
            _ => None,
        }
    }

    fn products(&self) -> Vec<usize> {
        match self {
            Self::Buy { lines, .. } => lines.iter().map(|(product, _)| *product).collect(),
            Self::Return { lines, .. } => {
                lines.iter().filter(|line| line.restocked > 0).map(|line| line.product).collect()
            }
            Self::MoveStock { product, .. } => vec![*product],
            _ => Vec::new(),
        }
    }
}

impl Outcome {
    /// Whether it left something behind that was not there before.
    pub const fn is_movement(&self) -> bool {
        matches!(
            self,
            Self::Bought { .. }
                | Self::Paid { .. }
                | Self::Recorded { .. }
                | Self::Returned { .. }
                | Self::Moved { .. }
        )
    }
}
