//! What is tortured: a PostgreSQL, a link in front of it for each server, and two servers, as in production.

pub mod cast;
pub mod disk;
pub mod postgres;
pub mod server;

use std::{net::SocketAddr, path::PathBuf};

use anyhow::{Context, ensure};
use tallystick::{
    db::connection::connect,
    schema::migrate::{MigrateOptions, embedded, migrate},
};

use crate::link::Link;
use disk::Disk;
use postgres::{DATABASE, Postgres};
use server::{Server, ServerOptions};

/// The role that servers connect as.
pub const SERVER_ROLE: &str = "tallystick_server";
/// How many servers there are.
pub const SERVERS: usize = 2;

/// Where the programs are.
#[derive(Debug, Clone)]
pub struct Programs {
    /// `tallystick`.
    pub tallystick: PathBuf,
    /// The folder of `postgres`, if it is not to be searched for.
    pub postgres_bin: Option<PathBuf>,
    /// libfaketime, if there is one.
    pub faketime: Option<PathBuf>,
}

impl Programs {
    /// This `tallystick`, and whatever else is found on this machine.
    #[must_use]
    pub fn new(tallystick: PathBuf, postgres_bin: Option<PathBuf>) -> Self {
        let folders =
            ["/usr/lib/x86_64-linux-gnu/faketime", "/usr/lib/aarch64-linux-gnu/faketime", "/usr/lib64/faketime"];
        let libraries = folders.map(|folder| PathBuf::from(folder).join("libfaketime.so.1"));
        let faketime = libraries.into_iter().find(|library| library.is_file());
        Self { tallystick, postgres_bin, faketime }
    }
}

/// PostgreSQL, links and servers.
pub struct TortureWorld {
    /// PostgreSQL.
    pub postgres: Postgres,
    /// By server.
    pub links: Vec<Link>,
    servers: Vec<Option<Server>>,
    options: Vec<ServerOptions>,
    programs: Programs,
    /// The last field, so that it is dropped after everything that runs on it.
    pub disk: Disk,
}

impl TortureWorld {
    /// Starts everything on `disk`.
    pub async fn start(disk: Disk, programs: &Programs) -> anyhow::Result<Self> {
        let mut postgres = Postgres::start(&disk, programs.postgres_bin.clone()).await?;
        if disk.is_small() {
            postgres.stop().await?;
            disk.move_wal()?;
            postgres.start_again().await?;
        }
        install(&postgres).await?;
        let mut world = Self {
            postgres,
            links: Vec::new(),
            servers: Vec::new(),
            options: Vec::new(),
            programs: programs.clone(),
            disk,
        };
        for number in 0..SERVERS {
            let link = Link::open(&world.disk.folder().join(format!("link{number}")), world.postgres.socket())?;
            world.options.push(ServerOptions {
                program: programs.tallystick.clone(),
                database_url: link.url(SERVER_ROLE, DATABASE),
                log: world.disk.folder().join(format!("server{number}.log")),
                clock: None,
            });
            world.links.push(link);
            world.servers.push(None);
            world.start_server(number).await?;
        }
        Ok(world)
    }

    /// The addresses of the servers that run.
    #[must_use]
    pub fn addresses(&self) -> Vec<SocketAddr> {
        self.servers.iter().flatten().map(|server| server.address).collect()
    }

    /// Starts a server that does not run.
    pub async fn start_server(&mut self, number: usize) -> anyhow::Result<()> {
        self.servers[number] = Some(Server::start(&self.options[number]).await?);
        Ok(())
    }

    /// As [`start_server`](Self::start_server), by a clock that is off by `shift`, such as "+23h".
    pub async fn start_server_at(&mut self, number: usize, shift: &str) -> anyhow::Result<()> {
        let library = self.programs.faketime.clone().context("there is no libfaketime")?;
        let options = ServerOptions { clock: Some((library, shift.to_owned())), ..self.options[number].clone() };
        self.servers[number] = Some(Server::start(&options).await?);
        Ok(())
    }

    /// Removes a server from the addresses. It runs until it is killed or stopped.
    pub fn take_server(&mut self, number: usize) -> anyhow::Result<Server> {
        self.servers[number].take().context("a server does not run")
    }

    /// Fails if a server has ended by itself.
    pub fn check_servers(&mut self) -> anyhow::Result<()> {
        for (number, server) in self.servers.iter_mut().enumerate() {
            ensure!(
                server.as_mut().is_none_or(Server::is_alive),
                "server {number} has ended by itself: {}",
                std::fs::read_to_string(&self.options[number].log).unwrap_or_default()
            );
        }
        Ok(())
    }

    /// The servers' logs.
    pub fn logs(&self) -> impl Iterator<Item = &PathBuf> {
        self.options.iter().map(|options| &options.log)
    }

    /// Stops everything in good order.
    pub async fn stop(mut self) -> anyhow::Result<()> {
        for server in self.servers.drain(..).flatten() {
            server.stop().await?;
        }
        self.postgres.stop().await
    }
}

async fn install(postgres: &Postgres) -> anyhow::Result<()> {
    let maintenance = connect(&postgres.owner_url("postgres").parse()?).await?;
    maintenance.client().batch_execute(&format!("CREATE DATABASE {DATABASE}")).await?;
    let url = postgres.owner_url(DATABASE).parse()?;
    migrate(&url, &embedded::source()?, MigrateOptions::default(), &mut |_| {}).await?;
    let role = format!("CREATE ROLE {SERVER_ROLE} LOGIN IN ROLE tallystick_app");
    Ok(maintenance.client().batch_execute(&role).await?)
}
