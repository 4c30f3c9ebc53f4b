//! How the database is asked: in functions of the contract, and once more where it says that it
//! has done nothing.

#[cfg(target_arch = "wasm32")]
mod js;
#[cfg(target_arch = "wasm32")]
mod json;
#[cfg(not(target_arch = "wasm32"))]
mod native;
#[cfg(target_arch = "wasm32")]
mod text;

#[cfg(target_arch = "wasm32")]
pub use self::js::{Asking, Client, Failure};
#[cfg(not(target_arch = "wasm32"))]
pub(super) use self::native::{Link, PATIENCE, Param, Row, Session, get};
#[cfg(target_arch = "wasm32")]
pub(super) use self::{
    js::{Link, Param, Session},
    json::{Row, get, read_hex},
};

use std::sync::atomic::{AtomicU64, Ordering};

use crate::{core::Millis, store::StoreError};

/// How often an operation is tried that two others have kept from ending.
const TRIES: u32 = 4;
/// The longest time that is reckoned with, in milliseconds: sums of it do not overflow.
const LONGEST: u64 = 1 << 53;

pub(super) struct Database {
    pub(super) link: Link,
    pub(super) schema: String,
    /// The time; 0: what the database's clock says.
    pub(super) now: AtomicU64,
}

/// Why there is no answer.
pub(super) enum Trouble {
    /// Two operations have waited for each other, or could not be put in an order.
    NothingDone(StoreError),
    Failed(StoreError),
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
            match self.link.once(&text, params).await {
                Ok(row) => return Ok(row),
                Err(Trouble::NothingDone(_)) if tries < TRIES => self.link.pause(tries).await,
                Err(Trouble::NothingDone(error) | Trouble::Failed(error)) => return Err(error),
            }
        }
    }
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
