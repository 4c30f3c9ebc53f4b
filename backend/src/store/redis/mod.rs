//! A store in Redis or Valkey, version 7 or later: for any number of instances.
//!
//! Each operation is one Lua script, which Redis runs without a break, by the server's clock
//! (`TIME`). Nothing goes by expiry events, and nothing by `EXPIRE`: what has expired is taken
//! for gone by whoever meets it, and cleared away a little at a time. The scripts are
//! in `contract/store/redis`, for other languages to use.
//!
//! All keys of a page life lie in one slot of a cluster. [`Settings::shards`] says over
//! how many of them the page lives are spread.
//!
//! The server must throw nothing away (`maxmemory-policy noeviction`, the default). When
//! its memory is full, nothing more is minted, and what is due is still carried out.
//!
//! A server that was started again may have come back with less than it was told, as with
//! snapshots, or with a replica that took its place. This store notices, and says
//! [`Withdrawn::is_complete`] no more until the longest life has passed, so that
//! nobody is told that something is dead which was merely forgotten. A revoke that was taken
//! over is as safe as the server keeps it: with `appendonly yes`, all but the last
//! second; with `appendfsync always` too, everything.

mod calls;
mod enlisting;
mod link;
mod replies;
mod scripts;
mod spread;
mod wire;

use std::{
    fmt,
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use self::link::{Link, Shard};
#[cfg(target_arch = "wasm32")]
pub use self::wire::{Asking, Client, Failure, Value};
use super::{Call, Store, StoreError};
use crate::core::{
    Admit, Admitted, Begin, Begun, Claim, Enlist, Enlisted, Fate, Fingerprint, Heard, Heartbeat,
    Lapsed, Limits, Millis, RecallOp, Say, Stats, Withdraw, Withdrawn, Work,
};

/// How a store in Redis is set up. All instances have the same.
#[derive(Clone, Debug)]
pub struct Settings {
    /// What all keys begin with, in braces: several stores can share a server. By default
    /// `downscope`.
    pub prefix: String,
    /// Over how many slots the page lives are spread; by default 1. Most bounds are divided by
    /// it, and so is the rate of what is claimed; those of one sign-in are not. It can be
    /// changed while nothing is alive.
    pub shards: u32,
    /// Whether an empty store has nothing to know of: nothing that was minted before is
    /// alive. By default `false`.
    pub is_first: bool,
    /// Whether the server loses nothing that it has answered, though it is started again
    /// or gives way to a replica (`appendfsync always`). By default `false`.
    pub is_durable: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            prefix: "downscope".to_owned(),
            shards: 1,
            is_first: false,
            is_durable: false,
        }
    }
}

/// A store in Redis.
pub struct Redis {
    link: Link,
    /// There is at least one.
    shards: Vec<Shard>,
    /// Where the next look for work begins.
    turn: AtomicUsize,
    /// The last number that was given for words, and how far each shard was read.
    told: Mutex<(u64, Vec<u64>)>,
}

impl Redis {
    /// Connects to the server at `url` (`redis://[user:password@]host[:port][/db]`, or
    /// `redis+unix:///path`). A connection that is lost later is made again by itself.
    ///
    /// # Errors
    ///
    /// If the URL or the prefix is none, or the server does not answer within two seconds.
    #[cfg(not(target_arch = "wasm32"))]
    pub async fn connect(url: &str, settings: &Settings) -> Result<Self, StoreError> {
        Self::connect_at(url, settings, 0).await
    }

    /// For tests, which do not wait: it is `now` until [`Redis::set_now`] says otherwise.
    ///
    /// # Errors
    ///
    /// As [`Redis::connect`].
    #[cfg(not(target_arch = "wasm32"))]
    #[doc(hidden)]
    pub async fn connect_at(
        url: &str,
        settings: &Settings,
        now: Millis,
    ) -> Result<Self, StoreError> {
        check(settings)?;
        Self::open(Link::open(url, now).await?, settings).await
    }

    /// Through a client that JavaScript brings.
    ///
    /// # Errors
    ///
    /// If the prefix is none, or the server does not answer.
    #[cfg(target_arch = "wasm32")]
    pub async fn connect_through(
        client: std::sync::Arc<dyn Client>,
        settings: &Settings,
    ) -> Result<Self, StoreError> {
        check(settings)?;
        Self::open(Link::through(wire::Connection(client), 0), settings).await
    }

    async fn open(link: Link, settings: &Settings) -> Result<Self, StoreError> {
        let prefix = &settings.prefix;
        let count = settings.shards.max(1);
        let mut shards = Vec::new();
        for number in 0..count {
            let name = format!("{{{prefix}:{number}}}");
            let Settings {
                is_first,
                is_durable,
                ..
            } = *settings;
            shards.push(Shard::open(&link, name, is_first, is_durable).await?);
        }
        Ok(Self {
            link,
            told: Mutex::new((0, vec![0; shards.len()])),
            shards,
            turn: AtomicUsize::new(0),
        })
    }

    /// See [`Redis::connect_at`].
    #[doc(hidden)]
    pub fn set_now(&self, now: Millis) {
        self.link.set_now(now);
    }

    /// Where something of this name is: a page life, or the key of what belongs to none.
    /// The first four bytes of its SHA-256, big-endian, modulo the number of shards.
    fn shard_of(&self, name: &str) -> &Shard {
        &self.shards[self.place_of(name)]
    }

    fn place_of(&self, name: &str) -> usize {
        let [a, b, c, d, ..] = *Fingerprint::of(name).as_bytes();
        let hash = u32::from_be_bytes([a, b, c, d]);
        usize::try_from(hash).map_or(0, |hash| hash % self.shards.len())
    }

    /// All of them, each time from another one on.
    fn in_turn(&self) -> impl Iterator<Item = &Shard> {
        let start = self.turn.fetch_add(1, Ordering::Relaxed) % self.shards.len();
        let (before, after) = self.shards.split_at(start);
        after.iter().chain(before)
    }

    fn count(&self) -> u32 {
        u32::try_from(self.shards.len()).unwrap_or(u32::MAX)
    }
}

fn check(Settings { prefix, .. }: &Settings) -> Result<(), StoreError> {
    if prefix.is_empty() || prefix.contains(['{', '}']) {
        let why = "Redis: the prefix is empty or has braces";
        return Err(StoreError(why.to_owned()));
    }
    Ok(())
}

impl Store for Redis {
    fn begin<'a>(&'a self, begin: &'a Begin) -> Call<'a, Begun> {
        Box::pin(self.do_begin(begin))
    }

    fn admit<'a>(&'a self, admit: &'a Admit) -> Call<'a, Admitted> {
        Box::pin(self.do_admit(admit))
    }

    fn abandon<'a>(&'a self, session: &'a str, key: &'a str, lost: Millis) -> Call<'a, ()> {
        Box::pin(self.do_abandon(session, key, lost))
    }

    fn withdraw<'a>(&'a self, withdraw: &'a Withdraw) -> Call<'a, Withdrawn> {
        Box::pin(self.do_withdraw(withdraw))
    }

    fn enlist<'a>(&'a self, enlist: &'a Enlist) -> Call<'a, Enlisted> {
        Box::pin(self.do_enlist(enlist))
    }

    fn recall<'a>(&'a self, recall: &'a RecallOp) -> Call<'a, u64> {
        Box::pin(self.do_recall(recall))
    }

    fn heartbeat<'a>(&'a self, heartbeat: &'a Heartbeat) -> Call<'a, Heard> {
        Box::pin(self.do_heartbeat(heartbeat))
    }

    fn say<'a>(&'a self, say: &'a Say) -> Call<'a, bool> {
        Box::pin(self.do_say(say))
    }

    fn lapse<'a>(&'a self, term: Millis, most: u32, limits: &'a Limits) -> Call<'a, Lapsed> {
        Box::pin(self.do_lapse(term, most, limits))
    }

    fn claim<'a>(&'a self, claim: &'a Claim) -> Call<'a, Vec<Work>> {
        Box::pin(self.do_claim(claim))
    }

    fn done<'a>(&'a self, works: &'a [Work]) -> Call<'a, ()> {
        Box::pin(self.do_done(works))
    }

    fn retry<'a>(&'a self, works: &'a [(Work, Millis)]) -> Call<'a, ()> {
        Box::pin(self.do_retry(works))
    }

    fn fates<'a>(&'a self, session: &'a str, keys: &'a [String]) -> Call<'a, Vec<Fate>> {
        Box::pin(self.do_fates(session, keys))
    }

    fn told_since(&self, number: u64) -> Call<'_, (u64, Vec<String>)> {
        Box::pin(self.do_told_since(number))
    }

    fn ping(&self) -> Call<'_, ()> {
        Box::pin(self.link.ping())
    }

    fn stats(&self) -> Call<'_, Stats> {
        Box::pin(self.do_stats())
    }
}

impl fmt::Debug for Redis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Redis")
            .field("shards", &self.shards.len())
            .finish_non_exhaustive()
    }
}
