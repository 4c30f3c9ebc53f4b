//! Why a keeper does not do what it is asked for.

/// The rule that was in the way; crosses to JavaScript as its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The message is none that there is.
    Message,
    /// It comes from another origin or another window.
    Sender,
    /// There is a connection already: a channel belongs to one page.
    Connection,
    /// Policy is in the keeper's file, and given once.
    Configuration,
    /// No rule is about this resource with these scopes.
    Grant,
    /// Too many grants.
    Grants,
    /// Too many requests at once.
    Requests,
    /// The URL is not in its one form: normalised otherwise by somebody, or too long.
    Form,
    /// It is where tokens come from or go to.
    Endpoint,
    /// No pattern of the rule is about this URL.
    Url,
    /// The URL has a parameter that the rule does not name, or one twice.
    Query,
    /// The rule does not name this method.
    Method,
    /// The rule does not name this header.
    Header,
    /// Too many headers, or too long.
    Headers,
    /// The body is too long.
    Body,
}

impl Refusal {
    /// Their names in events and errors, by their numbers.
    pub const NAMES: [&str; 15] = [
        "message",
        "sender",
        "connection",
        "configuration",
        "grant",
        "grants",
        "requests",
        "form",
        "endpoint",
        "url",
        "query",
        "method",
        "header",
        "headers",
        "body",
    ];

    /// What JavaScript is told.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        Self::NAMES[self as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_of_a_refusal_is_the_place_of_its_name() {
        assert_eq!(Refusal::Message.as_str(), "message");
        assert_eq!(Refusal::Form.as_str(), "form");
        assert_eq!(Refusal::Body.as_str(), "body");
        assert_eq!(Refusal::Body as usize + 1, Refusal::NAMES.len());
    }
}
