//! When it is calm again: asks under each key whose outcome nobody was told, until there is an answer.

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    time::Duration,
};

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use tokio::task::JoinSet;

use super::{line::Line, traffic::Traffic};
use crate::history::{Action, Answer, Request};

/// How many ask at a time.
const ASKERS: usize = 16;
/// How often each is asked before it counts as unresolved.
const ATTEMPTS: u32 = 100;
const PAUSE: Duration = Duration::from_millis(50);

/// What was sent under a key and never answered, each content once, and for whom.
fn open_questions(written: &[Request]) -> Vec<(usize, Action)> {
    let mut is_known: HashMap<(usize, &Action), bool> = HashMap::new();
    for request in written.iter().filter(|request| request.action.key().is_some()) {
        *is_known.entry((request.business, &request.action)).or_default() |= request.answer != Answer::Unknown;
    }
    let open = is_known.into_iter().filter(|(_, is_known)| !is_known);
    open.map(|((business, action), _)| (business, action.clone())).collect()
}

/// Resolves what is open in `written`, and returns the requests that it took.
pub async fn resolve(traffic: &Arc<Traffic>, written: &[Request]) -> Vec<Request> {
    let open = Arc::new(open_questions(written));
    let next = Arc::new(AtomicUsize::new(0));
    let mut askers = JoinSet::new();
    for _ in 0..ASKERS {
        let (traffic, open, next) = (Arc::clone(traffic), Arc::clone(&open), Arc::clone(&next));
        askers.spawn(async move {
            let (mut line, mut asked) = (Line::new(&traffic), Vec::new());
            while let Some((business, action)) = open.get(next.fetch_add(1, Relaxed)) {
                ask(&traffic, &mut line, *business, action, &mut asked).await;
            }
            asked
        });
    }
    askers.join_all().await.into_iter().flatten().collect()
}

/// Reads every customer and product once more: what is shown must be what the books say.
pub async fn read_all(traffic: &Traffic) -> Vec<Request> {
    let (mut line, mut asked) = (Line::new(traffic), Vec::new());
    for (number, business) in traffic.cast.businesses.iter().enumerate() {
        let customers = business.customers.iter().flat_map(|customer| {
            let customer = customer.id;
            [Action::ReadCustomer { customer }, Action::ReadLedger { customer }]
        });
        let products = business.products.iter().map(|product| Action::ReadProduct { product: product.id });
        for action in customers.chain(products).chain([Action::ReadOrders]) {
            ask(traffic, &mut line, number, &action, &mut asked).await;
        }
    }
    asked
}

/// Asks until there is an answer.
async fn ask(traffic: &Traffic, line: &mut Line, business: usize, action: &Action, asked: &mut Vec<Request>) {
    // Chooses no more than a server to ask.
    let mut rng = ChaCha8Rng::seed_from_u64(0);
    for _ in 0..ATTEMPTS {
        let request = line.send(traffic, business, action, &mut rng).await;
        let is_known = request.as_ref().is_some_and(|request| request.answer != Answer::Unknown);
        asked.extend(request);
        if is_known {
            return;
        }
        tokio::time::sleep(PAUSE).await;
    }
}
