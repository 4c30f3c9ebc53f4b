//! The page's events, as the core's.

use super::io;
use super::wire::Wire;
use crate::core::Page;

/// How the page stands when a client is made, where it is not simply there.
pub(super) fn at_the_start() -> Option<Page> {
    if io::is_prerendering() {
        Some(Page::Prerendering)
    } else {
        io::is_hidden().then_some(Page::Hidden)
    }
}

/// What an event says, by its type and whether it persists or is hidden.
pub(super) fn read(wire: &Wire, event: &str, flag: bool) -> Option<Page> {
    match event {
        "pagehide" => Some(Page::Leaving {
            persisted: flag,
            told: wire.told_up_to(),
        }),
        // A prerendered page is shown to nobody yet.
        "pageshow" if io::is_prerendering() => None,
        "pageshow" | "prerenderingchange" => Some(Page::Shown),
        "online" => Some(Page::Online),
        "visibilitychange" if flag => Some(Page::Hidden),
        "focus" | "resume" | "visibilitychange" => Some(Page::Visible),
        _ => None,
    }
}
