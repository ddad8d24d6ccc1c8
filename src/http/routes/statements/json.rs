//! A statement as JSON: one object, whose lists are written as they are read.

use serde::Serialize;

use super::report::Writer;
use crate::{
    db::StatementPlan,
    domain::{StatementCharge, StatementLine},
    error::{Error, Result},
};

/// How the JSON of a statement ends whose lists are empty, after its lines.
const AFTER_THE_LINES: &[u8] = br#"],"open_charges":[]}"#;

/// Writes JSON.
#[derive(Debug, Default)]
pub(super) struct JsonWriter {
    /// Whether the list that is being written has a value.
    has_value: bool,
}

impl JsonWriter {
    fn values<T: Serialize>(&mut self, values: impl IntoIterator<Item = T>, out: &mut Vec<u8>) -> Result<()> {
        for value in values {
            if std::mem::replace(&mut self.has_value, true) {
                out.push(b',');
            }
            serde_json::to_writer(&mut *out, &value).map_err(Error::internal)?;
        }
        Ok(())
    }
}

impl Writer for JsonWriter {
    fn begin(&mut self, plan: &StatementPlan, out: &mut Vec<u8>) -> Result<()> {
        serde_json::to_writer(&mut *out, &plan.head).map_err(Error::internal)?;
        let Some(rest) = out.strip_suffix(AFTER_THE_LINES) else {
            return Err(Error::internal(anyhow::anyhow!("a statement does not end with its empty lists")));
        };
        out.truncate(rest.len());
        Ok(())
    }

    fn lines(&mut self, _: &StatementPlan, lines: &[StatementLine], out: &mut Vec<u8>) -> Result<()> {
        self.values(lines, out)
    }

    fn close(&mut self, _: &StatementPlan, out: &mut Vec<u8>) -> Result<()> {
        self.has_value = false;
        out.extend_from_slice(br#"],"open_charges":["#);
        Ok(())
    }

    fn charges(&mut self, _: &StatementPlan, charges: &[StatementCharge], out: &mut Vec<u8>) -> Result<()> {
        self.values(charges.iter().map(|open| &open.charge), out)
    }

    fn end(&mut self, _: &StatementPlan, out: &mut Vec<u8>) -> Result<()> {
        out.extend_from_slice(b"]}");
        Ok(())
    }
}
