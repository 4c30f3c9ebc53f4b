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
//! [`contract`] is what an app's own backend does, and the part to copy. It knows
//! an [`upstream`], somebody's sign-in and an audit trait, and nothing of the rest:
//! faults are injected by a layer around it, and the ledger listens to its audit.
//!
//! Nothing secret is ever logged, shown or kept where it need not be: see
//! [`secret::Secret`], and `tests/server/secrets.rs`, which looks for leaks.

mod api;
mod app;
pub mod args;
pub mod clock;
pub mod contract;
mod control;
pub mod demo;
mod faults;
mod files;
pub mod ledger;
mod lock;
pub mod media;
mod oauth;
mod observe;
mod range;
pub mod secret;
pub mod sign_in;
pub mod static_files;
pub mod upstream;
