//! Requests by their keys: all requests with one key are attempts at one effect.
//!
//! - Each acknowledged effect is there once, as it was acknowledged.
//! - One request made it, and the other answers are replays.
//! - A key was refused as reused only if another request had used it.
//! - Every unknown outcome was found out.
//! - There is no effect that no client asked for.

use super::{
    differences::Differences,
    evidence::{Evidence, Slot, What, is_back, is_for, key_of, seconds},
    finding::{Findings, Kind},
};
use crate::history::{Action, Answer, Moment, Request};

/// What an answer to a request with a key says of the key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Said {
    Unknown,
    /// It was made, by this request or before.
    Done {
        replayed: bool,
    },
    /// It was not made, and the key had no effect at that moment.
    Refused,
    Reused,
}

fn said(answer: &Answer) -> Option<Said> {
    match answer {
        Answer::Unknown => Some(Said::Unknown),
        Answer::KeyReused => Some(Said::Reused),
        answer if answer.is_refusal() => Some(Said::Refused),
        answer => answer.replayed().map(|replayed| Said::Done { replayed }),
    }
}

/// Refusals under keys that have an effect, which must have come later. They are checked once the time of the effect is known.
pub(super) type Refusals = Vec<(usize, usize)>;

/// Looks at all keys; gives every effect its first bounds.
pub(super) fn check(evidence: &mut Evidence, out: &mut Findings) -> Refusals {
    let requests = &evidence.history.requests;
    let mut attempts: Vec<(Slot, Moment, usize)> = requests
        .iter()
        .enumerate()
        .filter_map(|(index, request)| {
            let (stock, key) = key_of(&request.action)?;
            Some(((request.business, stock, key), request.sent, index))
        })
        .collect();
    attempts.sort_unstable();
    let mut refusals = Vec::new();
    for of_key in attempts.chunk_by(|one, next| one.0 == next.0) {
        let indexes: Vec<usize> = of_key.iter().map(|attempt| attempt.2).collect();
        let effect = evidence.by_key.get(&of_key[0].0).copied();
        resolved(evidence, &indexes, out);
        for index in &indexes {
            answers_its_request(evidence, *index, out);
        }
        match effect {
            Some(effect) => with_effect(evidence, &indexes, effect, &mut refusals, out),
            None => without_effect(evidence, &indexes, out),
        }
    }
    for effect in 0..evidence.effects.len() {
        if !evidence.effects[effect].asked {
            out.add(evidence.effects[effect].what.wrongs().phantom, || {
                format!("nobody used the key of {}", evidence.id_of(effect))
            });
        }
    }
    refusals
}

/// If the effect was known before a refusal, the refusal is wrong. Else the effect came after the refusal.
pub(super) fn hold_refusals(evidence: &mut Evidence, refusals: &Refusals, out: &mut Findings) {
    for (effect, index) in refusals.iter().copied() {
        let request = &evidence.history.requests[index];
        if evidence.effects[effect].latest < request.sent {
            out.add(Kind::RefusedThoughDone, || {
                let (told, id) = (evidence.told(index), evidence.id_of(effect));
                format!(
                    "{told} was refused, but its key's {id} was there by {}",
                    seconds(evidence.effects[effect].latest)
                )
            });
        } else {
            evidence.effects[effect].earliest = evidence.effects[effect].earliest.max(request.sent);
        }
    }
    for effect in 0..evidence.effects.len() {
        let it = evidence.effects[effect];
        if it.earliest > it.latest {
            out.add(Kind::SeenTooEarly, || {
                let (from, to) = (seconds(it.earliest), seconds(it.latest));
                format!("{} was there by {to}, but nobody can have made it before {from}", evidence.id_of(effect))
            });
            // This is one finding, and not another one for each neighbour.
            evidence.effects[effect].latest = Moment::NEVER;
        }
    }
}

/// A key whose outcome is still unknown.
fn resolved(evidence: &Evidence, indexes: &[usize], out: &mut Findings) {
    let requests = &evidence.history.requests;
    let definite = indexes.iter().any(|index| said(&requests[*index].answer).is_some_and(|said| said != Said::Unknown));
    if !definite {
        out.add(Kind::UnresolvedUnknown, || {
            format!("{}, one of {} under its key, and none was answered", evidence.told(indexes[0]), indexes.len())
        });
    }
}

/// An acknowledgement must be of what was asked for, whatever the books say.
fn answers_its_request(evidence: &Evidence, index: usize, out: &mut Findings) {
    let request = &evidence.history.requests[index];
    let (kind, fits) = match (&request.action, &request.answer) {
        (Action::Purchase { customer, items, .. }, Answer::Purchased { order, .. }) => {
            (Kind::AlteredOrder, order.customer == *customer && is_for(&order.lines, items))
        }
        (Action::Return { order, lines, .. }, Answer::Returned { goods, .. }) => {
            (Kind::AlteredReturn, is_back(goods, *order, lines))
        }
        (action, Answer::Recorded { entry, named, .. }) => {
            (What::Entry(entry.kind).wrongs().altered, evidence.entry_fits(action, entry, named))
        }
        (Action::Restock { product, quantity, .. }, Answer::Restocked { movement, .. }) => {
            (Kind::AlteredMovement, movement.product == *product && movement.quantity == *quantity)
        }
        _ => return,
    };
    if !fits {
        out.add(kind, || format!("{} was told of something else than it asked for", evidence.told(index)));
    }
}

fn without_effect(evidence: &Evidence, indexes: &[usize], out: &mut Findings) {
    for index in indexes.iter().copied() {
        let answer = &evidence.history.requests[index].answer;
        let lost = match answer {
            Answer::Purchased { order, .. } => Some((Kind::LostPurchase, order.id)),
            Answer::Returned { goods, .. } => Some((Kind::LostReturn, goods.id)),
            Answer::Recorded { entry, .. } => Some((What::Entry(entry.kind).wrongs().lost, entry.id)),
            Answer::Restocked { movement, .. } => Some((Kind::LostMovement, movement.id)),
            _ => None,
        };
        if let Some((kind, id)) = lost {
            out.add(kind, || format!("{} was told of {id}, and nothing is there under its key", evidence.told(index)));
        } else if *answer == Answer::KeyReused {
            out.add(Kind::KeyReusedWithoutReason, || {
                format!("{} was told so, and nothing is there under its key", evidence.told(index))
            });
        }
    }
}

fn with_effect(evidence: &mut Evidence, indexes: &[usize], effect: usize, refusals: &mut Refusals, out: &mut Findings) {
    let history = evidence.history;
    let attempt = |index: usize| -> &Request { &history.requests[index] };
    evidence.effects[effect].asked = true;
    let same: Vec<usize> = indexes.iter().copied().filter(|index| evidence.asks_for(attempt(*index), effect)).collect();
    if same.is_empty() {
        let kind = evidence.effects[effect].what.wrongs().altered;
        out.add(kind, || {
            format!("{} is not what {} asked for under its key", evidence.id_of(effect), evidence.told(indexes[0]))
        });
    }

    let mut fresh = Vec::new();
    let mut latest = Moment::NEVER;
    for index in indexes.iter().copied() {
        let request = attempt(index);
        match said(&request.answer) {
            Some(Said::Done { replayed }) => {
                if shows(evidence, index, effect, replayed, out) {
                    evidence.shown.push((effect, index));
                    latest = latest.min(request.answered);
                    if !replayed {
                        fresh.push(index);
                    }
                }
            }
            Some(Said::Reused) => {
                latest = latest.min(request.answered);
                if same.contains(&index) {
                    out.add(Kind::KeyReusedWithoutReason, || {
                        format!(
                            "{} was told so, but {} is what it asked for",
                            evidence.told(index),
                            evidence.id_of(effect)
                        )
                    });
                }
            }
            Some(Said::Refused) => refusals.push((effect, index)),
            Some(Said::Unknown) | None => {}
        }
    }
    if let [first, second, ..] = &*fresh {
        out.add(Kind::TwoFreshAcknowledgements, || {
            format!(
                "{} and {} were both told that they made {}",
                evidence.told(*first),
                evidence.told(*second),
                evidence.id_of(effect)
            )
        });
    }
    evidence.effects[effect].latest = latest;
    evidence.effects[effect].earliest = earliest(evidence, &same, &fresh, effect, out);
}

/// When the effect can have happened at the earliest. If an answer says that its request made the effect, it happened within
/// that request, because each request makes an id of its own. Else a request with an unknown outcome made it.
fn earliest(evidence: &Evidence, same: &[usize], fresh: &[usize], effect: usize, out: &mut Findings) -> Moment {
    let requests = &evidence.history.requests;
    let first = |of: &mut dyn Iterator<Item = usize>| of.map(|index| requests[index].sent).min();
    if let Some(sent) = first(&mut fresh.iter().copied()) {
        return sent;
    }
    let unknown = |index: &usize| matches!(said(&requests[*index].answer), Some(Said::Unknown) | None);
    if let Some(sent) = first(&mut same.iter().copied().filter(unknown)) {
        return sent;
    }
    if let Some(index) = same.first() {
        let refused = same.iter().any(|index| said(&requests[*index].answer) == Some(Said::Refused));
        let kind = if refused { Kind::DoneThoughRefused } else { Kind::ReplayOfNothing };
        out.add(kind, || {
            let (id, told, others) = (evidence.id_of(effect), evidence.told(*index), same.len() - 1);
            let others = if others == 0 { String::new() } else { format!(", and so were {others} others") };
            let how = if refused { "refused" } else { "told that another request had made it" };
            format!("{id} is there, but who asked for it was {how}: {told}{others}")
        });
    }
    first(&mut same.iter().copied()).unwrap_or(Moment::START)
}

/// Whether an acknowledgement shows this effect as it is.
fn shows(evidence: &Evidence, index: usize, effect: usize, replayed: bool, out: &mut Findings) -> bool {
    let it = evidence.effects[effect];
    let (lost, altered, id, differences) = match &evidence.history.requests[index].answer {
        Answer::Purchased { order, .. } => {
            let differences =
                evidence.order_of(effect).map_or("what was done".to_owned(), |known| known.differences(order));
            (Kind::LostPurchase, Kind::AlteredOrder, order.id, differences)
        }
        Answer::Returned { goods, .. } => {
            let differences =
                evidence.goods_of(effect).map_or("what was done".to_owned(), |known| known.differences(goods));
            (Kind::LostReturn, Kind::AlteredReturn, goods.id, differences)
        }
        Answer::Recorded { entry, named, .. } => {
            let known = matches!(it.what, What::Entry(_)).then(|| &evidence.books.entries[it.row].entry);
            let mut differences = known.map_or("what was done".to_owned(), |known| known.differences(entry));
            let settled = evidence.named_by(effect);
            if differences.is_empty() && settled != *named {
                differences = format!("settled {settled:?}, shown as {named:?}");
            }
            let wrongs = What::Entry(entry.kind).wrongs();
            (wrongs.lost, wrongs.altered, entry.id, differences)
        }
        Answer::Restocked { movement, .. } => {
            let known = matches!(it.what, What::Movement).then(|| &evidence.books.movements[it.row].movement);
            let differences = known.map_or("what was done".to_owned(), |known| known.differences(movement));
            (Kind::LostMovement, Kind::AlteredMovement, movement.id, differences)
        }
        _ => return false,
    };
    if !replayed && !evidence.by_id.contains_key(&id) {
        out.add(lost, || {
            format!("{} was told of {id}, and {} is there under its key", evidence.told(index), evidence.id_of(effect))
        });
    } else if !differences.is_empty() {
        out.add(if replayed { Kind::WrongReplay } else { altered }, || {
            format!("{}: the books have {} otherwise: {differences}", evidence.told(index), evidence.id_of(effect))
        });
    }
    id == evidence.id_of(effect)
}
