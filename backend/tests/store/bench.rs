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

/// Which store.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Kind {
    /// In this process.
    Memory,
}

/// A store that nobody else uses.
pub(crate) struct Bench {
    /// Which one it is.
    pub(crate) kind: Kind,
    /// The store, as one instance has it.
    pub(crate) store: Arc<dyn Store>,
    /// The same store, as another instance has it.
    pub(crate) other: Arc<dyn Store>,
    /// Lets its time pass, for both.
    pass: Box<dyn Fn(Millis) + Send + Sync>,
}

impl Bench {
    /// An empty one. `None`, and a word on the standard error, where the environment
    /// names no server of this kind.
    pub(crate) async fn open(kind: Kind, is_first: bool) -> Option<Self> {
        match kind {
            Kind::Memory => Some(Self::memory(is_first)),
        }
    }

    fn memory(is_first: bool) -> Self {
        let clock = Arc::new(AtomicU64::new(1_700_000_000_000));
        let now = Arc::clone(&clock);
        let now = move || now.load(Ordering::SeqCst);
        let store: Arc<dyn Store> = Arc::new(Memory::new(now, is_first));
        Self {
            kind: Kind::Memory,
            other: Arc::clone(&store),
            store,
            pass: Box::new(move |millis| _ = clock.fetch_add(millis, Ordering::SeqCst)),
        }
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
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let runtime = runtime.unwrap_or_else(|error| panic!("no runtime: {error}"));
    runtime.block_on(async {
        match Bench::open(kind, true).await {
            Some(bench) => rule(bench).await,
            // Not `eprintln!`, which the harness keeps to itself where a test passes.
            None => _ = writeln!(std::io::stderr(), "SKIPPED: no {kind:?} was named"),
        }
    });
}

/// Makes a test of each rule for each store.
macro_rules! each_store {
    ($($rule:ident)*) => {
        mod memory {
            $(#[test] fn $rule() { crate::bench::run(crate::bench::Kind::Memory, super::$rule); })*
        }
    };
}
pub(crate) use each_store;
