//! What several instances have to agree on: which tokens are alive, which are due, which
//! requests are withdrawn, which page lives have been heard.

use std::{fmt, pin::Pin};

use crate::core::{
    Admit, Admitted, Begin, Begun, Claim, Enlist, Enlisted, Fate, Heard, Heartbeat, Lapsed, Limits,
    Millis, RecallOp, Say, Stats, Withdraw, Withdrawn, Work,
};

pub mod memory;
#[cfg(feature = "postgres")]
pub mod postgres;
#[cfg(feature = "redis")]
pub mod redis;
pub mod stateless;

/// The future of a call to a store.
pub type Call<'a, T> = Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send + 'a>>;

/// The store did not answer, or not in time, or not in a way that makes sense. What was
/// asked of it may have been done. The text is for the log; it holds no secret, since
/// a store is given none.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct StoreError(pub String);

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for StoreError {}

/// A store. Each operation is atomic, goes by the store's own clock, and looks up by
/// key: none scans. Nothing in a record but its sealed part is secret.
///
/// What is *due* is a record whose token has to die. It stays due, whoever claims it,
/// until [`Store::done`] is told or its token has expired. *Dead* records stay, without
/// their sealed part, until their tokens would have expired: so a revoke that comes twice
/// finds them dead, and not unknown.
pub trait Store: Send + Sync {
    /// Whether it keeps a record. Where it does not, nothing can be taken over: whatever has not
    /// ended with the answer is nobody's.
    fn has_record(&self) -> bool {
        true
    }

    /// Enters a token request. Also, where a lease is kept, hears the page life, as
    /// [`Store::heartbeat`] does. A sign-in other than that of the page life is told whose
    /// it is; one that takes it over makes due what was minted for the former. Once more with
    /// the same key, while its token is being minted, it has the same answer.
    fn begin<'a>(&'a self, begin: &'a Begin) -> Call<'a, Begun>;

    /// Enters the token of a request that was begun. It is due at once if a revoke or the
    /// end of a lease has named the request meanwhile, or if its record is not there or no
    /// longer its own. Once more with the same key and token, it changes nothing: the answer
    /// is whether the token may be given out now.
    fn admit<'a>(&'a self, admit: &'a Admit) -> Call<'a, Admitted>;

    /// Gives up a record whose token nobody has. `lost` is for how long it may be alive all the
    /// same: 0 if it was not minted. For so long nothing of its page life is said to be dead
    /// that is not on record.
    fn abandon<'a>(&'a self, session: &'a str, key: &'a str, lost: Millis) -> Call<'a, ()>;

    /// Makes due what is named, marks what is being minted as withdrawn, and remembers
    /// for `limits.tombstone` that requests which have not come are (none, if that is 0).
    fn withdraw<'a>(&'a self, withdraw: &'a Withdraw) -> Call<'a, Withdrawn>;

    /// Makes due what nothing is on record of, and takes what is proven out of the line of the
    /// unknown, whoever has named it before. Of what is unknown the caller claims nothing while
    /// others wait.
    fn enlist<'a>(&'a self, enlist: &'a Enlist) -> Call<'a, Enlisted>;

    /// Makes due what is recalled, and leaves word for the page lives that keep a lease.
    /// The answer is how much became due.
    fn recall<'a>(&'a self, recall: &'a RecallOp) -> Call<'a, u64>;

    /// Hears a page life. What has lapsed ends first, and what ends so is not revived.
    fn heartbeat<'a>(&'a self, heartbeat: &'a Heartbeat) -> Call<'a, Heard>;

    /// Notes what is said to a page life. `false` if the state was another by then.
    fn say<'a>(&'a self, say: &'a Say) -> Call<'a, bool>;

    /// Ends up to `most` page lives whose term is over. To be called every second or so: where
    /// nobody has for longer than `limits.watch_gap`, nothing lapses for one `term`.
    fn lapse<'a>(&'a self, term: Millis, most: u32, limits: &'a Limits) -> Call<'a, Lapsed>;

    /// How long until the next page life can lapse, where that is known at once.
    fn until_next_lapse(&self) -> Option<Millis> {
        None
    }

    /// Takes what is due: the longest life first, and what is unknown from both ends of its
    /// line, by turns as it were.
    fn claim<'a>(&'a self, claim: &'a Claim) -> Call<'a, Vec<Work>>;

    /// These are dead at the authorization server.
    fn done<'a>(&'a self, works: &'a [Work]) -> Call<'a, ()>;

    /// These are to be claimed again after so long. What is still claimed is kept by it, too.
    fn retry<'a>(&'a self, works: &'a [(Work, Millis)]) -> Call<'a, ()>;

    /// What has become of these records of one page life.
    fn fates<'a>(&'a self, session: &'a str, keys: &'a [String]) -> Call<'a, Vec<Fate>>;

    /// The page lives for which word was left since `number`, and the number to go on with.
    fn told_since(&self, number: u64) -> Call<'_, (u64, Vec<String>)>;

    /// Answers, and looks at nothing: whether the store can be reached.
    fn ping(&self) -> Call<'_, ()>;

    /// How much there is. It may count everything.
    fn stats(&self) -> Call<'_, Stats>;
}
