//! What a page may have done with tokens that it cannot read.
//!
//! A *keeper* (a worker, or a frame on an origin of its own) holds the tokens and carries out
//! requests; what may be asked of it stands in its own file and is decided here. Every text
//! comes from a page that may be hostile. What is permitted is sent as it was judged: nothing
//! is normalised, decoded or completed in between.

mod address;
mod pattern;
mod refusal;
mod rule;

pub use address::{Address, LONGEST_URL, is_origin};
pub use pattern::Pattern;
pub use refusal::Refusal;
pub use rule::{Rule, Written};

/// How much at once; what is above is refused, and nothing waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Requests under way.
    pub requests: u32,
    /// Grants that the page has opened.
    pub grants: u32,
    /// Bytes of one request's body.
    pub body: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            requests: 64,
            grants: 1_024,
            body: 64 * 1_024 * 1_024,
        }
    }
}

/// What a page asks for.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// As it was given to the grant.
    pub resource: Option<&'a str>,
    /// In capitals.
    pub method: &'a str,
    /// Whole.
    pub url: &'a str,
    /// Their names, in small letters.
    pub headers: &'a [&'a str],
    /// Characters of the headers, names and values.
    pub header_size: u64,
    /// Bytes of the body.
    pub body: u64,
    /// Requests that are under way already.
    pub open: u32,
}

/// Characters of all headers of one request.
const HEADER_SIZE: u64 = 16_384;

/// How many headers one request has.
const HEADER_COUNT: usize = 32;

/// How many scopes one grant has.
const SCOPE_COUNT: usize = 64;

/// The rules of a keeper.
#[derive(Clone, Debug, Default)]
pub struct Policy {
    rules: Vec<Rule>,
    endpoints: Vec<String>,
    limits: Limits,
}

impl Policy {
    /// One that permits nothing.
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        Self {
            limits,
            ..Self::default()
        }
    }

    /// Adds a rule. The first that is about a grant counts, for all of its requests.
    pub fn add(&mut self, rule: Rule) {
        self.rules.push(rule);
    }

    /// Where tokens come from or go to: no request leads there, whatever the patterns say. With
    /// the keeper's own cookie it would bring a token, or end others.
    pub fn close_off(&mut self, url: &str) {
        self.endpoints.push(plain(path_of(url)));
    }

    /// The rule for a grant, by its number; `open` is how many there are.
    pub fn grant(
        &self,
        resource: Option<&str>,
        scopes: &[&str],
        open: u32,
    ) -> Result<usize, Refusal> {
        if open >= self.limits.grants {
            return Err(Refusal::Grants);
        }
        if scopes.len() > SCOPE_COUNT {
            return Err(Refusal::Grant);
        }
        let address = match resource {
            Some(resource) => Some(Address::read(resource).ok_or(Refusal::Form)?),
            None => None,
        };
        let mut rules = self.rules.iter();
        let found = rules.position(|rule| rule.is_about(address.as_ref(), scopes));
        found.ok_or(Refusal::Grant)
    }

    /// What is in the way of a request under a rule.
    pub fn request(&self, rule: usize, request: &Request<'_>) -> Result<(), Refusal> {
        let rule = self.rules.get(rule).ok_or(Refusal::Grant)?;
        if request.open >= self.limits.requests {
            return Err(Refusal::Requests);
        }
        let address = Address::read(request.url).ok_or(Refusal::Form)?;
        if self.is_closed_off(request.url) {
            return Err(Refusal::Endpoint);
        }
        if request.headers.len() > HEADER_COUNT || request.header_size > HEADER_SIZE {
            return Err(Refusal::Headers);
        }
        let resource = request.resource.and_then(Address::read);
        rule.permits(&address, resource.as_ref(), request.method, request.headers)?;
        if request.body > self.limits.body {
            return Err(Refusal::Body);
        }
        Ok(())
    }

    /// An endpoint, or below one: some servers give that to the same route.
    fn is_closed_off(&self, url: &str) -> bool {
        let asked = plain(path_of(url));
        self.endpoints.iter().any(|endpoint| {
            let rest = asked.strip_prefix(endpoint.as_str());
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        })
    }

    /// The headers of an answer that the page is told.
    #[must_use]
    pub fn answer_headers(&self, rule: usize) -> &[String] {
        self.rules.get(rule).map_or(&[], Rule::answer_headers)
    }

    /// Every origin that a token may be sent to.
    pub fn origins(&self) -> impl Iterator<Item = &str> {
        self.rules.iter().flat_map(Rule::origins)
    }
}

/// Without a query.
fn path_of(url: &str) -> &str {
    url.split('?').next().unwrap_or_default()
}

/// As a lenient server reads it, which knows no case and decodes what need not be encoded.
fn plain(url: &str) -> String {
    let mut plain = String::with_capacity(url.len());
    let mut rest = url.trim_end_matches('/').bytes();
    while let Some(byte) = rest.next() {
        let hidden = (byte == b'%')
            .then(|| {
                let mut digits = rest.clone();
                let high = char::from(digits.next()?).to_digit(16)?;
                let low = char::from(digits.next()?).to_digit(16)?;
                rest = digits;
                Some((high * 16 + low) as u8)
            })
            .flatten();
        plain.push(char::from(hidden.unwrap_or(byte)).to_ascii_lowercase());
    }
    plain
}

#[cfg(test)]
mod tests;
