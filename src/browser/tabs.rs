//! The app's other tabs: told, and listened to. Commands only, never a token.

use super::call::{Subscription, callback};
use super::wire::Wire;

/// Listened to until dropped.
pub(super) struct Tabs(Subscription);

impl Tabs {
    /// Calls back when another tab wants everything revoked.
    pub(super) fn listen(wire: &Wire, revoke: impl Fn() + 'static) -> Option<Self> {
        let heard = callback(move |_, _| revoke());
        let channel = wire.listen_to_tabs(heard.as_ref())?;
        Some(Self(Subscription::new(channel, heard)))
    }

    /// Has them revoke everything.
    pub(super) fn tell(&self) {
        self.0.call(true);
    }
}
