//! Random small registers, held against a search that tries everything.

use std::collections::HashSet;

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::{Fault, Moment, Register, Sight, Who, Write};

const SLOTS: u64 = 12;

fn random(rng: &mut ChaCha8Rng) -> (Vec<Write>, Vec<Sight>) {
    let mut interval = |longest: u64| {
        let sent = rng.random_range(0..SLOTS);
        let answered = (sent + rng.random_range(0..longest)).min(SLOTS - 1);
        (Moment(sent), Moment(answered), rng.random_range(0..4), rng.random_bool(0.15))
    };
    let who = Who::Books;
    let writes = (0..4).map(|_| {
        let (sent, answered, value, is_unknown) = interval(4);
        Write { value, sent, answered: if is_unknown { Moment::NEVER } else { answered }, who }
    });
    let writes = writes.collect();
    let sights = (0..4).map(|_| {
        let (sent, answered, value, _) = interval(5);
        Sight { value, sent, answered, who }
    });
    (writes, sights.collect())
}

/// Whether there is a course of values under which every sight was had and every write that was answered took place.
///
/// Within a slot of time any order goes. Either nothing is set, and what was in force is seen; or all that may be set is,
/// one after the other, what was in force being seen before, and any of it remains.
fn is_possible(initial: i64, writes: &[Write], sights: &[Sight]) -> bool {
    let mut states: HashSet<(i64, u32, u32)> = HashSet::from([(initial, 0, 0)]);
    for slot in (0..SLOTS).map(Moment) {
        let writing: Vec<usize> =
            (0..writes.len()).filter(|index| writes[*index].sent <= slot && slot <= writes[*index].answered).collect();
        let seeing: Vec<usize> =
            (0..sights.len()).filter(|index| sights[*index].sent <= slot && slot <= sights[*index].answered).collect();
        let mut next = HashSet::new();
        for (value, seen, written) in states {
            let see = |values: &[i64]| {
                let had = seeing.iter().filter(|index| values.contains(&sights[**index].value));
                had.fold(seen, |seen, index| seen | 1 << index)
            };
            next.insert((value, see(&[value]), written));
            let set: Vec<i64> = writing.iter().map(|index| writes[*index].value).collect();
            let all: Vec<i64> = set.iter().copied().chain([value]).collect();
            let written = writing.iter().fold(written, |written, index| written | 1 << index);
            next.extend(set.iter().map(|last| (*last, see(&all), written)));
        }
        states = next;
    }
    let answered = (0..writes.len())
        .filter(|index| writes[*index].answered < Moment::NEVER)
        .fold(0, |all, index| all | 1 << index);
    states.iter().any(|(_, seen, written)| seen.count_ones() as usize == sights.len() && written & answered == answered)
}

#[test]
fn what_is_possible_is_not_called_wrong_and_what_is_not_almost_always_is() {
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let (mut impossible, mut missed) = (0, 0);
    for round in 0..40_000 {
        let (writes, sights) = random(&mut rng);
        let faults = Register::new(0, &writes, &sights).judge(&sights);
        if is_possible(0, &writes, &sights) {
            assert_eq!(faults, [], "round {round}: {writes:#?} {sights:#?}");
        } else {
            impossible += 1;
            missed += u32::from(faults.is_empty());
        }
    }
    println!("missed {missed} of {impossible} impossible ones");
    assert!(impossible > 10_000 && missed * 50 < impossible, "missed {missed} of {impossible}");
}

#[test]
fn every_value_that_is_possible_is_among_the_possible_ones() {
    let mut rng = ChaCha8Rng::seed_from_u64(2);
    for round in 0..10_000 {
        let (writes, mut sights) = random(&mut rng);
        let one = sights.pop().expect("four");
        let found = Register::new(0, &writes, &sights).possible(one.sent, one.answered);
        for value in 0..4 {
            let with = [&*sights, &[Sight { value, ..one }]].concat();
            if is_possible(0, &writes, &with) {
                assert!(found.contains(&value), "round {round}: {value} of {found:?}: {writes:#?} {with:#?}");
            }
        }
    }
}

#[test]
fn a_value_that_was_replaced_names_what_replaced_it() {
    let write = |value, sent, answered, index| Write { value, sent: Moment(sent), answered, who: Who::Request(index) };
    let sight = |value, sent| Sight { value, sent: Moment(sent), answered: Moment(sent + 1), who: Who::Books };
    let writes = [write(5, 10, Moment(20), 1), write(6, 30, Moment::NEVER, 2)];
    let judge = |sights: &[Sight]| Register::new(0, &writes, sights).judge(sights);
    assert_eq!(judge(&[sight(0, 5), sight(5, 15), sight(5, 40), sight(6, 50)]), []);
    assert_eq!(judge(&[sight(0, 25)]), [(0, Fault::Replaced { by: Who::Request(1), value: 5 })]);
    assert_eq!(judge(&[sight(6, 25)]), [(0, Fault::NeverSet)]);
    // Unknown, and seen: from then on it is certain.
    assert_eq!(judge(&[sight(6, 40), sight(5, 50)]), [(1, Fault::Replaced { by: Who::Books, value: 6 })]);
}
