//! The demo user's sign-in: a cookie session, as any app has one.

use std::{
    collections::{BTreeSet, VecDeque},
    pin::Pin,
    sync::Mutex,
};

use axum::http::{HeaderMap, header};
use downscope_backend::{
    core::{Fingerprint, Owner},
    edge::{Identify, Identifying, Identity},
    engine::SignIns as EngineSignIns,
};

use crate::{lock::lock, secret};

const COOKIE: &str = "demo_session";
/// The demo signs in whoever loads the page, so the oldest give way.
const CAPACITY: usize = 10_000;

/// Who is signed in.
#[derive(Default)]
pub struct SignIns(Mutex<State>);

#[derive(Default)]
struct State {
    live: BTreeSet<String>,
    order: VecDeque<String>,
}

impl SignIns {
    /// Whether the request carries the cookie of somebody who is signed in.
    pub fn is_signed_in(&self, headers: &HeaderMap) -> bool {
        self.of(headers).is_some()
    }

    /// The sign-in that the request comes from.
    fn of(&self, headers: &HeaderMap) -> Option<String> {
        let state = lock(&self.0);
        cookies(headers)
            .map(|cookie| Fingerprint::of(cookie).to_hex())
            .find(|cookie| state.live.contains(cookie))
    }

    /// Signs the demo user in; the answer is the value of `Set-Cookie`.
    ///
    /// An app on the open web adds `Secure` and the name prefix `__Host-`; this
    /// one is served over http on loopback, where browsers disagree about them.
    pub fn sign_in(&self) -> String {
        let cookie = secret::random();
        let mut state = lock(&self.0);
        let sign_in = cookie.fingerprint().to_hex();
        state.live.insert(sign_in.clone());
        state.order.push_back(sign_in);
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
            state.live.remove(&Fingerprint::of(cookie).to_hex());
        }
        format!("{COOKIE}=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0")
    }
}

impl Identify for SignIns {
    fn identify<'a>(&'a self, headers: &'a HeaderMap) -> Identifying<'a> {
        let identity = self.of(headers).map(|sign_in| Identity {
            owner: Owner {
                user: "demo".to_owned(),
                sign_in,
            },
            subject: None,
            policy: None,
        });
        Box::pin(std::future::ready(Ok(identity)))
    }
}

impl EngineSignIns for SignIns {
    fn has_ended<'a>(
        &'a self,
        owner: &'a Owner,
    ) -> Pin<Box<dyn Future<Output = bool> + Send + 'a>> {
        let is_live = lock(&self.0).live.contains(&owner.sign_in);
        Box::pin(std::future::ready(!is_live))
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
