//! `tallystick demo`: a server on a PostgreSQL of its own, with two sample businesses, and what to paste.

mod guide;
mod samples;

use std::process::ExitCode;

use super::{
    output,
    own_database::OwnDatabase,
    serve::{Server, until_told_to_stop},
};
use crate::config::{Secret, ServeArgs};

pub(super) async fn run(mut args: ServeArgs) -> anyhow::Result<ExitCode> {
    let stop = until_told_to_stop()?;
    if args.database.url().is_some() {
        eprintln!("the demo keeps to a database of its own; DATABASE_URL is not used");
        args.database.database_url = None;
    }
    args.check()?;
    let own = OwnDatabase::start(&args, "tallystick-demo").await?;
    let served = async {
        let samples = samples::load_or_create(&own, &args).await?;
        args.auth.admin_token.get_or_insert_with(|| Secret::from(samples.admin_token.clone()));
        let server = Server::bind(&args, &own.server_url()?).await?;
        output::line(&guide::guide(&samples, server.address()?, &own)?)?;
        server.run(stop).await
    };
    let served = served.await;
    own.stop().await?;
    served
}
