//! A tripwire: holds the next call that writes.

use std::time::Duration;

use tokio::sync::oneshot;

/// Where in a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// The server has sent the call; PostgreSQL has not seen it.
    BeforeCall,
    /// PostgreSQL has the call. It may or may not have committed.
    DuringCall,
    /// PostgreSQL has committed; the server has not heard of it.
    AfterCommit,
}

impl Side {
    /// Every side.
    pub const ALL: [Self; 3] = [Self::BeforeCall, Self::DuringCall, Self::AfterCommit];
}

/// Set on a link for one call.
pub(crate) struct Tripwire {
    side: Side,
    snagged: oneshot::Sender<Snag>,
}

/// What becomes of a call that was held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It goes on.
    GoesOn,
    /// Its connection is cut, on both sides.
    IsCut,
    /// Its connection is cut on the server's side, and what was on its way reaches PostgreSQL this much later.
    ComesLate(Duration),
}

/// A call that is held. It goes on when this is dropped.
pub struct Snag {
    fate: Option<oneshot::Sender<Fate>>,
}

impl Snag {
    /// Cuts the call's connection, on both sides.
    pub fn cut(self) {
        self.meet(Fate::IsCut);
    }

    /// Cuts the call's connection on the server's side; what was on its way reaches PostgreSQL later all the same.
    pub fn cut_and_deliver_after(self, time: Duration) {
        self.meet(Fate::ComesLate(time));
    }

    fn meet(mut self, fate: Fate) {
        if let Some(sender) = self.fate.take() {
            // The connection may have ended by itself.
            let _ = sender.send(fate);
        }
    }
}

impl Tripwire {
    /// A wire, and what becomes ready when it is tripped.
    pub(super) fn new(side: Side) -> (Self, oneshot::Receiver<Snag>) {
        let (snagged, receiver) = oneshot::channel();
        (Self { side, snagged }, receiver)
    }

    pub(super) fn is_at(&self, side: Side) -> bool {
        self.side == side
    }

    /// Holds the call until the one who set the tripwire lets it go.
    pub(super) async fn trip(self) -> Fate {
        let (fate, told) = oneshot::channel();
        if self.snagged.send(Snag { fate: Some(fate) }).is_err() {
            return Fate::GoesOn;
        }
        told.await.unwrap_or(Fate::GoesOn)
    }
}
