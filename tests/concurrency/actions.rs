//! What a client can ask of a business, and what it can be told: the words that [`super::model`] and [`super::cast`] share.
//!
//! Customers and products are numbers here; one beyond those that exist stands for an id that nobody has.

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
    SeeProduct {
        product: usize,
    },
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Outcome {
    Bought { total: i64, balance_after: i64, unit_prices: Vec<i64> },
    Paid { entry_no: usize, balance_before: i64, balance_after: i64 },
    Moved { stock_after: i64, backordered_after: i64 },
    Customer { credit_limit: i64, blocked: bool, balance: i64, available_credit: i64 },
    Product { price: i64, stock: i64, backordered: i64, backorder_limit: i64 },
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
        let share = |ours: Vec<usize>, theirs: Vec<usize>| ours.iter().any(|row| theirs.contains(row));
        share(self.customers(), other.customers()) || share(self.products(), other.products())
    }

    fn customers(&self) -> Vec<usize> {
        match self {
            Self::Buy { customer, .. } | Self::Pay { customer, .. } => vec![*customer],
            _ => Vec::new(),
        }
    }

    fn products(&self) -> Vec<usize> {
        match self {
            Self::Buy { lines, .. } => lines.iter().map(|(product, _)| *product).collect(),
            Self::MoveStock { product, .. } => vec![*product],
            _ => Vec::new(),
        }
    }
}

impl Outcome {
    /// Whether it left something behind that was not there before.
    pub const fn is_movement(&self) -> bool {
        matches!(self, Self::Bought { .. } | Self::Paid { .. } | Self::Moved { .. })
    }
}
