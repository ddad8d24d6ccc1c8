//! How many permits there are, and how many of them each class and each business may have.

use super::class::{Class, PerClass};

/// The most heavy calls at once: more would leave too little of the database's processors to all others.
const MOST_HEAVY: usize = 4;
/// How many calls of one business and class may wait, unless the operator says otherwise.
pub const DEFAULT_QUEUE_LENGTH: usize = 256;

/// The bounds of the gate. Every number of permits is from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GateLimits {
    /// As many as the pool has connections.
    pub permits: usize,
    /// The most that one business has, of all classes together.
    pub of_a_business: usize,
    /// The share of each class.
    pub classes: PerClass<ClassLimits>,
    /// The most calls of one business and class that wait; more are refused.
    pub queue_length: usize,
}

/// The share of a class.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClassLimits {
    /// The most permits of this class.
    pub permits: usize,
    /// The most of them that one business has.
    pub of_a_business: usize,
}

impl GateLimits {
    /// For a pool of so many connections. `purchases` is the most that combined purchases use, and `held_rows` the most that
    /// wait for held rows, a quarter of the pool unless it is given.
    ///
    /// One business leaves a quarter of the pool to the others. With the default shares, so do all classes but the quick one.
    #[must_use]
    pub fn for_pool(size: usize, purchases: usize, held_rows: Option<usize>) -> Self {
        let permits = size.max(1);
        let quarter = permits / 4;
        let halved = |permits: usize| ClassLimits { permits, of_a_business: (permits / 2).max(1) };
        let classes = PerClass::new(|class| match class {
            Class::Quick => ClassLimits { permits, of_a_business: permits },
            // How many of them a business may have is known to its queue of purchases.
            Class::Purchases => {
                let permits = purchases.clamp(1, permits);
                ClassLimits { permits, of_a_business: permits }
            }
            Class::HeldRows => halved(held_rows.unwrap_or(quarter).clamp(1, permits)),
            Class::Heavy => halved(quarter.clamp(1, MOST_HEAVY)),
        });
        Self { permits, of_a_business: permits - quarter, classes, queue_length: DEFAULT_QUEUE_LENGTH }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The pool's size, and of heavy calls and calls that wait for held rows: how many in all, and how many of one business.
    #[test]
    fn of_a_pool_of_any_size_each_class_has_its_share() {
        for (size, heavy, held_rows) in [
            (1, (1, 1), (1, 1)),
            (4, (1, 1), (1, 1)),
            (8, (2, 1), (2, 1)),
            (16, (4, 2), (4, 2)),
            (100, (4, 2), (25, 12)),
        ] {
            let classes = GateLimits::for_pool(size, 1, None).classes;
            let share = |class: Class| (classes[class].permits, classes[class].of_a_business);
            assert_eq!((share(Class::Heavy), share(Class::HeldRows)), (heavy, held_rows), "{size}");
            assert_eq!(share(Class::Quick), (size, size));
        }
    }

    #[test]
    fn one_business_and_all_that_is_not_quick_leave_a_quarter_of_the_pool() {
        for size in [8, 16, 17, 100] {
            let limits = GateLimits::for_pool(size, size / 4, None);
            let not_quick =
                [Class::Purchases, Class::HeldRows, Class::Heavy].map(|class| limits.classes[class].permits);
            assert!(limits.of_a_business <= size - size / 4, "{size}");
            assert!(not_quick.iter().sum::<usize>() <= size - size / 4, "{size}");
        }
        assert_eq!(GateLimits::for_pool(1, 1, None).of_a_business, 1);
    }

    #[test]
    fn the_operator_chooses_the_shares_of_purchases_and_of_held_rows_up_to_the_pools_size() {
        let classes = GateLimits::for_pool(16, 100, Some(100)).classes;
        assert_eq!((classes[Class::Purchases].permits, classes[Class::HeldRows].permits), (16, 16));
        let classes = GateLimits::for_pool(16, 6, Some(0)).classes;
        assert_eq!((classes[Class::Purchases].permits, classes[Class::HeldRows].permits), (6, 1));
    }
}
