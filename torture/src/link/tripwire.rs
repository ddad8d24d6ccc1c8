//! A wire across the link that the next writing call trips.

use tokio::sync::oneshot;

/// Where in a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// The server has sent the call; PostgreSQL has not seen it.
    BeforeCall,
    /// PostgreSQL has the call, and is at work or done with it: whether it has committed is up to chance.
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

/// A call that is held. Dropped, it goes on; the connection of one that was cut ends.
pub struct Snag {
    cut: Option<oneshot::Sender<()>>,
}

impl Snag {
    /// Cuts the call's connection, on both sides.
    pub fn cut(mut self) {
        if let Some(cut) = self.cut.take() {
            // The connection may have ended by itself.
            let _ = cut.send(());
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

    /// Holds the call until whoever set the wire lets it go. True: it may go on. False: it is to be cut.
    pub(super) async fn trip(self) -> bool {
        let (cut, is_cut) = oneshot::channel();
        if self.snagged.send(Snag { cut: Some(cut) }).is_err() {
            return true;
        }
        is_cut.await.is_err()
    }
}
