//! How often a page asks for the token of one grant while it gets none: at most
//! four times in five seconds, whatever the cause and whichever client asks.
//!
//! Back-off is a grant's own, and some things go around it for good reason: the
//! network is back, the user has signed in, the page returns, another client is
//! made. What they may not do together is written down here. A page's clients
//! share it; nothing is held back as long as tokens arrive.

use std::cell::RefCell;
use std::rc::Rc;

use super::key::GrantKey;
use super::time::{Due, Millis, Moment};

/// Requests for one grant in [`WINDOW`], while none brings a token.
const MOST: usize = 4;

/// 5 seconds.
const WINDOW: Millis = Millis(5_000);

/// For so long after a request without a token the next ones are counted: 1 minute.
const MEMORY: Millis = Millis(60_000);

/// Grants that are remembered; then another one gives way.
const MOST_GRANTS: usize = 1_024;

/// Names a grant at a backend, for all clients of a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Name(u32);

/// What the clients of a page know together; another handle knows the same.
#[derive(Debug, Default)]
pub struct Pace {
    records: Rc<RefCell<Records>>,
    /// Names the backend among those of the page's clients.
    backend: String,
}

/// Sorted by name, and boxed: a thousand are found and moved with little work.
type Records = Vec<(Name, Box<Record>)>;

#[derive(Debug)]
struct Record {
    forgotten: Due,
    /// When each of the last requests stops counting, the oldest first.
    counted: [Due; MOST],
}

impl Pace {
    /// A handle for a client of this backend.
    pub(crate) fn with(&self, backend: &str) -> Self {
        Self {
            records: self.records.clone(),
            backend: backend.to_owned(),
        }
    }

    /// What a grant is called here.
    pub(crate) fn name(&self, key: &GrantKey) -> Name {
        Name::new(&self.backend, key)
    }

    /// How long no request may go out for the grant; `None`: it may now.
    pub(crate) fn rest(&self, name: Name, now: Moment) -> Option<Millis> {
        let records = self.records.borrow();
        let record = &records[place(&records, name).ok()?].1;
        let wait = record.counted[0].remaining(now);
        // Longer is none of its own: tests put back clocks that were read before.
        (wait > Millis(0) && wait <= WINDOW && !record.forgotten.reached(now)).then_some(wait)
    }

    /// A request goes out. It may be in vain, as others that are under way.
    pub(crate) fn begun(&self, name: Name, now: Moment) {
        let mut records = self.records.borrow_mut();
        if records.len() == MOST_GRANTS && place(&records, name).is_err() {
            records.pop();
        }
        let at = place(&records, name).unwrap_or_else(|at| {
            let record = Record {
                forgotten: Due::PAST,
                counted: [Due::PAST; MOST],
            };
            records.insert(at, (name, Box::new(record)));
            at
        });
        let counted = &mut records[at].1.counted;
        for earlier in 1..MOST {
            counted[earlier - 1] = counted[earlier];
        }
        counted[MOST - 1] = now.after(WINDOW);
    }

    /// A request that was sent then has brought no token, or was let go of.
    pub(crate) fn failed(&self, name: Name, sent: Moment) {
        let mut records = self.records.borrow_mut();
        if let Ok(place) = place(&records, name) {
            records[place].1.forgotten = sent.after(MEMORY);
        }
    }

    /// A token arrived.
    pub(crate) fn served(&self, name: Name) {
        let mut records = self.records.borrow_mut();
        if let Ok(place) = place(&records, name) {
            records.remove(place);
        }
    }
}

#[inline(never)]
fn place(records: &Records, name: Name) -> Result<usize, usize> {
    records.binary_search_by_key(&name, |&(one, _)| one)
}

impl Name {
    /// FNV-1a: two grants of a page that share a name would only wait for each other.
    pub(crate) fn new(backend: &str, key: &GrantKey) -> Self {
        let mut hash: u32 = 0x811c_9dc5;
        for part in [backend, key.resource().unwrap_or_default(), key.scope()] {
            for byte in part.bytes() {
                hash = (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193);
            }
            // Where one ends and the next begins.
            hash = hash.rotate_left(1);
        }
        Self(hash)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: Name = Name(1);
    const OTHER: Name = Name(2);

    fn at(millis: u64) -> Moment {
        Moment(Millis(millis))
    }

    fn fail(pace: &Pace, name: Name, millis: u64) {
        pace.begun(name, at(millis));
        pace.failed(name, at(millis));
    }

    #[test]
    fn the_fifth_request_in_five_seconds_waits_until_the_first_is_past() {
        let pace = Pace::default();
        for millis in [0, 10, 20, 30] {
            assert_eq!(pace.rest(ONE, at(millis)), None);
            fail(&pace, ONE, millis);
        }
        assert_eq!(pace.rest(ONE, at(40)), Some(Millis(4_960)));
        assert_eq!(pace.rest(ONE, at(5_000)), None);
        assert_eq!(pace.rest(OTHER, at(40)), None);
    }

    #[test]
    fn a_token_that_arrives_ends_the_count() {
        let pace = Pace::default();
        for millis in 0..4 {
            fail(&pace, ONE, millis);
        }
        pace.served(ONE);
        assert_eq!(pace.rest(ONE, at(4)), None);
    }

    #[test]
    fn nothing_is_counted_while_tokens_arrive() {
        let pace = Pace::default();
        for millis in 0..50 {
            pace.begun(ONE, at(millis));
            assert_eq!(pace.rest(ONE, at(millis)), None);
        }
    }

    #[test]
    fn what_is_under_way_counts_once_something_has_failed() {
        let pace = Pace::default();
        fail(&pace, ONE, 0);
        for millis in 1..4 {
            assert_eq!(pace.rest(ONE, at(millis)), None);
            pace.begun(ONE, at(millis));
        }
        assert!(pace.rest(ONE, at(4)).is_some());
    }

    #[test]
    fn names_differ_by_backend_resource_and_scope() {
        let key = |resource: &str, scope: &str| {
            GrantKey::new(Some(resource.to_owned()), [scope.to_owned()]).unwrap()
        };
        let name = |backend, resource, scope| Name::new(backend, &key(resource, scope));
        let one = name("https://app.example/token", "https://api.example/1", "a");
        for other in [
            name("https://b.example/token", "https://api.example/1", "a"),
            name("https://app.example/token", "https://api.example/2", "a"),
            name("https://app.example/token", "https://api.example/1", "b"),
        ] {
            assert_ne!(one, other);
        }
    }

    #[test]
    fn no_more_grants_are_remembered_than_the_bound() {
        let pace = Pace::default();
        for number in 0..2_000 {
            fail(&pace, Name(number), 0);
        }
        assert_eq!(pace.records.borrow().len(), MOST_GRANTS);
    }
}
