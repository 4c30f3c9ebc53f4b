//! The app's other tabs: told, and listened to. Commands only, never a token.

use std::rc::Weak;

use js_sys::Function;
use wasm_bindgen::prelude::*;

use super::io;
use super::shell::Shell;
use super::wire::Wire;

/// Listens until dropped. Where there are no channels, to nothing.
pub(super) struct Tabs {
    channel: Function,
}

impl Tabs {
    pub(super) fn listen(wire: &Wire, shell: Weak<Shell>) -> Option<Self> {
        let listener = io::callback(move |_, _| {
            if let Some(shell) = shell.upgrade() {
                shell.revoke_as_told();
            }
        });
        let channel = wire.listen_to_tabs(&listener)?;
        Some(Self { channel })
    }

    /// Has them revoke everything.
    pub(super) fn tell(&self) {
        self.call(true);
    }

    fn call(&self, tell: bool) {
        let _ = self.channel.call1(&JsValue::UNDEFINED, &tell.into());
    }
}

impl Drop for Tabs {
    fn drop(&mut self) {
        self.call(false);
    }
}
