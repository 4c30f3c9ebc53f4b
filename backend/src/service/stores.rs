//! The store that the settings name.

use std::sync::Arc;

use tokio::time::Instant;

use super::settings::{Invalid, StoreSettings};
use crate::{
    core::Millis,
    store::{Store, memory::Memory},
};

/// Opens it.
#[expect(clippy::unused_async, reason = "the others are asked over a network")]
pub(super) async fn open(settings: &StoreSettings) -> Result<Arc<dyn Store>, Invalid> {
    let url = settings.url.expose();
    match url.split_once(':').map_or(url, |(scheme, _)| scheme) {
        "memory" => {
            let begun = Instant::now();
            let now = move || Millis::try_from(begun.elapsed().as_millis()).unwrap_or(Millis::MAX);
            Ok(Arc::new(Memory::new(now, settings.is_first)))
        }
        "redis" | "rediss" | "postgres" | "postgresql" => Err(Invalid::setting(
            "store.url",
            "this build has no such store",
        )),
        _ => Err(Invalid::setting(
            "store.url",
            "must be memory, redis://… or postgres://…",
        )),
    }
}
