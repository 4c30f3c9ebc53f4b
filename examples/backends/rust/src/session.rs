//! Stands for the app's own sign-in. It signs in whoever comes: replace it.

use std::collections::{BTreeSet, HashMap};
use std::fmt::Write;
use std::sync::{Arc, Mutex, PoisonError};

use axum::http::{HeaderMap, header};

/// Who sent a request.
pub(crate) struct User {
    pub(crate) box_token: String,
    /// What their pages may have tokens for.
    pub(crate) resources: BTreeSet<String>,
}

pub(crate) struct Sessions {
    demo_user: Arc<User>,
    users: Mutex<HashMap<String, Arc<User>>>,
}

impl Sessions {
    pub(crate) fn new(box_token: String, files: &str) -> Self {
        let resource = |id| format!("https://api.box.com/2.0/files/{id}");
        let demo_user = User {
            box_token,
            resources: files.split(',').map(resource).collect(),
        };
        Self {
            demo_user: Arc::new(demo_user),
            users: Mutex::default(),
        }
    }

    pub(crate) fn user_of(&self, headers: &HeaderMap) -> Option<Arc<User>> {
        let users = self.users.lock().unwrap_or_else(PoisonError::into_inner);
        headers
            .get(header::COOKIE)?
            .to_str()
            .ok()?
            .split(';')
            .find_map(|pair| {
                users
                    .get(pair.trim().strip_prefix("__Host-session=")?)
                    .cloned()
            })
    }

    /// Signs the demo user in; gives the value of `Set-Cookie`.
    pub(crate) fn sign_in(&self) -> String {
        let mut random = [0; 32];
        let mut cookie = String::new();
        if getrandom::fill(&mut random).is_ok() {
            for byte in random {
                _ = write!(cookie, "{byte:02x}");
            }
            let mut users = self.users.lock().unwrap_or_else(PoisonError::into_inner);
            users.insert(cookie.clone(), Arc::clone(&self.demo_user));
        }
        format!("__Host-session={cookie}; Path=/; Secure; HttpOnly; SameSite=Strict")
    }
}
