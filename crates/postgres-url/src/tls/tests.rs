//! Whole handshakes in memory: what each mode accepts, against a server with a given certificate.

use std::{path::PathBuf, sync::Arc};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::{
    ClientConnection, ServerConfig, ServerConnection,
    pki_types::{PrivatePkcs8KeyDer, ServerName},
    server::WebPkiClientVerifier,
};
use tempfile::TempDir;

use super::*;

/// A certificate authority, its certificate as a file, and a server that it vouched for as `db.example.com`.
struct TlsFixture {
    folder: TempDir,
    authority: CertifiedIssuer<'static, KeyPair>,
}

impl TlsFixture {
    fn new() -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let authority = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        let folder = TempDir::new().unwrap();
        std::fs::write(folder.path().join("root.pem"), authority.pem()).unwrap();
        Self { folder, authority }
    }

    fn root(&self) -> PathBuf {
        self.folder.path().join("root.pem")
    }

    fn issue(&self, name: &str) -> (rcgen::Certificate, KeyPair) {
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        (params.signed_by(&key, &self.authority).unwrap(), key)
    }

    fn server(&self) -> ServerConfig {
        let (certificate, key) = self.issue("db.example.com");
        server_builder()
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], PrivatePkcs8KeyDer::from(key.serialize_der()).into())
            .unwrap()
    }

    /// A server that accepts only clients whom the authority vouched for.
    fn demanding_server(&self) -> ServerConfig {
        let mut roots = RootCertStore::empty();
        roots.add(self.authority.der().clone()).unwrap();
        let provider = Arc::new(aws_lc_rs::default_provider());
        let clients = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider).build().unwrap();
        let (certificate, key) = self.issue("db.example.com");
        server_builder()
            .with_client_cert_verifier(clients)
            .with_single_cert(vec![certificate.der().clone()], PrivatePkcs8KeyDer::from(key.serialize_der()).into())
            .unwrap()
    }
}

fn server_builder() -> rustls::ConfigBuilder<ServerConfig, rustls::WantsVerifier> {
    ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
}

fn settings(mode: TlsMode, root: PathBuf) -> TlsSettings {
    TlsSettings { mode, roots: RootCertificates::File(root), client_certificate: None, direct: false }
}

/// Runs the handshake to its end, calling the server `host`.
fn handshake(
    settings: &TlsSettings,
    server: ServerConfig,
    host: &'static str,
) -> Result<ClientConnection, rustls::Error> {
    let config = client_config(settings).unwrap();
    let mut client = ClientConnection::new(Arc::new(config), ServerName::try_from(host).unwrap())?;
    let mut server = ServerConnection::new(Arc::new(server))?;
    while client.is_handshaking() || server.is_handshaking() || client.wants_write() || server.wants_write() {
        let mut wire = Vec::new();
        client.write_tls(&mut wire).unwrap();
        server.read_tls(&mut wire.as_slice()).unwrap();
        server.process_new_packets()?;
        wire.clear();
        server.write_tls(&mut wire).unwrap();
        client.read_tls(&mut wire.as_slice()).unwrap();
        client.process_new_packets()?;
    }
    Ok(client)
}

const NAME: &str = "db.example.com";
const OTHER_NAME: &str = "elsewhere.example.com";

#[test]
fn require_accepts_anybody() {
    let (fixture, stranger) = (TlsFixture::new(), TlsFixture::new());
    for mode in [TlsMode::Prefer, TlsMode::Require] {
        handshake(&settings(mode, fixture.root()), stranger.server(), OTHER_NAME).unwrap();
    }
}

#[test]
fn verify_ca_accepts_any_name_from_the_trusted_root_only() {
    let (fixture, stranger) = (TlsFixture::new(), TlsFixture::new());
    let settings = settings(TlsMode::VerifyCa, fixture.root());
    handshake(&settings, fixture.server(), NAME).unwrap();
    handshake(&settings, fixture.server(), OTHER_NAME).unwrap();
    let error = handshake(&settings, stranger.server(), NAME).unwrap_err();
    assert!(matches!(error, rustls::Error::InvalidCertificate(_)), "{error}");
}

#[test]
fn verify_full_accepts_the_right_name_from_the_trusted_root_only() {
    let (fixture, stranger) = (TlsFixture::new(), TlsFixture::new());
    let settings = settings(TlsMode::VerifyFull, fixture.root());
    handshake(&settings, fixture.server(), NAME).unwrap();
    for (server, name) in [(fixture.server(), OTHER_NAME), (fixture.server(), "10.0.0.1"), (stranger.server(), NAME)] {
        let error = handshake(&settings, server, name).unwrap_err();
        assert!(matches!(error, rustls::Error::InvalidCertificate(_)), "{name}: {error}");
    }
}

#[test]
fn a_server_that_does_not_hold_its_certificates_key_is_refused_even_by_require() {
    let fixture = TlsFixture::new();
    let (certificate, _) = fixture.issue(NAME);
    let (_, other_key) = fixture.issue(NAME);
    let key = aws_lc_rs::sign::any_supported_type(&PrivatePkcs8KeyDer::from(other_key.serialize_der()).into()).unwrap();
    // Built by hand, because rustls refuses to configure such a server.
    let pair = rustls::sign::CertifiedKey::new(vec![certificate.der().clone()], key);
    let resolver = rustls::sign::SingleCertAndKey::from(pair);
    let impostor = server_builder().with_no_client_auth().with_cert_resolver(Arc::new(resolver));
    let error = handshake(&settings(TlsMode::Require, fixture.root()), impostor, NAME).unwrap_err();
    assert!(matches!(error, rustls::Error::InvalidCertificate(_)), "{error}");
}

#[test]
fn a_client_certificate_is_shown_when_the_server_wants_one() {
    let fixture = TlsFixture::new();
    let without = settings(TlsMode::VerifyFull, fixture.root());
    handshake(&without, fixture.demanding_server(), NAME).unwrap_err();
    let (certificate, key) = fixture.issue("client");
    let files = ClientCertificate {
        certificate: fixture.folder.path().join("client.pem"),
        key: fixture.folder.path().join("client.key"),
    };
    std::fs::write(&files.certificate, certificate.pem()).unwrap();
    std::fs::write(&files.key, key.serialize_pem()).unwrap();
    let with = TlsSettings { client_certificate: Some(files), ..without };
    handshake(&with, fixture.demanding_server(), NAME).unwrap();
}

#[test]
fn direct_negotiation_names_the_protocol() {
    let fixture = TlsFixture::new();
    let direct = TlsSettings { direct: true, ..settings(TlsMode::VerifyFull, fixture.root()) };
    let mut server = fixture.server();
    server.alpn_protocols = vec![b"postgresql".to_vec()];
    let client = handshake(&direct, server, NAME).unwrap();
    assert_eq!(client.alpn_protocol(), Some(&b"postgresql"[..]));
}

#[test]
fn files_that_cannot_be_used_are_named_in_the_error() {
    let folder = TempDir::new().unwrap();
    let missing = folder.path().join("missing.pem");
    let empty = folder.path().join("empty.pem");
    std::fs::write(&empty, "no certificate\n").unwrap();
    for path in [missing, empty] {
        let error = connector(&settings(TlsMode::VerifyFull, path.clone())).err().unwrap().to_string();
        assert!(error.contains(path.to_str().unwrap()) && error.contains("sslrootcert"), "{error}");
    }
}

#[test]
fn the_provider_can_be_installed_more_than_once() {
    install_crypto_provider();
    install_crypto_provider();
    assert!(CryptoProvider::get_default().is_some());
}
