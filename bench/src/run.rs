//! One run from beginning to end.

use crate::{
    Args,
    audit::{Audit, audit},
    bed::Bed,
    database::Database,
    figures::Figures,
    machine::Machine,
    measure::{
        Scenario, compare, fairness, fresh, growth, half_load, hostile, idle, lone, mixed, neighbours, overdue, reads,
        reports, sale, steady,
    },
    plan::Plan,
    program::Program,
    progress::Progress,
    report::BenchReport,
    stage::Stage,
    traffic::Traffic,
};

/// Measures everything, or what was asked for, and proves every database.
pub async fn run(args: Args) -> anyhow::Result<BenchReport> {
    let plan = if args.quick { Plan::QUICK } else { Plan::FULL };
    let program = Program::find(args.server)?;
    let other = args.compare.map(|other| Program::find(Some(other))).transpose()?;
    let progress = Progress::new(plan.steps(&args.only, 1 + usize::from(other.is_some())))?;
    progress.step("starting PostgreSQL and opening the shop".to_owned());
    let bed = Bed::start(args.postgres_bin).await?;
    let machine = Machine::look(&bed).await?;
    let stage = Stage::set(plan, &bed, &program, other.as_ref(), &progress).await?;
    let mut figures = Figures::default();
    let mut databases = measure(&stage, &args.only, &mut figures).await?;
    databases.push(stage.clear().await?);
    let audit = prove(&databases, &progress).await?;
    drop(databases);
    bed.stop().await?;
    progress.finish();
    Ok(BenchReport::new(machine, args.quick, figures, audit))
}

/// Measures, and returns the databases that it made.
async fn measure(stage: &Stage<'_>, only: &[Scenario], figures: &mut Figures) -> anyhow::Result<Vec<Database>> {
    let wanted = |scenario: Scenario| scenario.is_in(only);
    let mut databases = Vec::new();
    if wanted(Scenario::Steady) || wanted(Scenario::Connections) {
        steady::measure(stage, only, figures).await?;
    }
    if wanted(Scenario::FlashSale) {
        sale::measure(stage, figures).await?;
    }
    if wanted(Scenario::HotCustomer) {
        mixed::measure(stage, "hot-customer", &Traffic::HotCustomer, figures).await?;
    }
    if wanted(Scenario::Mixed) {
        mixed::measure(stage, "mixed", &Traffic::Mixed, figures).await?;
    }
    if wanted(Scenario::Lone) {
        lone::measure(stage, figures).await?;
    }
    if wanted(Scenario::HalfLoad) {
        half_load::measure(stage, figures).await?;
    }
    if wanted(Scenario::Neighbours) {
        neighbours::measure(stage, figures).await?;
    }
    if wanted(Scenario::Fairness) {
        databases.extend(fairness::measure(stage, figures).await?);
    }
    if wanted(Scenario::Hostile) {
        hostile::measure(stage, figures).await?;
    }
    if wanted(Scenario::Connections) {
        idle::measure(stage, figures).await?;
    }
    if wanted(Scenario::Growth) {
        databases.extend(growth::measure(stage, figures).await?);
    }
    if wanted(Scenario::Overdue) {
        databases.extend(overdue::measure(stage, figures).await?);
    }
    if wanted(Scenario::Reads) {
        databases.extend(reads::measure(stage, figures).await?);
    }
    if wanted(Scenario::Reports) {
        databases.extend(reports::measure(stage, figures).await?);
    }
    if wanted(Scenario::Fresh) && (stage.plan.fresh || !only.is_empty()) {
        databases.extend(fresh::measure(stage, figures).await?);
    }
    let is_compared = [Scenario::Steady, Scenario::FlashSale, Scenario::Lone].into_iter().any(wanted);
    if stage.other.is_some() && is_compared {
        databases.extend(compare::measure(stage, only, figures).await?);
    }
    Ok(databases)
}

/// Proves every database of the run, up to the first that is wrong.
async fn prove(databases: &[Database], progress: &Progress) -> anyhow::Result<Audit> {
    for (number, database) in databases.iter().enumerate() {
        progress.step(format!("proving database {} of {}", number + 1, databases.len()));
        let audit = audit(database).await?;
        if audit != Audit::Clean {
            return Ok(audit);
        }
    }
    Ok(Audit::Clean)
}
