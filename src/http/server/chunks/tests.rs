use std::{
    convert::Infallible,
    sync::{Arc, OnceLock},
};

use http_body_util::BodyExt;
use hyper::{Request, Response, body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use rand::{RngExt, SeedableRng, rngs::StdRng, seq::IndexedRandom};
use tokio::io::AsyncWriteExt;

use super::{Chunks, MAX_HEADERS};

#[test]
fn a_body_ends_after_its_last_line_however_it_is_cut() {
    for body in [
        "0\r\n\r\n",
        "d\r\n{\"name\": \"n\"}\r\n0\r\n\r\n",
        "000D;x\r\n{\"name\": \"n\"}\r\n2\r\n\r\n\r\n0\r\nx: y\r\nz: 1\r\n\r\n",
        "1 ;a=\"b\"\r\nx\r\n0000000000000000\r\n\r\n",
    ] {
        let sent = format!("{body}GET / HTTP/1.1");
        for cut in 0..=sent.len() {
            let mut chunks = Chunks::default();
            let (first, ended) = chunks.pass(&sent.as_bytes()[..cut]).unwrap();
            let end = if ended { first } else { cut + chunks.pass(&sent.as_bytes()[cut..]).unwrap().0 };
            assert_eq!(end, body.len(), "{body:?} cut at {cut}");
        }
    }
}

#[test]
fn what_breaks_the_grammar_of_chunks_is_noticed() {
    let long = format!("1;{}\r\nx\r\n0\r\n\r\n", "x".repeat(5_000));
    for body in [
        "xyz\r\n",
        "\r\n",
        ";\r\n",
        "-2\r\n",
        "+2\r\n",
        "0x2\r\n",
        "2\n{}\r\n",
        "2\r{}",
        "2\r\n{}X\r\n",
        "2\r\n{}\n0\r\n\r\n",
        "0\r\n\n",
        "0\r\nx: y\n\r\n",
        "1;a\nb\r\n",
        "fffffffffffffffff\r\n",
        "00000000000000001\r\nx",
        // Nothing but an extension may follow the white space.
        "1 2\r\nx\r\n",
        "1 x\r\nx\r\n",
        // A trailer is a header.
        "0\r\nx\r\n\r\n",
        "0\r\n: y\r\n\r\n",
        "0\r\nx y: z\r\n\r\n",
        "0\r\nx : y\r\n\r\n",
        "0\r\n x: y\r\n\r\n",
        "0\r\nx: \0\r\n\r\n",
        "0\r\nx: \x7f\r\n\r\n",
        "0\r\nx: y\r\n z\r\n\r\n",
        &long,
    ] {
        assert_eq!(Chunks::default().pass(body.as_bytes()), None, "{body:?}");
    }
}

#[test]
fn a_body_has_no_more_trailers_than_a_request_has_headers() {
    for (trailers, is_good) in [(MAX_HEADERS, true), (MAX_HEADERS + 1, false)] {
        let body = format!("0\r\n{}\r\n", "x: y\r\n".repeat(trailers));
        assert_eq!(Chunks::default().pass(body.as_bytes()).is_some(), is_good, "{trailers}");
    }
}

/// Whether hyper reads this body to its end.
async fn hyper_reads(body: &[u8]) -> bool {
    let (mut client, server) = tokio::io::duplex(64 * 1024);
    let read = Arc::new(OnceLock::new());
    let service = service_fn(|request: Request<Incoming>| {
        let read = Arc::clone(&read);
        async move {
            read.set(request.into_body().collect().await.is_ok()).unwrap();
            Ok::<_, Infallible>(Response::new(String::new()))
        }
    });
    client.write_all(b"POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n").await.unwrap();
    client.write_all(body).await.unwrap();
    client.shutdown().await.unwrap();
    let mut builder = http1::Builder::new();
    // It fails where the body is broken.
    let _ = builder.max_headers(MAX_HEADERS).half_close(true).serve_connection(TokioIo::new(server), service).await;
    read.get().copied().unwrap_or_default()
}

/// Bodies that are put together at random, of pieces that belong into one and of some that do not.
#[tokio::test]
async fn whatever_hyper_refuses_is_refused_here() {
    const PIECES: [&[u8]; 24] = [
        b"\r\n",
        b"\r\n",
        b"\r\n",
        b"\r",
        b"\n",
        b"0",
        b"0\r\n",
        b"0\r\n",
        b"1",
        b"1\r\nx\r\n",
        b"2\r\n{}\r\n",
        b"a",
        b"F",
        b";",
        b" ",
        b"\t",
        b":",
        b"x: y\r\n",
        b"x",
        b"x-y",
        b"\0",
        b"\x7f",
        b"\xff",
        b"\"",
    ];
    let seed: u64 = rand::random();
    println!("seed {seed}");
    let mut rng = StdRng::seed_from_u64(seed);
    let mut ended = 0;
    for _ in 0..20_000 {
        let pieces = rng.random_range(1..8);
        let body = (0..pieces).flat_map(|_| PIECES.choose(&mut rng).unwrap().iter().copied()).collect::<Vec<_>>();
        if let Some((length, true)) = Chunks::default().pass(&body) {
            ended += 1;
            assert!(hyper_reads(&body[..length]).await, "{:?}", String::from_utf8_lossy(&body));
        }
    }
    assert!(ended > 100, "only {ended} bodies were good");
}
