//! The store that the settings name.

use std::sync::Arc;

use tokio::time::Instant;

use super::settings::{Invalid, StoreKind, StoreSettings};
use crate::{
    core::Millis,
    store::{Store, StoreError, memory::Memory},
};

/// Whether this build has it.
pub(super) const fn has(kind: StoreKind) -> bool {
    match kind {
        StoreKind::Memory => true,
        StoreKind::Postgres => cfg!(feature = "postgres"),
        StoreKind::Redis => cfg!(feature = "redis"),
    }
}

/// Opens it.
pub(super) async fn open(settings: &StoreSettings) -> Result<Arc<dyn Store>, Invalid> {
    let store = match settings.kind {
        StoreKind::Memory => {
            let begun = Instant::now();
            let now = move || Millis::try_from(begun.elapsed().as_millis()).unwrap_or(Millis::MAX);
            Ok(Arc::new(Memory::new(now, settings.is_first)) as Arc<dyn Store>)
        }
        StoreKind::Postgres => postgres(settings).await,
        StoreKind::Redis => redis(settings).await,
    };
    store.map_err(|error| Invalid::setting("store.url", error))
}

#[cfg(feature = "redis")]
async fn redis(settings: &StoreSettings) -> Result<Arc<dyn Store>, StoreError> {
    use crate::store::redis::{Redis, Settings};

    let redis = Settings {
        is_first: settings.is_first,
        is_durable: settings.is_durable,
        prefix: settings.prefix.clone(),
        shards: settings.shards,
    };
    Ok(Arc::new(
        Redis::connect(settings.url.expose(), &redis).await?,
    ))
}

#[cfg(not(feature = "redis"))]
#[expect(clippy::unused_async, reason = "the one that is there asks a server")]
async fn redis(_: &StoreSettings) -> Result<Arc<dyn Store>, StoreError> {
    Err(none())
}

#[cfg(feature = "postgres")]
async fn postgres(settings: &StoreSettings) -> Result<Arc<dyn Store>, StoreError> {
    use crate::store::postgres::{Postgres, Settings};

    let postgres = Settings {
        connections: settings.connections,
        is_first: settings.is_first,
        schema: settings.prefix.clone(),
    };
    Ok(Arc::new(
        Postgres::connect(settings.url.expose(), &postgres).await?,
    ))
}

#[cfg(not(feature = "postgres"))]
#[expect(clippy::unused_async, reason = "the one that is there asks a server")]
async fn postgres(_: &StoreSettings) -> Result<Arc<dyn Store>, StoreError> {
    Err(none())
}

#[cfg(not(all(feature = "postgres", feature = "redis")))]
fn none() -> StoreError {
    StoreError("this build has no such store".to_owned())
}
