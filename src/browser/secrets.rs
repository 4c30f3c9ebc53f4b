//! Where tokens are, beside what `io.js` keeps ready for the end of the page.

use js_sys::JsString;

use crate::core::Generation;

/// What one token request brought, as JavaScript strings: none of it is ever
/// copied into linear memory.
pub(super) struct Secret {
    pub(super) token: JsString,
    /// Revokes the token and can do nothing else.
    pub(super) handle: Option<JsString>,
    /// What the server says that it granted.
    pub(super) scope: Option<JsString>,
}

impl Secret {
    /// What a revoke names it by, and as what.
    pub(super) fn named(&self) -> (&'static str, &JsString) {
        match &self.handle {
            Some(handle) => ("handle", handle),
            None => ("token", &self.token),
        }
    }
}

/// Sorted by generation: generations only grow, so a new one nearly always
/// goes to the end, and looking one up halves a flat array.
#[derive(Default)]
pub(super) struct Secrets(Vec<(Generation, Secret)>);

impl Secrets {
    pub(super) fn get(&self, generation: Generation) -> Option<&Secret> {
        let place = self.place(generation).ok()?;
        self.0.get(place).map(|(_, secret)| secret)
    }

    pub(super) fn insert(&mut self, generation: Generation, secret: Secret) {
        if let Err(place) = self.place(generation) {
            self.0.insert(place, (generation, secret));
        }
    }

    pub(super) fn remove(&mut self, generation: Generation) {
        if let Ok(place) = self.place(generation) {
            self.0.remove(place);
        }
    }

    fn place(&self, generation: Generation) -> Result<usize, usize> {
        self.0.binary_search_by_key(&generation, |&(one, _)| one)
    }
}
