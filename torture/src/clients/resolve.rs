//! After the faults: sends each request with an unknown outcome again under its key, until there is an answer.

use std::{
    collections::HashMap,
    net::SocketAddr,
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
const ASKERS: u64 = 16;
/// How often each is asked before it counts as unresolved.
const ATTEMPTS: u32 = 100;
const PAUSE: Duration = Duration::from_millis(50);

/// The requests under each key that has an attempt without an answer and no accepted one. Each different request once.
fn open_questions(written: &[Request]) -> Vec<(usize, Action)> {
    let mut contents: HashMap<(usize, &Action), (bool, bool)> = HashMap::new();
    for request in written.iter().filter(|request| request.action.key().is_some()) {
        let (is_unknown, is_accepted) = contents.entry((request.business, &request.action)).or_default();
        *is_unknown |= request.answer == Answer::Unknown;
        *is_accepted |= request.answer.is_acceptance();
    }
    let open = contents.into_iter().filter(|(_, (is_unknown, is_accepted))| *is_unknown && !is_accepted);
    open.map(|((business, action), _)| (business, action.clone())).collect()
}

/// Resolves what is open in `written`, and returns the requests that it took.
pub async fn resolve(traffic: &Arc<Traffic>, written: &[Request]) -> Vec<Request> {
    let open = Arc::new(open_questions(written));
    let next = Arc::new(AtomicUsize::new(0));
    let mut askers = JoinSet::new();
    for asker in 0..ASKERS {
        let (traffic, open, next) = (Arc::clone(traffic), Arc::clone(&open), Arc::clone(&next));
        askers.spawn(async move {
            let (mut line, mut asked) = (Line::new(&traffic), Vec::new());
            let mut rng = ChaCha8Rng::seed_from_u64(asker);
            while let Some((business, action)) = open.get(next.fetch_add(1, Relaxed)) {
                ask(&traffic, &mut line, *business, action, &mut rng, &mut asked).await;
            }
            asked
        });
    }
    askers.join_all().await.into_iter().flatten().collect()
}

/// Reads every customer and product once more through every server. The answers must agree with the books.
pub async fn read_all(traffic: &Traffic, servers: &[SocketAddr]) -> Vec<Request> {
    let mut asked = Vec::new();
    let mut rng = ChaCha8Rng::seed_from_u64(0);
    for server in servers {
        let mut line = Line::to(traffic, *server);
        for (number, business) in traffic.cast.businesses.iter().enumerate() {
            let customers = business.customers.iter().flat_map(|customer| {
                let customer = customer.id;
                [
                    Action::ReadCustomer { customer },
                    Action::ReadLedger { customer },
                    Action::ReadOpenCharges { customer },
                    Action::ReadAging { customer },
                ]
            });
            let products = business.products.iter().flat_map(|product| {
                let product = product.id;
                [Action::ReadProduct { product }, Action::ReadStock { product }]
            });
            for action in customers.chain(products).chain([Action::ReadOrders, Action::ReadReturns]) {
                ask(traffic, &mut line, number, &action, &mut rng, &mut asked).await;
            }
        }
    }
    asked
}

/// Asks until there is an answer.
async fn ask(
    traffic: &Traffic,
    line: &mut Line,
    business: usize,
    action: &Action,
    rng: &mut ChaCha8Rng,
    asked: &mut Vec<Request>,
) {
    for _ in 0..ATTEMPTS {
        let request = line.send(traffic, business, action, rng).await;
        let is_known = request.as_ref().is_some_and(|request| request.answer != Answer::Unknown);
        asked.extend(request);
        if is_known {
            return;
        }
        tokio::time::sleep(PAUSE).await;
    }
}
