//! Lists the SQL files that the program carries, so that a new file needs no line anywhere.
//!
//! A macro that reads a folder by itself would not notice a new file until something else is compiled. Cargo runs this
//! script again whenever anything in one of the folders changed.

use std::{env, fmt::Write as _, fs, io, path::Path};

/// The folders below `sql/`, each with the name of its list in `migrate/embedded.rs`.
const FOLDERS: [(&str, &str); 6] = [
    ("migrations", "MIGRATIONS"),
    ("views", "VIEWS"),
    ("functions", "FUNCTIONS"),
    ("triggers", "TRIGGERS"),
    ("policies", "POLICIES"),
    ("grants", "GRANTS"),
];

fn main() -> io::Result<()> {
    let root = env::var("CARGO_MANIFEST_DIR").map_err(io::Error::other)?;
    let output = env::var("OUT_DIR").map_err(io::Error::other)?;
    println!("cargo:rerun-if-changed=build.rs");
    let mut lists = String::new();
    for (folder, list) in FOLDERS {
        println!("cargo:rerun-if-changed=sql/{folder}");
        // Writing to a String cannot fail.
        _ = writeln!(lists, "const {list}: &[File] = &[");
        for file in files(&Path::new(&root).join("sql").join(folder))? {
            let text = format!("concat!(env!(\"CARGO_MANIFEST_DIR\"), \"/sql/{folder}/{file}\")");
            _ = writeln!(lists, "    (\"{folder}/{file}\", include_str!({text})),");
        }
        lists.push_str("];\n");
    }
    fs::write(Path::new(&output).join("embedded_sql.rs"), lists)
}

/// The names of a folder's files, sorted. Hidden files are an editor's. Anything else that is no SQL is an error.
fn files(folder: &Path) -> io::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder)? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if name.starts_with('.') {
            continue;
        }
        if Path::new(&name).extension().is_none_or(|extension| extension != "sql") {
            return Err(io::Error::other(format!("{}: {name} is not named like an SQL file", folder.display())));
        }
        names.push(name);
    }
    names.sort();
    Ok(names)
}
