//! The changes of one customer or product in their order, and where between them each observation can have been made.
//!
//! Changes are numbered from 1. Position p is after change p and before change p + 1. A change happened between `earliest`
//! and `latest`. An observation was made at one moment between `sent` and `answered`. So there are two bounds:
//!
//! - The position is at least that of every change and every observation that was over before the request was sent.
//! - The position is before every change whose request was sent after the answer.
//!
//! Each observation, in the order of sending, gets the smallest position that fits. That finds positions for all if there are
//! any. Proof by induction: an observation is bounded from below by fixed changes and by observations that were sent earlier.
//! Those have their smallest positions already, so this one gets its smallest, too.
//!
//! It is enough that positions respect real time in pairs. Observations at the same position can be put in the order of real
//! time, which has no cycles.

use std::{
    cmp::Reverse,
    collections::{BinaryHeap, HashMap},
    fmt,
};

use crate::history::Moment;

/// One change.
#[derive(Debug, Clone, Copy)]
pub(super) struct Change {
    pub(super) earliest: Moment,
    pub(super) latest: Moment,
    /// The figure after the change.
    pub(super) value: i64,
    /// If the change is several purchases decided together: the least and the greatest figure that a purchase among them saw.
    pub(super) amid: Option<(i64, i64)>,
}

/// What must hold at the position.
#[derive(Debug, Clone, Copy)]
pub(super) enum Wanted {
    /// This figure.
    Value(i64),
    /// This figure, seen by a purchase that may have been decided together with others.
    Amid(i64),
    /// At least this figure.
    Least(i64),
    /// Exactly this position.
    At(usize),
    /// This position or later.
    After(usize),
    /// One of the positions that [`Timeline::hold`] was given under this number.
    Held(usize),
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Observation {
    /// Its request.
    pub(super) request: usize,
    pub(super) client: u32,
    pub(super) sent: Moment,
    pub(super) answered: Moment,
    pub(super) wanted: Wanted,
}

impl fmt::Display for Wanted {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Value(value) | Self::Amid(value) => write!(formatter, "{value}"),
            Self::Least(value) => write!(formatter, "at least {value}"),
            Self::At(position) => write!(formatter, "as of change {position}"),
            Self::After(position) => write!(formatter, "as of change {position} or later"),
            Self::Held(_) => formatter.write_str("in an account as was shown"),
        }
    }
}

/// Where an observation may stand: at the first position, or another up to the last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) first: usize,
    pub(super) last: usize,
}

/// Why an observation has no place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Misfit {
    /// The figure never was so.
    Never,
    /// The figure became so by a request that was sent after the answer.
    TooEarly,
    /// The figure had changed since, and this client had seen the change.
    Backwards,
    /// The figure had changed since.
    Stale,
}

impl fmt::Display for Misfit {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Never => "which never was",
            Self::TooEarly => "which came of what was asked for later",
            Self::Backwards => "which was over, as this client had seen",
            Self::Stale => "which was over",
        })
    }
}

pub(super) struct Timeline {
    /// By change: not before this moment, because the changes before it were not.
    earliest: Vec<Moment>,
    /// By change: not after this moment, because the changes after it were not.
    latest: Vec<Moment>,
    /// By position.
    values: Vec<i64>,
    amid: Vec<Option<(i64, i64)>>,
    /// Positions by value.
    by_value: Vec<(i64, usize)>,
    /// By number, in order: spans of positions at which something holds.
    held: Vec<Vec<Span>>,
}

impl Timeline {
    pub(super) fn new(initial: i64, changes: &[Change]) -> Self {
        let mut earliest: Vec<Moment> = changes.iter().map(|change| change.earliest).collect();
        for next in 1..earliest.len() {
            earliest[next] = earliest[next].max(earliest[next - 1]);
        }
        let mut latest: Vec<Moment> = changes.iter().map(|change| change.latest).collect();
        for next in (1..latest.len()).rev() {
            latest[next - 1] = latest[next - 1].min(latest[next]);
        }
        let values: Vec<i64> = std::iter::once(initial).chain(changes.iter().map(|change| change.value)).collect();
        let mut by_value: Vec<_> = values.iter().copied().zip(0..).collect();
        by_value.sort_unstable();
        let amid = changes.iter().map(|change| change.amid).collect();
        Self { earliest, latest, values, amid, by_value, held: Vec::new() }
    }

    /// Says at which positions the observations hold that want [`Wanted::Held`].
    pub(super) fn hold(&mut self, held: Vec<Vec<Span>>) {
        self.held = held;
    }

    /// Between which positions something was observed, by real time alone.
    pub(super) fn window(&self, sent: Moment, answered: Moment) -> Span {
        Span { first: self.over(sent), last: self.begun(answered) }
    }

    /// How many changes were over before `moment`.
    fn over(&self, moment: Moment) -> usize {
        self.latest.partition_point(|latest| *latest < moment)
    }

    /// How many changes can have happened by `moment`.
    fn begun(&self, moment: Moment) -> usize {
        self.earliest.partition_point(|earliest| *earliest <= moment)
    }

    /// The moments between which an observation was made, by its place.
    pub(super) fn time_of(&self, seen: &Observation, place: Result<Span, Misfit>) -> (Moment, Moment) {
        let not_before = |span: Span| span.first.checked_sub(1).map_or(Moment::START, |change| self.earliest[change]);
        let not_after = |span: Span| self.latest.get(span.last).copied().unwrap_or(Moment::NEVER);
        let narrow = |span| (seen.sent.max(not_before(span)), seen.answered.min(not_after(span)));
        place.map_or((seen.sent, seen.answered), narrow)
    }

    /// The figures around an observation, for a sentence.
    pub(super) fn around(&self, seen: &Observation) -> String {
        let (from, to) = (self.over(seen.sent), self.begun(seen.answered));
        let shown = |position: usize| self.values.get(position).map_or("?".to_owned(), i64::to_string);
        format!(
            "change {from}, the last one over before it, left {}; change {to}, the last one begun by its end, left {}",
            shown(from),
            shown(to)
        )
    }

    /// Finds a place for each. They must come in the order in which they were sent.
    pub(super) fn place(&self, seen: &[Observation]) -> Vec<Result<Span, Misfit>> {
        let mut under_way = BinaryHeap::new();
        let mut by_all = 0;
        let mut by_client: HashMap<u32, usize> = HashMap::new();
        let mut placed = Vec::with_capacity(seen.len());
        for observation in seen {
            while let Some(Reverse((answered, position, client))) = under_way.peek().copied()
                && answered < observation.sent
            {
                under_way.pop();
                by_all = by_all.max(position);
                let by_client = by_client.entry(client).or_default();
                *by_client = position.max(*by_client);
            }
            let own = by_client.get(&observation.client).copied().unwrap_or(0);
            let (from, to) = (by_all.max(self.over(observation.sent)), self.begun(observation.answered));
            let place = self.first(observation.wanted, from, to).ok_or_else(|| {
                let all = self.values.len() - 1;
                if self.first(observation.wanted, 0, all).is_none() {
                    Misfit::Never
                } else if self.first(observation.wanted, 0, to).is_none() {
                    Misfit::TooEarly
                } else if self.first(observation.wanted, own, to).is_none() {
                    Misfit::Backwards
                } else {
                    Misfit::Stale
                }
            });
            if let Ok(first) = place {
                under_way.push(Reverse((observation.answered, first, observation.client)));
            }
            placed.push(place.map(|first| Span { first, last: self.last(observation.wanted, first, to) }));
        }
        placed
    }

    /// The smallest position that will do.
    fn first(&self, wanted: Wanted, from: usize, to: usize) -> Option<usize> {
        match wanted {
            Wanted::Value(value) => self.first_with(value, from, to),
            Wanted::Amid(value) => {
                let whole = self.first_with(value, from, to);
                // It was decided together with change p. So it was not over before p, and no observation before p can show it.
                let among =
                    |change: &usize| self.amid[*change - 1].is_some_and(|(low, high)| (low..=high).contains(&value));
                (from + 1..=whole.map_or(to, |position| position.saturating_sub(1))).find(among).or(whole)
            }
            Wanted::Least(value) => (from..=to).find(|position| self.values[*position] >= value),
            Wanted::At(position) => (from <= position && position <= to).then_some(position),
            Wanted::After(position) => Some(from.max(position)).filter(|position| *position <= to),
            Wanted::Held(number) => {
                let spans = &self.held[number];
                let span = spans.get(spans.partition_point(|span| span.last < from))?;
                Some(span.first.max(from)).filter(|position| *position <= to)
            }
        }
    }

    fn first_with(&self, value: i64, from: usize, to: usize) -> Option<usize> {
        let index = self.by_value.partition_point(|known| *known < (value, from));
        self.by_value.get(index).filter(|known| known.0 == value && known.1 <= to).map(|known| known.1)
    }

    /// The largest position that might do.
    fn last(&self, wanted: Wanted, first: usize, to: usize) -> usize {
        match wanted {
            Wanted::Value(value) => {
                let index = self.by_value.partition_point(|known| *known <= (value, to));
                index.checked_sub(1).map_or(first, |index| self.by_value[index].1)
            }
            Wanted::At(position) => position,
            Wanted::Held(number) => {
                let spans = &self.held[number];
                let index = spans.partition_point(|span| span.first <= to);
                index.checked_sub(1).map_or(first, |index| spans[index].last.min(to))
            }
            Wanted::Amid(_) | Wanted::Least(_) | Wanted::After(_) => to,
        }
    }
}

#[cfg(test)]
mod tests;
