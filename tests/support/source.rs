//! The SQL that the tests install: the program's own, or the mutant of it that is to be caught (`make mutants`).

use std::{env, sync::LazyLock};

use tallystick::schema::migrate::{Source, embedded};
use tallystick_mutants::{Mutant, VARIABLE, named};

static MUTANT: LazyLock<Option<Mutant>> = LazyLock::new(|| {
    let name = env::var(VARIABLE).ok().filter(|name| !name.is_empty())?;
    Some(named(&name).unwrap_or_else(|error| panic!("{error}")))
});

/// What is installed.
pub fn source() -> Source {
    let source = embedded::source().unwrap();
    match &*MUTANT {
        Some(mutant) => mutated(source, mutant).unwrap_or_else(|error| panic!("{error}")),
        None => source,
    }
}

/// Whether it is a mutant, whose catalogue differs from the one that was shipped.
pub fn is_mutant() -> bool {
    MUTANT.is_some()
}

/// A source as a mutant has it. If the source does not have the lines that the mutant replaces, the error names each pin
/// that is broken.
pub fn mutated(mut source: Source, mutant: &Mutant) -> Result<Source, String> {
    let Source { roles, migrations, code, database, catalogue, .. } = &mut source;
    // What a mutant makes is in no snapshot.
    *catalogue = None;
    let migrations = migrations.iter_mut().map(|migration| &mut migration.script);
    let mut scripts: Vec<_> = [roles, database].into_iter().chain(migrations).chain(code).collect();
    let mut broken = Vec::new();
    for hunk in &mutant.hunks {
        match scripts.iter_mut().find(|script| script.path == hunk.file) {
            None => broken.push(format!("{}: there is no {}", mutant.name, hunk.file)),
            Some(script) => match hunk.apply(&script.sql) {
                Ok(sql) => script.sql = sql.into(),
                Err(error) => broken.push(format!("{}: {error}", mutant.name)),
            },
        }
    }
    if broken.is_empty() { Ok(source) } else { Err(broken.join("\n")) }
}

/// Every pin of these mutants that is broken, in words.
pub fn broken_pins(source: &Source, mutants: &[Mutant]) -> Vec<String> {
    mutants.iter().filter_map(|mutant| mutated(source.clone(), mutant).err()).collect()
}
