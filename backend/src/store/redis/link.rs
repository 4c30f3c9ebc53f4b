//! Calls to one shard: how they are sent, and what is done where the server has forgotten
//! its scripts.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use super::{
    scripts::{Name, Scripts},
    wire::{Cmd, Connection, Failure, FromRedisValue, cmd, failure, is_dropped, is_unknown_script},
};
use crate::{core::Millis, store::StoreError};

/// The connection that all shards of a store share.
#[derive(Clone)]
pub(super) struct Link {
    connection: Connection,
    /// What time it is, in a test; else 0.
    now: Arc<AtomicU64>,
}

/// One shard.
pub(super) struct Shard {
    link: Link,
    /// `{prefix:number}`: what all of its keys begin with.
    name: String,
    scripts: Scripts,
    is_durable: bool,
}

impl Link {
    #[cfg(not(target_arch = "wasm32"))]
    pub(super) async fn open(url: &str, now: Millis) -> Result<Self, StoreError> {
        let connection = Connection::open(url).await;
        let connection = connection.map_err(|error| failure(&error))?;
        Ok(Self::through(connection, now))
    }

    pub(super) fn through(connection: Connection, now: Millis) -> Self {
        Self {
            connection,
            now: Arc::new(now.into()),
        }
    }

    pub(super) fn set_now(&self, now: Millis) {
        self.now.store(now, Ordering::SeqCst);
    }

    /// As [`crate::store::Store::ping`]: all shards are at one server, or behind one proxy.
    pub(super) async fn ping(&self) -> Result<(), StoreError> {
        let ping = cmd("PING");
        let mut outcome = self.ask::<()>(&ping).await;
        if outcome.as_ref().is_err_and(is_dropped) {
            outcome = self.ask(&ping).await;
        }
        outcome.map_err(|error| failure(&error))
    }

    async fn ask<T: FromRedisValue>(&self, cmd: &Cmd) -> Result<T, Failure> {
        self.connection.ask(cmd).await
    }
}

impl Shard {
    /// Begins it, or finds it as it was left.
    pub(super) async fn open(
        link: &Link,
        name: String,
        is_first: bool,
        is_durable: bool,
    ) -> Result<Self, StoreError> {
        let shard = Self {
            link: link.clone(),
            scripts: Scripts::new(&name),
            name,
            is_durable,
        };
        let opened = async {
            let is_anew = shard.has_been_started_anew().await?;
            shard.init(is_first, is_anew).await
        };
        opened.await.map_err(|error| failure(&error))?;
        Ok(shard)
    }

    /// Runs one of the scripts. A connection that is found to be dropped is tried once more,
    /// which is safe: each of them may come twice.
    pub(super) async fn run<T: FromRedisValue>(
        &self,
        script: Name,
        arguments: impl FnOnce(&mut Cmd),
    ) -> Result<T, StoreError> {
        let mut call = self.call(script);
        arguments(&mut call);
        let mut outcome = self.link.ask(&call).await;
        if outcome.as_ref().is_err_and(is_dropped) {
            outcome = self.link.ask(&call).await;
        }
        if outcome.as_ref().is_err_and(is_unknown_script) {
            let recovered = self.recover().await;
            recovered.map_err(|error| failure(&error))?;
            outcome = self.link.ask(&call).await;
        }
        outcome.map_err(|error| failure(&error))
    }

    /// The server knows no such script. It has either been started anew, or it has never
    /// had this one: the witness tells.
    async fn recover(&self) -> Result<(), Failure> {
        let is_anew = self.has_been_started_anew().await?;
        self.init(false, is_anew).await
    }

    async fn has_been_started_anew(&self) -> Result<bool, Failure> {
        if self.is_durable {
            return Ok(false);
        }
        match self.link.ask::<()>(&self.call(Name::Witness)).await {
            Ok(()) => Ok(false),
            Err(error) if is_unknown_script(&error) => Ok(true),
            Err(error) => Err(error),
        }
    }

    /// Loads the scripts, and begins with what may be missing: whoever finds the others
    /// there takes it that nothing is.
    async fn init(&self, is_first: bool, is_anew: bool) -> Result<(), Failure> {
        let connection = &self.link.connection;
        let is_init = |name| name == Name::Init;
        for (_, script) in self.scripts.iter().filter(|(name, _)| is_init(*name)) {
            connection.load(script).await?;
        }
        let mut init = self.call(Name::Init);
        init.arg(is_first).arg(is_anew).arg(self.is_durable);
        self.link.ask::<()>(&init).await?;
        for (_, script) in self.scripts.iter().filter(|(name, _)| !is_init(*name)) {
            connection.load(script).await?;
        }
        Ok(())
    }

    fn call(&self, script: Name) -> Cmd {
        let mut call = cmd("EVALSHA");
        let now = self.link.now.load(Ordering::SeqCst);
        call.arg(self.scripts.hash(script)).arg(1);
        call.arg(&self.name).arg(now);
        call
    }
}
