//! What libpq takes from its environment where a connection string says nothing.

use std::{collections::BTreeMap, env, fmt, path::PathBuf};

use nix::unistd::{User, geteuid};

/// The variables that stand for a parameter, as libpq names them, without those of the service file.
///
/// `PGCLIENTENCODING` is not among them, because the driver always speaks UTF-8; nor are variables about GSSAPI libraries
/// and protocol versions, which the driver does not have.
const PARAMETERS: [(&str, &str); 23] = [
    ("PGAPPNAME", "application_name"),
    ("PGCHANNELBINDING", "channel_binding"),
    ("PGCONNECT_TIMEOUT", "connect_timeout"),
    ("PGDATABASE", "dbname"),
    ("PGGSSENCMODE", "gssencmode"),
    ("PGHOST", "host"),
    ("PGHOSTADDR", "hostaddr"),
    ("PGLOADBALANCEHOSTS", "load_balance_hosts"),
    ("PGOPTIONS", "options"),
    ("PGPASSFILE", "passfile"),
    ("PGPASSWORD", "password"),
    ("PGPORT", "port"),
    ("PGREQUIREAUTH", "require_auth"),
    ("PGREQUIREPEER", "requirepeer"),
    ("PGSSLCERT", "sslcert"),
    ("PGSSLCRL", "sslcrl"),
    ("PGSSLCRLDIR", "sslcrldir"),
    ("PGSSLKEY", "sslkey"),
    ("PGSSLMODE", "sslmode"),
    ("PGSSLNEGOTIATION", "sslnegotiation"),
    ("PGSSLROOTCERT", "sslrootcert"),
    ("PGTARGETSESSIONATTRS", "target_session_attrs"),
    ("PGUSER", "user"),
];

/// The variables and the account that fill in what a connection string leaves out.
///
/// The default is empty: then the string alone decides. Nothing prints a value, because one may be a password.
#[derive(Clone, Default)]
pub struct Environment {
    variables: BTreeMap<String, String>,
    account: Option<Account>,
}

#[derive(Clone)]
struct Account {
    name: String,
    home: PathBuf,
}

impl Environment {
    /// That of this process.
    #[must_use]
    pub fn of_this_process() -> Self {
        let variables =
            env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
        let account = User::from_uid(geteuid()).ok().flatten().map(|user| Account { name: user.name, home: user.dir });
        Self { account, ..Self::new(variables) }
    }

    /// One with these variables and no account. Empty values count as not set.
    pub fn new(variables: impl IntoIterator<Item = (String, String)>) -> Self {
        let variables = variables
            .into_iter()
            .filter(|(name, value)| (name.starts_with("PG") || name == "HOME") && !value.is_empty())
            .collect();
        Self { variables, account: None }
    }

    /// The parameters that variables give: the variable, the parameter, the value.
    pub(crate) fn parameters(&self) -> impl Iterator<Item = (&'static str, (String, String))> {
        PARAMETERS.into_iter().filter_map(|(variable, parameter)| {
            let value = self.variable(variable)?;
            Some((variable, (parameter.to_owned(), value.to_owned())))
        })
    }

    pub(crate) fn variable(&self, name: &str) -> Option<&str> {
        self.variables.get(name).map(String::as_str)
    }

    /// The home folder: `HOME`, or else the account's.
    pub(crate) fn home(&self) -> Option<PathBuf> {
        self.variable("HOME").map(PathBuf::from).or_else(|| Some(self.account.as_ref()?.home.clone()))
    }

    /// The operating system's name of the user, which is the role if nothing else names one.
    pub(crate) fn account_name(&self) -> Option<&str> {
        self.account.as_ref().map(|account| account.name.as_str())
    }
}

impl fmt::Debug for Environment {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_list().entries(self.variables.keys()).finish()
    }
}
