//! What may be done with one kind of grant.

use super::address::Address;
use super::pattern::{Pattern, RESOURCE};
use super::refusal::Refusal;

/// Read from what stands in the keeper's own file.
#[derive(Clone, Debug)]
pub struct Rule {
    resource: Option<Pattern>,
    scopes: Vec<String>,
    urls: Vec<Pattern>,
    methods: Vec<String>,
    queries: Vec<String>,
    headers: Vec<String>,
    answer_headers: Vec<String>,
}

/// The same as text. A list that is absent is the default; an empty one permits nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Written<'a> {
    /// A pattern; absent: grants that name no resource.
    pub resource: Option<&'a str>,
    /// Those that a grant may ask for.
    pub scopes: &'a [&'a str],
    /// Patterns; by default the grant's resource and what is below it.
    pub urls: Option<&'a [&'a str]>,
    /// By default `GET` and `HEAD`.
    pub methods: Option<&'a [&'a str]>,
    /// Names of parameters; by default none.
    pub queries: Option<&'a [&'a str]>,
    /// Of requests.
    pub headers: Option<&'a [&'a str]>,
    /// Of answers.
    pub answer_headers: Option<&'a [&'a str]>,
}

const METHODS: &[&str] = &["GET", "HEAD"];

const HEADERS: &[&str] = &[
    "accept",
    "accept-language",
    "content-type",
    "if-match",
    "if-modified-since",
    "if-none-match",
    "if-range",
    "if-unmodified-since",
    "range",
];

/// None that says where anything is: that may be a signed link.
const ANSWER_HEADERS: &[&str] = &[
    "accept-ranges",
    "cache-control",
    "content-disposition",
    "content-language",
    "content-length",
    "content-range",
    "content-type",
    "date",
    "etag",
    "expires",
    "last-modified",
    "retry-after",
    "vary",
];

/// Headers that no policy gives to a page: what proves who asks, and what turns one method or
/// path into another behind the policy's back.
const NEVER: &[&str] = &[
    "authorization",
    "cookie",
    "host",
    "proxy-authorization",
    "set-cookie",
    "x-forwarded-host",
    "x-http-method",
    "x-http-method-override",
    "x-method-override",
    "x-original-url",
    "x-rewrite-url",
];

/// What the platform sends, or would never send.
const METHODS_THAT_ARE_NONE: &[&str] = &["CONNECT", "TRACE", "TRACK"];

impl Rule {
    /// The error is what was to be there.
    pub fn read(written: &Written<'_>) -> Result<Self, &'static str> {
        let resource = written.resource.map(Pattern::parse).transpose()?;
        let below = [RESOURCE, "{resource}/**"];
        let urls = written.urls.unwrap_or(&below);
        let urls = urls.iter().map(|one| Pattern::parse(one));
        let urls = urls.collect::<Result<Vec<_>, _>>()?;
        if resource.as_ref().is_some_and(Pattern::needs_resource) {
            return Err("a resource that is a URL, with * for what differs");
        }
        if resource.is_none() && urls.iter().any(Pattern::needs_resource) {
            return Err("`urls`, where there is no `resource`");
        }
        if written.scopes.is_empty() || !written.scopes.iter().all(|one| is_scope(one)) {
            return Err("`scopes`, at least one");
        }
        let methods = written.methods.unwrap_or(METHODS);
        let is_method = |one: &&str| {
            let is_name = !one.is_empty() && one.bytes().all(|byte| byte.is_ascii_uppercase());
            is_name && !METHODS_THAT_ARE_NONE.contains(one)
        };
        if !methods.iter().all(is_method) {
            return Err("`methods`, in capitals");
        }
        let queries = written.queries.unwrap_or_default();
        if !queries.iter().all(|one| is_parameter(one)) {
            return Err("`queries`, names of letters, digits and _ - . [ ]");
        }
        let headers = written.headers.unwrap_or(HEADERS);
        let answer_headers = written.answer_headers.unwrap_or(ANSWER_HEADERS);
        for list in [headers, answer_headers] {
            if !list.iter().all(|one| is_header(one)) {
                return Err("headers, in small letters; none that proves who asks");
            }
        }
        Ok(Self {
            resource,
            urls,
            scopes: owned(written.scopes),
            methods: owned(methods),
            queries: owned(queries),
            headers: owned(headers),
            answer_headers: owned(answer_headers),
        })
    }

    /// Whether it is about a grant for this resource and these scopes.
    #[must_use]
    pub fn is_about(&self, resource: Option<&Address<'_>>, scopes: &[&str]) -> bool {
        let is_resource = match (&self.resource, resource) {
            (Some(pattern), Some(resource)) => {
                resource.query.is_none() && pattern.matches(resource, None)
            }
            (None, None) => true,
            (Some(_), None) | (None, Some(_)) => false,
        };
        is_resource && !scopes.is_empty() && scopes.iter().all(|one| has(&self.scopes, one))
    }

    /// What is in the way of a request, the size of it aside.
    pub fn permits(
        &self,
        address: &Address<'_>,
        resource: Option<&Address<'_>>,
        method: &str,
        headers: &[&str],
    ) -> Result<(), Refusal> {
        if !self.urls.iter().any(|one| one.matches(address, resource)) {
            return Err(Refusal::Url);
        }
        if !has(&self.methods, method) {
            return Err(Refusal::Method);
        }
        if !address.query.is_none_or(|query| self.has_query(query)) {
            return Err(Refusal::Query);
        }
        if !headers.iter().all(|one| has(&self.headers, one)) {
            return Err(Refusal::Header);
        }
        Ok(())
    }

    /// Those that the page is told.
    #[must_use]
    pub fn answer_headers(&self) -> &[String] {
        &self.answer_headers
    }

    /// Origins that its patterns name.
    pub fn origins(&self) -> impl Iterator<Item = &str> {
        let patterns = self.urls.iter().chain(&self.resource);
        patterns.filter_map(Pattern::origin)
    }

    /// Each parameter once: of two, a proxy may look at one and the server at the other.
    fn has_query(&self, query: &str) -> bool {
        let names: Vec<_> = query
            .split('&')
            .map(|pair| pair.split_once('=').map_or(pair, |(name, _)| name))
            .collect();
        let is_new = |(at, name): (usize, &&str)| !names.iter().take(at).any(|one| one == name);
        names.iter().all(|name| has(&self.queries, name)) && names.iter().enumerate().all(is_new)
    }
}

fn has(list: &[String], one: &str) -> bool {
    list.iter().any(|other| other == one)
}

fn owned(list: &[&str]) -> Vec<String> {
    list.iter().map(|&one| one.to_owned()).collect()
}

/// RFC 6749 section 3.3.
fn is_scope(text: &str) -> bool {
    let is_allowed = |byte| matches!(byte, b'!' | b'#'..=b'[' | b']'..=b'~');
    !text.is_empty() && text.bytes().all(is_allowed)
}

fn is_parameter(text: &str) -> bool {
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.[]".contains(&byte);
    !text.is_empty() && text.bytes().all(is_allowed)
}

fn is_header(text: &str) -> bool {
    let is_allowed =
        |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"_-".contains(&byte);
    !text.is_empty() && text.bytes().all(is_allowed) && !NEVER.contains(&text)
}
