//! The store that is asked for.

mod postgres;
mod redis;

pub use self::postgres::options as postgres_options;

use std::sync::Arc;

use downscope_backend::{
    core::Millis,
    store::{
        Store, StoreError, memory::Memory, postgres::Postgres, redis::Redis, stateless::Stateless,
    },
};
use serde::Deserialize;
use wasm_bindgen::prelude::*;
use web_time::Instant;

#[wasm_bindgen]
extern "C" {
    /// The connections that JavaScript brings.
    pub type Connection;
}

/// Which one, in JSON.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", tag = "kind")]
pub(crate) enum Given {
    #[serde(rename_all = "camelCase")]
    Memory {
        #[serde(default)]
        is_first: bool,
    },
    #[serde(rename_all = "camelCase")]
    Postgres {
        schema: Option<String>,
        #[serde(default)]
        is_first: bool,
    },
    #[serde(rename_all = "camelCase")]
    Redis {
        prefix: Option<String>,
        shards: Option<u32>,
        #[serde(default)]
        is_first: bool,
        #[serde(default)]
        is_durable: bool,
    },
}

/// One that keeps nothing.
pub(crate) fn stateless() -> Arc<dyn Store> {
    Arc::new(Stateless::new(clock()))
}

pub(crate) async fn open(
    given: Given,
    connection: Connection,
) -> Result<Arc<dyn Store>, StoreError> {
    Ok(match given {
        Given::Memory { is_first } => Arc::new(Memory::new(clock(), is_first)),
        Given::Postgres { schema, is_first } => {
            let fallback = downscope_backend::store::postgres::Settings::default();
            let settings = downscope_backend::store::postgres::Settings {
                schema: schema.unwrap_or(fallback.schema),
                is_first,
                ..fallback
            };
            let client = postgres::Client::of(connection);
            Arc::new(Postgres::connect_through(Arc::new(client), &settings).await?)
        }
        Given::Redis {
            prefix,
            shards,
            is_first,
            is_durable,
        } => {
            let fallback = downscope_backend::store::redis::Settings::default();
            let settings = downscope_backend::store::redis::Settings {
                prefix: prefix.unwrap_or(fallback.prefix),
                shards: shards.unwrap_or(fallback.shards),
                is_first,
                is_durable,
            };
            let client = redis::Client::of(connection);
            Arc::new(Redis::connect_through(Arc::new(client), &settings).await?)
        }
    })
}

/// Milliseconds since now.
fn clock() -> impl Fn() -> Millis + Send + Sync {
    let since = Instant::now();
    move || u64::try_from(since.elapsed().as_millis()).unwrap_or(u64::MAX)
}
