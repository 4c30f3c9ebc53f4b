//! The demo user's sign-in: a cookie session, as any app has one.

use std::{
    collections::{HashSet, VecDeque},
    sync::Mutex,
};

use axum::http::{HeaderMap, header};

use crate::{
    lock::lock,
    secret::{Fingerprint, Secret},
};

const COOKIE: &str = "demo_session";
/// The demo signs in whoever loads the page, so the oldest give way.
const CAPACITY: usize = 10_000;

/// Who is signed in.
#[derive(Default)]
pub struct SignIns(Mutex<State>);

#[derive(Default)]
struct State {
    live: HashSet<Fingerprint>,
    order: VecDeque<Fingerprint>,
}

impl SignIns {
    /// Whether the request carries the cookie of somebody who is signed in.
    pub fn is_signed_in(&self, headers: &HeaderMap) -> bool {
        self.of(headers).is_some()
    }

    /// The sign-in that the request comes from.
    pub fn of(&self, headers: &HeaderMap) -> Option<Fingerprint> {
        let state = lock(&self.0);
        cookies(headers)
            .map(Fingerprint::of)
            .find(|cookie| state.live.contains(cookie))
    }

    /// Whether that sign-in has not ended.
    pub fn is_live(&self, sign_in: Fingerprint) -> bool {
        lock(&self.0).live.contains(&sign_in)
    }

    /// Signs the demo user in; the answer is the value of `Set-Cookie`.
    ///
    /// An app on the open web adds `Secure` and the name prefix `__Host-`; this
    /// one is served over http on loopback, where browsers disagree about them.
    pub fn sign_in(&self) -> String {
        let cookie = Secret::random();
        let mut state = lock(&self.0);
        state.live.insert(cookie.fingerprint());
        state.order.push_back(cookie.fingerprint());
        if state.order.len() > CAPACITY
            && let Some(oldest) = state.order.pop_front()
        {
            state.live.remove(&oldest);
        }
        format!(
            "{COOKIE}={}; Path=/; HttpOnly; SameSite=Strict",
            cookie.expose()
        )
    }

    /// Signs out whoever sent the request; the answer is the value of `Set-Cookie`.
    pub fn sign_out(&self, headers: &HeaderMap) -> String {
        let mut state = lock(&self.0);
        for cookie in cookies(headers) {
            state.live.remove(&Fingerprint::of(cookie));
        }
        format!("{COOKIE}=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0")
    }
}

fn cookies(headers: &HeaderMap) -> impl Iterator<Item = &str> {
    headers
        .get_all(header::COOKIE)
        .into_iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .filter_map(|(name, value)| (name == COOKIE).then_some(value))
}
