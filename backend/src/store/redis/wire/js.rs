//! Through a client that JavaScript brings.

use std::{pin::Pin, sync::Arc};

use sha1_smol::Sha1;

use super::{
    command::{Cmd, cmd},
    reply::{FromRedisValue, Value},
};
use crate::store::StoreError;

/// The future of [`Client::ask`].
pub type Asking<'a> = Pin<Box<dyn Future<Output = Result<Value, Failure>> + Send + 'a>>;

/// A client of Redis. It makes its connection again by itself, and waits for no answer for
/// longer than 2 s.
pub trait Client: Send + Sync {
    /// Sends a command, the name and the arguments of it.
    fn ask<'a>(&'a self, command: &'a [Vec<u8>]) -> Asking<'a>;
}

/// Why there is no answer.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Failure {
    /// The server refuses, with this word (`NOSCRIPT`, `OOM`).
    Refused(String),
    /// The connection was lost.
    Dropped,
    /// The answer makes no sense.
    Senseless,
}

#[derive(Clone)]
pub(in crate::store::redis) struct Connection(pub(in crate::store::redis) Arc<dyn Client>);

impl Connection {
    pub(in crate::store::redis) async fn ask<T: FromRedisValue>(
        &self,
        cmd: &Cmd,
    ) -> Result<T, Failure> {
        let value = self.0.ask(cmd.words()).await?;
        T::from_redis_value(value).map_err(|_| Failure::Senseless)
    }

    pub(in crate::store::redis) async fn load(&self, script: &Script) -> Result<(), Failure> {
        let mut load = cmd("SCRIPT");
        load.arg("LOAD").arg(&script.text);
        self.0.ask(load.words()).await.map(drop)
    }
}

/// A script, and by which name the server has it.
#[derive(Debug)]
pub(in crate::store::redis) struct Script {
    text: String,
    hash: String,
}

impl Script {
    pub(in crate::store::redis) fn new(text: &str) -> Self {
        Self {
            text: text.to_owned(),
            hash: Sha1::from(text).digest().to_string(),
        }
    }

    pub(in crate::store::redis) fn get_hash(&self) -> &str {
        &self.hash
    }
}

pub(in crate::store::redis) fn is_dropped(error: &Failure) -> bool {
    *error == Failure::Dropped
}

pub(in crate::store::redis) fn is_unknown_script(error: &Failure) -> bool {
    matches!(error, Failure::Refused(word) if word == "NOSCRIPT")
}

/// The server's word for it, and nothing of what was asked.
pub(in crate::store::redis) fn failure(error: &Failure) -> StoreError {
    StoreError(match error {
        Failure::Refused(word) => format!("Redis: refused ({word})"),
        Failure::Dropped => "Redis: no connection".to_owned(),
        Failure::Senseless => "Redis: an answer that makes no sense".to_owned(),
    })
}
