//! A store in PostgreSQL, from version 14 on: shared by as many instances as there are.
//!
//! What it does lies in SQL functions, so that other languages can use the same store; see
//! `contract/store/postgres`. Each operation is one call of a function and one transaction.
//! [`crate::store::memory`] defines what they do. What is different here:
//!
//! - `Limits::records` above 1,000 is compared with what PostgreSQL has counted last (by
//!   `analyze`, which its autovacuum does now and then), and bounds that are counted are
//!   exceeded by those that are entered in the same moment.
//! - A recall of more than 500 page lives takes as many transactions as it takes. Where it
//!   fails in between, it has happened to some of them.
//! - `stats` counts rows: it is for a metric, and not for each request.

mod asking;
#[cfg(not(target_arch = "wasm32"))]
mod connecting;
mod migrations;
mod records;
mod rows;
mod sessions;

use std::{
    fmt,
    sync::atomic::{AtomicU64, Ordering},
};

use self::asking::Database;
#[cfg(target_arch = "wasm32")]
pub use self::asking::{Asking, Client, Failure};
use super::{Call, Store, StoreError};
use crate::core::{
    Admit, Admitted, Begin, Begun, Claim, Enlist, Enlisted, Fate, Heard, Heartbeat, Lapsed, Limits,
    Millis, RecallOp, Say, Stats, Withdraw, Withdrawn, Work,
};

/// A store in PostgreSQL.
pub struct Postgres(Database);

/// How a store in PostgreSQL is used.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The schema that everything lies in; it is made where it is not there. A lower-case
    /// letter or `_`, then up to 62 lower-case letters, digits or `_`. `downscope` by default.
    pub schema: String,
    /// How many connections this instance keeps at the most; 16 by default.
    pub connections: usize,
    /// Whether nothing was minted before the schema was made, so that what is not on
    /// record was never minted. It counts when it is made; `false` by default.
    pub is_first: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            schema: "downscope".to_owned(),
            connections: 16,
            is_first: false,
        }
    }
}

impl Postgres {
    /// See [`Postgres::connect_at`].
    #[doc(hidden)]
    pub fn set_now(&self, now: Millis) {
        self.0.now.store(now, Ordering::SeqCst);
    }

    /// Through a client that JavaScript brings, each connection of which is set as
    /// [`OPTIONS`] says.
    ///
    /// # Errors
    ///
    /// Where the name of the schema is none, and where the database does not answer or refuses.
    #[cfg(target_arch = "wasm32")]
    pub async fn connect_through(
        client: std::sync::Arc<dyn Client>,
        settings: &Settings,
    ) -> Result<Self, StoreError> {
        Self::begin(asking::Link(client), settings, 0).await
    }

    /// It is `now`; 0: what the database's clock says.
    async fn begin(
        link: asking::Link,
        settings: &Settings,
        now: Millis,
    ) -> Result<Self, StoreError> {
        if !is_schema(&settings.schema) {
            return Err(StoreError("PostgreSQL: that is no name of a schema".into()));
        }
        let database = Database {
            link,
            schema: settings.schema.clone(),
            now: AtomicU64::new(now),
        };
        migrations::run(&database, settings.is_first).await?;
        Ok(Self(database))
    }
}

/// How each connection is set. Whatever the tables were like when a function was planned,
/// rows are found through an index, as it is right for those that are many.
pub const OPTIONS: &str = "-c statement_timeout=2000 -c idle_in_transaction_session_timeout=10000 \
    -c default_transaction_isolation=read\\ committed -c plan_cache_mode=force_generic_plan \
    -c enable_seqscan=off -c enable_hashjoin=off -c enable_mergejoin=off -c jit=off";

fn is_schema(name: &str) -> bool {
    let is_start = |c: char| c.is_ascii_lowercase() || c == '_';
    name.len() <= 63
        && name.starts_with(is_start)
        && name.chars().all(|c| is_start(c) || c.is_ascii_digit())
}

impl Store for Postgres {
    fn begin<'a>(&'a self, begin: &'a Begin) -> Call<'a, Begun> {
        Box::pin(self.0.begin(begin))
    }

    fn admit<'a>(&'a self, admit: &'a Admit) -> Call<'a, Admitted> {
        Box::pin(self.0.admit(admit))
    }

    fn abandon<'a>(&'a self, session: &'a str, key: &'a str, lost: Millis) -> Call<'a, ()> {
        Box::pin(self.0.abandon(session, key, lost))
    }

    fn withdraw<'a>(&'a self, withdraw: &'a Withdraw) -> Call<'a, Withdrawn> {
        Box::pin(self.0.withdraw(withdraw))
    }

    fn enlist<'a>(&'a self, enlist: &'a Enlist) -> Call<'a, Enlisted> {
        Box::pin(self.0.enlist(enlist))
    }

    fn recall<'a>(&'a self, recall: &'a RecallOp) -> Call<'a, u64> {
        Box::pin(self.0.recall(recall))
    }

    fn heartbeat<'a>(&'a self, heartbeat: &'a Heartbeat) -> Call<'a, Heard> {
        Box::pin(self.0.heartbeat(heartbeat))
    }

    fn say<'a>(&'a self, say: &'a Say) -> Call<'a, bool> {
        Box::pin(self.0.say(say))
    }

    fn lapse<'a>(&'a self, term: Millis, most: u32, limits: &'a Limits) -> Call<'a, Lapsed> {
        Box::pin(self.0.lapse(term, most, limits))
    }

    fn claim<'a>(&'a self, claim: &'a Claim) -> Call<'a, Vec<Work>> {
        Box::pin(self.0.claim(claim))
    }

    fn done<'a>(&'a self, works: &'a [Work]) -> Call<'a, ()> {
        Box::pin(self.0.done(works))
    }

    fn retry<'a>(&'a self, works: &'a [(Work, Millis)]) -> Call<'a, ()> {
        Box::pin(self.0.retry(works))
    }

    fn fates<'a>(&'a self, session: &'a str, keys: &'a [String]) -> Call<'a, Vec<Fate>> {
        Box::pin(self.0.fates(session, keys))
    }

    fn told_since(&self, number: u64) -> Call<'_, (u64, Vec<String>)> {
        Box::pin(self.0.told_since(number))
    }

    fn ping(&self) -> Call<'_, ()> {
        Box::pin(self.0.link.ping())
    }

    fn stats(&self) -> Call<'_, Stats> {
        Box::pin(self.0.stats())
    }
}

impl fmt::Debug for Postgres {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Postgres").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_schema_needs_no_quotes() {
        for name in ["downscope", "_1", "a_b2"] {
            assert!(is_schema(name), "{name}");
        }
        for name in ["", "1a", "A", "a-b", "a.b", "a\"", "ä", &"a".repeat(64)] {
            assert!(!is_schema(name), "{name}");
        }
    }
}
