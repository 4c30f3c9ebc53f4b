//! Writes down what happens: a line each, and counted.

use std::sync::Arc;

use super::Metrics;
use crate::{
    core::{Owner, Reason, RecallScope, UpstreamError},
    engine::{Audit, Event},
    service::log::shown,
};

/// The log and the metrics.
pub(in crate::service) struct Trail(pub(in crate::service) Arc<Metrics>);

impl Audit for Trail {
    fn record(&self, event: &Event<'_>) {
        let Self(metrics) = self;
        match event {
            Event::Minted {
                token,
                request,
                owner,
                resource,
                scope,
                expires_in,
            } => {
                metrics.minted();
                tracing::info!(
                    token = %token,
                    session = shown(&request.session),
                    id = request.id,
                    user = owner.user,
                    resource,
                    scope,
                    seconds = expires_in / 1_000,
                    "minted"
                );
            }
            Event::NotMinted {
                request,
                owner,
                error,
            } => {
                let session = shown(&request.session);
                tracing::warn!(
                    session,
                    id = request.id,
                    user = owner.user,
                    error = error.as_str(),
                    code = error.code(),
                    "not minted"
                );
            }
            Event::Orphaned { token, owner } => {
                metrics.orphaned();
                tracing::error!(token = %token, user = owner.user, "minted, and not on record: ended");
            }
            Event::LeftBehind {
                token,
                request,
                owner,
                resource,
            } => {
                let token = token.map(|token| token.to_string());
                tracing::error!(
                    token,
                    session = shown(&request.session),
                    id = request.id,
                    user = owner.user,
                    resource,
                    "left behind: this token may be alive, and is not on record"
                );
            }
            Event::Revoked {
                token,
                owner,
                session,
                reason,
            } => {
                let reason = reason.map_or("none", Reason::as_str);
                metrics.revoked(reason);
                tracing::info!(
                    token = %token,
                    session = session.map(shown),
                    user = user(*owner),
                    reason,
                    "revoked"
                );
            }
            Event::NotRevoked {
                token,
                owner,
                session,
                error,
                attempts,
            } => {
                let error: &UpstreamError = error;
                tracing::warn!(
                    token = %token,
                    session = session.map(shown),
                    user = user(*owner),
                    error = error.as_str(),
                    code = error.code(),
                    attempts,
                    "not revoked, to be repeated"
                );
            }
            Event::Paused { error, wait } => {
                let (reason, ms) = (error.as_str(), *wait);
                if matches!(error, UpstreamError::Misconfigured { .. }) {
                    tracing::error!(
                        error = reason,
                        code = error.code(),
                        ms,
                        "the authorization server refuses this backend, and is left alone"
                    );
                } else {
                    tracing::warn!(error = reason, ms, "the authorization server is left alone");
                }
            }
            Event::Unreadable { key } => {
                metrics.unreadable();
                // A record of an unknown token goes by its whole fingerprint.
                let record = key.get(..8);
                tracing::error!(
                    record,
                    "a record was sealed with a key that is not in the ring"
                );
            }
            Event::Lapsed { sessions, due } => {
                metrics.lapsed(*sessions, *due);
                tracing::info!(pages = sessions, due, "lapsed");
            }
            Event::Recalled { scope, due } => {
                let (kind, name) = scope.parts();
                metrics.recalled(kind, *due);
                let name = match scope {
                    RecallScope::User(_) | RecallScope::All => name.to_owned(),
                    RecallScope::Session(_) | RecallScope::SignIn(_) => shown(name),
                };
                tracing::info!(scope = kind, name, due, "recalled");
            }
            Event::StoreFailed { operation, error } => {
                metrics.store_failed(operation);
                tracing::error!(operation, error = %error, "the store failed");
            }
        }
    }
}

fn user(owner: Option<&Owner>) -> Option<&str> {
    owner.map(|owner| owner.user.as_str())
}
