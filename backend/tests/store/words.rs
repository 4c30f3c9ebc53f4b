//! What the rules say to a store, each with what they do not care about filled in.

use downscope_backend::core::{
    Admit, Admitted, Begin, Begun, Claim, Class, Enlist, Enlisted, Fingerprint, Heard, Heartbeat,
    Limits, Listed, Millis, Owner, Reason, Recall, RecallOp, RecallScope, RequestName, Sign,
    Withdraw, Withdrawn, Work,
};

use crate::bench::{Bench, ok};

/// How long a token lives unless a rule says otherwise.
pub(crate) const LIFE: Millis = 3_600_000;
/// How long a page life may be silent.
pub(crate) const TERM: Millis = 90_000;
/// A page life.
pub(crate) const PAGE: &str = "page-life-of-these-tests-1";
/// Another one.
pub(crate) const PAGE_2: &str = "page-life-of-these-tests-2";

/// Takes everything, and gives it back after half a minute.
pub(crate) const EVERYTHING: Claim = Claim {
    most: 100,
    visibility: 30_000,
    per_second: 0,
    class: Class::Known,
};
/// The same, of what is not known.
pub(crate) const EVERYTHING_UNKNOWN: Claim = Claim {
    class: Class::Unknown,
    ..EVERYTHING
};
/// Takes nothing.
pub(crate) const NOTHING: Claim = Claim {
    most: 0,
    ..EVERYTHING
};

/// Anna, at her `number`th sign-in.
pub(crate) fn anna(number: u32) -> Owner {
    Owner {
        user: "anna".to_owned(),
        sign_in: format!("anna-{number}"),
    }
}

/// Ben, at his only sign-in.
pub(crate) fn ben() -> Owner {
    Owner {
        user: "ben".to_owned(),
        sign_in: "ben-1".to_owned(),
    }
}

pub(crate) fn name(session: &str, id: &str) -> RequestName {
    RequestName {
        session: session.to_owned(),
        id: id.to_owned(),
    }
}

/// The key that the record of a request has in these tests.
pub(crate) fn key(session: &str, id: &str) -> String {
    format!("key-{session}-{id}")
}

pub(crate) fn token(session: &str, id: &str) -> Fingerprint {
    Fingerprint::of(format!("FAKE-token-{session}-{id}"))
}

pub(crate) fn handle(session: &str, id: &str) -> Fingerprint {
    Fingerprint::of(format!("FAKE-handle-{session}-{id}"))
}

/// What stands for a sealed record; any bytes are one, also those of no text.
pub(crate) fn sealed(session: &str, id: &str) -> Vec<u8> {
    let mut sealed = format!("sealed {session} {id}").into_bytes();
    sealed.extend([0, 255, 13, 10, 128]);
    sealed
}

/// Anna's request, without a lease.
pub(crate) fn request(session: &str, id: &str) -> Begin {
    Begin {
        name: name(session, id),
        key: key(session, id),
        owner: anna(1),
        asks_for: Fingerprint::of("file"),
        lease: None,
        takes_over: false,
        limits: Limits::default(),
    }
}

/// The same, with a lease.
pub(crate) fn leased(session: &str, id: &str) -> Begin {
    Begin {
        lease: Some(TERM),
        ..request(session, id)
    }
}

/// Its token, with a handle.
pub(crate) fn minted(session: &str, id: &str, life: Millis) -> Admit {
    Admit {
        name: name(session, id),
        key: key(session, id),
        token: token(session, id),
        handle: Some(handle(session, id)),
        sealed: sealed(session, id),
        expires_in: life,
    }
}

/// Names requests.
pub(crate) fn pending(session: &str, ids: &[&str]) -> Withdraw {
    Withdraw {
        session: Some(session.to_owned()),
        pending: ids.iter().map(|id| (*id).to_owned()).collect(),
        reason: Some(Reason::Unload),
        claim: EVERYTHING,
        ..Withdraw::default()
    }
}

/// Names a page life as a whole.
pub(crate) fn whole(session: &str) -> Withdraw {
    Withdraw {
        whole_session: true,
        ..pending(session, &[])
    }
}

/// Names tokens.
pub(crate) fn tokens(session: Option<&str>, tokens: &[Fingerprint]) -> Withdraw {
    Withdraw {
        session: session.map(str::to_owned),
        tokens: tokens.to_vec(),
        ..pending(PAGE, &[])
    }
}

/// Names handles.
pub(crate) fn handles(session: Option<&str>, handles: &[Fingerprint]) -> Withdraw {
    Withdraw {
        handles: handles.to_vec(),
        ..tokens(session, &[])
    }
}

/// A token that nothing is on record of.
pub(crate) fn listed(text: &str, class: Class, expires_in: Millis) -> Listed {
    let token = Fingerprint::of(text);
    Listed {
        key: token.to_hex(),
        token,
        sealed: text.as_bytes().to_vec(),
        expires_in,
        class,
    }
}

/// Enlists, and carries out nothing at once.
pub(crate) fn enlist(items: Vec<Listed>) -> Enlist {
    Enlist {
        items,
        reason: Some(Reason::Unload),
        claim: NOTHING,
        claim_unknown: Claim {
            class: Class::Unknown,
            ..NOTHING
        },
        limits: Limits::default(),
    }
}

/// A sign of life of Anna's.
pub(crate) fn alive(session: &str) -> Heartbeat {
    Heartbeat {
        session: session.to_owned(),
        owner: anna(1),
        takes_over: false,
        term: TERM,
        sign: Sign::Begins,
        limits: Limits::default(),
    }
}

pub(crate) fn recall(scope: RecallScope, recall: Recall) -> RecallOp {
    RecallOp {
        scope,
        recall,
        reason: Reason::Recalled,
    }
}

/// As a store keeps it.
pub(crate) fn text(recall: &Recall) -> String {
    recall.to_json().to_string()
}

/// The ids of the requests, by the keys of the works, in their order.
pub(crate) fn keys(works: &[Work]) -> Vec<&str> {
    works.iter().map(|work| work.key.as_str()).collect()
}

impl Bench {
    pub(crate) async fn begin(&self, begin: &Begin) -> Begun {
        ok(self.store.begin(begin)).await
    }

    pub(crate) async fn admit(&self, admit: &Admit) -> Admitted {
        ok(self.store.admit(admit)).await
    }

    /// Has a token minted that was begun so.
    pub(crate) async fn mint(&self, begin: &Begin, life: Millis) {
        assert_eq!(self.begin(begin).await, Begun::Begun);
        let RequestName { session, id } = &begin.name;
        let admitted = self.admit(&minted(session, id, life)).await;
        assert_eq!(admitted, Admitted::Live);
    }

    pub(crate) async fn withdraw(&self, withdraw: &Withdraw) -> Withdrawn {
        ok(self.store.withdraw(withdraw)).await
    }

    pub(crate) async fn enlist(&self, enlist: &Enlist) -> Enlisted {
        ok(self.store.enlist(enlist)).await
    }

    pub(crate) async fn hear(&self, heartbeat: &Heartbeat) -> Heard {
        ok(self.store.heartbeat(heartbeat)).await
    }

    pub(crate) async fn recall(&self, op: &RecallOp) -> u64 {
        ok(self.store.recall(op)).await
    }

    pub(crate) async fn claim(&self, claim: &Claim) -> Vec<Work> {
        ok(self.store.claim(claim)).await
    }

    pub(crate) async fn done(&self, works: &[Work]) {
        ok(self.store.done(works)).await;
    }

    /// Lets time pass in which somebody looks after the leases, as the engine does.
    pub(crate) async fn watch(&self, millis: Millis) {
        let limits = Limits::default();
        let mut left = millis;
        while left > 0 {
            let step = left.min(limits.watch_gap / 2);
            self.pass(step);
            ok(self.store.lapse(TERM, 100, &limits)).await;
            left -= step;
        }
    }

    /// Lets time pass in which somebody looks after the leases, but not at the end of it.
    pub(crate) async fn almost(&self, millis: Millis) {
        let last = Limits::default().watch_gap / 2;
        self.watch(millis - last).await;
        self.pass(last);
    }
}
