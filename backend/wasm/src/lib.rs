//! The backend half of downscope, for JavaScript. All that is decided, and all that is
//! carried out, is that of the crate `downscope-backend`; JavaScript brings the app's own
//! functions, the connections to the stores, and HTTP.
#![cfg(target_arch = "wasm32")]

mod audit;
mod away;
mod backend;
mod hooks;
mod http;
mod identify;
mod settings;
mod store;
mod upstream;

pub use self::{
    away::away,
    backend::{Backend, longest_body},
    settings::lease_fault,
    store::postgres_options,
    upstream::refuses_the_subject,
};
