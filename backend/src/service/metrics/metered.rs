//! Counts what is asked of the authorization server.

use std::sync::Arc;

use tokio::time::Instant;

use super::Metrics;
use crate::{
    core::{Exchange, Minted, Secret, UpstreamError},
    engine::{Upstream, UpstreamCall},
};

/// An authorization server whose calls are counted.
pub(in crate::service) struct Metered {
    /// The server.
    pub(in crate::service) upstream: Arc<dyn Upstream>,
    /// Where they are counted.
    pub(in crate::service) metrics: Arc<Metrics>,
}

impl Metered {
    async fn count<T>(
        &self,
        call: &'static str,
        calling: UpstreamCall<'_, T>,
    ) -> Result<T, UpstreamError> {
        let since = Instant::now();
        let outcome = calling.await;
        let word = match &outcome {
            Ok(_) => "ok",
            Err(error) => error.as_str(),
        };
        self.metrics.called(call, word, since.elapsed());
        outcome
    }
}

impl Upstream for Metered {
    fn exchange<'a>(&'a self, wanted: &'a Exchange) -> UpstreamCall<'a, Minted> {
        Box::pin(self.count("exchange", self.upstream.exchange(wanted)))
    }

    fn revoke<'a>(&'a self, token: &'a Secret) -> UpstreamCall<'a, ()> {
        Box::pin(self.count("revoke", self.upstream.revoke(token)))
    }
}
