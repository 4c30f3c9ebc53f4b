//! Reads the token endpoint's answer: strict about what could hurt, lenient
//! where real servers differ from RFC 6749 and RFC 8693.

use super::error::is_outage;
use super::time::Millis;

/// The facts of a token response, without the token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Issued {
    /// How long the server says that the token lives; `None`: it does not say.
    pub lifetime: Option<Millis>,
    /// How many bytes of a revoke request's form it takes to name the token, its
    /// `&` and the name of its field included.
    pub weight: u32,
}

/// What a lease endpoint answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Terms {
    /// When to ask again.
    pub renew_in: Millis,
    /// How long the request was held open, which counts as having been heard.
    pub held: Millis,
    /// The backend revokes what it minted for the page life once it has not
    /// heard of it for this long; `None`: it does not say.
    pub term: Option<Millis>,
}

/// What the body of an answer says of who gave it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Body {
    /// Something else than a page that no contract knows.
    Other,
    /// In the contract's form: a JSON object, or nothing at all.
    Own,
    /// HTML, or too long to be read.
    Page,
}

/// Whether an answer that is no 2xx was given by something between page and backend:
/// a refusal that is not in the contract's form. (An outage is one, whoever says so.)
#[must_use]
pub const fn is_foreign(status: u16, body: Body) -> bool {
    matches!(status, 300..=499) && !is_outage(status) && !matches!(body, Body::Own)
}

/// How long a token is used whose answer does not say how long it lives: 5
/// minutes. RFC 6749 section 5.1 only recommends `expires_in`; too short costs a
/// request, too long a 401. It may live on, so it is revoked then.
pub(crate) const UNSTATED_LIFETIME: Millis = Millis(300_000);

/// Lives beyond ten years are cut to that.
const LONGEST_LIFETIME_SECONDS: f64 = 315_360_000.0;

/// The longest token that is accepted, in characters.
const LONGEST_TOKEN: u32 = 16_384;

/// Whether a short text is what serializers write where there is no token.
#[must_use]
pub fn names_nothing(text: &str) -> bool {
    matches!(
        text,
        "undefined" | "null" | "NaN" | "None" | "nil" | "false" | "true"
    )
}

/// The life that `expires_in` grants, where it was a number or a string of one
/// (`None`: absent); `Err` where it grants none.
///
/// # Errors
///
/// Not a number, or not above zero.
pub fn lifetime(expires_in: Option<f64>) -> Result<Option<Millis>, &'static str> {
    let Some(seconds) = expires_in else {
        return Ok(None);
    };
    if seconds.is_nan() || seconds <= 0.0 {
        return Err("`expires_in` is not a number above zero");
    }
    let millis = seconds.min(LONGEST_LIFETIME_SECONDS) * 1000.0;
    Ok(Some(Millis((millis as u64).max(1))))
}

/// A shorter term would have lapsed before a second request may go out: 10 seconds.
pub(crate) const SHORTEST_TERM: Millis = Millis(10_000);

/// When a backend that does not say wants to hear of the page again: 55 seconds.
const UNSTATED_RENEWAL: f64 = 55.0;

/// The terms of a lease, from numbers of seconds (`None`: absent).
///
/// # Errors
///
/// Not a number, below zero, or a term so short that every lease would lapse.
pub fn terms(
    renew_in: Option<f64>,
    held: Option<f64>,
    term: Option<f64>,
) -> Result<Terms, &'static str> {
    let millis = |seconds: f64| {
        let seconds = (seconds >= 0.0).then_some(seconds.min(LONGEST_LIFETIME_SECONDS));
        let millis = seconds.map(|seconds| Millis((seconds * 1000.0) as u64));
        millis.ok_or("a number of the lease is none, or below zero")
    };
    let renew_in = millis(renew_in.unwrap_or(UNSTATED_RENEWAL))?;
    let term = term.map(millis).transpose()?;
    if term.is_some_and(|term| term < SHORTEST_TERM) {
        return Err("`term` is less than 10 seconds");
    }
    Ok(Terms {
        // Whatever is asked for: later would be too late.
        renew_in: term.map_or(renew_in, |term| renew_in.min(term / 2)),
        held: millis(held.unwrap_or_default())?,
        term,
    })
}

/// Whether UTF-16 code units spell a token that can stand in a header: RFC 6749
/// appendix A.12, `1*VSCHAR`, without space, quotes, comma and backslash.
///
/// More than the `b64token` of RFC 6750 section 2.1, which real servers exceed:
/// Box's documented downscoped tokens begin with `1!`.
pub fn is_access_token(length: u32, mut units: impl Iterator<Item = u16>) -> bool {
    const SPECIAL: [u16; 3] = [b'"' as u16, b',' as u16, b'\\' as u16];
    (1..=LONGEST_TOKEN).contains(&length)
        && units.all(|unit| (0x21..=0x7e).contains(&unit) && !SPECIAL.contains(&unit))
}

/// The registered error code that `text` spells, if it is one; or that a URI
/// ends with, as the `type` of a problem does (RFC 9457 section 3.1.1).
///
/// Only these fixed texts ever reach an error: an error code is the one part
/// of an answer's body that helps, and an unknown one could be anything.
#[must_use]
pub fn registered_error(text: &str) -> Option<&'static str> {
    // RFC 6749 sections 4.1.2.1 and 5.2, RFC 6750 section 3.1, RFC 8628
    // section 3.5, RFC 8707 section 2, RFC 9470, OpenID Connect Core 3.1.2.6.
    const REGISTERED: [&str; 18] = [
        "access_denied",
        "consent_required",
        "insufficient_scope",
        "insufficient_user_authentication",
        "interaction_required",
        "invalid_client",
        "invalid_grant",
        "invalid_request",
        "invalid_scope",
        "invalid_target",
        "invalid_token",
        "login_required",
        "server_error",
        "slow_down",
        "temporarily_unavailable",
        "unauthorized_client",
        "unsupported_grant_type",
        "use_dpop_nonce",
    ];
    REGISTERED
        .into_iter()
        .find(|known| match text.strip_suffix(known) {
            Some(rest) => rest.is_empty() || rest.ends_with(['/', ':', '#']),
            None => false,
        })
}

/// Whether tokens of this `token_type` are used as RFC 6750 has it. Some
/// servers leave the type out; none may mean another (RFC 6749 section 7.1).
#[must_use]
pub fn is_bearer(token_type: Option<&str>) -> bool {
    token_type.is_none_or(|name| name.eq_ignore_ascii_case("bearer"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accepted(token: &str) -> bool {
        is_access_token(token.len() as u32, token.encode_utf16())
    }

    #[test]
    fn lifetimes_may_be_fractional_absent_or_very_long() {
        let granted = |millis| Ok(Some(Millis(millis)));
        assert_eq!(lifetime(Some(3599.5)), granted(3_599_500));
        assert_eq!(lifetime(Some(0.0004)), granted(1));
        assert_eq!(lifetime(None), Ok(None));
        assert_eq!(lifetime(Some(2_592_000.0)), granted(2_592_000_000));
        assert_eq!(lifetime(Some(1e300)), granted(315_360_000_000));
        assert_eq!(lifetime(Some(f64::INFINITY)), granted(315_360_000_000));
    }

    #[test]
    fn a_refusal_is_the_backend_s_only_in_the_form_of_the_contract() {
        for status in [302, 401, 403, 404, 499] {
            assert!(!is_foreign(status, Body::Own), "{status}");
            assert!(is_foreign(status, Body::Other), "{status}");
            assert!(is_foreign(status, Body::Page), "{status}");
        }
        for status in [200, 408, 421, 429, 500, 503] {
            assert!(!is_foreign(status, Body::Page), "{status}");
        }
    }

    #[test]
    fn a_lifetime_of_nothing_is_refused() {
        for bad in [0.0, -1.0, f64::NAN, f64::NEG_INFINITY] {
            assert!(lifetime(Some(bad)).is_err(), "{bad}");
        }
    }

    #[test]
    fn tokens_are_what_can_stand_in_a_header() {
        for good in [
            "a",
            "FAKE-token_1.~+/",
            "FAKE==",
            "1!FAKE",
            "a=b",
            "a%3D",
            "=",
        ] {
            assert!(accepted(good), "{good}");
        }
        for bad in [
            "",
            "a b",
            "a\n",
            "a\r\nx: y",
            "a\t",
            "é",
            "a\u{100}",
            "a\"",
            "a,b",
            "a\\",
            "a\u{7f}",
        ] {
            assert!(!accepted(bad), "{bad:?}");
        }
    }

    #[test]
    fn the_name_of_nothing_is_no_token() {
        for bad in ["undefined", "null", "NaN", "None", "nil", "false", "true"] {
            assert!(names_nothing(bad), "{bad}");
        }
        assert!(!accepted("[object Object]"));
        for good in ["undefined1", "nul", "Null", "a.null"] {
            assert!(accepted(good) && !names_nothing(good), "{good}");
        }
    }

    #[test]
    fn the_length_of_a_token_is_bounded() {
        assert!(accepted(&"a".repeat(16_384)));
        assert!(!accepted(&"a".repeat(16_385)));
    }

    #[test]
    fn only_registered_error_codes_are_copied() {
        assert_eq!(registered_error("invalid_scope"), Some("invalid_scope"));
        assert_eq!(registered_error("FAKE-token"), None);
        assert_eq!(registered_error("xinvalid_scope"), None);
        let problem = "https://errors.example/oauth#invalid_target";
        assert_eq!(registered_error(problem), Some("invalid_target"));
        assert_eq!(registered_error(""), None);
    }

    #[test]
    fn only_bearer_tokens_are_taken() {
        for good in [None, Some("Bearer"), Some("bearer"), Some("BEARER")] {
            assert!(is_bearer(good));
        }
        for bad in ["", "DPoP", "mac", "N_A", "Bearer "] {
            assert!(!is_bearer(Some(bad)), "{bad}");
        }
    }
}
