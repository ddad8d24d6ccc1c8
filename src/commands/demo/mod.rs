//! `tallystick demo`: a server on a PostgreSQL of its own, with two sample businesses, and what to paste.

mod guide;
mod samples;

use std::{
    net::{Ipv4Addr, SocketAddr, SocketAddrV4},
    process::ExitCode,
};

use super::{
    output,
    own_database::OwnDatabase,
    serve::{Server, StopSignals},
};
use crate::config::{Secret, ServeArgs};

/// Where the demo shows its metrics, unless the settings say where.
const ANY_LOCAL_PORT: SocketAddr = SocketAddr::V4(SocketAddrV4::new(Ipv4Addr::LOCALHOST, 0));

pub(super) async fn run(mut args: ServeArgs) -> anyhow::Result<ExitCode> {
    let stop = StopSignals::listen()?;
    if args.database.url().is_some() {
        eprintln!("the demo keeps to a database of its own; DATABASE_URL is not used");
        args.database.database_url = None;
    }
    args.http.operator_listen.get_or_insert(ANY_LOCAL_PORT);
    args.check()?;
    let own = OwnDatabase::start(&args, "tallystick-demo").await?;
    let served = async {
        let samples = samples::load_or_create(&own, &args).await?;
        args.auth.admin_token.get_or_insert_with(|| Secret::from(samples.admin_token.clone()));
        let server = Server::bind(&args, &own.server_url()?).await?;
        output::line(&guide::guide(&samples, server.address()?, server.operator_address()?, &own)?)?;
        server.run(stop).await
    };
    let served = served.await;
    own.stop().await?;
    served
}
