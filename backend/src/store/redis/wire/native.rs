//! By the crate `redis`.

use std::time::Duration;

pub(in crate::store::redis) use redis::{
    Cmd, FromRedisValue, ParsingError, RedisError as Failure, Script, Value, cmd, from_redis_value,
};
use redis::{
    ErrorKind, ServerErrorKind,
    aio::{ConnectionManager, ConnectionManagerConfig},
};

use crate::store::StoreError;

/// How long an answer, or a connection, is waited for.
const PATIENCE: Duration = Duration::from_secs(2);

/// A connection, which makes itself again.
#[derive(Clone)]
pub(in crate::store::redis) struct Connection(ConnectionManager);

impl Connection {
    pub(in crate::store::redis) async fn open(url: &str) -> Result<Self, Failure> {
        let client = redis::Client::open(url)?;
        // Whoever asks is not to wait for more than one try; the next one asks again.
        let config = ConnectionManagerConfig::new()
            .set_connection_timeout(Some(PATIENCE))
            .set_response_timeout(Some(PATIENCE))
            .set_number_of_retries(0)
            .set_pipeline_buffer_size(1_000);
        let connection = ConnectionManager::new_with_config(client, config).await?;
        Ok(Self(connection))
    }

    pub(in crate::store::redis) async fn ask<T: FromRedisValue>(
        &self,
        cmd: &Cmd,
    ) -> Result<T, Failure> {
        cmd.query_async(&mut self.0.clone()).await
    }

    pub(in crate::store::redis) async fn load(&self, script: &Script) -> Result<(), Failure> {
        script.load_async(&mut self.0.clone()).await.map(drop)
    }
}

pub(in crate::store::redis) fn is_dropped(error: &Failure) -> bool {
    error.is_connection_dropped()
}

pub(in crate::store::redis) fn is_unknown_script(error: &Failure) -> bool {
    error.kind() == ErrorKind::Server(ServerErrorKind::NoScript)
}

/// Its kind and the server's word for it, and nothing of what was asked.
pub(in crate::store::redis) fn failure(error: &Failure) -> StoreError {
    let word = error.code().map(|code| format!(" ({code})"));
    StoreError(format!(
        "Redis: {}{}",
        error.category(),
        word.unwrap_or_default()
    ))
}
