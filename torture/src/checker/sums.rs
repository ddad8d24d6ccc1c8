//! Numbers in a row, sums of some of them, and where a sum exceeds another number: a Fenwick tree.

pub(super) struct Sums {
    /// Node n has the sum of the numbers from n - (n & -n) to n - 1.
    nodes: Vec<i64>,
    all: i64,
}

impl Sums {
    /// So many zeros.
    pub(super) fn new(count: usize) -> Self {
        Self { nodes: vec![0; count + 1], all: 0 }
    }

    /// The sum of all.
    pub(super) fn all(&self) -> i64 {
        self.all
    }

    pub(super) fn add(&mut self, place: usize, number: i64) {
        self.all = self.all.saturating_add(number);
        let mut node = place + 1;
        while node < self.nodes.len() {
            self.nodes[node] = self.nodes[node].saturating_add(number);
            node += node & node.wrapping_neg();
        }
    }

    /// The first place up to which the sum is more than `bound`, and that sum. No number may be below zero.
    pub(super) fn first_beyond(&self, bound: i64) -> Option<(usize, i64)> {
        let (mut place, mut sum) = (0, 0i64);
        let mut step = (self.nodes.len().next_power_of_two() / 2).max(1);
        while step > 0 {
            if let Some(more) = self.nodes.get(place + step)
                && sum.saturating_add(*more) <= bound
            {
                place += step;
                sum = sum.saturating_add(*more);
            }
            step /= 2;
        }
        // All numbers before `place` are in `sum`; the one at it takes it beyond the bound.
        (place + 1 < self.nodes.len()).then(|| (place, self.up_to(place)))
    }

    /// The sum of the numbers from a place on.
    pub(super) fn from(&self, place: usize) -> i64 {
        self.all.saturating_sub(place.checked_sub(1).map_or(0, |before| self.up_to(before)))
    }

    /// The sum of the numbers up to a place, the one at it included.
    fn up_to(&self, place: usize) -> i64 {
        let (mut node, mut sum) = (place + 1, 0i64);
        while node > 0 {
            sum = sum.saturating_add(self.nodes[node]);
            node &= node - 1;
        }
        sum
    }
}

#[cfg(test)]
mod tests {
    use rand::{RngExt, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    use super::Sums;

    #[test]
    fn the_first_place_beyond_a_bound_is_the_one_that_adding_up_finds() {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        for count in 0..40 {
            let mut sums = Sums::new(count);
            let mut numbers = vec![0; count];
            for _ in 0..3 * count {
                let place = rng.random_range(0..count);
                let change = rng.random_range(-numbers[place]..4);
                numbers[place] += change;
                sums.add(place, change);
                let all: i64 = numbers.iter().sum();
                assert_eq!(sums.all(), all);
                assert_eq!(sums.from(place), numbers[place..].iter().sum::<i64>());
                for bound in 0..=all {
                    let mut sum = 0;
                    let expected = numbers.iter().position(|number| {
                        sum += number;
                        sum > bound
                    });
                    assert_eq!(sums.first_beyond(bound), expected.map(|place| (place, sum)), "{numbers:?} {bound}");
                }
            }
        }
    }
}
