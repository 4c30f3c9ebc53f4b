//! What of a request or an answer is shown to people: enough to recognise it, and no secret.

use serde_json::Value;

/// The longest body that is shown.
const MAX_BODY: usize = 300;
/// How many parameters of a form are shown.
const MAX_PAIRS: usize = 8;
/// How much of either end of a secret is shown.
const SECRET_END: usize = 4;

/// A body, shortened, without its tokens, handles and session.
pub(super) fn body(text: &str) -> String {
    let shown = match serde_json::from_str::<Value>(text) {
        Ok(mut value @ Value::Object(_)) => {
            hide(&mut value);
            value.to_string()
        }
        Ok(_) | Err(_) => text.to_owned(),
    };
    cut(&shown, MAX_BODY)
}

/// A form, likewise.
pub(super) fn form(text: &str) -> String {
    let pairs: Vec<_> = form_urlencoded::parse(text.as_bytes()).collect();
    let mut shown: Vec<_> = pairs
        .iter()
        .take(MAX_PAIRS)
        .map(|(name, value)| match is_secret(name) {
            true => format!("{name}={}", secret(value)),
            false => format!("{name}={}", cut(value, 40)),
        })
        .collect();
    if pairs.len() > MAX_PAIRS {
        shown.push(format!("… and {} more", pairs.len() - MAX_PAIRS));
    }
    shown.join("&")
}

fn hide(value: &mut Value) {
    let Value::Object(fields) = value else {
        return;
    };
    for (name, value) in fields.iter_mut() {
        if let Value::String(text) = value
            && is_secret(name)
        {
            *text = secret(text);
        }
    }
}

fn is_secret(name: &str) -> bool {
    matches!(
        name,
        "access_token" | "handle" | "revocation_handle" | "session" | "token"
    )
}

fn secret(text: &str) -> String {
    let count = text.chars().count();
    let start: String = text.chars().take(SECRET_END.min(count / 4)).collect();
    let end = count - SECRET_END.min(count / 4);
    let end: String = text.chars().skip(end).collect();
    format!("{start}…{end}")
}

fn cut(text: &str, most: usize) -> String {
    let mut chars = text.chars();
    let start: String = chars.by_ref().take(most).collect();
    match chars.next() {
        Some(_) => format!("{start}…"),
        None => start,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_whole_token_is_shown() {
        let shown = body(r#"{"access_token":"FAKE-0123456789","scope":"a"}"#);
        assert_eq!(shown, r#"{"access_token":"FAK…789","scope":"a"}"#);
        assert_eq!(
            form("token=FAKE-0123456789&reason=unload"),
            "token=FAK…789&reason=unload"
        );
    }

    #[test]
    fn what_is_long_is_cut() {
        let many = "pending=1&".repeat(20);
        assert!(form(&many).ends_with("… and 12 more"));
        assert!(body(&"x".repeat(9_000)).chars().count() < 400);
    }
}
