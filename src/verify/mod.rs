//! `tallystick verify`: proves a database from the outside, while it is in use.
//!
//! One `REPEATABLE READ READ ONLY` transaction, so that every check sees the same moment and nothing is changed. What
//! is proven stands in `sql/verify`, one check per file, and in `sql/schema.snapshot.sql`; nothing here calls a function
//! of the database that it examines.
//!
//! The snapshot keeps PostgreSQL from cleaning up behind it for as long as the verification runs, and its locks make a
//! migration wait; neither stands in the way of purchases.

pub mod catalogue;
pub mod checks;
mod error;
pub mod report;
mod run;

use std::time::Instant;

use tokio_postgres::Client;

pub use self::{
    checks::{CHECKS, Check, Subject},
    error::VerifyError,
    report::VerifyReport,
};
use crate::{
    db::{connect::connect, connection_url::ConnectionUrl, migrate::embedded},
    domain::BusinessId,
};

/// What to verify.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VerifyOptions {
    /// Look at this business's rows only; the catalogue is everybody's and looked at all the same.
    pub business: Option<BusinessId>,
    /// Look at what all databases of the cluster share, too: roles.
    pub cluster: bool,
}

impl Default for VerifyOptions {
    fn default() -> Self {
        Self { business: None, cluster: true }
    }
}

/// How far a verification is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// How many steps are done.
    pub done: usize,
    /// How many there are.
    pub total: usize,
    /// What the next one looks at.
    pub title: &'static str,
}

/// Verifies the database at `url`. The role must see every row: a superuser's does, and one with BYPASSRLS and SELECT on
/// all tables. `Err` means that nothing was proven, neither good nor bad.
///
/// `progress` is called before each step.
pub async fn verify(
    url: &ConnectionUrl,
    options: VerifyOptions,
    progress: &mut (dyn FnMut(Progress) + Send),
) -> Result<VerifyReport, VerifyError> {
    let session = connect(url).await?;
    let client = session.client();
    client.batch_execute(run::BEGIN).await.map_err(|error| VerifyError::failed("begin", error))?;
    let mut report = verify_within(client, options, progress).await?;
    report.database = url.to_string();
    // There is nothing to commit. Had the session been dropped instead, PostgreSQL would log a lost client.
    client.batch_execute("ROLLBACK").await.map_err(|error| VerifyError::failed("end", error))?;
    Ok(report)
}

/// Verifies within the transaction that is open on `client`, which must see one moment and may see changes of its own.
pub async fn verify_within(
    client: &Client,
    options: VerifyOptions,
    progress: &mut (dyn FnMut(Progress) + Send),
) -> Result<VerifyReport, VerifyError> {
    let source = embedded::source().map_err(|error| VerifyError::Source(error.to_string()))?;
    run::Run::start(client, options, progress, Instant::now()).await?.finish(&source).await
}
