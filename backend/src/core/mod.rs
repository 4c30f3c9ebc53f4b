//! What a request means, what is due and what may be answered. Nothing here knows
//! a web framework, a store, a clock or randomness.

mod admission;
mod answer;
mod begin;
mod budget;
mod heartbeat;
mod lease;
mod limits;
mod mint;
mod minting;
mod names;
mod policy;
mod push;
mod recall;
mod recall_request;
mod record;
mod refusal;
mod renewal;
mod requests;
mod retry;
mod retry_after;
mod revocation;
mod seal;
mod secret;
mod syntax;
mod time;
mod upstream;
mod upstream_answer;
mod withdraw;
mod work;

pub use self::{
    admission::{CUSTOM_HEADER, Origins},
    answer::{LeaseAnswer, RevokeAnswer, TokenAnswer},
    begin::{Admit, Admitted, Begin, Begun},
    budget::Budget,
    heartbeat::{Heard, Heartbeat, Lapsed, Say, Sign},
    lease::{LeaseFault, LeaseTerms, Watch},
    limits::Limits,
    mint::{Mint, MintDone, MintEvent, MintStep},
    minting::{Chance, Handles, Minting},
    names::{Owner, Reason, RecallScope, RequestName},
    policy::{Pattern, Policy},
    push::{Pushes, Word},
    recall::Recall,
    refusal::Refusal,
    renewal::{Renewal, RenewalEvent, RenewalStep, Renewing},
    requests::{
        LeaseRequest, MAX_LEASE_BODY, MAX_REVOKE_BODY, MAX_TOKEN_BODY, RevokeRequest, TokenRequest,
    },
    retry::{Verdict, after_revoking, is_about_every_call},
    retry_after::retry_after,
    revocation::{Revocation, RevocationEvent, RevocationStep, Revoking},
    seal::{KeyError, KeyRing, Purpose, SealedHandle},
    secret::{Fingerprint, Secret},
    time::Millis,
    upstream::{Exchange, Minted, RestrictedObject, Restriction, UpstreamError, lifetime},
    upstream_answer::{MAX_UPSTREAM_ANSWER, UpstreamAnswer, UpstreamToken},
    withdraw::{Enlist, Enlisted, Listed, RecallOp, Withdraw, Withdrawn},
    work::{Claim, Class, Fate, Stats, Work},
};
