//! Installs what a command needs, or names the way to get it.

mod crates;
mod debian;
mod engine;
mod npm;
mod program;
mod wasm_target;

pub(crate) use crates::Crate;
pub(crate) use engine::{Engine, Found, engine, is_required, is_set};
pub(crate) use npm::{npm, npm_in};
pub(crate) use program::{Program, Source, find, installed};
pub(crate) use wasm_target::{WASM_TARGET, wasm_target};
