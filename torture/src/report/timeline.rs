//! What a chapter looked like over time: how many answers of each sort, and where the faults were.

use crate::{
    chapter::Mark,
    faults::Fault,
    history::{Answer, History, Moment},
};

/// How many columns a chapter is drawn with.
pub(super) const COLUMNS: u32 = 400;

/// One chapter, in columns of equal time.
#[derive(Debug)]
pub struct Timeline {
    /// Seconds from the first request to the last answer.
    pub seconds: f64,
    /// Answers by column.
    pub columns: Vec<Column>,
    /// Faults, with the part of the chapter (0 to 1) that each took.
    pub faults: Vec<(Fault, f64, f64)>,
}

/// Answers in a slice of time.
#[derive(Debug, Clone, Copy, Default)]
pub struct Column {
    pub accepted: u32,
    pub refused: u32,
    pub other: u32,
    pub unknown: u32,
}

impl Column {
    /// All of them.
    #[must_use]
    pub fn total(self) -> u32 {
        self.accepted + self.refused + self.other + self.unknown
    }
}

impl Timeline {
    /// Of a chapter.
    #[must_use]
    pub fn of(history: &History, faults: &[(Fault, Mark)]) -> Self {
        let end = history.requests.iter().map(|request| request.answered.0).max().unwrap_or_default().max(1);
        let part = |moment: Moment| as_f64(moment.0) / as_f64(end);
        let mut columns = vec![Column::default(); COLUMNS as usize];
        for request in &history.requests {
            let place = u128::from(request.answered.0) * u128::from(COLUMNS) / (u128::from(end) + 1);
            let column = &mut columns[usize::try_from(place).unwrap_or_default()];
            let counter = match &request.answer {
                Answer::Unknown => &mut column.unknown,
                Answer::Purchased { replayed: false, .. } => &mut column.accepted,
                _ if request.is_refused_purchase() => &mut column.refused,
                _ => &mut column.other,
            };
            *counter += 1;
        }
        let faults = faults.iter().map(|(fault, mark)| (*fault, part(mark.began), part(mark.whole))).collect();
        Self { seconds: as_f64(end) / 1e9, columns, faults }
    }
}

#[expect(clippy::cast_precision_loss, reason = "it is for drawing")]
fn as_f64(value: u64) -> f64 {
    value as f64
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::history::{Action, Key, Request};

    #[test]
    fn every_answer_is_in_the_column_of_its_time() {
        let request = |answered: u64, answer: Answer| Request {
            client: 0,
            business: 0,
            sent: Moment(0),
            answered: Moment(answered),
            action: Action::Purchase {
                key: Key(answered),
                customer: Uuid::nil(),
                items: Vec::new(),
                authorized_limit: None,
            },
            answer,
        };
        let requests = vec![
            request(0, Answer::InsufficientStock(Vec::new())),
            request(500_000_000, Answer::Unknown),
            request(1_000_000_000, Answer::InsufficientStock(Vec::new())),
        ];
        let timeline = Timeline::of(&History { businesses: Vec::new(), requests }, &[]);
        let counts = |column: usize| (timeline.columns[column].refused, timeline.columns[column].unknown);
        assert_eq!((counts(0), counts(199), counts(399)), ((1, 0), (0, 1), (1, 0)));
        assert_eq!(timeline.columns.iter().map(|column| column.total()).sum::<u32>(), 3);
    }
}
