//! `tallystick verify`: audits a database from the outside, while it is in use.
//!
//! It runs in one `REPEATABLE READ READ ONLY` transaction, so that every check sees the same moment and changes nothing.
//! `sql/verify` has one check per file; `sql/schema.snapshot.sql` is the expected catalogue; [`indexes`] reads every index.
//! The audit calls no function of the database that it examines, but for amcheck's where that extension is installed.
//!
//! While it runs, vacuum cannot remove rows that died after its start, and a migration waits for its locks. Purchases do
//! not wait.

pub mod catalogue;
pub mod checks;
mod error;
mod indexes;
mod mend;
mod proofs;
pub mod report;
mod run;

use std::time::Instant;

use postgres_url::ConnectionUrl;
use tokio_postgres::Client;

pub use self::{
    checks::{CHECKS, Check, Subject},
    error::VerifyError,
    mend::REAPPLY,
    proofs::ProofFiles,
    report::{CheckReport, VerifyReport},
};
use crate::{
    db::connection::connect,
    domain::BusinessId,
    schema::migrate::{Source, embedded},
};

/// What to verify.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VerifyOptions {
    /// Check this business's rows only. The catalogue is checked all the same.
    pub business: Option<BusinessId>,
    /// Also check the roles, which all databases of the cluster share.
    pub cluster: bool,
}

impl Default for VerifyOptions {
    fn default() -> Self {
        Self { business: None, cluster: true }
    }
}

/// How far a verification is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Progress {
    /// How many steps are done.
    pub done: usize,
    /// How many there are.
    pub total: usize,
    /// What the next step looks at.
    pub title: String,
}

/// Verifies the database at `url`. The role must see every row: it is a member of `tallystick_auditor`, a superuser, or has
/// BYPASSRLS and SELECT on all tables. `Err` means that nothing was proven, neither good nor bad.
///
/// `progress` is called before each step.
pub async fn verify(
    url: &ConnectionUrl,
    options: VerifyOptions,
    progress: &mut (dyn FnMut(Progress) + Send),
) -> Result<VerifyReport, VerifyError> {
    verify_with(url, options, None, progress).await
}

/// Does the same, and compares proofs that somebody kept.
pub async fn verify_with(
    url: &ConnectionUrl,
    options: VerifyOptions,
    proofs: Option<ProofFiles>,
    progress: &mut (dyn FnMut(Progress) + Send),
) -> Result<VerifyReport, VerifyError> {
    let session = connect(url).await?;
    let client = session.client();
    client.batch_execute(run::BEGIN).await.map_err(|error| VerifyError::failed("begin", error))?;
    let source = embedded_source()?;
    let run = run::Run::start(client, options, progress, Instant::now()).await?;
    let mut report = run.with_proofs(proofs).finish(&source).await?;
    report.database = url.to_string();
    // There is nothing to commit, but without an end of the transaction PostgreSQL would log a lost client.
    client.batch_execute("ROLLBACK").await.map_err(|error| VerifyError::failed("end", error))?;
    Ok(report)
}

/// Verifies within the transaction that is open on `client`. It must be REPEATABLE READ; changes of its own are seen, too.
pub async fn verify_within(
    client: &Client,
    options: VerifyOptions,
    progress: &mut (dyn FnMut(Progress) + Send),
) -> Result<VerifyReport, VerifyError> {
    let source = embedded_source()?;
    run::Run::start(client, options, progress, Instant::now()).await?.finish(&source).await
}

/// Runs one check within the transaction that is open on `client`, by its name. This shows whether a finding is mended.
pub async fn check_within(client: &Client, name: &str) -> Result<CheckReport, VerifyError> {
    let source = embedded_source()?;
    let mut silent = |_: Progress| {};
    run::Run::start(client, VerifyOptions::default(), &mut silent, Instant::now()).await?.only(name, &source).await
}

fn embedded_source() -> Result<Source, VerifyError> {
    embedded::source().map_err(|error| VerifyError::Source(error.to_string()))
}
