use std::collections::BTreeMap;

use rand::{RngExt, SeedableRng, rngs::StdRng};
use uuid::Uuid;

use super::*;

#[expect(clippy::unnecessary_wraps, reason = "the platform is a caller, too")]
fn business(number: u8) -> Caller {
    Some(Uuid::from_u128(number.into()).into())
}

/// Of 8 permits: 6 for one business, 2 for heavy calls and 2 for held rows.
fn limits() -> GateLimits {
    GateLimits { queue_length: 3, ..GateLimits::for_pool(8, 2, None) }
}

/// Books in which the platform has taken so many permits, so that others wait.
fn busy(permits: usize) -> Books<u64> {
    let mut books = Books::new(GateLimits { of_a_business: 8, ..limits() });
    for _ in 0..permits {
        assert!(books.take(None, Class::Quick));
    }
    books
}

/// Gives a permit of the platform back, and says whose calls get one now.
fn next(books: &mut Books<u64>) -> Vec<u64> {
    books.give_back(None, Class::Quick);
    std::iter::from_fn(|| books.serve_next()).map(|(_, _, call)| call).collect()
}

#[test]
fn a_permit_is_given_at_once_while_every_bound_allows_it() {
    let mut books = Books::<()>::new(limits());
    for _ in 0..6 {
        assert!(books.take(business(1), Class::Quick));
    }
    assert!(!books.take(business(1), Class::Quick), "the business has as many as it may");
    assert!(books.take(business(2), Class::Quick) && books.take(None, Class::Quick));
    assert!(!books.take(business(2), Class::Quick), "there is none left");
    books.give_back(business(1), Class::Quick);
    assert!(books.take(business(2), Class::Quick));
}

#[test]
fn a_class_has_no_more_permits_than_its_share_of_all_and_of_a_business() {
    for class in [Class::Heavy, Class::HeldRows] {
        let mut books = Books::<()>::new(limits());
        assert!(books.take(business(1), class));
        assert!(!books.take(business(1), class), "one of two, so that another business has one");
        assert!(books.take(business(2), class));
        assert!(!books.take(business(3), class));
        assert!(books.take(business(1), Class::Quick), "other classes have their own shares");
        books.give_back(business(1), class);
        assert!(books.take(business(3), class));
    }
}

#[test]
fn free_permits_go_round_the_businesses_and_not_by_arrival() {
    let mut books = busy(8);
    for call in [11, 12, 13] {
        books.enqueue(business(1), Class::Quick, call);
    }
    books.enqueue(business(2), Class::Quick, 21);
    books.enqueue(business(3), Class::Quick, 31);
    books.enqueue(business(2), Class::Quick, 22);
    let served: Vec<_> = (0..6).flat_map(|_| next(&mut books)).collect();
    assert_eq!(served, [11, 21, 31, 12, 22, 13]);
}

#[test]
fn a_business_that_comes_back_waits_behind_those_that_have_waited() {
    let mut books = busy(8);
    books.enqueue(business(1), Class::Quick, 11);
    books.enqueue(business(2), Class::Quick, 21);
    assert_eq!(next(&mut books), [11]);
    books.enqueue(business(1), Class::Quick, 12);
    assert_eq!([next(&mut books), next(&mut books)], [[21], [12]]);
}

#[test]
fn a_business_that_may_not_have_more_is_passed_over_and_keeps_its_place() {
    let mut books = busy(0);
    assert!(books.take(business(1), Class::Heavy) && books.take(business(2), Class::Heavy));
    books.enqueue(business(1), Class::Heavy, 11);
    books.enqueue(business(3), Class::Heavy, 31);
    books.give_back(business(2), Class::Heavy);
    assert_eq!(books.serve_next(), Some((business(3), Class::Heavy, 31)), "business 1 has its one already");
    assert_eq!(books.serve_next(), None);
    books.give_back(business(1), Class::Heavy);
    assert_eq!(books.serve_next(), Some((business(1), Class::Heavy, 11)));
}

#[test]
fn classes_take_turns_so_that_none_waits_behind_all_calls_of_another() {
    let mut books = busy(8);
    for call in [1, 2, 3] {
        books.enqueue(business(1), Class::Quick, call);
    }
    books.enqueue(business(2), Class::Heavy, 100);
    books.enqueue(business(3), Class::HeldRows, 200);
    let served: Vec<_> = (0..5).flat_map(|_| next(&mut books)).collect();
    assert_eq!(served, [1, 200, 100, 2, 3]);
}

#[test]
fn one_permit_that_comes_back_can_let_two_calls_go() {
    let mut books = Books::new(limits());
    for class in [Class::Heavy, Class::Quick, Class::Quick, Class::Quick, Class::Quick, Class::Quick] {
        assert!(books.take(business(1), class));
    }
    assert!(books.take(business(2), Class::Heavy));
    assert!(!books.take(business(1), Class::Quick) && !books.take(business(3), Class::Heavy));
    books.enqueue(business(1), Class::Quick, 1);
    books.enqueue(business(3), Class::Heavy, 3);
    books.give_back(business(1), Class::Heavy);
    let served: Vec<_> = std::iter::from_fn(|| books.serve_next()).map(|(_, _, call)| call).collect();
    assert_eq!(served, [1, 3]);
}

#[test]
fn a_queue_is_bounded_for_each_business_and_class() {
    let mut books = busy(8);
    for call in 0..3 {
        assert!(!books.is_full(business(1), Class::Quick));
        books.enqueue(business(1), Class::Quick, call);
    }
    assert!(books.is_full(business(1), Class::Quick));
    assert!(!books.is_full(business(1), Class::Heavy) && !books.is_full(business(2), Class::Quick));
    assert_eq!(next(&mut books), [0]);
    assert!(!books.is_full(business(1), Class::Quick));
}

#[test]
fn a_call_that_is_withdrawn_leaves_no_trace_and_the_others_keep_their_places() {
    let mut books = busy(8);
    let first = books.enqueue(business(1), Class::Quick, 11);
    let second = books.enqueue(business(2), Class::Quick, 21);
    books.enqueue(business(2), Class::Quick, 22);
    assert_eq!(books.withdraw(business(2), Class::Quick, second), Some(21));
    assert_eq!(books.withdraw(business(2), Class::Quick, second), None);
    assert_eq!(books.withdraw(business(1), Class::Quick, first), Some(11));
    assert_eq!(books.waiting()[Class::Quick], 1);
    assert_eq!(next(&mut books), [22]);
    assert_eq!(books.withdraw(business(2), Class::Quick, second + 1), None, "it has its permit");
    books.give_back(business(2), Class::Quick);
    assert_eq!(books.callers.len(), 1, "only the platform has permits");
}

/// Calls that come, wait, go away and end at random.
#[test]
fn whatever_happens_no_bound_is_broken_nobody_who_may_go_waits_and_all_is_forgotten() {
    let seed: u64 = rand::random();
    println!("seed {seed}");
    for round in 0..200 {
        let mut rng = StdRng::seed_from_u64(seed.wrapping_add(round));
        let size = rng.random_range(1..=20);
        let limits = GateLimits::for_pool(size, rng.random_range(1..=5), None);
        let mut world = World { books: Books::new(limits), limits, running: Vec::new(), waiting: BTreeMap::new() };
        for _ in 0..400 {
            match rng.random_range(0..10) {
                0..5 => world.come(&mut rng),
                5..9 => world.end(&mut rng),
                _ => world.go_away(&mut rng),
            }
            world.check();
        }
        while !world.running.is_empty() {
            world.end(&mut rng);
            world.check();
        }
        assert!(world.waiting.is_empty() && world.books.callers.is_empty(), "somebody waits for ever");
    }
}

struct World {
    books: Books<()>,
    limits: GateLimits,
    running: Vec<(Caller, Class)>,
    waiting: BTreeMap<u64, (Caller, Class)>,
}

impl World {
    fn come(&mut self, rng: &mut StdRng) {
        let caller = (rng.random_range(0..6) > 0).then(|| business(rng.random_range(0..5)).unwrap());
        let class = Class::ALL[rng.random_range(0..Class::ALL.len())];
        if self.books.take(caller, class) {
            self.running.push((caller, class));
        } else {
            self.waiting.insert(self.books.enqueue(caller, class, ()), (caller, class));
        }
    }

    fn end(&mut self, rng: &mut StdRng) {
        if self.running.is_empty() {
            return;
        }
        let (caller, class) = self.running.swap_remove(rng.random_range(0..self.running.len()));
        self.books.give_back(caller, class);
        while let Some((caller, class, ())) = self.books.serve_next() {
            // Within one business and class, who came first goes first.
            let first =
                self.waiting.iter().find(|(_, waiting)| **waiting == (caller, class)).map(|(ticket, _)| *ticket);
            self.waiting.remove(&first.expect("it waits"));
            self.running.push((caller, class));
        }
    }

    fn go_away(&mut self, rng: &mut StdRng) {
        let place = rng.random_range(0..=self.waiting.len());
        let Some((&ticket, &(caller, class))) = self.waiting.iter().nth(place) else { return };
        self.waiting.remove(&ticket);
        assert_eq!(self.books.withdraw(caller, class, ticket), Some(()));
    }

    fn running(&self, counts: impl Fn(&(Caller, Class)) -> bool) -> usize {
        self.running.iter().filter(|running| counts(running)).count()
    }

    /// Whether one more call would break no bound.
    fn may_go(&self, caller: Caller, class: Class) -> bool {
        let share = self.limits.classes[class];
        self.running.len() < self.limits.permits
            && self.running(|(other, _)| *other == caller) < self.limits.of_a_business
            && self.running(|(_, other)| *other == class) < share.permits
            && self.running(|running| *running == (caller, class)) < share.of_a_business
    }

    fn check(&self) {
        let shares = &self.limits.classes;
        assert!(self.running.len() <= self.limits.permits);
        for &(caller, class) in &self.running {
            assert!(self.running(|(other, _)| *other == caller) <= self.limits.of_a_business);
            assert!(self.running(|(_, other)| *other == class) <= shares[class].permits);
            assert!(self.running(|running| *running == (caller, class)) <= shares[class].of_a_business);
        }
        for &(caller, class) in self.waiting.values() {
            assert!(!self.may_go(caller, class), "{caller:?} waits for a permit that it may have");
        }
        for class in Class::ALL {
            assert_eq!(self.books.given()[class], self.running(|(_, other)| *other == class));
            assert_eq!(self.books.waiting()[class], self.waiting.values().filter(|(_, other)| *other == class).count());
        }
    }
}
