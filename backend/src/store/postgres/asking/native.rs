//! Through a pool of connections, with patience that ends.

use std::{error::Error, io, time::Duration};

use deadpool_postgres::{Client, Object, Pool, PoolError};
use tokio::time::{sleep, timeout};
pub(in crate::store::postgres) use tokio_postgres::Row;
use tokio_postgres::{
    SimpleQueryMessage,
    error::SqlState,
    types::{FromSql, ToSql},
};

use super::Trouble;
use crate::store::StoreError;

/// How long one thing may take that is asked of the database. It ends a statement sooner
/// itself; this is for one that does not answer at all.
pub(in crate::store::postgres) const PATIENCE: Duration = Duration::from_secs(3);

/// What a function is given.
pub(in crate::store::postgres) type Param<'a> = &'a (dyn ToSql + Sync);

pub(in crate::store::postgres) struct Link(pub(in crate::store::postgres) Pool);

/// One connection, for what comes in several statements.
pub(in crate::store::postgres) struct Session(Client);

impl Link {
    pub(in crate::store::postgres) async fn once(
        &self,
        text: &str,
        params: &[Param<'_>],
    ) -> Result<Row, Trouble> {
        let client = self.client().await.map_err(Trouble::Failed)?;
        match timeout(PATIENCE, once(&client, text, params)).await {
            Ok(Ok(row)) => Ok(row),
            Ok(Err(error)) if has_done_nothing(&error) => Err(Trouble::NothingDone(failed(&error))),
            Ok(Err(error)) => Err(Trouble::Failed(failed(&error))),
            Err(_) => Err(Trouble::Failed(too_late(client))),
        }
    }

    pub(in crate::store::postgres) async fn pause(&self, tries: u32) {
        sleep(Duration::from_millis(5 << tries)).await;
    }

    /// As [`crate::store::Store::ping`].
    pub(in crate::store::postgres) async fn ping(&self) -> Result<(), StoreError> {
        let client = self.client().await?;
        match timeout(PATIENCE, client.batch_execute("select 1")).await {
            Ok(outcome) => outcome.map_err(|error| failed(&error)),
            Err(_) => Err(too_late(client)),
        }
    }

    pub(in crate::store::postgres) async fn session(&self) -> Result<Session, StoreError> {
        self.client().await.map(Session)
    }

    async fn client(&self) -> Result<Client, StoreError> {
        self.0.get().await.map_err(|error| no_client(&error))
    }
}

impl Session {
    /// Does this, and gives the first value of the last row, as text.
    pub(in crate::store::postgres) async fn say(
        &self,
        text: &str,
    ) -> Result<Option<String>, StoreError> {
        let answer = self.0.simple_query(text).await;
        let answer = answer.map_err(|error| failed(&error))?;
        let value = answer.iter().rev().find_map(|message| {
            let SimpleQueryMessage::Row(row) = message else {
                return None;
            };
            Some(row.get(0)?.to_owned())
        });
        Ok(value)
    }

    /// Where something has failed on the way, nobody else is to go on with it.
    pub(in crate::store::postgres) fn discard(self) {
        drop(Object::take(self.0));
    }
}

/// Whoever is given this connection next would wait behind what was asked last.
fn too_late(client: Object) -> StoreError {
    drop(Object::take(client));
    StoreError("PostgreSQL did not answer in time".into())
}

async fn once(
    client: &Client,
    text: &str,
    params: &[Param<'_>],
) -> Result<Row, tokio_postgres::Error> {
    let statement = client.prepare_cached(text).await?;
    client.query_one(&statement, params).await
}

fn has_done_nothing(error: &tokio_postgres::Error) -> bool {
    let code = error.code();
    code == Some(&SqlState::T_R_DEADLOCK_DETECTED)
        || code == Some(&SqlState::T_R_SERIALIZATION_FAILURE)
}

/// Its SQLSTATE at the most: what the database says beside it may repeat what it was given.
fn failed(error: &tokio_postgres::Error) -> StoreError {
    let io = error
        .source()
        .and_then(|source| source.downcast_ref::<io::Error>());
    StoreError(match (error.code(), io) {
        (Some(code), _) => format!("PostgreSQL: SQLSTATE {}", code.code()),
        (None, Some(error)) => format!("PostgreSQL: {}", error.kind()),
        (None, None) if error.is_closed() => "PostgreSQL: the connection is closed".into(),
        (None, None) => "PostgreSQL: the connection or its answer makes no sense".into(),
    })
}

fn no_client(error: &PoolError) -> StoreError {
    match error {
        PoolError::Backend(error) => failed(error),
        PoolError::Timeout(_)
        | PoolError::Closed
        | PoolError::NoRuntimeSpecified
        | PoolError::PostCreateHook(_) => StoreError("PostgreSQL: no connection is free".into()),
    }
}

/// A column of an answer.
pub(in crate::store::postgres) fn get<'a, T: FromSql<'a>>(
    row: &'a Row,
    name: &str,
) -> Result<T, StoreError> {
    row.try_get(name)
        .map_err(|_| StoreError(format!("PostgreSQL: `{name}` makes no sense")))
}
