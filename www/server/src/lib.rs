//! The reference backend of downscope's endpoint contract, and the demo around it.
//!
//! Two origins on loopback, as an app and a content service have them:
//!
//! ```text
//!  app origin                                          api origin
//!  ┌──────────────────────────────────────────────┐    ┌──────────────────────────┐
//!  │ page, sign-in, config     control plane      │    │ file API: ranges, CORS,  │
//!  │                            │ faults          │    │ 401 with an empty body   │
//!  │ POST /api/token  ──▶ layers ──▶ contract ────┼──▶ │ /oauth2/token, /revoke:  │
//!  │ POST /api/revoke     ledger ◀─ audit  upstream    │ as Box documents them    │
//!  └──────────────────────────────────────────────┘    └──────────────────────────┘
//! ```
//!
//! The contract is carried out by [`downscope_backend`], with its store in memory. It
//! knows an authorization server, somebody's sign-in and an audit trait, and nothing of
//! the rest: faults are injected by a layer around it, and the ledger listens to its audit.
//!
//! Nothing secret is ever logged, shown or kept where it need not be: see
//! `tests/server/secrets.rs`, which looks for leaks.

mod api;
mod app;
pub mod args;
pub mod box_settings;
pub mod clock;
mod control;
pub mod demo;
pub mod embedded;
mod faults;
mod files;
pub mod ledger;
mod lock;
pub mod media;
mod oauth;
mod observe;
mod range;
mod secret;
pub mod sign_in;
pub mod static_files;
pub mod vault;
