//! A proxy between the server and its PostgreSQL: it counts messages, cuts connections at chosen moments, and can send key data
//! of its own as a pooler does.
//!
//! It listens where a PostgreSQL would, on a Unix socket in a folder of its own.

use std::{
    fs,
    path::PathBuf,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
};

use bytes::{Buf, BytesMut};
use postgres_url::ConnectionUrl;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{UnixListener, UnixStream},
    task::{JoinHandle, JoinSet},
};

use super::{
    cluster::cluster,
    fresh_database::{FreshDatabase, SERVER_ROLE},
    temp_folder::TempFolder,
};

/// PostgreSQL's usual port, which names the socket.
const SOCKET: &str = ".s.PGSQL.5432";
/// The message that a client sends a statement's parameters with.
const BIND: u8 = b'B';
/// The message that ends a call.
const SYNC: u8 = b'S';
/// The message that says that a statement is done, and its transaction committed.
const READY_FOR_QUERY: u8 = b'Z';

/// The beginning of key data: its type and its length. The process id and a secret follow.
const KEY_DATA: [u8; 5] = [b'K', 0, 0, 0, 12];

/// When to cut a connection.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    /// When a call is sent, for this many calls from the next one on. PostgreSQL never receives them.
    BeforeCalls(usize),
    /// When every call is sent.
    BeforeEachCall,
    /// When the next call is sent: the server's side is cut at once, and PostgreSQL receives the call when
    /// [`deliver`](Proxy::deliver) says so.
    HoldCall,
    /// When the next call is committed. The server never receives the answer.
    AfterCommit,
}

/// A proxy in front of the test cluster.
pub struct Proxy {
    folder: TempFolder,
    shared: Arc<Shared>,
    accepting: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct Shared {
    cut: Mutex<Option<Cut>>,
    sent: Mutex<Vec<u8>>,
    held: Mutex<Option<Held>>,
    poses_as_pooler: AtomicBool,
}

/// A call on its way, and the connection that it will arrive on.
struct Held {
    call: BytesMut,
    postgres: UnixStream,
}

impl Proxy {
    pub fn start() -> Self {
        let folder = TempFolder::new();
        fs::create_dir(folder.path()).unwrap();
        let mut proxy = Self { folder, shared: Arc::default(), accepting: None };
        proxy.up();
        proxy
    }

    /// The URL of a database through this proxy, for the server's role.
    pub fn url(&self, database: &FreshDatabase) -> ConnectionUrl {
        self.url_with(database, "")
    }

    /// That URL with more parameters: `&name=value`.
    pub fn url_with(&self, database: &FreshDatabase, parameters: &str) -> ConnectionUrl {
        format!("{}{parameters}", self.url_text(database)).parse().unwrap()
    }

    /// The same as text, for a program's settings.
    pub fn url_text(&self, database: &FreshDatabase) -> String {
        let host = self.folder.path().display().to_string().replace('/', "%2F");
        format!("postgresql:///{}?host={host}&user={SERVER_ROLE}", database.name)
    }

    /// Accepts connections.
    pub fn up(&mut self) {
        let listener = UnixListener::bind(self.socket()).unwrap();
        let shared = Arc::clone(&self.shared);
        self.accepting = Some(tokio::spawn(async move {
            // Dropped with this task, and all links with it.
            let mut links = JoinSet::new();
            while let Ok((client, _)) = listener.accept().await {
                links.spawn(link(client, Arc::clone(&shared)));
            }
        }));
    }

    /// Cuts every connection and stops.
    pub async fn down(&mut self) {
        fs::remove_file(self.socket()).unwrap();
        let accepting = self.accepting.take().unwrap();
        accepting.abort();
        assert!(accepting.await.unwrap_err().is_cancelled());
    }

    /// Cuts a connection at this moment from now on; `None` cuts no more.
    pub fn cut(&self, cut: Option<Cut>) {
        *self.shared.cut.lock().unwrap() = cut;
    }

    /// Sends key data of its own on new connections, as poolers do, or no longer.
    pub fn pose_as_pooler(&self, poses: bool) {
        self.shared.poses_as_pooler.store(poses, Ordering::Relaxed);
    }

    /// Whether the cut that was asked for was made.
    pub fn has_cut(&self) -> bool {
        self.shared.cut.lock().unwrap().is_none()
    }

    /// Delivers the held call to PostgreSQL. Returns when PostgreSQL has executed it or has ended the session.
    pub async fn deliver(&self) {
        let held = self.shared.held.lock().unwrap().take();
        let Held { call, mut postgres } = held.expect("a call is held");
        let (mut answer, mut chunk) = (Messages { started: true, ..Messages::default() }, BytesMut::new());
        if postgres.write_all(&call).await.is_err() {
            return;
        }
        while let Ok(1..) = postgres.read_buf(&mut chunk).await {
            if answer.add(&chunk).contains(&READY_FOR_QUERY) {
                return;
            }
            chunk.clear();
        }
    }

    /// The types of the messages that the server has sent since the last time, over all its connections.
    pub fn take_sent(&self) -> String {
        std::mem::take(&mut *self.shared.sent.lock().unwrap()).into_iter().map(char::from).collect()
    }

    fn socket(&self) -> PathBuf {
        self.folder.path().join(SOCKET)
    }
}

/// The socket of the real PostgreSQL.
fn upstream() -> PathBuf {
    let url: url::Url = cluster().superuser_url("postgres").parse().unwrap();
    let value = |name: &str| url.query_pairs().find(|(key, _)| key == name).unwrap().1.into_owned();
    PathBuf::from(value("host")).join(format!(".s.PGSQL.{}", value("port")))
}

/// One connection, until either side ends it or it is cut.
async fn link(mut client: UnixStream, shared: Arc<Shared>) {
    let mut server = UnixStream::connect(upstream()).await.unwrap();
    let mut up = Messages { started: false, ..Messages::default() };
    let mut down = Messages { started: true, ..Messages::default() };
    let (mut up_chunk, mut down_chunk) = (BytesMut::new(), BytesMut::new());
    // What PostgreSQL has sent of a message whose end has not arrived.
    let mut beginning = BytesMut::new();
    loop {
        let may_go_on = tokio::select! {
            read = client.read_buf(&mut up_chunk) => match read {
                Ok(1..) => match shared.upwards(&up.add(&up_chunk)) {
                    Upwards::Forward => forward(&mut up_chunk, &mut server).await,
                    Upwards::Cut => false,
                    Upwards::Hold => {
                        let call = whole_call(up_chunk, up, &mut client).await;
                        *shared.held.lock().unwrap() = Some(Held { call, postgres: server });
                        return;
                    }
                },
                _ => false,
            },
            read = server.read_buf(&mut down_chunk) => match read {
                Ok(1..) => {
                    let completed = down.add(&down_chunk);
                    beginning.unsplit(down_chunk.split());
                    let mut whole = beginning.split_to(beginning.len() - down.rest.len());
                    match shared.altered(&mut whole).downwards(&completed) {
                        Downwards::Forward => forward(&mut whole, &mut client).await,
                        Downwards::Withhold => true,
                        Downwards::Cut => false,
                    }
                }
                _ => false,
            },
        };
        if !may_go_on {
            return;
        }
    }
}

/// A call whose beginning has arrived, to the end of its last message.
async fn whole_call(mut call: BytesMut, mut messages: Messages, client: &mut UnixStream) -> BytesMut {
    let mut chunk = BytesMut::new();
    while !messages.rest.is_empty() || messages.last != Some(SYNC) {
        assert_ne!(client.read_buf(&mut chunk).await.unwrap(), 0, "the server goes away in the middle of a call");
        messages.add(&chunk);
        call.extend_from_slice(&chunk);
        chunk.clear();
    }
    call
}

async fn forward(chunk: &mut BytesMut, to: &mut UnixStream) -> bool {
    let sent = to.write_all(chunk).await;
    chunk.clear();
    sent.is_ok()
}

enum Upwards {
    Forward,
    Cut,
    Hold,
}

enum Downwards {
    Forward,
    Withhold,
    Cut,
}

impl Shared {
    /// What to do with a message of the server.
    fn upwards(&self, messages: &[u8]) -> Upwards {
        self.sent.lock().unwrap().extend(messages);
        if !messages.contains(&BIND) {
            return Upwards::Forward;
        }
        let mut cut = self.cut.lock().unwrap();
        match *cut {
            Some(Cut::BeforeCalls(calls)) => {
                *cut = (calls > 1).then(|| Cut::BeforeCalls(calls - 1));
                Upwards::Cut
            }
            Some(Cut::HoldCall) => {
                *cut = None;
                Upwards::Hold
            }
            Some(Cut::BeforeEachCall) => Upwards::Cut,
            Some(Cut::AfterCommit) | None => Upwards::Forward,
        }
    }

    /// Replaces the process id in key data, if that is asked for. In whole messages, or else key data that arrived in two parts
    /// would pass unseen: where it stands in the stream differs between versions of PostgreSQL.
    fn altered(&self, messages: &mut BytesMut) -> &Self {
        let at = messages.windows(KEY_DATA.len()).position(|bytes| bytes == KEY_DATA);
        if let Some(at) = at.filter(|_| self.poses_as_pooler.load(Ordering::Relaxed)) {
            messages[at + KEY_DATA.len()] ^= 0x40;
        }
        self
    }

    fn downwards(&self, messages: &[u8]) -> Downwards {
        let mut cut = self.cut.lock().unwrap();
        if *cut != Some(Cut::AfterCommit) {
            return Downwards::Forward;
        }
        if !messages.contains(&READY_FOR_QUERY) {
            return Downwards::Withhold;
        }
        *cut = None;
        Downwards::Cut
    }
}

/// Finds the messages in a stream.
#[derive(Default)]
struct Messages {
    /// The first message of a client has no type.
    started: bool,
    /// The type of the last complete message.
    last: Option<u8>,
    rest: BytesMut,
}

impl Messages {
    /// The types of the messages that this chunk completes.
    fn add(&mut self, chunk: &[u8]) -> Vec<u8> {
        self.rest.extend_from_slice(chunk);
        let mut types = Vec::new();
        loop {
            let type_bytes = usize::from(self.started);
            let Some(length) = self.rest.get(type_bytes..type_bytes + 4) else { return types };
            let length = type_bytes + usize::try_from(u32::from_be_bytes(length.try_into().unwrap())).unwrap();
            if self.rest.len() < length {
                return types;
            }
            if self.started {
                types.push(self.rest[0]);
                self.last = Some(self.rest[0]);
            }
            self.started = true;
            self.rest.advance(length);
        }
    }
}
