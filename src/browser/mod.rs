//! Carries out what the core decides, and reports what happens; decides nothing.
//!
//! Works in a page and where there is no `window` (workers).

mod abort;
mod answer;
mod body;
mod clock;
mod endpoint;
mod entropy;
mod fetch;
mod js;
pub(crate) mod oneshot;
mod page;
mod resource;
mod revoke;
mod secrets;
mod shell;
mod timer;
mod url;

pub(crate) use endpoint::{Headers, Provider, Source};
pub(crate) use js::set;
pub(crate) use resource::{FetchError, fetch_with_token};
pub(crate) use shell::{Endpoints, Listener, Shell};
pub(crate) use url::check_endpoint;
