//! The app's other tabs: told, and listened to. Commands only, never a token.

use std::rc::Weak;

use super::io::{self, Subscription};
use super::shell::Shell;
use super::wire::Wire;

/// Listened to until dropped.
pub(super) struct Tabs(Subscription);

impl Tabs {
    pub(super) fn listen(wire: &Wire, shell: Weak<Shell>) -> Option<Self> {
        let callback = io::callback(move |_, _| {
            if let Some(shell) = shell.upgrade() {
                shell.revoke_as_told();
            }
        });
        let channel = wire.listen_to_tabs(callback.as_ref())?;
        Some(Self(Subscription::new(channel, callback)))
    }

    /// Has them revoke everything.
    pub(super) fn tell(&self) {
        self.0.call(true);
    }
}
