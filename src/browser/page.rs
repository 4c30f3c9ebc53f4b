//! The page's events, as the core's.

use std::rc::Weak;

use js_sys::Function;
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
pub(super) struct PageEvents(Closure<dyn Fn(Event)>);

impl PageEvents {
    pub(super) fn listen(shell: Weak<Shell>) -> Self {
        let events = Self(Closure::new(move |event: Event| {
            if let Some(shell) = shell.upgrade()
                && let Some(page) = read(&event)
            {
                shell.page(page);
            }
        }));
        events.each(EventTarget::add_event_listener_with_callback);
        events
    }

    fn each(&self, change: fn(&EventTarget, &str, &Function) -> Result<(), JsValue>) {
        let document = document();
        if document.is_object() {
            let window = js_sys::global();
            let targets = [
                (window.unchecked_ref(), &OF_THE_WINDOW[..]),
                (document.unchecked_ref(), &OF_THE_DOCUMENT[..]),
            ];
            for (target, names) in targets {
                for name in names {
                    let _ = change(target, name, self.0.as_ref().unchecked_ref());
                }
            }
        }
    }
}

impl Drop for PageEvents {
    fn drop(&mut self) {
        self.each(EventTarget::remove_event_listener_with_callback);
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
