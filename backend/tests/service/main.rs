//! The service as it is run: the binary, an app that it asks, and an authorization server
//! that remembers what is alive. A test waits for lines, answers and ends, never for time.

mod app_asked;
mod bounds;
mod checks;
mod development;
mod keys;
mod lifecycle;
mod log;
mod reasons;
mod recall;
mod settings;
mod stop;
mod support;
