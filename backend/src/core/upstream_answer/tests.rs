use super::*;
use serde_json::json;

fn answer(status: u16, body: &Value) -> UpstreamAnswer {
    UpstreamAnswer {
        status,
        retry_after: Some(7),
        body: body.to_string().into_bytes(),
    }
}

fn minted(body: &Value) -> Option<Minted> {
    answer(200, body)
        .token()
        .ok()
        .map(|answer| answer.minted("a b"))
}

#[test]
fn a_token_is_not_lost_over_what_stands_beside_it() {
    for (body, expires_in, scope) in [
        (json!({"access_token": "FAKE"}), None, "a b"),
        (
            json!({"access_token": "FAKE", "expires_in": "60"}),
            Some(60),
            "a b",
        ),
        (
            json!({"access_token": "FAKE", "expires_in": "soon"}),
            None,
            "a b",
        ),
        (
            json!({"access_token": "FAKE", "expires_in": -1, "scope": 7}),
            None,
            "a b",
        ),
        (json!({"access_token": "FAKE", "scope": "a"}), None, "a"),
        (
            json!({"access_token": "FAKE", "restricted_to": "all"}),
            None,
            "a b",
        ),
        (
            json!({"access_token": "FAKE", "restricted_to": [
                {"scope": "b", "object": {"type": "file", "id": "1", "name": "x"}},
                {"scope": "a"}, 7,
            ]}),
            None,
            "b",
        ),
    ] {
        let minted = minted(&body);
        let seen = minted.map(|minted| (minted.expires_in, minted.scope));
        assert_eq!(seen, Some((expires_in, scope.to_owned())), "{body}");
    }
    for body in [json!({}), json!({"access_token": 7}), json!("FAKE")] {
        assert_eq!(minted(&body), None, "{body}");
    }
}

#[test]
fn a_token_is_not_lost_over_a_number_that_does_not_fit() {
    let huge = "9".repeat(400);
    let deep = "[".repeat(200) + &"]".repeat(200);
    for (life, expires_in) in [
        ("1e999", None),
        ("-1e999", None),
        (huge.as_str(), None),
        (deep.as_str(), None),
        (r#"{"seconds": 1e999}"#, None),
        ("18446744073709551616", Some(34_560_000)),
        ("-5", None),
        ("59.9", Some(59)),
        (r#""3600""#, Some(3_600)),
        (r#""NaN""#, None),
        (r#""1e999""#, None),
        ("null", None),
    ] {
        let body = format!(
            r#"{{"access_token": "FAKE", "expires_in": {life}, "scope": "a", "x": 1e999}}"#
        );
        let answer = UpstreamAnswer {
            status: 200,
            retry_after: None,
            body: body.into_bytes(),
        };
        let minted = answer.token().map(|answer| answer.minted("a b"));
        let seen = minted.map(|minted| (minted.expires_in, minted.scope));
        assert_eq!(seen, Ok((expires_in, "a".to_owned())), "{life}");
    }
}

#[test]
fn a_refusal_is_what_its_code_says() {
    use UpstreamError::{InvalidScope, InvalidTarget, SubjectRejected};
    let refused = |code| UpstreamError::Misconfigured { code: Some(code) };
    for (code, description, error) in [
        ("invalid_grant", None, SubjectRejected),
        ("invalid_token", None, SubjectRejected),
        // RFC 8693 section 2.2.2 has this one for a subject token that is dead, too.
        ("invalid_request", None, SubjectRejected),
        (
            "invalid_request",
            Some("The subject_token is invalid."),
            SubjectRejected,
        ),
        (
            "invalid_request",
            Some("Token has expired"),
            SubjectRejected,
        ),
        ("invalid_request", Some("Sign in again"), SubjectRejected),
        (
            "invalid_request",
            Some("Unknown parameter: resource"),
            refused("invalid_request"),
        ),
        (
            "invalid_request",
            Some("The client is invalid"),
            refused("invalid_request"),
        ),
        (
            "invalid_request",
            Some("Missing parameter: subject_token"),
            refused("invalid_request"),
        ),
        (
            "invalid_request",
            Some("Unsupported subject_token_type"),
            refused("invalid_request"),
        ),
        ("invalid_scope", None, InvalidScope),
        ("invalid_resource", None, InvalidTarget),
        ("invalid_target", None, InvalidTarget),
        ("invalid_client", None, refused("invalid_client")),
        ("unauthorized_client", None, refused("unauthorized_client")),
        (
            "unsupported_grant_type",
            None,
            refused("unsupported_grant_type"),
        ),
        ("access_denied", None, refused("access_denied")),
    ] {
        let body = json!({"error": code, "error_description": description});
        for status in [400, 401, 403] {
            let seen = answer(status, &body).token().err();
            assert_eq!(seen, Some(error), "{status} {body}");
        }
    }
    // These are said with a 400 by some: nothing was minted, and it may be asked again.
    for code in ["server_error", "temporarily_unavailable"] {
        let seen = answer(400, &json!({ "error": code })).token().err();
        let again = UpstreamError::Unavailable {
            retry_after: Some(7),
        };
        assert_eq!(seen, Some(again), "{code}");
    }
}

#[test]
fn of_a_refusal_no_word_is_kept_but_a_code_of_the_standards() {
    let refused = |body: &Value| answer(400, body).token().err();
    for code in ["FAKE-client-secret", "", "INVALID_CLIENT"] {
        let unnamed = UpstreamError::Misconfigured { code: None };
        assert_eq!(refused(&json!({ "error": code })), Some(unnamed), "{code}");
    }
    assert_eq!(
        refused(&json!({ "error": "invalid_client" })).and_then(UpstreamError::code),
        Some("invalid_client")
    );
    assert_eq!(
        refused(&json!({ "error": "invalid_scope" })).and_then(UpstreamError::code),
        None
    );
}

#[test]
fn what_is_held_against_a_request_on_the_backends_own_authority_is_about_the_backend() {
    let own = |status, body: &Value| answer(status, body).own_token().err();
    for code in [
        "invalid_grant",
        "invalid_client",
        "unauthorized_client",
        "invalid_scope",
    ] {
        let refused = UpstreamError::Misconfigured { code: Some(code) };
        assert_eq!(own(400, &json!({ "error": code })), Some(refused));
    }
    let unnamed = UpstreamError::Misconfigured { code: None };
    assert_eq!(own(403, &json!({ "error": "FAKE" })), Some(unnamed));
    // For no page: it may be asked again.
    let retry_after = Some(7);
    assert_eq!(
        own(502, &json!(null)),
        Some(UpstreamError::Unavailable { retry_after })
    );
}

#[test]
fn only_a_servers_own_word_says_that_nothing_was_minted() {
    let token = |status, body: &Value| answer(status, body).token().err();
    let retry_after = Some(7);
    let own = json!({"error": "temporarily_unavailable"});
    let unavailable = Some(UpstreamError::Unavailable { retry_after });
    assert_eq!(token(503, &own), unavailable);
    let unanswered = Some(UpstreamError::Unanswered { retry_after });
    for status in [302, 408, 500, 502, 503, 504] {
        assert_eq!(token(status, &json!(null)), unanswered, "{status}");
    }
    let cut_off = Some(UpstreamError::Unanswered { retry_after: None });
    assert_eq!(token(200, &json!("FAKE")), cut_off);
}

#[test]
fn a_token_that_is_dead_already_was_revoked() {
    let error = json!({"error": "invalid_token"});
    assert_eq!(answer(400, &error).revoked(), Ok(()));
    for status in [200, 202, 204, 205] {
        assert_eq!(answer(status, &json!(null)).revoked(), Ok(()), "{status}");
    }
    let again = UpstreamError::Unavailable {
        retry_after: Some(7),
    };
    assert_eq!(answer(503, &error).revoked(), Err(again));
    let rate_limited = UpstreamError::RateLimited {
        retry_after: Some(7),
    };
    assert_eq!(answer(429, &error).revoked(), Err(rate_limited));
    assert_eq!(answer(302, &json!(null)).revoked(), Err(again));
}

#[test]
fn a_revoke_that_the_client_may_not_make_is_about_the_client_whatever_is_said() {
    for (body, code) in [
        (json!({"error": "invalid_client"}), Some("invalid_client")),
        (json!({"error": "invalid_token"}), Some("invalid_token")),
        (json!({"error": "FAKE"}), None),
        (json!(null), None),
    ] {
        for status in [401, 403] {
            let seen = answer(status, &body).revoked();
            assert_eq!(
                seen,
                Err(UpstreamError::Misconfigured { code }),
                "{status} {body}"
            );
        }
    }
    // This may be about the one token.
    let seen = answer(400, &json!({"error": "invalid_request"})).revoked();
    assert_eq!(seen, Err(UpstreamError::SubjectRejected));
}
