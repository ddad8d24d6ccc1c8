//! The service file, `pg_service.conf`: sections of parameters, each with a name, as libpq reads them.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use super::{ConnectionUrlError, split::Parameter};
use crate::Environment;

/// Where packages look for the system's file if `PGSYSCONFDIR` does not say: Debian's, Red Hat's, and from source.
const SYSTEM_FOLDERS: [&str; 3] = ["/etc/postgresql-common", "/etc/sysconfig/pgsql", "/usr/local/pgsql/etc"];

/// The parameters of a service, and the file that they are from.
#[derive(Debug)]
pub(super) struct Service {
    pub file: PathBuf,
    pub parameters: Vec<Parameter>,
}

/// Looks the service up: in the user's file, which `PGSERVICEFILE` can name, and then in the system's.
pub(super) fn find(name: &str, environment: &Environment) -> Result<Service, ConnectionUrlError> {
    let named = environment.variable("PGSERVICEFILE").map(PathBuf::from);
    let users = named.clone().or_else(|| Some(environment.home()?.join(".pg_service.conf")));
    let mut files: Vec<PathBuf> = users.into_iter().collect();
    match environment.variable("PGSYSCONFDIR") {
        Some(folder) => files.push(Path::new(folder).join("pg_service.conf")),
        None => files.extend(SYSTEM_FOLDERS.map(|folder| Path::new(folder).join("pg_service.conf"))),
    }
    for file in files {
        let text = match fs::read_to_string(&file) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound && named.as_ref() != Some(&file) => continue,
            Err(error) => return Err(ConnectionUrlError::File { path: file, reason: error.to_string() }),
        };
        let section = section(&text, name).map_err(|(line, reason)| ConnectionUrlError::File {
            path: file.clone(),
            reason: format!("line {line} {reason}"),
        })?;
        if let Some(parameters) = section {
            return Ok(Service { file, parameters });
        }
    }
    Err(ConnectionUrlError::ServiceNotFound { name: name.to_owned() })
}

/// The parameters of the first section with this name. Of a parameter that is given twice, the first counts, as in libpq.
/// An error is a line's number and what is wrong with it; a line is never shown, because it may hold a password.
fn section(text: &str, name: &str) -> Result<Option<Vec<Parameter>>, (usize, &'static str)> {
    let mut found: Option<Vec<Parameter>> = None;
    for (index, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if let Some(heading) = line.strip_prefix('[') {
            if found.is_some() {
                break;
            }
            found = (heading.split_once(']').map(|(heading, _)| heading) == Some(name)).then(Vec::new);
            continue;
        }
        let Some(parameters) = &mut found else { continue };
        let (key, value) = line.split_once('=').ok_or((index + 1, "is not a parameter=value"))?;
        if key == "service" {
            return Err((index + 1, "names another service, which is not possible"));
        }
        if parameters.iter().all(|(earlier, _)| earlier != key) {
            parameters.push((key.to_owned(), value.to_owned()));
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "# comment\n\n[other]\nhost=wrong\n[shop]\nhost=db.example\n  port=6432\nport=1\npassword=a=b # c\n\n[shop]\nhost=later\n";

    #[test]
    fn a_service_is_the_first_section_of_its_name() {
        let parameters = section(FILE, "shop").unwrap().unwrap();
        let expected = [("host", "db.example"), ("port", "6432"), ("password", "a=b # c")];
        assert_eq!(parameters, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
        for absent in ["sho", "shopx", "", "host"] {
            assert_eq!(section(FILE, absent), Ok(None), "{absent}");
        }
    }

    #[test]
    fn a_line_that_cannot_be_read_is_named_by_its_number() {
        assert_eq!(section("[a]\nhost db\n", "a"), Err((2, "is not a parameter=value")));
        assert_eq!(section("[a]\nhost db\n", "b"), Ok(None), "another's section does not matter");
        assert_eq!(section("[a]\nhost=h\n\nservice=b\n", "a").unwrap_err().0, 4);
    }
}
