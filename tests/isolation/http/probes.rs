//! Random probes: requests of every kind with another business's ids in random places, written in random ways. Each is
//! compared, byte for byte, with the same request for unknown ids.
//!
//! `TALLYSTICK_PROBES=100000` sends more of them. With `--nocapture` it also shows how long both answers took:
//! the figures about timing in docs/RELIABILITY.md. They are shown and never asserted.

use std::{collections::BTreeMap, env, time::Duration};

use rand::{RngExt, rngs::StdRng, seq::IndexedRandom};
use reqwest::{
    RequestBuilder,
    header::{AUTHORIZATION, HeaderMap},
};
use serde_json::json;

use super::{
    callers::{JWT_FLAGS, token},
    probing::{Credential, Probe},
    world::{Ids, IsolationWorld, plant, visible},
};
use crate::support::{client::send_timed, contents::contents, seed};

const PROBES: usize = 1_000;
/// How many sets of the other business's records there are.
const SETS: usize = 8;

/// How long the answers took, for the other business's ids and for unknown ids, pair by pair.
#[derive(Default)]
struct Times(Vec<(Duration, Duration)>);

impl Times {
    /// One line: how often the other business's ids took longer (half of the time, if timing shows nothing), the medians
    /// in milliseconds, and the ratios of some quantiles.
    fn summary(&self) -> String {
        let pairs = self.0.len();
        let slower = self.0.iter().filter(|(theirs, missing)| theirs > missing).count();
        let (theirs, missing): (Vec<_>, Vec<_>) = self.0.iter().copied().unzip();
        let (theirs, missing) = (Sorted::of(theirs), Sorted::of(missing));
        let [p50, p90, p99] = [50, 90, 99].map(|percent| theirs.at(percent) / missing.at(percent));
        let percent = f64::from(u32::try_from(slower * 10_000 / pairs).unwrap()) / 100.0;
        format!(
            "{pairs} pairs, theirs slower in {percent:.1} %, medians {:.3} and {:.3} ms, ratios p50 {p50:.3} p90 {p90:.3} p99 {p99:.3}",
            theirs.at(50),
            missing.at(50)
        )
    }
}

struct Sorted(Vec<Duration>);

impl Sorted {
    fn of(mut times: Vec<Duration>) -> Self {
        times.sort_unstable();
        Self(times)
    }

    /// In milliseconds.
    fn at(&self, percent: usize) -> f64 {
        self.0[(self.0.len() - 1) * percent / 100].as_secs_f64() * 1_000.0
    }
}

/// The other business's records, several of each, and an idempotency key that it used with each set.
async fn their_things(world: &IsolationWorld) -> Vec<Ids> {
    let mut sets = Vec::new();
    for number in 0..SETS {
        let ids = plant(&world.server, &world.their_shop, &format!("theirs-{number}")).await;
        let key = format!("theirs-{number}");
        world.their_shop.buy_with(&key, &ids.customer, &[(&ids.product, 1)]).await.expect(201);
        sets.push(Ids { key, ..ids });
    }
    sets
}

/// The same with ids and a key that nobody has.
fn twin(ids: &Ids) -> Ids {
    Ids { key: format!("{}?", ids.key), ..ids.neighbours() }
}

struct Prober {
    world: IsolationWorld,
    theirs: Vec<Ids>,
    reader: String,
}

impl Prober {
    async fn start() -> Self {
        let world = IsolationWorld::start_with(&JWT_FLAGS).await;
        let theirs = their_things(&world).await;
        let keys = format!("/v1/businesses/{}/api-keys", world.ours.business);
        let key = world.server.admin().post(&keys, &json!({"name": "reader", "scopes": ["read"]})).await.expect(201);
        Self { world, theirs, reader: key["key"].as_str().unwrap().to_owned() }
    }

    /// The request, with this credential in place of the usual one.
    fn request(&self, probe: &Probe, credential: Credential, ids: &Ids) -> RequestBuilder {
        let request = probe.request(&self.world, ids);
        let credential = match credential {
            Credential::Usual => return request,
            Credential::Reader => self.reader.clone(),
            Credential::Token => {
                let ours = &self.world.ours.business;
                token(
                    &json!({"business_id": ours, "user_metadata": {"business_id": ids.business}, "sub": ids.customer}),
                )
            }
        };
        request.headers(HeaderMap::from_iter([(AUTHORIZATION, format!("Bearer {credential}").parse().unwrap())]))
    }

    /// Sends a random probe and its twin in random order. Both answers must be the same.
    async fn probe(&self, rng: &mut StdRng, times: &mut BTreeMap<String, Times>) -> u16 {
        let probe = Probe::random(rng);
        let credential =
            *[Credential::Usual, Credential::Usual, Credential::Reader, Credential::Token].choose(rng).unwrap();
        let ids = self.theirs.choose(rng).unwrap();
        let theirs = self.request(&probe, credential, ids);
        let missing = self.request(&probe, credential, &twin(ids));
        let ((theirs, their_time), (missing, missing_time)) = if rng.random() {
            (send_timed(theirs).await, send_timed(missing).await)
        } else {
            let missing = send_timed(missing).await;
            (send_timed(theirs).await, missing)
        };
        assert_eq!(visible(&theirs), visible(&missing), "{probe:?} with {credential:?}");
        assert!(!theirs.is_replay() && !theirs.body.contains("theirs"), "{probe:?}: {}", theirs.body);
        for trace in self.theirs.iter().flat_map(Ids::traces) {
            assert!(!theirs.body.contains(trace), "{probe:?} shows {trace}: {}", theirs.body);
        }
        for name in ["all of them".to_owned(), probe.name()] {
            times.entry(name).or_default().0.push((their_time, missing_time));
        }
        theirs.status
    }
}

#[tokio::test]
async fn no_random_probe_tells_another_businesss_ids_from_nobodys() {
    let count = env::var("TALLYSTICK_PROBES").map_or(PROBES, |number| number.parse().unwrap());
    let mut rng = seed::new_random();
    let prober = Prober::start().await;
    let before = contents(&prober.world.server.database).await;
    let (mut times, mut statuses) = (BTreeMap::new(), BTreeMap::<u16, usize>::new());
    for _ in 0..count {
        *statuses.entry(prober.probe(&mut rng, &mut times).await).or_default() += 1;
    }
    println!("{count} probes: {statuses:?}");
    for (name, times) in &times {
        println!("{name}: {}", times.summary());
    }
    // The probes must have reached every kind of answer: found, not found, forbidden and malformed.
    assert_eq!(statuses.keys().copied().collect::<Vec<_>>(), [200, 403, 404, 422]);
    assert_eq!(contents(&prober.world.server.database).await, before, "a probe changed something");
    prober.world.server.audit().await;
}
