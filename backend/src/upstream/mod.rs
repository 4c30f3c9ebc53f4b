//! Authorization servers over HTTP: any that exchanges (RFC 8693) and revokes
//! (RFC 7009), Box among them.

mod answer;
mod settings;

use std::time::Duration;

use reqwest::{Client, RequestBuilder, header, redirect};
use tokio::{
    sync::Mutex,
    time::{Instant, timeout_at},
};

pub use self::settings::{ClientAuthentication, OAuthSettings, SettingsError, Subject};
use crate::{
    core::{Exchange, Fingerprint, Minted, Secret, UpstreamAnswer, UpstreamError},
    engine::{Upstream, UpstreamCall},
};

const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";
const TOKEN_EXCHANGE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";
/// For all that it takes to answer one question.
const TIMEOUT: Duration = Duration::from_secs(10);
/// How much of that must be left for a token to be asked for: one that comes too late is lost,
/// and lives.
const LEAST: Duration = Duration::from_secs(1);
/// How much life the app's own token must have left to be used again.
const SUBJECT_MARGIN: Duration = Duration::from_secs(60);
/// The life of the app's own token where it is not told.
const SUBJECT_LIFE: u64 = 300;

/// A client of an authorization server.
#[derive(Debug)]
pub struct OAuth {
    client: Client,
    settings: OAuthSettings,
    /// The token of [`Subject::ClientCredentials`]. Locked across the call that
    /// gets one, so that requests that need it at the same time share that call.
    subject: Mutex<Option<SubjectToken>>,
}

#[derive(Debug)]
struct SubjectToken {
    token: Secret,
    usable_until: Option<Instant>,
}

impl OAuth {
    /// A client with these settings. Nothing is asked yet.
    pub fn new(settings: OAuthSettings) -> Result<Self, SettingsError> {
        let mut client = Client::builder()
            .redirect(redirect::Policy::none())
            .timeout(TIMEOUT)
            .pool_max_idle_per_host(64);
        if settings.is_loopback() {
            // A proxy of the environment cannot reach this machine's loopback.
            client = client.no_proxy();
        }
        let client = client
            .build()
            .map_err(|_| SettingsError("the HTTP client cannot be set up"))?;
        Ok(Self {
            client,
            settings,
            subject: Mutex::default(),
        })
    }

    /// The subject token; a new one if it is `refused`. Those who wait for another's call are
    /// not to make theirs one after the other once that has failed.
    async fn subject_token(
        &self,
        wanted: &Exchange,
        refused: Option<Fingerprint>,
        until: Instant,
    ) -> Result<Secret, UpstreamError> {
        timeout_at(until, self.subject_token_in_turn(wanted, refused))
            .await
            .unwrap_or(Err(UpstreamError::Unavailable { retry_after: None }))
    }

    async fn subject_token_in_turn(
        &self,
        wanted: &Exchange,
        refused: Option<Fingerprint>,
    ) -> Result<Secret, UpstreamError> {
        if let Some(subject) = &wanted.subject {
            return only_once(subject, refused);
        }
        let parameters = match &self.settings.subject {
            Subject::FromApp => return Err(UpstreamError::SubjectRejected),
            Subject::Token(token) => return only_once(token, refused),
            Subject::ClientCredentials { parameters } => parameters,
        };
        let mut held = self.subject.lock().await;
        let now = Instant::now();
        if let Some(held) = &*held
            && held.usable_until.is_some_and(|until| until > now)
            && refused != Some(held.token.fingerprint())
        {
            return Ok(held.token.clone());
        }
        let mut form = vec![("grant_type", "client_credentials")];
        form.extend(
            parameters
                .iter()
                .map(|(name, value)| (name.as_str(), value.as_str())),
        );
        let answer = self.post(&self.settings.token_endpoint, form).await;
        let answer = answer
            .map_err(|error| error.of_own_request(None))?
            .own_token()?;
        let life = Duration::from_secs(answer.lifetime().unwrap_or(SUBJECT_LIFE));
        let token = Secret::from(answer.access_token);
        *held = Some(SubjectToken {
            token: token.clone(),
            usable_until: now.checked_add(life.saturating_sub(SUBJECT_MARGIN)),
        });
        Ok(token)
    }

    async fn exchange_once(
        &self,
        wanted: &Exchange,
        subject: &Secret,
        until: Instant,
    ) -> Result<Minted, UpstreamError> {
        if until.saturating_duration_since(Instant::now()) < LEAST {
            return Err(UpstreamError::Unavailable { retry_after: None });
        }
        let form = vec![
            ("grant_type", TOKEN_EXCHANGE),
            ("subject_token", subject.expose()),
            ("subject_token_type", ACCESS_TOKEN),
            ("scope", &wanted.scope),
            ("resource", &wanted.resource),
        ];
        let answer = timeout_at(until, self.post(&self.settings.token_endpoint, form)).await;
        let answer = answer.unwrap_or(Err(UpstreamError::Unanswered { retry_after: None }))?;
        Ok(answer.token()?.minted(&wanted.scope))
    }

    async fn post(
        &self,
        url: &str,
        form: Vec<(&str, &str)>,
    ) -> Result<UpstreamAnswer, UpstreamError> {
        // reqwest's errors can quote the request: none gets out of here.
        let unanswered = UpstreamError::Unanswered { retry_after: None };
        let sent = self.request(url, form).send().await;
        let response = sent.map_err(|error| {
            // It was never asked.
            if error.is_connect() || error.is_builder() {
                UpstreamError::Unavailable { retry_after: None }
            } else {
                unanswered
            }
        })?;
        answer::read(response).await.ok_or(unanswered)
    }

    fn request(&self, url: &str, form: Vec<(&str, &str)>) -> RequestBuilder {
        let settings = &self.settings;
        let mut request = self
            .client
            .post(url)
            .header(header::ACCEPT, "application/json")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        let mut body = form_urlencoded::Serializer::new(String::new());
        body.extend_pairs(form);
        let (id, secret) = (&settings.client_id, settings.client_secret.expose());
        match settings.authentication {
            ClientAuthentication::Post => {
                body.append_pair("client_id", id);
                body.append_pair("client_secret", secret);
            }
            ClientAuthentication::Basic => {
                request = request.basic_auth(encoded(id), Some(encoded(secret)));
            }
        }
        request.body(body.finish())
    }
}

/// RFC 6749 section 2.3.1: both are form-encoded before they go into the header.
fn encoded(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

impl Upstream for OAuth {
    fn exchange<'a>(&'a self, wanted: &'a Exchange) -> UpstreamCall<'a, Minted> {
        Box::pin(async move {
            let until = Instant::now() + TIMEOUT;
            let subject = self.subject_token(wanted, None, until).await?;
            match self.exchange_once(wanted, &subject, until).await {
                Err(UpstreamError::SubjectRejected) => {
                    // It can die before its time, for example by a revoke.
                    let refused = Some(subject.fingerprint());
                    let subject = self.subject_token(wanted, refused, until).await?;
                    let outcome = self.exchange_once(wanted, &subject, until).await;
                    if outcome == Err(UpstreamError::SubjectRejected) {
                        // It is fresh, and this backend's own: no user can sign in against that.
                        return Err(UpstreamError::Misconfigured { code: None });
                    }
                    outcome
                }
                outcome => outcome,
            }
        })
    }

    fn revoke<'a>(&'a self, token: &'a Secret) -> UpstreamCall<'a, ()> {
        Box::pin(async move {
            let form = vec![("token", token.expose())];
            let answer = self.post(&self.settings.revocation_endpoint, form).await?;
            answer.revoked()
        })
    }
}

/// One that there is no other of.
fn only_once(token: &Secret, refused: Option<Fingerprint>) -> Result<Secret, UpstreamError> {
    match refused {
        None => Ok(token.clone()),
        Some(_) => Err(UpstreamError::SubjectRejected),
    }
}

#[cfg(test)]
mod tests;
