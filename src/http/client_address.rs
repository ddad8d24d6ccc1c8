//! The address of a request's client, for the limit on failed attempts to authenticate.
//!
//! It is the other end of the connection, unless that is a trusted proxy. A trusted proxy appends the address that it was
//! called from to `X-Forwarded-For`. So the header is read from its end, as long as the one who wrote the entry is trusted. What
//! a client wrote into the header itself is never reached.

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    str::FromStr,
};

use axum::http::{HeaderMap, HeaderName, request::Parts};
use ipnet::IpNet;

use crate::auth::Origin;

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// The other end of a request's connection. The server puts it into every request's extensions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Peer(pub IpAddr);

/// The proxies whose `X-Forwarded-For` is believed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TrustedProxies(Vec<IpNet>);

/// Addresses, and networks as in `10.0.0.0/8`, with commas between them.
impl FromStr for TrustedProxies {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
        parts.map(network).collect::<Result<_, _>>().map(Self)
    }
}

fn network(text: &str) -> Result<IpNet, &'static str> {
    if let Ok(address) = text.parse::<IpAddr>() {
        return Ok(address.to_canonical().into());
    }
    text.parse().map_err(|_| "must be addresses and networks, such as 10.0.0.0/8,2001:db8::7")
}

impl TrustedProxies {
    /// Where a request comes from.
    #[must_use]
    pub fn origin(&self, request: &Parts) -> Origin {
        // Only a request that came over no connection lacks it.
        let peer = request.extensions.get::<Peer>().map_or(Ipv4Addr::UNSPECIFIED.into(), |Peer(address)| *address);
        self.client(peer, &request.headers).into()
    }

    fn client(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let mut client = peer.to_canonical();
        let values = headers.get_all(X_FORWARDED_FOR);
        let entries = values.iter().rev().flat_map(|value| value.as_bytes().rsplit(|byte| *byte == b','));
        for entry in entries {
            if !self.0.iter().any(|network| network.contains(&client)) {
                break;
            }
            let Some(address) = parse(entry) else { break };
            client = address.to_canonical();
        }
        client
    }
}

/// Reads one entry. Some proxies write the port, too.
fn parse(entry: &[u8]) -> Option<IpAddr> {
    let entry = std::str::from_utf8(entry).ok()?.trim();
    let bare = entry.strip_prefix('[').and_then(|entry| entry.strip_suffix(']')).unwrap_or(entry);
    bare.parse().ok().or_else(|| entry.parse::<SocketAddr>().ok().map(|address| address.ip()))
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderMap, HeaderValue};

    use super::{TrustedProxies, X_FORWARDED_FOR};

    /// The client behind a connection from `peer` with these headers, if these proxies are trusted.
    fn client(trusted: &str, peer: &str, forwarded: &[&'static str]) -> String {
        let proxies: TrustedProxies = trusted.parse().unwrap();
        let mut headers = HeaderMap::new();
        for value in forwarded {
            headers.append(X_FORWARDED_FOR, HeaderValue::from_static(value));
        }
        proxies.client(peer.parse().unwrap(), &headers).to_string()
    }

    #[test]
    fn without_a_trusted_proxy_the_header_means_nothing() {
        assert_eq!(client("", "192.0.2.1", &["203.0.113.9"]), "192.0.2.1");
        assert_eq!(client("10.0.0.0/8", "192.0.2.1", &["203.0.113.9"]), "192.0.2.1");
        assert_eq!(client("", "::ffff:192.0.2.1", &[]), "192.0.2.1");
    }

    #[test]
    fn behind_trusted_proxies_the_client_is_the_last_address_that_none_of_them_has() {
        let trusted = "10.0.0.0/8, 2001:db8::7";
        assert_eq!(client(trusted, "10.0.0.1", &["203.0.113.9"]), "203.0.113.9");
        assert_eq!(client(trusted, "::ffff:10.0.0.1", &["203.0.113.9"]), "203.0.113.9");
        assert_eq!(client(trusted, "10.0.0.1", &["203.0.113.9, 10.0.0.2"]), "203.0.113.9");
        assert_eq!(client(trusted, "10.0.0.1", &["203.0.113.9", "2001:db8::7 ,10.0.0.2"]), "203.0.113.9");
        assert_eq!(client(trusted, "10.0.0.1", &["203.0.113.9:4711"]), "203.0.113.9");
        assert_eq!(client(trusted, "10.0.0.1", &["[2001:db8::9]:4711"]), "2001:db8::9");
        assert_eq!(client(trusted, "10.0.0.1", &["[2001:db8::9]"]), "2001:db8::9");
        assert_eq!(client(trusted, "10.0.0.1", &[]), "10.0.0.1");
    }

    #[test]
    fn what_a_client_writes_into_the_header_is_not_believed() {
        assert_eq!(client("10.0.0.0/8", "10.0.0.1", &["198.51.100.1, 203.0.113.9"]), "203.0.113.9");
        assert_eq!(client("10.0.0.0/8", "10.0.0.1", &["198.51.100.1", "203.0.113.9"]), "203.0.113.9");
        assert_eq!(client("10.0.0.0/8", "10.0.0.1", &["10.0.0.9, 203.0.113.9"]), "203.0.113.9");
    }

    #[test]
    fn an_entry_that_is_no_address_ends_the_search_at_the_proxy_that_wrote_it() {
        for wrong in ["unknown", "", "203.0.113", "203.0.113.9, _hidden", "203.0.113.9,"] {
            assert_eq!(client("10.0.0.0/8", "10.0.0.1", &[wrong]), "10.0.0.1", "{wrong:?}");
        }
        assert_eq!(client("10.0.0.0/8", "10.0.0.1", &["x, 10.0.0.2"]), "10.0.0.2");
    }

    #[test]
    fn proxies_are_addresses_and_networks() {
        let read = |text: &str| {
            let TrustedProxies(networks) = text.parse().unwrap();
            networks.iter().map(ToString::to_string).collect::<Vec<_>>()
        };
        assert_eq!(read(""), [""; 0]);
        assert_eq!(read("10.0.0.1"), ["10.0.0.1/32"]);
        assert_eq!(read("::ffff:10.0.0.1, 2001:db8::/32,"), ["10.0.0.1/32", "2001:db8::/32"]);
        for wrong in ["proxy.example", "10.0.0.0/33", "10.0.0", "10.0.0.1 10.0.0.2"] {
            assert!(wrong.parse::<TrustedProxies>().is_err(), "{wrong:?} was taken");
        }
    }
}
