//! The page's events, as the core's.

use super::call::{Subscription, callback};
use super::io;
use super::wire::Wire;
use crate::core::Page;

/// What a page makes a client do.
pub(super) enum Event {
    /// Have the last request of the page written, before it is needed.
    Write,
    Happened(Page),
}

/// Tells until it is dropped. Where there is no document (workers), it hears nothing.
pub(super) fn listen(wire: &Wire, tell: impl Fn(Event) + 'static) -> Subscription {
    let own = wire.clone();
    let heard = callback(move |event, flag| {
        if let Some(event) = event.as_string().and_then(|event| read(&own, &event, flag)) {
            tell(event);
        }
    });
    Subscription::new(wire.listen_to_page(heard.as_ref()), heard)
}

/// How the page stands when a client is made, where it is not simply there.
pub(super) fn at_the_start() -> Option<Page> {
    if io::is_prerendering() {
        Some(Page::Prerendering)
    } else {
        io::is_hidden().then_some(Page::Hidden)
    }
}

fn read(wire: &Wire, event: &str, flag: bool) -> Option<Event> {
    let page = match event {
        "pagehide" => Page::Leaving {
            persisted: flag,
            told: wire.told_up_to(),
        },
        // A prerendered page is shown to nobody yet.
        "pageshow" if io::is_prerendering() => return None,
        "pageshow" | "prerenderingchange" => Page::Shown,
        "online" => Page::Online,
        "visibilitychange" if flag => Page::Hidden,
        "focus" | "resume" | "visibilitychange" => Page::Visible,
        "write" => return Some(Event::Write),
        _ => return None,
    };
    Some(Event::Happened(page))
}
