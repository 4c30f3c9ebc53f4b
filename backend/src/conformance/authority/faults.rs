//! What the stand-in can be told to do wrong.

use std::time::Duration;

use serde_json::{Value, json};

/// How the authorization server misbehaves. The default is that it does not.
#[derive(Clone, Debug)]
pub struct Faults {
    /// How revocations are refused.
    pub revokes: Option<Refusal>,
    /// How exchanges are refused.
    pub exchanges: Option<Refusal>,
    /// How long a revocation takes.
    pub revoke_latency: Duration,
    /// How long an exchange takes.
    pub exchange_latency: Duration,
    /// What `expires_in` says; `None` leaves it out. By default an hour.
    pub life: Option<Value>,
    /// Whether a token that it does not know is refused as `invalid_token`, as Box does,
    /// and not taken for a success (RFC 7009 section 2.2).
    pub unknown_is_invalid: bool,
    /// How many calls a second it takes; beyond, it answers 429.
    pub per_second: Option<u32>,
}

/// An answer in place of what was asked for.
#[derive(Clone, Debug)]
pub struct Refusal {
    /// The HTTP status.
    pub status: u16,
    /// The value of `Retry-After`, if any.
    pub retry_after: Option<u32>,
    /// The body.
    pub body: String,
    /// How many calls it still meets.
    pub left: u32,
}

impl Default for Faults {
    fn default() -> Self {
        Self {
            revokes: None,
            exchanges: None,
            revoke_latency: Duration::ZERO,
            exchange_latency: Duration::ZERO,
            life: Some(json!(3600)),
            unknown_is_invalid: false,
            per_second: None,
        }
    }
}

impl Refusal {
    /// Every call, until the faults are changed.
    pub const fn always(status: u16) -> Self {
        Self {
            status,
            retry_after: None,
            body: String::new(),
            left: u32::MAX,
        }
    }

    /// The next `calls` of them.
    pub fn next(calls: u32, status: u16) -> Self {
        Self {
            left: calls,
            ..Self::always(status)
        }
    }

    /// With `Retry-After`, in seconds.
    #[must_use]
    pub fn after(self, seconds: u32) -> Self {
        Self {
            retry_after: Some(seconds),
            ..self
        }
    }

    /// With this body.
    #[must_use]
    pub fn saying(self, body: impl Into<String>) -> Self {
        Self {
            body: body.into(),
            ..self
        }
    }

    /// One call of those that it meets.
    pub(super) fn take(refusal: &mut Option<Self>) -> Option<Self> {
        let one = refusal.as_mut().filter(|one| one.left > 0)?;
        if one.left < u32::MAX {
            one.left -= 1;
        }
        Some(one.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_meets_as_many_calls_as_it_says() {
        let mut twice = Some(Refusal::next(2, 503));
        let times = std::iter::from_fn(|| Refusal::take(&mut twice)).count();
        assert_eq!(times, 2);
        let mut always = Some(Refusal::always(429));
        assert!((0..9).all(|_| Refusal::take(&mut always).is_some()));
    }
}
