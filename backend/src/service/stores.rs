//! The store that the settings name.

use std::sync::Arc;

use tokio::time::Instant;

use super::settings::{Invalid, StoreKind, StoreSettings};
use crate::{
    core::Millis,
    store::{Store, memory::Memory},
};

/// Whether this build has it.
pub(super) const fn has(kind: StoreKind) -> bool {
    match kind {
        StoreKind::Memory => true,
        StoreKind::Postgres | StoreKind::Redis => false,
    }
}

/// Opens it.
#[expect(clippy::unused_async, reason = "the others are asked over a network")]
pub(super) async fn open(settings: &StoreSettings) -> Result<Arc<dyn Store>, Invalid> {
    match settings.kind {
        StoreKind::Memory => {
            let begun = Instant::now();
            let now = move || Millis::try_from(begun.elapsed().as_millis()).unwrap_or(Millis::MAX);
            Ok(Arc::new(Memory::new(now, settings.is_first)))
        }
        StoreKind::Postgres | StoreKind::Redis => Err(Invalid::setting(
            "store.url",
            "this build has no such store",
        )),
    }
}
