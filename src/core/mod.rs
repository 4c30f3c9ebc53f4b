//! Every decision of the SDK, and nothing else.
//!
//! The core is sans-IO: it opens no socket, reads no clock, rolls no dice and
//! never sees a token. Time and entropy are arguments; a token is the
//! [`Generation`] of the request that brought it, and the shell keeps
//! generation → secret. What the core never sees it cannot leak.
//!
//! # The contract
//!
//! 1. *Mutate*: [`Machine::handle_input`], [`Machine::handle_timeout`] or
//!    [`Machine::open`].
//! 2. *Drain*: call [`Machine::poll_output`] until it gives `None`, and carry
//!    out each [`Output`] in order.
//! 3. *Wait*: until something happens or [`Machine::poll_timeout`] has passed.
//!
//! A timer is only a hint: validity is decided at every use, from the moment
//! that the use brings along. A timer that is late or lost (sleep, throttling,
//! the back/forward cache) costs a refresh ahead, never a dead token.

#![forbid(unsafe_code)]

mod answer;
mod backoff;
mod code;
mod config;
mod ending;
mod error;
mod grant;
mod input;
mod key;
mod machine;
mod names;
mod origin;
mod output;
mod pace;
pub mod policy;
mod random;
mod state;
mod table;
mod time;
mod token;

pub use answer::{
    Body, Issued, Terms, is_access_token, is_bearer, is_foreign, lifetime, names_nothing,
    registered_error, terms,
};
pub use backoff::{FLOOR, believed};
pub use code::Code;
pub use config::{Config, Endpoints};
pub use error::{Error, Failure};
pub use grant::{PATIENCE, REFUSAL_HOLD};
pub use input::{Input, Page, Recall, RevokeOutcome, Scope, Want};
pub use key::GrantKey;
pub use machine::{
    ASSUMED_TERM, Farewell, LEASE_GAP, LEASE_PATIENCE, Machine, REVOKE_ATTEMPTS, UNLOAD_QUOTA,
};
pub use names::{CallerId, Generation, GrantId, RequestId};
pub use origin::{may_receive_token, protects_tokens};
pub use output::{Notice, Output, Reason, Revoked, Sending};
pub use pace::Pace;
pub use state::{State, Status, TokenState};
pub use time::{Clock, Due, MAX_WAIT, Millis, Moment};
