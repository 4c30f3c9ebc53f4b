//! The log: lines of JSON on standard error, of this crate alone. What the libraries
//! below would say, of headers and bodies among it, is not for a log.

use std::panic;

use tracing::level_filters::LevelFilter;
use tracing_subscriber::{
    Layer, filter::Targets, fmt, layer::SubscriberExt, util::SubscriberInitExt,
};

use crate::core::Fingerprint;

/// Sets it up, once for the process.
pub(super) fn begin(level: LevelFilter) {
    let own = Targets::new().with_target(env!("CARGO_CRATE_NAME"), level);
    let lines = fmt::layer()
        .json()
        .flatten_event(true)
        .with_current_span(false)
        .with_span_list(false)
        .with_target(false)
        .with_writer(std::io::stderr);
    // Only a second call could fail.
    _ = tracing_subscriber::registry()
        .with(lines.with_filter(own))
        .try_init();
    panic::set_hook(Box::new(|info| {
        // Where, and not with what words: they can hold what was being worked on.
        let place = info.location().map(ToString::to_string);
        tracing::error!(place = place.unwrap_or_default(), "a panic");
    }));
}

/// A page life, for people. Its name is not for them: whoever has it may revoke.
pub(super) fn shown(session: &str) -> String {
    Fingerprint::of(session).to_string()
}
