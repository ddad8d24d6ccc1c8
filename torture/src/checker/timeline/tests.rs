//! Random small timelines, held against all orders of everything.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::{Change, Misfit, Observation, Span, Timeline, Wanted};
use crate::history::Moment;

/// Positions at which something holds.
const HELD: [&[usize]; 4] = [&[0, 2], &[1, 2], &[3], &[]];

fn held() -> Vec<Vec<Span>> {
    let spans = |positions: &[usize]| {
        // Neighbours are one span, as the checker makes them.
        let mut spans: Vec<Span> = Vec::new();
        for position in positions {
            match spans.last_mut() {
                Some(span) if span.last + 1 == *position => span.last = *position,
                _ => spans.push(Span { first: *position, last: *position }),
            }
        }
        spans
    };
    HELD.iter().map(|positions| spans(positions)).collect()
}

#[derive(Clone, Copy)]
enum Event {
    Change(usize),
    Seen(usize),
}

fn interval(event: Event, changes: &[Change], seen: &[Observation]) -> (Moment, Moment) {
    match event {
        Event::Change(index) => (changes[index].earliest, changes[index].latest),
        Event::Seen(index) => (seen[index].sent, seen[index].answered),
    }
}

/// Whether the events that are left can follow, each after whatever was over before it, at their figures.
fn is_possible(left: &[Event], position: usize, changes: &[Change], seen: &[Observation]) -> bool {
    let mut tried = 0..left.len();
    left.is_empty()
        || tried.any(|index| {
            let next = left[index];
            let begin = interval(next, changes, seen).0;
            if left.iter().any(|other| interval(*other, changes, seen).1 < begin) {
                return false;
            }
            let value = |position: usize| position.checked_sub(1).map_or(0, |change| changes[change].value);
            let after = match next {
                Event::Change(change) if change == position => position + 1,
                Event::Change(_) => return false,
                Event::Seen(index) => {
                    let fits = match seen[index].wanted {
                        Wanted::Value(wanted) | Wanted::Amid(wanted) => value(position) == wanted,
                        Wanted::Least(wanted) => value(position) >= wanted,
                        Wanted::At(wanted) => position == wanted,
                        Wanted::After(wanted) => position >= wanted,
                        Wanted::Held(number) => HELD[number].contains(&position),
                    };
                    if !fits {
                        return false;
                    }
                    position
                }
            };
            let mut rest = left.to_vec();
            rest.remove(index);
            is_possible(&rest, after, changes, seen)
        })
}

#[test]
fn everything_has_a_place_if_and_only_if_there_is_an_order_of_everything() {
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let mut counts = [0, 0];
    for round in 0..60_000 {
        let mut interval = |longest: u64| {
            let from = rng.random_range(0..14);
            (Moment(from), Moment(from + rng.random_range(0..longest)), rng.random_range(0..4), rng.random_range(0..4))
        };
        let change = |(earliest, latest, value, _)| Change { earliest, latest, value, amid: None };
        let mut changes: Vec<Change> = (0..3).map(|_| change(interval(9))).collect();
        changes.sort_by_key(|change| change.earliest.0 + change.latest.0);
        let observation = |(sent, answered, value, which)| {
            let wanted = match which {
                0 | 1 => Wanted::Value(value),
                2 => Wanted::Least(value),
                _ if round % 3 == 0 => Wanted::At(usize::try_from(value).expect("small")),
                _ if round % 3 == 1 => Wanted::Held(usize::try_from(value).expect("small")),
                _ => Wanted::After(usize::try_from(value).expect("small")),
            };
            Observation { request: 0, client: 0, sent, answered, wanted }
        };
        let mut seen: Vec<Observation> = (0..4).map(|_| observation(interval(7))).collect();
        seen.sort_by_key(|observation| observation.sent);
        // Changes that are out of order by themselves are found elsewhere.
        let all: Vec<Event> = (0..3).map(Event::Change).collect();
        if !is_possible(&all, 0, &changes, &seen) {
            continue;
        }
        let all: Vec<Event> = all.into_iter().chain((0..4).map(Event::Seen)).collect();
        let expected = is_possible(&all, 0, &changes, &seen);
        let mut timeline = Timeline::new(0, &changes);
        timeline.hold(held());
        let placed = timeline.place(&seen);
        assert_eq!(placed.iter().all(Result::is_ok), expected, "round {round}: {changes:#?} {seen:#?} {placed:?}");
        counts[usize::from(expected)] += 1;
    }
    assert!(counts[0] > 5_000 && counts[1] > 2_000, "{counts:?}");
}

#[test]
fn whoever_was_decided_together_with_others_saw_what_was_in_between() {
    let change =
        |earliest, latest, value, amid| Change { earliest: Moment(earliest), latest: Moment(latest), value, amid };
    let timeline = Timeline::new(9, &[change(10, 20, 2, Some((2, 9))), change(30, 40, 1, None)]);
    let place = |sent, wanted| {
        let (sent, answered) = (Moment(sent), Moment(sent + 5));
        timeline.place(&[Observation { request: 0, client: 0, sent, answered, wanted }])[0]
    };
    assert_eq!(place(12, Wanted::Amid(5)), Ok(Span { first: 1, last: 1 }));
    assert_eq!(place(12, Wanted::Amid(9)), Ok(Span { first: 0, last: 1 }));
    assert_eq!(place(12, Wanted::Value(5)), Err(Misfit::Never));
    // The batch was over.
    assert_eq!(place(22, Wanted::Amid(5)), Err(Misfit::Stale));
    assert_eq!(place(2, Wanted::Amid(5)), Err(Misfit::TooEarly));
    assert_eq!(place(32, Wanted::Amid(2)), Ok(Span { first: 1, last: 2 }));
}
