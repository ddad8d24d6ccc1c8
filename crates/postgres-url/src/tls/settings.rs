//! What a connection URL asks for about TLS.

use std::path::PathBuf;

/// How far the connection is encrypted and verified, in libpq's words, weakest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum TlsMode {
    /// Plain text. Always so over a Unix socket.
    Disable,
    /// Encrypt if the server offers it, verify nothing. The default, as in libpq.
    Prefer,
    /// Encrypt or fail, verify nothing.
    Require,
    /// Encrypt, and the certificate must come from a trusted root; its name may be any.
    VerifyCa,
    /// Encrypt, and the certificate must come from a trusted root and name the host.
    VerifyFull,
}

/// Which certificate authorities are trusted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RootCertificates {
    /// Those that the operating system trusts.
    System,
    /// Those in this PEM file (`sslrootcert=/path`).
    File(PathBuf),
}

/// The certificate that the client shows to the server (`sslcert` and `sslkey`), as two PEM files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientCertificate {
    /// The certificate, followed by its intermediates.
    pub certificate: PathBuf,
    /// Its private key, not encrypted.
    pub key: PathBuf,
}

/// Everything that decides about TLS on one connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlsSettings {
    /// How much is encrypted and verified.
    pub mode: TlsMode,
    /// What `VerifyCa` and `VerifyFull` trust.
    pub roots: RootCertificates,
    /// The client's own certificate, if the server wants one.
    pub client_certificate: Option<ClientCertificate>,
    /// TLS from the first byte (`sslnegotiation=direct`, PostgreSQL 17 and newer); needs ALPN.
    pub direct: bool,
}
