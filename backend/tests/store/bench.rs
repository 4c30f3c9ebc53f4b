//! Where a rule is tried: one store, reached in two ways, and its time.

use std::{
    io::Write,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use downscope_backend::{
    core::Millis,
    store::{Call, Store, memory::Memory},
};

use crate::words::TERM;

/// What time it is at first, in milliseconds since the Unix epoch. It stands still until
/// [`Bench::pass`]: what is due in a millisecond is not due before that.
const START: Millis = 1_700_000_000_000;

/// Which store.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Kind {
    /// In this process.
    Memory,
    /// In Redis or Valkey.
    #[cfg(feature = "redis")]
    Redis,
    /// The same, with the page lives in several slots.
    #[cfg(feature = "redis")]
    RedisSpread,
    /// In PostgreSQL.
    #[cfg(feature = "postgres")]
    Postgres,
}

/// A store that nobody else uses.
pub(crate) struct Bench {
    /// Which one it is.
    pub(crate) kind: Kind,
    /// The store, as one instance has it.
    pub(crate) store: Arc<dyn Store>,
    /// The same store, as another instance has it.
    pub(crate) other: Arc<dyn Store>,
    /// What a server's keys begin with.
    #[cfg(feature = "redis")]
    prefix: String,
    /// Lets its time pass, for both.
    pass: Box<dyn Fn(Millis) + Send + Sync>,
    /// The schema that it lies in, until the end of this.
    #[cfg(feature = "postgres")]
    pub(crate) schema: Option<crate::postgres::Schema>,
}

impl Bench {
    /// An empty one. `None`, and a word on the standard error, where the environment
    /// names no server of this kind.
    pub(crate) async fn open(kind: Kind, is_first: bool) -> Option<Self> {
        match kind {
            Kind::Memory => Some(Self::memory(is_first)),
            #[cfg(feature = "redis")]
            Kind::Redis => Self::redis(kind, is_first, 1).await,
            #[cfg(feature = "redis")]
            Kind::RedisSpread => Self::redis(kind, is_first, 3).await,
            #[cfg(feature = "postgres")]
            Kind::Postgres => Self::postgres(is_first).await,
        }
    }

    fn memory(is_first: bool) -> Self {
        let clock = Arc::new(AtomicU64::new(START));
        let now = Arc::clone(&clock);
        let now = move || now.load(Ordering::SeqCst);
        let store: Arc<dyn Store> = Arc::new(Memory::new(now, is_first));
        Self {
            kind: Kind::Memory,
            #[cfg(feature = "redis")]
            prefix: String::new(),
            other: Arc::clone(&store),
            store,
            pass: Box::new(move |millis| _ = clock.fetch_add(millis, Ordering::SeqCst)),
            #[cfg(feature = "postgres")]
            schema: None,
        }
    }

    /// One in as many shards.
    #[cfg(feature = "redis")]
    async fn redis(kind: Kind, is_first: bool, shards: u32) -> Option<Self> {
        use downscope_backend::store::redis::{Redis, Settings};
        let url = std::env::var("DOWNSCOPE_TEST_REDIS").ok()?;
        let settings = Settings {
            prefix: format!("test-{:016x}", random()),
            shards,
            is_first,
            ..Settings::default()
        };
        let connect = async || match Redis::connect_at(&url, &settings, START).await {
            Ok(store) => Arc::new(store),
            Err(error) => panic!("no Redis where the environment names one: {error}"),
        };
        let both = [connect().await, connect().await];
        let [store, other] = both.clone();
        let clock = AtomicU64::new(START);
        let pass = move |millis| {
            let now = clock.fetch_add(millis, Ordering::SeqCst) + millis;
            for store in &both {
                store.set_now(now);
            }
        };
        Some(Self {
            kind,
            prefix: settings.prefix,
            store,
            other,
            pass: Box::new(pass),
            #[cfg(feature = "postgres")]
            schema: None,
        })
    }

    /// One in a schema of its own.
    #[cfg(feature = "postgres")]
    async fn postgres(is_first: bool) -> Option<Self> {
        use downscope_backend::store::postgres::{Postgres, Settings};
        let schema = crate::postgres::Schema::new()?;
        let url = schema.url.clone();
        let settings = Settings {
            connections: 4,
            is_first,
            ..schema.settings()
        };
        let connect = async || match Postgres::connect_at(&url, &settings, START).await {
            Ok(store) => Arc::new(store),
            Err(error) => panic!("no PostgreSQL where the environment names one: {error}"),
        };
        let both = [connect().await, connect().await];
        let [store, other] = both.clone();
        let clock = AtomicU64::new(START);
        let pass = move |millis| {
            let now = clock.fetch_add(millis, Ordering::SeqCst) + millis;
            for store in &both {
                store.set_now(now);
            }
        };
        Some(Self {
            kind: Kind::Postgres,
            store,
            other,
            pass: Box::new(pass),
            prefix: String::new(),
            schema: Some(schema),
        })
    }

    /// The keys or rows that are left when everything has expired, but for what a store is
    /// never without.
    pub(crate) async fn leftovers(&self) -> Vec<String> {
        self.pass(3 * 24 * 60 * 60 * 1_000);
        for _ in 0..3 {
            self.watch(TERM).await;
            ok(self.store.stats()).await;
        }
        #[cfg(feature = "redis")]
        if !self.prefix.is_empty() {
            return crate::redis::keys_of(&self.prefix).await;
        }
        #[cfg(feature = "postgres")]
        if let Some(schema) = &self.schema {
            return schema.leftovers().await;
        }
        Vec::new()
    }

    /// Whether its page lives lie apart. Then each place has a part of each bound and of
    /// each rate, so that a few are not counted exactly, and there is no order from one
    /// place to another.
    pub(crate) fn is_spread(&self) -> bool {
        #[cfg(feature = "redis")]
        if self.kind == Kind::RedisSpread {
            return true;
        }
        false
    }

    /// So much time passes.
    pub(crate) fn pass(&self, millis: Millis) {
        (self.pass)(millis);
    }
}

/// What a store has answered. One that has not fails the test.
pub(crate) async fn ok<T>(call: Call<'_, T>) -> T {
    match call.await {
        Ok(answer) => answer,
        Err(error) => panic!("the store has failed: {error}"),
    }
}

/// Runs one rule on one kind of store, if there is one.
pub(crate) fn run<F: Future<Output = ()>>(kind: Kind, rule: impl FnOnce(Bench) -> F) {
    runtime().block_on(async {
        match Bench::open(kind, true).await {
            Some(bench) => rule(bench).await,
            None => skipped(kind),
        }
    });
}

pub(crate) fn runtime() -> tokio::runtime::Runtime {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    runtime.unwrap_or_else(|error| panic!("no runtime: {error}"))
}

/// Says so where it is seen: the harness keeps what `eprintln!` says of a test that passes.
pub(crate) fn skipped(kind: Kind) {
    _ = writeln!(
        std::io::stderr(),
        "SKIPPED: the environment names no {kind:?}"
    );
}

/// What no other test has.
#[cfg(any(feature = "postgres", feature = "redis"))]
pub(crate) fn random() -> u64 {
    use std::hash::{BuildHasher, Hasher, RandomState};
    RandomState::new().build_hasher().finish()
}

/// Makes a test of each rule for each store.
macro_rules! each_store {
    ($($rule:ident)*) => {
        mod memory {
            $(#[test] fn $rule() { crate::bench::run(crate::bench::Kind::Memory, super::$rule); })*
        }
        #[cfg(feature = "redis")]
        mod redis {
            $(#[test] fn $rule() { crate::bench::run(crate::bench::Kind::Redis, super::$rule); })*
        }
        #[cfg(feature = "redis")]
        mod redis_spread {
            $(#[test] fn $rule() { crate::bench::run(crate::bench::Kind::RedisSpread, super::$rule); })*
        }
        #[cfg(feature = "postgres")]
        mod postgres {
            $(#[test] fn $rule() { crate::bench::run(crate::bench::Kind::Postgres, super::$rule); })*
        }
    };
}
pub(crate) use each_store;
