//! The command line: what can be asked for, and how. `--help` teaches; running is in [`crate::commands`].

#![expect(clippy::doc_markdown, reason = "these doc comments are what --help prints")]

use std::{collections::BTreeSet, path::PathBuf};

use clap::{
    Args, Command as Definition, CommandFactory, Parser, Subcommand,
    builder::{PossibleValue, PossibleValuesParser, TypedValueParser},
};

use crate::{
    config::{EmbeddedArgs, LogArgs, Place, ServeArgs, names, place},
    domain::{ApiKeyId, BusinessId, Currency, FutureTime, KeyName, Name, PaymentTerms, Scope, TimeZone},
};

/// Sell on credit, correctly: a multi-tenant purchase and credit-ledger backend on PostgreSQL.
///
/// Data goes to standard output, everything else to standard error.
/// Exit status: 0 done; 1 done, and the answer is no (findings, not found, refused); 2 could not be done.
#[derive(Debug, Parser)]
#[command(version, about, long_about, max_term_width = 100, propagate_version = true)]
pub struct Cli {
    /// Read settings from this file of NAME=value lines; the environment and flags go before it.
    #[arg(long, global = true, env = "TALLYSTICK_ENV_FILE", value_name = "FILE")]
    pub env_file: Option<PathBuf>,

    /// What to log.
    #[command(flatten)]
    pub log: LogArgs,

    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What tallystick can do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serve the HTTP API.
    ///
    /// With DATABASE_URL it uses that PostgreSQL, as a role that can write no table (see `tallystick migrate --help`).
    /// With --embedded it starts a PostgreSQL of its own on a data folder that it keeps.
    Serve(Box<ServeArgs>),
    /// Serve the HTTP API with two sample businesses, and print what to paste.
    Demo(Box<ServeArgs>),
    /// Install or upgrade the database schema.
    ///
    /// Connects as a role that may create schemas and roles (the database's owner with CREATEROLE, or a superuser).
    /// Running it again changes nothing; two at once wait for each other; an applied migration that was edited is refused.
    /// After a restore, it mends roles, owners, grants and whatever else it can, and lists the rest: exit status 1.
    ///
    /// Then make the role that `serve` connects as:
    ///   CREATE ROLE tallystick_server LOGIN PASSWORD '…' IN ROLE tallystick_app;
    #[command(verbatim_doc_comment)]
    Migrate(MigrateArgs),
    /// Prove a database from the outside: every balance, order, stock figure, chain, policy and grant.
    ///
    /// Reads one consistent snapshot while the system is in use. Connects as a role that sees every row (the one that
    /// migrates, or a superuser). Exit status 1 if there is any finding, and 3 if there is none, but the role could not
    /// look at everything.
    Verify(VerifyArgs),
    /// Create and list businesses.
    #[command(subcommand)]
    Business(BusinessCommand),
    /// Create, list and revoke the API keys of a business.
    #[command(subcommand)]
    ApiKey(ApiKeyCommand),
    /// Print the OpenAPI 3.1 document.
    Openapi,
}

/// The database as its owner sees it.
#[derive(Debug, Args)]
pub struct OwnerDatabase {
    /// The database, as a role that owns it.
    #[arg(long, env = "TALLYSTICK_MIGRATE_DATABASE_URL", hide_env_values = true, value_name = "URL")]
    pub migrate_database_url: Option<String>,
    /// Used if the former is not given.
    #[arg(long, env = "DATABASE_URL", hide_env_values = true, value_name = "URL")]
    pub database_url: Option<String>,
    /// Used if no URL is given and either the data folder is named or --embedded is.
    #[command(flatten)]
    pub embedded: EmbeddedArgs,
}

/// How to migrate.
#[derive(Debug, Args)]
pub struct MigrateArgs {
    /// Where.
    #[command(flatten)]
    pub database: OwnerDatabase,
    /// Apply functions, views, triggers, policies and grants again, even if no difference was noticed.
    #[arg(long)]
    pub reapply: bool,
}

/// The database as the server sees it.
#[derive(Debug, Args)]
pub struct ServerDatabase {
    /// The database, as the role that the server uses.
    #[arg(long, env = "DATABASE_URL", hide_env_values = true, value_name = "URL")]
    pub database_url: Option<String>,
    /// Used if no URL is given and either the data folder is named or --embedded is.
    #[command(flatten)]
    pub embedded: EmbeddedArgs,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}

/// How to verify.
#[derive(Debug, Args)]
pub struct VerifyArgs {
    /// Where.
    #[command(flatten)]
    pub database: OwnerDatabase,
    /// Look at the rows of this business only. Roles, functions, policies and grants are looked at all the same.
    #[arg(long, value_name = "ID")]
    pub business: Option<BusinessId>,
    /// Also compare these proofs: answers of `GET /v1/proofs` that were kept, or single proofs, each a line of JSON with
    /// `business_id`, `customer_id`, `entry_no` and `hash`. May be given several times; `-` is standard input. For each
    /// customer whose ledger was changed it names the last proof that holds and the first that does not.
    #[arg(long, value_name = "FILE")]
    pub proofs: Vec<PathBuf>,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}

/// What can be done with businesses.
#[derive(Debug, Subcommand)]
pub enum BusinessCommand {
    /// Create a business.
    Create {
        /// What it is called.
        #[arg(long)]
        name: Name,
        /// The ISO 4217 code of the currency that its amounts are in.
        #[arg(long)]
        currency: Currency,
        /// When its charges are due, as JSON: {"type": "age", "days": 30} for 30 times 24 hours after the charge, or
        /// {"type": "calendar"} with any of months, days, end_of_month, then_days for a day of the calendar.
        #[arg(long, default_value_t, value_name = "JSON")]
        payment_terms: PaymentTerms,
        /// Where its days begin and end: UTC, or a place of the tz database, such as Europe/Berlin.
        #[arg(long, default_value_t, value_name = "ZONE")]
        time_zone: TimeZone,
        /// Where.
        #[command(flatten)]
        database: ServerDatabase,
    },
    /// List all businesses, newest first.
    List {
        /// Where.
        #[command(flatten)]
        database: ServerDatabase,
    },
}

/// What can be done with API keys.
#[derive(Debug, Subcommand)]
pub enum ApiKeyCommand {
    /// Create a key, and print it this once.
    Create {
        /// The business that it is for.
        #[arg(long, value_name = "ID")]
        business: BusinessId,
        /// What it is for.
        #[arg(long)]
        name: KeyName,
        /// What it allows; may be given several times.
        #[arg(long = "scope", required = true, value_name = "SCOPE", value_parser = scope())]
        scopes: Vec<Scope>,
        /// When it stops working, as in 2027-01-31T00:00:00Z; without it, never.
        #[arg(long, value_name = "TIME")]
        expires_at: Option<FutureTime>,
        /// Where.
        #[command(flatten)]
        database: ServerDatabase,
    },
    /// List a business's keys, newest first.
    List {
        /// The business.
        #[arg(long, value_name = "ID")]
        business: BusinessId,
        /// Where.
        #[command(flatten)]
        database: ServerDatabase,
    },
    /// End a key now.
    Revoke {
        /// The business.
        #[arg(long, value_name = "ID")]
        business: BusinessId,
        /// The key's id, as `list` shows it.
        #[arg(long, value_name = "ID")]
        key: ApiKeyId,
        /// Where.
        #[command(flatten)]
        database: ServerDatabase,
    },
}

fn scope() -> impl TypedValueParser<Value = Scope> {
    let names = Scope::ALL.map(|scope| {
        PossibleValue::new(scope.as_str()).help(match scope {
            Scope::Read => "May look at the business's data",
            Scope::Write => "May buy, pay, and change the business's data",
            Scope::Price => "May bring prices, discounts and taxes to a purchase; needs write, too",
            Scope::Adjust => "May adjust accounts, refund, reverse and exceed the credit limit; needs write, too",
        })
    });
    PossibleValuesParser::new(names).try_map(|name| name.parse::<Scope>())
}

impl OwnerDatabase {
    /// The database to work on: that of the owner's URL, or else of the server's, or else the embedded one.
    pub fn place(&self) -> anyhow::Result<Place<'_>> {
        let urls = [self.migrate_database_url.as_deref(), self.database_url.as_deref()];
        let url = urls.into_iter().flatten().find(|url| !url.is_empty());
        self.embedded.place(url, "set TALLYSTICK_MIGRATE_DATABASE_URL, or DATABASE_URL")
    }
}

impl ServerDatabase {
    /// The database to work on: that of the URL, or else the embedded one.
    pub fn place(&self) -> anyhow::Result<Place<'_>> {
        self.embedded.place(self.database_url.as_deref(), "set DATABASE_URL")
    }
}

impl EmbeddedArgs {
    /// For commands that do not serve, the data folder's name says enough.
    fn place<'a>(&self, url: Option<&'a str>, advice: &str) -> anyhow::Result<Place<'a>> {
        let is_meant = self.embedded || (url.is_none_or(str::is_empty) && self.data_dir.is_some());
        place(url, is_meant, &format!("{advice}, or, for the embedded PostgreSQL, TALLYSTICK_DATA_DIR or --embedded"))
    }
}

/// The names of all variables of ours that set something, as the definitions above give them.
#[must_use]
pub fn setting_names() -> BTreeSet<String> {
    fn collect(definition: &Definition, names: &mut BTreeSet<String>) {
        let variables = definition.get_arguments().filter_map(|argument| argument.get_env()?.to_str());
        names.extend(variables.filter(|name| name.starts_with(names::PREFIX)).map(str::to_owned));
        for subcommand in definition.get_subcommands() {
            collect(subcommand, names);
        }
    }
    let mut names = BTreeSet::new();
    collect(&Cli::command(), &mut names);
    names
}

/// Refuses variables that begin like ours and set nothing.
pub fn refuse_misspelt_settings() -> anyhow::Result<()> {
    let given = std::env::vars_os()
        .map(|(name, value)| (name.to_string_lossy().into_owned(), value.to_string_lossy().into_owned()));
    names::refuse_unknown(&setting_names(), given)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use clap::CommandFactory;

    use super::{Cli, setting_names};
    use crate::config::names::PREFIX;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    /// A name that is missing there would be nowhere; a name that is only there would be refused.
    #[test]
    fn the_operators_guide_has_every_setting_and_no_other() {
        let guide = include_str!("../docs/operating.md");
        let words = guide.split(|letter: char| !letter.is_ascii_uppercase() && letter != '_');
        let ours = words.filter(|word| word.strip_prefix(PREFIX).is_some_and(|rest| !rest.is_empty()));
        let documented: BTreeSet<String> = ours.map(str::to_owned).collect();
        assert_eq!(documented, setting_names());
    }
}
