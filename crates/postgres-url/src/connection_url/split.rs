//! Splits a connection string into parameters, in libpq's two notations. It does not know what a parameter means.

use super::ConnectionUrlError;

/// One parameter as written; the value is decoded.
pub(super) type Parameter = (String, String);

/// The parameters of a URL (`postgresql://…`) or of `key=value` pairs, in order. A later one overrides an earlier one.
pub(super) fn split(text: &str) -> Result<Vec<Parameter>, ConnectionUrlError> {
    let text = text.trim();
    if let Some(rest) = text.strip_prefix("postgresql://").or_else(|| text.strip_prefix("postgres://")) {
        return from_url(rest);
    }
    from_pairs(text)
}

fn from_url(rest: &str) -> Result<Vec<Parameter>, ConnectionUrlError> {
    let (authority, tail) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
    // A bare @ further on means that the password has a / or ? in it. What looks like a host or a database would then be
    // a piece of the password, and would appear in a log.
    if !authority.is_empty() && tail.contains('@') {
        return Err(ConnectionUrlError::Authority);
    }
    let mut parameters = Vec::new();
    let hosts = match authority.rsplit_once('@') {
        Some((credentials, hosts)) => {
            push_credentials(&mut parameters, credentials)?;
            hosts
        }
        None => authority,
    };
    push_hosts(&mut parameters, hosts)?;

    let (path, query) = tail.split_once('?').unwrap_or((tail, ""));
    let database = decode(path.strip_prefix('/').unwrap_or(path))?;
    if !database.is_empty() {
        parameters.push(("dbname".to_owned(), database));
    }
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (key, value) = pair.split_once('=').ok_or(ConnectionUrlError::Unreadable)?;
        parameters.push((decode(key)?, decode(value)?));
    }
    Ok(parameters)
}

fn push_credentials(parameters: &mut Vec<Parameter>, credentials: &str) -> Result<(), ConnectionUrlError> {
    let (user, password) = credentials.split_once(':').unwrap_or((credentials, ""));
    if !user.is_empty() {
        parameters.push(("user".to_owned(), decode(user)?));
    }
    if !password.is_empty() {
        parameters.push(("password".to_owned(), decode(password)?));
    }
    Ok(())
}

/// `host`, `host:port`, `[::1]:port` or `%2Fsocket%2Fdirectory`, several separated by commas.
fn push_hosts(parameters: &mut Vec<Parameter>, hosts: &str) -> Result<(), ConnectionUrlError> {
    if hosts.is_empty() {
        return Ok(());
    }
    let (mut names, mut ports) = (Vec::new(), Vec::new());
    for part in hosts.split(',') {
        let (name, port) = if let Some(rest) = part.strip_prefix('[') {
            let (name, after) = rest.split_once(']').ok_or(ConnectionUrlError::Authority)?;
            (name, if after.is_empty() { "" } else { after.strip_prefix(':').ok_or(ConnectionUrlError::Authority)? })
        } else {
            part.split_once(':').unwrap_or((part, ""))
        };
        // A port that is not a number is usually the start of a password. So it is refused without being shown.
        if !port.is_empty() && port.parse::<u16>().is_err() {
            return Err(ConnectionUrlError::Authority);
        }
        names.push(decode(name)?);
        ports.push(port);
    }
    parameters.push(("host".to_owned(), names.join(",")));
    if ports.iter().any(|port| !port.is_empty()) {
        parameters.push(("port".to_owned(), ports.join(",")));
    }
    Ok(())
}

fn decode(text: &str) -> Result<String, ConnectionUrlError> {
    let mut decoded = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        if byte == b'%' {
            let digit = |digit: Option<u8>| digit.and_then(|digit| char::from(digit).to_digit(16));
            let (Some(high), Some(low)) = (digit(bytes.next()), digit(bytes.next())) else {
                return Err(ConnectionUrlError::PercentEncoding);
            };
            decoded.extend(u8::try_from(high * 16 + low));
        } else {
            decoded.push(byte);
        }
    }
    String::from_utf8(decoded).map_err(|_| ConnectionUrlError::PercentEncoding)
}

/// `key=value` separated by white space; a value may stand in single quotes, a backslash takes the next character as it is.
fn from_pairs(text: &str) -> Result<Vec<Parameter>, ConnectionUrlError> {
    let mut parameters = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let (key, after) = rest.split_once('=').ok_or(ConnectionUrlError::Unreadable)?;
        let key = key.trim_end();
        if key.is_empty() || !key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
            return Err(ConnectionUrlError::Unreadable);
        }
        let (value, after) = pair_value(after.trim_start())?;
        parameters.push((key.to_owned(), value));
        rest = after.trim_start();
    }
    if parameters.is_empty() { Err(ConnectionUrlError::Unreadable) } else { Ok(parameters) }
}

/// The value at the start of `text`, and what follows it.
fn pair_value(text: &str) -> Result<(String, &str), ConnectionUrlError> {
    let quoted = text.strip_prefix('\'');
    let body = quoted.unwrap_or(text);
    let mut value = String::new();
    let mut characters = body.char_indices();
    while let Some((index, character)) = characters.next() {
        match character {
            '\\' => value.extend(characters.next().map(|(_, escaped)| escaped)),
            '\'' if quoted.is_some() => return Ok((value, body.get(index + 1..).unwrap_or_default())),
            space if quoted.is_none() && space.is_whitespace() => {
                return Ok((value, body.get(index..).unwrap_or_default()));
            }
            other => value.push(other),
        }
    }
    if quoted.is_some() { Err(ConnectionUrlError::Unreadable) } else { Ok((value, "")) }
}
