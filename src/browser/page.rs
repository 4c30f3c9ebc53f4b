//! The page's events, as the core's.

use std::rc::Weak;

use wasm_bindgen::prelude::*;
use web_sys::{Event, EventTarget};

use super::js;
use super::shell::Shell;
use crate::core::Page;

/// Never `unload` (it keeps pages out of the back/forward cache and is going
/// away), never `beforeunload` (it also fires for exits that do not happen).
const OF_THE_WINDOW: [&str; 4] = ["pagehide", "pageshow", "online", "focus"];
const OF_THE_DOCUMENT: [&str; 3] = ["visibilitychange", "resume", "prerenderingchange"];

/// Listens until dropped. Where there is no document (workers), to nothing.
pub(super) struct PageEvents {
    targets: Vec<(EventTarget, &'static str)>,
    listener: Closure<dyn Fn(Event)>,
}

impl PageEvents {
    pub(super) fn listen(shell: Weak<Shell>) -> Self {
        let listener = Closure::new(move |event: Event| {
            if let Some(shell) = shell.upgrade()
                && let Some(page) = read(&event)
            {
                shell.page(page);
            }
        });
        let global = js_sys::global();
        let document = document();
        let mut targets = Vec::new();
        if document.is_object() {
            let window: &EventTarget = global.unchecked_ref();
            let document: &EventTarget = document.unchecked_ref();
            targets.extend(OF_THE_WINDOW.map(|name| (window.clone(), name)));
            targets.extend(OF_THE_DOCUMENT.map(|name| (document.clone(), name)));
        }
        for (target, name) in &targets {
            let function = listener.as_ref().unchecked_ref();
            let _ = target.add_event_listener_with_callback(name, function);
        }
        Self { targets, listener }
    }
}

impl Drop for PageEvents {
    fn drop(&mut self) {
        for (target, name) in &self.targets {
            let function = self.listener.as_ref().unchecked_ref();
            let _ = target.remove_event_listener_with_callback(name, function);
        }
    }
}

/// How the page stands when a client is made, where it is not simply there.
pub(super) fn at_the_start() -> Option<Page> {
    if js::get(&document(), "prerendering").is_truthy() {
        Some(Page::Prerendering)
    } else {
        is_hidden().then_some(Page::Hidden)
    }
}

fn document() -> JsValue {
    js::get(&js_sys::global(), "document")
}

fn is_hidden() -> bool {
    js::get(&document(), "hidden").is_truthy()
}

fn read(event: &Event) -> Option<Page> {
    match event.type_().as_str() {
        "pagehide" => Some(Page::Leaving {
            persisted: js::get(event, "persisted").is_truthy(),
        }),
        "pageshow" | "prerenderingchange" => Some(Page::Shown),
        "online" => Some(Page::Online),
        "visibilitychange" if is_hidden() => Some(Page::Hidden),
        "focus" | "resume" | "visibilitychange" => Some(Page::Visible),
        _ => None,
    }
}
