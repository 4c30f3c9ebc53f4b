//! Carries out what the core decides, and reports what happens; decides nothing.
//!
//! Works in a page and where there is no `window` (workers). What takes the
//! platform many small steps is done in `io.js`, which WebAssembly calls once.

mod call;
mod clock;
mod endpoint;
mod io;
pub(crate) mod oneshot;
mod page;
mod resource;
mod shell;
mod timer;
mod url;
mod wire;

#[cfg(feature = "js")]
pub(crate) use clock::date_now;
#[cfg(feature = "js")]
pub(crate) use io::{Part, headers_of};
pub(crate) use io::{always, set};
pub(crate) use resource::{FetchError, fetch_with_token};
pub(crate) use shell::Shell;
#[cfg(feature = "js")]
pub(crate) use shell::{Acquired, Listener, Sink};
pub(crate) use url::check_endpoint;
