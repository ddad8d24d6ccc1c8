//! Clients that vanish: they begin a request and disconnect at some stage of it.

use std::{sync::Arc, time::Duration};

use rand::{RngExt, SeedableRng, seq::IndexedRandom};
use rand_chacha::ChaCha8Rng;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use super::{choice, connection::Call, traffic::Traffic, wire};
use crate::history::{Answer, Moment, Request};

/// When it is gone.
#[derive(Debug, Clone, Copy)]
enum Stage {
    Connected,
    HalfTheHead,
    AllOfTheHead,
    HalfTheBody,
    /// All is sent, and the client leaves after this long.
    Sent(Duration),
    /// The first byte of the answer has come.
    Answering,
    /// Two requests are sent one behind the other, and no answer is waited for.
    Pipelined,
}

/// Lets so many clients come and vanish, some at a time, and says how many had reached a server.
pub async fn vanish(traffic: &Arc<Traffic>, count: usize, rng: &mut ChaCha8Rng) -> usize {
    let mut clients = tokio::task::JoinSet::new();
    let mut reached = 0;
    for _ in 0..count {
        if clients.len() >= 32 {
            reached += usize::from(matches!(clients.join_next().await, Some(Ok(true))));
        }
        let (traffic, mut rng) = (Arc::clone(traffic), ChaCha8Rng::from_rng(rng));
        clients.spawn(async move {
            let Some(address) = traffic.any_address(&mut rng) else { return false };
            let Ok(stream) = TcpStream::connect(address).await else { return false };
            let written = one(&traffic, stream, &mut rng).await;
            for request in &written {
                traffic.learn(request, &mut rng);
            }
            traffic.hand_in(written);
            true
        });
    }
    reached + clients.join_all().await.into_iter().filter(|has_reached| *has_reached).count()
}

/// One client that vanishes. It writes down only a request that it sent completely. An incomplete one must have no effect; if
/// it had one, the checker would find a phantom.
async fn one(traffic: &Traffic, stream: TcpStream, rng: &mut ChaCha8Rng) -> Vec<Request> {
    let stage = *[
        Stage::Connected,
        Stage::HalfTheHead,
        Stage::AllOfTheHead,
        Stage::HalfTheBody,
        Stage::Sent(Duration::ZERO),
        Stage::Sent(Duration::from_micros(rng.random_range(0..5_000))),
        Stage::Sent(Duration::from_micros(rng.random_range(0..50_000))),
        Stage::Answering,
        Stage::Pipelined,
    ]
    .choose(rng)
    .unwrap_or(&Stage::Connected);
    let business = rng.random_range(0..traffic.cast.businesses.len());
    let client = traffic.new_client();
    let mut actions = vec![choice::movement(traffic, business, rng)];
    if matches!(stage, Stage::Pipelined) {
        actions.push(choice::movement(traffic, business, rng));
    }
    let sent = traffic.now();
    let requests: Vec<_> = actions.iter().map(|action| wire::call(action, &traffic.cast.tokens[business])).collect();
    // If it failed, some of it may have been sent as a whole.
    let _ = send(stream, stage, &requests, rng.random_bool(0.5)).await;
    if matches!(stage, Stage::Connected | Stage::HalfTheHead | Stage::AllOfTheHead | Stage::HalfTheBody) {
        return Vec::new();
    }
    let answered: Moment = traffic.now();
    let written =
        actions.into_iter().map(|action| Request { client, business, sent, answered, action, answer: Answer::Unknown });
    written.collect()
}

/// Sends up to this stage, then disconnects, with a TCP reset or without.
async fn send(mut stream: TcpStream, stage: Stage, calls: &[Call], with_reset: bool) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    if with_reset {
        stream.set_zero_linger()?;
    }
    let texts: Vec<_> = calls.iter().map(text).collect();
    let (head, body) = &texts[0];
    match stage {
        Stage::Connected => {}
        Stage::HalfTheHead => stream.write_all(&head.as_bytes()[..head.len() / 2]).await?,
        Stage::AllOfTheHead => stream.write_all(head.as_bytes()).await?,
        Stage::HalfTheBody => stream.write_all(format!("{head}{}", &body[..body.len() / 2]).as_bytes()).await?,
        Stage::Sent(_) | Stage::Answering => stream.write_all(format!("{head}{body}").as_bytes()).await?,
        Stage::Pipelined => {
            let all: Vec<&str> = texts.iter().flat_map(|(head, body)| [head.as_str(), body.as_str()]).collect();
            stream.write_all(all.concat().as_bytes()).await?;
        }
    }
    match stage {
        Stage::Sent(time) => tokio::time::sleep(time).await,
        Stage::Answering => {
            let _ = tokio::time::timeout(Duration::from_secs(15), stream.read_u8()).await;
        }
        _ => {}
    }
    Ok(())
}

fn text(call: &Call) -> (String, String) {
    let body = call.body.clone().unwrap_or_default();
    let key = call.key.as_deref().unwrap_or_default();
    let head = format!(
        "{} {} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {}\r\nContent-Type: application/json\r\n\
         Idempotency-Key: {key}\r\nContent-Length: {}\r\n\r\n",
        call.method,
        call.path,
        call.token,
        body.len()
    );
    (head, body)
}
