//! What a request means, what is due and what may be answered. Nothing here knows
//! a web framework, a store, a clock or randomness.

mod admission;
mod answer;
mod budget;
mod lease;
mod mint;
mod names;
mod ops;
mod policy;
mod recall;
mod record;
mod refusal;
mod renewal;
mod requests;
mod retry;
mod revocation;
mod seal;
mod secret;
mod syntax;
mod upstream;

pub use self::{
    admission::{CUSTOM_HEADER, Origins},
    answer::{LeaseAnswer, RevokeAnswer, TokenAnswer},
    budget::Budget,
    lease::{LeaseTerms, Pushes, Word},
    mint::{Chance, Handles, Mint, MintDone, MintEvent, MintStep, Minting},
    names::{Owner, Reason, RecallScope, RequestName},
    ops::{
        Admit, Admitted, Begin, Begun, Claim, Class, Enlist, Enlisted, Fate, Heard, Heartbeat,
        Lapsed, Limits, Listed, RecallOp, Say, Sign, Stats, Withdraw, Withdrawn, Work,
    },
    policy::{Pattern, Policy},
    recall::Recall,
    refusal::Refusal,
    renewal::{Renewal, RenewalEvent, RenewalStep, Renewing},
    requests::{
        LeaseRequest, MAX_LEASE_BODY, MAX_REVOKE_BODY, MAX_TOKEN_BODY, RevokeRequest, TokenRequest,
    },
    retry::{Verdict, after_revoking},
    revocation::{Revocation, RevocationEvent, RevocationStep, Revoking},
    seal::{KeyError, KeyRing, Purpose, SealedHandle},
    secret::{Fingerprint, Secret},
    upstream::{Exchange, Minted, RestrictedObject, Restriction, UpstreamError, lifetime},
};

/// Milliseconds: of time that passes, or on the scale of a store's clock.
pub type Millis = u64;
