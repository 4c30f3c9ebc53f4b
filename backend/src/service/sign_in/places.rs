//! How many questions to the app are under way at a time. Whoever makes cookies up can keep the app
//! busy with them, and not those whom it has known lately: no stranger can make one of theirs up.

use tokio::sync::{Semaphore, SemaphorePermit};

/// In all.
const AT_ONCE: usize = 256;
/// Of these, about strangers.
const STRANGERS: usize = 192;

pub(super) struct Places {
    all: Semaphore,
    strangers: Semaphore,
}

/// One; dropped, it is given back.
pub(super) struct Place<'a> {
    _one: Option<SemaphorePermit<'a>>,
    _of_strangers: Option<SemaphorePermit<'a>>,
}

impl Places {
    pub(super) fn new() -> Self {
        Self {
            all: Semaphore::new(AT_ONCE),
            strangers: Semaphore::new(STRANGERS),
        }
    }

    /// Waits for one. Nobody closes them.
    pub(super) async fn take(&self, is_stranger: bool) -> Place<'_> {
        let _of_strangers = if is_stranger {
            self.strangers.acquire().await.ok()
        } else {
            None
        };
        Place {
            _one: self.all.acquire().await.ok(),
            _of_strangers,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::FutureExt;

    #[test]
    fn strangers_leave_a_quarter_to_those_whom_the_app_knows() {
        let places = Places::new();
        let mut taken = Vec::new();
        let mut take = |is_stranger| {
            let place = places.take(is_stranger).now_or_never();
            place.map(|place| taken.push(place)).is_some()
        };
        assert_eq!((0..300).filter(|_| take(true)).count(), STRANGERS);
        let rest = AT_ONCE - STRANGERS;
        assert_eq!((0..300).filter(|_| take(false)).count(), rest);
        taken.clear();
        assert!(places.take(true).now_or_never().is_some());
    }
}
