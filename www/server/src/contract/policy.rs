//! What the signed-in user's page may have a token for.
//!
//! RFC 10017 section 6.2.2.3: the page says what it wants, and the backend hands
//! out no more than that, nor anything broader that it happens to hold. Here that
//! is one file at a time, and only what a viewer needs.

use std::collections::BTreeSet;

use super::OAuthError;

/// What a viewer needs; nothing that changes or shares a file.
const SCOPES: [&str; 4] = [
    "annotation_view_self",
    "base_preview",
    "item_download",
    "item_preview",
];

/// An allow-list of resources and scopes.
#[derive(Clone, Debug)]
pub struct Policy {
    resources: BTreeSet<String>,
}

impl Policy {
    /// Allows the viewer's scopes on `resources`, compared character by character
    /// (RFC 3986 section 6.2.1): two spellings of one URI are two resources.
    pub fn for_viewing(resources: impl IntoIterator<Item = String>) -> Self {
        Self {
            resources: resources.into_iter().collect(),
        }
    }

    pub(super) fn check(&self, resource: &str, scopes: &[String]) -> Result<(), OAuthError> {
        if !self.resources.contains(resource) {
            return Err(OAuthError::invalid_target("There is no such resource."));
        }
        if scopes.iter().any(|scope| !SCOPES.contains(&scope.as_str())) {
            return Err(OAuthError::invalid_scope("A scope is not available."));
        }
        Ok(())
    }
}
