//! How the database is asked: through a pool, with patience that ends, and once more where
//! it says that it has done nothing.

use std::{
    error::Error,
    io,
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use deadpool_postgres::{Client, Object, Pool, PoolError};
use tokio::time::{sleep, timeout};
use tokio_postgres::{
    Row,
    error::SqlState,
    types::{FromSql, ToSql},
};

use crate::{core::Millis, store::StoreError};

/// How long one thing may take that is asked of the database. It ends a statement sooner
/// itself; this is for one that does not answer at all.
pub(super) const PATIENCE: Duration = Duration::from_secs(3);
/// How often an operation is tried that two others have kept from ending.
const TRIES: u32 = 4;
/// The longest time that is reckoned with, in milliseconds: sums of it do not overflow.
const LONGEST: u64 = 1 << 53;

/// What a function is given.
pub(super) type Param<'a> = &'a (dyn ToSql + Sync);

pub(super) struct Database {
    pub(super) pool: Pool,
    pub(super) schema: String,
    /// The time; 0: what the database's clock says.
    pub(super) now: AtomicU64,
}

impl Database {
    /// The time that a function is given; null: that of the database.
    pub(super) fn clock(&self) -> Option<i64> {
        let now = self.now.load(Ordering::SeqCst);
        (now > 0).then(|| int(now))
    }

    /// Calls a function of the contract that goes by the time, which it is given last. Each
    /// answers with one row.
    pub(super) async fn ask(
        &self,
        function: &str,
        params: &[Param<'_>],
    ) -> Result<Row, StoreError> {
        let clock = self.clock();
        let params = [params, &[&clock]].concat();
        self.ask_whenever(function, &params).await
    }

    /// Calls one that does not.
    pub(super) async fn ask_whenever(
        &self,
        function: &str,
        params: &[Param<'_>],
    ) -> Result<Row, StoreError> {
        let places: Vec<_> = (1..=params.len())
            .map(|place| format!("${place}"))
            .collect();
        let schema = &self.schema;
        let text = format!(
            "select * from {schema}.downscope_{function}({})",
            places.join(", ")
        );
        let mut tries = 0;
        loop {
            tries += 1;
            let client = self.pool.get().await.map_err(|error| no_client(&error))?;
            match timeout(PATIENCE, once(&client, &text, params)).await {
                Ok(Ok(row)) => return Ok(row),
                Ok(Err(error)) if tries < TRIES && has_done_nothing(&error) => {
                    drop(client);
                    sleep(Duration::from_millis(5 << tries)).await;
                }
                Ok(Err(error)) => return Err(failed(&error)),
                Err(_) => {
                    // Whoever is given this connection next would wait behind it.
                    drop(Object::take(client));
                    return Err(StoreError("PostgreSQL did not answer in time".into()));
                }
            }
        }
    }
}

async fn once(
    client: &Client,
    text: &str,
    params: &[Param<'_>],
) -> Result<Row, tokio_postgres::Error> {
    let statement = client.prepare_cached(text).await?;
    client.query_one(&statement, params).await
}

/// Two operations have waited for each other, or could not be put in an order.
fn has_done_nothing(error: &tokio_postgres::Error) -> bool {
    let code = error.code();
    code == Some(&SqlState::T_R_DEADLOCK_DETECTED)
        || code == Some(&SqlState::T_R_SERIALIZATION_FAILURE)
}

/// Its SQLSTATE at the most: what the database says beside it may repeat what it was given.
pub(super) fn failed(error: &tokio_postgres::Error) -> StoreError {
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

pub(super) fn no_client(error: &PoolError) -> StoreError {
    match error {
        PoolError::Backend(error) => failed(error),
        PoolError::Timeout(_)
        | PoolError::Closed
        | PoolError::NoRuntimeSpecified
        | PoolError::PostCreateHook(_) => StoreError("PostgreSQL: no connection is free".into()),
    }
}

/// A column of an answer.
pub(super) fn get<'a, T: FromSql<'a>>(row: &'a Row, name: &str) -> Result<T, StoreError> {
    row.try_get(name)
        .map_err(|_| StoreError(format!("PostgreSQL: `{name}` makes no sense")))
}

/// A number that is not below 0.
pub(super) fn natural(row: &Row, name: &str) -> Result<u64, StoreError> {
    Ok(u64::try_from(get::<i64>(row, name)?).unwrap_or(0))
}

/// The same, as small as it is.
pub(super) fn small(row: &Row, name: &str) -> Result<u32, StoreError> {
    Ok(u32::try_from(natural(row, name)?).unwrap_or(u32::MAX))
}

/// As the database counts.
pub(super) fn int(number: impl Into<Millis>) -> i64 {
    i64::try_from(number.into().min(LONGEST)).unwrap_or(i64::MAX)
}
