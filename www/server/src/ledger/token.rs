//! One token of the ledger.

use serde::Serialize;

use downscope_backend::core::{Fingerprint, Millis, Reason};

#[derive(Clone, Debug)]
pub(super) struct TokenRecord {
    pub(super) token: Fingerprint,
    pub(super) session: String,
    pub(super) request_id: String,
    pub(super) resource: String,
    pub(super) scope: String,
    pub(super) minted_at: Millis,
    pub(super) expires_at: Millis,
    pub(super) revoked: Option<(Millis, Option<Reason>)>,
    pub(super) last_used_at: Option<Millis>,
    pub(super) uses: u64,
    pub(super) refused: u64,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct TokenView {
    n: u64,
    fingerprint: String,
    session: String,
    request_id: String,
    resource: String,
    scope: String,
    minted_at: Millis,
    pub(super) expires_at: Millis,
    revoked_at: Option<Millis>,
    revoke_reason: Option<&'static str>,
    last_used_at: Option<Millis>,
    uses: u64,
    refused: u64,
    state: Life,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Life {
    Live,
    Revoked,
    Expired,
}

impl TokenView {
    pub(super) fn is_live(&self) -> bool {
        self.state == Life::Live
    }
}

impl TokenRecord {
    pub(super) const fn life(&self, now: Millis) -> Life {
        if self.revoked.is_some() {
            Life::Revoked
        } else if self.expires_at <= now {
            Life::Expired
        } else {
            Life::Live
        }
    }

    pub(super) fn view(&self, n: u64, now: Millis) -> TokenView {
        TokenView {
            n,
            fingerprint: self.token.to_string(),
            session: self.session.clone(),
            request_id: self.request_id.clone(),
            resource: self.resource.clone(),
            scope: self.scope.clone(),
            minted_at: self.minted_at,
            expires_at: self.expires_at,
            revoked_at: self.revoked.map(|(at, _)| at),
            revoke_reason: self
                .revoked
                .and_then(|(_, reason)| reason)
                .map(Reason::as_str),
            last_used_at: self.last_used_at,
            uses: self.uses,
            refused: self.refused,
            state: self.life(now),
        }
    }
}
