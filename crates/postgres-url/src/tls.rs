//! TLS to PostgreSQL with rustls. Each `sslmode` means what it means to libpq.
//!
//! The cryptography is always `aws-lc-rs`, and every configuration names it. Another library may bring its own provider into
//! the build: it can neither change this one nor make rustls refuse to choose.

use std::{path::Path, sync::Arc};

use rustls::{
    ClientConfig, RootCertStore,
    client::{WebPkiServerVerifier, danger::ServerCertVerifier},
    crypto::{CryptoProvider, aws_lc_rs},
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
};
use tokio_postgres_rustls::MakeRustlsConnect;

pub use self::settings::{ClientCertificate, RootCertificates, TlsMode, TlsSettings};
use self::verifier::{AnyServer, TrustedChain};

mod settings;
mod verifier;

/// Why TLS cannot be set up. No connection was tried.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A PEM file cannot be read.
    #[error("cannot read {what} {path}: {reason}")]
    File {
        /// What the file was for.
        what: &'static str,
        /// Its path.
        path: String,
        /// What went wrong.
        reason: String,
    },
    /// The operating system has no trusted certificates, or they cannot be read.
    #[error(
        "this machine has no trusted root certificates ({0}); install its ca-certificates package, or name the \
         server's root with sslrootcert=/path/to/root.pem"
    )]
    NoSystemRoots(String),
    /// rustls refuses the configuration.
    #[error("TLS cannot be set up: {0}")]
    Setup(#[from] rustls::Error),
}

/// Makes `aws-lc-rs` the process's cryptography for libraries that do not name theirs.
///
/// Call it first in `main`. A second call changes nothing.
pub fn install_crypto_provider() {
    // The only error is that a provider is already installed, which is what is wanted.
    let _already_there = aws_lc_rs::default_provider().install_default();
}

/// A connector that does what `settings` say, for `tokio-postgres`. Reads certificate files.
pub fn connector(settings: &TlsSettings) -> Result<MakeRustlsConnect, TlsError> {
    client_config(settings).map(MakeRustlsConnect::new)
}

fn client_config(settings: &TlsSettings) -> Result<ClientConfig, TlsError> {
    let provider = Arc::new(aws_lc_rs::default_provider());
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()?
        .dangerous()
        .with_custom_certificate_verifier(server_verifier(settings, provider)?);
    let mut config = match &settings.client_certificate {
        Some(files) => {
            let (chain, key) = client_certificate(files)?;
            builder.with_client_auth_cert(chain, key)?
        }
        None => builder.with_no_client_auth(),
    };
    if settings.direct {
        config.alpn_protocols = vec![b"postgresql".to_vec()];
    }
    Ok(config)
}

fn server_verifier(
    settings: &TlsSettings,
    provider: Arc<CryptoProvider>,
) -> Result<Arc<dyn ServerCertVerifier>, TlsError> {
    Ok(match settings.mode {
        TlsMode::Disable | TlsMode::Prefer | TlsMode::Require => Arc::new(AnyServer::new(&provider)),
        TlsMode::VerifyCa => Arc::new(TrustedChain::new(&provider, roots(&settings.roots)?)),
        TlsMode::VerifyFull => WebPkiServerVerifier::builder_with_provider(Arc::new(roots(&settings.roots)?), provider)
            .build()
            .map_err(|error| rustls::Error::General(error.to_string()))?,
    })
}

fn roots(wanted: &RootCertificates) -> Result<RootCertStore, TlsError> {
    let mut store = RootCertStore::empty();
    match wanted {
        RootCertificates::File(path) => {
            for certificate in certificates("the root certificates (sslrootcert)", path)? {
                store
                    .add(certificate)
                    .map_err(|error| file_error("the root certificates (sslrootcert)", path, &error))?;
            }
        }
        RootCertificates::System => {
            let found = rustls_native_certs::load_native_certs();
            // A system's bundle always holds a few certificates that rustls does not understand. Some good ones are enough.
            let (good, _unreadable) = store.add_parsable_certificates(found.certs);
            if good == 0 {
                let reasons: Vec<String> = found.errors.iter().map(ToString::to_string).collect();
                return Err(TlsError::NoSystemRoots(reasons.join("; ")));
            }
        }
    }
    Ok(store)
}

fn client_certificate(
    files: &ClientCertificate,
) -> Result<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>), TlsError> {
    let chain = certificates("the client certificate (sslcert)", &files.certificate)?;
    let key = PrivateKeyDer::from_pem_file(&files.key)
        .map_err(|error| file_error("the client key (sslkey)", &files.key, &error))?;
    Ok((chain, key))
}

/// Every certificate in a PEM file; a file without any is an error.
fn certificates(what: &'static str, path: &Path) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let found: Vec<_> = CertificateDer::pem_file_iter(path)
        .and_then(Iterator::collect)
        .map_err(|error| file_error(what, path, &error))?;
    if found.is_empty() { Err(file_error(what, path, &"it holds no certificate")) } else { Ok(found) }
}

fn file_error(what: &'static str, path: &Path, reason: &dyn std::fmt::Display) -> TlsError {
    TlsError::File { what, path: path.display().to_string(), reason: reason.to_string() }
}

#[cfg(test)]
mod tests;
