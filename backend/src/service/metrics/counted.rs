//! The counters, gauges and histograms. No label holds anything of a request but which
//! endpoint it was for.

use std::{fmt, sync::atomic::AtomicU64, time::Duration};

use prometheus_client::{
    encoding::{EncodeLabelSet, text},
    metrics::{counter::Counter, family::Family, gauge::Gauge, histogram::Histogram},
    registry::Registry,
};

use crate::{core::Stats, service::sign_in::NoAnswer};

/// The bounds of the buckets, in seconds.
const BUCKETS: [f64; 12] = [
    0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0,
];

#[derive(Clone, Debug, Eq, Hash, PartialEq, EncodeLabelSet)]
struct OfRequest {
    endpoint: &'static str,
    status: u16,
}

type Labels<const N: usize> = [(&'static str, &'static str); N];
type Counters<const N: usize> = Family<Labels<N>, Counter>;
type Times = Family<Labels<1>, Histogram, fn() -> Histogram>;

/// All of them.
pub(in crate::service) struct Metrics {
    registry: Registry,
    requests: Family<OfRequest, Counter>,
    request_seconds: Times,
    connections: Gauge,
    held: Gauge,
    asked: Counters<1>,
    upstream: Counters<2>,
    upstream_seconds: Times,
    minted: Counter,
    orphaned: Counter,
    revoked: Counters<1>,
    unreadable: Counter,
    lapsed: Counter,
    lapsed_tokens: Counter,
    recalls: Counters<1>,
    recalled_tokens: Counter,
    store_failures: Counters<1>,
    stock: Family<Labels<1>, Gauge<u64, AtomicU64>>,
    leases: Gauge<u64, AtomicU64>,
}

impl Metrics {
    pub(in crate::service) fn new() -> Self {
        let times = || Times::new_with_constructor(|| Histogram::new(BUCKETS));
        let mut metrics = Self {
            registry: Registry::with_prefix("downscope"),
            requests: Family::default(),
            request_seconds: times(),
            connections: Gauge::default(),
            held: Gauge::default(),
            asked: Family::default(),
            upstream: Family::default(),
            upstream_seconds: times(),
            minted: Counter::default(),
            orphaned: Counter::default(),
            revoked: Family::default(),
            unreadable: Counter::default(),
            lapsed: Counter::default(),
            lapsed_tokens: Counter::default(),
            recalls: Family::default(),
            recalled_tokens: Counter::default(),
            store_failures: Family::default(),
            stock: Family::default(),
            leases: Gauge::default(),
        };
        metrics.register();
        metrics
    }

    fn register(&mut self) {
        let registry = &mut self.registry;
        macro_rules! register {
            ($($field:ident $name:literal $help:literal;)*) => {
                $(registry.register($name, $help, self.$field.clone());)*
            };
        }
        register! {
            requests "requests" "Requests, by endpoint and status; 499 where nobody waited";
            request_seconds "request_seconds" "How long token and revoke requests took";
            connections "connections" "Connections that are open";
            held "held_requests" "Lease requests that are held";
            asked "app_answers" "What the app answered when it was asked who sends a request";
            upstream "upstream_calls" "Calls to the authorization server, by call and outcome";
            upstream_seconds "upstream_seconds" "How long calls to the authorization server took";
            minted "minted_tokens" "Tokens that were minted";
            orphaned "orphaned_tokens" "Tokens that could not be put on record, and are ended";
            revoked "revoked_tokens" "Tokens that are dead at the authorization server, by reason";
            unreadable "unreadable_records" "Times that a record could not be opened for want of its key";
            lapsed "lapsed_pages" "Page lives that fell silent";
            lapsed_tokens "lapsed_tokens" "Tokens that became due by it";
            recalls "recalls" "Recalls, by what they are about";
            recalled_tokens "recalled_tokens" "Tokens that became due by recalls";
            store_failures "store_failures" "Times that the store did not do what it was asked";
            stock "tokens" "Tokens on record, by state: live, due, or unknown and to be looked up";
            leases "leases" "Page lives that keep a lease";
        }
    }

    /// A request was answered, or its client did not wait.
    pub(in crate::service) fn answered(&self, endpoint: &'static str, status: u16, took: Duration) {
        let of = OfRequest { endpoint, status };
        self.requests.get_or_create(&of).inc();
        // How long a lease request takes is how long it was held.
        if matches!(endpoint, "token" | "revoke") {
            let times = self
                .request_seconds
                .get_or_create(&[("endpoint", endpoint)]);
            times.observe(took.as_secs_f64());
        }
    }

    /// A connection was opened; it counts until what this gives is dropped.
    pub(in crate::service) fn connected(&self) -> Connected {
        self.connections.inc();
        Connected(self.connections.clone())
    }

    /// The app was asked.
    pub(in crate::service) fn asked(&self, failure: Option<NoAnswer>) {
        let outcome = match failure {
            None => "signed_in",
            Some(NoAnswer::SignedOut) => "signed_out",
            Some(NoAnswer::Failed(_) | NoAnswer::Unexpected(_)) => "failed",
        };
        self.asked.get_or_create(&[("outcome", outcome)]).inc();
    }

    /// The authorization server was called.
    pub(super) fn called(&self, call: &'static str, outcome: &'static str, took: Duration) {
        let labels = [("call", call), ("outcome", outcome)];
        self.upstream.get_or_create(&labels).inc();
        let times = self.upstream_seconds.get_or_create(&[("call", call)]);
        times.observe(took.as_secs_f64());
    }

    pub(super) fn minted(&self) {
        self.minted.inc();
    }

    pub(super) fn orphaned(&self) {
        self.orphaned.inc();
    }

    pub(super) fn revoked(&self, reason: &'static str) {
        self.revoked.get_or_create(&[("reason", reason)]).inc();
    }

    pub(super) fn unreadable(&self) {
        self.unreadable.inc();
    }

    pub(super) fn lapsed(&self, sessions: u32, due: u32) {
        self.lapsed.inc_by(u64::from(sessions));
        self.lapsed_tokens.inc_by(u64::from(due));
    }

    pub(super) fn recalled(&self, scope: &'static str, due: u64) {
        self.recalls.get_or_create(&[("scope", scope)]).inc();
        self.recalled_tokens.inc_by(due);
    }

    pub(super) fn store_failed(&self, operation: &'static str) {
        let labels = [("operation", operation)];
        self.store_failures.get_or_create(&labels).inc();
    }

    /// All of it, as Prometheus reads it. What the store has not told is as it was.
    pub(in crate::service) fn to_text(&self, held: usize, stats: Option<Stats>) -> String {
        self.held.set(i64::try_from(held).unwrap_or(i64::MAX));
        if let Some(stats) = stats {
            for (state, count) in [
                ("live", stats.live),
                ("due", stats.due),
                ("unknown", stats.unknown),
            ] {
                self.stock.get_or_create(&[("state", state)]).set(count);
            }
            self.leases.set(stats.leases);
        }
        let mut text = String::new();
        // Writing to a string does not fail.
        _ = text::encode(&mut text, &self.registry);
        text
    }
}

/// A connection that is open.
pub(in crate::service) struct Connected(Gauge);

impl Drop for Connected {
    fn drop(&mut self) {
        self.0.dec();
    }
}

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Metrics").finish_non_exhaustive()
    }
}
