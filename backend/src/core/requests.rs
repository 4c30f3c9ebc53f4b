//! The three requests, read. Fields that are not known are ignored, so that clients can
//! be newer than backends.

use serde_json::{Map, Value};

use super::names::{Reason, RequestName};
use super::refusal::Refusal;
use super::secret::Secret;
use super::syntax;

/// The longest body of a token request.
pub const MAX_TOKEN_BODY: usize = 16 * 1024;
/// The longest body of a revoke: what a dying page can send (Fetch, `keepalive` quota).
/// A page that lives sends as many as it takes.
pub const MAX_REVOKE_BODY: usize = 64 * 1024;
/// The longest body of a lease request.
pub const MAX_LEASE_BODY: usize = 4 * 1024;

/// `POST /api/token`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct TokenRequest {
    /// Which one it is.
    pub name: RequestName,
    /// What the token is for.
    pub resource: String,
    /// What it can do there: sorted, each once.
    pub scopes: Vec<String>,
    /// Whether the page keeps a lease.
    pub lease: bool,
}

/// `POST /api/revoke`.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct RevokeRequest {
    /// The page life that speaks.
    pub session: Option<String>,
    /// Requests of it whose tokens it does not know.
    pub pending: Vec<String>,
    /// Everything of it.
    pub whole_session: bool,
    /// Tokens, each once.
    pub tokens: Vec<Secret>,
    /// Handles, each once.
    pub handles: Vec<Secret>,
    /// Whether it names a token or a handle that cannot be one, so that nothing can be looked
    /// up. Nobody can say then that all is dead.
    pub has_unreadable: bool,
    /// Why.
    pub reason: Option<Reason>,
}

/// `POST /api/lease`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct LeaseRequest {
    /// The page life that lives.
    pub session: String,
    /// The word of the push that it has heard last.
    pub heard: Option<String>,
}

impl TokenRequest {
    /// Reads the body.
    pub fn parse(body: &[u8]) -> Result<Self, Refusal> {
        let fields = object(body)?;
        let text = |name, refusal| match fields.get(name) {
            None | Some(Value::Null) => Ok(""),
            Some(Value::String(text)) => Ok(text.as_str()),
            Some(_) => Err(Refusal::invalid_request(refusal)),
        };
        let session = text("session", "`session` must be a string.")?;
        let id = text("id", "`id` must be a string.")?;
        let resource = text("resource", "`resource` must be a string.")?;
        let scope = text("scope", "`scope` must be a string.")?;
        let lease = match fields.get("lease") {
            None | Some(Value::Null) => false,
            Some(Value::Bool(lease)) => *lease,
            Some(_) => return Err(Refusal::invalid_request("`lease` must be true or false.")),
        };
        if !syntax::is_session(session) {
            return Err(Refusal::invalid_request(syntax::NO_SESSION));
        }
        if !syntax::is_name(id) {
            let refusal = "`id` must be 1 to 128 letters, digits, or any of -._~";
            return Err(Refusal::invalid_request(refusal));
        }
        if !syntax::is_absolute_uri(resource) {
            let refusal = "`resource` must be an absolute URI without a fragment.";
            return Err(Refusal::invalid_target(refusal));
        }
        let scopes = scopes(scope)?;
        let name = RequestName {
            session: session.to_owned(),
            id: id.to_owned(),
        };
        Ok(Self {
            name,
            resource: resource.to_owned(),
            scopes,
            lease,
        })
    }
}

impl RevokeRequest {
    /// Reads the body. A request or a page life that cannot be one is ignored: nothing was
    /// minted for it.
    pub fn parse(body: &[u8]) -> Result<Self, Refusal> {
        let mut request = Self::default();
        let mut names_something = false;
        for (name, value) in form_urlencoded::parse(body) {
            let value = value.into_owned();
            names_something |= matches!(&*name, "token" | "handle" | "pending" | "whole_session")
                && !value.is_empty();
            match &*name {
                "token" if syntax::is_access_token(&value) => request.tokens.push(value.into()),
                "handle" if syntax::is_handle(&value) => request.handles.push(value.into()),
                "token" | "handle" => request.has_unreadable |= !value.is_empty(),
                "pending" if syntax::is_name(&value) => request.pending.push(value),
                "session" if syntax::is_session(&value) => request.session = Some(value),
                "whole_session" => request.whole_session = value == "1",
                "reason" => request.reason = Reason::parse(&value),
                _ => {}
            }
        }
        if !names_something {
            return Err(Refusal::invalid_request("Nothing is named."));
        }
        if request.session.is_none() && (request.whole_session || !request.pending.is_empty()) {
            let refusal = "`pending` and `whole_session` need a `session`.";
            return Err(Refusal::invalid_request(refusal));
        }
        for names in [&mut request.tokens, &mut request.handles] {
            names.sort_by(|one, other| one.expose().cmp(other.expose()));
            names.dedup();
        }
        request.pending.sort();
        request.pending.dedup();
        Ok(request)
    }
}

impl LeaseRequest {
    /// Reads the body. What is no word names no push, and is no reason to give a page up.
    pub fn parse(body: &[u8]) -> Result<Self, Refusal> {
        let fields = object(body)?;
        let text = |name| fields.get(name).and_then(Value::as_str).map(str::to_owned);
        let session = text("session").filter(|session| syntax::is_session(session));
        Ok(Self {
            session: session.ok_or_else(|| Refusal::invalid_request(syntax::NO_SESSION))?,
            heard: text("heard").filter(|word| word.len() <= 64),
        })
    }
}

fn object(body: &[u8]) -> Result<Map<String, Value>, Refusal> {
    serde_json::from_slice(body)
        .map_err(|_| Refusal::invalid_request("The body must be a JSON object."))
}

fn scopes(scope: &str) -> Result<Vec<String>, Refusal> {
    if !scope.split(' ').all(syntax::is_scope_token) {
        return Err(Refusal::invalid_scope(
            "`scope` must be scopes separated by single spaces.",
        ));
    }
    let mut scopes: Vec<String> = scope.split(' ').map(str::to_owned).collect();
    scopes.sort_unstable();
    scopes.dedup();
    Ok(scopes)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SESSION: &str = "session-of-these-tests-1";

    fn revoke(body: &str) -> Result<RevokeRequest, Refusal> {
        RevokeRequest::parse(body.as_bytes())
    }

    #[test]
    fn what_is_named_twice_is_meant_once() {
        let request = revoke("token=b&token=a&token=b&handle=h&handle=h");
        let tokens = request.map(|request| (request.tokens.len(), request.handles.len()));
        assert_eq!(tokens, Ok((2, 1)));
    }

    #[test]
    fn a_session_alone_names_nothing() {
        assert!(revoke(&format!("session={SESSION}")).is_err());
        assert!(revoke("").is_err());
        assert!(revoke("token=").is_err());
        assert!(revoke("pending=1").is_err());
        assert!(revoke("whole_session=1").is_err());
        assert!(revoke(&format!("session={SESSION}&whole_session=1")).is_ok());
        assert!(revoke(&format!("session={SESSION}&pending=1")).is_ok());
    }

    #[test]
    fn scopes_are_sorted_and_each_is_there_once() {
        let body = format!(
            r#"{{"resource":"urn:example:a","scope":"b a b","session":"{SESSION}","id":"1"}}"#
        );
        let request = TokenRequest::parse(body.as_bytes());
        let scopes = request.map(|request| request.scopes.join(" "));
        assert_eq!(scopes.as_deref(), Ok("a b"));
    }

    #[test]
    fn a_word_that_is_too_long_is_none() {
        let body = format!(r#"{{"session":"{SESSION}","heard":"{}"}}"#, "w".repeat(65));
        let heard = LeaseRequest::parse(body.as_bytes()).map(|request| request.heard);
        assert_eq!(heard, Ok(None));
    }
}
