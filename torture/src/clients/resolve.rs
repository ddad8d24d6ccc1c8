//! When it is calm again: asks under each key whose outcome nobody was told, until there is an answer.

use std::{
    collections::{HashMap, HashSet, hash_map::Entry},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    time::Duration,
};

use super::{connection::Connection, shopper::key_of, traffic::Traffic, wire};
use crate::history::{Action, Answer, Key, Request};

/// How many ask at a time.
const ASKERS: usize = 16;
/// How often each is asked before it counts as unresolved.
const ATTEMPTS: u32 = 100;

/// The requests that were never answered, one for each key and content.
fn open_questions(written: &[Request]) -> Vec<(usize, Action)> {
    let mut latest: HashMap<(usize, Key, bool), Vec<(&Action, bool)>> = HashMap::new();
    for request in written {
        let Some(key) = key_of(&request.action) else { continue };
        let is_movement = matches!(request.action, Action::Restock { .. });
        let is_known = request.answer != Answer::Unknown;
        let contents = match latest.entry((request.business, key, is_movement)) {
            Entry::Occupied(entry) => entry.into_mut(),
            Entry::Vacant(entry) => entry.insert(Vec::new()),
        };
        match contents.iter_mut().find(|(action, _)| *action == &request.action) {
            Some((_, known)) => *known |= is_known,
            None => contents.push((&request.action, is_known)),
        }
    }
    let open = latest.into_iter().flat_map(|((business, ..), contents)| {
        contents.into_iter().filter(|(_, is_known)| !is_known).map(move |(action, _)| (business, action.clone()))
    });
    open.collect()
}

/// Resolves what is open in `written`, and returns the requests that it took.
pub async fn resolve(traffic: &Arc<Traffic>, address: std::net::SocketAddr, written: &[Request]) -> Vec<Request> {
    let open = Arc::new(open_questions(written));
    let next = Arc::new(AtomicUsize::new(0));
    let mut askers = tokio::task::JoinSet::new();
    for _ in 0..ASKERS {
        let (traffic, open, next) = (Arc::clone(traffic), Arc::clone(&open), Arc::clone(&next));
        askers.spawn(async move {
            let mut asked = Vec::new();
            let client = traffic.new_client();
            let mut connection = None;
            while let Some((business, action)) = open.get(next.fetch_add(1, Relaxed)) {
                for _ in 0..ATTEMPTS {
                    let request = ask(&traffic, address, client, *business, action, &mut connection).await;
                    let is_known = request.answer != Answer::Unknown;
                    asked.push(request);
                    if is_known {
                        break;
                    }
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
            }
            asked
        });
    }
    askers.join_all().await.into_iter().flatten().collect()
}

/// Reads every customer and product once more, in the calm: what is shown must be what the books say.
pub async fn read_all(traffic: &Arc<Traffic>, address: std::net::SocketAddr) -> Vec<Request> {
    let client = traffic.new_client();
    let mut connection = None;
    let mut asked = Vec::new();
    for (number, business) in traffic.cast.businesses.iter().enumerate() {
        let customers = business.customers.iter().flat_map(|customer| {
            let customer = customer.id;
            [Action::ReadCustomer { customer }, Action::ReadLedger { customer }]
        });
        let products = business.products.iter().map(|product| Action::ReadProduct { product: product.id });
        for action in customers.chain(products).chain([Action::ReadOrders]) {
            asked.push(ask(traffic, address, client, number, &action, &mut connection).await);
        }
    }
    asked
}

/// The clients that appear in `written`.
pub fn clients(written: &[Request]) -> usize {
    written.iter().map(|request| request.client).collect::<HashSet<_>>().len()
}

async fn ask(
    traffic: &Traffic,
    address: std::net::SocketAddr,
    client: u32,
    business: usize,
    action: &Action,
    connection: &mut Option<Connection>,
) -> Request {
    if connection.is_none() {
        *connection = Connection::open(address).await.ok();
    }
    let call = wire::call(action, &traffic.cast.tokens[business]);
    let sent = traffic.now();
    let answer = match connection {
        Some(line) => match line.send(&call).await {
            Ok(reply) => wire::answer(action, &reply),
            Err(_) => {
                *connection = None;
                Answer::Unknown
            }
        },
        None => Answer::Unknown,
    };
    Request { client, business, sent, answered: traffic.now(), action: action.clone(), answer }
}
