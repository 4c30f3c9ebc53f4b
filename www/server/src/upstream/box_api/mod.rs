//! The real Box: token exchange and revocation over https.

use std::time::Duration;

use tokio::sync::Mutex;

use self::answer::Answer;
pub use self::settings::{BoxSettings, BoxSettingsError, Subject};
use super::{Call, Exchange, Minted, Upstream, UpstreamError, granted_scope};
use crate::{
    clock::{Clock, Millis},
    secret::{Fingerprint, Secret},
};

mod answer;
mod settings;

const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";
const TIMEOUT: Duration = Duration::from_secs(10);
/// How much life the user's own token must have left to be used again.
const SUBJECT_MARGIN: Millis = 60_000;

/// A client of Box's token endpoints.
pub struct BoxApi {
    agent: ureq::Agent,
    clock: Clock,
    settings: BoxSettings,
    /// The token of [`Subject::ClientCredentials`]. Locked across the call that
    /// gets one, so that requests that need it at the same time share that call.
    subject: Mutex<Option<SubjectToken>>,
}

struct SubjectToken {
    token: Secret,
    usable_until: Millis,
}

impl BoxApi {
    /// A client with these settings. Nothing is asked of Box yet.
    pub fn new(settings: BoxSettings, clock: Clock) -> Self {
        let mut config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .timeout_global(Some(TIMEOUT));
        if settings.is_loopback() {
            config = config.proxy(None);
        }
        Self {
            agent: config.build().into(),
            clock,
            settings,
            subject: Mutex::default(),
        }
    }

    /// The subject token; a new one if it is `refused`.
    async fn subject_token(&self, refused: Option<Fingerprint>) -> Result<Secret, UpstreamError> {
        let (kind, id) = match &self.settings.subject {
            Subject::Token(_) if refused.is_some() => return Err(UpstreamError::SubjectRejected),
            Subject::Token(token) => return Ok(token.clone()),
            Subject::ClientCredentials { kind, id } => (kind, id),
        };
        let mut held = self.subject.lock().await;
        if let Some(SubjectToken {
            token,
            usable_until,
        }) = &*held
            && *usable_until > self.clock.now()
            && refused != Some(token.fingerprint())
        {
            return Ok(token.clone());
        }
        let form = [
            ("grant_type", "client_credentials"),
            ("box_subject_type", kind),
            ("box_subject_id", id),
        ];
        let asked_at = self.clock.now();
        let answer = self.post("/oauth2/token", &form).await?;
        if answer.status != 200 {
            // Whatever it holds against this client, the page can do nothing about it.
            return Err(match answer.failure() {
                error @ (UpstreamError::RateLimited { .. } | UpstreamError::Unavailable { .. }) => {
                    error
                }
                UpstreamError::InvalidScope
                | UpstreamError::InvalidTarget
                | UpstreamError::Misconfigured
                | UpstreamError::SubjectRejected => UpstreamError::Misconfigured,
            });
        }
        let answer = answer.token()?;
        let lifetime = answer.lifetime().saturating_mul(1000);
        let usable_until = asked_at.saturating_add(lifetime.saturating_sub(SUBJECT_MARGIN));
        let token = Secret::from(answer.access_token);
        *held = Some(SubjectToken {
            token: token.clone(),
            usable_until,
        });
        Ok(token)
    }

    async fn exchange_once(
        &self,
        wanted: &Exchange,
        subject: &Secret,
    ) -> Result<Minted, UpstreamError> {
        let form = [
            (
                "grant_type",
                "urn:ietf:params:oauth:grant-type:token-exchange",
            ),
            ("subject_token", subject.expose()),
            ("subject_token_type", ACCESS_TOKEN),
            ("scope", &wanted.scope),
            ("resource", &wanted.resource),
        ];
        let answer = self.post("/oauth2/token", &form).await?;
        if answer.status != 200 {
            return Err(answer.failure());
        }
        let answer = answer.token()?;
        let expires_in = answer.lifetime();
        let restricted_to = answer.restricted_to;
        let scope = match answer.scope {
            Some(scope) => scope,
            None if restricted_to.is_empty() => wanted.scope.clone(),
            None => granted_scope(&restricted_to),
        };
        Ok(Minted {
            token: answer.access_token.into(),
            expires_in,
            scope,
            restricted_to,
        })
    }

    async fn post(&self, path: &str, form: &[(&str, &str)]) -> Result<Answer, UpstreamError> {
        let url = format!("{}{path}", self.settings.base);
        let body = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(form)
            .append_pair("client_id", &self.settings.client_id)
            .append_pair("client_secret", self.settings.client_secret.expose())
            .finish();
        let agent = self.agent.clone();
        // ureq blocks, and its errors can quote the request: neither gets out of here.
        tokio::task::spawn_blocking(move || Answer::of(&agent, &url, body))
            .await
            .ok()
            .flatten()
            .ok_or(UpstreamError::Unavailable { retry_after: None })
    }
}

impl Upstream for BoxApi {
    fn exchange<'a>(&'a self, wanted: &'a Exchange) -> Call<'a, Minted> {
        Box::pin(async move {
            let subject = self.subject_token(None).await?;
            match self.exchange_once(wanted, &subject).await {
                Err(UpstreamError::SubjectRejected) => {
                    // It can die before its time, for example by a revoke.
                    let subject = self.subject_token(Some(subject.fingerprint())).await?;
                    self.exchange_once(wanted, &subject).await
                }
                outcome => outcome,
            }
        })
    }

    fn revoke<'a>(&'a self, token: &'a Secret) -> Call<'a, ()> {
        Box::pin(async move {
            let answer = self
                .post("/oauth2/revoke", &[("token", token.expose())])
                .await?;
            if answer.status == 200 || answer.error_code().as_deref() == Some("invalid_token") {
                return Ok(());
            }
            Err(answer.failure())
        })
    }
}
