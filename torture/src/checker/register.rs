//! Credit limits and prices. They are registers: a write replaces the value, and the books do not number the writes.
//!
//! A write sets its value at some moment of its request. If its outcome is unknown, it sets it at any later moment or never.
//! If the server lost its connection, it may make a change again. So a write may set its value more than once in its time.
//!
//! Overlapping writes of one value are one *run*: the value can come into force at any moment of it. If the value is seen
//! after its last run, it has been in force since the end of that run at the latest. In that *stretch* no other value was
//! in force. So a value cannot have been seen
//!
//! - if no run of the value has begun by then;
//! - if another write, or a sight of another value, lies within its stretch;
//! - if its stretch overlaps another value's.
//!
//! A sight or write that overlaps a stretch of another value may have happened outside of it, so it is not called wrong. (If
//! all runs that it may go back to lie within the stretch, it is wrong. The checker does not notice that.)

use std::collections::HashSet;

use crate::history::Moment;

/// Who wrote or saw a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Who {
    Request(usize),
    /// A purchase that was decided by the value.
    Effect(usize),
    /// The books, at the end.
    Books,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Write {
    pub(super) value: i64,
    pub(super) sent: Moment,
    /// [`Moment::NEVER`] if its outcome is unknown.
    pub(super) answered: Moment,
    pub(super) who: Who,
}

/// A value that was in force at one moment between the two.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sight {
    pub(super) value: i64,
    pub(super) sent: Moment,
    pub(super) answered: Moment,
    pub(super) who: Who,
}

/// Why a value cannot have been seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    NeverSet,
    /// Another value came into force after it.
    Replaced {
        by: Who,
        value: i64,
    },
}

#[derive(Debug, Clone, Copy)]
struct Run {
    value: i64,
    begin: Moment,
    end: Moment,
}

/// Something that was certainly in force at some moment.
#[derive(Debug, Clone, Copy)]
struct Certain {
    value: i64,
    sent: Moment,
    answered: Moment,
    who: Who,
}

/// Indexes: of the one that was sent last, and of the last one with another value.
type Latest = (Option<u32>, Option<u32>);

pub(super) struct Register {
    /// By value, then time.
    runs: Vec<Run>,
    /// By the time at which they were over.
    certain: Vec<Certain>,
    /// Of these and the ones before.
    latest: Vec<Latest>,
}

impl Register {
    pub(super) fn new(initial: i64, writes: &[Write], sights: &[Sight]) -> Self {
        let mut runs: Vec<Run> = writes
            .iter()
            .map(|write| Run { value: write.value, begin: write.sent, end: write.answered })
            .chain([Run { value: initial, begin: Moment::START, end: Moment::START }])
            .collect();
        runs.sort_unstable_by_key(|run| (run.value, run.begin));
        runs.dedup_by(|next, run| {
            let same = next.value == run.value && next.begin <= run.end;
            if same {
                run.end = run.end.max(next.end);
            }
            same
        });

        let written = writes.iter().map(|write| Certain {
            value: write.value,
            sent: write.sent,
            answered: write.answered,
            who: write.who,
        });
        let seen = sights.iter().map(|sight| Certain {
            value: sight.value,
            sent: sight.sent,
            answered: sight.answered,
            who: sight.who,
        });
        let mut certain: Vec<Certain> = written.chain(seen).filter(|it| it.answered < Moment::NEVER).collect();
        certain.sort_unstable_by_key(|it| it.answered);
        let mut so_far = (None, None);
        let latest = (0..)
            .zip(&certain)
            .map(|(index, _)| {
                so_far = later(&certain, so_far, index);
                so_far
            })
            .collect();
        Self { runs, certain, latest }
    }

    /// The last run of a value that had begun by `moment`.
    fn run(&self, value: i64, moment: Moment) -> Option<Run> {
        let index = self.runs.partition_point(|run| (run.value, run.begin) <= (value, moment));
        index.checked_sub(1).map(|index| self.runs[index]).filter(|run| run.value == value)
    }

    /// What was certainly another value within the stretch.
    fn within(&self, value: i64, begin: Moment, end: Moment) -> Option<Certain> {
        let index = self.certain.partition_point(|it| it.answered < end).checked_sub(1)?;
        let (first, second) = self.latest[index];
        let mut candidates = [first, second].into_iter().flatten().map(|index| self.certain[index as usize]);
        candidates.find(|it| it.value != value).filter(|it| it.sent > begin)
    }

    fn fault(&self, value: i64, sent: Moment, answered: Moment) -> Result<Option<(Moment, Moment)>, Fault> {
        let run = self.run(value, answered).ok_or(Fault::NeverSet)?;
        if run.end >= sent {
            return Ok(None);
        }
        match self.within(value, run.end, sent) {
            Some(other) => Err(Fault::Replaced { by: other.who, value: other.value }),
            None => Ok(Some((run.end, sent))),
        }
    }

    /// What is wrong with each wrong sight. `sights` must be the ones that the register was made with.
    ///
    /// A wrong sight also contradicts right ones. So a sight that only wrong ones contradict is left out, unless nothing would
    /// be left.
    pub(super) fn judge(&self, sights: &[Sight]) -> Vec<(usize, Fault)> {
        let faults = self.all_faults(sights);
        let wrong: HashSet<Who> = faults.iter().map(|(index, _)| sights[*index].who).collect();
        let is_root = |fault: &Fault| !matches!(fault, Fault::Replaced { by, .. } if wrong.contains(by));
        let roots: Vec<_> = faults.iter().copied().filter(|(_, fault)| is_root(fault)).collect();
        if roots.is_empty() { faults } else { roots }
    }

    fn all_faults(&self, sights: &[Sight]) -> Vec<(usize, Fault)> {
        let mut faults = Vec::new();
        let mut stretches = Vec::new();
        for (index, sight) in sights.iter().enumerate() {
            match self.fault(sight.value, sight.sent, sight.answered) {
                Err(fault) => faults.push((index, fault)),
                Ok(Some((begin, end))) if begin < end => stretches.push((begin, end, index)),
                Ok(_) => {}
            }
        }
        // Those that nothing lies within can still overlap. The later one to begin is the newer value: the other is wrong.
        stretches.sort_unstable();
        let mut longest: [Option<(Moment, usize)>; 2] = [None, None];
        for (begin, end, index) in stretches {
            let value = sights[index].value;
            let other = longest.into_iter().flatten().find(|(_, other)| sights[*other].value != value);
            if let Some((until, other)) = other
                && until > begin
            {
                faults.push((other, Fault::Replaced { by: sights[index].who, value }));
            }
            longest = match longest {
                [Some(first), second] if sights[first.1].value == value => [Some(first.max((end, index))), second],
                [first, Some(second)] if sights[second.1].value == value => {
                    in_order(first, Some(second.max((end, index))))
                }
                [first, second] => in_order(first, second.max(Some((end, index)))),
            };
        }
        faults
    }

    /// Every value that can have been in force at some moment between the two.
    pub(super) fn possible(&self, sent: Moment, answered: Moment) -> Vec<i64> {
        let mut values: Vec<i64> = self.runs.iter().map(|run| run.value).collect();
        values.dedup();
        values.retain(|value| self.fault(*value, sent, answered).is_ok());
        values
    }
}

fn later(certain: &[Certain], (first, second): Latest, index: u32) -> Latest {
    let it = certain[index as usize];
    let Some(first) = first else { return (Some(index), None) };
    let known = certain[first as usize];
    if known.value == it.value {
        (Some(if it.sent > known.sent { index } else { first }), second)
    } else if it.sent > known.sent {
        (Some(index), Some(first))
    } else if second.is_some_and(|second| certain[second as usize].sent >= it.sent) {
        (Some(first), second)
    } else {
        (Some(first), Some(index))
    }
}

fn in_order<T: PartialOrd>(first: Option<T>, second: Option<T>) -> [Option<T>; 2] {
    if second > first { [second, first] } else { [first, second] }
}

#[cfg(test)]
mod tests;
