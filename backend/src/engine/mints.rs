//! How many token requests are carried out at a time. One user gets a part of the places only:
//! whoever sends a thousand at once is not to keep everybody else waiting.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// One user has one place of so many.
const SHARE: usize = 4;

#[derive(Clone)]
pub(super) struct Mints(Arc<Inner>);

struct Inner {
    most: usize,
    taken: Mutex<Taken>,
}

#[derive(Default)]
struct Taken {
    all: usize,
    by_user: BTreeMap<String, usize>,
}

/// A place; dropped, it is given back.
pub(super) struct Place {
    mints: Mints,
    user: String,
}

impl Mints {
    pub(super) fn new(most: u32) -> Self {
        Self(Arc::new(Inner {
            most: usize::try_from(most).unwrap_or(usize::MAX),
            taken: Mutex::default(),
        }))
    }

    /// A place for this user, if there is one.
    pub(super) fn take(&self, user: &str) -> Option<Place> {
        let most = self.0.most;
        let mut taken = self.0.lock();
        let count = taken.by_user.get(user).copied().unwrap_or(0);
        if taken.all >= most || count >= most.div_ceil(SHARE) {
            return None;
        }
        taken.all += 1;
        taken.by_user.insert(user.to_owned(), count + 1);
        Some(Place {
            mints: self.clone(),
            user: user.to_owned(),
        })
    }
}

impl Inner {
    fn lock(&self) -> MutexGuard<'_, Taken> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.mints.0.lock();
        taken.all = taken.all.saturating_sub(1);
        if let Some(count) = taken.by_user.get_mut(&self.user) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                taken.by_user.remove(&self.user);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_user_takes_a_quarter_and_leaves_the_rest() {
        let mints = Mints::new(8);
        let taken: Vec<_> = (0..8).filter_map(|_| mints.take("one")).collect();
        assert_eq!(taken.len(), 2);
        assert!(mints.take("another").is_some());
    }

    #[test]
    fn all_together_take_no_more_than_there_are() {
        let mints = Mints::new(3);
        let taken: Vec<_> = (0..9)
            .filter_map(|user| mints.take(&user.to_string()))
            .collect();
        assert_eq!(taken.len(), 3);
    }

    #[test]
    fn what_is_given_back_is_there_for_the_next_and_nobody_is_remembered() {
        let mints = Mints::new(1);
        drop(mints.take("one"));
        assert!(mints.take("another").is_some());
        assert!(mints.0.lock().by_user.is_empty());
    }
}
