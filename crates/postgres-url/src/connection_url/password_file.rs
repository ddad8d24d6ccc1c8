//! The password file, `~/.pgpass`: lines of `host:port:database:user:password`, as libpq reads them.

use std::{fs, io, os::unix::fs::MetadataExt as _, path::Path};

use super::ConnectionUrlError;

/// What a password is looked up by.
#[derive(Debug, Clone, Copy)]
pub(super) struct Entry<'a> {
    pub host: &'a str,
    pub port: &'a str,
    pub database: &'a str,
    pub user: &'a str,
}

/// The text of the file; `None` if there is none. What is not a plain file, such as `/dev/null`, holds no passwords.
///
/// libpq warns about a file that others may read, and goes on without it. Here it is an error: nobody reads a server's
/// warnings, and the refused password would be a riddle.
pub(super) fn read(path: &Path) -> Result<Option<Vec<u8>>, ConnectionUrlError> {
    let failed = |error: io::Error| ConnectionUrlError::File { path: path.to_owned(), reason: error.to_string() };
    // A home that does not exist or is closed holds no file for this user, as libpq sees it.
    let Ok(found) = fs::metadata(path) else { return Ok(None) };
    if !found.is_file() {
        return Ok(None);
    }
    if found.mode() & 0o077 != 0 {
        return Err(ConnectionUrlError::OpenPasswordFile { path: path.to_owned() });
    }
    fs::read(path).map(Some).map_err(failed)
}

/// The password of the first line that fits.
pub(super) fn find(file: &[u8], wanted: Entry<'_>) -> Option<Vec<u8>> {
    file.split(|byte| *byte == b'\n')
        .map(|line| line.strip_suffix(b"\r").unwrap_or(line))
        .filter(|line| !line.starts_with(b"#"))
        .find_map(|line| password(line, wanted))
        .filter(|password| !password.is_empty())
}

fn password(line: &[u8], wanted: Entry<'_>) -> Option<Vec<u8>> {
    let mut rest = line;
    for value in [wanted.host, wanted.port, wanted.database, wanted.user] {
        let (field, after) = split_field(rest);
        if field != b"*" && unescape(field) != value.as_bytes() {
            return None;
        }
        rest = after?;
    }
    Some(unescape(split_field(rest).0))
}

/// The text up to the first colon that has no backslash before it, and the text after it.
fn split_field(line: &[u8]) -> (&[u8], Option<&[u8]>) {
    let mut is_escaped = false;
    for (index, byte) in line.iter().enumerate() {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' => is_escaped = true,
            b':' => return (&line[..index], Some(&line[index + 1..])),
            _ => {}
        }
    }
    (line, None)
}

/// A backslash stands before a backslash or a colon that is meant as such.
fn unescape(field: &[u8]) -> Vec<u8> {
    let mut bytes = field.iter().copied().peekable();
    std::iter::from_fn(|| match bytes.next() {
        Some(b'\\') if bytes.peek().is_some() => bytes.next(),
        other => other,
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const WANTED: Entry<'_> = Entry { host: "db.example", port: "5432", database: "shop", user: "anna" };

    fn found(file: &str) -> Option<String> {
        find(file.as_bytes(), WANTED).map(|password| String::from_utf8(password).unwrap())
    }

    #[test]
    fn the_first_line_that_fits_counts() {
        let file = "# db.example:5432:shop:anna:commented out\n\nother:5432:shop:anna:1\ndb.example:5433:shop:anna:2\n\
                    db.example:5432:other:anna:3\ndb.example:5432:shop:ben:4\ndb.example:5432:shop:anna:5\n*:*:*:*:6\n";
        assert_eq!(found(file).as_deref(), Some("5"));
        assert_eq!(found("db.example:5432:shop:anna:windows\r\n").as_deref(), Some("windows"));
        assert_eq!(found("db.example:5432:shop:anna:no line end").as_deref(), Some("no line end"));
    }

    #[test]
    fn a_star_fits_everything_and_a_part_of_a_name_nothing() {
        assert_eq!(found("*:*:*:*:any").as_deref(), Some("any"));
        assert_eq!(found("*:5432:*:anna:some").as_deref(), Some("some"));
        for line in
            ["db.*:5432:shop:anna:x", "db.exampl:5432:shop:anna:x", "db.example.:5432:shop:anna:x", r"\*:*:*:*:x"]
        {
            assert_eq!(found(line), None, "{line}");
        }
    }

    #[test]
    fn colons_and_backslashes_are_escaped_with_a_backslash() {
        assert_eq!(found(r"*:*:*:*:a\:b\\c").as_deref(), Some(r"a:b\c"));
        assert_eq!(found("*:*:*:*:first:second").as_deref(), Some("first"));
        assert_eq!(found(r"*:*:*:*:ends with \").as_deref(), Some(r"ends with \"));
        let odd = Entry { host: "::1", user: r"a\b", ..WANTED };
        assert_eq!(find(br"\:\:1:5432:shop:a\\b:s", odd).as_deref(), Some(&b"s"[..]));
    }

    #[test]
    fn a_line_that_is_too_short_or_has_no_password_is_none() {
        for line in ["", "*", "*:*:*:*", "*:*:*:*:", "db.example:5432:shop:anna"] {
            assert_eq!(found(line), None, "{line}");
        }
    }
}
