//! Compares proofs that somebody kept with the ledger as it is now.
//!
//! A proof names a customer's entry and its hash, which covers that entry and all entries before it. So of a customer whose ledger
//! was changed, the proofs before the change hold and those after it do not, whoever changed it and however consistently.
//!
//! The files are read twice, and no file is held in memory: first to find the customers of whom a proof does not hold, then to find
//! the last proof of each of them that does. What cannot be read twice, such as standard input, is copied into a file that has no
//! name.

use std::{
    collections::BTreeMap,
    fs::File,
    io::{self, BufRead, BufReader, Read, Seek},
    path::{Path, PathBuf},
};

use serde::Deserialize;
use serde_json::json;
use sha2::{Digest, Sha256};
use tokio_postgres::Client;
use uuid::Uuid;

use super::report::Finding;
use crate::domain::{BusinessId, Hash, HeadsDigest, LedgerHead};

const PROOFS_HOLD: &str = include_str!("../../sql/queries/proofs_hold.sql");

/// How many proofs are compared in one statement.
const BATCH: usize = 1_000;
/// The longest line, in bytes.
const MAX_LINE_BYTES: u64 = 4_096;
/// The most customers whose proofs that do not hold are told apart. The proofs of all others are counted.
const MAX_CUSTOMERS: usize = 10_000;

/// Files with proofs, each a line of JSON: what `GET /v1/proofs` answers, or single ones.
#[derive(Debug)]
pub struct ProofFiles(Vec<ProofFile>);

#[derive(Debug)]
struct ProofFile {
    /// As the operator wrote it.
    name: String,
    file: File,
}

/// A line.
#[derive(Deserialize)]
#[serde(untagged)]
enum Line {
    Head(LedgerHead),
    Digest(HeadsDigest),
}

/// A proof, and where it stands.
#[derive(Clone)]
struct Kept {
    head: LedgerHead,
    file: usize,
    line: u64,
}

/// What is known of a customer of whom a proof does not hold.
struct Broken {
    /// The proof that does not hold with the smallest number of an entry.
    first: Kept,
    is_there: bool,
    /// The proof that holds with the largest number below that.
    last_good: Option<Kept>,
}

type Customers = BTreeMap<(BusinessId, Uuid), Broken>;

/// How one proof compares.
struct Compared {
    is_there: bool,
    holds: bool,
}

impl ProofFiles {
    /// Opens the files. `-` is standard input.
    pub fn open(paths: &[PathBuf]) -> anyhow::Result<Self> {
        paths.iter().map(|path| ProofFile::open(path)).collect::<anyhow::Result<_>>().map(Self)
    }

    /// Compares every proof, of one business or of all: how many there are, and a finding for each customer of whom one does not
    /// hold.
    pub(super) async fn compare(
        &mut self,
        client: &Client,
        business: Option<BusinessId>,
    ) -> Result<(u64, Vec<Finding>), Failed> {
        let mut broken = Customers::new();
        let (mut compared, mut others) = (0, 0_u64);
        self.each_batch(async |batch: &[Kept]| {
            let batch: Vec<Kept> = batch.iter().filter(|kept| is_of(kept, business)).cloned().collect();
            compared += batch.len() as u64;
            for (kept, Compared { is_there, holds }) in batch.iter().zip(ask(client, &batch).await?) {
                if !holds && !note_broken(&mut broken, kept, is_there) {
                    others += 1;
                }
            }
            Ok(())
        })
        .await?;
        if !broken.is_empty() {
            self.each_batch(async |batch: &[Kept]| {
                let batch: Vec<Kept> = batch.iter().filter(|kept| may_be_last_good(&broken, kept)).cloned().collect();
                for (kept, Compared { holds, .. }) in batch.iter().zip(ask(client, &batch).await?) {
                    if holds {
                        note_good(&mut broken, kept);
                    }
                }
                Ok(())
            })
            .await?;
        }
        let mut findings: Vec<Finding> = broken.values().map(|broken| self.finding(broken)).collect();
        if others > 0 {
            let wrong = format!("{others} more proofs do not hold, of other customers");
            findings.push(Finding::of_catalogue(wrong, []));
        }
        Ok((compared, findings))
    }

    /// Reads all files from their beginnings, some proofs at a time.
    async fn each_batch(&mut self, mut take: impl AsyncFnMut(&[Kept]) -> Result<(), Failed>) -> Result<(), Failed> {
        let mut batch = Vec::with_capacity(BATCH);
        for (number, file) in self.0.iter_mut().enumerate() {
            let mut lines = file.lines(number)?;
            while let Some(kept) = lines.next()? {
                batch.push(kept);
                if batch.len() == BATCH {
                    take(&batch).await?;
                    batch.clear();
                }
            }
        }
        take(&batch).await
    }

    fn finding(&self, broken: &Broken) -> Finding {
        let Broken { first, is_there, last_good } = broken;
        let place = |kept: &Kept| format!("{}:{}", self.0[kept.file].name, kept.line);
        let no = first.head.entry_no;
        let now = if *is_there { "is not the one that was proven" } else { "is gone" };
        let since = match last_good {
            Some(good) => format!("what was changed lies after entry {}", good.head.entry_no),
            None => "no earlier proof of this customer holds".to_owned(),
        };
        let keys = json!({
            "wrong": format!("entry {no} {now}; {since}"),
            "customer_id": first.head.customer_id,
            "first_entry_that_does_not_hold": no,
            "first_proof_that_does_not_hold": place(first),
        });
        let mut finding = Finding::described(Some(first.head.business_id.uuid()), keys);
        if let Some(good) = last_good {
            finding.keys.insert("last_entry_that_holds".to_owned(), good.head.entry_no.into());
            finding.keys.insert("last_proof_that_holds".to_owned(), place(good).into());
        }
        finding
    }
}

/// Why the proofs were not compared.
pub(super) enum Failed {
    /// They cannot be read.
    Proofs(String),
    /// The database did not answer.
    Database(tokio_postgres::Error),
}

impl From<tokio_postgres::Error> for Failed {
    fn from(error: tokio_postgres::Error) -> Self {
        Self::Database(error)
    }
}

impl From<String> for Failed {
    fn from(reason: String) -> Self {
        Self::Proofs(reason)
    }
}

fn is_of(kept: &Kept, business: Option<BusinessId>) -> bool {
    business.is_none_or(|business| kept.head.business_id == business)
}

fn customer(kept: &Kept) -> (BusinessId, Uuid) {
    (kept.head.business_id, kept.head.customer_id.uuid())
}

/// Notes a proof that does not hold. False if there are too many customers already.
fn note_broken(broken: &mut Customers, kept: &Kept, is_there: bool) -> bool {
    let has_room = broken.len() < MAX_CUSTOMERS;
    match broken.get_mut(&customer(kept)) {
        Some(known) if kept.head.entry_no < known.first.head.entry_no => {
            (known.first, known.is_there) = (kept.clone(), is_there);
        }
        Some(_) => {}
        None if has_room => {
            broken.insert(customer(kept), Broken { first: kept.clone(), is_there, last_good: None });
        }
        None => return false,
    }
    true
}

/// Whether a proof, if it holds, is the last one before the first that does not, as far as is known.
fn may_be_last_good(broken: &Customers, kept: &Kept) -> bool {
    broken.get(&customer(kept)).is_some_and(|known| {
        let no = kept.head.entry_no;
        no < known.first.head.entry_no && known.last_good.as_ref().is_none_or(|good| no > good.head.entry_no)
    })
}

fn note_good(broken: &mut Customers, kept: &Kept) {
    if may_be_last_good(broken, kept)
        && let Some(known) = broken.get_mut(&customer(kept))
    {
        known.last_good = Some(kept.clone());
    }
}

async fn ask(client: &Client, batch: &[Kept]) -> Result<Vec<Compared>, Failed> {
    if batch.is_empty() {
        return Ok(Vec::new());
    }
    let businesses: Vec<Uuid> = batch.iter().map(|kept| kept.head.business_id.uuid()).collect();
    let customers: Vec<Uuid> = batch.iter().map(|kept| kept.head.customer_id.uuid()).collect();
    let numbers: Vec<i64> = batch.iter().map(|kept| kept.head.entry_no).collect();
    let hashes: Vec<&[u8]> = batch.iter().map(|kept| &kept.head.hash.bytes()[..]).collect();
    let rows = client.query(PROOFS_HOLD, &[&businesses, &customers, &numbers, &hashes]).await?;
    let compared = |row: &tokio_postgres::Row| {
        Ok::<_, tokio_postgres::Error>(Compared { is_there: row.try_get("is_there")?, holds: row.try_get("holds")? })
    };
    Ok(rows.iter().map(compared).collect::<Result<_, _>>()?)
}

impl ProofFile {
    fn open(path: &Path) -> anyhow::Result<Self> {
        use anyhow::Context as _;
        let name = path.display().to_string();
        let cannot_read = || format!("cannot read the proofs in {name}");
        let file = if name == "-" {
            copy(&mut io::stdin().lock()).with_context(cannot_read)?
        } else {
            let mut file = File::open(path).with_context(cannot_read)?;
            let is_regular = file.metadata().with_context(cannot_read)?.is_file();
            if is_regular { file } else { copy(&mut file).with_context(cannot_read)? }
        };
        Ok(Self { name, file })
    }

    fn lines(&mut self, number: usize) -> Result<Lines<'_>, String> {
        self.file.rewind().map_err(|error| format!("cannot read the proofs in {}: {error}", self.name))?;
        let reader = BufReader::new(&self.file);
        Ok(Lines { name: &self.name, reader, number, line: 0, text: Vec::new(), digest: Sha256::new(), count: 0 })
    }
}

/// A copy in a file that is gone when it is closed.
fn copy(from: &mut impl Read) -> io::Result<File> {
    let path = std::env::temp_dir().join(format!("tallystick-proofs-{}", Uuid::new_v4()));
    let mut file = File::options().read(true).write(true).create_new(true).open(&path)?;
    std::fs::remove_file(&path)?;
    io::copy(from, &mut file)?;
    Ok(file)
}

/// The proofs of a file, one after the other. The digests in it are compared with the lines before them.
struct Lines<'file> {
    name: &'file str,
    reader: BufReader<&'file File>,
    number: usize,
    line: u64,
    text: Vec<u8>,
    /// Over the lines since the last digest, and how many they are.
    digest: Sha256,
    count: u64,
}

impl Lines<'_> {
    fn next(&mut self) -> Result<Option<Kept>, String> {
        loop {
            self.text.clear();
            let mut limited = (&mut self.reader).take(MAX_LINE_BYTES);
            let read = limited.read_until(b'\n', &mut self.text);
            read.map_err(|error| format!("cannot read the proofs in {}: {error}", self.name))?;
            if self.text.is_empty() {
                return Ok(None);
            }
            self.line += 1;
            let is_cut = self.text.len() as u64 == MAX_LINE_BYTES && !self.text.ends_with(b"\n");
            if !is_cut && self.text.trim_ascii().is_empty() {
                continue;
            }
            match serde_json::from_slice(&self.text) {
                _ if is_cut => return Err(self.explained("this is no proof: the line is too long")),
                Ok(Line::Head(head)) => {
                    self.digest.update(&self.text);
                    self.count += 1;
                    return Ok(Some(Kept { head, file: self.number, line: self.line }));
                }
                Ok(Line::Digest(HeadsDigest { count, sha256 })) => {
                    let found = Hash::from(<[u8; Hash::BYTES]>::from(self.digest.finalize_reset()));
                    if (count, sha256) != (std::mem::take(&mut self.count), found) {
                        return Err(self.explained("the lines before this digest are not those that it was made of"));
                    }
                }
                Err(_) => {
                    return Err(
                        self.explained("this is no proof: business_id, customer_id, entry_no and hash, as JSON")
                    );
                }
            }
        }
    }

    fn explained(&self, reason: &str) -> String {
        format!("{}:{}: {reason}", self.name, self.line)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    const HASH: &str = "9a4cb7ad951faca1f437dc754646c71938a7ad889a2c5bd2be49348e2fa82453";

    fn head(entry_no: i64) -> String {
        let id = Uuid::nil();
        format!(r#"{{"business_id":"{id}","customer_id":"{id}","entry_no":{entry_no},"hash":"{HASH}"}}"#)
    }

    fn digest(lines: &str) -> String {
        let sha256 = Hash::from(<[u8; 32]>::from(Sha256::digest(lines)));
        serde_json::to_string(&HeadsDigest { count: lines.lines().count() as u64, sha256 }).unwrap()
    }

    /// The entries that a file's proofs name, or why it cannot be read.
    fn read(text: &str) -> Result<Vec<i64>, String> {
        let file = tempfile::NamedTempFile::new().unwrap();
        file.as_file().write_all(text.as_bytes()).unwrap();
        let mut opened = ProofFile::open(file.path()).unwrap();
        let mut lines = opened.lines(0).unwrap();
        let mut entries = Vec::new();
        while let Some(kept) = lines.next().map_err(|reason| reason.split_once(": ").unwrap().1.to_owned())? {
            entries.push(kept.head.entry_no);
        }
        Ok(entries)
    }

    #[test]
    fn proofs_are_read_with_and_without_their_digest_and_one_list_after_the_other() {
        let lines = format!("{}\n{}\n", head(1), head(2));
        assert_eq!(read(&lines), Ok(vec![1, 2]));
        let list = format!("{lines}{}\n", digest(&lines));
        assert_eq!(read(&list), Ok(vec![1, 2]));
        assert_eq!(read(&format!("{list}\n{list}{}", head(3))), Ok(vec![1, 2, 1, 2, 3]));
        assert_eq!(read(&digest("")), Ok(vec![]));
    }

    #[test]
    fn a_list_of_which_a_line_was_changed_or_removed_is_no_proof() {
        let lines = format!("{}\n{}\n", head(1), head(2));
        let digest = digest(&lines);
        let changed = "the lines before this digest are not those that it was made of";
        for lines in
            [lines.replacen("\"entry_no\":2", "\"entry_no\":3", 1), format!("{}\n", head(1)), format!("{lines}{lines}")]
        {
            assert_eq!(read(&format!("{lines}{digest}\n")), Err(changed.to_owned()));
        }
    }

    #[test]
    fn what_is_no_proof_is_refused_with_its_place() {
        let long = format!("{}{}", " ".repeat(5_000), head(1));
        for wrong in ["{}", "[]", "x", &head(1)[1..], &head(1).replace(HASH, "00"), &long] {
            let refusal = read(wrong).unwrap_err();
            assert!(refusal.starts_with("this is no proof"), "{wrong}: {refusal}");
        }
    }
}
