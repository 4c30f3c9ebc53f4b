//! Carries out what the core decides, on Tokio or on the event loop of JavaScript, and repeats what is due until it is dead.
//!
//! What has begun is finished, though the page that asked has gone: each token request
//! and each revoke runs in a task of its own.

mod audit;
mod claims;
mod doubts;
mod ended;
mod ending;
mod entropy;
mod held;
mod minting;
mod mints;
mod pause;
mod recalls;
mod renewing;
mod revoking;
mod run;
mod runtime;
mod sweep;
mod upstream;

use std::{
    fmt,
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use tokio::sync::{Notify, Semaphore};

#[cfg(feature = "oauth")]
pub(crate) use self::entropy::unix_now;
pub use self::{
    audit::{Audit, Event, NoAudit},
    ended::Ended,
    recalls::Moment,
    run::Running,
    upstream::{SignIns, Upstream, UpstreamCall},
};
use self::{
    claims::{Claims, VISIBILITY},
    doubts::Doubts,
    held::Held,
    mints::Mints,
    pause::Pause,
    recalls::Recalls,
    runtime::{Instant, Tasks},
};
use crate::{
    core::{
        Budget, Claim, Class, Handles, KeyRing, LeaseTerms, Limits, Millis, Minting, Renewing,
        Revoking,
    },
    store::{Store, StoreError},
};

/// How a backend behaves.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Which handles token answers carry. Default: none.
    pub handles: Handles,
    /// How long lease requests are held and pages may be silent. Default: 55 s and 90 s.
    pub lease: LeaseTerms,
    /// Whether pages must keep a lease to be given tokens. Default: no.
    pub require_lease: bool,
    /// How many revocations a second the authorization server takes, from all
    /// instances together; a little less is asked of it, since some arrive late. Default: 0, no
    /// limit.
    pub revocations_per_second: u32,
    /// How many token requests are carried out at a time, and a quarter of that of one user;
    /// one more is answered with 503.
    /// It cannot be changed later. Default: 1024.
    pub mints_at_once: u32,
    /// How many lease requests are held at a time; one more is answered at once, and its
    /// page asks again after `lease.hold`. Default: 10,000.
    pub held_at_once: u32,
    /// How many tokens a second that nothing is on record of are looked up at the
    /// authorization server. Default: 20.
    pub unknown_per_second: u32,
    /// For how long a token is taken to live whose life nobody has told. Default: 24 h.
    pub untold_life: Millis,
    /// The bounds.
    pub limits: Limits,
}

impl Default for Settings {
    fn default() -> Self {
        let limits = Limits::default();
        Self {
            handles: Handles::None,
            lease: LeaseTerms::default(),
            require_lease: false,
            revocations_per_second: 0,
            mints_at_once: 1_024,
            held_at_once: 10_000,
            unknown_per_second: 20,
            untold_life: limits.longest_life,
            limits,
        }
    }
}

/// A backend: what its endpoints share. Clones are the same one.
#[derive(Clone)]
pub struct Engine(Arc<Inner>);

struct Inner {
    audit: Arc<dyn Audit>,
    claims: Claims,
    doubts: Doubts,
    held: Held,
    mints: Mints,
    pause: Pause,
    /// The same for look-ups alone: a name that somebody has made up, and that the server
    /// fails over, must keep nobody waiting.
    look_up_pause: Pause,
    recalls: Recalls,
    ring: RwLock<KeyRing>,
    settings: RwLock<Settings>,
    sign_ins: Arc<dyn SignIns>,
    store: Arc<dyn Store>,
    tasks: Tasks,
    told: run::Told,
    upstream: Arc<dyn Upstream>,
    /// Calls to revoke at the authorization server that are under way.
    calls: Semaphore,
    /// Of these, the ones that look up what nobody has proven.
    look_ups: Semaphore,
    /// Bytes that revokes may take which the store has not taken over yet.
    room: Arc<Semaphore>,
    /// There is something due.
    due: Notify,
    /// There are unknown tokens to look up.
    unknown: Notify,
}

/// How many calls to revoke are under way at a time.
const CALLS: usize = 64;
/// How many of them for unknown tokens: they must keep nobody waiting.
const LOOK_UPS: usize = 4;
/// How many tokens of one revoke are ended before its answer; the rest follows.
const AT_ONCE: u32 = 200;
/// How long a revoke waits for the end of what it names: less than a page waits for its answer.
const PATIENCE: Duration = Duration::from_secs(10);

impl Engine {
    /// A backend of these parts. It ends what is due only while [`Engine::run`] runs.
    pub fn new(
        settings: Settings,
        ring: KeyRing,
        store: Arc<dyn Store>,
        upstream: Arc<dyn Upstream>,
        sign_ins: Arc<dyn SignIns>,
        audit: Arc<dyn Audit>,
    ) -> Self {
        let mints = Mints::new(settings.mints_at_once);
        Self(Arc::new(Inner {
            audit,
            claims: Claims::default(),
            doubts: Doubts::default(),
            held: Held::default(),
            pause: Pause::default(),
            look_up_pause: Pause::default(),
            mints,
            recalls: Recalls::default(),
            ring: RwLock::new(ring),
            settings: RwLock::new(settings),
            sign_ins,
            store,
            tasks: Tasks::new(),
            told: run::Told::default(),
            upstream,
            calls: Semaphore::new(CALLS),
            look_ups: Semaphore::new(LOOK_UPS),
            room: Arc::new(Semaphore::new(revoking::ROOM)),
            due: Notify::new(),
            unknown: Notify::new(),
        }))
    }

    /// How it behaves.
    pub fn settings(&self) -> Settings {
        let settings = self.0.settings.read();
        settings.unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Behaves differently from now on.
    pub fn change(&self, change: impl FnOnce(&mut Settings)) {
        let settings = self.0.settings.write();
        change(&mut settings.unwrap_or_else(PoisonError::into_inner));
    }

    /// Seals by `ring` from now on, and opens by it alone: the keys of before belong
    /// into it for as long as what they have sealed may live.
    pub fn turn(&self, ring: KeyRing) {
        *self.0.ring.write().unwrap_or_else(PoisonError::into_inner) = ring;
    }

    /// How many lease requests are held.
    pub fn held_requests(&self) -> usize {
        self.0.held.count()
    }

    /// Answers the lease requests that are held, and holds none from now on: connections
    /// can end then. [`Running::stop`] does it too.
    pub fn stop_holding(&self) {
        self.0.held.stop();
    }

    /// Writes down which tokens may be alive and on nobody's record, where this process ends now.
    /// [`Running::stop`] does it too.
    pub fn tell_left_behind(&self) {
        self.0.doubts.tell(&*self.0.audit);
    }

    fn ring(&self) -> KeyRing {
        let ring = self.0.ring.read();
        ring.unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The store.
    pub fn store(&self) -> &Arc<dyn Store> {
        &self.0.store
    }

    /// Whether a lease request of `session` is held open here.
    pub fn is_held(&self, session: &str) -> bool {
        self.0.held.contains(session)
    }

    /// Answers every lease request that is held open here.
    pub fn release_held(&self) {
        self.0.held.release();
    }

    fn minting(&self) -> Minting {
        let settings = self.settings();
        Minting {
            handles: settings.handles,
            lease: settings.lease,
            require_lease: settings.require_lease,
            untold_life: settings.untold_life,
            limits: settings.limits,
        }
    }

    fn revoking(&self) -> Revoking {
        let settings = self.settings();
        Revoking {
            claim: self.claim(Class::Known, AT_ONCE),
            claim_unknown: self.claim(Class::Unknown, AT_ONCE),
            untold_life: settings.untold_life,
            limits: settings.limits,
            has_record: self.0.store.has_record(),
        }
    }

    fn renewing(&self) -> Renewing {
        let settings = self.settings();
        Renewing {
            terms: settings.lease,
            limits: settings.limits,
        }
    }

    /// Nothing is claimed while the authorization server is known to be away, but
    /// for one to try.
    fn claim(&self, class: Class, most: u32) -> Claim {
        let settings = self.settings();
        Claim {
            most: match class {
                Class::Known => self.0.pause.most(most),
                Class::Unknown => self.0.look_up_pause.most(self.0.pause.most(most)),
            },
            visibility: VISIBILITY,
            per_second: Budget::with_room(match class {
                Class::Known => settings.revocations_per_second,
                Class::Unknown => settings.unknown_per_second,
            }),
            class,
        }
    }

    /// When the next call for this class may be made, if not now.
    fn paused_until(&self, class: Class) -> Option<Instant> {
        let until = self.0.pause.until();
        match class {
            Class::Known => until,
            Class::Unknown => until.max(self.0.look_up_pause.until()),
        }
    }

    fn failed(&self, operation: &'static str, error: &StoreError) {
        self.0
            .audit
            .record(&Event::StoreFailed { operation, error });
    }
}

impl fmt::Debug for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Engine").finish_non_exhaustive()
    }
}
