//! Holds any backend, in any language, to the endpoint contract.
//!
//! Each rule of the contract is one named [`Check`], which asks the backend over HTTP and
//! nothing else. Most of them need an authorization server that remembers what is alive:
//! [`Authority`] stands for it. The program `downscope-conformance` is [`main`].
//!
//! ```text
//! downscope-conformance --url http://127.0.0.1:3000 --as-listen 127.0.0.1:8799 \
//!   --cookie-from http://127.0.0.1:3000/ --origin https://app.example
//! ```

mod answer;
pub mod authority;
mod call;
mod case;
mod check;
mod checks;
mod options;
mod page;
mod program;
mod promise;
mod report;
mod run;
mod settings;
mod shown;
mod verdict;

use self::{answer::Answer, page::Page};
pub use self::{
    authority::Authority,
    case::Case,
    check::{Check, Need, Running, Theme},
    checks::THEMES,
    options::{HELP, Options},
    program::main,
    report::{Outcome, Report},
    run::{Runner, selected},
    settings::{LeaseMode, Settings},
    verdict::{Fault, Verdict},
};
