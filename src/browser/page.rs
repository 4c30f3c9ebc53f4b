//! The page's events, as the core's.

use std::rc::Weak;

use super::io::{self, Subscription};
use super::shell::Shell;
use super::wire::Wire;
use crate::core::Page;

/// Where there is no document (workers), it hears nothing.
pub(super) fn listen(shell: Weak<Shell>, wire: &Wire) -> Subscription {
    let callback = io::callback(move |event, flag| {
        if let Some(shell) = shell.upgrade()
            && let Some(page) = event.as_string().and_then(|event| read(&event, flag))
        {
            shell.page(page);
        }
    });
    Subscription::new(wire.listen_to_page(callback.as_ref()), callback)
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
