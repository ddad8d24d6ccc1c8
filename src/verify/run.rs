//! One verification, step by step, within one transaction.

use std::{
    collections::{BTreeMap, HashMap},
    pin::pin,
    time::{Duration, Instant},
};

use futures_util::TryStreamExt;
use serde_json::Value;
use tokio_postgres::{
    Client, Error, Row,
    types::{Json, ToSql, Type},
};
use uuid::Uuid;

use super::{
    Progress, VerifyOptions, catalogue,
    checks::{CHECKS, Check, Subject, with_parts},
    error::{Meaning, VerifyError, is_denied, meaning},
    indexes::{self, ByIndex, Contents, Index, Table},
    proofs::{Failed, ProofFiles},
    report::{BusinessReport, CheckReport, Finding, VerifyReport},
};
use crate::{
    db::connection::explain,
    domain::BusinessId,
    schema::migrate::{History, Source},
};

/// Every check sees the same moment, and the server itself refuses to change anything.
pub(super) const BEGIN: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

/// Overrides settings of the role, the database or the server that could hide rows, change the catalogue's text, or end a
/// long verification. Only the wait for a lock is limited: a migration may hold one.
const SETTINGS: &str = "\
    SET LOCAL row_security = off;
    SET LOCAL search_path = pg_catalog;
    SET LOCAL statement_timeout = 0;
    SET LOCAL lock_timeout = '30s';
    SET LOCAL idle_in_transaction_session_timeout = 0;
    SELECT pg_catalog.set_config(name, '0', true) FROM pg_catalog.pg_settings WHERE name = 'transaction_timeout';
    SET LOCAL TIME ZONE 'UTC';
    SET LOCAL DateStyle = ISO;
    SET LOCAL quote_all_identifiers = off;
    SET LOCAL work_mem = '64MB';
    SET LOCAL jit = off;";

/// Rows are read from the tables themselves, because an index could have lost a row.
const WITHOUT_INDEXES: &str = "\
    SET LOCAL enable_indexscan = off;
    SET LOCAL enable_indexonlyscan = off;
    SET LOCAL enable_bitmapscan = off;";

/// What stands where a table should and is none. The audit reads these names.
const NO_TABLE: &str = include_str!("../../sql/queries/no_table.sql");
/// Whether the role sees every row although it bypasses no policy.
const AUDITS: &str = include_str!("../../sql/queries/audits.sql");

const BUSINESS_TOTALS: &str = include_str!("../../sql/queries/business_totals.sql");

/// Checks that are not one statement.
const INDEXES: (&str, &str, &str) = (
    "index_contents",
    "Index contents",
    "Every index has the entries of its table's rows and no others, in order: both are read in the same snapshot. Where \
     amcheck is installed and may be used, the structure of every index is sound.",
);
const PROOFS: (&str, &str, &str) = (
    "proofs",
    "Proofs",
    "Every proof that was given holds: its entry is there and has the hash that was kept. With the checks of the ledger this proves \
     that no entry up to that one was changed, removed or inserted since.",
);
const RELEASE: (&str, &str, &str) = (
    "release",
    "Release",
    "The database was migrated by this release of tallystick: every migration with the text it has now, and the current \
     functions, views, triggers, policies and grants.",
);
const CATALOGUE: (&str, &str, &str) = (
    "catalogue",
    "Catalogue",
    "Tables, columns, constraints, indexes, policies, triggers, views, functions and their bodies, owners and grants \
     are those of a fresh install; nothing is missing, altered, switched off, or there in addition.",
);

pub(super) struct Run<'run> {
    client: &'run Client,
    options: VerifyOptions,
    proofs: Option<ProofFiles>,
    progress: &'run mut (dyn FnMut(Progress) + Send),
    started: Instant,
    steps_done: usize,
    steps_total: usize,
    report: VerifyReport,
    findings_of_business: HashMap<Option<Uuid>, u64>,
}

impl<'run> Run<'run> {
    pub(super) async fn start(
        client: &'run Client,
        options: VerifyOptions,
        progress: &'run mut (dyn FnMut(Progress) + Send),
        started: Instant,
    ) -> Result<Self, VerifyError> {
        let failed = |error| VerifyError::failed("examine the database", error);
        client.batch_execute(SETTINGS).await.map_err(failed)?;
        if client.query_one(AUDITS, &[]).await.and_then(|row| row.try_get(0)).map_err(failed)? {
            client.batch_execute("SET LOCAL row_security = on").await.map_err(failed)?;
        }
        let query = "SELECT current_database()::text, current_setting('server_version'), now(), \
                     EXISTS (SELECT FROM pg_namespace WHERE nspname = 'tallystick')";
        let row = client.query_one(query, &[]).await.map_err(failed)?;
        let database = row.try_get(0).map_err(failed)?;
        if !row.try_get::<_, bool>(3).map_err(failed)? {
            return Err(VerifyError::NotInstalled { database });
        }
        if let Some(row) = client.query_opt(NO_TABLE, &[]).await.map_err(failed)? {
            return Err(VerifyError::NoTable { name: row.try_get(0).map_err(failed)? });
        }
        let report = VerifyReport {
            database,
            server_version: row.try_get(1).map_err(failed)?,
            taken_at: row.try_get(2).map_err(failed)?,
            checks: Vec::new(),
            businesses: Vec::new(),
            rows_checked: 0,
            findings: 0,
            not_checked: 0,
            duration_ms: 0,
        };
        let (steps_done, steps_total) = (0, 0);
        Ok(Self {
            client,
            options,
            proofs: None,
            progress,
            started,
            steps_done,
            steps_total,
            report,
            findings_of_business: HashMap::new(),
        })
    }

    /// Also compares these.
    pub(super) fn with_proofs(mut self, proofs: Option<ProofFiles>) -> Self {
        self.proofs = proofs;
        self
    }

    pub(super) async fn finish(mut self, source: &Source) -> Result<VerifyReport, VerifyError> {
        let checks: Vec<&Check> =
            CHECKS.iter().filter(|check| self.options.cluster || check.subject != Subject::Cluster).collect();
        let (of_rows, of_catalogue): (Vec<&Check>, Vec<&Check>) =
            checks.iter().copied().partition(|check| check.subject == Subject::Rows);
        let tables = self.tables_with_indexes().await?;
        let reads = tables.as_ref().map_or(0, |tables| tables.iter().map(|table| 1 + table.indexes.len()).sum());
        // And the businesses, the catalogue and the release.
        self.steps_total = checks.len() + reads + 3 + usize::from(self.proofs.is_some());

        self.set(WITHOUT_INDEXES).await?;
        for check in of_rows {
            self.say(check.title());
            self.check(check).await?;
        }
        self.say("Businesses");
        self.businesses().await?;
        self.indexes(tables).await?;

        // In a database with many tables, reading the catalogue without its indexes takes too long.
        self.set(indexes::FREELY).await?;
        if let Some(proofs) = self.proofs.take() {
            self.say(PROOFS.1);
            self.compare(proofs).await?;
        }
        for check in of_catalogue {
            self.say(check.title());
            self.check(check).await?;
        }
        self.say(CATALOGUE.1);
        self.catalogue().await?;
        self.say(RELEASE.1);
        self.release(source).await?;
        Ok(self.finished())
    }

    /// Runs the check of this name and no other.
    pub(super) async fn only(mut self, name: &str, source: &Source) -> Result<CheckReport, VerifyError> {
        self.set(indexes::FREELY).await?;
        if name == INDEXES.0 {
            let tables = self.tables_with_indexes().await?;
            self.indexes(tables).await?;
        } else if name == CATALOGUE.0 {
            self.catalogue().await?;
        } else if name == RELEASE.0 {
            self.release(source).await?;
        } else if let Some(check) = CHECKS.iter().find(|check| check.name == name) {
            if check.subject == Subject::Rows {
                self.set(WITHOUT_INDEXES).await?;
            }
            self.check(check).await?;
        }
        self.report.checks.pop().ok_or_else(|| VerifyError::Source(format!("there is no check {name}")))
    }

    fn finished(self) -> VerifyReport {
        let mut report = self.report;
        for business in &mut report.businesses {
            business.findings = self.findings_of_business.get(&business.business_id).copied().unwrap_or(0);
        }
        report.rows_checked = report.checks.iter().map(|check| check.rows_checked).sum();
        report.findings = report.checks.iter().map(|check| check.findings_total).sum();
        report.not_checked = report.checks.iter().map(|check| check.not_checked.len() as u64).sum();
        report.duration_ms = milliseconds(self.started.elapsed());
        report
    }

    fn say(&mut self, title: impl Into<String>) {
        (self.progress)(Progress { done: self.steps_done, total: self.steps_total, title: title.into() });
        self.steps_done += 1;
    }

    async fn check(&mut self, check: &Check) -> Result<(), VerifyError> {
        let started = Instant::now();
        let mut report = CheckReport::empty(check.name, check.title(), check.proves());
        let business = self.options.business.filter(|_| check.subject == Subject::Rows).map(BusinessId::uuid);
        let statement = check.statement(business.is_some());
        let parameters: Vec<(&(dyn ToSql + Sync), Type)> =
            business.iter().map(|id| (id as &(dyn ToSql + Sync), Type::UUID)).collect();
        self.set("SAVEPOINT before_check").await?;
        let read = async {
            let mut rows = pin!(self.client.query_typed_raw(&statement, parameters).await?);
            while let Some(row) = rows.try_next().await? {
                let business_id: Option<Uuid> = row.try_get(0)?;
                let rows_checked: Option<i64> = row.try_get(1)?;
                report.rows_checked += rows_checked.unwrap_or(0).unsigned_abs();
                if let Some(finding) = row.try_get::<_, Option<Value>>(2)? {
                    *self.findings_of_business.entry(business_id).or_default() += 1;
                    report.add(Finding::described(business_id, finding));
                }
            }
            Ok(())
        }
        .await;
        self.conclude(report, check.subject, started, read).await
    }

    async fn tables_with_indexes(&self) -> Result<Result<Vec<Table>, String>, VerifyError> {
        self.set("SAVEPOINT before_check").await?;
        match indexes::list(self.client).await {
            Ok(tables) => Ok(Ok(tables)),
            Err(error) => self.give_up_on_damage_only(error).await.map(Err),
        }
    }

    async fn indexes(&mut self, tables: Result<Vec<Table>, String>) -> Result<(), VerifyError> {
        let started = Instant::now();
        let mut report = CheckReport::empty(INDEXES.0, INDEXES.1, INDEXES.2.to_owned());
        match tables {
            Ok(tables) => {
                self.set("SAVEPOINT before_check").await?;
                let amcheck = match indexes::amcheck(self.client).await {
                    Ok(amcheck) => amcheck,
                    Err(error) => self.give_up_on_damage_only(error).await.map(|_| None)?,
                };
                for table in &tables {
                    self.indexes_of(table, amcheck.as_deref(), &mut report).await?;
                }
            }
            Err(reason) => report.add(Finding::of_catalogue(format!("the check cannot run: {reason}"), [])),
        }
        self.conclude(report, Subject::Catalogue, started, Ok(())).await
    }

    async fn indexes_of(
        &mut self,
        table: &Table,
        amcheck: Option<&str>,
        report: &mut CheckReport,
    ) -> Result<(), VerifyError> {
        let only = self.options.business.map(BusinessId::uuid);
        self.say(format!("{}: {}", INDEXES.1, table.name));
        self.set(indexes::BY_TABLE).await?;
        self.set("SAVEPOINT before_check").await?;
        let by_table = match indexes::read_table(self.client, table, only).await {
            Ok(by_table) => by_table,
            Err(error) => {
                let reason = self.give_up_on_damage_only(error).await?;
                let keys = [("table", table.name.clone())];
                report.add(Finding::of_catalogue(format!("the table cannot be read: {reason}"), keys));
                Vec::new()
            }
        };
        self.set(indexes::BY_INDEX).await?;
        for (position, index) in table.indexes.iter().enumerate() {
            self.say(format!("{}: {}", INDEXES.1, index.name));
            if let Some(reason) = &index.unreadable {
                report.not_checked.push(format!("{}: {reason}", index.name));
            } else if let Some(by_table) = by_table.get(position) {
                self.index(table, index, by_table, amcheck, report).await?;
            }
        }
        Ok(())
    }

    async fn index(
        &self,
        table: &Table,
        index: &Index,
        by_table: &Contents,
        amcheck: Option<&str>,
        report: &mut CheckReport,
    ) -> Result<(), VerifyError> {
        let only = self.options.business.map(BusinessId::uuid);
        self.set("SAVEPOINT before_check").await?;
        match indexes::read_index(self.client, table, index, only).await {
            Ok(ByIndex::Read(by_index, falls)) => {
                report.rows_checked += by_index.rows.unsigned_abs();
                if let Some(finding) = indexes::compare(table, index, by_table, &by_index, falls) {
                    report.add(finding);
                }
            }
            Ok(ByIndex::NoPlan) => {
                report.not_checked.push(format!("{}: PostgreSQL has no plan that reads it alone", index.name));
            }
            Err(error) => {
                let reason = self.give_up_on_damage_only(error).await?;
                report.add(indexes::finding(table, index, format!("the index cannot be read: {reason}")));
            }
        }
        if let Some(amcheck) = amcheck {
            self.set("SAVEPOINT before_check").await?;
            if let Err(error) = indexes::check_structure(self.client, amcheck, index).await {
                let reason = self.give_up_on_damage_only(error).await?;
                report.add(indexes::finding(table, index, format!("amcheck found: {reason}")));
            }
        }
        Ok(())
    }

    async fn compare(&mut self, mut proofs: ProofFiles) -> Result<(), VerifyError> {
        let started = Instant::now();
        let mut report = CheckReport::empty(PROOFS.0, PROOFS.1, PROOFS.2.to_owned());
        self.set("SAVEPOINT before_check").await?;
        let read = match proofs.compare(self.client, self.options.business).await {
            Ok((compared, findings)) => {
                report.rows_checked = compared;
                for finding in findings {
                    *self.findings_of_business.entry(finding.business_id).or_default() += 1;
                    report.add(finding);
                }
                Ok(())
            }
            Err(Failed::Proofs(reason)) => return Err(VerifyError::Proofs(reason)),
            Err(Failed::Database(error)) => Err(error),
        };
        self.conclude(report, Subject::Rows, started, read).await
    }

    async fn catalogue(&mut self) -> Result<(), VerifyError> {
        let started = Instant::now();
        let mut report = CheckReport::empty(CATALOGUE.0, CATALOGUE.1, CATALOGUE.2.to_owned());
        self.set("SAVEPOINT before_check").await?;
        let read = async {
            let found = catalogue::read(self.client).await?;
            let supabase = catalogue::is_supabase(self.client).await?;
            report.rows_checked = found.len() as u64;
            let findings = catalogue::compare(&catalogue::parse(catalogue::SNAPSHOT), &found, supabase);
            for finding in findings {
                report.add(finding);
            }
            Ok(())
        }
        .await;
        self.conclude(report, Subject::Catalogue, started, read).await
    }

    async fn release(&mut self, source: &Source) -> Result<(), VerifyError> {
        let started = Instant::now();
        let mut report = CheckReport::empty(RELEASE.0, RELEASE.1, RELEASE.2.to_owned());
        self.set("SAVEPOINT before_check").await?;
        let read = async {
            let recorded = History::read(self.client).await?;
            report.rows_checked = recorded.migrations.len() as u64 + u64::from(recorded.code_sha256.is_some());
            match recorded.pending(source) {
                Err(history) => report.add(Finding::of_catalogue(history.to_string(), [])),
                Ok(pending) => {
                    for migration in pending {
                        let named = format!("{:04}_{}", migration.version, migration.name);
                        report.add(Finding::of_catalogue("it is to be migrated", [("migration", named)]));
                    }
                }
            }
            if recorded.code_sha256.as_deref() != Some(source.code_sha256().as_str()) {
                let wrong =
                    "the recorded functions, views, triggers, policies and grants are not those of this release";
                report.add(Finding::of_catalogue(wrong, []));
            }
            Ok(())
        }
        .await;
        self.conclude(report, Subject::Catalogue, started, read).await
    }

    async fn businesses(&mut self) -> Result<(), VerifyError> {
        let business = self.options.business.map(BusinessId::uuid);
        self.set("SAVEPOINT before_check").await?;
        let read = async {
            let rows = self.client.query_typed(&with_parts(BUSINESS_TOTALS), &[(&business, Type::UUID)]).await?;
            rows.iter().map(business_report).collect::<Result<Vec<_>, Error>>()
        }
        .await;
        match read {
            Ok(businesses) => self.report.businesses = businesses,
            // A check failed on the same damage and reports it.
            Err(error) => self.give_up_on_damage_only(error).await.map(drop)?,
        }
        Ok(())
    }

    /// If damage kept the check from running, that is a finding, and the next check runs. If the role may not read what a
    /// check of the catalogue needs, the check says so. If it may not read rows, the whole verification proves nothing.
    async fn conclude(
        &mut self,
        mut report: CheckReport,
        subject: Subject,
        started: Instant,
        read: Result<(), Error>,
    ) -> Result<(), VerifyError> {
        if let Err(error) = &read
            && subject != Subject::Rows
            && is_denied(error)
        {
            self.set("ROLLBACK TO SAVEPOINT before_check").await?;
            report.not_checked.push(format!("{}: {}", report.title, explain(error)));
        } else if let Err(error) = read {
            let reason = self.give_up_on_damage_only(error).await?;
            report.add(Finding::of_catalogue(format!("the check cannot run: {reason}"), []));
        }
        report.duration_ms = milliseconds(started.elapsed());
        self.report.checks.push(report);
        Ok(())
    }

    async fn give_up_on_damage_only(&self, error: Error) -> Result<String, VerifyError> {
        match meaning(&error) {
            Meaning::Damage => {
                self.set("ROLLBACK TO SAVEPOINT before_check").await?;
                Ok(explain(&error))
            }
            Meaning::CannotSee => {
                self.set("ROLLBACK TO SAVEPOINT before_check").await?;
                let failed = |error| VerifyError::failed("ask for the role", error);
                let row = self.client.query_one("SELECT current_user::text", &[]).await.map_err(failed)?;
                Err(VerifyError::CannotSee { role: row.try_get(0).map_err(failed)?, reason: explain(&error) })
            }
            Meaning::Unproven => Err(VerifyError::failed("go on verifying", error)),
        }
    }

    async fn set(&self, sql: &str) -> Result<(), VerifyError> {
        self.client.batch_execute(sql).await.map_err(|error| VerifyError::failed("go on verifying", error))
    }
}

fn business_report(row: &Row) -> Result<BusinessReport, Error> {
    Ok(BusinessReport {
        business_id: row.try_get("business_id")?,
        name: row.try_get("name")?,
        currency: row.try_get("currency")?,
        rows: row.try_get::<_, Json<BTreeMap<String, i64>>>("rows")?.0,
        balance: row.try_get("balance")?,
        findings: 0,
    })
}

fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
