//! What the driver needs to open any connection, pooled or not.

use postgres_url::ConnectionUrl;
use tokio_postgres::Config;

/// What PostgreSQL calls this program in its list of sessions and in its log.
const APPLICATION_NAME: &str = "tallystick";

/// The driver's configuration for `url`. If the URL names no application, it is [`APPLICATION_NAME`].
pub(super) fn config(url: &ConnectionUrl) -> Config {
    let mut config = url.config().clone();
    if config.get_application_name().is_none() {
        config.application_name(APPLICATION_NAME);
    }
    config
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_connection_is_named_after_the_program_unless_the_url_names_it() {
        let named = |url: &str| config(&url.parse().unwrap()).get_application_name().map(str::to_owned);
        assert_eq!(named("postgresql://h/d").as_deref(), Some("tallystick"));
        assert_eq!(named("postgresql://h/d?application_name=nightly").as_deref(), Some("nightly"));
    }
}
