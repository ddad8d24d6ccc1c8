//! A run in a file, to be checked again. Each line is one JSON value: lines can be searched, and are read one at a time.

use std::{
    fs::File,
    io::{BufRead, BufReader, BufWriter, Write},
    path::Path,
};

use anyhow::Context;
use serde::{Deserialize, Serialize};

use crate::{
    books::{Books, CustomerRow, EntryRow, MovementRow, OrderRow, PartRow, ProductRow, ReturnRow},
    history::{Business, History, Request},
};

/// A line as it is written.
#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum Written<'a> {
    Business(&'a Business),
    Request(&'a Request),
    Customer(&'a CustomerRow),
    Product(&'a ProductRow),
    Order(&'a OrderRow),
    Entry(&'a EntryRow),
    Movement(&'a MovementRow),
    Return(&'a ReturnRow),
    Part(&'a PartRow),
    /// The last line. Without it the file is incomplete.
    End {
        lines: u64,
    },
}

/// A line as it is read.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Read {
    Business(Business),
    Request(Request),
    Customer(CustomerRow),
    Product(ProductRow),
    Order(OrderRow),
    Entry(EntryRow),
    Movement(MovementRow),
    Return(ReturnRow),
    Part(PartRow),
    End { lines: u64 },
}

/// Writes a run.
pub fn save(path: &Path, history: &History, books: &Books) -> anyhow::Result<()> {
    let mut file = BufWriter::new(File::create(path).with_context(|| path.display().to_string())?);
    let lines = history
        .businesses
        .iter()
        .map(Written::Business)
        .chain(history.requests.iter().map(Written::Request))
        .chain(books.customers.iter().map(Written::Customer))
        .chain(books.products.iter().map(Written::Product))
        .chain(books.orders.iter().map(Written::Order))
        .chain(books.entries.iter().map(Written::Entry))
        .chain(books.movements.iter().map(Written::Movement))
        .chain(books.returns.iter().map(Written::Return))
        .chain(books.parts.iter().map(Written::Part));
    let mut count = 0;
    for line in lines {
        write_line(&mut file, &line)?;
        count += 1;
    }
    write_line(&mut file, &Written::End { lines: count })?;
    file.flush()?;
    Ok(())
}

fn write_line(file: &mut impl Write, line: &Written) -> anyhow::Result<()> {
    serde_json::to_writer(&mut *file, line)?;
    file.write_all(b"\n")?;
    Ok(())
}

/// Reads a run.
pub fn load(path: &Path) -> anyhow::Result<(History, Books)> {
    let mut file = BufReader::new(File::open(path).with_context(|| path.display().to_string())?);
    let (mut history, mut books) = (History { businesses: Vec::new(), requests: Vec::new() }, Books::default());
    let (mut line, mut count) = (String::new(), 0);
    loop {
        line.clear();
        let place = || format!("{}, line {}", path.display(), count + 1);
        anyhow::ensure!(file.read_line(&mut line).with_context(place)? > 0, "{} ends too early", path.display());
        match serde_json::from_str(&line).with_context(place)? {
            Read::Business(business) => history.businesses.push(business),
            Read::Request(request) => history.requests.push(request),
            Read::Customer(row) => books.customers.push(row),
            Read::Product(row) => books.products.push(row),
            Read::Order(row) => books.orders.push(row),
            Read::Entry(row) => books.entries.push(row),
            Read::Movement(row) => books.movements.push(row),
            Read::Return(row) => books.returns.push(row),
            Read::Part(row) => books.parts.push(row),
            Read::End { lines } => {
                anyhow::ensure!(lines == count, "{} has {count} of {lines} lines", path.display());
                return Ok((history, books));
            }
        }
        count += 1;
    }
}
