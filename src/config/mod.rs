//! Every setting of the server: a flag, or an environment variable, or its default.
//!
//! Checked here are forms, ranges, and settings that contradict each other; nothing here connects to anything. Secrets are
//! [`Secret`]s, which neither `--help` nor `{:?}` shows. A file of settings is read before the settings are parsed.

mod auth;
mod database;
mod duration;
mod embedded;
mod gate;
mod http;
pub mod names;
mod purchase_queue;
mod secret;

pub use auth::{ADMIN_TOKEN_LENGTH, AuthArgs};
pub use database::{DatabaseArgs, connection_url};
pub use duration::parse_duration;
pub(crate) use embedded::place;
pub use embedded::{EmbeddedArgs, Place};
pub use gate::GateArgs;
pub use http::HttpArgs;
pub use purchase_queue::PurchaseQueueArgs;
pub use secret::Secret;

use anyhow::ensure;
use clap::Args;

use crate::telemetry::{LogFormat, TelemetrySettings};

/// The settings of `serve`.
#[derive(Debug, Clone, Args)]
pub struct ServeArgs {
    /// How to reach and use the database.
    #[command(flatten)]
    pub database: DatabaseArgs,
    /// How purchases that wait are combined.
    #[command(flatten)]
    pub purchase_queue: PurchaseQueueArgs,
    /// How the connections are shared.
    #[command(flatten)]
    pub gate: GateArgs,
    /// How to serve.
    #[command(flatten)]
    pub http: HttpArgs,
    /// Who may call.
    #[command(flatten)]
    pub auth: AuthArgs,
}

impl ServeArgs {
    /// Refuses settings that contradict each other.
    pub fn check(&self) -> anyhow::Result<()> {
        self.http.check()?;
        self.database.check()?;
        ensure!(
            self.database.statement_timeout <= self.http.request_timeout,
            "--statement-timeout ({:?}) is longer than --request-timeout ({:?}), so it could never be reached",
            self.database.statement_timeout,
            self.http.request_timeout
        );
        self.auth.check()
    }
}

/// What to log; for every command.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Logging")]
pub struct LogArgs {
    /// Which log lines to write: `error`, `warn`, `info`, `debug`, or per part, as in `warn,tallystick::auth=debug`;
    /// of libraries never more than warnings
    #[arg(long = "log", env = "TALLYSTICK_LOG", default_value = "info", value_name = "FILTER", global = true)]
    pub filter: String,
    /// How log lines look [default: text on a terminal, else json]
    #[arg(long = "log-format", env = "TALLYSTICK_LOG_FORMAT", value_name = "FORMAT", global = true)]
    pub format: Option<LogFormat>,
}

impl From<LogArgs> for TelemetrySettings {
    fn from(log: LogArgs) -> Self {
        Self { filter: log.filter, format: log.format }
    }
}

#[cfg(test)]
mod tests {
    use clap::{CommandFactory, Parser};

    use super::{LogArgs, ServeArgs};

    #[derive(Debug, Parser)]
    struct Sample {
        #[command(flatten)]
        serve: ServeArgs,
        #[command(flatten)]
        log: LogArgs,
    }

    fn parse(arguments: &[&str]) -> ServeArgs {
        Sample::try_parse_from([&["serve"], arguments].concat()).unwrap().serve
    }

    fn refusal(arguments: &[&str]) -> String {
        parse(arguments).check().unwrap_err().to_string()
    }

    #[test]
    fn every_setting_has_a_flag_a_variable_and_words() {
        Sample::command().debug_assert();
        for argument in Sample::command().get_arguments().filter(|argument| argument.get_id() != "help") {
            let id = argument.get_id();
            assert!(argument.get_long().is_some() && argument.get_env().is_some(), "{id} lacks a flag or a variable");
            assert!(argument.get_help().is_some_and(|help| !help.to_string().is_empty()), "{id} lacks words");
        }
    }

    #[test]
    fn secrets_show_neither_in_help_nor_in_debug_output() {
        // The address of a key set may carry a password.
        let secrets = ["--database-url", "--admin-token", "--jwt-secret", "--jwt-jwks"];
        for flag in secrets {
            let command = Sample::command();
            let argument = command.get_arguments().find(|argument| argument.get_long() == Some(&flag[2..])).unwrap();
            assert!(argument.is_hide_env_values_set(), "{flag} would show its variable's value");
            let args = parse(&[flag, "hunter2-hunter2-hunter2-hunter2-hunter2"]);
            assert!(!format!("{args:?}").contains("hunter2"), "{flag} shows in {args:?}");
        }
    }

    /// Each to its own limit, and to no other.
    #[test]
    fn the_limits_of_connections_are_those_that_are_set() {
        let flags =
            "--header-read-timeout=1s --idle-timeout=2s --write-timeout=3s --drain-timeout=4s --max-connections=5";
        let limits = parse(&flags.split(' ').collect::<Vec<_>>()).http.server_limits();
        let times = [limits.header_read_timeout, limits.idle_timeout, limits.write_timeout, limits.drain_timeout];
        assert_eq!(times.map(|time| time.as_secs()), [1, 2, 3, 4]);
        assert_eq!(limits.max_connections, 5);
    }

    #[test]
    fn the_defaults_do_not_contradict_each_other() {
        parse(&[]).check().unwrap();
    }

    #[test]
    fn settings_that_make_no_sense_are_refused_with_their_names() {
        let refused = refusal(&["--body-read-timeout", "20s", "--request-timeout", "10s"]);
        assert!(refused.contains("body-read-timeout") && refused.contains("request-timeout"), "{refused}");
        let refused = refusal(&["--lock-timeout", "6s", "--statement-timeout", "5s"]);
        assert!(refused.contains("lock-timeout") && refused.contains("statement-timeout"), "{refused}");
        let refused = refusal(&["--statement-timeout", "11s", "--request-timeout", "10s"]);
        assert!(refused.contains("statement-timeout") && refused.contains("request-timeout"), "{refused}");
        let refused = refusal(&["--admin-token", "0123456789012345678901234567890"]);
        assert!(refused.contains("31 characters") && refused.contains("32") && !refused.contains("0123"), "{refused}");
        parse(&["--admin-token", "01234567890123456789012345678901"]).check().unwrap();
        let refused = refusal(&["--rate-limit-burst", "10"]);
        assert!(refused.contains("rate-limit-per-second"), "{refused}");
    }
}
