//! A sign-in without an app, for development: anybody is signed in who has opened `/`.

use std::sync::atomic::{AtomicU32, Ordering};

use axum::{
    Router,
    extract::RawQuery,
    http::{HeaderMap, header},
    response::{Html, IntoResponse, Response},
    routing::get,
};

use crate::{
    core::{Fingerprint, Owner},
    edge::{Identify, Identifying, Identity},
    service::random,
};

/// On the open web it would be `__Host-` and `Secure`; on loopback browsers disagree about
/// them.
const COOKIE: &str = "downscope_session";
/// The shortest random part of its value.
const MIN_RANDOM: usize = 16;

/// Takes a cookie `downscope_session=<user>.<random>` for a sign-in of that user, whoever
/// has made it: every instance does, and none remembers any.
#[derive(Debug)]
pub(in crate::service) struct Development;

impl Identify for Development {
    fn identify<'a>(&'a self, headers: &'a HeaderMap) -> Identifying<'a> {
        let owner = cookie(headers).and_then(owner);
        let identity = owner.map(|owner| Identity {
            owner,
            subject: None,
            policy: None,
        });
        Box::pin(std::future::ready(Ok(identity)))
    }
}

/// `GET /` signs in: as `u1`, `u2` and so on, or as `?user=<name>` says.
pub(in crate::service) fn router() -> Router {
    static LAST: AtomicU32 = AtomicU32::new(0);
    let sign_in = |RawQuery(query): RawQuery| async move {
        let asked = query
            .as_deref()
            .and_then(|query| query.strip_prefix("user="));
        let user = match asked.filter(|user| is_plain(user)) {
            Some(user) => user.to_owned(),
            None => format!("u{}", LAST.fetch_add(1, Ordering::Relaxed) + 1),
        };
        page(&user)
    };
    Router::new().route("/", get(sign_in))
}

fn page(user: &str) -> Response {
    let random = random::secret();
    let cookie = format!(
        "{COOKIE}={user}.{}; Path=/; HttpOnly; SameSite=Strict",
        random.expose()
    );
    let page = format!("<!doctype html><title>downscope</title><p>Signed in as {user}.\n");
    ([(header::SET_COOKIE, cookie)], Html(page)).into_response()
}

fn cookie(headers: &HeaderMap) -> Option<&str> {
    headers
        .get_all(header::COOKIE)
        .into_iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find_map(|(name, value)| (name == COOKIE).then_some(value))
}

fn owner(cookie: &str) -> Option<Owner> {
    let (user, random) = cookie.split_once('.')?;
    (is_plain(user) && is_plain(random) && random.len() >= MIN_RANDOM).then(|| Owner {
        user: user.to_owned(),
        sign_in: Fingerprint::of(cookie).to_string(),
    })
}

fn is_plain(text: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    (1..=64).contains(&text.len()) && text.bytes().all(fits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_cookies_are_two_sign_ins() {
        let random = "r".repeat(MIN_RANDOM);
        let owner = |text: &str| owner(&format!("{text}{random}"));
        assert_eq!(owner("u1.").map(|owner| owner.user).as_deref(), Some("u1"));
        assert_ne!(owner("u1.a"), owner("u1.b"));
        assert_eq!(owner("u1.a"), owner("u1.a"));
        assert_eq!(owner("u1"), None);
        assert_eq!(owner("u 1."), None);
        assert_eq!(super::owner("u1.short"), None);
    }
}
