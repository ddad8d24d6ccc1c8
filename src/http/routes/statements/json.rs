//! A statement as JSON: one object, whose lists are written as they are read.

use serde::Serialize;

use super::report::Writer;
use crate::{
    db::StatementPlan,
    domain::{StatementCharge, StatementLine},
    error::{Error, Result},
};

/// Writes JSON.
#[derive(Debug, Default)]
pub(super) struct JsonWriter {
    /// Whether the list that is being written has a value.
    has_value: bool,
}

impl JsonWriter {
    fn values(&mut self, values: &[impl Serialize], out: &mut Vec<u8>) -> Result<()> {
        for value in values {
            if std::mem::replace(&mut self.has_value, true) {
                out.push(b',');
            }
            serde_json::to_writer(&mut *out, value).map_err(Error::internal)?;
        }
        Ok(())
    }
}

impl Writer for JsonWriter {
    fn begin(&mut self, plan: &StatementPlan, out: &mut Vec<u8>) -> Result<()> {
        serde_json::to_writer(&mut *out, &plan.head).map_err(Error::internal)?;
        // The object goes on.
        out.pop();
        out.extend_from_slice(br#","lines":["#);
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
        self.values(charges, out)
    }

    fn end(&mut self, _: &StatementPlan, out: &mut Vec<u8>) -> Result<()> {
        out.extend_from_slice(b"]}");
        Ok(())
    }
}
