//! Calls to one shard: how they are sent, and what is done where the server has forgotten
//! its scripts.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use redis::{
    Client, Cmd, ErrorKind, FromRedisValue, RedisError, ServerErrorKind,
    aio::{ConnectionManager, ConnectionManagerConfig},
    cmd,
};

use super::scripts::{Name, Scripts};
use crate::{core::Millis, store::StoreError};

/// How long an answer, or a connection, is waited for.
const PATIENCE: Duration = Duration::from_secs(2);

/// The connection that all shards of a store share.
#[derive(Clone)]
pub(super) struct Link {
    connection: ConnectionManager,
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
    pub(super) async fn open(url: &str, now: Millis) -> Result<Self, StoreError> {
        let client = Client::open(url).map_err(|error| failure(&error))?;
        // Whoever asks is not to wait for more than one try; the next one asks again.
        let config = ConnectionManagerConfig::new()
            .set_connection_timeout(Some(PATIENCE))
            .set_response_timeout(Some(PATIENCE))
            .set_number_of_retries(0)
            .set_pipeline_buffer_size(1_000);
        let connection = ConnectionManager::new_with_config(client, config).await;
        Ok(Self {
            connection: connection.map_err(|error| failure(&error))?,
            now: Arc::new(now.into()),
        })
    }

    pub(super) fn set_now(&self, now: Millis) {
        self.now.store(now, Ordering::SeqCst);
    }

    async fn ask<T: FromRedisValue>(&self, cmd: &Cmd) -> Result<T, RedisError> {
        cmd.query_async(&mut self.connection.clone()).await
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
        if outcome
            .as_ref()
            .is_err_and(RedisError::is_connection_dropped)
        {
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
    async fn recover(&self) -> Result<(), RedisError> {
        let is_anew = self.has_been_started_anew().await?;
        self.init(false, is_anew).await
    }

    async fn has_been_started_anew(&self) -> Result<bool, RedisError> {
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
    async fn init(&self, is_first: bool, is_anew: bool) -> Result<(), RedisError> {
        let mut connection = self.link.connection.clone();
        let is_init = |name| name == Name::Init;
        for (_, script) in self.scripts.iter().filter(|(name, _)| is_init(*name)) {
            script.load_async(&mut connection).await?;
        }
        let mut init = self.call(Name::Init);
        init.arg(is_first).arg(is_anew);
        self.link.ask::<()>(&init).await?;
        for (_, script) in self.scripts.iter().filter(|(name, _)| !is_init(*name)) {
            script.load_async(&mut connection).await?;
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

fn is_unknown_script(error: &RedisError) -> bool {
    error.kind() == ErrorKind::Server(ServerErrorKind::NoScript)
}

/// Its kind and the server's word for it, and nothing of what was asked.
fn failure(error: &RedisError) -> StoreError {
    let word = error.code().map(|code| format!(" ({code})"));
    StoreError(format!(
        "Redis: {}{}",
        error.category(),
        word.unwrap_or_default()
    ))
}
