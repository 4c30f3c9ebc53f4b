//! How the server is spoken to: by the crate `redis`, or, in WebAssembly, through a client that
//! JavaScript brings, under the same names.

#[cfg(not(target_arch = "wasm32"))]
mod native;
#[cfg(not(target_arch = "wasm32"))]
pub(super) use self::native::*;

#[cfg(target_arch = "wasm32")]
mod command;
#[cfg(target_arch = "wasm32")]
mod js;
#[cfg(target_arch = "wasm32")]
mod reply;
#[cfg(target_arch = "wasm32")]
pub(super) use self::{
    command::{Cmd, cmd},
    js::{Connection, Script, failure, is_dropped, is_unknown_script},
    reply::{FromRedisValue, ParsingError, from_redis_value},
};
#[cfg(target_arch = "wasm32")]
pub use self::{
    js::{Asking, Client, Failure},
    reply::Value,
};
