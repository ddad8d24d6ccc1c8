//! Reads answers of any length on a thread of its own, as a client that takes them as fast as they come. What is read is counted and
//! not kept.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::JoinHandle,
    time::{Duration, Instant},
};

use anyhow::{Context, anyhow, bail, ensure};

/// What is read at once, in bytes.
const BUFFER: usize = 64 * 1024;

/// An answer that came to its end.
#[derive(Debug, Clone, Copy)]
pub struct Downloaded {
    /// How long it took from the request to the last byte.
    pub took: Duration,
    /// The length of its body.
    pub bytes: u64,
    /// How many lines its body has.
    pub lines: u64,
}

/// Asks for a path over and over, until it is stopped.
pub struct Downloads {
    stop: Arc<AtomicBool>,
    thread: JoinHandle<anyhow::Result<Vec<Downloaded>>>,
}

impl Downloads {
    /// Sends the first request.
    pub fn start(server: SocketAddr, path: String, api_key: String) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let thread = std::thread::spawn(move || {
            let mut all = Vec::new();
            loop {
                all.push(download(server, &path, &api_key)?);
                if stopped.load(Ordering::Relaxed) {
                    return Ok(all);
                }
            }
        });
        Self { stop, thread }
    }

    /// Waits for the answer that is under way, and returns all that came.
    pub fn stop(self) -> anyhow::Result<Vec<Downloaded>> {
        self.stop.store(true, Ordering::Relaxed);
        self.thread.join().map_err(|_| anyhow!("the thread that reads answers panicked"))?
    }
}

/// Asks for a path, and reads the answer to its end.
pub fn download(server: SocketAddr, path: &str, api_key: &str) -> anyhow::Result<Downloaded> {
    let asked = Instant::now();
    let mut stream = TcpStream::connect(server).context("cannot connect to the server")?;
    write!(
        stream,
        "GET {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {api_key}\r\nConnection: close\r\n\r\n"
    )?;
    let (bytes, lines) = read_answer(&mut BufReader::with_capacity(BUFFER, stream))?;
    Ok(Downloaded { took: asked.elapsed(), bytes, lines })
}

/// The bytes and the lines of the body.
fn read_answer(answer: &mut impl BufRead) -> anyhow::Result<(u64, u64)> {
    let status = line(answer)?;
    ensure!(status.starts_with("HTTP/1.1 200 "), "instead of 200 came: {status}");
    let (mut length, mut is_chunked) = (None, false);
    loop {
        let header = line(answer)?.to_ascii_lowercase();
        match header.split_once(": ") {
            Some(("content-length", value)) => length = Some(value.parse()?),
            Some(("transfer-encoding", "chunked")) => is_chunked = true,
            Some(_) => {}
            None if header.is_empty() => break,
            None => bail!("no header: {header}"),
        }
    }
    let mut buffer = vec![0; BUFFER];
    let (mut bytes, mut lines) = (0, 0);
    loop {
        let size = match length {
            _ if is_chunked => u64::from_str_radix(&line(answer)?, 16).context("no length of a chunk")?,
            Some(length) => length,
            None => bail!("an answer came without its length"),
        };
        let mut part = answer.by_ref().take(size);
        let mut read = 0;
        while read < size {
            let some = part.read(&mut buffer)?;
            ensure!(some > 0, "the answer ended after {bytes} bytes");
            read += some as u64;
            bytes += some as u64;
            lines += buffer[..some].split(|byte| *byte == b'\n').count() as u64 - 1;
        }
        if !is_chunked {
            return Ok((bytes, lines));
        }
        ensure!(line(answer)?.is_empty(), "a chunk is longer than it says");
        if size == 0 {
            return Ok((bytes, lines));
        }
    }
}

/// The next line, without its end.
fn line(answer: &mut impl BufRead) -> anyhow::Result<String> {
    let mut line = String::new();
    answer.read_line(&mut line)?;
    match line.strip_suffix("\r\n") {
        Some(line) => Ok(line.to_owned()),
        None => bail!("the answer ended in the middle of a line"),
    }
}

#[cfg(test)]
mod tests {
    use super::read_answer;

    #[test]
    fn an_answer_is_read_to_its_end_and_one_that_is_cut_off_is_an_error() {
        let chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\na\nb\nc\r\n1\r\n\n\r\n0\r\n\r\n";
        assert_eq!(read_answer(&mut chunked.as_bytes()).unwrap(), (6, 3));
        for cut_off in 0..chunked.len() {
            read_answer(&mut &chunked.as_bytes()[..cut_off]).unwrap_err();
        }
        let whole = "HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\na\nb";
        assert_eq!(read_answer(&mut whole.as_bytes()).unwrap(), (3, 1));
        read_answer(&mut &whole.as_bytes()[..whole.len() - 1]).unwrap_err();
        read_answer(&mut &b"HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\n\r\n"[..]).unwrap_err();
    }
}
