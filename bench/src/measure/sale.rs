//! A flash sale: all customers of one business buy one piece of the same product. And the same once the product is sold out.

use crate::{
    figures::{Figures, Goal},
    scripts,
    stage::Stage,
    traffic::Traffic,
    turns::{Contender, take_turns},
};

const NAME: &str = "flash-sale";

/// Shares of purchases that ask for what is sold out, in percent.
const REFUSED_PERCENT: [u32; 3] = [1, 10, 50];

/// Measures `flash-sale` and `sold-out`.
pub async fn measure(stage: &Stage<'_>, figures: &mut Figures) -> anyhow::Result<()> {
    let function = stage.as_server(&stage.database, &scripts::sale_call()?)?;
    let window = stage.plan.round;
    let mixed = |name: &str, sold_out_percent, window| {
        Contender::api(name, stage.on(), Traffic::Sale { sold_out_percent }, 64, window)
    };
    let mut contenders = vec![
        Contender::api("API", stage.on(), Traffic::SALE, 64, window),
        Contender::api("API", stage.on(), Traffic::SALE, 1_000, window),
        Contender::api("API, combining off", stage.off(), Traffic::SALE, 64, window),
        Contender::pgbench("pgbench, one function call", &function, 64, window),
        mixed("API, sold out", 100, window),
    ];
    for percent in REFUSED_PERCENT {
        contenders.push(mixed(&format!("API, {percent} % sold out"), percent, stage.plan.short));
    }
    let turns = take_turns(stage, NAME, stage.plan.rounds, contenders).await?;
    for turn in &turns {
        figures.keep(NAME, turn);
    }
    let [api, api_1000, off, function, sold_out, more @ ..] = turns.as_slice() else { return Ok(()) };
    figures.compare(
        "flash sale: API, 64 connections / one function call per purchase, pgbench with 64 clients",
        api,
        function,
        Some(Goal::AtLeast(10.0)),
    );
    figures.compare("flash sale: API, 64 connections / the same, combining off", api, off, None);
    figures.compare("flash sale: API, 1,000 connections / 64", api_1000, api, Some(Goal::AtLeast(0.9)));
    figures.compare("sold out: refusals / accepted in the flash sale", sold_out, api, Some(Goal::AtLeast(2.0)));
    for (percent, turns) in REFUSED_PERCENT.iter().zip(more) {
        figures.compare(&format!("flash sale: {percent} % refused / none refused"), turns, api, None);
    }
    figures.compare("flash sale: 100 % refused / none refused", sold_out, api, None);
    Ok(())
}
