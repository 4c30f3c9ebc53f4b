//! What the engine has of what it runs on: tasks and time. On Tokio they are Tokio's; in
//! WebAssembly they are those of JavaScript's event loop, under the same names.

#[cfg(target_arch = "wasm32")]
mod js;
#[cfg(target_arch = "wasm32")]
mod timer;

#[cfg(target_arch = "wasm32")]
pub(super) use self::{
    js::{Tasks, spawn},
    timer::{Instant, Interval, SystemTime, UNIX_EPOCH, sleep, sleep_until, timeout, timeout_at},
};

#[cfg(not(target_arch = "wasm32"))]
pub(super) use self::native::*;

#[cfg(not(target_arch = "wasm32"))]
mod native {
    use std::time::Duration;
    pub(in crate::engine) use std::time::{SystemTime, UNIX_EPOCH};

    use tokio::time::MissedTickBehavior;
    pub(in crate::engine) use tokio::{
        spawn,
        time::{Instant, sleep, sleep_until, timeout, timeout_at},
    };
    pub(in crate::engine) use tokio_util::task::TaskTracker as Tasks;

    /// Ticks at once, and then every so often; not more often where it was late.
    pub(in crate::engine) struct Interval(tokio::time::Interval);

    impl Interval {
        pub(in crate::engine) fn new(period: Duration) -> Self {
            let mut interval = tokio::time::interval(period);
            interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
            Self(interval)
        }

        pub(in crate::engine) async fn tick(&mut self) {
            self.0.tick().await;
        }
    }
}
