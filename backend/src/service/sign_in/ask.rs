//! Asks the app who sends a request.

use std::time::Duration;

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use reqwest::{Client, StatusCode, redirect};
use tokio::time::timeout;

use super::{answer, places::Places};
use crate::{
    core::Policy,
    edge::Identity,
    service::settings::{ForwardSettings, Invalid},
};

/// The longest answer that is read.
const MAX_ANSWER: usize = 64 * 1024;
/// Proves to the app that it is the service that asks.
const PROOF: HeaderName = HeaderName::from_static("x-downscope-auth");

/// Asks.
pub(super) struct Asker {
    client: Client,
    url: String,
    proof: Option<HeaderValue>,
    timeout: Duration,
    policy: Policy,
    places: Places,
}

/// Why there is nobody.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(in crate::service) enum NoAnswer {
    /// The app says that nobody is signed in.
    SignedOut,
    /// The app answers with something else, or not; the word is for the log.
    Failed(&'static str),
    /// The app answers with a status that says neither.
    Unexpected(StatusCode),
}

impl Asker {
    pub(super) fn new(settings: &ForwardSettings, policy: Policy) -> Result<Self, Invalid> {
        let client = Client::builder()
            .redirect(redirect::Policy::none())
            // The app is inside: no proxy of the environment leads there.
            .no_proxy()
            .build()
            .map_err(|_| Invalid::setting("auth.url", "the HTTP client cannot be set up"))?;
        let proof = settings.secret.as_ref().map(|secret| {
            let mut value = HeaderValue::from_str(secret.expose())
                .map_err(|_| Invalid::setting("auth.secret", "must fit into a header"))?;
            value.set_sensitive(true);
            Ok(value)
        });
        Ok(Self {
            client,
            url: settings.url.clone(),
            proof: proof.transpose()?,
            timeout: settings.timeout,
            policy,
            places: Places::new(),
        })
    }

    /// Where, for the log: without a query, which may hold a secret.
    pub(super) fn place(&self) -> &str {
        self.url.split(['?', '#']).next().unwrap_or_default()
    }

    /// Asks with these headers. Strangers are those whom the app has not known lately.
    pub(super) async fn ask(
        &self,
        headers: HeaderMap,
        is_stranger: bool,
    ) -> Result<Identity, NoAnswer> {
        let asking = timeout(self.timeout, self.ask_in_time(headers, is_stranger));
        asking
            .await
            .unwrap_or(Err(NoAnswer::Failed("no answer in time")))
    }

    async fn ask_in_time(
        &self,
        mut headers: HeaderMap,
        is_stranger: bool,
    ) -> Result<Identity, NoAnswer> {
        let _place = self.places.take(is_stranger).await;
        if let Some(proof) = &self.proof {
            headers.insert(PROOF, proof.clone());
        }
        // reqwest's errors can quote the request: none gets out of here.
        let asked = self.client.get(&self.url).headers(headers).send().await;
        let mut response = asked.map_err(|_| NoAnswer::Failed("it cannot be reached"))?;
        match response.status() {
            StatusCode::OK => {}
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => return Err(NoAnswer::SignedOut),
            status => return Err(NoAnswer::Unexpected(status)),
        }
        let mut body = Vec::new();
        loop {
            match response.chunk().await {
                Ok(Some(chunk)) if body.len() + chunk.len() <= MAX_ANSWER => {
                    body.extend_from_slice(&chunk);
                }
                Ok(Some(_)) => return Err(NoAnswer::Failed("an answer that is too long")),
                Ok(None) => break,
                Err(_) => return Err(NoAnswer::Failed("an answer that broke off")),
            }
        }
        answer::read(&body, &self.policy).map_err(NoAnswer::Failed)
    }
}
