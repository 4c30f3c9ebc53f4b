//! The backend half of downscope, for JavaScript. All that is decided, and all that is
//! carried out, is that of the crate `downscope-backend`; JavaScript brings the app's own
//! functions, the connections to the stores, and HTTP.
#![cfg(target_arch = "wasm32")]

mod audit;
mod backend;
mod hooks;
mod identify;
mod settings;
mod store;
mod upstream;

pub use self::{
    backend::{Backend, longest_body},
    store::postgres_options,
};
