//! URLs that every parser reads alike.
//!
//! What is compared with a policy must be what is sent, whoever reads it on the way: the
//! platform's parser, a proxy, the server. So nothing is normalised here. A URL that anybody
//! would normalise is refused.

use crate::core::protects_tokens;

/// A URL in its one form, and its parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address<'a> {
    /// Such as `https://api.example:8443`.
    pub origin: &'a str,
    /// Without their slashes; none is empty.
    pub segments: Vec<&'a str>,
    /// What comes after the question mark.
    pub query: Option<&'a str>,
}

/// Longer ones are refused by servers, too.
pub const LONGEST_URL: usize = 8_192;

/// Besides letters and digits, in a segment. No `;`: some servers cut a segment off there, so
/// that `..;` is `..`.
const IN_SEGMENT: &[u8] = b"-._~!$'()*+,=:@&";

/// Besides letters and digits, in a query. The platform's parser encodes `'`, and some servers
/// part parameters at `;`.
const IN_QUERY: &[u8] = b"-._~!$()*+,=:@&/?";

/// What may not hide behind a percent sign in a path: what separates, what means a directory,
/// and the percent sign, for whoever decodes twice.
const NEVER_ENCODED: &[u8] = b"/\\.%;?#";

impl<'a> Address<'a> {
    /// Takes a URL apart, if it is in its one form: an origin as the platform writes it, no user,
    /// no fragment, ASCII, no empty segment, no `.` and `..` in any spelling.
    #[must_use]
    pub fn read(url: &'a str) -> Option<Self> {
        if url.len() > LONGEST_URL {
            return None;
        }
        let (from, rest) = url.split_once("://")?;
        let slash = rest.find('/')?;
        let (origin, rest) = url.split_at_checked(from.len() + 3 + slash)?;
        if !is_origin(origin) {
            return None;
        }
        let (path, query) = match rest.split_once('?') {
            Some((path, query)) => (path, Some(query)),
            None => (rest, None),
        };
        if query.is_some_and(|query| query.is_empty() || !is_spelled(query, IN_QUERY, &[])) {
            return None;
        }
        let path = path.strip_prefix('/')?;
        let segments: Vec<_> = match path {
            "" => Vec::new(),
            _ => path.split('/').collect(),
        };
        let are_plain = segments.iter().all(|segment| is_segment(segment));
        are_plain.then_some(Self {
            origin,
            segments,
            query,
        })
    }
}

/// Whether it is an origin as the platform writes it, to which a token may be sent.
#[must_use]
pub fn is_origin(origin: &str) -> bool {
    let Some((scheme, authority)) = origin.split_once("://") else {
        return false;
    };
    let (host, port) = match authority.strip_suffix(']') {
        Some(_) => (authority, None),
        None => match authority.rsplit_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (authority, None),
        },
    };
    let usual = if scheme == "https" { "443" } else { "80" };
    is_host(host)
        && port.is_none_or(|port| is_port(port) && port != usual)
        && matches!(scheme, "https" | "http")
        && protects_tokens(if scheme == "https" { "https:" } else { "http:" }, host)
}

/// One segment of a path, and no directory.
#[must_use]
pub(super) fn is_segment(segment: &str) -> bool {
    !matches!(segment, "" | "." | "..") && is_spelled(segment, IN_SEGMENT, NEVER_ENCODED)
}

fn is_host(host: &str) -> bool {
    if host == "[::1]" {
        return true;
    }
    let is_name = |label: &str| {
        let bytes = label.as_bytes();
        !label.is_empty()
            && !label.starts_with('-')
            && !label.ends_with('-')
            && bytes
                .iter()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || *byte == b'-')
    };
    let last = host.rsplit('.').next().unwrap_or_default();
    // What ends in a number is read as an address, in octal and hexadecimal too.
    if last.starts_with(|first: char| first.is_ascii_digit()) {
        return is_v4(host);
    }
    host.split('.').all(is_name)
}

fn is_v4(host: &str) -> bool {
    let is_byte = |part: &str| {
        let is_short = part == "0" || !part.starts_with('0');
        is_short && is_number(part) && part.parse::<u8>().is_ok()
    };
    host.split('.').count() == 4 && host.split('.').all(is_byte)
}

fn is_port(port: &str) -> bool {
    !port.starts_with('0') && is_number(port) && port.parse::<u16>().is_ok()
}

/// `parse` would take a sign, too.
fn is_number(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether it has letters, digits, `others` and what is encoded, and decodes to UTF-8 without
/// controls and `never`.
fn is_spelled(text: &str, others: &[u8], never: &[u8]) -> bool {
    let mut decoded = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        if byte == b'%' {
            let mut digit = || char::from(bytes.next()?).to_digit(16);
            let (Some(high), Some(low)) = (digit(), digit()) else {
                return false;
            };
            let hidden = (high * 16 + low) as u8;
            if hidden.is_ascii_control() || never.contains(&hidden) {
                return false;
            }
            decoded.push(hidden);
        } else if byte.is_ascii_alphanumeric() || others.contains(&byte) {
            decoded.push(byte);
        } else {
            return false;
        }
    }
    // Longer forms of `.` and `/` than UTF-8 has are read as those by some servers.
    std::str::from_utf8(&decoded).is_ok()
}

#[cfg(test)]
mod tests;
