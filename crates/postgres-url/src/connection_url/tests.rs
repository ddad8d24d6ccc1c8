//! Connection strings as people paste them.

use std::{path::PathBuf, time::Duration};

use proptest::prelude::*;
use tokio_postgres::config::{ChannelBinding, Host, SslMode, SslNegotiation, TargetSessionAttrs};

use super::*;
use crate::{
    Environment,
    tls::{RootCertificates, TlsMode},
};

#[track_caller]
fn parse(text: &str) -> ConnectionUrl {
    text.parse().unwrap_or_else(|error| panic!("{text}: {error}"))
}

#[track_caller]
fn error(text: &str) -> ConnectionUrlError {
    match text.parse::<ConnectionUrl>() {
        Ok(url) => panic!("{text} was read as {url}"),
        Err(error) => error,
    }
}

#[test]
fn a_plain_url_names_host_port_database_user_and_password() {
    for scheme in ["postgresql", "postgres"] {
        let url = parse(&format!("{scheme}://anna:s%3Acret%2F1@db.example.com:6432/shop"));
        assert_eq!(url.config().get_password(), Some(&b"s:cret/1"[..]));
        assert_eq!(url.to_string(), "postgresql://anna@db.example.com:6432/shop");
    }
}

#[test]
fn what_is_left_out_has_libpqs_defaults() {
    let url = parse("postgresql://anna@db.example.com");
    assert_eq!(url.addresses(), ["db.example.com:5432"]);
    assert_eq!(url.database(), Some("anna"));
    assert_eq!((url.tls().mode, url.config().get_ssl_mode()), (TlsMode::Prefer, SslMode::Prefer));
    assert!(!url.transaction_pooler());
}

#[test]
fn the_connection_is_bounded_even_if_the_url_says_nothing_or_zero() {
    for text in ["postgresql://h/d", "postgresql://h/d?connect_timeout=0&tcp_user_timeout=0&keepalives_idle=0"] {
        let url = parse(text);
        assert_eq!(url.config().get_connect_timeout(), Some(&Duration::from_secs(5)));
        assert_eq!(url.config().get_tcp_user_timeout(), Some(&Duration::from_secs(30)));
        assert_eq!(url.config().get_keepalives_idle(), Duration::from_secs(30));
    }
    let url = parse("postgresql://h/d?connect_timeout=2&tcp_user_timeout=1500&keepalives_count=7&keepalives=0");
    assert_eq!(url.config().get_connect_timeout(), Some(&Duration::from_secs(2)));
    assert_eq!(url.config().get_tcp_user_timeout(), Some(&Duration::from_millis(1500)), "milliseconds, as in libpq");
    assert_eq!(url.config().get_keepalives_retries(), Some(7));
    assert!(!url.config().get_keepalives());
}

#[test]
fn a_unix_socket_can_be_named_in_every_notation() {
    for text in [
        "postgresql:///shop?host=/run/pg&user=anna&port=5433",
        "postgresql://anna@%2Frun%2Fpg:5433/shop",
        "host=/run/pg port=5433 dbname=shop user=anna sslmode=verify-full",
    ] {
        let url = parse(text);
        assert_eq!(url.config().get_hosts(), [Host::Unix(PathBuf::from("/run/pg"))], "{text}");
        assert_eq!(url.config().get_ssl_mode(), SslMode::Disable, "there is no TLS on a socket: {text}");
        assert_eq!(url.to_string(), "postgresql://anna@%2Frun%2Fpg:5433/shop");
        assert_eq!(parse(&url.to_string()).to_string(), url.to_string());
    }
}

#[test]
fn several_hosts_are_tried_in_order() {
    let url = parse("postgresql://anna@a:1,b,[::1]:3/shop?target_session_attrs=primary&load_balance_hosts=random");
    assert_eq!(url.addresses(), ["a:1", "b:5432", "[::1]:3"]);
    assert_eq!(url.config().get_target_session_attrs(), TargetSessionAttrs::ReadWrite);
}

#[test]
fn a_query_parameter_overrides_the_same_thing_further_left() {
    let url = parse("postgresql://anna@old:1/shop?host=new&port=2&user=ben&dbname=other");
    assert_eq!(url.to_string(), "postgresql://ben@new:2/other");
}

#[test]
fn pairs_may_be_quoted_and_escaped() {
    let url = parse(r"host = localhost  user='a b' password='it\'s \\ \'' dbname=shop connect_timeout=3");
    assert_eq!(url.config().get_password(), Some(&br"it's \ '"[..]));
    assert_eq!(url.user(), Some("a b"));
}

#[test]
fn what_supabase_and_prisma_users_paste_is_understood() {
    let url = parse(
        "postgres://postgres.abc:pw@aws-0-eu.pooler.supabase.com:6543/postgres?sslmode=require&supa=base-pooler.x\
         &pgbouncer=true&connection_limit=7&pool_timeout=10&schema=public",
    );
    assert!(url.transaction_pooler());
    assert_eq!(url.connection_limit(), Some(7));
    assert_eq!(url.tls().mode, TlsMode::Require);
    assert_eq!(url.ignored(), ["supa", "pool_timeout", "schema"]);
    let url =
        parse("postgresql://u:p@ep-x.neon.tech/db?sslmode=require&channel_binding=require&options=endpoint%3Dep-x");
    assert_eq!(url.config().get_channel_binding(), ChannelBinding::Require);
    assert_eq!(url.config().get_options(), Some("endpoint=ep-x"));
}

#[test]
fn every_sslmode_means_what_it_means_to_libpq_or_more() {
    let mode = |query: &str| {
        let url = parse(&format!("postgresql://h/d?{query}"));
        (url.tls().mode, url.config().get_ssl_mode())
    };
    assert_eq!(mode("sslmode=disable"), (TlsMode::Disable, SslMode::Disable));
    assert_eq!(mode("sslmode=allow"), (TlsMode::Prefer, SslMode::Prefer));
    assert_eq!(mode("sslmode=prefer"), (TlsMode::Prefer, SslMode::Prefer));
    assert_eq!(mode("sslmode=require"), (TlsMode::Require, SslMode::Require));
    assert_eq!(mode("sslmode=no-verify"), (TlsMode::Require, SslMode::Require));
    assert_eq!(mode("sslmode=verify-ca"), (TlsMode::VerifyCa, SslMode::Require));
    assert_eq!(mode("sslmode=verify-full"), (TlsMode::VerifyFull, SslMode::Require));
    // A root makes `require` verify it, as in libpq; a root alone, or Prisma's `strict`, asks for everything.
    assert_eq!(mode("sslmode=require&sslrootcert=/ca.pem").0, TlsMode::VerifyCa);
    assert_eq!(mode("sslrootcert=/ca.pem").0, TlsMode::VerifyFull);
    assert_eq!(mode("sslrootcert=system").0, TlsMode::VerifyFull);
    assert_eq!(mode("sslmode=require&sslaccept=strict").0, TlsMode::VerifyFull);
}

#[test]
fn files_for_tls_are_passed_on() {
    let url = parse("postgresql://h/d?sslmode=verify-full&sslrootcert=/ca.pem&sslcert=/c.pem&sslkey=/k.pem");
    assert_eq!(url.tls().roots, RootCertificates::File(PathBuf::from("/ca.pem")));
    let own = url.tls().client_certificate.clone().unwrap();
    assert_eq!((own.certificate, own.key), (PathBuf::from("/c.pem"), PathBuf::from("/k.pem")));
    let url = parse("postgresql://h/d?sslmode=require&sslnegotiation=direct");
    assert!(url.tls().direct);
    assert_eq!(url.config().get_ssl_negotiation(), SslNegotiation::Direct);
}

#[test]
fn contradictions_are_refused() {
    for query in [
        "sslmode=require&sslrootcert=system",
        "sslmode=prefer&sslnegotiation=direct",
        "sslcert=/c.pem",
        "sslkey=/k.pem",
    ] {
        let error = error(&format!("postgresql://h/d?{query}"));
        assert!(matches!(error, ConnectionUrlError::Contradiction(_)), "{query}: {error}");
    }
}

#[test]
fn a_mistyped_or_unsupported_parameter_is_refused_by_name() {
    assert_eq!(error("postgresql://h/d?sslmod=verify-full").to_string(), "parameter `sslmod` is not known");
    for name in ["sslcrl", "require_auth", "sslpassword", "replication"] {
        let error = error(&format!("postgresql://h/d?{name}=x"));
        assert!(error.to_string().starts_with(&format!("parameter `{name}` is not supported")), "{error}");
    }
    for query in ["sslmode=on", "port=x", "connect_timeout=soon", "pgbouncer=yes", "connection_limit=0", "hostaddr=h"] {
        let error = error(&format!("postgresql://h/d?{query}"));
        assert!(matches!(error, ConnectionUrlError::InvalidValue { .. }), "{query}: {error}");
    }
}

#[test]
fn what_is_no_connection_string_is_refused() {
    for text in ["", "   ", "localhost", "mysql://h/d", "jdbc:postgresql://h/d", "https://h/d", "=x", "a b=c"] {
        assert_eq!(error(text), ConnectionUrlError::Unreadable, "{text}");
    }
    assert_eq!(error("postgresql://u:%zz@h/d"), ConnectionUrlError::PercentEncoding);
    assert_eq!(error("postgresql://u:%ff@h/d"), ConnectionUrlError::PercentEncoding);
    assert_eq!(error("postgresql://u:[YOUR-PASSWORD]@h/d"), ConnectionUrlError::PasswordPlaceholder);
}

#[test]
fn a_password_with_a_bare_at_sign_is_read_and_others_are_refused_with_advice() {
    assert_eq!(parse("postgresql://u:a@b@h/d").config().get_password(), Some(&b"a@b"[..]));
    for password in ["a/b", "a?b", "12/b", "12?b=c", "a@b/c", "1@2/c"] {
        let error = error(&format!("postgresql://u:{password}@h/d"));
        assert_eq!(error, ConnectionUrlError::Authority, "{password}");
    }
}

/// A folder with a password file and a service file, as the home of somebody whose environment has these variables.
fn home(variables: &[(&str, &str)]) -> (tempfile::TempDir, Environment) {
    let folder = tempfile::tempdir().unwrap();
    let passwords =
        "db.example:5432:shop:anna:of the file\nlocalhost:5432:shop:anna:of the socket\na:1:d:u:one\nb:2:d:u:two\n";
    write_private(&folder.path().join(".pgpass"), passwords);
    std::fs::write(folder.path().join(".pg_service.conf"), "[till]\nhost=db.example\ndbname=shop\nuser=anna\n")
        .unwrap();
    let variables = variables.iter().copied().chain([("HOME", folder.path().to_str().unwrap())]);
    let environment = Environment::new(variables.map(|(name, value)| (name.to_owned(), value.to_owned())));
    (folder, environment)
}

fn write_private(path: &std::path::Path, text: &str) {
    use std::{io::Write as _, os::unix::fs::OpenOptionsExt as _};
    let file = std::fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path);
    file.unwrap().write_all(text.as_bytes()).unwrap();
}

fn read(text: &str, variables: &[(&str, &str)]) -> Result<ConnectionUrl, ConnectionUrlError> {
    let (_folder, environment) = home(variables);
    ConnectionUrl::read(text, &environment)
}

#[test]
fn the_string_counts_before_the_service_and_the_service_before_variables() {
    let variables =
        [("PGHOST", "h"), ("PGPORT", "6000"), ("PGUSER", "ben"), ("PGDATABASE", "d"), ("PGSSLMODE", "require")];
    let url = read("postgresql://", &variables).unwrap();
    assert_eq!((url.to_string().as_str(), url.tls().mode), ("postgresql://ben@h:6000/d", TlsMode::Require));
    let url = read("postgresql://?service=till", &variables).unwrap();
    assert_eq!(url.to_string(), "postgresql://anna@db.example:6000/shop");
    let url = read("postgresql://carl@x:1/y?service=till&sslmode=prefer", &variables).unwrap();
    assert_eq!((url.to_string().as_str(), url.tls().mode), ("postgresql://carl@x:1/y", TlsMode::Prefer));
    let url = read("postgresql://", &[("PGSERVICE", "till"), ("PGHOST", "h")]).unwrap();
    assert_eq!(url.to_string(), "postgresql://anna@db.example:5432/shop");
    assert_eq!(read("postgresql://h/d", &[("PGUSER", "")]).unwrap().user(), None, "empty is not set");
}

#[test]
fn a_service_that_the_users_file_does_not_define_comes_from_the_systems() {
    let system = tempfile::tempdir().unwrap();
    let services = "[till]\nhost=system.example\ndbname=d\n[depot]\nhost=depot.example\ndbname=d\n";
    std::fs::write(system.path().join("pg_service.conf"), services).unwrap();
    let (folder, _) = home(&[]);
    let named = folder.path().join("named.conf");
    std::fs::write(&named, "[till]\nhost=named.example\ndbname=d\n").unwrap();
    let (system, named) = (system.path().to_str().unwrap(), named.to_str().unwrap());
    for (file, till) in [(named, "named.example"), ("", "db.example")] {
        let host = |service| {
            let variables = [("PGSERVICE", service), ("PGSERVICEFILE", file), ("PGSYSCONFDIR", system)];
            read("postgresql://", &variables).map(|url| url.to_string())
        };
        assert!(host("till").unwrap().contains(till), "{file}");
        assert!(host("depot").unwrap().contains("depot.example"), "{file}");
        assert!(matches!(host("none"), Err(ConnectionUrlError::ServiceNotFound { .. })), "{file}");
    }
    let missing = [("PGSERVICE", "depot"), ("PGSERVICEFILE", "/nonexistent"), ("PGSYSCONFDIR", system)];
    assert!(
        matches!(read("postgresql://", &missing), Err(ConnectionUrlError::File { .. })),
        "a named file must be there"
    );
}

#[test]
fn without_an_environment_the_string_alone_decides() {
    let (folder, _) = home(&[]);
    assert_eq!(parse("postgresql://anna@db.example/shop").config().get_password(), None);
    let named = format!("postgresql://anna@db.example/shop?passfile={}/.pgpass", folder.path().display());
    assert_eq!(parse(&named).config().get_password(), Some(&b"of the file"[..]));
}

#[test]
fn the_password_comes_from_the_string_or_pgpassword_or_the_password_file() {
    let password = |text: &str, variables: &[(&str, &str)]| {
        let url = read(text, variables).unwrap();
        url.config().get_password().map(|password| String::from_utf8(password.to_owned()).unwrap())
    };
    let url = "postgresql://anna@db.example/shop";
    assert_eq!(password(url, &[]).as_deref(), Some("of the file"));
    assert_eq!(password(url, &[("PGPASSWORD", "p")]).as_deref(), Some("p"));
    assert_eq!(password("postgresql://anna:own@db.example/shop", &[("PGPASSWORD", "p")]).as_deref(), Some("own"));
    assert_eq!(password("postgresql://", &[("PGSERVICE", "till")]).as_deref(), Some("of the file"));
    assert_eq!(
        password("postgresql:///shop?host=/var/run/postgresql&user=anna", &[]).as_deref(),
        Some("of the socket")
    );
    assert_eq!(password("postgresql://anna@db.example:5433/shop", &[]), None);
    assert_eq!(password(url, &[("PGPASSFILE", "/dev/null")]), None);
    assert_eq!(password(url, &[("PGPASSFILE", "/nonexistent/file")]), None);
    let folder = tempfile::tempdir().unwrap();
    let elsewhere = folder.path().join("passwords");
    write_private(&elsewhere, "*:*:*:*:of another file\n");
    assert_eq!(password(url, &[("PGPASSFILE", elsewhere.to_str().unwrap())]).as_deref(), Some("of another file"));
}

#[test]
fn no_host_gets_the_password_of_another() {
    for hosts in ["a:1,b:2", "a:1,b:3", "b:3,a:1"] {
        let error = read(&format!("postgresql://u@{hosts}/d"), &[]).unwrap_err();
        assert!(matches!(error, ConnectionUrlError::Contradiction(_)), "{hosts}: {error}");
    }
    assert_eq!(read("postgresql://u@a:1,a:1/d", &[]).unwrap().config().get_password(), Some(&b"one"[..]));
}

#[test]
fn a_password_file_that_others_may_read_is_refused_unless_no_password_is_needed() {
    use std::os::unix::fs::PermissionsExt as _;
    for mode in [0o640, 0o604, 0o620] {
        let (folder, environment) = home(&[]);
        let file = folder.path().join(".pgpass");
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(mode)).unwrap();
        let error = ConnectionUrl::read("postgresql://anna@db.example/shop", &environment).unwrap_err();
        assert!(error.to_string().ends_with(&format!("chmod 600 {}", file.display())), "{error}");
        ConnectionUrl::read("postgresql://anna:own@db.example/shop", &environment).unwrap();
    }
}

#[test]
fn what_is_wrong_beside_the_string_is_named_with_its_place() {
    let error = read("postgresql://h/d", &[("PGSSLMODE", "on")]).unwrap_err().to_string();
    assert!(error.starts_with("PGSSLMODE: parameter `sslmode` must be"), "{error}");
    let error = read("postgresql://h/d", &[("PGSSLCRL", "/crl.pem")]).unwrap_err().to_string();
    assert!(error.starts_with("PGSSLCRL: parameter `sslcrl` is not supported"), "never ignored: {error}");
    let error = read("postgresql://h/d?service=none", &[]).unwrap_err().to_string();
    assert!(error.contains("`none`") && error.contains("PGSERVICEFILE"), "{error}");
    let error = read("postgresql://", &[("PGSERVICE", "till"), ("PGSERVICEFILE", "/nonexistent")]).unwrap_err();
    assert!(error.to_string().contains("/nonexistent"), "{error}");
    let (folder, environment) = home(&[("PGSERVICE", "till")]);
    std::fs::write(folder.path().join(".pg_service.conf"), "[till]\nhots=x\n").unwrap();
    let error = ConnectionUrl::read("postgresql://", &environment).unwrap_err().to_string();
    assert!(error.contains(".pg_service.conf, service `till`: parameter `hots` is not known"), "{error}");
}

#[test]
fn an_environment_shows_no_value() {
    let (_folder, environment) = home(&[("PGPASSWORD", "QQQQ")]);
    assert!(!format!("{environment:?}").contains("QQQQ"));
}

/// Characters that mean something in one of the notations.
const AWKWARD: &str = "[a-zA-Z0-9 @:/?#&=%'\\\\\\[\\],.-]{6,24}";

proptest! {
    #[test]
    fn no_password_shows_whatever_is_wrong_with_the_url(secret in AWKWARD, form in 0..5) {
        // Starts and ends with letters that occur nowhere else, so that any piece of it would be recognised.
        let secret = format!("QQQQ{secret}QQQQ");
        let text = match form {
            0 => format!("postgresql://user:{secret}@host:5432/shop?sslmode=prefer"),
            1 => format!("postgresql://user:{secret}@host/shop?wrong=1"),
            2 => format!("postgresql://host/shop?user=user&password={secret}&x=1"),
            3 => format!("host=host user=user password={secret} dbname=shop"),
            _ => format!("host=host password='{secret}' nonsense"),
        };
        let shown = match text.parse::<ConnectionUrl>() {
            Ok(url) => format!("{url} {url:?} {:?}", url.config()),
            Err(error) => format!("{error} {error:?}"),
        };
        prop_assert!(!shown.contains("QQ"), "{text} shows {shown}");
    }

    #[test]
    fn an_encoded_password_survives(secret in ".{1,24}") {
        let encoded: String = secret.bytes().flat_map(|byte| format!("%{byte:02X}").into_bytes()).map(char::from).collect();
        let url: ConnectionUrl = format!("postgresql://user:{encoded}@host/shop").parse().unwrap();
        prop_assert_eq!(url.config().get_password(), Some(secret.as_bytes()));
    }
}
