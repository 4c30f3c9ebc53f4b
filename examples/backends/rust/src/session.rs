//! Stands for the app's own sign-in. It signs in whoever comes: replace it.

use std::{
    collections::BTreeMap,
    pin::Pin,
    sync::{Mutex, MutexGuard, PoisonError},
};

use axum::http::{HeaderMap, header};
use downscope_backend::{
    core::{Owner, Pattern, Policy, Secret},
    edge::{Identify, Identifying, Identity},
    engine::SignIns,
};

/// What the app's pages need, and nothing more.
pub(crate) const SCOPES: [&str; 4] = [
    "base_explorer",
    "base_preview",
    "item_download",
    "item_preview",
];
/// Takes the cookie away.
pub(crate) const NO_COOKIE: &str =
    "__Host-session=; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=0";

pub(crate) struct Sessions {
    box_token: Secret,
    /// What the demo user's pages may have tokens for.
    policy: Policy,
    /// The sign-ins, by their cookies.
    sign_ins: Mutex<BTreeMap<String, String>>,
}

impl Sessions {
    pub(crate) fn new(box_token: Secret, files: &str, folders: &str) -> Self {
        let files = files.split(',').map(|id| ("files", id));
        let all = files.chain(folders.split(',').map(|id| ("folders", id)));
        let urls = all.map(|(kind, id)| format!("https://api.box.com/2.0/{kind}/{id}"));
        Self {
            box_token,
            policy: Policy::new(urls.filter_map(|url| Pattern::parse(&url)), SCOPES),
            sign_ins: Mutex::default(),
        }
    }

    /// Signs the demo user in; gives the value of `Set-Cookie`.
    pub(crate) fn sign_in(&self) -> String {
        let mut random = [0; 48];
        let mut cookie = String::new();
        if getrandom::fill(&mut random).is_ok() {
            let (secret, name) = random.split_at(32);
            cookie.push_str(Secret::of_random(secret).expose());
            let name = Secret::of_random(name).expose().to_owned();
            self.lock().insert(cookie.clone(), name);
        }
        format!("__Host-session={cookie}; Path=/; Secure; HttpOnly; SameSite=Strict")
    }

    /// Ends the sign-in that the request comes from, and gives its name.
    pub(crate) fn sign_out(&self, headers: &HeaderMap) -> Option<String> {
        self.lock().remove(cookie_of(headers)?)
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, String>> {
        self.sign_ins.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Identify for Sessions {
    fn identify<'a>(&'a self, headers: &'a HeaderMap) -> Identifying<'a> {
        let cookie = cookie_of(headers);
        let sign_in = cookie.and_then(|cookie| self.lock().get(cookie).cloned());
        let identity = sign_in.map(|sign_in| Identity {
            owner: Owner {
                user: "demo".to_owned(),
                sign_in,
            },
            subject: Some(self.box_token.clone()),
            policy: Some(self.policy.clone()),
        });
        Box::pin(std::future::ready(Ok(identity)))
    }
}

impl SignIns for Sessions {
    fn has_ended<'a>(
        &'a self,
        owner: &'a Owner,
    ) -> Pin<Box<dyn Future<Output = bool> + Send + 'a>> {
        let is_there = self.lock().values().any(|name| *name == owner.sign_in);
        Box::pin(std::future::ready(!is_there))
    }
}

fn cookie_of(headers: &HeaderMap) -> Option<&str> {
    let cookies = headers.get(header::COOKIE)?.to_str().ok()?.split(';');
    let mut cookies = cookies.map(str::trim);
    cookies.find_map(|cookie| cookie.strip_prefix("__Host-session="))
}
