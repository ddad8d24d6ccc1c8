//! The kinds of calls, of which each has its own share of the connections.

use std::ops::{Index, IndexMut};

/// What a call costs the others, so that dear calls never take all connections.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// Writes and reads of single records. They wait for no row that another transaction holds for long.
    Quick,
    /// The combined purchases of one business.
    Purchases,
    /// A call that waits for a row that another transaction holds.
    HeldRows,
    /// Lists: they read many rows.
    Heavy,
}

impl Class {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Quick, Self::Purchases, Self::HeldRows, Self::Heavy];

    /// Its name in metrics.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Quick => "quick",
            Self::Purchases => "purchases",
            Self::HeldRows => "held_rows",
            Self::Heavy => "heavy",
        }
    }
}

/// One value for each class.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PerClass<T>([T; Class::ALL.len()]);

impl<T> PerClass<T> {
    /// Each class with its value.
    pub fn iter(&self) -> impl Iterator<Item = (Class, &T)> {
        Class::ALL.into_iter().zip(&self.0)
    }

    /// A value for each class.
    pub fn new(value: impl FnMut(Class) -> T) -> Self {
        Self(Class::ALL.map(value))
    }
}

impl<T> Index<Class> for PerClass<T> {
    type Output = T;

    fn index(&self, class: Class) -> &T {
        &self.0[class as usize]
    }
}

impl<T> IndexMut<Class> for PerClass<T> {
    fn index_mut(&mut self, class: Class) -> &mut T {
        &mut self.0[class as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::{Class, PerClass};

    #[test]
    fn each_class_has_its_own_value_and_name() {
        let mut values = PerClass::new(Class::name);
        assert!(Class::ALL.into_iter().all(|class| values[class] == class.name()));
        values[Class::HeldRows] = "another";
        let changed: Vec<_> = values.iter().filter(|(class, value)| class.name() != **value).collect();
        assert_eq!(changed, [(Class::HeldRows, &"another")]);
    }
}
