//! The page's events, as the core's.

use std::rc::Weak;

use js_sys::Function;
use wasm_bindgen::prelude::*;

use super::io;
use super::shell::Shell;
use super::wire::Wire;
use crate::core::Page;

/// Listens until dropped. Where there is no document (workers), to nothing.
pub(super) struct PageEvents {
    stop: Function,
}

impl PageEvents {
    pub(super) fn listen(shell: Weak<Shell>, wire: &Wire) -> Self {
        let listener = io::callback(move |event, flag| {
            if let Some(shell) = shell.upgrade()
                && let Some(page) = event.as_string().and_then(|event| read(&event, flag))
            {
                shell.page(page);
            }
        });
        Self {
            stop: wire.listen_to_page(&listener),
        }
    }
}

impl Drop for PageEvents {
    fn drop(&mut self) {
        let _ = self.stop.call0(&JsValue::UNDEFINED);
    }
}

/// How the page stands when a client is made, where it is not simply there.
pub(super) fn at_the_start() -> Option<Page> {
    if io::is_prerendering() {
        Some(Page::Prerendering)
    } else {
        io::is_hidden().then_some(Page::Hidden)
    }
}

fn read(event: &str, flag: bool) -> Option<Page> {
    match event {
        "pagehide" => Some(Page::Leaving { persisted: flag }),
        // A prerendered page is shown to nobody yet.
        "pageshow" if io::is_prerendering() => None,
        "pageshow" | "prerenderingchange" => Some(Page::Shown),
        "online" => Some(Page::Online),
        "visibilitychange" if flag => Some(Page::Hidden),
        "focus" | "resume" | "visibilitychange" => Some(Page::Visible),
        _ => None,
    }
}
