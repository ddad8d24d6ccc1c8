//! The PostgreSQL that this program starts itself.

use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};
use clap::Args;

/// Where the embedded PostgreSQL is, and how it is started.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Embedded PostgreSQL")]
pub struct EmbeddedArgs {
    /// Use a PostgreSQL that this program starts on a data folder, in place of a database URL
    #[arg(long, env = "TALLYSTICK_EMBEDDED", value_parser = parse_switch)]
    pub embedded: bool,
    /// Where the embedded PostgreSQL keeps its data [default: /var/lib/tallystick for root, else where users keep data]
    #[arg(long, env = "TALLYSTICK_DATA_DIR", value_name = "FOLDER")]
    pub data_dir: Option<PathBuf>,
    /// The folder of PostgreSQL's programs, if they are not where they usually are
    #[arg(long, env = "TALLYSTICK_POSTGRES_BIN", value_name = "FOLDER")]
    pub postgres_bin: Option<PathBuf>,
    /// A setting of the embedded PostgreSQL, as in `shared_buffers=2GB`; may be given several times, or several with `;`
    /// between them [default: memory and write-ahead log are sized for this machine]
    #[arg(
        long = "postgres-setting", env = "TALLYSTICK_POSTGRES_SETTINGS", value_name = "NAME=VALUE", value_delimiter = ';',
        value_parser = parse_setting
    )]
    pub postgres_settings: Vec<(String, String)>,
}

impl EmbeddedArgs {
    /// The settings of PostgreSQL that the operator gives.
    pub fn settings(&self) -> impl Iterator<Item = (String, String)> {
        self.postgres_settings.iter().filter(|(name, _)| !name.is_empty()).cloned()
    }

    /// The data folder: the one that is named, or else one called `name` where a service (as root) or a user keeps data.
    pub fn folder(&self, name: &str) -> anyhow::Result<PathBuf> {
        if let Some(told) = &self.data_dir {
            return Ok(told.clone());
        }
        if nix::unistd::Uid::effective().is_root() {
            return Ok(Path::new("/var/lib").join(name));
        }
        let folder = |variable| std::env::var_os(variable).filter(|value| !value.is_empty()).map(PathBuf::from);
        let parent = folder("XDG_DATA_HOME").or_else(|| Some(folder("HOME")?.join(".local/share")));
        Ok(parent.context("set TALLYSTICK_DATA_DIR: there is no home folder to keep data in")?.join(name))
    }
}

/// Which database a command works on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place<'a> {
    /// The one at this URL.
    Url(&'a str),
    /// The embedded one.
    Embedded,
}

/// The place of a database. If both a URL and `--embedded` are given, nobody can know which is meant.
pub(crate) fn place<'a>(url: Option<&'a str>, embedded: bool, advice: &str) -> anyhow::Result<Place<'a>> {
    match url.filter(|url| !url.is_empty()) {
        Some(url) => {
            ensure!(!embedded, "a database URL and --embedded (TALLYSTICK_EMBEDDED) exclude each other");
            Ok(Place::Url(url))
        }
        None if embedded => Ok(Place::Embedded),
        None => Err(anyhow::anyhow!("{advice}")),
    }
}

/// Reads a switch as people write it in files of settings. An empty one counts as not set.
fn parse_switch(text: &str) -> Result<bool, String> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "on" | "yes" | "1" => Ok(true),
        "false" | "off" | "no" | "0" | "" => Ok(false),
        _ => Err("must be true or false".to_owned()),
    }
}

/// Reads `name=value`. Nothing at all counts as not set, and its name is empty.
fn parse_setting(text: &str) -> Result<(String, String), String> {
    if text.trim().is_empty() {
        return Ok(Default::default());
    }
    let (name, value) = text.split_once('=').ok_or("must be NAME=VALUE, as in shared_buffers=2GB")?;
    let name = name.trim();
    if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.".contains(&byte)) {
        return Err("must begin with the name of a setting of PostgreSQL".to_owned());
    }
    Ok((name.to_owned(), value.trim().to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_or_the_embedded_one_and_never_both() {
        assert_eq!(place(Some("u"), false, "x").unwrap(), Place::Url("u"));
        assert_eq!(place(None, true, "x").unwrap(), Place::Embedded);
        assert_eq!(place(Some(""), true, "x").unwrap(), Place::Embedded, "empty is not set");
        assert_eq!(place(None, false, "say so").unwrap_err().to_string(), "say so");
        assert!(place(Some("u"), true, "x").unwrap_err().to_string().contains("exclude"));
    }

    #[test]
    fn a_switch_is_true_or_false_in_the_usual_words() {
        for (text, on) in
            [("true", true), ("1", true), ("Yes", true), ("on", true), ("false", false), ("0", false), ("", false)]
        {
            assert_eq!(parse_switch(text), Ok(on), "{text}");
        }
        assert!(parse_switch("ture").is_err());
    }

    #[test]
    fn a_setting_of_postgresql_has_a_name_and_a_value() {
        let setting = |name: &str, value: &str| Ok((name.to_owned(), value.to_owned()));
        assert_eq!(parse_setting("shared_buffers=2GB"), setting("shared_buffers", "2GB"));
        assert_eq!(parse_setting(" a.b = x=y "), setting("a.b", "x=y"));
        assert_eq!(parse_setting(" "), setting("", ""));
        for wrong in ["=1", "shared_buffers", "a b=1", "-c a=1"] {
            assert!(parse_setting(wrong).is_err(), "{wrong}");
        }
    }
}
